//! `spec` of a Partnership. Holds what is written; never compares it with a tenant.

use super::super::spanned::Spanned;
use crate::model::{Date, Name, PartnerId, TenantId};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

/// The partnership with one indirect reseller.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Partnership {
    /// The reseller.
    #[schemars(extend("x-twotier-role" = "parts"))]
    pub reseller: Reseller,
    /// Whether the partnership is to be or to end.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub ensure: Spanned<PartnershipState>,
    /// With `ensure: ended`: who decided, what was declared, what happens to what it leaves.
    pub ending: Option<Spanned<Ending>>,
}

/// An indirect reseller.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reseller {
    /// The name for people.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub display_name: Spanned<SmolStr>,
    /// Its tenant, once known; the identity of the partnership. Without it a listed reseller is taken for this one by a
    /// PartnerID only where name and country agree.
    #[schemars(extend("x-twotier-role" = "identity"))]
    pub tenant_id: Option<Spanned<TenantId>>,
    /// Its PartnerIDs (Location), quoted; the first is the default partner of record. What the tenant lists for another
    /// reseller is not used.
    #[schemars(length(min = 1), extend("x-twotier-role" = "compared"))]
    pub partner_ids: Vec<Spanned<PartnerId>>,
    /// Two upper-case letters, quoted.
    #[schemars(extend("x-twotier" = "country"))]
    pub country: Spanned<SmolStr>,
    /// Who is written to; a reseller cannot be invited without.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub contact: Option<Contact>,
    /// The object id of its AdminAgents group, for Azure access.
    pub admin_agents_group_id: Option<Spanned<TenantId>>,
}

/// Somebody who is written to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contact {
    /// Their name.
    pub name: Option<Spanned<SmolStr>>,
    /// Their address.
    #[schemars(extend("x-twotier" = "email"))]
    pub email: Spanned<SmolStr>,
    /// The language they are written to in, such as `hu`.
    #[schemars(extend("x-twotier" = "language"))]
    pub language: Option<Spanned<SmolStr>>,
}

/// `ensure` of a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PartnershipState {
    /// It is to be.
    Active,
    /// It is to end.
    Ended,
}

/// How a partnership ends.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ending {
    /// Why.
    pub reason: Spanned<SmolStr>,
    /// Who decided.
    pub decided_by: Spanned<SmolStr>,
    /// When; from then on new uses of the reseller are errors.
    pub decided_on: Spanned<Date>,
    /// The partnership is not removed before this day. Partners of record and support move as soon as the plan is applied:
    /// declare the end when they are to leave.
    pub effective_on: Option<Spanned<Date>>,
    /// The contract that ends.
    pub contract: Option<Spanned<SmolStr>>,
    /// The words the portal asks for.
    pub declaration: Spanned<Declaration>,
    /// What was said to whom.
    pub notices: Spanned<Notices>,
    /// The partnership that takes over partner of record and support of what no document declares, and the customers whose
    /// documents name no other reseller. Without it support goes back to the provider.
    pub transfer_to: Option<Spanned<Name>>,
    /// Until when customers are invited to the new reseller.
    pub invitations_until: Option<Spanned<Date>>,
    /// What cannot move and stays, by name.
    #[serde(default)]
    pub leave_behind: Vec<LeftBehind>,
    /// Where subscriptions of the reseller are looked for beyond its own and the declared customers. Not written: nowhere,
    /// and the end is blocked while the tenant has other customers.
    pub search: Option<Spanned<EndingSearch>>,
}

/// How far an ending looks for subscriptions that have the reseller as partner of record or support contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum EndingSearch {
    /// Every customer of the tenant: one read a customer, and one a legacy subscription.
    EveryCustomer,
    /// The reseller's own customers and the declared ones; what others may have is knowingly not looked for.
    KnownCustomers,
}

/// The declaration. Source: learn, indirect-provider-tasks (words of the removal).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Declaration {
    /// In good faith.
    pub good_faith: Spanned<bool>,
    /// For a legitimate business purpose.
    pub legitimate_business_purpose: Spanned<bool>,
    /// In accordance with the agreements with customer and partner.
    pub in_accordance_with_agreements: Spanned<bool>,
    /// Defend and hold Microsoft harmless.
    pub hold_microsoft_harmless: Spanned<bool>,
    /// Who declares.
    pub by: Spanned<SmolStr>,
    /// When.
    pub on: Spanned<Date>,
}

/// The notices of an ending.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notices {
    /// To the reseller.
    pub partner: Spanned<Notice>,
    /// To its customers.
    pub customers: Spanned<Notice>,
}

/// One notice.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    /// To be sent as a step, sent already, or not required.
    pub how: Spanned<NoticeHow>,
    /// With `sent`: when.
    pub on: Option<Spanned<Date>>,
    /// With `sent`: where the proof is.
    pub evidence: Option<Spanned<SmolStr>>,
    /// With `notRequired`: why.
    pub reason: Option<Spanned<SmolStr>>,
}

/// How a notice is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum NoticeHow {
    /// As a step of the plan.
    Send,
    /// It was.
    Sent,
    /// Nobody needs to be told.
    NotRequired,
}

/// Something that stays behind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeftBehind {
    /// An address, such as `subscription/contoso/m365`.
    #[schemars(extend("x-twotier" = "address"))]
    pub what: Spanned<SmolStr>,
    /// Why.
    pub reason: Spanned<SmolStr>,
}
