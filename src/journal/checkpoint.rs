//! Caches of the fold, so that a long journal is not read from its beginning by every command. A checkpoint holds few
//! records that fold to the same value, and the digest of the object it covers; one that does not match or was folded by
//! other rules is passed over, and without any the journal says the same. The newest two that are of use stay: one that is
//! written takes the place of those before them. Never the only place of anything.

use super::chain::JournalError;
use super::fold::{Folded, RULES, Standing, Tracked};
use super::log::{Head, Journal};
use super::record::{
    Adopted, BoundId, DoneBy, FORMAT, Forgotten, Intent, Learned, Object, Reach, Record, SealedRef, Settled,
};
use super::store::{Folder, Key, Placed, Spare, Store, StoreError, place};
#[cfg(test)]
use crate::ledger::Genesis;
use crate::ledger::{
    Anyway, Counted, Credential, CredentialState, Handoff, HandoffState, Ledger, Pending, PendingWhat,
};
use crate::model::{Address, Class, CustomerId, Digest, Operation, RequestId, StepKey, StepName, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Objects behind the last checkpoint before another one is worth writing, and the share of the journal they must be:
/// so checkpoints grow in number with the logarithm of the journal, and little is left to read behind one.
const EVERY: u64 = 500;
const SHARE: u64 = 10;

/// One checkpoint.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checkpoint {
    format: u32,
    /// The rules its records were folded by: other ones fold the same journal to something else.
    #[serde(default)]
    fold: u32,
    /// Number of the object it covers the journal up to.
    number: u64,
    /// SHA-256 of the bytes of that object.
    digest: Digest,
    /// What folds to the same value.
    objects: Vec<Object>,
}

/// The fold up to the newest checkpoint that matches the journal; none when there is none to use, or none can be read.
///
/// # Errors
/// When the journal cannot be read.
pub(super) fn newest(store: &dyn Store) -> Result<Option<(Head, Folded)>, StoreError> {
    for key in store.list_after(Folder::Checkpoint, None).unwrap_or_default().into_iter().rev() {
        let Key::Checkpoint(number) = key else { continue };
        let Ok(Some(bytes)) = store.get(key) else { continue };
        let Ok(checkpoint) = serde_json::from_slice::<Checkpoint>(&bytes) else { continue };
        let covered = store.get(Key::Journal(number))?.map(|object| Digest::of_bytes(&object));
        let ours = checkpoint.format == FORMAT && checkpoint.fold == RULES;
        if ours && checkpoint.number == number && covered == Some(checkpoint.digest) {
            let head = Head { number, digest: checkpoint.digest };
            return Ok(Some((head, fold(checkpoint.objects))));
        }
    }
    Ok(None)
}

/// What a checkpoint is, held against the records it stands for.
pub(super) enum Held {
    /// It says what they say.
    Fits,
    /// It was folded by other rules, so that it is not read and cannot be compared.
    OtherRules,
    /// It misleads whoever reads it.
    Wrong(&'static str),
}

/// Holds a checkpoint against the object it covers and what the records up to that one fold to.
pub(super) fn held(bytes: &[u8], head: Head, folded: &Folded) -> Held {
    let Ok(checkpoint) = serde_json::from_slice::<Checkpoint>(bytes) else {
        return Held::Wrong("it is no whole checkpoint");
    };
    let Checkpoint { format, fold: rules, number, digest, objects } = checkpoint;
    if format != FORMAT || number != head.number {
        return Held::Wrong("it is of another format or number");
    }
    if digest != head.digest {
        return Held::Wrong("it was made of another journal");
    }
    if rules != RULES {
        return Held::OtherRules;
    }
    if fold(objects) == *folded {
        Held::Fits
    } else {
        Held::Wrong("it says something else than the records it stands for")
    }
}

impl Journal {
    /// Writes a checkpoint where one is worth it; whether it did. Between runs only: call it when everything is written.
    ///
    /// # Errors
    /// As the store gave it; nothing is lost by it.
    pub fn checkpoint(&mut self) -> Result<bool, JournalError> {
        let share = self.head().map_or(0, |head| head.number / SHARE);
        self.checkpoint_after(EVERY.max(share))
    }

