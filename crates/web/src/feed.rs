//! 日历订阅 (4.2): the signed-in person's open work as an iCalendar (RFC 5545) that a phone's own calendar fetches. Each
//! thing is an event of the whole day on which it is due; what is done is gone from it. The address is shown once.
//!
//! The text is written here: the well-kept crates for it bring a second library of dates beside jiff, for what is one
//! kind of event with five lines.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base::{Day, Ms, Result};
use safety::duty::feed::{self, FeedLine};
use safety::duty::list::Wait;
use safety::{Actor, Cx};

use crate::door::{Ask, Posted};
use crate::duty::{say, today};
use crate::error::{Answer, WebError};
use crate::me;
use crate::state::Web;
use crate::words::{self, duty as told};

/// A phone is asked to come again after so long.
const REFRESH: &str = "PT2H";
/// Bytes of a line (RFC 5545 §3.1).
const LINE_BYTES: usize = 75;
/// Events of one calendar: five weeks of a person with several posts stay far below.
const EVENTS_MAX: usize = 2_000;

pub fn routes() -> Router<Web> {
    Router::new().route("/me/feed", post(change)).route("/feeds/{file}", get(fetch))
}

/// Opens the calendar at a new address, or ends it (`as=end`).
async fn change(State(web): State<Web>, posted: Posted) -> Answer {
    if posted.fields.get("as") == "end" {
        web.write(posted.actor(), posted.meta.clone(), feed::end).await?;
        return crate::page::back("/me?feed=ended#feed");
    }
    let address = base::hex(&base::random::<16>());
    let key = address.clone();
    web.write(posted.actor(), posted.meta.clone(), move |cx| feed::open(cx, &key)).await?;
    let site = web.config.public_url.clone().unwrap_or_else(|| posted.signed.ask.origin.clone());
    me::with_feed(&web, &posted.signed, format!("{site}/feeds/{address}.ics")).await
}

/// An event as it is written.
struct Event {
    uid: String,
    on: Day,
    title: String,
    note: String,
    href: String,
}

async fn fetch(State(web): State<Web>, Path(file): Path<String>, ask: Ask) -> Answer {
    let address = file.strip_suffix(".ics").ok_or_else(WebError::not_found)?.to_string();
    let actors = web.read(&Actor::system(), move |cx| feed::actors(cx, &address)).await?;
    let site = web.config.public_url.clone().unwrap_or(ask.origin);
    let mut events = Vec::new();
    for actor in &actors {
        let several = actors.len() > 1;
        let unit = actor.unit_name.clone();
        let told = web.read(actor, read).await?;
        events.extend(told.into_iter().map(|e| match several {
            true => Event { note: format!("{unit}\n{}", e.note), ..e },
            false => e,
        }));
    }
    events.truncate(EVENTS_MAX);
    let name = words::pages::feed_name(&actors[0].name);
    // Business time is UTC+8 all year; the stamp is written in UTC.
    let stamp = web.now().plus(-8 * Ms::HOUR).show("%Y%m%dT%H%M%SZ");
    let body = calendar(&name, &stamp, &site, &events);
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    let keep = HeaderValue::from_static("private, no-cache");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], body).into_response())
}

fn read(cx: &mut Cx<'_, '_>) -> Result<Vec<Event>> {
    let mut parts = say::Parts::default();
    let mut out = Vec::new();
    for line in feed::lines(cx)? {
        let part = match &line {
            FeedLine::Duty { line, .. } => parts.words(cx, &line.part),
            FeedLine::Hazard { place, .. } => place.clone().unwrap_or_default(),
        };
        out.push(event(&line, &part));
    }
    Ok(out)
}

fn event(line: &FeedLine, part: &str) -> Event {
    let on = line.on();
    match line {
        FeedLine::Duty { unit, line } => Event {
            uid: format!("{unit}.{}.{}.{}", line.entry, line.period, line.part),
            on,
            title: told::task(Wait::Do, &line.title, part),
            note: words::pages::feed_note(&line.clause, &told::minutes(line.minutes)),
            href: match line.duty {
                Some(id) => format!("/duties/{id}"),
                None => today::cell_href(*unit, &line.entry, &line.period, &line.part),
            },
        },
        FeedLine::Hazard { id, what, .. } => Event {
            uid: id.to_string(),
            on,
            title: words::pages::feed_hazard(what),
            note: part.to_string(),
            href: format!("/hazards/{id}"),
        },
    }
}

fn calendar(name: &str, stamp: &str, site: &str, events: &[Event]) -> String {
    let mut out = String::new();
    let mut put = |name: &str, value: &str| fold(&mut out, &format!("{name}:{value}"));
    put("BEGIN", "VCALENDAR");
    put("VERSION", "2.0");
    put("PRODID", "-//xiaoan//ZH");
    put("X-WR-CALNAME", &escaped(name));
    put("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    put("X-PUBLISHED-TTL", REFRESH);
    for e in events {
        put("BEGIN", "VEVENT");
        put("UID", &escaped(&e.uid));
        put("DTSTAMP", stamp);
        put("DTSTART;VALUE=DATE", &e.on.number().to_string());
        put("DTEND;VALUE=DATE", &e.on.plus_days(1).number().to_string());
        put("SUMMARY", &escaped(&e.title));
        put("DESCRIPTION", &escaped(e.note.trim()));
        put("URL", &format!("{site}{}", e.href));
        put("TRANSP", "TRANSPARENT");
        put("END", "VEVENT");
    }
    put("END", "VCALENDAR");
    out
}

/// TEXT (RFC 5545 §3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A content line, folded at `LINE_BYTES` between characters.
fn fold(out: &mut String, line: &str) {
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > LINE_BYTES {
            out.push_str("\r\n ");
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::{escaped, fold};

    #[test]
    fn long_lines_are_folded_between_characters_and_read_back_whole() {
        let line = format!("SUMMARY:{}", "消防疏散演练；".repeat(20));
        let mut out = String::new();
        fold(&mut out, &line);
        assert!(out.ends_with("\r\n"));
        assert!(out.split("\r\n").all(|l| l.len() <= 75), "{out}");
        assert_eq!(out.replace("\r\n ", "").trim_end(), line);
    }

    #[test]
    fn text_cannot_start_a_line_of_its_own() {
        assert_eq!(escaped("一, 二; \\\nEND:VEVENT\r"), "一\\, 二\\; \\\\\\nEND:VEVENT");
    }
}
