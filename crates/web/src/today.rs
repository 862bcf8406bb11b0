//! 今日: the first page of every role (pages.md §1). A sentence, what waits for the viewer, and beside it what the role
//! should know: a school its coverage and what others are doing, a bureau where help is needed, the keeper of the
//! machine the journal. Everything shown comes from nouns that exist.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use base::{Id, Ms, Result};
use safety::check::{self, Coverage, UnitCover};
use safety::drill;
use safety::duty;
use safety::duty::list::Waiting;
use safety::duty::today::Behind;
use safety::hazard::list::{self, Bucket, Filter, Line};
use safety::kernel::proof;
use safety::kernel::rights::{Action, Reach, reach};
use safety::org::{Role, login, post, unit};
use safety::{Actor, Cx};

use crate::door::{Fields, Signed};
use crate::error::Answer;
use crate::live::{Change, LivePage};
use crate::page::{self, At, Shell, Task};
use crate::state::Web;
use crate::words;

/// Lines of 「等我做」 on the page.
const ROWS: usize = 7;
/// Lines counted for the sentence.
const WAITING_MAX: i64 = 99;
/// A sentence that begins like the name of the place says where it is.
const SAME_BEGINNING: usize = 3;
/// Lines of each block beside it.
const BESIDE: usize = 5;

pub fn routes() -> Router<Web> {
    Router::new().route("/", get(today))
}

/// What one read of the database gives.
struct Seen {
    /// Lines of incidents, ready to be shown, with their soonest clocks.
    incidents: Vec<(Ms, Task)>,
    waiting: Vec<Line>,
    /// Lines of duties, ready to be shown, with their deadlines.
    duties: Vec<(Ms, Task)>,
    /// For leaders: what others are late with.
    behind: Vec<Behind>,
    open: i64,
    others: Vec<Line>,
    coverage: Option<Coverage>,
    below: Vec<UnitCover>,
    major: Vec<Line>,
    vacant: Vec<(Id, String, Role)>,
    head: Option<(u64, Ms)>,
    /// Texts and notices that wait for a signature.
    to_sign: Vec<Task>,
    setup: Option<(String, String)>,
    /// The drill that runs at the own school now.
    drill: Option<String>,
    latest: Vec<Line>,
}

fn look(cx: &mut Cx<'_, '_>) -> Result<Seen> {
    let actor = cx.actor.clone();
    let mut seen = Seen {
        incidents: urgent(cx)?,
        waiting: list::waiting(cx, WAITING_MAX)?,
        duties: Vec::new(),
        behind: Vec::new(),
        open: 0,
        others: Vec::new(),
        coverage: None,
        below: Vec::new(),
        major: Vec::new(),
        vacant: Vec::new(),
        head: None,
        setup: crate::setup::offer(cx)?,
        drill: running(cx)?,
        latest: Vec::new(),
        to_sign: crate::signing::tasks(cx)?,
    };
    let look = duty::today::look(cx)?;
    seen.behind = look.behind;
    seen.duties = crate::duty::today::of(cx, look.mine, WAITING_MAX as usize)?;
    if page::reads_hazards(&actor) {
        let filter = Filter { bucket: Some(Bucket::Open), ..Filter::default() };
        seen.open = list::count(cx, &filter)?;
        let open = list::list(cx, &filter, None, (ROWS + BESIDE) as i64)?.items;
        let mine = |line: &Line| seen.waiting.iter().any(|w| w.hazard.id == line.hazard.id);
        seen.others = open.into_iter().filter(|l| !mine(l)).take(BESIDE).collect();
    }
    let bureau = login::at_bureau(&actor);
    if page::reads_checks(&actor) {
        let day = cx.now.day();
        if bureau {
            seen.below = check::coverage_below(cx, day)?;
        } else {
            seen.coverage = Some(check::coverage(cx, actor.unit, day)?);
        }
    }
    if bureau && page::reads_hazards(&actor) {
        seen.major = list::major_below(cx, BESIDE as i64)?;
        seen.latest = list::list(cx, &Filter::default(), None, BESIDE as i64)?.items;
    }
    seen.vacant = vacancies(cx, &actor, bureau)?;
    if reach(actor.role, Action::JournalRead) != Reach::Nothing {
        seen.head = proof::head(cx.tx)?;
    }
    Ok(seen)
}

