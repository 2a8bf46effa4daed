//! The recipe for pull requests (`examples/ci`), run as a pipeline runs it: its own scripts, the real binary where a
//! tenant in a file can bring the outcome about, a stand-in for the forge that keeps comments in a folder.
#![cfg(unix)]

mod reviews;

use crate::support::copy;
use reviews::{bob, reviews};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const HEAD: &str = "0123456789012345678901234567890123456789";
/// Keeps one comment of each kind as a file; says whether it was new or edited.
const GH: &str = r#"#!/usr/bin/env bash
set -eu
last=
all="$*"
if [ "$1" = label ]; then
    [ ! -f "$FORGE/label" ] || exit 1
    echo "$3" >"$FORGE/label"
    exit 0
fi
case "$all" in
*pulls/7/reviews*--jq*)
    # A page holds one review here.
    case "$all" in *--paginate*) cat "$FORGE/reviews" ;; *) head -n 1 "$FORGE/reviews" ;; esac
    exit
    ;;
*pulls/7\ --jq*) exec cat "$FORGE/author" ;;
*commits/*--jq*) exec cat "$FORGE/makers" ;;
*collaborators/*/permission*) exec cat "$FORGE/may-$(basename "$(dirname "$2")")" ;;
esac
if [ "$1" = issue ]; then
    file=
    for word in "$@"; do case "$last" in --body-file) file=$word ;; esac; last=$word; done
    case "$2" in
    list) [ ! -f "$FORGE/issue" ] || echo 9 ;;
    close) rm "$FORGE/issue" ;;
    create)
        case "$all" in *"--label $(cat "$FORGE/label") "*) cp "$file" "$FORGE/issue" ;; *) exit 1 ;; esac
        ;;
    *) cp "$file" "$FORGE/issue" ;;
    esac
    [ "$2" = list ] || echo "$2 issue" >>"$FORGE/log"
    exit 0
fi
kind=apply
case "$all" in *comments/1*) kind=plan ;; *comments/2*) kind=apply ;; *twotier-plan*) kind=plan ;; esac
file=
for word in "$@"; do case "$word" in body=@*) file=${word#body=@} ;; esac; done
if [ -n "$file" ]; then
    case "$all" in *PATCH*) verb=edit ;; *) verb=new; grep -q '^<!-- twotier-plan ' "$file" && kind=plan ;; esac
    echo "$verb $kind" >>"$FORGE/log"
    cp "$file" "$FORGE/$kind"
elif [ "${all%.updated_at, .body}" != "$all" ]; then
    echo 2026-11-23T10:00:00Z
    cat "$FORGE/$kind"
elif [ -f "$FORGE/$kind" ]; then
    if [ $kind = plan ]; then echo 1; else echo 2; fi
fi
"#;

struct Pipeline {
    folder: tempfile::TempDir,
    twotier: PathBuf,
}

