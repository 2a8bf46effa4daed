//! Ctrl-C, and the signals by which a pipeline, a service manager or a closed terminal ends a process, counted: once
//! finishes what is in flight, twice stops at once. Installed for `apply` and for what listens; every other command just
//! ends.

use super::error::{CliError, Exit};
use super::terminal;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

static PRESSED: AtomicU8 = AtomicU8::new(0);

/// How long a run that was stopped at once may take to end in good order: a call in flight is not waited for.
const GRACE: Duration = Duration::from_secs(1);

/// How often a person asked to stop, from now on. The second time the process ends, whatever it waits for.
///
/// # Errors
/// When the system does not let us know.
pub(crate) fn count() -> Result<&'static AtomicU8, CliError> {
    match ctrlc::set_handler(pressed) {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(&PRESSED),
        Err(error) => Err(CliError::failed(format!("Ctrl-C cannot be watched for: {error}"))),
    }
}

fn pressed() {
    // Stays at 255: nobody presses on from there.
    let before = PRESSED.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |times| times.checked_add(1));
    if before.is_ok_and(|times| times > 0) {
        std::thread::sleep(GRACE);
        stop();
    }
}

#[expect(
    clippy::exit,
    reason = "whoever asks twice waits for no reply; what was in flight is looked up by the next run"
)]
fn stop() {
    terminal::message(
        "stopped at once: what was in flight is looked up by the next `apply`, which waits for the lease",
    );
    std::process::exit(i32::from(Exit::Interrupted.number()));
}
