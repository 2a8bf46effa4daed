//! The files of an embedded tenant: read, lock, replace as a whole. Knows what a tenant file is, not what happens in it.
#![expect(clippy::disallowed_methods, reason = "the edge: the tenant's own files")]

use super::seed;
use super::tenant::Tenant;
use super::wire::Header;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

/// The text of a file, none if it does not exist.
pub(super) fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The revision in the header of the living copy: none without a file, and none inside for a header that says none.
pub(super) fn revision(path: &Path) -> io::Result<Option<Option<u64>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut first = String::new();
    BufReader::new(file).read_line(&mut first)?;
    Ok(Some(serde_json::from_str(&first).ok().map(|header: Header| header.revision)))
}

/// Takes the lock, waiting for other processes.
pub(super) fn exclusive(state: &Path, path: &Path) -> io::Result<File> {
    fs::create_dir_all(state)?;
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.lock()?;
    Ok(file)
}

/// Writes beside the living copy and moves over it.
pub(super) fn replace(path: &Path, tenant: &Tenant) -> io::Result<()> {
    let beside = path.with_extension("jsonl.new");
    let mut out = BufWriter::new(File::create(&beside)?);
    seed::write(tenant, &mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    fs::rename(&beside, path)
}

/// Makes the renaming last.
pub(super) fn flush(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Removes a file.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}
