//! The call or calls that answer a question, in the documented form. Pure: makes values, sends nothing.

use super::call::Call;
use super::request::{Ask, query, segment, starts_with};
use crate::model::operation::PostalAddress;
use crate::model::{CartId, CustomerId, Date, PartnerId, Product, SubscriptionId, TenantId};
use http::Method;
use serde_json::{Map, Value, json};

/// How many entries of a list a page holds. Source: unconfirmed, the largest that a page of the documentation shows
/// (get-a-record-of-partner-center-activity-by-user); no page names a limit.
const PAGE: &str = "500";

/// Source: learn, retrieve-a-list-of-indirect-resellers.
pub(super) fn relationships() -> Ask {
    let query = query(&[("relationship_type", "IsIndirectCloudSolutionProviderOf")]);
    Ask::get(Call::Relationships, format!("/v1/relationships{query}"))
}

/// Source: learn, get-a-list-of-customers.
pub(super) fn customers() -> Ask {
    Ask::get(Call::Customers, format!("/v1/customers{}", query(&[("size", PAGE)])))
}

/// Source: learn, get-customers-of-an-indirect-reseller.
pub(super) fn customers_of(reseller: TenantId) -> Ask {
    let filter = starts_with("IndirectReseller", &reseller.to_string());
    Ask::get(Call::CustomersOf, format!("/v1/customers{}", query(&[("size", PAGE), ("filter", &filter)])))
}

/// Source: learn, get-a-customer-by-name (the field `Domain`).
pub(super) fn customers_by_domain(domain: &str) -> Ask {
    let filter = starts_with("Domain", domain);
    Ask::get(Call::Customers, format!("/v1/customers{}", query(&[("size", PAGE), ("filter", &filter)])))
}

/// Source: learn, get-a-customer-by-id.
pub(super) fn customer(id: CustomerId) -> Ask {
    Ask::get_of(Call::Customer, id, "")
}

/// Source: learn, get-customer-organization.
pub(super) fn organization(id: CustomerId) -> Ask {
    Ask::get_of(Call::Organization, id, "/organization")
}

/// Source: learn, get-indirect-resellers-of-a-customer.
pub(super) fn resellers_of(customer: CustomerId) -> Ask {
    Ask::get_of(Call::ResellersOf, customer, "/relationships")
}

/// Source: learn, get-all-of-a-customer-s-subscriptions.
pub(super) fn subscriptions(customer: CustomerId) -> Ask {
    Ask::get_of(Call::Subscriptions, customer, "/subscriptions")
}

/// Source: learn, get-a-subscription-by-id.
pub(super) fn subscription(customer: CustomerId, id: SubscriptionId) -> Ask {
    Ask::get_of(Call::Subscription, customer, &format!("/subscriptions/{id}"))
}

/// Source: learn, get-a-subscription-s-support-contact.
pub(super) fn support_contact(customer: CustomerId, id: SubscriptionId) -> Ask {
    Ask::get_of(Call::SupportContact, customer, &format!("/subscriptions/{id}/supportcontact"))
}

/// Source: learn, get-direct-sign-status-of-customer-agreement.
pub(super) fn direct_signed(customer: CustomerId) -> Ask {
    Ask::get_of(Call::DirectSigned, customer, "/directSignedMicrosoftCustomerAgreementStatus")
}

/// Source: learn, get-confirmation-of-customer-agreement (without the type another agreement is meant).
pub(super) fn agreements(customer: CustomerId) -> Ask {
    let query = query(&[("agreementType", "MicrosoftCustomerAgreement")]);
    Ask::get_of(Call::Agreements, customer, &format!("/agreements{query}"))
}

/// Source: learn, retrieve-validation-status.
pub(super) fn account_review(customer: CustomerId) -> Ask {
    Ask::get_of(Call::AccountReview, customer, "/validationStatus?type=account")
}

