//! Manifests: from bytes to documents with places, all faults gathered. Never resolves references between documents
//! and never asks a tenant.

mod deserialize;
pub mod document;
mod format;
mod read;
mod scalar;
pub mod spanned;
mod tree;
mod written;

pub use document::Document;
pub use spanned::Spanned;
