//! Every statement of this noun. Lists are put together from these fragments by `list`; a test prepares every
//! combination on both engines.

use crate::kernel::rights::Reach;

pub const BY_ID: &str = "select * from incident where id = $1";
pub const INSERT: &str = "insert into incident (county, id, version, salt, unit, year, serial, number, kind, family, what, \
    place, place_text, find, state, open, grade, class, happened_at, known_at, hurt, sent, serious, dead, missing, loss, \
    facts, reports, reported_by, first_at, last_at, follow_due_at, window_until, late, pack_hash, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, $15, $16, $17, $18, $19, $20, $21, $22, \
    $23, $24, $25, 1, $26, $27, $28, $29, $30, 0, $31, $32, $33) returning *";
pub const UPDATE: &str = "update incident set version = version + 1, kind = $2, family = $3, what = $4, place = $5, \
    place_text = $6, find = $7, state = $8, open = $9, grade = $10, class = $11, happened_at = $12, known_at = $13, \
    hurt = $14, sent = $15, serious = $16, dead = $17, missing = $18, loss = $19, facts = $20, reports = $21, \
    last_at = $22, follow_due_at = $23, final_due_at = $24, window_until = $25, ended_at = $26, final_at = $27, \
    final_report = $28, final_signed_at = $29, closed_at = $30, late = $31, void_reason = $32 where id = $1 returning *";
pub const SERIAL: &str = "select coalesce(max(serial), 0) as serial from incident where unit = $1 and year = $2";

pub const REPORT: &str = "insert into incident_report (county, id, version, salt, incident, unit, serial, kind, \
    incident_kind, family, what, place, place_text, happened_at, known_at, hurt, sent, serious, dead, missing, loss, facts, \
    grade, class, progress, cause, lessons, reason, photos, by_person, by_role, by_post, by_unit, recorded_by, claimed_at, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
    $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35) returning *";
pub const REPORT_BY_ID: &str = "select * from incident_report where id = $1";
pub const REPORTS: &str = "select r.*, p.name as by_name, c.name as recorder_name, u.name as by_unit_name, \
    l.name as place_name, (select max(f.n) from leaf f where f.tbl = 'incident_report' and f.id = r.id) as leaf_n \
    from incident_report r join unit u on u.id = r.by_unit left join person p on p.id = r.by_person \
    left join person c on c.id = r.recorded_by left join place l on l.id = r.place \
    where r.incident = $1 order by r.serial desc limit 500";
/// Reports that a unit has not signed for, oldest first.
pub const UNSIGNED: &str = "select r.id, r.kind, r.serial from incident_report r where r.incident = $1 and not exists \
    (select 1 from incident_step s where s.incident = r.incident and s.report = r.id and s.act = 'receive' \
    and s.by_unit = $2) order by r.serial limit 500";

pub const LEG: &str = "insert into incident_leg (county, id, version, salt, incident, unit, kind, from_unit, to_unit, \
    party, base_at, due_at, open, done_at, met_at, met_by, met_how, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, \
    $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning *";
pub const LEG_UPDATE: &str = "update incident_leg set version = version + 1, base_at = $2, due_at = $3, open = $4, \
    done_at = $5, met_at = $6, met_by = $7, met_how = $8, spoke_with = $9, missed_at = $10 where id = $1 returning *";
pub const LEG_BY_ID: &str = "select * from incident_leg where id = $1";
pub const LEGS: &str = "select l.*, f.name as from_name, t.name as to_name, p.name as by_name from incident_leg l \
    join unit f on f.id = l.from_unit left join unit t on t.id = l.to_unit left join person p on p.id = l.met_by \
    where l.incident = $1 order by l.received_at, l.id limit 200";

pub const STEP: &str = "insert into incident_step (county, id, version, salt, incident, unit, serial, act, state, \
    by_person, by_role, by_post, by_unit, recorded_by, report, leg, hazard, note, planned_at, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning *";
pub const STEPS: &str = "select s.*, p.name as by_name, r.name as recorder_name, u.name as by_unit_name, \
    h.number as hazard_number, h.what as hazard_what, \
    (select max(l.n) from leaf l where l.tbl = 'incident_step' and l.id = s.id) as leaf_n \
    from incident_step s left join person p on p.id = s.by_person left join person r on r.id = s.recorded_by \
    left join unit u on u.id = s.by_unit left join hazard h on h.id = s.hazard \
    where s.incident = $1 order by s.serial desc, s.received_at desc, s.id desc limit 500";

/// The newest step that a person made.
pub const LAST_BY_PERSON: &str = "select act, by_person, by_unit, leg, report from incident_step where incident = $1 \
    and by_person is not null order by serial desc, received_at desc, id desc limit 1";

