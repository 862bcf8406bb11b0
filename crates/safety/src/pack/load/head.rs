//! The small files of a pack: its head, sources, calendar, numbers, points, topics, written rules.

use base::calendar::{Season, Term};
use base::{Day, Ms};

use super::cursor::Table;
use crate::org::{Role, UnitKind};
use crate::pack::finding::What;
use crate::pack::model::{Amount, Applies, Basis, Pack, Param, Source, TextKind, Topic, Unit};
use crate::pack::nouns;

/// Numbers of a pack stay below this: spans of a century in minutes.
const AMOUNT_MAX: i64 = 60_000_000;

pub fn basis(code: &str) -> Option<Basis> {
    Some(match code {
        "notice" => Basis::Notice,
        "law" => Basis::Law,
        "interpretation" => Basis::Interpretation,
        "option" => Basis::Optional,
        _ => return None,
    })
}

/// Basis, source and reason, with what each basis needs: a law its source, an interpretation its reason.
pub fn rests_on(t: &Table<'_>, pack: &Pack) -> (Basis, Option<String>, Option<String>) {
    let basis = t.code("basis", basis).unwrap_or(Basis::Interpretation);
    let (source, reason) = (t.opt_text("source"), t.opt_text("reason"));
    if let Some(id) = source.as_ref().filter(|id| !pack.sources.contains_key(*id)) {
        t.fault("source", What::UnknownSource { source: id.clone() });
    }
    if basis == Basis::Law && source.is_none() {
        t.fault("basis", What::MissingKey { key: "source".into() });
    }
    if basis == Basis::Interpretation && reason.is_none() {
        t.fault("basis", What::MissingKey { key: "reason".into() });
    }
    (basis, source, reason)
}

/// A clause that the pack's notice has.
pub fn clause(t: &Table<'_>, pack: &Pack) -> String {
    let clause = t.text("clause");
    if !clause.is_empty() && !knows_clause(pack, &clause) {
        t.fault("clause", What::UnknownClause { clause: clause.clone() });
    }
    clause
}

pub fn knows_clause(pack: &Pack, clause: &str) -> bool {
    pack.items.iter().any(|i| i.number == clause)
}

pub fn group(t: &Table<'_>) -> String {
    let group = t.text("group");
    if !group.is_empty() && !nouns::GROUPS.contains(&group.as_str()) {
        t.fault("group", What::UnknownGroup { group: group.clone() });
    }
    group
}

pub fn roles(t: &Table<'_>, key: &'static str) -> Vec<Role> {
    let mut out = Vec::new();
    for code in t.texts(key) {
        match Role::from_code(&code) {
            Some(role) => out.push(role),
            None => t.fault(key, What::UnknownRole { role: code }),
        }
    }
    out
}

pub fn role(t: &Table<'_>, key: &'static str) -> Option<Role> {
    let code = t.text(key);
    let role = Role::from_code(&code);
    if role.is_none() && !code.is_empty() {
        t.fault(key, What::UnknownRole { role: code });
    }
    role
}

/// Which units owe it: `who = "school" | "bureau"` or `kinds`, and attributes.
pub fn applies(t: Option<Table<'_>>) -> Applies {
    let Some(t) = t else { return Applies::default() };
    let who = t.opt_code("who", |code| {
        Some(match code {
            "school" => vec![UnitKind::Centre, UnitKind::School, UnitKind::Point],
            "bureau" => vec![UnitKind::City, UnitKind::County],
            "all" => Vec::new(),
            _ => return None,
        })
    });
    let mut kinds = who.unwrap_or_default();
    kinds.extend(t.codes("kinds", UnitKind::from_code));
    let applies = Applies {
        kinds,
        stages: t.codes("stages", crate::org::Stage::from_code),
        boarding: t.opt_bool("boarding"),
        canteen: t.opt_bool("canteen"),
        bus: t.opt_bool("bus"),
        min_pupils: t.opt_int("min_pupils", 0, 100_000),
    };
    t.done();
    applies
}

