//! The files of a project, from disk to documents. The only file of this layer that opens files; never writes, never
//! reads what a link outside of the project leads to, and never passes over a file it could not read without saying so.

use super::bounds::Bounds;
use super::parse::{Manifests, parse_files};
use super::untold::Untold;
use crate::diag::source::shown;
use crate::diag::{At, Code, FileId, Finding, SourceMap};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::{DirEntry, WalkDir};

/// Name of the project file, which is never read as a manifest.
pub const PROJECT_FILE: &str = "twotier.yaml";

/// Largest file read: 64 MiB.
const LARGEST: u64 = 64 << 20;

/// What the files of a project hold.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The files, sorted by path, also those that could not be read.
    pub sources: SourceMap,
    /// What they declare, and every fault of files and documents.
    pub manifests: Manifests,
    /// JSON among them, which is not read; relative to the folder of the project file, sorted.
    pub passed: Vec<PathBuf>,
}

/// Loads `entries`, files or folders relative to `root`, the folder of the project file. Of a folder every `*.yaml` and
/// `*.yml` is read, at any depth, but no dot file, dot folder, project file, nor `state_dir`. Links are followed as far as
/// they stay among what may be read so. Paths are shown relative to `root`.
#[must_use]
pub fn load(root: &Path, entries: &[PathBuf], state_dir: &Path) -> Loaded {
    let (texts, passed) = texts(root, entries, state_dir);
    Loaded { passed, ..assemble(texts) }
}

/// The same of those files alone whose text is wanted: of the others nothing is parsed or told.
#[must_use]
pub fn load_only((root, entries, state_dir): (&Path, &[PathBuf], &Path), is_wanted: impl Fn(&str) -> bool) -> Loaded {
    let (mut texts, _) = texts(root, entries, state_dir);
    texts.retain(|(_, content)| is_wanted(&content.text));
    assemble(texts)
}

/// What is read, and the files that are passed over.
fn texts(root: &Path, entries: &[PathBuf], state_dir: &Path) -> (Vec<(PathBuf, Content)>, Vec<PathBuf>) {
    let state_dir = root.join(state_dir);
    let never = [root.join(PROJECT_FILE), state_dir].map(|path| fs::canonicalize(&path).unwrap_or(path));
    let mut found = BTreeMap::new();
    for entry in entries {
        search(root, entry, &never, &mut found);
    }
    let passed = found.extract_if(.., |_, found| matches!(found, Found::Passed)).map(|(path, _)| path).collect();
    let read = found.into_par_iter().filter_map(|(path, found)| {
        let content = match found {
            Found::File => content(&root.join(&path)),
            Found::Fault(code, message, help) => Content::unread(code, message, help),
            Found::Passed => return None,
        };
        Some((path, content))
    });
    (read.collect(), passed)
}

