//! Checkpoints of the real binary: a long journal gets one when a run closes or a person notes something, and one that
//! cannot be written harms nobody.

use crate::support::{copy, root};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use twotier::journal::record::{Open, Record};
use twotier::journal::{Begun, Directory, Journal, Stamp};
use twotier::model::Timestamp;

/// Records behind which a checkpoint is worth it.
const MANY: u64 = 500;

struct Site(TempDir);
impl Site {
    /// A project in which nothing is to be done, and whose journal is so long.
    fn with(objects: u64) -> Self {
        let site = Self(TempDir::new().expect("a folder"));
        copy(&root().join("examples/ci"), site.0.path());
        assert_eq!(site.ends(&["apply", "--auto-approve"]).0, Some(0));
        let mut journal = site.journal();
        let stamp = |n: u64| Stamp { at: Timestamp::from_seconds(1_800_000_000), nonce: format!("renews-{n}").into() };
        let open = Open {
            actor: "ann".into(),
            commit: None,
            reference: None,
            change_url: None,
            plan: None,
            follows: None,
            tool: "0".into(),
            protected: Vec::new(),
            recipients: Vec::new(),
            limits: None,
        };
        let Begun::Run { epoch, number: _ } = journal.begin(open, &stamp(0)).expect("begins") else {
            panic!("nobody holds the lease")
        };
        for n in 1..=objects {
            journal.append(epoch, vec![Record::Renew], &stamp(n)).expect("renews");
        }
        let close = Record::Close { outcomes: Default::default(), refused: Vec::new() };
        journal.append(epoch, vec![close], &stamp(objects + 1)).expect("closes");
        site
    }
    fn state(&self) -> PathBuf {
        self.0.path().join(".twotier")
    }
    fn journal(&self) -> Journal {
        Journal::open(Arc::new(Directory::new(self.state()))).expect("a journal")
    }
    fn checkpoints(&self) -> usize {
        std::fs::read_dir(self.state().join("checkpoint")).map_or(0, Iterator::count)
    }
    fn ends(&self, words: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        let out = command.args(words).env("TWOTIER_ACTOR", "ann").current_dir(self.0.path()).output();
        let out = out.expect("the binary runs");
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    }
    fn closes_a_run(&self) -> (Option<i32>, String) {
        self.ends(&["apply", "--auto-approve"])
    }
}

fn damage(path: &Path) {
    std::fs::write(path, "nonsense").expect("writable");
}

#[test]
fn a_closed_run_and_a_note_leave_a_checkpoint_behind_a_long_journal_and_none_behind_a_short_one() {
    let site = Site::with(MANY);
    assert_eq!(site.checkpoints(), 0);
    let whole = site.journal();
    assert_eq!(site.closes_a_run(), (Some(0), "3 reads\n".to_owned()));
    assert_eq!(site.checkpoints(), 1);
    // What stands before it is read no more.
    damage(&site.state().join("journal/00000000000000000003"));
    assert_eq!(site.journal().ledger().bindings, whole.ledger().bindings);
    assert_eq!(site.closes_a_run().0, Some(0));
    assert_eq!(site.checkpoints(), 1);

    let site = Site::with(MANY);
    let (code, said) = site.ends(&["state", "forget", "subscription/contoso/m365", "--reason", "a test"]);
    assert_eq!((code, site.checkpoints()), (Some(0), 1), "{said}");
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_told_and_fails_nothing() {
    let site = Site::with(MANY);
    damage(&site.state().join("checkpoint"));
    let (code, said) = site.closes_a_run();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("warning: no checkpoint was written, and nothing is lost by it"), "{said}");
    std::fs::remove_file(site.state().join("checkpoint")).expect("is there");
    assert_eq!(site.closes_a_run().0, Some(0));
    assert_eq!(site.checkpoints(), 1);
}

#[test]
fn nothing_is_pruned_while_a_run_is_open_or_from_a_damaged_state() {
    let site = Site::with(3);
    let prune = || site.ends(&["state", "prune", "--by", "jan", "--yes"]);
    assert_eq!(prune().0, Some(0));
    let open = Open { actor: "ann".into(), ..Open::default() };
    let at = Stamp { at: Timestamp::from_seconds(1_800_000_000), nonce: "begins".into() };
    assert!(matches!(site.journal().begin(open, &at), Ok(Begun::Run { .. })));
    let (code, said) = prune();
    assert!(code == Some(9) && said.contains("another run holds the lease: ann"), "{said}");
    assert_eq!(site.ends(&["state", "take-over", "--by", "jan", "--reason", "a test"]).0, Some(0));
    assert_eq!(prune().0, Some(0));
    damage(&site.state().join("journal/00000000000000000003"));
    let (code, said) = prune();
    assert!(code == Some(1) && said.contains("damaged"), "{said}");
}
