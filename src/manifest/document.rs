//! The manifests as they are written: one type a kind, the source of the JSON Schemas. Holds what stands there and
//! where; never resolves a name and never applies a default that depends on another document.

mod customer;
mod drift;
mod partnership;
mod provider;
mod reference;
mod relation;
mod subscription;

pub use customer::{Billing, Company, Create, Customer, DefaultAdminAccess, PostalAddress};
pub use drift::{Acceptance, AcceptedValue, DriftRules, OnDrift};
pub use partnership::{
    Contact, Declaration, Ending, EndingSearch, LeftBehind, Notice, NoticeHow, Notices, Partnership, PartnershipState,
    Reseller,
};
pub use provider::{Credentials, Freeze, Limit, Limits, Listing, Provider};
pub use reference::{
    AdditionalRef, CustomerRef, DelegatedSubscriptions, PartnerOfRecordRef, SubscriptionRef, SupportContactRef,
};
pub use relation::{Acknowledgement, AzureAccess, Presence, ResellerAssociation, SupportDelegation};
pub use subscription::{ProductRef, Purchase, Renewal, RenewalAction, StandaloneSubscription, Subscription};

use super::spanned::Spanned;
use super::written::Annotations;
use crate::model::{Kind, Name};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// `metadata` of every document.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Metadata {
    /// A DNS label, unique in its kind (a subscription's: in its customer).
    pub name: Spanned<Name>,
    /// Free labels for selecting documents.
    #[serde(default)]
    pub labels: BTreeMap<SmolStr, Spanned<SmolStr>>,
    /// `twotier/protect: "true"` forbids every step that takes something away; `twotier/ticket` names a ticket.
    #[serde(default)]
    #[schemars(with = "Annotations")]
    pub annotations: BTreeMap<SmolStr, Spanned<SmolStr>>,
    /// The former name: moves the binding to this document.
    pub renamed_from: Option<Spanned<Name>>,
}

/// A document: `apiVersion` and `kind` are read before its spec.
#[derive(Clone, Debug)]
pub struct Document {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`, by `kind`.
    pub spec: Spec,
}

/// `spec`, by `kind`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant is its kind, documented at its type")]
pub enum Spec {
    Provider(Box<Provider>),
    Partnership(Box<Partnership>),
    Customer(Box<Customer>),
    ResellerAssociation(Box<ResellerAssociation>),
    Subscription(Box<StandaloneSubscription>),
    SupportDelegation(Box<SupportDelegation>),
    AzureAccess(Box<AzureAccess>),
    Acknowledgement(Box<Acknowledgement>),
}

impl Spec {
    /// The kind whose spec it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Provider(_) => Kind::Provider,
            Self::Partnership(_) => Kind::Partnership,
            Self::Customer(_) => Kind::Customer,
            Self::ResellerAssociation(_) => Kind::ResellerAssociation,
            Self::Subscription(_) => Kind::Subscription,
            Self::SupportDelegation(_) => Kind::SupportDelegation,
            Self::AzureAccess(_) => Kind::AzureAccess,
            Self::Acknowledgement(_) => Kind::Acknowledgement,
        }
    }
    /// The customer that it declares.
    #[must_use]
    pub fn customer(&self) -> Option<&Customer> {
        if let Self::Customer(spec) = self { Some(spec) } else { None }
    }
}