/// Source: learn, verify-domain-availability.
pub(super) fn domain(domain: &str) -> Ask {
    Ask { method: Method::HEAD, ..Ask::get(Call::Domain, format!("/v1/domains/{}", segment(domain))) }
}

/// Source: learn, validate-an-address.
pub(super) fn postal_address(address: &PostalAddress) -> Ask {
    // The phone number is no part of what is checked.
    let PostalAddress { country, state, city, postal_code, line1, line2, phone: _ } = address;
    let mut body = Map::new();
    body.insert("AddressLine1".into(), json!(line1));
    if let Some(line2) = line2 {
        body.insert("AddressLine2".into(), json!(line2));
    }
    body.insert("City".into(), json!(city));
    if let Some(state) = state {
        body.insert("State".into(), json!(state));
    }
    body.insert("PostalCode".into(), json!(postal_code));
    body.insert("Country".into(), json!(country));
    Ask::get(Call::PostalAddress, "/v1/validations/address".into()).with(Method::POST, &Value::Object(body))
}

/// Source: learn, get-a-list-of-availabilities-for-a-sku.
pub(super) fn availabilities(product: &Product, country: &str) -> Ask {
    let Product { product, sku } = product;
    let query = query(&[("country", country)]);
    let target = format!("/v1/products/{}/skus/{}/availabilities{query}", segment(product), segment(sku));
    Ask::get(Call::Availabilities, target)
}

/// Source: learn, validate-reseller-partner-of-record.
pub(super) fn validate_resellers(ids: &[&PartnerId]) -> Ask {
    let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    Ask::get(Call::ValidateResellers, "/v1/partners/validateresellers".into())
        .with(Method::POST, &json!({ "partnerIds": ids }))
}

/// Source: learn, verify-indirect-reseller-mpa-status.
pub(super) fn agreement_status(key: &'static str, value: &str) -> Ask {
    Ask::get(Call::AgreementStatus, format!("/v1/compliance/csp/agreementstatus{}", query(&[(key, value)])))
}

/// Source: learn, request-reseller-relationship (with the two-tier parameters of its REST reference).
pub(super) fn invitation_link(provider: TenantId, reseller: TenantId) -> Ask {
    let (provider, reseller) = (provider.to_string(), reseller.to_string());
    let query = query(&[("indirectCloudSolutionProviderId", &provider), ("indirectResellerId", &reseller)]);
    Ask::get(Call::InvitationLink, format!("/v1/customers/relationshiprequests{query}"))
}

/// Source: learn, cart-resources.
pub(super) fn cart(customer: CustomerId, id: &CartId) -> Ask {
    Ask::get_of(Call::Cart, customer, &format!("/carts/{}", segment(id.as_str())))
}

/// Source: learn, get-all-of-a-customer-s-orders.
pub(super) fn orders(customer: CustomerId) -> Ask {
    Ask::get_of(Call::Orders, customer, "/orders")
}

/// Source: learn, get-a-list-of-all-user-accounts-for-a-customer.
pub(super) fn users(customer: CustomerId) -> Ask {
    Ask::get_of(Call::Users, customer, &format!("/users{}", query(&[("size", PAGE)])))
}

/// Source: learn, get-an-organization-profile, get-partner-by-mpn-id, get-legal-business-profile.
pub(super) fn profile(which: &'static str) -> Ask {
    Ask::get(Call::Profile, format!("/v1/profiles/{which}"))
}

/// Source: learn, get-partner-by-mpn-id.
pub(super) fn partner_profile(id: &PartnerId) -> Ask {
    Ask::get(Call::Profile, format!("/v1/profiles/mpn{}", query(&[("mpnId", id.as_str())])))
}

/// Source: learn, get-a-record-of-partner-center-activity-by-user.
pub(super) fn audit(from: Date, to: Date) -> Ask {
    let (from, to) = (from.to_string(), to.to_string());
    Ask::get(
        Call::Audit,
        format!("/v1/auditrecords{}", query(&[("startDate", &from), ("endDate", &to), ("size", PAGE)])),
    )
}
