//! Whether a call may be made with its bearer token: tenant, audience, age, second factor, application or user, role.
//! Source: learn, partner-center-authentication; error-codes (800001, 900150, 900329, 900420, 900421).

use super::token;
use crate::backend::simulated::http::reply::Failure;
use crate::model::{TenantId, Timestamp};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What tokens must be for. Source: learn, partner-center-rest-urls.
const AUDIENCES: [&str; 3] = [
    "https://api.partnercenter.microsoft.com",
    "https://partner.partnercenterapi.microsoftonline.cn",
    // The application id of the resource. Source: unconfirmed, Partner-Center-PowerShell.
    "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
];

/// Whose tokens an endpoint takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Access {
    /// Of a user only.
    AppUser,
    /// Of either.
    Any,
}

/// Who makes a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Caller {
    /// Whether a user is signed in, or the application alone.
    pub(in super::super) kind: Kind,
    /// The application.
    pub(in super::super) application: String,
    /// The user's login, or nothing.
    pub(in super::super) user: String,
    roles: Vec<String>,
}

/// Who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// An application and a user.
    AppUser,
    /// An application alone.
    App,
}

impl Caller {
    /// Whether it may use an endpoint.
    ///
    /// # Errors
    /// 403 when a user is wanted or the role is missing.
    pub(in super::super) fn may(&self, access: Access, roles: &[&str]) -> Result<(), Failure> {
        match (self.kind, access) {
            (Kind::App, Access::AppUser) => {
                let text = "App-only access tokens are not supported for this resource.";
                Err(Failure::new(StatusCode::FORBIDDEN, 900_329, text))
            }
            (Kind::App, Access::Any) => Ok(()),
            (Kind::AppUser, Access::AppUser | Access::Any) => {
                let holds = roles.iter().any(|role| self.roles.iter().any(|own| own.eq_ignore_ascii_case(role)));
                if holds { Ok(()) } else { Err(no_role(roles)) }
            }
        }
    }
}

/// Who makes a call, by its bearer token.
///
/// # Errors
/// 401 when the token is missing, expired, meant for another resource, or its user had no second factor; 403 when it is
/// another tenant's.
pub(in super::super) fn caller(headers: &HeaderMap, tenant: TenantId, now: Timestamp) -> Result<Caller, Failure> {
    let given = headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let missing = || unauthorized(800_001, "The partner token is missing.");
    let bearer =
        given.and_then(|text| text.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let (_, text) = bearer.ok_or_else(missing)?;
    let (_, claims) = token::parts(text.trim()).ok_or_else(|| unauthorized(400, "Access denied: no valid token."))?;
    let text = |key: &str| claims[key].as_str().unwrap_or_default();
    if !AUDIENCES.contains(&text("aud").trim_end_matches('/')) {
        return Err(unauthorized(900_420, "The audience of the access token is not valid for this resource."));
    }
    if claims["exp"].as_i64().is_none_or(|expires| expires <= now.seconds()) {
        return Err(unauthorized(400, "Access denied: the token is expired."));
    }
    if text("tid").parse() != Ok(tenant) {
        return Err(Failure::new(StatusCode::FORBIDDEN, 1002, "Authorization Failed"));
    }
    let kind = if text("idtyp") == "app" || claims["scp"].is_null() { Kind::App } else { Kind::AppUser };
    if kind == Kind::AppUser && !words(&claims["amr"]).iter().any(|word| word == "mfa") {
        return Err(unauthorized(900_421, "The access token does not show multi-factor authentication."));
    }
    Ok(Caller {
        kind,
        application: text("appid").to_owned(),
        user: text("upn").to_owned(),
        roles: words(&claims["roles"]),
    })
}

fn words(value: &Value) -> Vec<String> {
    let entries = value.as_array().into_iter().flatten();
    entries.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn unauthorized(code: u32, text: &str) -> Failure {
    Failure::new(StatusCode::UNAUTHORIZED, code, text)
}

fn no_role(roles: &[&str]) -> Failure {
    let text = format!("Access denied: the user has none of the roles {}.", roles.join(", "));
    Failure::new(StatusCode::FORBIDDEN, 900_150, text)
}
