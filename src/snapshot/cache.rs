//! Single answers as lines that can be appended one by one and prove themselves: a header that names tenant and state, then
//! one answer a line, in the lines of a snapshot, with when it was given and a digest. Never holds an unknown or an absence,
//! and what does not prove itself is not read.

use super::decode::{self, Piece};
use super::encode;
use super::gather::Open;
use super::wire::{Line, form};
use crate::model::{Digest, TenantId, Timestamp};
use crate::observed::{Answer, Observed, Read};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::io;

/// The `format` this version writes and reads.
const FORMAT: &str = "twotier-cache/1";
/// How every line after the header begins.
const BEGIN: &[u8] = b"{\"digest\":\"";
/// What follows the digest.
const MIDDLE: &[u8] = b"\",";
/// Hexadecimal digits of a digest.
const HEX: usize = 64;

/// Whose answers they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// The provider's tenant.
    #[schemars(with = "form::Guid")]
    pub tenant_id: TenantId,
    /// The random id of the state.
    #[schemars(with = "String")]
    pub state: SmolStr,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    format: String,
    #[serde(flatten)]
    owner: Owner,
}

/// Every later line, without its digest.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    at: Timestamp,
    journal: u64,
    told: Vec<Line>,
}

/// An answer that was given before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// To which question.
    pub read: Read,
    /// What was told.
    pub answer: Answer,
    /// When it was asked for, or before.
    pub at: Timestamp,
    /// Number of the last object of the journal then.
    pub journal: u64,
}

/// What a cache holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// Every answer that proves itself, in the order in which they were written.
    pub answers: Vec<Remembered>,
    /// How many lines do not.
    pub broken: usize,
}

/// Why a cache is not ours to read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CacheError {
    /// Nothing of ours, or of another version.
    #[error("it is not of the format `{FORMAT}`")]
    OtherFormat,
    /// Of another tenant or another state.
    #[error("it is of another tenant or another state")]
    OtherOwner,
}

/// The first line of a cache.
///
/// # Errors
/// When it cannot be written to memory.
pub fn header(owner: &Owner) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(&Header { format: FORMAT.to_owned(), owner: owner.clone() })?;
    line.push(b'\n');
    Ok(line)
}

/// The line of an answer.
///
/// # Errors
/// When it cannot be written to memory.
pub fn line(remembered: &Remembered) -> io::Result<Vec<u8>> {
    let Remembered { read, answer, at, journal } = remembered;
    let mut one = Observed::default();
    one.absorb(read, Ok(answer.clone()));
    let mut told = Vec::new();
    for answer in one.answers() {
        encode::lines(&answer, &mut |line| {
            told.push(line);
            Ok(())
        })?;
    }
    let entry = serde_json::to_vec(&Entry { at: *at, journal: *journal, told })?;
    let rest = entry.get(1..).unwrap_or_default();
    let mut line = BEGIN.to_vec();
    line.extend_from_slice(Digest::of_bytes(rest).to_string().as_bytes());
    line.extend_from_slice(MIDDLE);
    line.extend_from_slice(rest);
    line.push(b'\n');
    Ok(line)
}

/// Reads a cache, on every core. A line that is cut off, changed or not understood is counted and not read.
///
/// # Errors
/// When it is no cache of this owner.
pub fn read(bytes: &[u8], owner: &Owner) -> Result<Cached, CacheError> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let Header { format, owner: theirs } = serde_json::from_slice(first).map_err(|_| CacheError::OtherFormat)?;
    if format != FORMAT {
        return Err(CacheError::OtherFormat);
    }
    if theirs != *owner {
        return Err(CacheError::OtherOwner);
    }
    let lines: Vec<&[u8]> = lines.filter(|line| !line.is_empty()).collect();
    let read: Vec<Option<Remembered>> = lines.into_par_iter().map(answer).collect();
    let broken = read.iter().filter(|one| one.is_none()).count();
    Ok(Cached { answers: read.into_iter().flatten().collect(), broken })
}

