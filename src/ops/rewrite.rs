//! Manifests that a command changes: proposed as whole files, checked as a whole project, written one by one. Never
//! writes over what somebody else changed meanwhile, and never leaves half a file.

use super::fault::Fault;
use super::project::{Project, Valid};
use super::{files, project::Place};
use crate::desired::{self, Desired};
use crate::diag::source::shown;
use crate::diag::{Code, Finding, Severity, SourceMap};
use crate::manifest::{self, Edit, Loaded, Parsed};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file as it is and as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Relative to the folder of the project file.
    pub path: PathBuf,
    /// Where it lies now, when it moves to `path`.
    pub from: Option<PathBuf>,
    /// Its text now; none when there is no such file.
    pub before: Option<Arc<str>>,
    /// Its text to be.
    pub after: Arc<str>,
}

/// The manifests, as written and as meant.
#[derive(Clone, Debug)]
pub struct Written {
    /// The folder of the project file; nothing for files in memory.
    pub root: PathBuf,
    /// The files.
    pub sources: SourceMap,
    /// Every document without faults of its own.
    pub documents: Vec<Parsed>,
    /// What is meant; none when a finding is an error.
    pub desired: Option<Desired>,
    /// Everything there is to say.
    pub findings: Vec<Finding>,
}

impl Written {
    /// Loads the manifests of a project.
    #[must_use]
    pub fn load(place: Place<'_>) -> Self {
        let Place { root, manifests, state } = place;
        let Loaded { sources, manifests, passed: _ } = manifest::load(root, manifests, state);
        let documents = manifests.documents.clone();
        let (desired, findings) = desired::resolve(manifests);
        Self { root: root.into(), sources, documents, desired, findings }
    }
    /// Reads files that are in memory.
    #[must_use]
    pub fn of(sources: SourceMap) -> Self {
        let manifests = manifest::parse(&sources);
        let documents = manifests.documents.clone();
        let (desired, findings) = desired::resolve(manifests);
        Self { root: PathBuf::new(), sources, documents, desired, findings }
    }
    /// The manifests without an error.
    ///
    /// # Errors
    /// When they have one.
    pub fn valid(self) -> Result<Valid, Fault> {
        let Self { root: _, sources, documents: _, desired, findings } = self;
        Project { sources, desired, findings }.valid()
    }
    /// Makes edits, told by document, file by file.
    ///
    /// # Errors
    /// When the text of a file would not read as meant afterwards; nothing is changed then.
    pub fn edited(&self, edits: Vec<Edit>) -> Result<Vec<FileChange>, Fault> {
        let (changes, refused) = self.attempted(edits);
        refused.into_iter().next().map_or(Ok(changes), Err)
    }
    /// The same; files whose text would not read as meant stay as they are, each with the reason.
    pub fn attempted(&self, edits: Vec<Edit>) -> (Vec<FileChange>, Vec<Fault>) {
        let mut by_file: BTreeMap<_, Vec<Edit>> = BTreeMap::new();
        for edit in edits {
            by_file.entry(edit.document.file).or_default().push(edit);
        }
        let (mut changes, mut refused) = (Vec::new(), Vec::new());
        for (file, edits) in by_file {
            let Some(file) = self.sources.file(file) else { continue };
            let before = file.text.clone();
            match manifest::edit(&before, &edits) {
                Ok(after) if *after == *before => {}
                Ok(after) => {
                    let path = file.path.clone();
                    changes.push(FileChange { path, from: None, before: Some(before), after: after.into() });
                }
                Err(source) => refused.push(Fault::Edit { path: shown(&file.path), before, source }),
            }
        }
        (changes, refused)
    }
    /// The manifests with changes made to them, in memory.
    #[must_use]
    pub fn with(&self, changes: &[FileChange]) -> Self {
        let mut texts: BTreeMap<&Path, &Arc<str>> =
            self.sources.files().map(|(_, file)| (file.path.as_path(), &file.text)).collect();
        changes.iter().filter_map(|change| change.from.as_deref()).for_each(|from| {
            texts.remove(from);
        });
        texts.extend(changes.iter().map(|change| (change.path.as_path(), &change.after)));
        let mut sources = SourceMap::default();
        for (path, text) in texts {
            sources.add(path.into(), text.clone());
        }
        Self::of(sources)
    }
    /// That changes bring no error that was not there before.
    ///
    /// # Errors
    /// With the project as it would be and its new errors.
    pub fn check(&self, changes: &[FileChange]) -> Result<(), Fault> {
        let after = self.with(changes);
        let mut known: BTreeMap<Wrong<'_>, usize> = BTreeMap::new();
        for wrong in errors(&self.findings).flat_map(wrongs) {
            *known.entry(wrong).or_default() += 1;
        }
        let mut is_known =
            |wrong| known.get_mut(&wrong).and_then(|left| left.checked_sub(1).map(|less| *left = less)).is_some();
        let mut new = Vec::new();
        for finding in errors(&after.findings) {
            // Every one is asked: each may use up one that was there.
            if wrongs(finding).filter(|wrong| !is_known(*wrong)).count() > 0 {
                new.push(finding.clone());
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        Err(Fault::WouldBreak(Box::new(Project { sources: after.sources, desired: None, findings: new })))
    }
}

/// One thing that is wrong: what an error says of one place.
type Wrong<'a> = (Code, &'a str, Option<&'a str>);

/// What an error says is wrong: each of the places it names, where it names any, so that mending some of them is no new error.
fn wrongs(finding: &Finding) -> impl Iterator<Item = Wrong<'_>> {
    let places = finding.related.iter().map(|(_, what)| Some(what.as_str()));
    let alone = finding.related.is_empty().then_some(None);
    places.chain(alone).map(|what| (finding.code, finding.message.as_str(), what))
}

fn errors(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error)
}

/// Writes files one by one, each whole or not at all; whoever is interrupted can begin again.
///
/// # Errors
/// When one cannot be written, or is not what it was when it was read; those before it are written.
pub fn write(root: &Path, changes: &[FileChange]) -> Result<(), Fault> {
    changes.iter().try_for_each(|FileChange { path, from, before, after }| {
        let path = root.join(path);
        match from.as_ref().zip(before.as_ref()) {
            Some((from, before)) => files::relocate((&root.join(from), &path), before, after),
            None => files::exchange(&path, before.as_deref(), after),
        }
    })
}
