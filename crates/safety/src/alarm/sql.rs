//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const BY_ID: &str = "select * from alarm where id = $1";
pub const INSERT: &str = "insert into alarm (county, id, version, salt, unit, year, serial, number, place, place_text, state, \
    open, test, source, button, agency, raised_by, rung, due_at, claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, \
    $6, $7, $8, $9, 'raised', 1, $10, $11, $12, $13, $14, 1, $15, $16, $17) returning *";
pub const UPDATE: &str = "update alarm set version = version + 1, state = $2, open = $3, rung = $4, due_at = $5, \
    acked_at = $6, acked_by = $7, on_site_at = $8, ended_at = $9, ended_by = $10, outcome = $11, end_reason = $12, \
    heard_at = $13, linked_at = $14 where id = $1 returning *";
pub const SERIAL: &str = "select coalesce(max(serial), 0) as serial from alarm where unit = $1 and year = $2";
pub const OPEN_SINCE: &str = "select * from alarm where unit = $1 and open = 1 and test = 0 and received_at >= $2 \
    order by received_at desc, id desc limit 1";
pub const OPEN_AT: &str = "select id from alarm where unit = $1 and open = 1 and test = 0 limit 1";
pub const STEP: &str = "insert into alarm_step (county, id, version, salt, alarm, unit, serial, act, state, by_person, \
    by_unit, by_role, by_post, rung, note, planned_at, claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, \
    (select count(*) from alarm_step s where s.alarm = $4) + 1, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
    returning *";
pub const STEPS: &str = "select s.*, p.name as by_name, u.name as by_unit_name from alarm_step s \
    left join person p on p.id = s.by_person left join unit u on u.id = s.by_unit \
    where s.alarm = $1 order by s.serial desc limit $2";
pub const ROLL_OF: &str = "select * from alarm_roll where alarm = $1 limit 1000";
pub const ROLL_ONE: &str = "select * from alarm_roll where alarm = $1 and class = $2";
pub const ROLL_INSERT: &str = "insert into alarm_roll (county, id, version, salt, alarm, unit, class, state, missing, \
    by_person, claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *";
pub const ROLL_CHANGE: &str = "update alarm_roll set version = version + 1, state = $2, missing = $3, by_person = $4, \
    claimed_at = $5 where id = $1 returning *";
pub const BUTTON_INSERT: &str = "insert into alarm_button (county, id, version, salt, unit, place, name, address, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8) returning *";
pub const BUTTON_BY_ID: &str = "select * from alarm_button where id = $1";
pub const BUTTON_BY_ADDRESS: &str = "select * from alarm_button where address = $1 and ended_at is null";
pub const BUTTONS_OF: &str = "select * from alarm_button where unit = $1 and ended_at is null order by received_at, id \
    limit $2";
pub const BUTTON_END: &str = "update alarm_button set version = version + 1, ended_at = $2 where id = $1 returning *";
pub const LINE_INSERT: &str = "insert into alarm_line (county, id, version, salt, unit, agency, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6) returning *";
pub const LINE_OF: &str =
    "select * from alarm_line where unit = $1 and ended_at is null order by received_at, id limit 1";
pub const LINE_END: &str = "update alarm_line set version = version + 1, ended_at = $2 where id = $1 returning *";

/// Schools and teaching points under `$1` with their buttons and the tests since `$2`, at most `$3`.
pub const SPREAD: &str = "select u.id, u.name, u.kind, (select count(*) from alarm_button b where b.unit = u.id \
    and b.ended_at is null) as buttons, (select max(a.received_at) from alarm a where a.unit = u.id and a.test = 1 \
    and a.received_at >= $2) as tried_at, (select max(a.heard_at) from alarm a where a.unit = u.id and a.test = 1 \
    and a.received_at >= $2) as heard_at, (select max(a.linked_at) from alarm a where a.unit = u.id and a.test = 1 \
    and a.received_at >= $2) as linked_at \
    from unit_tree t join unit u on u.id = t.unit where t.top = $1 and t.depth > 0 and u.closed_on is null \
    and u.kind in ('centre', 'school', 'point') order by u.code, u.id limit $3";

const FROM: &str = "select h.*, u.name as unit_name, p.name as place_name, a.name as acker_name, r.name as raiser_name \
    from alarm h join unit u on u.id = h.unit left join place p on p.id = h.place left join person a on a.id = h.acked_by \
    left join person r on r.id = h.raised_by where ";

/// One alarm through the asker's scope: `$1` the asker's unit, `$2` the alarm.
pub fn by_id(reach: Reach) -> String {
    format!("{FROM}{} and h.id = $2", reach.predicate())
}

/// Alarms in the asker's scope: open ones first, then newest; `$2` tests or not, `$3` most rows.
pub fn list(reach: Reach) -> String {
    format!("{FROM}{} and h.test = $2 order by h.open desc, h.received_at desc, h.id desc limit $3", reach.predicate())
}

/// Alarms in the asker's scope that nobody has answered, newest first; `$2` most rows.
pub fn unanswered(reach: Reach) -> String {
    format!(
        "{FROM}{} and h.open = 1 and h.test = 0 and h.state = 'raised' order by h.received_at desc, h.id desc limit $2",
        reach.predicate()
    )
}

/// How many are open in the asker's scope.
pub fn open(reach: Reach) -> String {
    format!("select count(*) as n from alarm h where {} and h.open = 1 and h.test = 0", reach.predicate())
}

pub const ALL: &[&str] = &[
    BY_ID,
    INSERT,
    UPDATE,
    SERIAL,
    OPEN_SINCE,
    OPEN_AT,
    STEP,
    STEPS,
    ROLL_OF,
    ROLL_ONE,
    ROLL_INSERT,
    ROLL_CHANGE,
    BUTTON_INSERT,
    BUTTON_BY_ID,
    BUTTON_BY_ADDRESS,
    BUTTONS_OF,
    BUTTON_END,
    LINE_INSERT,
    LINE_OF,
    LINE_END,
    SPREAD,
];
