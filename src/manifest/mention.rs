//! The names that a document with faults gives to others: they can be checked although the document cannot be read. Never
//! says whether one is right.

use super::scalar::{Meaning, meaning};
use super::tree::{Body, Entry, Node};
use crate::diag::{At, FileId};
use crate::model::{Kind, Name};

/// A name of another document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// Of which kind that is.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// Where it is named.
    pub at: At,
    /// As what, in words.
    pub what: &'static str,
}

/// The fields that hold such names, alone or in a list.
const FIELDS: [(&str, Kind, &str); 8] = [
    ("reseller", Kind::Partnership, "reseller"),
    ("otherResellers", Kind::Partnership, "reseller"),
    ("partnerOfRecord", Kind::Partnership, "partner of record"),
    ("partnership", Kind::Partnership, "partnership"),
    ("supportContact", Kind::Partnership, "support contact"),
    ("transferTo", Kind::Partnership, "the one that takes over"),
    ("customer", Kind::Customer, "customer"),
    ("customers", Kind::Customer, "customer"),
];
/// Words that stand in their place and name nobody.
const NOBODY: [&str; 3] = ["none", "provider", "all"];

/// Every name that `spec` gives to another document.
pub(super) fn mentions(spec: &Node<'_>, file: FileId) -> Vec<Mention> {
    let mut found = Vec::new();
    gather(spec, file, &mut found);
    found
}

fn gather(node: &Node<'_>, file: FileId, found: &mut Vec<Mention>) {
    match &node.body {
        Body::Map(entries) => {
            for Entry { key, value, .. } in entries {
                if let Some((_, kind, what)) = FIELDS.iter().find(|(field, ..)| key == field) {
                    found.extend(named(value).into_iter().filter_map(|(name, node)| {
                        Some(Mention { kind: *kind, name: name.parse().ok()?, at: node.place.of(file), what })
                    }));
                }
                gather(value, file, found);
            }
        }
        Body::List(items) => items.iter().for_each(|item| gather(item, file, found)),
        Body::Scalar(..) | Body::Refused => {}
    }
}

fn named<'n>(node: &'n Node<'_>) -> Vec<(&'n str, &'n Node<'n>)> {
    let all = match &node.body {
        Body::List(items) => items.iter().collect(),
        Body::Scalar(..) => vec![node],
        Body::Map(_) | Body::Refused => Vec::new(),
    };
    let word = |node: &'n Node<'_>| match &node.body {
        Body::Scalar(text, style) if meaning(text, *style) != Meaning::Null => Some((&**text, node)),
        Body::Scalar(..) | Body::List(_) | Body::Map(_) | Body::Refused => None,
    };
    all.into_iter().filter_map(word).filter(|(text, _)| !NOBODY.contains(text)).collect()
}
