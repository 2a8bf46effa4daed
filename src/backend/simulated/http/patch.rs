//! PATCH of a subscription: the whole resource, and it replaces. What is left out of renewal and schedule is switched off
//! and dropped; each other field that differs is changed by its own rules, all of them or none.
//! Source: learn, update-a-subscription-by-id; create-scheduled-changes.

use super::body::Body;
use super::call::Call;
use super::renewal::{Written, written};
use super::reply::{Failure, Reply};
use super::subscriptions::{detail, etag, subscription};
use super::world::World;
use crate::backend::simulated::replace::{AutoRenew, Replacement};
use crate::backend::simulated::wire::Subscription;
use crate::model::operation::Visible;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, PartnerId, SubscriptionChange, Term};
use crate::observed::Status;
use http::StatusCode;

pub(super) fn replace(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let (customer, id) = call.subscription()?;
    let now = subscription(world.tenant(), customer, call)?;
    let body = call.json()?;
    if body.text("id").is_some_and(|sent| !sent.eq_ignore_ascii_case(&id.to_string())) {
        return Err(Failure::new(StatusCode::BAD_REQUEST, 3000, "The id of the subscription cannot be changed."));
    }
    fresh(&now, &body, call)?;
    let wanted = wanted(&now, &body)?;
    let visible = world.change(|tenant| tenant.replace_subscription((customer, id), wanted, call.request))?;
    let uri = format!("/v1/customers/{customer}/subscriptions/{id}");
    match visible {
        Visible::Later => Ok(Reply::empty(StatusCode::ACCEPTED).with("Location", uri)),
        Visible::Now => {
            let shown = subscription(world.tenant(), customer, call)?;
            let reply = Reply::ok(detail(world.tenant(), &shown));
            Ok(match shown.commerce {
                // Source: learn, update-a-subscription-by-id (the reply's keys).
                Commerce::Legacy => reply.pascal(),
                Commerce::New => reply,
            })
        }
    }
}

/// A stale etag, in header or body, is refused. Source: learn, error-codes (2055).
fn fresh(now: &Subscription, body: &Body, call: &Call<'_>) -> Result<(), Failure> {
    let in_body = body.part("attributes");
    let in_body = in_body.as_ref().and_then(|part| part.text("etag"));
    let in_header = call.header("If-Match").map(|text| text.trim_matches('"'));
    let own = etag(now);
    let stale = [in_body, in_header].into_iter().flatten().any(|sent| sent != own);
    match now.commerce {
        Commerce::Legacy if stale => Err(Failure::new(StatusCode::BAD_REQUEST, 2055, "The etag is no longer valid.")),
        Commerce::Legacy | Commerce::New => Ok(()),
    }
}

fn wanted(now: &Subscription, body: &Body) -> Result<Replacement, Failure> {
    let (mut changes, auto_renew) = renewal(now, body)?;
    match body.text("partnerid") {
        Some(id) if now.partner_of_record.as_ref().is_none_or(|own| own.as_str() != id) => {
            changes.push(SubscriptionChange::PartnerOfRecord(PartnerId::new(id)));
        }
        Some(_) => {}
        // That a partner of record can be cleared is written nowhere: only a body that leaves it out changes nothing.
        None if body.says("partnerid") && now.partner_of_record.is_some() => {
            return Err(Failure::new(StatusCode::BAD_REQUEST, 3000, "The PartnerID cannot be removed."));
        }
        None => {}
    }
    if let Some(quantity) = body.number("quantity").filter(|quantity| *quantity != now.quantity) {
        changes.push(SubscriptionChange::Quantity(quantity));
    }
    if let Some(name) = body.text("friendlyname").filter(|name| *name != now.friendly_name) {
        changes.push(SubscriptionChange::FriendlyName(name.into()));
    }
    Ok(Replacement { changes, status: body.text("status").map(status).transpose()?, auto_renew })
}

/// What is to happen at the end of the term, if the body makes a difference to it. It comes before a change of the quantity,
/// which deletes it. Source: learn, create-a-new-subscription.
fn renewal(now: &Subscription, body: &Body) -> Result<(Vec<SubscriptionChange>, AutoRenew), Failure> {
    let mut then = now.clone();
    let written = written(now, body)?;
    match &written {
        Written::Renewal(renewal) => then.set_renewal(renewal),
        Written::Off => then.stop_renewing(),
    }
    Ok(match written {
        _ if then.at_end() == now.at_end() => (Vec::new(), AutoRenew::AsChanged),
        Written::Renewal(renewal) => (vec![SubscriptionChange::Renewal(renewal)], AutoRenew::AsChanged),
        Written::Off => (Vec::new(), AutoRenew::Off),
    })
}

fn status(text: &str) -> Result<Status, Failure> {
    match text.to_lowercase().as_str() {
        "active" => Ok(Status::Active),
        "suspended" => Ok(Status::Suspended),
        "deleted" => Ok(Status::Deleted),
        "pending" => Ok(Status::Pending),
        "expired" => Ok(Status::Expired),
        "disabled" => Ok(Status::Disabled),
        "none" => Ok(Status::Other),
        _ => Err(Failure::input(format!("{text} is no status."))),
    }
}

/// A term as it is sent, in any case.
pub(super) fn term(text: &str) -> Result<Term, Failure> {
    let known = [Term::P1M, Term::P1Y, Term::P3Y].into_iter().find(|term| text.eq_ignore_ascii_case(&term.to_string()));
    known.ok_or_else(|| Failure::input(format!("{text} is no term.")))
}

/// A billing cycle as it is sent, in any case.
pub(super) fn billing_cycle(text: &str) -> Result<BillingCycle, Failure> {
    let all = [BillingCycle::Monthly, BillingCycle::Annual, BillingCycle::Triennial];
    let known = all.into_iter().find(|cycle| text.eq_ignore_ascii_case(&cycle.to_string()));
    known.ok_or_else(|| Failure::input(format!("{text} is no billing cycle.")))
}
