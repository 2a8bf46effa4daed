//! Customers: the list in pages, one, and what is asked about one: review, agreement, invitation.

use super::call::{Call, pairs};
use super::filter::Filter;
use super::page::Wanted;
use super::reply::{Failure, Reply};
use super::shape::{attributes, collection, own_link, unzoned};
use super::world::World;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::Customer;
use crate::model::TenantId;
use crate::observed::{Review, Why};
use http::StatusCode;
use serde_json::{Value, json};

/// How much a filtered list's `totalCount` is too large. Source: learn, get-a-customer-by-name.
const OVERCOUNT: u64 = 2;

/// Source: learn, get-a-list-of-customers; get-customers-of-an-indirect-reseller.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let wanted = Wanted::of(call, world.throttle.limits.page)?;
    let query = pairs(wanted.query.as_bytes());
    let filter = query.get("filter").map(|text| Filter::read(text, FIELDS)).transpose()?;
    let tenant = world.tenant();
    let fits = |customer: &&Customer| filter.as_ref().is_none_or(|filter| takes(filter, tenant, customer));
    let rows = tenant.customers().filter(fits).map(|customer| (customer.tenant_id.to_string(), row(customer)));
    let mut page = wanted.page("/customers", rows.collect());
    if let (Some(_), Some(count)) = (&filter, page.value["totalCount"].as_u64()) {
        page.value["totalCount"] = json!(count + OVERCOUNT);
    }
    Ok(Reply::ok(page.value))
}

/// The fields customers are filtered by.
const FIELDS: &[(&str, &str)] = &[
    ("companyname", "starts_with"),
    ("domain", "starts_with"),
    ("indirectreseller", "starts_with"),
    ("indirectcloudsolutionprovider", "starts_with"),
];

fn takes(filter: &Filter, tenant: &Tenant, customer: &Customer) -> bool {
    let starts = |text: &str| text.to_lowercase().starts_with(&filter.value);
    match filter.field.as_str() {
        "companyname" => starts(&customer.company_name),
        "domain" => starts(&customer.domain),
        "indirectreseller" => customer.resellers.iter().any(|id| starts(&id.to_string())),
        _ => starts(&tenant.id().to_string()),
    }
}

fn row(customer: &Customer) -> Value {
    json!({
        "id": customer.tenant_id,
        "companyProfile": {"tenantId": customer.tenant_id, "domain": customer.domain,
            "companyName": customer.company_name, "attributes": attributes("CustomerCompanyProfile")},
        "relationshipToPartner": "reseller",
        "attributes": attributes("Customer"),
    })
}

/// The customer a call is about.
///
/// # Errors
/// 403 when it is none of the provider's. Source: learn, error-codes (20002).
pub(super) fn found<'a>(tenant: &'a Tenant, call: &Call<'_>) -> Result<&'a Customer, Failure> {
    let none = || Failure::new(StatusCode::FORBIDDEN, 20002, "No relationship between caller and account.");
    tenant.customer(call.customer()?).ok_or_else(none)
}

/// Does not tell whose customer it is. Source: learn, get-a-customer-by-id.
pub(super) fn one(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let customer = found(world.tenant(), call)?;
    let id = customer.tenant_id;
    let mut value = row(customer);
    value["commerceId"] = json!(id);
    value["companyProfile"]["links"] = own_link(format!("/customers/{id}/profiles/company"));
    value["allowDelegatedAccess"] = json!(customer.admin_access);
    if customer.admin_access {
        value["customDomains"] = json!([customer.domain]);
        if let Some(country) = world.tenant().home(customer) {
            value["companyProfile"]["address"] = json!({"country": country});
        }
    }
    value["links"] = own_link(format!("/customers/{id}"));
    Ok(Reply::ok(value))
}

