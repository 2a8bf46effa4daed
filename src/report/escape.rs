//! Making foreign text harmless where it is printed: names, messages and values from manifests or the tenant may hold
//! control characters, escape sequences, direction overrides or markup. Changes nothing else.

pub use crate::model::text::line;

use crate::model::text::is_hostile;
use std::borrow::Cow;
use std::fmt::Write;

/// Several lines of plain text, for letters: line feeds and tabs stay, carriage returns before line feeds go.
#[must_use]
pub fn lines(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for (i, part) in text.split('\n').enumerate() {
        if i > 0 {
            safe.push('\n');
        }
        for (j, piece) in part.strip_suffix('\r').unwrap_or(part).split('\t').enumerate() {
            if j > 0 {
                safe.push_str("    ");
            }
            safe.push_str(&line(piece));
        }
    }
    safe
}

/// Source text for an excerpt: what is hostile is replaced by as many bytes, so that places stay right. Line feeds,
/// tabs and carriage returns before line feeds stay.
#[must_use]
pub fn source(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_hostile(c) && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let stays = matches!(c, '\n' | '\t') || (c == '\r' && rest.peek() == Some(&'\n'));
        match (stays || !is_hostile(c), c.len_utf8()) {
            (true, _) => safe.push(c),
            (false, 1) => safe.push('?'),
            (false, 2) => safe.push('\u{bf}'),
            (false, 3) => safe.push('\u{fffd}'),
            (false, _) => safe.push_str("\u{fffd}?"),
        }
    }
    Cow::Owned(safe)
}

/// Written JSON without hostile characters: they stand in strings only, where an escape means the same.
#[must_use]
pub fn json(written: &str) -> Cow<'_, str> {
    let hostile = |c: char| is_hostile(c) && c != '\n';
    if !written.contains(hostile) {
        return Cow::Borrowed(written);
    }
    let mut safe = String::with_capacity(written.len() + 16);
    for c in written.chars() {
        if hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Prose for Markdown: no markup, no HTML, no mention and no link comes of it. Pairs of backticks become code.
#[must_use]
pub fn markdown(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return prose(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for (i, part) in parts.into_iter().enumerate() {
        safe.push_str(&match (i % 2, part.trim().is_empty()) {
            (1, false) => code(part),
            // No code can be empty, and what stands around it is not to meet.
            (1, true) => format!("\\`{}\\`", prose(part)),
            (_, _) => prose(part),
        });
    }
    safe
}

/// A value for Markdown, as code between more backticks than it holds: nothing in it is markup, a link or a mention.
#[must_use]
pub fn code(text: &str) -> String {
    let text = line(text);
    if text.trim().is_empty() {
        return prose(&text);
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // One space at either end is taken away again where both are there.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A character in an element of its own: what GitHub looks for in a piece of text is in no single piece, and what is copied
/// is what was written.
fn apart(c: char) -> String {
    format!("<span>{c}</span>")
}

/// How many characters may stand before one that would complete a link or the name of a picture: the longest name has fewer.
const LOOK_BACK: usize = 64;

/// Whether the text ends with a colon and something that may name a picture. Source: docs.github.com, "Using emojis".
fn is_name_after_colon(before: &str) -> bool {
    let lead = before.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '+' | '-'));
    let name = &before[lead.len()..];
    // Of names in digits there are these; others are lines and columns, which somebody may want to copy.
    let is_number = !name.is_empty() && name.chars().all(|c| c.is_ascii_digit());
    lead.ends_with(':') && !name.is_empty() && (!is_number || matches!(name, "100" | "1234"))
}

fn prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    let line = line(text);
    let mut before = String::new();
    for c in line.chars() {
        // GitHub looks for these in the text that is shown, where a backslash is gone.
        let is_link = (c == '.' && before.ends_with("www"))
            || (c == '-' && before.ends_with("gh"))
            || (c == '/' && before.ends_with(':'));
        // A name between two colons is shown as a picture.
        let is_picture = c == ':' && is_name_after_colon(&before);
        match c {
            c if is_link || is_picture => safe.push_str(&apart(c)),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            // Two of them make a formula. Source: docs.github.com, "Writing mathematical expressions": a backslash does not
            // help outside of one.
            '$' => safe.push_str("<span>&#36;</span>"),
            '@' | '#' => safe.push_str(&apart(c)),
            c if c.is_ascii_punctuation()
                && !matches!(c, ',' | ';' | '\'' | '"' | '/' | '?' | '%' | '-' | ':' | '(' | ')') =>
            {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
        before.push(c.to_ascii_lowercase());
        if before.len() > 2 * LOOK_BACK {
            before = before.chars().skip(before.chars().count().saturating_sub(LOOK_BACK)).collect();
        }
    }
    // What would begin a block at the head of a line.
    match safe.chars().next() {
        Some('-') => safe.insert(0, '\\'),
        Some(first) if first.is_ascii_digit() => {
            let digits = safe.chars().take_while(char::is_ascii_digit).count();
            if safe[digits..].starts_with(')') {
                safe.insert(digits, '\\');
            }
        }
        Some(_) | None => {}
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_overrides_are_shown_instead_of_obeyed() {
        assert_eq!(line("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\u{a}d");
        assert_eq!(line("Kft. Ünnep – 株式会社"), "Kft. Ünnep – 株式会社");
    }

    #[test]
    fn letters_keep_their_lines() {
        assert_eq!(lines("a\r\n\tb\u{1b}c\rd"), "a\n    b\\u{1b}c\\u{d}d");
    }

    #[test]
    fn markdown_shows_code_and_nothing_else() {
        assert_eq!(markdown("name `a` is <b>"), "name `a` is &lt;b&gt;");
        assert_eq!(markdown(":0``:"), ":0\\`\\`:");
        assert_eq!(markdown("one ` only"), "one \\` only");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`<b>"), "`` `<b> ``");
        assert_eq!(
            markdown("see https://x.y @me #1"),
            "see https:<span>/</span>/x\\.y <span>@</span>me <span>#</span>1"
        );
        assert_eq!(markdown("www.x.y GH-1 1) - x"), "www<span>.</span>x\\.y GH<span>-</span>1 1) - x");
        assert_eq!(markdown("a:tada:b a.yaml:14:8"), "a:tada<span>:</span>b a\\.yaml:14:8");
        assert_eq!(markdown("$x$"), "<span>&#36;</span>x<span>&#36;</span>");
        assert_eq!((markdown("1) x"), markdown("- x")), ("1\\) x".to_owned(), "\\- x".to_owned()));
    }

    proptest! {
        #[test]
        fn excerpts_keep_every_place(text in "\\PC*|[\\x00-\\x1f\u{80}\u{202e}\u{e0001}a\n]*") {
            let safe = source(&text);
            prop_assert_eq!(safe.len(), text.len());
            let feeds = |t: &str| t.char_indices().filter(|(_, c)| *c == '\n').map(|(i, _)| i).collect::<Vec<_>>();
            prop_assert_eq!(feeds(&safe), feeds(&text));
        }

        #[test]
        fn written_json_means_the_same_after_escaping(text in any::<String>()) {
            let written = serde_json::to_string_pretty(&[&text]).unwrap();
            let read: Vec<String> = serde_json::from_str(&json(&written)).unwrap();
            prop_assert_eq!(&read[0], &text);
        }
    }
}
