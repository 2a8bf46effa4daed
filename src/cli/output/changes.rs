//! How changes to manifests print: what differs, what was written, what was left out. Never asks and never writes a file.

use super::safe;
use crate::diag::source::shown;
use crate::ops::bind::Bound;
use crate::ops::import::{Counts, Imported, LeftOut};
use crate::ops::rewrite::FileChange;
use crate::ops::set::{Meant, Proposal, Stays};
use crate::report::{self, Paint};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// How many files are shown one by one.
const LISTED: usize = 40;

/// A file as it is and as it is to be.
pub(crate) struct Difference<'a> {
    /// Where it is.
    pub(crate) from: &'a Path,
    /// Where it is to be.
    pub(crate) to: &'a Path,
    /// Its text.
    pub(crate) before: &'a str,
    /// Its text to be.
    pub(crate) after: &'a str,
}
impl<'a> Difference<'a> {
    /// Of a changed file; a new one has none.
    pub(crate) fn of(FileChange { path, from, before, after }: &'a FileChange) -> Option<Self> {
        Some(Self { from: from.as_ref().unwrap_or(path), to: path, before: before.as_deref()?, after })
    }
    /// The folders and the lines that differ: what is alike in files that are shown once.
    fn likeness(&self) -> (Option<&Path>, Option<&Path>, String) {
        let diff = TextDiff::from_lines(self.before, self.after);
        let lines = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
        let lines = lines.map(|change| format!("{}{}", change.tag(), change.value())).collect();
        (self.from.parent(), self.to.parent(), lines)
    }
}

/// What differs in changed files, as patches; files of one folder that differ in the same way are shown once.
pub(crate) fn differences<'a>(changes: impl IntoIterator<Item = Difference<'a>>, paint: Paint) -> String {
    let changes: Vec<Difference<'a>> = changes.into_iter().collect();
    let mut places = BTreeMap::new();
    let mut groups: Vec<Vec<&Difference<'_>>> = Vec::new();
    for change in &changes {
        let place = *places.entry(change.likeness()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    let mut out = String::new();
    for group in groups.iter().take(LISTED) {
        let Some((first, alike)) = group.split_first() else { continue };
        patch(first, paint, &mut out);
        if !alike.is_empty() {
            let names = alike.iter().filter_map(|it| it.to.file_name()).map(|name| shown(Path::new(name)));
            let names: Vec<String> = names.map(|name| safe(&name)).collect();
            let lead = format!("the same in {} there: ", plural(alike.len(), "more file"));
            out.push_str(&listed(&lead, &names));
        }
    }
    let more: usize = groups.iter().skip(LISTED).map(Vec::len).sum();
    if more > 0 {
        // A string can always be written to.
        let _ = writeln!(out, "... and {} like these", plural(more, "more file"));
    }
    out
}

fn patch(change: &Difference<'_>, paint: Paint, out: &mut String) {
    let Difference { from, to, before, after } = change;
    let diff = TextDiff::from_lines(*before, *after);
    let _ = writeln!(out, "--- {}\n+++ {}", safe(&shown(from)), safe(&shown(to)));
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let line = safe(change.value().trim_end_matches(['\n', '\r']));
            out.push_str(&painted(change.tag(), &line, paint));
        }
    }
}

