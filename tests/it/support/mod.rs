//! What several tests need. Never asserts anything by itself.

pub(crate) mod blocks;
pub(crate) mod console;
mod jobs;
pub(crate) mod project;
pub(crate) mod run;
mod sed;
mod words;
pub(crate) mod world;

use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository, sorted; folders of tools and living state are left out.
pub(crate) fn files(below: &Path) -> Vec<PathBuf> {
    const LEFT_OUT: [&str; 4] = ["target", ".git", ".twotier", "corpus"];
    let walk = WalkDir::new(below)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !LEFT_OUT.iter().any(|name| entry.file_name() == *name));
    walk.map(|entry| entry.expect("the repository is readable"))
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Copies a folder as a fresh one: without the state that commands leave in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.file_name().is_some_and(|name| name == ".twotier") {
            continue;
        }
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).expect("copied");
        }
    }
}

/// A path as people see it: from the root, `/` between parts.
pub(crate) fn shown(path: &Path) -> String {
    let relative = path.strip_prefix(root()).unwrap_or(path);
    relative.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
