//! The simulated tenant: Partner Center's rules as a pure state machine, in memory or over a file, product and test double
//! at once. Only `http` speaks HTTP; asks no clock; its time is a field of the tenant.

mod buy;
mod change;
mod create;
mod customers;
mod embedded;
pub mod fault;
mod files;
#[cfg(test)]
mod fixture;
#[cfg(feature = "listen")]
pub mod http;
mod human;
mod kind;
#[cfg(test)]
mod laws;
mod memory;
mod partner;
mod perform;
mod read;
mod renew;
#[cfg(feature = "listen")]
mod replace;
pub mod seed;
mod support;
mod tenant;
mod time;
pub mod wire;

pub use embedded::{Embedded, EmbeddedError};
pub use fault::{Faulty, Script};
pub use human::{Edit, Human, HumanError, Played};
pub use kind::{OperationKind, ReadKind};
pub use memory::Memory;
pub use seed::SeedError;
pub use tenant::{Misfit, Tenant};
