//! The one integration binary: the house's rules, cases, the README's blocks, schemas, laws. Holds no test of its own.
#![expect(clippy::disallowed_methods, reason = "tests read and write files, run the binary and set its environment")]
#![expect(clippy::unwrap_used, reason = "a test that cannot write a string is over")]

mod azure;
mod base;
mod behaviour;
mod beside;
mod cases;
mod checkpoints;
mod cli;
mod endings;
mod examples;
#[cfg(all(feature = "rest", feature = "listen"))]
mod exits;
#[cfg(unix)]
mod full_disk;
mod guards;
#[cfg(feature = "listen")]
mod http;
mod import;
mod laws;
mod letters;
mod licences;
mod line;
mod named;
mod offline;
#[cfg(feature = "age")]
mod openings;
#[cfg(all(feature = "rest", feature = "listen"))]
mod over_http;
mod owned;
mod planner;
mod readme;
#[cfg(all(feature = "rest", feature = "listen"))]
mod recall;
mod recipe;
mod renames;
mod renewals;
mod repointed;
mod schemas;
#[cfg(feature = "rest")]
mod sign_in;
#[cfg(all(feature = "rest", feature = "listen"))]
mod simulate;
mod support;
mod tidy;
