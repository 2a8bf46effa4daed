//! Files that hold documents and that nobody reads: JSON among the manifests, and a folder whose name is nearly that of a listed
//! one. Looks at the beginning of files only; reads no document, and nothing that a link leads to.

use super::load::{self, PROJECT_FILE, is_hidden, is_json, is_manifest};
use crate::diag::source::shown;
use crate::diag::{Code, Finding};
use std::path::{Component, Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

/// How many files of a folder that is not listed are looked at.
const MOST: usize = 1_000;
/// How much of a file is looked at.
const BEGINNING: u64 = 64 << 10;
/// How many are named.
const NAMED: usize = 3;

/// What tells of those in the folder of the project file, in one; `passed` is the JSON that was come upon in loading.
#[must_use]
pub fn unread((root, entries, state): (&Path, &[PathBuf], &Path), passed: &[PathBuf]) -> Option<Finding> {
    let listed: Vec<PathBuf> = entries.iter().map(|entry| plain(&root.join(entry))).collect();
    let (root, state) = (plain(root), plain(&root.join(state)));
    let below = |folder: &Path| {
        let is_wanted = |step: &DirEntry| step.depth() == 0 || !(is_hidden(step.path()) || step.path() == state);
        let walk = WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(is_wanted);
        let files = walk.filter_map(Result::ok).filter(|step| step.file_type().is_file());
        files.map(DirEntry::into_path).collect::<Vec<_>>()
    };
    let json = passed.iter().map(|path| root.join(path));
    let nearly = nearly(&listed, &root);
    let other = nearly.iter().flat_map(|folder| below(folder).into_iter().take(MOST));
    let left: Vec<PathBuf> = json.chain(other).filter(|path| holds_documents(path)).collect();
    told(&left.iter().map(|path| shown(path.strip_prefix(&root).unwrap_or(path))).collect::<Vec<_>>())
}

/// Folders of the project that lie beside a listed one and are called nearly like it.
fn nearly(listed: &[PathBuf], root: &Path) -> Vec<PathBuf> {
    let is_near = |one: &Path, other: &Path| match (one.file_name(), other.file_name()) {
        (Some(one), Some(other)) => {
            let (one, other) = (one.to_string_lossy().to_lowercase(), other.to_string_lossy().to_lowercase());
            strsim::damerau_levenshtein(&one, &other) <= 1
        }
        _ => false,
    };
    let mut found = Vec::new();
    for entry in listed.iter().filter(|entry| entry.starts_with(root) && *entry != root) {
        let Some(parent) = entry.parent() else { continue };
        let beside =
            WalkDir::new(parent).min_depth(1).max_depth(1).sort_by_file_name().into_iter().filter_map(Result::ok);
        let folders = beside.filter(|step| step.file_type().is_dir()).map(DirEntry::into_path);
        let meant = folders.filter(|folder| {
            is_near(folder, entry)
                && !is_hidden(folder)
                && !listed.iter().any(|one| one.starts_with(folder) || folder.starts_with(one))
        });
        found.extend(meant);
    }
    found.sort();
    found.dedup();
    found
}

fn told(left: &[String]) -> Option<Finding> {
    let named: Vec<String> = left.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let what = match (named.as_slice(), left.len().saturating_sub(NAMED)) {
        ([], _) => return None,
        ([one], _) => format!("{one} holds documents, and nobody reads it"),
        (some, 0) => format!("{} hold documents, and nobody reads them", some.join(", ")),
        (some, more) => format!("{} and {more} more hold documents, and nobody reads them", some.join(", ")),
    };
    let help = "manifests are `*.yaml` and `*.yml` in what `manifests` of the project file lists: move them there, or list their folder";
    Some(Finding::note(Code::FileUnread, None, what).help(help))
}

/// Whether a line of it says that it is one of our documents.
fn holds_documents(path: &Path) -> bool {
    let json = is_json(path);
    if !(json || is_manifest(path)) || path.file_name().is_some_and(|name| name == PROJECT_FILE) {
        return false;
    }
    let text = load::beginning(path, BEGINNING).unwrap_or_default();
    text.match_indices("apiVersion").any(|(at, key)| {
        let begins = json || at == 0 || text[..at].ends_with(['\n', '{', '"']);
        let value = text[at + key.len()..].trim_start_matches(['"', '\'']).trim_start();
        let value = value.strip_prefix(':').map(|value| value.trim_start().trim_start_matches(['"', '\'']));
        begins && value.is_some_and(|value| value.starts_with("twotier/"))
    })
}

fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::load::tests::project;

    const DOCUMENT: &str = "# a customer\napiVersion: twotier/v1\nkind: Customer\n";

    fn said(files: &[(&str, &str)], entries: &[&str]) -> String {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        let folder = project(&files);
        let entries: Vec<PathBuf> = entries.iter().map(PathBuf::from).collect();
        let place = (folder.path(), entries.as_slice(), Path::new(".twotier"));
        unread(place, &load::load(place.0, place.1, place.2).passed)
            .map(|finding| finding.message.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn documents_that_nobody_reads_are_named() {
        let json = "{\"apiVersion\" : \"twotier/v1\", \"kind\": \"Customer\"}";
        let files = [("manifests/a.yaml", DOCUMENT), ("manifests/b.json", json), ("manifest/c.yaml", DOCUMENT)];
        assert_eq!(
            said(&files, &["manifests"]),
            "`manifests/b.json`, `manifest/c.yaml` hold documents, and nobody reads them"
        );
        assert_eq!(said(&files, &["manifest", "manifests"]), "`manifests/b.json` holds documents, and nobody reads it");
    }

    #[test]
    fn what_is_no_document_hidden_or_kept_elsewhere_is_nothing_to_tell() {
        let schema = "{\"properties\": {\"apiVersion\": {\"const\": \"twotier/v1\"}}}";
        let files = [
            ("manifests/a.yaml", DOCUMENT),
            ("manifests/customer.json", schema),
            ("manifests/notes.md", DOCUMENT),
            ("manifests/.b.json", DOCUMENT),
            ("later/c.yaml", DOCUMENT),
            ("manifest/compose.yaml", "apiVersion: apps/v1\n"),
        ];
        assert_eq!(said(&files, &["manifests"]), "");
    }
}
