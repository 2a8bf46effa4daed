//! HTTP/1.1 on one connection, with bounds: heads, bodies by length or in chunks, one request after another. Knows no
//! endpoint and no tenant.

use super::delivery::Delivery;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use std::io::{self, Read, Write};

/// Largest head, in bytes.
const HEAD: usize = 64 * 1024;
/// Largest body, in bytes.
const BODY: usize = 4 * 1024 * 1024;
/// Most headers.
const HEADERS: usize = 96;

/// Why there is no request.
#[derive(Debug)]
pub(super) enum NoRequest {
    /// The connection ended, or waited too long.
    Ended,
    /// What came is no request; answer with this and end.
    Bad(StatusCode),
}
impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

/// What follows a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// The next request.
    KeepAlive,
    /// The end.
    Close,
}

/// A stream with what was read of it too early.
pub(super) struct Connection<S> {
    stream: S,
    held: Vec<u8>,
}

impl<S: Read + Write> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, held: Vec::new() }
    }
    /// The next request, and what follows its response.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn request(&mut self) -> Result<(Request<Vec<u8>>, After), NoRequest> {
        let end = self.head()?;
        let head: Vec<u8> = self.held.drain(..end).collect();
        let (mut request, after) = parsed(&head)?;
        let body = match framing(&request)? {
            Framing::Length(length) => {
                self.go_on(&request)?;
                self.take(length)?
            }
            Framing::Chunks => {
                self.go_on(&request)?;
                self.chunks()?
            }
        };
        *request.body_mut() = body;
        Ok((request, after))
    }
    /// Sends a response as its delivery says.
    ///
    /// # Errors
    /// When the stream takes no more.
    pub(super) fn send(&mut self, response: &Response<Vec<u8>>, after: After) -> io::Result<After> {
        let delivery = response.extensions().get::<Delivery>().copied().unwrap_or_default();
        let body = response.body();
        let sent = match delivery {
            Delivery::Nothing => return Ok(After::Close),
            Delivery::Half => &body[..body.len() / 2],
            Delivery::Whole | Delivery::Slow(_) => body,
        };
        self.stream.write_all(&head_of(response, after))?;
        match delivery {
            Delivery::Slow(pause) => {
                for piece in sent.chunks(sent.len().div_ceil(8).max(1)) {
                    self.stream.flush()?;
                    std::thread::sleep(pause);
                    self.stream.write_all(piece)?;
                }
            }
            Delivery::Whole | Delivery::Half | Delivery::Nothing => self.stream.write_all(sent)?,
        }
        self.stream.flush()?;
        Ok(if delivery == Delivery::Half { After::Close } else { after })
    }

    /// Reads until a head is whole; answers its length.
    fn head(&mut self) -> Result<usize, NoRequest> {
        let mut seen = 0;
        loop {
            let from = usize::saturating_sub(seen, 3);
            if let Some(at) = self.held[from..].windows(4).position(|four| four == b"\r\n\r\n") {
                return Ok(from + at + 4);
            }
            if self.held.len() > HEAD {
                return Err(NoRequest::Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
            }
            seen = self.held.len();
            self.more()?;
        }
    }
    fn more(&mut self) -> Result<(), NoRequest> {
        let mut piece = [0; 8192];
        match self.stream.read(&mut piece)? {
            0 => Err(NoRequest::Ended),
            count => {
                self.held.extend_from_slice(&piece[..count]);
                Ok(())
            }
        }
    }
    fn go_on(&mut self, request: &Request<Vec<u8>>) -> Result<(), NoRequest> {
        let expects = request.headers().get(http::header::EXPECT);
        if expects.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            self.stream.flush()?;
        }
        Ok(())
    }
    fn take(&mut self, length: usize) -> Result<Vec<u8>, NoRequest> {
        while self.held.len() < length {
            self.more()?;
        }
        Ok(self.held.drain(..length).collect())
    }
    fn chunks(&mut self) -> Result<Vec<u8>, NoRequest> {
        let bad = || NoRequest::Bad(StatusCode::BAD_REQUEST);
        let mut body = Vec::new();
        loop {
            let (end, size) = loop {
                match httparse::parse_chunk_size(&self.held) {
                    Ok(httparse::Status::Complete(found)) => break found,
                    Ok(httparse::Status::Partial) if self.held.len() <= HEAD => self.more()?,
                    Ok(httparse::Status::Partial) | Err(_) => return Err(bad()),
                }
            };
            self.held.drain(..end);
            let size = usize::try_from(size).map_err(|_| bad())?;
            if size == 0 {
                return self.trailers().map(|()| body);
            }
            if body.len().saturating_add(size) > BODY {
                return Err(NoRequest::Bad(StatusCode::PAYLOAD_TOO_LARGE));
            }
            body.extend(self.take(size)?);
            if self.take(2)? != b"\r\n" {
                return Err(bad());
            }
        }
    }
    /// Skips what follows the last chunk, to the empty line.
    fn trailers(&mut self) -> Result<(), NoRequest> {
        let mut skipped = 0;
        loop {
            let line = loop {
                if let Some(at) = self.held.windows(2).position(|two| two == b"\r\n") {
                    break at;
                }
                if self.held.len() > HEAD {
                    return Err(NoRequest::Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
                }
                self.more()?;
            };
            self.held.drain(..line + 2);
            skipped += line;
            if line == 0 {
                return Ok(());
            }
            if skipped > HEAD {
                return Err(NoRequest::Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
            }
        }
    }
}

/// How long a body is.
enum Framing {
    Length(usize),
    Chunks,
}

/// Both framings at once, or two lengths, are how requests are smuggled.
fn framing(request: &Request<Vec<u8>>) -> Result<Framing, NoRequest> {
    let bad = || NoRequest::Bad(StatusCode::BAD_REQUEST);
    let mut lengths = request.headers().get_all(http::header::CONTENT_LENGTH).iter();
    let mut codings = request.headers().get_all(http::header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next(), lengths.next(), lengths.next()) {
        (None, _, None, _) => Ok(Framing::Length(0)),
        (Some(coding), None, None, _) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunks),
        (None, _, Some(length), None) => {
            let digits = length.to_str().ok().filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
            let length: usize = digits.and_then(|text| text.parse().ok()).ok_or_else(bad)?;
            if length > BODY { Err(NoRequest::Bad(StatusCode::PAYLOAD_TOO_LARGE)) } else { Ok(Framing::Length(length)) }
        }
        (_, _, _, _) => Err(bad()),
    }
}

