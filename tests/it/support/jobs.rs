//! Commands that are left running, as a shell counts them: `%1`, `%2`. A port that is written in a console stands for a
//! free one. Ends everything it began.

use super::words::Words;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The longest anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What runs.
#[derive(Default)]
pub(crate) struct Jobs {
    running: Vec<(Child, Option<BufReader<ChildStdout>>)>,
    /// Addresses as written, and as they are.
    addresses: Vec<(String, String)>,
}

impl Jobs {
    /// A text of the console as the world understands it.
    pub(crate) fn inward(&self, text: &str) -> String {
        self.addresses.iter().fold(text.to_owned(), |text, (written, real)| text.replace(written, real))
    }
    /// A text of the world as the console writes it.
    pub(crate) fn outward(&self, text: &str) -> String {
        self.addresses.iter().fold(text.to_owned(), |text, (written, real)| text.replace(real, written))
    }

    /// Begins a command; one that listens is waited for until it does, and its first line is what it prints.
    pub(crate) fn begin(&mut self, mut command: Command, cut: &Words, current: &Path) -> Result<String, String> {
        let listening = cut.words.iter().position(|word| word == "--listen").and_then(|at| cut.words.get(at + 1));
        let errors = match &cut.errors {
            Some(file) => std::fs::File::create(current.join(file)).map_err(|error| error.to_string())?.into(),
            None => Stdio::null(),
        };
        command.stdin(Stdio::null()).stderr(errors);
        command.stdout(if listening.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let (mut line, mut out) = (String::new(), child.stdout.take().map(BufReader::new));
        if let Some(out) = &mut out {
            out.read_line(&mut line).map_err(|error| error.to_string())?;
        }
        if let (Some(written), Some((_, real))) = (listening, line.trim_end().rsplit_once('/')) {
            self.addresses.push((written.clone(), real.to_owned()));
        }
        self.running.push((child, out));
        Ok(line)
    }
    /// Kills the nth, without a warning.
    pub(crate) fn kill(&mut self, nth: usize) -> Result<(), String> {
        let (child, _) = nth.checked_sub(1).and_then(|at| self.running.get_mut(at)).ok_or("no such job")?;
        child.kill().and_then(|()| child.wait()).map(drop).map_err(|error| error.to_string())
    }
    /// The first line of a file that grows which holds a word; waits for it.
    pub(crate) fn line_with(file: &Path, word: &str) -> Result<String, String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
            if let Some(line) = text.split_inclusive('\n').find(|line| line.ends_with('\n') && line.contains(word)) {
                return Ok(line.to_owned());
            }
            std::thread::yield_now();
        }
        Err(format!("no line of {} holds `{word}`", file.display()))
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        for (child, _) in &mut self.running {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
