//! `init`: a working repository to begin from, embedded in the tool: project file, one example of each kind, a tenant
//! in a file to plan against, CI workflow, `.gitignore`. Never overwrites a file.

use super::fault::Fault;
use super::{files, schema};
use std::path::{Path, PathBuf};

/// The schema that every manifest of the repository names.
const SCHEMA: &str = "manifest.schema.json";

/// Path and text of every file but the schema.
const FILES: &[(&str, &str)] = &[
    (".github/workflows/twotier-drift.yml", include_str!("../../../examples/ci/.github/workflows/twotier-drift.yml")),
    (".github/workflows/twotier-go-on.yml", include_str!("../../../examples/ci/.github/workflows/twotier-go-on.yml")),
    (".github/workflows/twotier.yml", include_str!("../../../examples/ci/.github/workflows/twotier.yml")),
    (".gitignore", include_str!("gitignore")),
    ("ci/apply.sh", include_str!("../../../examples/ci/ci/apply.sh")),
    ("ci/drift.sh", include_str!("../../../examples/ci/ci/drift.sh")),
    ("ci/go-on.sh", include_str!("../../../examples/ci/ci/go-on.sh")),
    ("ci/lib.sh", include_str!("../../../examples/ci/ci/lib.sh")),
    ("ci/plan.sh", include_str!("../../../examples/ci/ci/plan.sh")),
    ("manifests/provider.yaml", include_str!("manifests/provider.yaml")),
    (
        "manifests/resellers/fabrikam/customers/contoso.yaml",
        include_str!("manifests/resellers/fabrikam/customers/contoso.yaml"),
    ),
    ("manifests/resellers/fabrikam/reseller.yaml", include_str!("manifests/resellers/fabrikam/reseller.yaml")),
    ("manifests/resellers/northwind/reseller.yaml", include_str!("manifests/resellers/northwind/reseller.yaml")),
    ("tenant.jsonl", include_str!("tenant.jsonl")),
    ("twotier.yaml", include_str!("twotier.yaml")),
];

/// What is left out of a bare one, and the project file that names no tenant.
const EXAMPLES: [&str; 2] = ["manifests/", "tenant.jsonl"];
const BARE: (&str, &str) = ("twotier.yaml", include_str!("bare.yaml"));

/// With what a repository begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Example manifests and a tenant in a file.
    Examples,
    /// Neither: for a tenant that is there, to be imported.
    Bare,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was written.
    Written,
    /// Something was there already, and still is.
    Kept,
}

/// Writes the files that are not there yet below `folder`, which is made. What became of each, sorted by path.
///
/// # Errors
/// When a folder or file cannot be written.
pub fn init(folder: &Path, contents: Contents) -> Result<Vec<(PathBuf, Fate)>, Fault> {
    let schemas = schema::find(SCHEMA).map(|text| (format!("schemas/{SCHEMA}"), text));
    let is_meant = |path: &str| match contents {
        Contents::Examples => true,
        Contents::Bare => path != BARE.0 && !EXAMPLES.iter().any(|example| path.starts_with(example)),
    };
    let bare = (contents == Contents::Bare).then_some(&BARE);
    let own = FILES.iter().filter(|(path, _)| is_meant(path)).chain(bare);
    let own = own.map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let mut all: Vec<(String, String)> = own.chain(schemas).collect();
    all.sort();
    let mut fates = Vec::with_capacity(all.len());
    for (path, text) in all {
        let path = PathBuf::from(path);
        let place = folder.join(&path);
        if let Some(parent) = place.parent() {
            files::folder(parent)?;
        }
        let fate = if files::write_new(&place, &text)? { Fate::Written } else { Fate::Kept };
        fates.push((path, fate));
    }
    Ok(fates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::simulated::Embedded;
    use crate::ops::project;
    use std::collections::BTreeSet;

    fn project_in(folder: &Path) -> project::Project {
        project::load(project::Place {
            root: folder,
            manifests: &["manifests".into()],
            state: &folder.join(".twotier"),
        })
    }

    #[test]
    fn the_repository_declares_one_of_each_kind_and_is_valid() {
        let folder = tempfile::tempdir().expect("a folder");
        let fates = init(folder.path(), Contents::Examples).expect("written");
        assert!(fates.iter().all(|(_, fate)| *fate == Fate::Written), "{fates:?}");
        let project = project_in(folder.path());
        assert!(project.findings.is_empty(), "{:#?}", project.findings);
        let desired = project.desired.expect("valid");
        let kinds: BTreeSet<_> = desired.declared.keys().map(crate::model::Address::kind).collect();
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), crate::model::Kind::ALL);
        let tenant = Embedded::open(&folder.path().join("tenant.jsonl"), &folder.path().join(".twotier"));
        assert_eq!(tenant.expect("a tenant").id(), desired.provider.tenant);
    }

    #[test]
    fn a_file_that_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let mine = folder.path().join("twotier.yaml");
        files::write(&mine, "state: elsewhere\n").expect("written");
        let fates = init(folder.path(), Contents::Examples).expect("the rest is written");
        let kept: Vec<_> = fates.iter().filter(|(_, fate)| *fate == Fate::Kept).map(|(path, _)| path.clone()).collect();
        assert_eq!(kept, [PathBuf::from("twotier.yaml")]);
        assert_eq!(files::read(&mine).expect("read"), "state: elsewhere\n");
        assert!(init(folder.path(), Contents::Bare).expect("again").iter().all(|(_, fate)| *fate == Fate::Kept));
    }

    #[test]
    fn every_manifest_names_the_schema_that_is_written() {
        for (path, text) in FILES.iter().filter(|(path, _)| path.starts_with("manifests/")) {
            let up = "../".repeat(path.matches('/').count());
            let first = format!("# yaml-language-server: $schema={up}schemas/{SCHEMA}");
            assert_eq!(text.lines().next(), Some(first.as_str()), "{path}");
        }
    }
}
