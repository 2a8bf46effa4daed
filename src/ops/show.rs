//! `show`: a saved plan, checked against its own ids. Needs nothing but the file.

use super::fault::Fault;
use super::files;
use crate::model::Address;
use crate::plan::file::PlanFile;
use crate::plan::step::Action;
use std::path::Path;

/// Reads a saved plan.
///
/// # Errors
/// When it cannot be read, is no plan, or was edited.
pub fn saved(path: &Path) -> Result<PlanFile, Fault> {
    let text = files::read(path)?;
    PlanFile::read(&text).map_err(|source| Fault::Plan { place: path.display().to_string(), source })
}

/// What people would be asked at an address, word for word, in the order of the plan.
#[must_use]
pub fn letters(file: &PlanFile, address: &Address) -> Vec<String> {
    let steps = file.plan().steps().iter().filter(|step| step.key.address == *address);
    let asked = steps.filter_map(|step| match &step.action {
        Action::HandOff(ask) => Some(format!("{}\n\n{}\n", step.key, ask.letter(&step.key).trim_end())),
        Action::Api(_) | Action::Await { .. } | Action::Guard(_) => None,
    });
    asked.collect()
}
