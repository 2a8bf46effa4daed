//! What the sign-in service answers: a token, a refusal with its mend, or something that is no answer of it at all. Never
//! repeats a token in a message.

use crate::backend::partner_center::SignInError;
use crate::backend::partner_center::mask::Mask;
use crate::model::Secret;
use http::Response;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};
use std::time::Duration;

/// A token and what came with it.
#[derive(Clone, Debug)]
pub struct Granted {
    /// For the service.
    pub access: Secret,
    /// For the next sign-in; a new one with each.
    pub refresh: Option<Secret>,
    /// Who signed in.
    pub identity: Option<Secret>,
    /// How long the access token lasts.
    pub lasts: Duration,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A person has not finished signing in on the other device.
    Pending,
    /// The same, and ask less often.
    SlowDown,
    /// What there is to say.
    Said(SignInError),
}

/// A code to be typed on another device.
#[derive(Clone, Debug)]
pub struct DeviceCode {
    /// To be sent back.
    pub device: Secret,
    /// To be typed.
    pub user: SmolStr,
    /// Where.
    pub page: SmolStr,
    /// How long it may be typed.
    pub lasts: Duration,
    /// How often to ask.
    pub every: Duration,
}

#[derive(Deserialize)]
struct WireToken {
    access_token: Secrecy,
    #[serde(default)]
    refresh_token: Option<Secrecy>,
    #[serde(default)]
    id_token: Option<Secrecy>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}
#[derive(Deserialize)]
struct WireDevice {
    device_code: Secrecy,
    user_code: SmolStr,
    #[serde(alias = "verification_url")]
    verification_uri: SmolStr,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(default, deserialize_with = "seconds")]
    interval: Option<u64>,
}
#[derive(Deserialize)]
struct WireRefusal {
    error: SmolStr,
    #[serde(default)]
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Vec<Value>,
    #[serde(default)]
    correlation_id: Option<SmolStr>,
}

/// A text that goes into a [`Secret`] at once.
struct Secrecy(Secret);
impl<'de> Deserialize<'de> for Secrecy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

/// Numbers come as numbers and, from version 1, as texts. Source: learn, enable-secure-app-model.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    })
}

/// An access token lasts about an hour; when that is not told, much less is assumed.
const UNTOLD: Duration = Duration::from_secs(300);

/// Reads the answer to a request for a token, under the mask of the request.
///
/// # Errors
/// What was refused.
pub(super) fn token(reply: &Response<Vec<u8>>, mask: &Mask) -> Result<Granted, Refusal> {
    let wire: WireToken = read(reply, mask)?;
    Ok(Granted {
        access: wire.access_token.0,
        refresh: wire.refresh_token.map(|token| token.0),
        identity: wire.id_token.map(|token| token.0),
        lasts: wire.expires_in.map_or(UNTOLD, Duration::from_secs),
    })
}

/// Reads the answer to a request for a device code, under the mask of the request.
///
/// # Errors
/// What was refused.
pub(super) fn device(reply: &Response<Vec<u8>>, mask: &Mask) -> Result<DeviceCode, Refusal> {
    let wire: WireDevice = read(reply, mask)?;
    Ok(DeviceCode {
        device: wire.device_code.0,
        user: wire.user_code,
        page: wire.verification_uri,
        lasts: Duration::from_secs(wire.expires_in.unwrap_or(900)),
        every: Duration::from_secs(wire.interval.unwrap_or(5).max(1)),
    })
}

fn read<T: serde::de::DeserializeOwned>(reply: &Response<Vec<u8>>, mask: &Mask) -> Result<T, Refusal> {
    let status = reply.status();
    let body = reply.body().strip_prefix(b"\xef\xbb\xbf").unwrap_or(reply.body());
    if status.is_success()
        && let Ok(wire) = serde_json::from_slice(body)
    {
        return Ok(wire);
    }
    match serde_json::from_slice::<WireRefusal>(body) {
        Ok(refusal) => {
            let passing = status.is_server_error() || status.as_u16() == 429;
            Err(refused(&refusal, mask, passing))
        }
        Err(_) => Err(Refusal::Said(SignInError::Failed(no_answer(reply)))),
    }
}

/// What came instead of an answer.
fn no_answer(reply: &Response<Vec<u8>>) -> SmolStr {
    let status = reply.status();
    let html = reply.body().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<');
    match (html, status.is_redirection()) {
        (true, _) | (_, true) => format_smolstr!(
            "the sign-in service was not reached: a web page came instead of its answer (HTTP {}). A captive portal or a \
             proxy answers in its place: sign in to the network, or set HTTPS_PROXY",
            status.as_u16()
        ),
        (false, false) => {
            format_smolstr!("the sign-in service answered HTTP {} without words; try again", status.as_u16())
        }
    }
}

