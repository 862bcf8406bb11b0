//! Reads an instance document; a malformed element is reported with its place and the reading goes on.

use crate::fault::{Code, Faults};
use crate::model::{Bus, Class, Closure, Draft, Edge, FORMAT, MAX_BYTES, Node, Origin, Rules, Siblings, Targets};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Reads JSON text. Refuses with `E_FORMAT` (every malformed element) or `E_TOO_LARGE` (over 8 MiB).
pub fn draft_from_json(bytes: &[u8]) -> Result<Draft, Faults> {
    if bytes.len() > MAX_BYTES {
        return Err(Faults::one(Code::E_TOO_LARGE, "文件", format!("文件超过 {} MiB", MAX_BYTES >> 20)));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|e| {
        let place = format!("第 {} 行第 {} 列", e.line(), e.column());
        Faults::one(Code::E_FORMAT, place, "不是有效的 JSON 文件")
    })?;
    let Value::Object(map) = value else {
        return Err(Faults::one(Code::E_FORMAT, "文件", "最外层应为一个对象"));
    };
    let mut faults = Faults::default();
    let format = text(&map, "format").unwrap_or_default();
    if format != FORMAT {
        faults.push(Code::E_FORMAT, "format", format!("应为 {FORMAT}，读到“{}”", shorten(&format)));
    }
    let id = text(&map, "id").unwrap_or_default();
    if id.is_empty() {
        faults.push(Code::E_FORMAT, "id", "缺少编号 id");
    }
    let draft = Draft {
        format,
        name: text(&map, "name").unwrap_or_else(|| id.clone()),
        id,
        time_step_s: one(&map, "time_step_s", Some(1.0), &mut faults).unwrap_or(1.0),
        rules: one(&map, "rules", Some(Rules::default()), &mut faults).unwrap_or_default(),
        targets: one(&map, "targets", Some(Targets::default()), &mut faults).unwrap_or_default(),
        nodes: list::<Node>(&map, "nodes", true, &mut faults),
        edges: list::<Edge>(&map, "edges", true, &mut faults),
        classes: list::<Class>(&map, "classes", true, &mut faults),
        closures: list::<Closure>(&map, "closures", false, &mut faults),
        siblings: list::<Siblings>(&map, "siblings", false, &mut faults),
        buses: list::<Bus>(&map, "buses", false, &mut faults),
        assumed: list::<String>(&map, "assumed", false, &mut faults),
        origin: Origin::default(),
    };
    if faults.0.is_empty() { Ok(draft) } else { Err(faults) }
}

fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    map.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// Long or strange input is not repeated whole in a message.
fn shorten(s: &str) -> String {
    s.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn one<T: DeserializeOwned>(map: &Map<String, Value>, key: &str, default: Option<T>, faults: &mut Faults) -> Option<T> {
    match map.get(key) {
        None | Some(Value::Null) => default,
        Some(v) => match serde_json::from_value(v.clone()) {
            Ok(t) => Some(t),
            Err(e) => {
                faults.push(Code::E_FORMAT, key, format!("格式不对：{}", shorten(&e.to_string())));
                None
            }
        },
    }
}

fn list<T: DeserializeOwned>(map: &Map<String, Value>, key: &str, required: bool, faults: &mut Faults) -> Vec<T> {
    let items = match map.get(key) {
        Some(Value::Array(items)) => items,
        None | Some(Value::Null) if !required => return Vec::new(),
        None | Some(Value::Null) => {
            faults.push(Code::E_FORMAT, key, "缺少这一部分");
            return Vec::new();
        }
        Some(_) => {
            faults.push(Code::E_FORMAT, key, "应为列表");
            return Vec::new();
        }
    };
    let mut out = Vec::with_capacity(items.len());
    for (i, v) in items.iter().enumerate() {
        match serde_json::from_value(v.clone()) {
            Ok(t) => out.push(t),
            Err(e) => {
                let id = v.get("id").and_then(Value::as_str).unwrap_or_default();
                let place = format!("{key}[{i}] {}", shorten(id));
                faults.push(Code::E_FORMAT, place, format!("格式不对：{}", e.to_string().replace('\n', " ")));
            }
        }
    }
    out
}
