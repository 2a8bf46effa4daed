//! Whether a tree has the shape of its kind: every fault a finding with its place and how to mend it. Judges one
//! document by its schema; never compares two and never resolves a name.

use super::format::{Format, Malformed};
use super::scalar::{Meaning, meaning};
use super::shape::{Bounds, Field, Need, Object, Rest, Shape, ShapeId, Shapes, Text};
use super::tree::{Body, Entry, Extent, Node};
use crate::diag::{Code, FileId, Finding, nearest};
use std::fmt;

/// Texts that may have several lines.
const LINES: [&str; 2] = ["reason", "description"];

/// Longest part of a written value that a message repeats.
const SHOWN: usize = 60;

/// Checks trees of one file and gathers what is wrong.
pub(super) struct Check<'c> {
    shapes: &'static Shapes,
    file: FileId,
    findings: &'c mut Vec<Finding>,
}

/// What a value is to its parent, for messages.
#[derive(Clone, Copy)]
pub(super) enum Subject<'s> {
    /// A whole document.
    Document,
    /// The value of a field.
    Field(&'s str),
    /// The value of a key that nobody prescribes.
    Key(&'s str),
    /// An item of the list in this field.
    Item(&'s str),
}
impl<'s> Subject<'s> {
    fn name(self) -> &'s str {
        match self {
            Self::Document => "document",
            Self::Field(name) | Self::Key(name) | Self::Item(name) => name,
        }
    }
}
impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => f.write_str("the document"),
            Self::Field(name) | Self::Key(name) => write!(f, "`{}`", Shown(name)),
            Self::Item(name) => write!(f, "an item of `{}`", Shown(name)),
        }
    }
}

/// A value's place, and what it is to its parent.
#[derive(Clone, Copy)]
struct Spot<'s> {
    place: Extent,
    subject: Subject<'s>,
}

