//! What people and machines are told: plans, findings and runs, as text, Markdown, JSON and annotations. One
//! renderer a file, each escapes what it prints. Writes into `fmt::Write`; never touches a terminal, a file or a clock.

mod acknowledgements;
mod alike;
mod counts;
pub mod escape;
mod findings;
mod gates;
mod github;
mod json;
mod layout;
mod markdown;
mod run;
mod sarif;
mod settled;
mod text;
mod unchecked;
mod unshown;
mod width;

pub use acknowledgements::{Proposal, acknowledgements};
pub use counts::{Counts, Verdict};
pub use findings::tally;
pub use gates::{against, closings};
pub use json::{FORMAT, Report, schema, written};
pub use layout::Paint;
pub use run::{Run, RunDocument};
pub(crate) use settled::taught;
pub use width::{Width, broken, columns, fit};

use crate::diag::{Finding, SourceMap};
use crate::plan::file::PlanFile;
use std::fmt::{self, Write};
use std::str::FromStr;

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For machines.
    Json,
    /// For a pull request.
    Markdown,
    /// Annotations of GitHub Actions.
    Github,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
}
impl Format {
    /// Every form, in order.
    pub const ALL: [Self; 5] = [Self::Text, Self::Json, Self::Markdown, Self::Github, Self::Sarif];
    /// As typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Sarif => "sarif",
        }
    }
}
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
impl FromStr for Format {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or("the formats are text, json, markdown, github and sarif")
    }
}

/// What is told.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A plan, fresh or saved.
    Plan(&'a PlanFile),
    /// Findings of the manifests; in the order of their places.
    Findings(&'a [Finding], &'a SourceMap),
    /// How a run ended.
    Run(Run<'a>),
}

/// How a subject is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form<'a> {
    /// In which form.
    pub format: Format,
    /// With color or without; text alone can have any.
    pub paint: Paint,
    /// How much room its reader has; text alone cares.
    pub width: Width,
    /// The project's folder within its repository, `/` between and empty at its top: annotations name files from there.
    pub folder: &'a str,
}
impl Form<'_> {
    /// Without color, for a project at the top of its repository.
    #[must_use]
    pub fn plain(format: Format) -> Self {
        Self { format, paint: Paint::Plain, width: Width::Endless, folder: "" }
    }
}

/// Writes a subject of `command` in a form.
///
/// # Errors
/// When `out` does.
pub fn render(subject: Subject<'_>, command: &str, form: Form<'_>, out: &mut dyn Write) -> fmt::Result {
    let Form { format, paint: colour, width, folder } = form;
    match (format, subject) {
        (Format::Text, Subject::Plan(file)) => text::plan(file, colour, &mut layout::Sheet::new(out, width)),
        (Format::Text, Subject::Findings(found, sources)) => {
            findings::findings(found, sources, colour, &mut layout::Sheet::new(out, width))
        }
        (Format::Text, Subject::Run(run)) => run::run(run, colour, &mut layout::Sheet::new(out, width)),
        (Format::Json, Subject::Plan(file)) => out.write_str(&Report::plan(command, file).write()),
        (Format::Json, Subject::Findings(found, sources)) => {
            out.write_str(&Report::findings(command, found, sources).write())
        }
        (Format::Json, Subject::Run(run)) => out.write_str(&Report::run(command, run).write()),
        (Format::Markdown, Subject::Plan(file)) => markdown::plan(file, out),
        (Format::Markdown, Subject::Findings(found, sources)) => markdown::findings(found, sources, out),
        (Format::Markdown, Subject::Run(run)) => markdown::run(run, out),
        (Format::Github, Subject::Plan(file)) => github::plan(file, folder, out),
        (Format::Github, Subject::Findings(found, sources)) => github::findings(&placed(found, sources), folder, out),
        (Format::Github, Subject::Run(run)) => github::run(run, out),
        (Format::Sarif, Subject::Plan(file)) => out.write_str(&sarif::document(github::of_plan(file).iter(), folder)),
        (Format::Sarif, Subject::Findings(found, sources)) => {
            out.write_str(&sarif::document(placed(found, sources).iter(), folder))
        }
        (Format::Sarif, Subject::Run(run)) => out.write_str(&sarif::document(github::of_plan(run.file).iter(), folder)),
    }
}

