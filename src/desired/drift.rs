//! `onDrift`: the rules of a document by field. That a rule names a field which can drift in its kind was judged where it
//! was read: the schema offers no other. Never says what a drift is.

use super::draft::Draft;
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{self, Acceptance, AcceptedValue, DriftRules};
use crate::model::{Date, Field, PartnerId, TenantId, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What to do about a field that moved in the tenant while its declaration did not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDrift {
    /// Bring the declared value back.
    Restore,
    /// Say so and leave it.
    Report,
    /// One value is left for a while; drift to any other is what it would be without this.
    Accept(Box<Accepted>),
}

/// A value that may stand in the tenant instead of the declared one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Where it is written.
    pub at: At,
    /// Which value.
    pub value: Value,
    /// Why.
    pub reason: SmolStr,
    /// Who says so.
    pub by: SmolStr,
    /// Until the end of this day, UTC.
    pub expires: Date,
}
impl Accepted {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, today: Date) -> bool {
        today <= self.expires
    }
}
/// The fields of a subscription that can drift.
pub(super) const SUBSCRIPTION: &[Field] =
    &[Field::PartnerOfRecord, Field::Quantity, Field::FriendlyName, Field::Renewal];

/// The fields of a customer or delegation that can drift.
pub(super) const SUPPORT: &[Field] = &[Field::SupportContact];

/// The rules by field.
pub(super) fn drift(draft: &mut Draft, rules: DriftRules, known: &[Field]) -> BTreeMap<Field, OnDrift> {
    let field = |name: &str| known.iter().copied().find(|field| field.name() == name);
    let mut resolved = BTreeMap::new();
    for (name, Spanned { value, at }) in rules {
        let Some(field) = field(&name) else { continue };
        let rule = match value {
            document::OnDrift::Restore => OnDrift::Restore,
            document::OnDrift::Report => OnDrift::Report,
            document::OnDrift::Accept(acceptance) => {
                let Some(accepted) = accepted(draft, field, at, *acceptance) else { continue };
                OnDrift::Accept(Box::new(accepted))
            }
        };
        resolved.insert(field, rule);
    }
    resolved
}

fn accepted(draft: &mut Draft, field: Field, at: At, written: Acceptance) -> Option<Accepted> {
    let Acceptance { accept, reason, by, expires } = written;
    match value(draft, field, &accept.value) {
        Ok(value) => Some(Accepted { at, value, reason: reason.value, by: by.value, expires: expires.value }),
        Err(form) => {
            let message = format!("`accept` of `{}` is not well formed", field.name());
            draft.error(Code::BadValue, accept.at, message, format!("write {form}, as `twotier drift` shows it"));
            None
        }
    }
}

/// The value as it is observed; else what it would look like.
fn value(draft: &Draft, field: Field, written: &AcceptedValue) -> Result<Value, &'static str> {
    let text = match (field, written) {
        (Field::Quantity, AcceptedValue::Number(count)) => return Ok(Value::Number(*count)),
        (_, AcceptedValue::Number(_)) => None,
        (_, AcceptedValue::Text(text)) => Some(text),
    };
    match field {
        Field::Quantity => Err("a count"),
        Field::PartnerOfRecord => match text.map(SmolStr::as_str) {
            Some("none") => Ok(Value::None),
            Some(id) if PartnerId::parse(id).is_ok() => Ok(Value::word(id)),
            Some(_) | None => Err("a PartnerID in quotes, or `none`"),
        },
        Field::SupportContact => match (text.map(SmolStr::as_str), &draft.provider) {
            (Some("provider"), Some(provider)) => Ok(Value::text(provider.tenant)),
            // Without a provider there is no plan.
            (Some("provider"), None) => Ok(Value::None),
            (Some(text), _) => text.parse::<TenantId>().map(Value::text).map_err(|_| SUPPORTER),
            (None, _) => Err(SUPPORTER),
        },
        Field::FriendlyName
        | Field::Renewal
        | Field::Status
        | Field::Commerce
        | Field::ScheduledChange
        | Field::Reseller => text.map(|text| Value::Text(text.clone())).ok_or("a text"),
    }
}

const SUPPORTER: &str = "the tenant id of the supporting reseller, or `provider`";

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
