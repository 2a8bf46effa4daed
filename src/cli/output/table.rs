//! Rows in columns, for people. Never wraps and never colors.

use super::safe;

/// A table without lines: columns as wide as their widest cell, two blanks between them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a first row of column names.
    pub(crate) fn new(names: &[&str]) -> Self {
        Self { rows: vec![names.iter().map(|name| (*name).to_owned()).collect()] }
    }
    /// Adds a row. Line feeds in a cell become blanks.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().map(|cell| safe(&cell).replace('\n', " ")).collect());
    }
    /// The rows below each other.
    pub(crate) fn show(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_cells_cannot_break_them() {
        let mut table = Table::new(&["id", "what"]);
        table.row(["1".to_owned(), "a\nb".to_owned()]);
        table.row(["1000".to_owned(), "\u{1b}[31mred".to_owned()]);
        assert_eq!(table.show(), "id    what\n1     a b\n1000  \u{fffd}[31mred\n");
    }
}
