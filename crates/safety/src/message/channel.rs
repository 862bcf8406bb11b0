//! 通道: the far sides that a unit or a person named. A unit has group bots and programs of its own; a person has his mail
//! and his browsers. Text messages need none: they go to the mobile on the roll.
//!
//! An address is a secret (a bot's holds its key): after it was entered, only its host is shown. It is emptied when the
//! channel ends or its person is erased; the journal holds the commitment to the row and nothing of it.
//!
//! What may be called is a known far side or a host that the operator named, never whatever somebody types: else a page
//! would be a way to every machine behind the server.

use base::{Error, Id, Ms, Problem, Refusal, Result};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::{Kind, Told, sql};
use crate::kernel::cx::Cx;
use crate::kernel::outbox::{self, Line, Sent, Way};
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::{self, Faults};
use crate::org::{people, unit};

/// Channels of one unit, or of one person.
pub const CHANNELS_MAX: i64 = 10;
/// Characters of an address and of a secret.
pub const ADDRESS_CHARS: i64 = 500;
pub const SECRET_CHARS: i64 = 200;
/// Dead deliveries shown.
pub const DEAD_SHOWN: i64 = 200;
/// Tests of one channel in so long.
const TEST_EVERY_MS: i64 = 10 * Ms::SECOND;

/// Hosts of the known far sides; a browser's maker is known by the end of its host.
const HOSTS: &[(Way, &[&str])] = &[
    (Way::WeCom, &["qyapi.weixin.qq.com"]),
    (Way::DingTalk, &["oapi.dingtalk.com"]),
    (Way::Feishu, &["open.feishu.cn"]),
    (
        Way::Push,
        &[
            "fcm.googleapis.com",
            "updates.push.services.mozilla.com",
            ".push.services.mozilla.com",
            ".push.apple.com",
            ".notify.windows.com",
        ],
    ),
];

/// What the binary can send now, as it said when it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    pub ways: Vec<Way>,
    /// Hosts that the operator named beside the known ones, with their port where it is not the standard one.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// This server's key towards browsers (base64url).
    #[serde(default)]
    pub push_key: Option<String>,
}

/// Told by the binary at its start.
pub fn carry(cx: &mut Cx<'_, '_>, carried: &Carried) -> Result<()> {
    super::send::only_the_program(cx)?;
    let told = serde_json::to_string(carried).map_err(|e| Error::broken(format!("carried: {e}")))?;
    cx.tx.exec(sql::SET_CARRIED, args![told])?;
    Ok(())
}

/// What can be sent; nothing before the binary has said so.
pub fn carried(cx: &mut Cx<'_, '_>) -> Result<Carried> {
    let told = cx.tx.row(sql::CARRIED, &[])?.map(|row| row.text("value")).transpose()?;
    Ok(told.and_then(|told| serde_json::from_str(&told).ok()).unwrap_or_default())
}

/// A channel as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Channel {
    pub id: Id,
    pub unit: Id,
    pub person: Option<Id>,
    pub way: Way,
    /// All that is shown of a bot's, a program's or a browser's address; of a mail address its domain.
    pub host: String,
    pub received_at: Ms,
    /// Its newest try.
    pub last: Option<Line>,
}

/// What somebody enters.
#[derive(Clone, Default, Deserialize, PartialEq)]
pub struct NewChannel {
    #[serde(default)]
    pub id: Option<Id>,
    pub way: Option<Way>,
    pub address: String,
    /// DingTalk, Feishu and programs sign with it; of a browser its two keys, with a space between.
    #[serde(default)]
    pub secret: Option<String>,
}

impl std::fmt::Debug for NewChannel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither address nor secret gets into a log.
        f.debug_struct("NewChannel").field("way", &self.way).finish_non_exhaustive()
    }
}

/// The host of an `http(s)` address, with its port where one is named; none for anything else.
pub fn host_of(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"))?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    (!authority.is_empty() && authority.chars().all(plain)).then_some(authority)
}

/// May this way call this address? Https, or a host that the operator named.
pub fn may_call(way: Way, address: &str, carried: &Carried) -> bool {
    let Some(host) = host_of(address) else { return false };
    let fits = |known: &&str| if known.starts_with('.') { host.ends_with(*known) } else { host == *known };
    let known = HOSTS.iter().any(|(w, hosts)| *w == way && hosts.iter().any(fits));
    (known && address.starts_with("https://")) || carried.hosts.iter().any(|named| named == host)
}

