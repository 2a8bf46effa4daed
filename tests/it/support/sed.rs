//! `sed 's/old/new/'`, as far as every `sed` reads it alike: characters as they stand, `.` for any, `\` before what would
//! mean something else. What `sed` would read otherwise is refused, so that a command of a document does for its reader what
//! it does here. Never touches a file.

/// A text with the first match of every line replaced, or of all with `g`; what is wrong when nothing matches.
pub(crate) fn substitute(script: &str, text: &str) -> Result<String, String> {
    let separator = script.chars().nth(1).ok_or("`sed -i` needs s/old/new/")?;
    let parts: Vec<&str> = script.split(separator).collect();
    let ["s", old, new, flags @ ("" | "g")] = parts.as_slice() else {
        return Err("`sed -i` needs s/old/new/, or s/old/new/g".to_owned());
    };
    let (pattern, new) = (pattern(old)?, replacement(new)?);
    let most = if *flags == "g" { usize::MAX } else { 1 };
    let mut changed = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        let (mut rest, mut count) = (body, 0);
        while let Some((at, length)) = find(&pattern, rest).filter(|_| count < most) {
            changed.extend([&rest[..at], &new]);
            rest = &rest[at + length..];
            count += 1;
        }
        changed.extend([rest, end]);
    }
    if changed == text { Err(format!("nothing is changed by `{old}`")) } else { Ok(changed) }
}

/// Each character, or none for any.
fn pattern(old: &str) -> Result<Vec<Option<char>>, String> {
    let mut pattern = Vec::new();
    let mut all = old.chars();
    while let Some(c) = all.next() {
        pattern.push(match c {
            '.' => None,
            '[' | '*' | '^' | '$' => return Err(format!("to `sed`, `{c}` is no character: write `\\{c}`")),
            '\\' => match all.next() {
                Some(c @ ('.' | '[' | ']' | '*' | '^' | '$' | '\\')) => Some(c),
                other => return Err(format!("not every `sed` knows `\\{}`", other.unwrap_or_default())),
            },
            c => Some(c),
        });
    }
    if pattern.is_empty() { Err("`sed` would look for the former text".to_owned()) } else { Ok(pattern) }
}

fn replacement(new: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut all = new.chars();
    while let Some(c) = all.next() {
        text.push(match c {
            '&' => return Err("to `sed`, `&` is what was found: write `\\&`".to_owned()),
            '\\' => match all.next() {
                Some('n') => '\n',
                Some(c @ ('&' | '\\')) => c,
                other => return Err(format!("not every `sed` knows `\\{}`", other.unwrap_or_default())),
            },
            c => c,
        });
    }
    Ok(text)
}

/// Where the pattern begins, and how long what it matches is.
fn find(pattern: &[Option<char>], text: &str) -> Option<(usize, usize)> {
    text.char_indices().find_map(|(at, _)| {
        let mut rest = text[at..].chars();
        let matches = pattern.iter().all(|wanted| match (rest.next(), wanted) {
            (Some(c), Some(wanted)) => c == *wanted,
            (found, None) => found.is_some(),
            (None, Some(_)) => false,
        });
        matches.then(|| (at, text[at..].len() - rest.as_str().len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "subscriptions: [exchange]\nsubscriptions: all, all\nembedded:tenant.jsonl\n";
    const SCRIPTS: [&str; 5] = [
        r"s/subscriptions: \[exchange]/subscriptions: [exchange, m365]/",
        "s/all/none/",
        "s/all/none/g",
        r"s|embedded:tenant.jsonl|{url: http://127.0.0.1}\n  \&|",
        "s/t.n/x/",
    ];

    #[test]
    fn what_sed_reads_otherwise_is_refused() {
        for script in
            ["s/: [exchange]/x/", "s/a*/x/", "s/^a/x/", "s/l$/x/", "s/al\\+/x/", "s/all/&/", "s/none/x/", "y/a/b/"]
        {
            assert!(substitute(script, TEXT).is_err(), "{script}");
        }
        assert!(
            substitute(SCRIPTS[0], TEXT)
                .expect("replaced")
                .starts_with("subscriptions: [exchange, m365]\nsubscriptions: all")
        );
        assert!(substitute(SCRIPTS[1], TEXT).expect("replaced").contains(": none, all\n"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_real_sed_does_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("text");
        for script in SCRIPTS {
            std::fs::write(&file, TEXT).expect("written");
            let done = std::process::Command::new("sed").args(["-i", script]).arg(&file).status().expect("sed runs");
            assert!(done.success(), "{script}");
            assert_eq!(substitute(script, TEXT), Ok(std::fs::read_to_string(&file).expect("read")), "{script}");
        }
    }
}
