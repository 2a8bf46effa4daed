//! A store in a local directory, with nothing but the standard library: a temporary file beside the final name, written
//! and synced, then hard linked to that name, which either creates it whole or finds it taken; then the folder synced.
//! Works for several processes, and over a network file system that has hard links. Never overwrites, never renames.

use super::store::{Folder, Key, Put, Spare, Store, StoreError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// How every temporary file begins. None of them is an object; one that a dead process left is never looked at.
const TEMPORARY: &str = ".new-";

/// The next name to try for a temporary file; the file system says whether it is free.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// A store in a directory.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    fit: OnceLock<Result<(), StoreError>>,
}

impl Directory {
    /// The store under `root`. Touches nothing: the directory is created, and the file system tried, before the first
    /// object is.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), fit: OnceLock::new() }
    }
    /// Where it lies.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }
    fn folder(&self, folder: Folder) -> PathBuf {
        self.root.join(folder.name())
    }
    fn path(&self, key: Key) -> PathBuf {
        self.folder(key.folder()).join(key.leaf())
    }

    /// Tries the file system once. A full disk or a missing permission says nothing about it and is tried again.
    fn check_fitness(&self, folder: &Path) -> Result<(), StoreError> {
        let found = match self.fit.get() {
            Some(known) => return known.clone(),
            None => probe(folder),
        };
        if matches!(found, Ok(()) | Err(StoreError::Unfit { .. })) {
            return self.fit.get_or_init(|| found).clone();
        }
        found
    }

    /// Writes the object with `write`, so that a test can let the disk fill up in the middle.
    fn create(&self, key: Key, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<Put, StoreError> {
        let folder = self.folder(key.folder());
        ensure_folder(&folder)?;
        self.check_fitness(&folder)?;
        let staged = Staged::new(&folder, write).map_err(|error| nothing_written(&folder, &error))?;
        let path = self.path(key);
        match fs::hard_link(&staged.path, &path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Put::Exists),
            Err(error) => return Err(link_failed(&path, &error)),
        }
        drop(staged);
        sync_folder(&folder).map_err(|error| nothing_durable(&path, &error))?;
        Ok(Put::Written)
    }
}

impl Store for Directory {
    fn put_new(&self, key: Key, bytes: &[u8]) -> Result<Put, StoreError> {
        self.create(key, |file| file.write_all(bytes))
    }

    #[expect(clippy::disallowed_methods, reason = "this store is an edge: it reads the files it made")]
    fn get(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.path(key);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(nothing_written(&path, &error)),
        }
    }

    fn list_after(&self, folder: Folder, after: Option<Key>) -> Result<Vec<Key>, StoreError> {
        let path = self.folder(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(nothing_written(&path, &error)),
        };
        let mut keys = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| nothing_written(&path, &error))?;
            let key = entry.file_name().to_str().and_then(|leaf| Key::of_leaf(folder, leaf));
            keys.extend(key.filter(|key| after.is_none_or(|after| *key > after)));
        }
        keys.sort_unstable();
        Ok(keys)
    }

    #[expect(clippy::disallowed_methods, reason = "this store is an edge: what is removed is a file of its own")]
    fn remove(&self, spare: Spare) -> Result<(), StoreError> {
        let key = spare.key();
        let path = self.path(key);
        match fs::remove_file(&path) {
            Ok(()) => sync_folder(&self.folder(key.folder())).map_err(|error| nothing_durable(&path, &error)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(nothing_written(&path, &error)),
        }
    }
}

