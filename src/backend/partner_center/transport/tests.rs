//! The transport against little servers on this machine that misbehave in one way each.

use super::*;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};

const SHORT: Duration = Duration::from_millis(400);

/// A server for one connection; gives what it read.
fn serve(answer: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let place = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        if let Ok((stream, _)) = listener.accept() {
            answer(stream);
        }
    });
    place
}
/// Reads the head of a request.
fn head(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        text.push(byte[0]);
    }
    String::from_utf8_lossy(&text).into_owned()
}
fn answering(reply: Vec<u8>) -> SocketAddr {
    serve(move |mut stream| {
        head(&mut stream);
        let _ = stream.write_all(&reply);
    })
}
fn get(place: SocketAddr, timeout: Duration) -> Result<Response<Vec<u8>>, TransportError> {
    let request = Request::get(format!("http://{place}/v1/x")).body(Vec::new()).expect("a request");
    Https::new(Network::default()).send(request, timeout)
}
fn text_of(error: &TransportError) -> String {
    error.to_string()
}

#[test]
fn every_status_is_a_reply_and_no_redirect_is_followed() {
    for status in
        ["200 OK", "401 Unauthorized", "429 Too Many", "500 Oops", "302 Found\r\nLocation: http://127.0.0.1:1/"]
    {
        let place = answering(format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nhi").into_bytes());
        let reply = get(place, SHORT).expect(status);
        assert!(status.starts_with(reply.status().as_str()), "{status}");
        assert_eq!(reply.body(), b"hi");
    }
}

#[test]
fn a_request_without_body_has_none_and_an_empty_post_says_so() {
    let (sent, seen) = std::sync::mpsc::channel();
    for method in ["GET", "POST", "HEAD", "DELETE", "PATCH"] {
        let sent = sent.clone();
        let place = serve(move |mut stream| {
            sent.send(head(&mut stream)).expect("read");
            let _ = stream.write_all(b"HTTP/1.1 204 No\r\nContent-Length: 0\r\n\r\n");
        });
        let request = Request::builder().method(method).uri(format!("http://{place}/")).body(Vec::new()).expect("one");
        Https::new(Network::default()).send(request, SHORT).expect(method);
        let seen = seen.recv().expect("seen").to_ascii_lowercase();
        assert_eq!(seen.contains("content-length: 0"), matches!(method, "POST" | "PATCH"), "{seen}");
        assert!(seen.contains("user-agent: twotier/"), "{seen}");
    }
}

#[test]
fn a_refused_connection_was_not_sent() {
    let place = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a port");
    let error = get(place, SHORT).expect_err("nobody listens");
    assert!(matches!(error, TransportError::NotSent(_)), "{error:?}");
    assert!(text_of(&error).contains("simulate --listen"), "{error}");
}

#[test]
fn what_breaks_after_the_request_is_lost() {
    let cut = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{\"items\": [".to_vec());
    let closed = serve(|mut stream| {
        head(&mut stream);
    });
    let garbage = answering(b"SSH-2.0-OpenSSH\r\n".to_vec());
    for (place, part) in
        [(cut, "in the middle of its reply"), (closed, "before its reply"), (garbage, "before its reply")]
    {
        let error = get(place, SHORT).expect_err(part);
        assert!(matches!(error, TransportError::Lost(_)), "{error:?}");
        assert!(text_of(&error).contains(part), "{error}");
    }
}

#[test]
fn a_silent_server_is_lost_after_the_whole_time() {
    let silent = serve(|mut stream| {
        head(&mut stream);
        let _ = stream.read(&mut [0]);
    });
    let dribbling = serve(|mut stream| {
        head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
        let _ = stream.read(&mut [0]);
    });
    for place in [silent, dribbling] {
        let error = get(place, SHORT).expect_err("no answer");
        assert!(matches!(&error, TransportError::Lost(text) if text.contains("did not answer within")), "{error:?}");
    }
}

#[test]
fn a_huge_error_page_is_cut_and_a_huge_answer_is_none() {
    let page = |status: &str, length: usize| {
        let mut reply = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n").into_bytes();
        reply.resize(reply.len() + length, b'x');
        answering(reply)
    };
    let reply = get(page("502 Bad Gateway", 10 * 1024 * 1024), Duration::from_secs(20)).expect("a reply");
    assert_eq!((reply.status().as_u16(), reply.body().len()), (502, 64 * 1024));
    let error = get(page("200 OK", 65 * 1024 * 1024), Duration::from_secs(20)).expect_err("too long");
    assert!(matches!(&error, TransportError::Lost(text) if text.contains("64 MiB")), "{error:?}");
}

#[test]
fn a_compressed_reply_is_read() {
    // `gzip -n` of "hello".
    let packed: [u8; 25] =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10, 0x36, 5, 0, 0, 0];
    let mut reply = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n".to_vec();
    reply.extend(packed);
    assert_eq!(get(answering(reply), SHORT).expect("a reply").body(), b"hello");
}

