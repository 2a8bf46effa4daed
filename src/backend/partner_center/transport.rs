//! The only socket of the client: one request, one whole reply, by HTTPS except on this machine. Follows no redirect,
//! repeats nothing, reads no environment, and tells exactly whether a request may have been taken.

mod stage;
mod words;

use super::hosts::{self, Reach};
use super::{Transport, TransportError};
use crate::model::Secret;
use http::{Method, Request, Response, Uri};
use smol_str::{SmolStr, format_smolstr};
use stage::{Connecting, Naming};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use ureq::Agent;
use ureq::config::Config;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Most bytes of a reply that says yes.
const LONGEST: u64 = 64 * 1024 * 1024;
/// Most bytes of a reply that says no: what is longer is a page for people, and its beginning tells.
const LONGEST_REFUSAL: u64 = 64 * 1024;
/// A connection nobody used for so long is not used again: the other side may have closed it.
const IDLE: Duration = Duration::from_secs(5);

/// The way to the service.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// URL of a proxy; it may hold a password.
    pub proxy: Option<Secret>,
    /// Hosts reached without it: `example.com` with what is below it, or `*`.
    pub no_proxy: Vec<SmolStr>,
    /// More hosts that may be asked.
    pub allowed: Vec<SmolStr>,
}

/// Sends over the network.
pub struct Https {
    network: Network,
    agents: Mutex<BTreeMap<(Road, Duration), Agent>>,
    roots: OnceLock<RootCerts>,
}

/// How a host is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Road {
    Loopback,
    Direct,
    Proxy,
}

impl Https {
    /// Over this network. Opens nothing yet.
    #[must_use]
    pub fn new(network: Network) -> Self {
        Self { network, agents: Mutex::default(), roots: OnceLock::new() }
    }
    fn road(&self, uri: &Uri) -> Result<Road, SmolStr> {
        let host = uri.host().unwrap_or_default();
        Ok(match (hosts::admit(uri, &self.network.allowed)?, &self.network.proxy) {
            (Reach::Loopback, _) => Road::Loopback,
            (Reach::Network, Some(_)) if !is_exempt(host, &self.network.no_proxy) => Road::Proxy,
            (Reach::Network, Some(_) | None) => Road::Direct,
        })
    }
    /// The agent of a road and a timeout: each keeps its own connections.
    fn agent(&self, road: Road, timeout: Duration) -> Result<Agent, SmolStr> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&(road, timeout)) {
            return Ok(agent.clone());
        }
        let proxy = match (road, &self.network.proxy) {
            (Road::Proxy, Some(url)) => Some(proxy(url)?),
            (Road::Loopback | Road::Direct | Road::Proxy, _) => None,
        };
        let roots = match road {
            // Nothing is verified on this machine but a TLS stand-in, and a machine without a store must do.
            Road::Loopback => RootCerts::WebPki,
            Road::Direct | Road::Proxy => self.roots.get_or_init(system_roots).clone(),
        };
        let config = Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_age(IDLE)
            .proxy(proxy)
            .timeout_global(Some(timeout))
            .user_agent(concat!("twotier/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .build();
        let agent = Agent::with_parts(config, Connecting::default(), Naming::default());
        agents.insert((road, timeout), agent.clone());
        Ok(agent)
    }
}

impl Transport for Https {
    fn send(&self, request: Request<Vec<u8>>, timeout: Duration) -> Result<Response<Vec<u8>>, TransportError> {
        let uri = request.uri().clone();
        let road = self.road(&uri).map_err(TransportError::NotSent)?;
        let agent = self.agent(road, timeout).map_err(TransportError::NotSent)?;
        let scene = words::Scene { uri: &uri, proxied: road == Road::Proxy, timeout };
        let explained = |error: ureq::Error| words::explain(&error, scene);
        let (parts, body) = request.into_parts();
        let bare = body.is_empty() && !matches!(parts.method, Method::POST | Method::PUT | Method::PATCH);
        let reply =
            if bare { agent.run(Request::from_parts(parts, ())) } else { agent.run(Request::from_parts(parts, body)) };
        let (parts, body) = reply.map_err(explained)?.into_parts();
        let limit = if parts.status.is_success() { LONGEST } else { LONGEST_REFUSAL };
        let mut bytes = Vec::new();
        let read = body.into_reader().take(limit + 1).read_to_end(&mut bytes);
        // The beginning of a refusal is enough to tell; half of an answer is none.
        if let (Err(error), true) = (read, parts.status.is_success()) {
            return Err(words::broken(&error, scene));
        }
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            if parts.status.is_success() {
                return Err(TransportError::Lost(format_smolstr!(
                    "the reply of `{}` is longer than {} MiB, which no answer of Partner Center is",
                    uri.host().unwrap_or_default(),
                    LONGEST / 1024 / 1024
                )));
            }
            bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        }
        Ok(Response::from_parts(parts, bytes))
    }
}

/// What the machine trusts, which is where a company puts the root of its interception; what is built in when there is
/// no store at all.
fn system_roots() -> RootCerts {
    let found = rustls_native_certs::load_native_certs().certs;
    if found.is_empty() {
        return RootCerts::WebPki;
    }
    RootCerts::from(found.into_iter().map(|certificate| Certificate::from_der(&certificate).to_owned()))
}

/// # Errors
/// When it is no proxy this client can use. Its URL is not repeated: it may hold a password.
fn proxy(url: &Secret) -> Result<ureq::Proxy, SmolStr> {
    let text = url.expose();
    let scheme = text.split_once("://").map_or("http", |(scheme, _)| scheme);
    if !matches!(scheme, "http" | "https") {
        return Err(format_smolstr!("the proxy is a `{scheme}` proxy; only http and https proxies can be used"));
    }
    ureq::Proxy::new(text)
        .map_err(|_| SmolStr::new_static("HTTPS_PROXY is no URL of a proxy, such as http://proxy:8080"))
}

/// Whether a host is reached without the proxy.
fn is_exempt(host: &str, no_proxy: &[SmolStr]) -> bool {
    let host = host.to_ascii_lowercase();
    no_proxy.iter().any(|entry| {
        let entry = entry.to_ascii_lowercase();
        let name = entry.trim_start_matches("*.").trim_start_matches('.');
        entry == "*" || host == name || host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests;
