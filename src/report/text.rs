//! A plan as plain text, for a terminal and a pull request: one block a step, then what stands beside the steps, then
//! one line that says what it comes to. Every line fits the page unless a word alone is wider.

use super::acknowledgements::remedies;
use super::alike::{Alike, All, alike, together};
use super::counts::Verdict;
use super::escape;
use super::gates::{closings, stops};
use super::layout::{Hue, Paint, Sheet, column, padded, paint, plural, searched, tagged, wrapped};
use super::unchecked::unchecked;
use super::unshown;
use super::width::{Width, columns};
use crate::model::operation::CartLine;
use crate::model::{Class, StepKey};
use crate::plan::file::{Blocked, Finding, Outlook, PlanFile, Renamed};
use crate::plan::step::{Action, Need, Wanted};
use crate::plan::{FieldChange, Mark, Motive, Readiness, Step, Undo};
use std::fmt::{self, Write};

/// Writes a plan.
///
/// # Errors
/// When `out` does.
pub(super) fn plan(file: &PlanFile, colour: Paint, out: &mut Sheet<'_>) -> fmt::Result {
    let keys = file.plan().steps().iter().map(|step| &step.key);
    let keys = keys.chain(file.outlook().blocked.iter().map(|blocked| &blocked.key));
    let width = column(keys.map(|key| columns(&key.address.to_string())), out.page());
    let page = Page { colour, width };
    for step in file.plan().steps() {
        page.step(step, out)?;
    }
    let outlook = page.outlook(file.outlook(), file.plan().steps(), out.width())?;
    if !outlook.is_empty() && !file.plan().steps().is_empty() {
        out.write_char('\n')?;
    }
    out.write_str(&outlook)?;
    if !outlook.is_empty() || !file.plan().steps().is_empty() {
        out.write_char('\n')?;
    }
    if !file.plan().steps().is_empty() {
        writeln!(out, "Plan id {}", file.plan().id())?;
    }
    searched(out, &Verdict::of(file).to_string())
}

/// Most needs of a step that are told one by one: the end of a partnership may have thousands.
const NEEDS: usize = 12;

/// How wide the first column is, and whether there is colour.
pub(super) struct Page {
    pub(super) colour: Paint,
    pub(super) width: usize,
}

impl Page {
    /// The first line of a block: symbol, address, step and other end, and a tag at the right edge.
    pub(super) fn head(
        &self,
        out: &mut Sheet<'_>,
        (symbol, hue): (char, Hue),
        key: &StepKey,
        tag: &str,
    ) -> fmt::Result {
        paint(out, self.colour, hue, &symbol.to_string())?;
        out.write_char(' ')?;
        let address = key.address.to_string();
        let mut shown = 2 + padded(out, &escape::line(&address), self.width)?;
        let what = what(key);
        out.write_str(&what)?;
        shown += columns(&what);
        tagged(out, shown, tag)
    }

    fn step(&self, step: &Step, out: &mut Sheet<'_>) -> fmt::Result {
        self.head(out, (step.mark.symbol(), hue(step.mark)), &step.key, &tag(step))?;
        body(step, out)?;
        if let Some(why) = why(step) {
            wrapped(out, "    why   ", 10, &why)?;
        }
        for need in step.needs.iter().take(NEEDS) {
            wrapped(out, "    needs ", 10, &needed(need, &step.key))?;
        }
        if let Some(more) = step.needs.len().checked_sub(NEEDS).filter(|more| *more > 0) {
            writeln!(out, "    needs {} more", plural(more, "step"))?;
        }
        risk(step, out)?;
        match step.readiness {
            Readiness::Asked { .. } => writeln!(out, "    see   twotier handoffs show {}", step.id.short(10)),
            Readiness::Ready | Readiness::Waiting => Ok(()),
        }
    }

