//! 核对 (1.2): the desk of clues: what does not agree, the records side by side, the school's explanation, the decision. No
//! rule here: `safety::clue` finds and judges.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use base::{Id, Ms, Result, limits};
use safety::clue::desk::{self, Decision, Filter, Line};
use safety::clue::{self, Fault, Trace};
use safety::incident::draft;
use safety::kernel::rights::{Action, Reach, reach};
use safety::outside::Outside;
use safety::{Actor, Cx, absence};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, ListTab, Shell, Task, UrgentTab, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::clue as say;
use crate::words::{self, Word};

/// A school that told lines of its classes within this time uses them: then the class teacher is reminded.
const USED_DAYS: i64 = 14;

pub fn routes() -> Router<Web> {
    Router::new().route("/clues", get(list)).route("/clues/{id}", get(show)).route("/clues/{id}/{verb}", post(act))
}

struct Row {
    id: String,
    unit: String,
    rule: &'static str,
    points: &'static str,
    at: String,
    note: String,
    state: Word,
}

fn row(line: &Line) -> Row {
    let c = &line.clue;
    let note = match (c.state, c.verdict, &c.explanation) {
        (clue::State::Confirmed, Some(fault), _) => say::verdict(fault).to_string(),
        (clue::State::Open, _, Some(_)) => "学校已说明".into(),
        (clue::State::Open, _, None) => "等学校说明".into(),
        _ => String::new(),
    };
    Row {
        id: c.id.to_string(),
        unit: line.unit_name.clone(),
        rule: say::rule(c.rule),
        points: say::points(c.fault),
        // What is withheld, or known by its day only, shows no hour.
        at: if veiled(c) || c.at == c.at.day().start() { words::day(c.at.day()) } else { words::at(c.at) },
        note,
        state: say::state(c.state),
    }
}

/// Does it rest on a record that the viewer may not know?
fn veiled(c: &clue::Clue) -> bool {
    c.traces.iter().any(Trace::hidden)
}

struct Source {
    name: &'static str,
    words: String,
    missing: bool,
}

#[derive(Template)]
#[template(path = "clue/list.html")]
struct ListPage {
    shell: Shell,
    sentence: String,
    tabs: Vec<ListTab>,
    rows: Vec<Row>,
    older: String,
    newest: String,
    sources: Vec<Source>,
    enters: bool,
}

async fn list(State(web): State<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let open = match query.get("state") {
        "" => Some(true),
        "closed" => Some(false),
        _ => None,
    };
    let filter = Filter { open, fault: query.read("fault", Fault::from_code)? };
    let cursor = query.opt("cursor");
    let ((lines, next), waiting, below, sources) = web
        .read(signed.actor(), move |cx| {
            let page = desk::list(cx, filter, cursor.as_deref(), limits::LIST_ROWS)?;
            Ok((page, desk::waiting(cx)?, desk::below(cx)?, desk::sources(cx)?))
        })
        .await?;
    let tab = |label: &str, value: &str| ListTab {
        label: label.into(),
        href: signed.ask.link("state", value),
        current: query.get("state") == value,
        ..ListTab::default()
    };
    let tabs = vec![tab("待核对", ""), tab("已有结论", "closed"), tab(words::pages::ALL, "all")];
    let source = |s: &desk::SourceState| {
        let (name, measure) = say::looked_at(s.code);
        let words = match s.n {
            Some(n) => format!("{} {measure}", words::number(n)),
            None => say::missing(s.code).into(),
        };
        Source { name, words, missing: s.n.is_none() }
    };
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = page::urgent_tabs(signed.actor(), UrgentTab::Clues);
    page::full(&ListPage {
        sentence: say::waits(waiting, &below),
        tabs,
        rows: lines.iter().map(row).collect(),
        older: next.as_deref().map_or(String::new(), |next| signed.ask.link("cursor", next)),
        newest: if query.has("cursor") { signed.ask.link("cursor", "") } else { String::new() },
        sources: sources.iter().map(source).collect(),
        enters: reach(signed.actor().role, Action::OutsideEnter) != Reach::Nothing,
        shell,
    })
}

