//! A tenant behind the two doors, in memory. Never touches a file.

use super::human::{Human, HumanError, Played};
use super::tenant::Tenant;
use crate::backend::{Actuate, BackendError, Observe};
use crate::model::{Effect, Operation, RequestId, Span, Timestamp};
use crate::observed::{Answer, AuditRecord, Read, Why};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A simulated tenant that lives as long as this value.
#[derive(Debug)]
pub struct Memory(Mutex<Tenant>);

impl Memory {
    /// Over a tenant.
    #[must_use]
    pub fn new(tenant: Tenant) -> Self {
        Self(Mutex::new(tenant))
    }
    /// A copy of the tenant as it is now.
    #[must_use]
    pub fn tenant(&self) -> Tenant {
        self.lock().clone()
    }
    /// What time it is there.
    #[must_use]
    pub fn clock(&self) -> Timestamp {
        self.lock().clock()
    }
    /// Moves the clock on; answers the new time.
    pub fn advance(&self, span: Span) -> Timestamp {
        self.lock().advance(span)
    }
    /// Lets a person do something.
    ///
    /// # Errors
    /// When that person could not.
    pub fn play(&self, human: &Human) -> Result<Played, HumanError> {
        self.lock().play(human)
    }
    /// A tenant is changed only after every check, so one left by a panic is still whole.
    fn lock(&self) -> MutexGuard<'_, Tenant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observe for Memory {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        self.lock().read(read)
    }
    fn audit(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        Ok(self.lock().audit_records(since))
    }
}
impl Actuate for Memory {
    fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
        self.lock().perform(operation, request)
    }
}
