//! The report as JSON: the public contract for machines, with a version of its own; it only grows. Embeds the plan as
//! it is saved, so that one reader does for both.

use super::counts::{Counts, Verdict};
use super::escape;
use super::gates::is_stopped;
use crate::diag::{self, SourceMap};
use crate::plan::file::{Document, Finding, PlanFile};
use crate::policy::lint::{Linted, Unseen};
use schemars::JsonSchema;
use serde::Serialize;

/// The version of this format.
pub const FORMAT: u32 = 1;

/// One document about one command.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "twotier report", description = "What `--format json` prints for plans, findings and runs.")]
pub struct Report {
    /// The version of this format.
    format_version: u32,
    /// The command that was run.
    command: String,
    /// What the plan comes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// Of a plan that `apply` refuses as it stands: a limit, a missing acknowledgement, a freeze or a role stops all of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    stopped: bool,
    /// Its steps, counted once each, and what is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    /// The plan, as it is saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Document>,
    /// How a run ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<super::run::RunDocument>,
    /// Of `state verify`: the last object of the state, `NUMBER:DIGEST`.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    /// Of `lint`: the customers that no document declares and that were not looked at, if there may be any.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_looked_at: Option<NotLookedAt>,
    /// Findings of the manifests, where there is no plan because of them.
    findings: Vec<Finding>,
}

/// Customers that were not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct NotLookedAt {
    /// How many.
    customers: usize,
    /// `exactly`, or `atLeast` where the list of all customers was not read.
    counted: &'static str,
}
impl From<Unseen> for NotLookedAt {
    fn from(unseen: Unseen) -> Self {
        match unseen {
            Unseen::Exactly(customers) => Self { customers, counted: "exactly" },
            Unseen::AtLeast(customers) => Self { customers, counted: "atLeast" },
        }
    }
}

impl Report {
    fn about(command: &str) -> Self {
        Self {
            format_version: FORMAT,
            command: command.to_owned(),
            verdict: None,
            stopped: false,
            counts: None,
            plan: None,
            run: None,
            head: None,
            not_looked_at: None,
            findings: Vec::new(),
        }
    }
    /// Of a plan.
    #[must_use]
    pub fn plan(command: &str, file: &PlanFile) -> Self {
        let (verdict, counts) = (Some(Verdict::of(file)), Some(Counts::of(file)));
        Self { verdict, stopped: is_stopped(file), counts, plan: Some(file.document()), ..Self::about(command) }
    }
    /// Of findings, sorted by place.
    #[must_use]
    pub fn findings(command: &str, findings: &[diag::Finding], sources: &SourceMap) -> Self {
        let findings =
            super::findings::sorted(findings).into_iter().map(|finding| Finding::of(finding, sources)).collect();
        Self { findings, ..Self::about(command) }
    }
    /// Of a state that was looked through, with its last object.
    #[must_use]
    pub fn verified(command: &str, findings: &[diag::Finding], head: Option<String>) -> Self {
        Self { head, ..Self::findings(command, findings, &SourceMap::default()) }
    }
    /// Of the live tenant, with the customers that were not looked at.
    #[must_use]
    pub fn linted(command: &str, linted: &Linted, sources: &SourceMap) -> Self {
        let not_looked_at = linted.unseen.map(NotLookedAt::from);
        Self { not_looked_at, ..Self::findings(command, &linted.findings, sources) }
    }
    /// Of a run, with the plan it made.
    #[must_use]
    pub fn run(command: &str, run: super::run::Run<'_>) -> Self {
        Self { run: Some(run.document()), ..Self::plan(command, run.file) }
    }
    /// The document as text, with a line feed at its end.
    #[must_use]
    pub fn write(&self) -> String {
        written(self)
    }
}

/// Any document as text: indented, without hostile characters, with a line feed at its end.
#[must_use]
pub fn written(document: &impl Serialize) -> String {
    // Our documents have text keys only, so writing them to memory does not fail.
    let mut text = escape::json(&serde_json::to_string_pretty(document).unwrap_or_default()).into_owned();
    text.push('\n');
    text
}

/// The JSON Schema of the report.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Report)
}
