//! Which files of a commit were read as manifests, by the project file of that commit. A file that lay there unread is as
//! new as one that was not there. Never reads a text.

use super::repository::Paths;
use super::{Repository, Rewritten};
use crate::manifest::{Fields, PROJECT_FILE, Told, is_hidden, is_manifest};
use crate::ops::project::{MANIFESTS, Place, STATE};
use std::collections::{BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Most links that are followed to one file.
const LINKS: usize = 40;

/// The files of a commit.
pub(super) struct Base {
    /// All of them, each with the name of its text.
    pub(super) files: Paths,
    /// Where those of them lead that are links.
    pub(super) links: Paths,
}

/// What a project reads: paths as the repository names them.
pub(super) struct Read {
    places: Vec<PathBuf>,
    state: PathBuf,
}

impl Read {
    /// What was read at the commit whose project file said this. What environment and flags name now counts for both.
    pub(super) fn then(repository: &Repository, place: Place<'_>, file: &Rewritten) -> Self {
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
        let lexical = |path: &PathBuf| repository.lexical(place.root, path);
        Self { places: entries.iter().map(lexical).collect(), state: lexical(&state) }
    }
    /// Whether a path below a place was read, as far as its name tells.
    fn takes(&self, path: &Path, below: &Path) -> bool {
        let hidden = below.iter().any(|part| is_hidden(Path::new(part)));
        is_manifest(path) && !hidden && path.file_name() != Some(OsStr::new(PROJECT_FILE)) && !self.is_state(path)
    }
    fn is_state(&self, path: &Path) -> bool {
        path.starts_with(&self.state)
    }
}

impl Base {
    /// The files that were read as manifests, links followed as they led then.
    pub(super) fn read(&self, read: &Read) -> BTreeSet<PathBuf> {
        let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<PathBuf> = read.places.iter().filter_map(|place| self.leads(place)).collect();
        while let Some(place) = open.pop() {
            if !seen.insert(place.clone()) {
                continue;
            }
            // A file that is named itself is read whatever it is called.
            if self.files.contains_key(&place) {
                found.insert(place);
                continue;
            }
            for path in self.files.range(place.clone()..).map(|(path, _)| path).take_while(|it| it.starts_with(&place))
            {
                let below = path.strip_prefix(&place).unwrap_or(path);
                let to = if self.links.contains_key(path) { self.leads(path) } else { Some(path.clone()) };
                match to {
                    Some(file) if self.files.contains_key(&file) => {
                        found.extend(read.takes(path, below).then_some(file));
                    }
                    Some(folder) if !read.is_state(path) => open.push(folder),
                    Some(_) | None => {}
                }
            }
        }
        found
    }
    /// Where a path led; none where it left the repository.
    pub(super) fn leads(&self, path: &Path) -> Option<PathBuf> {
        let (mut here, mut left) = (PathBuf::new(), LINKS);
        let mut rest: VecDeque<OsString> = path.iter().map(OsString::from).collect();
        while let Some(part) = rest.pop_front() {
            match part.to_str() {
                Some("..") if !here.pop() => return None,
                Some("." | "..") => continue,
                Some(_) | None => here.push(part),
            }
            let Some(target) = self.links.get(&here).map(Path::new) else { continue };
            left = left.checked_sub(1).filter(|_| target.is_relative())?;
            here.pop();
            target.iter().rev().for_each(|part| rest.push_front(part.to_owned()));
        }
        Some(here)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A commit of these files; `a -> b` is a link.
    fn base(files: &[&str]) -> Base {
        let (mut all, mut links) = (Paths::new(), Paths::new());
        for file in files {
            let (path, target) = file.split_once(" -> ").map_or((*file, None), |(path, target)| (path, Some(target)));
            all.insert(PathBuf::from(path), "object".to_owned());
            links.extend(target.map(|target| (PathBuf::from(path), target.to_owned())));
        }
        Base { files: all, links }
    }
    fn read(places: &[&str], files: &[&str]) -> Vec<String> {
        let places = places.iter().map(PathBuf::from).collect();
        let found = base(files).read(&Read { places, state: PathBuf::from("shop/manifests/state") });
        found.iter().map(|path| path.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_was_read_is_told_by_name_and_place() {
        let files = [
            "one.txt",
            "shop/manifests/.old/b.yaml",
            "shop/manifests/a/b.yaml",
            "shop/manifests/b.yml",
            "shop/manifests/notes.md",
            "shop/manifests/state/b.yaml",
            "shop/manifests/twotier.yaml",
            "shop/manifests2/a.yaml",
            "shop/other.yaml",
        ];
        assert_eq!(
            read(&["shop/manifests", "one.txt"], &files),
            ["one.txt", "shop/manifests/a/b.yaml", "shop/manifests/b.yml"]
        );
    }

    #[test]
    fn links_are_followed_as_they_led_then() {
        let files = [
            "shop/manifests -> store",
            "shop/store/a.yaml -> ../kept/a.txt",
            "shop/store/all -> ../../common",
            "shop/store/loop -> loop",
            "shop/store/out.yaml -> ../../../x.yaml",
            "shop/store/up -> .",
            "shop/kept/a.txt",
            "shop/kept/b.yaml",
            "common/c.yaml",
        ];
        assert_eq!(read(&["shop/manifests"], &files), ["common/c.yaml", "shop/kept/a.txt"]);
    }
}
