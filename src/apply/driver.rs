//! Carries the machine's commands out: reads and effects on worker threads, appends one after the other on its own.
//! Seals a password before the machine hears of it; decides nothing.

use super::machine::{Command, Event, RunState, Sealed, Slot, Timer, Told};
use super::outcome::{Ending, RunOutcome};
use super::seal::Seal;
use super::session::{Session, Tools};
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::{Effect, Operation, RequestId, Secret};
use crate::observed::{Answer, Read, Why};
use smol_str::SmolStr;
use std::collections::{BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What commands go through.
#[derive(Clone, Copy)]
pub(super) struct Doors<'a> {
    pub(super) observe: &'a dyn Observe,
    pub(super) actuate: &'a dyn Actuate,
    pub(super) seal: Option<&'a dyn Seal>,
    pub(super) tools: Tools<'a>,
}

/// How often a person's wish to stop is looked for.
const POLL: Duration = Duration::from_millis(100);

/// Work for a thread.
enum Errand {
    Read { slot: Slot, reads: Vec<Read> },
    Perform { slot: Slot, intent: u64, operation: Operation, request: RequestId, start_by: Duration },
}

/// What an errand is, kept in case it breaks.
enum Kind {
    Read(Vec<Read>),
    Perform(u64),
}
impl Errand {
    fn name(&self) -> (Slot, Kind) {
        match self {
            Self::Read { slot, reads } => (*slot, Kind::Read(reads.clone())),
            Self::Perform { slot, intent, .. } => (*slot, Kind::Perform(*intent)),
        }
    }
}

/// What a thread brings back.
enum Brought {
    Answers { slot: Slot, answers: Vec<(Read, Result<Answer, Why>)> },
    Reply { slot: Slot, intent: u64, result: Result<Effect, BackendError> },
    TooLate { slot: Slot },
}

/// Runs the machine to its end.
pub(super) fn drive(
    mut state: RunState<'_>,
    session: &mut Session<'_>,
    doors: Doors<'_>,
    parallel: usize,
) -> RunOutcome {
    let (errands, taken) = channel::<Errand>();
    let (bring, brought) = channel::<Brought>();
    let (taken, halted) = (Mutex::new(taken), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..parallel.max(1) {
            let (bring, taken, halted) = (bring.clone(), &taken, &halted);
            scope.spawn(move || work(doors, taken, halted, &bring));
        }
        let desk = Desk { doors, errands, brought, timers: BTreeSet::new(), in_flight: 0, interrupts: 0 };
        desk.run(&mut state, session);
        halted.store(true, Ordering::SeqCst);
    });
    state.outcome().unwrap_or_else(|| RunOutcome {
        epoch: session.epoch(),
        results: Vec::new(),
        ending: Ending::JournalFault("the run ended before its steps were over".into()),
    })
}

/// A worker: one errand after the other until the run is over.
fn work(doors: Doors<'_>, taken: &Mutex<Receiver<Errand>>, halted: &AtomicBool, bring: &Sender<Brought>) {
    loop {
        let errand = taken.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(errand) = errand else { return };
        if halted.load(Ordering::SeqCst) {
            return;
        }
        let (slot, kind) = errand.name();
        let brought = catch_unwind(AssertUnwindSafe(|| run_errand(doors, errand)));
        if bring.send(brought.unwrap_or_else(|_| broke(slot, kind))).is_err() {
            return;
        }
    }
}

/// An adapter that panicked: a read is unknown, and so is an effect.
fn broke(slot: Slot, kind: Kind) -> Brought {
    const WHY: &str = "the adapter broke; see what it printed";
    match kind {
        Kind::Read(reads) => {
            let failed = |read| (read, Err(Why::Failed(SmolStr::new_static(WHY))));
            Brought::Answers { slot, answers: reads.into_iter().map(failed).collect() }
        }
        Kind::Perform(intent) => {
            Brought::Reply { slot, intent, result: Err(BackendError::Unknown(SmolStr::new_static(WHY))) }
        }
    }
}

fn run_errand(doors: Doors<'_>, errand: Errand) -> Brought {
    match errand {
        Errand::Read { slot, reads } => {
            let answers = doors.observe.read_all(&reads);
            Brought::Answers { slot, answers: reads.into_iter().zip(answers).collect() }
        }
        Errand::Perform { slot, start_by, .. } if doors.tools.clock.passed() > start_by => Brought::TooLate { slot },
        Errand::Perform { slot, intent, operation, request, start_by: _ } => {
            Brought::Reply { slot, intent, result: doors.actuate.perform(&operation, request) }
        }
    }
}

