//! How a run ended, for people and as part of the report: one line a step, the counts, and what to do next. Asked and
//! pending are told as what they are: no failures.

use super::layout::{Hue, Paint, Sheet, column, paint, searched, wrapped};
use super::settled::{SettledDocument, settled};
use super::text::{Page, hue, what};
use super::width::columns;
use crate::apply::Recovered;
use crate::apply::outcome::{Ending, Outcome, RunOutcome, StepResult};
use crate::diag::Finding;
use crate::model::{Class, Digest, StepKey, StepName};
use crate::plan::Mark;
use crate::plan::file::{Blocked, PlanFile};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

/// A run to be told.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The plan it made and followed.
    pub file: &'a PlanFile,
    /// How it ended.
    pub outcome: &'a RunOutcome,
    /// The approved plan, under which a later run can go on; none with `--auto-approve`.
    pub approved: Option<Digest>,
    /// What it settled of earlier runs before it planned.
    pub recovered: &'a [Recovered],
    /// What people were asked and what shows now.
    pub seen: &'a [StepKey],
    /// What it recorded nothing of, because nobody read it.
    pub unread: &'a [Finding],
}

/// A run, as the report holds it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Run")]
pub struct RunDocument {
    /// Its number.
    number: u64,
    /// `finished`, `interrupted` or `journalFault`.
    ending: &'static str,
    /// Why the journal could not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// The approved plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    approved: Option<Digest>,
    /// How many steps ended how.
    outcomes: BTreeMap<&'static str, u32>,
    /// What it settled of earlier runs by looking, before it planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recovered: Vec<SettledDocument>,
    /// What people were asked and what shows now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    seen: Vec<String>,
    /// The steps, in order.
    steps: Vec<ResultDocument>,
    /// What is written and was not begun, because something stands against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blocked: Vec<HeldDocument>,
    /// What to do next, one sentence each.
    next: Vec<String>,
}

/// What was not begun.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "HeldStep")]
struct HeldDocument {
    /// The object that would be changed.
    address: String,
    /// What would be done.
    step: &'static str,
    /// The other end of a relation; absent otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    discriminator: String,
    /// Code of what stands against it; the plan beside says it in words.
    code: String,
}

/// How one step ended.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StepResult")]
struct ResultDocument {
    /// The object changed.
    address: String,
    /// What was done.
    step: &'static str,
    /// The other end of a relation; absent otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    discriminator: String,
    /// Its id; the first digits of a hand-off's are the hand-off's.
    #[schemars(with = "String")]
    id: Digest,
    /// `done`, `asked`, `satisfied`, `withdrawn`, `failed`, `blocked`, `stale`, `unapproved`, `skipped`, `pending`, `unknown` or
    /// `interrupted`.
    outcome: &'static str,
    /// The service's code, where it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    /// Why, where there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// The words steps are counted under, in the order they are told.
const WORDS: [&str; 12] = [
    "done",
    "satisfied",
    "asked",
    "pending",
    "skipped",
    "withdrawn",
    "failed",
    "blocked",
    "stale",
    "unapproved",
    "unknown",
    "interrupted",
];

impl Run<'_> {
    /// `Run 3: 2 done, 1 asked, 3 skipped.`
    #[must_use]
    pub fn tally(&self) -> String {
        let mut counts = self.outcome.counts();
        let held = u32::try_from(self.held().count()).unwrap_or(u32::MAX);
        let told = match (counts.is_empty(), held) {
            (true, 0) => "nothing to do".to_owned(),
            (true, held) => format!("nothing can be done: {held} blocked"),
            (false, held) => {
                if held > 0 {
                    *counts.entry("blocked").or_default() += held;
                }
                let told = WORDS.iter().filter_map(|word| counts.get(word).map(|count| format!("{count} {word}")));
                told.collect::<Vec<_>>().join(", ")
            }
        };
        format!("Run {}: {told}.", self.outcome.epoch)
    }

    /// What is written and was not begun because something stands against it: approved steps of that kind are results.
    pub(super) fn held(&self) -> impl Iterator<Item = &Blocked> {
        let results: BTreeSet<&StepKey> = self.outcome.results.iter().map(|result| &result.key).collect();
        self.file.outlook().blocked.iter().filter(move |held| !results.contains(&held.key))
    }

