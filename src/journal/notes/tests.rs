//! Which notes say something true, and how hand-offs are found.

use super::*;
use crate::journal::support::*;
use crate::model::StepKey;

fn handed(ids: &[Digest]) -> Ledger {
    let mut ledger = Ledger::default();
    for id in ids {
        let key = StepKey::new(address("partnership/northwind"), StepName::InviteReseller);
        let (text, digest) = ("please".to_owned(), digest("please"));
        ledger.handoffs.insert(
            *id,
            Handoff {
                key,
                digest,
                first: digest,
                text,
                wanted: std::collections::BTreeMap::new(),
                asked: at(0),
                state: HandoffState::Asked,
            },
        );
    }
    ledger
}
fn bound(text: &str, id: BoundId) -> Record {
    Record::Bound { address: address(text), id, by: by(), reason: why() }
}
fn renamed(from: &str, to: &str) -> Record {
    Record::Renamed { from: address(from), to: address(to), by: by(), reason: why() }
}
fn resolved(intent: u64, outcome: Settled) -> Record {
    Record::Resolved { intent, outcome, by: by(), reason: why() }
}

#[test]
fn hand_offs_are_found_by_as_many_digits_as_tell_them_apart() {
    let alike = |end: char| -> Digest { format!("{}{end}", "a".repeat(63)).parse().expect("a digest") };
    let (one, two, three) = (alike('1'), alike('2'), digest("other"));
    let ledger = handed(&[one, two, three]);
    assert_eq!(short_id(&ledger, &three).len(), SHOWN);
    assert_eq!(short_id(&ledger, &one).len(), 64);
    assert_eq!(find_handoff(&ledger, &short_id(&ledger, &three)), Ok(three));
    assert_eq!(find_handoff(&ledger, &one.to_string()), Ok(one));
    assert!(matches!(find_handoff(&ledger, "aaaa"), Err(NoteError::AmbiguousHandoff { .. })));
    for nothing in ["", "zzzz"] {
        assert!(matches!(find_handoff(&ledger, nothing), Err(NoteError::UnknownHandoff { .. })), "{nothing}");
    }
    assert!(matches!(find_handoff(&ledger, "aaa"), Err(NoteError::ShortHandoff { .. })));
}

#[test]
fn what_is_over_makes_no_id_longer_and_no_prefix_ambiguous() {
    let alike = |end: char| -> Digest { format!("{}{end}", "a".repeat(63)).parse().expect("a digest") };
    let (one, two) = (alike('1'), alike('2'));
    let mut ledger = handed(&[one, two]);
    if let Some(over) = ledger.handoffs.get_mut(&two) {
        over.state = HandoffState::Consumed { at: at(1) };
    }
    assert_eq!(short_id(&ledger, &one).len(), SHOWN);
    assert_eq!(find_handoff(&ledger, "aaaa"), Ok(one));
    assert_eq!(find_handoff(&ledger, &two.to_string()), Ok(two));
}

#[test]
fn bindings_fit_their_kind_and_their_customer_and_nobody_else() {
    let contoso = BoundId::Customer { tenant: customer(1) };
    let folded = folded(vec![bound("customer/contoso", contoso)]);
    let good = BoundId::Subscription { customer: customer(1), subscription: subscription(5) };
    let foreign = BoundId::Subscription { customer: customer(2), subscription: subscription(5) };
    assert_eq!(check(&folded, &bound("subscription/contoso/m365", good)), Ok(()));
    assert_eq!(check(&folded, &bound("customer/contoso", contoso)), Ok(()), "said again");
    for (text, id) in [
        ("subscription/contoso/m365", foreign),
        ("subscription/contoso/m365", contoso),
        ("partnership/fabrikam", contoso),
        ("azure-access/contoso", contoso),
    ] {
        assert!(matches!(check(&folded, &bound(text, id)), Err(NoteError::Unfitting { .. })), "{text}");
    }
    assert!(matches!(check(&folded, &bound("customer/other", contoso)), Err(NoteError::Taken { .. })));
}

#[test]
fn a_rename_needs_something_to_move_and_a_free_name() {
    let bind = |text, n| bound(text, BoundId::Customer { tenant: customer(n) });
    let folded = folded(vec![bind("customer/a", 1), bind("customer/b", 2)]);
    assert_eq!(check(&folded, &renamed("customer/a", "customer/c")), Ok(()));
    assert!(matches!(check(&folded, &renamed("customer/a", "customer/b")), Err(NoteError::Taken { .. })));
    assert!(matches!(check(&folded, &renamed("customer/x", "customer/c")), Err(NoteError::UnknownAddress { .. })));
    assert!(matches!(check(&folded, &renamed("customer/a", "customer/a")), Err(NoteError::Unfitting { .. })));
    assert!(matches!(check(&folded, &renamed("customer/a", "partnership/a")), Err(NoteError::Unfitting { .. })));
}

