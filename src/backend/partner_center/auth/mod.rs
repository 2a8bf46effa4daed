//! Signing in: tokens for Partner Center, from an earlier sign-in of a user or from the application alone. Tokens stay in
//! memory but for the refresh token, which is kept where that was said; none is ever printed.

pub mod assertion;
pub mod claims;
mod federated;
mod files;
pub mod kept;
pub mod login;
pub mod reply;
pub mod request;

pub use assertion::Certificate;
pub use claims::{Claims, Told};
pub use federated::Federated;
pub use kept::{Given, InFile, Keep, KeepError, Kept};
pub use request::{Endpoint, Realm};

use super::mask::Mask;
use super::{Caller, Freshness, SignInError, Tokens, Transport, TransportError};
use crate::model::{Clock, RequestId, Secret};
use reply::{Granted, Refusal};
use request::{Grant, Proven};
use smol_str::{SmolStr, format_smolstr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A token is renewed so long before it runs out. Source: unconfirmed, the .NET SDK.
const EARLY: Duration = Duration::from_secs(30);
/// A token younger than this is given again even when a new one is asked for: a newer one would be no better.
const YOUNG: Duration = Duration::from_secs(30);
/// Longest wait for the sign-in service.
const PATIENCE: Duration = Duration::from_secs(30);

/// What signing in is made of.
pub struct Setup {
    /// Where, and for what.
    pub realm: Realm,
    /// How the application proves itself.
    pub proof: Proof,
    /// Where the refresh token of a user is kept, if it is anywhere.
    pub keep: Option<Arc<dyn Keep>>,
    /// What sends.
    pub transport: Arc<dyn Transport>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Fn() -> [u8; 16] + Send + Sync>,
}

/// How the application proves itself.
#[derive(Debug)]
pub enum Proof {
    /// It does not: a public client.
    Nothing,
    /// By a secret.
    Secret(Secret),
    /// By its certificate.
    Certificate(Box<Certificate>),
    /// By somebody else's token.
    Federated(Federated),
}

/// Something people should know of signing in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The newest refresh token was not kept: why.
    NotKept(SmolStr),
    /// The kept one is so many days old.
    Old(i64),
}

/// Signs in when a token is asked for, and keeps it until it runs out. One sign-in at a time, over all threads.
pub struct SignIn {
    setup: Setup,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    user: Option<Token>,
    application: Option<Token>,
    /// What was refused for good is not asked again.
    refused: Option<SignInError>,
    notes: Vec<Note>,
}

/// A token in memory; times by the monotonic clock.
struct Token {
    bearer: Secret,
    claims: Claims,
    given: Duration,
    until: Duration,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What the token says.
    pub claims: Claims,
    /// How long the token lasts.
    pub lasts: Duration,
}

