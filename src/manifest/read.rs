//! From text to trees: one pass over the parser's events, going on with the next document after a fault. Bounded in
//! depth and in what aliases may grow to; never looks at what a document says.

use super::scalar::{Meaning, Style, meaning};
use super::syntax::{Cause, cause, explain, reworded};
use super::tree::{Body, Entry, Extant, Extent, Node, Tree};
use crate::diag::{At, Code, FileId, Finding};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, Tag, options};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Deepest nesting of lists and mappings; manifests need less than a dozen.
pub(super) const DEPTH: usize = 24;

/// How many nodes the aliases of one document may add up to.
const ALIASED: usize = 10_000;

/// Below this many keys a mapping's keys are compared pairwise.
pub(super) const FEW_KEYS: usize = 12;

/// Reads every document of `text`, which begins at byte `offset` of `file`, and gives each to `each` as soon as it is
/// read. Documents without content are passed over.
pub(super) fn read<'a>(text: &'a str, offset: u32, file: FileId, mut each: impl FnMut(Tree<'a>)) {
    let options = options! { emit_comments: false, emit_unresolved_aliases: true };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader::new(text, offset, file);
    loop {
        let ended = match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => return,
            Some(Ok((event, span))) => reader.take(event, &span),
            Some(Err(error)) => {
                reader.fail(&error);
                Ended::Early
            }
        };
        match ended {
            Ended::NotYet => continue,
            Ended::Complete => {}
            Ended::Early => match parser.proceed_next_document() {
                Ok(true) => {}
                Ok(false) | Err(_) => {
                    reader.finish(Extant::Cut).into_iter().for_each(&mut each);
                    return;
                }
            },
        }
        let extant = if ended == Ended::Early { Extant::Cut } else { Extant::Whole };
        reader.finish(extant).into_iter().for_each(&mut each);
    }
}

/// Whether the document is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    NotYet,
    Complete,
    /// The rest of it is not wanted.
    Early,
}

/// A key whose value is still to come.
struct Key<'a> {
    text: Cow<'a, str>,
    place: Extent,
    fate: Fate,
}

/// Whether an entry becomes part of the tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Keep,
    Drop,
}

/// A list or mapping that is not closed yet.
struct Open<'a> {
    place: Extent,
    anchor: usize,
    content: Content<'a>,
}
enum Content<'a> {
    List(Vec<Node<'a>>),
    Map(Vec<Entry<'a>>, Option<Key<'a>>),
}

/// A node that aliases may repeat, with how many nodes and levels it has.
struct Anchored<'a> {
    node: Node<'a>,
    nodes: usize,
    levels: usize,
}

