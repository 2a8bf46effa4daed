//! What a text declares, in a form that only meaning changes: by address, without comments, order of keys, quotes and
//! places. For comparing two versions of a file; never checks anything, and passes over what names no address.

use super::read::read;
use super::tree::{Body, Entry, Node};
use crate::diag::FileId;
use crate::model::{Address, Kind};
use std::collections::BTreeMap;

/// What each address of `text` declares, as a text of its own. The subscriptions of a customer stand under their own
/// addresses; a document without a readable kind and name is not in it.
#[must_use]
pub fn outline(text: &str) -> BTreeMap<Address, String> {
    let mut all = BTreeMap::new();
    read(text.trim_start_matches('\u{feff}'), 0, FileId(0), |tree| {
        if let Some(root) = &tree.root {
            document(root, &mut all);
        }
    });
    all
}

fn document(root: &Node<'_>, all: &mut BTreeMap<Address, String>) {
    let kind = root.get("kind").and_then(Node::text);
    let kind = kind.and_then(|text| Kind::ALL.into_iter().find(|kind| kind.name() == text));
    let name = root.get("metadata").and_then(|metadata| metadata.get("name")).and_then(Node::text);
    let (Some(kind), Some(name)) = (kind, name) else { return };
    let spec = root.get("spec");
    let path = match (kind, spec.and_then(|spec| spec.get("customer")).and_then(Node::text)) {
        (Kind::Subscription, Some(customer)) => format!("{customer}/{name}"),
        _ => name.to_owned(),
    };
    let Ok(address) = format!("{}/{path}", kind.slug()).parse::<Address>() else { return };
    if kind == Kind::Customer
        && let Some(Body::Map(entries)) = spec.and_then(|spec| spec.get("subscriptions")).map(|node| &node.body)
    {
        for Entry { key, value, .. } in entries {
            if let Ok(address) = format!("subscription/{name}/{key}").parse() {
                all.insert(address, written(value, Without::Nothing));
            }
        }
    }
    let without = if kind == Kind::Customer { Without::Subscriptions } else { Without::Nothing };
    all.insert(address, written(root, without));
}

/// What is left out of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Without {
    Nothing,
    Subscriptions,
}

fn written(node: &Node<'_>, without: Without) -> String {
    let mut out = String::new();
    write(node, without, &mut out);
    out
}

fn write(node: &Node<'_>, without: Without, out: &mut String) {
    match &node.body {
        Body::Scalar(text, _) => out.push_str(&format!("{text:?}")),
        Body::Refused => out.push('!'),
        Body::List(items) => {
            out.push('[');
            for item in items {
                write(item, without, out);
                out.push(',');
            }
            out.push(']');
        }
        Body::Map(entries) => {
            let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            out.push('{');
            for Entry { key, value, .. } in entries {
                if without == Without::Subscriptions && key == "subscriptions" {
                    continue;
                }
                out.push_str(&format!("{key:?}:"));
                write(value, without, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTOSO: &str = "kind: Customer\nmetadata: {name: contoso}\nspec:\n  domain: a.example\n  subscriptions:\n    one: {quantity: 1}\n    two: {quantity: 2}\n";

    fn changed(a: &str, b: &str) -> Vec<String> {
        let (a, b) = (outline(a), outline(b));
        let all: std::collections::BTreeSet<&Address> = a.keys().chain(b.keys()).collect();
        all.into_iter().filter(|address| a.get(address) != b.get(address)).map(Address::to_string).collect()
    }

    #[test]
    fn comments_order_and_style_change_nothing() {
        let other = "# a comment\nmetadata:\n  name: \"contoso\"\nkind: Customer\nspec: {subscriptions: {two: {quantity: 2}, one: {quantity: 1}}, domain: a.example}\n";
        assert_eq!(changed(CONTOSO, other), Vec::<String>::new());
    }

    #[test]
    fn a_subscription_changes_without_its_customer_and_the_customer_without_it() {
        assert_eq!(changed(CONTOSO, &CONTOSO.replace("quantity: 2", "quantity: 3")), ["subscription/contoso/two"]);
        assert_eq!(changed(CONTOSO, &CONTOSO.replace("a.example", "b.example")), ["customer/contoso"]);
        assert_eq!(changed(CONTOSO, ""), ["customer/contoso", "subscription/contoso/one", "subscription/contoso/two"]);
    }

    #[test]
    fn standalone_subscriptions_stand_below_their_customer_and_nameless_documents_nowhere() {
        let text = "kind: Subscription\nmetadata: {name: m365}\nspec: {customer: contoso}\n---\nkind: Customer\n---\n- a\n---\n{\n";
        let addresses: Vec<String> = outline(text).into_keys().map(|address| address.to_string()).collect();
        assert_eq!(addresses, ["subscription/contoso/m365"]);
    }
}
