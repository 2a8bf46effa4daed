//! Flags and help of `init`, `explain`, `schema`, `config`, `completions` and `man`.

use clap::Args;
use std::path::PathBuf;

pub(super) const INIT: &str = "\
Writes a repository to begin from: the project file, one example of each kind of manifest, a tenant in a file that they \
plan against (no account, no network), a JSON Schema for editors, a GitHub workflow and a `.gitignore`. A file that is \
there already is kept as it is, and named. For a tenant that is there, `--bare` leaves the examples out: `twotier import` \
writes its manifests.

Examples:
  twotier init
  twotier init --bare
  twotier init demo && cd demo && twotier plan";
pub(super) const INIT_AFTER: &str = "Exit codes: 0 written or kept, 1 the folder cannot be written, 64 usage.";

/// Flags of `init`.
#[derive(Clone, Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder, made if it is missing [default: the working directory]
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) folder: Option<PathBuf>,
    /// No example manifests and no tenant in a file
    #[arg(long)]
    pub(crate) bare: bool,
}

pub(super) const EXPLAIN: &str = "\
Explains the code of a finding, a kind of manifest, or one of its fields, from what is built in. Of an address it tells \
why it is, or is not, changing: its place in the manifests, what is there, what earlier runs remember, its steps with what \
they need and rest on, the rule that stands against it, and who decided what is there: every run that had to do with it with its \
actor, plan and change, and what people said.

Examples:
  twotier explain TT0310
  twotier explain Customer
  twotier explain Customer.spec.subscriptions.partnerOfRecord
  twotier explain subscription/contoso/m365
  twotier explain azure-access/contoso-servers";
pub(super) const EXPLAIN_AFTER: &str = "\
Exit codes: 0 explained, 64 nothing has that name; of an address also 1 fault, 3 manifests not valid, 6 sign-in.";

/// Flags of `explain`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A code (TT0310), a kind (Customer), a field (Customer.spec.reseller) or an address (customer/contoso)
    pub(crate) topic: String,
}
impl ExplainArgs {
    /// The address that is asked about, if it is one.
    pub(crate) fn address(&self) -> Option<&str> {
        Some(self.topic.as_str()).filter(|topic| topic.contains('/') && *topic != "twotier/protect")
    }
}

pub(super) const SCHEMA: &str = "\
Prints the JSON Schema of a kind, of the plan document, the snapshot or the journal; without a name, lists them. Editors \
complete and check manifests with them.

Examples:
  twotier schema Customer
  twotier schema --out schemas
  twotier schema --check schemas";
pub(super) const SCHEMA_AFTER: &str = "Exit codes: 0 done, 1 --check found a difference, 64 no such schema.";

/// Flags of `schema`.
#[derive(Clone, Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Which one
    #[arg(conflicts_with_all = ["out", "check"])]
    pub(crate) name: Option<String>,
    /// Write all of them into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "check", value_hint = clap::ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
    /// Compare all of them with this folder, and show differences
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) check: Option<PathBuf>,
}

pub(super) const CONFIG: &str = "\
Prints every setting with its value and where it comes from: a flag, a variable, the project file, or a default.

The journal keeps on whose account a run was made: TWOTIER_ACTOR, TWOTIER_COMMIT, TWOTIER_REF and TWOTIER_CHANGE_URL, else what \
GitHub, GitLab and Azure DevOps say of their pipelines. After a merge they name no pull request: then the change is the page of \
the commit, which leads to it.

Example:
  twotier config
  twotier config --format json";

pub(super) const COMPLETIONS: &str = "\
Prints completions for a shell.

Example:
  twotier completions bash > /etc/bash_completion.d/twotier";
pub(super) const COMPLETIONS_AFTER: &str = "Exit codes: 0 printed, 64 no such shell.";

pub(super) const MAN: &str = "\
Prints the manual page, or writes one page a command into a folder.

Examples:
  twotier man | man -l -
  twotier man --out /usr/local/share/man/man1";
pub(super) const MAN_AFTER: &str = "Exit codes: 0 done, 1 the folder cannot be written.";

/// Flags of `man`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ManArgs {
    /// Write one page a command into this folder
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) out: Option<PathBuf>,
}
