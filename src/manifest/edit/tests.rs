//! Edits, one form of writing a test: what the text becomes, and when it is left alone.

use super::super::emit::{Yaml, order};
use super::*;
use proptest::prelude::*;

fn changed(text: &str, path: &[&str], key: &str, change: Change) -> Result<String, Refused> {
    let start =
        u32::try_from(text.find("spec").map_or(0, |_| text.len() - text.trim_start_matches(['#', ' ', '\n']).len()));
    let document = At { file: FileId(0), start: start.expect("small"), end: 0 };
    let path = path.iter().map(SmolStr::new).collect();
    let order = if key.starts_with("new") { &[] } else { order::CUSTOMER };
    edit(text, &[Edit { document, path, key: key.into(), change, order }])
}
fn set(text: &str, key: &str, value: &str) -> Result<String, Refused> {
    changed(text, &["spec"], key, Change::Set(Yaml::text(value)))
}

#[test]
fn a_value_is_replaced_and_the_rest_stays() {
    let text = "# top\nspec: # why\n  reseller:   fabrikam  # ours\n  tenantId: x\n";
    let text = &text[6..];
    assert_eq!(
        set(text, "reseller", "northwind"),
        Ok("spec: # why\n  reseller:   northwind  # ours\n  tenantId: x\n".into())
    );
    let flow = "spec: {tenantId: x, reseller: 'fabrikam'}\n";
    assert_eq!(set(flow, "reseller", "no"), Ok("spec: {tenantId: x, reseller: \"no\"}\n".into()));
    let map = "spec:\n  reseller: {a: b, c: [d, {e: f}]}\n  x: y\n";
    assert_eq!(set(map, "reseller", "n"), Ok("spec:\n  reseller: \"n\"\n  x: y\n".into()));
    let block = "spec:\n  reseller:\n    a: b\n    c: \"d\"\n  x: y\n";
    assert_eq!(set(block, "reseller", "fab"), Ok("spec:\n  reseller: fab\n  x: y\n".into()));
}

#[test]
fn a_missing_field_comes_where_it_belongs() {
    let text = "spec:\n  tenantId: x # id\n  # about contact\n  contact: {email: a}\n";
    let expect = "spec:\n  tenantId: x # id\n  reseller: fab\n  # about contact\n  contact: {email: a}\n";
    assert_eq!(set(text, "reseller", "fab"), Ok(expect.into()));
    let crlf = "spec:\r\n  contact: {email: a}\r\n";
    assert_eq!(set(crlf, "reseller", "fab"), Ok("spec:\r\n  reseller: fab\r\n  contact: {email: a}\r\n".into()));
    assert_eq!(set("spec: {domain: x}", "tenantId", "id"), Ok("spec: {tenantId: id, domain: x}".into()));
    assert_eq!(set("spec: {tenantId: x,}", "reseller", "fab"), Ok("spec: {tenantId: x, reseller: fab,}".into()));
    assert_eq!(set("spec: {}", "reseller", "fab"), Ok("spec: {reseller: fab}".into()));
    assert_eq!(set("spec:\n  tenantId: x", "reseller", "fab"), Ok("spec:\n  tenantId: x\n  reseller: fab".into()));
}

