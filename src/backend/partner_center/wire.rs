//! What replies mean: from the service's own resources to observed values. Unknown words are kept as "another"; what must
//! be there and is not is garbage. Never decides what an absence means.

use super::decode::{Garbage, Node};
use super::mask::Mask;
use super::page::entries;
use crate::model::operation::SupportContact;
use crate::model::product::Commerce;
use crate::model::{
    BillingCycle, CartId, CustomerId, OrderId, PartnerId, Product, SubscriptionId, TenantId, Term, Timestamp,
};
use crate::observed::{AddressCheck, Customer, Offer, PartnerCheck, Relationship, Review, Sold};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

/// Source: learn, retrieve-a-list-of-indirect-resellers (`state` is `Active`; no other value is told, nor whether it may be
/// missing here: a listed one without a state counts as active).
pub(super) fn relationship(node: &Node<'_>) -> Result<Relationship, Garbage> {
    let says = |key, word: &str| Ok(node.text(key)?.is_none_or(|text| text.eq_ignore_ascii_case(word)));
    let ours = says("relationshipType", "is_indirect_cloud_solution_provider_of")?;
    Ok(Relationship {
        tenant: node.need_parsed("id")?,
        name: node.text("name")?.unwrap_or_default(),
        partner_id: partner_id(node)?,
        country: node.text("location")?.map(|country| country.to_uppercase().into()),
        active: ours && says("state", "active")?,
    })
}

/// A PartnerID under either of its names. Source: learn, partner-relationship-resources (`partnerId`), its samples (`mpnId`).
fn partner_id(node: &Node<'_>) -> Result<Option<PartnerId>, Garbage> {
    let id = match node.text("mpnId")? {
        None => node.text("partnerId")?,
        some @ Some(_) => some,
    };
    Ok(id.map(PartnerId::new))
}

/// The tenants of a list of relationships; `null` is how a customer without a reseller is told.
/// Source: unconfirmed, learn.microsoft.com/answers/questions/339.
pub(super) fn tenant(node: &Node<'_>) -> Result<TenantId, Garbage> {
    node.need_parsed("id")
}

/// Source: learn, get-a-list-of-customers.
pub(super) fn customer(node: &Node<'_>) -> Result<Customer, Garbage> {
    let company = node.node("companyProfile")?;
    let text = |key| company.map_or(Ok(None), |company| company.text(key));
    Ok(Customer {
        id: node.need_parsed("id")?,
        domain: text("domain")?.unwrap_or_default().to_lowercase().into(),
        company_name: text("companyName")?.unwrap_or_default(),
    })
}

/// Where a customer is billed. Source: learn, get-a-customer-by-id (the company's own address needs an admin role).
pub(super) fn country_of(node: &Node<'_>) -> Result<Option<SmolStr>, Garbage> {
    for (profile, address) in [("billingProfile", "defaultAddress"), ("companyProfile", "address")] {
        let address = node.node(profile)?.map(|profile| profile.node(address)).transpose()?.flatten();
        if let Some(country) = address.map(|address| address.text("country")).transpose()?.flatten() {
            return Ok(Some(country.to_uppercase().into()));
        }
    }
    Ok(None)
}

/// Where a customer's tenant is, as its profile tells it. Source: learn, get-a-customer-by-id (needs a role there).
pub(super) fn company_country(node: &Node<'_>) -> Result<Option<SmolStr>, Garbage> {
    let address = node.node("companyProfile")?.map(|profile| profile.node("address")).transpose()?.flatten();
    let country = address.map(|address| address.text("country")).transpose()?.flatten();
    Ok(country.map(|country| country.to_uppercase().into()))
}

/// The same as the directory of the tenant tells it. Source: learn, get-customer-organization (its text says that it is a
/// customer, its sample is a list of one organization: both are understood, and anything else tells nothing).
pub(super) fn organization(value: &serde_json::Value) -> Result<Option<SmolStr>, Garbage> {
    let first = value.as_array().map_or(Some(value), |list| list.first());
    let Some(node) = first.and_then(|value| Node::of(value).ok()) else { return Ok(None) };
    match node.text("countryLetterCode")? {
        Some(country) => Ok(Some(country.to_uppercase().into())),
        None => company_country(&node),
    }
}

/// What a customer that was just created is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Created {
    pub(super) customer: CustomerId,
    /// Login of its first administrator, whole.
    pub(super) user: SmolStr,
    pub(super) password: Option<String>,
}

