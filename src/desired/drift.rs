//! `onDrift`: the rules of a document by field. That a rule names a field which can drift in its kind was judged where it
//! was read: the schema offers no other. Never says what a drift is.

use super::draft::Draft;
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{self, Acceptance, AcceptedValue, DriftRules};
use crate::model::{Date, Field, Managed, Name, PartnerId, TenantId, Value};
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

/// The rules of a subscription.
pub(super) fn of_subscription(draft: &mut Draft, mut rules: DriftRules) -> BTreeMap<Managed, OnDrift> {
    let mut resolved = BTreeMap::new();
    for field in Managed::ALL {
        let read = |_: &mut Draft, written: &Spanned<AcceptedValue>| value(field, &written.value);
        resolved.extend(rule(draft, &mut rules, field.into(), read).map(|rule| (field, rule)));
    }
    resolved
}

/// The rule of who supports a customer's subscriptions.
pub(super) fn of_support(draft: &mut Draft, mut rules: DriftRules) -> Option<OnDrift> {
    rule(draft, &mut rules, Field::SupportContact, supporter)
}

/// The rule of a field, whose accepted value is read so.
fn rule(
    draft: &mut Draft,
    rules: &mut DriftRules,
    field: Field,
    read: impl FnOnce(&mut Draft, &Spanned<AcceptedValue>) -> Result<Value, Faulty>,
) -> Option<OnDrift> {
    let Spanned { value, at } = rules.remove(field.name())?;
    let Acceptance { accept, reason, by, expires } = match value {
        document::OnDrift::Restore => return Some(OnDrift::Restore),
        document::OnDrift::Report => return Some(OnDrift::Report),
        document::OnDrift::Accept(acceptance) => *acceptance,
    };
    let value = match read(draft, &accept) {
        Ok(value) => value,
        Err(Faulty::Told) => return None,
        Err(Faulty::Form(form)) => {
            let message = format!("`accept` of `{}` is not well formed", field.name());
            draft.error(Code::BadValue, accept.at, message, format!("write {form}, as `twotier drift` shows it"));
            return None;
        }
    };
    let (reason, by, expires) = (reason.value, by.value, expires.value);
    Some(OnDrift::Accept(Box::new(Accepted { at, value, reason, by, expires })))
}

/// Why an accepted value is none.
enum Faulty {
    /// What it would look like.
    Form(&'static str),
    /// There is a finding already.
    Told,
}

/// The value of a subscription's field as it is observed.
fn value(field: Managed, written: &AcceptedValue) -> Result<Value, Faulty> {
    match (field, written) {
        (Managed::Quantity, AcceptedValue::Number(count)) => Ok(Value::Number(*count)),
        (Managed::Quantity, AcceptedValue::Text(_)) => Err(Faulty::Form("a count")),
        (Managed::PartnerOfRecord, AcceptedValue::Text(text)) if text == "none" => Ok(Value::None),
        (Managed::PartnerOfRecord, AcceptedValue::Text(id)) if PartnerId::parse(id).is_ok() => Ok(Value::word(id)),
        (Managed::PartnerOfRecord, AcceptedValue::Text(_) | AcceptedValue::Number(_)) => {
            Err(Faulty::Form("a PartnerID in quotes, or `none`"))
        }
        (Managed::FriendlyName | Managed::Renewal, AcceptedValue::Text(text)) => Ok(Value::Text(text.clone())),
        (Managed::FriendlyName | Managed::Renewal, AcceptedValue::Number(_)) => Err(Faulty::Form("a text")),
    }
}

/// A supporter as it is observed: by its tenant, whether that or the partnership is written.
fn supporter(draft: &mut Draft, written: &Spanned<AcceptedValue>) -> Result<Value, Faulty> {
    let at = written.at;
    let AcceptedValue::Text(text) = &written.value else { return Err(Faulty::Form(SUPPORTER)) };
    if text == "provider" {
        // Without a provider there is no plan.
        return Ok(draft.provider.as_ref().map_or(Value::None, |provider| Value::text(provider.tenant)));
    }
    if let Ok(tenant) = text.parse::<TenantId>() {
        return Ok(Value::text(tenant));
    }
    let name: Name = text.parse().map_err(|_| Faulty::Form(SUPPORTER))?;
    let found = draft.partner(&name, at, format_args!("`accept` names support contact")).ok_or(Faulty::Told)?;
    match draft.partners.get(found).and_then(|partner| partner.resolved.tenant) {
        Some(tenant) => Ok(Value::text(tenant)),
        None => {
            let message = format!("`accept` names support contact `{name}`, whose tenant no manifest tells");
            draft.error(Code::BadValue, at, message, "write its `tenantId` into the partnership: `twotier bind` does");
            Err(Faulty::Told)
        }
    }
}

const SUPPORTER: &str = "a partnership, the tenant id of the supporting reseller, or `provider`";

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use super::*;
    use crate::manifest;
    use crate::model::Kind;

