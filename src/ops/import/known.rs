//! What the manifests declare already of what is there: which live object each document means, and which names and
//! relations are taken. Never asks the tenant.

use super::There;
use super::names::{Names, Spelling};
use crate::desired::{Additional, Customer, Desired, Identity, Partnership};
use crate::diff::Owners;
use crate::ledger::{Ledger, LiveId};
use crate::model::{Address, CustomerId, CustomerKey, Leaf, Name, Product, SubscriptionId, SubscriptionKey, TenantId};
use std::collections::{BTreeMap, BTreeSet};

/// What is declared, by live object.
pub(super) struct Known<'a> {
    pub(super) desired: &'a Desired,
    ledger: &'a Ledger,
    /// Whose PartnerIDs are, and which resellers partnerships mean.
    pub(super) owners: Owners<'a>,
    /// Declared customers.
    pub(super) customers: BTreeMap<CustomerId, Name>,
    /// Declared subscriptions.
    pub(super) subscriptions: BTreeMap<(CustomerId, SubscriptionId), SubscriptionKey>,
    /// What is to be bought and not bound: a live one of that product may be the one that is meant.
    /// Unless it is named as another one.
    orders: BTreeMap<(CustomerId, Product), Vec<&'a Additional>>,
    /// Declared relations, by whatever document.
    pub(super) associations: BTreeSet<(CustomerId, Name)>,
    /// Addresses the ledger has for live objects.
    remembered: BTreeMap<LiveId, &'a Address>,
    /// Names the ledger uses for something.
    used: BTreeSet<&'a Address>,
}

impl<'a> Known<'a> {
    pub(super) fn of(desired: &'a Desired, ledger: &'a Ledger, there: &There<'a>) -> Self {
        let customers = there.customers.values();
        let domains: BTreeMap<&str, CustomerId> = customers.map(|c| (c.domain.as_str(), c.id)).collect();
        let ids: BTreeMap<&CustomerKey, CustomerId> = desired
            .customers
            .iter()
            .filter_map(|(key, customer)| Some((key, customer_id(customer, ledger, &domains)?)))
            .collect();
        let mut known = Self {
            desired,
            ledger,
            owners: Owners::of(desired, ledger, Some(there.relationships)),
            customers: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            orders: BTreeMap::new(),
            associations: BTreeSet::new(),
            remembered: ledger.bindings.iter().map(|(address, id)| (*id, address)).collect(),
            used: ledger
                .bindings
                .keys()
                .chain(ledger.pending.keys())
                .chain(ledger.unresolved.values().map(|unresolved| &unresolved.key.address))
                .chain(ledger.open.values().map(|open| &open.key.address))
                .collect(),
        };
        for (key, id) in &ids {
            if let CustomerKey::Named(name) = key {
                known.customers.insert(*id, name.clone());
            }
        }
        for (customer, partnership) in desired.associations.keys() {
            known.associations.extend(ids.get(customer).map(|id| (*id, partnership.clone())));
        }
        for subscription in desired.subscriptions.values() {
            if let Some(customer) = ids.get(&subscription.key.customer) {
                known.claim(*customer, subscription);
            }
        }
        known
    }

    fn claim(&mut self, customer: CustomerId, subscription: &'a crate::desired::Subscription) {
        let address = Address::Subscription(subscription.key.clone());
        let learned = match self.ledger.bindings.get(&address) {
            Some(LiveId::Subscription(_, id)) => Some(*id),
            Some(LiveId::Reseller(_) | LiveId::Customer(_)) | None => None,
        };
        let additional = subscription.purchase.as_ref().map_or(&Additional::No, |purchase| &purchase.additional);
        match (subscription.identity.or(learned), &subscription.product) {
            (Some(id), _) => {
                self.subscriptions.insert((customer, id), subscription.key.clone());
            }
            (None, Some((product, _))) => {
                self.orders.entry((customer, product.clone())).or_default().push(additional);
            }
            (None, None) => {}
        }
    }

    /// Whether an order that is not bound may mean this live one: it does not name it as another.
    pub(super) fn may_be_ordered(&self, customer: CustomerId, product: &Product, id: SubscriptionId) -> bool {
        let orders = self.orders.get(&(customer, product.clone()));
        orders.is_some_and(|orders| orders.iter().any(|additional| !additional.names(id)))
    }

