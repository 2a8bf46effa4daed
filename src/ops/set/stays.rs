//! What stays with the reseller that customers are taken from, because it is written by name: counted, with the command
//! that moves it too. Never changes anything itself.

use super::{Order, Written};
use crate::manifest::Parsed;
use crate::manifest::document::{CustomerRef, PartnerOfRecordRef, Presence, Spec, SupportContactRef};
use crate::model::{Name, PartnerId};
use std::collections::{BTreeMap, BTreeSet};

/// What names the old reseller still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// `partnerOfRecord` of subscriptions.
    PartnerOfRecord,
    /// An assertion of one of its PartnerIDs.
    Asserted,
    /// `supportContact` of customers.
    SupportContact,
    /// A SupportDelegation for these customers alone.
    Delegation,
    /// A SupportDelegation for other customers too.
    SharedDelegation,
    /// An AzureAccess for the reseller's own group.
    Access,
    /// An AzureAccess whose principal is written out.
    AccessOfPrincipal,
}
impl What {
    /// In words, for one and for many.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::PartnerOfRecord => ("partner of record", "partners of record"),
            Self::Asserted => ("asserted partner of record", "asserted partners of record"),
            Self::SupportContact => ("support contact", "support contacts"),
            Self::Delegation => ("support delegation", "support delegations"),
            Self::SharedDelegation => {
                ("support delegation for other customers too", "support delegations for other customers too")
            }
            Self::Access => ("Azure access", "Azure accesses"),
            Self::AccessOfPrincipal => ("Azure access of a named principal", "Azure accesses of named principals"),
        }
    }
    /// The kind and field that `set` is told; none when only a person can say what is meant.
    fn set(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::PartnerOfRecord | Self::Asserted => Some(("subscription", "partnerOfRecord")),
            Self::SupportContact => Some(("customer", "supportContact")),
            Self::Delegation => Some(("support-delegation", "supportContact")),
            Self::Access => Some(("azure-access", "reseller")),
            Self::SharedDelegation | Self::AccessOfPrincipal => None,
        }
    }
}

/// Something that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stays {
    /// With whom.
    pub with: Name,
    /// What it is.
    pub what: What,
    /// The documents, or subscriptions as `customer/name`, sorted.
    pub names: BTreeSet<String>,
    /// What moves it too; none when only a person can say what is meant.
    pub mend: Option<String>,
}

/// What stays where it is when customers go from their resellers to another, by old reseller.
pub(super) fn stays(before: &Written, after: &Written, order: &Order, to: Option<&Name>) -> Vec<Stays> {
    let left = left(before, after);
    let mut found: BTreeMap<(Name, What), BTreeSet<String>> = BTreeMap::new();
    let search = Search { left: &left, ids: ids(after), order };
    for parsed in &after.documents {
        search.document(parsed, &mut |with, what, name| {
            found.entry((with.clone(), what)).or_default().insert(name);
        });
    }
    // What stays of one sort, with whomever: one command may move it all.
    let mut together: BTreeMap<What, BTreeSet<String>> = BTreeMap::new();
    for ((_, what), names) in &found {
        together.entry(*what).or_default().extend(names.iter().cloned());
    }
    let is_all = |what: &What, names| after_order(after, order, *what).as_ref() == Some(names);
    let reached: BTreeSet<What> = together.iter().filter(|(what, names)| is_all(what, names)).map(|it| *it.0).collect();
    let told = |((with, what), names): ((Name, What), BTreeSet<String>)| {
        let mend = what.set().zip(to).map(|((kind, field), to)| {
            let all = selection(order).filter(|_| reached.contains(&what));
            let short = all.map(|all| format!("twotier set customer {all} {field}={to}"));
            let named = || names.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            short.unwrap_or_else(|| format!("twotier set {kind} {} {field}={to}", named()))
        });
        Stays { with, what, names, mend }
    };
    found.into_iter().map(told).collect()
}

/// The words that select the documents of an order, where they are shorter than their names.
fn selection(order: &Order) -> Option<String> {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    if !order.names.is_empty()
        || order.naming.is_some()
        || order.labels.iter().any(|(key, value)| !(plain(key) && plain(value)))
    {
        return None;
    }
    let labels: Vec<String> = order.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Some(if labels.is_empty() { "--all".to_owned() } else { format!("-l {}", labels.join(",")) })
}

/// Everything that the same selection would write this field into; none where it would not reach it.
fn after_order(written: &Written, order: &Order, what: What) -> Option<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let owners = order.owners(written);
    for parsed in &written.documents {
        if let (Spec::Subscription(spec), What::PartnerOfRecord) = (&parsed.document.spec, what)
            && owners.contains(&spec.customer.value)
        {
            all.insert(format!("{}/{}", spec.customer.value, parsed.document.metadata.name.value));
        }
    }
    for parsed in written.documents.iter().filter(|parsed| order.has_labels(parsed)) {
        let own = &parsed.document.metadata.name.value;
        if let Spec::Customer(spec) = &parsed.document.spec {
            match what {
                What::PartnerOfRecord => all.extend(spec.subscriptions.keys().map(|leaf| format!("{own}/{leaf}"))),
                What::SupportContact => all.extend([own.to_string()]),
                What::Asserted | What::Delegation | What::SharedDelegation | What::Access | What::AccessOfPrincipal => {
                    return None;
                }
            }
        }
    }
    Some(all)
}

