//! Notes: what people say, which needs no lease. Finds what they mean, builds the records and checks that they say
//! something true of what is remembered; never writes one.

#[cfg(test)]
mod tests;

use super::fold::{Folded, Standing};
use super::record::{BoundId, Forgotten, Learned, Record, Remarked, Settled};
use crate::ledger::{CredentialState, Handoff, HandoffState, Ledger, LiveId};
use crate::model::{Address, Digest, Operation, StepKey, StepName, SubscriptionKey};
use smol_str::SmolStr;

/// Digits of a hand-off id that are shown, more where two open ones agree.
const SHOWN: usize = 10;

/// Digits of a hand-off id that must be given at least.
const FEWEST: usize = 4;

/// Why a note is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A run's record, or genesis. A fault of the caller.
    #[error("that is no note of a person")]
    NoNote,
    /// Somebody must stand for it.
    #[error("a note needs a name and a reason that are not blank")]
    Unsigned,
    /// No hand-off begins so.
    #[error("no hand-off has an id that begins with `{id}`")]
    UnknownHandoff {
        /// What was given.
        id: String,
    },
    /// So little may mean any.
    #[error("`{id}` is too short: name at least {FEWEST} digits of the id")]
    ShortHandoff {
        /// What was given.
        id: String,
    },
    /// Several do.
    #[error("several hand-offs have an id that begins with `{id}`: {known}", known = .known.join(", "))]
    AmbiguousHandoff {
        /// What was given.
        id: String,
        /// Their ids.
        known: Vec<String>,
    },
    /// What it was for is observed.
    #[error("the hand-off `{id}` is over: what it was for has been observed, or is wanted no more")]
    HandoffOver {
        /// Its id.
        id: String,
    },
    /// The text changed since it was read.
    #[error("the hand-off `{id}` asks something else by now; read it again")]
    HandoffChanged {
        /// Its id.
        id: String,
    },
    /// Nobody wants it; when it is planned again it is asked anew by itself.
    #[error("the hand-off `{id}` is withdrawn: when it is planned again, `twotier apply` asks for it anew")]
    HandoffWithdrawn {
        /// Its id.
        id: String,
    },
    /// It was open anyway.
    #[error("the hand-off `{id}` is open")]
    HandoffOpen {
        /// Its id.
        id: String,
    },
    /// What is to be delivered is not kept any more.
    #[error(
        "the password of `{address}` is destroyed, so that nobody can deliver it: `twotier credentials forget {address} \
         --undelivered`, and the next plan makes a new one"
    )]
    PasswordGone {
        /// Whose.
        address: Box<Address>,
    },
    /// Nothing is remembered of it.
    #[error("nothing is remembered of `{address}`")]
    UnknownAddress {
        /// The address.
        address: Box<Address>,
    },
    /// The two do not go together.
    #[error("`{address}` cannot be that: {why}")]
    Unfitting {
        /// The address.
        address: Box<Address>,
        /// Why.
        why: &'static str,
    },
    /// The name or the live object belongs to another address.
    #[error("that is `{address}` already")]
    Taken {
        /// Whose.
        address: Box<Address>,
    },
    /// It means something else, and only a person says that it no longer does.
    #[error(
        "`{address}` is bound to `{id}` already: if it means what the effect brought, `twotier state bind` it to that first"
    )]
    Bound {
        /// The address.
        address: Box<Address>,
        /// What it is bound to.
        id: String,
    },
    /// Forgetting would let an effect happen twice.
    #[error("an effect on `{address}` is not settled; `twotier state resolve {intent}` first")]
    Unsettled {
        /// Which address.
        address: Box<Address>,
        /// Number of the intent.
        intent: u64,
    },
    /// No effect waits for a person under this number.
    #[error("no effect with the number {intent} waits to be resolved")]
    UnknownIntent {
        /// The number.
        intent: u64,
    },
    /// The next run looks it up; only what looking cannot tell is a person's.
    #[error("the effect {intent} was not looked up yet: the next `twotier apply` does that first")]
    NotLookedUp {
        /// The number.
        intent: u64,
    },
    /// Whatever a run may rest on stays while it is open.
    #[error("a run is open, of the epoch {epoch}: nothing is removed while one may use it")]
    RunOpen {
        /// Its epoch.
        epoch: u64,
    },
    /// The outcome is none of that operation.
    #[error("the effect {intent} cannot have ended like that: {why}")]
    WrongOutcome {
        /// The number.
        intent: u64,
        /// What is missing or too much.
        why: &'static str,
    },
}

