//! The bench of these tests: a project, a tenant, a journal, faults, and a machine driven by hand. Asserts nothing.

use super::fate::{Fate, Mishap, Stopped};
use crate::apply::machine::{Command, Event, Job, RunState, Settings, Told};
use crate::apply::machine::{Sealed, Timer};
use crate::apply::outcome::{Outcome, RunOutcome};
use crate::apply::ports::{Clock, Ids, Progress, Reporter};
use crate::apply::seal::{Seal, SealError};
use crate::apply::session::{Session, SessionError, Tools};
use crate::apply::{Approval, approve_itself};
use crate::backend::simulated::{Human, Memory as Center, seed};
use crate::backend::{Actuate, BackendError, Observe};
use crate::desired::{self, Desired};
use crate::diag::SourceMap;
use crate::diff::{self, Look, Scope, Sides};
use crate::journal::record::Open;
use crate::journal::{Beginning, Journal, Memory, Stamp};
use crate::ledger::Ledger;
use crate::manifest;
use crate::model::{Class, Effect, Operation, RequestId, Secret, Span, StepName, Timestamp};
use crate::observed::{Answer, Observed, Read, Why};
use crate::plan::{self, Input, Planned, Sealing};
use crate::policy;
use crate::snapshot;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(super) const MANIFESTS: &str = r#"
apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec:
  tenantId: 11111111-1111-4111-8111-111111111111
  partnerId: "4800001"
  country: HU
  invitationUrl: "https://invite.example/distri"
  credentials: {recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: Fabrikam, tenantId: fab00000-0000-4000-8000-000000000001, partnerIds: ["4811111"], country: HU, contact: {email: csp@fabrikam.example}}, ensure: active}
---
apiVersion: twotier/v1
kind: Customer
metadata: {name: contoso}
spec:
  tenantId: c0000000-0000-4000-8000-000000000001
  reseller: fabrikam
  contact: {email: it@contoso.example}
  subscriptions:
    m365: {subscriptionId: 50000000-0000-4000-8000-000000000001, partnerOfRecord: fabrikam, quantity: 30}
    teams: {product: {productId: CFQ7TTC0BBBB, skuId: "0001"}, quantity: 10, term: P1Y, billingCycle: annual}
---
apiVersion: twotier/v1
kind: Customer
metadata: {name: proseware}
spec:
  create:
    domainPrefix: proseware
    company: {name: Proseware Kft.}
    billing: {firstName: Anna, lastName: Nagy, email: anna@proseware.example, culture: hu-HU, language: hu, address: {country: HU, city: Budapest, postalCode: "1051", line1: Fő utca 1., phone: "+3615551234"}}
    registrationNumber: "01-09-123456"
    defaultAdminAccess: provider-and-reseller
  reseller: fabrikam
  contact: {name: Anna Nagy, email: anna@proseware.example}
"#;

