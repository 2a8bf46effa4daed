//! The console blocks of the README are true: they run in order in a sealed copy, and print what stands there.
//! `BLESS=1` writes what was printed.

use crate::support::blocks;
use crate::support::console::Sandbox;
use crate::support::root;

#[test]
fn console_blocks_of_the_readme_print_what_stands_there() {
    let mut sandbox = Sandbox::empty();
    for example in ["examples/quickstart", "examples/half-finished-apply"] {
        sandbox.add(&root().join(example), example);
    }
    blocks::check("README.md", &mut sandbox);
}

#[test]
fn the_lines_of_a_tenant_file_are_those_of_the_example_that_is_planned() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("readable");
    let (readme, tenant) = (read("README.md"), read("examples/quickstart/tenant.jsonl"));
    let section = readme.split("\n## ").find(|section| section.starts_with("A tenant in a file")).expect("a section");
    let shown: Vec<&str> = section.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(shown.len(), 3);
    for line in shown {
        assert!(tenant.lines().any(|known| known == line), "{line}");
    }
}