impl Pipeline {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        copy(&root.join("examples/quickstart"), folder.path());
        copy(&root.join("examples/ci/ci"), &folder.path().join("ci"));
        fs::create_dir_all(folder.path().join("forge")).unwrap();
        let pipeline = Self { folder, twotier: env!("CARGO_BIN_EXE_twotier").into() };
        pipeline.script("bin/gh", GH);
        pipeline.write("forge/author", "ann\n");
        pipeline.write("forge/makers", "ann ann\n");
        pipeline.write("forge/may-bob", "write\n");
        pipeline.write("forge/reviews", &reviews(&[bob(reviews::Of::Last)]));
        pipeline
    }
    fn script(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }
    /// A tool that ends so whatever it is asked.
    fn ending(mut self, code: i32) -> Self {
        self.twotier = self.script("bin/twotier", &format!("#!/bin/sh\necho said\nexit {code}\n"));
        self
    }
    fn run(&self, script: &str) -> Output {
        self.run_with(script, &[])
    }
    fn run_with(&self, script: &str, variables: &[(&str, &str)]) -> Output {
        self.command(script).envs(variables.iter().copied()).output().unwrap()
    }
    fn command(&self, script: &str) -> Command {
        let path =
            format!("{}:{}", self.folder.path().join("bin").display(), std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("bash");
        command.arg(script).current_dir(self.folder.path()).env_clear().env("PATH", path);
        command.env("TWOTIER", &self.twotier).env("TWOTIER_ACTOR", "ann").env("GITHUB_REPOSITORY", "o/r");
        command.env("FORGE", self.folder.path().join("forge")).env("PR", "7").env("HEAD_SHA", HEAD);
        command
    }
    fn code(&self, script: &str) -> i32 {
        self.run(script).status.code().unwrap()
    }
    fn apply(&self) {
        let mut command = Command::new(&self.twotier);
        let applied = command.args(["apply", "--auto-approve"]).current_dir(self.folder.path()).env_clear().output();
        assert_eq!(applied.unwrap().status.code(), Some(0));
    }
    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join(file)).unwrap_or_default()
    }
    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }
    /// What the workflow does between the jobs: keep the plan, and fetch it after the merge.
    fn keep(&self) {
        fs::create_dir_all(self.folder.path().join("approved")).unwrap();
        for file in ["plan.json", "comment.md"] {
            fs::rename(self.folder.path().join(file), self.folder.path().join("approved").join(file)).unwrap();
        }
    }
    /// A comment with a plan of the last commit, and both kept.
    fn approvable(&self) {
        let id = "a".repeat(64);
        self.write("forge/plan", &format!("<!-- twotier-plan {HEAD} -->\n\nPlan id `{id}`\n"));
        self.write("plan.json", &format!("{{\n  \"planId\": \"{id}\",\n}}\n"));
        // What comes back from the forge has other line ends, and none at its end.
        self.write("comment.md", &format!("<!-- twotier-plan {HEAD} -->\r\n\r\nPlan id `{id}`"));
        self.keep();
    }
}

#[test]
fn what_the_comment_approved_is_applied_once_and_the_comments_are_edited() {
    let pipeline = Pipeline::new();
    let planned = pipeline.run("ci/plan.sh");
    assert_eq!(planned.status.code(), Some(0), "{planned:?}");
    assert_eq!(pipeline.code("ci/plan.sh"), 0);
    let comment = pipeline.read("forge/plan");
    assert!(comment.starts_with(&format!("<!-- twotier-plan {HEAD} -->\n")) && comment.len() <= 65_536, "{comment}");
    pipeline.keep();
    let applied = pipeline.run("ci/apply.sh");
    assert_eq!(applied.status.code(), Some(0), "{applied:?}");
    assert!(
        pipeline.read("forge/apply").contains("### twotier apply\n\n**Run 1: 5 done, 3 asked"),
        "{}",
        pipeline.read("forge/apply")
    );
    // One of its subscriptions is blocked from the beginning.
    let said = pipeline.read("forge/apply");
    assert!(said.contains("\n**Not everything that was merged could be done: "), "{said}");
    assert!(
        said.contains("plan` says why): `subscription/contoso/backup` **order-subscription** `TT0310`\n"),
        "{said}"
    );
    assert_eq!(pipeline.read("forge/log"), "new plan\nedit plan\nnew apply\n");
}

#[test]
fn a_plan_that_is_not_the_reviewed_one_is_not_applied() {
    let pipeline = Pipeline::new();
    assert_eq!(pipeline.code("ci/apply.sh"), 4, "no comment");
    assert_eq!(pipeline.code("ci/plan.sh"), 0);
    pipeline.keep();
    let comment = pipeline.read("forge/plan");
    let old = comment.replace(HEAD, &HEAD.replace('0', "f"));
    let plan = comment.lines().last().unwrap();
    let other = comment.replace(plan, &format!("Plan id `{}`", "a".repeat(64)));
    let none = comment.replace(plan, "");
    for (reviewed, why) in [(old, "last commit"), (other, "not the one in the comment"), (none, "holds no plan")] {
        pipeline.write("forge/plan", &reviewed);
        assert_eq!(pipeline.code("ci/apply.sh"), 4, "{why}");
        let said = pipeline.read("forge/apply");
        assert!(said.contains("Nothing was applied") && said.contains(why), "{said}");
    }
    assert!(!pipeline.folder.path().join(".twotier").exists(), "no state, no run");
}

