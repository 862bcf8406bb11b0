//! One drill: the hour with its buttons and its list, the figures with an honest sentence, the review and its tasks.

use askama::Template;
use axum::extract::{Path, State as Held};
use base::{Error, Id, Problem, Result};
use safety::drill::{self, Fit, Improvement, NewReview, Scenario, Skill, State, View};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, At, Choice, Crumb, Kept, Picture, Shell, crumb};
use crate::state::Web;
use crate::unit::id_of;
use crate::words::{self, Mark, Word, drill as say};

/// Lines for improvements on the form of a review.
const LINES: usize = 4;

pub(super) struct Line {
    pub id: String,
    pub name: String,
    pub expected: i64,
    pub out: String,
    pub inside: String,
    pub unknown: String,
    pub seconds: String,
    pub by: String,
    pub note: String,
    /// 「赵一 不明」 of whoever may read names.
    pub missing: String,
    pub short: bool,
}

pub(super) struct Fact {
    pub label: &'static str,
    pub value: String,
}

#[derive(Template)]
#[template(path = "drill/record.html")]
pub(super) struct RecordPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    title: String,
    now: Word,
    kind: String,
    state: &'static str,
    quake: bool,
    left: bool,
    mustered: bool,
    held: bool,
    honest: String,
    listed: Mark,
    lines: Vec<Line>,
    facts: Vec<Fact>,
    roles: Vec<(&'static str, String)>,
    tasks: Vec<(String, String, bool)>,
    pictures: Vec<Picture>,
    may_manage: bool,
    /// Of a planned drill: why the signal cannot be given today; "" when it can.
    wait: String,
    window: (String, String),
    may_call: bool,
    may_fit: bool,
    counts: String,
    leaf: String,
    typed: Fields,
    faults: Vec<FieldFault>,
}

pub(super) fn lines(view: &View) -> Vec<Line> {
    let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    let one = |c: &drill::ClassCount| {
        let missing = view.missing.iter().filter(|m| m.line == c.id).map(|m| {
            let place = if m.place == drill::Where::Inside { "在楼里" } else { "不明" };
            format!("{} {place}", m.name)
        });
        Line {
            id: c.id.to_string(),
            name: c.name.clone(),
            expected: c.expected,
            out: number(c.out),
            inside: number(c.inside),
            unknown: number(c.unknown),
            seconds: c.seconds.map(say::seconds).unwrap_or_default(),
            by: c.by.clone().unwrap_or_default(),
            note: c.note.clone().unwrap_or_default(),
            missing: missing.collect::<Vec<_>>().join("、"),
            short: c.inside.unwrap_or(0) + c.unknown.unwrap_or(0) > 0,
        }
    };
    view.classes.iter().map(one).collect()
}

pub(super) fn facts(view: &View) -> Vec<Fact> {
    let d = &view.drill;
    let fact = |label, value: String| Fact { label, value };
    let window = format!("{} — {}", words::day_full(d.window_from), words::day_full(d.window_until));
    let mut out = vec![fact("单位", d.unit_name.clone()), fact("背景", say::kind(d)), fact("时段", window)];
    let mut push = |label, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            out.push(fact(label, value));
        }
    };
    push("地点", d.place.clone());
    push("发信号", d.started_at.map(words::at_full));
    push("撤离", d.leave_at.map(words::at_full));
    push("集合清点", d.muster_at.map(words::at_full));
    push("结束", d.ended_at.map(words::at_full));
    push("疏散用时", d.out_s.map(say::seconds));
    push("安排", d.planned_by.clone());
    push("发信号的人", d.started_by.clone());
    push("纸上补记", d.on_paper.then(|| "现场没有用手机，事后照纸记录".to_string()));
    push("补录原因", d.back_reason.clone());
    push("作废原因", d.drop_reason.clone());
    let skills: Vec<&str> = d.practised.iter().map(|s| say::skill(*s)).collect();
    push("练过的自救", Some(skills.join("、")));
    push("过程", d.process.clone());
    push("预案是否适宜", d.plan_fit.map(|f| say::fit(f).to_string()));
    push("人员物资是否到位", d.staff_fit.map(|f| say::fit(f).to_string()));
    push("存在问题", d.problems.clone());
    push("评估", d.reviewed_by.clone().zip(d.reviewed_at).map(|(by, at)| format!("{by} {}", words::at_full(at))));
    out
}

