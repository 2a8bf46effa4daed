//! The token endpoint: every grant a client of Partner Center uses. Source: learn, enable-secure-app-model;
//! v2-oauth2-client-creds-grant-flow; v2-oauth2-device-code.

use super::assertion::{Shown, client};
use super::authorize;
use super::device;
use super::oauth::{Asked, Denial, Version};
use super::token::{self, Refresh};
use crate::backend::simulated::http::World;
use crate::backend::simulated::http::reply::Reply;
use crate::model::Span;
use serde_json::{Value, json};

/// A client as far as it showed itself.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) shown: Shown,
}

/// Who the token is for.
pub(super) enum Subject {
    /// A user, with or without a second factor.
    User(Factor),
    /// The application itself.
    Application,
}

/// How the user signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Factor {
    Second,
    Password,
}

pub(super) fn answer(world: &mut World, asked: &Asked<'_>) -> Result<Reply, Denial> {
    let (id, shown) = client(world, asked)?;
    let client = Client { id, shown };
    match asked.field("grant_type") {
        Some("client_credentials") => credentials(world, asked, &client),
        Some("refresh_token") => refresh(world, asked, &client),
        Some("authorization_code") => {
            let factor = authorize::redeem(world, asked, &client)?;
            Ok(given(world, asked, &client, &Subject::User(factor)))
        }
        Some("device_code" | "urn:ietf:params:oauth:grant-type:device_code") => {
            let factor = device::redeem(world, asked, &client)?;
            Ok(given(world, asked, &client, &Subject::User(factor)))
        }
        Some(other) => {
            Err(Denial::new("unsupported_grant_type", 70_003, format!("The grant type '{other}' is not supported.")))
        }
        None => Err(Denial::new(
            "invalid_request",
            900_144,
            "The request body must contain the following parameter: 'grant_type'.",
        )),
    }
}

fn credentials(world: &mut World, asked: &Asked<'_>, client: &Client) -> Result<Reply, Denial> {
    match client.shown {
        Shown::Proof => Ok(given(world, asked, client, &Subject::Application)),
        Shown::Nothing => Err(no_proof()),
    }
}

fn no_proof() -> Denial {
    let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    Denial::new("invalid_client", 7_000_218, text)
}

/// Each use gives another refresh token; the old one lives on for a while.
fn refresh(world: &mut World, asked: &Asked<'_>, client: &Client) -> Result<Reply, Denial> {
    let text = asked.field("refresh_token").unwrap_or_default().to_owned();
    let now = world.tenant().clock();
    let invalid = |code: u32, text: &str| Denial::new("invalid_grant", code, text);
    let refresh = token::unseal(&text).ok_or_else(|| invalid(9_002_313, "The refresh token is malformed."))?;
    if refresh.client != client.id && refresh.client != ANYBODY {
        return Err(invalid(70_000, "The refresh token was issued to another client."));
    }
    if refresh.confidential && client.shown == Shown::Nothing {
        return Err(no_proof());
    }
    let user = &world.sign_in.user;
    let over = now.seconds() >= refresh.given.saturating_add(user.refresh_lifetime);
    let used = world.sign_in.used.get(&text).is_some_and(|at| now >= at.plus(Span::seconds(user.grace)));
    if over || used {
        return Err(invalid(700_082, "The refresh token has expired due to inactivity."));
    }
    if world.sign_in.revoked.contains(&text) {
        return Err(invalid(50_173, "The provided grant has expired due to it being revoked; a fresh one is needed."));
    }
    world.sign_in.used.entry(text).or_insert(now);
    let factor = if refresh.mfa { Factor::Second } else { Factor::Password };
    Ok(given(world, asked, client, &Subject::User(factor)))
}

/// A refresh token for a client that shows a secret or certificate.
pub(in super::super) fn refresh_token(world: &mut World, client: &str) -> String {
    signed_in(world, Client { id: client.to_owned(), shown: Shown::Proof })
}

/// A refresh token that every client may use, whatever it shows.
pub(in super::super) fn anybodys_refresh_token(world: &mut World) -> String {
    signed_in(world, Client { id: ANYBODY.to_owned(), shown: Shown::Nothing })
}

/// No client has this id.
const ANYBODY: &str = "*";

fn signed_in(world: &mut World, client: Client) -> String {
    let factor = if world.sign_in.user.mfa { Factor::Second } else { Factor::Password };
    fresh_refresh(world, &client, factor)
}

fn fresh_refresh(world: &mut World, client: &Client, factor: Factor) -> String {
    let refresh = Refresh {
        client: client.id.clone(),
        confidential: client.shown == Shown::Proof,
        given: world.tenant().clock().seconds(),
        mfa: factor == Factor::Second,
        serial: world.sign_in.next(),
        revision: world.tenant().header().revision,
    };
    token::seal(&refresh)
}

fn claims(world: &mut World, audience: &str, client: &Client, subject: &Subject) -> Value {
    let now = world.tenant().clock().seconds();
    let tenant = world.tenant().id();
    let user = world.sign_in.user.clone();
    let mut claims = json!({
        "aud": audience, "iss": format!("https://sts.windows.net/{tenant}/"), "tid": tenant, "appid": client.id,
        "iat": now, "nbf": now, "exp": now.saturating_add(user.lifetime), "ver": "1.0",
        "uti": world.sign_in.next().to_string(),
    });
    match subject {
        Subject::Application => claims["idtyp"] = json!("app"),
        Subject::User(factor) => {
            claims["amr"] = match factor {
                Factor::Second => json!(["pwd", "mfa"]),
                Factor::Password => json!(["pwd"]),
            };
            claims["scp"] = json!("user_impersonation");
            claims["upn"] = json!(user.name);
            claims["roles"] = json!(user.roles);
            claims["wids"] = json!(user.wids);
        }
    }
    claims
}

/// The reply; its numbers are texts on the v1 endpoint. Source: learn, partner-center-authentication.
fn given(world: &mut World, asked: &Asked<'_>, client: &Client, subject: &Subject) -> Reply {
    // Without a resource the old directory service is meant, and Partner Center refuses that (900420).
    let audience = asked.audience().unwrap_or_else(|| "https://graph.windows.net".to_owned());
    let claims = claims(world, &audience, client, subject);
    let lifetime = world.sign_in.user.lifetime;
    let number = |number: i64| match asked.version {
        Version::One => json!(number.to_string()),
        Version::Two => json!(number),
    };
    let mut reply = json!({"token_type": "Bearer", "expires_in": number(lifetime), "ext_expires_in": number(lifetime)});
    if asked.version == Version::One {
        reply["expires_on"] = number(claims["exp"].as_i64().unwrap_or_default());
        reply["not_before"] = number(claims["nbf"].as_i64().unwrap_or_default());
        reply["resource"] = json!(audience);
    }
    if let Subject::User(factor) = subject {
        reply["scope"] = match asked.version {
            Version::One => json!("user_impersonation"),
            Version::Two => json!(format!("{audience}/user_impersonation")),
        };
        reply["refresh_token"] = json!(fresh_refresh(world, client, *factor));
        let identity = json!({"aud": client.id, "tid": claims["tid"], "upn": claims["upn"], "iat": claims["iat"],
            "exp": claims["exp"]});
        reply["id_token"] = json!(token::jwt(&identity));
    }
    reply["access_token"] = json!(token::jwt(&claims));
    Reply::ok(reply).with("Cache-Control", "no-store").with("Pragma", "no-cache")
}
