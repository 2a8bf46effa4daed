//! Signing in against a scripted service: what is asked, what is kept, what is refused, and that no token is told.

use super::claims::token_of;
use super::*;
use crate::model::{TenantId, Timestamp};
use http::{Request, Response};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};

const OURS: &str = "11111111-1111-4111-8111-111111111111";
const THEIRS: &str = "22222222-2222-4222-8222-222222222222";

/// Answers in order; keeps what was asked.
#[derive(Default)]
pub(super) struct Scripted {
    answers: Mutex<VecDeque<Result<(u16, String), TransportError>>>,
    asked: Mutex<Vec<BTreeMap<String, String>>>,
}
impl Transport for Scripted {
    fn send(&self, request: Request<Vec<u8>>, _: Duration) -> Result<Response<Vec<u8>>, TransportError> {
        self.asked.lock().expect("no panic").push(form_urlencoded::parse(request.body()).into_owned().collect());
        let (status, body) = self.answers.lock().expect("no panic").pop_front().expect("an answer is scripted")?;
        Ok(Response::builder().status(status).body(body.into_bytes()).expect("a reply"))
    }
}
#[derive(Default)]
struct Hand(AtomicU64);
impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + i64::try_from(self.0.load(Ordering::SeqCst)).expect("small"))
    }
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
    fn pause(&self, length: Duration) {
        self.0.fetch_add(length.as_secs(), Ordering::SeqCst);
    }
}
/// A place that keeps what it is told to, or refuses.
struct Place {
    kept: Mutex<Option<Kept>>,
    takes: bool,
}
impl Keep for Place {
    fn read(&self) -> Result<Option<Kept>, KeepError> {
        Ok(self.kept.lock().expect("no panic").clone())
    }
    fn write(&self, kept: &Kept) -> Result<(), KeepError> {
        if !self.takes {
            return Err(KeepError::ReadOnly("it can only be read".into()));
        }
        *self.kept.lock().expect("no panic") = Some(kept.clone());
        Ok(())
    }
    fn place(&self) -> SmolStr {
        "a test".into()
    }
}

struct Rig {
    sign_in: SignIn,
    service: Arc<Scripted>,
    clock: Arc<Hand>,
    place: Arc<Place>,
}
impl Rig {
    fn new(proof: Proof, kept: Option<&str>) -> Self {
        let kept = kept.map(|token| Kept { token: secret(token), issued: None, tenant: None, user: None });
        Self::keeping(proof, Place { kept: Mutex::new(kept), takes: true })
    }
    fn keeping(proof: Proof, place: Place) -> Self {
        let (service, clock, place) = (Arc::new(Scripted::default()), Arc::new(Hand::default()), Arc::new(place));
        let realm = Realm {
            authority: "https://login.microsoftonline.com".into(),
            tenant: OURS.parse().expect("a tenant"),
            endpoint: Endpoint::V2,
            resource: "https://api.partnercenter.microsoft.com".into(),
            client: "c1".into(),
        };
        let sign_in = SignIn::new(Setup {
            realm,
            proof,
            keep: Some(place.clone()),
            transport: service.clone(),
            clock: clock.clone(),
            random: Arc::new(|| [7; 16]),
        });
        Self { sign_in, service, clock, place }
    }
    fn answers(&self, status: u16, body: &Value) {
        self.service.answers.lock().expect("no panic").push_back(Ok((status, body.to_string())));
    }
    fn asked(&self) -> Vec<BTreeMap<String, String>> {
        self.service.asked.lock().expect("no panic").clone()
    }
    fn bearer(&self, caller: Caller) -> Result<String, SignInError> {
        self.sign_in.bearer(caller, Freshness::Cached).map(|token| token.expose().to_owned())
    }
    fn refused(&self, caller: Caller) -> String {
        match self.bearer(caller).expect_err("refused") {
            SignInError::Refused(words) => words.to_string(),
            SignInError::Failed(words) => panic!("it may pass: {words}"),
        }
    }
    fn kept(&self) -> Option<String> {
        self.place.read().expect("readable").map(|kept| kept.token.expose().to_owned())
    }
}
fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}
fn access(claims: &Value) -> String {
    token_of(claims)
}
fn user_token() -> String {
    access(&json!({"tid": OURS, "upn": "ann@distri.example", "amr": ["pwd", "mfa"]}))
}
fn granted(access: &str, refresh: Option<&str>) -> Value {
    json!({"access_token": access, "refresh_token": refresh, "expires_in": "3600"})
}

