//! The part of the fold that counts against limits what nobody knows the outcome of, and what a person says of it. Never
//! counts twice what a run counted.

use super::fold::{Folded, Standing, Tracked};
use super::record::{Intent, Settled};
use crate::ledger::Counted;
use crate::model::{Count, Timestamp};

impl Folded {
    /// What a person says happened counts like what a run saw happen; what was accepted was counted then.
    pub(super) fn count_resolved(&mut self, at: Timestamp, intent: u64, outcome: &Settled) {
        let happened = matches!(outcome, Settled::Done { .. } | Settled::Pending { .. });
        let unknown = |tracked: &&Tracked| match tracked.standing {
            Standing::Open | Standing::Unresolved => happened,
            Standing::Pending { .. } => false,
        };
        let Some(Tracked { intent, .. }) = self.intents.get(&intent).filter(unknown) else { return };
        self.ledger.counted.extend(counts(intent, at));
    }

    /// Until somebody knows how it ended, an effect counts as if it had happened.
    pub(super) fn may_count(&mut self, number: u64, at: Timestamp, intent: &Intent) {
        if !intent.counts.is_empty() {
            self.ledger.perhaps.insert(number, counts(intent, at).collect());
        }
    }
}

fn counts(intent: &Intent, at: Timestamp) -> impl Iterator<Item = Counted> {
    intent.counts.clone().into_iter().map(move |Count { code, amount, acknowledgement, until }| Counted {
        code,
        cause: intent.cause.clone(),
        amount,
        acknowledgement,
        until,
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::super::record::{Learned, Record};
    use super::super::support::*;
    use super::*;

    #[test]
    fn what_may_have_happened_counts_until_somebody_knows_and_then_once() {
        let mut intent = quantity("subscription/contoso/m365", 30);
        intent.counts = vec![Count { code: "TT0508".into(), amount: 5, acknowledgement: None, until: None }];
        let intent = Record::Intent(Box::new(intent));
        let counted = Record::Counted {
            code: "TT0508".into(),
            cause: address("customer/contoso"),
            amount: 5,
            acknowledgement: None,
            until: None,
        };
        let resolved = |outcome| Record::Resolved { intent: 1, outcome, by: by(), reason: why() };
        let pending = settled(1, Settled::Pending { learned: Learned::Nothing });
        let (lost, done) = (settled(1, unknown()), Settled::Done { learned: Learned::Nothing });
        for (records, happened, perhaps) in [
            (vec![intent.clone()], 0, 5),
            (vec![intent.clone(), lost.clone()], 0, 5),
            (vec![intent.clone(), lost.clone(), resolved(done.clone())], 5, 0),
            (vec![intent.clone(), lost, resolved(Settled::NotStarted)], 0, 0),
            (vec![intent.clone(), settled(1, Settled::Failed { code: 1, text: "no".into() })], 0, 0),
            (vec![intent.clone(), pending, counted, resolved(done)], 5, 0),
        ] {
            let ledger = folded(records.clone()).ledger;
            let sum = |all: &[Counted]| all.iter().map(|counted| counted.amount).sum::<u32>();
            let told = (sum(&ledger.counted), ledger.perhaps.values().map(|all| sum(all)).sum::<u32>());
            assert_eq!(told, (happened, perhaps), "{records:?}");
        }
    }
}
