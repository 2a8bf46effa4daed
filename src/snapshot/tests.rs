//! What a snapshot promises: nothing is lost on the way, and what is missing is never taken for absent.

mod any;

use super::*;
use crate::observed::{Answer, Facet, Read, Why};
use proptest::prelude::*;

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const CONTOSO: &str = "c0000000-0000-4000-8000-000000000001";

fn at() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().expect("an instant")
}

fn written(observed: &Observed, ledger: &Ledger) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(observed, ledger, TENANT.parse().expect("a tenant"), at(), &mut bytes).expect("memory takes everything");
    bytes
}

fn back(bytes: &[u8]) -> Result<Snapshot, ReadError> {
    read(&mut &bytes[..])
}

/// What a snapshot keeps of a ledger.
fn without_secrets(mut ledger: Ledger) -> Ledger {
    for handoff in ledger.handoffs.values_mut() {
        handoff.text.clear();
    }
    for credential in ledger.credentials.values_mut() {
        if let crate::ledger::CredentialState::Sealed { key, digest: _ } = &mut credential.state {
            *key = smol_str::SmolStr::default();
        }
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(observed in any::observed(), ledger in any::ledger()) {
        let bytes = written(&observed, &ledger);
        let snapshot = back(&bytes).expect("our own snapshot");
        prop_assert_eq!(&snapshot.observed, &observed);
        prop_assert_eq!(&snapshot.ledger, &without_secrets(ledger));
        prop_assert_eq!(snapshot.wholeness, Wholeness::Whole);
        prop_assert_eq!(written(&snapshot.observed, &snapshot.ledger), bytes, "the same bytes again");
    }

    /// Cut anywhere: an error, or only things that are there as they were and say that something is missing.
    #[test]
    fn a_snapshot_that_was_cut_off_proves_no_absence(observed in any::observed(), ledger in any::ledger(), cut in 0.0..1.0f64) {
        let bytes = written(&observed, &ledger);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a small length")]
        let kept = &bytes[..(bytes.len() as f64 * cut) as usize];
        let Ok(snapshot) = back(kept) else { return Ok(()) };
        prop_assert!(!snapshot.wholeness.is_whole() || kept.len() + 1 == bytes.len(), "the end of the last line may go");
        for told in snapshot.observed.answers() {
            let same = observed.answers().any(|whole| whole == told);
            let mut partial = Observed::default();
            partial.absorb(&told.read(), Err(Why::Partial));
            let partial = partial.answers().any(|partial| partial == told);
            prop_assert!(same || partial, "{told:?}");
        }
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut text = written(&Observed::default(), &Ledger::default());
        text.extend_from_slice(&bytes);
        let _ = back(&bytes);
        let _ = back(&text);
    }
}

/// A snapshot of one customer with two subscriptions.
fn small() -> String {
    let mut observed = Observed::default();
    let customer = CONTOSO.parse().expect("a customer");
    let list = Answer::Subscriptions(vec![any::one_subscription(1), any::one_subscription(2)]);
    observed.absorb(&Read::Subscriptions(customer), Ok(list));
    let mut ledger = Ledger::default();
    ledger.managed.insert("customer/contoso".parse().expect("an address"));
    String::from_utf8(written(&observed, &ledger)).expect("text")
}

#[test]
fn a_changed_value_and_a_lost_line_are_noticed() {
    let whole = small();
    let changed = whole.replace("\"quantity\":1", "\"quantity\":7");
    assert_eq!(back(changed.as_bytes()).expect("readable").wholeness, Wholeness::OtherBytes);

    let lost: String = whole.lines().enumerate().filter(|(at, _)| *at != 4).map(|(_, l)| format!("{l}\n")).collect();
    let snapshot = back(lost.as_bytes()).expect("readable");
    assert_eq!(snapshot.wholeness, Wholeness::OtherCount { written: 5, lines: 4 });
    let customer = CONTOSO.parse().expect("a customer");
    assert_eq!(snapshot.observed.subscriptions(customer), Facet::Unknown(Why::Partial));
}

#[test]
fn a_broken_line_is_named_by_its_number() {
    let broken = small().replacen("{\"list\"", "{\"list", 1);
    let error = back(broken.as_bytes()).expect_err("broken");
    assert!(matches!(error, ReadError::Line { number: 3, .. }), "{error}");

    let stray: String = small().lines().filter(|l| !l.contains("\"list\"")).map(|l| format!("{l}\n")).collect();
    let error = back(stray.as_bytes()).expect_err("entries of no list");
    assert_eq!(error.to_string(), "line 3 of the snapshot is broken: an entry of no list");

    let longer = small() + "{\"agreement\":{\"customer\":\"c0000000-0000-4000-8000-000000000001\",\"signed\":true}}\n";
    let error = back(longer.as_bytes()).expect_err("after the trailer");
    assert_eq!(error.to_string(), "line 7 of the snapshot is broken: nothing may follow the trailer");
}

#[test]
fn lost_facts_of_the_ledger_are_an_error() {
    let lost: String = small().lines().filter(|l| !l.contains("\"ledger\":")).map(|l| format!("{l}\n")).collect();
    let error = back(lost.as_bytes()).expect_err("an unknown ledger is not an empty one");
    assert!(matches!(error, ReadError::LedgerCutOff { found: 0, written: 1 }), "{error}");
}

#[test]
fn other_formats_and_other_files_are_refused() {
    let newer = small().replacen("twotier-snapshot/1", "twotier-snapshot/2", 1);
    assert!(matches!(back(newer.as_bytes()), Err(ReadError::OtherFormat { found }) if found == "twotier-snapshot/2"));
    for other in ["", "\n", "[]", "hello", "{\"format\":\"twotier-tenant/1\"}", "{\"format\":\"twotier-sn"] {
        assert!(matches!(back(other.as_bytes()), Err(ReadError::NotASnapshot)), "{other}");
    }
}

#[test]
fn unknown_fields_are_read_over() {
    let grown = small().replace("\"quantity\":1,", "\"quantity\":1,\"later\":{\"a\":[1]},");
    let customer = CONTOSO.parse().expect("a customer");
    let snapshot = back(grown.as_bytes()).expect("readable");
    assert_eq!(snapshot.observed.subscriptions(customer).known().map(|list| list.len()), Some(2));
}

#[test]
fn blocks_and_tasks_join_without_a_seam() {
    let mut observed = Observed::default();
    for n in 0..3u8 {
        let list = (0..14_000).map(any::one_subscription).collect();
        observed.absorb(&Read::Subscriptions(any::one_customer(n)), Ok(Answer::Subscriptions(list)));
    }
    let bytes = written(&observed, &Ledger::default());
    assert!(bytes.len() > 9 << 20, "more than one block: {}", bytes.len());
    let snapshot = back(&bytes).expect("our own snapshot");
    assert_eq!(snapshot.wholeness, Wholeness::Whole);
    assert_eq!(snapshot.observed, observed);

    let broken = bytes.len() - 600;
    let line = bytes[..broken].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    let mut bytes = bytes;
    bytes[broken] = 0;
    assert!(matches!(back(&bytes), Err(ReadError::Line { number, .. }) if number == line));
}

#[test]
fn the_schema_knows_every_kind_of_line() {
    let schema = serde_json::to_string(&schema()).expect("json");
    for word in ["observedAt", "ledgerFacts", "subscription", "trailer", "partnerOfRecord", "postalAddress"] {
        assert!(schema.contains(&format!("\"{word}\"")), "{word}");
    }
}
