//! How long work shows itself: a bar on a terminal, plain lines in a pipe, nothing when told to be quiet. Never writes to
//! stdout.

use super::terminal::{Audience, Terminal, Verbosity};
use crate::ops::observe;
use indicatif::{ProgressBar, ProgressStyle};

/// How progress is shown.
pub(crate) enum Shown {
    /// A bar that moves.
    Bar(ProgressBar),
    /// A line now and then.
    Lines(Terminal),
    /// Not at all.
    Silent,
}

impl Shown {
    /// As fits the terminal.
    pub(crate) fn on(terminal: &Terminal) -> Self {
        match (terminal.verbosity(), terminal.audience()) {
            (Verbosity::Quiet, _) => Self::Silent,
            (Verbosity::Normal, Audience::Pipe) => Self::Lines(terminal.clone()),
            (Verbosity::Normal, Audience::Person) => Self::Bar(bar()),
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left");
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

impl observe::Progress for Shown {
    fn round(&self, reads: usize) {
        match self {
            Self::Bar(bar) => {
                bar.set_message("reading");
                bar.inc_length(u64::try_from(reads).unwrap_or(u64::MAX));
            }
            Self::Lines(_) | Self::Silent => {}
        }
    }
    fn read(&self) {
        match self {
            Self::Bar(bar) => bar.inc(1),
            Self::Lines(_) | Self::Silent => {}
        }
    }
    fn end(&self, reads: usize) {
        let plural = if reads == 1 { "read" } else { "reads" };
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                bar.println(format!("{reads} {plural}"));
            }
            Self::Lines(terminal) => terminal.note(&format!("{reads} {plural}")),
            Self::Silent => {}
        }
    }
}
