//! What was asked, for tests and for people: counts by endpoint and status, and the last requests. Holds no body, no header
//! but the two ids, and no query, which may carry a code or a token.

use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// How many requests are remembered one by one.
const REMEMBERED: usize = 2_000;

/// One request and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) method: String,
    pub(super) path: String,
    /// The endpoint's pattern, such as `/v1/customers/*`; the path itself when there is none.
    pub(super) endpoint: String,
    pub(super) status: u16,
    pub(super) request: String,
    pub(super) correlation: String,
}

/// The requests so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    total: u64,
    by_status: BTreeMap<u16, u64>,
    by_endpoint: BTreeMap<String, u64>,
    last: VecDeque<Entry>,
}

impl Log {
    /// Remembers a request.
    pub(super) fn note(&mut self, entry: Entry) {
        self.total += 1;
        *self.by_status.entry(entry.status).or_default() += 1;
        *self.by_endpoint.entry(format!("{} {}", entry.method, entry.endpoint)).or_default() += 1;
        if self.last.len() == REMEMBERED {
            self.last.pop_front();
        }
        self.last.push_back(entry);
    }
    /// How many there were.
    pub(super) fn total(&self) -> u64 {
        self.total
    }
    /// The last one, in a line.
    pub(super) fn line(&self) -> Option<String> {
        let Entry { method, path, endpoint: _, status, request, correlation: _ } = self.last.back()?;
        Some(format!("{status} {method} {path} {request}"))
    }
    /// As JSON.
    pub(super) fn json(&self) -> Value {
        let Self { total, by_status, by_endpoint, last } = self;
        let entry = |entry: &Entry| {
            let Entry { method, path, endpoint, status, request, correlation } = entry;
            json!({"method": method, "path": path, "endpoint": endpoint, "status": status, "requestId": request,
                "correlationId": correlation})
        };
        let by_status: BTreeMap<String, u64> = by_status.iter().map(|(status, n)| (status.to_string(), *n)).collect();
        json!({"total": total, "byStatus": by_status, "byEndpoint": by_endpoint,
            "last": last.iter().map(entry).collect::<Vec<_>>()})
    }
}
