//! What manifests say otherwise than before and no step shows: as text, and as items of Markdown. Documents that changed in
//! the same way are told once. Never weighs anything.

use super::alike::grouped;
use super::layout::{Sheet, wrapped};
use super::width::Width;
use crate::plan::file::{Unshown, UnshownField, UnshownState};
use std::fmt::{self, Write};

/// Above all of it.
pub(super) const TITLE: &str = "Also changed in the manifests, and shown by no step";

/// Above what new documents say, where that stands apart.
pub(super) const NEW: &str = "Said by new documents, and shown by no step";

/// How many are told one by one on a terminal.
const TOLD: usize = 40;

/// Documents that say the same otherwise.
pub(super) struct Same<'a> {
    pub(super) subjects: Vec<&'a str>,
    pub(super) state: UnshownState,
    pub(super) fields: &'a [UnshownField],
}

/// In groups, in the order of their first ones.
pub(super) fn same<'u>(unshown: impl IntoIterator<Item = &'u Unshown>) -> Vec<Same<'u>> {
    let groups = grouped(unshown, |it| (word(it.state), &it.fields));
    let same = |group: Vec<&'u Unshown>| {
        let Unshown { subject: _, state, fields } = group.first()?;
        Some(Same { subjects: group.iter().map(|it| it.subject.as_str()).collect(), state: *state, fields })
    };
    groups.into_iter().filter_map(same).collect()
}

/// What is said beside the name; nothing of what only changed.
pub(super) fn word(state: UnshownState) -> &'static str {
    match state {
        UnshownState::New => "new",
        UnshownState::Changed => "",
        UnshownState::Gone => "declared by no document any more",
    }
}

/// What a field says, behind what it said before; each as `show` writes it.
pub(super) fn said(state: UnshownState, field: &UnshownField, arrow: &str, show: impl Fn(&str) -> String) -> String {
    let UnshownField { field: _, before, after } = field;
    let said = |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), &show);
    match (state, after) {
        (UnshownState::New, Some(after)) => show(after),
        (UnshownState::New | UnshownState::Changed | UnshownState::Gone, _) => {
            format!("{} {arrow} {}", said(before), said(after))
        }
    }
}

/// As text; nothing where there is nothing.
pub(super) fn listed(unshown: &[Unshown], width: Width) -> Result<String, fmt::Error> {
    let all = same(unshown);
    let mut text = String::new();
    let mut out = Sheet::new(&mut text, width);
    for Same { subjects, state, fields } in all.iter().take(TOLD) {
        let word = word(*state);
        let word = if word.is_empty() { String::new() } else { format!(": {word}") };
        wrapped(&mut out, "  ", 4, &format!("{}{word}", subjects.join(", ")))?;
        for field in *fields {
            wrapped(&mut out, "    ", 6, &format!("{}  {}", field.field, said(*state, field, "->", str::to_owned)))?;
        }
    }
    if all.len() > TOLD {
        writeln!(out, "  and {} more; `--format json` has them all", all.len() - TOLD)?;
    }
    Ok(text)
}
