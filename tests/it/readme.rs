//! The README and the pages below `docs/` are true: their console blocks run in order, each page in a sealed copy, and print
//! what stands there; their manifests are valid, and their links lead somewhere. `BLESS=1` writes what was printed.

use crate::support::blocks;
use crate::support::console::{Console, Sandbox};
use crate::support::{files, root, shown};
use std::path::PathBuf;

/// A copy of the repository as far as pages play in it.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::empty();
    for example in ["examples/quickstart", "examples/half-finished-apply"] {
        sandbox.add(&root().join(example), example);
    }
    sandbox
}

/// The README and the pages below `docs/`.
fn pages() -> Vec<PathBuf> {
    let below = files(&root().join("docs")).into_iter().filter(|file| file.extension().is_some_and(|end| end == "md"));
    below.chain([root().join("README.md")]).collect()
}

fn read(page: &std::path::Path) -> String {
    std::fs::read_to_string(page).expect("readable")
}

#[test]
fn console_blocks_of_the_readme_print_what_stands_there() {
    blocks::check("README.md", &mut sandbox());
}

#[test]
fn console_blocks_of_the_docs_print_what_stands_there() {
    for page in pages().iter().filter(|page| page.parent().is_some_and(|folder| folder.ends_with("docs"))) {
        blocks::check(&shown(page), &mut sandbox());
    }
}

#[test]
fn manifests_that_are_printed_are_valid() {
    for page in pages() {
        let text = read(&page);
        let shown_here = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let manifests: Vec<&str> = shown_here.filter(|block| block.starts_with("apiVersion: ")).collect();
        if manifests.is_empty() {
            continue;
        }
        let mut sandbox = Sandbox::empty();
        sandbox.provide("twotier.yaml", "manifests: [all.yaml]\n");
        sandbox.provide("all.yaml", &manifests.join("---\n"));
        let mut console = Console::parse("$ twotier validate\nThe manifests are valid: [..] objects.\n");
        let faults: Vec<String> = console.run(&mut sandbox).into_iter().map(|m| m.difference).collect();
        assert!(faults.is_empty(), "{}: {}", shown(&page), faults.join("\n"));
    }
}

#[test]
fn links_of_pages_lead_to_files_and_sections_that_are_there() {
    let others = ["CONTRIBUTING.md", "tests/README.md", "examples/README.md"].map(|page| root().join(page));
    let examples = files(&root().join("examples")).into_iter().filter(|file| file.ends_with("README.md"));
    let mut faults = Vec::new();
    for page in pages().into_iter().chain(others).chain(examples) {
        let text = read(&page);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let (file, section) = link.split_once('#').map_or((link, None), |(file, section)| (file, Some(section)));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            let leads = target.exists() && section.is_none_or(|section| sections(&read(&target)).any(|s| s == section));
            if !leads {
                faults.push(format!("{}: `{link}` leads nowhere", shown(&page)));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Headings as links name them.
fn sections(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(|heading| {
        let kept = heading.to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    })
}

#[test]
fn the_lines_of_a_tenant_file_are_those_of_the_example_that_is_planned() {
    let page = read(&root().join("docs/simulator.md"));
    let tenant = read(&root().join("examples/quickstart/tenant.jsonl"));
    let section = page.split("\n## ").find(|section| section.starts_with("A tenant in a file")).expect("a section");
    let shown: Vec<&str> = section.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(shown.len(), 3);
    for line in shown {
        assert!(tenant.lines().any(|known| known == line), "{line}");
    }
}
