//! The `Acknowledgement` documents that let closed gates pass, for people to commit: finished but for their reason.
//! Never decides what stops `apply`, and never writes a file.

use super::gates::{Passing, closed, named};
use crate::manifest::emit::{NewDocument, Yaml, document};
use crate::model::{Address, Date, Kind, Name, Span};
use crate::plan::file::Gate;

/// How long a proposed acknowledgement lasts.
const LASTS: Span = Span::days(14);

/// What is known where a document is proposed.
#[derive(Clone, Copy, Debug)]
pub struct Proposal<'a> {
    /// Who would say so.
    pub by: &'a str,
    /// The day.
    pub today: Date,
}

/// The documents that let these gates pass, one below the other; empty where none can, as in a freeze. Names that
/// `is_taken` knows are not given again.
pub fn acknowledgements(gates: &[Gate], proposal: Proposal<'_>, is_taken: impl Fn(&Name) -> bool) -> String {
    documents(gates, Some(proposal), &is_taken)
}

/// The same where nobody says yet who would say so, nor until when.
pub(super) fn blanks(gates: &[Gate]) -> String {
    documents(gates, None, &|_| false)
}

/// What lets each of these gates pass, in a sentence.
pub(super) fn remedies(gates: &[Gate]) -> Vec<String> {
    let passing = closed(gates).into_iter().filter_map(|gate| gate.passing().map(|it| (gate.say(), it)));
    let remedy = |(_, passing): (String, Passing<'_>)| {
        let Passing { code, causes, owed: _ } = &passing;
        let of: Vec<&Address> = causes.iter().map(|(cause, _)| *cause).collect();
        format!(
            "what lets it pass is an `Acknowledgement` with limit {code}, cause {}, atMost {}, and who says so, why and until \
             when (`twotier explain {code}`)",
            named(&of),
            open(&passing)
        )
    };
    passing.map(remedy).collect()
}

fn documents(gates: &[Gate], proposal: Option<Proposal<'_>>, is_taken: &impl Fn(&Name) -> bool) -> String {
    let mut text = String::new();
    for gate in closed(gates) {
        let Some(passing) = gate.passing() else { continue };
        if let Some(document) = acknowledgement(&passing, gate.say(), proposal, is_taken) {
            text.push_str(if text.is_empty() { "" } else { "---\n" });
            text.push_str(&document);
        }
    }
    text
}

/// How much a document must let pass: what is open, and what it begins with.
fn open(Passing { code: _, causes, owed }: &Passing<'_>) -> u32 {
    causes.iter().map(|(_, open)| *open).fold(*owed, u32::saturating_add)
}

/// The finished document but for its reason, and for what no proposal says; none when every name is taken.
fn acknowledgement(
    passing: &Passing<'_>,
    why: String,
    proposal: Option<Proposal<'_>>,
    is_taken: &impl Fn(&Name) -> bool,
) -> Option<String> {
    let Passing { code, causes, owed } = passing;
    let today = proposal.map(|proposal| proposal.today);
    let names = (1..=u16::MAX).filter_map(|turn| name(code, causes, today, turn).parse::<Name>().ok());
    let name = names.into_iter().find(|name| !is_taken(name))?;
    let address = |cause: &Address| Yaml::text(cause.to_string());
    let cause = match causes.as_slice() {
        [(cause, _)] => ("cause", address(cause)),
        all => ("causes", Yaml::Lines(all.iter().map(|(cause, _)| address(cause)).collect())),
    };
    let before =
        (*owed > 0).then(|| format!("{owed} of `atMost` passed before, by documents that are declared no more."));
    let asks = match proposal {
        Some(_) => "Say why in `reason`, then commit this.",
        None => "Say why, who says so and until when, then commit this.",
    };
    let expires = today.map_or_else(String::new, |today| today.start().plus(LASTS).date().to_string());
    Some(document(&NewDocument {
        kind: Kind::Acknowledgement,
        name: &name,
        comments: [why].into_iter().chain(before).chain([asks.to_owned()]).collect(),
        spec: Yaml::map([
            ("limit", Yaml::text(*code)),
            cause,
            ("atMost", Yaml::Number(open(passing))),
            ("reason", Yaml::text("")),
            ("by", Yaml::text(proposal.map_or("", |proposal| proposal.by))),
            ("expires", Yaml::text(expires)),
        ]),
    }))
}

