//! The journal for people: the newest leaves and the self-audit for auditors and administrators, and the proof of one
//! record for whoever may read that record. For programs the log stands at `/tlog/`.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use axum::routing::get;
use base::{Error, Id, Ms, Refusal, Result, limits};
use safety::Cx;
use safety::kernel::audit::{Audit, What};
use safety::kernel::proof::{self, Shadow};
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{login, people, place, post, unit};

use crate::door::Signed;
use crate::error::{Answer, WebError};
use crate::page::{self, At, Column, Crumb, Shell, column, crumb};
use crate::seal::{Seal, seal};
use crate::state::Web;
use crate::unit::id_of;
use crate::witness_view::{self, WitnessBlock};
use crate::words;

/// Findings listed on the page; the command line lists all.
const FINDINGS: usize = 50;

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/journal", get(list))
        .route("/journal/{number}", get(show))
        .route("/records/{id}/proof", get(bundle))
}

fn guard(signed: &Signed) -> std::result::Result<(), WebError> {
    match reach(signed.actor().role, Action::JournalRead) {
        Reach::Nothing => Err(Refusal::NoRight.into()),
        _ => Ok(()),
    }
}

struct LeafRow {
    n: i64,
    op: String,
    id: String,
    version: i64,
    at: String,
    source: &'static str,
}

fn leaf_row(shadow: &Shadow) -> LeafRow {
    LeafRow {
        n: shadow.n.unwrap_or(-1),
        op: words::pages::op(&shadow.leaf.op),
        id: shadow.leaf.id.to_string(),
        version: shadow.leaf.version,
        at: words::at_full(shadow.leaf.received_at),
        source: words::pages::source(&shadow.leaf.source),
    }
}

const COLUMNS: &[Column] = &[
    column("存证", "num"),
    column("做了什么", "l1"),
    column("记录", "l2"),
    column("版本", "num"),
    column("经由", "l2"),
    column("收到", "l3"),
];

struct FindingRow {
    what: &'static str,
    table: String,
    id: String,
}

struct AuditBlock {
    at: String,
    rows: String,
    leaves: String,
    clean: bool,
    log: String,
    findings: Vec<FindingRow>,
    more: i64,
}

fn what_words(what: &What) -> &'static str {
    match what {
        What::Changed => "内容和存证对不上",
        What::Unlogged => "没有存证",
        What::Removed => "记录不见了",
        What::LeafChanged => "存证被改动",
    }
}

fn audit_block(audit: &Audit) -> AuditBlock {
    let left = audit.findings.len().saturating_sub(FINDINGS) as i64;
    AuditBlock {
        at: audit.at.map(words::at_full).unwrap_or_default(),
        rows: words::number(audit.rows),
        leaves: words::number(audit.leaves),
        clean: audit.clean(),
        log: audit.log.clone().unwrap_or_default(),
        findings: audit
            .findings
            .iter()
            .take(FINDINGS)
            .map(|f| FindingRow { what: what_words(&f.what), table: f.table.clone(), id: f.id.to_string() })
            .collect(),
        more: audit.more + left,
    }
}

#[derive(Template)]
#[template(path = "journal/list.html")]
struct ListPage {
    shell: Shell,
    head: String,
    origin: String,
    vkey: String,
    public: bool,
    rows: Vec<LeafRow>,
    columns: Vec<Column>,
    older: String,
    audit: Option<AuditBlock>,
    witness: WitnessBlock,
    seal: Option<Seal>,
    /// A code from paper, as it was typed, and what came of comparing it.
    asked_size: String,
    asked_code: String,
    compared: &'static str,
    same: bool,
}

/// What a code from paper says about our log.
fn compared(asked: Option<Option<bool>>, typed: bool) -> (&'static str, bool) {
    match asked {
        Some(Some(true)) => (words::witness::SAME, true),
        Some(Some(false)) => (words::witness::DIFFERENT, false),
        Some(None) => (words::witness::NEVER, false),
        None if typed => (words::witness::UNREADABLE, false),
        None => ("", false),
    }
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    guard(&signed)?;
    let before = signed.ask.param("before").and_then(|b| b.parse::<i64>().ok()).unwrap_or(i64::MAX);
    let (asked_size, asked_code) = (typed(&signed, "size"), typed(&signed, "code"));
    let size = asked_size.replace([' ', ','], "").parse::<u64>().ok().filter(|_| !asked_code.is_empty());
    let code = asked_code.clone();
    let (head, leaves, standing, seal, asked) = web
        .read(signed.actor(), move |cx| {
            let asked = size.map(|size| witness_view::compare(cx, size, &code)).transpose()?;
            let leaves = proof::recent(cx.tx, before, limits::LIST_ROWS)?;
            Ok((proof::head(cx.tx)?, leaves, witness_view::standing(cx)?, seal(cx)?, asked))
        })
        .await?;
    let (compared, same) = compared(asked, !(asked_size.is_empty() && asked_code.is_empty()));
    let rows: Vec<LeafRow> = leaves.iter().map(leaf_row).collect();
    let last = rows.last().map(|r| r.n).filter(|n| *n > 0 && rows.len() as i64 == limits::LIST_ROWS);
    page::full(&ListPage {
        shell: signed.shell(&web, At::Journal).await?,
        head: head.map(|(size, at)| words::pages::journal_head(size as i64, at)).unwrap_or_default(),
        origin: web.app.origin().to_string(),
        vkey: web.app.verifier_key(),
        public: web.config.tlog_public,
        older: last.map(|n| format!("/journal?before={n}")).unwrap_or_default(),
        columns: COLUMNS.to_vec(),
        audit: web.app.audited().as_ref().map(audit_block),
        witness: witness_view::block(&standing, web.now()),
        seal,
        asked_size,
        asked_code,
        compared,
        same,
        rows,
    })
}

