//! What the project declares otherwise than a commit: the addresses of `plan --base REF`, and what manifests and project
//! file say otherwise that no step shows. Compares meanings and not lines; never writes to the repository.

mod former;
mod repository;
mod shown;
mod unshown;

pub use repository::is_committed;
pub use unshown::unshown;

use super::fault::Fault;
use super::files;
use super::project::{Place, Valid};
use crate::desired::{Delegated, Desired, PartnerOfRecord, Supporter};
use crate::ledger::Ledger;
use crate::manifest::{self, Fields, is_manifest};
use crate::model::{Address, Name};
use crate::plan::Planned;
use repository::Repository;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
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

/// The project file, which is no manifest and says by what rules the tool works.
const PROJECT_FILE: &str = "twotier.yaml";

/// What the project declares otherwise than the commit that `reference` names.
///
/// # Errors
/// When git cannot be run, the project is in no repository, or there is no such commit.
pub fn changed(project: &Valid, place: Place<'_>, reference: &str) -> Result<Changed, Fault> {
    let repository = Repository::around(place.root)?;
    let commit = repository.commit(reference)?;
    let files = repository.files(&commit)?;
    let differing = repository.differing(&commit)?;
    let (mut then, mut now) = (BTreeMap::new(), BTreeMap::new());
    let mut here = BTreeSet::new();
    for (_, file) in project.sources.files() {
        let Some(path) = repository.path(&place.root.join(&file.path)) else {
            // Outside the repository nothing is known of the base: it counts as new.
            now.extend(manifest::outline(&file.text));
            continue;
        };
        if !files.contains(&path) || differing.contains(&path) {
            now.extend(manifest::outline(&file.text));
        }
        here.insert(path);
    }
    let places: Vec<PathBuf> =
        place.manifests.iter().filter_map(|entry| repository.path(&place.root.join(entry))).collect();
    for path in files.iter().filter(|path| differing.contains(*path)) {
        if here.contains(path) || was_manifest(path, &places) {
            then.extend(manifest::outline(&repository.text(&commit, path)?));
        }
    }
    let mut changed = compare(&project.desired, &then, &now);
    if let Some(path) = repository.path(&place.root.join(PROJECT_FILE))
        && differing.contains(&path)
    {
        let then = files.contains(&path).then(|| repository.text(&commit, &path)).transpose()?;
        let now = files::read(&place.root.join(PROJECT_FILE)).ok();
        let said = |text: Option<String>| text.map(|text| manifest::outline_of_file(&text));
        changed.rewritten.insert(Subject::File(PROJECT_FILE.into()), Rewritten { then: said(then), now: said(now) });
    }
    Ok(changed)
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

/// Whether a path of the base was read as a manifest, as far as its name and place tell.
fn was_manifest(path: &Path, places: &[PathBuf]) -> bool {
    let listed = places.iter().find(|place| path.starts_with(place));
    let Some(below) = listed.and_then(|place| path.strip_prefix(place).ok()) else { return false };
    let hidden = below.iter().any(|part| part.as_encoded_bytes().starts_with(b"."));
    below.as_os_str().is_empty()
        || (is_manifest(path) && !hidden && path.file_name() != Some(OsStr::new("twotier.yaml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_as_a_manifest_counts_when_it_is_gone() {
        let places = [PathBuf::from("shop/manifests"), PathBuf::from("one.txt")];
        for (path, was) in [
            ("shop/manifests/a/b.yaml", true),
            ("shop/manifests/b.yml", true),
            ("shop/manifests/notes.md", false),
            ("shop/manifests/.old/b.yaml", false),
            ("shop/manifests/twotier.yaml", false),
            ("shop/other.yaml", false),
            ("one.txt", true),
        ] {
            assert_eq!(was_manifest(Path::new(path), &places), was, "{path}");
        }
    }
}
