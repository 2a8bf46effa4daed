//! What people were asked, found by what it was about: its id holds the names that documents had when it was asked, so that
//! a rename would ask everybody again. Never takes what was asked of another object for this one, whatever name that had.

use super::letters;
use super::names::Names;
use super::step::{Action, Ask, Step};
use crate::diff::Sides;
use crate::ledger::{Handoff, HandoffState, Ledger};
use crate::model::{Digest, StepKey};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Hand-offs under the names that their ends have now.
#[derive(Debug, Default)]
pub(super) struct Asked<'a> {
    by_id: Option<&'a BTreeMap<Digest, Handoff>>,
    by_key: BTreeMap<Cow<'a, StepKey>, Vec<(Digest, &'a Handoff)>>,
    names: Names,
}

/// A hand-off that is the one of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Its id: another one than the step's while it goes by a former name.
    pub(super) id: Digest,
    /// What was asked.
    pub(super) handoff: &'a Handoff,
    /// Whether what is asked now is what was asked then.
    pub(super) text: Text,
}

/// Whether a text was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// It is what people read.
    Same,
    /// It is in another language, asked of the same person for the same.
    Translated,
    /// It is another one.
    Other,
}

impl Text {
    /// How one that differs from what is asked now differs.
    fn another(read: &str, ask: &Ask) -> Self {
        if letters::are_of_one_language(read, &ask.text) { Self::Other } else { Self::Translated }
    }
}

impl<'a> Asked<'a> {
    /// From everything that people were ever asked.
    pub(super) fn of(sides: Sides<'a>) -> Self {
        let ledger: &'a Ledger = sides.ledger;
        let names = Names::of(sides);
        let mut by_key: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, handoff) in ledger.handoffs.iter().filter(|(_, handoff)| counts(&handoff.state)) {
            by_key.entry(names.key(&handoff.key)).or_default().push((*id, handoff));
        }
        Self { by_id: Some(&ledger.handoffs), by_key, names }
    }

    /// The hand-off of a step: that of its id, else one of the same ends, asked for the same, of the same person. One that is
    /// over or was called back says least.
    pub(super) fn find(&self, key: &StepKey, id: Digest, ask: &Ask) -> Option<Known<'a>> {
        let own = self.by_id?.get(&id).filter(|handoff| *self.names.key(&handoff.key) == *key).map(|handoff| {
            let text = if handoff.digest == ask.digest() { Text::Same } else { Text::another(&handoff.text, ask) };
            Known { id, handoff, text }
        });
        let counting = own.filter(|own| counts(&own.handoff.state));
        counting.or_else(|| self.alike(key, ask)).or(own)
    }

    /// The last one of the same ends, asked for the same, of the same person.
    fn alike(&self, key: &StepKey, ask: &Ask) -> Option<Known<'a>> {
        let alike =
            |handoff: &Handoff| handoff.to() == ask.to.as_deref() && *self.names.wanted(&handoff.wanted) == ask.wanted;
        let all = self.by_key.get(key)?.iter().filter(|(_, handoff)| alike(handoff));
        let (id, handoff) = all.max_by_key(|(id, handoff)| (handoff.asked, *id))?;
        let text = if handoff.text == ask.letter(key) { Text::Same } else { Text::another(&handoff.text, ask) };
        Some(Known { id: *id, handoff, text })
    }

    /// What is asked by a step and goes by a former id: new id → former id, and the digest of what is asked.
    pub(super) fn moved(&self, steps: &[Step]) -> BTreeMap<Digest, (Digest, Digest)> {
        let moved = steps.iter().filter_map(|step| {
            let Action::HandOff(ask) = &step.action else { return None };
            let known = self.find(&step.key, step.id, ask).filter(|known| known.is_asked())?;
            (known.id != step.id).then(|| (step.id, (known.id, ask.digest())))
        });
        moved.collect()
    }
}

impl Known<'_> {
    fn is_asked(&self) -> bool {
        self.handoff.state == HandoffState::Asked && self.text == Text::Same
    }
}

/// What is over or was called back is asked anew.
fn counts(state: &HandoffState) -> bool {
    match state {
        HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => true,
        HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => false,
    }
}
