//! The wire form of a step. What of it its id and `planId` cover is decided elsewhere; here everything is written that
//! a reviewer sees and `apply` uses.

use super::BadPart;
use super::action::WireAction;
use super::fact::{WireCondition, WireGoal, WireKey};
use crate::model::{Address, Class, Count, Digest, Extent, Name, Timestamp};
use crate::plan::Role;
use crate::plan::step::{FieldChange, Mark, Motive, Need, Readiness, Risk, Step, Undo};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Step")]
pub(crate) struct WireStep {
    /// Which.
    key: WireKey,
    /// SHA-256 of key, class, operation and wanted values.
    #[schemars(with = "String")]
    id: Digest,
    /// What kind of work: `api`, `handOff`, `wait` or `ledger`.
    #[schemars(with = "String")]
    class: Class,
    /// The document that brings it.
    #[schemars(with = "String")]
    cause: Address,
    /// Where that document says so, as `file:line:column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<SmolStr>,
    /// What is done.
    action: WireAction,
    /// Why, one phrase.
    reason: String,
    /// What changes, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<WireChange>,
    /// What must be over first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    needs: Vec<WireNeed>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<WireCondition>,
    /// What is true when it is done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    goal: Vec<WireGoal>,
    /// The role the signed-in user needs; absent for steps of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<WireRole>,
    /// What may go wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    risks: Vec<WireRisk>,
    /// Whether it can be taken back.
    undo: WireUndo,
    /// Predicted number of API calls.
    calls: u32,
    /// How it is counted.
    mark: WireMark,
    /// Whether it can be done now.
    readiness: WireReadiness,
    /// Why the field moves.
    motive: WireMotive,
    /// What it counts against limits and acknowledgements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counts: Vec<Count>,
    /// The partnership on whose side it is, for telling a long plan by reseller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    reseller: Option<Name>,
    /// How many seats it is about, before and after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extent: Option<Extent>,
}

/// One field that moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "FieldChange")]
struct WireChange {
    /// Which.
    field: SmolStr,
    /// From; absent for something new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<SmolStr>,
    /// To.
    after: SmolStr,
    /// Such as `defaulted from customer/contoso`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<SmolStr>,
}

/// A step that must be over first, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Need")]
struct WireNeed {
    step: WireKey,
    why: SmolStr,
}

/// The role of the signed-in user.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Role")]
#[expect(clippy::enum_variant_names, reason = "the roles that are enough, by their names")]
enum WireRole {
    AdminAgent,
    AdminOrSalesAgent,
    AdminOrHelpdeskAgent,
}

/// What may go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Risk")]
enum WireRisk {
    Access,
    Money,
    Legal,
    Support,
}

/// Whether a step can be taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
#[schemars(rename = "Undo")]
enum WireUndo {
    /// Yes.
    Yes,
    /// Until an instant the tenant reports.
    Until {
        /// When.
        #[schemars(with = "String")]
        instant: Timestamp,
    },
    /// Within so many days of the step.
    WithinDays {
        /// How many.
        days: u32,
    },
    /// No.
    No,
}

/// How a step is counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Mark")]
enum WireMark {
    Add,
    Change,
    End,
    Person,
    Wait,
}

/// Whether a step can be done now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
#[schemars(rename = "Readiness")]
enum WireReadiness {
    /// Its needs are over, or are ready steps before it.
    Ready,
    /// A need is a hand-off, a wait or a waiting step.
    Waiting,
    /// A hand-off that was asked before, with the same text.
    Asked {
        /// When.
        #[schemars(with = "String")]
        since: Timestamp,
    },
}

/// Why a step is there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Motive")]
enum WireMotive {
    /// The manifest says so.
    Intent,
    /// The tenant moved and is brought back.
    Restore,
}

