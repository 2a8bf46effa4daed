//! What is there: per object and facet `Known`, `Absent` or `Unknown`, with the reads that yield it. Holds what a
//! backend answered, normalised; never guesses an absence and never asks anybody itself.

mod absorb;
mod answers;
mod audit;
mod look;
mod name;
mod normalize;
mod renewal;

pub use answers::Told;
pub use audit::AuditRecord;
pub use name::{is_one_name, says_the_same};
pub use normalize::field_value;
pub use renewal::{AtEnd, Unclear};

use crate::model::operation::{PostalAddress, SupportContact};
use crate::model::product::{BillingCycle, Commerce, Product, Term};
use crate::model::{CartId, CustomerId, OrderId, PartnerId, SubscriptionId, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What one kind of read yielded about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facet<T> {
    /// Read, and this is it.
    Known(T),
    /// Read to the end, and it is not there.
    Absent,
    /// Not read, or not to the end. Never the ground of a step.
    Unknown(Why),
}
impl<T> Facet<T> {
    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }
    /// By reference.
    pub fn as_ref(&self) -> Facet<&T> {
        match self {
            Self::Known(value) => Facet::Known(value),
            Self::Absent => Facet::Absent,
            Self::Unknown(why) => Facet::Unknown(why.clone()),
        }
    }
    /// The value changed by `f`.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Facet<U> {
        match self {
            Self::Known(value) => Facet::Known(f(value)),
            Self::Absent => Facet::Absent,
            Self::Unknown(why) => Facet::Unknown(why),
        }
    }
}

/// Why something is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "why", content = "detail")]
pub enum Why {
    /// Nobody asked.
    NotRead,
    /// The service refused: code and its words.
    Refused(SmolStr),
    /// The signed-in user may not read it.
    Denied(SmolStr),
    /// Too many requests, until the deadline of the run.
    Throttled,
    /// It failed in a way that may pass.
    Failed(SmolStr),
    /// A list that ended before its last page.
    Partial,
    /// Read, but it cannot be: the reason.
    Implausible(SmolStr),
}
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRead => f.write_str("it was not read"),
            Self::Refused(text) => write!(f, "the service refused the read: {text}"),
            Self::Denied(text) => write!(f, "the signed-in user may not read it: {text}"),
            Self::Throttled => f.write_str("the service kept refusing because of too many requests"),
            Self::Failed(text) => write!(f, "the read failed: {text}"),
            Self::Partial => f.write_str("the list ended before its last page"),
            Self::Implausible(text) => write!(f, "what was read cannot be: {text}"),
        }
    }
}

/// One question to the tenant. Sorts, so that a set of reads has one order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Read {
    /// All indirect resellers. `GET /v1/relationships`
    Relationships,
    /// All customers. `GET /v1/customers`, paged
    Customers,
    /// The customers of one reseller, by its tenant. `GET /v1/customers?filter=`
    CustomersOf(TenantId),
    /// The resellers of one customer. `GET /v1/customers/{c}/relationships`
    ResellersOf(CustomerId),
    /// All subscriptions of one customer. `GET /v1/customers/{c}/subscriptions`
    Subscriptions(CustomerId),
    /// One subscription, with what can be given back. `GET /v1/customers/{c}/subscriptions/{s}`
    Subscription(CustomerId, SubscriptionId),
    /// Who supports a legacy subscription. `GET ../supportcontact`
    SupportContact(CustomerId, SubscriptionId),
    /// Whether the customer signed the Microsoft Customer Agreement, by either status read.
    Agreement(CustomerId),
    /// Whether the account is under review. `GET /v1/customers/{c}/validationStatus?type=account`
    AccountReview(CustomerId),
    /// The country of a customer's tenant, which decides its CSP region. `GET /v1/customers/{c}/organization`, else
    /// `GET /v1/customers/{c}`; told only to whoever has a role in that tenant.
    Country(CustomerId),
    /// Whether a domain is taken. `HEAD /v1/domains/{domain}`
    Domain(SmolStr),
    /// Whether an address passes. `POST /v1/validations/address`
    PostalAddress(Box<PostalAddress>),
    /// In how many ways a product is sold in a country for a term and cycle, and in which others. `GET /v1/products/..`
    Offer(Offer),
    /// Whether a PartnerID is valid as partner of record. `POST /v1/partners/validateresellers`, batched by the backend
    PartnerId(PartnerId),
    /// The name that Microsoft's profile gives for a PartnerID. `GET /v1/profiles/mpn?mpnId=`
    PartnerProfile(PartnerId),
    /// Whether a reseller signed its agreement, by tenant. `GET /v1/compliance/csp/agreementstatus?tenantId=`
    ResellerByTenant(TenantId),
    /// The same by PartnerID. `GET /v1/compliance/csp/agreementstatus?mpnId=`
    ResellerByPartnerId(PartnerId),
    /// The invitation link of a customer for a reseller. `GET /v1/customers/relationshiprequests`
    InvitationLink(TenantId),
    /// What became of a cart: its order, if it was checked out.
    Cart(CustomerId, CartId),
}

