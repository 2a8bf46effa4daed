//! The journal: what was done, by whom, on whose approval.
pub mod record;
