//! Help, the page of waiting items, the page for what the phone has not stored, and the parts page.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use base::Refusal;
use safety::org::Role;
use safety::org::post;

use crate::door::Signed;
use crate::error::{Answer, FieldFault};
use crate::page::{self, At, Choice, Column, Crumb, Shell, column, crumb};
use crate::state::Web;
use crate::words::help::{PROBLEMS, TOPICS, Topic};
use crate::words::{self, thing};

pub fn routes() -> Router<Web> {
    Router::new()
        .route("/help", get(index))
        .route("/help/{topic}", get(show))
        .route("/outbox", get(outbox))
        .route("/offline", get(offline))
        .route("/_parts", get(parts))
}

/// Whom to ask in one's own unit.
struct Helper {
    role: &'static str,
    name: String,
    mobile: String,
}

#[derive(Template)]
#[template(path = "help/index.html")]
struct IndexPage {
    shell: Shell,
    topics: &'static [Topic],
    helpers: Vec<Helper>,
}

#[derive(Template)]
#[template(path = "help/topic.html")]
struct TopicPage {
    shell: Shell,
    topic: &'static Topic,
    helpers: Vec<Helper>,
}

#[derive(Template)]
#[template(path = "help/problems.html")]
struct ProblemsPage {
    shell: Shell,
    problems: &'static [(&'static str, u16, &'static str)],
}

async fn helpers(web: &Web, signed: &Signed) -> base::Result<Vec<Helper>> {
    let unit = signed.actor().unit;
    let directory = match web.read(signed.actor(), move |cx| post::directory(cx, unit)).await {
        Ok(directory) => directory,
        // Help is for everybody, also for those who may not read the directory.
        Err(base::Error::Refused(_)) => return Ok(Vec::new()),
        Err(fault) => return Err(fault),
    };
    let asked = [Role::SafetyHead, Role::Officer, Role::Admin];
    let found = directory.contacts.into_iter().filter(|c| asked.contains(&c.role)).take(3);
    Ok(found
        .map(|c| Helper {
            role: words::role(c.role),
            name: c.name.unwrap_or_default(),
            mobile: c.mobile.unwrap_or_default(),
        })
        .collect())
}

async fn index(State(web): State<Web>, signed: Signed) -> Answer {
    let helpers = helpers(&web, &signed).await?;
    page::full(&IndexPage { shell: signed.shell(&web, At::Help).await?, topics: TOPICS, helpers })
}

async fn show(State(web): State<Web>, signed: Signed, Path(key): Path<String>) -> Answer {
    if key == "problems" {
        return page::full(&ProblemsPage { shell: signed.shell(&web, At::Help).await?, problems: PROBLEMS });
    }
    let Some(topic) = words::help::topic(&key) else { return Err(Refusal::NotFound.into()) };
    let helpers = helpers(&web, &signed).await?;
    page::full(&TopicPage { shell: signed.shell(&web, At::Help).await?, topic, helpers })
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    shell: Shell,
}

async fn outbox(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&OutboxPage { shell: signed.shell(&web, At::Nowhere).await? })
}

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    shell: Shell,
    words: &'static str,
}

async fn offline(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&OfflinePage { shell: signed.shell(&web, At::Nowhere).await?, words: words::empty::OFFLINE })
}

/// Samples for every part, for the eye and for the accessibility checker.
pub struct Parts {
    pub options: Vec<Choice>,
    pub tasks: Vec<page::Task>,
    pub columns: Vec<Column>,
    pub tabs: Vec<page::ListTab>,
    pub crumbs: Vec<Crumb>,
    pub photos: Vec<page::Picture>,
    pub events: Vec<page::Event>,
    pub steps: Vec<page::Step>,
    pub stack: Vec<page::StackPart>,
    pub faults: Vec<FieldFault>,
    pub chosen: Vec<String>,
    pub states: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "parts.html")]
struct PartsPage {
    shell: Shell,
    parts: Parts,
}

async fn parts(State(web): State<Web>, signed: Signed) -> Answer {
    page::full(&PartsPage { shell: signed.shell(&web, At::Nowhere).await?, parts: samples() })
}

