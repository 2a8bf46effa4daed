//! twotier
pub mod backend;
pub mod diag;
pub mod manifest;
pub mod model;
pub mod observed;
