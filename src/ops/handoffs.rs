//! `handoffs`: the steps people do. Finds them by the first digits of their ids or by address, and notes what people
//! say. Never decides that one is over: that shows in the tenant.

use super::fault::Fault;
use super::state::Saying;
use crate::journal::record::Record;
use crate::journal::{Journal, Stamp, notes};
use crate::ledger::{Anyway, Handoff, HandoffState, Ledger};
use crate::model::{Address, Digest, StepName};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Which hand-offs are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that wait for somebody: asked, or declined and not resolved.
    Open,
    /// Every remembered one.
    All,
}

/// One hand-off with the id that is shown.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// As much of its id as tells it from others.
    pub short: String,
    /// As much of the digest of its text as `done` takes behind the id.
    pub mark: String,
    /// Its whole id.
    pub id: Digest,
    /// What is remembered of it.
    pub handoff: &'a Handoff,
}

/// Hand-offs, oldest first.
#[must_use]
pub fn list(ledger: &Ledger, which: Which) -> Vec<Listed<'_>> {
    let wanted = |handoff: &Handoff| match (which, &handoff.state) {
        (Which::All, _) => true,
        (Which::Open, HandoffState::Asked | HandoffState::Declined { .. }) => true,
        (
            Which::Open,
            HandoffState::Acknowledged { .. } | HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. },
        ) => false,
    };
    let mut listed: Vec<Listed<'_>> = ledger
        .handoffs
        .iter()
        .filter(|(_, handoff)| wanted(handoff))
        .map(|(id, handoff)| one(ledger, *id, handoff))
        .collect();
    listed.sort_by_key(|listed| (listed.handoff.asked, listed.handoff.key.clone()));
    listed
}

fn one<'a>(ledger: &Ledger, id: Digest, handoff: &'a Handoff) -> Listed<'a> {
    Listed { short: notes::short_id(ledger, &id), mark: handoff.digest.short(MARK), id, handoff }
}

/// Digits of the digest of a text that are shown.
const MARK: usize = 6;

/// The hand-off whose id begins so; of `ID@DIGEST` the id counts.
///
/// # Errors
/// When none or several do.
pub fn find<'a>(ledger: &'a Ledger, written: &str) -> Result<Listed<'a>, Fault> {
    let prefix = written.split_once('@').map_or(written, |(id, _)| id);
    let id = notes::find_handoff(ledger, prefix).map_err(crate::journal::JournalError::from)?;
    let handoff = ledger.handoffs.get(&id).ok_or_else(|| Fault::Usage(format!("no hand-off `{prefix}`")))?;
    Ok(one(ledger, id, handoff))
}

/// Which hand-offs a note is about.
#[derive(Clone, Debug)]
pub struct Chosen<'a> {
    /// First digits of ids.
    pub ids: &'a [String],
    /// All fitting ones of this address.
    pub cause: Option<&'a Address>,
}

/// Whether somebody must want a hand-off for it to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Yes: what was withdrawn is refused.
    Still,
    /// It was done all the same.
    Anyway,
}

/// What a person says of hand-offs.
#[derive(Clone, Debug)]
pub enum Word {
    /// Done.
    Done {
        /// Who says so.
        by: SmolStr,
        /// Where the proof is.
        evidence: Option<SmolStr>,
        /// Whether it may be said of what was withdrawn.
        wanted: Wanted,
    },
    /// Will not be done.
    Declined(Saying),
    /// Open again.
    Reopened(Saying),
}

/// The chosen hand-offs; of a cause the open ones, and where none is open all it ever had, oldest first.
///
/// # Errors
/// When an id is not known, or nothing is chosen.
pub fn chosen<'a>(ledger: &'a Ledger, chosen: &Chosen<'_>) -> Result<Vec<Listed<'a>>, Fault> {
    let mut found = chosen.ids.iter().map(|prefix| find(ledger, prefix)).collect::<Result<Vec<_>, _>>()?;
    if let Some(cause) = chosen.cause {
        let of = |which| list(ledger, which).into_iter().filter(|one| one.handoff.key.address == *cause);
        let before = found.len();
        found.extend(of(Which::Open));
        if found.len() == before {
            found.extend(of(Which::All));
        }
    }
    match (found.is_empty(), chosen.cause) {
        (true, Some(cause)) => Err(Fault::Usage(format!(
            "nothing was ever asked of people for `{cause}`; see `twotier handoffs list --all`"
        ))),
        (_, _) => Ok(found),
    }
}

