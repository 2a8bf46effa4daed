//! The files that `plan` writes: what an earlier plan left in them is gone before anything is looked at, so that no pipeline
//! takes it for this one, and a plan that failed says so where it was to be told. Never holds half of anything.

use crate::cli::args::{Command, OutputFormat, PlanArgs, What, Written};
use crate::cli::error::CliError;
use crate::ops::files;
use crate::report::escape;

/// Longest reason that is told.
const LONGEST: usize = 4_000;

/// Removes what an earlier plan wrote; an acknowledgement counts as long as it stands, and is never written over.
///
/// # Errors
/// When it cannot be removed, or would be written over.
pub(crate) fn clear(command: &Command) -> Result<(), CliError> {
    let Some(args) = plan(command) else { return Ok(()) };
    let (reports, kept): (Vec<&Written>, Vec<&Written>) =
        args.write.iter().partition(|written| matches!(written.what, What::Report(_)));
    if let Some(Written { file, .. }) = kept.iter().find(|written| files::exists(&written.file)) {
        return Err(CliError::usage(format!("`{}` is there already", file.display()))
            .hint("what acknowledges something is never written over: name a new file"));
    }
    let mut all = args.out.iter().chain(reports.iter().map(|written| &written.file));
    all.try_for_each(|path| files::discard(path)).map_err(CliError::from)
}

/// Says why there is no plan, in the files for people that say nothing yet.
pub(crate) fn failed(command: &Command, error: &CliError) {
    for Written { what, file } in plan(command).into_iter().flat_map(|args| &args.write) {
        let text = match what {
            What::Report(OutputFormat::Markdown) => markdown(error),
            What::Report(OutputFormat::Text) => format!("No plan: {}\n", escape::line(&error.message)),
            What::Report(OutputFormat::Json | OutputFormat::Github | OutputFormat::Sarif) | What::Acknowledgement => {
                continue;
            }
        };
        if !file.exists() {
            // The command failed already; that nothing can be said there either changes nothing.
            drop(files::write(file, &text));
        }
    }
}

fn markdown(CliError { exit, message, hints }: &CliError) -> String {
    let message: String = message.chars().take(LONGEST).collect();
    let hints: String = hints.iter().map(|hint| format!("- {}\n", escape::markdown(hint))).collect();
    let hints = if hints.is_empty() { hints } else { format!("\n{hints}") };
    format!("### twotier plan\n\n**No plan** (exit {}): {}\n{hints}", exit.number(), escape::markdown(&message))
}

fn plan(command: &Command) -> Option<&PlanArgs> {
    if let Command::Plan(args) = command { Some(args) } else { None }
}
