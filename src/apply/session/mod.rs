//! A run from the lease to its close: waits for the lease, settles what earlier runs left open, keeps the lease while
//! the tenant is read, and hands over to the driver. Writes the journal; never plans and never prints.

mod left;

use super::Approval;
use super::driver::{self, Doors};
use super::machine::{Event, Job, Moment, RunState, Settings};
use super::outcome::{Ending, Outcome, RunOutcome};
use super::ports::{Clock, Ids, Progress, Reporter};
use super::seal::Seal;
use crate::backend::{Actuate, Observe, Price, Traffic};
use crate::journal::lease::{self, Verdict, Watch};
use crate::journal::record::{Intent, Open, Passed, Reach, Record, Refused, Settled};
use crate::journal::{Appended, Begun, Folded, Journal, JournalError, OpenRun, Stamp};
use crate::ledger::{Guards, Ledger};
use crate::model::{Digest, Timestamp};
use crate::observed::{Answer, AuditRecord, Read, Why};
use crate::plan::Planned;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What a session is given from outside.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// Time.
    pub clock: &'a dyn Clock,
    /// Who is told.
    pub reporter: &'a dyn Reporter,
    /// How often a person asked to stop: once and twice finish what is in flight, three times stops at once.
    pub interrupts: &'a AtomicU8,
}

/// Why there is no run, or it ended before its steps.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Another run holds the lease and did not let go in time (exit 9).
    #[error("another run holds the lease: {} since {}", .0.open.actor, .0.at)]
    Locked(Box<OpenRun>),
    /// Another run took over (exit 1).
    #[error("the run of epoch {by} took over; this one stopped before it wrote anything more")]
    Fenced {
        /// The epoch that took over.
        by: u64,
    },
    /// A person stopped it (exit 130).
    #[error("interrupted")]
    Interrupted,
    /// The journal could not be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A run that holds the lease.
pub struct Session<'a> {
    journal: &'a mut Journal,
    tools: Tools<'a>,
    epoch: u64,
    pen: Pen,
    /// When the last append began, by the time that passed also while the machine was suspended: others may have taken
    /// over by then.
    last: Duration,
    /// What the next append says of the plan that it follows.
    planned: Option<Record>,
}

/// How an effect that an earlier run left open ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Number of the object that holds its intent.
    pub number: u64,
    /// The run that left it; none for a call that arrived after it had been given up, which no run was waiting for.
    pub run: Option<u64>,
    /// What was intended.
    pub intent: Intent,
    /// How it ended.
    pub settled: Settled,
}

/// Words no other append has: one of this session, and a count.
struct Pen {
    word: SmolStr,
    count: u64,
}
impl Pen {
    fn new(ids: &mut dyn Ids) -> Self {
        let word: String = ids.next_id().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { word: word.into(), count: 0 }
    }
    fn stamp(&mut self, clock: &dyn Clock) -> Stamp {
        self.count += 1;
        Stamp { at: clock.now(), nonce: format_smolstr!("{}-{}", self.word, self.count) }
    }
}

/// How long to wait before the lease is looked at again.
const WATCH: Duration = Duration::from_secs(2);

/// How often it is said that the lease is waited for.
const AGAIN: Duration = Duration::from_secs(30);

impl<'a> Session<'a> {
    /// Takes the lease, waiting up to `lock_wait` while another run holds it.
    ///
    /// # Errors
    /// [`SessionError::Locked`] when it does not let go, and what the journal gives.
    pub fn begin(
        journal: &'a mut Journal,
        open: &Open,
        lock_wait: Duration,
        ids: &mut dyn Ids,
        tools: Tools<'a>,
    ) -> Result<Self, SessionError> {
        let mut pen = Pen::new(ids);
        let mut watch = Watch::default();
        let until = tools.clock.elapsed() + lock_wait;
        let mut quiet = None;
        let mut told: Option<Duration> = None;
        loop {
            let last = tools.clock.passed();
            let stamp = pen.stamp(tools.clock);
            let begun = match quiet.take() {
                Some(quiet) => journal.take(quiet, open.clone(), &stamp)?,
                None => journal.begin(open.clone(), &stamp)?,
            };
            let run = match begun {
                Begun::Run { epoch, number: _ } => return Ok(Self { journal, tools, epoch, pen, last, planned: None }),
                Begun::Held(run) => run,
            };
            let left = match watch.look(Some(&run), tools.clock.elapsed()) {
                Verdict::Free => continue,
                Verdict::Quiet(seen) => {
                    quiet = Some(seen);
                    continue;
                }
                Verdict::Wait { left } => left,
            };
            let now = tools.clock.elapsed();
            if now >= until {
                return Err(SessionError::Locked(run));
            }
            if told.is_none_or(|last| now.saturating_sub(last) >= AGAIN) {
                told = Some(now);
                let holder = format!("run {} of {}, since {}", run.epoch, run.open.actor, run.at);
                tools.reporter.tell(&Progress::Locked { holder, quiet: left, patience: until - now });
            }
            if tools.interrupts.load(Ordering::SeqCst) > 0 {
                return Err(SessionError::Interrupted);
            }
            tools.clock.pause(left.min(until - now).min(WATCH));
        }
    }

