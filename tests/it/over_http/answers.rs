//! No request, however odd, breaks the simulated service, changes what it must not, or is told a secret.

use super::hall::CLIENT;
use crate::support::project::tenant;
use http::{Method, Request};
use proptest::prelude::*;
use proptest::sample::select;
use twotier::backend::simulated::http::{World, answer};
use twotier::backend::simulated::seed;

const SEED: &str = include_str!("../../../examples/quickstart/tenant.jsonl");
const OURS: &str = "11111111-1111-4111-8111-111111111111";
const SECRET: &str = "0nly-th1s-cl13nt-s3cr3t";
const PASSWORD: &str = "0ne-t1me-p4ssw0rd";
const BEARER: &str = "b34rer-0f-s0mebody";

/// Parts of a path: true ones, and what nobody would write.
const PARTS: &[&str] = &[
    "v1",
    "V1",
    "customers",
    "relationships",
    "relationshiprequests",
    "subscriptions",
    "supportcontact",
    "carts",
    "checkout",
    "orders",
    "users",
    "resetpassword",
    "agreements",
    "validationStatus",
    "domains",
    "validations",
    "address",
    "countryvalidationrules",
    "products",
    "skus",
    "availabilities",
    "partners",
    "validateresellers",
    "compliance",
    "csp",
    "agreementstatus",
    "profiles",
    "mpn",
    "organization",
    "legalbusiness",
    "auditrecords",
    "oauth2",
    "v2.0",
    "token",
    "devicecode",
    "authorize",
    "simulate",
    "sign",
    "accept",
    "clock",
    "edit",
    "faults",
    "limits",
    "user",
    "refreshToken",
    "devices",
    "tenant",
    "requests",
    "revoke",
    OURS,
    "c0000000-0000-4000-8000-000000000001",
    "50000000-0000-4000-8000-000000000001",
    "CFQ7TTC0AAAA",
    "0001",
    "HU",
    "..",
    "%2e%2e",
    "%00",
    "%ff%fe",
    "",
    "*",
    "ü",
    "contoso.onmicrosoft.com",
    "-1",
    "99999999999999999999",
];
/// Values of queries, forms and bodies.
const VALUES: &[&str] = &[
    "0",
    "-1",
    "1",
    "500",
    "99999999999999999999",
    "",
    "null",
    "next",
    "previous",
    "2026-11-01",
    "2026-02-30",
    "9999-12-31",
    "IsIndirectCloudSolutionProviderOf",
    "account",
    "MicrosoftCustomerAgreement",
    "HU",
    OURS,
    "a:b:c",
    "CFQ7TTC0AAAA:0001:x",
    r#"{"Field":"Domain","Value":"c","Operator":"starts_with"}"#,
    r#"{"Field":1}"#,
    "refresh_token",
    "client_credentials",
    "authorization_code",
    "device_code",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "e30.e30.",
    "e30.e30.e30",
    "0.simulated.e30",
    "https://api.partnercenter.microsoft.com",
    "P1Y",
    "annual",
    "4811111",
    "\u{202e}\u{0}\n",
];
const KEYS: &[&str] = &[
    "size",
    "filter",
    "seekOperation",
    "relationship_type",
    "type",
    "agreementType",
    "country",
    "mpnId",
    "tenantId",
    "startDate",
    "endDate",
    "indirectResellerId",
    "grant_type",
    "client_id",
    "refresh_token",
    "code",
    "device_code",
    "resource",
    "scope",
    "client_assertion",
    "client_assertion_type",
    "redirect_uri",
    "state",
    "code_challenge",
    "response_type",
    "username",
];
/// Keys of bodies, wherever they belong.
const FIELDS: &[&str] = &[
    "CompanyProfile",
    "Domain",
    "BillingProfile",
    "DefaultAddress",
    "Country",
    "AssociatedPartnerId",
    "lineItems",
    "catalogItemId",
    "offerId",
    "quantity",
    "participants",
    "key",
    "value",
    "PartnerOnRecordAttestationAccepted",
    "id",
    "partnerId",
    "friendlyName",
    "status",
    "autoRenewEnabled",
    "scheduledNextTermInstructions",
    "product",
    "termDuration",
    "billingCycle",
    "passwordProfile",
    "password",
    "partnerIds",
    "SupportTenantId",
    "SupportMpnId",
    "attributes",
    "etag",
    "rules",
    "fault",
    "seed",
    "company",
    "reseller",
    "customer",
    "advance",
    "set",
    "partner",
    "page",
    "roles",
    "lifetime",
];

fn pairs() -> impl Strategy<Value = String> {
    prop::collection::vec(
        (select(KEYS), prop_oneof![4 => select(VALUES).prop_map(str::to_owned), 1 => "\\PC{0,12}"]),
        0..5,
    )
    .prop_map(|pairs| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&pairs);
        query.finish()
    })
}
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (0..60u32).prop_map(Into::into),
        select(VALUES).prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec((select(FIELDS), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        2 => Just(Vec::new()),
        5 => json().prop_map(|value| value.to_string().into_bytes()),
        2 => pairs().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..60),
    ]
}

#[derive(Clone, Debug)]
struct Asked {
    method: &'static str,
    target: String,
    signed: bool,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}
