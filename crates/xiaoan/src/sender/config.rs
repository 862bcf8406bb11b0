//! The table `[message]` of `xiaoan.toml`: the far sides that belong to the whole installation. Bots and programs of units,
//! mail addresses and browsers of people are entered on the pages.
//!
//! ```toml
//! [message]
//! gateway = { url = "http://10.1.2.3:9000/gateway", key = "…", secret = "…", voice = true }   # 短信，voice：也打电话
//! mail = { host = "smtp.example.org", port = 465, from = "xiaoan@example.org", name = "…", password = "…" }
//! contact = "mailto:admin@example.org"   # 浏览器通知要写一个联系方式；不写就不用浏览器通知
//! hosts = ["10.1.2.3:9000"]              # 机器人、对方程序还可以在这些地址
//! ```

use courier::{Gateway, Mail, Shelter};
use toml::{Table, Value};

/// Hosts that may be named.
const HOSTS_MAX: usize = 50;

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Messages {
    pub gateway: Option<Gateway>,
    /// The gateway also makes telephones ring.
    pub voice: bool,
    pub mail: Option<Mail>,
    /// Whom a push service may write to about us.
    pub contact: Option<String>,
    pub hosts: Vec<String>,
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets do not get into a log.
        let (gateway, mail) = (self.gateway.as_ref().map(|g| &g.url), self.mail.as_ref().map(|m| &m.host));
        f.debug_struct("Messages").field("gateway", &gateway).field("mail", &mail).finish_non_exhaustive()
    }
}

fn only(table: &Table, keys: &[&str]) -> Option<()> {
    table.keys().all(|key| keys.contains(&key.as_str())).then_some(())
}

fn text(table: &Table, key: &str) -> Option<String> {
    table.get(key)?.as_str().map(str::to_string).filter(|text| !text.is_empty())
}

/// None when anything in it cannot be meant.
pub fn read(told: &str) -> Option<Messages> {
    let table: Table = toml::from_str(told).ok()?;
    only(&table, &["gateway", "mail", "contact", "hosts"])?;
    let mut out = Messages::default();
    if let Some(value) = table.get("gateway") {
        (out.gateway, out.voice) = gateway(value.as_table()?).map(|(gateway, voice)| (Some(gateway), voice))?;
    }
    if let Some(value) = table.get("mail") {
        out.mail = Some(mail(value.as_table()?)?);
    }
    if let Some(value) = table.get("contact") {
        let contact = value.as_str()?;
        let fine = contact.starts_with("mailto:") || contact.starts_with("https:");
        out.contact = Some(fine.then(|| contact.to_string())?);
    }
    if let Some(value) = table.get("hosts") {
        for host in value.as_array()? {
            let host = host.as_str()?;
            courier::parse_url(&format!("http://{host}/")).filter(|_| !host.contains(['/', '?']))?;
            out.hosts.push(host.to_string());
        }
    }
    (out.hosts.len() <= HOSTS_MAX).then_some(out)
}

fn gateway(table: &Table) -> Option<(Gateway, bool)> {
    only(table, &["url", "key", "secret", "voice"])?;
    let url = text(table, "url")?.trim_end_matches('/').to_string();
    courier::parse_url(&url)?;
    let voice = table.get("voice").map_or(Some(false), Value::as_bool)?;
    Some((Gateway { url, key: text(table, "key")?, secret: text(table, "secret")? }, voice))
}

fn mail(table: &Table) -> Option<Mail> {
    only(table, &["host", "port", "shelter", "from", "name", "password"])?;
    let shelter = match table.get("shelter").map_or(Some("tls"), Value::as_str)? {
        "tls" => Shelter::Tls,
        "starttls" => Shelter::StartTls,
        "plain" => Shelter::Plain,
        _ => return None,
    };
    let host = text(table, "host")?;
    // A password in the clear does not leave the machine.
    if shelter == Shelter::Plain && !["localhost", "127.0.0.1", "::1"].contains(&host.as_str()) {
        return None;
    }
    let port = u16::try_from(table.get("port")?.as_integer()?).ok().filter(|port| *port > 0)?;
    let login = match (text(table, "name"), text(table, "password")) {
        (Some(name), Some(password)) => Some((name, password)),
        (None, None) => None,
        _ => return None,
    };
    Some(Mail { host, port, shelter, login, from: text(table, "from").filter(|from| from.contains('@'))? })
}
