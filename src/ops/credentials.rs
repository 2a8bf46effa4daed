//! `credentials`: the sealed one-time passwords. Records who opens one before it is shown, and keeps nothing of it.

use super::fault::Fault;
use super::state::Saying;
use crate::journal::record::{Forgotten, Record, Remarked, SealedRef};
use crate::journal::{Journal, JournalError, Stamp, notes};
use crate::ledger::{Credential, CredentialState, Handoff, HandoffState, Ledger};
use crate::model::{Address, StepName};
use smol_str::SmolStr;

/// What is to be true of a password that is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Somebody said that it reached its person.
    Done,
    /// It did not, whatever was said before: a new one is made then.
    Failed,
}

/// Destroys a customer's sealed password, and says whether a new one is due.
///
/// # Errors
/// When it is not said to be delivered, nothing is kept, or the journal cannot be written.
pub fn forget(
    journal: &mut Journal,
    (address, delivery): (&Address, Delivery),
    saying: Saying,
    stamp: &Stamp,
) -> Result<Forgotten, Fault> {
    let ledger = journal.ledger();
    let sealed = ledger.credentials.get(address).filter(|credential| is_sealed(credential));
    let undelivered = sealed.is_some_and(|credential| !ledger.is_delivered(&[address], credential.at));
    let what = match (undelivered, delivery) {
        (false, Delivery::Done) => Forgotten::Credentials,
        // Whoever says that it did not arrive knows better than whoever said before that it did.
        (_, Delivery::Failed) => Forgotten::UndeliveredCredentials,
        (true, Delivery::Done) => {
            let handoff = asked(journal.ledger(), address);
            return Err(Fault::Undelivered { address: Box::new(address.clone()), handoff });
        }
    };
    let Saying { by, reason } = saying;
    journal.forget_credentials(address.clone(), what, (by, reason), stamp)?;
    Ok(what)
}

fn is_sealed(credential: &Credential) -> bool {
    match credential.state {
        CredentialState::Sealed { .. } => true,
        CredentialState::Lost | CredentialState::Forgotten => false,
    }
}

fn delivers(handoff: &Handoff, address: &Address) -> bool {
    handoff.key.step == StepName::DeliverCredentials && handoff.key.address == *address
}

fn asked(ledger: &Ledger, address: &Address) -> Option<String> {
    let open = ledger.handoffs.iter().find(|(_, it)| delivers(it, address) && it.state == HandoffState::Asked);
    open.map(|(id, _)| notes::short_id(ledger, id))
}

/// Records that somebody is about to be shown a password; whoever cannot record it does not show it.
///
/// # Errors
/// When it is not kept any more, or the journal cannot be written.
pub fn record_opening(
    journal: &mut Journal,
    address: &Address,
    (by, place): (SmolStr, Option<SmolStr>),
    stamp: &Stamp,
) -> Result<(), JournalError> {
    let address = Some(address.clone());
    journal.note(Record::Remark { kind: Remarked::Opened, address, by, place, removed: None }, stamp).map(|_| ())
}

/// The ciphertext of a customer's sealed password.
///
/// # Errors
/// When there is none any more, or it is not what was sealed.
pub fn sealed(journal: &Journal, address: &Address) -> Result<Vec<u8>, Fault> {
    let credential = journal.ledger().credentials.get(address);
    match credential.map(|credential| &credential.state) {
        Some(CredentialState::Sealed { key, digest }) => {
            Ok(journal.sealed(&SealedRef { key: key.clone(), digest: *digest })?)
        }
        Some(CredentialState::Lost) => Err(Fault::Usage(format!(
            "the password of `{address}` was lost; the next `twotier plan` shows how it is reset"
        ))),
        Some(CredentialState::Forgotten) => {
            Err(Fault::Usage(format!("the password of `{address}` was forgotten on purpose")))
        }
        None => Err(Fault::Usage(format!("no password is kept for `{address}`; see `twotier credentials list`"))),
    }
}