/// A temporary file, whole and synced; gone when dropped, whatever became of it.
struct Staged {
    path: PathBuf,
}
impl Staged {
    fn new(folder: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Self> {
        let (staged, mut file) = Self::empty(folder)?;
        write(&mut file)?;
        file.sync_all()?;
        Ok(staged)
    }
    /// Its name is free for certain: `create_new` refuses what other processes use, or left when they died.
    fn empty(folder: &Path) -> io::Result<(Self, File)> {
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{TEMPORARY}{number}"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((Self { path }, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}
impl Drop for Staged {
    #[expect(clippy::disallowed_methods, reason = "this store is an edge: it takes away its own temporary file")]
    fn drop(&mut self) {
        // A temporary file that stays is never read, so a failure here harms nobody.
        drop(fs::remove_file(&self.path));
    }
}

#[expect(clippy::disallowed_methods, reason = "this store is an edge: it makes its own folders")]
fn ensure_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    let made = fs::create_dir_all(folder).and_then(|()| {
        // The names of the new folders must be durable before anything in them counts as such.
        folder.ancestors().skip(1).take(2).try_for_each(sync_folder)
    });
    made.map_err(|error| nothing_written(folder, &error))
}

/// Tries what the store rests on: a hard link that appears, and a second one to the same name that is refused.
fn probe(folder: &Path) -> Result<(), StoreError> {
    let unfit = |reason: String| StoreError::Unfit { what: folder.display().to_string(), reason };
    let staged =
        Staged::new(folder, |file| file.write_all(b"probe")).map_err(|error| nothing_written(folder, &error))?;
    // Nobody else uses the name: it holds that of a file this process created, and is taken away before that file.
    let linked = Staged { path: staged.path.with_extension("link") };
    fs::hard_link(&staged.path, &linked.path)
        .map_err(|error| unfit(format!("its file system has no hard links ({error})")))?;
    match fs::hard_link(&staged.path, &linked.path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unfit(format!("its file system does not say that a name is taken ({error})"))),
        Ok(()) => return Err(unfit("its file system lets a hard link replace a file".to_owned())),
    }
    sync_folder(folder).map_err(|error| unfit(format!("its file system cannot make a folder durable ({error})")))
}

/// Makes the names in a folder durable.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "this store is an edge: a folder is opened to be synced")]
fn sync_folder(folder: &Path) -> io::Result<()> {
    // The parent of a relative name of one part is the empty path.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
/// Elsewhere folders cannot be opened; the file system journals their names.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Before the link there is no object, so whatever failed left nothing.
fn nothing_written(path: &Path, error: &io::Error) -> StoreError {
    by_kind(path, error, Unclear::Nothing)
}

/// The link itself: over a network it may have happened although the reply says otherwise.
fn link_failed(path: &Path, error: &io::Error) -> StoreError {
    by_kind(path, error, Unclear::Perhaps)
}

/// The object is there, or gone, but would perhaps not be after a power cut; the writer must not build on it.
fn nothing_durable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Other { what: path.display().to_string(), reason: format!("it cannot be made durable ({error})") }
}

/// Whether an error that says nothing else leaves room for doubt.
#[derive(Clone, Copy)]
enum Unclear {
    Nothing,
    Perhaps,
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`ErrorKind` is the standard library's and open: what is not named needs no other answer"
)]
fn by_kind(path: &Path, error: &io::Error, unclear: Unclear) -> StoreError {
    let (what, reason) = (path.display().to_string(), error.to_string());
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            StoreError::Full { what, reason }
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => StoreError::Denied { what, reason },
        ErrorKind::Unsupported | ErrorKind::CrossesDevices => StoreError::Unfit { what, reason },
        _ => match unclear {
            Unclear::Nothing => StoreError::Other { what, reason },
            Unclear::Perhaps => StoreError::Unknown { what, reason },
        },
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "these tests look at the files themselves")]
mod tests {
    use super::*;
    use std::sync::Barrier;

    const KEY: Key = Key::Journal(3);

