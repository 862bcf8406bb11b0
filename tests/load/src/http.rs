//! A blocking HTTP/1.1 client over one kept-alive connection. It speaks to this machine only: any other address is
//! refused, so that no bench and no test can ever put load on somebody else's server.
//!
//! It repeats nothing by itself: whether a request that broke off was carried out is exactly what the fault tests ask.
//! Not here: TLS, redirects, decompression (a compressed body is counted as it came).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Bytes of one answer that are taken in.
const BODY_MAX: usize = 64 * 1024 * 1024;
/// Header lines of one answer.
const HEADERS_MAX: usize = 100;
const CONNECT: Duration = Duration::from_secs(5);

/// One answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Bytes on the wire: head, framing and body as it came.
    pub wire: usize,
}

impl Answer {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// The body as JSON; `Null` when it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }
    pub fn is_problem(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("application/problem+json"))
    }
    fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// A connection to one server on this machine.
pub struct Client {
    to: SocketAddr,
    wait: Duration,
    /// Header lines sent with each request.
    always: String,
    line: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Refuses any address that is not loopback. Connects with the first request; waits 10 s for an answer.
    pub fn new(to: SocketAddr) -> io::Result<Client> {
        if !to.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{to} is not this machine")));
        }
        Ok(Client { to, wait: Duration::from_secs(10), always: String::new(), line: None })
    }
    /// How long an answer may take before `WouldBlock` or `TimedOut`.
    pub fn waiting(mut self, ms: u64) -> Client {
        self.wait = Duration::from_millis(ms.max(1));
        self
    }
    /// A header for each request.
    pub fn with(mut self, name: &str, value: &str) -> Client {
        self.always.push_str(&format!("{name}: {value}\r\n"));
        self
    }
    pub fn bearer(self, token: &str) -> Client {
        self.with("authorization", &format!("Bearer {token}"))
    }
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.send("GET", path, &[], b"")
    }
    pub fn post_json(&mut self, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> io::Result<Answer> {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body.to_string().as_bytes())
    }
    pub fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> io::Result<Answer> {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], body.join("&").as_bytes())
    }
    /// One request, one answer. An error leaves the connection closed; the next request opens a new one.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{}", self.to, self.always);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        let mut line = match self.line.take() {
            Some(line) => line,
            None => connect(self.to, self.wait)?,
        };
        line.get_mut().write_all(&bytes)?;
        let answer = read(&mut line, method)?;
        if !answer.closes() {
            self.line = Some(line);
        }
        Ok(answer)
    }
    /// Sends a GET and hands over the connection after the head: for event streams. Reading waits as `waiting` says.
    pub fn open(mut self, path: &str) -> io::Result<(Answer, BufReader<TcpStream>)> {
        let mut line = match self.line.take() {
            Some(line) => line,
            None => connect(self.to, self.wait)?,
        };
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{}\r\n", self.to, self.always);
        line.get_mut().write_all(head.as_bytes())?;
        Ok((read_head(&mut line)?, line))
    }
}

fn connect(to: SocketAddr, wait: Duration) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect_timeout(&to, CONNECT)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(wait))?;
    stream.set_write_timeout(Some(wait))?;
    Ok(BufReader::new(stream))
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A line without its end; counts its bytes.
fn read_line(line: &mut impl BufRead, wire: &mut usize) -> io::Result<String> {
    let mut text = String::new();
    let got = line.take(64 * 1024).read_line(&mut text)?;
    *wire += got;
    if !text.ends_with('\n') {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer broke off"));
    }
    Ok(text.trim_end().to_string())
}

fn read_head(line: &mut impl BufRead) -> io::Result<Answer> {
    loop {
        let mut answer = Answer::default();
        let status = read_line(line, &mut answer.wire)?;
        let code = status.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
        answer.status = code.ok_or_else(|| broken("no status line"))?;
        loop {
            let header = read_line(line, &mut answer.wire)?;
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').ok_or_else(|| broken("a header without a colon"))?;
            answer.headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
            if answer.headers.len() > HEADERS_MAX {
                return Err(broken("too many headers"));
            }
        }
        // 100 Continue and its kin are followed by the real answer.
        if answer.status >= 200 {
            return Ok(answer);
        }
    }
}

fn read(line: &mut impl BufRead, method: &str) -> io::Result<Answer> {
    let mut answer = read_head(line)?;
    if method == "HEAD" || matches!(answer.status, 204 | 304) {
        return Ok(answer);
    }
    let chunked = answer.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    if chunked {
        read_chunks(line, &mut answer)?;
    } else if let Some(length) = answer.header("content-length").map(str::to_string) {
        let length: usize = length.parse().map_err(|_| broken("content-length is no number"))?;
        if length > BODY_MAX {
            return Err(broken("an answer over the limit"));
        }
        answer.body = vec![0; length];
        line.read_exact(&mut answer.body)?;
        answer.wire += length;
    } else {
        answer.wire += line.take(BODY_MAX as u64).read_to_end(&mut answer.body)?;
        answer.headers.push(("connection".into(), "close".into()));
    }
    Ok(answer)
}

fn read_chunks(line: &mut impl BufRead, answer: &mut Answer) -> io::Result<()> {
    loop {
        let size = read_line(line, &mut answer.wire)?;
        let size = size.split(';').next().unwrap_or("");
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| broken("a chunk without a size"))?;
        let at = answer.body.len();
        if at + size > BODY_MAX {
            return Err(broken("an answer over the limit"));
        }
        answer.body.resize(at + size, 0);
        line.read_exact(&mut answer.body[at..])?;
        answer.wire += size;
        // The empty line after the chunk; after the last one there are no trailers from our server.
        read_line(line, &mut answer.wire)?;
        if size == 0 {
            return Ok(());
        }
    }
}

/// The value of a form field or a query, escaped.
pub fn escape(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let one = |b: u8| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    value.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> io::Result<Answer> {
        read(&mut text.as_bytes(), "GET")
    }

    #[test]
    fn another_machine_is_refused() {
        for far in ["192.0.2.1:80", "[2001:db8::1]:80", "0.0.0.0:80"] {
            let refused = Client::new(far.parse().unwrap()).err().unwrap();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{far}");
        }
        assert!(Client::new("127.0.0.1:1".parse().unwrap()).is_ok());
    }

    #[test]
    fn a_body_of_known_length_and_one_in_chunks_are_read_whole_and_counted() {
        let known = "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello";
        let got = answer(known).unwrap();
        assert_eq!(
            (got.status, got.text(), got.header("x-a"), got.wire),
            (201, "hello".into(), Some("b"), known.len())
        );
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
        let got = answer(chunked).unwrap();
        assert_eq!((got.text(), got.wire), ("hello".into(), chunked.len()));
    }

    #[test]
    fn an_answer_that_breaks_off_is_an_error() {
        assert!(answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").is_err());
        assert!(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n").is_err());
        assert!(answer("HTTP/1.1 200 O").is_err());
    }

    #[test]
    fn form_values_are_escaped() {
        assert_eq!(escape("a b&灯"), "a%20b%26%E7%81%AF");
    }
}
