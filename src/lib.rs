//! twotier
pub mod apply;
pub mod backend;
pub mod cli;
pub mod desired;
pub mod diag;
pub mod diff;
pub mod journal;
pub mod ledger;
pub mod manifest;
pub mod model;
pub mod observed;
pub mod ops;
pub mod plan;
pub mod policy;
pub mod report;
pub mod snapshot;
