//! Syntax errors in words: code, message, how to mend the usual ones, and the earlier line that one comes from. Never
//! reads a text into a tree.

use crate::diag::Code;
use granit_parser::ErrorKind;

/// The parser's words, as one phrase in lower case.
pub(super) fn reworded(kind: &ErrorKind) -> String {
    if let ErrorKind::UnexpectedCharacter { character } = kind {
        return format!("unexpected character `{}`", character.escape_default());
    }
    let words = kind.to_string();
    let words = words.trim_end_matches('.').replace("while parsing ", "in ").replace("while scanning ", "in ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Code and help of a syntax error.
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser's kinds are open; those without advice need no name")]
pub(super) fn explain(kind: &ErrorKind, line: &str) -> (Code, Option<&'static str>) {
    let indentation = &line[..line.len() - line.trim_start().len()];
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => (Code::Tab, Some("replace the tab by spaces")),
        _ if indentation.contains('\t') => (Code::Tab, Some("the line begins with a tab: indent with spaces")),
        ErrorKind::RecursionLimitExceeded => (Code::TooDeep, None),
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            (Code::YamlSyntax, Some("quote a value that holds `: `, and check the indentation"))
        }
        ErrorKind::ExpectedBlockSequenceEntry => (
            Code::YamlSyntax,
            Some("every item of a list begins with a dash; take the dash out where a mapping is meant"),
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            (Code::YamlSyntax, Some("a key is followed by a colon and a space"))
        }
        ErrorKind::UnexpectedCharacter { .. } => (Code::YamlSyntax, Some("quote the text")),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            (Code::YamlSyntax, Some("close the quotes"))
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping => (Code::YamlSyntax, Some("close the bracket")),
        ErrorKind::MisplacedFlowCollectionEnd => {
            (Code::YamlSyntax, Some("take it out, or write the bracket that it closes"))
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            (Code::YamlSyntax, Some("in double quotes a backslash is written twice; single quotes keep it as it is"))
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            (Code::YamlSyntax, Some("fields of one mapping begin in the same column"))
        }
        _ => (Code::YamlSyntax, None),
    }
}

/// What a parser notices too late: the line that it comes from.
pub(super) struct Cause {
    /// Where, in bytes of the text.
    pub(super) at: usize,
    /// What is wrong there.
    pub(super) message: String,
    /// How to mend it.
    pub(super) help: &'static str,
}

/// The cause of an error in the line that begins at byte `line`, where it is in an earlier one of the document or in how
/// that line is indented.
pub(super) fn cause(kind: &ErrorKind, text: &str, line: usize) -> Option<Cause> {
    indented_by(text, line)
        .or_else(|| matches!(kind, ErrorKind::MappingValueNotAllowed).then(|| goes_on(text, line)).flatten())
}

/// The last line, up to this one, whose indentation holds a sign that is no space to YAML.
fn indented_by(text: &str, line: usize) -> Option<Cause> {
    let end = text[line..].find('\n').map_or(text.len(), |end| line + end);
    lines_before(text, end).find_map(|(start, line)| {
        let indentation = &line[..line.len() - line.trim_start().len()];
        let (within, sign) = indentation.char_indices().find(|(_, c)| !c.is_ascii())?;
        let message = format!("the line is indented by U+{:04X}, which is no space to YAML", u32::from(sign));
        Some(Cause { at: start + within, message, help: "indent with spaces" })
    })
}

/// The line above, when its value goes on in this one, which is indented deeper.
fn goes_on(text: &str, line: usize) -> Option<Cause> {
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let (start, above) = lines_before(text, line.checked_sub(1)?).next()?;
    let value = above.split_once(": ")?.1.trim_start();
    let plain = !value.is_empty() && !value.starts_with(['"', '\'', '[', '{', '|', '>', '&', '*', '!', '#']);
    let deeper = depth(&text[line..]) > depth(above);
    (plain && deeper).then(|| Cause {
        at: start + depth(above),
        message: "the value of this line goes on in the next one, which is indented deeper".to_owned(),
        help: "begin both lines in the same column if both are fields",
    })
}

/// The lines of the document that end at or before byte `end`, the last one first, with where each begins.
fn lines_before(text: &str, end: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut end = Some(end);
    std::iter::from_fn(move || {
        let until = end?;
        let start = text[..until].rfind('\n').map_or(0, |at| at + 1);
        end = start.checked_sub(1);
        Some((start, &text[start..until]))
    })
    .take_while(|(_, line)| !line.starts_with("---"))
}
