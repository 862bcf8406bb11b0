//! One pack: what it changes, its rules by chapter, and, of a draft, the day on which it comes into force.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use base::{Day, Id, Result};
use safety::Cx;
use safety::duty::rehearse::{self, Difference};
use safety::org::people;
use safety::pack::finding::Finding;
use safety::pack::model::{Entry, Param};
use safety::pack::store::{self, Checked};
use safety::pack::{Pack, lint};

use super::{Held, hold};
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::words::{self, Word, finding, pack as say, rule};

/// One difference to the pack before.
struct ChangeRow {
    name: String,
    change: String,
    reason: String,
}

/// One of the draft's own changes, which can be taken back.
struct Own {
    nth: usize,
    name: String,
    reason: String,
}

struct RuleRow {
    key: String,
    clause: String,
    title: String,
    line: String,
    people: String,
    basis: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "pack/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    at: String,
    title: String,
    now: Word,
    draft: bool,
    may_edit: bool,
    version: i64,
    changes: Vec<ChangeRow>,
    own: Vec<Own>,
    rules: Vec<RuleRow>,
    chapters: Vec<Choice>,
    chapter: String,
    example: bool,
    code: String,
    edition: String,
    hash: String,
    from: String,
    why: String,
    by: String,
    leaf_of: String,
    findings: Vec<String>,
    suggested: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

pub(super) fn change_row(pack: &Pack, other: &Pack, d: &Difference) -> (String, String, String) {
    let name =
        say::name(if pack.entry(&d.id).is_some() || pack.params.contains_key(&d.id) { pack } else { other }, &d.id);
    (name, say::change(d), d.reason.clone().unwrap_or_default())
}

fn entry_row(entry: &Entry) -> RuleRow {
    RuleRow {
        key: format!("entry={}", entry.id),
        clause: entry.clause.clone(),
        title: entry.title.clone(),
        line: rule::line(entry),
        people: rule::people(&entry.people, entry.until),
        basis: rule::basis(entry.basis),
        on: entry.on,
    }
}

fn param_row(param: &Param) -> RuleRow {
    RuleRow {
        key: format!("param={}", param.key),
        clause: param.clause.clone(),
        title: words::pages::param(&param.key, param.span_ms),
        line: say::amount(param.amount),
        people: param.reason.clone().unwrap_or_default(),
        basis: rule::basis(param.basis),
        on: true,
    }
}

fn rules(pack: &Pack, chapter: &str) -> Vec<RuleRow> {
    let inside = |clause: &str| clause.split('.').next() == Some(chapter);
    let entries = pack.entries.iter().filter(|e| inside(&e.clause)).map(entry_row);
    let params = pack.params.values().filter(|p| inside(&p.clause)).map(param_row);
    let mut out: Vec<RuleRow> = entries.chain(params).collect();
    out.sort_by(|a, b| a.clause.cmp(&b.clause));
    out
}

/// The draft's own changes: those after what it was cloned with.
fn own(held: &Held, base: &Pack) -> Vec<Own> {
    use safety::pack::model::Target;
    let skip = base.changes.len();
    let row = |(nth, change): (usize, &safety::pack::model::Change)| {
        let (Target::Entry(id) | Target::Param(id)) = &change.target;
        Own { nth, name: say::name(&held.pack, id), reason: change.reason.clone() }
    };
    held.pack.changes.iter().enumerate().skip(skip).map(row).collect()
}

/// The first of the next month: most rules count by months.
fn next_month(today: Day) -> Day {
    let mut day = today.plus_days(1);
    while !day.to_string().ends_with("-01") {
        day = day.plus_days(1);
    }
    day
}

struct Read {
    held: Held,
    changes: Vec<ChangeRow>,
    own: Vec<Own>,
    by: String,
}

fn read(cx: &mut Cx<'_, '_>, at: &str) -> Result<Read> {
    let held = hold(cx, at)?;
    let base = super::before(cx, &held);
    let row = |d: &Difference| {
        let (name, change, reason) = change_row(&held.pack, &base, d);
        ChangeRow { name, change, reason }
    };
    let changes = if base.hash == held.pack.hash {
        Vec::new()
    } else {
        rehearse::compare(&base, &held.pack).iter().map(row).collect()
    };
    let own = if held.may_edit { own(&held, &base) } else { Vec::new() };
    let who = held.edition.as_ref().and_then(|e| e.published_by.or(e.made_by));
    let by = people::names(cx, who)?.into_values().next().unwrap_or_default();
    Ok(Read { held, changes, own, by })
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    at: String,
    typed: Fields,
    (faults, findings): (Vec<FieldFault>, Vec<String>),
) -> std::result::Result<ShowPage, WebError> {
    let Read { held, changes, own, by } = web.read(signed.actor(), move |cx| read(cx, &at)).await?;
    let chapter = Some(typed.text("chapter")).filter(|c| !c.is_empty()).unwrap_or_else(|| "1".into());
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Packs);
    let today = web.now().day();
    let edition = held.edition.as_ref();
    Ok(ShowPage {
        crumbs: vec![crumb(words::tab::PACKS, "/packs"), crumb(held.title(), "")],
        title: held.title(),
        now: held.word,
        draft: held.draft().is_some(),
        may_edit: held.may_edit,
        version: edition.map_or(0, |e| e.version),
        rules: rules(&held.pack, &chapter),
        chapters: words::notice::CHAPTERS.iter().map(|(n, name)| Choice::new(*n, *name)).collect(),
        chapter,
        example: held.pack.example,
        code: held.pack.id.clone(),
        edition: edition.map_or(Some(1), |e| e.edition).map(say::edition).unwrap_or_default(),
        hash: say::short_hash(&held.pack.hash),
        from: held.from.map(words::day_full).unwrap_or_default(),
        why: edition.and_then(|e| e.reason.clone()).unwrap_or_default(),
        leaf_of: edition.map(|e| e.id.to_string()).unwrap_or_default(),
        suggested: next_month(today).to_string(),
        at: held.at,
        changes,
        own,
        by,
        findings,
        typed,
        faults,
        shell,
    })
}