/// Urgent notices that nobody has signed, incidents, drafts that alarms opened, clues.
fn urgent(cx: &mut Cx<'_, '_>) -> Result<Vec<(Ms, Task)>> {
    let mut all = crate::signing::urgent(cx)?;
    all.extend(crate::incident::today::tasks(cx)?);
    all.extend(crate::clue::tasks(cx)?);
    Ok(all)
}

/// Everything that waits for the viewer, as 今日 has it, with the moments by which it is due; `mine` are the duties.
pub fn waiting(cx: &mut Cx<'_, '_>, mine: Vec<Waiting>) -> Result<Vec<(Ms, Task)>> {
    let hazards = list::waiting(cx, WAITING_MAX)?;
    let duties = crate::duty::today::of(cx, mine, WAITING_MAX as usize)?;
    let urgent = urgent(cx)?;
    Ok(merged(&hazards, urgent, duties, Viewer::of(cx.actor), cx.now))
}

/// A drill that runs now: whoever is with a class has one tap to its list.
fn running(cx: &mut Cx<'_, '_>) -> Result<Option<String>> {
    let open = drill::open_of(cx)?;
    Ok(open.into_iter().find(|d| d.state == drill::State::Running).map(|d| d.title))
}

/// Vacant posts: of the units right below for a bureau, of one's own unit for those who manage it.
fn vacancies(cx: &mut Cx<'_, '_>, actor: &Actor, bureau: bool) -> Result<Vec<(Id, String, Role)>> {
    if bureau {
        return if reach(actor.role, Action::PostManage) == Reach::Subtree {
            post::vacancies_below(cx)
        } else {
            Ok(Vec::new())
        };
    }
    if reach(actor.role, Action::PostManage) == Reach::Nothing {
        return Ok(Vec::new());
    }
    let own = unit::load(cx, actor.unit)?;
    let held = post::of_unit(cx, own.home)?;
    let missing = post::expected(&own).into_iter().filter(|role| !held.iter().any(|p| p.role == *role));
    Ok(missing.map(|role| (own.id, own.name.clone(), role)).collect())
}

/// A row of 「等别人」 and 「重大隐患」.
struct Other {
    title: String,
    note: String,
    word: String,
    tone: &'static str,
    href: String,
}

/// A row of 「哪里需要帮一把」.
struct Help {
    name: String,
    href: String,
    words: String,
    seen: i64,
    all: i64,
}

struct Vacant {
    unit: String,
    href: String,
    role: &'static str,
}

#[derive(Template)]
#[template(path = "today/show.html")]
struct TodayPage {
    shell: Shell,
    title: String,
    date: String,
    hand: bool,
    bureau: bool,
    /// An agency: it reads only what was handed to it.
    handed: bool,
    n: i64,
    late: i64,
    open: String,
    reads: bool,
    tasks: Vec<Task>,
    more: i64,
    more_href: &'static str,
    /// Hazards among what waits.
    mine: i64,
    behind: Vec<Other>,
    behind_more: usize,
    others: Vec<Other>,
    cover: Option<Cover>,
    unseen: Vec<String>,
    help: Vec<Help>,
    major: Vec<Other>,
    latest: Vec<Other>,
    vacant: Vec<Vacant>,
    vacant_more: i64,
    journal: Option<String>,
    /// What is left of the first days, and where it goes on.
    setup: Option<(String, String)>,
    drill: Option<String>,
    to_sign: Vec<Task>,
    may_check: bool,
    may_plan: bool,
}

struct Cover {
    seen: i64,
    all: i64,
    words: String,
    before: String,
}

async fn today(State(web): State<Web>, signed: Signed) -> Answer {
    let seen = web.read(signed.actor(), look).await?;
    let mut shell = signed.shell(&web, At::Today).await?;
    shell.live = "/live?page=today".into();
    page::full(&build(&signed, shell, seen, web.now()))
}

