//! `spec` of a Customer. Holds what is written; never compares it with a tenant.

use super::super::spanned::Spanned;
use super::{Contact, DriftRules, Subscription, SupportContactRef};
use crate::model::{CustomerId, Name};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A customer: by `tenantId`, `domain` or `create`, exactly one (a `create` may stay beside a learned `tenantId`).
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customer {
    /// Its tenant; the identity of the customer.
    #[schemars(extend("x-twotier-role" = "identity"))]
    pub tenant_id: Option<Spanned<CustomerId>>,
    /// Any of its domains that lists show, usually `x.onmicrosoft.com`.
    #[schemars(extend("x-twotier" = "domain", "x-twotier-role" = "identity"))]
    pub domain: Option<Spanned<SmolStr>>,
    /// To be created.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub create: Option<Spanned<Create>>,
    /// The partnership it belongs to.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub reseller: Option<Spanned<Name>>,
    /// Further partnerships it belongs to.
    #[serde(default)]
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub other_resellers: Vec<Spanned<Name>>,
    /// Who is written to.
    #[schemars(extend("x-twotier-role" = "text"))]
    pub contact: Option<Contact>,
    /// Its subscriptions, by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "type": "string", "x-twotier": "name" }, "x-twotier-role" = "parts"))]
    pub subscriptions: BTreeMap<Name, Spanned<Subscription>>,
    /// Who supports its legacy subscriptions: a partnership, or `provider`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub support_contact: Option<Spanned<SupportContactRef>>,
    /// What to do about drift, by field; without it `supportContact` is restored.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// A customer to create. Source: learn, create-a-customer-for-an-indirect-reseller.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// The part before `.onmicrosoft.com`.
    #[schemars(extend("x-twotier" = "domainPrefix"))]
    pub domain_prefix: Spanned<SmolStr>,
    /// The company.
    pub company: Company,
    /// Who is billed, and where.
    pub billing: Billing,
    /// Company registration number; demanded in AM, AZ, BY, HU, KZ, KG, MD, RU, TJ, UZ, UA, IN, BR, ZA, PL, AE, SA, TR,
    /// TH, VN, MM, IQ, SS and VE, refused in the others.
    pub registration_number: Option<Spanned<SmolStr>>,
    /// Whether provider and reseller get default administrator access. No default: it decides who can help.
    pub default_admin_access: Spanned<DefaultAdminAccess>,
}

/// The company of a new customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Company {
    /// Its legal name.
    pub name: Spanned<SmolStr>,
}

/// The billing profile of a new customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Billing {
    /// Given name.
    pub first_name: Spanned<SmolStr>,
    /// Family name.
    pub last_name: Spanned<SmolStr>,
    /// Not @microsoft.com.
    #[schemars(extend("x-twotier" = "email"))]
    pub email: Spanned<SmolStr>,
    /// Such as `hu-HU`.
    #[schemars(extend("x-twotier" = "culture"))]
    pub culture: Spanned<SmolStr>,
    /// Such as `hu`.
    #[schemars(extend("x-twotier" = "language"))]
    pub language: Spanned<SmolStr>,
    /// Where.
    pub address: Spanned<PostalAddress>,
}

/// A postal address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PostalAddress {
    /// Two upper-case letters, quoted.
    #[schemars(extend("x-twotier" = "country"))]
    pub country: Spanned<SmolStr>,
    /// City.
    pub city: Spanned<SmolStr>,
    /// State; required in US, CA, CN and MX.
    pub state: Option<Spanned<SmolStr>>,
    /// Quoted.
    pub postal_code: Spanned<SmolStr>,
    /// 1 to 200 characters.
    #[schemars(length(min = 1, max = 200))]
    pub line1: Spanned<SmolStr>,
    /// Up to 200 characters.
    #[schemars(length(max = 200))]
    pub line2: Option<Spanned<SmolStr>>,
    /// Required where `registrationNumber` is.
    pub phone: Option<Spanned<SmolStr>>,
}

/// Who may administer a new customer from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DefaultAdminAccess {
    /// Microsoft grants the default GDAP roles to both. Source: learn, gdap-faq.
    ProviderAndReseller,
    /// Nobody: a lost password cannot be reset.
    None,
}
