//! The comment as GitHub would read it: its structure is ours whatever names hold, it fits, and what weighs most stands.

use super::*;
use crate::model::{Extent, NextTerm, Renewal, Seats, SubscriptionChange, Term};
use crate::plan::example::{arbitrary_outlook, arbitrary_steps, change, file, key, outlook, step, steps};
use crate::plan::file::{Unshown, UnshownField, UnshownState};
use crate::plan::step::Action;
use crate::plan::{Ask, FieldChange, Outlook as Beside, Readiness, Risk};
use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

fn shown(file: &PlanFile) -> String {
    let mut out = String::new();
    plan(file, &mut out).unwrap();
    out
}

/// Names that wait for a chance.
const NAMES: [&str; 6] = [
    "</details>",
    "$x$ $`x`$ a:tada:b :100:",
    "@everyone #1 https://x.y www.x.y GH-1 a@b.c",
    "`|`\n# x",
    "](http://e)",
    "\u{202e}",
];

/// What makes markup, pings somebody or links somewhere; nothing where the structure is ours alone.
fn foreign(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let all = Options::ENABLE_TABLES
        | Options::ENABLE_MATH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let (mut said, mut code) = (String::new(), false);
    for event in Parser::new_ext(text, all) {
        match event {
            // A document to commit: nothing in a block of code does anything.
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(of))) if &*of == "yaml" => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(_) if code => {}
            Event::Text(text) => said.push_str(&text),
            Event::Code(_) => said.push('\u{0}'),
            Event::SoftBreak | Event::HardBreak => said.push('\n'),
            Event::InlineHtml(html) if matches!(&*html, "<span>" | "</span>") => said.push('\u{0}'),
            Event::InlineHtml(html) => found.push(format!("HTML {html}")),
            Event::Html(html) => {
                let ours = html.starts_with("<details><summary>") && html.trim_end().ends_with("</summary>");
                if !ours && html.trim_end() != "</details>" {
                    found.push(format!("HTML {html}"));
                }
            }
            Event::Start(Tag::Paragraph | Tag::List(None) | Tag::Item | Tag::Strong | Tag::HtmlBlock) => {
                said.push('\n')
            }
            Event::Start(Tag::Heading { .. }) => said.push_str("\n# "),
            Event::Start(tag) => found.push(format!("{tag:?}")),
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item) => said.push('\n'),
            Event::End(_) => {}
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                found.push(text.to_string())
            }
            Event::Rule | Event::TaskListMarker(_) => found.push("a rule or a box".to_owned()),
        }
    }
    let titles =
        ["twotier plan", "Access", "Money", "For people", "Blocked", "Drift", "Noted", unshown::TITLE, unshown::NEW];
    let headings = said.lines().filter_map(|line| line.strip_prefix("# "));
    found.extend(headings.filter(|title| !titles.contains(title)).map(|title| format!("heading {title}")));
    let lower = said.to_lowercase();
    let number = |part: &str| part.parse::<u32>().is_ok() && !["100", "1234"].contains(&part);
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c));
    let word = |part: &&str| word(part) && !number(part);
    for line in said.lines() {
        let named = line.match_indices(':').zip(line.match_indices(':').skip(1));
        let named = named.map(|((from, _), (to, _))| &line[from + 1..to]).filter(word);
        found.extend(named.map(|part| format!("a picture {part} in {line:?}")));
    }
    if said.replace("\u{0}$\u{0}", "").contains('$') {
        found.push(format!("a formula in {said:?}"));
    }
    for link in ["://", "www.", "gh-1"] {
        if lower.contains(link) {
            found.push(format!("links {link} in {said:?}"));
        }
    }
    let pings = |(at, c): (usize, char)| {
        let next = said[at + c.len_utf8()..].chars().next();
        matches!(c, '@' | '#') && next.is_some_and(char::is_alphanumeric)
    };
    found.extend(said.char_indices().filter(|it| pings(*it)).map(|(at, _)| format!("pings at {at} in {said:?}")));
    found
}