fn build(signed: &Signed, shell: Shell, seen: Seen, now: Ms) -> TodayPage {
    let actor = signed.actor();
    let hand = page::is_hand(actor.role);
    let all = merged(&seen.waiting, seen.incidents, seen.duties, Viewer::of(actor), now);
    let mut tasks: Vec<Task> = all.into_iter().map(|(_, task)| task).collect();
    let (n, late) = (tasks.len() as i64, tasks.iter().filter(|t| t.late).count() as i64);
    tasks.truncate(ROWS);
    if let Some(first) = tasks.first_mut().filter(|_| !hand) {
        first.filled = true;
    }
    let title = if hand { format!("{} · {}", signed.post_words(), actor.name) } else { words::nav::TODAY.into() };
    let cover = seen.coverage.as_ref().filter(|c| c.all > 0).map(|c| Cover {
        seen: c.seen,
        all: c.all,
        words: words::pages::coverage(c.seen, c.all),
        before: words::pages::coverage_before(c.seen_before, c.all),
    });
    let unseen = seen.coverage.iter().flat_map(|c| &c.places).filter(|p| p.times == 0).take(BESIDE);
    TodayPage {
        title,
        date: date(now),
        hand,
        bureau: login::at_bureau(actor),
        handed: actor.role == Role::Agency,
        n,
        late,
        open: words::count(seen.open),
        reads: page::reads_hazards(actor),
        more: n - tasks.len() as i64,
        more_href: if page::reads_duties(actor) { "/duties/owed" } else { "/hazards?bucket=mine" },
        mine: seen.waiting.len() as i64,
        behind_more: seen.behind.len().saturating_sub(BESIDE),
        behind: seen.behind.iter().take(BESIDE).map(|b| behind(b, now)).collect(),
        tasks,
        others: seen.others.iter().map(|l| other(l, now)).collect(),
        cover,
        unseen: unseen.map(|p| p.name.clone()).collect(),
        help: helps(&seen.below),
        major: seen.major.iter().map(|l| other(l, now)).collect(),
        latest: seen.latest.iter().map(|l| latest(l, now)).collect(),
        vacant_more: (seen.vacant.len() as i64 - BESIDE as i64).max(0),
        vacant: seen.vacant.iter().take(BESIDE).map(vacant).collect(),
        journal: seen.head.map(|(size, at)| words::pages::journal_head(size as i64, at)),
        setup: seen.setup,
        drill: seen.drill,
        to_sign: seen.to_sign,
        may_check: page::may_check(actor),
        may_plan: page::reads_duties(actor),
        shell,
    }
}

/// An incident whose clock runs out within this stands before everything else; a final report that has weeks does not.
const AT_ONCE_MS: i64 = Ms::DAY;

/// Is it about what happens now? Then no paper of weeks ago stands above it.
fn at_once(due: Ms, task: &Task, now: Ms) -> bool {
    task.href.starts_with("/notices/") || (task.href.starts_with("/incidents/") && due <= now.plus(AT_ONCE_MS))
}

/// Everything as one list: what is urgent first, then late, then the soonest due.
fn merged(waiting: &[Line], urgent: Vec<(Ms, Task)>, duties: Vec<(Ms, Task)>, who: Viewer, now: Ms) -> Vec<(Ms, Task)> {
    let urgent = urgent.into_iter().map(|(due, task)| (!at_once(due, &task, now), due, task));
    let hazards = waiting.iter().map(|l| (true, due_of(l), task(l, who, now, false)));
    let duties = duties.into_iter().map(|(due, task)| (true, due, task));
    let mut tasks: Vec<(bool, Ms, Task)> = urgent.chain(hazards).chain(duties).collect();
    tasks.sort_by_key(|(later, due, task)| (*later, !task.late, *due));
    tasks.into_iter().map(|(_, due, task)| (due, task)).collect()
}

/// A row of 「别人逾期」.
fn behind(b: &Behind, now: Ms) -> Other {
    let (title, note, href) = crate::duty::today::behind(b, now);
    let word = words::duty::MISSING;
    Other { title, note, word: word.word.into(), tone: word.tone, href }
}

