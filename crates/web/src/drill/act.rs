//! The buttons of the hour: signal, leave, muster, end, drop, fit; and a drill that was held on paper.

use axum::extract::{Path, State as Held};
use base::{Day, Error, Id, Problem, Result};
use safety::drill::{self, Paper};

use super::record::show_page;
use crate::door::Posted;
use crate::error::Answer;
use crate::page::{self, Kept};
use crate::state::Web;
use crate::unit::id_of;

async fn after(web: &Web, posted: &Posted, id: Id, done: Result<()>) -> Answer {
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/drills/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}

pub async fn act(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let (verb, reason) = (posted.fields.text("do"), posted.fields.text("reason"));
    if verb == "fit" {
        return match web.act(&posted, move |cx| drill::fit(cx, id)).await {
            Ok(edition) => {
                page::done(&posted.signed.ask, web.now(), edition, format!("/movements/buildings/{edition}"))
            }
            Err(e) => after(&web, &posted, id, Err(e)).await,
        };
    }
    if verb == "window" {
        // First whether it is the asker's at all, then what is wrong with the days.
        web.read(posted.actor(), move |cx| drill::load(cx, id)).await?;
        let done = match window(&posted) {
            Ok((from, until)) => web.act(&posted, move |cx| drill::rewindow(cx, id, from, until)).await,
            Err(e) => Err(e),
        };
        return after(&web, &posted, id, done).await;
    }
    let done = web
        .act(&posted, move |cx| match verb.as_str() {
            "start" => drill::start(cx, id),
            "leave" => drill::leave(cx, id),
            "muster" => drill::muster(cx, id),
            "finish" => drill::finish(cx, id),
            "drop" => drill::drop(cx, id, &reason),
            _ => {
                // Whoever may not know of it learns nothing from a wrong verb either.
                drill::load(cx, id)?;
                Err(Error::invalid("do", Problem::Unknown))
            }
        })
        .await;
    after(&web, &posted, id, done).await
}

fn window(posted: &Posted) -> Result<(Day, Day)> {
    let day = |name: &'static str| posted.fields.day(name)?.ok_or_else(|| Error::invalid(name, Problem::Required));
    Ok((day("window_from")?, day("window_until")?))
}

fn parse(posted: &Posted) -> Result<Paper> {
    let f = &posted.fields;
    let need = |name: &'static str, value: Option<i64>| value.ok_or_else(|| Error::invalid(name, Problem::Required));
    Ok(Paper {
        started_at: f.at("started_at")?.ok_or_else(|| Error::invalid("started_at", Problem::Required))?,
        expected: need("expected", f.int("expected")?)?,
        out: need("out", f.int("out")?)?,
        unknown: f.int("unknown")?.unwrap_or(0),
        out_s: need("out_s", f.int("out_s")?)?,
        list_s: f.int("list_s")?,
        back_reason: f.opt("back_reason"),
    })
}

pub async fn paper(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    // First whether it is the asker's at all, then what is wrong with the figures.
    web.read(posted.actor(), move |cx| drill::load(cx, id)).await?;
    let done = match parse(&posted) {
        Ok(said) => web.act(&posted, move |cx| drill::paper(cx, id, &said)).await,
        Err(e) => Err(e),
    };
    after(&web, &posted, id, done).await
}
