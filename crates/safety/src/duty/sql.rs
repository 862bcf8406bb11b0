//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const BY_CELL: &str = "select * from duty where unit = $1 and entry = $2 and period = $3 and part = $4";
pub const BY_ID: &str = "select * from duty where id = $1";
pub const INSERT: &str = "insert into duty (county, id, version, salt, unit, entry, clause, kind, period, part, from_on, \
    until_on, due_at, stage, owed, state, needed, had, first_complete_at, amended, back_reason, done_on, done_by, owner, \
    arranged_by, arranged_at, checked_by, checked_at, accepted_by, accepted_at, returns, subject, pack_hash, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
    $24, $25, $26, $27, $28, $29, $30, $31, $32, $33) returning *";
pub const UPDATE: &str = "update duty set version = version + 1, owed = $2, state = $3, needed = $4, had = $5, \
    first_complete_at = $6, amended = $7, back_reason = $8, done_on = $9, done_by = $10, owner = $11, arranged_by = $12, \
    arranged_at = $13, checked_by = $14, checked_at = $15, accepted_by = $16, accepted_at = $17, returns = $18 \
    where id = $1 returning *";
pub const STEP: &str = "insert into duty_step (county, id, version, salt, duty, unit, serial, act, by_person, by_role, \
    by_post, for_person, note, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning *";
pub const STEPS: &str = "select s.*, p.name as by_name, f.name as for_name, \
    (select max(l.n) from leaf l where l.tbl = 'duty_step' and l.id = s.id) as leaf_n \
    from duty_step s left join person p on p.id = s.by_person left join person f on f.id = s.for_person \
    where s.duty = $1 order by s.serial, s.received_at limit 200";
pub const OF_UNIT: &str = "select * from duty where unit = $1 and until_on >= $2 and from_on <= $3";
pub const OF_UNIT_ENDING: &str = "select * from duty where unit = $1 and until_on >= $2 and until_on <= $3";
pub const OF_UNIT_SINCE: &str = "select * from duty where unit = $1 and until_on >= $2";
pub const OF_CELL_ALL: &str = "select * from duty where unit = $1 and entry = $2 and period = $3";
pub const EVENT_OPEN: &str =
    "select * from duty where subject = $1 and unit = $2 and kind = 'event' and owed = 1 and first_complete_at is null";
pub const EVENT_KNOWN: &str = "select entry from duty where subject = $1 and unit = $2 and kind = 'event'";
pub const EVENTS_WAITING: &str = "select * from duty where unit = $1 and kind = 'event' and owed = 1 \
    and state in ('open', 'arranged', 'returned') order by due_at, id limit $2";
/// The unit and what is under it: the second person of a 教学点 stands at its 中心校.
pub const OWNED_BY: &str = "select d.* from duty d where d.owner = $2 and d.state in ('open', 'arranged', 'returned') \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = d.unit) order by d.due_at, d.id limit 1000";
pub const OWNED_COUNT: &str = "select count(*) as n from duty d where d.owner = $2 \
    and d.state in ('open', 'arranged', 'returned') \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = d.unit)";

pub const CREDIT_INSERT: &str = "insert into credit (county, id, version, salt, duty, unit, noun, record, happened_on, \
    by_person, claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *";
pub const CREDIT_WITHDRAW: &str =
    "update credit set version = version + 1, withdrawn_at = $2, reason = $3 where id = $1 returning *";
pub const CREDITS_STANDING: &str = "select count(*) as n from credit where duty = $1 and withdrawn_at is null";
pub const CREDIT_OF: &str = "select id from credit where duty = $1 and record = $2 and withdrawn_at is null";
pub const CREDITS_OF_RECORD: &str =
    "select * from credit where record = $1 and withdrawn_at is null order by received_at, id";
pub const CREDITS_OF_DUTY: &str = "select c.*, p.name as by_name from credit c left join person p on p.id = c.by_person \
    where c.duty = $1 order by c.received_at, c.id limit 500";
pub const DUTIES_OF_RECORD: &str = "select d.* from credit c join duty d on d.id = c.duty \
    where c.record = $1 and c.withdrawn_at is null order by d.clause, d.entry, d.period, d.part limit 500";

pub const WORK_BY_ID: &str = "select * from work where id = $1";
pub const WORK_INSERT: &str = "insert into work (county, id, version, salt, unit, form, clause, title, body, happened_on, \
    topics, classes, persons, photos, subject_noun, subject, by_person, by_post, recorded_by, back_reason, pack_hash, \
    claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
    $19, $20, $21, $22) returning *";
