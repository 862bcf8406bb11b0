//! A small pack by hand, for tests of the engine: weekly and monthly meetings, a special one after a 重大 hazard, lessons,
//! training, letters, law education, coverage of places. Not the notice: that is `packs/jilin-2012`.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::Day;
use base::calendar::{PeriodKind, SchoolCalendar};
use safety::org::{Role, UnitKind};
use safety::pack::Packs;
use safety::pack::model::*;

pub const SCHOOLS: [UnitKind; 3] = [UnitKind::School, UnitKind::Centre, UnitKind::Point];
pub const BUREAUS: [UnitKind; 2] = [UnitKind::City, UnitKind::County];

pub fn every(period: PeriodKind, each: Each) -> Rule {
    Rule::Every { times: 1, period, each, months: Vec::new() }
}

pub fn form_evidence(form: &str) -> Evidence {
    Evidence::Form { form: form.into(), only: BTreeMap::new() }
}

pub fn entry(id: &str, clause: &str, kinds: &[UnitKind], rule: Rule, evidence: Evidence) -> Entry {
    let bureau = kinds.contains(&UnitKind::City);
    let (lead, deputy, doer) = match bureau {
        true => (Role::BureauHead, Role::BureauVice, Role::Officer),
        false => (Role::Principal, Role::Vice, Role::SafetyHead),
    };
    Entry {
        id: id.into(),
        title: format!("应做 {id}"),
        clause: clause.into(),
        also: Vec::new(),
        basis: Basis::Interpretation,
        source: None,
        reason: Some("test".into()),
        on: true,
        applies: Applies { kinds: kinds.to_vec(), ..Applies::default() },
        rule,
        evidence,
        people: People { lead, deputy, doers: vec![doer], checker: deputy, acceptor: lead },
        until: Stage3::Accepted,
        grace_days: 0,
        minutes: 30,
        waivable: true,
        group: "meeting".into(),
        asks: Vec::new(),
        texts: Vec::new(),
        at: At::default(),
    }
}

fn field(key: &str, kind: FieldKind, required: bool) -> Field {
    Field {
        key: key.into(),
        label: key.into(),
        kind,
        required,
        fact: String::new(),
        need: None,
        help: None,
        at: At::default(),
    }
}

fn form(id: &str, clause: &str, fields: Vec<Field>) -> (String, Form) {
    let form = Form {
        id: id.into(),
        title: id.into(),
        clause: clause.into(),
        group: "meeting".into(),
        fields,
        at: At::default(),
    };
    (id.into(), form)
}

fn codes(all: &[&str]) -> Vec<(String, String)> {
    all.iter().map(|c| (c.to_string(), c.to_string())).collect()
}

pub const TOPICS: [&str; 3] = ["monoxide", "ice", "drowning"];

pub fn pack() -> Pack {
    let mut bureau =
        entry("meet.bureau", "1.1", &BUREAUS, every(PeriodKind::Month, Each::Unit), form_evidence("meeting"));
    bureau.basis = Basis::Notice;
    let mut school =
        entry("meet.school", "1.1", &SCHOOLS, every(PeriodKind::Week, Each::Unit), form_evidence("meeting"));
    school.basis = Basis::Notice;
    let special = Rule::Deadline { after: "hazard.major".into(), hours: 72, working: true };
    let mut special = entry("meet.special", "1.1", &SCHOOLS, special, form_evidence("meeting"));
    special.until = Stage3::Done;
    let topics = TOPICS.iter().map(|t| t.to_string()).collect();
    let mut lesson = entry(
        "edu.topics",
        "3.4",
        &SCHOOLS,
        every(PeriodKind::SchoolYear, Each::ClassTopic(topics)),
        form_evidence("lesson"),
    );
    (lesson.people.doers, lesson.until) = (vec![Role::Teacher], Stage3::Done);
    let managers = Each::Person(vec![Role::Principal, Role::Vice, Role::SafetyHead]);
    let mut training =
        entry("train.managers", "3.1", &SCHOOLS, every(PeriodKind::SchoolYear, managers), form_evidence("training"));
    training.until = Stage3::Done;
    let mut law_term =
        entry("edu.law", "3.2", &SCHOOLS, every(PeriodKind::Term, Each::Class), form_evidence("law_lesson"));
    law_term.people.doers = vec![Role::PupilsHead, Role::Teacher];
    let mut letters = entry(
        "letter",
        "4.2",
        &SCHOOLS,
        every(PeriodKind::SchoolYear, Each::Person(Role::EIGHT.to_vec())),
        form_evidence("letter"),
    );
    letters.until = Stage3::Done;
    let cover = Rule::Coverage { of: "place".into(), period: PeriodKind::Month };
    let cover = entry("haz.cover", "2.6", &SCHOOLS, cover, Evidence::Noun { noun: "check".into() });
    let patrol = entry("patrol.day", "1.4", &SCHOOLS, every(PeriodKind::Day, Each::Unit), form_evidence("patrol"));
    let hours = FieldKind::Number { least: 1, most: 100, unit: Some("h".into()) };
    let mastered = FieldKind::Number { least: 0, most: 100, unit: None };
    Pack {
        id: "small".into(),
        title: "试用".into(),
        hash: [1; 32],
        entries: vec![bureau, school, special, lesson, training, law_term, letters, cover, patrol],
        forms: BTreeMap::from([
            form(
                "meeting",
                "1.1",
                vec![
                    field("title", FieldKind::Line, false),
                    field("problems", FieldKind::Text, true),
                    field("situation", FieldKind::Text, false),
                    field("measures", FieldKind::Text, true),
                    field("present", FieldKind::People, false),
                ],
            ),
            form(
                "lesson",
                "3.4",
                vec![
                    field("topic", FieldKind::Choice(codes(&TOPICS)), true),
                    field("held", FieldKind::Number { least: 0, most: 200, unit: None }, false),
                    field("mastered", mastered, false),
                ],
            ),
            form(
                "training",
                "3.1",
                vec![
                    field("texts", FieldKind::Choices(codes(&["injury", "response", "fire", "outline"])), true),
                    field("hours", hours, true),
                ],
            ),
            form("law_lesson", "3.2", vec![field("title", FieldKind::Line, true)]),
            form("letter", "4.2", vec![field("signed_on", FieldKind::Day, false)]),
            form("patrol", "1.4", vec![field("seen", FieldKind::Line, false)]),
        ]),
        topics: TOPICS
            .iter()
            .map(|t| {
                let months = if *t == "drowning" { vec![5, 6, 7, 8, 9] } else { vec![10, 11, 12, 1, 2, 3, 4] };
                let topic =
                    Topic { id: t.to_string(), title: t.to_string(), months, questions: Vec::new(), at: At::default() };
                (t.to_string(), topic)
            })
            .collect(),
        calendar: calendar(),
        ..Pack::default()
    }
}

pub fn calendar() -> SchoolCalendar {
    let csv = "date,kind,name\n2026-10-01,rest,x\n2026-10-02,rest,x\n2026-10-05,rest,x\n2026-10-06,rest,x\n\
               2026-10-07,rest,x\n2026-10-10,work,x\n2027-01-01,rest,x\n";
    SchoolCalendar::read(csv).unwrap()
}

pub fn packs() -> Packs {
    Packs::new(vec![(day("2012-01-01"), Arc::new(pack()))])
}

pub fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}