/// What is asked of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Offer {
    /// Product and SKU.
    pub product: Product,
    /// Commitment.
    pub term: Term,
    /// Billing.
    pub billing_cycle: BillingCycle,
}

/// What the catalogue has of an offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    /// How many availabilities are the offer.
    pub ways: u32,
    /// Every term and billing cycle in which product and SKU are sold at all.
    pub forms: BTreeSet<(Term, BillingCycle)>,
    /// What product and SKU are called, where it is told.
    pub title: Option<SmolStr>,
}

/// An indirect reseller of ours. Source: learn, retrieve-a-list-of-indirect-resellers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relationship {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its name.
    pub name: SmolStr,
    /// Its PartnerID, when the list gives one.
    pub partner_id: Option<PartnerId>,
    /// Two letters, when given.
    pub country: Option<SmolStr>,
    /// Compared without case; only `active` is documented.
    pub active: bool,
}

/// An entry of a customer list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Its tenant.
    pub id: CustomerId,
    /// Its default domain, lower case.
    pub domain: SmolStr,
    /// Its name.
    pub company_name: SmolStr,
}
impl Customer {
    /// Whether it is the company of this name, whatever its case, spaces and signs: the service may keep it in another
    /// form than it was sent.
    #[must_use]
    pub fn is_company(&self, name: &str) -> bool {
        says_the_same(&self.company_name, name)
    }
    /// The same where the service may have dropped what stands on letters as well. For a customer that a call of ours may
    /// have made: of any other one this proves too little.
    #[must_use]
    pub fn may_be_company(&self, name: &str) -> bool {
        self.is_company(name) || name::says_the_same_plainly(&self.company_name, name)
    }
}

/// `status` of a subscription. Source: learn, subscription-resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// In use.
    Active,
    /// Switched off, still billed under new commerce.
    Suspended,
    /// Accepted, not provisioned.
    Pending,
    /// Past its term.
    Expired,
    /// Past its grace.
    Disabled,
    /// Gone.
    Deleted,
    /// A word this version does not know.
    Other,
}
impl Status {
    /// Live or about to be: something that would be bought twice.
    #[must_use]
    pub fn occupies(self) -> bool {
        match self {
            Self::Active | Self::Suspended | Self::Pending | Self::Other => true,
            Self::Expired | Self::Disabled | Self::Deleted => false,
        }
    }
}
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Pending => "pending",
            Self::Expired => "expired",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::Other => "of unknown status",
        })
    }
}

/// A subscription of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Product and SKU; legacy offers have none.
    pub product: Option<Product>,
    /// The catalogue's name.
    pub offer_name: SmolStr,
    /// The name shown to people.
    pub friendly_name: SmolStr,
    /// Generation.
    pub commerce: Commerce,
    /// Whether its partner of record may be changed (not for reservations and savings plans).
    pub partner_changeable: bool,
    /// Seats.
    pub quantity: u32,
    /// Status.
    pub status: Status,
    /// `partnerId`; empty and absent are none.
    pub partner_of_record: Option<PartnerId>,
    /// Commitment, if a known one.
    pub term: Option<Term>,
    /// Billing, if a known one.
    pub billing_cycle: Option<BillingCycle>,
    /// What is to happen at the end of its term.
    pub at_end: AtEnd,
    /// When the commitment ends, if told.
    pub commitment_end: Option<Timestamp>,
    /// The order it came from, if told.
    pub order: Option<OrderId>,
}

/// What one subscription's own read adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionDetail {
    /// The subscription as its own read shows it.
    pub subscription: Subscription,
    /// Seats that may be given back now. Source: learn, `refundableQuantity.totalQuantity`.
    pub refundable: u32,
    /// Until when the last of them may, if told.
    pub refundable_until: Option<Timestamp>,
}

/// Whether an account may buy. Source: learn, codes 800073-800075.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Review {
    /// Free to buy.
    Passed,
    /// Being looked at.
    InReview,
    /// Refused.
    Refused,
}

/// What the address check says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AddressCheck {
    /// Passes.
    Passes,
    /// Does not; with words or a suggestion.
    Fails(SmolStr),
}

/// Whether a PartnerID is a valid partner of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PartnerCheck {
    /// Valid now.
    Valid,
    /// Not; code and words.
    Invalid(SmolStr),
}

/// Whether a reseller may be partnered with. Source: learn, verify-indirect-reseller-mpa-status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResellerStatus {
    /// Signed, in the region.
    Signed,
    /// 2206, or 200 with false.
    NotSigned(SmolStr),
    /// 2201, 2203.
    OtherRegion(SmolStr),
    /// 2200, 2204, 2205.
    NotFound(SmolStr),
}

