//! Bounds on what a run may take away or grant, and what a step counts against them. Plain values: never compares a
//! plan with anything.

use super::id::Name;
use super::time::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::fmt;

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Limit {
    /// Partnerships ended.
    EndedPartnerships,
    /// Subscriptions whose partner of record is taken from another reseller.
    MovedPartnerOfRecord,
    /// Subscriptions whose quantity is lowered.
    LoweredQuantity,
    /// Renewals set to cancel or extend.
    EndedRenewals,
    /// New administrator or Azure access.
    GrantedAccess,
    /// Seats bought.
    BoughtSeats,
}
impl Limit {
    /// Every one, in order.
    pub const ALL: &[Self] = &[
        Self::EndedPartnerships,
        Self::MovedPartnerOfRecord,
        Self::LoweredQuantity,
        Self::EndedRenewals,
        Self::GrantedAccess,
        Self::BoughtSeats,
    ];
    /// As written in `Provider.spec.limits`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EndedPartnerships => "endedPartnerships",
            Self::MovedPartnerOfRecord => "movedPartnerOfRecord",
            Self::LoweredQuantity => "loweredQuantity",
            Self::EndedRenewals => "endedRenewals",
            Self::GrantedAccess => "grantedAccess",
            Self::BoughtSeats => "boughtSeats",
        }
    }
}

/// A relative bound never speaks of fewer objects than these.
const FLOOR: usize = 10;

/// One bound: absolute, relative, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    /// At most so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// At most so many in a hundred of all that are declared and there, counting at least 10, rounded up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u32>,
}
impl Bound {
    /// How many it allows of `all`.
    #[must_use]
    pub fn allows(self, all: usize) -> u32 {
        let of = u64::try_from(all.max(FLOOR)).unwrap_or(u64::MAX);
        let relative = |percent: u32| {
            let share = of.saturating_mul(u64::from(percent)).div_ceil(100);
            u32::try_from(share).unwrap_or(u32::MAX)
        };
        let relative = self.percent.map_or(u32::MAX, relative);
        self.max.unwrap_or(u32::MAX).min(relative)
    }
    /// What both allow.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        let least = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, None) | (None, one) => one,
        };
        Self { max: least(self.max, other.max), percent: least(self.percent, other.percent) }
    }
}
impl fmt::Display for Bound {
    /// `at most 5`, `at most 10 %`, `at most 5 and 10 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.max, self.percent) {
            (Some(max), Some(percent)) => write!(f, "at most {max} and {percent} %"),
            (Some(max), None) => write!(f, "at most {max}"),
            (None, Some(percent)) => write!(f, "at most {percent} %"),
            (None, None) => f.write_str("no bound"),
        }
    }
}

/// Bounds by what they bound; what is not in it has none.
pub type Limits = BTreeMap<Limit, Bound>;

/// What one step counts against one limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Count {
    /// Code of the limit, such as `TT0505`.
    pub code: SmolStr,
    /// How many.
    pub amount: u32,
    /// The acknowledgement that covers it; it then counts against that one and not against the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<Name>,
    /// Until when that one holds, as it was declared then: so long this counts against whatever takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(max: Option<u32>, percent: Option<u32>) -> Bound {
        Bound { max, percent }
    }

    #[test]
    fn a_relative_bound_counts_at_least_ten_and_rounds_up() {
        let percent = bound(None, Some(15));
        assert_eq!((percent.allows(0), percent.allows(10), percent.allows(11), percent.allows(100)), (2, 2, 2, 15));
        assert_eq!(bound(None, Some(0)).allows(1000), 0);
    }

    #[test]
    fn of_two_bounds_the_smaller_holds() {
        let both = bound(Some(5), Some(10));
        assert_eq!((both.allows(20), both.allows(1000)), (2, 5));
        assert_eq!(both.stricter(bound(Some(3), None)), bound(Some(3), Some(10)));
        assert_eq!(bound(None, Some(1)).stricter(bound(Some(3), Some(2))), bound(Some(3), Some(1)));
    }
}
