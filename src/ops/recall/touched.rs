//! What the steps of a plan, what stands against one, and what drifted rest on: the reads that must not only be remembered.
//! Names too much rather than too little.

use super::Refresh;
use crate::desired::Desired;
use crate::diag::Code;
use crate::ledger::Bindings;
use crate::model::{Address, CustomerKey, Fact, Name, StepKey};
use crate::observed::Read;
use crate::ops::observe::RestsOn;
use crate::ops::planning::Question;
use crate::plan::{Planned, Step};
use std::collections::BTreeSet;

/// What a plan rests on. Of a scope that is alone read anew, its addresses as well.
#[must_use]
pub(in crate::ops) fn by(planned: &Planned, question: Question<'_>, refresh: Refresh) -> RestsOn {
    let desired = question.desired;
    let mut touched = Touched::default();
    let search = match refresh {
        Refresh::Full | Refresh::Changed => Search::Anew,
        Refresh::Scope => {
            question.targets.iter().for_each(|address| touched.target(address, desired));
            Search::Remembered
        }
    };
    for step in planned.plan.steps() {
        touched.step(step);
        touched.document(&step.key.address, desired);
    }
    for blocked in &planned.outlook.blocked {
        touched.key(&blocked.key);
        touched.document(&blocked.key.address, desired);
    }
    let drifted = planned.outlook.findings.iter().filter(|finding| finding.code == Code::Drift);
    drifted.filter_map(|finding| finding.address.as_ref()).for_each(|address| touched.address(address));
    // Whoever leaves may have something of everybody: that nothing is left of it rests on all that was seen.
    let leaves = |name: &Name| desired.partnerships.get(name).is_some_and(|partnership| partnership.ending.is_some());
    if search == Search::Anew && touched.partnerships.iter().any(leaves) {
        return RestsOn::Everything;
    }
    RestsOn::Reads(touched.reads(desired, &planned.bindings))
}

/// The reads that tell of an address.
#[must_use]
pub(in crate::ops) fn of(address: &Address, desired: &Desired, bindings: &Bindings) -> BTreeSet<Read> {
    let mut touched = Touched::default();
    touched.target(address, desired);
    touched.reads(desired, bindings)
}

/// Where whoever leaves is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    /// In what is read now.
    Anew,
    /// In what is remembered too: for a first look, which `apply` does not trust.
    Remembered,
}

#[derive(Default)]
struct Touched {
    customers: BTreeSet<CustomerKey>,
    partnerships: BTreeSet<Name>,
}

impl Touched {
    fn target(&mut self, address: &Address, desired: &Desired) {
        self.address(address);
        self.document(address, desired);
    }
    fn step(&mut self, step: &Step) {
        self.key(&step.key);
        self.address(&step.cause);
        let facts =
            step.conditions.iter().map(|condition| &condition.fact).chain(step.goal.iter().map(|(fact, _)| fact));
        facts.for_each(|fact| self.fact(fact));
        step.needs.iter().for_each(|need| self.key(&need.step));
    }
    fn key(&mut self, key: &StepKey) {
        self.address(&key.address);
        // The other end of a relation.
        self.partnerships.extend(key.discriminator.parse::<Name>());
    }
    fn address(&mut self, address: &Address) {
        match address {
            Address::Partnership(name) => {
                self.partnerships.insert(name.clone());
            }
            Address::Customer(key) => {
                self.customers.insert(key.clone());
            }
            Address::Subscription(key) => {
                self.customers.insert(key.customer.clone());
            }
            Address::Provider(_)
            | Address::ResellerAssociation(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_) => {}
        }
    }
    /// The objects a document of a relation speaks of.
    fn document(&mut self, address: &Address, desired: &Desired) {
        let relates = match address {
            Address::ResellerAssociation(_) | Address::SupportDelegation(_) | Address::AzureAccess(_) => true,
            Address::Provider(_)
            | Address::Partnership(_)
            | Address::Customer(_)
            | Address::Subscription(_)
            | Address::Acknowledgement(_) => false,
        };
        if !relates {
            return;
        }
        let related = desired.associations.iter().filter(|(_, relation)| relation.cause == *address);
        for ((customer, partnership), _) in related {
            self.customers.insert(customer.clone());
            self.partnerships.insert(partnership.clone());
        }
        for delegated in desired.support.iter().filter(|(_, support)| support.cause == *address).map(|(it, _)| it) {
            self.customers.insert(delegated.customer().clone());
        }
        if let Address::AzureAccess(name) = address
            && let Some(access) = desired.azure.get(name)
        {
            self.customers.insert(CustomerKey::Named(access.customer.clone()));
            self.partnerships.insert(access.reseller.clone());
        }
    }
    fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Binding(address) | Fact::Pending(address) => self.address(address),
            Fact::PartnershipActive(name) => {
                self.partnerships.insert(name.clone());
            }
            Fact::Associated { customer, partnership } => {
                self.customers.insert(customer.clone());
                self.partnerships.insert(partnership.clone());
            }
            Fact::AgreementSigned(key)
            | Fact::AccountReviewed(key)
            | Fact::Credentials(key)
            | Fact::Unclaimed { customer: key, product: _ } => {
                self.customers.insert(key.clone());
            }
            Fact::Field(key, _) => {
                self.customers.insert(key.customer.clone());
            }
            Fact::LastDone(key) => self.address(&key.address),
            // Always looked at.
            Fact::PartnerValid(_) | Fact::ProfileName(_) | Fact::DomainFree(_) => {}
        }
    }
    fn reads(&self, desired: &Desired, bindings: &Bindings) -> BTreeSet<Read> {
        let mut reads = BTreeSet::new();
        let of = |name: &Name| bindings.reseller(name).map(Read::CustomersOf);
        for key in &self.customers {
            reads.extend(desired.associations_of(key).filter_map(|(partnership, _)| of(partnership)));
            if let Some(id) = bindings.customer(key) {
                reads.extend([Read::Subscriptions(id), Read::ResellersOf(id)]);
            }
        }
        reads.extend(self.partnerships.iter().filter_map(of));
        reads
    }
}
