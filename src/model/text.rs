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

/// A character by its number: `U+0441`.
#[must_use]
pub fn numbered(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The alphabets whose letters are taken for one another's.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
}
impl Alphabet {
    fn of(c: char) -> Option<Self> {
        match c {
            'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' if c.is_alphabetic() => {
                Some(Self::Latin)
            }
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' if c.is_alphabetic() => Some(Self::Greek),
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' => Some(Self::Cyrillic),
            '\u{531}'..='\u{587}' => Some(Self::Armenian),
            _ => None,
        }
    }
}

/// The first word in which letters of several alphabets stand that look alike, with the letter that is of another one than most.
#[must_use]
pub fn mixed(text: &str) -> Option<(&str, char)> {
    text.split(|c: char| !c.is_alphanumeric()).find_map(|word| {
        let letters = || word.chars().filter_map(|c| Some((c, Alphabet::of(c)?)));
        let count = |of: Alphabet| letters().filter(|(_, alphabet)| *alphabet == of).count();
        let (_, first) = letters().next()?;
        let most = letters()
            .map(|(_, alphabet)| alphabet)
            .fold(first, |most, of| if count(of) > count(most) { of } else { most });
        letters().find(|(_, alphabet)| *alphabet != most).map(|(odd, _)| (word, odd))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_of_another_alphabet_within_a_word_is_found() {
        for (text, odd) in [("N\u{43e}rthwind", '\u{43e}'), ("Litware \u{421}SP", '\u{421}'), ("\u{39f}ne", '\u{39f}')]
        {
            assert_eq!(mixed(text).map(|(_, found)| found), Some(odd), "{text}");
        }
        assert_eq!(mixed("\u{41c}\u{43e}c\u{43a}\u{432}\u{430}").map(|(_, odd)| odd), Some('c'));
    }

    #[test]
    fn names_of_any_alphabet_and_of_several_words_are_fine() {
        let fine = [
            "Fabrikam",
            "\u{c1}rv\u{ed}zt\u{171}r\u{151} Kft.",
            "\u{41e}\u{41e}\u{41e} \u{420}\u{43e}\u{433}\u{430} IT",
            "\u{395}\u{3bb}\u{3bb}\u{3ac}\u{3b4}\u{3b1} AE",
            "\u{65e5}\u{672c}IT\u{682a}\u{5f0f}\u{4f1a}\u{793e}",
            "Stra\u{df}enbau \u{b5}-Tech 3D",
            "",
        ];
        for text in fine {
            assert_eq!(mixed(text), None, "{text}");
        }
    }
}