#[test]
fn what_does_not_speak_tls_gets_nothing() {
    let (sent, seen) = std::sync::mpsc::channel();
    let place = serve(move |mut stream| {
        let mut begin = [0; 512];
        let read = stream.read(&mut begin).unwrap_or_default();
        sent.send(begin[..read].to_vec()).expect("read");
        let _ = stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n");
    });
    let request = Request::get(format!("https://{place}/")).header("authorization", "Bearer s3cr3t");
    let error = Https::new(Network::default()).send(request.body(Vec::new()).expect("one"), SHORT).expect_err("no TLS");
    assert!(matches!(&error, TransportError::NotSent(text) if text.contains("does not speak TLS")), "{error:?}");
    assert!(!seen.recv().expect("seen").windows(6).any(|part| part == b"s3cr3t"));
}

#[test]
fn a_proxy_that_refuses_is_told_and_its_password_is_not() {
    let proxy = answering(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n".to_vec());
    let network = |url: String| Network { proxy: Some(Secret::new(url)), ..Network::default() };
    let ask = |network: Network| {
        let request = Request::get("https://api.partnercenter.microsoft.com/v1/x").body(Vec::new()).expect("one");
        Https::new(network).send(request, SHORT).expect_err("no way")
    };
    let error = ask(network(format!("http://me:hunter2@{proxy}")));
    assert!(matches!(&error, TransportError::NotSent(text) if text.contains("407")), "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"));
    let socks = ask(network("socks5://me:hunter2@127.0.0.1:1".into()));
    assert!(text_of(&socks).contains("`socks5` proxy") && !text_of(&socks).contains("hunter2"), "{socks}");
    let bad = ask(network("http://me:hunter2@".into()));
    assert!(text_of(&bad).contains("HTTPS_PROXY") && !text_of(&bad).contains("hunter2"), "{bad}");
}

#[test]
fn hosts_that_are_not_allowed_are_not_even_looked_up() {
    let request = Request::get("https://evil.example/v1").body(Vec::new()).expect("one");
    let error = Https::new(Network::default()).send(request, SHORT).expect_err("not there");
    assert!(matches!(&error, TransportError::NotSent(text) if text.contains("TWOTIER_CENTER_ALLOW")), "{error:?}");
}

#[test]
fn names_below_an_exempt_one_need_no_proxy() {
    let list = |entries: &[&str]| entries.iter().map(SmolStr::new).collect::<Vec<_>>();
    for (host, entries, exempt) in [
        ("api.example.com", &["example.com"][..], true),
        ("api.example.com", &[".example.com"], true),
        ("api.example.com", &["*.example.com"], true),
        ("API.example.com", &["api.Example.com"], true),
        ("badexample.com", &["example.com"], false),
        ("any", &["*"], true),
        ("any", &[], false),
    ] {
        assert_eq!(is_exempt(host, &list(entries)), exempt, "{host} {entries:?}");
    }
}

#[test]
fn each_fault_of_trust_has_its_words() {
    for (text, part) in [
        ("rustls: invalid peer certificate: UnknownIssuer", "SSL_CERT_FILE"),
        ("invalid peer certificate: certificate expired: verification time 1 (UNIX)", "clock"),
        ("invalid peer certificate: certificate not valid yet: verification time 1", "clock"),
        ("invalid peer certificate: certificate not valid for name \"x\"", "captive portal"),
    ] {
        let uri: Uri = "https://login.microsoftonline.com/".parse().expect("a URL");
        let scene = words::Scene { uri: &uri, proxied: false, timeout: SHORT };
        let error = stage::Before::Connection(ureq::Error::Io(std::io::Error::other(text)));
        let error = words::explain(&ureq::Error::Other(Box::new(error)), scene);
        assert!(matches!(&error, TransportError::NotSent(words) if words.contains(part)), "{error:?}");
    }
    for (kind, part) in
        [(std::io::ErrorKind::NetworkUnreachable, "IPv6"), (std::io::ErrorKind::ConnectionRefused, "firewall")]
    {
        let uri: Uri = "https://login.microsoftonline.com/".parse().expect("a URL");
        let scene = words::Scene { uri: &uri, proxied: false, timeout: SHORT };
        let error = stage::Before::Connection(ureq::Error::Io(kind.into()));
        let error = words::explain(&ureq::Error::Other(Box::new(error)), scene);
        assert!(matches!(&error, TransportError::NotSent(words) if words.contains(part)), "{error:?}");
    }
}
