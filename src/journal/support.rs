//! What the tests of the journal share: small records, and journals over one store. Never used outside tests.

use super::fold::Folded;
use super::log::{Beginning, Begun, Journal, Stamp};
use super::memory::Memory;
use super::record::{BegunFor, Intent, Learned, Object, Open, Record, SealedRef, Settled};
use crate::model::{
    Address, CartId, Class, CustomerId, Digest, Field, NewCustomer, Operation, OrderId, RequestId, StepKey, StepName,
    SubscriptionChange, SubscriptionId, TenantId, Timestamp, Value,
};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(super) fn address(text: &str) -> Address {
    text.parse().expect(text)
}
pub(super) fn digest(text: &str) -> Digest {
    Digest::of_bytes(text.as_bytes())
}
pub(super) fn tenant() -> TenantId {
    TenantId::from_bytes([1; 16])
}
pub(super) fn customer(n: u8) -> CustomerId {
    CustomerId::from_bytes([n; 16])
}
pub(super) fn subscription(n: u8) -> SubscriptionId {
    SubscriptionId::from_bytes([n; 16])
}
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + seconds)
}

/// What records fold to, one an object.
pub(super) fn folded(records: Vec<Record>) -> Folded {
    let mut folded = Folded::default();
    for (number, record) in (1..).zip(records) {
        folded.absorb(object(number, 1, vec![record]));
    }
    folded
}

/// A stamp nobody else has.
pub(super) fn stamp() -> Stamp {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    Stamp { at: at(0), nonce: smol_str::format_smolstr!("nonce-{next}") }
}

pub(super) fn open() -> Open {
    Open {
        actor: "pipeline".into(),
        commit: Some("abc123".into()),
        reference: None,
        change_url: None,
        plan: Some(digest("plan")),
        follows: None,
        tool: "0.1.0".into(),
        protected: vec![address("customer/contoso")],
        recipients: vec!["age1x".into()],
        limits: None,
    }
}

pub(super) fn store() -> Arc<Memory> {
    Arc::new(Memory::new())
}
pub(super) fn journal(store: &Arc<Memory>) -> Journal {
    Journal::open(Arc::<Memory>::clone(store)).expect("opens")
}
/// What states are begun for here.
pub(super) fn beginning() -> Beginning {
    Beginning { tenant: tenant(), begun_for: Some(BegunFor::Service) }
}
/// A store with genesis, and a journal over it.
pub(super) fn begun() -> (Arc<Memory>, Journal) {
    let store = store();
    let mut journal = journal(&store);
    journal.init(beginning(), "state".into(), &stamp()).expect("begins");
    (store, journal)
}
/// Opens a run that nothing stands against.
pub(super) fn run(journal: &mut Journal) -> u64 {
    match journal.begin(open(), &stamp()).expect("begins") {
        Begun::Run { epoch, number: _ } => epoch,
        Begun::Held(run) => panic!("held by {run:?}"),
    }
}

pub(super) fn intent(text: &str, step: StepName, operation: Operation) -> Intent {
    let key = StepKey::new(address(text), step);
    let wanted = match &operation {
        Operation::ChangeSubscription { change: SubscriptionChange::Quantity(seats), .. } => {
            BTreeMap::from([(Field::Quantity, Value::Number(u64::from(*seats)))])
        }
        Operation::CreateCustomer(_)
        | Operation::ResetAdminPassword { .. }
        | Operation::MakeCart { .. }
        | Operation::CheckOut { .. }
        | Operation::ChangeSubscription { .. }
        | Operation::SetSupportContact { .. } => BTreeMap::new(),
    };
    let cause = address(text);
    let step = digest(&key.to_string());
    Intent {
        step,
        key,
        class: Class::Api,
        cause,
        request: RequestId::from_bytes([9; 16]),
        operation,
        wanted,
        counts: Vec::new(),
    }
}
pub(super) fn quantity(text: &str, seats: u32) -> Intent {
    let change = SubscriptionChange::Quantity(seats);
    let operation = Operation::ChangeSubscription { customer: customer(1), subscription: subscription(1), change };
    intent(text, StepName::ChangeQuantity, operation)
}
pub(super) fn check_out(text: &str) -> Intent {
    let operation = Operation::CheckOut { customer: customer(1), cart: CartId::new("cart") };
    intent(text, StepName::OrderSubscription, operation)
}
pub(super) fn create(text: &str) -> Intent {
    let new: NewCustomer = serde_json::from_value(serde_json::json!({
        "domain": "contoso.onmicrosoft.com", "companyName": "Contoso", "registrationNumber": null,
        "billing": {"firstName": "A", "lastName": "B", "email": "a@contoso.example", "culture": "hu-HU", "language": "hu"},
        "address": {"country": "HU", "state": null, "city": "C", "postalCode": "1", "line1": "L", "line2": null, "phone": null},
        "reseller": "fab00000-0000-4000-8000-000000000001", "defaultAdminAccess": false,
    }))
    .expect("a customer");
    intent(text, StepName::CreateCustomer, Operation::CreateCustomer(Box::new(new)))
}

pub(super) fn created(n: u8, sealed: Option<&str>) -> Learned {
    let sealed = sealed.map(|text| SealedRef { key: "sealed/2.age".into(), digest: digest(text) });
    Learned::Customer { customer: customer(n), user: Some("admin@contoso".into()), sealed }
}
pub(super) fn ordered(subscription: Option<SubscriptionId>) -> Learned {
    Learned::Order { customer: customer(1), cart: CartId::new("cart"), order: OrderId::new("order"), subscription }
}
pub(super) fn settled(intent: u64, outcome: Settled) -> Record {
    Record::Settlement { intent, outcome, fields: BTreeMap::new() }
}
pub(super) fn done(learned: Learned) -> Settled {
    Settled::Done { learned }
}
pub(super) fn unknown() -> Settled {
    Settled::Unknown { text: "the reply was lost".into() }
}
pub(super) fn asked(text: &str) -> Record {
    let key = StepKey::new(address("partnership/northwind"), StepName::InviteReseller);
    Record::Asked { step: handoff(), key, digest: digest(text), text: text.to_owned(), wanted: BTreeMap::new() }
}
pub(super) fn handoff() -> Digest {
    digest("invite-reseller partnership/northwind")
}
pub(super) fn by() -> SmolStr {
    "ann".into()
}
pub(super) fn why() -> SmolStr {
    "looked in the portal".into()
}

/// An object that stands on its own, for folds.
pub(super) fn object(number: u64, epoch: u64, records: Vec<Record>) -> Object {
    let seconds = i64::try_from(number).expect("small");
    Object { format: 1, number, epoch, nonce: "n".into(), before: None, at: at(seconds), records }
}
