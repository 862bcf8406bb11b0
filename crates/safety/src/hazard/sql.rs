//! Every statement of this noun. Lists are put together from these fragments by `list`; a test prepares every
//! combination on both engines.

use crate::kernel::rights::Reach;

pub const BY_ID: &str = "select * from hazard where id = $1";
pub const INSERT: &str = "insert into hazard (county, id, version, salt, unit, year, serial, number, what, find, place, \
    place_text, category, grade, term, state, open, turn_person, turn_role, due_at, check_run, raised_by, raised_at, \
    declined, extended, returns, late, recurs, recurrence, back_reason, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1, $16, $17, $18, $19, $20, $21, \
    0, 0, 0, 0, $22, $23, $24, $25, $26) returning *";
pub const UPDATE: &str = "update hazard set version = version + 1, what = $2, find = $3, place = $4, place_text = $5, \
    category = $6, grade = $7, term = $8, state = $9, open = $10, turn_person = $11, turn_role = $12, lead = $13, \
    helpers = $14, assignee = $15, assigned_at = $16, due_at = $17, fix_by = $18, declined = $19, extended = $20, \
    extend_to = $21, protection = $22, measure = $23, rectified_by = $24, rectified_at = $25, rechecked_by = $26, \
    rechecked_at = $27, closed_by = $28, closed_at = $29, returns = $30, late = $31, recurs = $32, recurrence = $33, \
    reported_to = $34, agency = $35, listed_number = $36, listed_at = $37, listed_by = $38, five = $39, \
    void_reason = $40 where id = $1 returning *";
pub const STEP: &str = "insert into hazard_step (county, id, version, salt, hazard, unit, serial, act, state, by_person, by_role, \
    by_post, recorded_by, note, photos, change, planned_at, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning *";
pub const STEPS: &str = "select s.*, p.name as by_name, r.name as recorder_name, \
    (select max(l.n) from leaf l where l.tbl = 'hazard_step' and l.id = s.id) as leaf_n \
    from hazard_step s left join person p on p.id = s.by_person left join person r on r.id = s.recorded_by \
    where s.hazard = $1 order by s.serial desc limit 500";
pub const SERIAL: &str = "select coalesce(max(serial), 0) as serial from hazard where unit = $1 and year = $2";
pub const RECURRING: &str = "select id, recurrence from hazard where place = $1 and category = $2 and state = 'closed' \
    and closed_at >= $3 order by closed_at desc, id desc limit 1";
pub const SAME_PLACE: &str = "select id, number, what, state, received_at from hazard where place = $1 and id <> $2 \
    and received_at >= $3 order by received_at desc, id desc limit 5";
/// The unit and what is under it: the second person of a 教学点 stands at its 中心校.
pub const OPEN_OF_PERSON: &str = "select count(*) as open from hazard h where h.open = 1 \
    and (h.turn_person = $2 or h.assignee = $2) \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = h.unit)";
/// Open at a unit, or waiting for its answer, or led by it when it is a department; `$2` the institution.
pub const OPEN_AT: &str = "select count(*) as open, min(h.number) as first from hazard h where h.open = 1 \
    and (h.unit = $1 or (h.reported_to = $1 and h.state = 'reported') \
    or (h.agency = $1 and h.state = 'transferred') or (h.unit = $2 and h.lead = $1))";
pub const WAITING_FOR: &str = "select h.* from hazard h where h.open = 1 and (h.turn_person = $2 or h.assignee = $2) \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = h.unit) \
    order by h.received_at, h.id limit 1000";
pub const OF_CHECK: &str = "select h.*, u.name as unit_name, p.name as place_name, a.name as assignee_name, \
    r.name as raiser_name from hazard h join unit u on u.id = h.unit left join place p on p.id = h.place \
    left join person a on a.id = h.assignee left join person r on r.id = h.raised_by \
    where h.check_run = $1 order by h.received_at, h.id limit 400";

