//! What the fold makes of records, one after the other.

use super::*;
use crate::journal::record::{BoundId, Guarded, Settled};
use crate::journal::support::*;

fn state(folded: &Folded) -> &HandoffState {
    &folded.ledger.handoffs[&handoff()].state
}
fn acknowledged(text: &str) -> Record {
    Record::Acknowledged { handoff: handoff(), digest: digest(text), by: by(), evidence: None }
}
fn adopted(adopted: Adopted) -> Record {
    Record::Adopted(Box::new(adopted))
}
fn consumed() -> Record {
    adopted(Adopted { consumed: vec![handoff()], ..Adopted::default() })
}
fn withdrawn() -> Record {
    adopted(Adopted { withdrawn: vec![handoff()], ..Adopted::default() })
}

#[test]
fn what_is_withdrawn_stays_so_until_it_is_asked_anew() {
    let done = acknowledged("please");
    let anyway = folded(vec![asked("please"), withdrawn(), done.clone()]);
    assert!(matches!(state(&anyway), HandoffState::Withdrawn { anyway: Some(_), .. }), "{:?}", state(&anyway));
    let again = folded(vec![asked("please"), withdrawn(), done.clone(), asked("please")]);
    assert_eq!(state(&again), &HandoffState::Asked);
    let reopened = Record::Reopened { handoff: handoff(), by: by(), reason: why() };
    let taken_back = folded(vec![asked("please"), withdrawn(), done.clone(), reopened]);
    assert!(matches!(state(&taken_back), HandoffState::Withdrawn { anyway: None, .. }));
    // Whoever answered first was not called back.
    let first = folded(vec![asked("please"), done, withdrawn()]);
    assert!(matches!(state(&first), HandoffState::Acknowledged { .. }));
}

#[test]
fn an_acknowledgement_covers_the_text_it_answers() {
    let done = folded(vec![asked("one"), acknowledged("one")]);
    assert!(matches!(state(&done), HandoffState::Acknowledged { .. }));
    let other = folded(vec![asked("one"), acknowledged("two")]);
    assert_eq!(state(&other), &HandoffState::Asked);
    let same = folded(vec![asked("one"), acknowledged("one"), asked("one")]);
    assert!(matches!(state(&same), HandoffState::Acknowledged { .. }), "asked again alike");
    let reopened = folded(vec![asked("one"), acknowledged("one"), asked("two")]);
    assert_eq!(state(&reopened), &HandoffState::Asked);
    assert_eq!(reopened.ledger.handoffs[&handoff()].asked, at(1), "when it was asked first");
}

#[test]
fn a_hand_off_whose_purpose_is_observed_is_over_until_it_is_asked_anew() {
    let over = folded(vec![asked("one"), consumed(), acknowledged("one")]);
    assert_eq!(state(&over), &HandoffState::Consumed { at: at(2) });
    let anew = folded(vec![asked("one"), consumed(), asked("one")]);
    assert_eq!((state(&anew), anew.ledger.handoffs[&handoff()].asked), (&HandoffState::Asked, at(3)));
}

#[test]
fn a_declined_hand_off_stays_declined_until_a_person_reopens_it() {
    let decline = || Record::Declined { handoff: handoff(), by: by(), reason: why() };
    let declined = folded(vec![asked("one"), decline(), asked("one")]);
    assert!(matches!(state(&declined), HandoffState::Declined { .. }));
    let reopen = Record::Reopened { handoff: handoff(), by: by(), reason: why() };
    assert_eq!(state(&folded(vec![asked("one"), decline(), reopen])), &HandoffState::Asked);
}

#[test]
fn a_binding_to_another_object_forgets_what_was_settled_of_the_first() {
    let address = address("customer/contoso");
    let bind = |n| Record::Bound {
        address: address.clone(),
        id: BoundId::Customer { tenant: customer(n) },
        by: by(),
        reason: why(),
    };
    let values = || BTreeMap::from([(Field::Reseller, Value::text("fabrikam"))]);
    let settle = || adopted(Adopted { settled: BTreeMap::from([(address.clone(), values())]), ..Adopted::default() });
    let same = folded(vec![bind(1), settle(), bind(1)]);
    assert_eq!(same.ledger.settled[&address], values());
    let other = folded(vec![bind(1), settle(), bind(2)]);
    assert!(other.ledger.settled.is_empty());
}

