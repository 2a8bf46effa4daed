//! `apply`: takes the lease, settles what was left open, plans anew, and does what is in both plans. The only command
//! that holds the changing door; every refusal comes before anything is changed.

use super::fault::Fault;
use super::line::{self, Line};
use super::observe::Progress;
use super::past;
use super::permit;
use super::plan;
use super::project::Valid;
use super::recall::{Past, Recall, Recalling};
use super::roles::{Lacking, Roles};
use super::waiting::Waiting;
use crate::apply::approve::NotTheSame;
use crate::apply::{
    Approval, Approved, Beyond, Ids, Match, Recovered, RunOutcome, Seal, SealError, Session, SessionError, Settings,
    Tools, Verdict, Verdicts, WorkOrder, age_sealer, approve, approve_itself,
};
use crate::backend::{Actuate, Observe};
use crate::desired::Desired;
use crate::diag::Finding;
use crate::journal::record::{Follows, Open};
use crate::journal::{History, Journal};
use crate::ledger::{Guards, Ledger};
use crate::model::{Address, Bound, Digest, Limits, StepKey, Timestamp};
use crate::observed::Observed;
use crate::plan::file::{PlanFile, Remembered};
use crate::plan::guards::{InForce, tightened};
use crate::plan::{Action, Gate, Planned, Regard, Terms};
use crate::policy::lint;
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::time::Duration;

/// The doors of a run, built by the command line.
pub struct World<'a> {
    /// Looks.
    pub observe: &'a dyn Observe,
    /// Changes.
    pub actuate: &'a dyn Actuate,
    /// Time, somebody to tell, and a person's wish to stop.
    pub tools: Tools<'a>,
    /// Randomness.
    pub ids: &'a mut dyn Ids,
    /// Who is told how looking goes.
    pub progress: &'a dyn Progress,
}

/// What was approved.
#[derive(Clone, Debug)]
pub enum Consent {
    /// This plan, as saved or as shown.
    Plan(Box<PlanFile>),
    /// The plan of this id, stored by an earlier run; not stored, the new plan must have the id.
    Id(Digest),
    /// What is left of a stored plan that waits.
    Rest(Waiting),
    /// Whatever is planned.
    Everything,
}

/// How a run is to go.
#[derive(Clone, Debug)]
pub struct Order {
    /// What was approved.
    pub consent: Consent,
    /// Whether the new plan must be the approved one.
    pub matching: Match,
    /// How many steps run at once.
    pub parallel: usize,
    /// How long to wait for another run.
    pub lock_wait: Duration,
    /// No step starts after this, by the clock of the tools.
    pub deadline: Option<Duration>,
    /// On whose account.
    pub account: Account,
    /// Where along the line of commits.
    pub line: Line,
    /// What the signed-in user may do, as far as it is declared.
    pub roles: Roles,
    /// What the project says about rules of `lint`.
    pub lint: lint::Settings,
}

/// On whose account a run is made.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub actor: SmolStr,
    /// The commit.
    pub commit: Option<SmolStr>,
    /// The branch or tag.
    pub reference: Option<SmolStr>,
    /// The pull request.
    pub change_url: Option<SmolStr>,
}

/// How `apply` ended.
#[derive(Debug)]
pub enum Applied {
    /// It ran: the plan it followed, how each step ended, and the id a later run goes on with.
    Ran {
        /// The new plan.
        file: Box<PlanFile>,
        /// How it ended.
        outcome: RunOutcome,
        /// Id of the approved plan, when one was approved.
        approved: Option<Digest>,
        /// What it settled of earlier runs before it planned.
        recovered: Vec<Recovered>,
        /// What people were asked and what shows now.
        seen: Vec<StepKey>,
        /// What it recorded nothing of, because nobody read it.
        unread: Vec<Finding>,
    },
    /// A limit or a freeze stands against it; nothing was changed.
    Closed {
        /// The new plan.
        file: Box<PlanFile>,
        /// What stands against it.
        gates: Vec<Gate>,
        /// What the ledger keeps of it.
        recorded: Recorded,
    },
    /// Every approved step is stale; nothing was changed.
    AllStale {
        /// The new plan.
        file: Box<PlanFile>,
    },
}

