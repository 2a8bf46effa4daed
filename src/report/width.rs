//! How wide text shows, and how lines that do not fit a terminal are broken: between words only, later lines hanging
//! below the text. What must be copied stays whole: words, what stands between backticks, a line that is a command.
//! Never escapes and never colours.

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr as _;

/// The last column of a page: what plans and runs are written in, wherever they are read.
pub(super) const PAGE: usize = 79;

/// How much room a reader has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Width {
    /// A pipe or a file: pages are pages, and every other line stays one line, so that it can be searched.
    #[default]
    Endless,
    /// A terminal of so many columns.
    Columns(u16),
}
impl Width {
    /// The last column of a page.
    pub(super) fn page(self) -> usize {
        self.limit().map_or(PAGE, |limit| limit.min(PAGE))
    }
    /// The last column of a line; none where lines do not end.
    #[must_use]
    pub fn limit(self) -> Option<usize> {
        match self {
            Self::Endless => None,
            // The last column stays free: some terminals begin a new line when it is written.
            Self::Columns(columns) => Some(usize::from(columns.max(20)) - 1),
        }
    }
    /// What is left of it beside a margin.
    #[must_use]
    pub fn beside(self, margin: u16) -> Self {
        match self {
            Self::Endless => Self::Endless,
            Self::Columns(columns) => Self::Columns(columns.saturating_sub(margin)),
        }
    }
}

/// How many columns a text takes on a terminal; our colours take none.
#[must_use]
pub fn columns(text: &str) -> usize {
    let mut pieces = text.split("\u{1b}[");
    let first = pieces.next().map_or(0, str::width);
    let rest = pieces.map(|piece| piece.split_once('m').map_or(0, |(_, shown)| shown.width()));
    first + rest.sum::<usize>()
}

/// The parts of a text that stay on one line, each with the blanks before it: words, what stands between backticks, and
/// a command after a colon or alone.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let mut command_next = true;
    std::iter::from_fn(move || {
        let start = rest.find(|c| c != ' ')?;
        let word = &rest[start..];
        let mut end = word.find(' ').unwrap_or(word.len());
        if command_next && word.starts_with("twotier ") {
            end = word.len();
        } else if word[..end].matches('`').count() % 2 == 1
            && let Some(tick) = word[end..].find('`').map(|tick| end + tick)
        {
            end = word[tick..].find(' ').map_or(word.len(), |space| tick + space);
        }
        rest = &word[end..];
        command_next = word[..end].ends_with(':');
        Some((start, &word[..end]))
    })
}

/// Breaks a text into lines: the first begins in the column `from`, the later ones after `hang`; none is wider than
/// `limit` unless one part alone is.
#[must_use]
pub fn broken(text: &str, (from, hang): (usize, usize), limit: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = from;
    for (gap, part) in parts(text) {
        let width = columns(part);
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(part);
            column += width;
        } else if column + gap + width > limit {
            lines.push(part.to_owned());
            column = hang + width;
        } else {
            line.push_str(&" ".repeat(gap));
            line.push_str(part);
            column += gap + width;
        }
    }
    lines
}

/// The lines of a text as they fit: each too wide one is broken between words and hangs below what stands after its
/// last gap in the left half, else a little to the right of its beginning; a paragraph of
/// prose stays a block.
#[must_use]
pub fn fit(text: &str, width: Width) -> Cow<'_, str> {
    let Some(limit) = width.limit() else { return Cow::Borrowed(text) };
    if text.lines().all(|line| columns(line) <= limit) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(|line| fitted(line, limit)).collect();
    Cow::Owned(lines.join("\n"))
}

fn fitted(line: &str, limit: usize) -> Cow<'_, str> {
    let inner = line.trim_start_matches(' ');
    if columns(line) <= limit {
        return Cow::Borrowed(line);
    }
    let lead = line.len() - inner.len();
    let label = label(inner, (limit / 2).saturating_sub(lead));
    // Sentences of prose begin with a capital and stay a block; messages do not.
    let hang = match (label.is_empty(), inner.starts_with(char::is_uppercase)) {
        (false, _) => lead + columns(label),
        (true, true) => lead.min(limit / 2),
        (true, false) => (lead + 2).min(limit / 2),
    };
    let from = lead + columns(label);
    let lines = broken(&inner[label.len()..], (from, hang), limit);
    Cow::Owned(format!("{}{label}{}", " ".repeat(lead), lines.join(&format!("\n{}", " ".repeat(hang)))))
}

/// What stands before the last gap that ends within so many columns, with the gap.
fn label(text: &str, room: usize) -> &str {
    let ends = text.match_indices("  ").map(|(at, _)| text.len() - text[at..].trim_start_matches(' ').len());
    let label = ends.take_while(|end| columns(&text[..*end]) <= room).last().map(|end| &text[..end]);
    label.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_breaks_between_words_and_hangs_below_its_text() {
        let line = "    help  write 5 to accept it, or `onDrift: {quantity: restore}` to bring 7 back";
        assert_eq!(fit(line, Width::Endless), line);
        assert_eq!(
            fit(line, Width::Columns(60)),
            "    help  write 5 to accept it, or\n          `onDrift: {quantity: restore}` to bring 7 back"
        );
        assert_eq!(fit("Prose is a block of lines.", Width::Columns(20)), "Prose is a block of\nlines.");
        assert_eq!(fit("error: a b c d e f g h i j k l m", Width::Columns(21)), "error: a b c d e f g\n  h i j k l m");
    }

    #[test]
    fn what_stands_in_has_the_rest_of_the_line() {
        assert_eq!(Width::Columns(80).beside(4).limit(), Some(75));
        assert_eq!(Width::Endless.beside(4), Width::Endless);
    }

    #[test]
    fn what_is_copied_stays_whole() {
        let command = format!("  twotier apply --plan-id {}", "a".repeat(64));
        assert_eq!(fit(&command, Width::Columns(80)), command);
        let inside = "say `twotier state resolve 12 --by ada --reason because`, then go on";
        assert_eq!(
            fit(inside, Width::Columns(40)),
            "say\n  `twotier state resolve 12 --by ada --reason because`,\n  then go on"
        );
    }

    #[test]
    fn wide_characters_take_two_columns_and_colours_none() {
        assert_eq!((columns("株式会社"), columns("🎉a"), columns("\u{1b}[1;31merror\u{1b}[0m")), (8, 3, 5));
        assert_eq!(fit("株式会社 株式会社 株式", Width::Columns(21)), "株式会社 株式会社\n  株式");
        let painted = "\u{1b}[1;31merror\u{1b}[0m: aaaaa bbbbb cc";
        assert_eq!(fit(painted, Width::Columns(21)), "\u{1b}[1;31merror\u{1b}[0m: aaaaa bbbbb\n  cc");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_only_what_is_whole_overflows(
            text in "[ `\na-e株🎉]{0,300}|\\PC{0,200}", columns_of in prop::sample::select(vec![40u16, 80]),
        ) {
            let shown = fit(&text, Width::Columns(columns_of));
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&shown), words(&text));
            for line in shown.lines().filter(|line| columns(line) >= usize::from(columns_of)) {
                let inner = line.trim_start_matches(' ');
                let text = &inner[label(inner, usize::from(columns_of) / 2).len()..];
                let whole = parts(inner).count() == 1 || parts(text).count() <= 1;
                prop_assert!(whole, "{line:?}");
            }
        }
    }
}
