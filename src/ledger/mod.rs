//! What earlier runs did and learned, as plain values: a fold over the journal. Holds no password, sealed or not, and
//! never decides anything; an absence here is an absence only because genesis says the state is whole.

mod azure;
mod bindings;
pub mod names;

pub use azure::{Assignment, Grant, Way};
pub use bindings::Bindings;

use crate::model::{
    Address, CartId, CustomerId, CustomerKey, Date, Digest, Field, Freeze, Limits, Name, OrderId, RequestId, StepKey,
    StepName, SubscriptionId, TenantId, Timestamp, Value,
};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Which live object an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiveId {
    /// A reseller's tenant.
    Reseller(TenantId),
    /// A customer.
    Customer(CustomerId),
    /// A subscription, with its customer.
    Subscription(CustomerId, SubscriptionId),
}
impl LiveId {
    /// The reseller, if it is one.
    #[must_use]
    pub fn reseller(self) -> Option<TenantId> {
        match self {
            Self::Reseller(id) => Some(id),
            Self::Customer(_) | Self::Subscription(..) => None,
        }
    }
    /// The customer, if it is one.
    #[must_use]
    pub fn customer(self) -> Option<CustomerId> {
        match self {
            Self::Customer(id) => Some(id),
            Self::Reseller(_) | Self::Subscription(..) => None,
        }
    }
}
impl std::fmt::Display for LiveId {
    /// The object's own id, without its customer's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reseller(id) => id.fmt(f),
            Self::Customer(id) => id.fmt(f),
            Self::Subscription(_, id) => id.fmt(f),
        }
    }
}

/// Everything remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Whose state this is; none before genesis.
    pub genesis: Option<Genesis>,
    /// Learned bindings. Stay when a document disappears, so that coming back means the same object.
    pub bindings: BTreeMap<Address, LiveId>,
    /// Last settled values, by field.
    pub settled: BTreeMap<Address, BTreeMap<Field, Value>>,
    /// Addresses that a document declared at the last apply.
    pub managed: BTreeSet<Address>,
    /// Hand-offs by step id.
    pub handoffs: BTreeMap<Digest, Handoff>,
    /// Effects that were accepted and do not show yet.
    pub pending: BTreeMap<Address, Pending>,
    /// Effects whose outcome nobody knows and looking could not tell, by the number of the object that holds the intent.
    /// An address may have several.
    pub unresolved: BTreeMap<u64, Unresolved>,
    /// Effects with an intent and no settlement, by the number of its object: under way, or their run died. The next run
    /// looks before it plans.
    pub open: BTreeMap<u64, Open>,
    /// Creations and orders given up as not started and not tried again since, by step: a late call may still arrive.
    pub given_up: BTreeMap<Digest, StepKey>,
    /// Who did an API step last, by step: whoever approved it before then approved it once.
    pub done: BTreeMap<StepKey, Did>,
    /// One-time passwords, by customer.
    pub credentials: BTreeMap<Address, Credential>,
    /// Guards last applied.
    pub guards: Option<Guards>,
    /// The run that changed them last; none while they are the first.
    pub guarded: Option<u64>,
    /// Steps that took something away, for limits and acknowledgements.
    pub counted: Vec<Counted>,
    /// What effects whose outcome nobody knows count if they happened, by the number of the object of their intent.
    pub perhaps: BTreeMap<u64, Vec<Counted>>,
}

