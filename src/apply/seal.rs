//! Sealing of one-time passwords: the only place where a password is turned into bytes. Never prints, stores or logs
//! one; what leaves here is ciphertext for named recipients.

use crate::model::Secret;

/// Seals to the recipients it was made for.
pub trait Seal: Send + Sync {
    /// The armored ciphertext of a login and its password.
    ///
    /// # Errors
    /// When it cannot be sealed; the password is lost then.
    fn seal(&self, login: &str, password: &Secret) -> Result<Vec<u8>, SealError>;
}

/// Why a password cannot be sealed or a sealed one not opened. Never holds a part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// A recipient is no age public key. Mend `spec.credentials.recipients` of the provider.
    #[error("`{0}` is no age public key (`age1...`)")]
    BadRecipient(String),
    /// Nobody could open it. Name recipients in `spec.credentials.recipients` of the provider.
    #[error("no recipients are named, so nobody could open a sealed password")]
    NoRecipients,
    /// The text is no identity file. It holds lines of `AGE-SECRET-KEY-1...`.
    #[error("this is no age identity file: {0}")]
    BadIdentity(String),
    /// None of the identities is a recipient, or the bytes are damaged.
    #[error("it cannot be opened: {0}")]
    Closed(String),
    /// This build has no sealing.
    #[error("this build seals nothing: it was made without the feature `age`")]
    NotBuilt,
    /// The cipher failed.
    #[error("sealing failed: {0}")]
    Failed(String),
}

/// What a sealed object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The login, whole.
    pub login: String,
    /// Its password.
    pub password: Secret,
}

/// A sealer for age public keys.
///
/// # Errors
/// When a recipient is no age public key, none is named, or this build has no sealing.
#[cfg(feature = "age")]
pub fn age_sealer<'a>(recipients: impl IntoIterator<Item = &'a str>) -> Result<impl Seal, SealError> {
    with_age::Age::new(recipients)
}
/// A sealer for age public keys: none in this build.
///
/// # Errors
/// Always.
#[cfg(not(feature = "age"))]
pub fn age_sealer<'a>(_recipients: impl IntoIterator<Item = &'a str>) -> Result<NotBuilt, SealError> {
    Err(SealError::NotBuilt)
}

/// Opens a sealed object with the identities of an age identity file (its text).
///
/// # Errors
/// When the text holds no identity, or none that fits.
#[cfg(feature = "age")]
pub fn open(sealed: &[u8], identities: &str) -> Result<Opened, SealError> {
    with_age::open(sealed, identities)
}
/// Opens a sealed object: not in this build.
///
/// # Errors
/// Always.
#[cfg(not(feature = "age"))]
pub fn open(_sealed: &[u8], _identities: &str) -> Result<Opened, SealError> {
    Err(SealError::NotBuilt)
}

/// Stands for the sealer this build does not have; there is no value of it.
#[cfg(not(feature = "age"))]
#[derive(Clone, Copy, Debug)]
pub enum NotBuilt {}
#[cfg(not(feature = "age"))]
impl Seal for NotBuilt {
    fn seal(&self, _login: &str, _password: &Secret) -> Result<Vec<u8>, SealError> {
        match *self {}
    }
}

#[cfg(feature = "age")]
mod with_age {
    use super::{Opened, Seal, SealError};
    use crate::model::Secret;
    use std::io::{Read, Write};
    use zeroize::Zeroizing;

    /// Seals to X25519 recipients.
    pub(super) struct Age {
        recipients: Vec<age::x25519::Recipient>,
    }

    impl Age {
        pub(super) fn new<'a>(recipients: impl IntoIterator<Item = &'a str>) -> Result<Self, SealError> {
            let parse = |text: &str| text.trim().parse().map_err(|_| SealError::BadRecipient(text.to_owned()));
            let recipients = recipients.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
            if recipients.is_empty() { Err(SealError::NoRecipients) } else { Ok(Self { recipients }) }
        }
        fn write(&self, plain: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
            let encryptor = age::Encryptor::with_recipients(self.recipients.iter().map(|r| r as &dyn age::Recipient))?;
            let armor = age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor)?;
            let mut writer = encryptor.wrap_output(armor)?;
            writer.write_all(plain)?;
            Ok(writer.finish()?.finish()?)
        }
    }

    impl Seal for Age {
        fn seal(&self, login: &str, password: &Secret) -> Result<Vec<u8>, SealError> {
            let plain = Zeroizing::new(format!("{login}\n{}\n", password.expose()));
            self.write(plain.as_bytes()).map_err(|error| SealError::Failed(error.to_string()))
        }
    }

    pub(super) fn open(sealed: &[u8], identities: &str) -> Result<Opened, SealError> {
        let file = age::IdentityFile::from_buffer(identities.as_bytes());
        let identities = file.map_err(|error| SealError::BadIdentity(error.to_string()))?.into_identities();
        let identities = identities.map_err(|error| SealError::BadIdentity(error.to_string()))?;
        if identities.is_empty() {
            return Err(SealError::BadIdentity("it holds no identity".into()));
        }
        let closed = |error: &dyn std::fmt::Display| SealError::Closed(error.to_string());
        let armor = age::armor::ArmoredReader::new(sealed);
        let decryptor = age::Decryptor::new_buffered(armor).map_err(|e| closed(&e))?;
        let identities = identities.iter().map(|identity| &**identity as &dyn age::Identity);
        let mut plain = Zeroizing::new(String::new());
        decryptor.decrypt(identities).map_err(|e| closed(&e))?.read_to_string(&mut plain).map_err(|e| closed(&e))?;
        let (login, password) = plain.split_once('\n').ok_or_else(|| closed(&"it holds no login and password"))?;
        let password = password.strip_suffix('\n').unwrap_or(password);
        Ok(Opened { login: login.to_owned(), password: Secret::new(password.to_owned()) })
    }
}

#[cfg(all(test, feature = "age"))]
mod tests {
    use super::*;
    use age::secrecy::ExposeSecret;

    fn pair() -> (String, String) {
        let identity = age::x25519::Identity::generate();
        (identity.to_public().to_string(), identity.to_string().expose_secret().to_owned())
    }

    #[test]
    fn what_is_sealed_opens_for_each_recipient_and_nobody_else() {
        let (ops, ops_key) = pair();
        let (backup, backup_key) = pair();
        let sealer = age_sealer([ops.as_str(), backup.as_str()]).expect("two keys");
        let sealed = sealer.seal("admin@contoso.example", &Secret::new("p4ss\nword".into())).expect("seals");
        assert!(sealed.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----"));
        assert!(!String::from_utf8_lossy(&sealed).contains("p4ss"));
        for key in [ops_key, format!("# backup\n{backup_key}\n")] {
            let opened = open(&sealed, &key).expect("a recipient");
            assert_eq!((opened.login.as_str(), opened.password.expose()), ("admin@contoso.example", "p4ss\nword"));
        }
        assert!(matches!(open(&sealed, &pair().1), Err(SealError::Closed(_))));
        assert!(matches!(open(&sealed, "hunter2"), Err(SealError::BadIdentity(text)) if !text.contains("hunter2")));
    }

    #[test]
    fn a_password_is_not_sealed_to_nobody() {
        assert_eq!(age_sealer([]).map(|_| ()), Err(SealError::NoRecipients));
        assert_eq!(age_sealer(["age1nonsense"]).map(|_| ()), Err(SealError::BadRecipient("age1nonsense".into())));
    }
}
