//! A person signs in: by a browser that comes back to a port of this machine, with a challenge and a state nobody else
//! knows, or by a code typed on another device. Source: learn, v2-oauth2-auth-code-flow; v2-oauth2-device-code.

use super::reply::{self, DeviceCode, Refusal};
use super::request::Grant;
use super::{Kept, NO_MFA, SignIn, Signed, Told, said};
use crate::backend::partner_center::SignInError;
use crate::backend::partner_center::mask::Mask;
use crate::model::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use smol_str::format_smolstr;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often the port is looked at.
const GLANCE: Duration = Duration::from_millis(100);
/// Longest wait for a browser that connected.
const BROWSER: Duration = Duration::from_secs(5);
/// Most bytes of a browser's request.
const LONGEST: usize = 16 * 1024;

/// A sign-in by browser that has begun.
pub struct Browser {
    listener: TcpListener,
    redirect: String,
    state: Secret,
    verifier: Secret,
    /// The page to open.
    pub url: String,
}

impl SignIn {
    /// Begins a sign-in by browser: opens a port and tells the page.
    ///
    /// # Errors
    /// When no port can be opened.
    pub fn begin_browser(&self) -> Result<Browser, SignInError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.and_then(|listener| listener.set_nonblocking(true).map(|()| listener));
        let (listener, port) = listener
            .and_then(|listener| listener.local_addr().map(|place| (listener, place.port())))
            .map_err(|error| SignInError::Failed(format_smolstr!("no port can be opened for the browser: {error}")))?;
        let redirect = format!("http://localhost:{port}");
        let (state, verifier) = (self.word(), self.word());
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose().as_bytes()));
        let url = self.setup.realm.authorize(&redirect, state.expose(), &challenge);
        Ok(Browser { listener, redirect, state, verifier, url })
    }
    /// Waits until the browser comes back, and keeps the sign-in.
    ///
    /// # Errors
    /// When it was refused, took too long, or was made without a second factor; nothing is kept then.
    pub fn finish_browser(&self, browser: &Browser) -> Result<Signed, SignInError> {
        let code = self.wait_for(browser)?;
        let grant = Grant::Code { code: &code, redirect: &browser.redirect, verifier: &browser.verifier };
        self.keep_new(&grant)
    }
    /// Begins a sign-in by a code on another device.
    ///
    /// # Errors
    /// When it is refused.
    pub fn begin_device(&self) -> Result<DeviceCode, SignInError> {
        let request = self.setup.realm.device().map_err(|error| SignInError::Refused(format_smolstr!("{error}")))?;
        let mask = Mask::of(&request);
        reply::device(&self.send(request)?, &mask).map_err(said)
    }
    /// Waits until somebody typed the code, and keeps the sign-in.
    ///
    /// # Errors
    /// As [`SignIn::finish_browser`].
    pub fn finish_device(&self, code: &DeviceCode) -> Result<Signed, SignInError> {
        let clock = self.setup.clock.as_ref();
        let until = clock.elapsed() + code.lasts;
        let mut every = code.every;
        loop {
            clock.pause(every);
            let request = self.setup.realm.token(&Grant::Device(&code.device), &self.prove()?);
            let request = request.map_err(|error| SignInError::Refused(format_smolstr!("{error}")))?;
            match self.token_for(request) {
                Ok(granted) => return self.keep_granted(granted),
                Err(Refusal::Said(error)) => return Err(error),
                Err(Refusal::SlowDown) => every += Duration::from_secs(5),
                Err(Refusal::Pending) => {}
            }
            if clock.elapsed() >= until {
                return Err(SignInError::Refused("nobody typed the code in time: try again".into()));
            }
        }
    }

    fn keep_new(&self, grant: &Grant<'_>) -> Result<Signed, SignInError> {
        self.ask(grant).and_then(|granted| self.keep_granted(granted))
    }
    fn keep_granted(&self, granted: reply::Granted) -> Result<Signed, SignInError> {
        let (token, refresh) = self.checked(granted)?;
        // A token that does not tell will be refused by the service as well; login is the time to find out.
        if token.claims.multi_factor() != Told::Yes {
            return Err(SignInError::Refused(NO_MFA.into()));
        }
        let refresh = refresh.ok_or_else(|| {
            SignInError::Refused(
                "the sign-in service gave no refresh token: the application may not ask for one".into(),
            )
        })?;
        let keep = self.setup.keep.as_ref().ok_or_else(|| {
            SignInError::Refused("there is nowhere to keep the sign-in: name a file under `center.token`".into())
        })?;
        let kept = Kept {
            token: refresh,
            issued: Some(self.setup.clock.now()),
            tenant: Some(self.setup.realm.tenant),
            user: token.claims.user().cloned(),
        };
        keep.write(&kept).map_err(super::unread)?;
        let signed = Signed { claims: token.claims.clone(), lasts: token.until.saturating_sub(token.given) };
        let mut held = self.lock();
        held.refused = None;
        held.user = Some(token);
        Ok(signed)
    }
    /// 32 random bytes as a word.
    fn word(&self) -> Secret {
        let bytes = [(self.setup.random)(), (self.setup.random)()].concat();
        Secret::new(URL_SAFE_NO_PAD.encode(bytes))
    }
    fn wait_for(&self, browser: &Browser) -> Result<Secret, SignInError> {
        let clock = self.setup.clock.as_ref();
        let until = clock.elapsed() + PATIENCE;
        while clock.elapsed() < until {
            match browser.listener.accept() {
                Ok((stream, _)) => {
                    if let Some(answer) = take(stream, &browser.state) {
                        return answer;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => clock.pause(GLANCE),
                Err(error) => {
                    return Err(SignInError::Failed(format_smolstr!("the browser cannot be waited for: {error}")));
                }
            }
        }
        Err(SignInError::Refused("nobody signed in within 10 minutes: try again".into()))
    }
}

/// What a browser brought; none when it only asked for something else, such as an icon.
fn take(mut stream: TcpStream, state: &Secret) -> Option<Result<Secret, SignInError>> {
    let target = request_target(&mut stream)?;
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let value =
        |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value);
    if value("code").is_none() && value("error").is_none() {
        answer(&mut stream, "404 Not Found", "Nothing is here.");
        return None;
    }
    if value("state").as_deref() != Some(state.expose()) {
        answer(&mut stream, "400 Bad Request", "This sign-in was not begun here.");
        return None;
    }
    Some(match (value("code"), value("error")) {
        (Some(code), None) => {
            answer(&mut stream, "200 OK", "The sign-in came through. You may close this window.");
            Ok(Secret::new(code.into_owned()))
        }
        (_, error) => {
            answer(&mut stream, "200 OK", "The sign-in was refused. You may close this window.");
            let words = value("error_description").or(error).unwrap_or_default();
            let line = Mask::default().line(words.lines().next().unwrap_or_default());
            Err(SignInError::Refused(format_smolstr!("the sign-in was refused: {line}")))
        }
    })
}

/// The target of the request line.
fn request_target(stream: &mut TcpStream) -> Option<String> {
    stream.set_nonblocking(false).ok()?;
    stream.set_read_timeout(Some(BROWSER)).ok()?;
    let mut head = Vec::new();
    let mut part = [0; 1024];
    while !head.windows(4).any(|four| four == b"\r\n\r\n") && head.len() < LONGEST {
        match stream.read(&mut part) {
            Ok(read) if read > 0 => head.extend_from_slice(&part[..read]),
            Ok(_) | Err(_) => return None,
        }
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.lines().next()?.split(' ');
    if words.next()? == "GET" { words.next().map(str::to_owned) } else { None }
}

fn answer(stream: &mut TcpStream, status: &str, words: &str) {
    let body = format!("<!doctype html><meta charset=utf-8><title>twotier</title><p>{words}\n");
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // The browser has what it needs or has gone; either way the sign-in goes on.
    drop(stream.write_all(format!("{head}{body}").as_bytes()));
}
