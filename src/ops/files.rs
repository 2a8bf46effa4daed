//! Files that commands are told to read or write. A written file appears whole or not at all.

use super::fault::Fault;
use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The text of a file.
///
/// # Errors
/// When it cannot be read as text.
#[expect(clippy::disallowed_methods, reason = "an edge: files named on the command line")]
pub fn read(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|source| Fault::File { path: path.into(), what: "read", source })
}

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read.
#[expect(clippy::disallowed_methods, reason = "an edge: files named on the command line")]
pub fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    std::fs::read(path).map_err(|source| Fault::File { path: path.into(), what: "read", source })
}

/// Writes a file beside its place and moves it there, so that no reader sees half of it.
///
/// # Errors
/// When it cannot be written; what was there before is still there.
pub fn write(path: &Path, text: &str) -> Result<(), Fault> {
    write_with(path, |out| out.write_all(text.as_bytes()))
}

/// The same for what is written piece by piece.
///
/// # Errors
/// As [`write()`].
pub fn write_with(path: &Path, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), Fault> {
    put(path, fill).map_err(|source| Fault::File { path: path.into(), what: "written", source })
}

#[expect(clippy::disallowed_methods, reason = "an edge: files named on the command line")]
fn put(path: &Path, fill: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> io::Result<()> {
    let (beside, mut file) = beside(path)?;
    let written = fill(&mut file).and_then(|()| file.sync_all());
    let moved = written.and_then(|()| std::fs::rename(&beside, path));
    if moved.is_err() {
        // Whatever is left of the attempt is of no use to anybody.
        drop(std::fs::remove_file(&beside));
    }
    moved
}

/// Whether something is there.
#[must_use]
pub fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Removes a file, if it is there; what is no file stays.
///
/// # Errors
/// When it cannot be removed.
#[expect(clippy::disallowed_methods, reason = "an edge: files named on the command line")]
pub fn discard(path: &Path) -> Result<(), Fault> {
    if !path.symlink_metadata().is_ok_and(|there| there.is_file()) {
        return Ok(());
    }
    std::fs::remove_file(path).map_err(|source| Fault::File { path: path.into(), what: "removed", source })
}

/// Writes a file that is not there yet; whether it was written.
///
/// # Errors
/// When it cannot be written. Something that is there already is none: it stays as it is.
pub fn write_new(path: &Path, text: &str) -> Result<bool, Fault> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    match put_in_place(path, text, None, || take(path)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(Fault::File { path: path.into(), what: "written", source }),
    }
}

/// Takes a name that nothing has; nobody reads anything in a file that is empty.
fn take(path: &Path) -> io::Result<()> {
    File::create_new(path).map(drop)
}

/// How many others may be writing the same file.
const WRITERS: u32 = 100;

/// A new file in the same folder that nobody else writes.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or_else(|| io::Error::other("this names no file"))?.to_string_lossy();
    let mut number = 0;
    loop {
        let beside = path.with_file_name(format!(".{name}.{number}.part"));
        match File::create_new(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < WRITERS => number += 1,
            other => return other.map(|file| (beside, file)),
        }
    }
}

/// Makes a folder and those above it.
///
/// # Errors
/// When it cannot be made.
#[expect(clippy::disallowed_methods, reason = "an edge: folders named on the command line")]
pub fn folder(path: &Path) -> Result<(), Fault> {
    std::fs::create_dir_all(path).map_err(|source| Fault::File { path: path.into(), what: "made", source })
}

/// Whether a folder is there and holds anything.
#[must_use]
pub fn is_inhabited(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}

/// Puts a text in place of the text that was read, keeping what the file was beside it: byte-order mark, permissions,
/// the target of a link. Not flushed to the disk: it can be made again.
///
/// # Errors
/// When it cannot be written, or the file is not what it was.
pub fn exchange(path: &Path, before: Option<&str>, after: &str) -> Result<(), Fault> {
    match before {
        None => begin(path, after).map_err(|source| fault(path, source)),
        Some(before) => swap(path, before, after).map_err(|source| fault(path, source)),
    }
}

