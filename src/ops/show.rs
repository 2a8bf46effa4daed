//! `show`: a saved plan, checked against its own ids. Needs nothing but the file.

use super::fault::Fault;
use super::files;
use crate::plan::file::PlanFile;
use std::path::Path;

/// Reads a saved plan.
///
/// # Errors
/// When it cannot be read, is no plan, or was edited.
pub fn saved(path: &Path) -> Result<PlanFile, Fault> {
    let text = files::read(path)?;
    PlanFile::read(&text).map_err(|source| Fault::Plan { place: path.display().to_string(), source })
}
