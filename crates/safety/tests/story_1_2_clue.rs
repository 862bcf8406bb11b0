//! 1.2 杜绝迟报、漏报、瞒报、谎报: what independent records say against what was reported becomes a clue at the superior's desk,
//! with its rule and its records; the school explains, a named person decides, and before that nobody is accused.
//!
//! The walk. 14:20, somebody at the school presses the alarm. At 14:36 nothing is reported: the county's desk is asked to
//! ask. The school ends the alarm as a real one at 15:00; at 17:01 still nothing: it knew, and the city sees it as well. The
//! school explains; the officer finds that it is so, and writes why.

use base::{Day, Id, Ms, Refusal};
use safety::absence::{self, Counts, NewLine};
use safety::alarm::{self, NewAlarm, Outcome};
use safety::clue::desk::{self, Decision, Filter, Line};
use safety::clue::{Fault, Rule, Says, State};
use safety::hazard::{self, NewHazard};
use safety::incident::{self, Act, Input, Kind, NewIncident, NewReport, ReportKind, draft, zero};
use safety::message;
use safety::outside::{self, Source};
use safety::tip::{self, NewTip};

use crate::world::{World, on_both, photo, refusal};

/// Rows of a hospital's list: more than a round of the detectors.
const LONG: i64 = 130;

fn at(text: &str) -> Ms {
    Ms::parse(&format!("2026-11-{text}:00+08:00")).unwrap()
}

pub fn go(w: &World, to: Ms) {
    let span = to.since(w.app.now());
    assert!(span >= 0, "behind us");
    w.fast_forward(span);
}

pub fn clues(w: &World, who: &str) -> Vec<Line> {
    w.sees(who, |cx| desk::list(cx, Filter::default(), None, 100)).unwrap().0
}

fn only(w: &World, who: &str) -> Line {
    let all = clues(w, who);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].clone()
}

fn press(w: &World, who: &str) -> Id {
    w.by(who, |cx| alarm::raise::raise(cx, &NewAlarm::default())).unwrap()
}

fn end(w: &World, who: &str, id: Id, outcome: Outcome) {
    let said = alarm::Input { note: Some("已处理".into()), outcome: Some(outcome) };
    w.by(who, move |cx| alarm::act::act(cx, id, alarm::Act::End, &said)).unwrap();
}

fn report(w: &World, who: &str, known_at: Option<Ms>, more: NewReport) -> Id {
    let new = NewIncident { kind: Some(Kind::Hurt), told: NewReport { known_at, ..more }, ..NewIncident::default() };
    w.by(who, move |cx| incident::report::report(cx, &new)).unwrap()
}

/// What a hazard's own page asks about somebody hurt.
fn harm(w: &World, who: &str, id: Id) -> Option<desk::Harm> {
    let asked = move |cx: &mut safety::Cx<'_, '_>| {
        let h = hazard::load(cx, id)?;
        desk::harm(cx, &h)
    };
    w.sees(who, asked).unwrap()
}

fn says(line: &Line) -> Vec<Says> {
    line.clue.traces.iter().map(|t| t.says).collect()
}

fn told(w: &World, who: &str, id: Id) -> usize {
    let page = w.sees(who, |cx| message::list(cx, None, 200)).unwrap().0;
    page.iter().filter(|m| m.subject == id).count()
}

fn class(w: &World, who: &str, name: &str) -> Id {
    let new = safety::roll::NewClass { name: name.into(), grade: 7, pupils: 40, ..Default::default() };
    w.by(who, move |cx| safety::roll::open(cx, &new)).unwrap()
}

fn ill(w: &World, who: &str, class: Id, day: Option<Day>, counts: Counts) -> Id {
    let new = NewLine { class, day, counts };
    w.by(who, move |cx| absence::record(cx, &new)).unwrap()
}

fn listed(w: &World, who: &str, source: Source, unit: &str, at: Ms) -> outside::Plan {
    let line = outside::Line {
        at: 2,
        unit: unit.into(),
        happened_at: Some(at),
        what: "学生打架".into(),
        number: String::new(),
    };
    w.by(who, move |cx| outside::enter(cx, source, std::slice::from_ref(&line))).unwrap()
}