/// The hand-off whose id begins with `prefix`: the one open one, else the one that is over.
///
/// # Errors
/// When none or several do, or `prefix` is shorter than four digits.
pub fn find_handoff(ledger: &Ledger, prefix: &str) -> Result<Digest, NoteError> {
    if (1..FEWEST).contains(&prefix.len()) {
        return Err(NoteError::ShortHandoff { id: prefix.to_owned() });
    }
    let found: Vec<(&Digest, &Handoff)> = if prefix.is_empty() {
        Vec::new()
    } else {
        ledger.handoffs.iter().filter(|(id, _)| id.to_string().starts_with(prefix)).collect()
    };
    let open: Vec<&Digest> = found.iter().filter(|(_, handoff)| !is_over(handoff)).map(|(id, _)| *id).collect();
    match (open.as_slice(), found.as_slice()) {
        ([one], _) => Ok(**one),
        ([], [(one, _)]) => Ok(**one),
        ([], []) => Err(NoteError::UnknownHandoff { id: prefix.to_owned() }),
        _ => Err(NoteError::AmbiguousHandoff {
            id: prefix.to_owned(),
            known: found.iter().map(|(id, _)| short_id(ledger, id)).collect(),
        }),
    }
}

/// The id of a hand-off as it is shown: its first 10 digits, more where another open one begins alike.
#[must_use]
pub fn short_id(ledger: &Ledger, id: &Digest) -> String {
    let whole = id.to_string();
    let shared = |other: String| whole.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    // Neighbors in order share the longest beginning.
    let open = |(other, handoff): (&Digest, &Handoff)| (!is_over(handoff)).then(|| shared(other.to_string()));
    let above = ledger.handoffs.range(..id).rev().find_map(open);
    let below = ledger.handoffs.range(id..).filter(|(other, _)| *other != id).find_map(open);
    whole[..above.max(below).map_or(SHOWN, |shared| SHOWN.max(shared + 1)).min(whole.len())].to_owned()
}

fn is_over(handoff: &Handoff) -> bool {
    match handoff.state {
        HandoffState::Consumed { .. } => true,
        HandoffState::Asked
        | HandoffState::Acknowledged { .. }
        | HandoffState::Declined { .. }
        | HandoffState::Withdrawn { .. } => false,
    }
}

/// The record that says that a hand-off is done, as it is asked now.
///
/// # Errors
/// When it is not remembered.
pub fn acknowledged(
    ledger: &Ledger,
    handoff: Digest,
    by: SmolStr,
    evidence: Option<SmolStr>,
) -> Result<Record, NoteError> {
    let known = known_handoff(ledger, &handoff)?;
    Ok(Record::Acknowledged { handoff, digest: known.digest, by, evidence })
}

fn known_handoff<'l>(ledger: &'l Ledger, id: &Digest) -> Result<&'l Handoff, NoteError> {
    ledger.handoffs.get(id).ok_or_else(|| NoteError::UnknownHandoff { id: id.to_string() })
}

/// Checks notes that are written together, each against what is remembered once those before it are.
pub(super) fn check_all(folded: &Folded, records: &[Record]) -> Result<(), NoteError> {
    if let [one] = records {
        return check(folded, one);
    }
    let mut ahead = folded.clone();
    records.iter().try_for_each(|record| {
        check(&ahead, record)?;
        ahead.suppose(record.clone());
        Ok(())
    })
}

/// Checks one note against what is remembered.
///
/// # Errors
/// When it is no note, is signed by nobody, or would say nothing true.
pub fn check(folded: &Folded, record: &Record) -> Result<(), NoteError> {
    let ledger = &folded.ledger;
    match record {
        Record::Acknowledged { handoff, digest, by, evidence: _ } => {
            check_signed(by, "-")?;
            let known = open_handoff(ledger, handoff)?;
            if known.digest == *digest {
                Ok(())
            } else {
                Err(NoteError::HandoffChanged { id: short_id(ledger, handoff) })
            }
        }
        Record::Declined { handoff, by, reason } => {
            check_signed(by, reason)?;
            open_handoff(ledger, handoff).map(|_| ())
        }
        Record::Reopened { handoff, by, reason } => {
            check_signed(by, reason)?;
            let known = known_handoff(ledger, handoff)?;
            if is_without_password(ledger, &known.key) {
                return Err(NoteError::PasswordGone { address: Box::new(known.key.address.clone()) });
            }
            match known.state {
                HandoffState::Asked => Err(NoteError::HandoffOpen { id: short_id(ledger, handoff) }),
                HandoffState::Withdrawn { anyway: None, .. } => {
                    Err(NoteError::HandoffWithdrawn { id: short_id(ledger, handoff) })
                }
                HandoffState::Acknowledged { .. }
                | HandoffState::Declined { .. }
                | HandoffState::Consumed { .. }
                | HandoffState::Withdrawn { anyway: Some(_), .. } => Ok(()),
            }
        }
        Record::Bound { address, id, by, reason } => {
            check_signed(by, reason)?;
            check_bound(ledger, address, *id)
        }
        Record::Renamed { from, to, by, reason } => {
            check_signed(by, reason)?;
            check_renamed(ledger, from, to)
        }
        Record::Forgotten { address, what, by, reason } => {
            check_signed(by, reason)?;
            check_forgotten(folded, address, *what)
        }
        Record::Resolved { intent, outcome, by, reason } => {
            check_signed(by, reason)?;
            check_resolved(folded, *intent, outcome)
        }
        Record::Remark { kind: Remarked::Pruned, by, .. } => {
            check_signed(by, "-")?;
            super::prune::check(folded)
        }
        Record::Remark { kind: Remarked::Opened, address, by, .. } => {
            check_signed(by, "-")?;
            super::shelf::check_opened(ledger, address.as_ref())
        }
        // Nothing is known of what it needs.
        Record::Remark { kind: Remarked::Unknown(_), .. } => Ok(()),
        Record::Genesis { .. }
        | Record::Open(_)
        | Record::Planned { .. }
        | Record::Renew
        | Record::Asked { .. }
        | Record::Intent(_)
        | Record::Settlement { .. }
        | Record::Adopted(_)
        | Record::Counted { .. }
        | Record::Guarded(_)
        | Record::Close { .. }
        | Record::Takeover { .. } => Err(NoteError::NoNote),
    }
}

