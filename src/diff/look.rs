//! Looks at observations and notes what was asked for and never read: the reads that decide a plan are exactly those
//! its making asks for. Never reads anything itself.

use crate::model::operation::{PostalAddress, SupportContact};
use crate::model::{CartId, CustomerId, PartnerId, SubscriptionId, TenantId};
use crate::observed::{
    AddressCheck, CartFate, Customer, Facet, Observed, Offer, PartnerCheck, Read, Relationship, ResellerStatus, Review,
    Sold, Subscription, SubscriptionDetail, Why,
};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Observations, with a note of what is missing.
#[derive(Debug)]
pub struct Look<'a> {
    observed: &'a Observed,
    missing: RefCell<BTreeSet<Read>>,
}

impl<'a> Look<'a> {
    /// Looks at `observed`.
    #[must_use]
    pub fn at(observed: &'a Observed) -> Self {
        Self { observed, missing: RefCell::default() }
    }
    /// The observations themselves, without noting.
    #[must_use]
    pub fn observed(&self) -> &'a Observed {
        self.observed
    }
    /// The reads that were asked for and not made.
    #[must_use]
    pub fn missing(self) -> BTreeSet<Read> {
        self.missing.into_inner()
    }
    /// Asks for a read, unless it was made.
    pub fn want(&self, read: Read) {
        if !self.observed.was_read(&read) {
            self.missing.borrow_mut().insert(read);
        }
    }
    fn note<T>(&self, read: impl FnOnce() -> Read, facet: Facet<T>) -> Facet<T> {
        if matches!(facet, Facet::Unknown(Why::NotRead)) {
            self.missing.borrow_mut().insert(read());
        }
        facet
    }
    /// The list of indirect resellers.
    pub fn relationships(&self) -> Facet<&'a BTreeMap<TenantId, Relationship>> {
        self.note(|| Read::Relationships, self.observed.relationships())
    }
    /// A customer by id, in any list.
    pub fn customer(&self, id: CustomerId) -> Facet<&'a Customer> {
        self.note(|| Read::Customers, self.observed.customer(id))
    }
    /// The whole list of customers.
    pub fn customers(&self) -> Facet<&'a BTreeMap<CustomerId, Customer>> {
        self.note(|| Read::Customers, self.observed.customers())
    }
    /// The customers of a reseller.
    pub fn customers_of(&self, reseller: TenantId) -> Facet<&'a BTreeMap<CustomerId, Customer>> {
        self.note(|| Read::CustomersOf(reseller), self.observed.customers_of(reseller))
    }
    /// The resellers of a customer, from its own read.
    pub fn resellers_of(&self, customer: CustomerId) -> Facet<&'a BTreeSet<TenantId>> {
        self.note(|| Read::ResellersOf(customer), self.observed.resellers_of(customer))
    }
    /// Whether customer and reseller are associated.
    pub fn associated(&self, customer: CustomerId, reseller: TenantId) -> Facet<bool> {
        self.note(|| Read::CustomersOf(reseller), self.observed.associated(customer, reseller))
    }
    /// The subscriptions of a customer.
    pub fn subscriptions(&self, customer: CustomerId) -> Facet<&'a [Subscription]> {
        self.note(|| Read::Subscriptions(customer), self.observed.subscriptions(customer))
    }
    /// One subscription, from the list of its customer.
    pub fn subscription(&self, customer: CustomerId, id: SubscriptionId) -> Facet<&'a Subscription> {
        self.note(|| Read::Subscriptions(customer), self.observed.subscription(customer, id))
    }
    /// What can be given back of a subscription.
    pub fn detail(&self, customer: CustomerId, id: SubscriptionId) -> Facet<&'a SubscriptionDetail> {
        self.note(|| Read::Subscription(customer, id), self.observed.detail(customer, id))
    }
    /// Who supports a legacy subscription.
    pub fn support(&self, customer: CustomerId, id: SubscriptionId) -> Facet<&'a SupportContact> {
        self.note(|| Read::SupportContact(customer, id), self.observed.support(customer, id))
    }
    /// Whether the customer signed.
    pub fn agreement(&self, customer: CustomerId) -> Facet<bool> {
        self.note(|| Read::Agreement(customer), self.observed.agreement(customer))
    }
    /// Whether the account may buy.
    pub fn review(&self, customer: CustomerId) -> Facet<Review> {
        self.note(|| Read::AccountReview(customer), self.observed.review(customer))
    }
    /// The country of a customer's tenant.
    pub fn country(&self, customer: CustomerId) -> Facet<&'a SmolStr> {
        self.note(|| Read::Country(customer), self.observed.country(customer))
    }
    /// Whether a domain is taken.
    pub fn domain_taken(&self, domain: &str) -> Facet<bool> {
        self.note(|| Read::Domain(domain.into()), self.observed.domain_taken(domain))
    }
    /// What the address check says.
    pub fn postal(&self, address: &PostalAddress) -> Facet<&'a AddressCheck> {
        self.note(|| Read::PostalAddress(Box::new(address.clone())), self.observed.postal(address))
    }
    /// In which ways an offer is sold.
    pub fn offer(&self, offer: &Offer) -> Facet<&'a Sold> {
        self.note(|| Read::Offer(offer.clone()), self.observed.offer(offer))
    }
    /// Whether a PartnerID is valid.
    pub fn partner(&self, id: &PartnerId) -> Facet<&'a PartnerCheck> {
        self.note(|| Read::PartnerId(id.clone()), self.observed.partner(id))
    }
    /// The name that Microsoft's profile gives for a PartnerID.
    pub fn partner_profile(&self, id: &PartnerId) -> Facet<&'a SmolStr> {
        self.note(|| Read::PartnerProfile(id.clone()), self.observed.partner_profile(id))
    }
    /// Whether a reseller signed, by its tenant.
    pub fn reseller_by_tenant(&self, tenant: TenantId) -> Facet<&'a ResellerStatus> {
        self.note(|| Read::ResellerByTenant(tenant), self.observed.reseller_by_tenant(tenant))
    }
    /// Whether a reseller signed, by a PartnerID.
    pub fn reseller_by_partner_id(&self, id: &PartnerId) -> Facet<&'a ResellerStatus> {
        self.note(|| Read::ResellerByPartnerId(id.clone()), self.observed.reseller_by_partner_id(id))
    }
    /// The invitation link for a reseller.
    pub fn link(&self, reseller: TenantId) -> Facet<&'a SmolStr> {
        self.note(|| Read::InvitationLink(reseller), self.observed.link(reseller))
    }
    /// What became of a cart.
    pub fn cart(&self, customer: CustomerId, cart: &CartId) -> Facet<&'a CartFate> {
        self.note(|| Read::Cart(customer, cart.clone()), self.observed.cart(customer, cart))
    }
}
