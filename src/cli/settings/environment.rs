//! The one place that reads environment variables: those the tool knows, once, at the start, and what git knows of who works here. Never reads one later.

use std::collections::BTreeMap;

/// Every variable the tool looks at.
const KNOWN: &[&str] = &[
    "TWOTIER_CENTER",
    "TWOTIER_STATE",
    "TWOTIER_FORMAT",
    "TWOTIER_REFRESH",
    "TWOTIER_MANIFESTS",
    "TWOTIER_COLOR",
    "TWOTIER_ACTOR",
    "TWOTIER_COMMIT",
    "TWOTIER_REF",
    "TWOTIER_CHANGE_URL",
    "TWOTIER_TENANT",
    "TWOTIER_ROLES",
    "TWOTIER_CLIENT_ID",
    "TWOTIER_CLIENT_SECRET",
    "TWOTIER_CLIENT_CERTIFICATE",
    "TWOTIER_REFRESH_TOKEN",
    "TWOTIER_ID_TOKEN",
    "TWOTIER_CENTER_ALLOW",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "XDG_CONFIG_HOME",
    "APPDATA",
    "HOME",
    "NO_COLOR",
    "TERM",
    "GITHUB_ACTOR",
    "GITHUB_SHA",
    "GITHUB_REF",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITLAB_USER_LOGIN",
    "CI_COMMIT_SHA",
    "CI_COMMIT_REF_NAME",
    "CI_PROJECT_URL",
    "CI_MERGE_REQUEST_PROJECT_URL",
    "CI_MERGE_REQUEST_IID",
    "BUILD_REQUESTEDFOR",
    "BUILD_SOURCEVERSION",
    "BUILD_SOURCEBRANCH",
    "BUILD_REPOSITORY_URI",
    "SYSTEM_PULLREQUEST_PULLREQUESTID",
    "GITHUB_RUN_ID",
    "CI_JOB_URL",
    "SYSTEM_COLLECTIONURI",
    "SYSTEM_TEAMPROJECT",
    "BUILD_BUILDID",
    "HOSTNAME",
    "COMPUTERNAME",
    "USER",
    "LOGNAME",
    "USERNAME",
];

/// The known variables that are set and not empty. Some are secrets, so it is never printed.
#[derive(Clone, Default)]
pub(crate) struct Environment(BTreeMap<&'static str, String>);

impl Environment {
    /// Of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment, and the machine's name"
    )]
    pub(crate) fn of_process() -> Self {
        let value = |name: &&'static str| std::env::var(name).ok().map(|value| (*name, value));
        // Shells know the name of the machine and seldom pass it on.
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let machine = machine.map(|name| ("HOSTNAME", name.trim().to_owned()));
        Self::of(machine.into_iter().chain(KNOWN.iter().filter_map(value)))
    }
    /// Of pairs, for tests of what follows from them.
    pub(crate) fn of(pairs: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
    /// A variable, if it is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        debug_assert!(KNOWN.contains(&name), "{name} is asked for and never read: it is missing in `KNOWN`");
        self.0.get(name).map(String::as_str)
    }
}

/// Who commits here, as git was told.
pub(crate) fn git_author() -> Option<String> {
    let out = std::process::Command::new("git").args(["config", "user.email"]).output().ok()?;
    let email = String::from_utf8(out.stdout).ok()?.trim().to_owned();
    (out.status.success() && !email.is_empty()).then_some(email)
}

/// What `COLUMNS` says, for a terminal that does not tell its width.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub(crate) fn columns() -> Option<u16> {
    std::env::var("COLUMNS").ok()?.parse().ok().filter(|columns| *columns > 0)
}
