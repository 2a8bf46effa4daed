//! How plain text is laid out: pages of 79 columns or of a narrower terminal, rows with a tag at the right, wrapped lines that hang. Escapes everything
//! it is given; never decides whether there is colour.

use super::escape;
use super::width::{PAGE, Width, broken, columns};
use std::fmt::{self, Write};

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

/// A page under the pen: what is written, and how much room its reader has.
pub(super) struct Sheet<'a> {
    out: &'a mut dyn Write,
    width: Width,
}
impl<'a> Sheet<'a> {
    /// Writes to `out`, for a reader with so much room.
    pub(super) fn new(out: &'a mut dyn Write, width: Width) -> Self {
        Self { out, width }
    }
    /// How much room the reader has.
    pub(super) fn width(&self) -> Width {
        self.width
    }
    /// The last column.
    pub(super) fn page(&self) -> usize {
        self.width.page()
    }
}
impl Write for Sheet<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_str(text)
    }
}

/// Writes `first` and then `text`, broken between words at the edge of the page; later lines begin with `indent`
/// spaces. Words and what stands between backticks are never broken, so that ids, paths and commands can be copied.
pub(super) fn wrapped(out: &mut Sheet<'_>, first: &str, indent: usize, text: &str) -> fmt::Result {
    out.write_str(first)?;
    let lines = broken(&escape::line(text), (columns(first), indent), out.page());
    writeln!(out, "{}", lines.join(&format!("\n{:indent$}", "")))
}

/// Writes what scripts look for: one line in a pipe, however long; on a terminal broken as other text.
pub(super) fn searched(out: &mut Sheet<'_>, text: &str) -> fmt::Result {
    match out.width {
        Width::Endless => writeln!(out, "{}", escape::line(text)),
        Width::Columns(_) => wrapped(out, "", 2, text),
    }
}

/// Writes, at the right edge, `tag`; `column` says how wide shows what stands left of it.
pub(super) fn tagged(out: &mut Sheet<'_>, column: usize, tag: &str) -> fmt::Result {
    if tag.is_empty() {
        return out.write_char('\n');
    }
    let gap = out.page().saturating_sub(column + columns(tag)).max(2);
    writeln!(out, "{:gap$}{tag}", "")
}

/// The width of a first column for these texts: the longest and two, but not so wide that nothing fits beside it.
pub(super) fn column(texts: impl Iterator<Item = usize>, page: usize) -> usize {
    texts.max().unwrap_or(0).min(page * 44 / PAGE) + 2
}

/// Writes `text` padded to `width`, with two spaces after it where it is longer. Answers how wide it shows.
pub(super) fn padded(out: &mut dyn Write, text: &str, width: usize) -> Result<usize, fmt::Error> {
    let length = columns(text);
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
        wrapped(
            &mut Sheet::new(&mut out, Width::Endless),
            "    help: ",
            10,
            &format!("{} {} end", "a".repeat(70), "b".repeat(90)),
        )
        .unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines[0], format!("    help: {}", "a".repeat(70)));
        assert_eq!(lines[1], format!("{}{}", " ".repeat(10), "b".repeat(90)));
        assert_eq!(lines[2], format!("{}end", " ".repeat(10)));
    }
}
