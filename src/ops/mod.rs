//! One file a command, thin over the layers below: takes values and doors, answers with values. Never prints, never
//! reads an argument or a variable; whoever gets only `&dyn Observe` cannot write.

pub mod apply;
pub mod base;
pub mod bind;
pub mod credentials;
pub mod decided;
pub mod drift;
pub mod explain;
mod fault;
pub mod files;
pub mod handoffs;
pub mod import;
pub mod init;
pub mod line;
pub mod lint;
pub mod memory;
pub mod observe;
pub mod past;
mod permit;
pub mod plan;
pub mod planning;
pub mod project;
pub mod prune;
pub mod recall;
pub mod rewrite;
pub mod roles;
pub mod schema;
pub mod set;
pub mod show;
pub mod simulate;
pub mod state;
pub mod waiting;
pub mod why;

pub use fault::Fault;