    /// What to do next, one sentence each; empty when nothing is left.
    #[must_use]
    pub fn next(&self) -> Vec<String> {
        let counts = self.outcome.counts();
        let any = |words: &[&str]| words.iter().any(|word| counts.contains_key(word));
        let mut next = Vec::new();
        match &self.outcome.ending {
            Ending::Finished if any(&["interrupted"]) => {
                next.push("Not everything was begun before the run ended (`--deadline`): apply again, the next run goes on.".to_owned());
            }
            Ending::Finished => {}
            Ending::Interrupted => next.push("The run was stopped where it stands; the next one goes on.".to_owned()),
            Ending::JournalFault(why) => next.push(format!(
                "The journal could not be written ({why}), so nothing more was started. What was started is looked up by the next run."
            )),
        }
        if any(&["asked"]) {
            next.push("People are asked: `twotier handoffs` lists what. When it is done, apply again.".to_owned());
        } else if any(&["pending"]) {
            next.push("What is pending shows later; then apply again.".to_owned());
        }
        if any(&["failed"]) {
            next.push(
                "Some steps failed; what depends on them was left alone. Mend the cause, then plan again.".to_owned(),
            );
        }
        if any(&["blocked"]) {
            next.push(
                "Something stands against what was approved: mend it as the plan says, then plan again.".to_owned(),
            );
        }
        if any(&["stale", "unapproved"]) {
            next.push(
                "The tenant or the manifests moved since the plan was approved: plan again and review what is new."
                    .to_owned(),
            );
        }
        if any(&["unknown"]) {
            next.push("The outcome of a step is unknown: the next run looks it up; what it cannot find out waits for `twotier state resolve`.".to_owned());
        }
        next.extend(self.left_unread());
        next
    }

    /// Addresses that a person has to look at before anything goes on.
    fn left_unread(&self) -> Option<String> {
        let about: BTreeSet<String> =
            self.unread.iter().filter_map(|it| Some(it.address.as_ref()?.to_string())).collect();
        let more = about.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let named: Vec<String> = about.iter().take(NAMED).cloned().collect();
        (!named.is_empty()).then(|| {
            format!(
                "Somebody has to read what changed of {}{more}: `twotier plan --out plan.json`, then `twotier apply plan.json`. Until then nothing rests on it.",
                named.join(", ")
            )
        })
    }

    /// The run as the report holds it.
    #[must_use]
    pub(super) fn document(&self) -> RunDocument {
        let RunOutcome { epoch, results, ending } = self.outcome;
        let (ending, fault) = match ending {
            Ending::Finished => ("finished", None),
            Ending::Interrupted => ("interrupted", None),
            Ending::JournalFault(why) => ("journalFault", Some(why.clone())),
        };
        RunDocument {
            number: *epoch,
            ending,
            fault,
            approved: self.approved,
            outcomes: self.outcome.counts(),
            recovered: self.recovered.iter().map(SettledDocument::of).collect(),
            seen: self.seen.iter().map(ToString::to_string).collect(),
            steps: results.iter().map(result).collect(),
            blocked: self.held().map(held).collect(),
            next: self.next(),
        }
    }
}

fn held(Blocked { key, finding }: &Blocked) -> HeldDocument {
    HeldDocument {
        address: key.address.to_string(),
        step: key.step.name(),
        discriminator: key.discriminator.to_string(),
        code: finding.code.clone(),
    }
}

fn result(StepResult { key, id, outcome }: &StepResult) -> ResultDocument {
    let code = match outcome {
        Outcome::Failed { code, text: _ } => Some(*code).filter(|code| *code != 0),
        Outcome::Done(_)
        | Outcome::Asked
        | Outcome::Satisfied
        | Outcome::Withdrawn(_)
        | Outcome::Blocked { .. }
        | Outcome::Stale { .. }
        | Outcome::Unapproved(_)
        | Outcome::Skipped(_)
        | Outcome::Pending { .. }
        | Outcome::Unknown { .. }
        | Outcome::Interrupted => None,
    };
    ResultDocument {
        address: key.address.to_string(),
        step: key.step.name(),
        discriminator: key.discriminator.to_string(),
        id: *id,
        outcome: outcome.word(),
        code,
        why: outcome.why(),
    }
}

/// The symbol of a step by what its name usually means.
pub(super) fn usual_mark(key: &StepKey) -> Mark {
    match (key.step.usual_class(), key.step) {
        (Class::HandOff, _) => Mark::Person,
        (Class::Wait, _) => Mark::Wait,
        (Class::Api | Class::Ledger, StepName::CreateCustomer | StepName::OrderSubscription) => Mark::Add,
        (Class::Api | Class::Ledger, _) => Mark::Change,
    }
}

