//! 外部名单 (1.2, 4.4): a bureau enters what the police, the traffic police, a hospital or an insurer handed over: pasted from
//! Excel or as a CSV file, first tried, then stored. No rule here: `safety::outside` judges each row.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use base::{Ms, limits};
use safety::kernel::rights::{Action, Reach, reach};
use safety::outside::{self, Line, Outside, Source};

use crate::door::{Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Shell, crumb};
use crate::state::Web;
use crate::table::{Column, Trouble, parse};
use crate::unit::id_of;
use crate::words::clue as say;
use crate::words::{self, roll as told};

/// Faults shown at once; more are counted.
const SHOWN: usize = 30;

/// The columns, the proper name first.
const COLUMNS: &[Column] = &[
    Column {
        key: "unit",
        names: &["学校", "学校名称", "单位", "单位名称", "发生单位", "报警单位", "报案单位", "事发单位", "涉事单位"],
        needed: true,
    },
    Column {
        key: "at",
        names: &["时间", "发生时间", "接警时间", "报警时间", "就诊时间", "出险时间", "事发时间", "日期", "发生日期"],
        needed: true,
    },
    Column {
        key: "what", names: &["内容", "简要情况", "警情", "警情内容", "事由", "诊断", "出险经过"], needed: false
    },
    Column {
        key: "number", names: &["编号", "警情编号", "接警编号", "案件编号", "报案号", "序号"], needed: false
    },
];

pub fn routes() -> Router<Web> {
    Router::new().route("/outside", get(list).post(take)).route("/outside/{id}/void", post(void))
}

struct Row {
    id: String,
    unit: String,
    source: &'static str,
    what: String,
    at: String,
    number: String,
    void: String,
}

fn row(o: &Outside) -> Row {
    Row {
        id: o.id.to_string(),
        unit: o.unit_name.clone(),
        source: say::source(o.source),
        what: o.what.clone().unwrap_or_default(),
        at: words::at_full(o.happened_at),
        number: o.number.clone().unwrap_or_default(),
        void: o.void_reason.clone().unwrap_or_default(),
    }
}

#[derive(Template)]
#[template(path = "outside/list.html")]
struct ListPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    rows: Vec<Row>,
    older: String,
    newest: String,
    enters: bool,
    sources: Vec<Choice>,
    source: String,
    table: String,
    plan: String,
    /// After a list was stored.
    stored: String,
    left: usize,
    faults: Vec<FieldFault>,
}

#[derive(Default)]
struct Typed {
    source: String,
    table: String,
    plan: String,
    faults: Vec<FieldFault>,
}

async fn page_of(web: &Web, signed: &Signed, typed: Typed) -> std::result::Result<ListPage, WebError> {
    let cursor = signed.ask.fields().opt("cursor");
    let (items, next) =
        web.read(signed.actor(), move |cx| outside::list(cx, cursor.as_deref(), limits::LIST_ROWS)).await?;
    Ok(ListPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![crumb(say::CLUES, "/clues"), crumb(say::OUTSIDE, "")],
        rows: items.iter().map(row).collect(),
        older: next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if signed.ask.fields().has("cursor") { signed.ask.link("cursor", "") } else { String::new() },
        enters: reach(signed.actor().role, Action::OutsideEnter) != Reach::Nothing,
        sources: Source::ALL.iter().map(|s| Choice::new(s.code(), say::source(*s))).collect(),
        source: typed.source,
        table: typed.table,
        plan: typed.plan,
        stored: signed.ask.fields().int("stored").ok().flatten().map_or(String::new(), say::stored),
        left: typed.faults.len().saturating_sub(SHOWN),
        faults: typed.faults.into_iter().take(SHOWN).collect(),
    })
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&page_of(&web, &signed, Typed::default()).await?)
}

fn fault(field: &str, title: String) -> FieldFault {
    FieldFault { field: field.into(), title }
}

/// A time as lists write it: `2026-11-23 14:20`, `2026/11/23 14:20:05`, `2026年11月23日 14时20分`, or a day alone.
fn time(text: &str) -> Option<Ms> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '/' | '.' | '年' | '月' => '-',
            '日' | 'T' => ' ',
            '时' | '点' | '：' => ':',
            '分' | '秒' => ' ',
            c => c,
        })
        .collect();
    let mut parts = plain.split_whitespace();
    let day = parts.next()?;
    let mut fields = day.split('-').filter(|t| !t.is_empty());
    let (y, m, d) = (fields.next()?, fields.next()?, fields.next()?);
    let day = format!("{:04}-{:02}-{:02}", y.parse::<u32>().ok()?, m.parse::<u32>().ok()?, d.parse::<u32>().ok()?);
    let Some(clock) = parts.next() else { return base::Day::parse(&day).map(|d| d.start()) };
    let mut clock = clock.split(':').filter(|t| !t.is_empty());
    let mut next = || clock.next().map_or(Some(0), |t| t.parse::<u32>().ok());
    let (h, min, s) = (next()?, next()?, next()?);
    Ms::parse(&format!("{day}T{h:02}:{min:02}:{s:02}+08:00"))
}