    /// The same when so many objects stand behind the one that this journal was read from or wrote last, which is what
    /// the next command would read.
    pub(super) fn checkpoint_after(&mut self, enough: u64) -> Result<bool, JournalError> {
        let Some(head) = self.head().filter(|_| self.folded().run.is_none()) else { return Ok(false) };
        let behind = head.number.saturating_sub(self.covered().unwrap_or(0));
        let wrote = behind >= enough && write(self.store(), head, self.folded())?;
        if wrote {
            if let Some(before) = self.covered() {
                remove_before(self.store(), before);
            }
            self.cover(head.number);
        }
        Ok(wrote)
    }
}

/// Removes the checkpoints before one that is of use, and behind which there is a newer one. Whoever still has one of them in
/// mind reads more of the journal. What stays harms nobody, and the next one that is written removes it.
fn remove_before(store: &dyn Store, kept: u64) {
    for key in store.list_after(Folder::Checkpoint, None).unwrap_or_default() {
        if let Key::Checkpoint(number) = key
            && number < kept
        {
            let _it_may_stay = store.remove(Spare::Checkpoint(number));
        }
    }
}

/// Whether it could be written: what few records cannot say is not cached.
fn write(store: &dyn Store, head: Head, folded: &Folded) -> Result<bool, JournalError> {
    let objects = compact(folded);
    if fold(objects.clone()) != *folded {
        return Ok(false);
    }
    let checkpoint = Checkpoint { format: FORMAT, fold: RULES, number: head.number, digest: head.digest, objects };
    let Ok(bytes) = serde_json::to_vec(&checkpoint) else { return Ok(false) };
    match place(store, Key::Checkpoint(head.number), &bytes)? {
        Placed::Ours => Ok(true),
        // One of other rules, or a torn one: it is passed over, and the next number is free.
        Placed::Theirs(_) => Ok(false),
    }
}

/// What is left of a value in a checkpoint.
#[cfg(test)]
pub(super) fn refolded(folded: &Folded) -> Folded {
    let genesis = Genesis { tenant: super::support::tenant(), state: "state".into(), at: super::support::at(0) };
    let ledger = Ledger { genesis: Some(genesis), ..folded.ledger.clone() };
    let mut again = fold(compact(&Folded { ledger, ..folded.clone() }));
    again.ledger.genesis = folded.ledger.genesis.clone();
    again
}

fn fold(objects: Vec<Object>) -> Folded {
    let mut folded = Folded::default();
    objects.into_iter().for_each(|object| folded.restore(object));
    folded
}

/// Builds objects that nobody chained; only their order, numbers, epochs and times mean anything.
#[derive(Default)]
struct Compact {
    objects: Vec<Object>,
}
impl Compact {
    fn push(&mut self, number: u64, epoch: u64, at: Timestamp, record: Record) {
        let nonce = SmolStr::default();
        self.objects.push(Object { format: FORMAT, number, epoch, nonce, before: None, at, records: vec![record] });
    }
    /// A record whose number and epoch nothing refers to.
    fn say(&mut self, at: Timestamp, record: Record) {
        self.push(0, 0, at, record);
    }
}

/// Few records that fold to this value, between runs.
fn compact(folded: &Folded) -> Vec<Object> {
    let mut out = Compact::default();
    let Folded { ledger, epoch, reach, run: _, intents, unstarted, assignments: _ } = folded;
    let Some(genesis) = &ledger.genesis else { return Vec::new() };
    let began = genesis.at;
    out.say(began, Record::Genesis { tenant: genesis.tenant, state: genesis.state.clone(), begun_for: None });
    compact_guards(ledger, *epoch, began, &mut out);
    compact_reach(reach, began, &mut out);
    for intent in unstarted.values() {
        compact_unstarted(intent, &mut out);
    }
    for (number, tracked) in intents {
        compact_intent(ledger, *number, tracked, &mut out);
    }
    for (number, (address, credential)) in (u64::MAX / 2..).zip(&ledger.credentials) {
        compact_credential(number, address, credential, &mut out);
    }
    for (step, handoff) in &ledger.handoffs {
        compact_handoff(*step, handoff, &mut out);
    }
    for counted in &ledger.counted {
        let Counted { code, cause, amount, acknowledgement, until, at } = counted.clone();
        out.say(at, Record::Counted { code, cause, amount, acknowledgement, until });
    }
    out.say(
        began,
        adopted(Adopted {
            bindings: ledger.bindings.iter().map(|(address, id)| (address.clone(), BoundId::from(*id))).collect(),
            settled: ledger.settled.clone(),
            managed: ledger.managed.iter().cloned().collect(),
            done: ledger.done.iter().map(DoneBy::of).collect(),
            ..Adopted::default()
        }),
    );
    out.objects
}

/// These guards, changed by whoever changed them last, and the highest epoch.
fn compact_guards(ledger: &Ledger, epoch: u64, at: Timestamp, out: &mut Compact) {
    if let Some(guards) = &ledger.guards {
        if ledger.guarded.is_some() {
            out.say(at, Record::Guarded(Box::default()));
        }
        out.push(0, ledger.guarded.unwrap_or(0), at, Record::Guarded(Box::new(guards.clone().into())));
    }
    out.push(0, epoch, at, Record::Renew);
}

/// A plan that reached so far.
fn compact_reach(reach: &Reach, at: Timestamp, out: &mut Compact) {
    if !reach.is_nowhere() {
        let (plan, passed) = (Digest::of_bytes(b"checkpoint"), Vec::new());
        out.say(at, Record::Planned { plan, document: None, passed, reach: reach.clone(), withdrawn: Vec::new() });
    }
}

/// An intent that did not start; it stands before any effect that something is remembered of.
fn compact_unstarted(intent: &Intent, out: &mut Compact) {
    let began = Timestamp::from_seconds(0);
    out.say(began, Record::Intent(Box::new(intent.clone())));
    out.say(began, Record::Settlement { intent: 0, outcome: Settled::NotStarted, fields: BTreeMap::new() });
}

fn compact_intent(ledger: &Ledger, number: u64, tracked: &Tracked, out: &mut Compact) {
    let Tracked { epoch, at, intent, standing } = tracked;
    out.push(number, *epoch, *at, Record::Intent(Box::new(intent.clone())));
    let address = &intent.key.address;
    match standing {
        Standing::Open => {}
        Standing::Unresolved => {
            if let Some(unresolved) = ledger.unresolved.get(&number) {
                let outcome = Settled::Unknown { text: SmolStr::new(&unresolved.text) };
                let fields = BTreeMap::new();
                out.say(unresolved.since, Record::Settlement { intent: number, outcome, fields });
            }
        }
        Standing::Pending { fields } => {
            if let Some(Pending { since, what, key: _, step: _, intent: _ }) = ledger.pending.get(address) {
                let outcome = Settled::Pending { learned: learned_of(what) };
                out.say(*since, Record::Settlement { intent: number, outcome, fields: fields.clone() });
            }
        }
    }
}

/// What the reply must have taught; a customer's login and password follow with its credential.
fn learned_of(what: &PendingWhat) -> Learned {
    match what {
        PendingWhat::Customer(customer) => Learned::Customer { customer: *customer, user: None, sealed: None },
        PendingWhat::Order { customer, cart, order, subscription, fields: _ } => Learned::Order {
            customer: *customer,
            cart: cart.clone(),
            order: order.clone(),
            subscription: *subscription,
        },
        PendingWhat::Change { .. } => Learned::Nothing,
    }
}

/// As if the password had been reset: that says login, seal and time, and nothing else.
fn compact_credential(number: u64, address: &Address, credential: &Credential, out: &mut Compact) {
    let Credential { user, state, at } = credential;
    let intent = Intent {
        step: Digest::of_bytes(b"checkpoint"),
        key: StepKey::new(address.clone(), StepName::ResetAdminPassword),
        class: Class::Api,
        cause: address.clone(),
        request: RequestId::from_bytes([0; 16]),
        operation: Operation::ResetAdminPassword { customer: CustomerId::from_bytes([0; 16]) },
        wanted: BTreeMap::new(),
        counts: Vec::new(),
    };
    let sealed = match state {
        CredentialState::Sealed { key, digest } => Some(SealedRef { key: key.clone(), digest: *digest }),
        CredentialState::Lost | CredentialState::Forgotten => None,
    };
    let outcome = Settled::Done { learned: Learned::Password { user: user.clone(), sealed } };
    out.push(number, 0, *at, Record::Intent(Box::new(intent)));
    out.say(*at, Record::Settlement { intent: number, outcome, fields: BTreeMap::new() });
    if *state == CredentialState::Forgotten {
        let (by, reason) = (SmolStr::default(), SmolStr::default());
        let (address, what) = (address.clone(), Forgotten::Credentials);
        out.say(*at, Record::Forgotten { address, what, by, reason });
    }
}

fn compact_handoff(step: Digest, handoff: &Handoff, out: &mut Compact) {
    let Handoff { key, digest, first, text, wanted, asked, state } = handoff;
    let (key, text, wanted) = (key.clone(), text.clone(), wanted.clone());
    if first != digest {
        let (key, text, wanted) = (key.clone(), String::new(), BTreeMap::new());
        out.say(*asked, Record::Asked { step, key, digest: *first, text, wanted });
    }
    out.say(*asked, Record::Asked { step, key, digest: *digest, text, wanted });
    match state {
        HandoffState::Asked => {}
        HandoffState::Acknowledged { by, at, evidence } => {
            let (by, evidence) = (by.clone(), evidence.clone());
            out.say(*at, Record::Acknowledged { handoff: step, digest: *digest, by, evidence });
        }
        HandoffState::Declined { by, at, reason } => {
            out.say(*at, Record::Declined { handoff: step, by: by.clone(), reason: reason.clone() });
        }
        HandoffState::Consumed { at } => {
            out.say(*at, adopted(Adopted { consumed: vec![step], ..Adopted::default() }));
        }
        HandoffState::Withdrawn { at, anyway } => {
            out.say(*at, adopted(Adopted { withdrawn: vec![step], ..Adopted::default() }));
            if let Some(Anyway { by, at, evidence }) = anyway.clone() {
                out.say(at, Record::Acknowledged { handoff: step, digest: *digest, by, evidence });
            }
        }
    }
}

fn adopted(adopted: Adopted) -> Record {
    Record::Adopted(Box::new(adopted))
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::super::record::{Guarded, Open};
    use super::super::support::*;
    use super::*;
    use std::sync::Arc;

    /// A closed journal that holds one of everything.
    fn lived() -> (Arc<Memory>, Journal) {
        let (store, mut journal) = begun();
        let epoch = run(&mut journal);
        let mut write = |record: Record| {
            journal.append(epoch, vec![record], &stamp()).expect("is written");
        };
        write(Record::Intent(Box::new(create("customer/contoso"))));
        write(settled(2, Settled::Pending { learned: created(1, Some("cipher")) }));
        write(Record::Intent(Box::new(quantity("subscription/contoso/m365", 30))));
        write(settled(4, Settled::Pending { learned: Learned::Nothing }));
        write(Record::Intent(Box::new(check_out("subscription/contoso/teams"))));
        write(settled(6, unknown()));
        write(Record::Intent(Box::new(check_out("subscription/contoso/visio"))));
        write(settled(8, Settled::NotStarted));
        write(Record::Intent(Box::new(check_out("subscription/contoso/power"))));
        write(asked("please"));
        let acknowledgement = Some("march".parse().expect("a name"));
        write(Record::Counted {
            code: "TT0500".into(),
            cause: address("customer/contoso"),
            amount: 2,
            acknowledgement,
            until: Some("2026-12-20".parse().expect("a date")),
        });
        let guarded = Guarded { recipients: vec!["age1x".into()], ..Guarded::default() };
        write(Record::Guarded(Box::new(guarded)));
        write(Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() });
        let answer = super::super::notes::acknowledged(journal.ledger(), handoff(), by(), None).expect("is known");
        journal.note(answer, &stamp()).expect("notes");
        (store, journal)
    }

