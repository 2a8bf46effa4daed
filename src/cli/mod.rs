//! The command line: turns what was typed into settings and doors, calls `ops`, prints, and answers with an exit code.
//! The only layer that builds backends, stores, clocks and randomness; nothing imports it but the binary.

mod args;
mod clock;
mod doors;
mod error;
mod interrupt;
mod output;
mod progress;
mod run;
#[cfg(feature = "rest")]
mod service;
mod settings;
mod terminal;
#[cfg(feature = "rest")]
mod vault;

use error::{CliError, Exit};

use args::{Cli, ColorChoice};
use clap::Parser as _;
use clap::error::ErrorKind;
use run::outputs;
use settings::{Environment, Settings};
use std::process::ExitCode;
use terminal::{Terminal, Verbosity};

/// Runs the tool with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => begin(&cli).into(),
        Err(error) => {
            // Help and version are data; when nobody takes them there is nothing to add.
            drop(error.print());
            let asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            if asked_for { Exit::Done.into() } else { Exit::Usage.into() }
        }
    }
}

/// Gathers settings and runs the command.
fn begin(cli: &Cli) -> Exit {
    let verbosity = if cli.globals.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let early = Terminal::of_process(cli.globals.color.unwrap_or(ColorChoice::Auto), verbosity);
    let gathered = enter(cli).and_then(|folder| {
        outputs::clear(&cli.command)?;
        let environment = Environment::of_process();
        let settings = Settings::gather(&folder, &cli.globals, &environment).or_else(|error| {
            // What explains a fault of the project file is asked for just then.
            if cli.command.needs_project() {
                Err(error)
            } else {
                Settings::of_no_project(&folder, &cli.globals, &environment)
            }
        })?;
        Ok((Terminal::of_process(settings.color.value, verbosity), settings))
    });
    let (terminal, settings) = match gathered {
        Ok(both) => both,
        Err(error) => {
            outputs::failed(&cli.command, &error);
            early.error(&error);
            return error.exit;
        }
    };
    match run::run(&cli.command, &settings, &terminal) {
        Ok(exit) => exit,
        Err(error) => {
            outputs::failed(&cli.command, &error);
            terminal.error(&error);
            error.exit
        }
    }
}

/// The folder the command works in, as `-C` says; relative paths of all arguments start there.
fn enter(cli: &Cli) -> Result<std::path::PathBuf, CliError> {
    if let Some(folder) = &cli.globals.directory {
        std::env::set_current_dir(folder)
            .map_err(|error| CliError::usage(format!("cannot work in `{}`: {error}", folder.display())))?;
    }
    std::env::current_dir().map_err(|error| CliError::failed(format!("the working directory is gone: {error}")))
}
