//! A place in a text and the small steps from it: spaces, lines, comments, scalars on one line. Declines characters
//! that need thought; never builds a tree.

use super::super::scalar::Style;
use super::super::tree::Extent;
use std::borrow::Cow;

/// Longest key, in bytes; YAML allows 1,024 characters up to the colon.
const KEY: usize = 512;

/// What surrounds a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Lines.
    Block,
    /// Brackets.
    Flow,
}

/// A scalar.
pub(super) struct Word<'a> {
    /// What it says.
    pub(super) text: Cow<'a, str>,
    /// How it is written.
    pub(super) style: Style,
    /// Where, with its quotes.
    pub(super) place: Extent,
}

/// A place in a text without tabs, odd characters and odd line ends.
pub(super) struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    offset: u32,
    /// The byte it stands before.
    pub(super) at: usize,
    /// The indentation of the line it was led to last; nothing at the end of the text.
    pub(super) column: Option<usize>,
}

impl<'a> Cursor<'a> {
    /// At the beginning of `text`, which begins at byte `offset` of its file. Nothing where a character needs thought.
    pub(super) fn new(text: &'a str, offset: u32) -> Option<Self> {
        let fits = u32::try_from(text.len()).ok().and_then(|length| offset.checked_add(length)).is_some();
        let bytes = text.as_bytes();
        (fits && is_usual(text)).then_some(Self { text, bytes, offset, at: 0, column: None })
    }

