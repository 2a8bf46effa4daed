//! Paging by continuation token. `totalCount` never tells how many there are in all: it counts the page, or lies as the
//! samples do. Source: learn, get-invoice-unbilled-consumption-lineitems (links.next); get-a-customer-by-name (totalCount).

use super::call::Call;
use super::reply::Failure;
use super::shape::{attributes, link};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Entries of a page when nothing smaller is asked for.
pub(super) const LARGEST: usize = 500;

/// The header that carries the token.
const TOKEN: &str = "MS-ContinuationToken";

/// What a caller wants to see: carried by the token, so that the next call needs no filter and no size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    /// At most so many.
    pub(super) size: usize,
    /// The query as the first call wrote it, for `filter` and dates.
    pub(super) query: String,
    /// Only what comes after this key.
    pub(super) after: Option<String>,
}

impl Wanted {
    /// Of a call: its own words, or those of its token; never more on a page than `bound`, where 0 is none.
    ///
    /// # Errors
    /// When a token is missing, damaged, or not asked for.
    pub(super) fn of(call: &Call<'_>, bound: u32) -> Result<Self, Failure> {
        let mut wanted = Self::asked(call)?;
        if let Some(bound) = usize::try_from(bound).ok().filter(|bound| *bound > 0) {
            wanted.size = wanted.size.min(bound);
        }
        Ok(wanted)
    }
    fn asked(call: &Call<'_>) -> Result<Self, Failure> {
        let seek = call.query("seekoperation");
        match (seek.map(str::to_lowercase).as_deref(), call.header(TOKEN)) {
            (Some("next"), Some(token)) => Self::from_token(token),
            (Some("next"), None) => Err(Failure::parameter("The continuation token is missing.")),
            (Some(other), _) => Err(Failure::parameter(format!("Seek operation {other} is not supported."))),
            (None, _) => Ok(Self { size: size(call.query("size"))?, query: call.raw_query.to_owned(), after: None }),
        }
    }
    fn from_token(token: &str) -> Result<Self, Failure> {
        let damaged = || Failure::parameter("The continuation token is not valid.");
        let bytes = STANDARD.decode(token).map_err(|_| damaged())?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        let size = value["size"].as_u64().and_then(|size| usize::try_from(size).ok()).ok_or_else(damaged)?;
        let (query, after) = (text("query").ok_or_else(damaged)?, Some(text("after").ok_or_else(damaged)?));
        Ok(Self { size: size.clamp(1, LARGEST), query, after })
    }
    fn token(&self, after: &str) -> String {
        STANDARD.encode(json!({"size": self.size, "query": self.query, "after": after}).to_string())
    }
    /// The page of `entries`, sorted by key, that is wanted, as a collection at `path` (without `/v1`).
    pub(super) fn page(&self, path: &str, entries: Vec<(String, Value)>) -> Page {
        let shown: Vec<(String, Value)> = match &self.after {
            Some(after) => entries.into_iter().filter(|(key, _)| key > after).collect(),
            None => entries,
        };
        let more = shown.len() > self.size;
        let last = shown.get(self.size.saturating_sub(1)).filter(|_| more).map(|(key, _)| key.clone());
        let items: Vec<Value> = shown.into_iter().take(self.size).map(|(_, value)| value).collect();
        let mut value = json!({"totalCount": items.len(), "items": items, "attributes": attributes("Collection")});
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        value["links"] = json!({"self": link(format!("/v1{path}{query}"))});
        let token = last.map(|key| self.token(&key));
        if let Some(token) = &token {
            let glue = if self.query.is_empty() { '?' } else { '&' };
            let uri = format!("{path}{query}{glue}seekOperation=Next");
            value["links"]["next"] = json!({"uri": uri, "method": "GET", "headers": [{"key": TOKEN, "value": token}]});
        }
        Page { value, token }
    }
}

/// A page, and the token of the next one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Page {
    pub(super) value: Value,
    pub(super) token: Option<String>,
}

fn size(text: Option<&str>) -> Result<usize, Failure> {
    match text.map(str::parse::<usize>) {
        None | Some(Ok(0)) => Ok(LARGEST),
        Some(Ok(size)) => Ok(size.min(LARGEST)),
        Some(Err(_)) => Err(Failure::parameter("Size must be a number.")),
    }
}
