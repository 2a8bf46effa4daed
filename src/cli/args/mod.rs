//! What may be typed: global flags, commands, their flags and their help. Says nothing of what a value means for the
//! project; that is `settings`.

mod manifests;
mod people;
mod planning;
mod refresh;
mod sign_in;
mod simulate;
mod state;
mod tools;

pub(crate) use manifests::{BindArgs, Consent, ImportArgs, ManageField, SetArgs};
pub(crate) use people::{CredentialsCommand, Declining, Exporting, HandoffsCommand, Noting, Saying};
pub(crate) use planning::{ApplyArgs, DriftArgs, LintArgs, PlanArgs, ShowArgs, SnapshotArgs, What, Written};
pub(crate) use refresh::{RefreshArgs, RefreshChoice};
pub(crate) use sign_in::LoginArgs;
#[cfg(feature = "listen")]
pub(crate) use simulate::ListenArgs;
pub(crate) use simulate::{Actor, Outcome, SimulateArgs, SimulateCommand};
pub(crate) use state::{HistoryArgs, Ruling, StateCommand};
pub(crate) use tools::{ExplainArgs, InitArgs, ManArgs, SchemaArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Two-tier CSP business, declared in git
#[derive(Clone, Debug, Parser)]
#[command(
    name = "twotier",
    version,
    about = "Keeps a Microsoft CSP indirect provider's partnerships, customers and subscriptions as a git repository declares them",
    long_about = LONG,
    after_long_help = EXITS,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 110
)]
pub(crate) struct Cli {
    /// Flags every command takes.
    #[command(flatten)]
    pub(crate) globals: Globals,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

const LONG: &str = "\
Keeps a Microsoft CSP indirect provider's two-tier business (which indirect resellers it is partnered with, whose customer \
each customer is, who is partner of record of each subscription, who supports it) as the YAML manifests of a git repository \
declare it.

`validate` checks the manifests alone, `plan` shows what would change, `apply` does it. What the API cannot do becomes a \
step for a person, listed by `handoffs`.

Settings come from flags, then TWOTIER_* variables, then the project file `twotier.yaml` (found upwards), then defaults; \
`twotier config` shows each with its origin.";

const EXITS: &str = "\
Signing in to a service (never in a file: secrets):
  TWOTIER_CLIENT_ID, TWOTIER_CLIENT_SECRET, TWOTIER_CLIENT_CERTIFICATE (PEM file), TWOTIER_TENANT
  TWOTIER_REFRESH_TOKEN (only read), TWOTIER_ID_TOKEN (of a GitLab job), TWOTIER_ROLES (adminAgent,...)
  TWOTIER_CENTER_ALLOW (more hosts that may receive tokens), HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE

On whose account a run is made, for the journal (else GitHub's, GitLab's and Azure DevOps' own variables):
  TWOTIER_ACTOR, TWOTIER_COMMIT, TWOTIER_REF, TWOTIER_CHANGE_URL

Exit codes:
  0   done, or nothing to do         6   sign-in failed, or a role is missing
  1   journal or internal fault      7   plan --detailed-exitcode: only people or time move on
  2   plan, drift --detailed-        8   a step failed, is stale, blocked, unapproved or unknown
      exitcode: something differs    9   another run holds the lease
  3   manifests are not valid       64   the command line makes no sense
  4   all approved stale or blocked 130  interrupted
  5   a limit needs an acknowledgement";

/// Flags every command takes, before or after its name.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Globals {
    /// Work as if started in this folder
    #[arg(short = 'C', global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) directory: Option<PathBuf>,
    /// How data on stdout is printed
    #[arg(long, global = true, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<OutputFormat>,
    /// Folder of the journal and what goes with it [default: .twotier]
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) state: Option<PathBuf>,
    /// Who is asked: `embedded:FILE`, a simulated tenant, or the URL of Partner Center
    #[arg(long, global = true, value_name = "CENTER")]
    pub(crate) center: Option<String>,
    /// When to color
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    pub(crate) color: Option<ColorChoice>,
    /// Say less on stderr: no progress, no counts
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// How data is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// For a pull request
    Markdown,
    /// Annotations of GitHub Actions
    Github,
    /// For code scanning: SARIF 2.1.0
    Sarif,
}

