//! Addresses with what people call the customers and resellers behind them, where there is room for that. Names are foreign
//! text: escaped, and no longer than a line bears.

use super::group::{address, short, value};
use crate::model::{Address, Name};
use crate::plan::called::about;
use crate::plan::file::PlanFile;
use std::collections::BTreeMap;

/// Most characters of a name that are shown.
const LONG: usize = 60;

/// The names a plan knows, or none where room is short.
#[derive(Clone, Copy)]
pub(super) struct Called<'a>(Option<&'a BTreeMap<Address, String>>);

impl<'a> Called<'a> {
    /// What the plan knows.
    pub(super) fn of(file: &'a PlanFile) -> Self {
        Self(Some(&file.outlook().called))
    }
    /// Addresses alone.
    pub(super) const NOBODY: Self = Self(None);

    fn name(self, of: &Address) -> Option<String> {
        let name = self.0?.get(&about(of)?)?;
        let cut = name.chars().nth(LONG).is_some();
        Some(short(&name.chars().take(LONG).chain(cut.then_some('\u{2026}')).collect::<String>()))
    }
    /// An address, with the name of its customer or reseller.
    pub(super) fn object(self, of: &Address) -> String {
        let name = self.name(of).map_or_else(String::new, |name| format!(" ({name})"));
        format!("{}{name}", address(of))
    }
    /// A partnership by the name of its document.
    pub(super) fn partner(self, name: &str) -> String {
        match self.reseller(name) {
            Some(called) => format!("{} ({called})", value(name)),
            None => value(name),
        }
    }
    /// A partner of record as plans show it: `fabrikam (4811111)`.
    pub(super) fn payee(self, shown: &str) -> String {
        let parts = shown.split_once(" (").and_then(|(name, id)| Some((name, id.strip_suffix(')')?)));
        let told = parts.and_then(|(name, id)| Some((name, id, self.reseller(name)?)));
        let Some((name, id, called)) = told else { return short(shown) };
        let (id, more) =
            id.split_once(", ").map_or((id, String::new()), |(id, more)| (id, format!(", {}", short(more))));
        format!("{} ({}, {called}{more})", short(name), short(id))
    }
    fn reseller(self, name: &str) -> Option<String> {
        self.name(&Address::Partnership(name.parse::<Name>().ok()?))
    }
}
