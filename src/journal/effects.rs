//! The part of the fold that settles effects: what an intent becomes when it is done, pending, unknown, shown or
//! resolved. Pure and total, as the fold is.

use super::fold::{Folded, Standing, Tracked, Unstarted};
use super::record::{Intent, Learned, SealedRef, Settled};
use crate::ledger::{Credential, CredentialState, LiveId, Pending, PendingWhat, Unresolved};
use crate::model::{Address, Field, Operation, SubscriptionChange, Timestamp, Value};
use std::collections::BTreeMap;

impl Folded {
    /// `fields` are the values settled; none says that a person did, and then the wanted ones hold.
    pub(super) fn settle(
        &mut self,
        at: Timestamp,
        number: u64,
        outcome: Settled,
        fields: Option<BTreeMap<Field, Value>>,
    ) {
        let Some(tracked) = self.intents.remove(&number) else { return };
        self.ledger.unresolved.retain(|_, unresolved| unresolved.intent != number);
        self.drop_pending(&tracked.intent);
        let fields = fields.unwrap_or_else(|| tracked.intent.wanted.clone());
        match outcome {
            Settled::Done { learned } => match unlisted(&learned) {
                None => {
                    self.learn(at, &tracked.intent.key.address, learned);
                    self.settle_fields(tracked.intent.key.address, fields);
                }
                Some(what) => self.await_effect(at, number, tracked, Awaited { what, learned, fields }),
            },
            Settled::Pending { learned } => match pending_what(&tracked.intent, &learned) {
                Some(what) => self.await_effect(at, number, tracked, Awaited { what, learned, fields }),
                None => self.leave_unresolved(at, number, tracked, "accepted, and nothing says what to look for"),
            },
            Settled::NotStarted => {
                let Intent { step, request, operation, .. } = tracked.intent;
                self.unstarted.insert(step, Unstarted { request, operation });
            }
            Settled::Failed { .. } => {}
            Settled::Unknown { text } => self.leave_unresolved(at, number, tracked, &text),
        }
    }

    fn await_effect(&mut self, at: Timestamp, number: u64, mut tracked: Tracked, awaited: Awaited) {
        let Awaited { what, learned, fields } = awaited;
        let Intent { key, step, .. } = &tracked.intent;
        let pending = Pending { key: key.clone(), step: *step, since: at, what };
        self.ledger.pending.insert(key.address.clone(), pending);
        self.learn(at, &key.address, learned);
        tracked.standing = Standing::Pending { fields };
        self.intents.insert(number, tracked);
    }

    fn leave_unresolved(&mut self, at: Timestamp, number: u64, mut tracked: Tracked, text: &str) {
        let Intent { key, request, .. } = &tracked.intent;
        let unresolved =
            Unresolved { intent: number, key: key.clone(), request: *request, since: at, text: text.to_owned() };
        self.ledger.unresolved.insert(key.address.clone(), unresolved);
        tracked.standing = Standing::Unresolved;
        self.intents.insert(number, tracked);
    }

    fn drop_pending(&mut self, intent: &Intent) {
        let address = &intent.key.address;
        if self.ledger.pending.get(address).is_some_and(|pending| pending.step == intent.step) {
            self.ledger.pending.remove(address);
        }
    }

    fn learn(&mut self, at: Timestamp, address: &Address, learned: Learned) {
        match learned {
            Learned::Nothing | Learned::Cart { .. } => {}
            Learned::Customer { customer, user, sealed } => {
                self.bind(address.clone(), LiveId::Customer(customer));
                let credential = Credential { user: user.unwrap_or_default(), state: credential_state(sealed), at };
                self.ledger.credentials.insert(address.clone(), credential);
            }
            Learned::Password { user, sealed } => {
                let credential = Credential { user, state: credential_state(sealed), at };
                self.ledger.credentials.insert(address.clone(), credential);
            }
            Learned::Order { customer, cart: _, order: _, subscription } => {
                if let Some(subscription) = subscription {
                    self.bind(address.clone(), LiveId::Subscription(customer, subscription));
                }
            }
        }
    }

