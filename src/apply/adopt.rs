//! What planning learned by looking, as records of the journal. Pure.

use crate::journal::record::{Adopted, BoundId, Moved, Record};
use crate::plan::Adopt;

/// At most so many entries in one object, so that no object grows with the tenant.
const ENTRIES: usize = 2000;

/// The records of an adoption, each small enough for an object of its own; renames first, in one piece, because they
/// may change places.
#[must_use]
pub fn records(adopt: &Adopt) -> Vec<Record> {
    let Adopt { bindings, settled, managed, released, renamed, moved, consumed, withdrawn, shown, guards } = adopt;
    let mut parts = Parts::default();
    if !renamed.is_empty() {
        let renamed = renamed.iter().map(|(new, old)| (new.clone(), old.clone())).collect();
        parts.done.push(Adopted { renamed, ..Adopted::default() });
    }
    // An effect that shows brings its values by itself; what was read since outranks them, so it comes after.
    shown.iter().for_each(|address| parts.room().shown.push(address.clone()));
    bindings.iter().for_each(|(address, id)| {
        parts.room().bindings.insert(address.clone(), BoundId::from(*id));
    });
    settled.iter().for_each(|(address, fields)| {
        parts.room().settled.insert(address.clone(), fields.clone());
    });
    managed.iter().for_each(|address| parts.room().managed.push(address.clone()));
    released.iter().for_each(|address| parts.room().released.push(address.clone()));
    moved.iter().for_each(|(id, (from, digest))| {
        parts.room().moved.insert(*id, Moved { from: *from, digest: *digest });
    });
    consumed.iter().for_each(|handoff| parts.room().consumed.push(*handoff));
    withdrawn.iter().for_each(|handoff| parts.room().withdrawn.push(*handoff));
    let guards = guards.iter().map(|guards| Record::Guarded(Box::new(guards.clone().into())));
    guards.chain(parts.finish().into_iter().map(|adopted| Record::Adopted(Box::new(adopted)))).collect()
}

#[derive(Default)]
struct Parts {
    done: Vec<Adopted>,
    open: Adopted,
    entries: usize,
}
impl Parts {
    /// The part that has room for one more entry.
    fn room(&mut self) -> &mut Adopted {
        if self.entries == ENTRIES {
            self.done.push(std::mem::take(&mut self.open));
            self.entries = 0;
        }
        self.entries += 1;
        &mut self.open
    }
    fn finish(mut self) -> Vec<Adopted> {
        if self.entries > 0 {
            self.done.push(self.open);
        }
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Address;

    #[test]
    fn a_large_adoption_is_several_objects_and_none_is_empty() {
        assert_eq!(records(&Adopt::default()), vec![]);
        let address = |n: usize| format!("customer/c{n}").parse::<Address>().expect("an address");
        let managed = (0..2 * ENTRIES + 1).map(address).collect();
        let records = records(&Adopt { managed, ..Adopt::default() });
        let sizes = records.iter().map(|record| {
            let Record::Adopted(adopted) = record else { panic!("{record:?}") };
            adopted.managed.len()
        });
        assert_eq!(sizes.collect::<Vec<_>>(), [ENTRIES, ENTRIES, 1]);
    }
}
