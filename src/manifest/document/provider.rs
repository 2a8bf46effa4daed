//! `spec` of a Provider. Holds what is written; never compares it with a tenant.

use super::super::spanned::Spanned;
use super::super::written::{AgeRecipient, Country};
use crate::model::{Date, PartnerId, TenantId};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

/// The indirect provider: exactly one a project.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    /// The provider's own Microsoft Entra tenant.
    #[schemars(extend("x-twotier-role" = "identity"))]
    pub tenant_id: Spanned<TenantId>,
    /// The provider's own PartnerID (Location), quoted.
    pub partner_id: Spanned<PartnerId>,
    /// Two upper-case letters, ISO 3166-1, quoted.
    #[schemars(extend("x-twotier" = "country"))]
    pub country: Spanned<SmolStr>,
    /// The link that invites resellers, copied once from the portal.
    #[schemars(extend("x-twotier" = "url"))]
    pub invitation_url: Option<Spanned<SmolStr>>,
    /// How the provider is listed publicly.
    pub listing: Option<Spanned<Listing>>,
    /// Who can open the sealed one-time passwords of new customers.
    pub credentials: Option<Credentials>,
    /// How much may be taken away or granted per run and over a rolling day. A bound that is not written is none, but for
    /// lowered quantities, each of which is acknowledged then.
    pub limits: Option<Spanned<Limits>>,
    /// When nothing is applied.
    #[serde(default)]
    pub freeze: Vec<Freeze>,
}

/// The public listing, reviewed by a person.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Listing {
    /// The name shown.
    pub display_name: Option<Spanned<SmolStr>>,
    /// The page shown.
    #[schemars(extend("x-twotier" = "url"))]
    pub url: Option<Spanned<SmolStr>>,
    /// The words shown.
    pub description: Option<Spanned<SmolStr>>,
    /// Countries served.
    #[serde(default)]
    #[schemars(with = "Vec<Country>")]
    pub countries: Vec<Spanned<SmolStr>>,
    /// How often a person looks: `90d`.
    #[schemars(extend("x-twotier" = "duration"))]
    pub review_every: Option<Spanned<SmolStr>>,
}

/// Where one-time passwords go.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    /// age public keys (`age1...`); each can open every sealed password.
    #[schemars(with = "Vec<AgeRecipient>", length(min = 1))]
    pub recipients: Vec<Spanned<SmolStr>>,
}

/// Bounds on what is taken away or granted, per run and over a rolling day. Looser ones hold from the run after the one
/// that records them.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Partnerships ended.
    pub ended_partnerships: Option<Spanned<Limit>>,
    /// Subscriptions whose partner of record is taken from another reseller.
    pub moved_partner_of_record: Option<Spanned<Limit>>,
    /// Subscriptions whose quantity is lowered; without this bound each one needs an acknowledgement, and so does one at
    /// first adoption.
    pub lowered_quantity: Option<Spanned<Limit>>,
    /// Renewals set to cancel or extend.
    pub ended_renewals: Option<Spanned<Limit>>,
    /// New customers with default administrator access, and new Azure access.
    pub granted_access: Option<Spanned<Limit>>,
    /// Seats bought.
    pub bought_seats: Option<Spanned<Limit>>,
}

/// One bound: absolute, relative, or both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Limit {
    /// At most so many.
    pub max: Option<u32>,
    /// At most so many in a hundred of those that the project declares and the tenant has, counted as at least 10, rounded
    /// up.
    #[schemars(range(max = 100))]
    pub percent: Option<u32>,
}

/// A span in which nothing is applied. Taken away or shortened, it holds until the run after the one that records it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Freeze {
    /// First day.
    pub from: Spanned<Date>,
    /// Last day.
    pub to: Spanned<Date>,
    /// Why.
    pub reason: Spanned<SmolStr>,
}