#[test]
fn manifests_that_are_not_valid_are_told_in_the_comment() {
    let pipeline = Pipeline::new();
    pipeline.write("manifests/z.yaml", "kind: Nothing\n");
    assert_eq!(pipeline.code("ci/plan.sh"), 3);
    assert!(pipeline.read("forge/plan").contains("### twotier findings"), "{}", pipeline.read("forge/plan"));
    assert_eq!(pipeline.code("ci/apply.sh"), 4, "nothing was approved");
}

#[test]
fn every_exit_code_of_plan_leads_to_its_verdict() {
    for (code, verdict) in [(0, 0), (2, 0), (7, 0), (1, 1), (3, 3), (6, 6), (64, 1)] {
        let pipeline = Pipeline::new().ending(code);
        pipeline.write("plan.md", "planned\n");
        assert_eq!(pipeline.code("ci/plan.sh"), verdict, "{code}");
        let comment = pipeline.read("forge/plan");
        let said = [(0, "planned"), (1, "No plan: it failed"), (3, "said"), (6, "sign-in")];
        let said = said.iter().find(|(of, _)| *of == verdict).map(|(_, said)| *said).unwrap();
        assert!(comment.contains(said), "{code}: {comment}");
    }
}

#[test]
fn a_plan_of_which_nothing_could_be_read_is_shown_and_fails_the_check() {
    let mut pipeline = Pipeline::new();
    let tool = "#!/bin/sh\nprintf '{}' >plan.json\necho 'nothing can be done' >plan.md\nexit 1\n";
    pipeline.twotier = pipeline.script("bin/twotier", tool);
    assert_eq!(pipeline.code("ci/plan.sh"), 1);
    assert!(pipeline.read("forge/plan").ends_with("nothing can be done\n"), "{}", pipeline.read("forge/plan"));
    assert_eq!(pipeline.read("plan.json"), "", "nothing to approve is kept");
}

#[test]
fn every_exit_code_of_apply_leads_to_its_verdict() {
    let said = [
        (0, "Done, as far"),
        (1, "It failed (exit 1)"),
        (4, "the tenant moved"),
        (5, "a limit"),
        (6, "signed in"),
        (8, "Not everything"),
        (9, "another run"),
        (130, "interrupted"),
    ];
    for (code, said) in said {
        let pipeline = Pipeline::new().ending(code);
        pipeline.approvable();
        assert_eq!(pipeline.code("ci/apply.sh"), code);
        assert!(pipeline.read("forge/apply").contains(said), "{code}: {}", pipeline.read("forge/apply"));
    }
}

/// Lines that GitHub's runner would obey: everything between the line that stops commands and the one that resumes them is
/// text. Source: docs.github.com, workflow-commands-for-github-actions (Stopping and starting workflow commands).
fn obeyed(log: &str) -> Vec<&str> {
    let mut word: Option<String> = None;
    let mut found = Vec::new();
    for line in log.lines() {
        match &word {
            Some(end) if line == format!("::{end}::") => word = None,
            Some(_) => {}
            None => match line.strip_prefix("::stop-commands::") {
                Some(stop) => word = Some(stop.to_owned()),
                None if line.trim_start().starts_with("::") || line.contains("##[") => found.push(line),
                None => {}
            },
        }
    }
    assert_eq!(word, None, "commands are never resumed: {log}");
    found
}

