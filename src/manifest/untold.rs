//! What a document that cannot be read may still declare: which kinds and which names its text leaves possible. Never
//! guesses one of several, so that no reference to it is called dangling.

use super::parse::known_kind;
use super::tree::{Extant, Node};
use crate::diag::{At, nearest};
use crate::model::{Kind, Name};
use std::collections::BTreeSet;

/// A document, or a file, that has faults and cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// Where it stands.
    pub at: At,
    /// The kinds it may have; none for any.
    pub kinds: Option<BTreeSet<Kind>>,
    /// The names it may have or declare; none for any.
    pub names: Option<BTreeSet<Name>>,
}

impl Untold {
    /// Of a text nobody could read: it may declare anything.
    pub(super) fn anything(at: At) -> Self {
        Self { at, kinds: None, names: None }
    }
    /// Of a document, by what was read of it and its whole text.
    pub(super) fn of(at: At, root: Option<&Node<'_>>, extant: Extant, text: &str) -> Self {
        match extant {
            Extant::Whole => Self::whole(at, root),
            Extant::Cut => Self::cut(at, text),
        }
    }
    /// A whole document that lacks a kind or a name: what is missing may be anything once it is written.
    fn whole(at: At, root: Option<&Node<'_>>) -> Self {
        let kind = root.and_then(|root| near_kind(root.get("kind")?.text()?));
        let name = root.and_then(|root| root.get("metadata")?.get("name")?.text()?.parse().ok());
        Self { at, kinds: kind.map(|kind| [kind].into()), names: name.map(|name| [name].into()) }
    }
    /// A document that is no YAML: its name is one of its words, unless it is written with escapes or not at all.
    fn cut(at: At, text: &str) -> Self {
        let words = || {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            words.map(|word| word.trim_matches('-')).filter(|word| !word.is_empty())
        };
        if text.contains('\\') || !words().any(|word| word == "name") {
            return Self::anything(at);
        }
        let kinds: BTreeSet<Kind> = words().filter_map(near_kind).collect();
        Self {
            at,
            kinds: Some(kinds).filter(|kinds| !kinds.is_empty()),
            names: Some(words().filter_map(|word| word.parse().ok()).collect()),
        }
    }
    /// Whether it may be a document of this kind.
    #[must_use]
    pub fn may_be(&self, kind: Kind) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }
    /// Whether it may declare a subscription: in a document of its own or inside a customer.
    #[must_use]
    pub fn may_hold_subscriptions(&self) -> bool {
        self.may_be(Kind::Subscription) || self.may_be(Kind::Customer)
    }
}

/// The kind that is meant; one almost right counts.
pub(super) fn near_kind(written: &str) -> Option<Kind> {
    nearest(written, Kind::ALL.map(Kind::name)).and_then(known_kind)
}