/// Whether a later run may do more under the same approval.
fn goes_on(outcome: &RunOutcome) -> bool {
    let counts = outcome.counts();
    ["asked", "pending", "interrupted"].iter().any(|word| counts.contains_key(word))
}

/// Above what people were asked and what shows now.
pub(super) const SEEN: &str = "Asked of people, and over now";

/// Before what was written and not begun. What stood against it may be over by now, so it is told by its code alone.
pub(super) const HELD: &str = "Written, and not done";

/// What was not begun; of much the first.
fn not_begun(run: Run<'_>, page: &Page, out: &mut Sheet<'_>) -> fmt::Result {
    let held: Vec<&Blocked> = run.held().collect();
    if held.is_empty() {
        return Ok(());
    }
    paint(out, page.colour, Hue::Bold, HELD)?;
    out.write_str(" (`twotier plan` says why)\n")?;
    for Blocked { key, finding } in held.iter().take(NAMED) {
        page.head(out, ('?', Hue::Red), key, &format!("[{}]", finding.code))?;
    }
    if let Some(more) = held.len().checked_sub(NAMED).filter(|more| *more > 0) {
        writeln!(out, "  and {more} more")?;
    }
    out.write_char('\n')
}

/// How many objects of one step are named.
const NAMED: usize = 8;

/// What was seen, by the step that asked for it, with the objects.
pub(super) fn over(all: &[StepKey]) -> BTreeMap<String, Vec<String>> {
    let mut by: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for key in all {
        by.entry(what(key)).or_default().push(key.address.to_string());
    }
    by
}

