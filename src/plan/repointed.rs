//! Documents that mean another live object than before: a swapped id is the shortest way to change, mail or pay the wrong
//! one, so it is said before anything else. Never holds a step back: what was written may be meant.

use crate::diag::{Code, Finding};
use crate::diff::{Diff, Sides, Walk, bound_to};

/// One finding for each of them.
pub(super) fn told(sides: Sides<'_>, diff: &Diff<'_>) -> Vec<Finding> {
    let mut known = Walk::over(&sides.ledger.bindings);
    let mut before = |address| match known.at(address) {
        Some(live) => Some(*live),
        None if sides.desired.renamed.is_empty() => None,
        None => bound_to(sides.desired, sides.ledger, address),
    };
    let changed = diff.bindings.iter().filter_map(|(address, now)| {
        let before = before(address).filter(|before| before != now)?;
        let at = sides.desired.declared.get(address).copied();
        let message = format!("`{address}` meant {before} in earlier runs and means {now} now");
        Some(Finding::warning(Code::MeansAnother, at, message).about(address.clone()).help(
            "if its id was changed by mistake, mend it; else read every step of it as one of another object: what was settled, \
             asked and acknowledged before does not count for it",
        ))
    });
    changed.collect()
}
