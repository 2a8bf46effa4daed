//! A git repository, asked by `git` itself: commits, names and texts of files. Never writes to it.

use crate::manifest::is_manifest;
use crate::ops::fault::Fault;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Whether git keeps anything of a folder. Where there is no git, or no repository, it keeps nothing.
pub fn is_committed(folder: &Path) -> bool {
    folder.is_dir() && git(folder, &["ls-files", "-z", "--", "."]).is_ok_and(|kept| kept.is_ok_and(|it| !it.is_empty()))
}

/// Something of each path.
pub(super) type Paths = BTreeMap<PathBuf, String>;

/// How git calls a link.
const LINK: &str = "120000";

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
    /// Whether a commit comes before another one in the history of that; not where either is not here.
    pub(super) fn is_before(&self, commit: &str, other: &str) -> Result<bool, Fault> {
        let (commit, other) = (self.commit(commit)?, self.commit(other)?);
        let asked = git(&self.top, &["merge-base", "--is-ancestor", &commit, &other])?;
        Ok(commit != other && asked.is_ok())
    }
    /// Every file of a commit, with the name of its text, and where those lead that are links.
    pub(super) fn files(&self, commit: &str) -> Result<(Paths, Paths), Fault> {
        let listed = git(&self.top, &["ls-tree", "-r", "-z", "--full-tree", commit])?.map_err(failed)?;
        let (mut files, mut links) = (BTreeMap::new(), Vec::new());
        // `100644 blob OBJECT<tab>PATH`; a submodule is a commit.
        for line in text(listed).split('\0') {
            let Some((kind, path)) = line.split_once('\t') else { continue };
            let Some((mode, object)) = kind.split_once(" blob ") else { continue };
            files.insert(PathBuf::from(path), object.to_owned());
            links.extend((mode == LINK).then(|| (PathBuf::from(path), object.to_owned())));
        }
        let targets = self.texts(links.iter().map(|(_, object)| object))?;
        Ok((files, links.into_iter().map(|(path, _)| path).zip(targets).collect()))
    }
    /// Every file that is otherwise now, or gone.
    pub(super) fn differing(&self, commit: &str) -> Result<BTreeSet<PathBuf>, Fault> {
        self.names(&["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--"])
    }
    /// Whether these files and folders are just as the last commit has them, with nothing beside it that is read. What git
    /// does not know says nothing: it may be ignored, or be called otherwise there.
    pub(super) fn is_clean(&self, paths: &[PathBuf]) -> Result<bool, Fault> {
        let paths: Vec<String> = paths.iter().map(|path| format!("./{}", crate::diag::source::shown(path))).collect();
        let asked = |arguments: &[&str]| {
            let all: Vec<&str> = arguments.iter().copied().chain(paths.iter().map(String::as_str)).collect();
            git(&self.top, &all)
        };
        let status = ["--literal-pathspecs", "status", "--porcelain", "--ignored", "-z", "--untracked-files=all", "--"];
        let Ok(changes) = asked(&status)? else { return Ok(false) };
        let clean = text(changes).split('\0').filter(|change| !change.is_empty()).all(|change| {
            change
                .strip_prefix("!! ")
                .is_some_and(|ignored| !ignored.ends_with('/') && !is_manifest(Path::new(ignored)))
        });
        Ok(clean && asked(&["--literal-pathspecs", "ls-files", "--error-unmatch", "-z", "--"])?.is_ok())
    }
    fn names(&self, arguments: &[&str]) -> Result<BTreeSet<PathBuf>, Fault> {
        let names = git(&self.top, arguments)?.map_err(failed)?;
        Ok(text(names).split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect())
    }
    /// Texts by their names.
    pub(super) fn texts<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> Result<Vec<String>, Fault> {
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut all = fed(&self.top, &["cat-file", "--batch"], names.join("\n"))?.map_err(failed)?.into_iter();
        // `OBJECT blob BYTES<line end>`, the text, and a line end; `OBJECT missing` in a clone without it.
        let mut texts = Vec::new();
        for name in names {
            let head: Vec<u8> = all.by_ref().take_while(|byte| *byte != b'\n').collect();
            let head = text(head);
            let bytes = head.strip_prefix(name).and_then(|rest| rest.strip_prefix(" blob "));
            let bytes: usize = bytes.and_then(|bytes| bytes.parse().ok()).ok_or_else(|| failed(head.clone()))?;
            texts.push(text(all.by_ref().take(bytes).collect()));
            all.next();
        }
        Ok(texts)
    }
    /// A path as the repository names it.
    pub(super) fn path(&self, path: &Path) -> Option<PathBuf> {
        let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        whole.strip_prefix(&self.top).ok().map(Path::to_owned)
    }
    /// The path of something of a project as it is written, whatever links it goes through.
    pub(super) fn lexical(&self, root: &Path, path: &Path) -> PathBuf {
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let whole: PathBuf = root.join(path).components().filter(|part| *part != Component::CurDir).collect();
        whole.strip_prefix(&self.top).map(Path::to_owned).unwrap_or(whole)
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
    let done = command(folder, arguments).stdin(Stdio::null()).output();
    done.map_err(unrunnable).map(said)
}

/// The same, with something to read.
fn fed(folder: &Path, arguments: &[&str], input: String) -> Result<Result<Vec<u8>, String>, Fault> {
    let mut command = command(folder, arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(unrunnable)?;
    let pipe = child.stdin.take();
    // It answers while it reads: who writes first and reads then waits for ever.
    let done = std::thread::scope(|scope| {
        let writing = scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input.as_bytes())));
        let done = child.wait_with_output();
        drop(writing.join());
        done
    });
    done.map_err(unrunnable).map(said)
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(["-c", "core.fsmonitor=false", "-C"]).arg(folder).args(arguments).env("GIT_OPTIONAL_LOCKS", "0");
    command
}

fn unrunnable(error: std::io::Error) -> Fault {
    Fault::Usage(format!("`git` cannot be run: {error}"))
}

fn said(done: Output) -> Result<Vec<u8>, String> {
    if done.status.success() {
        return Ok(done.stdout);
    }
    let words = String::from_utf8_lossy(&done.stderr);
    Err(words.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ").to_owned())
}