pub fn pack(t: &Table<'_>, pack: &mut Pack) {
    pack.id = t.text("id");
    pack.title = t.text("title");
    pack.example = t.opt_bool("example").unwrap_or(false);
    pack.document_number = t.opt_text("document_number");
    pack.issuer = t.opt_text("issuer");
    pack.issued_on = t.opt_day("issued_on");
    pack.effective_on = t.day("effective_on");
    pack.based_on = t.opt_text("based_on");
    if let Some(id) = pack.based_on.clone().filter(|id| id != crate::pack::builtin::ID) {
        t.fault("based_on", What::UnknownBase { id });
    }
    for (code, minutes, at) in t.numbers("budget") {
        match Role::from_code(&code) {
            Some(role) if (0..=2_400).contains(&minutes) => {
                pack.budget.insert(role, minutes);
            }
            Some(_) => {
                t.file.add(at, What::OutOfRange { key: code, got: minutes, least: 0, most: 2_400 });
            }
            None => t.file.add(at, What::UnknownRole { role: code }),
        }
    }
}

pub fn sources(t: &Table<'_>, pack: &mut Pack) {
    for s in t.tables("source") {
        let id = s.text("id");
        let from = s.day("effective_from");
        let source = Source {
            id: id.clone(),
            title: s.text("title"),
            article: s.opt_text("article"),
            effective_from: from.unwrap_or_else(|| Ms(0).day()),
            effective_until: s.opt_day("effective_until"),
            note: s.opt_text("note"),
            at: s.at(),
        };
        s.done();
        if pack.sources.insert(id.clone(), source).is_some() {
            s.fault("id", What::Duplicate { id });
        }
    }
}

/// Holidays and make-up days: `rest = ["01-01", "01-22/01-28"]` by year; terms that were set.
pub fn calendar(t: &Table<'_>, pack: &mut Pack) {
    for y in t.tables("year") {
        let year = y.int("year", 1990, 2100);
        for day in days(&y, "rest", year) {
            pack.calendar.rest(day);
        }
        for day in days(&y, "work", year) {
            pack.calendar.work(day);
        }
        y.done();
    }
    for s in t.tables("term") {
        let season = s.code("season", |c| match c {
            "autumn" => Some(Season::Autumn),
            "spring" => Some(Season::Spring),
            _ => None,
        });
        let year = s.int("year", 1990, 2100);
        let (from, until) = (s.day("from"), s.day("until"));
        s.done();
        if let (Some(season), Some(from), Some(until), false) = (season, from, until, s.is_bad()) {
            let year = i16::try_from(year).unwrap_or_default();
            pack.calendar.set_term(Term { year, season, from, until });
        }
    }
}

/// Days `MM-DD` and ranges `MM-DD/MM-DD` of a year.
fn days(t: &Table<'_>, key: &'static str, year: i64) -> Vec<Day> {
    let mut out = Vec::new();
    for text in t.texts(key) {
        let (from, until) = text.split_once('/').unwrap_or((&text, &text));
        let day = |d: &str| Day::parse(&format!("{year:04}-{d}"));
        let (Some(from), Some(until)) = (day(from), day(until)) else {
            t.fault(key, What::WrongType { key: text.clone(), wanted: "day" });
            continue;
        };
        let mut next = from;
        while next <= until {
            out.push(next);
            next = next.plus_days(1);
        }
    }
    out
}

/// Reads `7 days`; the faults are those of the key.
pub fn amount(t: &Table<'_>, key: &'static str) -> Option<Amount> {
    let text = t.text(key);
    if text.is_empty() {
        return None;
    }
    let (number, unit) = text.split_once(' ').unwrap_or((&text, "times"));
    let unit = match unit {
        "minute" | "minutes" => Unit::Minutes,
        "hour" | "hours" => Unit::Hours,
        "day" | "days" => Unit::Days,
        "working day" | "working days" => Unit::WorkingDays,
        "g" => Unit::Grams,
        "%" => Unit::Percent,
        "km/h" => Unit::KilometresPerHour,
        "times" => Unit::Times,
        "people" => Unit::People,
        "wan_yuan" => Unit::TenThousandYuan,
        other => {
            t.fault(key, What::UnknownCode { key: key.into(), got: other.into() });
            return None;
        }
    };
    match number.parse::<i64>() {
        Ok(value) if (0..=AMOUNT_MAX).contains(&value) => Some(Amount { value, unit }),
        Ok(got) => {
            t.fault(key, What::OutOfRange { key: key.into(), got, least: 0, most: AMOUNT_MAX });
            None
        }
        Err(_) => {
            t.fault(key, What::WrongType { key: key.into(), wanted: "amount" });
            None
        }
    }
}