    /// The sections beside the steps, with an empty line between them; empty where there is nothing to say.
    fn outlook(&self, outlook: &Outlook, steps: &[Step], width: Width) -> Result<String, fmt::Error> {
        let Outlook {
            blocked,
            findings,
            released,
            renamed,
            assumptions,
            unmanaged: _,
            unchanged: _,
            accepted: _,
            outside,
            gates,
            remembered: _,
            unshown,
            open_before: _,
            // Addresses are what is typed; names stand in the forms that have room.
            called: _,
        } = outlook;
        let (stopping, told): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| stops(finding));
        let (drifted, noted): (Vec<&Finding>, Vec<&Finding>) = told.into_iter().partition(|it| it.is_drift());
        let mut sections = Vec::new();
        let mut section = |title: &str, body: String| {
            if !body.is_empty() {
                let mut text = String::new();
                paint(&mut text, self.colour, Hue::Bold, title)?;
                sections.push(format!("{text}\n{body}"));
            }
            Ok::<(), fmt::Error>(())
        };
        section("Blocked", joined(width, together(blocked).iter(), |blocked, out| self.blocked(blocked, out))?)?;
        section("Drift", joined(width, drifted.iter(), |finding, out| self.noted(finding, out))?)?;
        section("Noted", joined(width, alike(noted).into_iter(), |alike, out| self.alike(&alike, out))?)?;
        let assumed = assumptions.iter().map(String::as_str).chain(unchecked(steps));
        section("Assumed", joined(width, assumed, |text, out| wrapped(out, "  ", 4, text))?)?;
        section(
            "Released",
            joined(width, released.iter(), |address, out| {
                wrapped(out, "  ", 4, &format!("{address}: no document declares it any more; nothing is taken away"))
            })?,
        )?;
        section(
            "Renamed",
            joined(width, renamed.iter(), |Renamed { address, from }, out| {
                wrapped(out, "  ", 4, &format!("{address}: was {from}; what runs know of it goes with it"))
            })?,
        )?;
        section(unshown::TITLE, unshown::listed(unshown, width)?)?;
        let lacking = joined(width, stopping.into_iter(), |finding, out| self.noted(finding, out))?;
        let closed = joined(width, closings(gates, steps).iter(), |said, out| wrapped(out, "  ", 4, said))?;
        let passes = joined(width, remedies(gates).iter(), |said, out| wrapped(out, "    help: ", 10, said))?;
        section("Stops apply", lacking + &closed + &passes)?;
        if *outside > 0 {
            sections.push(format!(
                "Outside the scope: {}.\n",
                if *outside == 1 { "1 declared address".to_owned() } else { format!("{outside} declared addresses") }
            ));
        }
        Ok(sections.join("\n"))
    }

    /// Addresses against which the same stands, and what it is.
    fn blocked(&self, together: &[&Blocked], out: &mut Sheet<'_>) -> fmt::Result {
        for Blocked { key, finding } in together {
            self.head(out, ('?', Hue::Red), key, &format!("[{}]", finding.code))?;
        }
        together.first().map_or(Ok(()), |first| said(&first.finding, out))
    }

    fn alike(&self, Alike { first, all }: &Alike<'_>, out: &mut Sheet<'_>) -> fmt::Result {
        let Some(All { message, help, objects }) = all else { return self.noted(first, out) };
        let subject = format!("{} alike", objects.len());
        write!(out, "  {subject}")?;
        tagged(out, 2 + columns(&subject), &format!("[{}]", escape::line(&first.code)))?;
        wrapped(out, "    ", 4, message)?;
        wrapped(out, "    ", 6, &objects.join(", "))?;
        help.as_ref().map_or(Ok(()), |help| wrapped(out, "    help: ", 10, help))
    }

    fn noted(&self, finding: &Finding, out: &mut Sheet<'_>) -> fmt::Result {
        let place = finding.place.as_ref().map(ToString::to_string);
        let subject = finding.address.as_ref().map(ToString::to_string).or(place).unwrap_or_default();
        let subject = escape::line(&subject);
        write!(out, "  {subject}")?;
        tagged(out, 2 + columns(&subject), &format!("[{}]", escape::line(&finding.code)))?;
        said(finding, out)
    }
}

