//! `apply`: finds out what is approved, asks a person where there is one, runs, and prints how it ended.

use super::planning::{compared, made, since_told};
use super::{CliError, Exit, Scene};
use crate::apply::{Class, Clock as _, Match, Tools};
use crate::cli::args::ApplyArgs;
use crate::cli::clock::Random;
use crate::cli::doors::{self, Doors};
use crate::cli::interrupt;
use crate::cli::progress::Shown;
use crate::cli::settings::{RunBy, Setting};
use crate::cli::terminal::Answer;
use crate::ops::apply::{self, Account, Applied, Consent, Order, Recorded, World};
use crate::ops::base;
use crate::ops::line::Line;
use crate::ops::plan;
use crate::ops::project::Valid;
use crate::ops::waiting::{self, Waiting};
use crate::ops::{roles, show};
use crate::plan::file::PlanFile;
use crate::policy::lint;
use crate::report::{Format, Proposal, Run, Subject, acknowledgements};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::time::Duration;

/// `apply`.
pub(super) fn apply(scene: &Scene<'_>, args: &ApplyArgs) -> Result<Exit, CliError> {
    if args.exact && args.auto_approve {
        return Err(CliError::usage("`--exact` compares with an approved plan, and `--auto-approve` has none"));
    }
    let told = typed_consent(args)?;
    if told.is_none() && !args.waiting && !scene.terminal.can_ask() {
        return Err(CliError::usage("nobody approved anything, and nobody is there to ask")
            .hint("name a plan (`twotier apply plan.json` or `--plan-id ID`), or say `--auto-approve`"));
    }
    let project = scene.valid("apply")?;
    let doors = Doors::of(scene.settings, &project, scene.terminal)?;
    let consent = match told {
        Some(consent) => Some(consent),
        None if args.waiting => rest(scene, &doors)?,
        None => ask(scene, args, &project, &doors)?,
    };
    let Some(consent) = consent else { return Ok(Exit::Done) };
    let mut journal = doors.writable()?;
    let (project, commit) = match approved_at(scene, &consent, journal.told()) {
        Some(commit) => (as_approved(scene, project, &commit)?, Some(commit)),
        None => (project, None),
    };
    let shown = Shown::on(scene.terminal);
    let world = World {
        observe: doors.observe.as_ref(),
        actuate: doors.actuate.as_ref(),
        tools: Tools { clock: doors.clock.as_ref(), reporter: &shown, interrupts: interrupt::count()? },
        ids: &mut Random,
        progress: &shown,
    };
    let mut order = order((scene, &project), args, consent, doors.clock.passed());
    order.account.commit = commit.or(order.account.commit);
    let recalling = scene.recalling(args.refresh)?;
    let applied = apply::recall_and_apply(&project, &mut journal, recalling.as_ref(), world, order)?;
    let told = tell(scene, (&project, &applied), &doors);
    scene.checkpoint(&mut journal);
    match (&applied, told?) {
        (Applied::Ran { outcome, .. }, Exit::StepFailed) if args.waiting && outcome.left_only_unapproved() => {
            Ok(Exit::Done)
        }
        (_, exit) => Ok(exit),
    }
}

/// What is left of an approved plan that waits; none, and that is said, where no plan does.
fn rest(scene: &Scene<'_>, doors: &Doors) -> Result<Option<Consent>, CliError> {
    let waiting = waiting::waiting(&doors.journal()?)?;
    if waiting.is_none() {
        scene.terminal.note("nothing was done: no approved plan waits for anybody");
    }
    Ok(waiting.map(Consent::Rest))
}

/// The commit by which what waits goes on: the one that was approved last, or that of its own run where that came after it, as a
/// merge that brought more along does.
fn approved_at(scene: &Scene<'_>, consent: &Consent, told: Option<&str>) -> Option<SmolStr> {
    let Consent::Rest(Waiting { plan: _, commit, over: _ }) = consent else { return None };
    let told = told?;
    let folder = doors::place(scene.settings).root;
    let later = |own: &&SmolStr| base::is_before(folder, told, own);
    Some(commit.as_ref().filter(later).cloned().unwrap_or_else(|| told.into()))
}

/// What was approved goes on as it was written when whoever approved was told all of it. What came since without approval
/// is neither done nor taken for settled, lets nothing pass and calls nothing back.
fn as_approved(scene: &Scene<'_>, project: Valid, commit: &str) -> Result<Valid, CliError> {
    let Some(then) = base::otherwise_at(&project, doors::place(scene.settings), commit)? else { return Ok(project) };
    scene.terminal.note(&format!(
        "manifests say otherwise than commit {}, which was approved last: what waits goes on as it says there",
        commit.get(..10).unwrap_or(commit)
    ));
    Ok(then)
}

/// What was approved on the command line.
fn typed_consent(args: &ApplyArgs) -> Result<Option<Consent>, CliError> {
    Ok(match (&args.file, args.plan_id, args.auto_approve) {
        (Some(file), _, _) => Some(Consent::Plan(Box::new(show::saved(file)?))),
        (None, Some(id), _) => Some(Consent::Id(id)),
        (None, None, true) => Some(Consent::Everything),
        (None, None, false) => None,
    })
}

