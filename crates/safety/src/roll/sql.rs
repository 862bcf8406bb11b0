//! Every statement of this noun; a test prepares each on both engines.

pub const CLASS_BY_ID: &str = "select * from class where id = $1";
pub const CLASS_INSERT: &str = "insert into class (county, id, version, salt, unit, opened_on, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6) returning *";
pub const CLASS_CLOSE: &str = "update class set version = version + 1, closed_on = $2 where id = $1 returning *";

pub const SPAN_INSERT: &str = "insert into class_span (county, id, version, salt, unit, class, grade, serial, name, \
    teacher, pupils, boarders, riders, from_on, until_on, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning *";
pub const SPAN_CHANGE: &str = "update class_span set version = version + 1, grade = $2, serial = $3, name = $4, \
    teacher = $5, pupils = $6, boarders = $7, riders = $8 where id = $1 returning *";
pub const SPAN_END: &str = "update class_span set version = version + 1, until_on = $2 where id = $1 returning *";
/// The newest span of a class.
pub const SPAN_LAST: &str = "select s.*, c.opened_on, c.closed_on from class_span s join class c on c.id = s.class \
    where s.class = $1 order by s.from_on desc, s.id desc limit 1";
pub const SPANS_OF: &str = "select s.*, c.opened_on, c.closed_on, p.name as teacher_name from class_span s \
    join class c on c.id = s.class left join person p on p.id = s.teacher where s.class = $1 \
    order by s.from_on desc, s.id desc limit $2";

/// Spans of a unit that touch `$2..=$3`, newest first for each class.
pub const SPANS_IN: &str = "select s.*, c.opened_on, c.closed_on, p.name as teacher_name from class_span s \
    join class c on c.id = s.class left join person p on p.id = s.teacher \
    where s.unit = $1 and s.from_on <= $3 and (s.until_on is null or s.until_on >= $2) \
    order by s.class, s.from_on desc, s.id desc limit $4";
/// The same of every institution under `$1`.
pub const SPANS_BELOW: &str = "select s.*, c.opened_on, c.closed_on, cast(null as text) as teacher_name \
    from unit_tree t join class_span s on s.unit = t.unit join class c on c.id = s.class \
    where t.top = $1 and s.from_on <= $3 and (s.until_on is null or s.until_on >= $2) \
    order by s.unit, s.class, s.from_on desc, s.id desc limit $4";
/// How many classes each institution under `$1` has in `$2..=$3`.
pub const COUNTS_BELOW: &str = "select s.unit, count(distinct s.class) as classes from unit_tree t \
    join class_span s on s.unit = t.unit where t.top = $1 and s.from_on <= $3 \
    and (s.until_on is null or s.until_on >= $2) group by s.unit order by s.unit";
/// What the classes of each institution under `$1` add up to on `$2`.
pub const SUMS_BELOW: &str = "select s.unit, count(*) as classes, cast(coalesce(sum(s.pupils), 0) as bigint) as pupils, \
    cast(coalesce(sum(s.boarders), 0) as bigint) as boarders, cast(coalesce(sum(s.riders), 0) as bigint) as riders \
    from unit_tree t join class_span s on s.unit = t.unit where t.top = $1 and s.from_on <= $2 \
    and (s.until_on is null or s.until_on >= $2) group by s.unit order by s.unit";
pub const OF_TEACHER: &str = "select s.class from class_span s where s.teacher = $1 and s.unit = $2 and s.from_on <= $3 \
    and (s.until_on is null or s.until_on >= $3) order by s.grade, s.serial, s.class limit 50";

pub const PUPIL_BY_ID: &str = "select * from pupil where id = $1";
pub const PUPIL_INSERT: &str = "insert into pupil (county, id, version, salt, unit, name, find, boards, rides, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9) returning *";
pub const PUPIL_CORRECT: &str = "update pupil set version = version + 1, name = $2, find = $3, boards = $4, rides = $5 \
    where id = $1 returning *";
pub const PUPIL_ERASE: &str = "update pupil set version = version + 1, salt = $2, name = null, find = '', erased_at = $3 \
    where id = $1 returning *";
pub const PUPIL_SPAN_INSERT: &str = "insert into pupil_span (county, id, version, salt, unit, pupil, class, from_on, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8) returning *";
pub const PUPIL_SPAN_MOVE: &str = "update pupil_span set version = version + 1, class = $2 where id = $1 returning *";
pub const PUPIL_SPAN_END: &str =
    "update pupil_span set version = version + 1, until_on = $2, ended = $3 where id = $1 returning *";
pub const PUPIL_SPAN_LAST: &str = "select * from pupil_span where pupil = $1 order by from_on desc, id desc limit 1";
pub const PUPIL_SPANS: &str = "select * from pupil_span where pupil = $1 order by from_on, id limit $2";
pub const PUPILS_ON: &str = "select p.*, s.class, s.from_on from pupil_span s join pupil p on p.id = s.pupil \
    where s.class = $1 and s.from_on <= $2 and (s.until_on is null or s.until_on >= $2) \
    order by p.find, p.id limit $3";
/// Named pupils of each class of a unit on a day: counts only.
pub const NAMED: &str = "select s.class, count(*) as named, cast(coalesce(sum(p.boards), 0) as bigint) as boards, \
    cast(coalesce(sum(p.rides), 0) as bigint) as rides from pupil_span s join pupil p on p.id = s.pupil \
    where s.unit = $1 and s.from_on <= $2 and (s.until_on is null or s.until_on >= $2) group by s.class order by s.class";

pub const ALL: &[&str] = &[
    CLASS_BY_ID,
    CLASS_INSERT,
    CLASS_CLOSE,
    SPAN_INSERT,
    SPAN_CHANGE,
    SPAN_END,
    SPAN_LAST,
    SPANS_OF,
    SPANS_IN,
    SPANS_BELOW,
    COUNTS_BELOW,
    SUMS_BELOW,
    OF_TEACHER,
    PUPIL_BY_ID,
    PUPIL_INSERT,
    PUPIL_CORRECT,
    PUPIL_ERASE,
    PUPIL_SPAN_INSERT,
    PUPIL_SPAN_MOVE,
    PUPIL_SPAN_END,
    PUPIL_SPAN_LAST,
    PUPIL_SPANS,
    PUPILS_ON,
    NAMED,
];
