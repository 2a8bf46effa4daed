//! The state of a simulated tenant: its records, its clock, the references between them. Holds no rule of a single
//! operation, asks no clock and no randomness: every id derives from what it is for.

use super::customers::Customers;
use super::wire::{
    Agreement, AuditRecord, By, Cart, CatalogEntry, Company, Customer, FORMAT, Header, Item, Line, Order, Pending,
    Relationship, Reply, Subscription, TakenDomain,
};
use crate::model::digest::Digest;
use crate::model::product::Commerce;
use crate::model::{CartId, CustomerId, OrderId, PartnerId, RequestId, Span, SubscriptionId, TenantId, Timestamp};
use crate::observed::Review;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A provider's tenant with Partner Center's rules. A pure value: equal tenants answer equally, for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub(super) header: Header,
    pub(super) companies: BTreeMap<TenantId, Company>,
    pub(super) relationships: BTreeMap<TenantId, Relationship>,
    pub(super) customers: Customers,
    pub(super) agreements: BTreeMap<CustomerId, Agreement>,
    pub(super) subscriptions: BTreeMap<(CustomerId, SubscriptionId), Subscription>,
    pub(super) orders: BTreeMap<OrderId, Order>,
    pub(super) carts: BTreeMap<CartId, Cart>,
    pub(super) products: BTreeMap<Item, CatalogEntry>,
    pub(super) taken_domains: BTreeMap<SmolStr, TakenDomain>,
    pub(super) pending: BTreeMap<(CustomerId, SubscriptionId), Pending>,
    pub(super) replies: BTreeMap<(RequestId, Digest), Reply>,
    pub(super) audit: Vec<AuditRecord>,
}

/// Why a record cannot stand in a tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The same object a second time.
    #[error("{0} is there already")]
    Twice(String),
    /// Speaks of something that is not there.
    #[error("{0} is not in this tenant")]
    Dangling(String),
    /// What only new commerce has.
    #[error("{0} is legacy, and has no `product`: leave it out, or `commerce`")]
    LegacyProduct(String),
}

/// Who changes what: the part of an audit record that the operation knows.
pub(super) struct Change<'a> {
    pub(super) operation: &'a str,
    pub(super) by: By,
    pub(super) customer: Option<CustomerId>,
    pub(super) resource: SmolStr,
    pub(super) old: Option<SmolStr>,
    pub(super) new: Option<SmolStr>,
}

impl Tenant {
    /// An empty tenant at an instant.
    #[must_use]
    pub fn new(tenant_id: TenantId, clock: Timestamp) -> Self {
        Self::with_header(Header {
            format: FORMAT.into(),
            tenant_id,
            clock,
            partner_id: None,
            country: None,
            orders_show_after: Span::seconds(0),
            changes_show_after: Span::seconds(0),
            new_customers: Review::Passed,
            revision: 0,
            seed: None,
        })
    }
    /// What the header says.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// An empty tenant with everything a header says.
    #[must_use]
    pub fn with_header(header: Header) -> Self {
        Self {
            header,
            companies: BTreeMap::new(),
            relationships: BTreeMap::new(),
            customers: Customers::default(),
            agreements: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            orders: BTreeMap::new(),
            carts: BTreeMap::new(),
            products: BTreeMap::new(),
            taken_domains: BTreeMap::new(),
            pending: BTreeMap::new(),
            replies: BTreeMap::new(),
            audit: Vec::new(),
        }
    }
    /// Takes a record in.
    ///
    /// # Errors
    /// When it is there already, or speaks of something that is not there (yet: records come in the order of
    /// [`Line`]'s variants).
    pub fn add(&mut self, line: Line) -> Result<(), Misfit> {
        match line {
            Line::Company(company) => put(&mut self.companies, company.tenant_id, company, "company"),
            Line::Product(entry) => {
                let item = entry.item();
                let name = format!("product {}/{}", item.product_id, item.sku_id);
                put_named(&mut self.products, item, entry, name)
            }
            Line::TakenDomain(mut taken) => {
                taken.domain = taken.domain.to_lowercase().into();
                self.vacant(&taken.domain)?;
                put(&mut self.taken_domains, taken.domain.clone(), taken, "domain")
            }
            Line::Relationship(relationship) => {
                let id = relationship.tenant_id;
                known(self.companies.contains_key(&id), "company", id)?;
                put(&mut self.relationships, id, relationship, "relationship with")
            }
            Line::Customer(mut customer) => {
                customer.domain = customer.domain.to_lowercase().into();
                self.vacant(&customer.domain)?;
                let id = customer.tenant_id;
                if self.customers.contains_key(&id) {
                    return Err(Misfit::Twice(format!("customer {id}")));
                }
                self.customers.insert(customer);
                Ok(())
            }
            Line::Agreement(agreement) => {
                self.known_customer(agreement.customer)?;
                put(&mut self.agreements, agreement.customer, agreement, "agreement of customer")
            }
            Line::Subscription(mut subscription) => {
                subscription.seats_added.sort_by_key(|added| added.at);
                let key = (subscription.customer, subscription.subscription_id);
                self.known_customer(key.0)?;
                if subscription.commerce == Commerce::Legacy && subscription.product.is_some() {
                    return Err(Misfit::LegacyProduct(format!("subscription {}", key.1)));
                }
                put_named(&mut self.subscriptions, key, subscription, format!("subscription {}", key.1))
            }
            Line::Order(order) => {
                let key = (order.customer, order.subscription);
                known(self.subscriptions.contains_key(&key), "subscription", key.1)?;
                put(&mut self.orders, order.order_id.clone(), order, "order")
            }
            Line::Cart(cart) => {
                self.known_customer(cart.customer)?;
                put(&mut self.carts, cart.cart_id.clone(), cart, "cart")
            }
            Line::Pending(pending) => {
                let key = (pending.customer, pending.subscription);
                known(self.subscriptions.contains_key(&key), "subscription", key.1)?;
                put_named(&mut self.pending, key, pending, format!("pending change of subscription {}", key.1))
            }
            Line::Reply(reply) => {
                let key = (reply.request, reply.operation);
                put_named(&mut self.replies, key, reply, format!("reply to request {}", key.0))
            }
            Line::Audit(record) => {
                self.audit.push(record);
                Ok(())
            }
        }
    }
    fn known_customer(&self, id: CustomerId) -> Result<(), Misfit> {
        known(self.customers.contains_key(&id), "customer", id)
    }
    fn vacant(&self, domain: &str) -> Result<(), Misfit> {
        if self.domain_taken(domain) { Err(Misfit::Twice(format!("domain {domain}"))) } else { Ok(()) }
    }

