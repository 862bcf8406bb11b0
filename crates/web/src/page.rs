//! The shell around every page (fields as `templates/base.html` asks), and the answers of forms.
//!
//! `signed.shell(&web, At::Hazards).await?` gives menu, post switcher, look and badges for the signed-in; set
//! `shell.tabs` (see `hazard_tabs`) and `shell.live` afterwards where a page has them. The menu has only nouns that
//! exist, by role and kind of unit (pages.md §2): at most seven entries.

mod menu;

use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect};
use base::{Error, Id, Ms, Refusal, Result};
use safety::alarm::view;
use safety::hazard::list;
use safety::kernel::rights::{Action, Reach, reach};
use safety::message;
use safety::org::{Role, login, people};
use safety::{Actor, Cx};
use serde::Serialize;

use crate::alarm::banner;
use crate::door::{Ask, Signed};
use crate::error::{Answer, FieldFault, WebError, status_of};
use crate::state::Web;
use crate::words;

mod tabs;

pub use tabs::{
    ClauseTab, HazardTab, LedgerTab, UnitTab, UrgentTab, clause_tabs, clause_tabs_of, hazard_tabs, ledger_tabs,
    unit_tabs, urgent_tabs,
};

/// Lines counted for the badge of the menu; more are shown as this many.
const BADGE_MAX: i64 = 99;

/// A post in the switcher under the logo.
#[derive(Clone, Debug)]
pub struct PostChoice {
    pub id: String,
    pub unit: String,
    pub post: String,
    pub waiting: i64,
    pub current: bool,
}

/// An entry of a menu.
#[derive(Clone, Debug)]
pub struct Entry {
    pub key: &'static str,
    pub label: &'static str,
    pub href: String,
    pub icon: &'static str,
    pub count: i64,
    pub hot: bool,
    pub current: bool,
}

/// A tab under a menu entry.
#[derive(Clone, Debug)]
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub count: i64,
    pub current: bool,
}

impl Tab {
    pub fn new(label: &'static str, href: impl Into<String>, current: bool) -> Tab {
        Tab { label, href: href.into(), count: 0, current }
    }
}

/// What base.html shows around a page.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    pub theme: String,
    pub size: String,
    pub bare: bool,
    pub login: String,
    pub name: String,
    pub csrf: String,
    pub now: i64,
    pub sim: String,
    pub sim_words: String,
    pub demo: bool,
    pub plain_http: bool,
    pub unit: String,
    pub post: String,
    pub posts: Vec<PostChoice>,
    pub nav: Vec<Entry>,
    pub foot: Vec<Entry>,
    pub bottom: Vec<Entry>,
    pub plus: Vec<Entry>,
    pub report: bool,
    /// 「报事故」 in the top bar, on 今日 and in the sheet ＋
    pub incident: bool,
    pub tabs: Vec<Tab>,
    pub live: String,
    /// Alarms that nobody has answered, drawn; none on their own pages.
    pub alarms: Option<String>,
}

/// Which entry of the menu a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Today,
    Hazards,
    /// 应急: incidents, alarms, drills, timetables, large events.
    Alarms,
    /// 台账 of a school.
    Ledgers,
    /// 学校 of a bureau, 本校 of a school.
    Units,
    Clauses,
    Journal,
    Messages,
    Help,
    Me,
    Nowhere,
}

impl Shell {
    /// For visitors: no bars.
    pub fn bare(web: &Web, ask: &Ask) -> Shell {
        let clock = web.app.clock();
        let simulated = clock.is_simulated() && web.config.demo;
        Shell {
            theme: ask.theme.clone(),
            size: ask.size.clone(),
            bare: true,
            now: web.now().0,
            sim: if simulated { "1".into() } else { String::new() },
            sim_words: if simulated { words::simulated(web.now()) } else { String::new() },
            demo: web.config.demo,
            // A browser trusts its own machine as it trusts https.
            plain_http: !web.tls() && !ask.local(),
            ..Shell::default()
        }
    }
}

