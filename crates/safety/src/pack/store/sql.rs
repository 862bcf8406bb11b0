//! Every statement of this noun; a test prepares each on both engines.

pub const UNIT: &str = "select kind, county from unit where id = $1";

pub const BY_ID: &str = "select * from pack_edition where id = $1";
pub const INSERT: &str = "insert into pack_edition (county, id, version, salt, unit, code, title, state, base, hash, \
    files, reason, made_by, made_at, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, 'draft', $7, $8, $9, $10, $11, $12, $12) returning *";
pub const SAVE: &str = "update pack_edition set version = version + 1, files = $2, hash = $3 where id = $1 returning *";
pub const PUBLISH: &str = "update pack_edition set version = version + 1, state = 'published', edition = $2, files = $3, \
    hash = $4, effective_on = $5, reason = $6, published_by = $7, published_at = $8 where id = $1 returning *";
pub const DISCARD: &str =
    "update pack_edition set version = version + 1, state = 'discarded' where id = $1 returning *";
/// Without the files: a list shows none.
pub const LIST: &str = "select county, id, version, unit, code, title, state, edition, base, hash, effective_on, reason, \
    made_by, made_at, published_by, published_at from pack_edition where state <> 'discarded' \
    order by received_at desc, id desc limit $1";
pub const PUBLISHED: &str = "select code, effective_on, files, hash from pack_edition where state = 'published' \
    order by effective_on, published_at, id";
pub const EDITIONS: &str = "select count(*) as n from pack_edition where state = 'published' and code = $1";
pub const LATER: &str = "select count(*) as n from pack_edition where state = 'published' and effective_on >= $1";

pub const TIME_BY_ID: &str = "select * from school_time where id = $1";
pub const TIME_INSERT: &str = "insert into school_time (county, id, version, salt, unit, kind, year, season, from_on, \
    until_on, reason, made_by, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *";
pub const TIME_VOID: &str = "update school_time set version = version + 1, void_at = $2 where id = $1 returning *";
pub const TIMES: &str = "select t.*, u.kind as unit_kind from school_time t join unit u on u.id = t.unit \
    where t.void_at is null order by t.received_at, t.id";
pub const TIMES_OF: &str =
    "select * from school_time where unit = $1 and void_at is null order by from_on desc, id desc limit $2";

pub const ALL: &[&str] = &[
    UNIT,
    BY_ID,
    INSERT,
    SAVE,
    PUBLISH,
    DISCARD,
    LIST,
    PUBLISHED,
    EDITIONS,
    LATER,
    TIME_BY_ID,
    TIME_INSERT,
    TIME_VOID,
    TIMES,
    TIMES_OF,
];
