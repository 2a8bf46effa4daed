//! The paths of the sign-in service, and its error bodies. Source: learn, enable-secure-app-model; v2-oauth2-auth-code-flow;
//! reference-error-codes (AADSTS).

use super::{authorize, device, grant};
use crate::backend::simulated::http::World;
use crate::backend::simulated::http::call::pairs;
use crate::backend::simulated::http::reply::Reply;
use crate::model::{TenantId, Timestamp};
use http::StatusCode;
use serde_json::json;
use std::collections::BTreeMap;

/// Either generation of the endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `resource`, numbers as texts.
    One,
    /// `scope`, numbers as numbers.
    Two,
}

/// A request to the sign-in service.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) version: Version,
    /// The tenant of the path, as written.
    pub(super) tenant: &'a str,
    /// Form or query, keys in lower case.
    pub(super) form: BTreeMap<String, String>,
}

impl Asked<'_> {
    /// A field that is not empty.
    pub(super) fn field(&self, key: &str) -> Option<&str> {
        self.form.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
    /// What the token is asked for: the resource, or the resource of the first scope that names one.
    pub(super) fn audience(&self) -> Option<String> {
        match self.version {
            Version::One => self.field("resource").map(str::to_owned),
            Version::Two => {
                let scopes = self.field("scope").unwrap_or_default().split(' ');
                let mut named = scopes.filter(|scope| scope.contains("://"));
                named.next().and_then(|scope| scope.rsplit_once('/')).map(|(resource, _)| resource.to_owned())
            }
        }
    }
}

/// Why the sign-in service says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Denial {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) code: u32,
    pub(super) text: String,
}
impl Denial {
    pub(super) fn new(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
        Self { status, error, code, text: text.into() }
    }
    fn reply(&self, world: &World) -> Reply {
        let Self { status, error, code, text } = self;
        let (trace, correlation) = (world.fresh("trace"), world.fresh("correlation"));
        let at = zoned(world.tenant().clock());
        let words = format!("AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}");
        Reply::new(
            *status,
            json!({"error": error, "error_description": words, "error_codes": [code], "timestamp": at,
                "trace_id": trace, "correlation_id": correlation}),
        )
        .with("Cache-Control", "no-store")
    }
}

fn zoned(at: Timestamp) -> String {
    at.to_string().replace('T', " ")
}

/// Answers a request to the sign-in service; none when the path is not one of its.
pub(in super::super) fn answer(world: &mut World, request: &http::Request<Vec<u8>>) -> Option<Reply> {
    let mut segments = request.uri().path().trim_matches('/').split('/');
    let (tenant, "oauth2") = (segments.next()?, segments.next()?) else { return None };
    let rest: Vec<&str> = segments.collect();
    let (version, what) = match rest.as_slice() {
        [what] => (Version::One, *what),
        ["v2.0", what] => (Version::Two, *what),
        _ => return None,
    };
    let method = request.method().as_str();
    let form = match method {
        "GET" => pairs(request.uri().query().unwrap_or_default().as_bytes()),
        _ => pairs(request.body()),
    };
    let asked = Asked { version, tenant, form };
    if let Err(denial) = known_tenant(world, tenant) {
        return Some(denial.reply(world));
    }
    let answered = match (method, what) {
        ("POST", "token") => grant::answer(world, &asked),
        ("POST", "devicecode") => device::answer(world, &asked),
        ("GET", "authorize") => authorize::answer(world, &asked),
        ("GET" | "POST", _) | (_, "token" | "devicecode" | "authorize") => {
            return Some(Reply::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        _ => return None,
    };
    Some(answered.unwrap_or_else(|denial| denial.reply(world)))
}

/// The provider's own tenant only: a customer's does not know the application.
fn known_tenant(world: &World, text: &str) -> Result<(), Denial> {
    let tenant: Option<TenantId> = text.parse().ok();
    match tenant {
        Some(id) if id == world.tenant().id() => Ok(()),
        Some(id) if world.tenant().customer(id.into()).is_some() => Err(Denial::new(
            "unauthorized_client",
            700_016,
            format!("Application was not found in the directory of tenant '{id}'."),
        )),
        Some(_) | None => Err(Denial::new("invalid_request", 90_002, format!("Tenant '{text}' not found."))),
    }
}