pub const WORK_CORRECT: &str = "update work set version = version + 1, title = $2, body = $3, happened_on = $4, \
    topics = $5, classes = $6, persons = $7, photos = $8, corrected_at = $9 where id = $1 returning *";
pub const WORK_VOID: &str =
    "update work set version = version + 1, voided_at = $2, void_reason = $3 where id = $1 returning *";
pub const WORK_STEP: &str = "insert into work_step (county, id, version, salt, work, unit, serial, act, before, reason, \
    by_person, by_post, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *";
pub const WORK_STEPS: &str = "select s.*, p.name as by_name from work_step s left join person p on p.id = s.by_person \
    where s.work = $1 order by s.serial limit 200";
pub const WORKS_ABOUT: &str = "select w.*, u.name as unit_name, p.name as by_name, r.name as recorder_name from work w \
    join unit u on u.id = w.unit left join person p on p.id = w.by_person left join person r on r.id = w.recorded_by \
    where w.subject = $1 and w.voided_at is null order by w.received_at, w.id limit 50";
pub const WORKS_BETWEEN: &str = "select w.*, u.name as unit_name, p.name as by_name, r.name as recorder_name from work w \
    join unit u on u.id = w.unit left join person p on p.id = w.by_person left join person r on r.id = w.recorded_by \
    where w.unit = $1 and w.happened_on >= $2 and w.happened_on <= $3 order by w.happened_on, w.received_at, w.id limit $4";
pub const WORK_LAST: &str = "select w.* from work w where w.unit = $1 and w.form = $2 and w.voided_at is null \
    order by w.happened_on desc, w.received_at desc, w.id desc limit 1";

pub const RESOLUTION_INSERT: &str = "insert into resolution (county, id, version, salt, unit, work, serial, what, owner, \
    due_on, hazard, state, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, 'open', $11) returning *";
pub const RESOLUTION_BY_ID: &str = "select * from resolution where id = $1";
pub const RESOLUTION_DONE: &str = "update resolution set version = version + 1, state = $2, done_at = $3, done_by = $4, \
    note = $5 where id = $1 returning *";
pub const RESOLUTION_OWNER: &str = "update resolution set version = version + 1, owner = $2 where id = $1 returning *";
pub const RESOLUTIONS_OF_WORK: &str = "select r.*, p.name as owner_name, d.name as done_name, w.title as work_title, \
    w.happened_on from resolution r join work w on w.id = r.work left join person p on p.id = r.owner \
    left join person d on d.id = r.done_by where r.work = $1 order by r.serial limit 100";
pub const RESOLUTIONS_OPEN: &str = "select r.*, p.name as owner_name, d.name as done_name, w.title as work_title, \
    w.happened_on from resolution r join work w on w.id = r.work left join person p on p.id = r.owner \
    left join person d on d.id = r.done_by where r.unit = $1 and r.state = 'open' order by r.due_on, r.id limit $2";
pub const RESOLUTIONS_OF_OWNER: &str = "select r.*, p.name as owner_name, d.name as done_name, w.title as work_title, \
    w.happened_on from resolution r join work w on w.id = r.work left join person p on p.id = r.owner \
    left join person d on d.id = r.done_by where r.owner = $1 and r.unit = $2 and r.state = 'open' \
    order by r.due_on, r.id limit $3";
pub const RESOLUTIONS_OF_HAZARD: &str = "select r.*, p.name as owner_name, d.name as done_name, w.title as work_title, \
    w.happened_on from resolution r join work w on w.id = r.work left join person p on p.id = r.owner \
    left join person d on d.id = r.done_by where r.hazard = $1 order by r.received_at, r.id limit 100";

pub const CHANGES_OF: &str = "select effective_on, before, after from unit_step where unit = $1 and act in ('change', 'rename') \
    order by serial";
pub const CHANGES_UNDER: &str = "select s.unit, s.effective_on, s.before, s.after from unit_step s \
    join unit_tree t on t.unit = s.unit where t.top = $1 and s.act in ('change', 'rename') order by s.unit, s.serial";
pub const HOLDINGS_OF: &str =
    "select person, role, from_on, until_on from post where home = $1 order by person, from_on, id";
