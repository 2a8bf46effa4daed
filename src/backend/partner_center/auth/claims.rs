//! What a token says of itself, read without proof: the service proves it. Used to refuse early and to tell people; never
//! to grant anything.

use crate::model::{Secret, TenantId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use smol_str::SmolStr;

/// The claims that matter here. Source: learn, access-token-claims-reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Claims {
    /// Whose tenant the caller signed in to.
    #[serde(default, deserialize_with = "tenant")]
    pub tid: Option<TenantId>,
    /// For which service.
    #[serde(default)]
    pub aud: Option<SmolStr>,
    /// How the user proved who it is; `mfa` is among them after multi-factor sign-in. Only in tokens of users.
    #[serde(default)]
    pub amr: Option<Vec<SmolStr>>,
    /// The user's name, in tokens of version 1.
    #[serde(default)]
    pub upn: Option<SmolStr>,
    /// The user's name, for people.
    #[serde(default)]
    pub unique_name: Option<SmolStr>,
    /// The user's name, in tokens of version 2.
    #[serde(default)]
    pub preferred_username: Option<SmolStr>,
    /// Directory roles of the user, by their template ids.
    #[serde(default)]
    pub wids: Option<Vec<SmolStr>>,
}

/// Template id of the global administrator. Source: learn, permissions-reference.
const GLOBAL_ADMIN: &str = "62e90394-69f5-4237-9190-012177145e10";

/// Whether something a token may tell is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The token does not tell.
    Unknown,
}

impl Claims {
    /// Of a JSON Web Token; none when it is another kind of token.
    #[must_use]
    pub fn of(token: &Secret) -> Option<Self> {
        let payload = token.expose().split('.').nth(1)?;
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
    /// The user's name; none in a token of an application alone.
    #[must_use]
    pub fn user(&self) -> Option<&SmolStr> {
        self.upn.as_ref().or(self.unique_name.as_ref()).or(self.preferred_username.as_ref())
    }
    /// Whether the user signed in with several factors.
    #[must_use]
    pub fn multi_factor(&self) -> Told {
        told(self.amr.as_deref(), |how| how == "mfa")
    }
    /// Whether the user is a global administrator of the tenant.
    #[must_use]
    pub fn global_admin(&self) -> Told {
        told(self.wids.as_deref(), |role| role.eq_ignore_ascii_case(GLOBAL_ADMIN))
    }
    /// Whether it was asked for another service than Partner Center, as far as that is certain: Azure AD Graph, which
    /// old samples name. Source: learn, partner-center-authentication (code 900420).
    #[must_use]
    pub fn is_for_graph(&self) -> bool {
        const GRAPH: [&str; 4] = [
            "https://graph.windows.net",
            "00000002-0000-0000-c000-000000000000",
            "https://graph.microsoft.com",
            "00000003-0000-0000-c000-000000000000",
        ];
        self.aud.as_ref().is_some_and(|aud| GRAPH.contains(&aud.trim_end_matches('/')))
    }
}

fn told(list: Option<&[SmolStr]>, is: impl Fn(&SmolStr) -> bool) -> Told {
    match list {
        None => Told::Unknown,
        Some(list) if list.iter().any(is) => Told::Yes,
        Some(_) => Told::No,
    }
}

/// A tenant that is none is as good as none told.
fn tenant<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<TenantId>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| text.parse().ok()))
}

#[cfg(test)]
pub(super) fn token_of(claims: &serde_json::Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: &serde_json::Value) -> Claims {
        Claims::of(&Secret::new(token_of(value))).expect("a token")
    }

    #[test]
    fn a_token_tells_whose_it_is() {
        let id = "11111111-1111-4111-8111-111111111111";
        let told = claims(&json!({"tid": id, "upn": "ann@distri.example", "amr": ["pwd", "mfa"], "wids": []}));
        assert_eq!(told.tid, id.parse().ok());
        assert_eq!((told.multi_factor(), told.global_admin()), (Told::Yes, Told::No));
        assert_eq!(told.user().map(SmolStr::as_str), Some("ann@distri.example"));
        let none = claims(&json!({"tid": "organizations", "aud": "https://graph.windows.net/"}));
        assert_eq!((none.tid, none.multi_factor()), (None, Told::Unknown));
        assert!(none.is_for_graph());
        assert_eq!(claims(&json!({"amr": ["pwd"]})).multi_factor(), Told::No);
    }

    #[test]
    fn other_tokens_tell_nothing() {
        for text in ["", "opaque", "a.b.c", "a.!!.c"] {
            assert_eq!(Claims::of(&Secret::new(text.into())), None, "{text}");
        }
    }
}
