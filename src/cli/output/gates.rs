//! Prints what stops `apply`, with the finished `Acknowledgement` to commit.

use crate::model::Date;
use crate::model::Span;
use crate::plan::Gate;
use smol_str::SmolStr;

/// How long a proposed acknowledgement lasts.
const LASTS: Span = Span::days(14);

/// Every gate; for a limit the document that lets it be passed.
pub(crate) fn gates(gates: &[Gate], by: &SmolStr, today: Date) -> String {
    let mut text = String::new();
    for gate in gates {
        match gate {
            Gate::Frozen { until, reason } => {
                text.push_str(&format!("frozen until {until}: {}\n", super::safe(reason)));
            }
            Gate::Acknowledge { code, cause, amount, covered } => {
                text.push_str(&format!(
                    "`{cause}` brings {} that would take something away, acknowledged are {covered} [{code}]\n",
                    super::count(*amount as usize, "step")
                ));
                let open = amount.saturating_sub(*covered);
                text.push_str(&format!("\n{}\n", acknowledgement(*code, cause, open, (by, today))));
            }
            Gate::Limit { limit, code, planned, before, allowed, causes } => {
                text.push_str(&format!(
                    "`limits.{}` allows {allowed} a day: {planned} are planned, {before} were done within the last day \
                     [{code}]\n",
                    limit.name()
                ));
                for (cause, open) in causes {
                    text.push_str(&format!("\n{}\n", acknowledgement(*code, cause, *open, (by, today))));
                }
            }
        }
    }
    text
}

fn acknowledgement(
    code: crate::diag::Code,
    cause: &crate::model::Address,
    amount: u32,
    (by, today): (&SmolStr, Date),
) -> String {
    let name: String = cause
        .to_string()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let name: String = format!("{name}-{}-{today}", code.to_string().to_ascii_lowercase());
    let name = name.get(name.len().saturating_sub(63)..).unwrap_or(&name).trim_matches('-');
    let expires = today.start().plus(LASTS).date();
    let by = serde_json::Value::from(by.as_str());
    format!(
        "apiVersion: twotier/v1\nkind: Acknowledgement\nmetadata: {{name: {name}}}\nspec:\n  limit: {code}\n  cause: {cause}\n  \
         atMost: {amount}\n  reason: \"\" # say why\n  by: {by}\n  expires: {expires}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;
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
