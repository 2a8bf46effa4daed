//! Every endpoint in one table, and the way of a request: faults, sign-in, limits, endpoint, reply headers, log. Knows no
//! shape of any body.

use super::call::{Call, decoded, pairs};
use super::delivery::Delivery;
use super::log::Entry;
use super::reply::{Failure, Reply, Speaker, throttled};
use super::sign_in::{self, Access};
use super::world::World;
use super::{
    audit, carts, catalog, checks, control, customers, new_customer, orders, patch, profiles, resellers, subscriptions,
    users,
};
use crate::model::RequestId;
use http::{Request, Response, StatusCode};

/// What an endpoint answers with.
type Answer = Result<Reply, Failure>;

/// One endpoint.
struct Endpoint {
    method: &'static str,
    /// `*` stands for one changing part.
    path: &'static str,
    access: Access,
    roles: &'static [&'static str],
    answer: fn(&mut World, &Call<'_>) -> Answer,
}

/// Whoever works in the portal. Source: learn, permissions-overview.
const AGENTS: &[&str] = &["AdminAgents", "SalesAgents"];
/// The same, and those who only help.
const HELPERS: &[&str] = &["AdminAgents", "SalesAgents", "HelpdeskAgents"];
const ADMINS: &[&str] = &["AdminAgents"];

const fn get(path: &'static str, access: Access, answer: fn(&mut World, &Call<'_>) -> Answer) -> Endpoint {
    Endpoint { method: "GET", path, access, roles: HELPERS, answer }
}
const fn write(
    method: &'static str,
    path: &'static str,
    access: Access,
    roles: &'static [&'static str],
    answer: fn(&mut World, &Call<'_>) -> Answer,
) -> Endpoint {
    Endpoint { method, path, access, roles, answer }
}

use Access::{Any, AppUser};

/// Exact paths before patterns that would match them too.
const ENDPOINTS: &[Endpoint] = &[
    get("/v1/relationships", AppUser, resellers::list),
    get("/v1/customers", Any, customers::list),
    write("POST", "/v1/customers", Any, AGENTS, new_customer::create),
    get("/v1/customers/relationshiprequests", AppUser, customers::relationship_request),
    get("/v1/customers/*", Any, customers::one),
    get("/v1/customers/*/organization", Any, customers::organization),
    get("/v1/customers/*/relationships", AppUser, resellers::of_customer),
    get("/v1/customers/*/validationStatus", AppUser, customers::validation_status),
    get("/v1/customers/*/agreements", AppUser, customers::agreements),
    get("/v1/customers/*/directSignedMicrosoftCustomerAgreementStatus", AppUser, customers::signed_directly),
    get("/v1/customers/*/subscriptions", Any, subscriptions::list),
    get("/v1/customers/*/subscriptions/*", Any, subscriptions::one),
    write("PATCH", "/v1/customers/*/subscriptions/*", Any, AGENTS, patch::replace),
    get("/v1/customers/*/subscriptions/*/supportcontact", AppUser, subscriptions::support_contact),
    write(
        "PUT",
        "/v1/customers/*/subscriptions/*/supportcontact",
        AppUser,
        HELPERS,
        subscriptions::put_support_contact,
    ),
    write("POST", "/v1/customers/*/carts", Any, AGENTS, carts::create),
    get("/v1/customers/*/carts/*", Any, carts::one),
    write("POST", "/v1/customers/*/carts/*/checkout", Any, AGENTS, carts::check_out),
    get("/v1/customers/*/orders", Any, orders::list),
    write("POST", "/v1/customers/*/orders", Any, AGENTS, orders::create),
    get("/v1/customers/*/orders/*", Any, orders::one),
    get("/v1/customers/*/users", AppUser, users::list),
    write("PATCH", "/v1/customers/*/users/*/resetpassword", AppUser, ADMINS, users::reset_password),
    Endpoint { method: "HEAD", path: "/v1/domains/*", access: Any, roles: HELPERS, answer: checks::domain },
    write("POST", "/v1/validations/address", Any, HELPERS, checks::address),
    get("/v1/countryvalidationrules/*", Any, checks::country_rules),
    get("/v1/products", Any, catalog::products),
    get("/v1/products/*", Any, catalog::product),
    get("/v1/products/*/skus", Any, catalog::skus),
    get("/v1/products/*/skus/*", Any, catalog::sku),
    get("/v1/products/*/skus/*/availabilities", Any, catalog::availabilities),
    get("/v1/products/*/skus/*/availabilities/*", Any, catalog::availability),
    write("POST", "/v1/partners/validateresellers", Any, ADMINS, resellers::validate),
    get("/v1/compliance/csp/agreementstatus", AppUser, resellers::agreement_status),
    get("/v1/profiles/mpn", AppUser, profiles::mpn),
    get("/v1/profiles/organization", AppUser, profiles::organization),
    get("/v1/profiles/legalbusiness", Any, profiles::legal_business),
    get("/v1/auditrecords", Any, audit::list),
];

/// Answers a request. Equal worlds and requests give equal replies.
pub fn answer(world: &mut World, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let ids = Ids::of(world, request);
    if let Some(reply) = control::answer(world, request) {
        return response(world, request, &ids, reply);
    }
    let (endpoint, reply, delivery) = faulty(world, request, &ids);
    world.log.note(Entry {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        endpoint,
        status: reply.status.as_u16(),
        request: ids.request.to_string(),
        correlation: ids.correlation.to_string(),
    });
    let mut response = response(world, request, &ids, reply);
    response.extensions_mut().insert(delivery);
    response
}

