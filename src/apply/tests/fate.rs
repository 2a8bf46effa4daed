//! What may happen to a run: mishaps of calls, stops, a store that dies, an order of things. Drives nothing itself.

use crate::apply::machine::Event;
use crate::journal::store::{Folder, Key, Put, Spare};
use crate::journal::{Memory, Store, StoreError};
use std::sync::{Arc, Mutex};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    LoseBefore,
    LoseAfter,
    /// It arrives so many calls later; the caller has given up on it.
    Late(usize),
    Transient,
    Throttled,
    Later,
    Denied,
    Refused,
}

/// The run stopped dead.
#[derive(Debug)]
pub(super) struct Stopped;

/// When a run stops, and in which order what may happen happens.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    /// Stops before so many command boundaries; none is never.
    pub(super) boundaries: Option<usize>,
    /// The store dies at this put.
    pub(super) puts: Option<(usize, Dying)>,
    /// The process freezes at this effect, between check and socket.
    pub(super) freeze: Option<usize>,
    /// How many calls after that it goes on.
    pub(super) thaw: usize,
    /// Interrupts at these many turns.
    pub(super) interrupts: Vec<usize>,
    pub(super) turn: usize,
    pub(super) seed: u64,
    pub(super) interrupted: usize,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dying {
    Before,
    After,
}
impl Fate {
    pub(super) fn kind() -> Self {
        let interrupts = Vec::new();
        Self { boundaries: None, puts: None, freeze: None, thaw: 1, interrupts, turn: 0, seed: 0, interrupted: 0 }
    }
    pub(super) fn boundary(&mut self) -> Result<(), Stopped> {
        match &mut self.boundaries {
            None => Ok(()),
            Some(0) => Err(Stopped),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
    pub(super) fn freezes_here(&mut self) -> bool {
        match &mut self.freeze {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }
    pub(super) fn interrupt(&mut self) -> Option<Event> {
        self.turn += 1;
        let at = self.interrupts.get(self.interrupted)?;
        if self.turn < *at {
            return None;
        }
        self.interrupted += 1;
        Some(if self.interrupted == 1 { Event::Interrupt } else { Event::Abandon })
    }
    /// The first with seed 0, else any.
    pub(super) fn choose(&mut self, of: usize) -> usize {
        if self.seed == 0 {
            return 0;
        }
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.seed >> 33).unwrap_or(0) % of
    }
    pub(super) fn store(&self, inner: &Arc<Memory>) -> Mortal {
        Mortal { inner: Arc::clone(inner), left: Mutex::new(self.puts) }
    }
}

/// A store that dies at a given put.
pub(super) struct Mortal {
    inner: Arc<Memory>,
    left: Mutex<Option<(usize, Dying)>>,
}
impl Mortal {
    fn dead(&self) -> Result<(), StoreError> {
        let gone = || StoreError::Other { what: "store".into(), reason: "it is gone".into() };
        match *self.left.lock().unwrap() {
            Some((0, _)) => Err(gone()),
            Some(_) | None => Ok(()),
        }
    }
}
impl Store for Mortal {
    fn put_new(&self, key: Key, bytes: &[u8]) -> Result<Put, StoreError> {
        self.dead()?;
        let mut left = self.left.lock().unwrap();
        let dies = match left.as_mut() {
            None => None,
            Some((left, how)) => {
                *left -= 1;
                (*left == 0).then_some(*how)
            }
        };
        match dies {
            None => self.inner.put_new(key, bytes),
            Some(how) => {
                if how == Dying::After {
                    self.inner.put_new(key, bytes)?;
                }
                Err(StoreError::Unknown { what: key.to_string(), reason: "it died".into() })
            }
        }
    }
    fn get(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.dead()?;
        self.inner.get(key)
    }
    fn list_after(&self, folder: Folder, after: Option<Key>) -> Result<Vec<Key>, StoreError> {
        self.dead()?;
        self.inner.list_after(folder, after)
    }
    fn remove(&self, spare: Spare) -> Result<(), StoreError> {
        self.dead()?;
        self.inner.remove(spare)
    }
}
