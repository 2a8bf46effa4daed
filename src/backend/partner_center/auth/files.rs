//! The files of signing in: read whole, written whole or not at all, for their owner alone.
#![expect(clippy::disallowed_methods, reason = "the edge: files that hold secrets")]

use crate::model::Secret;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How many others may be writing the same file.
const WRITERS: u32 = 100;

/// The text of a file, none if it does not exist.
pub(super) fn read(path: &Path) -> io::Result<Option<Secret>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces a file with one that only its owner may read (mode 0600): written beside, flushed, moved over.
pub(super) fn replace(path: &Path, text: &Secret) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().ok_or_else(|| io::Error::other("this names no file"))?.to_string_lossy();
    let (beside, mut file) = new_beside(folder, &name)?;
    let written = file.write_all(text.expose().as_bytes()).and_then(|()| file.sync_all());
    let written = written.and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Whatever is left of the attempt is of no use to anybody.
        drop(fs::remove_file(&beside));
        return written;
    }
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A new file for its owner alone, which no other process writes.
fn new_beside(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut number = 0;
    loop {
        let beside = folder.join(format!(".{name}.{number}.part"));
        match options.open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < WRITERS => number += 1,
            other => return other.map(|file| (beside, file)),
        }
    }
}

/// Removes a file; whether there was one.
pub(super) fn remove(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether others than the owner may read it.
#[cfg(unix)]
pub(super) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}
/// Whether others than the owner may read it: not told by this system's file modes.
#[cfg(not(unix))]
pub(super) fn is_open_to_others(_: &Path) -> bool {
    false
}
