//! The wire form of the journal: numbered objects of one or more records. Holds no password; never changes the meaning
//! of a field once written, it only grows.

use crate::ledger::{Did, Guards, LiveId, Others};
use crate::model::{
    Address, CartId, Class, Count, CustomerId, Date, Digest, Field, Freeze, Limits, Name, Operation, OrderId,
    RequestId, StepKey, SubscriptionId, TenantId, Timestamp, Value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

mod permit;
mod reach;
mod remark;

pub use permit::{Passed, Refused};
pub use reach::{Follows, Reach};
pub use remark::{Remarked, Removed};

/// The version of the format, from the first object on.
pub const FORMAT: u32 = 1;

/// One object of the store, under `journal/<20 digits>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Object {
    /// [`FORMAT`].
    pub format: u32,
    /// Its number, from 0 (genesis), without gaps.
    pub number: u64,
    /// The epoch of the writing run; notes carry the highest epoch seen.
    pub epoch: u64,
    /// A random word of the writer, so that a put with unknown outcome can be told from somebody else's.
    pub nonce: SmolStr,
    /// SHA-256 of the bytes of the object before; none in genesis.
    pub before: Option<Digest>,
    /// When, by the writer's clock (the embedded tenant's where there is one).
    pub at: Timestamp,
    /// What.
    pub records: Vec<Record>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum Record {
    // ── state
    /// Number 0.
    Genesis {
        /// The provider's tenant.
        tenant: TenantId,
        /// A random id of this state.
        state: SmolStr,
        /// What kind of center it remembers; older versions did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        begun_for: Option<BegunFor>,
    },
    // ── run records, under the owner's epoch
    /// A run begins; its epoch is one more than the highest before.
    Open(Box<Open>),
    /// Said before a run does anything: the plan that it made for itself and follows, where none was approved, kept under its
    /// id like an approved one; and of any plan what its id does not cover.
    Planned {
        /// Which.
        plan: Digest,
        /// The document that was approved, where it is another one than the first of that id: kept under its own SHA-256.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Digest>,
        /// What lets limits pass in this run.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        passed: Vec<Passed>,
        /// How far it reaches along the line of commits.
        #[serde(default, skip_serializing_if = "Reach::is_nowhere")]
        reach: Reach,
        /// Steps that were approved and are planned no more: what it leaves is gone on with without them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        withdrawn: Vec<Digest>,
    },
    /// The lease goes on.
    Renew,
    /// A person is asked.
    Asked {
        /// Step id = hand-off id.
        step: Digest,
        /// Which.
        key: StepKey,
        /// SHA-256 of the text.
        digest: Digest,
        /// What is asked, whole.
        text: String,
        /// What is asked for, by name, as the step id covers it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        wanted: BTreeMap<SmolStr, SmolStr>,
    },
    /// An effect is about to start.
    Intent(Box<Intent>),
    /// How an effect ended.
    Settlement {
        /// Number of the object that holds the intent.
        intent: u64,
        /// How.
        outcome: Settled,
        /// Values settled by it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        fields: BTreeMap<Field, Value>,
    },
    /// Observed without doing anything: bindings, values, consumed hand-offs, effects that show now.
    Adopted(Box<Adopted>),
    /// A step that takes something away was done: counts against limits and acknowledgements.
    Counted {
        /// Code of the limit.
        code: SmolStr,
        /// Which document brought it.
        cause: Address,
        /// How many.
        amount: u32,
        /// The acknowledgement that covered it, if one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        acknowledgement: Option<Name>,
        /// Until when that one held, as it was declared then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Date>,
    },
    /// Limits, freezes, protections and recipients from now on.
    Guarded(Box<Guarded>),
    /// The run ends.
    Close {
        /// How many steps ended how.
        outcomes: BTreeMap<SmolStr, u32>,
        /// What stood against the whole plan, so that nothing of it was done.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refused: Vec<Refused>,
    },
    /// Another run takes the lease from a dead one.
    Takeover {
        /// The epoch that is dead.
        from: u64,
        /// Who says so, when a person did.
        by: Option<SmolStr>,
        /// Why.
        reason: SmolStr,
    },
    // ── notes, by people, without a lease
    /// A hand-off is done.
    Acknowledged {
        /// Which.
        handoff: Digest,
        /// Digest of the text it answers.
        digest: Digest,
        /// Who.
        by: SmolStr,
        /// Proof.
        evidence: Option<SmolStr>,
    },
    /// A hand-off will not be done.
    Declined {
        /// Which.
        handoff: Digest,
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
    /// A hand-off is open again.
    Reopened {
        /// Which.
        handoff: Digest,
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
    /// An address means this live object.
    Bound {
        /// Which address.
        address: Address,
        /// The live id.
        id: BoundId,
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
    /// An address has a new name.
    Renamed {
        /// Old.
        from: Address,
        /// New.
        to: Address,
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
    /// What was known of an address, or a sealed password, is forgotten.
    Forgotten {
        /// Which.
        address: Address,
        /// What of it.
        what: Forgotten,
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
    /// Something that was done and changes nothing of what is remembered: it is told, and never folded to anything. A kind
    /// that this version does not know was written by a newer one, and is told as such. Whatever changes what is
    /// remembered is a record of its own, which a version that does not know it refuses to read.
    Remark {
        /// What was done.
        kind: Remarked,
        /// To which address, if to one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<Address>,
        /// Who.
        by: SmolStr,
        /// From where, as far as is known: the page of a job, the name of a machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<SmolStr>,
        /// What was removed beside the records, where that was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        removed: Option<Box<Removed>>,
    },
    /// A person says how an unknown effect ended.
    Resolved {
        /// Number of the intent's object.
        intent: u64,
        /// How.
        outcome: Settled,
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
}

/// What kind of center a state remembers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BegunFor {
    /// A service, which others reach too: what this state knows is known nowhere else.
    Service,
    /// A tenant in a file, whose living copy lies beside the state.
    Embedded,
}

/// What a run says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Open {
    /// Who runs it.
    pub actor: SmolStr,
    /// The commit, where CI told.
    pub commit: Option<SmolStr>,
    /// The branch or tag, where CI told.
    pub reference: Option<SmolStr>,
    /// The pull request, where CI told.
    pub change_url: Option<SmolStr>,
    /// The approved plan; none with `--auto-approve`: then a `Planned` record follows.
    pub plan: Option<Digest>,
    /// What it follows; older versions did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Follows>,
    /// Version of the tool.
    pub tool: SmolStr,
    /// Protected addresses in force.
    pub protected: Vec<Address>,
    /// age public keys in force.
    pub recipients: Vec<SmolStr>,
    /// SHA-256 of the limits in force.
    pub limits: Option<Digest>,
}

/// Limits, freezes, protections and recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Guarded {
    /// Protected addresses.
    pub protected: BTreeSet<Address>,
    /// age public keys.
    pub recipients: Vec<SmolStr>,
    /// Bounds on what is taken away or granted.
    pub limits: Limits,
    /// Days in which nothing is applied.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub freeze: BTreeSet<Freeze>,
}
impl From<Guards> for Guarded {
    fn from(guards: Guards) -> Self {
        // A journal knows them all.
        let Guards { protected, others: _, recipients, limits, freeze } = guards;
        Self { protected, recipients, limits, freeze }
    }
}
impl From<Guarded> for Guards {
    fn from(guarded: Guarded) -> Self {
        let Guarded { protected, recipients, limits, freeze } = guarded;
        Self { protected, others: Others::Unprotected, recipients, limits, freeze }
    }
}

/// An effect about to start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// Step id.
    pub step: Digest,
    /// Which step.
    pub key: StepKey,
    /// Its class.
    pub class: Class,
    /// The document that brings it.
    pub cause: Address,
    /// `MS-RequestId`, the same for every repeat.
    pub request: RequestId,
    /// What is asked of the API, with live ids; holds no password.
    pub operation: Operation,
    /// The field it sets and the value wanted, for settling by looking.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wanted: BTreeMap<Field, Value>,
    /// What it counts against limits and acknowledgements when it happens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Count>,
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "outcome")]
pub enum Settled {
    /// It happened, and this was learned.
    Done {
        /// What.
        learned: Learned,
    },
    /// Accepted, not visible yet.
    Pending {
        /// What.
        learned: Learned,
    },
    /// It did not start, or certainly did not happen.
    NotStarted,
    /// The service said no.
    Failed {
        /// Its code, 0 when none.
        code: u32,
        /// Its words.
        text: SmolStr,
    },
    /// Nobody knows.
    Unknown {
        /// What is known.
        text: SmolStr,
    },
}

/// What an effect taught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Learned {
    /// Nothing beyond that it happened.
    Nothing,
    /// A customer.
    Customer {
        /// Its tenant.
        customer: CustomerId,
        /// Login of its administrator.
        user: Option<SmolStr>,
        /// Its sealed password; none is lost.
        sealed: Option<SealedRef>,
    },
    /// A new password of a known customer.
    Password {
        /// Login.
        user: SmolStr,
        /// Sealed; none is lost.
        sealed: Option<SealedRef>,
    },
    /// A cart.
    Cart {
        /// Its id.
        cart: CartId,
    },
    /// An order and, once it shows, its subscription.
    Order {
        /// Whose.
        customer: CustomerId,
        /// From which cart.
        cart: CartId,
        /// Its id.
        order: OrderId,
        /// Its subscription.
        subscription: Option<SubscriptionId>,
    },
}

/// Where a sealed password lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SealedRef {
    /// Store key, `sealed/<number of the intent>.age`.
    pub key: SmolStr,
    /// SHA-256 of the ciphertext.
    pub digest: Digest,
}

