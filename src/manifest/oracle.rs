//! Properties of reading manifests: agreement with serde_yaml on generated YAML, no panic on any bytes, no meaning in
//! the order of documents and files. Only tests.

use super::parse::{Manifests, Parsed, parse};
use super::read::read;
use super::scalar::{Meaning, Style, meaning};
use super::scan::scan;
use super::tree::{Body, Extant, Node};
use crate::diag::{FileId, SourceMap};
use proptest::prelude::*;
use serde_yaml::Value;
use std::fmt::Write;

/// A value and how it is to be written.
#[derive(Clone, Debug)]
enum Planned {
    Word(&'static str),
    Single(String),
    Double(String),
    Literal(String),
    Flow(Vec<Planned>),
    List(Vec<Planned>),
    Map(Vec<(String, Planned)>),
    FlowMap(Vec<(String, Planned)>),
}

const WORDS: &[&str] = &[
    "a",
    "no",
    "NO",
    "yes",
    "on",
    "true",
    "False",
    "null",
    "~",
    "1",
    "-5",
    "0x1F",
    "1.5",
    "1e5",
    ".5",
    ".inf",
    "-.INF",
    ".nan",
    "2026-11-23",
    "12:30:45",
    "a b",
    "a#b",
    "a:b",
    "http://x.example/?a=b",
    "é",
    "日本",
    "-a",
    "1.2.3",
    "0b1",
    "1_000",
    "P1Y",
    "x y  z",
    "c0000000-0000-4000-8000-000000000001",
    "=",
    "a'b",
    "a\"b",
    "a, b",
    "[a]",
];

fn planned() -> impl Strategy<Value = Planned> {
    let text = "[ -~éß\u{a0}日]{0,12}";
    let leaf = prop_oneof![
        4 => prop::sample::select(WORDS).prop_map(Planned::Word),
        1 => text.prop_map(Planned::Single),
        1 => "[ -~éß\n\t\\\\日\u{1f600}]{0,12}".prop_map(Planned::Double),
        1 => "[a-z #:'-]{1,8}(\n[a-z #:'-]{0,8}){0,3}".prop_map(Planned::Literal),
    ];
    let key = "[a-z]{1,3}";
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let map = || {
            prop::collection::btree_map(key, inner.clone(), 0..4).prop_map(|map| map.into_iter().collect::<Vec<_>>())
        };
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Planned::Flow),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Planned::List),
            map().prop_map(Planned::FlowMap),
            map().prop_map(|entries| if entries.is_empty() {
                Planned::FlowMap(entries)
            } else {
                Planned::Map(entries)
            }),
        ]
    })
}

fn flow(planned: &Planned, out: &mut String) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
    match planned {
        Planned::Word(word) if word.contains([',', '[', ']', '{', '}']) => out.push_str(&quoted(word)),
        Planned::Word(word) => out.push_str(word),
        Planned::Single(text) => write!(out, "'{}'", text.replace('\'', "''")).expect("text"),
        Planned::Double(text) | Planned::Literal(text) => out.push_str(&quoted(text)),
        Planned::Flow(items) | Planned::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                flow(item, out);
            }
            out.push(']');
        }
        Planned::Map(entries) | Planned::FlowMap(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                write!(out, "{}\"{key}\": ", if at == 0 { "" } else { ", " }).expect("text");
                flow(value, out);
            }
            out.push('}');
        }
    }
}

/// Writes a value after `- ` or `key:`, its lines indented by `indent`.
fn block(planned: &Planned, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match planned {
        Planned::List(items) => {
            for item in items {
                write!(out, "\n{pad}-").expect("text");
                block(item, indent + 2, out);
            }
        }
        Planned::Map(entries) => {
            for (key, value) in entries {
                write!(out, "\n{pad}\"{key}\":").expect("text");
                block(value, indent + 2, out);
            }
        }
        Planned::Literal(text) if !text.starts_with([' ', '\n']) => {
            write!(out, " |-").expect("text");
            for line in text.trim_end_matches('\n').split('\n') {
                write!(out, "\n{pad}{line}").expect("text");
            }
        }
        Planned::Word(_)
        | Planned::Single(_)
        | Planned::Double(_)
        | Planned::Literal(_)
        | Planned::Flow(_)
        | Planned::FlowMap(_) => {
            out.push(' ');
            flow(planned, out);
        }
    }
}

