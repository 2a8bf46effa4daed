//! `lint`: what is worth mending in the live tenant.

use super::{CliError, Exit, Scene};
use crate::cli::args::LintArgs;
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::diag::Severity;
use crate::ops::lint as rules;
use crate::policy::lint::Breadth;
use crate::report::{Format, Subject};

/// `lint`.
pub(super) fn lint(scene: &Scene<'_>, args: &LintArgs) -> Result<Exit, CliError> {
    let project = scene.valid("lint")?;
    let doors = Doors::of(scene.settings, &project, scene.terminal)?;
    let journal = doors.journal()?;
    let shown = Shown::on(scene.terminal);
    let recall = doors.recall(scene.recalling(args.refresh)?.as_ref(), &journal, &shown);
    let ground = doors.ground(&journal, &recall);
    let breadth = if args.all { Breadth::All } else { Breadth::Declared };
    let (linted, _) = rules::live(&project, ground, (breadth, &scene.settings.lint), &shown)?;
    recall.close(&shown);
    match scene.format() {
        Format::Text if linted.findings.is_empty() => scene.terminal.data("Nothing to mend.\n")?,
        Format::Text | Format::Json | Format::Markdown | Format::Github | Format::Sarif => {
            scene.print(Subject::Findings(&linted.findings, &project.sources), "lint")?;
        }
    }
    if linted.excepted > 0 {
        scene.terminal.note(&format!("{} kept silent by exceptions", output::count(linted.excepted, "finding")));
    }
    let bad = linted.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if bad { Exit::Failed } else { Exit::Done })
}