/// How much waits for an actor, and is some of it late?
#[derive(Clone, Copy, Debug, Default)]
struct Waits {
    n: i64,
    hazards: i64,
    incidents: i64,
    late: bool,
    /// Messages that nobody has read.
    unread: i64,
    /// Alarms that are open.
    alarms: i64,
    /// A clock of an incident has run out.
    pressing: bool,
}

fn waits(cx: &mut Cx<'_, '_>) -> Result<Waits> {
    let (hazards, late) = list::count_waiting(cx, BADGE_MAX)?;
    let (duties, behind) = crate::duty::today::count(cx)?;
    let (incidents, pressing) = crate::incident::today::count(cx)?;
    let others = crate::clue::tasks(cx)?.len() as i64;
    let n = (hazards + duties + incidents + others).min(BADGE_MAX);
    let (unread, alarms) = (message::unread(cx)?.min(BADGE_MAX), view::open(cx)?.min(BADGE_MAX));
    Ok(Waits { n, hazards, incidents, pressing, late: late || behind || pressing, unread, alarms })
}

/// Badges of the menu by the names of their `data-count`, for live pages.
pub fn nav_counts(cx: &mut Cx<'_, '_>) -> Result<BTreeMap<String, i64>> {
    let w = waits(cx)?;
    let urgent = (w.incidents + w.alarms).min(BADGE_MAX);
    let counts = [("nav-today", w.n), ("nav-hazard", w.hazards), ("nav-messages", w.unread), ("nav-emergency", urgent)];
    Ok(counts.map(|(name, n)| (name.to_string(), n)).into())
}

/// The badge of 应急 alone: an alarm reaches pages that are about something else.
pub fn urgent_count(cx: &mut Cx<'_, '_>) -> Result<BTreeMap<String, i64>> {
    let urgent = (crate::incident::today::count(cx)?.0 + view::open(cx)?).min(BADGE_MAX);
    Ok([("nav-emergency".to_string(), urgent)].into())
}

impl Signed {
    /// The shell of a page that belongs to `at`.
    pub async fn shell(&self, web: &Web, at: At) -> std::result::Result<Shell, WebError> {
        let actor = self.actor();
        let waits = web.read(actor, waits).await?;
        let mut shell = Shell::bare(web, &self.ask);
        shell.bare = false;
        shell.login = self.session.login.to_string();
        shell.name = actor.name.clone();
        shell.csrf = self.csrf().to_string();
        shell.unit = actor.unit_name.clone();
        shell.post = self.post_words();
        shell.posts = self.posts(web, waits).await?;
        shell.nav = menu::nav(actor, waits, at);
        shell.foot = menu::foot(actor, waits, at);
        shell.bottom = menu::bottom(actor, waits, at);
        shell.report = may_raise(actor);
        shell.incident = may_report(actor);
        shell.plus = menu::plus(actor);
        shell.alarms = match (self.ask.path.starts_with("/alarms"), waits.alarms) {
            (true, _) => None,
            (false, 0) => Some(banner::empty()?),
            (false, _) => Some(web.read(actor, |cx| banner::drawn(cx, false)).await?),
        };
        Ok(shell)
    }

    /// The acting post as the paper calls it: its title, else the role's name.
    pub fn post_words(&self) -> String {
        let acting = self.session.posts.iter().find(|(p, _)| Some(p.id) == self.actor().post);
        acting.and_then(|(p, _)| p.title.clone()).unwrap_or_else(|| words::role(self.actor().role).to_string())
    }

    /// What waits in the person's other posts, for 「另一岗位还有 2 件 →」.
    async fn posts(&self, web: &Web, mine: Waits) -> Result<Vec<PostChoice>> {
        let mut out = Vec::new();
        if self.session.posts.len() < 2 {
            return Ok(out);
        }
        for (post, unit) in &self.session.posts {
            let current = Some(post.id) == self.actor().post;
            let waiting = if current { mine.n } else { self.waiting_in(web, post.clone()).await? };
            let words = post.title.clone().unwrap_or_else(|| words::role(post.role).to_string());
            out.push(PostChoice { id: post.id.to_string(), unit: unit.clone(), post: words, waiting, current });
        }
        Ok(out)
    }