fn refused(refusal: &WireRefusal, mask: &Mask, passing: bool) -> Refusal {
    let WireRefusal { error, error_description, error_codes, correlation_id } = refusal;
    match error.as_str() {
        "authorization_pending" => return Refusal::Pending,
        "slow_down" => return Refusal::SlowDown,
        _ => {}
    }
    let description = error_description.as_deref().unwrap_or_default();
    let code = error_codes.iter().find_map(|code| code.as_u64().or_else(|| code.as_str()?.parse().ok()));
    let code = code.or_else(|| {
        let digits = description.strip_prefix("AADSTS")?;
        digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    });
    let mend = code.and_then(mend).unwrap_or_else(|| mend_of(error));
    let line = description.lines().next().unwrap_or_default().trim();
    let line = if line.is_empty() { error.as_str() } else { line };
    let line = mask.line(line);
    let id = correlation_id.as_ref().map_or_else(String::new, |id| format!(" (correlation id {})", mask.line(id)));
    let words = format_smolstr!("{mend}; the sign-in service says: {line}{id}");
    let passing = passing || matches!(error.as_str(), "temporarily_unavailable" | "server_error");
    Refusal::Said(if passing { SignInError::Failed(words) } else { SignInError::Refused(words) })
}

/// What to do about a code. Codes may change, so nothing but the advice rests on them.
/// Source: learn, reference-error-codes.
fn mend(code: u64) -> Option<&'static str> {
    Some(match code {
        70_008 | 700_082 | 700_084 => "the refresh token has run out: sign in anew with `twotier login`",
        50_173 | 50_132 | 50_089 | 70_043 => {
            "the earlier sign-in was revoked (a changed password does that): `twotier login`"
        }
        50_076 | 50_079 | 50_074 | 50_158 => {
            "multi-factor sign-in is asked for, and the stored sign-in has none (Partner Center would say 900421): \
             `twotier login`, with a second factor"
        }
        53_000 | 53_001 | 53_003 => "Conditional Access of the tenant blocks this sign-in: ask its administrator",
        7_000_215 => "the client secret is wrong: TWOTIER_CLIENT_SECRET takes its value, not its id",
        7_000_222 => "the client secret has expired: make a new one, or use a certificate or federation",
        7_000_218 => {
            "the application must prove itself: set TWOTIER_CLIENT_SECRET or `center.app.certificate`, or allow public \
             client flows in its registration"
        }
        700_016 => {
            "the application is not known in this tenant: `center.app.clientId` is wrong, or the tenant is not the \
             provider's own (a customer's, perhaps)"
        }
        90_002 | 900_023 => {
            "there is no such tenant in this cloud: check `center.tenant`, `Provider.tenantId` and `center.cloud`"
        }
        500_011 | 50_001 => {
            "Partner Center is not known in this tenant: it is the tenant of a customer, or the application was never \
             allowed to use Partner Center"
        }
        65_001 => "nobody consented to the application yet: `twotier login` as an administrator of the provider",
        700_027 | 700_030 => {
            "the certificate is not one the application is registered with: upload it, or name the right one"
        }
        700_024 => "the proof of the application is from another time: is this machine's clock right?",
        70_021 | 700_211 | 700_212 | 700_213 | 700_223 => {
            "no federated credential of the application fits this job: issuer, subject and audience must be as registered \
             (api://AzureADTokenExchange)"
        }
        54_005 | 70_000 => "the code or refresh token is not valid any more: `twotier login`",
        50_020 | 50_034 => "the user is not one of this tenant: sign in with an account of the provider",
        50_011 => {
            "the application does not know the address the browser comes back to: register `http://localhost` as a \
                   redirect URI of a public client"
        }
        _ => return None,
    })
}

