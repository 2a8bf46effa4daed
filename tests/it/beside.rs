//! What a reviewer is told beside the steps, over real git repositories: whom to write to from now on, by which commit that
//! is known, and that nothing pushes it out of the comment.

use crate::base::{Repository, UNSHOWN, section};

fn plan(repository: &Repository) -> String {
    String::from_utf8(repository.run(&["plan"]).stdout).expect("text")
}

fn apply(repository: &Repository) {
    let output = repository.run(&["apply", "--auto-approve"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The comment on what is planned since the last commit.
fn comment(repository: &Repository) -> String {
    let output = repository.run(&["plan", "--base", "HEAD", "--quiet", "--write", "markdown=plan.md"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(repository.path("plan.md")).expect("written")
}

#[test]
fn a_run_of_what_is_committed_names_its_commit_by_itself() {
    let repository = Repository::committed();
    // What lies beside the manifests is none of them.
    std::fs::write(repository.path("notes.txt"), "x").expect("written");
    apply(&repository);
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "mallory@evil.example");
    assert_eq!(
        section(&plan(&repository), UNSHOWN)[1],
        "    contact.email  it@contoso.example -> mallory@evil.example"
    );
}

#[test]
fn what_git_does_not_know_is_of_no_commit() {
    let repository = Repository::committed();
    std::fs::write(repository.path(".gitignore"), "manifests/local.yaml\n*.bak\n.twotier/\n").expect("written");
    repository.commit();
    std::fs::write(repository.path("manifests/a.bak"), "x").expect("written");
    std::fs::write(repository.path("manifests/local.yaml"), "# nothing yet\n").expect("written");
    apply(&repository);
    assert!(plan(&repository).contains("[TT0612]"), "an ignored manifest is in no commit");
    std::fs::remove_file(repository.path("manifests/local.yaml")).expect("removed");
    apply(&repository);
    assert!(!plan(&repository).contains("[TT0612]"), "what is no manifest is not read");
}

#[test]
fn where_no_run_named_a_commit_that_is_said_with_what_to_do() {
    let repository = Repository::committed();
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "a@contoso.example");
    apply(&repository);
    let text = plan(&repository);
    assert!(text.contains("[TT0612]") && text.contains("twotier plan --base REF"), "{text}");
    let comment = repository.run(&["plan", "--format", "markdown"]).stdout;
    let comment = String::from_utf8(comment).expect("text");
    let verdict = comment.split("####").next().unwrap_or_default();
    assert!(verdict.contains("**Not told here:**\n\n- `TT0612`"), "{comment}");
    assert_eq!(comment.matches("TT0612").count(), 1, "{comment}");
    let based = repository.run(&["plan", "--base", "HEAD"]).stdout;
    assert!(!String::from_utf8_lossy(&based).contains("TT0612"), "a base was named");
    // A new file is not committed either, and once all is, a run says so.
    repository.commit();
    apply(&repository);
    assert!(!plan(&repository).contains("TT0612"));
}

#[test]
fn a_document_under_another_name_is_told_from_what_to_what() {
    let repository = Repository::committed();
    repository.edit("manifests/provider.yaml", "name: distri", "name: distribution");
    repository.edit("manifests/provider.yaml", "https://invite.example/distri", "https://evil.example/distri");
    repository.edit("manifests/contoso.yaml", "name: contoso\n", "name: contoso-hu\n");
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "it@evil.example");
    let output = repository.run(&["plan", "--base", "HEAD"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let told = section(&text, UNSHOWN);
    for lines in [
        [
            "  provider/distribution",
            "    invitationUrl  https://invite.example/distri -> https://evil.example/distri",
            "    metadata.name  distri -> distribution",
        ],
        [
            "  customer/contoso-hu",
            "    contact.email  it@contoso.example -> it@evil.example",
            "    metadata.name  contoso -> contoso-hu",
        ],
    ] {
        assert!(told.windows(3).any(|at| at == lines), "{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!text.contains("customer/contoso: declared by no document any more"), "{text}");
    let subscription = told.iter().position(|line| *line == "  subscription/contoso-hu/m365");
    assert_eq!(subscription, None, "its customer's name is all that changed: {text}");
}

#[test]
fn what_a_step_shows_from_what_to_what_is_not_told_again() {
    let repository = Repository::committed();
    apply(&repository);
    repository.edit("manifests/contoso.yaml", "Microsoft 365 (everybody)", "see https://x.example");
    let text = String::from_utf8(repository.run(&["plan", "--base", "HEAD"]).stdout).expect("text");
    let shown = "    friendlyName  Microsoft 365 (everybody) -> see https://x.example";
    assert!(text.lines().any(|line| line == shown) && !text.contains(UNSHOWN), "{text}");
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "new@contoso.example");
    assert!(
        comment(&repository).contains("`it@contoso.example` \u{2192} `new@contoso.example`"),
        "where it went before"
    );
}

/// So many new partnerships, each with a mailbox of its own that no step names.
fn flood(repository: &Repository, n: usize) {
    let one = |i: usize| {
        format!(
            "apiVersion: twotier/v1\nkind: Partnership\nmetadata:\n  name: new-{i:04}\n  annotations: {{note: see-{i:04}@wiki.example}}\n\
             spec:\n  ensure: active\n  reseller:\n    displayName: New {i:04}\n    partnerIds: [\"{}\"]\n    country: HU\n    \
             contact: {{email: csp@new-{i:04}.example}}\n",
            6_000_000 + i
        )
    };
    let text: Vec<String> = (0..n).map(one).collect();
    std::fs::write(repository.path("manifests/flood.yaml"), text.join("---\n")).expect("written");
}

#[test]
fn no_flood_of_new_documents_pushes_out_what_is_dangerous() {
    let repository = Repository::committed();
    repository.edit("manifests/contoso.yaml", "it@contoso.example", "mallory@evil.example");
    let owner = "apiVersion: twotier/v1\nkind: AzureAccess\nmetadata: {name: zz}\nspec: {customer: contoso, reseller: fabrikam, principal: 99999999-9999-4999-8999-99999999990f, scope: /subscriptions/5a000000-0000-4000-8000-000000000001, role: Owner, ensure: present}\n";
    std::fs::write(repository.path("manifests/zz.yaml"), owner).expect("written");
    for n in [600, 2_500] {
        flood(&repository, n);
        let text = comment(&repository);
        assert!(text.len() < 65_536, "{}", text.len());
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{n}: no {what} in {text}"));
        let grant = at("**gains** Owner for the principal 99999999-9999-4999-8999-99999999990f");
        let rerouted = at("`it@contoso.example` \u{2192} `mallory@evil.example`");
        let places = [at("#### Access"), grant, at("#### Money"), rerouted, at("#### For people"), at("`csp@new-0000")];
        assert!(grant < 1_500 && rerouted < 20_000 && places.is_sorted(), "{n}: {places:?}");
        assert!(text.contains("Shortened to fit one comment:"), "{n}");
    }
}