impl From<&Step> for WireStep {
    fn from(step: &Step) -> Self {
        let Step {
            key,
            id,
            class,
            cause,
            place,
            action,
            reason,
            changes,
            needs,
            conditions,
            goal,
            role,
            risks,
            undo,
            calls,
            mark,
            readiness,
            motive,
            counts,
            reseller,
            extent,
        } = step;
        Self {
            key: key.into(),
            id: *id,
            class: *class,
            cause: cause.clone(),
            place: place.clone(),
            action: action.into(),
            reason: reason.clone(),
            changes: changes.iter().map(WireChange::from).collect(),
            needs: needs.iter().map(|Need { step, why }| WireNeed { step: step.into(), why: why.clone() }).collect(),
            conditions: conditions.iter().map(WireCondition::from).collect(),
            goal: goal.iter().map(WireGoal::from).collect(),
            role: role.map(WireRole::from),
            risks: risks.iter().copied().map(WireRisk::from).collect(),
            undo: undo.into(),
            calls: *calls,
            mark: (*mark).into(),
            readiness: readiness.into(),
            motive: (*motive).into(),
            counts: counts.clone(),
            reseller: reseller.clone(),
            extent: *extent,
        }
    }
}

impl TryFrom<WireStep> for Step {
    type Error = BadPart;
    fn try_from(wire: WireStep) -> Result<Self, BadPart> {
        let WireStep {
            key,
            id,
            class,
            cause,
            place,
            action,
            reason,
            changes,
            needs,
            conditions,
            goal,
            role,
            risks,
            undo,
            calls,
            mark,
            readiness,
            motive,
            counts,
            reseller,
            extent,
        } = wire;
        Ok(Self {
            key: key.into(),
            id,
            class,
            cause,
            place,
            action: action.try_into()?,
            reason,
            changes: changes.into_iter().map(FieldChange::from).collect(),
            needs: needs.into_iter().map(|WireNeed { step, why }| Need { step: step.into(), why }).collect(),
            conditions: conditions.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            goal: goal.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
            role: role.map(Role::from),
            risks: risks.into_iter().map(Risk::from).collect(),
            undo: undo.into(),
            calls,
            mark: mark.into(),
            readiness: readiness.into(),
            motive: motive.into(),
            counts,
            reseller,
            extent,
        })
    }
}

impl From<&FieldChange> for WireChange {
    fn from(change: &FieldChange) -> Self {
        let FieldChange { field, before, after, note } = change.clone();
        Self { field, before, after, note }
    }
}
impl From<WireChange> for FieldChange {
    fn from(wire: WireChange) -> Self {
        let WireChange { field, before, after, note } = wire;
        Self { field, before, after, note }
    }
}

/// Two enums whose variants correspond one to one.
macro_rules! same {
    ($wire:ident, $plain:ident, $($variant:ident),*) => {
        impl From<$plain> for $wire {
            fn from(plain: $plain) -> Self {
                match plain { $($plain::$variant => Self::$variant,)* }
            }
        }
        impl From<$wire> for $plain {
            fn from(wire: $wire) -> Self {
                match wire { $($wire::$variant => Self::$variant,)* }
            }
        }
    };
}
same!(WireRole, Role, AdminAgent, AdminOrSalesAgent, AdminOrHelpdeskAgent);
same!(WireRisk, Risk, Access, Money, Legal, Support);
same!(WireMark, Mark, Add, Change, End, Person, Wait);
same!(WireMotive, Motive, Intent, Restore);

impl From<&Undo> for WireUndo {
    fn from(undo: &Undo) -> Self {
        match undo {
            Undo::Yes => Self::Yes,
            Undo::Until(instant) => Self::Until { instant: *instant },
            Undo::WithinDays(days) => Self::WithinDays { days: *days },
            Undo::No => Self::No,
        }
    }
}
impl From<WireUndo> for Undo {
    fn from(wire: WireUndo) -> Self {
        match wire {
            WireUndo::Yes => Self::Yes,
            WireUndo::Until { instant } => Self::Until(instant),
            WireUndo::WithinDays { days } => Self::WithinDays(days),
            WireUndo::No => Self::No,
        }
    }
}

impl From<&Readiness> for WireReadiness {
    fn from(readiness: &Readiness) -> Self {
        match readiness {
            Readiness::Ready => Self::Ready,
            Readiness::Waiting => Self::Waiting,
            Readiness::Asked { since } => Self::Asked { since: *since },
        }
    }
}
impl From<WireReadiness> for Readiness {
    fn from(wire: WireReadiness) -> Self {
        match wire {
            WireReadiness::Ready => Self::Ready,
            WireReadiness::Waiting => Self::Waiting,
            WireReadiness::Asked { since } => Self::Asked { since },
        }
    }
}
