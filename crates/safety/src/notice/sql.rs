//! Every statement of this noun; a test prepares each on both engines.

pub const BY_ID: &str = "select n.*, u.name as unit_name, p.name as by_name from notice n join unit u on u.id = n.unit \
    left join person p on p.id = n.by_person where n.id = $1";
pub const INSERT: &str = "insert into notice (county, id, version, salt, unit, kind, number, title, body, clause, pack_hash, \
    kinds, units, figures, category, asks, from_on, due_on, by_person, by_post, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) returning *";
pub const END: &str = "update notice set version = version + 1, ended_on = $2 where id = $1 returning *";
/// Issued by the asker's unit or by one above it, newest first.
pub const LIST: &str = "select n.*, u.name as unit_name, p.name as by_name from unit_tree t join notice n on n.unit = t.top \
    join unit u on u.id = n.unit left join person p on p.id = n.by_person where t.unit = $1 \
    order by n.received_at desc, n.id desc limit $2";
pub const SIGN_INSERT: &str = "insert into notice_sign (county, id, version, salt, unit, notice, person, post, claimed_at, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9) returning *";
pub const SIGNS: &str = "select s.unit, s.received_at, p.name from notice_sign s join person p on p.id = s.person \
    where s.notice = $1";
pub const SIGNED: &str = "select s.notice from notice_sign s where s.unit = $1";
pub const SIGN_OF: &str = "select s.*, p.name from notice_sign s join person p on p.id = s.person \
    where s.notice = $1 and s.unit = $2";
pub const ANSWER_INSERT: &str = "insert into notice_answer (county, id, version, salt, unit, notice, typed, person, post, \
    claimed_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) returning *";
pub const ANSWER_CHANGE: &str = "update notice_answer set version = version + 1, typed = $2, person = $3, post = $4 \
    where id = $1 returning *";
pub const ANSWER_OF: &str = "select a.*, p.name from notice_answer a join person p on p.id = a.person \
    where a.notice = $1 and a.unit = $2";
pub const ANSWERS: &str = "select a.unit, a.typed, a.received_at, p.name from notice_answer a \
    join person p on p.id = a.person where a.notice = $1";

pub const URGENT_INSERT: &str = "insert into notice_urgent (county, id, version, salt, unit, notice, rung, due_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, 1, $6, $7) returning *";
pub const URGENT_BY_ID: &str = "select * from notice_urgent where id = $1";
pub const URGENT_OF: &str = "select * from notice_urgent where notice = $1 and unit = $2";
pub const URGENTS: &str = "select * from notice_urgent where notice = $1 order by unit limit $2";
/// The same of units in the viewer's subtree (`$2`).
pub const URGENTS_SEEN: &str = "select n.* from notice_urgent n join unit_tree t on t.unit = n.unit \
    where n.notice = $1 and t.top = $2 order by n.unit limit $3";
/// What a unit (`$1`) has not signed, the newest first: by way of the notices, of which there are few, as ladders are
/// found by notice and unit.
pub const URGENTS_UNSIGNED: &str = "select n.* from notice o join notice_urgent n on n.notice = o.id and n.unit = $1 \
    where o.ended_on is null and n.signed_at is null order by n.received_at desc, n.id desc limit $2";
pub const URGENT_CHANGE: &str = "update notice_urgent set version = version + 1, rung = $2, due_at = $3, planned_at = $4, \
    signed_at = $5 where id = $1 returning *";

pub const LAYER_BY_ID: &str =
    "select l.*, u.name as unit_name from layer l join unit u on u.id = l.unit where l.id = $1";
pub const LAYER_INSERT: &str = "insert into layer (county, id, version, salt, unit, entry, title, clause, times, period, \
    grace_days, until, note, from_on, by_person, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) returning *";
pub const LAYER_END: &str = "update layer set version = version + 1, ended_on = $2 where id = $1 returning *";
/// Layers that bind a unit: its own and those of the units above it, the highest first.
pub const LAYERS_OVER: &str = "select l.*, u.name as unit_name from unit_tree t join layer l on l.unit = t.top \
    join unit u on u.id = l.unit where t.unit = $1 and l.from_on <= $3 and (l.ended_on is null or l.ended_on >= $2) \
    order by t.depth desc, l.received_at, l.id limit $4";

pub const ALL: &[&str] = &[
    BY_ID,
    INSERT,
    END,
    LIST,
    SIGN_INSERT,
    SIGNS,
    SIGNED,
    SIGN_OF,
    ANSWER_INSERT,
    ANSWER_CHANGE,
    ANSWER_OF,
    ANSWERS,
    URGENT_INSERT,
    URGENT_BY_ID,
    URGENT_OF,
    URGENTS,
    URGENTS_SEEN,
    URGENTS_UNSIGNED,
    URGENT_CHANGE,
    LAYER_BY_ID,
    LAYER_INSERT,
    LAYER_END,
    LAYERS_OVER,
];