/// A little of this noun, for the audit.
pub fn lived_in(w: &World) {
    let class = class(w, "李建国", "九年级8班");
    ill(w, "李建国", class, None, Counts { gut: 4, ..Counts::default() });
    listed(w, "于海涛", Source::Police, "江湾中学", w.app.now().plus(-Ms::DAY));
    press(w, "张福贵");
    w.fast_forward(Ms::HOUR);
    assert!(!clues(w, "于海涛").is_empty());
}

#[test]
fn an_alarm_after_which_nothing_is_reported_lies_at_the_county_s_desk_and_grows_graver() {
    on_both(|w| {
        go(w, at("16T14:20"));
        let alarm = press(w, "张福贵");
        let waits = w.sees("李建国", draft::waiting).unwrap();
        assert_eq!((waits.len(), waits[0].alarm, waits[0].known_at), (1, alarm, at("16T14:20")), "nobody begins empty");
        go(w, at("16T14:35"));
        assert!(clues(w, "于海涛").is_empty(), "a quarter of an hour is given");
        go(w, at("16T14:36"));
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.rule, clue.clue.fault), (Rule::Unreported, Fault::Omitted));
        assert_eq!((clue.unit_name.as_str(), clue.above_name.as_str()), ("江湾中学", "昌邑区教育局"));
        assert_eq!(says(&clue), [Says::AlarmRaised]);
        assert_eq!(clue.clue.traces[0].id, alarm, "each record is named");
        let id = clue.clue.id;
        assert_eq!((told(w, "于海涛", id), told(w, "李建国", id), told(w, "李局", id)), (1, 1, 0));
        assert!(clues(w, "桦甸股长").is_empty());
        assert_eq!(refusal(w.sees("宋老师", |cx| desk::list(cx, Filter::default(), None, 9))), Refusal::NoRight);

        go(w, at("16T15:00"));
        end(w, "李建国", alarm, Outcome::Real);
        go(w, at("16T16:59"));
        assert_eq!(only(w, "于海涛").clue.fault, Fault::Omitted, "two hours to report after a real one");
        go(w, at("16T17:01"));
        let clue = only(w, "李局");
        assert_eq!((clue.clue.id, clue.clue.fault), (id, Fault::Hidden), "the same clue: the school knew");
        assert_eq!(says(&clue), [Says::AlarmRaised, Says::AlarmReal]);
        assert_eq!(told(w, "李局", id), 1, "the city is told the same evening");

        // The school is asked before anybody decides.
        let decide = |outcome: &str, verdict: Option<&str>, reason: &str| {
            let d = Decision { outcome: outcome.into(), verdict: verdict.map(Into::into), reason: reason.into() };
            w.by("于海涛", move |cx| desk::settle(cx, id, &d))
        };
        let early = refusal(decide("confirmed", Some("hidden"), "学校知道，没有报"));
        assert_eq!(early, Refusal::WrongState { from: "unexplained", action: "confirm" });
        assert!(matches!(refusal(decide("", None, "")), Refusal::Invalid(f)
            if f.iter().map(|f| f.field).collect::<Vec<_>>() == ["reason", "outcome"]));
        assert!(matches!(refusal(decide("confirmed", None, "是")), Refusal::Invalid(f) if f[0].field == "verdict"));
        assert_eq!(refusal(w.by("于海涛", move |cx| desk::explain(cx, id, "替学校说"))), Refusal::NoRight);
        w.by("李建国", move |cx| desk::explain(cx, id, "校门口有人打架，公安已带走，忙着没有报")).unwrap();
        let own = Decision { outcome: "mistaken".into(), reason: "没事".into(), verdict: None };
        assert_eq!(refusal(w.by("李建国", move |cx| desk::settle(cx, id, &own))), Refusal::NoRight);
        decide("confirmed", Some("late"), "学校知道并说明了经过，按迟报处理").unwrap();
        let view = w.sees("李建国", move |cx| desk::view(cx, id)).unwrap();
        assert_eq!((view.line.clue.state, view.line.clue.verdict), (State::Confirmed, Some(Fault::Late)));
        assert_eq!(view.line.closed_by.as_deref(), Some("于海涛"));
        assert_eq!(w.sees("于海涛", desk::waiting).unwrap(), 0);
        w.fast_forward(4 * Ms::DAY);
        assert_eq!(only(w, "于海涛").clue.state, State::Confirmed, "what a person decided stays");
    });
}

