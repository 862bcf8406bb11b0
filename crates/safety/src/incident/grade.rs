//! How grave: the statutory grade (令493 art. 3) and the school-internal class A, B, C, both computed from the pack's
//! numbers, side by side. Pure. Unknown figures count as nothing: a first report says what is known.

use base::Ms;

use super::state::{Class, Fact, Grade, Kind};
use crate::pack::Pack;

/// What people suffered, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Toll {
    pub hurt: Option<i64>,
    /// 送医
    pub sent: Option<i64>,
    /// 重伤
    pub serious: Option<i64>,
    pub dead: Option<i64>,
    pub missing: Option<i64>,
    /// 直接经济损失, in 万元
    pub loss: Option<i64>,
}

/// The highest grade of which one of the three thresholds is reached.
pub fn grade(pack: &Pack, toll: Toll) -> Grade {
    let of = |grade: &str| {
        [("dead", toll.dead), ("serious", toll.serious), ("loss", toll.loss)]
            .iter()
            .any(|(what, got)| got.unwrap_or(0) >= pack.count(&format!("incident.grade.{grade}.{what}")))
    };
    match () {
        () if of("special") => Grade::Special,
        () if of("major") => Grade::Major,
        () if of("larger") => Grade::Larger,
        () => Grade::Ordinary,
    }
}

/// A: any death, several sent to hospital, food poisoning of several, violence, a pupil missing for hours, a bus with
/// injured, a fire that needed the brigade, attention of the media, or anything above the lowest statutory grade.
/// B: somebody sent to hospital, or a kind that may still grow. C: the rest. `for_ms` is how long it has been known.
pub fn class(pack: &Pack, kind: Kind, toll: Toll, facts: &[Fact], for_ms: i64) -> Class {
    let n = |got: Option<i64>| got.unwrap_or(0);
    let has = |fact: Fact| facts.contains(&fact);
    let lost = kind == Kind::Lost || n(toll.missing) > 0;
    let grave = n(toll.dead) >= pack.count("incident.class.a.dead")
        || n(toll.sent).max(n(toll.serious)) >= pack.count("incident.class.a.sent")
        || (kind == Kind::Sick && n(toll.hurt).max(n(toll.sent)) >= pack.count("incident.class.a.poisoned"))
        || has(Fact::Violent)
        || has(Fact::Media)
        || (lost && toll.missing != Some(0) && for_ms >= pack.span("incident.class.a.lost"))
        || (kind == Kind::Bus && n(toll.hurt).max(n(toll.sent)) > 0)
        || (kind == Kind::Fire && has(Fact::Called119))
        || grade(pack, toll) != Grade::Ordinary;
    if grave {
        return Class::A;
    }
    let grows = matches!(kind, Kind::Sick | Kind::Fire | Kind::Bus | Kind::Lost | Kind::Crush | Kind::Drowning);
    let sent = n(toll.sent).max(n(toll.serious)) >= pack.count("incident.class.b.sent");
    if grows || sent || has(Fact::Called120) { Class::B } else { Class::C }
}

/// Until when a change of the casualties is to be reported: from when it happened.
pub fn window_until(pack: &Pack, kind: Kind, happened_at: Ms) -> Ms {
    let key = if kind.has_short_window() { "incident.window.short" } else { "incident.window" };
    happened_at.plus(pack.span(key))
}

