//! The rule pack in the browser: which is in force, drafts with changed readings, what a draft would have asked
//! (`rehearsal`), how two packs differ, when a draft comes into force; school time as the bureaus set it. Serves every
//! item: the notice is data. Decides nothing: `safety::pack::store` does.
//!
//! `show` a pack and its draft's acts · `edit` one change · `compare` rehearsal and differences · `time` snow days, terms

mod compare;
mod edit;
mod show;
mod time;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use base::{Day, Id, Refusal, Result};
use safety::Cx;
use safety::pack::store::{self, Edition};
use safety::pack::{Files, Pack, builtin};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, ClauseTab, Kept, Shell};
use crate::state::Web;
use crate::words::{self, Word, pack as say};

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/packs", get(list).post(draft))
        .route("/packs/{id}", get(show::show))
        .route("/packs/{id}/edit", get(edit::form).post(edit::save))
        .route("/packs/{id}/undo", post(show::undo))
        .route("/packs/{id}/publish", post(show::publish))
        .route("/packs/{id}/discard", post(show::discard))
        .route("/packs/{id}/rehearsal", get(compare::rehearsal))
        .route("/packs/{id}/diff/{other}", get(compare::diff))
        .route("/times", get(time::list).post(time::set))
        .route("/times/{id}/void", post(time::void))
}

/// Address of the pack that the program carries.
const BUILTIN: &str = "builtin";

/// A pack as it is looked at.
struct Held {
    /// `builtin`, or the edition's id.
    at: String,
    /// None of the one that the program carries.
    edition: Option<Edition>,
    files: Files,
    pack: Arc<Pack>,
    word: Word,
    from: Option<Day>,
    may_edit: bool,
}

impl Held {
    fn draft(&self) -> Option<&Edition> {
        self.edition.as_ref().filter(|e| e.is_draft())
    }
    fn title(&self) -> String {
        self.edition.as_ref().map_or(self.pack.title.clone(), |e| e.title.clone())
    }
}

/// Which is in force: the last whose day has come.
fn stands(cx: &Cx<'_, '_>, hash: &[u8], from: Option<Day>) -> Word {
    let today = cx.now.day();
    match from {
        Some(day) if day > today => say::COMING,
        _ if cx.packs.in_force(today).hash == hash => say::NOW,
        _ => say::PAST,
    }
}

fn word_of(cx: &Cx<'_, '_>, edition: &Edition) -> Word {
    match edition.state.as_str() {
        "draft" => say::DRAFT,
        "discarded" => say::DISCARDED,
        _ => stands(cx, &edition.hash, edition.effective_on),
    }
}

/// Reads a pack by its address. A draft is nobody's who may not work on it.
fn hold(cx: &mut Cx<'_, '_>, at: &str) -> Result<Held> {
    if at == BUILTIN {
        let pack = builtin::pack();
        let (from, word) = (pack.effective_on, stands(cx, &pack.hash, pack.effective_on));
        let files = builtin::files();
        return Ok(Held { at: at.into(), edition: None, files, pack, word, from, may_edit: false });
    }
    let id = Id::parse(at).ok_or(base::Error::from(Refusal::NotFound))?;
    let (edition, files) = store::view(cx, id)?;
    // A published pack was read when the house was opened; a draft is read now.
    let known = cx.packs.by_hash(&edition.hash).filter(|_| !edition.is_draft()).cloned();
    let pack = known.unwrap_or_else(|| Arc::new(safety::pack::read(&files).0));
    let (from, word) = (edition.effective_on, word_of(cx, &edition));
    let may_edit = edition.is_draft() && store::may_manage(cx);
    Ok(Held { at: at.into(), edition: Some(edition), files, pack, word, from, may_edit })
}

/// What a pack is measured against: the one in force for a draft, the one before it for a published one.
fn before(cx: &Cx<'_, '_>, held: &Held) -> Arc<Pack> {
    let now = cx.packs.in_force(cx.now.day()).clone();
    if held.draft().is_some() {
        return now;
    }
    let timeline = cx.packs.timeline();
    let nth = timeline.iter().position(|(_, p)| p.hash == held.pack.hash).unwrap_or(0);
    timeline.get(nth.saturating_sub(1)).map_or(now, |(_, pack)| pack.clone())
}

struct Row {
    at: String,
    title: String,
    edition: String,
    from: String,
    reason: String,
    hash: String,
    word: Word,
}

#[derive(Template)]
#[template(path = "pack/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    may_draft: bool,
    typed: Fields,
    faults: Vec<FieldFault>,
}

fn row(cx: &Cx<'_, '_>, edition: &Edition) -> Row {
    Row {
        at: edition.id.to_string(),
        title: edition.title.clone(),
        edition: edition.edition.map(say::edition).unwrap_or_default(),
        from: edition.effective_on.map_or_else(|| say::NO_DAY.into(), words::day_full),
        reason: edition.reason.clone().unwrap_or_default(),
        hash: say::short_hash(&edition.hash),
        word: word_of(cx, edition),
    }
}

fn builtin_row(cx: &Cx<'_, '_>) -> Row {
    let pack = builtin::pack();
    Row {
        at: BUILTIN.into(),
        title: pack.title.clone(),
        edition: say::edition(1),
        from: pack.effective_on.map(words::day_full).unwrap_or_default(),
        reason: say::BUILTIN_TITLE.into(),
        hash: say::short_hash(&pack.hash),
        word: stands(cx, &pack.hash, pack.effective_on),
    }
}

async fn list_page(
    web: &Web,
    signed: &Signed,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ListPage, WebError> {
    let (rows, may_draft) = web
        .read(signed.actor(), |cx| {
            let editions = store::list(cx)?;
            let shown = editions.iter().filter(|e| e.state != "discarded");
            let mut rows: Vec<Row> = shown.map(|e| row(cx, e)).collect();
            rows.push(builtin_row(cx));
            Ok((rows, store::may_manage(cx)))
        })
        .await?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), ClauseTab::Packs);
    Ok(ListPage { rows, may_draft, typed, faults, shell })
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&list_page(&web, &signed, Fields::default(), Vec::new()).await?)
}

async fn draft(State(web): State<Web>, posted: Posted) -> Answer {
    let (title, id, unit) = (posted.fields.text("title"), posted.key(), posted.actor().unit);
    match web.act(&posted, move |cx| store::draft(cx, id, unit, &title)).await {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/packs/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&list_page(&web, &posted.signed, posted.fields.clone(), faults).await?, status)
        }
    }
}
