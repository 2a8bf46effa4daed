//! What changes something: made once, in the right form, and told apart by what is known afterwards.

use super::forms::{line, newcomer};
use super::*;
use crate::backend::{Actuate, BackendError};
use crate::model::operation::{SubscriptionChange, SupportContact, Visible};
use crate::model::{CartId, Effect, Operation, OrderId, RequestId};

fn request() -> RequestId {
    RequestId::from_bytes([9; 16])
}
fn perform(operation: &Operation, steps: Vec<(&str, Reply)>) -> (Result<Effect, BackendError>, Vec<Made>) {
    let rig = Rig::new(steps);
    let effect = rig.center.perform(operation, request());
    (effect, rig.made())
}
fn create() -> Operation {
    Operation::CreateCustomer(Box::new(newcomer()))
}
fn change(change: SubscriptionChange) -> Operation {
    Operation::ChangeSubscription { customer: customer(), subscription: subscription(), change }
}
const CREATE: &str = "POST /v1/customers";
const OURS: &str = "GET /v1/customers?size=500&filter=%7B%22Field%22%3A%22Domain%22%2C%22Value%22%3A%22\
                    wingtiptoys678152504.onmicrosoft.com%22%2C%22Operator%22%3A%22starts_with%22%7D";

#[test]
fn a_new_customer_brings_its_login_and_its_password_once() {
    let body = format!(
        r#"{{"id":"{}","companyProfile":{{"domain":"x"}},"userCredentials":{{"userName":"admin","password":"0Krha*Io "}}}}"#,
        customer()
    );
    let (effect, made) = perform(&create(), vec![(CREATE, reply(201, &body))]);
    let expected = Effect::CustomerCreated {
        customer: customer(),
        user: "admin@wingtiptoys678152504.onmicrosoft.com".into(),
        password: Some(Secret::new("0Krha*Io ".into())),
    };
    assert_eq!(effect, Ok(expected));
    assert_eq!(made[0].header("ms-requestid"), Some("09090909-0909-0909-0909-090909090909"));
    assert_ne!(made[0].header("ms-correlationid"), made[0].header("ms-requestid"));
    assert_eq!(made[0].header("authorization"), Some("Bearer user-t0"));
}

