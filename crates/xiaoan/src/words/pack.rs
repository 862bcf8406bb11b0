//! Sentences of `pack`.

use std::path::Path;

use safety::org::Role;
use safety::pack::Pack;
use safety::pack::model::Entry;

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
