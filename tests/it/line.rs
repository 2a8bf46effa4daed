//! Which commit a plan is compared with, over real git repositories: what was told to whoever approved, and nothing that a run
//! merely began from. And which plans are replaced by newer ones.

use crate::base::{Repository, UNSHOWN, section};
use std::path::PathBuf;

const LINK: (&str, &str) = ("https://invite.example/distri", "https://evil.example/distri");
const MAIL: (&str, &str) = ("it@contoso.example", "mallory@evil.example");

fn is_kept_by_git(repository: &Repository) -> bool {
    kept(repository, "HEAD").exists()
}

/// Where the plans of changes lie: beside what is committed.
fn kept(repository: &Repository, name: &str) -> PathBuf {
    repository.path("../.git").join(name)
}

/// The plan as text, and its document under a name.
fn plan(repository: &Repository, name: &str, more: &[&str]) -> String {
    let file = kept(repository, name).display().to_string();
    let output = repository.run(&[&["plan", "--out", &file], more].concat());
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}
fn apply(repository: &Repository, name: &str) -> (Option<i32>, String) {
    let output = repository.run(&["apply", &kept(repository, name).display().to_string()]);
    (
        output.status.code(),
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    )
}
/// What is there is planned, committed and applied.
fn merged(repository: &Repository, name: &str, scope: &[&str]) -> String {
    let text = plan(repository, name, scope);
    if is_kept_by_git(repository) {
        repository.commit();
    }
    let (code, words) = apply(repository, name);
    assert_eq!(code, Some(0), "{words}");
    text
}
fn seats(repository: &Repository, from: u32, to: u32) {
    repository.edit("manifests/contoso.yaml", &format!("quantity: {from}\n"), &format!("quantity: {to}\n"));
}
/// What nobody approves: another link, another address.
fn evil(repository: &Repository) {
    repository.edit("manifests/provider.yaml", LINK.0, LINK.1);
    repository.edit("manifests/contoso.yaml", MAIL.0, MAIL.1);
}
fn tells_both(text: &str) -> bool {
    let told = section(text, UNSHOWN);
    let field = |name: &str, (from, to): (&str, &str)| told.contains(&format!("    {name}  {from} -> {to}").as_str());
    field("invitationUrl", LINK) && field("contact.email", MAIL)
}

#[test]
fn what_came_without_approval_is_told_until_it_is_approved() {
    let repository = Repository::committed();
    merged(&repository, "first", &[]);
    evil(&repository);
    repository.commit();
    // What waits goes on from there, and so does what is refused from there.
    let waiting = repository.run(&["apply", "--waiting"]);
    assert!(String::from_utf8_lossy(&waiting.stdout).contains("Run 2"), "{waiting:?}");
    seats(&repository, 30, 31);
    assert!(tells_both(&plan(&repository, "seats", &[])), "after what waited went on");
    repository.commit();
    let freeze =
        ("country: \"HU\"\n", "country: \"HU\"\n  freeze: [{from: 2026-11-20, to: 2026-12-05, reason: stop}]\n");
    repository.edit("manifests/provider.yaml", freeze.0, freeze.1);
    plan(&repository, "frozen", &[]);
    repository.commit();
    assert_eq!(apply(&repository, "frozen").0, Some(5));
    assert!(repository.run(&["simulate", "advance-clock", "20d"]).status.success());
    let text = plan(&repository, "again", &[]);
    assert!(tells_both(&text), "after what was refused: {text}");
    assert_eq!(apply(&repository, "again").0, Some(0));
    assert!(!plan(&repository, "last", &[]).contains(UNSHOWN), "approved");
}

