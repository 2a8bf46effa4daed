//! What is to happen at the end of a subscription's term: the last step of its chain, also where a change of the quantity
//! deletes what stood. Never overwrites what is scheduled in words nobody here knows, and never calls auto-renew off an end.

use super::build::Making;
use super::changes::{Chain, forbidden, link, place, protected, with_partner_in_force};
use super::ends;
use super::orders::offered;
use super::step::{Brings, Mark, Risk, Step, Undo};
use crate::diag::{Code, Finding};
use crate::diff::{settled, still_to_come};
use crate::model::product::Commerce;
use crate::model::renewal::OFF;
use crate::model::{Fact, Field, Limit, Managed, NextTerm, Renewal, Seats, StepKey, SubscriptionChange, Term, Value};
use crate::observed::{self, AtEnd, Offer, Unclear};

/// A step that sets the declared renewal, or what stands against it.
pub(super) fn step(
    making: &Making<'_, '_>,
    chain: &Chain<'_>,
    declared: &Renewal,
    changing: StepKey,
) -> Result<Step, Finding> {
    possible(making, chain, declared)?;
    let declared = &meant(making, chain, declared);
    let wanted = wanted(chain, declared);
    let (before, after) = shown(chain, declared, &wanted);
    let fact = Fact::Field(chain.declared.key.clone(), Field::Renewal);
    let goal = Brings::Exactly(Value::text(&wanted));
    let undo = chain.observed.commitment_end.map_or(Undo::Yes, Undo::Until);
    let balance = Balance::of(chain, &wanted);
    let mark = if balance.takes.is_some() { Mark::End } else { Mark::Change };
    let calls = if resold(chain, &wanted) { 5 } else { 3 };
    let again = before == after;
    let mut step = link(making, chain, SubscriptionChange::Renewal(wanted), changing)
        .changing("renewal", Some(before.into()), after)
        .risking(&[Risk::Money], undo)
        .marked(mark)
        .calling(calls)
        .reaches(fact, goal);
    // What only stands again was counted when it was set.
    if !again {
        step = balance.takes.into_iter().fold(step, |step, limit| step.counting(limit, 1));
        step = step.counting(Limit::BoughtSeats, balance.bought).spanning(balance.before, balance.after);
    }
    if let Some(notes) = notes(chain, declared) {
        step = step.noting(notes);
    }
    with_partner_in_force(making, chain, step)
}

/// What stands against setting the declared renewal, if anything does.
pub(super) fn possible(making: &Making<'_, '_>, chain: &Chain<'_>, declared: &Renewal) -> Result<(), Finding> {
    told(chain)?;
    let declared = &meant(making, chain, declared);
    let key = &chain.declared.key;
    let at = place(chain.declared, Managed::Renewal);
    let never = |why: String| Err(Finding::error(Code::NotChangeable, at, why));
    if !chain.observed.partner_changeable {
        return never(format!("the renewal of `{key}` is set in Azure (reservation or savings plan)"));
    }
    let wanted = wanted(chain, declared);
    if protected(making, chain) && Balance::of(chain, &wanted).takes.is_some() {
        return Err(forbidden(chain, Managed::Renewal, "its next term would be taken away, or have fewer seats"));
    }
    let next = match (&wanted, chain.observed.commerce) {
        (Renewal::Extend, Commerce::Legacy) => {
            return never(format!("`{key}` is legacy: it renews or ends, and never goes on month by month"));
        }
        (Renewal::Cancel | Renewal::Extend, _) => return Ok(()),
        (Renewal::Renew(next), _) => next,
    };
    let changes = next.unlike(&then(chain));
    if changes == NextTerm::default() {
        return Ok(());
    }
    if chain.observed.commerce == Commerce::Legacy {
        return never(format!("`{key}` is legacy: it renews as it is, and nothing can be scheduled for it"));
    }
    if let (Some(next), Some(now)) = (changes.end, chain.observed.commitment_end)
        && next <= now.date()
    {
        return never(format!("the next term of `{key}` would end on {next}, and the present one on {}", now.date()));
    }
    if let (Some(end), Some(begin), Some(term)) = (changes.end, chain.observed.commitment_end, next.term) {
        let what = format!("the next term of `{key}`");
        ends::of_next_term(making, (chain.customer, chain.id), (begin, term, end), (at, &what))?;
    }
    let product = next.product.as_deref().or(chain.observed.product.as_ref());
    let (Some(product), Some(term), Some(billing_cycle)) = (product, next.term, next.billing_cycle) else {
        return never(format!("the service does not say as what `{key}` is sold, so no next term can be scheduled"));
    };
    if resold(chain, &wanted) {
        offered(making, at, &Offer { product: product.clone(), term, billing_cycle })?;
    }
    Ok(())
}

