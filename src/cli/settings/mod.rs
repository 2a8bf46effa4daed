//! What the command line, the environment and the project file mean together: flag, then `TWOTIER_*`, then project
//! file, then default, each value with its origin. The only place that reads the environment; never opens a manifest.

mod center;
mod environment;
mod origin;
mod project;
mod run_by;
mod sign_in;

#[cfg(feature = "rest")]
pub(crate) use center::Endpoint;
pub(crate) use center::{CloudName, named};
pub(crate) use environment::{Environment, columns};
pub(crate) use origin::{Origin, Setting};
pub(crate) use project::{ProjectFault, in_repository};
pub(crate) use run_by::RunBy;
pub(crate) use sign_in::{Kept, Proven, SignIn, Way};

use super::args::{ColorChoice, Globals, OutputFormat, RefreshChoice};
use super::error::{CliError, Exit};
use crate::manifest::leads_out;
use crate::ops::project::{MANIFESTS, STATE};
use crate::ops::roles::Roles;
use crate::plan::role::Held;
use crate::policy::lint;
use clap::ValueEnum;
use project::ProjectFile;
use sign_in::Said;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Center {
    /// The simulated tenant in this process, seeded from a file.
    Embedded(PathBuf),
    /// A service behind a URL.
    Url(String),
}
impl std::fmt::Display for Center {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Embedded(path) => write!(f, "embedded:{}", path.display()),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// Everything a command needs to know before it begins.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The folder that relative places in findings start from: the project file's, else the working directory.
    pub(crate) root: PathBuf,
    /// The project file, if one was found.
    pub(crate) project_file: Option<PathBuf>,
    /// Files and folders of manifests, relative to `root` or absolute.
    pub(crate) manifests: Setting<Vec<PathBuf>>,
    /// Who is asked, if anybody is named.
    pub(crate) center: Option<Setting<Center>>,
    /// What the signed-in user may do, as far as it is declared.
    pub(crate) roles: Option<Setting<BTreeSet<Held>>>,
    /// How to sign in to a service.
    pub(crate) sign_in: SignIn,
    /// Where journal, sealed passwords and the living copy of an embedded tenant lie.
    pub(crate) state: Setting<PathBuf>,
    /// How data is printed.
    pub(crate) format: Setting<OutputFormat>,
    /// Whether output is colored.
    pub(crate) color: Setting<ColorChoice>,
    /// How much is read anew, unless a flag says otherwise.
    pub(crate) refresh: Setting<RefreshChoice>,
    /// What the project file says about rules of `lint`.
    pub(crate) lint: lint::Settings,
    /// On whose account a run is made.
    pub(crate) run_by: RunBy,
}

impl Settings {
    /// The settings of a command started in `folder`, an absolute path.
    ///
    /// # Errors
    /// When the project file is not right, or a value is none of the known ones.
    pub(crate) fn gather(folder: &Path, globals: &Globals, environment: &Environment) -> Result<Self, CliError> {
        let found = project::find(folder);
        let file = match &found {
            Some(path) => project::read(path).map_err(|fault| project_error(&fault))?,
            None => ProjectFile::default(),
        };
        Self::of((folder, found), file, globals, environment)
    }
    /// The settings of a command that needs no project, whatever a project file there says.
    ///
    /// # Errors
    /// When a value is none of the known ones.
    pub(crate) fn of_no_project(folder: &Path, globals: &Globals, environment: &Environment) -> Result<Self, CliError> {
        Self::of((folder, None), ProjectFile::default(), globals, environment)
    }
    fn of(
        (folder, found): (&Path, Option<PathBuf>),
        file: ProjectFile,
        globals: &Globals,
        environment: &Environment,
    ) -> Result<Self, CliError> {
        let lint = file.lint.clone();
        let root = found.as_deref().and_then(Path::parent).unwrap_or(folder).to_owned();
        let said = Said { environment, file: &file.center, place: found.as_deref(), root: &root, folder };
        let sign_in = SignIn::gather(said)?;
        let sources = Sources { folder, root: &root, globals, environment, found: found.as_deref(), file };
        Ok(Self {
            manifests: sources.manifests(),
            center: sources.center()?,
            roles: sources.roles()?,
            sign_in,
            state: sources.state(),
            format: sources.format()?,
            color: sources.color()?,
            refresh: sources.refresh()?,
            lint,
            run_by: RunBy::from(environment, environment::git_author),
            project_file: found.clone(),
            root,
        })
    }
}