#[test]
fn a_lost_child_does_not_answer_for_a_pupil_run_over_and_the_judge_sees_both() {
    on_both(|w| {
        let row = |at: Ms, what: &str, number: &str| {
            let unit = "江湾中学".to_string();
            let line = outside::Line { at: 2, unit, happened_at: Some(at), what: what.into(), number: number.into() };
            w.by("于海涛", move |cx| outside::enter(cx, Source::Police, std::slice::from_ref(&line))).unwrap()
        };
        go(w, at("16T18:00"));
        assert_eq!(row(at("16T15:20"), "学生校门口被撞", "J002").entered, 1);
        go(w, at("16T18:05"));
        let id = only(w, "于海涛").clue.id;
        let lost = NewIncident { kind: Some(Kind::Lost), ..NewIncident::default() };
        w.by("李建国", move |cx| incident::report::report(cx, &lost)).unwrap();
        go(w, at("16T18:10"));
        let clue = clues(w, "于海涛").into_iter().find(|l| l.clue.id == id).unwrap().clue;
        assert_eq!((clue.rule, clue.fault, clue.incident), (Rule::Unreported, Fault::Omitted, None), "another matter");
        let view = w.sees("李局", move |cx| desk::view(cx, id)).unwrap();
        let listed = &view.listed[0];
        assert_eq!((listed.what.as_deref(), listed.number.as_deref()), (Some("学生校门口被撞"), Some("J002")));
        assert_eq!((view.beside[0].kind, view.beside[0].taken), (Kind::Lost, false));
        // Above the desk: how many wait, and where.
        let below = w.sees("李局", desk::below).unwrap();
        assert_eq!((below.n, below.hidden, below.desks), (1, 0, vec![("昌邑区教育局".to_string(), 1)]));
        assert_eq!(w.sees("于海涛", desk::below).unwrap().n, 0, "his own desk is no other's");
        // The school learns the day, by no way the hour.
        let own = w.sees("李建国", move |cx| desk::view(cx, id)).unwrap();
        assert!(own.listed.is_empty() && own.beside.is_empty());
        let c = &own.line.clue;
        let shown = [c.at, c.traces[0].at, c.from_at, c.until_at];
        assert!(shown.iter().all(|at| *at == at.day().start()), "{shown:?}");
        // What may be the same is the same, until somebody says no.
        report(w, "李建国", None, NewReport::default());
        go(w, at("16T18:15"));
        let clue = clues(w, "于海涛").into_iter().find(|l| l.clue.id == id).unwrap().clue;
        assert_eq!((clue.rule, clue.fault), (Rule::LateSignal, Fault::Late));
        assert!(
            w.sees("李建国", move |cx| desk::view(cx, id))
                .unwrap()
                .line
                .clue
                .traces
                .iter()
                .all(|t| t.says != Says::Due)
        );
    });
}

#[test]
fn what_is_reported_in_time_answers_the_question_by_itself_and_a_false_alarm_asks_none() {
    on_both(|w| {
        go(w, at("16T14:20"));
        press(w, "张福贵");
        go(w, at("16T14:40"));
        let id = only(w, "于海涛").clue.id;
        go(w, at("16T14:50"));
        let known = Some(at("16T14:20"));
        let incident = report(w, "李建国", known, NewReport::default());
        assert!(w.sees("李建国", draft::waiting).unwrap().is_empty(), "the alarm's draft is done");
        go(w, at("16T14:52"));
        w.by("于海涛", move |cx| incident::act::act(cx, incident, Act::Receive, &Input::default())).unwrap();
        w.by("于海涛", move |cx| incident::act::act(cx, incident, Act::Pass, &Input::default())).unwrap();
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.id, clue.clue.state, clue.clue.incident), (id, State::Accounted, Some(incident)));
        assert_eq!(clue.closed_by, None, "by the program");

        go(w, at("17T09:00"));
        let drill = press(w, "张福贵");
        end(w, "李建国", drill, Outcome::False);
        let state = w.system(move |cx| {
            let row = cx.tx.row("select state from incident_draft where alarm = $1", db::args![drill])?;
            row.unwrap().text("state")
        });
        assert_eq!(state.unwrap(), "void");
        go(w, at("17T12:00"));
        assert_eq!(clues(w, "于海涛").len(), 1);
    });
}

