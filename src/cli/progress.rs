//! How long work shows itself: a bar on a terminal, plain lines in a pipe, nothing when told to be quiet. Never writes to
//! stdout.

use super::interrupt;
use super::terminal::{Audience, Terminal, Verbosity};
use crate::apply::{Outcome, Progress, Reporter};
use crate::backend::Bound;
use crate::model::Span;
use crate::ops::observe;
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use std::sync::atomic::{AtomicU64, Ordering};

/// How progress is shown.
pub(crate) enum Shown {
    /// A bar that moves.
    Bar(ProgressBar),
    /// A line now and then: every so many calls, counted from the number at which the last one was said.
    Lines(Terminal, AtomicU64),
    /// Not at all.
    Silent,
}

impl Shown {
    /// As fits the terminal.
    pub(crate) fn on(terminal: &Terminal) -> Self {
        match (terminal.verbosity(), terminal.audience()) {
            (Verbosity::Quiet, _) => Self::Silent,
            (Verbosity::Normal, Audience::Pipe) => Self::Lines(terminal.clone(), AtomicU64::new(0)),
            (Verbosity::Normal, Audience::Person) => Self::Bar(bar()),
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {counts}");
    let bar = ProgressBar::new(0);
    if let Ok(style) = style {
        bar.set_style(style.with_key("counts", counts));
    }
    bar
}

/// How far it is: nothing while nobody knows of how much.
fn counts(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let Some(len) = state.len().filter(|len| *len > 0) else { return };
    // A bar that cannot be drawn is no fault.
    let _ = write!(out, "{} of {len}, {:#} left", state.pos(), HumanDuration(state.eta()));
}

impl observe::Progress for Shown {
    fn round(&self, reads: usize) {
        match self {
            Self::Bar(bar) => {
                if bar.is_finished() {
                    bar.reset();
                    bar.set_length(0);
                }
                bar.set_message("reading");
                bar.inc_length(u64::try_from(reads).unwrap_or(u64::MAX));
            }
            Self::Lines(..) | Self::Silent => {}
        }
    }
    fn read(&self) {
        match self {
            Self::Bar(bar) => bar.inc(1),
            Self::Lines(..) | Self::Silent => {}
        }
    }
    fn end(&self, reads: usize) {
        let plural = if reads == 1 { "read" } else { "reads" };
        self.over(&format!("{reads} {plural}"));
    }
    fn recalled(&self, reads: usize, remembered: usize, oldest: Span) {
        self.over(&format!("read {reads} live, {remembered} remembered (oldest {})", age(oldest)));
    }
    fn note(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| super::terminal::message(line)),
            Self::Lines(terminal, _) => terminal.note(line),
            Self::Silent => {}
        }
    }
    fn cost(&self, cost: observe::Cost) {
        match self {
            Self::Bar(bar) => bar.set_message(so_far(cost)),
            Self::Lines(terminal, said) => {
                let due = said.load(Ordering::SeqCst);
                let long = due > 0 || cost.expected.saturating_sub(cost.made) >= LONG;
                let next = cost.made + EVERY;
                // Of several that see that a line is due, one says it.
                if long
                    && cost.made >= due
                    && said.compare_exchange(due, next, Ordering::SeqCst, Ordering::SeqCst).is_ok()
                {
                    terminal.note(&so_far(cost));
                }
            }
            Self::Silent => {}
        }
    }
    fn spent(&self, cost: observe::Cost) {
        match self {
            Self::Bar(_) => super::terminal::message(&calls(cost)),
            Self::Lines(terminal, _) => terminal.note(&calls(cost)),
            Self::Silent => {}
        }
    }
}

/// A look with at least so many calls to make says in lines how it goes, and then every so many calls: every two minutes
/// at 500 a minute.
const LONG: u64 = 200;
const EVERY: u64 = 1000;

