//! Consent in a browser: always given, and sent back to a redirect on loopback only. Source: learn,
//! v2-oauth2-auth-code-flow (state, PKCE).

use super::grant::{Client, Factor};
use super::oauth::{Asked, Denial};
use crate::backend::simulated::http::World;
use crate::backend::simulated::http::reply::Reply;
use crate::model::digest::Digest;
use crate::model::{Span, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{StatusCode, Uri};

/// How long a code can be redeemed.
const CODE_LIFE: Span = Span::minutes(10);

/// What a code was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consent {
    client: String,
    redirect: String,
    challenge: Option<Challenge>,
    given: Timestamp,
    factor: Factor,
}

/// What the verifier must match.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Challenge {
    Plain(String),
    Sha256(String),
}

pub(super) fn answer(world: &mut World, asked: &Asked<'_>) -> Result<Reply, Denial> {
    let needed = |key: &str| {
        let text = format!("The request must contain the following parameter: '{key}'.");
        asked.field(key).map(str::to_owned).ok_or_else(|| Denial::new("invalid_request", 900_144, text))
    };
    let (client, redirect) = (needed("client_id")?, needed("redirect_uri")?);
    if !is_loopback(&redirect) {
        let text = "The redirect URI specified in the request does not match: only loopback addresses do.";
        return Err(Denial::new("invalid_request", 50_011, text));
    }
    if needed("response_type")? != "code" {
        return Err(Denial::new("unsupported_response_type", 700_054, "Only the response type 'code' is enabled."));
    }
    let challenge = match (asked.field("code_challenge"), asked.field("code_challenge_method")) {
        (None, _) => None,
        (Some(text), Some("S256")) => Some(Challenge::Sha256(text.to_owned())),
        (Some(text), Some("plain") | None) => Some(Challenge::Plain(text.to_owned())),
        (Some(_), Some(_)) => {
            return Err(Denial::new("invalid_request", 501_481, "The code challenge method is not supported."));
        }
    };
    let code = format!("0.code.{}", world.tenant().token(&format!("code {}", world.fresh("code"))));
    let factor = if world.sign_in.user.mfa { Factor::Second } else { Factor::Password };
    let given = world.tenant().clock();
    let state = asked.field("state").unwrap_or_default().to_owned();
    world.sign_in.codes.insert(code.clone(), Consent { client, redirect: redirect.clone(), challenge, given, factor });
    let glue = if redirect.contains('?') { '&' } else { '?' };
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", &code).append_pair("state", &state);
    Ok(Reply::empty(StatusCode::FOUND).with("Location", format!("{redirect}{glue}{}", query.finish())))
}

/// Redeems a code, once.
pub(super) fn redeem(world: &mut World, asked: &Asked<'_>, client: &Client) -> Result<Factor, Denial> {
    let invalid = |code: u32, text: &str| Denial::new("invalid_grant", code, text);
    let code = asked.field("code").unwrap_or_default();
    let consent = world.sign_in.codes.remove(code).ok_or_else(|| invalid(70_008, "The code is unknown or used."))?;
    if world.tenant().clock() >= consent.given.plus(CODE_LIFE) {
        return Err(invalid(70_008, "The provided authorization code has expired."));
    }
    if consent.client != client.id {
        return Err(invalid(70_000, "The code was issued to another client."));
    }
    if asked.field("redirect_uri") != Some(consent.redirect.as_str()) {
        return Err(invalid(50_011, "The redirect URI is not the one the code was sent to."));
    }
    let verifier = asked.field("code_verifier").unwrap_or_default();
    let fits = match &consent.challenge {
        None => true,
        Some(Challenge::Plain(text)) => text == verifier,
        Some(Challenge::Sha256(text)) => *text == sha256(verifier),
    };
    if fits { Ok(consent.factor) } else { Err(invalid(501_481, "The code verifier does not match the challenge.")) }
}

fn sha256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Digest::of_bytes(text.as_bytes()).as_bytes())
}

fn is_loopback(redirect: &str) -> bool {
    let Ok(uri) = redirect.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    uri.scheme_str() == Some("http") && ["localhost", "127.0.0.1", "[::1]"].contains(&host)
}
