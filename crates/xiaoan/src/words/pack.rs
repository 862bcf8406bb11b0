//! Sentences of `pack`.

use std::fmt::Write;
use std::path::Path;

use safety::duty::rehearse::{Both, Difference, Rehearsal};
use safety::org::Role;
use safety::pack::Pack;
use safety::pack::model::Entry;
use web::words::pack as say;

pub fn too_big(path: &Path) -> String {
    format!("{} 太大或文件太多，不像一个政策包。", path.display())
}
pub fn faults(n: usize) -> String {
    format!("共 {n} 处要改。")
}
pub fn clean(pack: &Pack, warnings: usize) -> String {
    let tail = if warnings > 0 { format!("，{warnings} 处提醒") } else { String::new() };
    format!(
        "{}：没有要改的地方{tail}。要点 {} 项，规则 {} 条，其中打开 {} 条。",
        pack.id,
        pack.items.len(),
        pack.entries.len(),
        pack.entries.iter().filter(|e| e.on).count()
    )
}
/// Minutes a week of a post beside its limit.
pub fn minutes(role: Role, tenths: i64, most: Option<i64>) -> String {
    let name = web::words::role(role);
    match most {
        Some(most) => format!("  {name}：每周约 {}.{} 分钟，上限 {most} 分钟", tenths / 10, tenths % 10),
        None => format!("  {name}：每周约 {}.{} 分钟", tenths / 10, tenths % 10),
    }
}
pub fn head(pack: &Pack) -> String {
    let hash: String = pack.hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
    let day = pack.effective_on.map(|d| d.to_string()).unwrap_or_default();
    let number = pack.document_number.clone().unwrap_or_default();
    format!("{} {} {number}\n{day} 起施行 · 指纹 {hash}", pack.id, pack.title)
}
pub fn entry(entry: &Entry) -> String {
    let on = match (entry.on, entry.makes_cells()) {
        (false, _) => "未打开",
        (true, true) => "应做",
        (true, false) => "已写明，尚未计数",
    };
    format!("  {:<24} {}（{on}）", entry.id, entry.title)
}

pub fn day(text: &str) -> String {
    format!("{text} 读不懂。例：2026-09-01")
}
pub fn span(most: i64) -> String {
    format!("试算的时间要在昨天以前，最长 {most} 天。")
}

fn both(both: Both) -> String {
    format!("{} → {}", say::tenths(both.now), say::tenths(both.draft))
}

fn change(d: &Difference) -> String {
    let reason = d.reason.as_ref().map(|r| format!("（{r}）")).unwrap_or_default();
    format!("  {} {}{reason}", d.id, say::change(d))
}

/// The whole rehearsal as lines.
pub fn rehearsal(told: &Rehearsal, now: &Pack, draft: &Pack) -> String {
    let mut out = format!(
        "试算 {} 至 {}，{} 周，{} 个单位。现行 {}，试算的 {}。\n",
        told.from, told.until, told.weeks, told.units, now.id, draft.id
    );
    out.push_str("\n每个岗位每周分钟（现行 → 试算）\n");
    for (role, minutes) in &told.roles {
        let name = Role::from_code(role).map_or(*role, web::words::role);
        let _ = writeln!(out, "  {name} {}", both(*minutes));
    }
    out.push_str("\n一个单位应做的件数（现行 → 试算）\n");
    for (code, of) in &told.kinds {
        let _ = writeln!(out, "  {} {} 个：{}", say::kind(code), of.units, both(of.cells));
    }
    out.push_str("\n会没有做到的（按已有记录推算）\n");
    for e in told.entries.iter().filter(|e| e.owed.draft > 0) {
        let untried = if e.untried { format!("，{}", say::UNTRIED) } else { String::new() };
        let (now, draft) = (e.missing.now, e.missing.draft);
        let _ = writeln!(out, "  {} {}：应做 {}，没做 {now} → {draft}{untried}", e.entry, e.title, e.owed.draft);
    }
    let _ = writeln!(out, "\n改了 {} 处", told.changes.len());
    for d in &told.changes {
        let _ = writeln!(out, "{}", change(d));
    }
    out.trim_end().to_string()
}
