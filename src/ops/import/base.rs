//! Where an import begins: the manifests that are there, with a Provider if there was none, and where new files go.
//! Never reads the tenant.

use super::{Imported, ProviderFacts, Question};
use crate::diag::{Code, Finding};
use crate::manifest::emit::{NewDocument, Yaml, document};
use crate::manifest::is_manifest;
use crate::model::{Kind, country};
use crate::ops::fault::Fault;
use crate::ops::project::Place;
use crate::ops::rewrite::{FileChange, Written};
use std::path::{Component, Path, PathBuf};

/// The manifests; where no document is a Provider, one is proposed. They may have errors of their own.
pub(super) fn begin(question: Question<'_>) -> Result<(Written, Imported), Fault> {
    let loaded = Written::load(question.place);
    let mut imported = Imported::default();
    let ours = question.provider.tenant;
    if let Some(desired) = &loaded.desired {
        let declared = desired.provider.tenant;
        if declared != ours {
            return Err(Fault::OtherCenter { declared, center: ours });
        }
        return Ok((loaded, imported));
    }
    let has_provider = loaded.documents.iter().any(|parsed| parsed.kind() == Kind::Provider);
    if has_provider || !is_readable(&loaded, question.place) {
        return Ok((loaded, imported));
    }
    let path = folder(question.place)?.join("provider.yaml");
    let text = with_schema(question.wishes.schemas.as_deref(), &path, provider(question.provider)?);
    imported.changes.push(FileChange { path, from: None, before: None, after: text.into() });
    let known = loaded.sources.files().filter(|(_, file)| question.place.root.join(&file.path).exists());
    let mut sources = crate::diag::SourceMap::default();
    for (_, file) in known {
        sources.add(file.path.clone(), file.text.clone());
    }
    let written = Written::of(sources).with(&imported.changes);
    Ok((written, imported))
}

/// Whether every listed file that is there was read.
fn is_readable(loaded: &Written, place: Place<'_>) -> bool {
    let is_there = |finding: &Finding| {
        let file = finding.at.and_then(|at| loaded.sources.file(at.file));
        file.is_none_or(|file| place.root.join(&file.path).exists())
    };
    !loaded.findings.iter().any(|finding| {
        matches!(finding.code, Code::FileTooLarge | Code::NotUtf8 | Code::SymlinkLoop)
            || (finding.code == Code::FileUnreadable && is_there(finding))
    })
}

/// What a day may take away or grant, until somebody who knows the business says otherwise.
const LIMITS: [(&str, u32); 5] = [
    ("endedPartnerships", 1),
    ("movedPartnerOfRecord", 20),
    ("endedRenewals", 20),
    ("grantedAccess", 10),
    ("boughtSeats", 500),
];

fn provider(facts: &ProviderFacts) -> Result<String, Fault> {
    let ProviderFacts { tenant, partner_id, country } = facts;
    let country = country.as_ref().filter(|country| country::exists(country));
    let (Some(partner_id), Some(country)) = (partner_id, country) else {
        return Err(Fault::Usage(format!(
            "no manifest is a Provider, and the center does not tell enough of it: write one with `tenantId: {tenant}`, `partnerId` and `country`"
        )));
    };
    let name = "distributor".parse().map_err(|error| Fault::Usage(format!("{error}")))?;
    let spec = Yaml::map([
        ("tenantId", Yaml::text(tenant.to_string())),
        ("partnerId", Yaml::text(partner_id.as_str())),
        ("country", Yaml::text(country)),
        ("limits", Yaml::map(LIMITS.map(|(what, most)| (what, Yaml::inline([("max", Yaml::Number(most))]))))),
    ]);
    let comments = vec![
        "Copy `invitationUrl` from the portal before resellers are invited. `limits` bound what one day may take away or".to_owned(),
        "grant; what is over waits for an `Acknowledgement`. Without them nothing is bounded but lowered quantities.".to_owned(),
    ];
    Ok(document(&NewDocument { kind: Kind::Provider, name: &name, comments, spec }))
}

/// The first folder among the listed manifests, or what will be one, relative to the project.
pub(super) fn folder(place: Place<'_>) -> Result<PathBuf, Fault> {
    let is_folder = |path: &&PathBuf| {
        let there = place.root.join(path);
        there.is_dir() || !(is_manifest(path) || there.exists())
    };
    let found = place.manifests.iter().find(is_folder).ok_or_else(|| {
        Fault::Usage("`manifests` lists files only: list a folder in which new files can be written".to_owned())
    })?;
    let within = found.strip_prefix(place.root).unwrap_or(found);
    Ok(within.components().filter(|part| *part != Component::CurDir).collect())
}

/// A path beside one that is taken.
pub(super) fn aside(path: &Path, id: &[u8; 16]) -> PathBuf {
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let digits: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    path.with_file_name(format!("{stem}-{digits}.yaml"))
}

/// With the line editors read.
pub(super) fn with_schema(schemas: Option<&str>, path: &Path, text: String) -> String {
    let Some(schemas) = schemas else { return text };
    let up = if schemas.contains("://") || schemas.starts_with('/') {
        String::new()
    } else {
        "../".repeat(path.components().count().saturating_sub(1))
    };
    let base = schemas.trim_end_matches('/');
    format!("# yaml-language-server: $schema={up}{base}/manifest.schema.json\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_find_the_schemas_from_wherever_the_file_lies() {
        let line = |schemas, path: &str| with_schema(Some(schemas), Path::new(path), String::new());
        let expect = "# yaml-language-server: $schema=../../schemas/manifest.schema.json\n";
        assert_eq!(line("schemas/", "manifests/customers/a.yaml"), expect);
        let expect = "# yaml-language-server: $schema=https://s.example/manifest.schema.json\n";
        assert_eq!(line("https://s.example", "manifests/a.yaml"), expect);
        assert_eq!(with_schema(None, Path::new("a.yaml"), "a: b\n".into()), "a: b\n");
    }
}
