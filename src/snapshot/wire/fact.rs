//! The ledger's facts as a snapshot holds them. Never holds a password, sealed or not, its store key, or a text that
//! people were sent.

mod ledger;

pub(in crate::snapshot) use ledger::{facts, remember};

use super::form;
use crate::model::{
    Address, CartId, CustomerId, Date, Digest, Field, Freeze, Limits, Name, OrderId, RequestId, StepKey,
    SubscriptionId, TenantId, Timestamp, Value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// One fact.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) enum Fact {
    /// Whose state it is.
    Genesis(Origin),
    /// What is remembered of an address.
    Address(Remembered),
    /// A step a person does.
    Handoff(Box<Asked>),
    /// An effect that was accepted and does not show yet.
    Pending(Box<Accepted>),
    /// An effect whose outcome nobody knows.
    Unresolved(Box<Doubtful>),
    /// An effect that was intended and never settled.
    Open(Box<Unsettled>),
    /// A creation or an order that was given up as not started.
    GivenUp(Box<Abandoned>),
    /// A step of the API that a run did: the last one of them.
    Done(Box<Did>),
    /// A one-time password: that there is one, never the password.
    Credential(Login),
    /// What was in force when a run opened last.
    Guards(InForce),
    /// A step that counted against a limit.
    Counted(Count),
}

/// Whose state it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Origin {
    #[schemars(with = "form::Guid")]
    tenant_id: TenantId,
    #[schemars(with = "String")]
    state: SmolStr,
    #[schemars(with = "form::Instant")]
    at: Timestamp,
}

/// What is remembered of an address.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Remembered {
    #[schemars(with = "form::AddressText")]
    address: Address,
    /// Whether a document declared it at the last apply.
    managed: bool,
    /// The live object it means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    binding: Option<Live>,
    /// Last settled values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<form::Fields>")]
    settled: Option<BTreeMap<Field, Value>>,
}

/// A live object.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(in crate::snapshot) enum Live {
    /// A reseller's tenant.
    Reseller(#[schemars(with = "form::Guid")] TenantId),
    /// A customer.
    Customer(#[schemars(with = "form::Guid")] CustomerId),
    /// A subscription.
    Subscription {
        /// Whose.
        #[schemars(with = "form::Guid")]
        customer: CustomerId,
        /// Which.
        #[schemars(with = "form::Guid")]
        subscription_id: SubscriptionId,
    },
}

/// A step a person does.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Asked {
    #[schemars(with = "form::Hex")]
    step: Digest,
    #[schemars(with = "form::StepKey")]
    key: StepKey,
    #[schemars(with = "form::Hex")]
    digest: Digest,
    /// Of what was asked first, where that was another text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<form::Hex>")]
    first: Option<Digest>,
    #[schemars(with = "form::Instant")]
    asked: Timestamp,
    state: AskedState,
    /// What was asked for, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, String>")]
    wanted: BTreeMap<SmolStr, SmolStr>,
}

/// That a hand-off was done although it was withdrawn.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct DoneAnyway {
    /// Who says so.
    #[schemars(with = "String")]
    by: SmolStr,
    /// When.
    #[schemars(with = "form::Instant")]
    at: Timestamp,
    /// Proof.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    evidence: Option<SmolStr>,
}

/// Where a hand-off stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) enum AskedState {
    /// Nobody answered.
    Asked,
    /// Done, somebody says.
    Acknowledged {
        /// Who.
        #[schemars(with = "String")]
        by: SmolStr,
        /// When.
        #[schemars(with = "form::Instant")]
        at: Timestamp,
        /// Proof.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        evidence: Option<SmolStr>,
    },
    /// It will not be done.
    Declined {
        /// Who.
        #[schemars(with = "String")]
        by: SmolStr,
        /// When.
        #[schemars(with = "form::Instant")]
        at: Timestamp,
        /// Why.
        #[schemars(with = "String")]
        reason: SmolStr,
    },
    /// Wanted no more before anybody answered.
    Withdrawn {
        /// When.
        #[schemars(with = "form::Instant")]
        at: Timestamp,
        /// That it was done all the same.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anyway: Option<DoneAnyway>,
    },
    /// Its purpose was observed.
    Consumed {
        /// When.
        #[schemars(with = "form::Instant")]
        at: Timestamp,
    },
}

