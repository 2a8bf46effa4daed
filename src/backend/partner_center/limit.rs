//! How fast the service may be asked: one pace for each documented limit, learned from what it refuses. Pure: takes the
//! time, gives the time at which a call may go. Calls are spread evenly, so nothing waits in a crowd for the same moment.
//! Source: learn, api-throttling-guidance (limits by API and partner tenant, or by customer tenant as well; adjusted
//! dynamically; refused requests count too).

use super::call::Resource;
use crate::model::CustomerId;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// Where a pace begins, in calls a minute. Source: learn, customer-resources, subscription-resources, order-resources.
const DOCUMENTED: f64 = 500.0;
/// Never slower than this.
const SLOWEST: f64 = 6.0;
/// Never faster than this.
const FASTEST: f64 = 6000.0;
/// The share of a learned limit that is used.
const SHARE: f64 = 0.98;
/// What limits are counted over.
const WINDOW: Duration = Duration::from_secs(60);
/// How long a limit that was met is believed in before more is tried.
const BELIEVED: Duration = Duration::from_secs(100);
/// While no limit was met: this long without a refusal, then twice as fast.
const DOUBLE_AFTER: Duration = Duration::from_secs(15);
/// Once one was met: this long without a refusal, then a little faster.
const CLIMB_AFTER: Duration = Duration::from_secs(10);
const CLIMB: f64 = 1.03;
/// Two refusals so close after each other mean that the pace is still too fast.
const CLOSE: Duration = Duration::from_secs(10);
/// How long one refused customer is remembered: another one within it proves the common limit.
const SUSPECTED: Duration = Duration::from_secs(30);
/// How long to wait when a refusal does not say.
const UNTOLD: Duration = Duration::from_secs(30);

/// A call that wants to be made: what limits it counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) resource: Resource,
    pub(super) customer: Option<CustomerId>,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Now.
    Go,
    /// Not before its turn: ask again then, with this.
    Wait(Turn),
}

/// The turn of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// When it comes.
    pub(super) at: Duration,
    /// How many refusals there had been when it was given; a turn from before a refusal is void.
    refusals: u64,
    /// Whether a place in the common pace is held, or only the end of a customer's pause is waited for.
    placed: bool,
}

/// All paces.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    paces: BTreeMap<Resource, Pace>,
    /// Customers whose own limit was met.
    pauses: BTreeMap<(Resource, CustomerId), Pause>,
}

#[derive(Debug)]
struct Pace {
    /// What is believed to be allowed, calls a minute.
    limit: f64,
    /// When a limit was last met, and where.
    met: Option<(f64, Duration)>,
    /// The next free place.
    next: Duration,
    /// Since when nothing was refused.
    calm: Duration,
    /// How many refusals were learned from.
    refusals: u64,
    /// When the pause after the last one ended.
    resumed: Option<Duration>,
    /// The calls of the last window that were not refused.
    made: VecDeque<Duration>,
    /// Whose call was refused last, and until when that customer rests.
    suspect: Option<(CustomerId, Duration)>,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    until: Duration,
    /// How often in a row.
    times: u32,
}

impl Limiter {
    /// Asks for a call's turn.
    pub(super) fn ask(&mut self, lane: Lane, now: Duration) -> Verdict {
        let rest = lane.customer.and_then(|customer| self.pauses.get(&(lane.resource, customer)));
        let pace = self.paces.entry(lane.resource).or_insert_with(|| Pace::new(now));
        if let Some(pause) = rest.filter(|pause| pause.until > now) {
            // It holds no place meanwhile: others go on.
            return Verdict::Wait(Turn { at: pause.until, refusals: pace.refusals, placed: false });
        }
        let at = pace.place(now);
        let turn = Turn { at, refusals: pace.refusals, placed: true };
        if at <= now { pace.go(now) } else { Verdict::Wait(turn) }
    }
    /// Asks again when the turn has come.
    pub(super) fn come(&mut self, lane: Lane, turn: Turn, now: Duration) -> Verdict {
        let pace = self.paces.entry(lane.resource).or_insert_with(|| Pace::new(now));
        if !turn.placed || turn.refusals != pace.refusals {
            return self.ask(lane, now);
        }
        if turn.at <= now { pace.go(now) } else { Verdict::Wait(turn) }
    }
    /// A call was answered, and not refused.
    pub(super) fn answered(&mut self, lane: Lane) {
        if let Some(customer) = lane.customer {
            self.pauses.remove(&(lane.resource, customer));
        }
    }
    /// A call that went at `sent` was refused: too many requests.
    pub(super) fn refused(&mut self, lane: Lane, (sent, now): (Duration, Duration), wait: Option<Duration>) {
        let wait = wait.unwrap_or(UNTOLD);
        let pace = self.paces.entry(lane.resource).or_insert_with(|| Pace::new(now));
        pace.forget(sent);
        if let Some(customer) = lane.customer {
            let pause = self.pauses.entry((lane.resource, customer)).or_insert(Pause { until: now, times: 0 });
            // Refused again after the wait it asked for: twice as long. Source: learn, api-throttling-guidance.
            let longer = wait.saturating_mul(1 << pause.times.min(3));
            if sent >= pause.until || pause.times == 0 {
                *pause = Pause { until: now + longer, times: pause.times + 1 };
            }
            let other = pace.suspect.is_some_and(|(whose, until)| whose != customer && now < until);
            if !other {
                // One customer alone: perhaps only its own limit. A second one in the same time proves the common one.
                pace.suspect = Some((customer, now + wait.max(SUSPECTED)));
                return;
            }
            self.pauses.retain(|(resource, _), _| *resource != lane.resource);
        }
        pace.slow_down(sent, now, wait);
    }
    /// The pace of a resource, calls a minute; what it begins with if it was not used.
    pub(super) fn per_minute(&self, resource: Resource) -> u32 {
        let pace = self.paces.get(&resource).map_or(DOCUMENTED, Pace::per_minute);
        // Between SLOWEST and FASTEST.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded just above")]
        let whole = pace.clamp(SLOWEST, FASTEST) as u32;
        whole
    }
}

