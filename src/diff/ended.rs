//! Partnerships that are no longer listed: whether they were declared to end, whether people were asked to end them, and
//! whether what was to be said before was said. An end that shows never proves that anybody gave notice.

use super::bind::was_there;
use super::{Diff, Partner, Sides, known_as};
use crate::desired::{Ending, Notice, Partnership};
use crate::diag::{Code, Finding};
use crate::ledger::{Handoff, HandoffState};
use crate::model::{Address, Date, Digest, Field, Span, StepName, Value};
use std::collections::BTreeMap;

/// A partnership that is to end and did, though nobody was asked to end it.
#[derive(Debug)]
pub struct EndedUnasked<'a> {
    /// Which.
    pub partnership: &'a Partnership,
    /// Whether a run has recorded it already.
    pub recorded: bool,
}

/// How long it is told, once it is recorded.
const TOLD: Span = Span::days(30);

/// How a run remembers an end.
const ASKED: &str = "ended";
const UNASKED: &str = "ended before anybody was asked";
const SEEN: &str = ", seen ";

/// Tells what is to be told of ends that are over, and what is remembered of them from now on.
pub(super) fn compare<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    listed_again(sides, diff);
    let all = asked(sides);
    let over = diff.partners.iter().filter(|(_, partner)| **partner == Partner::NotListed);
    let over: Vec<&Partnership> = over.filter_map(|(name, _)| sides.desired.partnerships.get(*name)).collect();
    for partnership in over {
        let address = Address::Partnership(partnership.name.clone());
        let own = &*known_as(sides.desired, sides.ledger, &address);
        let handoffs = all.get(own).map_or(&[][..], Vec::as_slice);
        if let Some(how) = by_us(sides, (partnership, own), handoffs) {
            diff.ended_by_us.insert(&partnership.name, how);
        }
        let Some(ending) = partnership.ending.as_deref().filter(|_| was_there(sides, partnership)) else {
            // Declared active again before a run saw its end: that it was ours is not forgotten with its hand-off.
            if recorded(sides, own).is_none() && diff.ended_by_us.contains_key(&partnership.name) {
                record(diff, &address, ASKED, sides.now.date());
            }
            continue;
        };
        for (audience, notice) in [("partner", &ending.partner_notice), ("customers", &ending.customers_notice)] {
            let open = match notice {
                Notice::Send => not_evidenced(handoffs, (partnership, ending), audience),
                Notice::Sent { .. } | Notice::NotRequired { .. } => None,
            };
            let Some((asked, finding)) = open else { continue };
            diff.open_notices.extend(asked);
            diff.findings.push(finding.about(address.clone()));
        }
        let last = recorded(sides, own);
        let asked = was_asked(handoffs);
        if last.is_none() {
            record(diff, &address, if asked { ASKED } else { UNASKED }, sides.now.date());
        }
        if !asked && last.is_none_or(|last| is_told(last, sides.now.date())) {
            diff.findings.push(unasked(partnership, ending).about(address));
            diff.ended_unasked.push(EndedUnasked { partnership, recorded: last.is_some() });
        }
    }
}

/// How a partnership that a run saw ended, where people of ours were asked to end it; none where it is listed again since, or
/// the end was given up, or somebody else's.
fn by_us(sides: Sides<'_>, (partnership, own): (&Partnership, &Address), handoffs: &[Asked<'_>]) -> Option<String> {
    if !was_there(sides, partnership) {
        return None;
    }
    if let Some(last) = recorded(sides, own) {
        return day_of(last, ASKED).map(|day| format!("ended by us, seen {day}"));
    }
    // What an apply found listed, and not to end, is over or called back: an open one is of this end.
    let ends = handoffs.iter().filter(|(_, it)| it.key.step == StepName::EndPartnership);
    let mut ends = ends.map(|(_, it)| it);
    ends.find_map(|it| match &it.state {
        HandoffState::Acknowledged { at, .. } => Some(format!("ended by us on {}", at.date())),
        HandoffState::Asked => Some(format!("ended after we asked for it on {}", it.asked.date())),
        HandoffState::Declined { .. } | HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => None,
    })
}

/// Whether a partnership that a run saw is missed where it is declared active: none of us ended it.
#[must_use]
pub fn is_missed(sides: Sides<'_>, diff: &Diff<'_>, partnership: &Partnership) -> bool {
    was_there(sides, partnership) && !diff.ended_by_us.contains_key(&partnership.name)
}

fn record(diff: &mut Diff<'_>, address: &Address, how: &str, seen: Date) {
    let how = format!("{how}{SEEN}{seen}");
    diff.settled.entry(address.clone()).or_default().insert(Field::Status, Value::word(&how));
}

