//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const INSERT: &str = "insert into outside (county, id, version, salt, unit, source, number, dedupe, what, happened_at, \
    ripe_at, by_person, by_unit, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
    returning *";
pub const VOID: &str = "update outside set version = version + 1, void_reason = $2 where id = $1 returning *";
pub const BY_ID: &str = "select * from outside where id = $1";
pub const ONCE: &str = "select id from outside where unit = $1 and source = $2 and dedupe = $3";
pub const SINCE: &str = "select count(*) as n from outside o where o.received_at >= $2 and exists \
    (select 1 from unit_tree s where s.top = $1 and s.unit = o.unit)";

/// Rows in the asker's scope.
pub fn list(reach: Reach) -> String {
    format!(
        "select h.*, u.name as unit_name from outside h join unit u on u.id = h.unit where {} \
         and (h.received_at, h.id) < ($2, $3) order by h.received_at desc, h.id desc limit $4",
        reach.predicate()
    )
}

pub const ALL: &[&str] = &[INSERT, VOID, BY_ID, ONCE, SINCE];