impl Ledger {
    /// What is remembered of some addresses, and what is of none.
    #[must_use]
    pub fn only(mut self, keep: impl Fn(&Address) -> bool) -> Self {
        let Self {
            genesis: _,
            bindings,
            settled,
            managed,
            handoffs,
            pending,
            unresolved,
            open,
            given_up,
            done,
            credentials,
            guards,
            guarded: _,
            counted,
            perhaps,
        } = &mut self;
        bindings.retain(|address, _| keep(address));
        settled.retain(|address, _| keep(address));
        managed.retain(|address| keep(address));
        handoffs.retain(|_, handoff| keep(&handoff.key.address));
        pending.retain(|address, _| keep(address));
        unresolved.retain(|_, unresolved| keep(&unresolved.key.address));
        open.retain(|_, open| keep(&open.key.address));
        given_up.retain(|_, key| keep(&key.address));
        done.retain(|key, _| keep(&key.address));
        for did in done.values_mut() {
            did.ending.take_if(|name| !keep(&Address::Partnership(name.clone())));
        }
        credentials.retain(|address, _| keep(address));
        counted.retain(|counted| keep(&counted.cause));
        if let Some(guards) = guards {
            let all = guards.protected.len();
            guards.protected.retain(|address| keep(address));
            if guards.protected.len() < all {
                guards.others = Others::Untold;
            }
            // Free text may name anybody.
            guards.freeze = std::mem::take(&mut guards.freeze).into_iter().map(Freeze::untold).collect();
        }
        perhaps.retain(|_, all| {
            all.retain(|counted| keep(&counted.cause));
            !all.is_empty()
        });
        self
    }
    /// Whether a run knew an address: a document declared it at the last apply, or it means something.
    #[must_use]
    pub fn knows(&self, address: &Address) -> bool {
        self.managed.contains(address) || self.bindings.contains_key(address)
    }
    /// The live customer that a key means: itself where it is an id, else what a run learned.
    #[must_use]
    pub fn customer(&self, key: &CustomerKey) -> Option<CustomerId> {
        match key {
            CustomerKey::Id(id) => Some(*id),
            CustomerKey::Named(_) | CustomerKey::Domain(_) => {
                self.bindings.get(&Address::Customer(key.clone())).copied().and_then(LiveId::customer)
            }
        }
    }
    /// The run that did a step last.
    #[must_use]
    pub fn last_done(&self, key: &StepKey) -> Option<u64> {
        if key.step == StepName::ChangeGuards { self.guarded } else { self.done.get(key).map(|did| did.run) }
    }
    /// The first effect at this address that is neither settled nor waited for.
    #[must_use]
    pub fn doubt(&self, address: &Address) -> Option<Doubt<'_>> {
        self.doubts(address).next()
    }
    /// All of them: first those that a person has to settle.
    pub fn doubts<'l>(&'l self, address: &Address) -> impl Iterator<Item = Doubt<'l>> {
        let open = self.open.values().filter(|open| open.key.address == *address).map(Doubt::Open);
        self.unresolved_at(address).map(Doubt::Unresolved).chain(open)
    }
    /// Those at this address whose outcome nobody knows.
    pub fn unresolved_at<'l>(&'l self, address: &Address) -> impl Iterator<Item = &'l Unresolved> {
        self.unresolved.values().filter(|unresolved| unresolved.key.address == *address)
    }
    /// Steps whose effect may have happened.
    pub fn doubtful_steps(&self) -> impl Iterator<Item = &StepKey> {
        let open = self.open.values().map(|open| &open.key);
        open.chain(self.unresolved.values().map(|unresolved| &unresolved.key))
    }
    /// What counts against limits: what happened, and what may have.
    pub fn counting(&self) -> impl Iterator<Item = &Counted> {
        self.counted.iter().chain(self.perhaps.values().flatten())
    }
    /// Whether somebody says that the password of a customer, by these names of it, was delivered since it was sealed: what was
    /// said of an earlier password says nothing of this one.
    #[must_use]
    pub fn is_delivered(&self, names: &[&Address], sealed: Timestamp) -> bool {
        let own = |it: &&Handoff| it.key.step == StepName::DeliverCredentials && names.contains(&&it.key.address);
        self.handoffs.values().filter(own).filter_map(|it| it.state.done()).any(|(_, at)| at >= sealed)
    }
    /// The password of a live customer: under the address it was known by, if that means no other one, or by its own id once no
    /// address was bound to it any more; with where it is kept.
    #[must_use]
    pub fn password(&self, known: &Address, customer: CustomerId) -> Option<(&Address, &Credential)> {
        let is_other = self.bindings.get(known).is_some_and(|bound| *bound != LiveId::Customer(customer));
        let own = || self.credentials.get_key_value(&Address::Customer(CustomerKey::Id(customer)));
        self.credentials.get_key_value(known).filter(|_| !is_other).or_else(own)
    }
    /// Whether the hand-off of this step was asked before and is not over: what it takes away or grants was counted
    /// then.
    #[must_use]
    pub fn is_counted(&self, step: Digest) -> bool {
        self.handoffs.get(&step).is_some_and(|known| match known.state {
            HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => true,
            HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => false,
        })
    }
}

