//! What is asked of the sign-in service, as requests without I/O: forms in two versions of the endpoint, with the proof
//! of the application. Source: learn, enable-secure-app-model; v2-oauth2-auth-code-flow; v2-oauth2-device-code.

use crate::model::{Secret, TenantId};
use form_urlencoded::Serializer;
use http::{Request, header};
use smol_str::SmolStr;

/// The form of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// `/oauth2/token` with `resource`, as the pages of Partner Center show it.
    V1,
    /// `/oauth2/v2.0/token` with `scope`.
    V2,
}

/// Where to sign in, and for what.
#[derive(Clone, Debug)]
pub struct Realm {
    /// Base of the sign-in service, without a slash at the end.
    pub authority: SmolStr,
    /// The provider's tenant.
    pub tenant: TenantId,
    /// The form of the endpoint.
    pub endpoint: Endpoint,
    /// The service the token is for.
    pub resource: SmolStr,
    /// Client id of the application.
    pub client: SmolStr,
}

/// Proof of the application, ready to be sent.
#[derive(Clone, Debug)]
pub enum Proven {
    /// A public client proves nothing.
    Nothing,
    /// A secret.
    Secret(Secret),
    /// A signed assertion: its own, or one of a federated issuer.
    Assertion(Secret),
}

/// What a token is given for.
#[derive(Clone, Debug)]
pub enum Grant<'a> {
    /// An earlier sign-in of a user.
    Refresh(&'a Secret),
    /// The application alone.
    Application,
    /// A code from the browser.
    Code {
        /// The code.
        code: &'a Secret,
        /// Where the browser brought it.
        redirect: &'a str,
        /// What the challenge was made of.
        verifier: &'a Secret,
    },
    /// A device code.
    Device(&'a Secret),
}

impl Realm {
    /// The address of an endpoint: `token`, `authorize`, `devicecode`.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        let Self { authority, tenant, endpoint, .. } = self;
        match endpoint {
            Endpoint::V1 => format!("{authority}/{tenant}/oauth2/{name}"),
            Endpoint::V2 => format!("{authority}/{tenant}/oauth2/v2.0/{name}"),
        }
    }
    /// Asks for a token.
    ///
    /// # Errors
    /// When the authority is no URL.
    pub fn token(&self, grant: &Grant<'_>, proven: &Proven) -> Result<Request<Vec<u8>>, http::Error> {
        let mut form = Serializer::new(String::new());
        form.append_pair("client_id", &self.client);
        let application = matches!(grant, Grant::Application);
        match grant {
            Grant::Refresh(token) => {
                form.append_pair("grant_type", "refresh_token").append_pair("refresh_token", token.expose());
            }
            Grant::Application => {
                form.append_pair("grant_type", "client_credentials");
            }
            Grant::Code { code, redirect, verifier } => {
                form.append_pair("grant_type", "authorization_code").append_pair("code", code.expose());
                form.append_pair("redirect_uri", redirect).append_pair("code_verifier", verifier.expose());
            }
            // Version 1 calls the code `code`. Source: unconfirmed, as clients of that version send it.
            Grant::Device(code) => {
                form.append_pair("grant_type", "urn:ietf:params:oauth:grant-type:device_code");
                form.append_pair("device_code", code.expose());
                if self.endpoint == Endpoint::V1 {
                    form.append_pair("code", code.expose());
                }
            }
        }
        self.audience(&mut form, application);
        match proven {
            Proven::Nothing => {}
            Proven::Secret(secret) => {
                form.append_pair("client_secret", secret.expose());
            }
            Proven::Assertion(assertion) => {
                form.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
                form.append_pair("client_assertion", assertion.expose());
            }
        }
        post(&self.url("token"), form.finish())
    }
    /// Asks for a device code.
    ///
    /// # Errors
    /// When the authority is no URL.
    pub fn device(&self) -> Result<Request<Vec<u8>>, http::Error> {
        let mut form = Serializer::new(String::new());
        form.append_pair("client_id", &self.client);
        self.audience(&mut form, false);
        post(&self.url("devicecode"), form.finish())
    }
    /// The page a person signs in at.
    #[must_use]
    pub fn authorize(&self, redirect: &str, state: &str, challenge: &str) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("client_id", &self.client).append_pair("response_type", "code");
        form.append_pair("redirect_uri", redirect).append_pair("response_mode", "query");
        form.append_pair("state", state).append_pair("code_challenge", challenge);
        form.append_pair("code_challenge_method", "S256").append_pair("prompt", "select_account");
        self.audience(&mut form, false);
        format!("{}?{}", self.url("authorize"), form.finish())
    }
    fn audience(&self, form: &mut Serializer<'_, String>, application: bool) {
        match (self.endpoint, application) {
            (Endpoint::V1, true) => form.append_pair("resource", &self.resource),
            (Endpoint::V1, false) => form.append_pair("resource", &self.resource).append_pair("scope", "openid"),
            (Endpoint::V2, true) => form.append_pair("scope", &format!("{}/.default", self.resource)),
            (Endpoint::V2, false) => {
                form.append_pair("scope", &format!("{}/user_impersonation offline_access openid", self.resource))
            }
        };
    }
}

