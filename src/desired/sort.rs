//! Documents by kind and name: what all kinds share (`metadata`) is judged here, and equal addresses are found. Never
//! looks into a `spec`.

use super::draft::{Draft, Rename};
use crate::diag::{At, Code, Finding};
use crate::manifest::Parsed;
use crate::manifest::document::{
    Acknowledgement, AzureAccess, Customer, Document, Metadata, Partnership, Provider, ResellerAssociation, Spec,
    StandaloneSubscription, SupportDelegation,
};
use crate::model::{Address, Kind, Name};

/// The annotation that forbids taking away.
const PROTECT: &str = "twotier/protect";

/// A document of one kind.
pub(super) struct Doc<T> {
    /// `metadata.name`.
    pub(super) name: Name,
    /// Where that stands.
    pub(super) at: At,
    /// Whether it is protected.
    pub(super) guard: Guard,
    /// Its `spec`.
    pub(super) spec: Box<T>,
}

/// Whether a document is protected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    /// No step may take something away.
    Protected,
    /// Not said.
    Open,
}

/// Every document, by kind; each list sorted by name without duplicates, except `providers` (by place) and
/// `subscriptions` (by customer, name and place; duplicates are found together with the inline ones).
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) providers: Vec<Doc<Provider>>,
    pub(super) partnerships: Vec<Doc<Partnership>>,
    pub(super) customers: Vec<Doc<Customer>>,
    pub(super) associations: Vec<Doc<ResellerAssociation>>,
    pub(super) subscriptions: Vec<Doc<StandaloneSubscription>>,
    pub(super) delegations: Vec<Doc<SupportDelegation>>,
    pub(super) azure: Vec<Doc<AzureAccess>>,
    pub(super) acknowledgements: Vec<Doc<Acknowledgement>>,
}

/// Sorts documents by kind, name and place.
pub(super) fn sort(draft: &mut Draft, documents: Vec<Parsed>) -> Sorted {
    let mut sorted = Sorted::default();
    for Parsed { document: Document { metadata, spec }, at: _, api_version: _, kind: _ } in documents {
        match spec {
            Spec::Provider(spec) => {
                sorted.providers.push(doc(draft, metadata, spec, |_, name| Address::Provider(name)))
            }
            Spec::Partnership(spec) => {
                sorted.partnerships.push(doc(draft, metadata, spec, |_, name| Address::Partnership(name)));
            }
            Spec::Customer(spec) => {
                sorted.customers.push(doc(draft, metadata, spec, |_, name| Address::customer(&name)));
            }
            Spec::ResellerAssociation(spec) => {
                sorted.associations.push(doc(draft, metadata, spec, |_, name| Address::ResellerAssociation(name)));
            }
            Spec::Subscription(spec) => {
                let address = |spec: &StandaloneSubscription, name| Address::subscription(&spec.customer, &name);
                sorted.subscriptions.push(doc(draft, metadata, spec, address));
            }
            Spec::SupportDelegation(spec) => {
                sorted.delegations.push(doc(draft, metadata, spec, |_, name| Address::SupportDelegation(name)));
            }
            Spec::AzureAccess(spec) => {
                sorted.azure.push(doc(draft, metadata, spec, |_, name| Address::AzureAccess(name)));
            }
            Spec::Acknowledgement(spec) => {
                sorted.acknowledgements.push(doc(draft, metadata, spec, |_, name| Address::Acknowledgement(name)));
            }
        }
    }
    sorted.providers.sort_by_key(|provider| provider.at);
    sorted
        .subscriptions
        .sort_by(|a, b| (&a.spec.customer.value, &a.name, a.at).cmp(&(&b.spec.customer.value, &b.name, b.at)));
    unique(draft, &mut sorted.partnerships, Kind::Partnership);
    unique(draft, &mut sorted.customers, Kind::Customer);
    unique(draft, &mut sorted.associations, Kind::ResellerAssociation);
    unique(draft, &mut sorted.delegations, Kind::SupportDelegation);
    unique(draft, &mut sorted.azure, Kind::AzureAccess);
    unique(draft, &mut sorted.acknowledgements, Kind::Acknowledgement);
    sorted
}

/// One document, with what its metadata say noted.
fn doc<T>(draft: &mut Draft, metadata: Metadata, spec: Box<T>, address: impl Fn(&T, Name) -> Address) -> Doc<T> {
    let Metadata { name, labels: _, annotations, renamed_from } = metadata;
    // Which annotations exist, and that this one is "true" or "false", is judged where documents are read.
    let protect = annotations.get(PROTECT).is_some_and(|value| value.as_str() == "true");
    let guard = if protect { Guard::Protected } else { Guard::Open };
    if guard == Guard::Protected {
        draft.protected.insert(address(&spec, name.value.clone()));
    }
    if let Some(old) = renamed_from {
        let new = address(&spec, name.value.clone());
        draft.renames.push(Rename { new, old: address(&spec, old.value), at: old.at });
    }
    Doc { name: name.value, at: name.at, guard, spec }
}

/// Sorts, and keeps the first of each name.
fn unique<T>(draft: &mut Draft, docs: &mut Vec<Doc<T>>, kind: Kind) {
    docs.sort_by(|a, b| a.name.cmp(&b.name).then(a.at.cmp(&b.at)));
    docs.dedup_by(|again, first| {
        let same = again.name == first.name;
        if same {
            draft.findings.push(twice(kind, &again.name, again.at, first.at));
        }
        same
    });
}

/// Says that an address is declared twice.
pub(super) fn twice(kind: Kind, name: &impl std::fmt::Display, again: At, first: At) -> Finding {
    Finding::error(Code::EqualAddress, again, format!("{} `{name}` is declared twice", kind.name()))
        .help("keep one of the two, or give one another name")
        .related(first, "first here")
}

/// `a`, `b` and `c`, each in backticks.
pub(super) fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    let mut out = String::new();
    for (i, word) in words.iter().enumerate() {
        let between = match i {
            0 => "",
            i if i + 1 == words.len() => " and ",
            _ => ", ",
        };
        out.push_str(between);
        out.push('`');
        out.push_str(word.as_ref());
        out.push('`');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};

    #[test]
    fn an_address_is_declared_once() {
        check(
            "Customer contoso {tenantId: %c1}\nCustomer contoso {tenantId: %c2}\nPartnership contoso {reseller: {displayName: C, partnerIds: [\"4833333\"], country: HU, contact: {email: a@c.example}}, ensure: active}",
            &[
                "TT0108 error at contoso: Customer `contoso` is declared twice; help: keep one of the two, or give one another name; also at contoso: first here",
            ],
        );
    }

    #[test]
    fn protection_covers_what_stands_inside_the_document() {
        let subscriptions = "subscriptions: {m365: {subscriptionId: %s1}}";
        let desired = meant(&format!(
            "Customer contoso, {{annotations: {{twotier/protect: \"true\"}}}} {{tenantId: %c1, {subscriptions}}}\n\
             Customer litware, {{annotations: {{twotier/protect: \"false\"}}}} {{tenantId: %c2}}\n\
             Subscription visio, {{annotations: {{twotier/protect: \"true\"}}}} {{customer: litware, subscriptionId: %s2}}"
        ));
        let protected: Vec<String> = desired.protected.iter().map(ToString::to_string).collect();
        assert_eq!(protected, ["customer/contoso", "subscription/contoso/m365", "subscription/litware/visio"]);
    }
}
