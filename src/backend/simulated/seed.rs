//! A tenant as text: JSON Lines, a header and then one record a line, in any order, blank lines allowed. Writing sorts, so
//! equal tenants are equal bytes. Knows no files: the caller reads and writes them.

use super::tenant::{Misfit, Tenant};
use super::wire::{FORMAT, Header, Line};
use serde::Serialize;
use std::io;

/// Why a text is not a tenant, and where.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// There is no header.
    #[error(
        "{file}:1: the first line must be the header, such as {{\"format\":\"{FORMAT}\",\"tenantId\":\"…\",\"clock\":\"…\"}}"
    )]
    Empty {
        /// As given.
        file: String,
    },
    /// The format is another one.
    #[error("{file}:{line}: the format is `{found}`, this version reads `{FORMAT}`")]
    Format {
        /// As given.
        file: String,
        /// From 1.
        line: usize,
        /// What the header says.
        found: String,
    },
    /// A line is not one of the known ones.
    #[error("{file}:{line}:{column}: the line is not a record of a tenant")]
    Line {
        /// As given.
        file: String,
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A record is doubled or dangling.
    #[error("{file}:{line}: the record does not fit")]
    Record {
        /// As given.
        file: String,
        /// From 1.
        line: usize,
        /// Why.
        #[source]
        source: Misfit,
    },
}

/// Reads a tenant; `file` is only for messages.
///
/// # Errors
/// The first fault, with its line.
pub fn parse(file: &str, text: &str) -> Result<Tenant, SeedError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, l)| !l.trim().is_empty());
    let (at, first) = lines.next().ok_or_else(|| SeedError::Empty { file: file.into() })?;
    let header: Header = record(file, at, first)?;
    if header.format != FORMAT {
        return Err(SeedError::Format { file: file.into(), line: at, found: header.format.into() });
    }
    let mut records =
        lines.map(|(at, line)| Ok((at, record::<Line>(file, at, line)?))).collect::<Result<Vec<_>, SeedError>>()?;
    records.sort_by_key(|(_, line)| rank(line));
    let mut tenant = Tenant::with_header(header);
    for (line, record) in records {
        tenant.add(record).map_err(|source| SeedError::Record { file: file.into(), line, source })?;
    }
    Ok(tenant)
}

fn record<T: serde::de::DeserializeOwned>(file: &str, line: usize, text: &str) -> Result<T, SeedError> {
    serde_json::from_str(text).map_err(|source| SeedError::Line {
        file: file.into(),
        line,
        column: source.column(),
        source,
    })
}

/// The order in which records can be taken in: what is referred to comes first.
fn rank(line: &Line) -> u8 {
    match line {
        Line::Company(_) => 0,
        Line::Product(_) => 1,
        Line::TakenDomain(_) => 2,
        Line::Relationship(_) => 3,
        Line::Customer(_) => 4,
        Line::Agreement(_) => 5,
        Line::Subscription(_) => 6,
        Line::Order(_) => 7,
        Line::Cart(_) => 8,
        Line::Pending(_) => 9,
        Line::Reply(_) => 10,
        Line::Audit(_) => 11,
    }
}

/// Writes a whole tenant, one line a record.
///
/// # Errors
/// When `out` fails.
pub fn write(tenant: &Tenant, out: &mut impl io::Write) -> io::Result<()> {
    let Tenant {
        header,
        companies,
        relationships,
        customers,
        agreements,
        subscriptions,
        orders,
        carts,
        products,
        taken_domains,
        pending,
        replies,
        audit,
    } = tenant;
    serde_json::to_writer(&mut *out, header)?;
    out.write_all(b"\n")?;
    put(out, "company", companies.values())?;
    put(out, "product", products.values())?;
    put(out, "takenDomain", taken_domains.values())?;
    put(out, "relationship", relationships.values())?;
    put(out, "customer", customers.values())?;
    put(out, "agreement", agreements.values())?;
    put(out, "subscription", subscriptions.values())?;
    put(out, "order", orders.values())?;
    put(out, "cart", carts.values())?;
    put(out, "pending", pending.values())?;
    put(out, "reply", replies.values())?;
    put(out, "audit", audit.iter())
}

fn put<'a, T: Serialize + 'a>(
    out: &mut impl io::Write,
    kind: &str,
    records: impl Iterator<Item = &'a T>,
) -> io::Result<()> {
    for record in records {
        write!(out, "{{\"{kind}\":")?;
        serde_json::to_writer(&mut *out, record)?;
        out.write_all(b"}\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{WORLD, tenant};
    use super::*;
    use std::error::Error as _;

    fn text(tenant: &Tenant) -> String {
        let mut out = Vec::new();
        write(tenant, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("JSON is UTF-8")
    }
    fn fault(text: &str) -> String {
        let error = parse("seed.jsonl", text).expect_err("broken");
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        format!("{error}: {cause}")
    }
    fn header() -> &'static str {
        WORLD.lines().next().expect("a header")
    }

    #[test]
    fn a_tenant_survives_writing_and_the_order_of_lines_does_not_matter() {
        let mut lines: Vec<&str> = WORLD.lines().skip(1).collect();
        lines.reverse();
        let shuffled = format!("\u{feff}{}\r\n{}", header(), lines.join("\r\n"));
        let tenant = tenant();
        assert_eq!(parse("shuffled", &shuffled).expect("read"), tenant);
        let written = text(&tenant);
        assert_eq!(parse("written", &written).expect("read"), tenant);
        assert_eq!(text(&parse("written", &written).expect("read")), written);
    }

    #[test]
    fn the_header_of_the_design_is_enough() {
        let header = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z"}"#;
        let tenant = parse("small", header).expect("read");
        assert_eq!(text(&tenant).trim_end(), header);
    }

    #[test]
    fn faults_name_file_line_and_column() {
        assert!(fault("").starts_with("seed.jsonl:1: the first line must be the header"));
        assert!(fault(&header().replace("tenant/1", "tenant/9")).contains("the format is `twotier-tenant/9`"));
        let misspelt = format!("{}\n\n{{\"custmer\":{{}}}}", header());
        let message = fault(&misspelt);
        assert!(message.starts_with("seed.jsonl:3:10:") && message.contains("unknown variant `custmer`"), "{message}");
        let unknown = WORLD.replace("\"agreementSigned\"", "\"agreementSinged\"");
        assert!(fault(&unknown).contains("unknown field `agreementSinged`"));
    }

    #[test]
    fn doubled_and_dangling_records_are_refused_with_their_line() {
        let second = WORLD.lines().nth(1).expect("a company");
        let message = fault(&format!("{WORLD}{second}"));
        assert!(message.contains("company fab00000-0000-4000-8000-000000000001 is there already"), "{message}");
        let stranger = WORLD.replace(
            "\"customer\":\"c0000000-0000-4000-8000-000000000001\",\"signedOn\"",
            "\"customer\":\"c0000000-0000-4000-8000-000000000007\",\"signedOn\"",
        );
        let message = fault(&stranger);
        assert!(message.starts_with("seed.jsonl:11:") && message.contains("is not in this tenant"), "{message}");
        let twice = r#"{"takenDomain":{"domain":"CONTOSO.onmicrosoft.com"}}"#;
        assert!(fault(&format!("{WORLD}{twice}")).contains("domain contoso.onmicrosoft.com is there already"));
    }
}