    fn reopened() -> Record {
        Record::Reopened { handoff: handoff(), by: by(), reason: why() }
    }

    #[test]
    fn a_checkpoint_says_what_the_journal_says() {
        let (store, journal) = lived();
        let head = journal.head().expect("is there");
        assert_eq!(write(&*store, head, journal.folded()), Ok(true));
        assert_eq!(newest(&*store), Ok(Some((head, journal.folded().clone()))));
    }

    #[test]
    fn reading_goes_on_behind_a_checkpoint() {
        let (store, mut writer) = lived();
        assert_eq!(write(&*store, writer.head().expect("is there"), writer.folded()), Ok(true));
        run(&mut writer);
        // What stands before the covered object is not read any more.
        store.damage(Key::Journal(1), "nonsense");
        let reader = journal(&store);
        assert_eq!(reader.folded(), writer.folded());
        assert_eq!(reader.head(), writer.head());
    }

    #[test]
    fn what_was_told_is_known_without_what_stands_before_a_checkpoint() {
        let (store, mut writer) = lived();
        assert_eq!(writer.checkpoint_after(1), Ok(true));
        store.damage(Key::Journal(1), "nonsense");
        assert_eq!(journal(&store).told(), Some("abc123"));
        let mut local = journal(&store);
        assert!(matches!(
            local.begin(Open { commit: None, ..open() }, &stamp()),
            Ok(super::super::log::Begun::Run { .. })
        ));
        assert_eq!(local.told(), Some("abc123"), "a run without a commit says nothing of it");
    }

