//! The journal: what was done, by whom, on whose approval. An append-only chain of numbered objects in a store, the
//! fold of it to what is remembered, and the rules of who may write. Never sees a plan or a backend, and never a clock:
//! times and random words are passed in.

mod azure;
mod chain;
mod checkpoint;
mod counts;
mod deeds;
pub mod directory;
mod effects;
pub mod fold;
pub mod guarding;
pub mod history;
#[cfg(test)]
mod laws;
pub mod lease;
mod log;
mod meant;
pub mod memory;
pub mod notes;
pub mod prune;
pub mod record;
mod renames;
mod schema;
mod shelf;
pub mod store;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tests;
pub mod verify;

pub use chain::JournalError;
pub use deeds::{Deed, To, Told, deeds};
pub use directory::Directory;
pub use fold::{Folded, OpenRun, Standing, Tracked};
pub use history::History;
pub use lease::{Quiet, Verdict, Watch};
pub use log::{Appended, Beginning, Begun, Head, Journal, Stamp};
pub use memory::Memory;
pub use schema::schema;
pub use store::{Store, StoreError};