pub const HOLDINGS_UNDER: &str = "select p.home, p.person, p.role, p.from_on, p.until_on from post p \
    join unit_tree t on t.unit = p.home where t.top = $1 order by p.home, p.person, p.from_on, p.id";
pub const CLASSES_OF: &str = "select id, opened_on, closed_on from class where unit = $1 order by id";
pub const CLASSES_UNDER: &str = "select c.unit, c.id, c.opened_on, c.closed_on from class c \
    join unit_tree t on t.unit = c.unit where t.top = $1 order by c.unit, c.id";
/// Times in which a class had boarders.
pub const BOARDERS_OF: &str =
    "select from_on, until_on from class_span where unit = $1 and boarders > 0 order by from_on";
pub const BOARDERS_UNDER: &str = "select s.unit, s.from_on, s.until_on from class_span s \
    join unit_tree t on t.unit = s.unit where t.top = $1 and s.boarders > 0 order by s.unit, s.from_on";
/// Class teachers on a day.
pub const TEACHERS_OF: &str = "select class, teacher from class_span where unit = $1 and from_on <= $2 \
    and (until_on is null or until_on >= $2) and teacher is not null order by class, id";
/// What stands credited under `$1` between two days, with entry and part: for a rehearsal.
pub const CREDITS_UNDER: &str = "select d.unit, d.entry, d.part, c.happened_on from unit_tree t \
    join duty d on d.unit = t.unit join credit c on c.duty = d.id \
    where t.top = $1 and c.withdrawn_at is null and c.happened_on >= $2 and c.happened_on <= $3 \
    order by d.unit, d.entry, c.happened_on, c.id limit $4";
pub const UNITS_UNDER: &str = "select u.* from unit_tree t join unit u on u.id = t.unit where t.top = $1 \
    and u.kind in ('city', 'county', 'centre', 'school', 'point') order by u.code nulls last, u.id";
pub const HOMES_OF_PERSON: &str = "select distinct p.home from post p where p.person = $1 and p.from_on <= $3 \
    and (p.until_on is null or p.until_on >= $2) \
    and exists (select 1 from unit_tree s where s.top = $4 and s.unit = p.home) order by p.home";

/// Who holds posts at one institution on a day.
pub const SEATS_HERE: &str = "select p.person, p.role, n.name, u.name as unit_name from post p \
    join person n on n.id = p.person join unit u on u.id = p.home \
    where p.home = $1 and p.from_on <= $2 and (p.until_on is null or p.until_on >= $2) order by n.name, p.id limit 2000";
pub const SEATS_BELOW: &str = "select p.person, n.name, u.name as unit_name from unit_tree t \
    join post p on p.home = t.unit join person n on n.id = p.person join unit u on u.id = t.unit \
    where t.top = $1 and t.depth > 0 and p.role = $2 and p.from_on <= $3 \
    and (p.until_on is null or p.until_on >= $3) order by p.id limit $4";
pub const SEATS_COUNTED: &str = "select p.role, count(distinct p.person) as n from unit_tree t \
    join post p on p.home = t.unit where t.top = $1 and t.depth > 0 and p.from_on <= $2 \
    and (p.until_on is null or p.until_on >= $2) group by p.role";

pub const WAIVER_INSERT: &str = "insert into waiver (county, id, version, salt, unit, entry, clause, from_on, until_on, \
    reason, by_person, by_role, by_post, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning *";
pub const WAIVER_BY_ID: &str = "select * from waiver where id = $1";
pub const WAIVER_END: &str =
    "update waiver set version = version + 1, ended_at = $2, ended_by = $3 where id = $1 returning *";
pub const WAIVERS_OF: &str = "select w.*, p.name as by_name from waiver w left join person p on p.id = w.by_person \
    where w.unit = $1 and w.until_on >= $2 and w.from_on <= $3 order by w.received_at desc, w.id desc limit 500";
pub const WAIVERS_UNDER: &str = "select w.*, p.name as by_name from waiver w left join person p on p.id = w.by_person \
    where w.until_on >= $2 and w.from_on <= $3 and w.ended_at is null \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = w.unit) order by w.unit, w.id limit 20000";

