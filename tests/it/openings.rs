//! Who opens a sealed password is recorded before it is shown, and told wherever somebody asks.

use crate::support::{copy, root};
use std::process::Command;
use tempfile::TempDir;

struct Site(TempDir);
impl Site {
    /// A project in which a customer was created.
    fn new() -> Self {
        let site = Self(TempDir::new().expect("a folder"));
        copy(&root().join("examples/onboard-a-customer"), site.0.path());
        std::fs::remove_file(site.0.path().join("manifests/contoso.yaml")).expect("is there");
        let (code, _, said) = site.ends(&["apply", "--auto-approve"]);
        assert_eq!(code, Some(0), "{said}");
        site
    }
    fn ends(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        let command = command.args(words).env_clear().env("USER", "ann").env("HOSTNAME", "desk");
        let out = command.current_dir(self.0.path()).output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (out.status.code(), text(out.stdout), text(out.stderr))
    }
    fn opens(&self) -> (Option<i32>, String, String) {
        self.ends(&["credentials", "open", "customer/adatum", "--identity", "anna.key"])
    }
    fn objects(&self) -> usize {
        std::fs::read_dir(self.0.path().join(".twotier/journal")).expect("a folder").count()
    }
}

#[test]
fn an_opening_is_told_by_credentials_history_and_explain_and_holds_no_secret() {
    let site = Site::new();
    assert!(site.ends(&["credentials"]).1.contains("never"));
    let (code, shown, said) = site.opens();
    assert_eq!(code, Some(0), "{said}");
    let password = shown.split_whitespace().last().expect("a password");
    assert!(site.ends(&["credentials"]).1.contains("1 time, last 2026-11-23T09:00:00Z by ann"));
    assert!(site.ends(&["credentials", "--format", "json"]).1.contains("\"place\": \"desk\""));
    let history = ["history", "--address", "customer/adatum"];
    for words in [&history[..], &["history"], &["explain", "customer/adatum"]] {
        let (_, told, _) = site.ends(words);
        assert!(told.contains("the password of customer/adatum was opened (ann, from desk)"), "{words:?}: {told}");
        assert!(!told.contains(password));
    }
    assert_eq!(site.ends(&["state", "verify"]).0, Some(0));
    let fresh = site.ends(&["plan"]).1;
    assert!(!fresh.contains("reset-admin-password"), "{fresh}");
}

#[test]
fn a_password_whose_opening_cannot_be_recorded_is_not_shown() {
    let site = Site::new();
    let next = format!(".twotier/journal/{:020}", site.objects());
    std::fs::create_dir(site.0.path().join(&next)).expect("a folder");
    // The state is read up to what stands in the way.
    let (code, shown, said) = site.opens();
    assert_eq!((code, shown.as_str()), (Some(1), ""), "{said}");
    std::fs::remove_dir(site.0.path().join(next)).expect("is there");
    assert_eq!(site.opens().0, Some(0));
}

#[test]
fn a_key_that_does_not_fit_records_no_opening() {
    let site = Site::new();
    let before = site.objects();
    std::fs::write(site.0.path().join("other.key"), "AGE-SECRET-KEY-1QQQ").expect("writable");
    assert_eq!(site.ends(&["credentials", "open", "customer/adatum", "--identity", "other.key"]).0, Some(1));
    assert_eq!(site.objects(), before);
}

#[test]
fn nobody_opens_a_password_or_ends_a_run_without_a_name() {
    let site = Site::new();
    let nameless = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        let command = command.args(words).env_clear().env("GIT_CONFIG_NOSYSTEM", "1");
        let out = command.current_dir(site.0.path()).output().expect("the binary runs");
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let (code, said) = nameless(&["credentials", "open", "customer/adatum", "--identity", "anna.key"]);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("TWOTIER_ACTOR"), "{said}");
    let (code, said) = nameless(&["state", "take-over", "--reason", "it is dead"]);
    assert_eq!(code, Some(64), "{said}");
    assert_eq!(nameless(&["state", "take-over", "--reason", "it is dead", "--by", "ann"]).0, Some(0));
    // A damaged journal is told with its code and its mend.
    std::fs::write(site.0.path().join(".twotier/journal/00000000000000000002"), "nonsense").expect("writable");
    let (code, said) = nameless(&["plan"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("[TT0603]") && said.contains("twotier explain TT0603"), "{said}");
}
