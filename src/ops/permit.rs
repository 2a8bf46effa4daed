//! What the journal is told of what let a run pass and of what refused it. Never decides either.

use super::fault::Fault;
use crate::desired::Acknowledgement;
use crate::diag::Code;
use crate::journal::record::{Passed, Refused};
use crate::model::Name;
use crate::plan::Step;
use crate::plan::file::Gate;
use crate::report;
use std::collections::{BTreeMap, BTreeSet};

/// The acknowledgements that steps count on, as they are declared now.
pub(super) fn passed(steps: &[Step], declared: &BTreeMap<Name, Acknowledgement>) -> Vec<Passed> {
    let mut passed: BTreeMap<&Name, Passed> = BTreeMap::new();
    for (step, count) in steps.iter().flat_map(|step| step.counts.iter().map(move |count| (step, count))) {
        let Some((name, it)) = count.acknowledgement.as_ref().and_then(|name| declared.get_key_value(name)) else {
            continue;
        };
        let passed = passed.entry(name).or_insert_with(|| Passed {
            acknowledgement: name.clone(),
            code: count.code.clone(),
            causes: BTreeSet::new(),
            amount: 0,
            at_most: it.at_most,
            by: it.by.as_str().into(),
            reason: it.reason.as_str().into(),
            expires: it.expires,
        });
        passed.amount = passed.amount.saturating_add(count.amount);
        passed.causes.insert(step.cause.clone());
    }
    passed.into_values().collect()
}

/// What stands against the whole plan.
pub(super) fn by_gates(gates: &[Gate]) -> Vec<Refused> {
    let of = |(code, what): (String, String)| Refused { code: Some(code.into()), text: what.into() };
    report::against(gates).into_iter().map(of).collect()
}

/// A fault that ended a run before its steps.
pub(super) fn by_fault(fault: &Fault) -> Vec<Refused> {
    let code = matches!(fault, Fault::Role(_)).then(|| Code::RoleMissing.to_string().into());
    vec![Refused { code, text: fault.to_string().into() }]
}

/// Nothing that was approved holds any more.
pub(super) fn stale() -> Vec<Refused> {
    let text = "what every approved step rests on has changed, or something stands against it";
    vec![Refused { code: None, text: text.into() }]
}
