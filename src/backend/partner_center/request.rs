//! What is asked of the service, as values: method, target, headers and body of each call in the documented form. Sends
//! nothing, and holds no token until the moment of sending.

use super::call::Call;
use crate::model::{CustomerId, RequestId, Secret};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Method, Request};
use serde_json::Value;

/// The header that continues a list. Source: learn, get-invoice-unbilled-consumption-lineitems.
pub(super) const CONTINUATION: HeaderName = HeaderName::from_static("ms-continuationtoken");
/// The header that tells repeats of a call from new calls. Source: learn, headers.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
/// The header by which a call is traced; new for every call. Source: learn, headers.
pub(super) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
const CONTRACT_VERSION: HeaderName = HeaderName::from_static("ms-contract-version");
const LOCALE: HeaderName = HeaderName::from_static("x-locale");

/// One call, complete but for what the moment of sending gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    /// Which.
    pub(super) call: Call,
    /// About which customer, for limits counted by customer.
    pub(super) customer: Option<CustomerId>,
    /// The method.
    pub(super) method: Method,
    /// Path and query, from `/v1/`.
    pub(super) target: String,
    /// Continues a list, if it does.
    pub(super) continuation: Option<String>,
    /// JSON, or nothing.
    pub(super) body: Option<Vec<u8>>,
}

/// What the moment of sending gives.
#[derive(Clone, Copy)]
pub(super) struct Moment<'a> {
    /// Where the service is, without a slash at the end.
    pub(super) base: &'a str,
    /// The token.
    pub(super) bearer: &'a Secret,
    /// Repeated when the call is repeated after a lost reply.
    pub(super) request: RequestId,
    /// New for every call.
    pub(super) correlation: RequestId,
}

impl Ask {
    /// Asks for something.
    pub(super) fn get(call: Call, target: String) -> Self {
        Self { call, customer: None, method: Method::GET, target, continuation: None, body: None }
    }
    /// The same about a customer: `rest` follows `/v1/customers/{c}`.
    pub(super) fn get_of(call: Call, customer: CustomerId, rest: &str) -> Self {
        Self { customer: Some(customer), ..Self::get(call, format!("/v1/customers/{customer}{rest}")) }
    }
    /// The same with another method and a body.
    pub(super) fn with(self, method: Method, body: &Value) -> Self {
        Self { method, body: Some(body.to_string().into_bytes()), ..self }
    }
    /// The request.
    ///
    /// # Errors
    /// When the address of the service, the token or an id cannot stand in a request.
    pub(super) fn request(&self, moment: Moment<'_>) -> Result<Request<Vec<u8>>, http::Error> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", moment.bearer.expose()))?;
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(format!("{}{}", moment.base, self.target))
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json")
            .header(REQUEST_ID, moment.request.to_string())
            .header(CORRELATION_ID, moment.correlation.to_string())
            .header(CONTRACT_VERSION, "v1")
            .header(LOCALE, "en-US");
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(token) = &self.continuation {
            request = request.header(CONTINUATION, token);
        }
        request.body(self.body.clone().unwrap_or_default())
    }
}

/// `?key=value&..` of pairs, encoded.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    format!("?{}", query.finish())
}

/// The filter of a list: one field, by what its value begins with. Source: learn, get-customers-of-an-indirect-reseller.
pub(super) fn starts_with(field: &str, value: &str) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    format!(r#"{{"Field":{},"Value":{},"Operator":"starts_with"}}"#, quoted(field), quoted(value))
}

/// One part of a path; everything but unreserved characters is encoded.
pub(super) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_carries_the_documented_headers_and_hides_its_token() {
        let moment = Moment {
            base: "https://api.partnercenter.microsoft.com",
            bearer: &Secret::new("t0ken".into()),
            request: RequestId::from_bytes([1; 16]),
            correlation: RequestId::from_bytes([2; 16]),
        };
        let mut ask = Ask::get(Call::Customers, "/v1/customers?size=500".into());
        ask.continuation = Some("AQAAAA==".into());
        let request = ask.request(moment).expect("a request");
        assert_eq!(request.uri(), "https://api.partnercenter.microsoft.com/v1/customers?size=500");
        let headers: Vec<(String, String)> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect();
        let expected = [
            ("authorization", "Bearer t0ken"),
            ("accept", "application/json"),
            ("ms-requestid", "01010101-0101-0101-0101-010101010101"),
            ("ms-correlationid", "02020202-0202-0202-0202-020202020202"),
            ("ms-contract-version", "v1"),
            ("x-locale", "en-US"),
            ("ms-continuationtoken", "AQAAAA=="),
        ];
        assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(!format!("{request:?}").contains("t0ken"));
    }

    #[test]
    fn nothing_written_by_others_leaves_its_place_in_a_target() {
        assert_eq!(segment("a/../b?c#d e"), "a%2F..%2Fb%3Fc%23d%20e");
        let filter = starts_with("Domain", "x\"}");
        assert_eq!(filter, r#"{"Field":"Domain","Value":"x\"}","Operator":"starts_with"}"#);
        assert_eq!(query(&[("size", "500"), ("filter", "{&}")]), "?size=500&filter=%7B%26%7D");
    }
}
