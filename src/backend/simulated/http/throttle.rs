//! How many requests a minute are let through: per partner, and per partner and customer. Counts what it refuses too. Asks no
//! clock; the moment is passed in. Source: learn, api-throttling-guidance; subscription-resources (500 a minute). The bound
//! of a page stands beside them.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Requests a minute, and the size of pages; 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Of the partner, whatever it calls.
    #[serde(default = "documented")]
    pub partner: u32,
    /// Of the partner about one customer.
    #[serde(default = "documented")]
    pub customer: u32,
    /// Entries of a page, whatever is asked for.
    #[serde(default)]
    pub page: u32,
}
impl Default for Limits {
    fn default() -> Self {
        Self { partner: documented(), customer: documented(), page: 0 }
    }
}

fn documented() -> u32 {
    500
}

/// Length of a window in milliseconds.
const MINUTE: u64 = 60_000;

/// The counters.
#[derive(Clone, Debug, Default)]
pub(super) struct Throttle {
    pub(super) limits: Limits,
    /// By customer, the empty one being the partner's own: when the window began, and how many came in it.
    windows: BTreeMap<String, (u64, u32)>,
}

impl Throttle {
    /// Counts a request at `now`, in milliseconds; answers how many seconds to wait when it is one too many.
    pub(super) fn count(&mut self, now: u64, customer: Option<&str>) -> Option<u64> {
        self.windows.retain(|_, (began, _)| now < began.saturating_add(MINUTE));
        let Limits { partner, customer: each, page: _ } = self.limits;
        let own = self.bucket(now, "", partner);
        let theirs = customer.and_then(|id| self.bucket(now, &id.to_lowercase(), each));
        own.max(theirs)
    }
    fn bucket(&mut self, now: u64, key: &str, limit: u32) -> Option<u64> {
        if limit == 0 {
            return None;
        }
        let (began, count) = self.windows.entry(key.to_owned()).or_insert((now, 0));
        *count = count.saturating_add(1);
        (*count > limit).then(|| (*began + MINUTE).saturating_sub(now).div_ceil(1000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lets_its_limit_through_and_opens_again() {
        let limits = Limits { partner: 3, customer: 1, page: 0 };
        let mut throttle = Throttle { limits, ..Throttle::default() };
        assert_eq!(throttle.count(0, Some("a")), None);
        assert_eq!(throttle.count(3_100, Some("A")), Some(57), "about one customer");
        assert_eq!(throttle.count(4_000, Some("b")), None);
        assert_eq!(throttle.count(5_000, None), Some(55), "refused requests count too");
        assert_eq!(throttle.count(60_000, None), None);
    }

    #[test]
    fn no_limit_is_no_limit() {
        let mut throttle = Throttle { limits: Limits { partner: 0, customer: 0, page: 0 }, ..Throttle::default() };
        assert!((0..2000).all(|_| throttle.count(0, Some("a")).is_none()));
    }
}
