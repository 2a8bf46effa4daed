//! `explain ADDRESS`: why it is, or is not, changing.

use super::{CliError, Exit, Scene};
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::model::Address;
use crate::ops::recall::Recall;
use crate::ops::why as asking;

/// `explain ADDRESS`.
pub(super) fn why(scene: &Scene<'_>, topic: &str) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let address: Address = topic
        .parse()
        .map_err(|error: crate::model::id::BadId| CliError::usage(format!("`{topic}` is no address: {error}")))?;
    let project = scene.valid("explain")?;
    let doors = Doors::of(scene.settings, &project, scene.terminal)?;
    let journal = doors.journal()?;
    let recall = Recall::nothing();
    let ground = doors.ground(&journal, &recall);
    let why = asking::explain(&project, ground, &address, &Shown::on(scene.terminal))?;
    let text = match form {
        output::Plainness::Text => output::why(&why, &project.sources),
        output::Plainness::Json => output::json(&output::why_json(&why, &project.sources)),
    };
    scene.terminal.data(&text)?;
    Ok(Exit::Done)
}
