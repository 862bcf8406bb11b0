//! The forms of the acts on a hazard, and their POST: `/hazards/{id}/{act}`. A form is a list of parts that one template
//! draws; which acts there are is `safety`'s answer (`view.acts`), never decided here.

use axum::extract::{Path, State as Held};
use base::{Error, Id, Problem, Refusal, Result};
use safety::hazard::act;
use safety::hazard::{Act, Five, Grade, Input, State, Term};

use super::list::categories;
use super::record::{self, Known, Other, parse_id};
use crate::door::{Fields, Posted};
use crate::error::{Answer, FieldFault, WebError};
use crate::page::{self, Choice, fault};
use crate::state::Web;
use crate::words::{self, record as say};

/// One field of a form.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// note line day photo choice select several
    pub kind: &'static str,
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    pub value: String,
    pub chosen: Vec<String>,
    pub options: Vec<Choice>,
    /// Words of the empty first option.
    pub empty: &'static str,
    pub columns: i64,
    pub max: i64,
    pub required: bool,
    pub ask: &'static str,
    pub error: String,
    /// Stands behind 「更多」.
    pub seldom: bool,
}

/// The one form of a record's page.
#[derive(Clone, Debug)]
pub struct Form {
    /// The last part of its address.
    pub name: &'static str,
    pub title: &'static str,
    pub button: &'static str,
    pub next: &'static str,
    /// Kind of the phone's item; "" when the form needs the network.
    pub outbox: &'static str,
    /// The version seen; none where only the state matters (整改 made without network must not stumble over a comment).
    pub version: Option<i64>,
    pub confirm: &'static str,
    /// The viewer's own turn, and not one of the other acts.
    pub main: bool,
    pub parts: Vec<Part>,
    /// Fields that are seldom needed, behind 「更多：…」; open when something in them is filled or wrong.
    pub more: Vec<Part>,
    pub more_words: String,
    pub open: bool,
}

/// The form that an act stands on: two acts that answer one question share one.
fn form_of(act: Act, acts: &[Act]) -> Option<&'static str> {
    Some(match act {
        Act::Recheck => "recheck",
        Act::Return if acts.contains(&Act::Recheck) => return None,
        Act::ExtendYes => "extend",
        Act::AnswerDone => "answer",
        Act::ExtendNo | Act::AnswerBack | Act::AnswerTaken | Act::Raise | Act::HandOver | Act::Overdue => return None,
        other => other.code(),
    })
}

/// The act after which a form is named.
fn first_act(form: &str) -> Option<Act> {
    match form {
        "extend" => Some(Act::ExtendYes),
        "answer" => Some(Act::AnswerDone),
        other => Act::from_code(other),
    }
}

/// The form of the viewer's own turn.
fn main_form(known: &Known) -> Option<&'static str> {
    let (h, acts) = (&known.view.hazard, &known.view.acts);
    if !known.view.my_turn {
        return None;
    }
    let wanted: &[(Act, &'static str)] = match h.state {
        State::Assigned | State::Returned if h.extend_to.is_some() => {
            &[(Act::ExtendYes, "extend"), (Act::Rectify, "rectify")]
        }
        State::Ungraded | State::Unassigned => &[(Act::Assign, "assign"), (Act::Grade, "grade")],
        State::Assigned | State::Returned => &[(Act::Rectify, "rectify")],
        State::Rectified => &[(Act::Recheck, "recheck")],
        State::Rechecked => &[(Act::Close, "close"), (Act::Delist, "delist")],
        State::Reported | State::Transferred => &[(Act::AnswerDone, "answer")],
        State::Closed | State::Dismissed | State::Void => &[],
    };
    wanted.iter().find(|(act, _)| acts.contains(act)).map(|(_, form)| *form)
}

/// The form named by `asked`, or that of the viewer's turn; none when neither is to be had.
pub fn form(known: &Known, asked: &str, typed: &Fields, faults: &[FieldFault]) -> Option<Form> {
    let acts = &known.view.acts;
    let main = main_form(known);
    let open = acts.iter().filter_map(|a| form_of(*a, acts)).find(|f| *f == asked);
    let name = open.or(main)?;
    let first = first_act(name)?;
    let h = &known.view.hazard;
    let title = say::turn_title(h.state, first);
    let (more, parts): (Vec<Part>, Vec<Part>) =
        parts(known, name, first, typed, faults).into_iter().partition(|p| p.seldom);
    Some(Form {
        name,
        title,
        button: button(name, title),
        next: say::next_line(first),
        outbox: if matches!(name, "rectify" | "recheck") { name } else { "" },
        version: (name != "rectify").then_some(h.version),
        confirm: match name {
            "void" => "作废后不能再办，原记录保留。",
            "close" => "销账后这一条就办结了。",
            _ => "",
        },
        main: main == Some(name),
        open: more.iter().any(|p| !p.error.is_empty() || typed.has(p.name)),
        more_words: more.iter().map(|p| p.label).take(2).collect::<Vec<_>>().join("、"),
        parts,
        more,
    })
}

