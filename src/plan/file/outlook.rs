//! The outlook as it is saved and shown: places are text, so that it can be read where the manifests are not. Never
//! part of any id.

use super::fact::WireKey;
use crate::diag::{self, Severity, SourceMap};
use crate::model::{Address, Date, Digest, Kind, Limit, StepKey, Timestamp};
use crate::plan;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What stands beside the steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Outlook {
    /// Addresses that would change but lack something, sorted.
    pub blocked: Vec<Blocked>,
    /// Findings that block nothing.
    pub findings: Vec<Finding>,
    /// Managed addresses that no document declares any more.
    #[schemars(with = "Vec<String>")]
    pub released: Vec<Address>,
    /// Addresses that have a new name, and what runs know of them goes with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// What is taken for granted, one sentence each.
    pub assumptions: Vec<String>,
    /// Live objects seen that no document declares.
    pub unmanaged: Unmanaged,
    /// Declared addresses that match what is there.
    pub unchanged: usize,
    /// Values that are not as declared and that somebody accepted for a while.
    #[serde(skip_serializing_if = "is_nil")]
    pub accepted: usize,
    /// Declared addresses that lie outside the scope.
    pub outside: usize,
    /// What stops `apply`, and what is acknowledged.
    pub gates: Vec<Gate>,
    /// What was not read for this plan, but remembered of an earlier look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remembered: Option<Remembered>,
    /// What manifests and project file say otherwise than before and no step shows; what names a mailbox or a link first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unshown: Vec<Unshown>,
    /// Steps, by their ids, whose documents say what they said before: of another change, or of drift.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub open_before: BTreeSet<Digest>,
    /// What people call the customers and resellers that steps and blocked addresses speak of, where it tells more than the
    /// address: names of the tenant, else of the manifests.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    pub called: BTreeMap<Address, String>,
}

fn is_nil(count: &usize) -> bool {
    *count == 0
}

/// An address with a new name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    /// Its name now.
    #[schemars(with = "String")]
    pub address: Address,
    /// The name it had in earlier runs.
    #[schemars(with = "String")]
    pub from: Address,
}

/// What a document or a file says otherwise than before, as far as no step shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unshown {
    /// The address of the document, or the name of the file.
    pub subject: String,
    /// Whether it is new.
    pub state: UnshownState,
    /// Its fields, what names a mailbox or a link first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<UnshownField>,
}
impl Unshown {
    /// Whether a new document says it about something new: it may be much, and moves nothing away. An acknowledgement is
    /// about limits that were there before.
    #[must_use]
    pub fn is_addition(&self) -> bool {
        let acknowledges = self.subject.starts_with(Kind::Acknowledgement.slug());
        self.state == UnshownState::New && !acknowledges
    }
}

/// Whether something is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum UnshownState {
    /// It was not there.
    New,
    /// It says something else.
    Changed,
    /// It is there no more.
    Gone,
}

/// A field with what it said and says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnshownField {
    /// Its path: `contact.email`.
    pub field: String,
    /// From; none where it was not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// To; none where it is not written any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Answers that were remembered. No step rests on one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Remembered {
    /// How many.
    pub answers: usize,
    /// When the oldest was given.
    #[schemars(with = "String")]
    pub oldest: Timestamp,
}

/// What stops `apply`, though the plan is printed all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "gate")]
pub enum Gate {
    /// So many steps of a cause take something away; closed while more than are covered.
    Acknowledge {
        /// The limit, such as `TT0500`.
        code: String,
        /// The document that brings the steps.
        #[schemars(with = "String")]
        cause: Address,
        /// How many steps.
        amount: u32,
        /// How many of them acknowledgements still cover.
        covered: u32,
        /// How many those let pass that are declared no more: a new one begins with them.
        #[serde(default, skip_serializing_if = "is_none")]
        owed: u32,
    },
    /// What is planned and what was done within a day, against what a limit allows; closed while it is more.
    Limit {
        /// Which.
        limit: Limit,
        /// Its code, such as `TT0505`.
        code: String,
        /// How much is planned and not acknowledged.
        planned: u32,
        /// How much of it was done within the last day, and not acknowledged.
        before: u32,
        /// How much is allowed.
        allowed: u32,
        /// The documents that bring what is planned and not acknowledged, with how much.
        #[schemars(with = "BTreeMap<String, u32>")]
        causes: BTreeMap<Address, u32>,
        /// How much of theirs acknowledgements let pass that are declared no more: a new one begins with it.
        #[serde(default, skip_serializing_if = "is_none")]
        owed: u32,
    },
    /// A freeze window is open.
    Frozen {
        /// Its last day.
        #[schemars(with = "String")]
        until: Date,
        /// Why.
        reason: String,
        /// Where it is declared: `provider.yaml:7:14`.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        place: String,
    },
}
/// Whether there is none of it, as it is when nothing of it is written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_none(amount: &u32) -> bool {
    *amount == 0
}
impl Gate {
    /// Whether nothing may be applied because of it.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Acknowledge { amount, covered, .. } => amount > covered,
            Self::Limit { planned, before, allowed, .. } => *planned > 0 && planned.saturating_add(*before) > *allowed,
            Self::Frozen { .. } => true,
        }
    }
}
impl From<&plan::Gate> for Gate {
    fn from(gate: &plan::Gate) -> Self {
        match gate {
            plan::Gate::Acknowledge { code, cause, amount, covered, owed } => Self::Acknowledge {
                code: code.to_string(),
                cause: cause.clone(),
                amount: *amount,
                covered: *covered,
                owed: *owed,
            },
            plan::Gate::Limit { limit, code, planned, before, allowed, causes, owed } => Self::Limit {
                limit: *limit,
                code: code.to_string(),
                planned: *planned,
                before: *before,
                allowed: *allowed,
                causes: causes.clone(),
                owed: *owed,
            },
            plan::Gate::Frozen { until, reason, place } => {
                Self::Frozen { until: *until, reason: reason.to_string(), place: place.to_string() }
            }
        }
    }
}

