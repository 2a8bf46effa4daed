//! On whose account a run is made: actor, commit, ref and change, from `TWOTIER_*` or what the pipeline says of itself.
//! Never proves any of it; the journal keeps what was said.

use super::environment::Environment;
use super::origin::{Origin, Setting};
use smol_str::{SmolStr, format_smolstr};
use std::sync::OnceLock;

/// Who runs it, when nothing says.
const UNKNOWN: &str = "unknown";

/// What a run says of itself.
#[derive(Clone, Debug)]
pub(crate) struct RunBy {
    /// Who runs it: there from the beginning where a variable says so.
    actor: OnceLock<Setting<SmolStr>>,
    /// Who says so where none does.
    author: fn() -> Option<String>,
    /// The commit.
    pub(crate) commit: Option<Setting<SmolStr>>,
    /// The branch or tag.
    pub(crate) reference: Option<Setting<SmolStr>>,
    /// The pull request; of what was merged already the page of the commit, which leads to it.
    pub(crate) change_url: Option<Setting<SmolStr>>,
    /// From where: the page of the job, else the name of the machine.
    pub(crate) place: Option<Setting<SmolStr>>,
}

impl RunBy {
    /// What the variables say; `author` is asked where none says who it is, once, and only by whoever needs it.
    pub(crate) fn from(environment: &Environment, author: fn() -> Option<String>) -> Self {
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
            actor: actor.map_or_else(OnceLock::new, OnceLock::from),
            author,
            commit: first(&["TWOTIER_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION"]),
            reference: first(&["TWOTIER_REF", "GITHUB_REF", "CI_COMMIT_REF_NAME", "BUILD_SOURCEBRANCH"]),
            change_url: first(&["TWOTIER_CHANGE_URL"])
                .or_else(|| pull_request(environment))
                .or_else(|| merged(environment)),
            place: job(environment).or_else(|| first(&["CI_JOB_URL", "HOSTNAME", "COMPUTERNAME"])),
        }
    }
    /// Who runs it; `unknown` when nothing says.
    pub(crate) fn actor(&self) -> &Setting<SmolStr> {
        self.actor.get_or_init(|| {
            let author = (self.author)().map(|author| format_smolstr!("{author} (by git)"));
            Setting::new(author.unwrap_or_else(|| UNKNOWN.into()), Origin::Default)
        })
    }
    /// Whether nothing says who it is.
    pub(crate) fn is_unknown(&self) -> bool {
        self.actor().value == UNKNOWN
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
        let (repository, number) = (nobodys(get("BUILD_REPOSITORY_URI")?), get("SYSTEM_PULLREQUEST_PULLREQUESTID")?);
        Some((format!("{repository}/pullrequest/{number}"), "SYSTEM_PULLREQUEST_PULLREQUESTID"))
    };
    github().or_else(gitlab).or_else(azure).map(|(url, name)| Setting::new(url.into(), Origin::Variable(name)))
}

/// The page of the job that runs, where no variable names it whole.
fn job(environment: &Environment) -> Option<Setting<SmolStr>> {
    let get = |name| environment.get(name);
    let github = || {
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        Some((format!("{server}/{repository}/actions/runs/{}", get("GITHUB_RUN_ID")?), "GITHUB_RUN_ID"))
    };
    let azure = || {
        let (server, project) = (get("SYSTEM_COLLECTIONURI")?, get("SYSTEM_TEAMPROJECT")?);
        let page = format!("{server}{project}/_build/results?buildId={}", get("BUILD_BUILDID")?);
        Some((page, "BUILD_BUILDID"))
    };
    github().or_else(azure).map(|(url, name)| Setting::new(url.into(), Origin::Variable(name)))
}

/// The page of the commit a pipeline runs for: after a merge no variable names the pull request, and that page does.
fn merged(environment: &Environment) -> Option<Setting<SmolStr>> {
    let get = |name| environment.get(name);
    let github = || {
        let (server, repository) = (get("GITHUB_SERVER_URL")?, get("GITHUB_REPOSITORY")?);
        Some((format!("{server}/{repository}/commit/{}", get("GITHUB_SHA")?), "GITHUB_SHA"))
    };
    let gitlab = || Some((format!("{}/-/commit/{}", get("CI_PROJECT_URL")?, get("CI_COMMIT_SHA")?), "CI_COMMIT_SHA"));
    let azure = || {
        let (repository, commit) = (nobodys(get("BUILD_REPOSITORY_URI")?), get("BUILD_SOURCEVERSION")?);
        Some((format!("{repository}/commit/{commit}"), "BUILD_SOURCEVERSION"))
    };
    github().or_else(gitlab).or_else(azure).map(|(url, name)| Setting::new(url.into(), Origin::Variable(name)))
}