fn seen(all: &[StepKey], colour: Paint, out: &mut Sheet<'_>) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    paint(out, colour, Hue::Bold, SEEN)?;
    out.write_char('\n')?;
    for (what, on) in over(all) {
        let more = on.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        wrapped(
            out,
            "  ",
            4,
            &format!("{what}: {}{more}", on.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ")),
        )?;
    }
    out.write_char('\n')
}

/// Writes a run.
///
/// # Errors
/// When `out` does.
pub(super) fn run(run: Run<'_>, colour: Paint, out: &mut Sheet<'_>) -> fmt::Result {
    let keys = run.outcome.results.iter().map(|result| &result.key);
    let keys =
        keys.chain(run.recovered.iter().map(|it| &it.intent.key)).chain(run.held().take(NAMED).map(|it| &it.key));
    let page = Page { colour, width: column(keys.map(|key| columns(&key.address.to_string())), out.page()) };
    settled(run.recovered, &page, out)?;
    seen(run.seen, colour, out)?;
    let marks: BTreeMap<&StepKey, Mark> = run.file.plan().steps().iter().map(|step| (&step.key, step.mark)).collect();
    for StepResult { key, id, outcome } in &run.outcome.results {
        // One that is not planned any more is marked by what its name usually means.
        let mark = marks.get(key).copied().unwrap_or_else(|| usual_mark(key));
        let hue = if outcome.is_failure() { Hue::Red } else { hue(mark) };
        page.head(out, (mark.symbol(), hue), key, outcome.word())?;
        if let Some(why) = outcome.why() {
            wrapped(out, "    ", 4, &why)?;
        }
        if matches!(outcome, Outcome::Asked) {
            writeln!(out, "    see   twotier handoffs show {}", id.short(10))?;
        }
    }
    if !run.outcome.results.is_empty() {
        out.write_char('\n')?;
    }
    not_begun(run, &page, out)?;
    for line in run.next() {
        wrapped(out, "", 2, &line)?;
    }
    if let Some(id) = run.approved
        && goes_on(run.outcome)
    {
        // On a line of its own, whole, so that it can be copied.
        writeln!(out, "  twotier apply --plan-id {id}")?;
    }
    searched(out, &run.tally())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::outcome::{Hindrance, Password, Unapproved, Withdrawal};
    use crate::plan::Outlook;
    use crate::plan::example::{file, key, outlook, steps};
    use crate::report::Width;

    fn finished(outcomes: Vec<Outcome>) -> RunOutcome {
        let results = steps()
            .into_iter()
            .zip(outcomes)
            .map(|(step, outcome)| StepResult { key: step.key, id: step.id, outcome })
            .collect();
        RunOutcome { epoch: 1, results, ending: Ending::Finished }
    }
    fn shown(outcome: &RunOutcome) -> String {
        shown_beside(outcome, &Outlook::default())
    }
    fn shown_beside(outcome: &RunOutcome, outlook: &Outlook) -> String {
        let mut out = String::new();
        let file = file(steps(), outlook);
        let told = Run { file: &file, outcome, approved: None, recovered: &[], seen: &[], unread: &[] };
        run(told, Paint::Plain, &mut Sheet::new(&mut out, Width::Endless)).unwrap();
        out
    }

    #[test]
    fn a_run_tells_each_step_the_counts_and_what_is_next() {
        let skipped = |need: &str| Outcome::Skipped(Hindrance::Need(key(need)));
        let outcome = finished(vec![
            Outcome::Asked,
            Outcome::Pending { until: "PartnerID 4822222 is listed as active".into() },
            skipped("await-partnership partnership/northwind"),
            skipped("invite-customer customer/contoso northwind"),
            Outcome::Done(Password::Kept),
            Outcome::Failed { code: 2072, text: "the service refused it".into() },
        ]);
        let id = outcome.results[0].id.short(10);
        let expect = "\
! partnership/northwind      invite-reseller                              asked
    see   twotier handoffs show HANDOFF
: partnership/northwind      await-partnership                          pending
    until PartnerID 4822222 is listed as active
! customer/contoso           invite-customer northwind                  skipped
    needs await-partnership partnership/northwind
: customer/contoso           await-association northwind                skipped
    needs invite-customer customer/contoso northwind
~ subscription/contoso/m365  set-partner-of-record                         done
~ subscription/contoso/m365  change-quantity                             failed
    code 2072: the service refused it

People are asked: `twotier handoffs` lists what. When it is done, apply again.
Some steps failed; what depends on them was left alone. Mend the cause, then
  plan again.
Run 1: 1 done, 1 asked, 1 pending, 2 skipped, 1 failed.
";
        assert_eq!(shown(&outcome), expect.replace("HANDOFF", &id));
    }

    #[test]
    fn how_a_run_ended_is_one_line_in_a_pipe() {
        let unknown = |what: &str| Outcome::Unknown { text: what.into() };
        let outcome = finished(vec![
            Outcome::Done(Password::Kept),
            Outcome::Asked,
            Outcome::Satisfied,
            Outcome::Withdrawn(Withdrawal::NotWanted),
            Outcome::Unapproved(Unapproved::New),
            unknown("x"),
            Outcome::Interrupted,
        ]);
        let line = "Run 1: 1 done, 1 satisfied, 1 asked, 1 withdrawn, 1 unapproved, 1 unknown, 1 interrupted.";
        assert_eq!(shown(&outcome).lines().last(), Some(line));
    }

    #[test]
    fn a_run_without_steps_says_so() {
        let nothing = finished(Vec::new());
        assert_eq!(shown_beside(&nothing, &Outlook::default()), "Run 1: nothing to do.\n");
        let blocked = shown_beside(&nothing, &outlook());
        assert_eq!(blocked.lines().last(), Some("Run 1: nothing can be done: 1 blocked."));
    }

    #[test]
    fn what_is_blocked_is_told_beside_what_was_done() {
        let done = finished(vec![Outcome::Done(Password::Kept)]);
        let text = shown_beside(&done, &outlook());
        let expect = "
Written, and not done (`twotier plan` says why)
? subscription/contoso/backup  order-subscription                      [TT0310]

Run 1: 1 done, 1 blocked.
";
        assert!(text.ends_with(expect), "{text}");
        let mut many = outlook();
        many.blocked = many.blocked.iter().cycle().take(20).cloned().collect();
        let text = shown_beside(&done, &many);
        assert!(text.contains("  and 12 more\n") && text.ends_with("Run 1: 1 done, 20 blocked.\n"), "{text}");
        // A step that was approved and is blocked now is told once, as a result.
        let key = outlook().blocked[0].key.clone();
        let outcome = Outcome::Blocked { code: "TT0310".into(), text: "x".into() };
        let results = vec![StepResult { key, id: Digest::of_bytes(b""), outcome }];
        let text = shown_beside(&RunOutcome { epoch: 1, results, ending: Ending::Finished }, &outlook());
        assert!(!text.contains(HELD) && text.ends_with("Run 1: 1 blocked.\n"), "{text}");
    }

    #[test]
    fn a_step_that_is_not_planned_any_more_is_still_told() {
        let gone = key("set-partner-of-record subscription/contoso/gone");
        let results = vec![StepResult {
            key: gone,
            id: Digest::of_bytes(b""),
            outcome: Outcome::Withdrawn(Withdrawal::NotWanted),
        }];
        let text = shown(&RunOutcome { epoch: 2, results, ending: Ending::Finished });
        assert!(text.starts_with("~ subscription/contoso/gone  set-partner-of-record "), "{text}");
    }
}
