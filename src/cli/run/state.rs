//! `state` and `history`: what is remembered, and who did it.

use super::prune::{self, Consent, Wish};
use super::{CliError, Exit, Scene};
use crate::cli::args::{HistoryArgs, Ruling, StateCommand};
use crate::cli::doors::{self, Doors};
use crate::cli::output::{self, Plainness};
use crate::journal::verify::{self, Verified};
use crate::journal::{History, Journal, StoreError};
use crate::model::Address;
use crate::ops::{past, project, state};
use crate::report::{Format, Report, Subject};

/// `state`.
pub(super) fn state(scene: &Scene<'_>, command: &StateCommand) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    match command {
        StateCommand::Init => init(scene, &doors),
        StateCommand::List => list(scene, &doors.journal()?),
        StateCommand::Show { address } => show(scene, &doors.journal()?, address),
        StateCommand::Verify { head, recent: false } => check(scene, verify::verify(doors.store().as_ref(), *head)),
        StateCommand::Verify { head, recent: true } => {
            check(scene, verify::verify_recent(doors.store().as_ref(), *head))
        }
        StateCommand::Prune { keep_plans, yes, by } => {
            let consent = if *yes { Consent::Given } else { Consent::ToAsk };
            prune::prune(scene, &doors, Wish { keep: *keep_plans, consent, by: by.as_deref() })
        }
        StateCommand::Bind { .. }
        | StateCommand::Rename { .. }
        | StateCommand::Forget { .. }
        | StateCommand::Resolve { .. }
        | StateCommand::TakeOver { .. } => {
            let said = note(scene, &doors, command)?;
            scene.terminal.note(&said);
            Ok(Exit::Done)
        }
    }
}

fn init(scene: &Scene<'_>, doors: &Doors) -> Result<Exit, CliError> {
    doors.begin()?;
    scene.terminal.note(&format!(
        "the state of the tenant {} begins in {}",
        doors.id(),
        scene.settings.state.value.display()
    ));
    if doors.is_service() {
        scene.terminal.warn(
            "one tenant has one state: let every clone and pipeline name this folder (`state` in the project file, or \
             TWOTIER_STATE); a second state does not know what this one bought, and buys it again",
        );
    }
    if project::load(doors::place(scene.settings)).is_empty() {
        scene.terminal.note("next: `twotier import` writes manifests of what is there");
    }
    Ok(Exit::Done)
}

/// Appends what a person says; one line that tells what.
fn note(scene: &Scene<'_>, doors: &Doors, command: &StateCommand) -> Result<String, CliError> {
    let mut journal = doors.journal()?;
    let stamp = doors.stamp();
    let said = match command {
        StateCommand::Bind { address, id, saying } => {
            state::bind(&mut journal, address.clone(), id, scene.saying(saying), &stamp)?;
            format!("`{address}` means {id}")
        }
        StateCommand::Rename { from, to, saying } => {
            state::rename(&mut journal, from.clone(), to.clone(), scene.saying(saying), &stamp)?;
            format!("`{from}` is `{to}` now")
        }
        StateCommand::Forget { address, saying } => {
            state::forget(&mut journal, address.clone(), scene.saying(saying), &stamp)?;
            format!("the binding and the settled values of `{address}` are forgotten; what it meant is still there")
        }
        StateCommand::Resolve { intent, ruling, id, order, saying } => {
            let brought = state::Brought { id: id.as_deref().map(Into::into), order: order.as_deref().map(Into::into) };
            let ruling = match ruling {
                Ruling::Happened => state::Ruling::Happened(brought),
                Ruling::DidNotHappen if brought == state::Brought::default() => state::Ruling::DidNotHappen,
                Ruling::DidNotHappen => {
                    return Err(CliError::usage(
                        "`--id` and `--order` say what it brought, so they go with `happened`",
                    ));
                }
            };
            let again = state::ordered_again(&journal, *intent, &ruling);
            state::resolve(&mut journal, *intent, ruling, scene.saying(saying), &stamp)?;
            format!("the effect {intent} is settled{}", again.unwrap_or_default())
        }
        StateCommand::TakeOver { saying } => {
            scene.somebody(saying.by.as_deref())?;
            match state::take_over(&mut journal, scene.saying(saying), &stamp)? {
                Some(epoch) => format!("the run {epoch} has ended; the next one settles what it left open"),
                None => "no run is open".to_owned(),
            }
        }
        StateCommand::Init
        | StateCommand::List
        | StateCommand::Show { .. }
        | StateCommand::Prune { .. }
        | StateCommand::Verify { .. } => String::new(),
    };
    scene.checkpoint(&mut journal);
    Ok(said)
}

