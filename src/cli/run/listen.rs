//! `simulate --listen`: the simulated tenant as a service, until Ctrl-C. Builds the world; answers nothing itself.

use super::{CliError, Exit, Scene};
use crate::backend::simulated::http::{self, Address, Limits, Listener, Living, LivingError, Script, World};
use crate::cli::args::ListenArgs;
use crate::cli::{doors, error, interrupt, terminal};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often it looks whether somebody wants it to end.
const GLANCE: Duration = Duration::from_millis(50);

/// Listens until somebody presses Ctrl-C.
pub(super) fn listen(scene: &Scene<'_>, address: Address, args: &ListenArgs) -> Result<Exit, CliError> {
    let ListenArgs { listen: _, tenant, living, faults, sign_in, rate, log } = args;
    let seed = match tenant {
        Some(path) => path.as_path(),
        None => doors::embedded(scene.settings)?,
    };
    let (living, tenant) = match living {
        Some(path) => Living::open(path, seed).map(|(living, tenant)| (Some(living), tenant)),
        None => http::read(seed).map(|tenant| (None, tenant)),
    }
    .map_err(|fault: LivingError| CliError::failed(error::chain(&fault)))?;
    let mut world = World::new(tenant).with_limits(Limits { partner: *rate, customer: *rate, ..Limits::default() });
    if let Some(path) = faults {
        world.set_faults(script(path)?);
    }
    if let Some(path) = sign_in {
        keep(path, &world.anybodys_refresh_token())?;
    }
    let log = *log;
    let told = move |line: &str| {
        if log {
            terminal::message(line);
        }
    };
    let pressed = interrupt::count()?;
    let listener = Listener::open(address, world, living, Box::new(told)).map_err(|fault| refused(&fault))?;
    scene.terminal.data(&format!("listening on {}\n", listener.url()))?;
    while pressed.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(GLANCE);
    }
    drop(listener);
    Ok(Exit::Done)
}

fn refused(fault: &http::ListenError) -> CliError {
    let words = error::chain(fault);
    match fault {
        http::ListenError::NotLoopback(_) => CliError::usage(words).hint("`127.0.0.1:0` picks a free port"),
        http::ListenError::Bind { .. } => CliError::failed(words).hint("`127.0.0.1:0` picks a free port"),
    }
}

/// Keeps a refresh token, for its owner alone.
fn keep(path: &Path, token: &str) -> Result<(), CliError> {
    let failed = |error: &dyn std::fmt::Display| {
        CliError::failed(format!("the sign-in cannot be kept in `{}`: {error}", path.display()))
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| failed(&error))?;
    file.write_all(token.as_bytes()).map_err(|error| failed(&error))
}

#[expect(clippy::disallowed_methods, reason = "an edge: the script is a setting of this command")]
fn script(path: &Path) -> Result<Script, CliError> {
    let wrong = |why: String| CliError::usage(format!("the faults in `{}` cannot be read: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    // Through a value, because a script names its faults as JSON does.
    let value: serde_json::Value = serde_yaml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let hint = "a fault that takes no value is a word, `fault: closeAfter`; `twotier simulate --help` lists them";
    serde_json::from_value(value).map_err(|error| wrong(error.to_string()).hint(hint))
}
