//! The manifests of a project, resolved, with every finding: `validate`, and where every other command begins. Looks at
//! files only; never asks a tenant.

use super::fault::Fault;
use crate::desired::{self, Desired};
use crate::diag::{Finding, SourceMap};
use crate::manifest;
use crate::manifest::document::Spec;
use crate::model::TenantId;
use std::path::{Path, PathBuf};

/// Where manifests lie when the project file names no place.
pub const MANIFESTS: &str = "manifests";
/// Where the state lies when the project file names no place.
pub const STATE: &str = ".twotier";

/// Where the manifests lie.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The folder of the project file.
    pub root: &'a Path,
    /// Files and folders, relative to `root` or absolute.
    pub manifests: &'a [PathBuf],
    /// The state folder, which is never read as manifests.
    pub state: &'a Path,
}

/// What the manifests say.
#[derive(Clone, Debug)]
pub struct Project {
    /// The files.
    pub sources: SourceMap,
    /// What is meant; none when a finding is an error.
    pub desired: Option<Desired>,
    /// Everything there is to say about the manifests alone, by place.
    pub findings: Vec<Finding>,
}

/// Loads and resolves the manifests.
#[must_use]
pub fn load(place: Place<'_>) -> Project {
    let Place { root, manifests, state } = place;
    let loaded = manifest::load(root, manifests, state);
    let (desired, mut findings) = desired::resolve(loaded.manifests);
    findings.extend(manifest::unread((root, manifests, state), &loaded.passed));
    Project { sources: loaded.sources, desired, findings }
}

/// The tenant of the one Provider that is declared, and the file that does: whatever else the manifests say is not read.
#[must_use]
pub fn provider(place: Place<'_>) -> Option<(TenantId, PathBuf)> {
    let Place { root, manifests, state } = place;
    let loaded = manifest::load_only((root, manifests, state), |text| text.contains("Provider"));
    let mut providers = loaded.manifests.documents.iter().filter_map(|parsed| {
        if let Spec::Provider(it) = &parsed.document.spec { Some((it.tenant_id.value, parsed.at.file)) } else { None }
    });
    let (tenant, file) = providers.next()?;
    let only = providers.next().is_none();
    only.then_some((tenant, loaded.sources.file(file)?.path.clone()))
}

impl Project {
    /// Whether no manifest is written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.files().all(|(_, file)| file.text.trim().is_empty())
    }
    /// What is meant.
    ///
    /// # Errors
    /// When the manifests are not valid; the project comes back with its findings.
    pub fn valid(self) -> Result<Valid, Fault> {
        match self {
            Self { sources, desired: Some(desired), findings } => Ok(Valid { sources, desired, findings }),
            invalid @ Self { desired: None, .. } => Err(Fault::Manifests(Box::new(invalid))),
        }
    }
}

/// Manifests without an error.
#[derive(Clone, Debug)]
pub struct Valid {
    /// The files.
    pub sources: SourceMap,
    /// What is meant.
    pub desired: Desired,
    /// Warnings and notes.
    pub findings: Vec<Finding>,
}