#[test]
fn a_dropped_draft_a_signed_zero_and_a_lowered_line_show_that_the_school_knew() {
    on_both(|w| {
        go(w, at("16T08:00"));
        press(w, "张福贵");
        let d = w.sees("李建国", draft::waiting).unwrap()[0].id;
        assert_eq!(refusal(w.by("张福贵", move |cx| draft::drop(cx, d, "没事"))), Refusal::NoRight);
        assert!(matches!(refusal(w.by("李建国", move |cx| draft::drop(cx, d, " "))), Refusal::Invalid(_)));
        w.by("李建国", move |cx| draft::drop(cx, d, "两名学生推搡，已和解")).unwrap();
        go(w, at("16T08:20"));
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.fault, says(&clue)), (Fault::Hidden, vec![Says::AlarmRaised, Says::DraftDropped]));

        // Another school: on the police's list stands what its zero report of the week before denies.
        let foreign = w.foreign_school;
        w.by("北山主任", move |cx| zero::sign(cx, None, Some(foreign), None)).unwrap();
        go(w, at("17T09:00"));
        let plan = listed(w, "桦甸股长", Source::Police, "北山路小学", at("15T07:40"));
        assert_eq!((plan.entered, plan.same), (1, 0));
        assert_eq!(listed(w, "桦甸股长", Source::Police, "北山路小学", at("15T07:40")).same, 1, "once");
        go(w, at("17T09:01"));
        let clue = only(w, "桦甸股长");
        assert_eq!((clue.clue.fault, says(&clue)), (Fault::Hidden, vec![Says::Police, Says::ZeroSigned]));
        // The school reads the clue, not the list.
        let seen = only(w, "北山主任");
        assert_ne!(seen.clue.subject, clue.clue.subject);

        // Four of a class vomit; the line is put right the next morning.
        let class = class(w, "北山主任", "三年级1班");
        go(w, at("18T08:10"));
        ill(w, "北山主任", class, None, Counts { gut: 4, leave: 1, ..Counts::default() });
        go(w, at("18T09:30"));
        ill(w, "北山主任", class, None, Counts { leave: 1, ..Counts::default() });
        go(w, at("19T08:20"));
        let found = clues(w, "桦甸股长").into_iter().find(|l| l.clue.noun == "absence").unwrap();
        assert_eq!((found.clue.fault, says(&found)), (Fault::Hidden, vec![Says::Alike, Says::LineLowered]));
        assert_eq!((found.clue.traces[0].n, found.clue.traces[0].of.as_deref()), (Some(4), Some("gut")));
        assert_eq!(found.clue.traces[1].n, Some(0));
        // 北山's school ill over three days is one clue, not three.
        assert_eq!(clues(w, "桦甸股长").len(), 2);
    });
}