/// As [`routed`], and as the script of faults says.
fn faulty(world: &mut World, request: &Request<Vec<u8>>, ids: &Ids) -> (String, Reply, Delivery) {
    let path = request.uri().path();
    let due = world.faults.due(request.method().as_str(), path);
    for act in due.iter().flat_map(|rule| &rule.acts) {
        // What somebody cannot do does not happen; the request goes on.
        drop(world.act(act));
    }
    let Some(fault) = due.and_then(|rule| rule.fault) else {
        let (endpoint, reply) = routed(world, request, ids);
        return (endpoint, reply, Delivery::Whole);
    };
    if let Some((reply, delivery)) = fault.instead() {
        return (path.to_owned(), reply, delivery);
    }
    let usual = world.tenant.header.orders_show_after;
    world.tenant.header.orders_show_after = fault.late().unwrap_or(usual);
    let (endpoint, reply) = routed(world, request, ids);
    world.tenant.header.orders_show_after = usual;
    let token = request.headers().get("MS-ContinuationToken").and_then(|token| token.to_str().ok());
    let (reply, delivery) = fault.spoil(reply, token);
    (endpoint, reply, delivery)
}

/// The two ids of a call, as sent or made up. Source: learn, headers.
struct Ids {
    request: RequestId,
    correlation: RequestId,
}
impl Ids {
    fn of(world: &World, request: &Request<Vec<u8>>) -> Self {
        let sent = |name: &str| request.headers().get(name)?.to_str().ok()?.parse().ok();
        Self {
            request: sent("MS-RequestId").unwrap_or_else(|| world.fresh("request")),
            correlation: sent("MS-CorrelationId").unwrap_or_else(|| world.fresh("correlation")),
        }
    }
}

fn routed(world: &mut World, request: &Request<Vec<u8>>, ids: &Ids) -> (String, Reply) {
    let path = request.uri().path();
    if let Some(reply) = sign_in::answer(world, request) {
        return (path.to_owned(), reply);
    }
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let method = request.method().as_str();
    let matching: Vec<(&Endpoint, Vec<String>)> =
        ENDPOINTS.iter().filter_map(|endpoint| Some((endpoint, matched(endpoint.path, &segments)?))).collect();
    let Some((first, _)) = matching.first() else {
        return (path.to_owned(), Failure::not_found("Resource not found.").reply());
    };
    let pattern = first.path.to_owned();
    let reply = match matching.into_iter().find(|(endpoint, _)| endpoint.method == method) {
        None => Failure::new(StatusCode::METHOD_NOT_ALLOWED, 405, "The method is not allowed.").reply(),
        Some((endpoint, parts)) => {
            called(world, request, ids, (endpoint, parts)).unwrap_or_else(|failure| failure.reply())
        }
    };
    (pattern, reply)
}

fn called(
    world: &mut World,
    request: &Request<Vec<u8>>,
    ids: &Ids,
    (endpoint, parts): (&Endpoint, Vec<String>),
) -> Answer {
    let about = parts.first().filter(|_| endpoint.path.starts_with("/v1/customers/*")).map(String::as_str);
    let moment = world.moment();
    if let Some(seconds) = world.throttle.count(moment, about) {
        return Ok(throttled(seconds));
    }
    let caller = sign_in::caller(request.headers(), world.tenant().id(), world.tenant().clock())?;
    caller.may(endpoint.access, endpoint.roles)?;
    let raw_query = request.uri().query().unwrap_or_default();
    let query = pairs(raw_query.as_bytes());
    let (headers, body) = (request.headers(), request.body().as_slice());
    let call = Call { parts, query: &query, raw_query, headers, body, request: ids.request, caller: &caller };
    let before = world.tenant.audit.len();
    let reply = (endpoint.answer)(world, &call);
    world.sign(before, &call.caller.application);
    reply
}

/// The changing parts of a path that fits a pattern; case counts in ids only.
fn matched(pattern: &str, segments: &[&str]) -> Option<Vec<String>> {
    let pattern: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
    if pattern.len() != segments.len() {
        return None;
    }
    let mut parts = Vec::new();
    for (wanted, given) in pattern.iter().zip(segments) {
        match *wanted {
            "*" if given.is_empty() => return None,
            "*" => parts.push(decoded(given)),
            literal if literal.eq_ignore_ascii_case(given) => {}
            _ => return None,
        }
    }
    Some(parts)
}

fn response(world: &World, request: &Request<Vec<u8>>, ids: &Ids, reply: Reply) -> Response<Vec<u8>> {
    let (bytes, kind) = reply.content.bytes();
    let head = request.method() == http::Method::HEAD;
    let mut builder = Response::builder().status(reply.status);
    // Some documented replies carry a correlation id of their own. Source: learn, get-a-subscription-s-support-contact.
    let own = request.uri().path().ends_with("/supportcontact");
    let correlation = if own { world.fresh("own correlation") } else { ids.correlation };
    if reply.speaker == Speaker::Service {
        builder = builder
            .header("MS-RequestId", ids.request.to_string())
            .header("MS-CorrelationId", correlation.to_string())
            .header("MS-CV", format!("{}.0", &world.tenant().token(&ids.request.to_string())[..22]))
            .header("MS-ServerId", "030011719");
    }
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    if let Some(kind) = kind {
        builder = builder.header("Content-Type", kind);
    }
    builder.body(if head { Vec::new() } else { bytes }).unwrap_or_else(|_| {
        let mut broken = Response::new(Vec::new());
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        broken
    })
}
