//! What the project declares otherwise than a commit: the addresses of `plan --base REF`, and what manifests and project
//! file say otherwise that no step shows. Compares meanings and not lines; never writes to the repository.

mod former;
mod read;
mod repository;
mod shown;
mod unshown;

pub use repository::is_committed;
pub use unshown::{open_before, unshown};

use super::fault::Fault;
use super::files;
use super::project::{Place, Project, Valid};
use crate::desired::{self, Delegated, Desired, PartnerOfRecord, Supporter};
use crate::diag::{SourceMap, source};
use crate::ledger::Ledger;
use crate::manifest::{self, Fields, PROJECT_FILE};
use crate::model::{Address, Digest, Name};
use crate::plan::Planned;
use read::{Base, Read};
use repository::Repository;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use unshown::Subject;

/// What differs from the base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Declared now, and otherwise or not at all then; always with the provider, whose guards hold everywhere.
    pub addresses: BTreeSet<Address>,
    /// Declared then and no longer.
    pub removed: BTreeSet<Address>,
    /// What is said otherwise, by where: then and now.
    rewritten: BTreeMap<Subject, Rewritten>,
}

/// What was said, and what is said now; none where nothing was or is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rewritten {
    then: Option<Fields>,
    now: Option<Fields>,
}

impl Changed {
    /// The same addresses, with what is said otherwise than another commit too: a field that both tell, as that one had it.
    #[must_use]
    pub fn told_with(mut self, other: Self) -> Self {
        for (subject, other) in other.rewritten {
            let both = match self.rewritten.remove(&subject) {
                Some(own) => own.told_with(other),
                None => other,
            };
            self.rewritten.insert(subject, both);
        }
        self
    }
}

impl Rewritten {
    fn told_with(self, other: Self) -> Self {
        let Self { then, now } = self;
        let stands = |said: &Fields, field: &str| said.get(field) == now.as_ref().and_then(|now| now.get(field));
        let then = match (then, other.then) {
            (Some(own), Some(mut said)) => {
                let names: BTreeSet<String> = said.keys().chain(own.keys()).cloned().collect();
                for name in names.into_iter().filter(|name| stands(&said, name)).collect::<Vec<_>>() {
                    match own.get(&name) {
                        Some(value) => drop(said.insert(name, value.clone())),
                        None => drop(said.remove(&name)),
                    }
                }
                Some(said)
            }
            (_, said) => said,
        };
        Self { then, now }
    }
}

/// A commit, as its own project file reads it.
struct Then {
    repository: Repository,
    commit: String,
    base: Base,
    file: Rewritten,
    /// What was read as manifests.
    paths: BTreeSet<PathBuf>,
}

impl Then {
    fn at(place: Place<'_>, reference: &str) -> Result<Self, Fault> {
        let repository = Repository::around(place.root)?;
        let commit = repository.commit(reference)?;
        let (files, links) = repository.files(&commit)?;
        let base = Base { files, links };
        let file = project_file(&repository, &base, place)?;
        let paths = base.read(&Read::then(&repository, place, &file));
        Ok(Self { repository, commit, base, file, paths })
    }
}

/// What the project declares otherwise than the commit that `reference` names. The commit is read by its own project file:
/// a folder that was there and not read then is new.
///
/// # Errors
/// When git cannot be run, the project is in no repository, or there is no such commit.
pub fn changed(project: &Valid, place: Place<'_>, reference: &str) -> Result<Changed, Fault> {
    let Then { repository, commit, base, file, paths: mut former } = Then::at(place, reference)?;
    let differing = repository.differing(&commit)?;
    let (mut then, mut now) = (BTreeMap::new(), BTreeMap::new());
    let mut same = BTreeSet::new();
    for (_, source) in project.sources.files() {
        // Outside the repository nothing is known of the base: it counts as new.
        let path = repository.path(&place.root.join(&source.path));
        match path.filter(|path| former.contains(path) && !differing.contains(path)) {
            Some(path) => drop(same.insert(path)),
            None => now.extend(manifest::outline(&source.text)),
        }
    }
    former.retain(|path| !same.contains(path));
    for text in repository.texts(former.iter().filter_map(|path| base.files.get(path)))? {
        then.extend(manifest::outline(&text));
    }
    let mut changed = compare(&project.desired, &then, &now);
    if file.then != file.now {
        changed.rewritten.insert(Subject::File(PROJECT_FILE.into()), file);
    }
    Ok(changed)
}

/// The project as a commit says it, read by its own project file; none where what is here says the same.
///
/// # Errors
/// As [`changed`], and when its manifests are not valid.
pub fn otherwise_at(project: &Valid, place: Place<'_>, reference: &str) -> Result<Option<Valid>, Fault> {
    let Then { repository, commit: _, base, file: _, paths } = Then::at(place, reference)?;
    let texts = repository.texts(paths.iter().filter_map(|path| base.files.get(path)))?;
    let root = repository.lexical(place.root, Path::new(""));
    let mut sources = SourceMap::default();
    for (path, text) in paths.iter().zip(texts) {
        sources.add(path.strip_prefix(&root).unwrap_or(path).to_owned(), text.into());
    }
    if texts_of(&sources) == texts_of(&project.sources) {
        return Ok(None);
    }
    let (desired, findings) = desired::resolve(manifest::parse(&sources));
    Project { sources, desired, findings }.valid().map(Some)
}