/// What a run learned by looking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Adopted {
    /// Learned bindings.
    pub bindings: BTreeMap<Address, BoundId>,
    /// Values that hold.
    pub settled: BTreeMap<Address, BTreeMap<Field, Value>>,
    /// Addresses declared now that were not before.
    pub managed: Vec<Address>,
    /// Addresses no longer declared.
    pub released: Vec<Address>,
    /// New name, old name: `renamedFrom` followed.
    pub renamed: Vec<(Address, Address)>,
    /// Hand-offs that are open and have another id since a name changed, by that id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub moved: BTreeMap<Digest, Moved>,
    /// Hand-offs whose purpose is observed.
    pub consumed: Vec<Digest>,
    /// Hand-offs that people were asked for and that are wanted no more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<Digest>,
    /// Addresses whose pending effect shows now.
    pub shown: Vec<Address>,
    /// Who did which step last: in checkpoints, where the effects themselves are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<DoneBy>,
}

/// That a run did a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DoneBy {
    /// Which step.
    pub step: StepKey,
    /// The number of the run.
    pub run: u64,
    /// The partnership whose end brought it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<Name>,
}
impl DoneBy {
    pub(super) fn of((step, Did { run, ending }): (&StepKey, &Did)) -> Self {
        Self { step: step.clone(), run: *run, ending: ending.clone() }
    }
}

