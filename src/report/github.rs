//! Findings as annotations of GitHub Actions (`::error file=..::..`), then what a plan comes to. Foreign text can end
//! no annotation and begin none.

use super::alike::together;
use super::counts::Verdict;
use super::escape;
use super::gates::refusals;
use super::run::Run;
use crate::diag::Code;
use crate::model::Address;
use crate::plan::file::{Blocked, Finding, FindingSeverity, Place, PlanFile};
use std::fmt::{self, Write};

/// Writes the findings of a plan and its last line.
///
/// # Errors
/// When `out` does.
pub(super) fn plan(file: &PlanFile, folder: &str, out: &mut dyn Write) -> fmt::Result {
    of_plan(file).iter().try_for_each(|finding| annotation(finding, folder, out))?;
    writeln!(out, "{}", Verdict::of(file))
}

/// Writes findings.
///
/// # Errors
/// When `out` does.
pub(super) fn findings(found: &[Finding], folder: &str, out: &mut dyn Write) -> fmt::Result {
    found.iter().try_for_each(|finding| annotation(finding, folder, out))
}

/// Writes the steps of a run that failed, and how many ended how.
///
/// # Errors
/// When `out` does.
pub(super) fn run(run: Run<'_>, out: &mut dyn Write) -> fmt::Result {
    for result in run.outcome.results.iter().filter(|result| result.outcome.is_failure()) {
        let why = result.outcome.why().map_or_else(String::new, |why| format!(": {why}"));
        let message = format!("{} {}{why}", result.key, result.outcome.word());
        writeln!(out, "::error title=twotier apply::{}", data(&message))?;
    }
    writeln!(out, "{}", escape::line(&run.tally()))
}

/// Every finding of a plan: what stops all of it first, then what is blocked; what is no longer managed at the end.
pub(super) fn of_plan(file: &PlanFile) -> Vec<Finding> {
    let outlook = file.outlook();
    let blocked = together(&outlook.blocked).into_iter().filter_map(|group| once(&group));
    let told = blocked.chain(outlook.findings.iter().cloned());
    refusals(file).into_iter().chain(told).chain(outlook.released.iter().map(released)).collect()
}

/// Most addresses that a finding against several of them names.
const NAMED: usize = 8;

/// What stands against several addresses, once, with whom it holds.
fn once(group: &[&Blocked]) -> Option<Finding> {
    let first = group.first()?.finding.clone();
    if group.len() == 1 {
        return Some(first);
    }
    let mut names: Vec<String> = group.iter().take(NAMED).map(|blocked| blocked.key.address.to_string()).collect();
    names.extend(group.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!("{more} more")));
    let message = format!("{} (it blocks {} steps: {})", first.message, group.len(), names.join(", "));
    Some(Finding { message, ..first })
}

fn released(address: &Address) -> Finding {
    Finding {
        code: Code::Released.to_string(),
        severity: FindingSeverity::Note,
        place: None,
        address: Some(address.clone()),
        message: "no document declares it any more; nothing is taken away".to_owned(),
        help: None,
        related: Vec::new(),
    }
}

fn annotation(finding: &Finding, folder: &str, out: &mut dyn Write) -> fmt::Result {
    let Finding { code, severity, place, address, message, help, related: _ } = finding;
    let level = match severity {
        FindingSeverity::Error => "error",
        FindingSeverity::Warning => "warning",
        FindingSeverity::Note => "notice",
    };
    let place = place.as_ref().map_or_else(String::new, |Place { file, line, column }| {
        format!("file={},line={line},col={column},", property(&super::from_top(folder, file)))
    });
    let about = address.as_ref().filter(|_| place.is_empty());
    let about = about.map_or_else(String::new, |address| format!("{address}: "));
    let help = help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    writeln!(out, "::{level} {place}title={}::{}", property(code), data(&format!("{about}{message}{help}")))
}

/// Text after the second `::`.
fn data(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|line| escape::line(line).replace('%', "%25").replace('\r', "%0D")).collect();
    lines.join("%0A")
}

/// A value before it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(file: &str, message: &str) -> String {
        let finding = Finding {
            code: "TT0102".into(),
            severity: FindingSeverity::Error,
            place: Some(Place { file: file.into(), line: 3, column: 7 }),
            address: None,
            message: message.into(),
            help: Some("mend it".into()),
            related: Vec::new(),
        };
        let mut out = String::new();
        findings(&[finding], "", &mut out).unwrap();
        out
    }

    #[test]
    fn an_annotation_has_its_place_code_and_help() {
        let expected = "::error file=manifests/a.yaml,line=3,col=7,title=TT0102::no `b` here%0Ahelp: mend it\n";
        assert_eq!(shown("manifests/a.yaml", "no `b` here"), expected);
    }

    #[test]
    fn foreign_text_ends_no_annotation_and_begins_none() {
        let text = shown("a,line=9::x\n::error ::.yaml", "100%\n::stop-commands::x\r\u{1b}[2J");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("::error file=a%2Cline=9%3A%3Ax%0A%3A%3Aerror %3A%3A.yaml,line=3,"), "{text}");
        assert!(text.contains("100%25%0A::stop-commands::x"), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text}");
    }
}