#[test]
fn notes_written_together_build_on_each_other() {
    let bind = |text| bound(text, BoundId::Customer { tenant: customer(1) });
    let nothing = Folded::default();
    assert_eq!(check_all(&nothing, &[bind("customer/a"), renamed("customer/a", "customer/b")]), Ok(()));
    let both = check_all(&nothing, &[bind("customer/a"), bind("customer/b")]);
    assert!(matches!(both, Err(NoteError::Taken { .. })), "the second meets the first");
}

#[test]
fn only_what_looking_could_not_tell_is_resolved_and_with_what_it_taught() {
    let intent = || Record::Intent(Box::new(check_out("subscription/contoso/m365")));
    let looked = folded(vec![intent(), settled(1, unknown())]);
    let fresh = folded(vec![intent()]);
    let learned = done(ordered(Some(subscription(5))));
    assert_eq!(check(&looked, &resolved(1, learned.clone())), Ok(()));
    assert_eq!(check(&looked, &resolved(1, Settled::NotStarted)), Ok(()));
    assert!(matches!(check(&fresh, &resolved(1, learned.clone())), Err(NoteError::NotLookedUp { intent: 1 })));
    assert!(matches!(check(&looked, &resolved(2, Settled::NotStarted)), Err(NoteError::UnknownIntent { .. })));
    let others = BoundId::Subscription { customer: customer(1), subscription: subscription(5) };
    let taken = folded(vec![bound("subscription/contoso/x", others), intent(), settled(2, unknown())]);
    let theirs = check(&taken, &resolved(2, done(ordered(Some(subscription(5))))));
    assert!(matches!(theirs, Err(NoteError::Taken { .. })), "{theirs:?}");
    let bound_already = folded(vec![bound("subscription/contoso/m365", others), intent(), settled(2, unknown())]);
    let anew = check(&bound_already, &resolved(2, done(ordered(Some(subscription(6))))));
    assert!(matches!(anew, Err(NoteError::Bound { .. })), "{anew:?}");
    assert_eq!(check(&bound_already, &resolved(2, learned)), Ok(()), "said again");
    for wrong in [unknown(), done(ordered(None)), done(Learned::Nothing)] {
        assert!(matches!(check(&looked, &resolved(1, wrong)), Err(NoteError::WrongOutcome { .. })));
    }
}

#[test]
fn an_order_of_a_customer_that_the_address_means_no_more_is_settled_and_binds_nothing() {
    let intent = Record::Intent(Box::new(check_out("subscription/contoso/m365")));
    let moved = bound("customer/contoso", BoundId::Customer { tenant: customer(2) });
    let happened = resolved(1, done(ordered(Some(subscription(5)))));
    let looked = vec![intent, settled(1, unknown()), moved];
    assert_eq!(check(&folded(looked.clone()), &happened), Ok(()));
    let Folded { ledger, intents, .. } = folded([looked, vec![happened]].concat());
    assert!(intents.is_empty() && ledger.unresolved.is_empty());
    assert_eq!(ledger.bindings.keys().collect::<Vec<_>>(), [&address("customer/contoso")]);
    assert!(ledger.settled.is_empty());
}

#[test]
fn nothing_is_forgotten_while_an_effect_on_it_is_not_settled() {
    let forget = Record::Forgotten {
        address: address("subscription/contoso/m365"),
        what: Forgotten::Binding,
        by: by(),
        reason: why(),
    };
    let id = BoundId::Subscription { customer: customer(1), subscription: subscription(5) };
    let bind = bound("subscription/contoso/m365", id);
    let intent = Record::Intent(Box::new(check_out("subscription/contoso/m365")));
    assert_eq!(check(&folded(vec![bind.clone()]), &forget), Ok(()));
    let unsettled = check(&folded(vec![bind, intent]), &forget);
    assert!(matches!(unsettled, Err(NoteError::Unsettled { intent: 2, .. })), "{unsettled:?}");
    assert!(matches!(check(&Folded::default(), &forget), Err(NoteError::UnknownAddress { .. })));
}