fn from_row(cx: &mut Cx<'_, '_>, row: &Row) -> Result<Channel> {
    let (id, address) = (row.id("id")?, row.text("address")?);
    let way = Way::from_code(&row.text("way")?).ok_or_else(|| Error::broken("channel.way"))?;
    let host = match way {
        Way::Mail => address.rsplit('@').next().unwrap_or_default().to_string(),
        _ => host_of(&address).unwrap_or_default().to_string(),
    };
    let last = outbox::last(cx, id)?;
    Ok(Channel {
        id,
        unit: row.id("unit")?,
        person: row.opt_id("person")?,
        way,
        host,
        received_at: row.ms("received_at")?,
        last,
    })
}

fn rows_of_unit(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<Row>> {
    cx.tx.rows(sql::CHANNELS_OF_UNIT, args![unit, CHANNELS_MAX])
}

fn rows_of_person(cx: &mut Cx<'_, '_>, person: Id) -> Result<Vec<Row>> {
    cx.tx.rows(sql::CHANNELS_OF_PERSON, args![person, CHANNELS_MAX])
}

fn ways(rows: &[Row]) -> Result<Vec<(Id, Way)>> {
    let read = |row: &Row| Ok((row.id("id")?, Way::from_code(&row.text("way")?)));
    let read = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(read.into_iter().filter_map(|(id, way)| Some((id, way?))).collect())
}

pub(super) fn ways_of_unit(cx: &mut Cx<'_, '_>, unit: Id) -> Result<Vec<(Id, Way)>> {
    ways(&rows_of_unit(cx, unit)?)
}

pub(super) fn ways_of_person(cx: &mut Cx<'_, '_>, person: Id) -> Result<Vec<(Id, Way)>> {
    ways(&rows_of_person(cx, person)?)
}

/// The channels of a unit. NotFound for a unit that is not there for the asker, NoRight for who does not manage them.
pub fn of_unit(cx: &mut Cx<'_, '_>, id: Id) -> Result<Vec<Channel>> {
    let unit = unit::load(cx, id)?;
    cx.require(Action::ChannelManage, unit.home, false)?;
    let rows = rows_of_unit(cx, unit.home)?;
    rows.iter().map(|row| from_row(cx, row)).collect()
}

/// One's own channels.
pub fn own(cx: &mut Cx<'_, '_>) -> Result<Vec<Channel>> {
    let person = super::me(cx)?;
    let rows = rows_of_person(cx, person)?;
    rows.iter().map(|row| from_row(cx, row)).collect()
}

/// Enters a channel: of a unit that one manages, or, without a unit, one's own. Refuses: a way that cannot belong to such
/// an owner, an address that is none or leads to an unknown host, a secret that is none, more than `CHANNELS_MAX`.
pub fn add(cx: &mut Cx<'_, '_>, unit: Option<Id>, new: &NewChannel) -> Result<Id> {
    let (county, home, person) = match unit {
        Some(id) => {
            let unit = unit::load(cx, id)?;
            cx.require(Action::ChannelManage, unit.home, false)?;
            (unit.county, unit.home, None)
        }
        None => {
            let person = people::load(cx, super::me(cx)?)?;
            (person.county, person.unit, Some(person.id))
        }
    };
    let carried = carried(cx)?;
    let (way, address, secret) = checked(new, person.is_some(), &carried)?;
    let held = match person {
        Some(person) => rows_of_person(cx, person)?,
        None => rows_of_unit(cx, home)?,
    };
    // The same browser asks again at each visit: its newest keys count.
    for row in &held {
        if row.text("way")? == way.code() && row.text("address")? == address {
            if row.opt_text("secret")? == secret {
                return row.id("id");
            }
            close(cx, &row.id("id")?)?;
        }
    }
    if held.len() as i64 >= CHANNELS_MAX {
        return Err(Refusal::TooMany { limit: CHANNELS_MAX }.into());
    }
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::CHANNEL_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, now) = (cx.salt(), cx.now);
    let args = args![county, id, salt, home, person, way, address, secret, now];
    cx.put("channel.add", "channel", sql::CHANNEL_INSERT, args)?;
    cx.signal("channel", county, home, id);
    Ok(id)
}