    async fn waiting_in(&self, web: &Web, post: safety::org::post::Post) -> Result<i64> {
        let login = self.session.login;
        let other = web
            .read(&Actor::system(), move |cx| {
                let person = people::load(cx, post.person)?;
                login::actor(cx, login, &person, &post)
            })
            .await?;
        Ok(web.read(&other, waits).await?.n)
    }
}

pub fn reads_hazards(actor: &Actor) -> bool {
    reach(actor.role, Action::HazardRead) != Reach::Nothing
}
pub fn reads_checks(actor: &Actor) -> bool {
    reach(actor.role, Action::CheckRead) != Reach::Nothing
}
pub fn may_raise(actor: &Actor) -> bool {
    reach(actor.role, Action::HazardRaise) != Reach::Nothing
}
pub fn may_report(actor: &Actor) -> bool {
    reach(actor.role, Action::IncidentReport) != Reach::Nothing
}
pub fn reads_incidents(actor: &Actor) -> bool {
    reach(actor.role, Action::IncidentRead) != Reach::Nothing || may_report(actor)
}
pub fn reads_duties(actor: &Actor) -> bool {
    reach(actor.role, Action::DutyRead) != Reach::Nothing
}
pub fn reads_drills(actor: &Actor) -> bool {
    reach(actor.role, Action::DrillRead) != Reach::Nothing
}
pub fn may_record(actor: &Actor) -> bool {
    reach(actor.role, Action::WorkRecord) != Reach::Nothing
}
pub fn may_check(actor: &Actor) -> bool {
    reach(actor.role, Action::CheckRecord) != Reach::Nothing
}
/// Roles whose today page is their menu: big tiles, no bottom bar (pages.md §2.1).
pub fn is_hand(role: Role) -> bool {
    matches!(role, Role::Guard | Role::Canteen | Role::Dorm | Role::Escort)
}

/// Chips inside the tab 人员岗位: the people, and at a school the classes.
pub fn people_kinds(unit: Id, kind: safety::org::UnitKind, roll: bool) -> Vec<ListTab> {
    let chip = |label: &str, end: &str, current| ListTab {
        label: label.into(),
        href: format!("/units/{unit}/{end}"),
        current,
        ..ListTab::default()
    };
    let mut out = vec![chip(words::tab::STAFF, "people", !roll)];
    if kind.is_school() {
        out.push(chip(words::tab::ROLL, "roll", roll));
    }
    out
}

/// A whole page.
pub fn full(page: &impl Template) -> Answer {
    with(StatusCode::OK, page)
}
/// A fragment for htmx (a template of its own).
pub fn part(block: &impl Template) -> Answer {
    with(StatusCode::OK, block)
}
/// A form shown again with what was typed and what is to be changed.
pub fn again(page: &impl Template, status: StatusCode) -> Answer {
    with(status, page)
}

fn with(status: StatusCode, page: &impl Template) -> Answer {
    Ok((status, Html(drawn(page)?)).into_response())
}

/// A page, or a part as it stands in one: what `live` sends.
pub fn drawn(part: &impl Template) -> Result<String> {
    part.render().map_err(|e| Error::broken(format!("template: {e}")))
}

/// What stands in the way of a form, to be shown on it with everything typed: (status, list for the top). JSON askers
/// and refusals that are no matter of the form (not found, no right, busy, faults) go out as they are.
pub fn keep(ask: &Ask, error: Error) -> std::result::Result<Kept, WebError> {
    match &error {
        Error::Refused(refusal) if !ask.json && shown_on_form(refusal) => {
            Ok(Kept { status: status_of(refusal), faults: words::form_faults(refusal) })
        }
        _ => Err(error.into()),
    }
}

fn shown_on_form(refusal: &Refusal) -> bool {
    !matches!(refusal, Refusal::SignIn | Refusal::NoRight | Refusal::NotFound | Refusal::Busy)
}

/// A refusal to be shown on its form.
#[derive(Clone, Debug)]
pub struct Kept {
    pub status: StatusCode,
    pub faults: Vec<FieldFault>,
}

