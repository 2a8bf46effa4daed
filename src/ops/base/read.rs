//! Which files of a commit were read as manifests, by the project file of that commit. A file that lay there unread is as
//! new as one that was not there. Never reads a text.

use super::{PROJECT_FILE, Repository, Rewritten};
use crate::manifest::{Fields, Told, is_manifest};
use crate::ops::project::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Where manifests lie when the project file names no place.
const MANIFESTS: &str = "manifests";
/// Where the state lies when the project file names no place.
const STATE: &str = ".twotier";

/// The files of a commit.
pub(super) struct Base {
    /// All of them, each with the name of its text.
    pub(super) files: BTreeMap<PathBuf, String>,
    /// Those that are otherwise now, or gone.
    pub(super) differing: BTreeSet<PathBuf>,
}

/// What a file that is read now was then.
pub(super) enum Was {
    /// Read, with the same text.
    Same,
    /// Read, with another text.
    Other,
    /// Not there, or not read.
    Unread,
}

/// What a project reads: paths as the repository names them.
pub(super) struct Read {
    places: Vec<PathBuf>,
    state: PathBuf,
}

impl Read {
    /// What was read at the commit whose project file said this. What environment and flags name now counts for both.
    pub(super) fn then(repository: &Repository, base: &Base, place: Place<'_>, file: &Rewritten) -> Self {
        let entries = |fields: &Option<Fields>| match fields.as_ref().and_then(|it| it.get("manifests")) {
            Some(Told::List(entries)) => entries.iter().map(PathBuf::from).collect(),
            Some(Told::One(_)) | None => vec![PathBuf::from(MANIFESTS)],
        };
        let state = |fields: &Option<Fields>| match fields.as_ref().and_then(|it| it.get("state")) {
            Some(Told::One(state)) => place.root.join(state),
            Some(Told::List(_)) | None => place.root.join(STATE),
        };
        let said: Vec<PathBuf> = entries(&file.now);
        let entries = if said == place.manifests { entries(&file.then) } else { place.manifests.to_vec() };
        let state =
            if state(&file.now) == place.root.join(place.state) { state(&file.then) } else { place.state.into() };
        let mut places = Vec::new();
        for entry in &entries {
            let lexical = repository.lexical(place.root, entry);
            // A place that is a link is read where it leads.
            places.extend(repository.path(&place.root.join(entry)).filter(|_| base.led(&lexical, repository)));
            places.push(lexical);
        }
        Self { places, state: repository.lexical(place.root, &state) }
    }
    /// Whether a path was read, as far as it tells.
    pub(super) fn reads(&self, path: &Path) -> bool {
        let below = |place: &PathBuf| path.strip_prefix(place).ok();
        self.places.iter().filter_map(below).any(|below| {
            let hidden = below.iter().any(|part| part.as_encoded_bytes().starts_with(b"."));
            let named = is_manifest(path) && !hidden && path.file_name() != Some(OsStr::new(PROJECT_FILE));
            (named || below.as_os_str().is_empty()) && !path.starts_with(&self.state)
        })
    }
}

impl Base {
    /// What a file was that is read now under a name, and lies under another one if a link leads there.
    pub(super) fn was(&self, read: &Read, (lexical, path): (&Path, &Path), repository: &Repository) -> Was {
        let was = read.reads(path) || (read.reads(lexical) && self.led(lexical, repository));
        match (was && self.files.contains_key(path), self.differing.contains(path)) {
            (false, _) => Was::Unread,
            (true, false) => Was::Same,
            (true, true) => Was::Other,
        }
    }
    /// Whether every link on the way led there then.
    fn led(&self, path: &Path, repository: &Repository) -> bool {
        repository.links(path).iter().all(|link| self.files.contains_key(link) && !self.differing.contains(link))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_as_a_manifest_counts_when_it_is_gone() {
        let places = ["shop/manifests", "one.txt"].map(PathBuf::from).to_vec();
        let read = Read { places, state: PathBuf::from("shop/manifests/state") };
        for (path, was) in [
            ("shop/manifests/a/b.yaml", true),
            ("shop/manifests/b.yml", true),
            ("shop/manifests/notes.md", false),
            ("shop/manifests/.old/b.yaml", false),
            ("shop/manifests/twotier.yaml", false),
            ("shop/manifests/state/b.yaml", false),
            ("shop/other.yaml", false),
            ("one.txt", true),
        ] {
            assert_eq!(read.reads(Path::new(path)), was, "{path}");
        }
    }
}