#[test]
fn a_hazard_that_tells_of_somebody_hurt_asks_for_the_report_until_there_is_one() {
    on_both(|w| {
        let found = |who: &str, what: &str| {
            let new = NewHazard { what: what.into(), place_text: Some("操场".into()), ..NewHazard::default() };
            w.by(who, move |cx| hazard::raise::raise(cx, &new)).unwrap()
        };
        go(w, at("16T10:00"));
        found("张福贵", "单杠底座松动，容易导致学生摔伤");
        let hurt = found("张福贵", "单杠底座松动，一名学生摔伤");
        assert_eq!(harm(w, "李建国", hurt), Some(desk::Harm::default()));
        // Not before the two hours in which a written report is due.
        go(w, at("16T12:00"));
        assert_eq!(clues(w, "于海涛").len(), 0);
        go(w, at("16T12:01"));
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.noun.as_str(), clue.clue.subject), ("hazard", hurt));
        assert_eq!((clue.clue.fault, says(&clue)), (Fault::Omitted, vec![Says::Harm]));
        // The school reads which of its own records it is.
        assert_eq!(only(w, "李建国").clue.subject, hurt);

        // Signed as a week without an incident: it knew.
        go(w, at("22T16:00"));
        w.by("李建国", |cx| zero::sign(cx, None, None, None)).unwrap();
        go(w, at("22T16:01"));
        assert_eq!(
            (only(w, "于海涛").clue.fault, says(&only(w, "于海涛"))),
            (Fault::Hidden, vec![Says::Harm, Says::ZeroSigned])
        );

        // Another school reports within the two hours, and a hazard that the report showed asks nothing more.
        go(w, at("23T08:00"));
        let theirs = found("北山主任", "走廊玻璃破裂，划伤两名学生");
        let id = report(w, "北山主任", None, NewReport { hurt: Some(2), ..NewReport::default() });
        let new =
            NewHazard {
                what: "窗扇脱落，砸伤学生".into(), place_text: Some("走廊".into()), ..NewHazard::default()
            };
        let shown = w.by("北山主任", move |cx| incident::act::raise_hazard(cx, id, &new)).unwrap();
        let beside = harm(w, "北山主任", theirs).unwrap();
        assert_eq!(beside.told, desk::Told::Yes);
        assert_eq!(beside.beside.iter().map(|b| b.id).collect::<Vec<_>>(), [id]);
        assert_eq!(harm(w, "北山主任", shown), None);
        // One that is found after that report may speak of another child: it is asked, more quietly.
        go(w, at("23T08:30"));
        let after = found("北山主任", "台阶破损，绊倒一名学生，膝盖擦伤");
        assert_eq!(harm(w, "北山主任", after).map(|h| h.told), Some(desk::Told::Perhaps));
        go(w, at("23T12:00"));
        assert_eq!(clues(w, "桦甸股长").iter().filter(|l| l.clue.noun == "hazard").count(), 0);
    });
}

#[test]
fn hazards_entered_before_they_became_a_source_are_not_asked_about() {
    on_both(|w| {
        go(w, at("16T10:00"));
        let old = w.raise("张福贵", "单杠底座松动，一名学生摔伤");
        // As the house stood before the migration; then its own words again.
        let harm = safety::MIGRATIONS.iter().find(|m| m.name == "harm").unwrap().sql;
        let mark = &harm[harm.find("insert into").unwrap()..];
        w.app.db().write(|tx| tx.exec("delete from clue_mark", &[])).unwrap();
        w.app.db().write(move |tx| tx.exec(mark.trim().trim_end_matches(';'), &[])).unwrap();
        go(w, at("16T10:20"));
        let new = w.raise("张福贵", "篮球架倾倒砸伤学生");
        go(w, at("16T13:00"));
        let asked: Vec<Id> = clues(w, "于海涛").iter().map(|l| l.clue.subject).collect();
        assert_eq!(asked, [new], "not {old}");
    });
}

