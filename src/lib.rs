//! Keeps a Microsoft CSP indirect provider in the state that a git repository of YAML manifests declares: which
//! indirect resellers it is partnered with, which reseller each customer belongs to, which reseller is partner of
//! record of each subscription, and who supports it. The binary `twotier` is [`cli::main`] and nothing else.
//!
//! # One direction of data
//!
//! ```text
//! manifest ──parse──▶ Document ──resolve──▶ Desired ─┐
//!                                                    ├─diff─▶ Diff ─policy─▶ Objections
//! backend ──observe─▶ Observed ──────────────────────┘            │
//!                                        ledger ──────────────── plan ─▶ Plan + Outlook
//!                                          ▲                             │
//!                      journal ──fold──────┘◀──write-ahead── apply ◀─────┘
//!                                                              │
//!                                           RunOutcome ──▶ report ──▶ text | json | markdown
//! ```
//!
//! Each stage takes values and returns a value; only looking ([`backend::Observe`]) and doing ([`backend::Actuate`])
//! touch the world. A dry run is a type: [`ops::plan`] is given no door that could change anything. A failed step is an
//! outcome, not an error; a run errs only when its journal cannot be written, and then it stops.
//!
//! # Layers
//!
//! A module imports only from lower layers, never from a sibling; a test holds this.
//!
//! | layer | modules | what they hold |
//! | --- | --- | --- |
//! | 0 | [`model`], [`diag`] | ids, addresses, operations, time, digests; findings and their codes |
//! | 1 | [`manifest`], [`observed`], [`ledger`] | what was written, what is there, what is remembered |
//! | 2 | [`snapshot`], [`desired`], [`backend`] | observations in a file, what is meant, who can be asked |
//! | 3 | [`diff`] | what differs |
//! | 4 | [`policy`], [`plan`] | what stands against it, and steps in order |
//! | 5 | [`journal`] | who did what, on whose approval |
//! | 6 | [`apply`] | doing it |
//! | 7 | [`report`] | telling it |
//! | 8 | [`ops`] | one file a command, over the layers below |
//! | 9 | [`cli`] | arguments, settings, terminal; builds every backend, store and clock |
//!
//! # What always holds
//!
//! * Nothing is created, changed or ended on something unknown: what could not be read is never taken for absent.
//! * No document's disappearance takes anything away; what ends something is a document that says so.
//! * Nothing is bought, created or sent twice: the intent is journalled before an effect, and an unknown outcome is
//!   looked up before any repeat.
//! * Equal inputs give equal bytes, whatever the order of files, documents and answers. No clock, environment, file,
//!   network or randomness is touched between manifests and plan.
//! * An approved step that waits keeps its id until it can be done: ids name objects by address, not by live id.
//! * No password stands in a plan, a journal, a log or an error; text of others injects nothing into any output.
//!
//! # Files the tool reads and writes
//!
//! | file | read by | written by |
//! | --- | --- | --- |
//! | `twotier.yaml`, the project file, found upwards | every command | never |
//! | `*.yaml`, `*.yml` below `manifests` | what plans or validates | never |
//! | the tenant file of `center: embedded:FILE` | what asks the tenant | never |
//! | `<state>/journal/<20 digits>` | what remembers | `apply`, notes, `state init`; never changed or deleted |
//! | `<state>/plan/<plan id>` | `apply --plan-id`, `show`, `history` | `apply`; removed by `state prune` |
//! | `<state>/checkpoint/<20 digits>` | what remembers, to read less | `apply`, notes; all but the newest two removed by both, and by `state prune` |
//! | `<state>/sealed/<number>.age` | `credentials open` | `apply`; destroyed by `credentials forget`, once of no use by `state prune` |
//! | `<state>/tenant.jsonl`, the embedded tenant's living copy | what asks the tenant | `apply`, `simulate` |
//! | a plan document, a report, a snapshot | `apply FILE`, `show`, `plan --snapshot` | `plan --out`, `plan --write`, `snapshot --out` |
//!
//! `simulate reset` discards `<state>` of an embedded tenant, and of no other.
//!
//! # As a library
//!
//! ```
//! use std::collections::BTreeSet;
//! use std::path::Path;
//! use twotier::backend::simulated::Embedded;
//! use twotier::journal::{Journal, Memory};
//! use twotier::ops::{observe, plan, project, recall};
//!
//! struct Silent;
//! impl observe::Progress for Silent {
//!     fn round(&self, _: usize) {}
//!     fn read(&self) {}
//!     fn end(&self, _: usize) {}
//! }
//!
//! # fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let root = Path::new("examples/quickstart");
//! let state = root.join(".twotier");
//! let place = project::Place { root, manifests: &["manifests".into()], state: &state };
//! let project = project::load(place).valid()?;
//! let tenant = Embedded::open(&root.join("tenant.jsonl"), &state)?;
//! let journal = Journal::open(std::sync::Arc::new(Memory::default()))?;
//! let (now, recall) = (tenant.clock(), recall::Recall::nothing());
//! let ground = plan::Ground { observe: &tenant, ledger: journal.ledger(), now, recall: &recall, under: None };
//! let (planned, _) = plan::live(&project, ground, &BTreeSet::new(), &Silent)?;
//! for step in planned.plan.steps() {
//!     println!("{} {}", step.mark.symbol(), step.key);
//! }
//! # Ok(())
//! # }
//! ```

pub mod apply;
pub mod backend;
pub mod cli;
pub mod desired;
pub mod diag;
pub mod diff;
pub mod journal;
pub mod ledger;
pub mod manifest;
pub mod model;
pub mod observed;
pub mod ops;
pub mod plan;
pub mod policy;
pub mod report;
pub mod snapshot;
