//! Partner Center as a command's center: transport, sign-in and client, put together from settings. Asks nobody while it
//! is put together.

use super::clock::{CommandClock, Random};
use super::error::{CliError, Exit};
use super::settings::{self, Proven, Setting, Settings};
use super::vault::Vault;
use crate::apply::Ids as _;
use crate::backend::partner_center::auth::{
    self, Certificate, Endpoint, Federated, Given, InFile, Keep, Realm, SignIn,
};
use crate::backend::partner_center::hosts::{self, Cloud};
use crate::backend::partner_center::transport::{Https, Network};
use crate::backend::partner_center::{Caller, Center, Doors, SignInError, Transport};
use crate::model::{Secret, TenantId};
use crate::ops::{files, project};
use smol_str::SmolStr;
use std::sync::Arc;

/// A service and who signs in there.
pub(crate) struct Service {
    /// The client.
    pub(crate) center: Arc<Center>,
    /// Signs in.
    pub(crate) sign_in: Arc<SignIn>,
    /// The provider's tenant.
    pub(crate) tenant: TenantId,
}

impl Service {
    /// Puts it together.
    ///
    /// # Errors
    /// When something that must be said is not.
    pub(crate) fn open(settings: &Settings, url: &str, clock: Arc<CommandClock>) -> Result<Self, CliError> {
        let base = url.trim_end_matches('/').to_owned();
        let uri = base.parse().map_err(|_| CliError::usage(format!("the center `{url}` is no URL")))?;
        let way = &settings.sign_in.way;
        hosts::admit(&uri, &way.allowed).map_err(CliError::usage)?;
        let tenant = tenant(settings)?;
        let transport: Arc<dyn Transport> = Arc::new(Https::new(network(settings)));
        let random = || Arc::new(|| Random.next_id());
        let sign_in = Arc::new(SignIn::new(auth::Setup {
            realm: realm(settings, &base, tenant)?,
            proof: proof(settings)?,
            keep: keep(settings, tenant),
            transport: transport.clone(),
            clock: clock.clone(),
            random: random(),
        }));
        let tokens = sign_in.clone();
        let doors = Doors { base, provider: tenant, transport, tokens, clock, random: random() };
        Ok(Self { center: Arc::new(Center::new(doors)), sign_in, tenant })
    }
    /// Makes sure that somebody is signed in; what people should know of it.
    ///
    /// # Errors
    /// Why nobody is.
    pub(crate) fn sign_in(&self) -> Result<Vec<String>, CliError> {
        self.sign_in.signed(Caller::Any).map_err(refused)?;
        let told = self.sign_in.notes().into_iter().map(|note| match note {
            auth::Note::NotKept(why) => format!(
                "the renewed refresh token was not kept: {why}; the old one ends 90 days after it was given [TT0702]"
            ),
            auth::Note::Old(days) => {
                format!("the refresh token is {days} days old and lasts 90: `twotier login` gives a new one [TT0701]")
            }
        });
        Ok(told.collect())
    }
}

/// A sign-in that was refused, as a command ends with it; one that was not reached is a failure like any other.
pub(crate) fn refused(error: SignInError) -> CliError {
    match error {
        SignInError::Refused(words) => CliError::new(Exit::SignIn, words),
        SignInError::Failed(words) => CliError::failed(words).hint("it may pass: run the command again"),
    }
}

/// Where a user's refresh token is kept, unless it is said otherwise.
pub(crate) fn own_file(settings: &Settings, tenant: TenantId) -> Option<InFile> {
    let said = settings.sign_in.token.as_ref().map(|token| &token.value);
    match said {
        Some(settings::Kept::File(path)) => Some(InFile::at(path.clone())),
        Some(settings::Kept::Variable(_) | settings::Kept::Commands { .. }) => None,
        None => settings.sign_in.folder.as_ref().map(|folder| InFile::at(folder.join(format!("{tenant}.json")))),
    }
}

fn keep(settings: &Settings, tenant: TenantId) -> Option<Arc<dyn Keep>> {
    match settings.sign_in.token.as_ref().map(|token| &token.value) {
        Some(settings::Kept::Variable(token)) => Some(Arc::new(Given::new(token.clone()))),
        Some(settings::Kept::Commands { read, write }) => {
            Some(Arc::new(Vault { read: read.clone(), write: write.clone() }))
        }
        Some(settings::Kept::File(_)) | None => own_file(settings, tenant).map(|file| Arc::new(file) as Arc<dyn Keep>),
    }
}

