//! An `Acknowledgement` for people to commit. Prints only what reads back as the same; never writes a file.

use super::super::schema::API_VERSION;
use crate::diag::Code;
use crate::model::{Address, Date, Kind, Name};
use serde::Serialize;

/// A finished `Acknowledgement`, for somebody to commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAcknowledgement<'a> {
    /// Its name.
    pub name: &'a Name,
    /// The limit it lets pass.
    pub limit: Code,
    /// The address of the document that brings the steps.
    pub cause: &'a Address,
    /// How many steps at most.
    pub at_most: u32,
    /// Why.
    pub reason: &'a str,
    /// Who says so.
    pub by: &'a str,
    /// Until the end of which day.
    pub expires: Date,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    api_version: &'a str,
    kind: &'a str,
    metadata: WrittenMetadata<'a>,
    spec: WrittenAcknowledgement,
}
#[derive(Serialize)]
struct WrittenMetadata<'a> {
    name: &'a str,
}
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenAcknowledgement {
    limit: String,
    cause: String,
    at_most: u32,
    reason: String,
    by: String,
    expires: String,
}

/// The document as YAML, ending in a line break. Control characters in `reason` and `by` become spaces.
#[must_use]
pub fn acknowledgement(new: &NewAcknowledgement<'_>) -> String {
    let NewAcknowledgement { name, limit, cause, at_most, reason, by, expires } = *new;
    let written = Written {
        api_version: API_VERSION,
        kind: Kind::Acknowledgement.name(),
        metadata: WrittenMetadata { name: name.as_str() },
        spec: WrittenAcknowledgement {
            limit: limit.to_string(),
            cause: cause.to_string(),
            at_most,
            reason: one_line(reason),
            by: one_line(by),
            expires: expires.to_string(),
        },
    };
    serde_yaml::to_string(&written).unwrap_or_default()
}

fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') { ' ' } else { c };
    text.chars().map(visible).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Spec;
    use super::super::super::parse;
    use super::*;
    use crate::diag::SourceMap;
    use proptest::prelude::*;

    fn round_trip(reason: &str) -> (String, String) {
        let (name, cause) = ("march".parse().expect("name"), "customer/contoso".parse().expect("address"));
        let expires = "2026-12-31".parse().expect("date");
        let new = NewAcknowledgement {
            name: &name,
            limit: Code::Acknowledge,
            cause: &cause,
            at_most: 3,
            reason,
            by: "Ádám: ops",
            expires,
        };
        let text = acknowledgement(&new);
        let mut sources = SourceMap::default();
        sources.add("a.yaml".into(), text.as_str().into());
        let mut parsed = parse(&sources);
        assert_eq!(parsed.findings, [], "{text}");
        let document = parsed.documents.remove(0).document;
        assert_eq!(document.metadata.name.value, name);
        let Spec::Acknowledgement(spec) = document.spec else { panic!("an acknowledgement") };
        assert_eq!((spec.limit.as_str(), spec.at_most.value, spec.expires.value), ("TT0500", 3, expires));
        assert_eq!((spec.cause.expect("one").as_str(), spec.by.as_str()), ("customer/contoso", "Ádám: ops"));
        (text, spec.reason.to_string())
    }

    #[test]
    fn an_acknowledgement_is_plain_yaml() {
        let expected = "apiVersion: twotier/v1\nkind: Acknowledgement\nmetadata:\n  name: march\nspec:\n  limit: TT0500\n  \
                        cause: customer/contoso\n  atMost: 3\n  reason: seats were returned\n  by: 'Ádám: ops'\n  expires: \
                        2026-12-31\n";
        assert_eq!(round_trip("seats were returned").0, expected);
    }

    #[test]
    fn words_that_yaml_reads_as_something_else_stay_text() {
        for reason in
            ["no", "0001", "1e5", "0x1F", "~", "true", "- x", "# x", "a: b", "'", "\"", "*a", "!x", "0o17", "+5", "."]
        {
            assert_eq!(round_trip(reason).1, reason);
        }
    }

    proptest! {
        #[test]
        fn every_reason_reads_back_as_it_was(reason in "[^\\p{C}\\p{Z}]([^\\p{C}\\p{Zl}\\p{Zp}]{0,30}[^\\p{C}\\p{Z}])?") {
            prop_assert_eq!(round_trip(&reason).1, reason);
        }
    }
}
