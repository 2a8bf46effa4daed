//! What is worth saying about the live tenant, whether or not a step would touch it: each rule with its code, its
//! severity and its check, in one table. Severities and exceptions come from the project; never blocks a step.

mod customers;
mod resellers;
mod subscriptions;

use crate::desired::{self, Desired};
use crate::diag::{At, Code, Finding, Severity};
use crate::diff::{Diff, Sides, unknown};
use crate::ledger::LiveId;
use crate::model::{Address, CustomerId, CustomerKey, Date, Leaf, SubscriptionKey};
use crate::observed::{Facet, Subscription};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// One rule of `lint`.
pub struct Lint {
    /// The code of its findings.
    pub code: Code,
    /// How bad they are where the project says nothing else.
    pub severity: Severity,
    check: fn(&mut View<'_, '_>),
}

/// Every rule, in the order of codes.
pub const LINTS: &[Lint] = &[
    Lint { code: Code::CustomerAbsent, severity: Severity::Error, check: customers::absent },
    Lint { code: Code::SubscriptionAbsent, severity: Severity::Error, check: subscriptions::absent },
    Lint { code: Code::SubscriptionNotActive, severity: Severity::Warning, check: subscriptions::out_of_use },
    Lint { code: Code::AgreementMissing, severity: Severity::Warning, check: customers::agreement_missing },
    Lint { code: Code::NoRecipients, severity: Severity::Error, check: customers::no_recipients },
    Lint { code: Code::ResellerNotAssociated, severity: Severity::Warning, check: subscriptions::not_associated },
    Lint { code: Code::PartnershipGone, severity: Severity::Error, check: resellers::gone },
    Lint { code: Code::CredentialsKept, severity: Severity::Warning, check: customers::credentials_kept },
    Lint { code: Code::CredentialsUndelivered, severity: Severity::Warning, check: customers::credentials_undelivered },
    Lint { code: Code::NoContact, severity: Severity::Note, check: customers::no_contact },
    Lint { code: Code::RenewalUnclear, severity: Severity::Warning, check: subscriptions::renewal_unclear },
    Lint { code: Code::PartnerInvalid, severity: Severity::Error, check: resellers::partner_invalid },
    Lint { code: Code::PartnerContradicts, severity: Severity::Error, check: resellers::contradicts },
    Lint { code: Code::AgreementUnsigned, severity: Severity::Error, check: resellers::agreement_unsigned },
    Lint { code: Code::ResellerUnknown, severity: Severity::Error, check: resellers::reseller_unknown },
    Lint { code: Code::ResellerRegion, severity: Severity::Error, check: resellers::other_region },
    Lint { code: Code::Stranger, severity: Severity::Warning, check: resellers::stranger },
    Lint { code: Code::PartnershipNotActive, severity: Severity::Error, check: resellers::not_active },
    Lint { code: Code::OtherName, severity: Severity::Warning, check: resellers::other_name },
    Lint { code: Code::SupportedByStranger, severity: Severity::Warning, check: subscriptions::supported_by_stranger },
    Lint { code: Code::PartnerMissing, severity: Severity::Error, check: subscriptions::partner_missing },
    Lint { code: Code::PartnerUnknown, severity: Severity::Error, check: subscriptions::partner_unknown },
    Lint { code: Code::ExtendedTerm, severity: Severity::Warning, check: subscriptions::extended_term },
    Lint { code: Code::NoLimits, severity: Severity::Note, check: customers::no_limits },
    Lint { code: Code::NoAdminAccess, severity: Severity::Note, check: customers::no_admin_access },
];

/// Which customers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// Those that documents speak of.
    Declared,
    /// Every customer of the provider.
    All,
}

/// What a project says about a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setting {
    /// Another severity than the rule's own.
    pub severity: Option<Level>,
    /// Addresses it is silent about.
    pub except: Vec<Exception>,
}

/// A severity, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The rule is not asked.
    Off,
    /// Its findings have this severity.
    At(Severity),
}

/// An address that a rule is silent about, for a reason, until the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Of which.
    pub address: Address,
    /// Why.
    pub reason: SmolStr,
    /// The last day.
    pub expires: Date,
}

/// By rule.
pub type Settings = BTreeMap<Code, Setting>;

/// What `lint` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    /// The findings that stand.
    pub findings: Vec<Finding>,
    /// How many more an exception keeps silent.
    pub excepted: usize,
    /// The customers that were not looked at, if there may be any.
    pub unseen: Option<Unseen>,
}

