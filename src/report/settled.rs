//! What a run settled of earlier ones before it planned, for people and as part of the report: which effect, of which
//! run, how it ended, and what to do where nobody can tell. Never decides how anything ended.

use super::layout::{Hue, Sheet, paint, wrapped};
use super::run::usual_mark;
use super::text::{Page, hue};
use crate::apply::Recovered;
use crate::journal::record::{Learned, Settled};
use crate::ledger::ways_to_settle;
use crate::model::{CustomerId, OrderId, SubscriptionId};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt::{self, Write};

/// The title over them.
pub(super) const TITLE: &str = "Settled of earlier runs";

/// What was settled of an earlier run, as the report holds it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "SettledEffect")]
pub(super) struct SettledDocument {
    /// Number of the effect, which `state resolve` takes.
    effect: u64,
    /// The run that left it; absent for a call that arrived after it had been given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<u64>,
    /// The object changed.
    address: String,
    /// What was done.
    step: &'static str,
    /// The other end of a relation; absent otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    discriminator: String,
    /// `done`, `pending` (accepted, not visible yet), `notDone`, `failed` or `unknown`.
    outcome: &'static str,
    /// The order that was placed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    order: Option<OrderId>,
    /// The subscription it brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    subscription: Option<SubscriptionId>,
    /// The customer that was created, or whose order it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    customer: Option<CustomerId>,
    /// Why, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// What to do, where nobody can tell how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}
impl SettledDocument {
    pub(super) fn of(recovered: &Recovered) -> Self {
        let Recovered { number, run, intent, settled } = recovered;
        let (mut customer, mut order, mut subscription) = (None, None, None);
        match learned(settled) {
            Some(Learned::Customer { customer: id, user: _, sealed: _ }) => customer = Some(*id),
            Some(Learned::Order { customer: id, cart: _, order: placed, subscription: brought }) => {
                (customer, order, subscription) = (Some(*id), Some(placed.clone()), *brought);
            }
            Some(Learned::Nothing | Learned::Password { .. } | Learned::Cart { .. }) | None => {}
        }
        Self {
            effect: *number,
            run: *run,
            address: intent.key.address.to_string(),
            step: intent.key.step.name(),
            discriminator: intent.key.discriminator.to_string(),
            outcome: if *settled == Settled::NotStarted { "notDone" } else { word(settled) },
            order,
            subscription,
            customer,
            why: why(settled),
            next: next(recovered),
        }
    }
}

/// How an effect ended, in a word.
pub(super) fn word(settled: &Settled) -> &'static str {
    match settled {
        Settled::Done { .. } => "done",
        Settled::Pending { .. } => "pending",
        Settled::NotStarted => "not done",
        Settled::Failed { .. } => "failed",
        Settled::Unknown { .. } => "unknown",
    }
}

fn learned(settled: &Settled) -> Option<&Learned> {
    match settled {
        Settled::Done { learned } | Settled::Pending { learned } => Some(learned),
        Settled::NotStarted | Settled::Failed { .. } | Settled::Unknown { .. } => None,
    }
}

/// What an effect taught, in words: `order 4711, subscription ...`; empty when nothing.
pub(crate) fn taught(learned: &Learned) -> String {
    match learned {
        Learned::Nothing => String::new(),
        Learned::Customer { customer, .. } => format!("customer {customer}"),
        Learned::Password { user, .. } => format!("new password of {user}"),
        Learned::Cart { cart } => format!("cart {cart}"),
        Learned::Order { order, subscription, .. } => {
            let subscription = subscription.map_or_else(String::new, |id| format!(", subscription {id}"));
            format!("order {order}{subscription}")
        }
    }
}

fn why(settled: &Settled) -> Option<String> {
    match settled {
        Settled::Done { learned } if learned.lost_credentials() => Some("credentials lost".into()),
        Settled::Pending { .. } => Some("accepted, not visible yet".into()),
        Settled::Failed { code: 0, text } | Settled::Unknown { text } => Some(text.to_string()),
        Settled::Failed { code, text } => Some(format!("code {code}: {text}")),
        Settled::Done { .. } | Settled::NotStarted => None,
    }
}

/// What to do where nobody can tell: the next run looks again, a person may know more.
fn next(Recovered { number, run: _, intent, settled }: &Recovered) -> Option<String> {
    match settled {
        Settled::Unknown { .. } => Some(format!(
            "apply again later, which looks once more; what stays unknown: look in the portal, then {}",
            ways_to_settle(*number, intent.key.step)
        )),
        Settled::Done { .. } | Settled::Pending { .. } | Settled::NotStarted | Settled::Failed { .. } => None,
    }
}

/// `effect 8 of run 1: order 4711, subscription ...`.
pub(super) fn said(recovered: &Recovered) -> String {
    let Recovered { number, run, intent: _, settled } = recovered;
    let taught = learned(settled).map(taught).filter(|text| !text.is_empty());
    let what: Vec<String> = taught.into_iter().chain(why(settled)).collect();
    let from = match run {
        Some(run) => format!("effect {number} of run {run}"),
        None => format!("effect {number}, given up by an earlier run and arrived since"),
    };
    if what.is_empty() { from } else { format!("{from}: {}", what.join("; ")) }
}

