//! How plain text is laid out: 79 columns, rows with a tag at the right, wrapped lines that hang. Escapes everything
//! it is given; never decides whether there is colour.

use super::escape;
use std::fmt::{self, Write};

/// The last column that is used.
pub(super) const WIDTH: usize = 79;

/// Whether output may be coloured; whoever knows the terminal decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// Plain bytes.
    #[default]
    Plain,
    /// With ANSI colours.
    Colour,
}

/// A colour of the eight that every terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hue {
    /// Something new, or done.
    Green,
    /// Something changes, or waits.
    Yellow,
    /// Something ends, or went wrong.
    Red,
    /// For people.
    Cyan,
    /// A heading.
    Bold,
}
impl Hue {
    fn code(self) -> &'static str {
        match self {
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Red => "31",
            Self::Cyan => "36",
            Self::Bold => "1",
        }
    }
}

/// Writes `text` in a colour; `text` is ours or escaped already.
pub(super) fn paint(out: &mut dyn Write, paint: Paint, hue: Hue, text: &str) -> fmt::Result {
    match paint {
        Paint::Plain => out.write_str(text),
        Paint::Colour => write!(out, "\u{1b}[{}m{text}\u{1b}[0m", hue.code()),
    }
}

/// The parts of a text that stay on one line: words, and what stands between backticks where it is short.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c| c != ' ') {
        rest = &rest[start..];
        let mut end = rest.find(' ').unwrap_or(rest.len());
        if rest[..end].matches('`').count() % 2 == 1 {
            let closed = rest[end..].find('`').map(|tick| end + tick);
            let whole = closed.map(|tick| rest[tick..].find(' ').map_or(rest.len(), |space| tick + space));
            end = whole.filter(|whole| *whole <= WIDTH / 2).unwrap_or(end);
        }
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words
}

/// Writes `first` and then `text`, broken between words at 79 columns; later lines begin with `indent` spaces. Words
/// are never broken, so that ids, paths and commands can be copied.
pub(super) fn wrapped(out: &mut dyn Write, first: &str, indent: usize, text: &str) -> fmt::Result {
    out.write_str(first)?;
    let mut column = first.chars().count();
    let mut begun = false;
    for word in words(&escape::line(text)) {
        let length = word.chars().count();
        if begun && column + 1 + length > WIDTH {
            write!(out, "\n{:indent$}", "")?;
            column = indent;
        } else if begun {
            out.write_char(' ')?;
            column += 1;
        }
        out.write_str(word)?;
        column += length;
        begun = true;
    }
    out.write_char('\n')
}

/// Writes `left` and, at the right edge, `tag`; `left` is escaped already and `column` says how wide it shows.
pub(super) fn tagged(out: &mut dyn Write, column: usize, tag: &str) -> fmt::Result {
    if tag.is_empty() {
        return out.write_char('\n');
    }
    let gap = WIDTH.saturating_sub(column + tag.chars().count()).max(2);
    writeln!(out, "{:gap$}{tag}", "")
}

/// The width of a first column for these texts: the longest and two, but not so wide that nothing fits beside it.
pub(super) fn column(texts: impl Iterator<Item = usize>) -> usize {
    texts.max().unwrap_or(0).min(44) + 2
}

/// Writes `text` padded to `width`, with two spaces after it where it is longer. Answers how wide it shows.
pub(super) fn padded(out: &mut dyn Write, text: &str, width: usize) -> Result<usize, fmt::Error> {
    let length = text.chars().count();
    let gap = width.saturating_sub(length).max(2);
    write!(out, "{text}{:gap$}", "")?;
    Ok(length + gap)
}

/// `1 error`, `2 errors`.
pub(super) fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_hang_and_words_stay_whole() {
        let mut out = String::new();
        wrapped(&mut out, "    help: ", 10, &format!("{} {} end", "a".repeat(70), "b".repeat(90))).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], format!("    help: {}", "a".repeat(70)));
        assert_eq!(lines[1], format!("{}{}", " ".repeat(10), "b".repeat(90)));
        assert_eq!(lines[2], format!("{}end", " ".repeat(10)));
    }

    #[test]
    fn a_command_stays_on_one_line() {
        assert_eq!(words("say `a b c`, then  `d"), ["say", "`a b c`,", "then", "`d"]);
        let long = format!("`{}` x", "a ".repeat(60));
        assert_eq!(words(&long).len(), 62);
    }
}
