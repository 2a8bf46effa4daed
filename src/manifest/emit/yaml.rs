//! Values and their YAML: mappings in block style, lists and what is asked for on one line. Knows no kind and no field.

use super::quote::quoted;
use smol_str::SmolStr;

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Yaml {
    /// A text.
    Text(SmolStr),
    /// A whole number.
    Number(u32),
    /// A list, on one line.
    List(Vec<Yaml>),
    /// A list, a line an item.
    Lines(Vec<Yaml>),
    /// A mapping, a line a field.
    Map(Vec<(SmolStr, Yaml)>),
    /// A mapping, on one line.
    Inline(Vec<(SmolStr, Yaml)>),
}

impl Yaml {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(SmolStr::new(text))
    }
    /// A mapping, a line a field.
    pub fn map<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(named(entries))
    }
    /// A mapping, on one line.
    pub fn inline<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Inline(named(entries))
    }

    /// The lines of a mapping, each begun with `indent` blanks and ended with a line break; of anything else, its line.
    pub(in super::super) fn block(&self, indent: usize) -> String {
        let mut out = String::new();
        match self {
            Self::Map(entries) => entries.iter().for_each(|(key, value)| out.push_str(&field(key, value, indent))),
            Self::Lines(items) if !items.is_empty() => {
                items.iter().for_each(|item| out.push_str(&format!("{:indent$}- {}\n", "", item.flow())));
            }
            Self::Text(_) | Self::Number(_) | Self::List(_) | Self::Lines(_) | Self::Inline(_) => {
                out = format!("{:indent$}{}\n", "", self.flow());
            }
        }
        out
    }
    /// The value on one line.
    pub(in super::super) fn flow(&self) -> String {
        match self {
            Self::Text(text) => quoted(text),
            Self::Number(number) => number.to_string(),
            Self::List(items) | Self::Lines(items) => {
                format!("[{}]", items.iter().map(Self::flow).collect::<Vec<_>>().join(", "))
            }
            Self::Map(entries) | Self::Inline(entries) => {
                let fields: Vec<String> = entries.iter().map(|(key, value)| one_line(key, value)).collect();
                format!("{{{}}}", fields.join(", "))
            }
        }
    }
}

fn named<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Yaml)>) -> Vec<(SmolStr, Yaml)> {
    entries.into_iter().map(|(key, value)| (SmolStr::new(key), value)).collect()
}

/// `key: value` on one line, without line break.
pub(in super::super) fn one_line(key: &str, value: &Yaml) -> String {
    format!("{}: {}", quoted(key), value.flow())
}

/// The lines of a field, each begun with `indent` blanks and ended with a line break.
pub(in super::super) fn field(key: &str, value: &Yaml, indent: usize) -> String {
    match value {
        Yaml::Map(entries) if !entries.is_empty() => {
            format!("{:indent$}{}:\n{}", "", quoted(key), value.block(indent + 2))
        }
        Yaml::Lines(items) if !items.is_empty() => {
            format!("{:indent$}{}:\n{}", "", quoted(key), value.block(indent + 2))
        }
        Yaml::Text(_) | Yaml::Number(_) | Yaml::List(_) | Yaml::Lines(_) | Yaml::Map(_) | Yaml::Inline(_) => {
            format!("{:indent$}{}\n", "", one_line(key, value))
        }
    }
}
