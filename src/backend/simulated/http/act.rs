//! What the other sides do, as the control side and scripts write it. Decides nothing; the tenant's rules do.

use super::world::World;
use crate::backend::simulated::wire::{By, ScheduledAction, ScheduledChange};
use crate::backend::simulated::{Edit, Human, HumanError};
use crate::model::{CustomerId, PartnerId, Span, SubscriptionChange, SubscriptionId, TenantId};
use crate::observed::{Review, Status};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What somebody does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Act {
    /// A company accepts the provider's invitation; or a customer a reseller's, when `reseller` is named.
    Accept {
        /// Who, by its tenant.
        company: TenantId,
        /// Whose invitation a customer accepts.
        #[serde(default)]
        reseller: Option<TenantId>,
    },
    /// The same company says no.
    Decline {
        /// Who, by its tenant.
        company: TenantId,
        /// Whose invitation a customer declines.
        #[serde(default)]
        reseller: Option<TenantId>,
    },
    /// A customer signs the agreement.
    Sign {
        /// Who.
        customer: CustomerId,
    },
    /// A customer's account is reviewed.
    Review {
        /// Whose.
        customer: CustomerId,
        /// How it stands from now on.
        outcome: Review,
    },
    /// A partnership ends.
    End {
        /// With whom.
        company: TenantId,
    },
    /// A reseller loses its authorization.
    Deauthorize {
        /// Which.
        company: TenantId,
    },
    /// Time passes.
    Clock {
        /// How long, such as `15m`.
        advance: String,
    },
    /// Somebody edits a subscription in the portal; what is left out stays.
    Edit {
        /// Whose.
        customer: CustomerId,
        /// Which.
        subscription: SubscriptionId,
        /// Who edits.
        #[serde(default)]
        by: Option<SmolStr>,
        /// What of it.
        set: Box<Set>,
    },
}

/// What an edit sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Set {
    /// Seats.
    pub quantity: Option<u32>,
    /// PartnerID; an empty one clears it.
    pub partner_of_record: Option<SmolStr>,
    /// The name shown to people.
    pub friendly_name: Option<SmolStr>,
    /// Status.
    pub status: Option<Status>,
    /// What is scheduled for the next term.
    pub schedule: Option<ScheduledChange>,
    /// What happens at the end of the term in place of a next one.
    pub end: Option<ScheduledAction>,
}

/// Why an act cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// A person could not do that.
    #[error(transparent)]
    Human(#[from] HumanError),
    /// No span.
    #[error("{0}")]
    Span(#[from] crate::model::time::BadTime),
}

impl World {
    /// Lets somebody act.
    ///
    /// # Errors
    /// When that person could not do it in the real world either.
    pub fn act(&mut self, act: &Act) -> Result<(), ActError> {
        let before = self.tenant.audit.len();
        match act {
            Act::Clock { advance } => {
                let span: Span = advance.parse()?;
                let _: Result<_, ActError> = self.change(|tenant| Ok(tenant.advance(span)));
            }
            Act::Edit { customer, subscription, by, set } => {
                for edit in edits(set) {
                    self.play(&Human::EditSubscription { customer: *customer, subscription: *subscription, edit })?;
                }
                if let Some(by) = by {
                    self.sign_as(before, &By::User(by.clone()));
                }
            }
            Act::Accept { company, reseller: None } => self.play(&Human::AcceptPartnership { company: *company })?,
            Act::Accept { company, reseller: Some(reseller) } => {
                self.play(&Human::AcceptCustomerInvitation { customer: (*company).into(), reseller: *reseller })?;
            }
            Act::Decline { company, reseller: None } => self.play(&Human::DeclinePartnership { company: *company })?,
            Act::Decline { company, reseller: Some(reseller) } => {
                self.play(&Human::DeclineCustomerInvitation { customer: (*company).into(), reseller: *reseller })?;
            }
            Act::Sign { customer } => self.play(&Human::Sign { customer: *customer })?,
            Act::Review { customer, outcome } => {
                self.play(&Human::Review { customer: *customer, outcome: *outcome })?;
            }
            Act::End { company } => self.play(&Human::EndPartnership { company: *company })?,
            Act::Deauthorize { company } => self.play(&Human::Deauthorize { company: *company })?,
        }
        Ok(())
    }
    fn play(&mut self, human: &Human) -> Result<(), HumanError> {
        self.change(|tenant| tenant.play(human)).map(|_| ())
    }
}

fn edits(set: &Set) -> Vec<Edit> {
    let Set { quantity, partner_of_record, friendly_name, status, schedule, end } = set;
    let partner = partner_of_record.as_ref().map(|id| match id.as_str() {
        "" => Edit::ClearPartnerOfRecord,
        id => Edit::Set(SubscriptionChange::PartnerOfRecord(PartnerId::new(id))),
    });
    [
        quantity.map(|quantity| Edit::Set(SubscriptionChange::Quantity(quantity))),
        partner,
        friendly_name.clone().map(|name| Edit::Set(SubscriptionChange::FriendlyName(name))),
        status.map(Edit::Status),
        schedule.clone().map(|scheduled| Edit::Schedule(Some(scheduled))),
        end.map(|end| Edit::Set(SubscriptionChange::Renewal(end.into()))),
    ]
    .into_iter()
    .flatten()
    .collect()
}
