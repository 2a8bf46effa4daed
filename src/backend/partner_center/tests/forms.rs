//! Each call in the documented form: method, path, query and body, key by key.

use super::super::request::Ask;
use super::super::{change, read};
use super::*;
use crate::model::operation::{BillingContact, CartLine, PostalAddress};
use crate::model::{BillingCycle, CartId, NewCustomer, Product, Secret, Term};
use serde_json::{Value, json};

fn body(ask: &Ask) -> Value {
    serde_json::from_slice(ask.body.as_deref().expect("a body")).expect("JSON")
}
fn address() -> PostalAddress {
    PostalAddress {
        country: "US".into(),
        state: Some("WA".into()),
        city: "Redmond".into(),
        postal_code: "98052".into(),
        line1: "One Microsoft Way".into(),
        line2: None,
        phone: Some("4255550101".into()),
    }
}
pub(super) fn newcomer() -> NewCustomer {
    NewCustomer {
        domain: "wingtiptoys678152504.onmicrosoft.com".into(),
        company_name: "Wingtip Toys678152504".into(),
        registration_number: None,
        billing: BillingContact {
            first_name: "Gena".into(),
            last_name: "Soto".into(),
            email: "Gena@wingtiptoys.com".into(),
            culture: "EN-US".into(),
            language: "En".into(),
        },
        address: address(),
        reseller: tenant(0x48),
        default_admin_access: false,
    }
}
pub(super) fn line() -> CartLine {
    CartLine {
        product: Product { product: "CFQ7TTC0LH18".into(), sku: "0001".into() },
        quantity: 2,
        term: Term::P1Y,
        billing_cycle: BillingCycle::Monthly,
        partner_of_record: partner("5357564"),
        friendly_name: Some("m365".into()),
        reference: Some("ours".into()),
        promotion: None,
        end_date: "2027-07-31".parse().ok(),
    }
}

#[test]
fn every_question_has_its_documented_target() {
    let c = customer();
    let (product, cart) = (line().product, CartId::new("3e22b548"));
    let at = |text: &str| text.parse().expect("a date");
    let rows = [
        (read::relationships(), "GET /v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf".to_owned()),
        (read::customers(), "GET /v1/customers?size=500".into()),
        (
            read::customers_of(tenant(0x48)),
            "GET /v1/customers?size=500&filter=%7B%22Field%22%3A%22IndirectReseller%22%2C%22Value%22%3A%22\
             48484848-4848-4848-4848-484848484848%22%2C%22Operator%22%3A%22starts_with%22%7D"
                .into(),
        ),
        (read::customer(c), of_customer("GET", "")),
        (read::organization(c), of_customer("GET", "/organization")),
        (read::resellers_of(c), of_customer("GET", "/relationships")),
        (read::subscriptions(c), of_customer("GET", "/subscriptions")),
        (read::subscription(c, subscription()), of_customer("GET", &format!("/subscriptions/{}", subscription()))),
        (
            read::support_contact(c, subscription()),
            of_customer("GET", &format!("/subscriptions/{}/supportcontact", subscription())),
        ),
        (read::direct_signed(c), of_customer("GET", "/directSignedMicrosoftCustomerAgreementStatus")),
        (read::agreements(c), of_customer("GET", "/agreements?agreementType=MicrosoftCustomerAgreement")),
        (read::account_review(c), of_customer("GET", "/validationStatus?type=account")),
        (read::domain("contoso.onmicrosoft.com"), "HEAD /v1/domains/contoso.onmicrosoft.com".into()),
        (read::availabilities(&product, "US"), "GET /v1/products/CFQ7TTC0LH18/skus/0001/availabilities?country=US".into()),
        (
            read::agreement_status("mpnId", "123456"),
            "GET /v1/compliance/csp/agreementstatus?mpnId=123456".into(),
        ),
        (
            read::invitation_link(tenant(1), tenant(2)),
            "GET /v1/customers/relationshiprequests?indirectCloudSolutionProviderId=01010101-0101-0101-0101-010101010101\
             &indirectResellerId=02020202-0202-0202-0202-020202020202"
                .into(),
        ),
        (read::cart(c, &cart), of_customer("GET", "/carts/3e22b548")),
        (read::orders(c), of_customer("GET", "/orders")),
        (read::users(c), of_customer("GET", "/users?size=500")),
        (read::profile("organization"), "GET /v1/profiles/organization".into()),
        (read::partner_profile(&partner("4811111")), "GET /v1/profiles/mpn?mpnId=4811111".into()),
        (
            read::audit(at("2026-10-01"), at("2026-10-30")),
            "GET /v1/auditrecords?startDate=2026-10-01&endDate=2026-10-30&size=500".into(),
        ),
        (change::check_out(c, &cart), of_customer("POST", "/carts/3e22b548/checkout")),
    ];
    for (ask, expected) in rows {
        assert_eq!(format!("{} {}", ask.method, ask.target), expected);
    }
}

