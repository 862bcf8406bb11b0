//! Clocks that jump (1.2, 5.2): an hour or a day ahead, an hour or a day back over a restart, across the leap day. Nothing
//! fires twice, nothing never: an alarm's ladder, an urgent notice that nobody signs, the report that a school owes. (Within
//! one run the clock is never told to go back: `base::Clock`.)

use base::{Id, Ms};
use safety::alarm::{self, Act, NewAlarm, State, view};
use safety::incident::{self, Kind, NewIncident, NewReport};
use safety::message;
use safety::notice::{NewNotice, urgent};

use crate::world::{World, on_both, on_both_owned};

fn press(w: &World, who: &str) -> Id {
    w.by(who, |cx| alarm::raise::raise(cx, &NewAlarm::default())).unwrap()
}

/// Rungs that the ladder has climbed by its own steps.
fn rungs(w: &World, id: Id) -> Vec<i64> {
    let steps = w.sees("李局", move |cx| view::show(cx, id)).unwrap().steps;
    steps.iter().rev().filter(|s| s.act == Act::Rung).map(|s| s.rung).collect()
}

fn urge(w: &World) -> Id {
    let draft = NewNotice {
        id: None,
        number: None,
        title: "暴雪红色预警".into(),
        body: "停课。".into(),
        clause: "1.2".into(),
        kinds: Vec::new(),
        units: vec![w.school],
        figures: Vec::new(),
        category: None,
        asks: Vec::new(),
        from_on: None,
        due_on: w.app.now().day(),
    };
    w.by("李局", move |cx| urgent::send(cx, &draft)).unwrap()
}

fn told(w: &World, who: &str, id: Id) -> usize {
    let page = w.sees(who, |cx| message::list(cx, None, 200)).unwrap().0;
    page.iter().filter(|m| m.subject == id).count()
}

/// Reported by the school to the county alone; answers what it owes now, by name and moment.
fn report(w: &World) -> Id {
    let told = NewReport { hurt: Some(1), ..NewReport::default() };
    let new = NewIncident { kind: Some(Kind::Hurt), told, ..NewIncident::default() };
    w.by("李建国", move |cx| incident::report::report(cx, &new)).unwrap()
}

/// What the incident owes that is late now, and how many steps its history has.
fn late(w: &World, id: Id) -> (usize, usize) {
    let now = w.app.now();
    let view = w.sees("李建国", move |cx| incident::view::view(cx, id)).unwrap();
    (view.legs.iter().filter(|leg| leg.late(now).is_some()).count(), view.steps.len())
}

#[test]
fn an_hour_or_a_day_ahead_each_step_comes_once() {
    for jump in [Ms::HOUR, Ms::DAY] {
        on_both(|w| {
            let (alarm, notice, incident) = (press(w, "张福贵"), urge(w), report(w));
            w.clock.advance(jump);
            let fired = w.tick();
            assert!(fired > 0);
            assert_eq!(w.tick(), 0, "and no second time");
            assert_eq!(rungs(w, alarm), [2], "an alarm goes on from now, one rung at a time");
            let (told_now, late_now) = (told(w, "李建国", notice), late(w, incident));
            assert!(late_now.0 > 0, "what is late is late at once");
            assert_eq!(told_now, 3, "each rung that was missed, once");
            w.clock.advance(2 * Ms::MINUTE);
            w.tick();
            assert_eq!(rungs(w, alarm), [2, 3]);
            assert_eq!((told(w, "李建国", notice), late(w, incident)), (told_now, late_now));
        });
    }
}

#[test]
fn back_over_a_restart_nothing_fires_again_and_what_is_to_come_comes_at_its_time() {
    for jump in [Ms::HOUR, Ms::DAY] {
        on_both_owned(|w| {
            // Posts are held from the first day on: there is a day to go back to.
            w.fast_forward(2 * Ms::DAY);
            let (alarm, notice) = (press(&w, "张福贵"), urge(&w));
            w.fast_forward(Ms::MINUTE);
            assert_eq!((rungs(&w, alarm), told(&w, "李建国", notice)), (vec![2], 1));
            let before = w.app.now();
            let w = w.restarted(before.plus(-jump));
            assert_eq!(w.tick(), 0);
            // What people do meanwhile is stored, under the clock as it is; the open alarm is not doubled.
            assert_eq!(press(&w, "张福贵"), alarm);
            let later = press(&w, "北山主任");
            w.fast_forward(Ms::MINUTE);
            assert_eq!((rungs(&w, later), rungs(&w, alarm)), (vec![2], vec![2]));
            w.fast_forward(jump - Ms::MINUTE);
            assert_eq!((rungs(&w, alarm), told(&w, "李建国", notice)), (vec![2], 1), "its next rung is a minute away");
            w.fast_forward(2 * Ms::MINUTE);
            assert_eq!(rungs(&w, alarm), [2, 3]);
            w.fast_forward(30 * Ms::MINUTE);
            assert_eq!(told(&w, "李建国", notice), 2);
            w.audit();
        });
    }
}

#[test]
fn across_the_leap_day_a_step_of_the_night_comes_on_the_29th_once() {
    on_both(|w| {
        let eve = Ms::parse("2028-02-28T23:50:00+08:00").unwrap();
        w.fast_forward(eve.since(w.app.now()));
        let (alarm, notice) = (press(w, "张福贵"), urge(w));
        w.fast_forward(20 * Ms::MINUTE);
        assert_eq!(w.app.now().day().to_string(), "2028-02-29");
        assert_eq!((rungs(w, alarm), told(w, "李建国", notice)), (vec![2], 1));
        w.fast_forward(10 * Ms::MINUTE);
        assert_eq!(told(w, "李建国", notice), 2);
        w.fast_forward(Ms::DAY);
        assert_eq!(w.app.now().day().to_string(), "2028-03-01");
        assert_eq!(told(w, "李建国", notice), 3);
        let open = w.sees("李建国", move |cx| view::show(cx, alarm)).unwrap().alarm;
        assert_eq!(open.state, State::Raised);
    });
}
