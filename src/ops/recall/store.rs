//! The file of remembered answers: read whole, appended to one whole line at a time while a command looks, written anew
//! when most of it is out of date. For its owner alone, like a snapshot. Failing to keep it never fails a command.
#![expect(clippy::disallowed_methods, reason = "an edge: the cache of the state folder")]

use crate::model::Timestamp;
use crate::observed::Read;
use crate::snapshot::cache::{self, Cached, Owner, Remembered};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Lines out of date that are not worth writing the file anew.
const FEW: usize = 1000;

/// The file, while a command looks.
pub(super) struct Keeper {
    path: PathBuf,
    owner: Owner,
    /// Opened at the first answer.
    file: Option<File>,
    /// Whether what is there is ours, to be appended to.
    ours: bool,
    lines: usize,
    /// How many of them are of no use to anybody.
    broken: usize,
    reads: BTreeSet<Read>,
    trouble: Option<io::Error>,
}

/// What the file held.
pub(super) struct Found {
    pub(super) answers: Vec<Remembered>,
    /// What is to be said of it.
    pub(super) notes: Vec<String>,
}

impl Keeper {
    /// Reads the file, if there is one. What is not ours or broken is told and not believed.
    pub(super) fn open(path: &Path, owner: Owner) -> (Self, Found) {
        let place = path.display();
        let (cached, ours, note) = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Cached::default(), false, None),
            Err(error) => (Cached::default(), false, Some(format!("the cache `{place}` cannot be read: {error}"))),
            Ok(bytes) => match cache::read(&bytes, &owner) {
                Ok(cached) => (cached, true, None),
                Err(why) => (Cached::default(), false, Some(format!("the cache `{place}` is not used: {why}"))),
            },
        };
        let broken = cached.broken;
        let lines = cached.answers.len() + broken;
        let answers = newest(cached.answers);
        let reads = answers.iter().map(|one| one.read.clone()).collect();
        let told = (broken > 0).then(|| match broken {
            1 => format!("1 broken line of the cache `{place}` is not used: it is removed, and what it held is read anew"),
            _ => format!(
                "{broken} broken lines of the cache `{place}` are not used: they are removed, and what they held is read anew"
            ),
        });
        let notes = note.into_iter().chain(told).collect();
        let keeper = Self { path: path.to_owned(), owner, file: None, ours, lines, broken, reads, trouble: None };
        (keeper, Found { answers, notes })
    }

    /// Keeps an answer. After the first failure keeps nothing more.
    pub(super) fn keep(&mut self, remembered: &Remembered) {
        if self.trouble.is_some() {
            return;
        }
        let kept = cache::line(remembered).and_then(|line| self.appendable()?.write_all(&line));
        match kept {
            Ok(()) => {
                self.lines += 1;
                self.reads.insert(remembered.read.clone());
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    fn appendable(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => begin(&self.path, if self.ours { None } else { Some(&self.owner) })?,
        };
        Ok(self.file.insert(file))
    }

    /// Ends: writes the file anew when most of it is out of date, or a part of it broken. What went wrong meanwhile.
    pub(super) fn close(mut self) -> Option<String> {
        drop(self.file.take());
        let is_old = self.lines > 2 * self.reads.len() + FEW;
        if self.trouble.is_none() && (is_old || self.broken > 0) {
            self.trouble = compact(&self.path, &self.owner).err();
        }
        let error = self.trouble?;
        Some(format!("what was read could not be remembered in `{}`: {error}", self.path.display()))
    }
}

/// The newest answer to each question; of two of one instant the one written last.
fn newest(answers: Vec<Remembered>) -> Vec<Remembered> {
    let mut newest: BTreeMap<Read, Remembered> = BTreeMap::new();
    for one in answers {
        let since: Option<Timestamp> = newest.get(&one.read).map(|known| known.at);
        if since.is_none_or(|since| one.at >= since) {
            newest.insert(one.read.clone(), one);
        }
    }
    newest.into_values().collect()
}

/// Opens the file for appending; begins it anew when it is not ours.
fn begin(path: &Path, anew: Option<&Owner>) -> io::Result<File> {
    if let Some(owner) = anew {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        replace(path, &cache::header(owner)?)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    // What was cut off in the middle of a line must not take the next one with it.
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(-1)).is_ok() {
        file.read_exact(&mut last)?;
    }
    if last != *b"\n" {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

fn compact(path: &Path, owner: &Owner) -> io::Result<()> {
    let cached = cache::read(&fs::read(path)?, owner).map_err(io::Error::other)?;
    let mut bytes = cache::header(owner)?;
    for one in newest(cached.answers) {
        bytes.extend(cache::line(&one)?);
    }
    replace(path, &bytes)
}

/// Replaces the file by one that only its owner may read: written beside, then moved over.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| file.write_all(bytes));
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        // Whatever is left of the attempt is of no use to anybody.
        drop(fs::remove_file(&beside));
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TenantId;
    use crate::observed::Answer;

    fn owner() -> Owner {
        Owner { tenant_id: TenantId::from_bytes([1; 16]), state: "ours".into() }
    }
    fn of(n: u8, at: i64) -> Remembered {
        Remembered {
            read: Read::CustomersOf(TenantId::from_bytes([n; 16])),
            answer: Answer::Customers(Vec::new()),
            at: Timestamp::from_seconds(at),
            journal: 0,
        }
    }
    fn keep(path: &Path, all: &[Remembered]) -> Option<String> {
        let (mut keeper, _) = Keeper::open(path, owner());
        all.iter().for_each(|one| keeper.keep(one));
        keeper.close()
    }
    fn found(path: &Path) -> Found {
        Keeper::open(path, owner()).1
    }

    #[test]
    fn the_newest_answer_of_several_commands_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cache/observed.jsonl");
        assert_eq!(found(&path).notes, Vec::<String>::new(), "none is no trouble");
        assert_eq!(keep(&path, &[of(1, 5), of(2, 5)]), None);
        assert_eq!(keep(&path, &[of(1, 9), of(2, 3)]), None);
        assert_eq!(found(&path).answers, [of(1, 9), of(2, 5)]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn after_a_line_that_was_cut_off_the_next_command_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cache/observed.jsonl");
        keep(&path, &[of(1, 5), of(2, 5)]);
        let bytes = fs::read(&path).expect("read");
        fs::write(&path, &bytes[..bytes.len() - 9]).expect("cut off");
        assert_eq!(found(&path).notes.len(), 1);
        assert_eq!(keep(&path, &[of(3, 6)]), None);
        let found = found(&path);
        assert_eq!(found.answers, [of(1, 5), of(3, 6)]);
        assert_eq!(found.notes, Vec::<String>::new(), "it is told once");
    }

    #[test]
    fn what_is_not_ours_is_told_not_used_and_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("observed.jsonl");
        fs::write(&path, "\u{0}\u{0}\u{0}").expect("written");
        let first = found(&path);
        assert!(first.answers.is_empty() && first.notes[0].contains("is not used"), "{:?}", first.notes);
        assert_eq!(keep(&path, &[of(1, 5)]), None);
        assert_eq!(found(&path).answers, [of(1, 5)]);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_once_and_stops_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("cache"), "a file in the way").expect("written");
        let path = folder.path().join("cache/observed.jsonl");
        let told = keep(&path, &[of(1, 5), of(2, 5)]).expect("told");
        assert!(told.contains("could not be remembered"), "{told}");
    }

    #[test]
    fn a_file_that_is_mostly_out_of_date_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("observed.jsonl");
        let many: Vec<Remembered> = (0..1200).map(|n| of(1, n)).collect();
        keep(&path, &many);
        assert_eq!(found(&path).answers, [of(1, 1199)]);
        let lines = fs::read_to_string(&path).expect("text").lines().count();
        assert_eq!(lines, 2, "a header and what is newest");
    }
}