fn mend_of(error: &str) -> &'static str {
    match error {
        "invalid_grant" | "interaction_required" => "the stored sign-in is not accepted: `twotier login`",
        "invalid_client" => "the proof of the application is not accepted: check client id, secret or certificate",
        "unauthorized_client" => "the application may not sign in so: check its registration",
        "expired_token" | "code_expired" => "nobody signed in in time: try again",
        "authorization_declined" | "access_denied" => "the sign-in was declined",
        "temporarily_unavailable" | "server_error" => "the sign-in service has a fault of its own; try again",
        _ => "signing in was refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reply(status: u16, body: &str) -> Response<Vec<u8>> {
        Response::builder().status(status).body(body.as_bytes().to_vec()).expect("a reply")
    }
    fn read_token(reply: &Response<Vec<u8>>) -> Result<Granted, Refusal> {
        token(reply, &Mask::default())
    }
    fn refusal(status: u16, error: &str, code: u64) -> SignInError {
        let body = json!({
            "error": error, "error_codes": [code], "correlation_id": "c-1",
            "error_description": format!("AADSTS{code}: Words of the service.\r\nTrace ID: t"),
        });
        match read_token(&reply(status, &body.to_string())) {
            Err(Refusal::Said(error)) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn numbers_may_be_texts() {
        for body in [
            r#"{"token_type":"Bearer","expires_in":"3599","expires_on":"1","access_token":"a","refresh_token":"r"}"#,
            r#"{"expires_in":3599,"access_token":"a","refresh_token":"r","id_token":"i"}"#,
            "\u{feff}{\"expires_in\":3599,\"access_token\":\"a\",\"refresh_token\":\"r\"}",
        ] {
            let granted = read_token(&reply(200, body)).expect(body);
            assert_eq!((granted.access.expose(), granted.lasts.as_secs()), ("a", 3599));
            assert_eq!(granted.refresh.map(|token| token.expose().to_owned()).as_deref(), Some("r"));
        }
        assert_eq!(read_token(&reply(200, r#"{"access_token":"a"}"#)).expect("one").lasts, UNTOLD);
    }

    #[test]
    fn each_refusal_names_its_mend_and_keeps_the_words_of_the_service() {
        for (code, error, part) in [
            (700_082, "invalid_grant", "`twotier login`"),
            (50_076, "interaction_required", "900421"),
            (7_000_215, "invalid_client", "TWOTIER_CLIENT_SECRET"),
            (700_016, "unauthorized_client", "customer's"),
            (90_002, "invalid_request", "`Provider.tenantId`"),
            (500_011, "invalid_resource", "tenant of a customer"),
            (700_024, "invalid_client", "clock"),
            (53_003, "access_denied", "Conditional Access"),
            (700_213, "invalid_request", "federated credential"),
            (1, "invalid_grant", "not accepted: `twotier login`"),
            (1, "unheard_of", "signing in was refused"),
        ] {
            let said = refusal(400, error, code);
            assert!(matches!(said, SignInError::Refused(_)), "{said:?}");
            let text = said.to_string();
            assert!(text.contains(part) && text.contains("Words of the service.") && text.contains("c-1"), "{text}");
            assert!(!text.contains("Trace ID"), "{text}");
        }
    }

    #[test]
    fn what_passes_is_told_apart() {
        assert!(matches!(refusal(503, "temporarily_unavailable", 90_033), SignInError::Failed(_)));
        assert!(matches!(refusal(429, "invalid_request", 1), SignInError::Failed(_)));
        let by_error = |error: &str| read_token(&reply(400, &json!({ "error": error }).to_string())).expect_err("none");
        assert_eq!(by_error("authorization_pending"), Refusal::Pending);
        assert_eq!(by_error("slow_down"), Refusal::SlowDown);
    }

    #[test]
    fn a_web_page_in_its_place_is_a_captive_portal() {
        for (status, body) in [(200, "<html>Welcome to the hotel"), (302, ""), (407, " <!DOCTYPE html>")] {
            let Err(Refusal::Said(SignInError::Failed(words))) = read_token(&reply(status, body)) else {
                panic!("{body}")
            };
            assert!(words.contains("captive portal"), "{words}");
        }
        let Err(Refusal::Said(SignInError::Failed(words))) = read_token(&reply(500, "")) else { panic!("none") };
        assert!(words.contains("HTTP 500"), "{words}");
    }

    #[test]
    fn no_message_repeats_a_token() {
        let body = r#"{"access_token": 7, "refresh_token": "s3cr3t"}"#;
        let said = format!("{:?}", read_token(&reply(200, body)).expect_err("no text"));
        assert!(!said.contains("s3cr3t"), "{said}");
    }

    #[test]
    fn a_device_code_is_read_in_both_versions() {
        let v2 = r#"{"user_code":"ABC","device_code":"d","verification_uri":"https://microsoft.com/devicelogin","expires_in":900,"interval":5}"#;
        let v1 = r#"{"user_code":"ABC","device_code":"d","verification_url":"https://microsoft.com/devicelogin","expires_in":"900","interval":"5"}"#;
        for body in [v1, v2] {
            let code = device(&reply(200, body), &Mask::default()).expect("a code");
            assert_eq!((code.user.as_str(), code.lasts.as_secs(), code.every.as_secs()), ("ABC", 900, 5));
        }
    }
}
