//! Puts the pieces of a snapshot together: lists from their entries, facts into the ledger. A list with fewer entries
//! than announced is partial, so `Unknown`; an entry without its list is an error.

use super::decode::{Entry, Piece};
use super::wire::{Header, fact};
use super::{ReadError, Snapshot, Wholeness};
use crate::ledger::Ledger;
use crate::model::{TenantId, Timestamp};
use crate::observed::{self, Answer, Observed, Read, Why};

/// What has been read so far.
pub(super) struct Gather {
    tenant: TenantId,
    at: Timestamp,
    observed: Observed,
    ledger: Ledger,
    facts: u64,
    facts_written: u64,
    open: Option<Open>,
}

/// A list whose entries are being read.
pub(super) struct Open {
    read: Read,
    announced: usize,
    entries: Entries,
}

enum Entries {
    Relationships(Vec<observed::Relationship>),
    Customers(Vec<observed::Customer>),
    Resellers(Vec<TenantId>),
    Subscriptions(Vec<observed::Subscription>),
}

impl Gather {
    pub(super) fn new(header: &Header) -> Self {
        let Header { format: _, tenant_id, observed_at, ledger_facts, coverage: _ } = header;
        Self {
            tenant: *tenant_id,
            at: *observed_at,
            observed: Observed::default(),
            ledger: Ledger::default(),
            facts: 0,
            facts_written: *ledger_facts,
            open: None,
        }
    }

    /// Takes the next piece in; says what is wrong with it.
    pub(super) fn take(&mut self, piece: Piece) -> Result<(), &'static str> {
        match piece {
            Piece::Entry(entry) => return self.entry(entry),
            Piece::List(read, announced) => {
                self.close();
                self.open = Some(Open::new(read, announced)?);
            }
            Piece::Answer(answer) => {
                self.close();
                let (read, answer) = *answer;
                self.observed.absorb(&read, answer);
            }
            Piece::Fact(fact) => {
                self.close();
                self.facts += 1;
                fact::remember(&mut self.ledger, *fact);
            }
            Piece::Trailer(_) => self.close(),
        }
        Ok(())
    }

    fn entry(&mut self, entry: Entry) -> Result<(), &'static str> {
        let open = self.open.as_mut().ok_or("an entry of no list")?;
        open.push(entry)?;
        if open.entries.len() == open.announced {
            self.close();
        }
        Ok(())
    }

    /// Closes the open list.
    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            let (read, answer) = open.close();
            self.observed.absorb(&read, answer);
        }
    }

    pub(super) fn finish(mut self, wholeness: Wholeness) -> Result<Snapshot, ReadError> {
        self.close();
        let Self { tenant, at, observed, ledger, facts, facts_written, open: _ } = self;
        if facts != facts_written {
            return Err(ReadError::LedgerCutOff { found: facts, written: facts_written });
        }
        Ok(Snapshot { tenant, at, observed, ledger, wholeness })
    }
}

impl Open {
    pub(super) fn new(read: Read, announced: u32) -> Result<Self, &'static str> {
        let entries = match &read {
            Read::Relationships => Entries::Relationships(Vec::new()),
            Read::Customers | Read::CustomersOf(_) => Entries::Customers(Vec::new()),
            Read::ResellersOf(_) => Entries::Resellers(Vec::new()),
            Read::Subscriptions(_) => Entries::Subscriptions(Vec::new()),
            Read::Subscription(..)
            | Read::SupportContact(..)
            | Read::Agreement(_)
            | Read::AccountReview(_)
            | Read::Country(_)
            | Read::Domain(_)
            | Read::PostalAddress(_)
            | Read::Offer(_)
            | Read::PartnerId(_)
            | Read::PartnerProfile(_)
            | Read::ResellerByTenant(_)
            | Read::ResellerByPartnerId(_)
            | Read::InvitationLink(_)
            | Read::Cart(..) => return Err("this read yields no list"),
        };
        let announced = usize::try_from(announced).map_err(|_| "a list that is too long")?;
        Ok(Self { read, announced, entries })
    }

    /// What was read: known if it has all its entries.
    pub(super) fn close(self) -> (Read, Result<Answer, Why>) {
        let Self { read, announced, entries } = self;
        let answer = if entries.len() == announced { Ok(entries.into()) } else { Err(Why::Partial) };
        (read, answer)
    }

    pub(super) fn push(&mut self, entry: Entry) -> Result<(), &'static str> {
        const OTHER: &str = "an entry of another list";
        match entry {
            Entry::Relationship(relationship) => match &mut self.entries {
                Entries::Relationships(list) => list.push(relationship),
                Entries::Customers(_) | Entries::Resellers(_) | Entries::Subscriptions(_) => return Err(OTHER),
            },
            Entry::Customer(customer) => match &mut self.entries {
                Entries::Customers(list) => list.push(customer),
                Entries::Relationships(_) | Entries::Resellers(_) | Entries::Subscriptions(_) => return Err(OTHER),
            },
            Entry::Reseller(reseller) => match &mut self.entries {
                Entries::Resellers(list) if self.read == Read::ResellersOf(reseller.customer) => {
                    list.push(reseller.tenant_id);
                }
                Entries::Resellers(_)
                | Entries::Relationships(_)
                | Entries::Customers(_)
                | Entries::Subscriptions(_) => return Err(OTHER),
            },
            Entry::Subscription(customer, subscription) => match &mut self.entries {
                Entries::Subscriptions(list) if self.read == Read::Subscriptions(customer) => list.push(subscription),
                Entries::Subscriptions(_)
                | Entries::Relationships(_)
                | Entries::Customers(_)
                | Entries::Resellers(_) => return Err(OTHER),
            },
        }
        Ok(())
    }
}

impl Entries {
    fn len(&self) -> usize {
        match self {
            Self::Relationships(list) => list.len(),
            Self::Customers(list) => list.len(),
            Self::Resellers(list) => list.len(),
            Self::Subscriptions(list) => list.len(),
        }
    }
}
impl From<Entries> for Answer {
    fn from(entries: Entries) -> Self {
        match entries {
            Entries::Relationships(list) => Self::Relationships(list),
            Entries::Customers(list) => Self::Customers(list),
            Entries::Resellers(list) => Self::Resellers(list),
            Entries::Subscriptions(list) => Self::Subscriptions(list),
        }
    }
}
