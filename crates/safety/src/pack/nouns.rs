//! What a pack may name and the program must know: nouns whose records are evidence, the tabs of the menu, events that
//! start a clock, and the numbers that code asks for.

/// Records that may be evidence: name, and whether the program has the noun today. A pack may already name the noun of a
/// later part; its entry stays declared and makes no cells until then.
pub const NOUNS: &[(&str, bool)] = &[
    // part A
    ("check", true),
    ("hazard.closed", true),
    // part B, not counted as cells yet: 制度 and 预案, 签收, visits of help, posts
    ("text", false),
    ("notice.signed", false),
    ("support.visit", false),
    ("post", false),
    // part C
    ("incident", true),
    ("incident.zero", true),
    ("alarm", true),
    ("video", false),
    // part D
    ("patrol", false),
    ("watch", false),
    ("visitor", false),
    ("dorm", false),
    ("register", false),
    ("meal", false),
    ("trip", false),
    ("follow", false),
    ("archive", false),
    ("matter", false),
    // part E
    ("drill", true),
    ("drill.night", true),
    ("drill.stampede", true),
    ("movement", true),
    ("movement.posts", true),
    ("event", true),
    // part F
    ("inspection", false),
    ("order", false),
    ("score", false),
    ("award", false),
];

pub fn known(noun: &str) -> bool {
    NOUNS.iter().any(|n| n.0 == noun)
}

pub fn built(noun: &str) -> bool {
    NOUNS.iter().any(|n| n.0 == noun && n.1)
}

/// Events of nouns that start a clock (`Rule::Deadline`), and whether the noun is there today.
pub const EVENTS: &[(&str, bool)] = &[
    ("hazard.major", true),
    ("hazard.overdue", true),
    ("hazard.recurring", true),
    // a large event is planned: its approval is due before the day
    ("gathering", true),
    ("incident", true),
    ("incident.grave", true),
    ("incident.closed", true),
    ("dorm.missing", false),
    ("school_year.ended", false),
];

/// Forms that have a room of their own around them (an agenda, an assembled ledger): more than a bare form.
const ROOMS: &[&str] = &["meeting", "ledger_sign"];

pub fn has_room(form: &str) -> bool {
    ROOMS.contains(&form)
}

/// Measures of the use of the program: no rule may rest on them.
pub const USE_OF_PROGRAM: &[&str] = &["login", "upload", "photo", "record", "online_minutes", "check_in"];

/// What the program already knows about a record: no form asks for it again.
pub const KNOWN_FACTS: &[&str] = &[
    "unit.name",
    "unit.pupils",
    "unit.boarders",
    "class.name",
    "class.pupils",
    "post.holder",
    "record.day",
    "record.author",
    "hazard.open",
    "hazard.closed",
];

/// Tabs of the menu (pages.md §2.1). A pack puts its lists under these and adds none.
pub const GROUPS: &[&str] = &[
    "hazard.open",
    "hazard.coverage",
    "watch.duty",
    "watch.patrol",
    "watch.visit",
    "watch.dorm",
    "watch.bus",
    "urgent.alarm",
    "urgent.incident",
    "urgent.drill",
    "urgent.evacuation",
    "urgent.event",
    "ledger.ledger",
    "ledger.meeting",
    "ledger.education",
    "ledger.archive",
    "ledger.score",
    "register.fire",
    "register.food",
    "register.bus",
    "register.certificate",
    "register.equipment",
    "register.seized",
    "school.people",
    "school.place",
    "school.letter",
    "school.care",
    "school.joint",
    "bureau.own",
    "supervise.check",
    "supervise.order",
    "supervise.circular",
    "supervise.joint",
    "supervise.help",
    "score.review",
    "score.award",
];

/// Numbers of which more is stricter; of all others, which are times to act in, less is.
pub const MORE_IS_STRICTER: &[&str] = &[
    "hazard.recurring",
    "incident.window",
    "incident.window.short",
    "food.sample.amount",
    "food.sample.keep",
    "fire.wiring.coverage",
    "fire.wiring.pass",
];

/// Numbers that code asks for, each a time.
pub const KEYS: &[&str] = &[
    "hazard.grade",
    "hazard.assign",
    "hazard.fix.at_once",
    "hazard.fix.ordinary",
    "hazard.fix.funded",
    "hazard.fix.plan",
    "hazard.recheck",
    "hazard.close",
    "hazard.decide",
    "hazard.answer",
    "hazard.recurring",
    "hazard.extend_max",
    "back_entry",
    "incident.phone",
    "incident.written",
    "incident.party",
    "incident.sign",
    "incident.level",
    "incident.follow.at",
    "incident.follow.gap",
    "incident.final",
    "incident.window",
    "incident.window.short",
    "incident.class.a.lost",
    "clue.alarm",
    "clue.tip",
    "clue.hazard",
    "clue.outside",
    "clue.absence",
    "clue.amend",
    "clue.explain",
    "duty.sign",
    "notice.urgent",
];

/// Numbers that code asks for, each a count (people, 万元).
pub const COUNTS: &[&str] = &[
    "incident.grade.special.dead",
    "incident.grade.special.serious",
    "incident.grade.special.loss",
    "incident.grade.major.dead",
    "incident.grade.major.serious",
    "incident.grade.major.loss",
    "incident.grade.larger.dead",
    "incident.grade.larger.serious",
    "incident.grade.larger.loss",
    "incident.class.a.dead",
    "incident.class.a.sent",
    "incident.class.a.poisoned",
    "incident.class.b.sent",
    "absence.alike.day",
    "absence.alike.three",
];
