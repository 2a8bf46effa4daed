//! Lists over several pages: where the next one is, and when a list goes in circles. Ends by what the service says, never
//! by a count. Source: learn, get-invoice-unbilled-consumption-lineitems; unconfirmed, the .NET SDK.

use super::decode::{Garbage, Node};
use super::request::{Ask, CONTINUATION};
use serde_json::Value;

/// The entries of a page.
///
/// # Errors
/// When the reply is no list: a reply without entries is not an empty list.
pub(super) fn entries<'a>(page: &Node<'a>) -> Result<Vec<Node<'a>>, Garbage> {
    let says_so = page.node("attributes")?.and_then(|a| a.text("objectType").ok().flatten());
    let is_list = page.has("items") || says_so.is_some_and(|kind| kind.eq_ignore_ascii_case("collection"));
    if is_list { page.nodes("items") } else { Err(Garbage("it is no list".into())) }
}

/// What asks for the next page, when there is one.
///
/// # Errors
/// When there is one and it cannot be told where.
pub(super) fn next(page: &Node<'_>, asked: &Ask) -> Result<Option<Ask>, Garbage> {
    if let Some(link) = page.node("links")?.map(|links| links.node("next")).transpose()?.flatten() {
        let token = token_of(&link)?;
        let target = link.text("uri")?.map(|uri| target_of(&uri));
        return match (target, token) {
            (Some(target), continuation) => Ok(Some(Ask { target, continuation, ..asked.clone() })),
            (None, Some(token)) => Ok(Some(sought(asked, token))),
            (None, None) => Err(Garbage("its next page has no address".into())),
        };
    }
    Ok(page.text("continuationToken")?.map(|token| sought(asked, token.to_string())))
}

/// The SDK's way: the token alone carries size and filter.
fn sought(asked: &Ask, token: String) -> Ask {
    let path = asked.target.split('?').next().unwrap_or_default();
    Ask { target: format!("{path}?seekOperation=Next"), continuation: Some(token), ..asked.clone() }
}

fn token_of(link: &Node<'_>) -> Result<Option<String>, Garbage> {
    for header in link.nodes("headers")? {
        if header.text("key")?.is_some_and(|key| key.eq_ignore_ascii_case(CONTINUATION.as_str())) {
            return Ok(header.get("value").and_then(Value::as_str).map(str::to_owned));
        }
    }
    Ok(None)
}

/// Path and query of a link, from `/v1/`: links come without it. The host of an absolute link is never followed.
fn target_of(uri: &str) -> String {
    let path = match uri.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => uri,
    };
    let path = path.trim_start_matches('/');
    if path.starts_with("v1/") { format!("/{path}") } else { format!("/v1/{path}") }
}

#[cfg(test)]
mod tests {
    use super::super::call::Call;
    use super::super::decode::json;
    use super::*;

    fn next_of(body: &str) -> Result<Option<Ask>, Garbage> {
        let value = json(body.as_bytes())?;
        next(&Node::of(&value)?, &Ask::get(Call::Customers, "/v1/customers?size=500".into()))
    }

    #[test]
    fn the_next_page_is_where_the_service_says() {
        let body = |uri: &str| {
            format!(
                r#"{{"items":[],"links":{{"next":{{"uri":"{uri}","headers":[{{"key":"MS-ContinuationToken","value":"AQ=="}}]}}}}}}"#
            )
        };
        for uri in [
            "/customers?size=500&seekOperation=Next",
            "/v1/customers?size=500&seekOperation=Next",
            "https://elsewhere.example/v1/customers?size=500&seekOperation=Next",
            "customers?size=500&seekOperation=Next",
        ] {
            let next = next_of(&body(uri)).expect("understood").expect("a page");
            assert_eq!(next.target, "/v1/customers?size=500&seekOperation=Next", "{uri}");
            assert_eq!(next.continuation.as_deref(), Some("AQ=="));
        }
    }

    #[test]
    fn a_token_alone_is_sought_as_the_sdk_does() {
        let next = next_of(r#"{"items":[],"continuationToken":"AQ=="}"#).expect("understood").expect("a page");
        assert_eq!(
            (next.target.as_str(), next.continuation.as_deref()),
            ("/v1/customers?seekOperation=Next", Some("AQ=="))
        );
        assert_eq!(next_of(r#"{"totalCount":37,"items":[{}],"links":{"self":{}},"continuationToken":null}"#), Ok(None));
        assert!(next_of(r#"{"items":[],"links":{"next":{"method":"GET"}}}"#).is_err());
    }

    #[test]
    fn a_reply_without_entries_is_no_empty_list() {
        let count = |body: &str| {
            let value = json(body.as_bytes())?;
            entries(&Node::of(&value)?).map(|entries| entries.len())
        };
        assert_eq!(count(r#"{"totalCount":0,"items":null}"#), Ok(0));
        assert_eq!(count(r#"{"attributes":{"objectType":"Collection"}}"#), Ok(0));
        assert_eq!(count(r#"{"TotalCount":1,"Items":[{}]}"#), Ok(1));
        assert!(count("{}").is_err() && count(r#"{"code":1}"#).is_err() && count(r#"{"items":"none"}"#).is_err());
    }
}