/// What a duty counts, from its row.
macro_rules! counted {
    () => {
        "case when d.owed = 1 and d.state in ('done', 'checked', 'accepted') and d.first_complete_at < d.due_at \
         then 1 else 0 end as on_time, \
         case when d.owed = 1 and d.state in ('done', 'checked', 'accepted') and d.first_complete_at >= d.due_at \
         then 1 else 0 end as late, \
         case when d.owed = 1 and d.kind = 'event' then 1 else 0 end as events"
    };
}
macro_rules! sums {
    () => {
        "cast(sum(x.on_time) as bigint) as on_time, cast(sum(x.late) as bigint) as late, \
         cast(sum(x.events) as bigint) as events"
    };
}
pub const DELTA: &str = "insert into tally_delta (unit, bureau, entry, period, until_on, on_time, late, events) \
    select $1, t.top, $2, $3, $4, $5, $6, $7 from unit_tree t join unit b on b.id = t.top \
    where t.unit = $1 and b.kind in ('city', 'county') order by t.depth limit 1";
pub const DELTA_ANY: &str = "select pos from tally_delta limit 1";
pub const DELTA_LAST: &str = "select max(p.pos) as pos from (select pos from tally_delta order by pos limit $1) p";
pub const FOLD: &str = concat!(
    "insert into tally (bureau, entry, period, until_on, on_time, late, events) \
     select x.bureau, x.entry, x.period, max(x.until_on), ",
    sums!(),
    " from tally_delta x where x.pos <= $1 \
     group by x.bureau, x.entry, x.period on conflict (bureau, entry, period) do update set \
     on_time = tally.on_time + excluded.on_time, late = tally.late + excluded.late, \
     events = tally.events + excluded.events"
);
pub const FOLD_MONTH: &str = concat!(
    "insert into tally_month (bureau, entry, month, on_time, late, events) \
     select x.bureau, x.entry, x.until_on / 100, ",
    sums!(),
    " from tally_delta x where x.pos <= $1 \
     group by x.bureau, x.entry, x.until_on / 100 on conflict (bureau, entry, month) do update set \
     on_time = tally_month.on_time + excluded.on_time, late = tally_month.late + excluded.late, \
     events = tally_month.events + excluded.events"
);
pub const FOLD_DAY: &str = concat!(
    "insert into tally_day (bureau, until_on, on_time, late, events) \
     select x.bureau, x.until_on, ",
    sums!(),
    " from tally_delta x where x.pos <= $1 \
     group by x.bureau, x.until_on on conflict (bureau, until_on) do update set \
     on_time = tally_day.on_time + excluded.on_time, late = tally_day.late + excluded.late, \
     events = tally_day.events + excluded.events"
);
pub const FOLD_UNIT: &str = concat!(
    "insert into tally_unit (unit, month, on_time, late, events) \
     select x.unit, x.until_on / 100, ",
    sums!(),
    " from tally_delta x where x.pos <= $1 \
     group by x.unit, x.until_on / 100 on conflict (unit, month) do update set \
     on_time = tally_unit.on_time + excluded.on_time, late = tally_unit.late + excluded.late, \
     events = tally_unit.events + excluded.events"
);
pub const FOLDED: &str = "delete from tally_delta where pos <= $1";
/// What the units under `$1` have counted leaves bureau `$2` (a unit's own counter is not touched: it cancels out).
pub const MOVE_OUT: &str = concat!(
    "insert into tally_delta (unit, bureau, entry, period, until_on, on_time, late, events) \
     select x.unit, $2, x.entry, x.period, x.until_on, -sum(x.on_time), -sum(x.late), -sum(x.events) from \
     (select d.unit, d.entry, d.period, d.until_on, ",
    counted!(),
    " from duty d \
     where exists (select 1 from unit_tree s where s.top = $1 and s.unit = d.unit)) x \
     group by x.unit, x.entry, x.period, x.until_on having sum(x.on_time) + sum(x.late) + sum(x.events) > 0"
);
pub const MOVE_IN: &str = concat!(
    "insert into tally_delta (unit, bureau, entry, period, until_on, on_time, late, events) \
     select x.unit, $2, x.entry, x.period, x.until_on, sum(x.on_time), sum(x.late), sum(x.events) from \
     (select d.unit, d.entry, d.period, d.until_on, ",
    counted!(),
    " from duty d \
     where exists (select 1 from unit_tree s where s.top = $1 and s.unit = d.unit)) x \
     group by x.unit, x.entry, x.period, x.until_on having sum(x.on_time) + sum(x.late) + sum(x.events) > 0"
);
macro_rules! unfolded {
    ($table:literal, $of:literal, $key:literal) => {
        concat!("select ", $of, " as bureau, ", $key, " as key, on_time, late, events from ", $table)
    };
}
pub const KEPT: &str = concat!(
    "select x.bureau, x.key, ",
    sums!(),
    " from (",
    unfolded!("tally", "bureau", "'e:' || entry || ' ' || period"),
    " union all ",
    unfolded!("tally_delta", "bureau", "'e:' || entry || ' ' || period"),
    " union all ",
    unfolded!("tally_month", "bureau", "'m:' || entry || ' ' || cast(month as text)"),
    " union all ",
    unfolded!("tally_delta", "bureau", "'m:' || entry || ' ' || cast(until_on / 100 as text)"),
    " union all ",
    unfolded!("tally_day", "bureau", "'d:' || cast(until_on as text)"),
    " union all ",
    unfolded!("tally_delta", "bureau", "'d:' || cast(until_on as text)"),
    " union all ",
    unfolded!("tally_unit", "unit", "'u:' || cast(month as text)"),
    " union all ",
    unfolded!("tally_delta", "unit", "'u:' || cast(until_on / 100 as text)"),
    ") x group by x.bureau, x.key having sum(x.on_time) <> 0 or sum(x.late) <> 0 or sum(x.events) <> 0 \
     order by x.bureau, x.key"
);
macro_rules! rows {
    () => {
        concat!(
            "(select d.unit, d.entry, d.period, d.until_on, \
             (select t.top from unit_tree t join unit b on b.id = t.top where t.unit = d.unit \
             and b.kind in ('city', 'county') order by t.depth limit 1) as bureau, ",
            counted!(),
            " from duty d) r"
        )
    };
}
pub const COUNTED: &str = concat!(
    "select x.bureau, x.key, ",
    sums!(),
    " from (",
    "select r.bureau, 'e:' || r.entry || ' ' || r.period as key, r.on_time, r.late, r.events from ",
    rows!(),
    " union all select r.bureau, 'm:' || r.entry || ' ' || cast(r.until_on / 100 as text) as key, r.on_time, r.late, \
     r.events from ",
    rows!(),
    " union all select r.bureau, 'd:' || cast(r.until_on as text) as key, r.on_time, r.late, r.events from ",
    rows!(),
    " union all select r.unit as bureau, 'u:' || cast(r.until_on / 100 as text) as key, r.on_time, r.late, r.events \
     from ",
    rows!(),
    ") x where x.bureau is not null group by x.bureau, x.key \
     having sum(x.on_time) <> 0 or sum(x.late) <> 0 or sum(x.events) <> 0 order by x.bureau, x.key"
);

