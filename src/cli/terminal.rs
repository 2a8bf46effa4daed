//! Where a command speaks: data on stdout, everything else on stderr, color only where it is wanted. Never decides what is
//! said; text comes from reports and errors.

use super::args::ColorChoice;
use super::error::CliError;
use super::settings::columns;
use crate::report::{self, Paint, Width};
use std::io::{BufRead as _, ErrorKind, IsTerminal as _, Write as _};

/// Whether a stream is read by a person right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A terminal.
    Person,
    /// A pipe or a file.
    Pipe,
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Progress, counts, hints.
    Normal,
    /// Errors only.
    Quiet,
}

/// The three streams of the process.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    out: Paint,
    err: Paint,
    room: Width,
    err_audience: Audience,
    in_audience: Audience,
    verbosity: Verbosity,
}

impl Terminal {
    /// The streams as they are, with color as chosen.
    pub(crate) fn of_process(color: ColorChoice, verbosity: Verbosity) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let audience = |terminal| if terminal { Audience::Person } else { Audience::Pipe };
        Self {
            out: ink(color, audience(out)),
            err: ink(color, audience(err)),
            room: width(audience(out), std::io::stdout()),
            err_audience: audience(err),
            in_audience: audience(std::io::stdin().is_terminal()),
            verbosity,
        }
    }
    /// Whether data is colored.
    pub(crate) fn paint(&self) -> Paint {
        self.out
    }
    /// Whether messages are colored.
    pub(crate) fn message_paint(&self) -> Paint {
        self.err
    }
    /// Whether somebody is there to answer a question.
    pub(crate) fn can_ask(&self) -> bool {
        self.in_audience == Audience::Person && self.err_audience == Audience::Person
    }
    /// Who reads the messages.
    pub(crate) fn audience(&self) -> Audience {
        self.err_audience
    }
    /// How much is said.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.verbosity
    }
    /// How much room the reader of the data has.
    pub(crate) fn width(&self) -> Width {
        self.room
    }
    /// How much room the reader of the messages has.
    pub(crate) fn message_width(&self) -> Width {
        message_width()
    }
    /// Prints text for people, as it fits a terminal; in a pipe every line stays as it is.
    ///
    /// # Errors
    /// As [`Terminal::data`].
    pub(crate) fn text(&self, text: &str) -> Result<(), CliError> {
        self.data(&report::fit(text, self.room))
    }
    /// Prints data, whole. A reader that went away is fine: it has what it wanted.
    ///
    /// # Errors
    /// When stdout cannot be written for another reason, such as a full disk.
    pub(crate) fn data(&self, text: &str) -> Result<(), CliError> {
        self.stream(|out| out.write_all(text.as_bytes()))
    }
    /// The same for data that is made piece by piece.
    ///
    /// # Errors
    /// As [`Terminal::data`].
    pub(crate) fn stream(
        &self,
        fill: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
    ) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        match fill(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(CliError::failed(format!("stdout cannot be written: {error}")))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
    /// Says a line beside the data, unless told to be quiet.
    pub(crate) fn note(&self, line: &str) {
        match self.verbosity {
            Verbosity::Normal => message(line),
            Verbosity::Quiet => {}
        }
    }
    /// Says what must be said even when told to be quiet.
    pub(crate) fn warn(&self, line: &str) {
        message(line);
    }
    /// Shows a patch beside the data, line by line as it is, unless told to be quiet.
    pub(crate) fn show(&self, lines: &str) {
        match self.verbosity {
            Verbosity::Normal => verbatim(lines),
            Verbosity::Quiet => {}
        }
    }
    /// Shows what is read or copied before anything goes on, line by line as it is.
    pub(crate) fn keep(&self, lines: &str) {
        verbatim(lines);
    }
    /// Says why the command ends.
    pub(crate) fn error(&self, error: &CliError) {
        let CliError { exit: _, message: what, hints } = error;
        message(&format!("{}: {what}", self.label("error", "31")));
        for hint in hints {
            message(&format!("  {}: {hint}", self.label("help", "36")));
        }
    }
    fn label(&self, word: &str, color: &str) -> String {
        match self.err {
            Paint::Colour => format!("\u{1b}[1;{color}m{word}\u{1b}[0m"),
            Paint::Plain => word.to_owned(),
        }
    }
    /// Asks a question that is answered with `y` or anything else.
    ///
    /// # Errors
    /// When nobody is there to answer: stdin or stderr is no terminal.
    pub(crate) fn confirm(&self, question: &str) -> Result<Answer, CliError> {
        if !self.can_ask() {
            return Err(CliError::usage("nobody is there to answer: stdin or stderr is no terminal"));
        }
        let question = report::fit(question, message_width());
        let mut err = std::io::stderr().lock();
        // A prompt that cannot be shown is answered like one that was not understood.
        if write!(err, "{question} [y/N] ").and_then(|()| err.flush()).is_err() {
            return Ok(Answer::No);
        }
        drop(err);
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(_) if matches!(line.trim(), "y" | "Y" | "yes") => Ok(Answer::Yes),
            Ok(_) | Err(_) => Ok(Answer::No),
        }
    }
}

/// What a person answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Yes.
    Yes,
    /// Anything else.
    No,
}

fn ink(color: ColorChoice, audience: Audience) -> Paint {
    match (color, audience) {
        (ColorChoice::Always, _) | (ColorChoice::Auto, Audience::Person) => Paint::Colour,
        (ColorChoice::Never, _) | (ColorChoice::Auto, Audience::Pipe) => Paint::Plain,
    }
}

/// A line on stderr, as it fits a terminal. When stderr is gone nobody listens, and that is no reason to stop.
pub(crate) fn message(line: &str) {
    verbatim(&report::fit(line, message_width()));
}

/// The same for what is copied: a document, a patch. Its lines stay as they are.
fn verbatim(lines: &str) {
    let mut err = std::io::stderr().lock();
    drop(writeln!(err, "{lines}"));
}

fn message_width() -> Width {
    let audience = if std::io::stderr().is_terminal() { Audience::Person } else { Audience::Pipe };
    width(audience, std::io::stderr())
}

/// What a terminal says of itself, else `COLUMNS`, else what most have.
#[cfg(unix)]
fn width(audience: Audience, stream: impl std::os::fd::AsFd) -> Width {
    told_width(audience, || terminal_size::terminal_size_of(stream))
}

/// What a terminal says of itself, else `COLUMNS`, else what most have.
#[cfg(windows)]
fn width(audience: Audience, stream: impl std::os::windows::io::AsHandle) -> Width {
    told_width(audience, || terminal_size::terminal_size_of(stream))
}

fn told_width(
    audience: Audience,
    size: impl FnOnce() -> Option<(terminal_size::Width, terminal_size::Height)>,
) -> Width {
    match audience {
        Audience::Pipe => Width::Endless,
        Audience::Person => Width::Columns(size().map(|(width, _)| width.0).or_else(columns).unwrap_or(80)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_is_for_terminals_unless_asked() {
        assert_eq!(ink(ColorChoice::Auto, Audience::Pipe), Paint::Plain);
        assert_eq!(ink(ColorChoice::Auto, Audience::Person), Paint::Colour);
        assert_eq!(ink(ColorChoice::Never, Audience::Person), Paint::Plain);
        assert_eq!(ink(ColorChoice::Always, Audience::Pipe), Paint::Colour);
    }
}
