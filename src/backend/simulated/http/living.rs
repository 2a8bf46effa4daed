//! A tenant kept in one file, so that a killed simulator loses nothing: read at the start, replaced as a whole after every
//! change and before its answer. Holds a lock beside it: one simulator a file.

use crate::backend::simulated::seed::{self, SeedError};
use crate::backend::simulated::{Tenant, files};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// The file a living tenant is kept in.
#[derive(Debug)]
pub struct Living {
    path: PathBuf,
    written: u64,
    _lock: File,
}

/// Why a tenant cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum LivingError {
    /// The file to begin with is not there.
    #[error("the tenant file `{}` does not exist", .0.display())]
    NoSeed(PathBuf),
    /// Somebody else keeps a tenant in it.
    #[error("another simulator keeps its tenant in `{}`", .0.display())]
    Taken(PathBuf),
    /// It cannot be read or written.
    #[error("cannot read or write `{}`", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no tenant.
    #[error(transparent)]
    Broken(#[from] SeedError),
}

/// Reads a tenant file that is not kept.
///
/// # Errors
/// When it is missing or broken.
pub fn read(path: &Path) -> Result<Tenant, LivingError> {
    text(path)?.ok_or_else(|| LivingError::NoSeed(path.into())).and_then(|text| parse(path, &text))
}

impl Living {
    /// Reads the living tenant, or the seed when there is none yet.
    ///
    /// # Errors
    /// When neither can be read, or another simulator has it.
    pub fn open(path: &Path, seed: &Path) -> Result<(Self, Tenant), LivingError> {
        let failed = |source| LivingError::File { path: path.into(), source };
        let beside = path.with_extension("jsonl.lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&beside).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(LivingError::Taken(path.into())),
            Err(std::fs::TryLockError::Error(source)) => return Err(failed(source)),
        }
        let tenant = match text(path)? {
            Some(text) => parse(path, &text)?,
            None => read(seed)?,
        };
        let written = tenant.header().revision;
        Ok((Self { path: path.into(), written, _lock: lock }, tenant))
    }
    /// Writes the tenant if it changed since it was written last.
    ///
    /// # Errors
    /// When it cannot be written; it is tried again with the next change.
    pub(super) fn keep(&mut self, tenant: &Tenant) -> Result<(), LivingError> {
        if tenant.header().revision == self.written {
            return Ok(());
        }
        let failed = |source| LivingError::File { path: self.path.clone(), source };
        files::replace(&self.path, tenant).map_err(failed)?;
        let folder = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        files::flush(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        self.written = tenant.header().revision;
        Ok(())
    }
}

fn text(path: &Path) -> Result<Option<String>, LivingError> {
    files::read(path).map_err(|source| LivingError::File { path: path.into(), source })
}

fn parse(path: &Path, text: &str) -> Result<Tenant, LivingError> {
    Ok(seed::parse(&path.display().to_string(), text)?)
}