pub const OF_UNIT_NAMED: &str = "select h.*, o.name as owner_name, d.name as done_name, c.name as checked_name, \
    a.name as accepted_name from duty h left join person o on o.id = h.owner left join person d on d.id = h.done_by \
    left join person c on c.id = h.checked_by left join person a on a.id = h.accepted_by \
    where h.unit = $1 and h.until_on >= $2 and h.until_on <= $3";
pub const FROZEN_SEEN: &str = "select value from setting where name = 'frozen'";
pub const FROZEN_NOTE: &str = "insert into setting (name, value) values ('frozen', $1) \
    on conflict (name) do update set value = excluded.value";
pub const UNFROZEN: &str = "select u.id from unit u left join frozen_until f on f.unit = u.id \
    where u.kind in ('city', 'county', 'centre', 'school', 'point') and u.opened_on <= $1 \
    and (f.until_on is null or f.until_on < $1) order by u.id limit $2";
pub const FROZEN_UNTIL: &str = "select until_on from frozen_until where unit = $1";
pub const FROZEN_SET: &str = "insert into frozen_until (unit, until_on) values ($1, $2) \
    on conflict (unit) do update set until_on = excluded.until_on";
pub const SHEET_OF: &str = "select * from period_sheet where unit = $1 and kind = $2 and period = $3";
pub const SHEET_INSERT: &str = "insert into period_sheet (county, id, version, salt, unit, kind, period, until_on, \
    pack_hash, expected, on_time, late, exempt, missing, body, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning *";
pub const ADDENDUM_INSERT: &str = "insert into period_addendum (county, id, version, salt, unit, sheet, duty, what, \
    reason, by_person, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) returning *";
pub const ADDENDA: &str = "select a.*, p.name as by_name from period_addendum a left join person p on p.id = a.by_person \
    where a.sheet = $1 order by a.received_at, a.id limit 1000";

