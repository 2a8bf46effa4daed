//! What is meant: every document checked against every other, every reference resolved. Built only by [`resolve`];
//! never looks at the tenant.

mod acknowledgements;
mod azure;
mod create;
mod customers;
mod draft;
mod drift;
mod ending;
mod endings;
mod identities;
mod partner_of_record;
mod partnerships;
mod provider;
mod relations;
mod renames;
mod resolve;
mod sort;
mod subscriptions;
mod support;
#[cfg(test)]
mod tests;
mod untolds;

pub use azure::{Access, AzureAccess, PrincipalKind};
pub use ending::{Ending, LeftBehind, Notice};
pub use resolve::resolve;

use crate::diag::At;
pub use crate::manifest::document::EndingSearch;
pub use drift::{Accepted, OnDrift};

use crate::manifest::document::DefaultAdminAccess;
use crate::model::operation::{BillingContact, PostalAddress};
use crate::model::{
    Address, BillingCycle, CustomerId, CustomerKey, Date, Freeze, Leaf, Limits, Managed, Name, PartnerId, Product,
    Renewal, Span, SubscriptionId, SubscriptionKey, TenantId, Term,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The whole project, resolved.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The provider.
    pub provider: Provider,
    /// Partnerships by name.
    pub partnerships: BTreeMap<Name, Partnership>,
    /// Customers: declared ones, and those only a relation names (`@id`, `@domain`).
    pub customers: BTreeMap<CustomerKey, Customer>,
    /// Declared subscriptions.
    pub subscriptions: BTreeMap<SubscriptionKey, Subscription>,
    /// Which reseller each customer is to be associated with, from any document; the customer's own `reseller` is one.
    pub associations: BTreeMap<(CustomerKey, Name), Relation>,
    /// Who is to support which subscriptions; single ones outrank `all` of their customer.
    pub support: BTreeMap<Delegated, Support>,
    /// Azure access by name.
    pub azure: BTreeMap<Name, AzureAccess>,
    /// Acknowledgements by name.
    pub acknowledgements: BTreeMap<Name, Acknowledgement>,
    /// New address → old address, from `renamedFrom`.
    pub renamed: BTreeMap<Address, Address>,
    /// Addresses with `twotier/protect`.
    pub protected: BTreeSet<Address>,
    /// Every declared address with the place of its document.
    pub declared: BTreeMap<Address, At>,
}

impl Desired {
    /// The declared subscriptions of a customer, in order, without looking at the others.
    pub fn subscriptions_of(&self, customer: &CustomerKey) -> impl Iterator<Item = &Subscription> {
        let first = SubscriptionKey { customer: customer.clone(), leaf: Leaf::Named(Name::lowest()) };
        let customer = customer.clone();
        self.subscriptions.range(first..).take_while(move |(key, _)| key.customer == customer).map(|(_, s)| s)
    }
    /// The partnerships a customer is declared to belong to, in order, without looking at other customers.
    pub fn associations_of(&self, customer: &CustomerKey) -> impl Iterator<Item = (&Name, &Relation)> {
        let (first, customer) = ((customer.clone(), Name::lowest()), customer.clone());
        let own = self.associations.range(first..).take_while(move |((key, _), _)| *key == customer);
        own.map(|((_, partnership), relation)| (partnership, relation))
    }
}

/// The provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its document's name.
    pub name: Name,
    /// Where it is declared.
    pub at: At,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its PartnerID.
    pub partner_id: PartnerId,
    /// Two letters.
    pub country: SmolStr,
    /// Where that is written.
    pub country_at: At,
    /// The link that invites resellers.
    pub invitation_url: Option<SmolStr>,
    /// age public keys.
    pub recipients: Vec<SmolStr>,
    /// Bounds on what is taken away or granted.
    pub limits: Limits,
    /// Where they stand, or the document.
    pub limits_at: At,
    /// How it is listed publicly.
    pub listing: Option<Listing>,
    /// When nothing is applied.
    pub freeze: Vec<Freeze>,
    /// Where each of these stands.
    pub freeze_at: BTreeMap<Freeze, At>,
}

