//! Reads a snapshot in blocks: the digest and the lines of a block at the same time, the lines on every core. Holds one
//! block at a time; never takes what is missing for absent.

use super::decode::{self, Piece};
use super::gather::Gather;
use super::wire::{FAMILY, FORMAT, Header, Line, Trailer};
use super::{Snapshot, Wholeness};
use crate::model::Digest;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read as _};

/// How much is read at once; a longer line is read in one piece.
const BLOCK: u64 = 8 << 20;
/// How much of a block one task reads.
const TASK: usize = 256 << 10;
/// How every trailer begins.
const TRAILER: &[u8] = b"{\"trailer\":";

/// Why a snapshot cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes could not be read.
    #[error("the snapshot could not be read")]
    Io(#[source] io::Error),
    /// The first line is not a snapshot's header.
    #[error("this is not a snapshot: its first line is no header of format `{FORMAT}`")]
    NotASnapshot,
    /// Written by a later version.
    #[error("the snapshot has format `{found}`; this version reads `{FORMAT}`: use the version that wrote it")]
    OtherFormat {
        /// What the header says.
        found: String,
    },
    /// A line that is broken or stands where it cannot stand.
    #[error("line {number} of the snapshot is broken: {what}")]
    Line {
        /// From 1.
        number: u64,
        /// In which way.
        what: String,
    },
    /// It ends among the ledger's facts, without which nothing can be planned safely.
    #[error("the snapshot ends among the ledger's facts: {found} of {written} are there; take it again")]
    LedgerCutOff {
        /// Facts that are there.
        found: u64,
        /// Facts the header names.
        written: u64,
    },
}

/// Reads a snapshot. A snapshot that was cut off or changed is read as far as it goes, and [`Snapshot::wholeness`] says
/// so.
///
/// # Errors
/// When it is none, is of another format, has a broken line, or lost facts of the ledger.
pub fn read(source: &mut dyn io::Read) -> Result<Snapshot, ReadError> {
    let mut blocks = Blocks { source, rest: Vec::new(), ended: Ended::NotYet };
    let mut whole = Count { hash: Sha256::new(), lines: 0, trailer: None };
    let mut gather = None;
    while let Some(block) = blocks.next()? {
        let body = match &mut gather {
            Some(_) => &block[..],
            none @ None => {
                let (header, body) = header(&block)?;
                whole.take(&block[..block.len() - body.len()]);
                *none = Some(Gather::new(&header));
                body
            }
        };
        let Some(gather) = &mut gather else { return Err(ReadError::NotASnapshot) };
        read_block(body, blocks.ended, &mut whole, gather)?;
    }
    let gather = gather.ok_or(ReadError::NotASnapshot)?;
    gather.finish(whole.verdict())
}

/// What was counted, and what the trailer says of it.
struct Count {
    hash: Sha256,
    lines: u64,
    trailer: Option<Trailer>,
}
impl Count {
    /// Takes whole lines in.
    fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.lines += line_count(bytes);
    }
    fn verdict(self) -> Wholeness {
        let lines = self.lines;
        match self.trailer {
            None => Wholeness::CutOff { lines },
            Some(trailer) if trailer.lines != lines => Wholeness::OtherCount { written: trailer.lines, lines },
            Some(trailer) if trailer.digest != Digest::from_bytes(self.hash.finalize().into()) => Wholeness::OtherBytes,
            Some(_) => Wholeness::Whole,
        }
    }
}

/// Reads the header; also gives what follows it.
fn header(block: &[u8]) -> Result<(Header, &[u8]), ReadError> {
    #[derive(Deserialize)]
    struct Format {
        format: String,
    }
    let end = block.iter().position(|b| *b == b'\n').map_or(block.len(), |at| at + 1);
    let (line, body) = block.split_at(end);
    let Format { format } = serde_json::from_slice(line).map_err(|_| ReadError::NotASnapshot)?;
    if format != FORMAT {
        return Err(match format.strip_prefix(FAMILY) {
            Some(_) => ReadError::OtherFormat { found: format },
            None => ReadError::NotASnapshot,
        });
    }
    let header = serde_json::from_slice(line).map_err(|error| broken(1, &error))?;
    Ok((header, body))
}

fn broken(number: u64, error: &serde_json::Error) -> ReadError {
    ReadError::Line { number, what: format!("{error}") }
}

