//! Runs a project in memory: applies through the same operation as the tool, and plays every human side that is asked.
//! Time passes only when somebody waits.

use super::project::{Project, Quiet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use twotier::apply::{Clock, Ids, Match, Progress, Reporter, RunOutcome, Tools};
use twotier::backend::simulated::{Faulty, Human, Memory, Script};
use twotier::backend::{Actuate, Observe};
use twotier::journal::record::Record;
use twotier::journal::store::{Folder, Key, Put, Spare};
use twotier::journal::{self, Beginning, Journal, Stamp, Store, StoreError};
use twotier::ledger::{HandoffState, Ledger};
use twotier::model::{Address, Name, StepName, Timestamp};
use twotier::observed::Review;
use twotier::ops::Fault;
use twotier::ops::apply::{Account, Applied, Consent, Order, World as Doors, apply};
use twotier::ops::project::Valid;
use twotier::plan::file::PlanFile;

/// A clock that stands still until somebody waits.
pub(crate) struct StillClock {
    now: Timestamp,
    elapsed: AtomicU64,
}
impl StillClock {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { now, elapsed: AtomicU64::new(0) }
    }
}
impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        self.now
    }
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::SeqCst))
    }
    fn pause(&self, length: Duration) {
        let passed = u64::try_from(length.as_millis()).unwrap_or(u64::MAX).max(1);
        self.elapsed.fetch_add(passed, Ordering::SeqCst);
    }
}

/// Numbers in a row.
pub(crate) struct Counting(pub(crate) u64);
impl Ids for Counting {
    fn next_id(&mut self) -> [u8; 16] {
        self.0 += 1;
        let mut bytes = [7; 16];
        bytes[8..].copy_from_slice(&self.0.to_be_bytes());
        bytes
    }
}

struct Silent;
impl Reporter for Silent {
    fn tell(&self, _: &Progress) {}
}

/// How many more puts a process lives to make; shared by whatever dies with it.
#[derive(Clone)]
pub(crate) struct Life(Arc<AtomicUsize>);
impl Life {
    const OVER: usize = usize::MAX;
    pub(crate) fn of(puts: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(puts)))
    }
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Ordering::SeqCst) == Self::OVER
    }
    pub(crate) fn end(&self) {
        self.0.store(Self::OVER, Ordering::SeqCst);
    }
}

/// A store whose process dies after so many puts.
struct Dying {
    whole: Arc<dyn Store>,
    life: Life,
    reaches: bool,
}
impl Dying {
    fn dead() -> StoreError {
        StoreError::Other { what: "the process".into(), reason: "it is dead".into() }
    }
    fn alive(&self) -> Result<(), StoreError> {
        if self.life.is_over() { Err(Self::dead()) } else { Ok(()) }
    }
}
impl Store for Dying {
    fn put_new(&self, key: Key, bytes: &[u8]) -> Result<Put, StoreError> {
        self.alive()?;
        if self.life.0.fetch_sub(1, Ordering::SeqCst) > 0 {
            return self.whole.put_new(key, bytes);
        }
        self.life.end();
        if self.reaches {
            self.whole.put_new(key, bytes)?;
        }
        Err(Self::dead())
    }
    fn get(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.alive()?;
        self.whole.get(key)
    }
    fn list_after(&self, folder: Folder, after: Option<Key>) -> Result<Vec<Key>, StoreError> {
        self.alive()?;
        self.whole.list_after(folder, after)
    }
    fn remove(&self, spare: Spare) -> Result<(), StoreError> {
        self.alive()?;
        self.whole.remove(spare)
    }
}

/// A project, its tenant and its state.
pub(crate) struct Bench {
    pub(crate) valid: Valid,
    pub(crate) project: Project,
    pub(crate) tenant: Memory,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ids: Counting,
}

