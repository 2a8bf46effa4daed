//! `plan --base REF`, over real git repositories. Never looks at how steps read; that is the cases' business.

use crate::support::{copy, root};
use std::path::PathBuf;
use std::process::{Command, Output};

/// The quickstart, committed.
pub(crate) struct Repository(tempfile::TempDir);

impl Repository {
    /// A copy of the quickstart in `folder` of a fresh repository, not committed yet.
    pub(crate) fn fresh() -> Self {
        let repository = Self(tempfile::tempdir().expect("a folder"));
        copy(&root().join("examples/quickstart"), &repository.path(""));
        repository
    }
    pub(crate) fn committed() -> Self {
        let repository = Self::fresh();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit();
        repository
    }
    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&[
            "-c",
            "user.name=ann",
            "-c",
            "user.email=ann@example.org",
            "commit",
            "--quiet",
            "--allow-empty",
            "--message=x",
        ]);
    }
    /// The project lies in a folder of the repository, as it may.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.0.path().join("shop").join(file)
    }
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(file)).expect("readable");
        assert!(text.contains(from), "{file} holds `{from}`");
        std::fs::write(self.path(file), text.replace(from, to)).expect("writable");
    }
    pub(crate) fn git(&self, arguments: &[&str]) {
        let done = Command::new("git").current_dir(self.0.path()).args(arguments).output().expect("git runs");
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        command
            .current_dir(self.path(""))
            .env("GIT_CEILING_DIRECTORIES", self.0.path().parent().expect("a folder"))
            .env_remove("GITHUB_SHA")
            .env_remove("CI_COMMIT_SHA")
            .args(arguments);
        command.output().expect("the binary runs")
    }
    /// What git would add.
    fn untracked(&self) -> String {
        let status = Command::new("git").current_dir(self.0.path()).args(["status", "--porcelain"]).output();
        String::from_utf8(status.expect("git runs").stdout).expect("text")
    }
    /// The addresses that a plan since `base` has steps for or blocks, without repetition, and the last line.
    fn planned(&self, base: &str) -> (Vec<String>, String) {
        let output = self.run(&["plan", "--quiet", "--base", base]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let step = |line: &str| -> Option<String> {
            let rest = line.strip_prefix(['+', '~', '-', '!', ':', '?'])?.strip_prefix(' ')?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        let mut addresses: Vec<String> = text.lines().filter_map(step).collect();
        addresses.dedup();
        (addresses, text.lines().last().unwrap_or_default().to_owned())
    }
}

#[test]
fn a_state_folder_keeps_itself_out_of_the_repository() {
    let repository = Repository::committed();
    for ignore in [".gitignore", "shop/.gitignore"] {
        drop(std::fs::remove_file(repository.0.path().join(ignore)));
    }
    let applied = repository.run(&["apply", "--auto-approve"]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    assert!(repository.path(".twotier/journal").is_dir());
    let untracked = repository.untracked();
    assert!(!untracked.contains("twotier/"), "{untracked}");
}

#[test]
fn annotations_name_files_from_the_top_of_the_repository() {
    let repository = Repository::committed();
    for (format, named) in
        [("github", "file=shop/manifests/contoso.yaml,"), ("sarif", "\"uri\": \"shop/manifests/contoso.yaml\"")]
    {
        let printed = repository.run(&["plan", "--format", format]).stdout;
        let printed = String::from_utf8(printed).expect("text");
        assert!(printed.contains(named), "{printed}");
    }
}

const NOTHING: &str = "No changes in scope: what was looked at matches the manifests.";

#[test]
fn comments_moves_and_order_are_no_change() {
    let repository = Repository::committed();
    repository.edit("manifests/contoso.yaml", "kind: Customer", "# another comment\nkind: Customer");
    std::fs::create_dir(repository.path("manifests/hu")).expect("a folder");
    std::fs::rename(repository.path("manifests/adatum.yaml"), repository.path("manifests/hu/adatum.yaml"))
        .expect("moved");
    repository.edit("manifests/hu/adatum.yaml", "../../../schemas", "../../../../schemas");
    let (addresses, last) = repository.planned("HEAD");
    assert_eq!((addresses, last.as_str()), (vec![], NOTHING));
}

#[test]
fn one_changed_subscription_is_planned_without_its_siblings() {
    let repository = Repository::committed();
    repository.edit("manifests/contoso.yaml", "quantity: 30", "quantity: 31");
    // Its customer and that one's resellers are what it needs.
    let with_needs = ["partnership/northwind", "customer/contoso", "subscription/contoso/m365"];
    assert_eq!(repository.planned("HEAD").0, with_needs);
    // Committed, it is a change since the commit before, and none since its own.
    repository.commit();
    assert_eq!(repository.planned("HEAD~1").0, with_needs);
    assert_eq!(repository.planned("main").1, NOTHING);
}

#[test]
fn a_changed_partnership_brings_whatever_means_something_else_by_it() {
    let repository = Repository::committed();
    repository.edit("manifests/northwind.yaml", "[\"4822222\"]", "[\"4822222\", \"4822223\"]");
    let (addresses, _) = repository.planned("HEAD");
    assert!(addresses.contains(&"partnership/northwind".to_owned()), "{addresses:?}");
    assert!(addresses.contains(&"subscription/contoso/visio".to_owned()), "{addresses:?}");
    assert!(!addresses.contains(&"customer/adatum".to_owned()), "{addresses:?}");
}

#[test]
fn a_new_file_is_a_change_before_it_is_added() {
    let repository = Repository::committed();
    let text = std::fs::read_to_string(repository.path("manifests/northwind.yaml")).expect("readable");
    let text = text.replace("name: northwind", "name: tailspin").replace("4822222", "4833333");
    std::fs::write(repository.path("manifests/tailspin.yaml"), text).expect("written");
    let (addresses, _) = repository.planned("HEAD");
    assert_eq!(addresses, ["partnership/tailspin"]);
}

#[test]
fn a_document_that_disappeared_is_released_and_takes_nothing_away() {
    let repository = Repository::committed();
    assert!(repository.run(&["apply", "--auto-approve"]).status.success());
    std::fs::remove_file(repository.path("manifests/adatum.yaml")).expect("removed");
    let output = repository.run(&["plan", "--quiet", "--base", "HEAD"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("customer/adatum"), "{text}");
    assert!(text.ends_with(&format!("{NOTHING}\n")), "{text}");
}

#[test]
fn what_is_no_base_is_a_usage_error_that_says_why() {
    let repository = Repository::committed();
    for (base, why) in [("nowhere", "no commit `nowhere`"), ("--output=x", "no commit"), ("", "no commit ``")] {
        let output = repository.run(&["plan", &format!("--base={base}")]);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), words.contains(why)), (Some(64), true), "{base}: {words}");
    }
    let output = Repository::fresh().run(&["plan", "--base", "HEAD"]);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), words.contains("is in no git repository")), (Some(64), true), "{words}");
}