impl SignIn {
    /// Made of this. Asks nobody yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self { setup, held: Mutex::default() }
    }
    /// Who is signed in, signing in if nobody is yet.
    ///
    /// # Errors
    /// Why nobody is.
    pub fn signed(&self, caller: Caller) -> Result<Signed, SignInError> {
        let mut held = self.lock();
        let now = self.setup.clock.elapsed();
        let token = self.token(&mut held, caller, Freshness::Cached)?;
        Ok(Signed { claims: token.claims.clone(), lasts: token.until.saturating_sub(now) })
    }
    /// What people should know, as far as it turned out.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        self.lock().notes.clone()
    }
    /// What it is made of.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn token<'h>(&self, held: &'h mut Held, caller: Caller, freshness: Freshness) -> Result<&'h Token, SignInError> {
        if let Some(refused) = &held.refused {
            return Err(refused.clone());
        }
        let now = self.setup.clock.elapsed();
        let usable = |token: &Token| match freshness {
            Freshness::Cached => now < token.until,
            Freshness::New => now < token.given + YOUNG,
        };
        if held.user.as_ref().is_some_and(usable) {
            return held.user.as_ref().ok_or_else(nobody);
        }
        if caller == Caller::Any && held.user.is_none() && held.application.as_ref().is_some_and(usable) {
            return held.application.as_ref().ok_or_else(nobody);
        }
        let signed = self.sign_in(held, caller);
        if let Err(refused @ SignInError::Refused(_)) = &signed
            && caller == Caller::Any
        {
            held.refused = Some(refused.clone());
        }
        match signed? {
            Who::User(token) => Ok(held.user.insert(token)),
            Who::Application(token) => Ok(held.application.insert(token)),
        }
    }
    fn sign_in(&self, held: &mut Held, caller: Caller) -> Result<Who, SignInError> {
        let kept = match &self.setup.keep {
            None => None,
            Some(keep) => keep.read().map_err(unread)?,
        };
        match (kept, caller, &self.setup.proof) {
            (Some(kept), _, _) => self.refresh(held, kept).map(Who::User),
            (None, Caller::Any, Proof::Secret(_) | Proof::Certificate(_) | Proof::Federated(_)) => {
                let granted = self.ask(&Grant::Application)?;
                self.checked(granted).map(|(token, _)| Who::Application(token))
            }
            (None, Caller::AppUser, Proof::Secret(_) | Proof::Certificate(_) | Proof::Federated(_)) => {
                Err(SignInError::Refused(
                    "only the application is signed in, and this call needs a user as well (Partner Center would say \
                     900329): `twotier login`, or give a refresh token"
                        .into(),
                ))
            }
            (None, Caller::Any | Caller::AppUser, Proof::Nothing) => Err(nobody()),
        }
    }
    fn refresh(&self, held: &mut Held, kept: Kept) -> Result<Token, SignInError> {
        let ours = self.setup.realm.tenant;
        if let Some(theirs) = kept.tenant.filter(|theirs| *theirs != ours) {
            return Err(SignInError::Refused(format_smolstr!(
                "the kept sign-in is for the tenant `{theirs}`, not for `{ours}`: `twotier login`"
            )));
        }
        let now = self.setup.clock.now();
        let granted = self.ask(&Grant::Refresh(&kept.token))?;
        let renewed = granted.refresh.clone().filter(|token| *token != kept.token);
        // First of all: a token that was rotated may be the only one that is valid.
        match (renewed, &self.setup.keep) {
            (Some(token), Some(keep)) => {
                let newer = Kept { token, issued: Some(now), tenant: Some(ours), user: kept.user.clone() };
                if let Err(error) = keep.write(&newer) {
                    let (KeepError::ReadOnly(words) | KeepError::Failed(words)) = error;
                    note(held, Note::NotKept(words));
                    note_age(held, &kept, now);
                }
            }
            (Some(_) | None, _) => note_age(held, &kept, now),
        }
        let (token, _) = self.checked(granted)?;
        if token.claims.multi_factor() == Told::No {
            return Err(SignInError::Refused(NO_MFA.into()));
        }
        Ok(token)
    }
    /// Asks the sign-in service.
    fn ask(&self, grant: &Grant<'_>) -> Result<Granted, SignInError> {
        let request = self.setup.realm.token(grant, &self.prove()?).map_err(|error| {
            SignInError::Refused(format_smolstr!("the sign-in service has no usable address: {error}"))
        })?;
        self.token_for(request).map_err(said)
    }
    /// What a request for a token is answered.
    fn token_for(&self, request: http::Request<Vec<u8>>) -> Result<Granted, Refusal> {
        let mask = Mask::of(&request);
        reply::token(&self.send(request).map_err(Refusal::Said)?, &mask)
    }
    fn send(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, SignInError> {
        self.setup.transport.send(request, PATIENCE).map_err(|error| {
            let (TransportError::NotSent(words) | TransportError::Lost(words)) = error;
            SignInError::Failed(format_smolstr!("the sign-in service was not reached: {words}"))
        })
    }
    /// The proof of the application, made anew.
    fn prove(&self) -> Result<Proven, SignInError> {
        Ok(match &self.setup.proof {
            Proof::Nothing => Proven::Nothing,
            Proof::Secret(secret) => Proven::Secret(secret.clone()),
            Proof::Certificate(certificate) => {
                let claim = assertion::Claim {
                    client: &self.setup.realm.client,
                    audience: &self.setup.realm.url("token"),
                    unique: RequestId::from_bytes((self.setup.random)()),
                    now: self.setup.clock.now(),
                };
                Proven::Assertion(certificate.assert(claim).map_err(SignInError::Refused)?)
            }
            Proof::Federated(federated) => Proven::Assertion(federated.token(self.setup.transport.as_ref())?),
        })
    }
    /// A token that is for this tenant and this service.
    fn checked(&self, granted: Granted) -> Result<(Token, Option<Secret>), SignInError> {
        let Granted { access, refresh, identity, lasts } = granted;
        let ours = self.setup.realm.tenant;
        let identity = identity.as_ref().and_then(Claims::of).unwrap_or_default();
        let mut claims = Claims::of(&access).unwrap_or_default();
        claims.tid = claims.tid.or(identity.tid);
        claims.amr = claims.amr.take().or(identity.amr);
        claims.preferred_username = claims.preferred_username.take().or(identity.upn).or(identity.preferred_username);
        match claims.tid {
            Some(theirs) if theirs == ours => {}
            Some(theirs) => {
                return Err(SignInError::Refused(format_smolstr!(
                    "the token is for the tenant `{theirs}`, and this project's provider is `{ours}`: check \
                     `center.tenant` and `Provider.tenantId`, which is the provider's own tenant and no customer's"
                )));
            }
            None => {
                return Err(SignInError::Refused(
                    "the token does not tell whose tenant it is for, so nothing is sent with it".into(),
                ));
            }
        }
        if claims.is_for_graph() {
            return Err(SignInError::Refused(WRONG_AUDIENCE.into()));
        }
        let given = self.setup.clock.elapsed();
        let until = given + lasts.saturating_sub(EARLY);
        Ok((Token { bearer: access, claims, given, until }, refresh))
    }
}