impl Bench {
    pub(crate) fn new(project: Project, tenant: Memory) -> Self {
        let store: Arc<dyn Store> = Arc::new(journal::Memory::new());
        let bench = Self {
            valid: Valid { sources: project.sources.clone(), desired: project.desired.clone(), findings: Vec::new() },
            project,
            tenant,
            store,
            ids: Counting(0),
        };
        let at = bench.tenant.clock();
        let provider = bench.valid.desired.provider.tenant;
        bench
            .journal()
            .init(
                Beginning { tenant: provider, begun_for: None },
                "test".into(),
                &Stamp { at, nonce: "genesis".into() },
            )
            .expect("a state begins");
        bench
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::open(Arc::clone(&self.store)).expect("the journal opens")
    }
    pub(crate) fn ledger(&self) -> Ledger {
        self.journal().ledger().clone()
    }
    pub(crate) fn plan(&self) -> twotier::plan::Planned {
        self.project.plan(&self.tenant, &self.ledger())
    }

    /// Applies whatever is planned, through these doors.
    pub(crate) fn apply_through(&mut self, observe: &dyn Observe, actuate: &dyn Actuate) -> Result<Applied, Fault> {
        self.apply_order(observe, actuate, Consent::Everything)
    }
    pub(crate) fn apply_order(
        &mut self,
        observe: &dyn Observe,
        actuate: &dyn Actuate,
        consent: Consent,
    ) -> Result<Applied, Fault> {
        let clock = StillClock::at(self.tenant.clock());
        self.apply_on(&clock, (observe, actuate), consent)
    }
    /// Applies by this clock.
    pub(crate) fn apply_on(
        &mut self,
        clock: &dyn Clock,
        (observe, actuate): (&dyn Observe, &dyn Actuate),
        consent: Consent,
    ) -> Result<Applied, Fault> {
        let interrupts = AtomicU8::new(0);
        let tools = Tools { clock, reporter: &Silent, interrupts: &interrupts };
        let doors = Doors { observe, actuate, tools, ids: &mut self.ids, progress: &Quiet };
        let account = Account { actor: "test".into(), commit: None, reference: None, change_url: None };
        let order = Order {
            consent,
            matching: Match::Common,
            parallel: 3,
            lock_wait: Duration::from_secs(600),
            deadline: None,
            account,
            line: Default::default(),
            roles: None,
            lint: Default::default(),
        };
        let mut journal = Journal::open(Arc::clone(&self.store)).expect("the journal opens");
        apply(&self.valid, &mut journal, doors, order)
    }
    /// Applies in a run that dies at this put of the journal: nothing more is written or read by it, whether or not the
    /// put itself `reaches` the store.
    pub(crate) fn apply_and_die(&mut self, at: usize, reaches: bool) {
        let tenant = Memory::new(self.tenant.tenant());
        // How it ends does not matter: it is dead.
        self.living((Life::of(at), reaches), |bench| drop(bench.apply_through(&tenant, &tenant)));
        self.tenant = tenant;
    }
    /// Runs something over a store that is gone when the life is over, and gives the store back.
    pub(crate) fn living(&mut self, (life, reaches): (Life, bool), run: impl FnOnce(&mut Self)) {
        let whole = Arc::clone(&self.store);
        self.store = Arc::new(Dying { whole: Arc::clone(&whole), life, reaches });
        run(self);
        self.store = whole;
    }
    /// Applies whatever is planned, while calls fail as scripted.
    pub(crate) fn apply_with_faults(&mut self, script: Script) {
        let doors = Faulty::new(Memory::new(self.tenant.tenant()), script);
        let applied = self.apply_through(&doors, &doors);
        self.tenant = Memory::new(doors.inner().tenant());
        assert!(matches!(applied, Ok(Applied::Ran { .. })), "{applied:?}");
    }
    /// Applies whatever is planned.
    pub(crate) fn apply(&mut self) -> RunOutcome {
        let tenant = Memory::new(self.tenant.tenant());
        let applied = self.apply_through(&tenant, &tenant);
        self.tenant = tenant;
        match applied.expect("it runs") {
            Applied::Ran { outcome, .. } => outcome,
            other @ (Applied::Closed { .. } | Applied::AllStale { .. }) => panic!("it did not run: {other:?}"),
        }
    }