/// 「2026年11月23日 星期一 · 秋季学期第13周」
fn date(now: Ms) -> String {
    let week = words::week_of_term(now.day());
    let day = words::day_long(now.day());
    if week.is_empty() { day } else { format!("{day} · {week}") }
}

fn vacant((unit, name, role): &(Id, String, Role)) -> Vacant {
    Vacant { unit: name.clone(), href: format!("/units/{unit}/people"), role: words::role(*role) }
}

/// The least covered first, and only those that lack something: help, not shame.
fn helps(below: &[UnitCover]) -> Vec<Help> {
    let lacking = below.iter().filter(|u| u.seen < u.all).take(BESIDE);
    lacking
        .map(|u| Help {
            name: u.name.clone(),
            href: format!("/hazards/coverage?unit={}", u.unit),
            words: words::pages::coverage(u.seen, u.all),
            seen: u.seen,
            all: u.all,
        })
        .collect()
}

/// The place of a line, when its sentence does not name it itself.
fn place(line: &Line) -> Option<&str> {
    let place = line.place_name.as_deref().or(line.hazard.place_text.as_deref())?;
    (!says(&line.hazard.what, place)).then_some(place)
}

/// Does a sentence already say where? 「3号楼东楼梯疏散指示灯不亮」 needs no 「3号楼东楼梯二层」 before it.
fn says(what: &str, place: &str) -> bool {
    let begins = what.chars().zip(place.chars()).take_while(|(a, b)| a == b).count();
    begins >= SAME_BEGINNING || what.contains(place)
}

/// What stands where: 「3号楼东楼梯二层：疏散指示灯不亮」.
fn fact(line: &Line) -> String {
    match place(line) {
        Some(place) => format!("{place}：{}", line.hazard.what),
        None => line.hazard.what.clone(),
    }
}

/// Who reads a line.
#[derive(Clone, Copy)]
struct Viewer {
    person: Option<Id>,
    unit: Id,
}

impl Viewer {
    fn of(actor: &Actor) -> Viewer {
        Viewer { person: actor.person, unit: actor.unit }
    }
}

/// When a hazard's turn is due; one without a deadline is taken from when it was raised.
fn due_of(line: &Line) -> Ms {
    line.hazard.due_at.unwrap_or(line.hazard.received_at)
}

/// One line of 「等我做」.
fn task(line: &Line, who: Viewer, now: Ms, filled: bool) -> Task {
    let h = &line.hazard;
    let (me, own) = (who.person, who.unit == h.unit);
    let (noun, verb) = words::hazard::turn(h.state, h.extend_to.is_some() && h.turn_person != me);
    let when = h.due_at.map(|due| words::due_when(due, now));
    let late = h.overdue(now).is_some();
    Task {
        id: h.id.to_string(),
        when: when.as_ref().map_or_else(|| words::at(h.received_at), |w| w.word.clone()),
        when_tone: when.map_or("", |w| w.tone),
        title: format!("{noun}：{}", fact(line)),
        detail: detail(line, own),
        clause: "2.6".into(),
        verb: verb.into(),
        href: format!("/hazards/{}", h.id),
        late,
        filled,
    }
}

/// Where, how grave, since when and by whom. One's own unit goes without saying.
fn detail(line: &Line, own: bool) -> String {
    let h = &line.hazard;
    let mut parts = Vec::new();
    if !own {
        parts.push(line.unit_name.clone());
    }
    if place(line).is_none() {
        parts.extend(line.place_name.clone().or(h.place_text.clone()));
    }
    if let Some(grade) = h.grade {
        parts.push(format!("{}隐患", words::grade(grade)));
    }
    match (h.rectified_at, &line.assignee_name, &line.raiser_name) {
        (Some(at), Some(name), _) => parts.push(format!("{name} {} 已整改", words::at(at))),
        (None, _, Some(name)) => parts.push(format!("{name} {} 登记", words::at(h.raised_at))),
        _ => {}
    }
    parts.join(" · ")
}