/// Source: learn, create-a-customer-for-an-indirect-reseller (the user name is that part of the login before the `@`).
pub(super) fn created(node: &Node<'_>, domain: &str) -> Result<Created, Garbage> {
    let credentials = node.node("userCredentials")?;
    let text = |key| credentials.map_or(Ok(None), |credentials| credentials.text(key));
    let name = text("userName")?.unwrap_or(ADMIN);
    let user = if name.contains('@') { name } else { format_smolstr!("{name}@{domain}") };
    // Verbatim: a password may begin or end with anything.
    let password = credentials.and_then(|c| c.get("password")).and_then(|p| p.as_str()).filter(|p| !p.is_empty());
    Ok(Created { customer: node.need_parsed("id")?, user, password: password.map(str::to_owned) })
}

/// The name of the first administrator of a tenant made through Partner Center. Source: learn, create-a-customer.
const ADMIN: SmolStr = SmolStr::new_static("admin");

/// A user of a customer who may be its first administrator.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: SmolStr,
    pub(super) login: SmolStr,
}
impl User {
    /// Whether it is the first administrator by its login. Source: learn, get-a-list-of-all-user-accounts-for-a-customer.
    pub(super) fn is_admin(&self) -> bool {
        self.login.split_once('@').is_some_and(|(name, _)| name.eq_ignore_ascii_case(&ADMIN))
    }
}

/// Source: learn, get-a-list-of-all-user-accounts-for-a-customer.
pub(super) fn user(node: &Node<'_>) -> Result<User, Garbage> {
    Ok(User { id: node.need("id")?, login: node.text("userPrincipalName")?.unwrap_or_default() })
}

/// Source: learn, get-a-subscription-s-support-contact.
pub(super) fn support_contact(node: &Node<'_>) -> Result<SupportContact, Garbage> {
    let partner = node.text("supportMpnId")?.map_or_else(|| node.text("supportPartnerId"), |id| Ok(Some(id)))?;
    Ok(SupportContact {
        tenant: node.need_parsed("supportTenantId")?,
        partner: PartnerId::new(partner.unwrap_or_default()),
    })
}

/// Whether a list of agreements holds the customer agreement. Source: learn, get-confirmation-of-customer-agreement.
pub(super) fn agreed(page: &Node<'_>) -> Result<bool, Garbage> {
    let kinds = entries(page)?.iter().map(|entry| entry.text("type")).collect::<Result<Vec<_>, _>>()?;
    Ok(kinds.iter().flatten().any(|kind| kind.eq_ignore_ascii_case("MicrosoftCustomerAgreement")))
}

/// Source: learn, retrieve-validation-status: `UnderReview`, `NotAllowed` and `Unknown` block, `Not Ready` is not told.
pub(super) fn review(node: &Node<'_>) -> Result<Review, Garbage> {
    let word: String = node.need("status")?.chars().filter(|c| !c.is_whitespace()).collect();
    Ok(match word.to_ascii_lowercase().as_str() {
        "allowed" => Review::Passed,
        "notallowed" => Review::Refused,
        _ => Review::InReview,
    })
}

/// Source: learn, validate-an-address. Where nothing could be checked (`NotValidated`), nothing speaks against it.
pub(super) fn address_check(node: &Node<'_>) -> Result<AddressCheck, Garbage> {
    let status = node.need("status")?;
    let word: String = status.chars().filter(|c| !c.is_whitespace()).collect();
    if ["verified", "verifiedshippable", "notvalidated"].contains(&word.to_ascii_lowercase().as_str()) {
        return Ok(AddressCheck::Passes);
    }
    let said = node.text("validationMessage")?.map_or_else(String::new, |text| format!(": {text}"));
    let suggested = match node.nodes("suggestedAddresses")?.first() {
        Some(address) => format!("; suggested: {}", in_one_line(address)?),
        None => String::new(),
    };
    Ok(AddressCheck::Fails(format_smolstr!("{status}{said}{suggested}")))
}

