//! What the end of a partnership says, as values. Never checks it.

use super::{EndingSearch, Relation, Support};
use crate::diag::At;
use crate::model::{Date, Name, SubscriptionKey};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// How a partnership ends. Its declaration says all four sentences, else there is no [`Ending`].
#[derive(Clone, Debug)]
pub struct Ending {
    /// Where it is declared.
    pub at: At,
    /// Why, for ourselves: it is put into no letter.
    pub reason: SmolStr,
    /// Who decided.
    pub decided_by: SmolStr,
    /// When.
    pub decided_on: Date,
    /// Not before this day, UTC.
    pub effective_on: Option<Date>,
    /// The contract that ends.
    pub contract: Option<SmolStr>,
    /// Who makes the declaration.
    pub declared_by: SmolStr,
    /// When it was made.
    pub declared_on: Date,
    /// What the reseller is told.
    pub partner_notice: Notice,
    /// What its customers are told.
    pub customers_notice: Notice,
    /// The partnership that takes over.
    pub transfer_to: Option<Name>,
    /// Who supports what it leaves: the partnership that takes over, else the provider.
    pub support: Support,
    /// As which relation customers are invited to the partnership that takes over.
    pub invitations: Relation,
    /// Until the end of which day they are, UTC.
    pub invitations_until: Option<Date>,
    /// Subscriptions that stay as they are.
    pub leave_behind: BTreeMap<SubscriptionKey, LeftBehind>,
    /// How far subscriptions are looked for beyond the known customers.
    pub search: Option<EndingSearch>,
}

/// What is said to somebody before an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It is to be sent.
    Send,
    /// It was.
    Sent {
        /// When.
        on: Date,
        /// Where the proof is.
        evidence: SmolStr,
    },
    /// Nobody needs to be told.
    NotRequired {
        /// Why.
        reason: SmolStr,
    },
}

/// Why a subscription stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftBehind {
    /// Where it is named.
    pub at: At,
    /// Why.
    pub reason: SmolStr,
}
