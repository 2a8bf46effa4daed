//! The fast reader beside the full one: whatever it does not decline it reads the same, places and styles included.

use super::super::read::read;
use super::super::tree::Tree;
use super::scan;
use crate::diag::FileId;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fmt::Write;
use std::path::Path;

/// Somewhere in a file, so that places that forget it differ.
const OFFSET: u32 = 1000;

fn full(text: &str) -> Vec<Tree<'_>> {
    let mut trees = Vec::new();
    read(text, OFFSET, FileId(0), |tree| trees.push(tree));
    trees
}

/// Whether it was read; fails when it was read otherwise than the full reader does.
fn agrees(text: &str) -> bool {
    let Some(fast) = scan(text, OFFSET) else { return false };
    let full = full(text);
    assert_eq!(full.as_slice(), [fast], "{text:?}");
    true
}

/// Documents this reader must not leave to the full one.
const USUAL: &[&str] = &[
    "a: b\n",
    "a: b",
    "---\na: b\n",
    "--- # first\n\n# second\na: b # third\n# last",
    "a:\n  b: c\n  d:\n    e: f\n\ng: 'h'\n",
    "a:\n- b\n- c\nd:\n  - e\n  -   f # g\n",
    "- a: b\n  c: d\n-   e: f # g\n    h: i  \n- - j\n  - k\n- [l, m]\n",
    "a: [b, 'c', \"d\", {e: f}, [], {}]\ng: {h: i, j: [k], l: {m: n}, 'o': p}\n",
    "a: 'it''s'\n\"b c\": \"\"\nd: ''\n'': e\n",
    "url: http://x.example/a#b?c=d:e\nf: [http://x.example:80/]\n",
    "a: b c  d   # e\nf: g#h\ni: -1\nj: -k\nl: [-1, a-b, a b]\n",
    "  a: b\n  c: d\n",
    "a:\r\n  b: c\r\n\r\n  # d\r\n  e: \"f\" # g\r\n",
    "é: ü 日本\n",
    "a:   \n      b:    c\n",
    "ключ: [é, \"日\"]\nб:\n- é\n",
    "a: \"b: c # d\"\ne: 'f: g'\nh: i's \"j\"\n",
    "- é: b\u{a0}\n- c\n",
];

/// Documents it may not read: it knows too little of them, or there is a fault.
const DECLINED: &[&str] = &[
    "",
    "\n# a\n",
    "---\n",
    "a\n",
    "a:\n",
    "a: # b\nc: d\n",
    "a: b\na: c\n",
    "a: b\n\"a\": c\n",
    "{a: b}\n",
    "a: &b c\n",
    "a: *b\n",
    "a: !b c\n",
    "a: |\n  b\n",
    "a: >\n  b\n",
    "a: b\n  c\n",
    "a: \"b\n  c\"\n",
    "a: 'b\n  c'\n",
    "a: [b,\n  c]\n",
    "a:\n  b\n",
    "a:\tb\n",
    "a: b\tc\n",
    "a: b\rc: d\n",
    "a: b: c\n",
    "a: b:\n",
    "a: \"b\" c\n",
    "a: \"b\": c\n",
    "a: \"b\"#c\n",
    "a: [b] c\n",
    "a: [b]: c\n",
    "a: [b]#c\n",
    "a: [b: c]\n",
    "a: [b, ]\n",
    "a: {b}\n",
    "a: {b: }\n",
    "a: {b: c, b: d}\n",
    "a: {b:c}\n",
    "a: {\"b\":c}\n",
    "a: [a:, b]\n",
    "a: [b #c]\n",
    "a: }\n",
    "a: - b\n",
    "a: -\n",
    "- a\nb: c\n",
    "a: b\n- c\n",
    "- a\n - b\n",
    "-\n- a\n",
    "- a:\n",
    "a:\n  b: c\n d: e\n",
    " a: b\nc: d\n",
    "a: b\n c: d\n",
    "a : b\n",
    "? a\n: b\n",
    "5: a\n",
    "true: a\n",
    "~: a\n",
    "<<: {a: b}\n",
    ": a\n",
    "a: b\n---\nc: d\n",
    "a: b\n...\n",
    "%YAML 1.2\n---\na: b\n",
    "--- a: b\n",
    "---#\na: b\n",
    "a: \"\\u00e9\"\n",
    "a: @b\n",
    "a: `b\n",
    "a: %b\n",
    "a: b\u{feff}\n",
    "\u{feff}a: b\n",
    "a: b\u{85}\n",
    "a: b\u{2028}c: d\n",
    "a: b\u{0}\n",
    "a: b\u{7f}\n",
    "a: ?b\n",
    "a: 'b\n",
    "a: [b\n",
];

