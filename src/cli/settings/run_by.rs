//! On whose account a run is made: actor, commit, ref and change, from `TWOTIER_*` or what the pipeline says of itself.
//! Never proves any of it; the journal keeps what was said.

use super::environment::Environment;
use super::origin::{Origin, Setting};
use smol_str::SmolStr;

/// What a run says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunBy {
    /// Who runs it; `unknown` when nothing says.
    pub(crate) actor: Setting<SmolStr>,
    /// The commit.
    pub(crate) commit: Option<Setting<SmolStr>>,
    /// The branch or tag.
    pub(crate) reference: Option<Setting<SmolStr>>,
    /// The pull request.
    pub(crate) change_url: Option<Setting<SmolStr>>,
}

impl RunBy {
    /// What the variables say.
    pub(crate) fn from(environment: &Environment) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| {
                environment.get(name).map(|value| Setting::new(SmolStr::new(value), Origin::Variable(name)))
            })
        };
        let actor = first(&[
            "TWOTIER_ACTOR",
            "GITHUB_ACTOR",
            "GITLAB_USER_LOGIN",
            "BUILD_REQUESTEDFOR",
            "USER",
            "LOGNAME",
            "USERNAME",
        ]);
        Self {
            actor: actor.unwrap_or_else(|| Setting::new("unknown".into(), Origin::Default)),
            commit: first(&["TWOTIER_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION"]),
            reference: first(&["TWOTIER_REF", "GITHUB_REF", "CI_COMMIT_REF_NAME", "BUILD_SOURCEBRANCH"]),
            change_url: first(&["TWOTIER_CHANGE_URL"]).or_else(|| pull_request(environment)),
        }
    }
}

/// The pull request a pipeline runs for, where it says so.
fn pull_request(environment: &Environment) -> Option<Setting<SmolStr>> {
    let get = |name| environment.get(name);
    let github = || {
        let number = get("GITHUB_REF")?.strip_prefix("refs/pull/")?.split('/').next()?;
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        Some((format!("{server}/{repository}/pull/{number}"), "GITHUB_REF"))
    };
    let gitlab = || {
        let (project, number) = (get("CI_MERGE_REQUEST_PROJECT_URL")?, get("CI_MERGE_REQUEST_IID")?);
        Some((format!("{project}/-/merge_requests/{number}"), "CI_MERGE_REQUEST_IID"))
    };
    let azure = || {
        let (repository, number) = (get("BUILD_REPOSITORY_URI")?, get("SYSTEM_PULLREQUEST_PULLREQUESTID")?);
        Some((format!("{repository}/pullrequest/{number}"), "SYSTEM_PULLREQUEST_PULLREQUESTID"))
    };
    github().or_else(gitlab).or_else(azure).map(|(url, name)| Setting::new(url.into(), Origin::Variable(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)]) -> RunBy {
        RunBy::from(&Environment::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned()))))
    }

    #[test]
    fn a_pipeline_says_who_and_why() {
        let run = of(&[
            ("GITHUB_ACTOR", "ada"),
            ("GITHUB_SHA", "abc"),
            ("GITHUB_REF", "refs/pull/7/merge"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "distri/csp"),
            ("USER", "runner"),
        ]);
        assert_eq!(run.actor.value, "ada");
        assert_eq!(run.commit.map(|c| c.value), Some("abc".into()));
        assert_eq!(run.change_url.map(|c| c.value), Some("https://github.com/distri/csp/pull/7".into()));
    }

    #[test]
    fn our_own_variables_outrank_the_pipelines() {
        let run = of(&[("GITHUB_ACTOR", "ada"), ("TWOTIER_ACTOR", "grace"), ("GITHUB_REF", "refs/heads/main")]);
        assert_eq!(run.actor, Setting::new("grace".into(), Origin::Variable("TWOTIER_ACTOR")));
        assert_eq!(run.change_url, None);
        assert_eq!(of(&[]).actor.value, "unknown");
    }
}
