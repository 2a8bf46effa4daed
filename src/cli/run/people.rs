//! `handoffs` and `credentials`: what people are asked, and the passwords only they may read.

use super::{CliError, Exit, Scene};
use crate::apply;
use crate::cli::args::{CredentialsCommand, Declining, Exporting, HandoffsCommand, Noting, Saying};
use crate::cli::doors::Doors;
use crate::cli::output::{self, Plainness};
use crate::journal::record::Forgotten;
use crate::journal::{History, Journal};
use crate::ledger::HandoffState;
use crate::model::Address;
use crate::ops::credentials::{self, Delivery};
use crate::ops::handoffs::{self, Chosen, Listed, Wanted, Which, Word};
use crate::ops::{files, state};
use smol_str::SmolStr;
use std::path::Path;

impl Scene<'_> {
    /// Who says so, and why; by default who runs this.
    pub(super) fn saying(&self, saying: &Saying) -> state::Saying {
        state::Saying { by: self.by(saying.by.as_deref()), reason: SmolStr::new(&saying.reason) }
    }
    /// Who stands for something; by default who runs this.
    pub(super) fn by(&self, named: Option<&str>) -> SmolStr {
        named.map_or_else(|| self.settings.run_by.actor().value.clone(), SmolStr::new)
    }
    /// The same, where nobody may stand for it without a name.
    ///
    /// # Errors
    /// When nobody is named and nobody knows who runs this.
    pub(super) fn somebody(&self, named: Option<&str>) -> Result<SmolStr, CliError> {
        if named.is_none() && self.settings.run_by.is_unknown() {
            return Err(CliError::usage("nobody knows who stands for it: `--by NAME`, or TWOTIER_ACTOR"));
        }
        Ok(self.by(named))
    }
}

/// `handoffs`.
pub(super) fn handoffs(scene: &Scene<'_>, command: Option<&HandoffsCommand>) -> Result<Exit, CliError> {
    match command {
        None => list(scene, Which::Open),
        Some(HandoffsCommand::List { all: false }) => list(scene, Which::Open),
        Some(HandoffsCommand::List { all: true }) => list(scene, Which::All),
        Some(HandoffsCommand::Show { ids, cause }) => show(scene, &Chosen { ids, cause: cause.as_ref() }),
        Some(HandoffsCommand::Done(Noting { ids, cause, anyway, evidence, by })) => {
            let wanted = if *anyway { Wanted::Anyway } else { Wanted::Still };
            let evidence = evidence.as_deref().map(SmolStr::new);
            let word = Word::Done { by: scene.by(by.as_deref()), evidence, wanted };
            say(scene, &Chosen { ids, cause: cause.as_ref() }, &word)
        }
        Some(HandoffsCommand::Declined(Declining { ids, cause, saying })) => {
            say(scene, &Chosen { ids, cause: cause.as_ref() }, &Word::Declined(scene.saying(saying)))
        }
        Some(HandoffsCommand::Reopen(Declining { ids, cause, saying })) => {
            say(scene, &Chosen { ids, cause: cause.as_ref() }, &Word::Reopened(scene.saying(saying)))
        }
        Some(HandoffsCommand::Export(Exporting { dir })) => export(scene, dir.as_deref()),
    }
}

fn list(scene: &Scene<'_>, which: Which) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let doors = Doors::open(scene.settings)?;
    let journal = doors.journal()?;
    let listed = handoffs::list(journal.ledger(), which);
    let text = match form {
        Plainness::Text => output::handoffs(&listed, scene.terminal.width()),
        Plainness::Json => output::json(&output::handoffs_json(&listed, &past(&doors, &listed)?)),
    };
    form.print(scene.terminal, &text)?;
    Ok(Exit::Done)
}

fn show(scene: &Scene<'_>, chosen: &Chosen<'_>) -> Result<Exit, CliError> {
    let form = scene.plain_or_json()?;
    let doors = Doors::open(scene.settings)?;
    let journal = doors.journal()?;
    let found = handoffs::chosen(journal.ledger(), chosen)?;
    let history = past(&doors, &found)?;
    scene.terminal.data(&match (form, found.as_slice()) {
        (Plainness::Text, found) => {
            let one = |one| output::handoff(one, &output::said(one, &history));
            found.iter().map(one).collect::<Vec<_>>().join("\n")
        }
        (Plainness::Json, [one]) => output::json(&output::handoff_json(one, &output::said(one, &history))),
        (Plainness::Json, several) => output::json(&output::handoffs_json(several, &history)),
    })?;
    Ok(Exit::Done)
}

