//! `schema`: every JSON Schema the tool ships, by file name. Made from the types each time; a folder is read only to be compared.

use super::fault::Fault;
use super::files;
use crate::manifest;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Every schema by file name, as text with a line feed at its end.
#[must_use]
pub fn all() -> BTreeMap<String, String> {
    let derived = [
        ("journal.schema.json", crate::journal::schema()),
        ("plan.schema.json", crate::plan::file::schema().to_value()),
        ("report.schema.json", crate::report::schema().to_value()),
        ("snapshot.schema.json", crate::snapshot::schema().to_value()),
    ];
    let manifests = manifest::schemas().into_iter().map(|(name, schema)| (name, text(&schema)));
    let others = derived.into_iter().map(|(name, schema)| (name.to_owned(), text(&schema)));
    manifests.chain(others).collect()
}

/// The schemas in a folder, by file name; nothing for a folder that is not there.
///
/// # Errors
/// When one cannot be read.
pub fn read(folder: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let unread = |source| Fault::File { path: folder.into(), what: "read", source };
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        other => other.map_err(unread)?,
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry.map_err(unread)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".schema.json") {
            found.insert(name, files::read(&path)?);
        }
    }
    Ok(found)
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
