//! One HTTP/1.1 call on a connection of its own: no pool, no redirects, no compression. Every part of the answer has a
//! limit, and the whole call one in time, because the far side may be anybody.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of one answer's body that are taken in: a list of signatures, a provider's JSON.
const BODY_MAX: usize = 256 * 1024;
/// Bytes of one line of an answer's head, and lines of it.
const LINE_MAX: u64 = 8 * 1024;
const LINES_MAX: usize = 100;

/// One call, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub method: &'static str,
    /// `http://` or `https://`.
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Call {
    pub fn post(url: &str, kind: &str, body: impl Into<Vec<u8>>) -> Call {
        let headers = vec![("content-type", kind.to_string())];
        Call { method: "POST", url: url.to_string(), headers, body: body.into() }
    }
    pub fn get(url: &str) -> Call {
        Call { method: "GET", url: url.to_string(), headers: Vec::new(), body: Vec::new() }
    }
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Call {
        self.headers.push((name, value.into()));
        self
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no answer. After anything but `Address` and `Connect` the far side may have got the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// Not an address that can be called, or a header that cannot be sent.
    Address,
    Connect(String),
    Broken(String),
    /// Not within the time.
    Slow,
    /// Not HTTP, or longer than anything that we wait for.
    Form(&'static str),
}

impl std::fmt::Display for Unreached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unreached::Address => f.write_str("not an address"),
            Unreached::Connect(why) => write!(f, "no connection: {why}"),
            Unreached::Broken(why) => write!(f, "broken off: {why}"),
            Unreached::Slow => f.write_str("no answer in time"),
            Unreached::Form(what) => f.write_str(what),
        }
    }
}

/// An address in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub tls: bool,
    pub host: String,
    pub port: u16,
    /// With its query, beginning with `/`.
    pub path: String,
}

