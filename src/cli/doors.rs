//! The doors of a command: tenant, state and clock, built from settings. Nothing else builds one.

use super::clock::{CommandClock, Random, stamp};
use super::error::{CliError, Exit};
use super::settings::{Center, FILE_NAME, Setting, Settings};
use crate::backend::simulated::Embedded;
use crate::journal::{Directory, Journal, Stamp};
use crate::model::TenantId;
use crate::observed::Why;
use crate::ops::memory::{self, Missing};
use crate::ops::{Fault, project};
use std::path::Path;
use std::sync::Arc;

/// The tenant, the state and the clock of a command.
pub(crate) struct Doors {
    /// The tenant.
    pub(crate) tenant: Arc<Embedded>,
    /// The clock.
    pub(crate) clock: Arc<CommandClock>,
    store: Arc<Directory>,
}

impl Doors {
    /// Opens the tenant and, for the time being, only knows where the state lies. Writes nothing.
    ///
    /// # Errors
    /// When no center is set, it cannot be opened, or this version has no such center.
    pub(crate) fn open(settings: &Settings) -> Result<Self, CliError> {
        let seed = embedded(settings)?;
        let tenant = Arc::new(Embedded::open(seed, &settings.state.value).map_err(Fault::from)?);
        let clock = Arc::new(CommandClock::start(tenant.clone()));
        Ok(Self { tenant, clock, store: Arc::new(Directory::new(&settings.state.value)) })
    }
    /// The provider's tenant, as the center knows it.
    pub(crate) fn id(&self) -> TenantId {
        self.tenant.id()
    }
    /// Where the records lie.
    pub(crate) fn store(&self) -> Arc<Directory> {
        self.store.clone()
    }
    /// What is remembered. A missing state reads as empty, since the tenant's living copy is missing with it.
    ///
    /// # Errors
    /// When it is another tenant's, damaged, or its living copy is gone.
    pub(crate) fn journal(&self) -> Result<Journal, Fault> {
        let journal = memory::open(self.store.clone(), self.id(), &Missing::Empty)?;
        let copy = self.tenant.living_copy();
        // The copy is written first and discarded last: a state without one remembers another tenant.
        if journal.has_state() && !copy.exists() { Err(Fault::NoCopy { copy }) } else { Ok(journal) }
    }
    /// What is remembered, to be written to: begins state and living copy if this is the first time.
    ///
    /// # Errors
    /// As [`Doors::journal`], and when they cannot be written.
    pub(crate) fn writable(&self) -> Result<Journal, Fault> {
        let mut journal = self.journal()?;
        // The copy first: without a genesis it still reads as the beginning.
        self.tenant.materialize()?;
        memory::begin_if_missing(&mut journal, self.id(), Random.word(), &self.stamp())?;
        Ok(journal)
    }
    /// What a record is written with now.
    pub(crate) fn stamp(&self) -> Stamp {
        stamp(self.clock.as_ref())
    }
}

/// The seed of the embedded tenant.
///
/// # Errors
/// When no center is set, or this version has no such center.
pub(crate) fn embedded(settings: &Settings) -> Result<&Path, CliError> {
    match &settings.center {
        Some(Setting { value: Center::Embedded(seed), origin: _ }) => Ok(seed),
        Some(Setting { value: Center::Url(url), origin }) => Err(CliError::usage(format!(
            "the center `{url}` (from {origin}) is a service, and this version only knows embedded tenants: not built yet"
        ))
        .hint("`center: embedded:FILE` plans and applies against a simulated tenant")),
        None => {
            let error = CliError::usage("no center is set: nobody to ask what is there");
            Err(match &settings.project_file {
                Some(path) => error.hint(format!("say `center: embedded:FILE` in {}", path.display())),
                None => error.hint(format!(
                    "there is no `{FILE_NAME}` here or above; work in a project, or name one by -C DIR"
                )),
            })
        }
    }
}

/// Where the manifests lie.
pub(crate) fn place(settings: &Settings) -> project::Place<'_> {
    project::Place { root: &settings.root, manifests: &settings.manifests.value, state: &settings.state.value }
}

impl From<Fault> for CliError {
    fn from(fault: Fault) -> Self {
        let words = super::error::chain(&fault);
        match fault {
            Fault::Manifests(_) => Self::new(Exit::Invalid, words).hint("`twotier validate` shows every finding"),
            Fault::NoState { place: _ } => Self::failed(words)
                .hint("a missing state is unknown, not empty: point `--state` to the right place")
                .hint("if this tenant never had one, begin it: `twotier state init`"),
            Fault::OtherTenant { .. } => Self::failed(words).hint("point `--state` to the state of this tenant"),
            Fault::NoCopy { .. } => {
                Self::failed(words).hint("put it back, or begin both anew: `twotier simulate reset`")
            }
            Fault::OtherCenter { .. } => Self::failed(words).hint("a project is one tenant with one state"),
            Fault::Usage(_) => Self::usage(words),
            Fault::Locked(_) => Self::new(Exit::Locked, words)
                .hint("`--lock-wait` waits longer; `twotier state take-over` ends a run that is certainly dead"),
            Fault::Denied(_) => Self::new(Exit::SignIn, words),
            Fault::Interrupted => Self::new(Exit::Interrupted, words),
            Fault::UnknownPlan { .. } | Fault::NotTheSame(_) => {
                Self::new(Exit::Stale, words).hint("review the new plan: `twotier plan`")
            }
            Fault::WouldBreak(_) => Self::new(Exit::Invalid, words),
            Fault::Edit { .. } => Self::failed(words).hint("change it by hand, or write it in block style"),
            Fault::Changed { path: _ } => Self::failed(words).hint("run the command again"),
            Fault::Unread { what: _, why: Why::Denied(_) } => Self::new(Exit::SignIn, words),
            Fault::Unread { what: _, why: _ } => {
                Self::failed(words).hint("run the command again when the service answers")
            }
            Fault::Journal(_)
            | Fault::Embedded(_)
            | Fault::File { .. }
            | Fault::Plan { .. }
            | Fault::OtherPlan { .. }
            | Fault::Fenced { .. } => Self::failed(words),
        }
    }
}
impl From<crate::journal::JournalError> for CliError {
    fn from(error: crate::journal::JournalError) -> Self {
        Fault::from(error).into()
    }
}
