//! Every read that was made, with what it told, in the order of the reads. Lends what is held; never copies a list.

use super::{
    AddressCheck, CartFate, Customer, Facet, Observed, Offer, PartnerCheck, Read, Relationship, ResellerStatus, Review,
    Sold, Subscription, SubscriptionDetail,
};
use crate::model::operation::{PostalAddress, SupportContact};
use crate::model::{CartId, CustomerId, PartnerId, SubscriptionId, TenantId};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A read that was made and what it told: one variant a [`Read`], with what it was about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is the read of the same name, documented there")]
pub enum Told<'a> {
    Relationships(Facet<&'a BTreeMap<TenantId, Relationship>>),
    Customers(Facet<&'a BTreeMap<CustomerId, Customer>>),
    CustomersOf(TenantId, Facet<&'a BTreeMap<CustomerId, Customer>>),
    ResellersOf(CustomerId, Facet<&'a BTreeSet<TenantId>>),
    Subscriptions(CustomerId, Facet<&'a Vec<Subscription>>),
    Subscription(CustomerId, SubscriptionId, Facet<&'a SubscriptionDetail>),
    SupportContact(CustomerId, SubscriptionId, Facet<&'a SupportContact>),
    Agreement(CustomerId, Facet<&'a bool>),
    AccountReview(CustomerId, Facet<&'a Review>),
    Country(CustomerId, Facet<&'a SmolStr>),
    Domain(&'a SmolStr, Facet<&'a bool>),
    PostalAddress(&'a PostalAddress, Facet<&'a AddressCheck>),
    Offer(&'a Offer, Facet<&'a Sold>),
    PartnerId(&'a PartnerId, Facet<&'a PartnerCheck>),
    PartnerProfile(&'a PartnerId, Facet<&'a SmolStr>),
    ResellerByTenant(TenantId, Facet<&'a ResellerStatus>),
    ResellerByPartnerId(&'a PartnerId, Facet<&'a ResellerStatus>),
    InvitationLink(TenantId, Facet<&'a SmolStr>),
    Cart(CustomerId, &'a CartId, Facet<&'a CartFate>),
}
impl Told<'_> {
    /// The read that was made.
    #[must_use]
    pub fn read(&self) -> Read {
        match self {
            Self::Relationships(_) => Read::Relationships,
            Self::Customers(_) => Read::Customers,
            Self::CustomersOf(id, _) => Read::CustomersOf(*id),
            Self::ResellersOf(id, _) => Read::ResellersOf(*id),
            Self::Subscriptions(id, _) => Read::Subscriptions(*id),
            Self::Subscription(customer, id, _) => Read::Subscription(*customer, *id),
            Self::SupportContact(customer, id, _) => Read::SupportContact(*customer, *id),
            Self::Agreement(id, _) => Read::Agreement(*id),
            Self::AccountReview(id, _) => Read::AccountReview(*id),
            Self::Country(id, _) => Read::Country(*id),
            Self::Domain(domain, _) => Read::Domain((*domain).clone()),
            Self::PostalAddress(address, _) => Read::PostalAddress(Box::new((*address).clone())),
            Self::Offer(offer, _) => Read::Offer((*offer).clone()),
            Self::PartnerId(id, _) => Read::PartnerId((*id).clone()),
            Self::PartnerProfile(id, _) => Read::PartnerProfile((*id).clone()),
            Self::ResellerByTenant(id, _) => Read::ResellerByTenant(*id),
            Self::ResellerByPartnerId(id, _) => Read::ResellerByPartnerId((*id).clone()),
            Self::InvitationLink(id, _) => Read::InvitationLink(*id),
            Self::Cart(customer, cart, _) => Read::Cart(*customer, (*cart).clone()),
        }
    }
}

impl Observed {
    /// What some reads told: the others count as not made.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Read) -> bool) -> Self {
        let kept = |told: &Told<'_>| keep(&told.read());
        let mut one = Self::default();
        for told in self.answers().filter(kept) {
            one.copy(told);
        }
        one
    }
    fn copy(&mut self, told: Told<'_>) {
        match told {
            Told::Relationships(f) => self.relationships = Some(f.map(Clone::clone)),
            Told::Customers(f) => self.customers = Some(f.map(Clone::clone)),
            Told::CustomersOf(id, f) => drop(self.customers_of.insert(id, f.map(Clone::clone))),
            Told::ResellersOf(id, f) => drop(self.resellers_of.insert(id, f.map(Clone::clone))),
            Told::Subscriptions(id, f) => drop(self.subscriptions.insert(id, f.map(Clone::clone))),
            Told::Subscription(customer, id, f) => drop(self.details.insert((customer, id), f.map(Clone::clone))),
            Told::SupportContact(customer, id, f) => drop(self.support.insert((customer, id), f.map(Clone::clone))),
            Told::Agreement(id, f) => drop(self.agreements.insert(id, f.map(Clone::clone))),
            Told::AccountReview(id, f) => drop(self.reviews.insert(id, f.map(Clone::clone))),
            Told::Country(id, f) => drop(self.countries.insert(id, f.map(Clone::clone))),
            Told::Domain(domain, f) => drop(self.domains.insert(domain.clone(), f.map(Clone::clone))),
            Told::PostalAddress(address, f) => drop(self.postal.insert(address.clone(), f.map(Clone::clone))),
            Told::Offer(offer, f) => drop(self.offers.insert(offer.clone(), f.map(Clone::clone))),
            Told::PartnerId(id, f) => drop(self.partners.insert(id.clone(), f.map(Clone::clone))),
            Told::PartnerProfile(id, f) => drop(self.profiles.insert(id.clone(), f.map(Clone::clone))),
            Told::ResellerByTenant(id, f) => drop(self.resellers_by_tenant.insert(id, f.map(Clone::clone))),
            Told::ResellerByPartnerId(id, f) => drop(self.resellers_by_partner.insert(id.clone(), f.map(Clone::clone))),
            Told::InvitationLink(id, f) => drop(self.links.insert(id, f.map(Clone::clone))),
            Told::Cart(customer, cart, f) => drop(self.carts.insert((customer, cart.clone()), f.map(Clone::clone))),
        }
    }
    /// Every read that was made and what it told, sorted by read. Absorbing them again yields an equal value.
    pub fn answers(&self) -> impl Iterator<Item = Told<'_>> {
        self.lists().chain(self.of_subscriptions()).chain(self.of_customers()).chain(self.of_the_world())
    }
    fn lists(&self) -> impl Iterator<Item = Told<'_>> {
        let relationships = self.relationships.iter().map(|f| Told::Relationships(f.as_ref()));
        let customers = self.customers.iter().map(|f| Told::Customers(f.as_ref()));
        let customers_of = self.customers_of.iter().map(|(id, f)| Told::CustomersOf(*id, f.as_ref()));
        let resellers_of = self.resellers_of.iter().map(|(id, f)| Told::ResellersOf(*id, f.as_ref()));
        let subscriptions = self.subscriptions.iter().map(|(id, f)| Told::Subscriptions(*id, f.as_ref()));
        relationships.chain(customers).chain(customers_of).chain(resellers_of).chain(subscriptions)
    }
    fn of_subscriptions(&self) -> impl Iterator<Item = Told<'_>> {
        let details = self.details.iter().map(|((c, s), f)| Told::Subscription(*c, *s, f.as_ref()));
        let support = self.support.iter().map(|((c, s), f)| Told::SupportContact(*c, *s, f.as_ref()));
        details.chain(support)
    }
    fn of_customers(&self) -> impl Iterator<Item = Told<'_>> {
        let agreements = self.agreements.iter().map(|(id, f)| Told::Agreement(*id, f.as_ref()));
        let reviews = self.reviews.iter().map(|(id, f)| Told::AccountReview(*id, f.as_ref()));
        let countries = self.countries.iter().map(|(id, f)| Told::Country(*id, f.as_ref()));
        let domains = self.domains.iter().map(|(domain, f)| Told::Domain(domain, f.as_ref()));
        let postal = self.postal.iter().map(|(address, f)| Told::PostalAddress(address, f.as_ref()));
        agreements.chain(reviews).chain(countries).chain(domains).chain(postal)
    }
    fn of_the_world(&self) -> impl Iterator<Item = Told<'_>> {
        let offers = self.offers.iter().map(|(offer, f)| Told::Offer(offer, f.as_ref()));
        let partners = self.partners.iter().map(|(id, f)| Told::PartnerId(id, f.as_ref()));
        let profiles = self.profiles.iter().map(|(id, f)| Told::PartnerProfile(id, f.as_ref()));
        let by_tenant = self.resellers_by_tenant.iter().map(|(id, f)| Told::ResellerByTenant(*id, f.as_ref()));
        let by_partner = self.resellers_by_partner.iter().map(|(id, f)| Told::ResellerByPartnerId(id, f.as_ref()));
        let links = self.links.iter().map(|(id, f)| Told::InvitationLink(*id, f.as_ref()));
        let carts = self.carts.iter().map(|((c, cart), f)| Told::Cart(*c, cart, f.as_ref()));
        offers.chain(partners).chain(profiles).chain(by_tenant).chain(by_partner).chain(links).chain(carts)
    }
}
