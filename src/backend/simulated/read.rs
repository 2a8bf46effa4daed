//! What the tenant answers to each question. Changes nothing; an object that is not there is an answer, not an error.

use super::tenant::Tenant;
use super::wire;
use crate::model::operation::{PostalAddress, SupportContact};
use crate::model::product::Commerce;
use crate::model::{CustomerId, PartnerId, Product, Span, SubscriptionId, TenantId, Timestamp, country};
use crate::observed::{
    AddressCheck, Answer, AuditRecord, CartFate, Customer, Offer, PartnerCheck, Read, Relationship, Sold, Subscription,
    SubscriptionDetail, Why,
};
use smol_str::{SmolStr, format_smolstr};

/// How long seats may be given back. Source: learn, subscription-lifecycle (new commerce).
pub(super) const WINDOW: Span = Span::days(7);

impl Tenant {
    /// Answers one question.
    ///
    /// # Errors
    /// When the service refuses the question itself.
    pub fn read(&self, read: &Read) -> Result<Answer, Why> {
        Ok(match read {
            Read::Relationships => Answer::Relationships(self.relationship_list()),
            Read::Customers => Answer::Customers(self.customers.values().map(listed).collect()),
            Read::CustomersOf(reseller) => {
                Answer::Customers(self.customers.of_reseller(*reseller).map(listed).collect())
            }
            Read::ResellersOf(id) => self.about(*id, |c| Answer::Resellers(c.resellers.iter().copied().collect())),
            Read::Subscriptions(id) => {
                self.about(*id, |_| Answer::Subscriptions(self.visible(*id).map(observed).collect()))
            }
            Read::Subscription(customer, id) => self.detail(*customer, *id),
            Read::SupportContact(customer, id) => self.support_contact(*customer, *id),
            Read::Agreement(id) => self.about(*id, |_| Answer::Agreement(self.agreements.contains_key(id))),
            Read::AccountReview(id) => self.about(*id, |c| Answer::AccountReview(c.review)),
            Read::Country(id) => self.country_of(*id)?,
            Read::Domain(domain) => Answer::Domain(self.domain_taken(domain)),
            Read::PostalAddress(address) => Answer::PostalAddress(check_address(address)),
            Read::Offer(offer) => Answer::Offer(self.availabilities_of(offer)),
            Read::PartnerId(id) => Answer::PartnerId(match self.check_partner(id) {
                Ok(_) => PartnerCheck::Valid,
                Err(refusal) => PartnerCheck::Invalid(format_smolstr!("{}: {}", refusal.code, refusal.text)),
            }),
            Read::PartnerProfile(id) => self.name_of(id).map_or(Answer::NotThere, Answer::PartnerProfile),
            Read::ResellerByTenant(id) => Answer::Reseller(self.status_by_tenant(*id)),
            Read::ResellerByPartnerId(id) => Answer::Reseller(self.status_by_partner(id)),
            Read::InvitationLink(reseller) => Answer::InvitationLink(self.invitation_link(*reseller)?),
            Read::Cart(customer, id) => self.cart_fate(*customer, id),
        })
    }

    /// What is remembered of changes since an instant, oldest first.
    #[must_use]
    pub fn audit_records(&self, since: Timestamp) -> Vec<AuditRecord> {
        let told = |record: &wire::AuditRecord| {
            let wire::AuditRecord { at, operation, by, customer, resource, old: _, new } = record.clone();
            let (user, application) = match by {
                wire::By::Application(name) => (None, Some(name)),
                wire::By::User(name) => (Some(name), None),
            };
            AuditRecord { at, operation, user, application, customer, resource, new }
        };
        self.audit().iter().filter(|record| record.at >= since).map(told).collect()
    }

