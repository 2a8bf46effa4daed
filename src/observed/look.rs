//! Looks observations up: what was not read is `Unknown(NotRead)`, always. Never combines two facets into an absence
//! that neither proves.

use super::{
    AddressCheck, CartFate, Customer, Facet, Observed, Offer, PartnerCheck, Read, Relationship, ResellerStatus, Review,
    Sold, Subscription, SubscriptionDetail, Why,
};
use crate::model::operation::{PostalAddress, SupportContact};
use crate::model::{CartId, CustomerId, PartnerId, SubscriptionId, TenantId};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

fn seen<T>(facet: Option<&Facet<T>>) -> Facet<&T> {
    facet.map_or(Facet::Unknown(Why::NotRead), Facet::as_ref)
}

/// A list names the customer, and a read about it says that there is no such customer.
const CONTRADICTED: &str = "a list of customers has the customer, and the service says that it is none of ours";

impl Observed {
    /// The list of indirect resellers.
    #[must_use]
    pub fn relationships(&self) -> Facet<&BTreeMap<TenantId, Relationship>> {
        seen(self.relationships.as_ref())
    }
    /// The whole list of customers.
    #[must_use]
    pub fn customers(&self) -> Facet<&BTreeMap<CustomerId, Customer>> {
        seen(self.customers.as_ref())
    }
    /// The customers of a reseller.
    #[must_use]
    pub fn customers_of(&self, reseller: TenantId) -> Facet<&BTreeMap<CustomerId, Customer>> {
        seen(self.customers_of.get(&reseller))
    }
    /// The resellers of a customer, from its own read.
    #[must_use]
    pub fn resellers_of(&self, customer: CustomerId) -> Facet<&BTreeSet<TenantId>> {
        self.of_customer(customer, self.resellers_of.get(&customer))
    }
    /// Whether the customer is associated with the reseller, by whichever of the two reads was made.
    #[must_use]
    pub fn associated(&self, customer: CustomerId, reseller: TenantId) -> Facet<bool> {
        match self.resellers_of(customer) {
            Facet::Known(list) => return Facet::Known(list.contains(&reseller)),
            Facet::Absent => return Facet::Absent,
            Facet::Unknown(_) => {}
        }
        seen(self.customers_of.get(&reseller)).map(|list| list.contains_key(&customer))
    }
    /// A customer by id, in any list that was read. `Absent` only by the whole list.
    #[must_use]
    pub fn customer(&self, id: CustomerId) -> Facet<&Customer> {
        self.find(|list| list.get(&id))
    }
    /// A customer by domain (lower case), in any list that was read. `Absent` only by the whole list.
    #[must_use]
    pub fn customer_by_domain(&self, domain: &str) -> Facet<&Customer> {
        self.find(|list| list.values().find(|c| c.domain == domain))
    }
    /// Every list of subscriptions that was read, with its customer.
    pub fn subscription_lists(&self) -> impl Iterator<Item = (CustomerId, &[Subscription])> {
        self.subscriptions.iter().filter_map(|(customer, facet)| Some((*customer, facet.known()?.as_slice())))
    }
    /// Every list of customers that was read to its end.
    pub fn customer_lists(&self) -> impl Iterator<Item = &BTreeMap<CustomerId, Customer>> {
        self.customers.iter().chain(self.customers_of.values()).filter_map(Facet::known)
    }
    fn find<'a>(
        &'a self,
        pick: impl Fn(&'a BTreeMap<CustomerId, Customer>) -> Option<&'a Customer>,
    ) -> Facet<&'a Customer> {
        let partial = self.customers_of.values().filter_map(Facet::known).find_map(&pick);
        if let Some(customer) = partial {
            return Facet::Known(customer);
        }
        match self.customers() {
            Facet::Known(list) => pick(list).map_or(Facet::Absent, Facet::Known),
            Facet::Absent => Facet::Unknown(Why::Implausible("the customer list is missing".into())),
            Facet::Unknown(why) => Facet::Unknown(why),
        }
    }
    /// What a read about a customer told. That there is no such customer proves nothing while a list names it.
    fn of_customer<'a, T>(&self, customer: CustomerId, facet: Option<&'a Facet<T>>) -> Facet<&'a T> {
        match seen(facet) {
            Facet::Absent if self.customer_lists().any(|list| list.contains_key(&customer)) => {
                Facet::Unknown(Why::Implausible(SmolStr::new_static(CONTRADICTED)))
            }
            told @ (Facet::Known(_) | Facet::Absent | Facet::Unknown(_)) => told,
        }
    }
    /// The subscriptions of a customer, sorted by id.
    #[must_use]
    pub fn subscriptions(&self, customer: CustomerId) -> Facet<&[Subscription]> {
        self.of_customer(customer, self.subscriptions.get(&customer)).map(Vec::as_slice)
    }
    /// One subscription, from the newest of its own read and the list.
    #[must_use]
    pub fn subscription(&self, customer: CustomerId, id: SubscriptionId) -> Facet<&Subscription> {
        match seen(self.details.get(&(customer, id))) {
            Facet::Known(detail) => return Facet::Known(&detail.subscription),
            Facet::Absent => return Facet::Absent,
            Facet::Unknown(_) => {}
        }
        match self.subscriptions(customer) {
            Facet::Known(list) => {
                list.binary_search_by_key(&id, |s| s.id).map_or(Facet::Absent, |at| Facet::Known(&list[at]))
            }
            Facet::Absent => Facet::Absent,
            Facet::Unknown(why) => Facet::Unknown(why),
        }
    }
    /// What can be given back of a subscription.
    #[must_use]
    pub fn detail(&self, customer: CustomerId, id: SubscriptionId) -> Facet<&SubscriptionDetail> {
        seen(self.details.get(&(customer, id)))
    }
    /// Who supports a legacy subscription.
    #[must_use]
    pub fn support(&self, customer: CustomerId, id: SubscriptionId) -> Facet<&SupportContact> {
        seen(self.support.get(&(customer, id)))
    }
    /// Whether the customer signed.
    #[must_use]
    pub fn agreement(&self, customer: CustomerId) -> Facet<bool> {
        self.of_customer(customer, self.agreements.get(&customer)).map(|signed| *signed)
    }
    /// Whether the account may buy.
    #[must_use]
    pub fn review(&self, customer: CustomerId) -> Facet<Review> {
        self.of_customer(customer, self.reviews.get(&customer)).map(|review| *review)
    }
    /// The country of a customer's tenant.
    #[must_use]
    pub fn country(&self, customer: CustomerId) -> Facet<&SmolStr> {
        self.of_customer(customer, self.countries.get(&customer))
    }
    /// Whether a domain is taken.
    #[must_use]
    pub fn domain_taken(&self, domain: &str) -> Facet<bool> {
        seen(self.domains.get(domain)).map(|taken| *taken)
    }
    /// What the address check said.
    #[must_use]
    pub fn postal(&self, address: &PostalAddress) -> Facet<&AddressCheck> {
        seen(self.postal.get(address))
    }
    /// In which ways an offer is sold.
    #[must_use]
    pub fn offer(&self, offer: &Offer) -> Facet<&Sold> {
        seen(self.offers.get(offer))
    }
    /// Whether a PartnerID is valid.
    #[must_use]
    pub fn partner(&self, id: &PartnerId) -> Facet<&PartnerCheck> {
        seen(self.partners.get(id))
    }
    /// The name that Microsoft's profile gives for a PartnerID.
    #[must_use]
    pub fn partner_profile(&self, id: &PartnerId) -> Facet<&SmolStr> {
        seen(self.profiles.get(id))
    }
    /// Whether a reseller signed, by its tenant.
    #[must_use]
    pub fn reseller_by_tenant(&self, tenant: TenantId) -> Facet<&ResellerStatus> {
        seen(self.resellers_by_tenant.get(&tenant))
    }
    /// Whether a reseller signed, by a PartnerID.
    #[must_use]
    pub fn reseller_by_partner_id(&self, id: &PartnerId) -> Facet<&ResellerStatus> {
        seen(self.resellers_by_partner.get(id))
    }
    /// The invitation link for a reseller.
    #[must_use]
    pub fn link(&self, reseller: TenantId) -> Facet<&SmolStr> {
        seen(self.links.get(&reseller))
    }
    /// What became of a cart.
    #[must_use]
    pub fn cart(&self, customer: CustomerId, cart: &CartId) -> Facet<&CartFate> {
        seen(self.carts.get(&(customer, cart.clone())))
    }
    /// Whether the read was made in this run, whatever it yielded.
    #[must_use]
    pub fn was_read(&self, read: &Read) -> bool {
        match read {
            Read::Relationships => self.relationships.is_some(),
            Read::Customers => self.customers.is_some(),
            Read::CustomersOf(id) => self.customers_of.contains_key(id),
            Read::ResellersOf(id) => self.resellers_of.contains_key(id),
            Read::Subscriptions(id) => self.subscriptions.contains_key(id),
            Read::Subscription(c, s) => self.details.contains_key(&(*c, *s)),
            Read::SupportContact(c, s) => self.support.contains_key(&(*c, *s)),
            Read::Agreement(id) => self.agreements.contains_key(id),
            Read::AccountReview(id) => self.reviews.contains_key(id),
            Read::Country(id) => self.countries.contains_key(id),
            Read::Domain(domain) => self.domains.contains_key(domain),
            Read::PostalAddress(address) => self.postal.contains_key(address),
            Read::Offer(offer) => self.offers.contains_key(offer),
            Read::PartnerId(id) => self.partners.contains_key(id),
            Read::PartnerProfile(id) => self.profiles.contains_key(id),
            Read::ResellerByTenant(id) => self.resellers_by_tenant.contains_key(id),
            Read::ResellerByPartnerId(id) => self.resellers_by_partner.contains_key(id),
            Read::InvitationLink(id) => self.links.contains_key(id),
            Read::Cart(c, cart) => self.carts.contains_key(&(*c, cart.clone())),
        }
    }
}