/// Names after a lead, in lines like those of a patch, which are shown as they are.
fn listed(lead: &str, names: &[String]) -> String {
    let lines = report::broken(&names.join(", "), (report::columns(lead), 2), 100);
    format!("{lead}{}\n", lines.join("\n  "))
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
    let Imported { changes, new, old, added, left_out, gone } = imported;
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
        let added = if *added == 0 { String::new() } else { format!("; managed now: {}", plural(*added, "field")) };
        let _ = writeln!(out, "{verb} {files}; new: {}; declared already: {}{added}.", counted(new), counted(old));
        if new.partnerships + new.customers > 0 {
            out.push_str(
                "The tenant tells no contact, so mails to the new ones have no recipient yet: `twotier lint` lists them, \
                 `twotier set customer --from FILE` and `twotier set partnership --from FILE` fill them in.\n",
            );
        }
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
    let Imported { changes, new, old, added, left_out, gone } = imported;
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
        "fieldsAdded": added,
        "leftOut": left_out.collect::<Vec<_>>(),
        "notThere": gone.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// What `set` proposes, for people. `verb` is what is, or would be, done; `noun` is what was meant.
pub(crate) fn set(proposal: &Proposal, verb: &str, noun: &str) -> String {
    let Proposal { changes, meant: Meant { documents, left }, stays, kept } = proposal;
    let mut out = match (changes.is_empty(), *left) {
        (true, 0) if *documents == 1 => "Nothing to write: it stands so already.\n".to_owned(),
        (true, 0) => format!("Nothing to write: all {documents} stand so already.\n"),
        (true, _) => "Nothing to write.\n".to_owned(),
        (false, _) => {
            let moved = changes.iter().filter(|change| change.from.is_some()).count();
            let moved = if moved == 0 { String::new() } else { format!(", {moved} in a new place") };
            format!("{verb} {}{moved} ({} meant).\n", plural(changes.len(), "file"), plural(*documents, noun))
        }
    };
    match *left {
        0 => {}
        1 => out.push_str("1 partner of record stays as asserted; `--assertions` replaces it too.\n"),
        many => {
            let _ = writeln!(out, "{many} partners of record stay as asserted; `--assertions` replaces them too.");
        }
    }
    for path in kept {
        let _ = writeln!(out, "{} stays in its folder: there is one of its name in the other.", safe(&shown(path)));
    }
    for Stays { with, what, names, mend } in stays {
        let (one, many) = what.words();
        let (noun, verb) = if names.len() == 1 { (one, "stays") } else { (many, "stay") };
        let _ = writeln!(out, "{} {noun} {verb} with `{with}`, by name.", names.len());
        match mend {
            Some(command) => {
                let it = if names.len() == 1 { "it" } else { "them" };
                let _ = writeln!(out, "  to move {it} too: {command}");
            }
            None => {
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                let _ = writeln!(out, "  to change by hand: {}", names.join(", "));
            }
        }
    }
    out
}

/// The same, as JSON.
pub(crate) fn set_json(proposal: &Proposal, done: &str) -> Value {
    let Proposal { changes, meant: _, stays, kept } = proposal;
    let stays = stays.iter().map(|Stays { with, what, names, mend }| {
        json!({ "with": with.as_str(), "what": what.words().1, "names": names, "command": mend })
    });
    json!({
        "command": "set",
        "outcome": done,
        "files": files(changes),
        "stays": stays.collect::<Vec<_>>(),
        "kept": kept.iter().map(|path| shown(path)).collect::<Vec<_>>(),
    })
}

/// Ids that are written, as JSON.
pub(crate) fn bound_json(bound: &[Bound], changes: &[FileChange], done: &str) -> Value {
    let ids = bound.iter().map(|Bound { address, id }| json!({ "address": address.to_string(), "id": id.to_string() }));
    json!({ "command": "bind", "outcome": done, "files": files(changes), "bound": ids.collect::<Vec<_>>() })
}

fn files(changes: &[FileChange]) -> Vec<Value> {
    let file = |change: &FileChange| {
        let how = if change.before.is_some() { "changed" } else { "new" };
        let mut file = json!({ "path": shown(&change.path), "change": how });
        if let (Some(from), Some(fields)) = (&change.from, file.as_object_mut()) {
            fields.insert("change".into(), "moved".into());
            fields.insert("from".into(), shown(from).into());
        }
        file
    };
    changes.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_show_lines_and_play_no_tricks() {
        let before = "a: 1\nb: 2\nc: \u{1b}[31mred\n";
        let path = Path::new("m.yaml");
        let change = Difference { from: path, to: path, before, after: "a: 1\nb: 3\nc: \u{1b}[31mred\n" };
        let shown = differences([change], Paint::Plain);
        assert_eq!(shown, "--- m.yaml\n+++ m.yaml\n@@ -1,3 +1,3 @@\n a: 1\n-b: 2\n+b: 3\n c: \\u{1b}[31mred\n");
    }

    #[test]
    fn files_that_differ_in_the_same_way_are_shown_once() {
        let places = ["a/1.yaml", "a/2.yaml", "b/1.yaml", "a/3.yaml"].map(Path::new);
        let texts = [("n: 1\nr: f\n", "n: 1\nr: g\n"), ("n: 2\nr: f\n", "n: 2\nr: g\n")];
        let change = |(at, path): (usize, &&'static Path)| Difference {
            from: path,
            to: path,
            before: texts[at % 2].0,
            after: texts[at % 2].1,
        };
        let shown = differences(places.iter().enumerate().map(change), Paint::Plain);
        let hunk = "@@ -1,2 +1,2 @@\n n: 1\n-r: f\n+r: g\n";
        let expect = format!(
            "--- a/1.yaml\n+++ a/1.yaml\n{hunk}the same in 2 more files there: 2.yaml, 3.yaml\n--- b/1.yaml\n+++ b/1.yaml\n{hunk}"
        );
        assert_eq!(shown, expect);
    }
}
