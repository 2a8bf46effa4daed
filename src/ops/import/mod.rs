//! `import`: manifests for what is there. Reads the tenant, finds what no document declares yet, and proposes new files
//! and additions to old ones. Never removes or replaces anything that is written, and never writes a file itself.

mod base;
mod customers;
mod known;
mod names;
mod partnerships;
mod subscriptions;

use super::fault::Fault;
use super::observe::{self, Eyes, Progress};
use super::project::Place;
use super::recall::Recall;
use super::rewrite::{FileChange, Written};
use crate::backend::Observe;
use crate::desired::{Desired, Identity};
use crate::ledger::{Ledger, LiveId};
use crate::model::product::Commerce;
use crate::model::{Address, CustomerId, Name, PartnerId, TenantId};
use crate::observed::{Customer, Facet, Observed, Read, Relationship};
use known::Known;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Where the manifests lie.
    pub place: Place<'a>,
    /// Looks.
    pub observe: &'a dyn Observe,
    /// What an earlier look brought.
    pub recall: &'a Recall,
    /// What is remembered.
    pub ledger: &'a Ledger,
    /// What the center knows of the provider.
    pub provider: &'a ProviderFacts,
    /// What is written.
    pub wishes: &'a Wishes,
}

/// What a center knows of the provider itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderFacts {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its PartnerID, where it is told.
    pub partner_id: Option<PartnerId>,
    /// Its country, where it is told.
    pub country: Option<SmolStr>,
}

/// What is written beside identity, association and partner of record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Further fields.
    pub manage: BTreeSet<Managed>,
    /// Where the schemas are, for a line on top that editors read: a URL, or a folder relative to the project.
    pub schemas: Option<SmolStr>,
}

/// A field that is managed only when asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Managed {
    /// `quantity`.
    Quantity,
    /// `friendlyName`.
    FriendlyName,
    /// `renewal`, with what is scheduled for the next term.
    Renewal,
    /// `supportContact` of customers, one read for every legacy subscription.
    SupportContact,
}
impl Managed {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Quantity, Self::FriendlyName, Self::Renewal, Self::SupportContact];
}

/// What an import proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// New and changed files, in the order in which they are written: whoever is interrupted has a valid project.
    pub changes: Vec<FileChange>,
    /// How much of what is there is declared now that was not.
    pub new: Counts,
    /// How much was declared already.
    pub old: Counts,
    /// How many fields were added to what was declared already.
    pub added: usize,
    /// What is there and was left out, and why.
    pub left_out: Vec<LeftOut>,
    /// Declared addresses whose live object is not there.
    pub gone: Vec<Address>,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Partnerships.
    pub partnerships: usize,
    /// Customers.
    pub customers: usize,
    /// Subscriptions.
    pub subscriptions: usize,
}

/// Something that is there and is not, or not wholly, written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// What, for people.
    pub what: String,
    /// Why.
    pub why: String,
}

/// Reads the tenant and proposes manifests for what no document declares.
///
/// # Errors
/// When the manifests are not valid, the lists of resellers or customers cannot be read, or what is proposed would not be
/// valid.
pub fn import(question: Question<'_>, progress: &dyn Progress) -> Result<Imported, Fault> {
    let (written, mut imported) = base::begin(question)?;
    let Written { desired: Some(desired), .. } = &written else { return written.valid().map(|_| imported) };
    let observed = look(question, progress)?;
    let there = There::of(&observed)?;
    let known = Known::of(desired, question.ledger, &there);
    let mut work = Work {
        wishes: question.wishes,
        folder: base::folder(question.place)?,
        written: &written,
        paths: written.sources.files().map(|(_, file)| file.path.as_path()).collect(),
        there,
        known: &known,
        imported: &mut imported,
        edits: Vec::new(),
        fields: subscriptions::fields(&written.documents),
    };
    let partners = work.partnerships();
    work.customers(&partners);
    let edits = std::mem::take(&mut work.edits);
    let (changes, refused) = written.attempted(edits);
    imported.changes.extend(changes);
    for fault in refused {
        let why = std::error::Error::source(&fault).map_or_else(String::new, ToString::to_string);
        imported.left_out.push(LeftOut { what: format!("what is new: {fault}"), why });
    }
    imported.gone = gone(desired, question.ledger, &there);
    imported.left_out.sort();
    written.check(&imported.changes)?;
    Ok(imported)
}

/// What import writes with.
struct Work<'a, 'o> {
    wishes: &'a Wishes,
    folder: PathBuf,
    written: &'a Written,
    /// Files that are there.
    paths: BTreeSet<&'a Path>,
    there: There<'a>,
    known: &'a Known<'a>,
    imported: &'o mut Imported,
    edits: Vec<crate::manifest::Edit>,
    /// Declared subscriptions as they are written.
    fields: BTreeMap<(Name, Name), subscriptions::Fields>,
}

