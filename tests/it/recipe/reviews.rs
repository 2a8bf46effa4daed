//! Whose word lets the recipe apply a change: of the very commit and plan, by who may write and did not make it.

use super::{HEAD, Pipeline};
use std::fs;

/// What a review is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// The last commit, under the plan in the comment.
    Last,
    /// The last commit, before the comment said this plan.
    Replaced,
    /// An earlier commit.
    Earlier,
}

/// Who, what they said, and of what.
pub(super) type Review = (&'static str, &'static str, Of);

/// Reviews of the change, oldest first.
pub(super) fn reviews(of: &[Review]) -> String {
    let line = |(who, said, of): &Review| {
        let kind = if who.ends_with("[bot]") { "Bot" } else { "User" };
        let (commit, at) = match of {
            Of::Last => (HEAD.to_owned(), "11:00"),
            Of::Replaced => (HEAD.to_owned(), "09:59"),
            Of::Earlier => (HEAD.replace('0', "f"), "11:00"),
        };
        format!("{who} {kind} {said} {commit} 2026-11-23T{at}:00Z\n")
    };
    of.iter().map(line).collect()
}

pub(super) const fn bob(of: Of) -> Review {
    ("bob", "APPROVED", of)
}

/// Reviews that are no approval, and why.
fn unapproved() -> Vec<(&'static str, Vec<Review>)> {
    vec![
        ("against another's word", vec![bob(Of::Last), ("eve", "CHANGES_REQUESTED", Of::Earlier)]),
        ("no review", vec![]),
        ("approved, then pushed", vec![bob(Of::Earlier)]),
        ("approved, then planned anew", vec![bob(Of::Replaced)]),
        ("approved, then pushed, then only talked of", vec![bob(Of::Earlier), ("bob", "COMMENTED", Of::Last)]),
        ("by its author", vec![("ann", "APPROVED", Of::Last)]),
        ("by who made the commit", vec![("max", "APPROVED", Of::Last)]),
        ("by who may only read", vec![("guest", "APPROVED", Of::Last)]),
        ("by who may only sort", vec![("sorter", "APPROVED", Of::Last)]),
        ("by a workflow", vec![("github-actions[bot]", "APPROVED", Of::Last)]),
        ("dismissed", vec![("bob", "DISMISSED", Of::Last)]),
        ("taken back", vec![bob(Of::Last), ("bob", "CHANGES_REQUESTED", Of::Last)]),
        ("talked of", vec![("bob", "COMMENTED", Of::Last)]),
    ]
}

/// Reviews that are one.
fn approvals() -> Vec<Vec<Review>> {
    vec![
        vec![("guest", "CHANGES_REQUESTED", Of::Last), bob(Of::Earlier), bob(Of::Last)],
        vec![("eve", "CHANGES_REQUESTED", Of::Earlier), bob(Of::Last), ("eve", "DISMISSED", Of::Earlier)],
        vec![bob(Of::Last), ("bob", "COMMENTED", Of::Last)],
        vec![bob(Of::Replaced), bob(Of::Last)],
        vec![("guest", "APPROVED", Of::Last), ("eve", "APPROVED", Of::Last)],
        vec![
            ("bob", "DISMISSED", Of::Earlier),
            ("bob", "CHANGES_REQUESTED", Of::Last),
            bob(Of::Last),
            ("ann", "COMMENTED", Of::Last),
        ],
    ]
}

/// What was planned, and was reviewed so.
fn reviewed(said: &[Review]) -> Pipeline {
    let pipeline = Pipeline::new().ending(0);
    pipeline.approvable();
    pipeline.write("forge/makers", "max web-flow\n");
    for (who, may) in [("guest", "read"), ("sorter", "triage"), ("max", "admin"), ("eve", "admin")] {
        pipeline.write(&format!("forge/may-{who}"), &format!("{may}\n"));
    }
    pipeline.write("forge/reviews", &reviews(said));
    pipeline
}

#[test]
fn only_a_commit_that_somebody_but_its_author_approved_is_applied() {
    for (why, said) in unapproved() {
        let pipeline = reviewed(&said);
        assert_eq!(pipeline.code("ci/apply.sh"), 4, "{why}");
        let told = pipeline.read("forge/apply");
        assert!(
            told.contains("Nothing was applied: it wants the approval of somebody who may write here"),
            "{why}: {told}"
        );
        assert!(told.contains("run this job again") && !told.contains("said"), "{why}: {told}");
        let alone = [("TWOTIER_REVIEWS", "branch-protection")];
        assert_eq!(pipeline.run_with("ci/apply.sh", &alone).status.code(), Some(0), "{why}");
    }
    for said in approvals() {
        assert_eq!(reviewed(&said).code("ci/apply.sh"), 0, "{said:?}");
    }
}

#[test]
fn the_words_that_were_approved_are_those_that_were_planned() {
    for (file, why) in [("plan.json", "kept no more"), ("comment.md", "kept no more")] {
        let pipeline = Pipeline::new().ending(0);
        pipeline.approvable();
        fs::remove_file(pipeline.folder.path().join("approved").join(file)).unwrap();
        assert_eq!(pipeline.code("ci/apply.sh"), 4, "{file}");
        assert!(pipeline.read("forge/apply").contains(why), "{}", pipeline.read("forge/apply"));
    }
    let pipeline = Pipeline::new();
    assert_eq!(pipeline.code("ci/plan.sh"), 0);
    pipeline.keep();
    let comment = pipeline.read("forge/plan");
    let edited = comment.replacen("to add", "to  add", 1);
    assert_ne!(edited, comment);
    pipeline.write("forge/plan", &edited);
    assert_eq!(pipeline.code("ci/apply.sh"), 4);
    assert!(pipeline.read("forge/apply").contains("somebody edited it"), "{}", pipeline.read("forge/apply"));
    pipeline.write("forge/plan", comment.trim_end());
    assert_eq!(pipeline.code("ci/apply.sh"), 0, "{}", pipeline.read("forge/apply"));
}

#[test]
fn who_approved_is_unknown_where_nobody_could_be_asked() {
    for missing in ["forge/reviews", "forge/author", "forge/makers", "forge/may-bob"] {
        let pipeline = Pipeline::new().ending(0);
        pipeline.approvable();
        fs::remove_file(pipeline.folder.path().join(missing)).unwrap();
        let ran = pipeline.run("ci/apply.sh");
        assert_eq!(ran.status.code(), Some(1), "{missing}");
        assert!(String::from_utf8_lossy(&ran.stdout).contains("could not be asked"), "{ran:?}");
        pipeline.write(missing, "");
        assert_ne!(pipeline.code("ci/apply.sh"), 0, "{missing}, and empty");
    }
    let pipeline = Pipeline::new().ending(0);
    pipeline.approvable();
    assert_eq!(pipeline.run_with("ci/apply.sh", &[("TWOTIER_REVIEWS", "none")]).status.code(), Some(64));
}