/// The end of it that a run recorded.
fn recorded<'a>(sides: Sides<'a>, address: &Address) -> Option<&'a Value> {
    let last = sides.ledger.settled.get(address).and_then(|fields| fields.get(&Field::Status));
    last.filter(|last| last.to_string().starts_with(ASKED))
}

/// What was recorded of an end is not said of the next one.
fn listed_again(sides: Sides<'_>, diff: &mut Diff<'_>) {
    for (name, partner) in &diff.partners {
        let address = Address::Partnership((*name).clone());
        if matches!(partner, Partner::Listed { .. }) && recorded(sides, &address).is_some() {
            diff.settled.entry(address).or_default().insert(Field::Status, Value::word("active"));
        }
    }
}

type Asked<'a> = (&'a Digest, &'a Handoff);

/// What people were asked for ends of partnerships, by partnership.
fn asked<'a>(sides: Sides<'a>) -> BTreeMap<&'a Address, Vec<Asked<'a>>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let ends = |it: &Handoff| matches!(it.key.step, StepName::SendNotice | StepName::EndPartnership);
    for (id, handoff) in sides.ledger.handoffs.iter().filter(|(_, it)| ends(it)) {
        all.entry(&handoff.key.address).or_default().push((id, handoff));
    }
    all
}

/// Whether people were asked to end it.
fn was_asked(handoffs: &[Asked<'_>]) -> bool {
    let ends = handoffs.iter().filter(|(_, it)| it.key.step == StepName::EndPartnership);
    let mut ends = ends.map(|(_, it)| it);
    ends.any(|it| match &it.state {
        HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Consumed { .. } => true,
        HandoffState::Withdrawn { anyway, .. } => anyway.is_some(),
        HandoffState::Declined { .. } => false,
    })
}

/// Whether an end that was recorded is still news.
fn is_told(recorded: &Value, today: Date) -> bool {
    day_of(recorded, UNASKED).is_some_and(|seen| today < seen.start().plus(TOLD).date())
}

/// When an end was seen that was recorded so.
fn day_of(recorded: &Value, how: &str) -> Option<Date> {
    recorded.to_string().strip_prefix(how)?.strip_prefix(SEEN)?.parse().ok()
}

fn unasked(partnership: &Partnership, ending: &Ending) -> Finding {
    let name = &partnership.name;
    let declared = ending.effective_on.map_or_else(
        || "and nobody was asked to end it yet: what was to come first may not be done".to_owned(),
        |day| format!("and nobody was asked to end it: its end is declared for {day}"),
    );
    let message = format!("partnership `{name}` is no longer listed, {declared}");
    Finding::warning(Code::EndedUnasked, ending.at, message).help(
        "`twotier drift` says who ended it, where that is told; its customers, their subscriptions and who was promised notice \
         may need a word: `twotier lint --all` tells what it left behind",
    )
}

/// A notice that the manifest wants sent and of which nobody says that it was. That none was asked for is told of the reseller
/// alone: it may have had no customers.
fn not_evidenced(
    handoffs: &[Asked<'_>],
    (partnership, ending): (&Partnership, &Ending),
    audience: &str,
) -> Option<(Option<Digest>, Finding)> {
    let decided = ending.decided_on.to_string();
    let own = |it: &Handoff| {
        let of_this_end = it.wanted.get("decidedOn").is_none_or(|day| *day == decided);
        it.key.step == StepName::SendNotice && it.key.discriminator == audience && of_this_end
    };
    let all: Vec<&Asked<'_>> = handoffs.iter().filter(|(_, it)| own(it)).collect();
    let said = |it: &Handoff| it.state.done().is_some() || matches!(it.state, HandoffState::Consumed { .. });
    if all.iter().any(|(_, it)| said(it)) || (all.is_empty() && audience != "partner") {
        return None;
    }
    let name = &partnership.name;
    let field = format!("`ending.notices.{audience}`");
    let asked = all.iter().find(|(_, it)| it.state == HandoffState::Asked);
    let (how, help) = match asked {
        Some((id, it)) => (
            format!("nobody says that the notice to its {audience} was given, asked {}", it.asked.date()),
            format!("`twotier handoffs done {} --evidence WHERE`, or say in {field} how it was", id.short(10)),
        ),
        None => {
            (format!("nobody gave the notice to its {audience}"), format!("give it, and say in {field} how it was"))
        }
    };
    let message = format!("partnership `{name}` is no longer listed, and {how}");
    Some((asked.map(|(id, _)| **id), Finding::warning(Code::NoticeUnproven, ending.at, message).help(help)))
}