/// A time in milliseconds, working days as days; none for what is no time.
pub fn span_ms(amount: Amount) -> Option<i64> {
    Some(match amount.unit {
        Unit::Minutes => amount.value * Ms::MINUTE,
        Unit::Hours => amount.value * Ms::HOUR,
        Unit::Days | Unit::WorkingDays => amount.value * Ms::DAY,
        _ => return None,
    })
}

pub fn params(t: &Table<'_>, pack: &mut Pack) {
    let mut declared = Vec::new();
    for p in t.tables("param") {
        let key = p.text("key");
        declared.push(key.clone());
        let (clause, (basis, source, reason)) = (clause(&p, pack), rests_on(&p, pack));
        let amount = amount(&p, "value");
        p.done();
        let span = amount.and_then(span_ms);
        if let Some(amount) = amount.filter(|_| span.is_none() && nouns::KEYS.contains(&key.as_str())) {
            let got = format!("{:?}", amount.unit).to_lowercase();
            p.fault("value", What::WrongUnit { key: key.clone(), got, wanted: "time" });
        }
        if let Some(amount) = amount.filter(|a| nouns::COUNTS.contains(&key.as_str()) && !a.unit.is_count()) {
            let got = format!("{:?}", amount.unit).to_lowercase();
            p.fault("value", What::WrongUnit { key: key.clone(), got, wanted: "number" });
        }
        let Some(amount) = amount.filter(|_| !p.is_bad()) else { continue };
        let span_ms = span.unwrap_or(0);
        let param = Param { key: key.clone(), clause, basis, source, reason, amount, span_ms, at: p.at() };
        if pack.params.insert(key.clone(), param).is_some() {
            p.fault("key", What::Duplicate { id: key });
        }
    }
    for key in nouns::KEYS.iter().chain(nouns::COUNTS) {
        if !declared.iter().any(|k| k == key) {
            t.file.add(t.at(), What::MissingKey { key: (*key).into() });
        }
    }
}

pub fn points(t: &Table<'_>, pack: &mut Pack) {
    for (kind, points, _) in t.lists("points") {
        pack.points.insert(kind, points);
    }
}

pub fn topics(t: &Table<'_>, pack: &mut Pack) {
    for p in t.tables("topic") {
        let id = p.text("id");
        let months = p.ints("months", 1, 12).into_iter().filter_map(|m| i8::try_from(m).ok()).collect();
        let topic =
            Topic { id: id.clone(), title: p.text("title"), months, questions: p.texts("questions"), at: p.at() };
        p.done();
        if pack.topics.insert(id.clone(), topic).is_some() {
            p.fault("id", What::Duplicate { id });
        }
    }
}

pub fn texts(t: &Table<'_>, pack: &mut Pack) {
    for p in t.tables("text") {
        let id = p.text("id");
        let text = TextKind {
            id: id.clone(),
            title: p.text("title"),
            plan: p.opt_bool("plan").unwrap_or(false),
            clause: clause(&p, pack),
            applies: applies(p.opt_table("applies")),
            model: p.text("model"),
            binds: roles(&p, "binds"),
            review_months: p.int("review_months", 1, 120),
            under: p.opt_text("under"),
            at: p.at(),
        };
        p.done();
        if pack.texts.insert(id.clone(), text).is_some() {
            p.fault("id", What::Duplicate { id });
        }
    }
}
