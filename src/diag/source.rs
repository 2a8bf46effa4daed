//! Where things were written: files with their text, and places in them. Never reads a file itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

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
}

impl SourceMap {
    /// Adds a file; ids follow the order of adding.
    ///
    /// # Panics
    /// Never in practice: more than 2^32 files do not fit in memory.
    pub fn add(&mut self, path: PathBuf, text: Arc<str>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { path, text });
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
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
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

/// A path for people: `/` between parts.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}
