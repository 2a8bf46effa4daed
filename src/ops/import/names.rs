//! Names for what has none: DNS labels made from display names and domains, unique, the same whenever they are made again.
//! Never changes a name that is there.

use crate::model::Name;
use std::collections::BTreeSet;

/// Longest name that is made; people type them.
const LONGEST: usize = 40;

/// How letters with dots are spelt without them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// As the letter below: `Föhr` is `fohr`.
    #[default]
    Plain,
    /// As Germans do: `Föhr` is `foehr`.
    German,
}
impl Spelling {
    /// That of a country.
    pub(super) fn of(country: &str) -> Self {
        if matches!(country, "DE" | "AT" | "CH" | "LI" | "LU") { Self::German } else { Self::Plain }
    }
}

/// Names in use.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<Name>,
    spelling: Spelling,
}

impl Names {
    /// None yet.
    pub(super) fn spelt(spelling: Spelling) -> Self {
        Self { taken: BTreeSet::new(), spelling }
    }
    /// Takes a name.
    pub(super) fn take(&mut self, name: Name) {
        self.taken.insert(name);
    }
    /// Takes a word, if it could be a name.
    pub(super) fn take_word(&mut self, word: &str) {
        self.taken.extend(word.parse::<Name>());
    }
    /// Whether a name is in use.
    pub(super) fn has(&self, name: &Name) -> bool {
        self.taken.contains(name)
    }
    /// A new name from the first text that makes one. Where it is in use, digits of the id make the difference: they do
    /// not depend on what else is named. `noun` names what cannot be named by any text.
    pub(super) fn make(&mut self, texts: &[&str], noun: &str, id: &[u8; 16]) -> Name {
        let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let base = texts.iter().map(|text| label(text, self.spelling)).find(|text| !text.is_empty());
        let short = |base: &str, digits: &str| format!("{}-{digits}", cut(base, 62 - digits.len()));
        let noun_with = short(noun, &digits[..8]);
        let base = base.unwrap_or(noun_with);
        let candidates = [base.clone(), short(&base, &digits[..8]), short(&base, &digits)];
        let free = candidates.iter().filter_map(|text| text.parse().ok()).find(|name| !self.has(name));
        let name = free.unwrap_or_else(|| self.counted(&base));
        self.take(name.clone());
        name
    }
    /// The first free name with a number.
    fn counted(&self, base: &str) -> Name {
        let numbered = (2u64..).filter_map(|number| format!("{}-{number}", cut(base, 40)).parse().ok());
        numbered.into_iter().find(|name| !self.has(name)).unwrap_or_else(Name::lowest)
    }
}

/// Lower-case letters, digits and single inner hyphens, as much of a text as they can show; perhaps nothing.
pub(super) fn label(text: &str, spelling: Spelling) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let german = match (spelling, c) {
            (Spelling::German, 'ö') => Some("oe"),
            (Spelling::German, 'ü') => Some("ue"),
            (Spelling::German | Spelling::Plain, _) => None,
        };
        match german.or_else(|| plain(c)) {
            Some(letters) => out.push_str(letters),
            None if c.is_ascii_lowercase() || c.is_ascii_digit() => out.push(c),
            None if c == '\'' || c == '\u{2019}' || is_mark(c) => {}
            None if out.is_empty() || out.ends_with('-') => {}
            None => out.push('-'),
        }
    }
    cut(&out, LONGEST).to_owned()
}

/// At most so many bytes of a label, no hyphen at its end.
fn cut(label: &str, most: usize) -> &str {
    label.get(..most).unwrap_or(label).trim_end_matches('-')
}

/// An accent that stands on its own: it belongs to the letter before it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The letters without accents for a lower-case Latin letter with one.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ö' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ü' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(names: &mut Names, text: &str, id: u8) -> String {
        names.make(&[text], "customer", &[id; 16]).to_string()
    }

    #[test]
    fn names_show_what_a_person_would_type() {
        for (text, expect) in [
            ("Contoso Kft.", "contoso-kft"),
            ("Árvíztűrő Tükörfúrógép Zrt.", "arvizturo-tukorfurogep-zrt"),
            ("  --A/B & C--  ", "a-b-c"),
            ("O'Neill", "oneill"),
            ("Straße", "strasse"),
            ("日本", ""),
        ] {
            assert_eq!(label(text, Spelling::Plain), expect);
        }
        for (text, expect) in [("Föhr & Söhne", "foehr-soehne"), ("Bäckerei Süß", "baeckerei-suess"), ("ÜBER", "ueber")]
        {
            assert_eq!(label(text, Spelling::of("DE")), expect);
        }
    }

    #[test]
    fn equal_texts_reserved_words_and_no_text_get_digits_of_the_id() {
        let mut names = Names::default();
        assert_eq!(made(&mut names, "Contoso", 1), "contoso");
        assert_eq!(made(&mut names, "contoso", 2), "contoso-02020202");
        assert_eq!(made(&mut names, "Provider", 3), "provider-03030303");
        assert_eq!(made(&mut names, "日本", 4), "customer-04040404");
        assert_eq!(made(&mut names, "日本", 4), "customer-04040404-04040404");
    }

    proptest! {
        #[test]
        fn every_text_makes_a_name_of_its_own(texts in prop::collection::vec("\\PC{0,80}|a{0,2}", 1..20), id in any::<u8>()) {
            let mut names = Names::default();
            let made: BTreeSet<String> = texts.iter().map(|text| made(&mut names, text, id)).collect();
            prop_assert_eq!(made.len(), texts.len());
            for name in made {
                prop_assert!(name.parse::<Name>().is_ok(), "{}", name);
            }
        }
    }
}