#[test]
fn a_password_stays_with_the_customer_for_whom_it_was_made() {
    let (address, own) = (address("customer/contoso"), Address::Customer(CustomerKey::Id(customer(1))));
    let bind = |n| Record::Bound {
        address: address.clone(),
        id: BoundId::Customer { tenant: customer(n) },
        by: by(),
        reason: why(),
    };
    let lost = || vec![Record::Intent(Box::new(create("customer/contoso"))), settled(1, done(created(1, None)))];
    let keys = |more: Vec<Record>| -> Vec<Address> {
        folded([lost(), more].concat()).ledger.credentials.into_keys().collect()
    };
    assert_eq!(keys(vec![bind(1)]), std::slice::from_ref(&address));
    assert_eq!(keys(vec![bind(2)]), std::slice::from_ref(&own));
    assert_eq!(keys(vec![bind(2), bind(1)]), std::slice::from_ref(&address));
    let forget = || Record::Forgotten { address: address.clone(), what: Forgotten::Binding, by: by(), reason: why() };
    assert_eq!(keys(vec![forget()]), std::slice::from_ref(&own));
    assert_eq!(keys(vec![forget(), bind(2)]), [own]);
    assert_eq!(keys(vec![forget(), bind(1)]), std::slice::from_ref(&address));
}

#[test]
fn what_a_forgotten_customer_was_asked_was_not_asked_of_the_next_one() {
    let address = address("customer/contoso");
    let bind = Record::Bound {
        address: address.clone(),
        id: BoundId::Customer { tenant: customer(1) },
        by: by(),
        reason: why(),
    };
    let asked = |step| Record::Asked {
        step: handoff(),
        key: StepKey::new(address.clone(), step),
        digest: digest("please"),
        text: "please".into(),
        wanted: BTreeMap::new(),
    };
    let forget = Record::Forgotten { address: address.clone(), what: Forgotten::Binding, by: by(), reason: why() };
    for step in [StepName::InviteCustomer, StepName::RequestAgreement] {
        let told = folded(vec![bind.clone(), asked(step), acknowledged("please"), forget.clone()]);
        assert_eq!(state(&told), &HandoffState::Consumed { at: at(4) }, "{step}");
    }
}

#[test]
fn a_released_address_keeps_its_binding() {
    let address = address("customer/contoso");
    let id = BoundId::Customer { tenant: customer(1) };
    let come = Adopted {
        bindings: BTreeMap::from([(address.clone(), id)]),
        managed: vec![address.clone()],
        ..Adopted::default()
    };
    let go = Adopted { released: vec![address.clone()], ..Adopted::default() };
    let gone = folded(vec![adopted(come), adopted(go)]);
    assert!(gone.ledger.managed.is_empty());
    assert!(gone.ledger.bindings.contains_key(&address));
}

#[test]
fn a_renamed_customer_takes_everything_along_and_its_subscriptions_too() {
    let records = vec![
        Record::Intent(Box::new(create("customer/contoso"))),
        settled(1, Settled::Pending { learned: created(1, Some("cipher")) }),
        Record::Intent(Box::new(check_out("subscription/contoso/m365"))),
        settled(3, unknown()),
        Record::Renamed { from: address("customer/contoso"), to: address("customer/litware"), by: by(), reason: why() },
    ];
    let Folded { ledger, intents, .. } = folded(records);
    let (customer, order) = (address("customer/litware"), address("subscription/litware/m365"));
    assert_eq!(ledger.bindings.keys().collect::<Vec<_>>(), [&customer]);
    assert_eq!(ledger.credentials.keys().collect::<Vec<_>>(), [&customer]);
    assert_eq!(ledger.pending[&customer].key.address, customer);
    assert_eq!(ledger.unresolved[&3].key.address, order);
    assert_eq!(intents[&3].intent.key.address, order, "its settlement reaches the new name");
}

#[test]
fn two_addresses_can_change_names_with_each_other() {
    let (a, b) = (address("customer/a"), address("customer/b"));
    let id = |n| BoundId::Customer { tenant: customer(n) };
    let records = vec![
        adopted(Adopted { bindings: BTreeMap::from([(a.clone(), id(1)), (b.clone(), id(2))]), ..Adopted::default() }),
        adopted(Adopted { renamed: vec![(a.clone(), b.clone()), (b.clone(), a.clone())], ..Adopted::default() }),
    ];
    let ledger = folded(records).ledger;
    assert_eq!((ledger.bindings[&a], ledger.bindings[&b]), (id(2).into(), id(1).into()));
}

