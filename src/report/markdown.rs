//! A plan and a run as Markdown, for a pull request: what it comes to first, then one item a step. Foreign text never
//! becomes markup, HTML, a link or a mention.

use super::counts::Verdict;
use super::escape::{code, markdown};
use super::run::Run;
use super::text::{closing, moved, needed, summary, undo, what, why};
use crate::diag::{self, SourceMap};
use crate::model::StepKey;
use crate::plan::file::{Finding, Outlook, PlanFile};
use crate::plan::{Readiness, Step};
use std::fmt::{self, Write};

/// Writes a plan.
///
/// # Errors
/// When `out` does.
pub(super) fn plan(file: &PlanFile, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "### twotier plan\n\n**{}**", Verdict::of(file))?;
    if !file.plan().steps().is_empty() {
        writeln!(out, "\n#### Steps\n")?;
    }
    for one in file.plan().steps() {
        step(one, out)?;
    }
    outlook(file.outlook(), out)?;
    if file.plan().steps().is_empty() { Ok(()) } else { writeln!(out, "\nPlan id `{}`", file.plan().id()) }
}

/// Writes findings.
///
/// # Errors
/// When `out` does.
pub(super) fn findings(findings: &[diag::Finding], sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "### twotier findings\n\n**{}**\n", super::tally(findings))?;
    super::findings::sorted(findings).into_iter().try_for_each(|found| finding(&Finding::of(found, sources), out))
}

/// Writes a run.
///
/// # Errors
/// When `out` does.
pub(super) fn run(run: Run<'_>, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "### twotier apply\n\n**{}**\n", run.tally())?;
    for result in &run.outcome.results {
        write!(
            out,
            "- {} {}: {}",
            code(&result.key.address.to_string()),
            code(&what(&result.key)),
            result.outcome.word()
        )?;
        match result.outcome.why() {
            Some(why) => writeln!(out, " \u{2013} {}", markdown(&why))?,
            None => writeln!(out)?,
        }
    }
    for line in run.next() {
        writeln!(out, "\n{}", markdown(&line))?;
    }
    Ok(())
}

fn head(symbol: char, key: &StepKey, out: &mut dyn Write) -> fmt::Result {
    write!(out, "- `{symbol}` {} **{}**", code(&key.address.to_string()), markdown(&what(key)))
}

fn step(step: &Step, out: &mut dyn Write) -> fmt::Result {
    head(step.mark.symbol(), &step.key, out)?;
    match step.readiness {
        Readiness::Ready => writeln!(out)?,
        Readiness::Waiting => writeln!(out, " (waiting)")?,
        Readiness::Asked { since } => writeln!(out, " (asked {})", since.date())?,
    }
    let (line, told) = summary(&step.action).map_or((None, &[][..]), |(line, told)| (Some(line), told));
    if let Some(line) = line {
        writeln!(out, "  - {}", markdown(&line))?;
    }
    for change in step.changes.iter().filter(|change| !told.contains(&change.field.as_str())) {
        writeln!(out, "  - {}: {}", code(&change.field), markdown(&moved(change).replace(" -> ", " \u{2192} ")))?;
    }
    if let Some(why) = why(step) {
        writeln!(out, "  - why: {}", markdown(&why))?;
    }
    for need in &step.needs {
        writeln!(out, "  - needs: {}", markdown(&needed(need, &step.key)))?;
    }
    if step.risks.is_empty() {
        return Ok(());
    }
    let risks: Vec<&str> = step.risks.iter().map(|risk| risk.name()).collect();
    writeln!(out, "  - risk: {}; undo: {}", risks.join(", "), markdown(&undo(&step.undo)))
}

fn outlook(outlook: &Outlook, out: &mut dyn Write) -> fmt::Result {
    let Outlook { blocked, findings, released, assumptions, unmanaged: _, unchanged: _, outside, gates } = outlook;
    section("Blocked", blocked.is_empty(), out)?;
    for one in blocked {
        head('?', &one.key, out)?;
        writeln!(out)?;
        finding_below(&one.finding, out)?;
    }
    section("Findings", findings.is_empty(), out)?;
    findings.iter().try_for_each(|one| finding(one, out))?;
    section("Assumed", assumptions.is_empty(), out)?;
    assumptions.iter().try_for_each(|text| writeln!(out, "- {}", markdown(text)))?;
    section("Released", released.is_empty(), out)?;
    for address in released {
        writeln!(out, "- {}: nothing is taken away", code(&address.to_string()))?;
    }
    let closed: Vec<_> = gates.iter().filter(|gate| gate.is_closed()).collect();
    section("Stops apply", closed.is_empty(), out)?;
    closed.into_iter().try_for_each(|gate| writeln!(out, "- {}", markdown(&closing(gate))))?;
    if *outside > 0 {
        writeln!(out, "\nDeclared addresses outside the scope: {outside}")?;
    }
    Ok(())
}

fn section(title: &str, is_empty: bool, out: &mut dyn Write) -> fmt::Result {
    if is_empty { Ok(()) } else { writeln!(out, "\n#### {title}\n") }
}

fn finding(finding: &Finding, out: &mut dyn Write) -> fmt::Result {
    let place = finding.place.as_ref().map(ToString::to_string);
    let subject = place.or(finding.address.as_ref().map(ToString::to_string)).unwrap_or_default();
    writeln!(out, "- {}", code(&subject))?;
    finding_below(finding, out)
}

fn finding_below(finding: &Finding, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "  - {} {}", code(&finding.code), markdown(&finding.message))?;
    for related in &finding.related {
        writeln!(out, "  - {}: {}", code(&related.place.to_string()), markdown(&related.what))?;
    }
    finding.help.as_ref().map_or(Ok(()), |help| writeln!(out, "  - help: {}", markdown(help)))
}
