//! The notice cut by phrase.

use super::cursor::{Findings, Table};
use crate::pack::finding::What;
use crate::pack::model::{Item, Owes, Pack, Phrase, PhraseKind, Served};

pub fn items(t: &Table<'_>, pack: &mut Pack) {
    for i in t.tables("item") {
        let number = i.text("number");
        let mut phrases = Vec::new();
        for (n, p) in i.tables("phrase").iter().enumerate() {
            let key = format!("{number}#{}", n + 1);
            let (text, kind) = (p.text("text"), kind(p));
            p.done();
            if let Some(kind) = kind {
                phrases.push(Phrase { key, text, kind, at: p.at() });
            }
        }
        let named = phrases.iter().find(|p| p.kind == PhraseKind::Naming);
        let head = named.map(|p| p.text.clone()).unwrap_or_default();
        let item = Item { number: number.clone(), head, before: i.text("before"), phrases, at: i.at() };
        i.done();
        if pack.items.iter().any(|other| other.number == number) {
            i.fault("number", What::Duplicate { id: number });
            continue;
        }
        pack.items.push(item);
    }
    pack.after = t.text("after");
    joined(t, pack);
}

fn kind(p: &Table<'_>) -> Option<PhraseKind> {
    let code = p.text("kind");
    match code.as_str() {
        "naming" => Some(PhraseKind::Naming),
        "aim" => Some(PhraseKind::Aim),
        "duty" => {
            let owes = p.code("owes", |c| match c {
                "school" => Some(Owes::School),
                "bureau" => Some(Owes::Bureau),
                "both" => Some(Owes::Both),
                _ => None,
            });
            let served = match p.text("served").as_str() {
                "whole" => Some(Served::Whole),
                "part" => Some(Served::Part(p.text("how"))),
                "none" => Some(Served::None(p.text("by"))),
                "" => None,
                other => {
                    p.fault("served", What::UnknownCode { key: "served".into(), got: other.into() });
                    None
                }
            };
            let (entries, evidence) = (p.texts("entries"), p.text("evidence"));
            Some(PhraseKind::Duty { owes: owes?, entries, evidence, served: served? })
        }
        "" => None,
        _ => {
            p.fault("kind", What::UnknownCode { key: "kind".into(), got: code });
            None
        }
    }
}

/// All phrases with the text between them are the notice, byte for byte.
fn joined(t: &Table<'_>, pack: &Pack) {
    let mut joined = String::new();
    let mut ends = Vec::new();
    for item in &pack.items {
        joined.push_str(&item.before);
        for phrase in &item.phrases {
            joined.push_str(&phrase.text);
            ends.push((joined.len(), &phrase.at));
        }
    }
    joined.push_str(&pack.after);
    if joined == pack.notice {
        return;
    }
    let byte = joined.bytes().zip(pack.notice.bytes()).take_while(|(a, b)| a == b).count();
    let at = ends.iter().find(|(end, _)| *end > byte).map_or_else(|| t.at_key("after"), |(_, at)| (*at).clone());
    t.file.add(at, What::NoticeDiffers { byte });
}

/// Each entry that a phrase names is there.
pub fn served(findings: &Findings, pack: &Pack) {
    for phrase in pack.items.iter().flat_map(|i| &i.phrases) {
        let PhraseKind::Duty { entries, .. } = &phrase.kind else { continue };
        for entry in entries.iter().filter(|id| !id.starts_with('@') && !findings.is_declared(id)) {
            findings.add(phrase.at.clone(), What::UnknownEntry { entry: entry.clone() });
        }
    }
}
