//! The doors of a command: tenant, state and clock, built from settings. Nothing else builds one.

use super::clock::{CommandClock, Random, stamp};
use super::error::{CliError, Exit};
use super::progress::Shown;
#[cfg(feature = "rest")]
use super::service::Service;
use super::settings::{Center, Setting, Settings};
use super::terminal::Terminal;
use crate::backend::simulated::{Embedded, EmbeddedError};
use crate::backend::{Actuate, Observe};
use crate::diag::Code;
use crate::journal::record::BegunFor;
use crate::journal::{Beginning, Directory, Journal, JournalError, Stamp};
use crate::manifest::PROJECT_FILE;
use crate::model::{PartnerId, TenantId};
use crate::observed::Why;
#[cfg(feature = "rest")]
use crate::ops::base;
use crate::ops::memory::{self, Missing};
use crate::ops::project::Valid;
use crate::ops::recall::{Past, Recall, Recalling};
use crate::ops::{Fault, plan, project};
use smol_str::SmolStr;
use std::path::Path;
#[cfg(feature = "rest")]
use std::path::PathBuf;
use std::sync::Arc;

/// The tenant, the state and the clock of a command.
pub(crate) struct Doors {
    /// Looks.
    pub(crate) observe: Arc<dyn Observe>,
    /// Changes.
    pub(crate) actuate: Arc<dyn Actuate>,
    /// The clock.
    pub(crate) clock: Arc<CommandClock>,
    center: Opened,
    store: Arc<Directory>,
    #[cfg(feature = "rest")]
    state: PathBuf,
}

/// Who is asked.
enum Opened {
    Embedded(Arc<Embedded>),
    #[cfg(feature = "rest")]
    Service(Box<Service>),
}

