//! Documents as YAML, for people to commit: canonical block style, quoted wherever another reader might see something
//! else. Prints only what reads back as the same; never writes a file.

pub mod order;
mod quote;
mod yaml;

pub use quote::visible;
pub use yaml::Yaml;
pub(super) use yaml::{field, one_line};

use super::schema::API_VERSION;
use crate::model::{Kind, Name};

/// A document to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDocument<'a> {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: &'a Name,
    /// Lines of comment on top; what cannot be shown becomes blanks.
    pub comments: Vec<String>,
    /// The fields of its `spec`, in canonical order.
    pub spec: Yaml,
}

/// The document as YAML, ending in a line break.
#[must_use]
pub fn document(new: &NewDocument<'_>) -> String {
    let NewDocument { kind, name, comments, spec } = new;
    let mut out = String::new();
    for comment in comments {
        out.push_str(format!("# {}", visible(comment)).trim_end());
        out.push('\n');
    }
    let metadata = Yaml::map([("name", Yaml::text(name.as_str()))]);
    let all = [
        ("apiVersion", Yaml::text(API_VERSION)),
        ("kind", Yaml::text(kind.name())),
        ("metadata", metadata),
        ("spec", spec.clone()),
    ];
    out.push_str(&Yaml::map(all).block(0));
    out
}