/// Message and help of a finding.
fn said(finding: &Finding, out: &mut Sheet<'_>) -> fmt::Result {
    wrapped(out, "    ", 4, &finding.message)?;
    for related in &finding.related {
        wrapped(out, "    ", 6, &format!("{}: {}", related.place, related.what))?;
    }
    finding.help.as_ref().map_or(Ok(()), |help| wrapped(out, "    help: ", 10, help))
}

/// All of them below each other.
fn joined<T>(
    width: Width,
    items: impl Iterator<Item = T>,
    write: impl Fn(T, &mut Sheet<'_>) -> fmt::Result,
) -> Result<String, fmt::Error> {
    let mut text = String::new();
    for item in items {
        write(item, &mut Sheet::new(&mut text, width))?;
    }
    Ok(text)
}

/// Step and other end.
pub(super) fn what(key: &StepKey) -> String {
    if key.discriminator.is_empty() {
        return key.step.name().to_owned();
    }
    format!("{} {}", key.step.name(), escape::line(&key.discriminator))
}

/// The colour of a symbol.
pub(super) fn hue(mark: Mark) -> Hue {
    match mark {
        Mark::Add => Hue::Green,
        Mark::Change | Mark::Wait => Hue::Yellow,
        Mark::End => Hue::Red,
        Mark::Person => Hue::Cyan,
    }
}

/// What stands at the right edge.
fn tag(step: &Step) -> String {
    let restore = match step.motive {
        Motive::Restore => Some("restore".to_owned()),
        Motive::Intent => None,
    };
    let readiness = match (&step.readiness, step.class) {
        (Readiness::Waiting, Class::Api | Class::Ledger) => Some("waiting".to_owned()),
        (Readiness::Asked { since }, _) => Some(format!("asked {}", since.date())),
        (Readiness::Waiting, Class::HandOff | Class::Wait) | (Readiness::Ready, _) => None,
    };
    restore.into_iter().chain(readiness).collect::<Vec<_>>().join(", ")
}

/// What the step does: one line of its own and what it changes.
fn body(step: &Step, out: &mut Sheet<'_>) -> fmt::Result {
    let Some((line, told)) = summary(step) else { return changes(step.changes.iter(), out) };
    wrapped(out, "    ", 6, &line)?;
    changes(step.changes.iter().filter(|change| !told.contains(&change.field.as_str())), out)
}

/// A line that says what is done, and the fields it tells.
pub(super) fn summary(step: &Step) -> Option<(String, &'static [&'static str])> {
    Some(match &step.action {
        Action::HandOff(ask) => (ask.summary.clone(), &[]),
        Action::Await { until } => (format!("until {until}"), &[]),
        Action::Api(Wanted::Order { subscription: _, line }) => {
            let CartLine { product, quantity, term, billing_cycle, .. } = line.as_ref();
            let called = product_name(step).map_or_else(String::new, |name| format!(" ({name})"));
            (
                format!("product {product}{called}, quantity {quantity}, {term}, {billing_cycle}"),
                &["product", "quantity", "term", "billingCycle"],
            )
        }
        Action::Api(Wanted::CreateCustomer { customer: _, reseller, details }) => (
            format!("domain {}, {}, {}, for {reseller}", details.domain, details.company_name, details.address.country),
            &["domain", "company", "country", "reseller"],
        ),
        Action::Api(Wanted::ResetAdminPassword { customer: _, sealed_to: _ }) => {
            ("a new one-time password for the first administrator, sealed".to_owned(), &[])
        }
        Action::Api(Wanted::Change { .. } | Wanted::SetSupportContact { .. }) | Action::Guard(_) => return None,
    })
}

/// How people call the product that is ordered, where that is known.
pub(super) fn product_name(step: &Step) -> Option<&str> {
    step.changes.iter().find(|change| change.field == "product")?.note.as_deref()
}