#[test]
fn no_word_of_manifests_or_tenant_is_a_command_to_the_runner() {
    for (script, code) in
        [("ci/plan.sh", 2), ("ci/plan.sh", 3), ("ci/apply.sh", 0), ("ci/drift.sh", 2), ("ci/go-on.sh", 0)]
    {
        let mut pipeline = Pipeline::new();
        let tool = format!(
            "#!/bin/sh\necho '  ::add-mask::name'\necho '##[error]name' >&2\nprintf '::warning::name' >&2\nexit {code}\n"
        );
        pipeline.twotier = pipeline.script("bin/twotier", &tool);
        pipeline.write("plan.md", "planned\n");
        pipeline.approvable();
        let ran = pipeline.run(script);
        let (log, beside) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(log.contains("##[error]name"), "{script}: it is still told: {log}");
        assert_eq!(obeyed(&log), Vec::<&str>::new(), "{script}");
        assert_eq!(beside, "", "{script}: two streams come in any order");
        assert_eq!(
            obeyed("::warning::x\n::stop-commands::w\n::error::y\n::w::\na ##[debug]z"),
            ["::warning::x", "a ##[debug]z"]
        );
    }
}

#[test]
fn a_commit_that_no_pull_request_brought_applies_nothing() {
    let pipeline = Pipeline::new();
    let ran = pipeline.run_with("ci/apply.sh", &[("PR", "")]);
    assert_eq!(ran.status.code(), Some(4), "{ran:?}");
    assert_eq!(pipeline.read("forge/log"), "", "nobody to tell");
}

#[test]
fn what_a_pull_request_holds_is_read_and_nothing_is_written_into_it() {
    let pipeline = Pipeline::new();
    let root = pipeline.folder.path();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart"), &root.join("change"));
    fs::remove_dir_all(root.join("manifests")).unwrap();
    pipeline.write("kept", "mine\n");
    for file in ["comment.md", "plan.md", "plan.json"] {
        std::os::unix::fs::symlink(root.join("kept"), root.join("change").join(file)).unwrap();
    }
    pipeline.script("change/ci/plan.sh", "#!/bin/sh\necho theirs >>kept\n");
    let ran = pipeline.run_with("ci/plan.sh", &[("PROJECT", "change")]);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    assert!(pipeline.read("plan.json").contains("\"planId\""));
    assert_eq!(pipeline.read("kept"), "mine\n");
}

#[test]
fn what_a_change_does_to_the_scripts_and_workflows_stands_first_in_its_comment() {
    let pipeline = Pipeline::new();
    let root = pipeline.folder.path();
    let git = |folder: &Path, words: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "init.defaultBranch=main"]);
        let done = command.args(words).current_dir(folder).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    let planned = || {
        assert_eq!(pipeline.run_with("ci/plan.sh", &[("PROJECT", "change")]).status.code(), Some(0));
        pipeline.read("forge/plan").lines().take(4).map(str::to_owned).collect::<Vec<_>>()
    };
    git(root, &["init", "-q"]);
    git(root, &["add", "ci", "manifests", "tenant.jsonl", "twotier.yaml"]);
    git(root, &["commit", "-q", "-m", "base"]);
    git(root, &["clone", "-q", ".", "change"]);
    let change = root.join("change");
    fs::write(change.join("note.md"), "x\n").unwrap();
    git(&change, &["add", "."]);
    git(&change, &["commit", "-q", "-m", "a note"]);
    assert_eq!(planned()[3], "### twotier plan", "nothing to tell");
    fs::create_dir_all(change.join(".github/workflows")).unwrap();
    fs::write(change.join(".github/workflows/a`\n**b**.yml"), "x\n").unwrap();
    fs::write(change.join("ci/apply.sh"), "curl evil.example\n").unwrap();
    git(&change, &["add", "."]);
    git(&change, &["commit", "-q", "-m", "more"]);
    let said = planned();
    let names = "`.github/workflows/a????b??.yml`, `ci/apply.sh`";
    let told = format!("**This change also touches what plans, approves and applies: {names}. Read it as code: ");
    assert!(said[3].starts_with(&told), "{said:?}");
    fs::remove_dir_all(change.join(".git")).unwrap();
    fs::write(change.join(".git"), "nothing\n").unwrap();
    assert_eq!(planned()[3], "Whether this change touches `ci` or `.github` could not be told.");
}

