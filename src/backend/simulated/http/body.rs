//! What a request says in its body: JSON whose keys are read in any case, because the documented samples send both.
//! Never keeps what it does not know.

use super::reply::Failure;
use serde_json::{Map, Value};

/// A JSON body, or a part of one; every key in lower case.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Body(Value);

impl Body {
    /// Reads a body; an empty one is an empty object.
    ///
    /// # Errors
    /// When it is not JSON. Source: learn, error-codes (800002).
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Failure> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Value::Object(Map::new())));
        }
        let value = serde_json::from_slice(bytes)
            .map_err(|error| Failure::input(format!("the body is not JSON: line {}", error.line())))?;
        Ok(Self(lowered(value)))
    }
    /// The part below a key; null and absent are the same.
    pub(super) fn part(&self, key: &str) -> Option<Self> {
        self.value(key).cloned().map(Self)
    }
    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
    /// The text of the first of several spellings that says something.
    pub(super) fn text_of(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.text(key))
    }
    /// A whole number, as a number or as a text.
    pub(super) fn number(&self, key: &str) -> Option<u32> {
        let value = self.value(key)?;
        let number = value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.and_then(|number| u32::try_from(number).ok())
    }
    /// True or false.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.value(key).and_then(Value::as_bool)
    }
    /// The entries of a list; none when it is absent.
    pub(super) fn list(&self, key: &str) -> Vec<Self> {
        let entries = self.value(key).and_then(Value::as_array);
        entries.into_iter().flatten().cloned().map(Self).collect()
    }
    /// Itself as a text.
    pub(super) fn as_text(&self) -> Option<&str> {
        self.0.as_str()
    }
    /// Whether the key is written, even as null.
    pub(super) fn says(&self, key: &str) -> bool {
        self.0.get(key).is_some()
    }
    fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }
}

fn lowered(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, value)| (key.to_lowercase(), lowered(value))).collect())
        }
        Value::Array(entries) => Value::Array(entries.into_iter().map(lowered).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_any_case_and_null_is_absent() {
        let body = Body::parse(b"\xef\xbb\xbf{\"CompanyProfile\":{\"DOMAIN\":\"x\",\"TenantId\":null}}").expect("JSON");
        let company = body.part("companyprofile").expect("there");
        assert_eq!(company.text("domain"), Some("x"));
        assert_eq!((company.text("tenantid"), company.says("tenantid")), (None, true));
        assert!(Body::parse(b"{").is_err());
        assert!(Body::parse(b" ").is_ok());
    }
}
