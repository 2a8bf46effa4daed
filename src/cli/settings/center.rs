//! `center` of the project file: where the tenant is, how to sign in, and what the signed-in user may do. Refuses every
//! secret that is written there; never signs in.

use super::project::{Faults, ProjectFault};
use crate::model::TenantId;
use crate::plan::role::Held;
use serde_yaml::{Mapping, Value};
use smol_str::SmolStr;
use std::collections::BTreeSet;

const KEYS: [&str; 6] = ["url", "tenant", "cloud", "roles", "app", "token"];
const APP_KEYS: [&str; 4] = ["clientId", "certificate", "federated", "endpoint"];
const TOKEN_KEYS: [&str; 3] = ["file", "read", "write"];
/// Names a secret is likely to be written under.
const SECRETS: [&str; 7] =
    ["secret", "clientSecret", "client_secret", "password", "refreshToken", "refresh_token", "accessToken"];
/// Longer texts than this are no path of a file.
const LONGEST_PATH: usize = 200;

/// What the project file says of the center; nothing where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CenterFile {
    /// `embedded:FILE` or a URL.
    pub(crate) url: Option<String>,
    /// The provider's tenant.
    pub(crate) tenant: Option<TenantId>,
    /// Which of Microsoft's clouds.
    pub(crate) cloud: Option<CloudName>,
    /// What the signed-in user is in Partner Center.
    pub(crate) roles: Option<BTreeSet<Held>>,
    /// Client id of the application.
    pub(crate) client: Option<SmolStr>,
    /// How the application proves itself.
    pub(crate) proof: Option<Proof>,
    /// Which form of the token endpoint.
    pub(crate) endpoint: Option<Endpoint>,
    /// Where the refresh token is kept.
    pub(crate) token: Option<Keeping>,
}

/// One of Microsoft's clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloudName {
    /// The public one.
    Public,
    /// US Government.
    UsGovernment,
    /// China, operated by 21Vianet.
    China,
}
impl CloudName {
    /// Each with its name.
    pub(crate) const ALL: [(Self, &'static str); 3] =
        [(Self::Public, "public"), (Self::UsGovernment, "usGovernment"), (Self::China, "china")];
}

/// The form of the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `/oauth2/token` with `resource`.
    V1,
    /// `/oauth2/v2.0/token` with `scope`.
    V2,
}
impl Endpoint {
    const ALL: [(Self, &'static str); 2] = [(Self::V1, "v1"), (Self::V2, "v2")];
    /// As written.
    pub(crate) fn name(self) -> &'static str {
        named(&Self::ALL, self)
    }
}

/// How the application proves itself, without the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A PEM file with certificate and private key.
    Certificate(String),
    /// A token of the GitHub Actions job.
    Github,
    /// A token of the GitLab job, in `TWOTIER_ID_TOKEN`.
    Gitlab,
    /// A token in a file, which is read anew each time.
    TokenFile(String),
}

/// Where the refresh token is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Keeping {
    /// In a file.
    File(String),
    /// By commands, such as a vault's: one prints it, one takes it from stdin.
    Commands {
        /// Prints it.
        read: String,
        /// Stores what it reads from stdin.
        write: Option<String>,
    },
}