impl Doors {
    /// Opens the tenant and, for the time being, only knows where the state lies. Writes nothing and asks nobody.
    ///
    /// # Errors
    /// When no center is set, or it cannot be opened.
    pub(crate) fn open(settings: &Settings) -> Result<Self, CliError> {
        let state = settings.state.value.clone();
        let store = Arc::new(Directory::new(&state));
        #[cfg(feature = "rest")]
        if let Some(Setting { value: Center::Url(url), origin: _ }) = &settings.center {
            let clock = Arc::new(CommandClock::of_system());
            let service = Box::new(Service::open(settings, url, clock.clone())?);
            let (observe, actuate) = (service.center.clone(), service.center.clone());
            return Ok(Self { observe, actuate, clock, center: Opened::Service(service), store, state });
        }
        let seed = embedded(settings)?;
        let tenant = Arc::new(Embedded::open(seed, &state).map_err(Fault::from)?);
        let clock = Arc::new(CommandClock::of_tenant(tenant.clone()));
        let (observe, actuate) = (tenant.clone(), tenant.clone());
        Ok(Self {
            observe,
            actuate,
            clock,
            center: Opened::Embedded(tenant),
            store,
            #[cfg(feature = "rest")]
            state,
        })
    }
    /// The doors of a command that works on the live tenant of a project.
    ///
    /// # Errors
    /// As [`Doors::open`], when manifests and center mean different tenants, and when nobody is signed in.
    pub(crate) fn of(settings: &Settings, project: &Valid, terminal: &Terminal) -> Result<Self, CliError> {
        let doors = Self::open(settings)?;
        plan::same_tenant(project, doors.id())?;
        doors.sign_in(terminal)?;
        Ok(doors)
    }
    /// Makes sure that somebody is signed in, before anything else happens.
    ///
    /// # Errors
    /// Why nobody is.
    pub(crate) fn sign_in(&self, terminal: &Terminal) -> Result<(), CliError> {
        let told: Vec<String> = match &self.center {
            Opened::Embedded(_) => Vec::new(),
            #[cfg(feature = "rest")]
            Opened::Service(service) => service.sign_in()?,
        };
        told.iter().for_each(|line| terminal.warn(&format!("warning: {line}")));
        Ok(())
    }
    /// The provider's tenant.
    pub(crate) fn id(&self) -> TenantId {
        match &self.center {
            Opened::Embedded(tenant) => tenant.id(),
            #[cfg(feature = "rest")]
            Opened::Service(service) => service.tenant,
        }
    }
    /// Whether others reach the tenant too, from states of their own.
    pub(crate) fn is_service(&self) -> bool {
        match &self.center {
            Opened::Embedded(_) => false,
            #[cfg(feature = "rest")]
            Opened::Service(_) => true,
        }
    }
    /// The provider's own PartnerID and country, where the center tells them.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub(crate) fn provider(&self) -> Result<(Option<PartnerId>, Option<SmolStr>), CliError> {
        match &self.center {
            Opened::Embedded(tenant) => Ok(tenant.provider()),
            #[cfg(feature = "rest")]
            Opened::Service(service) => {
                let profile = service.center.profile();
                let profile =
                    profile.map_err(|why| Fault::Unread { what: "the provider's own profile".into(), why })?;
                Ok((profile.partner_id, profile.country))
            }
        }
    }
    /// The simulated tenant, for commands that play its people and its time.
    ///
    /// # Errors
    /// When the center is a service.
    pub(crate) fn simulated(&self) -> Result<&Embedded, CliError> {
        match &self.center {
            Opened::Embedded(tenant) => Ok(tenant),
            #[cfg(feature = "rest")]
            Opened::Service(_) => {
                Err(CliError::usage("`simulate` plays the sides of an embedded tenant, and the center is a service")
                    .hint("there, people and time play themselves"))
            }
        }
    }
    /// The service, for commands that sign in to one.
    ///
    /// # Errors
    /// When the center is an embedded tenant.
    #[cfg(feature = "rest")]
    pub(crate) fn service(&self) -> Result<&Service, CliError> {
        match &self.center {
            Opened::Embedded(_) => Err(CliError::usage("the center is an embedded tenant: nobody signs in there")),
            Opened::Service(service) => Ok(service),
        }
    }
    /// What a plan is made against.
    pub(crate) fn ground<'a>(&'a self, journal: &'a Journal, recall: &'a Recall) -> plan::Ground<'a> {
        use crate::apply::Clock as _;
        plan::Ground {
            observe: self.observe.as_ref(),
            ledger: journal.ledger(),
            now: self.clock.now(),
            recall,
            under: None,
        }
    }
    /// What earlier commands brought and this one may use.
    pub(crate) fn recall(&self, recalling: Option<&Recalling>, journal: &Journal, shown: &Shown) -> Recall {
        use crate::apply::Clock as _;
        Recall::open(recalling, Past { observe: self.observe.as_ref(), journal, now: self.clock.now() }, shown)
    }
    /// Where the records lie.
    pub(crate) fn store(&self) -> Arc<Directory> {
        self.store.clone()
    }
    /// What is remembered. With an embedded tenant a missing state reads as empty, since the tenant's living copy is
    /// missing with it; with a service it is unknown.
    ///
    /// # Errors
    /// When it is another tenant's, damaged, missing, committed to the repository, or its living copy is gone.
    pub(crate) fn journal(&self) -> Result<Journal, Fault> {
        match &self.center {
            Opened::Embedded(tenant) => {
                let copy = tenant.living_copy();
                memory::same_kind(self.store.as_ref(), BegunFor::Embedded, &copy)?;
                let journal = memory::open(self.store.clone(), self.id(), &Missing::Empty)?;
                // The copy is written first and discarded last: a state without one remembers another tenant.
                if journal.has_state() && !copy.exists() {
                    return Err(Fault::NoCopy { copy });
                }
                // A copy that anything happened to and that nothing remembers: what happened is unknown, not nothing.
                if !journal.has_state() && tenant.was_changed() {
                    return Err(Fault::NoState { place: copy.parent().map(Path::to_owned).unwrap_or_default() });
                }
                Ok(journal)
            }
            #[cfg(feature = "rest")]
            Opened::Service(_) if base::is_committed(&self.state) => {
                Err(Fault::StateCommitted { place: self.state.clone() })
            }
            #[cfg(feature = "rest")]
            Opened::Service(_) => {
                memory::same_kind(self.store.as_ref(), BegunFor::Service, &Embedded::copy_in(&self.state))?;
                memory::open(self.store.clone(), self.id(), &Missing::Refused(self.state.clone()))
            }
        }
    }
    /// What is remembered, to be written to: with an embedded tenant begins state and living copy if this is the first
    /// time.
    ///
    /// # Errors
    /// As [`Doors::journal`], and when they cannot be written.
    pub(crate) fn writable(&self) -> Result<Journal, Fault> {
        let mut journal = self.journal()?;
        match &self.center {
            Opened::Embedded(tenant) => {
                // The copy first: without a genesis it still reads as the beginning.
                tenant.materialize()?;
                memory::begin_if_missing(&mut journal, self.id(), Random.word(), &self.stamp())?;
            }
            #[cfg(feature = "rest")]
            Opened::Service(_) => {}
        }
        Ok(journal)
    }
    /// Begins the state.
    ///
    /// # Errors
    /// When there is one, or it cannot be written.
    pub(crate) fn begin(&self) -> Result<(), Fault> {
        let (mut journal, begun_for) = match &self.center {
            Opened::Embedded(tenant) => {
                // A lost state is begun anew here, and only here.
                let journal = memory::open(self.store.clone(), self.id(), &Missing::Empty)?;
                if !journal.has_state() {
                    tenant.materialize()?;
                }
                (journal, BegunFor::Embedded)
            }
            #[cfg(feature = "rest")]
            Opened::Service(_) => (memory::open(self.store.clone(), self.id(), &Missing::Empty)?, BegunFor::Service),
        };
        let beginning = Beginning { tenant: self.id(), begun_for: Some(begun_for) };
        Ok(journal.init(beginning, Random.word(), &self.stamp())?)
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
        #[cfg(feature = "rest")]
        Some(Setting { value: Center::Url(url), origin }) => Err(CliError::usage(format!(
            "`simulate` plays the sides of an embedded tenant, and the center `{url}` (from {origin}) is a service"
        ))
        .hint("there, people and time play themselves, and what is remembered of it is never discarded")),
        #[cfg(not(feature = "rest"))]
        Some(Setting { value: Center::Url(url), origin }) => Err(CliError::usage(format!(
            "the center `{url}` (from {origin}) is a service, and this build has no network (feature `rest`)"
        ))
        .hint("`center: embedded:FILE` plans and applies against a simulated tenant")),
        None => {
            let error = CliError::usage("no center is set: nobody to ask what is there");
            Err(match &settings.project_file {
                Some(path) => error.hint(format!(
                    "say `center` in {}: `embedded:FILE` is a simulated tenant, `{{url: \
                     https://api.partnercenter.microsoft.com, tenant: ID, app: {{clientId: ID}}}}` a real one",
                    path.display()
                )),
                None => error.hint(format!(
                    "there is no `{PROJECT_FILE}` here or above; work in a project, or name one by -C DIR"
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
                .hint("if this tenant never had one, or it is lost for good, begin it: `twotier state init`")
                .hint("what was bought before blocks a second order; orders show up to 15 minutes late, so wait that long"),
            Fault::StateCommitted { place: _ } => Self::failed(words)
                .hint("whoever proposes a change could bring a state along that knows of no limit, no protection and no order")
                .hint("keep it where only the jobs that apply reach it (TWOTIER_STATE), and `git rm -r --cached` the folder"),
            Fault::OtherTenant { .. } => Self::failed(words).hint("point `--state` to the state of this tenant"),
            Fault::OfService { place: _ } => Self::failed(words)
                .hint("it knows what was bought: no command of a simulated tenant uses or resets it")
                .hint("name another one for the tenant in a file: `--state DIR`, or `state` or TWOTIER_STATE"),
            Fault::OfWhom { place: _ } => Self::failed(words)
                .hint("a service's knows what was bought: name another one, by `--state DIR`, `state` or TWOTIER_STATE")
                .hint("if it is certainly a tenant in a file's: put `tenant.jsonl` back, or remove the folder by hand"),
            Fault::OfFile { place: _ } => Self::failed(words)
                .hint("nothing in it happened to the service: name another one, by `--state DIR`, `state` or TWOTIER_STATE"),
            Fault::NoCopy { .. } => {
                Self::failed(words).hint("put it back, or begin both anew: `twotier simulate reset`")
            }
            Fault::OtherCenter { .. } => Self::failed(words).hint("a project is one tenant with one state"),
            Fault::Usage(_) => Self::usage(words),
            Fault::Undelivered { address: _, handoff } => {
                let done = handoff.map_or_else(
                    || "`twotier apply` asks somebody to deliver it".to_owned(),
                    |id| format!("deliver it, then say so: `twotier handoffs done {id}`"),
                );
                Self::failed(words).hint(done).hint("`--undelivered` destroys it all the same; a new one is planned")
            }
            Fault::Locked(_) => Self::new(Exit::Locked, words)
                .hint("`--lock-wait` waits longer; `twotier state take-over` ends a run that is certainly dead"),
            Fault::Denied(_) => Self::new(Exit::SignIn, words),
            Fault::Role(_) => Self::new(Exit::SignIn, words)
                .hint("nothing was done; let somebody with the role apply, correct `center.roles`, or leave these steps out: \
                     `twotier plan --target ADDRESS --out FILE`, then `apply FILE`"),
            Fault::Interrupted => Self::new(Exit::Interrupted, words),
            Fault::UnknownPlan { .. } | Fault::NotTheSame(_) => {
                Self::new(Exit::Stale, words).hint("review the new plan: `twotier plan`")
            }
            Fault::ForeignPlan { .. } => Self::new(Exit::Stale, words)
                .hint("apply it in the repository that it was made from, or review a new plan of this one: `twotier plan`"),
            Fault::Replaced(_) => Self::new(Exit::Stale, words)
                .hint("what is still wanted is in a new plan: review that, `twotier plan` at the newest commit"),
            Fault::Unsound { .. } => Self::failed(words).hint("`twotier state verify` names all that is damaged"),
            Fault::NotThatPlan { .. } => Self::failed(words)
                .hint("somebody changed the state: look at who may write to it, and at `twotier state verify`")
                .hint("go on with a plan that was reviewed anew: `twotier plan`"),
            Fault::WouldBreak(_) => Self::new(Exit::Invalid, words),
            Fault::Edit { .. } => Self::failed(words).hint("change it by hand, or write it in block style"),
            Fault::Changed { path: _ } => Self::failed(words).hint("run the command again"),
            Fault::Unread { what: _, why: Why::Denied(_) } => Self::new(Exit::SignIn, words),
            Fault::Unread { what: _, why: _ } => {
                Self::failed(words).hint("run the command again when the service answers")
            }
            Fault::Embedded(EmbeddedError::OtherSeed { .. }) => Self::failed(words)
                .hint("`twotier simulate reset` begins anew with the one that is named; else name the former one again"),
            Fault::Journal(JournalError::Damaged { .. }) => Self::failed(format!("{words} [{}]", Code::JournalDamaged))
                .hint("`twotier state verify` names all that is damaged; put the state back from its newest copy")
                .hint("`twotier explain TT0603` says what to do where there is no copy"),
            Fault::Journal(_)
            | Fault::Embedded(_)
            | Fault::File { .. }
            | Fault::Plan { .. }
            | Fault::OtherPlan { .. }
            | Fault::Fenced { .. } => Self::failed(words),
        }
    }
}
impl From<JournalError> for CliError {
    fn from(error: JournalError) -> Self {
        Fault::from(error).into()
    }
}