/// When the next report at a fixed time is due: daily at the pack's hour, for class A only. `first` is the first report:
/// the same day's hour holds if it is far enough away; after any later report the next day's does.
pub fn follow_due(pack: &Pack, class: Class, last_at: Ms, first: bool) -> Option<Ms> {
    if class != Class::A {
        return None;
    }
    let at = |day: base::Day| day.start().plus(pack.span("incident.follow.at"));
    let today = at(last_at.day());
    let near = last_at.plus(pack.span("incident.follow.gap"));
    Some(if first && today >= near { today } else { at(last_at.day().plus_days(1)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toll(dead: i64, serious: i64, loss: i64) -> Toll {
        Toll { dead: Some(dead), serious: Some(serious), loss: Some(loss), ..Toll::default() }
    }

    /// 令493 art. 3: 以上 includes the number, 以下 does not.
    #[test]
    fn the_statutory_grade_at_each_edge() {
        let pack = Pack::builtin();
        for (t, want) in [
            (toll(30, 0, 0), Grade::Special),
            (toll(29, 0, 0), Grade::Major),
            (toll(10, 0, 0), Grade::Major),
            (toll(9, 0, 0), Grade::Larger),
            (toll(3, 0, 0), Grade::Larger),
            (toll(2, 0, 0), Grade::Ordinary),
            (toll(0, 100, 0), Grade::Special),
            (toll(0, 99, 0), Grade::Major),
            (toll(0, 50, 0), Grade::Major),
            (toll(0, 49, 0), Grade::Larger),
            (toll(0, 10, 0), Grade::Larger),
            (toll(0, 9, 0), Grade::Ordinary),
            (toll(0, 0, 10_000), Grade::Special),
            (toll(0, 0, 9_999), Grade::Major),
            (toll(0, 0, 5_000), Grade::Major),
            (toll(0, 0, 4_999), Grade::Larger),
            (toll(0, 0, 1_000), Grade::Larger),
            (toll(0, 0, 999), Grade::Ordinary),
            (Toll::default(), Grade::Ordinary),
        ] {
            assert_eq!(grade(&pack, t), want, "{t:?}");
        }
    }

    #[test]
    fn the_internal_class_is_stricter() {
        let pack = Pack::builtin();
        let sent = |n| Toll { sent: Some(n), ..Toll::default() };
        let hurt = |n| Toll { hurt: Some(n), ..Toll::default() };
        let class = |kind, toll, facts: &[Fact], ms| super::class(&pack, kind, toll, facts, ms);
        assert_eq!(class(Kind::Hurt, toll(1, 0, 0), &[], 0), Class::A, "one death is ordinary by statute");
        assert_eq!(class(Kind::Hurt, sent(2), &[], 0), Class::B);
        assert_eq!(class(Kind::Hurt, sent(3), &[], 0), Class::A);
        assert_eq!(class(Kind::Hurt, hurt(1), &[], 0), Class::C);
        assert_eq!(class(Kind::Hurt, hurt(1), &[Fact::Called120], 0), Class::B);
        assert_eq!(class(Kind::Sick, hurt(4), &[], 0), Class::B);
        assert_eq!(class(Kind::Sick, hurt(5), &[], 0), Class::A);
        assert_eq!(class(Kind::Fight, hurt(1), &[Fact::Violent], 0), Class::A);
        assert_eq!(class(Kind::Bus, hurt(1), &[], 0), Class::A);
        assert_eq!(class(Kind::Bus, hurt(0), &[], 0), Class::B);
        assert_eq!(class(Kind::Fire, hurt(0), &[], 0), Class::B);
        assert_eq!(class(Kind::Fire, hurt(0), &[Fact::Called119], 0), Class::A);
        assert_eq!(class(Kind::Other, hurt(0), &[Fact::Media], 0), Class::A);
        assert_eq!(class(Kind::Lost, Toll::default(), &[], 2 * Ms::HOUR - 1), Class::B);
        assert_eq!(class(Kind::Lost, Toll::default(), &[], 2 * Ms::HOUR), Class::A);
        let found = Toll { missing: Some(0), ..Toll::default() };
        assert_eq!(class(Kind::Lost, found, &[], 3 * Ms::HOUR), Class::B, "the pupil was found");
    }

    #[test]
    fn a_grave_incident_is_followed_daily_at_five() {
        let pack = Pack::builtin();
        let at = |t: &str| Ms::parse(t).unwrap();
        let due = |t, first| follow_due(&pack, Class::A, at(t), first).unwrap();
        assert_eq!(due("2026-11-23T14:31:00+08:00", true), at("2026-11-23T17:00:00+08:00"));
        assert_eq!(due("2026-11-23T16:31:00+08:00", true), at("2026-11-24T17:00:00+08:00"), "not in half an hour");
        assert_eq!(due("2026-11-23T15:31:00+08:00", false), at("2026-11-24T17:00:00+08:00"));
        assert_eq!(due("2026-11-23T23:59:00+08:00", true), at("2026-11-24T17:00:00+08:00"));
        assert_eq!(follow_due(&pack, Class::B, at("2026-11-23T14:31:00+08:00"), true), None);
    }
}
