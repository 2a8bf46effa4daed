//! The calls that change something, in the documented form. Pure: makes values, sends nothing. What must never be left out
//! has no way to be left out here.

use super::call::Call;
use super::request::{Ask, segment};
use crate::model::operation::{CartLine, PostalAddress};
use crate::model::{CartId, CustomerId, NewCustomer, Secret, SubscriptionId};
use http::Method;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

/// Source: learn, create-a-customer-for-an-indirect-reseller; create-a-customer (registration number, default GDAP).
pub(super) fn create_customer(new: &NewCustomer) -> Ask {
    let NewCustomer { domain, company_name, registration_number, billing, address, reseller, default_admin_access } =
        new;
    let mut company = Map::new();
    company.insert("Domain".into(), json!(domain));
    if let Some(number) = registration_number {
        company.insert("organizationRegistrationNumber".into(), json!(number));
    }
    company.insert("Attributes".into(), json!({ "ObjectType": "CustomerCompanyProfile" }));
    let mut home = postal(address);
    home.insert("FirstName".into(), json!(billing.first_name));
    home.insert("LastName".into(), json!(billing.last_name));
    let body = json!({
        "CompanyProfile": company,
        "BillingProfile": {
            "FirstName": billing.first_name,
            "LastName": billing.last_name,
            "Email": billing.email,
            "Culture": billing.culture,
            "Language": billing.language,
            "CompanyName": company_name,
            "DefaultAddress": home,
            "Attributes": { "ObjectType": "CustomerBillingProfile" },
        },
        "RelationshipToPartner": "none",
        // Left out, the customer would silently be the provider's own.
        "AssociatedPartnerId": reseller,
        // Left out, it would mean yes. Source: learn, gdap-faq.
        "enableGDAPByDefault": default_admin_access,
        "Attributes": { "ObjectType": "Customer" },
    });
    Ask::get(Call::CreateCustomer, "/v1/customers".into()).with(Method::POST, &body)
}

fn postal(address: &PostalAddress) -> Map<String, Value> {
    let PostalAddress { country, state, city, postal_code, line1, line2, phone } = address;
    let optional = [("State", state), ("AddressLine2", line2), ("PhoneNumber", phone)];
    let required = [("Country", country), ("City", city), ("AddressLine1", line1), ("PostalCode", postal_code)];
    let pairs = required.map(|(key, value)| (key, Some(value)));
    let pairs = pairs.into_iter().chain(optional.map(|(key, value)| (key, value.as_ref())));
    pairs.filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))).collect()
}

/// Source: learn, reset-user-password-for-a-customer.
pub(super) fn reset_password(customer: CustomerId, user: &str, password: &Secret) -> Ask {
    let body = json!({
        "passwordProfile": { "password": password.expose(), "forceChangePassword": true },
        "attributes": { "objectType": "CustomerUser" },
    });
    Ask::get_of(Call::ResetPassword, customer, &format!("/users/{}/resetpassword", segment(user)))
        .with(Method::PATCH, &body)
}

/// Source: learn, create-a-cart. `item` is the catalogue item of the line's product as it is sold now.
pub(super) fn make_cart(customer: CustomerId, line: &CartLine, item: &str) -> Ask {
    // A cart has no place for a reference of ours.
    let CartLine {
        product: _,
        quantity,
        term,
        billing_cycle,
        partner_of_record,
        friendly_name,
        reference: _,
        promotion,
        end_date,
    } = line;
    let mut entry = Map::new();
    entry.insert("id".into(), json!(0));
    entry.insert("catalogItemId".into(), json!(item));
    entry.insert("quantity".into(), json!(quantity));
    entry.insert("billingCycle".into(), json!(billing_cycle.to_string()));
    entry.insert("termDuration".into(), json!(term.to_string()));
    // Left out, the order would be booked without a reseller.
    let reseller = json!([{ "key": "transaction_reseller", "value": partner_of_record.as_str() }]);
    entry.insert("participants".into(), reseller);
    let optional: [(&str, &Option<SmolStr>); 2] = [("friendlyName", friendly_name), ("promotionId", promotion)];
    for (key, value) in optional {
        if let Some(value) = value {
            entry.insert(key.into(), json!(value));
        }
    }
    if let Some(end) = end_date {
        entry.insert("customTermEndDate".into(), json!(end.start().to_string()));
    }
    let body = json!({ "PartnerOnRecordAttestationAccepted": true, "lineItems": [entry] });
    Ask::get_of(Call::MakeCart, customer, "/carts").with(Method::POST, &body)
}

/// Source: learn, checkout-a-cart (no body).
pub(super) fn check_out(customer: CustomerId, cart: &CartId) -> Ask {
    let ask = Ask::get_of(Call::CheckOut, customer, &format!("/carts/{}/checkout", segment(cart.as_str())));
    Ask { method: Method::POST, body: Some(Vec::new()), ..ask }
}

/// Source: learn, update-a-subscription-by-id: the whole resource.
pub(super) fn change_subscription(customer: CustomerId, id: SubscriptionId, whole: Vec<u8>) -> Ask {
    let ask = Ask::get_of(Call::ChangeSubscription, customer, &format!("/subscriptions/{id}"));
    Ask { method: Method::PATCH, body: Some(whole), ..ask }
}

/// Source: learn, update-a-subscription-s-support-contact: the whole resource.
pub(super) fn set_support_contact(customer: CustomerId, id: SubscriptionId, whole: Vec<u8>) -> Ask {
    let ask = Ask::get_of(Call::SetSupportContact, customer, &format!("/subscriptions/{id}/supportcontact"));
    Ask { method: Method::PUT, body: Some(whole), ..ask }
}