#[test]
fn a_letter_that_a_merge_words_otherwise_is_not_sent_on_an_approval_of_the_former() {
    let repository = Repository::committed();
    plan(&repository, "first", &[]);
    // Beside what was approved somebody changes how it is worded; the link and whom it goes to are part of the step's id.
    repository.edit("manifests/northwind.yaml", "displayName: Northwind", "displayName: Dear friend");
    repository.commit();
    let (code, words) = apply(&repository, "first");
    assert_eq!(code, Some(8), "{words}");
    assert!(words.contains("invite-reseller                       unapproved"), "{words}");
    let asked = repository.run(&["handoffs"]);
    assert!(!String::from_utf8_lossy(&asked.stdout).contains("invite-reseller"), "{asked:?}");
    merged(&repository, "again", &[]);
    let letter = repository.run(&["handoffs", "show", "--cause", "partnership/northwind"]).stdout;
    assert!(String::from_utf8_lossy(&letter).contains("Dear friend"), "by a plan that was made of it");
}

#[test]
fn what_waits_goes_on_as_it_was_approved() {
    let repository = Repository::committed();
    merged(&repository, "first", &[]);
    let approved = repository.run(&["handoffs", "show", "--cause", "partnership/northwind"]).stdout;
    assert!(String::from_utf8_lossy(&approved).contains(LINK.0), "{approved:?}");
    // Nobody approves what comes then: another link, a document less, and seats that somebody took by hand.
    evil(&repository);
    std::fs::remove_file(repository.path("manifests/adatum.yaml")).expect("it was there");
    assert!(repository.run(&["simulate", "edit", "subscription/contoso/m365", "quantity=31"]).status.success());
    seats(&repository, 30, 31);
    repository.commit();
    let waiting = repository.run(&["apply", "--waiting"]);
    let (said, noted) = (String::from_utf8_lossy(&waiting.stdout), String::from_utf8_lossy(&waiting.stderr));
    assert!(noted.contains("which was approved last: what waits goes on as it says there"), "{noted}");
    assert!(said.contains("Run 2: 4 satisfied, 3 asked"), "nothing is called back: {said}");
    let letter = repository.run(&["handoffs", "show", "--cause", "partnership/northwind"]).stdout;
    assert_eq!(String::from_utf8_lossy(&letter), String::from_utf8_lossy(&approved), "no other letter");
    assert!(repository.run(&["handoffs", "show", "--cause", "customer/adatum"]).status.success(), "still asked");
    // What was taken by hand is still what nobody approved.
    seats(&repository, 31, 30);
    let text = plan(&repository, "again", &[]);
    assert!(text.contains("[TT0313]") && !text.contains("change-quantity"), "{text}");
    // Where the commit is not here nothing goes on, as nobody knows what was approved.
    let objects = repository.path("../.git/objects");
    std::fs::rename(&objects, repository.path("../.git/gone")).expect("moved");
    std::fs::create_dir(&objects).expect("made");
    let waiting = repository.run(&["apply", "--waiting"]);
    assert_eq!(waiting.status.code(), Some(64), "{waiting:?}");
}

#[test]
fn what_a_merge_brings_along_is_told_by_the_next_plan() {
    let repository = Repository::committed();
    merged(&repository, "first", &[]);
    repository.git(&["checkout", "--quiet", "-b", "seats"]);
    seats(&repository, 30, 31);
    assert!(!plan(&repository, "seats", &[]).contains(UNSHOWN));
    repository.commit();
    repository.git(&["checkout", "--quiet", "main"]);
    evil(&repository);
    repository.commit();
    let name = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"];
    repository.git(&[&name[..], &["merge", "--quiet", "--no-edit", "seats"]].concat());
    let (code, words) = apply(&repository, "seats");
    assert!(code.is_some_and(|code| [0, 8].contains(&code)), "{words}");
    assert!(tells_both(&plan(&repository, "next", &[])));
}

#[test]
fn a_branch_that_begins_at_an_unapproved_commit_tells_that_one_too() {
    let repository = Repository::committed();
    merged(&repository, "first", &[]);
    evil(&repository);
    repository.commit();
    repository.edit("manifests/northwind.yaml", "csp@northwind.example", "a@northwind.example");
    seats(&repository, 30, 31);
    let text = plan(&repository, "branch", &["--base", "main"]);
    assert!(
        tells_both(&text) && text.contains("contact.email  csp@northwind.example -> a@northwind.example"),
        "{text}"
    );
    repository.commit();
    let (code, words) = apply(&repository, "branch");
    assert_eq!(code, Some(0), "{words}");
    assert!(!plan(&repository, "next", &["--base", "main"]).contains(UNSHOWN), "approved");
}

