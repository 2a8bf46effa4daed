//! The journal: what was done, by whom, on whose approval.
pub mod directory;
pub mod memory;
pub mod record;
pub mod store;