/// The sentence of one field, "" when it is fine: `{{ fault(faults, "name") }}` in templates.
pub fn fault<'a>(faults: &'a [FieldFault], field: &str) -> &'a str {
    faults.iter().find(|f| f.field == field).map_or("", |f| f.title.as_str())
}

#[derive(Serialize)]
struct Done {
    id: String,
    location: String,
    received_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    asks: Option<Asks>,
}

/// What is asked of whoever has just sent something: a sentence, and the page on which it is done. On that something's own
/// page it stands as well; a phone's outbox shows it with its answer.
#[derive(Serialize)]
pub struct Asks {
    pub words: &'static str,
    pub act: &'static str,
    pub href: String,
    /// It is to be done at once, not to be looked at.
    pub pressing: bool,
}

/// The answer of a form that made or changed a record: JSON (`{id, location, received_at}` with ms) for the phone's
/// outbox, else the browser goes to `location`.
pub fn done(ask: &Ask, now: Ms, id: Id, location: String) -> Answer {
    done_asking(ask, now, id, location, None)
}

pub fn done_asking(ask: &Ask, now: Ms, id: Id, location: String, asks: Option<Asks>) -> Answer {
    if !ask.json {
        return Ok(Redirect::to(&location).into_response());
    }
    let header_value = HeaderValue::from_str(&location).ok();
    let mut response =
        (StatusCode::CREATED, Json(Done { id: id.to_string(), location, received_at: now.0, asks })).into_response();
    if let Some(value) = header_value {
        response.headers_mut().insert(header::LOCATION, value);
    }
    Ok(response)
}

/// After a form that leads nowhere new.
pub fn back(location: &str) -> Answer {
    Ok(Redirect::to(location).into_response())
}

/// A choice of a list in a form (`components/field.html`).
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

impl Choice {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

/// A column of a table (`components/table.html`).
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub label: &'static str,
    pub class: &'static str,
}

pub const fn column(label: &'static str, class: &'static str) -> Column {
    Column { label, class }
}

/// A step of the breadcrumbs (`components/head.html`); the last has no href.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub label: String,
    pub href: String,
}

pub fn crumb(label: impl Into<String>, href: impl Into<String>) -> Crumb {
    Crumb { label: label.into(), href: href.into() }
}

/// A line of 「等我做」 (`components/task.html`).
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// For live rows; "" = none.
    pub id: String,
    pub when: String,
    pub when_tone: &'static str,
    pub title: String,
    pub detail: String,
    pub clause: String,
    pub verb: String,
    pub href: String,
    pub late: bool,
    pub filled: bool,
}

/// A tab of a list (`components/tabs.html`).
#[derive(Clone, Debug, Default)]
pub struct ListTab {
    pub label: String,
    pub href: String,
    pub count: String,
    pub current: bool,
    pub hot: bool,
    pub name: String,
}

/// A photo of a gallery (`components/photo.html`).
#[derive(Clone, Debug, Default)]
pub struct Picture {
    pub href: String,
    pub thumb: String,
    pub alt: String,
    pub title: String,
    pub note: String,
}

impl Picture {
    pub fn of(photo: &safety::Photo, title: &str, note: &str) -> Picture {
        let href = format!("/files/{}", photo.hash);
        let thumb = format!("{href}?w=320");
        let alt = if note.is_empty() { title.to_string() } else { format!("{title} {note}") };
        Picture { href, thumb, alt, title: title.into(), note: note.into() }
    }
}

/// A step of the history (`components/timeline.html`).
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub at: String,
    pub what: String,
    pub who: String,
    pub post: String,
    pub text: String,
    pub note: String,
    pub mark: String,
    pub proof: String,
    pub proof_tone: &'static str,
    pub proof_words: String,
    pub photos: Vec<Picture>,
}

/// A step of the step bar (`components/steps.html`).
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub label: String,
    /// `done`, `now`, `next`.
    pub state: &'static str,
    pub at: String,
    pub tone: &'static str,
    pub who: String,
}

/// A part of a stacked bar (`components/stat.html`).
#[derive(Clone, Debug, Default)]
pub struct StackPart {
    pub tone: &'static str,
    pub label: String,
    pub value: i64,
    pub start: i64,
    pub words: String,
    pub href: String,
}
