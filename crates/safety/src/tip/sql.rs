//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const INSERT: &str = "insert into tip (county, id, version, salt, unit, code, kind, what, happened_on, contact, state, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 'new', $10) returning *";
pub const TAKE: &str = "update tip set version = version + 1, state = 'taken', taken_by = $2, taken_at = $3 \
    where id = $1 returning *";
pub const CLOSE: &str = "update tip set version = version + 1, state = 'closed', outcome = $2, answer = $3, closed_by = $4, \
    closed_at = $5, contact = null where id = $1 returning *";
const TIP: &str = "select h.*, u.name as unit_name, t.name as taken_name, c.name as closed_name from tip h \
    join unit u on u.id = h.unit left join person t on t.id = h.taken_by left join person c on c.id = h.closed_by";
pub const BY_ID: &str = "select h.*, u.name as unit_name, t.name as taken_name, c.name as closed_name from tip h \
    join unit u on u.id = h.unit left join person t on t.id = h.taken_by left join person c on c.id = h.closed_by \
    where h.id = $1";
pub const BY_CODE: &str = "select h.*, u.name as unit_name, t.name as taken_name, c.name as closed_name from tip h \
    join unit u on u.id = h.unit left join person t on t.id = h.taken_by left join person c on c.id = h.closed_by \
    where h.code = $1";
pub const SINCE_OF_UNIT: &str = "select count(*) as n from tip where unit = $1 and received_at >= $2";
pub const SINCE: &str = "select count(*) as n from tip where county = $1 and received_at >= $2";
pub const GATE_INSERT: &str = "insert into tip_gate (county, id, version, salt, unit, opened_by, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6) returning *";
pub const GATE_END: &str = "update tip_gate set version = version + 1, closed_by = $2, closed_at = $3 \
    where id = $1 returning *";
pub const GATE_OF: &str = "select * from tip_gate where unit = $1 and closed_at is null limit 1";
/// Is a gate open at a unit or anywhere above it?
pub const GATE_ABOVE: &str = "select g.id from tip_gate g join unit_tree t on t.top = g.unit \
    where t.unit = $1 and g.closed_at is null limit 1";

/// Tips in the asker's scope, those that wait first; never one about the asker's own institution.
pub fn list(reach: Reach) -> String {
    format!(
        "{TIP} where {} and h.unit <> $1 and ($2 = '' or h.state = $2) and (h.received_at, h.id) < ($3, $4) \
        order by h.received_at desc, h.id desc limit $5",
        reach.predicate()
    )
}

pub fn count(reach: Reach) -> String {
    format!("select count(*) as n from tip h where {} and h.unit <> $1 and h.state <> 'closed'", reach.predicate())
}

pub const ALL: &[&str] =
    &[INSERT, TAKE, CLOSE, BY_ID, BY_CODE, SINCE_OF_UNIT, SINCE, GATE_INSERT, GATE_END, GATE_OF, GATE_ABOVE];
