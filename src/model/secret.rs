//! A secret in memory: wiped when dropped, printed as `[secret]`. Has no `Serialize`, so no document can hold one.

use std::fmt;
use zeroize::Zeroizing;

/// A one-time password on its way from the service to the sealing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
    /// The text itself; only what seals it may ask.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}
