//! Where a command speaks: data on stdout, everything else on stderr, color only where it is wanted. Never decides what is
//! said; text comes from reports and errors.

use super::args::ColorChoice;
use super::error::CliError;
use std::io::{BufRead as _, ErrorKind, IsTerminal as _, Write as _};

/// Whether a stream takes color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Plain text.
    Plain,
    /// ANSI colors.
    Colored,
}

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
    out: Ink,
    err: Ink,
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
            err_audience: audience(err),
            in_audience: audience(std::io::stdin().is_terminal()),
            verbosity,
        }
    }
    /// Whether data is colored.
    pub(crate) fn ink(&self) -> Ink {
        self.out
    }
    /// Whether messages are colored.
    pub(crate) fn message_ink(&self) -> Ink {
        self.err
    }
    /// Who reads the messages.
    pub(crate) fn audience(&self) -> Audience {
        self.err_audience
    }
    /// How much is said.
    pub(crate) fn verbosity(&self) -> Verbosity {
        self.verbosity
    }
    /// Prints data, whole. A reader that went away is fine: it has what it wanted.
    ///
    /// # Errors
    /// When stdout cannot be written for another reason, such as a full disk.
    pub(crate) fn data(&self, text: &str) -> Result<(), CliError> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
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
            Ink::Colored => format!("\u{1b}[1;{color}m{word}\u{1b}[0m"),
            Ink::Plain => word.to_owned(),
        }
    }
    /// Asks a question that is answered with `y` or anything else.
    ///
    /// # Errors
    /// When nobody is there to answer: stdin or stderr is no terminal.
    pub(crate) fn confirm(&self, question: &str) -> Result<Answer, CliError> {
        if self.in_audience == Audience::Pipe || self.err_audience == Audience::Pipe {
            return Err(CliError::usage("nobody is there to answer: stdin or stderr is no terminal"));
        }
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

fn ink(color: ColorChoice, audience: Audience) -> Ink {
    match (color, audience) {
        (ColorChoice::Always, _) | (ColorChoice::Auto, Audience::Person) => Ink::Colored,
        (ColorChoice::Never, _) | (ColorChoice::Auto, Audience::Pipe) => Ink::Plain,
    }
}

/// A line on stderr. When stderr is gone nobody listens, and that is no reason to stop.
fn message(line: &str) {
    let mut err = std::io::stderr().lock();
    drop(writeln!(err, "{line}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_is_for_terminals_unless_asked() {
        assert_eq!(ink(ColorChoice::Auto, Audience::Pipe), Ink::Plain);
        assert_eq!(ink(ColorChoice::Auto, Audience::Person), Ink::Colored);
        assert_eq!(ink(ColorChoice::Never, Audience::Person), Ink::Plain);
        assert_eq!(ink(ColorChoice::Always, Audience::Pipe), Ink::Colored);
    }
}
