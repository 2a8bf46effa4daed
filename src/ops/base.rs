//! `plan --base REF`: which addresses the project declares otherwise than a commit does. Asks `git` for names and
//! texts, compares meanings and not lines; never writes to the repository.

use super::fault::Fault;
use super::project::{Place, Valid};
use crate::desired::{Delegated, Desired, PartnerOfRecord, Supporter};
use crate::ledger::Ledger;
use crate::manifest;
use crate::model::{Address, Name};
use crate::plan::Planned;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What differs from the base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Declared now, and otherwise or not at all then; always with the provider, whose guards hold everywhere.
    pub addresses: BTreeSet<Address>,
    /// Declared then and no longer.
    pub removed: BTreeSet<Address>,
}

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
    Ok(compare(&project.desired, &then, &now))
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

fn compare(desired: &Desired, then: &BTreeMap<Address, String>, now: &BTreeMap<Address, String>) -> Changed {
    let moved = now.iter().filter(|(address, text)| then.get(address) != Some(text)).map(|(address, _)| address);
    let mut changed = Changed::default();
    for address in moved.filter(|address| desired.declared.contains_key(address)) {
        changed.addresses.insert(address.clone());
        if let Address::Partnership(name) = address {
            changed.addresses.extend(users(desired, name));
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
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    below.as_os_str().is_empty() || (yaml && !hidden && path.file_name() != Some(OsStr::new("twotier.yaml")))
}

/// A git repository, by its top folder.
struct Repository {
    top: PathBuf,
}

impl Repository {
    fn around(folder: &Path) -> Result<Self, Fault> {
        let inside = |why: String| {
            Fault::Usage(format!(
                "`--base` compares with a git repository, and `{}` is in none: {why}",
                folder.display()
            ))
        };
        let top = git(folder, &["rev-parse", "--show-toplevel"])?.map_err(inside)?;
        let top = PathBuf::from(text(top).trim_end_matches(['\r', '\n']));
        Ok(Self { top: std::fs::canonicalize(&top).unwrap_or(top) })
    }
    fn commit(&self, reference: &str) -> Result<String, Fault> {
        let no = || {
            Fault::Usage(format!(
                "`--base`: there is no commit `{reference}` in this repository; a shallow clone has none but its own (`git fetch`)"
            ))
        };
        if reference.is_empty() || reference.starts_with('-') {
            return Err(no());
        }
        let wanted = format!("{reference}^{{commit}}");
        let id = git(&self.top, &["rev-parse", "--verify", "--quiet", &wanted])?.map_err(|_| no())?;
        Ok(text(id).trim().to_owned())
    }
    /// Every file of a commit.
    fn files(&self, commit: &str) -> Result<BTreeSet<PathBuf>, Fault> {
        self.names(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])
    }
    /// Every file that is otherwise now, or gone.
    fn differing(&self, commit: &str) -> Result<BTreeSet<PathBuf>, Fault> {
        self.names(&["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--"])
    }
    fn names(&self, arguments: &[&str]) -> Result<BTreeSet<PathBuf>, Fault> {
        let names = git(&self.top, arguments)?.map_err(failed)?;
        Ok(text(names).split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
    }
    /// The text of a file of a commit.
    fn text(&self, commit: &str, path: &Path) -> Result<String, Fault> {
        let object = format!("{commit}:{}", crate::diag::source::shown(path));
        Ok(text(git(&self.top, &["cat-file", "blob", &object])?.map_err(failed)?))
    }
    /// A path as the repository names it.
    fn path(&self, path: &Path) -> Option<PathBuf> {
        let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        whole.strip_prefix(&self.top).ok().map(Path::to_owned)
    }
}

fn failed(why: String) -> Fault {
    Fault::Usage(format!("`--base`: git failed: {why}"))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What git printed, or what it said when it failed.
fn git(folder: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Fault> {
    let done = Command::new("git")
        .args(["-c", "core.fsmonitor=false", "-C"])
        .arg(folder)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .output();
    let done = done.map_err(|error| Fault::Usage(format!("`--base` needs `git`, which cannot be run: {error}")))?;
    if done.status.success() {
        return Ok(Ok(done.stdout));
    }
    let words = String::from_utf8_lossy(&done.stderr);
    Ok(Err(words.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ").to_owned()))
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
