//! What is remembered of earlier looks: an import that is interrupted goes on, nothing is asked that was not predicted, and a
//! plan from memory is the plan a full look would make.

mod hall;
mod laws;

use hall::{Hall, Told};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use twotier::backend::simulated::seed;
use twotier::journal::{Beginning, Journal, Memory, Stamp};
use twotier::ledger::Ledger;
use twotier::ops::Fault;
use twotier::ops::import::{Imported, ProviderFacts, Question, Wishes, import};
use twotier::ops::project::Place;
use twotier::ops::recall::{Past, Recall, Recalling, Refresh};

const OURS: &str = "11111111-1111-4111-8111-111111111111";
/// More than a page.
const CUSTOMERS: usize = 620;
const RESELLERS: usize = 7;

/// A tenant with so many customers, one of which has a reseller with more than a page of them.
fn generated(customers: usize, resellers: usize) -> String {
    let mut lines = vec![serde_json::json!({"format": "twotier-tenant/1", "tenantId": OURS,
        "clock": "2026-11-23T09:00:00Z", "partnerId": "4800001", "country": "HU"})];
    let reseller = |n: usize| format!("fab00000-0000-4000-8000-{n:012}");
    for n in 0..resellers {
        let (id, partner) = (reseller(n), format!("48{:05}", 11111 + n));
        lines.push(serde_json::json!({"company": {"tenantId": id, "name": format!("Reseller {n}"), "country": "HU", "partnerIds": [partner]}}));
    }
    lines.extend((0..resellers).map(|n| serde_json::json!({"relationship": {"tenantId": reseller(n)}})));
    let customer = |n: usize| format!("c0000000-0000-4000-8000-{n:012}");
    for n in 0..customers {
        let of = if n < 510 { 0 } else { n % resellers };
        lines.push(serde_json::json!({"customer": {"tenantId": customer(n), "domain": format!("c{n}.onmicrosoft.com"), "companyName": format!("Customer {n}"), "country": "HU", "resellers": [reseller(of)]}}));
    }
    for n in 0..customers {
        lines.push(serde_json::json!({"subscription": {"subscriptionId": format!("50000000-0000-4000-8000-{n:012}"), "customer": customer(n), "offerName": "Offer", "friendlyName": "mail", "quantity": 5, "product": {"productId": "CFQ7TTC0AAAA", "skuId": "0001"}, "term": "P1Y", "billingCycle": "annual", "commitmentEnd": "2027-06-01T00:00:00Z", "partnerOfRecord": "4811111"}}));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A project, a state, and the service.
struct Desk {
    folder: TempDir,
    journal: Journal,
    hall: Arc<Hall>,
}
impl Desk {
    fn new(customers: usize) -> Self {
        let tenant = seed::parse("seed", &generated(customers, RESELLERS)).expect("a tenant");
        let at = tenant.clock();
        let mut journal = Journal::open(Arc::new(Memory::default())).expect("a journal");
        journal
            .init(Beginning { tenant: tenant.id(), begun_for: None }, "state".into(), &Stamp { at, nonce: "n".into() })
            .expect("genesis");
        Self { folder: tempfile::tempdir().expect("a folder"), journal, hall: Hall::of(tenant) }
    }
    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache/observed.jsonl")
    }
    fn import(&self, refresh: Refresh, told: &Told) -> Result<Imported, Fault> {
        let center = self.hall.center();
        let recalling = Recalling { file: self.cache(), refresh };
        let past = Past { observe: &center, journal: &self.journal, now: self.hall.tenant().clock() };
        let recall = Recall::open(Some(&recalling), past, told);
        let provider = ProviderFacts {
            tenant: OURS.parse().expect("a tenant"),
            partner_id: Some(twotier::model::PartnerId::new("4800001")),
            country: Some("HU".into()),
        };
        let question = Question {
            place: Place { root: self.folder.path(), manifests: &["manifests".into()], state: Path::new(".twotier") },
            observe: &center,
            recall: &recall,
            ledger: &Ledger::default(),
            provider: &provider,
            wishes: &Wishes::default(),
        };
        let imported = import(question, told);
        recall.close(told);
        imported
    }
    /// Imports, and how many calls it made.
    fn counted(&self, refresh: Refresh, told: &Told) -> (Imported, usize) {
        let before = self.hall.calls();
        let imported = self.import(refresh, told).unwrap_or_else(|fault| panic!("{fault:?}"));
        (imported, self.hall.calls() - before)
    }
}

#[test]
fn an_import_whose_process_dies_goes_on_where_it_stopped_and_no_call_is_made_that_was_not_predicted() {
    let desk = Desk::new(CUSTOMERS);
    // A full look in one piece, elsewhere.
    let whole = Desk::new(CUSTOMERS);
    let told = Told::default();
    let (expected, calls) = whole.counted(Refresh::Changed, &told);
    let cost = told.spent();
    assert!(cost.made <= cost.expected, "{cost:?}");
    assert_eq!(expected.new.customers, CUSTOMERS);

    desk.hall.dies_after(300);
    let died = catch_unwind(AssertUnwindSafe(|| desk.import(Refresh::Changed, &Told::default())));
    assert!(died.is_err(), "it dies");
    desk.hall.lives();
    let told = Told::default();
    let (imported, rest) = desk.counted(Refresh::Changed, &told);
    assert_eq!(imported, expected, "as if nothing had happened");
    assert!(rest < calls - 270, "{rest} calls where {calls} are needed for everything: it began anew");
    let cost = told.spent();
    assert!(cost.made <= cost.expected, "{cost:?}");
    assert!(told.remembered() > 270, "{}", told.remembered());

    // And once more: only what is always asked, and the records.
    let (again, few) = desk.counted(Refresh::Changed, &Told::default());
    assert_eq!((again, few < 10), (expected, true), "{few} calls");
}

#[test]
fn an_import_that_loses_the_network_says_so_and_goes_on_later() {
    let desk = Desk::new(CUSTOMERS);
    desk.hall.loses_the_network_after(200);
    let fault = desk.import(Refresh::Changed, &Told::default()).expect_err("nothing answers any more");
    assert!(matches!(&fault, Fault::Unread { .. }), "{fault:?}");
    let asked = desk.hall.calls();
    // How many were under way when it was noticed depends on how busy the machine is; each of the 420 that were left, with its
    // repeats, is more than this.
    assert!(asked < 2000, "{asked} calls: it went on asking");
    desk.hall.lives();
    let told = Told::default();
    let (imported, _) = desk.counted(Refresh::Changed, &told);
    assert_eq!(imported.new.customers, CUSTOMERS);
    assert!(told.remembered() > 170, "{}", told.remembered());
}

#[test]
fn full_reads_everything_anew_and_a_foreign_cache_is_told_and_not_used() {
    let desk = Desk::new(20);
    let (expected, calls) = desk.counted(Refresh::Full, &Told::default());
    assert_eq!(desk.counted(Refresh::Full, &Told::default()), (expected.clone(), calls), "full is full");
    let (_, few) = desk.counted(Refresh::Changed, &Told::default());
    assert!(few < calls, "{few} of {calls}: a full look is remembered");
    let text = std::fs::read_to_string(desk.cache()).expect("a cache").replacen(
        "\"state\":\"state\"",
        "\"state\":\"other\"",
        1,
    );
    std::fs::write(desk.cache(), text).expect("written");
    let told = Told::default();
    assert_eq!(desk.counted(Refresh::Changed, &told), (expected, calls));
    assert!(told.notes().iter().any(|note| note.contains("another state")), "{:?}", told.notes());
}

#[test]
fn without_audit_records_everything_is_read_anew_and_that_is_said() {
    let desk = Desk::new(20);
    let (expected, calls) = desk.counted(Refresh::Changed, &Told::default());
    desk.hall.refuses("/v1/auditrecords");
    let told = Told::default();
    let (imported, again) = desk.counted(Refresh::Changed, &told);
    assert_eq!(imported, expected);
    assert!(again >= calls, "{again} of {calls}");
    assert!(told.notes().iter().any(|note| note.starts_with("everything is read anew")), "{:?}", told.notes());
}
