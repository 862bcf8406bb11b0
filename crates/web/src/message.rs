//! 消息: one's own list with what waits, the channels of a person and of a unit, and what could not be delivered. Each
//! line is read anew with the reader's own rights: a message carries ids only.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use base::{Error, Id, Ms, Result, limits};
use safety::hazard;
use safety::kernel::outbox::Way;
use safety::kernel::rights::{Action, Reach, reach};
use safety::message::channel::{self, Channel, NewChannel};
use safety::message::{self, Kind, Message};
use safety::org::unit;
use safety::{Actor, Cx};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::live::{Change, LivePage};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, UnitTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::message as say;
use crate::words::{self, Word};

/// Where one's messages stand: what a bundle links to.
pub const MESSAGES: &str = "/messages";

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/messages", get(list))
        .route("/messages/read", post(read_all))
        .route("/messages/dead", get(dead).post(again))
        .route("/messages/{id}", get(open))
        .route("/me/channels", get(own).post(add_own))
        .route("/units/{id}/channels", get(of_unit).post(add_of_unit))
        .route("/channels/{id}", post(change))
}

/// The page of a record, by its noun: what a message links to.
pub fn record_path(noun: &str, id: Id) -> String {
    match noun {
        "hazard" => format!("/hazards/{id}"),
        "alarm" => format!("/alarms/{id}"),
        "incident" => format!("/incidents/{id}"),
        "clue" => format!("/clues/{id}"),
        "notice" => format!("/notices/{id}"),
        "absence" => "/absences".into(),
        _ => MESSAGES.into(),
    }
}

struct Row {
    id: String,
    what: String,
    where_: String,
    at: String,
    unread: bool,
    state: Word,
}

const DONE: Word = Word { word: "已过去", tone: "" };
const UNREAD: Word = Word { word: "未读", tone: "b" };
const READ: Word = Word { word: "已读", tone: "" };

/// What the message is about, with the reader's rights now.
fn row(cx: &mut Cx<'_, '_>, m: &Message) -> Result<Row> {
    let (what, where_) = match hidden(matter(cx, m))? {
        Some(told) => told,
        None => (say::NOT_YOURS.to_string(), String::new()),
    };
    let urgent = m.kind.urgency() == message::Urgency::Now;
    Ok(Row {
        id: m.id.to_string(),
        what,
        where_,
        at: words::at(m.received_at),
        unread: m.read_at.is_none() && m.done_at.is_none(),
        state: match (m.read_at, m.done_at) {
            (_, Some(_)) => DONE,
            (Some(_), None) => READ,
            (None, None) if urgent => Word { tone: "r", ..UNREAD },
            (None, None) => UNREAD,
        },
    })
}