/// The name of one of a closed list.
pub(crate) fn named<T: Copy + PartialEq>(all: &[(T, &'static str)], one: T) -> &'static str {
    all.iter().find(|(known, _)| *known == one).map_or("", |(_, name)| name)
}

impl Faults<'_> {
    /// Reads `center`: a text, or a mapping.
    pub(super) fn center(&self, value: &Value) -> Result<CenterFile, ProjectFault> {
        let Some(map) = value.as_mapping() else {
            return Ok(CenterFile { url: Some(self.text("center", value)?), ..CenterFile::default() });
        };
        self.no_secrets(map)?;
        self.only(map, &KEYS)?;
        let app = map.get("app").map(|value| self.mapping("app", value)).transpose()?;
        let in_app = |key: &str| app.and_then(|app| app.get(key));
        if let Some(app) = app {
            self.no_secrets(app)?;
            self.only(app, &APP_KEYS)?;
        }
        Ok(CenterFile {
            url: Some(self.text("url", map.get("url").ok_or_else(|| self.at("center", "`center` has no `url`"))?)?),
            tenant: map.get("tenant").map(|value| self.guid("tenant", value)).transpose()?,
            cloud: map.get("cloud").map(|value| self.one_of("cloud", value, &CloudName::ALL)).transpose()?,
            roles: map.get("roles").map(|value| self.roles(value)).transpose()?,
            client: in_app("clientId").map(|value| self.guid::<TenantId>("clientId", value)).transpose()?.map(shown),
            proof: self.proof(in_app("certificate"), in_app("federated"))?,
            endpoint: in_app("endpoint").map(|value| self.one_of("endpoint", value, &Endpoint::ALL)).transpose()?,
            token: map.get("token").map(|value| self.token(value)).transpose()?,
        })
    }
    fn mapping<'v>(&self, key: &str, value: &'v Value) -> Result<&'v Mapping, ProjectFault> {
        value.as_mapping().ok_or_else(|| self.at(key, format!("`{key}` is a mapping of keys and values")))
    }
    fn guid<T: std::str::FromStr<Err = crate::model::id::BadId>>(
        &self,
        key: &str,
        value: &Value,
    ) -> Result<T, ProjectFault> {
        self.text(key, value)?.parse().map_err(|error| self.at(key, format!("`{key}`: {error}")))
    }
    fn one_of<T: Copy>(&self, key: &str, value: &Value, all: &[(T, &'static str)]) -> Result<T, ProjectFault> {
        let text = self.text(key, value)?;
        all.iter().find(|(_, name)| *name == text).map(|(one, _)| *one).ok_or_else(|| {
            let names = all.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let near = crate::diag::nearest(&text, all.iter().map(|(_, name)| *name));
            let fault = self.at(key, format!("`{key}: {text}` is none of {names}"));
            ProjectFault { help: near.map(|near| format!("did you mean `{near}`?")), ..fault }
        })
    }
    fn roles(&self, value: &Value) -> Result<BTreeSet<Held>, ProjectFault> {
        let list = value
            .as_sequence()
            .filter(|list| !list.is_empty())
            .ok_or_else(|| self.at("roles", "`roles` is a list of roles, such as `[adminAgent]`"))?;
        let all: Vec<(Held, &str)> = Held::ALL.iter().map(|role| (*role, role.key())).collect();
        list.iter().map(|role| self.one_of("roles", role, &all)).collect()
    }
    fn proof(&self, certificate: Option<&Value>, federated: Option<&Value>) -> Result<Option<Proof>, ProjectFault> {
        match (certificate, federated) {
            (Some(_), Some(_)) => Err(self.at(
                "federated",
                "`certificate` and `federated` exclude each other: an application proves itself one way",
            )),
            (Some(value), None) => Ok(Some(Proof::Certificate(self.path("certificate", value)?))),
            (None, Some(value)) => self.federated(value).map(Some),
            (None, None) => Ok(None),
        }
    }
    fn federated(&self, value: &Value) -> Result<Proof, ProjectFault> {
        if let Some(map) = value.as_mapping() {
            self.only(map, &["file"])?;
            let file = map.get("file").ok_or_else(|| self.at("federated", "`federated` has no `file`"))?;
            return Ok(Proof::TokenFile(self.path("file", file)?));
        }
        match value.as_str() {
            Some("github") => Ok(Proof::Github),
            Some("gitlab") => Ok(Proof::Gitlab),
            Some(_) | None => Err(self.at("federated", "`federated` is `github`, `gitlab` or `{file: PATH}`")),
        }
    }
    fn token(&self, value: &Value) -> Result<Keeping, ProjectFault> {
        let Some(map) = value.as_mapping() else { return Ok(Keeping::File(self.path("token", value)?)) };
        self.no_secrets(map)?;
        self.only(map, &TOKEN_KEYS)?;
        match (map.get("file"), map.get("read"), map.get("write")) {
            (Some(file), None, None) => Ok(Keeping::File(self.path("file", file)?)),
            (None, Some(read), write) => Ok(Keeping::Commands {
                read: self.text("read", read)?,
                write: write.map(|write| self.text("write", write)).transpose()?,
            }),
            (Some(_), _, _) | (None, None, _) => {
                Err(self.at("token", "`token` is a file, or `{read: COMMAND, write: COMMAND}`"))
            }
        }
    }
    /// A path; what is too long for one is likely a secret, and is not repeated.
    fn path(&self, key: &str, value: &Value) -> Result<String, ProjectFault> {
        let text = self.text(key, value)?;
        if text.len() > LONGEST_PATH || text.contains("-----BEGIN") { Err(self.secret(key)) } else { Ok(text) }
    }
    fn no_secrets(&self, map: &Mapping) -> Result<(), ProjectFault> {
        match map.keys().filter_map(Value::as_str).find(|key| SECRETS.contains(key)) {
            Some(key) => Err(self.secret(key)),
            None => Ok(()),
        }
    }
    fn secret(&self, key: &str) -> ProjectFault {
        let fault = self.at(key, format!("`{key}` would be a secret in a file that others read"));
        let help = "remove it, and change it if it was committed: a client secret comes from TWOTIER_CLIENT_SECRET, \
                    a refresh token from `twotier login`, a file, commands or TWOTIER_REFRESH_TOKEN";
        ProjectFault { help: Some(help.to_owned()), ..fault }
    }
}

fn shown(id: TenantId) -> SmolStr {
    smol_str::format_smolstr!("{id}")
}

#[cfg(test)]
mod tests {
    use super::super::project::parse;
    use super::*;
    use std::path::Path;

    const ID: &str = "11111111-1111-4111-8111-111111111111";

    fn parsed(text: &str) -> Result<CenterFile, ProjectFault> {
        parse(Path::new("twotier.yaml"), text).map(|file| file.center)
    }

    #[test]
    fn the_long_form_says_how_to_sign_in() {
        let text = format!(
            "center:\n  url: https://api.partnercenter.microsoft.com\n  tenant: {ID}\n  roles: [salesAgent, adminAgent]\n  \
             app: {{clientId: {ID}, certificate: app.pem, endpoint: v1}}\n  token: {{read: vault get, write: vault put}}\n"
        );
        let center = parsed(&text).expect("good");
        assert_eq!(center.roles, Some([Held::AdminAgent, Held::SalesAgent].into()));
        assert_eq!(center.proof, Some(Proof::Certificate("app.pem".into())));
        assert_eq!((center.endpoint, center.cloud), (Some(Endpoint::V1), None));
        let commands = Keeping::Commands { read: "vault get".into(), write: Some("vault put".into()) };
        assert_eq!(center.token, Some(commands));
        let short = parsed("center: embedded:tenant.jsonl\n").expect("good");
        assert_eq!(short.url.as_deref(), Some("embedded:tenant.jsonl"));
        let embedded = parsed("center: {url: \"embedded:t\", roles: [helpdeskAgent]}\n").expect("good");
        assert_eq!(embedded.roles, Some([Held::HelpdeskAgent].into()));
    }

    #[test]
    fn every_wrong_value_is_told_with_its_line_and_the_nearest_name() {
        for (text, line, part) in [
            ("center:\n  url: x\n  role: [adminAgent]\n", 3, "did you mean `roles`?"),
            ("center:\n  url: x\n  roles: [adminAgnt]\n", 3, "did you mean `adminAgent`?"),
            ("center:\n  url: x\n  roles: []\n", 3, "is a list of roles"),
            ("center:\n  url: x\n  tenant: contoso\n", 3, "32 hexadecimal digits"),
            ("center:\n  url: x\n  cloud: publik\n", 3, "did you mean `public`?"),
            ("center:\n  url: x\n  app:\n    clientID: x\n", 4, "did you mean `clientId`?"),
            ("center:\n  url: x\n  app:\n    federated: jenkins\n", 4, "`github`, `gitlab`"),
            ("center:\n  url: x\n  app:\n    certificate: a\n    federated: github\n", 5, "exclude each other"),
            ("center:\n  url: x\n  token:\n    write: y\n", 3, "`{read: COMMAND, write: COMMAND}`"),
            ("center:\n  roles: [adminAgent]\n", 1, "has no `url`"),
        ] {
            let fault = parsed(text).expect_err(text);
            let whole = format!("{} {}", fault.message, fault.help.as_deref().unwrap_or_default());
            assert!(whole.contains(part), "{text} {whole}");
            assert_eq!(fault.line, Some(line), "{text} {whole}");
        }
    }

    #[test]
    fn a_secret_in_the_file_is_refused_and_not_repeated() {
        let long = "0.AXo".repeat(50);
        for text in [
            "center:\n  url: x\n  app:\n    clientSecret: hunter2\n".to_owned(),
            "center:\n  url: x\n  refreshToken: hunter2\n".to_owned(),
            "center:\n  url: x\n  token:\n    password: hunter2\n".to_owned(),
            format!("center:\n  url: x\n  token: {long}\n"),
        ] {
            let fault = parsed(&text).expect_err(&text);
            let whole = format!("{} {}", fault.show(), fault.help.unwrap_or_default());
            assert!(whole.contains("TWOTIER_CLIENT_SECRET"), "{whole}");
            assert!(!whole.contains("hunter2") && !whole.contains(&long), "{whole}");
        }
    }
}
