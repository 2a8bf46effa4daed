//! Replies as the service really writes them: a byte-order mark or a stray `?` before the body, keys in any case and with
//! or without separators, numbers as text, null for nothing. Whatever cannot be understood is garbage, never nothing.

use crate::model::Timestamp;
use serde_json::Value;
use smol_str::{SmolStr, ToSmolStr};
use std::fmt;
use std::str::FromStr;

/// Why a reply cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Garbage(pub(super) SmolStr);
impl fmt::Display for Garbage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The JSON of a body. Source: learn, update-a-subscription-s-support-contact (byte-order mark), checkout-a-cart (`?`).
pub(super) fn json(body: &[u8]) -> Result<Value, Garbage> {
    let body = bare(body);
    if body.first() == Some(&b'<') {
        return Err(Garbage("it is a page for people, from something in between or a service out of order".into()));
    }
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof if body.is_empty() => Garbage("it is empty".into()),
        serde_json::error::Category::Eof => Garbage("it ends in the middle".into()),
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Data => {
            Garbage("it is not JSON".into())
        }
    })
}

/// A body without what may stand before it.
pub(super) fn bare(body: &[u8]) -> &[u8] {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    match body.iter().position(|byte| *byte != b'?') {
        Some(at) => body[at..].trim_ascii_start(),
        None => &[],
    }
}

/// An object of a reply.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    object: &'a serde_json::Map<String, Value>,
}

impl<'a> Node<'a> {
    /// The object a value is.
    pub(super) fn of(value: &'a Value) -> Result<Self, Garbage> {
        value.as_object().map(|object| Self { object }).ok_or_else(|| Garbage("it is no object".into()))
    }
    /// A value by its key, whatever its case and separators; null is nothing.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        let found = self.object.get(key).or_else(|| self.object.iter().find(|(k, _)| same_key(k, key)).map(|(_, v)| v));
        found.filter(|value| !value.is_null())
    }
    /// Whether there is such a key, even with null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.object.keys().any(|k| same_key(k, key))
    }
    /// An object within.
    pub(super) fn node(&self, key: &str) -> Result<Option<Self>, Garbage> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Object(object)) => Ok(Some(Self { object })),
            Some(_) => Err(wrong(key, "object")),
        }
    }
    /// A list of objects; missing and null are empty.
    pub(super) fn nodes(&self, key: &str) -> Result<Vec<Self>, Garbage> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                items.iter().map(Self::of).collect::<Result<_, _>>().map_err(|_| wrong(key, "list of objects"))
            }
            Some(_) => Err(wrong(key, "list")),
        }
    }
    /// Text, trimmed; empty is nothing, and a number is its digits.
    pub(super) fn text(&self, key: &str) -> Result<Option<SmolStr>, Garbage> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_smolstr()).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_smolstr())),
            Some(_) => Err(wrong(key, "text")),
        }
    }
    /// Text that must be there.
    pub(super) fn need(&self, key: &str) -> Result<SmolStr, Garbage> {
        self.text(key)?.ok_or_else(|| missing(key))
    }
    /// Text of a form of its own, such as an id.
    pub(super) fn parsed<T: FromStr>(&self, key: &str) -> Result<Option<T>, Garbage> {
        self.text(key)?.map(|text| text.parse().map_err(|_| wrong(key, "known form"))).transpose()
    }
    /// The same, and it must be there.
    pub(super) fn need_parsed<T: FromStr>(&self, key: &str) -> Result<T, Garbage> {
        self.parsed(key)?.ok_or_else(|| missing(key))
    }
    /// Yes or no.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, Garbage> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(wrong(key, "yes or no")),
        }
    }
    /// A whole number from 0, as number or text.
    pub(super) fn count(&self, key: &str) -> Result<Option<u32>, Garbage> {
        let Some(value) = self.get(key) else { return Ok(None) };
        whole(value).map(Some).ok_or_else(|| wrong(key, "whole number"))
    }
    /// A time. One that is written in no known form is as good as not told.
    pub(super) fn time(&self, key: &str) -> Option<Timestamp> {
        self.get(key)?.as_str().and_then(time)
    }
}

/// A whole number from 0, as number or text, such as a code. Source: learn, error-codes (text), its samples (number).
pub(super) fn whole(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => {
            let whole = number.as_u64().or_else(|| number.to_string().strip_suffix(".0")?.parse().ok());
            whole.and_then(|n| u32::try_from(n).ok())
        }
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A time in any form the service's pages show: 0 to 7 digits of a second, an offset or none (then UTC), a date alone, and
/// blanks within. Source: learn, subscription-resources, partner-center-webhook-events.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let tight: String = text.split_whitespace().collect();
    [text, tight.as_str()].iter().find_map(|text| {
        let instant = text.parse::<jiff::Timestamp>().ok().map(|instant| Timestamp::from_seconds(instant.as_second()));
        instant.or_else(|| {
            let civil: jiff::civil::DateTime = text.parse().ok()?;
            let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            Some(Timestamp::from_seconds(zoned.timestamp().as_second()))
        })
    })
}