/// What waits for a person in a post: by name, by role at the own unit, for the bureau reported to, for a longer term, for
/// the agency. Each way says `open` for itself and gives its own first `$6`. By role, for a longer term and for the agency it
/// walks so far in its own index (migration 29): a bureau with thousands in hand waits no longer for its first page than
/// another one. What waits by name or was reported upward is read whole.
macro_rules! waits {
    () => {
        "(select * from (select h.id, h.due_at from hazard h where h.open = 1 and h.turn_person = $1 \
            order by h.due_at nulls last, h.id limit $6) by_name \
        union select * from (select h.id, h.due_at from hazard h where h.open = 1 and h.unit = $2 and h.turn_role = $3 \
            order by h.due_at nulls last, h.id limit $6) by_role \
        union select * from (select h.id, h.due_at from hazard h where h.open = 1 and h.reported_to = $2 \
            and h.state = 'reported' and $4 = 1 order by h.due_at nulls last, h.id limit $6) upward \
        union select * from (select h.id, h.due_at from hazard h where h.open = 1 and h.unit = $2 \
            and h.extend_to is not null and $5 = 1 order by h.due_at nulls last, h.id limit $6) longer \
        union select * from (select h.id, h.due_at from hazard h where h.open = 1 and h.state = 'transferred' \
            and h.agency = $2 and h.turn_role = $3 order by h.due_at nulls last, h.id limit $6) handed)"
    };
}
pub const WAITING: &str = concat!(
    "select h.*, u.name as unit_name, p.name as place_name, a.name as assignee_name, r.name as raiser_name from ",
    waits!(),
    " w join hazard h on h.id = w.id join unit u on u.id = h.unit left join place p on p.id = h.place \
    left join person a on a.id = h.assignee left join person r on r.id = h.raised_by \
    order by w.due_at nulls last, w.id limit $6"
);
/// How many wait, at most `$6`, and the soonest deadline of all.
pub const WAITING_COUNT: &str = concat!(
    "select count(*) as n, min(q.due_at) as due from (select w.due_at from ",
    waits!(),
    " w order by w.due_at nulls last, w.id limit $6) q"
);
/// 重大 and open in the subtree: what a bureau must look at.
pub const MAJOR_BELOW: &str = "select h.*, u.name as unit_name, p.name as place_name, a.name as assignee_name, \
    r.name as raiser_name from hazard h join unit u on u.id = h.unit left join place p on p.id = h.place \
    left join person a on a.id = h.assignee left join person r on r.id = h.raised_by \
    where h.open = 1 and h.grade = 'major' \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = h.unit) \
    order by h.due_at nulls last, h.id limit $2";
pub const OTHER_COUNTY: &str = "select 1 as one from unit_tree t join unit u on u.id = t.unit \
    where t.top = $1 and u.county <> $2 limit 1";

pub const MOVED_BELOW: &str = "select h.unit, \
    cast(coalesce(sum(case when h.raised_at >= $2 and h.raised_at < $3 then 1 else 0 end), 0) as bigint) as raised, \
    cast(coalesce(sum(case when h.closed_at >= $2 and h.closed_at < $3 then 1 else 0 end), 0) as bigint) as closed, \
    cast(coalesce(sum(case when h.open = 1 then 1 else 0 end), 0) as bigint) as open, \
    cast(coalesce(sum(case when h.open = 1 and h.grade = 'major' then 1 else 0 end), 0) as bigint) as major, \
    cast(coalesce(sum(case when h.open = 1 and h.due_at < $5 then 1 else 0 end), 0) as bigint) as overdue \
    from unit_tree t join hazard h on h.unit = t.unit where t.top = $1 and ($4 = '' or h.category = $4) \
    group by h.unit order by h.unit";

pub const ALL: &[&str] = &[
    MOVED_BELOW,
    BY_ID,
    INSERT,
    UPDATE,
    STEP,
    STEPS,
    SERIAL,
    RECURRING,
    SAME_PLACE,
    OPEN_OF_PERSON,
    OPEN_AT,
    WAITING_FOR,
    OF_CHECK,
    WAITING,
    WAITING_COUNT,
    MAJOR_BELOW,
    OTHER_COUNTY,
];

/// One hazard as the source of a statement over `h`; `{id}` is the mark of its id. The limit keeps the scope predicate
/// outside: inside, SQLite likes an index on the unit as well as the one on the id and walks all hazards of a school.
pub(super) fn only(id: &str) -> String {
    format!("(select * from hazard where id = {id} limit 2)")
}

/// `BY_ID` through the scope predicate; `$1` = the asker's unit, `$2` = id.
pub fn by_id(reach: Reach) -> String {
    format!("select h.* from {} h where {}", only("$2"), reach.predicate())
}
