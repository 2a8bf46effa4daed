//! Where the files of a project may lie once every link is followed: whoever proposes a change decides what a project
//! names, and what is read may be shown. Looks at paths; never at what a file holds.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// A folder that what is read must lie in, with what in it is nobody's to read.
#[derive(Debug)]
pub(super) struct Bounds {
    within: PathBuf,
    never: Vec<PathBuf>,
}

impl Bounds {
    /// The bounds of an entry: the folder of the project, or the entry itself when it names a place outside, which only
    /// the environment can. `never` are whole paths that nothing is read from.
    pub(super) fn new(root: &Path, entry: &Path, never: &[PathBuf]) -> Self {
        let upwards = entry.components().any(|part| part == Component::ParentDir);
        let within = if upwards || !entry.starts_with(root) { entry } else { root };
        Self { within: whole(within), never: never.to_vec() }
    }
    /// Whether a path leads out of them, or to something hidden, once every link is followed. What leads nowhere does
    /// not.
    pub(super) fn are_left_by(&self, path: &Path) -> bool {
        let Ok(target) = fs::canonicalize(path) else { return false };
        let Ok(inside) = target.strip_prefix(&self.within) else { return true };
        let hidden = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b".");
        inside.components().any(hidden) || self.never.iter().any(|never| target.starts_with(never))
    }
}

/// Whether a path that a project names leads out of the project's folder, or to something hidden in it, once every link
/// is followed. A path that leads nowhere does not.
#[must_use]
pub fn leads_out(root: &Path, path: &Path) -> bool {
    Bounds { within: whole(root), never: Vec::new() }.are_left_by(path)
}

fn whole(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
