//! What is bought: product, term, billing cycle, in the field's terms. Never says what a product costs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// Product and SKU of the catalogue. Availabilities change over time and are resolved when buying.
/// Source: learn, get-a-list-of-availabilities-for-a-sku-by-country.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Product {
    /// The product id, such as `CFQ7TTC0LH18`.
    pub product: SmolStr,
    /// The SKU id, such as `0001`.
    pub sku: SmolStr,
}
impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.product, self.sku)
    }
}

/// The length of the commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Term {
    /// One month.
    P1M,
    /// One year.
    P1Y,
    /// Three years.
    P3Y,
}
impl Term {
    /// The billing cycles it has: none longer than the term, and a month is billed monthly.
    /// Source: learn, create-a-new-subscription.
    #[must_use]
    pub fn cycles(self) -> &'static [BillingCycle] {
        match self {
            Self::P1M => &[BillingCycle::Monthly],
            Self::P1Y => &[BillingCycle::Monthly, BillingCycle::Annual],
            Self::P3Y => &[BillingCycle::Monthly, BillingCycle::Annual, BillingCycle::Triennial],
        }
    }
    /// Whether it can be billed so.
    #[must_use]
    pub fn is_billed(self, cycle: BillingCycle) -> bool {
        self.cycles().contains(&cycle)
    }
    /// Calendar months of the term.
    #[must_use]
    pub fn months(self) -> i32 {
        match self {
            Self::P1M => 1,
            Self::P1Y => 12,
            Self::P3Y => 36,
        }
    }
}
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P1M => "P1M",
            Self::P1Y => "P1Y",
            Self::P3Y => "P3Y",
        })
    }
}

/// How often a subscription is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum BillingCycle {
    /// Every month.
    Monthly,
    /// Every year.
    Annual,
    /// Once for three years.
    Triennial,
}
impl fmt::Display for BillingCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Monthly => "monthly",
            Self::Annual => "annual",
            Self::Triennial => "triennial",
        })
    }
}

/// The two generations of licence subscriptions. New commerce is told by `productType`, which legacy lacks.
/// Source: learn, subscription-resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Commerce {
    /// Licence-based, before new commerce: support contact can be set, quantity goes both ways.
    Legacy,
    /// New commerce: fixed terms, seven-day window, no support contact.
    New,
}
impl fmt::Display for Commerce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Legacy => "legacy",
            Self::New => "new commerce",
        })
    }
}
