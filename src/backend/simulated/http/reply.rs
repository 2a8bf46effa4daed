//! What is answered, before it is a response: a status, a body, the three documented shapes of an error, and the exceptions
//! the samples show (byte-order mark, stray `?`, PascalCase). Decides nothing.

use crate::backend::BackendError;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// A reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content: Content,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) speaker: Speaker,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The service, with the ids of the call.
    Service,
    /// A gateway or a captive portal: it knows no ids.
    Between,
}

/// What stands in a reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Nothing.
    Empty,
    /// JSON, with bytes before it.
    Json(&'static [u8], Value),
    /// A page for a browser.
    Html(String),
    /// Plain text.
    Text(String),
}

/// A byte-order mark. Source: learn, get-a-subscription-s-support-contact.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Source: learn, checkout-a-cart (a stray `?` before the body).
const STRAY: &[u8] = b"?";

impl Reply {
    /// JSON with a status.
    pub(super) fn new(status: StatusCode, value: Value) -> Self {
        Self { status, content: Content::Json(b"", value), headers: Vec::new(), speaker: Speaker::Service }
    }
    /// 200 with JSON.
    pub(super) fn ok(value: Value) -> Self {
        Self::new(StatusCode::OK, value)
    }
    /// No body.
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, content: Content::Empty, headers: Vec::new(), speaker: Speaker::Service }
    }
    /// A page.
    pub(super) fn html(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, content: Content::Html(text.into()), headers: Vec::new(), speaker: Speaker::Service }
    }
    /// Plain text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        let content = Content::Text(text.into());
        Self { status: StatusCode::OK, content, headers: Vec::new(), speaker: Speaker::Service }
    }
    /// As something in between would send it.
    pub(super) fn by_a_gateway(self) -> Self {
        Self { speaker: Speaker::Between, ..self }
    }
    /// With a header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
    /// With a byte-order mark before the JSON.
    pub(super) fn marked(self) -> Self {
        self.after(MARK)
    }
    /// With a stray `?` before the JSON.
    pub(super) fn strayed(self) -> Self {
        self.after(STRAY)
    }
    /// With every key in PascalCase.
    pub(super) fn pascal(mut self) -> Self {
        if let Content::Json(_, value) = &mut self.content {
            *value = pascal(std::mem::take(value));
        }
        self
    }
    fn after(mut self, bytes: &'static [u8]) -> Self {
        if let Content::Json(before, _) = &mut self.content {
            *before = bytes;
        }
        self
    }
}

impl Content {
    /// The bytes, and what they are.
    pub(super) fn bytes(&self) -> (Vec<u8>, Option<&'static str>) {
        match self {
            Self::Empty => (Vec::new(), None),
            Self::Json(before, value) => {
                let mut bytes = before.to_vec();
                bytes.extend_from_slice(value.to_string().as_bytes());
                (bytes, Some("application/json; charset=utf-8"))
            }
            Self::Html(text) => (text.clone().into_bytes(), Some("text/html; charset=utf-8")),
            Self::Text(text) => (text.clone().into_bytes(), Some("text/plain; charset=utf-8")),
        }
    }
}

/// `value` with every key in PascalCase.
pub(super) fn pascal(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entry = |(key, value): (String, Value)| {
                let mut letters = key.chars();
                let first = letters.next().map(|c| c.to_ascii_uppercase());
                (first.into_iter().chain(letters).collect(), pascal(value))
            };
            Value::Object(map.into_iter().map(entry).collect::<Map<_, _>>())
        }
        Value::Array(entries) => Value::Array(entries.into_iter().map(pascal).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// An error, in one of the documented shapes. Source: learn, error-codes; api-throttling-guidance.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    status: StatusCode,
    code: u32,
    text: String,
    help: &'static [&'static str],
    source: &'static str,
}

