//! The first report: kind, place, 上报. Nothing but the kind is asked for; whom to ring up stands above the form and stays
//! there when the phone has no signal, for what is stored on a phone has told nobody.

use askama::Template;
use axum::extract::State as Held;
use base::{Id, Ms, Result};
use safety::incident::{self, Fact, Kind, NewIncident, NewReport, draft};
use safety::kernel::rights::Action;
use safety::org::{Role, login, people, place, unit};
use safety::{Cx, Meta};

use crate::door::{Fields, Posted, Signed};
use crate::error::{Answer, FieldFault, WebError};
use crate::hazard::new::{Group, groups, pick_for};
use crate::page::{self, At, Choice, Shell};
use crate::state::Web;
use crate::words::{self, incident as say};

/// Places in one tap; a listed place is behind 「更多」.
const WHERE: [&str; 5] = ["操场", "教学楼", "食堂", "宿舍", "校外"];
/// People whose telephone stands beside the form.
const PHONES: usize = 3;

/// A number to ring up.
pub struct Phone {
    pub label: String,
    pub number: String,
    pub note: String,
}

/// What the form knows before anything is typed.
struct Known {
    unit: Id,
    unit_name: String,
    level: String,
    names: Vec<String>,
    phones: Vec<Phone>,
    groups: Vec<Group>,
    people: Vec<Choice>,
    /// 「知情 14:20，…最晚 14:50 知道」, if it is known now.
    clock: String,
    /// Is there a level to skip?
    skips: bool,
}

#[derive(Template)]
#[template(path = "incident/new.html")]
struct NewPage {
    shell: Shell,
    known: Known,
    kinds: Vec<Choice>,
    places: Vec<Choice>,
    facts: Vec<Choice>,
    chosen: Vec<String>,
    typed: Fields,
    faults: Vec<FieldFault>,
    more: bool,
    retake: bool,
    pick_href: &'static str,
    button: String,
    next: String,
}

/// Whom to ring up at the levels above: the 24-hour telephones, then the leaders named for the nearest.
pub fn phones(levels: &[incident::view::Level]) -> Vec<Phone> {
    let mut out = Vec::new();
    for level in levels {
        let note = level.name.clone();
        out.extend(level.phone.clone().map(|number| Phone { label: "值班室".into(), number, note }));
    }
    for c in levels.first().map_or(&[][..], |l| l.contacts.as_slice()) {
        if let (Some(name), Some(number), true) = (&c.name, &c.mobile, out.len() < PHONES + levels.len()) {
            out.push(Phone { label: name.clone(), number: number.clone(), note: words::role(c.role).into() });
        }
    }
    out
}