/// How many customers no document speaks of, so that nothing is said of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unseen {
    /// So many, at least one: the list of all was read.
    Exactly(usize),
    /// Those that the lists of resellers name: the list of all was not read.
    AtLeast(usize),
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'s> {
    /// Which customers.
    pub breadth: Breadth,
    /// What the project says.
    pub settings: &'s Settings,
    /// What expiries are held against.
    pub today: Date,
}

/// Runs every rule that is not off. What could not be read is a finding of its own: never taken for fine.
#[must_use]
pub fn lint(sides: Sides<'_>, diff: &Diff<'_>, question: Question<'_>) -> Linted {
    let mut view = View { sides, diff, customers: Vec::new(), found: Vec::new(), unread: BTreeSet::new() };
    view.customers = view.in_view(question.breadth);
    let mut linted = Linted { unseen: unseen(&view, question.breadth), ..Linted::default() };
    for Lint { code, severity, check } in LINTS {
        let setting = question.settings.get(code);
        let level = setting.and_then(|setting| setting.severity).unwrap_or(Level::At(*severity));
        let Level::At(severity) = level else { continue };
        check(&mut view);
        for finding in std::mem::take(&mut view.found) {
            settle(Finding { severity, ..finding }, setting, question.today, &mut linted);
        }
    }
    for what in view.unread {
        linted
            .findings
            .push(Finding::error(Code::Unknown, None, what).help("what was not read is not fine: lint again"));
    }
    linted
}

/// The customers of lists that were read anyway and that are not in view; no list is read to count them.
fn unseen(view: &View<'_, '_>, breadth: Breadth) -> Option<Unseen> {
    match breadth {
        Breadth::All => return None,
        Breadth::Declared => {}
    }
    let seen: BTreeSet<CustomerId> = view.customers.iter().map(|(_, id)| *id).collect();
    let observed = view.sides.look.observed();
    let listed: BTreeSet<CustomerId> = observed.customer_lists().flat_map(BTreeMap::keys).copied().collect();
    match (observed.customers(), listed.difference(&seen).count()) {
        (Facet::Known(_), 0) => None,
        (Facet::Known(_), left) => Some(Unseen::Exactly(left)),
        (Facet::Absent | Facet::Unknown(_), left) => Some(Unseen::AtLeast(left)),
    }
}

/// Leaves of the warnings and notes of a plan what the project says about their rules. Errors stay, and so does what
/// `lint` has no rule for.
pub fn silence(findings: &mut Vec<Finding>, settings: &Settings, today: Date) {
    let mut linted = Linted::default();
    for finding in std::mem::take(findings) {
        let is_ours = finding.severity != Severity::Error && LINTS.iter().any(|lint| lint.code == finding.code);
        let setting = settings.get(&finding.code).filter(|_| is_ours);
        match setting.and_then(|setting| setting.severity) {
            Some(Level::Off) => {}
            Some(Level::At(severity)) => settle(Finding { severity, ..finding }, setting, today, &mut linted),
            None => settle(finding, setting, today, &mut linted),
        }
    }
    *findings = linted.findings;
}

/// Whether the project says that a rule is silent about an address on a day, so that nothing else counts it either.
#[must_use]
pub fn is_silent(settings: &Settings, (code, address): (Code, &Address), today: Date) -> bool {
    let Some(Setting { severity, except }) = settings.get(&code) else { return false };
    let mut own = except.iter().filter(|exception| exception.address == *address);
    *severity == Some(Level::Off) || own.any(|exception| today <= exception.expires)
}

fn settle(finding: Finding, setting: Option<&Setting>, today: Date, linted: &mut Linted) {
    let exceptions = setting.map(|setting| setting.except.as_slice()).unwrap_or_default();
    let own = exceptions.iter().filter(|exception| Some(&exception.address) == finding.address.as_ref());
    match own.max_by_key(|exception| exception.expires) {
        Some(exception) if today <= exception.expires => linted.excepted += 1,
        Some(Exception { reason, expires, .. }) => {
            let over = format!("its exception ended on {expires} (`{reason}`)");
            let help = finding.help.as_ref().map_or(over.clone(), |help| format!("{help}; {over}"));
            linted.findings.push(finding.help(help));
        }
        None => linted.findings.push(finding),
    }
}

