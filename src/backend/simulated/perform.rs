//! One operation at a time: looks whether it was answered before, else hands it to its rules and remembers the reply.
//! A refused operation changes nothing, and a password is never remembered.

use super::create::FIRST_PASSWORD;
use super::tenant::Tenant;
use super::wire::{By, Reply, ReplyEffect};
use crate::backend::BackendError;
use crate::model::digest::Digest;
use crate::model::{Effect, Operation, RequestId};
use smol_str::{SmolStr, format_smolstr};

/// The name under which the API's changes stand in the audit records.
pub(super) const APPLICATION: &str = "twotier";

impl Tenant {
    /// Performs one operation. A repeat with the same `request` and operation has the effect once and gives the same
    /// reply, but for the password of a new customer: that is shown once. Source: learn, headers (MS-RequestId).
    ///
    /// # Errors
    /// [`BackendError::Refused`] with the documented code, [`BackendError::Later`] for "come back later"; in both cases
    /// nothing changed.
    pub fn perform(&mut self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
        let written = serde_json::to_value(operation)
            .map_err(|error| BackendError::Transient(format_smolstr!("the request cannot be written: {error}")))?;
        let key = (request, Digest::of_json(&written));
        if let Some(reply) = self.replies.get(&key) {
            return self.tell(&reply.effect, Telling::Again);
        }
        let effect = match operation {
            Operation::CreateCustomer(new) => self.create_customer(new)?,
            Operation::ResetAdminPassword { customer } => self.reset_password(*customer)?,
            Operation::MakeCart { customer, line } => self.make_cart(*customer, line)?,
            Operation::CheckOut { customer, cart } => self.check_out(*customer, cart)?,
            Operation::ChangeSubscription { customer, subscription, change } => {
                self.change_subscription((*customer, *subscription), change)?
            }
            Operation::SetSupportContact { customer, subscription, contact } => {
                self.set_support_contact((*customer, *subscription), contact)?
            }
        };
        let told = self.tell(&effect, Telling::First);
        self.replies.insert(key, Reply { request: key.0, operation: key.1, effect });
        told
    }

    /// A remembered effect in full; passwords are derived anew.
    fn tell(&self, effect: &ReplyEffect, telling: Telling) -> Result<Effect, BackendError> {
        Ok(match effect {
            ReplyEffect::CustomerCreated { customer } => Effect::CustomerCreated {
                customer: *customer,
                user: self.admin(*customer)?,
                password: match telling {
                    Telling::First => Some(self.password(*customer, FIRST_PASSWORD)),
                    Telling::Again => None,
                },
            },
            ReplyEffect::PasswordReset { customer, number } => {
                Effect::PasswordReset { user: self.admin(*customer)?, password: self.password(*customer, *number) }
            }
            ReplyEffect::CartMade { cart } => Effect::CartMade { cart: cart.clone() },
            ReplyEffect::CheckedOut { order, subscription } => {
                Effect::CheckedOut { order: order.clone(), subscription: *subscription }
            }
            ReplyEffect::Changed { visible } => Effect::Changed { visible: *visible },
        })
    }
}

/// Whether an effect is told for the first time.
#[derive(Clone, Copy)]
enum Telling {
    First,
    Again,
}

/// The API as the one who changes something.
pub(super) fn api() -> By {
    By::Application(SmolStr::new_static(APPLICATION))
}

pub(super) fn refused(code: u32, text: impl Into<SmolStr>) -> BackendError {
    BackendError::Refused { code, text: text.into() }
}