fn button(name: &str, title: &'static str) -> &'static str {
    match name {
        "recheck" => "提交复查",
        "rectify" => "交整改",
        "answer" => "交答复",
        "extend" => "定下来",
        "comment" => "留言",
        "correct" => "交更正",
        _ => title,
    }
}

/// Links to the other acts that the viewer may do now.
pub fn others(known: &Known, current: Option<&Form>) -> Vec<Other> {
    let (acts, h) = (&known.view.acts, &known.view.hazard);
    let forms = acts.iter().filter_map(|a| form_of(*a, acts));
    let shown = forms.filter(|f| current.is_none_or(|c| c.name != *f) && !matches!(*f, "comment" | "correct"));
    shown
        .filter_map(|f| {
            let label = say::turn_title(h.state, first_act(f)?);
            Some(Other { label, href: format!("/hazards/{}?do={f}#act", h.id) })
        })
        .collect()
}

/// Builds parts with what was typed and what is wrong with it.
struct Maker<'a> {
    typed: &'a Fields,
    faults: &'a [FieldFault],
}

impl Maker<'_> {
    fn part(&self, kind: &'static str, name: &'static str, label: &'static str, known: &str) -> Part {
        let value = if self.typed.has(name) { self.typed.text(name) } else { known.to_string() };
        let error = fault(self.faults, name).to_string();
        Part { kind, name, label, value, error, columns: 4, max: 500, ..Part::default() }
    }
    fn note(&self, what: Act, required: bool) -> Part {
        let (label, hint) = say::note_label(what);
        Part {
            hint, required, ask: "请写一句，好让别人看得明白。", ..self.part("note", "note", label, "")
        }
    }
    fn photo(&self, label: &'static str, required: bool) -> Part {
        Part { required, ask: "请拍一张整改后的照片。", ..self.part("photo", "photo", label, "") }
    }
    fn choice(&self, name: &'static str, label: &'static str, options: Vec<Choice>, known: &str) -> Part {
        Part { options, ..self.part("choice", name, label, known) }
    }
    fn select(&self, name: &'static str, label: &'static str, options: Vec<Choice>, empty: &'static str) -> Part {
        Part { options, empty, ..self.part("select", name, label, "") }
    }
    fn day(&self, label: &'static str, hint: &'static str) -> Part {
        Part { hint, ..self.part("day", "until", label, "") }
    }
    fn line(&self, name: &'static str, label: &'static str, known: &str, max: i64) -> Part {
        Part { max, required: true, ..self.part("line", name, label, known) }
    }
    /// The answer of a form with more than one act.
    fn result(&self, options: &[(&str, &str)]) -> Part {
        let options = options.iter().map(|(v, l)| Choice::new(*v, *l)).collect();
        let part = self.choice("result", "结果", options, "");
        Part { required: true, ask: "请选一个结果。", columns: 2, ..part }
    }
}

fn grades() -> Vec<Choice> {
    Grade::ALL.iter().map(|g| Choice::new(g.code(), words::grade(*g))).collect()
}
fn terms() -> Vec<Choice> {
    Term::ALL.iter().map(|t| Choice::new(t.code(), words::term(*t))).collect()
}