#[test]
fn the_workflow_trusts_the_base_branch_and_plans_of_its_own_repository() {
    let workflow = include_str!("../../../examples/ci/.github/workflows/twotier.yml");
    let jobs: Vec<&str> = workflow.split("\n  plan:\n").flat_map(|part| part.split("\n  apply:\n")).collect();
    let [check, plan, apply] = jobs.as_slice() else { panic!("three jobs") };
    assert!(
        !check.contains("secrets") && !check.contains("TWOTIER_STATE: ") && check.contains("run: twotier validate")
    );
    assert!(plan.contains("head.repo.full_name == github.repository"), "forks are not planned");
    let (scripts, change) = plan.split_once("pull_request.base.sha").unwrap();
    assert!(!scripts.contains("actions/checkout") || !scripts.contains("head.sha }}\", path"), "the base comes first");
    assert!(change.contains("head.sha }}\", path: change") && change.contains("PROJECT: change"));
    assert!(change.contains("fetch-depth: 0"), "what no step shows is compared with the commit of the last run");
    assert!(
        apply.contains(".head_repository_id == .repository_id")
            && apply.contains(".merge_commit_sha == \"'\"$GITHUB_SHA\"'\"")
    );
}

#[test]
fn drift_is_kept_in_one_issue_until_nothing_drifts_any_more() {
    let pipeline = Pipeline::new();
    pipeline.apply();
    assert_eq!(pipeline.code("ci/drift.sh"), 0);
    assert_eq!(pipeline.read("forge/log"), "", "nothing drifted, nothing said");
    let living = pipeline.read(".twotier/tenant.jsonl");
    let moved = living.replace("\"quantity\":30", "\"quantity\":41");
    assert_ne!(moved, living);
    pipeline.write(".twotier/tenant.jsonl", &moved);
    for _ in 0..2 {
        let drifted = pipeline.run("ci/drift.sh");
        assert_eq!(drifted.status.code(), Some(0), "{drifted:?}");
    }
    let issue = pipeline.read("forge/issue");
    assert!(issue.contains("\n    subscription/contoso/m365  quantity  reported\n"), "{issue}");
    pipeline.write(".twotier/tenant.jsonl", &living);
    assert_eq!(pipeline.code("ci/drift.sh"), 0);
    assert_eq!(pipeline.read("forge/log"), "create issue\nedit issue\nclose issue\n");
}

#[test]
fn what_could_not_be_looked_at_is_no_drift() {
    for code in [1, 3, 6, 64] {
        let pipeline = Pipeline::new().ending(code);
        assert_eq!(pipeline.code("ci/drift.sh"), code);
        assert_eq!(pipeline.read("forge/log"), "", "{code}");
    }
}

#[test]
fn a_cancelled_job_is_told_to_the_run_and_waits_for_its_end() {
    let stand_in = "#!/usr/bin/env bash\ntrap 'echo settled; kill $!; exit 130' TERM\n[ \"$3\" = apply ] || exit 0\n\
                    echo began >\"$FORGE/began\"\nsleep 60 >/dev/null 2>&1 &\nwait $!\n";
    let mut pipeline = Pipeline::new();
    assert!(pipeline.run("ci/plan.sh").status.success(), "a plan to approve");
    pipeline.keep();
    pipeline.twotier = pipeline.script("bin/twotier", stand_in);
    let began = pipeline.folder.path().join("forge/began");
    assert!(Command::new("mkfifo").arg(&began).status().unwrap().success());
    let job = pipeline.command("ci/apply.sh").stdout(std::process::Stdio::piped()).spawn().unwrap();
    assert_eq!(fs::read_to_string(&began).unwrap(), "began\n");
    for signal in ["-INT", "-TERM"] {
        assert!(Command::new("kill").args([signal, &job.id().to_string()]).status().unwrap().success());
    }
    let ended = job.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stdout));
    let comment = fs::read_to_string(pipeline.folder.path().join("forge/apply")).unwrap();
    assert!(comment.contains("interrupted") && comment.contains("settled"), "{comment}");
}

