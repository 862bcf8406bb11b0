//! Every statement of this noun; a test prepares each on both engines.

pub const BY_ID: &str = "select t.*, p.name as by_name from text_version t left join person p on p.id = t.by_person \
    where t.id = $1";
pub const INSERT: &str = "insert into text_version (county, id, version, salt, unit, kind, edition, title, body, adopted_on, \
    meeting, work, pack_hash, by_person, by_post, review_by, claimed_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) returning *";
pub const END: &str = "update text_version set version = version + 1, ended_on = $2 where id = $1 returning *";
pub const REVIEWED: &str = "update text_version set version = version + 1, review_by = $2 where id = $1 returning *";
/// The text in force of each kind of a unit.
pub const IN_FORCE: &str = "select t.*, p.name as by_name from text_version t left join person p on p.id = t.by_person \
    where t.unit = $1 and t.ended_on is null order by t.kind, t.edition desc limit $2";
pub const IN_FORCE_OF: &str = "select t.*, p.name as by_name from text_version t left join person p on p.id = t.by_person \
    where t.unit = $1 and t.kind = $2 and t.ended_on is null order by t.edition desc limit 1";
pub const EDITIONS: &str = "select t.*, p.name as by_name from text_version t left join person p on p.id = t.by_person \
    where t.unit = $1 and t.kind = $2 order by t.edition desc limit $3";
pub const LAST: &str = "select max(edition) as edition from text_version where unit = $1 and kind = $2";
/// What stands in force below a bureau: no bodies.
pub const BELOW: &str = "select v.unit, v.kind, v.review_by from unit_tree t join text_version v on v.unit = t.unit \
    where t.top = $1 and v.ended_on is null order by v.unit, v.kind";

pub const REVIEW_INSERT: &str = "insert into text_review (county, id, version, salt, unit, edition, reviewed_on, note, \
    by_person, review_by, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) returning *";
pub const REVIEWS: &str = "select r.*, p.name as by_name from text_review r left join person p on p.id = r.by_person \
    where r.edition = $1 order by r.reviewed_on desc, r.id desc limit $2";

pub const ACK_INSERT: &str = "insert into text_ack (county, id, version, salt, unit, edition, person, post, role, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9) returning *";
pub const ACKS: &str = "select a.person, a.role, a.received_at, p.name from text_ack a join person p on p.id = a.person \
    where a.edition = $1 order by a.received_at, a.id limit $2";
pub const ACKED: &str = "select a.edition from text_ack a where a.person = $1 and a.unit = $2";
/// Acknowledgements of what is in force at a unit.
pub const ACKS_OF_UNIT: &str = "select a.edition, a.person from text_ack a join text_version t on t.id = a.edition \
    where t.unit = $1 and t.ended_on is null";

pub const ALL: &[&str] = &[
    BY_ID,
    INSERT,
    END,
    REVIEWED,
    IN_FORCE,
    IN_FORCE_OF,
    EDITIONS,
    LAST,
    BELOW,
    REVIEW_INSERT,
    REVIEWS,
    ACK_INSERT,
    ACKS,
    ACKED,
    ACKS_OF_UNIT,
];
