//! The simulated tenant over HTTP, walked by a client that knows nothing of twotier: plain sockets and JSON. Each documented
//! step once, each fault once. Uses none of the project's own clients.

use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use twotier::backend::simulated::http::{ListenError, Listener, World};
use twotier::backend::simulated::seed;

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const FABRIKAM: &str = "fab00000-0000-4000-8000-000000000001";
const CONTOSO: &str = "c0000000-0000-4000-8000-000000000001";
const SEATS: &str = "50000000-0000-4000-8000-000000000001";
const LEGACY: &str = "50000000-0000-4000-8000-000000000002";

const SEED: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111","4811112"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4822222"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"Backup","availabilities":[{"id":"A1","term":"P1M","billingCycle":"monthly"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000002","domain":"adatum.onmicrosoft.com","companyName":"Adatum"}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000003","domain":"woodgrove.onmicrosoft.com","companyName":"Woodgrove"}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2026-01-05T00:00:00Z"}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000001","customer":"c0000000-0000-4000-8000-000000000001","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"offerName":"Backup","friendlyName":"backup","quantity":25,"partnerOfRecord":"4811111","term":"P1M","billingCycle":"monthly","commitmentEnd":"2026-12-20T00:00:00Z","scheduledChange":{"quantity":20}}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000002","customer":"c0000000-0000-4000-8000-000000000001","commerce":"legacy","offerName":"Exchange","friendlyName":"mail","quantity":10}}
"#;

/// A reply as bytes tell it.
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}
impl Reply {
    fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        let text = text.trim_start_matches('\u{feff}').trim_start_matches('?');
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
    fn code(&self) -> (u16, u64) {
        (self.status, self.json()["code"].as_u64().unwrap_or_default())
    }
}

/// A client of plain sockets.
struct Client {
    address: SocketAddr,
    token: String,
}
impl Client {
    fn raw(&self, text: &[u8]) -> Option<Reply> {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.write_all(text).expect("sent");
        let mut bytes = Vec::new();
        // A connection that is reset has said what it will say.
        drop(stream.read_to_end(&mut bytes));
        let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head, body: bytes[at + 4..].to_vec() })
    }
    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Reply> {
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        self.raw(text.as_bytes())
    }
    fn call(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[], &body).unwrap_or_else(|| panic!("no reply to {method} {path}"))
    }
    fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &Value::Null)
    }
    fn control(&self, what: &str, body: &Value) {
        let reply = self.call("POST", &format!("/simulate/{what}"), body);
        assert_eq!(reply.status, 200, "{what}: {}", String::from_utf8_lossy(&reply.body));
    }
    fn fault(&self, path: &str, fault: &Value) {
        self.control("faults", &json!({"rules": [{"path": path, "fault": fault}]}));
    }
    fn token(&self, path: &str, form: &str) -> Reply {
        self.send("POST", &format!("/{TENANT}/{path}"), &[], form).expect("a reply")
    }
}

fn service() -> (Listener, Client) {
    let listener = Listener::start(World::new(seed::parse("seed", SEED).expect("a tenant"))).expect("a port");
    let mut client = Client { address: listener.address(), token: String::new() };
    let refresh = client.call("POST", "/simulate/refreshToken", &json!({"clientId": "app"})).json();
    let reply = client.token("oauth2/token", &user_form(refresh["refreshToken"].as_str().expect("one"))).json();
    client.token = reply["access_token"].as_str().expect("a token").to_owned();
    (listener, client)
}

