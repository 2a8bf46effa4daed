//! How a reply reaches the caller: whole, or not. Carried by a response as an extension, so that both the listener and a
//! transport without sockets can keep to it. Opens no socket.

use std::time::Duration;

/// How the bytes of a response are to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// As they stand.
    #[default]
    Whole,
    /// Not at all: the connection just ends.
    Nothing,
    /// Half of the body, then the connection ends.
    Half,
    /// A piece of the body at a time, with a pause before each of eight.
    Slow(Duration),
}