fn changes<'a>(changes: impl Iterator<Item = &'a FieldChange> + Clone, out: &mut Sheet<'_>) -> fmt::Result {
    let width = changes.clone().map(|change| columns(&change.field)).max().unwrap_or(0);
    for change in changes {
        let first = format!("    {:<width$}  ", escape::line(&change.field));
        wrapped(out, &first, 6, &moved(change))?;
    }
    Ok(())
}

/// From, to, and what is to be said of it.
pub(super) fn moved(change: &FieldChange) -> String {
    let FieldChange { field: _, before, after, note } = change;
    let before = before.as_ref().map(|before| format!("{before} -> ")).unwrap_or_default();
    let note = note.as_ref().map(|note| format!(", {note}")).unwrap_or_default();
    format!("{before}{after}{note}")
}

/// Why the step is there, where neither its changes nor its needs say so. The place stands behind the first clause.
pub(super) fn why(step: &Step) -> Option<String> {
    let told = !step.changes.is_empty() || !step.needs.is_empty();
    match step.motive {
        Motive::Intent if told => return None,
        Motive::Intent | Motive::Restore => {}
    }
    let reason = step.reason.as_str();
    let place = step.place.as_deref().filter(|place| !reason.contains(place));
    match (reason.is_empty(), place) {
        (true, _) => None,
        (false, None) => Some(reason.to_owned()),
        (false, Some(place)) => {
            let (clause, rest) = reason.split_at(reason.find(", ").unwrap_or(reason.len()));
            Some(format!("{clause} ({place}){rest}"))
        }
    }
}

/// A need as the step that has it says it: the address of the same object is left out where a reason follows.
pub(super) fn needed(Need { step, why }: &Need, of: &StepKey) -> String {
    match (why.is_empty(), step.address == of.address) {
        (true, _) => step.to_string(),
        (false, true) => format!("{}: {why}", what(step)),
        (false, false) => format!("{step}: {why}"),
    }
}

fn risk(step: &Step, out: &mut Sheet<'_>) -> fmt::Result {
    let undo = undo(&step.undo);
    match (step.risks.is_empty(), &step.undo, step.class) {
        (false, ..) => {
            let risks: Vec<&str> = step.risks.iter().map(|risk| risk.name()).collect();
            wrapped(out, "    risk  ", 10, &format!("{}; undo: {undo}", risks.join(", ")))
        }
        (true, Undo::Yes, _) | (true, _, Class::HandOff | Class::Wait | Class::Ledger) => Ok(()),
        (true, Undo::Until(_) | Undo::WithinDays(_) | Undo::No, Class::Api) => wrapped(out, "    undo  ", 10, &undo),
    }
}

