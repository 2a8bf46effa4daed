//! Where a customer's file belongs: import lays it out below its reseller's folder, and there it follows its reseller.
//! Changes paths only; a repository that is laid out otherwise keeps its own order.

use crate::manifest::Parsed;
use crate::model::Name;
use crate::ops::rewrite::{FileChange, Written};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Lets the files of customers that change their reseller move with them. Those that cannot, as their new place is taken,
/// are told: they change where they are.
pub(super) fn follow(written: &Written, after: &Written, changes: &mut [FileChange]) -> Vec<PathBuf> {
    let mut taken: BTreeSet<PathBuf> = written.sources.files().map(|(_, file)| file.path.clone()).collect();
    let mut kept = Vec::new();
    for change in changes {
        let Some(reseller) = only_reseller(after, &change.path) else { continue };
        let Some(old) = only_reseller(written, &change.path).filter(|old| *old != reseller) else { continue };
        let Some(new) = moved(&change.path, old, reseller) else { continue };
        let place = written.root.join(&new);
        if written.root.join(&change.path).is_symlink() {
            // What a link points at does not move with it.
            continue;
        }
        if taken.contains(&new) || place.exists() || place.is_symlink() {
            kept.push(change.path.clone());
            continue;
        }
        taken.insert(new.clone());
        change.from = Some(std::mem::replace(&mut change.path, new));
    }
    kept
}

/// The reseller of the one customer in a file; none when there are more.
fn only_reseller<'w>(written: &'w Written, path: &Path) -> Option<&'w Name> {
    let customer = |parsed: &'w Parsed| Some((parsed, parsed.document.spec.customer()?));
    let in_it = |parsed: &Parsed| written.sources.file(parsed.at.file).is_some_and(|file| file.path == path);
    let mut all = written.documents.iter().filter_map(customer).filter(|(parsed, _)| in_it(parsed));
    match (all.next(), all.next()) {
        (Some((_, spec)), None) => spec.reseller.as_ref().map(|reseller| &reseller.value),
        (_, _) => None,
    }
}

/// `resellers/OLD/customers/x.yaml` below whatever folder, with the new reseller in the place of the old.
fn moved(path: &Path, old: &Name, new: &Name) -> Option<PathBuf> {
    let file = path.file_name()?;
    let customers = path.parent()?;
    let reseller = customers.parent()?;
    let resellers = reseller.parent()?;
    let fits = customers.ends_with("customers") && reseller.ends_with(old.as_str()) && resellers.ends_with("resellers");
    fits.then(|| resellers.join(new.as_str()).join("customers").join(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_in_the_folder_of_their_reseller_follow_it() {
        let name = |text: &str| text.parse::<Name>().expect("a name");
        let to = |path: &str| moved(Path::new(path), &name("fabrikam"), &name("northwind"));
        let expect = PathBuf::from("m/resellers/northwind/customers/x.yaml");
        assert_eq!(to("m/resellers/fabrikam/customers/x.yaml"), Some(expect));
        for other in ["resellers/northwind/customers/x.yaml", "fabrikam/customers/x.yaml", "customers/x.yaml", "x.yaml"]
        {
            assert_eq!(to(other), None, "{other}");
        }
    }
}