struct Mark {
    at: String,
    words: String,
    href: String,
}

fn mark(line: &Line, listed: &[Outside], t: &Trace, bureau: bool) -> Mark {
    let row = listed.iter().find(|o| t.noun == "outside" && o.id == t.id);
    let href = match t.noun.as_str() {
        _ if t.hidden() => String::new(),
        "alarm" => format!("/alarms/{}", t.id),
        "incident" => format!("/incidents/{}", t.id),
        "hazard" => format!("/hazards/{}", t.id),
        "check" => format!("/checks/{}", t.id),
        "tip" if bureau => format!("/tips/{}", t.id),
        "absence" => format!("/absences?unit={}&day={}", line.clue.unit, t.at.day()),
        "outside" if bureau => "/outside".into(),
        _ => String::new(),
    };
    let (at, words) = match t.hidden() {
        true => (words::day_full(t.at.day()), format!("{}（{}）", say::trace(t), say::NO_HOUR)),
        false => (words::at_full(t.at), say::trace_of(t, row)),
    };
    Mark { at, words, href }
}

/// An incident beside a list's row: 「江湾-S2026-001 走失，11-22 16:00 发生」
fn besides(view: &desk::View) -> Vec<(String, String)> {
    let one = |b: &desk::Beside| (format!("/incidents/{}", b.id), say::beside(b));
    view.beside.iter().map(one).collect()
}

#[derive(Template)]
#[template(path = "clue/show.html")]
struct ShowPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    unit: String,
    unit_id: String,
    above: String,
    rule: &'static str,
    points: &'static str,
    found: String,
    marks: Vec<Mark>,
    /// Beside a list's row: the unit's reports of that time.
    lists: bool,
    beside: Vec<(String, String)>,
    incident: Option<(String, String)>,
    state: Word,
    until: String,
    explanation: String,
    explained: String,
    verdict: &'static str,
    reason: String,
    closed: String,
    explain: bool,
    settle: bool,
    waits: bool,
    outcomes: Vec<Choice>,
    verdicts: Vec<Choice>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ShowPage, WebError> {
    let view = web.read(signed.actor(), move |cx| desk::view(cx, id)).await?;
    let bureau = safety::org::login::at_bureau(signed.actor());
    let (line, c) = (&view.line, &view.line.clue);
    let by = |at: Option<Ms>, who: &Option<String>| {
        at.map_or(String::new(), |at| format!("{} {}", words::at(at), who.clone().unwrap_or_default()))
    };
    let outcomes = clue::State::ALL.iter().filter(|s| **s != clue::State::Open);
    Ok(ShowPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![crumb(say::CLUES, "/clues"), crumb(line.unit_name.clone(), "")],
        id: id.to_string(),
        unit: line.unit_name.clone(),
        unit_id: c.unit.to_string(),
        above: line.above_name.clone(),
        rule: say::rule(c.rule),
        points: say::points(c.fault),
        found: words::at_full(c.received_at),
        marks: c.traces.iter().map(|t| mark(line, &view.listed, t, bureau)).collect(),
        lists: !view.listed.is_empty(),
        beside: besides(&view),
        incident: c.incident.map(|i| (i.to_string(), line.incident_number.clone().unwrap_or_default())),
        state: say::state(c.state),
        until: say::explain_until(c.explain_by),
        explanation: c.explanation.clone().unwrap_or_default(),
        explained: by(c.explained_at, &line.explained_by),
        verdict: c.verdict.map_or("", say::verdict),
        reason: c.reason.clone().unwrap_or_default(),
        closed: match (&line.closed_by, c.closed_at) {
            (None, Some(at)) => format!("{} 自动：已经按时报告", words::at(at)),
            (who, at) => by(at, who),
        },
        explain: view.may_explain,
        settle: view.may_settle,
        waits: view.waits,
        outcomes: outcomes.map(|s| Choice::new(s.code(), say::outcome(*s))).collect(),
        verdicts: Fault::ALL.iter().map(|f| Choice::new(f.code(), say::verdict(*f))).collect(),
        typed,
        faults,
    })
}

