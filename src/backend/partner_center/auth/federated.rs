//! Proof of an application by somebody else: the token a pipeline's platform gives its job. No stored secret.

use super::files;
use crate::backend::partner_center::{SignInError, Transport, TransportError};
use crate::model::Secret;
use http::{Request, header};
use serde::Deserialize;
use smol_str::{SmolStr, format_smolstr};
use std::path::PathBuf;
use std::time::Duration;

/// For whom the token must be made. Source: learn, workload-identity-federation-create-trust.
const AUDIENCE: &str = "api%3A%2F%2FAzureADTokenExchange";

/// Where the token comes from.
#[derive(Clone, Debug)]
pub enum Federated {
    /// A GitHub Actions job asks for it. Source: docs.github.com, about-security-hardening-with-openid-connect.
    Github {
        /// Where.
        url: String,
        /// With what.
        token: Secret,
    },
    /// It was given to the job, as GitLab does. Source: docs.gitlab.com, id_token_authentication.
    Given(Secret),
    /// In a file that somebody renews.
    File(PathBuf),
}

#[derive(Deserialize)]
struct Wire {
    value: String,
}

impl Federated {
    /// The token.
    ///
    /// # Errors
    /// When there is none, and the mend.
    pub fn token(&self, transport: &dyn Transport) -> Result<Secret, SignInError> {
        match self {
            Self::Given(token) => Ok(token.clone()),
            Self::File(path) => {
                let text = files::read(path).map_err(|error| {
                    let words = format_smolstr!("the token in `{}` cannot be read: {error}", path.display());
                    SignInError::Refused(words)
                })?;
                text.map(|text| Secret::new(text.expose().trim().to_owned())).ok_or_else(|| {
                    SignInError::Refused(format_smolstr!(
                        "there is no token in `{}`: the file is missing",
                        path.display()
                    ))
                })
            }
            Self::Github { url, token } => ask(transport, url, token),
        }
    }
}

fn ask(transport: &dyn Transport, url: &str, token: &Secret) -> Result<Secret, SignInError> {
    let join = if url.contains('?') { '&' } else { '?' };
    let request = Request::get(format!("{url}{join}audience={AUDIENCE}"))
        .header(header::AUTHORIZATION, format!("Bearer {}", token.expose()))
        .header(header::ACCEPT, "application/json")
        .body(Vec::new());
    let request = request.map_err(|_| SignInError::Refused("ACTIONS_ID_TOKEN_REQUEST_URL is no URL".into()))?;
    let reply = transport.send(request, Duration::from_secs(20)).map_err(|error| {
        let (TransportError::NotSent(words) | TransportError::Lost(words)) = error;
        SignInError::Failed(format_smolstr!("the job's token was not given: {words}"))
    })?;
    let status = reply.status();
    if !status.is_success() {
        return Err(SignInError::Refused(format_smolstr!(
            "GitHub did not give the job a token (HTTP {}): the job needs `permissions: {{id-token: write}}`",
            status.as_u16()
        )));
    }
    let wire: Wire = serde_json::from_slice(reply.body()).map_err(|_| {
        SignInError::Failed(SmolStr::new_static("GitHub's answer to the request for the job's token cannot be read"))
    })?;
    Ok(Secret::new(wire.value))
}