/// The address of a repository without whoever it is cloned as: Azure DevOps writes `https://name@dev.azure.com/...`.
fn nobodys(repository: &str) -> String {
    let bare = repository.split_once("://").and_then(|(scheme, rest)| {
        let (user, place) = rest.split_once('@')?;
        (!user.contains('/')).then(|| format!("{scheme}://{place}"))
    });
    bare.unwrap_or_else(|| repository.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &str)]) -> RunBy {
        by(pairs, || None)
    }
    fn by(pairs: &[(&'static str, &str)], author: fn() -> Option<String>) -> RunBy {
        RunBy::from(&Environment::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned()))), author)
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
        assert_eq!(run.actor().value, "ada");
        assert_eq!(run.commit.map(|c| c.value), Some("abc".into()));
        assert_eq!(run.change_url.map(|c| c.value), Some("https://github.com/distri/csp/pull/7".into()));
    }

    #[test]
    fn our_own_variables_outrank_the_pipelines() {
        let run = of(&[("GITHUB_ACTOR", "ada"), ("TWOTIER_ACTOR", "grace"), ("GITHUB_REF", "refs/heads/main")]);
        assert_eq!(*run.actor(), Setting::new("grace".into(), Origin::Variable("TWOTIER_ACTOR")));
        assert_eq!(run.change_url, None);
        assert_eq!(of(&[]).actor().value, "unknown");
    }

    #[test]
    fn where_no_variable_tells_git_does_and_that_is_said() {
        let git = || Some("ann@distri.example".to_owned());
        assert_eq!(by(&[], git).actor().value, "ann@distri.example (by git)");
        assert_eq!(by(&[("USER", "ada")], git).actor().value, "ada");
        assert_eq!(of(&[]).actor().value, "unknown");
    }

    #[test]
    fn a_job_is_named_by_its_page_and_a_machine_by_its_name() {
        let place = |pairs: &[(&'static str, &str)]| of(pairs).place.map(|it| it.value.to_string());
        let github = [
            ("GITHUB_RUN_ID", "17"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "distri/csp"),
            ("HOSTNAME", "runner"),
        ];
        assert_eq!(place(&github).as_deref(), Some("https://github.com/distri/csp/actions/runs/17"));
        let azure = [
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/distri/"),
            ("SYSTEM_TEAMPROJECT", "csp"),
            ("BUILD_BUILDID", "17"),
        ];
        assert_eq!(place(&azure).as_deref(), Some("https://dev.azure.com/distri/csp/_build/results?buildId=17"));
        assert_eq!(place(&[("CI_JOB_URL", "https://gitlab.com/j/1")]).as_deref(), Some("https://gitlab.com/j/1"));
        assert_eq!(place(&[("HOSTNAME", "desk")]).as_deref(), Some("desk"));
        assert_eq!(place(&[]), None);
    }

    #[test]
    fn what_was_merged_is_named_by_the_page_of_its_commit() {
        let change = |pairs: &[(&'static str, &str)]| of(pairs).change_url.map(|it| it.value.to_string());
        let github = [
            ("GITHUB_SHA", "abc"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "distri/csp"),
        ];
        assert_eq!(change(&github).as_deref(), Some("https://github.com/distri/csp/commit/abc"));
        let gitlab = [("CI_PROJECT_URL", "https://gitlab.com/distri/csp"), ("CI_COMMIT_SHA", "abc")];
        assert_eq!(change(&gitlab).as_deref(), Some("https://gitlab.com/distri/csp/-/commit/abc"));
        let repository = ("BUILD_REPOSITORY_URI", "https://distri@dev.azure.com/distri/csp/_git/csp");
        let azure = [repository, ("BUILD_SOURCEVERSION", "abc")];
        assert_eq!(change(&azure).as_deref(), Some("https://dev.azure.com/distri/csp/_git/csp/commit/abc"));
        assert_eq!(change(&[("TWOTIER_COMMIT", "abc")]), None);
    }
}
