//! Flags and help of `plan`, `apply`, `show`, `lint` and `snapshot`.

use super::RefreshArgs;
use crate::model::{Address, Digest, Span};
use clap::Args;
use std::path::PathBuf;
use std::str::FromStr;

pub(super) const PLAN: &str = "\
Reads the manifests, looks at what is there, and shows what would change: steps in the order they would run, each with \
why, what it needs and what it risks; then what is blocked, and on what. Writes nothing but what it remembers.

Lists that a service takes hours to tell are remembered in the state folder (`cache/`). --refresh changed reads anew what may \
have changed since, as the service's audit records, our own journal and the calendar tell, and a share of the rest each day; \
--refresh full reads everything. What a step touches is always read anew.

Symbols: + adds, ~ changes, - takes away, ! a person does it, : waits, ? is blocked.

Examples:
  twotier plan
  twotier plan --out plan.json --write markdown=comment.md
  twotier plan --snapshot tenant.snapshot.jsonl --target customer/contoso
  twotier plan --write acknowledgement=manifests/passing.yaml
  twotier plan --base origin/main";
pub(super) const PLAN_AFTER: &str = "\
Exit codes: 0; with --detailed-exitcode 2 when there is something to apply, else 7 when people or time must move on or all is blocked, else 0; \
1 fault, and with --detailed-exitcode where nothing can be done because something could not be read, 3 manifests not valid, 6 sign-in, 64 usage.";

/// Flags of `plan`.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PlanArgs {
    /// Plan against this snapshot, offline
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) snapshot: Option<PathBuf>,
    /// Write the plan document, for `apply` and `show`
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
    /// Write the report to a file as well: text, json, markdown, github or sarif; or acknowledgement: what lets a limit pass, to
    /// be committed with a reason (repeatable)
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(crate) write: Vec<Written>,
    /// Only this address and what it needs; a partnership brings the customers given to it (repeatable)
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) target: Vec<Address>,
    /// Only what is declared otherwise than in this commit, and what it needs
    #[arg(long, value_name = "REF", conflicts_with = "target")]
    pub(crate) base: Option<String>,
    /// Say by the exit code whether there is something to do
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// How much is read anew.
    #[command(flatten)]
    pub(crate) refresh: RefreshArgs,
}

/// `FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// What.
    pub(crate) what: What,
    /// Where to.
    pub(crate) file: PathBuf,
}
/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The report.
    Report(super::OutputFormat),
    /// The documents that let limits pass.
    Acknowledgement,
}
impl FromStr for Written {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = text.split_once('=').ok_or("it has the form FORMAT=FILE")?;
        let what = match <super::OutputFormat as clap::ValueEnum>::from_str(format, false) {
            Ok(format) => What::Report(format),
            Err(_) if format == "acknowledgement" => What::Acknowledgement,
            Err(_) => {
                return Err(format!(
                    "`{format}` is none of `text`, `json`, `markdown`, `github`, `sarif`, `acknowledgement`"
                ));
            }
        };
        if file.is_empty() { Err("it names no file".to_owned()) } else { Ok(Self { what, file: file.into() }) }
    }
}

pub(super) const APPLY: &str = "\
Does what was approved. Takes the lease of the state, settles what an earlier run left open by looking, plans anew, and \
performs the steps that are in both the approved plan and the new one. What is no longer true is `stale`, what is new is \
`unapproved`; both are left alone. Every step looks again right before it writes. That a document means another object than \
before (TT0356) is recorded only where the approved plan says so: not by --auto-approve, nor by an id of no stored plan.

Approve by FILE (a plan of `plan --out`), by --plan-id (a plan an earlier run stored, or the id `plan` printed), or on a \
terminal by answering `y`.

--waiting goes on with a plan that was approved so and waited: for an acceptance, a signature, a date. What was done on that \
approval is not done a second time, nor what was withdrawn or a newer plan speaks of, and what is new is left alone, which is no \
failure then. Of several plans each has its turn; where none waits, nothing is done.

Examples:
  twotier apply plan.json
  twotier apply --plan-id 6b1f0c...
  twotier apply --auto-approve
  twotier apply --waiting";
pub(super) const APPLY_AFTER: &str = "\
Exit codes, nothing written: 64 usage, 3 manifests not valid, 6 sign-in or role, 9 locked, 5 a limit needs an \
acknowledgement, 4 every approved step is stale or blocked, or a newer plan was applied. After the run: 1 journal or internal fault, 130 interrupted, 8 a step \
failed, is stale, unapproved, blocked since it was approved, unknown, or not begun before the deadline; else 0 (asked of people, pending, waiting and \
what was blocked before are no failures).";

/// Flags of `apply`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ApplyArgs {
    /// The approved plan, written by `plan --out`
    #[arg(conflicts_with_all = ["plan_id", "auto_approve"], value_hint = clap::ValueHint::FilePath)]
    pub(crate) file: Option<PathBuf>,
    /// The id of the approved plan
    #[arg(long, value_name = "ID", conflicts_with = "auto_approve", value_parser = digest)]
    pub(crate) plan_id: Option<Digest>,
    /// Do nothing unless the new plan has the approved id
    #[arg(long)]
    pub(crate) exact: bool,
    /// Approve whatever is planned
    #[arg(long)]
    pub(crate) auto_approve: bool,
    /// Go on with an approved plan that waited for people or time, and with nothing else
    #[arg(long, conflicts_with_all = ["file", "plan_id", "auto_approve", "exact"])]
    pub(crate) waiting: bool,
    /// How much is read anew.
    #[command(flatten)]
    pub(crate) refresh: RefreshArgs,
    /// How many steps run at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) parallelism: u16,
    /// How long to wait for another run; 0s: not at all
    #[arg(long, value_name = "DURATION", default_value = "3m", value_parser = span)]
    pub(crate) lock_wait: Span,
    /// Start no step after this long
    #[arg(long, value_name = "DURATION", value_parser = span)]
    pub(crate) deadline: Option<Span>,
}

