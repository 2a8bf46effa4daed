//! Reads as a snapshot names them. One variant a read, both ways exhaustive; never says what a read answered.

use super::form;
use crate::model::{self, BillingCycle, CartId, CustomerId, PartnerId, SubscriptionId, TenantId, Term, operation};
use crate::observed::{self, Read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// One read.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) enum Question {
    /// All indirect resellers.
    Relationships,
    /// All customers.
    Customers,
    /// The customers of a reseller.
    CustomersOf(#[schemars(with = "form::Guid")] TenantId),
    /// The resellers of a customer.
    ResellersOf(#[schemars(with = "form::Guid")] CustomerId),
    /// The subscriptions of a customer.
    Subscriptions(#[schemars(with = "form::Guid")] CustomerId),
    /// One subscription.
    Subscription(Which),
    /// Who supports a legacy subscription.
    SupportContact(Which),
    /// Whether a customer signed.
    Agreement(#[schemars(with = "form::Guid")] CustomerId),
    /// Whether an account may buy.
    AccountReview(#[schemars(with = "form::Guid")] CustomerId),
    /// The country of a customer's tenant.
    Country(#[schemars(with = "form::Guid")] CustomerId),
    /// Whether a domain is taken.
    Domain(#[schemars(with = "String")] SmolStr),
    /// Whether an address passes.
    PostalAddress(Box<Address>),
    /// How many availabilities there are.
    Offer(Offer),
    /// Whether a PartnerID is valid.
    PartnerId(#[schemars(with = "String")] PartnerId),
    /// What Microsoft's profile calls a PartnerID.
    PartnerProfile(#[schemars(with = "String")] PartnerId),
    /// Whether a reseller signed, by tenant.
    ResellerByTenant(#[schemars(with = "form::Guid")] TenantId),
    /// Whether a reseller signed, by PartnerID.
    ResellerByPartnerId(#[schemars(with = "String")] PartnerId),
    /// The invitation link for a reseller.
    InvitationLink(#[schemars(with = "form::Guid")] TenantId),
    /// What became of a cart.
    Cart(WhichCart),
}

/// Which subscription.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Which {
    #[schemars(with = "form::Guid")]
    pub(in crate::snapshot) customer: CustomerId,
    #[schemars(with = "form::Guid")]
    pub(in crate::snapshot) subscription_id: SubscriptionId,
}

/// Which cart.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::snapshot) struct WhichCart {
    #[schemars(with = "form::Guid")]
    pub(in crate::snapshot) customer: CustomerId,
    #[schemars(with = "String")]
    pub(in crate::snapshot) cart: CartId,
}

/// Product and SKU.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Product {
    #[schemars(with = "String")]
    pub(in crate::snapshot) product_id: SmolStr,
    #[schemars(with = "String")]
    pub(in crate::snapshot) sku_id: SmolStr,
}
impl From<model::Product> for Product {
    fn from(model::Product { product, sku }: model::Product) -> Self {
        Self { product_id: product, sku_id: sku }
    }
}
impl From<Product> for model::Product {
    fn from(Product { product_id, sku_id }: Product) -> Self {
        Self { product: product_id, sku: sku_id }
    }
}

/// What is asked of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Offer {
    pub(in crate::snapshot) product: Product,
    pub(in crate::snapshot) term: Term,
    pub(in crate::snapshot) billing_cycle: BillingCycle,
}
impl From<observed::Offer> for Offer {
    fn from(observed::Offer { product, term, billing_cycle }: observed::Offer) -> Self {
        Self { product: product.into(), term, billing_cycle }
    }
}
impl From<Offer> for observed::Offer {
    fn from(Offer { product, term, billing_cycle }: Offer) -> Self {
        Self { product: product.into(), term, billing_cycle }
    }
}

/// A postal address.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Address {
    #[schemars(with = "String")]
    country: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    state: Option<SmolStr>,
    #[schemars(with = "String")]
    city: SmolStr,
    #[schemars(with = "String")]
    postal_code: SmolStr,
    #[schemars(with = "String")]
    line1: SmolStr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    line2: Option<SmolStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    phone: Option<SmolStr>,
}
impl From<operation::PostalAddress> for Address {
    fn from(address: operation::PostalAddress) -> Self {
        let operation::PostalAddress { country, state, city, postal_code, line1, line2, phone } = address;
        Self { country, state, city, postal_code, line1, line2, phone }
    }
}
impl From<Address> for operation::PostalAddress {
    fn from(address: Address) -> Self {
        let Address { country, state, city, postal_code, line1, line2, phone } = address;
        Self { country, state, city, postal_code, line1, line2, phone }
    }
}

impl From<Read> for Question {
    fn from(read: Read) -> Self {
        match read {
            Read::Relationships => Self::Relationships,
            Read::Customers => Self::Customers,
            Read::CustomersOf(id) => Self::CustomersOf(id),
            Read::ResellersOf(id) => Self::ResellersOf(id),
            Read::Subscriptions(id) => Self::Subscriptions(id),
            Read::Subscription(customer, subscription_id) => Self::Subscription(Which { customer, subscription_id }),
            Read::SupportContact(customer, subscription_id) => {
                Self::SupportContact(Which { customer, subscription_id })
            }
            Read::Agreement(id) => Self::Agreement(id),
            Read::AccountReview(id) => Self::AccountReview(id),
            Read::Country(id) => Self::Country(id),
            Read::Domain(domain) => Self::Domain(domain),
            Read::PostalAddress(address) => Self::PostalAddress(Box::new((*address).into())),
            Read::Offer(offer) => Self::Offer(offer.into()),
            Read::PartnerId(id) => Self::PartnerId(id),
            Read::PartnerProfile(id) => Self::PartnerProfile(id),
            Read::ResellerByTenant(id) => Self::ResellerByTenant(id),
            Read::ResellerByPartnerId(id) => Self::ResellerByPartnerId(id),
            Read::InvitationLink(id) => Self::InvitationLink(id),
            Read::Cart(customer, cart) => Self::Cart(WhichCart { customer, cart }),
        }
    }
}
impl From<Question> for Read {
    fn from(question: Question) -> Self {
        match question {
            Question::Relationships => Self::Relationships,
            Question::Customers => Self::Customers,
            Question::CustomersOf(id) => Self::CustomersOf(id),
            Question::ResellersOf(id) => Self::ResellersOf(id),
            Question::Subscriptions(id) => Self::Subscriptions(id),
            Question::Subscription(Which { customer, subscription_id }) => {
                Self::Subscription(customer, subscription_id)
            }
            Question::SupportContact(Which { customer, subscription_id }) => {
                Self::SupportContact(customer, subscription_id)
            }
            Question::Agreement(id) => Self::Agreement(id),
            Question::AccountReview(id) => Self::AccountReview(id),
            Question::Country(id) => Self::Country(id),
            Question::Domain(domain) => Self::Domain(domain),
            Question::PostalAddress(address) => Self::PostalAddress(Box::new((*address).into())),
            Question::Offer(offer) => Self::Offer(offer.into()),
            Question::PartnerId(id) => Self::PartnerId(id),
            Question::PartnerProfile(id) => Self::PartnerProfile(id),
            Question::ResellerByTenant(id) => Self::ResellerByTenant(id),
            Question::ResellerByPartnerId(id) => Self::ResellerByPartnerId(id),
            Question::InvitationLink(id) => Self::InvitationLink(id),
            Question::Cart(WhichCart { customer, cart }) => Self::Cart(customer, cart),
        }
    }
}
