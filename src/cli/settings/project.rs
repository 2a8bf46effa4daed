//! The project file `twotier.yaml`: found upwards, read strictly. Never applies a default or a flag.

use super::center::CenterFile;
use crate::diag::{Code, Severity, nearest};
use crate::manifest::{PROJECT_FILE, leads_out};
use crate::policy::lint::{self, LINTS};
use serde_yaml::{Mapping, Value};
use std::path::{Component, Path, PathBuf};

const KEYS: [&str; 6] = ["manifests", "center", "state", "format", "refresh", "lint"];

/// What the project file says; nothing where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProjectFile {
    /// Files or folders, relative to the file's folder.
    pub(crate) manifests: Option<Vec<PathBuf>>,
    /// Where the tenant is, and how to sign in.
    pub(crate) center: CenterFile,
    /// A folder, relative to the file's folder.
    pub(crate) state: Option<PathBuf>,
    /// An output format.
    pub(crate) format: Option<String>,
    /// How much is read anew.
    pub(crate) refresh: Option<String>,
    /// Rules of `lint`.
    pub(crate) lint: lint::Settings,
}

/// What is wrong with the project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectFault {
    /// Which file.
    pub(crate) path: PathBuf,
    /// Which line, from 1, when it is known.
    pub(crate) line: Option<usize>,
    /// What.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) help: Option<String>,
}
impl ProjectFault {
    /// `path:line: message [TT0011]`.
    pub(crate) fn show(&self) -> String {
        let Self { path, line, message, help: _ } = self;
        let place = line.map_or_else(String::new, |line| format!(":{line}"));
        format!("{}{place}: {message} [{}]", path.display(), Code::ProjectFile)
    }
}

/// The nearest folder from `start` upwards that holds a project file.
pub(crate) fn find(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|candidate| candidate.is_file())
}

/// The folder `root` within the git repository around it, `/` between; empty at its top, and where there is none.
pub(crate) fn in_repository(root: &Path) -> String {
    let top = root.ancestors().find(|folder| folder.join(".git").exists());
    let within = top.and_then(|top| root.strip_prefix(top).ok()).unwrap_or(Path::new(""));
    let parts: Vec<_> = within.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Reads a project file.
///
/// # Errors
/// The first thing wrong with it.
#[expect(clippy::disallowed_methods, reason = "an edge: the project file is a setting")]
pub(crate) fn read(path: &Path) -> Result<ProjectFile, ProjectFault> {
    let fault = |message: String| ProjectFault { path: path.to_owned(), line: None, message, help: None };
    if path.parent().is_some_and(|root| leads_out(root, path)) {
        return Err(fault("the project file is a link that leads out of its folder, so it is not read".to_owned()));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| fault(format!("the project file cannot be read: {error}")))?;
    parse(path, &text)
}

/// Reads the text of a project file.
///
/// # Errors
/// The first thing wrong with it.
pub(crate) fn parse(path: &Path, text: &str) -> Result<ProjectFile, ProjectFault> {
    let faults = Faults { path, text };
    let value: Value = serde_yaml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| ProjectFault {
        path: path.to_owned(),
        line: error.location().map(|place| place.line()),
        message: error.to_string(),
        help: None,
    })?;
    let map = match &value {
        Value::Null => return Ok(ProjectFile::default()),
        Value::Mapping(map) => map,
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Sequence(_) | Value::Tagged(_) => {
            return Err(faults.at("", "the project file is not a mapping of keys and values"));
        }
    };
    faults.only(map, &KEYS)?;
    Ok(ProjectFile {
        manifests: map.get("manifests").map(|value| faults.paths("manifests", value)).transpose()?,
        center: map.get("center").map(|value| faults.center(value)).transpose()?.unwrap_or_default(),
        state: map.get("state").map(|value| faults.text("state", value).map(PathBuf::from)).transpose()?,
        format: map.get("format").map(|value| faults.text("format", value)).transpose()?,
        refresh: map.get("refresh").map(|value| faults.text("refresh", value)).transpose()?,
        lint: map.get("lint").map(|value| faults.lint(value)).transpose()?.unwrap_or_default(),
    })
}

