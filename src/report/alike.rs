//! Findings that say the same of many objects, told once with the objects. Never joins what differs in more than the
//! object's own name.

use crate::plan::file::{Blocked, Finding};
use std::collections::BTreeMap;

/// From how many on they are told once.
const MANY: usize = 4;
/// Stands for the object's own name.
const NAME: &str = "\u{2026}";

/// Findings that are told together.
pub(super) struct Alike<'a> {
    /// The first of them, with what it says.
    pub(super) first: &'a Finding,
    /// When there are several: what each says, and the objects in order.
    pub(super) all: Option<All>,
}

/// What several findings say.
pub(super) struct All {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) objects: Vec<String>,
}

/// Findings in groups, in the order of their first ones.
pub(super) fn alike<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Alike<'a>> {
    let mut places: BTreeMap<(&str, Sayings), usize> = BTreeMap::new();
    let mut groups: Vec<(Option<Sayings>, Group<'_>)> = Vec::new();
    for finding in findings {
        let next = groups.len();
        let (place, sayings, object) = match likeness(finding) {
            Some((sayings, object)) => {
                (*places.entry((&finding.code, sayings.clone())).or_insert(next), Some(sayings), object)
            }
            None => (next, None, String::new()),
        };
        match groups.get_mut(place) {
            Some((_, group)) => group.push((finding, object)),
            None => groups.push((sayings, vec![(finding, object)])),
        }
    }
    groups.into_iter().flat_map(|(sayings, group)| told(sayings, group)).collect()
}

/// Blocked addresses against which the same stands: it is told once of them all.
pub(super) fn together(blocked: &[Blocked]) -> Vec<Vec<&Blocked>> {
    grouped(blocked, |one| {
        let Finding { code, severity: _, place, address: _, message, help, related } = &one.finding;
        format!("{:?}", (code, place, message, help, related))
    })
}

/// What has one key, together; in the order of the first of each. No group is empty.
pub(super) fn grouped<T, K: Ord>(all: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Vec<Vec<T>> {
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<T>> = Vec::new();
    for one in all {
        let next = groups.len();
        let place = *places.entry(key(&one)).or_insert(next);
        match groups.get_mut(place) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

fn told(sayings: Option<Sayings>, group: Group<'_>) -> Vec<Alike<'_>> {
    match (sayings, group.first()) {
        (Some((message, help)), Some((first, _))) if group.len() >= MANY => {
            let first = *first;
            let objects = group.into_iter().map(|(_, object)| object).collect();
            vec![Alike { first, all: Some(All { message, help, objects }) }]
        }
        (_, _) => group.into_iter().map(|(first, _)| Alike { first, all: None }).collect(),
    }
}

/// Findings, each with its object.
type Group<'a> = Vec<(&'a Finding, String)>;

/// Message and help with the object's name left open.
type Sayings = (String, Option<String>);

/// What a finding says with the name of its object left open, and that object: the address it is about, else what it
/// quotes first. None where there is more to tell.
fn likeness(finding: &Finding) -> Option<(Sayings, String)> {
    let Finding { code: _, severity: _, place: _, address, message, help, related } = finding;
    let address = address.as_ref().filter(|_| related.is_empty())?.to_string();
    let (_, own) = address.split_once('/')?;
    let said = open(message, own);
    if said != *message {
        return Some(((said, help.as_ref().map(|help| open(help, own))), address));
    }
    let quoted = message.split('`').nth(1)?;
    let said = open(message, quoted);
    Some(((said, help.as_ref().map(|help| open(help, quoted))), quoted.to_owned()))
}

/// A text with a name, or the parts of one, left open where it is quoted.
fn open(text: &str, own: &str) -> String {
    let quoted = |part: &str| {
        let words = part.split(' ').map(|word| {
            let (lead, name) = word.rsplit_once('/').map_or(("", word), |(lead, name)| (lead, name));
            let whole = word == own || word.split_once('/').is_some_and(|(_, rest)| rest == own);
            let last = own.split('/').any(|part| part == name) && (lead.is_empty() || !own.contains('/'));
            if whole || last { NAME } else { word }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { quoted(part) } else { part.to_owned() }).collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{self, Code, SourceMap};

    fn finding(address: &str, message: &str) -> Finding {
        let found = diag::Finding::warning(Code::LegacyOnly, None, message);
        Finding { address: Some(address.parse().expect("an address")), ..Finding::of(&found, &SourceMap::default()) }
    }

    fn shown(findings: &[Finding]) -> Vec<(String, usize)> {
        let one = |it: Alike<'_>| match it.all {
            Some(all) => (all.message, all.objects.len()),
            None => (it.first.message.clone(), 1),
        };
        alike(findings).into_iter().map(one).collect()
    }

    #[test]
    fn what_is_said_of_many_is_told_once_and_a_few_one_by_one() {
        let of = |names: &[&str]| -> Vec<Finding> {
            names
                .iter()
                .map(|name| finding(&format!("customer/{name}"), &format!("customer `{name}` has none")))
                .collect()
        };
        assert_eq!(shown(&of(&["a", "b", "c", "d"])), [("customer `\u{2026}` has none".to_owned(), 4)]);
        assert_eq!(shown(&of(&["a", "b", "c"])).len(), 3);
    }

    #[test]
    fn what_differs_in_more_than_the_name_is_told_one_by_one() {
        let of =
            |seats: usize| finding(&format!("subscription/a/s{seats}"), &format!("`a/s{seats}` has {seats} seats"));
        assert_eq!(shown(&[of(1), of(2), of(3), of(4)]).len(), 4);
        let held = |n: usize| finding("support-delegation/every", &format!("customer `s{n}` has none"));
        assert_eq!(shown(&[held(1), held(2), held(3), held(4)]), [("customer `\u{2026}` has none".to_owned(), 4)]);
        let same =
            |n: usize| finding(&format!("subscription/a/s{n}"), &format!("`subscription/a/s{n}` is held by `b`"));
        assert_eq!(shown(&[same(1), same(2), same(3), same(4)]), [("`\u{2026}` is held by `b`".to_owned(), 4)]);
    }
}
