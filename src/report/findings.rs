//! Findings with the place, an excerpt and a caret, one below the other. Equal findings give equal bytes; an excerpt
//! never obeys what stands in the file.

use super::escape;
use super::layout::{Paint, Sheet, plural};
use crate::diag::{At, Finding, Severity, SourceMap};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::fmt::{self, Write};

/// The most bytes of one line that an excerpt looks at, on each side of the place.
const NEAR: usize = 2000;

/// Writes every finding, sorted by place, and how many there are of each severity.
///
/// # Errors
/// When `out` does.
pub(super) fn findings(findings: &[Finding], sources: &SourceMap, colour: Paint, out: &mut Sheet<'_>) -> fmt::Result {
    let renderer = match colour {
        Paint::Plain => Renderer::plain(),
        Paint::Colour => Renderer::styled(),
    };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(out.page());
    for finding in sorted(findings) {
        writeln!(out, "{}\n", renderer.render(&[group(finding, sources)]))?;
    }
    if findings.is_empty() { Ok(()) } else { writeln!(out, "{}", tally(findings)) }
}

/// By place, then code, then message.
pub(super) fn sorted(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by(|a, b| (a.at, a.code, &a.message).cmp(&(b.at, b.code, &b.message)));
    sorted
}

/// `2 errors, 1 warning`: how many there are of each severity, in order.
#[must_use]
pub fn tally(findings: &[Finding]) -> String {
    let of = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (of(severity), severity))
        .filter(|(count, _)| *count > 0)
        .map(|(count, severity)| plural(count, &severity.to_string()))
        .collect();
    if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") }
}

/// How many places of one finding are shown.
const PLACES: usize = 12;

fn group<'a>(finding: &'a Finding, sources: &'a SourceMap) -> Group<'a> {
    let Finding { code, severity, at, address, message, help, related } = finding;
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut elements: Vec<Element<'a>> = Vec::new();
    elements.extend(at.and_then(|at| excerpt(at, None, sources)));
    elements.extend(related.iter().take(PLACES).filter_map(|(at, what)| excerpt(*at, Some(what), sources)));
    if let Some(more) = related.len().checked_sub(PLACES).filter(|more| *more > 0) {
        elements.push(Level::NOTE.message(format!("and {more} more: `--format json` names them all")).into());
    }
    if let (None, Some(address)) = (at, address) {
        elements.push(Level::NOTE.message(format!("this is about {}", escape::line(&address.to_string()))).into());
    }
    elements.extend(help.as_ref().map(|help| Level::HELP.message(escape::line(help)).into()));
    level.primary_title(escape::line(message)).id(code.to_string()).elements(elements)
}

/// The line of a place, marked; a file without text is only named.
fn excerpt<'a>(at: At, label: Option<&'a str>, sources: &'a SourceMap) -> Option<Element<'a>> {
    let file = sources.file(at.file)?;
    let path = escape::line(&sources.path(at)).into_owned();
    if file.text.is_empty() {
        return Some(Origin::path(path).into());
    }
    let text: &str = &file.text;
    let start = floor(text, at.start as usize);
    let first = text[..start].rfind('\n').map_or(0, |feed| feed + 1);
    if start - first > NEAR {
        // A line this long is no excerpt for anybody.
        let (line, column) = sources.line_column(at);
        return Some(Origin::path(path).line(line).char_column(column).into());
    }
    let end = floor(text, (at.end as usize).max(start));
    // Only the first line of a place that spans several: a block under a key would fill the screen.
    let end = text[start..end].find('\n').map_or(end, |feed| start + feed);
    let last = text[end..].find('\n').map_or(text.len(), |feed| end + feed);
    let last = floor(text, last.min(end + NEAR));
    let (line, _) = sources.line_column(at);
    let label = label.map(|label| escape::line(label).into_owned());
    let (kind, span) =
        (if label.is_some() { AnnotationKind::Context } else { AnnotationKind::Primary }, start - first..end - first);
    Some(
        Snippet::source(escape::source(&text[first..last]))
            .path(path)
            .line_start(line)
            .annotation(kind.span(span).label(label))
            .into(),
    )
}

/// The nearest boundary of characters at or before `index`.
fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
    use proptest::prelude::*;

    fn check(text: &str, found: &[(&str, Finding)], expect: &str) {
        let mut sources = SourceMap::default();
        let file = sources.add("manifests/a.yaml".into(), text.into());
        let found: Vec<Finding> = found
            .iter()
            .map(|(mark, finding)| {
                let start = text.find(mark).unwrap();
                let at = At { file, start: start as u32, end: (start + mark.len()) as u32 };
                Finding { at: Some(at), ..finding.clone() }
            })
            .collect();
        let mut out = String::new();
        findings(&found, &sources, Paint::Plain, &mut Sheet::new(&mut out, crate::report::Width::Endless)).unwrap();
        assert_eq!(out, expect);
    }

    #[test]
    fn a_finding_shows_place_excerpt_caret_and_help() {
        let message = "subscription `m365` names partner of record `fabrikan`, which no manifest declares";
        check(
            "kind: Customer\nspec:\n  partnerOfRecord: fabrikan\n",
            &[("fabrikan", Finding::error(Code::DanglingReference, None, message).help("did you mean `fabrikam`?"))],
            "error[TT0102]: subscription `m365` names partner of record `fabrikan`, which no manifest declares
 --> manifests/a.yaml:3:20
  |
3 |   partnerOfRecord: fabrikan
  |                    ^^^^^^^^
  |
  = help: did you mean `fabrikam`?

1 error
",
        );
    }

    #[test]
    fn findings_stand_in_the_order_of_their_places() {
        let (one, two) =
            (Finding::warning(Code::UnknownField, None, "second"), Finding::error(Code::Tab, None, "first"));
        check(
            "a: 1\nb: 2\n",
            &[("b", one), ("a", two)],
            "error[TT0006]: first
 --> manifests/a.yaml:1:1
  |
1 | a: 1
  | ^

warning[TT0101]: second
 --> manifests/a.yaml:2:1
  |
2 | b: 2
  | ^

1 error, 1 warning
",
        );
    }

    proptest! {
        #[test]
        fn no_file_and_no_message_can_send_a_control_character(
            text in "[\\x00-\\x7f\u{85}\u{202e}\u{e0001}é株]{0,60}", message in any::<String>(),
            start in 0u32..80, length in 0u32..80,
        ) {
            let mut sources = SourceMap::default();
            let file = sources.add("manifests/a\u{1b}\u{202e}.yaml".into(), text.as_str().into());
            let at = At { file, start, end: start + length };
            let finding = Finding::error(Code::YamlSyntax, at, message.clone()).help(message.clone()).related(at, message);
            let mut out = String::new();
            findings(&[finding], &sources, Paint::Plain, &mut Sheet::new(&mut out, crate::report::Width::Endless)).unwrap();
            prop_assert!(!out.contains(|c: char| c != '\n' && c.is_control()), "{out:?}");
            prop_assert!(!out.contains(['\u{202e}', '\u{e0001}']), "{out:?}");
        }
    }
}
