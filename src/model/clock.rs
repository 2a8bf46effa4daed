//! Time as something that is passed in: the trait only, no clock is asked here.

use super::Timestamp;
use std::time::Duration;

/// Time. Instants go into documents, elapsed time measures; the two never mix.
pub trait Clock: Send + Sync {
    /// The instant it is, by the system or the simulated tenant.
    fn now(&self) -> Timestamp;
    /// Monotonic time since the clock was made.
    fn elapsed(&self) -> Duration;
    /// Lets so much time pass, or less.
    fn pause(&self, length: Duration);
}