fn requests() -> impl Strategy<Value = Asked> {
    let path = prop_oneof![
        // What is there, with parts that fit somewhere.
        3 => prop::collection::vec(select(PARTS), 0..7).prop_map(|parts| format!("/v1/{}", parts.join("/"))),
        2 => select(vec!["", "/", "/subscriptions", "/subscriptions/50000000-0000-4000-8000-000000000001", "/carts", "/orders",
            "/users", "/relationships", "/agreements", "/carts/x/checkout"])
            .prop_map(|rest| format!("/v1/customers/c0000000-0000-4000-8000-000000000001{rest}")),
        2 => prop::collection::vec(select(PARTS), 0..5).prop_map(|parts| format!("/{}", parts.join("/"))),
        1 => select(vec!["oauth2/token", "oauth2/v2.0/token", "oauth2/authorize", "oauth2/devicecode"])
            .prop_map(|rest| format!("/{OURS}/{rest}")),
    ];
    let headers = prop::collection::vec(
        (
            select(vec!["MS-ContinuationToken", "MS-RequestId", "MS-CorrelationId", "If-Match", "Host", "Accept"]),
            prop_oneof![select(VALUES).prop_map(str::to_owned), "[ -~]{0,40}"],
        ),
        0..3,
    );
    let method = select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"]);
    (method, path, pairs(), any::<bool>(), headers, bodies()).prop_map(
        |(method, path, query, signed, headers, body)| {
            let target = if query.is_empty() { path } else { format!("{path}?{query}") };
            Asked { method, target, signed, headers, body }
        },
    )
}

/// The request, where it can be one at all.
fn request(asked: &Asked, bearer: &str) -> Option<Request<Vec<u8>>> {
    let method = Method::from_bytes(asked.method.as_bytes()).ok()?;
    let mut request = Request::builder().method(method).uri(&asked.target);
    for (name, value) in &asked.headers {
        request = request.header(*name, value);
    }
    let bearer = if asked.signed { bearer } else { BEARER };
    request.header("Authorization", format!("Bearer {bearer}")).body(asked.body.clone()).ok()
}

/// A world in which somebody is signed in, and the bearer token.
fn world() -> (World, String) {
    let mut world = World::new(tenant(SEED).tenant());
    let user =
        Request::post("/simulate/user").body(format!("{{\"secret\":\"{SECRET}\"}}").into_bytes()).expect("a request");
    assert!(answer(&mut world, &user).status().is_success());
    let refresh = world.refresh_token(CLIENT);
    let form = format!(
        "grant_type=refresh_token&client_id={CLIENT}&client_secret={SECRET}&refresh_token={refresh}&resource=https%3A%2F%2Fapi.partnercenter.microsoft.com"
    );
    let token = Request::post(format!("/{OURS}/oauth2/token")).body(form.into_bytes()).expect("a request");
    let reply: serde_json::Value = serde_json::from_slice(answer(&mut world, &token).body()).expect("JSON");
    (world, reply["access_token"].as_str().expect("a token").to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::laws::cases_or(400), ..ProptestConfig::default() })]

    #[test]
    fn no_request_breaks_it_or_is_told_a_secret(asked in prop::collection::vec(requests(), 1..12)) {
        let (mut world, bearer) = world();
        for one in &asked {
            let Some(request) = request(one, &bearer) else { continue };
            let before = world.tenant().clone();
            let reply = answer(&mut world, &request);
            let status = reply.status().as_u16();
            prop_assert!((200..600).contains(&status), "{status}");
            let head: String = reply.headers().iter().map(|(name, value)| format!("{name}: {value:?}\n")).collect();
            let told = format!("{head}{}", String::from_utf8_lossy(reply.body()));
            for secret in [SECRET, BEARER, &bearer] {
                prop_assert!(!told.contains(secret), "{:?} was told {secret}", one);
            }
            if matches!(one.method, "HEAD") {
                prop_assert!(reply.body().is_empty());
            }
            // Nobody who is not signed in changes anything but by the control side.
            if !one.signed && !request.uri().path().starts_with("/simulate/") {
                prop_assert_eq!(world.tenant(), &before, "{:?}", one);
            }
        }
        // The tenant can be kept and read again, and neither it nor the log holds a secret.
        let mut text = Vec::new();
        seed::write(world.tenant(), &mut text).expect("written");
        let text = String::from_utf8(text).expect("text");
        prop_assert!(seed::parse("again", &text).is_ok());
        let log = answer(&mut world, &Request::get("/simulate/requests").body(Vec::new()).expect("a request"));
        let log = String::from_utf8_lossy(log.body()).into_owned();
        for secret in [SECRET, BEARER, &bearer] {
            prop_assert!(!text.contains(secret) && !log.contains(secret));
        }
    }
}

#[test]
fn a_password_is_told_once_and_kept_nowhere() {
    let (mut world, bearer) = world();
    let customer = "/v1/customers/c0000000-0000-4000-8000-000000000001";
    let mut ask = |method: &str, path: &str, body: String| {
        let request = Request::builder().method(method).uri(path).header("Authorization", format!("Bearer {bearer}"));
        let reply = answer(&mut world, &request.body(body.into_bytes()).expect("a request"));
        String::from_utf8_lossy(reply.body()).into_owned()
    };
    let users: serde_json::Value =
        serde_json::from_str(&ask("GET", &format!("{customer}/users"), String::new())).expect("JSON");
    let user = users["items"][0]["id"].as_str().expect("an id").to_owned();
    let body = format!("{{\"passwordProfile\":{{\"password\":\"{PASSWORD}\",\"forceChangePassword\":true}}}}");
    let path = format!("{customer}/users/{user}/resetpassword");
    assert!(ask("PATCH", &path, body.clone()).contains(PASSWORD), "as documented");
    for (method, path) in
        [("GET", "/simulate/tenant"), ("GET", "/simulate/requests"), ("GET", "/v1/auditrecords?startDate=2026-11-20")]
    {
        assert!(!ask(method, path, String::new()).contains(PASSWORD), "{path}");
    }
    assert!(!ask("GET", &format!("{customer}/users"), String::new()).contains(PASSWORD));
}
