//! Behaviours as a user sees them: each folder of `tests/cases` holds manifests, a tenant and a console of commands.
//! `BLESS=1` writes what was printed. Never compares anything but what was printed.

use crate::support::console::{Console, Sandbox};
use crate::support::root;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::path::{Path, PathBuf};

/// What the last plan of a case that applies may end with.
const AT_REST: [&str; 3] = ["No changes.", "Nothing to do now:", "Nothing can be done:"];

#[test]
fn cases_print_what_they_promise() {
    let all = cases();
    assert!(!all.is_empty(), "there are cases");
    let faults: Vec<String> = all.par_iter().flat_map_iter(|case| run(case)).collect();
    assert!(faults.is_empty(), "\n{}\nBLESS=1 takes what was printed as expected", faults.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("tests/cases")).expect("there are cases");
    let mut all: Vec<PathBuf> =
        folders.map(|entry| entry.expect("readable").path()).filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

fn run(case: &Path) -> Vec<String> {
    let name = case.file_name().expect("a name").to_string_lossy().into_owned();
    let script = case.join("script.txt");
    let text = std::fs::read_to_string(&script).unwrap_or_else(|error| panic!("{}: {error}", script.display()));
    let mut sandbox = Sandbox::copy(case);
    sandbox.provide("twotier.yaml", "center: embedded:tenant.jsonl\n");
    let mut console = Console::parse(&text);
    let mismatches = console.run(&mut sandbox);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&script, console.text()).expect("the case is writable");
        return not_at_rest(&name, &console).into_iter().collect();
    }
    let faults = mismatches.into_iter().map(|m| format!("{name}: $ {}\n{}", m.command, m.difference));
    faults.chain(not_at_rest(&name, &console)).collect()
}

/// A case that applies must end where nothing is left to do.
fn not_at_rest(name: &str, console: &Console) -> Option<String> {
    let applies = console.entries().iter().any(|entry| entry.command.starts_with("twotier apply"));
    let rests = console.entries().last().is_some_and(|last| {
        let line = last.expected.lines().rev().find(|line| AT_REST.iter().any(|end| line.starts_with(end)));
        last.command.starts_with("twotier plan") && line.is_some()
    });
    (applies && !rests)
        .then(|| format!("{name}: it applies, so it must end with a `twotier plan` that has nothing to do"))
}