/// Somebody stands for it, and says why.
pub(super) fn check_signed(by: &str, reason: &str) -> Result<(), NoteError> {
    if by.trim().is_empty() || reason.trim().is_empty() { Err(NoteError::Unsigned) } else { Ok(()) }
}

fn open_handoff<'l>(ledger: &'l Ledger, id: &Digest) -> Result<&'l Handoff, NoteError> {
    let known = known_handoff(ledger, id)?;
    if is_over(known) { Err(NoteError::HandoffOver { id: short_id(ledger, id) }) } else { Ok(known) }
}

fn check_bound(ledger: &Ledger, address: &Address, id: BoundId) -> Result<(), NoteError> {
    let unfitting = |why| Err(NoteError::Unfitting { address: Box::new(address.clone()), why });
    let live = LiveId::from(id);
    match (address, &live) {
        (Address::Partnership(_), LiveId::Reseller(_)) | (Address::Customer(_), LiveId::Customer(_)) => {}
        (Address::Subscription(SubscriptionKey { customer, leaf: _ }), LiveId::Subscription(owner, _)) => {
            let bound = ledger.bindings.get(&Address::Customer(customer.clone()));
            if bound.is_some_and(|bound| *bound != LiveId::Customer(*owner)) {
                return unfitting("the subscription is another customer's");
            }
        }
        (Address::Partnership(_), _) => return unfitting("a partnership is bound to the tenant of a reseller"),
        (Address::Customer(_), _) => return unfitting("a customer is bound to its tenant"),
        (Address::Subscription(_), _) => return unfitting("a subscription is bound to the id of one"),
        (
            Address::Provider(_)
            | Address::ResellerAssociation(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_),
            _,
        ) => return unfitting("only partnerships, customers and subscriptions are bound to live objects"),
    }
    match ledger.bindings.iter().find(|(other, bound)| **bound == live && *other != address) {
        Some((other, _)) => Err(NoteError::Taken { address: Box::new(other.clone()) }),
        None => Ok(()),
    }
}

fn check_renamed(ledger: &Ledger, from: &Address, to: &Address) -> Result<(), NoteError> {
    let unfitting = |why| Err(NoteError::Unfitting { address: Box::new(to.clone()), why });
    if from == to {
        return unfitting("that is its name");
    }
    if from.kind() != to.kind() {
        return unfitting("a rename keeps the kind");
    }
    if !is_remembered(ledger, from) {
        return Err(NoteError::UnknownAddress { address: Box::new(from.clone()) });
    }
    if is_remembered(ledger, to) {
        return Err(NoteError::Taken { address: Box::new(to.clone()) });
    }
    Ok(())
}

/// Whether anything is remembered of an address, or of a subscription under it.
fn is_remembered(ledger: &Ledger, address: &Address) -> bool {
    let is = |other: &Address| {
        if let (Address::Customer(customer), Address::Subscription(key)) = (address, other) {
            return key.customer == *customer;
        }
        other == address
    };
    ledger.bindings.keys().any(is)
        || ledger.settled.keys().any(is)
        || ledger.managed.iter().any(is)
        || ledger.pending.keys().any(is)
        || ledger.unresolved.values().any(|unresolved| is(&unresolved.key.address))
        || ledger.open.values().any(|open| is(&open.key.address))
        || ledger.credentials.keys().any(is)
}