/// The thread that talks to the machine.
struct Desk<'a> {
    doors: Doors<'a>,
    errands: Sender<Errand>,
    brought: Receiver<Brought>,
    timers: BTreeSet<(Duration, Timer)>,
    in_flight: usize,
    interrupts: u8,
}

impl Desk<'_> {
    fn run(mut self, state: &mut RunState<'_>, session: &mut Session<'_>) {
        let mut events = VecDeque::from([Event::Begin]);
        loop {
            while let Some(event) = events.pop_front() {
                for command in state.step(session.moment(), event) {
                    match self.carry_out(command, session) {
                        Next::On => {}
                        Next::Event(event) => events.push_back(event),
                        Next::Over => return,
                    }
                }
            }
            events.extend(self.wait(session));
        }
    }

    fn carry_out(&mut self, command: Command, session: &mut Session<'_>) -> Next {
        match command {
            Command::Read { slot, reads } => self.send(Errand::Read { slot, reads }),
            Command::Perform { slot, intent, operation, request, start_by } => {
                self.send(Errand::Perform { slot, intent, operation, request, start_by });
            }
            Command::Append { records } => return Next::Event(session.append_for(records)),
            Command::Sleep { timer, until } => {
                self.timers.insert((until, timer));
            }
            Command::Report(progress) => self.doors.tools.reporter.tell(&progress),
            Command::Finish => return Next::Over,
        }
        Next::On
    }

    fn send(&mut self, errand: Errand) {
        // The workers hold the other end as long as this one is held.
        if self.errands.send(errand).is_ok() {
            self.in_flight += 1;
        }
    }

    /// Waits for the next thing to happen: an interrupt, something brought back, a timer.
    fn wait(&mut self, session: &Session<'_>) -> Vec<Event> {
        let clock = self.doors.tools.clock;
        loop {
            let interrupts = self.doors.tools.interrupts.load(Ordering::SeqCst);
            if interrupts > self.interrupts {
                self.interrupts = interrupts;
                return vec![if interrupts > 2 { Event::Abandon } else { Event::Interrupt }];
            }
            let now = clock.passed();
            if let Some((_, timer)) = self.timers.first().copied().filter(|(until, _)| *until <= now) {
                self.timers.pop_first();
                return vec![Event::Woke { timer }];
            }
            let left = self.timers.first().map_or(POLL, |(until, _)| until.saturating_sub(now).min(POLL));
            if self.in_flight == 0 {
                clock.pause(left);
                continue;
            }
            match self.brought.recv_timeout(left) {
                Ok(brought) => {
                    self.in_flight -= 1;
                    return vec![self.event(brought, session)];
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return vec![Event::AppendFailed { why: "the threads of the run ended".into() }];
                }
            }
        }
    }

    fn event(&self, brought: Brought, session: &Session<'_>) -> Event {
        match brought {
            Brought::Answers { slot, answers } => Event::Read { slot, answers },
            Brought::TooLate { slot } => Event::TooLate { slot },
            Brought::Reply { slot, intent, result } => {
                Event::Performed { slot, result: result.map(|effect| self.told(effect, intent, session)) }
            }
        }
    }

    fn told(&self, effect: Effect, intent: u64, session: &Session<'_>) -> Told {
        let sealed = |user: &str, password: &Secret| keep(self.doors.seal, session, intent, (user, password));
        match effect {
            Effect::CustomerCreated { customer, user, password } => {
                let sealed = password.map_or(Sealed::Lost, |password| sealed(&user, &password));
                Told::CustomerCreated { customer, user, sealed }
            }
            Effect::PasswordReset { user, password } => {
                let sealed = sealed(&user, &password);
                Told::PasswordReset { user, sealed }
            }
            Effect::CartMade { cart } => Told::CartMade { cart },
            Effect::CheckedOut { order, subscription } => Told::CheckedOut { order, subscription },
            Effect::Changed { visible } => Told::Changed { visible },
        }
    }
}

/// What follows a command.
enum Next {
    On,
    Event(Event),
    Over,
}

/// Seals and stores a password; what cannot be stored goes on as ciphertext, never in the clear.
fn keep(seal: Option<&dyn Seal>, session: &Session<'_>, intent: u64, (user, password): (&str, &Secret)) -> Sealed {
    let Some(Ok(ciphertext)) = seal.map(|seal| seal.seal(user, password)) else { return Sealed::Lost };
    match session.journal().put_sealed(intent, &ciphertext) {
        Ok(reference) => Sealed::Stored(reference),
        Err(error) => {
            Sealed::Unstored { armored: String::from_utf8_lossy(&ciphertext).into_owned(), why: error.to_string() }
        }
    }
}