pub async fn show(State(web): State<Web>, signed: Signed, Path(at): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, at, signed.ask.fields(), Default::default()).await?)
}

fn id_of(at: &str) -> std::result::Result<Id, WebError> {
    Id::parse(at).ok_or_else(|| base::Refusal::NotFound.into())
}

/// Answers an act on a draft: back to it, or the page again with what was wrong.
async fn told(web: &Web, posted: &Posted, at: String, done: Result<()>) -> Answer {
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id_of(&at)?, format!("/packs/{at}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            let page = show_page(web, &posted.signed, at, posted.fields.clone(), (faults, Vec::new())).await?;
            page::again(&page, status)
        }
    }
}

pub async fn undo(State(web): State<Web>, Path(at): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&at)?;
    let nth = posted.fields.int("change")?.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
    let version = posted.fields.int("version")?.unwrap_or(0);
    let read = web.read(posted.actor(), move |cx| {
        let (_, files) = store::view(cx, id)?;
        store::without(&files, nth)
    });
    let done = match read.await {
        Ok(files) => {
            let hash = safety::pack::read(&files).0.hash;
            web.act(&posted, move |cx| store::save(cx, id, version, &files, hash).map(|_| ())).await
        }
        Err(e) => Err(e),
    };
    told(&web, &posted, at, done).await
}

pub async fn discard(State(web): State<Web>, Path(at): Path<String>, posted: Posted) -> Answer {
    let (id, version) = (id_of(&at)?, posted.fields.int("version")?.unwrap_or(0));
    match web.act(&posted, move |cx| store::discard(cx, id, version)).await {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, "/packs".into()),
        Err(e) => told(&web, &posted, at, Err(e)).await,
    }
}

/// What the linter found, as one line each.
fn lines(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(finding::line).collect()
}

pub async fn publish(State(web): State<Web>, Path(at): Path<String>, posted: Posted) -> Answer {
    let (id, version) = (id_of(&at)?, posted.fields.int("version")?.unwrap_or(0));
    let reason = posted.fields.text("reason");
    let day = posted.fields.day("effective_on")?.unwrap_or_else(|| next_month(web.now().day()));
    let files = web.read(posted.actor(), move |cx| store::view(cx, id).map(|(_, files)| files)).await?;
    match Checked::new(&files, day) {
        Ok((checked, _)) => {
            let done = web.act(&posted, move |cx| store::publish(cx, id, version, &checked, &reason)).await;
            told(&web, &posted, at, done).await
        }
        Err(findings) => {
            let said = (Vec::new(), lines(&findings));
            let page = show_page(&web, &posted.signed, at, posted.fields.clone(), said).await?;
            page::again(&page, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// What the linter says of a draft before anybody publishes it.
pub(super) fn said(held: &Held) -> Vec<String> {
    lines(&lint::check(&held.files).1)
}