/// Reads the table; sentences say what cannot be read, row by row.
fn lines(text: &str) -> Result<(Vec<Line>, Vec<String>), String> {
    let table = parse("", text, COLUMNS).map_err(|trouble| match trouble {
        Trouble::Encoding => told::ENCODING.to_string(),
        Trouble::Broken(line) => told::broken(line),
        Trouble::TooMany(most) => told::too_many(most),
        Trouble::NoColumns(needed) => told::no_columns(&needed),
        Trouble::Missing(names) => told::missing(&names),
    })?;
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for row in &table.rows {
        let (at, cell) = (row.line as i64, row.get("at"));
        let happened_at = time(cell);
        if happened_at.is_none() && !cell.is_empty() {
            faults.push(told::row_fault(at, &format!("时间「{cell}」看不懂，请写成 2026-11-23 14:20")));
        }
        lines.push(Line {
            at,
            unit: row.get("unit").to_string(),
            happened_at,
            what: row.get("what").to_string(),
            number: row.get("number").to_string(),
        });
    }
    Ok((lines, faults))
}

async fn take(State(web): State<Web>, posted: Posted) -> Answer {
    let signed = &posted.signed;
    let chosen = posted.fields.text("source");
    let again = |typed: Typed, status| {
        let web = web.clone();
        async move { page::again(&page_of(&web, signed, typed).await?, status) }
    };
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let table = match posted.table() {
        Ok(text) => text,
        Err(e) => {
            let Kept { status, faults } = page::keep(&signed.ask, e)?;
            return again(Typed { source: chosen, faults, ..Typed::default() }, status).await;
        }
    };
    let Some(source) = Source::from_code(&chosen) else {
        let faults = vec![fault("source", "请选这是谁的名单。".into())];
        return again(Typed { table, faults, ..Typed::default() }, bad).await;
    };
    let (rows, unread) = match lines(&table) {
        Ok(read) => read,
        Err(why) => {
            let faults = vec![fault("table", why)];
            return again(Typed { source: chosen, table, faults, ..Typed::default() }, bad).await;
        }
    };
    let asked = rows.clone();
    let plan = web.read(signed.actor(), move |cx| outside::plan(cx, source, &asked)).await?;
    let seen = |at: i64| unread.iter().any(|t| t.starts_with(&told::row_fault(at, "")));
    let mut faults: Vec<FieldFault> = unread.iter().map(|why| fault("table", why.clone())).collect();
    faults.extend(plan.faults.iter().filter(|b| !(b.fault.field == "happened_at" && seen(b.at))).map(|b| {
        let why = match (b.fault.field, &b.fault.problem) {
            ("unit", base::Problem::Unknown) => say::no_school(b.near.as_deref()),
            ("happened_at", base::Problem::InFuture { .. }) => say::LIST_FUTURE.to_string(),
            ("unit", base::Problem::Mismatch { .. }) => "有几所学校叫这个名字，请写代码。".to_string(),
            (field, problem) => words::problem(field, problem),
        };
        fault("table", told::row_fault(b.at, &why))
    }));
    if !faults.is_empty() {
        return again(Typed { source: chosen, table, faults, ..Typed::default() }, bad).await;
    }
    if !posted.fields.flag("store") {
        let plan = say::plan(plan.entered, plan.same);
        return page::full(&page_of(&web, signed, Typed { source: chosen, table, plan, ..Typed::default() }).await?);
    }
    let stored = web.act(&posted, move |cx| outside::enter(cx, source, &rows).map(|p| p.entered)).await?;
    page::back(&format!("/outside?stored={stored}"))
}

async fn void(State(web): State<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let reason = posted.fields.text("reason");
    match web.act(&posted, move |cx| outside::void(cx, id, &reason)).await {
        Ok(()) => page::back("/outside"),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&page_of(&web, &posted.signed, Typed { faults, ..Typed::default() }).await?, status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_offices_write_them() {
        let at = Ms::parse("2026-11-03T14:05:00+08:00");
        for text in
            ["2026-11-03 14:05", "2026/11/3 14:05:00", "2026年11月3日 14时5分", "2026.11.3 14：05", "2026-11-03T14:05"]
        {
            assert_eq!(time(text), at, "{text}");
        }
        assert_eq!(time("2026-11-03"), Ms::parse("2026-11-03T00:00:00+08:00"));
        for text in ["", "昨天下午", "2026-13-03 14:05", "14:05"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