/// What a run that was stopped leaves in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Nothing.
    Nothing,
    /// Limits, freezes, protections and recipients: what they loosen counts for plans that are made from then on.
    Guards,
    /// What of them tightens, while a freeze holds.
    Tightened,
    /// Nothing more: what the approved plan loosens was recorded by an earlier run, and serves none of its own steps.
    Already,
}

/// Applies.
///
/// # Errors
/// When nothing was done: no approved plan, another run, another tenant, a journal that cannot be written.
pub fn apply(project: &Valid, journal: &mut Journal, world: World<'_>, order: Order) -> Result<Applied, Fault> {
    recall_and_apply(project, journal, None, world, order)
}

/// Applies with what is remembered: what a step touches is looked at all the same.
///
/// # Errors
/// As [`apply`].
pub fn recall_and_apply(
    project: &Valid,
    journal: &mut Journal,
    recalling: Option<&Recalling>,
    world: World<'_>,
    order: Order,
) -> Result<Applied, Fault> {
    let World { observe, actuate, tools, ids, progress } = world;
    let consent = find_consent(journal, order.consent.clone())?;
    let open = open_record(project, &order.account, &consent);
    let mut session = Session::begin(journal, &open, order.lock_wait, ids, tools)?;
    let recovered = session.recover(observe)?;
    if let Some(fault) = line::replaced(&consent, &order, session.journal())? {
        return Err(refuse(session, fault));
    }
    let mut fresh = match plan_anew((project, &consent), &mut session, (observe, recalling), (tools, progress)) {
        Ok(fresh) => fresh,
        Err(fault @ Fault::Denied(_)) => return Err(refuse(session, fault)),
        Err(fault) => return Err(fault),
    };
    lint::silence(&mut fresh.planned.outlook.findings, &order.lint, tools.clock.now().date());
    let verdicts = match judge((&consent, order.matching), &mut fresh, (&project.desired, session.ledger())) {
        Ok(verdicts) => verdicts,
        Err(fault) => return Err(told(refuse(session, fault), journal)),
    };
    if let Some(such) = consent.foreign((&project.desired, session.journal()), &verdicts)? {
        return Err(refuse(session, Fault::ForeignPlan { such: Box::new(such) }));
    }
    let unread = fresh.planned.read(|finding| consent.showed(finding));
    let approval = verdicts.on(&fresh.planned.plan);
    let file = PlanFile::new(&fresh.planned.plan, &fresh.planned.outlook, &project.sources);
    let file = Box::new(file.within(consent.scope()).recalling(fresh.remembered));
    let gates: Vec<Gate> = fresh.planned.outlook.gates.iter().filter(|gate| gate.is_closed()).cloned().collect();
    let lacking = Lacking::of(to_perform(&approval), &order.roles);
    if !lacking.is_empty() {
        return Err(refuse(session, Fault::Role(lacking)));
    }
    let approved = consent.id();
    let (id, document) = consent.document(&file);
    if !gates.is_empty() {
        session.keep((id, document.as_bytes()), Beyond::default())?;
        let guards = to_record((&project.desired, fresh.now), &fresh.planned, &approval);
        let recorded = match (&guards, consent.under()) {
            (Some((recorded, _)), _) => *recorded,
            (None, Some(_)) => Recorded::Already,
            (None, None) => Recorded::Nothing,
        };
        session.refuse(permit::by_gates(&file.outlook().gates), guards.map(|(_, guards)| guards))?;
        return Ok(Applied::Closed { file, gates, recorded });
    }
    if approval.all_stale() {
        session.refuse(permit::stale(), None)?;
        return Ok(Applied::AllStale { file });
    }
    let in_force = InForce::of(&project.desired, session.ledger(), consent.under());
    let sealer = sealer(&in_force);
    let (seal, unsealable) = match &sealer {
        Ok(seal) => (Some(seal.as_ref()), None),
        Err(why) => (None, Some(why.to_string())),
    };
    let seen = seen(&fresh.planned, session.ledger());
    let beyond = beyond((project, &consent, &order), &fresh.planned, &approval, &session);
    let work = WorkOrder {
        planned: &fresh.planned,
        approval,
        document: Some((id, document.as_bytes())),
        beyond,
        settings: Settings { parallel: order.parallel, deadline: order.deadline, unsealable, ..Settings::default() },
        observe,
        actuate,
        seal,
        ids,
    };
    let outcome = session.run(work);
    Ok(Applied::Ran { file, outcome, approved, recovered, seen, unread })
}

