//! When and by which ways a kind of message goes out: pure tables. The hours are numbers of the pack (options: the notice
//! says nothing of messages, only that information must flow, 1.2).

use base::{Day, Ms};

use crate::kernel::outbox::Way;
use crate::org::kinds::codes;
use crate::pack::Pack;

codes! {
    /// What a message is about (its words are the door's).
    Kind {
        /// 一键报警
        Alarm = "alarm",
        /// 待核线索
        Clue = "clue",
        /// 事故
        Incident = "incident",
        /// A boarder is missing.
        Missing = "missing",
        /// As many children left the bus as did not enter it.
        BusCount = "bus_count",
        /// Somebody's turn.
        Turn = "turn",
        DueSoon = "due_soon",
        Late = "late",
        Returned = "returned",
        /// 紧急通知
        Urgent = "urgent",
        /// 责令整改
        Order = "order",
        /// 签收 by somebody else
        Receipt = "receipt",
        Week = "week",
        HandOver = "hand_over",
        WeakSchool = "weak_school",
        /// The program was away, and has caught up.
        Recovered = "recovered",
        /// Asked for by a person who sets up a channel.
        Test = "test",
    }
}

/// How soon a message must be out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// At once, day and night, each by itself.
    Now,
    /// Within minutes, but not in quiet hours.
    Soon,
    /// With all others at the next of two hours of a school day.
    Digest,
    /// Stays on the page.
    Page,
}

impl Urgency {
    /// As the outbox orders it.
    pub fn rank(self) -> i64 {
        match self {
            Urgency::Now => 0,
            Urgency::Soon => 1,
            Urgency::Digest | Urgency::Page => 2,
        }
    }
}

impl Kind {
    pub fn urgency(self) -> Urgency {
        match self {
            Kind::Alarm | Kind::Incident | Kind::Missing | Kind::BusCount | Kind::Urgent | Kind::Test => Urgency::Now,
            Kind::Order | Kind::Clue => Urgency::Soon,
            Kind::Turn | Kind::Returned | Kind::DueSoon | Kind::Late | Kind::Week | Kind::WeakSchool => Urgency::Digest,
            Kind::Receipt | Kind::HandOver | Kind::Recovered => Urgency::Page,
        }
    }

    /// The ways by which a kind goes to the channels of its receivers. A telephone rings only where a noun asks for it.
    pub fn ways(self) -> &'static [Way] {
        const EVERY: &[Way] = &[Way::WeCom, Way::DingTalk, Way::Feishu, Way::Webhook, Way::Sms, Way::Mail, Way::Push];
        match self {
            Kind::Alarm | Kind::Incident | Kind::Missing | Kind::BusCount | Kind::Urgent | Kind::Test => EVERY,
            Kind::Order | Kind::Clue => &[Way::Sms, Way::Mail, Way::Push],
            Kind::Turn | Kind::Returned => {
                &[Way::WeCom, Way::DingTalk, Way::Feishu, Way::Webhook, Way::Mail, Way::Push]
            }
            Kind::DueSoon | Kind::Late | Kind::Week | Kind::WeakSchool => &[Way::Mail, Way::Push],
            Kind::Receipt | Kind::HandOver | Kind::Recovered => &[],
        }
    }
}

/// Soon is after this, so that what happens together goes together.
const GATHER_MS: i64 = Ms::MINUTE;
/// Days ahead in which a school day is looked for: longer than any holiday.
const AHEAD_DAYS: i64 = 80;

/// Hours of the day, each in milliseconds after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub quiet_from: i64,
    pub quiet_until: i64,
    pub morning: i64,
    pub evening: i64,
}

impl Hours {
    /// As the pack in force says, or, where it is silent, as the built-in one does.
    pub fn of(pack: &Pack) -> Hours {
        let builtin = Pack::builtin();
        let told = |key: &str| pack.params.get(key).or(builtin.params.get(key)).map_or(0, |p| p.span_ms);
        Hours {
            quiet_from: told("message.quiet.from"),
            quiet_until: told("message.quiet.until"),
            morning: told("message.digest.morning"),
            evening: told("message.digest.evening"),
        }
    }

    /// When quiet hours that hold at this moment end; none when it is not quiet. They may go over midnight.
    fn quiet_ends(&self, now: Ms) -> Option<Ms> {
        let (day, at) = (now.day(), now.since(now.day().start()));
        let ends = |day: Day| day.start().plus(self.quiet_until);
        match self.quiet_from <= self.quiet_until {
            true => (at >= self.quiet_from && at < self.quiet_until).then(|| ends(day)),
            false if at >= self.quiet_from => Some(ends(day.plus_days(1))),
            false => (at < self.quiet_until).then(|| ends(day)),
        }
    }
}