#[test]
fn a_line_a_day_by_class_is_one_tap_and_keeps_what_was_said_first() {
    on_both(|w| {
        let class = class(w, "李建国", "七年级1班");
        let first = ill(w, "宋老师", class, None, Counts::default());
        assert_eq!(ill(w, "宋老师", class, None, Counts::default()), first, "全到 twice is once");
        let two = ill(w, "宋老师", class, None, Counts { fever: 2, ..Counts::default() });
        assert_ne!(two, first);
        let (unit, today) = (w.school, w.app.now().day());
        let day = w.sees("于海涛", move |cx| absence::day(cx, unit, today)).unwrap();
        assert_eq!((day.len(), day[0].lines, day[0].line.as_ref().unwrap().counts.fever), (1, 2, 2));
        assert_eq!(day[0].cluster, None);
        let bad = |counts: Counts, day: Option<Day>| {
            let new = NewLine { class, day, counts };
            refusal(w.by("宋老师", move |cx| absence::record(cx, &new)))
        };
        assert!(
            matches!(bad(Counts { fever: -1, cough: 41, ..Counts::default() }, None), Refusal::Invalid(f) if f.len() == 2)
        );
        assert!(matches!(bad(Counts::default(), Some(today.plus_days(1))), Refusal::Invalid(f) if f[0].field == "day"));
        assert!(
            matches!(bad(Counts::default(), Some(today.plus_days(-8))), Refusal::Invalid(f) if f[0].field == "day")
        );
        let new = NewLine { class, day: None, counts: Counts::default() };
        let foreign = new.clone();
        assert!(matches!(refusal(w.by("北山主任", move |cx| absence::record(cx, &foreign))), Refusal::Invalid(_)));
        assert_eq!(refusal(w.by("张福贵", move |cx| absence::record(cx, &new))), Refusal::NoRight);
        assert_eq!(refusal(w.sees("桦甸股长", move |cx| absence::day(cx, unit, today))), Refusal::NotFound);
        // Two of three days with fever in one class: five over three days are a cluster (65号).
        go(w, at("17T08:00"));
        ill(w, "宋老师", class, None, Counts { fever: 2, ..Counts::default() });
        go(w, at("18T08:00"));
        ill(w, "宋老师", class, None, Counts { fever: 1, ..Counts::default() });
        go(w, at("19T08:01"));
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.fault, says(&clue), clue.clue.traces[0].n), (Fault::Omitted, vec![Says::Alike], Some(1)));
    });
}

#[test]
fn lists_of_other_offices_name_every_fault_and_enter_nothing_while_there_is_one() {
    on_both(|w| {
        let line = |at: i64, unit: &str, happened_at| outside::Line {
            at,
            unit: unit.into(),
            happened_at,
            what: "摔伤".into(),
            number: format!("A{at}"),
        };
        let now = w.app.now();
        let lines = vec![
            line(2, "江湾中学", Some(now.plus(-Ms::HOUR))),
            line(3, "没有的学校", Some(now.plus(-Ms::HOUR))),
            line(4, "北山路小学", Some(now.plus(-Ms::HOUR))),
            line(5, "江湾中学", None),
            line(6, "江湾中学", Some(now.plus(Ms::HOUR))),
        ];
        let all = lines.clone();
        let plan = w.by("于海涛", move |cx| outside::enter(cx, Source::Health, &all)).unwrap();
        let bad: Vec<(i64, &str)> = plan.faults.iter().map(|b| (b.at, b.fault.field)).collect();
        assert_eq!(bad, [(3, "unit"), (4, "unit"), (5, "happened_at"), (6, "happened_at")]);
        assert!(w.sees("于海涛", |cx| outside::list(cx, None, 9)).unwrap().0.is_empty());
        let good = lines[..1].to_vec();
        assert_eq!(w.by("于海涛", move |cx| outside::enter(cx, Source::Health, &good)).unwrap().entered, 1);
        let (rows, next) = w.sees("于海涛", |cx| outside::list(cx, None, 9)).unwrap();
        assert_eq!((rows.len(), next, rows[0].unit_name.as_str()), (1, None, "江湾中学"));
        assert_eq!(refusal(w.sees("李建国", |cx| outside::list(cx, None, 9))), Refusal::NoRight);
        let id = rows[0].id;
        w.by("于海涛", move |cx| outside::void(cx, id, "是另一所江湾中学")).unwrap();
        w.fast_forward(3 * Ms::HOUR);
        assert!(clues(w, "于海涛").is_empty(), "a void row says nothing");
    });
}

