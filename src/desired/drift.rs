//! `onDrift`: the rules of a document by field. That a rule names a field which can drift in its kind was judged where it
//! was read: the schema offers no other. Never says what a drift is.

use crate::manifest::document::{DriftRules, OnDrift};
use crate::model::Field;
use std::collections::BTreeMap;

/// The fields of a subscription that can drift.
pub(super) const SUBSCRIPTION: &[Field] =
    &[Field::PartnerOfRecord, Field::Quantity, Field::FriendlyName, Field::Renewal];

/// The fields of a customer or delegation that can drift.
pub(super) const SUPPORT: &[Field] = &[Field::SupportContact];

/// The rules by field.
pub(super) fn drift(rules: DriftRules, known: &[Field]) -> BTreeMap<Field, OnDrift> {
    let field = |name: &str| known.iter().copied().find(|field| field.name() == name);
    rules.into_iter().filter_map(|(name, rule)| Some((field(&name)?, rule.value))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::meant;
    use super::*;
    use crate::manifest;
    use crate::model::Kind;

    /// The fields that the schema of a kind offers, at a place in it.
    fn offered(kind: Kind, definition: &str) -> Vec<String> {
        let schema = manifest::schema(kind);
        let drift = &schema["$defs"][definition]["properties"]["onDrift"];
        drift["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }
    fn names(fields: &[Field]) -> Vec<String> {
        let mut names: Vec<String> = fields.iter().map(|field| field.name().to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_schema_offers_exactly_what_can_drift() {
        assert_eq!(offered(Kind::Customer, "Subscription"), names(SUBSCRIPTION));
        assert_eq!(offered(Kind::Subscription, "StandaloneSubscription"), names(SUBSCRIPTION));
        assert_eq!(offered(Kind::Customer, "Customer"), names(SUPPORT));
        assert_eq!(offered(Kind::SupportDelegation, "SupportDelegation"), names(SUPPORT));
    }

    #[test]
    fn rules_of_drift_reach_their_field() {
        let desired = meant(
            "Customer contoso {tenantId: %c1, subscriptions: {a: {subscriptionId: %s1, onDrift: {quantity: restore}}}}",
        );
        let rules: Vec<_> = desired.subscriptions.into_values().flat_map(|it| it.on_drift).collect();
        assert_eq!(rules, [(Field::Quantity, OnDrift::Restore)]);
    }
}
