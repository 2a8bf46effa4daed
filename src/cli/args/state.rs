//! Flags and help of `state` and `history`.

use super::people::{Saying, said};
use super::planning::{address, span};
use crate::journal::Head;
use crate::model::{Address, Span};
use clap::{Args, Subcommand, ValueEnum};

pub(super) const STATE: &str = "\
The state remembers what earlier runs did and learned: which live object each address means, values last settled, effects \
that do not show yet. It is a journal that is only ever appended to; everything here that changes it appends a note with who \
and why. `prune` removes what stands beside it and is of no use any more; no record ever goes.

Examples:
  twotier state init
  twotier state list
  twotier state bind customer/contoso c0000000-0000-4000-8000-000000000001 --reason \"same company, new domain\"
  twotier state resolve 17 did-not-happen --reason \"no such order in the portal\"
  twotier state resolve 17 happened --id 50000000-0000-4000-8000-000000000001 --order 4711 --reason \"it shows in the portal\"
  twotier state verify --head 41:7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730
  twotier state take-over --reason \"runner was killed\"
  twotier state prune";
pub(super) const STATE_AFTER: &str = "Exit codes: 0 done, 1 fault, 3 manifests not valid, 9 locked, 64 usage.";

/// What to do with the state.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Begin the state of this tenant; once, never by itself
    Init,
    /// Every remembered address
    List,
    /// Everything remembered of an address
    Show {
        /// Which
        #[arg(value_parser = address)]
        address: Address,
    },
    /// Say which live object an address means
    Bind {
        /// Which address
        #[arg(value_parser = address)]
        address: Address,
        /// The live id: the tenant of a reseller or customer, or a subscription id
        id: String,
        /// Who says so, and why
        #[command(flatten)]
        saying: Saying,
    },
    /// Move what is remembered to another address
    Rename {
        /// Old address
        #[arg(value_parser = address)]
        from: Address,
        /// New address
        #[arg(value_parser = address)]
        to: Address,
        /// Who says so, and why
        #[command(flatten)]
        saying: Saying,
    },
    /// Forget the binding and settled values of an address; the live object stays
    Forget {
        /// Which
        #[arg(value_parser = address)]
        address: Address,
        /// Who says so, and why
        #[command(flatten)]
        saying: Saying,
    },
    /// Say how an effect of unknown outcome ended, after looking in the portal
    Resolve {
        /// Number of its intent: `state list` and the plan show it once an `apply` looked and could not tell
        intent: u64,
        /// How it ended
        #[arg(value_enum)]
        ruling: Ruling,
        /// The live id it brought: of a customer its tenant, of an order the subscription; its address is bound to it
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// The order that brought the subscription
        #[arg(long, value_name = "ORDERID")]
        order: Option<String>,
        /// Who says so, and why
        #[command(flatten)]
        saying: Saying,
    },
    /// Take the lease of a run that is certainly dead, without watching it first
    TakeOver {
        /// Who says so, and why
        #[command(flatten)]
        saying: Saying,
    },
    /// Remove old kept plans, superfluous checkpoints, and passwords that were replaced or forgotten; without --yes it asks
    Prune {
        /// Keep every plan that a run followed in this time before now; at least 30d
        #[arg(long, value_name = "DURATION", default_value = "400d", value_parser = keeping)]
        keep_plans: Span,
        /// Remove what is listed, and do not ask
        #[arg(long)]
        yes: bool,
        /// Who says so [default: who runs this]
        #[arg(long, value_name = "NAME", value_parser = said)]
        by: Option<String>,
    },
    /// Check the whole journal: numbers, digests, chain, checkpoints; prints its head
    Verify {
        /// The head that was printed last, kept elsewhere: fewer records or another one there are damage
        #[arg(long, value_name = "NUMBER:DIGEST")]
        head: Option<Head>,
        /// Only what is behind the newest checkpoint, which is all that commands read; the rest is for a scheduled job
        #[arg(long)]
        recent: bool,
    },
}

/// How long plans are kept: a run may go on with an approved one for weeks.
fn keeping(text: &str) -> Result<Span, String> {
    const LEAST: Span = Span::days(30);
    match span(text)? {
        span if span < LEAST => {
            Err("a plan is kept for 30d at least: `twotier apply --plan-id` goes on with it".to_owned())
        }
        span => Ok(span),
    }
}

/// How an unknown effect ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ruling {
    /// It happened.
    Happened,
    /// It did not happen.
    DidNotHappen,
}

pub(super) const HISTORY: &str = "\
Runs, newest first: who, when, on whose approval, and how the steps ended; then what people noted. With a number, all of that \
run: every effect with what it moved from and to, what was asked of people, limits, freezes, protections and recipients that \
it recorded, and what it saw for the first time (that a partnership was accepted, that what was asked is over). With an \
address, what each run had to do with it, under every name it had; with the provider, who loosened what. \
`twotier show` takes the id of a plan that a run followed.

Examples:
  twotier history
  twotier history 3
  twotier history --address customer/contoso";
pub(super) const HISTORY_AFTER: &str = "Exit codes: 0 printed, 1 fault or no such run, 64 usage.";

/// Flags of `history`.
#[derive(Clone, Debug, Args)]
pub(crate) struct HistoryArgs {
    /// Number of a run: its epoch
    pub(crate) run: Option<u64>,
    /// Only what concerns this address
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) address: Option<Address>,
    /// At most so many runs and so many notes, and of one run so many objects that it found; what is left out is counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
}