/// Makes faults with their line.
pub(super) struct Faults<'a> {
    path: &'a Path,
    text: &'a str,
}
impl Faults<'_> {
    pub(super) fn at(&self, key: &str, message: impl Into<String>) -> ProjectFault {
        ProjectFault { path: self.path.to_owned(), line: self.line_of(key), message: message.into(), help: None }
    }
    /// The first line whose text begins with the key.
    fn line_of(&self, key: &str) -> Option<usize> {
        let starts = |line: &str| line.trim_start_matches(['\u{feff}', ' ', '{', '"', '\'']).starts_with(key);
        if key.is_empty() { None } else { self.text.lines().position(starts).map(|index| index + 1) }
    }
    pub(super) fn only(&self, map: &Mapping, known: &[&str]) -> Result<(), ProjectFault> {
        for key in map.keys() {
            let Some(key) = key.as_str() else {
                return Err(self.at("", format!("a key is not text; the known keys are {}", listed(known))));
            };
            if !known.contains(&key) {
                let mut fault = self.at(key, format!("unknown key `{key}`; the known keys are {}", listed(known)));
                fault.help = nearest(key, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                return Err(fault);
            }
        }
        Ok(())
    }
    pub(super) fn text(&self, key: &str, value: &Value) -> Result<String, ProjectFault> {
        match value.as_str() {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            Some(_) | None => Err(self.at(key, format!("`{key}` is a text, and not an empty one"))),
        }
    }
    fn paths(&self, key: &str, value: &Value) -> Result<Vec<PathBuf>, ProjectFault> {
        let fault = || self.at(key, format!("`{key}` is a list of files or folders, such as `[manifests]`"));
        let items = value.as_sequence().ok_or_else(fault)?;
        let path = |item: &Value| item.as_str().filter(|text| !text.is_empty()).map(PathBuf::from).ok_or_else(fault);
        let paths = items.iter().map(path).collect::<Result<Vec<_>, _>>()?;
        let inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        match paths.iter().find(|path| !path.components().all(inside)) {
            None => Ok(paths),
            Some(path) => {
                let message = format!("`{}` leads out of the folder of the project file", path.display());
                let help = "put the manifests in it, or name other places with TWOTIER_MANIFESTS".to_owned();
                Err(ProjectFault { help: Some(help), ..self.at(key, message) })
            }
        }
    }
}

impl Faults<'_> {
    fn lint(&self, value: &Value) -> Result<lint::Settings, ProjectFault> {
        let map = value
            .as_mapping()
            .ok_or_else(|| self.at("lint", "`lint` is a mapping of rules, such as `TT0452: {severity: off}`"))?;
        map.iter().map(|(code, value)| self.rule(code, value)).collect()
    }
    fn rule(&self, code: &Value, value: &Value) -> Result<(Code, lint::Setting), ProjectFault> {
        let text = code.as_str().unwrap_or_default();
        let rule = LINTS.iter().find(|rule| text.parse() == Ok(rule.code)).ok_or_else(|| {
            let known: Vec<String> = LINTS.iter().map(|rule| rule.code.to_string()).collect();
            self.at(text, format!("`{text}` is no rule of `lint`; the rules are {}", known.join(", ")))
        })?;
        let map = value
            .as_mapping()
            .ok_or_else(|| self.at(text, format!("`{text}` is a mapping of `severity` and `except`")))?;
        self.only(map, &["severity", "except"])?;
        let severity = map.get("severity").map(|value| self.level(value)).transpose()?;
        let list =
            map.get("except").map(|value| value.as_sequence().ok_or_else(|| self.at("except", "`except` is a list")));
        let except =
            list.transpose()?.into_iter().flatten().map(|item| self.exception(item)).collect::<Result<_, _>>()?;
        Ok((rule.code, lint::Setting { severity, except }))
    }
    fn level(&self, value: &Value) -> Result<lint::Level, ProjectFault> {
        match value.as_str() {
            Some("off") => Ok(lint::Level::Off),
            Some("note") => Ok(lint::Level::At(Severity::Note)),
            Some("warning") => Ok(lint::Level::At(Severity::Warning)),
            Some("error") => Ok(lint::Level::At(Severity::Error)),
            Some(_) | None => Err(self.at("severity", "`severity` is one of `off`, `note`, `warning`, `error`")),
        }
    }
    fn exception(&self, value: &Value) -> Result<lint::Exception, ProjectFault> {
        let shape = "an exception is `{address: subscription/contoso/m365, reason: ..., expires: \"2026-12-31\"}`";
        let map = value.as_mapping().ok_or_else(|| self.at("except", shape))?;
        self.only(map, &["address", "reason", "expires"])?;
        let text = |key: &str| {
            map.get(key)
                .and_then(Value::as_str)
                .filter(|text| !text.is_empty())
                .ok_or_else(|| self.at("except", format!("{shape}; `{key}` is missing")))
        };
        let address =
            text("address")?.parse().map_err(|error: crate::model::id::BadId| self.at("except", error.to_string()))?;
        let expires = text("expires")?
            .parse()
            .map_err(|error: crate::model::time::BadTime| self.at("except", error.to_string()))?;
        Ok(lint::Exception { address, reason: text("reason")?.into(), expires })
    }
}