pub(super) const TENANT: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"M365","availabilities":[{"id":"A1","term":"P1Y","billingCycle":"annual"}]}}
{"product":{"productId":"CFQ7TTC0BBBB","skuId":"0001","name":"Teams","availabilities":[{"id":"A2","term":"P1Y","billingCycle":"annual"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2026-01-05T00:00:00Z"}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000001","customer":"c0000000-0000-4000-8000-000000000001","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"offerName":"M365","friendlyName":"m365","quantity":25,"term":"P1Y","billingCycle":"annual"}}
"#;

/// A project with its tenant and its journal, over as many runs as it takes.
pub(super) struct Rig {
    desired: Desired,
    sources: SourceMap,
    pub(super) center: Center,
    pub(super) store: Arc<Memory>,
    pub(super) mishaps: Mutex<VecDeque<Option<Mishap>>>,
    /// How many of the next reads fail.
    pub(super) blind: Mutex<VecDeque<bool>>,
    late: Mutex<Vec<(usize, Operation, RequestId)>>,
    /// What somebody does in the portal between the plan and the first read of the run.
    pub(super) meddling: Mutex<Option<Human>>,
    /// Reads fail once a reply was lost.
    pub(super) blind_after_loss: AtomicBool,
    lost: AtomicBool,
    /// Every operation the service was asked, also in vain.
    pub(super) asked: Mutex<Vec<(Operation, RequestId)>>,
    pub(super) told: Mutex<Vec<Progress>>,
    pub(super) interrupts: AtomicU8,
    elapsed: Mutex<Duration>,
    /// On which thread the machine sleeps for an hour as soon as an intent is durable, once.
    pub(super) sleeper: Mutex<Option<Sleeper>>,
    next: AtomicU64,
}

impl Rig {
    pub(super) fn new() -> Self {
        Self::of(MANIFESTS, TENANT)
    }
    pub(super) fn of(manifests: &str, tenant: &str) -> Self {
        let mut sources = SourceMap::default();
        sources.add("manifests/all.yaml".into(), manifests.into());
        let parsed = manifest::parse(&sources);
        assert!(parsed.findings.is_empty(), "{:?}", parsed.findings);
        let (desired, findings) = desired::resolve(parsed);
        let rig = Self {
            desired: desired.unwrap_or_else(|| panic!("{findings:?}")),
            sources,
            center: Center::new(seed::parse("tenant", tenant).expect("a tenant")),
            store: Arc::new(Memory::new()),
            mishaps: Mutex::default(),
            blind: Mutex::default(),
            late: Mutex::default(),
            meddling: Mutex::default(),
            blind_after_loss: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            asked: Mutex::default(),
            told: Mutex::default(),
            interrupts: AtomicU8::new(0),
            elapsed: Mutex::default(),
            sleeper: Mutex::default(),
            next: AtomicU64::new(1),
        };
        let mut journal = rig.journal();
        journal
            .init(Beginning { tenant: rig.desired.provider.tenant, begun_for: None }, "state".into(), &rig.stamp())
            .expect("begins");
        rig
    }
    pub(super) fn journal(&self) -> Journal {
        Journal::open(Arc::<Memory>::clone(&self.store)).expect("opens")
    }
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { at: self.center.clock(), nonce: smol_str::format_smolstr!("hand-{}", self.number()) }
    }
    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }
    pub(super) fn tools(&self) -> Tools<'_> {
        Tools { clock: self, reporter: self, interrupts: &self.interrupts }
    }
    pub(super) fn advance(&self, length: Duration) {
        *self.elapsed.lock().unwrap() += length;
    }
    pub(super) fn open() -> Open {
        Open {
            actor: "pipeline".into(),
            commit: None,
            reference: None,
            change_url: None,
            plan: None,
            follows: None,
            tool: "0".into(),
            protected: Vec::new(),
            recipients: Vec::new(),
            limits: None,
        }
    }
    pub(super) fn plan(&self, ledger: &Ledger, observe: &dyn Observe) -> Planned {
        let mut observed = Observed::default();
        loop {
            let look = Look::at(&observed);
            let now = self.center.clock();
            let sides = Sides { desired: &self.desired, ledger, look: &look, scope: &Scope::All, now, under: None };
            let diff = diff::compare(sides);
            let objections = policy::judge(sides, &diff);
            let sources = &self.sources;
            let planned = plan::build(Input { sides, diff, objections, now, sources, sealing: Sealing::Available });
            let missing: BTreeSet<Read> = look.missing();
            let missing: Vec<Read> = missing.into_iter().filter(|read| !observed.was_read(read)).collect();
            if missing.is_empty() {
                return planned;
            }
            for read in missing {
                let answer = observe.read(&read);
                observed.absorb(&read, answer);
            }
        }
    }
    /// The plan there is now, without any run.
    pub(super) fn plan_now(&self) -> Planned {
        self.plan(self.journal().ledger(), &self.center)
    }
    /// What a snapshot remembers of the ledger.
    pub(super) fn remembered_by_a_snapshot(&self) -> Ledger {
        let (tenant, at) = (self.desired.provider.tenant, self.center.clock());
        let mut bytes = Vec::new();
        snapshot::write(&Observed::default(), self.journal().ledger(), tenant, at, &mut bytes).expect("writes");
        snapshot::read(&mut bytes.as_slice()).expect("reads").ledger
    }
    fn arrivals(&self) {
        let mut late = self.late.lock().unwrap();
        late.iter_mut().for_each(|(left, _, _)| *left = left.saturating_sub(1));
        let (due, waiting): (Vec<_>, Vec<_>) = late.drain(..).partition(|(left, _, _)| *left == 0);
        *late = waiting;
        for (_, operation, request) in due {
            let _nobody_hears = self.center.perform(&operation, request);
        }
    }
    /// Puts a call on its way that arrives after `calls` more.
    pub(super) fn send_late(&self, calls: usize, operation: Operation, request: RequestId) {
        self.late.lock().unwrap().push((calls, operation, request));
    }

    /// One whole run that approves what it plans; stops dead when `fate` says so.
    pub(super) fn run(&self, fate: &mut Fate, settings: Settings) -> Result<RunOutcome, Stopped> {
        let mut journal = Journal::open(Arc::new(fate.store(&self.store))).map_err(|_| Stopped)?;
        if journal.folded().run.is_some() {
            // A person knows that the run before is dead.
            journal.take_over("anna".into(), "it crashed".into(), &self.stamp()).map_err(|_| Stopped)?;
        }
        let mut ids = Counter(self);
        let mut session =
            Session::begin(&mut journal, &Self::open(), Duration::ZERO, &mut ids, self.tools()).map_err(|_| Stopped)?;
        session.recover(self).map_err(|_: SessionError| Stopped)?;
        let planned = self.plan(session.ledger(), self);
        if let Some(human) = self.meddling.lock().unwrap().take() {
            self.center.play(&human).expect("can be done");
        }
        let approval = approve_itself(&planned.plan);
        self.drive(&mut session, (&planned, approval), settings, fate)
    }

    /// Carries a machine's commands out by hand, in an order that `fate` chooses.
    pub(super) fn drive(
        &self,
        session: &mut Session<'_>,
        (planned, approval): (&Planned, Approval<'_>),
        settings: Settings,
        fate: &mut Fate,
    ) -> Result<RunOutcome, Stopped> {
        let mut ids = Counter(self);
        let unstarted = session.journal().folded().unstarted.clone();
        let mut state = RunState::new(Job { planned, approval, unstarted, settings, ids: &mut ids }, session.epoch());
        let mut commands: Vec<Command> = Vec::new();
        let mut timers: BTreeMap<(Duration, Timer), ()> = BTreeMap::new();
        let mut events = VecDeque::from([Event::Begin]);
        loop {
            while let Some(event) = events.pop_front() {
                commands.extend(state.step(session.moment(), event));
            }
            if let Some(outcome) = state.outcome() {
                return Ok(outcome);
            }
            if let Some(event) = fate.interrupt() {
                events.push_back(event);
                continue;
            }
            if commands.is_empty() {
                let ((until, timer), ()) = timers.pop_first().expect("a run that waits waits for something");
                self.advance(until.saturating_sub(self.elapsed()));
                events.push_back(Event::Woke { timer });
                continue;
            }
            let command = commands.remove(fate.choose(commands.len()));
            fate.boundary()?;
            match command {
                Command::Sleep { timer, until } => {
                    timers.insert((until, timer), ());
                }
                Command::Report(progress) => self.tell(&progress),
                Command::Finish => {}
                Command::Append { records } => events.push_back(session.append_for(records)),
                Command::Read { slot, reads } => {
                    let ask = |read: Read| (read.clone(), self.read(&read));
                    events.push_back(Event::Read { slot, answers: reads.into_iter().map(ask).collect() });
                }
                Command::Perform { slot, start_by, .. } if self.elapsed() > start_by => {
                    events.push_back(Event::TooLate { slot });
                }
                Command::Perform { slot, intent, operation, request, start_by: _ } => {
                    if fate.freezes_here() {
                        self.send_late(fate.thaw, operation, request);
                        return Err(Stopped);
                    }
                    let result = self.perform(&operation, request);
                    let result = result.map(|effect| self.told_of(effect, intent, session));
                    events.push_back(Event::Performed { slot, result });
                }
            }
            fate.boundary()?;
        }
    }

    fn told_of(&self, effect: Effect, intent: u64, session: &Session<'_>) -> Told {
        let seal = |user: &str, password: &Secret| {
            let ciphertext = Rot.seal(user, password).expect("seals");
            match session.journal().put_sealed(intent, &ciphertext) {
                Ok(reference) => Sealed::Stored(reference),
                Err(error) => Sealed::Unstored { armored: "-----".into(), why: error.to_string() },
            }
        };
        match effect {
            Effect::CustomerCreated { customer, user, password } => {
                let sealed = password.map_or(Sealed::Lost, |password| seal(&user, &password));
                Told::CustomerCreated { customer, user, sealed }
            }
            Effect::PasswordReset { user, password } => Told::PasswordReset { sealed: seal(&user, &password), user },
            Effect::CartMade { cart } => Told::CartMade { cart },
            Effect::CheckedOut { order, subscription } => Told::CheckedOut { order, subscription },
            Effect::Changed { visible } => Told::Changed { visible },
        }
    }

    /// Runs without mishaps until nothing is left for the API; how many runs it took.
    pub(super) fn converge(&self) -> usize {
        self.mishaps.lock().unwrap().clear();
        self.blind.lock().unwrap().clear();
        for runs in 0..12 {
            let planned = self.plan_now();
            let left = |step: &&plan::Step| {
                step.class == Class::Api || matches!(step.key.step, StepName::AwaitOrder | StepName::AwaitChange)
            };
            let journal = self.journal();
            // What nobody could tell is looked at again by every run.
            let told = journal.folded().unstarted.is_empty() && journal.ledger().unresolved.is_empty();
            let settled = told && journal.folded().open_intents().next().is_none();
            if settled && planned.adopt.is_empty() && planned.plan.steps().iter().filter(left).count() == 0 {
                return runs;
            }
            self.center.advance(Span::hours(1));
            self.run(&mut Fate::kind(), Settings::default()).expect("nothing stops it");
        }
        let steps: Vec<_> = self.plan_now().plan.steps().iter().map(|step| step.key.to_string()).collect();
        panic!("not over: {steps:?}, {:?}, {:?}", self.plan_now().adopt, self.journal().folded().unstarted);
    }
    /// What every story must end with, whatever happened on the way.
    pub(super) fn effects(&self) -> Effects {
        let tenant = self.center.tenant();
        let m365 = "50000000-0000-4000-8000-000000000001".parse().expect("a GUID");
        let changed = tenant.subscriptions().find(|s| s.subscription_id == m365).expect("is there");
        Effects {
            customers: tenant.customers().filter(|c| c.domain == "proseware.onmicrosoft.com").count(),
            orders: tenant.orders().count(),
            bindings: self.journal().ledger().bindings.len(),
            seats: changed.quantity,
            partner: changed.partner_of_record.as_ref().map(ToString::to_string),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Effects {
    pub(super) customers: usize,
    pub(super) orders: usize,
    pub(super) bindings: usize,
    pub(super) seats: u32,
    pub(super) partner: Option<String>,
}
impl Effects {
    /// One customer, one order; fabrikam, two customers and two subscriptions bound; the chain of changes made.
    pub(super) fn once() -> Self {
        Self { customers: 1, orders: 1, bindings: 5, seats: 30, partner: Some("4811111".into()) }
    }
}

pub(super) fn outcome<'r>(run: &'r RunOutcome, key: &str) -> &'r Outcome {
    let found = run.results.iter().find(|result| result.key.to_string() == key);
    &found.unwrap_or_else(|| panic!("no step `{key}` among {:#?}", run.results)).outcome
}

/// Ids that count.
pub(super) struct Counter<'r>(pub(super) &'r Rig);
impl Ids for Counter<'_> {
    fn next_id(&mut self) -> [u8; 16] {
        u128::from(self.0.number()).to_be_bytes()
    }
}

/// When the machine sleeps.
pub(super) enum Sleeper {
    /// When this thread looks at the clock.
    On(std::thread::ThreadId),
    /// When another one does.
    NotOn(std::thread::ThreadId),
    /// It did.
    Slept,
}

/// Turns letters around: enough to see that no password is kept in the clear.
pub(super) struct Rot;
impl Seal for Rot {
    fn seal(&self, login: &str, password: &Secret) -> Result<Vec<u8>, SealError> {
        Ok(format!("{login}\n{}", password.expose()).bytes().rev().map(|byte| byte ^ 0x55).collect())
    }
}

impl Clock for Rig {
    fn now(&self) -> Timestamp {
        self.center.clock()
    }
    fn elapsed(&self) -> Duration {
        *self.elapsed.lock().unwrap()
    }
    fn slept(&self) -> Duration {
        const HOUR: Duration = Duration::from_secs(3600);
        let mut sleeper = self.sleeper.lock().unwrap();
        let here = std::thread::current().id();
        match &*sleeper {
            None => Duration::ZERO,
            Some(Sleeper::Slept) => HOUR,
            Some(Sleeper::On(thread)) if *thread != here => Duration::ZERO,
            Some(Sleeper::NotOn(thread)) if *thread == here => Duration::ZERO,
            Some(Sleeper::On(_) | Sleeper::NotOn(_)) if self.journal().folded().open_intents().count() == 0 => {
                Duration::ZERO
            }
            Some(Sleeper::On(_) | Sleeper::NotOn(_)) => {
                *sleeper = Some(Sleeper::Slept);
                HOUR
            }
        }
    }
    fn pause(&self, length: Duration) {
        self.advance(length);
    }
}
impl Reporter for Rig {
    fn tell(&self, progress: &Progress) {
        self.told.lock().unwrap().push(progress.clone());
    }
}
impl Observe for Rig {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        self.arrivals();
        if self.blind_after_loss.load(Ordering::SeqCst) && self.lost.load(Ordering::SeqCst) {
            return Err(Why::Failed("scripted".into()));
        }
        if self.blind.lock().unwrap().pop_front() == Some(true) {
            return Err(Why::Failed("scripted".into()));
        }
        self.center.read(read)
    }
}
impl Actuate for Rig {
    fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
        self.arrivals();
        self.asked.lock().unwrap().push((operation.clone(), request));
        let mishap = self.mishaps.lock().unwrap().pop_front().flatten();
        let lost = matches!(mishap, Some(Mishap::LoseBefore | Mishap::LoseAfter | Mishap::Late(_)));
        self.lost.fetch_or(lost, Ordering::SeqCst);
        match mishap {
            None => self.center.perform(operation, request),
            Some(Mishap::LoseBefore) => Err(BackendError::Unknown("scripted".into())),
            Some(Mishap::LoseAfter) => {
                let _lost = self.center.perform(operation, request);
                Err(BackendError::Unknown("scripted".into()))
            }
            Some(Mishap::Late(calls)) => {
                self.send_late(calls, operation.clone(), request);
                Err(BackendError::Unknown("scripted".into()))
            }
            Some(Mishap::Transient) => Err(BackendError::Transient("scripted".into())),
            Some(Mishap::Throttled) => Err(BackendError::Throttled { until: self.now().plus(Span::seconds(20)) }),
            Some(Mishap::Later) => Err(BackendError::Later { text: "scripted".into() }),
            Some(Mishap::Refused) => Err(BackendError::Refused { code: 800_002, text: "scripted".into() }),
            Some(Mishap::Denied) => Err(BackendError::Denied("scripted".into())),
        }
    }
}