    /// The fields that the schema of a kind offers, at a place in it.
    fn offered(kind: Kind, definition: &str) -> Vec<String> {
        let schema = manifest::schema(kind);
        let drift = &schema["$defs"][definition]["properties"]["onDrift"];
        drift["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    #[test]
    fn the_schema_offers_exactly_what_can_drift() {
        let mut managed = Managed::ALL.map(Managed::name);
        managed.sort_unstable();
        assert_eq!(offered(Kind::Customer, "Subscription"), managed);
        assert_eq!(offered(Kind::Subscription, "StandaloneSubscription"), managed);
        let support = [Field::SupportContact.name()];
        assert_eq!(offered(Kind::Customer, "Customer"), support);
        assert_eq!(offered(Kind::SupportDelegation, "SupportDelegation"), support);
    }

    #[test]
    fn rules_of_drift_reach_their_field() {
        let desired = meant(
            "Customer contoso {tenantId: %c1, subscriptions: {a: {subscriptionId: %s1, onDrift: {quantity: restore}}}}",
        );
        let rules: Vec<_> = desired.subscriptions.into_values().flat_map(|it| it.on_drift).collect();
        assert_eq!(rules, [(Managed::Quantity, OnDrift::Restore)]);
    }

    #[test]
    fn an_accepted_supporter_is_one_value_however_it_is_written() {
        let accepted = |written: &str| {
            let desired = meant(&format!(
                "Customer contoso {{tenantId: %c1, supportContact: provider, onDrift: {{supportContact: {{accept: {written}, reason: r, by: b, expires: 2026-12-31}}}}, subscriptions: {{a: {{subscriptionId: %s1}}}}}}"
            ));
            let rules = desired.support.into_values().filter_map(|it| it.on_drift);
            rules
                .map(|rule| match rule {
                    OnDrift::Accept(accepted) => Some(accepted.value),
                    OnDrift::Restore | OnDrift::Report => None,
                })
                .collect::<Vec<_>>()
        };
        let by_name = accepted("fabrikam");
        assert!(matches!(by_name.as_slice(), [Some(Value::Text(_))]), "{by_name:?}");
        let Some(Some(Value::Text(tenant))) = by_name.first() else { unreachable!() };
        assert_eq!(accepted(tenant), by_name);
        assert_ne!(accepted("provider"), by_name);
    }

    #[test]
    fn an_accepted_supporter_that_no_manifest_knows_is_told() {
        let customer = |accept: &str| {
            format!(
                "Customer contoso {{tenantId: %c1, supportContact: provider, onDrift: {{supportContact: {{accept: {accept}, reason: r, by: b, expires: 2026-12-31}}}}}}"
            )
        };
        check(
            &customer("fabrikan"),
            &[
                "TT0102 error at fabrikan: `accept` names support contact `fabrikan`, which no manifest declares; help: did you mean `fabrikam`?",
            ],
        );
        check(
            &customer("northwind"),
            &[
                "TT0107 error at northwind: `accept` names support contact `northwind`, whose tenant no manifest tells; help: write its `tenantId` into the partnership: `twotier bind` does",
            ],
        );
        check(
            &customer("\"N. W.\""),
            &[
                "TT0107 error at \"N. W.\": `accept` of `supportContact` is not well formed; help: write a partnership, the tenant id of the supporting reseller, or `provider`, as `twotier drift` shows it",
            ],
        );
    }
}
