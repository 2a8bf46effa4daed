//! From texts to documents: cut at document boundaries, read and checked in parallel, in the order of files and lines.
//! Gathers every fault; never touches a file and never compares two documents.

use super::check::{Check, Shown, Subject};
use super::deserialize::{Misfit, from_node};
use super::document::{Document, Spec};
use super::mention::{Mention, mentions};
use super::read::read;
use super::scan::scan;
use super::schema::API_VERSION;
use super::shape::{Object, shapes};
use super::tree::{Body, Entry, Extant, Extent, Node, Tree};
use super::untold::{Untold, near_kind};
use crate::diag::{At, Code, FileId, Finding, SourceMap, nearest};
use crate::model::{Kind, Name};
use rayon::prelude::*;
use std::ops::Range;

/// How many documents a worker takes at once.
const BATCH: usize = 64;

/// A document without faults of its own, and where it stands.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// Its first line.
    pub at: At,
    /// The value of `apiVersion`.
    pub api_version: At,
    /// The value of `kind`.
    pub kind: At,
}
impl Parsed {
    /// The kind of the document.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.document.spec.kind()
    }
    /// Where `metadata.name` stands.
    #[must_use]
    pub fn name_at(&self) -> At {
        self.document.metadata.name.at
    }
}

/// A document that has faults: what is known of it, so that references to it are not called dangling.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// The customer of a subscription, where it could be read.
    pub customer: Option<Name>,
    /// The names it gives to other documents.
    pub mentions: Vec<Mention>,
}

/// Everything some texts declare.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    /// The documents without faults, in the order of files and lines.
    pub documents: Vec<Parsed>,
    /// The others, as far as they can be told.
    pub broken: Vec<Broken>,
    /// Those that cannot be told: a reference may mean one of them.
    pub untold: Vec<Untold>,
    /// Every fault, by place.
    pub findings: Vec<Finding>,
}

/// Parses every file of `sources`. The result is the same for any number of workers.
#[must_use]
pub fn parse(sources: &SourceMap) -> Manifests {
    let files: Vec<FileId> = sources.files().map(|(id, _)| id).collect();
    parse_files(sources, &files)
}

/// Parses some files of `sources`.
pub(super) fn parse_files(sources: &SourceMap, files: &[FileId]) -> Manifests {
    let cuts: Vec<(FileId, &str, Range<usize>)> = files
        .iter()
        .filter_map(|id| sources.file(*id).map(|file| (*id, &*file.text)))
        .flat_map(|(id, text)| cuts(text).into_iter().map(move |cut| (id, text, cut)))
        .collect();
    let batches: Vec<Manifests> = cuts
        .par_chunks(BATCH)
        .map(|batch| {
            let mut found = Manifests::default();
            for (file, text, cut) in batch {
                found.read_cut(*file, text, cut.clone());
            }
            found
        })
        .collect();
    let mut all = Manifests::default();
    all.documents.reserve(batches.iter().map(|batch| batch.documents.len()).sum());
    for Manifests { documents, broken, untold, findings } in batches {
        all.documents.extend(documents);
        all.broken.extend(broken);
        all.untold.extend(untold);
        all.findings.extend(findings);
    }
    all.findings.sort_by_key(|finding| (finding.at, finding.code));
    all
}

/// Cuts a stream before every `---` at the beginning of a line: no token of YAML spans such a line. With directives,
/// which stand before that line, the stream stays whole.
fn cuts(text: &str) -> Vec<Range<usize>> {
    if text.starts_with('%') || text.contains("\n%") {
        return vec![Range { start: 0, end: text.len() }];
    }
    let is_marker = |at: &usize| matches!(text.as_bytes().get(at + 3), None | Some(b' ' | b'\t' | b'\r' | b'\n'));
    let starts = text.match_indices("\n---").map(|(at, _)| at + 1).filter(is_marker);
    let mut cuts = Vec::new();
    let mut from = 0;
    for start in starts.chain([text.len()]) {
        if start > from {
            cuts.push(from..start);
        }
        from = start;
    }
    cuts
}

impl Manifests {
    fn read_cut(&mut self, file: FileId, text: &str, cut: Range<usize>) {
        let offset = u32::try_from(cut.start).unwrap_or(u32::MAX);
        let text = &text[cut];
        match scan(text, offset) {
            Some(tree) => self.take(tree, file, text),
            None => read(text, offset, file, |tree| self.take(tree, file, text)),
        }
    }

    fn take(&mut self, tree: Tree<'_>, file: FileId, text: &str) {
        let Tree { root, place, extant, mut findings } = tree;
        if let (Some(root), Extant::Whole) = (&root, extant) {
            match document(root, place, file, &mut findings) {
                Some(parsed) if findings.is_empty() => {
                    self.documents.push(parsed);
                    return;
                }
                Some(_) | None => {}
            }
        }
        match root.as_ref().and_then(|root| told(root, file)) {
            Some(broken) => self.broken.push(broken),
            None => self.untold.push(Untold::of(place.of(file), root.as_ref(), extant, text)),
        }
        self.findings.append(&mut findings);
    }
}