/// Reads the lines of a block and hashes it meanwhile.
fn read_block(body: &[u8], ended: Ended, whole: &mut Count, gather: &mut Gather) -> Result<(), ReadError> {
    let first = whole.lines + 1;
    let hashed = body.len() - trailer_length(body);
    let (pieces, ()) = rayon::join(|| pieces(body, ended), || whole.hash.update(&body[..hashed]));
    let mut before = 0;
    for task in pieces {
        let task = task.map_err(|(line, error)| broken(first + before + line, &error))?;
        for (line, piece) in task.pieces {
            let number = first + before + line;
            if whole.trailer.is_some() {
                return Err(ReadError::Line { number, what: "nothing may follow the trailer".to_owned() });
            }
            if let Piece::Trailer(trailer) = piece {
                whole.trailer = Some(trailer);
                whole.lines = number - 1;
            } else {
                gather.take(piece).map_err(|what| ReadError::Line { number, what: what.to_owned() })?;
            }
        }
        before += task.lines;
    }
    if whole.trailer.is_none() {
        whole.lines += before;
    }
    Ok(())
}

/// The length of the trailer at the end of a block, 0 without one.
fn trailer_length(body: &[u8]) -> usize {
    let text = body.trim_ascii_end();
    let start = text.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    if text[start..].starts_with(TRAILER) { body.len() - start } else { 0 }
}

/// The lines one task read: each with its number among them, from 0.
struct Task {
    pieces: Vec<(u64, Piece)>,
    lines: u64,
}

/// Reads the lines of a block on every core, in order; an error names its line within its task.
fn pieces(body: &[u8], ended: Ended) -> Vec<Result<Task, (u64, serde_json::Error)>> {
    let tasks = split(body);
    let last = tasks.len().saturating_sub(1);
    let numbered: Vec<(usize, &[u8])> = tasks.into_iter().enumerate().collect();
    numbered.par_iter().map(|(at, text)| read_lines(text, if *at == last { ended } else { Ended::NotYet })).collect()
}

/// Cuts a block into tasks at line ends.
fn split(mut body: &[u8]) -> Vec<&[u8]> {
    let mut tasks = Vec::new();
    while !body.is_empty() {
        let least = body.len().min(TASK);
        let end = body[least..].iter().position(|b| *b == b'\n').map_or(body.len(), |at| least + at + 1);
        let (task, rest) = body.split_at(end);
        tasks.push(task);
        body = rest;
    }
    tasks
}

fn read_lines(text: &[u8], ended: Ended) -> Result<Task, (u64, serde_json::Error)> {
    let mut task = Task { pieces: Vec::with_capacity(text.len() / 256), lines: 0 };
    for line in text.split_inclusive(|b| *b == b'\n') {
        let number = task.lines;
        task.lines += 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(line) => task.pieces.push((number, decode::piece(line))),
            // A last line without an end, of which a part is missing: the snapshot was cut off there.
            Err(error) if ended == Ended::InALine && error.is_eof() && !line.ends_with(b"\n") => task.lines -= 1,
            Err(error) => return Err((number, error)),
        }
    }
    Ok(task)
}

fn line_count(bytes: &[u8]) -> u64 {
    bytes.split_inclusive(|b| *b == b'\n').map(|_| 1).sum()
}

/// How the source ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    NotYet,
    AtALine,
    InALine,
}

/// Blocks of whole lines.
struct Blocks<'a> {
    source: &'a mut dyn io::Read,
    /// The beginning of a line whose end is not read yet.
    rest: Vec<u8>,
    ended: Ended,
}
impl Blocks<'_> {
    /// The next lines, whole unless the source ends within one.
    fn next(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        if self.ended != Ended::NotYet {
            return Ok(None);
        }
        let mut block = std::mem::take(&mut self.rest);
        loop {
            let read = (&mut *self.source).take(BLOCK).read_to_end(&mut block).map_err(ReadError::Io)?;
            if read == 0 {
                self.ended = if block.ends_with(b"\n") { Ended::AtALine } else { Ended::InALine };
                return Ok(if block.is_empty() { None } else { Some(block) });
            }
            let fresh = block.len() - read;
            if let Some(at) = block[fresh..].iter().rposition(|b| *b == b'\n') {
                self.rest = block.split_off(fresh + at + 1);
                return Ok(Some(block));
            }
        }
    }
}
