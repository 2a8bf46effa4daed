//! Prints what stops `apply`, with the finished `Acknowledgement` to commit.

use crate::diag::Code;
use crate::model::{Address, Date, Span};
use crate::plan::Gate;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// How long a proposed acknowledgement lasts.
const LASTS: Span = Span::days(14);

/// Every gate; for a limit the document that lets it be passed: one, however many documents run into it.
pub(crate) fn gates(gates: &[Gate], by: &SmolStr, today: Date) -> String {
    let mut text = String::new();
    let mut acknowledge: BTreeMap<Code, Vec<(&Address, u32, u32)>> = BTreeMap::new();
    for gate in gates {
        match gate {
            Gate::Frozen { until, reason } => {
                text.push_str(&format!("frozen until {until}: {}\n", super::safe(reason)));
            }
            Gate::Acknowledge { code, cause, amount, covered } => {
                acknowledge.entry(*code).or_default().push((cause, *amount, *covered));
            }
            Gate::Limit { limit, code, planned, before, allowed, causes } => {
                text.push_str(&format!(
                    "`limits.{}` allows {allowed} a day: {planned} are planned, {before} were done within the last day \
                     [{code}]\n",
                    limit.name()
                ));
                let causes: Vec<(&Address, u32)> = causes.iter().map(|(cause, open)| (cause, *open)).collect();
                text.push_str(&format!("\n{}\n", acknowledgement(*code, &causes, (by, today))));
            }
        }
    }
    for (code, brought) in acknowledge {
        text.push_str(&bring(code, &brought));
        let causes = brought.iter().map(|(cause, amount, covered)| (*cause, amount.saturating_sub(*covered)));
        text.push_str(&format!("\n{}\n", acknowledgement(code, &causes.collect::<Vec<_>>(), (by, today))));
    }
    text
}

fn bring(code: Code, brought: &[(&Address, u32, u32)]) -> String {
    let who = match brought {
        [(cause, _, _)] => format!("`{cause}` brings"),
        all => format!("{} documents bring", all.len()),
    };
    let sum = |of: fn(&(&Address, u32, u32)) -> u32| brought.iter().map(of).fold(0, u32::saturating_add);
    let steps = super::count(sum(|it| it.1) as usize, "step");
    format!("{who} {steps} that would take something away, acknowledged are {} [{code}]\n", sum(|it| it.2))
}

/// The finished document but for its reason.
fn acknowledgement(code: Code, causes: &[(&Address, u32)], (by, today): (&SmolStr, Date)) -> String {
    let expires = today.start().plus(LASTS).date();
    let by = serde_json::Value::from(by.as_str());
    let amount = causes.iter().map(|(_, open)| *open).fold(0, u32::saturating_add);
    let written = match causes {
        [(cause, _)] => format!("cause: {cause}"),
        all => {
            let lines: String = all.iter().map(|(cause, _)| format!("\n    - {cause}")).collect();
            format!("causes:{lines}")
        }
    };
    format!(
        "apiVersion: twotier/v1\nkind: Acknowledgement\nmetadata: {{name: {}}}\nspec:\n  limit: {code}\n  {written}\n  \
         atMost: {amount}\n  reason: \"\" # say why\n  by: {by}\n  expires: {expires}\n",
        name(code, causes, today)
    )
}

/// Of one cause by its address, of several by how many there are.
fn name(code: Code, causes: &[(&Address, u32)], today: Date) -> String {
    let of = match causes {
        [(cause, _)] => cause.to_string(),
        all => format!("{} documents", all.len()),
    };
    let name: String =
        of.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let name = format!("{name}-{}-{today}", code.to_string().to_ascii_lowercase());
    name.get(name.len().saturating_sub(63)..).unwrap_or(&name).trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Limit;

    #[test]
    fn the_proposed_document_is_valid_once_a_reason_is_written() {
        let cause = "customer/contoso".parse().expect("an address");
        let gate = Gate::Acknowledge { code: Code::Acknowledge, cause, amount: 2, covered: 0 };
        let limit = Gate::Limit {
            limit: Limit::BoughtSeats,
            code: Code::TooManySeats,
            planned: 7,
            before: 4,
            allowed: 10,
            causes: [("customer/contoso".parse().expect("an address"), 7)].into(),
        };
        let both = gates(&[gate.clone(), limit], &"ada".into(), "2026-11-23".parse().expect("a date"));
        assert!(both.contains("name: customer-contoso-tt0500-2026-11-23") && both.contains("limit: TT0508"), "{both}");
        let text = gates(&[gate], &"ada \"the\" first".into(), "2026-11-23".parse().expect("a date"));
        let document = &text[text.find("apiVersion").expect("a document")..];
        let document = document.replace("reason: \"\"", "reason: \"fewer people\"");
        let mut sources = crate::diag::SourceMap::default();
        sources.add("a.yaml".into(), document.as_str().into());
        let manifests = crate::manifest::parse(&sources);
        assert!(manifests.findings.is_empty(), "{document}\n{:?}", manifests.findings);
        assert_eq!(manifests.documents.len(), 1);
    }
}