/// How old something is, in words.
pub(crate) fn age(span: Span) -> String {
    let seconds = span.as_seconds().max(0);
    let (count, unit) = match seconds {
        0..120 => return "just now".to_owned(),
        120..7200 => (seconds / 60, "minutes"),
        7200..172_800 => (seconds / 3600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit}")
}

/// What a look cost so far, in words.
fn so_far(cost: observe::Cost) -> String {
    let left = cost.seconds_left();
    let left = if left > 90 { format!("{} min", left.div_ceil(60)) } else { format!("{left} s") };
    let observe::Cost { made, expected, bound, refused: _, per_minute } = cost;
    let least = match bound {
        Bound::Exact => "",
        Bound::AtLeast => "at least ",
    };
    format!("reading: {made} of {least}{expected} calls, {per_minute} a minute, {least}{left} left")
}

/// What a look cost, in words.
fn calls(cost: observe::Cost) -> String {
    let observe::Cost { made, expected, bound: _, refused, per_minute: _ } = cost;
    let refused = if refused == 0 { String::new() } else { format!(", {refused} refused for their pace") };
    format!("{made} calls to the service, {expected} expected{refused}")
}

impl Reporter for Shown {
    fn tell(&self, progress: &Progress) {
        if let Progress::Unstored { key, armored, why } = progress {
            // Whatever was asked for: without these lines the password is lost.
            self.line(&format!(
                "the sealed password of `{}` could not be stored ({why}); keep this:\n{armored}\n\
                 it is what the first administrator signs in with until the next run makes a new one. Whoever has the age \
                 identity of a recipient opens it: save the lines from BEGIN to END as a file, then \
                 `age --decrypt -i IDENTITY FILE` prints login and password. Where this log is kept, so is it",
                key.address,
                armored = armored.trim_end(),
            ));
            return;
        }
        if *progress == Progress::Stopped {
            interrupt::end_soon();
        }
        match self {
            Self::Bar(bar) => on_bar(bar, progress),
            // In a log a step is said when it is over.
            Self::Lines(..) if matches!(progress, Progress::Started { .. }) => {}
            Self::Lines(terminal, _) => terminal.note(&line_of(progress)),
            Self::Silent => {}
        }
    }
}

impl Shown {
    /// Looking is over.
    fn over(&self, line: &str) {
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                super::terminal::message(line);
            }
            Self::Lines(terminal, _) => terminal.note(line),
            Self::Silent => {}
        }
    }
    /// A line that must be seen.
    fn line(&self, line: &str) {
        match self {
            Self::Bar(bar) => bar.suspend(|| super::terminal::message(line)),
            Self::Lines(..) | Self::Silent => super::terminal::message(line),
        }
    }
}

fn on_bar(bar: &ProgressBar, progress: &Progress) {
    if bar.is_finished() {
        bar.reset();
    }
    if let Progress::Finished { done, total, .. } = progress {
        bar.set_length(u64::try_from(*total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(*done).unwrap_or(u64::MAX));
    }
    match progress {
        Progress::Started { key } => bar.set_message(key.to_string()),
        Progress::Finished { done, total, .. } if done == total => bar.finish_and_clear(),
        Progress::Finished { outcome: Outcome::Done(_) | Outcome::Asked | Outcome::Satisfied, .. } => {}
        Progress::Finished { .. }
        | Progress::Waiting { .. }
        | Progress::Unstored { .. }
        | Progress::Locked { .. }
        | Progress::Recovered { .. }
        | Progress::Stopping
        | Progress::Stopped => bar.suspend(|| super::terminal::message(&line_of(progress))),
    }
}

/// News as one line.
fn line_of(progress: &Progress) -> String {
    match progress {
        Progress::Started { key } => format!("  {key} ..."),
        Progress::Finished { key, outcome, done, total, left } => {
            let why = outcome.why().map_or_else(String::new, |why| format!(": {why}"));
            let left = left.filter(|left| left.as_secs() > 0);
            let left = left.map_or_else(String::new, |left| format!(", {} s left", left.as_secs()));
            format!("  {key} {}{why} ({done} of {total}{left})", outcome.word())
        }
        Progress::Waiting { key, wait, why } => format!("  {key} waits {} s: {why}", wait.as_secs()),
        Progress::Unstored { key, armored: _, why } => format!("  {key}: its password could not be stored: {why}"),
        Progress::Locked { holder, quiet, patience } => {
            let end = if quiet <= patience {
                format!("taken over if it is silent for {} s more", quiet.as_secs())
            } else {
                format!("given up in {} s", patience.as_secs())
            };
            format!(
                "waiting for another run: {holder}; {end} (`twotier state take-over` ends one that is certainly dead)"
            )
        }
        Progress::Recovered { key, outcome } => format!("  {key}, left open by an earlier run: {}", outcome.word()),
        Progress::Stopped => "stopped before anything was begun".to_owned(),
        Progress::Stopping => "stopping: what is in flight is finished first".to_owned(),
    }
}