/// What nobody here has a word for is never overwritten.
fn told(chain: &Chain<'_>) -> Result<(), Finding> {
    let key = &chain.declared.key;
    let (message, help) = match &chain.observed.at_end {
        AtEnd::Known(_) | AtEnd::Unknown(Unclear::Off) => return Ok(()),
        AtEnd::Unknown(Unclear::Scheduled(words)) => (
            format!("what is scheduled for the end of the term of `{key}` has no word here: {words}"),
            "look at it in the portal and remove it there, or leave `renewal` unwritten",
        ),
        AtEnd::Unknown(Unclear::Untold) => (
            format!("the service does not say what happens at the end of the term of `{key}`"),
            "plan again later, or look in the portal",
        ),
    };
    Err(Finding::error(Code::RenewalUnclear, place(chain.declared, Managed::Renewal), message).help(help))
}

/// What it will be when the renewal is set, as a next term that changes nothing.
fn then(chain: &Chain<'_>) -> NextTerm {
    let now = chain.observed.as_it_is();
    NextTerm { quantity: chain.seats.as_ref().map(|(_, seats)| *seats).or(now.quantity), ..now }
}

fn stored(chain: &Chain<'_>) -> NextTerm {
    match &chain.observed.at_end {
        AtEnd::Known(Renewal::Renew(next)) => next.clone(),
        AtEnd::Known(Renewal::Cancel | Renewal::Extend) | AtEnd::Unknown(_) => NextTerm::default(),
    }
}

/// What is declared of the next term.
fn meant(making: &Making<'_, '_>, chain: &Chain<'_>, declared: &Renewal) -> Renewal {
    let address = chain.declared.key.clone().into();
    let last = settled((making.desired(), making.ledger()), &making.diff.bindings, &address);
    still_to_come(declared, chain.observed, last.and_then(|last| last.get(&Field::Renewal)))
}

/// The renewal in full: what is written, else what is scheduled, else what it is.
fn wanted(chain: &Chain<'_>, declared: &Renewal) -> Renewal {
    match declared {
        Renewal::Renew(written) => Renewal::Renew(written.or(&stored(chain)).or(&then(chain))),
        ends @ (Renewal::Cancel | Renewal::Extend) => ends.clone(),
    }
}

/// Whether the next term would be sold in another form than the present one.
fn resold(chain: &Chain<'_>, wanted: &Renewal) -> bool {
    match wanted {
        Renewal::Renew(next) => {
            let changes = next.unlike(&then(chain));
            changes.product.is_some() || changes.term.is_some() || changes.billing_cycle.is_some()
        }
        Renewal::Cancel | Renewal::Extend => false,
    }
}

