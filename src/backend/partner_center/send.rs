//! One call on its way: its turn, its token, its ids, and the count of what was made. Repeats nothing but a call whose
//! token was not taken, and that once.

use super::classify::{Meaning, Problem, meaning, problem};
use super::limit::{Lane, Limiter, Verdict};
use super::mask::Mask;
use super::request::{Ask, Moment};
use super::{Calls, Doors, Freshness, SignInError, TransportError};
use crate::model::{RequestId, Secret};
use http::Response;
use smol_str::{SmolStr, format_smolstr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What sends calls, one at a time each, from any number of threads.
pub(super) struct Line {
    pub(super) doors: Doors,
    limiter: Mutex<Limiter>,
    calls: Mutex<Calls>,
    ahead: Mutex<Option<i64>>,
}

/// How a call is made.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// The same for a repeat after a lost reply.
    pub(super) request: RequestId,
    /// It must be on its way by then (monotonic).
    pub(super) start_by: Duration,
    /// How long its reply may take.
    pub(super) timeout: Duration,
    /// What the machine had slept when it was decided to make it; nothing where it does not matter. A call decided before
    /// a sleep may be another's to make by now.
    pub(super) slept: Option<Duration>,
}

/// How a call ended that has no reply of success.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The service or something in between said so.
    Said(Problem, Meaning),
    /// There is no token.
    SignIn(SignInError),
    /// It did not get there.
    NotSent(SmolStr),
    /// It may have got there.
    Lost(SmolStr),
    /// Its turn would have come too late: how long it would take.
    NoTurn(Duration),
}

impl Line {
    pub(super) fn new(doors: Doors) -> Self {
        Self { doors, limiter: Mutex::default(), calls: Mutex::default(), ahead: Mutex::default() }
    }
    /// The calls made so far.
    pub(super) fn calls(&self) -> Calls {
        held(&self.calls).clone()
    }
    /// By how many seconds our clock was ahead of the service's when it last replied; negative when it was behind.
    pub(super) fn ahead(&self) -> Option<i64> {
        *held(&self.ahead)
    }
    /// The pace the subscription resource is asked at, calls a minute: what most of a refresh is.
    pub(super) fn per_minute(&self) -> u32 {
        held(&self.limiter).per_minute(super::call::Resource::Subscriptions)
    }
    /// An id nobody else has.
    pub(super) fn fresh_id(&self) -> RequestId {
        let mut bytes = (self.doors.random)();
        // A GUID of version 4. Source: RFC 9562.
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        RequestId::from_bytes(bytes)
    }

    /// Makes a call and takes its reply of success.
    pub(super) fn send(&self, ask: &Ask, terms: Terms) -> Result<Response<Vec<u8>>, Trouble> {
        match self.send_with(ask, terms, Freshness::Cached) {
            Err(Trouble::Said(_, Meaning::Token)) => match self.send_with(ask, terms, Freshness::New) {
                Err(Trouble::Said(problem, Meaning::Token)) => Err(Trouble::Said(problem, Meaning::Denied(NOT_TAKEN))),
                other => other,
            },
            other => other,
        }
    }

    fn send_with(&self, ask: &Ask, terms: Terms, freshness: Freshness) -> Result<Response<Vec<u8>>, Trouble> {
        let bearer = self.doors.tokens.bearer(ask.call.caller(), freshness).map_err(Trouble::SignIn)?;
        let request = self.request(ask, terms.request, &bearer)?;
        let lane = Lane { resource: ask.call.resource(), customer: ask.customer };
        let sent = self.wait_turn(lane, terms.start_by)?;
        if terms.slept.is_some_and(|slept| self.doors.clock.slept() > slept) {
            return Err(Trouble::NotSent("the machine was suspended before the call could be made".into()));
        }
        self.count(lane, |calls| calls.made += 1);
        let mask = Mask::of(&request);
        let reply = self.doors.transport.send(request, terms.timeout).map_err(|error| match error {
            TransportError::NotSent(text) => Trouble::NotSent(text),
            TransportError::Lost(text) => Trouble::Lost(text),
        })?;
        if let Some(theirs) = said_date(&reply) {
            *held(&self.ahead) = Some(self.doors.clock.now().seconds() - theirs);
        }
        let Some(problem) = problem(&reply, &mask, self.doors.clock.now()) else {
            held(&self.limiter).answered(lane);
            return Ok(reply);
        };
        let meaning = meaning(ask.call, &problem);
        if meaning == Meaning::Throttled {
            held(&self.limiter).refused(lane, (sent, self.doors.clock.elapsed()), problem.retry_after);
            held(&self.calls).refused += 1;
        }
        Err(Trouble::Said(problem, meaning))
    }

    fn request(&self, ask: &Ask, request: RequestId, bearer: &Secret) -> Result<http::Request<Vec<u8>>, Trouble> {
        let moment = Moment { base: &self.doors.base, bearer, request, correlation: self.fresh_id() };
        ask.request(moment).map_err(|error| Trouble::NotSent(format_smolstr!("the request cannot be written: {error}")))
    }

    /// Waits for the call's turn; answers when it went.
    fn wait_turn(&self, lane: Lane, start_by: Duration) -> Result<Duration, Trouble> {
        let clock = self.doors.clock.as_ref();
        let mut now = clock.elapsed();
        let mut verdict = held(&self.limiter).ask(lane, now);
        while let Verdict::Wait(turn) = verdict {
            if turn.at > start_by {
                return Err(Trouble::NoTurn(turn.at.saturating_sub(now)));
            }
            while now < turn.at {
                clock.pause(turn.at - now);
                now = clock.elapsed();
            }
            verdict = held(&self.limiter).come(lane, turn, now);
        }
        Ok(now)
    }

    /// A list has a further page.
    pub(super) fn turn_page(&self) {
        held(&self.calls).pages += 1;
    }

    fn count(&self, lane: Lane, made: impl FnOnce(&mut Calls)) {
        let mut calls = held(&self.calls);
        made(&mut calls);
        *calls.by_kind.entry(lane.resource.name()).or_insert(0) += 1;
    }
}

/// When the reply was written, by the service's clock. Source: RFC 9110, 6.6.1.
fn said_date(reply: &Response<Vec<u8>>) -> Option<i64> {
    let text = reply.headers().get(http::header::DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp().as_second())
}

const NOT_TAKEN: &str = "a new token was not taken either: sign in again, `twotier login`, and see `twotier doctor`";

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
