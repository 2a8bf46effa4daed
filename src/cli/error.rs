//! Why a command ended without doing its work, and the exit code that says so. Never holds findings: those are data of
//! the command and are printed by it.

use std::process::ExitCode;

/// Every exit code of the tool, by what it tells a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// 0: done, or nothing to do.
    Done,
    /// 1: the journal cannot be written, or an internal fault.
    Failed,
    /// 2: `plan --detailed-exitcode`: an API or ledger step is ready; `drift --detailed-exitcode`: something drifted.
    Changes,
    /// 3: the manifests (or the project file) are not valid; no plan.
    Invalid,
    /// 4: every approved step is stale or blocked.
    Stale,
    /// 5: a limit needs an acknowledgement.
    Limit,
    /// 6: sign-in failed, or the signed-in user lacks a role.
    SignIn,
    /// 7: `plan --detailed-exitcode`: only people or time can move on, or all is blocked.
    Waiting,
    /// 8: a step of the run failed, is blocked since, stale, unapproved or unknown.
    StepFailed,
    /// 9: another run holds the lease.
    Locked,
    /// 64: the command line makes no sense.
    Usage,
    /// 130: interrupted.
    Interrupted,
}
impl Exit {
    /// The number.
    #[must_use]
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Invalid => 3,
            Self::Stale => 4,
            Self::Limit => 5,
            Self::SignIn => 6,
            Self::Waiting => 7,
            Self::StepFailed => 8,
            Self::Locked => 9,
            Self::Usage => 64,
            Self::Interrupted => 130,
        }
    }
}
impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// Why a command stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CliError {
    /// Which exit code.
    pub(crate) exit: Exit,
    /// What happened, lower case, values in backticks.
    pub(crate) message: String,
    /// How to go on, one sentence each.
    pub(crate) hints: Vec<String>,
}

impl CliError {
    /// Stops with this code.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }
    /// The command line makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }
    /// Something that should work did not.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }
    /// With how to go on.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// An error and its causes in one line: `what: why: why`.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_the_documented_numbers() {
        let all = [
            (Exit::Done, 0),
            (Exit::Failed, 1),
            (Exit::Changes, 2),
            (Exit::Invalid, 3),
            (Exit::Stale, 4),
            (Exit::Limit, 5),
            (Exit::SignIn, 6),
            (Exit::Waiting, 7),
            (Exit::StepFailed, 8),
            (Exit::Locked, 9),
            (Exit::Usage, 64),
            (Exit::Interrupted, 130),
        ];
        for (exit, number) in all {
            assert_eq!(exit.number(), number, "{exit:?}");
        }
    }

    #[test]
    fn causes_follow_what_happened() {
        #[derive(Debug, thiserror::Error)]
        #[error("`state` could not be opened")]
        struct Outer(#[source] std::io::Error);
        let error = Outer(std::io::Error::other("disk full"));
        assert_eq!(chain(&error), "`state` could not be opened: disk full");
    }
}