    fn store() -> (tempfile::TempDir, Directory) {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let store = Directory::new(folder.path().join("state"));
        (folder, store)
    }
    fn names(store: &Directory) -> Vec<String> {
        let entries = fs::read_dir(store.folder(Folder::Journal)).expect("is there");
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn an_object_is_created_once_and_leaves_no_temporary_file() {
        let (_folder, store) = store();
        assert_eq!(store.put_new(KEY, b"first"), Ok(Put::Written));
        assert_eq!(store.put_new(KEY, b"second"), Ok(Put::Exists));
        assert_eq!(store.get(KEY), Ok(Some(b"first".to_vec())));
        assert_eq!(names(&store), ["00000000000000000003"]);
    }

    #[test]
    fn reading_a_state_that_is_not_there_creates_nothing() {
        let (_folder, store) = store();
        assert_eq!(store.get(KEY), Ok(None));
        assert_eq!(store.list_after(Folder::Journal, None), Ok(vec![]));
        assert_eq!(store.remove(Spare::Sealed(7)), Ok(()));
        assert!(!store.root().exists());
    }

    #[test]
    fn of_sixteen_writers_one_wins_and_all_read_its_object() {
        let (_folder, store) = store();
        let start = Barrier::new(16);
        for round in 0..8 {
            let key = Key::Journal(round);
            let puts: Vec<Put> = std::thread::scope(|scope| {
                let writers: Vec<_> = (0..16u8)
                    .map(|writer| {
                        let (store, start) = (&store, &start);
                        scope.spawn(move || {
                            start.wait();
                            store.put_new(key, &[writer; 5000]).expect("works")
                        })
                    })
                    .collect();
                writers.into_iter().map(|writer| writer.join().expect("does not panic")).collect()
            });
            let winners: Vec<usize> = (0..16).filter(|writer| puts[*writer] == Put::Written).collect();
            assert_eq!(winners.len(), 1, "{puts:?}");
            let winner = u8::try_from(winners[0]).expect("small");
            assert_eq!(store.get(key), Ok(Some(vec![winner; 5000])));
        }
        assert_eq!(names(&store).len(), 8, "no temporary file stays");
    }

    #[test]
    fn processes_that_begin_in_one_directory_at_once_do_not_disturb_each_other() {
        let (_folder, store) = store();
        std::thread::scope(|scope| {
            for writer in 0..8u64 {
                let root = store.root().to_owned();
                // Each probes for itself, as a process of its own would.
                scope.spawn(move || {
                    for round in 0..20 {
                        let fresh = Directory::new(&root);
                        assert_eq!(fresh.put_new(Key::Journal(100 * writer + round), b"x"), Ok(Put::Written));
                    }
                });
            }
        });
        assert_eq!(names(&store).len(), 160);
    }

    #[test]
    fn a_full_disk_leaves_nothing_half_written() {
        let (_folder, store) = store();
        let full = store.create(KEY, |file| {
            file.write_all(b"half of")?;
            Err(ErrorKind::StorageFull.into())
        });
        assert!(matches!(full, Err(StoreError::Full { .. })), "{full:?}");
        assert_eq!(store.get(KEY), Ok(None));
        assert!(names(&store).is_empty());
        assert_eq!(store.put_new(KEY, b"whole"), Ok(Put::Written), "room again");
    }

    #[test]
    fn what_a_dead_writer_left_at_any_step_is_no_object_or_a_whole_one() {
        let (_folder, store) = store();
        let folder = store.folder(Folder::Journal);
        // Died before anything but the folder, in the middle of writing, before the link, after the link.
        fs::create_dir_all(&folder).expect("works");
        assert_eq!(store.list_after(Folder::Journal, None), Ok(vec![]));
        let stale = folder.join(format!("{TEMPORARY}{}", NEXT.load(Ordering::Relaxed)));
        fs::write(&stale, b"hal").expect("works");
        fs::write(folder.join(".new-10000000"), b"whole").expect("works");
        assert_eq!(store.list_after(Folder::Journal, None), Ok(vec![]));
        assert_eq!(store.put_new(KEY, b"next"), Ok(Put::Written), "its names are not in the way");
        fs::hard_link(folder.join(".new-10000000"), folder.join(Key::Journal(4).leaf())).expect("works");
        assert_eq!(store.list_after(Folder::Journal, None), Ok(vec![KEY, Key::Journal(4)]));
        assert_eq!(store.get(Key::Journal(4)), Ok(Some(b"whole".to_vec())));
        assert_eq!(store.put_new(Key::Journal(4), b"other"), Ok(Put::Exists));
    }

    #[test]
    fn a_place_without_hard_links_is_refused_for_good() {
        let (_folder, store) = store();
        let unfit = StoreError::Unfit { what: "state".to_owned(), reason: "none".to_owned() };
        store.fit.set(Err(unfit.clone())).expect("not tried yet");
        assert_eq!(store.put_new(KEY, b"x"), Err(unfit));
        assert!(names(&store).is_empty());
    }

    #[test]
    fn a_folder_that_is_a_file_is_an_error_and_not_an_empty_state() {
        let (_folder, store) = store();
        fs::write(store.root(), b"").expect("works");
        assert!(store.get(KEY).is_err());
        assert!(store.list_after(Folder::Journal, None).is_err());
        assert!(store.put_new(KEY, b"x").is_err());
    }

    #[test]
    fn what_is_removed_is_gone_and_nothing_else_is() {
        let (_folder, store) = store();
        let spares = [Spare::Plan(crate::model::Digest::of_bytes(b"plan")), Spare::Checkpoint(7), Spare::Sealed(7)];
        for gone in spares {
            let keys = spares.map(Spare::key).into_iter().chain([Key::Journal(7)]);
            for key in keys.clone() {
                store.put_new(key, b"x").expect("works");
            }
            assert_eq!((store.remove(gone), store.remove(gone)), (Ok(()), Ok(())));
            for key in keys {
                assert_eq!(store.get(key).expect("works").is_none(), key == gone.key(), "{key}");
            }
        }
    }
}