    /// The partnership that means this reseller.
    pub(super) fn partnership(&self, tenant: TenantId) -> Option<&'a Partnership> {
        self.desired.partnerships.get(self.owners.partnership(tenant)?)
    }
    /// The name the ledger has for a live object that is declared no more, if nothing else has it.
    pub(super) fn former(&self, id: LiveId) -> Option<Name> {
        let name = match self.remembered.get(&id)? {
            Address::Partnership(name) | Address::Customer(CustomerKey::Named(name)) => name,
            Address::Subscription(key @ SubscriptionKey { customer: _, leaf: Leaf::Named(name) }) => {
                return (!self.desired.subscriptions.contains_key(key)).then(|| name.clone());
            }
            Address::Provider(_)
            | Address::Customer(CustomerKey::Id(_) | CustomerKey::Domain(_))
            | Address::Subscription(SubscriptionKey { customer: _, leaf: Leaf::Id(_) })
            | Address::ResellerAssociation(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_) => return None,
        };
        let declared = match id {
            LiveId::Reseller(_) => self.desired.partnerships.contains_key(name),
            LiveId::Customer(_) | LiveId::Subscription(..) => {
                self.desired.customers.contains_key(&CustomerKey::Named(name.clone()))
            }
        };
        (!declared).then(|| name.clone())
    }
    /// Names of partnerships that are taken. `none` is: it means nobody.
    pub(super) fn partnership_names(&self) -> Names {
        let mut names = Names::spelt(Spelling::of(&self.desired.provider.country));
        names.take_word("none");
        self.desired.partnerships.keys().for_each(|name| names.take(name.clone()));
        self.used.iter().for_each(|address| {
            if let Address::Partnership(name) = address {
                names.take(name.clone());
            }
        });
        names
    }
    /// Names of customers that are taken.
    pub(super) fn customer_names(&self) -> Names {
        let mut names = Names::spelt(Spelling::of(&self.desired.provider.country));
        for key in self.desired.customers.keys() {
            if let CustomerKey::Named(name) = key {
                names.take(name.clone());
            }
        }
        for address in &self.used {
            if let Address::Customer(CustomerKey::Named(name))
            | Address::Subscription(SubscriptionKey { customer: CustomerKey::Named(name), leaf: _ }) = address
            {
                names.take(name.clone());
            }
        }
        names
    }
    /// Names of a customer's subscriptions that are taken.
    pub(super) fn subscription_names(&self, customer: &Name) -> Names {
        let mut names = Names::spelt(Spelling::of(&self.desired.provider.country));
        let key = CustomerKey::Named(customer.clone());
        let first = SubscriptionKey { customer: key.clone(), leaf: Leaf::Named(Name::lowest()) };
        let declared = self.desired.subscriptions.range(first..).map(|(key, _)| key);
        for leaf in declared.take_while(|it| it.customer == key).map(|it| &it.leaf) {
            if let Leaf::Named(name) = leaf {
                names.take(name.clone());
            }
        }
        let first = Address::Subscription(SubscriptionKey { customer: key.clone(), leaf: Leaf::Named(Name::lowest()) });
        for address in self.used.range::<&Address, _>(&first..) {
            let Address::Subscription(SubscriptionKey { customer, leaf: Leaf::Named(name) }) = address else { break };
            if *customer != key {
                break;
            }
            names.take(name.clone());
        }
        names
    }
}

/// Which live customer a document means, as far as it can be told without asking.
fn customer_id(customer: &Customer, ledger: &Ledger, domains: &BTreeMap<&str, CustomerId>) -> Option<CustomerId> {
    let domain = match &customer.identity {
        Identity::Id(id) => return Some(*id),
        Identity::Domain(domain) => domain,
    };
    match ledger.bindings.get(&Address::Customer(customer.key.clone())) {
        Some(LiveId::Customer(id)) => Some(*id),
        Some(LiveId::Reseller(_) | LiveId::Subscription(..)) | None => domains.get(domain.as_str()).copied(),
    }
}
