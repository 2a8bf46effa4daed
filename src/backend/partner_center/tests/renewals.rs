//! The end of a term: what the service's words come to, and the words it is asked in.

use super::*;
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::operation::{SubscriptionChange, Visible};
use crate::model::{Effect, Operation, RequestId};
use crate::observed::{Answer, Read};
use serde_json::{Value, json};

fn target(method: &str) -> String {
    of_customer(method, &format!("/subscriptions/{}", subscription()))
}
/// A new-commerce resource with a key nobody here knows, and more.
fn resource(more: Value) -> Value {
    let mut value = json!({
        "id": subscription().to_string(), "offerId": "A:1:X", "productType": {"id": "OnlineServicesNCE"},
        "quantity": 25, "partnerId": "4811111", "status": "active", "friendlyName": "x", "termDuration": "P1Y",
        "billingCycle": "annual", "unheardOf": {"a": [1, null]},
    });
    for (key, more) in more.as_object().cloned().unwrap_or_default() {
        value[key] = more;
    }
    value
}
/// What a read of it says of the end of its term.
fn told(more: Value) -> String {
    let list = json!({"items": [resource(more)]}).to_string();
    let rig = Rig::new(vec![(&of_customer("GET", "/subscriptions"), ok(&list))]);
    match rig.center.read(&Read::Subscriptions(customer())) {
        Ok(Answer::Subscriptions(list)) => list[0].at_end.to_string(),
        other => panic!("{other:?}"),
    }
}
/// Performs a renewal on what stands, with the calls that follow the read of it, and gives what was sent.
fn perform(text: &str, stands: Value, rest: Vec<(&str, Reply)>) -> (Result<Effect, BackendError>, Option<Value>) {
    let change = SubscriptionChange::Renewal(text.parse().expect("a renewal"));
    let operation = Operation::ChangeSubscription { customer: customer(), subscription: subscription(), change };
    let get = target("GET");
    let mut steps = vec![(get.as_str(), ok(&resource(stands).to_string()))];
    steps.extend(rest);
    let rig = Rig::new(steps);
    let effect = rig.center.perform(&operation, RequestId::from_bytes([9; 16]));
    let sent = rig.made().into_iter().find(|made| made.request.method() == "PATCH").map(|made| made.json());
    (effect, sent)
}
/// The same, where nothing lies between the read and the change.
fn set(text: &str, stands: Value) -> (Result<Effect, BackendError>, Option<Value>) {
    perform(text, stands, vec![(&target("PATCH"), ok("{}"))])
}
const DONE: Result<Effect, BackendError> = Ok(Effect::Changed { visible: Visible::Now });

fn ended(kind: &str) -> Value {
    json!({"autoRenewEnabled": false, "scheduledActions": [{"scheduleType": "TermEnd", "actionType": kind}]})
}
fn next(product: &Value) -> Value {
    json!({"autoRenewEnabled": true, "scheduledNextTermInstructions": {"product": product, "quantity": 20}})
}

#[test]
fn what_is_scheduled_is_known_only_where_every_word_is() {
    assert_eq!(told(json!({"autoRenewEnabled": true})), "renew");
    let own =
        json!({"productId": "A", "skuId": "1", "availabilityId": "Y", "billingCycle": "Annual", "termDuration": "P3Y"});
    assert_eq!(told(next(&own)), "renew, quantity 20, term P3Y");
    assert_eq!(told(ended("Cancel")), "cancel");
    assert_eq!(told(ended("RenewToExtendedServiceTerm")), "extend");
    assert_eq!(told(json!({"autoRenewEnabled": false})), "auto-renew off");
    assert_eq!(told(json!({"autoRenewEnabled": false, "productType": null, "offerId": "G"})), "cancel", "legacy");
    assert_eq!(told(json!({})), "not told");
    let promoted = json!({"productId": "A", "skuId": "1", "termDuration": "P1Y", "promotionId": "P"});
    assert_eq!(told(next(&promoted)), "unclear: quantity 20, term P1Y, product A, promotion P");
    assert_eq!(told(ended("Transition")), "unclear: Transition TermEnd");
    let mut torn = ended("Cancel");
    torn["autoRenewEnabled"] = json!(true);
    assert_eq!(told(torn), "unclear: Cancel TermEnd", "it contradicts itself");
    let other = json!({"productId": "B", "skuId": "2", "billingCycle": "Annual", "termDuration": "P1Y"});
    assert_eq!(told(next(&other)), "renew, quantity 20, product B/2");
    let charged = json!({"autoRenewEnabled": true, "nextChargeInstructions": {"quantity": 3}});
    assert_eq!(told(charged), "unclear: quantity 3");
}

