//! Everything behind the door: the tenant, who may sign in, limits, scripted faults, what was asked. A pure value: no file,
//! no socket, no clock of its own.

use super::faults::{Faults, Script};
use super::log::Log;
use super::sign_in::{self, SignIn};
use super::throttle::{Limits, Throttle};
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::By;
use crate::model::{RequestId, Timestamp};
use std::time::Duration;

/// A simulated tenant with everything a service around it has.
#[derive(Clone, Debug)]
pub struct World {
    pub(super) tenant: Tenant,
    pub(super) sign_in: SignIn,
    pub(super) throttle: Throttle,
    pub(super) faults: Faults,
    pub(super) log: Log,
    began: Timestamp,
    elapsed: Duration,
}

impl World {
    /// Around a tenant: documented limits, no faults, an administrator with multi-factor sign-in.
    #[must_use]
    pub fn new(tenant: Tenant) -> Self {
        let began = tenant.clock();
        Self {
            sign_in: SignIn::default(),
            throttle: Throttle::default(),
            faults: Faults::default(),
            log: Log::default(),
            elapsed: Duration::ZERO,
            began,
            tenant,
        }
    }
    /// With other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.set_limits(limits);
        self
    }
    /// Sets other limits from now on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.throttle.limits = limits;
    }
    /// Lets requests go wrong as a script says; what the script before it still meant is forgotten.
    pub fn set_faults(&mut self, script: Script) {
        self.faults = Faults::new(script);
    }
    /// A refresh token as consent would give it to a client that shows a secret or certificate.
    pub fn refresh_token(&mut self, client: &str) -> String {
        sign_in::refresh_token(self, client)
    }
    /// One that every client may use, so that nobody has to consent before the first try.
    pub fn anybodys_refresh_token(&mut self) -> String {
        sign_in::anybodys_refresh_token(self)
    }
    /// The tenant as it is now.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }
    /// Says how long the world has been there; limits are counted by it and by the tenant's clock together.
    pub fn elapse(&mut self, since_start: Duration) {
        self.elapsed = self.elapsed.max(since_start);
    }
    /// How many requests there were.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.log.total()
    }
    /// The last request in a line: status, method, path, request id.
    #[must_use]
    pub fn last_request(&self) -> Option<String> {
        self.log.line()
    }

    /// The moment limits are counted by, in milliseconds.
    pub(super) fn moment(&self) -> u64 {
        let simulated = u64::try_from(self.tenant.clock().since(self.began).as_seconds()).unwrap_or(0);
        let real = u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX);
        real.saturating_add(simulated.saturating_mul(1000))
    }
    /// Changes the tenant, so that whoever keeps it on disk notices.
    pub(super) fn change<T, E>(&mut self, change: impl FnOnce(&mut Tenant) -> Result<T, E>) -> Result<T, E> {
        let done = change(&mut self.tenant)?;
        self.tenant.header.revision = self.tenant.header.revision.saturating_add(1);
        Ok(done)
    }
    /// Says which application made the changes noted since there were `before` of them.
    pub(super) fn sign(&mut self, before: usize, application: &str) {
        if !application.is_empty() {
            self.sign_as(before, &By::Application(application.into()));
        }
    }
    /// Says who made the changes noted since there were `before` of them.
    pub(super) fn sign_as(&mut self, before: usize, by: &By) {
        for record in self.tenant.audit.iter_mut().skip(before) {
            record.by = by.clone();
        }
    }
    /// An id nobody had before; made of how often the tenant changed and how many requests came since.
    pub(super) fn fresh(&self, what: &str) -> RequestId {
        let words = format!("{what} {} {}", self.tenant.header.revision, self.log.total());
        RequestId::from_bytes(self.tenant.guid(&words))
    }
}
