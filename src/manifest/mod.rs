//! Manifests: from bytes to documents with places, all faults gathered. Never resolves references between documents
//! and never asks a tenant.

mod beside;
mod bounds;
mod check;
mod deserialize;
pub mod document;
mod edit;
pub mod emit;
mod format;
mod load;
mod mention;
#[cfg(test)]
mod oracle;
mod outline;
mod parse;
mod read;
mod scalar;
mod scan;
mod schema;
mod shape;
pub mod spanned;
mod syntax;
mod tree;
mod untold;
mod written;

pub use beside::unread;
pub use bounds::leads_out;
pub use document::Document;
pub use edit::{Change, Edit, Refused, edit};
pub use format::form;
pub use load::{Loaded, PROJECT_FILE, load, load_only};
pub(crate) use load::{is_hidden, is_manifest};
pub use mention::Mention;
pub use outline::{Fields, Told, outline, outline_of_file};
pub use parse::{Broken, Manifests, Parsed, parse};
pub use schema::{schema, schemas};
pub use spanned::Spanned;
pub use untold::Untold;