/// The provider's tenant: as it is said, else as the manifests declare it.
fn tenant(settings: &Settings) -> Result<TenantId, CliError> {
    if let Some(Setting { value, origin: _ }) = &settings.sign_in.tenant {
        return Ok(*value);
    }
    let declared = project::load(super::doors::place(settings)).desired.map(|desired| desired.provider.tenant);
    declared.ok_or_else(|| {
        CliError::usage("whose tenant is meant is not known: no valid manifest declares the Provider")
            .hint("say `center: {url: ..., tenant: ...}`, or set TWOTIER_TENANT")
    })
}

fn network(settings: &Settings) -> Network {
    let way = &settings.sign_in.way;
    let mut allowed = way.allowed.clone();
    // Where a job asks for its token comes from the platform's variables alone, never from a file.
    if let Some(Proven::Github(Some((url, _)))) = settings.sign_in.proof.as_ref().map(|proof| &proof.value)
        && let Some(host) = url.parse::<http::Uri>().ok().as_ref().and_then(http::Uri::host)
    {
        allowed.push(SmolStr::new(host));
    }
    let proxy = way.proxy.as_ref().map(|proxy| proxy.value.clone());
    Network { proxy, no_proxy: way.no_proxy.clone(), allowed }
}

fn realm(settings: &Settings, base: &str, tenant: TenantId) -> Result<Realm, CliError> {
    let said = &settings.sign_in;
    let client = said.client.as_ref().map(|client| client.value.clone()).ok_or_else(|| {
        CliError::usage("no application is named to sign in with")
            .hint("say `center: {url: ..., app: {clientId: ...}}`, or set TWOTIER_CLIENT_ID")
    })?;
    let cloud = said.cloud.as_ref().map(|cloud| match cloud.value {
        settings::CloudName::Public => Cloud::Public,
        settings::CloudName::UsGovernment => Cloud::UsGovernment,
        settings::CloudName::China => Cloud::China,
    });
    let place = cloud.unwrap_or_else(|| Cloud::of(base)).place();
    // A simulator on this machine signs in as well.
    let authority = if cloud.is_none() && hosts::is_local(base) { base } else { place.authority };
    let endpoint = match said.endpoint.value {
        settings::Endpoint::V1 => Endpoint::V1,
        settings::Endpoint::V2 => Endpoint::V2,
    };
    Ok(Realm { authority: authority.into(), tenant, endpoint, resource: place.resource.into(), client })
}

fn proof(settings: &Settings) -> Result<auth::Proof, CliError> {
    Ok(match settings.sign_in.proof.as_ref().map(|proof| &proof.value) {
        None => auth::Proof::Nothing,
        Some(Proven::Secret(secret)) => auth::Proof::Secret(secret.clone()),
        Some(Proven::Certificate(path)) => {
            let text = Secret::new(files::read(path)?);
            let certificate = Certificate::from_pem(&text).map_err(|why| {
                CliError::new(Exit::SignIn, format!("the certificate `{}` will not do: {why}", path.display()))
            })?;
            auth::Proof::Certificate(Box::new(certificate))
        }
        Some(Proven::Github(Some((url, token)))) => {
            auth::Proof::Federated(Federated::Github { url: url.clone(), token: token.clone() })
        }
        Some(Proven::Github(None)) => {
            return Err(CliError::new(
                Exit::SignIn,
                "`federated: github` needs a GitHub Actions job that may ask for a token",
            )
            .hint("the job needs `permissions: {id-token: write}`"));
        }
        Some(Proven::Gitlab(Some(token))) => auth::Proof::Federated(Federated::Given(token.clone())),
        Some(Proven::Gitlab(None)) => {
            return Err(CliError::new(Exit::SignIn, "`federated: gitlab` needs the job's token in TWOTIER_ID_TOKEN")
                .hint("`id_tokens: {TWOTIER_ID_TOKEN: {aud: api://AzureADTokenExchange}}` gives it"));
        }
        Some(Proven::TokenFile(path)) => auth::Proof::Federated(Federated::File(path.clone())),
    })
}
