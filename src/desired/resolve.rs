//! From documents to [`Desired`]: the order in which the rules see them, and the result put together. Holds no rule.

use super::draft::Draft;
use super::identities::Identities;
use super::{
    Desired, acknowledgements, azure, customers, endings, partnerships, provider, relations, renames, sort,
    subscriptions, support,
};
use crate::diag::{At, Code, Finding, Severity};
use crate::manifest::Manifests;
use crate::model::Address;
use std::collections::BTreeMap;

/// Checks every document against every other and resolves every reference.
///
/// The findings are those of `manifests` and those made here, sorted by place. References to documents that have
/// faults of their own are no findings; a note says in which files these may be. There is a result only when no finding is an error.
#[must_use]
pub fn resolve(manifests: Manifests) -> (Option<Desired>, Vec<Finding>) {
    let Manifests { documents, broken, untold, mut findings } = manifests;
    let mut draft = Draft::new(broken, untold);
    let documents = sort::sort(&mut draft, documents);
    provider::resolve(&mut draft, documents.providers);
    partnerships::resolve(&mut draft, documents.partnerships);
    customers::resolve(&mut draft, documents.customers);
    subscriptions::resolve(&mut draft, documents.subscriptions);
    let known = Identities::new(&mut draft);
    relations::associations(&mut draft, &known, documents.associations);
    support::resolve(&mut draft, &known, documents.delegations);
    drop(known);
    azure::resolve(&mut draft, documents.azure);
    acknowledgements::resolve(&mut draft, documents.acknowledgements);
    draft.find_uses();
    draft.find_mentions();
    let declared = declared(&draft);
    endings::check_left_behind(&mut draft, &declared);
    acknowledgements::check_causes(&mut draft, &declared);
    let renamed = renames::resolve(&mut draft, &declared);
    findings.retain(|finding| !is_mended_otherwise(finding, &draft.findings));
    findings.append(&mut draft.findings);
    findings.extend(draft.unchecked());
    findings.sort_by(|a, b| (a.at, a.code, &a.message).cmp(&(b.at, b.code, &b.message)));
    let faultless = findings.iter().all(|finding| finding.severity != Severity::Error);
    let desired = if faultless { assemble(draft, declared, renamed) } else { None };
    (desired, findings)
}

/// Whether quotes would not mend a number: it stands where a name does, and nothing is declared under it.
fn is_mended_otherwise(finding: &Finding, found: &[Finding]) -> bool {
    let dangling = |other: &Finding| other.code == Code::DanglingReference && other.at == finding.at;
    finding.code == Code::UnquotedText && found.iter().any(dangling)
}

/// Every declared address with its place.
fn declared(draft: &Draft) -> BTreeMap<Address, At> {
    let provider = draft.provider.iter().map(|provider| (Address::Provider(provider.name.clone()), provider.at));
    let partnerships = draft.partners.iter().map(|p| (Address::Partnership(p.resolved.name.clone()), p.resolved.at));
    let customers = draft.customers.iter().map(|customer| (Address::customer(&customer.name), customer.at));
    let subscriptions = draft.subscriptions.iter().map(|(s, _)| (Address::Subscription(s.key.clone()), s.at));
    provider.chain(partnerships).chain(customers).chain(subscriptions).chain(draft.documents.iter().cloned()).collect()
}

fn assemble(draft: Draft, declared: BTreeMap<Address, At>, renamed: BTreeMap<Address, Address>) -> Option<Desired> {
    let customers = draft.customers.into_iter().filter_map(|customer| customer.resolved);
    Some(Desired {
        provider: draft.provider?,
        partnerships: draft.partners.into_iter().map(|p| (p.resolved.name.clone(), p.resolved)).collect(),
        customers: customers.map(|customer| (customer.key.clone(), customer)).chain(draft.named).collect(),
        subscriptions: draft.subscriptions.into_iter().map(|(s, _)| (s.key.clone(), s)).collect(),
        associations: draft.associations.into_iter().collect(),
        support: draft.support.into_iter().collect(),
        azure: draft.azure.into_iter().collect(),
        acknowledgements: draft.acknowledgements.into_iter().collect(),
        renamed,
        protected: draft.protected,
        declared,
    })
}