fn list(scene: &Scene<'_>, journal: &Journal) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let text = match form {
        Plainness::Text => output::state(journal, scene.terminal.width()),
        Plainness::Json => output::json(&output::state_json(journal)),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

fn show(scene: &Scene<'_>, journal: &Journal, address: &Address) -> Result<Exit, CliError> {
    let Some(remembered) = output::remembered(journal, address) else {
        return Err(CliError::usage(format!("nothing is remembered of `{address}`"))
            .hint("`twotier state list` lists every address"));
    };
    let form = scene.plain_or_json()?;
    let text = match form {
        Plainness::Text => output::fields(&remembered, scene.terminal.width()),
        Plainness::Json => output::json(&remembered),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

fn check(scene: &Scene<'_>, verified: Result<Verified, StoreError>) -> Result<Exit, CliError> {
    let verified = verified.map_err(crate::journal::JournalError::from)?;
    let (findings, sources) = (&verified.findings, crate::diag::SourceMap::default());
    let (objects, sealed) = (verified.objects, verified.sealed);
    let head = verified.head.map_or_else(String::new, |head| format!("; head {head}"));
    let behind = verified.behind.map_or_else(String::new, |number| format!(" behind the checkpoint {number}"));
    let looked = format!("{objects} objects{behind} and {sealed} sealed passwords were looked at{head}");
    match scene.format() {
        Format::Text => {
            if !findings.is_empty() {
                scene.print(Subject::Findings(findings, &sources), "state verify")?;
            }
            scene.terminal.data(&format!("{looked}\n"))?;
        }
        Format::Json => {
            let head = verified.head.map(|head| head.to_string());
            scene.terminal.data(&Report::verified("state verify", findings, head).write())?;
        }
        Format::Markdown | Format::Github | Format::Sarif => {
            scene.print(Subject::Findings(findings, &sources), "state verify")?;
            scene.terminal.note(&looked);
        }
    }
    let damaged = verified.findings.iter().any(|finding| finding.severity == crate::diag::Severity::Error);
    Ok(if damaged { Exit::Failed } else { Exit::Done })
}

/// Why a number is no run's: whoever ends a run that died takes a number too, so that it can write no more.
fn no_run(history: &History, number: u64) -> CliError {
    let is_used_up = history.runs.last().is_some_and(|last| number > 0 && number < last.epoch);
    let error = CliError::usage(format!("there is no run {number}"));
    if is_used_up {
        error.hint("nothing is missing: `state take-over`, which ended the run before, used the number up")
    } else {
        error.hint("`twotier history` lists them")
    }
}

/// `history`.
pub(super) fn history(scene: &Scene<'_>, args: &HistoryArgs) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let doors = Doors::open(scene.settings)?;
    let journal = doors.journal()?;
    let mut history = History::read(doors.store().as_ref())?;
    if let Some(address) = &args.address {
        output::only(&mut history, address);
    }
    past::see_kept(&journal, &mut history.runs)?;
    if let Some(number) = args.run {
        let run = history.runs.iter().find(|run| run.epoch == number);
        let run = run.ok_or_else(|| no_run(&history, number))?;
        let changes = past::changes(&journal, run)?;
        let text = match form {
            Plainness::Text => output::run(run, (args.limit, &changes), scene.terminal.width()),
            Plainness::Json => output::json(&output::run_json(run, &changes)),
        };
        form.print(scene.terminal, &text)?;
        return Ok(Exit::Done);
    }
    // What plans moved is read only where it is told.
    let told = if args.address.is_some() { args.limit } else { 0 };
    let changes = past::of_runs(&journal, history.runs.iter().rev().take(told))?;
    let about = args.address.as_ref().map(|address| output::About { address, changes: &changes });
    let text = match form {
        Plainness::Text => output::history(&history, (args.limit, about.as_ref()), scene.terminal.width()),
        Plainness::Json => output::json(&output::history_json(&history, args.limit, &changes)),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}