/// What a rule looks at, and where it says what it found.
pub(super) struct View<'a, 'd> {
    sides: Sides<'a>,
    diff: &'d Diff<'a>,
    customers: Vec<(CustomerKey, CustomerId)>,
    found: Vec<Finding>,
    unread: BTreeSet<String>,
}

/// A live subscription in view.
pub(super) struct Live<'a> {
    customer: CustomerId,
    key: SubscriptionKey,
    declared: Option<&'a desired::Subscription>,
    observed: &'a Subscription,
}

impl Live<'_> {
    fn at(&self) -> Option<At> {
        self.declared.map(|declared| declared.at)
    }
    fn address(&self) -> Address {
        Address::Subscription(self.key.clone())
    }
}

impl<'a> View<'a, '_> {
    fn desired(&self) -> &'a Desired {
        self.sides.desired
    }
    fn say(&mut self, code: Code, at: Option<At>, (address, message): (Address, String), help: &str) {
        self.found.push(Finding::warning(code, at, message).about(address).help(help));
    }
    /// The value of a facet; what is unknown is remembered.
    fn known<T>(&mut self, what: impl Fn() -> String, facet: Facet<T>) -> Option<T> {
        match facet {
            Facet::Known(value) => Some(value),
            Facet::Absent => None,
            Facet::Unknown(why) => {
                self.unread.insert(unknown(&what(), &why).message);
                None
            }
        }
    }
    fn in_view(&mut self, breadth: Breadth) -> Vec<(CustomerKey, CustomerId)> {
        let mut all: BTreeMap<CustomerId, CustomerKey> = BTreeMap::new();
        for (key, presence) in &self.diff.customers {
            if let Some(id) = presence.live() {
                all.insert(id, (*key).clone());
            }
        }
        if breadth == Breadth::All {
            let list = self.sides.look.customers();
            for id in self.known(|| "the list of customers".to_owned(), list).into_iter().flatten().map(|(id, _)| *id) {
                all.entry(id).or_insert(CustomerKey::Id(id));
            }
        }
        let mut all: Vec<(CustomerKey, CustomerId)> = all.into_iter().map(|(id, key)| (key, id)).collect();
        all.sort();
        all
    }
    /// Live subscriptions of the customers in view, by address.
    fn subscriptions(&mut self) -> Vec<Live<'a>> {
        let mut all = Vec::new();
        for (key, customer) in self.customers.clone() {
            let list = self.sides.look.subscriptions(customer);
            let Some(list) = self.known(|| format!("the subscriptions of customer `{key}`"), list) else { continue };
            for observed in list.iter().filter(|subscription| subscription.status.occupies()) {
                let bound = self.diff.bindings.address(LiveId::Subscription(customer, observed.id));
                let key = match bound {
                    Some(Address::Subscription(key)) => key.clone(),
                    Some(_) | None => SubscriptionKey { customer: key.clone(), leaf: Leaf::Id(observed.id) },
                };
                let declared = self.desired().subscriptions.get(&key);
                all.push(Live { customer, key, declared, observed });
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(address: &str) -> Finding {
        Finding::warning(Code::PartnerMissing, None, "none").about(address.parse().expect("an address"))
    }
    fn setting(expires: &str) -> Setting {
        let address = "subscription/contoso/m365".parse().expect("an address");
        let expires = expires.parse().expect("a date");
        Setting { severity: None, except: vec![Exception { address, reason: "moves in May".into(), expires }] }
    }

    #[test]
    fn an_exception_is_silent_until_its_last_day_and_says_so_afterwards() {
        let today = "2026-05-01".parse().expect("a date");
        let settled = |address: &str, setting: &Setting| {
            let mut linted = Linted::default();
            settle(found(address), Some(setting), today, &mut linted);
            linted
        };
        let silent = settled("subscription/contoso/m365", &setting("2026-05-01"));
        assert_eq!((silent.findings.len(), silent.excepted), (0, 1));
        let over = settled("subscription/contoso/m365", &setting("2026-04-30"));
        assert_eq!(over.excepted, 0);
        assert_eq!(over.findings[0].help.as_deref(), Some("its exception ended on 2026-04-30 (`moves in May`)"));
        assert_eq!(settled("subscription/contoso/other", &setting("2026-05-01")).findings.len(), 1);
    }

    #[test]
    fn every_rule_has_a_code_of_its_own() {
        let codes: BTreeSet<Code> = LINTS.iter().map(|lint| lint.code).collect();
        assert_eq!(codes.len(), LINTS.len());
    }
}