/// The public listing as it is meant to be, and how often a person looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Where it stands.
    pub at: At,
    /// The name shown.
    pub display_name: Option<SmolStr>,
    /// The page shown.
    pub url: Option<SmolStr>,
    /// The words shown.
    pub description: Option<SmolStr>,
    /// Countries served.
    pub countries: Vec<SmolStr>,
    /// How often a person looks; none for when it differs only.
    pub review_every: Option<Span>,
}

/// Somebody who is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Their name.
    pub name: Option<SmolStr>,
    /// Their address.
    pub email: SmolStr,
    /// Their language, such as `hu`.
    pub language: Option<SmolStr>,
}

/// A partnership.
#[derive(Clone, Debug)]
pub struct Partnership {
    /// Its document's name.
    pub name: Name,
    /// Where it is declared.
    pub at: At,
    /// The reseller's name for people.
    pub display_name: SmolStr,
    /// The reseller's tenant, when written.
    pub tenant: Option<TenantId>,
    /// Its PartnerIDs, at least one; the first is the default partner of record.
    pub partner_ids: Vec<PartnerId>,
    /// The object id of its AdminAgents group, when written.
    pub admin_agents: Option<TenantId>,
    /// Two letters.
    pub country: SmolStr,
    /// Where that is written.
    pub country_at: At,
    /// Who is written to; without it nobody can be invited.
    pub contact: Option<Contact>,
    /// Where `ensure` stands.
    pub ensure_at: At,
    /// Whether it is to be.
    pub ensure: Ensure,
    /// How it ends: there exactly when it is to end.
    pub ending: Option<Box<Ending>>,
}

/// Whether a partnership is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ensure {
    /// It is to be.
    Active,
    /// It is to end.
    Ended,
}

/// A customer.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Its key.
    pub key: CustomerKey,
    /// Where it is declared, or first named by a relation.
    pub at: At,
    /// Whether a document declares it, or only a relation names it.
    pub origin: Origin,
    /// Which live customer.
    pub identity: Identity,
    /// The partnership it belongs to, with the place.
    pub reseller: Option<(Name, At)>,
    /// Who is written to.
    pub contact: Option<Contact>,
    /// How it is created.
    pub create: Option<Box<Create>>,
}

/// Whether a document declares a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It has a document: managed.
    Declared,
    /// Only a relation names it.
    Named,
}

/// Which live customer is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By tenant.
    Id(CustomerId),
    /// By domain, lower case; for a `create` the domain to be made.
    Domain(SmolStr),
}

/// How a customer is created.
#[derive(Clone, Debug)]
pub struct Create {
    /// Where it stands.
    pub at: At,
    /// `prefix.onmicrosoft.com`, lower case.
    pub domain: SmolStr,
    /// Legal name.
    pub company_name: SmolStr,
    /// Company registration number.
    pub registration_number: Option<SmolStr>,
    /// Who is billed.
    pub billing: BillingContact,
    /// Where.
    pub address: PostalAddress,
    /// Who may administer it from the start.
    pub admin_access: DefaultAdminAccess,
}

/// A value with the place it was written at.
pub type Placed<T> = (T, At);