/// A hand-off that goes by another id now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// The id it went by.
    pub from: Digest,
    /// Digest of what is asked, which reads as before.
    pub digest: Digest,
}

/// A live id in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum BoundId {
    /// A reseller's tenant.
    Reseller {
        /// Its id.
        tenant: TenantId,
    },
    /// A customer.
    Customer {
        /// Its id.
        tenant: CustomerId,
    },
    /// A subscription.
    Subscription {
        /// Whose.
        customer: CustomerId,
        /// Its id.
        subscription: SubscriptionId,
    },
}

/// What is forgotten of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Forgotten {
    /// Its binding and settled values.
    Binding,
    /// Its sealed password, which reached its person.
    Credentials,
    /// Its sealed password, which reached nobody: who is asked to deliver it is asked no more, and a new one is due.
    UndeliveredCredentials,
}

/// Who may write a record, and under what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Number 0 only.
    State,
    /// A run, under its epoch; every one renews its lease.
    Run,
    /// A person, without a lease; renews nobody's.
    Note,
}
impl Record {
    /// Which family it belongs to.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Genesis { .. } => Family::State,
            Self::Open(_)
            | Self::Planned { .. }
            | Self::Renew
            | Self::Asked { .. }
            | Self::Intent(_)
            | Self::Settlement { .. }
            | Self::Adopted(_)
            | Self::Counted { .. }
            | Self::Guarded(_)
            | Self::Close { .. }
            | Self::Takeover { .. } => Family::Run,
            Self::Acknowledged { .. }
            | Self::Declined { .. }
            | Self::Reopened { .. }
            | Self::Bound { .. }
            | Self::Renamed { .. }
            | Self::Forgotten { .. }
            | Self::Remark { .. }
            | Self::Resolved { .. } => Family::Note,
        }
    }
}
impl Settled {
    /// One word, as runs count outcomes: `done`, `credentialsLost` for a done effect whose password is lost.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done { learned } | Self::Pending { learned } if learned.lost_credentials() => "credentialsLost",
            Self::Done { .. } => "done",
            Self::Pending { .. } => "pending",
            Self::NotStarted => "notStarted",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
        }
    }
}
impl Learned {
    /// Whether a password was made that nobody can read.
    #[must_use]
    pub fn lost_credentials(&self) -> bool {
        match self {
            Self::Customer { sealed, .. } | Self::Password { sealed, .. } => sealed.is_none(),
            Self::Nothing | Self::Cart { .. } | Self::Order { .. } => false,
        }
    }
}
impl From<BoundId> for LiveId {
    fn from(id: BoundId) -> Self {
        match id {
            BoundId::Reseller { tenant } => Self::Reseller(tenant),
            BoundId::Customer { tenant } => Self::Customer(tenant),
            BoundId::Subscription { customer, subscription } => Self::Subscription(customer, subscription),
        }
    }
}
impl From<LiveId> for BoundId {
    fn from(id: LiveId) -> Self {
        match id {
            LiveId::Reseller(tenant) => Self::Reseller { tenant },
            LiveId::Customer(tenant) => Self::Customer { tenant },
            LiveId::Subscription(customer, subscription) => Self::Subscription { customer, subscription },
        }
    }
}
