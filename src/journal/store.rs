//! Where the journal lies: numbered objects, created once and never changed, in a store of three methods, and a fourth
//! that can reach nothing but what stands beside the records. Holds the names of objects and the trait; never reads what
//! is in one.
//!
//! Why a fourth method: to forget a password its ciphertext must be gone, and with creating, reading and listing alone
//! nothing ever goes and a state only grows. It takes a [`Spare`], not a [`Key`], so no record of the journal can be named to
//! it.

use crate::model::Digest;
use std::fmt;
use std::str::FromStr;

/// A store of objects that are created once. Blocking; shared by threads and by processes on other machines.
pub trait Store: Send + Sync {
    /// Creates the object unless it is there. Of several writers exactly one gets [`Put::Written`], and then the object
    /// is durable and whole; nobody ever sees a part of it.
    ///
    /// # Errors
    /// [`StoreError::Unknown`]: it may have been written, now or a little later; read back and compare, or put the same
    /// bytes again. After any other error it was not written.
    fn put_new(&self, key: Key, bytes: &[u8]) -> Result<Put, StoreError>;
    /// The bytes of the object; none when it is not there.
    ///
    /// # Errors
    /// When the store cannot say.
    fn get(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError>;
    /// The keys of a folder behind `after` (all for none), ascending. What lies there under other names is left out.
    /// An object created meanwhile may be missing.
    ///
    /// # Errors
    /// When the store cannot say.
    fn list_after(&self, folder: Folder, after: Option<Key>) -> Result<Vec<Key>, StoreError>;
    /// Destroys an object that is no record. When it returns it is gone, for good; that it was not there is fine.
    ///
    /// # Errors
    /// When it may still be there.
    fn remove(&self, spare: Spare) -> Result<(), StoreError>;
}

/// What became of a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was not there; now it is, whole and durable.
    Written,
    /// Something is there already, perhaps an earlier try of the same writer.
    Exists,
}

/// The folders of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Folder {
    /// The records.
    Journal,
    /// Approved plans.
    Plan,
    /// Caches of the fold.
    Checkpoint,
    /// Sealed passwords.
    Sealed,
}
impl Folder {
    /// Every folder, in order.
    pub const ALL: [Self; 4] = [Self::Journal, Self::Plan, Self::Checkpoint, Self::Sealed];
    /// As the first part of a key.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Plan => "plan",
            Self::Checkpoint => "checkpoint",
            Self::Sealed => "sealed",
        }
    }
}

/// The name of an object. A value, never a path: whatever was parsed is one of these four shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// `journal/<20 digits>`: the object of this number.
    Journal(u64),
    /// `plan/<64 hexadecimal digits>`: the plan of this id.
    Plan(Digest),
    /// `checkpoint/<20 digits>`: the fold up to the object of this number.
    Checkpoint(u64),
    /// `sealed/<digits>.age`: the password that the intent in the object of this number brought.
    Sealed(u64),
}
impl Key {
    /// Where it lies.
    #[must_use]
    pub fn folder(self) -> Folder {
        match self {
            Self::Journal(_) => Folder::Journal,
            Self::Plan(_) => Folder::Plan,
            Self::Checkpoint(_) => Folder::Checkpoint,
            Self::Sealed(_) => Folder::Sealed,
        }
    }
    /// Its name in its folder: letters, digits and one dot.
    #[must_use]
    pub fn leaf(self) -> String {
        match self {
            Self::Journal(number) | Self::Checkpoint(number) => format!("{number:020}"),
            Self::Plan(id) => id.to_string(),
            Self::Sealed(intent) => format!("{intent}.age"),
        }
    }
    /// The key of a name in a folder; none when no key of ours is spelled so.
    #[must_use]
    pub fn of_leaf(folder: Folder, leaf: &str) -> Option<Self> {
        let key = match folder {
            Folder::Journal => Self::Journal(leaf.parse().ok()?),
            Folder::Plan => Self::Plan(leaf.parse().ok()?),
            Folder::Checkpoint => Self::Checkpoint(leaf.parse().ok()?),
            Folder::Sealed => Self::Sealed(leaf.strip_suffix(".age")?.parse().ok()?),
        };
        // One object, one spelling: `+7`, `007.age` and `7` are nobody's.
        (key.leaf() == leaf).then_some(key)
    }
}
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.folder().name(), self.leaf())
    }
}
impl FromStr for Key {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let bad = || BadKey { text: text.to_owned() };
        let (folder, leaf) = text.split_once('/').ok_or_else(bad)?;
        let folder = Folder::ALL.into_iter().find(|known| known.name() == folder).ok_or_else(bad)?;
        Self::of_leaf(folder, leaf).ok_or_else(bad)
    }
}

