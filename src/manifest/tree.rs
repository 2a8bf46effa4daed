//! The tree of one YAML document: scalars, lists and mappings with their places, aliases expanded, duplicate keys
//! found. Knows YAML; never knows what a manifest is.

use super::scalar::Style;
use crate::diag::{At, FileId, Finding};
use std::borrow::Cow;

/// A part of a file's text, in bytes from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    /// First byte.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
}
impl Extent {
    /// As a place in `file`.
    pub(super) fn of(self, file: FileId) -> At {
        At { file, start: self.start, end: self.end }
    }
}

/// A node and its place. A list or mapping under a key has the place of the key, else its own first line; so has a
/// value that is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node<'a> {
    /// Where.
    pub(super) place: Extent,
    /// What.
    pub(super) body: Body<'a>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// A text, number, truth value or nothing.
    Scalar(Cow<'a, str>, Style),
    /// In the order written.
    List(Vec<Node<'a>>),
    /// In the order written; no key twice.
    Map(Vec<Entry<'a>>),
    /// Something a finding speaks of already; nothing more is to be said about it.
    Refused,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// The key.
    pub(super) key: Cow<'a, str>,
    /// Where the key stands.
    pub(super) key_place: Extent,
    /// The value.
    pub(super) value: Node<'a>,
}

impl<'a> Node<'a> {
    /// The value under `key`, when this is a mapping that has it.
    pub(super) fn get(&self, key: &str) -> Option<&Node<'a>> {
        let Body::Map(entries) = &self.body else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }
    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Scalar(text, _) => Some(text),
            Body::List(_) | Body::Map(_) | Body::Refused => None,
        }
    }
}

/// How much of a document could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extant {
    /// All of it.
    Whole,
    /// Up to a syntax error or a limit.
    Cut,
}

/// One document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tree<'a> {
    /// Its root; none when nothing was readable.
    pub(super) root: Option<Node<'a>>,
    /// Where it begins.
    pub(super) place: Extent,
    /// Whether the root is all there is.
    pub(super) extant: Extant,
    /// What is wrong with its YAML.
    pub(super) findings: Vec<Finding>,
}
