//! `import`, `bind` and `set` over whole projects on disk: for any tenant the next plan has no steps and no errors, and
//! what people wrote is kept.

mod odd;

use crate::support::project::{Project, Quiet, tenant};
use crate::support::world::worlds;
pub(crate) use odd::odd_tenants;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use twotier::backend::Observe;
use twotier::backend::simulated::Memory;
use twotier::diag::Severity;
use twotier::ledger::{Ledger, LiveId};
use twotier::model::{Address, Kind};
use twotier::ops::import::{Imported, LeftOut, Managed, ProviderFacts, Question, Wishes, import};
use twotier::ops::project::Place;
use twotier::ops::recall::Recall;
use twotier::ops::rewrite::{self, Written};
use twotier::ops::set::{Assertions, Assignment, Each, Order, Proposal, What, set};
use twotier::ops::{Fault, bind};
use twotier::plan::Planned;

const OURS: &str = "11111111-1111-4111-8111-111111111111";

/// A folder with manifests, and a tenant.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) tenant: Memory,
    ledger: Ledger,
}

impl Desk {
    pub(crate) fn new(seed: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, tenant: tenant(seed), ledger: Ledger::default() }
    }
    fn place<'a>(&'a self, manifests: &'a [PathBuf]) -> Place<'a> {
        Place { root: self.folder.path(), manifests, state: Path::new(".twotier") }
    }
    fn propose(&self, wishes: &Wishes) -> Result<Imported, Fault> {
        self.propose_through(&self.tenant, wishes)
    }
    pub(crate) fn propose_through(&self, observe: &dyn Observe, wishes: &Wishes) -> Result<Imported, Fault> {
        let manifests = [PathBuf::from("manifests")];
        let provider = ProviderFacts {
            tenant: OURS.parse().expect("a tenant"),
            partner_id: Some(twotier::model::PartnerId::new("4800001")),
            country: Some("HU".into()),
        };
        let question = Question {
            place: self.place(&manifests),
            observe,
            recall: &Recall::nothing(),
            ledger: &self.ledger,
            provider: &provider,
            wishes,
        };
        import(question, &Quiet)
    }
    fn import(&self, wishes: &Wishes) -> Imported {
        self.import_through(&self.tenant, wishes)
    }
    pub(crate) fn import_through(&self, observe: &dyn Observe, wishes: &Wishes) -> Imported {
        let imported = self.propose_through(observe, wishes).unwrap_or_else(|fault| panic!("{fault:?}"));
        rewrite::write(self.folder.path(), &imported.changes).expect("written");
        imported
    }
    fn written(&self) -> Written {
        Written::load(self.place(&[PathBuf::from("manifests")]))
    }
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let written = self.written();
        let files = written.sources.files().map(|(_, file)| (file.path.display().to_string(), file.text.to_string()));
        files.collect()
    }
    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }
    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }
    pub(crate) fn project(&self) -> Project {
        let files = self.files();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        Project::of(&files)
    }
    fn plan(&self) -> (Planned, String) {
        let project = self.project();
        let planned = project.plan(&self.tenant, &self.ledger);
        let shown = project.shown(&planned);
        (planned, shown)
    }
    /// The law: no steps, nothing blocked, no error.
    fn is_at_rest(&self) -> Result<(), TestCaseError> {
        let (planned, shown) = self.plan();
        prop_assert!(planned.plan.steps().is_empty() && planned.outlook.blocked.is_empty(), "{}", shown);
        let errors = planned.outlook.findings.iter().filter(|finding| finding.severity == Severity::Error);
        prop_assert_eq!(errors.count(), 0, "{}", shown);
        Ok(())
    }
}

pub(crate) fn wishes(manage: &[Managed]) -> Wishes {
    Wishes { manage: manage.iter().copied().collect(), schemas: None }
}
fn by_default() -> Wishes {
    wishes(&[])
}

