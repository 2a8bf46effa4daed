//! What is checked before anything is created: domains, addresses, the rules of a country.

use super::call::Call;
use super::new_customer::{address as address_of, shown_address};
use super::reply::{Failure, Reply};
use super::shape::attributes;
use super::world::World;
use crate::backend::simulated::read::check_address;
use crate::model::country;
use crate::observed::AddressCheck;
use http::StatusCode;
use serde_json::json;

/// 404 means free. Source: learn, verify-domain-availability.
pub(super) fn domain(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let taken = world.tenant().domain_taken(call.part(0));
    Ok(Reply::empty(if taken { StatusCode::OK } else { StatusCode::NOT_FOUND }))
}

/// Source: learn, validate-an-address.
pub(super) fn address(_: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let sent = address_of(&call.json()?);
    let original = shown_address(&sent);
    Ok(Reply::ok(match check_address(&sent) {
        AddressCheck::Passes => json!({"originalAddress": original, "suggestedAddresses": [original],
            "status": "VerifiedShippable"}),
        AddressCheck::Fails(why) => json!({"originalAddress": original, "suggestedAddresses": [], "status": "None",
            "validationMessage": why}),
    }))
}

/// Source: learn, get-market-specific-validation-data; the registration keys by the REST reference.
pub(super) fn country_rules(_: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let code = call.part(0).to_uppercase();
    if !country::exists(&code) {
        return Err(Failure::parameter(format!("{code} is no country.")));
    }
    let registered = country::needs_registration(&code);
    Ok(Reply::ok(json!({
        "iso2Code": code,
        "defaultCulture": format!("en-{code}"),
        "isStateRequired": country::needs_state(&code),
        "states": {"value": []},
        "supportedLanguages": {"value": ["en"]},
        "supportedCultures": {"value": [format!("en-{code}")]},
        "isPostalCodeRequired": true,
        "postalCodeRegex": "^.+$",
        "isCityRequired": true,
        "isVatIdSupported": false,
        "isRegistrationNumberSupported": registered,
        "customerOrganizationRegistrationNumberRequired": registered,
        "customerOrganizationPhoneNumberRequired": registered,
        "isTaxIdSupported": false,
        "countryCallingCodes": {"value": []},
        "attributes": attributes("CountryInformation"),
    })))
}