    /// From byte to byte of the text, as a part of the file.
    pub(super) fn extent(&self, start: usize, end: usize) -> Extent {
        let absolute = |within: usize| self.offset.saturating_add(u32::try_from(within).unwrap_or(u32::MAX));
        Extent { start: absolute(start), end: absolute(end) }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn is_break_or_end(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b'\n' | b'\r'))
    }

    fn is_blank_or_end(&self, at: usize) -> bool {
        self.is_break_or_end(at) || self.bytes.get(at) == Some(&b' ')
    }

    fn end_of_line(&self) -> usize {
        self.bytes[self.at..].iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |length| self.at + length)
    }

    /// What stands from here to the end of the line.
    pub(super) fn rest_of_line(&self) -> Extent {
        let line = self.text[self.at..self.end_of_line()].trim_end();
        self.extent(self.at, self.at + line.len())
    }

    /// Passes one byte, if it is this one.
    pub(super) fn pass(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Passes spaces and says how many.
    pub(super) fn pass_spaces(&mut self) -> usize {
        let from = self.at;
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
        self.at - from
    }

    /// Passes the `---` a document may begin with; nothing else but a comment may stand on that line.
    pub(super) fn pass_marker(&mut self) -> Option<()> {
        if !self.bytes.starts_with(b"---") {
            return Some(());
        }
        self.at = 3;
        self.pass_line()
    }

    /// Passes a dash and the spaces after it, and says how many bytes these are. Something must follow.
    pub(super) fn pass_dash(&mut self) -> Option<usize> {
        self.at += 1;
        let spaces = self.pass_spaces();
        (spaces > 0 && !self.is_at_end_of_line()).then_some(1 + spaces)
    }

    /// Passes the colon after the key at `key`, and spaces.
    pub(super) fn pass_colon(&mut self, key: Extent) -> Option<()> {
        if !self.is_at_colon() || key.end - key.start > u32::try_from(KEY).unwrap_or_default() {
            return None;
        }
        self.at += 1;
        self.pass_spaces();
        Some(())
    }

    /// Whether a list item begins here.
    pub(super) fn is_at_dash(&self) -> bool {
        self.peek() == Some(b'-') && self.is_blank_or_end(self.at + 1)
    }

    /// Whether a flow collection begins here.
    pub(super) fn is_at_bracket(&self) -> bool {
        matches!(self.peek(), Some(b'[' | b'{'))
    }

    /// Whether the word before was a key.
    pub(super) fn is_at_colon(&self) -> bool {
        self.peek() == Some(b':') && self.is_blank_or_end(self.at + 1)
    }

    /// Whether nothing or a comment follows on this line, spaces being passed.
    pub(super) fn is_at_end_of_line(&self) -> bool {
        self.is_break_or_end(self.at) || self.is_at_comment()
    }

    fn is_at_comment(&self) -> bool {
        self.peek() == Some(b'#') && (self.at == 0 || matches!(self.bytes[self.at - 1], b' ' | b'\n'))
    }

    /// Whether a flow collection ends here, with `close`; else a comma must follow.
    pub(super) fn is_last(&mut self, close: u8) -> Option<bool> {
        self.pass_spaces();
        if self.pass(close) {
            return Some(true);
        }
        if !self.pass(b',') {
            return None;
        }
        self.pass_spaces();
        Some(false)
    }

    /// Goes from the end of a value to the next line that says something.
    pub(super) fn end_line(&mut self) -> Option<()> {
        self.pass_line()?;
        self.next_line()
    }

    /// Passes the end of a line on which only a comment may stand.
    fn pass_line(&mut self) -> Option<()> {
        self.pass_spaces();
        if !self.is_at_end_of_line() {
            return None;
        }
        self.at = (self.end_of_line() + 1).min(self.bytes.len());
        Some(())
    }

    /// Goes from the beginning of a line over empty ones and comments to the first character that says something.
    pub(super) fn next_line(&mut self) -> Option<()> {
        loop {
            let indentation = self.pass_spaces();
            self.column = match self.peek() {
                None => None,
                Some(b'\n' | b'\r' | b'#') => {
                    self.pass_line()?;
                    continue;
                }
                Some(b'-' | b'.' | b'%') if indentation == 0 && self.is_at_marker() => return None,
                Some(_) => Some(indentation),
            };
            return Some(());
        }
    }

    /// Whether a document could begin or end here, or a directive stand.
    fn is_at_marker(&self) -> bool {
        let rest = &self.bytes[self.at..];
        rest.starts_with(b"---") || rest.starts_with(b"...") || rest.starts_with(b"%")
    }

    /// The scalar that begins here and ends on this line.
    pub(super) fn word(&mut self, context: Context) -> Option<Word<'a>> {
        let start = self.at;
        let (text, style) = match self.peek()? {
            b'"' => (Cow::Borrowed(self.double_quoted()?), Style::Quoted),
            b'\'' => (self.single_quoted()?, Style::Quoted),
            first => {
                self.may_begin(first, context)?;
                (Cow::Borrowed(self.plain(context)?), Style::Plain)
            }
        };
        Some(Word { text, style, place: self.extent(start, self.at) })
    }

    /// Whether an unquoted scalar may begin with this byte, which stands here.
    fn may_begin(&self, first: u8, context: Context) -> Option<()> {
        let next = || self.bytes.get(self.at + 1).copied();
        let may = match first {
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' | b'?'
            | b':' | b' ' | b'\n' | b'\r' => false,
            b'-' => match context {
                Context::Block => !self.is_blank_or_end(self.at + 1),
                Context::Flow => next().is_some_and(|next| next.is_ascii_alphanumeric()),
            },
            _ => true,
        };
        may.then_some(())
    }

    fn plain(&mut self, context: Context) -> Option<&'a str> {
        let start = self.at;
        let mut at = start;
        loop {
            match self.bytes.get(at) {
                None | Some(b'\n' | b'\r') => break,
                Some(b':') if self.is_blank_or_end(at + 1) => break,
                Some(b':') if context == Context::Flow && self.is_flow_indicator(at + 1) => return None,
                Some(b'#') if at > start && self.bytes[at - 1] == b' ' => break,
                Some(b',' | b'[' | b']' | b'{' | b'}') if context == Context::Flow => break,
                Some(_) => at += 1,
            }
        }
        let text = self.text[start..at].trim_end_matches(' ');
        self.at = start + text.len();
        Some(text)
    }

    fn is_flow_indicator(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), Some(b',' | b'[' | b']' | b'{' | b'}'))
    }

    /// Without escapes, which are rare.
    fn double_quoted(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let length = self.bytes[start..].iter().position(|b| matches!(b, b'"' | b'\\' | b'\n' | b'\r'))?;
        self.at = start + length;
        self.pass(b'"').then(|| &self.text[start..start + length])
    }

    fn single_quoted(&mut self) -> Option<Cow<'a, str>> {
        let start = self.at + 1;
        self.at = start;
        let mut escapes = false;
        loop {
            let length = self.bytes[self.at..].iter().position(|b| matches!(b, b'\'' | b'\n' | b'\r'))?;
            self.at += length;
            let end = self.at;
            if !self.pass(b'\'') {
                return None;
            }
            if !self.pass(b'\'') {
                let text = &self.text[start..end];
                return Some(if escapes { Cow::Owned(text.replace("''", "'")) } else { Cow::Borrowed(text) });
            }
            escapes = true;
        }
    }
}

/// Whether a text has no tabs or other control characters, no line ends but LF and CRLF, and no character that some
/// reader might take for a line end or for nothing.
fn is_usual(text: &str) -> bool {
    let bytes = text.as_bytes();
    let control = |byte: u8| (byte < b' ' && byte != b'\n') || byte == 0x7f;
    if bytes.iter().fold(false, |found, byte| found | control(*byte)) {
        let lone = |(at, byte): (usize, &u8)| *byte == b'\r' && bytes.get(at + 1) != Some(&b'\n');
        let odd = bytes.iter().any(|byte| control(*byte) && *byte != b'\r') || bytes.iter().enumerate().any(lone);
        if odd {
            return false;
        }
    }
    text.is_ascii() || !text.chars().any(is_odd)
}

fn is_odd(character: char) -> bool {
    matches!(character, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}
