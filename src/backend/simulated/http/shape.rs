//! Small pieces that many documented bodies share: links, collections, dates. Reads no tenant.

use crate::model::Timestamp;
use serde_json::{Value, json};

/// A link to read something.
pub(super) fn link(uri: impl Into<String>) -> Value {
    json!({"uri": uri.into(), "method": "GET", "headers": []})
}

/// `links` with nothing but `self`.
pub(super) fn own_link(uri: impl Into<String>) -> Value {
    json!({"self": link(uri)})
}

/// `attributes` of an object.
pub(super) fn attributes(object_type: &str) -> Value {
    json!({"objectType": object_type})
}

/// A whole list in one reply, without links.
pub(super) fn collection(items: Vec<Value>) -> Value {
    json!({"totalCount": items.len(), "items": items, "attributes": attributes("Collection")})
}

/// A whole list in one reply, with its own address.
pub(super) fn linked_collection(items: Vec<Value>, uri: String) -> Value {
    let mut value = collection(items);
    value["links"] = own_link(uri);
    value
}

/// With seven fractional digits, as most replies print them. Source: learn, get-all-of-a-customer-s-subscriptions.
pub(super) fn fractional(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}.3058617Z", text.trim_end_matches('Z'))
}

/// With an offset instead of `Z`. Source: learn, create-scheduled-changes.
pub(super) fn offset(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{}.9263727+00:00", text.trim_end_matches('Z'))
}

/// Without `Z` or offset. Source: learn, get-confirmation-of-customer-agreement.
pub(super) fn unzoned(at: Timestamp) -> String {
    at.to_string().trim_end_matches('Z').to_owned()
}

/// As the `Date` header writes it.
pub(super) fn http_date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_second(at.seconds()).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_in_every_documented_form() {
        let at = "2026-11-23T09:00:00Z".parse().expect("a time");
        assert_eq!(fractional(at), "2026-11-23T09:00:00.3058617Z");
        assert_eq!(offset(at), "2026-11-23T09:00:00.9263727+00:00");
        assert_eq!(unzoned(at), "2026-11-23T09:00:00");
        assert_eq!(http_date(at), "Mon, 23 Nov 2026 09:00:00 GMT");
    }
}
