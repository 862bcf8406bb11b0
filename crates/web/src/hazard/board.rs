//! 统计: how things stand in one sentence, then figures. Each figure that has rows behind it is a link to them, and the
//! list counts the same. Units stand in their own order: this is no ranking.

use askama::Template;
use axum::extract::State as Held;
use base::{Day, Ms, Result};
use safety::hazard::stats::{self, Stats};
use safety::org::{login, unit};

use super::list::{Units, units};
use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Choice, HazardTab, Shell, Tab};
use crate::plot;
use crate::state::Web;
use crate::words::{self, record as say};

/// Spans to choose from, days.
const SPANS: &[(i64, &str)] = &[(30, "近 30 天"), (90, "近 90 天"), (365, "近一年")];

/// A row with its figures: a thin bar, numbers, and the rows behind them.
pub struct Line {
    pub label: String,
    pub value: i64,
    pub late: i64,
    pub href: String,
    pub late_href: String,
}

#[derive(Template)]
#[template(path = "hazard/stats.html")]
struct StatsPage {
    shell: Shell,
    unit_name: String,
    unit: String,
    units: Vec<Choice>,
    bureau: bool,
    spans: Vec<Tab>,
    days: i64,
    sentence: String,
    open: String,
    overdue: String,
    overdue_tone: &'static str,
    raised: String,
    closed: String,
    open_href: String,
    overdue_href: String,
    raised_href: String,
    ages: Vec<(&'static str, i64)>,
    closing: Vec<(&'static str, i64)>,
    age_plot: String,
    closing_plot: String,
    days_plot: String,
    day_rows: Vec<(String, i64, i64)>,
    by_unit: Vec<Line>,
    most_unit: i64,
    by_category: Vec<Line>,
    most_category: i64,
    again: Vec<Line>,
}

/// The first moment of a span that ends today.
pub fn since(now: Ms, days: i64) -> Ms {
    now.day().plus_days(1 - days).start()
}

pub async fn show(Held(web): Held<Web>, signed: Signed) -> Answer {
    let query = signed.ask.fields();
    let asked = query.int("days")?.unwrap_or(30);
    let days = SPANS.iter().map(|s| s.0).find(|d| *d == asked).unwrap_or(30);
    let (asked, bureau) = (query.text("unit"), login::at_bureau(signed.actor()));
    let since = since(web.now(), days);
    let read = web
        .read(signed.actor(), move |cx| -> Result<Read> {
            let under = unit::named(cx, &asked)?;
            let id = under.as_ref().map(|u| u.id);
            let stats = stats::stats(cx, id, since)?;
            let units = if bureau { units(cx, id)? } else { Units::default() };
            let name = unit::show(cx, id.unwrap_or(cx.actor.unit))?.name;
            Ok(Read { stats, units, name, under: under.map(|u| u.key()) })
        })
        .await?;
    let mut shell = signed.shell(&web, At::Hazards).await?;
    shell.tabs = page::hazard_tabs(signed.actor(), HazardTab::Stats);
    let spans =
        SPANS.iter().map(|(d, label)| Tab::new(label, signed.ask.link("days", &d.to_string()), *d == days)).collect();
    page::full(&page_of(shell, read, since.day(), spans, days, bureau))
}

/// What one read gives.
struct Read {
    stats: Stats,
    units: Units,
    name: String,
    /// Key of the unit that is asked for.
    under: Option<String>,
}

/// The address of the rows behind a figure.
fn rows(under: Option<&str>, rest: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(format!("/hazards?{rest}"));
    under.map_or_else(|| format!("/hazards?{rest}"), |key| query.append_pair("unit", key).finish())
}

fn page_of(
    shell: Shell,
    Read { stats, units, name: unit_name, under }: Read,
    from: Day,
    spans: Vec<Tab>,
    days: i64,
    bureau: bool,
) -> StatsPage {
    let under = under.as_deref();
    let classes = |values: &[i64]| say::AGE_CLASSES.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>();
    let (ages, closing) = (classes(&stats.by_age), classes(&stats.by_closing));
    let by_unit: Vec<Line> = stats.by_unit.iter().map(unit_line).collect();
    let by_category: Vec<Line> = stats.by_category.iter().map(|(c, n)| category_line(*c, *n, under, from)).collect();
    let most = |lines: &[Line]| lines.iter().map(|l| l.value).max().unwrap_or(1).max(1);
    let (raised, closed): (Vec<i64>, Vec<i64>) = stats.days.iter().map(|d| (d.1, d.2)).unzip();
    let day_rows: Vec<(String, i64, i64)> = stats.days.iter().map(|d| (day_word(d.0), d.1, d.2)).collect();
    let end = |at: Option<&(String, i64, i64)>| at.map_or(String::new(), |d| d.0.clone());
    let (first, last) = (end(day_rows.first()), end(day_rows.last()));
    StatsPage {
        unit: units.chosen.value,
        sentence: say::stats_sentence(stats.open, stats.overdue, stats.median_hours),
        open_href: rows(under, "bucket=open"),
        overdue_href: rows(under, "bucket=overdue"),
        raised_href: rows(under, &format!("bucket=all&from_on={from}")),
        age_plot: class_plot("在办隐患按已有天数", &ages),
        closing_plot: class_plot("已销账隐患从发现到销账的天数", &closing),
        days_plot: plot::lines("近 14 天每天登记和销账的条数", &raised, &closed, (&first, &last)),
        again: stats.again.iter().map(again_line).collect(),
        most_unit: most(&by_unit),
        most_category: most(&by_category),
        open: words::number(stats.open),
        overdue: words::number(stats.overdue),
        overdue_tone: if stats.overdue > 0 { "r" } else { "" },
        raised: words::number(stats.raised),
        closed: words::number(stats.closed),
        shell,
        unit_name,
        units: units.choices,
        bureau,
        spans,
        days,
        ages,
        closing,
        day_rows,
        by_unit,
        by_category,
    }
}

fn class_plot(title: &str, classes: &[(&'static str, i64)]) -> String {
    const SHORT: [&str; 6] = ["<1", "1–3", "3–7", "7–30", "30–90", "90+"];
    let bars: Vec<plot::Bar<'_>> =
        classes.iter().zip(SHORT).map(|((_, n), label)| plot::Bar { label, value: *n, late: 0 }).collect();
    plot::bars(title, &bars)
}

fn unit_line(count: &stats::UnitCount) -> Line {
    Line {
        label: count.name.clone(),
        value: count.open,
        late: count.overdue,
        href: rows(Some(&count.key), "bucket=open"),
        late_href: rows(Some(&count.key), "bucket=overdue"),
    }
}

fn category_line(category: Option<safety::hazard::Category>, n: i64, under: Option<&str>, from: Day) -> Line {
    // The list cannot ask for those without a category, so their figure is no link.
    let href =
        category.map_or(String::new(), |c| rows(under, &format!("bucket=all&category={}&from_on={from}", c.code())));
    Line {
        label: category.map_or("还没有定".into(), |c| words::category(c).into()),
        value: n,
        late: 0,
        href,
        late_href: String::new(),
    }
}

fn again_line(again: &stats::Again) -> Line {
    let category = again.category.map_or("", words::category);
    Line {
        label: format!("{} {} {category}", again.unit_name, again.place_name),
        value: again.times,
        late: 0,
        href: format!("/hazards?bucket=all&place={}", again.place),
        late_href: String::new(),
    }
}

fn day_word(number: i64) -> String {
    Day::from_number(number).map_or(String::new(), words::day)
}
