//! Why a command ended without doing its work, by what somebody can do about it. Holds values only: the exit code and
//! the words around it are the command line's.

use super::line::Replaced;
use super::project::Project;
use super::roles::Lacking;
use crate::apply::approve::NotTheSame;
use crate::backend::simulated::EmbeddedError;
use crate::journal::history::Pruned;
use crate::journal::{JournalError, OpenRun};
use crate::manifest::Refused;
use crate::model::{Address, Digest, TenantId};
use crate::observed::Why;
use crate::plan::file::ReadError;
use smol_str::SmolStr;
use std::path::PathBuf;
use std::sync::Arc;

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
    /// The state is part of the repository, so that a change could bring another one along.
    #[error("the state in `{}` is committed to the repository [{}]", .place.display(), crate::diag::Code::StateCommitted)]
    StateCommitted {
        /// Where.
        place: PathBuf,
    },
    /// The state of an embedded tenant is there, and the tenant's living copy is not.
    #[error("there is a state, but the tenant it remembers, `{}`, is gone", .copy.display())]
    NoCopy {
        /// Where it should be.
        copy: PathBuf,
    },
    /// The state is a service's, and the center is a tenant in a file.
    #[error("the state in `{}` was begun for a service, and the center is a tenant in a file", .place.display())]
    OfService {
        /// Where.
        place: PathBuf,
    },
    /// The state does not say what it was begun for, and no living copy of a tenant lies beside it.
    #[error("the state in `{}` may be a service's: no copy of a tenant in a file (`tenant.jsonl`) lies beside it", .place.display())]
    OfWhom {
        /// Where.
        place: PathBuf,
    },
    /// The state is that of a tenant in a file, and the center is a service.
    #[error("the state in `{}` was begun for a tenant in a file, and the center is a service", .place.display())]
    OfFile {
        /// Where.
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
    /// The only copy of a password would be destroyed before it reached anybody.
    #[error("the password of `{address}` is not delivered: {}", match .handoff {
        Some(_) => "nobody said so yet",
        None => "nobody was asked to yet",
    })]
    Undelivered {
        /// Whose.
        address: Box<Address>,
        /// The hand-off that asks for it, if it was asked.
        handoff: Option<String>,
    },
    /// A saved plan cannot be used.
    #[error("`{place}` cannot be used")]
    Plan {
        /// File or key.
        place: String,
        /// Why.
        #[source]
        source: ReadError,
    },
    /// The approved plan is another tenant's.
    #[error("the approved plan is for the tenant `{theirs}`, not for `{ours}`")]
    OtherPlan {
        /// Whose command this is.
        ours: TenantId,
        /// Whose plan that is.
        theirs: TenantId,
    },
    /// Nothing that the approved plan changes is known here.
    #[error(
        "the approved plan is of other manifests: nothing that it changes is declared here or known to this state, such as `{such}`"
    )]
    ForeignPlan {
        /// One of the addresses.
        such: Box<Address>,
    },
    /// A newer plan of the whole project took the place of the approved one.
    #[error("a newer plan of the whole project was applied since, {0}: what was taken back is not done")]
    Replaced(Replaced),
    /// No plan is stored under the approved id, and the new one has another.
    #[error("{}, and the new plan is another one: `{fresh}`", match .pruned {
        Some(pruned) => format!("the plan `{id}` was {pruned}"),
        None => format!("no plan `{id}` is stored"),
    })]
    UnknownPlan {
        /// The approved id.
        id: Digest,
        /// Id of the new plan.
        fresh: Digest,
        /// Who removed it, if somebody did.
        pruned: Option<Pruned>,
    },
    /// The state is damaged, so nothing is taken away from it.
    #[error("the state is damaged, so nothing is removed from it: {damage}")]
    Unsound {
        /// The first of what is wrong.
        damage: String,
    },
    /// What is stored under the approved id is another plan: somebody changed the state.
    #[error("what is stored as the plan `{id}` is another plan, `{found}`")]
    NotThatPlan {
        /// The approved id.
        id: Digest,
        /// Id of what is stored, recomputed from its content.
        found: Digest,
    },
    /// `--exact`: the plans differ.
    #[error(transparent)]
    NotTheSame(NotTheSame),
    /// Another run holds the lease.
    #[error("another run holds the lease: {} since {}", .0.open.actor, .0.at)]
    Locked(Box<OpenRun>),
    /// Another run took over in the middle.
    #[error("the run {by} took over; this one stopped before it wrote anything more")]
    Fenced {
        /// Its number.
        by: u64,
    },
    /// Nothing may be read: nobody is signed in, or without a role.
    #[error("nothing may be read: {0}")]
    Denied(SmolStr),
    /// Approved steps need roles that the signed-in user does not hold; nothing was changed.
    #[error("{0}, and the signed-in user does not hold it")]
    Role(Lacking),
    /// A person stopped it before its steps.
    #[error("interrupted; nothing was changed")]
    Interrupted,
    /// Changed manifests would not be valid; their new errors say why.
    #[error("the manifests would not be valid afterwards; nothing was written")]
    WouldBreak(Box<Project>),
    /// A manifest cannot be changed without touching more than was asked.
    #[error("`{path}` was not changed")]
    Edit {
        /// Which, as shown to people.
        path: String,
        /// Its text.
        before: Arc<str>,
        /// Why.
        #[source]
        source: Refused,
    },
    /// Somebody else wrote a file meanwhile.
    #[error("`{}` is not what it was when it was read", .path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// What a command rests on could not be read from the tenant.
    #[error("{what} could not be read: {why}")]
    Unread {
        /// What.
        what: String,
        /// Why.
        why: Why,
    },
    /// A file could not be read or written.
    #[error("`{}` cannot be {what}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// `read`, `written`, `made` or `removed`.
        what: &'static str,
        /// The system's words.
        #[source]
        source: std::io::Error,
    },
}