#[test]
fn mappings_and_lists_grow_in_the_style_they_are_in() {
    let new = || Change::Set(Yaml::map([("subscriptionId", Yaml::text("s"))]));
    let block = "spec:\n  subscriptions:\n    a:\n      x: y # last\n  onDrift: {}\n";
    let expect =
        "spec:\n  subscriptions:\n    a:\n      x: y # last\n    new-b:\n      subscriptionId: s\n  onDrift: {}\n";
    assert_eq!(changed(block, &["spec", "subscriptions"], "new-b", new()), Ok(expect.into()));
    let flow = "spec: {subscriptions: {a: {x: y}}}";
    let expect = "spec: {subscriptions: {a: {x: y}, new-b: {subscriptionId: s}}}";
    assert_eq!(changed(flow, &["spec", "subscriptions"], "new-b", new()), Ok(expect.into()));
    let append = || Change::Append(vec![Yaml::text("c"), Yaml::text("d")]);
    for (before, after) in [
        ("spec: {otherResellers: [a, b]}", "spec: {otherResellers: [a, b, c, d]}"),
        ("spec: {otherResellers: []}", "spec: {otherResellers: [c, d]}"),
        (
            "spec:\n  otherResellers:\n    - a # one\n  x: y\n",
            "spec:\n  otherResellers:\n    - a # one\n    - c\n    - d\n  x: y\n",
        ),
        ("spec:\n  reseller: r\n", "spec:\n  reseller: r\n  otherResellers: [c, d]\n"),
    ] {
        assert_eq!(changed(before, &["spec"], "otherResellers", append()), Ok(after.into()));
    }
}

#[test]
fn one_field_takes_the_place_of_another() {
    let change = || Change::InPlaceOf("domain".into(), Yaml::text("id"));
    let text = "spec:\n  domain: contoso.example # ours\n  reseller: a\n";
    let expect = "spec:\n  tenantId: id # ours\n  reseller: a\n";
    assert_eq!(changed(text, &["spec"], "tenantId", change()), Ok(expect.into()));
}

#[test]
fn what_small_replacements_cannot_reach_is_left_alone() {
    let anchored = "spec:\n  subscriptions:\n    a: &x\n      k: v\n    b: *x\n";
    let edit = changed(anchored, &["spec", "subscriptions", "b"], "k", Change::Set(Yaml::text("w")));
    assert!(edit.is_err(), "{edit:?}");
    let commented = "spec:\n  reseller:\n    a: b # kept\n    c: d\n";
    assert!(set(commented, "reseller", "x").is_err());
    assert!(set("spec: [a]\n", "reseller", "x").is_err());
    assert!(set("spec: {a: b\n", "reseller", "x").is_err());
}

proptest! {
    #[test]
    fn whatever_is_written_the_result_says_what_is_meant_or_nothing_is_changed(
        key in prop_oneof![Just("reseller"), Just("tenantId"), Just("domain")],
        value in "\\PC{0,12}|(?s).{0,6}",
        text in prop_oneof![
            Just("spec:\n  tenantId: x # a\n\n  # b\n  contact:\n    email: y\n"),
            Just("spec: {tenantId: x, contact: {email: [y, 'z']}}\n---\nspec: {domain: q}\n"),
            Just("spec:\n  domain: |\n    x\n    y\n  onDrift: {a: b,\n    c: d} # e\n"),
        ],
    ) {
        match set(text, key, &value) {
            Ok(after) => {
                let tree = trees(&after).expect("readable");
                let said = tree[0].get("spec").and_then(|spec| spec.get(key)?.text()).map(str::to_owned);
                prop_assert_eq!(said.as_deref(), Some(value.as_str()));
                for comment in text.split('#').skip(1).filter_map(|rest| rest.lines().next()) {
                    prop_assert!(after.contains(comment), "{}", after);
                }
            }
            Err(refused) => prop_assert!(matches!(refused, Refused::Form(_) | Refused::Differs(_))),
        }
    }

    #[test]
    fn every_text_reads_back_as_it_was_in_both_styles(value in "(?s).{0,20}|\\PC{0,20}", key in "[a-z0-9]{1,6}") {
        for text in [
            Yaml::map([(&key, Yaml::map([("k", Yaml::text(&value))]))]).block(2),
            Yaml::inline([(&key, Yaml::inline([("k", Yaml::List(vec![Yaml::text(&value)]))]))]).flow(),
        ] {
            let tree = trees(&text).expect("readable");
            let field = tree[0].get(&key).and_then(|map| map.get("k")).expect("the field");
            let field = if let super::super::tree::Body::List(items) = &field.body { &items[0] } else { field };
            prop_assert_eq!(Plain::of(field), Plain::Scalar(value.clone(), super::super::scalar::Meaning::Text));
        }
    }
}