/// Reads one document; with findings there is none.
fn document(root: &Node<'_>, place: Extent, file: FileId, findings: &mut Vec<Finding>) -> Option<Parsed> {
    let Body::Map(entries) = &root.body else {
        if !matches!(root.body, Body::Refused) {
            let message = "a document must be a mapping with `apiVersion`, `kind`, `metadata` and `spec`";
            findings.push(Finding::error(Code::WrongType, place.of(file), message));
        }
        return None;
    };
    let kind = written_kind(entries, place, file, findings)?;
    let shape = shapes().document(kind)?.object.as_ref()?;
    check_fields(entries, shape, place, file, findings);
    if !findings.is_empty() {
        return None;
    }
    let (api_version, written) = (root.get("apiVersion")?, root.get("kind")?);
    let read = || -> Result<Option<Document>, Misfit> {
        let (Some(metadata), Some(spec)) = (root.get("metadata"), root.get("spec")) else { return Ok(None) };
        Ok(Some(Document { metadata: from_node(metadata, file)?, spec: self::spec(kind, spec, file)? }))
    };
    match read() {
        Ok(document) => Some(Parsed {
            document: document?,
            at: place.of(file),
            api_version: api_version.place.of(file),
            kind: written.place.of(file),
        }),
        Err(Misfit { message, at }) => {
            findings.push(Finding::error(Code::BadValue, at.unwrap_or(place.of(file)), message));
            None
        }
    }
}

fn check_fields(entries: &[Entry<'_>], shape: &Object, place: Extent, file: FileId, findings: &mut Vec<Finding>) {
    Check::new(shapes(), file, findings).object(entries, shape, place, Subject::Document);
}

/// The kind, if it and `apiVersion` are known; else says what they could be.
fn written_kind(entries: &[Entry<'_>], place: Extent, file: FileId, findings: &mut Vec<Finding>) -> Option<Kind> {
    let field = |name: &str| entries.iter().find(|entry| entry.key == name).map(|entry| &entry.value);
    let mut version_known = true;
    if let Some((node, version)) = field("apiVersion").and_then(|node| node.text().map(|text| (node, text)))
        && version != API_VERSION
    {
        let message = format!("unknown apiVersion `{}`", Shown(version));
        let help = format!("write `{API_VERSION}`");
        findings.push(Finding::error(Code::UnknownKind, node.place.of(file), message).help(help));
        version_known = false;
    }
    let Some(node) = field("kind") else {
        let kinds = Kind::ALL.map(Kind::name).join(", ");
        let misspelt = entries.iter().find(|entry| nearest(&entry.key, ["kind"]).is_some());
        let (at, message) = match misspelt {
            Some(entry) => (entry.key_place, format!("unknown field `{}` where `kind` is missing", Shown(&entry.key))),
            None => (place, "a document without `kind`".to_owned()),
        };
        findings.push(Finding::error(Code::MissingField, at.of(file), message).help(format!("the kinds are {kinds}")));
        return None;
    };
    let Some(written) = node.text() else {
        let message = "`kind` must be the name of a kind";
        findings.push(Finding::error(Code::WrongType, node.place.of(file), message));
        return None;
    };
    let kind = known_kind(written);
    if kind.is_none() {
        let help = match nearest(written, Kind::ALL.map(Kind::name)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the kinds are {}", Kind::ALL.map(Kind::name).join(", ")),
        };
        let message = format!("unknown kind `{}`", Shown(written));
        findings.push(Finding::error(Code::UnknownKind, node.place.of(file), message).help(help));
    }
    kind.filter(|_| version_known)
}

pub(super) fn known_kind(written: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| kind.name() == written)
}

fn spec(kind: Kind, node: &Node<'_>, file: FileId) -> Result<Spec, Misfit> {
    Ok(match kind {
        Kind::Provider => Spec::Provider(from_node(node, file)?),
        Kind::Partnership => Spec::Partnership(from_node(node, file)?),
        Kind::Customer => Spec::Customer(from_node(node, file)?),
        Kind::ResellerAssociation => Spec::ResellerAssociation(from_node(node, file)?),
        Kind::Subscription => Spec::Subscription(from_node(node, file)?),
        Kind::SupportDelegation => Spec::SupportDelegation(from_node(node, file)?),
        Kind::AzureAccess => Spec::AzureAccess(from_node(node, file)?),
        Kind::Acknowledgement => Spec::Acknowledgement(from_node(node, file)?),
    })
}

/// What a tree with faults still tells; a kind almost right counts.
fn told(root: &Node<'_>, file: FileId) -> Option<Broken> {
    let name = root.get("metadata")?.get("name")?.text()?.parse().ok()?;
    let customer = root.get("spec").and_then(|spec| spec.get("customer")?.text()?.parse().ok());
    let mentions = root.get("spec").map(|spec| mentions(spec, file)).unwrap_or_default();
    Some(Broken { kind: near_kind(root.get("kind")?.text()?)?, name, customer, mentions })
}

#[cfg(test)]
mod tests;