impl Work<'_, '_> {
    fn leave_out(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.imported.left_out.push(LeftOut { what: what.into(), why: why.into() });
    }
    /// Proposes a new file. Where a file of that name holds something else, digits of the id make the difference.
    fn file(&mut self, path: PathBuf, id: &[u8; 16], text: String) {
        let path = if self.paths.contains(path.as_path()) { base::aside(&path, id) } else { path };
        let text = base::with_schema(self.wishes.schemas.as_deref(), &path, text);
        self.imported.changes.push(FileChange { path, from: None, before: None, after: text.into() });
    }
}

/// What the lists hold.
#[derive(Clone, Copy)]
struct There<'a> {
    observed: &'a Observed,
    relationships: &'a BTreeMap<TenantId, Relationship>,
    customers: &'a BTreeMap<CustomerId, Customer>,
}
impl<'a> There<'a> {
    fn of(observed: &'a Observed) -> Result<Self, Fault> {
        let relationships = whole("the list of indirect resellers", observed.relationships())?;
        let customers = whole("the list of customers", observed.customers())?;
        for tenant in relationships.keys() {
            whole(&format!("the customers of the reseller `{tenant}`"), observed.customers_of(*tenant))?;
        }
        Ok(Self { observed, relationships, customers })
    }
}

/// A list that must have been read to its end.
fn whole<'a, T>(what: &str, facet: Facet<&'a T>) -> Result<&'a T, Fault> {
    match facet {
        Facet::Known(list) => Ok(list),
        Facet::Absent => Err(Fault::Unread { what: what.to_owned(), why: crate::observed::Why::Partial }),
        Facet::Unknown(why) => Err(Fault::Unread { what: what.to_owned(), why }),
    }
}

/// Lists first: once they are there, the number of calls that are left is known, and no longer a guess.
fn look(question: Question<'_>, progress: &dyn Progress) -> Result<Observed, Fault> {
    let contacts = question.wishes.manage.contains(&Managed::SupportContact);
    let missing = |seen: &Observed| {
        let mut reads = BTreeSet::from([Read::Relationships, Read::Customers]);
        if let Facet::Known(list) = seen.relationships() {
            reads.extend(list.keys().map(|tenant| Read::CustomersOf(*tenant)));
        }
        if let Facet::Known(list) = seen.customers()
            && reads.iter().all(|read| seen.was_read(read))
        {
            reads.extend(list.keys().map(|customer| Read::Subscriptions(*customer)));
        }
        for (customer, list) in seen.subscription_lists().filter(|_| contacts) {
            let legacy = list.iter().filter(|it| it.commerce == Commerce::Legacy && it.status.occupies());
            reads.extend(legacy.map(|it| Read::SupportContact(customer, it.id)));
        }
        reads
    };
    let eyes = Eyes { observe: question.observe, recall: question.recall, progress };
    let looked = observe::look(eyes, |seen| missing(seen).into());
    match looked.given_up {
        Some(why) => Err(Fault::Unread { what: "the rest of the tenant".to_owned(), why }),
        None => Ok(looked.observed),
    }
}

/// Declared addresses that mean a live object by its id, and it is in no list.
fn gone(desired: &Desired, ledger: &Ledger, there: &There<'_>) -> Vec<Address> {
    let mut gone = Vec::new();
    for (name, partnership) in &desired.partnerships {
        let address = Address::Partnership(name.clone());
        let learned = match ledger.bindings.get(&address) {
            Some(LiveId::Reseller(tenant)) => Some(*tenant),
            Some(LiveId::Customer(_) | LiveId::Subscription(..)) | None => None,
        };
        if learned.or(partnership.tenant).is_some_and(|tenant| !there.relationships.contains_key(&tenant)) {
            gone.push(address);
        }
    }
    for (key, customer) in &desired.customers {
        if let Identity::Id(id) = &customer.identity
            && !there.customers.contains_key(id)
        {
            gone.push(Address::Customer(key.clone()));
        }
    }
    for (key, subscription) in &desired.subscriptions {
        let customer = desired.customers.get(&key.customer).map(|customer| &customer.identity);
        if let (Some(id), Some(Identity::Id(customer))) = (subscription.identity, customer)
            && there.customers.contains_key(customer)
            && there.observed.subscription(*customer, id) == Facet::Absent
        {
            gone.push(Address::Subscription(key.clone()));
        }
    }
    gone
}