impl Settings {
    /// What the signed-in user may do, as far as it is declared.
    pub(crate) fn roles(&self) -> Roles {
        self.roles.as_ref().map(|roles| roles.value.clone())
    }
}

fn project_error(fault: &ProjectFault) -> CliError {
    let error = CliError::new(Exit::Invalid, fault.show());
    match &fault.help {
        Some(help) => error.hint(help.clone()),
        None => error,
    }
}

/// Everything a setting may come from.
struct Sources<'a> {
    folder: &'a Path,
    root: &'a Path,
    globals: &'a Globals,
    environment: &'a Environment,
    found: Option<&'a Path>,
    file: ProjectFile,
}

impl Sources<'_> {
    /// The first of flag, variable and project file that says something, each with its origin.
    fn text(&self, flag: Written<'_>, variable: &'static str, in_file: Option<&str>) -> Option<Setting<String>> {
        let Written { name, value } = flag;
        let by_flag = value.map(|value| Setting::new(value.to_owned(), Origin::Flag(name)));
        let by_variable =
            || self.environment.get(variable).map(|value| Setting::new(value.to_owned(), Origin::Variable(variable)));
        by_flag.or_else(by_variable).or_else(|| {
            in_file
                .zip(self.found)
                .map(|(value, path)| Setting::new(value.to_owned(), Origin::ProjectFile(path.into())))
        })
    }
    /// Relative paths of the project file start from its folder, all others from where the command was started.
    fn base(&self, origin: &Origin) -> &Path {
        match origin {
            Origin::ProjectFile(_) | Origin::Manifest(_) | Origin::Default => self.root,
            Origin::Flag(_) | Origin::Variable(_) => self.folder,
        }
    }
    fn manifests(&self) -> Setting<Vec<PathBuf>> {
        if let Some(list) = self.environment.get("TWOTIER_MANIFESTS") {
            let paths = std::env::split_paths(list).map(|path| self.folder.join(path)).collect();
            return Setting::new(paths, Origin::Variable("TWOTIER_MANIFESTS"));
        }
        match (&self.file.manifests, self.found) {
            (Some(paths), Some(path)) => Setting::new(paths.clone(), Origin::ProjectFile(path.to_owned())),
            (Some(_) | None, _) => Setting::new(vec![PathBuf::from(MANIFESTS)], Origin::Default),
        }
    }
    fn center(&self) -> Result<Option<Setting<Center>>, CliError> {
        let flag = Written { name: "--center", value: self.globals.center.as_deref() };
        let Some(written) = self.text(flag, "TWOTIER_CENTER", self.file.center.url.as_deref()) else { return Ok(None) };
        let center = center(&written.value, self.base(&written.origin))
            .map_err(|error| error.hint(format!("it comes from {}", written.origin)))?;
        // What a project file names is as foreign as the file itself; what is wrong with a tenant shows what it holds.
        if let (Center::Embedded(file), Origin::ProjectFile(place)) = (&center, &written.origin)
            && leads_out(self.root, file)
        {
            let message = format!("`center: {}` leads out of the folder of {}", written.value, place.display());
            return Err(CliError::new(Exit::Invalid, message).hint("name it with `--center` or TWOTIER_CENTER"));
        }
        Ok(Some(Setting::new(center, written.origin)))
    }
    fn roles(&self) -> Result<Option<Setting<BTreeSet<Held>>>, CliError> {
        let Some(list) = self.environment.get("TWOTIER_ROLES") else {
            let roles = self.file.center.roles.clone().zip(self.found);
            return Ok(roles.map(|(roles, path)| Setting::new(roles, Origin::ProjectFile(path.into()))));
        };
        let role = |text: &str| {
            text.trim().parse().map_err(|()| {
                let known = Held::ALL.iter().map(|role| format!("`{}`", role.key())).collect::<Vec<_>>().join(", ");
                CliError::usage(format!("`{text}` from TWOTIER_ROLES is none of {known}"))
            })
        };
        let roles = list.split(',').map(role).collect::<Result<_, _>>()?;
        Ok(Some(Setting::new(roles, Origin::Variable("TWOTIER_ROLES"))))
    }
    fn state(&self) -> Setting<PathBuf> {
        let from_flag = self.globals.state.as_deref().and_then(Path::to_str);
        let flag = Written { name: "--state", value: from_flag };
        let in_file = self.file.state.as_deref().and_then(Path::to_str);
        match self.text(flag, "TWOTIER_STATE", in_file) {
            Some(written) => Setting::new(self.base(&written.origin).join(&written.value), written.origin),
            None => Setting::new(self.root.join(STATE), Origin::Default),
        }
    }
    fn format(&self) -> Result<Setting<OutputFormat>, CliError> {
        if let Some(format) = self.globals.format {
            return Ok(Setting::new(format, Origin::Flag("--format")));
        }
        let none = Written { name: "--format", value: None };
        match self.text(none, "TWOTIER_FORMAT", self.file.format.as_deref()) {
            Some(written) => one_of(&written),
            None => Ok(Setting::new(OutputFormat::Text, Origin::Default)),
        }
    }
    /// A service is asked for what may have changed; a tenant in a file costs nothing to read.
    fn refresh(&self) -> Result<Setting<RefreshChoice>, CliError> {
        let none = Written { name: "--refresh", value: None };
        if let Some(written) = self.text(none, "TWOTIER_REFRESH", self.file.refresh.as_deref()) {
            return one_of(&written);
        }
        let center = self.center()?.map(|center| center.value);
        let choice = if let Some(Center::Url(_)) = center { RefreshChoice::Changed } else { RefreshChoice::Full };
        Ok(Setting::new(choice, Origin::Default))
    }
    fn color(&self) -> Result<Setting<ColorChoice>, CliError> {
        if let Some(choice) = self.globals.color {
            return Ok(Setting::new(choice, Origin::Flag("--color")));
        }
        if self.environment.get("NO_COLOR").is_some() {
            return Ok(Setting::new(ColorChoice::Never, Origin::Variable("NO_COLOR")));
        }
        let none = Written { name: "--color", value: None };
        match self.text(none, "TWOTIER_COLOR", None) {
            Some(written) => one_of(&written),
            None if self.environment.get("TERM") == Some("dumb") => {
                Ok(Setting::new(ColorChoice::Never, Origin::Variable("TERM")))
            }
            None => Ok(Setting::new(ColorChoice::Auto, Origin::Default)),
        }
    }
}