pub const MONTHS_ALL: &str = concat!(
    "select x.bureau, x.entry, ",
    sums!(),
    " from tally_month x where x.month >= $1 and x.month <= $2 \
     group by x.bureau, x.entry"
);
pub const MONTHS_OF: &str = concat!(
    "select x.bureau, x.entry, ",
    sums!(),
    " from tally_month x where x.bureau = $3 and x.month >= $1 \
     and x.month <= $2 group by x.bureau, x.entry"
);
pub const MONTHS_UNFOLDED: &str = concat!(
    "select x.bureau, x.entry, ",
    sums!(),
    " from tally_delta x where x.until_on / 100 >= $1 \
     and x.until_on / 100 <= $2 group by x.bureau, x.entry"
);
pub const ENDING_SINCE: &str = "select bureau, entry, until_on, on_time, late from tally \
    where until_on >= $1 and until_on <= $2 union all \
    select bureau, entry, until_on, on_time, late from tally_delta where until_on >= $1 and until_on <= $2";
pub const EVENTS_NOT_DUE: &str = "select unit, entry, until_on, count(*) as n from duty where kind = 'event' and due_at > $1 \
    and until_on >= $2 and until_on <= $3 and owed = 1 and state in ('open', 'arranged', 'returned') \
    group by unit, entry, until_on";
pub const DONE_OF: &str = "select count(*) as n from duty where unit = $1 and entry = $2 and period = $3 and owed = 1 \
    and state in ('done', 'checked', 'accepted')";
pub const UNITS_MONTHS: &str = concat!(
    "select x.unit, ",
    sums!(),
    " from unit_tree t join tally_unit x on x.unit = t.unit where t.top = $3 \
     and x.month >= $1 and x.month <= $2 group by x.unit"
);
pub const UNITS_UNFOLDED: &str = concat!(
    "select x.unit, ",
    sums!(),
    " from tally_delta x where x.until_on / 100 >= $1 and x.until_on / 100 <= $2 \
     and exists (select 1 from unit_tree s where s.top = $3 and s.unit = x.unit) group by x.unit"
);
pub const UNITS_EARLY: &str = "select d.unit, count(*) as n from unit_tree t join duty d on d.unit = t.unit \
    where t.top = $1 and d.until_on >= $2 and d.until_on <= $3 and d.due_at > $4 and d.owed = 1 and d.kind <> 'event' \
    and d.state in ('done', 'checked', 'accepted') group by d.unit";
pub const DAYS: &str = concat!(
    "select x.until_on, ",
    sums!(),
    " from tally_day x where x.until_on >= $1 and x.until_on <= $2 \
     and (x.bureau = $3 or $3 is null) group by x.until_on"
);
pub const DAYS_UNFOLDED: &str = concat!(
    "select x.until_on, ",
    sums!(),
    " from tally_delta x where x.until_on >= $1 and x.until_on <= $2 \
     and (x.bureau = $3 or $3 is null) group by x.until_on"
);
/// What was done by entry and day, of one bureau or of all.
pub const GRID: &str = concat!(
    "select x.entry, x.until_on, ",
    sums!(),
    " from tally x where x.until_on >= $1 and x.until_on <= $2 \
     and (x.bureau = $3 or $3 is null) group by x.entry, x.until_on"
);
pub const GRID_UNFOLDED: &str = concat!(
    "select x.entry, x.until_on, ",
    sums!(),
    " from tally_delta x where x.until_on >= $1 and x.until_on <= $2 \
     and (x.bureau = $3 or $3 is null) group by x.entry, x.until_on"
);
/// The same by bureau.
pub const SPLIT: &str = concat!(
    "select x.bureau as unit, x.entry, x.until_on, ",
    sums!(),
    " from tally x where x.until_on >= $1 and x.until_on <= $2 group by x.bureau, x.entry, x.until_on"
);
pub const SPLIT_UNFOLDED: &str = concat!(
    "select x.bureau as unit, x.entry, x.until_on, ",
    sums!(),
    " from tally_delta x where x.until_on >= $1 and x.until_on <= $2 group by x.bureau, x.entry, x.until_on"
);
/// The same by unit under a bureau, from the duties themselves: of one entry, or of a few days.
pub const SPLIT_ENTRY: &str = concat!(
    "select x.unit, x.entry, x.until_on, ",
    sums!(),
    " from (select d.unit, d.entry, d.until_on, ",
    counted!(),
    " from unit_tree t join duty d on d.unit = t.unit where t.top = $1 and d.until_on >= $2 and d.until_on <= $3 \
     and d.entry = $4) x group by x.unit, x.entry, x.until_on"
);
pub const SPLIT_DAYS: &str = concat!(
    "select x.unit, x.entry, x.until_on, ",
    sums!(),
    " from (select d.unit, d.entry, d.until_on, ",
    counted!(),
    " from unit_tree t join duty d on d.unit = t.unit where t.top = $1 and d.until_on >= $2 and d.until_on <= $3) x \
     group by x.unit, x.entry, x.until_on"
);
pub const OF_PERIOD: &str = "select id, unit, part, state from duty where entry = $1 and period = $2";

