//! Partner Center as a whole: what it is made of, and what is remembered between its calls. Looking and acting stand in
//! files of their own.

use super::retry::Patience;
use super::send::Line;
use super::{Tokens, Transport};
use crate::model::{Clock, PartnerId, TenantId};
use crate::observed::Why;
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What a center is made of.
pub struct Doors {
    /// Where it is: `https://api.partnercenter.microsoft.com`, without a slash at the end.
    pub base: String,
    /// The provider's own tenant.
    pub provider: TenantId,
    /// What sends.
    pub transport: Arc<dyn Transport>,
    /// What signs in.
    pub tokens: Arc<dyn Tokens>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for the ids of calls, passwords and the jitter of waits.
    pub random: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
}

/// Partner Center over REST.
pub struct Center {
    pub(super) line: Line,
    /// The provider's country, once it was needed.
    pub(super) country: Mutex<Option<SmolStr>>,
}

/// The provider itself, as the service knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its own PartnerID.
    pub partner_id: Option<PartnerId>,
    /// Two upper-case letters, if told.
    pub country: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
}

/// How many calls were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// All of them, repeats included.
    pub made: u64,
    /// Refused because of too many requests (429).
    pub refused: u64,
    /// Further pages that lists turned out to have.
    pub pages: u64,
    /// By the resource they count against, such as `customers`.
    pub by_kind: BTreeMap<&'static str, u64>,
}

impl Center {
    /// A center over these doors. Calls nobody yet.
    #[must_use]
    pub fn new(doors: Doors) -> Self {
        Self { line: Line::new(doors), country: Mutex::default() }
    }
    /// The provider's own tenant, PartnerID, country and name.
    ///
    /// # Errors
    /// Why it is unknown.
    pub fn profile(&self) -> Result<Profile, Why> {
        self.read_profile(self.patience())
    }
    /// The calls made so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.line.calls()
    }
    /// By how many seconds our clock was ahead of the service's at its last reply; negative when it was behind, nothing
    /// before a reply told.
    #[must_use]
    pub fn clock_ahead(&self) -> Option<i64> {
        self.line.ahead()
    }
    /// The provider's own tenant.
    #[must_use]
    pub fn provider(&self) -> TenantId {
        self.line.doors.provider
    }
    /// How long a question of a plan may take from now.
    pub(super) fn patience(&self) -> Patience {
        Patience::of_a_plan(self.line.doors.clock.elapsed())
    }
}