    #[test]
    fn a_checkpoint_of_another_journal_or_a_torn_one_is_passed_over() {
        let (store, writer) = lived();
        let head = writer.head().expect("is there");
        let foreign = Head { digest: digest("another"), ..head };
        assert_eq!(write(&*store, foreign, &Folded { epoch: 9, ..writer.folded().clone() }), Ok(true));
        store.damage(Key::Checkpoint(3), "{\"format\":1,");
        assert_eq!(newest(&*store), Ok(None));
        assert_eq!(journal(&store).folded(), writer.folded());
    }

    #[test]
    fn verify_finds_a_checkpoint_that_says_something_else_and_one_whose_object_is_gone() {
        let told = |store: &Memory| -> Vec<String> {
            let verified = super::super::verify::verify(store, None).expect("readable");
            let damaged =
                verified.findings.into_iter().filter(|finding| finding.code == crate::diag::Code::JournalDamaged);
            damaged.map(|finding| finding.message).collect()
        };
        let (store, journal) = lived();
        let head = journal.head().expect("is there");
        assert_eq!(write(&*store, head, journal.folded()), Ok(true));
        assert!(told(&store).is_empty());
        let key = Key::Checkpoint(head.number);
        let bytes = store.get(key).expect("works").expect("is there");
        let text = String::from_utf8(bytes).expect("text");
        let digits = head.digest.to_string();
        for (forged, why) in [
            (text.replacen("please", "thanks", 1), "says something else"),
            (text.replacen(&digits, &digest("another").to_string(), 1), "of another journal"),
            (text.replacen("{\"format\":1", "{\"format\":9", 1), "another format"),
            ("{".to_owned(), "no whole checkpoint"),
        ] {
            assert_ne!(forged, text);
            store.damage(key, forged);
            let told = told(&store);
            assert!(told.len() == 1 && told[0].contains(why), "{why}: {told:?}");
        }
        store.damage(key, text);
        store.lose(Key::Journal(head.number));
        let told = told(&store);
        assert!(told.len() == 1 && told[0].contains("cut off"), "{told:?}");
    }

