//! The door on loopback: threads, sockets, bounds on both, and real time, for limits and the `Date` of a reply: the tenant's
//! own time stands in what it tells, never in how. Refuses every other address; answers nothing itself.

use super::connection::{After, Connection, NoRequest};
use super::living::Living;
use super::shape::http_date;
use super::{World, answer};
use crate::model::Timestamp;
use http::{HeaderValue, Response, StatusCode};
use std::collections::BTreeMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Connections at once; one more is told to come back.
const CONNECTIONS: usize = 128;
/// How long a connection may stand still.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to listen: an address and a port, 0 for any.
pub type Address = SocketAddr;

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Others could reach it.
    #[error("`{0}` is no loopback address: the simulated tenant has no secrets worth a network")]
    NotLoopback(SocketAddr),
    /// The address cannot be had.
    #[error("cannot listen on `{address}`")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A simulated tenant that listens until it is dropped.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// Is told of each request, in a line.
type Told = Box<dyn Fn(&str) + Send + Sync>;

struct Shared {
    inside: Mutex<Inside>,
    open: Mutex<BTreeMap<u64, TcpStream>>,
    next: AtomicU64,
    stopped: AtomicBool,
    told: Told,
    began: Instant,
}

struct Inside {
    world: World,
    living: Option<Living>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("stopped", &self.stopped).finish_non_exhaustive()
    }
}

impl Listener {
    /// Listens on a port of its own choosing, and keeps nothing.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(world: World) -> Result<Self, ListenError> {
        Self::open(SocketAddr::from(([127, 0, 0, 1], 0)), world, None, Box::new(|_| {}))
    }
    /// Listens on an address, keeps the tenant in a file if one is given, and tells of each request.
    ///
    /// # Errors
    /// When the address is not of loopback, or cannot be had.
    #[expect(clippy::disallowed_methods, reason = "limits are counted in real time, and only this knows it")]
    pub fn open(address: SocketAddr, world: World, living: Option<Living>, told: Told) -> Result<Self, ListenError> {
        if !address.ip().is_loopback() {
            return Err(ListenError::NotLoopback(address));
        }
        let failed = |source| ListenError::Bind { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            inside: Mutex::new(Inside { world, living }),
            open: Mutex::new(BTreeMap::new()),
            next: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            told,
            began: Instant::now(),
        });
        let accepting = {
            let shared = shared.clone();
            std::thread::spawn(move || accept(&listener, &shared))
        };
        Ok(Self { address, shared, accepting: Some(accepting) })
    }
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    /// Its address as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
    /// Looks at the world, or changes it, between two requests.
    pub fn with<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let mut inside = lock(&self.shared.inside);
        let told = look(&mut inside.world);
        // What cannot be kept now is kept with the next change.
        drop(inside.keep());
        told
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts; when that fails it has nothing to wake from.
        drop(TcpStream::connect(self.address));
        for stream in lock(&self.shared.open).values() {
            drop(stream.shutdown(Shutdown::Both));
        }
        if let Some(accepting) = self.accepting.take() {
            drop(accepting.join());
        }
    }
}

impl Inside {
    fn keep(&mut self) -> Result<(), super::LivingError> {
        match &mut self.living {
            Some(living) => living.keep(self.world.tenant()),
            None => Ok(()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut serving: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            break;
        }
        let Ok(stream) = stream else { continue };
        serving.retain(|thread| !thread.is_finished());
        let bounded = stream.set_read_timeout(Some(PATIENCE)).and_then(|()| stream.set_write_timeout(Some(PATIENCE)));
        let (Ok(()), Ok(kept)) = (bounded, stream.try_clone()) else { continue };
        drop(stream.set_nodelay(true));
        if serving.len() >= CONNECTIONS {
            drop(Connection::new(stream).send(&empty(StatusCode::SERVICE_UNAVAILABLE), After::Close));
            continue;
        }
        let (number, shared) = (shared.next.fetch_add(1, Ordering::SeqCst), shared.clone());
        lock(&shared.open).insert(number, kept);
        serving.push(std::thread::spawn(move || {
            serve(stream, &shared);
            if let Some(stream) = lock(&shared.open).remove(&number) {
                drop(stream.shutdown(Shutdown::Both));
            }
        }));
    }
    // Those that came in while it stopped.
    for stream in lock(&shared.open).values() {
        drop(stream.shutdown(Shutdown::Both));
    }
    for thread in serving {
        drop(thread.join());
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let mut connection = Connection::new(stream);
    while !shared.stopped.load(Ordering::SeqCst) {
        let (response, after) = match connection.request() {
            Ok((request, after)) => (answered(shared, &request), after),
            Err(NoRequest::Bad(status)) => (empty(status), After::Close),
            Err(NoRequest::Ended) => return,
        };
        match connection.send(&response, after) {
            Ok(After::KeepAlive) => {}
            Ok(After::Close) | Err(_) => return,
        }
    }
}

/// Answers, and keeps what changed before anybody hears of it.
fn answered(shared: &Shared, request: &http::Request<Vec<u8>>) -> Response<Vec<u8>> {
    let mut inside = lock(&shared.inside);
    inside.world.elapse(shared.began.elapsed());
    let response = answer(&mut inside.world, request);
    let kept = inside.keep();
    let line = inside.world.last_request();
    drop(inside);
    if let Some(line) = line {
        (shared.told)(&line);
    }
    match kept {
        Ok(()) => dated(response),
        Err(error) => {
            (shared.told)(&error.to_string());
            empty(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// With the time of this machine, as every server tells it: a client holds its own clock against it. Source: RFC 9110, 6.6.1.
#[expect(clippy::disallowed_methods, reason = "the edge: a server dates its replies by its own clock")]
fn dated(mut response: Response<Vec<u8>>) -> Response<Vec<u8>> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    if let Ok(date) = HeaderValue::try_from(http_date(now)) {
        response.headers_mut().insert(http::header::DATE, date);
    }
    response
}

fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}