fn in_one_line(address: &Node<'_>) -> Result<String, Garbage> {
    let keys = ["addressLine1", "addressLine2", "city", "state", "postalCode", "country"];
    let parts = keys.into_iter().map(|key| address.text(key)).collect::<Result<Vec<_>, _>>()?;
    Ok(parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// The catalogue items that can be bought in the form asked for. Source: learn, product-resources.
pub(super) fn items_for(page: &Node<'_>, form: (Term, BillingCycle)) -> Result<Vec<SmolStr>, Garbage> {
    let mut found = Vec::new();
    for entry in entries(page)? {
        if forms(&entry)?.contains(&form) {
            found.push(match entry.text("catalogItemId")? {
                Some(item) => item,
                None => format_smolstr!("{}:{}:{}", entry.need("productId")?, entry.need("skuId")?, entry.need("id")?),
            });
        }
    }
    Ok(found)
}

/// The forms in which an availability can be bought. A term without a billing cycle, as the table of the resource has it, is
/// billed in every cycle that it has. Source: learn, product-resources.
fn forms(entry: &Node<'_>) -> Result<BTreeSet<(Term, BillingCycle)>, Garbage> {
    let mut forms = BTreeSet::new();
    if !entry.flag("isPurchasable")?.unwrap_or(true) {
        return Ok(forms);
    }
    for sale in entry.nodes("terms")? {
        let Some(term) = sale.text("duration")?.and_then(|word| term_of(&word)) else { continue };
        match sale.text("billingCycle")? {
            Some(word) => forms.extend(billing_cycle(&word).map(|cycle| (term, cycle))),
            None => forms.extend(term.cycles().iter().map(|cycle| (term, *cycle))),
        }
    }
    Ok(forms)
}

/// In how many ways an offer is sold, and in which others.
pub(super) fn sold(page: &Node<'_>, offer: &Offer) -> Result<Sold, Garbage> {
    let mut sold = Sold::default();
    for entry in entries(page)? {
        let forms = forms(&entry)?;
        sold.ways = sold.ways.saturating_add(u32::from(forms.contains(&(offer.term, offer.billing_cycle))));
        sold.forms.extend(forms);
        // Pages come in any order.
        sold.title = sold.title.into_iter().chain(title(&entry)).min();
    }
    Ok(sold)
}

/// What people call what an availability sells: its SKU, which tells it from others of its product, else its product. For
/// people alone, so that no form of it makes a read fail. Source: learn, get-a-list-of-availabilities-for-a-sku (`product`
/// and `sku` stand in each); product-resources.
fn title(entry: &Node<'_>) -> Option<SmolStr> {
    let of = |key| entry.node(key).ok()??.text("title").ok()?;
    of("sku").or_else(|| of("product"))
}

pub(super) fn term_of(word: &str) -> Option<Term> {
    match word.to_ascii_uppercase().as_str() {
        "P1M" => Some(Term::P1M),
        "P1Y" | "P12M" => Some(Term::P1Y),
        "P3Y" | "P36M" => Some(Term::P3Y),
        _ => None,
    }
}
pub(super) fn billing_cycle(word: &str) -> Option<BillingCycle> {
    match word.to_ascii_lowercase().as_str() {
        "monthly" => Some(BillingCycle::Monthly),
        "annual" => Some(BillingCycle::Annual),
        "triennial" => Some(BillingCycle::Triennial),
        _ => None,
    }
}

/// Product and SKU of a catalogue item or offer; legacy offers have none. Source: learn, subscription-resources.
pub(super) fn product_of(item: &str) -> Option<Product> {
    let mut parts = item.split(':');
    let (product, sku, _availability) = (parts.next()?, parts.next()?, parts.next()?);
    let whole = !product.is_empty() && !sku.is_empty() && parts.next().is_none();
    whole.then(|| Product { product: product.into(), sku: sku.into() })
}

/// Which PartnerIDs are valid, by id. Source: learn, validate-reseller-partner-of-record.
pub(super) fn partner_checks(node: &Node<'_>) -> Result<Vec<(PartnerId, PartnerCheck)>, Garbage> {
    if !node.has("validationResults") {
        return Err(Garbage("it has no `validationResults`".into()));
    }
    let check = |result: &Node<'_>| {
        let id = PartnerId::new(result.need("partnerId")?);
        let valid = result.flag("isValidPartnerIdOnRecord")?;
        let words = || {
            let text = result.text("errorDescription")?.unwrap_or_else(|| "not valid as partner of record".into());
            Ok(match result.count("errorCode")? {
                Some(code) => format_smolstr!("{code}: {text}"),
                None => text,
            })
        };
        match valid {
            Some(true) => Ok((id, PartnerCheck::Valid)),
            Some(false) => Ok((id, PartnerCheck::Invalid(words()?))),
            None => Err(Garbage("it does not say whether a PartnerID is valid".into())),
        }
    };
    node.nodes("validationResults")?.iter().map(check).collect()
}

/// What a PartnerID is called. A profile of another one tells nothing: without a number the service tells of whoever asks.
/// Source: learn, get-partner-by-mpn-id.
pub(super) fn partner_name(node: &Node<'_>, id: &PartnerId) -> Result<SmolStr, Garbage> {
    match partner_id(node)? {
        Some(told) if told == *id => node.need("partnerName"),
        Some(other) => Err(Garbage(format_smolstr!("it is the profile of PartnerID {other}"))),
        None => Err(Garbage("it does not say of which PartnerID it is".into())),
    }
}

/// A cart as far as its fate goes. Source: learn, cart-resources.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cart {
    pub(super) id: CartId,
    pub(super) ordered: bool,
    pub(super) made: Option<Timestamp>,
    pub(super) line: Line,
    /// What is wrong with a line, though the cart was made.
    pub(super) error: Option<(u32, SmolStr)>,
}

