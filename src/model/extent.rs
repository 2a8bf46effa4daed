//! How many seats a step is about, and for how long: so that what is large is told first, and summed up. Outside every id.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Seats before and after a step; the same where it moves something else of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Extent {
    /// As things stand.
    pub before: Seats,
    /// Once it is done.
    pub after: Seats,
}

/// Seats for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Seats {
    /// How many.
    pub seats: u32,
    /// Of the term that they are for, where that may change: a renewal. Months.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
}

impl Seats {
    /// So many, of the present term.
    #[must_use]
    pub fn now(seats: u32) -> Self {
        Self { seats, months: None }
    }
    fn size(self) -> u64 {
        u64::from(self.seats) * u64::from(self.months.unwrap_or(1))
    }
}

impl Extent {
    /// How much it moves: seats, and seats by months where terms change.
    #[must_use]
    pub fn size(self) -> u64 {
        self.after.size().abs_diff(self.before.size())
    }
}