/// Of one cause by its address, of several by how many there are; from the second of a day on with its number.
fn name(code: &str, causes: &[(&Address, u32)], today: Option<Date>, turn: u16) -> String {
    let of = match causes {
        [(cause, _)] => cause.to_string(),
        all => format!("{} documents", all.len()),
    };
    let turn = if turn == 1 { String::new() } else { format!("-{turn}") };
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let day = today.map_or_else(String::new, |today| format!("-{today}"));
    let name: String = format!("{of}-{code}{day}{turn}").chars().map(plain).collect();
    name.get(name.len().saturating_sub(63)..).unwrap_or(&name).trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;
    use crate::manifest::document::Spec;
    use crate::manifest::parse;
    use crate::model::Limit;
    use proptest::prelude::*;

    fn address(text: &str) -> Address {
        text.parse().expect("an address")
    }
    fn taking(cause: &str, amount: u32) -> Gate {
        Gate::Acknowledge { code: "TT0500".into(), cause: address(cause), amount, covered: 1, owed: 0 }
    }
    fn proposed(gates: &[Gate], by: &str, taken: &[&str]) -> String {
        let today = "2026-11-23".parse().expect("a date");
        acknowledgements(gates, Proposal { by, today }, |name| taken.contains(&name.as_str()))
    }

    #[test]
    fn one_document_a_limit_lets_what_is_open_pass() {
        let limit = Gate::Limit {
            limit: Limit::BoughtSeats,
            code: "TT0508".into(),
            planned: 7,
            before: 4,
            allowed: 10,
            causes: [(address("customer/contoso"), 3), (address("customer/tailspin"), 4)].into(),
            owed: 0,
        };
        let open = taking("customer/contoso", 3);
        let passed = taking("customer/tailspin", 1);
        let frozen = Gate::Frozen {
            until: "2026-12-01".parse().expect("a date"),
            reason: "books".into(),
            place: "provider.yaml:7:14".into(),
        };
        let expect = "\
# customer/contoso brings 3 steps that would take something away, 1 of them acknowledged [TT0500]
# Say why in `reason`, then commit this.
apiVersion: twotier/v1
kind: Acknowledgement
metadata:
  name: customer-contoso-tt0500-2026-11-23
spec:
  limit: TT0500
  cause: customer/contoso
  atMost: 2
  reason: \"\"
  by: ann
  expires: \"2026-12-07\"
---
# limits.boughtSeats allows 10 a day: 7 planned by customer/contoso, customer/tailspin, 4 done before [TT0508]
# Say why in `reason`, then commit this.
apiVersion: twotier/v1
kind: Acknowledgement
metadata:
  name: \"2-documents-tt0508-2026-11-23\"
spec:
  limit: TT0508
  causes:
    - customer/contoso
    - customer/tailspin
  atMost: 7
  reason: \"\"
  by: ann
  expires: \"2026-12-07\"
";
        assert_eq!(proposed(&[open, passed, limit, frozen.clone()], "ann", &[]), expect);
        assert_eq!(proposed(&[frozen], "ann", &[]), "");
    }

    #[test]
    fn a_name_that_is_taken_is_not_given_again() {
        let taken = "customer-contoso-tt0500-2026-11-23";
        let text = proposed(&[taking("customer/contoso", 3)], "ann", &[taken]);
        assert!(text.contains(&format!("name: {taken}-2\n")), "{text}");
    }

    #[test]
    fn what_nobody_knows_yet_is_left_blank_and_a_freeze_has_no_remedy() {
        let frozen =
            Gate::Frozen { until: "2026-12-01".parse().expect("a date"), reason: "books".into(), place: String::new() };
        let gates = [taking("customer/contoso", 3), frozen];
        let text = blanks(&gates);
        assert!(
            text.contains("name: customer-contoso-tt0500\n") && text.contains("by: \"\"\n  expires: \"\"\n"),
            "{text}"
        );
        let remedies = remedies(&gates);
        assert!(
            remedies.len() == 1 && remedies[0].contains("limit TT0500, cause customer/contoso, atMost 2,"),
            "{remedies:?}"
        );
    }

    proptest! {
        #[test]
        fn it_reads_back_as_meant_whoever_says_so(by in "\\PC{1,20}|[\\x20-\\x7e]{1,20}", causes in 1usize..5) {
            let gates: Vec<Gate> = (0..causes).map(|n| taking(&format!("customer/c{n}"), 4)).collect();
            let mut sources = SourceMap::default();
            let text = proposed(&gates, &by, &[]).replace("reason: \"\"", "reason: they left");
            sources.add("a.yaml".into(), text.as_str().into());
            let mut parsed = parse(&sources);
            prop_assert_eq!(&parsed.findings, &[], "{}", text);
            let Spec::Acknowledgement(spec) = parsed.documents.remove(0).document.spec else { panic!("another kind") };
            prop_assert_eq!((spec.by.as_str(), spec.at_most.value as usize), (by.as_str(), 3 * causes));
        }
    }
}
