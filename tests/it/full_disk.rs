//! Commands that write files when there is no room: what cannot be written whole is not there at all, and the command
//! goes on where it stopped once there is room.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A customer as `import` writes it; the remark decides how long it is.
fn customer(name: &str, number: usize, remark: &str) -> String {
    format!(
        "# {remark}\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: {name}}}\nspec: {{tenantId: c0000000-0000-4000-8000-{number:012}, reseller: fabrikam}}\n"
    )
}

const BASE: &str = "\
apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: HU}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: F, partnerIds: [\"4811111\"], country: HU}, ensure: active}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: northwind}
spec: {reseller: {displayName: N, partnerIds: [\"4822222\"], country: HU}, ensure: active}
";

/// Runs the binary where no file may become longer than so many blocks of 512 bytes; exit code and standard error.
fn cramped(folder: &Path, blocks: &str, words: &str) -> (Option<i32>, String) {
    let limit = if blocks.is_empty() { String::new() } else { format!("ulimit -f {blocks}; trap '' XFSZ; ") };
    let line = format!("{limit}exec \"$TWOTIER\" {words}");
    let mut shell = Command::new("sh");
    let shell = shell.args(["-c", &line]).current_dir(folder).env("TWOTIER", env!("CARGO_BIN_EXE_twotier"));
    let out = shell.output().expect("a shell");
    (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
}

/// Every file below a folder with its text, sorted.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = std::fs::read_to_string(&path).expect("a text");
            found.push((path, text));
        }
    }
    found.sort();
    found
}

#[test]
fn a_repository_that_does_not_fit_has_no_half_file_and_is_completed_later() {
    let (whole, small) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
    assert_eq!(cramped(whole.path(), "", "init .").0, Some(0));
    let (code, said) = cramped(small.path(), "1", "init .");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("cannot be written"), "{said}");
    let expect = |path: &Path| {
        let within = path.strip_prefix(small.path()).expect("within");
        std::fs::read_to_string(whole.path().join(within)).unwrap_or_else(|_| panic!("{within:?} is ours"))
    };
    for (path, text) in files(small.path()) {
        assert!(text == expect(&path), "half of {path:?} was written");
    }
    assert_eq!(cramped(small.path(), "", "init .").0, Some(0));
    assert_eq!(files(small.path()).len(), files(whole.path()).len());
    files(small.path()).into_iter().for_each(|(path, text)| assert!(text == expect(&path), "{path:?}"));
}

#[test]
fn a_move_that_does_not_fit_loses_nothing_and_goes_on_later() {
    let folder = TempDir::new().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, text).expect("written");
    };
    write("twotier.yaml", "manifests: [manifests]\n");
    write("manifests/base.yaml", BASE);
    let long = "x".repeat(4000);
    let old = |name: &str| format!("manifests/resellers/fabrikam/customers/{name}.yaml");
    let new = |name: &str| folder.path().join(old(name).replace("/fabrikam/", "/northwind/"));
    for (number, (name, remark)) in [("a", "short"), ("b", long.as_str()), ("c", "short")].into_iter().enumerate() {
        write(&old(name), &customer(name, number, remark));
    }
    let (code, said) = cramped(folder.path(), "2", "set customer --all reseller=northwind --yes --quiet");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("northwind/customers/b.yaml` cannot be written"), "{said}");
    let there = |name: &str| std::fs::read_to_string(folder.path().join(old(name))).ok();
    assert_eq!((there("a"), there("b").as_deref()), (None, Some(customer("b", 1, &long).as_str())));
    assert_eq!(files(folder.path()).len(), 5, "nothing is left of the attempt");
    let (code, said) = cramped(folder.path(), "", "set customer --all reseller=northwind --yes --quiet");
    assert_eq!(code, Some(0), "{said}");
    for (number, (name, remark)) in [("a", "short"), ("b", long.as_str()), ("c", "short")].into_iter().enumerate() {
        let text = std::fs::read_to_string(new(name)).expect("moved");
        assert_eq!(text, customer(name, number, remark).replace("fabrikam", "northwind"));
    }
    assert_eq!(cramped(folder.path(), "", "validate").0, Some(0));
}
