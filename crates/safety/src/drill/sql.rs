//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const BY_ID: &str = "select h.*, u.name as unit_name, a.name as planner_name, s.name as starter_name, \
    r.name as reviewer_name from drill h join unit u on u.id = h.unit left join person a on a.id = h.planned_by \
    left join person s on s.id = h.started_by left join person r on r.id = h.reviewed_by where h.id = $1";
pub const INSERT: &str = "insert into drill (county, id, version, salt, unit, title, scenario, night, told, window_from, \
    window_until, place, edition, roles, state, floor_s, expected, out_n, in_n, unknown_n, on_paper, practised, planned_by, \
    claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'planned', $14, 0, 0, 0, 0, \
    0, '[]', $15, $16, $17) returning *";
pub const REPLAN: &str = "update drill set version = version + 1, title = $2, scenario = $3, night = $4, told = $5, \
    window_from = $6, window_until = $7, place = $8, edition = $9, roles = $10 where id = $1 returning *";
/// The life of a drill in one statement: every step stores the whole of what steps change.
pub const STEP: &str = "update drill set version = version + 1, state = $2, started_at = $3, leave_at = $4, muster_at = $5, \
    listed_at = $6, ended_at = $7, held_on = $8, expected = $9, out_n = $10, in_n = $11, unknown_n = $12, out_s = $13, \
    list_s = $14, on_paper = $15, started_by = $16, back_reason = $17, drop_reason = $18 where id = $1 returning *";
pub const REVIEW: &str = "update drill set version = version + 1, state = 'done', practised = $2, process = $3, plan_fit = $4, \
    staff_fit = $5, problems = $6, photos = $7, work = $8, reviewed_by = $9, reviewed_at = $10 where id = $1 returning *";
pub const CLASS_INSERT: &str = "insert into drill_class (county, id, version, salt, unit, drill, class, name, serial, \
    expected, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) returning *";
pub const CLASS_CALL: &str = "update drill_class set version = version + 1, expected = $2, out_n = $3, in_n = $4, \
    unknown_n = $5, cover_s = $6, seconds = $7, missing = $8, note = $9, by_person = $10, said_at = $11, received_at = $12 \
    where id = $1 returning *";
pub const CLASSES: &str = "select c.*, p.name as by_name from drill_class c left join person p on p.id = c.by_person \
    where c.drill = $1 order by c.serial, c.id limit 401";
pub const CLASS_BY_ID: &str = "select * from drill_class where id = $1";
/// Drills held by institution under `$1` in a span: how many, how many at night.
pub const HELD_BELOW: &str = "select d.unit, u.name, count(*) as held, cast(sum(d.night) as bigint) as nights, \
    max(d.held_on) as last_on from unit_tree t join drill d on d.unit = t.unit join unit u on u.id = d.unit \
    where t.top = $1 and d.held_on >= $2 and d.held_on <= $3 and d.state <> 'dropped' group by d.unit, u.name order by d.unit";
/// Drills of a unit that are planned or running: lines of 今日.
pub const OPEN_OF: &str = "select h.*, u.name as unit_name, a.name as planner_name, s.name as starter_name, \
    r.name as reviewer_name from drill h join unit u on u.id = h.unit left join person a on a.id = h.planned_by \
    left join person s on s.id = h.started_by left join person r on r.id = h.reviewed_by \
    where h.unit = $1 and h.state in ('planned', 'running', 'review') order by h.window_from, h.id limit 50";

pub const ALL: &[&str] =
    &[BY_ID, INSERT, REPLAN, STEP, REVIEW, CLASS_INSERT, CLASS_CALL, CLASSES, CLASS_BY_ID, HELD_BELOW, OPEN_OF];

/// One page, newest first; `$1` the asker's unit, `$2`, `$3` the cursor, `$4` the unit whose subtree is shown.
pub fn page(reach: Reach) -> String {
    format!(
        "select h.*, u.name as unit_name, cast(null as text) as planner_name, \
         cast(null as text) as starter_name, cast(null as text) as reviewer_name \
         from drill h join unit u on u.id = h.unit where {} and (h.received_at, h.id) < ($2, $3) \
         and exists (select 1 from unit_tree f where f.top = $4 and f.unit = h.unit) \
         order by h.received_at desc, h.id desc limit $5",
        reach.predicate()
    )
}
