//! Flags and help of `login`, `logout` and `doctor`.

use clap::Args;

pub(super) const LOGIN: &str = "\
Signs a user in to Partner Center, with a second factor, and keeps the refresh token where `center.token` says (else in a \
file of the user's own, which only they may read). Prints the page to open; opens it in a browser when a person is at the \
terminal. The application must know `http://localhost` as a redirect URI of a public client.

Examples:
  twotier login
  twotier login --device-code";
pub(super) const LOGOUT: &str = "\
Removes the refresh token that `login` kept in a file. What the sign-in service knows of it is not revoked.

Example:
  twotier logout";
pub(super) const DOCTOR: &str = "\
Looks at everything between the settings and the service, one line each, with how to mend what is not right: what is \
configured, sign-in, second factor, roles, clock, the provider's own profile, invitation link, recipients, state.

Example:
  twotier doctor";
pub(super) const SIGN_IN_AFTER: &str = "Exit codes: 0 done, 1 fault, 6 sign-in was refused, 64 usage.";
pub(super) const DOCTOR_AFTER: &str =
    "Exit codes: 0 all is well, 1 something is to be mended, 6 nobody can sign in, 64 usage.";

/// Flags of `login`.
#[derive(Clone, Debug, Args)]
pub(crate) struct LoginArgs {
    /// Type a code on another device instead of opening a browser here
    #[arg(long)]
    pub(crate) device_code: bool,
}