#[test]
fn a_taken_domain_is_a_repeat_only_when_customer_company_and_reseller_are_ours() {
    let named = |name: &str| {
        format!(
            r#"{{"items":[{{"id":"{}","companyProfile":{{"domain":"WingtipToys678152504.onmicrosoft.com","companyName":"{name}"}}}}]}}"#,
            customer()
        )
    };
    let listed = named("Wingtip Toys678152504");
    let theirs = of_customer("GET", "/relationships");
    let with_reseller = |n: u8| format!(r#"{{"items":[{{"id":"{}"}}]}}"#, tenant(n));
    let taken = || (CREATE, coded(409, 1003));
    let (ours, _) = perform(&create(), vec![taken(), (OURS, ok(&listed)), (&theirs, ok(&with_reseller(0x48)))]);
    let repeat = Effect::CustomerCreated {
        customer: customer(),
        user: "admin@wingtiptoys678152504.onmicrosoft.com".into(),
        password: None,
    };
    assert_eq!(ours, Ok(repeat));
    let refused = |effect| matches!(effect, Err(BackendError::Refused { code: 1003, .. }));
    assert!(refused(perform(&create(), vec![taken(), (OURS, ok(&listed)), (&theirs, ok(&with_reseller(1)))]).0));
    assert!(refused(perform(&create(), vec![taken(), (OURS, ok(&named("Wingtip Trust")))]).0));
    assert!(refused(perform(&create(), vec![taken(), (OURS, ok(r#"{"items":[]}"#))]).0));
    let (unknown, _) = perform(&create(), vec![taken(), (OURS, coded(400, 5))]);
    assert!(matches!(unknown, Err(BackendError::Unknown(_))));
}

#[test]
fn what_is_known_after_a_call_decides_what_comes_next() {
    let after = |reply| perform(&create(), vec![(CREATE, reply)]).0;
    assert_eq!(after(Reply::Lost), Err(BackendError::Unknown("reset".into())));
    assert_eq!(after(Reply::NotSent), Err(BackendError::Transient("no route".into())));
    assert!(matches!(after(coded(500, 800_005)), Err(BackendError::Unknown(_))));
    assert!(matches!(after(reply(502, "")), Err(BackendError::Unknown(_))));
    assert!(matches!(after(page(200)), Err(BackendError::Unknown(_))));
    assert!(matches!(after(page(302)), Err(BackendError::Transient(_))));
    let refused = after(coded(400, 600_002));
    assert_eq!(
        refused,
        Err(BackendError::Refused { code: 600_002, text: "no 600002 (request aa-11, correlation bb-22)".into() })
    );
    assert!(matches!(after(coded(401, 900_421)), Err(BackendError::Denied(text)) if text.contains("multi-factor")));
    assert!(matches!(after(coded(403, 900_329)), Err(BackendError::Denied(_))));
    let busy = with(reply(429, ""), "retry-after", "57");
    assert!(
        matches!(after(busy), Err(BackendError::Throttled { until }) if until == Timestamp::from_seconds(1_795_600_057))
    );
}

#[test]
fn the_first_administrator_gets_a_password_nobody_chose() {
    let users = r#"{"items":[{"id":"u1","userPrincipalName":"daniel@c.onmicrosoft.com"},
        {"id":"u2","userPrincipalName":"Admin@c.onmicrosoft.com"}]}"#;
    let (list, reset) = (of_customer("GET", "/users?size=500"), of_customer("PATCH", "/users/u2/resetpassword"));
    let operation = Operation::ResetAdminPassword { customer: customer() };
    let (effect, made) = perform(&operation, vec![(&list, ok(users)), (&reset, ok("{}"))]);
    let Ok(Effect::PasswordReset { user, password }) = effect else { panic!("{effect:?}") };
    assert_eq!(user, "Admin@c.onmicrosoft.com");
    assert_eq!(made[1].json()["passwordProfile"]["password"], password.expose());
    let (none, _) = perform(&operation, vec![(&list, ok(r#"{"items":[]}"#))]);
    assert!(matches!(none, Err(BackendError::Refused { code: 0, .. })));
}

#[test]
fn a_refusal_that_repeats_a_password_or_token_tells_neither() {
    let (list, reset) = (of_customer("GET", "/users?size=500"), of_customer("PATCH", "/users/u2/resetpassword"));
    let users = r#"{"items":[{"id":"u2","userPrincipalName":"admin@c.onmicrosoft.com"}]}"#;
    let operation = Operation::ResetAdminPassword { customer: customer() };
    // The service is asked twice with the same randomness: the second time it repeats what the first was sent.
    let (_, made) = perform(&operation, vec![(&list, ok(users)), (&reset, ok("{}"))]);
    let body = String::from_utf8(made[1].request.body().clone()).expect("JSON");
    let password = made[1].json()["passwordProfile"]["password"].as_str().expect("one").to_owned();
    let bearer = made[1].header("authorization").expect("a token").to_owned();
    let words = format!("`{password}` is too weak: {body} of {bearer}");
    let echo = reply(400, &serde_json::json!({"code": 27002, "description": words}).to_string());
    let (refused, _) = perform(&operation, vec![(&list, ok(users)), (&reset, echo)]);
    let told = format!("{refused:?}");
    assert!(told.contains("is too weak") && told.contains("***"), "{told}");
    assert!(!told.contains(&password) && !told.contains(bearer.trim_start_matches("Bearer ")), "{told}");
}

const ITEMS: &str = "GET /v1/products/CFQ7TTC0LH18/skus/0001/availabilities?country=DE";
fn sold(items: &[&str]) -> String {
    let term = r#""terms":[{"duration":"P1Y","billingCycle":"Monthly"}]"#;
    let items: Vec<String> = items.iter().map(|item| format!(r#"{{"catalogItemId":"{item}",{term}}}"#)).collect();
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}
fn buyer() -> (String, Reply) {
    (of_customer("GET", ""), ok(r#"{"id":"x","billingProfile":{"defaultAddress":{"country":"DE"}}}"#))
}

#[test]
fn a_cart_holds_what_is_sold_now_and_exactly_once() {
    let carts = of_customer("POST", "/carts");
    let operation = Operation::MakeCart { customer: customer(), line: Box::new(line()) };
    let made_cart = reply(201, r#"{"id":"k1","status":"Active","lineItems":[{"id":0,"catalogItemId":"a"}]}"#);
    let (who, country) = buyer();
    let (effect, made) =
        perform(&operation, vec![(&who, country), (ITEMS, ok(&sold(&["A:1:X"]))), (&carts, made_cart)]);
    assert_eq!(effect, Ok(Effect::CartMade { cart: CartId::new("k1") }));
    assert_eq!(made[2].json()["lineItems"][0]["catalogItemId"], "A:1:X");
    for several in [sold(&[]), sold(&["A:1:X", "A:1:Y"])] {
        let (who, country) = buyer();
        let (effect, _) = perform(&operation, vec![(&who, country), (ITEMS, ok(&several))]);
        assert!(matches!(effect, Err(BackendError::Refused { code: 400_019, .. })), "{effect:?}");
    }
    let wrong =
        r#"{"id":"k1","lineItems":[{"id":0,"error":{"errorCode":"10004","errorDescription":"no participants"}}]}"#;
    let (who, country) = buyer();
    let steps = vec![(who.as_str(), country), (ITEMS, ok(&sold(&["A:1:X"]))), (&carts, reply(201, wrong))];
    let (effect, _) = perform(&operation, steps);
    assert_eq!(effect, Err(BackendError::Refused { code: 10004, text: "no participants".into() }));
}

#[test]
fn a_check_out_brings_an_order_or_a_reason() {
    let target = of_customer("POST", "/carts/k1/checkout");
    let operation = Operation::CheckOut { customer: customer(), cart: CartId::new("k1") };
    let after = |reply| perform(&operation, vec![(&target, reply)]).0;
    let ordered = format!(
        r#"?{{"orders":[{{"id":"o1","lineItems":[{{"offerId":"A:1:X","subscriptionId":"{}"}}]}}]}}"#,
        subscription()
    );
    let expected = Effect::CheckedOut { order: OrderId::new("o1"), subscription: Some(subscription()) };
    assert_eq!(after(reply(201, &ordered)), Ok(expected));
    let late = after(reply(201, r#"{"orders":[{"id":"o1","lineItems":[{}]}]}"#));
    assert_eq!(late, Ok(Effect::CheckedOut { order: OrderId::new("o1"), subscription: None }));
    let failed =
        after(reply(201, r#"{"orders":[],"orderErrors":[{"orderGroupId":"0","code":13605,"description":"MCA"}]}"#));
    assert_eq!(failed, Err(BackendError::Refused { code: 13605, text: "MCA".into() }));
    assert!(matches!(after(coded(409, 800_064)), Err(BackendError::Later { .. })));
    assert!(matches!(after(coded(400, 800_065)), Err(BackendError::Unknown(_))), "ordered before: look");
    assert!(matches!(after(coded(404, 400_019)), Err(BackendError::Refused { code: 400_019, .. })));
}

/// A resource with keys nobody here knows, a number no float holds, and scheduled instructions.
fn whole() -> String {
    format!(
        r#"{{"id":"{}","offerId":"A:1:X","productType":{{"id":"OnlineServicesNCE"}},"quantity":25,"partnerId":"4811111",
        "autoRenewEnabled":true,"status":"active","friendlyName":"x","unheardOf":{{"a":[1,1.2799888920023000001,null]}},
        "scheduledNextTermInstructions":{{"quantity":20}},"attributes":{{"etag":"e1"}}}}"#,
        subscription()
    )
}

#[test]
fn a_change_sends_the_whole_resource_back_with_one_field_changed() {
    let target = |method: &str| of_customer(method, &format!("/subscriptions/{}", subscription()));
    let (get, patch) = (target("GET"), target("PATCH"));
    let operation = change(SubscriptionChange::PartnerOfRecord(partner("4822222")));
    let (effect, made) = perform(&operation, vec![(&get, ok(&whole())), (&patch, ok("{}"))]);
    assert_eq!(effect, Ok(Effect::Changed { visible: Visible::Now }));
    let text = String::from_utf8(made[1].request.body().clone()).expect("text");
    assert!(text.contains(r#"{"a":[1,1.2799888920023000001,null]}"#), "{text}");
    let mut expected: serde_json::Value = serde_json::from_str(&whole()).expect("JSON");
    expected["partnerId"] = "4822222".into();
    assert_eq!(made[1].json(), expected);
    assert_eq!(made[1].header("ms-requestid"), Some("09090909-0909-0909-0909-090909090909"));
    assert_ne!(made[0].header("ms-requestid"), made[1].header("ms-requestid"));
    let accepted = with(reply(202, ""), "location", "/v1/x");
    let (later, _) = perform(&operation, vec![(&get, ok(&whole())), (&patch, accepted)]);
    assert_eq!(later, Ok(Effect::Changed { visible: Visible::Later }));
    let (stands, made) = perform(&change(SubscriptionChange::Quantity(25)), vec![(&get, ok(&whole()))]);
    assert_eq!((stands, made.len()), (Ok(Effect::Changed { visible: Visible::Now }), 1));
}

#[test]
fn a_page_from_something_in_between_is_no_proof_that_a_change_happened() {
    let path = of_customer("GET", &format!("/subscriptions/{}", subscription()));
    let patch = path.replace("GET", "PATCH");
    let rename = || change(SubscriptionChange::FriendlyName("new".into()));
    let (effect, _) = perform(&rename(), vec![(&path, ok(&whole())), (&patch, page(200))]);
    assert!(matches!(effect, Err(BackendError::Unknown(text)) if text.contains("not from Partner Center")));
    let bare = Reply::Http(200, Vec::new(), whole().into_bytes());
    let (effect, _) = perform(&rename(), vec![(&path, ok(&whole())), (&patch, bare)]);
    assert!(effect.is_ok(), "the resource itself is: {effect:?}");
}

#[test]
fn a_change_that_cannot_be_yet_is_later_and_one_about_nothing_is_refused() {
    let target = |method: &str| of_customer(method, &format!("/subscriptions/{}", subscription()));
    let (get, patch) = (target("GET"), target("PATCH"));
    let after =
        |reply| perform(&change(SubscriptionChange::Quantity(30)), vec![(&get, ok(&whole())), (&patch, reply)]).0;
    assert!(matches!(after(coded(409, 900_278)), Err(BackendError::Later { .. })));
    assert!(matches!(after(coded(400, 2055)), Err(BackendError::Transient(_))));
    assert!(matches!(after(coded(400, 800_098)), Err(BackendError::Refused { code: 800_098, .. })));
    assert!(matches!(after(Reply::Lost), Err(BackendError::Unknown(_))));
    let before = |reply| perform(&change(SubscriptionChange::Quantity(30)), vec![(&get, reply)]).0;
    assert!(matches!(before(coded(404, 20003)), Err(BackendError::Refused { code: 20003, .. })));
    assert!(matches!(before(coded(403, 900_308)), Err(BackendError::Denied(_))));
    let torn = || (get.as_str(), ok("{\"id\":"));
    let (unread, _) = perform(&change(SubscriptionChange::Quantity(30)), vec![torn(), torn(), torn()]);
    assert!(matches!(unread, Err(BackendError::Transient(_))), "nothing was sent: {unread:?}");
}

#[test]
fn a_support_contact_is_put_whole_with_the_name_of_who_supports() {
    let target = |method: &str| of_customer(method, &format!("/subscriptions/{}/supportcontact", subscription()));
    let (get, put) = (target("GET"), target("PUT"));
    let stands = format!(
        r#"{{"supportTenantId":"{}","supportMpnId":"1","name":"Old","links":{{"self":{{"method":"Get"}}}}}}"#,
        tenant(0xf0)
    );
    let resellers = format!(r#"{{"items":[{{"id":"{}","name":"First Up","state":"Active"}}]}}"#, tenant(0x48));
    let contact = SupportContact { tenant: tenant(0x48), partner: partner("4847383") };
    let operation = Operation::SetSupportContact { customer: customer(), subscription: subscription(), contact };
    let list = "GET /v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf";
    let (effect, made) = perform(&operation, vec![(&get, ok(&stands)), (list, ok(&resellers)), (&put, ok("{}"))]);
    assert_eq!(effect, Ok(Effect::Changed { visible: Visible::Now }));
    let expected = serde_json::json!({
        "supportTenantId": tenant(0x48).to_string(), "supportMpnId": "4847383", "name": "First Up",
        "links": { "self": { "method": "Get" } },
    });
    assert_eq!(made[2].json(), expected);
}
