//! A tenant over files: a seed that is only read, and a living copy that every change rewrites as a whole before it is
//! answered. Knows no journal, no manifest and no other file of the state directory.

use super::files;
use super::human::{Human, HumanError, Played};
use super::seed::{self, SeedError};
use super::tenant::Tenant;
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::{Effect, Operation, PartnerId, RequestId, Span, TenantId, Timestamp};
use crate::observed::{Answer, AuditRecord, Read, Why};
use smol_str::{SmolStr, format_smolstr};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name of the living copy in the state directory.
const LIVING: &str = "tenant.jsonl";
/// Name of the file whose lock orders the writers of several processes.
const LOCK: &str = "tenant.lock";

/// A simulated tenant with its living copy. Several processes may hold one: each change locks, takes in what others wrote,
/// and replaces the copy atomically.
#[derive(Debug)]
pub struct Embedded {
    state: PathBuf,
    /// The name of the seed's file.
    seed: Option<SmolStr>,
    tenant: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    tenant: Tenant,
    living: Living,
}

/// Whether the tenant in memory came from the living copy, or from the seed because there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Living {
    Absent,
    Present,
}

/// Why the tenant could not be opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The seed does not exist.
    #[error("the seed of the embedded tenant, `{}`, does not exist; `center: embedded:FILE` names it relative to the project file", .0.display())]
    NoSeed(PathBuf),
    /// The living copy began as another seed.
    #[error("the living copy of the tenant, `{}`, began as `{was}`, and `center` names `{seed}`", .living.display())]
    OtherSeed {
        /// The living copy.
        living: PathBuf,
        /// What it began as.
        was: SmolStr,
        /// What is named now.
        seed: SmolStr,
    },
    /// The living copy was there and is gone: somebody reset the tenant meanwhile.
    #[error("the living copy of the tenant, `{}`, vanished; run the command again", .0.display())]
    Vanished(PathBuf),
    /// A file could not be read.
    #[error("cannot read `{}`", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The living copy could not be written; the tenant is unchanged.
    #[error("cannot write `{}`; the tenant is unchanged", .path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The living copy was replaced, but may not survive a loss of power.
    #[error("`{}` is written but not flushed", .path.display())]
    Flush {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file is not a tenant.
    #[error(transparent)]
    Broken(#[from] SeedError),
    /// A person could not do that.
    #[error(transparent)]
    Human(#[from] HumanError),
}

impl Embedded {
    /// Opens the living copy in the directory `state`, or the seed if there is none. Writes nothing.
    ///
    /// # Errors
    /// When the file to read is missing or broken, or the living copy began as another seed.
    pub fn open(seed: &Path, state: &Path) -> Result<Self, EmbeddedError> {
        let living = state.join(LIVING);
        let held = match text_of(&living)? {
            Some(text) => {
                let tenant = seed::parse(&living.display().to_string(), &text)?;
                if let (Some(was), Some(seed)) = (tenant.header().seed.clone(), name_of(seed))
                    && was != seed
                {
                    return Err(EmbeddedError::OtherSeed { living, was, seed });
                }
                Held { tenant, living: Living::Present }
            }
            None => {
                let text = text_of(seed)?.ok_or_else(|| EmbeddedError::NoSeed(seed.into()))?;
                Held { tenant: seed::parse(&seed.display().to_string(), &text)?, living: Living::Absent }
            }
        };
        Ok(Self { state: state.into(), seed: name_of(seed), tenant: Mutex::new(held) })
    }
    /// Where the living copy is, or will be.
    #[must_use]
    pub fn living_copy(&self) -> PathBuf {
        Self::copy_in(&self.state)
    }
    /// Where the living copy is in a state directory.
    #[must_use]
    pub fn copy_in(state: &Path) -> PathBuf {
        state.join(LIVING)
    }
    /// The tenant that a seed is of.
    ///
    /// # Errors
    /// When it is missing or broken.
    pub fn tenant_of(seed: &Path) -> Result<TenantId, EmbeddedError> {
        let text = text_of(seed)?.ok_or_else(|| EmbeddedError::NoSeed(seed.into()))?;
        Ok(seed::parse(&seed.display().to_string(), &text)?.id())
    }
    /// Whether anything happened to the living copy since it was made.
    #[must_use]
    pub fn was_changed(&self) -> bool {
        let held = self.lock();
        held.living == Living::Present && held.tenant.header.revision > 1
    }
    /// Discards the living copy in `state`; without one does nothing.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(state: &Path) -> Result<(), EmbeddedError> {
        let path = state.join(LIVING);
        match files::remove(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(EmbeddedError::Write { path, source }),
            Ok(()) | Err(_) => Ok(()),
        }
    }
    /// Writes the living copy if there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn materialize(&self) -> Result<(), EmbeddedError> {
        let mut held = self.lock();
        match held.living {
            Living::Present => Ok(()),
            Living::Absent => self.change(&mut held, |_| Ok(())),
        }
    }
    /// A copy of the tenant as it is now.
    ///
    /// # Errors
    /// When another process changed the living copy and it cannot be read.
    pub fn tenant(&self) -> Result<Tenant, EmbeddedError> {
        let mut held = self.lock();
        self.refresh(&mut held)?;
        Ok(held.tenant.clone())
    }
    /// The provider's tenant.
    #[must_use]
    pub fn id(&self) -> TenantId {
        self.lock().tenant.id()
    }
    /// The PartnerID and the country of the provider, where the tenant's header tells them.
    #[must_use]
    pub fn provider(&self) -> (Option<PartnerId>, Option<SmolStr>) {
        let held = self.lock();
        let header = held.tenant.header();
        (header.partner_id.clone(), header.country.clone())
    }
    /// What time it is there: `now` of every command with this center.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.lock().tenant.clock()
    }
    /// Moves the clock on and keeps that; answers the new time.
    ///
    /// # Errors
    /// When the living copy cannot be read or written.
    pub fn advance(&self, span: Span) -> Result<Timestamp, EmbeddedError> {
        self.change(&mut self.lock(), |tenant| Ok(tenant.advance(span)))
    }
    /// Lets a person do something and keeps that.
    ///
    /// # Errors
    /// When that person could not, or the living copy cannot be read or written.
    pub fn play(&self, human: &Human) -> Result<Played, EmbeddedError> {
        self.change(&mut self.lock(), |tenant| Ok(tenant.play(human)?))
    }

    /// Changes a copy of the tenant, writes it, and only then takes it over.
    fn change<T, E: From<EmbeddedError>>(
        &self,
        held: &mut Held,
        change: impl FnOnce(&mut Tenant) -> Result<T, E>,
    ) -> Result<T, E> {
        let guard = self.exclude()?;
        self.refresh(held)?;
        let mut next = held.tenant.clone();
        let done = change(&mut next)?;
        if next == held.tenant && held.living == Living::Present {
            return Ok(done);
        }
        if held.living == Living::Absent {
            next.header.seed.clone_from(&self.seed);
        }
        next.header.revision = next.header.revision.saturating_add(1);
        let path = self.living_copy();
        files::replace(&path, &next).map_err(|source| EmbeddedError::Write { path: path.clone(), source })?;
        *held = Held { tenant: next, living: Living::Present };
        files::flush(&self.state).map_err(|source| EmbeddedError::Flush { path, source })?;
        drop(guard);
        Ok(done)
    }
    /// The lock of the state directory, held until dropped.
    fn exclude(&self) -> Result<File, EmbeddedError> {
        let path = self.state.join(LOCK);
        files::exclusive(&self.state, &path).map_err(|source| EmbeddedError::Write { path, source })
    }
    /// Takes in what another process wrote since.
    fn refresh(&self, held: &mut Held) -> Result<(), EmbeddedError> {
        let path = self.living_copy();
        let revision = files::revision(&path).map_err(|source| EmbeddedError::Read { path: path.clone(), source })?;
        match (revision, held.living) {
            (None, Living::Absent) => Ok(()),
            (None, Living::Present) => Err(EmbeddedError::Vanished(path)),
            (Some(Some(revision)), Living::Present) if revision == held.tenant.header.revision => Ok(()),
            (Some(_), Living::Absent | Living::Present) => {
                let text = text_of(&path)?.ok_or_else(|| EmbeddedError::Vanished(path.clone()))?;
                let tenant = seed::parse(&path.display().to_string(), &text)?;
                *held = Held { tenant, living: Living::Present };
                Ok(())
            }
        }
    }
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.tenant.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observe for Embedded {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        let mut held = self.lock();
        self.refresh(&mut held).map_err(|error| Why::Failed(format_smolstr!("{}", in_full(&error))))?;
        held.tenant.read(read)
    }
    fn audit(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        let mut held = self.lock();
        self.refresh(&mut held).map_err(|error| Why::Failed(format_smolstr!("{}", in_full(&error))))?;
        Ok(held.tenant.audit_records(since))
    }
}
impl Actuate for Embedded {
    fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
        let done = self.change(&mut self.lock(), |tenant| tenant.perform(operation, request).map_err(Fault::Backend));
        done.map_err(|fault| match fault {
            Fault::Backend(error) => error,
            Fault::File(error) => after(&error),
        })
    }
}