/// Who did a step last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Did {
    /// The number of the run.
    pub run: u64,
    /// The partnership whose end brought it, where no document of its object did.
    pub ending: Option<Name>,
}

/// The first record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// The provider's tenant.
    pub tenant: TenantId,
    /// A random id of this state.
    pub state: SmolStr,
    /// When.
    pub at: Timestamp,
}

/// A step a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
    /// Its step.
    pub key: StepKey,
    /// SHA-256 of what was asked, so that an acknowledgement covers just that.
    pub digest: Digest,
    /// The digest of what was asked first: another one than `digest` once the text changed.
    pub first: Digest,
    /// What was asked, for people.
    pub text: String,
    /// What was asked for, by name, as its id covers it; empty where nothing was, or an older version asked.
    pub wanted: BTreeMap<SmolStr, SmolStr>,
    /// When it was asked first.
    pub asked: Timestamp,
    /// Where it stands.
    pub state: HandoffState,
}

impl Handoff {
    /// Whom its mail goes to, where it is one and somebody is named.
    #[must_use]
    pub fn to(&self) -> Option<&str> {
        let to = self.text.strip_prefix("To: ")?.lines().next()?;
        to.contains('@').then_some(to).filter(|to| !to.starts_with('('))
    }
}

/// Where a hand-off stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandoffState {
    /// Asked, nobody answered.
    Asked,
    /// Somebody says it is done.
    Acknowledged {
        /// Who.
        by: SmolStr,
        /// When.
        at: Timestamp,
        /// Where the proof is.
        evidence: Option<SmolStr>,
    },
    /// Somebody says it will not be done.
    Declined {
        /// Who.
        by: SmolStr,
        /// When.
        at: Timestamp,
        /// Why.
        reason: SmolStr,
    },
    /// What it was for has been observed.
    Consumed {
        /// When.
        at: Timestamp,
    },
    /// Asked, and then wanted no more: before anybody answered, or though it was done, for an end that was given up.
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Who says that it was done all the same.
        anyway: Option<Anyway>,
    },
}
impl HandoffState {
    /// Who says that it is done, and when; also where nobody wanted it any more.
    #[must_use]
    pub fn done(&self) -> Option<(&SmolStr, Timestamp)> {
        match self {
            Self::Acknowledged { by, at, .. } | Self::Withdrawn { anyway: Some(Anyway { by, at, .. }), .. } => {
                Some((by, *at))
            }
            Self::Asked | Self::Declined { .. } | Self::Consumed { .. } | Self::Withdrawn { anyway: None, .. } => None,
        }
    }
    /// Whether people were asked, nobody said what became of it, and nothing shows it: it may have been done.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        match self {
            Self::Asked | Self::Withdrawn { anyway: None, .. } => true,
            Self::Acknowledged { .. }
            | Self::Declined { .. }
            | Self::Consumed { .. }
            | Self::Withdrawn { anyway: Some(_), .. } => false,
        }
    }
}

/// That a hand-off that was withdrawn is done: although it was, or before that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anyway {
    /// Who says so.
    pub by: SmolStr,
    /// When it was said.
    pub at: Timestamp,
    /// Where the proof is.
    pub evidence: Option<SmolStr>,
}
impl Anyway {
    /// In words, behind when it was withdrawn.
    #[must_use]
    pub fn words(&self, withdrawn: Timestamp) -> &'static str {
        if self.at < withdrawn { "done before" } else { "done all the same" }
    }
}