#[test]
fn guards_are_those_last_recorded_whatever_a_run_was_opened_under() {
    let guarded = |key: &str| {
        let protected = std::collections::BTreeSet::from([address("customer/contoso")]);
        let guarded = Guarded { protected, recipients: vec![key.into()], ..Guarded::default() };
        Record::Guarded(Box::new(guarded))
    };
    assert_eq!(folded(vec![Record::Open(Box::new(open()))]).ledger.guards, None);
    let guards = folded(vec![guarded("age1a"), guarded("age1b"), Record::Open(Box::new(open()))]).ledger.guards;
    let guards = guards.expect("recorded");
    assert_eq!(guards.protected.len(), 1);
    assert_eq!(guards.recipients, ["age1b"]);
}

#[test]
fn an_open_run_counts_its_outcomes_and_its_last_record() {
    let mut folded = folded(vec![
        Record::Open(Box::new(open())),
        asked("one"),
        Record::Intent(Box::new(quantity("subscription/contoso/m365", 30))),
        settled(3, unknown()),
    ]);
    folded.absorb(object(5, 1, vec![acknowledged("one")]));
    let run = folded.run.as_ref().expect("is open");
    assert_eq!(run.outcomes, BTreeMap::from([("asked".into(), 1), ("unknown".into(), 1)]));
    assert_eq!((run.last, run.last_at), (4, at(4)), "a note is no sign of life");
}

/// A journal of every record, each of which once was written: it is read for ever, and lines are only added to it.
const EVERY_RECORD: &str = include_str!("golden.jsonl");

/// By each number of the rules, what that journal folds to, wherever an object changed it. What stands here was in use: a
/// fold that says something else has the next number and a line of its own. Where only a name in the code changed, or a
/// line was added there, the last digest alone changes.
const FOLDS_TO: [(u32, &str); 10] = [
    (1, "f386672756e5868ba5fc698c1f254ef3c3e64992a61a6581bcf88ddf7ce83af6"),
    (2, "3981f663ea86f2a110293b50860363930f24c9ede41480601ee4e8bbd4808768"),
    (3, "df4286a2096fb543e2a4b6a0c21d3d44f6e3da2432236651a29cce3d805e2cb8"),
    (4, "602878297994bbbf773d2278465a59c8e7657cecbe5342a9e987122dee781d57"),
    (5, "9451b7525761076b27a9044a530facde9337387ef71794f6ac62d8305fec813d"),
    (6, "65c55df6f523ffcd1abaeb91061b541f6531c4d236ca7f4386cc9be8fe2b08df"),
    (7, "bd75e88520f3c356809fd789ab3a04806a5d22fe80ea145c523ff1f02ce8f00a"),
    (8, "d2ffb8e19b72ff8b579248dc710f2f4a8438600141102f9ade9340078a827276"),
    (9, "e46fe9a5e0207feda30b2f0e4c3fa2dfa5fe1ac8b82a78dbbdf2c364e3b42859"),
    (10, "f50b2afe273db57ed196fa720f2520ca98edd825753b3cb3b171dc93fba9acd4"),
];

#[test]
fn whoever_changes_what_a_record_folds_to_counts_the_rules_up() {
    let mut folded = Folded::default();
    let mut said = String::new();
    for (number, line) in (0..).zip(EVERY_RECORD.lines()) {
        let object = crate::journal::chain::decode(number, line.as_bytes()).expect("what was written once is read");
        let before = folded.clone();
        folded.absorb(object);
        if folded != before {
            said.push_str(&format!("{folded:?}\n"));
        }
    }
    let schema = crate::journal::schema();
    for record in schema["$defs"]["Record"]["oneOf"].as_array().expect("a list") {
        let kind = &record["properties"]["type"]["const"];
        assert!(EVERY_RECORD.contains(&format!("{{\"type\":{kind}")), "{kind} has no line there");
    }
    let now = Digest::of_bytes(said.as_bytes()).to_string();
    assert_eq!((RULES, now.as_str()), FOLDS_TO[FOLDS_TO.len() - 1], "count RULES up, and add its line here");
}
