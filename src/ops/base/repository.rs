//! A git repository, asked by `git` itself: commits, names and texts of files. Never writes to it.

use crate::ops::fault::Fault;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether git keeps anything of a folder. Where there is no git, or no repository, it keeps nothing.
pub fn is_committed(folder: &Path) -> bool {
    folder.is_dir() && git(folder, &["ls-files", "-z", "--", "."]).is_ok_and(|kept| kept.is_ok_and(|it| !it.is_empty()))
}

/// A git repository, by its top folder.
pub(super) struct Repository {
    top: PathBuf,
}

impl Repository {
    pub(super) fn around(folder: &Path) -> Result<Self, Fault> {
        let inside = |why: String| Fault::Usage(format!("`{}` is in no git repository: {why}", folder.display()));
        let top = git(folder, &["rev-parse", "--show-toplevel"])?.map_err(inside)?;
        let top = PathBuf::from(text(top).trim_end_matches(['\r', '\n']));
        Ok(Self { top: std::fs::canonicalize(&top).unwrap_or(top) })
    }
    pub(super) fn commit(&self, reference: &str) -> Result<String, Fault> {
        let no = || {
            Fault::Usage(format!(
                "there is no commit `{reference}` in this repository; a shallow clone has none but its own (`git fetch`)"
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
    pub(super) fn files(&self, commit: &str) -> Result<BTreeSet<PathBuf>, Fault> {
        self.names(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])
    }
    /// Every file that is otherwise now, or gone.
    pub(super) fn differing(&self, commit: &str) -> Result<BTreeSet<PathBuf>, Fault> {
        self.names(&["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--"])
    }
    /// Whether these files and folders are just as the last commit has them, with nothing beside it.
    pub(super) fn is_clean(&self, paths: &[PathBuf]) -> Result<bool, Fault> {
        let paths: Vec<String> = paths.iter().map(|path| format!("./{}", crate::diag::source::shown(path))).collect();
        let mut arguments = vec!["--literal-pathspecs", "status", "--porcelain", "-z", "--untracked-files=all", "--"];
        arguments.extend(paths.iter().map(String::as_str));
        Ok(git(&self.top, &arguments)?.is_ok_and(|changes| changes.is_empty()))
    }
    fn names(&self, arguments: &[&str]) -> Result<BTreeSet<PathBuf>, Fault> {
        let names = git(&self.top, arguments)?.map_err(failed)?;
        Ok(text(names).split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
    }
    /// The text of a file of a commit.
    pub(super) fn text(&self, commit: &str, path: &Path) -> Result<String, Fault> {
        let object = format!("{commit}:{}", crate::diag::source::shown(path));
        Ok(text(git(&self.top, &["cat-file", "blob", &object])?.map_err(failed)?))
    }
    /// A path as the repository names it.
    pub(super) fn path(&self, path: &Path) -> Option<PathBuf> {
        let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        whole.strip_prefix(&self.top).ok().map(Path::to_owned)
    }
}

fn failed(why: String) -> Fault {
    Fault::Usage(format!("git failed: {why}"))
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
    let done = done.map_err(|error| Fault::Usage(format!("`git` cannot be run: {error}")))?;
    if done.status.success() {
        return Ok(Ok(done.stdout));
    }
    let words = String::from_utf8_lossy(&done.stderr);
    Ok(Err(words.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ").to_owned()))
}