/// The answer of a line that proves itself.
fn answer(line: &[u8]) -> Option<Remembered> {
    let (digest, rest) = line.strip_prefix(BEGIN)?.split_at_checked(HEX)?;
    let rest = rest.strip_prefix(MIDDLE)?;
    let digest: Digest = std::str::from_utf8(digest).ok()?.parse().ok()?;
    if Digest::of_bytes(rest) != digest {
        return None;
    }
    let Entry { at, journal, told } = serde_json::from_slice(&[b"{", rest].concat()).ok()?;
    let (read, answer) = list(told)?;
    Some(Remembered { read, answer, at, journal })
}

/// The list that some lines tell, when they tell just one, and all of it.
fn list(told: Vec<Line>) -> Option<(Read, Answer)> {
    let mut pieces = told.into_iter().map(decode::piece);
    let Some(Piece::List(read, announced)) = pieces.next() else { return None };
    let mut open = Open::new(read, announced).ok()?;
    for piece in pieces {
        match piece {
            Piece::Entry(entry) => open.push(entry).ok()?,
            Piece::Fact(_) | Piece::List(..) | Piece::Answer(_) | Piece::Trailer(_) => return None,
        }
    }
    let (read, answer) = open.close();
    Some((read, answer.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CustomerId;
    use crate::observed::Customer;

    fn owner(state: &str) -> Owner {
        Owner { tenant_id: TenantId::from_bytes([1; 16]), state: state.into() }
    }
    fn of(n: u8) -> Remembered {
        let customer =
            |n| Customer { id: CustomerId::from_bytes([n; 16]), domain: "c.example".into(), company_name: "C".into() };
        Remembered {
            read: Read::CustomersOf(TenantId::from_bytes([n; 16])),
            answer: Answer::Customers((0..n).map(customer).collect()),
            at: Timestamp::from_seconds(i64::from(n)),
            journal: u64::from(n),
        }
    }
    fn written(answers: &[Remembered]) -> Vec<u8> {
        let mut bytes = header(&owner("ours")).expect("a header");
        answers.iter().for_each(|one| bytes.extend(line(one).expect("a line")));
        bytes
    }

    #[test]
    fn what_was_remembered_reads_back() {
        let all: Vec<Remembered> = (0..20).map(of).collect();
        let cached = read(&written(&all), &owner("ours")).expect("ours");
        assert_eq!(cached, Cached { answers: all, broken: 0 });
    }

    #[test]
    fn what_is_cut_off_or_changed_anywhere_is_not_believed() {
        let all: Vec<Remembered> = (1..4).map(of).collect();
        let whole = written(&all);
        for cut in 0..whole.len() {
            for answer in read(&whole[..cut], &owner("ours")).map(|cached| cached.answers).unwrap_or_default() {
                assert!(all.contains(&answer), "cut at {cut}");
            }
            let mut changed = whole.clone();
            changed[cut] ^= 4;
            for answer in read(&changed, &owner("ours")).map(|cached| cached.answers).unwrap_or_default() {
                assert!(all.contains(&answer), "changed at {cut}");
            }
        }
        let cached = read(&whole[..whole.len() - 3], &owner("ours")).expect("ours");
        assert_eq!((cached.answers.len(), cached.broken), (2, 1));
    }

    #[test]
    fn a_cache_of_another_tenant_state_or_format_is_not_read() {
        let whole = written(&[of(1)]);
        assert_eq!(read(&whole, &owner("theirs")), Err(CacheError::OtherOwner));
        let other = Owner { tenant_id: TenantId::from_bytes([2; 16]), ..owner("ours") };
        assert_eq!(read(&whole, &other), Err(CacheError::OtherOwner));
        for text in ["", "\n", "{}", "{\"format\":\"twotier-snapshot/1\"}", "\u{0}\u{0}"] {
            assert_eq!(read(text.as_bytes(), &owner("ours")), Err(CacheError::OtherFormat), "{text}");
        }
        let later = String::from_utf8(whole).expect("text").replacen("cache/1", "cache/2", 1);
        assert_eq!(read(later.as_bytes(), &owner("ours")), Err(CacheError::OtherFormat));
    }
}
