//! Refresh tokens at rest: what is kept of a sign-in, and where. The newest is kept at once, or it is told that it is
//! not; a token is never printed.

use super::files;
use crate::model::{Secret, Span, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};
use std::path::{Path, PathBuf};

/// How long a refresh token lasts. Source: learn, gdap-and-secure-application-model.
pub const LASTS: Span = Span::days(90);
/// From when on its age is told.
pub const OLD: Span = Span::days(60);

/// A kept sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The refresh token.
    pub token: Secret,
    /// When it was given; unknown of a bare token.
    pub issued: Option<Timestamp>,
    /// Whose tenant; unknown of a bare token.
    pub tenant: Option<TenantId>,
    /// Who signed in, for people.
    pub user: Option<SmolStr>,
}

/// Why a token was not read or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeepError {
    /// It can only be read there.
    #[error("{0}")]
    ReadOnly(SmolStr),
    /// It did not work.
    #[error("{0}")]
    Failed(SmolStr),
}

/// Where a refresh token is kept.
pub trait Keep: Send + Sync {
    /// The token, if there is one.
    ///
    /// # Errors
    /// When that cannot be told.
    fn read(&self) -> Result<Option<Kept>, KeepError>;
    /// Keeps a newer one.
    ///
    /// # Errors
    /// When it is not kept; what was there is still there.
    fn write(&self, kept: &Kept) -> Result<(), KeepError>;
    /// Where, for people.
    fn place(&self) -> SmolStr;
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<TenantId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<SmolStr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issued: Option<Timestamp>,
    refresh_token: String,
}

impl Kept {
    /// From what was kept: the document this tool writes, or a bare token.
    ///
    /// # Errors
    /// When it is a document of another kind.
    pub fn parse(text: &Secret) -> Result<Option<Self>, KeepError> {
        let trimmed = text.expose().trim();
        if trimmed.is_empty() {
            return Ok(None);
        }
        if !trimmed.starts_with('{') {
            let token = Secret::new(trimmed.to_owned());
            return Ok(Some(Self { token, issued: None, tenant: None, user: None }));
        }
        let wire: Wire = serde_json::from_str(trimmed)
            .map_err(|_| KeepError::Failed("it is neither a token nor a document of this tool".into()))?;
        let Wire { format: _, tenant, user, issued, refresh_token } = wire;
        Ok(Some(Self { token: Secret::new(refresh_token), issued, tenant, user }))
    }
    /// As it is kept.
    #[must_use]
    pub fn text(&self) -> Secret {
        let Self { token, issued, tenant, user } = self;
        let (issued, tenant, user) = (*issued, *tenant, user.clone());
        let wire = Wire { format: 1, tenant, user, issued, refresh_token: token.expose().to_owned() };
        let mut text = serde_json::to_string(&wire).unwrap_or_default();
        text.push('\n');
        Secret::new(text)
    }
    /// How old it is, if that is known.
    #[must_use]
    pub fn age(&self, now: Timestamp) -> Option<Span> {
        self.issued.map(|issued| now.since(issued))
    }
}

/// In a file that only its owner may read.
#[derive(Clone, Debug)]
pub struct InFile(PathBuf);
impl InFile {
    /// In this one.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }
    /// Forgets it; whether there was one.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn remove(&self) -> Result<bool, KeepError> {
        files::remove(&self.0).map_err(|error| failed(&self.0, "removed", &error))
    }
    /// Whether others may read it.
    #[must_use]
    pub fn is_open_to_others(&self) -> bool {
        files::is_open_to_others(&self.0)
    }
}
impl Keep for InFile {
    fn read(&self) -> Result<Option<Kept>, KeepError> {
        let text = files::read(&self.0).map_err(|error| failed(&self.0, "read", &error))?;
        text.map_or(Ok(None), |text| Kept::parse(&text)).map_err(|error| {
            let (KeepError::ReadOnly(words) | KeepError::Failed(words)) = error;
            KeepError::Failed(format_smolstr!("the refresh token in `{}`: {words}", self.0.display()))
        })
    }
    fn write(&self, kept: &Kept) -> Result<(), KeepError> {
        files::replace(&self.0, &kept.text()).map_err(|error| failed(&self.0, "written", &error))
    }
    fn place(&self) -> SmolStr {
        format_smolstr!("{}", self.0.display())
    }
}

fn failed(path: &Path, what: &str, error: &std::io::Error) -> KeepError {
    KeepError::Failed(format_smolstr!("the refresh token in `{}` cannot be {what}: {error}", path.display()))
}

/// In a variable, which can only be read.
#[derive(Clone, Debug)]
pub struct Given(Secret);
impl Given {
    /// This one.
    #[must_use]
    pub fn new(token: Secret) -> Self {
        Self(token)
    }
}
impl Keep for Given {
    fn read(&self) -> Result<Option<Kept>, KeepError> {
        Kept::parse(&self.0)
    }
    fn write(&self, _: &Kept) -> Result<(), KeepError> {
        Err(KeepError::ReadOnly("TWOTIER_REFRESH_TOKEN can only be read".into()))
    }
    fn place(&self) -> SmolStr {
        "TWOTIER_REFRESH_TOKEN".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        Kept {
            token: Secret::new("r1".into()),
            issued: Some(Timestamp::from_seconds(1000)),
            tenant: "11111111-1111-4111-8111-111111111111".parse().ok(),
            user: Some("ann@distri.example".into()),
        }
    }

    #[test]
    fn a_file_keeps_the_token_for_its_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = InFile::at(folder.path().join("deep/token"));
        assert_eq!(place.read(), Ok(None));
        place.write(&kept()).expect("written");
        place.write(&Kept { token: Secret::new("r2".into()), ..kept() }).expect("replaced");
        assert_eq!(place.read().expect("readable").map(|kept| kept.token.expose().to_owned()).as_deref(), Some("r2"));
        assert!(!place.is_open_to_others());
        let left = std::fs::read_dir(folder.path().join("deep")).expect("a folder").count();
        assert_eq!(left, 1, "nothing is left beside it");
        assert_eq!((place.remove(), place.remove()), (Ok(true), Ok(false)));
    }

    #[test]
    fn documents_and_bare_tokens_are_read() {
        assert_eq!(Kept::parse(&kept().text()), Ok(Some(kept())));
        let bare = Kept::parse(&Secret::new("0.AXo\n".into())).expect("readable").expect("one");
        assert_eq!((bare.token.expose(), bare.issued), ("0.AXo", None));
        assert_eq!(Kept::parse(&Secret::new(" \n".into())), Ok(None));
        let other = Kept::parse(&Secret::new("{\"token\":\"s3cr3t\"}".into())).expect_err("another document");
        assert!(!other.to_string().contains("s3cr3t"));
    }

    #[test]
    fn a_token_has_an_age_once_it_is_known_when_it_was_given() {
        assert_eq!(kept().age(Timestamp::from_seconds(1000 + 61 * 86_400)).map(|age| age > OLD), Some(true));
        assert!(!format!("{:?}", kept()).contains("r1"));
    }
}