/// Reads `http[s]://host[:port][/path][?query]`; IPv6 in brackets. None for anything else (user names, fragments).
pub fn parse_url(url: &str) -> Option<Target> {
    let (tls, rest) = match url.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, url.strip_prefix("http://")?),
    };
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain(rest) || rest.contains(['#', '\\']) {
        return None;
    }
    let cut = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(cut);
    let (host, port) = match authority.strip_prefix('[') {
        Some(inner) => {
            let (host, port) = inner.split_once(']')?;
            (host, port.strip_prefix(':').filter(|port| !port.is_empty()).or(port.is_empty().then_some(""))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    let port = if port.is_empty() { if tls { 443 } else { 80 } } else { port.parse().ok()? };
    if host.is_empty() || host.contains('@') || port == 0 {
        return None;
    }
    let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
    Some(Target { tls, host: host.to_string(), port, path })
}

/// What calls go out on. Trusts the certificates that the machine trusts, so that a bureau's own authority is added
/// where the machine's are.
#[derive(Clone)]
pub struct Wire {
    tls: TlsConnector,
}

impl Default for Wire {
    fn default() -> Wire {
        Wire::new()
    }
}

impl Wire {
    pub fn new() -> Wire {
        let mut roots = rustls::RootCertStore::empty();
        // A certificate that cannot be read is left out; with none, calls by https fail and say so.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Wire { tls: TlsConnector::from(Arc::new(config)) }
    }

    /// Sends one call and waits for its answer, both within `wait`.
    pub async fn send(&self, call: &Call, wait: Duration) -> Result<Answer, Unreached> {
        let target = parse_url(&call.url).ok_or(Unreached::Address)?;
        let head = head(call, &target).ok_or(Unreached::Address)?;
        let exchange = async {
            let stream = self.connect(&target).await?;
            talk(stream, head.as_bytes(), &call.body).await
        };
        tokio::time::timeout(wait, exchange).await.unwrap_or(Err(Unreached::Slow))
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, Unreached> {
        let failed = |e: io::Error| Unreached::Connect(e.to_string());
        let tcp = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(failed)?;
        if !target.tls {
            return Ok(Box::new(tcp));
        }
        self.shelter(&target.host, tcp).await.map_err(failed)
    }

    /// The same line under TLS, when the far side proves that it is `host`.
    pub(crate) async fn shelter(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn Stream>> {
        let name = ServerName::try_from(host.to_string());
        let name = name.map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "not a name of a server"))?;
        Ok(Box::new(self.tls.connect(name, tcp).await?))
    }
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The request's head; none when a header would break out of its line.
fn head(call: &Call, target: &Target) -> Option<String> {
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let port =
        if target.port == if target.tls { 443 } else { 80 } { String::new() } else { format!(":{}", target.port) };
    let mut out = format!("{} {} HTTP/1.1\r\nhost: {host}{port}\r\nconnection: close\r\n", call.method, target.path);
    out += &format!("user-agent: xiaoan\r\ncontent-length: {}\r\n", call.body.len());
    for (name, value) in &call.headers {
        if !value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return None;
        }
        out += &format!("{name}: {value}\r\n");
    }
    Some(out + "\r\n")
}

async fn talk(stream: Box<dyn Stream>, head: &[u8], body: &[u8]) -> Result<Answer, Unreached> {
    let mut line = BufReader::new(stream);
    let broken = |e: io::Error| Unreached::Broken(e.to_string());
    line.write_all(head).await.map_err(broken)?;
    // A far side that refuses early closes before it has read all: its answer is read all the same.
    let _ = line.write_all(body).await;
    let _ = line.flush().await;
    loop {
        let mut answer = read_head(&mut line).await?;
        // 100 Continue and its like come before the answer.
        if !(100..200).contains(&answer.status) {
            answer.body = read_body(&mut line, &answer).await?;
            return Ok(answer);
        }
    }
}

type Line = BufReader<Box<dyn Stream>>;

async fn read_line(line: &mut Line) -> Result<String, Unreached> {
    let mut bytes = Vec::new();
    let read = line.take(LINE_MAX).read_until(b'\n', &mut bytes).await;
    read.map_err(|e| Unreached::Broken(e.to_string()))?;
    if bytes.pop() != Some(b'\n') {
        return Err(Unreached::Form("the answer's head is cut or too long"));
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes).map_err(|_| Unreached::Form("the answer's head is no text"))
}

async fn read_head(line: &mut Line) -> Result<Answer, Unreached> {
    let first = read_line(line).await?;
    let status =
        first.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let mut answer = Answer { status: status.ok_or(Unreached::Form("not HTTP/1"))?, ..Answer::default() };
    for _ in 0..LINES_MAX {
        let text = read_line(line).await?;
        if text.is_empty() {
            return Ok(answer);
        }
        let (name, value) = text.split_once(':').ok_or(Unreached::Form("a header without a colon"))?;
        answer.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_string()));
    }
    Err(Unreached::Form("too many headers"))
}

async fn read_body(line: &mut Line, answer: &Answer) -> Result<Vec<u8>, Unreached> {
    let too_long = Unreached::Form("the answer is too long");
    let broken = |e: io::Error| Unreached::Broken(e.to_string());
    if answer.status == 204 || answer.status == 304 {
        return Ok(Vec::new());
    }
    if answer.header("transfer-encoding").is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        return read_chunks(line).await;
    }
    let mut body = Vec::new();
    match answer.header("content-length").map(str::parse::<usize>) {
        Some(Ok(length)) if length <= BODY_MAX => {
            body.resize(length, 0);
            line.read_exact(&mut body).await.map_err(broken)?;
        }
        Some(_) => return Err(too_long),
        None => {
            line.take(BODY_MAX as u64 + 1).read_to_end(&mut body).await.map_err(broken)?;
        }
    }
    if body.len() > BODY_MAX { Err(too_long) } else { Ok(body) }
}

async fn read_chunks(line: &mut Line) -> Result<Vec<u8>, Unreached> {
    let mut body = Vec::new();
    loop {
        let text = read_line(line).await?;
        let size = text.split(';').next().and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
        let size = size.ok_or(Unreached::Form("a chunk without a size"))?;
        if size == 0 {
            // Trailers are nothing to us; the connection closes.
            return Ok(body);
        }
        if size > BODY_MAX - body.len() {
            return Err(Unreached::Form("the answer is too long"));
        }
        let from = body.len();
        body.resize(from + size, 0);
        line.read_exact(&mut body[from..]).await.map_err(|e| Unreached::Broken(e.to_string()))?;
        read_line(line).await?;
    }
}