impl Pace {
    fn new(now: Duration) -> Self {
        Self {
            limit: DOCUMENTED,
            met: None,
            next: now,
            calm: now,
            refusals: 0,
            resumed: None,
            made: VecDeque::new(),
            suspect: None,
        }
    }
    fn per_minute(&self) -> f64 {
        if self.met.is_some() { self.limit * SHARE } else { self.limit }
    }
    fn place(&mut self, now: Duration) -> Duration {
        self.climb(now);
        let at = self.next.max(now);
        self.next = at + Duration::from_secs_f64(60.0 / self.per_minute());
        at
    }
    fn go(&mut self, now: Duration) -> Verdict {
        self.made.push_back(now);
        while self.made.front().is_some_and(|at| now.saturating_sub(*at) > WINDOW) {
            self.made.pop_front();
        }
        Verdict::Go
    }
    fn forget(&mut self, sent: Duration) {
        if let Some(at) = self.made.iter().rposition(|made| *made == sent) {
            self.made.remove(at);
        }
    }
    /// Nothing refused for a while: faster, but not past a limit that was just met.
    fn climb(&mut self, now: Duration) {
        let after = if self.met.is_some() { CLIMB_AFTER } else { DOUBLE_AFTER };
        if now.saturating_sub(self.calm) >= after {
            let lately = self.made.iter().rev().take_while(|at| now.saturating_sub(**at) <= after).count();
            let full = self.per_minute() * after.as_secs_f64() / 60.0;
            self.calm = now;
            // Who does not use a pace learns nothing about it.
            if (lately as f64) < full * 0.7 {
                return;
            }
            self.limit = match self.met {
                None => self.limit * 2.0,
                Some((wall, at)) if now.saturating_sub(at) < BELIEVED => (self.limit * CLIMB).min(wall.max(self.limit)),
                Some(_) => self.limit * CLIMB,
            };
            self.limit = self.limit.min(FASTEST);
        }
    }
    /// Learns from a refusal, and rests. Calls that were under way at the last one teach nothing new.
    fn slow_down(&mut self, sent: Duration, now: Duration, wait: Duration) {
        let news = self.resumed.is_none_or(|resumed| sent >= resumed);
        let resume = now + wait + Duration::from_millis(500);
        if !news {
            self.next = self.next.max(self.resumed.unwrap_or(resume));
            return;
        }
        let passed = self.made.iter().filter(|at| now.saturating_sub(**at) <= WINDOW).count();
        let span = self.made.front().map_or(Duration::ZERO, |first| now.saturating_sub(*first)).min(WINDOW);
        let pace = self.per_minute();
        // A whole window was seen if its part so far and the rest that is to be waited for make one.
        let counted = if span + wait >= WINDOW * 3 / 4 { passed as f64 } else { pace * 0.9 };
        let close = self.resumed.is_some_and(|resumed| now.saturating_sub(resumed) < CLOSE);
        let limit = counted.min(if close { pace * 0.95 } else { pace }).clamp(SLOWEST, FASTEST);
        self.limit = limit;
        self.met = Some((limit, now));
        self.refusals += 1;
        self.resumed = Some(resume);
        self.next = resume;
        self.calm = resume;
    }
}
