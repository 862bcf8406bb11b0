//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const BY_ID: &str = "select h.*, u.name as unit_name, b.name as by_unit_name, p.name as helper_name, \
    n.name as named_name, e.name as ended_name from support h join unit u on u.id = h.unit join unit b on b.id = h.by_unit \
    left join person p on p.id = h.helper left join person n on n.id = h.named_by \
    left join person e on e.id = h.ended_by where h.id = $1";
pub const INSERT: &str = "insert into support (county, id, version, salt, unit, by_unit, reasons, plan, helper, named_by, \
    began_on, claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *";
pub const REPLAN: &str = "update support set version = version + 1, plan = $2, helper = $3 where id = $1 returning *";
pub const END: &str = "update support set version = version + 1, ended_on = $2, end_reason = $3, ended_by = $4 \
    where id = $1 returning *";
pub const OPEN_OF: &str = "select id from support where unit = $1 and ended_on is null limit 1";
pub const VISIT_BY_ID: &str = "select * from support_visit where id = $1";
pub const VISIT_INSERT: &str = "insert into support_visit (county, id, version, salt, unit, by_unit, support, visited_on, \
    by_person, with_people, seen, advised, back_reason, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning *";
pub const VISIT_DONE: &str = "update support_visit set version = version + 1, done = $2, done_on = $3, done_by = $4 \
    where id = $1 returning *";
const VISIT: &str = "select h.*, u.name as unit_name, b.name as by_unit_name, p.name as by_name, d.name as done_name \
    from support_visit h join unit u on u.id = h.unit join unit b on b.id = h.by_unit \
    left join person p on p.id = h.by_person left join person d on d.id = h.done_by";
pub const LAST_VISITS: &str = "select v.support, max(v.visited_on) as last_on, count(*) as visits from support_visit v \
    join support s on s.id = v.support join unit_tree t on t.unit = s.unit where t.top = $1 group by v.support";

/// Help given or under way in the asker's scope, open first, then the newest.
pub fn list(reach: Reach) -> String {
    format!(
        "select h.*, u.name as unit_name, b.name as by_unit_name, p.name as helper_name, n.name as named_name, \
        e.name as ended_name from support h join unit u on u.id = h.unit join unit b on b.id = h.by_unit \
        left join person p on p.id = h.helper left join person n on n.id = h.named_by \
        left join person e on e.id = h.ended_by where {} \
        order by case when h.ended_on is null then 0 else 1 end, h.began_on desc, h.id desc limit $2",
        reach.predicate()
    )
}

/// Visits and guidance in the asker's scope, newest first.
pub fn visits(reach: Reach) -> String {
    format!("{VISIT} where {} order by h.visited_on desc, h.id desc limit $2", reach.predicate())
}

pub const VISITS_OF: &str = "select h.*, u.name as unit_name, b.name as by_unit_name, p.name as by_name, \
    d.name as done_name from support_visit h join unit u on u.id = h.unit join unit b on b.id = h.by_unit \
    left join person p on p.id = h.by_person left join person d on d.id = h.done_by \
    where h.support = $1 order by h.visited_on desc, h.id desc limit $2";
pub const VISIT_SHOW: &str = "select h.*, u.name as unit_name, b.name as by_unit_name, p.name as by_name, \
    d.name as done_name from support_visit h join unit u on u.id = h.unit join unit b on b.id = h.by_unit \
    left join person p on p.id = h.by_person left join person d on d.id = h.done_by where h.id = $1";

pub const ALL: &[&str] =
    &[BY_ID, INSERT, REPLAN, END, OPEN_OF, VISIT_BY_ID, VISIT_INSERT, VISIT_DONE, LAST_VISITS, VISITS_OF, VISIT_SHOW];