/// A declared subscription. A field that is `None` is not managed.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// Its key; its customer is always declared.
    pub key: SubscriptionKey,
    /// Where it is declared.
    pub at: At,
    /// The document it stands in: the customer's, or its own.
    pub cause: Address,
    /// The live one, when written.
    pub identity: Option<SubscriptionId>,
    /// Product and SKU: asserted when bound, bought when not.
    pub product: Option<Placed<Product>>,
    /// Seats.
    pub quantity: Option<Placed<u32>>,
    /// Commitment, when buying.
    pub term: Option<(Term, At)>,
    /// Billing, when buying.
    pub billing_cycle: Option<(BillingCycle, At)>,
    /// Whose incentive.
    pub partner_of_record: PartnerOfRecord,
    /// Where it stands, or where the default comes from.
    pub partner_at: At,
    /// The name shown to people.
    pub friendly_name: Option<Placed<SmolStr>>,
    /// What is to happen at the end of the term; of a next term what is written is managed, the rest is not.
    pub renewal: Option<Placed<Renewal>>,
    /// Details of the purchase.
    pub purchase: Option<Box<Purchase>>,
    /// What to do about drift, by field; the rest by default.
    pub on_drift: BTreeMap<Managed, OnDrift>,
}

/// Partner of record as meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerOfRecord {
    /// Neither written nor defaulted: not compared.
    Unmanaged,
    /// The customer's `reseller`, because none is written.
    Defaulted {
        /// The partnership.
        partnership: Name,
        /// Its first PartnerID.
        partner_id: PartnerId,
    },
    /// Written.
    Written {
        /// The partnership.
        partnership: Name,
        /// One of its PartnerIDs.
        partner_id: PartnerId,
    },
    /// An assertion of what already is so: never written to the tenant, a finding when it is not so.
    Asserted(Option<PartnerId>),
}

/// Details of a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Our reference.
    pub reference: Option<SmolStr>,
    /// A promotion id.
    pub promotion: Option<SmolStr>,
    /// The customer's purchase order: no order has a place for it, so nothing is bought with one.
    pub purchase_order: Option<SmolStr>,
    /// When the first term ends, before its whole length.
    pub end_date: Option<Date>,
    /// Where it stands.
    pub at: At,
    /// Whether another one like it may stand beside it.
    pub additional: Additional,
}

/// Whether a subscription may stand beside another of the same product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Additional {
    /// No: an unclaimed one blocks the purchase.
    #[default]
    No,
    /// Yes, beside those of other documents.
    Yes,
    /// Yes, also beside these, which no document claims: they are others.
    Beside(BTreeSet<SubscriptionId>),
}
impl Additional {
    /// Whether this live one is known to be another.
    #[must_use]
    pub fn names(&self, id: SubscriptionId) -> bool {
        match self {
            Self::No | Self::Yes => false,
            Self::Beside(others) => others.contains(&id),
        }
    }
}

/// A declared relation of customer and reseller.
#[derive(Clone, Debug)]
pub struct Relation {
    /// The document that declares it.
    pub cause: Address,
    /// Where.
    pub at: At,
}

/// What a support delegation speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delegated {
    /// Every legacy subscription of a customer.
    All(CustomerKey),
    /// One.
    One(SubscriptionKey),
}

impl Delegated {
    /// Whose subscriptions they are.
    #[must_use]
    pub fn customer(&self) -> &CustomerKey {
        match self {
            Self::All(customer) => customer,
            Self::One(key) => &key.customer,
        }
    }
}

/// Who is to support.
#[derive(Clone, Debug)]
pub struct Support {
    /// Who.
    pub contact: Supporter,
    /// The document that declares it.
    pub cause: Address,
    /// Where.
    pub at: At,
    /// What to do about drift.
    pub on_drift: Option<OnDrift>,
}

/// Who supports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supporter {
    /// The provider itself.
    Provider,
    /// A partnership's reseller, under its first PartnerID.
    Partnership(Name),
}

/// An acknowledgement.
#[derive(Clone, Debug)]
pub struct Acknowledgement {
    /// Where it is declared.
    pub at: At,
    /// Which limit.
    pub limit: crate::diag::Code,
    /// Which documents' steps, and where each is named.
    pub causes: BTreeMap<Address, At>,
    /// How many at most, over all of them and over all runs.
    pub at_most: u32,
    /// Why.
    pub reason: SmolStr,
    /// Who.
    pub by: SmolStr,
    /// Until the end of this day, UTC.
    pub expires: Date,
}