fn listed(known: &[&str]) -> String {
    known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<ProjectFile, ProjectFault> {
        parse(Path::new("twotier.yaml"), text)
    }

    #[test]
    fn an_empty_project_file_says_nothing() {
        assert_eq!(parsed(""), Ok(ProjectFile::default()));
        assert_eq!(parsed("# only a comment\n"), Ok(ProjectFile::default()));
    }

    #[test]
    fn every_key_is_read() {
        let file = parsed("manifests: [a, b.yaml]\ncenter: embedded:tenant.jsonl\nstate: s\nformat: json\n");
        let file = file.expect("a good project file");
        assert_eq!(file.manifests, Some(vec![PathBuf::from("a"), PathBuf::from("b.yaml")]));
        assert_eq!(file.center.url.as_deref(), Some("embedded:tenant.jsonl"));
        assert_eq!(file.state, Some(PathBuf::from("s")));
        assert_eq!(file.format.as_deref(), Some("json"));
    }

    #[test]
    fn manifests_lie_in_the_folder_of_the_project_file() {
        assert!(parsed("manifests: [., ./a, a/b.yaml]\n").is_ok());
        for outside in ["..", "../x", "a/../../x", "/etc/x"] {
            let fault = parsed(&format!("center: embedded:t\nmanifests: [a, {outside}]\n")).expect_err(outside);
            assert_eq!(fault.line, Some(2));
            assert!(fault.message.contains(&format!("`{outside}` leads out")), "{}", fault.message);
        }
    }

    #[test]
    fn rules_of_lint_have_severities_and_exceptions() {
        let file = parsed(
            "lint:\n  TT0452: {severity: off}\n  TT0325: {except: [{address: customer/contoso, reason: x, expires: \"2026-05-31\"}]}\n",
        );
        let lint = file.expect("good").lint;
        assert_eq!(lint[&Code::ExtendedTerm].severity, Some(lint::Level::Off));
        assert_eq!(lint[&Code::ResellerNotAssociated].except.len(), 1);
        for (bad, line) in [
            ("lint: [TT0452]\n", 1),
            ("lint:\n  TT0001: {}\n", 2),
            ("lint:\n  TT0452: {severity: loud}\n", 2),
            ("lint:\n  TT0452:\n    except: [{address: customer/contoso, reason: x}]\n", 3),
        ] {
            let fault = parsed(bad).expect_err(bad);
            assert!(fault.line.is_none_or(|found| found == line), "{bad} {fault:?}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_and_its_line() {
        let fault = parsed("center: embedded:t\nmanifest: [a]\n").expect_err("unknown key");
        assert_eq!(fault.line, Some(2));
        assert_eq!(fault.help.as_deref(), Some("did you mean `manifests`?"));
        assert!(fault.show().starts_with("twotier.yaml:2: unknown key `manifest`"), "{}", fault.show());
        assert!(fault.show().ends_with("[TT0011]"));
    }

    #[test]
    fn wrong_shapes_and_syntax_are_refused_with_their_line() {
        for (text, line) in [
            ("manifests: manifests\n", Some(1)),
            ("a: [\n", Some(2)),
            ("center: embedded:t\nstate: 3\n", Some(2)),
            ("center:\n  uri: x\n", Some(2)),
            ("state: a\nstate: b\n", None),
            ("- a\n", None),
        ] {
            let fault = parsed(text).expect_err(text);
            if line.is_some() {
                assert_eq!(fault.line, line, "{text} {}", fault.message);
            }
        }
    }
}