    /// Number of the run.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
    /// What is remembered by now.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        self.journal.ledger()
    }
    /// The journal of the run.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        self.journal
    }

    fn append(&mut self, mut records: Vec<Record>) -> Result<u64, SessionError> {
        // Beside what comes first, not before it: no object more for it.
        records.splice(0..0, self.planned.take());
        let written = self.append_while(|_| true, records)?;
        written.ok_or(SessionError::Journal(JournalError::Shape("what stands by nothing was overtaken")))
    }
    /// The number of the object; none when others wrote meanwhile what makes it untrue.
    fn append_while(
        &mut self,
        stands: impl Fn(&Folded) -> bool,
        records: Vec<Record>,
    ) -> Result<Option<u64>, SessionError> {
        let began = self.tools.clock.passed();
        let stamp = self.pen.stamp(self.tools.clock);
        match self.journal.append_while(stands, self.epoch, records, &stamp)? {
            Appended::Written { number } => {
                self.last = began;
                Ok(Some(number))
            }
            Appended::Fenced { by } => Err(SessionError::Fenced { by }),
            Appended::Overtaken => Ok(None),
        }
    }
    /// Nothing is under way while a run looks, so it ends where it is.
    fn stop_when_asked(&mut self) -> Result<(), SessionError> {
        if self.tools.interrupts.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        self.let_go();
        self.tools.reporter.tell(&Progress::Stopped);
        Err(SessionError::Interrupted)
    }
    fn renew_when_due(&mut self) -> Result<(), SessionError> {
        if self.tools.clock.passed() >= lease::renew_at(self.last) {
            self.append(vec![Record::Renew])?;
        }
        Ok(())
    }

    /// Looks through the same door and keeps the lease meanwhile, also while one answer takes longer than a lease. Take
    /// what is needed of the ledger before.
    ///
    /// # Errors
    /// When the lease was lost or a person asked to stop: nothing that was read may be acted on.
    pub fn observing<T>(
        &mut self,
        observe: &dyn Observe,
        look: impl FnOnce(&dyn Observe) -> T,
    ) -> Result<T, SessionError> {
        let observing = Observing { session: Mutex::new((self, None)), observe };
        let (done, over) = channel::<()>();
        let seen = std::thread::scope(|scope| {
            scope.spawn(|| keep_until(over, &observing));
            // Also when looking breaks, so that the keeper ends with it.
            let _done = done;
            look(&observing)
        });
        let (_, lost) = observing.session.into_inner().unwrap_or_else(PoisonError::into_inner);
        lost.map_or(Ok(seen), Err)
    }

    /// Keeps the plan that the run follows, so that a run that is stopped says by which; of an approved one, which is named from
    /// the beginning, only what its id does not cover.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn keep(&mut self, (plan, bytes): (Digest, &[u8]), beyond: Beyond) -> Result<(), SessionError> {
        let Beyond { passed, reach, withdrawn } = beyond;
        let approved = self.journal.folded().run.as_ref().is_some_and(|run| run.open.plan.is_some());
        let document = if approved {
            self.journal.put_approved(plan, bytes)?
        } else {
            self.journal.put_plan(plan, bytes)?;
            None
        };
        let says =
            !approved || document.is_some() || !passed.is_empty() || !reach.is_nowhere() || !withdrawn.is_empty();
        self.planned = says.then_some(Record::Planned { plan, document, passed, reach, withdrawn });
        Ok(())
    }

    /// Ends the run without doing anything, and says why. Guards are the guards from now on, where there are any.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn refuse(mut self, refused: Vec<Refused>, guards: Option<Guards>) -> Result<(), SessionError> {
        let outcomes = guards.iter().map(|_| (SmolStr::new_static("done"), 1)).collect();
        let guards = guards.map(|guards| Record::Guarded(Box::new(guards.into())));
        self.append(guards.into_iter().chain([Record::Close { outcomes, refused }]).collect()).map(|_| ())
    }

    /// Does what may be done of a plan and ends the run. A failed step is an outcome, not an error; so is a journal
    /// that cannot be written.
    pub fn run(mut self, work: WorkOrder<'_>) -> RunOutcome {
        let WorkOrder { planned, approval, document, beyond, mut settings, observe, actuate, seal, ids } = work;
        if seal.is_none() {
            settings.unsealable.get_or_insert_with(|| "nothing was given that seals it".into());
        }
        if let Some(Err(error)) = document.map(|document| self.keep(document, beyond)) {
            self.let_go();
            return self.nothing_done(&approval, Ending::JournalFault(error.to_string()));
        }
        let unstarted = self.journal.folded().unstarted.clone();
        let parallel = settings.parallel;
        let state = RunState::new(Job { planned, approval, unstarted, settings, ids }, self.epoch);
        let doors = Doors { observe, actuate, seal, tools: self.tools };
        let outcome = driver::drive(state, &mut self, doors, parallel);
        // Its threads are done: nothing of it is under way, so the next run need not wait for the lease to pass.
        if outcome.ending == Ending::Interrupted {
            self.let_go();
        }
        outcome
    }

    /// Ends the run, if it is still open, for whoever comes next. What fails here costs them a lease of waiting.
    fn let_go(&mut self) {
        if self.journal.folded().run.as_ref().is_some_and(|run| run.epoch == self.epoch) {
            let refused = vec![Refused { code: None, text: SmolStr::new_static("it was stopped") }];
            let _the_lease_passes_by_itself = self.append(vec![Record::Close { outcomes: BTreeMap::new(), refused }]);
        }
    }

    fn nothing_done(&self, approval: &Approval<'_>, ending: Ending) -> RunOutcome {
        let results = approval.tasks.iter().map(|task| super::StepResult {
            key: task.step.key.clone(),
            id: task.step.id,
            outcome: Outcome::Interrupted,
        });
        RunOutcome { epoch: self.epoch, results: results.chain(approval.gone.iter().cloned()).collect(), ending }
    }

    /// Appends for the machine and says how it went.
    pub(super) fn append_for(&mut self, records: Vec<Record>) -> Event {
        match self.append(records) {
            Ok(number) => Event::Appended { number, began: self.last },
            Err(error) => Event::AppendFailed { why: error.to_string() },
        }
    }
    pub(super) fn moment(&self) -> Moment<'_> {
        let clock = self.tools.clock;
        Moment { now: clock.now(), elapsed: clock.passed(), folded: self.journal.folded() }
    }
}

