//! Tells an error before the connection stood from one after it: before, nothing of a request can have been taken.
#![expect(clippy::wildcard_enum_match_arm, reason = "the errors of a library, which may grow")]

use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport};

/// What failed before anything was sent.
#[derive(Debug)]
pub(super) enum Before {
    /// The name of the host, or of the proxy.
    Name(ureq::Error),
    /// The connection: TCP, proxy, or TLS with its handshake.
    Connection(ureq::Error),
}
impl std::fmt::Display for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(error) | Self::Connection(error) => error.fmt(f),
        }
    }
}
impl std::error::Error for Before {}

fn marked(error: ureq::Error, stage: fn(ureq::Error) -> Before) -> ureq::Error {
    match error {
        ureq::Error::Other(other) if other.is::<Before>() => ureq::Error::Other(other),
        other => ureq::Error::Other(Box::new(stage(other))),
    }
}

/// Resolves names.
#[derive(Debug, Default)]
pub(super) struct Naming(DefaultResolver);
impl Resolver for Naming {
    fn resolve(
        &self,
        uri: &http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, timeout).map_err(|error| marked(error, Before::Name))
    }
}

/// Connects.
#[derive(Debug, Default)]
pub(super) struct Connecting(DefaultConnector);
impl Connector<()> for Connecting {
    type Out = Box<dyn Transport>;
    fn connect(&self, details: &ConnectionDetails<'_>, chained: Option<()>) -> Result<Option<Self::Out>, ureq::Error> {
        self.0.connect(details, chained).map_err(|error| marked(error, Before::Connection))
    }
}
