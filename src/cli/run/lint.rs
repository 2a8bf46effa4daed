//! `lint`: what is worth mending in the live tenant.

use super::{CliError, Exit, Scene};
use crate::cli::args::LintArgs;
use crate::cli::doors::Doors;
use crate::cli::output;
use crate::cli::progress::Shown;
use crate::diag::Severity;
use crate::ops::lint as rules;
use crate::policy::lint::{Breadth, Unseen};
use crate::report::{Format, Report, Subject};

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
        Format::Json => {
            scene.terminal.data(&Report::linted("lint", &linted, &project.sources).write())?;
        }
        Format::Text if linted.findings.is_empty() => scene.terminal.data("Nothing to mend.\n")?,
        Format::Text | Format::Markdown | Format::Github | Format::Sarif => {
            scene.print(Subject::Findings(&linted.findings, &project.sources), "lint")?;
        }
    }
    if linted.excepted > 0 {
        scene.terminal.note(&format!("{} kept silent by exceptions", output::count(linted.excepted, "finding")));
    }
    if let Some(unseen) = linted.unseen {
        scene.terminal.note(&not_looked_at(unseen));
    }
    let bad = linted.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if bad { Exit::Failed } else { Exit::Done })
}

/// Of whom nothing was said, and what it costs to look.
fn not_looked_at(unseen: Unseen) -> String {
    let (who, were, price) = match unseen {
        Unseen::AtLeast(0) => {
            return "customers that no document declares, if there are any, were not looked at: `twotier lint --all`"
                .to_owned();
        }
        Unseen::AtLeast(1) => ("at least 1 customer".to_owned(), "was", price(1)),
        Unseen::AtLeast(left) => (format!("at least {left} customers"), "were", price(left)),
        Unseen::Exactly(1) => ("1 customer".to_owned(), "was", price(1)),
        Unseen::Exactly(left) => (format!("{left} customers"), "were", price(left)),
    };
    format!("{who} that no document declares {were} not looked at: `twotier lint --all`{price}")
}

/// The reads of so many more customers: their subscriptions, resellers and agreement.
fn price(customers: usize) -> String {
    format!(" (at least {} more reads)", customers.saturating_mul(3))
}