/// The same for a file that moves: the new text is on the disk before anything is touched, and a move that was cut off
/// has the file in its new place with its old text, so that whoever is interrupted can begin again.
///
/// # Errors
/// When it cannot be written or moved, is not what it was, or something lies in the new place, which stays as it is.
pub fn relocate((from, path): (&Path, &Path), before: &str, after: &str) -> Result<(), Fault> {
    let (mark, permissions) = unchanged(from, before).map_err(|source| fault(from, source))?;
    shift((from, path), &format!("{mark}{after}"), permissions).map_err(|source| fault(path, source))
}

fn fault(path: &Path, source: io::Error) -> Fault {
    if matches!(source.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::InvalidData) {
        return Fault::Changed { path: path.into() };
    }
    Fault::File { path: path.into(), what: "written", source }
}

#[expect(clippy::disallowed_methods, reason = "an edge: manifests that a command writes")]
fn begin(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    if path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    put_in_place(path, text, None, || take(path))
}

fn swap(path: &Path, before: &str, after: &str) -> io::Result<()> {
    let path = &std::fs::canonicalize(path)?;
    let (mark, permissions) = unchanged(path, before)?;
    put_in_place(path, &format!("{mark}{after}"), Some(permissions), || Ok(()))
}

#[expect(clippy::disallowed_methods, reason = "an edge: manifests that a command writes")]
fn shift((from, path): (&Path, &Path), text: &str, permissions: Permissions) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    put_in_place(path, text, Some(permissions), || {
        take(path)?;
        std::fs::rename(from, path).inspect_err(|_| drop(std::fs::remove_file(path)))
    })
}

/// Byte-order mark and permissions of a file whose text is still the one that was read.
#[expect(clippy::disallowed_methods, reason = "an edge: manifests that a command writes")]
fn unchanged(path: &Path, before: &str) -> io::Result<(&'static str, Permissions)> {
    const MARK: &str = "\u{feff}";
    let there = std::fs::read_to_string(path)?;
    let (mark, text) = there.strip_prefix(MARK).map_or(("", there.as_str()), |text| (MARK, text));
    if text != before {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok((mark, std::fs::metadata(path)?.permissions()))
}

/// Writes a file beside its place, does what has to come before it is moved there, and moves it.
#[expect(clippy::disallowed_methods, reason = "an edge: manifests that a command writes")]
fn put_in_place(
    path: &Path,
    text: &str,
    permissions: Option<Permissions>,
    first: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let (beside, mut file) = beside(path)?;
    let moved = file
        .write_all(text.as_bytes())
        .and_then(|()| permissions.map_or(Ok(()), |permissions| std::fs::set_permissions(&beside, permissions)))
        .and_then(|()| first())
        .and_then(|()| std::fs::rename(&beside, path));
    if moved.is_err() {
        drop(std::fs::remove_file(&beside));
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plan.json");
        write(&path, "one").expect("written");
        write(&path, "two").expect("written again");
        assert_eq!(read(&path).expect("read"), "two");
        let left = std::fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(left, 1);
        assert!(matches!(write(&folder.path().join("no/such/plan.json"), ""), Err(Fault::File { .. })));
    }

    #[test]
    fn a_file_moves_with_its_new_text_and_never_onto_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let [from, path] = ["a/x.yaml", "b/c/x.yaml"].map(|path| folder.path().join(path));
        exchange(&from, None, "\u{feff}old\n").expect("written");
        relocate((&from, &path), "old\n", "new\n").expect("moved");
        assert_eq!(read(&path).expect("read"), "\u{feff}new\n");
        assert!(!from.exists());
        exchange(&from, None, "other\n").expect("written");
        let again = relocate((&from, &path), "other\n", "mine\n");
        assert!(matches!(&again, Err(Fault::Changed { path: told }) if *told == path), "{again:?}");
        assert_eq!(read(&path).expect("read"), "\u{feff}new\n");
        assert_eq!(read(&from).expect("read"), "other\n");
        let stale = relocate((&from, &folder.path().join("d.yaml")), "what was read\n", "mine\n");
        assert!(matches!(&stale, Err(Fault::Changed { path }) if *path == from), "{stale:?}");
        let left = ["", "a", "b/c"].map(|at| std::fs::read_dir(folder.path().join(at)).expect("listed").count());
        assert_eq!(left, [2, 1, 1]);
    }
}
