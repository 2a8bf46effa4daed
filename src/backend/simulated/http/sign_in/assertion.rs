//! What a client shows instead of a secret: a JWT signed by its certificate, or a token of a CI service. Its shape is
//! checked, never its signature. Source: learn, certificate-credentials; workload-identity-federation.

use super::oauth::{Asked, Denial};
use super::token;
use crate::backend::simulated::http::World;
use serde_json::Value;

/// The only type of assertion.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The audience of tokens of CI services.
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// How a client showed who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// A secret, a certificate or a token of a CI service.
    Proof,
    /// Nothing.
    Nothing,
}

/// The client, and how it showed who it is.
pub(super) fn client(world: &World, asked: &Asked<'_>) -> Result<(String, Shown), Denial> {
    let id = asked.field("client_id").ok_or_else(|| {
        Denial::new("invalid_request", 900_144, "The request body must contain the following parameter: 'client_id'.")
    })?;
    if let Some(secret) = asked.field("client_secret") {
        let right = world.sign_in.user.secret.as_deref().is_none_or(|only| only == secret);
        let wrong = || Denial::new("invalid_client", 7_000_215, "Invalid client secret provided.");
        return if right { Ok((id.to_owned(), Shown::Proof)) } else { Err(wrong()) };
    }
    let Some(assertion) = asked.field("client_assertion") else {
        return Ok((id.to_owned(), Shown::Nothing));
    };
    if asked.field("client_assertion_type") != Some(JWT_BEARER) {
        return Err(bad("'client_assertion_type' is not the JWT bearer type."));
    }
    let (header, claims) = token::parts(assertion).ok_or_else(|| bad("The client assertion is no JWT."))?;
    check(asked, id, &header, &claims)?;
    Ok((id.to_owned(), Shown::Proof))
}

fn check(asked: &Asked<'_>, client: &str, header: &Value, claims: &Value) -> Result<(), Denial> {
    let text = |key: &str| claims[key].as_str().unwrap_or_default();
    if text("sub").is_empty() || text("iss").is_empty() {
        return Err(bad("The client assertion names no issuer or no subject."));
    }
    let algorithm = header["alg"].as_str().unwrap_or_default();
    if text("aud") == EXCHANGE {
        let signed = !algorithm.is_empty() && algorithm != "none" && text("iss").starts_with("https://");
        return if signed { Ok(()) } else { Err(bad("The token of the issuer is not signed.")) };
    }
    if !["RS256", "PS256"].contains(&algorithm) {
        return Err(bad("The client assertion is not signed with RS256 or PS256."));
    }
    if header["x5t"].is_null() && header["x5t#S256"].is_null() {
        return Err(Denial::new("invalid_client", 700_027, "The client assertion names no certificate (x5t)."));
    }
    if text("iss") != client || text("sub") != client {
        return Err(bad("Issuer and subject of the client assertion must be the client."));
    }
    let audience = text("aud");
    if !audience.contains(&format!("/{}/", asked.tenant)) {
        return Err(Denial::new("invalid_client", 700_023, "The audience of the client assertion is not the tenant."));
    }
    let begins = claims["nbf"].as_i64().or_else(|| claims["iat"].as_i64());
    let lives = claims["exp"].as_i64().zip(begins).is_some_and(|(end, begin)| end > begin && end - begin <= 86_400);
    if lives && !text("jti").is_empty() { Ok(()) } else { Err(bad("The client assertion has no lifetime or no id.")) }
}

fn bad(text: &str) -> Denial {
    Denial::new("invalid_client", 50_027, text)
}