#[test]
fn what_was_approved_goes_on_when_people_did_their_part_and_nothing_else_does() {
    let pipeline = Pipeline::new();
    assert_eq!(pipeline.code("ci/go-on.sh"), 0, "nothing waits");
    assert_eq!(pipeline.code("ci/plan.sh"), 0);
    pipeline.keep();
    assert_eq!(pipeline.code("ci/apply.sh"), 0);
    assert_eq!(pipeline.code("ci/go-on.sh"), 0);
    let texts = fs::read_dir(pipeline.folder.path().join("handoffs")).unwrap();
    let mut texts: Vec<PathBuf> = texts.map(|entry| entry.unwrap().path()).collect();
    texts.sort();
    assert_eq!(texts.len(), 3, "{texts:?}");
    let sent = fs::read_to_string(&texts[0]).unwrap();
    let id = sent.split_whitespace().next().unwrap();
    assert!(sent.contains("deliver-credentials customer/adatum"), "{sent}");
    // Somebody changes a manifest that nobody planned, and the reseller accepts.
    let contoso = pipeline.read("manifests/contoso.yaml");
    pipeline.write("manifests/contoso.yaml", &contoso.replace("quantity: 30", "quantity: 31"));
    let mut accept = Command::new(&pipeline.twotier);
    accept.args(["simulate", "accept", "partnership/northwind"]).current_dir(pipeline.folder.path()).env_clear();
    assert!(accept.status().unwrap().success());
    let ran = pipeline.run_with("ci/go-on.sh", &[("DONE", id), ("EVIDENCE", "TICKET-1; rm -rf /")]);
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let summary = pipeline.read("summary.md");
    assert!(summary.contains("`subscription/contoso/visio` **set-partner-of-record**: done"), "{summary}");
    assert!(summary.contains("`subscription/contoso/m365` **change-quantity**: unapproved"), "{summary}");
    assert!(!fs::exists(&texts[0]).unwrap(), "what is done is sent no more");
    let told = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(told.contains("deliver-credentials customer/adatum: done"), "{told}");
}

#[test]
fn what_is_said_to_be_done_is_an_id_and_nothing_else() {
    let pipeline = Pipeline::new();
    for done in ["--all", "c49c08aae4 $(id)", "x", "c49c08aae4@"] {
        assert_eq!(pipeline.run_with("ci/go-on.sh", &[("DONE", done)]).status.code(), Some(64), "{done}");
    }
    let workflow = include_str!("../../../examples/ci/.github/workflows/twotier-go-on.yml");
    assert!(workflow.contains("if: github.ref_name == github.event.repository.default_branch"));
    assert!(
        !workflow.lines().any(|line| line.contains("run:") && line.contains("${{")),
        "inputs are no part of a script"
    );
}

#[test]
fn every_exit_code_of_going_on_is_told_and_kept() {
    let said = [
        (4, "the tenant moved"),
        (5, "a limit"),
        (6, "signed in"),
        (8, "Not everything"),
        (9, "another run"),
        (130, "goes on where it stopped"),
        (1, "exit 1"),
    ];
    for (code, said) in said {
        let stand_in = format!("#!/bin/sh\n[ \"$3\" = apply ] || exit 0\nexit {code}\n");
        let mut pipeline = Pipeline::new();
        pipeline.twotier = pipeline.script("bin/twotier", &stand_in);
        assert_eq!(pipeline.code("ci/go-on.sh"), code);
        assert!(pipeline.read("summary.md").contains(said), "{code}: {}", pipeline.read("summary.md"));
    }
}
