//! Ctrl-C, and the signals by which a pipeline, a service manager or a closed terminal ends a process, counted: once
//! finishes what is in flight, twice gives it a little longer, three times stops at once. Installed for `apply` and for
//! what listens; every other command just ends. A signal that was ignored from the start (`nohup`) stays so.

use super::error::{CliError, Exit};
use super::terminal;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

static PRESSED: AtomicU8 = AtomicU8::new(0);

/// How long a call in flight is waited for after it was asked twice. A service manager kills after 10 to 30 seconds, and
/// with the reply to a creation its one-time password is gone.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long a run that was stopped at once may take to end in good order: a call in flight is not waited for.
const GRACE: Duration = Duration::from_secs(1);

/// How often a person asked to stop, from now on. The third time the process ends, whatever it waits for.
///
/// # Errors
/// When the system does not let us know.
pub(crate) fn count() -> Result<&'static AtomicU8, CliError> {
    watch().map_err(|why| CliError::failed(format!("Ctrl-C cannot be watched for: {why}")))?;
    Ok(&PRESSED)
}

#[cfg(unix)]
fn watch() -> Result<(), String> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    let watched = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
    let mut signals = Signals::new(watched).map_err(|error| error.to_string())?;
    let counts = move || signals.forever().for_each(|_| pressed());
    std::thread::Builder::new().spawn(counts).map(drop).map_err(|error| error.to_string())
}

/// Whether whoever began this process wants a signal ignored, where the system tells (Linux).
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "the system tells it in a file and nowhere else without unsafe code")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).contains(&signal) && mask & (1 << (signal - 1)) != 0
}

#[cfg(not(unix))]
fn watch() -> Result<(), String> {
    match ctrlc::set_handler(pressed) {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn pressed() {
    // Stays at 255: nobody presses on from there.
    let before = PRESSED.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |times| times.checked_add(1));
    match before {
        Ok(0) | Err(_) => {}
        Ok(1) => {
            terminal::message(&format!(
                "stopping: a call in flight has {} s more; once more stops at once",
                PATIENCE.as_secs()
            ));
            later(PATIENCE, || {
                PRESSED.fetch_max(3, Ordering::SeqCst);
                later(GRACE, stop);
            });
        }
        Ok(_) => later(GRACE, stop),
    }
}

/// Ends the process if it does not end by itself: nothing of it is under way that changes anything.
pub(crate) fn end_soon() {
    later(GRACE, leave);
}

fn later(wait: Duration, then: impl FnOnce() + Send + 'static) {
    // Where there is no room for a thread, whoever wants it ended kills it.
    drop(std::thread::Builder::new().spawn(move || {
        std::thread::sleep(wait);
        then();
    }));
}

fn stop() {
    terminal::message(
        "stopped at once: what was in flight is looked up by the next `apply`, which waits for the lease",
    );
    leave();
}

#[expect(
    clippy::exit,
    reason = "whoever wants it ended waits for no reply; what was in flight is looked up by the next run"
)]
fn leave() {
    std::process::exit(i32::from(Exit::Interrupted.number()));
}
