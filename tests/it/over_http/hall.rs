//! A simulated tenant in the test's own process, and the real client before it: a transport that hands each request to
//! `answer`, a clock that moves only when somebody waits, a real sign-in. Opens no socket, and loses of a reply exactly
//! what the delivery says.

use crate::support::run::Life;
use http::{Request, Response};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use twotier::backend::partner_center::auth::{Endpoint, Keep, KeepError, Kept, Proof, Realm, Setup, SignIn};
use twotier::backend::partner_center::{Center, Doors, Transport, TransportError};
use twotier::backend::simulated::Tenant;
use twotier::backend::simulated::http::{Act, Delivery, Limits, Script, World, answer};
use twotier::model::{Clock, Digest, Secret, Timestamp};

/// Where nobody listens: the transport looks at no address.
pub(super) const BASE: &str = "http://127.0.0.1:1";
pub(super) const CLIENT: &str = "22222222-2222-4222-8222-222222222222";
/// What the client takes of a reply that says no.
const REFUSAL: usize = 64 * 1024;

/// When the process of a client dies.
#[derive(Clone)]
pub(super) struct Death {
    /// It takes everything with it that shares this life.
    pub(super) life: Life,
    /// With which call.
    pub(super) call: usize,
    /// Whether that call still reaches the service.
    pub(super) reaches: bool,
}

/// A world, its time, and what was asked.
pub(super) struct Hall {
    inside: Mutex<Inside>,
}
struct Inside {
    world: World,
    elapsed: Duration,
    calls: usize,
    random: u64,
    death: Option<Death>,
    memory: Memory,
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    User,
    Application,
}

/// Whether the service knows a call again by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// As documented. Source: learn, headers.
    Keeps,
    /// Every call is a new one: whoever repeats instead of looking buys twice.
    Forgets,
}

impl Hall {
    /// Around a tenant. Its pages hold one entry, so that every list has several.
    pub(super) fn of(tenant: Tenant) -> Arc<Self> {
        let world = World::new(tenant).with_limits(Limits { page: 1, ..Limits::default() });
        let inside = Inside { world, elapsed: Duration::ZERO, calls: 0, random: 0, death: None, memory: Memory::Keeps };
        Arc::new(Self { inside: Mutex::new(inside) })
    }
    /// Requests go wrong as a script says.
    pub(super) fn faulty(self: Arc<Self>, script: &Script) -> Arc<Self> {
        self.lock().world.set_faults(script.clone());
        self
    }
    /// It remembers calls, or not.
    pub(super) fn remembering(self: Arc<Self>, memory: Memory) -> Arc<Self> {
        self.lock().memory = memory;
        self
    }
    /// The client dies.
    pub(super) fn deadly(self: Arc<Self>, death: Death) -> Arc<Self> {
        self.lock().death = Some(death);
        self
    }
    /// The real client, signed in as a user with a second factor.
    pub(super) fn center(self: &Arc<Self>) -> Center {
        self.center_of(Proof::Secret(Secret::new("s3cret".to_owned())), Endpoint::V1, Who::User)
    }
    /// The real client, whose application proves itself so.
    pub(super) fn center_of(self: &Arc<Self>, proof: Proof, endpoint: Endpoint, who: Who) -> Center {
        let (provider, refresh) = {
            let mut inside = self.lock();
            (inside.world.tenant().id(), inside.world.refresh_token(CLIENT))
        };
        let kept = Kept { token: Secret::new(refresh), issued: None, tenant: Some(provider), user: None };
        let sign_in = SignIn::new(Setup {
            realm: Realm {
                authority: BASE.into(),
                tenant: provider,
                endpoint,
                resource: "https://api.partnercenter.microsoft.com".into(),
                client: CLIENT.into(),
            },
            proof,
            keep: match who {
                Who::User => Some(Arc::new(Drawer(Mutex::new(kept)))),
                Who::Application => None,
            },
            transport: self.clone(),
            clock: self.clone(),
            random: self.random(),
        });
        Center::new(Doors {
            base: BASE.into(),
            provider,
            transport: self.clone(),
            tokens: Arc::new(sign_in),
            clock: self.clone(),
            random: self.random(),
        })
    }
    /// Looks at the world, or changes it, between two requests.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.lock().world)
    }
    /// The tenant as it is now.
    pub(super) fn tenant(&self) -> Tenant {
        self.lock().world.tenant().clone()
    }
    fn random(self: &Arc<Self>) -> Arc<dyn Fn() -> [u8; 16] + Send + Sync> {
        let hall = Arc::clone(self);
        Arc::new(move || {
            let mut inside = hall.lock();
            inside.random += 1;
            // No other hall of the same tenant gives the same ones: its clock or its revision has moved on.
            let header = inside.world.tenant().header();
            let words = format!("{} {} {}", inside.random, header.revision, header.clock);
            let digest = Digest::of_bytes(words.as_bytes()).to_string();
            let mut bytes = [0; 16];
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::from_str_radix(&digest[2 * at..2 * at + 2], 16).expect("hexadecimal");
            }
            bytes
        })
    }
    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().expect("no panic in a hall")
    }
}