fn known(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Known> {
    let at = unit::show(cx, query.id("unit")?.unwrap_or(cx.actor.unit))?;
    let home = unit::load(cx, at.home)?;
    cx.require(Action::IncidentReport, home.id, false)?;
    let levels = incident::view::levels_of(cx, home.id)?;
    let nearest = levels.first();
    let leaders = nearest.map_or(&[][..], |l| l.contacts.as_slice()).iter().filter(|c| c.role != Role::Officer);
    let names = leaders.filter_map(|c| c.name.clone()).take(2).collect();
    let level = nearest.map_or(String::new(), |l| l.name.clone());
    let bureau = login::at_bureau(cx.actor);
    let people = if bureau { staff(cx, home.id)? } else { Vec::new() };
    let due_at = cx.now.plus(cx.pack.span("incident.phone"));
    Ok(Known {
        unit: home.id,
        unit_name: home.name,
        clock: say::clock_line(cx.now, &level, due_at),
        level,
        names,
        phones: phones(&levels),
        groups: groups(&place::of_unit(cx, home.id).unwrap_or_default()),
        people,
        skips: levels.len() > 1,
    })
}

/// The school's people, for a desk that writes down what was told by telephone.
fn staff(cx: &mut Cx<'_, '_>, home: Id) -> Result<Vec<Choice>> {
    if cx.require(Action::PersonRead, home, false).is_err() {
        return Ok(Vec::new());
    }
    let all = people::list(cx, home, "")?;
    Ok(all.into_iter().filter_map(|p| Some(Choice::new(p.id.to_string(), p.name?))).collect())
}

pub fn facts() -> Vec<Choice> {
    Fact::ALL.iter().map(|f| Choice::new(f.code(), say::fact(*f))).collect()
}

pub async fn form(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let bureau = login::at_bureau(signed.actor());
    if bureau && query.opt("unit").is_none() {
        if !page::may_report(signed.actor()) {
            return Err(base::Error::from(base::Refusal::NoRight).into());
        }
        return pick_for(&web, &signed, &query, "/incidents/new", "哪个学校报来的").await;
    }
    let asked = query.clone();
    let (known, typed) = web.read(signed.actor(), move |cx| Ok((known(cx, &asked)?, begun(cx, &asked)?))).await?;
    page::full(&page_of(&web, &signed, known, typed, Vec::new()).await?)
}

/// What an alarm, or a class's line, knows already.
fn begun(cx: &mut Cx<'_, '_>, query: &Fields) -> Result<Fields> {
    let Some(id) = query.id("draft")? else {
        // A line of a class, or a hazard, knows what is the matter, and where: kind, one sentence, place.
        let known =
            ["kind", "what", "place", "place_text"].into_iter().filter_map(|name| Some((name, query.opt(name)?)));
        return Ok(Fields::of(known.collect::<Vec<_>>()));
    };
    let d = draft::show(cx, id)?;
    let mut typed = vec![("draft", id.to_string()), ("known_at", words::time::time_field(d.known_at))];
    typed.extend(d.place.map(|p| ("place", p.to_string())));
    typed.extend(d.place_text.map(|t| ("place_text", t)));
    Ok(Fields::of(typed))
}

async fn page_of(
    web: &Web,
    signed: &Signed,
    known: Known,
    typed: Fields,
    faults: Vec<FieldFault>,
) -> std::result::Result<NewPage, WebError> {
    let shell = signed.shell(web, At::Alarms).await?;
    let seldom = ["known_at", "happened_at", "serious", "dead", "missing", "loss", "place", "behalf", "urgent"];
    Ok(NewPage {
        kinds: Kind::ALL.iter().map(|k| Choice::new(k.code(), say::kind(*k))).collect(),
        places: WHERE.iter().map(|w| Choice::new(*w, *w)).collect(),
        facts: facts(),
        chosen: typed.all("facts"),
        more: faults.iter().any(|f| seldom.contains(&f.field.as_str()))
            || seldom.iter().any(|f| !typed.get(f).is_empty()),
        retake: !faults.is_empty(),
        pick_href: if login::at_bureau(signed.actor()) { "/incidents/new" } else { "" },
        button: format!("上报{}", known.level),
        next: say::goes(&known.level, &known.names),
        shell,
        known,
        typed,
        faults,
    })
}

/// The figures and times that every version may tell.
pub fn told(posted: &Posted) -> Result<NewReport> {
    let f = &posted.fields;
    let facts = f.all("facts").iter().filter_map(|code| Fact::from_code(code)).collect();
    Ok(NewReport {
        version: f.int("version")?,
        family: f.read("family", safety::incident::Family::from_code)?,
        place: f.id("place")?,
        place_text: f.opt("place_text").or(f.opt("where")),
        what: f.opt("what"),
        happened_at: f.at("happened_at")?,
        known_at: f.at("known_at")?,
        hurt: f.int("hurt")?,
        sent: f.int("sent")?,
        serious: f.int("serious")?,
        dead: f.int("dead")?,
        missing: f.int("missing")?,
        loss: f.int("loss")?,
        facts,
        progress: f.opt("progress"),
        cause: f.opt("cause"),
        lessons: f.opt("lessons"),
        reason: f.opt("reason"),
        photos: posted.photos()?,
        behalf: f.id("behalf")?,
    })
}

fn parse(posted: &Posted) -> Result<NewIncident> {
    let f = &posted.fields;
    Ok(NewIncident {
        id: f.id("id")?.or(posted.key()),
        unit: f.id("unit")?,
        kind: f.read("kind", Kind::from_code)?,
        urgent: f.flag("urgent"),
        draft: f.id("draft")?,
        told: told(posted)?,
    })
}

/// A time that the form says itself; a phone says it in its headers.
fn claimed(posted: &mut Posted) -> Result<()> {
    if let Some(at) = posted.fields.read("claimed_at", Ms::parse)? {
        posted.meta = Meta { claimed_at: Some(at), ..posted.meta.clone() };
    }
    Ok(())
}

pub async fn add(Held(web): Held<Web>, mut posted: Posted) -> Answer {
    let parsed = claimed(&mut posted).and_then(|()| parse(&posted));
    let done = match parsed {
        Ok(new) => web.act(&posted, move |cx| incident::report::report(cx, &new)).await,
        Err(e) => Err(e),
    };
    match done {
        Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/incidents/{id}?done=report")),
        Err(e) => {
            let kept = page::keep(&posted.signed.ask, e)?;
            let typed = posted.fields;
            let mut asked = Fields::default();
            asked.0.extend(typed.id("unit").ok().flatten().map(|id| ("unit".to_string(), id.to_string())));
            let known = web.read(posted.signed.actor(), move |cx| known(cx, &asked)).await?;
            page::again(&page_of(&web, &posted.signed, known, typed, kept.faults).await?, kept.status)
        }
    }
}
