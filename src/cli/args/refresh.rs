//! `--refresh`: how much of the tenant is read anew.

use clap::{Args, ValueEnum};

/// How much is read anew.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct RefreshArgs {
    /// How much is read anew [default: changed for a service, full for an embedded tenant]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) refresh: Option<RefreshChoice>,
}

/// How much is read anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RefreshChoice {
    /// Everything
    Full,
    /// What may have changed since it was read last, and a share of the rest
    Changed,
    /// What the addresses of --target or --base need; the rest is remembered, whatever its age
    Scope,
}
