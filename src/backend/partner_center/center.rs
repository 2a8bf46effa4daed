//! Partner Center as a whole: the two doors of a backend over the two doors of a client. Knows in which order calls are
//! made; never a form key, never a socket.

use super::{Tokens, Transport};
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::{Clock, Effect, Operation, PartnerId, RequestId, TenantId};
use crate::observed::{Answer, Read, Why};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// Randomness, for correlation ids, passwords and the jitter of waits.
    pub random: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
}

/// Partner Center over REST.
pub struct Center {
    doors: Doors,
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
    /// By kind of resource, such as `customers`.
    pub by_kind: BTreeMap<&'static str, u64>,
}

impl Center {
    /// A center over these doors. Calls nobody yet.
    #[must_use]
    pub fn new(doors: Doors) -> Self {
        Self { doors }
    }
    /// The provider's own tenant, PartnerID, country and name.
    ///
    /// # Errors
    /// Why it is unknown.
    pub fn profile(&self) -> Result<Profile, Why> {
        Err(NOT_BUILT)
    }
    /// The calls made so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        Calls::default()
    }
    /// The provider's own tenant.
    #[must_use]
    pub fn provider(&self) -> TenantId {
        self.doors.provider
    }
}

const NOT_BUILT: Why = Why::Failed(SmolStr::new_static("not built yet"));

impl Observe for Center {
    fn read(&self, _: &Read) -> Result<Answer, Why> {
        Err(NOT_BUILT)
    }
}

impl Actuate for Center {
    fn perform(&self, _: &Operation, _: RequestId) -> Result<Effect, BackendError> {
        Err(BackendError::Transient(SmolStr::new_static("not built yet")))
    }
}
