//! Reads a policy pack: a map from path to text becomes a `Pack` and a list of everything that is wrong, with file and
//! line. Pure: directories are read by the binary, the built-in pack is embedded.
//!
//! Not here: what a well-formed pack may still do wrong to people (`lint`).

mod change;
mod clause;
mod cursor;
mod entry;
mod form;
mod head;
mod normal;

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::finding::{Finding, What};
use super::model::{At, Pack};
use cursor::{File, Findings, Table};
use normal::hash;
pub use normal::normal;

/// A pack's files: path inside the pack (`obligations/meeting.toml`) → text.
pub type Files = BTreeMap<String, String>;

/// The pack, if nothing is wrong with it; else everything that is.
pub fn load(files: &Files) -> Result<Pack, Vec<Finding>> {
    let (pack, findings) = read(files);
    if findings.is_empty() { Ok(pack) } else { Err(findings) }
}

/// What could be read, and everything that is wrong. Things that are wrong are left out of the pack.
pub fn read(files: &Files) -> (Pack, Vec<Finding>) {
    let whole = on_its_base(files);
    let files = whole.as_ref().unwrap_or(files);
    let findings = Findings::default();
    let mut pack = Pack::default();
    for needed in ["notice.txt", "pack.toml", "clauses.toml", "calendar.toml", "params.toml"] {
        if !files.contains_key(needed) {
            let at = At { file: needed.into(), line: 1 };
            findings.add(at, What::MissingFile { file: needed.into() });
        }
    }
    pack.notice = files.get("notice.txt").cloned().unwrap_or_default();
    // What is referred to is read before what refers to it.
    let order: &[(&str, Reader)] = &[
        ("sources.toml", head::sources),
        ("clauses.toml", clause::items),
        ("pack.toml", head::pack),
        ("calendar.toml", head::calendar),
        ("params.toml", head::params),
        ("points.toml", head::points),
        ("topics.toml", head::topics),
        ("texts.toml", head::texts),
    ];
    for (name, reader) in order {
        if let Some(text) = files.get(*name) {
            one(&findings, name, text, &mut pack, *reader);
        }
    }
    let folders: &[(&str, Reader)] =
        &[("forms/", form::forms), ("registers/", form::registers), ("obligations/", entry::entries)];
    for (folder, reader) in folders {
        for (name, text) in files.range((*folder).to_string()..).take_while(|(n, _)| n.starts_with(folder)) {
            one(&findings, name, text, &mut pack, *reader);
        }
    }
    if let Some(text) = files.get("changes.toml") {
        one(&findings, "changes.toml", text, &mut pack, change::changes);
    }
    clause::served(&findings, &pack);
    pack.hash = hash(&pack);
    (pack, findings.into_vec())
}

/// With `based_on`, the files that are missing are those of the built-in pack.
fn on_its_base(files: &Files) -> Option<Files> {
    let (table, _) = DeTable::parse_recoverable(files.get("pack.toml")?);
    let base = table.get_ref().get("based_on")?.get_ref().as_str()?;
    if base != super::builtin::ID {
        return None;
    }
    let mut whole = super::builtin::files();
    whole.remove("changes.toml");
    whole.extend(files.iter().map(|(k, v)| (k.clone(), v.clone())));
    Some(whole)
}

type Reader = fn(&Table<'_>, &mut Pack);

/// Reads one file, also past faults of its spelling.
fn one(findings: &Findings, name: &str, text: &str, pack: &mut Pack, reader: Reader) {
    let file = File::new(name, text, findings);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = file.at(error.span().map_or(0, |s| s.start));
        file.add(at, What::Syntax { detail: error.message().into() });
    }
    // A file that cannot be parsed gives no further faults: they would be echoes of the first.
    if errors.is_empty() {
        let root = Table::new(&file, table.get_ref(), 0);
        reader(&root, pack);
        root.done();
    }
}
