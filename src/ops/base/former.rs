//! What a new document was before it had another name: by its own word, by the live object it means, or with its customer.
//! So what it says otherwise is told from what to what. Pure.

use super::Rewritten;
use super::unshown::Subject;
use crate::manifest::{Fields, Told};
use crate::model::Address;
use std::collections::BTreeMap;

/// The field that names what a document was called before.
pub(super) const RENAMED: &str = "metadata.renamedFrom";

/// Documents that are there no more, and what each said.
pub(super) struct Formers<'c> {
    rewritten: &'c BTreeMap<Subject, Rewritten>,
    gone: BTreeMap<&'c Address, &'c Fields>,
    identities: BTreeMap<String, &'c Address>,
}

impl<'c> Formers<'c> {
    pub(super) fn of(rewritten: &'c BTreeMap<Subject, Rewritten>) -> Self {
        let gone: BTreeMap<&Address, &Fields> = rewritten.iter().filter_map(gone).collect();
        let of = |(address, fields): (&&'c Address, &&Fields)| {
            let address = *address;
            identities(address, fields).into_iter().map(move |identity| (identity, address))
        };
        let identities = gone.iter().flat_map(of).collect();
        Self { rewritten, gone, identities }
    }
    /// All of them.
    pub(super) fn gone(&self) -> impl Iterator<Item = &'c Address> {
        self.gone.keys().copied()
    }
    /// What a new document was before.
    pub(super) fn former(&self, address: &Address, now: &Fields) -> Option<(&'c Address, &'c Fields)> {
        let meant = || identities(address, now).into_iter().find_map(|identity| self.identities.get(&identity));
        let old = match renamed(now) {
            Some(old) => named_as(address, old),
            None => meant().map(|old| (*old).clone()).or_else(|| self.with_its_customer(address)),
        };
        self.gone.get_key_value(&old?).map(|(address, fields)| (*address, *fields))
    }
    /// A subscription under the former name of its customer.
    fn with_its_customer(&self, address: &Address) -> Option<Address> {
        let customer = Address::Customer(address.as_subscription()?.customer.clone());
        let Rewritten { then, now } = self.rewritten.get(&Subject::Document(customer.clone()))?;
        let now = now.as_ref().filter(|_| then.is_none())?;
        let (old, _) = self.former(&customer, now)?;
        format!("subscription/{}/{}", own_name(old), own_name(address)).parse().ok()
    }
}

/// The last part of an address.
pub(super) fn own_name(address: &Address) -> String {
    let shown = address.to_string();
    shown.rsplit_once('/').map_or(shown.clone(), |(_, own)| own.to_owned())
}

/// A document that is there no more, and what it said.
fn gone<'c>((subject, Rewritten { then, now }): (&'c Subject, &'c Rewritten)) -> Option<(&'c Address, &'c Fields)> {
    match (subject, then, now) {
        (Subject::Document(address), Some(then), None) => Some((address, then)),
        (Subject::Document(_) | Subject::File(_), _, _) => None,
    }
}

/// The name that a document says it had before.
fn renamed(fields: &Fields) -> Option<&str> {
    match fields.get(RENAMED)? {
        Told::One(name) => Some(name),
        Told::List(_) => None,
    }
}

fn named_as(address: &Address, name: &str) -> Option<Address> {
    let shown = address.to_string();
    let (lead, _) = shown.rsplit_once('/')?;
    format!("{lead}/{name}").parse().ok()
}

/// What says which live object a document means, each with its field; of providers there is one.
fn identities(address: &Address, fields: &Fields) -> Vec<String> {
    let (kind, names): (&str, &[&str]) = match address {
        Address::Provider(_) => return vec!["provider".to_owned()],
        Address::Partnership(_) => ("partnership", &["reseller.tenantId", "reseller.partnerIds"]),
        Address::Customer(_) => ("customer", &["tenantId", "domain", "create.domainPrefix"]),
        Address::Subscription(_) => ("subscription", &["subscriptionId"]),
        Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => return Vec::new(),
    };
    let says = |name: &&str| {
        let text = match fields.get(*name)? {
            Told::One(text) => text,
            Told::List(parts) => parts.first()?,
        };
        Some(format!("{kind} {name} {}", text.to_lowercase()))
    };
    names.iter().filter_map(says).collect()
}
