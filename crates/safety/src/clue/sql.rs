//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const INSERT: &str = "insert into clue (county, id, version, salt, unit, above, rule, fault, noun, subject, at, from_at, \
    until_at, traces, incident, state, open, explain_by, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, \
    $11, $12, $13, $14, 'open', 1, $15, $16) returning *";
pub const CHANGE: &str = "update clue set version = version + 1, rule = $2, fault = $3, traces = $4, incident = $5 \
    where id = $1 returning *";
pub const EXPLAIN: &str = "update clue set version = version + 1, explanation = $2, explained_by = $3, explained_at = $4 \
    where id = $1 returning *";
pub const CLOSE: &str = "update clue set version = version + 1, state = $2, open = $3, verdict = $4, reason = $5, \
    incident = coalesce($6, incident), closed_by = $7, closed_at = $8 where id = $1 returning *";
pub const OF_SUBJECT: &str = "select * from clue where subject = $1 and noun = $2 order by received_at limit 20";
/// What a unit has open about signals without a report.
pub const OPEN_OF_UNIT: &str = "select * from clue where unit = $1 and open = 1 and rule in ('unreported', 'late_signal') \
    order by received_at, id limit 200";
/// One cluster of a class over several days is one clue.
pub const ALIKE_NEAR: &str = "select c.id from clue c join absence a on a.id = c.subject where c.noun = 'absence' \
    and a.class = $1 and a.day < $2 and a.day >= $3 and c.unit = a.unit limit 1";

pub const MARK: &str = "select at, past from clue_mark where source = $1";
pub const MARK_SET: &str = "insert into clue_mark (source, at, past) values ($1, $2, $3) \
    on conflict (source) do update set at = excluded.at, past = excluded.past";
pub const MARK_BACK: &str = "update clue_mark set at = $1, past = null where at > $1";

// The sources, each in the order in which it reached the server, records of one moment (a list that was imported) by
// their id. `$1`, `$2` moment and id looked through until, `$3` until when, `$4` most rows.
pub const ALARMS: &str = "select *, received_at as seen_at from alarm where (received_at, id) > ($1, $2) \
    and received_at <= $3 order by received_at, id limit $4";
pub const ENDED: &str = "select *, ended_at as seen_at from alarm where (ended_at, id) > ($1, $2) \
    and ended_at <= $3 order by ended_at, id limit $4";
pub const TIPS: &str = "select *, received_at as seen_at from tip where (received_at, id) > ($1, $2) \
    and received_at <= $3 order by received_at, id limit $4";
pub const HAZARDS: &str = "select *, received_at as seen_at from hazard where (received_at, id) > ($1, $2) \
    and received_at <= $3 order by received_at, id limit $4";
pub const OUTSIDES: &str = "select *, ripe_at as seen_at from outside where (ripe_at, id) > ($1, $2) \
    and ripe_at <= $3 order by ripe_at, id limit $4";
pub const LINES: &str = "select *, received_at as seen_at from absence where (received_at, id) > ($1, $2) \
    and received_at <= $3 order by received_at, id limit $4";
pub const ZEROS: &str = "select id, unit, received_at as seen_at from incident_zero \
    where (received_at, id) > ($1, $2) and received_at <= $3 order by received_at, id limit $4";
pub const DRAFTS: &str = "select id, unit, closed_at as seen_at from incident_draft \
    where (closed_at, id) > ($1, $2) and closed_at <= $3 order by closed_at, id limit $4";
pub const STEPS: &str = "select id, incident, received_at as seen_at from incident_step \
    where (received_at, id) > ($1, $2) and received_at <= $3 order by received_at, id limit $4";

/// Incidents of a unit (`$1`) whose time between happening and being known meets `$2..=$3`.
pub const NEAR: &str = "select id, kind, state, happened_at, known_at, first_at, late from incident where unit = $1 \
    and known_at >= $2 and happened_at <= $3 order by first_at limit 50";
/// A hazard that an incident showed (`$1`): what it tells of is reported.
pub const SHOWN: &str = "select 1 as one from incident_step where hazard = $1 limit 1";
pub const ZERO_AFTER: &str = "select id, received_at from incident_zero where unit = $1 and from_on <= $2 and until_on >= $2 \
    and received_at > $3 limit 1";
