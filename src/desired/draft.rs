//! The project while it is being resolved: what is known so far, what was found wrong, and the look-ups every rule
//! shares. Never judges a document itself.

use super::untolds::Untolds;
use super::{
    Acknowledgement, AzureAccess, Customer, Delegated, Ensure, Partnership, Provider, Relation, Subscription, Support,
};
use crate::diag::{At, Code, Finding, nearest};
use crate::manifest::{Broken, Mention, Spanned, Untold};
use crate::model::text::{mixed, numbered};
use crate::model::{Address, CustomerKey, Kind, Name, TenantId};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

/// How many names may be compared in one run to suggest what was meant. Beyond it findings come without a suggestion,
/// so that a whole missing folder costs seconds, not hours.
const COMPARISONS: usize = 2_000_000;

/// A partnership with what only other documents ask for.
pub(super) struct Partner {
    /// As it will be in the result.
    pub(super) resolved: Partnership,
    /// The object id of its AdminAgents group.
    pub(super) admin_agents: Option<Spanned<TenantId>>,
    /// Who takes over, when it is to end.
    pub(super) transfer_to: Option<Name>,
}

/// Which partnership a customer belongs to.
#[derive(Clone, Copy)]
pub(super) enum Belongs {
    /// None is written.
    Nowhere,
    /// The one that is written is not there; a finding says so.
    Unresolved,
    /// This one of [`Draft::partners`], and where that is written.
    To(usize, At),
}

/// A customer that has a document.
pub(super) struct Declared {
    /// Its document's name.
    pub(super) name: Name,
    /// Where it is declared.
    pub(super) at: At,
    /// Where its identity is written.
    pub(super) identity_at: At,
    /// Its partnership.
    pub(super) belongs: Belongs,
    /// As it will be in the result; none when it has no identity, of which a finding speaks.
    pub(super) resolved: Option<Customer>,
}

/// A `renamedFrom`.
pub(super) struct Rename {
    /// The document's address.
    pub(super) new: Address,
    /// Its former address.
    pub(super) old: Address,
    /// Where it says so.
    pub(super) at: At,
}

/// The project so far. Documents come in the order of their names, so every list grows sorted.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) findings: Vec<Finding>,
    pub(super) provider: Option<Provider>,
    pub(super) partners: Vec<Partner>,
    pub(super) customers: Vec<Declared>,
    /// Customers that only relations name.
    pub(super) named: BTreeMap<CustomerKey, Customer>,
    /// With the place of each identity.
    pub(super) subscriptions: Vec<(Subscription, At)>,
    pub(super) associations: Vec<((CustomerKey, Name), Relation)>,
    pub(super) support: Vec<(Delegated, Support)>,
    pub(super) azure: Vec<(Name, AzureAccess)>,
    pub(super) acknowledgements: Vec<(Name, Acknowledgement)>,
    /// Relations, accesses and acknowledgements, with their places.
    pub(super) documents: Vec<(Address, At)>,
    pub(super) renames: Vec<Rename>,
    pub(super) protected: BTreeSet<Address>,
    /// Uses of partnerships that are to end, by their position.
    uses: BTreeMap<usize, Vec<(At, String)>>,
    partner_names: HashMap<Name, usize>,
    customer_names: HashMap<Name, usize>,
    broken: BTreeSet<Broken>,
    untold: Untolds,
    suggested: BTreeMap<(Kind, Name), Option<String>>,
    compared: usize,
}