proptest! {
    #[test]
    fn no_name_changes_the_structure_pings_or_links(s in arbitrary_steps(), o in arbitrary_outlook()) {
        let file = file(s, &o);
        let text = shown(&file);
        prop_assert_eq!(foreign(&text), Vec::<String>::new(), "{}", text);
        prop_assert!(text.len() <= fit::LIMIT);
        let verdict = format!("### twotier plan\n\n**{}**\n", Verdict::of(&file));
        prop_assert!(text.starts_with(&verdict), "{}", text);
        let end = format!("\nPlan id `{}`\n", file.plan().id());
        prop_assert!(text.ends_with(&end), "{}", text);
        let folds = (text.matches("<details>").count(), text.matches("\n</details>\n").count());
        prop_assert_eq!(folds.0, folds.1, "{}", text);
    }
}

#[test]
fn every_hostile_name_is_shown_and_does_nothing() {
    for name in NAMES {
        let mut all = steps();
        all[4].changes[0].before = Some(name.into());
        all[4].changes[0].field = name.into();
        all[4].changes[0].after = name.into();
        all[0].reason = name.to_owned();
        let mut beside = outlook();
        beside.assumptions.push(name.to_owned());
        beside.blocked[0].finding.message = format!("`{name}` and {name}");
        beside.blocked[0].finding.help = Some(name.to_owned());
        let fields = vec![UnshownField { field: name.into(), before: None, after: Some(name.into()) }];
        let unshown = Unshown { subject: name.into(), state: UnshownState::Changed, fields };
        let text = shown(&file(all, &beside).beside(vec![unshown]));
        assert_eq!(foreign(&text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_verdict_access_and_money_stand_before_the_steps() {
    let text = shown(&file(steps(), &outlook()));
    let head = "### twotier plan

**Plan: 1 to add, 3 to change, 0 to end; 2 for people, 2 to wait for, 1 blocked.**

Of 8 steps, when it is applied: 3 run at once, 1 are asked of people now, 0 were asked before, 4 come later.

**Cannot be undone:**

- **set-partner-of-record**: `subscription/contoso/m365`

**Written, and not done by this plan** (why: under Blocked): `subscription/contoso/backup` **order-subscription**

#### Access

Gained: 2. Lost: 0.

- **gains** `northwind`: reseller, without administrator right, of: `customer/contoso`
- **gains** becomes a reseller, without access to any customer: `partnership/northwind`

#### Money

Seats: 10 bought, 5 added, 0 given back. Partners of record moved: 2. Renewals changed: 0.

- **buys** `CFQ7TTC0BBBB/0001`, P1Y, annual; incentive to fabrikam (4811111): `subscription/contoso/teams` 10 seats
- **raises** seats: `subscription/contoso/m365` 25 \u{2192} 30
- **moves** the incentive: fabrikam (4811111) loses it, northwind (4822222) gains it: `subscription/contoso/visio`
- **moves** the incentive: nobody had it, fabrikam (4811111) gains it: `subscription/contoso/m365`

#### Blocked
";
    assert!(text.starts_with(head), "{text}");
    let sections = ["#### Blocked", "#### For people", "<details><summary>Steps: 8", "\nPlan id `"];
    let places: Vec<_> = sections.iter().map(|section| text.find(section)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} {text}");
}

#[test]
fn a_renewal_says_what_it_comes_to() {
    let told = |renewal: &str| {
        let change = change("visio", SubscriptionChange::Renewal(renewal.parse().unwrap()));
        let mut one = step("schedule-renewal subscription/contoso/visio", "customer/contoso", change);
        let (field, before, after) = ("renewal".into(), Some("auto-renew off".into()), renewal.into());
        one.changes = vec![FieldChange { field, before, after, note: None }];
        shown(&file(vec![one], &Beside::default()))
    };
    for (renewal, line) in [
        (
            "extend",
            "- **buys on** month by month when its term ends, 3 % to 23 % dearer: auto-renew off \u{2192} extend",
        ),
        ("cancel", "- **ends** with its term: auto-renew off \u{2192} cancel"),
        ("renew", "- **renewal** auto-renew off \u{2192} renew"),
    ] {
        let text = told(renewal);
        assert!(text.contains(line) && text.contains("Renewals changed: 1"), "{text}");
    }
}

/// So many subscriptions moved from one reseller to another.
fn moved(n: usize) -> Vec<Step> {
    let like = steps().into_iter().find(|step| step.key.address.to_string() == "subscription/contoso/visio").unwrap();
    (0..n)
        .map(|i| {
            let text = format!("set-partner-of-record subscription/customer-{i:05}/m365");
            let mut one = step(&text, "customer/contoso", like.action.clone());
            one.changes = vec![FieldChange {
                field: "partnerOfRecord".into(),
                before: Some("fabrikam (4811111)".into()),
                after: "northwind (4822222)".into(),
                note: None,
            }];
            (one.risks, one.reseller) = (vec![Risk::Money], Some(format!("reseller-{}", i % 7).parse().unwrap()));
            one.key = key(&text);
            one.id = crate::plan::step_id(&one.key, one.class, &one.action);
            one
        })
        .collect()
}

#[test]
fn forty_moved_customers_are_one_item() {
    let text = shown(&file(moved(40), &Beside::default()));
    assert!(text.contains("- `~` **set-partner-of-record** \u{d7} 40\n"), "{text}");
    assert_eq!(text.matches("loses it").count(), 1, "{text}");
    assert_eq!(text.matches("`subscription/customer-00007/m365`").count(), 2, "once for the money, once as a step");
}

#[test]
fn five_thousand_steps_fit_and_what_is_left_out_is_said() {
    let file = file(moved(5_000), &Beside::default());
    let text = shown(&file);
    assert!(text.len() <= fit::LIMIT, "{}", text.len());
    assert!(text.contains("Partners of record moved: 5000."), "{text}");
    assert!(text.contains("fabrikam (4811111) loses it, northwind (4822222) gains it"), "{text}");
    assert!(text.contains("- `reseller-0`: 715 set-partner-of-record\n"), "{text}");
    assert!(
        text.contains("Shortened to fit one comment: Money (long lists shortened); Steps: 5000 (as counts)."),
        "{text}"
    );
    assert!(
        text.contains("`subscription/customer-00299/m365` and 4700 more"),
        "as many are named as leave what stands below in sight: {text}"
    );
    assert!(text.ends_with(&format!("Plan id `{}`\n", file.plan().id())), "{text}");
}

/// Roles that are granted: the same one at many places, and another one at the last of them.
fn granted(n: usize) -> Vec<Step> {
    let like = steps().into_iter().find(|step| step.class == Class::HandOff).unwrap();
    let Action::HandOff(ask) = like.action.clone() else { unreachable!() };
    let one = |i: usize, role: &str, principal: &str| {
        let scope = format!("/subscriptions/5a000000-0000-4000-8000-{i:012}");
        let summary =
            format!("{role} for the group {principal}, AdminAgents of Fabrikam, at {scope}, in the Azure of site-{i}");
        let wanted = [("scope".into(), scope.into()), ("role".into(), role.into())].into();
        let text = format!("grant-azure-access azure-access/site-{i}");
        step(&text, &format!("azure-access/site-{i}"), Action::HandOff(Ask { summary, wanted, ..ask.clone() }))
    };
    let same = (0..n).map(|i| one(i, "Reader", "a6000000-0000-4000-8000-000000000001"));
    same.chain([one(n, "User Access Administrator", "90000000-0000-4000-8000-0000000000ee")]).collect()
}

#[test]
fn the_odd_one_among_a_thousand_stands_first() {
    let text = shown(&file(granted(1_000), &Beside::default()));
    assert!(text.len() <= fit::LIMIT, "{}", text.len());
    let odd = "- **gains** User Access Administrator for the group 90000000-0000-4000-8000-0000000000ee, AdminAgents of Fabrikam: `azure-access/site-1000` at";
    let rest = "- **gains** Reader for the group a6000000-0000-4000-8000-000000000001, AdminAgents of Fabrikam: `azure-access/site-";
    let place = |line: &str| text.find(line).unwrap_or_else(|| panic!("{line}\n{text}"));
    assert!(place(odd) < place(rest) && text.contains("Gained: 1001. Lost: 0."), "{text}");
}

#[test]
fn of_many_roles_the_strongest_and_widest_is_never_what_is_left_out() {
    let one = |i: usize, role: &str, scope: String| {
        let mut one = granted(0).remove(0);
        let Action::HandOff(ask) = &mut one.action else { unreachable!() };
        ask.summary = format!("{role} for the principal {i:05}, for Fabrikam, at {scope}, in the Azure of contoso");
        ask.wanted = [("scope".into(), scope.into()), ("role".into(), role.into())].into();
        one.key = key(&format!("grant-azure-access azure-access/site-{i:05}"));
        one.id = crate::plan::step_id(&one.key, one.class, &one.action);
        one
    };
    let subscription = || "/subscriptions/5a000000-0000-4000-8000-000000000001".to_owned();
    let root = || "/providers/Microsoft.Management/managementGroups/root".to_owned();
    let many = (0..600).map(|i| one(i, "Contributor", subscription()));
    let odd = ["Role Based Access Control Administrator", "User Access Administrator", "Distri Night Desk"];
    let odd = odd.into_iter().zip(700..).map(|(role, i)| one(i, role, root()));
    let steps = many.chain(odd).chain([one(800, "Contributor", root())]);
    let text = shown(&file(steps.collect(), &Beside::default()));
    assert!(text.len() <= fit::LIMIT && text.contains("Shortened to fit one comment: Access ("), "{text}");
    let counts = "Gained in Azure: 1 User Access Administrator (management group), 1 Role Based Access Control \
                  Administrator (management group), 1 Distri Night Desk (management group), 1 Contributor (management \
                  group), 600 Contributor (subscription).";
    assert!(text.contains(counts), "{text}");
    let places = ["701", "700", "702", "800", "000"].map(|i| text.find(&format!("for the principal 00{i}, ")));
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?} {text}");
    assert!(text.contains("\u{d7} 604: such as User Access Administrator"), "{text}");
}

#[test]
fn of_many_renewals_the_largest_change_is_never_what_is_left_out() {
    let one = |i: usize, (before, after): (u32, u32), (was, is): (Term, Term)| {
        let next = |seats, term| NextTerm { quantity: Some(seats), term: Some(term), ..NextTerm::default() };
        let (from, to) = (Renewal::Renew(next(before, was)), Renewal::Renew(next(after, is)));
        let text = format!("schedule-renewal subscription/customer-{i:05}/m365");
        let mut one = step(&text, "customer/contoso", change("m365", SubscriptionChange::Renewal(to.clone())));
        let (before_text, after_text) = (Some(from.to_string().into()), to.to_string().into());
        one.changes = vec![FieldChange { field: "renewal".into(), before: before_text, after: after_text, note: None }];
        let of = |seats, term: Term| Seats { seats, months: Some(term.months().unsigned_abs()) };
        one.extent = Some(Extent { before: of(before, was), after: of(after, is) });
        one
    };
    let year = (Term::P1Y, Term::P1Y);
    let many = (1..=600).map(|i| one(i, (i as u32, i as u32 + 1), year));
    let odd = [
        one(901, (500, 500), (Term::P1Y, Term::P3Y)),
        one(902, (600, 9_000), (Term::P1Y, Term::P3Y)),
        one(903, (604, 1), year),
    ];
    let text = shown(&file(many.chain(odd).collect(), &Beside::default()));
    assert!(text.contains("Renewals changed: 603 (9000 seats more, 603 seats fewer, 2 for longer).\n"), "{text}");
    assert!(text.contains("Money ("), "not all of it fits: {text}");
    let places = ["902", "901", "903", "600"].map(|i| text.find(&format!("`subscription/customer-00{i}/m365`")));
    assert!(places.is_sorted() && places.iter().all(Option::is_some), "{places:?} {text}");
}

#[test]
fn the_largest_raise_is_named_where_not_all_are() {
    let raised = moved(1_000).into_iter().enumerate().map(|(i, mut one)| {
        let seats = if i == 700 { "900" } else { "6" };
        one.key = key(&format!("change-quantity subscription/customer-{i:05}/m365"));
        one.extent = Some(Extent { before: Seats::now(5), after: Seats::now(seats.parse().unwrap()) });
        let (before, after) = (Some("5".into()), seats.into());
        one.changes = vec![FieldChange { field: "quantity".into(), before, after, note: None }];
        one
    });
    let text = shown(&file(raised.collect(), &Beside::default()));
    assert!(text.contains("- **raises** seats: `subscription/customer-00700/m365` 5 \u{2192} 900, "), "{text}");
}

#[test]
fn what_people_were_asked_before_is_told_behind_what_is_new() {
    let mut all = granted(1);
    all[1].readiness = Readiness::Asked { since: "2026-11-23T09:00:00Z".parse().unwrap() };
    let text = shown(&file(all, &Beside::default()));
    assert!(text.contains("Gained: 2 (1 asked before). Lost: 0."), "{text}");
    let (new, asked) = (text.find("**gains** Reader").unwrap(), text.find("**gains** User Access").unwrap());
    let line = text[asked..].lines().next().unwrap_or_default();
    assert!(new < asked && line.ends_with("in the Azure of site-1 (asked 2026-11-23)"), "{line}");
}

#[test]
fn what_lets_a_limit_pass_is_in_the_comment() {
    let cause = "customer/contoso".parse().unwrap();
    let gate = crate::plan::Gate::Acknowledge { code: diag::Code::Acknowledge, cause, amount: 3, covered: 1, owed: 0 };
    let text = shown(&file(steps(), &Beside { gates: vec![gate], ..Beside::default() }));
    assert!(
        text.contains("<details><summary>What lets it pass, once it is committed</summary>\n\n```yaml\n# "),
        "{text}"
    );
    assert!(text.contains("  limit: TT0500\n  cause: customer/contoso\n  atMost: 2\n  reason: \"\"\n"), "{text}");
    assert_eq!(foreign(&text), Vec::<String>::new(), "{text}");
}

#[test]
fn a_plan_without_steps_says_what_is_recorded() {
    let told = |found: Vec<diag::Finding>| shown(&file(Vec::new(), &Beside { findings: found, ..Beside::default() }));
    let nothing = "Nothing happens when it is applied.";
    assert!(told(Vec::new()).contains(nothing));
    let other = told(vec![diag::Finding::warning(diag::Code::MeansAnother, None, "means another one")]);
    assert!(!other.contains(nothing) && other.contains("nothing is done but to record the changed ids"), "{other}");
}

#[test]
fn what_leads_is_told_once_and_whole() {
    let used =
        diag::Finding::warning(diag::Code::AcknowledgementUsed, None, "lets 3 pass").help("7 more may pass later");
    let told = shown(&file(Vec::new(), &Beside { findings: vec![used], ..Beside::default() }));
    assert_eq!((told.matches("lets 3 pass").count(), told.matches("7 more may pass later").count()), (1, 1), "{told}");
}

#[test]
fn access_that_stays_is_told_with_where_it_is_removed() {
    let stays = |what: &str| {
        diag::Finding::warning(diag::Code::AccessRemains, None, format!("access after the end, {what}"))
            .about("partnership/northwind".parse().unwrap())
    };
    let findings = vec![stays("known: a role"), stays("not seen: guests").help("removed in the admin center")];
    let text = shown(&file(Vec::new(), &Beside { findings, ..Beside::default() }));
    assert!(text.contains("Remains though it is not declared: 1."), "one partnership, told in two lines: {text}");
    let (_, end) = text.split_once("not seen: guests: `partnership/northwind`\n").unwrap();
    assert!(end.starts_with("  - removed in the admin center\n"), "{text}");
}