/// A file's name: a project that is moved or copied has its seed elsewhere.
fn name_of(path: &Path) -> Option<SmolStr> {
    path.file_name().map(|name| format_smolstr!("{}", name.display()))
}

/// Either side of a change.
enum Fault {
    Backend(BackendError),
    File(EmbeddedError),
}
impl From<EmbeddedError> for Fault {
    fn from(error: EmbeddedError) -> Self {
        Self::File(error)
    }
}

/// What to do after a file error: only a copy that was already replaced has changed anything.
fn after(error: &EmbeddedError) -> BackendError {
    let text = in_full(error);
    match error {
        EmbeddedError::Flush { path: _, source: _ } => BackendError::Unknown(text.into()),
        EmbeddedError::NoSeed(_)
        | EmbeddedError::Vanished(_)
        | EmbeddedError::Read { path: _, source: _ }
        | EmbeddedError::Write { path: _, source: _ }
        | EmbeddedError::Broken(_)
        | EmbeddedError::OtherSeed { .. }
        | EmbeddedError::Human(_) => BackendError::Transient(text.into()),
    }
}

/// An error with its causes, in one line.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// The text of a file, none if it does not exist.
fn text_of(path: &Path) -> Result<Option<String>, EmbeddedError> {
    files::read(path).map_err(|source| EmbeddedError::Read { path: path.into(), source })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{WORLD, code, company, create, newcomer, patch, request, tenant};
    use super::*;
    use crate::model::{PartnerId, SubscriptionChange};

    /// A folder with the world as its seed, and where its state will be.
    fn folder() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let (seed, state) = (folder.path().join("seed.jsonl"), folder.path().join("state"));
        put(&seed, WORLD);
        (folder, seed, state)
    }
    #[expect(clippy::disallowed_methods, reason = "a test's own files")]
    fn put(path: &Path, text: &str) {
        std::fs::write(path, text).expect("written");
    }
    fn open(seed: &Path, state: &Path) -> Embedded {
        Embedded::open(seed, state).expect("opened")
    }
    fn rename(text: &str) -> Operation {
        patch(1, SubscriptionChange::FriendlyName(text.into()))
    }

    #[test]
    fn looking_writes_nothing() {
        let (_folder, seed, state) = folder();
        let embedded = open(&seed, &state);
        assert_eq!(embedded.read(&Read::Relationships), tenant().read(&Read::Relationships));
        assert_eq!(embedded.clock(), tenant().clock());
        assert!(!state.exists());
    }

    #[test]
    fn a_change_is_in_the_living_copy_before_it_is_answered_and_the_seed_stays() {
        let (_folder, seed, state) = folder();
        open(&seed, &state).perform(&create(&newcomer()), request(1)).expect("created");
        assert_eq!(text_of(&seed).expect("readable").as_deref(), Some(WORLD));
        let again = open(&seed, &state).perform(&create(&newcomer()), request(1)).expect("remembered");
        assert!(matches!(again, Effect::CustomerCreated { password: None, .. }), "shown once, over processes");
        let refused = open(&seed, &state).perform(&create(&newcomer()), request(2));
        assert_eq!(code(refused), 1003);
    }

    #[test]
    fn the_whole_tenant_survives_in_the_living_copy() {
        let (_folder, seed, state) = folder();
        let embedded = open(&seed, &state);
        embedded.perform(&rename("x"), request(1)).expect("renamed");
        embedded.play(&Human::AcceptPartnership { company: company(2) }).expect("accepted");
        embedded.advance(Span::days(1)).expect("advanced");
        let held = embedded.tenant().expect("readable");
        assert_eq!(open(&seed, &state).tenant().expect("readable"), held);
        assert_eq!(held.header.revision, 3);
        assert!(held.check_partner(&PartnerId::new("4822222")).is_ok());
    }

    #[test]
    fn materializing_writes_the_copy_once() {
        let (_folder, seed, state) = folder();
        let embedded = open(&seed, &state);
        embedded.materialize().expect("written");
        embedded.materialize().expect("there already");
        assert_eq!(embedded.tenant().expect("readable").header.revision, 1);
        assert!(embedded.living_copy().exists());
    }

    #[test]
    fn two_holders_see_each_other_and_lose_nothing() {
        let (_folder, seed, state) = folder();
        let (one, two) = (open(&seed, &state), open(&seed, &state));
        one.play(&Human::AcceptPartnership { company: company(2) }).expect("accepted");
        assert_eq!(two.read(&Read::Relationships), one.read(&Read::Relationships));
        two.perform(&rename("two"), request(1)).expect("renamed");
        one.perform(&rename("one"), request(2)).expect("renamed");
        assert_eq!(two.tenant().expect("readable").audit().len(), 3);
    }

    #[test]
    fn many_threads_change_one_after_another() {
        let (_folder, seed, state) = folder();
        let holders = [open(&seed, &state), open(&seed, &state)];
        std::thread::scope(|scope| {
            for number in 0..8_u8 {
                let holder = &holders[usize::from(number % 2)];
                scope.spawn(move || holder.perform(&rename(&format!("n{number}")), request(number)).expect("renamed"));
            }
        });
        assert_eq!(holders[0].tenant().expect("readable").audit().len(), 8);
    }

    #[test]
    fn discarding_goes_back_to_the_seed_and_is_noticed() {
        let (_folder, seed, state) = folder();
        let embedded = open(&seed, &state);
        Embedded::discard(&state).expect("nothing to discard");
        embedded.perform(&rename("x"), request(1)).expect("renamed");
        Embedded::discard(&state).expect("discarded");
        assert!(matches!(embedded.tenant(), Err(EmbeddedError::Vanished(_))));
        assert!(matches!(embedded.perform(&rename("y"), request(2)), Err(BackendError::Transient(_))));
        assert_eq!(open(&seed, &state).tenant().expect("readable"), tenant());
    }

    #[test]
    fn missing_and_broken_files_are_told_apart() {
        let (folder, seed, state) = folder();
        let missing = Embedded::open(&folder.path().join("none.jsonl"), &state).expect_err("missing");
        assert!(matches!(&missing, EmbeddedError::NoSeed(path) if path.ends_with("none.jsonl")));
        put(&seed, "{\"format\":1}");
        let broken = Embedded::open(&seed, &state).expect_err("broken");
        assert!(broken.to_string().ends_with("seed.jsonl:1:11: the line is not a record of a tenant"), "{broken}");
    }

    #[test]
    fn what_cannot_be_written_has_not_happened() {
        let (_folder, seed, state) = folder();
        let embedded = open(&seed, &state);
        put(&state, "a file where the folder should be");
        let failed = embedded.perform(&rename("x"), request(1));
        assert!(matches!(&failed, Err(BackendError::Transient(text)) if text.contains("cannot write")), "{failed:?}");
        assert_eq!(embedded.lock().tenant, tenant());
    }
}