/// None instead of a refusal: the record is not the reader's to see.
fn hidden<T>(read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(Error::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn matter(cx: &mut Cx<'_, '_>, m: &Message) -> Result<(String, String)> {
    match m.noun.as_str() {
        "hazard" => {
            let h = hazard::load(cx, m.subject)?;
            let verb = match (m.kind, m.done_at) {
                (Kind::Turn, None) => say::turn(h.state),
                _ => say::begins(m.kind),
            };
            let unit = unit::load(cx, h.unit)?.name;
            Ok((format!("{verb}：{}", h.what), unit))
        }
        "incident" => {
            let i = safety::incident::load(cx, m.subject)?;
            let unit = unit::load(cx, i.unit)?.name;
            let what = i.what.unwrap_or_else(|| words::incident::kind(i.kind).into());
            Ok((format!("{}：{what}", say::begins(m.kind)), unit))
        }
        "clue" => {
            let c = safety::clue::load(cx, m.subject)?;
            let unit = unit::load(cx, c.unit)?.name;
            Ok((format!("{}：{}", say::begins(m.kind), words::clue::rule(c.rule)), unit))
        }
        "absence" => Ok((words::clue::ALIKE.into(), unit::show(cx, m.about)?.name)),
        "notice" => {
            let n = safety::notice::show(cx, m.subject)?;
            Ok((format!("{}：{}", say::begins(m.kind), n.title), n.unit_name))
        }
        "alarm" => {
            let view = safety::alarm::view::show(cx, m.subject)?;
            let place = view.place_name.unwrap_or_default();
            let what = format!("{}：{} {place}", say::begins(m.kind), view.unit_name);
            Ok((what.trim_end().to_string(), say::alarm(m.kind, view.alarm.state)))
        }
        _ => {
            let unit = unit::show(cx, m.about)?.name;
            Ok((say::begins(m.kind).to_string(), unit))
        }
    }
}

#[derive(Template)]
#[template(path = "message/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    unread: i64,
    older: String,
    newest: String,
    manages: bool,
}

#[derive(Template)]
#[template(path = "message/row.html")]
struct RowPart {
    r: Row,
    fresh: bool,
}

fn manages(actor: &Actor) -> bool {
    !matches!(reach(actor.role, Action::ChannelManage), Reach::Nothing | Reach::Handed)
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    let cursor = signed.ask.param("cursor").filter(|c| !c.is_empty());
    let first = cursor.is_none();
    let (rows, next, unread) = web
        .read(signed.actor(), move |cx| {
            let (page, next) = message::list(cx, cursor.as_deref(), limits::LIST_ROWS)?;
            let rows = page.iter().map(|m| row(cx, m)).collect::<Result<Vec<_>>>()?;
            Ok((rows, next, message::unread(cx)?))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Messages).await?;
    if first {
        shell.live = "/live?page=messages".into();
    }
    page::full(&ListPage {
        manages: manages(signed.actor()),
        older: next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if first { String::new() } else { MESSAGES.into() },
        rows,
        unread,
        shell,
    })
}

async fn read_all(State(web): State<Web>, posted: Posted) -> Answer {
    web.write(posted.actor(), posted.meta.clone(), message::read_all).await?;
    page::back(MESSAGES)
}

/// Opens what the message is about; it counts as read from now on.
async fn open(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let meta = safety::Meta::of("web");
    let m = web.write(signed.actor(), meta, move |cx| message::read(cx, id)).await?;
    page::back(&record_path(&m.noun, m.subject))
}

/// The list as a live page: what comes in is put on top, what was read elsewhere changes its word.
pub struct MessageRows;
pub static LIVE: MessageRows = MessageRows;

fn part(cx: &mut Cx<'_, '_>, m: &Message) -> Result<Change> {
    let part = RowPart { r: row(cx, m)?, fresh: true };
    Ok(Change::Row(page::drawn(&part)?))
}

impl LivePage for MessageRows {
    fn wakes(&self, noun: &str) -> bool {
        noun == "message"
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, _query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        // A signal names one message of a unit; whoever else is told hears of his own by the newest rows.
        let newest = message::list(cx, None, limits::LIST_ROWS)?.0;
        let since = cx.now.plus(-FRESH_MS);
        let concerned = newest.iter().rev().filter(|m| ids.contains(&m.id) || m.received_at >= since);
        concerned.map(|m| part(cx, m)).collect()
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, _query: &Fields, since: Ms) -> Result<Vec<Change>> {
        let newest = message::list(cx, None, limits::LIST_ROWS)?.0;
        newest.iter().rev().filter(|m| m.received_at >= since).map(|m| part(cx, m)).collect()
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        page::nav_counts(cx)
    }
}

/// Messages so young may have come by the signal that woke the page.
const FRESH_MS: i64 = 5_000;

struct DeadRow {
    id: String,
    what: &'static str,
    way: &'static str,
    unit: String,
    at: String,
    tries: i64,
    why: String,
}

#[derive(Template)]
#[template(path = "message/dead.html")]
struct DeadPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    rows: Vec<DeadRow>,
}

async fn dead(State(web): State<Web>, signed: Signed) -> Answer {
    let rows = web
        .read(signed.actor(), |cx| {
            let mut out = Vec::new();
            for line in channel::dead(cx)? {
                out.push(DeadRow {
                    id: line.id.to_string(),
                    what: Kind::from_code(&line.kind).map_or("", say::begins),
                    way: say::way(line.way),
                    unit: unit::load(cx, line.unit)?.name,
                    at: words::at(line.received_at),
                    tries: line.tries,
                    why: say::outcome(line.outcome.as_deref()),
                });
            }
            Ok(out)
        })
        .await?;
    let crumbs = vec![crumb(say::TITLE, MESSAGES), crumb("送不到的", "")];
    page::full(&DeadPage { shell: signed.shell(&web, At::Messages).await?, crumbs, rows })
}

async fn again(State(web): State<Web>, posted: Posted) -> Answer {
    let id = posted.fields.id("id")?.ok_or_else(WebError::not_found)?;
    web.act(&posted, move |cx| channel::again(cx, id)).await?;
    page::back("/messages/dead")
}

struct ChannelRow {
    id: String,
    way: &'static str,
    host: String,
    since: String,
    last: Option<(Word, String)>,
}

fn channel_row(c: Channel) -> ChannelRow {
    ChannelRow {
        id: c.id.to_string(),
        way: say::way(c.way),
        host: c.host,
        since: words::at(c.received_at),
        last: c.last.map(|line| {
            let at = line.tried_at.map(words::at).unwrap_or_default();
            (say::sent(line.state), format!("{at} {}", say::outcome(line.outcome.as_deref())))
        }),
    }
}

#[derive(Template)]
#[template(path = "message/channels.html")]
struct ChannelsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    /// "" for one's own.
    unit: String,
    action: String,
    rows: Vec<ChannelRow>,
    ways: Vec<Choice>,
    hints: Vec<(&'static str, &'static str)>,
    /// Text messages are carried: what the page says of the mobile on the roll.
    sms: bool,
    push_key: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

/// The page of a unit's channels, or of one's own.
async fn page_of(
    web: &Web,
    signed: &Signed,
    unit: Option<Id>,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ChannelsPage, WebError> {
    let (of, channels, carried) = web
        .read(signed.actor(), move |cx| {
            let of = unit.map(|id| unit::show(cx, id)).transpose()?;
            let channels = match unit {
                Some(id) => channel::of_unit(cx, id)?,
                None => channel::own(cx)?,
            };
            Ok((of, channels, channel::carried(cx)?))
        })
        .await?;
    let at = if unit.is_some() { At::Units } else { At::Me };
    let mut shell = signed.shell(web, at).await?;
    let mut crumbs = vec![crumb(words::nav::ME, "/me")];
    if let Some(of) = &of {
        shell.tabs = page::unit_tabs(signed.actor(), of.id, of.kind, UnitTab::Settings);
        crumbs = vec![crumb(of.name.clone(), format!("/units/{}", of.id))];
    }
    crumbs.push(crumb("通道", ""));
    let offered: &[Way] = match unit {
        Some(_) => &[Way::WeCom, Way::DingTalk, Way::Feishu, Way::Webhook],
        None => &[Way::Mail],
    };
    let offered: Vec<Way> = offered.iter().copied().filter(|way| carried.ways.contains(way)).collect();
    Ok(ChannelsPage {
        action: of.as_ref().map_or("/me/channels".into(), |of| format!("/units/{}/channels", of.id)),
        unit: of.map(|of| of.name).unwrap_or_default(),
        rows: channels.into_iter().map(channel_row).collect(),
        ways: offered.iter().map(|way| Choice::new(way.code(), say::way(*way))).collect(),
        hints: offered.iter().map(|way| (say::way(*way), say::address_hint(*way))).collect(),
        sms: unit.is_none() && carried.ways.contains(&Way::Sms),
        push_key: carried.push_key.filter(|_| unit.is_none()).unwrap_or_default(),
        crumbs,
        typed,
        faults,
        shell,
    })
}

async fn own(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&page_of(&web, &signed, None, Fields::default(), Vec::new()).await?)
}

async fn of_unit(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&page_of(&web, &signed, Some(id_of(&id)?), Fields::default(), Vec::new()).await?)
}

