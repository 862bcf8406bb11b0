//! One change of a draft: an entry switched or asked more or less often, or a number, always with its reason. What the
//! notice itself says can only be made stricter; the pack's reader holds that.

use askama::Template;
use axum::extract::{Path, State};
use base::calendar::PeriodKind;
use base::{Error, Id, Refusal, Result};
use safety::pack::Pack;
use safety::pack::model::{Basis, Entry, Param, Rule};
use safety::pack::store::{self, NewChange};

use super::{Held, hold};
use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::words::{self, pack as say, rule};

#[derive(Template)]
#[template(path = "pack/edit.html")]
struct EditPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    at: String,
    version: i64,
    entry: String,
    param: String,
    title: String,
    clause: String,
    line: String,
    basis: &'static str,
    reason: String,
    /// The notice's own words: only stricter.
    bound: bool,
    /// Has times and a period.
    every: bool,
    unit: &'static str,
    onoff: Vec<Choice>,
    periods: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

const PERIODS: [(&str, PeriodKind); 5] = [
    ("day", PeriodKind::Day),
    ("week", PeriodKind::Week),
    ("month", PeriodKind::Month),
    ("term", PeriodKind::Term),
    ("school_year", PeriodKind::SchoolYear),
];

fn period_code(kind: PeriodKind) -> &'static str {
    PERIODS.iter().find(|(_, k)| *k == kind).map_or("", |(code, _)| code)
}

/// What stands in the pack now, as the form's fields.
fn stored_entry(entry: &Entry) -> Vec<(String, String)> {
    let mut out = vec![
        ("on".into(), if entry.on { "true" } else { "false" }.into()),
        ("grace_days".into(), entry.grace_days.to_string()),
        ("minutes".into(), entry.minutes.to_string()),
    ];
    if let Rule::Every { times, period, .. } = &entry.rule {
        out.push(("times".into(), times.to_string()));
        out.push(("period".into(), period_code(*period).into()));
    }
    out
}

/// The entry or the number that is being changed.
enum Subject {
    Entry(Box<Entry>),
    Param(Param),
}

fn subject(pack: &Pack, fields: &Fields) -> Result<Subject> {
    let missing = || Error::from(Refusal::NotFound);
    match (fields.opt("entry"), fields.opt("param")) {
        (Some(id), None) => pack.entry(&id).map(|e| Subject::Entry(Box::new(e.clone()))).ok_or_else(missing),
        (None, Some(key)) => pack.params.get(&key).cloned().map(Subject::Param).ok_or_else(missing),
        _ => Err(missing()),
    }
}

async fn edit_page(
    web: &Web,
    signed: &Signed,
    at: String,
    fields: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<EditPage, WebError> {
    let held: Held = web.read(signed.actor(), move |cx| hold(cx, &at)).await?;
    if !held.may_edit {
        return Err(Refusal::NotFound.into());
    }
    let subject = subject(&held.pack, &fields)?;
    let mut shell = signed.shell(web, At::Clauses).await?;
    shell.tabs = page::clause_tabs(signed.actor(), page::ClauseTab::Packs);
    let mut page = EditPage {
        crumbs: Vec::new(),
        version: held.edition.as_ref().map_or(0, |e| e.version),
        entry: fields.text("entry"),
        param: fields.text("param"),
        title: String::new(),
        clause: String::new(),
        line: String::new(),
        basis: "",
        reason: String::new(),
        bound: false,
        every: false,
        unit: "",
        onoff: vec![Choice::new("true", "打开"), Choice::new("false", "关掉")],
        periods: PERIODS.iter().map(|(code, kind)| Choice::new(*code, rule::period_kind(*kind))).collect(),
        typed: Fields::default(),
        faults,
        shell,
        at: held.at.clone(),
    };
    let stored = match &subject {
        Subject::Entry(e) => {
            page.title = e.title.clone();
            page.clause = e.clause.clone();
            page.line = format!("{}；{}", rule::line(e), rule::people(&e.people, e.until));
            page.basis = rule::basis(e.basis);
            page.reason = e.reason.clone().unwrap_or_default();
            page.bound = e.basis == Basis::Notice;
            page.every = matches!(e.rule, Rule::Every { .. });
            stored_entry(e)
        }
        Subject::Param(p) => {
            page.title = words::pages::param(&p.key, p.span_ms);
            page.clause = p.clause.clone();
            page.line = say::amount(p.amount);
            page.basis = rule::basis(p.basis);
            page.reason = p.reason.clone().unwrap_or_default();
            page.unit = say::unit(p.amount.unit);
            vec![("value".into(), p.amount.value.to_string())]
        }
    };
    page.crumbs = vec![
        crumb(words::tab::PACKS, "/packs"),
        crumb(held.title(), format!("/packs/{}", held.at)),
        crumb(page.title.clone(), ""),
    ];
    page.typed = if fields.has("reason") { fields } else { Fields(stored) };
    Ok(page)
}

pub async fn form(State(web): State<Web>, signed: Signed, Path(at): Path<String>) -> Answer {
    page::full(&edit_page(&web, &signed, at, signed.ask.fields(), Vec::new()).await?)
}

/// Only what differs from the pack as it stands goes into the change.
fn change_of(subject: &Subject, fields: &Fields) -> Result<NewChange> {
    let mut change = NewChange { reason: fields.text("reason"), ..NewChange::default() };
    match subject {
        Subject::Entry(entry) => {
            change.entry = Some(entry.id.clone());
            let on = fields.opt("on").map(|v| v == "true");
            change.on = on.filter(|on| *on != entry.on);
            change.grace_days = fields.int("grace_days")?.filter(|n| *n != entry.grace_days);
            change.minutes = fields.int("minutes")?.filter(|n| *n != entry.minutes);
            if let Rule::Every { times, period, .. } = &entry.rule {
                change.times = fields.int("times")?.filter(|n| n != times);
                change.period = fields.opt("period").filter(|p| p != period_code(*period));
            }
        }
        Subject::Param(param) => {
            change.param = Some(param.key.clone());
            let value = fields.int("value")?.filter(|n| *n != param.amount.value);
            change.value = value.map(|n| format!("{n} {}", say::unit_written(param.amount.unit)));
        }
    }
    let nothing = NewChange {
        entry: change.entry.clone(),
        param: change.param.clone(),
        reason: change.reason.clone(),
        ..NewChange::default()
    };
    if change == nothing {
        return Err(Error::invalid("what", base::Problem::Mismatch { with: "before" }));
    }
    Ok(change)
}

pub async fn save(State(web): State<Web>, Path(at): Path<String>, posted: Posted) -> Answer {
    let (fields, address) = (posted.fields.clone(), at.clone());
    let read = web.read(posted.actor(), move |cx| {
        let held = hold(cx, &address)?;
        if !held.may_edit {
            return Err(Refusal::NotFound.into());
        }
        let change = change_of(&subject(&held.pack, &fields)?, &fields)?;
        store::changed(&held.files, &change)
    });
    let done = match read.await {
        Ok(files) => {
            let id = Id::parse(&at).ok_or(Error::from(Refusal::NotFound))?;
            let version = posted.fields.int("version")?.unwrap_or(0);
            let hash = safety::pack::read(&files).0.hash;
            web.act(&posted, move |cx| store::save(cx, id, version, &files, hash).map(|_| id)).await
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/packs/{at}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&edit_page(&web, &posted.signed, at, posted.fields.clone(), faults).await?, status)
        }
    }
}
