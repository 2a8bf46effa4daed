//! Where things were written: files with their text, and places in them. Never reads a file itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Lines are counted once for every so many bytes of a file.
const STRIDE: usize = 4096;

/// A file of the project, by its position in the sorted list of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A place in a file: bytes `start..end` of its text. Files are at most 64 MiB, so 32 bits do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One file: its path as shown to people (relative to the project, `/` between parts) and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Relative to the project file's folder.
    pub path: PathBuf,
    /// Decoded text without byte-order mark; empty when it could not be read.
    pub text: Arc<str>,
}

/// All files of a run.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// By file: how many lines end before each [`STRIDE`] bytes; counted when a place of the file is first shown.
    lines: Vec<OnceLock<Vec<usize>>>,
}

impl SourceMap {
    /// Adds a file; ids follow the order of adding.
    ///
    /// # Panics
    /// Never in practice: more than 2^32 files do not fit in memory.
    pub fn add(&mut self, path: PathBuf, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { path, text });
        self.lines.push(OnceLock::new());
        id
    }
    /// The file.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }
    /// All files with their ids, in order.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files)
    }
    /// The path of a place, `/` between parts on every system.
    #[must_use]
    pub fn path(&self, at: At) -> String {
        self.file(at.file).map_or_else(|| "<unknown>".to_owned(), |file| shown(&file.path))
    }
    /// Line and column of a place, both from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, at: At) -> (usize, usize) {
        let Some(file) = self.file(at.file) else { return (1, 1) };
        let mut start = (at.start as usize).min(file.text.len());
        while !file.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &file.text[..start];
        let earlier = start / STRIDE;
        let counted = self.lines.get(at.file.0 as usize).map(|lines| lines.get_or_init(|| line_counts(&file.text)));
        let counted = counted.and_then(|counts| counts.get(earlier).copied()).unwrap_or_default();
        let line = counted + line_ends(&before.as_bytes()[earlier * STRIDE..]) + 1;
        let column = before.rsplit('\n').next().map_or(0, |tail| tail.chars().count()) + 1;
        (line, column)
    }
    /// `path:line:column`.
    #[must_use]
    pub fn show(&self, at: At) -> String {
        let (line, column) = self.line_column(at);
        format!("{}:{line}:{column}", self.path(at))
    }
}

fn line_ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b == b'\n').count()
}

/// How many lines end before each stride of a text, and before its end.
fn line_counts(text: &str) -> Vec<usize> {
    let mut counts = vec![0];
    let mut count = 0;
    counts.extend(text.as_bytes().chunks(STRIDE).map(|stride| {
        count += line_ends(stride);
        count
    }));
    counts
}

/// A path for people: `/` between parts.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_far_into_a_file_have_the_line_one_would_count() {
        let line = "é: 1234567890\n";
        let text = line.repeat(3 * STRIDE / line.len() + 1) + &"x".repeat(2 * STRIDE) + "\nlast";
        let mut sources = SourceMap::default();
        sources.add("empty.yaml".into(), "".into());
        let file = sources.add("m.yaml".into(), text.as_str().into());
        for start in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let before = &text[..start];
            let tail = before.rsplit('\n').next().expect("a line");
            let at = At { file, start: u32::try_from(start).expect("small"), end: u32::MAX };
            assert_eq!(sources.line_column(at), (before.matches('\n').count() + 1, tail.chars().count() + 1));
        }
    }
}
