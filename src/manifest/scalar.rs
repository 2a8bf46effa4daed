//! What an unquoted word means: the core schema of YAML 1.2, in which `no` and `NO` are text. Never guesses what a
//! field wanted.

use std::fmt;

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes: it may mean something else than text.
    Plain,
    /// With quotes or as a block: always text.
    Quoted,
}

/// What a scalar means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number; those beyond 64 bits become the nearest one.
    Integer(i64),
    /// Any other number.
    Number,
    /// Everything else.
    Text,
}
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "nothing",
            Self::Boolean(_) => "a truth value",
            Self::Integer(_) | Self::Number => "a number",
            Self::Text => "text",
        })
    }
}

/// What `text` means when written in `style`.
pub(super) fn meaning(text: &str, style: Style) -> Meaning {
    if style == Style::Quoted {
        return Meaning::Text;
    }
    let Some(first) = text.bytes().next() else { return Meaning::Null };
    match first {
        b'n' | b'N' | b'~' if matches!(text, "null" | "Null" | "NULL" | "~") => Meaning::Null,
        b't' | b'T' if matches!(text, "true" | "True" | "TRUE") => Meaning::Boolean(true),
        b'f' | b'F' if matches!(text, "false" | "False" | "FALSE") => Meaning::Boolean(false),
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text),
        _ => Meaning::Text,
    }
}

fn number(text: &str) -> Meaning {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit()) {
        let least = if text.starts_with('-') { i64::MIN } else { i64::MAX };
        return Meaning::Integer(text.parse().unwrap_or(least));
    }
    let special = matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    if special || is_fraction(unsigned) { Meaning::Number } else { Meaning::Text }
}

fn radix(digits: &str, radix: u32) -> Meaning {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Meaning::Text;
    }
    Meaning::Integer(i64::from_str_radix(digits, radix).unwrap_or(i64::MAX))
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_fraction(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let mut rest = &text[whole..];
    if let Some(after) = rest.strip_prefix('.') {
        let decimals = digits(after);
        if whole + decimals == 0 {
            return false;
        }
        rest = &after[decimals..];
    } else if whole == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !exponent.is_empty() && digits(exponent) == exponent.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_yaml_1_2_says() {
        for text in
            ["no", "NO", "yes", "on", "off", "y", "nUll", "2026-11-23", "1_000", "0b1", "1e", ".", "-", "+", "1.2.3"]
        {
            assert_eq!(meaning(text, Style::Plain), Meaning::Text, "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(meaning(text, Style::Plain), Meaning::Null, "{text}");
        }
        for (text, number) in [("0001", 1), ("-5", -5), ("+5", 5), ("0x1F", 31), ("0o17", 15)] {
            assert_eq!(meaning(text, Style::Plain), Meaning::Integer(number), "{text}");
        }
        for text in ["1.5", ".5", "1.", "1e5", "-1.5E-3", ".inf", "-.INF", ".nan"] {
            assert_eq!(meaning(text, Style::Plain), Meaning::Number, "{text}");
        }
        assert_eq!(meaning("99999999999999999999", Style::Plain), Meaning::Integer(i64::MAX));
        assert_eq!(meaning("true", Style::Plain), Meaning::Boolean(true));
        for text in ["true", "null", "1", ""] {
            assert_eq!(meaning(text, Style::Quoted), Meaning::Text, "{text}");
        }
    }
}