/// Shows the plan and asks; none when the answer is no or there is nothing to do.
fn ask(scene: &Scene<'_>, args: &ApplyArgs, project: &Valid, doors: &Doors) -> Result<Option<Consent>, CliError> {
    let journal = doors.journal()?;
    let shown = Shown::on(scene.terminal);
    let recall = doors.recall(scene.recalling(args.refresh)?.as_ref(), &journal, &shown);
    let (mut planned, looked) = plan::live(project, doors.ground(&journal, &recall), &BTreeSet::new(), &shown)?;
    recall.close(&shown);
    lint::silence(&mut planned.outlook.findings, &scene.settings.lint, doors.clock.now().date());
    roles::note(&mut planned, &scene.settings.roles());
    let changed = since_told(scene, project, (journal.ledger(), journal.told()), &mut planned);
    let file = PlanFile::new(&planned.plan, &planned.outlook, &project.sources).recalling(looked.told());
    let file = compared(file, changed.as_ref(), &planned).made_of(made(scene, project, journal.told()));
    let text = scene.rendered(
        Subject::Plan(&file),
        "plan",
        (Format::Text, scene.terminal.message_paint(), scene.terminal.message_width()),
    )?;
    scene.terminal.warn(text.trim_end());
    if file.plan().steps().is_empty() && planned.unread.is_empty() {
        return Ok(Some(Consent::Plan(Box::new(file))));
    }
    match scene.terminal.confirm("\nApply this plan?")? {
        Answer::Yes => Ok(Some(Consent::Plan(Box::new(file)))),
        Answer::No => {
            scene.terminal.warn("Nothing was done.");
            Ok(None)
        }
    }
}

fn order((scene, project): (&Scene<'_>, &Valid), args: &ApplyArgs, consent: Consent, passed: Duration) -> Order {
    let seconds = |span: crate::model::Span| Duration::from_secs(u64::try_from(span.as_seconds()).unwrap_or(0));
    let place = doors::place(scene.settings);
    Order {
        consent,
        matching: if args.exact { Match::Exact } else { Match::Common },
        parallel: usize::from(args.parallelism),
        lock_wait: seconds(args.lock_wait),
        deadline: args.deadline.map(|deadline| passed + seconds(deadline)),
        account: account(scene),
        line: Line { folder: place.root.into(), said: base::said(project, place) },
        roles: scene.settings.roles(),
        lint: scene.settings.lint.clone(),
    }
}

/// On whose account. Where nothing names the commit, it is the one that says what is applied, if one does.
fn account(scene: &Scene<'_>) -> Account {
    let run_by = &scene.settings.run_by;
    let RunBy { commit, reference, change_url, .. } = run_by;
    let value = |setting: &Option<Setting<SmolStr>>| setting.as_ref().map(|setting| setting.value.clone());
    Account {
        actor: run_by.actor().value.clone(),
        commit: value(commit).or_else(|| base::committed_as(doors::place(scene.settings)).map(SmolStr::from)),
        reference: value(reference),
        change_url: value(change_url),
    }
}

/// Prints how it ended, and says by which code.
fn tell(scene: &Scene<'_>, (project, applied): (&Valid, &Applied), doors: &Doors) -> Result<Exit, CliError> {
    match applied {
        Applied::Ran { file, outcome, approved, recovered, seen, unread } => {
            scene.print(Subject::Run(Run { file, outcome, approved: *approved, recovered, seen, unread }), "apply")?;
            Ok(match outcome.class() {
                Class::JournalFault => Exit::Failed,
                Class::Interrupted => Exit::Interrupted,
                Class::NotAll => Exit::StepFailed,
                Class::Fine => Exit::Done,
            })
        }
        Applied::Closed { file, gates: _, recorded } => {
            scene.print(Subject::Plan(file), "apply")?;
            let proposal = Proposal { by: &scene.settings.run_by.actor().value, today: doors.clock.now().date() };
            let taken = &project.desired.acknowledgements;
            let documents = acknowledgements(&file.outlook().gates, proposal, |name| taken.contains_key(name));
            // Documents to commit: no line of them is broken.
            scene.terminal.keep(documents.trim_end());
            let stopped = CliError::new(Exit::Limit, match recorded {
                Recorded::Nothing => "nothing was done: something stands against it",
                Recorded::Guards => {
                    "nothing was done but that limits, freezes, protections and recipients are recorded: something stands \
                     against the rest"
                }
                Recorded::Tightened => {
                    "nothing was done but that what tightens of limits, freezes, protections and recipients is recorded: a freeze \
                     stands against the rest"
                }
                Recorded::Already => {
                    "nothing was done: what this plan loosens is recorded by now, and counts for none of its own steps"
                }
            })
            .hint(match recorded {
                Recorded::Already => "have a new plan reviewed: `twotier plan`",
                Recorded::Nothing | Recorded::Guards | Recorded::Tightened if documents.is_empty() => {
                    "plan again when it is over; there is no `--force`"
                }
                Recorded::Nothing | Recorded::Guards | Recorded::Tightened => {
                    "commit the acknowledgement above with a reason (`twotier plan --write acknowledgement=FILE` writes it), then \
                     plan again; there is no `--force`"
                }
            });
            Err(match recorded {
                Recorded::Nothing | Recorded::Tightened | Recorded::Already => stopped,
                Recorded::Guards => stopped.hint("what was loosened counts for plans that are made from now on"),
            })
        }
        Applied::AllStale { file } => {
            scene.print(Subject::Plan(file), "apply")?;
            Err(CliError::new(
                Exit::Stale,
                "nothing was done: what every approved step rests on has changed, or something stands against it",
            )
            .hint("review the new plan above, and what it says is blocked"))
        }
    }
}