fn other(line: &Line, now: Ms) -> Other {
    let h = &line.hazard;
    let state = words::state(h.state);
    let mark = h.due_at.and_then(|due| words::due_mark(due, now));
    let turn = h.turn_role.map(|role| words::role(role).to_string());
    let who = line.assignee_name.clone().or(turn).unwrap_or_else(|| line.unit_name.clone());
    let note = match (&mark, h.due_at) {
        (Some(mark), _) => format!("{who} · {}", mark.word),
        (None, Some(due)) => format!("{who} · {} 前", words::day(due.day())),
        _ => who,
    };
    Other { title: fact(line), note, word: state.word.into(), tone: state.tone, href: format!("/hazards/{}", h.id) }
}

/// A row of 「刚刚」: what came in, from where, when.
fn latest(line: &Line, now: Ms) -> Other {
    Other { note: format!("{} · {}", line.unit_name, words::since(line.hazard.received_at, now)), ..other(line, now) }
}

/// 「等我做」 and the badges as a live page.
pub struct TodayRows;
pub static LIVE: TodayRows = TodayRows;

#[derive(Template)]
#[template(path = "today/row.html")]
struct Row {
    t: Task,
}

fn row(t: Task) -> Result<Change> {
    let html = page::drawn(&Row { t })?;
    Ok(Change::Row(html.replacen(" data-row", " data-row data-new=\"1\"", 1)))
}

/// A line that no longer waits for the viewer: its new state word stands where the date was.
fn left(line: &Line, who: Viewer, now: Ms) -> Result<Change> {
    let state = words::state(line.hazard.state);
    let when = state.word.to_string();
    let t = Task { when, when_tone: "", late: false, verb: words::pages::LOOK.into(), ..task(line, who, now, false) };
    let html = page::drawn(&Row { t })?;
    Ok(Change::Left(html))
}

impl LivePage for TodayRows {
    fn wakes(&self, noun: &str) -> bool {
        matches!(noun, "hazard" | "duty" | "message" | "incident" | "clue" | "absence" | "notice")
    }
    fn rows(&self, cx: &mut Cx<'_, '_>, _query: &Fields, ids: &[Id]) -> Result<Vec<Change>> {
        let waiting = list::waiting(cx, WAITING_MAX)?;
        let (now, who) = (cx.now, Viewer::of(cx.actor));
        let (urgent, duties) = (urgent(cx)?, crate::duty::today::tasks(cx, WAITING_MAX as usize)?);
        let all = merged(&waiting, urgent, duties, who, now);
        let mut out = Vec::with_capacity(ids.len());
        // A line in which the changed thing stands or stood: drawn where it is, gone where it is no more.
        let change = |line: &str| match all.iter().position(|(_, t)| t.id == line) {
            Some(at) if at < ROWS => row(all[at].1.clone()).map(Some),
            _ => Ok(Id::parse(line).map(Change::Gone)),
        };
        for id in ids {
            if let Ok(duty) = duty::load(cx, *id) {
                for line in crate::duty::today::ids_of(&duty) {
                    out.extend(change(&line)?);
                }
                continue;
            }
            let waits = waiting.iter().any(|l| l.hazard.id == *id);
            match list::one(cx, &Filter::default(), *id)? {
                // It no longer waits: seen once more, then it leaves.
                Some(line) if !waits => out.push(left(&line, who, now)?),
                _ => out.extend(change(&id.to_string())?),
            }
        }
        Ok(out)
    }
    fn recent(&self, cx: &mut Cx<'_, '_>, _query: &Fields, _since: Ms) -> Result<Vec<Change>> {
        let (now, who) = (cx.now, Viewer::of(cx.actor));
        let waiting = list::waiting(cx, ROWS as i64)?;
        let (urgent, duties) = (urgent(cx)?, crate::duty::today::tasks(cx, WAITING_MAX as usize)?);
        let all = merged(&waiting, urgent, duties, who, now);
        all.into_iter().take(ROWS).rev().map(|(_, task)| row(task)).collect()
    }
    fn counts(&self, cx: &mut Cx<'_, '_>, _query: &Fields) -> Result<BTreeMap<String, i64>> {
        page::nav_counts(cx)
    }
}