pub(super) async fn show_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<RecordPage, WebError> {
    let view = web.read(signed.actor(), move |cx| drill::view(cx, id)).await?;
    let d = &view.drill;
    let (listed, tone) = say::listed(d.list_s, view.list_limit_s);
    let roles =
        d.roles.iter().map(|r| (say::part(r.part), view.names.get(&r.person).cloned().unwrap_or_default())).collect();
    let tasks = view.tasks.iter().map(|t| {
        let who = t.owner_name.clone().unwrap_or_default();
        let open = t.state == safety::duty::resolution::Resolved::Open;
        (t.what.clone(), format!("{who}，{} 前", words::day_full(t.due_on)), open)
    });
    let held = d.held_on.is_some() && d.state != State::Dropped;
    let page = RecordPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![crumb(words::tab::DRILLS, "/drills"), crumb(d.title.clone(), "")],
        id: id.to_string(),
        title: d.title.clone(),
        now: say::state(d.state),
        kind: say::kind(d),
        state: d.state.code(),
        quake: d.scenario == Scenario::Quake,
        left: d.leave_at.is_some(),
        mustered: d.muster_at.is_some(),
        held,
        honest: say::honest(d.out_s.filter(|_| held), d.floor_s, view.guide_s),
        listed: Mark { word: listed, tone },
        lines: lines(&view),
        facts: facts(&view),
        roles,
        tasks: tasks.collect(),
        pictures: d.photos.iter().map(|p| Picture::of(p, "演练", "")).collect(),
        may_manage: view.may_manage,
        wait: say::window_wait(d.window_from, d.window_until, web.now().day()),
        window: (
            typed.opt("window_from").unwrap_or_else(|| words::day_full(d.window_from)),
            typed.opt("window_until").unwrap_or_else(|| words::day_full(d.window_until)),
        ),
        may_call: view.may_call,
        may_fit: view.may_manage && !d.night && !d.on_paper && matches!(d.state, State::Review | State::Done),
        counts: format!("应到 {}，出来 {}，在楼里 {}，不明 {}", d.expected, d.out, d.inside, d.unknown),
        leaf: view.leaf.map_or(String::new(), words::number),
        typed,
        faults,
    };
    Ok(page)
}

pub async fn show(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&show_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

#[derive(Template)]
#[template(path = "drill/review.html")]
struct ReviewPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    id: String,
    of_what: String,
    fits: Vec<Choice>,
    skills: Vec<Choice>,
    chosen: Vec<String>,
    people: Vec<Choice>,
    lines: Vec<usize>,
    typed: Fields,
    faults: Vec<FieldFault>,
}

async fn review_page(
    web: &Web,
    signed: &Signed,
    id: Id,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<ReviewPage, WebError> {
    let (view, people) = web
        .read(signed.actor(), move |cx| {
            let view = drill::view(cx, id)?;
            let people = match view.may_manage {
                true => crate::hazard::record::on_roll(cx, view.drill.unit)?,
                false => return Err(base::Refusal::NoRight.into()),
            };
            Ok((view, people))
        })
        .await?;
    let title = view.drill.title.clone();
    Ok(ReviewPage {
        shell: signed.shell(web, At::Alarms).await?,
        crumbs: vec![
            crumb(words::tab::DRILLS, "/drills"),
            crumb(title.clone(), format!("/drills/{id}")),
            crumb("评估", ""),
        ],
        id: id.to_string(),
        of_what: title,
        fits: Fit::ALL.iter().map(|f| Choice::new(f.code(), say::fit(*f))).collect(),
        skills: Skill::ALL.iter().map(|s| Choice::new(s.code(), say::skill(*s))).collect(),
        chosen: typed.all("practised"),
        people,
        lines: (1..=LINES).collect(),
        typed,
        faults,
    })
}

pub async fn form(Held(web): Held<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    page::full(&review_page(&web, &signed, id_of(&id)?, Fields::default(), Vec::new()).await?)
}

fn parse(posted: &Posted) -> Result<NewReview> {
    let f = &posted.fields;
    let mut improvements = Vec::new();
    for n in 1..=LINES {
        let (Some(what), owner, due) = (
            f.opt(&format!("what_{n}")),
            f.get(&format!("owner_{n}")).to_string(),
            f.get(&format!("due_{n}")).to_string(),
        ) else {
            continue;
        };
        let need = |name: &'static str| Error::invalid(name, Problem::Required);
        improvements.push(Improvement {
            what,
            owner: Id::parse(&owner).ok_or_else(|| need("resolution.owner"))?,
            due_on: base::Day::parse(&due).ok_or_else(|| need("resolution.due_on"))?,
        });
    }
    let skill = |code: &String| Skill::from_code(code).ok_or_else(|| Error::invalid("practised", Problem::Unknown));
    Ok(NewReview {
        process: f.text("process"),
        plan_fit: f.read("plan_fit", Fit::from_code)?,
        staff_fit: f.read("staff_fit", Fit::from_code)?,
        problems: f.text("problems"),
        practised: f.all("practised").iter().map(skill).collect::<Result<_>>()?,
        improvements,
        photos: posted.photos()?,
    })
}

pub async fn review(Held(web): Held<Web>, Path(id): Path<String>, posted: Posted) -> Answer {
    let id = id_of(&id)?;
    web.read(posted.actor(), move |cx| drill::load(cx, id)).await?;
    let done = match parse(&posted) {
        Ok(said) => web.act(&posted, move |cx| drill::review(cx, id, &said)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => page::done(&posted.signed.ask, web.now(), id, format!("/drills/{id}")),
        Err(e) => {
            let Kept { status, faults } = page::keep(&posted.signed.ask, e)?;
            page::again(&review_page(&web, &posted.signed, id, posted.fields.clone(), faults).await?, status)
        }
    }
}
