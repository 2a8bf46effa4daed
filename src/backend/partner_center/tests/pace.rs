//! How close to the allowed rate the client comes, and how often it is refused: simulated servers of N requests a minute
//! on a virtual clock, with several callers and replies that take a while.

use super::super::call::Resource;
use super::super::limit::{Lane, Limiter, Verdict};
use super::*;
use std::collections::BTreeMap;

const WINDOW: Duration = Duration::from_secs(60);

/// How a server counts.
#[derive(Clone, Copy)]
enum Server {
    /// By the minute on its wall clock.
    Fixed,
    /// Over the last sixty seconds.
    Sliding,
}

struct Counts {
    server: Server,
    allowed: usize,
    taken: VecDeque<Duration>,
    refused: u64,
}
impl Counts {
    /// Takes a call, or says how long to stay away.
    fn take(&mut self, now: Duration) -> Option<Duration> {
        let begin = match self.server {
            Server::Fixed => WINDOW * u32::try_from(now.as_secs() / 60).expect("a short test"),
            Server::Sliding => now.saturating_sub(WINDOW),
        };
        while self.taken.front().is_some_and(|at| *at < begin) {
            self.taken.pop_front();
        }
        if self.taken.len() < self.allowed {
            self.taken.push_back(now);
            return None;
        }
        self.refused += 1;
        let free = match self.server {
            Server::Fixed => begin + WINDOW,
            Server::Sliding => self.taken[0] + WINDOW,
        };
        Some(Duration::from_secs((free.saturating_sub(now)).as_secs() + 1))
    }
}

enum Caller {
    Wants,
    Waits(limit::Turn),
    Hears { sent: Duration, refused: Option<Duration> },
}

/// How long `calls` calls by 8 callers take, and how many were refused.
fn refresh(server: Server, allowed: usize, calls: usize) -> (Duration, u64) {
    let mut counts = Counts { server, allowed, taken: VecDeque::new(), refused: 0 };
    let mut limiter = Limiter::default();
    let mut events: BTreeMap<(Duration, usize), Caller> =
        (0..8).map(|n| ((Duration::ZERO, n), Caller::Wants)).collect();
    let (mut done, mut last, mut customer) = (0, Duration::ZERO, 0_u32);
    while done < calls {
        let ((now, who), caller) = events.pop_first().expect("callers go on");
        // Every caller asks about another customer each time.
        customer += 1;
        let mut id = [0; 16];
        id[..4].copy_from_slice(&(customer % 1000).to_le_bytes());
        let lane = Lane { resource: Resource::Subscriptions, customer: Some(CustomerId::from_bytes(id)) };
        let verdict = match caller {
            Caller::Wants => limiter.ask(lane, now),
            Caller::Waits(turn) => limiter.come(lane, turn, now),
            Caller::Hears { sent, refused } => {
                match refused {
                    None => {
                        limiter.answered(lane);
                        (done, last) = (done + 1, now);
                    }
                    Some(wait) => limiter.refused(lane, (sent, now), Some(wait)),
                }
                events.insert((now, who), Caller::Wants);
                continue;
            }
        };
        match verdict {
            Verdict::Wait(turn) => events.insert((turn.at.max(now), who), Caller::Waits(turn)),
            Verdict::Go => {
                let took = Duration::from_millis(150 + 37 * (u64::from(customer) % 7));
                let refused = counts.take(now);
                events.insert((now + took, who), Caller::Hears { sent: now, refused })
            }
        };
    }
    (last, counts.refused)
}

#[test]
fn a_large_refresh_uses_nearly_all_that_is_allowed_and_is_hardly_refused() {
    for server in [Server::Fixed, Server::Sliding] {
        for allowed in [120, 300, 500, 800] {
            let calls = 20_000;
            let (took, refused) = refresh(server, allowed, calls);
            let rate = calls as f64 / took.as_secs_f64() * 60.0;
            let share = rate / allowed as f64;
            let refusals = refused as f64 / calls as f64;
            println!("{allowed} a minute: {:.1} % used, {:.2} % refused", share * 100.0, refusals * 100.0);
            assert!(share >= 0.95, "at {allowed} a minute only {:.1} % were used", share * 100.0);
            assert!(refusals < 0.01, "at {allowed} a minute {:.2} % were refused", refusals * 100.0);
        }
    }
}

