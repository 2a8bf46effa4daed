//! Resellers: the provider's, a customer's, and whether one may be partnered with or be partner of record.

use super::call::Call;
use super::reply::{Failure, Reply};
use super::shape::{attributes, collection};
use super::world::World;
use crate::backend::simulated::wire::Company;
use crate::model::{PartnerId, TenantId};
use crate::observed::ResellerStatus;
use http::StatusCode;
use serde_json::{Value, json};

/// The one type of relationship an indirect provider asks for.
const TYPE: &str = "is_indirect_cloud_solution_provider_of";

/// Source: learn, retrieve-a-list-of-indirect-resellers.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let asked = call.query("relationship_type").unwrap_or_default().replace('_', "").to_lowercase();
    if asked != "isindirectcloudsolutionproviderof" {
        return Err(Failure::parameter("The relationship type is missing or not one of an indirect provider."));
    }
    let tenant = world.tenant();
    let row = |relationship: &crate::backend::simulated::wire::Relationship| {
        let company = tenant.company(relationship.tenant_id)?;
        let mut value = row(company);
        value["state"] = json!(if relationship.active { "Active" } else { "Inactive" });
        value["location"] = json!(company.country);
        Some(value)
    };
    Ok(Reply::ok(collection(tenant.relationships.values().filter_map(row).collect())))
}

/// Without `state` and `location`. Source: learn, get-indirect-resellers-of-a-customer.
pub(super) fn of_customer(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = super::customers::found(tenant, call)?;
    let companies = customer.resellers.iter().filter_map(|id| tenant.company(*id));
    Ok(Reply::ok(collection(companies.map(row).collect())))
}

fn row(company: &Company) -> Value {
    let mut value = json!({"id": company.tenant_id, "name": company.name, "relationshipType": TYPE,
        "attributes": attributes("PartnerRelationship")});
    if let Some(id) = company.partner_ids.first() {
        value["mpnId"] = json!(id);
    }
    value
}

/// Source: learn, validate-reseller-partner-of-record.
pub(super) fn validate(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let ids = call.json()?.list("partnerids");
    if ids.is_empty() {
        return Err(Failure::input("No PartnerID was sent."));
    }
    let result = |id: &super::body::Body| {
        let text = id.as_text().ok_or_else(|| Failure::input("A PartnerID is a text."))?;
        Ok(match world.tenant().check_partner(&PartnerId::new(text)) {
            Ok(_) => json!({"partnerId": text, "isValidPartnerIdOnRecord": true}),
            Err(refusal) => json!({"partnerId": text, "isValidPartnerIdOnRecord": false, "errorCode": refusal.code,
                "errorDescription": refusal.text}),
        })
    };
    let results = ids.iter().map(result).collect::<Result<Vec<Value>, Failure>>()?;
    Ok(Reply::ok(json!({"validationResults": results})))
}

const FAQ: &[&str] = &["https://learn.microsoft.com/partner-center/mpa-indirect-provider-faq"];
const GUIDE: &[&str] = &["https://partner.microsoft.com/resources/detail/migrate-pmc-pc-mpa-guide-pptx"];

/// Not signed is a 400. Source: learn, verify-indirect-reseller-mpa-status.
pub(super) fn agreement_status(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let compliance =
        |code: u32, text: &str| Failure::new(StatusCode::BAD_REQUEST, code, text).told_by("ComplianceController");
    let tenant = world.tenant();
    let status = match (call.query("mpnid"), call.query("tenantid")) {
        (Some(_), Some(_)) => return Err(compliance(2000, "Both MPN Id and Tenant Id should not be passed.")),
        (None, None) => return Err(compliance(2001, "Both MPN Id and Tenant Id cannot be empty.")),
        (Some(id), None) if !id.bytes().all(|digit| digit.is_ascii_digit()) => {
            return Err(Failure::parameter("MPN Id must be numeric."));
        }
        (Some(id), None) => tenant.status_by_partner(&PartnerId::new(id)),
        (None, Some(text)) => {
            let id: TenantId = text.parse().map_err(|_| Failure::parameter("Tenant Id must be a GUID."))?;
            tenant.status_by_tenant(id)
        }
    };
    match status {
        ResellerStatus::Signed => Ok(Reply::ok(json!({"isAgreementSigned": true}))),
        ResellerStatus::NotSigned(text) => match text.split_once(": ") {
            Some((code, words)) => Err(coded(code, words).with_help(FAQ)),
            None => Ok(Reply::ok(json!({"isAgreementSigned": false}))),
        },
        ResellerStatus::OtherRegion(text) => Err(split(&text).with_help(FAQ)),
        ResellerStatus::NotFound(text) => Err(split(&text).with_help(GUIDE)),
    }
}

fn split(text: &str) -> Failure {
    let (code, words) = text.split_once(": ").unwrap_or(("2200", text));
    coded(code, words)
}

fn coded(code: &str, words: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, code.parse().unwrap_or(2200), words)
}
