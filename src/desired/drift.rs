//! `onDrift`: which fields it may name in which kind. Never says what a drift is.

use super::draft::Draft;
use super::sort::quoted;
use crate::diag::Code;
use crate::manifest::document::{DriftRules, OnDrift};
use crate::model::Field;
use std::collections::BTreeMap;
use std::fmt;

/// The fields of a subscription that can drift.
pub(super) const SUBSCRIPTION: &[Field] =
    &[Field::PartnerOfRecord, Field::Quantity, Field::FriendlyName, Field::Renewal];

/// The fields of a customer or delegation that can drift.
pub(super) const SUPPORT: &[Field] = &[Field::SupportContact];

/// The rules by field. That a field exists was judged where it was read; a finding for each that is a relation or a
/// text, of which nothing is brought back.
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
        let help = if names.is_empty() {
            "no field of this kind is brought back or left alone by choice: remove the line".to_owned()
        } else {
            format!("here it may name {}", quoted(&names))
        };
        let message = format!("`onDrift` of {who} names `{name}`, of which drift is only reported");
        draft.error(Code::UnknownValue, rule.at, message, help);
    }
    by_field
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use crate::manifest::document::OnDrift;
    use crate::model::Field;

    #[test]
    fn rules_of_drift_name_fields_that_can_drift() {
        check(
            "Customer contoso {tenantId: %c1, onDrift: {reseller: report}, subscriptions: {a: {subscriptionId: %s1}}}",
            &[
                "TT0106 error at report: `onDrift` of customer `contoso` names `reseller`, of which drift is only reported; help: here it may name `supportContact`",
            ],
        );
        let desired = meant(
            "Customer contoso {tenantId: %c1, subscriptions: {a: {subscriptionId: %s1, onDrift: {quantity: restore}}}}",
        );
        let rules: Vec<_> = desired.subscriptions.into_values().flat_map(|it| it.on_drift).collect();
        assert_eq!(rules, [(Field::Quantity, OnDrift::Restore)]);
    }
}
