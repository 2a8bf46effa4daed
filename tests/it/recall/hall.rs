//! A simulated service in the test's own process, and the real client before it: no socket, and a clock that moves only when
//! somebody waits. Counts what is asked; a client may die, or lose the network, at some call.

use http::{Request, Response};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use twotier::backend::partner_center::{
    Caller, Center, Doors, Freshness, SignInError, Tokens, Transport, TransportError,
};
use twotier::backend::simulated::Tenant;
use twotier::backend::simulated::http::{Limits, World, answer};
use twotier::model::{Clock, Secret, Span, Timestamp};
use twotier::ops::observe::{Cost, Progress};

const CLIENT: &str = "app";

/// What becomes of calls from some number on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Fine,
    Dies(usize),
    Lost(usize),
    Refuses(&'static str),
}

/// The service.
pub(super) struct Hall {
    world: Mutex<World>,
    fate: Mutex<Fate>,
    calls: AtomicUsize,
    elapsed: AtomicU64,
    token: String,
}

impl Hall {
    pub(super) fn of(tenant: Tenant) -> Arc<Self> {
        let provider = tenant.id();
        let mut world = World::new(tenant).with_limits(Limits { partner: 0, customer: 0, ..Limits::default() });
        let refresh = world.refresh_token(CLIENT);
        let form = format!(
            "grant_type=refresh_token&client_id={CLIENT}&client_secret=s&resource=https%3A%2F%2Fapi.partnercenter.microsoft.com&refresh_token={refresh}"
        );
        let request = Request::post(format!("http://localhost/{provider}/oauth2/token")).body(form.into_bytes());
        let reply = answer(&mut world, &request.expect("a request"));
        let reply: serde_json::Value = serde_json::from_slice(reply.body()).expect("JSON");
        Arc::new(Self {
            world: Mutex::new(world),
            fate: Mutex::new(Fate::Fine),
            calls: AtomicUsize::new(0),
            elapsed: AtomicU64::new(0),
            token: reply["access_token"].as_str().expect("a token").to_owned(),
        })
    }
    pub(super) fn center(self: &Arc<Self>) -> Center {
        let lot = AtomicU64::new(1);
        Center::new(Doors {
            base: "http://localhost".into(),
            provider: self.tenant().id(),
            transport: self.clone(),
            tokens: self.clone(),
            clock: self.clone(),
            random: Arc::new(move || {
                let mut bytes = [0; 16];
                bytes[8..].copy_from_slice(&lot.fetch_add(1, Ordering::SeqCst).to_be_bytes());
                bytes
            }),
        })
    }
    pub(super) fn tenant(&self) -> Tenant {
        self.world.lock().expect("no panic").tenant().clone()
    }
    /// How many calls reached it, or tried to.
    pub(super) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
    fn becomes(&self, fate: Fate) {
        *self.fate.lock().expect("no panic") = fate;
    }
    pub(super) fn dies_after(&self, calls: usize) {
        self.becomes(Fate::Dies(self.calls() + calls));
    }
    pub(super) fn loses_the_network_after(&self, calls: usize) {
        self.becomes(Fate::Lost(self.calls() + calls));
    }
    pub(super) fn refuses(&self, path: &'static str) {
        self.becomes(Fate::Refuses(path));
    }
    pub(super) fn lives(&self) {
        self.becomes(Fate::Fine);
    }
}

impl Transport for Hall {
    fn send(&self, request: Request<Vec<u8>>, _: Duration) -> Result<Response<Vec<u8>>, TransportError> {
        let nth = self.calls.fetch_add(1, Ordering::SeqCst);
        let fate = self.fate.lock().expect("no panic").clone();
        match fate {
            Fate::Dies(after) if nth >= after => panic!("the process is killed"),
            Fate::Lost(after) if nth >= after => return Err(TransportError::NotSent("no route to host".into())),
            Fate::Refuses(path) if request.uri().path() == path => {
                return Ok(Response::builder()
                    .status(403)
                    .body(br#"{"code":900308,"description":"no"}"#.to_vec())
                    .expect("a reply"));
            }
            Fate::Fine | Fate::Dies(_) | Fate::Lost(_) | Fate::Refuses(_) => {}
        }
        Ok(answer(&mut self.world.lock().expect("no panic"), &request))
    }
}
impl Tokens for Hall {
    fn bearer(&self, _: Caller, _: Freshness) -> Result<Secret, SignInError> {
        Ok(Secret::new(self.token.clone()))
    }
}
impl Clock for Hall {
    fn now(&self) -> Timestamp {
        self.tenant().clock()
    }
    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed.load(Ordering::SeqCst))
    }
    fn pause(&self, length: Duration) {
        let passed = u64::try_from(length.as_millis()).unwrap_or(u64::MAX).max(1);
        self.elapsed.fetch_add(passed, Ordering::SeqCst);
    }
}

/// Notes what is told of a look.
#[derive(Default)]
pub(super) struct Told {
    spent: Mutex<Option<Cost>>,
    remembered: AtomicUsize,
    notes: Mutex<Vec<String>>,
}
impl Told {
    pub(super) fn spent(&self) -> Cost {
        self.spent.lock().expect("no panic").expect("a look over the network has a cost")
    }
    pub(super) fn remembered(&self) -> usize {
        self.remembered.load(Ordering::SeqCst)
    }
    pub(super) fn notes(&self) -> Vec<String> {
        self.notes.lock().expect("no panic").clone()
    }
}
impl Progress for Told {
    fn round(&self, _: usize) {}
    fn read(&self) {}
    fn end(&self, _: usize) {}
    fn recalled(&self, _: usize, remembered: usize, _: Span) {
        self.remembered.store(remembered, Ordering::SeqCst);
    }
    fn note(&self, line: &str) {
        self.notes.lock().expect("no panic").push(line.to_owned());
    }
    fn cost(&self, cost: Cost) {
        assert!(cost.made <= cost.expected, "{cost:?}: a call was made that nobody predicted");
    }
    fn spent(&self, cost: Cost) {
        *self.spent.lock().expect("no panic") = Some(cost);
    }
}
