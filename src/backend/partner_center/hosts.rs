//! Where tokens and secrets may go: the hosts of Microsoft's clouds, this machine, and what was allowed beside the
//! files. Opens no connection.

use http::Uri;
use smol_str::{SmolStr, format_smolstr};

/// One of Microsoft's clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// The public one.
    Public,
    /// US Government. Partner Center itself is the public host; only the sign-in is another.
    UsGovernment,
    /// China, operated by 21Vianet.
    China,
}

/// Where a cloud is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub cloud: Cloud,
    /// Base of Partner Center's API. Source: learn, partner-center-rest-urls.
    pub api: &'static str,
    /// Base of the sign-in service. Source: learn, authentication-national-cloud.
    pub authority: &'static str,
    /// What a token is asked for. Source: learn, enable-secure-app-model; for China unconfirmed, the API's own base.
    pub resource: &'static str,
}

/// Every cloud.
pub const CLOUDS: [Place; 3] = [
    Place {
        cloud: Cloud::Public,
        api: "https://api.partnercenter.microsoft.com",
        authority: "https://login.microsoftonline.com",
        resource: "https://api.partnercenter.microsoft.com",
    },
    Place {
        cloud: Cloud::UsGovernment,
        api: "https://api.partnercenter.microsoft.com",
        authority: "https://login.microsoftonline.us",
        resource: "https://api.partnercenter.microsoft.com",
    },
    Place {
        cloud: Cloud::China,
        api: "https://partner.partnercenterapi.microsoftonline.cn",
        authority: "https://login.partner.microsoftonline.cn",
        resource: "https://partner.partnercenterapi.microsoftonline.cn",
    },
];

impl Cloud {
    /// Where it is.
    #[must_use]
    pub fn place(self) -> &'static Place {
        match self {
            Self::Public => &CLOUDS[0],
            Self::UsGovernment => &CLOUDS[1],
            Self::China => &CLOUDS[2],
        }
    }
    /// The cloud whose API is at this URL; the public one for any other.
    #[must_use]
    pub fn of(api: &str) -> Self {
        CLOUDS.iter().find(|place| place.api == api.trim_end_matches('/')).map_or(Self::Public, |place| place.cloud)
    }
}

/// How a host is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// On this machine, also without TLS, never by a proxy.
    Loopback,
    /// Elsewhere, by TLS only.
    Network,
}

/// Whether a request may go there at all.
///
/// # Errors
/// Why not, and the mend.
pub fn admit(uri: &Uri, allowed: &[SmolStr]) -> Result<Reach, SmolStr> {
    let host = uri.host().unwrap_or_default();
    if host.is_empty() {
        return Err(format_smolstr!("`{uri}` names no host"));
    }
    if is_loopback(host) {
        return Ok(Reach::Loopback);
    }
    if uri.scheme_str() != Some("https") {
        return Err(format_smolstr!(
            "`{host}` would be reached without TLS: only `https://` is, except on this machine"
        ));
    }
    let built_in = || {
        CLOUDS
            .iter()
            .flat_map(|place| [place.api, place.authority])
            .any(|base| base.strip_prefix("https://").is_some_and(|known| known.eq_ignore_ascii_case(host)))
    };
    if built_in() || allowed.iter().any(|known| known.eq_ignore_ascii_case(host)) {
        return Ok(Reach::Network);
    }
    Err(format_smolstr!(
        "`{host}` is no host of Microsoft's clouds, so no token is sent there; if it is yours, say so beside the files: \
         TWOTIER_CENTER_ALLOW={host}"
    ))
}

/// Whether a URL is on this machine.
#[must_use]
pub fn is_local(url: &str) -> bool {
    url.parse::<Uri>().is_ok_and(|uri| uri.host().is_some_and(is_loopback))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(url: &str, allowed: &[&str]) -> Result<Reach, SmolStr> {
        let allowed: Vec<SmolStr> = allowed.iter().map(SmolStr::new).collect();
        admit(&url.parse().expect("a URL"), &allowed)
    }

    #[test]
    fn tokens_go_to_microsoft_and_to_this_machine_only() {
        for place in CLOUDS {
            assert_eq!(admitted(place.api, &[]), Ok(Reach::Network));
            assert_eq!(admitted(place.authority, &[]), Ok(Reach::Network));
        }
        for here in
            ["http://127.0.0.1:80/x", "http://127.9.9.9", "http://[::1]:1", "http://LOCALHOST:1", "https://localhost"]
        {
            assert_eq!(admitted(here, &[]), Ok(Reach::Loopback), "{here}");
        }
        for elsewhere in [
            "https://api.partnercenter.microsoft.com.evil.example",
            "https://api.partnercenter.microsoft.com@evil.example/v1",
            "https://evil.example/api.partnercenter.microsoft.com",
            "https://128.0.0.1",
            "https://localhost.evil.example",
            "http://api.partnercenter.microsoft.com",
        ] {
            let refused = admitted(elsewhere, &[]).expect_err(elsewhere);
            assert!(refused.contains("TWOTIER_CENTER_ALLOW=") || refused.contains("without TLS"), "{refused}");
        }
        assert_eq!(admitted("https://gateway.example/v1", &["gateway.example"]), Ok(Reach::Network));
        assert!(admitted("http://gateway.example/v1", &["gateway.example"]).is_err(), "allowed is not without TLS");
    }

    #[test]
    fn a_cloud_is_known_by_its_api() {
        assert_eq!(Cloud::of("https://partner.partnercenterapi.microsoftonline.cn/"), Cloud::China);
        assert_eq!(Cloud::of("https://api.partnercenter.microsoft.com"), Cloud::Public);
        assert!(CLOUDS.iter().all(|place| place.cloud.place() == place));
    }
}