impl Draft {
    /// With the documents that had faults of their own, and those that cannot be told: references to them are not
    /// findings.
    pub(super) fn new(broken: Vec<Broken>, untold: Vec<Untold>) -> Self {
        Self { broken: broken.into_iter().collect(), untold: Untolds::new(untold), ..Self::default() }
    }
    /// For each file with references into it that were not checked, a note.
    pub(super) fn unchecked(&self) -> impl Iterator<Item = Finding> {
        self.untold.unchecked()
    }
    /// Whether a document of this kind had faults.
    pub(super) fn some_broken(&self, kind: Kind) -> bool {
        self.untold.some(kind) || self.broken.iter().any(|broken| broken.kind == kind)
    }
    /// Whether this document had faults.
    pub(super) fn is_broken(&self, kind: Kind, name: &Name) -> bool {
        self.broken_as(kind, name).next().is_some() || self.untold.may_be(name, |it| it.may_be(kind))
    }
    /// Whether the document of this subscription had faults.
    pub(super) fn is_broken_subscription(&self, customer: &CustomerKey, name: &Name) -> bool {
        let theirs = |broken: &Broken| match (&broken.customer, customer) {
            (Some(broken), CustomerKey::Named(customer)) => broken == customer,
            (Some(_), CustomerKey::Id(_) | CustomerKey::Domain(_)) => false,
            (None, _) => true,
        };
        self.broken_as(Kind::Subscription, name).any(theirs) || self.untold.may_be(name, Untold::may_hold_subscriptions)
    }
    fn broken_as<'a>(&'a self, kind: Kind, name: &'a Name) -> impl Iterator<Item = &'a Broken> {
        let first = Broken { kind, name: name.clone(), customer: None, mentions: Vec::new() };
        self.broken.range(first..).take_while(move |broken| broken.kind == kind && broken.name == *name)
    }

    /// Adds a partnership; names are unique.
    pub(super) fn add_partner(&mut self, partner: Partner) {
        self.partner_names.insert(partner.resolved.name.clone(), self.partners.len());
        self.partners.push(partner);
    }
    /// Adds a customer; names are unique.
    pub(super) fn add_customer(&mut self, customer: Declared) {
        self.customer_names.insert(customer.name.clone(), self.customers.len());
        self.customers.push(customer);
    }
    /// Makes room.
    pub(super) fn reserve_customers(&mut self, count: usize) {
        self.customers.reserve(count);
        self.customer_names.reserve(count);
    }
    /// The position of a partnership, if it is declared.
    pub(super) fn find_partner(&self, name: &Name) -> Option<usize> {
        self.partner_names.get(name).copied()
    }
    /// The position of a customer, if it is declared.
    pub(super) fn find_customer(&self, name: &Name) -> Option<usize> {
        self.customer_names.get(name).copied()
    }

    /// The partnership that somebody (`says`: "customer `a` names reseller") names; a finding when it is not declared.
    pub(super) fn partner(&mut self, name: &Name, at: At, says: fmt::Arguments<'_>) -> Option<usize> {
        let found = self.find_partner(name);
        if found.is_none() {
            self.dangling(Kind::Partnership, name, at, says);
        }
        found
    }
    /// The same; a finding also when the partnership is to end.
    pub(super) fn active_partner(&mut self, name: &Name, at: At, says: fmt::Arguments<'_>) -> Option<usize> {
        let found = self.partner(name, at, says)?;
        match self.partners[found].resolved.ensure {
            Ensure::Active => {}
            Ensure::Ended => self.uses.entry(found).or_default().push((at, says.to_string())),
        }
        Some(found)
    }
    /// Says of each partnership that is to end where it is still used: one finding with every place.
    pub(super) fn find_uses(&mut self) {
        for (found, mut places) in std::mem::take(&mut self.uses) {
            places.sort();
            let Partner { resolved, admin_agents: _, transfer_to } = &self.partners[found];
            let message = format!("partnership `{}` is to end and is still named", resolved.name);
            let count = match places.len() {
                1 => "in 1 place".to_owned(),
                n => format!("in {n} places"),
            };
            let old = &resolved.name;
            let set = |next: &str| {
                format!(
                    "twotier set customer --naming {old} reseller={next} partnerOfRecord={next} supportContact={next}"
                )
            };
            let help = match transfer_to {
                Some(next) => {
                    format!("{count}: name `{next}`, which takes over; in many files at once: `{}`", set(next.as_str()))
                }
                None => format!(
                    "{count}: name another partnership, or remove the line: nothing is taken away by that; \
                     in many files at once: `{}`",
                    set("OTHER")
                ),
            };
            let mut finding = Finding::error(Code::EndedReseller, resolved.ensure_at, message).help(help);
            finding.related = places;
            self.findings.push(finding);
        }
    }
    /// The customer that somebody names; a finding when it is not declared.
    pub(super) fn customer(&mut self, name: &Name, at: At, says: fmt::Arguments<'_>) -> Option<usize> {
        let found = self.find_customer(name);
        if found.is_none() {
            self.dangling(Kind::Customer, name, at, says);
        }
        found
    }

