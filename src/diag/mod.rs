//! Findings: what is wrong, where, how to mend it, under a stable code. Holds data; never prints and never decides an exit code.

pub mod code;
pub mod source;

pub use code::Code;
pub use source::{At, FileId, SourceMap};

use crate::model::Address;
use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be planned, or this address is blocked.
    Error,
    /// Goes on, but somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// One diagnostic. Sorts by place, then code, so that equal inputs give equal lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code, `explain`ed offline.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Where in the manifests, if it has a place.
    pub at: Option<At>,
    /// The address it speaks of, if one.
    pub address: Option<Address>,
    /// Lower case, one phrase, values in backticks.
    pub message: String,
    /// How to mend it, if known.
    pub help: Option<String>,
    /// Other places, each with what it is.
    pub related: Vec<(At, String)>,
}

impl Finding {
    /// An error at a place.
    pub fn error(code: Code, at: impl Into<Option<At>>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, at, message)
    }
    /// A warning at a place.
    pub fn warning(code: Code, at: impl Into<Option<At>>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, at, message)
    }
    /// A note at a place.
    pub fn note(code: Code, at: impl Into<Option<At>>, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, at, message)
    }
    fn new(code: Code, severity: Severity, at: impl Into<Option<At>>, message: impl Into<String>) -> Self {
        Self { code, severity, at: at.into(), address: None, message: message.into(), help: None, related: Vec::new() }
    }
    /// With how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
    /// With the address it speaks of.
    #[must_use]
    pub fn about(mut self, address: Address) -> Self {
        self.address = Some(address);
        self
    }
    /// With another place.
    #[must_use]
    pub fn related(mut self, at: At, what: impl Into<String>) -> Self {
        self.related.push((at, what.into()));
        self
    }
}

/// `; did you mean ...?` behind a sentence on what was written; nothing where none is near enough.
pub fn or_near<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// The nearest of `known` to what was written, if it is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&written.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
