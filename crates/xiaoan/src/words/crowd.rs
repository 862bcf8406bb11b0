//! What `xiaoan crowd` says in the terminal. The documents' own sentences come from the planner.

use std::fmt::Write;

use crowd::{ADVICE, Fault, Faults, Instance};
use serde_json::Value;

pub const SAME_PLACE: &str = "--json 和 --svg 不能写到同一个地方。";
pub const NO_FILE: &str = "不是普通文件，没有读它。";

pub fn too_long(arg: &str, most: u64) -> String {
    format!("{arg} 最多 {most}。")
}
pub fn too_many_files(most: usize) -> String {
    format!("文件夹里的 CSV 文件超过 {most} 个，请只放这所学校的表。")
}

/// All faults, one a line.
pub fn refused(faults: &Faults) -> String {
    format!("有 {} 处要改，没有计算：\n{}", faults.0.len(), faults.to_string().trim_end())
}

fn spoken(v: &Value) -> String {
    let s = v.as_f64().unwrap_or(0.0);
    let (minutes, rest) = ((s / 60.0).floor(), s % 60.0);
    let rest = (rest * 10.0).round() / 10.0;
    if minutes < 1.0 { format!("{rest} 秒") } else { format!("{minutes} 分 {rest} 秒") }
}

fn clock(v: &Value) -> String {
    let s = v.as_f64().unwrap_or(0.0).round() as i64;
    format!("{}:{:02}", s / 60, s % 60)
}

fn text<'a>(v: &'a Value, key: &str) -> &'a str {
    v[key].as_str().unwrap_or("–")
}

fn list(v: &Value) -> Vec<&str> {
    v.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn head(instance: &Instance) -> String {
    let draft = instance.draft();
    let pupils: f64 = draft.classes.iter().map(|c| c.n).sum();
    let shut =
        if instance.shut().is_empty() { String::new() } else { format!("，封闭 {}", instance.shut().join("、")) };
    format!("{}：{} 个班 {pupils} 人{shut}\n", draft.name, draft.classes.len())
}

fn foot(out: &mut String, notices: &[Fault], json: &Value) {
    let stuck = list(&json["unreachable"]);
    if !stuck.is_empty() {
        let _ = writeln!(out, "没有通路的班级：{}", stuck.join("、"));
    }
    for notice in notices {
        let _ = writeln!(out, "提示 {}　{}：{}", notice.code, notice.place, notice.message);
    }
    let _ = writeln!(out, "{ADVICE}");
}

pub fn bound(instance: &Instance, notices: &[Fault], json: &Value) -> String {
    let mut out = head(instance);
    let _ = writeln!(out, "错时放学最快也要 {}", spoken(&json["lower_bound_dismissal_s"]));
    let _ = writeln!(out, "疏散最快也要 {}", spoken(&json["lower_bound_evacuation_s"]));
    let _ = writeln!(out, "同时走、各走最近的出口要 {}", spoken(&json["sfpe_all_at_once_s"]));
    let _ = writeln!(out, "卡住的地方：{}", list(&json["min_cut"]).join("、"));
    for queue in json["bottlenecks"].as_array().into_iter().flatten() {
        let (persons, lasting) = (queue["peak_queue"].as_f64().unwrap_or(0.0), spoken(&queue["congested_s"]));
        let _ = writeln!(out, "同时走时 {}：最多 {persons:.0} 人排队，持续 {lasting}", text(queue, "edge"));
    }
    foot(&mut out, notices, json);
    out
}

pub fn plan(instance: &Instance, notices: &[Fault], json: &Value) -> String {
    let mut out = head(instance);
    let (makespan, floor) = (spoken(&json["makespan_s"]), spoken(&json["lower_bound_dismissal_s"]));
    let _ = writeln!(out, "按此表 {makespan} 全部离校；怎样安排也不会少于 {floor}");
    let mut classes: Vec<&Value> = json["classes"].as_array().into_iter().flatten().collect();
    classes.sort_by(|a, b| a["start_s"].as_f64().unwrap_or(0.0).total_cmp(&b["start_s"].as_f64().unwrap_or(0.0)));
    for class in classes {
        let ways: Vec<&str> = ["stair", "exit", "gate"].iter().filter_map(|k| class[*k].as_str()).collect();
        let (start, done) = (clock(&class["start_s"]), clock(&class["out_s"]));
        let _ = writeln!(out, "{start:>6}  {}　{}　{done} 离校", text(class, "cls"), ways.join(" → "));
    }
    for missed in json["missed"].as_array().into_iter().flatten() {
        let minutes = missed["missing_min"].as_u64().unwrap_or(0);
        let _ = writeln!(out, "赶不上：{}（{}），差 {minutes} 分钟", text(missed, "what"), text(missed, "cls"));
    }
    foot(&mut out, notices, json);
    out
}

pub fn evacuation(instance: &Instance, notices: &[Fault], json: &Value) -> String {
    let mut out = head(instance);
    let (planned, nearest) = (spoken(&json["clearance_s"]), spoken(&json["nearest_exit_s"]));
    let _ = writeln!(out, "按班走指定楼梯约 {planned} 到齐；各走最近的出口要 {nearest}");
    let _ = writeln!(out, "{}", text(json, "sentence"));
    for class in json["classes"].as_array().into_iter().flatten() {
        let way = class["stair"].as_str().or(class["exit"].as_str()).unwrap_or("–");
        let _ = writeln!(out, "{}　{way}　{} 到", text(class, "cls"), clock(&class["out_s"]));
    }
    foot(&mut out, notices, json);
    out
}