pub const INCIDENT: &str = "select * from incident where id = $1";
pub const ALARMS_NEAR: &str = "select * from alarm where unit = $1 and test = 0 and received_at >= $2 and received_at <= $3 \
    order by received_at limit 20";
pub const ROLL: &str =
    "select cast(coalesce(sum(missing), 0) as bigint) as n from alarm_roll where alarm = $1 and state = 'missing'";
pub const REPORTS: &str = "select id, serial, kind, hurt, sent, serious, dead, missing, photos, received_at \
    from incident_report where incident = $1 order by serial limit 500";
/// Another record that used the photo (`$1`) before a moment (`$3`).
pub const PHOTO_BEFORE: &str = "select noun, id, at from file_use where hash = $1 and id <> $2 and at < $3 \
    order by at limit 1";

pub const ALARMS_SINCE: &str = "select count(*) as n from alarm a where a.received_at >= $2 and a.test = 0 and exists \
    (select 1 from unit_tree s where s.top = $1 and s.unit = a.unit)";
pub const TIPS_SINCE: &str = "select count(*) as n from tip a where a.received_at >= $2 and exists \
    (select 1 from unit_tree s where s.top = $1 and s.unit = a.unit)";
pub const HAZARDS_SINCE: &str = "select count(*) as n from hazard a where a.received_at >= $2 and exists \
    (select 1 from unit_tree s where s.top = $1 and s.unit = a.unit)";
pub const INCIDENTS_SINCE: &str = "select count(*) as n from incident a where a.received_at >= $2 and exists \
    (select 1 from unit_tree s where s.top = $1 and s.unit = a.unit)";

pub const ALL: &[&str] = &[
    INSERT,
    CHANGE,
    EXPLAIN,
    CLOSE,
    OF_SUBJECT,
    OPEN_OF_UNIT,
    ALIKE_NEAR,
    MARK,
    MARK_SET,
    MARK_BACK,
    ALARMS,
    ENDED,
    TIPS,
    HAZARDS,
    OUTSIDES,
    LINES,
    ZEROS,
    DRAFTS,
    STEPS,
    NEAR,
    SHOWN,
    ZERO_AFTER,
    INCIDENT,
    ALARMS_NEAR,
    ROLL,
    REPORTS,
    PHOTO_BEFORE,
    ALARMS_SINCE,
    TIPS_SINCE,
    HAZARDS_SINCE,
    INCIDENTS_SINCE,
];

const FROM: &str = "select h.*, u.name as unit_name, a.name as above_name, x.name as explainer_name, \
    c.name as closer_name, i.number as incident_number from clue h join unit u on u.id = h.unit join unit a on a.id = h.above \
    left join person x on x.id = h.explained_by left join person c on c.id = h.closed_by \
    left join incident i on i.id = h.incident where ";

/// One clue through the asker's scope; `$2` its id.
pub fn by_id(reach: Reach) -> String {
    format!("{FROM}{} and h.id = $2", reach.predicate())
}

/// A page: `$2` 1 open, 0 closed, -1 both; `$3` a fault or ''; `$4`, `$5` the cursor; `$6` most rows.
pub fn list(reach: Reach) -> String {
    format!(
        "{FROM}{} and ($2 < 0 or h.open = $2) and ($3 = '' or h.fault = $3) and (h.received_at, h.id) < ($4, $5) \
         order by h.received_at desc, h.id desc limit $6",
        reach.predicate()
    )
}

/// What waits at the desks of others below a unit (`$1`), by desk: how many, and of them those of which the unit may have
/// known.
pub fn below(reach: Reach) -> String {
    format!(
        "select a.name, count(*) as n, cast(coalesce(sum(case when h.fault = 'hidden' then 1 else 0 end), 0) as bigint) \
         as hidden from clue h join unit a on a.id = h.above where {} and h.open = 1 and h.above <> $1 and h.unit <> $1 \
         group by a.id, a.name order by n desc, a.name limit 500",
        reach.predicate()
    )
}

/// How many wait: `$2` 1 for those without an explanation that the asker's own unit owes, 0 for those at its desk.
pub fn waiting(reach: Reach) -> String {
    format!(
        "select count(*) as n from clue h where {} and h.open = 1 and ((h.unit = $1 and h.explanation is null) \
         or h.above = $1)",
        reach.predicate()
    )
}
