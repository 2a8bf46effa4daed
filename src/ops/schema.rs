//! `schema`: every JSON Schema the tool ships, by file name. Made from the types each time; never read from a file.

use crate::{manifest, plan, report};
use serde_json::Value;
use std::collections::BTreeMap;

/// Every schema by file name, as text with a line feed at its end.
#[must_use]
pub fn all() -> BTreeMap<String, String> {
    let documents = [
        ("plan.schema.json", plan::file::schema().to_value()),
        ("report.schema.json", report::schema().to_value()),
    ];
    let documents = documents.map(|(name, schema)| (name.to_owned(), schema));
    manifest::schemas().into_iter().chain(documents).map(|(name, schema)| (name, text(&schema))).collect()
}

fn text(schema: &Value) -> String {
    format!("{schema:#}\n")
}

/// A schema by what a person calls it: `Customer`, `customer`, `customer.schema.json`.
#[must_use]
pub fn find(name: &str) -> Option<String> {
    let plain = name.trim_end_matches(".schema.json");
    let kind = crate::model::Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(plain));
    let slug = kind.map_or_else(|| plain.to_lowercase(), |kind| kind.slug().to_owned());
    all().remove(&format!("{slug}.schema.json"))
}

/// How `there` (by file name) differs from the schemas of this version: a unified diff a file, empty when it does not.
#[must_use]
pub fn differences(there: &BTreeMap<String, String>) -> Vec<String> {
    let ours = all();
    let names: std::collections::BTreeSet<&String> = ours.keys().chain(there.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let (old, new) = (there.get(name).map_or("", String::as_str), ours.get(name).map_or("", String::as_str));
            (old != new).then(|| {
                let diff = similar::TextDiff::from_lines(old, new);
                diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_found_by_kind_and_by_file() {
        assert!(find("Customer").is_some());
        assert_eq!(find("Customer"), find("customer.schema.json"));
        assert_eq!(find("ResellerAssociation"), find("reseller-association"));
        assert_eq!(find("Nobody"), None);
    }

    #[test]
    fn a_changed_missing_or_superfluous_file_is_a_difference() {
        let mut there = all();
        assert!(differences(&there).is_empty());
        there.insert("old.schema.json".to_owned(), "{}\n".to_owned());
        there.remove("customer.schema.json");
        let found = differences(&there);
        assert_eq!(found.len(), 2);
        assert!(found[1].starts_with("--- a/old.schema.json\n+++ b/old.schema.json\n"), "{}", found[1]);
    }
}
