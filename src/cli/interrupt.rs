//! Ctrl-C, counted: once finishes what is in flight, twice stops at once. Installed for `apply` and for what
//! listens; every other command just ends.

use super::error::CliError;
use std::sync::atomic::{AtomicU8, Ordering};

static PRESSED: AtomicU8 = AtomicU8::new(0);

/// How often a person asked to stop, from now on.
///
/// # Errors
/// When the system does not let us know.
pub(crate) fn count() -> Result<&'static AtomicU8, CliError> {
    let told = ctrlc::set_handler(|| {
        // Stays at 255: nobody presses on from there.
        let _ = PRESSED.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |times| times.checked_add(1));
    });
    match told {
        Ok(()) | Err(ctrlc::Error::MultipleHandlers) => Ok(&PRESSED),
        Err(error) => Err(CliError::failed(format!("Ctrl-C cannot be watched for: {error}"))),
    }
}