/// What setting a renewal takes away and grants, beside what the end of the term would bring as things stand.
struct Balance {
    /// The limit on what it takes away: an end, or seats.
    takes: Option<Limit>,
    /// Seats that go on and would not have.
    bought: u32,
    /// What the end of the term would bring; where nobody tells, what is further from what it is to bring.
    before: Seats,
    /// What it is to bring.
    after: Seats,
}
impl Balance {
    fn of(chain: &Chain<'_>, wanted: &Renewal) -> Self {
        let seats = chain.seats.as_ref().map_or(chain.observed.quantity, |(_, seats)| *seats);
        // What goes on month by month has the seats that it has.
        let going_on = |renewal: &Renewal| match renewal {
            Renewal::Renew(next) => next.quantity.unwrap_or(seats),
            Renewal::Extend => seats,
            Renewal::Cancel => 0,
        };
        // Where nobody tells, all of them may go on, or none.
        let (fewest, most) = match &chain.observed.at_end {
            AtEnd::Known(renewal) => (going_on(renewal), going_on(renewal)),
            AtEnd::Unknown(Unclear::Off | Unclear::Scheduled(_) | Unclear::Untold) => (0, seats),
        };
        let then = going_on(wanted);
        let months = |renewal: Option<&Renewal>| match renewal {
            Some(Renewal::Extend) => Term::P1M,
            Some(Renewal::Renew(NextTerm { term: Some(term), .. })) => *term,
            Some(Renewal::Renew(_) | Renewal::Cancel) | None => chain.observed.term.unwrap_or(Term::P1Y),
        };
        let of = |seats, renewal| Seats { seats, months: Some(months(renewal).months().unsigned_abs()) };
        let stands = match &chain.observed.at_end {
            AtEnd::Known(renewal) => Some(renewal),
            AtEnd::Unknown(_) => None,
        };
        let before = if then.abs_diff(fewest) > most.abs_diff(then) { fewest } else { most };
        let takes = match wanted {
            Renewal::Cancel | Renewal::Extend => Some(Limit::EndedRenewals),
            Renewal::Renew(_) => (then < most).then_some(Limit::LoweredQuantity),
        };
        let (before, after) = (of(before, stands), of(then, Some(wanted)));
        Self { takes, bought: then.saturating_sub(fewest), before, after }
    }
}

/// Before and after, as far as the manifest or a schedule speaks of it.
fn shown(chain: &Chain<'_>, declared: &Renewal, wanted: &Renewal) -> (String, String) {
    let asked = match declared {
        Renewal::Renew(written) => written.or(&stored(chain)),
        Renewal::Cancel | Renewal::Extend => NextTerm::default(),
    };
    let part = |renewal: &Renewal| match renewal {
        Renewal::Renew(next) => Renewal::Renew(next.only(&asked)).to_string(),
        Renewal::Cancel | Renewal::Extend => renewal.to_string(),
    };
    let before = match (declared, chain.observed.renewal()) {
        (Renewal::Renew(_), Ok(now)) => part(&now),
        (Renewal::Renew(_) | Renewal::Cancel | Renewal::Extend, _) => chain.observed.at_end.to_string(),
    };
    (before, part(wanted))
}

/// What it comes to, in money and days, and why it is set again. Source: learn, "Extended service terms (EST)".
fn notes(chain: &Chain<'_>, declared: &Renewal) -> Option<String> {
    let day =
        |word: &str| chain.observed.commitment_end.map_or_else(String::new, |end| format!(" {word} {}", end.date()));
    let seats = chain.seats.as_ref().map_or(chain.observed.quantity, |(_, seats)| *seats);
    let comes_to = match declared {
        Renewal::Renew(_) => None,
        Renewal::Cancel => Some(format!("ends with its term{}, {seats} seats", day("on"))),
        Renewal::Extend => Some(format!("bought on month by month{}, {seats} seats, 3 % to 23 % dearer", day("from"))),
    };
    let again = chain.seats.is_some() && chain.observed.would_lose().is_some();
    let again = again.then(|| "set again: change-quantity deletes what is scheduled".to_owned());
    let notes: Vec<String> = comes_to.into_iter().chain(again).collect();
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// What a change to so many seats leaves of what stands. Source: learn, create-a-new-subscription.
pub(super) fn left(chain: &Chain<'_>) -> Value {
    match (&chain.observed.at_end, chain.observed.commerce) {
        (AtEnd::Known(Renewal::Renew(_)), _) => Value::text(Renewal::Renew(then(chain))),
        (AtEnd::Known(Renewal::Cancel | Renewal::Extend), Commerce::New) => Value::word(OFF),
        (AtEnd::Known(Renewal::Cancel | Renewal::Extend) | AtEnd::Unknown(_), _) => {
            observed::field_value(chain.observed, Field::Renewal)
        }
    }
}
