//! Takes answers in: one place where a read becomes a facet. An error becomes `Unknown` and nothing else; an answer of
//! another kind than asked is implausible, never absent.

use super::{Answer, Facet, Observed, Read, Why};
use std::collections::BTreeMap;
use std::convert::identity;

impl Observed {
    /// Takes in what a read yielded. A later answer to the same read replaces the earlier one.
    pub fn absorb(&mut self, read: &Read, answer: Result<Answer, Why>) {
        macro_rules! facet {
            ($variant:ident, $convert:expr) => {
                match answer {
                    Ok(Answer::$variant(value)) => Facet::Known($convert(value)),
                    Ok(Answer::NotThere) => Facet::Absent,
                    Ok(_) => Facet::Unknown(Why::Implausible("an answer to another question".into())),
                    Err(why) => Facet::Unknown(why),
                }
            };
        }
        match read.clone() {
            Read::Relationships => {
                self.relationships = Some(facet!(Relationships, |list: Vec<super::Relationship>| {
                    list.into_iter().map(|r| (r.tenant, r)).collect::<BTreeMap<_, _>>()
                }));
            }
            Read::Customers => self.customers = Some(facet!(Customers, by_id)),
            Read::CustomersOf(reseller) => {
                self.customers_of.insert(reseller, facet!(Customers, by_id));
            }
            Read::ResellersOf(customer) => {
                self.resellers_of.insert(customer, facet!(Resellers, |list: Vec<_>| list.into_iter().collect()));
            }
            Read::Subscriptions(customer) => {
                let facet = facet!(Subscriptions, |mut list: Vec<super::Subscription>| {
                    list.sort_by_key(|s| s.id);
                    list
                });
                self.subscriptions.insert(customer, facet);
            }
            Read::Subscription(customer, id) => {
                self.details.insert((customer, id), facet!(Subscription, |boxed: Box<_>| *boxed));
            }
            Read::SupportContact(customer, id) => {
                drop(self.support.insert((customer, id), facet!(SupportContact, identity)))
            }
            Read::Agreement(customer) => drop(self.agreements.insert(customer, facet!(Agreement, identity))),
            Read::AccountReview(customer) => drop(self.reviews.insert(customer, facet!(AccountReview, identity))),
            Read::Country(customer) => drop(self.countries.insert(customer, facet!(Country, identity))),
            Read::Domain(domain) => drop(self.domains.insert(domain, facet!(Domain, identity))),
            Read::PostalAddress(address) => drop(self.postal.insert(*address, facet!(PostalAddress, identity))),
            Read::Offer(offer) => drop(self.offers.insert(offer, facet!(Offer, identity))),
            Read::PartnerId(id) => drop(self.partners.insert(id, facet!(PartnerId, identity))),
            Read::PartnerProfile(id) => drop(self.profiles.insert(id, facet!(PartnerProfile, identity))),
            Read::ResellerByTenant(tenant) => drop(self.resellers_by_tenant.insert(tenant, facet!(Reseller, identity))),
            Read::ResellerByPartnerId(id) => drop(self.resellers_by_partner.insert(id, facet!(Reseller, identity))),
            Read::InvitationLink(tenant) => drop(self.links.insert(tenant, facet!(InvitationLink, identity))),
            Read::Cart(customer, cart) => drop(self.carts.insert((customer, cart), facet!(Cart, identity))),
        }
    }
}

fn by_id(list: Vec<super::Customer>) -> BTreeMap<crate::model::CustomerId, super::Customer> {
    list.into_iter().map(|c| (c.id, c)).collect()
}
