//! The rules of the house: who may import whom, and what no file may hold. Fails with file and line.

use crate::support::{files, root, shown};
use std::path::Path;

/// Each module, lowest first, and those it may use. A module that is not named here fails the test.
const LAYERS: &[(&str, &[&str])] = &[
    // L0
    ("model", &[]),
    ("diag", &["model"]),
    // L1
    ("manifest", &["model", "diag"]),
    ("observed", &["model", "diag"]),
    ("ledger", &["model", "diag"]),
    // L2
    ("snapshot", &["model", "diag", "manifest", "observed", "ledger"]),
    ("desired", &["model", "diag", "manifest", "observed", "ledger"]),
    ("backend", &["model", "diag", "manifest", "observed", "ledger"]),
    // L3
    ("diff", &["model", "diag", "desired", "observed", "ledger"]),
    // L4
    ("policy", &["model", "diag", "manifest", "observed", "ledger", "snapshot", "desired", "diff"]),
    ("plan", &["model", "diag", "manifest", "observed", "ledger", "snapshot", "desired", "diff"]),
    // L5
    ("journal", &["model", "diag", "ledger"]),
    // L6
    ("apply", &["model", "diag", "observed", "ledger", "desired", "diff", "plan", "backend", "journal"]),
    // L7
    (
        "report",
        &[
            "model", "diag", "manifest", "observed", "ledger", "snapshot", "desired", "diff", "policy", "plan",
            "journal", "apply",
        ],
    ),
    // L8
    (
        "ops",
        &[
            "model", "diag", "manifest", "observed", "ledger", "snapshot", "desired", "backend", "diff", "policy",
            "plan", "journal", "apply", "report",
        ],
    ),
    // L9
    (
        "cli",
        &[
            "model", "diag", "manifest", "observed", "ledger", "snapshot", "desired", "backend", "diff", "policy",
            "plan", "journal", "apply", "report", "ops",
        ],
    ),
    ("main", &["cli"]),
];

/// Crates and parts of std that only these modules may name.
const KEPT: &[(&str, &[&str])] = &[
    ("clap::", &["cli"]),
    ("petgraph::", &["plan", "report"]),
    ("serde_yaml::", &["manifest", "cli"]),
    ("granit_parser::", &["manifest"]),
    ("std::env::", &["cli", "main"]),
    ("std::net::", &["backend"]),
    ("ureq::", &["backend"]),
    ("httparse::", &["backend"]),
    ("std::process::", &["journal", "ops", "cli", "main"]),
];

/// A finding of this test.
type Fault = String;

