//! Writes a snapshot, line by line, with the digest as it goes. Never holds more than one line.

use super::encode;
use super::wire::{self, Header, Line, Trailer, fact};
use crate::ledger::Ledger;
use crate::model::{Digest, TenantId, Timestamp};
use crate::observed::Observed;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::io;

/// Writes what was observed at `at` and the ledger's facts. Equal values give equal bytes.
///
/// # Errors
/// The first one of `out`.
pub fn write(
    observed: &Observed,
    ledger: &Ledger,
    tenant: TenantId,
    at: Timestamp,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut lines = Lines { out, hash: Sha256::new(), count: 0, line: Vec::new() };
    lines.put(&Header {
        format: SmolStr::new_static(wire::FORMAT),
        tenant_id: tenant,
        observed_at: at,
        ledger_facts: fact::facts(ledger).map(|_| 1).sum(),
        coverage: coverage(observed),
    })?;
    for fact in fact::facts(ledger) {
        lines.put(&Line::Ledger(Box::new(fact)))?;
    }
    for told in observed.answers() {
        encode::lines(&told, &mut |line| lines.put(&line))?;
    }
    lines.finish()
}

fn coverage(observed: &Observed) -> BTreeMap<SmolStr, wire::Coverage> {
    let mut coverage: BTreeMap<SmolStr, wire::Coverage> = BTreeMap::new();
    for told in observed.answers() {
        encode::count(&told, coverage.entry(SmolStr::new_static(encode::facet_name(&told))).or_default());
    }
    coverage
}

struct Lines<'a> {
    out: &'a mut dyn io::Write,
    hash: Sha256,
    count: u64,
    line: Vec<u8>,
}
impl Lines<'_> {
    fn put(&mut self, line: &impl Serialize) -> io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.count += 1;
        self.out.write_all(&self.line)
    }
    fn finish(mut self) -> io::Result<()> {
        let digest = Digest::from_bytes(self.hash.finalize_reset().into());
        let trailer = Line::Trailer(Trailer { lines: self.count, digest });
        self.put(&trailer)?;
        self.out.flush()
    }
}
