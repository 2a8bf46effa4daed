//! The fast way from a text to its tree, for the YAML most manifests are written in: block lists and mappings, scalars
//! and flow collections that stay on their line, comments. Declines every other document, above all every faulty one,
//! so that `read` says what there is to say; what it does not decline it reads as `read` would, to the byte. Tests hold
//! the two together; it never reports a fault.

mod cursor;

use super::read::{DEPTH, FEW_KEYS};
use super::scalar::{Meaning, Style, meaning};
use super::tree::{Body, Entry, Extant, Extent, Node, Tree};
use cursor::{Context, Cursor, Word};

/// How many entries a mapping, and how many items a list, makes room for at first.
const ROOM: usize = 8;

/// Reads the only document of `text`, which begins at byte `offset` of its file; nothing when `text` holds more than
/// this reader knows, or less than a document.
pub(super) fn scan(text: &str, offset: u32) -> Option<Tree<'_>> {
    let mut scanner = Scanner { cursor: Cursor::new(text, offset)?, depth: 0 };
    scanner.cursor.pass_marker()?;
    scanner.cursor.next_line()?;
    let root = scanner.block_node(scanner.cursor.column?)?;
    let place = root.place;
    let over = scanner.cursor.column.is_none();
    over.then_some(Tree { root: Some(root), place, extant: Extant::Whole, findings: Vec::new() })
}

/// Reads on from where its cursor stands. Every method gives nothing where the document is to be declined.
struct Scanner<'a> {
    cursor: Cursor<'a>,
    depth: usize,
}

impl<'a> Scanner<'a> {
    /// A list or mapping that has the place of its first line.
    fn block_node(&mut self, column: usize) -> Option<Node<'a>> {
        let place = self.cursor.rest_of_line();
        Some(Node { place, body: self.block(column)? })
    }

    /// A list or mapping whose first line begins here, in `column`; afterwards the cursor is at the line that follows.
    fn block(&mut self, column: usize) -> Option<Body<'a>> {
        self.deepen()?;
        let body = if self.cursor.is_at_dash() { self.list(column) } else { self.map(column, None) };
        self.depth -= 1;
        body
    }

    fn deepen(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEPTH).then_some(())
    }

    fn list(&mut self, column: usize) -> Option<Body<'a>> {
        let mut items = Vec::with_capacity(ROOM);
        loop {
            let gap = self.cursor.pass_dash()?;
            items.push(self.item(column + gap)?);
            match self.cursor.column {
                Some(next) if next > column => return None,
                Some(next) if next == column && self.cursor.is_at_dash() => {}
                Some(_) | None => return Some(Body::List(items)),
            }
        }
    }

    /// What follows a dash on its line: a value, or the first line of a list or mapping.
    fn item(&mut self, column: usize) -> Option<Node<'a>> {
        if self.cursor.is_at_dash() {
            return self.block_node(column);
        }
        if self.cursor.is_at_bracket() {
            let node = self.flow_node()?;
            self.cursor.end_line()?;
            return Some(node);
        }
        let line = self.cursor.rest_of_line();
        let word = self.cursor.word(Context::Block)?;
        if self.cursor.is_at_colon() {
            self.deepen()?;
            let body = self.map(column, Some(word))?;
            self.depth -= 1;
            return Some(Node { place: line, body });
        }
        self.cursor.end_line()?;
        Some(scalar(word))
    }

    /// A mapping whose lines begin in `column`; the cursor is after the `first` key where that was read already.
    fn map(&mut self, column: usize, mut first: Option<Word<'a>>) -> Option<Body<'a>> {
        let mut entries = Vec::with_capacity(ROOM);
        loop {
            let word = match first.take() {
                Some(word) => word,
                None => self.cursor.word(Context::Block)?,
            };
            let (key, key_place) = self.key(word)?;
            entries.push(Entry { key, key_place, value: self.value(column, key_place)? });
            match self.cursor.column {
                Some(next) if next > column => return None,
                Some(next) if next == column => {}
                Some(_) | None => return without_duplicates(entries),
            }
        }
    }

    /// A key that is text, and its colon.
    fn key(&mut self, word: Word<'a>) -> Option<(std::borrow::Cow<'a, str>, Extent)> {
        let Word { text, style, place } = word;
        let merge = style == Style::Plain && text == "<<";
        let named = meaning(&text, style) == Meaning::Text && !merge;
        self.cursor.pass_colon(place)?;
        named.then_some((text, place))
    }

    /// The value of a key of a mapping in `column`, on the line of the key or below.
    fn value(&mut self, column: usize, key: Extent) -> Option<Node<'a>> {
        if self.cursor.is_at_end_of_line() {
            self.cursor.end_line()?;
            let inner = self.cursor.column?;
            let indented = inner > column || (inner == column && self.cursor.is_at_dash());
            return if indented { Some(Node { place: key, body: self.block(inner)? }) } else { None };
        }
        let node = self.flow_value(key, Context::Block)?;
        self.cursor.end_line()?;
        Some(node)
    }

    /// A value on the line of its key.
    fn flow_value(&mut self, key: Extent, context: Context) -> Option<Node<'a>> {
        if self.cursor.is_at_bracket() {
            return Some(Node { place: key, body: self.flow()? });
        }
        self.cursor.word(context).map(scalar)
    }

    /// A value on its line that is no key's.
    fn flow_node(&mut self) -> Option<Node<'a>> {
        if !self.cursor.is_at_bracket() {
            return self.cursor.word(Context::Flow).map(scalar);
        }
        let start = self.cursor.at;
        let body = self.flow()?;
        Some(Node { place: self.cursor.extent(start, self.cursor.at), body })
    }

    /// A list or mapping in brackets.
    fn flow(&mut self) -> Option<Body<'a>> {
        self.deepen()?;
        let body = if self.cursor.pass(b'[') { self.flow_list() } else { self.flow_map() };
        self.depth -= 1;
        body
    }

    fn flow_list(&mut self) -> Option<Body<'a>> {
        let mut items = Vec::new();
        self.cursor.pass_spaces();
        if self.cursor.pass(b']') {
            return Some(Body::List(items));
        }
        loop {
            items.push(self.flow_node()?);
            if self.cursor.is_last(b']')? {
                return Some(Body::List(items));
            }
        }
    }

    fn flow_map(&mut self) -> Option<Body<'a>> {
        let mut entries = Vec::new();
        if !self.cursor.pass(b'{') {
            return None;
        }
        self.cursor.pass_spaces();
        if self.cursor.pass(b'}') {
            return Some(Body::Map(entries));
        }
        loop {
            let word = self.cursor.word(Context::Flow)?;
            let (key, key_place) = self.key(word)?;
            entries.push(Entry { key, key_place, value: self.flow_value(key_place, Context::Flow)? });
            if self.cursor.is_last(b'}')? {
                return without_duplicates(entries);
            }
        }
    }
}

fn scalar(word: Word<'_>) -> Node<'_> {
    let Word { text, style, place } = word;
    Node { place, body: Body::Scalar(text, style) }
}

/// A mapping, if no key is written twice.
fn without_duplicates(entries: Vec<Entry<'_>>) -> Option<Body<'_>> {
    let unique = if entries.len() <= FEW_KEYS {
        entries.iter().enumerate().all(|(at, entry)| entries[..at].iter().all(|earlier| earlier.key != entry.key))
    } else {
        let mut keys: Vec<&str> = entries.iter().map(|entry| &*entry.key).collect();
        keys.sort_unstable();
        keys.windows(2).all(|pair| pair[0] != pair[1])
    };
    unique.then_some(Body::Map(entries))
}

#[cfg(test)]
mod tests;