/// What the journal tells of hand-offs that are over; it is read only where one of them is.
fn past(doors: &Doors, listed: &[Listed<'_>]) -> Result<History, CliError> {
    let is_over = |one: &Listed<'_>| match one.handoff.state {
        HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => true,
        HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => false,
    };
    Ok(if listed.iter().any(is_over) { History::read(doors.store().as_ref())? } else { History::default() })
}

fn say(scene: &Scene<'_>, chosen: &Chosen<'_>, word: &Word) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    let mut journal = doors.journal()?;
    let noted = handoffs::say(&mut journal, chosen, word, &doors.stamp())?;
    for id in noted {
        let found = handoffs::find(journal.ledger(), &id.to_string())?;
        scene.terminal.note(&output::handoff_line(&found));
    }
    scene.checkpoint(&mut journal);
    Ok(Exit::Done)
}

fn export(scene: &Scene<'_>, folder: Option<&Path>) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    let journal = doors.journal()?;
    let listed = handoffs::list(journal.ledger(), Which::Open);
    match folder {
        None => {
            let lines: Vec<String> = listed.iter().map(|one| format!("{}\n", output::handoff_json(one, &[]))).collect();
            scene.terminal.data(&lines.concat())?;
        }
        Some(folder) => {
            files::folder(folder)?;
            for one in &listed {
                files::write(&folder.join(output::mail_name(one)), &output::mail(one))?;
            }
            scene.terminal.note(&format!(
                "{} written to {}",
                output::count(listed.len(), "hand-off"),
                folder.display()
            ));
        }
    }
    Ok(Exit::Done)
}

/// `credentials`.
pub(super) fn credentials(scene: &Scene<'_>, command: Option<&CredentialsCommand>) -> Result<Exit, CliError> {
    let doors = Doors::open(scene.settings)?;
    let mut journal = doors.journal()?;
    match command {
        None | Some(CredentialsCommand::List) => {
            let known = &journal.ledger().credentials;
            let form = scene.plain_or_json()?;
            let none = known.is_empty();
            let history = if none { History::default() } else { History::read(doors.store().as_ref())? };
            let text = match form {
                Plainness::Text => output::credentials(known, &history, scene.terminal.width()),
                Plainness::Json => output::json(&output::credentials_json(known, &history)),
            };
            form.print(scene.terminal, &text)?;
        }
        Some(CredentialsCommand::Open { address, identity }) => {
            open(scene, (&doors, &mut journal), address, identity)?;
            scene.checkpoint(&mut journal);
        }
        Some(CredentialsCommand::Forget { address, undelivered, saying }) => {
            let delivery = if *undelivered { Delivery::Failed } else { Delivery::Done };
            let what = credentials::forget(&mut journal, (address, delivery), scene.saying(saying), &doors.stamp())?;
            scene.terminal.note(&match what {
                Forgotten::UndeliveredCredentials => {
                    format!(
                        "the password of `{address}` is destroyed, as far as it was kept; the next plan makes a new one"
                    )
                }
                Forgotten::Credentials | Forgotten::Binding => {
                    format!("the sealed password of `{address}` is destroyed")
                }
            });
            scene.checkpoint(&mut journal);
        }
    }
    Ok(Exit::Done)
}

/// Opens a password, records who is about to see it, and only then shows it.
fn open(
    scene: &Scene<'_>,
    (doors, journal): (&Doors, &mut Journal),
    address: &Address,
    identity: &Path,
) -> Result<(), CliError> {
    let form = scene.plain_or_json()?;
    let sealed = credentials::sealed(journal, address)?;
    let keys = zeroize::Zeroizing::new(files::read(identity)?);
    let opened = apply::open(&sealed, &keys)
        .map_err(|error| CliError::failed(format!("the password of `{address}` cannot be opened: {error}")))?;
    if scene.settings.run_by.is_unknown() {
        return Err(CliError::usage("nobody knows who opens it: say so by TWOTIER_ACTOR"));
    }
    let place = scene.settings.run_by.place.as_ref().map(|place| place.value.clone());
    credentials::record_opening(journal, address, (scene.by(None), place), &doors.stamp()).map_err(|error| {
        CliError::failed(format!(
            "that the password of `{address}` is opened cannot be recorded, so it is not shown: {error}"
        ))
        .hint("open it where the state can be written, so that it stays known who saw it")
        .hint("in need `age --decrypt -i IDENTITY` opens its file in `sealed/` of the state: write down who did")
    })?;
    let text = match form {
        Plainness::Text => {
            format!("login     {}\npassword  {}\n", output::safe(&opened.login), opened.password.expose())
        }
        Plainness::Json => {
            let (login, password) = (&opened.login, opened.password.expose());
            output::json(&serde_json::json!({ "address": address.to_string(), "login": login, "password": password }))
        }
    };
    scene.terminal.data(&zeroize::Zeroizing::new(text))
}
