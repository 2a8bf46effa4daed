//! `credentials`: the sealed one-time passwords. Opens one only with a recipient's identity, and keeps nothing of it.

use super::fault::Fault;
use crate::journal::Journal;
use crate::journal::record::SealedRef;
use crate::ledger::CredentialState;
use crate::model::Address;

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
