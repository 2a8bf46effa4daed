//! `explain ADDRESS`: why it is, or is not, changing.

use super::{CliError, Exit, Scene};
use crate::apply::Clock as _;
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::model::Address;
use crate::ops::{plan, why as asking};

/// `explain ADDRESS`.
pub(super) fn why(scene: &Scene<'_>, topic: &str) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let address: Address = topic
        .parse()
        .map_err(|error: crate::model::id::BadId| CliError::usage(format!("`{topic}` is no address: {error}")))?;
    let project = scene.valid("explain")?;
    let doors = Doors::open(scene.settings)?;
    plan::same_tenant(&project, doors.id())?;
    let journal = doors.journal()?;
    let ground = plan::Ground { observe: doors.tenant.as_ref(), ledger: journal.ledger(), now: doors.clock.now() };
    let why = asking::explain(&project, ground, &address, &Shown::on(scene.terminal))?;
    let text = match form {
        output::Plainness::Text => output::why(&why, &project.sources),
        output::Plainness::Json => output::json(&output::why_json(&why, &project.sources)),
    };
    scene.terminal.data(&text)?;
    Ok(Exit::Done)
}