fn user_form(refresh: &str) -> String {
    format!(
        "grant_type=refresh_token&client_id=app&client_secret=s&resource=https%3A%2F%2Fapi.partnercenter.microsoft.com\
         &refresh_token={refresh}"
    )
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn resellers_and_customers_are_listed_in_pages() {
    let (_listener, client) = service();
    let list = client.get("/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf").json();
    let wanted = ["attributes", "id", "location", "mpnId", "name", "relationshipType", "state"];
    assert_eq!(keys(&list["items"][0]), wanted);
    assert_eq!(client.get("/v1/relationships").code(), (400, 2000));

    let first = client.get("/v1/customers?size=2").json();
    assert_eq!(first["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(first["totalCount"], 2, "of the page, not of the list");
    let next = &first["links"]["next"];
    assert_eq!(next["uri"], "/customers?size=2&seekOperation=Next");
    let token = next["headers"][0]["value"].as_str().expect("a token");
    let header = [("MS-ContinuationToken", token)];
    let second = client.send("GET", "/v1/customers?seekOperation=Next", &header, "").expect("a page").json();
    assert_eq!(second["items"][0]["companyProfile"]["companyName"], "Woodgrove");
    assert!(second["links"]["next"].is_null());

    let filter = format!(
        "%7B%22Field%22%3A%22IndirectReseller%22%2C%22Value%22%3A%22{FABRIKAM}%22%2C%22Operator%22%3A%22starts_with%22%7D"
    );
    let theirs = client.get(&format!("/v1/customers?size=0&filter={filter}")).json();
    assert_eq!(theirs["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(theirs["totalCount"], 3, "a count that lies, as documented");
    let one = client.get(&format!("/v1/customers/{CONTOSO}/relationships")).json();
    assert_eq!(keys(&one["items"][0]), ["attributes", "id", "mpnId", "name", "relationshipType"]);
    assert_eq!(client.get("/v1/customers/c0000000-0000-4000-8000-000000000009").code(), (403, 20002));
}

fn newcomer() -> Value {
    json!({
        "CompanyProfile": {"Domain": "proseware.onmicrosoft.com", "organizationRegistrationNumber": "01-09-123456"},
        "BillingProfile": {"Email": "anna@proseware.example", "Culture": "hu-HU", "Language": "hu",
            "CompanyName": "Proseware", "DefaultAddress": {"Country": "HU", "City": "Budapest", "PostalCode": "1051",
            "AddressLine1": "Main 1", "FirstName": "Anna", "LastName": "Nagy", "PhoneNumber": "3615551234"}},
        "AssociatedPartnerId": FABRIKAM,
    })
}

#[test]
fn a_customer_is_created_once_and_its_password_shown_once() {
    let (_listener, client) = service();
    assert_eq!(client.call("HEAD", "/v1/domains/proseware.onmicrosoft.com", &Value::Null).status, 404);
    let header = [("MS-RequestId", "7e70e50c-0000-4000-8000-000000000001")];
    let create = || client.send("POST", "/v1/customers", &header, &newcomer().to_string()).expect("a reply");
    let first = create();
    assert_eq!(first.status, 201);
    assert_eq!(first.header("MS-RequestId"), Some(header[0].1));
    let created = first.json();
    assert_eq!(
        (&created["userCredentials"]["userName"], &created["associatedPartnerId"]),
        (&json!("admin"), &json!(FABRIKAM))
    );
    assert!(create().json()["userCredentials"].is_null(), "not a second time");
    assert_eq!(client.call("POST", "/v1/customers", &newcomer()).code(), (409, 1003));
    assert_eq!(client.call("HEAD", "/v1/domains/proseware.onmicrosoft.com", &Value::Null).status, 200);
    let mut without = newcomer();
    without["CompanyProfile"]["organizationRegistrationNumber"] = Value::Null;
    let extended = client.call("POST", "/v1/customers", &without).json();
    assert_eq!(extended["errorMessageExtended"], "InternalErrorCode=600049");

    let id = created["id"].as_str().expect("an id");
    let user = client.get(&format!("/v1/customers/{id}/users")).json()["items"][0]["id"].clone();
    let reset = json!({"passwordProfile": {"password": "Renew456*", "forceChangePassword": true}});
    let path = format!("/v1/customers/{id}/users/{}/resetpassword", user.as_str().expect("an id"));
    assert_eq!(client.call("PATCH", &path, &reset).json()["passwordProfile"]["password"], "Renew456*");
    let tenant = String::from_utf8(client.get("/simulate/tenant").body).expect("text");
    assert!(tenant.contains("proseware") && !tenant.contains("Renew456*") && !tenant.contains("Sim!"), "no password");
}

#[test]
fn an_order_goes_through_a_cart_that_is_checked_out_once() {
    let (_listener, client) = service();
    let sold = client.get("/v1/products/CFQ7TTC0AAAA/skus/0001/availabilities?country=HU").json();
    let item = sold["items"][0]["catalogItemId"].clone();
    assert_eq!(item, "CFQ7TTC0AAAA:0001:A1");
    let carts = format!("/v1/customers/{CONTOSO}/carts");
    let line = json!({"id": 0, "catalogItemId": item, "quantity": 5, "billingCycle": "Monthly", "termDuration": "P1M",
        "participants": [{"key": "transaction_reseller", "value": "4811111"}]});
    assert_eq!(client.call("POST", &carts, &json!({"lineItems": [line]})).code(), (400, 900_206));
    let cart = client.call("POST", &carts, &json!({"PartnerOnRecordAttestationAccepted": true, "lineItems": [line]}));
    assert_eq!(cart.status, 201);
    let checkout = format!("{carts}/{}/checkout", cart.json()["id"].as_str().expect("an id"));
    let first = client.call("POST", &checkout, &Value::Null);
    assert_eq!((first.status, first.body[0]), (201, b'?'), "with its stray mark");
    let order = first.json()["orders"][0].clone();
    assert_eq!(order["lineItems"][0]["partnerIdOnRecord"], "4811111");
    assert_eq!(client.call("POST", &checkout, &Value::Null).json()["orders"][0], order, "the first result");
    let orders = client.get(&format!("/v1/customers/{CONTOSO}/orders")).json();
    assert_eq!(orders["items"].as_array().map(Vec::len), Some(1));

    // Nobody stops an order without a reseller.
    let body = json!({"PartnerOnRecordAttestationAccepted": true,
        "lineItems": [{"lineItemNumber": 0, "offerId": item, "quantity": 2}], "billingCycle": "monthly"});
    let direct = client.call("POST", &format!("/v1/customers/{CONTOSO}/orders"), &body);
    assert_eq!(direct.status, 201);
    let id = direct.json()["lineItems"][0]["subscriptionId"].clone();
    let path = format!("/v1/customers/{CONTOSO}/subscriptions/{}", id.as_str().expect("an id"));
    assert_eq!(client.get(&path).json()["partnerId"], "");
    let audit = client.get("/v1/auditrecords?startDate=2026-11-01").json();
    let record = audit["items"].as_array().and_then(|items| items.first()).expect("a record");
    assert_eq!((&record["operationType"], &record["applicationId"]), (&json!("create_order"), &json!("app")));
    assert!(record["resourceNewValue"].as_str().expect("text").contains("\"Id\""), "JSON within a text");
    assert_eq!(client.get("/v1/auditrecords?startDate=2026-08-01").status, 400, "more than 90 days back");
}

#[test]
fn a_patch_replaces_the_whole_subscription() {
    let (_listener, client) = service();
    let path = format!("/v1/customers/{CONTOSO}/subscriptions/{SEATS}");
    let mut whole = client.get(&path).json();
    assert_eq!(whole["scheduledNextTermInstructions"]["quantity"], 20);
    assert!(whole["attributes"]["etag"].is_null(), "new commerce has none");
    whole["partnerId"] = json!("4811112");
    let changed = client.call("PATCH", &path, &whole).json();
    assert_eq!((&changed["partnerId"], &changed["autoRenewEnabled"]), (&json!("4811112"), &json!(true)));
    assert_eq!(changed["scheduledNextTermInstructions"]["quantity"], 20, "sent back, so kept");
    let dropped = client.call("PATCH", &path, &json!({"friendlyName": "new"})).json();
    assert_eq!((&dropped["friendlyName"], &dropped["autoRenewEnabled"]), (&json!("new"), &json!(false)));
    assert!(dropped["scheduledNextTermInstructions"].is_null());
    assert_eq!(
        client.call("PATCH", &path, &json!({"partnerId": "4822222", "autoRenewEnabled": true})).code(),
        (400, 800_016)
    );
    assert_eq!(client.get(&path).json()["autoRenewEnabled"], false, "all of it, or none");

    let legacy = format!("/v1/customers/{CONTOSO}/subscriptions/{LEGACY}");
    let mut mail = client.get(&legacy).json();
    assert!(mail["productType"].is_null());
    mail["quantity"] = json!(12);
    assert_eq!(client.call("PATCH", &legacy, &mail).json()["Quantity"], 12, "its reply is in PascalCase");
    assert_eq!(client.call("PATCH", &legacy, &mail).code(), (400, 2055), "a stale etag");
    let contact = client.get(&format!("{legacy}/supportcontact"));
    assert!(contact.body.starts_with("\u{feff}".as_bytes()), "with its byte-order mark");
    let put = json!({"SupportTenantId": FABRIKAM, "SupportMpnId": "4811111", "Name": "Fabrikam"});
    assert_eq!(client.call("PUT", &format!("{legacy}/supportcontact"), &put).json()["supportMpnId"], "4811111");
}

#[test]
fn sign_in_is_refused_for_its_documented_reasons() {
    let (_listener, mut client) = service();
    let app = |resource: &str| {
        let form = format!("grant_type=client_credentials&client_id=app&client_secret=s&resource={resource}");
        client.token("oauth2/token", &form).json()
    };
    let given = app("https://api.partnercenter.microsoft.com");
    assert_eq!((&given["expires_in"], given["refresh_token"].is_null()), (&json!("3600"), true), "numbers as texts");
    let wrong = app("https://graph.windows.net");
    let v2 = client.token(
        "oauth2/v2.0/token",
        "grant_type=client_credentials&client_id=app&client_secret=s&scope=https://api.partnercenter.microsoft.com/.default",
    );
    assert_eq!(v2.json()["expires_in"], 3600);
    assert_eq!(
        client.token("oauth2/token", "grant_type=client_credentials&client_id=app").json()["error"],
        "invalid_client"
    );
    assert_eq!(client.token("oauth2/token", &user_form("bad")).json()["error"], "invalid_grant");

    let token = |value: &Value| value["access_token"].as_str().expect("a token").to_owned();
    let user = std::mem::take(&mut client.token);
    let relationships = "/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf";
    assert_eq!(client.send("GET", relationships, &[("X", "y")], "").expect("a reply").status, 401);
    client.token = token(&wrong);
    assert_eq!(client.get(relationships).code(), (401, 900_420));
    client.token = token(&given);
    assert_eq!(client.get(relationships).code(), (403, 900_329));
    assert_eq!(client.get("/v1/customers").status, 200);
    for (setting, expected) in [(json!({"mfa": false}), (401, 900_421)), (json!({"roles": []}), (403, 900_150))] {
        client.control("user", &setting);
        let refresh = client.call("POST", "/simulate/refreshToken", &json!({"clientId": "app"})).json();
        let reply = client.token("oauth2/token", &user_form(refresh["refreshToken"].as_str().expect("one"))).json();
        client.token = token(&reply);
        assert_eq!(client.get(relationships).code(), expected);
    }
    client.token = user;
    client.control("clock", &json!({"advance": "2h"}));
    assert_eq!(client.get(relationships).status, 401, "expired");
}

#[test]
fn a_refresh_token_is_rotated_and_the_old_one_lives_on_for_a_while() {
    let (_listener, client) = service();
    let first = client.call("POST", "/simulate/refreshToken", &json!({"clientId": "app"})).json();
    let first = first["refreshToken"].as_str().expect("one").to_owned();
    let second = client.token("oauth2/token", &user_form(&first)).json();
    assert_ne!(second["refresh_token"], json!(first));
    assert_eq!(client.token("oauth2/token", &user_form(&first)).status, 200);
    client.control("clock", &json!({"advance": "2h"}));
    assert_eq!(client.token("oauth2/token", &user_form(&first)).json()["error"], "invalid_grant");
    assert_eq!(client.token("oauth2/token", &user_form(second["refresh_token"].as_str().expect("one"))).status, 200);
}

#[test]
fn consent_and_device_codes_lead_to_tokens() {
    let (_listener, client) = service();
    // The example of RFC 7636, appendix B.
    let (verifier, challenge) =
        ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let redirect = "http%3A%2F%2F127.0.0.1%3A9%2Fback";
    let ask = |redirect: &str| {
        client.get(&format!(
            "/{TENANT}/oauth2/v2.0/authorize?client_id=app&response_type=code&redirect_uri={redirect}&state=x%20y\
             &code_challenge={challenge}&code_challenge_method=S256"
        ))
    };
    assert_eq!(ask("https%3A%2F%2Felsewhere.example%2F").status, 400);
    let sent = ask(redirect);
    let location = sent.header("Location").expect("a redirect").to_owned();
    assert!(
        sent.status == 302 && location.starts_with("http://127.0.0.1:9/back?code=") && location.ends_with("&state=x+y")
    );
    let code = location.split(['=', '&']).nth(1).expect("a code").to_owned();
    let redeem = |verifier: &str| {
        let form = format!(
            "grant_type=authorization_code&client_id=app&code={code}&redirect_uri={redirect}\
             &code_verifier={verifier}&scope=https://api.partnercenter.microsoft.com/user_impersonation%20offline_access"
        );
        client.token("oauth2/v2.0/token", &form)
    };
    assert!(redeem(verifier).json()["refresh_token"].is_string());
    assert_eq!(redeem(verifier).json()["error"], "invalid_grant", "once");

    let device = client.token("oauth2/v2.0/devicecode", "client_id=app&scope=x").json();
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=app&device_code={}",
        device["device_code"].as_str().expect("a code")
    );
    assert_eq!(client.token("oauth2/v2.0/token", &form).json()["error"], "authorization_pending");
    client.control(&format!("devices/{}/approve", device["user_code"].as_str().expect("a code")), &Value::Null);
    assert!(client.token("oauth2/v2.0/token", &form).json()["access_token"].is_string());
}

#[test]
fn resellers_are_checked_with_the_documented_codes() {
    let (_listener, client) = service();
    let status = "/v1/compliance/csp/agreementstatus";
    assert_eq!(client.get(&format!("{status}?mpnId=4811111")).json(), json!({"isAgreementSigned": true}));
    for (query, code) in
        [("", 2001), ("?mpnId=x", 2000), ("?tenantId=x", 2000), ("?mpnId=1&tenantId=2", 2000), ("?mpnId=9", 2200)]
    {
        assert_eq!(client.get(&format!("{status}{query}")).code(), (400, code), "{query}");
    }
    let checked =
        client.call("POST", "/v1/partners/validateresellers", &json!({"partnerIds": ["4811111", "4822222"]})).json();
    assert_eq!(checked["validationResults"][0], json!({"partnerId": "4811111", "isValidPartnerIdOnRecord": true}));
    assert_eq!(checked["validationResults"][1]["errorCode"], 800_016);
    assert_eq!(client.get("/v1/profiles/mpn?mpnId=9999999").code(), (404, 3000));
    let profile = client.get("/v1/profiles/mpn?mpnId=4811112").json();
    assert_eq!((&profile["partnerName"], &profile["mpnId"]), (&json!("Fabrikam"), &json!("4811112")));
    client.control("accept", &json!({"company": "fab00000-0000-4000-8000-000000000002"}));
    let checked = client.call("POST", "/v1/partners/validateresellers", &json!({"partnerIds": ["4822222"]})).json();
    assert_eq!(checked["validationResults"][0]["isValidPartnerIdOnRecord"], true);
}

#[test]
fn every_fault_is_felt_once() {
    let (_listener, client) = service();
    let get = || client.send("GET", "/v1/customers", &[], "");
    let at = "/v1/customers";
    client.fault(at, &json!({"throttled": 57}));
    let throttled = get().expect("a reply");
    assert_eq!((throttled.status, throttled.header("Retry-After")), (429, Some("57")));
    assert_eq!(
        throttled.json(),
        json!({"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."})
    );
    client.fault(at, &json!({"status": 503}));
    assert_eq!(get().expect("a reply").status, 503);
    client.fault(at, &json!({"html": 200}));
    let page = get().expect("a reply");
    assert!(page.body.starts_with(b"<html>") && page.header("MS-RequestId").is_none(), "not from the service");
    client.fault(at, &json!("huge"));
    assert!(get().expect("a reply").body.len() > 10_000_000);
    client.fault(at, &json!("closeBefore"));
    assert!(get().is_none());
    client.fault(at, &json!("reset"));
    let cut = get().expect("half a reply");
    assert!(cut.header("Content-Length").expect("a length").parse::<usize>().expect("a number") > cut.body.len());
    client.fault(at, &json!("truncated"));
    assert!(serde_json::from_slice::<Value>(&get().expect("a reply").body).is_err());
    client.fault(at, &json!("lost"));
    assert_eq!(get().expect("a reply").json()["items"], json!([]));
    client.fault(at, &json!({"slow": 1}));
    assert_eq!(get().expect("a reply").json()["items"].as_array().map(Vec::len), Some(3), "and each only once");

    client.fault(at, &json!("closeAfter"));
    assert!(client.send("POST", at, &[], &newcomer().to_string()).is_none());
    assert_eq!(client.call("HEAD", "/v1/domains/proseware.onmicrosoft.com", &Value::Null).status, 200, "it happened");

    client.control(
        "faults",
        &json!({"rules": [{"path": "/v1/customers", "acts": [{"edit": {"customer": CONTOSO,
        "subscription": SEATS, "by": "kate@provider.example", "set": {"quantity": 31}}}]}]}),
    );
    get();
    let path = format!("/v1/customers/{CONTOSO}/subscriptions/{SEATS}");
    assert_eq!(client.get(&path).json()["quantity"], 31, "somebody else was quicker");
    let audit = client.get("/v1/auditrecords?startDate=2026-11-20").json();
    let last = audit["items"].as_array().and_then(|items| items.last()).expect("a record").clone();
    assert_eq!(last["userPrincipalName"], "kate@provider.example");
}

#[test]
fn late_orders_and_repeated_pages() {
    let (_listener, client) = service();
    client.fault("/v1/customers/*/orders", &json!({"late": 900}));
    let body = json!({"PartnerOnRecordAttestationAccepted": true, "lineItems": [{"offerId": "CFQ7TTC0AAAA:0001:A1",
        "quantity": 2, "partnerIdOnRecord": "4811111"}]});
    let order = client.call("POST", &format!("/v1/customers/{CONTOSO}/orders"), &body).json();
    assert!(order["lineItems"][0]["subscriptionId"].is_null());
    let path = format!("/v1/customers/{CONTOSO}/orders/{}", order["id"].as_str().expect("an id"));
    assert_eq!(client.get(&path).code(), (404, 20_000));
    client.control("clock", &json!({"advance": "15m"}));
    assert_eq!(client.get(&path).json()["status"], "completed");

    let page = client.get("/v1/customers?size=1").json();
    let token = page["links"]["next"]["headers"][0]["value"].as_str().expect("a token").to_owned();
    client.fault("/v1/customers", &json!("repeated"));
    let header = [("MS-ContinuationToken", token.as_str())];
    let next = client.send("GET", "/v1/customers?seekOperation=Next", &header, "").expect("a page").json();
    assert_eq!(next["links"]["next"]["headers"][0]["value"], json!(token), "leads to itself");
}

#[test]
fn limits_are_kept_and_told() {
    let (_listener, client) = service();
    client.control("limits", &json!({"partner": 2, "customer": 2}));
    let statuses: Vec<u16> = (0..3).map(|_| client.get("/v1/customers").status).collect();
    assert_eq!(statuses, [200, 200, 429]);
    client.control("clock", &json!({"advance": "60s"}));
    assert_eq!(client.get("/v1/customers").status, 200);
    let log = client.get("/simulate/requests").json();
    assert_eq!(log["byEndpoint"]["GET /v1/customers"], 4);
    assert_eq!(log["byStatus"]["429"], 1);
}

#[test]
fn hostile_requests_are_answered_or_dropped_and_the_next_is_served() {
    let (_listener, client) = service();
    let path = "GET /v1/customers/%00%ff%2f../carts HTTP/1.1\r\nConnection: close\r\n\r\n";
    let hostile: [&[u8]; 6] = [
        b"\r\n\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        path.as_bytes(),
        b"POST /v1/customers HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\n",
        b"POST /simulate/faults HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\n{",
        b"POST /x/oauth2/token HTTP/1.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n%%",
    ];
    for text in hostile {
        let status = client.raw(text).map_or(0, |reply| reply.status);
        assert!(status == 0 || (400..500).contains(&status), "{status}: {}", String::from_utf8_lossy(text));
    }
    let deep = "[".repeat(100_000);
    assert_eq!(client.send("POST", "/v1/customers", &[], &deep).expect("a reply").status, 400);
    assert_eq!(client.get("/v1/customers").status, 200);
}

#[test]
fn only_loopback_is_listened_on() {
    let world = || World::new(seed::parse("seed", SEED).expect("a tenant"));
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let refused = Listener::open(address.parse().expect("an address"), world(), None, Box::new(|_| {}));
        assert!(matches!(refused, Err(ListenError::NotLoopback(_))), "{address}");
    }
}
