//! How an `apply` of the real binary ends when things go wrong in its middle: a refusal, Ctrl-C once and more often, another
//! run. Against a simulated service over loopback, whose replies are held back by a gate until the test says go: nothing
//! here waits for time.
#![cfg(unix)]

use crate::support::project::tenant;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use twotier::backend::simulated::http::{Fault, Listener, Rule, Script, World};

const CLIENT: &str = "22222222-2222-4222-8222-222222222222";
/// A test that would hang fails instead.
const PATIENCE: Duration = Duration::from_secs(60);

const MANIFESTS: &str = r#"apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: Fabrikam, tenantId: fab00000-0000-4000-8000-000000000001, partnerIds: ["4811111"], country: HU}, ensure: active}
---
apiVersion: twotier/v1
kind: Customer
metadata: {name: contoso}
spec:
  tenantId: c0000000-0000-4000-8000-000000000001
  reseller: fabrikam
  subscriptions:
    m365: {subscriptionId: 50000000-0000-4000-8000-000000000001, quantity: 30, friendlyName: seats}
    teams: {product: {productId: CFQ7TTC0BBBB, skuId: "0001"}, quantity: 10, term: P1Y, billingCycle: annual}
"#;
const TENANT: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"M365","availabilities":[{"id":"A1","term":"P1Y","billingCycle":"annual"}]}}
{"product":{"productId":"CFQ7TTC0BBBB","skuId":"0001","name":"Teams","availabilities":[{"id":"A2","term":"P1Y","billingCycle":"annual"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2026-01-05T00:00:00Z"}}
{"subscription":{"subscriptionId":"50000000-0000-4000-8000-000000000001","customer":"c0000000-0000-4000-8000-000000000001","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"offerName":"M365","friendlyName":"m365","quantity":25,"partnerOfRecord":"4811111","term":"P1Y","billingCycle":"annual"}}
"#;

/// A project, the service it is applied to, and the gate between them.
struct Site {
    folder: tempfile::TempDir,
    service: Listener,
    gate: Gate,
    refresh: String,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("manifests")).expect("a folder");
        std::fs::write(folder.path().join("manifests/all.yaml"), MANIFESTS).expect("writable");
        let service = Listener::start(World::new(tenant(TENANT).tenant())).expect("a port");
        let gate = Gate::before(service.address());
        let refresh = service.with(|world| world.refresh_token(CLIENT));
        std::fs::write(folder.path().join("twotier.yaml"), format!("center: http://{}\n", gate.address))
            .expect("written");
        let site = Self { folder, service, gate, refresh };
        assert_eq!(site.ends(&["state", "init"]).0, 0);
        site
    }
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        command.args(arguments);
        self.dressed(command)
    }
    /// A command in this folder and environment.
    fn dressed(&self, mut command: Command) -> Command {
        let path = std::env::var_os("PATH").expect("a path");
        command.env_clear().current_dir(self.folder.path()).env("PATH", path);
        command.env("TWOTIER_TENANT", "11111111-1111-4111-8111-111111111111").env("TWOTIER_CLIENT_ID", CLIENT);
        command.env("TWOTIER_CLIENT_SECRET", "s3cret").env("TWOTIER_REFRESH_TOKEN", &self.refresh);
        command.env("TWOTIER_ACTOR", "ann");
        command
    }
    /// Exit code, stdout and stderr.
    fn ends(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.command(arguments).output().expect("the binary runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
    }
    /// An `apply` that goes on beside the test.
    fn apply(&self) -> Running {
        self.run(&mut self.command(&["apply", "--auto-approve", "--parallelism", "1"]))
    }
    fn run(&self, command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        Running { child, stderr }
    }
    /// Goes on after a run that ended early: everything is as declared, and nothing happened twice.
    fn goes_on(&self) {
        let (code, stdout, stderr) = self.ends(&["apply", "--auto-approve", "--lock-wait", "0"]);
        assert_eq!(code, 0, "{stdout}{stderr}");
        let (code, stdout, stderr) = self.ends(&["plan", "--detailed-exitcode"]);
        assert_eq!(code, 0, "{stdout}{stderr}");
        assert_eq!(self.ends(&["state", "verify"]).0, 0);
        self.service.with(|world| {
            let there = world.tenant();
            let mut seats: Vec<u32> = there.subscriptions().map(|it| it.quantity).collect();
            seats.sort_unstable();
            assert_eq!((there.orders().count(), seats), (1, vec![10, 30]));
        });
    }
}

/// A run of the binary.
struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
}
impl Running {
    /// Reads on until a line says so.
    fn says(&mut self, part: &str) {
        let mut said = String::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.stderr.read_line(&mut line).expect("text"), 0, "it never said `{part}`: {said}");
            said.push_str(&line);
            if line.contains(part) {
                return;
            }
        }
    }
    /// A real Ctrl-C.
    fn interrupt(&self) {
        self.gets("-INT");
    }
    /// A real signal.
    fn gets(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill");
        assert!(kill.success());
    }
    /// Exit code, stdout, and what was left of stderr.
    fn ends(mut self) -> (i32, String, String) {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stderr.read_to_string(&mut stderr).expect("text");
        self.child.stdout.take().expect("piped").read_to_string(&mut stdout).expect("text");
        (self.child.wait().expect("ended").code().expect("an exit code"), stdout, stderr)
    }
}

/// Stands before the service and holds one request back.
struct Gate {
    address: SocketAddr,
    held: Arc<Mutex<Option<Wanted>>>,
}
/// The request that is held, and who is told.
struct Wanted {
    method: &'static str,
    path: &'static str,
    arrived: Sender<()>,
    go: Receiver<()>,
    done: Sender<()>,
}
/// A request that is held back once it comes.
struct Held {
    arrived: Receiver<()>,
    go: Sender<()>,
    done: Receiver<()>,
}
impl Held {
    fn arrives(&self) {
        self.arrived.recv_timeout(PATIENCE).expect("it came");
    }
    /// Lets it through, and waits until the service has answered.
    fn goes(self) {
        self.go.send(()).expect("it waits");
        self.done.recv_timeout(PATIENCE).expect("it was answered");
    }
}

impl Gate {
    fn before(service: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let held: Arc<Mutex<Option<Wanted>>> = Arc::default();
        let wanted = held.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (Ok(stream), wanted) = (stream, wanted.clone()) else { return };
                std::thread::spawn(move || pass(stream, service, &wanted));
            }
        });
        Self { address, held }
    }
    /// Holds the next request of this method whose path has this in it.
    fn hold(&self, method: &'static str, path: &'static str) -> Held {
        let ((arrived, arrives), (go, goes), (done, is_done)) = (channel(), channel(), channel());
        *self.held.lock().expect("no panic") = Some(Wanted { method, path, arrived, go: goes, done });
        Held { arrived: arrives, go, done: is_done }
    }
}

