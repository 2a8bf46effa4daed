//! From the ledger to its facts and back. Both ways exhaustive, so that a new fact cannot be forgotten.

use super::{
    Abandoned, Accepted, AcceptedWhat, Asked, AskedState, Count, Did, DoneAnyway, Doubtful, Fact, InForce, Live, Login,
    LoginState, Origin, Remembered, Unsettled,
};
use crate::ledger::{
    Anyway, Counted, Credential, CredentialState, Did as DidLast, Genesis, Guards, Handoff, HandoffState, Ledger,
    LiveId, Open, Others, Pending, PendingWhat, Unresolved,
};
use crate::model::{Address, Digest, StepKey};
use smol_str::SmolStr;
use std::collections::BTreeSet;

impl From<LiveId> for Live {
    fn from(id: LiveId) -> Self {
        match id {
            LiveId::Reseller(tenant) => Self::Reseller(tenant),
            LiveId::Customer(customer) => Self::Customer(customer),
            LiveId::Subscription(customer, subscription_id) => Self::Subscription { customer, subscription_id },
        }
    }
}
impl From<Live> for LiveId {
    fn from(live: Live) -> Self {
        match live {
            Live::Reseller(tenant) => Self::Reseller(tenant),
            Live::Customer(customer) => Self::Customer(customer),
            Live::Subscription { customer, subscription_id } => Self::Subscription(customer, subscription_id),
        }
    }
}

/// Every fact of a ledger, in one order: genesis, guards, addresses, hand-offs, pending, unresolved, open,
/// given up, done, credentials, counts.
pub(in crate::snapshot) fn facts(ledger: &Ledger) -> impl Iterator<Item = Fact> {
    let Ledger {
        genesis,
        bindings,
        settled,
        managed,
        handoffs,
        pending,
        unresolved,
        open,
        given_up,
        done,
        credentials,
        guards,
        guarded,
        counted,
        perhaps,
    } = ledger;
    let addresses: BTreeSet<&Address> = bindings.keys().chain(settled.keys()).chain(managed).collect();
    let addresses = addresses.into_iter().map(|address| {
        Fact::Address(Remembered {
            address: address.clone(),
            managed: managed.contains(address),
            binding: bindings.get(address).map(|id| (*id).into()),
            settled: settled.get(address).cloned(),
        })
    });
    let genesis = genesis.iter().map(|Genesis { tenant, state, at }| {
        Fact::Genesis(Origin { tenant_id: *tenant, state: state.clone(), at: *at })
    });
    let guards = guards.iter().cloned().map(|Guards { protected, others, recipients, limits, freeze }| {
        Fact::Guards(InForce { protected, partly: others == Others::Untold, recipients, limits, freeze, run: *guarded })
    });
    let perhaps = perhaps.iter().flat_map(|(intent, all)| all.iter().map(|counted| (Some(*intent), counted)));
    let counted = counted.iter().map(|counted| (None, counted)).chain(perhaps).map(|(intent, counted)| {
        let Counted { code, cause, amount, acknowledgement, until, at } = counted.clone();
        Fact::Counted(Count { code, cause, amount, acknowledgement, until, at, intent })
    });
    genesis
        .chain(guards)
        .chain(addresses)
        .chain(handoffs.iter().map(|(step, handoff)| Fact::Handoff(Box::new(asked(*step, handoff)))))
        .chain(pending.iter().map(|(address, pending)| Fact::Pending(Box::new(accepted(address, pending)))))
        .chain(unresolved.values().map(|effect| Fact::Unresolved(Box::new(doubtful(effect)))))
        .chain(open.iter().map(|(intent, Open { key, since })| {
            Fact::Open(Box::new(Unsettled { intent: *intent, key: key.clone(), since: *since }))
        }))
        .chain(given_up.iter().map(|(step, key)| Fact::GivenUp(Box::new(Abandoned { step: *step, key: key.clone() }))))
        .chain(done.iter().map(|(key, did)| Fact::Done(Box::new(done_last(key, did)))))
        .chain(credentials.iter().map(|(address, credential)| Fact::Credential(login(address, credential))))
        .chain(counted)
}

fn done_last(key: &StepKey, DidLast { run, ending }: &DidLast) -> Did {
    Did { key: key.clone(), run: *run, ending: ending.clone() }
}

fn asked(step: Digest, handoff: &Handoff) -> Asked {
    let Handoff { key, digest, first, text: _, wanted, asked, state } = handoff;
    let first = Some(*first).filter(|first| first != digest);
    let state = match state.clone() {
        HandoffState::Asked => AskedState::Asked,
        HandoffState::Acknowledged { by, at, evidence } => AskedState::Acknowledged { by, at, evidence },
        HandoffState::Declined { by, at, reason } => AskedState::Declined { by, at, reason },
        HandoffState::Consumed { at } => AskedState::Consumed { at },
        HandoffState::Withdrawn { at, anyway } => {
            let anyway = anyway.map(|Anyway { by, at, evidence }| DoneAnyway { by, at, evidence });
            AskedState::Withdrawn { at, anyway }
        }
    };
    Asked { step, key: key.clone(), digest: *digest, first, asked: *asked, state, wanted: wanted.clone() }
}

