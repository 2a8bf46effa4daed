//! A refresh token kept by commands, such as a vault's: one prints it, one stores what it reads from stdin. The token goes
//! through pipes only, never through arguments or the environment.

use crate::backend::partner_center::auth::{Keep, KeepError, Kept};
use crate::model::Secret;
use smol_str::{SmolStr, format_smolstr};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Commands of the shell.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    /// Prints the token.
    pub(crate) read: String,
    /// Stores it.
    pub(crate) write: Option<String>,
}

impl Keep for Vault {
    fn read(&self) -> Result<Option<Kept>, KeepError> {
        let done = shell(&self.read).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let done = done.map_err(|error| failed("read", &error))?;
        if !done.status.success() {
            return Err(KeepError::Failed(format_smolstr!("the command of `token.read` failed ({})", done.status)));
        }
        let text = String::from_utf8(done.stdout)
            .map_err(|_| KeepError::Failed("what the command of `token.read` prints is not text".into()))?;
        Kept::parse(&Secret::new(text))
    }
    fn write(&self, kept: &Kept) -> Result<(), KeepError> {
        let Some(command) = &self.write else {
            return Err(KeepError::ReadOnly("`token` has no `write` command".into()));
        };
        let child = shell(command).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        let mut child = child.map_err(|error| failed("write", &error))?;
        let given = child.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(kept.text().expose().as_bytes()));
        let status = child.wait().map_err(|error| failed("write", &error))?;
        match given {
            Ok(()) if status.success() => Ok(()),
            Ok(()) => Err(KeepError::Failed(format_smolstr!("the command of `token.write` failed ({status})"))),
            Err(error) => Err(failed("write", &error)),
        }
    }
    fn place(&self) -> SmolStr {
        "the commands of `center.token`".into()
    }
}

fn shell(command: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.arg(flag).arg(command);
    shell
}

fn failed(which: &str, error: &std::io::Error) -> KeepError {
    KeepError::Failed(format_smolstr!("the command of `token.{which}` cannot be run: {error}"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn commands_keep_the_token_by_pipes() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("token");
        let vault = Vault {
            read: format!("cat {} 2>/dev/null || true", place.display()),
            write: Some(format!("cat > {}", place.display())),
        };
        assert_eq!(vault.read(), Ok(None));
        let kept = Kept { token: Secret::new("r1".into()), issued: None, tenant: None, user: None };
        vault.write(&kept).expect("written");
        assert_eq!(vault.read(), Ok(Some(kept.clone())));
        let broken = Vault { read: "exit 3".into(), write: None };
        assert!(matches!(broken.read(), Err(KeepError::Failed(words)) if words.contains("exit status: 3")));
        assert!(matches!(broken.write(&kept), Err(KeepError::ReadOnly(_))));
    }
}