fn parsed(head: &[u8]) -> Result<(Request<Vec<u8>>, After), NoRequest> {
    let bad = || NoRequest::Bad(StatusCode::BAD_REQUEST);
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut read = httparse::Request::new(&mut headers);
    match read.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => {
            return Err(NoRequest::Bad(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        }
        Ok(httparse::Status::Partial) | Err(_) => return Err(bad()),
    }
    let method: Method = read.method.unwrap_or_default().parse().map_err(|_| bad())?;
    let uri: Uri = read.path.unwrap_or_default().parse().map_err(|_| bad())?;
    let mut request = Request::new(Vec::new());
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for header in read.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(|_| bad())?;
        let value = HeaderValue::from_bytes(header.value).map_err(|_| bad())?;
        request.headers_mut().append(name, value);
    }
    let asked = request.headers().get(http::header::CONNECTION).and_then(|value| value.to_str().ok());
    let asked = asked.unwrap_or_default().to_lowercase();
    let after = match read.version {
        Some(1) if !asked.contains("close") => After::KeepAlive,
        Some(_) | None => {
            *request.version_mut() = Version::HTTP_10;
            After::Close
        }
    };
    Ok((request, after))
}

fn head_of(response: &Response<Vec<u8>>, after: After) -> Vec<u8> {
    let status = response.status();
    let mut head =
        format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or("-")).into_bytes();
    for (name, value) in response.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let connection = match after {
        After::KeepAlive => "keep-alive",
        After::Close => "close",
    };
    let rest = format!("Content-Length: {}\r\nConnection: {connection}\r\n\r\n", response.body().len());
    head.extend_from_slice(rest.as_bytes());
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, proptest};

    /// A stream that gives what it was given, a few bytes at a time.
    struct Given(Vec<u8>, usize);
    impl Read for Given {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = into.len().min(7).min(self.0.len() - self.1);
            into[..count].copy_from_slice(&self.0[self.1..self.1 + count]);
            self.1 += count;
            Ok(count)
        }
    }
    impl Write for Given {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    fn connection(text: &[u8]) -> Connection<Given> {
        Connection::new(Given(text.to_vec(), 0))
    }
    fn status(text: &str) -> u16 {
        match connection(text.as_bytes()).request() {
            Err(NoRequest::Bad(status)) => status.as_u16(),
            Err(NoRequest::Ended) => 0,
            Ok(_) => 200,
        }
    }

    #[test]
    fn requests_follow_one_another() {
        let text = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
                    2\r\nde\r\n1;x=y\r\nf\r\n0\r\nT: 1\r\n\r\nGET /c HTTP/1.0\r\n\r\n";
        let mut connection = connection(text.as_bytes());
        for (path, body, after) in
            [("/a", "abc", After::KeepAlive), ("/b", "def", After::KeepAlive), ("/c", "", After::Close)]
        {
            let (request, then) = connection.request().expect("a request");
            assert_eq!((request.uri().path(), request.body().as_slice(), then), (path, body.as_bytes(), after));
        }
        assert!(matches!(connection.request(), Err(NoRequest::Ended)));
    }

    #[test]
    fn bad_and_oversized_requests_are_refused() {
        assert_eq!(status("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
        assert_eq!(status("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"), 400);
        assert_eq!(status("GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\nx"), 400);
        assert_eq!(status("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"), 413);
        assert_eq!(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"), 413);
        assert_eq!(status(&format!("GET / HTTP/1.1\r\nA: {}", "x".repeat(70_000))), 431);
        assert_eq!(status("nonsense\r\n\r\n"), 400);
        assert_eq!(status("GET / HTTP/1.1\r\n"), 0);
    }

    proptest! {
        #[test]
        fn no_bytes_break_a_connection(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for text in [bytes.clone(), [b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &bytes].concat()] {
                let mut connection = connection(&text);
                while connection.request().is_ok() {}
            }
        }
    }
}
