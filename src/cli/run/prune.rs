//! `state prune`: lists what may go, asks where somebody is there, and removes it.

use super::{CliError, Exit, Scene};
use crate::apply::Clock as _;
use crate::cli::doors::Doors;
use crate::cli::output::{self, Plainness};
use crate::cli::terminal::Answer;
use crate::journal::Journal;
use crate::journal::prune::{Pruning, Spares};
use crate::model::{Span, Timestamp};
use crate::ops::{Fault, prune as pruning};
use smol_str::SmolStr;

/// What is wished.
pub(super) struct Wish<'a> {
    /// How long ago the last run may be that followed a kept plan.
    pub(super) keep: Span,
    /// Whether it was agreed to.
    pub(super) consent: Consent,
    /// Who stands for it, if somebody else than who runs this.
    pub(super) by: Option<&'a str>,
}

/// Whether it was agreed to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Consent {
    /// On the command line.
    Given,
    /// Not yet.
    ToAsk,
}

/// `state prune`.
pub(super) fn prune(scene: &Scene<'_>, doors: &Doors, wish: Wish<'_>) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let by = scene.somebody(wish.by)?;
    let mut journal = doors.journal()?;
    let before = doors.clock.now().plus(Span::seconds(-wish.keep.as_seconds())).max(Timestamp::from_seconds(0));
    let spares = pruning::find(&mut journal, before).map_err(refused)?;
    if form == Plainness::Text {
        form.print(scene.terminal, &output::spares(&spares, scene.terminal.width()))?;
    }
    let gone = match agreed(scene, form, (&spares, wish.consent))? {
        Answer::Yes => Some(remove(scene, doors, (&mut journal, &spares), by)?),
        Answer::No => None,
    };
    match (form, gone) {
        (Plainness::Json, gone) => form.print(scene.terminal, &output::json(&output::spares_json(&spares, gone)))?,
        (Plainness::Text, Some(gone)) => scene.terminal.note(&output::gone(gone)),
        (Plainness::Text, None) if spares.is_empty() => {}
        (Plainness::Text, None) => scene.terminal.note("nothing was removed: `twotier state prune --yes` removes it"),
    }
    Ok(Exit::Done)
}

/// Whether what is listed is to go; where there is nothing, or nobody to ask, it stays.
fn agreed(scene: &Scene<'_>, form: Plainness, (spares, consent): (&Spares, Consent)) -> Result<Answer, CliError> {
    match consent {
        _ if spares.is_empty() => Ok(Answer::No),
        Consent::Given => Ok(Answer::Yes),
        Consent::ToAsk if form == Plainness::Text && scene.terminal.can_ask() => {
            scene.terminal.confirm("\nRemove it for good?")
        }
        Consent::ToAsk => Ok(Answer::No),
    }
}

fn remove(
    scene: &Scene<'_>,
    doors: &Doors,
    (journal, spares): (&mut Journal, &Spares),
    by: SmolStr,
) -> Result<crate::journal::prune::Gone, CliError> {
    let place = scene.settings.run_by.place.as_ref().map(|place| place.value.clone());
    let pruned = pruning::prune(journal, spares, (by, place), &doors.stamp()).map_err(refused)?;
    scene.checkpoint(journal);
    match pruned {
        Pruning::Gone(gone) => Ok(gone),
        Pruning::Overtaken => {
            Err(CliError::failed("somebody wrote to the state since it was looked through: nothing was removed")
                .hint("run the command again"))
        }
    }
}

/// Why nothing is removed: no waiting for a run helps here.
fn refused(fault: Fault) -> CliError {
    if let Fault::Locked(_) = &fault {
        return CliError::new(Exit::Locked, fault.to_string())
            .hint("prune when it has ended; `twotier state take-over` ends a run that is certainly dead");
    }
    fault.into()
}