#[test]
fn a_refresh_token_gives_a_token_once_an_hour_and_the_newer_one_is_kept_at_once() {
    let rig = Rig::new(Proof::Secret(secret("s")), Some("r1"));
    rig.answers(200, &granted(&user_token(), Some("r2")));
    let first = rig.bearer(Caller::AppUser).expect("signed in");
    assert_eq!(rig.bearer(Caller::Any).expect("cached"), first);
    assert_eq!(rig.kept().as_deref(), Some("r2"));
    rig.clock.pause(Duration::from_secs(3569));
    assert_eq!(rig.bearer(Caller::AppUser).expect("cached"), first);
    rig.clock.pause(Duration::from_secs(1));
    rig.answers(200, &granted(&access(&json!({"tid": OURS, "amr": ["mfa"], "x": 2})), Some("r3")));
    assert_ne!(rig.bearer(Caller::AppUser).expect("renewed 30 s early"), first);
    let asked = rig.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!((asked[0]["refresh_token"].as_str(), asked[1]["refresh_token"].as_str()), ("r1", "r2"));
    assert_eq!(asked[0]["client_secret"], "s");
    assert_eq!(rig.sign_in.notes(), []);
}

#[test]
fn a_new_token_is_asked_for_only_when_the_last_is_not_brand_new() {
    let rig = Rig::new(Proof::Nothing, Some("r1"));
    rig.answers(200, &granted(&user_token(), None));
    let fresh = || rig.sign_in.bearer(Caller::Any, Freshness::New).map(|token| token.expose().to_owned());
    fresh().expect("one");
    fresh().expect("the same: many threads may ask at once");
    assert_eq!(rig.asked().len(), 1);
    rig.clock.pause(Duration::from_secs(31));
    rig.answers(200, &granted(&user_token(), None));
    fresh().expect("another");
    assert_eq!(rig.asked().len(), 2);
}

#[test]
fn many_threads_sign_in_once() {
    let rig = Rig::new(Proof::Nothing, Some("r1"));
    rig.answers(200, &granted(&user_token(), Some("r2")));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| rig.bearer(Caller::AppUser).expect("signed in"));
        }
    });
    assert_eq!(rig.asked().len(), 1);
}

#[test]
fn an_application_alone_may_do_what_needs_no_user() {
    let rig = Rig::new(Proof::Federated(Federated::Given(secret("job"))), None);
    rig.answers(200, &granted(&access(&json!({"tid": OURS})), None));
    rig.bearer(Caller::Any).expect("signed in");
    assert_eq!(rig.asked()[0]["client_assertion"], "job");
    assert_eq!(rig.asked()[0]["grant_type"], "client_credentials");
    assert!(rig.refused(Caller::AppUser).contains("900329"));
    rig.bearer(Caller::Any).expect("still");
    assert!(Rig::new(Proof::Nothing, None).refused(Caller::Any).contains("`twotier login`"));
}

#[test]
fn a_certificate_signs_for_the_endpoint() {
    let certificate = Certificate::from_pem(&secret(include_str!("fixture.pem"))).expect("a certificate");
    let rig = Rig::new(Proof::Certificate(Box::new(certificate)), None);
    rig.answers(200, &granted(&access(&json!({"tid": OURS})), None));
    rig.bearer(Caller::Any).expect("signed in");
    assert_eq!(rig.asked()[0]["client_assertion"].split('.').count(), 3);
}

