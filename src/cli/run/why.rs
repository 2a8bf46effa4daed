//! `explain ADDRESS`: why it is, or is not, changing.

use super::{CliError, Exit, Scene};
use crate::cli::args::RefreshArgs;
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::journal::History;
use crate::model::Address;
use crate::ops::decided;
use crate::ops::past;
use crate::ops::recall::{Recalling, Refresh};
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
    let shown = Shown::on(scene.terminal);
    // What is there is looked at now; when it was looked at before is told beside it.
    let recalling = scene.recalling(RefreshArgs::default())?.map(|it| Recalling { refresh: Refresh::Full, ..it });
    let recall = doors.recall(recalling.as_ref(), &journal, &shown);
    let why = asking::explain(&project, doors.ground(&journal, &recall), &address, &shown)?;
    recall.close(&shown);
    let history = History::read(doors.store().as_ref())?;
    let mut decided = decided::of(&history, &project.desired, &address);
    past::see_kept(&journal, decided.runs.values_mut())?;
    let changes = past::of_runs(&journal, decided.runs.values())?;
    let text = match form {
        output::Plainness::Text => {
            format!(
                "{}{}",
                output::why(&why, &project.sources),
                output::decided(&decided, &changes, scene.terminal.width())
            )
        }
        output::Plainness::Json => {
            let mut told = output::why_json(&why, &project.sources);
            output::merge(&mut told, output::decided_json(&decided, &changes));
            output::json(&told)
        }
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}
