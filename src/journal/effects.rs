//! The part of the fold that settles effects: what an intent becomes when it is done, pending, unknown, shown or
//! resolved. Pure and total, as the fold is.

use super::fold::{Folded, Standing, Tracked};
use super::record::{Intent, Learned, SealedRef, Settled};
use crate::ledger::{Credential, CredentialState, LiveId, Pending, PendingWhat, Unresolved};
use crate::model::renewal::{left_by_quantity, seats_of};
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
        self.ledger.open.remove(&number);
        self.ledger.unresolved.remove(&number);
        self.ledger.perhaps.remove(&number);
        self.drop_pending(&tracked.intent);
        let fields = fields.unwrap_or_else(|| tracked.intent.wanted.clone());
        match outcome {
            Settled::Done { learned } if self.is_of_another(&tracked.intent.key.address, &learned) => {}
            Settled::Done { learned } => match unlisted(&learned, &fields) {
                None => {
                    self.learn(at, &tracked.intent.key.address, learned);
                    self.hold(at, tracked.intent.key.address, fields);
                }
                Some(what) => self.await_effect(at, number, tracked, Awaited { what, learned, fields }),
            },
            Settled::Pending { learned } => match pending_what(&tracked.intent, &learned, &fields) {
                Some(what) => self.await_effect(at, number, tracked, Awaited { what, learned, fields }),
                None => self.leave_unresolved(at, number, tracked, "accepted, and nothing says what to look for"),
            },
            Settled::NotStarted if lasts(&tracked.intent.operation) => {
                self.ledger.given_up.insert(tracked.intent.step, tracked.intent.key.clone());
                self.unstarted.insert(tracked.intent.step, tracked.intent);
            }
            Settled::NotStarted => {}
            Settled::Failed { .. } => {}
            Settled::Unknown { text } => self.leave_unresolved(at, number, tracked, &text),
        }
    }

    /// Whether it was ordered for another customer than its address means now: then it says nothing about the address.
    pub(super) fn is_of_another(&self, address: &Address, learned: &Learned) -> bool {
        let (Address::Subscription(key), Learned::Order { customer, .. }) = (address, learned) else { return false };
        let bound = self.ledger.bindings.get(&Address::Customer(key.customer.clone()));
        bound.is_some_and(|bound| *bound != LiveId::Customer(*customer))
    }

    fn await_effect(&mut self, at: Timestamp, number: u64, mut tracked: Tracked, awaited: Awaited) {
        let Awaited { what, learned, fields } = awaited;
        let Intent { key, step, .. } = &tracked.intent;
        let pending = Pending { key: key.clone(), step: *step, intent: number, since: at, what };
        self.ledger.pending.insert(key.address.clone(), pending);
        self.learn(at, &key.address, learned);
        tracked.standing = Standing::Pending { fields };
        self.intents.insert(number, tracked);
    }

    fn leave_unresolved(&mut self, at: Timestamp, number: u64, mut tracked: Tracked, text: &str) {
        let Intent { key, request, .. } = &tracked.intent;
        let unresolved =
            Unresolved { intent: number, key: key.clone(), request: *request, since: at, text: text.to_owned() };
        self.ledger.unresolved.insert(number, unresolved);
        self.may_count(number, tracked.at, &tracked.intent);
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

    /// When a renewal first said how many seats its next term has is kept beside it: a term that begins later has them
    /// because it said so.
    pub(super) fn settle_fields(&mut self, at: Timestamp, address: Address, fields: BTreeMap<Field, Value>) {
        if fields.is_empty() {
            return;
        }
        let known = self.ledger.settled.entry(address).or_default();
        let seats = fields.get(&Field::Renewal).and_then(seats_of);
        if seats.is_some() && known.get(&Field::Renewal).and_then(seats_of) != seats {
            known.insert(Field::ScheduledChange, Value::text(at));
        }
        known.extend(fields);
    }

    /// The pending effect of an address is visible: what it was to bring holds.
    pub(super) fn show(&mut self, at: Timestamp, address: &Address) {
        if let Some(Pending { what: PendingWhat::Change { subscription: _, field, value }, .. }) =
            self.ledger.pending.remove(address)
        {
            self.hold(at, address.clone(), BTreeMap::from([(field, value)]));
        }
        let shown = |_: &u64, tracked: &mut Tracked| match tracked.standing {
            Standing::Pending { .. } => tracked.intent.key.address == *address,
            Standing::Open | Standing::Unresolved => false,
        };
        let over: Vec<Tracked> = self.intents.extract_if(.., shown).map(|(_, tracked)| tracked).collect();
        for tracked in over {
            self.ledger.done.insert(tracked.intent.key.clone(), tracked.did());
            if let Standing::Pending { fields } = tracked.standing {
                self.hold(at, address.clone(), fields);
            }
        }
    }

    /// What an effect of ours brought holds. A change of quantity also deletes what is scheduled for the renewal.
    fn hold(&mut self, at: Timestamp, address: Address, fields: BTreeMap<Field, Value>) {
        if fields.contains_key(&Field::Quantity)
            && let Some(renewal) =
                self.ledger.settled.get_mut(&address).and_then(|known| known.get_mut(&Field::Renewal))
        {
            *renewal = left_by_quantity(renewal);
        }
        self.settle_fields(at, address, fields);
    }
}

