//! `spec` of the kinds that relate others, and of Acknowledgement. Holds what is written; never resolves a name.

use super::super::spanned::Spanned;
use super::{CustomerRef, DelegatedSubscriptions, DriftRules, SupportContactRef};
use crate::model::{Date, Name, TenantId};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

/// The relation of a reseller and customers that are not declared otherwise.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResellerAssociation {
    /// The partnership.
    pub reseller: Spanned<Name>,
    /// The customers: names, `{tenantId}` or `{domain}`.
    #[schemars(length(min = 1), extend("x-twotier-role" = "compared"))]
    pub customers: Vec<Spanned<CustomerRef>>,
}

/// Who supports subscriptions of customers. Legacy subscriptions only.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SupportDelegation {
    /// A partnership, or `provider`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub support_contact: Spanned<SupportContactRef>,
    /// Whose subscriptions: names, `{tenantId}` or `{domain}`.
    #[schemars(length(min = 1), extend("x-twotier-role" = "compared"))]
    pub customers: Vec<Spanned<CustomerRef>>,
    /// `all`, or names and `{subscriptionId}`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub subscriptions: Spanned<DelegatedSubscriptions>,
    /// What to do about drift, by field; without it `supportContact` is restored.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// A role in a customer's Azure, granted and taken back by a person. When another role, scope, reseller or principal is
/// written, the old one is asked back once the new one is granted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureAccess {
    /// Whose Azure.
    pub customer: Spanned<Name>,
    /// Who gets it: a partnership.
    pub reseller: Spanned<Name>,
    /// The object id of a group or principal; else the reseller's `adminAgentsGroupId`.
    pub principal: Option<Spanned<TenantId>>,
    /// Where: `/subscriptions/GUID[/resourceGroups/NAME]`.
    #[schemars(extend("x-twotier" = "azureScope"))]
    pub scope: Spanned<SmolStr>,
    /// Which role, by its name, such as `Owner`.
    #[schemars(extend("x-twotier" = "azureRole"))]
    pub role: Spanned<SmolStr>,
    /// Whether it is to be; `absent` asks back everything that was granted under this name.
    pub ensure: Spanned<Presence>,
}

/// `ensure` of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    /// It is to be.
    Present,
    /// It is to go.
    Absent,
}

/// Lets one named limit be passed, for a reason, until a day.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Acknowledgement {
    /// The code of the limit, such as `TT0500`.
    #[schemars(extend("x-twotier" = "code"))]
    pub limit: Spanned<SmolStr>,
    /// The address of the document that brings the steps, such as `customer/contoso`.
    #[schemars(extend("x-twotier" = "address"))]
    pub cause: Option<Spanned<SmolStr>>,
    /// In place of `cause`: the addresses of several documents that bring them together.
    #[serde(default)]
    #[schemars(with = "Vec<Cause>", length(min = 1))]
    pub causes: Vec<Spanned<SmolStr>>,
    /// How many steps at most, over all causes and runs.
    #[schemars(range(min = 1))]
    pub at_most: Spanned<u32>,
    /// Why.
    pub reason: Spanned<SmolStr>,
    /// Who says so.
    pub by: Spanned<SmolStr>,
    /// Until the end of which day.
    pub expires: Spanned<Date>,
}

/// The address of a document, such as `customer/contoso`.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used: the form of each item")]
struct Cause(#[schemars(extend("x-twotier" = "address"))] SmolStr);
