//! The acts on duties: 检查, 验收, 退回, 安排, batch signing, 免做. Each asks `safety` and goes back to the page it came from.

use axum::extract::{Path, State as Held};
use base::{Error, Id, Problem, Refusal, Result};
use safety::duty::waiver::{self, NewWaiver};
use safety::duty::{self, act::Arrange};

use super::record;
use crate::door::Posted;
use crate::error::Answer;
use crate::hazard::record::parse_id;
use crate::page;
use crate::state::Web;

/// Where a form came from, if it says so: an address of this house.
fn back(posted: &Posted, usual: String) -> String {
    posted.fields.opt("back").filter(|b| b.starts_with('/') && !b.starts_with("//")).unwrap_or(usual)
}

pub async fn act(Held(web): Held<Web>, Path((id, verb)): Path<(String, String)>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let (note, reason) = (posted.fields.opt("note"), posted.fields.text("reason"));
    let owner = posted.fields.id("owner");
    let done: Result<()> = match verb.as_str() {
        "check" => web.act(&posted, move |cx| duty::check(cx, id, note.as_deref()).map(|_| ())).await,
        "accept" => web.act(&posted, move |cx| duty::accept(cx, id, note.as_deref()).map(|_| ())).await,
        "return" => web.act(&posted, move |cx| duty::give_back(cx, id, &reason).map(|_| ())).await,
        "arrange" => match owner {
            Ok(Some(owner)) => web.act(&posted, move |cx| arrange_one(cx, id, owner, note.clone())).await,
            Ok(None) => Err(Error::invalid("owner", Problem::Required)),
            Err(e) => Err(e),
        },
        _ => Err(Refusal::NotFound.into()),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, back(&posted, format!("/duties/{id}?done=1"))),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let page = record::page_of(&web, &posted.signed, id, kept.faults).await?;
            page::again(&page, kept.status)
        }
    }
}

fn arrange_one(cx: &mut safety::Cx<'_, '_>, id: Id, owner: Id, note: Option<String>) -> Result<()> {
    let d = duty::load(cx, id)?;
    let new = Arrange { unit: Some(d.unit), entry: d.entry, period: d.period, part: d.part, owner, note };
    duty::arrange(cx, &new).map(|_| ())
}

/// 安排 of a cell in which nothing has happened yet.
pub async fn arrange(Held(web): Held<Web>, posted: Posted) -> Answer {
    let f = &posted.fields;
    let new = Arrange {
        unit: f.id("unit")?,
        entry: f.text("entry"),
        period: f.text("period"),
        part: f.text("part"),
        owner: f.id("owner")?.ok_or(Error::invalid("owner", Problem::Required))?,
        note: f.opt("note"),
    };
    let id = web.act(&posted, move |cx| duty::arrange(cx, &new)).await?;
    page::done(&posted.signed.ask, web.now(), id, back(&posted, format!("/duties/{id}?done=1")))
}

/// 免做, by a superior with a reason and an end.
pub async fn waive(Held(web): Held<Web>, posted: Posted) -> Answer {
    let f = &posted.fields;
    let new = NewWaiver {
        unit: f.id("unit")?.ok_or(Error::invalid("unit", Problem::Required))?,
        entry: f.text("entry"),
        from_on: f.day("from_on")?.ok_or(Error::invalid("from_on", Problem::Required))?,
        until_on: f.day("until_on")?.ok_or(Error::invalid("until_on", Problem::Required))?,
        reason: f.text("reason"),
    };
    let id = web.act(&posted, move |cx| waiver::waive(cx, &new)).await?;
    page::done(&posted.signed.ask, web.now(), id, back(&posted, "/duties".into()))
}

/// Stops an exemption: from here on the entry is owed again.
pub async fn end_waiver(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    web.act(&posted, move |cx| waiver::end(cx, id)).await?;
    page::done(&posted.signed.ask, web.now(), id, back(&posted, "/board".into()))
}

/// 「签字验收 n 项」: what cannot be signed stays, with its reason on its own page.
pub async fn sign(Held(web): Held<Web>, posted: Posted) -> Answer {
    let ids = posted.fields.ids("id")?;
    let check = posted.fields.get("as") == "check";
    let first = ids.first().copied().ok_or(Error::invalid("id", Problem::Required))?;
    let signed: usize = web
        .act(&posted, move |cx| {
            let signed = if check { duty::act::check_many(cx, &ids)? } else { duty::accept_many(cx, &ids)? };
            Ok(signed.done.len())
        })
        .await?;
    let to = back(&posted, "/".into());
    let mark = if to.contains('?') { '&' } else { '?' };
    page::done(&posted.signed.ask, web.now(), first, format!("{to}{mark}signed={signed}"))
}