/// Something a search came upon.
enum Found {
    File,
    Passed,
    Fault(Code, String, &'static str),
}

/// What a file holds.
struct Content {
    text: String,
    fault: Option<Fault>,
}
struct Fault {
    code: Code,
    message: String,
    help: &'static str,
    /// First byte of the text it speaks of, and how many.
    start: usize,
    length: usize,
}
impl Content {
    fn unread(code: Code, message: String, help: &'static str) -> Self {
        Self { text: String::new(), fault: Some(Fault { code, message, help, start: 0, length: 0 }) }
    }
}

fn assemble(texts: Vec<(PathBuf, Content)>) -> Loaded {
    let mut sources = SourceMap::default();
    let (mut readable, mut findings) = (Vec::new(), Vec::new());
    for (path, Content { text, fault }) in texts {
        let file = sources.add(path, Arc::from(text));
        match fault {
            None => readable.push(file),
            Some(fault) => findings.push(finding(file, fault)),
        }
    }
    let mut manifests = parse_files(&sources, &readable);
    manifests.untold.extend(findings.iter().filter_map(|unread: &Finding| unread.at).map(Untold::anything));
    manifests.findings.append(&mut findings);
    manifests.findings.extend(empty(&sources, &readable));
    manifests.findings.sort_by_key(|finding| (finding.at, finding.code));
    let is_fine = manifests.findings.iter().all(|finding| finding.code == Code::FileEmpty);
    if manifests.documents.is_empty() && is_fine {
        let message = "the listed files and folders hold no document";
        let help = "`twotier import` writes manifests of what is there, `twotier init` examples; if they lie elsewhere, correct `manifests` in the project file";
        manifests.findings.push(Finding::error(Code::NothingDeclared, None, message).help(help));
    }
    Loaded { sources, manifests, passed: Vec::new() }
}

/// Files without any text: a save that was cut off would release what they declared, without a word. Comments are text.
fn empty(sources: &SourceMap, readable: &[FileId]) -> Vec<Finding> {
    let is_empty = |file: &&FileId| sources.file(**file).is_some_and(|file| file.text.trim().is_empty());
    let found = readable.iter().filter(is_empty).map(|file| At { file: *file, start: 0, end: 0 });
    let help = "restore its text, or delete the file if what it declared is to be managed no more";
    found.map(|at| Finding::warning(Code::FileEmpty, at, "the file is empty").help(help)).collect()
}

fn finding(file: FileId, fault: Fault) -> Finding {
    let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    let at = At { file, start: place(fault.start), end: place(fault.start + fault.length) };
    Finding::error(fault.code, at, fault.message).help(fault.help)
}

/// Adds the files of one entry, by path relative to `root`, so that a file listed twice is read once.
fn search(root: &Path, entry: &Path, never: &[PathBuf], found: &mut BTreeMap<PathBuf, Found>) {
    let top = root.join(entry);
    let relative = |path: &Path| -> PathBuf {
        let path = path.strip_prefix(root).unwrap_or(path);
        path.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect()
    };
    let bounds = Bounds::new(root, &top, never);
    let walk = WalkDir::new(&top).follow_links(true).sort_by_file_name().into_iter();
    let mut walk = walk.filter_entry(|step| is_wanted(step, never));
    while let Some(step) = walk.next() {
        match step {
            Ok(step) if step.depth() > 0 && step.file_type().is_file() && !is_manifest(step.path()) => {
                if is_json(step.path()) && !step.path_is_symlink() {
                    found.entry(relative(step.path())).or_insert(Found::Passed);
                }
            }
            // Only a link leads elsewhere, and only the path of the entry itself has folders nobody looked at yet.
            Ok(step) if (step.path_is_symlink() || step.depth() == 0) && bounds.are_left_by(step.path()) => {
                let path = relative(step.path());
                if step.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                found.insert(path.clone(), outside(&path));
            }
            Ok(step) if step.file_type().is_dir() => {}
            Ok(step) if step.depth() == 0 || is_manifest(step.path()) => {
                found.entry(relative(step.path())).or_insert(Found::File);
            }
            Ok(_) => {}
            Err(error) => {
                let path = error.path().unwrap_or(&top);
                // A hidden entry would not have been read anyway, such as the lock an editor leaves as a dangling link.
                if error.depth() == 0 || !is_hidden(path) {
                    let path = relative(path);
                    found.insert(path.clone(), unreached(&path, &error));
                }
            }
        }
    }
}

fn outside(path: &Path) -> Found {
    let message = format!("`{}` leads out of the project, so it is not read", shown(path));
    Found::Fault(Code::LeadsOut, message, "put the file itself in the project; a link may lead to what is read anyway")
}

/// Whether to look at an entry, or below it.
fn is_wanted(step: &DirEntry, never: &[PathBuf]) -> bool {
    if step.depth() > 0 && is_hidden(step.path()) {
        return false;
    }
    let same_name = never.iter().any(|path| path.file_name() == step.path().file_name());
    let link = step.path_is_symlink();
    if !(same_name || link || step.depth() == 0) {
        return true;
    }
    !fs::canonicalize(step.path()).is_ok_and(|path| never.contains(&path))
}

pub(crate) fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether a file is read for manifests, as its name tells. Capitals count for nothing: what an editor of another system
/// calls `CONTOSO.YAML` would be passed over in silence.
pub(crate) fn is_manifest(path: &Path) -> bool {
    has_extension(path, "yaml") || has_extension(path, "yml")
}

pub(super) fn is_json(path: &Path) -> bool {
    has_extension(path, "json")
}

fn has_extension(path: &Path, one: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(one))
}

