//! Consoles: commands with the output they must print, run in a sealed copy of a folder. A handful of commands is
//! understood without a shell, so that every system runs them alike.

use super::jobs::Jobs;
use super::words::{Place, Words, words};
use std::path::{Path, PathBuf};
use std::process::Command;
use twotier::model::StepName;

/// A console, as it stands in a file: what comes before the first command, then the commands.
pub(crate) struct Console {
    before: String,
    entries: Vec<Entry>,
}

/// One command with what it must print.
pub(crate) struct Entry {
    /// Without `$ `.
    pub(crate) command: String,
    /// Standard output, then standard error, then `[exit N]` unless it was 0.
    pub(crate) expected: String,
    /// Blank lines and comments up to the next command.
    after: String,
}

/// What a command printed that it must not have, or failed to print.
pub(crate) struct Mismatch {
    /// The command.
    pub(crate) command: String,
    /// Expected against printed, line by line.
    pub(crate) difference: String,
}

impl Console {
    /// Reads a console.
    pub(crate) fn parse(text: &str) -> Self {
        let mut console = Self { before: String::new(), entries: Vec::new() };
        for line in text.split_inclusive('\n') {
            match (line.strip_prefix("$ "), console.entries.last_mut()) {
                (Some(command), _) => console.entries.push(Entry {
                    command: command.trim_end().to_owned(),
                    expected: String::new(),
                    after: String::new(),
                }),
                (None, None) => console.before.push_str(line),
                (None, Some(entry)) => entry.expected.push_str(line),
            }
        }
        for entry in &mut console.entries {
            let kept = without_comments(&entry.expected);
            entry.after = entry.expected.split_off(kept);
        }
        console
    }
    /// The console as text again.
    pub(crate) fn text(&self) -> String {
        let entries = self.entries.iter().map(|e| format!("$ {}\n{}{}", e.command, e.expected, e.after));
        std::iter::once(self.before.clone()).chain(entries).collect()
    }
    /// The commands.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// Runs every command in order; afterwards the console expects what was printed.
    pub(crate) fn run(&mut self, sandbox: &mut Sandbox) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        for entry in &mut self.entries {
            let printed = sandbox.run(&entry.command);
            if !matches(&entry.expected, &printed) {
                let difference = similar::TextDiff::from_lines(entry.expected.as_str(), printed.as_str())
                    .unified_diff()
                    .header("expected", "printed")
                    .to_string();
                mismatches.push(Mismatch { command: entry.command.clone(), difference });
                if entry.after.is_empty() {
                    entry.after = "\n".to_owned();
                }
                entry.expected = printed;
            }
        }
        mismatches
    }
}

/// How much of an entry's text is output: blank lines and comments at its end belong to the next command.
fn without_comments(text: &str) -> usize {
    let mut end = text.len();
    for line in text.split_inclusive('\n').rev() {
        if line.trim().is_empty() || line.starts_with("# ") {
            end -= line.len();
        } else {
            break;
        }
    }
    end
}

/// Whether output is as expected. `[..]` stands for any text within a line, a line `...` for any lines.
pub(crate) fn matches(expected: &str, printed: &str) -> bool {
    let expected: Vec<&str> = expected.lines().collect();
    let printed: Vec<&str> = printed.lines().collect();
    lines_match(&expected, &printed)
}

fn lines_match(expected: &[&str], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((&"...", rest)) => (0..=printed.len()).any(|skipped| lines_match(rest, &printed[skipped..])),
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(p, left)| line_matches(line, p) && lines_match(rest, left))
        }
    }
}

fn line_matches(expected: &str, printed: &str) -> bool {
    match expected.split_once("[..]") {
        None => expected.trim_end() == printed.trim_end(),
        Some((head, tail)) => printed.strip_prefix(head).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| line_matches(tail, &rest[at..]))
        }),
    }
}

/// A temporary folder in which consoles run, with an environment of its own.
pub(crate) struct Sandbox {
    // Before the folder: what runs in it ends first.
    jobs: Jobs,
    folder: tempfile::TempDir,
    current: PathBuf,
}