#[test]
fn a_job_that_is_run_again_moves_nothing_back() {
    let repository = Repository::committed();
    merged(&repository, "first", &[]);
    repository.git(&["tag", "first"]);
    repository.edit("manifests/provider.yaml", LINK.0, "https://new.example/distri");
    let text = merged(&repository, "link", &[]);
    assert!(text.contains("-> https://new.example/distri"), "{text}");
    repository.git(&["checkout", "--quiet", "first"]);
    for again in ["first", "link"] {
        apply(&repository, again);
    }
    assert!(repository.run(&["apply", "--auto-approve"]).status.success());
    repository.git(&["checkout", "--quiet", "main"]);
    repository.edit("manifests/provider.yaml", "https://new.example/distri", LINK.0);
    seats(&repository, 30, 31);
    let text = plan(&repository, "back", &[]);
    assert!(text.contains(&format!("invitationUrl  https://new.example/distri -> {}", LINK.0)), "{text}");
}

/// Contoso and Fabrikam alone, with nothing open.
fn settled() -> Repository {
    settled_in(Repository::committed())
}
fn settled_in(repository: Repository) -> Repository {
    for file in ["manifests/adatum.yaml", "manifests/northwind.yaml"] {
        std::fs::remove_file(repository.path(file)).expect("removed");
    }
    let file = repository.path("manifests/contoso.yaml");
    let text = std::fs::read_to_string(&file).expect("readable");
    let text = text.replace("  otherResellers: [northwind]\n", "").replace(NORTHWIND, FABRIKAM);
    let (kept, _) = text.split_once("    # To be bought.\n").expect("two more");
    std::fs::write(&file, kept).expect("written");
    merged(&repository, "settled", &[]);
    repository
}
const NORTHWIND: &str = "partnerOfRecord: northwind\n";
const FABRIKAM: &str = "partnerOfRecord: fabrikam\n    # of Visio\n";