fn accepted(address: &Address, pending: &Pending) -> Accepted {
    let Pending { key, step, intent, since, what } = pending;
    let what = match what.clone() {
        PendingWhat::Customer(id) => AcceptedWhat::Customer(id),
        PendingWhat::Order { customer, cart, order, subscription, fields } => {
            AcceptedWhat::Order { customer, cart, order, subscription_id: subscription, ordered: fields }
        }
        PendingWhat::Change { subscription, field, value } => {
            AcceptedWhat::Change { of: subscription.into(), field, value }
        }
    };
    Accepted { address: address.clone(), key: key.clone(), step: *step, intent: *intent, since: *since, what }
}

fn doubtful(effect: &Unresolved) -> Doubtful {
    let Unresolved { intent, key, request, since, text } = effect;
    Doubtful {
        address: key.address.clone(),
        intent: *intent,
        key: key.clone(),
        request: *request,
        since: *since,
        text: text.clone(),
    }
}

fn login(address: &Address, credential: &Credential) -> Login {
    let Credential { user, state, at } = credential;
    let state = match state {
        CredentialState::Sealed { key: _, digest } => LoginState::Sealed { digest: *digest },
        CredentialState::Lost => LoginState::Lost,
        CredentialState::Forgotten => LoginState::Forgotten,
    };
    Login { address: address.clone(), user: user.clone(), at: *at, state }
}

/// Puts a fact back into a ledger.
pub(in crate::snapshot) fn remember(ledger: &mut Ledger, fact: Fact) {
    match fact {
        Fact::Genesis(Origin { tenant_id, state, at }) => {
            ledger.genesis = Some(Genesis { tenant: tenant_id, state, at });
        }
        Fact::Guards(InForce { protected, partly, recipients, limits, freeze, run }) => {
            ledger.guarded = run;
            let others = if partly { Others::Untold } else { Others::Unprotected };
            ledger.guards = Some(Guards { protected, others, recipients, limits, freeze });
        }
        Fact::Counted(Count { code, cause, amount, acknowledgement, until, at, intent }) => {
            let counted = Counted { code, cause, amount, acknowledgement, until, at };
            match intent {
                None => ledger.counted.push(counted),
                Some(intent) => ledger.perhaps.entry(intent).or_default().push(counted),
            }
        }
        Fact::Address(remembered) => remember_address(ledger, remembered),
        Fact::Handoff(asked) => {
            let Asked { step, key, digest, first, asked, state, wanted } = *asked;
            let first = first.unwrap_or(digest);
            let state = match state {
                AskedState::Asked => HandoffState::Asked,
                AskedState::Acknowledged { by, at, evidence } => HandoffState::Acknowledged { by, at, evidence },
                AskedState::Declined { by, at, reason } => HandoffState::Declined { by, at, reason },
                AskedState::Consumed { at } => HandoffState::Consumed { at },
                AskedState::Withdrawn { at, anyway } => {
                    let anyway = anyway.map(|DoneAnyway { by, at, evidence }| Anyway { by, at, evidence });
                    HandoffState::Withdrawn { at, anyway }
                }
            };
            ledger.handoffs.insert(step, Handoff { key, digest, first, text: String::new(), wanted, asked, state });
        }
        Fact::Pending(accepted) => {
            let Accepted { address, key, step, intent, since, what } = *accepted;
            ledger.pending.insert(address, Pending { key, step, intent, since, what: awaited(what) });
        }
        Fact::Unresolved(doubtful) => {
            let Doubtful { address: _, intent, key, request, since, text } = *doubtful;
            ledger.unresolved.insert(intent, Unresolved { intent, key, request, since, text });
        }
        Fact::Open(unsettled) => {
            let Unsettled { intent, key, since } = *unsettled;
            ledger.open.insert(intent, Open { key, since });
        }
        Fact::GivenUp(abandoned) => {
            let Abandoned { step, key } = *abandoned;
            ledger.given_up.insert(step, key);
        }
        Fact::Done(did) => {
            let Did { key, run, ending } = *did;
            ledger.done.insert(key, DidLast { run, ending });
        }
        Fact::Credential(Login { address, user, at, state }) => {
            let state = match state {
                LoginState::Sealed { digest } => CredentialState::Sealed { key: SmolStr::default(), digest },
                LoginState::Lost => CredentialState::Lost,
                LoginState::Forgotten => CredentialState::Forgotten,
            };
            ledger.credentials.insert(address, Credential { user, state, at });
        }
    }
}

fn remember_address(ledger: &mut Ledger, remembered: Remembered) {
    let Remembered { address, managed, binding, settled } = remembered;
    if managed {
        ledger.managed.insert(address.clone());
    }
    if let Some(live) = binding {
        ledger.bindings.insert(address.clone(), live.into());
    }
    if let Some(fields) = settled {
        ledger.settled.insert(address, fields);
    }
}

fn awaited(what: AcceptedWhat) -> PendingWhat {
    match what {
        AcceptedWhat::Customer(id) => PendingWhat::Customer(id),
        AcceptedWhat::Order { customer, cart, order, subscription_id, ordered } => {
            PendingWhat::Order { customer, cart, order, subscription: subscription_id, fields: ordered }
        }
        AcceptedWhat::Change { of, field, value } => PendingWhat::Change { subscription: of.into(), field, value },
    }
}