struct Reader<'a> {
    text: &'a str,
    offset: u32,
    file: FileId,
    place: Extent,
    root: Option<Node<'a>>,
    open: Vec<Open<'a>>,
    anchored: BTreeMap<usize, Anchored<'a>>,
    aliased: usize,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, offset: u32, file: FileId) -> Self {
        Self {
            text,
            offset,
            file,
            place: Extent { start: offset, end: offset },
            root: None,
            open: Vec::new(),
            anchored: BTreeMap::new(),
            aliased: 0,
            findings: Vec::new(),
        }
    }

    /// Takes one event in.
    fn take(&mut self, event: Event<'a>, span: &Span) -> Ended {
        let place = self.extent(span);
        let tag_place = span.tag_span().map_or(place, |tag| self.extent(&tag));
        match event {
            Event::DocumentStart(_, version) => {
                self.place = place;
                if let Some(version) = version.filter(|v| (v.major, v.minor) != (1, 2)) {
                    let message = format!("`%YAML {}.{}`: manifests are YAML 1.2", version.major, version.minor);
                    self.refuse(Code::UnsupportedYaml, place, message, "remove the directive");
                }
            }
            Event::DocumentEnd => return Ended::Complete,
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = self.tagged(tag.as_deref(), tag_place);
                let body = if tagged { Body::Refused } else { Body::Scalar(text, written(style)) };
                self.scalar(Node { place, body }, anchor);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.tagged(tag.as_deref(), tag_place);
                return self.begin(Content::List(Vec::new()), anchor, place);
            }
            Event::MappingStart(_, anchor, tag) => {
                self.tagged(tag.as_deref(), tag_place);
                return self.begin(Content::Map(Vec::new(), None), anchor, place);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(place),
            Event::Alias(id) => return self.alias(id, place),
            Event::UnresolvedAlias(name) => {
                let message = format!("alias `*{name}` names no anchor of this document");
                self.refuse(Code::YamlSyntax, place, message, format!("quote it if it is text: \"*{name}\""));
                self.attach(Node { place, body: Body::Refused });
            }
            // The others carry no content; neither does what a later parser adds.
            Event::StreamStart | Event::StreamEnd | Event::Anchor(..) | Event::Comment(..) | _ => {}
        }
        Ended::NotYet
    }

    fn scalar(&mut self, node: Node<'a>, anchor: usize) {
        self.remember(anchor, &node, 1, 0);
        self.attach(node);
    }

    /// Whether there is a tag; says that tags are refused.
    fn tagged(&mut self, tag: Option<&Tag>, place: Extent) -> bool {
        let Some(tag) = tag else { return false };
        let help = "remove the tag; quote what is text";
        self.refuse(Code::UnsupportedYaml, place, format!("tag `{}` has no meaning here", tag.original()), help);
        true
    }

    fn begin(&mut self, content: Content<'a>, anchor: usize, place: Extent) -> Ended {
        if self.open.len() >= DEPTH {
            return self.too_deep(place);
        }
        self.open.push(Open { place, anchor, content });
        Ended::NotYet
    }

    fn too_deep(&mut self, place: Extent) -> Ended {
        let message = format!("lists and mappings are nested more than {DEPTH} deep");
        self.refuse(Code::TooDeep, place, message, "the rest of this document was not read");
        Ended::Early
    }

    fn end(&mut self, last: Extent) {
        let Some(Open { place, anchor, content }) = self.open.pop() else { return };
        let place = self.first_line(Extent { start: place.start, end: last.end.max(place.end) });
        let body = match content {
            Content::List(items) => Body::List(items),
            Content::Map(entries, _) => Body::Map(self.without_duplicates(entries)),
        };
        let node = Node { place, body };
        if anchor != 0 {
            let (nodes, levels) = measure(&node);
            self.remember(anchor, &node, nodes, levels);
        }
        self.attach(node);
    }

    fn remember(&mut self, id: usize, node: &Node<'a>, nodes: usize, levels: usize) {
        if id != 0 {
            self.anchored.insert(id, Anchored { node: node.clone(), nodes, levels });
        }
    }

    fn alias(&mut self, id: usize, place: Extent) -> Ended {
        let Some(found) = self.anchored.get(&id) else {
            let help = "write out what it stands for";
            self.refuse(Code::AliasLimit, place, "an alias inside the very node it repeats", help);
            self.attach(Node { place, body: Body::Refused });
            return Ended::NotYet;
        };
        let (mut node, nodes, levels) = (found.node.clone(), found.nodes, found.levels);
        if self.open.len() + levels > DEPTH {
            return self.too_deep(place);
        }
        self.aliased += nodes;
        if self.aliased > ALIASED {
            let message = format!("the aliases of this document stand for more than {ALIASED} values");
            self.refuse(Code::AliasLimit, place, message, "the rest of this document was not read");
            return Ended::Early;
        }
        if matches!(node.body, Body::Scalar(..)) {
            node.place = place;
        }
        self.attach(node);
        Ended::NotYet
    }

    /// Puts a finished node where it belongs: as root, list item, key or value.
    fn attach(&mut self, mut node: Node<'a>) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut parent.content {
            Content::List(items) => items.push(node),
            Content::Map(entries, key) => match key.take() {
                None => {
                    let taken = self.key(node);
                    if let Some(Open { content: Content::Map(_, key), .. }) = self.open.last_mut() {
                        *key = Some(taken);
                    }
                }
                Some(Key { text, place, fate }) => {
                    if stands_under_its_key(&node) {
                        node.place = place;
                    }
                    if fate == Fate::Keep {
                        entries.push(Entry { key: text, key_place: place, value: node });
                    }
                }
            },
        }
    }

    fn key(&mut self, node: Node<'a>) -> Key<'a> {
        let place = node.place;
        let refused = |text| Key { text, place, fate: Fate::Drop };
        let (text, style) = match node.body {
            Body::Scalar(text, style) => (text, style),
            Body::Refused => return refused(Cow::Borrowed("")),
            Body::List(_) | Body::Map(_) => {
                let help = "keys are single words; quote a key that holds brackets";
                self.refuse(Code::UnsupportedYaml, place, "a key that is a list or a mapping", help);
                return refused(Cow::Borrowed(""));
            }
        };
        if style == Style::Plain && text == "<<" {
            let help = "write the fields out, or repeat a whole value with an alias";
            self.refuse(Code::UnsupportedYaml, place, "merge key `<<` is not part of YAML 1.2", help);
            return refused(text);
        }
        let meaning = meaning(&text, style);
        if meaning == Meaning::Null {
            self.refuse(Code::UnsupportedYaml, place, "a key that is nothing", "write the key's name before the colon");
            return refused(text);
        }
        if meaning != Meaning::Text {
            let message = format!("key `{text}` is read as {meaning}");
            self.refuse(Code::UnsupportedYaml, place, message, format!("quote it: \"{text}\""));
        }
        Key { text, place, fate: Fate::Keep }
    }

    /// The entries without those whose key stands there already; each of these becomes a finding.
    fn without_duplicates(&mut self, mut entries: Vec<Entry<'a>>) -> Vec<Entry<'a>> {
        let mut again = Vec::new();
        if entries.len() <= FEW_KEYS {
            for (at, entry) in entries.iter().enumerate() {
                if let Some(first) = entries[..at].iter().position(|earlier| earlier.key == entry.key) {
                    again.push((at, first));
                }
            }
        } else {
            let mut order: Vec<usize> = (0..entries.len()).collect();
            order.sort_by(|a, b| (&entries[*a].key, a).cmp(&(&entries[*b].key, b)));
            for same in order.chunk_by(|a, b| entries[*a].key == entries[*b].key) {
                again.extend(same[1..].iter().map(|at| (*at, same[0])));
            }
            again.sort_unstable();
        }
        // A document that begins again: what is missing stands above it.
        let begins = again.iter().find(|(at, _)| entries[*at].key == "apiVersion");
        let begins =
            begins.filter(|(at, _)| again.iter().any(|(other, _)| at != other && entries[*other].key == "kind"));
        for (at, first) in &again {
            if begins.is_some_and(|begins| begins != &(*at, *first)) {
                continue;
            }
            let (entry, first) = (&entries[*at], &entries[*first]);
            let (message, help) = match begins {
                Some(_) => ("another document begins here".to_owned(), "write a line `---` above it"),
                None => (format!("key `{}` is written twice", entry.key), "keep one of the two"),
            };
            let finding = Finding::error(Code::DuplicateKey, entry.key_place.of(self.file), message)
                .help(help)
                .related(first.key_place.of(self.file), "first here");
            self.findings.push(finding);
        }
        if !again.is_empty() {
            let mut again = again.into_iter().map(|(at, _)| at).peekable();
            let mut at = 0..entries.len();
            entries.retain(|_| {
                let at = at.next();
                again.next_if(|again| Some(*again) == at).is_none()
            });
        }
        entries
    }

    /// Says what the parser could not read.
    fn fail(&mut self, error: &ScanError) {
        let within = error.marker().byte_offset().unwrap_or_default().min(self.text.len());
        if let Some(at) = self.conflict(within) {
            let help = "keep one of the two sides, and take out the lines `<<<<<<<`, `=======` and `>>>>>>>`";
            let finding = Finding::error(Code::YamlSyntax, self.one_character(at), "a conflict that git left here");
            return self.findings.push(finding.help(help));
        }
        let (line_start, line) = self.line_of(within);
        let (code, help) = explain(error.kind(), line);
        let leads =
            |at: &usize| code == Code::Tab && self.line_of(*at).1[..*at - self.line_of(*at).0].trim().is_empty();
        let tab = line.find('\t').map(|tab| line_start + tab).filter(leads);
        // What goes on in the next line has its tab there.
        let later = || self.text[within..].find('\t').map(|tab| within + tab).filter(leads);
        let at = self.one_character(tab.or_else(later).unwrap_or(within));
        let mut finding = Finding::error(code, at, reworded(error.kind()));
        finding.help = help.map(str::to_owned);
        let said = || reworded(error.kind());
        if let Some((bracket, opened)) = self.unclosed(line_start).filter(|_| code == Code::YamlSyntax) {
            let message = format!("this `{bracket}` is not closed before what follows it");
            finding = Finding::error(code, self.one_character(opened), message)
                .help("close it, or separate by commas what stands in it")
                .related(at, said());
        } else if let Some(Cause { at: place, message, help }) = cause(error.kind(), self.text, line_start) {
            finding = Finding::error(code, self.one_character(place), message).help(help).related(at, said());
        } else if let (ErrorKind::ExpectedBlockSequenceEntry, Some(list)) = (error.kind(), self.open.last()) {
            finding =
                finding.related(self.one_character((list.place.start - self.offset) as usize), "the list begins here");
        }
        self.findings.push(finding);
    }

    /// The outermost bracket that was opened before this line and is still open, and where it stands.
    fn unclosed(&self, line: usize) -> Option<(char, usize)> {
        let brackets = self.open.iter().filter_map(|open| {
            let at = (open.place.start - self.offset) as usize;
            let bracket = self.text.get(at..)?.chars().next().filter(|c| matches!(c, '{' | '['))?;
            (at < line).then_some((bracket, at))
        });
        brackets.min_by_key(|(_, at)| *at)
    }

    /// Where git left a conflict open in this document, at or before a byte.
    fn conflict(&self, within: usize) -> Option<usize> {
        let (start, line) = self.line_of(within);
        let read = self.text.get(..start + line.len())?;
        let mut end = read.len();
        for line in read.rsplit('\n') {
            let start = end - line.len();
            if line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ") {
                return Some(start);
            }
            if line.starts_with("---") {
                return None;
            }
            end = start.saturating_sub(1);
        }
        None
    }

    /// Gives the finished document out and starts over; nothing when there was nothing in it.
    fn finish(&mut self, extant: Extant) -> Option<Tree<'a>> {
        if extant == Extant::Cut {
            // What is open already tells which document this is.
            while let Some(depth) = self.open.len().checked_sub(1) {
                let place = self.open[depth].place;
                self.end(place);
            }
        }
        self.open.clear();
        self.anchored.clear();
        self.aliased = 0;
        let root = self.root.take().filter(|root| !is_nothing(root));
        let findings = std::mem::take(&mut self.findings);
        let place = root.as_ref().map_or(self.place, |root| root.place);
        (root.is_some() || !findings.is_empty()).then_some(Tree { root, place, extant, findings })
    }

    fn refuse(&mut self, code: Code, place: Extent, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::error(code, place.of(self.file), message).help(help));
    }

    fn extent(&self, span: &Span) -> Extent {
        let (start, end) = span.byte_range().map_or((0, 0), |range| (range.start, range.end));
        Extent { start: self.absolute(start), end: self.absolute(end.max(start)) }
    }

    fn absolute(&self, within: usize) -> u32 {
        self.offset.saturating_add(u32::try_from(within.min(self.text.len())).unwrap_or(u32::MAX))
    }

    /// The part of an extent on its first line.
    fn first_line(&self, extent: Extent) -> Extent {
        let within = (extent.start - self.offset) as usize..(extent.end - self.offset) as usize;
        let text = self.text.get(within).unwrap_or_default();
        let line = text.find(['\n', '\r']).map_or(text, |end| &text[..end]);
        Extent { start: extent.start, end: extent.start + u32::try_from(line.trim_end().len()).unwrap_or_default() }
    }

    fn one_character(&self, within: usize) -> At {
        let mut start = within;
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let length = self.text[start..].chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8);
        Extent { start: self.absolute(start), end: self.absolute(start + length) }.of(self.file)
    }

    /// The line around a byte, and where it begins.
    fn line_of(&self, within: usize) -> (usize, &'a str) {
        let bytes = self.text.as_bytes();
        let start = bytes[..within].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let end = bytes[within..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| within + at);
        (start, self.text.get(start..end).unwrap_or_default())
    }
}

fn written(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted | ScalarStyle::Literal | ScalarStyle::Folded => {
            Style::Quoted
        }
    }
}

fn is_nothing(node: &Node<'_>) -> bool {
    match &node.body {
        Body::Scalar(text, style) => meaning(text, *style) == Meaning::Null,
        Body::List(_) | Body::Map(_) | Body::Refused => false,
    }
}

fn stands_under_its_key(node: &Node<'_>) -> bool {
    match &node.body {
        Body::Scalar(..) => node.place.start == node.place.end,
        Body::List(_) | Body::Map(_) => true,
        Body::Refused => false,
    }
}

/// How many nodes there are, and how many levels of lists and mappings.
fn measure(node: &Node<'_>) -> (usize, usize) {
    let children: &mut dyn Iterator<Item = &Node<'_>> = match &node.body {
        Body::Scalar(..) | Body::Refused => return (1, 0),
        Body::List(items) => &mut items.iter(),
        Body::Map(entries) => &mut entries.iter().map(|entry| &entry.value),
    };
    let (nodes, levels) = children.map(measure).fold((0, 0), |(n, l), (nodes, levels)| (n + nodes, levels.max(l)));
    (nodes + 1, levels + 1)
}
