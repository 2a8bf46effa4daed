//! Replacing a whole subscription, as PATCH does: every rule is asked before anything is set, so all of it happens or none.
//! Source: learn, update-a-subscription-by-id.

use super::change::Key;
use super::perform::{api, refused};
use super::tenant::Tenant;
use super::wire::{Reply, ReplyEffect};
use crate::backend::BackendError;
use crate::model::digest::Digest;
use crate::model::operation::Visible;
use crate::model::{RequestId, SubscriptionChange};
use crate::observed::Status;
use smol_str::format_smolstr;

/// What a subscription is to be, as far as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    /// Fields that differ, each by its own rules.
    pub(super) changes: Vec<SubscriptionChange>,
    /// The status, if one is written.
    pub(super) status: Option<Status>,
    /// Whether it renews, where the changes do not say.
    pub(super) auto_renew: AutoRenew,
}

/// Whether a replaced subscription renews.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AutoRenew {
    /// As before, or as the changes say.
    AsChanged,
    /// No longer, and nothing says what then happens.
    Off,
}

impl Tenant {
    /// Replaces a subscription. A repeat with the same `request` and content has the effect once.
    ///
    /// # Errors
    /// The first rule that says no; nothing changed then.
    pub(super) fn replace_subscription(
        &mut self,
        key: Key,
        wanted: Replacement,
        request: RequestId,
    ) -> Result<Visible, BackendError> {
        let digest = Digest::of_bytes(format!("replace {key:?} {wanted:?}").as_bytes());
        if let Some(Reply { effect: ReplyEffect::Changed { visible }, .. }) = self.replies.get(&(request, digest)) {
            return Ok(*visible);
        }
        for change in &wanted.changes {
            self.check_subscription(key, change)?;
        }
        let status = self.check_status(key, wanted.status)?;
        match wanted.auto_renew {
            AutoRenew::AsChanged => {}
            AutoRenew::Off => self.stop_renewing(key),
        }
        let mut visible = Visible::Now;
        for change in &wanted.changes {
            match self.change_subscription(key, change)? {
                ReplyEffect::Changed { visible: seen } => visible = seen,
                ReplyEffect::CustomerCreated { .. }
                | ReplyEffect::PasswordReset { .. }
                | ReplyEffect::CartMade { .. }
                | ReplyEffect::CheckedOut { .. } => {}
            }
        }
        if let Some(status) = status {
            self.set_status(key, status, api());
        }
        let effect = ReplyEffect::Changed { visible };
        self.replies.insert((request, digest), Reply { request, operation: digest, effect });
        Ok(visible)
    }
    /// The status to set, if it differs and may be set.
    fn check_status(&self, key: Key, wanted: Option<Status>) -> Result<Option<Status>, BackendError> {
        let now = self.found(key)?.status;
        match wanted.filter(|wanted| *wanted != now) {
            None => Ok(None),
            Some(status @ (Status::Active | Status::Suspended | Status::Deleted)) if now != Status::Deleted => {
                Ok(Some(status))
            }
            Some(_) if now == Status::Deleted => Err(super::change::deleted()),
            Some(other) => Err(refused(800_002, format_smolstr!("the status cannot be set to {other}"))),
        }
    }
    /// Source: learn, create-a-new-subscription: without renewal nothing is left to schedule.
    fn stop_renewing(&mut self, key: Key) {
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        let old = subscription.auto_renew;
        subscription.stop_renewing();
        self.updated(key, api(), (format_smolstr!("autoRenewEnabled {old}"), "autoRenewEnabled false".into()));
    }
}