/// Passes one request on and its reply back, and closes the connection.
fn pass(mut client: TcpStream, service: SocketAddr, held: &Mutex<Option<Wanted>>) {
    let Some((head, body)) = request(&mut client) else { return };
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut held = held.lock().expect("no panic");
    let wanted = held.take_if(|wanted| wanted.method == method && path.contains(wanted.path));
    drop(held);
    if let Some(wanted) = &wanted {
        let _nobody_may_wait = wanted.arrived.send(());
        let _the_test_is_over = wanted.go.recv();
    }
    let kept = head.split_inclusive("\r\n").filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    let head = kept.collect::<String>().replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let mut upstream = TcpStream::connect(service).expect("the service listens");
    upstream.write_all(head.as_bytes()).expect("sent");
    upstream.write_all(&body).expect("sent");
    let mut reply = Vec::new();
    drop(upstream.read_to_end(&mut reply));
    if let Some(wanted) = &wanted {
        let _nobody_may_wait = wanted.done.send(());
    }
    // Whoever asked may be gone.
    drop(client.write_all(&reply));
}

/// Head, with its last empty line, and body.
fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match client.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&part[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end);
    while body.len() < length {
        match client.read(&mut part) {
            Ok(0) | Err(_) => return None,
            Ok(read) => body.extend_from_slice(&part[..read]),
        }
    }
    Some((head, body))
}

#[test]
fn a_run_over_loopback_does_everything_once() {
    Site::new().goes_on();
}

#[test]
fn a_service_that_is_not_reached_is_1_and_is_named() {
    let site = Site::new();
    let nobody = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a port");
    std::fs::write(site.folder.path().join("twotier.yaml"), format!("center: http://{nobody}\n")).expect("written");
    for arguments in [&["plan"][..], &["apply", "--auto-approve"], &["drift"], &["doctor"]] {
        let (code, stdout, stderr) = site.ends(arguments);
        let said = format!("{stdout}{stderr}");
        assert_eq!(code, 1, "{arguments:?}: {said}");
        assert!(
            said.contains(&format!("the sign-in service was not reached: nothing listens at `{nobody}`")),
            "{said}"
        );
        assert!(!said.contains("nobody is signed in"), "{said}");
    }
}

