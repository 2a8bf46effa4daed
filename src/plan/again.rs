//! Steps that a run did before: a plan that has one again is another plan, so that an approval covers it once. Never says
//! that it must not be done.

use super::{Condition, Expect, Step};
use crate::diff::{Sides, known_as};
use crate::model::{Class, Fact, StepKey, Value};

/// Lets every step that was done before rest on who did it last.
pub(super) fn note(steps: &mut [Step], sides: Sides<'_>) {
    for step in steps.iter_mut().filter(|step| is_recorded(step.class)) {
        let address = known_as(sides.desired, sides.ledger, &step.key.address).into_owned();
        let known = StepKey { address, ..step.key.clone() };
        if let Some(run) = sides.ledger.last_done(&known) {
            let fact = Fact::LastDone(step.key.clone());
            step.conditions.push(Condition { fact, expect: Expect::Is(Value::Number(run)) });
        }
    }
}

/// What people do is asked, and answered, by itself.
fn is_recorded(class: Class) -> bool {
    match class {
        Class::Api | Class::Ledger => true,
        Class::HandOff | Class::Wait => false,
    }
}
