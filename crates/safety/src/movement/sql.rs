//! Every statement of this noun; a test prepares each on both engines.

use crate::kernel::rights::Reach;

pub const BUILDING_INSERT: &str = "insert into building (county, id, version, salt, unit, edition, doc, typed, hash, classes, \
    edges, fitted_from, by_person, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning *";
pub const BUILDING_LAST: &str = "select b.*, p.name as by_name from building b left join person p on p.id = b.by_person \
    where b.unit = $1 order by b.edition desc limit 1";
pub const BUILDING_BY_ID: &str = "select b.*, p.name as by_name from building b left join person p on p.id = b.by_person \
    where b.id = $1";

pub const INSERT: &str = "insert into movement (county, id, version, salt, unit, building, hash, kind, title, note, state, \
    makespan_s, bound_s, floor_s, doc, evacuation, picture, phone, evacuation_picture, made_by, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) returning *";
/// The life of a plan in one statement: every step stores the whole of what steps change.
pub const STEP: &str = "update movement set version = version + 1, state = $2, from_on = $3, asked_by = $4, asked_at = $5, \
    decided_by = $6, decided_at = $7, back_reason = $8, ended_on = $9 where id = $1 returning *";
pub const SHOW: &str = "select h.*, u.name as unit_name, m.name as maker_name, a.name as asker_name, d.name as decider_name \
    from movement h join unit u on u.id = h.unit left join person m on m.id = h.made_by \
    left join person a on a.id = h.asked_by left join person d on d.id = h.decided_by where h.id = $1";
/// Plans in force of a unit, by kind.
pub const IN_FORCE: &str =
    "select id, kind from movement where unit = $1 and state = 'approved' order by decided_at desc, id";

pub const CARD_INSERT: &str = "insert into movement_card (county, id, version, salt, unit, movement, serial, edge, makespan_s, \
    bound_s, doc, phone, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *";
pub const CARDS: &str = "select c.*, p.name as place_name from movement_card c left join place p on p.id = c.place \
    where c.movement = $1 order by c.serial, c.id limit 2000";
pub const CARD_BY_ID: &str = "select c.*, p.name as place_name from movement_card c left join place p on p.id = c.place \
    where c.id = $1";
pub const CARD_PLACE: &str = "update movement_card set version = version + 1, place = $2 where id = $1 returning *";
pub const CARD_USE: &str = "update movement_card set version = version + 1, hazard = $2, used_on = $3, used_by = $4 \
    where id = $1 returning *";
pub const CARDS_USED: &str = "select c.*, p.name as place_name from movement_card c left join place p on p.id = c.place \
    where c.unit = $1 and c.used_on = $2 order by c.id limit 50";

pub const POST_INSERT: &str = "insert into movement_post (county, id, version, salt, unit, weekday, serial, place, task, \
    at_text, person, substitute, from_on, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning *";
pub const POST_END: &str = "update movement_post set version = version + 1, ended_on = $2 where id = $1 returning *";
pub const POST_BY_ID: &str = "select * from movement_post where id = $1";
/// The list in force on a day.
pub const POSTS_ON: &str = "select t.*, p.name as person_name, s.name as substitute_name from movement_post t \
    left join person p on p.id = t.person left join person s on s.id = t.substitute where t.unit = $1 and t.from_on <= $2 \
    and (t.ended_on is null or t.ended_on >= $2) order by t.weekday, t.serial, t.id limit 500";
pub const DAY_OF: &str = "select * from movement_day where post = $1 and held_on = $2";
pub const DAY_INSERT: &str = "insert into movement_day (county, id, version, salt, unit, post, held_on, stood, person, note, \
    by_person, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *";
pub const DAY_CHANGE: &str = "update movement_day set version = version + 1, stood = $2, person = $3, note = $4, by_person = $5, \
    received_at = $6 where id = $1 returning *";