/// What the directory of its tenant holds: a list of one. Source: learn, get-customer-organization (a role there is needed).
pub(super) fn organization(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?;
    if !customer.admin_access {
        let text = "access denied: no role in the customer's tenant";
        return Err(Failure::new(StatusCode::FORBIDDEN, 2032, text));
    }
    Ok(Reply::ok(json!([{
        "street": "1 Main Street", "countryLetterCode": tenant.home(customer), "postalCode": "10000",
        "city": "Capital", "state": "", "displayName": customer.company_name,
        "technicalNotificationMails": [format!("admin@{}", customer.domain)],
    }])))
}

/// Source: learn, retrieve-validation-status (the time of the last update comes empty).
pub(super) fn validation_status(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    if call.query("type").is_none_or(|kind| !kind.eq_ignore_ascii_case("account")) {
        return Err(Failure::parameter("The validation type is missing or not supported."));
    }
    let status = match found(world.tenant(), call)?.review {
        Review::Passed => "Allowed",
        Review::InReview => "UnderReview",
        Review::Refused => "NotAllowed",
    };
    Ok(Reply::ok(json!({"type": "account", "status": status, "lastUpdateDateTime": ""})))
}

/// Agreements of the type asked for; the default type is one nobody signs any more.
/// Source: learn, get-confirmation-of-customer-agreement.
pub(super) fn agreements(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?;
    let asked = call.query("agreementtype").unwrap_or("MicrosoftCloudAgreement");
    let signed = tenant
        .agreements
        .get(&customer.tenant_id)
        .filter(|_| asked.eq_ignore_ascii_case("MicrosoftCustomerAgreement") || asked == "*");
    let row = |agreement: &crate::backend::simulated::wire::Agreement| {
        json!({
            "primaryContact": {"firstName": "Global", "lastName": "Administrator",
                "email": format!("admin@{}", customer.domain), "phoneNumber": "1234567890"},
            "templateId": "117a77b0-9360-443b-8795-c6dedc750cf9",
            "dateAgreed": unzoned(agreement.signed_on),
            "type": "MicrosoftCustomerAgreement",
            "agreementLink": "https://aka.ms/customeragreement",
        })
    };
    let mut value = collection(signed.map(row).into_iter().collect());
    if let Some(map) = value.as_object_mut() {
        map.remove("attributes");
    }
    Ok(Reply::ok(value))
}

/// Source: learn, get-direct-sign-status-of-customer-agreement.
pub(super) fn signed_directly(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let customer = found(world.tenant(), call)?.tenant_id;
    Ok(Reply::ok(json!({"isSigned": world.tenant().agreements.contains_key(&customer)})))
}

/// Source: learn, request-reseller-relationship; regional-authorization-overview (the two-tier form).
pub(super) fn relationship_request(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let provider = world.tenant().id();
    let guid = |key: &str| -> Result<Option<TenantId>, Failure> {
        let parse = |text: &str| text.parse().map_err(|_| Failure::parameter(format!("{key} must be a GUID.")));
        call.query(key).map(parse).transpose()
    };
    if guid("indirectcloudsolutionproviderid")?.is_some_and(|id| id != provider) {
        return Err(Failure::parameter("The indirect provider is not the caller."));
    }
    let url = match guid("indirectresellerid")? {
        None => format!(
            "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship&partnerId={provider}&msppId=0\
             &DAP=false#/BillingAccounts/partner-invitation"
        ),
        Some(reseller) => {
            let link = world.tenant().invitation_link(reseller);
            link.map_err(|why| match why {
                Why::Refused(text) => {
                    let words = text.split_once(": ").map_or(text.as_str(), |(_, words)| words).to_owned();
                    Failure::new(StatusCode::NOT_FOUND, 3000, words)
                }
                other @ (Why::NotRead
                | Why::Denied(_)
                | Why::Throttled
                | Why::Failed(_)
                | Why::Partial
                | Why::Implausible(_)) => Failure::input(other.to_string()),
            })?
            .into()
        }
    };
    Ok(Reply::ok(json!({"url": url, "attributes": attributes("RelationshipRequest")})))
}
