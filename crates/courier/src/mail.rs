//! Mail: one message to one server that is named in the configuration (a submission server, not the recipient's), by
//! SMTP with TLS from the start, STARTTLS, or plain inside a machine. The key of the message is its Message-ID.

use std::io;
use std::time::Duration;

use base::Ms;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::http::Stream;
use crate::message::{Message, Outcome, Words};
use crate::{Wire, sign};

/// Bytes of one line of the server's answer, and lines of one answer.
const LINE_MAX: u64 = 2_000;
const LINES_MAX: usize = 50;
/// A server that says "later" is tried again after this.
const LATER_S: u32 = 300;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelter {
    /// Only for a server on this machine.
    Plain,
    StartTls,
    Tls,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub shelter: Shelter,
    /// Name and password.
    pub login: Option<(String, String)>,
    pub from: String,
}

/// What went wrong on the way: before the text was sent nothing has been delivered.
enum Stopped {
    Reply(u16, String),
    Before(String),
    After(String),
}

impl Mail {
    /// The text as it goes over the wire, lines ended and dots doubled.
    pub fn text(&self, to: &str, message: &Message, words: Words, now: Ms) -> String {
        let subject = sign::base64(words(message.line).as_bytes());
        let body = sign::base64(message.text(words).as_bytes());
        let domain = self.from.rsplit('@').next().unwrap_or("localhost");
        let lines: Vec<&str> = body.as_bytes().chunks(76).map(|part| std::str::from_utf8(part).unwrap_or("")).collect();
        let date = now.show("%a, %d %b %Y %H:%M:%S +0800");
        format!(
            "From: <{}>\r\nTo: <{to}>\r\nSubject: =?UTF-8?B?{subject}?=\r\nDate: {date}\r\nMessage-ID: <{}@{domain}>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            self.from,
            message.key,
            lines.join("\r\n")
        )
    }

    /// Sends it, all within `wait`.
    pub async fn send(
        &self,
        wire: &Wire,
        to: &str,
        message: &Message,
        words: Words,
        now: Ms,
        wait: Duration,
    ) -> Outcome {
        if ![to, &self.from].iter().all(|address| plausible(address)) {
            return Outcome::Refused("not a mail address".into());
        }
        let text = self.text(to, message, words, now);
        match tokio::time::timeout(wait, self.talk(wire, to, &text)).await {
            Ok(Ok(())) => Outcome::Taken(None),
            Ok(Err(Stopped::Reply(code @ 400..=499, why))) => {
                Outcome::Later { after_s: LATER_S, why: format!("{code} {why}") }
            }
            Ok(Err(Stopped::Reply(code, why))) => Outcome::Refused(format!("{code} {why}")),
            Ok(Err(Stopped::Before(why))) => Outcome::Later { after_s: 10, why },
            Ok(Err(Stopped::After(why))) => Outcome::Unknown(why),
            Err(_) => Outcome::Unknown("no answer in time".into()),
        }
    }

    async fn talk(&self, wire: &Wire, to: &str, text: &str) -> Result<(), Stopped> {
        let before = |e: io::Error| Stopped::Before(e.to_string());
        let tcp = TcpStream::connect((self.host.as_str(), self.port)).await.map_err(before)?;
        let mut line = match self.shelter {
            Shelter::Tls => Line::new(wire.shelter(&self.host, tcp).await.map_err(before)?),
            Shelter::Plain => Line::new(Box::new(tcp)),
            Shelter::StartTls => {
                let mut open = LineOf(BufReader::new(tcp));
                open.expect(220).await?;
                open.say("EHLO xiaoan", 250).await?;
                open.say("STARTTLS", 220).await?;
                // Whatever was sent before the handshake is not trusted: what is buffered is dropped with `open`.
                Line::new(wire.shelter(&self.host, open.0.into_inner()).await.map_err(before)?)
            }
        };
        if self.shelter != Shelter::StartTls {
            line.expect(220).await?;
        }
        line.say("EHLO xiaoan", 250).await?;
        if let Some((name, password)) = &self.login {
            let plain = sign::base64(format!("\0{name}\0{password}").as_bytes());
            line.say(&format!("AUTH PLAIN {plain}"), 235).await?;
        }
        line.say(&format!("MAIL FROM:<{}>", self.from), 250).await?;
        line.say(&format!("RCPT TO:<{to}>"), 250).await?;
        line.say("DATA", 354).await?;
        let ended = line.say(&format!("{}\r\n.", text.trim_end().replace("\r\n.", "\r\n..")), 250).await;
        match ended {
            Err(Stopped::Before(why)) => return Err(Stopped::After(why)),
            other => other?,
        }
        // Taken; whether it says goodbye is nothing to us.
        let _ = line.say("QUIT", 221).await;
        Ok(())
    }
}

type Line = LineOf<Box<dyn Stream>>;

struct LineOf<S>(BufReader<S>);

impl Line {
    fn new(stream: Box<dyn Stream>) -> Line {
        LineOf(BufReader::new(stream))
    }
}

impl<S: Stream> LineOf<S> {
    async fn say(&mut self, text: &str, code: u16) -> Result<(), Stopped> {
        let broken = |e: io::Error| Stopped::Before(e.to_string());
        self.0.write_all(format!("{text}\r\n").as_bytes()).await.map_err(broken)?;
        self.0.flush().await.map_err(broken)?;
        self.expect(code).await
    }
    /// Reads one answer, which may be several lines, and wants this code.
    async fn expect(&mut self, code: u16) -> Result<(), Stopped> {
        for _ in 0..LINES_MAX {
            let mut bytes = Vec::new();
            let read = (&mut self.0).take(LINE_MAX).read_until(b'\n', &mut bytes).await;
            read.map_err(|e| Stopped::Before(e.to_string()))?;
            let text = String::from_utf8_lossy(&bytes).trim_end().to_string();
            let told = text.get(..3).and_then(|code| code.parse::<u16>().ok());
            let told = told.ok_or_else(|| Stopped::Before("not a mail server, or it hung up".into()))?;
            if text.as_bytes().get(3) != Some(&b'-') {
                return if told == code { Ok(()) } else { Err(Stopped::Reply(told, text)) };
            }
        }
        Err(Stopped::Before("an answer without an end".into()))
    }
}

/// One `@`, nothing that could end a line or a bracket.
fn plausible(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\",;\\".contains(&byte));
    plain && address.len() <= 200 && address.split('@').filter(|part| !part.is_empty()).count() == 2
}