/// Whether a node says what serde_yaml read.
fn agrees(node: &Node<'_>, value: &Value) -> bool {
    match (&node.body, value) {
        (Body::Scalar(text, style), value) => match (meaning(text, *style), value) {
            (Meaning::Null, Value::Null) => true,
            (Meaning::Boolean(ours), Value::Bool(theirs)) => ours == *theirs,
            (Meaning::Integer(ours), Value::Number(theirs)) => theirs.as_i64() == Some(ours),
            (Meaning::Number, Value::Number(theirs)) => theirs.is_f64(),
            (Meaning::Text, Value::String(theirs)) => text == theirs,
            // `0b1` is a number in YAML 1.1 only.
            (Meaning::Text, Value::Number(_)) => *style == Style::Plain && text.starts_with("0b"),
            _ => false,
        },
        (Body::List(ours), Value::Sequence(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(node, value)| agrees(node, value))
        }
        (Body::Map(ours), Value::Mapping(theirs)) => {
            let same =
                |entry: &super::tree::Entry<'_>| theirs.get(&*entry.key).is_some_and(|v| agrees(&entry.value, v));
            ours.len() == theirs.len() && ours.iter().all(same)
        }
        (Body::List(_) | Body::Map(_) | Body::Refused, _) => false,
    }
}

fn manifests(files: &[String]) -> Manifests {
    let mut sources = SourceMap::default();
    for (at, text) in files.iter().enumerate() {
        sources.add(format!("{at}.yaml").into(), text.as_str().into());
    }
    let parsed = parse(&sources);
    for finding in &parsed.findings {
        let at = finding.at.expect("every finding of a text has a place");
        let text = &sources.file(at.file).expect("a file").text;
        assert!(text.get(at.start as usize..at.end as usize).is_some(), "{at:?} of {text:?}");
    }
    parsed
}

const GOOD: &str = include_str!("oracle.yaml");

fn documents() -> Vec<&'static str> {
    GOOD.split("---\n").filter(|text| !text.trim().is_empty()).collect()
}

fn described(parsed: &Parsed) -> String {
    let without_places = format!("{:?}", parsed.document);
    let mut kept = String::new();
    let mut rest = without_places.as_str();
    while let Some(at) = rest.find("at: At {") {
        kept.push_str(&rest[..at]);
        rest = rest[at..].find('}').map_or("", |end| &rest[at + end + 1..]);
    }
    kept + rest
}

#[test]
fn every_kind_parses_without_findings() {
    let parsed = manifests(&[GOOD.to_owned()]);
    assert_eq!(parsed.findings, []);
    let mut kinds: Vec<_> = parsed.documents.iter().map(Parsed::kind).collect();
    kinds.dedup();
    assert_eq!(kinds, crate::model::Kind::ALL);
}

proptest! {
    #[test]
    fn trees_agree_with_serde_yaml(planned in planned()) {
        let mut text = String::from("root:");
        block(&planned, 2, &mut text);
        text.push('\n');
        let theirs: Value = serde_yaml::from_str(&text).map_err(|error| TestCaseError::fail(format!("{text}{error}")))?;
        let mut trees = Vec::new();
        read(&text, 0, FileId(0), |tree| trees.push(tree));
        prop_assert_eq!(trees.len(), 1, "{}", text);
        prop_assert!(trees[0].findings.is_empty() && trees[0].extant == Extant::Whole, "{} {:?}", text, trees[0].findings);
        if let Some(fast) = scan(&text, 0) {
            prop_assert_eq!(&fast, &trees[0], "{}", text);
        }
        let root = trees[0].root.as_ref().expect("a root");
        prop_assert!(agrees(root, &theirs), "{}\n{:#?}\n{:#?}", text, root, theirs);
    }

    #[test]
    fn no_text_makes_parsing_panic(text in prop_oneof![
        ".{0,200}",
        "[\\[\\]{}:,&*!|>'\"%@`#~\t\r\n ?<a0-]{0,120}",
        "([ab]: ?|- |\n *|---\n|\\.\\.\\.\n|\\[|\\{|&x |\\*x|\"|'|\\||!|#|%YAML 1.2\n|\u{feff}|\t|\r){0,60}",
    ]) {
        manifests(&[text]);
    }

    #[test]
    fn no_change_of_a_manifest_makes_parsing_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..20usize, "[\\[\\]{}:,&*!|>'\"%#~\t\r\n ?<a0é-]{0,6}"), 1..6)
    ) {
        let mut text = GOOD.to_owned();
        for (place, length, insert) in changes {
            let floor = |mut at: usize| { while !text.is_char_boundary(at) { at -= 1 } at };
            let start = floor(place.index(text.len() + 1));
            let end = floor((start + length).min(text.len())).max(start);
            text.replace_range(start..end, &insert);
        }
        manifests(&[text]);
    }

    #[test]
    fn order_of_documents_and_files_says_nothing(
        order in Just(documents()).prop_shuffle(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (first, second) = order.split_at(cut.index(order.len() + 1));
        let shuffled = manifests(&[first.join("---\n"), second.join("---\n")]);
        let mut ours: Vec<String> = shuffled.documents.iter().map(described).collect();
        let mut all: Vec<String> = manifests(&[GOOD.to_owned()]).documents.iter().map(described).collect();
        ours.sort();
        all.sort();
        prop_assert_eq!(ours, all);
    }
}
