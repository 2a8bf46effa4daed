//! `drift`: what changed that nobody declared.

use super::{CliError, Exit, Scene};
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::ops::drift as drifting;

/// `drift`.
pub(super) fn drift(scene: &Scene<'_>) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let project = scene.valid("drift")?;
    let doors = Doors::of(scene.settings, &project, scene.terminal)?;
    let journal = doors.journal()?;
    let ground = doors.ground(&journal);
    let (drift, _) = drifting::live(&project, ground, &Shown::on(scene.terminal))?;
    let text = match form {
        output::Plainness::Text => output::drift(&drift, &project.sources),
        output::Plainness::Json => output::json(&output::drift_json(&drift, &project.sources)),
    };
    scene.terminal.data(&text)?;
    if let Some(why) = &drift.unaudited {
        scene.terminal.note(&format!("audit records: {why}"));
    }
    Ok(if drift.open().next().is_none() && drift.unread.is_empty() { Exit::Done } else { Exit::Failed })
}
