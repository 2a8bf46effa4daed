//! Signing in, as Microsoft Entra answers it: token endpoints v1 and v2, consent, device codes, and the bearer tokens of
//! calls. Tokens are well formed and unsigned: they guard nothing but the simulation.

mod assertion;
mod authorize;
mod bearer;
mod device;
mod grant;
mod oauth;
mod token;

pub(super) use bearer::{Access, Caller, caller};
pub(super) use device::Decision;
pub(super) use grant::{anybodys_refresh_token, refresh_token};
pub(super) use oauth::answer;

use crate::model::{Span, Timestamp};
use device::Device;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Who signs in, and what was given out.
#[derive(Clone, Debug, Default)]
pub(super) struct SignIn {
    /// What tokens given from now on say.
    pub(super) user: User,
    /// Codes given by `authorize` and not redeemed yet.
    codes: BTreeMap<String, authorize::Consent>,
    /// Device codes.
    devices: BTreeMap<String, Device>,
    /// When a refresh token was used: it lives on for a while.
    used: BTreeMap<String, Timestamp>,
    /// Refresh tokens that are no good any more.
    revoked: BTreeSet<String>,
    serial: u64,
}

/// The user who signs in, and how the sign-in service treats it. A setting of the control side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct User {
    /// Its login.
    pub(super) name: String,
    /// Whether it signs in with a second factor.
    pub(super) mfa: bool,
    /// Its roles in Partner Center.
    pub(super) roles: Vec<String>,
    /// Its directory roles, by their template ids.
    pub(super) wids: Vec<String>,
    /// The only client secret that is accepted; any, when there is none.
    pub(super) secret: Option<String>,
    /// Seconds an access token lives.
    pub(super) lifetime: i64,
    /// Seconds a refresh token lives on after it was used.
    pub(super) grace: i64,
    /// Seconds a refresh token lives when nobody uses it. Source: learn, enable-secure-app-model (90 days).
    pub(super) refresh_lifetime: i64,
}
impl Default for User {
    fn default() -> Self {
        Self {
            name: "operations@provider.example".into(),
            mfa: true,
            roles: vec!["AdminAgents".into()],
            wids: Vec::new(),
            secret: None,
            lifetime: Span::hours(1).as_seconds(),
            grace: Span::hours(1).as_seconds(),
            refresh_lifetime: Span::days(90).as_seconds(),
        }
    }
}

impl SignIn {
    /// Accepts a refresh token no more, whatever its age.
    pub(super) fn revoke(&mut self, token: &str) {
        self.revoked.insert(token.to_owned());
    }
    /// A person approves or declines a device code; false when there is no such code.
    pub(super) fn decide(&mut self, user_code: &str, decision: Decision) -> bool {
        let device = self.devices.values_mut().find(|device| device.user_code == user_code);
        device.map(|device| device.decision = decision).is_some()
    }
    fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}
