//! Foreign text in one line: names and reasons of manifests, names of the tenant. They may hold control characters,
//! escape sequences or direction overrides. Changes nothing else.

use std::borrow::Cow;

/// Whether a character could move the cursor, hide text or turn its direction. Joiners stay: some scripts need them.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{180e}'
                | '\u{3164}'
                | '\u{ffa0}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{feff}'
        )
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}

/// One line of plain text: what is hostile is written as `\u{202e}`, line feeds too.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// What somebody wrote over several lines, in one: line feeds are spaces, everything else is as in [`line()`].
#[must_use]
pub fn flat(text: &str) -> String {
    let parts: Vec<&str> = text.split('\n').map(str::trim).filter(|part| !part.is_empty()).collect();
    line(&parts.join(" ")).into_owned()
}