/// Whether and until when a step can be taken back.
pub(super) fn undo(undo: &Undo) -> String {
    match undo {
        Undo::Yes => "yes".to_owned(),
        Undo::Until(instant) => format!("until {instant}"),
        Undo::WithinDays(days) => format!("within {} of the step", plural(*days as usize, "day")),
        Undo::No => "no".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use crate::diag::Finding as Found;
    use crate::model::Timestamp;
    use crate::plan::example::{arbitrary_outlook, arbitrary_steps, file, key, outlook, steps};
    use crate::plan::{Blocked as Held, Outlook as Beside};
    use proptest::prelude::*;

    fn shown(steps: Vec<Step>, outlook: &Beside) -> String {
        let mut out = String::new();
        plan(&file(steps, outlook), Paint::Plain, &mut Sheet::new(&mut out, Width::Endless)).unwrap();
        out
    }
    fn last(steps: Vec<Step>, outlook: &Beside) -> String {
        shown(steps, outlook).lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_worked_example_prints_as_it_was_agreed() {
        let expect = "\
! partnership/northwind        invite-reseller
    mail to csp@northwind.example, with the invitation link
    why   declared active (manifests/northwind.yaml:4:131), not yet listed
: partnership/northwind        await-partnership
    until PartnerID 4822222 is listed as active
    needs invite-reseller partnership/northwind
! customer/contoso             invite-customer northwind
    mail to it@contoso.example, with the two-tier link; gives no admin right
    needs await-partnership partnership/northwind: the link names its tenant
: customer/contoso             await-association northwind
    until Northwind shows among the customer's resellers
    needs invite-customer customer/contoso northwind
~ subscription/contoso/m365    set-partner-of-record
    partnerOfRecord  none -> fabrikam (4811111)
    risk  money; undo: no
~ subscription/contoso/m365    change-quantity
    quantity  25 -> 30
    needs set-partner-of-record: one change at a time
    risk  money; undo: within 7 days of the step
+ subscription/contoso/teams   order-subscription
    product CFQ7TTC0BBBB/0001, quantity 10, P1Y, annual
    partnerOfRecord  fabrikam (4811111), defaulted from customer/contoso
    risk  money; undo: within 7 days of the step
~ subscription/contoso/visio   set-partner-of-record                    waiting
    partnerOfRecord  fabrikam (4811111) -> northwind (4822222)
    needs await-partnership partnership/northwind: its PartnerID must be valid
    risk  money; undo: yes

Blocked
? subscription/contoso/backup  order-subscription                      [TT0310]
    a live subscription of CFQ7TTC0AAAA/0001 is claimed by no manifest:
    50000000-0000-4000-8000-000000000003
    help: bind it with `subscriptionId`, or buy one beside it:
          `purchase: {additional: {beside: [its id]}}`

Assumed
  4822222 passes validation as partner of record; checked after acceptance

Plan id PLANID
Plan: 1 to add, 3 to change, 0 to end; 2 for people, 2 to wait for, 1 blocked.
";
        let id = file(steps(), &outlook()).plan().id();
        assert_eq!(shown(steps(), &outlook()), expect.replace("PLANID", &id.to_string()));
    }

    #[test]
    fn the_last_line_says_what_a_plan_comes_to() {
        let none = Beside::default();
        assert_eq!(shown(Vec::new(), &none), "No changes. The tenant matches the manifests.\n");
        // Rows are counted, as they are shown.
        let held = |what| Held { key: key(what), finding: Found::error(Code::Unknown, None, "x") };
        let whats = [
            "invite-reseller partnership/a",
            "await-partnership partnership/a",
            "create-customer customer/b",
            "order-subscription subscription/b/c",
        ];
        let three = Beside { blocked: whats.map(held).into(), ..Beside::default() };
        assert_eq!(last(Vec::new(), &three), "Nothing can be done: 4 blocked.");
        let mut second: Vec<Step> = steps();
        second[0].readiness = Readiness::Asked { since: Timestamp::from_seconds(1_795_424_400) };
        second.drain(4..7);
        assert_eq!(last(second.clone(), &outlook()), "Nothing to do now: 1 asked of people, 1 to wait for, 1 blocked.");
        second[2].readiness = Readiness::Ready;
        second[2].needs.clear();
        let line = "Plan: 0 to add, 1 to change, 0 to end; 2 for people, 2 to wait for, 1 blocked.";
        assert_eq!(last(second, &outlook()), line);
        let mut ends = vec![steps().remove(4)];
        ends[0].mark = Mark::End;
        let line = "Plan: 0 to add, 0 to change, 1 to end; 0 for people, 0 to wait for, 0 blocked.";
        assert_eq!(last(ends, &none), line);
    }

    #[test]
    fn an_asked_hand_off_says_since_when_and_where_to_look() {
        let mut asked = steps();
        asked.truncate(1);
        asked[0].readiness = Readiness::Asked { since: Timestamp::from_seconds(1_795_424_400) };
        let text = shown(asked.clone(), &Beside::default());
        let first = text.lines().next().unwrap_or_default();
        assert!(first.ends_with("  asked 2026-11-23") && first.len() == 79, "{text}");
        assert!(text.contains(&format!("    see   twotier handoffs show {}\n", asked[0].id.short(10))), "{text}");
    }

    #[test]
    fn what_is_restored_says_so_and_why() {
        let mut restored = steps().remove(4);
        (restored.motive, restored.reason) = (Motive::Restore, "changed in the tenant".to_owned());
        let text = shown(vec![restored], &Beside::default());
        assert!(text.lines().next().is_some_and(|line| line.ends_with("  restore")), "{text}");
        assert!(text.contains("\n    why   changed in the tenant\n"), "{text}");
    }

    #[test]
    fn sections_stand_apart_and_in_order() {
        let drift = Found::warning(Code::Drift, None, "quantity is 40, settled was 30")
            .about("subscription/contoso/m365".parse().unwrap());
        let beside = Beside {
            blocked: vec![Held {
                key: key("invite-reseller partnership/a"),
                finding: Found::error(Code::Unknown, None, "x"),
            }],
            findings: vec![Found::warning(Code::ResellerNotAssociated, None, "odd"), drift],
            released: vec!["customer/gone".parse().unwrap()],
            renamed: std::collections::BTreeMap::from([(
                "customer/new".parse().unwrap(),
                "customer/old".parse().unwrap(),
            )]),
            outside: 2,
            ..Beside::default()
        };
        let expect = "\
Blocked
? partnership/a  invite-reseller                                       [TT0300]
    x

Drift
  subscription/contoso/m365                                            [TT0313]
    quantity is 40, settled was 30

Noted
                                                                       [TT0325]
    odd

Released
  customer/gone: no document declares it any more; nothing is taken away

Renamed
  customer/new: was customer/old; what runs know of it goes with it

Outside the scope: 2 declared addresses.

Nothing can be done: 1 blocked.
";
        assert_eq!(shown(Vec::new(), &beside), expect);
    }

    #[test]
    fn what_a_plan_comes_to_is_one_line_in_a_pipe_and_fits_a_terminal() {
        let mut beside = outlook();
        beside.blocked = beside.blocked.iter().cycle().take(1000).cloned().collect();
        let last = |width| {
            let mut out = String::new();
            plan(&file(steps(), &beside), Paint::Plain, &mut Sheet::new(&mut out, width)).unwrap();
            out.lines().last().map(str::to_owned)
        };
        let line = "Plan: 1 to add, 3 to change, 0 to end; 2 for people, 2 to wait for, 1000 blocked.";
        assert_eq!((last(Width::Endless).as_deref(), line.len()), (Some(line), 81));
        assert_eq!(last(Width::Columns(80)).as_deref(), Some("  blocked."));
    }

    #[test]
    fn color_comes_only_when_asked_for() {
        let mut out = String::new();
        plan(&file(steps(), &outlook()), Paint::Colour, &mut Sheet::new(&mut out, Width::Endless)).unwrap();
        assert!(out.starts_with("\u{1b}[36m!\u{1b}[0m partnership/northwind"), "{out}");
        assert!(!shown(steps(), &outlook()).contains('\u{1b}'));
    }

    proptest! {
        #[test]
        fn no_text_of_others_moves_the_cursor_or_adds_a_line(s in arbitrary_steps(), o in arbitrary_outlook()) {
            let text = shown(s, &o);
            prop_assert!(!text.contains(|c: char| c != '\n' && c.is_control()), "{text:?}");
            let turned = text.contains(|c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            prop_assert!(!turned, "{text:?}");
            // Every line is one of ours: a step, a section, an indented line or the end.
            let ours = ["  ", "+ ", "~ ", "- ", "! ", ": ", "? ", "Blocked", "Drift", "Assumed", "Released", "Renamed", "Plan", "Nothing"];
            for line in text.lines().filter(|line| !line.is_empty()) {
                prop_assert!(ours.iter().any(|start| line.starts_with(start)), "{line:?}");
            }
        }
    }
}
