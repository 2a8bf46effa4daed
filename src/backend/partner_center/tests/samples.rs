//! The documented bodies, where they are at hand: `TWOTIER_SAMPLES` names their folder. Each is decoded by what would
//! decode it in use; one that nobody here decodes must at least be read.

use super::super::classify::problem;
use super::super::decode::{Node, json};
use super::super::{page, subscription, wire};
use super::*;

/// What makes sense of a body, or says why not.
fn understood(name: &str, body: &[u8]) -> Result<(), String> {
    let value = json(body).map_err(|garbage| garbage.to_string())?;
    let node = Node::of(&value).map_err(|garbage| garbage.to_string())?;
    let list =
        |check: &dyn Fn(&Node<'_>) -> Result<(), decode::Garbage>| page::entries(&node)?.iter().try_for_each(check);
    let has = |part: &str| name.contains(part);
    let read = if has("error") || has("not-found") || has("throttled") {
        let reply = http::Response::builder().status(400).body(body.to_vec()).expect("a reply");
        let problem = problem(&reply, &mask::Mask::default(), Timestamp::from_seconds(0)).expect("a problem");
        return if problem.code.is_some() || has("throttled") { Ok(()) } else { Err("no code".into()) };
    } else if has("list-indirect-resellers") {
        list(&|entry| wire::relationship(entry).map(drop))
    } else if has("list-customer-relationships") {
        list(&|entry| wire::tenant(entry).map(drop))
    } else if has("list-customers") {
        list(&|entry| wire::customer(entry).map(drop))
    } else if has("list-customer-users") {
        list(&|entry| wire::user(entry).map(drop))
    } else if has("list-customer-agreements") {
        wire::agreed(&node).map(|agreed| assert!(agreed))
    } else if has("list-audit-records") {
        list(&|entry| audit::entry(entry).map(drop))
    } else if has("list-subscriptions") {
        list(&|entry| subscription::listed(entry).map(drop))
    } else if has("schedule-change")
        || (has("subscription") && !has("provisioning") && !has("webhook") && has("response"))
    {
        subscription::detail(&node).map(drop)
    } else if has("create-customer-for") && has("response") || name == "create-customer-response.json" {
        wire::created(&node, "x").map(|created| assert!(created.password.is_some()))
    } else if has("create-cart") && has("response") {
        wire::cart(&node).map(drop)
    } else if has("checkout") {
        wire::checked_out(&node).map(|out| assert_eq!(out.orders.len(), 1))
    } else if has("order") && has("response") {
        wire::order(&node).map(drop)
    } else if has("support-contact") {
        wire::support_contact(&node).map(drop)
    } else if has("get-mpn-profile") {
        wire::partner_name(&node, &partner("4391507")).map(|name| assert_eq!(name, "Microsoft Partner"))
    } else if has("validate-resellers-response") {
        wire::partner_checks(&node).map(|checks| assert_eq!(checks.len(), 2))
    } else if has("validate-address-response") {
        wire::address_check(&node).map(drop)
    } else if has("paged-collection") {
        let asked = request::Ask::get(call::Call::Audit, "/v1/x".into());
        page::next(&node, &asked).map(|next| assert!(next.is_some()))
    } else {
        Ok(())
    };
    read.map_err(|garbage| garbage.to_string())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one test that reads a folder somebody names")]
fn every_documented_body_is_understood() {
    let Ok(folder) = std::env::var("TWOTIER_SAMPLES") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).expect("the folder of samples") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".json") {
            let body = std::fs::read(&path).expect("a file");
            understood(&name, &body).unwrap_or_else(|why| panic!("{name}: {why}"));
            seen += 1;
        }
    }
    assert!(seen > 60, "only {seen} samples in {folder}");
}
