//! `onDrift`: the rules of a document by field. That a rule names a field which can drift in its kind was judged where it
//! was read: the schema offers no other. Never says what a drift is.

use super::draft::Draft;
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{self, Acceptance, AcceptedValue, DriftRules};
use crate::model::{Date, Field, Name, PartnerId, TenantId, Value};
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
    let value = match value(draft, field, &accept) {
        Ok(value) => value,
        Err(Faulty::Told) => return None,
        Err(Faulty::Form(form)) => {
            let message = format!("`accept` of `{}` is not well formed", field.name());
            draft.error(Code::BadValue, accept.at, message, format!("write {form}, as `twotier drift` shows it"));
            return None;
        }
    };
    Some(Accepted { at, value, reason: reason.value, by: by.value, expires: expires.value })
}

/// Why an accepted value is none.
enum Faulty {
    /// What it would look like.
    Form(&'static str),
    /// There is a finding already.
    Told,
}

/// The value as it is observed.
fn value(draft: &mut Draft, field: Field, written: &Spanned<AcceptedValue>) -> Result<Value, Faulty> {
    let text = match (field, &written.value) {
        (Field::Quantity, AcceptedValue::Number(count)) => return Ok(Value::Number(*count)),
        (_, AcceptedValue::Number(_)) => None,
        (_, AcceptedValue::Text(text)) => Some(text),
    };
    match field {
        Field::Quantity => Err(Faulty::Form("a count")),
        Field::PartnerOfRecord => match text.map(SmolStr::as_str) {
            Some("none") => Ok(Value::None),
            Some(id) if PartnerId::parse(id).is_ok() => Ok(Value::word(id)),
            Some(_) | None => Err(Faulty::Form("a PartnerID in quotes, or `none`")),
        },
        Field::SupportContact => supporter(draft, text.ok_or(Faulty::Form(SUPPORTER))?, written.at),
        Field::FriendlyName
        | Field::Renewal
        | Field::Status
        | Field::Commerce
        | Field::ScheduledChange
        | Field::Reseller
        | Field::PartnerIds
        | Field::CommitmentEnd => text.map(|text| Value::Text(text.clone())).ok_or(Faulty::Form("a text")),
    }
}

/// A supporter as it is observed: by its tenant, whether that or the partnership is written.
fn supporter(draft: &mut Draft, text: &SmolStr, at: At) -> Result<Value, Faulty> {
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
