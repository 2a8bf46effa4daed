//! The client against a transport that answers from a script, on a clock that only moves when somebody waits. Each step
//! of a script is one call, in order; a call that was not expected fails the test.

mod forms;
mod pace;
mod reads;
mod renewals;
mod samples;
mod writes;

use super::*;
use crate::model::{Clock, CustomerId, PartnerId, SubscriptionId, TenantId, Timestamp};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What the next call is answered with.
pub(super) enum Reply {
    /// A status, headers and a body.
    Http(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Nothing got there.
    NotSent,
    /// It may have got there.
    Lost,
}

pub(super) const IDS: [(&str, &str); 2] = [("ms-requestid", "aa-11"), ("ms-correlationid", "bb-22")];

/// A reply of the service with these ids.
pub(super) fn reply(status: u16, body: &str) -> Reply {
    Reply::Http(status, IDS.map(|(name, id)| (name, id.to_owned())).to_vec(), body.as_bytes().to_vec())
}
pub(super) fn ok(body: &str) -> Reply {
    reply(200, body)
}
pub(super) fn coded(status: u16, code: u32) -> Reply {
    reply(status, &format!(r#"{{"code":{code},"description":"no {code}","data":[],"source":"PartnerFD"}}"#))
}
pub(super) fn with(reply: Reply, name: &'static str, value: &str) -> Reply {
    match reply {
        Reply::Http(status, mut headers, body) => {
            headers.push((name, value.to_owned()));
            Reply::Http(status, headers, body)
        }
        other @ (Reply::NotSent | Reply::Lost) => other,
    }
}
/// A page from something in between.
pub(super) fn page(status: u16) -> Reply {
    Reply::Http(status, vec![("content-type", "text/html".into())], b"<html>sign in to the network</html>".to_vec())
}

/// A call that was made.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) request: http::Request<Vec<u8>>,
}
impl Made {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.request.headers().get(name).and_then(|value| value.to_str().ok())
    }
    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.request.body()).expect("a JSON body")
    }
}

/// A transport with a script.
#[derive(Default)]
pub(super) struct Scripted {
    steps: Mutex<VecDeque<(String, Reply)>>,
    made: Mutex<Vec<Made>>,
}
impl Transport for Scripted {
    fn send(&self, request: http::Request<Vec<u8>>, _: Duration) -> Result<http::Response<Vec<u8>>, TransportError> {
        let target = request.uri().path_and_query().map_or("", |target| target.as_str());
        let call = format!("{} {target}", request.method());
        let step = self.steps.lock().expect("no panic").pop_front();
        let (expected, reply) = step.unwrap_or_else(|| panic!("one call too many: {call}"));
        assert_eq!(call, expected, "the next call");
        self.made.lock().expect("no panic").push(Made { request });
        match reply {
            Reply::NotSent => Err(TransportError::NotSent("no route".into())),
            Reply::Lost => Err(TransportError::Lost("reset".into())),
            Reply::Http(status, headers, body) => {
                let mut reply = http::Response::builder().status(status);
                for (name, value) in headers {
                    reply = reply.header(name, value);
                }
                Ok(reply.body(body).expect("a reply"))
            }
        }
    }
}

/// Tokens `t0`, `t1`, ... a new one each time one is wanted.
#[derive(Default)]
pub(super) struct Counted(AtomicU32);
impl Tokens for Counted {
    fn bearer(&self, caller: Caller, freshness: Freshness) -> Result<Secret, SignInError> {
        let number = match freshness {
            Freshness::Cached => self.0.load(Ordering::SeqCst),
            Freshness::New => self.0.fetch_add(1, Ordering::SeqCst) + 1,
        };
        Ok(Secret::new(format!("{}-t{number}", if caller == Caller::AppUser { "user" } else { "any" })))
    }
}

/// Moves only when somebody waits.
pub(super) struct Ticking(Mutex<Duration>);
impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let seconds = i64::try_from(self.elapsed().as_secs()).expect("a short test");
        Timestamp::from_seconds(1_795_600_000 + seconds)
    }
    fn elapsed(&self) -> Duration {
        *self.0.lock().expect("no panic")
    }
    fn pause(&self, length: Duration) {
        *self.0.lock().expect("no panic") += length;
    }
}

/// A center under test.
pub(super) struct Rig {
    pub(super) center: Center,
    pub(super) clock: Arc<Ticking>,
    transport: Arc<Scripted>,
}
impl Rig {
    pub(super) fn new(steps: Vec<(&str, Reply)>) -> Self {
        let transport = Arc::new(Scripted::default());
        let steps = steps.into_iter().map(|(call, reply)| (call.to_owned(), reply)).collect();
        *transport.steps.lock().expect("no panic") = steps;
        let clock = Arc::new(Ticking(Mutex::new(Duration::ZERO)));
        let count = AtomicU64::new(1);
        let random = move || {
            let digest =
                crate::model::Digest::of_bytes(&count.fetch_add(1, Ordering::SeqCst).to_le_bytes()).to_string();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest.as_bytes()[..16]);
            bytes
        };
        let center = Center::new(Doors {
            base: "https://api.partnercenter.microsoft.com".into(),
            provider: tenant(0xf0),
            transport: transport.clone(),
            tokens: Arc::new(Counted::default()),
            clock: clock.clone(),
            random: Arc::new(random),
        });
        Self { center, clock, transport }
    }
    /// Every call that was made, when the script is through.
    pub(super) fn made(&self) -> Vec<Made> {
        let left = self.transport.steps.lock().expect("no panic").len();
        assert_eq!(left, 0, "calls of the script were not made");
        self.transport.made.lock().expect("no panic").clone()
    }
}

pub(super) fn tenant(n: u8) -> TenantId {
    TenantId::from_bytes([n; 16])
}
pub(super) fn customer() -> CustomerId {
    CustomerId::from_bytes([0xc1; 16])
}
pub(super) fn subscription() -> SubscriptionId {
    SubscriptionId::from_bytes([0x51; 16])
}
pub(super) fn partner(id: &str) -> PartnerId {
    PartnerId::new(id)
}
/// `/v1/customers/{customer()}` with a method before and something after it.
pub(super) fn of_customer(method: &str, rest: &str) -> String {
    format!("{method} /v1/customers/{}{rest}", customer())
}