#[test]
fn usual_documents_are_read() {
    for text in USUAL {
        assert!(agrees(text), "{text:?}");
    }
}

#[test]
fn unusual_and_faulty_documents_are_left_to_the_full_reader() {
    for text in DECLINED {
        assert!(!agrees(text), "{text:?}");
    }
    let deep = |levels: usize| "- ".repeat(levels) + "a\n";
    assert!(agrees(&deep(24)) && !agrees(&deep(25)));
    let flow = |levels: usize| format!("a: {}{}\n", "[".repeat(levels), "]".repeat(levels));
    assert!(agrees(&flow(23)) && !agrees(&flow(24)));
    let long = |length: usize| format!("{}: a\n", "k".repeat(length));
    assert!(agrees(&long(512)) && !agrees(&long(513)) && !agrees(&long(2000)));
    let many: String = (0..40).fold(String::new(), |text, n| text + &format!("k{n}: {n}\n"));
    assert!(agrees(&many) && !agrees(&(many + "k17: again\n")));
}

#[test]
fn manifests_of_examples_and_cases_are_read_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut fast, mut all) = (0, 0);
    for folder in ["examples", "tests/cases"] {
        for entry in walkdir::WalkDir::new(root.join(folder)).into_iter().filter_map(Result::ok) {
            if entry.path().extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            #[expect(clippy::disallowed_methods, reason = "reads the repository's own manifests")]
            let bytes = std::fs::read(entry.path()).expect("a file");
            for text in String::from_utf8_lossy(&bytes).split_inclusive("\n---\n") {
                fast += usize::from(agrees(text.trim_end_matches("---\n")));
                all += 1;
            }
        }
    }
    assert!(all > 50 && fast * 10 > all * 9, "{fast} of {all} are usual");
}

/// A value that fits behind a key, and what may follow it.
const VALUES: &[&str] = &[
    "b",
    "b c",
    "-1",
    "1.5",
    "no",
    "~",
    "true",
    "'b'",
    "'it''s'",
    "''",
    "\"b: # c\"",
    "\"\"",
    "[]",
    "{}",
    "[b, c]",
    "{b: c}",
    "[ 'b' , {c: [d]} ]",
    "{b: {c: d}, 'e': []}",
    "http://x.example/?y#z",
    "é 日",
    "b#c",
    "b:c",
    "a,b]",
];
const ENDS: &[&str] = &["\n", "\n", "\n", "\r\n", "  \n", " # c\n", "\n\n", "\n   # c: d\n", "\n#\n"];
const KEYS: &[&str] = &["a", "b c", "'d'", "\"e\"", "x.y/z", "-f", "é", "n0", "g'h"];