const NOWHERE: &str = "#sample";

fn samples() -> Parts {
    let states = words::all_states().iter().map(|w| (w.word.to_string(), w.tone.to_string())).collect();
    let fault =
        FieldFault { field: "place-light".into(), title: "请选部位，好让整改的人找得到。".into() };
    let columns = [("问题", "l1"), ("部位", "l2"), ("整改人", "l2"), ("天数", "num"), ("状态", "l3")];
    Parts {
        options: (1..=4).map(|n| Choice::new(n.to_string(), format!("选项 {n}"))).collect(),
        tasks: sample_tasks(),
        columns: columns.iter().map(|(label, class)| column(label, class)).collect(),
        tabs: sample_tabs(),
        crumbs: vec![crumb("隐患", "/hazards"), crumb("3号楼", "/hazards"), crumb("江湾-2026-0317", "")],
        photos: vec![sample_photo("整改前"), sample_photo("整改后")],
        events: vec![sample_event()],
        steps: sample_steps(),
        stack: sample_stack(),
        faults: vec![fault],
        chosen: vec!["1".into()],
        states,
    }
}

fn sample_photo(title: &str) -> page::Picture {
    let mark = assets::url("mark.svg");
    page::Picture {
        href: mark.into(),
        thumb: mark.into(),
        alt: title.into(),
        title: title.into(),
        note: "11-16 07:41 赵敏".into(),
    }
}

fn sample_tasks() -> Vec<page::Task> {
    let late = page::Task {
        when: "逾期 2 天".into(),
        when_tone: "r",
        title: "复查：3号楼东楼梯二层疏散指示灯不亮".into(),
        detail: "王建军 11-20 已整改，等您到现场看一眼".into(),
        clause: "2.6".into(),
        verb: "去复查".into(),
        href: NOWHERE.into(),
        late: true,
        filled: true,
        id: String::new(),
    };
    let soon = page::Task {
        when: "明天到期".into(),
        when_tone: "a",
        title: "整改：食堂操作间电线接头裸露".into(),
        detail: String::new(),
        verb: "去整改".into(),
        late: false,
        filled: false,
        ..late.clone()
    };
    vec![late, soon]
}

fn sample_tabs() -> Vec<page::ListTab> {
    let tab = |(i, label): (usize, &&str)| page::ListTab {
        label: (*label).into(),
        href: NOWHERE.into(),
        count: "7".into(),
        current: i == 0,
        hot: i == 2,
        name: String::new(),
    };
    ["等我", "在办", "逾期"].iter().enumerate().map(tab).collect()
}

fn sample_event() -> page::Event {
    page::Event {
        at: "11-20 15:20".into(),
        what: "整改完成".into(),
        who: "王建军".into(),
        post: "电工".into(),
        text: "换了应急灯电池".into(),
        note: "离线填写，15:31 收到".into(),
        mark: thing::BACK_ENTRY.word.into(),
        proof: "48 213".into(),
        proof_tone: thing::PROOF_WHOLE.tone,
        proof_words: thing::PROOF_WHOLE.word.into(),
        photos: Vec::new(),
    }
}

fn sample_steps() -> Vec<page::Step> {
    let step = |label: &str, state, at: &str, tone, who: &str| page::Step {
        label: label.into(),
        state,
        at: at.into(),
        tone,
        who: who.into(),
    };
    vec![
        step("登记", "done", "11-16", "", "赵敏"),
        step("整改", "now", "", "r", "王建军"),
        step("复查", "next", "", "", ""),
    ]
}

fn sample_stack() -> Vec<page::StackPart> {
    let mut start = 0;
    let parts = [("g", "按时", 2_123), ("a", "迟做", 88), ("r", "未做", 42), ("n", "免做", 65), ("f", "未到期", 412)];
    let mut out = Vec::new();
    for (tone, label, value) in parts {
        out.push(page::StackPart {
            tone,
            label: label.into(),
            value,
            start,
            words: words::number(value),
            href: NOWHERE.into(),
        });
        start += value;
    }
    out
}
