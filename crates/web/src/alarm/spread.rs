//! 全面 (5.2): of all schools below, how many have the button, have been answered in this month's test, have been answered
//! by the police. What lacks most stands first, with the school's telephone one click away.

use askama::Template;
use axum::extract::State as Held;
use safety::alarm::spread::{self, School};

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Crumb, Shell, crumb};
use crate::plot::{self, Bar};
use crate::state::Web;
use crate::words::alarm as say;
use crate::words::{self, Word};

/// Schools on one page.
const ROWS: usize = 50;

struct Row {
    id: String,
    name: String,
    built: String,
    tried: String,
    state: Word,
}

#[derive(Template)]
#[template(path = "alarm/spread.html")]
struct SpreadPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    sentence: String,
    plot: String,
    /// There is no school below at all.
    none: bool,
    /// Part of a name that is looked for.
    q: String,
    clear: &'static str,
    rows: Vec<Row>,
    older: String,
    newer: String,
    words: String,
}

fn row(s: &School) -> Row {
    Row {
        id: s.unit.to_string(),
        name: s.name.clone(),
        built: if s.buttons > 0 { format!("{} 个按钮", s.buttons) } else { say::NO_BUTTON.into() },
        tried: s.linked_at.or(s.heard_at).or(s.tried_at).map_or(say::NOT_TRIED.into(), words::at),
        state: say::school(s),
    }
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let spread = web.read(signed.actor(), spread::read).await?;
    let q = signed.ask.param("q").unwrap_or_default().trim().to_string();
    let found: Vec<&School> = spread.schools.iter().filter(|s| s.name.contains(&q)).collect();
    let all = found.len();
    let page = signed.ask.param("page").and_then(|p| p.parse::<usize>().ok()).unwrap_or(1);
    let page = page.clamp(1, all.div_ceil(ROWS).max(1));
    let first = (page - 1) * ROWS;
    let rows: Vec<Row> = found.into_iter().skip(first).take(ROWS).map(row).collect();
    let at = |page: usize| signed.ask.link("page", &page.to_string());
    let bar = |label, value: i64| Bar { label, value, late: 0 };
    let bars = [
        bar("全部学校", spread.schools.len() as i64),
        bar("建成", spread.built),
        bar("本月测通", spread.tested),
        bar("公安联网", spread.linked),
    ];
    let mut shell = signed.shell(&web, At::Alarms).await?;
    shell.tabs = super::tabs(signed.actor());
    page::full(&SpreadPage {
        crumbs: vec![crumb(say::TITLE, "/alarms"), crumb(say::SCHOOLS, "")],
        sentence: say::spread(spread.schools.len(), &spread),
        plot: plot::bars(say::SCHOOLS, &bars),
        older: if first + rows.len() < all { at(page + 1) } else { String::new() },
        newer: if page > 1 { at(page - 1) } else { String::new() },
        words: format!("共 {all} 所，这里是 {}—{}", first + 1, first + rows.len()),
        none: spread.schools.is_empty(),
        clear: if q.is_empty() { "" } else { "/alarms/schools" },
        q,
        rows,
        shell,
    })
}
