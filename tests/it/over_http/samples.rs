//! The simulated service's replies beside the documented bodies, where those are at hand: `TWOTIER_SAMPLES` names their
//! folder. A reply has no key that its sample has not, in another letter case least of all; what is documented elsewhere
//! is listed with its page.

use super::hall::{CLIENT, Hall};
use crate::support::project::tenant;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use twotier::backend::simulated::http::{Limits, World, answer};

const SEED: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"US"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"US","partnerIds":["4811111"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"Backup","availabilities":[{"id":"A1","term":"P1Y","billingCycle":"monthly"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"US","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2026-01-05T00:00:00Z"}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000001","customer":"c0000000-0000-4000-8000-000000000001","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"offerName":"Backup","friendlyName":"backup","quantity":25,"partnerOfRecord":"4811111","term":"P1Y","billingCycle":"monthly","commitmentEnd":"2027-03-01T00:00:00Z","scheduledChange":{"quantity":20}}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000002","customer":"c0000000-0000-4000-8000-000000000001","commerce":"legacy","offerName":"Exchange","friendlyName":"mail","quantity":10}}
"#;
const C: &str = "/v1/customers/c0000000-0000-4000-8000-000000000001";

/// Keys of a reply that its sample does not show, with whatever is below them, and where they are documented.
const ELSEWHERE: &[(&str, &str)] = &[
    ("list-subscriptions-nce-software-response: .items[].scheduledNextTermInstructions", "create-scheduled-changes"),
    ("list-subscriptions-nce-software-response: .items[].attributes.etag", "get-a-subscription-by-id (of legacy ones)"),
    ("list-audit-records-response: .items[].id", "the REST reference, auditrecords/{id}"),
    ("get-country-validation-rules-response: .customerOrganization", "the REST reference, countryvalidationrules"),
];

/// A request and the sample of its reply.
type Pair = (&'static str, &'static str, String, Value);

fn pairs() -> Vec<Pair> {
    let get = |sample, path: &str| (sample, "GET", path.to_owned(), Value::Null);
    let of = |sample, rest: &str| (sample, "GET", format!("{C}{rest}"), Value::Null);
    let error = |code: &'static str, query: &str| get(code, &format!("/v1/compliance/csp/agreementstatus{query}"));
    let line = json!({"id": 0, "catalogItemId": "CFQ7TTC0AAAA:0001:A1", "quantity": 5, "billingCycle": "Monthly",
        "termDuration": "P1Y", "participants": [{"key": "transaction_reseller", "value": "4811111"}]});
    let customer = json!({
        "CompanyProfile": {"Domain": "proseware.onmicrosoft.com"},
        "BillingProfile": {"Email": "a@proseware.example", "Culture": "en-US", "Language": "en", "CompanyName": "Proseware",
            "DefaultAddress": {"Country": "US", "City": "Redmond", "State": "WA", "PostalCode": "98052",
            "AddressLine1": "One", "FirstName": "A", "LastName": "B", "PhoneNumber": "4255550101"}},
        "AssociatedPartnerId": "fab00000-0000-4000-8000-000000000001",
    });
    vec![
        get(
            "list-indirect-resellers-response",
            "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf",
        ),
        of("list-customer-relationships-response", "/relationships"),
        get("list-customers-response", "/v1/customers?size=40"),
        get(
            "list-customers-by-name-response",
            "/v1/customers?size=0&filter=%7B%22Field%22%3A%22CompanyName%22%2C%22Value%22%3A%22C%22%2C%22Operator%22%3A%22starts_with%22%7D",
        ),
        get("get-relationship-request-response", "/v1/customers/relationshiprequests"),
        of("list-subscriptions-nce-software-response", "/subscriptions"),
        of("get-subscription-azure-response", "/subscriptions/50000000-0000-4000-8000-000000000002"),
        of("get-support-contact-response", "/subscriptions/50000000-0000-4000-8000-000000000002/supportcontact"),
        of("get-direct-signed-agreement-status-response", "/directSignedMicrosoftCustomerAgreementStatus"),
        of("list-customer-agreements-response", "/agreements?agreementType=MicrosoftCustomerAgreement"),
        of("list-customer-users-response", "/users"),
        get("get-mpn-profile-response", "/v1/profiles/mpn"),
        get("get-mpn-profile-not-found-response", "/v1/profiles/mpn?mpnId=9999999"),
        get("get-legal-business-profile-response", "/v1/profiles/legalbusiness"),
        get("get-country-validation-rules-response", "/v1/countryvalidationrules/US"),
        get("agreement-status-response", "/v1/compliance/csp/agreementstatus?mpnId=4811111"),
        error("agreement-status-error-2000-mpn-not-numeric", "?mpnId=x"),
        error("agreement-status-error-2000-tenant-not-guid", "?tenantId=x"),
        error("agreement-status-error-2000-both-given", "?mpnId=1&tenantId=2"),
        error("agreement-status-error-2001-both-empty", ""),
        error("agreement-status-error-2200-mpn-unknown", "?mpnId=9"),
        (
            "validate-resellers-response.partial",
            "POST",
            "/v1/partners/validateresellers".into(),
            json!({"partnerIds": ["4811111", "4822222"]}),
        ),
        ("create-customer-for-indirect-reseller-response", "POST", "/v1/customers".into(), customer),
        (
            "create-cart-participants-response",
            "POST",
            format!("{C}/carts"),
            json!({"PartnerOnRecordAttestationAccepted": true, "lineItems": [line]}),
        ),
        (
            "create-order-attested-response",
            "POST",
            format!("{C}/orders"),
            json!({"PartnerOnRecordAttestationAccepted": true, "lineItems": [{"lineItemNumber": 0, "offerId": "CFQ7TTC0AAAA:0001:A1",
                "quantity": 2, "partnerIdOnRecord": "4811111"}], "billingCycle": "monthly"}),
        ),
        get("list-audit-records-response", "/v1/auditrecords?startDate=2026-11-20"),
        (
            "validate-address-response-verified-shippable",
            "POST",
            "/v1/validations/address".into(),
            json!({"AddressLine1": "One", "City": "Redmond", "State": "WA", "PostalCode": "98052", "Country": "US"}),
        ),
    ]
}

#[test]
fn replies_have_the_keys_of_the_documented_bodies() {
    let Ok(folder) = std::env::var("TWOTIER_SAMPLES") else { return };
    let hall = Hall::of(tenant(SEED).tenant());
    hall.with(|world| world.set_limits(Limits::default()));
    let bearer = hall.with(signed_in);
    let (mut extra, mut compared) = (BTreeSet::new(), 0);
    for (sample, method, target, body) in pairs() {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = http::Request::builder().method(method).uri(&target);
        let request = request.header("Authorization", format!("Bearer {bearer}")).body(body).expect("a request");
        let reply = hall.with(|world| answer(world, &request));
        let theirs = std::fs::read(Path::new(&folder).join(format!("{sample}.json"))).expect("a sample");
        let (ours, theirs) = (paths(reply.body()), paths(&theirs));
        extra.extend(ours.difference(&theirs).map(|path| format!("{sample}: {path}")));
        compared += ours.intersection(&theirs).count();
    }
    let known = |path: &String| ELSEWHERE.iter().any(|(known, _)| path.starts_with(known));
    let idle: Vec<_> =
        ELSEWHERE.iter().filter(|(known, _)| !extra.iter().any(|path| path.starts_with(known))).collect();
    assert!(idle.is_empty(), "the sample shows it by now: {idle:?}");
    extra.retain(|path| !known(path));
    assert_eq!(extra, BTreeSet::new(), "replies have keys that no page shows");
    assert!(compared > 200, "only {compared} keys were compared");
}

fn signed_in(world: &mut World) -> String {
    let refresh = world.refresh_token(CLIENT);
    let form = format!(
        "grant_type=refresh_token&client_id={CLIENT}&client_secret=s&refresh_token={refresh}&resource=https%3A%2F%2Fapi.partnercenter.microsoft.com"
    );
    let request = http::Request::post("/11111111-1111-4111-8111-111111111111/oauth2/token").body(form.into_bytes());
    let reply: Value = serde_json::from_slice(answer(world, &request.expect("a request")).body()).expect("JSON");
    reply["access_token"].as_str().expect("a token").to_owned()
}

/// Every key of a body by its path; entries of lists are one.
fn paths(body: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim_start_matches('?');
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut all = BTreeSet::new();
    walk(&value, "", &mut all);
    all
}
fn walk(value: &Value, at: &str, all: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let path = format!("{at}.{key}");
            walk(value, &path, all);
            all.insert(path);
        }),
        Value::Array(entries) => entries.iter().for_each(|entry| walk(entry, &format!("{at}[]"), all)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