    /// Applies the plan that somebody read.
    pub(crate) fn apply_read(&mut self) -> RunOutcome {
        let planned = self.plan();
        let read = PlanFile::new(&planned.plan, &planned.outlook, &self.project.sources);
        let tenant = Memory::new(self.tenant.tenant());
        let applied = self.apply_order(&tenant, &tenant, Consent::Plan(Box::new(read)));
        self.tenant = tenant;
        match applied.expect("it runs") {
            Applied::Ran { outcome, .. } => outcome,
            other @ (Applied::Closed { .. } | Applied::AllStale { .. }) => panic!("it did not run: {other:?}"),
        }
    }
    /// Declares something else.
    pub(crate) fn declare(&mut self, project: Project) {
        self.valid.desired = project.desired.clone();
        self.valid.sources = project.sources.clone();
        self.project = project;
    }

    /// Plays whatever the open hand-offs ask of people, and lets time pass.
    pub(crate) fn people_act(&self) {
        let ledger = self.ledger();
        let open = ledger.handoffs.iter().filter(|(_, handoff)| handoff.state == HandoffState::Asked);
        for (id, handoff) in open {
            match (&handoff.key.address, handoff.key.step) {
                (Address::Partnership(name), StepName::InviteReseller) => {
                    let partnership = &self.valid.desired.partnerships[name];
                    let tenant = self.tenant.tenant();
                    let company =
                        partnership.partner_ids.iter().find_map(|id| tenant.company_of(id)).expect("a company");
                    let _ = self.tenant.play(&Human::AcceptPartnership { company: company.tenant_id });
                }
                (Address::Partnership(name), StepName::EndPartnership) => {
                    if let Some(company) = self.plan().bindings.reseller(name) {
                        let _ = self.tenant.play(&Human::EndPartnership { company });
                    }
                }
                (Address::Customer(_), StepName::InviteCustomer) => {
                    let partnership: Name = handoff.key.discriminator.parse().expect("a partnership");
                    let planned = self.plan();
                    if let (Some(customer), Some(reseller)) =
                        (live_customer(&planned, &handoff.key.address), planned.bindings.reseller(&partnership))
                    {
                        let _ = self.tenant.play(&Human::AcceptCustomerInvitation { customer, reseller });
                    }
                }
                (Address::Customer(_), StepName::RequestAgreement) => {
                    if let Some(customer) = live_customer(&self.plan(), &handoff.key.address) {
                        let _ = self.tenant.play(&Human::Review { customer, outcome: Review::Passed });
                        let _ = self.tenant.play(&Human::Sign { customer });
                    }
                }
                _ => {
                    let stamp = Stamp { at: self.tenant.clock(), nonce: smol_str::format_smolstr!("ack-{id}") };
                    let note = Record::Acknowledged {
                        handoff: *id,
                        digest: handoff.digest,
                        by: "somebody".into(),
                        evidence: Some("a letter".into()),
                    };
                    self.journal().note(note, &stamp).expect("a note is written");
                }
            }
        }
        let today = self.tenant.clock().date();
        let endings = self.valid.desired.partnerships.values().filter_map(|partnership| partnership.ending.as_ref());
        let to_come = endings.filter_map(|ending| ending.effective_on).any(|day| day > today);
        self.tenant.advance(if to_come { "1d" } else { "20m" }.parse().expect("a span"));
    }
}

fn live_customer(planned: &twotier::plan::Planned, address: &Address) -> Option<twotier::model::CustomerId> {
    let Address::Customer(key) = address else { return None };
    planned.bindings.customer(key)
}
