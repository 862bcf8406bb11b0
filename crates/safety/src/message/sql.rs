//! Every statement of this noun; a test prepares each on both engines.

pub const INSERT: &str = "insert into message (county, id, unit, person, kind, noun, subject, about, dedupe, received_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (person, dedupe) do nothing";
pub const BY_ID: &str = "select * from message where id = $1";
pub const PAGE: &str = "select * from message where person = $1 order by received_at desc, id desc limit $2";
pub const PAGE_BEFORE: &str = "select * from message where person = $1 and (received_at, id) < ($2, $3) \
    order by received_at desc, id desc limit $4";
pub const UNREAD: &str = "select count(*) as n from (select id from message where person = $1 and read_at is null \
    and done_at is null limit $2) m";
pub const READ: &str = "update message set read_at = $2 where id = $1 and read_at is null";
pub const UNREAD_OF: &str = "select * from message where person = $1 and read_at is null and done_at is null \
    order by received_at, id limit $2";
pub const OF_SUBJECT: &str = "select * from message where subject = $1 and person = $2 and noun = $3 \
    and read_at is null limit $4";
pub const DONE: &str =
    "update message set done_at = $4 where subject = $1 and noun = $2 and kind = $3 and done_at is null";
pub const SWEEP: &str = "delete from message where received_at < $1";

pub const CHANNEL_BY_ID: &str = "select * from channel where id = $1";
pub const CHANNEL_INSERT: &str = "insert into channel (county, id, version, salt, unit, person, way, address, secret, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9) returning *";
pub const CHANNEL_END: &str = "update channel set version = version + 1, ended_at = $2, address = '', secret = null \
    where id = $1 returning *";
pub const CHANNEL_ERASE: &str = "update channel set version = version + 1, salt = $2, ended_at = $3, address = '', \
    secret = null where id = $1 returning *";
pub const CHANNELS_OF_UNIT: &str = "select * from channel where unit = $1 and person is null and ended_at is null \
    order by received_at, id limit $2";
pub const CHANNELS_OF_PERSON: &str = "select * from channel where person = $1 and ended_at is null \
    order by received_at, id limit $2";
pub const EVERY_CHANNEL_OF: &str = "select * from channel where person = $1 order by id limit 1000";

/// Dead deliveries in the asker's scope (`{SCOPE}` is one of `Reach::predicate`).
const DEAD: &str = "select h.* from outbox h where {SCOPE} and h.state = 'dead' \
    order by h.received_at desc, h.id desc limit $2";

pub fn dead(reach: crate::kernel::rights::Reach) -> String {
    DEAD.replace("{SCOPE}", reach.predicate())
}

pub const CARRIED: &str = "select value from setting where name = 'message_carried'";
pub const SET_CARRIED: &str = "insert into setting (name, value) values ('message_carried', $1) \
    on conflict (name) do update set value = excluded.value";

pub const ALL: &[&str] = &[
    INSERT,
    BY_ID,
    PAGE,
    PAGE_BEFORE,
    UNREAD,
    READ,
    UNREAD_OF,
    OF_SUBJECT,
    DONE,
    SWEEP,
    CHANNEL_BY_ID,
    CHANNEL_INSERT,
    CHANNEL_END,
    CHANNEL_ERASE,
    CHANNELS_OF_UNIT,
    CHANNELS_OF_PERSON,
    EVERY_CHANNEL_OF,
    CARRIED,
    SET_CARRIED,
];
