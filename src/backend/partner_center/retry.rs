//! Questions, repeated while that may help and within a bound: what stays unanswered is unknown, with the reason. Lists are
//! read to their last page or not at all. Never used for a call that changes something.

use super::SignInError;
use super::classify::{Meaning, Problem};
use super::decode::{Garbage, Node, json};
use super::page;
use super::request::Ask;
use super::send::{Line, Terms, Trouble};
use crate::observed::Why;
use http::Response;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;
use std::time::Duration;

/// Waits before a question is asked again after a failure. Source: unconfirmed, defaults of the .NET SDK, one more.
const WAITS: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_millis(1500), Duration::from_millis(3500), Duration::from_secs(10)];

/// How long a question may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// When it is given up (monotonic).
    pub(super) until: Duration,
    /// How often it is asked again after a failure.
    pub(super) repeats: usize,
}
impl Patience {
    /// For a question of a plan: as long as a service that is short of breath may need.
    pub(super) fn of_a_plan(now: Duration) -> Self {
        Self { until: now + Duration::from_secs(600), repeats: WAITS.len() }
    }
    /// For a question on the way to a change, whose own call must still find its time.
    pub(super) fn of_a_change(now: Duration) -> Self {
        Self { until: now + Duration::from_secs(20), repeats: 2 }
    }
}

/// How long one reply may take.
const REPLY: Duration = Duration::from_secs(60);

impl Line {
    /// Asks, and understands the reply.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(super) fn hear<T>(
        &self,
        ask: &Ask,
        patience: Patience,
        understand: impl Fn(&Response<Vec<u8>>) -> Result<T, Garbage>,
    ) -> Result<Heard<T>, Why> {
        let mut failures = 0;
        loop {
            // A repeat of a question is a question of its own: it has no effect that could happen twice.
            let terms = Terms { request: self.fresh_id(), start_by: patience.until, timeout: REPLY, slept: None };
            let why = match self.send(ask, terms) {
                Ok(reply) => match understand(&reply) {
                    Ok(told) => return Ok(Heard::Told(told)),
                    Err(garbage) => format_smolstr!("the reply cannot be understood: {garbage}"),
                },
                Err(trouble) => match ended(trouble)? {
                    Ended::Absent => return Ok(Heard::Absent),
                    Ended::Said(problem) => return Ok(Heard::Said(problem)),
                    Ended::Throttled => continue,
                    Ended::Failed(why) => why,
                },
            };
            let wait = WAITS.get(failures).copied().unwrap_or(WAITS[WAITS.len() - 1]);
            let now = self.doors.clock.elapsed();
            if failures >= patience.repeats || now + wait > patience.until {
                return Err(Why::Failed(why));
            }
            failures += 1;
            self.pause(wait);
        }
    }

    /// Asks for one object. `None`: it does not exist, by a documented code.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(super) fn hear_object<T>(
        &self,
        ask: &Ask,
        patience: Patience,
        understand: impl Fn(&Node<'_>) -> Result<T, Garbage>,
    ) -> Result<Option<T>, Why> {
        match self.hear(ask, patience, |reply| understand(&Node::of(&json(reply.body())?)?))? {
            Heard::Told(told) => Ok(Some(told)),
            Heard::Absent => Ok(None),
            Heard::Said(problem) => Err(Why::Refused(problem.in_full())),
        }
    }

    /// Asks for a list, to its last page.
    ///
    /// # Errors
    /// Why it is not known to its end. A list is whole or unknown.
    pub(super) fn hear_list<T>(
        &self,
        ask: &Ask,
        patience: Patience,
        understand: impl Fn(&Node<'_>) -> Result<T, Garbage>,
    ) -> Result<Option<Vec<T>>, Why> {
        let mut all = Vec::new();
        let mut seen = BTreeSet::new();
        let mut asking = ask.clone();
        loop {
            if !seen.insert((asking.target.clone(), asking.continuation.clone())) {
                return Err(Why::Partial);
            }
            let page = self.hear_object(&asking, patience, |node| {
                let entries = page::entries(node)?.iter().map(&understand).collect::<Result<Vec<_>, _>>()?;
                Ok((entries, page::next(node, &asking)?))
            })?;
            let Some((entries, next)) = page else {
                // What does not exist has no second page.
                return if seen.len() == 1 { Ok(None) } else { Err(Why::Partial) };
            };
            all.extend(entries);
            match next {
                Some(next) => {
                    self.turn_page();
                    asking = next;
                }
                None => return Ok(Some(all)),
            }
        }
    }

    /// Lets so much time pass, with some of it by lot so that many do not come back at once.
    fn pause(&self, length: Duration) {
        let lot = u32::from((self.doors.random)()[0]);
        let clock = self.doors.clock.as_ref();
        let mut now = clock.elapsed();
        let until = now + length + length * lot / 1024;
        // One look at the clock for both: it goes on between two, and what is left is never less than nothing.
        while now < until {
            clock.pause(until - now);
            now = clock.elapsed();
        }
    }
}

/// What a question brought.
#[derive(Debug)]
pub(super) enum Heard<T> {
    /// The answer.
    Told(T),
    /// What was asked about does not exist, by a documented code.
    Absent,
    /// The answer, as an error that is one.
    Said(Problem),
}

/// How a question ended without a reply of success.
enum Ended {
    Absent,
    Said(Problem),
    Throttled,
    Failed(SmolStr),
}

fn ended(trouble: Trouble) -> Result<Ended, Why> {
    let (problem, meaning) = match trouble {
        Trouble::Said(problem, meaning) => (problem, meaning),
        Trouble::SignIn(SignInError::Refused(text)) => return Err(Why::Denied(text)),
        Trouble::SignIn(SignInError::Failed(text)) | Trouble::NotSent(text) | Trouble::Lost(text) => {
            return Ok(Ended::Failed(text));
        }
        Trouble::NoTurn(_) => return Err(Why::Throttled),
    };
    match meaning {
        Meaning::Absent => Ok(Ended::Absent),
        Meaning::Told => Ok(Ended::Said(problem)),
        Meaning::Throttled => Ok(Ended::Throttled),
        Meaning::Denied("") => Err(Why::Denied(problem.in_full())),
        Meaning::Denied(mend) => Err(Why::Denied(problem.with(mend))),
        Meaning::Passing | Meaning::Later | Meaning::Moved => Ok(Ended::Failed(problem.in_full())),
        Meaning::InBetween => Ok(Ended::Failed(in_between(&problem.in_full()))),
        Meaning::Token | Meaning::Refused | Meaning::Conflict | Meaning::Submitted => {
            Err(Why::Refused(problem.in_full()))
        }
    }
}

/// When something else answered in the service's place.
pub(super) fn in_between(words: &str) -> SmolStr {
    format_smolstr!(
        "{words}, and not from Partner Center: see what stands in between (proxy, sign-in page of a network)"
    )
}