/// Lines of a list or mapping that the fast reader knows.
#[derive(Clone, Debug)]
enum Block {
    Value(&'static str, &'static str),
    List(Vec<Block>),
    Map(Vec<(usize, &'static str, Block)>),
}

fn block() -> impl Strategy<Value = Block> {
    let value = (select(VALUES), select(ENDS)).prop_map(|(value, end)| Block::Value(value, end));
    value.prop_recursive(4, 30, 4, |inner| {
        let entry = (0..KEYS.len(), select(ENDS), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 1..4).prop_map(Block::List),
            prop::collection::vec(entry, 1..4).prop_map(Block::Map),
        ]
    })
}

/// Writes a block after a key or dash; `step` more columns for each level.
fn write(block: &Block, column: usize, step: usize, out: &mut String) {
    let pad = |column: usize, out: &mut String| {
        if out.ends_with('\n') {
            out.push_str(&" ".repeat(column));
        }
    };
    match block {
        Block::Value(value, end) => {
            let _ = write!(out, "{value}{end}");
        }
        Block::List(items) => {
            for item in items {
                pad(column, out);
                out.push_str("- ");
                write(item, column + 2, step, out);
            }
        }
        Block::Map(entries) => {
            let mut written = Vec::new();
            for (key, end, value) in entries {
                if written.contains(key) {
                    continue;
                }
                written.push(*key);
                pad(column, out);
                let _ = write!(out, "{}:", KEYS[*key]);
                match value {
                    Block::Value(..) => out.push(' '),
                    Block::List(_) | Block::Map(_) => out.push_str(end),
                }
                let list = matches!(value, Block::List(_)) && step == 1;
                write(value, if list { column } else { column + step }, step, out);
            }
        }
    }
}

fn document() -> impl Strategy<Value = String> {
    let root = block().prop_filter("a list or mapping", |block| !matches!(block, Block::Value(..)));
    (root, select(&["", "---\n", "# a\n\n"][..]), 1..5usize, 0..3usize).prop_map(|(root, head, step, column)| {
        let mut text = head.to_owned();
        text.push_str(if head.is_empty() { "\n" } else { "" });
        write(&root, column, step, &mut text);
        text
    })
}

/// A text with some bytes replaced, at characters.
fn changed(mut text: String, changes: &[(Index, usize, String)]) -> String {
    for (place, length, insert) in changes {
        let floor = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = floor(place.index(text.len() + 1));
        let end = floor((start + length).min(text.len())).max(start);
        text.replace_range(start..end, insert);
    }
    text
}

fn changes() -> impl Strategy<Value = Vec<(Index, usize, String)>> {
    let insert = prop_oneof![
        4 => "[\\[\\]{}:,&*!|>'\"%#?\\\\\t\r\n  --<.a0é~\u{feff}\u{85}\u{a0}]{0,3}",
        4 => select(&["\n  ", "\n- ", ": ", " #", "\n", "\r\n", "---", "\n---\n", "''", ", ", "- ", " "][..]).prop_map(str::to_owned),
    ];
    prop::collection::vec((any::<Index>(), 0..4usize, insert), 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_usual_by_construction_is_read(text in document()) {
        prop_assert!(agrees(&text), "{:?}", text);
    }

    #[test]
    fn changed_documents_are_read_the_same_or_left(text in document(), changes in changes()) {
        agrees(&changed(text, &changes));
    }

    #[test]
    fn changed_manifests_are_read_the_same_or_left(
        which in any::<Index>(),
        changes in changes(),
    ) {
        let documents: Vec<&str> = include_str!("../oracle.yaml").split("---\n").collect();
        agrees(&changed(which.get(&documents).to_string(), &changes));
    }

    #[test]
    fn pieces_of_yaml_are_read_the_same_or_left(pieces in prop::collection::vec(select(PIECES), 0..14)) {
        agrees(&pieces.concat());
    }

    #[test]
    fn any_text_is_read_the_same_or_left(text in prop_oneof![
        ".{0,60}",
        "[\\[\\]{}:,'\"# \n\r?ab0-]{0,24}",
        "[a-c]: [\\[\\]{}:,'\"# \\-?ab0é\u{1}\u{a0}]{0,12}\n?",
    ]) {
        agrees(&text);
    }
}

const PIECES: &[&str] = &[
    "a: ", "b: ", "c:", "- ", "-", " ", "  ", "\n", "\n", "\n ", "\n  ", "\n    ", "\r\n", "\r", "\t", "x", "x y",
    "'x'", "\"x\"", "[", "]", "{", "}", ", ", ",", ":", ": ", "#", " # z", "---", "...", "?", "? ", "&x ", "*x", "!x ",
    "|", ">", "%", "@", "'", "\"", "''", "\\", "~", "1", "true", "<<", "é", "\u{feff}", "\u{85}", "\u{a0}", "\u{2028}",
    "\0",
];