/// What the run says of its plan that the id of the plan does not cover.
fn beyond(
    (project, consent, order): (&Valid, &Known, &Order),
    planned: &Planned,
    approval: &Approval<'_>,
    session: &Session<'_>,
) -> Beyond {
    Beyond {
        passed: permit::passed(planned.plan.steps(), &project.desired.acknowledgements),
        reach: line::reach(consent, order, &session.journal().folded().reach),
        withdrawn: approval.withdrawn(session.ledger()),
    }
}

/// Ends the run with why it did nothing, which is answered.
fn refuse(session: Session<'_>, fault: Fault) -> Fault {
    let refused = permit::by_fault(&fault);
    session.refuse(refused, None).map_or_else(Fault::from, |()| fault)
}

/// What people were asked and what shows now.
fn seen(planned: &Planned, ledger: &Ledger) -> Vec<StepKey> {
    let seen = planned.adopt.consumed.iter().filter_map(|id| Some(ledger.handoffs.get(id)?.key.clone()));
    seen.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A plan that is not kept any more: by whom, as far as the journal tells.
fn told(fault: Fault, journal: &Journal) -> Fault {
    let Fault::UnknownPlan { id, fresh, pruned: None } = fault else { return fault };
    let history = History::read(journal.store()).unwrap_or_default();
    let pruned = history.pruned(&id.to_string()).map(|(_, _, pruned)| pruned.clone());
    Fault::UnknownPlan { id, fresh, pruned }
}

/// What of the new plan may be done. Only that counts against limits.
fn judge(
    (consent, matching): (&Known, Match),
    fresh: &mut Fresh,
    (desired, ledger): (&Desired, &Ledger),
) -> Result<Verdicts, Fault> {
    let approval = consent.approve(fresh, ledger, matching)?;
    let performed = approval.performed();
    let verdicts = approval.verdicts();
    fresh.planned.count_only(&performed, Terms { desired, ledger, now: fresh.now });
    Ok(verdicts)
}

/// The guards that are recorded although a limit stops everything else: a limit that stopped a run is known to the next
/// one, and one that was raised on purpose comes into force then. While a freeze that is declared holds, only what tightens
/// is, the freeze itself before all; one that is only remembered ends with them.
fn to_record(
    (desired, now): (&Desired, Timestamp),
    planned: &Planned,
    approval: &Approval<'_>,
) -> Option<(Recorded, Guards)> {
    let mut changed = to_perform(approval).filter_map(|step| match &step.action {
        Action::Guard(regard) => Some(regard.as_ref()),
        Action::Api(_) | Action::HandOff(_) | Action::Await { .. } => None,
    });
    let frozen = desired.provider.freeze.iter().any(|freeze| freeze.holds(now.date()));
    match changed.next() {
        Some(Regard { before, after }) if frozen => {
            let tighter = tightened(before.as_ref(), after);
            (before.as_ref() != Some(&tighter)).then_some((Recorded::Tightened, tighter))
        }
        Some(Regard { after, .. }) => Some((Recorded::Guards, after.clone())),
        None => planned.adopt.guards.clone().map(|first| (Recorded::Guards, first)),
    }
}

/// The steps of an approval that would be performed.
fn to_perform<'p>(approval: &Approval<'p>) -> impl Iterator<Item = &'p crate::plan::Step> {
    approval.tasks.iter().filter(|task| task.verdict == Verdict::Perform).map(|task| task.step)
}

/// The new plan and what it was made on.
struct Fresh {
    planned: Planned,
    observed: Observed,
    remembered: Option<Remembered>,
    now: Timestamp,
}

