//! The provider's own profiles, and whether a PartnerID exists at all.

use super::call::Call;
use super::reply::{Failure, Reply};
use super::shape::{attributes, own_link};
use super::world::World;
use crate::model::PartnerId;
use http::StatusCode;
use serde_json::{Value, json};

/// One's own without `mpnId`. Source: learn, get-partner-by-mpn-id.
pub(super) fn mpn(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let asked = call.query("mpnid").map(PartnerId::new).or_else(|| tenant.header().partner_id.clone());
    let none = |id: &str| {
        Failure::new(
            StatusCode::NOT_FOUND,
            3000,
            format!("Partner Organization with partner_id {id} could not be found"),
        )
    };
    let id = asked.ok_or_else(|| none(""))?;
    let name = tenant.name_of(&id).ok_or_else(|| none(id.as_str()))?;
    Ok(Reply::ok(profile("MpnProfile", "/profiles/mpn", json!({"partnerName": name, "mpnId": id}))))
}

/// Source: learn, get-an-organization-profile.
pub(super) fn organization(world: &mut World, _: &Call<'_>) -> Result<Reply, Failure> {
    let id = world.tenant().id();
    let value = json!({"id": id, "companyName": "Provider", "defaultAddress": address(world), "tenantId": id,
        "domain": "provider.onmicrosoft.com", "email": "operations@provider.example", "language": "en", "culture": "en-US"});
    Ok(Reply::ok(profile("OrganizationProfile", "/profiles/organization", value)))
}

/// Source: learn, get-legal-business-profile.
pub(super) fn legal_business(world: &mut World, _: &Call<'_>) -> Result<Reply, Failure> {
    let contact = json!({"firstName": "Gena", "lastName": "Soto", "email": "operations@provider.example",
        "phoneNumber": "4255550100"});
    let value = json!({"companyName": "Provider", "address": address(world), "primaryContact": contact,
        "companyApproverAddress": address(world), "companyApproverEmail": "operations@provider.example",
        "vettingStatus": "authorized", "vettingSubStatus": "none"});
    Ok(Reply::ok(profile("LegalBusinessProfile", "/profiles/legalbusiness", value)))
}

fn address(world: &World) -> Value {
    let country = super::subscriptions::country(world.tenant());
    json!({"country": country, "city": "Capital", "addressLine1": "1 Main Street", "postalCode": "10000"})
}

fn profile(kind: &str, uri: &str, mut value: Value) -> Value {
    value["profileType"] = json!(kind);
    value["links"] = own_link(uri);
    value["attributes"] = attributes(kind);
    value
}