/// When to color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On terminals
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin a repository: project file, an example of each kind, CI workflow
    #[command(long_about = tools::INIT, after_long_help = tools::INIT_AFTER)]
    Init(InitArgs),
    /// Check the manifests alone: syntax, fields, references, rules
    #[command(long_about = VALIDATE, after_long_help = "Exit codes: 0 valid, 3 not valid, 64 usage, 1 fault.")]
    Validate,
    /// Show what would change, and write nothing
    #[command(long_about = planning::PLAN, after_long_help = planning::PLAN_AFTER)]
    Plan(PlanArgs),
    /// Do what was approved
    #[command(long_about = planning::APPLY, after_long_help = planning::APPLY_AFTER)]
    Apply(ApplyArgs),
    /// Print a saved plan in any format
    #[command(long_about = planning::SHOW, after_long_help = planning::SHOW_AFTER)]
    Show(ShowArgs),
    /// What changed in the tenant that no run of ours did
    #[command(long_about = planning::DRIFT, after_long_help = planning::DRIFT_AFTER)]
    Drift(DriftArgs),
    /// Findings about the live tenant
    #[command(long_about = planning::LINT, after_long_help = planning::LINT_AFTER)]
    Lint(LintArgs),
    /// Write down what is there now, for planning offline
    #[command(long_about = planning::SNAPSHOT, after_long_help = planning::SNAPSHOT_AFTER)]
    Snapshot(SnapshotArgs),
    /// Write manifests for what is there and not declared yet
    #[command(long_about = manifests::IMPORT, after_long_help = manifests::IMPORT_AFTER)]
    Import(ImportArgs),
    /// Write learned ids into the manifests
    #[command(long_about = manifests::BIND, after_long_help = manifests::BIND_AFTER)]
    Bind(BindArgs),
    /// Write one value into many manifests
    #[command(long_about = manifests::SET, after_long_help = manifests::SET_AFTER)]
    Set(SetArgs),
    /// Steps that people do: list them, say they are done
    #[command(long_about = people::HANDOFFS, after_long_help = people::HANDOFFS_AFTER)]
    Handoffs {
        /// What to do; `list` when nothing is said.
        #[command(subcommand)]
        command: Option<HandoffsCommand>,
    },
    /// Sealed one-time passwords of new customers
    #[command(long_about = people::CREDENTIALS, after_long_help = people::CREDENTIALS_AFTER)]
    Credentials {
        /// What to do; `list` when nothing is said.
        #[command(subcommand)]
        command: Option<CredentialsCommand>,
    },
    /// Earlier runs and what they did
    #[command(long_about = state::HISTORY, after_long_help = state::HISTORY_AFTER)]
    History(HistoryArgs),
    /// What earlier runs learned, and mending it
    #[command(long_about = state::STATE, after_long_help = state::STATE_AFTER)]
    State {
        /// What to do.
        #[command(subcommand)]
        command: StateCommand,
    },
    /// Explain a code, a kind or a field, offline; or why an address changes
    #[command(long_about = tools::EXPLAIN, after_long_help = tools::EXPLAIN_AFTER)]
    Explain(ExplainArgs),
    /// JSON Schemas of manifests and outputs
    #[command(long_about = tools::SCHEMA, after_long_help = tools::SCHEMA_AFTER)]
    Schema(SchemaArgs),
    /// Print every setting with its origin
    #[command(long_about = tools::CONFIG, after_long_help = "Exit codes: 0 printed, 3 the project file is not right, 64 usage.")]
    Config,
    /// Sign a user in, and keep the refresh token
    #[command(long_about = sign_in::LOGIN, after_long_help = sign_in::SIGN_IN_AFTER)]
    Login(LoginArgs),
    /// Remove the kept sign-in
    #[command(long_about = sign_in::LOGOUT, after_long_help = sign_in::SIGN_IN_AFTER)]
    Logout,
    /// Look at settings, sign-in, tenant and state, and say what is to be mended
    #[command(long_about = sign_in::DOCTOR, after_long_help = sign_in::DOCTOR_AFTER)]
    Doctor,
    /// Completions for a shell
    #[command(long_about = tools::COMPLETIONS, after_long_help = tools::COMPLETIONS_AFTER)]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Manual pages
    #[command(long_about = tools::MAN, after_long_help = tools::MAN_AFTER)]
    Man(ManArgs),
    /// Play the other sides of the embedded tenant: reseller, customer, Microsoft, time
    #[command(long_about = simulate::SIMULATE, after_long_help = simulate::SIMULATE_AFTER)]
    Simulate(SimulateArgs),
}

impl Command {
    /// Whether it works on a project: what explains, documents and completes the tool itself does not.
    pub(crate) fn needs_project(&self) -> bool {
        let asks_nothing = matches!(self, Self::Schema(_) | Self::Completions { .. } | Self::Man(_));
        let explains = matches!(self, Self::Explain(args) if args.address().is_none());
        !asks_nothing && !explains
    }
}

const VALIDATE: &str = "\
Reads every manifest and checks what needs no tenant: YAML, fields, types, references between documents, rules of \
countries and kinds. All findings come at once, each with its place, a stable code and how to mend it \
(`twotier explain TT0102`).

Example:
  twotier validate
  twotier -C examples/quickstart validate --format json";

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_short_help_an_example_and_its_exit_codes() {
        for command in Cli::command().get_subcommands() {
            let name = command.get_name();
            assert!(command.get_about().is_some(), "{name} has no help");
            let long = command.get_long_about().expect(name).to_string();
            let after = command.get_after_long_help().expect(name).to_string();
            assert!(long.contains("xample"), "{name} shows no example");
            assert!(after.contains("Exit codes"), "{name} does not list its exit codes");
        }
    }

    #[test]
    fn global_flags_stand_before_or_after_the_command() {
        for line in [["twotier", "--format", "json", "validate"], ["twotier", "validate", "--format", "json"]] {
            let cli = Cli::try_parse_from(line).expect("both places");
            assert_eq!(cli.globals.format, Some(OutputFormat::Json));
        }
    }
}
