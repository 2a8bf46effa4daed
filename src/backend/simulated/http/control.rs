//! The control side, below `/simulate/`: the human sides, the clock, who signs in, limits, faults, and what was asked. No part
//! of Partner Center; it needs no token.

use super::act::Act;
use super::faults::{Faults, Script};
use super::log::Log;
use super::reply::{Failure, Reply};
use super::sign_in::Decision;
use super::throttle::Limits;
use super::world::World;
use crate::backend::simulated::seed;
use http::{Request, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Answers a request of the control side; none when the path is not its.
pub(super) fn answer(world: &mut World, request: &Request<Vec<u8>>) -> Option<Reply> {
    let rest = request.uri().path().strip_prefix("/simulate/")?;
    let answered = match (request.method().as_str(), rest) {
        ("GET", "tenant") => tenant(world),
        ("GET", "requests") => Ok(Reply::ok(world.log.json())),
        ("DELETE", "requests") => {
            world.log = Log::default();
            Ok(done())
        }
        ("GET", "faults") => Ok(Reply::ok(world.faults.json())),
        ("DELETE", "faults") => {
            world.faults = Faults::default();
            Ok(done())
        }
        ("POST", "faults") => body::<Script>(request).map(|script| {
            world.set_faults(script);
            done()
        }),
        ("POST", "limits") => body::<Limits>(request).map(|limits| {
            world.set_limits(limits);
            done()
        }),
        ("POST", "user") => body(request).map(|user| {
            world.sign_in.user = user;
            done()
        }),
        ("POST", "refreshToken") => refresh_token(world, request),
        ("POST", "revoke") => body::<Value>(request).map(|value| {
            world.sign_in.revoke(value["refreshToken"].as_str().unwrap_or_default());
            done()
        }),
        ("POST", path) => match path.strip_prefix("devices/").and_then(|path| path.split_once('/')) {
            Some((code, "approve")) => decide(world, code, Decision::Approved),
            Some((code, "decline")) => decide(world, code, Decision::Declined),
            Some(_) => Err(Failure::not_found("No such control.")),
            None => act(world, path, request),
        },
        _ => Err(Failure::not_found("No such control.")),
    };
    Some(answered.unwrap_or_else(|failure| failure.reply()))
}

fn done() -> Reply {
    Reply::ok(json!({"done": true}))
}

fn tenant(world: &World) -> Result<Reply, Failure> {
    let mut text = Vec::new();
    let unwritten = |error: std::io::Error| Failure::input(error.to_string());
    seed::write(world.tenant(), &mut text).map_err(unwritten)?;
    Ok(Reply::text(String::from_utf8_lossy(&text)))
}

/// `POST /simulate/sign` with the act's content.
fn act(world: &mut World, name: &str, request: &Request<Vec<u8>>) -> Result<Reply, Failure> {
    let content: Value = body(request)?;
    let act: Act = serde_json::from_value(json!({name: content})).map_err(|error| Failure::input(error.to_string()))?;
    world.act(&act).map_err(|error| Failure::new(StatusCode::CONFLICT, 0, error.to_string()))?;
    Ok(Reply::ok(json!({"done": true, "clock": world.tenant().clock()})))
}

fn refresh_token(world: &mut World, request: &Request<Vec<u8>>) -> Result<Reply, Failure> {
    let value: Value = body(request)?;
    let client = value["clientId"].as_str().ok_or_else(|| Failure::input("clientId is missing."))?;
    Ok(Reply::ok(json!({"refreshToken": world.refresh_token(client)})))
}

fn decide(world: &mut World, code: &str, decision: Decision) -> Result<Reply, Failure> {
    if world.sign_in.decide(code, decision) { Ok(done()) } else { Err(Failure::not_found("No such device code.")) }
}

fn body<T: DeserializeOwned>(request: &Request<Vec<u8>>) -> Result<T, Failure> {
    let bytes: &[u8] = if request.body().is_empty() { b"{}" } else { request.body() };
    serde_json::from_slice(bytes).map_err(|error| Failure::input(error.to_string()))
}