#[test]
fn a_long_list_that_is_imported_in_one_moment_is_looked_through_to_its_end() {
    on_both(|w| {
        let now = w.app.now();
        // Long ago: every row is ripe in the moment of the import. More rows than one round of the detectors looks at.
        let lines: Vec<outside::Line> = (0..LONG)
            .map(|n| outside::Line {
                at: n + 2,
                unit: "江湾中学".into(),
                happened_at: Some(now.plus(-(n + 3) * Ms::HOUR)),
                what: "摔伤".into(),
                number: format!("H{n}"),
            })
            .collect();
        let entered = w.by("于海涛", move |cx| outside::enter(cx, Source::Health, &lines)).unwrap().entered;
        assert_eq!(entered, LONG);
        w.fast_forward(Ms::MINUTE);
        let (mut found, mut cursor) = (0, None);
        loop {
            let from: Option<String> = cursor.take();
            let (page, next) =
                w.sees("于海涛", move |cx| desk::list(cx, Filter::default(), from.as_deref(), 100)).unwrap();
            found += page.len() as i64;
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, LONG, "every row without a report lies at the desk");
    });
}

#[test]
fn a_report_that_contradicts_other_records_is_asked_about() {
    on_both(|w| {
        let officer = |id: Id| {
            w.by("于海涛", move |cx| incident::act::act(cx, id, Act::Receive, &Input::default())).unwrap();
            w.by("于海涛", move |cx| incident::act::act(cx, id, Act::Pass, &Input::default())).unwrap();
        };
        // A photo that a hazard carried a week ago.
        w.raise("张福贵", "3号楼东楼梯二层疏散指示灯不亮");
        go(w, at("18T10:00"));
        let reused = report(w, "李建国", None, NewReport { photos: vec![photo(1)], ..NewReport::default() });
        officer(reused);
        go(w, at("18T10:01"));
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.rule, clue.clue.fault), (Rule::Photo, Fault::False));
        assert_eq!(clue.clue.traces[0].noun, "hazard");

        // Two hurt, said on the day; five, said two days later as a correction.
        go(w, at("20T10:00"));
        let grown = report(w, "李建国", None, NewReport { hurt: Some(2), ..NewReport::default() });
        officer(grown);
        go(w, at("22T11:00"));
        let more = NewReport { hurt: Some(5), reason: Some("漏数三人".into()), ..NewReport::default() };
        w.by("李建国", move |cx| incident::report::again(cx, grown, ReportKind::Amend, &more)).unwrap();
        go(w, at("22T11:01"));
        let found = clues(w, "于海涛").into_iter().find(|l| l.clue.rule == Rule::RaisedLater).unwrap();
        let figures: Vec<_> = found.clue.traces.iter().map(|t| (t.says, t.n, t.of.as_deref())).collect();
        assert_eq!(figures, [(Says::FirstSaid, Some(2), Some("hurt")), (Says::LaterSaid, Some(5), Some("hurt"))]);
        // And down again.
        let less = NewReport { hurt: Some(1), reason: Some("四人只是擦伤".into()), ..NewReport::default() };
        w.by("李建国", move |cx| incident::report::again(cx, grown, ReportKind::Amend, &less)).unwrap();
        go(w, at("22T11:02"));
        let found = clues(w, "于海涛").into_iter().find(|l| l.clue.rule == Rule::LoweredLater).unwrap();
        assert_eq!(found.clue.fault, Fault::Hidden);

        // A call claimed before anything had happened.
        go(w, at("24T10:00"));
        let odd = report(w, "李建国", Some(at("24T09:50")), NewReport::default());
        let called = Input { at: Some(at("24T09:20")), spoke_with: Some("值班员".into()), ..Input::default() };
        w.by("李建国", move |cx| incident::act::act(cx, odd, Act::Call, &called)).unwrap();
        officer(odd);
        go(w, at("24T10:01"));
        let found = clues(w, "于海涛").into_iter().find(|l| l.clue.rule == Rule::Time).unwrap();
        assert_eq!(says(&found), [Says::CallClaimed, Says::Happened]);
    });
}

