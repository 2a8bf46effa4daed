//! The behaviour cases, asked over HTTP: the same manifests, tenant and commands, and the same words expected of `plan` and
//! `apply`. A case whose script does what no service lets one do (a changed journal, a role of the command line) is left
//! out; commands that only look are passed over.

use super::hall::Hall;
use super::{apply_by, plan};
use crate::support::console::{Console, matches};
use crate::support::project::{Project, Quiet};
use crate::support::run::Bench;
use crate::support::{files, root};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use twotier::backend::simulated::{Human, Memory, Tenant, seed};
use twotier::model::Address;
use twotier::ops::apply::{Applied, Consent};
use twotier::ops::plan::with_customers;
use twotier::ops::project::{self, Place, Valid};
use twotier::plan::file::PlanFile;
use twotier::report::{Form, Format, Run, Subject, render};

/// Most of the cases that ask a tenant must be among those that are run.
const AT_LEAST: usize = 30;
#[test]
fn cases_print_over_http_what_they_promise() {
    let folders = std::fs::read_dir(root().join("tests/cases")).expect("there are cases");
    let mut all: Vec<PathBuf> = folders.map(|entry| entry.expect("readable").path()).collect();
    all.sort();
    let asking: Vec<&PathBuf> = all.iter().filter(|case| case.join("tenant.jsonl").exists()).collect();
    let told: Vec<(String, Result<(), Ended>)> = asking
        .par_iter()
        .map(|case| (case.file_name().expect("a name").to_string_lossy().into_owned(), Stage::open(case).play()))
        .collect();
    let (mut faults, mut left_out) = (Vec::new(), Vec::new());
    for (name, ended) in told {
        match ended {
            Ok(()) => {}
            Err(Ended::Differs(what)) => faults.push(format!("{name}: {what}")),
            Err(Ended::LeftOut(command)) => left_out.push(format!("{name}: {command}")),
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(asking.len() - left_out.len() >= AT_LEAST, "left out:\n{}", left_out.join("\n"));
}

/// Why a case was not played to its end.
enum Ended {
    Differs(String),
    LeftOut(String),
}

/// A case in a folder of its own.
struct Stage {
    folder: tempfile::TempDir,
    script: Console,
    tenant: Option<Memory>,
    bench: Option<Bench>,
}

impl Stage {
    fn open(case: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files(case) {
            let to = folder.path().join(file.strip_prefix(case).expect("below"));
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("writable");
            std::fs::copy(&file, to).expect("copied");
        }
        let script = Console::parse(&std::fs::read_to_string(case.join("script.txt")).expect("a script"));
        let text = std::fs::read_to_string(case.join("tenant.jsonl")).expect("a tenant");
        let tenant = seed::parse("tenant.jsonl", &text).unwrap_or_else(|error| panic!("{error}"));
        Self { folder, script, tenant: Some(Memory::new(tenant)), bench: None }
    }

    fn play(mut self) -> Result<(), Ended> {
        let entries: Vec<(String, String)> =
            self.script.entries().iter().map(|entry| (entry.command.clone(), entry.expected.clone())).collect();
        let roles = std::fs::read_to_string(self.folder.path().join("twotier.yaml")).unwrap_or_default();
        if roles.contains("roles:") {
            return Err(Ended::LeftOut("roles are the command line's".into()));
        }
        if roles.contains("refresh:") {
            return Err(Ended::LeftOut("what is remembered is the command line's".into()));
        }
        for (command, expected) in entries {
            let words: Vec<&str> = command.split_whitespace().collect();
            let left_out = || Ended::LeftOut(command.clone());
            match words.as_slice() {
                // Nobody approved anything, and nobody is asked.
                ["twotier", "apply"] => {}
                ["twotier", "plan", rest @ ..] => self.plan(rest, &expected).map_err(|why| why.of(&command))?,
                ["twotier", "apply", rest @ ..] => self.apply(rest, &expected).map_err(|why| why.of(&command))?,
                ["twotier", "explain" | "drift" | "lint" | "history" | "validate" | "show" | "snapshot", ..]
                | ["twotier", "state", "show", ..]
                | ["cat", ..] => {}
                ["twotier", "simulate", rest @ ..] => self.simulate(rest).ok_or_else(left_out)?,
                ["sed", "-i", ..] => self.replace(&command).ok_or_else(left_out)?,
                ["rm", file] if file.starts_with("manifests/") => {
                    std::fs::remove_file(self.folder.path().join(file)).map_err(|_| left_out())?;
                }
                ["mv", from, to] => {
                    let path = |file: &str| self.folder.path().join(file);
                    std::fs::rename(path(from), path(to)).map_err(|_| left_out())?;
                }
                _ => return Err(left_out()),
            }
        }
        Ok(())
    }

    /// The bench with the manifests as they are now; nothing where nobody is asked, because they are not valid or not
    /// this tenant's.
    fn bench(&mut self) -> Option<&mut Bench> {
        let manifests = [PathBuf::from("manifests")];
        let place = Place { root: self.folder.path(), manifests: &manifests, state: Path::new(".twotier") };
        let valid: Valid = project::load(place).valid().ok()?;
        // Manifests and center of different tenants: the command line refuses that before anybody is asked.
        let ours = self.memory().tenant().id();
        if valid.desired.provider.tenant != ours {
            return None;
        }
        let project = Project { sources: valid.sources.clone(), desired: valid.desired.clone() };
        match (&mut self.bench, self.tenant.take()) {
            (Some(bench), _) => (bench.valid, bench.project) = (valid, project),
            (empty @ None, tenant) => *empty = Some(Bench::new(project, tenant.expect("not taken yet"))),
        }
        self.bench.as_mut()
    }
    fn memory(&mut self) -> &mut Memory {
        match (&mut self.bench, &mut self.tenant) {
            (Some(bench), _) => &mut bench.tenant,
            (None, Some(tenant)) => tenant,
            (None, None) => panic!("the tenant is somewhere"),
        }
    }

    fn plan(&mut self, flags: &[&str], expected: &str) -> Result<(), Ended> {
        let (mut targets, mut format, mut out) = (BTreeSet::new(), Format::Text, None);
        let mut flags = flags.iter();
        while let Some(flag) = flags.next() {
            let mut value = || flags.next().copied().unwrap_or_default();
            match *flag {
                "--target" => drop(targets.insert(value().parse::<Address>().map_err(|_| out_of("a target"))?)),
                "--format" => format = format_of(value()).ok_or_else(|| out_of("a form"))?,
                "--out" => out = Some(value().to_owned()),
                "--detailed-exitcode" => {}
                // Offline.
                "--snapshot" => return Ok(()),
                other => return Err(out_of(other)),
            }
        }
        let folder = self.folder.path().to_owned();
        let Some(bench) = self.bench() else { return Ok(()) };
        if targets.iter().any(|target| !bench.valid.desired.declared.contains_key(target)) {
            return Ok(());
        }
        let hall = Hall::of(bench.tenant.tenant());
        let targets = with_customers(&bench.valid.desired, &targets.into_iter().collect::<Vec<_>>());
        let planned = plan(bench, (&hall, &targets), &Quiet);
        let file = PlanFile::new(&planned.plan, &planned.outlook, &bench.valid.sources).within(targets);
        if let Some(out) = out {
            std::fs::write(folder.join(out), file.write()).expect("writable");
        }
        said(Subject::Plan(&file), ("plan", format), expected)
    }

    fn apply(&mut self, flags: &[&str], expected: &str) -> Result<(), Ended> {
        let consent = match flags {
            ["--auto-approve"] => Consent::Everything,
            ["--plan-id", id] => Consent::Id(id.parse().map_err(|_| out_of("an id"))?),
            [path] => {
                let text = std::fs::read_to_string(self.folder.path().join(path)).map_err(|_| out_of("a plan"))?;
                Consent::Plan(Box::new(PlanFile::read(&text).map_err(|_| out_of("a plan"))?))
            }
            other => return Err(out_of(&other.join(" "))),
        };
        let Some(bench) = self.bench() else { return Ok(()) };
        let hall = Hall::of(bench.tenant.tenant());
        match apply_by(bench, &hall, consent) {
            Ok(Applied::Ran { file, outcome, approved, recovered, seen, unread }) => {
                let (recovered, seen, unread) = (&recovered, &seen, &unread);
                let run = Run { file: &file, outcome: &outcome, approved, recovered, seen, unread };
                said(Subject::Run(run), ("apply", Format::Text), expected)
            }
            Ok(Applied::Closed { file, .. } | Applied::AllStale { file }) => {
                said(Subject::Plan(&file), ("apply", Format::Text), expected)
            }
            // What is refused before anything is written says why on standard error.
            Err(fault) if expected.contains("[exit ") => {
                let told = expected.contains(fault.to_string().lines().next().unwrap_or_default());
                if told { Ok(()) } else { Err(Ended::Differs(format!("{fault}\nexpected\n{expected}"))) }
            }
            Err(fault) => Err(Ended::Differs(fault.to_string())),
        }
    }

    /// What `simulate` plays with an embedded tenant, people and time play themselves.
    fn simulate(&mut self, words: &[&str]) -> Option<()> {
        match words {
            ["advance-clock", span] => drop(self.memory().advance(span.parse().ok()?)),
            ["sign", customer] => {
                let customer = self.customer(customer)?;
                self.memory().play(&Human::Sign { customer }).ok()?;
            }
            ["accept", partnership] => {
                let Address::Partnership(name) = partnership.parse().ok()? else { return None };
                let bench = self.bench()?;
                let ids = &bench.valid.desired.partnerships.get(&name)?.partner_ids;
                let tenant: Tenant = bench.tenant.tenant();
                let company = ids.iter().find_map(|id| tenant.company_of(id))?.tenant_id;
                bench.tenant.play(&Human::AcceptPartnership { company }).ok()?;
            }
            _ => return None,
        }
        Some(())
    }
    fn customer(&mut self, address: &str) -> Option<twotier::model::CustomerId> {
        let Address::Customer(key) = address.parse().ok()? else { return None };
        self.bench()?.plan().bindings.customer(&key)
    }

    /// In a manifest, or in the tenant, where somebody else changes something.
    fn replace(&mut self, command: &str) -> Option<()> {
        let script = command.split('\'').nth(1)?;
        let file = command.rsplit(' ').next()?;
        let separator = script.chars().nth(1)?;
        let parts: Vec<&str> = script.split(separator).collect();
        let ["s", old, new, ""] = parts.as_slice() else { return None };
        let new = new.replace("\\n", "\n");
        match file {
            "tenant.jsonl" | ".twotier/tenant.jsonl" => {
                let mut text = Vec::new();
                seed::write(&self.memory().tenant(), &mut text).ok()?;
                let text = String::from_utf8(text).ok().filter(|text| text.contains(old))?;
                *self.memory() = Memory::new(seed::parse("tenant.jsonl", &text.replace(old, &new)).ok()?);
            }
            _ if file.starts_with("manifests/") => {
                let path = self.folder.path().join(file);
                let text = std::fs::read_to_string(&path).ok().filter(|text| text.contains(old))?;
                std::fs::write(path, text.replace(old, &new)).ok()?;
            }
            _ => return None,
        }
        Some(())
    }
}

impl Ended {
    fn of(self, command: &str) -> Self {
        match self {
            Self::Differs(what) => Self::Differs(format!("$ {command}\n{what}")),
            Self::LeftOut(what) => Self::LeftOut(format!("{command} ({what})")),
        }
    }
}

fn out_of(what: &str) -> Ended {
    Ended::LeftOut(what.to_owned())
}

fn format_of(word: &str) -> Option<Format> {
    Some(match word {
        "text" => Format::Text,
        "json" => Format::Json,
        "markdown" => Format::Markdown,
        _ => return None,
    })
}

/// Whether a report is what the beginning of the expected output says; what follows it is standard error.
fn said(subject: Subject<'_>, (command, format): (&str, Format), expected: &str) -> Result<(), Ended> {
    let mut printed = String::new();
    render(subject, command, Form::plain(format), &mut printed).expect("a string can be written");
    let lines: Vec<&str> = expected.split_inclusive('\n').collect();
    if (0..=lines.len()).any(|end| matches(&lines[..end].concat(), &printed)) {
        return Ok(());
    }
    let difference = similar::TextDiff::from_lines(expected, printed.as_str()).unified_diff().to_string();
    Err(Ended::Differs(difference))
}
