//! One call as an endpoint sees it: ids of its path, its query, its headers, its body, and who makes it. Answers nothing.

use super::body::Body;
use super::reply::Failure;
use super::sign_in::Caller;
use crate::model::id::BadId;
use crate::model::{CustomerId, RequestId, SubscriptionId};
use http::HeaderMap;
use std::collections::BTreeMap;
use std::str::FromStr;

/// A call.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// The changing parts of the path, decoded, in order.
    pub(super) parts: Vec<String>,
    /// Keys in lower case.
    pub(super) query: &'a BTreeMap<String, String>,
    /// The query as it was written.
    pub(super) raw_query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
    /// `MS-RequestId`, as sent or made up.
    pub(super) request: RequestId,
    /// Who calls.
    pub(super) caller: &'a Caller,
}

impl Call<'_> {
    /// The nth changing part of the path.
    pub(super) fn part(&self, nth: usize) -> &str {
        self.parts.get(nth).map_or("", String::as_str)
    }
    /// The customer, always the first changing part.
    ///
    /// # Errors
    /// When it is no GUID.
    pub(super) fn customer(&self) -> Result<CustomerId, Failure> {
        self.id(0)
    }
    /// The customer and its subscription, always the second changing part.
    ///
    /// # Errors
    /// When one of them is no GUID.
    pub(super) fn subscription(&self) -> Result<(CustomerId, SubscriptionId), Failure> {
        Ok((self.customer()?, self.id(1)?))
    }
    fn id<T: FromStr<Err = BadId>>(&self, nth: usize) -> Result<T, Failure> {
        let text = self.part(nth);
        text.parse().map_err(|_| Failure::parameter(format!("{text} must be a GUID.")))
    }
    /// A part of the query that is not empty.
    pub(super) fn query(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub(super) fn json(&self) -> Result<Body, Failure> {
        Body::parse(self.body)
    }
    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// The pairs of a query or a form, keys in lower case, the last of equal ones.
pub(super) fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).map(|(key, value)| (key.to_lowercase(), value.into_owned())).collect()
}

/// Percent-encoding undone; what is none stands for itself.
pub(super) fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_queries_are_decoded() {
        assert_eq!(decoded("a%2Fb%zz%4"), "a/b%zz%4");
        let query = pairs(b"Size=40&filter=%7B%22Field%22%3A1%7D");
        assert_eq!(query.get("size").map(String::as_str), Some("40"));
        assert_eq!(query.get("filter").map(String::as_str), Some("{\"Field\":1}"));
    }
}
