//! `onDrift`: which fields it may name in which kind. Never says what a drift is.

use super::draft::Draft;
use super::sort::quoted;
use crate::diag::{Code, nearest};
use crate::manifest::document::{DriftRules, OnDrift};
use crate::model::Field;
use std::collections::BTreeMap;
use std::fmt;

/// The fields of a subscription that can drift.
pub(super) const SUBSCRIPTION: &[Field] =
    &[Field::PartnerOfRecord, Field::Quantity, Field::FriendlyName, Field::Renewal];

/// The fields of a customer or delegation that can drift.
pub(super) const SUPPORT: &[Field] = &[Field::SupportContact];

/// The rules by field; a finding for each field that is not among `known`.
pub(super) fn drift(
    draft: &mut Draft,
    who: fmt::Arguments<'_>,
    rules: DriftRules,
    known: &[Field],
) -> BTreeMap<Field, OnDrift> {
    let mut by_field = BTreeMap::new();
    for (name, rule) in rules {
        if let Some(field) = known.iter().find(|field| field.name() == name) {
            by_field.insert(*field, rule.value);
            continue;
        }
        let names: Vec<&str> = known.iter().map(|field| field.name()).collect();
        let help = match nearest(&name, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if names.is_empty() => "no field of this kind is compared with the tenant: remove the line".to_owned(),
            None => format!("here it may name {}", quoted(&names)),
        };
        draft.error(Code::UnknownField, rule.at, format!("`onDrift` of {who} names unknown field `{name}`"), help);
    }
    by_field
}