/// Whether two keys differ at most by case and separators.
pub(super) fn same_key(left: &str, right: &str) -> bool {
    fn folded(key: &str) -> impl Iterator<Item = char> + '_ {
        key.chars().filter(|c| *c != '_' && *c != '-').map(|c| c.to_ascii_lowercase())
    }
    folded(left).eq(folded(right))
}

fn wrong(key: &str, what: &str) -> Garbage {
    Garbage(smol_str::format_smolstr!("its `{key}` is no {what}"))
}
fn missing(key: &str) -> Garbage {
    Garbage(smol_str::format_smolstr!("it has no `{key}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_may_stand_before_a_body_does_not_matter() {
        for body in ["\u{feff}{\"a\":1}", "?{\"a\":1}", " \r\n{\"a\":1}\n", "\u{feff}??\n {\"a\":1}"] {
            let value = json(body.as_bytes()).unwrap_or_else(|garbage| panic!("{body:?}: {garbage}"));
            assert_eq!(Node::of(&value).and_then(|node| node.count("A")), Ok(Some(1)), "{body:?}");
        }
    }

    #[test]
    fn what_is_no_json_says_what_it_is() {
        let words = |body: &str| json(body.as_bytes()).expect_err("garbage").0;
        assert!(words("<!DOCTYPE html><html>").contains("page for people"));
        assert_eq!(words(""), "it is empty");
        assert_eq!(words("?"), "it is empty");
        assert_eq!(words("{\"items\":[{"), "it ends in the middle");
        assert_eq!(words("OK"), "it is not JSON");
    }

    #[test]
    fn keys_fold_and_values_are_taken_as_number_or_text() {
        let value = json(br#"{"Company_Name":" X ","mpnId":4847383,"quantity":"25","seats":24.0,"isSigned":"True","none":null,"empty":""}"#)
            .expect("JSON");
        let node = Node::of(&value).expect("an object");
        assert_eq!(node.text("companyName"), Ok(Some("X".into())));
        assert_eq!(node.text("MpnId"), Ok(Some("4847383".into())));
        assert_eq!((node.count("Quantity"), node.count("seats")), (Ok(Some(25)), Ok(Some(24))));
        assert_eq!(node.flag("is_signed"), Ok(Some(true)));
        assert_eq!((node.text("none"), node.text("empty"), node.has("None")), (Ok(None), Ok(None), true));
        assert_eq!(node.nodes("missing").map(|nodes| nodes.len()), Ok(0));
    }

    #[test]
    fn a_value_of_another_kind_is_garbage_not_nothing() {
        let value = json(br#"{"items":"none","id":{},"quantity":-1,"flag":3,"list":[1]}"#).expect("JSON");
        let node = Node::of(&value).expect("an object");
        assert!(node.nodes("items").is_err() && node.nodes("list").is_err());
        assert!(node.text("id").is_err() && node.count("quantity").is_err() && node.flag("flag").is_err());
    }

    #[test]
    fn every_documented_form_of_a_date_is_read() {
        let at = |text: &str| time(text).unwrap_or_else(|| panic!("{text}")).to_string();
        assert_eq!(at("2021-10-15T21:28:19.3058617Z"), "2021-10-15T21:28:19Z");
        assert_eq!(at("2019-01-09T00:21:45.9263727"), "2019-01-09T00:21:45Z");
        assert_eq!(at("2017-06-15T15:56:04.077-07:00"), "2017-06-15T22:56:04Z");
        assert_eq!(at("2019-08-26T00:00:00"), "2019-08-26T00:00:00Z");
        assert_eq!(at("9999-12-10T00:00:00Z"), "9999-12-10T00:00:00Z");
        assert_eq!(at("2021-07-14T18:02: 00Z"), "2021-07-14T18:02:00Z");
        assert_eq!(at("2021-07-14 18:02:00"), "2021-07-14T18:02:00Z");
        assert_eq!(at("2021-07-14"), "2021-07-14T00:00:00Z");
        assert_eq!(time("soon"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn no_bytes_break_the_decoder(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = json(&body) {
                let _ = Node::of(&value).map(|node| node.text("id"));
            }
        }
        #[test]
        fn no_text_breaks_dates(text in ".{0,40}") {
            let _ = time(&text);
        }
    }
}
