//! A project in memory: manifests as text, a simulated tenant, a ledger; planned through the same stages as the tool.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use twotier::backend::simulated::{Faulty, Memory, Script, Tenant, seed};
use twotier::desired::{self, Desired};
use twotier::diag::{Finding, SourceMap};
use twotier::ledger::Ledger;
use twotier::manifest;
use twotier::model::Address;
use twotier::ops::planning::{self, Question};
use twotier::plan::Planned;
use twotier::plan::file::PlanFile;
use twotier::report::{Form, Format, Subject, render};

/// Manifests, resolved.
pub(crate) struct Project {
    pub(crate) sources: SourceMap,
    pub(crate) desired: Desired,
}

impl Project {
    /// Resolves texts; every finding is a failure of the test.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let (sources, desired, findings) = resolve(files);
        let desired = desired.unwrap_or_else(|| panic!("the manifests have findings: {findings:#?}"));
        Self { sources, desired }
    }

    /// Plans against a tenant.
    pub(crate) fn plan(&self, tenant: &Memory, ledger: &Ledger) -> Planned {
        let targets = BTreeSet::new();
        planning::look_and_make(self.question(tenant, ledger, &targets), tenant, &Quiet).0
    }

    /// The plan where some reads go wrong.
    pub(crate) fn plan_with_faults(&self, tenant: &Memory, ledger: &Ledger, script: Script) -> Planned {
        let targets = BTreeSet::new();
        let doors = Faulty::new(Memory::new(tenant.tenant()), script);
        planning::look_and_make(self.question(tenant, ledger, &targets), &doors, &Quiet).0
    }

    pub(crate) fn question<'a>(
        &'a self,
        tenant: &Memory,
        ledger: &'a Ledger,
        targets: &'a BTreeSet<Address>,
    ) -> Question<'a> {
        Question { desired: &self.desired, sources: &self.sources, ledger, targets, now: tenant.clock(), under: None }
    }

    /// The plan as people see it.
    pub(crate) fn shown(&self, planned: &Planned) -> String {
        let file = PlanFile::new(&planned.plan, &planned.outlook, &self.sources);
        let mut out = String::new();
        render(Subject::Plan(&file), "plan", Form::plain(Format::Text), &mut out).expect("a string can be written");
        out
    }
}

/// Resolves texts and tells what was found.
pub(crate) fn resolve(files: &[(&str, &str)]) -> (SourceMap, Option<Desired>, Vec<Finding>) {
    let mut sources = SourceMap::default();
    for (path, text) in files {
        sources.add(PathBuf::from(path), Arc::from(*text));
    }
    let (desired, findings) = desired::resolve(manifest::parse(&sources));
    (sources, desired, findings)
}

/// A tenant from the lines of a seed.
pub(crate) fn tenant(lines: &str) -> Memory {
    let tenant: Tenant = seed::parse("tenant.jsonl", lines).unwrap_or_else(|error| panic!("{error}"));
    Memory::new(tenant)
}

/// Nobody is told.
pub(crate) struct Quiet;
impl twotier::ops::observe::Progress for Quiet {
    fn round(&self, _: usize) {}
    fn read(&self) {}
    fn end(&self, _: usize) {}
}
