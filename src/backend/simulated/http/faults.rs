//! Scripted faults of the service: the nth request that matches a method and a path goes wrong, or somebody else acts just
//! before it. Deterministic: what is left to chance is drawn from a seed.

use super::act::Act;
use super::delivery::Delivery;
use super::reply::{Content, Failure, Reply, throttled};
use crate::model::Span;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// Faults and what draws them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Script {
    /// Draws what is left to chance.
    #[serde(default)]
    pub seed: u64,
    /// In order; a request goes wrong by the first rule that is due.
    pub rules: Vec<Rule>,
}

/// When what goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Only this method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only paths of this form: `*` is one part, a last `**` any rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The first of the matching requests that goes wrong, from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many in a row; 0 means all from then on.
    #[serde(default = "one")]
    pub times: u32,
    /// How likely each of them goes wrong, in percent.
    #[serde(default = "certain")]
    pub percent: u8,
    /// What somebody else does just before the request.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
    /// What goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// 429 with `Retry-After`, in seconds; nothing happens.
    Throttled(u32),
    /// An error of this status; nothing happens.
    Status(u16),
    /// An error of this status and code; nothing happens.
    Refused {
        /// HTTP.
        status: u16,
        /// The service's own.
        code: u32,
    },
    /// A page of a gateway or captive portal with this status; nothing happens.
    Html(u16),
    /// Ten megabytes of an error page; nothing happens.
    Huge,
    /// The connection ends before anything happens.
    CloseBefore,
    /// It happens, and the connection ends without a reply.
    CloseAfter,
    /// It happens, and the connection ends in the middle of the reply.
    Reset,
    /// It happens, and the reply comes in eight pieces, so many milliseconds before each.
    Slow(u16),
    /// A whole reply whose JSON stops in the middle.
    Truncated,
    /// A list without its entries.
    Lost,
    /// A page that leads to itself.
    Repeated,
    /// An order of this request shows so many seconds late.
    Late(u32),
}

/// A script under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    script: Script,
    matched: Vec<u32>,
    drawn: u64,
}

impl Faults {
    pub(super) fn new(script: Script) -> Self {
        Self { matched: vec![0; script.rules.len()], drawn: script.seed, script }
    }
    /// Counts a request on every rule it matches; answers the first that is due.
    pub(super) fn due(&mut self, method: &str, path: &str) -> Option<Rule> {
        let mut due = None;
        for at in 0..self.script.rules.len() {
            let rule = &self.script.rules[at];
            if !rule.matches(method, path) {
                continue;
            }
            self.matched[at] = self.matched[at].saturating_add(1);
            let end = if rule.times == 0 { u32::MAX } else { rule.nth.saturating_add(rule.times - 1) };
            let (percent, inside) = (rule.percent, (rule.nth..=end).contains(&self.matched[at]));
            if due.is_none() && inside && self.draw() < percent {
                due = Some(at);
            }
        }
        due.map(|at| self.script.rules[at].clone())
    }
    /// The rules and how often each has matched.
    pub(super) fn json(&self) -> Value {
        json!({"script": self.script, "matched": self.matched})
    }
    /// 0 to 99. Splitmix64: enough for faults, and the same everywhere.
    fn draw(&mut self) -> u8 {
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.drawn;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u8::try_from((z ^ (z >> 31)) % 100).unwrap_or(0)
    }
}

impl Rule {
    fn matches(&self, method: &str, path: &str) -> bool {
        let method = self.method.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(method));
        method && self.path.as_ref().is_none_or(|pattern| fits(pattern, path))
    }
}

