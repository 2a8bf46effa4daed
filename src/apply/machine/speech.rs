//! What is said to the machine and by it: bounds, events, commands. Values only; decides nothing.

use crate::apply::ports::Progress;
use crate::backend::BackendError;
use crate::journal::fold::Folded;
use crate::journal::lease;
use crate::journal::record::{Record, SealedRef};
use crate::model::operation::Visible;
use crate::model::{CartId, CustomerId, Operation, OrderId, RequestId, SubscriptionId, Timestamp};
use crate::observed::{Answer, Read, Why};
use smol_str::SmolStr;
use std::time::Duration;

/// The number of a task in the run, in plan order.
pub type Slot = usize;

/// Bounds of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many steps are under way at once, at least one.
    pub parallel: usize,
    /// No step starts or tries again after this, in elapsed time; none for no bound.
    pub deadline: Option<Duration>,
    /// S: an effect may start only so long after the append of its intent began.
    pub start_within: Duration,
    /// How long one step is tried again when the service says later, or too many requests.
    pub patience: Duration,
    /// The lease is renewed when nothing was appended for so long.
    pub renew_every: Duration,
    /// Why no password can be sealed; none when it can.
    pub unsealable: Option<String>,
}
impl Default for Settings {
    fn default() -> Self {
        Self {
            parallel: 4,
            deadline: None,
            start_within: lease::START,
            patience: Duration::from_secs(180),
            renew_every: lease::RENEW,
            unsealable: None,
        }
    }
}

/// When something happens, and what the journal says by then.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The instant.
    pub now: Timestamp,
    /// Monotonic time.
    pub elapsed: Duration,
    /// The journal up to the last object appended or read.
    pub folded: &'a Folded,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The run begins: once, first.
    Begin,
    /// The answers to a [`Command::Read`].
    Read {
        /// Whose.
        slot: Slot,
        /// What was asked and answered.
        answers: Vec<(Read, Result<Answer, Why>)>,
    },
    /// A [`Command::Perform`] was answered.
    Performed {
        /// Whose.
        slot: Slot,
        /// How.
        result: Result<Told, BackendError>,
    },
    /// A [`Command::Perform`] was not started, because it was too late to.
    TooLate {
        /// Whose.
        slot: Slot,
    },
    /// The last [`Command::Append`] is durable.
    Appended {
        /// The number of its object.
        number: u64,
        /// When the append began, in elapsed time.
        began: Duration,
    },
    /// The last [`Command::Append`] failed, or another run has taken over: this one must stop.
    AppendFailed {
        /// Why.
        why: String,
    },
    /// The time of a [`Command::Sleep`] has come.
    Woke {
        /// Which.
        timer: Timer,
    },
    /// A person asks to stop: what is in flight is finished.
    Interrupt,
    /// A person asks again: stop at once.
    Abandon,
}

/// What is to be done now. Commands of different tasks may be carried out at once; appends one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Read all of these, then say [`Event::Read`].
    Read {
        /// For whom.
        slot: Slot,
        /// What.
        reads: Vec<Read>,
    },
    /// Append these as one object. The next one comes only after the event for this one.
    Append {
        /// The records.
        records: Vec<Record>,
    },
    /// Perform this, unless `start_by` has passed; seal what is secret before telling.
    Perform {
        /// For whom.
        slot: Slot,
        /// Number of the object that holds the intent.
        intent: u64,
        /// What.
        operation: Operation,
        /// Under which request id.
        request: RequestId,
        /// Latest start, in elapsed time.
        start_by: Duration,
    },
    /// Say [`Event::Woke`] at this elapsed time.
    Sleep {
        /// Which timer.
        timer: Timer,
        /// When.
        until: Duration,
    },
    /// Tell a person.
    Report(Progress),
    /// The run is over; nothing follows.
    Finish,
}

/// What a wake-up is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// To renew the lease.
    Renew,
    /// To go on with a task.
    Task(Slot),
}

/// What a performed operation answers, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The customer exists.
    CustomerCreated {
        /// Its tenant.
        customer: CustomerId,
        /// Login of its first administrator.
        user: SmolStr,
        /// Where its password went.
        sealed: Sealed,
    },
    /// There is a new password.
    PasswordReset {
        /// Login of the administrator.
        user: SmolStr,
        /// Where it went.
        sealed: Sealed,
    },
    /// The cart exists.
    CartMade {
        /// Its id.
        cart: CartId,
    },
    /// The cart is an order.
    CheckedOut {
        /// The order.
        order: OrderId,
        /// Its subscription, when the reply names it.
        subscription: Option<SubscriptionId>,
    },
    /// The field is set, or accepted.
    Changed {
        /// Whether it shows at once.
        visible: Visible,
    },
}

/// Where a password went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// Sealed and stored.
    Stored(SealedRef),
    /// Sealed, but not stored: a person keeps the ciphertext, and the next run plans a new password.
    Unstored {
        /// The ciphertext, armored.
        armored: String,
        /// Why it could not be stored.
        why: String,
    },
    /// Nobody has it.
    Lost,
}
