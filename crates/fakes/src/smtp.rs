//! A mail server on this machine: EHLO, AUTH PLAIN, MAIL, RCPT, DATA, QUIT (RFC 5321, 4954), no TLS. 530 without a
//! login, 535 for a wrong one, 550 for a recipient at `nobody.invalid`, 452 for one at `full.invalid`. A Message-ID that
//! came before is taken and not delivered again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::keep::{BODY_BYTES_MAX, Received};
use crate::{Fakes, MAIL_LOGIN};

const LINE_MAX: u64 = 2_000;
/// Lines of one conversation.
const LINES_MAX: usize = 5_000;

pub async fn serve(fakes: Fakes, listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        let fakes = fakes.clone();
        // A broken conversation concerns only its client.
        tokio::spawn(async move { drop(talk(fakes, stream).await) });
    }
}

#[derive(Default)]
struct Envelope {
    signed_in: bool,
    from: String,
    to: Vec<String>,
}

async fn talk(fakes: Fakes, stream: TcpStream) -> std::io::Result<()> {
    let mut line = BufReader::new(stream);
    line.write_all(b"220 fake.example ESMTP\r\n").await?;
    let mut envelope = Envelope::default();
    for _ in 0..LINES_MAX {
        let Some(text) = read(&mut line).await? else { return Ok(()) };
        let verb = text.get(..4).unwrap_or_default().to_ascii_uppercase();
        if verb == "DATA" && !envelope.to.is_empty() {
            line.write_all(b"354 go on\r\n").await?;
            let Some(mail) = data(&mut line).await? else { return Ok(()) };
            deliver(&fakes, &envelope, &mail);
            envelope.to.clear();
            line.write_all(b"250 taken\r\n").await?;
            continue;
        }
        let answer = step(&mut envelope, &verb, &text);
        line.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if verb == "QUIT" {
            return Ok(());
        }
    }
    Ok(())
}

fn step(envelope: &mut Envelope, verb: &str, text: &str) -> &'static str {
    let address =
        || text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(inside, _)| inside.to_string());
    match verb {
        "EHLO" => "250-fake.example\r\n250-8BITMIME\r\n250 AUTH PLAIN",
        "AUTH" => {
            let given = text.rsplit(' ').next().and_then(|word| STANDARD.decode(word).ok()).unwrap_or_default();
            let wanted = format!("\0{}\0{}", MAIL_LOGIN.0, MAIL_LOGIN.1);
            envelope.signed_in = given == wanted.as_bytes();
            if envelope.signed_in { "235 welcome" } else { "535 wrong login" }
        }
        "MAIL" | "RCPT" if !envelope.signed_in => "530 sign in first",
        "MAIL" => match address() {
            Some(from) => {
                *envelope = Envelope { signed_in: true, from, to: Vec::new() };
                "250 ok"
            }
            None => "501 no address",
        },
        "RCPT" => match address() {
            Some(to) if to.ends_with("@nobody.invalid") => "550 no such box",
            Some(to) if to.ends_with("@full.invalid") => "452 box full",
            Some(to) if !envelope.from.is_empty() => {
                envelope.to.push(to);
                "250 ok"
            }
            _ => "503 not now",
        },
        "DATA" => "503 no recipient",
        "QUIT" => "221 bye",
        "NOOP" | "RSET" => "250 ok",
        _ => "500 unknown",
    }
}

async fn read(line: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    line.take(LINE_MAX).read_until(b'\n', &mut bytes).await?;
    let whole = bytes.ends_with(b"\r\n");
    Ok(whole.then(|| String::from_utf8_lossy(&bytes[..bytes.len() - 2]).into_owned()))
}

/// The text up to the lone dot, doubled dots single again.
async fn data(line: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut mail = String::new();
    while let Some(text) = read(line).await? {
        if text == "." {
            return Ok(Some(mail));
        }
        mail += text.strip_prefix('.').unwrap_or(&text);
        mail += "\n";
        if mail.len() > BODY_BYTES_MAX {
            return Ok(None);
        }
    }
    Ok(None)
}

fn deliver(fakes: &Fakes, envelope: &Envelope, mail: &str) {
    let (head, body) = mail.split_once("\n\n").unwrap_or((mail, ""));
    let header =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_string();
    let mut one = Received::new("mail", fakes.now_ms());
    one.to = envelope.to.join(" ");
    one.key = header("Message-ID:");
    let subject = header("Subject:");
    let subject = subject
        .strip_prefix("=?UTF-8?B?")
        .and_then(|rest| rest.strip_suffix("?="))
        .map(word)
        .unwrap_or(subject.clone());
    one.text = format!("{subject}\n{}", word(&body.replace('\n', "")));
    if one.key.is_empty() || !fakes.0.keep.repeats("mail", &one.key) {
        fakes.0.keep.add(one);
    }
}

fn word(text: &str) -> String {
    STANDARD.decode(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
