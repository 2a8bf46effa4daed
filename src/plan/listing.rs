//! The public listing, which nothing but a person can see: asked when what is declared differs from what was last
//! acknowledged, and every so often. Never says that the listing is right.

use super::asked::Asked;
use super::build::Making;
use super::draft::{Standing, hand_off, key};
use super::letters;
use crate::desired::Listing;
use crate::ledger::{Handoff, HandoffState, Ledger};
use crate::model::{Address, Digest, StepName, Timestamp};

/// Asks for a review that is due. Returns the hand-off whose acknowledgement has run out.
pub(super) fn make(making: &mut Making<'_, '_>, now: Timestamp) -> Option<Digest> {
    let provider = &making.desired().provider;
    let listing = provider.listing.as_ref()?;
    let address = Address::Provider(provider.name.clone());
    if !making.sides.scope.holds(&address) {
        return None;
    }
    let reviewing = key(address.clone(), StepName::ReviewListing);
    let ask = letters::review_listing(provider, listing);
    let origin = making.origin(&address, listing.at);
    match hand_off(reviewing.clone(), ask.clone(), &making.asked, origin) {
        Standing::Open(step) => {
            let reason = "what is listed cannot be read; a person looks";
            making.drafts.add(step.because(reason));
        }
        Standing::Declined(finding) => making.drafts.block(reviewing, finding),
        Standing::Done(_) => {
            let (due, since) = due(listing, making.ledger(), &reviewing, now)?;
            // What is forgotten here is the acknowledgement, so that the step is as if it were asked for the first time.
            if let Standing::Open(step) = hand_off(reviewing, ask, &Asked::default(), origin) {
                making.drafts.add(step.because(format!("last reviewed on {}", since.date())));
            }
            return Some(due);
        }
    }
    None
}

/// The hand-off of the last review, and when that was, if it is too long ago.
fn due(
    listing: &Listing,
    ledger: &Ledger,
    reviewing: &crate::model::StepKey,
    now: Timestamp,
) -> Option<(Digest, Timestamp)> {
    let every = listing.review_every?;
    let last = ledger.handoffs.iter().filter(|(_, handoff)| handoff.key == *reviewing).filter_map(|(id, handoff)| {
        let Handoff { state, .. } = handoff;
        match state {
            HandoffState::Acknowledged { at, .. } => Some((*id, *at)),
            HandoffState::Asked
            | HandoffState::Declined { .. }
            | HandoffState::Consumed { .. }
            | HandoffState::Withdrawn { .. } => None,
        }
    });
    last.max_by_key(|(_, at)| *at).filter(|(_, at)| at.plus(every) <= now)
}
