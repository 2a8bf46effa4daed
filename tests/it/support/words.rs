//! The words of a command line as a shell would cut them: quotes, `NAME=value` before the command, `> FILE`, `2> FILE` and
//! `&` after it.
//! Never expands anything: what a shell would expand, or read otherwise, is refused.

/// A command line in its parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// `NAME=value` before the command.
    pub(crate) environment: Vec<(String, String)>,
    /// The command and its arguments.
    pub(crate) words: Vec<String>,
    /// Where standard output goes.
    pub(crate) output: Option<String>,
    /// Where standard error goes.
    pub(crate) errors: Option<String>,
    /// Whether it is left running.
    pub(crate) place: Place,
}

/// Whether somebody waits for a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    #[default]
    Foreground,
    Background,
}

/// Cuts a command line.
///
/// # Errors
/// What a shell would read otherwise.
pub(crate) fn words(command: &str) -> Result<Words, String> {
    let mut cut = Words::default();
    let mut all = split(command)?.into_iter().peekable();
    while let Some((name, value)) = all.peek().and_then(|word| word.split_once('=')) {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
            break;
        }
        cut.environment.push((name.to_owned(), value.to_owned()));
        all.next();
    }
    while let Some(word) = all.next() {
        match word.as_str() {
            ">" => cut.output = all.next(),
            "2>" => cut.errors = all.next(),
            "&" => cut.place = Place::Background,
            _ => cut.words.push(word),
        }
    }
    Ok(cut)
}

/// What a shell reads otherwise than as it stands: anywhere but in single quotes, and where nothing is quoted.
const EXPANDED: [char; 3] = ['$', '`', '\\'];
const SPECIAL: [char; 12] = ['*', '?', '[', '~', ';', '<', '{', '(', ')', '#', '!', '\t'];

fn split(command: &str) -> Result<Vec<String>, String> {
    let (mut all, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in command.chars() {
        match (quote, c) {
            (None | Some('"'), c) if EXPANDED.contains(&c) => {
                return Err(format!("a shell would read `{c}` otherwise"));
            }
            (None, c) if SPECIAL.contains(&c) => return Err(format!("a shell would read `{c}` otherwise: quote it")),
            (Some(q), c) if c == q => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => all.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_as_a_shell_cuts_them() {
        let cut = words("NO_COLOR=1 twotier plan --target 'customer/a b' \"\" > plan.txt").expect("words");
        assert_eq!(cut.environment, [("NO_COLOR".to_owned(), "1".to_owned())]);
        assert_eq!(cut.words, ["twotier", "plan", "--target", "customer/a b", ""]);
        assert_eq!(cut.output.as_deref(), Some("plan.txt"));
        let left = words("twotier simulate 2> log &").expect("words");
        assert_eq!((left.errors.as_deref(), left.place), (Some("log"), Place::Background));
        assert_eq!(words("sed -i 's/a=b/c d/' f").expect("words").words, ["sed", "-i", "s/a=b/c d/", "f"]);
        for otherwise in ["cat $HOME", "cat *.yaml", "rm a; rm b", "cat \"`x`\"", "twotier set customer a={b}"] {
            assert!(words(otherwise).is_err(), "{otherwise}");
        }
    }
}