pub(super) const SHOW: &str = "\
Prints a plan that `plan --out` saved: that needs no manifests, no tenant and no state. Of a plan that a run followed, the state
keeps the document that was approved; several with one id differ in what the id does not cover, and the last one is shown.

Examples:
  twotier show plan.json
  twotier show plan.json --handoff customer/contoso
  twotier show plan.json --format markdown
  twotier show --run 3";
pub(super) const SHOW_AFTER: &str = "Exit codes: 0 printed, 1 the file is no plan, 64 usage.";

/// Flags of `show`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ShowArgs {
    /// The plan document, or the first digits of the id of a plan that a run followed
    #[arg(value_name = "FILE|PLANID", value_hint = clap::ValueHint::FilePath, required_unless_present = "run")]
    pub(crate) file: Option<PathBuf>,
    /// The plan that this run followed, as it was approved
    #[arg(long, value_name = "NUMBER", conflicts_with = "file")]
    pub(crate) run: Option<u64>,
    /// Only what people would be asked at this address, word for word
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) handoff: Option<Address>,
}

pub(super) const DRIFT: &str = "\
Compares every managed field three ways (declared, there, last settled by a run) and lists those that moved in the tenant: \
what they are, what they should be, whether the next apply restores them, and who changed them where the service's audit \
records tell. What becomes of drift is said in manifests: `onDrift: {quantity: restore}`, write the new value to accept it, or \
`onDrift: {quantity: {accept: 40, reason: ..., by: ..., expires: 2026-12-31}}` to leave it for a while. Partnerships, customers \
and subscriptions that an earlier run was bound to and that are gone are told as well, and active resellers that no manifest \
declares (`lint: {TT0405: {severity: off}}` in the project file leaves those out).

Examples:
  twotier drift
  twotier drift --detailed-exitcode
  twotier drift --format json";
pub(super) const DRIFT_AFTER: &str = "\
Exit codes: 0; with --detailed-exitcode 2 when something drifted that nobody accepted; 1 a fault, or something could not be \
compared, 3 manifests not valid, 6 sign-in, 64 usage.";

/// Flags of `drift`.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct DriftArgs {
    /// Exit 2 when something drifted that nobody accepted
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    #[command(flatten)]
    pub(crate) refresh: RefreshArgs,
}

pub(super) const LINT: &str = "\
Looks at the live tenant and says what is worth mending, whether or not a plan would touch it: subscriptions without partner \
of record, or with one that belongs to nobody; resellers nobody declared; support contacts of ended partnerships; \
customers without agreement; passwords that are still kept. `twotier explain CODE` explains each rule. Customers that no \
document declares are looked at with --all only; how many were not is told, in JSON as `notLookedAt`.

Severities and exceptions stand in the project file, by rule:
  lint:
    TT0452: {severity: off}
    TT0325:
      severity: error
      except:
        - {address: subscription/contoso/m365, reason: moves in May, expires: \"2026-05-31\"}

Examples:
  twotier lint
  twotier lint --all --format json";
pub(super) const LINT_AFTER: &str = "\
Exit codes: 0 no finding is an error, 1 one is (or a fault), 3 manifests not valid, 6 sign-in, 64 usage.";

/// Flags of `lint`.
#[derive(Clone, Debug, Args)]
pub(crate) struct LintArgs {
    /// Every customer, not only those the manifests speak of: at least three reads a customer
    #[arg(long)]
    pub(crate) all: bool,
    /// How much is read anew.
    #[command(flatten)]
    pub(crate) refresh: RefreshArgs,
}

pub(super) const SNAPSHOT: &str = "\
Looks at everything the manifests need and writes it down as JSON Lines, for `plan --snapshot` on a machine without access. \
A snapshot holds your customer list: treat it as confidential, and never hand it to jobs that run a fork's code. With \
--reseller it holds the customers of that reseller alone and names no protected one of anybody \
else; the list of resellers stays whole, with their names.

Examples:
  twotier snapshot --out tenant.snapshot.jsonl
  twotier snapshot --reseller partnership/northwind --out northwind.snapshot.jsonl";
pub(super) const SNAPSHOT_AFTER: &str = "Exit codes: 0 written, 1 fault, 3 manifests not valid, 6 sign-in, 64 usage.";

/// Flags of `snapshot`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SnapshotArgs {
    /// Only this partnership and the customers the manifests give it
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) reseller: Option<Address>,
    /// Where to [default: stdout]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) out: Option<PathBuf>,
}

pub(super) fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error: crate::model::id::BadId| error.to_string())
}
pub(super) fn span(text: &str) -> Result<Span, String> {
    if text == "0" {
        return Ok(Span::seconds(0));
    }
    text.parse().map_err(|error: crate::model::time::BadTime| error.to_string())
}
pub(super) fn digest(text: &str) -> Result<Digest, String> {
    text.parse().map_err(|_| "a plan id has 64 lower-case hexadecimal digits".to_owned())
}