    #[test]
    fn verify_tells_of_a_checkpoint_that_it_did_not_check_since_its_records_are_damaged() {
        let told = |break_it: &dyn Fn(&Memory, u64)| {
            let (store, journal) = lived();
            let head = journal.head().expect("is there");
            assert_eq!(write(&*store, head, journal.folded()), Ok(true));
            break_it(&store, head.number);
            let verified = super::super::verify::verify(&*store, None).expect("readable");
            verified.findings.iter().any(|finding| finding.message.contains("was not checked"))
        };
        assert!(told(&|store, _| store.damage(Key::Journal(2), "nonsense")));
        assert!(told(&|store, number| {
            store.lose(Key::Journal(number));
            store.damage(Key::Journal(u64::MAX), "nonsense");
        }));
        assert!(!told(&|_, _| {}));
    }

    #[test]
    fn what_is_behind_a_checkpoint_is_looked_through_alone_and_a_kept_head_is_held_against_what_is_before() {
        use super::super::verify::{verify, verify_recent};
        let (store, mut writer) = lived();
        let before = writer.head().expect("is there");
        assert_eq!(writer.checkpoint_after(1), Ok(true));
        writer.note(reopened(), &stamp()).expect("notes");
        let damaged = |pinned| -> Vec<String> {
            let verified = verify_recent(&*store, pinned).expect("readable");
            assert_eq!((verified.objects, verified.behind, verified.head), (1, Some(before.number), writer.head()));
            let damaged = verified.findings.into_iter().filter(|it| it.code == crate::diag::Code::JournalDamaged);
            damaged.map(|it| it.message).collect()
        };
        assert!(damaged(Some(before)).is_empty() && damaged(writer.head()).is_empty());
        assert_eq!(verify(&*store, None).expect("readable").behind, None);
        let another = |head: Head| Some(Head { digest: digest("another"), ..head });
        let first = Head { number: 0, digest: digest("first") };
        for pinned in [another(before), another(writer.head().expect("is there")), Some(first)] {
            assert!(damaged(pinned)[0].contains("written anew"), "{pinned:?}");
        }
        let behind = Head { number: 99, digest: digest("99") };
        assert!(damaged(Some(behind))[0].contains("cut off"));
        store.damage(Key::Journal(1), "nonsense");
        assert!(damaged(None).is_empty(), "nobody reads it");
    }