fn post(url: &str, form: String) -> Result<Request<Vec<u8>>, http::Error> {
    Request::post(url)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(form.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn realm(endpoint: Endpoint) -> Realm {
        Realm {
            authority: "https://login.microsoftonline.com".into(),
            tenant: "11111111-1111-4111-8111-111111111111".parse().expect("a tenant"),
            endpoint,
            resource: "https://api.partnercenter.microsoft.com".into(),
            client: "c1".into(),
        }
    }
    fn form(request: &Request<Vec<u8>>) -> BTreeMap<String, String> {
        form_urlencoded::parse(request.body()).into_owned().collect()
    }
    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }
    fn pairs(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_refresh_is_as_documented_in_both_versions() {
        let refresh = secret("r&1");
        let request = realm(Endpoint::V1).token(&Grant::Refresh(&refresh), &Proven::Secret(secret("s="))).expect("one");
        assert_eq!(request.method(), http::Method::POST);
        assert_eq!(
            request.uri().to_string(),
            "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111/oauth2/token"
        );
        assert_eq!(
            form(&request),
            pairs(&[
                ("resource", "https://api.partnercenter.microsoft.com"),
                ("client_id", "c1"),
                ("client_secret", "s="),
                ("grant_type", "refresh_token"),
                ("refresh_token", "r&1"),
                ("scope", "openid"),
            ])
        );
        let request = realm(Endpoint::V2).token(&Grant::Refresh(&refresh), &Proven::Nothing).expect("one");
        assert!(request.uri().path().ends_with("/oauth2/v2.0/token"));
        assert_eq!(
            form(&request),
            pairs(&[
                ("client_id", "c1"),
                ("grant_type", "refresh_token"),
                ("refresh_token", "r&1"),
                ("scope", "https://api.partnercenter.microsoft.com/user_impersonation offline_access openid"),
            ])
        );
    }

    #[test]
    fn an_application_alone_proves_itself() {
        let proven = Proven::Assertion(secret("jwt"));
        let request = realm(Endpoint::V2).token(&Grant::Application, &proven).expect("one");
        assert_eq!(
            form(&request),
            pairs(&[
                ("client_id", "c1"),
                ("grant_type", "client_credentials"),
                ("scope", "https://api.partnercenter.microsoft.com/.default"),
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", "jwt"),
            ])
        );
        let request = realm(Endpoint::V1).token(&Grant::Application, &proven).expect("one");
        assert_eq!(form(&request)["resource"], "https://api.partnercenter.microsoft.com");
        assert!(!form(&request).contains_key("scope"));
    }

    #[test]
    fn the_browser_is_sent_with_state_and_challenge() {
        let url = realm(Endpoint::V2).authorize("http://localhost:5000", "st", "ch");
        let (base, query) = url.split_once('?').expect("a query");
        assert!(base.ends_with("/oauth2/v2.0/authorize"));
        let query: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(query["redirect_uri"], "http://localhost:5000");
        assert_eq!((query["state"].as_str(), query["code_challenge"].as_str()), ("st", "ch"));
        assert_eq!(query["code_challenge_method"], "S256");
    }
}
