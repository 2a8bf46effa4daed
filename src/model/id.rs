//! Ids as types, so that swapped arguments do not compile. GUIDs are 16 bytes, short texts live inline.
//! Never looks anything up: an id says nothing about whether its object exists.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Why a text is not an id; says the shape that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct BadId {
    /// What the text should have looked like.
    pub expected: &'static str,
}

macro_rules! guid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// From the 16 bytes of the GUID, in reading order.
            #[must_use]
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
            /// The 16 bytes of the GUID, in reading order.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            /// Hyphenated form only, any case: the form Partner Center prints.
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse_guid(text).map(Self)
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(GuidVisitor).map(Self)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}

/// Reads a GUID from borrowed or owned text without allocating.
struct GuidVisitor;
impl serde::de::Visitor<'_> for GuidVisitor {
    type Value = Uuid;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a GUID")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Uuid, E> {
        parse_guid(text).map_err(E::custom)
    }
}

fn parse_guid(text: &str) -> Result<Uuid, BadId> {
    const SHAPE: BadId = BadId { expected: "a GUID has 32 hexadecimal digits as 8-4-4-4-12" };
    if text.len() != 36 {
        return Err(SHAPE);
    }
    Uuid::try_parse(text).map_err(|_| SHAPE)
}

guid!(
    /// A Microsoft Entra tenant: the provider's own, or a reseller's.
    TenantId
);
guid!(
    /// A customer, by the id of its tenant.
    CustomerId
);
guid!(
    /// A subscription; unique only together with its customer.
    SubscriptionId
);
guid!(
    /// The value of `MS-RequestId`: fixed per intent, repeated when a call is repeated.
    RequestId
);

impl From<CustomerId> for TenantId {
    fn from(id: CustomerId) -> Self {
        Self(id.0)
    }
}
impl From<TenantId> for CustomerId {
    fn from(id: TenantId) -> Self {
        Self(id.0)
    }
}

macro_rules! token {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The id as the service wrote it; not checked.
            pub fn new(text: impl Into<SmolStr>) -> Self {
                Self(text.into())
            }
            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

token!(
    /// A cart; lives seven days. Source: learn, create-a-cart.
    CartId
);
token!(
    /// An order.
    OrderId
);
token!(
    /// A PartnerID (formerly MPN ID). [`PartnerId::parse`] checks what a person wrote; [`PartnerId::new`] keeps
    /// whatever the tenant holds.
    PartnerId
);

impl PartnerId {
    /// A PartnerID as written in a manifest.
    ///
    /// # Errors
    /// When it is not 4 to 10 digits without a leading zero. Source: learn, verify-indirect-reseller-mpa-status
    /// (ids are numeric); the bounds are a guess from ids seen.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let digits = (4..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if !digits || text.starts_with('0') {
            return Err(BadId { expected: "a PartnerID has 4 to 10 digits and no leading zero" });
        }
        Ok(Self::new(text))
    }
}

/// `metadata.name`: a DNS label, unique in its kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "SmolStr", into = "SmolStr")]
pub struct Name(SmolStr);

impl Name {
    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl Name {
    /// Sorts before every name there can be; the lower end of ranges. Never the name of a document.
    #[must_use]
    pub fn lowest() -> Self {
        Self(SmolStr::default())
    }
}
impl FromStr for Name {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        const SHAPE: BadId = BadId {
            expected: "a name is 1 to 63 lower-case letters, digits and inner hyphens, beginning with a letter or digit",
        };
        let inner = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if text.is_empty() || text.len() > 63 || !inner || text.starts_with('-') || text.ends_with('-') {
            return Err(SHAPE);
        }
        if text == "provider" || text == "all" {
            return Err(BadId { expected: "`provider` and `all` are reserved and name nothing else" });
        }
        Ok(Self(SmolStr::new(text)))
    }
}
impl TryFrom<SmolStr> for Name {
    type Error = BadId;
    fn try_from(text: SmolStr) -> Result<Self, BadId> {
        text.parse()
    }
}
impl From<Name> for SmolStr {
    fn from(name: Name) -> SmolStr {
        name.0
    }
}
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_compare_without_case_and_refuse_other_forms() {
        let upper: TenantId = "C0000000-0000-4000-8000-00000000000A".parse().expect("upper case is a GUID");
        assert_eq!(upper.to_string(), "c0000000-0000-4000-8000-00000000000a");
        assert!("c00000000000400080000000000000aa".parse::<TenantId>().is_err());
        assert!("{c0000000-0000-4000-8000-000000000001}".parse::<TenantId>().is_err());
    }

    #[test]
    fn partner_ids_are_digits() {
        for good in ["4811111", "1234", "1234567890"] {
            assert!(PartnerId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "123", "04811111", "48x1111", "12345678901", "٤٨١١١١١"] {
            assert!(PartnerId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_dns_labels() {
        for good in ["a", "contoso", "a-1", "0x"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "a.b", "provider", "all", &"a".repeat(64)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }
}