/// A flag that may have been written.
struct Written<'a> {
    name: &'static str,
    value: Option<&'a str>,
}

/// Reads `center`; a relative file starts from `base`.
fn center(text: &str, base: &Path) -> Result<Center, CliError> {
    if let Some(file) = text.strip_prefix("embedded:") {
        if file.is_empty() {
            return Err(CliError::usage("`center: embedded:` names no file"));
        }
        return Ok(Center::Embedded(base.join(file)));
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return Ok(Center::Url(text.to_owned()));
    }
    Err(CliError::usage(format!("the center `{text}` is neither `embedded:FILE` nor a URL")))
}

/// A value that must be one of a closed list.
fn one_of<T: ValueEnum>(written: &Setting<String>) -> Result<Setting<T>, CliError> {
    let Setting { value, origin } = written;
    T::from_str(value, false).map(|known| Setting::new(known, origin.clone())).map_err(|_| {
        let names = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names = names.map(|name| format!("`{}`", name.get_name())).collect::<Vec<_>>().join(", ");
        CliError::usage(format!("`{value}` from {origin} is none of {names}"))
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests write project files into folders of their own")]
mod tests {
    use super::*;
    use crate::manifest::PROJECT_FILE;

    struct Case {
        folder: tempfile::TempDir,
        globals: Globals,
        environment: Vec<(&'static str, String)>,
    }
    impl Case {
        fn new(project: Option<&str>) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            if let Some(text) = project {
                std::fs::write(folder.path().join(PROJECT_FILE), text).expect("a project file");
            }
            std::fs::create_dir_all(folder.path().join("deep/er")).expect("folders");
            Self { folder, globals: Globals::default(), environment: Vec::new() }
        }
        fn gather(&self) -> Result<Settings, CliError> {
            let environment = Environment::of(self.environment.clone());
            Settings::gather(&self.folder.path().join("deep/er"), &self.globals, &environment)
        }
        fn root(&self) -> PathBuf {
            self.folder.path().to_owned()
        }
    }

    #[test]
    fn without_a_project_file_the_defaults_start_from_the_working_directory() {
        let case = Case::new(None);
        let settings = case.gather().expect("defaults");
        assert_eq!(settings.manifests, Setting::new(vec![PathBuf::from("manifests")], Origin::Default));
        assert_eq!(settings.state.value, case.root().join("deep/er/.twotier"));
        assert_eq!(settings.center, None);
        assert_eq!(settings.format.value, OutputFormat::Text);
    }

    #[test]
    fn the_project_file_is_found_upwards_and_its_paths_start_from_its_folder() {
        let case = Case::new(Some("center: embedded:tenant.jsonl\nstate: kept\nformat: json\n"));
        let settings = case.gather().expect("settings");
        let file = case.root().join(PROJECT_FILE);
        assert_eq!(settings.root, case.root());
        assert_eq!(settings.state, Setting::new(case.root().join("kept"), Origin::ProjectFile(file.clone())));
        let center = settings.center.expect("a center");
        assert_eq!(center.value, Center::Embedded(case.root().join("tenant.jsonl")));
        assert_eq!(settings.format, Setting::new(OutputFormat::Json, Origin::ProjectFile(file)));
    }

    #[test]
    fn a_variable_outranks_the_project_file_and_a_flag_outranks_both() {
        let mut case = Case::new(Some("state: kept\nformat: json\ncenter: embedded:a\n"));
        case.environment = vec![
            ("TWOTIER_STATE", "other".to_owned()),
            ("TWOTIER_FORMAT", "markdown".to_owned()),
            ("TWOTIER_CENTER", "embedded:b".to_owned()),
        ];
        let settings = case.gather().expect("settings");
        let started = case.root().join("deep/er");
        assert_eq!(settings.state, Setting::new(started.join("other"), Origin::Variable("TWOTIER_STATE")));
        assert_eq!(settings.format.value, OutputFormat::Markdown);
        case.globals.state = Some("mine".into());
        case.globals.format = Some(OutputFormat::Text);
        case.globals.center = Some("embedded:c".to_owned());
        let settings = case.gather().expect("settings");
        assert_eq!(settings.state, Setting::new(started.join("mine"), Origin::Flag("--state")));
        assert_eq!(settings.format, Setting::new(OutputFormat::Text, Origin::Flag("--format")));
        assert_eq!(settings.center.map(|c| c.value), Some(Center::Embedded(started.join("c"))));
    }

    #[cfg(unix)]
    #[test]
    fn a_project_file_neither_is_nor_names_a_file_outside_of_its_folder() {
        let elsewhere = tempfile::tempdir().expect("a folder");
        let secret = elsewhere.path().join("secret");
        std::fs::write(&secret, "s3cr3t: 1\n").expect("a file");
        let named = format!("center: embedded:{}\n", secret.display());
        let mut case = Case::new(Some(&named));
        let refused = case.gather().expect_err("outside");
        assert!(refused.message.contains("leads out of the folder"), "{}", refused.message);
        case.globals.center = Some(format!("embedded:{}", secret.display()));
        assert!(case.gather().is_ok(), "whoever runs the command may");
        let case = Case::new(None);
        std::os::unix::fs::symlink(&secret, case.root().join(PROJECT_FILE)).expect("a link");
        let refused = case.gather().expect_err("a link");
        assert!(refused.message.contains("leads out of its folder"), "{}", refused.message);
        assert!(!refused.message.contains("s3cr3t"), "{}", refused.message);
    }

    #[test]
    fn values_that_are_none_of_the_known_ones_are_usage_errors_and_name_their_origin() {
        let mut case = Case::new(None);
        case.environment = vec![("TWOTIER_FORMAT", "yaml".to_owned())];
        let error = case.gather().expect_err("no such format");
        assert_eq!(error.exit, Exit::Usage);
        assert!(error.message.contains("TWOTIER_FORMAT") && error.message.contains("`json`"), "{}", error.message);
        case.environment = vec![("TWOTIER_CENTER", "tenant.jsonl".to_owned())];
        assert_eq!(case.gather().expect_err("no such center").exit, Exit::Usage);
    }

    #[test]
    fn a_wrong_project_file_is_as_invalid_as_a_wrong_manifest() {
        let error = Case::new(Some("centre: embedded:a\n")).gather().expect_err("unknown key");
        assert_eq!(error.exit, Exit::Invalid);
        assert_eq!(error.hints, ["did you mean `center`?"]);
    }

    #[test]
    fn no_color_is_honored_unless_a_flag_asks() {
        let mut case = Case::new(None);
        case.environment = vec![("NO_COLOR", "1".to_owned())];
        assert_eq!(case.gather().expect("settings").color.value, ColorChoice::Never);
        case.globals.color = Some(ColorChoice::Always);
        assert_eq!(case.gather().expect("settings").color.value, ColorChoice::Always);
    }
}