    /// The provider's tenant.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.header.tenant_id
    }
    /// What time it is there.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.header.clock
    }
    /// Every change so far, oldest first.
    #[must_use]
    pub fn audit(&self) -> &[AuditRecord] {
        &self.audit
    }
    /// The company that holds a PartnerID, of either type.
    #[must_use]
    pub fn company_of(&self, id: &PartnerId) -> Option<&Company> {
        self.companies.values().find(|c| c.partner_ids.contains(id) || c.global_partner_ids.contains(id))
    }
    /// A company by its tenant.
    #[must_use]
    pub fn company(&self, id: TenantId) -> Option<&Company> {
        self.companies.get(&id)
    }
    /// A customer by its tenant.
    #[must_use]
    pub fn customer(&self, id: CustomerId) -> Option<&Customer> {
        self.customers.get(&id)
    }
    /// Every customer, by tenant.
    pub fn customers(&self) -> impl Iterator<Item = &Customer> {
        self.customers.values()
    }
    /// Every subscription, visible or not, by customer and id.
    pub fn subscriptions(&self) -> impl Iterator<Item = &Subscription> {
        self.subscriptions.values()
    }
    /// Every order, by id.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }
    /// Whose domain it is: a customer's, or a stranger's that could become one.
    #[must_use]
    pub fn tenant_of_domain(&self, domain: &str) -> Option<CustomerId> {
        let domain = domain.to_lowercase();
        self.customers
            .of_domain(&domain)
            .or_else(|| self.taken_domains.get(domain.as_str()).and_then(|taken| taken.tenant_id))
    }

    pub(super) fn domain_taken(&self, domain: &str) -> bool {
        let domain = domain.to_lowercase();
        self.taken_domains.contains_key(domain.as_str()) || self.customers.of_domain(&domain).is_some()
    }
    /// The subscriptions of a customer that can be seen now, by id.
    pub(super) fn visible(&self, customer: CustomerId) -> impl Iterator<Item = &Subscription> {
        let first = (customer, SubscriptionId::from_bytes([0; 16]));
        let last = (customer, SubscriptionId::from_bytes([u8::MAX; 16]));
        self.subscriptions.range(first..=last).map(|(_, subscription)| subscription).filter(|s| self.shows(s))
    }
    /// Whether a subscription can be seen now.
    pub(super) fn shows(&self, subscription: &Subscription) -> bool {
        subscription.shows_from.is_none_or(|from| from <= self.header.clock)
    }
    pub(super) fn note(&mut self, change: Change<'_>) {
        let Change { operation, by, customer, resource, old, new } = change;
        let at = self.header.clock;
        self.audit.push(AuditRecord { at, operation: operation.into(), by, customer, resource, old, new });
    }
    /// A GUID of this tenant, the same for the same words.
    pub(super) fn guid(&self, words: &str) -> [u8; 16] {
        let hex = self.token(words);
        let mut bytes = [0; 16];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap_or(0);
        }
        bytes[6] = 0x40 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        bytes
    }
    /// 64 hexadecimal digits of this tenant, the same for the same words.
    pub(super) fn token(&self, words: &str) -> String {
        Digest::of_bytes(format!("{} {words}", self.header.tenant_id).as_bytes()).to_string()
    }
}

fn put<K: Ord + ToString, V>(map: &mut BTreeMap<K, V>, key: K, value: V, what: &str) -> Result<(), Misfit> {
    let name = format!("{what} {}", key.to_string());
    put_named(map, key, value, name)
}

fn put_named<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: V, name: String) -> Result<(), Misfit> {
    if map.contains_key(&key) {
        return Err(Misfit::Twice(name));
    }
    map.insert(key, value);
    Ok(())
}

fn known(there: bool, what: &str, id: impl ToString) -> Result<(), Misfit> {
    if there { Ok(()) } else { Err(Misfit::Dangling(format!("{what} {}", id.to_string()))) }
}
