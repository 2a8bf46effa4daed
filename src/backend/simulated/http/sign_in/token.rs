//! Tokens as texts: access tokens as unsigned JWTs with the claims a service looks at, refresh tokens as sealed-looking texts
//! that say what they were given for. Checks no signature: there is none.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a refresh token stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refresh {
    /// The client it was given to.
    pub(super) client: String,
    /// Whether that client showed a secret or a certificate.
    pub(super) confidential: bool,
    /// When, in seconds.
    pub(super) given: i64,
    /// Whether its user signed in with a second factor.
    pub(super) mfa: bool,
    /// The how-manieth of all tokens it is.
    pub(super) serial: u64,
    /// How often the tenant had changed, so that no two starts give equal tokens.
    pub(super) revision: u64,
}

/// The claims as an unsigned JWT.
pub(super) fn jwt(claims: &Value) -> String {
    let header = json!({"typ": "JWT", "alg": "none"});
    format!("{}.{}.", part(&header), part(claims))
}

/// Header and claims of a JWT, signed or not; none when it is not one.
pub(super) fn parts(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.');
    let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((read(header)?, read(claims)?))
}

/// A refresh token as a text.
pub(super) fn seal(refresh: &Refresh) -> String {
    let text = serde_json::to_string(refresh).unwrap_or_default();
    format!("0.simulated.{}", URL_SAFE_NO_PAD.encode(text))
}

/// A refresh token read back.
pub(super) fn unseal(token: &str) -> Option<Refresh> {
    let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix("0.simulated.")?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn read(part: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok().filter(Value::is_object)
}