/// Notes a person's word on every chosen hand-off, all or none; answers their ids.
///
/// # Errors
/// When one is not known, nothing is chosen, or the word is not true of one.
pub fn say(journal: &mut Journal, chosen: &Chosen<'_>, word: &Word, stamp: &Stamp) -> Result<Vec<Digest>, Fault> {
    let ledger = journal.ledger();
    let mut ids: Vec<Digest> = Vec::new();
    let mut read: BTreeSet<Digest> = BTreeSet::new();
    for written in chosen.ids {
        let found = find(ledger, written)?;
        if let Some((_, mark)) = written.split_once('@') {
            must_match(&found, mark)?;
            read.insert(found.id);
        }
        ids.push(found.id);
    }
    if let Some(cause) = chosen.cause {
        ids.extend(of_cause(ledger, cause, word)?);
    }
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Err(Fault::Usage(nothing_fits(ledger, chosen.cause)));
    }
    ids.iter().filter(|id| !read.contains(id)).try_for_each(|id| must_be_known(ledger, *id, word))?;
    let records = ids.iter().map(|id| record(ledger, *id, word)).collect::<Result<Vec<_>, _>>()?;
    journal.note_all(records, stamp)?;
    Ok(ids)
}

/// What a word is said of where only the address is named: one sort of request, for nobody means several by one word.
fn of_cause(ledger: &Ledger, cause: &Address, word: &Word) -> Result<Vec<Digest>, Fault> {
    let all = ledger.handoffs.iter().filter(|(_, it)| it.key.address == *cause && fits(word, it));
    let all: Vec<(&Digest, &Handoff)> = all.collect();
    let sorts: BTreeSet<StepName> = all.iter().map(|(_, it)| it.key.step).collect();
    match word {
        Word::Done { .. } if sorts.len() > 1 => {
            let named = |(id, it): &(&Digest, &Handoff)| format!("{} {}", notes::short_id(ledger, id), it.key.step);
            let named = all.iter().map(named).collect::<Vec<_>>().join(", ");
            Err(Fault::Usage(format!("`{cause}` asks for different things: {named}; say by id which of them is done")))
        }
        Word::Done { .. } | Word::Declined(_) | Word::Reopened(_) => Ok(all.into_iter().map(|(id, _)| *id).collect()),
    }
}

/// Whoever names a text means that one.
fn must_match(found: &Listed<'_>, mark: &str) -> Result<(), Fault> {
    if mark.len() >= MARK && found.handoff.digest.to_string().starts_with(mark) {
        return Ok(());
    }
    let short = &found.short;
    Err(Fault::Usage(format!(
        "`{short}@{mark}` is not what `{short}` asks now: read it again with `twotier handoffs show {short}`"
    )))
}

/// Whoever names none may have read another one, where it changed since it was asked first.
fn must_be_known(ledger: &Ledger, id: Digest, word: &Word) -> Result<(), Fault> {
    let changed = ledger.handoffs.get(&id).filter(|known| known.first != known.digest);
    match (word, changed) {
        (Word::Done { .. }, Some(known)) if known.state == HandoffState::Asked => {
            let short = notes::short_id(ledger, &id);
            Err(Fault::Usage(format!(
                "`{short}` was asked anew with another text: read it with `twotier handoffs show {short}`, then say `done` \
                 with the id as it is printed there, its text's digest behind it"
            )))
        }
        (Word::Done { .. } | Word::Declined(_) | Word::Reopened(_), Some(_) | None) => Ok(()),
    }
}