fn unreached(path: &Path, error: &walkdir::Error) -> Found {
    if let Some(ancestor) = error.loop_ancestor() {
        let message = format!("`{}` leads back to the folder `{}` that holds it", shown(path), shown_name(ancestor));
        return Found::Fault(Code::SymlinkLoop, message, "remove the link, or list the wanted folders one by one");
    }
    let why = error.io_error().map_or_else(|| "unknown reason".to_owned(), reason);
    let message = format!("`{}` cannot be read: {why}", shown(path));
    let is_missing = error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
    let help = if error.depth() == 0 && is_missing {
        "`twotier import` writes manifests of what is there, `twotier init` examples; if they lie elsewhere, correct `manifests` in the project file (`twotier.yaml`)"
    } else if error.depth() == 0 {
        "`manifests` in the project file (`twotier.yaml`) names it: correct it there, or mend the path or its permissions"
    } else {
        "mend the path or its permissions; nothing is skipped silently"
    };
    Found::Fault(Code::FileUnreadable, message, help)
}

fn shown_name(path: &Path) -> String {
    path.file_name().map_or_else(|| shown(path), |name| name.to_string_lossy().into_owned())
}

/// Why, in the same words on every system.
fn reason(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        return "it does not exist".to_owned();
    }
    if error.kind() == io::ErrorKind::PermissionDenied {
        return "permission denied".to_owned();
    }
    error.to_string().to_lowercase()
}

/// The text a file begins with, as far as it is UTF-8.
#[expect(clippy::disallowed_methods, reason = "the one edge of this layer: manifests are files")]
pub(super) fn beginning(path: &Path, length: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(length).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads one file as UTF-8 without byte-order mark.
fn content(path: &Path) -> Content {
    let mend = "mend the path or its permissions; nothing is skipped silently";
    let unreadable = |why: &str| {
        Content::unread(Code::FileUnreadable, format!("`{}` cannot be read: {why}", shown_name(path)), mend)
    };
    match bytes(path) {
        Ok(Bytes::All(bytes)) => decoded(bytes),
        Ok(Bytes::NoFile) => unreadable("it is no regular file"),
        Ok(Bytes::TooMany) => {
            let message = format!("`{}` is larger than 64 MiB", shown_name(path));
            Content::unread(Code::FileTooLarge, message, "split it into several files")
        }
        Err(error) => unreadable(&reason(&error)),
    }
}

/// The bytes of a file, if they may be read.
enum Bytes {
    All(Vec<u8>),
    TooMany,
    NoFile,
}

#[expect(clippy::disallowed_methods, reason = "the one edge of this layer: manifests are files")]
fn bytes(path: &Path) -> io::Result<Bytes> {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Ok(Bytes::NoFile);
    }
    let file = fs::File::open(path)?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(LARGEST)).unwrap_or_default());
    // A file may grow while it is read: never more than the limit and one byte.
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST);
    Ok(if fits { Bytes::All(bytes) } else { Bytes::TooMany })
}