/// Whether a late first try beside a repeat would be two things, and not one value set twice.
fn lasts(operation: &Operation) -> bool {
    match operation {
        Operation::CreateCustomer(_) | Operation::MakeCart { .. } | Operation::CheckOut { .. } => true,
        Operation::ResetAdminPassword { .. }
        | Operation::ChangeSubscription { .. }
        | Operation::SetSupportContact { .. } => false,
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
fn unlisted(learned: &Learned, fields: &BTreeMap<Field, Value>) -> Option<PendingWhat> {
    match learned {
        Learned::Order { customer, cart, order, subscription: None } => Some(PendingWhat::Order {
            customer: *customer,
            cart: cart.clone(),
            order: order.clone(),
            subscription: None,
            fields: fields.clone(),
        }),
        Learned::Order { subscription: Some(_), .. }
        | Learned::Nothing
        | Learned::Customer { .. }
        | Learned::Password { .. }
        | Learned::Cart { .. } => None,
    }
}

/// What to wait for; none when the reply does not say.
fn pending_what(intent: &Intent, learned: &Learned, fields: &BTreeMap<Field, Value>) -> Option<PendingWhat> {
    match learned {
        Learned::Customer { customer, .. } => Some(PendingWhat::Customer(*customer)),
        Learned::Order { customer, cart, order, subscription } => Some(PendingWhat::Order {
            customer: *customer,
            cart: cart.clone(),
            order: order.clone(),
            subscription: *subscription,
            fields: fields.clone(),
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
                SubscriptionChange::Renewal(renewal) => (Field::Renewal, Value::text(renewal)),
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

#[cfg(test)]
mod tests {
    use super::super::record::{Adopted, Record};
    use super::super::support::*;
    use super::*;

    const M365: &str = "subscription/contoso/m365";

    fn pending(learned: Learned) -> Settled {
        Settled::Pending { learned }
    }
    fn shown(text: &str) -> Record {
        Record::Adopted(Box::new(Adopted { shown: vec![address(text)], ..Adopted::default() }))
    }
    fn resolved(outcome: Settled) -> Record {
        Record::Resolved { intent: 1, outcome, by: by(), reason: why() }
    }
    fn seats(n: u64) -> BTreeMap<Field, Value> {
        BTreeMap::from([(Field::Quantity, Value::Number(n))])
    }
    fn change() -> Record {
        Record::Intent(Box::new(quantity(M365, 30)))
    }
    fn order() -> Record {
        Record::Intent(Box::new(check_out(M365)))
    }

    #[test]
    fn what_a_person_found_is_bound_and_no_longer_in_doubt() {
        let found = |intent: Intent, learned: Learned| {
            let records = vec![Record::Intent(Box::new(intent)), settled(1, unknown()), resolved(done(learned))];
            let folded = folded(records);
            assert!(folded.intents.is_empty() && folded.ledger.unresolved.is_empty());
            folded.ledger
        };
        let ledger = found(check_out(M365), ordered(Some(subscription(5))));
        assert_eq!(ledger.bindings[&address(M365)], LiveId::Subscription(customer(1), subscription(5)));
        let contoso = address("customer/contoso");
        let ledger = found(create("customer/contoso"), created(1, None));
        assert_eq!(ledger.bindings[&contoso], LiveId::Customer(customer(1)));
        assert_eq!(ledger.credentials[&contoso].state, CredentialState::Lost, "the next plan resets it");
    }

    #[test]
    fn a_settled_effect_leaves_values_and_no_open_intent() {
        let fields = seats(30);
        let outcome = done(Learned::Nothing);
        let folded = folded(vec![change(), Record::Settlement { intent: 1, outcome, fields }]);
        assert_eq!(folded.ledger.settled[&address(M365)], seats(30));
        assert!(folded.intents.is_empty());
    }

    #[test]
    fn a_step_is_done_once_its_last_effect_holds() {
        let by_run = |records: Vec<Record>| folded(records).ledger.done.values().map(|did| did.run).collect::<Vec<_>>();
        assert_eq!(by_run(vec![change(), settled(1, done(Learned::Nothing))]), [1]);
        for not in
            [Settled::NotStarted, unknown(), pending(Learned::Nothing), Settled::Failed { code: 1, text: "".into() }]
        {
            assert!(by_run(vec![change(), settled(1, not.clone())]).is_empty(), "{not:?}");
        }
        assert_eq!(by_run(vec![change(), settled(1, pending(Learned::Nothing)), shown(M365)]), [1]);
        assert_eq!(by_run(vec![change(), settled(1, unknown()), resolved(done(Learned::Nothing))]), [1]);
        assert!(by_run(vec![order(), settled(1, done(ordered(None)))]).is_empty(), "it does not show yet");
        assert!(
            by_run(vec![order(), settled(1, done(Learned::Cart { cart: crate::model::CartId::new("cart") }))])
                .is_empty(),
            "nothing is bought"
        );
    }

    #[test]
    fn what_is_begun_is_in_doubt_until_it_is_settled() {
        let begun = folded(vec![change()]);
        let doubt = begun.ledger.doubt(&address(M365)).expect("nobody knows");
        assert_eq!(doubt.key().step, crate::model::StepName::ChangeQuantity);
        let over = folded(vec![change(), settled(1, done(Learned::Nothing))]);
        assert_eq!((over.ledger.doubt(&address(M365)), over.ledger.open.len()), (None, 0));
        let late = folded(vec![order(), settled(1, Settled::NotStarted)]);
        assert_eq!(late.ledger.given_up.len(), 1, "a call may arrive after it was given up");
        let again = folded(vec![order(), settled(1, Settled::NotStarted), order()]);
        assert_eq!((again.ledger.given_up.len(), again.ledger.open.len()), (0, 1));
    }

    #[test]
    fn what_did_not_happen_leaves_nothing() {
        let refused = Settled::Failed { code: 2072, text: "no".into() };
        assert_eq!(folded(vec![change(), settled(1, refused)]), Folded { epoch: 1, ..Folded::default() });
    }

    #[test]
    fn what_did_not_start_is_kept_for_its_repeat_until_it_is_tried_again() {
        let idle = folded(vec![order(), settled(1, Settled::NotStarted)]);
        let intent = check_out(M365);
        assert_eq!(idle.unstarted, BTreeMap::from([(intent.step, intent)]));
        assert!(idle.ledger.settled.is_empty() && idle.intents.is_empty());
        let again = folded(vec![order(), settled(1, Settled::NotStarted), order()]);
        assert!(again.unstarted.is_empty());
    }

    #[test]
    fn a_value_that_was_not_set_leaves_nothing_to_repeat() {
        let idle = folded(vec![change(), settled(1, Settled::NotStarted)]);
        assert_eq!(idle, Folded { epoch: 1, ..Folded::default() });
    }

    #[test]
    fn an_accepted_change_holds_once_it_shows_and_not_before() {
        let accepted = vec![change(), settled(1, pending(Learned::Nothing))];
        let waiting = folded(accepted.clone());
        let what = &waiting.ledger.pending[&address(M365)].what;
        assert!(matches!(what, PendingWhat::Change { field: Field::Quantity, value: Value::Number(30), .. }));
        assert!(waiting.ledger.settled.is_empty(), "or a change that never comes would look like drift");
        assert_eq!(waiting.open_intents().count(), 0);
        let visible = folded([accepted, vec![shown(M365)]].concat());
        assert!(visible.ledger.pending.is_empty() && visible.intents.is_empty());
        assert_eq!(visible.ledger.settled[&address(M365)], seats(30));
    }

    #[test]
    fn a_changed_quantity_takes_what_was_scheduled_with_it() {
        let known = |renewal: &str| {
            let fields = BTreeMap::from([(Field::Renewal, Value::word(renewal))]);
            Record::Adopted(Box::new(Adopted {
                settled: BTreeMap::from([(address(M365), fields)]),
                ..Adopted::default()
            }))
        };
        let intent = || Record::Intent(Box::new(quantity(M365, 30)));
        for (renewal, left) in [("cancel", "auto-renew off"), ("renew, quantity 20", "renew")] {
            let done = Record::Settlement { intent: 2, outcome: done(Learned::Nothing), fields: seats(30) };
            let folded = folded(vec![known(renewal), intent(), done]);
            assert_eq!(folded.ledger.settled[&address(M365)][&Field::Renewal], Value::word(left));
        }
        let not = folded(vec![known("cancel"), intent(), settled(2, Settled::NotStarted)]);
        assert_eq!(not.ledger.settled[&address(M365)][&Field::Renewal], Value::word("cancel"));
    }

    #[test]
    fn an_order_without_its_subscription_is_waited_for_and_never_bought_again() {
        for outcome in [done(ordered(None)), pending(ordered(None))] {
            let waiting = folded(vec![order(), settled(1, outcome)]);
            assert!(matches!(waiting.ledger.pending[&address(M365)].what, PendingWhat::Order { .. }));
            assert!(waiting.ledger.bindings.is_empty());
        }
        let bound = folded(vec![order(), settled(1, done(ordered(Some(subscription(5)))))]);
        assert!(bound.ledger.pending.is_empty());
        assert_eq!(bound.ledger.bindings[&address(M365)], LiveId::Subscription(customer(1), subscription(5)));
    }

    #[test]
    fn a_created_customer_is_bound_and_its_password_sealed_or_lost() {
        let create = || Record::Intent(Box::new(create("customer/contoso")));
        let contoso = address("customer/contoso");
        let sealed = folded(vec![create(), settled(1, pending(created(1, Some("cipher"))))]);
        assert_eq!(sealed.ledger.bindings[&contoso], LiveId::Customer(customer(1)));
        assert_eq!(sealed.ledger.pending[&contoso].what, PendingWhat::Customer(customer(1)));
        assert!(matches!(sealed.ledger.credentials[&contoso].state, CredentialState::Sealed { .. }));
        let lost = folded(vec![create(), settled(1, done(created(1, None)))]);
        assert_eq!(lost.ledger.credentials[&contoso].state, CredentialState::Lost);
        assert_eq!(lost.ledger.credentials[&contoso].user, "admin@contoso");
    }

    #[test]
    fn an_unknown_outcome_stands_until_looking_or_a_person_tells() {
        let lost = vec![order(), settled(1, unknown())];
        let standing = folded(lost.clone());
        assert_eq!(standing.ledger.unresolved[&1].key.address, address(M365));
        assert_eq!(standing.open_intents().count(), 0, "it is not looked up again and again");
        let looked = folded([lost.clone(), vec![settled(1, done(ordered(Some(subscription(5)))))]].concat());
        let told = folded([lost.clone(), vec![resolved(done(ordered(Some(subscription(5)))))]].concat());
        for known in [looked, told] {
            assert!(known.ledger.unresolved.is_empty() && known.intents.is_empty());
            assert!(known.ledger.bindings.contains_key(&address(M365)));
        }
        let not = folded([lost, vec![resolved(Settled::NotStarted)]].concat());
        assert!(not.ledger.unresolved.is_empty() && not.ledger.bindings.is_empty());
    }

    #[test]
    fn two_unknown_outcomes_of_one_address_hide_neither() {
        let both = vec![order(), change(), settled(1, unknown()), settled(2, unknown())];
        let standing = folded(both.clone()).ledger;
        let numbers: Vec<u64> = standing.unresolved_at(&address(M365)).map(|it| it.intent).collect();
        assert_eq!((numbers, standing.doubts(&address(M365)).count()), (vec![1, 2], 2));
        let second = Record::Resolved { intent: 2, outcome: Settled::NotStarted, by: by(), reason: why() };
        for (resolved, left) in [(resolved(Settled::NotStarted), 2), (second, 1)] {
            let ledger = folded([both.clone(), vec![resolved]].concat()).ledger;
            assert_eq!(ledger.unresolved.keys().collect::<Vec<_>>(), [&left]);
        }
    }

    #[test]
    fn a_person_who_says_it_happened_settles_what_was_wanted() {
        let told = folded(vec![change(), settled(1, unknown()), resolved(done(Learned::Nothing))]);
        assert_eq!(told.ledger.settled[&address(M365)], seats(30));
    }

    #[test]
    fn a_person_can_end_a_wait_that_nothing_will_end() {
        let ended = folded(vec![order(), settled(1, pending(ordered(None))), resolved(Settled::NotStarted)]);
        assert!(ended.ledger.pending.is_empty() && ended.intents.is_empty());
    }

    #[test]
    fn what_was_accepted_without_saying_what_is_for_a_person() {
        let odd = folded(vec![order(), settled(1, pending(Learned::Nothing))]);
        assert!(odd.ledger.pending.is_empty());
        assert_eq!(odd.ledger.unresolved[&1].key.address, address(M365));
    }

    #[test]
    fn an_effect_is_settled_once() {
        let twice = folded(vec![
            order(),
            settled(1, done(ordered(Some(subscription(5))))),
            settled(1, done(ordered(Some(subscription(6))))),
        ]);
        assert_eq!(twice.ledger.bindings[&address(M365)], LiveId::Subscription(customer(1), subscription(5)));
    }
}