/// When a message of an urgency goes out; none when it stays on the page.
pub fn due_at(urgency: Urgency, now: Ms, hours: &Hours, school_day: impl Fn(Day) -> bool) -> Option<Ms> {
    match urgency {
        Urgency::Now => Some(now),
        Urgency::Soon => Some(hours.quiet_ends(now).unwrap_or(now.plus(GATHER_MS))),
        Urgency::Digest => Some(digest_at(now, hours, school_day)),
        Urgency::Page => None,
    }
}

fn digest_at(now: Ms, hours: &Hours, school_day: impl Fn(Day) -> bool) -> Ms {
    let today = now.day();
    let days = (0..AHEAD_DAYS).map(|n| today.plus_days(n)).filter(|day| school_day(*day));
    let mut times = days.flat_map(|day| [day.start().plus(hours.morning), day.start().plus(hours.evening)]);
    times.find(|at| *at > now).unwrap_or_else(|| today.plus_days(1).start().plus(hours.morning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Ms {
        Ms::parse(&format!("2026-11-{text}:00+08:00")).unwrap()
    }

    fn hours() -> Hours {
        Hours::of(&Pack::builtin())
    }

    /// 2026-11-21 and -22 are a Saturday and a Sunday.
    fn school_day(day: Day) -> bool {
        !day.is_weekend()
    }

    #[test]
    fn the_hours_are_those_of_the_pack() {
        let h = hours();
        let hour = |ms| ms / Ms::HOUR;
        assert_eq!((hour(h.quiet_from), hour(h.quiet_until), hour(h.morning), hour(h.evening)), (21, 7, 7, 16));
    }

    #[test]
    fn each_urgency_goes_out_when_the_table_says() {
        for (urgency, now, out) in [
            // An alarm is never quiet and never waits.
            (Urgency::Now, "20T02:00", Some("20T02:00")),
            (Urgency::Now, "21T13:00", Some("21T13:00")),
            (Urgency::Soon, "20T13:00", Some("20T13:01")),
            (Urgency::Soon, "20T20:59", Some("20T21:00")),
            (Urgency::Soon, "20T21:00", Some("21T07:00")),
            (Urgency::Soon, "20T23:59", Some("21T07:00")),
            (Urgency::Soon, "20T00:00", Some("20T07:00")),
            (Urgency::Soon, "20T06:59", Some("20T07:00")),
            (Urgency::Soon, "20T07:00", Some("20T07:01")),
            // Friday the 20th: morning, afternoon, then Monday.
            (Urgency::Digest, "20T06:00", Some("20T07:00")),
            (Urgency::Digest, "20T07:00", Some("20T16:00")),
            (Urgency::Digest, "20T15:59", Some("20T16:00")),
            (Urgency::Digest, "20T16:00", Some("23T07:00")),
            (Urgency::Digest, "22T10:00", Some("23T07:00")),
            (Urgency::Page, "20T10:00", None),
        ] {
            let got = due_at(urgency, at(now), &hours(), school_day);
            assert_eq!(got, out.map(at), "{urgency:?} {now}");
        }
        let never = digest_at(at("20T10:00"), &hours(), |_| false);
        assert_eq!(never, at("21T07:00"), "without any school day a digest is late, not lost");
    }

    #[test]
    fn quiet_hours_that_do_not_pass_midnight_hold_as_well() {
        let noon = Hours { quiet_from: 12 * Ms::HOUR, quiet_until: 13 * Ms::HOUR, ..hours() };
        assert_eq!(noon.quiet_ends(at("20T12:30")), Some(at("20T13:00")));
        assert_eq!(noon.quiet_ends(at("20T13:00")), None);
        assert_eq!(noon.quiet_ends(at("20T11:59")), None);
    }

    #[test]
    fn what_is_never_quiet_goes_every_way_and_what_stays_on_the_page_goes_none() {
        for kind in Kind::ALL {
            let (urgency, ways) = (kind.urgency(), kind.ways());
            assert_eq!(urgency == Urgency::Page, ways.is_empty(), "{kind:?}");
            if urgency == Urgency::Now {
                assert_eq!(ways.len(), Way::ALL.len() - 1, "{kind:?}: everything but a ringing telephone");
            }
            assert!(!ways.contains(&Way::Voice), "{kind:?}");
        }
    }
}
