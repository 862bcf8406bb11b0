//! 事故报告单: one version on one A4 sheet, with the lines for signatures.

use askama::Template;
use axum::extract::{Path, State as Held};
use safety::incident::ReportKind;
use safety::incident::view::{self, Report, View};
use safety::org::{Role, post, unit};

use super::record;
use crate::door::Signed;
use crate::error::{Answer, WebError};
use crate::hazard::record::parse_id;
use crate::page::{self, At, Shell};
use crate::seal::{Seal, seal};
use crate::state::Web;
use crate::words::{self, incident as say};

#[derive(Template)]
#[template(path = "incident/print.html")]
struct PrintPage {
    shell: Shell,
    id: base::Id,
    title: String,
    number: String,
    /// Rows of two fields each.
    rows: Vec<[(&'static str, String); 2]>,
    /// Rows that take the whole width.
    long: Vec<(&'static str, String)>,
    receipts: Vec<String>,
    first: String,
    to: String,
    leaf: String,
    printed: String,
    seal: Option<Seal>,
}

pub async fn sheet(Held(web): Held<Web>, signed: Signed, Path((id, serial)): Path<(String, String)>) -> Answer {
    let id = parse_id(&id)?;
    let serial: i64 = serial.parse().map_err(|_| WebError::not_found())?;
    let (known, head, kind, sealed) = web
        .read(signed.actor(), move |cx| {
            let known = record::known(cx, id)?;
            let home = known.view.incident.unit;
            let posts = post::of_unit(cx, home)?;
            let principal = posts.iter().find(|p| p.role == Role::Principal).map(|p| p.person);
            let names = safety::org::people::names(cx, principal)?;
            let kind = unit::load(cx, home)?.kind;
            Ok((known, names.into_values().next().unwrap_or_default(), kind, seal(cx)?))
        })
        .await?;
    let v = &known.view;
    let report = v.reports.iter().find(|r| r.serial == serial).ok_or_else(WebError::not_found)?;
    let shell = signed.shell(&web, At::Alarms).await?;
    let (rows, long) = (rows(v, report, &head, words::unit_kind(kind)), long(report));
    let signed_by = |s: &view::Receipt| {
        let by = s.by.as_deref().unwrap_or("");
        format!("{} {by} {} 签收", s.unit, words::at_full(s.received_at))
    };
    page::full(&PrintPage {
        shell,
        id,
        title: format!("{}事故报告单（{}）", v.unit_name, say::report_kind(report.kind)),
        number: v.incident.number.clone(),
        receipts: report.receipts.iter().map(signed_by).collect(),
        first: words::at_full(v.incident.first_at),
        to: v.levels.first().map_or(String::new(), |l| l.name.clone()),
        leaf: report.leaf.map_or(String::new(), |n| n.to_string()),
        printed: words::at_full(v.now),
        seal: sealed,
        rows,
        long,
    })
}

/// The fields of the form in use (domain.md §2): school, head, reporter, times, grade, figures.
fn rows(v: &View, r: &Report, head: &str, kind: &'static str) -> Vec<[(&'static str, String); 2]> {
    let some = |t: &Option<String>| t.clone().unwrap_or_default();
    let t = &r.toll;
    vec![
        [("单位", v.unit_name.clone()), ("类型", kind.to_string())],
        [("地址", some(&v.unit_address)), ("电话", some(&v.unit_phone))],
        [("负责人", head.to_string()), ("报告人", some(&r.by))],
        [("事故", say::kind(r.incident_kind).to_string()), ("类别", say::family(r.family).to_string())],
        [("地点", some(&r.place_name)), ("发生时间", words::at_full(r.happened_at))],
        [("知情时间", words::at_full(r.known_at)), ("上报时间（系统收到）", words::at_full(r.received_at))],
        [("法定等级", say::grade(r.grade).to_string()), ("校内等级", say::class(r.class).to_string())],
        [("受伤", say::figure(t.hurt)), ("送医", say::figure(t.sent))],
        [("重伤", say::figure(t.serious)), ("死亡", say::figure(t.dead))],
        [("失联", say::figure(t.missing)), ("损失（万元）", say::figure(t.loss))],
    ]
}

fn long(r: &Report) -> Vec<(&'static str, String)> {
    let facts: Vec<&str> = r.facts.iter().map(|f| say::fact(*f)).collect();
    let text = |t: &Option<String>| t.clone().unwrap_or_default();
    let mut out = vec![("简要经过", text(&r.what)), ("已采取措施", facts.join("、"))];
    match r.kind {
        ReportKind::First => {}
        ReportKind::Follow => out.push(("进展", text(&r.progress))),
        ReportKind::Amend => out.push(("更正原因", text(&r.reason))),
        ReportKind::Final => {
            out.push(("原因", text(&r.cause)));
            out.push(("教训和整改", text(&r.lessons)));
        }
    }
    out
}
