//! twotier
pub mod backend;
pub mod diag;
pub mod model;
pub mod observed;
