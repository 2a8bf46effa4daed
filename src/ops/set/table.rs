//! Values for many documents as a table: what a spreadsheet saves as CSV, one document a line. Reads text only; never
//! judges whether a document is there.

use super::Assignment;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What each document gets, by name.
pub type Each = BTreeMap<SmolStr, Vec<Assignment>>;

/// The text of a table as a spreadsheet saved it: UTF-8, or UTF-16 with its mark. Anything else could only be guessed.
///
/// # Errors
/// What is wrong, with its line.
pub fn decoded(bytes: &[u8]) -> Result<String, String> {
    let units = |rest: &[u8], of: fn([u8; 2]) -> u16| -> Result<String, String> {
        let units: Vec<u16> = rest.chunks(2).map(|two| of([two[0], two.get(1).copied().unwrap_or_default()])).collect();
        String::from_utf16(&units).map_err(|_| format!("it is broken UTF-16: {SAVE}"))
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(format!("line {line}: it is not UTF-8: {SAVE}"))
            }
        },
    }
}

/// How to save it.
const SAVE: &str = "save the table as `CSV UTF-8`";

/// Reads `name,FIELD,...` and a line for each document; cells are separated by commas or, as some spreadsheets write
/// them, by semicolons or tabs. An empty cell says nothing.
///
/// # Errors
/// What is wrong, with its line.
pub fn table(text: &str) -> Result<Each, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().ok_or("the table is empty: its first line is `name,FIELD,...`")?;
    let separator = ['\t', ',', ';'].into_iter().find(|separator| head.contains(*separator)).unwrap_or(',');
    let head = cells(head, separator).ok_or("line 1: a quote is not closed")?;
    let Some(("name", fields)) = head.split_first().map(|(name, fields)| (name.as_str(), fields)) else {
        return Err("line 1: the first column is not `name`".to_owned());
    };
    if let Some((_, twice)) = head.iter().enumerate().find(|(at, column)| head[..*at].contains(column)) {
        return Err(format!("line 1: the column `{twice}` stands there twice: keep one of the two"));
    }
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
    if each.is_empty() {
        return Err("there is no line below the first: a line is a document and its values".to_owned());
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
            "name\tcontact.email\tcontact.name\ncontoso\tit@contoso.example\t\"Kiss, \"\"Jr\"\" Anna\"\nadatum\n",
            "name;contact.email;contact.name\ncontoso;it@contoso.example;\"Kiss, \"\"Jr\"\" Anna\"\nadatum\n",
        ] {
            let each = table(text).expect("a table");
            let values =
                vec![contact("contact.email", "it@contoso.example"), contact("contact.name", "Kiss, \"Jr\" Anna")];
            assert_eq!(each, Each::from([("adatum".into(), vec![]), ("contoso".into(), values)]));
        }
        for (text, expect) in [
            ("", "the table is empty"),
            ("name,contact.email\n\n", "there is no line below the first"),
            ("customer,contact.email\n", "line 1: the first column"),
            ("name,contact.email,contact.email\na,b@c,d@e\n", "line 1: the column `contact.email` stands there twice"),
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

    #[test]
    fn what_spreadsheets_save_is_read_or_refused_with_its_line() {
        let text = "name;friendlyName\na/b;Süß\n";
        let of = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        let saved = [text.into(), of([0xff, 0xfe], u16::to_le_bytes), of([0xfe, 0xff], u16::to_be_bytes)];
        for bytes in saved {
            assert_eq!(decoded(&bytes).as_deref(), Ok(text));
        }
        let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
        assert_eq!(decoded(&latin), Err(format!("line 2: it is not UTF-8: {SAVE}")));
        assert!(decoded(&[0xff, 0xfe, 0x00, 0xd8]).is_err());
    }
}