pub const DAYS: &str = "select d.*, p.name as person_name from movement_day d left join person p on p.id = d.person \
    where d.unit = $1 and d.held_on >= $2 and d.held_on <= $3 order by d.held_on, d.id limit 5000";

pub const FINDING_INSERT: &str = "insert into movement_finding (county, id, version, salt, unit, building, subject, hazard, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8) returning *";
/// Findings of a unit whose hazards are still dealt with.
pub const FINDINGS: &str = "select f.subject, f.hazard from movement_finding f join hazard h on h.id = f.hazard \
    where f.unit = $1 and h.state not in ('closed', 'dismissed', 'void') order by f.id limit 2000";

pub const GATHERING_BY_ID: &str = "select h.*, u.name as unit_name, l.name as lead_name, m.name as maker_name, \
    s.name as school_name, b.name as bureau_name from gathering h join unit u on u.id = h.unit \
    left join person l on l.id = h.lead left join person m on m.id = h.made_by left join person s on s.id = h.school_by \
    left join person b on b.id = h.bureau_by where h.id = $1";
pub const GATHERING_INSERT: &str = "insert into gathering (county, id, version, salt, unit, title, held_on, at_text, place, \
    people, guests, lead, routes, posts, weather, emergency, outside, movement, state, made_by, received_at) values ($1, $2, \
    1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'draft', $18, $19) returning *";
pub const GATHERING_CHANGE: &str = "update gathering set version = version + 1, title = $2, held_on = $3, at_text = $4, \
    place = $5, people = $6, guests = $7, lead = $8, routes = $9, posts = $10, weather = $11, emergency = $12, outside = $13, \
    movement = $14 where id = $1 returning *";
pub const GATHERING_STEP: &str = "update gathering set version = version + 1, state = $2, asked_by = $3, asked_at = $4, \
    school_by = $5, school_at = $6, bureau_by = $7, bureau_at = $8, back_reason = $9, outcome = $10 where id = $1 returning *";

pub const ALL: &[&str] = &[
    BUILDING_INSERT,
    BUILDING_LAST,
    BUILDING_BY_ID,
    INSERT,
    STEP,
    SHOW,
    IN_FORCE,
    CARD_INSERT,
    CARDS,
    CARD_BY_ID,
    CARD_PLACE,
    CARD_USE,
    CARDS_USED,
    POST_INSERT,
    POST_END,
    POST_BY_ID,
    POSTS_ON,
    DAY_OF,
    DAY_INSERT,
    DAY_CHANGE,
    DAYS,
    FINDING_INSERT,
    FINDINGS,
    GATHERING_BY_ID,
    GATHERING_INSERT,
    GATHERING_CHANGE,
    GATHERING_STEP,
];

/// One page of plans, newest first; `$1` the asker's unit, `$2`, `$3` the cursor, `$4` the unit whose subtree is shown.
pub fn page(reach: Reach) -> String {
    format!(
        "select h.id, h.unit, h.kind, h.title, h.state, h.makespan_s, h.bound_s, h.from_on, h.ended_on, h.received_at, \
         u.name as unit_name from movement h join unit u on u.id = h.unit where {} and (h.received_at, h.id) < ($2, $3) \
         and exists (select 1 from unit_tree f where f.top = $4 and f.unit = h.unit) \
         order by h.received_at desc, h.id desc limit $5",
        reach.predicate()
    )
}

/// One page of large events, newest first.
pub fn gatherings(reach: Reach) -> String {
    format!(
        "select h.*, u.name as unit_name, l.name as lead_name, cast(null as text) as maker_name, \
         cast(null as text) as school_name, cast(null as text) as bureau_name from gathering h \
         join unit u on u.id = h.unit left join person l on l.id = h.lead where {} and (h.received_at, h.id) < ($2, $3) \
         and exists (select 1 from unit_tree f where f.top = $4 and f.unit = h.unit) \
         order by h.received_at desc, h.id desc limit $5",
        reach.predicate()
    )
}