fn plan_anew(
    (project, consent): (&Valid, &Known),
    session: &mut Session<'_>,
    (observe, recalling): (&dyn Observe, Option<&Recalling>),
    (tools, progress): (Tools<'_>, &dyn Progress),
) -> Result<Fresh, Fault> {
    let ledger = session.ledger().clone();
    let now = tools.clock.now();
    // Under the lease: whatever another run did is in the journal by now.
    let recall = Recall::open(recalling, Past { observe, journal: session.journal(), now }, progress);
    let seen = session.observing(observe, |observe| {
        let ground = plan::Ground { observe, ledger: &ledger, now, recall: &recall, under: consent.under() };
        plan::live(project, ground, &consent.scope(), progress)
    });
    recall.close(progress);
    let (planned, looked) = seen??;
    Ok(Fresh { planned, remembered: looked.told(), observed: looked.observed, now })
}

/// What was approved, with the plan it means as far as one is known.
pub(super) enum Known {
    /// The plan.
    Plan(Box<PlanFile>),
    /// What is left of it, without the steps that are over.
    Rest(Box<PlanFile>, BTreeSet<Digest>),
    OnlyId(Digest),
    Everything,
}

fn find_consent(journal: &Journal, consent: Consent) -> Result<Known, Fault> {
    match consent {
        Consent::Plan(file) => Ok(Known::Plan(file)),
        Consent::Everything => Ok(Known::Everything),
        Consent::Id(id) => stored(journal, id, Known::Plan),
        Consent::Rest(Waiting { plan, commit: _, over }) => stored(journal, plan, |file| Known::Rest(file, over)),
    }
}

fn stored(journal: &Journal, id: Digest, of: impl FnOnce(Box<PlanFile>) -> Known) -> Result<Known, Fault> {
    let Some(kept) = past::kept(journal, id)? else { return Ok(Known::OnlyId(id)) };
    let found = kept.file.plan().id();
    // A document is kept under its own digest as well, and nobody approves a plan by that.
    if found == id { Ok(of(Box::new(kept.file))) } else { Err(Fault::NotThatPlan { id, found }) }
}

impl Known {
    /// The plan, where it is known.
    pub(super) fn file(&self) -> Option<&PlanFile> {
        match self {
            Self::Plan(file) | Self::Rest(file, _) => Some(file),
            Self::OnlyId(_) | Self::Everything => None,
        }
    }
    fn follows(&self) -> Follows {
        match self {
            Self::Plan(_) | Self::OnlyId(_) => Follows::Approved,
            Self::Rest(..) => Follows::Rest,
            Self::Everything => Follows::Everything,
        }
    }
    fn id(&self) -> Option<Digest> {
        match self {
            Self::Plan(file) | Self::Rest(file, _) => Some(file.plan().id()),
            Self::OnlyId(id) => Some(*id),
            Self::Everything => None,
        }
    }
    /// What the approved plan spoke of; empty means everything. What lies outside was not reviewed and is left alone.
    fn scope(&self) -> BTreeSet<Address> {
        self.file().map(|file| file.scope().clone()).unwrap_or_default()
    }
    /// The guards it was made under, where it changes them.
    fn under(&self) -> Option<&Guards> {
        self.file()?.plan().steps().iter().find_map(|step| match &step.action {
            Action::Guard(regard) => regard.before.as_ref(),
            Action::Api(_) | Action::HandOff(_) | Action::Await { .. } => None,
        })
    }
    /// What of the new plan may be done.
    fn approve<'p>(&self, fresh: &'p Fresh, ledger: &Ledger, matching: Match) -> Result<Approval<'p>, Fault> {
        let plan = &fresh.planned.plan;
        match self {
            Self::Everything => Ok(approve_itself(plan)),
            Self::Plan(file) | Self::Rest(file, _) if file.plan().tenant() != plan.tenant() => {
                Err(Fault::OtherPlan { ours: plan.tenant(), theirs: file.plan().tenant() })
            }
            Self::Plan(file) | Self::Rest(file, _) => {
                let mut approved = Approved::from(file.plan());
                if let Self::Rest(_, over) = self {
                    approved.steps.retain(|step| !over.contains(&step.id));
                }
                Ok(approve(&approved, &fresh.planned, (&fresh.observed, ledger), matching)?)
            }
            Self::OnlyId(id) if *id == plan.id() => Ok(approve_itself(plan)),
            Self::OnlyId(id) => Err(Fault::UnknownPlan { id: *id, fresh: plan.id(), pruned: None }),
        }
    }
    /// An address of a plan that this state never kept, where nothing of it is wanted, declared or remembered here: it is of other
    /// manifests.
    fn foreign(&self, known: (&Desired, &Journal), verdicts: &Verdicts) -> Result<Option<Address>, Fault> {
        let Some(file) = self.file() else { return Ok(None) };
        let (desired, journal) = known;
        let steps = file.plan().steps();
        if !verdicts.leave_all() || steps.iter().any(|step| knows((desired, journal.ledger()), step)) {
            return Ok(None);
        }
        let kept = journal.plan(file.plan().id())?.is_some();
        Ok(steps.first().filter(|_| !kept).map(|step| step.key.address.clone()))
    }
    /// Whether whoever approved it read this.
    fn showed(&self, finding: &Finding) -> bool {
        match self {
            Self::Plan(file) | Self::Rest(file, _) => file.outlook().findings.iter().any(|told| {
                told.is(finding.code) && told.address == finding.address && told.message == finding.message
            }),
            // The id covers what is recorded, and is that of the plan that the run made.
            Self::OnlyId(_) => true,
            Self::Everything => false,
        }
    }
    /// The document to keep under its id: the approved one, or the new one where that is the approved one or none was.
    fn document(&self, fresh: &PlanFile) -> (Digest, String) {
        match self {
            Self::Plan(file) | Self::Rest(file, _) => (file.plan().id(), file.write()),
            Self::OnlyId(id) => (*id, fresh.write()),
            Self::Everything => (fresh.plan().id(), fresh.write()),
        }
    }
}

