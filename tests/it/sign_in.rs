//! Signing in through the binary, against a little service on this machine: what it may see, what is kept, what a bad day
//! looks like, and that no token is ever printed.

use crate::support::{copy, files, root};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;

const REFRESH: &str = "r3fr3sh-s3cr3t";
const ROTATED: &str = "r0tat3d-s3cr3t";
const CLIENT_SECRET: &str = "cl13nt-s3cr3t";
/// The clock of the little service stands still.
const LONG_AGO: &str = "Tue, 21 Jul 2020 04:11:28 GMT";
const TENANT: &str = "11111111-1111-4111-8111-111111111111";

/// Serves the same answer to every request for a token, and 500 to all others, until the test ends.
fn serve(status: &'static str, token_answer: String) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = Vec::new();
            let mut part = [0; 4096];
            while let Ok(read) = stream.read(&mut part) {
                head.extend_from_slice(&part[..read]);
                if read == 0 || head.windows(4).any(|four| four == b"\r\n\r\n") {
                    break;
                }
            }
            let for_token = String::from_utf8_lossy(&head).lines().next().is_some_and(|line| line.contains("/oauth2/"));
            let (status, body) = if for_token {
                (status, token_answer.as_str())
            } else {
                ("403 Forbidden", r#"{"code":900308,"description":"no"}"#)
            };
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nDate: {LONG_AGO}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    base
}
/// A token without a signature; nobody here checks one.
fn token(claims: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in claims.as_bytes().chunks(3) {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            text.push(char::from(ALPHABET[bits >> (18 - 6 * place) & 63]));
        }
    }
    format!("e30.{text}.c2ln")
}
fn granted(claims: &str) -> String {
    format!(r#"{{"access_token":"{}","refresh_token":"{ROTATED}","expires_in":"3599"}}"#, token(claims))
}

struct Project(tempfile::TempDir);
impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&root().join("examples/quickstart"), folder.path());
        std::fs::write(folder.path().join("token"), REFRESH).expect("writable");
        Self(folder)
    }
    fn center(&self, base: &str) {
        let text =
            format!("center:\n  url: {base}\n  roles: [adminAgent]\n  app: {{clientId: {TENANT}}}\n  token: token\n");
        std::fs::write(self.path("twotier.yaml"), text).expect("writable");
    }
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }
    /// Exit code and everything that was printed.
    fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twotier"));
        command.env_clear().env("TWOTIER_CLIENT_SECRET", CLIENT_SECRET).current_dir(self.0.path());
        let output = command.args(arguments).output().expect("the binary runs");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().expect("an exit code"), String::from_utf8(text).expect("text"))
    }
}

