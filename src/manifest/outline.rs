//! What a text declares, in a form that only meaning changes: by address and field, without comments, order of keys,
//! quotes and places. For comparing two versions of a file; never checks anything, and passes over what names no address.

use super::read::read;
use super::tree::{Body, Entry, Node};
use crate::diag::FileId;
use crate::model::{Address, Kind};
use std::collections::BTreeMap;

/// What fields say, by their path: `contact.email`; those of `spec` without it, so that a subscription within its customer
/// and a standalone one are told alike.
pub type Fields = BTreeMap<String, Told>;

/// What one field says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// A text, number or truth value, as it reads without quotes.
    One(String),
    /// The parts of a list, in order.
    List(Vec<String>),
}

/// What each address of `text` declares. The subscriptions of a customer stand under their own addresses; a document
/// without a readable kind and name is not in it.
#[must_use]
pub fn outline(text: &str) -> BTreeMap<Address, Fields> {
    let mut all = BTreeMap::new();
    roots(text, |root| document(root, &mut all));
    all
}

/// What a file that is no manifest says.
#[must_use]
pub fn outline_of_file(text: &str) -> Fields {
    let mut fields = Fields::new();
    roots(text, |root| gather(root, String::new(), &mut fields));
    fields
}

fn roots(text: &str, mut each: impl FnMut(&Node<'_>)) {
    read(text.trim_start_matches('\u{feff}'), 0, FileId(0), |tree| tree.root.iter().for_each(&mut each));
}

fn document(root: &Node<'_>, all: &mut BTreeMap<Address, Fields>) {
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
    let mut fields = Fields::new();
    for Entry { key, value, .. } in entries(root) {
        match key.as_ref() {
            // They are the address.
            "apiVersion" | "kind" => {}
            "spec" => spec_of(kind, name, value, (&mut fields, &mut *all)),
            key => gather(value, key.to_owned(), &mut fields),
        }
    }
    fields.remove("metadata.name");
    all.insert(address, fields);
}

fn spec_of(kind: Kind, name: &str, spec: &Node<'_>, (fields, all): (&mut Fields, &mut BTreeMap<Address, Fields>)) {
    for Entry { key, value, .. } in entries(spec) {
        if kind != Kind::Customer || key != "subscriptions" {
            gather(value, key.to_string(), fields);
            continue;
        }
        for Entry { key, value, .. } in entries(value) {
            if let Ok(address) = format!("subscription/{name}/{key}").parse() {
                let mut fields = Fields::new();
                gather(value, String::new(), &mut fields);
                all.insert(address, fields);
            }
        }
    }
}

fn entries<'n, 'a>(node: &'n Node<'a>) -> &'n [Entry<'a>] {
    match &node.body {
        Body::Map(entries) => entries,
        Body::Scalar(..) | Body::List(_) | Body::Refused => &[],
    }
}

fn gather(node: &Node<'_>, path: String, fields: &mut Fields) {
    match &node.body {
        Body::Map(entries) if !entries.is_empty() => {
            for Entry { key, value, .. } in entries {
                let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                gather(value, path, fields);
            }
        }
        Body::List(items) => {
            fields.insert(path, Told::List(items.iter().map(written).collect()));
        }
        Body::Map(_) | Body::Scalar(..) | Body::Refused => {
            fields.insert(path, Told::One(written(node)));
        }
    }
}

/// A value in one line.
fn written(node: &Node<'_>) -> String {
    match &node.body {
        Body::Scalar(text, _) => text.to_string(),
        Body::Refused => "?".to_owned(),
        Body::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Body::Map(entries) => {
            let mut entries: Vec<&Entry<'_>> = entries.iter().collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            let one = |entry: &&Entry<'_>| format!("{}: {}", entry.key, written(&entry.value));
            format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
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

    #[test]
    fn fields_are_told_by_their_paths_and_lists_in_their_order() {
        let text = "kind: Partnership\nmetadata: {name: a, labels: {}}\nspec: {reseller: {partnerIds: ['2', '1'], contact: {email: a@b.example}}}\n";
        let told: Vec<(String, Told)> = outline(text).into_values().flatten().collect();
        let one = |text: &str| Told::One(text.to_owned());
        let ids = Told::List(vec!["2".into(), "1".into()]);
        let expect = [
            ("metadata.labels", one("{}")),
            ("reseller.contact.email", one("a@b.example")),
            ("reseller.partnerIds", ids),
        ];
        assert_eq!(told, expect.map(|(path, told)| (path.to_owned(), told)));
        let file = outline_of_file("center: {url: x}\nlint: {TT0325: {severity: off}}\n");
        assert_eq!(file.keys().collect::<Vec<_>>(), ["center.url", "lint.TT0325.severity"]);
    }
}