#[test]
fn a_level_that_does_not_pass_on_is_asked_by_the_one_above() {
    on_both(|w| {
        go(w, at("16T10:00"));
        let id = report(w, "李建国", None, NewReport::default());
        w.by("于海涛", move |cx| incident::act::act(cx, id, Act::Receive, &Input::default())).unwrap();
        go(w, at("16T12:01"));
        let clue = only(w, "李局");
        assert_eq!((clue.unit_name.as_str(), clue.above_name.as_str()), ("昌邑区教育局", "吉林市教育局"));
        assert_eq!((clue.clue.rule, clue.clue.fault), (Rule::LateReport, Fault::Late));
        assert_eq!(says(&clue), [Says::Known, Says::Due, Says::NotYet]);
        // Passed on after all: the clue says when.
        w.by("于海涛", move |cx| incident::act::act(cx, id, Act::Pass, &Input::default())).unwrap();
        go(w, at("16T12:05"));
        let clue = only(w, "李局");
        assert_eq!(says(&clue), [Says::Known, Says::Due, Says::Reported]);
        let clue = clue.clue.id;
        w.by("于海涛", move |cx| desk::explain(cx, clue, "系统外电话已报，未点转报")).unwrap();
        let d = Decision { outcome: "accounted".into(), reason: "电话记录属实".into(), verdict: None };
        let same = d.clone();
        assert_eq!(refusal(w.by("于海涛", move |cx| desk::settle(cx, clue, &same))), Refusal::NoRight, "not by itself");
        w.by("李局", move |cx| desk::settle(cx, clue, &d)).unwrap();
    });
}

#[test]
fn a_tip_of_an_injury_that_nobody_reported_is_asked_about_after_a_day_without_naming_who_told() {
    on_both(|w| {
        w.by("孙局长", |cx| tip::gate(cx, true)).unwrap();
        let new = NewTip {
            unit: w.school,
            kind: "injury".into(),
            what: "有学生从楼梯上摔下来".into(),
            happened_on: Day::parse("2026-11-15"),
            contact: String::new(),
        };
        let meta = safety::Meta::of("tip");
        w.app.write(&safety::Actor::system(), meta, move |cx| tip::submit(cx, &new, "7KQ29MXTB4D8WVHR")).unwrap();
        w.fast_forward(23 * Ms::HOUR);
        assert!(clues(w, "于海涛").is_empty());
        w.fast_forward(2 * Ms::HOUR);
        let clue = only(w, "于海涛");
        assert_eq!((clue.clue.fault, says(&clue)), (Fault::Omitted, vec![Says::Told]));
        let school = only(w, "李建国");
        assert!(school.clue.traces[0].hidden() && !clue.clue.traces[0].hidden());
        let day = clue.clue.at.day().start();
        assert_eq!((school.clue.at, school.clue.traces[0].at), (day, day), "the day, not the hour");
        // The sources that the county has, and those that nobody records yet.
        let sources = w.sees("于海涛", desk::sources).unwrap();
        let n = |code: &str| sources.iter().find(|s| s.code == code).unwrap().n;
        assert_eq!((n("tip"), n("alarm"), n("outside"), n("bus"), n("dorm")), (Some(1), Some(0), Some(0), None, None));
    });
}

#[test]
fn the_first_line_with_three_alike_is_told_to_the_safety_head_once_and_a_list_names_the_nearest_school() {
    on_both(|w| {
        let class = class(w, "李建国", "七年级1班");
        let fever = |n: i64| ill(w, "宋老师", class, None, Counts { fever: n, ..Counts::default() });
        let lines = [fever(2), fever(4), fever(5), fever(1), fever(3)];
        assert_eq!(lines.map(|line| told(w, "李建国", line)), [0, 1, 0, 0, 0], "once for a class and day");
        assert_eq!(told(w, "马校长", lines[1]), 0);
        let near = |unit: &str| {
            let line = outside::Line { at: 2, unit: unit.into(), happened_at: Some(w.app.now()), ..Default::default() };
            let plan = w.sees("于海涛", move |cx| outside::plan(cx, Source::Police, std::slice::from_ref(&line)));
            plan.unwrap().faults[0].near.clone()
        };
        assert_eq!(near("江湾中学初中部").as_deref(), Some("江湾中学"));
        assert_eq!(near("昌邑区江湾中").as_deref(), Some("江湾"), "its short name");
        assert_eq!((near("松江小学"), near("")), (None, None));
    });
}