#[test]
fn a_first_refusal_in_mid_run_is_8_and_the_rest_goes_on_when_it_is_mended() {
    let site = Site::new();
    let rule = |fault| Rule {
        method: Some("PATCH".into()),
        path: None,
        nth: 2,
        times: 0,
        percent: 100,
        acts: Vec::new(),
        fault: Some(fault),
    };
    site.service.with(|world| world.set_faults(Script { seed: 0, rules: vec![rule(Fault::Status(403))] }));
    let (code, stdout, stderr) = site.ends(&["apply", "--auto-approve"]);
    assert_eq!(code, 8, "{stdout}{stderr}");
    assert!(stdout.contains("2 done") && stdout.contains("1 failed"), "{stdout}");
    site.service.with(|world| world.set_faults(Script::default()));
    site.goes_on();
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_settles_it_and_is_130() {
    stops_in_good_order("-INT");
}

#[test]
fn a_cancelled_job_and_a_closed_terminal_do_the_same() {
    stops_in_good_order("-TERM");
    stops_in_good_order("-HUP");
}

fn stops_in_good_order(signal: &str) {
    let site = Site::new();
    let held = site.gate.hold("PATCH", "/subscriptions/");
    let mut run = site.apply();
    held.arrives();
    assert_eq!(site.ends(&["apply", "--auto-approve", "--lock-wait", "0"]).0, 9, "it runs");
    run.gets(signal);
    run.says("stopping: what is in flight is finished first");
    held.goes();
    let (code, stdout, stderr) = run.ends();
    assert_eq!(code, 130, "{stdout}{stderr}");
    assert!(stdout.contains("1 done") && stdout.contains("interrupted"), "{stdout}");
    let (_, history, _) = site.ends(&["history", "1"]);
    assert!(!history.contains("not settled"), "{history}");
    site.goes_on();
}

#[test]
fn one_that_looks_stops_where_it_is_and_waits_for_no_answer() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let site = Site::new();
        let held = site.gate.hold("GET", "/subscriptions");
        let mut run = site.apply();
        held.arrives();
        run.gets(signal);
        run.says("stopped before anything was begun");
        let (code, stdout, stderr) = run.ends();
        assert_eq!((code, stdout.as_str()), (130, ""), "{stderr}");
        held.goes();
        // The lease is free, and the journal whole.
        site.goes_on();
    }
}

#[test]
fn a_signal_that_was_ignored_from_the_start_stays_ignored() {
    let site = Site::new();
    let held = site.gate.hold("PATCH", "/subscriptions/");
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" apply --auto-approve", env!("CARGO_BIN_EXE_twotier")]);
    let run = site.run(&mut site.dressed(shell));
    held.arrives();
    run.gets("-HUP");
    run.gets("-HUP");
    run.gets("-HUP");
    held.goes();
    let (code, stdout, stderr) = run.ends();
    assert_eq!(code, 0, "{stdout}{stderr}");
    let site = Site::new();
    let held = site.gate.hold("PATCH", "/subscriptions/");
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" apply --auto-approve", env!("CARGO_BIN_EXE_twotier")]);
    let mut run = site.run(&mut site.dressed(shell));
    held.arrives();
    run.gets("-TERM");
    run.says("stopping: what is in flight is finished first");
    held.goes();
    assert_eq!(run.ends().0, 130, "others are not");
}

#[test]
fn a_second_ctrl_c_still_keeps_the_reply_of_a_call_in_flight() {
    let site = Site::new();
    let held = site.gate.hold("POST", "/checkout");
    let mut run = site.apply();
    held.arrives();
    run.interrupt();
    run.says("stopping: what is in flight is finished first");
    run.interrupt();
    run.says("a call in flight has 8 s more");
    held.goes();
    assert_eq!(run.ends().0, 130);
    let (_, history, _) = site.ends(&["history", "1"]);
    assert!(!history.contains("not settled"), "{history}");
    site.goes_on();
}

#[test]
fn a_third_ctrl_c_waits_for_no_reply_and_the_next_run_finds_what_it_left() {
    for arrives_at_last in [true, false] {
        let site = Site::new();
        let held = site.gate.hold("POST", "/checkout");
        let mut run = site.apply();
        held.arrives();
        run.interrupt();
        run.says("stopping: what is in flight is finished first");
        run.interrupt();
        run.says("once more stops at once");
        run.interrupt();
        let (code, stdout, stderr) = run.ends();
        assert_eq!(code, 130, "{stdout}{stderr}");
        assert!(stderr.contains("stopped at once"), "{stderr}");
        let (_, history, _) = site.ends(&["history", "1"]);
        assert!(history.contains("not settled"), "{history}");
        if arrives_at_last {
            held.goes();
            let (_, plan, _) = site.ends(&["plan"]);
            assert!(plan.contains("[TT0332]") && !plan.contains("additional"), "{plan}");
        }
        assert_eq!(site.ends(&["apply", "--auto-approve", "--lock-wait", "0"]).0, 9, "its lease is not over");
        assert_eq!(site.ends(&["state", "take-over", "--reason", "it was stopped"]).0, 0);
        site.goes_on();
    }
}