/// What can be removed: everything but the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spare {
    /// A kept plan.
    Plan(Digest),
    /// A cache of the fold.
    Checkpoint(u64),
    /// The sealed password of this intent.
    Sealed(u64),
}
impl Spare {
    /// Its name among all objects.
    #[must_use]
    pub fn key(self) -> Key {
        match self {
            Self::Plan(id) => Key::Plan(id),
            Self::Checkpoint(number) => Key::Checkpoint(number),
            Self::Sealed(intent) => Key::Sealed(intent),
        }
    }
}

/// A text that names no object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no key: `journal/<20 digits>`, `plan/<64 hexadecimal digits>`, `checkpoint/<20 digits>` or `sealed/<digits>.age`"
)]
pub struct BadKey {
    /// What was given.
    pub text: String,
}

/// Why a store did not do it, by what to do next. The reason is the system's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The reply was lost: it may have happened. Read back.
    #[error("whether `{what}` was written is unknown: {reason}")]
    Unknown {
        /// Which object or file.
        what: String,
        /// The system's words.
        reason: String,
    },
    /// No room, or no quota. Nothing was written; make room and run again.
    #[error("no room to write `{what}`: {reason}")]
    Full {
        /// Which object or file.
        what: String,
        /// The system's words.
        reason: String,
    },
    /// Not allowed to read or write there. Mend the permissions.
    #[error("not allowed to touch `{what}`: {reason}")]
    Denied {
        /// Which object or file.
        what: String,
        /// The system's words.
        reason: String,
    },
    /// The place cannot create an object once and only once. Choose another one.
    #[error("`{what}` cannot hold a state: {reason}")]
    Unfit {
        /// Which folder.
        what: String,
        /// What it cannot do.
        reason: String,
    },
    /// Anything else; nothing was written.
    #[error("cannot use `{what}`: {reason}")]
    Other {
        /// Which object or file.
        what: String,
        /// The system's words.
        reason: String,
    },
}

/// How often a put of the same bytes is tried while its outcome stays unknown.
const TRIES: usize = 4;

/// Whose object stands under a key after all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// The bytes that were put, now or by an earlier try with a lost reply.
    Ours,
    /// Others, which were first.
    Theirs(Vec<u8>),
}

/// Creates the object and makes sure: an unknown outcome is read back, and the same bytes are put again while nothing
/// is there. The bytes hold a word nobody else uses, so equal bytes are ours.
///
/// # Errors
/// [`StoreError::Unknown`] when it stays unknown, any other error as the store gave it.
pub(super) fn place(store: &dyn Store, key: Key, bytes: &[u8]) -> Result<Placed, StoreError> {
    let mut reason = "it is refused as existing, and not there when read".to_owned();
    let mut doubt = false;
    for _ in 0..TRIES {
        match store.put_new(key, bytes) {
            Ok(Put::Written) => return Ok(Placed::Ours),
            Ok(Put::Exists) => {}
            Err(StoreError::Unknown { reason: words, .. }) => (doubt, reason) = (true, words),
            Err(
                error @ (StoreError::Full { .. }
                | StoreError::Denied { .. }
                | StoreError::Unfit { .. }
                | StoreError::Other { .. }),
            ) if !doubt => return Err(error),
            // This try did nothing, but an earlier one may have.
            Err(error) => reason = error.to_string(),
        }
        match store.get(key) {
            Ok(Some(there)) if there == bytes => return Ok(Placed::Ours),
            Ok(Some(there)) => return Ok(Placed::Theirs(there)),
            Ok(None) => {}
            // Failing to read undoes nothing.
            Err(error) => reason = error.to_string(),
        }
    }
    Err(StoreError::Unknown { what: key.to_string(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_round_trip_and_sort_as_their_numbers() {
        let plan = Digest::of_bytes(b"plan");
        for key in [Key::Journal(7), Key::Journal(u64::MAX), Key::Plan(plan), Key::Checkpoint(0), Key::Sealed(12)] {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        assert_eq!(Key::Journal(42).to_string(), "journal/00000000000000000042");
        assert_eq!(Key::Sealed(42).to_string(), "sealed/42.age");
        assert!(Key::Journal(9).to_string() < Key::Journal(10).to_string());
    }

    #[test]
    fn a_key_cannot_leave_its_folder() {
        for bad in [
            "",
            "journal",
            "journal/",
            "journal/7",
            "journal/+0000000000000000007",
            "journal/../../../etc/passwd",
            "journal/00000000000000000042/x",
            "/journal/00000000000000000042",
            "journal/99999999999999999999",
            "sealed/../journal/00000000000000000042",
            "sealed/007.age",
            "sealed/-1.age",
            "sealed/7.age/..",
            "plan/ABCD",
            "tenant.jsonl/1",
        ] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }
}