/// An effect that was accepted and does not show yet.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Accepted {
    #[schemars(with = "form::AddressText")]
    address: Address,
    #[schemars(with = "form::StepKey")]
    key: StepKey,
    #[schemars(with = "form::Hex")]
    step: Digest,
    /// Number of the journal object that holds the intent; older snapshots do not say.
    #[serde(default)]
    intent: u64,
    #[schemars(with = "form::Instant")]
    since: Timestamp,
    what: AcceptedWhat,
}

/// What is waited for.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(in crate::snapshot) enum AcceptedWhat {
    /// A customer.
    Customer(#[schemars(with = "form::Guid")] CustomerId),
    /// The subscription of an order.
    Order {
        /// Whose.
        #[schemars(with = "form::Guid")]
        customer: CustomerId,
        /// From which cart.
        #[schemars(with = "String")]
        cart: CartId,
        /// The order.
        #[schemars(with = "String")]
        order: OrderId,
        /// Its subscription, if named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<form::Guid>")]
        subscription_id: Option<SubscriptionId>,
        /// What was ordered: settled once it shows.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        #[schemars(with = "form::Fields")]
        ordered: BTreeMap<Field, Value>,
    },
    /// A field.
    Change {
        /// Of what.
        of: Live,
        /// Which.
        #[schemars(with = "String")]
        field: Field,
        /// To what.
        #[schemars(with = "form::AnyValue")]
        value: Value,
    },
}

/// An effect whose outcome nobody knows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Doubtful {
    #[schemars(with = "form::AddressText")]
    address: Address,
    intent: u64,
    #[schemars(with = "form::StepKey")]
    key: StepKey,
    #[schemars(with = "form::Guid")]
    request: RequestId,
    #[schemars(with = "form::Instant")]
    since: Timestamp,
    text: String,
}

/// An effect that was intended and never settled.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Unsettled {
    intent: u64,
    #[schemars(with = "form::StepKey")]
    key: StepKey,
    #[schemars(with = "form::Instant")]
    since: Timestamp,
}

/// A creation or an order that was given up as not started.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Abandoned {
    #[schemars(with = "form::Hex")]
    step: Digest,
    #[schemars(with = "form::StepKey")]
    key: StepKey,
}

/// A one-time password: that there is one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Login {
    #[schemars(with = "form::AddressText")]
    address: Address,
    #[schemars(with = "String")]
    user: SmolStr,
    #[schemars(with = "form::Instant")]
    at: Timestamp,
    state: LoginState,
}

/// Where a one-time password stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(in crate::snapshot) enum LoginState {
    /// Sealed; where is not said.
    Sealed {
        /// Digest of the ciphertext.
        #[schemars(with = "form::Hex")]
        digest: Digest,
    },
    /// The reply was lost.
    Lost,
    /// Forgotten on purpose.
    Forgotten,
}

/// What was in force.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct InForce {
    #[schemars(with = "Vec<form::AddressText>")]
    protected: BTreeSet<Address>,
    /// Whether protected addresses were left out, as `snapshot --reseller` leaves out those of others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    partly: bool,
    #[schemars(with = "Vec<String>")]
    recipients: Vec<SmolStr>,
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    limits: Limits,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    freeze: BTreeSet<Freeze>,
    /// The run that changed them last; absent while they are the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<u64>,
}

/// That a run did a step.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Did {
    #[schemars(with = "form::StepKey")]
    key: StepKey,
    run: u64,
    /// The partnership whose end brought it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    ending: Option<Name>,
}

/// A step that counted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::snapshot) struct Count {
    #[schemars(with = "String")]
    code: SmolStr,
    #[schemars(with = "form::AddressText")]
    cause: Address,
    amount: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acknowledgement: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[schemars(with = "form::Instant")]
    at: Timestamp,
    /// Number of the object of its intent, where nobody knows whether it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    intent: Option<u64>,
}
