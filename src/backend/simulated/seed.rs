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
        Line::Reply(_) => 9,
        Line::Audit(_) => 10,
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
