//! Rows in columns, for people. A table that is too wide breaks its cells between words, then becomes one block a row.
//! Never colors.

use super::safe;
use crate::report::{Width, broken, columns};

/// A table without lines: columns as wide as their widest cell, two blanks between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a first row of column names.
    pub(crate) fn new(names: &[&str]) -> Self {
        Self { names: names.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }
    /// Adds a row. Line feeds in a cell become blanks.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| safe(&cell.replace('\n', " "))).collect());
    }
    /// The rows below each other, as they fit.
    pub(crate) fn show(&self, width: Width) -> String {
        let widest = self.widths(columns);
        match width.limit().filter(|limit| total(&widest) > *limit) {
            None => self.aligned(&widest),
            Some(limit) => self.without_empty().narrow(limit),
        }
    }
    /// Without the columns that have nothing but a name.
    fn without_empty(&self) -> Self {
        let told = |column: usize| self.rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()));
        let of = |row: &Vec<String>| -> Vec<String> {
            row.iter().enumerate().filter(|(column, _)| told(*column)).map(|(_, cell)| cell.clone()).collect()
        };
        Self { names: of(&self.names), rows: self.rows.iter().map(of).collect() }
    }
    fn narrow(&self, limit: usize) -> String {
        let widest = self.widths(columns);
        let least = self.widths(|cell| broken(cell, (0, 0), 0).iter().map(|part| columns(part)).max().unwrap_or(0));
        match squeezed(widest, &least, limit) {
            Some(widths) => self.aligned(&widths),
            None => self.blocks(limit),
        }
    }
    fn widths(&self, of: impl Fn(&str) -> usize) -> Vec<usize> {
        let rows = || std::iter::once(&self.names).chain(&self.rows);
        let count = rows().map(Vec::len).max().unwrap_or(0);
        (0..count)
            .map(|column| rows().filter_map(|row| row.get(column)).map(|cell| of(cell)).max().unwrap_or(0))
            .collect()
    }
    fn aligned(&self, widths: &[usize]) -> String {
        let head = Some(&self.names).filter(|names| !names.is_empty());
        let mut text = String::new();
        for row in head.into_iter().chain(&self.rows) {
            let cells: Vec<Vec<String>> =
                row.iter().zip(widths).map(|(cell, width)| cell_lines(cell, *width)).collect();
            let height = cells.iter().map(Vec::len).max().unwrap_or(0);
            for line in 0..height {
                let shown: Vec<String> = cells
                    .iter()
                    .zip(widths)
                    .map(|(cell, width)| padded(cell.get(line).map_or("", String::as_str), *width))
                    .collect();
                text.push_str(shown.join("  ").trim_end());
                text.push('\n');
            }
        }
        text
    }
    /// One block a row: the first cell, and below it each other one with its name.
    fn blocks(&self, limit: usize) -> String {
        let named = self.names.iter().skip(1).map(|name| columns(name)).max().unwrap_or(0);
        let lead = if named == 0 { 2 } else { 4 + named };
        let mut text = String::new();
        for row in &self.rows {
            for (number, cell) in row.iter().enumerate().filter(|(number, cell)| *number == 0 || !cell.is_empty()) {
                let name = self.names.get(number).map_or("", String::as_str);
                let (before, hang) = match number {
                    0 if cell.is_empty() => ("-".to_owned(), 2),
                    0 => (String::new(), 2),
                    _ if named == 0 => ("  ".to_owned(), 4),
                    _ => (format!("  {}  ", padded(name, named)), lead),
                };
                let lines = broken(cell, (columns(&before), hang), limit);
                text.push_str(&before);
                text.push_str(&lines.join(&format!("\n{:hang$}", "")));
                text.push('\n');
            }
        }
        text
    }
}

/// With the blanks between them.
fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)
}

/// The widest columns narrower, none below its longest word, until a row fits; none when it cannot.
fn squeezed(mut widths: Vec<usize>, least: &[usize], limit: usize) -> Option<Vec<usize>> {
    while total(&widths) > limit {
        let can = widths.iter().zip(least).enumerate().filter(|(_, (width, least))| width > least);
        let (widest, _) = can.max_by_key(|(_, (width, _))| **width)?;
        widths[widest] -= 1;
    }
    Some(widths)
}

fn cell_lines(cell: &str, width: usize) -> Vec<String> {
    if columns(cell) <= width { vec![cell.to_owned()] } else { broken(cell, (0, 0), width) }
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{:gap$}", "", gap = width.saturating_sub(columns(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table() -> Table {
        let mut table = Table::new(&["run", "who", "ended"]);
        table.row(["1".to_owned(), "株式会社".to_owned(), "2 asked, 11 done, 3 skipped".to_owned()]);
        table.row(["2".to_owned(), "ada@contoso.example".to_owned(), "nothing".to_owned()]);
        table
    }

    #[test]
    fn columns_line_up_and_cells_cannot_break_them() {
        let mut table = Table::new(&["id", "what"]);
        table.row(["1".to_owned(), "a\nb".to_owned()]);
        table.row(["1000".to_owned(), "\u{1b}[31mred".to_owned()]);
        assert_eq!(table.show(Width::Endless), "id    what\n1     a b\n1000  \\u{1b}[31mred\n");
    }

    #[test]
    fn a_table_that_is_too_wide_breaks_cells_and_then_rows() {
        let wide = "\
run  who                  ended
1    株式会社             2 asked, 11 done, 3 skipped
2    ada@contoso.example  nothing
";
        assert_eq!(table().show(Width::Columns(80)), wide);
        let narrow = "\
run  who                  ended
1    株式会社             2 asked, 11
                          done, 3
                          skipped
2    ada@contoso.example  nothing
";
        assert_eq!(table().show(Width::Columns(40)), narrow);
        let blocks = "\
1
  who    株式会社
  ended  2 asked, 11
         done, 3
         skipped
2
  who    ada@contoso.example
  ended  nothing
";
        assert_eq!(table().show(Width::Columns(21)), blocks);
    }

    proptest! {
        #[test]
        fn no_cell_loses_a_word_and_no_line_is_wider_than_its_words_make_it(
            cells in prop::collection::vec("[a-e 株🎉`]{0,60}", 1..12), columns_of in prop::sample::select(vec![40u16, 80]),
        ) {
            let mut table = Table::new(&["one", "two", "three"]);
            cells.chunks(3).for_each(|row| table.row(row.to_vec()));
            let shown = table.show(Width::Columns(columns_of));
            let letters = |text: &str| {
                let mut letters: Vec<char> = text.chars().filter(|c| "株🎉`".contains(*c)).collect();
                letters.sort_unstable();
                letters
            };
            prop_assert_eq!(letters(&shown), letters(&cells.concat()));
            let parts = |cell: &String| broken(cell, (0, 0), 0);
            let longest = cells.iter().flat_map(parts).map(|part| columns(&part)).max().unwrap_or(0);
            for line in shown.lines() {
                prop_assert!(columns(line) < usize::from(columns_of).max(longest + 10), "{line:?}");
            }
        }
    }
}