/// A written text as messages repeat it: short, and without control characters.
pub(super) struct Shown<'s>(pub(super) &'s str);
impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, character) in self.0.chars().enumerate() {
            match character {
                _ if at == SHOWN => return f.write_str("…"),
                '`' => f.write_str("'")?,
                c if c.is_control() => write!(f, "{}", c.escape_default())?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

impl<'c> Check<'c> {
    pub(super) fn new(shapes: &'static Shapes, file: FileId, findings: &'c mut Vec<Finding>) -> Self {
        Self { shapes, file, findings }
    }

    fn report(&mut self, code: Code, place: Extent, message: String, help: Option<String>) {
        let mut finding = Finding::error(code, place.of(self.file), message);
        finding.help = help;
        self.findings.push(finding);
    }

    /// Checks the fields of a mapping, the value of `subject`.
    pub(super) fn object(&mut self, entries: &[Entry<'_>], object: &Object, place: Extent, subject: Subject<'_>) {
        let mut misspelt = Vec::new();
        for entry in entries {
            if let Some(field) = object.fields.iter().find(|field| field.name == entry.key) {
                self.node(&entry.value, field.shape, Subject::Field(&field.name));
            } else if let Some(rest) = object.rest.as_ref().filter(|rest| rest.takes(&entry.key)) {
                self.free_key(entry, rest);
            } else {
                misspelt.extend(self.unknown_field(entry, entries, object));
            }
        }
        let written = |field: &Field| entries.iter().any(|entry| entry.key == field.name);
        for field in object.fields.iter().filter(|field| field.need == Need::Required && !written(field)) {
            if !misspelt.contains(&field.name.as_str()) {
                let help = (!field.description.is_empty()).then(|| format!("{}: {}", field.name, field.description));
                self.report(Code::MissingField, place, format!("{subject} lacks `{}`", field.name), help);
            }
        }
        if !object.size.hold(count(entries.len())) {
            self.wrong_size(object, place, subject);
        }
    }

    fn wrong_size(&mut self, object: &Object, place: Extent, subject: Subject<'_>) {
        let how = if object.size.most == 1 { "exactly one" } else { "at least one" };
        let message = format!("{subject} needs {how} of {}", listed(object.fields.iter().map(|field| &*field.name)));
        self.report(Code::EitherOr, place, message, None);
    }

    fn free_key(&mut self, entry: &Entry<'_>, rest: &Rest) {
        if let Some(Err(malformed)) = rest.key.map(|format| format.check(&entry.key)) {
            let message = format!("key `{}`: {}", Shown(&entry.key), malformed.expected);
            self.report(Code::BadValue, entry.key_place, message, malformed.help);
        }
        self.node(&entry.value, rest.shape, Subject::Key(&entry.key));
    }

    /// Says that nobody knows the field; gives the one that was probably meant.
    fn unknown_field<'o>(&mut self, entry: &Entry<'_>, entries: &[Entry<'_>], object: &'o Object) -> Option<&'o str> {
        let written = |name: &str| entries.iter().any(|entry| entry.key == name);
        let names = || object.fields.iter().map(|field| &*field.name);
        let meant = nearest(&entry.key, names().filter(|name| !written(name)));
        let help = match meant.or_else(|| nearest(&entry.key, names())) {
            Some(meant) if written(meant) => format!("`{meant}` is written here already"),
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known here: {}", listed(object.fields.iter().map(|field| &*field.name))),
        };
        let message = format!("unknown field `{}`", Shown(&entry.key));
        self.report(Code::UnknownField, entry.key_place, message, Some(help));
        meant
    }

    /// Checks a value.
    pub(super) fn node(&mut self, node: &Node<'_>, shape: ShapeId, subject: Subject<'_>) {
        let shape = self.shapes.get(shape);
        let spot = Spot { place: node.place, subject };
        match (&node.body, shape) {
            (Body::Refused, _) => {}
            (Body::Scalar(text, style), _) => self.scalar(text, meaning(text, *style), shape, spot),
            (Body::List(items), Shape { list: Some(list), .. }) => {
                if items.len() < list.least {
                    let message = format!("{subject} is empty");
                    let help = "name at least one, or remove the field if it is optional";
                    self.report(Code::BadValue, node.place, message, Some(help.to_owned()));
                }
                for item in items {
                    self.node(item, list.item, Subject::Item(subject.name()));
                }
            }
            (Body::Map(entries), Shape { object: Some(object), .. }) => {
                self.object(entries, object, node.place, subject);
            }
            (Body::List(items), _) => {
                let alone = items.first().filter(|_| items.len() == 1).and_then(Node::text);
                let mapping = || shape.object.as_ref().map(|_| "a mapping has neither dashes nor brackets".to_owned());
                let help =
                    alone.map(|text| format!("write it without brackets or dash: {}", Shown(text))).or_else(mapping);
                self.wrong_type(shape, spot, "a list", help);
            }
            (Body::Map(entries), _) => {
                let list = || shape.list.as_ref().map(|_| "begin each item with a dash".to_owned());
                let help = in_braces(entries).filter(|_| shape.text.is_some());
                let help = help.map(|text| format!("write it without braces: {}", Shown(text))).or_else(list);
                self.wrong_type(shape, spot, "a mapping", help);
            }
        }
    }

    fn scalar(&mut self, text: &str, meaning: Meaning, shape: &Shape, spot: Spot<'_>) {
        let Spot { place, subject } = spot;
        match (meaning, shape) {
            (Meaning::Null, _) => {
                let help = "remove the line: a field that is not written is not managed";
                self.report(Code::NullValue, place, format!("{subject} has no value"), Some(help.to_owned()));
            }
            (Meaning::Text, Shape { text: Some(_), .. }) => self.text(text, shape, spot),
            (Meaning::Integer(_), Shape { integer: Some(_), .. }) if !is_plain(text) => {
                self.wrong_type(shape, spot, &format!("`{}`", Shown(text)), instead(text, shape));
            }
            (Meaning::Integer(number), Shape { integer: Some(bounds), .. }) => {
                if !bounds.hold(number) {
                    let message = format!("{subject} is {}, but must be {}", Shown(text), range(*bounds, number));
                    self.report(Code::BadValue, place, message, None);
                }
            }
            (Meaning::Boolean(_), Shape { boolean: Some(_), .. }) => {}
            (meaning, Shape { text: Some(Text { free: Some(_), .. }), .. }) => {
                let message = format!("{subject} is text, but YAML reads `{}` as {meaning}", Shown(text));
                self.report(Code::UnquotedText, place, message, Some(format!("quote it: \"{}\"", Shown(text))));
            }
            (meaning, _) => {
                let help = instead(text, shape);
                if let Some(Text { words: _, free: None }) = &shape.text {
                    return self.unknown_word(text, shape, spot);
                }
                let what = match meaning {
                    Meaning::Text => format!("the text `{}`", Shown(text)),
                    Meaning::Null | Meaning::Boolean(_) | Meaning::Integer(_) | Meaning::Number => {
                        format!("`{}`, {meaning}", Shown(text))
                    }
                };
                self.wrong_type(shape, spot, &what, help);
            }
        }
    }

    fn text(&mut self, text: &str, shape: &Shape, spot: Spot<'_>) {
        let Spot { place, subject } = spot;
        let Some(Text { words, free }) = &shape.text else { return };
        if words.iter().any(|word| word == text) {
            return;
        }
        let Some(free) = free else { return self.unknown_word(text, shape, spot) };
        match free.format.map(|format| (format, format.check(text))) {
            Some((_, Ok(()))) => {}
            Some((format, Err(Malformed { expected, help }))) => {
                // What should be a public key may be a secret one: it is not repeated.
                let secret = format == Format::AgeRecipient;
                let written = if secret { String::new() } else { format!(" is `{}`", Shown(text)) };
                let words = words.iter().map(|word| format!("; or `{word}`")).collect::<String>();
                self.report(Code::BadValue, place, format!("{subject}{written}: {expected}{words}"), help);
            }
            None => {
                self.length(count(text.chars().count()), free.length, spot);
                self.control(text, spot);
            }
        }
    }

    /// What moves a cursor or ends a line is no part of a name; what is said at length has lines.
    fn control(&mut self, text: &str, spot: Spot<'_>) {
        let Spot { place, subject } = spot;
        let has_lines = match subject {
            Subject::Field(name) => LINES.contains(&name),
            Subject::Key(_) => true,
            Subject::Document | Subject::Item(_) => false,
        };
        let refused = |c: &char| c.is_control() && !(has_lines && matches!(c, '\n' | '\t'));
        let Some(found) = text.chars().find(refused) else { return };
        let (what, help) = match found {
            '\n' => ("a line end".to_owned(), "write it in one line; `|-` and `>-` leave the last line end out"),
            found => (format!("the control character U+{:04X}", u32::from(found)), "write it without"),
        };
        self.report(Code::BadValue, place, format!("{subject} holds {what}"), Some(help.to_owned()));
    }

    fn length(&mut self, length: i64, allowed: Bounds, spot: Spot<'_>) {
        let Spot { place, subject } = spot;
        if allowed.hold(length) {
            return;
        }
        let Bounds { least, most } = allowed;
        if length == 0 {
            let help = "write a text, or remove the field if it is optional";
            return self.report(Code::BadValue, place, format!("{subject} is empty"), Some(help.to_owned()));
        }
        let message = format!("{subject} has {length} characters, but must have {least} to {most}");
        self.report(Code::BadValue, place, message, None);
    }

    fn unknown_word(&mut self, text: &str, shape: &Shape, spot: Spot<'_>) {
        let Spot { place, subject } = spot;
        let words = shape.text.iter().flat_map(|text| &text.words);
        let meant = nearest(text, words.map(String::as_str)).map(|word| format!("did you mean `{word}`?"));
        let message = format!("{subject} is `{}`, but must be {}", Shown(text), expected(shape));
        self.report(Code::UnknownValue, place, message, meant.or_else(|| instead(text, shape)));
    }

    fn wrong_type(&mut self, shape: &Shape, spot: Spot<'_>, what: &str, help: Option<String>) {
        let Spot { place, subject } = spot;
        let message = format!("{subject} must be {}, not {what}", expected(shape));
        self.report(Code::WrongType, place, message, help);
    }
}

impl Rest {
    fn takes(&self, key: &str) -> bool {
        self.reserved.as_ref().is_none_or(|reserved| !key.starts_with(reserved.as_str()))
    }
}

/// The text of `{text}`, which YAML reads as a mapping.
fn in_braces<'n>(entries: &'n [Entry<'_>]) -> Option<&'n str> {
    let [Entry { key, value, .. }] = entries else { return None };
    let Body::Scalar(text, style) = &value.body else { return None };
    (meaning(text, *style) == Meaning::Null).then_some(&**key)
}

/// What a shape allows, in words.
fn expected(shape: &Shape) -> String {
    let Shape { title, text, integer, boolean, list, object } = shape;
    let mut all = Vec::new();
    if !title.is_empty() && text.is_some() {
        return title.clone();
    }
    all.extend(text.as_ref().map(|text| match &text.free {
        Some(_) => "text".to_owned(),
        None => listed(text.words.iter().map(String::as_str)),
    }));
    all.extend(integer.map(|_| "a whole number".to_owned()));
    all.extend(boolean.map(|_| "`true` or `false`".to_owned()));
    all.extend(list.as_ref().map(|_| "a list".to_owned()));
    all.extend(object.as_ref().map(|object| match object.fields.as_slice() {
        [] => "a mapping".to_owned(),
        fields => format!("a mapping with {}", listed(fields.iter().map(|field| &*field.name))),
    }));
    all.join(" or ")
}

/// How a scalar of the wrong type would be written right.
fn instead(text: &str, shape: &Shape) -> Option<String> {
    if shape.boolean.is_some() {
        let lower = text.to_lowercase();
        let meant = match lower.as_str() {
            "yes" | "y" | "on" | "true" | "1" => "true",
            "no" | "n" | "off" | "false" | "0" => "false",
            _ => return None,
        };
        return Some(format!("write `{meant}`, without quotes"));
    }
    if shape.integer.is_some() {
        let quoted = is_plain(text) && text.parse::<i64>().is_ok();
        let digits = "write decimal digits alone, the first of them no zero".to_owned();
        return Some(if quoted { format!("remove the quotes: {text}") } else { digits });
    }
    let short = text.len() <= SHOWN && !text.contains(['\n', '`']);
    (shape.list.is_some() && short).then(|| format!("write a list: [{text}]"))
}

/// Whether a whole number is written as people write it: neither `025`, which some read as 21, nor `0x19` or `+25`.
fn is_plain(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// What a number that lies outside must be; a bound that nobody would reach is told to whom went beyond it.
fn range(Bounds { least, most }: Bounds, number: i64) -> String {
    match (most >= i64::from(u32::MAX), number < least) {
        (false, _) => format!("from {least} to {most}"),
        (true, true) => format!("at least {least}"),
        (true, false) => format!("at most {most}"),
    }
}

/// `a`, `b` or `c`.
fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_the_bound_that_it_is_beyond() {
        let (count, few) = (Bounds { least: 1, most: i64::from(u32::MAX) }, Bounds { least: 1, most: 28 });
        assert_eq!(range(count, 0), "at least 1");
        assert_eq!(range(count, i64::MAX), "at most 4294967295");
        assert_eq!((range(few, 0), range(few, 29)), ("from 1 to 28".to_owned(), "from 1 to 28".to_owned()));
    }
}
