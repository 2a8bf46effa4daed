//! `lint`: findings about the live tenant. Holds only the looking door.

use super::fault::Fault;
use super::observe::{self, Looked};
use super::plan::Ground;
use super::project::Valid;
use crate::diff::{self, Look, Scope, Sides};
use crate::observed::{Observed, Read};
use crate::policy::lint::{Breadth, Linted, Question, Settings, lint};
use std::collections::BTreeSet;

/// Looks until no rule asks for more; what they found, and what was looked at.
///
/// # Errors
/// When nothing may be read at all: nobody is signed in, or without a role.
pub fn live(
    project: &Valid,
    ground: Ground<'_>,
    (breadth, settings): (Breadth, &Settings),
    progress: &dyn observe::Progress,
) -> Result<(Linted, Looked), Fault> {
    let question = Question { breadth, settings, today: ground.now.date() };
    let judge = |observed: &Observed| -> (Linted, BTreeSet<Read>) {
        let look = Look::at(observed);
        let linted = {
            let (desired, ledger) = (&project.desired, ground.ledger);
            let sides = Sides { desired, ledger, look: &look, scope: &Scope::All, now: ground.now, under: None };
            let diff = diff::compare(sides);
            lint(sides, &diff, question)
        };
        (linted, look.missing())
    };
    let looked = observe::look(ground.eyes(progress), |observed| judge(observed).1.into());
    match looked.denied {
        Some(why) => Err(Fault::Denied(why)),
        None => Ok((judge(&looked.observed).0, looked)),
    }
}