fn reseller(n: usize) -> String {
    format!("fab00000-0000-4000-8000-{n:012}")
}
fn customer(n: usize) -> String {
    format!("c0000000-0000-4000-8000-{n:012}")
}
fn subscription(n: usize) -> String {
    format!("50000000-0000-4000-8000-{n:012}")
}

/// A tenant, line by line.
struct Seed(Vec<serde_json::Value>);
impl Seed {
    fn new() -> Self {
        Self(vec![
            serde_json::json!({"format": "twotier-tenant/1", "tenantId": OURS, "clock": "2026-11-23T09:00:00Z", "partnerId": "4800001", "country": "HU"}),
        ])
    }
    fn reseller(mut self, n: usize, name: &str, partner_ids: &[&str]) -> Self {
        self.0.push(serde_json::json!({"company": {"tenantId": reseller(n), "name": name, "country": "HU", "partnerIds": partner_ids}}));
        self.0.push(serde_json::json!({"relationship": {"tenantId": reseller(n)}}));
        self
    }
    fn customer(mut self, n: usize, name: &str, domain: &str, resellers: &[usize]) -> Self {
        let resellers: Vec<String> = resellers.iter().map(|n| reseller(*n)).collect();
        self.0.push(serde_json::json!({"customer": {"tenantId": customer(n), "domain": domain, "companyName": name, "country": "HU", "resellers": resellers}}));
        self
    }
    fn subscription(mut self, n: usize, of: usize, name: &str, more: serde_json::Value) -> Self {
        let mut line = serde_json::json!({"subscriptionId": subscription(n), "customer": customer(of), "offerName": "Offer", "friendlyName": name, "quantity": 5, "product": {"productId": "CFQ7TTC0AAAA", "skuId": "0001"}, "term": "P1Y", "billingCycle": "annual"});
        for (key, value) in more.as_object().expect("an object") {
            line[key] = value.clone();
        }
        self.0.push(serde_json::json!({ "subscription": line }));
        self
    }
    fn text(&self) -> String {
        // Records come in the order companies, relationships, customers, subscriptions.
        let rank = |line: &serde_json::Value| {
            ["company", "relationship", "customer", "subscription"].iter().position(|kind| line.get(kind).is_some())
        };
        let mut lines = self.0.clone();
        lines.sort_by_key(rank);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }
    fn desk(&self) -> Desk {
        Desk::new(&self.text())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_plan_after_an_import_has_no_steps_and_no_errors(world in worlds()) {
        let desk = Desk::new(&world.seed());
        desk.import(&by_default());
        desk.is_at_rest()?;
        let again = desk.import(&by_default());
        prop_assert_eq!(again.changes, vec![]);
    }

    #[test]
    fn however_odd_the_tenant(seed in odd_tenants(), managed in prop::sample::subsequence(
        Managed::ALL.to_vec(), 0..=Managed::ALL.len(),
    )) {
        let desk = Desk::new(&seed);
        let first = desk.import(&wishes(&managed));
        prop_assert_eq!(&desk.import(&wishes(&managed)).changes, &vec![]);
        desk.is_at_rest()?;
        // The same again elsewhere is the same, byte for byte.
        let elsewhere = Desk::new(&seed);
        prop_assert_eq!(elsewhere.import(&wishes(&managed)), first);
    }

    #[test]
    fn what_is_to_be_managed_later_is_added_later(seed in odd_tenants(), managed in prop::sample::subsequence(
        Managed::ALL.to_vec(), 1..=Managed::ALL.len(),
    )) {
        let (late, early) = (Desk::new(&seed), Desk::new(&seed));
        late.import(&by_default());
        let marked = |(path, text): (String, String)| {
            let text = text.replace("    subscriptionId: ", "    # theirs\n      subscriptionId: ");
            late.write(&path, &text);
            (path, text)
        };
        let before: Vec<(String, String)> = late.files().into_iter().map(marked).collect();
        let second = late.import(&wishes(&managed));
        prop_assert_eq!(&late.import(&wishes(&managed)).changes, &vec![]);
        late.is_at_rest()?;
        // Nothing is lost, and what is there now is what an import with these fields writes at once.
        early.import(&wishes(&managed));
        for ((path, now), (_, old)) in late.files().into_iter().zip(before) {
            let mut lines = now.lines();
            prop_assert!(old.lines().all(|line| lines.any(|it| it == line)), "{}\n{}", old, now);
            let plain = now.replace("      # theirs\n", "");
            prop_assert_eq!(plain, early.read(&path));
        }
        let added = second.changes.iter().map(|change| change.before.as_deref().map(str::len) < Some(change.after.len()));
        prop_assert!(second.added >= added.count());
    }

    #[test]
    fn an_import_that_was_interrupted_is_finished_by_the_next(seed in odd_tenants(), at in 0..12usize) {
        let (whole, cut) = (Desk::new(&seed), Desk::new(&seed));
        whole.import(&by_default());
        let proposed = cut.propose(&by_default()).expect("proposed");
        let some = proposed.changes.get(..at).unwrap_or(&proposed.changes);
        rewrite::write(cut.folder.path(), some).expect("written");
        cut.import(&by_default());
        prop_assert_eq!(whole.files(), cut.files());
    }
}

fn contoso() -> Seed {
    Seed::new()
        .reseller(1, "Fabrikam Kft.", &["4811111", "4811112"])
        .reseller(2, "Northwind", &["4822222"])
        .customer(1, "Contoso: \"the best\"\nkind: Provider", "contoso.onmicrosoft.com", &[1, 2])
        .customer(2, "Alone", "alone.example", &[])
        .subscription(1, 1, "Microsoft 365 E3", serde_json::json!({"partnerOfRecord": "4822222"}))
        .subscription(2, 1, "Microsoft 365 E3", serde_json::json!({"partnerOfRecord": "4999999"}))
        .subscription(3, 1, "NO", serde_json::json!({}))
        .subscription(4, 1, "gone", serde_json::json!({"status": "deleted"}))
}

#[test]
fn a_repository_reads_as_somebody_would_have_written_it() {
    let desk = contoso().desk();
    let imported = desk.import(&wishes(&[Managed::Quantity]));
    let paths: Vec<String> = imported.changes.iter().map(|change| change.path.display().to_string()).collect();
    assert_eq!(
        paths,
        [
            "manifests/provider.yaml",
            "manifests/resellers/fabrikam-kft/reseller.yaml",
            "manifests/resellers/northwind/reseller.yaml",
            "manifests/resellers/northwind/customers/contoso.yaml",
            "manifests/customers/alone.yaml",
        ]
    );
    assert_eq!(
        desk.read("manifests/resellers/northwind/customers/contoso.yaml"),
        r#"# Contoso: "the best" kind: Provider, contoso.onmicrosoft.com
apiVersion: twotier/v1
kind: Customer
metadata:
  name: contoso
spec:
  tenantId: c0000000-0000-4000-8000-000000000001
  reseller: northwind
  otherResellers: [fabrikam-kft]
  subscriptions:
    microsoft-365-e3:
      subscriptionId: 50000000-0000-4000-8000-000000000001
      quantity: 5
      partnerOfRecord: northwind
    microsoft-365-e3-50000000:
      subscriptionId: 50000000-0000-4000-8000-000000000002
      quantity: 5
      partnerOfRecord: {partnerId: "4999999"}
    "no":
      subscriptionId: 50000000-0000-4000-8000-000000000003
      quantity: 5
      partnerOfRecord: none
"#
    );
}

#[test]
fn what_people_wrote_is_kept_and_only_what_is_new_is_added() {
    let desk = contoso().desk();
    desk.import(&by_default());
    let path = "manifests/resellers/northwind/customers/contoso.yaml";
    // Renamed, moved, commented, one subscription and one reseller taken out, another style.
    let mine = "# mine\napiVersion: twotier/v1\nkind: Customer\nmetadata: {name: big-one} # ours\nspec:\n  tenantId: c0000000-0000-4000-8000-000000000001 # id\n  reseller: northwind\n  # what they have\n  subscriptions:\n    e3: {subscriptionId: 50000000-0000-4000-8000-000000000001, partnerOfRecord: northwind} # many\n";
    std::fs::remove_file(desk.folder.path().join(path)).expect("there");
    desk.write("manifests/mine.yaml", mine);
    let imported = desk.import(&by_default());
    assert_eq!((imported.new.customers, imported.new.subscriptions), (0, 2));
    assert_eq!(
        desk.read("manifests/mine.yaml"),
        "# mine\napiVersion: twotier/v1\nkind: Customer\nmetadata: {name: big-one} # ours\nspec:\n  tenantId: c0000000-0000-4000-8000-000000000001 # id\n  reseller: northwind\n  otherResellers: [fabrikam-kft]\n  # what they have\n  subscriptions:\n    e3: {subscriptionId: 50000000-0000-4000-8000-000000000001, partnerOfRecord: northwind} # many\n    microsoft-365-e3:\n      subscriptionId: 50000000-0000-4000-8000-000000000002\n      partnerOfRecord: {partnerId: \"4999999\"}\n    \"no\":\n      subscriptionId: 50000000-0000-4000-8000-000000000003\n      partnerOfRecord: none\n"
    );
    assert_eq!(desk.import(&by_default()).changes, []);
    assert!(desk.plan().0.plan.steps().is_empty());
}

#[test]
fn what_is_gone_is_told_and_stays_written() {
    let desk = contoso().desk();
    desk.write("manifests/gone.yaml", "apiVersion: twotier/v1\nkind: Customer\nmetadata: {name: gone}\nspec: {tenantId: c0000000-0000-4000-8000-000000000009}\n");
    let imported = desk.import(&by_default());
    assert_eq!(imported.gone, ["customer/gone".parse().expect("an address")]);
    assert!(desk.folder.path().join("manifests/gone.yaml").exists());
}

#[test]
fn an_order_is_not_set_free_by_importing_what_blocks_it() {
    let desk = contoso().desk();
    desk.import(&by_default());
    desk.write("manifests/resellers/northwind/customers/contoso.yaml", "apiVersion: twotier/v1\nkind: Customer\nmetadata: {name: contoso}\nspec:\n  tenantId: c0000000-0000-4000-8000-000000000001\n  reseller: northwind\n  otherResellers: [fabrikam-kft]\n  subscriptions:\n    new: {product: {productId: CFQ7TTC0AAAA, skuId: \"0001\"}, quantity: 1, term: P1Y, billingCycle: annual}\n");
    let imported = desk.import(&by_default());
    assert_eq!((imported.changes.len(), imported.left_out.len()), (0, 3));
    let (planned, shown) = desk.plan();
    assert!(planned.plan.steps().is_empty() && planned.outlook.blocked.len() == 1, "{shown}");
}

#[test]
fn resellers_that_cannot_be_declared_are_left_out_with_the_reason() {
    let mut seed = contoso().reseller(3, "Without", &[]);
    seed.0.push(serde_json::json!({"company": {"tenantId": reseller(4), "name": "Far", "country": "US", "partnerIds": ["4844444"]}}));
    seed.0.push(serde_json::json!({"relationship": {"tenantId": reseller(4)}}));
    let imported = seed.desk().import(&by_default());
    let why: Vec<&str> = imported.left_out.iter().map(|LeftOut { what: _, why }| why.as_str()).collect();
    assert_eq!(
        why,
        [
            "it is in the CSP region US, the provider in Europe",
            "the tenant does not tell its PartnerID: declare it by hand"
        ]
    );
}

#[test]
fn learned_ids_are_written_with_comments_kept() {
    let mut desk = contoso().desk();
    desk.import(&by_default());
    desk.write("manifests/customers/alone.yaml", "apiVersion: twotier/v1\nkind: Customer\nmetadata: {name: alone}\nspec:\n  domain: alone.example # theirs\n  reseller: northwind\n  subscriptions:\n    # bought last year\n    one: {product: {productId: CFQ7TTC0AAAA, skuId: \"0001\"}, quantity: 1, term: P1Y, billingCycle: annual}\n");
    let (owner, id) = (customer(2).parse().expect("an id"), subscription(9).parse().expect("an id"));
    let of = |address: &str| address.parse::<Address>().expect("an address");
    desk.ledger.bindings.insert(of("customer/alone"), LiveId::Customer(owner));
    desk.ledger.bindings.insert(of("subscription/alone/one"), LiveId::Subscription(owner, id));
    let (changes, bound) = bind::bind(&desk.written(), &desk.ledger).expect("bound");
    assert_eq!((changes.len(), bound.len()), (1, 2));
    rewrite::write(desk.folder.path(), &changes).expect("written");
    assert_eq!(
        desk.read("manifests/customers/alone.yaml"),
        "apiVersion: twotier/v1\nkind: Customer\nmetadata: {name: alone}\nspec:\n  tenantId: c0000000-0000-4000-8000-000000000002 # theirs\n  reseller: northwind\n  subscriptions:\n    # bought last year\n    one: {subscriptionId: 50000000-0000-4000-8000-000000000009, product: {productId: CFQ7TTC0AAAA, skuId: \"0001\"}, quantity: 1, term: P1Y, billingCycle: annual}\n"
    );
    assert_eq!(bind::bind(&desk.written(), &desk.ledger).expect("bound").0, []);
}

fn order(kind: Kind, labels: &[(&str, &str)], names: &[&str], values: &[&str]) -> Order {
    Order {
        kind,
        names: names.iter().map(|name| (*name).into()).collect(),
        labels: labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        values: values.iter().map(|value| Assignment::parse(value).expect("a value")).collect(),
        naming: None,
        each: Each::new(),
        assertions: Assertions::Leave,
    }
}

#[test]
fn many_customers_move_at_once_and_others_stay() {
    let mut seed = contoso();
    for n in 10..50 {
        seed = seed.customer(n, "X", &format!("x{n}.onmicrosoft.com"), &[1]);
        seed = seed.subscription(n * 10, n, "M365", serde_json::json!({"partnerOfRecord": "4811111"}));
    }
    let desk = seed.desk();
    desk.import(&by_default());
    let names: Vec<String> = (10..50).map(|n| format!("x{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let label = order(Kind::Customer, &[], &names, &["label.group=move"]);
    rewrite::write(desk.folder.path(), &set(&desk.written(), &label).expect("set").changes).expect("written");
    let mv = order(Kind::Customer, &[("group", "move")], &[], &["reseller=northwind", "partnerOfRecord=northwind"]);
    let Proposal { changes, meant, .. } = set(&desk.written(), &mv).expect("set");
    assert_eq!((changes.len(), meant.documents, meant.left), (40, 40, 0));
    rewrite::write(desk.folder.path(), &changes).expect("written");
    let text = desk.read("manifests/resellers/northwind/customers/x10.yaml");
    assert!(text.contains("  labels: {group: move}\n") && text.contains("  reseller: northwind\n"), "{text}");
    assert!(text.contains("      partnerOfRecord: northwind\n"), "{text}");
    let (planned, shown) = desk.plan();
    assert_eq!(planned.plan.steps().len(), 120, "{shown}");
    assert_eq!(set(&desk.written(), &mv).expect("set").changes, []);
}

#[test]
fn what_names_the_old_reseller_stays_and_is_told_with_what_moves_it() {
    let desk = contoso().customer(50, "Mover", "mover.onmicrosoft.com", &[1]).desk();
    desk.import(&by_default());
    let relation = |name: &str, customers: &str| {
        format!(
            "apiVersion: twotier/v1\nkind: SupportDelegation\nmetadata: {{name: {name}}}\nspec: {{supportContact: fabrikam-kft, customers: [{customers}], subscriptions: [{{subscriptionId: {}}}]}}\n",
            subscription(name.len())
        )
    };
    desk.write("manifests/own.yaml", &relation("own", "mover"));
    desk.write("manifests/shared.yaml", &relation("shared", "mover, alone"));
    desk.write(
        "manifests/azure.yaml",
        "apiVersion: twotier/v1\nkind: AzureAccess\nmetadata: {name: mover-azure}\nspec: {customer: mover, reseller: fabrikam-kft, scope: /subscriptions/5a000000-0000-4000-8000-000000000001, role: Reader, ensure: present}\n",
    );
    for (n, who) in ["fabrikam-kft", "northwind"].into_iter().enumerate() {
        let path = format!("manifests/resellers/{who}/reseller.yaml");
        let group = format!("    adminAgentsGroupId: {}\n  ensure", customer(70 + n));
        desk.write(&path, &desk.read(&path).replace("  ensure", &group));
    }
    let mv = order(Kind::Customer, &[], &["mover"], &["reseller=northwind"]);
    let told: Vec<(What, Vec<String>, Option<String>)> = set(&desk.written(), &mv)
        .expect("set")
        .stays
        .into_iter()
        .map(|it| (it.what, it.names.into_iter().collect(), it.mend))
        .collect();
    let mends = [
        (What::Delegation, "own", Some("twotier set support-delegation own supportContact=northwind")),
        (What::SharedDelegation, "shared", None),
        (What::Access, "mover-azure", Some("twotier set azure-access mover-azure reseller=northwind")),
    ];
    assert_eq!(told, mends.map(|(what, name, mend)| (what, vec![name.to_owned()], mend.map(str::to_owned))));
    for (kind, name, value) in [
        (Kind::SupportDelegation, "own", "supportContact=northwind"),
        (Kind::AzureAccess, "mover-azure", "reseller=northwind"),
    ] {
        let changes = set(&desk.written(), &order(kind, &[], &[name], &[value])).expect("set").changes;
        assert_eq!(changes.len(), 1, "{name}");
        rewrite::write(desk.folder.path(), &changes).expect("written");
    }
    let left: Vec<What> = set(&desk.written(), &mv).expect("set").stays.into_iter().map(|it| it.what).collect();
    assert_eq!(left, [What::SharedDelegation]);
}

#[test]
fn who_is_asserted_to_be_nobody_stays_nobody_unless_it_is_named() {
    let desk = contoso().desk();
    desk.import(&by_default());
    let path = "manifests/customers/nobody.yaml";
    desk.write(
        path,
        "apiVersion: twotier/v1\nkind: Customer\nmetadata: {name: nobody}\nspec:\n  tenantId: c0000000-0000-4000-8000-00000000ffff\n  subscriptions:\n    a: {subscriptionId: 50000000-0000-4000-8000-00000000fff1, partnerOfRecord: none}\n    b: {subscriptionId: 50000000-0000-4000-8000-00000000fff2, partnerOfRecord: {partnerId: \"4811111\"}}\n    c: {subscriptionId: 50000000-0000-4000-8000-00000000fff3}\n",
    );
    let written = |order: &Order| {
        let Proposal { changes, meant, .. } = set(&desk.written(), order).expect("set");
        let ours = changes.iter().find(|change| change.path.ends_with("nobody.yaml"));
        (ours.map_or(0, |change| change.after.matches("partnerOfRecord: northwind").count()), meant.left)
    };
    let customer = order(Kind::Customer, &[], &["nobody"], &["partnerOfRecord=northwind"]);
    assert_eq!(written(&customer), (1, 2));
    assert_eq!(written(&Order { assertions: Assertions::Replace, ..customer }), (3, 0));
    let all = order(Kind::Subscription, &[], &[], &["partnerOfRecord=northwind"]);
    assert_eq!(written(&all), (1, 4), "many at once, with two that the import asserts");
    let named = order(Kind::Subscription, &[], &["nobody/a"], &["partnerOfRecord=northwind"]);
    assert_eq!(written(&named), (1, 0), "named itself");
}

#[test]
fn nothing_is_set_that_would_bring_an_error_or_that_nobody_selected() {
    let desk = contoso().desk();
    desk.import(&by_default());
    let refused = |order: Order| set(&desk.written(), &order).expect_err("refused");
    let nowhere = refused(order(Kind::Customer, &[], &["alone", "contoso"], &["reseller=norhtwind"]));
    assert!(matches!(&nowhere, Fault::Usage(words) if words.contains("did you mean `northwind`?")), "{nowhere}");
    let bare = refused(order(Kind::Subscription, &[], &[], &["renewal.quantity=3"]));
    assert!(matches!(&bare, Fault::Usage(words) if words.contains("renewal.action=renew")), "{bare}");
    for wrong in [
        order(Kind::Customer, &[], &["nobody"], &["reseller=northwind"]),
        order(Kind::Customer, &[("a", "b")], &[], &["reseller=northwind"]),
        order(Kind::Partnership, &[], &["northwind"], &["reseller=northwind"]),
        order(Kind::Customer, &[], &["alone"], &["quantity=3"]),
    ] {
        assert!(matches!(refused(wrong), Fault::Usage(_)));
    }
    for text in ["quantity=0", "quantity=x", "reseller=", "reseller=No", "x=y", "partnerOfRecord=a/b", "reseller"] {
        assert!(Assignment::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_file_that_changed_meanwhile_is_not_written_over() {
    let desk = contoso().desk();
    desk.import(&by_default());
    let change = order(Kind::Customer, &[], &["alone"], &["reseller=northwind"]);
    let Proposal { changes, .. } = set(&desk.written(), &change).expect("set");
    let path = "manifests/customers/alone.yaml";
    let theirs = desk.read(path) + "# theirs\n";
    desk.write(path, &theirs);
    assert!(matches!(rewrite::write(desk.folder.path(), &changes), Err(Fault::Changed { .. })));
    assert_eq!(desk.read(path), theirs);
}

/// A second tenant of Fabrikam, with its PartnerID.
fn with_a_twin(active: bool) -> Seed {
    let mut seed = contoso();
    seed.0.push(serde_json::json!({"company": {"tenantId": reseller(3), "name": "Fabrikam old", "country": "HU", "partnerIds": ["4811111"]}}));
    seed.0.push(serde_json::json!({"relationship": {"tenantId": reseller(3), "active": active}}));
    seed.subscription(5, 1, "Visio", serde_json::json!({"partnerOfRecord": "4811111"}))
}

#[test]
fn a_partner_id_that_two_tenants_show_is_that_of_the_active_one_and_of_nobody_if_both_are() {
    for (active, written) in
        [(false, "partnerOfRecord: fabrikam-kft"), (true, "partnerOfRecord: {partnerId: \"4811111\"}")]
    {
        let desk = with_a_twin(active).desk();
        desk.import(&by_default());
        desk.is_at_rest().expect("at rest");
        let text: String = desk.files().into_iter().map(|(_, text)| text).collect();
        assert!(text.contains(written), "{text}");
    }
}

#[test]
fn a_reseller_is_not_taken_for_a_partnership_that_only_claims_its_partner_id() {
    let desk = contoso().desk();
    desk.write(
        "manifests/all.yaml",
        &format!(
            "apiVersion: twotier/v1\nkind: Provider\nmetadata: {{name: distri}}\nspec: {{tenantId: {OURS}, partnerId: \"4800001\", country: HU}}\n---\napiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: fabrikam}}\nspec: {{reseller: {{displayName: Fabrikam, tenantId: {}, partnerIds: [\"4811111\", \"4822222\"], country: HU}}, ensure: active}}\n",
            reseller(1)
        ),
    );
    let imported = desk.import(&by_default());
    assert_eq!(imported.left_out.len(), 1, "{:?}", imported.left_out);
    let text = desk.read("manifests/resellers/fabrikam/customers/contoso.yaml");
    assert!(text.contains("reseller: fabrikam") && !text.contains("otherResellers"), "{text}");
    assert!(text.contains("partnerOfRecord: {partnerId: \"4822222\"}"), "{text}");
}