pub const ALL: &[&str] = &[
    OF_UNIT_NAMED,
    FROZEN_SEEN,
    FROZEN_NOTE,
    UNFROZEN,
    FROZEN_UNTIL,
    FROZEN_SET,
    SHEET_OF,
    SHEET_INSERT,
    ADDENDUM_INSERT,
    ADDENDA,
    MONTHS_ALL,
    MONTHS_OF,
    MONTHS_UNFOLDED,
    ENDING_SINCE,
    EVENTS_NOT_DUE,
    DONE_OF,
    UNITS_MONTHS,
    UNITS_UNFOLDED,
    UNITS_EARLY,
    DAYS,
    DAYS_UNFOLDED,
    GRID,
    GRID_UNFOLDED,
    SPLIT,
    SPLIT_UNFOLDED,
    SPLIT_ENTRY,
    SPLIT_DAYS,
    OF_PERIOD,
    CLASSES_OF,
    CLASSES_UNDER,
    BOARDERS_OF,
    BOARDERS_UNDER,
    TEACHERS_OF,
    SEATS_HERE,
    SEATS_BELOW,
    SEATS_COUNTED,
    WAIVER_INSERT,
    WAIVER_BY_ID,
    WAIVER_END,
    WAIVERS_OF,
    WAIVERS_UNDER,
    DELTA,
    DELTA_ANY,
    DELTA_LAST,
    FOLD,
    FOLD_MONTH,
    FOLD_DAY,
    FOLD_UNIT,
    FOLDED,
    MOVE_OUT,
    MOVE_IN,
    KEPT,
    COUNTED,
    BY_CELL,
    BY_ID,
    INSERT,
    UPDATE,
    STEP,
    STEPS,
    OF_UNIT,
    OF_UNIT_ENDING,
    OF_UNIT_SINCE,
    OF_CELL_ALL,
    EVENT_OPEN,
    EVENT_KNOWN,
    EVENTS_WAITING,
    OWNED_BY,
    OWNED_COUNT,
    CREDIT_INSERT,
    CREDIT_WITHDRAW,
    CREDITS_STANDING,
    CREDIT_OF,
    CREDITS_OF_RECORD,
    CREDITS_OF_DUTY,
    DUTIES_OF_RECORD,
    WORK_BY_ID,
    WORK_INSERT,
    WORK_CORRECT,
    WORK_VOID,
    WORK_STEP,
    WORK_STEPS,
    WORKS_ABOUT,
    WORKS_BETWEEN,
    WORK_LAST,
    RESOLUTION_INSERT,
    RESOLUTION_BY_ID,
    RESOLUTION_DONE,
    RESOLUTION_OWNER,
    RESOLUTIONS_OF_WORK,
    RESOLUTIONS_OPEN,
    RESOLUTIONS_OF_OWNER,
    RESOLUTIONS_OF_HAZARD,
    CHANGES_OF,
    CHANGES_UNDER,
    HOLDINGS_OF,
    HOLDINGS_UNDER,
    CREDITS_UNDER,
    UNITS_UNDER,
    HOMES_OF_PERSON,
];

/// A duty in the asker's scope: `$1` = the asker's unit, `$2` = id.
pub fn by_id(reach: Reach) -> String {
    format!("select h.* from duty h where h.id = $2 and {}", reach.predicate())
}

pub fn work_by_id(reach: Reach) -> String {
    format!(
        "select h.*, u.name as unit_name, p.name as by_name, r.name as recorder_name from work h join unit u on u.id = h.unit \
         left join person p on p.id = h.by_person left join person r on r.id = h.recorded_by \
         where h.id = $2 and {}",
        reach.predicate()
    )
}
