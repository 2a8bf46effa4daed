//! Which references may mean a document that cannot be told, and into which files those went. Never calls one wrong.

use crate::diag::{At, Code, FileId, Finding};
use crate::manifest::Untold;
use crate::model::{Kind, Name};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The documents that cannot be told, found by the names they may have.
#[derive(Default)]
pub(super) struct Untolds {
    all: Vec<Untold>,
    named: BTreeMap<Name, Vec<usize>>,
    /// Those that may have any name: one for each set of kinds.
    anyhow: Vec<usize>,
    /// The files that references which were not checked may lead into, with the first such document.
    asked: RefCell<BTreeMap<FileId, At>>,
}

impl Untolds {
    pub(super) fn new(all: Vec<Untold>) -> Self {
        let mut named: BTreeMap<Name, Vec<usize>> = BTreeMap::new();
        let (mut anyhow, mut seen) = (Vec::new(), BTreeSet::new());
        for (position, Untold { at, kinds, names }) in all.iter().enumerate() {
            match names {
                Some(names) => names.iter().for_each(|name| named.entry(name.clone()).or_default().push(position)),
                None if seen.insert((at.file, kinds)) => anyhow.push(position),
                None => {}
            }
        }
        drop(seen);
        Self { all, named, anyhow, asked: RefCell::default() }
    }
    /// Whether one may be of this kind.
    pub(super) fn some(&self, kind: Kind) -> bool {
        self.all.iter().any(|untold| untold.may_be(kind))
    }
    /// Whether one that is `fitting` may declare this name; remembers its file.
    pub(super) fn may_be(&self, name: &Name, fitting: impl Fn(&Untold) -> bool) -> bool {
        let named = self.named.get(name).into_iter().flatten();
        let mut fits = self.anyhow.iter().chain(named).map(|position| &self.all[*position]).filter(|it| fitting(it));
        let Some(Untold { at, .. }) = fits.next() else { return false };
        let mut asked = self.asked.borrow_mut();
        for at in std::iter::once(at).chain(fits.map(|it| &it.at)) {
            asked.entry(at.file).and_modify(|first| *first = (*first).min(*at)).or_insert(*at);
        }
        true
    }
    /// For each file that was asked about in vain, a note.
    pub(super) fn unchecked(&self) -> impl Iterator<Item = Finding> {
        self.asked.take().into_values().map(|at| {
            let message = "references into this file were not checked: what it declares cannot be told";
            Finding::note(Code::Unchecked, at, message).help("mend the file, then check again")
        })
    }
}
