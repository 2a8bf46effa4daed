//! Values for many documents as a table: what a spreadsheet saves as CSV, one document a line. Reads text only; never
//! judges whether a document is there.

use super::Assignment;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What each document gets, by name.
pub type Each = BTreeMap<SmolStr, Vec<Assignment>>;

/// Reads `name,FIELD,...` and a line for each document; cells are separated by commas or, as spreadsheets of some
/// languages write them, by semicolons. An empty cell says nothing.
///
/// # Errors
/// What is wrong, with its line.
pub fn table(text: &str) -> Result<Each, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().ok_or("the table is empty: its first line is `name,FIELD,...`")?;
    let separator = if head.contains(',') { ',' } else { ';' };
    let head = cells(head, separator).ok_or("line 1: a quote is not closed")?;
    let Some(("name", fields)) = head.split_first().map(|(name, fields)| (name.as_str(), fields)) else {
        return Err("line 1: the first column is not `name`".to_owned());
    };
    let mut each = Each::new();
    for (at, line) in lines {
        let wrong = |what: &str| format!("line {}: {what}", at + 1);
        let cells = cells(line, separator).ok_or_else(|| wrong("a quote is not closed"))?;
        let Some((name, values)) = cells.split_first().filter(|(name, _)| !name.is_empty()) else {
            return Err(wrong("there is no name"));
        };
        if values.len() > fields.len() {
            return Err(wrong("there are more cells than columns"));
        }
        let filled = fields.iter().zip(values).filter(|(_, value)| !value.is_empty());
        let values = filled.map(|(field, value)| Assignment::of(field, value)).collect::<Result<Vec<_>, _>>();
        if each.insert(name.into(), values.map_err(|error| wrong(&error))?).is_some() {
            return Err(wrong(&format!("`{name}` stands there twice")));
        }
    }
    Ok(each)
}

/// The cells of a line, without the quotes around them; none when a quote is not closed.
fn cells(line: &str, separator: char) -> Option<Vec<String>> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            c if c == separator && !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            c => cell.push(c),
        }
    }
    cells.push(cell.trim().to_owned());
    (!quoted).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_spreadsheets_are_read_and_faults_have_their_line() {
        let contact = |field: &str, value: &str| Assignment::of(field, value).expect("a value");
        for text in [
            "\u{feff}name,contact.email,contact.name\r\ncontoso,it@contoso.example,\"Kiss, \"\"Jr\"\" Anna\"\r\n\r\nadatum,,\r\n",
            "name;contact.email;contact.name\ncontoso;it@contoso.example;\"Kiss, \"\"Jr\"\" Anna\"\nadatum\n",
        ] {
            let each = table(text).expect("a table");
            let values =
                vec![contact("contact.email", "it@contoso.example"), contact("contact.name", "Kiss, \"Jr\" Anna")];
            assert_eq!(each, Each::from([("adatum".into(), vec![]), ("contoso".into(), values)]));
        }
        for (text, expect) in [
            ("", "the table is empty"),
            ("customer,contact.email\n", "line 1: the first column"),
            ("name,contact.email\na,b@c\n,b@c\n", "line 3: there is no name"),
            ("name,contact.email\na,b@c,d\n", "line 2: there are more cells"),
            ("name,contact.mail\na,b@c\n", "line 2: `contact.mail` cannot be set"),
            ("name,contact.email\na,b@c\na,d@e\n", "line 3: `a` stands there twice"),
            ("name,contact.email\n\"a,b@c\n", "line 2: a quote is not closed"),
        ] {
            let error = table(text).expect_err(text);
            assert!(error.starts_with(expect), "{error}");
        }
    }
}
