//! Creating a customer: what is sent, in any case of keys, and the reply that shows the password once.
//! Source: learn, create-a-customer-for-an-indirect-reseller; create-a-customer.

use super::body::Body;
use super::call::Call;
use super::reply::{Failure, Reply};
use super::shape::{attributes, own_link};
use super::sign_in::Access;
use super::world::World;
use crate::model::operation::{BillingContact, NewCustomer, PostalAddress};
use crate::model::{Effect, Operation, Secret};
use http::StatusCode;
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let body = call.json()?;
    let reseller = body.text("associatedpartnerid");
    if reseller.is_some() {
        call.caller.may(Access::AppUser, &["AdminAgents", "SalesAgents"])?;
    }
    let reseller = match reseller {
        Some(text) => text.parse().map_err(|_| Failure::parameter("AssociatedPartnerId must be a GUID."))?,
        // Silently the provider's own customer.
        None => world.tenant().id(),
    };
    let new = read(&body, reseller)?;
    let operation = Operation::CreateCustomer(Box::new(new.clone()));
    let effect = world.change(|tenant| tenant.perform(&operation, call.request))?;
    let Effect::CustomerCreated { customer, user: _, password } = effect else {
        return Err(Failure::input("The customer was not created."));
    };
    let mut value = shown(&new, &customer.to_string(), password.as_ref());
    if reseller != world.tenant().id() {
        value["associatedPartnerId"] = json!(reseller);
    }
    Ok(Reply::new(StatusCode::CREATED, value).with("Location", format!("/v1/customers/{customer}")))
}

fn read(body: &Body, reseller: crate::model::TenantId) -> Result<NewCustomer, Failure> {
    let missing = |what: &str| Failure::input(format!("{what} is missing."));
    let company = body.part("companyprofile").ok_or_else(|| missing("CompanyProfile"))?;
    let billing = body.part("billingprofile").ok_or_else(|| missing("BillingProfile"))?;
    let place = ["defaultaddress", "default_address"].iter().find_map(|key| billing.part(key));
    let place = place.ok_or_else(|| missing("DefaultAddress"))?;
    let text =
        |part: &Body, keys: &[&str], what: &str| part.text_of(keys).map(SmolStr::from).ok_or_else(|| missing(what));
    let name = |key: &str, what: &str| {
        billing.text(key).or_else(|| place.text(key)).map(SmolStr::from).ok_or_else(|| missing(what))
    };
    Ok(NewCustomer {
        domain: text(&company, &["domain"], "Domain")?,
        company_name: text(&billing, &["companyname", "company_name"], "CompanyName")?,
        registration_number: company.text("organizationregistrationnumber").map(SmolStr::from),
        billing: BillingContact {
            first_name: name("firstname", "FirstName")?,
            last_name: name("lastname", "LastName")?,
            email: text(&billing, &["email"], "Email")?,
            culture: text(&billing, &["culture"], "Culture")?,
            language: text(&billing, &["language"], "Language")?,
        },
        address: address(&place),
        reseller,
        // Its absence means yes. Source: learn, gdap-faq.
        default_admin_access: body.flag("enablegdapbydefault").unwrap_or(true),
    })
}

/// An address as it is sent; what is missing is empty and fails the check.
pub(super) fn address(place: &Body) -> PostalAddress {
    let text = |key: &str| SmolStr::from(place.text(key).unwrap_or_default());
    let some = |key: &str| place.text(key).map(SmolStr::from);
    PostalAddress {
        country: text("country").to_uppercase().into(),
        state: some("state"),
        city: text("city"),
        postal_code: text("postalcode"),
        line1: text("addressline1"),
        line2: some("addressline2"),
        phone: some("phonenumber"),
    }
}

/// An address as it is shown; what is missing is left out.
pub(super) fn shown_address(address: &PostalAddress) -> Map<String, Value> {
    let PostalAddress { country, state, city, postal_code, line1, line2, phone } = address;
    let entries = [
        ("country", Some(country)),
        ("city", Some(city)),
        ("state", state.as_ref()),
        ("addressLine1", Some(line1)),
        ("addressLine2", line2.as_ref()),
        ("postalCode", Some(postal_code)),
        ("phoneNumber", phone.as_ref()),
    ];
    let said = entries.into_iter().filter_map(|(key, value)| Some((key, value.filter(|value| !value.is_empty())?)));
    said.map(|(key, value)| (key.to_owned(), json!(value))).collect()
}

fn shown(new: &NewCustomer, id: &str, password: Option<&Secret>) -> Value {
    let NewCustomer {
        domain,
        company_name,
        registration_number: _,
        billing,
        address,
        reseller: _,
        default_admin_access,
    } = new;
    let BillingContact { first_name, last_name, email, culture, language } = billing;
    let mut place = shown_address(address);
    place.insert("firstName".into(), json!(first_name));
    place.insert("lastName".into(), json!(last_name));
    let mut value = json!({
        "id": id,
        "commerceId": id,
        "companyProfile": {"tenantId": id, "domain": domain, "companyName": company_name,
            "links": own_link(format!("/customers/{id}/profiles/company")),
            "attributes": attributes("CustomerCompanyProfile")},
        "billingProfile": {"id": id, "email": email, "culture": culture, "language": language,
            "companyName": company_name, "defaultAddress": place,
            "attributes": {"etag": "-8799889149591823008", "objectType": "CustomerBillingProfile"}},
        "relationshipToPartner": "reseller",
        "allowDelegatedAccess": default_admin_access,
        "attributes": attributes("Customer"),
    });
    if let Some(password) = password {
        value["userCredentials"] = json!({"userName": "admin", "password": password.expose()});
    }
    value
}