/// What is said of one and what to do about it, for a list.
pub(super) fn sentences(recovered: &Recovered) -> Vec<String> {
    std::iter::once(said(recovered)).chain(next(recovered)).collect()
}

/// Writes what was settled, with an empty line after it; nothing where nothing was.
pub(super) fn settled(all: &[Recovered], page: &Page, out: &mut Sheet<'_>) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    paint(out, page.colour, Hue::Bold, TITLE)?;
    out.write_char('\n')?;
    for recovered in all {
        let mark = usual_mark(&recovered.intent.key);
        let hue = match &recovered.settled {
            Settled::Unknown { .. } | Settled::Failed { .. } => Hue::Red,
            Settled::Done { .. } | Settled::Pending { .. } | Settled::NotStarted => hue(mark),
        };
        page.head(out, (mark.symbol(), hue), &recovered.intent.key, word(&recovered.settled))?;
        for sentence in sentences(recovered) {
            wrapped(out, "    ", 4, &sentence)?;
        }
    }
    out.write_char('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::outcome::{Ending, RunOutcome};
    use crate::journal::record::Intent;
    use crate::model::{CartId, Class, Digest, Operation, RequestId};
    use crate::plan::example::{file, key, outlook};
    use crate::report::run::Run;
    use crate::report::{Paint, Report, Width, markdown};
    use std::collections::BTreeMap;

    fn all() -> Vec<Recovered> {
        let customer: CustomerId = "c0000000-0000-4000-8000-000000000001".parse().unwrap();
        let cart = CartId::new("k1");
        let placed = Learned::Order { customer, cart: cart.clone(), order: OrderId::new("o1"), subscription: None };
        let recovered = |number: u64, run: Option<u64>, settled: Settled| Recovered {
            number,
            run,
            intent: Intent {
                step: Digest::of_bytes(b""),
                key: key("order-subscription subscription/contoso/teams"),
                class: Class::Api,
                cause: "subscription/contoso/teams".parse().unwrap(),
                request: RequestId::from_bytes([7; 16]),
                operation: Operation::CheckOut { customer, cart: cart.clone() },
                wanted: BTreeMap::new(),
                counts: Vec::new(),
            },
            settled,
        };
        vec![
            recovered(8, Some(1), Settled::Done { learned: placed.clone() }),
            recovered(10, Some(1), Settled::NotStarted),
            recovered(12, None, Settled::Pending { learned: placed }),
            recovered(14, Some(2), Settled::Unknown { text: "the cart k1 is gone".into() }),
        ]
    }

    fn told<T>(tell: impl FnOnce(Run<'_>) -> T) -> T {
        let file = file(Vec::new(), &outlook());
        let outcome = RunOutcome { epoch: 3, results: Vec::new(), ending: Ending::Finished };
        tell(Run { file: &file, outcome: &outcome, approved: None, recovered: &all(), seen: &[], unread: &[] })
    }

    #[test]
    fn what_was_settled_of_earlier_runs_is_told_with_its_number_and_what_to_do() {
        let mut out = String::new();
        told(|run| super::super::run::run(run, Paint::Plain, &mut Sheet::new(&mut out, Width::Endless))).unwrap();
        let expect = "\
Settled of earlier runs
+ subscription/contoso/teams  order-subscription                           done
    effect 8 of run 1: order o1
+ subscription/contoso/teams  order-subscription                       not done
    effect 10 of run 1
+ subscription/contoso/teams  order-subscription                        pending
    effect 12, given up by an earlier run and arrived since: order o1;
    accepted, not visible yet
+ subscription/contoso/teams  order-subscription                        unknown
    effect 14 of run 2: the cart k1 is gone
    apply again later, which looks once more; what stays unknown: look in the
    portal, then
    `twotier state resolve 14 happened --id SUBSCRIPTIONID --order ORDERID --reason TEXT`
    or `twotier state resolve 14 did-not-happen --reason TEXT`

Written, and not done (`twotier plan` says why)
? subscription/contoso/backup  order-subscription                      [TT0310]

Run 3: nothing can be done: 1 blocked.
";
        // The column of addresses is as wide as that of what is blocked.
        let expect = expect.replace(
            "subscription/contoso/teams  order-subscription ",
            "subscription/contoso/teams   order-subscription",
        );
        assert_eq!(out, expect);
    }

    #[test]
    fn a_pull_request_and_a_machine_are_told_too() {
        let mut out = String::new();
        told(|run| markdown::run(run, &mut out)).unwrap();
        assert!(out.contains("\n#### Settled of earlier runs\n\n- `subscription/contoso/teams` **order-subscription**: done\n  - effect 8 of run 1: order o1\n"), "{out}");
        let json = told(|run| Report::run("apply", run).write());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let [done, not, late, unknown] = json["run"]["recovered"].as_array().unwrap().as_slice() else {
            panic!("{json}")
        };
        assert_eq!((&done["effect"], &done["run"], &done["order"]), (&8.into(), &1.into(), &"o1".into()));
        assert_eq!((&not["outcome"], &late["run"]), (&"notDone".into(), &serde_json::Value::Null));
        assert!(unknown["next"].as_str().unwrap().contains("state resolve 14 happened"), "{unknown}");
    }
}