/// A file of the project, named from the top of its repository.
fn from_top(folder: &str, file: &str) -> String {
    if file.starts_with('/') {
        return file.to_owned();
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Findings in the order of their places, with the places looked up.
fn placed(found: &[Finding], sources: &SourceMap) -> Vec<crate::plan::file::Finding> {
    findings::sorted(found).into_iter().map(|finding| crate::plan::file::Finding::of(finding, sources)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::example::{arbitrary_outlook, arbitrary_steps, file, hostile, outlook, steps};
    use crate::plan::file::{Unshown, UnshownField, UnshownState};
    use proptest::prelude::*;

    fn shown(subject: Subject<'_>, format: Format) -> String {
        let mut out = String::new();
        render(subject, "plan", Form::plain(format), &mut out).unwrap();
        out
    }

    #[test]
    fn what_stops_apply_and_what_is_released_is_told_in_every_form() {
        let gone = "customer/gone".parse().expect("an address");
        let gate = crate::plan::Gate::Frozen {
            until: "2026-12-01".parse().expect("a date"),
            reason: "books".into(),
            place: "provider.yaml:7:14".into(),
        };
        let stopped = crate::plan::Outlook { gates: vec![gate], released: vec![gone], ..Default::default() };
        let (open, stopped) = (file(steps(), &Default::default()), file(steps(), &stopped));
        for format in Format::ALL {
            let sign = if format == Format::Json { "\"stopped\": true" } else { "TT0512" };
            let (text, before) = (shown(Subject::Plan(&stopped), format), shown(Subject::Plan(&open), format));
            assert!(text.contains(sign) && text.contains("customer/gone"), "{format}: {text}");
            assert!(!before.contains(sign), "{format}: {before}");
        }
    }

    #[test]
    fn what_lint_did_not_look_at_is_counted() {
        let linted = |unseen| {
            let linted = crate::policy::lint::Linted { unseen, ..Default::default() };
            Report::linted("lint", &linted, &SourceMap::default()).write()
        };
        let some = linted(Some(crate::policy::lint::Unseen::AtLeast(3)));
        assert!(some.contains("\"notLookedAt\": {\n    \"customers\": 3,\n    \"counted\": \"atLeast\""), "{some}");
        assert!(!linted(None).contains("notLookedAt"));
    }

    #[test]
    fn the_json_report_embeds_the_plan_as_it_is_saved() {
        let file = file(steps(), &outlook());
        let report: serde_json::Value = serde_json::from_str(&shown(Subject::Plan(&file), Format::Json)).unwrap();
        assert_eq!(report["formatVersion"], 1);
        assert_eq!(report["command"], "plan");
        assert_eq!(report["counts"]["blocked"], 1);
        assert_eq!(PlanFile::read(&report["plan"].to_string()).unwrap(), file);
    }

    #[test]
    fn findings_have_their_places_in_every_form() {
        let mut sources = SourceMap::default();
        let at =
            crate::diag::At { file: sources.add("manifests/a.yaml".into(), "a: 1\nb: 2\n".into()), start: 5, end: 6 };
        let found = [Finding::error(crate::diag::Code::UnknownField, at, "unknown field `b`")];
        for format in Format::ALL {
            let text = shown(Subject::Findings(&found, &sources), format);
            assert!(text.contains("TT0101") && text.contains("manifests/a.yaml"), "{text}");
        }
        let json: serde_json::Value =
            serde_json::from_str(&shown(Subject::Findings(&found, &sources), Format::Json)).unwrap();
        assert_eq!(
            json["findings"][0]["place"],
            serde_json::json!({"file": "manifests/a.yaml", "line": 2, "column": 1})
        );
    }

    #[test]
    fn annotations_name_files_from_the_top_of_the_repository() {
        for (folder, file, named) in [
            ("", "manifests/a.yaml", "manifests/a.yaml"),
            ("regions/eu", "manifests/a.yaml", "regions/eu/manifests/a.yaml"),
            ("regions/eu", "../common/./a.yaml", "regions/common/a.yaml"),
            ("", "../a.yaml", "../a.yaml"),
            ("regions/eu", "/elsewhere/a.yaml", "/elsewhere/a.yaml"),
        ] {
            assert_eq!(from_top(folder, file), named);
        }
    }

    proptest! {
        #[test]
        fn no_text_of_others_breaks_json_or_becomes_markup(
            s in arbitrary_steps(), o in arbitrary_outlook(), texts in prop::collection::vec(hostile(), 4)
        ) {
            let [subject, field, before, after] = [0, 1, 2, 3].map(|i: usize| texts[i].clone());
            let fields = vec![UnshownField { field, before: Some(before), after: Some(after) }];
            let file = file(s, &o).beside(vec![Unshown { subject, state: UnshownState::Changed, fields }]);
            let json = shown(Subject::Plan(&file), Format::Json);
            let read: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&PlanFile::read(&read["plan"].to_string()).unwrap(), &file);
            let markdown = shown(Subject::Plan(&file), Format::Markdown);
            for text in [&json, &markdown] {
                prop_assert!(!text.contains(|c: char| c != '\n' && c.is_control()), "{text:?}");
                prop_assert!(!text.contains(['\u{202e}', '\u{2066}']), "{text:?}");
            }
            for format in [Format::Github, Format::Text] {
                let text = shown(Subject::Plan(&file), format);
                prop_assert!(!text.contains(|c: char| c != '\n' && c.is_control()), "{text:?}");
            }
            let sarif: serde_json::Value = serde_json::from_str(&shown(Subject::Plan(&file), Format::Sarif)).unwrap();
            let findings = github::of_plan(&file).len();
            prop_assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(findings));
            let github = shown(Subject::Plan(&file), Format::Github);
            let commands = github.lines().filter(|line| line.starts_with("::")).count();
            prop_assert_eq!((commands, github.lines().count()), (findings, findings + 1), "{}", github);
        }
    }
}
