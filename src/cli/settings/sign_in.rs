//! What variables and project file say together of signing in to a service and of the way to it. Holds secrets as such,
//! only from variables; never signs in and never opens a file.

use super::center::{CenterFile, CloudName, Endpoint, Keeping, Proof};
use super::environment::Environment;
use super::origin::{Origin, Setting};
use super::{CliError, Exit};
use crate::model::{Secret, TenantId};
use smol_str::SmolStr;
use std::path::{Path, PathBuf};

/// How to sign in to a service.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    /// The provider's tenant; else the manifests say it.
    pub(crate) tenant: Option<Setting<TenantId>>,
    /// Which cloud; else the URL says it.
    pub(crate) cloud: Option<Setting<CloudName>>,
    /// Client id of the application.
    pub(crate) client: Option<Setting<SmolStr>>,
    /// How the application proves itself; a public client does not.
    pub(crate) proof: Option<Setting<Proven>>,
    /// Which form of the token endpoint.
    pub(crate) endpoint: Setting<Endpoint>,
    /// Where the refresh token is kept, if that is said.
    pub(crate) token: Option<Setting<Kept>>,
    /// Folder of refresh tokens when nothing is said: the user's own.
    pub(crate) folder: Option<PathBuf>,
    /// The way to the service.
    pub(crate) way: Way,
}

/// The way to a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    /// URL of a proxy. It may hold a password, so it is never shown whole.
    pub(crate) proxy: Option<Setting<Secret>>,
    /// Hosts that are reached without it.
    pub(crate) no_proxy: Vec<SmolStr>,
    /// More hosts that may receive tokens.
    pub(crate) allowed: Vec<SmolStr>,
}

#[cfg_attr(not(feature = "rest"), expect(dead_code, reason = "the door to a service reads it"))]
/// How the application proves itself, with the proof where it comes from a variable.
#[derive(Clone, Debug)]
pub(crate) enum Proven {
    /// A client secret.
    Secret(Secret),
    /// A PEM file with certificate and private key.
    Certificate(PathBuf),
    /// A token of the GitHub Actions job: where to ask for it, and with what; none outside of a job that may.
    Github(Option<(String, Secret)>),
    /// A token of the GitLab job.
    Gitlab(Option<Secret>),
    /// A token in a file.
    TokenFile(PathBuf),
}
impl Proven {
    /// What kind it is, without the proof.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Secret(_) => "a client secret".to_owned(),
            Self::Certificate(path) => format!("certificate {}", path.display()),
            Self::Github(_) => "federated: github".to_owned(),
            Self::Gitlab(_) => "federated: gitlab".to_owned(),
            Self::TokenFile(path) => format!("federated: {}", path.display()),
        }
    }
}

#[cfg_attr(not(feature = "rest"), expect(dead_code, reason = "the door to a service reads it"))]
/// Where a refresh token is kept, with the token where it comes from a variable.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// In a variable: only read.
    Variable(Secret),
    /// In a file.
    File(PathBuf),
    /// By commands.
    Commands {
        /// Prints it.
        read: String,
        /// Stores what it reads from stdin.
        write: Option<String>,
    },
}
impl Kept {
    /// Where, without the token.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Variable(_) => "a variable".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Commands { read, write: Some(write) } => format!("commands: {read}; {write}"),
            Self::Commands { read, write: None } => format!("command: {read}"),
        }
    }
}

/// Where things are said: variables, the project file, and the folder its paths start from.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) environment: &'a Environment,
    pub(super) file: &'a CenterFile,
    pub(super) place: Option<&'a Path>,
    pub(super) root: &'a Path,
    pub(super) folder: &'a Path,
}

impl SignIn {
    /// Everything that is said of it.
    ///
    /// # Errors
    /// When an id is not one.
    pub(super) fn gather(said: Said<'_>) -> Result<Self, CliError> {
        Ok(Self {
            tenant: said.id("TWOTIER_TENANT", said.file.tenant)?,
            cloud: said.in_file(said.file.cloud),
            client: said.client()?,
            proof: said.proof(),
            endpoint: said.in_file(said.file.endpoint).unwrap_or_else(|| Setting::new(Endpoint::V2, Origin::Default)),
            token: said.token(),
            folder: said.own_folder(),
            way: said.way(),
        })
    }
}

