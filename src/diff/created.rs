//! What a subscription was bought with and the service does not change in a running term. Never becomes a step: it is told,
//! with what can be done instead.

use crate::desired::Subscription;
use crate::diag::{At, Code, Finding};
use crate::model::{Address, NextTerm, Renewal, Timestamp};
use crate::observed;

/// Where term, billing cycle or the end of the first term are not as they are written. What the service does not tell is
/// not compared, nor what is over. Source: learn, create-a-new-subscription (a running term is only made longer, and only
/// three years are billed in another rhythm, both in the portal).
pub(super) fn differs(declared: &Subscription, there: &observed::Subscription, now: Timestamp) -> Vec<Finding> {
    if !there.status.occupies() {
        return Vec::new();
    }
    let term = declared.term.zip(there.term).filter(|((wanted, _), there)| wanted != there);
    let term = term.filter(|((wanted, _), _)| next(declared).and_then(|next| next.term) != Some(*wanted));
    let cycle = declared.billing_cycle.zip(there.billing_cycle).filter(|((wanted, _), there)| wanted != there);
    let cycle = cycle.filter(|((wanted, _), _)| next(declared).and_then(|next| next.billing_cycle) != Some(*wanted));
    let end = declared.purchase.as_ref().and_then(|purchase| Some((purchase.end_date?, purchase.at)));
    // Once the first term is over, the present end is another term's.
    let end = end.filter(|(end, _)| *end > now.date()).zip(there.commitment_end.map(Timestamp::date));
    let end = end.filter(|((wanted, _), there)| wanted != there);
    let told = |what, (wanted, at): (String, At), there: String, next| {
        differing(declared, (what, at), (&wanted, &there)).help(instead(next, &wanted))
    };
    let term = term.map(|((wanted, at), there)| told("term", (wanted.to_string(), at), there.to_string(), "term"));
    let cycle = cycle
        .map(|((wanted, at), there)| told("billingCycle", (wanted.to_string(), at), there.to_string(), "billingCycle"));
    let end = end
        .map(|((wanted, at), there)| told("purchase.endDate", (wanted.to_string(), at), there.to_string(), "endDate"));
    [term, cycle, end].into_iter().flatten().collect()
}

fn next(declared: &Subscription) -> Option<&NextTerm> {
    match &declared.renewal {
        Some((Renewal::Renew(next), _)) => Some(next),
        Some((Renewal::Cancel | Renewal::Extend, _)) | None => None,
    }
}

fn differing(declared: &Subscription, (what, at): (&str, At), (wanted, there): (&str, &str)) -> Finding {
    let message = format!("subscription `{}` has {there}, and `{what}` says {wanted}", declared.key);
    Finding::warning(Code::CreateOnlyDiffers, at, message).about(Address::Subscription(declared.key.clone()))
}

fn instead(next: &str, wanted: &str) -> String {
    let portal = match next {
        "term" => "; only the portal makes a running term longer",
        "billingCycle" => "; only the portal bills a running term of three years in another rhythm",
        _ => "",
    };
    format!(
        "the API changes nothing of it in a running term{portal}; write what is there, or say it of the next term: \
         `renewal: {{action: renew, {next}: {wanted}}}`"
    )
}
