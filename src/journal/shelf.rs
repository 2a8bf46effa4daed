//! What stands beside the records: approved plans under their ids, and sealed passwords under the numbers of their
//! intents. Bytes in, bytes out; never opens a seal or reads a plan.

use super::chain::JournalError;
use super::log::{Journal, Stamp};
use super::notes::NoteError;
use super::record::{Forgotten, Record, SealedRef};
use super::store::{Key, Placed, Spare, place};
use crate::ledger::{CredentialState, Ledger};
use crate::model::{Address, Digest};
use smol_str::{SmolStr, ToSmolStr as _};

impl Journal {
    /// Keeps an approved plan under its id. The first one with the id stays: what differs is outside the id.
    ///
    /// # Errors
    /// As the store gave it.
    pub fn put_plan(&self, id: Digest, bytes: &[u8]) -> Result<(), JournalError> {
        match place(self.store(), Key::Plan(id), bytes)? {
            Placed::Ours | Placed::Theirs(_) => Ok(()),
        }
    }

    /// Keeps the document of an approved plan. Where another one with this id was approved before, which differs in what the id
    /// does not cover, it stays, and this one is kept under its own SHA-256; that is answered.
    ///
    /// # Errors
    /// As the store gave it.
    pub fn put_approved(&self, id: Digest, bytes: &[u8]) -> Result<Option<Digest>, JournalError> {
        if let Placed::Ours = place(self.store(), Key::Plan(id), bytes)? {
            return Ok(None);
        }
        let own = Digest::of_bytes(bytes);
        self.put_plan(own, bytes)?;
        Ok(Some(own))
    }

    /// The plan with this id, as it was put; none when none is kept.
    ///
    /// # Errors
    /// When the store cannot say.
    pub fn plan(&self, id: Digest) -> Result<Option<Vec<u8>>, JournalError> {
        Ok(self.store().get(Key::Plan(id))?)
    }

    /// Keeps the sealed password that an intent brought, before its settlement names it.
    ///
    /// # Errors
    /// When another one lies there, or the store cannot keep it: then give the ciphertext to a person.
    pub fn put_sealed(&self, intent: u64, ciphertext: &[u8]) -> Result<SealedRef, JournalError> {
        match place(self.store(), Key::Sealed(intent), ciphertext)? {
            Placed::Ours => Ok(sealed_ref(intent, ciphertext)),
            Placed::Theirs(_) => {
                let key = Key::Sealed(intent).to_smolstr();
                Err(JournalError::Sealed { key, why: "another password lies there already".to_owned() })
            }
        }
    }

    /// The password that a run sealed for this intent before it died, if it came so far.
    ///
    /// # Errors
    /// When the store cannot say.
    pub fn sealed_for(&self, intent: u64) -> Result<Option<SealedRef>, JournalError> {
        Ok(self.store().get(Key::Sealed(intent))?.map(|ciphertext| sealed_ref(intent, &ciphertext)))
    }

    /// The ciphertext a settlement names.
    ///
    /// # Errors
    /// [`JournalError::Sealed`] when it is gone or is not the one that was named.
    pub fn sealed(&self, sealed: &SealedRef) -> Result<Vec<u8>, JournalError> {
        let intent = intent_of(&sealed.key)?;
        let unusable = |why: &str| JournalError::Sealed { key: sealed.key.clone(), why: why.to_owned() };
        let ciphertext = self.store().get(Key::Sealed(intent))?.ok_or_else(|| unusable("it is not there"))?;
        if Digest::of_bytes(&ciphertext) == sealed.digest {
            Ok(ciphertext)
        } else {
            Err(unusable("it is not what was sealed"))
        }
    }

    /// Destroys the sealed password of a customer, then notes it: after a crash in between it can be done again.
    ///
    /// # Errors
    /// As [`Journal::note`], and when the store cannot remove it; then nothing is noted.
    pub fn forget_credentials(
        &mut self,
        address: Address,
        what: Forgotten,
        (by, reason): (SmolStr, SmolStr),
        stamp: &Stamp,
    ) -> Result<u64, JournalError> {
        self.refresh()?;
        let note = Record::Forgotten { address: address.clone(), what, by, reason };
        super::notes::check(self.folded(), &note)?;
        match self.ledger().credentials.get(&address).map(|credential| &credential.state) {
            Some(CredentialState::Sealed { key, digest: _ }) => self.store().remove(Spare::Sealed(intent_of(key)?))?,
            Some(CredentialState::Lost | CredentialState::Forgotten) | None => {}
        }
        self.note(note, stamp)
    }
}

fn sealed_ref(intent: u64, ciphertext: &[u8]) -> SealedRef {
    SealedRef { key: Key::Sealed(intent).to_smolstr(), digest: Digest::of_bytes(ciphertext) }
}

/// Only a password that is kept can be opened.
pub(super) fn check_opened(ledger: &Ledger, address: Option<&Address>) -> Result<(), NoteError> {
    let address = address.ok_or(NoteError::NoNote)?;
    match ledger.credentials.get(address).map(|credential| &credential.state) {
        Some(CredentialState::Sealed { .. }) => Ok(()),
        Some(CredentialState::Lost | CredentialState::Forgotten) | None => {
            Err(NoteError::UnknownAddress { address: Box::new(address.clone()) })
        }
    }
}

/// A record is text that was read, so its key is looked at before anything is done with it.
fn intent_of(key: &SmolStr) -> Result<u64, JournalError> {
    match key.parse() {
        Ok(Key::Sealed(intent)) => Ok(intent),
        Ok(Key::Journal(_) | Key::Plan(_) | Key::Checkpoint(_)) | Err(_) => {
            Err(JournalError::Sealed { key: key.clone(), why: "it is not the name of a sealed password".to_owned() })
        }
    }
}
