//! When a text may stand without quotes, and how it stands with them. Errs towards quotes: what any YAML reader, of
//! whichever version, could take for a number, a date, a truth value or syntax is quoted.

use super::super::scalar::{Meaning, Style, meaning};
use std::fmt::Write as _;

/// Words that some YAML reader takes for something else than text, in lower case.
const WORDS: [&str; 11] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "inf", "nan"];

/// The text as it may stand in block or flow style.
pub(super) fn quoted(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { in_quotes(text) }
}

/// Whether the text may stand without quotes, anywhere.
fn is_plain(text: &str) -> bool {
    is_guid(text) || (is_word(text) && meaning(text, Style::Plain) == Meaning::Text)
}

/// Letters first; then letters, digits and what has no meaning in YAML, with single inner blanks.
fn is_word(text: &str) -> bool {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || is_common_letter(c) || matches!(c, ' ' | '-' | '_' | '.' | '/' | '@');
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || is_common_letter(c));
    let country = text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    begins
        && text.chars().all(fits)
        && !text.ends_with(' ')
        && !country
        && !WORDS.contains(&text.to_lowercase().as_str())
}

/// A letter of Latin, Greek or Cyrillic: shown as it is by every editor.
fn is_common_letter(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{370}'..='\u{52f}') && c.is_alphabetic()
}

fn is_guid(text: &str) -> bool {
    let digit = |(at, b): (usize, u8)| match at {
        8 | 13 | 18 | 23 => b == b'-',
        _ => b.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(digit)
}

fn in_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if is_visible(c) => out.push(c),
            c => {
                // A string can always be written to.
                let code = u32::from(c);
                let _ = if code > 0xffff { write!(out, "\\U{code:08x}") } else { write!(out, "\\u{code:04x}") };
            }
        }
    }
    out.push('"');
    out
}

/// One line that plays no tricks: control characters, line breaks and invisible or direction-changing characters become
/// blanks.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if is_visible(c) { c } else { ' ' }).collect::<String>().trim().to_owned()
}

/// Neither a control character nor one that hides, joins or turns others, nor one outside what is assigned to text.
fn is_visible(c: char) -> bool {
    let hidden = matches!(c,
        '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
        | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}');
    !c.is_control() && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_reader_could_mistake_is_quoted() {
        for text in [
            "",
            "no",
            "NO",
            "Yes",
            "on",
            "~",
            "null",
            "4811111",
            "0001",
            "1e5",
            "0x1F",
            "2026-11-23",
            "12:30",
            "- a",
            "a: b",
            "a #b",
            "HU",
            "é: ",
            " a",
            "a ",
            "'a'",
            "[a]",
            "{a}",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a`",
            "|",
            ">",
            "?",
            "a,b",
            ".inf",
            "365-suite",
            "=",
            "<<",
            "---",
            "...",
        ] {
            assert!(quoted(text).starts_with('"'), "{text}");
        }
        for text in [
            "contoso",
            "Contoso Kft.",
            "Árvíztűrő Zrt.",
            "c0000000-0000-4000-8000-000000000001",
            "csp@a.example",
            "P1Y",
        ] {
            assert_eq!(quoted(text), text);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        assert_eq!(quoted("a\u{202e}b\u{0}\u{85}\u{1f600}"), "\"a\\u202eb\\u0000\\u0085\u{1f600}\"");
        assert_eq!(visible("a\nb\u{1b}[31m\u{202e}"), "a b [31m");
    }
}
