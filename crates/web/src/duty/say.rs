//! A duty in words that need the pack, the calendar or the roll: its title, its period, its part.

use std::collections::BTreeMap;

use base::{Day, Id};
use safety::duty::{Duty, cells};
use safety::org::{people, unit};
use safety::pack::model::{Entry, Evidence, Rule};
use safety::{Cx, hazard, incident, roll};

use crate::words::{self, duty as told};

/// The entry's title in the pack that judged it.
pub fn title(cx: &Cx<'_, '_>, duty: &Duty) -> String {
    entry(cx, duty).map_or_else(|| duty.entry.clone(), |e| e.title.clone())
}

pub fn entry<'a>(cx: &Cx<'a, '_>, duty: &Duty) -> Option<&'a Entry> {
    let packs = cx.packs;
    packs.by_hash(&duty.pack_hash).unwrap_or_else(|| packs.in_force(duty.from_on)).entry(&duty.entry)
}

pub fn period(cx: &Cx<'_, '_>, duty: &Duty) -> String {
    span(cx, duty.county, &duty.period, duty.from_on, duty.until_on)
}

pub fn span(cx: &Cx<'_, '_>, county: i64, key: &str, from: Day, until: Day) -> String {
    let calendar = cx.packs.calendar(from, county);
    let week = calendar.week_in_term(from).or(calendar.week_in_term(until));
    told::period(key, from, until, week)
}

/// The hazard or the incident that something is about, as the viewer may see it.
pub fn about(cx: &mut Cx<'_, '_>, id: Id) -> Option<String> {
    let hazard = hazard::list::of_id(cx, id).ok().map(|line| line.hazard.what);
    hazard.or_else(|| incident::load(cx, id).ok().map(|i| words::incident::kind(i.kind).to_string()))
}

/// Names of classes, topics and persons that parts speak of; each looked up once.
#[derive(Default)]
pub struct Parts {
    classes: BTreeMap<Id, String>,
    persons: BTreeMap<Id, String>,
}

impl Parts {
    /// 「三年二班 · 防一氧化碳中毒」; "" for the whole unit or where the viewer may not see the class.
    pub fn words(&mut self, cx: &mut Cx<'_, '_>, key: &str) -> String {
        // What is due after an event is told by what happened.
        if let Some(id) = key.strip_prefix("record:").and_then(Id::parse) {
            return about(cx, id).unwrap_or_default();
        }
        let Some(part) = cells::part_of_key(key) else { return String::new() };
        let mut out = Vec::new();
        if let Some(id) = part.class {
            let name = match self.classes.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = roll::load(cx, id).map_or(String::new(), |c| c.name);
                    self.classes.insert(id, name.clone());
                    name
                }
            };
            out.push(name);
        }
        if let Some(topic) = &part.topic {
            out.push(cx.pack.topics.get(topic).map_or_else(|| topic.clone(), |t| t.title.clone()));
        }
        if let Some(id) = part.person {
            let name = match self.persons.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = people::names(cx, [id]).ok().and_then(|mut n| n.remove(&id)).unwrap_or_default();
                    self.persons.insert(id, name.clone());
                    name
                }
            };
            out.push(name);
        }
        out.retain(|w| !w.is_empty());
        out.join(" · ")
    }
}

/// County number of a unit, for its calendar.
pub fn county(cx: &mut Cx<'_, '_>, id: Id) -> i64 {
    unit::load(cx, id).map_or(0, |u| u.county)
}

/// The form by which an entry is done, filled with what its cell knows; "" where no form does it.
/// `day` is given where its period is over: the record is of then.
pub fn form_href(cx: &Cx<'_, '_>, entry: &str, unit: Id, part: &str, about: Option<Id>, day: Option<Day>) -> String {
    let entry = cx.pack.entry(entry);
    let Some(Evidence::Form { form, only }) = entry.map(|e| &e.evidence) else { return String::new() };
    // What it is about is said by the event after which it is due.
    let after = entry.map(|e| &e.rule);
    let incident = matches!(after, Some(Rule::Deadline { after, .. }) if after.starts_with("incident"));
    let mut out = format!("/works/new?form={form}&unit={unit}");
    let mut add = |name: &str, value: String| out.push_str(&format!("&{name}={value}"));
    for (key, values) in only {
        if let [value] = values.as_slice() {
            add(key, value.clone());
        }
    }
    let part = cells::part_of_key(part).unwrap_or_default();
    if let Some(class) = part.class {
        add("class", class.to_string());
    }
    if let Some(topic) = part.topic {
        add("topic", topic);
    }
    if let Some(person) = part.person {
        add("person", person.to_string());
    }
    if let Some(id) = about {
        add(if incident { "incident" } else { "hazard" }, id.to_string());
    }
    if let Some(day) = day {
        add("happened_on", day.to_string());
    }
    out
}

/// Where that is done which no form does; "" where the program has no page for it.
pub fn done_at(cx: &Cx<'_, '_>, entry: &str) -> &'static str {
    match cx.pack.entry(entry).map(|e| &e.evidence) {
        Some(Evidence::Noun { noun }) => told::done_at(noun),
        _ => "",
    }
}
