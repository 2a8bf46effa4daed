//! What a document says, without places and order: what a changed text is compared with. Never looks at a text.

use super::super::emit::Yaml;
use super::super::scalar::{Meaning, meaning};
use super::super::tree::{Body, Node};
use super::{Change, Edit};
use std::collections::BTreeMap;

/// A value as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Scalar(String, Meaning),
    List(Vec<Plain>),
    Map(BTreeMap<String, Plain>),
    Refused,
}

impl Plain {
    /// What a tree says.
    pub(super) fn of(node: &Node<'_>) -> Self {
        match &node.body {
            Body::Scalar(text, style) => Self::Scalar(text.to_string(), meaning(text, *style)),
            Body::List(items) => Self::List(items.iter().map(Self::of).collect()),
            Body::Map(entries) => {
                Self::Map(entries.iter().map(|entry| (entry.key.to_string(), Self::of(&entry.value))).collect())
            }
            Body::Refused => Self::Refused,
        }
    }
    /// What a value to be written says.
    fn meant(value: &Yaml) -> Self {
        match value {
            Yaml::Text(text) => Self::Scalar(text.to_string(), Meaning::Text),
            Yaml::Number(number) => Self::Scalar(number.to_string(), Meaning::Integer(i64::from(*number))),
            Yaml::List(items) | Yaml::Lines(items) => Self::List(items.iter().map(Self::meant).collect()),
            Yaml::Map(entries) | Yaml::Inline(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.to_string(), Self::meant(value))).collect())
            }
        }
    }
    /// Makes a change; none when there is nothing it could be made to.
    pub(super) fn change(&mut self, edit: &Edit) -> Option<()> {
        let mut here = self;
        for key in &edit.path {
            here = here.fields()?.get_mut(key.as_str())?;
        }
        let fields = here.fields()?;
        let key = edit.key.to_string();
        match &edit.change {
            Change::Set(value) => {
                fields.insert(key, Self::meant(value));
            }
            Change::InPlaceOf(old, value) => {
                fields.remove(old.as_str())?;
                fields.insert(key, Self::meant(value));
            }
            Change::Append(items) => {
                let list = fields.entry(key).or_insert_with(|| Self::List(Vec::new()));
                let Self::List(list) = list else { return None };
                list.extend(items.iter().map(Self::meant));
            }
        }
        Some(())
    }
    fn fields(&mut self) -> Option<&mut BTreeMap<String, Self>> {
        match self {
            Self::Map(fields) => Some(fields),
            Self::Scalar(..) | Self::List(_) | Self::Refused => None,
        }
    }
}