/// What became of a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CartFate {
    /// Still open.
    Open,
    /// Checked out: the order and, once provisioned, the subscription.
    Ordered {
        /// The order.
        order: OrderId,
        /// Its subscription, once it shows.
        subscription: Option<SubscriptionId>,
    },
    /// Checked out: several orders may be its own, oldest first; the service does not say which.
    OneOf(Vec<Placed>),
}
impl CartFate {
    /// The orders that may be its own; none while it is open.
    #[must_use]
    pub fn placed(&self) -> Vec<Placed> {
        match self {
            Self::Open => Vec::new(),
            Self::Ordered { order, subscription } => {
                vec![Placed { order: order.clone(), subscription: *subscription }]
            }
            Self::OneOf(placed) => placed.clone(),
        }
    }
    /// The subscription of the order that is known to be its own, once it shows.
    #[must_use]
    pub fn subscription_of(&self, order: &OrderId) -> Option<SubscriptionId> {
        self.placed().into_iter().find(|placed| placed.order == *order)?.subscription
    }
}

/// An order that was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    /// The order.
    pub order: OrderId,
    /// Its subscription, once it shows.
    pub subscription: Option<SubscriptionId>,
}

/// What one read answered, when it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To [`Read::Relationships`].
    Relationships(Vec<Relationship>),
    /// To [`Read::Customers`] and [`Read::CustomersOf`].
    Customers(Vec<Customer>),
    /// To [`Read::ResellersOf`].
    Resellers(Vec<TenantId>),
    /// To [`Read::Subscriptions`].
    Subscriptions(Vec<Subscription>),
    /// To [`Read::Subscription`].
    Subscription(Box<SubscriptionDetail>),
    /// To [`Read::SupportContact`].
    SupportContact(SupportContact),
    /// To [`Read::Agreement`]: signed or not.
    Agreement(bool),
    /// To [`Read::AccountReview`].
    AccountReview(Review),
    /// To [`Read::Country`]: two upper-case letters.
    Country(SmolStr),
    /// To [`Read::Domain`]: taken or not.
    Domain(bool),
    /// To [`Read::PostalAddress`].
    PostalAddress(AddressCheck),
    /// To [`Read::Offer`].
    Offer(Sold),
    /// To [`Read::PartnerId`].
    PartnerId(PartnerCheck),
    /// To [`Read::PartnerProfile`]: whoever it is, by name.
    PartnerProfile(SmolStr),
    /// To [`Read::ResellerByTenant`] and [`Read::ResellerByPartnerId`].
    Reseller(ResellerStatus),
    /// To [`Read::InvitationLink`].
    InvitationLink(SmolStr),
    /// To [`Read::Cart`].
    Cart(CartFate),
    /// The object asked for does not exist (404).
    NotThere,
}

/// Everything observed in one run. Absent keys were not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    relationships: Option<Facet<BTreeMap<TenantId, Relationship>>>,
    customers: Option<Facet<BTreeMap<CustomerId, Customer>>>,
    customers_of: BTreeMap<TenantId, Facet<BTreeMap<CustomerId, Customer>>>,
    resellers_of: BTreeMap<CustomerId, Facet<BTreeSet<TenantId>>>,
    /// Sorted by id.
    subscriptions: BTreeMap<CustomerId, Facet<Vec<Subscription>>>,
    details: BTreeMap<(CustomerId, SubscriptionId), Facet<SubscriptionDetail>>,
    support: BTreeMap<(CustomerId, SubscriptionId), Facet<SupportContact>>,
    agreements: BTreeMap<CustomerId, Facet<bool>>,
    reviews: BTreeMap<CustomerId, Facet<Review>>,
    countries: BTreeMap<CustomerId, Facet<SmolStr>>,
    domains: BTreeMap<SmolStr, Facet<bool>>,
    postal: BTreeMap<PostalAddress, Facet<AddressCheck>>,
    offers: BTreeMap<Offer, Facet<Sold>>,
    partners: BTreeMap<PartnerId, Facet<PartnerCheck>>,
    profiles: BTreeMap<PartnerId, Facet<SmolStr>>,
    resellers_by_tenant: BTreeMap<TenantId, Facet<ResellerStatus>>,
    resellers_by_partner: BTreeMap<PartnerId, Facet<ResellerStatus>>,
    links: BTreeMap<TenantId, Facet<SmolStr>>,
    carts: BTreeMap<(CustomerId, CartId), Facet<CartFate>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_has_one_name_whatever_its_case_spaces_and_signs() {
        let id = "c0000000-0000-4000-8000-000000000001".parse().expect("a GUID");
        let customer = Customer { id, domain: "contoso.onmicrosoft.com".into(), company_name: "Contoso  Kft.".into() };
        assert!(customer.is_company("CONTOSO Kft. "));
        assert!(customer.is_company("Contoso, Kft"));
        assert!(!customer.is_company("Contoso"));
        assert!(!customer.is_company("Contoso K.f.t."));
        let signs = Customer { company_name: "!!".into(), ..customer };
        assert!(signs.is_company("!! ") && !signs.is_company("??"));
    }
}
