//! Quirks of the service, taken away in one place. Never loses a value it does not understand.

use crate::model::PartnerId;

/// Whether two partner-of-record values mean the same; empty and absent are one.
#[must_use]
pub fn same_partner(a: Option<&PartnerId>, b: Option<&PartnerId>) -> bool {
    fn filled(id: Option<&PartnerId>) -> Option<&str> {
        id.map(PartnerId::as_str).map(str::trim).filter(|text| !text.is_empty())
    }
    filled(a) == filled(b)
}
