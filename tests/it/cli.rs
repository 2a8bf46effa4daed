//! What a pipeline sees of the binary: exit codes, which stream says what, settings. Never looks at how a plan reads;
//! that is the cases' business.

use crate::support::{copy, root};
use std::process::{Command, Output};

/// A copy of the quickstart in a folder of its own.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&root().join("examples/quickstart"), folder.path());
        Self(folder)
    }
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path(file);
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{file} holds `{from}`");
        std::fs::write(path, text.replace(from, to)).expect("writable");
    }
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        command.env_clear().current_dir(self.0.path()).args(arguments).output().expect("the binary runs")
    }
    /// Exit code, stdout and stderr.
    fn ends(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
        (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
    }
    fn code(&self, arguments: &[&str]) -> i32 {
        self.ends(arguments).0
    }
}

#[test]
fn usage_errors_are_64_and_say_nothing_on_stdout() {
    let project = Project::new();
    for arguments in [
        &["plan", "--bogus"][..],
        &["frobnicate"],
        &["apply"],
        &["apply", "--exact", "--auto-approve"],
        &["plan", "--target", "customer/nobody"],
        &["handoffs", "--format", "markdown"],
        &["--center", "tenant.jsonl", "plan"],
        &["--center", "https://api.partnercenter.microsoft.com", "plan"],
        &["schema", "Nobody"],
        &["explain", "Nobody"],
        &["-C", "no/such/folder", "plan"],
    ] {
        let (code, stdout, stderr) = project.ends(arguments);
        assert_eq!((code, stdout.as_str()), (64, ""), "{arguments:?}");
        assert!(!stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_data() {
    let project = Project::new();
    for arguments in [&["--help"][..], &["--version"], &["plan", "--help"], &["state", "bind", "--help"]] {
        let (code, stdout, stderr) = project.ends(arguments);
        assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn what_explains_the_tool_works_beside_a_broken_project_file() {
    let project = Project::new();
    std::fs::write(project.path("twotier.yaml"), "mine\n").expect("written");
    for arguments in
        [&["explain", "TT0011"][..], &["explain", "Customer"], &["completions", "bash"], &["man"], &["schema"]]
    {
        let (code, stdout, stderr) = project.ends(arguments);
        assert_eq!(code, 0, "{arguments:?}: {stderr}");
        assert!(!stdout.is_empty(), "{arguments:?}");
    }
    for arguments in [&["plan"][..], &["explain", "customer/contoso"], &["config"], &["validate"]] {
        assert_eq!(project.code(arguments), 3, "{arguments:?}");
    }
}

#[test]
fn a_detailed_exit_code_tells_what_is_next() {
    let project = Project::new();
    assert_eq!(project.code(&["plan"]), 0);
    assert_eq!(project.code(&["plan", "--detailed-exitcode"]), 2);
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    assert_eq!(project.code(&["plan", "--detailed-exitcode"]), 7);
}

#[test]
fn a_plan_writes_nothing_but_what_it_is_told_to() {
    let project = Project::new();
    let written = project.ends(&["plan", "--out", "plan.json", "--write", "markdown=comment.md"]);
    assert_eq!(written.0, 0);
    assert!(!project.path(".twotier").exists());
    assert!(std::fs::read_to_string(project.path("comment.md")).expect("written").starts_with("### twotier plan"));
    let shown = project.ends(&["show", "plan.json"]);
    assert_eq!((shown.0, shown.1), (0, written.1), "a saved plan shows as the fresh one did");
}

#[test]
fn manifests_that_are_not_valid_are_3_everywhere() {
    let project = Project::new();
    project.edit("manifests/contoso.yaml", "partnerOfRecord: northwind", "partnerOfRecord: nobody");
    for arguments in [&["validate"][..], &["plan"], &["apply", "--auto-approve"], &["snapshot"]] {
        assert_eq!(project.code(arguments), 3, "{arguments:?}");
    }
    let (code, stdout, _) = project.ends(&["plan", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout).expect("one document");
    assert_eq!((code, &report["findings"][0]["code"]), (3, &serde_json::json!("TT0102")));
}

#[test]
fn where_no_project_is_its_beginning_is_told() {
    let project = Project(tempfile::tempdir().expect("a folder"));
    for arguments in [&["plan"][..], &["validate"], &["apply", "--auto-approve"], &["lint"]] {
        let (code, data, words) = project.ends(arguments);
        assert_eq!((code, data.as_str()), (3, ""), "{arguments:?}");
        assert!(words.contains("no project here") && words.contains("`twotier init`"), "{words}");
    }
}

#[test]
fn what_people_are_asked_and_who_can_open_a_password_is_part_of_what_was_approved() {
    for (from, to, step) in [
        ("invite.example/distri", "elsewhere.example/x", "invite-reseller"),
        (
            "age1zdcuk47ctgdzzhty4ekuyamm0l5tt7s5tu8pr7fajpg0v8v0tvdstx29k8",
            "age1ah8swzxhy95fq79lxv49ad0eshsccyhzfdja72ewm3y7hztn8s7qtddfst",
            "create-customer",
        ),
    ] {
        let project = Project::new();
        assert_eq!(project.code(&["plan", "--out", "plan.json"]), 0);
        project.edit("manifests/provider.yaml", from, to);
        let (code, printed, _) = project.ends(&["apply", "plan.json"]);
        let told = printed.lines().find(|line| line.contains(&format!(" {step} ")) && line.contains("unapproved"));
        assert!(code == 8 && told.is_some(), "{step} {code}: {printed}");
        let (_, asked, _) = project.ends(&["handoffs"]);
        assert!(step != "invite-reseller" || !asked.contains(step), "{asked}");
        assert_eq!(project.code(&["apply", "plan.json", "--exact"]), 4, "{step}");
    }
}

#[test]
fn what_was_approved_and_is_no_longer_so_is_4() {
    let project = Project::new();
    assert_eq!(project.code(&["plan", "--out", "plan.json"]), 0);
    project.edit("manifests/contoso.yaml", "quantity: 30", "quantity: 31");
    assert_eq!(project.code(&["apply", "plan.json", "--exact"]), 4);
    let unknown = "0".repeat(64);
    assert_eq!(project.code(&["apply", "--plan-id", &unknown]), 4);
    project.edit("plan.json", "\"quantity\"", "\"quantities\"");
    assert_eq!(project.code(&["apply", "plan.json"]), 1);
}

#[test]
fn another_run_is_9_and_a_person_who_knows_it_is_dead_ends_it() {
    let project = Project::new();
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    // As if a run had died after it opened: without what it wrote afterwards.
    let journal = project.path(".twotier/journal");
    let mut objects: Vec<_> =
        std::fs::read_dir(&journal).expect("a journal").map(|entry| entry.expect("readable").path()).collect();
    objects.sort();
    for late in &objects[2..] {
        std::fs::remove_file(late).expect("removed");
    }
    let (code, _, stderr) = project.ends(&["apply", "--auto-approve", "--lock-wait", "0"]);
    assert_eq!(code, 9, "{stderr}");
    assert_eq!(project.code(&["state", "take-over", "--by", "ann", "--reason", "runner was killed"]), 0);
    assert_ne!(project.code(&["apply", "--auto-approve", "--lock-wait", "0"]), 9);
}

#[test]
fn a_state_without_the_tenant_it_remembers_is_refused() {
    let project = Project::new();
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    std::fs::remove_file(project.path(".twotier/tenant.jsonl")).expect("removed");
    let (code, _, stderr) = project.ends(&["plan"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("simulate reset"), "{stderr}");
    assert_eq!(project.code(&["simulate", "reset"]), 0);
    assert_eq!(project.code(&["plan"]), 0);
}

#[test]
fn a_reset_discards_nothing_that_is_not_certainly_of_the_tenant_in_the_file() {
    let project = Project::new();
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    let kept = || std::fs::read_dir(project.path(".twotier/journal")).map_or(0, Iterator::count);
    let objects = kept();
    project.edit("tenant.jsonl", "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222");
    let (code, _, stderr) = project.ends(&["simulate", "reset"]);
    assert!(code == 1 && stderr.contains("the state belongs to the tenant `11111111"), "{stderr}");
    project.edit("tenant.jsonl", "22222222-2222-4222-8222-222222222222", "11111111-1111-4111-8111-111111111111");
    // As older versions began one: it does not say what for.
    project.edit(".twotier/journal/00000000000000000000", r#","begunFor":"embedded""#, "");
    std::fs::remove_file(project.path(".twotier/tenant.jsonl")).expect("removed");
    for arguments in [&["plan"][..], &["simulate", "reset"]] {
        let (code, _, stderr) = project.ends(arguments);
        assert!(code == 1 && stderr.contains("may be a service's") && !stderr.contains("simulate reset`"), "{stderr}");
    }
    // Without its first record it says nothing at all.
    std::fs::remove_file(project.path(".twotier/journal/00000000000000000000")).expect("removed");
    assert_eq!(project.code(&["simulate", "reset"]), 1);
    assert_eq!(kept(), objects - 1);
}

#[test]
fn settings_say_where_they_come_from() {
    let project = Project::new();
    let (code, stdout, _) = project.ends(&["config", "--format", "json", "--state", "elsewhere"]);
    let settings: serde_json::Value = serde_json::from_str(&stdout).expect("one document");
    assert_eq!(code, 0);
    assert_eq!(settings["state"]["origin"], "--state");
    assert!(settings["center"]["origin"].as_str().expect("text").ends_with("twotier.yaml"));
    std::fs::write(project.path("twotier.yaml"), "centre: embedded:tenant.jsonl\n").expect("writable");
    let (code, _, stderr) = project.ends(&["config"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("did you mean `center`?"), "{stderr}");
}

#[test]
fn the_tenant_of_the_provider_is_told_whatever_other_manifests_say() {
    let project = Project::new();
    let tenant = || {
        let (_, stdout, _) = project.ends(&["config", "--format", "json"]);
        let settings: serde_json::Value = serde_json::from_str(&stdout).expect("one document");
        (settings["tenant"]["value"].clone(), settings["tenant"]["origin"].clone())
    };
    let told = tenant();
    assert!(told.0.is_string() && told.1.as_str().is_some_and(|origin| origin.contains("provider.yaml")), "{told:?}");
    std::fs::write(project.path("manifests/broken.yaml"), "kind: Customer\n").expect("writable");
    assert_eq!(tenant(), told);
    let second = std::fs::read_to_string(project.path("manifests/provider.yaml")).expect("a file");
    std::fs::write(project.path("manifests/second.yaml"), second).expect("writable");
    assert!(tenant().0.is_null(), "of two nobody knows which");
}

/// A `git` that writes down what it is asked, and knows who commits.
#[cfg(unix)]
#[test]
fn git_is_asked_who_runs_a_command_only_where_that_is_recorded_or_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::new();
    let (folder, asked) = (project.path("bin"), project.path("asked"));
    std::fs::create_dir(&folder).expect("a folder");
    let script = format!("#!/bin/sh\necho \"$*\" >> {}\necho ann@distri.example\n", asked.display());
    std::fs::write(folder.join("git"), script).expect("writable");
    std::fs::set_permissions(folder.join("git"), std::fs::Permissions::from_mode(0o755)).expect("executable");
    let asks = |arguments: &[&str]| {
        drop(std::fs::remove_file(&asked));
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        let command = command.env_clear().env("PATH", &folder).current_dir(project.0.path()).args(arguments);
        assert!(command.output().expect("the binary runs").status.success(), "{arguments:?}");
        std::fs::read_to_string(&asked).unwrap_or_default().matches("user.email").count()
    };
    assert_eq!(asks(&["apply", "--auto-approve"]), 1);
    for arguments in [&["plan"][..], &["validate"], &["state", "list"], &["history"], &["handoffs"], &["credentials"]] {
        assert_eq!(asks(arguments), 0, "{arguments:?}");
    }
    assert_eq!(asks(&["config"]), 1);
}

#[test]
fn every_output_for_machines_is_one_document() {
    let project = Project::new();
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    for arguments in [
        &["validate"][..],
        &["plan"],
        &["handoffs"],
        &["credentials"],
        &["history"],
        &["history", "1"],
        &["state", "list"],
        &["state", "show", "customer/contoso"],
        &["state", "verify"],
        &["explain", "TT0310"],
        &["explain", "Customer"],
        &["config"],
        &["schema"],
        &["schema", "plan.schema.json"],
        &["simulate", "advance-clock", "1d"],
        &["simulate", "accept", "partnership/northwind"],
        &["simulate", "reset"],
    ] {
        let (code, stdout, stderr) = project.ends(&[arguments, &["--format", "json"]].concat());
        assert_eq!(code, 0, "{arguments:?}: {stderr}");
        assert!(serde_json::from_str::<serde_json::Value>(&stdout).is_ok(), "{arguments:?}: {stdout}");
    }
}

#[test]
fn people_answer_and_the_tenant_shows_it() {
    let project = Project::new();
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    assert_eq!(project.code(&["simulate", "accept", "partnership/northwind"]), 0);
    assert_eq!(project.code(&["simulate", "sign", "customer/adatum"]), 0);
    assert_eq!(project.code(&["plan", "--detailed-exitcode"]), 2);
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    assert_eq!(project.code(&["simulate", "accept", "customer/contoso"]), 0);
    assert_eq!(project.code(&["handoffs", "done", "--cause", "customer/adatum", "--evidence", "T-1"]), 0);
    assert_eq!(project.code(&["credentials", "forget", "customer/adatum", "--reason", "delivered"]), 0);
    assert_eq!(project.code(&["apply", "--auto-approve"]), 0);
    assert_eq!(
        project.code(&["plan", "--detailed-exitcode"]),
        7,
        "one subscription is blocked: somebody has to mend it"
    );
    assert_eq!(project.code(&["state", "verify"]), 0);
    assert_eq!(project.code(&["simulate", "reset"]), 0);
    assert_eq!(project.code(&["plan", "--detailed-exitcode"]), 2);
}

#[test]
fn a_tenant_becomes_a_repository_whose_plan_is_empty() {
    let project = Project::new();
    std::fs::remove_dir_all(project.path("manifests")).expect("there");
    let (code, out, _) = project.ends(&["import", "--dry-run"]);
    assert_eq!((code, project.path("manifests").exists()), (0, false), "{out}");
    assert!(out.contains("new     manifests/resellers/fabrikam/customers/contoso.yaml\nWould write 3 files"), "{out}");
    let (code, out, _) = project.ends(&["import", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &report["outcome"], &report["new"]["subscriptions"]), (0, &"written".into(), &3.into()));
    let (_, out, _) = project.ends(&["plan"]);
    assert_eq!(out, "No changes. The tenant matches the manifests.\n");
    assert_eq!(
        project.ends(&["import"]).1,
        "Nothing to write; declared already: 1 partnership, 1 customer, 3 subscriptions.\n"
    );
}

#[test]
fn files_that_are_there_change_only_when_somebody_agrees() {
    let project = Project::new();
    let text = || std::fs::read_to_string(project.path("manifests/contoso.yaml")).expect("a file");
    let before = text();
    let (code, out, err) = project.ends(&["set", "customer", "contoso", "reseller=northwind"]);
    assert_eq!((code, out.as_str(), text() == before), (64, "", true), "{err}");
    assert!(err.contains("-  reseller: fabrikam\n") && err.contains("+  reseller: northwind\n"), "{err}");
    let (code, out, _) = project.ends(&["set", "customer", "contoso", "reseller=northwind", "--dry-run"]);
    assert_eq!((code, text() == before), (0, true));
    // What is only shown is one stream: the difference, then what it comes to.
    let told = "\nWould write 1 file (1 customer meant).\n1 partner of record stays with `fabrikam`";
    assert!(out.starts_with("--- manifests/contoso.yaml\n") && out.contains(told), "{out}");
    assert_eq!(project.code(&["set", "customer", "contoso", "reseller=nowhere", "--yes"]), 64);
    assert_eq!(project.code(&["set", "customer", "contoso", "contact.email=nobody", "--yes"]), 3);
    assert_eq!(
        (project.code(&["set", "customer", "contoso", "reseller=northwind", "--yes"]), text() == before),
        (0, false)
    );
    assert_eq!(project.code(&["validate"]), 0);
    for wrong in
        [&["set", "customer", "reseller=a"][..], &["set", "thing", "x", "a=b"], &["set", "customer", "contoso"]]
    {
        assert_eq!(project.code(wrong), 64, "{wrong:?}");
    }
    assert_eq!(project.code(&["bind", "--dry-run"]), 0);
}

#[test]
fn a_variable_says_a_known_value_or_is_refused() {
    let project = Project::new();
    let config = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        let done = command.env_clear().env(name, value).current_dir(project.0.path()).arg("config").output();
        let done = done.expect("the binary runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    };
    for (name, setting, known) in [
        ("TWOTIER_FORMAT", "format", "text"),
        ("TWOTIER_COLOR", "color", "never"),
        ("TWOTIER_REFRESH", "refresh", "scope"),
    ] {
        let (code, _, told) = config(name, "bogus");
        assert_eq!(code, Some(64), "{name}");
        assert!(told.contains(&format!("`bogus` from {name} is none of")), "{told}");
        let (code, rows, told) = config(name, known);
        assert_eq!((code, told.as_str()), (Some(0), ""), "{name}");
        let row = rows.lines().find(|line| line.starts_with(setting)).expect("a row");
        assert_eq!(row.split_whitespace().collect::<Vec<_>>(), [setting, known, name]);
    }
}
