//! Flags and help of `handoffs` and `credentials`.

use super::planning::address;
use crate::model::Address;
use clap::{Args, Subcommand};
use std::path::PathBuf;

pub(super) const HANDOFFS: &str = "\
Steps that only a person can do: a mail to send, a page to visit. `apply` asks for them and remembers; here you read what \
is asked and say that it is done. An acknowledgement covers what was asked, word for word: if the text changes, it is open \
again, and `done` wants to know which text is meant: `ID@DIGEST`, as `list`, `show` and `export` print it. When the purpose shows in the tenant, the hand-off closes by itself. What is planned no more is withdrawn: it is \
not listed and must not be done; `--anyway` says that it was.

Examples:
  twotier handoffs
  twotier handoffs show 6b1f0c2a9d
  twotier handoffs show --cause customer/contoso
  twotier handoffs done 6b1f0c2a9d --evidence https://tickets.example/123
  twotier handoffs done --cause partnership/northwind";
pub(super) const HANDOFFS_AFTER: &str =
    "Exit codes: 0 done, 1 fault, 3 manifests not valid, 9 another run holds the lease, 64 usage.";

/// A word that somebody stands for.
pub(super) fn said(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("it says nothing".to_owned()) } else { Ok(text.to_owned()) }
}

/// What to do with hand-offs.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum HandoffsCommand {
    /// Open hand-offs, oldest first
    List {
        /// Closed ones as well
        #[arg(long)]
        all: bool,
    },
    /// What is asked, whole
    Show {
        /// First digits of the ids
        #[arg(required_unless_present = "cause")]
        ids: Vec<String>,
        /// All open ones of this address
        #[arg(long, value_name = "ADDRESS", value_parser = address)]
        cause: Option<Address>,
    },
    /// Say that it is done
    Done(Noting),
    /// Say that it will not be done
    Declined(Declining),
    /// Open it again
    Reopen(Declining),
    /// Open hand-offs as JSON Lines, or one text file each
    Export(Exporting),
}

/// Which hand-offs: ids, or all of a cause.
#[derive(Clone, Debug, Args)]
pub(crate) struct Noting {
    /// First digits of the ids, four at least; `ID@DIGEST` is done only while that text is what is asked
    #[arg(required_unless_present = "cause")]
    pub(crate) ids: Vec<String>,
    /// All open ones of this address, if they ask for one sort of thing
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) cause: Option<Address>,
    /// Also what was withdrawn: it was done all the same
    #[arg(long)]
    pub(crate) anyway: bool,
    /// Where the proof is: a link, a ticket
    #[arg(long, value_parser = said)]
    pub(crate) evidence: Option<String>,
    /// Who says so [default: who runs this]
    #[arg(long, value_name = "NAME", value_parser = said)]
    pub(crate) by: Option<String>,
}

/// Which hand-offs, and why not.
#[derive(Clone, Debug, Args)]
pub(crate) struct Declining {
    /// First digits of the ids
    #[arg(required_unless_present = "cause")]
    pub(crate) ids: Vec<String>,
    /// All of this address
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) cause: Option<Address>,
    /// Who says so, and why
    #[command(flatten)]
    pub(crate) saying: Saying,
}

/// Who says so, and why.
#[derive(Clone, Debug, Args)]
pub(crate) struct Saying {
    /// Who says so [default: who runs this]
    #[arg(long, value_name = "NAME", value_parser = said)]
    pub(crate) by: Option<String>,
    /// Why
    #[arg(long, value_parser = said)]
    pub(crate) reason: String,
}

/// Where open hand-offs are written.
#[derive(Clone, Debug, Args)]
pub(crate) struct Exporting {
    /// One text file each, into this folder, named after step and address
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

pub(super) const CREDENTIALS: &str = "\
The one-time administrator password of a new customer is shown once, by Microsoft, in the reply that creates it. It is \
sealed to the age recipients of the manifests before anything else happens; here a recipient opens it, and once it is \
delivered it is forgotten. Who opens it is recorded before it is shown, with when and from where; `list` and `history` tell it.

Examples:
  twotier credentials
  twotier credentials open customer/fourthcoffee --identity ~/.config/age/key.txt
  twotier credentials forget customer/fourthcoffee --reason delivered";
pub(super) const CREDENTIALS_AFTER: &str = "Exit codes: 0 done, 1 fault or no such password, 64 usage.";

/// What to do with sealed passwords.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// Which customers have one, and where it stands
    List,
    /// Print login and password, opened with an age identity
    Open {
        /// Whose
        #[arg(value_parser = address)]
        address: Address,
        /// File of the age identity (secret key)
        #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
        identity: PathBuf,
    },
    /// Destroy the sealed password, once it is delivered
    Forget {
        /// Whose
        #[arg(value_parser = address)]
        address: Address,
        /// It never reached its person, whatever was said before: the next plan makes a new one
        #[arg(long)]
        undelivered: bool,
        /// Who says so, and why
        #[command(flatten)]
        saying: Saying,
    },
}