    /// What was settled of another object says nothing about this one.
    pub(super) fn bind(&mut self, address: Address, id: LiveId) {
        if self.ledger.bindings.get(&address).is_some_and(|before| *before != id) {
            self.ledger.settled.remove(&address);
        }
        self.ledger.bindings.insert(address, id);
    }

    pub(super) fn settle_fields(&mut self, address: Address, fields: BTreeMap<Field, Value>) {
        if !fields.is_empty() {
            self.ledger.settled.entry(address).or_default().extend(fields);
        }
    }

    /// The pending effect of an address is visible: what it was to bring holds.
    pub(super) fn show(&mut self, address: &Address) {
        if let Some(Pending { what: PendingWhat::Change { subscription: _, field, value }, .. }) =
            self.ledger.pending.remove(address)
        {
            self.settle_fields(address.clone(), BTreeMap::from([(field, value)]));
        }
        let shown = |_: &u64, tracked: &mut Tracked| match tracked.standing {
            Standing::Pending { .. } => tracked.intent.key.address == *address,
            Standing::Open | Standing::Unresolved => false,
        };
        let over: Vec<Tracked> = self.intents.extract_if(.., shown).map(|(_, tracked)| tracked).collect();
        for tracked in over {
            if let Standing::Pending { fields } = tracked.standing {
                self.settle_fields(address.clone(), fields);
            }
        }
    }
}

struct Awaited {
    what: PendingWhat,
    learned: Learned,
    fields: BTreeMap<Field, Value>,
}

fn credential_state(sealed: Option<SealedRef>) -> CredentialState {
    sealed.map_or(CredentialState::Lost, |it| CredentialState::Sealed { key: it.key, digest: it.digest })
}

/// An order that is said to be done without a subscription to bind is still to be waited for, or it is bought again.
fn unlisted(learned: &Learned) -> Option<PendingWhat> {
    match learned {
        Learned::Order { customer, cart, order, subscription: None } => Some(PendingWhat::Order {
            customer: *customer,
            cart: cart.clone(),
            order: order.clone(),
            subscription: None,
        }),
        Learned::Order { subscription: Some(_), .. }
        | Learned::Nothing
        | Learned::Customer { .. }
        | Learned::Password { .. }
        | Learned::Cart { .. } => None,
    }
}

/// What to wait for; none when the reply does not say.
fn pending_what(intent: &Intent, learned: &Learned) -> Option<PendingWhat> {
    match learned {
        Learned::Customer { customer, .. } => Some(PendingWhat::Customer(*customer)),
        Learned::Order { customer, cart, order, subscription } => Some(PendingWhat::Order {
            customer: *customer,
            cart: cart.clone(),
            order: order.clone(),
            subscription: *subscription,
        }),
        Learned::Nothing => change_of(intent),
        Learned::Password { .. } | Learned::Cart { .. } => None,
    }
}

fn change_of(intent: &Intent) -> Option<PendingWhat> {
    match &intent.operation {
        Operation::ChangeSubscription { customer, subscription, change } => {
            let (field, value) = match change {
                SubscriptionChange::PartnerOfRecord(partner) => (Field::PartnerOfRecord, Value::text(partner)),
                SubscriptionChange::Quantity(seats) => (Field::Quantity, Value::Number(u64::from(*seats))),
                SubscriptionChange::FriendlyName(name) => (Field::FriendlyName, Value::Text(name.clone())),
            };
            Some(changed(intent, LiveId::Subscription(*customer, *subscription), field, value))
        }
        Operation::SetSupportContact { customer, subscription, contact } => {
            let value = Value::text(contact.tenant);
            Some(changed(intent, LiveId::Subscription(*customer, *subscription), Field::SupportContact, value))
        }
        Operation::CreateCustomer(_)
        | Operation::ResetAdminPassword { .. }
        | Operation::MakeCart { .. }
        | Operation::CheckOut { .. } => None,
    }
}

/// The wanted value as the plan spells it, else as the operation does.
fn changed(intent: &Intent, subscription: LiveId, field: Field, sent: Value) -> PendingWhat {
    let value = intent.wanted.get(&field).cloned().unwrap_or(sent);
    PendingWhat::Change { subscription, field, value }
}
