//! `drift`: what changed that nobody declared.

use super::{CliError, Exit, Scene};
use crate::cli::args::DriftArgs;
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::ops::drift as drifting;

/// `drift`.
pub(super) fn drift(scene: &Scene<'_>, args: DriftArgs) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let project = scene.valid("drift")?;
    let doors = Doors::of(scene.settings, &project, scene.terminal)?;
    let journal = doors.journal()?;
    let shown = Shown::on(scene.terminal);
    let recall = doors.recall(scene.recalling(args.refresh)?.as_ref(), &journal, &shown);
    let (drift, _) = drifting::live(&project, doors.ground(&journal, &recall), (&scene.settings.lint, &shown))?;
    recall.close(&shown);
    let text = match form {
        output::Plainness::Text => output::drift(&drift, &project.sources),
        output::Plainness::Json => output::json(&output::drift_json(&drift, &project.sources)),
    };
    form.print(scene.terminal, &text)?;
    if let Some(why) = &drift.unaudited {
        scene.terminal.note(&format!("audit records: {why}"));
    }
    Ok(match (drift.has_news(), drift.unread.is_empty()) {
        (true, _) if args.detailed_exitcode => Exit::Changes,
        (true | false, true) => Exit::Done,
        (true | false, false) => Exit::Failed,
    })
}
