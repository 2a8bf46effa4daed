//! Whose code is built in: every dependency comes from crates.io and under a licence that may be passed on.
//! Never asks the network; platforms other than this one are not looked at.

use crate::support::root;
use serde_json::Value;
use std::process::Command;

/// Licences that ask for no more than their text being kept.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[test]
fn dependencies_come_from_crates_io_under_allowed_licences() {
    let packages = packages();
    assert!(packages.len() > 50, "the dependencies are there: {}", packages.len());
    let faults: Vec<String> = packages.iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn licence_expressions_are_understood() {
    for good in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-2.0) AND Unicode-3.0"] {
        assert!(allowed(good), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Zlib) AND AGPL-3.0", "", "MPL-2.0"] {
        assert!(!allowed(bad), "{bad}");
    }
}

fn fault(package: &Value) -> Option<String> {
    let text = |key: &str| package[key].as_str().unwrap_or_default();
    let name = format!("{} {}", text("name"), text("version"));
    match package["source"].as_str() {
        // This crate itself.
        None if package["name"] == env!("CARGO_PKG_NAME") => return None,
        None => return Some(format!("{name}: is taken from a folder")),
        Some(source) if source.starts_with("registry+") && source.ends_with("/crates.io-index") => {}
        Some(source) => return Some(format!("{name}: comes from {source}, not from crates.io")),
    }
    match package["license"].as_str() {
        Some(expression) if allowed(expression) => None,
        Some(expression) => Some(format!("{name}: its licence `{expression}` is not among the allowed ones")),
        None => Some(format!("{name}: names no licence")),
    }
}

/// Whether an SPDX expression can be satisfied with allowed licences. `/` is the old way to write `OR`.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    let ands = outer(&expression, " AND ");
    ands.iter().all(|part| {
        let part = part.trim();
        match part.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => allowed(inner),
            None => outer(part, " OR ").iter().any(|one| {
                let one = one.trim();
                ALLOWED.contains(&one) || (one.starts_with('(') && allowed(one))
            }),
        }
    })
}

/// Splits at a word that stands outside of brackets.
fn outer<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut level) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => level += 1,
            ')' => level -= 1,
            _ if level == 0 && at >= start && text[at..].starts_with(word) => {
                parts.push(&text[start..at]);
                start = at + word.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// The packages of the lock file that this platform builds.
fn packages() -> Vec<Value> {
    let version = Command::new(env!("CARGO")).args(["--version", "--verbose"]).output().expect("cargo runs");
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("cargo names its platform");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let built: Vec<&Value> = metadata["resolve"]["nodes"].as_array().expect("nodes").iter().map(|n| &n["id"]).collect();
    let packages = metadata["packages"].as_array().expect("packages");
    packages.iter().filter(|package| built.contains(&&package["id"])).cloned().collect()
}
