//! Replacing a whole subscription, as PATCH does: every rule is asked before anything is set, so all of it happens or none.
//! Source: learn, update-a-subscription-by-id.

use super::change::Key;
use super::perform::{api, refused};
use super::tenant::Tenant;
use super::wire::{Reply, ReplyEffect, ScheduledChange};
use crate::backend::BackendError;
use crate::model::digest::Digest;
use crate::model::operation::Visible;
use crate::model::{RequestId, SubscriptionChange};
use crate::observed::Status;
use smol_str::{SmolStr, format_smolstr};

/// What a subscription is to be, as far as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    /// Fields that differ, each by its own rules.
    pub(super) changes: Vec<SubscriptionChange>,
    /// The status, if one is written.
    pub(super) status: Option<Status>,
    /// Whether it renews; not written means no.
    pub(super) auto_renew: bool,
    /// What is scheduled; not written means nothing.
    pub(super) scheduled: Option<ScheduledChange>,
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
        self.settle_renewal(key, &wanted);
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
    fn settle_renewal(&mut self, key: Key, wanted: &Replacement) {
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        let before = subscription.clone();
        subscription.auto_renew = wanted.auto_renew;
        // Without renewal nothing is left to schedule. Source: learn, create-scheduled-changes.
        subscription.scheduled_change = wanted.scheduled.clone().filter(|_| wanted.auto_renew);
        let (renewed, scheduled) = (before.auto_renew, before.scheduled_change != subscription.scheduled_change);
        if renewed != wanted.auto_renew {
            let texts = (
                format_smolstr!("autoRenewEnabled {renewed}"),
                format_smolstr!("autoRenewEnabled {}", wanted.auto_renew),
            );
            self.updated(key, api(), texts);
        }
        if scheduled {
            let text = SmolStr::new_static("scheduledNextTermInstructions");
            self.updated(key, api(), (text.clone(), text));
        }
    }
}
