//! What a step id and `planId` are made of: SHA-256 over RFC 8785 JSON of the wire form. Reasons, texts, places, risks,
//! predicted calls and everything computed from `now` stay outside.

use super::FORMAT;
use super::file::action::{WireOperation, WireRegard};
use super::file::fact::{WireCondition, WireKey};
use super::step::{Action, Ask, Step};
use crate::diag::Code;
use crate::model::{Class, Digest, StepKey, TenantId};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The id of a step: its key, class, operation and wanted values. For a hand-off the letter, who gets it and in which
/// language, and what it asks for; for a wait what it waits for.
#[must_use]
pub fn step_id(key: &StepKey, class: Class, action: &Action) -> Digest {
    let wanted = match action {
        Action::Api(wanted) => value(&WireOperation::from(wanted)),
        Action::HandOff(Ask { template, to, language, wanted, summary: _, subject: _, text: _, annex: _ }) => {
            let mut asked = json!({"template": template, "to": to, "language": language});
            if !wanted.is_empty() {
                asked["wanted"] = json!(wanted);
            }
            asked
        }
        Action::Await { until } => json!({"until": until}),
        Action::Guard(regard) => value(&WireRegard::from(regard.as_ref())),
    };
    Digest::of_json(&json!({"key": value(&WireKey::from(key)), "class": class, "wanted": wanted}))
}

/// `planId`: format, provider tenant, per step its id, conditions and the keys it needs, in the order of the plan, and what
/// a run records once somebody read it.
#[must_use]
pub fn plan_id(tenant: TenantId, steps: &[Step], recorded: &Recorded) -> Digest {
    let steps: Vec<Value> = steps.iter().map(covered).collect();
    let mut all = json!({"format": FORMAT, "tenant": tenant, "steps": steps});
    if !recorded.0.is_empty() {
        all["recorded"] = json!(recorded.0);
    }
    Digest::of_json(&all)
}

/// What a run records once somebody read it, as its findings tell it: documents that mean another object, PartnerIDs and
/// groups that went over. An approval is of these as of every step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded(BTreeSet<(String, String)>);

impl Recorded {
    /// The codes of those findings.
    pub const CODES: [Code; 3] = [Code::MeansAnother, Code::PartnerIdMoved, Code::GroupMoved];

    /// Of findings: code and what each says.
    pub fn of<'f>(findings: impl IntoIterator<Item = (Option<Code>, &'f str)>) -> Self {
        let recorded = findings.into_iter().filter_map(|(code, message)| Some((code?, message)));
        let recorded = recorded.filter(|(code, _)| Self::CODES.contains(code));
        Self(recorded.map(|(code, message)| (code.to_string(), message.to_owned())).collect())
    }
}

fn covered(step: &Step) -> Value {
    let conditions: Vec<WireCondition> = step.conditions.iter().map(WireCondition::from).collect();
    let needs: Vec<WireKey> = step.needs.iter().map(|need| WireKey::from(&need.step)).collect();
    json!({"id": step.id, "conditions": value(&conditions), "needs": value(&needs)})
}

/// The JSON of a wire type. Those have text keys only and integers within 64 bits, so this does not fail; if it ever
/// did, the error itself would enter the digest and the ids would not match anything.
fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).unwrap_or_else(|error| Value::String(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CustomerKey, Leaf, StepName, SubscriptionChange, SubscriptionKey};
    use crate::plan::step::Wanted;

    fn subscription() -> SubscriptionKey {
        let customer = CustomerKey::Named("contoso".parse().expect("a name"));
        SubscriptionKey { customer, leaf: Leaf::Named("m365".parse().expect("a name")) }
    }
    fn quantity(n: u32) -> Action {
        Action::Api(Wanted::Change { subscription: subscription(), change: SubscriptionChange::Quantity(n) })
    }
    fn ask(text: &str) -> Ask {
        Ask {
            template: "invite-reseller".into(),
            to: Some("csp@northwind.example".into()),
            language: "en".into(),
            wanted: [("role".into(), "Reader".into())].into(),
            summary: text.to_owned(),
            subject: text.to_owned(),
            text: text.to_owned(),
            annex: text.to_owned(),
        }
    }

    #[test]
    fn a_step_id_covers_key_class_and_wanted_values() {
        let key = StepKey::new(subscription().into(), StepName::ChangeQuantity);
        let id = step_id(&key, Class::Api, &quantity(30));
        assert_eq!(id, step_id(&key, Class::Api, &quantity(30)));
        assert_ne!(id, step_id(&key, Class::Api, &quantity(31)));
        assert_ne!(id, step_id(&key, Class::HandOff, &quantity(30)));
        let other = StepKey::with(key.address, key.step, "northwind");
        assert_ne!(id, step_id(&other, Class::Api, &quantity(30)));
    }

    #[test]
    fn a_hand_off_keeps_its_id_when_only_its_text_changes() {
        let key = StepKey::new("partnership/northwind".parse().expect("an address"), StepName::InviteReseller);
        let id = |ask: Ask| step_id(&key, Class::HandOff, &Action::HandOff(ask));
        assert_eq!(id(ask("one")), id(ask("two")));
        assert_ne!(id(ask("one")), id(Ask { wanted: [("role".into(), "Owner".into())].into(), ..ask("one") }));
        assert_ne!(id(ask("one")), id(Ask { to: None, ..ask("one") }));
        assert_ne!(id(ask("one")), id(Ask { language: "hu".into(), ..ask("one") }));
    }

    #[test]
    fn ids_do_not_change_between_versions() {
        let key = StepKey::new(subscription().into(), StepName::ChangeQuantity);
        let text = r#"{"class":"api","key":{"address":"subscription/contoso/m365","step":"change-quantity"},"wanted":{"name":"changeQuantity","quantity":30,"subscription":"subscription/contoso/m365"}}"#;
        assert_eq!(step_id(&key, Class::Api, &quantity(30)), Digest::of_bytes(text.as_bytes()));
    }
}
