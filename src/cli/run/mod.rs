//! One function a command: builds what `ops` needs from settings and arguments, and prints what it answers.

mod apply;
mod drift;
mod lint;
#[cfg(feature = "listen")]
mod listen;
mod manifests;
pub(super) mod outputs;
mod people;
mod planning;
mod prune;
mod sign_in;
mod simulate;
mod state;
mod tools;
mod why;

use super::args::{Cli, Command, RefreshArgs, RefreshChoice};
use super::error::{CliError, Exit};
use super::settings::{Center, Origin, Setting, Settings};
use super::terminal::Terminal;
use crate::journal::Journal;
use crate::ops::files;
use crate::ops::recall::{Recalling, Refresh};

/// What every command works with.
pub(super) struct Scene<'a> {
    /// What holds.
    pub(super) settings: &'a Settings,
    /// Where to speak.
    pub(super) terminal: &'a Terminal,
}

impl Scene<'_> {
    /// Which answers a command may remember that works on everything.
    ///
    /// # Errors
    /// When only a scope is to be read, and it has none.
    pub(super) fn recalling(&self, refresh: RefreshArgs) -> Result<Option<Recalling>, CliError> {
        let recalling = self.recalling_scope(refresh);
        let is_scope = |it: &Recalling| it.refresh == Refresh::Scope;
        if recalling.as_ref().is_some_and(is_scope) && refresh.refresh.is_some() {
            return Err(CliError::usage("`--refresh scope` reads what a scope needs, and there is none here")
                .hint("`twotier plan --target ADDRESS --refresh scope`, or `--base REF`; else say full or changed"));
        }
        // A setting is for every command; those without a scope read what may have changed.
        Ok(recalling.map(|it| if is_scope(&it) { Recalling { refresh: Refresh::Changed, ..it } } else { it }))
    }
    /// The same for a command with a scope. A tenant in a file is read whole, and nothing is kept of it, unless somebody asks
    /// for it.
    pub(super) fn recalling_scope(&self, refresh: RefreshArgs) -> Option<Recalling> {
        let Setting { value, origin } = &self.settings.refresh;
        let is_service = matches!(&self.settings.center, Some(Setting { value: Center::Url(_), origin: _ }));
        if !is_service && refresh.refresh.is_none() && *origin == Origin::Default {
            return None;
        }
        let refresh = match refresh.refresh.unwrap_or(*value) {
            RefreshChoice::Full => Refresh::Full,
            RefreshChoice::Changed => Refresh::Changed,
            RefreshChoice::Scope => Refresh::Scope,
        };
        Some(Recalling { file: self.settings.state.value.join("cache").join("observed.jsonl"), refresh })
    }
    /// Spares later commands what this one wrote and read, where that is worth it. What fails here costs them time and
    /// nothing else, so it is told, and the command ends as it would have.
    pub(super) fn checkpoint(&self, journal: &mut Journal) {
        if let Err(error) = journal.checkpoint() {
            self.terminal.warn(&format!(
                "warning: no checkpoint was written, and nothing is lost by it: later commands read more of the journal, \
                 and the next that writes tries again ({error})"
            ));
        }
    }
}

/// A format as typed.
pub(super) fn format_name(format: super::args::OutputFormat) -> &'static str {
    planning::format_of(format).name()
}

/// Runs a command.
///
/// # Errors
/// When it ends without doing its work.
pub(super) fn run(command: &Command, settings: &Settings, terminal: &Terminal) -> Result<Exit, CliError> {
    let state = &settings.state.value;
    let was_there = files::is_inhabited(state);
    let done = perform(command, settings, terminal);
    if !was_there && files::is_inhabited(state) {
        // The journal, sealed passwords and customers' names: not for a repository. Whoever cannot write it has been told so.
        drop(files::write_new(&state.join(".gitignore"), "*\n"));
    }
    done
}

fn perform(command: &Command, settings: &Settings, terminal: &Terminal) -> Result<Exit, CliError> {
    let scene = Scene { settings, terminal };
    match command {
        Command::Init(args) => tools::init(&scene, args),
        Command::Validate => planning::validate(&scene),
        Command::Plan(args) => planning::plan(&scene, args),
        Command::Apply(args) => apply::apply(&scene, args),
        Command::Show(args) => planning::show(&scene, args),
        Command::Drift(args) => drift::drift(&scene, *args),
        Command::Lint(args) => lint::lint(&scene, args),
        Command::Snapshot(args) => planning::snapshot(&scene, args),
        Command::Import(args) => manifests::import(&scene, args),
        Command::Bind(args) => manifests::bind(&scene, args),
        Command::Set(args) => manifests::set(&scene, args),
        Command::Explain(args) => tools::explain(&scene, args),
        Command::Config => tools::config(&scene),
        Command::Login(args) => sign_in::login(&scene, args),
        Command::Logout => sign_in::logout(&scene),
        Command::Doctor => sign_in::doctor(&scene),
        Command::Completions { shell } => tools::completions(&scene, *shell),
        Command::Man(args) => tools::man(&scene, args),
        Command::Handoffs { command } => people::handoffs(&scene, command.as_ref()),
        Command::Credentials { command } => people::credentials(&scene, command.as_ref()),
        Command::History(args) => state::history(&scene, args),
        Command::State { command } => state::state(&scene, command),
        Command::Schema(args) => tools::schema(&scene, args),
        Command::Simulate(args) => simulate::simulate(&scene, args),
    }
}