fn parts(known: &Known, name: &str, first: Act, typed: &Fields, faults: &[FieldFault]) -> Vec<Part> {
    let m = Maker { typed, faults };
    let h = &known.view.hazard;
    match name {
        "grade" => grading(&m, known),
        "assign" => {
            let mut out = if h.grade.is_none() { grading(&m, known) } else { Vec::new() };
            out.extend(assigning(&m, known));
            out
        }
        "rectify" => {
            let mut out = vec![m.photo("拍整改后的照片", true), m.note(first, true)];
            if !known.people.is_empty() && !known.view.my_turn {
                out.push(m.select("behalf", "谁整改的", known.people.clone(), "本人"));
            }
            out
        }
        "recheck" => vec![
            m.result(&[("pass", "合格"), ("return", "不合格，退回")]),
            m.note(first, false),
            m.photo("现场照片（可不拍）", false),
        ],
        "close" => vec![m.note(first, false)],
        "extend_ask" => vec![Part { required: true, ..m.day("延到哪天", "") }, m.note(first, true)],
        "extend" => vec![m.result(&[("yes", "同意"), ("no", "不同意")]), m.note(first, false)],
        "transfer" => vec![
            Part { required: true, ..m.select("to", "移交给", known.agencies.clone(), "请选") },
            m.day("请对方在哪天前答复", "不填就是 10 天内"),
            m.note(first, false),
        ],
        "answer" => vec![
            m.result(&[("taken", "已接手，要些日子"), ("done", "已办好"), ("back", "交回学校办")]),
            m.note(first, false),
            m.day("接手的话，哪天前办好", ""),
            m.photo("照片（可不拍）", false),
        ],
        "list" => vec![m.line("number", "挂牌文号", "", 40), m.note(first, false)],
        "five" => five(&m, known),
        "correct" => correcting(&m, known),
        _ => vec![m.note(first, true)],
    }
}

fn grading(m: &Maker<'_>, known: &Known) -> Vec<Part> {
    let h = &known.view.hazard;
    let grade = m.choice("grade", "等级", grades(), h.grade.map_or("", Grade::code));
    let category = m.select("category", "类别", categories(), "请选");
    let term = m.select("term", "整改要求", terms(), "按等级");
    let known_category = h.category.map_or("", |c| c.code());
    let known_term = h.term.map_or("", |t| t.code());
    vec![
        Part { required: true, ask: "请选等级。", columns: 2, ..grade },
        keep(Part { required: true, ..category }, m, known_category),
        keep(Part { seldom: true, ..term }, m, known_term),
    ]
}

/// A drop-down that shows what is known until something else is typed.
fn keep(part: Part, m: &Maker<'_>, known: &str) -> Part {
    if m.typed.has(part.name) { part } else { Part { value: known.to_string(), ..part } }
}

fn assigning(m: &Maker<'_>, known: &Known) -> Vec<Part> {
    let h = &known.view.hazard;
    let assignee = h.assignee.map_or(String::new(), |p| p.to_string());
    let lead = h.lead.map_or(String::new(), |u| u.to_string());
    let mut out = vec![keep(m.select("assignee", "整改人", known.people.clone(), "请选"), m, &assignee)];
    if !known.departments.is_empty() {
        let chosen = if m.typed.has("helpers") {
            m.typed.all("helpers")
        } else {
            h.helpers.iter().map(|u| u.to_string()).collect()
        };
        let several = m.part("several", "helpers", "配合部门", "");
        let head = m.select("lead", "牵头部门", known.departments.clone(), "不派给部门");
        out.push(keep(Part { seldom: true, ..head }, m, &lead));
        out.push(Part { chosen, options: known.departments.clone(), columns: 2, seldom: true, ..several });
    }
    out.push(Part { seldom: true, ..m.day("整改期限", "不填就按整改要求算") });
    out.push(Part { seldom: true, ..m.note(Act::Assign, false) });
    out
}

fn five(m: &Maker<'_>, known: &Known) -> Vec<Part> {
    let five = known.view.hazard.five.clone().unwrap_or_default();
    [
        ("responsibility", five.responsibility, "谁负责"),
        ("measures", five.measures, "怎么改"),
        ("funds", five.funds, "多少钱，从哪里来"),
        ("deadline", five.deadline, "分几步，到哪天"),
        ("plan", five.plan, "改好之前怎么防，出了事怎么办"),
    ]
    .into_iter()
    .map(|(name, known, hint)| Part { hint, required: true, ..m.part("note", name, words::five(name), &known) })
    .collect()
}

fn correcting(m: &Maker<'_>, known: &Known) -> Vec<Part> {
    let h = &known.view.hazard;
    let place = h.place.map_or(String::new(), |p| p.to_string());
    let category = h.category.map_or("", |c| c.code());
    vec![
        Part { max: 200, required: true, ..m.part("note", "what", "问题", &h.what) },
        keep(m.select("place", "部位", known.places.clone(), "不在名单里"), m, &place),
        Part { required: false, ..m.line("place_text", "部位说明", h.place_text.as_deref().unwrap_or(""), 60) },
        keep(m.select("category", "类别", categories(), "还没有定"), m, category),
        Part { hint: "为什么更正", ..m.note(Act::Correct, true) },
    ]
}

