//! What is sold: products, SKUs, availabilities of a country. Source: learn,
//! get-a-list-of-products; get-a-list-of-skus-for-a-product; get-a-list-of-availabilities-for-a-sku.

use super::call::Call;
use super::reply::{Failure, Reply};
use super::shape::{attributes, collection, link, own_link};
use super::subscriptions::capital;
use super::world::World;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::{Availability, CatalogEntry};
use crate::model::country;
use http::StatusCode;
use serde_json::{Value, json};

pub(super) fn products(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let country = country_of(call)?;
    if call.query("targetview").is_none() {
        return Err(Failure::parameter("The target view is missing."));
    }
    let mut rows: Vec<Value> = Vec::new();
    let sold = world.tenant().products.values().filter(|entry| entry.availabilities.iter().any(|a| here(a, &country)));
    for entry in sold {
        let value = product_value(entry, &country);
        if rows.last() != Some(&value) {
            rows.push(value);
        }
    }
    Ok(Reply::ok(collection(rows)))
}

pub(super) fn product(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let country = country_of(call)?;
    let entries = entries(world.tenant(), call)?;
    let first = entries.first().ok_or_else(no_product)?;
    Ok(Reply::ok(product_value(first, &country)))
}

pub(super) fn skus(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let country = country_of(call)?;
    let entries = entries(world.tenant(), call)?;
    Ok(Reply::ok(collection(entries.iter().map(|entry| sku_value(entry, &country)).collect())))
}

pub(super) fn sku(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let country = country_of(call)?;
    Ok(Reply::ok(sku_value(entry(world.tenant(), call)?, &country)))
}

pub(super) fn availabilities(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let country = country_of(call)?;
    let entry = entry(world.tenant(), call)?;
    let here = entry.availabilities.iter().filter(|availability| here(availability, &country));
    Ok(Reply::ok(collection(here.map(|availability| availability_value(entry, availability, &country)).collect())))
}

pub(super) fn availability(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let country = country_of(call)?;
    let entry = entry(world.tenant(), call)?;
    let mut here = entry.availabilities.iter().filter(|availability| here(availability, &country));
    let none = || Failure::new(StatusCode::NOT_FOUND, 400_019, "The availability was not found.");
    let found = here.find(|availability| availability.id == call.part(2)).ok_or_else(none)?;
    Ok(Reply::ok(availability_value(entry, found, &country)))
}

fn country_of(call: &Call<'_>) -> Result<String, Failure> {
    let asked = call.query("country").map(str::to_uppercase).filter(|code| country::exists(code));
    asked.ok_or_else(|| Failure::parameter("The country is missing or unknown."))
}

fn no_product() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, 400_013, "The product was not found.")
}

fn entries<'a>(tenant: &'a Tenant, call: &Call<'_>) -> Result<Vec<&'a CatalogEntry>, Failure> {
    let of_product = tenant.products.values().filter(|entry| entry.product_id.eq_ignore_ascii_case(call.part(0)));
    Some(of_product.collect::<Vec<_>>()).filter(|found| !found.is_empty()).ok_or_else(no_product)
}

fn entry<'a>(tenant: &'a Tenant, call: &Call<'_>) -> Result<&'a CatalogEntry, Failure> {
    let none = || Failure::new(StatusCode::NOT_FOUND, 400_018, "The SKU was not found.");
    entries(tenant, call)?.into_iter().find(|entry| entry.sku_id.eq_ignore_ascii_case(call.part(1))).ok_or_else(none)
}

fn here(availability: &Availability, country: &str) -> bool {
    availability.countries.is_empty() || availability.countries.iter().any(|listed| listed == country)
}

fn product_value(entry: &CatalogEntry, country: &str) -> Value {
    let own = format!("/products/{}", entry.product_id);
    json!({
        "id": entry.product_id,
        "title": entry.name,
        "description": entry.name,
        "productType": {"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"},
        "isMicrosoftProduct": true,
        "publisherName": "Microsoft Corporation",
        "links": {"skus": link(format!("{own}/skus?country={country}")), "self": link(format!("{own}?country={country}"))},
    })
}

fn sku_value(entry: &CatalogEntry, country: &str) -> Value {
    let own = format!("/products/{}/skus/{}", entry.product_id, entry.sku_id);
    let fewest = entry.availabilities.iter().map(|sold| sold.min_seats).min().unwrap_or(1);
    let most = entry.availabilities.iter().map(|sold| sold.max_seats).max().unwrap_or(1);
    json!({
        "id": entry.sku_id,
        "productId": entry.product_id,
        "title": entry.name,
        "description": entry.name,
        "minimumQuantity": fewest,
        "maximumQuantity": most,
        "isTrial": false,
        "supportedBillingCycles": ["monthly", "annual", "triennial"],
        "purchasePrerequisites": [],
        "inventoryVariables": [],
        "provisioningVariables": [],
        "dynamicAttributes": {},
        "links": {"availabilities": link(format!("{own}/availabilities?country={country}")),
            "self": link(format!("{own}?country={country}"))},
    })
}

fn availability_value(entry: &CatalogEntry, sold: &Availability, country: &str) -> Value {
    let CatalogEntry { product_id, sku_id, .. } = entry;
    let own = format!("/products/{product_id}/skus/{sku_id}/availabilities/{}", sold.id);
    json!({
        "id": sold.id,
        "productId": product_id,
        "skuId": sku_id,
        "catalogItemId": format!("{product_id}:{sku_id}:{}", sold.id),
        "defaultCurrency": {"code": "USD", "symbol": "$"},
        "segment": "commercial",
        "country": country,
        "isPurchasable": true,
        "isRenewable": true,
        "terms": [{
            "id": "5aeco6mffyxo",
            "duration": sold.term.to_string(),
            "description": format!("{} commitment", sold.term),
            "billingCycle": capital(sold.billing_cycle),
            "cancellationPolicies": [{"refundOptions": [{"sequenceId": 0, "type": "Full", "expiresAfter": "P7D"}]}],
        }],
        "product": product_value(entry, country),
        "sku": sku_value(entry, country),
        "links": own_link(format!("{own}?country={country}")),
        "attributes": attributes("Availability"),
    })
}