/// Why nothing can be said: how the hand-offs stand.
fn nothing_fits(ledger: &Ledger, cause: Option<&Address>) -> String {
    let about =
        list(ledger, Which::All).into_iter().filter(|one| cause.is_none_or(|it| one.handoff.key.address == *it));
    let stand = |one: Listed<'_>| {
        let how = match &one.handoff.state {
            HandoffState::Asked => "is asked and open".to_owned(),
            HandoffState::Acknowledged { by, .. } => format!("is done already, says {by}"),
            HandoffState::Declined { by, .. } => format!("was declined by {by}"),
            HandoffState::Consumed { .. } => {
                "is over: what it was for has been observed, or is wanted no more".to_owned()
            }
            HandoffState::Withdrawn { at, anyway: None } => format!("was withdrawn on {}", at.date()),
            HandoffState::Withdrawn { at, anyway: Some(anyway) } => {
                format!("was withdrawn on {} and {}, says {}", at.date(), anyway.words(*at), anyway.by)
            }
        };
        format!("`{}` ({}) {how}", one.short, one.handoff.key.step)
    };
    let stands: Vec<String> = about.map(stand).collect();
    let whose = cause.map_or_else(String::new, |cause| format!(" for `{cause}`"));
    if stands.is_empty() {
        format!("nothing was asked of people{whose}")
    } else {
        format!("nothing to say of that{whose}: {}", stands.join("; "))
    }
}

/// Whether a word can be said of a hand-off.
fn fits(word: &Word, handoff: &Handoff) -> bool {
    match (word, &handoff.state) {
        (Word::Done { .. } | Word::Declined(_), HandoffState::Asked) => true,
        (Word::Reopened(_), HandoffState::Acknowledged { .. } | HandoffState::Declined { .. }) => true,
        (Word::Done { .. }, HandoffState::Declined { .. }) => true,
        (Word::Done { wanted, .. }, HandoffState::Withdrawn { anyway: None, .. }) => *wanted == Wanted::Anyway,
        (Word::Declined(_), HandoffState::Withdrawn { anyway: None, .. }) => true,
        (word, HandoffState::Withdrawn { anyway, .. }) => matches!(word, Word::Reopened(_)) && anyway.is_some(),
        (Word::Done { .. } | Word::Declined(_), HandoffState::Acknowledged { .. } | HandoffState::Consumed { .. })
        | (Word::Declined(_), HandoffState::Declined { .. })
        | (Word::Reopened(_), HandoffState::Asked | HandoffState::Consumed { .. }) => false,
    }
}

fn record(ledger: &Ledger, handoff: Digest, word: &Word) -> Result<Record, Fault> {
    Ok(match word {
        Word::Done { by, evidence, wanted } => {
            must_be_open(ledger, handoff, *wanted)?;
            needs_evidence(ledger, handoff, evidence.as_ref())?;
            notes::acknowledged(ledger, handoff, by.clone(), evidence.clone())
                .map_err(crate::journal::JournalError::from)?
        }
        Word::Declined(Saying { by, reason }) => Record::Declined { handoff, by: by.clone(), reason: reason.clone() },
        Word::Reopened(Saying { by, reason }) => Record::Reopened { handoff, by: by.clone(), reason: reason.clone() },
    })
}

/// What is done is not said again, and what was withdrawn must not be done, unless it was all the same.
fn must_be_open(ledger: &Ledger, handoff: Digest, wanted: Wanted) -> Result<(), Fault> {
    match (ledger.handoffs.get(&handoff).map(|known| &known.state), wanted) {
        (
            Some(
                HandoffState::Acknowledged { by, at, .. }
                | HandoffState::Withdrawn { anyway: Some(Anyway { by, at, .. }), .. },
            ),
            _,
        ) => {
            let short = notes::short_id(ledger, &handoff);
            Err(Fault::Usage(format!(
                "`{short}` is done already, says {by} on {}; if that is wrong, `twotier handoffs reopen {short} --reason \
                 TEXT` first",
                at.date()
            )))
        }
        (Some(HandoffState::Withdrawn { at, .. }), Wanted::Still) => {
            let short = notes::short_id(ledger, &handoff);
            Err(Fault::Usage(format!(
                "`{short}` was withdrawn on {}: nobody wants it any more, and when it is planned again it is asked anew; \
                 if it was done all the same, say so with `--anyway`",
                at.date()
            )))
        }
        (_, Wanted::Still | Wanted::Anyway) => Ok(()),
    }
}

/// A notice is part of a legal act: that it was given must be shown one day.
fn needs_evidence(ledger: &Ledger, handoff: Digest, evidence: Option<&SmolStr>) -> Result<(), Fault> {
    let notice = ledger.handoffs.get(&handoff).is_some_and(|known| known.key.step == StepName::SendNotice);
    if notice && evidence.is_none() {
        let short = notes::short_id(ledger, &handoff);
        return Err(Fault::Usage(format!("`{short}` is a notice: say where the proof is with `--evidence`")));
    }
    Ok(())
}