impl Sandbox {
    /// A sandbox without files.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { jobs: Jobs::default(), current: folder.path().to_owned(), folder }
    }
    /// A copy of every file below `from`.
    pub(crate) fn copy(from: &Path) -> Self {
        let sandbox = Self::empty();
        sandbox.add(from, "");
        sandbox
    }
    /// Copies every file below `from` into a folder of the sandbox.
    pub(crate) fn add(&self, from: &Path, below: &str) {
        for file in super::files(from) {
            let to = self.folder.path().join(below).join(file.strip_prefix(from).expect("it lies below"));
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("the sandbox is writable");
            std::fs::copy(&file, to).expect("the file can be copied");
        }
    }
    /// Goes on in a folder of the sandbox.
    pub(crate) fn enter(&mut self, below: &str) {
        self.current = self.folder.path().join(below);
    }
    /// Writes a file unless it is there.
    pub(crate) fn provide(&self, file: &str, text: &str) {
        let file = self.folder.path().join(file);
        if !file.exists() {
            std::fs::write(file, text).expect("the sandbox is writable");
        }
    }

    /// Runs one command; gives what it printed, and `[exit N]` unless N is 0.
    fn run(&mut self, command: &str) -> String {
        let printed = words(&self.jobs.inward(command)).and_then(|cut| self.perform(&cut));
        let printed = printed.unwrap_or_else(|error| format!("console: {error}\n[exit 127]\n"));
        self.jobs.outward(&printed).replace(&*self.folder.path().to_string_lossy(), "[SANDBOX]")
    }

    fn perform(&mut self, cut: &Words) -> Result<String, String> {
        let arguments: Vec<&str> = cut.words.iter().map(String::as_str).collect();
        match arguments.as_slice() {
            ["twotier", rest @ ..] if cut.place == Place::Background => self.begin(rest, cut),
            ["kill", "-9", job] => {
                let nth = job.strip_prefix('%').and_then(|nth| nth.parse().ok());
                nth.ok_or("no job".to_owned()).and_then(|nth| self.jobs.kill(nth)).map(|()| String::new())
            }
            ["tail", "-f", file, "|", "grep", "-m1", word] => Jobs::line_with(&self.current.join(file), word),
            ["twotier", rest @ ..] => self.binary(rest, cut),
            ["cargo", "run", rest @ ..] => {
                let own = rest.iter().position(|word| *word == "--").map_or(rest.len(), |at| at + 1);
                self.binary(&rest[own..], cut)
            }
            ["cd", folder] => {
                self.current = self.current.join(folder);
                if self.current.is_dir() { Ok(String::new()) } else { Err("no such folder".to_owned()) }
            }
            ["printf", text] => self.print(text, cut),
            ["cat", file] => std::fs::read_to_string(self.current.join(file)).map_err(|error| error.to_string()),
            ["rm", "-r", file] | ["rm", file] => self.remove(file),
            ["mv", from, to] => std::fs::rename(self.current.join(from), self.current.join(to))
                .map(|()| String::new())
                .map_err(|error| error.to_string()),
            ["sed", "-i", script, file] => self.replace(script, file),
            _ => {
                Err("this console knows twotier, cargo run, cd, cat, printf, rm, mv, sed -i, kill and tail only"
                    .to_owned())
            }
        }
    }

    /// A text with `\n` for line ends, into a file.
    fn print(&self, text: &str, cut: &Words) -> Result<String, String> {
        let file = cut.output.as_ref().ok_or("`printf` needs > FILE")?;
        if text.contains('%') || text.replace("\\n", "").contains('\\') {
            return Err("`printf` here knows plain text and `\\n` only".to_owned());
        }
        std::fs::write(self.current.join(file), text.replace("\\n", "\n")).map_err(|error| error.to_string())?;
        Ok(String::new())
    }

    fn remove(&self, file: &str) -> Result<String, String> {
        let path = self.current.join(file);
        let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        removed.map(|()| String::new()).map_err(|error| error.to_string())
    }

    fn replace(&self, script: &str, file: &str) -> Result<String, String> {
        let path = self.current.join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
        let changed = super::sed::substitute(script, &text).map_err(|error| format!("{file}: {error}"))?;
        std::fs::write(path, changed).map_err(|error| error.to_string())?;
        Ok(String::new())
    }

    /// A command that is left running. Whoever listens is given a free port; what is written stands for it from then on.
    fn begin(&mut self, arguments: &[&str], cut: &Words) -> Result<String, String> {
        let free: Vec<&str> = std::iter::once("")
            .chain(arguments.iter().copied())
            .zip(arguments)
            .map(|(before, word)| if before == "--listen" { "127.0.0.1:0" } else { *word })
            .collect();
        let command = self.command(&free, cut)?;
        self.jobs.begin(command, cut, &self.current)
    }

    fn command(&self, arguments: &[&str], cut: &Words) -> Result<Command, String> {
        let home = self.folder.path().join("home");
        std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        command.args(arguments).current_dir(&self.current).env_clear();
        command.env("HOME", &home).env("USER", "ann").env("HOSTNAME", "desk").env("TZ", "UTC");
        for kept in ["LLVM_PROFILE_FILE", "SYSTEMROOT", "TMPDIR", "TEMP"] {
            if let Ok(value) = std::env::var(kept) {
                command.env(kept, value);
            }
        }
        command.envs(cut.environment.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    fn binary(&self, arguments: &[&str], cut: &Words) -> Result<String, String> {
        let done = self.command(arguments, cut)?.output().map_err(|error| error.to_string())?;
        let mut printed = String::new();
        match &cut.output {
            Some(file) => std::fs::write(self.current.join(file), &done.stdout).map_err(|error| error.to_string())?,
            None => printed.push_str(&String::from_utf8_lossy(&done.stdout)),
        }
        end_line(&mut printed);
        printed.push_str(&without_progress(&String::from_utf8_lossy(&done.stderr)));
        end_line(&mut printed);
        match done.status.code() {
            Some(0) => {}
            Some(code) => printed.push_str(&format!("[exit {code}]\n")),
            None => printed.push_str("[killed]\n"),
        }
        Ok(printed)
    }
}

/// Standard error without the lines that say how a run goes: steps that run side by side say so in any order.
fn without_progress(text: &str) -> String {
    let is_progress = |line: &str| {
        let word = line.strip_prefix("  ").and_then(|line| line.split(' ').next());
        word.is_some_and(|word| word.parse::<StepName>().is_ok())
    };
    text.split_inclusive('\n').filter(|line| !is_progress(line)).collect()
}

fn end_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consoles_keep_their_text_and_tell_commands_from_output() {
        let text = "# first\n$ twotier plan\none\n\n# not output\n$ cat x\n$ rm x\n[exit 1]\n";
        let console = Console::parse(text);
        assert_eq!(console.text(), text);
        let expected: Vec<&str> = console.entries().iter().map(|e| e.expected.as_str()).collect();
        assert_eq!(expected, ["one\n", "", "[exit 1]\n"]);
    }

    #[test]
    fn wildcards_match_what_they_say_and_nothing_else() {
        assert!(matches("a [..] c\n...\nend\n", "a b c\nx\ny\nend\n"));
        assert!(matches("[..]b[..]\n", "aabbb\n"));
        assert!(!matches("a [..] c\n", "a b d\n"));
        assert!(!matches("...\nend\n", "x\nend\nmore\n"));
        assert!(!matches("", "x\n"));
    }

    #[test]
    fn commands_that_do_nothing_fail() {
        let mut sandbox = Sandbox::copy(&super::super::root().join("examples/quickstart/manifests"));
        assert!(sandbox.run("sed -i 's/never written/x/' provider.yaml").contains("[exit 127]"));
        assert!(sandbox.run("curl https://example.org").contains("[exit 127]"));
        assert!(sandbox.run("cat *.yaml").contains("a shell would read"));
        assert_eq!(sandbox.run("sed -i 's/distri/other/' provider.yaml"), "");
        assert!(sandbox.run("cat provider.yaml").contains("name: other"));
    }
}