fn typed(signed: &Signed, name: &str) -> String {
    signed.ask.param(name).map(|text| text.trim().chars().take(40).collect()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "journal/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    number: String,
    lines: Vec<(&'static str, String)>,
    id: String,
}

async fn show(State(web): State<Web>, signed: Signed, Path(number): Path<String>) -> Answer {
    guard(&signed)?;
    let n: i64 = number.parse().ok().filter(|n: &i64| *n >= 0).ok_or_else(WebError::not_found)?;
    let shadow = web
        .read(signed.actor(), move |cx| {
            let found = proof::recent(cx.tx, n.saturating_add(1), 1)?;
            found.into_iter().find(|s| s.n == Some(n)).ok_or_else(|| Refusal::NotFound.into())
        })
        .await?;
    page::full(&ShowPage {
        shell: signed.shell(&web, At::Journal).await?,
        crumbs: vec![crumb(words::nav::JOURNAL, "/journal"), crumb(words::number(n), "")],
        number: words::number(n),
        id: shadow.leaf.id.to_string(),
        lines: lines(&shadow),
    })
}

/// What a leaf holds: no personal data, so it can be shown as it is.
fn lines(shadow: &Shadow) -> Vec<(&'static str, String)> {
    let leaf = &shadow.leaf;
    let id = |id: &Option<Id>| id.map(|i| i.to_string());
    let at = |at: &Option<Ms>| at.map(words::at_full);
    let mut out = vec![
        ("做了什么", words::pages::op(&leaf.op)),
        ("表和版本", format!("{} · {}", leaf.table, leaf.version)),
        ("记录", leaf.id.to_string()),
        ("收到", words::at_full(leaf.received_at)),
        ("经由", words::pages::source(&leaf.source).to_string()),
        ("区县代码", leaf.county.to_string()),
        ("承诺值", base::hex(&leaf.commit)),
    ];
    let more = [
        ("说是在", at(&leaf.claimed_at)),
        ("手机时间", at(&leaf.device_at)),
        ("单位", id(&leaf.unit)),
        ("账号", id(&leaf.login)),
        ("岗位", id(&leaf.post)),
        ("代录的本人", id(&leaf.behalf)),
        ("条款", leaf.clause.clone()),
        ("删除", leaf.erased.then(|| "个人信息已删除".to_string())),
    ];
    out.extend(more.into_iter().filter_map(|(k, v)| Some((k, v?))));
    out
}

/// May the viewer read the record with its content? None when not even its being there may be known.
pub(crate) fn reads(cx: &mut Cx<'_, '_>, table: &str, id: Id, row: &db::Row) -> Result<Option<bool>> {
    let seen = match table {
        "hazard" => safety::hazard::load(cx, id).map(|_| ()),
        "hazard_step" => safety::hazard::load(cx, row.id("hazard")?).map(|_| ()),
        "incident" => safety::incident::load(cx, id).map(|_| ()),
        "incident_report" | "incident_leg" | "incident_step" => {
            safety::incident::load(cx, row.id("incident")?).map(|_| ())
        }
        "incident_zero" => {
            let (at, day) = (row.id("unit")?, row.day("from_on")?);
            safety::incident::zero::week(cx, at, day).map(|_| ())
        }
        "check_run" => safety::check::view(cx, id).map(|_| ()),
        "check_place" => safety::check::view(cx, row.id("check_run")?).map(|_| ()),
        "unit" => unit::show(cx, id).map(|_| ()),
        "unit_step" => unit::show(cx, row.id("unit")?).map(|_| ()),
        "person" => people::show(cx, id).map(|_| ()),
        "post" => {
            let holder = post::load(cx, id)?.person;
            people::show(cx, holder).map(|_| ())
        }
        "place" => place::show(cx, id).map(|_| ()),
        // Passwords and devices are nobody's to read; one's own login and sign-ins can be proved without them.
        "login" => return own_login(cx, id),
        "signin" => return own_login(cx, row.id("login")?),
        _ => Err(Refusal::NotFound.into()),
    };
    match seen {
        Ok(()) => Ok(Some(true)),
        Err(Error::Refused(_)) if reach(cx.actor.role, Action::JournalRead) != Reach::Nothing => Ok(Some(false)),
        Err(Error::Refused(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn own_login(cx: &mut Cx<'_, '_>, id: Id) -> Result<Option<bool>> {
    let auditor = reach(cx.actor.role, Action::JournalRead) != Reach::Nothing;
    let person = cx.actor.person;
    let own = match person {
        Some(person) => login::of_person(cx, person)?.is_some_and(|(login, ..)| login == id),
        None => false,
    };
    Ok((own || auditor).then_some(false))
}

async fn bundle(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let vkey = web.app.verifier_key();
    let json = web
        .read(signed.actor(), move |cx| {
            let missing = || Error::from(Refusal::NotFound);
            let (table, row) = proof::row_of(cx.tx, id)?.ok_or_else(missing)?;
            let content = reads(cx, table, id, &row)?.ok_or_else(missing)?;
            let bundle = proof::bundle(cx.tx, id, &vkey, content)?;
            // Logged, but not yet under a signed head (up to a second on PostgreSQL).
            Ok(bundle.ok_or(Error::from(Refusal::Busy))?.to_json())
        })
        .await?;
    let name = HeaderValue::from_str(&format!("attachment; filename=\"proof-{id}.json\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], json).into_response())
}