impl Said<'_> {
    fn in_file<T>(&self, value: Option<T>) -> Option<Setting<T>> {
        value.zip(self.place).map(|(value, place)| Setting::new(value, Origin::ProjectFile(place.into())))
    }
    fn id(&self, name: &'static str, in_file: Option<TenantId>) -> Result<Option<Setting<TenantId>>, CliError> {
        let Some(text) = self.environment.get(name) else { return Ok(self.in_file(in_file)) };
        let id = text.parse().map_err(|error| CliError::new(Exit::Usage, format!("`{name}`: {error}")))?;
        Ok(Some(Setting::new(id, Origin::Variable(name))))
    }
    fn client(&self) -> Result<Option<Setting<SmolStr>>, CliError> {
        match self.id("TWOTIER_CLIENT_ID", None)? {
            Some(Setting { value, origin }) => Ok(Some(Setting::new(smol_str::format_smolstr!("{value}"), origin))),
            None => Ok(self.in_file(self.file.client.clone())),
        }
    }
    fn proof(&self) -> Option<Setting<Proven>> {
        let variable = |name| self.environment.get(name).map(|value| (value, Origin::Variable(name)));
        if let Some((value, origin)) = variable("TWOTIER_CLIENT_SECRET") {
            return Some(Setting::new(Proven::Secret(secret(value)), origin));
        }
        if let Some((value, origin)) = variable("TWOTIER_CLIENT_CERTIFICATE") {
            return Some(Setting::new(Proven::Certificate(self.folder.join(value)), origin));
        }
        let get = |name| self.environment.get(name);
        let proven = match self.file.proof.as_ref()? {
            Proof::Certificate(path) => Proven::Certificate(self.root.join(path)),
            Proof::Github => Proven::Github(
                get("ACTIONS_ID_TOKEN_REQUEST_URL")
                    .zip(get("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
                    .map(|(url, token)| (url.to_owned(), secret(token))),
            ),
            Proof::Gitlab => Proven::Gitlab(get("TWOTIER_ID_TOKEN").map(secret)),
            Proof::TokenFile(path) => Proven::TokenFile(self.root.join(path)),
        };
        self.in_file(Some(proven))
    }
    fn token(&self) -> Option<Setting<Kept>> {
        let name = "TWOTIER_REFRESH_TOKEN";
        if let Some(token) = self.environment.get(name) {
            return Some(Setting::new(Kept::Variable(secret(token)), Origin::Variable(name)));
        }
        let kept = match self.file.token.clone()? {
            Keeping::File(path) => Kept::File(self.root.join(path)),
            Keeping::Commands { read, write } => Kept::Commands { read, write },
        };
        self.in_file(Some(kept))
    }
    fn own_folder(&self) -> Option<PathBuf> {
        let get = |name| self.environment.get(name).map(PathBuf::from);
        let config = get("XDG_CONFIG_HOME").or_else(|| get("APPDATA")).or_else(|| Some(get("HOME")?.join(".config")));
        Some(config?.join("twotier"))
    }
    fn way(&self) -> Way {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| self.environment.get(name).map(|value| (value, Origin::Variable(name))))
        };
        let listed = |found: Option<(&str, Origin)>| {
            let items = found.map_or("", |(text, _)| text).split([',', ' ']).map(str::trim);
            items.filter(|item| !item.is_empty()).map(SmolStr::new).collect()
        };
        Way {
            proxy: first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
                .map(|(value, origin)| Setting::new(secret(value), origin)),
            no_proxy: listed(first(&["NO_PROXY", "no_proxy"])),
            allowed: listed(first(&["TWOTIER_CENTER_ALLOW"])),
        }
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}
