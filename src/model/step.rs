//! The names of steps and their keys, shared by plan and journal. Never says what a step does in detail.

use super::address::Address;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;

/// What kind of work a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Class {
    /// The API does it.
    Api,
    /// A person does it.
    HandOff,
    /// Over when something becomes observable.
    Wait,
    /// Only the ledger changes.
    Ledger,
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident, $text:literal, $class:ident;)*) => {
        /// The name of a step. The order is the order of rows in the table of steps, which breaks ties between ready
        /// steps of one address.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum StepName {
            $($(#[$doc])* $name,)*
        }
        impl StepName {
            /// Every step, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)*];
            /// As printed: `set-partner-of-record`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
            /// Its class, where it has one only; `reset-admin-password` is a hand-off without admin access.
            #[must_use]
            pub fn usual_class(self) -> Class {
                match self { $(Self::$name => Class::$class,)* }
            }
        }
    };
}

steps! {
    /// A person looks at the public listing.
    ReviewListing, "review-listing", HandOff;
    /// The provider's link is mailed to a reseller.
    InviteReseller, "invite-reseller", HandOff;
    /// Until the partnership is listed as active.
    AwaitPartnership, "await-partnership", Wait;
    /// A new tenant for a reseller's customer.
    CreateCustomer, "create-customer", Api;
    /// The sealed password reaches its person.
    DeliverCredentials, "deliver-credentials", HandOff;
    /// A lost one-time password is replaced.
    ResetAdminPassword, "reset-admin-password", Api;
    /// The customer is asked to sign.
    RequestAgreement, "request-agreement", HandOff;
    /// Until the customer signed.
    AwaitAgreement, "await-agreement", Wait;
    /// Until Microsoft has reviewed a customer's account.
    AwaitReview, "await-review", Wait;
    /// The two-tier link is mailed to a customer.
    InviteCustomer, "invite-customer", HandOff;
    /// Until the reseller shows among the customer's.
    AwaitAssociation, "await-association", Wait;
    /// Until an order that was placed shows.
    AwaitOrder, "await-order", Wait;
    /// Until a change that was accepted shows.
    AwaitChange, "await-change", Wait;
    /// Buys.
    OrderSubscription, "order-subscription", Api;
    /// Says whose incentive it is.
    SetPartnerOfRecord, "set-partner-of-record", Api;
    /// More or fewer seats.
    ChangeQuantity, "change-quantity", Api;
    /// Another name for people.
    RenameSubscription, "rename-subscription", Api;
    /// What happens at the end of the term.
    ScheduleRenewal, "schedule-renewal", Api;
    /// Who supports a legacy subscription.
    SetSupportContact, "set-support-contact", Api;
    /// A role in a customer's Azure.
    GrantAzureAccess, "grant-azure-access", HandOff;
    /// The same taken back.
    RevokeAzureAccess, "revoke-azure-access", HandOff;
    /// Somebody is told before an end.
    SendNotice, "send-notice", HandOff;
    /// Until a day has come.
    AwaitDate, "await-date", Wait;
    /// The portal's button.
    EndPartnership, "end-partnership", HandOff;
    /// Limits, freezes, protections or recipients take effect.
    ChangeGuards, "change-guards", Ledger;
}
impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
impl FromStr for StepName {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|step| step.name() == text).ok_or(())
    }
}

/// Which step: the object changed, what is done to it, and the other end of a relation. The address is that of the
/// object, never of the document that brings the step. Sorts as ready steps are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StepKey {
    /// The object.
    pub address: Address,
    /// What is done.
    pub step: StepName,
    /// The other end of a relation, empty otherwise.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub discriminator: SmolStr,
}
impl StepKey {
    /// A step without another end.
    #[must_use]
    pub fn new(address: Address, step: StepName) -> Self {
        Self { address, step, discriminator: SmolStr::default() }
    }
    /// A step of a relation.
    pub fn with(address: Address, step: StepName, other: impl Into<SmolStr>) -> Self {
        Self { address, step, discriminator: other.into() }
    }
}
impl fmt::Display for StepKey {
    /// `invite-customer customer/contoso northwind`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.step, self.address)?;
        if self.discriminator.is_empty() { Ok(()) } else { write!(f, " {}", self.discriminator) }
    }
}
