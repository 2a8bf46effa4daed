//! Examples are repositories a user would really write: every manifest names its schema, and there is a README.
//! What their commands print is checked with the README's.

use crate::support::{files, root, shown};

#[test]
fn manifests_of_examples_point_editors_at_their_schema() {
    let mut faults = Vec::new();
    for file in files(&root().join("examples")) {
        if file.parent().and_then(|folder| folder.file_name()).is_none_or(|name| name != "manifests") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("readable");
        let first = text.lines().next().unwrap_or_default();
        let schema = first.strip_prefix("# yaml-language-server: $schema=");
        let there = schema.is_some_and(|path| file.with_file_name(path).is_file());
        if !there {
            faults.push(format!("{}:1: `{first}` names no schema that is there", shown(&file)));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn examples_explain_themselves() {
    let folders = std::fs::read_dir(root().join("examples")).expect("there are examples");
    for folder in folders {
        let folder = folder.expect("readable").path();
        assert!(folder.join("README.md").is_file(), "{} has a README.md", shown(&folder));
        assert!(folder.join("twotier.yaml").is_file(), "{} is a project", shown(&folder));
    }
}
