//! Findings as SARIF 2.1.0, for code scanning: one run, one rule a code, one result a finding. A finding without a
//! place stands at the project file, since results without one are refused.

use super::json::written;
use crate::diag::Code;
use crate::manifest::PROJECT_FILE;
use crate::plan::file::{Finding, FindingSeverity, Place};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The document as text, with a line feed at its end.
pub(super) fn document<'a>(findings: impl Iterator<Item = &'a Finding>, folder: &str) -> String {
    let findings: Vec<&Finding> = findings.collect();
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    let results: Vec<Value> = findings.into_iter().map(|finding| result(finding, folder)).collect();
    written(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "columnKind": "unicodeCodePoints",
            "results": results,
            "tool": { "driver": {
                "name": "twotier",
                "rules": used.into_iter().map(rule).collect::<Vec<_>>(),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
            }},
        }],
    }))
}

fn rule(code: &str) -> Value {
    let known: Option<Code> = code.parse().ok();
    let (title, text) = known.map_or((code, code), |code| (code.title(), code.text()));
    json!({
        "id": code,
        "shortDescription": { "text": title },
        "fullDescription": { "text": text },
        "help": { "text": text },
    })
}

fn result(finding: &Finding, folder: &str) -> Value {
    let Finding { code, severity, place, address, message, help, related } = finding;
    let level = match severity {
        FindingSeverity::Error => "error",
        FindingSeverity::Warning => "warning",
        FindingSeverity::Note => "note",
    };
    let about = address.as_ref().filter(|_| place.is_none()).map_or_else(String::new, |address| format!("{address}: "));
    let help = help.as_ref().map_or_else(String::new, |help| format!("\nhelp: {help}"));
    let fallback = Place { file: PROJECT_FILE.to_owned(), line: 1, column: 1 };
    let mut location = physical(place.as_ref().unwrap_or(&fallback), folder);
    if let Some(address) = address {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": address.to_string(), "kind": "resource" }]);
    }
    let related: Vec<Value> = related
        .iter()
        .map(|related| {
            let mut location = physical(&related.place, folder);
            location["message"] = json!({ "text": related.what });
            location
        })
        .collect();
    json!({
        "ruleId": code,
        "level": level,
        "message": { "text": format!("{about}{message}{help}") },
        "locations": [location],
        "relatedLocations": related,
    })
}

fn physical(Place { file, line, column }: &Place, folder: &str) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&super::from_top(folder, file)) },
        "region": { "startLine": line, "startColumn": column },
    }})
}

/// A relative path as a URI reference: what is not plain is written in hexadecimal.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_has_a_rule_a_level_and_a_place() {
        let finding = |place: Option<Place>| Finding {
            code: "TT0310".into(),
            severity: FindingSeverity::Warning,
            place,
            address: Some("customer/contoso".parse().expect("an address")),
            message: "odd\u{202e}".into(),
            help: None,
            related: Vec::new(),
        };
        let placed = finding(Some(Place { file: "manifests/a b.yaml".into(), line: 2, column: 5 }));
        let text = document([&placed, &finding(None)].into_iter(), "");
        assert!(!text.contains('\u{202e}'), "{text}");
        let sarif: Value = serde_json::from_str(&text).expect("JSON");
        let run = &sarif["runs"][0];
        assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(1));
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "manifests/a%20b.yaml");
        assert_eq!(place["region"], json!({ "startLine": 2, "startColumn": 5 }));
        let nowhere = &run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!((nowhere, &run["results"][1]["level"]), (&json!("twotier.yaml"), &json!("warning")));
    }
}
