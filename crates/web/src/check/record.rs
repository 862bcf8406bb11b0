//! One check: who walked when, every place with its result, the hazards found, its proof.

use askama::Template;
use axum::extract::{Path, State as Held};
use safety::check::{self, Seen, View};
use safety::kernel::proof;

use crate::door::Signed;
use crate::error::Answer;
use crate::hazard::record::parse_id;
use crate::page::{self, At, Crumb, Shell, crumb};
use crate::state::Web;
use crate::words::{self, Word, record as say};

struct Place {
    id: String,
    name: String,
    kind: &'static str,
    word: Word,
    at: String,
    /// Seen as 有隐患, and no hazard of this check stands there yet.
    open: bool,
}

struct Found {
    id: String,
    what: String,
    place: String,
    word: Word,
}

#[derive(Template)]
#[template(path = "check/record.html")]
struct RecordPage {
    shell: Shell,
    id: String,
    crumbs: Vec<Crumb>,
    title: String,
    unit: String,
    by: String,
    with: String,
    recorded: String,
    span: String,
    sum: String,
    note: String,
    back_reason: String,
    received: String,
    places: Vec<Place>,
    hazards: Vec<Found>,
    leaf: String,
    head: String,
    whole: Word,
    raise: bool,
    said: bool,
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    let (view, head) = web
        .read(signed.actor(), move |cx| {
            let view = check::view(cx, id)?;
            Ok((view, proof::head(cx.tx)?))
        })
        .await?;
    let shell = signed.shell(&web, At::Hazards).await?;
    let head = head.map_or(String::new(), |(n, at)| format!("{} 号，{}", words::number(n as i64), words::at(at)));
    let raise = page::may_raise(signed.actor());
    let mut page = page_of(shell, view, head, raise);
    page.said = signed.ask.param("done").is_some();
    page::full(&page)
}

fn page_of(shell: Shell, view: View, head: String, raise: bool) -> RecordPage {
    let c = view.check;
    let places = view.seen.iter().map(|p| Place {
        id: p.place.to_string(),
        name: p.name.clone(),
        kind: words::place_kind(p.kind),
        word: words::seen(p.result),
        at: words::clock(p.seen_at),
        open: p.result == Seen::Found && !view.hazards.iter().any(|h| h.hazard.place == Some(p.place)),
    });
    let hazards = view.hazards.iter().map(|line| Found {
        id: line.hazard.id.to_string(),
        what: line.hazard.what.clone(),
        place: line.place_name.clone().or(line.hazard.place_text.clone()).unwrap_or_default(),
        word: words::state(line.hazard.state),
    });
    let one_day = c.began_at.day() == c.ended_at.day();
    let end = if one_day { words::clock(c.ended_at) } else { words::at(c.ended_at) };
    RecordPage {
        id: c.id.to_string(),
        crumbs: vec![
            crumb("排查", "/checks"),
            crumb(c.unit_name.clone(), format!("/checks?unit={}", c.unit)),
            crumb(c.title.clone(), ""),
        ],
        span: format!("{} – {end}", words::at_full(c.began_at)),
        sum: say::check_sum(c.places, c.found, c.skipped),
        by: c.by.clone().unwrap_or_default(),
        with: c.with.join("、"),
        recorded: c.recorded_by.as_deref().map(say::recorded).unwrap_or_default(),
        received: say::received_later(c.claimed_at, c.received_at),
        note: c.note.unwrap_or_default(),
        back_reason: c.back_reason.unwrap_or_default(),
        places: places.collect(),
        hazards: hazards.collect(),
        leaf: view.leaf.map_or(String::new(), words::number),
        whole: if view.leaf.is_some() { words::thing::PROOF_WHOLE } else { words::thing::PROOF_WAITS },
        title: c.title,
        unit: c.unit_name,
        shell,
        head,
        raise,
        said: false,
    }
}