/// How many live objects were seen that no document declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Unmanaged {
    /// Active partnerships.
    pub partnerships: usize,
    /// Customers.
    pub customers: usize,
    /// Subscriptions of customers that were read.
    pub subscriptions: usize,
}

/// An address that would change but lacks something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", from = "WireBlocked", into = "WireBlocked")]
#[schemars(with = "WireBlocked")]
pub struct Blocked {
    /// What would be done.
    pub key: StepKey,
    /// Why not.
    pub finding: Finding,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Blocked")]
struct WireBlocked {
    /// What would be done.
    key: WireKey,
    /// Why not.
    finding: Finding,
}
impl From<WireBlocked> for Blocked {
    fn from(WireBlocked { key, finding }: WireBlocked) -> Self {
        Self { key: key.into(), finding }
    }
}
impl From<Blocked> for WireBlocked {
    fn from(Blocked { key, finding }: Blocked) -> Self {
        Self { key: (&key).into(), finding }
    }
}

/// A finding with its places as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable code, such as `TT0310`.
    pub code: String,
    /// How bad: `error`, `warning` or `note`.
    pub severity: FindingSeverity,
    /// Where in the manifests, if it has a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The address it speaks of, if one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub address: Option<Address>,
    /// What is wrong, one phrase.
    pub message: String,
    /// How to mend it, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Other places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
}

impl Finding {
    /// Whether it is of this code.
    #[must_use]
    pub fn is(&self, code: diag::Code) -> bool {
        self.code.parse() == Ok(code)
    }
    /// Whether it tells that the tenant is not as declared, and nothing of this plan changes that.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        let codes = [diag::Code::Drift, diag::Code::SubscriptionNotActive];
        self.severity != FindingSeverity::Note && codes.iter().any(|code| self.is(*code))
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum FindingSeverity {
    /// Nothing can be planned, or this address is blocked.
    Error,
    /// Goes on, but somebody should look.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in the manifests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Relative to the project file, `/` between parts.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, column } = self;
        write!(f, "{file}:{line}:{column}")
    }
}

/// Another place, with what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What it is.
    pub what: String,
}

impl Place {
    /// A place of the sources, as text.
    #[must_use]
    pub fn of(at: diag::At, sources: &SourceMap) -> Self {
        let (line, column) = sources.line_column(at);
        Self { file: sources.path(at), line, column }
    }
}

impl Finding {
    /// A finding with its places looked up.
    #[must_use]
    pub fn of(finding: &diag::Finding, sources: &SourceMap) -> Self {
        let diag::Finding { code, severity, at, address, message, help, related } = finding;
        let related =
            related.iter().map(|(at, what)| Related { place: Place::of(*at, sources), what: what.clone() }).collect();
        Self {
            code: code.to_string(),
            severity: (*severity).into(),
            place: at.map(|at| Place::of(at, sources)),
            address: address.clone(),
            message: message.clone(),
            help: help.clone(),
            related,
        }
    }
}

impl From<Severity> for FindingSeverity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

impl Outlook {
    /// An outlook with the places of its findings looked up.
    #[must_use]
    pub fn of(outlook: &plan::Outlook, sources: &SourceMap) -> Self {
        let plan::Outlook {
            blocked,
            findings,
            released,
            renamed,
            assumptions,
            unmanaged,
            unchanged,
            accepted,
            outside,
            gates,
            called,
        } = outlook;
        let plan::Unmanaged { partnerships, customers, subscriptions } = *unmanaged;
        let blocked = blocked
            .iter()
            .map(|plan::Blocked { key, finding }| Blocked { key: key.clone(), finding: Finding::of(finding, sources) })
            .collect();
        Self {
            blocked,
            findings: findings.iter().map(|finding| Finding::of(finding, sources)).collect(),
            released: released.clone(),
            renamed: renamed
                .iter()
                .map(|(address, from)| Renamed { address: address.clone(), from: from.clone() })
                .collect(),
            assumptions: assumptions.clone(),
            unmanaged: Unmanaged { partnerships, customers, subscriptions },
            unchanged: *unchanged,
            accepted: *accepted,
            outside: *outside,
            gates: gates.iter().map(Gate::from).collect(),
            remembered: None,
            unshown: Vec::new(),
            open_before: BTreeSet::new(),
            called: called.clone(),
        }
    }
}