/// What is bought, as carts and orders both tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) item: SmolStr,
    pub(super) quantity: Option<u32>,
    pub(super) partner: Option<SmolStr>,
    pub(super) term: Option<Term>,
    pub(super) billing_cycle: Option<BillingCycle>,
    pub(super) subscription: Option<SubscriptionId>,
}

/// Source: learn, create-a-cart.
pub(super) fn cart(node: &Node<'_>) -> Result<Cart, Garbage> {
    let status = node.text("status")?;
    let mut error = None;
    let lines = node.nodes("lineItems")?;
    for line in &lines {
        if let Some(fault) = line.node("error")? {
            let code = fault.get("errorCode").and_then(super::decode::whole).unwrap_or(0);
            let name = fault.text("errorCode")?.filter(|_| code == 0);
            let text = fault.text("errorDescription")?.or(name).unwrap_or_else(|| "the line is refused".into());
            error = error.or(Some((code, Mask::default().line(&text))));
        }
    }
    Ok(Cart {
        id: CartId::new(node.need("id")?),
        ordered: status.is_some_and(|status| status.eq_ignore_ascii_case("ordered")),
        made: node.time("creationTimestamp"),
        line: lines.first().map_or_else(|| Ok(Line::default()), cart_line)?,
        error,
    })
}

fn cart_line(node: &Node<'_>) -> Result<Line, Garbage> {
    let mut partner = None;
    for participant in node.nodes("participants")? {
        if participant.text("key")?.is_some_and(|key| super::decode::same_key(&key, "transaction_reseller")) {
            partner = participant.text("value")?;
        }
    }
    Ok(Line {
        item: node.text("catalogItemId")?.unwrap_or_default(),
        quantity: node.count("quantity")?,
        partner,
        term: node.text("termDuration")?.and_then(|word| term_of(&word)),
        billing_cycle: cycle_of(node)?,
        subscription: None,
    })
}

fn cycle_of(node: &Node<'_>) -> Result<Option<BillingCycle>, Garbage> {
    Ok(node.text("billingCycle")?.and_then(|word| billing_cycle(&word)))
}

/// An order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) id: OrderId,
    pub(super) made: Option<Timestamp>,
    pub(super) lines: Vec<Line>,
}

/// Its billing cycle is told once for all of its lines. Source: learn, order-resources.
pub(super) fn order(node: &Node<'_>) -> Result<Order, Garbage> {
    let billing_cycle = cycle_of(node)?;
    let line = |line: &Node<'_>| {
        Ok(Line {
            item: line.text("offerId")?.unwrap_or_default(),
            quantity: line.count("quantity")?,
            partner: line.text("partnerIdOnRecord")?,
            term: line.text("termDuration")?.and_then(|word| term_of(&word)),
            billing_cycle,
            subscription: line.parsed("subscriptionId")?,
        })
    };
    Ok(Order {
        id: OrderId::new(node.need("id")?),
        made: node.time("creationDate"),
        lines: node.nodes("lineItems")?.iter().map(line).collect::<Result<_, _>>()?,
    })
}

/// What a check-out brought. Source: learn, checkout-a-cart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CheckedOut {
    pub(super) orders: Vec<Order>,
    pub(super) errors: Vec<(u32, SmolStr)>,
}

/// Source: learn, cart-resources (CartCheckoutResult). A reply that is an order itself is one order.
pub(super) fn checked_out(node: &Node<'_>) -> Result<CheckedOut, Garbage> {
    let orders = if node.has("orders") || node.has("orderErrors") {
        node.nodes("orders")?.iter().map(order).collect::<Result<_, _>>()?
    } else {
        vec![order(node)?]
    };
    let error = |error: &Node<'_>| {
        let text = error.text("description")?.unwrap_or_else(|| "the order failed".into());
        Ok((error.count("code")?.unwrap_or(0), Mask::default().line(&text)))
    };
    Ok(CheckedOut { orders, errors: node.nodes("orderErrors")?.iter().map(error).collect::<Result<_, _>>()? })
}

/// The generation of a subscription. Source: learn, subscription-resources: legacy ones have no product type; an offer of
/// three parts is of the new catalogue in every sample.
pub(super) fn commerce(product_type: Option<&Node<'_>>, offer: Option<&str>) -> Result<Commerce, Garbage> {
    let typed = product_type.map(|kind| kind.text("id")).transpose()?.flatten().is_some();
    Ok(if typed || offer.and_then(product_of).is_some() { Commerce::New } else { Commerce::Legacy })
}