async fn add_own(State(web): State<Web>, posted: Posted) -> Answer {
    add(&web, &posted, None).await
}

async fn add_of_unit(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    add(&web, &posted, Some(id_of(&id)?)).await
}

async fn add(web: &Web, posted: &Posted, unit: Option<Id>) -> Answer {
    let f = &posted.fields;
    let new = NewChannel {
        id: posted.key(),
        way: Way::from_code(f.get("way")),
        address: f.text("address"),
        secret: f.opt("secret"),
    };
    let to = unit.map_or("/me/channels".to_string(), |id| format!("/units/{id}/channels"));
    match web.act(posted, move |cx| channel::add(cx, unit, &new)).await {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, to),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            // A secret that was typed is not sent back; the address is, so that it can be mended.
            let typed = Fields(posted.fields.0.iter().filter(|(name, _)| name != "secret").cloned().collect());
            page::again(&page_of(web, &posted.signed, unit, typed, faults).await?, status)
        }
    }
}

/// 「试发一条」 or 「停用」 of one channel; back to where it stands.
async fn change(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let end = posted.fields.get("do") == "end";
    web.act(&posted, move |cx| if end { channel::end(cx, id) } else { channel::test(cx, id) }).await?;
    let back = posted.fields.text("back");
    let fine = back == "/me/channels" || (back.starts_with("/units/") && back.ends_with("/channels"));
    page::back(if fine { &back } else { "/me/channels" })
}
