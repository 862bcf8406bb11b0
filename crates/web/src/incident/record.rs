//! One incident: how grave it is by statute and by the school's own classes, what each level owes and by when, every
//! version with who signed for it, the history, and one form: the viewer's own turn, or the act that was asked for.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Id, Ms, Result};
use safety::incident::view::{self, View};
use safety::incident::{Act, ReportKind, State};
use safety::kernel::proof;
use safety::kernel::rights::Action;
use safety::{Cx, duty};

use super::acts::{self, Form};
use super::new::{Phone, phones};
use crate::door::{Fields, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::hazard::near::Near;
use crate::hazard::record::{Event, Pic, parse_id};
use crate::page::{self, At, Crumb, Shell, crumb};
use crate::state::Web;
use crate::words::{self, Mark, Word, incident as say};

/// A leg as a row.
pub struct LegRow {
    pub what: String,
    pub way: String,
    pub due: String,
    pub met: String,
    pub mark: Mark,
}

/// A version as a card.
pub struct Version {
    pub id: Id,
    pub serial: i64,
    pub kind: &'static str,
    pub number: String,
    pub by: String,
    pub at: String,
    /// 「离线填写，15:31 收到」
    pub note: String,
    pub facts: Vec<(&'static str, String)>,
    pub photos: Vec<Pic>,
    pub receipts: Vec<String>,
    pub proof: String,
}

/// Everything that the page needs, from one snapshot.
pub struct Known {
    pub view: View,
    pub head: Option<(u64, Ms)>,
    pub meetings: Vec<Near>,
    pub meet: bool,
    /// Does the viewer's own unit report, or receive?
    pub own: bool,
}

pub fn known(cx: &mut Cx<'_, '_>, id: Id) -> Result<Known> {
    let view = view::view(cx, id)?;
    let home = safety::org::unit::load(cx, cx.actor.unit)?.home;
    let meet = cx.require(Action::WorkRecord, home, false).is_ok() && view.incident.state.is_open();
    let mut meetings = Vec::new();
    // Minutes are read by those who may; nobody else is told that there was a meeting.
    if let Ok(works) = duty::work::about(cx, id) {
        for w in works {
            let note = format!("{} · {}", words::day(w.happened_on), w.by.unwrap_or_default());
            let word = words::meeting::HELD;
            meetings.push(Near {
                word: word.word,
                tone: word.tone,
                title: w.title,
                href: format!("/works/{}", w.id),
                note,
            });
        }
    }
    Ok(Known { head: proof::head(cx.tx)?, own: view.incident.unit == cx.actor.unit, meetings, meet, view })
}

#[derive(Template)]
#[template(path = "incident/record.html")]
pub struct RecordPage {
    shell: Shell,
    id: Id,
    crumbs: Vec<Crumb>,
    title: String,
    now: Word,
    overdue: Mark,
    said: String,
    grade: &'static str,
    goes: &'static str,
    class: &'static str,
    facts: Vec<(&'static str, String)>,
    legs: Vec<LegRow>,
    versions: Vec<Version>,
    events: Vec<Event>,
    near: Vec<Near>,
    phones: Vec<Phone>,
    sent_to: Vec<String>,
    pub form: Option<Form>,
    others: Vec<(&'static str, String)>,
    waits: String,
    meet: bool,
    hazard: String,
    leaf: String,
    head: String,
    faults: Vec<FieldFault>,
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = parse_id(&id)?;
    let known = web.read(signed.actor(), move |cx| known(cx, id)).await?;
    let asked = signed.ask.param("do").unwrap_or_default();
    let form = acts::form(&known, &asked, &Fields::default());
    let done = signed.ask.param("done").and_then(|act| Act::from_code(&act));
    let said = done.map_or(String::new(), |act| format!("记下了：{}。", say::act_done(act)));
    page::full(&page_of(&web, &signed, known, form, said, Vec::new()).await?)
}

pub async fn page_of(
    web: &Web,
    signed: &Signed,
    known: Known,
    form: Option<Form>,
    said: String,
    faults: Vec<FieldFault>,
) -> std::result::Result<RecordPage, WebError> {
    let shell = signed.shell(web, At::Alarms).await?;
    let v = &known.view;
    let i = &v.incident;
    let worst = v.legs.iter().filter(|l| l.open).filter_map(|l| l.late(v.now)).max();
    let own = i.own_due().filter(|(_, at)| *at < v.now).map(|(_, at)| v.now.since(at));
    let overdue = match worst.max(own) {
        Some(ms) if i.state.is_open() => Mark { word: format!("逾期 {}", say::span(ms)), tone: "r" },
        _ => Mark { word: String::new(), tone: "" },
    };
    let others = acts::others(&known, form.as_ref());
    let place = i.place.map_or(String::new(), |p| format!("&place={p}"));
    let hazard = if v.acts.contains(&Act::Hazard) && known.own {
        format!("/hazards/new?unit={}&incident={}{place}", i.unit, i.id)
    } else {
        String::new()
    };
    let mut near = hazards(v);
    near.extend(known.meetings);
    Ok(RecordPage {
        id: i.id,
        crumbs: vec![crumb(say::TITLE, "/incidents"), crumb(v.unit_name.clone(), ""), crumb(i.number.clone(), "")],
        title: title(v),
        now: say::state(i.state),
        overdue,
        said,
        grade: say::grade(i.grade),
        goes: say::goes_to(i.grade),
        class: say::class(i.class),
        facts: facts(v),
        legs: v.legs.iter().map(|l| leg(l, v.now)).collect(),
        versions: v.reports.iter().map(|r| version(v, r)).collect(),
        events: events(v),
        near,
        phones: calls(v, known.own, signed.actor().unit),
        sent_to: v.levels.iter().map(sent_to).collect(),
        waits: waits(v),
        others,
        meet: known.meet,
        hazard,
        leaf: newest(v).map_or(String::new(), words::number),
        head: known.head.map_or(String::new(), |(size, at)| words::pages::journal_head(size as i64, at)),
        form,
        shell,
        faults,
    })
}

/// The newest entry about the incident: its own, or that of a version or a step of its history. Each number on the page is
/// the entry's own, as the page of the log shows it.
fn newest(v: &View) -> Option<i64> {
    let parts = v.steps.iter().map(|s| s.leaf).chain(v.reports.iter().map(|r| r.leaf));
    parts.max().flatten().max(v.leaf)
}

/// Whom to ring up: the school rings up those above it; whoever receives rings up the school first, its duty telephone and
/// who reported, then the levels that are not the own one.
fn calls(v: &View, own: bool, unit: Id) -> Vec<Phone> {
    if own {
        return phones(&v.levels);
    }
    let mut out = Vec::new();
    out.extend(v.unit_phone.clone().map(|number| Phone {
        label: say::SCHOOL_DESK.into(),
        number,
        note: v.unit_name.clone(),
    }));
    if let Some((name, mobile)) = &v.reporter {
        out.push(Phone { label: name.clone(), number: mobile.clone(), note: say::REPORTER.into() });
    }
    let others: Vec<view::Level> = v.levels.iter().filter(|l| l.unit != unit).cloned().collect();
    out.extend(phones(&others));
    out
}

fn title(v: &View) -> String {
    let i = &v.incident;
    let place = v.place_name.as_deref().map_or(String::new(), |p| format!("（{p}）"));
    format!("{}{place}", say::kind(i.kind))
}

/// 「昌邑区教育局：值班室、分管局长 孙局长」
fn sent_to(level: &view::Level) -> String {
    let mut names: Vec<String> = Vec::new();
    for c in &level.contacts {
        let role = words::role(c.role);
        names.push(c.name.as_ref().map_or(role.to_string(), |name| format!("{role} {name}")));
    }
    if names.is_empty() { level.name.clone() } else { format!("{}：{}", level.name, names.join("、")) }
}

fn facts(v: &View) -> Vec<(&'static str, String)> {
    let i = &v.incident;
    let mut out = vec![
        ("伤亡", say::toll(&i.toll().into())),
        ("类别", say::family(i.family).to_string()),
        ("发生", words::at_full(i.happened_at)),
        ("知情", format!("{}（各版里最早的）", words::at_full(i.known_at))),
    ];
    if let Some(what) = &i.what {
        out.push(("经过", what.clone()));
    }
    if !i.facts.is_empty() {
        let all: Vec<&str> = i.facts.iter().map(|f| say::fact(*f)).collect();
        out.push(("已做、已知", all.join("、")));
    }
    if let Some((kind, at)) = i.own_due() {
        out.push((if kind == ReportKind::Final { "终报时限" } else { "续报时限" }, say::due(at, v.now)));
    }
    if i.state.is_open() {
        out.push(("伤亡续报期", format!("到 {}", words::day_full(i.window_until.day()))));
    }
    if let Some(reason) = &i.void_reason {
        out.push(("撤回原因", reason.clone()));
    }
    out
}

fn leg(l: &safety::incident::Leg, now: Ms) -> LegRow {
    LegRow {
        what: say::leg_kind(l),
        way: say::leg_way(l),
        due: l.due_at.map_or(String::new(), |at| say::due(at, now)),
        met: say::met(l),
        mark: say::leg_mark(l, now),
    }
}

fn version(v: &View, r: &view::Report) -> Version {
    let mut facts = vec![("伤亡", say::toll(&r.toll))];
    facts.push(("知情", words::at_full(r.known_at)));
    facts.push(("等级", format!("{} · {}", say::grade(r.grade), say::class(r.class))));
    let more = [
        ("经过", &r.what),
        ("进展", &r.progress),
        ("原因", &r.cause),
        ("教训和整改", &r.lessons),
        ("为什么更正", &r.reason),
    ];
    facts.extend(more.into_iter().filter_map(|(label, text)| Some((label, text.clone()?))));
    let photos = r.photos.iter().enumerate().map(|(n, p)| Pic {
        href: format!("/files/{}", p.hash),
        thumb: format!("/files/{}?w=320", p.hash),
        alt: format!("{} 照片 {}", say::kind(r.incident_kind), n + 1),
        title: "",
        note: String::new(),
    });
    let signed = |s: &view::Receipt| {
        let by = s.by.as_deref().map_or(String::new(), |b| format!(" {b}"));
        format!("{}{by} {} 签收", s.unit, words::at(s.received_at))
    };
    let recorder = r.recorded_by.as_deref().map_or(String::new(), |by| format!("，{}", words::record::recorded(by)));
    Version {
        id: v.incident.id,
        serial: r.serial,
        kind: say::report_kind(r.kind),
        number: format!("第 {} 版", r.serial),
        by: format!("{}（{}）{recorder}", r.by.clone().unwrap_or_default(), r.by_unit),
        at: words::at_full(r.received_at),
        note: words::record::received_later(r.claimed_at, r.received_at),
        facts,
        photos: photos.collect(),
        receipts: r.receipts.iter().map(signed).collect(),
        proof: r.leaf.map_or(String::new(), words::number),
    }
}

fn events(v: &View) -> Vec<Event> {
    let one = |s: &view::Step| {
        let leg = s.leg.and_then(|id| v.legs.iter().find(|l| l.id == id));
        let report = s.report.and_then(|id| v.reports.iter().find(|r| r.id == id));
        let text = match s.act {
            Act::Overdue => say::missed(s.note.as_deref(), leg),
            Act::Receive => {
                report.map_or(String::new(), |r| format!("{} 第 {} 版", say::report_kind(r.kind), r.serial))
            }
            Act::Hazard => s.hazard.as_ref().map_or(String::new(), |(_, number, what)| format!("{number} {what}")),
            _ => [leg.map(say::leg_way), s.note.clone()].into_iter().flatten().collect::<Vec<_>>().join("；"),
        };
        let late = words::record::received_later(s.claimed_at, s.received_at);
        Event {
            at: words::at(s.received_at),
            what: say::act_done(s.act),
            who: s.by.clone().unwrap_or_else(|| "系统".into()),
            post: [s.by_unit.clone(), s.role.map(|r| words::role(r).to_string())]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
            text,
            note: s.planned_at.map_or(late, say::planned),
            mark: "",
            proof: s.leaf.map_or(String::new(), words::number),
            proof_tone: if s.leaf.is_some() { "g" } else { "" },
            proof_words: words::record::PROVABLE,
            photos: Vec::new(),
        }
    };
    v.steps.iter().map(one).collect()
}

fn hazards(v: &View) -> Vec<Near> {
    let found = v.steps.iter().filter_map(|s| s.hazard.as_ref());
    found
        .map(|(id, number, what)| Near {
            word: "隐患",
            tone: "b",
            title: what.clone(),
            href: format!("/hazards/{id}"),
            note: number.clone(),
        })
        .collect()
}

/// Whose clock runs next, for those whose turn it is not.
fn waits(v: &View) -> String {
    if !v.incident.state.is_open() {
        return String::new();
    }
    let next = v.legs.iter().filter(|l| l.open).min_by_key(|l| l.due_at.unwrap_or(Ms(i64::MAX)));
    match (next, v.incident.state) {
        (Some(l), _) => format!("现在等 {}：{}", l.from_name, say::leg_kind(l)),
        (None, State::Final) => "终报已交，伤亡续报期过后自动结案。".into(),
        (None, _) => format!("现在等 {} 续报、终报", v.unit_name),
    }
}