    /// A checkpoint of an earlier version, which wrote no rules and folded the same journal to something else.
    fn old(store: &Memory, head: Head, folded: &Folded) {
        assert_eq!(write(store, head, &Folded { epoch: 9, ..folded.clone() }), Ok(true));
        let key = Key::Checkpoint(head.number);
        let text = String::from_utf8(store.get(key).expect("works").expect("is there")).expect("text");
        let old = text.replacen(&format!("\"fold\":{RULES},"), "", 1);
        assert_ne!(old, text);
        store.damage(key, old);
    }

    #[test]
    fn a_checkpoint_that_was_folded_by_other_rules_is_passed_over_and_no_damage() {
        let (store, mut writer) = lived();
        let first = writer.head().expect("is there");
        assert_eq!(write(&*store, first, writer.folded()), Ok(true));
        let epoch = run(&mut writer);
        writer
            .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
            .expect("closes");
        old(&store, writer.head().expect("is there"), writer.folded());
        assert_eq!(newest(&*store).expect("reads").expect("an older one fits").0, first);
        assert_eq!(journal(&store).folded(), writer.folded());
        let verified = super::super::verify::verify(&*store, None).expect("readable");
        let told: Vec<_> = verified.findings.iter().map(|finding| (finding.code, finding.severity)).collect();
        assert!(told.contains(&(crate::diag::Code::CheckpointNotCompared, crate::diag::Severity::Note)), "{told:?}");
        assert!(!told.iter().any(|(code, _)| *code == crate::diag::Code::JournalDamaged), "{told:?}");
    }

    #[test]
    fn a_checkpoint_of_other_rules_holds_no_new_one_up() {
        let (store, mut writer) = lived();
        let epoch = run(&mut writer);
        for _ in 0..EVERY {
            writer.append(epoch, vec![Record::Renew], &stamp()).expect("renews");
        }
        writer
            .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
            .expect("closes");
        old(&store, writer.head().expect("is there"), writer.folded());
        assert_eq!(writer.checkpoint(), Ok(false), "its name is taken");
        let epoch = run(&mut writer);
        writer
            .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
            .expect("closes");
        assert_eq!(writer.checkpoint(), Ok(true));
    }

    #[test]
    fn a_journal_knows_which_checkpoint_it_was_read_from_and_reads_none_to_know_whether_the_next_is_worth_it() {
        let (store, mut writer) = lived();
        assert_eq!(writer.checkpoint_after(5), Ok(true));
        let mut reader = journal(&store);
        let covered = Key::Checkpoint(reader.head().expect("is there").number);
        store.damage(covered, "nonsense");
        assert_eq!(reader.checkpoint_after(1), Ok(false), "nothing is behind it");
        reader.note(reopened(), &stamp()).expect("notes");
        assert_eq!(reader.checkpoint_after(1), Ok(true));
        assert_eq!(journal(&store).covered(), reader.covered());
    }

    #[test]
    fn a_checkpoint_that_finds_no_room_or_whose_reply_is_lost_harms_nobody() {
        use super::super::memory::Fault::{Full, Late, LostAfter, LostBefore};
        for fault in [Full, Late, LostAfter, LostBefore] {
            let (store, mut writer) = lived();
            store.script(std::iter::repeat_n(Some(fault), if fault == Full { 1 } else { 4 }));
            drop(writer.checkpoint_after(1));
            writer.note(reopened(), &stamp()).expect("there is room again");
            store.arrive();
            assert_eq!(journal(&store).folded(), writer.folded(), "{fault:?}");
            let verified = super::super::verify::verify(&*store, None).expect("readable");
            let damaged = |it: &&crate::diag::Finding| it.code == crate::diag::Code::JournalDamaged;
            assert_eq!(verified.findings.iter().find(damaged), None, "{fault:?}");
        }
    }

    #[test]
    fn no_checkpoint_is_written_during_a_run_or_for_a_short_journal() {
        let (store, mut writer) = lived();
        assert_eq!(writer.checkpoint(), Ok(false), "it is short");
        let epoch = run(&mut writer);
        assert_eq!(write(&*store, writer.head().expect("is there"), writer.folded()), Ok(false), "a run is open");
        for _ in 0..EVERY {
            writer.append(epoch, vec![Record::Renew], &stamp()).expect("renews");
        }
        writer
            .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
            .expect("closes");
        assert_eq!(writer.checkpoint(), Ok(true));
        assert_eq!(writer.checkpoint(), Ok(false), "once is enough");
    }
}
