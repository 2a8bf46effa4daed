//! Why a command ended without doing its work, by what somebody can do about it. Holds values only: the exit code and
//! the words around it are the command line's.

use super::project::Project;
use crate::backend::simulated::EmbeddedError;
use crate::journal::JournalError;
use crate::model::TenantId;
use std::path::PathBuf;

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The manifests are not valid; their findings say why.
    #[error("the manifests are not valid")]
    Manifests(Box<Project>),
    /// There is no state, and a missing one is unknown, not empty.
    #[error("there is no state in `{}`", .place.display())]
    NoState {
        /// Where it was looked for.
        place: PathBuf,
    },
    /// The state belongs to another tenant.
    #[error("the state belongs to the tenant `{theirs}`, not to `{ours}`")]
    OtherTenant {
        /// Whose command this is.
        ours: TenantId,
        /// Whose state that is.
        theirs: TenantId,
    },
    /// Manifests and center name different tenants.
    #[error("the manifests declare the tenant `{declared}`, the center is `{center}`")]
    OtherCenter {
        /// By `Provider.spec.tenantId`.
        declared: TenantId,
        /// By the center.
        center: TenantId,
    },
    /// The journal did not do it.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The embedded tenant did not do it.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// What was asked for makes no sense here.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written.
    #[error("`{}` cannot be {what}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// `read` or `written`.
        what: &'static str,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
}