fn texts_of(sources: &SourceMap) -> BTreeSet<&str> {
    sources.files().map(|(_, file)| file.text.as_ref()).collect()
}

/// What the project file said and says.
fn project_file(repository: &Repository, base: &Base, place: Place<'_>) -> Result<Rewritten, Fault> {
    let path = place.root.join(PROJECT_FILE);
    let object = base.leads(&repository.lexical(place.root, Path::new(PROJECT_FILE)));
    let object = object.and_then(|path| base.files.get(&path));
    let then = repository.texts(object)?.pop();
    let said = |text: Option<String>| text.map(|text| manifest::outline_of_file(&text));
    Ok(Rewritten { then: said(then), now: said(files::read(&path).ok()) })
}

/// The commit that says just what manifests and project file say now; none where any of it is otherwise or not committed,
/// and where there is no repository.
#[must_use]
pub fn committed_as(place: Place<'_>) -> Option<String> {
    let repository = Repository::around(place.root).ok()?;
    let file = Some(place.root.join(PROJECT_FILE)).filter(|file| file.exists());
    let said = place.manifests.iter().map(|entry| place.root.join(entry)).chain(file);
    let paths = said.map(|path| repository.path(&path)).collect::<Option<Vec<PathBuf>>>()?;
    let clean = repository.is_clean(&paths).ok()?;
    clean.then(|| repository.commit("HEAD").ok()).flatten()
}

/// SHA-256 of all that manifests and project file say; none where git does not keep them.
#[must_use]
pub fn said(project: &Valid, place: Place<'_>) -> Option<Digest> {
    Repository::around(place.root).ok()?;
    let file = files::read(&place.root.join(PROJECT_FILE)).unwrap_or_default();
    let manifests = project.sources.files().map(|(_, it)| (source::shown(&it.path), it.text.as_ref()));
    let all = manifests.chain([(PROJECT_FILE.to_owned(), file.as_str())]);
    let lines = all.map(|(path, text)| format!("{} {path}\n", Digest::of_bytes(text.as_bytes())));
    Some(Digest::of_bytes(lines.collect::<String>().as_bytes()))
}

/// Whether a commit comes before another one in the history of that. Where git cannot say, it does not.
#[must_use]
pub fn is_before(folder: &Path, commit: &str, other: &str) -> bool {
    Repository::around(folder).is_ok_and(|it| it.is_before(commit, other).unwrap_or(false))
}

/// Tells of managed addresses that disappeared since the base, as a plan of everything would.
pub fn release(planned: &mut Planned, changed: &Changed, ledger: &Ledger) {
    let renamed: BTreeSet<&Address> = planned.adopt.renamed.values().collect();
    let gone = changed.removed.iter().filter(|address| ledger.managed.contains(*address) && !renamed.contains(address));
    let gone: Vec<Address> = gone.cloned().collect();
    planned.outlook.released.extend(gone);
    planned.outlook.released.sort();
    planned.outlook.released.dedup();
}

fn compare(desired: &Desired, then: &BTreeMap<Address, Fields>, now: &BTreeMap<Address, Fields>) -> Changed {
    let moved = now.iter().filter(|(address, text)| then.get(address) != Some(text)).map(|(address, _)| address);
    let mut changed = Changed::default();
    for address in moved.filter(|address| desired.declared.contains_key(address)) {
        changed.addresses.insert(address.clone());
        if let Address::Partnership(name) = address {
            changed.addresses.extend(users(desired, name));
        }
    }
    for address in then.keys().chain(now.keys()) {
        let (then, now) = (then.get(address).cloned(), now.get(address).cloned());
        if then != now {
            changed.rewritten.insert(Subject::Document(address.clone()), Rewritten { then, now });
        }
    }
    changed.removed = then.keys().filter(|address| !desired.declared.contains_key(address)).cloned().collect();
    changed.addresses.insert(Address::Provider(desired.provider.name.clone()));
    changed
}

/// What means something else when a partnership does.
fn users(desired: &Desired, partnership: &Name) -> BTreeSet<Address> {
    let mut all = BTreeSet::new();
    let related = desired.associations.keys().filter(|(_, name)| name == partnership);
    all.extend(related.map(|(customer, _)| Address::Customer(customer.clone())));
    for (key, subscription) in &desired.subscriptions {
        match &subscription.partner_of_record {
            PartnerOfRecord::Defaulted { partnership: name, .. }
            | PartnerOfRecord::Written { partnership: name, .. } => {
                if name == partnership {
                    all.insert(Address::Subscription(key.clone()));
                }
            }
            PartnerOfRecord::Unmanaged | PartnerOfRecord::Asserted(_) => {}
        }
    }
    for (delegated, support) in &desired.support {
        if support.contact == Supporter::Partnership(partnership.clone()) {
            all.insert(match delegated {
                Delegated::All(customer) => Address::Customer(customer.clone()),
                Delegated::One(key) => Address::Subscription(key.clone()),
            });
        }
    }
    all
}
