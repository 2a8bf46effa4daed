//! Documents that mean another live object than before: a swapped id is the shortest way to change, mail or pay the wrong
//! one, so it is said before anything else. Never holds a step back: what was written may be meant.

use crate::diag::{Code, Finding};
use crate::diff::{Diff, Sides, means_another, remembered};

/// One finding for each of them.
pub(super) fn told(sides: Sides<'_>, diff: &Diff<'_>) -> Vec<Finding> {
    let changed = diff.bindings.iter().filter_map(|(address, now)| {
        if !means_another((sides.desired, sides.ledger), &diff.bindings, address) {
            return None;
        }
        let old = remembered(sides.desired, sides.ledger, address);
        let before = sides.ledger.bindings.get(old.as_ref().unwrap_or(address))?;
        let at = sides.desired.declared.get(address).copied();
        let message = format!("`{address}` meant {before} in earlier runs and means {now} now");
        Some(Finding::warning(Code::MeansAnother, at, message).about(address.clone()).help(
            "if its id was changed by mistake, mend it; else read every step of it as one of another object: what was settled, \
             asked and acknowledged before does not count for it",
        ))
    });
    changed.collect()
}