/// Northwind is invited, and gets Visio's incentive once it accepts.
fn write_northwind(repository: &Repository) {
    let from = crate::support::root().join("examples/quickstart/manifests/northwind.yaml");
    std::fs::copy(from, repository.path("manifests/northwind.yaml")).expect("copied");
    move_visio(repository);
}
fn move_visio(repository: &Repository) {
    repository.edit("manifests/contoso.yaml", FABRIKAM, NORTHWIND);
}
fn move_visio_back(repository: &Repository) {
    repository.edit("manifests/contoso.yaml", NORTHWIND, FABRIKAM);
}
fn take_back(repository: &Repository) {
    std::fs::remove_file(repository.path("manifests/northwind.yaml")).expect("removed");
    move_visio_back(repository);
}
fn goes_on(repository: &Repository) -> String {
    let output = repository.run(&["apply", "--waiting"]);
    assert!(output.status.success(), "{output:?}");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
fn accept(repository: &Repository) {
    assert!(
        repository.run(&["simulate", "accept", "--company", "fab00000-0000-4000-8000-000000000002"]).status.success()
    );
}
/// Whether Visio's incentive is still to be moved.
fn is_to_be_moved(repository: &Repository) -> bool {
    plan(repository, "look", &[]).contains("~ subscription/contoso/visio  set-partner-of-record")
}
const NOTHING_WAITS: &str = "no approved plan waits for anybody";

#[test]
fn what_a_plan_without_a_step_took_back_waits_no_more() {
    for scope in [&[][..], &["--base", "HEAD"]] {
        let repository = settled();
        write_northwind(&repository);
        merged(&repository, "north", scope);
        take_back(&repository);
        let text = merged(&repository, "back", scope);
        assert!(text.contains("No changes"), "{text}");
        write_northwind(&repository);
        repository.commit();
        accept(&repository);
        let words = goes_on(&repository);
        assert!(words.contains(NOTHING_WAITS) && is_to_be_moved(&repository), "{scope:?}: {words}");
        // Approved anew, it is done, by the same id.
        merged(&repository, "anew", &[]);
        assert!(!is_to_be_moved(&repository));
    }
}

#[test]
fn what_was_once_withdrawn_is_not_done_on_that_approval_again() {
    // Without git nobody knows what was written when it was approved.
    let fresh = Repository::fresh();
    std::fs::create_dir(fresh.path("../.git")).expect("a folder");
    let repository = settled_in(fresh);
    write_northwind(&repository);
    merged(&repository, "north", &[]);
    move_visio_back(&repository);
    let words = goes_on(&repository);
    assert!(words.contains("withdrawn") && words.contains("asked"), "{words}");
    move_visio(&repository);
    accept(&repository);
    let words = goes_on(&repository);
    assert!(words.contains("unapproved") && is_to_be_moved(&repository), "{words}");
}

#[test]
fn an_old_plan_is_refused_once_a_newer_one_was_applied() {
    let repository = settled();
    write_northwind(&repository);
    merged(&repository, "north", &[]);
    repository.git(&["tag", "north"]);
    take_back(&repository);
    merged(&repository, "back", &[]);
    accept(&repository);
    let refused = |why: &str| {
        let (code, words) = apply(&repository, "north");
        let said = words.contains("a newer plan of the whole project was applied since") && words.contains(why);
        assert!(code == Some(4) && said, "{code:?} {words}");
    };
    repository.git(&["checkout", "--quiet", "north"]);
    refused("which comes after this one");
    assert!(goes_on(&repository).contains(NOTHING_WAITS));
    repository.git(&["checkout", "--quiet", "main"]);
    write_northwind(&repository);
    repository.commit();
    refused("by run 3");
    assert!(is_to_be_moved(&repository));
    merged(&repository, "anew", &[]);
    assert!(!is_to_be_moved(&repository));
    // Somebody who was told what came since may go back.
    repository.git(&["checkout", "--quiet", "north"]);
    plan(&repository, "knowing", &[]);
    assert_eq!(apply(&repository, "knowing").0, Some(0));
}

#[test]
fn plans_that_were_made_side_by_side_are_applied_one_after_the_other() {
    let (whole, part) = (&[][..], &["--base", "settled"][..]);
    let (first, last) = (["north", "seats"], ["seats", "north"]);
    for (scope, order) in [(whole, first), (part, first), (whole, last), (part, last)] {
        let repository = settled();
        repository.git(&["tag", "settled"]);
        for (name, change) in [("north", write_northwind as fn(&Repository)), ("seats", |it| seats(it, 30, 31))] {
            repository.git(&["checkout", "--quiet", "-b", name, "settled"]);
            change(&repository);
            plan(&repository, name, scope);
            repository.commit();
        }
        repository.git(&["checkout", "--quiet", "main"]);
        let who = ["-c", "user.name=ann", "-c", "user.email=ann@example.org"];
        for name in order {
            repository.git(&[&who[..], &["merge", "--quiet", "--no-ff", "--no-edit", name]].concat());
            let (code, words) = apply(&repository, name);
            assert!(code.is_some_and(|code| [0, 8].contains(&code)), "{name}: {words}");
            assert_eq!(words.contains("change-quantity"), name == "seats", "{words}");
        }
        assert!(!plan(&repository, "look", &[]).contains("change-quantity"));
        accept(&repository);
        let words = goes_on(&repository);
        // A newer plan of the whole stands for all that waits; of parts each has its turn. What waits goes on as it was merged.
        assert_eq!(is_to_be_moved(&repository), scope.is_empty() && order == first, "{order:?} {scope:?}: {words}");
    }
}