/// Way, address and secret as they can be used; every fault at once.
fn checked(new: &NewChannel, own: bool, carried: &Carried) -> Result<(Way, String, Option<String>)> {
    let mut faults = Faults::default();
    let way =
        new.way.filter(|way| matches!(way, Way::Mail | Way::Push) == own && !matches!(way, Way::Sms | Way::Voice));
    let address = faults.text("address", &new.address, ADDRESS_CHARS);
    let secret = faults.optional("secret", new.secret.as_deref().unwrap_or(""), SECRET_CHARS);
    let Some(way) = way else {
        faults.add("way", if new.way.is_none() { Problem::Required } else { Problem::Unknown });
        return faults.done().and(Err(Error::invalid("way", Problem::Unknown)));
    };
    if !carried.ways.contains(&way) {
        faults.add("way", Problem::Unknown);
    }
    if way == Way::Mail {
        if !plausible_mail(&address) {
            faults.add("address", Problem::Unreadable);
        }
    } else if !address.is_empty() && host_of(&address).is_none() {
        faults.add("address", Problem::Unreadable);
    } else if !address.is_empty() && !may_call(way, &address, carried) {
        faults.add("address", Problem::Unknown);
    }
    let fits = match (way, secret.as_deref()) {
        (Way::DingTalk | Way::Feishu, secret) => secret.is_some(),
        (Way::Webhook, secret) => secret.is_some_and(webhook_secret),
        (Way::Push, secret) => {
            secret.and_then(|s| s.split_once(' ')).is_some_and(|(key, auth)| !key.is_empty() && !auth.is_empty())
        }
        _ => true,
    };
    if !fits {
        faults.add("secret", if secret.is_none() { Problem::Required } else { Problem::Unreadable });
    }
    faults.done()?;
    let secret = secret.filter(|_| !matches!(way, Way::WeCom | Way::Mail));
    Ok((way, address, secret))
}

/// One `@`, nothing that could end a line or a bracket.
fn plausible_mail(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\",;\\".contains(&byte));
    plain && address.split('@').filter(|part| !part.is_empty()).count() == 2 && address.matches('@').count() == 1
}

/// Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes.
fn webhook_secret(secret: &str) -> bool {
    let Some(text) = secret.strip_prefix("whsec_") else { return false };
    let body = text.trim_end_matches('=');
    let plain = body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'));
    plain && text.len() % 4 == 0 && (24..=64).contains(&(body.len() * 3 / 4))
}

