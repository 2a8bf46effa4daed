//! Syntax errors in words: code, message and how to mend the usual ones. Never reads a text itself.

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
