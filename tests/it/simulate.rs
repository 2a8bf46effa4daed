//! `simulate --listen` through the binary: its flags, its file, its addresses, and clients that take their time.

use crate::support::{copy, root};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use twotier::backend::simulated::http::{Listener, World};
use twotier::backend::simulated::seed;

const NORTHWIND: &str = "fab00000-0000-4000-8000-000000000002";
const CLIENT: &str = "22222222-2222-4222-8222-222222222222";

/// A copy of the quickstart.
struct Project(tempfile::TempDir);
impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&root().join("examples/quickstart"), folder.path());
        Self(folder)
    }
    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }
    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).expect("writable");
    }
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        command.args(arguments).current_dir(self.0.path()).env_clear().env("HOME", self.0.path()).env("USER", "ann");
        command
    }
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().expect("the binary runs");
        (status.code().expect("an exit code"), String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned())
    }
    fn listen(&self, address: &str, flags: &[&str]) -> Service {
        let arguments = [&["simulate", "--listen", address][..], flags].concat();
        let errors = std::fs::File::create(self.path("stderr")).expect("writable");
        let mut child = self.command(&arguments).stdout(Stdio::piped()).stderr(errors).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let url = line.trim_end().strip_prefix("listening on ").expect("where it listens").to_owned();
        Service { child, url }
    }
}

/// One that listens, until it is killed.
struct Service {
    child: Child,
    url: String,
}
impl Service {
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("sent");
        reply(&mut stream)
    }
}
impl Drop for Service {
    /// Without a warning, as `kill -9` does.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn reply(stream: &mut TcpStream) -> (u16, String) {
    let mut text = Vec::new();
    stream.read_to_end(&mut text).expect("a reply");
    let text = String::from_utf8_lossy(&text).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, text)
}

#[test]
fn what_a_killed_simulator_kept_is_there_again_and_only_one_keeps_it() {
    let project = Project::new();
    let flags = ["--tenant", "tenant.jsonl", "--living", "living.jsonl"];
    let accepted = format!("{{\"relationship\":{{\"tenantId\":\"{NORTHWIND}\"");
    let first = project.listen("127.0.0.1:0", &flags);
    assert!(!first.ask("GET", "/simulate/tenant", "").1.contains(&accepted));
    assert_eq!(first.ask("POST", "/simulate/accept", &format!("{{\"company\":\"{NORTHWIND}\"}}")).0, 200);
    let arguments = [&["simulate", "--listen", "127.0.0.1:0"][..], &flags].concat();
    let (code, words) = project.run(&arguments);
    assert!(code == 1 && words.contains("another simulator keeps its tenant in `living.jsonl`"), "{code} {words}");
    drop(first);
    let again = project.listen("127.0.0.1:0", &flags);
    assert!(again.ask("GET", "/simulate/tenant", "").1.contains(&accepted), "it goes on where it was killed");
    let seed = std::fs::read_to_string(project.path("tenant.jsonl")).expect("readable");
    assert!(!seed.contains(&accepted), "the seed is only read");
}

#[test]
fn rate_faults_log_and_sign_in_do_what_they_say() {
    let project = Project::new();
    project.write("faults.yaml", "rules:\n  - {path: /v1/customers, nth: 2, fault: {status: 503}}\n");
    let flags = ["--tenant", "tenant.jsonl", "--faults", "faults.yaml", "--rate", "2", "--sign-in", "token", "--log"];
    let service = project.listen("127.0.0.1:0", &flags);
    // Nobody is signed in here, and what goes wrong by a script counts against nothing.
    let statuses: Vec<u16> = (0..4).map(|_| service.ask("GET", "/v1/customers?secret=x", "").0).collect();
    assert_eq!(statuses, [401, 503, 401, 429]);
    let log = std::fs::read_to_string(project.path("stderr")).expect("readable");
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines.len() == 4 && lines[3].starts_with("429 GET /v1/customers "), "{log}");
    let token = std::fs::read_to_string(project.path("token")).expect("a sign-in");
    assert!(!log.contains("secret") && !log.contains(&token), "{log}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(project.path("token")).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

fn id_in(printed: &str) -> &str {
    printed.lines().find_map(|line| line.strip_prefix("Plan id ")).expect("a plan id")
}

/// Plans over HTTP as embedded, and asks `doctor`.
fn plans_at(address: &str) {
    let project = Project::new();
    let embedded = project.run(&["plan"]);
    let service = project.listen(address, &["--tenant", "tenant.jsonl", "--sign-in", "token"]);
    let center = format!(
        "center: {{url: \"{}\", token: token, roles: [adminAgent], app: {{clientId: {CLIENT}}}}}\n",
        service.url
    );
    project.write("twotier.yaml", &center);
    assert_eq!(project.run(&["state", "init"]).0, 0);
    let over_http = project.run(&["plan"]);
    assert_eq!((over_http.0, id_in(&over_http.1)), (embedded.0, id_in(&embedded.1)), "{}", over_http.1);
    // The simulated clock stands still, and is no reason to set this machine's.
    let (_, words) = project.run(&["doctor"]);
    let mends: Vec<&str> = words.lines().filter(|line| line.starts_with("MEND") && !line.contains("limits")).collect();
    assert!(mends.is_empty() && words.contains("ok    clock"), "{words}");
    // What the service tells of the provider is compared with what is declared.
    let provider = std::fs::read_to_string(project.0.path().join("manifests/provider.yaml")).expect("there");
    let other = provider
        .replace("partnerId: \"4800001\"", "partnerId: \"4800099\"")
        .replace("country: \"HU\"", "country: \"DE\"");
    assert_ne!(other, provider);
    project.write("manifests/provider.yaml", &other);
    let (ended, words) = project.run(&["doctor"]);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ended, 1, "{words}");
    for said in [
        "MEND partnerId the service knows you as 4800001, and `Provider.partnerId` says 4800099",
        "MEND country the service places you in HU, and `Provider.country` says DE",
    ] {
        assert!(words.contains(said), "{words}");
    }
}