#[test]
fn modules_import_only_from_lower_layers() {
    let mut faults = Vec::new();
    for file in files(&root().join("src")) {
        let text = read(&file);
        faults.extend(layer_faults(&shown(&file), &text));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn files_are_documented_short_and_finished() {
    let mut faults = Vec::new();
    for file in files(root()).iter().filter(|file| file.extension().is_some_and(|e| e == "rs")) {
        faults.extend(shape_faults(&shown(file), &read(file)));
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    let places = ["home", "work", "Users", "root"].map(|folder| format!("/{folder}/"));
    let mut faults = Vec::new();
    for file in files(root()) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(place) = places.iter().find(|place| names_path(line, place)) {
                faults.push(format!("{}:{number}: names a path below {place}", shown(&file)));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The rules themselves: a test that cannot fail is a defect.
#[test]
fn the_rules_find_what_breaks_them() {
    let faults = |file: &str, text: &str| layer_faults(file, text).len();
    assert_eq!(faults("src/plan/order.rs", "//! doc\nuse crate::diff::X;\nuse crate::model::{A, B};\n"), 0);
    assert_eq!(
        layer_faults("src/plan/order.rs", "//! doc\nuse crate::backend::Observe;\n"),
        ["src/plan/order.rs:2: `plan` must not use `backend`"]
    );
    assert_eq!(faults("src/diff/mod.rs", "use crate::{\n    model::{Address, Name},\n    plan::Plan,\n};\n"), 1);
    assert_eq!(faults("src/model/id.rs", "fn f(x: &crate::diag::Code) {}\n"), 1);
    assert_eq!(faults("src/model/id.rs", "use super::super::diag::Code;\n"), 1);
    assert_eq!(faults("src/model/id.rs", "/// See [`crate::plan`].\nfn f() {}\n"), 0);
    assert_eq!(faults("src/observed/mod.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n use crate::ledger::L;\n}\n"), 0);
    assert_eq!(faults("src/plan/order.rs", "use clap::Parser;\n"), 1);
    assert_eq!(faults("src/novelty/mod.rs", "fn f() {}\n"), 1);
    assert_eq!(shape_faults("src/x.rs", "fn f() {}\n").len(), 1);
    assert_eq!(shape_faults("src/x.rs", &format!("//! doc\n{}", "\n".repeat(600))).len(), 1);
    assert_eq!(shape_faults("src/x.rs", &format!("//! doc\n    {}!()\n", "todo")).len(), 1);
    assert!(names_path("see /abode/me", "/abode/"));
    assert!(!names_path("https://learn.example/en-us/abode/item", "/abode/"));
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The module a file below `src` belongs to, and how many `super`s lead from it to the crate.
fn module(file: &str) -> (String, usize) {
    let path = file.strip_prefix("src/").unwrap_or(file).trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    (parts.first().copied().unwrap_or_default().to_owned(), parts.len())
}

fn layer_faults(file: &str, text: &str) -> Vec<Fault> {
    let (own, depth) = module(file);
    if own == "lib" {
        return Vec::new();
    }
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == own) else {
        return vec![format!("{file}:1: module `{own}` has no layer")];
    };
    if file.ends_with("/tests.rs") || file.contains("/tests/") {
        return Vec::new();
    }
    let code = code_only(text);
    let mut faults = Vec::new();
    for (at, used) in used_modules(&code, depth) {
        if used != own && LAYERS.iter().any(|(name, _)| *name == used) && !allowed.contains(&used.as_str()) {
            faults.push(format!("{file}:{}: `{own}` must not use `{used}`", line(&code, at)));
        }
    }
    for (word, keepers) in KEPT {
        for (at, _) in code.match_indices(word).filter(|(at, _)| begins_path(&code, *at)) {
            if !keepers.contains(&own.as_str()) {
                faults.push(format!("{file}:{}: `{own}` must not use `{word}`", line(&code, at)));
            }
        }
    }
    faults
}

/// The text with comments blanked and cut before the tests at its foot; lines keep their numbers.
fn code_only(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn begins_path(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
}

fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Every module of the crate a text names, with the place: `crate::x`, `crate::{x, y::z}`, `super::super::x`.
fn used_modules(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    let root = "super::".repeat(depth);
    for prefix in ["crate::", root.as_str()] {
        for (at, _) in code.match_indices(prefix).filter(|(at, _)| begins_path(code, *at)) {
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                None => used.push((at, word(rest))),
                Some(group) => used.extend(group_heads(group).into_iter().map(|head| (at, head))),
            }
        }
    }
    used
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The first words of the outer entries of a `{..}` group.
fn group_heads(group: &str) -> Vec<String> {
    let (mut level, mut heads, mut expecting) = (0, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => level += 1,
            '}' if level == 0 => break,
            '}' => level -= 1,
            ',' if level == 0 => expecting = true,
            c if expecting && !c.is_whitespace() => {
                heads.push(word(&group[at..]));
                expecting = false;
            }
            _ => {}
        }
    }
    heads
}

fn shape_faults(file: &str, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !text.starts_with("//!") {
        faults.push(format!("{file}:1: does not begin with `//!`: what it holds, what it never does"));
    }
    let lines = text.lines().count();
    if lines > 600 {
        faults.push(format!("{file}:{lines}: longer than 600 lines"));
    }
    let banned = [("#[", "ignore"), ("#[", "should_panic"), ("", "todo!"), ("", "unimplemented!"), ("", "dbg!")];
    for (number, line) in (1..).zip(text.lines()) {
        for (before, word) in banned {
            let whole = format!("{before}{word}");
            if line.trim_start().starts_with(&whole) || line.contains(&format!(" {whole}(")) {
                faults.push(format!("{file}:{number}: holds `{whole}`"));
            }
        }
    }
    faults
}

/// Whether a line names an absolute path below `place`: not as part of an address or a longer path.
fn names_path(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '}' | ')'))
    })
}