    fn about(&self, id: CustomerId, answer: impl FnOnce(&wire::Customer) -> Answer) -> Answer {
        self.customers.get(&id).map_or(Answer::NotThere, answer)
    }
    /// Where a customer's tenant is; told only to whoever has a role there. Source: learn, get-customer-organization.
    fn country_of(&self, id: CustomerId) -> Result<Answer, Why> {
        let Some(customer) = self.customers.get(&id) else { return Ok(Answer::NotThere) };
        let country = self.home(customer).filter(|_| customer.admin_access);
        let untold = || Why::Refused("2032: access denied: no role in the customer's tenant".into());
        country.cloned().map(Answer::Country).ok_or_else(untold)
    }
    /// A customer's country; the provider's, where it has none of its own.
    pub(super) fn home<'a>(&'a self, customer: &'a wire::Customer) -> Option<&'a SmolStr> {
        customer.country.as_ref().or(self.header.country.as_ref())
    }
    fn relationship_list(&self) -> Vec<Relationship> {
        let row = |relationship: &wire::Relationship| {
            let company = self.companies.get(&relationship.tenant_id)?;
            Some(Relationship {
                tenant: company.tenant_id,
                name: company.name.clone(),
                partner_id: company.partner_ids.first().cloned(),
                country: Some(company.country.clone()),
                active: relationship.active,
            })
        };
        self.relationships.values().filter_map(row).collect()
    }
    /// A subscription that can be seen now.
    pub(super) fn subscription(&self, customer: CustomerId, id: SubscriptionId) -> Option<&wire::Subscription> {
        self.subscriptions.get(&(customer, id)).filter(|subscription| self.shows(subscription))
    }
    fn detail(&self, customer: CustomerId, id: SubscriptionId) -> Answer {
        let Some(subscription) = self.subscription(customer, id) else {
            return Answer::NotThere;
        };
        let (refundable, refundable_until) = refundable(subscription, self.header.clock);
        let subscription = observed(subscription);
        Answer::Subscription(Box::new(SubscriptionDetail { subscription, refundable, refundable_until }))
    }
    /// New commerce has no support contact, in API or portal. Source: learn, get-a-subscription-s-support-contact.
    fn support_contact(&self, customer: CustomerId, id: SubscriptionId) -> Answer {
        let Some(subscription) = self.subscription(customer, id) else {
            return Answer::NotThere;
        };
        match (subscription.commerce, &subscription.support_contact) {
            (Commerce::New, _) => Answer::NotThere,
            (Commerce::Legacy, Some(support)) => Answer::SupportContact(support.into()),
            (Commerce::Legacy, None) => Answer::SupportContact(SupportContact {
                tenant: self.header.tenant_id,
                partner: self.header.partner_id.clone().unwrap_or_else(|| PartnerId::new("")),
            }),
        }
    }
    fn availabilities_of(&self, offer: &Offer) -> Sold {
        let Some(entry) = self.products.get(&(&offer.product).into()) else { return Sold::default() };
        let country = self.header.country.as_deref();
        let form = |it: &wire::Availability| (it.term, it.billing_cycle);
        let all = || entry.availabilities.iter().filter(|it| sold(it, country, form(it)));
        let ways = all().filter(|it| form(it) == (offer.term, offer.billing_cycle)).count();
        let title = all().next().map(|_| entry.name.clone()).filter(|name| !name.trim().is_empty());
        Sold { ways: u32::try_from(ways).unwrap_or(u32::MAX), forms: all().map(form).collect(), title }
    }
    /// Source: learn, regional-authorization-overview (the two-tier link).
    pub(super) fn invitation_link(&self, reseller: TenantId) -> Result<SmolStr, Why> {
        let company = self.companies.get(&reseller).filter(|_| self.partnered(reseller));
        let Some(partner) = company.and_then(|c| c.partner_ids.first()) else {
            return Err(Why::Refused("3000: the partner or relationship was not found".into()));
        };
        let provider = self.header.tenant_id;
        Ok(format_smolstr!(
            "https://portal.office.com/partner/partnersignup.aspx?type=IndirectResellerRelationship&id={reseller}\
             &csp=1&msppid={partner}&indirectCSP={provider}"
        ))
    }
    fn cart_fate(&self, customer: CustomerId, id: &crate::model::CartId) -> Answer {
        let Some(cart) = self.cart(customer, id) else {
            return Answer::NotThere;
        };
        let Some(order) = cart.order.as_ref().and_then(|order| self.orders.get(order)) else {
            return Answer::Cart(CartFate::Open);
        };
        let subscription = self.subscription(customer, order.subscription).map(|s| s.subscription_id);
        Answer::Cart(CartFate::Ordered { order: order.order_id.clone(), subscription })
    }
    /// A cart that has not expired. Source: learn, create-a-cart (seven days).
    pub(super) fn cart(&self, customer: CustomerId, id: &crate::model::CartId) -> Option<&wire::Cart> {
        self.carts.get(id).filter(|cart| cart.customer == customer && self.header.clock < cart.expires)
    }
}

