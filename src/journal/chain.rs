//! The chain: objects numbered without gaps, each with the digest of the one before. Reads and writes single links and
//! says what is wrong with one; never folds them.

use super::notes::NoteError;
use super::record::{FORMAT, Object, Record};
use super::store::{Key, Store, StoreError};
use crate::model::{Digest, TenantId};
use serde::Deserialize;
use smol_str::SmolStr;

/// Why the journal did not do it, by what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// There is no genesis. The state is missing, which is not the same as empty: point to the right place, or begin
    /// one with `state init`.
    #[error("there is no state here; if this tenant never had one, begin it with `twotier state init`")]
    NoState,
    /// There is a genesis already, so there is nothing to begin.
    #[error("there is a state here already, of the tenant `{tenant}`")]
    Begun {
        /// Whose.
        tenant: TenantId,
    },
    /// An object is torn, changed, missing or not ours. Restore it from a copy; nothing is guessed.
    #[error("`{key}` is damaged: {why}", key = Key::Journal(*.number))]
    Damaged {
        /// Its number.
        number: u64,
        /// What is wrong with it.
        why: String,
    },
    /// A newer twotier wrote it. Use that version.
    #[error(
        "`{key}` has format {format}, and this version knows formats up to {FORMAT}; use a newer twotier",
        key = Key::Journal(*.number)
    )]
    Newer {
        /// Number of the object.
        number: u64,
        /// Its format.
        format: u32,
    },
    /// A sealed password is missing, changed, or another one lies in its place.
    #[error("`{key}` cannot be used: {why}")]
    Sealed {
        /// The name a record gives it.
        key: SmolStr,
        /// What is wrong with it.
        why: String,
    },
    /// The run is not open: it never opened, or closed. A fault of the caller.
    #[error("no run of epoch {epoch} is open")]
    NotOpen {
        /// The epoch.
        epoch: u64,
    },
    /// These records may not stand in one object. A fault of the caller.
    #[error("records that may not be written together: {0}")]
    Shape(&'static str),
    /// A note that would say nothing true.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One object that was read, with the digest of its bytes.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) object: Object,
    pub(super) digest: Digest,
}

/// Reads the object of this number, which must follow the one with the digest `before`; none when it is not there.
pub(super) fn read(store: &dyn Store, number: u64, before: Option<Digest>) -> Result<Option<Link>, JournalError> {
    let Some(bytes) = store.get(Key::Journal(number))? else { return Ok(None) };
    let object = decode(number, &bytes)?;
    if object.before != before {
        let why = match before {
            None => "the first object follows another one".to_owned(),
            Some(_) => format!("it does not follow `{}` as that stands", Key::Journal(number.saturating_sub(1))),
        };
        return Err(JournalError::Damaged { number, why });
    }
    Ok(Some(Link { object, digest: Digest::of_bytes(&bytes) }))
}

/// The bytes of an object: one line of JSON.
pub(super) fn encode(object: &Object) -> Result<Vec<u8>, JournalError> {
    let mut bytes = serde_json::to_vec(object)
        .map_err(|error| JournalError::Damaged { number: object.number, why: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The object in these bytes. Fields it does not know are passed over; another format is refused by name.
pub(super) fn decode(number: u64, bytes: &[u8]) -> Result<Object, JournalError> {
    /// All that every format has.
    #[derive(Deserialize)]
    struct Header {
        format: u32,
    }
    let damaged = |why: String| JournalError::Damaged { number, why };
    // The header alone is read only when the whole is not ours: objects may be large.
    let read: Result<Object, _> = serde_json::from_slice(bytes);
    let format = match &read {
        Ok(object) => object.format,
        Err(error) => {
            let header: Result<Header, _> = serde_json::from_slice(bytes);
            header.map_err(|_| damaged(format!("it is no whole object ({error})")))?.format
        }
    };
    match format {
        FORMAT => {}
        format if format > FORMAT => return Err(JournalError::Newer { number, format }),
        format => return Err(damaged(format!("there never was a format {format}"))),
    }
    let object = read.map_err(|error| {
        damaged(format!("it holds what no record of this version is, so a newer twotier may have written it ({error})"))
    })?;
    if object.number != number {
        return Err(damaged(format!("it says that its number is {}", object.number)));
    }
    check_shape(&object.records, number).map_err(|why| damaged(why.to_owned()))?;
    Ok(object)
}

/// What holds for the records of every object.
pub(super) fn check_shape(records: &[Record], number: u64) -> Result<(), &'static str> {
    let genesis = records.iter().filter(|record| matches!(record, Record::Genesis { .. })).count();
    let intents = records.iter().filter(|record| matches!(record, Record::Intent(_))).count();
    match (number, genesis) {
        (0, 0) => Err("the first object is no genesis"),
        (0, 1) | (1.., 0) => Ok(()),
        (0, _) => Err("there are two geneses"),
        (1.., _) => Err("a genesis stands behind the first object"),
    }?;
    if records.is_empty() {
        return Err("it holds no record");
    }
    if intents > 1 {
        return Err("two intents stand in one object, and a settlement names its object");
    }
    Ok(())
}
