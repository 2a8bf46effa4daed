//! How the small commands print: text for people and one JSON document. Plans and runs are printed by `report`; nothing
//! here decides what is said.

mod changes;
mod decided;
mod drift;
mod history;
mod people;
mod prune;
mod state;
mod table;
mod tools;
mod why;

pub(super) use changes::{Difference, bound_json, differences, imported, imported_json, set, set_json};
pub(super) use decided::{decided, decided_json};
pub(super) use drift::{drift, drift_json};
pub(super) use history::{
    About, history, history_json, not_compared, nothing_to_compare_with, only, run, run_json, unfinished, unproven,
};
pub(super) use people::{
    credentials, credentials_json, handoff, handoff_json, handoff_line, handoffs, handoffs_json, mail, mail_name, said,
};
pub(super) use prune::{gone, spares, spares_json};
pub(super) use state::{fields, remembered, state, state_json};
pub(super) use table::Table;
pub(super) use tools::{
    begun, begun_json, explained, explained_json, setting_rows, settings, settings_json, with_tenant,
};
pub(super) use why::{why, why_json};

use super::args::OutputFormat;
use super::error::CliError;
use super::run::Scene;
use super::terminal::Terminal;
use serde_json::Value;

/// The two forms of small outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plainness {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

impl Scene<'_> {
    /// The form of a small output.
    ///
    /// # Errors
    /// When another form is asked for: only reports have it.
    pub(super) fn plain_or_json(&self) -> Result<Plainness, CliError> {
        match self.settings.format.value {
            OutputFormat::Text => Ok(Plainness::Text),
            OutputFormat::Json => Ok(Plainness::Json),
            other @ (OutputFormat::Markdown | OutputFormat::Github | OutputFormat::Sarif) => {
                let origin = &self.settings.format.origin;
                Err(CliError::usage(format!(
                    "this command prints `text` or `json`, not `{}` (from {origin})",
                    super::run::format_name(other)
                )))
            }
        }
    }
}

impl Plainness {
    /// Prints a small output: text as it fits the terminal, a document as it is.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub(super) fn print(self, terminal: &Terminal, text: &str) -> Result<(), CliError> {
        match self {
            Self::Text => terminal.text(text),
            Self::Json => terminal.data(text),
        }
    }
}

/// A JSON document, indented, with a line feed at its end.
pub(super) fn json(value: &Value) -> String {
    format!("{value:#}\n")
}

/// One line for a terminal or a log: no text of manifests and tenants ends it, hides anything or turns its direction.
pub(super) fn safe(text: &str) -> String {
    crate::report::escape::line(text).into_owned()
}

/// `1 schema`, `2 schemas`.
pub(super) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// Adds the keys of an object to another one.
pub(super) fn merge(value: &mut Value, more: Value) {
    if let (Value::Object(value), Value::Object(more)) = (value, more) {
        value.extend(more);
    }
}