#[test]
fn a_plan_and_a_doctor_find_it_on_either_loopback() {
    plans_at("127.0.0.1:0");
    // Where this machine has the other one.
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        plans_at("[::1]:0");
    }
}

#[test]
fn what_it_cannot_do_is_told_with_its_exit_code() {
    let project = Project::new();
    project.write("broken.jsonl", "{\"format\":1}\n");
    project.write("odd.yaml", "rules: [{fault: {closeAfter: true}}]\n");
    let listen = ["simulate", "--listen", "127.0.0.1:0"];
    for (flags, code, part) in [
        (&["--tenant", "none.jsonl"][..], 1, "none.jsonl"),
        (&["--tenant", "broken.jsonl"], 1, "broken.jsonl:1"),
        (&["--tenant", "tenant.jsonl", "--living", "broken.jsonl"], 1, "broken.jsonl:1"),
        (&["--tenant", "tenant.jsonl", "--faults", "odd.yaml"], 64, "is a word, `fault: closeAfter`"),
        (&["--tenant", "tenant.jsonl", "--sign-in", "no/such/folder/token"], 1, "no/such/folder/token"),
        (&["--rate", "many"], 64, "many"),
    ] {
        let (told, words) = project.run(&[&listen[..], flags].concat());
        assert!(told == code && words.contains(part), "{flags:?}: {told} {words}");
    }
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "localhost"] {
        let (code, words) = project.run(&["simulate", "--listen", address, "--tenant", "tenant.jsonl"]);
        assert!(code == 64 && words.contains(address), "{address}: {code} {words}");
    }
    assert_eq!(project.run(&["simulate", "--living", "living.jsonl"]).0, 64, "without an address");
}

#[test]
fn clients_that_take_their_time_hold_nobody_up() {
    let seed = std::fs::read_to_string(Path::new(root()).join("examples/quickstart/tenant.jsonl")).expect("a tenant");
    let listener = Listener::start(World::new(seed::parse("seed", &seed).expect("a tenant"))).expect("a port");
    let connect = || TcpStream::connect(listener.address()).expect("it listens");
    let request = "GET /simulate/requests HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    // One says half of what it wants, one asks and does not listen, one sends a body that does not come.
    let mut halting = connect();
    halting.write_all(&request.as_bytes()[..20]).expect("sent");
    let mut deaf = connect();
    deaf.write_all(request.replace("requests", "tenant").replace("Connection: close\r\n", "").repeat(500).as_bytes())
        .expect("sent");
    let mut promising = connect();
    promising.write_all(b"POST /simulate/faults HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{").expect("sent");
    for _ in 0..20 {
        let mut other = connect();
        other.write_all(request.as_bytes()).expect("sent");
        assert_eq!(reply(&mut other).0, 200, "others are served meanwhile");
    }
    for byte in &request.as_bytes()[20..] {
        halting.write_all(std::slice::from_ref(byte)).expect("sent");
    }
    assert_eq!(reply(&mut halting).0, 200, "and the one that took its time, too");
    // What never ends is ended with the listener, in one way or another.
    drop(listener);
    let ended = promising.read_to_end(&mut Vec::new());
    assert!(ended.is_err() || ended.is_ok_and(|read| read == 0), "no reply to half a request");
}