async fn show(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

async fn act(State(web): State<Web>, Path((id, verb)): Path<(String, String)>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    let f = &posted.fields;
    let done = match verb.as_str() {
        "explain" => {
            let said = f.text("explanation");
            web.act(&posted, move |cx| desk::explain(cx, id, &said)).await
        }
        "settle" => {
            let decision = Decision { outcome: f.text("outcome"), verdict: f.opt("verdict"), reason: f.text("reason") };
            web.act(&posted, move |cx| desk::settle(cx, id, &decision)).await
        }
        _ => return Err(WebError::not_found()),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/clues/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&show_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}

/// Lines of 今日: drafts that alarms opened, clues, the class's line of the day.
pub fn tasks(cx: &mut Cx<'_, '_>) -> Result<Vec<(Ms, Task)>> {
    let mut out = Vec::new();
    let now = cx.now;
    for d in draft::waiting(cx)?.into_iter().filter(|d| d.unit == cx.actor.unit) {
        let due = d.known_at.plus(cx.pack.span("incident.phone"));
        let when = words::due_when(due, now);
        let task = Task {
            id: d.id.to_string(),
            when: when.word,
            when_tone: when.tone,
            title: format!("{} 报过警，还没有写初报", words::at(d.known_at)),
            detail: "地点、时间已经填好".into(),
            clause: "1.2".into(),
            verb: "写初报".into(),
            href: format!("/incidents/new?draft={}", d.id),
            late: due < now,
            filled: false,
        };
        out.push((due, task));
    }
    let n = desk::waiting(cx)?;
    if n > 0 {
        let task = Task {
            when: "待核".into(),
            title: say::waiting(n),
            detail: "几条记录对不上".into(),
            clause: "1.2".into(),
            verb: "去看".into(),
            href: "/clues".into(),
            ..Task::default()
        };
        out.push((now, task));
    }
    let below = desk::below(cx)?;
    if below.n > 0 {
        let task = Task {
            when: "知道".into(),
            title: say::below_task(cx.actor.unit_kind, &below),
            detail: say::desks(&below),
            clause: "1.2".into(),
            verb: "去看".into(),
            href: "/clues".into(),
            ..Task::default()
        };
        out.push((now, task));
    }
    if let Some(line) = class_line(cx)? {
        out.push((now.day().end(), line));
    }
    Ok(out)
}

fn class_line(cx: &mut Cx<'_, '_>) -> Result<Option<Task>> {
    let today = cx.now.day();
    let teaches = reach(cx.actor.role, Action::AbsenceRecord) != Reach::Nothing;
    let school_day = cx.packs.calendar(today, cx.actor.county).is_school_day(today);
    if !teaches || !school_day {
        return Ok(None);
    }
    let Some(class) = absence::own_class(cx)? else { return Ok(None) };
    let unit = cx.actor.unit;
    if !absence::used(cx, unit, today.plus_days(-USED_DAYS))? || absence::told(cx, class.id, today)? {
        return Ok(None);
    }
    Ok(Some(Task {
        when: "今天".into(),
        title: format!("{}：{}", say::ABSENCE, class.name),
        detail: "全到点一下就行".into(),
        clause: "1.2".into(),
        verb: "填".into(),
        href: "/absences".into(),
        ..Task::default()
    }))
}

/// Who has the desk of clues in the menu.
pub fn reads(actor: &Actor) -> bool {
    reach(actor.role, Action::ClueRead) != Reach::Nothing
}