fn tells_no_token(printed: &str, claims: &str) {
    for secret in [REFRESH, ROTATED, CLIENT_SECRET, &token(claims)] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn a_renewed_token_is_kept_for_its_owner_alone_and_none_is_ever_printed() {
    let claims = format!(r#"{{"tid":"{TENANT}","upn":"ann@distri.example","amr":["pwd","mfa"]}}"#);
    let project = Project::new();
    project.center(&serve("200 OK", granted(&claims)));
    assert_eq!(project.run(&["state", "init"]).0, 0);
    for arguments in
        [&["doctor"][..], &["plan"], &["config"], &["config", "--format", "json"], &["apply", "--auto-approve"]]
    {
        let (_, printed) = project.run(arguments);
        tells_no_token(&printed, &claims);
    }
    let kept = std::fs::read_to_string(project.path("token")).expect("kept");
    assert!(kept.contains(ROTATED) && kept.contains("\"issued\""), "the newest one is kept");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(project.path("token")).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let (_, printed) = project.run(&["doctor"]);
    assert!(printed.contains("sign-in     ann@distri.example") && printed.contains("second factor"), "{printed}");
    assert!(printed.contains("MEND  clock") && printed.contains("ahead of the service"), "{printed}");
    assert!(printed.contains("agreement   not known"), "{printed}");
    for file in files(&project.path(".twotier")) {
        tells_no_token(&String::from_utf8_lossy(&std::fs::read(file).expect("readable")), &claims);
    }
}

#[test]
fn each_bad_day_of_signing_in_ends_with_its_mend_and_nothing_is_written() {
    let refused = |code: u32| {
        format!(r#"{{"error":"invalid_grant","error_codes":[{code}],"error_description":"AADSTS{code}: words"}}"#)
    };
    let claims = |tid: &str, more: &str| granted(&format!(r#"{{"tid":"{tid}"{more}}}"#));
    let customer = "c0000000-0000-4000-8000-000000000001";
    for (code, status, answer, part) in [
        (6, "400 Bad Request", refused(700_082), "`twotier login`"),
        (6, "400 Bad Request", refused(700_016), "customer's"),
        (6, "400 Bad Request", refused(500_011), "tenant of a customer"),
        (6, "400 Bad Request", refused(700_024), "clock"),
        (6, "200 OK", claims(customer, r#","amr":["mfa"]"#), "no customer's"),
        (6, "200 OK", claims(TENANT, r#","amr":["pwd"]"#), "900421"),
        (6, "200 OK", claims(TENANT, r#","amr":["mfa"],"aud":"https://graph.windows.net""#), "900420"),
        (1, "200 OK", "<html>Welcome to the hotel</html>".to_owned(), "captive portal"),
        (1, "502 Bad Gateway", "<html>".to_owned() + &"x".repeat(10 * 1024 * 1024), "web page"),
    ] {
        let project = Project::new();
        project.center(&serve(status, answer));
        assert_eq!(project.run(&["state", "init"]).0, 0);
        let before = files(&project.path(".twotier")).len();
        for arguments in [&["plan"][..], &["apply", "--auto-approve"], &["import", "--dry-run"], &["doctor"]] {
            let (ended, printed) = project.run(arguments);
            // Lines are folded for people.
            let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(ended, code, "{arguments:?} {part}: {printed}");
            assert!(printed.contains(part), "{arguments:?} {part}: {printed}");
            tells_no_token(&printed, "{}");
            assert!(printed.len() < 4000, "{part}: a short message");
        }
        assert_eq!(files(&project.path(".twotier")).len(), before, "{part}: no record of a run");
    }
}

#[test]
fn a_service_needs_a_state_and_no_simulated_side() {
    let project = Project::new();
    project.center("http://127.0.0.1:9");
    let (code, printed) = project.run(&["handoffs"]);
    assert!(code == 1 && printed.contains("twotier state init"), "{printed}");
    let (code, printed) = project.run(&["simulate", "reset"]);
    assert!(code == 64 && printed.contains("is a service") && !printed.contains("this build"), "{printed}");
    let (code, printed) = project.run(&["--center", "https://evil.example", "handoffs"]);
    assert!(code == 64 && printed.contains("TWOTIER_CENTER_ALLOW=evil.example"), "{printed}");
    assert_eq!(project.run(&["logout"]).0, 0);
    assert!(!Path::new(&project.path("token")).exists());
}

#[test]
fn a_state_serves_the_kind_of_center_alone_that_it_was_begun_for() {
    let project = Project::new();
    project.center("http://127.0.0.1:9");
    assert_eq!(project.run(&["state", "init"]).0, 0);
    let begun = files(&project.path(".twotier"));
    for with_copy in [false, true] {
        if with_copy {
            std::fs::copy(project.path("tenant.jsonl"), project.path(".twotier/tenant.jsonl")).expect("copied");
        }
        for arguments in
            [&["plan"][..], &["apply", "--auto-approve"], &["simulate", "reset"], &["simulate", "advance-clock", "1d"]]
        {
            let (code, printed) = project.run(&[&["--center", "embedded:tenant.jsonl"], arguments].concat());
            assert!(code == 1 && printed.contains("was begun for a service"), "{arguments:?}: {printed}");
            assert!(!printed.contains("simulate reset`"), "{printed}");
        }
    }
    std::fs::remove_file(project.path(".twotier/tenant.jsonl")).expect("removed");
    assert_eq!(files(&project.path(".twotier")), begun);
    assert_eq!(project.run(&["--center", "embedded:tenant.jsonl", "--state", "other", "state", "init"]).0, 0);
    let (code, printed) = project.run(&["--state", "other", "handoffs"]);
    assert!(code == 1 && printed.contains("was begun for a tenant in a file"), "{printed}");
}
