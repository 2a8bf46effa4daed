//! Partner Center over REST: requests and replies as pure values, and the two narrow doors they go through, one that
//! sends and one that signs in. Sees nothing of the simulated tenant, and shares no wire shape with it.

mod act;
mod audit;
pub mod auth;
mod call;
mod center;
mod change;
mod classify;
mod decode;
pub mod hosts;
mod limit;
mod look;
mod mask;
mod page;
mod password;
mod read;
mod renewal;
mod request;
mod retry;
mod send;
mod subscription;
#[cfg(test)]
mod tests;
pub mod transport;
mod wire;

pub use center::{Calls, Center, Doors, Profile};

use crate::model::Secret;
use smol_str::SmolStr;
use std::time::Duration;

/// Sends one request and waits for its reply: the only socket of the client. Knows no operation, repeats nothing.
pub trait Transport: Send + Sync {
    /// Sends `request`, whose URI is absolute, and takes the whole reply, of any status.
    ///
    /// # Errors
    /// By whether the service may have seen the request.
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        timeout: Duration,
    ) -> Result<http::Response<Vec<u8>>, TransportError>;
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Nothing of it reached the service: no name, no connection, no trust. Holds what and the mend.
    #[error("{0}")]
    NotSent(SmolStr),
    /// It may have been taken: the connection ended, or time ran out, before the whole reply came.
    #[error("{0}")]
    Lost(SmolStr),
}

/// Whose token a call carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// Application and user; with multi-factor sign-in. Source: learn, partner-center-authentication.
    AppUser,
    /// Either will do.
    Any,
}

/// Whether a token that was given before may be given again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// One that has not run out.
    Cached,
    /// A new one: the last was refused with 401.
    New,
}

/// Gives bearer tokens; they never leave memory but in a request.
pub trait Tokens: Send + Sync {
    /// A token for Partner Center.
    ///
    /// # Errors
    /// Why nobody is signed in, and the mend.
    fn bearer(&self, caller: Caller, freshness: Freshness) -> Result<Secret, SignInError>;
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// Nobody is signed in, for good: what and the mend.
    #[error("{0}")]
    Refused(SmolStr),
    /// It may pass: the sign-in service was not reached.
    #[error("{0}")]
    Failed(SmolStr),
}