/// Whether a document declares what a step changes, or what brought it, or a run had to do with either.
fn knows((desired, ledger): (&Desired, &Ledger), step: &crate::plan::Step) -> bool {
    let known = |address: &Address| {
        desired.declared.contains_key(address)
            || desired.renamed.values().any(|old| old == address)
            || ledger.knows(address)
            || ledger.handoffs.values().any(|handoff| handoff.key.address == *address)
    };
    known(&step.key.address) || known(&step.cause)
}

fn open_record(project: &Valid, account: &Account, consent: &Known) -> Open {
    let Account { actor, commit, reference, change_url } = account.clone();
    let provider = &project.desired.provider;
    let protected: Vec<Address> = project.desired.protected.iter().cloned().collect();
    Open {
        actor,
        commit,
        reference,
        change_url,
        plan: consent.id(),
        follows: Some(consent.follows()),
        tool: SmolStr::new_static(env!("CARGO_PKG_VERSION")),
        protected,
        recipients: provider.recipients.clone(),
        limits: limits(&provider.limits),
    }
}

/// The digest of limits; none without any.
fn limits(limits: &Limits) -> Option<Digest> {
    let written: serde_json::Map<String, serde_json::Value> = limits
        .iter()
        .map(|(limit, Bound { max, percent })| {
            (limit.name().to_owned(), serde_json::json!({"max": max, "percent": percent}))
        })
        .collect();
    (!written.is_empty()).then(|| Digest::of_json(&written.into()))
}

/// Seals to the recipients in force.
fn sealer(in_force: &InForce) -> Result<Box<dyn Seal + '_>, SealError> {
    let recipients = in_force.recipients.iter().map(SmolStr::as_str);
    Ok(Box::new(age_sealer(recipients)?))
}

impl From<SessionError> for Fault {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Locked(run) => Self::Locked(run),
            SessionError::Interrupted => Self::Interrupted,
            SessionError::Fenced { by } => Self::Fenced { by },
            SessionError::Journal(error) => Self::Journal(error),
        }
    }
}
impl From<NotTheSame> for Fault {
    fn from(error: NotTheSame) -> Self {
        Self::NotTheSame(error)
    }
}