/// Whether an availability is sold in a country (anywhere, if none is known) in this form.
pub(super) fn sold(
    availability: &wire::Availability,
    country: Option<&str>,
    form: (crate::model::Term, crate::model::BillingCycle),
) -> bool {
    let here = availability.countries.is_empty()
        || country.is_none_or(|country| availability.countries.iter().any(|listed| listed == country));
    here && (availability.term, availability.billing_cycle) == form
}

/// Seats that may be given back at `now`, and until when the last of them.
/// Source: learn, `refundableQuantity`; legacy subscriptions have none, they change freely.
pub(super) fn refundable(subscription: &wire::Subscription, now: Timestamp) -> (u32, Option<Timestamp>) {
    if subscription.commerce == Commerce::Legacy {
        return (0, None);
    }
    let open = subscription.seats_added.iter().filter(|added| added.at <= now && now < added.at.plus(WINDOW));
    let (total, last) = open.fold((0_u32, None), |(total, last), added| {
        (total.saturating_add(added.quantity), last.max(Some(added.at.plus(WINDOW))))
    });
    (total.min(subscription.quantity), last)
}

/// What the address check says. The simulated world accepts everything but a missing part, a missing state where one is
/// needed, a line over 200 characters and a postal code of zeros. Source: learn, validate-an-address.
pub(super) fn check_address(address: &PostalAddress) -> AddressCheck {
    let fault = if !country::exists(&address.country) {
        "the country is unknown"
    } else if country::needs_state(&address.country) && address.state.as_ref().is_none_or(|s| s.trim().is_empty()) {
        "the state is missing"
    } else if [&address.city, &address.postal_code, &address.line1].iter().any(|part| part.trim().is_empty()) {
        "city, postal code or first line is missing"
    } else if [Some(&address.line1), address.line2.as_ref()].into_iter().flatten().any(|l| l.chars().count() > 200) {
        "a line is longer than 200 characters"
    } else if address.postal_code.chars().all(|c| c == '0') {
        "the postal code does not exist"
    } else {
        return AddressCheck::Passes;
    };
    AddressCheck::Fails(SmolStr::new_static(fault))
}

fn listed(customer: &wire::Customer) -> Customer {
    Customer { id: customer.tenant_id, domain: customer.domain.clone(), company_name: customer.company_name.clone() }
}

fn observed(subscription: &wire::Subscription) -> Subscription {
    Subscription {
        id: subscription.subscription_id,
        product: subscription.product.as_ref().map(Product::from),
        offer_name: subscription.offer_name.clone(),
        friendly_name: subscription.friendly_name.clone(),
        commerce: subscription.commerce,
        partner_changeable: subscription.sort.is_seats(),
        quantity: subscription.quantity,
        status: subscription.status,
        partner_of_record: subscription.partner_of_record.clone(),
        term: subscription.term,
        billing_cycle: subscription.billing_cycle,
        at_end: subscription.at_end(),
        commitment_end: subscription.commitment_end,
        order: subscription.order.clone(),
    }
    .in_short()
}