#[test]
fn an_end_goes_with_auto_renew_off_and_nothing_else_is_touched() {
    let stands = next(&json!({"productId": "A", "skuId": "1", "billingCycle": "Annual", "termDuration": "P1Y"}));
    for (renewal, kind) in [("cancel", "Cancel"), ("extend", "RenewToExtendedServiceTerm")] {
        let (effect, sent) = set(renewal, stands.clone());
        assert_eq!((effect, sent), (DONE, Some(resource(ended(kind)))), "{renewal}");
    }
    let legacy = json!({"productType": null, "offerId": "G", "autoRenewEnabled": true});
    let off = json!({"productType": null, "offerId": "G", "autoRenewEnabled": false});
    assert_eq!(set("cancel", legacy).1, Some(resource(off)));
}

#[test]
fn a_next_term_in_the_present_form_is_sold_as_it_is_now() {
    let (effect, sent) = set("renew, quantity 20, term P1Y, billing annual", ended("Cancel"));
    let product = json!({
        "productId": "A", "skuId": "1", "availabilityId": "X", "billingCycle": "Annual", "termDuration": "P1Y",
    });
    assert_eq!((effect, sent), (DONE, Some(resource(next(&product)))));
    let (_, again) = set("renew, quantity 25, term P1Y, billing annual", ended("Cancel"));
    assert_eq!(again, Some(resource(json!({"autoRenewEnabled": true}))), "nothing is scheduled for the same again");
}

#[test]
fn a_next_term_in_another_form_is_sold_in_exactly_one_way() {
    let who = of_customer("GET", "");
    let items = "GET /v1/products/A/skus/1/availabilities?country=DE";
    let sold = |items: &[&str]| {
        let terms = json!([{"duration": "P3Y", "billingCycle": "Annual"}]);
        let entries = items.iter().map(|item| json!({"catalogItemId": item, "terms": terms}));
        json!({"items": entries.collect::<Vec<_>>()}).to_string()
    };
    let set = |found: &[&str], then: Vec<(&str, Reply)>| {
        let country = ok(r#"{"id":"x","billingProfile":{"defaultAddress":{"country":"DE"}}}"#);
        let rest = [(who.as_str(), country), (items, ok(&sold(found)))].into_iter().chain(then).collect();
        perform("renew, quantity 25, term P3Y, billing annual", json!({"autoRenewEnabled": true}), rest)
    };
    let (effect, sent) = set(&["A:1:Z"], vec![(&target("PATCH"), ok("{}"))]);
    assert_eq!(effect, DONE);
    let product = &sent.expect("sent")["scheduledNextTermInstructions"]["product"];
    assert_eq!((&product["availabilityId"], &product["termDuration"]), (&json!("Z"), &json!("P3Y")));
    let (several, sent) = set(&["A:1:Z", "A:1:Y"], Vec::new());
    assert!(matches!(several, Err(BackendError::Refused { code: 400_019, .. })) && sent.is_none());
}

#[test]
fn what_stands_is_not_sent_and_what_is_not_understood_is_not_overwritten() {
    assert_eq!(perform("cancel", ended("Cancel"), Vec::new()), (DONE, None));
    let (refused, sent) = perform("cancel", ended("Transition"), Vec::new());
    assert!(matches!(refused, Err(BackendError::Refused { code: 0, .. })) && sent.is_none(), "{refused:?}");
}