impl Inside {
    /// Time passes for both sides: the service counts its limits by the tenant's clock.
    fn pass(&mut self, length: Duration) {
        let before = self.elapsed.as_secs();
        self.elapsed += length;
        let whole = self.elapsed.as_secs() - before;
        if whole > 0 {
            self.world.act(&Act::Clock { advance: format!("{whole}s") }).expect("time passes");
        }
    }
    fn answer(&mut self, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        if self.memory == Memory::Forgets {
            request.headers_mut().remove("MS-RequestId");
        }
        answer(&mut self.world, &request)
    }
    /// Whether the client is dead, and whether this last call gets through.
    fn dies(&mut self) -> Option<bool> {
        let death = self.death.as_ref()?;
        if death.life.is_over() {
            return Some(false);
        }
        self.calls += 1;
        (self.calls > death.call).then(|| {
            death.life.end();
            death.reaches
        })
    }
}

impl Transport for Hall {
    fn send(&self, request: Request<Vec<u8>>, timeout: Duration) -> Result<Response<Vec<u8>>, TransportError> {
        let mut inside = self.lock();
        let lost = || TransportError::Lost("the connection ended".into());
        if let Some(reaches) = inside.dies() {
            if reaches {
                inside.answer(request);
            }
            return Err(lost());
        }
        let reply = inside.answer(request);
        let delivery = reply.extensions().get::<Delivery>().copied().unwrap_or_default();
        let (parts, mut body) = reply.into_parts();
        match delivery {
            Delivery::Whole => {}
            Delivery::Nothing => return Err(lost()),
            Delivery::Half if parts.status.is_success() => return Err(lost()),
            Delivery::Half => body.truncate(body.len() / 2),
            Delivery::Slow(pause) => {
                inside.pass((pause * 8).min(timeout));
                if pause * 8 > timeout {
                    return Err(lost());
                }
            }
        }
        if !parts.status.is_success() {
            body.truncate(REFUSAL);
        }
        Ok(Response::from_parts(parts, body))
    }
}

impl Clock for Hall {
    fn now(&self) -> Timestamp {
        self.lock().world.tenant().clock()
    }
    fn elapsed(&self) -> Duration {
        self.lock().elapsed
    }
    fn pause(&self, length: Duration) {
        self.lock().pass(length.max(Duration::from_millis(1)));
    }
}

/// Where the refresh token is kept.
struct Drawer(Mutex<Kept>);
impl Keep for Drawer {
    fn read(&self) -> Result<Option<Kept>, KeepError> {
        Ok(Some(self.0.lock().expect("no panic").clone()))
    }
    fn write(&self, kept: &Kept) -> Result<(), KeepError> {
        *self.0.lock().expect("no panic") = kept.clone();
        Ok(())
    }
    fn place(&self) -> smol_str::SmolStr {
        "a drawer".into()
    }
}