impl Fault {
    /// The reply in whose place nothing happens; none when the request is answered first.
    pub(super) fn instead(self) -> Option<(Reply, Delivery)> {
        let whole = |reply| Some((reply, Delivery::Whole));
        let page = |status, text: String| whole(Reply::html(status, text).by_a_gateway());
        match self {
            Self::Throttled(seconds) => whole(throttled(u64::from(seconds))),
            Self::Status(status) => Self::Refused { status, code: 800_003 }.instead(),
            Self::Refused { status, code } => whole(Failure::new(status_of(status), code, "Scripted fault.").reply()),
            Self::Html(status) => {
                page(status_of(status), "<html><body><h1>Please sign in to this network</h1></body></html>".to_owned())
            }
            Self::Huge => page(StatusCode::BAD_GATEWAY, "<p>bad gateway</p>".repeat(600_000)),
            Self::CloseBefore => Some((Reply::empty(StatusCode::BAD_GATEWAY), Delivery::Nothing)),
            Self::CloseAfter
            | Self::Reset
            | Self::Slow(_)
            | Self::Truncated
            | Self::Lost
            | Self::Repeated
            | Self::Late(_) => None,
        }
    }
    /// What becomes of the reply; `token` is the continuation token that was sent.
    pub(super) fn spoil(self, mut reply: Reply, token: Option<&str>) -> (Reply, Delivery) {
        let delivery = match self {
            Self::CloseAfter => Delivery::Nothing,
            Self::Reset => Delivery::Half,
            Self::Slow(pause) => Delivery::Slow(Duration::from_millis(u64::from(pause))),
            Self::Truncated => {
                let (bytes, _) = reply.content.bytes();
                let half = String::from_utf8_lossy(&bytes[..bytes.len() / 2]).into_owned();
                reply.content = Content::Text(half);
                Delivery::Whole
            }
            Self::Lost => {
                if let Content::Json(_, value) = &mut reply.content {
                    value["items"] = json!([]);
                    value["totalCount"] = json!(0);
                }
                Delivery::Whole
            }
            Self::Repeated => {
                if let (Content::Json(_, value), Some(token)) = (&mut reply.content, token)
                    && let Some(header) = value.pointer_mut("/links/next/headers/0/value")
                {
                    *header = json!(token);
                }
                Delivery::Whole
            }
            Self::Throttled(_)
            | Self::Status(_)
            | Self::Refused { .. }
            | Self::Html(_)
            | Self::Huge
            | Self::CloseBefore
            | Self::Late(_) => Delivery::Whole,
        };
        (reply, delivery)
    }
    /// How much later than the tenant says an order shows.
    pub(super) fn late(self) -> Option<Span> {
        match self {
            Self::Late(seconds) => Some(Span::seconds(i64::from(seconds))),
            Self::Throttled(_)
            | Self::Status(_)
            | Self::Refused { .. }
            | Self::Html(_)
            | Self::Huge
            | Self::CloseBefore
            | Self::CloseAfter
            | Self::Reset
            | Self::Slow(_)
            | Self::Truncated
            | Self::Lost
            | Self::Repeated => None,
        }
    }
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn fits(pattern: &str, path: &str) -> bool {
    let mut given = path.split('/');
    for part in pattern.split('/') {
        match (part, given.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (literal, Some(part)) if literal.eq_ignore_ascii_case(part) => {}
            (_, _) => return false,
        }
    }
    given.next().is_none()
}

fn one() -> u32 {
    1
}
fn certain() -> u8 {
    100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_count_only_what_they_match() {
        let script = json!({"rules": [{"method": "GET", "path": "/v1/customers/*", "nth": 2, "times": 2,
            "fault": {"throttled": 5}}]});
        let mut faults = Faults::new(serde_json::from_value(script).expect("a script"));
        assert!(faults.due("GET", "/v1/customers").is_none());
        let due: Vec<bool> = (0..4).map(|_| faults.due("get", "/v1/Customers/1").is_some()).collect();
        assert_eq!(due, [false, true, true, false]);
        assert!(fits("/v1/**", "/v1/a/b") && !fits("/v1/*", "/v1/a/b"));
    }

    #[test]
    fn chance_is_drawn_from_the_seed() {
        let drawn = |seed: u64| {
            let script = json!({"seed": seed, "rules": [{"times": 0, "percent": 30, "fault": "huge"}]});
            let mut faults = Faults::new(serde_json::from_value(script).expect("a script"));
            (0..200).map(|_| faults.due("GET", "/").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
        assert!((30..90).contains(&drawn(1).iter().filter(|due| **due).count()));
    }

    #[test]
    fn misspelt_rules_are_refused() {
        for bad in [json!({"rules": [{"fault": "hug"}]}), json!({"rules": [{"tmes": 1}]}), json!({})] {
            assert!(serde_json::from_value::<Script>(bad.clone()).is_err(), "{bad}");
        }
    }
}
