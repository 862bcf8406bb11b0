//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const BY_ID: &str = "select * from check_run where id = $1";
pub const INSERT: &str = "insert into check_run (county, id, version, salt, unit, title, by_person, with_people, by_post, \
    recorded_by, began_at, ended_at, places, found, skipped, note, back_reason, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning *";
pub const PLACE_INSERT: &str = "insert into check_place (county, id, version, salt, check_run, unit, place, result, \
    seen_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9) returning *";
pub const SHOW: &str = "select c.*, u.name as unit_name, b.name as by_name, r.name as recorder_name \
    from check_run c join unit u on u.id = c.unit left join person b on b.id = c.by_person \
    left join person r on r.id = c.recorded_by where c.id = $1";
pub const SEEN: &str = "select s.place, s.result, s.seen_at, p.name, p.kind from check_place s \
    join place p on p.id = s.place where s.check_run = $1 order by s.seen_at, s.id";
pub const TIMES: &str = "select s.place, \
    cast(coalesce(sum(case when s.seen_at >= $3 then 1 else 0 end), 0) as bigint) as now_times, \
    cast(coalesce(sum(case when s.seen_at < $3 then 1 else 0 end), 0) as bigint) as before_times, \
    max(s.seen_at) as last_at from check_place s \
    where s.unit = $1 and s.seen_at >= $2 and s.seen_at < $4 and s.result <> 'skipped' group by s.place";
pub const RUNS: &str = "select \
    cast(coalesce(sum(case when c.began_at >= $3 then 1 else 0 end), 0) as bigint) as now_runs, \
    cast(coalesce(sum(case when c.began_at < $3 then 1 else 0 end), 0) as bigint) as before_runs \
    from check_run c where c.unit = $1 and c.began_at >= $2 and c.began_at < $4";
pub const BELOW: &str = "select u.id as unit, u.name, count(p.id) as all_places, \
    cast(coalesce(sum(case when exists (select 1 from check_place s where s.place = p.id and s.seen_at >= $2 \
    and s.seen_at < $3 and s.result <> 'skipped') then 1 else 0 end), 0) as bigint) as seen, \
    (select count(*) from check_run c where c.unit = u.id and c.began_at >= $2 and c.began_at < $3) as checks \
    from unit_tree t join unit u on u.id = t.unit join place p on p.unit = u.id \
    where t.top = $1 and u.closed_on is null and p.closed_on is null group by u.id, u.name";

/// Schools in use under `$1` on whose list no place stands: coverage cannot count them, so they are said beside it.
pub const PLACELESS: &str = "select count(*) as n from unit_tree t join unit u on u.id = t.unit \
    where t.top = $1 and u.closed_on is null and u.kind in ('centre', 'school', 'point') \
    and not exists (select 1 from place p where p.unit = u.id and p.closed_on is null)";

pub const COVERED: &str = "select \
    (select count(distinct s.place) from check_place s join place p on p.id = s.place where s.unit = $1 \
     and s.result <> 'skipped' and s.seen_at >= $2 and s.seen_at < $3 and p.closed_on is null) as seen, \
    (select count(*) from place q where q.unit = $1 and q.closed_on is null) as all_places";
/// Checks and places seen by institution under `$1` in a span: no names.
pub const RUNS_BELOW: &str = "select p.unit, count(p.id) as all_places, \
    cast(coalesce(sum(case when exists (select 1 from check_place s where s.place = p.id and s.seen_at >= $2 \
    and s.seen_at < $3 and s.result <> 'skipped') then 1 else 0 end), 0) as bigint) as seen, \
    (select count(*) from check_run c where c.unit = p.unit and c.began_at >= $2 and c.began_at < $3) as checks \
    from unit_tree t join place p on p.unit = t.unit where t.top = $1 and p.closed_on is null \
    group by p.unit order by p.unit";

pub const ALL: &[&str] = &[COVERED, RUNS_BELOW, BY_ID, INSERT, PLACE_INSERT, SHOW, SEEN, TIMES, RUNS, BELOW, PLACELESS];

/// One page, newest first; `$1` the asker's unit, `$2`, `$3` the cursor, `$4` the unit whose subtree is shown.
pub fn page(reach: Reach) -> String {
    format!(
        "select c.*, u.name as unit_name, b.name as by_name, r.name as recorder_name \
         from (select h.* from check_run h where {} and (h.received_at, h.id) < ($2, $3) \
         and exists (select 1 from unit_tree f where f.top = $4 and f.unit = h.unit) \
         order by h.received_at desc, h.id desc limit $5) c \
         join unit u on u.id = c.unit left join person b on b.id = c.by_person \
         left join person r on r.id = c.recorded_by order by c.received_at desc, c.id desc",
        reach.predicate()
    )
}