#[test]
fn tokens_of_others_are_never_used() {
    for (claims, part) in [
        (json!({"tid": THEIRS, "amr": ["mfa"]}), "no customer's"),
        (json!({"amr": ["mfa"]}), "does not tell whose"),
        (json!({"tid": OURS, "amr": ["mfa"], "aud": "https://graph.windows.net"}), "900420"),
        (json!({"tid": OURS, "amr": ["pwd"]}), "900421"),
    ] {
        let rig = Rig::new(Proof::Nothing, Some("r1"));
        rig.answers(200, &granted(&access(&claims), Some("r2")));
        assert!(rig.refused(Caller::Any).contains(part), "{claims}");
        assert_eq!(rig.kept().as_deref(), Some("r2"), "a rotated token is kept all the same");
        assert!(rig.refused(Caller::Any).contains(part), "and nothing is asked again");
        assert_eq!(rig.asked().len(), 1);
    }
    let other = Kept { token: secret("r1"), issued: None, tenant: THEIRS.parse::<TenantId>().ok(), user: None };
    let rig = Rig::keeping(Proof::Nothing, Place { kept: Mutex::new(Some(other)), takes: true });
    assert!(rig.refused(Caller::Any).contains(THEIRS));
    assert_eq!(rig.asked().len(), 0, "a kept sign-in of another tenant is not even sent");
}

#[test]
fn a_token_that_cannot_be_kept_and_one_that_gets_old_are_told() {
    let day = 86_400;
    let kept = |age: i64| Kept {
        token: secret("r1"),
        issued: Some(Timestamp::from_seconds(1_000_000 - age * day)),
        tenant: None,
        user: None,
    };
    for (age, notes) in [(59, vec![]), (60, vec![Note::Old(60)])] {
        let place = Place { kept: Mutex::new(Some(kept(age))), takes: false };
        let rig = Rig::keeping(Proof::Nothing, place);
        rig.answers(200, &granted(&user_token(), Some("r2")));
        rig.bearer(Caller::Any).expect("signed in");
        let expected: Vec<Note> = [Note::NotKept("it can only be read".into())].into_iter().chain(notes).collect();
        assert_eq!(rig.sign_in.notes(), expected);
    }
}

#[test]
fn what_is_refused_for_good_is_asked_once_and_what_may_pass_again() {
    let rig = Rig::new(Proof::Nothing, Some("r1"));
    rig.answers(400, &json!({"error": "invalid_grant", "error_codes": [700_082]}));
    assert!(rig.refused(Caller::Any).contains("run out"));
    assert!(rig.refused(Caller::AppUser).contains("run out"));
    assert_eq!(rig.asked().len(), 1);
    let rig = Rig::new(Proof::Nothing, Some("r1"));
    let away = TransportError::NotSent("the name is not known".into());
    rig.service.answers.lock().expect("no panic").push_back(Err(away));
    assert!(matches!(rig.bearer(Caller::Any), Err(SignInError::Failed(_))));
    rig.answers(200, &granted(&user_token(), None));
    rig.bearer(Caller::Any).expect("it passed");
}

/// Refuses everything, and repeats what it was asked.
struct Echo;
impl Transport for Echo {
    fn send(&self, request: Request<Vec<u8>>, _: Duration) -> Result<Response<Vec<u8>>, TransportError> {
        let form = String::from_utf8(request.body().clone()).expect("a form");
        let values: Vec<String> = form_urlencoded::parse(request.body()).map(|(_, value)| value.into()).collect();
        let description = format!("AADSTS9002313: malformed: {form} with {values:?}\r\nTrace ID: t");
        let body = json!({"error": "invalid_request", "error_description": description, "correlation_id": values[1]});
        Ok(Response::builder().status(400).body(body.to_string().into_bytes()).expect("a reply"))
    }
}