/// A section of a plan as text: its lines up to the next empty one.
pub(crate) fn section<'t>(text: &'t str, title: &str) -> Vec<&'t str> {
    text.lines().skip_while(|line| *line != title).skip(1).take_while(|line| !line.is_empty()).collect()
}
pub(crate) const UNSHOWN: &str = "Also changed in the manifests, and shown by no step";

#[test]
fn what_no_step_shows_is_told_and_what_a_step_shows_is_not() {
    let repository = Repository::committed();
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "mallory@evil.example");
    repository.edit("manifests/contoso.yaml", "quantity: 30\n", "quantity: 31\n      onDrift: {quantity: report}\n");
    repository.edit("manifests/provider.yaml", "https://invite.example/distri", "https://evil.example/distri");
    repository.edit("twotier.yaml", "center:", "lint: {TT0325: {severity: \"off\"}}\ncenter:");
    let taken = "apiVersion: twotier/v1\nkind: Acknowledgement\nmetadata: {name: ahead}\nspec: {limit: TT0508, cause: customer/contoso, atMost: 900, reason: r, by: b, expires: 2099-12-31}\n";
    std::fs::write(repository.path("manifests/ahead.yaml"), taken).expect("written");
    let output = repository.run(&["plan", "--base", "HEAD", "--write", "markdown=plan.md"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let told = section(&text, UNSHOWN);
    let expect = [
        "  provider/distri",
        "    invitationUrl  https://invite.example/distri -> https://evil.example/distri",
        "  customer/contoso",
        "    contact.email  it@contoso.example -> mallory@evil.example",
        "  subscription/contoso/m365",
        "    onDrift.quantity  none -> report",
        "  acknowledgement/ahead: new",
        "    atMost  900",
        "    by  b",
        "    cause  customer/contoso",
        "    expires  2099-12-31",
        "    limit  TT0508",
        "    reason  r",
        "  twotier.yaml",
        "    lint.TT0325.severity  none -> off",
    ];
    assert_eq!(told, expect, "{text}{}", String::from_utf8_lossy(&output.stderr));
    let comment = std::fs::read_to_string(repository.path("plan.md")).expect("written");
    let link = "- `provider/distri`\n  - `invitationUrl` `https://invite.example/distri` \u{2192} `https://evil.example/distri`\n";
    assert!(comment.contains(&format!("#### {UNSHOWN}\n\n{link}")), "{comment}");
}

#[test]
fn a_partner_id_that_only_a_manifest_gives_to_a_reseller_is_told() {
    let repository = Repository::committed();
    // Of one that is there already, also beside a step that pays under it.
    let tenant = r#""country":"HU","partnerIds":["4811111"]"#;
    repository.edit("tenant.jsonl", tenant, r#""country":"HU","partnerIds":["4811111","4811112"]"#);
    let tailspin = r#"{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}"#;
    let both = format!("{tailspin}\n{}", tailspin.replace("0001\"}}", "0003\"}}"));
    repository.edit("tenant.jsonl", tailspin, &both);
    repository.commit();
    repository.edit("manifests/fabrikam.yaml", r#"["4811111"]"#, r#"["4811111", "4811112"]"#);
    let payee = r#"partnerOfRecord: {partnership: fabrikam, partnerId: "4811112"}"#;
    repository.edit("manifests/contoso.yaml", "partnerOfRecord: fabrikam", payee);
    // Of new ones: one that is listed, and one that is to be invited.
    let document = |name: &str, reseller: &str| {
        let text = format!(
            "apiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: {}}}\nspec: {{reseller: {{displayName: {name}, {reseller}, country: HU, contact: {{email: csp@new.example}}}}, ensure: active}}\n",
            name.to_lowercase()
        );
        std::fs::write(repository.path(&format!("manifests/{name}.yaml")), text).expect("written");
    };
    document("Tailspin", r#"tenantId: fab00000-0000-4000-8000-000000000003, partnerIds: ["4833333", "4899998"]"#);
    document("Litware", r#"partnerIds: ["4899991", "4899992"]"#);
    let output = repository.run(&["plan", "--base", "HEAD"]);
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(text.contains("partnerOfRecord  none -> fabrikam (4811112)"), "{text}");
    let told = section(&text, UNSHOWN);
    let expect = [
        "  partnership/fabrikam",
        "    reseller.partnerIds  [4811111] -> [4811111, 4811112]",
        "  partnership/litware: new",
        "    reseller.contact.email  csp@new.example",
        "    reseller.partnerIds  [4899991, 4899992]",
        "  partnership/tailspin: new",
        "    reseller.contact.email  csp@new.example",
        "    reseller.displayName  Tailspin",
        "    reseller.partnerIds  [4833333, 4899998]",
        "    reseller.tenantId  fab00000-0000-4000-8000-000000000003",
    ];
    assert_eq!(told, expect, "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_renamed_document_is_told_by_what_it_says_otherwise_and_a_removed_one_by_its_name() {
    let repository = Repository::committed();
    repository.edit("manifests/adatum.yaml", "name: adatum", "name: datum\n  renamedFrom: adatum");
    std::fs::remove_file(repository.path("manifests/northwind.yaml")).expect("removed");
    repository.edit("manifests/contoso.yaml", "  otherResellers: [northwind]\n", "");
    repository.edit("manifests/contoso.yaml", "partnerOfRecord: northwind", "partnerOfRecord: fabrikam");
    let output = repository.run(&["plan", "--base", "HEAD"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let told = section(&text, UNSHOWN);
    assert!(told.contains(&"  partnership/northwind: declared by no document any more"), "{text}");
    let renamed = told.iter().skip_while(|line| !line.contains("customer/datum")).nth(1);
    assert!(!text.contains("subscription/adatum"), "{text}");
    assert_eq!(renamed, Some(&"    metadata.renamedFrom  none -> adatum"), "{text}");
}

#[test]
fn what_was_open_before_is_told_apart_from_the_change() {
    let repository = Repository::committed();
    let comment = || {
        let output = repository.run(&["plan", "--write", "markdown=plan.md"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(repository.path("plan.md")).expect("written")
    };
    assert!(!comment().contains("Not of this change"), "nothing to compare with");
    assert!(repository.run(&["apply", "--auto-approve"]).status.success());
    repository.edit("manifests/contoso.yaml", "quantity: 30\n", "quantity: 31\n");
    let text = comment();
    let open = text.lines().find(|line| line.starts_with("**Not of this change, and open before it**"));
    let open = open.unwrap_or_else(|| panic!("{text}"));
    assert!(
        open.contains("`subscription/contoso/visio` **set-partner-of-record**") && !open.contains("change-quantity"),
        "{text}"
    );
}

#[test]
fn a_folder_that_lay_unread_is_new_and_what_moves_there_is_told_from_what_it_was() {
    let repository = Repository::committed();
    copy(&repository.path("manifests"), &repository.path("later"));
    repository.edit("later/contoso.yaml", "it@contoso.example", "mallory@evil.example");
    repository.edit("later/provider.yaml", "https://invite.example/distri", "https://evil.example/distri");
    repository.commit();
    let told = |name: &str| {
        let output = repository.run(&["plan", "--base", "HEAD"]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{name}: {text}{}", String::from_utf8_lossy(&output.stderr));
        let mut told: Vec<String> = section(&text, UNSHOWN).iter().map(|line| line.trim().to_owned()).collect();
        told.retain(|line| !line.starts_with("twotier.yaml"));
        told
    };
    let rerouted = [
        "provider/distri",
        "invitationUrl  https://invite.example/distri -> https://evil.example/distri",
        "customer/contoso",
        "contact.email  it@contoso.example -> mallory@evil.example",
    ];
    // The project file reads it from now on.
    repository.edit("twotier.yaml", "center:", "manifests: [later]\ncenter:");
    std::fs::remove_dir_all(repository.path("manifests")).expect("removed");
    let with_the_list = [&rerouted[..], &["manifests  none -> [later]"]].concat();
    assert_eq!(told("named"), with_the_list);
    // It takes the place of what was read.
    repository.edit("twotier.yaml", "manifests: [later]\ncenter:", "center:");
    std::fs::rename(repository.path("later"), repository.path("manifests")).expect("moved");
    assert_eq!(told("moved"), rerouted);
    // A link leads there.
    std::fs::rename(repository.path("manifests"), repository.path("later")).expect("moved");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("later", repository.path("manifests")).expect("linked");
        assert_eq!(told("linked"), rerouted);
    }
}

#[test]
#[cfg(unix)]
fn what_a_link_leads_to_is_compared_as_long_as_the_link_stands() {
    let repository = Repository::fresh();
    std::fs::create_dir(repository.path("manifests/kept")).expect("made");
    std::fs::rename(repository.path("manifests/contoso.yaml"), repository.path("manifests/kept/contoso.txt"))
        .expect("moved");
    std::os::unix::fs::symlink("kept/contoso.txt", repository.path("manifests/contoso.yaml")).expect("linked");
    repository.git(&["init", "--quiet", "--initial-branch=main"]);
    repository.commit();
    let told = || {
        let output = repository.run(&["plan", "--base", "HEAD"]);
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
        text
    };
    assert!(!told().contains(UNSHOWN));
    repository.edit("manifests/kept/contoso.txt", "it@contoso.example", "a@contoso.example");
    let rerouted = "    contact.email  it@contoso.example -> a@contoso.example";
    assert_eq!(section(&told(), UNSHOWN)[1], rerouted);
    // The link is turned to what was laid in store.
    std::fs::rename(repository.path("manifests/kept/contoso.txt"), repository.path("manifests/kept/b.txt"))
        .expect("moved");
    repository.git(&["checkout", "--quiet", "--", "shop/manifests/kept/contoso.txt"]);
    repository.commit();
    assert!(!told().contains(UNSHOWN), "it lies there");
    std::fs::remove_file(repository.path("manifests/contoso.yaml")).expect("removed");
    std::os::unix::fs::symlink("kept/b.txt", repository.path("manifests/contoso.yaml")).expect("linked");
    assert_eq!(section(&told(), UNSHOWN)[1], rerouted);
}

#[test]
fn without_a_base_it_is_the_commit_of_the_last_run() {
    let repository = Repository::committed();
    let head = || {
        let done = Command::new("git").current_dir(repository.0.path()).args(["rev-parse", "HEAD"]).output();
        String::from_utf8(done.expect("git runs").stdout).expect("text").trim().to_owned()
    };
    let apply = |commit: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        let command = command.current_dir(repository.path("")).env("TWOTIER_COMMIT", commit);
        assert!(command.args(["apply", "--auto-approve"]).output().expect("it runs").status.success());
    };
    let plan = || String::from_utf8(repository.run(&["plan"]).stdout).expect("text");
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "a@contoso.example");
    assert!(!plan().contains(UNSHOWN) && !plan().contains("[TT0612]"), "nothing was applied yet");
    apply(&head());
    assert_eq!(section(&plan(), UNSHOWN)[1], "    contact.email  it@contoso.example -> a@contoso.example");
    repository.commit();
    assert!(plan().contains(UNSHOWN), "committed, and no run since");
    apply(&head());
    assert!(!plan().contains(UNSHOWN));
    apply("0123456789012345678901234567890123456789");
    let text = plan();
    assert!(text.contains("[TT0612]") && !text.contains(UNSHOWN) && !text.contains("`--base`:"), "{text}");
}

#[test]
#[cfg(feature = "rest")]
fn a_state_that_is_committed_is_refused() {
    let repository = Repository::committed();
    let center = "state: state\ncenter: {url: \"http://127.0.0.1:9\", tenant: 11111111-1111-4111-8111-111111111111, app: {clientId: 22222222-2222-4222-8222-222222222222}, token: token}\n";
    std::fs::write(repository.path("twotier.yaml"), center).expect("written");
    let list = || {
        let output = repository.run(&["state", "list"]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(repository.run(&["state", "init"]).status.success(), "{:?}", list());
    assert_eq!(list().0, Some(0), "{:?}", list());
    // It keeps itself out, unless somebody wants it in.
    std::fs::remove_file(repository.path("state/.gitignore")).expect("there");
    repository.commit();
    let (code, words) = list();
    assert!(code == Some(1) && words.contains("TT0613"), "{words}");
}
