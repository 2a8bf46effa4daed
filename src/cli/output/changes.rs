//! How changes to manifests print: what differs, what was written, what was left out. Never asks and never writes a file.

use super::safe;
use crate::diag::source::shown;
use crate::ops::bind::Bound;
use crate::ops::import::{Counts, Imported, LeftOut};
use crate::ops::rewrite::FileChange;
use crate::report::Paint;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use std::fmt::Write as _;

/// How many files are shown one by one.
const LISTED: usize = 40;

/// What differs in changed files, as patches; new files are not among them.
pub(crate) fn differences<'a>(changes: impl IntoIterator<Item = (String, &'a str, &'a str)>, paint: Paint) -> String {
    let mut out = String::new();
    let mut more = 0;
    for (number, (path, before, after)) in changes.into_iter().enumerate() {
        if number >= LISTED {
            more += 1;
            continue;
        }
        let diff = TextDiff::from_lines(before, after);
        // A string can always be written to.
        let _ = writeln!(out, "--- {path}\n+++ {path}");
        for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
            let _ = writeln!(out, "{}", hunk.header());
            for change in hunk.iter_changes() {
                let line = safe(change.value().trim_end_matches(['\n', '\r']));
                out.push_str(&painted(change.tag(), &line, paint));
            }
        }
    }
    if more > 0 {
        let _ = writeln!(out, "... and {} like these", plural(more, "more file"));
    }
    out
}

fn painted(tag: ChangeTag, line: &str, paint: Paint) -> String {
    let (sign, color) = match tag {
        ChangeTag::Equal => (' ', None),
        ChangeTag::Delete => ('-', Some("31")),
        ChangeTag::Insert => ('+', Some("32")),
    };
    match (paint, color) {
        (Paint::Colour, Some(color)) => format!("\u{1b}[{color}m{sign}{line}\u{1b}[0m\n"),
        (Paint::Colour | Paint::Plain, _) => format!("{sign}{line}\n"),
    }
}

/// What an import found, for people. `verb` is what is, or would be, done: `wrote`, `would write`.
pub(crate) fn imported(imported: &Imported, verb: &str) -> String {
    let Imported { changes, new, old, left_out, gone } = imported;
    let mut out = String::new();
    for change in changes.iter().take(LISTED) {
        let what = if change.before.is_some() { "change" } else { "new" };
        let _ = writeln!(out, "{what:<7} {}", safe(&shown(&change.path)));
    }
    if let Some(more) = changes.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = writeln!(out, "... and {more} more files");
    }
    for LeftOut { what, why } in left_out {
        let _ = writeln!(out, "left out: {}: {}", safe(what), safe(why));
    }
    for address in gone {
        let _ = writeln!(out, "not there: {address}; its document stays as it is");
    }
    if changes.is_empty() {
        let _ = writeln!(out, "Nothing to write; declared already: {}.", counted(old));
    } else {
        let files = plural(changes.len(), "file");
        let _ = writeln!(out, "{verb} {files}; new: {}; declared already: {}.", counted(new), counted(old));
    }
    out
}

fn counted(counts: &Counts) -> String {
    let Counts { partnerships, customers, subscriptions } = *counts;
    let all = [(partnerships, "partnership"), (customers, "customer"), (subscriptions, "subscription")];
    let some: Vec<String> =
        all.iter().filter(|(count, _)| *count > 0).map(|(count, noun)| plural(*count, noun)).collect();
    if some.is_empty() { "none".to_owned() } else { some.join(", ") }
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What an import found, as JSON. `done` is `written`, `proposed` or `declined`.
pub(crate) fn imported_json(imported: &Imported, done: &str) -> Value {
    let Imported { changes, new, old, left_out, gone } = imported;
    let counts = |counts: &Counts| {
        let Counts { partnerships, customers, subscriptions } = *counts;
        json!({ "partnerships": partnerships, "customers": customers, "subscriptions": subscriptions })
    };
    let left_out = left_out.iter().map(|LeftOut { what, why }| json!({ "what": what, "why": why }));
    json!({
        "command": "import",
        "outcome": done,
        "files": files(changes),
        "new": counts(new),
        "declared": counts(old),
        "leftOut": left_out.collect::<Vec<_>>(),
        "notThere": gone.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// Changes of a command, as JSON.
pub(crate) fn changes_json(command: &str, changes: &[FileChange], done: &str) -> Value {
    json!({ "command": command, "outcome": done, "files": files(changes) })
}

/// Ids that are written, as JSON.
pub(crate) fn bound_json(bound: &[Bound], changes: &[FileChange], done: &str) -> Value {
    let ids = bound.iter().map(|Bound { address, id }| json!({ "address": address.to_string(), "id": id.to_string() }));
    json!({ "command": "bind", "outcome": done, "files": files(changes), "bound": ids.collect::<Vec<_>>() })
}

fn files(changes: &[FileChange]) -> Vec<Value> {
    let file = |change: &FileChange| {
        let how = if change.before.is_some() { "changed" } else { "new" };
        json!({ "path": shown(&change.path), "change": how })
    };
    changes.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_show_lines_and_play_no_tricks() {
        let before = "a: 1\nb: 2\nc: \u{1b}[31mred\n";
        let shown = differences([("m.yaml".to_owned(), before, "a: 1\nb: 3\nc: \u{1b}[31mred\n")], Paint::Plain);
        assert_eq!(shown, "--- m.yaml\n+++ m.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 3\n c: \u{fffd}[31mred\n");
    }
}
