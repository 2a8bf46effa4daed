//! Opens the state for a command: refuses a missing one, which is unknown and not empty, and another tenant's. Never
//! begins one.

use super::fault::Fault;
use crate::journal::record::BegunFor;
use crate::journal::{Beginning, Journal, JournalError, Stamp, Store};
use crate::model::TenantId;
use smol_str::SmolStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a state without genesis means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is unknown: refused. With the place for people.
    Refused(PathBuf),
    /// It is empty: only with the embedded tenant, whose living copy lies in the same folder.
    Empty,
}

/// Opens the journal for a command that needs what is remembered.
///
/// # Errors
/// When there is no state and that is refused, when it is another tenant's, and when it cannot be read.
pub fn open(store: Arc<dyn Store>, tenant: TenantId, missing: &Missing) -> Result<Journal, Fault> {
    let journal = Journal::open(store)?;
    match (&journal.ledger().genesis, missing) {
        (Some(genesis), _) if genesis.tenant != tenant => {
            Err(Fault::OtherTenant { ours: tenant, theirs: genesis.tenant })
        }
        (None, Missing::Refused(place)) => Err(Fault::NoState { place: place.clone() }),
        (Some(_), _) | (None, Missing::Empty) => Ok(journal),
    }
}

/// Refuses a state that was begun for another kind of center than this one. Where it does not say what it was begun for, it
/// was a tenant in a file if the living copy of one lies beside it.
///
/// # Errors
/// When it was, or may have been, or its first record cannot be read.
pub fn same_kind(store: &dyn Store, center: BegunFor, copy: &Path) -> Result<Option<Beginning>, Fault> {
    let beginning = Beginning::read(store)?;
    let place = || copy.parent().map(Path::to_owned).unwrap_or_default();
    let begun_for = beginning.map(|beginning| beginning.begun_for);
    match (center, begun_for) {
        (BegunFor::Embedded, Some(Some(BegunFor::Service))) => Err(Fault::OfService { place: place() }),
        (BegunFor::Service, Some(Some(BegunFor::Embedded))) => Err(Fault::OfFile { place: place() }),
        (BegunFor::Embedded, Some(None)) if !copy.exists() => Err(Fault::OfWhom { place: place() }),
        (BegunFor::Embedded, Some(None | Some(BegunFor::Embedded)) | None)
        | (BegunFor::Service, Some(None | Some(BegunFor::Service)) | None) => Ok(beginning),
    }
}

/// Begins the state if there is none yet: what the first `apply` or `simulate` does with the embedded tenant.
///
/// # Errors
/// When it cannot be written.
pub fn begin_if_missing(
    journal: &mut Journal,
    tenant: TenantId,
    state: SmolStr,
    stamp: &Stamp,
) -> Result<(), JournalError> {
    if journal.has_state() {
        return Ok(());
    }
    match journal.init(Beginning { tenant, begun_for: Some(BegunFor::Embedded) }, state, stamp) {
        // Another process began it at the same moment: it is the one that was wanted.
        Err(JournalError::Begun { tenant: theirs }) if theirs == tenant => journal.refresh().map(drop),
        begun => begun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Memory;
    use crate::model::Timestamp;

    fn tenant(text: &str) -> TenantId {
        text.parse().expect("a tenant")
    }
    const OURS: &str = "11111111-1111-4111-8111-111111111111";
    const OTHER: &str = "22222222-2222-4222-8222-222222222222";

    fn begun() -> Arc<dyn Store> {
        let store: Arc<dyn Store> = Arc::new(Memory::default());
        let mut journal = Journal::open(store.clone()).expect("an empty store");
        let stamp = Stamp { at: Timestamp::from_seconds(0), nonce: "n".into() };
        begin_if_missing(&mut journal, tenant(OURS), "s".into(), &stamp).expect("genesis");
        store
    }

    #[test]
    fn a_missing_state_is_refused_unless_it_reads_as_empty() {
        let refused = open(Arc::new(Memory::default()), tenant(OURS), &Missing::Refused("there".into()));
        assert!(matches!(refused, Err(Fault::NoState { .. })));
        assert!(open(Arc::new(Memory::default()), tenant(OURS), &Missing::Empty).is_ok());
    }

    #[test]
    fn who_begins_beside_another_goes_on_with_its_state() {
        let store: Arc<dyn Store> = Arc::new(Memory::default());
        let stamp = Stamp { at: Timestamp::from_seconds(0), nonce: "n".into() };
        let mut both = [(); 2].map(|()| open(store.clone(), tenant(OURS), &Missing::Empty).expect("empty"));
        for (journal, state) in both.iter_mut().zip(["first", "second"]) {
            begin_if_missing(journal, tenant(OURS), state.into(), &stamp).expect("begun, or there");
            assert!(journal.has_state());
        }
        let third = open(store, tenant(OTHER), &Missing::Empty);
        assert!(matches!(third, Err(Fault::OtherTenant { .. })));
    }

    #[test]
    fn another_tenants_state_is_refused() {
        assert!(open(begun(), tenant(OURS), &Missing::Empty).is_ok());
        let refused = open(begun(), tenant(OTHER), &Missing::Empty);
        assert!(matches!(refused, Err(Fault::OtherTenant { .. })));
    }
}
