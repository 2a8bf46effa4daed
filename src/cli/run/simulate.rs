//! `simulate`: plays the other sides of the embedded tenant.

use super::{CliError, Exit, Scene};
use crate::backend::simulated::{EmbeddedError, Human, Played};
use crate::cli::args::{Actor, Outcome, SimulateArgs, SimulateCommand};
use crate::cli::doors::{self, Doors};
use crate::cli::output;
use crate::journal::Directory;
use crate::observed::Review;
use crate::ops::Fault;
use crate::ops::project::Valid;
use crate::ops::simulate::{self, Known, Play};

/// `simulate`.
pub(super) fn simulate(scene: &Scene<'_>, args: &SimulateArgs) -> Result<Exit, CliError> {
    #[cfg(feature = "listen")]
    if let Some(address) = args.listen.listen {
        return super::listen::listen(scene, address, &args.listen);
    }
    match &args.command {
        Some(command) => side(scene, command),
        None => {
            Err(CliError::usage("say who acts, or `--listen 127.0.0.1:0`").hint("`twotier simulate --help` lists both"))
        }
    }
}

fn side(scene: &Scene<'_>, command: &SimulateCommand) -> Result<Exit, CliError> {
    // Before anything happens, for a format that cannot be told in.
    scene.plain_or_json()?;
    let (play, actor) = match command {
        SimulateCommand::Reset => return reset(scene),
        SimulateCommand::AdvanceClock { duration } => {
            let doors = Doors::open(scene.settings)?;
            let tenant = doors.simulated()?;
            doors.writable()?;
            let now = tenant.advance(*duration).map_err(Fault::from)?;
            return said(scene, &format!("it is {now} now"), &serde_json::json!({ "now": now }));
        }
        SimulateCommand::Edit { address, value } => {
            let valid = scene.valid("simulate")?;
            return act(scene, Some(valid), |known| simulate::edit(known, address, value));
        }
        SimulateCommand::Accept(actor) => (Play::Accept, actor),
        SimulateCommand::Decline(actor) => (Play::Decline, actor),
        SimulateCommand::Sign(actor) => (Play::Sign, actor),
        SimulateCommand::End(actor) => (Play::End, actor),
        SimulateCommand::Review { actor, outcome } => (Play::Review(review(*outcome)), actor),
    };
    person(scene, &play, actor)
}

fn review(outcome: Outcome) -> Review {
    match outcome {
        Outcome::Passed => Review::Passed,
        Outcome::InReview => Review::InReview,
        Outcome::Refused => Review::Refused,
    }
}

fn person(scene: &Scene<'_>, play: &Play, actor: &Actor) -> Result<Exit, CliError> {
    let Actor { address, company, reseller } = actor;
    let who = match (company, address) {
        (Some(company), _) => simulate::Actor::Company(*company),
        (None, Some(address)) => simulate::Actor::Address(address.clone()),
        (None, None) => return Err(CliError::usage("say who: an address, or `--company TENANTID`")),
    };
    // A company by its id needs no manifests.
    let needs_manifests = address.is_some() || reseller.is_some();
    let valid = if needs_manifests { Some(scene.valid("simulate")?) } else { None };
    act(scene, valid, |known| simulate::human(known, play, &who, reseller.as_ref()))
}

/// Lets somebody act, and says whether that changed anything.
fn act(
    scene: &Scene<'_>,
    valid: Option<Valid>,
    who_does_what: impl FnOnce(Known<'_>) -> Result<Human, Fault>,
) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    let journal = doors.journal()?;
    let simulated = doors.simulated()?;
    let tenant = simulated.tenant().map_err(Fault::from)?;
    let known =
        Known { desired: valid.as_ref().map(|valid| &valid.desired), ledger: journal.ledger(), tenant: &tenant };
    let human = who_does_what(known)?;
    doors.writable()?;
    match simulated.play(&human) {
        Ok(Played::Done) => said(scene, "done", &serde_json::json!({ "done": true })),
        Ok(Played::AlreadySo) => said(scene, "nothing to do: it is so already", &serde_json::json!({ "done": false })),
        Err(EmbeddedError::Human(error)) => Err(CliError::failed(format!("they could not do that: {error}"))),
        Err(error) => Err(Fault::from(error).into()),
    }
}

/// Says how it ended: in words for people, or as a document.
fn said(scene: &Scene<'_>, words: &str, document: &serde_json::Value) -> Result<Exit, CliError> {
    match scene.plain_or_json()? {
        output::Plainness::Text => scene.terminal.note(words),
        output::Plainness::Json => scene.terminal.data(&output::json(document))?,
    }
    Ok(Exit::Done)
}

fn reset(scene: &Scene<'_>) -> Result<Exit, CliError> {
    let state = &scene.settings.state.value;
    simulate::reset(&Directory::new(state), doors::embedded(scene.settings)?, state)?;
    let words = format!("the tenant is as its file says, and nothing is remembered in {}", state.display());
    said(scene, &words, &serde_json::json!({ "done": true }))
}