#[test]
fn an_address_and_partner_ids_are_asked_about_by_post() {
    let ask = read::postal_address(&PostalAddress { line2: Some("Floor 3".into()), ..address() });
    assert_eq!((ask.method.as_str(), ask.target.as_str()), ("POST", "/v1/validations/address"));
    let expected = json!({
        "AddressLine1": "One Microsoft Way", "AddressLine2": "Floor 3", "City": "Redmond", "State": "WA",
        "PostalCode": "98052", "Country": "US",
    });
    assert_eq!(body(&ask), expected);
    let ask = read::validate_resellers(&[&partner("12345"), &partner("234567")]);
    assert_eq!((ask.method.as_str(), ask.target.as_str()), ("POST", "/v1/partners/validateresellers"));
    assert_eq!(body(&ask), json!({ "partnerIds": ["12345", "234567"] }));
}

#[test]
fn a_new_customer_always_names_its_reseller_and_what_access_it_gives() {
    let ask = change::create_customer(&newcomer());
    assert_eq!((ask.method.as_str(), ask.target.as_str()), ("POST", "/v1/customers"));
    let expected = json!({
        "CompanyProfile": {
            "Domain": "wingtiptoys678152504.onmicrosoft.com",
            "Attributes": { "ObjectType": "CustomerCompanyProfile" },
        },
        "BillingProfile": {
            "FirstName": "Gena", "LastName": "Soto", "Email": "Gena@wingtiptoys.com", "Culture": "EN-US", "Language": "En",
            "CompanyName": "Wingtip Toys678152504",
            "DefaultAddress": {
                "Country": "US", "City": "Redmond", "State": "WA", "AddressLine1": "One Microsoft Way",
                "PostalCode": "98052", "FirstName": "Gena", "LastName": "Soto", "PhoneNumber": "4255550101",
            },
            "Attributes": { "ObjectType": "CustomerBillingProfile" },
        },
        "RelationshipToPartner": "none",
        "AssociatedPartnerId": "48484848-4848-4848-4848-484848484848",
        "enableGDAPByDefault": false,
        "Attributes": { "ObjectType": "Customer" },
    });
    assert_eq!(body(&ask), expected);
    let numbered = NewCustomer { registration_number: Some("12345678".into()), ..newcomer() };
    let company = body(&change::create_customer(&numbered))["CompanyProfile"].clone();
    assert_eq!(company["organizationRegistrationNumber"], "12345678");
}

#[test]
fn a_cart_always_names_the_partner_of_record_and_the_attestation() {
    let ask = change::make_cart(customer(), &line(), "CFQ7TTC0LH18:0001:CFQ7TTC0K971");
    assert_eq!(format!("{} {}", ask.method, ask.target), of_customer("POST", "/carts"));
    let expected = json!({
        "PartnerOnRecordAttestationAccepted": true,
        "lineItems": [{
            "id": 0, "catalogItemId": "CFQ7TTC0LH18:0001:CFQ7TTC0K971", "quantity": 2, "billingCycle": "monthly",
            "termDuration": "P1Y", "friendlyName": "m365", "customTermEndDate": "2027-07-31T00:00:00Z",
            "participants": [{ "key": "transaction_reseller", "value": "5357564" }],
        }],
    });
    assert_eq!(body(&ask), expected);
}

#[test]
fn a_password_is_set_by_its_own_call() {
    let ask = change::reset_password(customer(), "6e668259", &Secret::new("Renew456*".into()));
    assert_eq!(format!("{} {}", ask.method, ask.target), of_customer("PATCH", "/users/6e668259/resetpassword"));
    let expected = json!({
        "passwordProfile": { "password": "Renew456*", "forceChangePassword": true },
        "attributes": { "objectType": "CustomerUser" },
    });
    assert_eq!(body(&ask), expected);
}