/// An effect that was accepted and does not show yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Which step brought it.
    pub key: StepKey,
    /// The id of that step.
    pub step: Digest,
    /// Number of the journal object that holds the intent; 0 where nobody says.
    pub intent: u64,
    /// Since when.
    pub since: Timestamp,
    /// What is waited for.
    pub what: PendingWhat,
}
impl Pending {
    /// The order that is waited for.
    #[must_use]
    pub fn order(&self) -> Option<&OrderId> {
        match &self.what {
            PendingWhat::Order { order, .. } => Some(order),
            PendingWhat::Customer(_) | PendingWhat::Change { .. } => None,
        }
    }
}

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingWhat {
    /// A customer whose creation was answered and that shows in no list yet.
    Customer(CustomerId),
    /// An order whose subscription does not show yet.
    Order {
        /// Whose.
        customer: CustomerId,
        /// The cart it came from.
        cart: CartId,
        /// The order.
        order: OrderId,
        /// Its subscription, when the reply named it.
        subscription: Option<SubscriptionId>,
        /// What was ordered: settled once it shows.
        fields: BTreeMap<Field, Value>,
    },
    /// A field that was accepted (202).
    Change {
        /// The subscription.
        subscription: LiveId,
        /// Which field.
        field: Field,
        /// To what.
        value: Value,
    },
}

/// An effect whose outcome nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// Number of the journal object that holds the intent.
    pub intent: u64,
    /// Which step.
    pub key: StepKey,
    /// Its request id, repeated if it is ever repeated.
    pub request: RequestId,
    /// Since when.
    pub since: Timestamp,
    /// What is known of it, one line.
    pub text: String,
}

/// How a person says how an effect of unknown outcome ended: the commands, with the ids that bind what it brought.
#[must_use]
pub fn ways_to_settle(intent: u64, step: StepName) -> String {
    let ids = if step == StepName::OrderSubscription {
        " --id SUBSCRIPTIONID --order ORDERID"
    } else if step == StepName::CreateCustomer {
        " --id TENANTID"
    } else {
        ""
    };
    let resolve = format!("twotier state resolve {intent}");
    format!("`{resolve} happened{ids} --reason TEXT` or `{resolve} did-not-happen --reason TEXT`")
}

/// How a person says that an order that was accepted failed all the same.
#[must_use]
pub fn not_ordered(intent: u64) -> String {
    format!("`twotier state resolve {intent} did-not-happen --reason TEXT`")
}

/// An effect that was intended and never settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Which step.
    pub key: StepKey,
    /// Since when.
    pub since: Timestamp,
}

/// Why nobody knows yet what became of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt<'a> {
    /// Nobody has looked yet.
    Open(&'a Open),
    /// Looking could not tell.
    Unresolved(&'a Unresolved),
}
impl<'a> Doubt<'a> {
    /// Which step brought it.
    #[must_use]
    pub fn key(self) -> &'a StepKey {
        match self {
            Self::Open(open) => &open.key,
            Self::Unresolved(unresolved) => &unresolved.key,
        }
    }
}

/// The one-time password of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Login of the first administrator.
    pub user: SmolStr,
    /// Where it stands.
    pub state: CredentialState,
    /// When it came there.
    pub at: Timestamp,
}

/// Where a one-time password stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialState {
    /// Sealed, under this key of the store, with this digest of the ciphertext.
    Sealed {
        /// Store key.
        key: SmolStr,
        /// Digest of the ciphertext.
        digest: Digest,
    },
    /// The reply was lost, or it could not be stored.
    Lost,
    /// Forgotten on purpose: the sealed object is gone.
    Forgotten,
}

/// What keeps runs from doing too much: recorded by `change-guards`, or by the first run of a state.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Guards {
    /// Addresses with `twotier/protect`.
    pub protected: BTreeSet<Address>,
    /// What that says of all others.
    pub others: Others,
    /// age public keys.
    pub recipients: Vec<SmolStr>,
    /// Bounds on what is taken away or granted.
    pub limits: Limits,
    /// Days in which nothing is applied.
    pub freeze: BTreeSet<Freeze>,
}

/// What a list of protected addresses says of those that are not on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They are not protected.
    #[default]
    Unprotected,
    /// Nothing: names were left out for somebody who may not see them.
    Untold,
}

/// One step that counted against something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The code of the limit or acknowledgement.
    pub code: SmolStr,
    /// The document that brought the step.
    pub cause: Address,
    /// How many.
    pub amount: u32,
    /// The acknowledgement that covered it, if one did.
    pub acknowledgement: Option<Name>,
    /// Until when that one held; older versions did not say.
    pub until: Option<Date>,
    /// When.
    pub at: Timestamp,
}
