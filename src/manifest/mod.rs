//! Manifests: from bytes to documents with places, all faults gathered. Never resolves references between documents
//! and never asks a tenant.

pub mod document;
pub mod spanned;
mod written;

pub use document::Document;
pub use spanned::Spanned;