#[test]
fn a_customer_at_its_own_limit_holds_nobody_else_up() {
    let lane = |n: u8| Lane { resource: Resource::Subscriptions, customer: Some(CustomerId::from_bytes([n; 16])) };
    let mut limiter = Limiter::default();
    let now = Duration::from_secs(100);
    assert_eq!(limiter.ask(lane(1), now), Verdict::Go);
    limiter.refused(lane(1), (now, now), Some(Duration::from_secs(57)));
    let Verdict::Wait(turn) = limiter.ask(lane(1), now) else { panic!("not before its time") };
    assert_eq!(turn.at, now + Duration::from_secs(57));
    let Verdict::Wait(turn) = limiter.ask(lane(2), now) else { panic!("evenly spread") };
    assert!(turn.at < now + Duration::from_secs(1), "{turn:?}");
    assert_eq!(limiter.come(lane(2), turn, turn.at), Verdict::Go);
    // Two customers refused at once: the common limit.
    limiter.refused(lane(2), (turn.at, turn.at), Some(Duration::from_secs(57)));
    let Verdict::Wait(turn) = limiter.ask(lane(3), turn.at) else { panic!("all wait") };
    assert!(turn.at > now + Duration::from_secs(57), "{turn:?}");
}

#[test]
fn nobody_comes_back_in_a_crowd() {
    let lane = Lane { resource: Resource::Customers, customer: None };
    let mut limiter = Limiter::default();
    let now = Duration::from_secs(5);
    assert_eq!(limiter.ask(lane, now), Verdict::Go);
    limiter.refused(lane, (now, now), Some(Duration::from_secs(10)));
    let turns: Vec<Duration> = (0..8)
        .map(|_| match limiter.ask(lane, now) {
            Verdict::Wait(turn) => turn.at,
            Verdict::Go => panic!("nobody goes now"),
        })
        .collect();
    assert!(turns[0] >= now + Duration::from_secs(10));
    assert!(turns.windows(2).all(|pair| pair[1] - pair[0] > Duration::from_millis(50)), "{turns:?}");
}

/// The machine sleeps for an hour between the first look and the second.
struct Dozing(AtomicU32);
impl Clock for Dozing {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_795_600_000)
    }
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
    fn slept(&self) -> Duration {
        Duration::from_secs(3600 * u64::from(self.0.fetch_add(1, Ordering::SeqCst).min(1)))
    }
    fn pause(&self, _: Duration) {}
}

#[test]
fn an_effect_that_was_decided_before_a_sleep_is_not_begun_after_it() {
    use crate::backend::{Actuate as _, BackendError};
    let rig = Rig::new(vec![]);
    let center = Center::new(Doors {
        base: "https://api.partnercenter.microsoft.com".into(),
        provider: tenant(0xf0),
        transport: rig.transport.clone(),
        tokens: Arc::new(Counted::default()),
        clock: Arc::new(Dozing(AtomicU32::new(0))),
        random: Arc::new(|| [0; 16]),
    });
    let operation = crate::model::Operation::CheckOut { customer: customer(), cart: crate::model::CartId::new("k1") };
    let done = center.perform(&operation, crate::model::RequestId::from_bytes([9; 16]));
    assert!(matches!(&done, Err(BackendError::Transient(why)) if why.contains("suspended")), "{done:?}");
    assert!(rig.made().is_empty());
}

/// Goes on by itself at every look, as a real clock does.
struct Restless(Mutex<Duration>);
impl Clock for Restless {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_795_600_000)
    }
    fn elapsed(&self) -> Duration {
        let mut at = self.0.lock().expect("no panic");
        *at += Duration::from_millis(300);
        *at
    }
    fn pause(&self, _: Duration) {}
}

#[test]
fn a_wait_survives_that_its_end_comes_between_two_looks_at_the_clock() {
    let call = "GET /v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf";
    let rig = Rig::new(vec![(call, reply(503, "")), (call, reply(503, "")), (call, ok(r#"{"items":[]}"#))]);
    let center = Center::new(Doors {
        base: "https://api.partnercenter.microsoft.com".into(),
        provider: tenant(0xf0),
        transport: rig.transport.clone(),
        tokens: Arc::new(Counted::default()),
        clock: Arc::new(Restless(Mutex::new(Duration::ZERO))),
        random: Arc::new(|| [0; 16]),
    });
    let read = crate::backend::Observe::read(&center, &crate::observed::Read::Relationships);
    assert_eq!(read, Ok(crate::observed::Answer::Relationships(Vec::new())));
}
