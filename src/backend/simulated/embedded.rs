//! A tenant over files: a seed that is only read, and a living copy that every change rewrites as a whole before it is
//! answered. Knows no journal, no manifest and no other file of the state directory.

use super::human::{Human, HumanError, Played};
use super::seed::{self, SeedError};
use super::tenant::Tenant;
use super::wire::Header;
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::{Effect, Operation, RequestId, Span, TenantId, Timestamp};
use crate::observed::{Answer, Read, Why};
use smol_str::format_smolstr;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
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
    /// When the file to read is missing or broken.
    pub fn open(seed: &Path, state: &Path) -> Result<Self, EmbeddedError> {
        let living = state.join(LIVING);
        let held = match read_text(&living)? {
            Some(text) => Held { tenant: seed::parse(&living.display().to_string(), &text)?, living: Living::Present },
            None => {
                let text = read_text(seed)?.ok_or_else(|| EmbeddedError::NoSeed(seed.into()))?;
                Held { tenant: seed::parse(&seed.display().to_string(), &text)?, living: Living::Absent }
            }
        };
        Ok(Self { state: state.into(), tenant: Mutex::new(held) })
    }
    /// Where the living copy is, or will be.
    #[must_use]
    pub fn living_copy(&self) -> PathBuf {
        self.state.join(LIVING)
    }
    /// Discards the living copy in `state`; without one does nothing.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn discard(state: &Path) -> Result<(), EmbeddedError> {
        let path = state.join(LIVING);
        match remove(&path) {
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
        next.header.revision = next.header.revision.saturating_add(1);
        let path = self.living_copy();
        replace(&path, &next).map_err(|source| EmbeddedError::Write { path: path.clone(), source })?;
        *held = Held { tenant: next, living: Living::Present };
        flush(&self.state).map_err(|source| EmbeddedError::Flush { path, source })?;
        drop(guard);
        Ok(done)
    }
    /// The lock of the state directory, held until dropped.
    fn exclude(&self) -> Result<File, EmbeddedError> {
        let path = self.state.join(LOCK);
        exclusive(&self.state, &path).map_err(|source| EmbeddedError::Write { path, source })
    }
    /// Takes in what another process wrote since.
    fn refresh(&self, held: &mut Held) -> Result<(), EmbeddedError> {
        let path = self.living_copy();
        let revision = revision(&path).map_err(|source| EmbeddedError::Read { path: path.clone(), source })?;
        match (revision, held.living) {
            (None, Living::Absent) => Ok(()),
            (None, Living::Present) => Err(EmbeddedError::Vanished(path)),
            (Some(Some(revision)), Living::Present) if revision == held.tenant.header.revision => Ok(()),
            (Some(_), Living::Absent | Living::Present) => {
                let text = read_text(&path)?.ok_or_else(|| EmbeddedError::Vanished(path.clone()))?;
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
#[expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]
fn read_text(path: &Path) -> Result<Option<String>, EmbeddedError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EmbeddedError::Read { path: path.into(), source }),
    }
}

/// The revision in the header of the living copy: none without a file, and none inside for a header that says none.
#[expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]
fn revision(path: &Path) -> io::Result<Option<Option<u64>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut first = String::new();
    BufReader::new(file).read_line(&mut first)?;
    Ok(Some(serde_json::from_str(&first).ok().map(|header: Header| header.revision)))
}

/// Takes the lock, waiting for other processes.
#[expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]
fn exclusive(state: &Path, path: &Path) -> io::Result<File> {
    fs::create_dir_all(state)?;
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Writes beside the living copy and moves over it.
#[expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]
fn replace(path: &Path, tenant: &Tenant) -> io::Result<()> {
    let beside = path.with_extension("jsonl.new");
    let mut out = BufWriter::new(File::create(&beside)?);
    seed::write(tenant, &mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    fs::rename(&beside, path)
}

/// Makes the renaming last.
#[expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]
fn flush(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

#[expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]
fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}