    /// Says which names that documents with faults give to others are not declared.
    pub(super) fn find_mentions(&mut self) {
        let mut all = Vec::new();
        for Broken { kind, name, customer: _, mentions } in &self.broken {
            all.extend(
                mentions
                    .iter()
                    .map(|mention| (mention.clone(), format!("{} `{name}` names {}", kind.slug(), mention.what))),
            );
        }
        for (Mention { kind, name, at, what: _ }, says) in all {
            let known = match kind {
                Kind::Partnership => self.find_partner(&name).is_some(),
                Kind::Customer => self.find_customer(&name).is_some(),
                Kind::Provider
                | Kind::ResellerAssociation
                | Kind::Subscription
                | Kind::SupportDelegation
                | Kind::AzureAccess
                | Kind::Acknowledgement => true,
            };
            if !known {
                self.dangling(kind, &name, at, format_args!("{says}"));
            }
        }
    }

    /// Says that a name is not declared, unless its document had faults.
    fn dangling(&mut self, kind: Kind, name: &Name, at: At, says: fmt::Arguments<'_>) {
        if self.is_broken(kind, name) {
            return;
        }
        let mut finding =
            Finding::error(Code::DanglingReference, at, format!("{says} `{name}`, which no manifest declares"));
        let owner =
            self.partners.iter().find(|it| it.resolved.partner_ids.iter().any(|id| id.as_str() == name.as_str()));
        let owner = owner.filter(|_| kind == Kind::Partnership).map(|it| it.resolved.name.clone());
        finding.help = Some(match (owner, self.suggest(kind, name)) {
            (Some(owner), _) => {
                format!(
                    "that is a PartnerID of it: write `{owner}`, or where a PartnerID can be chosen `{{partnership: {owner}, partnerId: \"{name}\"}}`"
                )
            }
            (None, Some(meant)) => format!("did you mean `{meant}`?"),
            (None, None) => format!("declare a {} of that name, or correct it", kind.name()),
        });
        self.findings.push(finding);
    }

    fn suggest(&mut self, kind: Kind, name: &Name) -> Option<String> {
        let key = (kind, name.clone());
        if let Some(known) = self.suggested.get(&key) {
            return known.clone();
        }
        let partners = self.partners.iter().map(|partner| partner.resolved.name.as_str());
        let customers = self.customers.iter().map(|customer| customer.name.as_str());
        let (count, names): (_, &mut dyn Iterator<Item = &str>) = match kind {
            Kind::Partnership => (self.partners.len(), &mut { partners }),
            Kind::Customer => (self.customers.len(), &mut { customers }),
            Kind::Provider
            | Kind::ResellerAssociation
            | Kind::Subscription
            | Kind::SupportDelegation
            | Kind::AzureAccess
            | Kind::Acknowledgement => return None,
        };
        if self.compared + count > COMPARISONS {
            return None;
        }
        self.compared += count;
        let meant = nearest(name.as_str(), names).map(str::to_owned);
        self.suggested.insert(key, meant.clone());
        meant
    }

    /// Adds an error.
    pub(super) fn error(&mut self, code: Code, at: At, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::error(code, at, message).help(help));
    }
    /// Says of a name that people read which letter of it is not what it looks like.
    pub(super) fn spelled(&mut self, name: &Spanned<SmolStr>) {
        let Some((word, odd)) = mixed(&name.value) else { return };
        let message = format!("`{word}` has a letter of another alphabet among its own: `{odd}` is {}", numbered(odd));
        let help = "it reads as another name: write the word in one alphabet";
        self.findings.push(Finding::warning(Code::MixedLetters, name.at, message).help(help));
    }
    /// Adds an error that names another place.
    pub(super) fn clash(&mut self, code: Code, at: At, message: String, mend: (&str, At, &str)) {
        let (help, other, what) = mend;
        self.findings.push(Finding::error(code, at, message).help(help).related(other, what));
    }
}