fn decoded(mut bytes: Vec<u8>) -> Content {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    let wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    match String::from_utf8(bytes) {
        Ok(text) => Content { text, fault: None },
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(start).copied().unwrap_or_default();
            let message = format!("not UTF-8: byte 0x{byte:02x} cannot stand here");
            let help = if wide { "this looks like UTF-16: save the file as UTF-8" } else { "save the file as UTF-8" };
            // Up to the bad byte the text shown is the text of the file.
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            Content { text, fault: Some(Fault { code: Code::NotUtf8, message, help, start, length: 3 }) }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "the test makes the files it loads")]
    pub(in crate::manifest) fn project(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    fn loaded(folder: &Path, entries: &[&str]) -> Loaded {
        let entries: Vec<PathBuf> = entries.iter().map(PathBuf::from).collect();
        load(folder, &entries, Path::new(".twotier"))
    }

    /// `path:line:column code` of every finding, then the names of the documents.
    fn told(loaded: &Loaded) -> (Vec<String>, Vec<String>) {
        let Loaded { sources, manifests, passed: _ } = loaded;
        let finding =
            |f: &Finding| f.at.map_or_else(|| f.code.to_string(), |at| format!("{} {}", sources.show(at), f.code));
        let names = manifests.documents.iter().map(|parsed| parsed.document.metadata.name.to_string());
        (manifests.findings.iter().map(finding).collect(), names.collect())
    }

    fn customer(name: &str) -> Vec<u8> {
        format!(
            "apiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: {name}}}\nspec: {{domain: {name}.example}}\n"
        )
        .into()
    }

    #[test]
    fn manifests_are_found_at_any_depth_and_nothing_else_is_read() {
        let folder = project(&[
            ("manifests/b.yml", &customer("b")),
            ("manifests/a/z.yaml", &customer("az")),
            ("manifests/notes.md", b"x"),
            ("manifests/.hidden/x.yaml", b"x"),
            ("manifests/.x.yaml", b"x"),
            ("twotier.yaml", b"x"),
            (".twotier/x.yaml", b"x"),
            ("state/x.yaml", b"x"),
            ("c.yaml", &customer("c")),
        ]);
        assert_eq!(told(&loaded(folder.path(), &["manifests"])), (vec![], vec!["az".into(), "b".into()]));
        let all = load(folder.path(), &[".".into(), "manifests".into()], Path::new("state"));
        assert_eq!(told(&all), (vec![], vec!["c".into(), "az".into(), "b".into()]));
        assert_eq!(told(&loaded(folder.path(), &["c.yaml"])).1, ["c"]);
    }

    #[test]
    fn a_file_without_text_is_told_and_one_of_notes_is_not() {
        let folder = project(&[("m/a.yaml", &customer("a")), ("m/cut.yaml", b" \n"), ("m/notes.yaml", b"# later\n")]);
        let (findings, names) = told(&loaded(folder.path(), &["m"]));
        assert_eq!((findings, names), (vec!["m/cut.yaml:1:1 TT0015".to_owned()], vec!["a".to_owned()]));
    }

    #[test]
    fn a_listed_file_or_folder_that_is_not_there_is_a_finding() {
        let folder = project(&[("a.yaml", &customer("a"))]);
        assert_eq!(told(&loaded(folder.path(), &["a.yaml", "gone"])).0, ["gone:1:1 TT0001"]);
        let empty = project(&[("manifests/x.txt", b"")]);
        assert_eq!(told(&loaded(empty.path(), &["manifests"])).0, ["TT0010"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_where_they_stand() {
        let folder =
            project(&[("m/a.yaml", b"a: b\nc: \xff\n"), ("m/b.yaml", b"\xff\xfea\0"), ("m/c.yaml", &customer("c"))]);
        let loaded = loaded(folder.path(), &["m"]);
        assert_eq!(told(&loaded), (vec!["m/a.yaml:2:4 TT0003".into(), "m/b.yaml:1:1 TT0003".into()], vec!["c".into()]));
        assert_eq!(loaded.manifests.untold.len(), 2);
    }

    #[test]
    fn a_byte_order_mark_does_not_move_places() {
        let mut bytes = b"\xef\xbb\xbf".to_vec();
        bytes.extend(customer("a"));
        bytes.extend(b"---\nkind: X\n");
        let folder = project(&[("a.yaml", &bytes)]);
        assert_eq!(told(&loaded(folder.path(), &["a.yaml"])), (vec!["a.yaml:6:7 TT0100".into()], vec!["a".into()]));
    }

    #[test]
    fn a_file_over_the_limit_is_not_read() {
        let folder = project(&[("a.yaml", b"")]);
        let file = fs::OpenOptions::new().write(true).open(folder.path().join("a.yaml")).expect("a file");
        file.set_len(LARGEST + 1).expect("a sparse file");
        assert_eq!(told(&loaded(folder.path(), &["a.yaml"])).0, ["a.yaml:1:1 TT0002"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_loops_are_named() {
        use std::os::unix::fs::symlink;
        let folder = project(&[("m/a/x.yaml", &customer("x")), ("other/y.yaml", &customer("y"))]);
        symlink(folder.path().join("m"), folder.path().join("m/a/loop")).expect("a link");
        symlink(folder.path().join("other"), folder.path().join("m/other")).expect("a link");
        symlink(folder.path().join("nowhere"), folder.path().join("m/dangling.yaml")).expect("a link");
        symlink(folder.path().join("nowhere"), folder.path().join("m/.#lock.yaml")).expect("a link");
        let (findings, names) = told(&loaded(folder.path(), &["m"]));
        assert_eq!(findings, ["m/a/loop:1:1 TT0004", "m/dangling.yaml:1:1 TT0001"]);
        assert_eq!(names, ["x", "y"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_leads_out_of_the_project_is_named_and_not_read() {
        use std::os::unix::fs::symlink;
        let outside = project(&[("secret", b"s3cr3t\nx"), ("z.yaml", &customer("z")), ("deep/y.yaml", &customer("y"))]);
        let folder = project(&[
            ("m/a.yaml", &customer("a")),
            ("plain/b.yaml", &customer("b")),
            (".git/config", b"s3cr3t"),
            ("state/sealed", b"s3cr3t"),
        ]);
        let link = |to: &Path, at: &str| symlink(to, folder.path().join(at)).expect("a link");
        link(&outside.path().join("secret"), "m/c.yaml");
        link(&outside.path().join("deep"), "m/deep");
        link(Path::new("../.git/config"), "m/git.yaml");
        link(Path::new("../state/sealed"), "m/state.yaml");
        link(&outside.path().join("secret"), "m/no-manifest");
        link(Path::new("../plain/b.yaml"), "m/b.yaml");
        link(&outside.path().join("deep"), "listed");
        let entries = ["m", "listed", ".git/config", "m/c.yaml"].map(PathBuf::from);
        let refused = load(folder.path(), &entries, Path::new("state"));
        let findings = [".git/config", "listed", "m/c.yaml", "m/deep", "m/git.yaml", "m/state.yaml"];
        assert_eq!(
            told(&refused),
            (findings.map(|at| format!("{at}:1:1 TT0014")).into(), vec!["a".into(), "b".into()])
        );
        assert!(!format!("{refused:?}").contains("s3cr3t"));
        // Who runs the command may name a place elsewhere, and is held to that one.
        symlink(folder.path().join("m/a.yaml"), outside.path().join("deep/back.yaml")).expect("a link");
        let (findings, names) = told(&load(folder.path(), &[outside.path().join("deep")], Path::new("state")));
        assert_eq!((findings.len(), names), (1, vec!["y".into()]));
        assert!(findings[0].ends_with("back.yaml:1:1 TT0014"), "{findings:?}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = project(&[("m/a.yaml", &customer("a"))]);
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("m/b.yaml")).expect("a socket");
        assert_eq!(told(&loaded(folder.path(), &["m"])), (vec!["m/b.yaml:1:1 TT0001".into()], vec!["a".into()]));
        drop(socket);
    }
}
