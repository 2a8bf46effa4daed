//! Changes to documents as people wrote them: small replacements in the text, everything else, comments too, left as it
//! is. Guarded: the result is read again and must be what was meant, else nothing is changed. Never touches a file.

mod patch;
mod value;

use super::emit::Yaml;
use super::read::read;
use super::tree::{Extant, Node};
use crate::diag::{At, FileId};
use patch::{Patch, Text};
use smol_str::SmolStr;
use value::Plain;

/// A change to one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Which document of the file: where it begins, as [`super::Parsed::at`] tells.
    pub document: At,
    /// The keys that lead from the document to the mapping that is changed.
    pub path: Vec<SmolStr>,
    /// The field.
    pub key: SmolStr,
    /// What becomes of it.
    pub change: Change,
    /// The canonical order of the mapping's fields: a new one is put after those before it. Empty: at the end.
    pub order: &'static [&'static str],
}

/// What becomes of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It has this value, whether it was there or not.
    Set(Yaml),
    /// It takes the place of the field of this name.
    InPlaceOf(SmolStr, Yaml),
    /// These come to the end of its list, which is made when it is not there.
    Append(Vec<Yaml>),
}

/// Why a text is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What is to be changed is written in a form that small replacements do not reach.
    #[error("`{0}` is written in a form that cannot be changed without touching more")]
    Form(String),
    /// The text with its changes would read as something else than what is meant; here it is, for a person to look at.
    #[error("the changed text would not read as meant")]
    Differs(String),
}

/// Makes changes to the text of a file. They are all told in terms of the text as it is, and none may touch another.
///
/// # Errors
/// When the result would not read as exactly what is meant; the text is to be left as it is then.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, Refused> {
    let before = trees(text);
    let mut meant = before.as_ref().map(values).unwrap_or_default();
    let mut patches: Vec<Patch> = Vec::new();
    for edit in edits {
        let unreachable = || Refused::Form(shown(edit));
        let trees = before.as_ref().ok_or_else(unreachable)?;
        let at = trees.iter().position(|tree| tree.place.start == edit.document.start).ok_or_else(unreachable)?;
        let root = trees.get(at).ok_or_else(unreachable)?;
        meant.get_mut(at).and_then(|value| value.change(edit)).ok_or_else(unreachable)?;
        patches.push(Text { text }.patch(root, edit).ok_or_else(unreachable)?);
    }
    let after = patch::applied(text, patches).ok_or_else(|| Refused::Form("several fields at one place".into()))?;
    match trees(&after) {
        Some(trees) if values(&trees) == meant => Ok(after),
        Some(_) | None => Err(Refused::Differs(after)),
    }
}

fn shown(edit: &Edit) -> String {
    let mut keys: Vec<&str> = edit.path.iter().map(SmolStr::as_str).collect();
    keys.push(&edit.key);
    keys.join(".")
}

/// The documents of a text, if all of it can be read.
fn trees(text: &str) -> Option<Vec<Node<'_>>> {
    let mut all = Some(Vec::new());
    read(text, 0, FileId(0), |tree| match (tree.root, tree.extant) {
        (Some(root), Extant::Whole) if tree.findings.is_empty() => {
            all.iter_mut().for_each(|all| all.push(root.clone()));
        }
        (Some(_) | None, _) => all = None,
    });
    all
}

fn values(trees: &Vec<Node<'_>>) -> Vec<Plain> {
    trees.iter().map(Plain::of).collect()
}

#[cfg(test)]
mod tests;