/// Customers whose reseller changes, with the old one.
fn left(before: &Written, after: &Written) -> BTreeMap<Name, Name> {
    let now = resellers(after);
    resellers(before).into_iter().filter(|(customer, old)| now.get(customer) != Some(old)).collect()
}

fn resellers(written: &Written) -> BTreeMap<Name, Name> {
    let reseller = |parsed: &Parsed| {
        let reseller = parsed.document.spec.customer()?.reseller.as_ref()?;
        Some((parsed.document.metadata.name.value.clone(), reseller.value.clone()))
    };
    written.documents.iter().filter_map(reseller).collect()
}

/// PartnerIDs of partnerships.
pub(super) fn ids(written: &Written) -> BTreeMap<PartnerId, Name> {
    let mut ids = BTreeMap::new();
    for parsed in &written.documents {
        if let Spec::Partnership(spec) = &parsed.document.spec {
            let name = &parsed.document.metadata.name.value;
            ids.extend(spec.reseller.partner_ids.iter().map(|id| (id.value.clone(), name.clone())));
        }
    }
    ids
}

struct Search<'a> {
    left: &'a BTreeMap<Name, Name>,
    ids: BTreeMap<PartnerId, Name>,
    order: &'a Order,
}

impl Search<'_> {
    fn document(&self, parsed: &Parsed, tell: &mut dyn FnMut(&Name, What, String)) {
        let own = &parsed.document.metadata.name.value;
        match &parsed.document.spec {
            Spec::Customer(spec) => {
                let Some(old) = self.left.get(own) else { return };
                if names_as_support(spec.support_contact.as_ref().map(|it| &it.value), old) {
                    tell(old, What::SupportContact, own.to_string());
                }
                for (leaf, one) in &spec.subscriptions {
                    let what = self.partner(one.partner_of_record.as_ref().map(|it| &it.value), old);
                    what.into_iter().for_each(|what| tell(old, what, format!("{own}/{leaf}")));
                }
            }
            Spec::Subscription(spec) => {
                let customer = &spec.customer.value;
                let Some(old) = self.left.get(customer) else { return };
                let what = self.partner(spec.partner_of_record.as_ref().map(|it| &it.value), old);
                what.into_iter().for_each(|what| tell(old, what, format!("{customer}/{own}")));
            }
            Spec::SupportDelegation(spec) => {
                let olds: Vec<Option<&Name>> = spec.customers.iter().map(|it| self.old(&it.value)).collect();
                let names = |old: &&&Name| names_as_support(Some(&spec.support_contact.value), old);
                let Some(old) = olds.iter().flatten().find(names) else { return };
                let all = olds.iter().all(|it| it.is_some());
                tell(old, if all { What::Delegation } else { What::SharedDelegation }, own.to_string());
            }
            Spec::AzureAccess(spec) => {
                let Some(old) = self.left.get(&spec.customer.value).filter(|old| **old == spec.reseller.value) else {
                    return;
                };
                match spec.ensure.value {
                    Presence::Present if spec.principal.is_none() => tell(old, What::Access, own.to_string()),
                    Presence::Present => tell(old, What::AccessOfPrincipal, own.to_string()),
                    Presence::Absent => {}
                }
            }
            Spec::Provider(_) | Spec::Partnership(_) | Spec::ResellerAssociation(_) | Spec::Acknowledgement(_) => {}
        }
    }

    /// The reseller that a customer left.
    fn old(&self, customer: &CustomerRef) -> Option<&Name> {
        match customer {
            CustomerRef::Named(name) => self.left.get(name),
            CustomerRef::Id(_) | CustomerRef::Domain(_) => None,
        }
    }

    /// What of a partner of record names the old reseller. What was counted as left by the same order is not told twice.
    fn partner(&self, written: Option<&PartnerOfRecordRef>, old: &Name) -> Option<What> {
        match written? {
            PartnerOfRecordRef::Partnership(name) | PartnerOfRecordRef::Exact { partnership: name, .. } => {
                (name == old).then_some(What::PartnerOfRecord)
            }
            PartnerOfRecordRef::Asserted(id) => {
                let told = self.order.all().any(|value| value.field() == "partnerOfRecord");
                (!told && self.ids.get(id) == Some(old)).then_some(What::Asserted)
            }
            PartnerOfRecordRef::None => None,
        }
    }
}

fn names_as_support(written: Option<&SupportContactRef>, old: &Name) -> bool {
    match written {
        Some(SupportContactRef::Partnership(name)) => name == old,
        Some(SupportContactRef::Provider) | None => false,
    }
}
