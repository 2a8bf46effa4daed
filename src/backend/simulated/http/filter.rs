//! The `filter` of a list: one field, one operator, one value, as JSON. Knows no list; each says what it takes.
//! Source: learn, get-customers-of-an-indirect-reseller; get-a-record-of-partner-center-activity-by-user.

use super::body::Body;
use super::reply::Failure;

/// A filter that was understood, in lower case.
pub(super) struct Filter {
    pub(super) field: String,
    pub(super) value: String,
}

impl Filter {
    /// Reads one, such as `{"Field":"IndirectReseller","Value":"..","Operator":"starts_with"}`; `known` are the fields a
    /// list takes, each with its operator.
    ///
    /// # Errors
    /// When it is none, or of another field or operator.
    pub(super) fn read(text: &str, known: &[(&str, &str)]) -> Result<Self, Failure> {
        let bad = || Failure::parameter("The filter is not valid.");
        let body = Body::parse(text.as_bytes()).map_err(|_| bad())?;
        let part = |key: &str| body.text(key).map(str::to_lowercase).ok_or_else(bad);
        let (field, operator) = (part("field")?, part("operator")?);
        if known.contains(&(field.as_str(), operator.as_str())) {
            Ok(Self { field, value: part("value")? })
        } else {
            Err(bad())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_names_a_field_the_list_takes_with_its_operator() {
        let read = |text: &str| Filter::read(text, &[("domain", "starts_with")]).map(|filter| filter.value).ok();
        let of = |field: &str, operator: &str| {
            format!(r#"{{"Field":"{field}","Value":"Contoso.Example","Operator":"{operator}"}}"#)
        };
        assert_eq!(read(&of("Domain", "starts_with")).as_deref(), Some("contoso.example"));
        for bad in [of("Domain", "equals"), of("Colour", "starts_with"), "{}".into(), "[1]".into(), "nonsense".into()] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}