impl Failure {
    /// With a code and words.
    pub(super) fn new(status: StatusCode, code: u32, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into(), help: &[], source: "PartnerFD" }
    }
    /// Something is wrong with what was sent.
    pub(super) fn input(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 800_002, text)
    }
    /// A parameter is wrong.
    pub(super) fn parameter(text: impl Into<String>) -> Self {
        Self { source: "PartnerApiServiceControllers", ..Self::new(StatusCode::BAD_REQUEST, 2000, text) }
    }
    /// It is not there.
    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, 1000, text)
    }
    /// As printed by another part of the service.
    pub(super) fn told_by(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }
    /// With addresses of help.
    pub(super) fn with_help(mut self, help: &'static [&'static str]) -> Self {
        self.help = help;
        self
    }
    /// As a reply. The codes about new customers come in the extended shape. Source: learn,
    /// confirm-customer-consent-customer-agreement (600061).
    pub(super) fn reply(&self) -> Reply {
        let Self { status, code, text, help, source } = self;
        if (600_000..600_100).contains(code) {
            return Reply::new(
                *status,
                json!({
                    "code": code, "message": text, "description": text, "errorName": "InvalidCustomerData",
                    "isRetryable": false, "parameters": {}, "errorMessageExtended": format!("InternalErrorCode={code}"),
                }),
            );
        }
        Reply::new(*status, json!({"code": code, "description": text, "data": help, "source": source}))
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Refused { code, text } => Self::new(status_of(code), code, text.as_str()),
            BackendError::Denied(text) => Self::new(StatusCode::FORBIDDEN, 900_308, text.as_str()),
            BackendError::Later { text } => {
                let (code, words) = text.split_once(": ").unwrap_or(("0", text.as_str()));
                Self::new(StatusCode::CONFLICT, code.parse().unwrap_or(0), words)
            }
            BackendError::Throttled { until } => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, 429, format!("too many requests until {until}"))
            }
            BackendError::Transient(text) | BackendError::Unknown(text) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, 800_003, text.as_str())
            }
        }
    }
}

/// The status that goes with a code. Source: learn, error-codes.
fn status_of(code: u32) -> StatusCode {
    match code {
        1000 | 2072 | 20000 | 20003 | 60002 | 60003 | 400_013 | 400_018 | 400_019 | 800_015 => StatusCode::NOT_FOUND,
        2030 | 2032 | 13605 | 20002 | 600_006 | 800_073..=800_075 | 900_121 | 900_123 | 900_124 => {
            StatusCode::FORBIDDEN
        }
        1003 | 27009 => StatusCode::CONFLICT,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The third shape of an error. Source: learn, api-throttling-guidance.
pub(super) fn throttled(seconds: u64) -> Reply {
    let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
    Reply::new(StatusCode::TOO_MANY_REQUESTS, json!({"statusCode": 429, "message": message}))
        .with("Retry-After", seconds.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(value: &Value) -> Vec<&str> {
        value.as_object().expect("an object").keys().map(String::as_str).collect()
    }

    #[test]
    fn each_shape_of_an_error_has_its_documented_keys() {
        let json = |reply: Reply| match reply.content {
            Content::Json(_, value) => value,
            Content::Empty | Content::Html(_) | Content::Text(_) => panic!("no JSON"),
        };
        let usual = json(Failure::input("x").reply());
        assert_eq!(keys(&usual), ["code", "data", "description", "source"]);
        assert!(usual["code"].is_u64(), "printed as a number");
        let extended = json(Failure::new(StatusCode::BAD_REQUEST, 600_049, "x").reply());
        assert_eq!(extended["errorMessageExtended"], "InternalErrorCode=600049");
        let throttle = throttled(57);
        assert_eq!(throttle.headers, [("Retry-After", "57".to_owned())]);
        let sample = json!({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."});
        assert_eq!(json(throttle), sample);
    }

    #[test]
    fn pascal_case_reaches_every_key() {
        let value = json!({"relationshipToPartner": "none", "links": [{"self": 1}]});
        assert_eq!(pascal(value), json!({"RelationshipToPartner": "none", "Links": [{"Self": 1}]}));
    }
}
