//! Where in a text a change is made: finds the bytes to replace and what comes in their place, in block and in flow
//! style. Never decides whether the result is right; whoever asks reads it again.

use super::super::emit::{Yaml, field, one_line};
use super::super::tree::{Body, Entry, Node};
use super::{Change, Edit};
use std::ops::Range;

/// Bytes of a text and what comes in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    range: Range<usize>,
    with: String,
}

/// The text with its patches; none when two of them touch.
pub(super) fn applied(text: &str, mut patches: Vec<Patch>) -> Option<String> {
    patches.sort_by_key(|patch| (patch.range.start, patch.range.end));
    let mut out = String::with_capacity(text.len() + 64 * patches.len());
    let mut done = 0;
    for Patch { range, with } in patches {
        out.push_str(text.get(done..range.start)?);
        out.push_str(&with);
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// How a mapping or list is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Block,
    Flow,
}

/// A mapping or list and where its text begins.
struct Spot<'n, 'a> {
    node: &'n Node<'a>,
    begin: usize,
}

/// A text in which places are looked for.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
}

impl Text<'_> {
    /// The replacement that makes a change to the document `root`.
    pub(super) fn patch(self, root: &Node<'_>, edit: &Edit) -> Option<Patch> {
        let mut spot = Spot { node: root, begin: root.place.start as usize };
        for key in &edit.path {
            let entry = entry(spot.node, key)?;
            spot = Spot { node: &entry.value, begin: self.value_begins(entry)? };
        }
        let there = entry(spot.node, &edit.key);
        match (&edit.change, there) {
            (Change::Set(value), Some(found)) => self.replace(found, value),
            (Change::Set(value), None) => self.insert(&spot, edit, value),
            (Change::InPlaceOf(old, value), None) => {
                let old = entry(spot.node, old)?;
                let range = old.key_place.start as usize..self.end(&old.value, self.value_begins(old)?)?;
                self.without_comments(range, one_line(&edit.key, value))
            }
            (Change::InPlaceOf(..), Some(_)) => None,
            (Change::Append(items), Some(found)) => self.append(found, items),
            (Change::Append(items), None) => self.insert(&spot, edit, &Yaml::List(items.clone())),
        }
    }

    fn replace(self, entry: &Entry<'_>, value: &Yaml) -> Option<Patch> {
        let begin = self.value_begins(entry)?;
        let end = self.end(&entry.value, begin)?;
        let one_line = self.text.get(entry.key_place.end as usize..begin)?.chars().all(|c| c == ':' || c == ' ');
        let (begin, gap) = if one_line { (begin, "") } else { (self.after_colon(entry)?, " ") };
        self.without_comments(begin..end, format!("{gap}{}", value.flow()))
    }

    /// A replacement of bytes that hold no comment.
    fn without_comments(self, range: Range<usize>, with: String) -> Option<Patch> {
        let old = self.text.get(range.clone())?;
        let commented = old.contains('\n') && old.contains('#');
        (!commented).then_some(Patch { range, with })
    }

    fn insert(self, spot: &Spot<'_, '_>, edit: &Edit, value: &Yaml) -> Option<Patch> {
        let Body::Map(entries) = &spot.node.body else { return None };
        let form = self.form(spot.begin)?;
        let Some(first) = entries.first() else {
            return self.put(spot.begin + 1, one_line(&edit.key, value));
        };
        match (before(entries, edit), form) {
            (Some(earlier), Form::Flow) => {
                let end = self.end(&earlier.value, self.value_begins(earlier)?)?;
                self.put(end, format!(", {}", one_line(&edit.key, value)))
            }
            (Some(earlier), Form::Block) => {
                let end = self.line_end(self.end(&earlier.value, self.value_begins(earlier)?)?);
                let lines = field(&edit.key, value, self.column(first)?);
                self.put(end, format!("{}{}", self.line_break(), self.lines(lines.trim_end_matches('\n'))))
            }
            (None, Form::Flow) => self.put(first.key_place.start as usize, format!("{}, ", one_line(&edit.key, value))),
            (None, Form::Block) => {
                let column = self.column(first)?;
                let lines = field(&edit.key, value, column);
                self.put(first.key_place.start as usize, self.lines(&format!("{}{:column$}", lines.get(column..)?, "")))
            }
        }
    }

    fn append(self, entry: &Entry<'_>, items: &[Yaml]) -> Option<Patch> {
        let Body::List(there) = &entry.value.body else { return None };
        let begin = self.value_begins(entry)?;
        let joined = || items.iter().map(Yaml::flow).collect::<Vec<_>>().join(", ");
        let Some(last) = there.last() else { return self.put(begin + 1, joined()) };
        let end = self.end(last, last.place.start as usize)?;
        match self.form(begin)? {
            Form::Flow => self.put(end, format!(", {}", joined())),
            Form::Block => {
                let start = self.line_start(last.place.start as usize);
                let lead = self.text.get(start..last.place.start as usize)?;
                let fits = lead
                    .trim_start_matches(' ')
                    .strip_prefix('-')
                    .is_some_and(|rest| rest.trim_matches(' ').is_empty());
                let line = |item: &Yaml| format!("{}{lead}{}", self.line_break(), item.flow());
                fits.then(|| self.put(self.line_end(end), items.iter().map(line).collect())).flatten()
            }
        }
    }

    fn put(self, at: usize, with: String) -> Option<Patch> {
        self.text.is_char_boundary(at).then_some(Patch { range: at..at, with })
    }

    /// One past the colon of an entry.
    fn after_colon(self, entry: &Entry<'_>) -> Option<usize> {
        let after = entry.key_place.end as usize;
        let rest = self.text.get(after..)?;
        let colon = rest.find(|c| c != ' ')?;
        rest[colon..].starts_with(':').then_some(after + colon + 1)
    }

    /// Where the value of an entry begins: its scalar, its bracket, or the first key or dash of a block.
    fn value_begins(self, entry: &Entry<'_>) -> Option<usize> {
        match &entry.value.body {
            Body::Scalar(..) => Some(entry.value.place.start as usize),
            Body::List(_) | Body::Map(_) => self.content(self.after_colon(entry)?),
            Body::Refused => None,
        }
    }

    /// The next byte that is neither white space nor comment.
    fn content(self, from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            let rest = self.text.get(at..)?;
            at += rest.find(|c: char| !c.is_ascii_whitespace())?;
            if !self.text[at..].starts_with('#') {
                return Some(at);
            }
            at += self.text[at..].find('\n')?;
        }
    }

    fn form(self, begin: usize) -> Option<Form> {
        let first = self.text.get(begin..)?.chars().next()?;
        Some(if matches!(first, '{' | '[') { Form::Flow } else { Form::Block })
    }

    /// One past the last byte of a value that begins at `begin`.
    fn end(self, node: &Node<'_>, begin: usize) -> Option<usize> {
        let last = match &node.body {
            Body::Scalar(..) => return Some(node.place.end as usize),
            Body::Refused => return None,
            Body::List(items) => items.last().map(|item| self.end(item, item.place.start as usize)),
            Body::Map(entries) => entries.last().map(|entry| self.end(&entry.value, self.value_begins(entry)?)),
        };
        match self.form(begin)? {
            Form::Block => last?,
            Form::Flow => {
                let mut at = self.content(last.unwrap_or(Some(begin + 1))?)?;
                if self.text.get(at..)?.starts_with(',') {
                    at = self.content(at + 1)?;
                }
                self.text.get(at..)?.starts_with(['}', ']']).then_some(at + 1)
            }
        }
    }

    fn line_start(self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1)
    }
    /// Where the line of a byte ends, before its break.
    fn line_end(self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }
    fn line_break(self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
    fn lines(self, lines: &str) -> String {
        lines.replace('\n', self.line_break())
    }
    /// In which column a key stands, from 0.
    fn column(self, entry: &Entry<'_>) -> Option<usize> {
        let start = entry.key_place.start as usize;
        Some(self.text.get(self.line_start(start)..start)?.chars().count())
    }
}

fn entry<'n, 'a>(node: &'n Node<'a>, key: &str) -> Option<&'n Entry<'a>> {
    let Body::Map(entries) = &node.body else { return None };
    entries.iter().find(|entry| entry.key == key)
}

/// The entry after which a new one is put.
fn before<'e, 'a>(entries: &'e [Entry<'a>], edit: &Edit) -> Option<&'e Entry<'a>> {
    if edit.order.is_empty() {
        return entries.last();
    }
    let rank = |key: &str| edit.order.iter().position(|known| *known == key);
    let own = rank(&edit.key)?;
    entries.iter().filter(|entry| rank(&entry.key).is_some_and(|rank| rank < own)).max_by_key(|entry| rank(&entry.key))
}
