//! A store in memory, with scripted faults: what tests and library users without a disk run on. Never touches a file;
//! what is in it ends with it.

use super::store::{Folder, Key, Put, Spare, Store, StoreError};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A store in memory.
#[derive(Debug, Default)]
pub struct Memory {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    objects: BTreeMap<Key, Vec<u8>>,
    puts: VecDeque<Option<Fault>>,
    late: Vec<(Key, Vec<u8>)>,
}

/// What goes wrong at a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It never arrives, and the caller cannot know.
    LostBefore,
    /// It is done, and the reply is lost.
    LostAfter,
    /// It is on its way when the caller gives up, and arrives at [`Memory::arrive`].
    Late,
    /// There is no room.
    Full,
    /// It is not allowed.
    Denied,
}

impl Memory {
    /// An empty store without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// What the next puts meet, one each; none is a put that works. Behind the script every put works.
    pub fn script(&self, faults: impl IntoIterator<Item = Option<Fault>>) {
        self.held().puts.extend(faults);
    }
    /// Lets every [`Fault::Late`] put arrive, in their order, as the store would have taken it.
    pub fn arrive(&self) {
        let mut held = self.held();
        for (key, bytes) in std::mem::take(&mut held.late) {
            held.objects.entry(key).or_insert(bytes);
        }
    }
    /// Puts bytes under a key whatever is there: what a failing disk or a hand does.
    pub fn damage(&self, key: Key, bytes: impl Into<Vec<u8>>) {
        self.held().objects.insert(key, bytes.into());
    }
    /// Takes an object away: what a hand does.
    pub fn lose(&self, key: Key) {
        self.held().objects.remove(&key);
    }
    // Every change is one insert or remove, so a thread that died holding the lock left nothing half done.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn create(&mut self, key: Key, bytes: &[u8]) -> Put {
        if self.objects.contains_key(&key) {
            return Put::Exists;
        }
        self.objects.insert(key, bytes.to_vec());
        Put::Written
    }
}

impl Store for Memory {
    fn put_new(&self, key: Key, bytes: &[u8]) -> Result<Put, StoreError> {
        let what = key.to_string();
        let reason = || "scripted".to_owned();
        let mut held = self.held();
        match held.puts.pop_front().flatten() {
            None => Ok(held.create(key, bytes)),
            Some(Fault::LostBefore) => Err(StoreError::Unknown { what, reason: reason() }),
            Some(Fault::LostAfter) => {
                held.create(key, bytes);
                Err(StoreError::Unknown { what, reason: reason() })
            }
            Some(Fault::Late) => {
                held.late.push((key, bytes.to_vec()));
                Err(StoreError::Unknown { what, reason: reason() })
            }
            Some(Fault::Full) => Err(StoreError::Full { what, reason: reason() }),
            Some(Fault::Denied) => Err(StoreError::Denied { what, reason: reason() }),
        }
    }
    fn get(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.held().objects.get(&key).cloned())
    }
    fn list_after(&self, folder: Folder, after: Option<Key>) -> Result<Vec<Key>, StoreError> {
        let held = self.held();
        Ok(held
            .objects
            .keys()
            .copied()
            .filter(|key| key.folder() == folder && after.is_none_or(|after| *key > after))
            .collect())
    }
    fn remove(&self, spare: Spare) -> Result<(), StoreError> {
        self.held().objects.remove(&spare.key());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::{Placed, place};
    use super::*;

    const KEY: Key = Key::Journal(3);

    #[test]
    fn an_object_is_created_once() {
        let store = Memory::new();
        assert_eq!(store.put_new(KEY, b"first"), Ok(Put::Written));
        assert_eq!(store.put_new(KEY, b"second"), Ok(Put::Exists));
        assert_eq!(store.get(KEY), Ok(Some(b"first".to_vec())));
        assert_eq!(store.list_after(Folder::Journal, Some(Key::Journal(2))), Ok(vec![KEY]));
        assert_eq!(store.list_after(Folder::Journal, Some(KEY)), Ok(vec![]));
    }

    #[test]
    fn a_lost_reply_is_read_back_before_the_put_is_called_lost() {
        for fault in [Fault::LostBefore, Fault::LostAfter, Fault::Late] {
            let store = Memory::new();
            store.script([Some(fault), Some(Fault::LostBefore)]);
            assert_eq!(place(&store, KEY, b"ours"), Ok(Placed::Ours), "{fault:?}");
            store.arrive();
            assert_eq!(store.get(KEY), Ok(Some(b"ours".to_vec())), "{fault:?}");
        }
    }

    #[test]
    fn a_lost_reply_does_not_hide_that_another_was_first() {
        let store = Memory::new();
        store.put_new(KEY, b"theirs").expect("works");
        store.script([Some(Fault::LostBefore)]);
        assert_eq!(place(&store, KEY, b"ours"), Ok(Placed::Theirs(b"theirs".to_vec())));
    }

    #[test]
    fn what_stays_unknown_is_said_to_be_unknown() {
        let store = Memory::new();
        store.script([Some(Fault::LostBefore); 9]);
        assert!(matches!(place(&store, KEY, b"ours"), Err(StoreError::Unknown { .. })));
        let store = Memory::new();
        store.script([Some(Fault::Late), Some(Fault::Full), Some(Fault::Full), Some(Fault::Full)]);
        assert!(matches!(place(&store, KEY, b"ours"), Err(StoreError::Unknown { .. })), "the first try may arrive");
        let store = Memory::new();
        store.script([Some(Fault::Full)]);
        assert!(matches!(place(&store, KEY, b"ours"), Err(StoreError::Full { .. })));
        assert_eq!(store.get(KEY), Ok(None));
    }
}
