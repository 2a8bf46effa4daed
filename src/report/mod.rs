//! What people and machines are told: plans, findings, runs and what is remembered, as text, Markdown and JSON. One
//! renderer a file, each escapes what it prints. Writes into `fmt::Write`; never touches a terminal, a file or a clock.

mod counts;
pub mod escape;
mod findings;
mod layout;
mod text;

pub use counts::{Counts, Verdict};
pub use findings::{findings, tally};
pub use layout::Paint;
pub use text::plan;