/// Whose token it is.
enum Who {
    User(Token),
    Application(Token),
}

impl Tokens for SignIn {
    fn bearer(&self, caller: Caller, freshness: Freshness) -> Result<Secret, SignInError> {
        self.token(&mut self.lock(), caller, freshness).map(|token| token.bearer.clone())
    }
}

/// Source: learn, partner-center-authentication (enforced for calls of users since 2026).
const NO_MFA: &str = "the user signed in without a second factor, which Partner Center refuses (900421): `twotier login`, \
                      with multi-factor sign-in";
const WRONG_AUDIENCE: &str = "the token is for Microsoft Graph, not for Partner Center, which refuses it (900420): the \
                              application must ask for https://api.partnercenter.microsoft.com";

fn nobody() -> SignInError {
    SignInError::Refused("nobody is signed in: `twotier login`, or set TWOTIER_REFRESH_TOKEN".into())
}

fn unread(error: KeepError) -> SignInError {
    let (KeepError::ReadOnly(words) | KeepError::Failed(words)) = error;
    SignInError::Refused(words)
}

fn said(refusal: Refusal) -> SignInError {
    match refusal {
        Refusal::Said(error) => error,
        Refusal::Pending | Refusal::SlowDown => SignInError::Failed("the sign-in is not finished".into()),
    }
}

fn note(held: &mut Held, note: Note) {
    if !held.notes.contains(&note) {
        held.notes.push(note);
    }
}

fn note_age(held: &mut Held, kept: &Kept, now: crate::model::Timestamp) {
    if let Some(age) = kept.age(now).filter(|age| *age >= kept::OLD) {
        note(held, Note::Old(age.as_seconds() / 86_400));
    }
}

#[cfg(test)]
mod tests;