/// What a run says of its plan that the id of the plan does not cover.
#[derive(Clone, Debug, Default)]
pub struct Beyond {
    /// What lets limits pass in it.
    pub passed: Vec<Passed>,
    /// How far the run reaches along the line of commits.
    pub reach: Reach,
    /// Steps that were approved and are planned no more.
    pub withdrawn: Vec<Digest>,
}

/// What a session is to do.
pub struct WorkOrder<'w> {
    /// The fresh plan.
    pub planned: &'w Planned,
    /// What of it may be done.
    pub approval: Approval<'w>,
    /// The document of the approved plan, else of the one the run made, kept under its id for later runs and auditors.
    pub document: Option<(Digest, &'w [u8])>,
    /// What its id does not cover.
    pub beyond: Beyond,
    /// Bounds.
    pub settings: Settings,
    /// Looks.
    pub observe: &'w dyn Observe,
    /// Changes.
    pub actuate: &'w dyn Actuate,
    /// Seals; without it steps that bring a password fail before they begin.
    pub seal: Option<&'w dyn Seal>,
    /// Request ids.
    pub ids: &'w mut dyn Ids,
}

/// How often it is looked whether the lease is due while an answer is waited for.
const GLANCE: Duration = Duration::from_millis(100);

/// Keeps the lease until the other end of `over` is gone.
fn keep_until(over: Receiver<()>, observing: &Observing<'_, '_>) {
    while over.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
        if observing.keep().is_err() {
            return;
        }
    }
}

/// Looks, and keeps the lease of a session while it does.
struct Observing<'s, 'a> {
    session: Mutex<(&'s mut Session<'a>, Option<SessionError>)>,
    observe: &'s dyn Observe,
}
impl Observing<'_, '_> {
    fn keep(&self) -> Result<(), Why> {
        let mut held = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let (session, lost) = &mut *held;
        if lost.is_none() {
            *lost = session.stop_when_asked().and_then(|()| session.renew_when_due()).err();
        }
        lost.as_ref().map_or(Ok(()), |error| Err(Why::Failed(format_smolstr!("the lease was lost: {error}"))))
    }
}
impl Observe for Observing<'_, '_> {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        self.keep()?;
        let answer = self.observe.read(read);
        self.keep()?;
        answer
    }
    fn read_all(&self, reads: &[Read]) -> Vec<Result<Answer, Why>> {
        let answers = self.keep().map(|()| self.observe.read_all(reads));
        match answers.and_then(|answers| self.keep().map(|()| answers)) {
            Ok(answers) => answers,
            Err(why) => reads.iter().map(|_| Err(why.clone())).collect(),
        }
    }
    fn price(&self, reads: &[Read]) -> Price {
        self.observe.price(reads)
    }
    fn audit(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        self.observe.audit(since)
    }
    fn traffic(&self) -> Option<Traffic> {
        self.observe.traffic()
    }
}
