//! What went wrong on the way, in words somebody can act on, and whether the request may have been taken. The words of
//! the libraries below are read here and nowhere else.
#![expect(clippy::wildcard_enum_match_arm, reason = "the errors of a library, which may grow")]

use super::super::{TransportError, hosts};
use super::stage::Before;
use http::Uri;
use smol_str::{SmolStr, format_smolstr};
use std::io::{self, ErrorKind};
use std::time::Duration;

/// What was tried.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) uri: &'a Uri,
    pub(super) proxied: bool,
    pub(super) timeout: Duration,
}
impl Scene<'_> {
    fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }
}

/// Why there is no reply.
pub(super) fn explain(error: &ureq::Error, scene: Scene<'_>) -> TransportError {
    let before = match error {
        ureq::Error::Other(other) => other.downcast_ref::<Before>(),
        _ => None,
    };
    match before {
        Some(Before::Name(error)) => TransportError::NotSent(name(error, scene)),
        Some(Before::Connection(error)) => TransportError::NotSent(connection(error, scene)),
        None if is_refused_here(error) => {
            TransportError::NotSent(format_smolstr!("the request cannot be sent: {error}"))
        }
        None => TransportError::Lost(after(error, scene)),
    }
}

/// A reply that broke off.
pub(super) fn broken(error: &io::Error, scene: Scene<'_>) -> TransportError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    if matches!(inner, Some(ureq::Error::Timeout(_))) || error.kind() == ErrorKind::TimedOut {
        return TransportError::Lost(late(scene));
    }
    TransportError::Lost(format_smolstr!(
        "the connection to `{}` broke in the middle of its reply: {error}",
        scene.host()
    ))
}

/// Errors of this side, before anything is connected.
fn is_refused_here(error: &ureq::Error) -> bool {
    matches!(
        error,
        ureq::Error::BadUri(_)
            | ureq::Error::Http(_)
            | ureq::Error::RequireHttpsOnly(_)
            | ureq::Error::InvalidProxyUrl
            | ureq::Error::TlsRequired
    )
}

fn name(error: &ureq::Error, scene: Scene<'_>) -> SmolStr {
    let host = scene.host();
    if matches!(error, ureq::Error::Timeout(_)) {
        return format_smolstr!(
            "the name `{host}` was not resolved within {} s: is there a network?",
            scene.timeout.as_secs()
        );
    }
    if scene.proxied {
        return format_smolstr!("the proxy's name is not known ({error}): check HTTPS_PROXY");
    }
    format_smolstr!(
        "the name `{host}` is not known ({error}): check the network, and HTTPS_PROXY if only a proxy knows names here"
    )
}

fn connection(error: &ureq::Error, scene: Scene<'_>) -> SmolStr {
    let host = scene.host();
    let text = error.to_string();
    match error {
        ureq::Error::Timeout(_) => format_smolstr!(
            "`{host}` did not let itself be connected to within {} s: a firewall that drops, or a proxy that is not set \
             (HTTPS_PROXY)?",
            scene.timeout.as_secs()
        ),
        ureq::Error::ConnectProxyFailed(answer) => format_smolstr!(
            "the proxy did not let the connection to `{host}` pass (it said `{}`): it may want a name and password in \
             HTTPS_PROXY, or the host must be allowed there",
            answer.lines().next().unwrap_or_default().trim()
        ),
        _ => trust(&text, host).unwrap_or_else(|| socket(error, &text, scene)),
    }
}

/// What the handshake says of trust.
fn trust(text: &str, host: &str) -> Option<SmolStr> {
    let low = text.to_ascii_lowercase();
    let says = |part: &str| low.contains(part);
    if says("notvalidyet") || says("not valid yet") {
        return Some(format_smolstr!(
            "the certificate of `{host}` is not valid yet ({text}): is this machine's clock right?"
        ));
    }
    if says("expired") {
        return Some(format_smolstr!(
            "the certificate of `{host}` has expired ({text}): is this machine's clock right?"
        ));
    }
    if says("notvalidforname") || says("not valid for name") {
        return Some(format_smolstr!(
            "somebody else answers for `{host}` ({text}): a captive portal or a proxy on the way; nothing was sent"
        ));
    }
    if says("unknownissuer")
        || says("unknown issuer")
        || says("unsupportedcertversion")
        || says("invalid peer certificate")
    {
        return Some(format_smolstr!(
            "the certificate of `{host}` is not trusted ({text}): where a company looks into TLS, its root belongs into the \
             system's store, or into a file named by SSL_CERT_FILE; nothing was sent"
        ));
    }
    if says("tls") && says("corrupt") || says("invalidcontenttype") {
        return Some(format_smolstr!(
            "what answers for `{host}` does not speak TLS ({text}): a proxy or a captive portal on the way; nothing was sent"
        ));
    }
    None
}

fn socket(error: &ureq::Error, text: &str, scene: Scene<'_>) -> SmolStr {
    let host = scene.host();
    let kind = if let ureq::Error::Io(error) = error { error.kind() } else { ErrorKind::Other };
    let who = if scene.proxied { "the proxy".to_owned() } else { format!("`{host}`") };
    match kind {
        ErrorKind::ConnectionRefused if hosts::is_local(&scene.uri.to_string()) => format_smolstr!(
            "nothing listens at `{}`: is `twotier simulate --listen` running?",
            scene.uri.authority().map_or(host, http::uri::Authority::as_str)
        ),
        ErrorKind::ConnectionRefused => format_smolstr!("{who} refuses connections: a firewall, or the wrong port?"),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable => format_smolstr!(
            "there is no way to {who} from here ({text}): a network with IPv6 only reaches it by a proxy (HTTPS_PROXY) or \
             NAT64"
        ),
        _ => format_smolstr!("no connection to {who}: {text}; nothing was sent"),
    }
}

fn after(error: &ureq::Error, scene: Scene<'_>) -> SmolStr {
    match error {
        ureq::Error::Timeout(_) => late(scene),
        other => format_smolstr!("the connection to `{}` broke before its reply was there: {other}", scene.host()),
    }
}

fn late(scene: Scene<'_>) -> SmolStr {
    format_smolstr!("`{}` did not answer within {} s", scene.host(), scene.timeout.as_secs())
}
