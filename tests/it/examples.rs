//! Examples are repositories a user would really write. The story of each README is played to its end, in a sealed copy,
//! people's sides too; every manifest names its schema, and every story is listed in `examples/README.md`.
//! `BLESS=1` writes what was printed.

use crate::support::blocks;
use crate::support::console::Sandbox;
use crate::support::{files, root, shown};
use std::collections::BTreeSet;

/// One test an example, so that they run side by side and one can be asked for by its name.
macro_rules! stories {
    ($($test:ident: $folder:literal,)*) => {
        const STORIES: &[&str] = &[$($folder),*];
        $(#[test] fn $test() { play($folder); })*
    };
}
stories! {
    a_customer_that_has_a_reseller: "a-second-reseller",
    a_half_finished_apply: "half-finished-apply",
    a_lost_state: "lost-state",
    before_the_term_ends: "before-the-term-ends",
    changing_seats: "change-seats",
    checking_a_reseller: "check-a-reseller",
    customers_of_a_reseller: "customers-of-a-reseller",
    delegating_support: "delegate-support",
    ending_a_partnership: "end-partnership",
    inviting_a_reseller: "invite-a-reseller",
    moving_forty_customers: "move-forty-customers",
    onboarding_a_customer: "onboard-a-customer",
    partners_of_record: "partner-of-record",
    pull_requests: "ci",
    quickstart: "quickstart",
    roles_in_azure: "azure-access",
    roles_of_the_signed_in_user: "missing-role",
}

fn play(folder: &str) {
    let mut sandbox = Sandbox::empty();
    let place = format!("examples/{folder}");
    sandbox.add(&root().join(&place), &place);
    sandbox.enter(&place);
    blocks::check(&format!("{place}/README.md"), &mut sandbox);
}

#[test]
fn every_example_is_played_and_listed() {
    let entries = std::fs::read_dir(root().join("examples")).expect("there are examples");
    let folders: BTreeSet<String> = entries
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, STORIES.iter().map(|name| (*name).to_owned()).collect(), "stories! lists every folder");
    let list = std::fs::read_to_string(root().join("examples/README.md")).expect("there is a list");
    for folder in folders {
        assert!(list.contains(&format!("]({folder}/README.md)")), "examples/README.md does not list `{folder}`");
    }
}

#[test]
fn every_story_ends_with_nothing_to_do() {
    for folder in STORIES {
        let file = root().join("examples").join(folder).join("README.md");
        let text = std::fs::read_to_string(&file).expect("readable");
        let (command, printed) = blocks::last_entry(&text).expect("the story has a console block");
        let over = printed.contains("No changes. The tenant matches the manifests.");
        assert!(command.ends_with("twotier plan") && over, "{}: `$ {command}` ends the story", shown(&file));
    }
}

#[test]
fn manifests_of_examples_point_editors_at_their_schema() {
    let mut faults = Vec::new();
    for file in files(&root().join("examples")) {
        if !file.iter().any(|part| part == "manifests") || file.extension().is_none_or(|ending| ending != "yaml") {
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
