//! `spec` of a Subscription, inline and standalone. Holds what is written; never compares it with a tenant.

use super::super::spanned::Spanned;
use super::{AdditionalRef, DriftRules, PartnerOfRecordRef};
use crate::model::{BillingCycle, Date, Name, SubscriptionId, Term};
use schemars::JsonSchema;
use serde::Deserialize;
use smol_str::SmolStr;

/// A subscription inside its customer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subscription {
    /// The live one it means.
    #[schemars(extend("x-twotier-role" = "identity"))]
    pub subscription_id: Option<Spanned<SubscriptionId>>,
    /// What to buy; beside `subscriptionId` it is asserted.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub product: Option<Spanned<ProductRef>>,
    /// Seats.
    #[schemars(range(min = 1), extend("x-twotier-role" = "compared"))]
    pub quantity: Option<Spanned<u32>>,
    /// Commitment, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub term: Option<Spanned<Term>>,
    /// Billing, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub billing_cycle: Option<Spanned<BillingCycle>>,
    /// Whose incentive it is; default: the customer's `reseller`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub partner_of_record: Option<Spanned<PartnerOfRecordRef>>,
    /// The name shown to people.
    #[schemars(length(min = 1, max = 256), extend("x-twotier-role" = "compared"))]
    pub friendly_name: Option<Spanned<SmolStr>>,
    /// What happens at the end of the term.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub renewal: Option<Spanned<Renewal>>,
    /// Details of the purchase.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub purchase: Option<Spanned<Purchase>>,
    /// What to do about drift, by field; without it `partnerOfRecord` and `friendlyName` are restored, `quantity` and
    /// `renewal` only reported.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// A subscription in a document of its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandaloneSubscription {
    /// Whose it is: a customer's name.
    pub customer: Spanned<Name>,
    /// The live one it means.
    #[schemars(extend("x-twotier-role" = "identity"))]
    pub subscription_id: Option<Spanned<SubscriptionId>>,
    /// What to buy; beside `subscriptionId` it is asserted.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub product: Option<Spanned<ProductRef>>,
    /// Seats.
    #[schemars(range(min = 1), extend("x-twotier-role" = "compared"))]
    pub quantity: Option<Spanned<u32>>,
    /// Commitment, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub term: Option<Spanned<Term>>,
    /// Billing, when buying.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub billing_cycle: Option<Spanned<BillingCycle>>,
    /// Whose incentive it is; default: the customer's `reseller`.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub partner_of_record: Option<Spanned<PartnerOfRecordRef>>,
    /// The name shown to people.
    #[schemars(length(min = 1, max = 256), extend("x-twotier-role" = "compared"))]
    pub friendly_name: Option<Spanned<SmolStr>>,
    /// What happens at the end of the term.
    #[schemars(extend("x-twotier-role" = "compared"))]
    pub renewal: Option<Spanned<Renewal>>,
    /// Details of the purchase.
    #[schemars(extend("x-twotier-role" = "createOnly"))]
    pub purchase: Option<Spanned<Purchase>>,
    /// What to do about drift, by field; without it `partnerOfRecord` and `friendlyName` are restored, `quantity` and
    /// `renewal` only reported.
    #[serde(default)]
    pub on_drift: DriftRules,
}

/// What to buy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductRef {
    /// The product id, such as `CFQ7TTC0LH18`.
    pub product_id: Spanned<SmolStr>,
    /// The SKU id, such as `"0001"`, quoted.
    pub sku_id: Spanned<SmolStr>,
}

/// What happens at the end of the term.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Renewal {
    /// Renew, cancel, or go on month by month (Extended Service Term).
    pub action: RenewalAction,
    /// Seats of the next term.
    #[schemars(range(min = 1))]
    pub quantity: Option<u32>,
    /// Commitment of the next term.
    pub term: Option<Term>,
    /// Billing of the next term.
    pub billing_cycle: Option<BillingCycle>,
    /// An end of the next term before its whole length: the last day of a month, or the day on which another
    /// subscription of the customer ends.
    pub end_date: Option<Date>,
}

/// `renewal.action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RenewalAction {
    /// For a new term.
    Renew,
    /// Ends.
    Cancel,
    /// Month by month, at a surcharge.
    Extend,
}

/// Details of a purchase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Purchase {
    /// Our reference.
    pub reference: Option<SmolStr>,
    /// The customer's purchase order. An order has no place for its number: nothing is bought while this is written.
    pub purchase_order: Option<SmolStr>,
    /// A promotion id.
    pub promotion: Option<SmolStr>,
    /// An end of the first term before its whole length: the last day of a month, or the day on which another
    /// subscription of the customer ends.
    pub end_date: Option<Date>,
    /// Bought although the customer already has one like it. One that no document claims is named here, or it may be what
    /// this very document bought before the state was lost.
    pub additional: Option<AdditionalRef>,
}