/// Does anybody hold a post of a bureau at the unit today? A pseudo-county (市直, 市属民办) has nobody who could receive.
pub const STAFFED: &str = "select 1 as one from post p where p.home = $1 and p.from_on <= $2 \
    and (p.until_on is null or p.until_on >= $2) and p.role in ('bureau_head', 'bureau_vice', 'officer', 'desk') limit 1";

pub const ZERO_OF: &str = "select z.*, p.name as by_name from incident_zero z left join person p on p.id = z.by_person \
    where z.unit = $1 and z.from_on = $2";
pub const ZERO_INSERT: &str = "insert into incident_zero (county, id, version, salt, unit, from_on, until_on, by_person, \
    by_post, claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) returning *";
/// Incidents that a unit came to know in a span, the withdrawn ones left out.
pub const KNOWN_IN: &str = "select count(*) as n from incident where unit = $1 and known_at >= $2 and known_at < $3 \
    and state <> 'withdrawn'";

pub const DRAFT: &str = "insert into incident_draft (county, id, version, salt, unit, alarm, place, place_text, known_at, \
    state, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, 'waiting', $9) returning *";
pub const DRAFT_CLOSE: &str = "update incident_draft set version = version + 1, state = $2, incident = $3, reason = $4, \
    closed_by = $5, closed_at = $6 where id = $1 returning *";
pub const DRAFT_BY_ID: &str =
    "select h.*, u.name as unit_name from incident_draft h join unit u on u.id = h.unit where h.id = $1";
pub const DRAFT_OF_ALARM: &str =
    "select h.*, u.name as unit_name from incident_draft h join unit u on u.id = h.unit where h.alarm = $1";
pub const DRAFT_NEAR: &str = "select h.*, u.name as unit_name from incident_draft h join unit u on u.id = h.unit \
    where h.unit = $1 and h.state = 'waiting' and h.known_at >= $2 and h.known_at <= $3 order by h.known_at desc limit 1";

/// Drafts that wait in the asker's scope; `$2` most rows.
pub fn drafts(reach: Reach) -> String {
    let reach = if reach == Reach::Handed { Reach::Nothing } else { reach };
    format!(
        "select h.*, u.name as unit_name from incident_draft h join unit u on u.id = h.unit \
         where {} and h.state = 'waiting' order by h.known_at, h.id limit $2",
        reach.predicate()
    )
}

/// An incident of a unit that is not at its end.
pub const OPEN_AT: &str = "select id from incident where unit = $1 and open = 1 limit 1";

pub const ALL: &[&str] = &[
    OPEN_AT,
    DRAFT,
    DRAFT_CLOSE,
    DRAFT_BY_ID,
    DRAFT_OF_ALARM,
    DRAFT_NEAR,
    BY_ID,
    INSERT,
    UPDATE,
    SERIAL,
    REPORT,
    REPORT_BY_ID,
    REPORTS,
    UNSIGNED,
    LEG,
    LEG_UPDATE,
    LEG_BY_ID,
    LEGS,
    STEP,
    STEPS,
    LAST_BY_PERSON,
    STAFFED,
    ZERO_OF,
    ZERO_INSERT,
    KNOWN_IN,
];

/// The scope: what the role reads, and what the asker reported at his own unit. `$1` the unit, `$2` the person.
pub fn predicate(reach: Reach) -> String {
    // An incident is handed to no agency here.
    let reach = if reach == Reach::Handed { Reach::Nothing } else { reach };
    format!("({} or (h.unit = $1 and h.reported_by = $2))", reach.predicate())
}

/// One incident through the scope; `$3` its id.
pub fn by_id(reach: Reach) -> String {
    format!("select h.* from (select * from incident where id = $3 limit 2) h where {}", predicate(reach))
}

/// What waits for a unit (`$1`): a leg that it owes, its own next report, or a report that reached it and that nobody
/// there has signed for.
pub const WAITS: &str = "h.open = 1 and (exists (select 1 from incident_leg l where l.incident = h.id \
    and l.from_unit = $1 and l.open = 1) \
    or (h.unit = $1 and (h.state = 'concluding' or (h.state in ('awaiting', 'handling') and h.follow_due_at is not null))) \
    or (exists (select 1 from incident_leg l where l.incident = h.id and l.to_unit = $1 and l.met_at is not null \
    and l.kind in ('written', 'level', 'skip')) and exists (select 1 from incident_report r where r.incident = h.id \
    and not exists (select 1 from incident_step s where s.incident = h.id and s.report = r.id and s.act = 'receive' \
    and s.by_unit = $1))))";
