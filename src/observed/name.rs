//! Names of companies as they are typed here and kept there: when two are one. Never decides that two companies are.

/// Whether two names consist of the same words, whatever stands between them.
#[must_use]
pub fn says_the_same(one: &str, other: &str) -> bool {
    let (here, there) = (words(&one.to_lowercase()), words(&other.to_lowercase()));
    if here.is_empty() { is_one_name(one, other) } else { here == there }
}

/// Whether two names are one, whatever their case and spaces.
#[must_use]
pub fn is_one_name(one: &str, other: &str) -> bool {
    one.to_lowercase().split_whitespace().eq(other.to_lowercase().split_whitespace())
}

/// Whether two names consist of the same words once nothing stands on their letters.
pub(super) fn says_the_same_plainly(one: &str, other: &str) -> bool {
    let (here, there) = (words(&plain(one)), words(&plain(other)));
    !here.is_empty() && here == there
}

fn words(name: &str) -> Vec<String> {
    let parts = name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// In lower case and without the marks of Latin letters, in one sign or in two.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.to_lowercase().chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)) {
        match letter(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push(c),
        }
    }
    plain
}

/// What a Latin letter is without its mark, where it has one.
fn letter(c: char) -> Option<&'static str> {
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć'..='č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē'..='ě' => "e",
        'ĝ'..='ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ'..='ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ'..='ł' => "l",
        'ñ' | 'ń'..='ň' => "n",
        'ò'..='ö' | 'ø' | 'ō'..='ő' => "o",
        'œ' => "oe",
        'ŕ'..='ř' => "r",
        'ś'..='š' | 'ș' => "s",
        'ß' => "ss",
        'ţ'..='ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ'..='ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź'..='ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_letters_may_get_lost_and_letters_may_not() {
        let sent = "Árvíztűrő Kft.";
        for kept in ["ARVIZTURO KFT", "A\u{301}rvi\u{301}ztu\u{30b}ro\u{30b} Kft.", " Árvíztűrő  Kft "] {
            assert!(says_the_same_plainly(kept, sent), "{kept}");
        }
        assert!(says_the_same_plainly("Lódź Straße", "LODZ STRASSE"));
        for other in ["Arviztur Kft.", "Arvizturo", "Arvizturo Kft. 2", ""] {
            assert!(!says_the_same_plainly(other, sent), "{other}");
        }
        assert!(!says_the_same("Arvizturo Kft.", sent), "of a stranger it proves nothing");
        assert!(!says_the_same_plainly("Абв", "Где") && !says_the_same_plainly("--", "++"));
    }
}