/// Whether it asks to deliver a password that is destroyed.
fn is_without_password(ledger: &Ledger, key: &StepKey) -> bool {
    let of_it = || ledger.credentials.get(&key.address);
    key.step == StepName::DeliverCredentials && of_it().is_some_and(|it| it.state == CredentialState::Forgotten)
}

fn check_forgotten(folded: &Folded, address: &Address, what: Forgotten) -> Result<(), NoteError> {
    let ledger = &folded.ledger;
    let known = match what {
        Forgotten::Binding => {
            if let Some((intent, _)) = folded.intents.iter().find(|(_, it)| it.intent.key.address == *address) {
                return Err(NoteError::Unsettled { address: Box::new(address.clone()), intent: *intent });
            }
            ledger.bindings.contains_key(address) || ledger.settled.contains_key(address)
        }
        Forgotten::Credentials => match ledger.credentials.get(address).map(|it| &it.state) {
            Some(CredentialState::Sealed { .. } | CredentialState::Lost) => true,
            Some(CredentialState::Forgotten) | None => false,
        },
        // Also of one that was destroyed as delivered and was not, or that an earlier state knew.
        Forgotten::UndeliveredCredentials => {
            ledger.credentials.contains_key(address)
                || matches!(ledger.bindings.get(address), Some(LiveId::Customer(_)))
        }
    };
    if known { Ok(()) } else { Err(NoteError::UnknownAddress { address: Box::new(address.clone()) }) }
}

fn check_resolved(folded: &Folded, intent: u64, outcome: &Settled) -> Result<(), NoteError> {
    let tracked = folded.intents.get(&intent).ok_or(NoteError::UnknownIntent { intent })?;
    match tracked.standing {
        Standing::Open => return Err(NoteError::NotLookedUp { intent }),
        Standing::Pending { .. } | Standing::Unresolved => {}
    }
    let learned = match outcome {
        Settled::Done { learned } => learned,
        Settled::NotStarted | Settled::Failed { .. } => return Ok(()),
        Settled::Pending { .. } | Settled::Unknown { .. } => {
            return Err(NoteError::WrongOutcome { intent, why: "it must be over: done, failed or not started" });
        }
    };
    if let Some(why) = missing(&tracked.intent.operation, learned) {
        return Err(NoteError::WrongOutcome { intent, why });
    }
    let address = &tracked.intent.key.address;
    match brought(learned) {
        Some(_) if folded.is_of_another(address, learned) => Ok(()),
        Some(id) => check_unbound(&folded.ledger, address, id).and_then(|()| check_bound(&folded.ledger, address, id)),
        None => Ok(()),
    }
}

/// What an effect brought never takes the place of something else unseen.
fn check_unbound(ledger: &Ledger, address: &Address, id: BoundId) -> Result<(), NoteError> {
    match ledger.bindings.get(address) {
        Some(bound) if *bound != LiveId::from(id) => {
            Err(NoteError::Bound { address: Box::new(address.clone()), id: bound.to_string() })
        }
        Some(_) | None => Ok(()),
    }
}

/// The live object that an address means from then on.
fn brought(learned: &Learned) -> Option<BoundId> {
    match learned {
        Learned::Customer { customer, .. } => Some(BoundId::Customer { tenant: *customer }),
        Learned::Order { customer, subscription: Some(subscription), .. } => {
            Some(BoundId::Subscription { customer: *customer, subscription: *subscription })
        }
        Learned::Order { subscription: None, .. }
        | Learned::Nothing
        | Learned::Password { .. }
        | Learned::Cart { .. } => None,
    }
}

/// What a done operation must have taught and did not.
fn missing(operation: &Operation, learned: &Learned) -> Option<&'static str> {
    match (operation, learned) {
        (Operation::CreateCustomer(_), Learned::Customer { .. })
        | (Operation::ResetAdminPassword { .. }, Learned::Password { .. })
        | (Operation::MakeCart { .. }, Learned::Cart { .. } | Learned::Nothing)
        | (Operation::CheckOut { .. }, Learned::Order { subscription: Some(_), .. })
        | (Operation::ChangeSubscription { .. } | Operation::SetSupportContact { .. }, Learned::Nothing) => None,
        (Operation::CreateCustomer(_), _) => Some("name the tenant id of the customer"),
        (Operation::ResetAdminPassword { .. }, _) => Some("name the login"),
        (Operation::MakeCart { .. }, _) => Some("a cart taught its id only"),
        (Operation::CheckOut { .. }, _) => Some("name the order and its subscription"),
        (Operation::ChangeSubscription { .. } | Operation::SetSupportContact { .. }, _) => {
            Some("a change teaches no id")
        }
    }
}