/// A channel that the asker may change: his own, or of a unit that he manages. Else NotFound or NoRight.
fn mine(cx: &mut Cx<'_, '_>, id: Id) -> Result<Row> {
    let row = cx.tx.row(sql::CHANNEL_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    if row.opt_ms("ended_at")?.is_some() {
        return Err(Refusal::NotFound.into());
    }
    match row.opt_id("person")? {
        Some(person) if cx.actor.person == Some(person) => Ok(row),
        Some(_) => Err(Refusal::NotFound.into()),
        None => {
            cx.require(Action::ChannelManage, row.id("unit")?, false)?;
            Ok(row)
        }
    }
}

/// Ends a channel; its address and secret are emptied, what waits for it is not sent.
pub fn end(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let row = mine(cx, id)?;
    close(cx, &id)?;
    cx.signal("channel", row.int("county")?, row.id("unit")?, id);
    Ok(())
}

/// The same without asking: the far side said that it is gone.
pub(super) fn close(cx: &mut Cx<'_, '_>, id: &Id) -> Result<()> {
    let now = cx.now;
    cx.put("channel.end", "channel", sql::CHANNEL_END, args![*id, now])?;
    cx.tx.exec(outbox::sql::DROP_CHANNEL, args![*id, "channel_ended"])?;
    Ok(())
}

/// Sends a message that says that it is a test. Refuses TooMany within `TEST_EVERY_MS`.
pub fn test(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let row = mine(cx, id)?;
    let now = cx.now;
    let way = Way::from_code(&row.text("way")?).ok_or_else(|| Error::broken("channel.way"))?;
    let (county, unit, person) = (row.int("county")?, row.id("unit")?, row.opt_id("person")?);
    let dedupe = format!("test {}", now.0 / TEST_EVERY_MS);
    let told = Told { kind: Kind::Test, noun: "channel", subject: id, unit, dedupe: &dedupe };
    if !super::put(cx, &told, &dedupe, now, id, way, unit, person, None)? {
        return Err(Refusal::TooMany { limit: 1 }.into());
    }
    cx.signal("message", county, unit, id);
    Ok(())
}

/// Everything of a person that is erased: addresses, secrets, what waits.
pub(crate) fn forget(cx: &mut Cx<'_, '_>, person: Id) -> Result<()> {
    for row in cx.tx.rows(sql::EVERY_CHANNEL_OF, args![person])? {
        let (id, salt, now) = (row.id("id")?, cx.salt(), cx.now);
        let ended = row.opt_ms("ended_at")?.unwrap_or(now);
        cx.put("channel.erase", "channel", sql::CHANNEL_ERASE, args![id, salt, ended])?;
        cx.tx.exec(outbox::sql::DROP_CHANNEL, args![id, "erased"])?;
    }
    cx.tx.exec(outbox::sql::DROP_CHANNEL, args![person, "erased"])?;
    Ok(())
}

/// Deliveries that were given up, in the asker's reach, newest first. NoRight for who manages no channels.
pub fn dead(cx: &mut Cx<'_, '_>) -> Result<Vec<Line>> {
    let reach = reach(cx.actor.role, Action::ChannelManage);
    if matches!(reach, Reach::Nothing | Reach::Handed) {
        return Err(Refusal::NoRight.into());
    }
    let rows = cx.tx.rows(&sql::dead(reach), args![cx.actor.unit, DEAD_SHOWN])?;
    rows.iter().map(outbox::from_row).collect()
}

/// Tries a dead delivery anew. WrongState for one that is not dead.
pub fn again(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    let line = outbox::load(cx, id)?.ok_or(Error::from(Refusal::NotFound))?;
    cx.require(Action::ChannelManage, line.unit, false)?;
    if line.state != Sent::Dead || !outbox::revive(cx, id)? {
        return Err(Refusal::WrongState { from: "not_dead", action: "again" }.into());
    }
    let unit = unit::load(cx, line.unit)?;
    cx.signal("message", unit.county, unit.id, id);
    Ok(())
}

/// Address and secret, for the binary.
pub(super) fn opened(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<(String, Option<String>)>> {
    let Some(row) = cx.tx.row(sql::CHANNEL_BY_ID, args![id])? else { return Ok(None) };
    if row.opt_ms("ended_at")?.is_some() {
        return Ok(None);
    }
    Ok(Some((text::clean(&row.text("address")?), row.opt_text("secret")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_far_sides_and_named_hosts_are_called() {
        let named = Carried { hosts: vec!["10.1.2.3:9000".into()], ..Carried::default() };
        for (way, address, may) in [
            (Way::WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", true),
            (Way::WeCom, "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", false),
            (Way::WeCom, "https://oapi.dingtalk.com/robot/send", false),
            (Way::WeCom, "https://qyapi.weixin.qq.com.evil.example/", false),
            (Way::WeCom, "https://qyapi.weixin.qq.com@evil.example/", false),
            (Way::WeCom, "https://127.0.0.1/", false),
            (Way::Webhook, "https://example.org/hook", false),
            (Way::Webhook, "http://10.1.2.3:9000/hook", true),
            (Way::Webhook, "http://10.1.2.3/hook", false),
            (Way::Push, "https://web.push.apple.com/abc", true),
            (Way::Push, "https://evilpush.apple.com/abc", false),
            (Way::Push, "ftp://web.push.apple.com/abc", false),
        ] {
            assert_eq!(may_call(way, address, &named), may, "{way:?} {address}");
        }
    }

    #[test]
    fn a_secret_that_cannot_sign_is_refused() {
        assert!(webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        for bad in
            ["", "whsec_", "whsec_abcd", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La!aSw"]
        {
            assert!(!webhook_secret(bad), "{bad}");
        }
        assert!(plausible_mail("zhang@school.example"));
        for bad in ["", "zhang", "a@b@c", "a b@c", "a@b>", "@b", "a@"] {
            assert!(!plausible_mail(bad), "{bad}");
        }
    }

    #[test]
    fn neither_address_nor_secret_is_printed() {
        let new = NewChannel {
            id: None,
            way: Some(Way::WeCom),
            address: "https://a/?key=1".into(),
            secret: Some("s".into()),
        };
        let told = format!("{new:?}");
        assert!(told.contains("WeCom") && !told.contains("key=1"), "{told}");
    }
}