#[test]
fn a_refusal_that_repeats_what_was_sent_tells_no_secret() {
    const SECRETS: [&str; 3] = ["r3fresh+token", "cl1ent/secret~", "a55ertion"];
    for proof in [Proof::Secret(secret(SECRETS[1])), Proof::Federated(Federated::Given(secret(SECRETS[2])))] {
        for kept in [Some(SECRETS[0]), None] {
            let Rig { sign_in: SignIn { mut setup, .. }, .. } = Rig::new(proof_again(&proof), kept);
            setup.transport = Arc::new(Echo);
            let told = SignIn::new(setup).bearer(Caller::Any, Freshness::Cached).expect_err("refused").to_string();
            assert!(told.contains("malformed: client_id=c1") && told.contains("***"), "{told}");
            let parts = ["r3fresh", "cl1ent", "a55ertion"];
            assert!(!parts.iter().any(|part| told.contains(part)), "{told}");
        }
    }
}
fn proof_again(proof: &Proof) -> Proof {
    match proof {
        Proof::Secret(secret) => Proof::Secret(secret.clone()),
        Proof::Federated(federated) => Proof::Federated(federated.clone()),
        Proof::Nothing | Proof::Certificate(_) => Proof::Nothing,
    }
}

#[test]
fn a_device_is_waited_for() {
    let rig = Rig::new(Proof::Nothing, None);
    rig.answers(200, &json!({"user_code": "ABC", "device_code": "d", "verification_uri": "https://x", "interval": 5}));
    let code = rig.sign_in.begin_device().expect("a code");
    rig.answers(400, &json!({"error": "authorization_pending"}));
    rig.answers(400, &json!({"error": "slow_down"}));
    rig.answers(200, &granted(&user_token(), Some("r1")));
    let signed = rig.sign_in.finish_device(&code).expect("signed in");
    assert_eq!(signed.claims.user().map(SmolStr::as_str), Some("ann@distri.example"));
    assert_eq!(rig.clock.elapsed().as_secs(), 5 + 5 + 10);
    assert_eq!(rig.kept().as_deref(), Some("r1"));
    rig.bearer(Caller::AppUser).expect("no further sign-in");
}

#[test]
fn a_login_without_a_second_factor_keeps_nothing() {
    for amr in [json!(["pwd"]), json!(null)] {
        let rig = Rig::new(Proof::Nothing, None);
        rig.answers(200, &json!({"user_code": "A", "device_code": "d", "verification_uri": "https://x"}));
        let code = rig.sign_in.begin_device().expect("a code");
        rig.answers(200, &granted(&access(&json!({"tid": OURS, "amr": amr})), Some("r1")));
        let error = rig.sign_in.finish_device(&code).expect_err("refused");
        assert!(error.to_string().contains("900421"), "{error}");
        assert_eq!(rig.kept(), None);
    }
}

#[test]
fn a_browser_comes_back_with_its_own_state_only() {
    use std::io::{Read as _, Write as _};
    let rig = Rig::new(Proof::Nothing, None);
    rig.answers(200, &granted(&user_token(), Some("r1")));
    let browser = rig.sign_in.begin_browser().expect("a port");
    let query: BTreeMap<String, String> =
        form_urlencoded::parse(browser.url.split_once('?').expect("a query").1.as_bytes()).into_owned().collect();
    let port = query["redirect_uri"].rsplit(':').next().expect("a port").to_owned();
    let visit = |target: String| {
        let mut stream = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
        stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer
    };
    std::thread::scope(|scope| {
        let visits = scope.spawn(|| {
            let icon = visit("/favicon.ico".into());
            let forged = visit("/?code=stolen&state=guessed".into());
            (icon, forged, visit(format!("/?code=c%2F1&state={}", query["state"])))
        });
        rig.sign_in.finish_browser(&browser).expect("signed in");
        let (icon, forged, came) = visits.join().expect("no panic");
        assert!(icon.starts_with("HTTP/1.1 404") && forged.starts_with("HTTP/1.1 400"), "{icon}{forged}");
        assert!(came.contains("came through"), "{came}");
    });
    let asked = &rig.asked()[0];
    assert_eq!((asked["code"].as_str(), asked["grant_type"].as_str()), ("c/1", "authorization_code"));
    assert_eq!(asked["redirect_uri"], query["redirect_uri"]);
    let challenge = ring::digest::digest(&ring::digest::SHA256, asked["code_verifier"].as_bytes());
    use base64::Engine as _;
    assert_eq!(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(challenge), query["code_challenge"]);
}