/// The act that a form asks for. Refuses NotFound for an unknown form, Invalid `result` for one without its answer.
fn wanted(form: &str, fields: &Fields) -> Result<Act> {
    let result = fields.get("result");
    let act = match (form, result) {
        ("recheck", "pass") => Act::Recheck,
        ("recheck", "return") => Act::Return,
        ("extend", "yes") => Act::ExtendYes,
        ("extend", "no") => Act::ExtendNo,
        ("answer", "done") => Act::AnswerDone,
        ("answer", "back") => Act::AnswerBack,
        ("answer", "taken") => Act::AnswerTaken,
        ("recheck" | "extend" | "answer", "") => return Err(Error::invalid("result", Problem::Required)),
        ("recheck" | "extend" | "answer", _) => return Err(Error::invalid("result", Problem::Unreadable)),
        (other, _) => Act::from_code(other).ok_or(Refusal::NotFound)?,
    };
    if safety::hazard::act::action(act).is_none() {
        return Err(Refusal::NotFound.into());
    }
    Ok(act)
}

fn input(act: Act, posted: &Posted) -> Result<Input> {
    let f = &posted.fields;
    let five = (act == Act::Five).then(|| Five {
        responsibility: f.text("responsibility"),
        measures: f.text("measures"),
        funds: f.text("funds"),
        deadline: f.text("deadline"),
        plan: f.text("plan"),
    });
    Ok(Input {
        version: f.int("version")?,
        note: f.opt("note"),
        photos: posted.photos()?,
        behalf: f.id("behalf")?,
        category: f.read("category", safety::hazard::Category::from_code)?,
        grade: f.read("grade", Grade::from_code)?,
        term: f.read("term", Term::from_code)?,
        until: f.at("until")?,
        assignee: f.id("assignee")?,
        lead: f.id("lead")?,
        helpers: f.ids("helpers")?,
        to: f.id("to")?,
        five,
        number: f.opt("number"),
        what: f.has("what").then(|| f.text("what")),
        place: f.id("place")?,
        place_text: f.has("place_text").then(|| f.text("place_text")),
    })
}

pub async fn post(Held(web): Held<Web>, Path((id, form)): Path<(String, String)>, posted: Posted) -> Answer {
    let id = parse_id(&id)?;
    let asked = wanted(&form, &posted.fields).and_then(|act| Ok((act, input(act, &posted)?)));
    let done = match asked {
        Ok((what, input)) => {
            let job = move |cx: &mut safety::Cx<'_, '_>| act::act(cx, id, what, &input).map(|_| ());
            web.act(&posted, job).await.map(|()| what)
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(what) => {
            let location = format!("/hazards/{id}?done={}", what.code());
            page::done(&posted.signed.ask, web.now(), id, location)
        }
        Err(e) => refused(&web, posted, id, &form, e).await,
    }
}

/// The record as it stands now, with the form as it was typed where it is still possible.
async fn refused(web: &Web, posted: Posted, id: Id, name: &str, error: Error) -> Answer {
    let overtaken = matches!(error, Error::Refused(Refusal::Stale { .. } | Refusal::WrongState { .. }));
    let kept = page::keep(&posted.signed.ask, error)?;
    let signed = &posted.signed;
    let known = web.read(signed.actor(), move |cx| record::known(cx, id)).await?;
    if first_act(name).is_none() {
        return Err(WebError::not_found());
    }
    let newest = known.view.steps.first();
    let me = Some(signed.actor().name.as_str());
    let by = newest.and_then(|s| s.by.clone()).filter(|by| Some(by.as_str()) != me);
    let moved = match (by, newest) {
        (Some(by), Some(step)) if overtaken => say::moved_on(&by, words::act_done(step.act)),
        _ => String::new(),
    };
    let again = form(&known, name, &posted.fields, &kept.faults);
    let possible = again.as_ref().is_some_and(|f| f.name == name);
    let mut page = record::page_of(web, signed, known, again).await?;
    page.lost = if possible { String::new() } else { posted.fields.text("note") };
    page.faults = if moved.is_empty() { kept.faults } else { Vec::new() };
    page.moved = moved;
    page::again(&page, kept.status)
}
