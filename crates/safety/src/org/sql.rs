//! Every statement of this noun; a test prepares each on both engines.

pub const UNIT_BY_ID: &str = "select * from unit where id = $1";
pub const UNIT_BY_CODE: &str = "select * from unit where code = $1 and closed_on is null";
pub const UNIT_INSERT: &str = "insert into unit (county, id, version, salt, code, kind, name, short, find, parent, home, \
    stage, boarders, canteen, buses, pupils, classes, address, phone, opened_on, received_at, kept_from) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) returning *";
pub const UNIT_CHANGE: &str = "update unit set version = version + 1, name = $2, short = $3, find = $4, stage = $5, \
    boarders = $6, canteen = $7, buses = $8, pupils = $9, classes = $10, address = $11, phone = $12, second = $13, \
    kept_from = $14 where id = $1 returning *";
pub const UNITS_OF_SECOND: &str = "select u.* from unit u where u.second = $1 and u.closed_on is null \
    and exists (select 1 from unit_tree s where s.top = $2 and s.unit = u.id) order by u.id";
pub const UNIT_SECOND: &str = "update unit set version = version + 1, second = $2 where id = $1 returning *";
pub const UNIT_MOVE: &str = "update unit set version = version + 1, parent = $2 where id = $1 returning *";
pub const UNIT_CLOSE: &str =
    "update unit set version = version + 1, closed_on = $2, merged_into = $3 where id = $1 returning *";
pub const UNIT_CHILDREN: &str = "select * from unit where parent = $1";
pub const UNIT_PATH: &str =
    "select u.* from unit_tree t join unit u on u.id = t.top where t.unit = $1 order by t.depth";
pub const UNIT_SEARCH: &str = "select u.* from unit_tree t join unit u on u.id = t.unit \
    where t.top = $1 and u.find like $2 escape '\\' and u.kind not in ('department', 'campus') order by t.depth, u.name limit $3";
pub const UNIT_SEARCH_OWN: &str = "select u.* from unit u where u.id = $1 and u.find like $2 escape '\\' \
    order by u.name limit $3";
pub const UNIT_BELOW: &str = "select u.* from unit_tree t join unit u on u.id = t.unit \
    where t.top = $1 and u.kind = $2 and u.closed_on is null order by u.code, u.id limit $3";
/// Open bureaus and schools under a unit, the unit itself left out.
pub const INSTITUTIONS_UNDER: &str = "select u.* from unit_tree t join unit u on u.id = t.unit \
    where t.top = $1 and t.depth > 0 and u.closed_on is null and u.kind in ('county', 'centre', 'school', 'point') \
    order by t.depth, u.code, u.id limit $2";
pub const TREE_SELF: &str = "insert into unit_tree (top, unit, depth) values ($1, $1, 0)";
pub const TREE_UNDER: &str =
    "insert into unit_tree (top, unit, depth) select t.top, $1, t.depth + 1 from unit_tree t where t.unit = $2";
pub const TREE_CUT: &str = "delete from unit_tree where unit in (select s.unit from unit_tree s where s.top = $1) \
    and top not in (select s.unit from unit_tree s where s.top = $1)";
pub const TREE_GRAFT: &str = "insert into unit_tree (top, unit, depth) select a.top, b.unit, a.depth + b.depth + 1 \
    from unit_tree a, unit_tree b where a.unit = $2 and b.top = $1";
pub const UNIT_STEP: &str = "insert into unit_step (county, id, version, salt, unit, serial, act, before, after, reason, \
    effective_on, by_post, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning *";
pub const UNIT_STEPS: &str = "select * from unit_step where unit = $1 order by serial desc limit 200";

pub const PERSON_BY_ID: &str = "select * from person where id = $1";
pub const PERSON_INSERT: &str = "insert into person (county, id, version, salt, unit, name, find, mobile, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7, $8) returning *";
pub const PERSON_CORRECT: &str =
    "update person set version = version + 1, name = $2, find = $3, mobile = $4 where id = $1 returning *";
pub const PERSON_ERASE: &str = "update person set version = version + 1, salt = $2, name = null, find = '', \
    mobile = null, erased_at = $3 where id = $1 returning *";
pub const PERSONS_OF: &str = "select * from person where unit = $1 and erased_at is null and find like $2 escape '\\' order by find, id limit $3";
pub const PERSON_SEARCH_OWN: &str = "select * from person where unit = $1 and erased_at is null and find like $2 escape '\\' order by find, id limit $3";
pub const PERSON_SEARCH_BELOW: &str = "select p.* from person p where p.erased_at is null and p.find like $2 escape '\\' \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = p.unit) order by p.find, p.id limit $3";

pub const POST_BY_ID: &str = "select * from post where id = $1";
pub const POST_INSERT: &str = "insert into post (county, id, version, salt, unit, home, person, role, title, acting, \
    from_on, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *";
pub const POST_END: &str =
    "update post set version = version + 1, until_on = $2, handed_to = $3 where id = $1 returning *";
pub const POSTS_OF_PERSON: &str = "select * from post where person = $1 and from_on <= $2 \
    and (until_on is null or until_on >= $2) order by role, from_on, id";
pub const POSTS_OF_HOME: &str = "select * from post where home = $1 and from_on <= $2 \
    and (until_on is null or until_on >= $2) order by role, from_on, id";
/// Posts that go on after a day; an institution has far fewer.
pub const POSTS_BEYOND: &str = "select * from post where home = $1 and (until_on is null or until_on > $2) \
    order by id limit 10000";
pub const HOLDERS: &str = "select person from post where home = $1 and role = $2 and from_on <= $3 \
    and (until_on is null or until_on >= $3) order by from_on, id";
/// Where a person ever held a post.
pub const POST_HOMES: &str = "select distinct home from post where person = $1";
pub const POST_LAST: &str = "select max(until_on) as last_on from post where home = $1 and role = $2";
/// Put together by `post::vacant_sql`: the marks are filled with the table of named posts. Nothing of it comes from
/// outside.
pub(super) const VACANT_BELOW: &str = "select u.id, u.name, e.role from unit_tree t join unit u on u.id = t.unit \
    join ({POSTS}) e on e.kind = u.kind \
    where t.top = $1 and t.depth > 0 and u.closed_on is null and {NEEDS} \
    and exists (select 1 from post h where h.home = u.id and h.from_on <= $2 \
    and (h.until_on is null or h.until_on >= $2)) \
    and not exists (select 1 from post p where p.home = u.id and p.role = e.role and p.from_on <= $2 \
    and (p.until_on is null or p.until_on >= $2)) \
    order by t.depth, u.code nulls last, u.id, e.serial limit $3";
pub const CONTACTS: &str = "select p.id, p.person, p.role, p.title, p.acting, r.name, r.mobile, \
    case when p.unit = p.home then null else u.name end as department \
    from post p join person r on r.id = p.person join unit u on u.id = p.unit \
    where p.home = $1 and p.from_on <= $2 and (p.until_on is null or p.until_on >= $2) limit 2000";

pub const LOGIN_BY_ID: &str = "select * from login where id = $1";
pub const LOGIN_BY_NAME: &str = "select * from login where name = $1";
pub const LOGIN_OF_PERSON: &str = "select * from login where person = $1";
pub const LOGIN_INSERT: &str = "insert into login (county, id, version, salt, person, name, password, must_change, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8) returning *";
pub const LOGIN_PASSWORD: &str =
    "update login set version = version + 1, password = $2, must_change = $3 where id = $1 returning *";
pub const LOGIN_BLOCK: &str = "update login set version = version + 1, blocked_at = $2 where id = $1 returning *";
pub const LOGIN_ERASE: &str = "update login set version = version + 1, salt = $2, blocked_at = $3, name = $4, \
    password = null where id = $1 returning *";
pub const SIGNIN_INSERT: &str = "insert into signin (county, id, version, salt, login, outcome, device, received_at) \
    values ($1, $2, 1, $3, $4, $5, $6, $7) returning *";

pub const SESSION_INSERT: &str = "insert into session (hash, id, login, post, csrf, device, began_s, seen_s, ends_s) \
    values ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
pub const SESSION_BY_HASH: &str = "select * from session where hash = $1";
pub const SESSION_OWN: &str = "select * from session where id = $1 and login = $2";
pub const SESSION_SEEN: &str = "update session set seen_s = $2 where id = $1";
pub const SESSION_POST: &str = "update session set post = $3 where id = $1 and login = $2";
pub const SESSION_END: &str = "delete from session where id = $1 and login = $2";
pub const SESSIONS_END: &str = "delete from session where login = $1";
pub const SESSIONS_END_BUT: &str = "delete from session where login = $1 and id <> $2";
pub const SESSIONS_OF: &str = "select * from session where login = $1 order by seen_s desc, id desc limit 50";
pub const SESSIONS_SWEEP: &str = "delete from session where ends_s < $1 or seen_s < $2";

pub const PLACE_BY_ID: &str = "select * from place where id = $1";
pub const PLACE_BY_CODE: &str = "select * from place where code = $1";
pub const PLACE_INSERT: &str = "insert into place (county, id, version, salt, unit, parent, kind, name, find, code, \
    received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10) returning *";
pub const PLACE_CORRECT: &str =
    "update place set version = version + 1, name = $2, find = $3, kind = $4 where id = $1 returning *";
pub const PLACE_CLOSE: &str = "update place set version = version + 1, closed_on = $2 where id = $1 returning *";
pub const PLACES_OF: &str = "select * from place where unit = $1 and closed_on is null order by find, id limit $2";
pub const PLACE_SEARCH: &str = "select p.* from place p where p.closed_on is null and p.find like $2 escape '\\' \
    and exists (select 1 from unit_tree s where s.top = $1 and s.unit = p.unit) order by p.find, p.id limit $3";

pub const ALL: &[&str] = &[
    INSTITUTIONS_UNDER,
    UNIT_BY_ID,
    UNIT_BY_CODE,
    UNIT_INSERT,
    UNIT_CHANGE,
    UNITS_OF_SECOND,
    UNIT_SECOND,
    UNIT_MOVE,
    UNIT_CLOSE,
    UNIT_CHILDREN,
    UNIT_PATH,
    UNIT_SEARCH,
    UNIT_SEARCH_OWN,
    UNIT_BELOW,
    TREE_SELF,
    TREE_UNDER,
    TREE_CUT,
    TREE_GRAFT,
    UNIT_STEP,
    UNIT_STEPS,
    PERSON_BY_ID,
    PERSON_INSERT,
    PERSON_CORRECT,
    PERSON_ERASE,
    PERSONS_OF,
    PERSON_SEARCH_OWN,
    PERSON_SEARCH_BELOW,
    POST_BY_ID,
    POST_INSERT,
    POST_END,
    POSTS_OF_PERSON,
    POSTS_OF_HOME,
    POSTS_BEYOND,
    HOLDERS,
    POST_HOMES,
    POST_LAST,
    CONTACTS,
    LOGIN_BY_ID,
    LOGIN_BY_NAME,
    LOGIN_OF_PERSON,
    LOGIN_INSERT,
    LOGIN_PASSWORD,
    LOGIN_BLOCK,
    LOGIN_ERASE,
    SIGNIN_INSERT,
    SESSION_INSERT,
    SESSION_BY_HASH,
    SESSION_OWN,
    SESSION_SEEN,
    SESSION_POST,
    SESSION_END,
    SESSIONS_END,
    SESSIONS_END_BUT,
    SESSIONS_OF,
    SESSIONS_SWEEP,
    PLACE_BY_ID,
    PLACE_BY_CODE,
    PLACE_INSERT,
    PLACE_CORRECT,
    PLACE_CLOSE,
    PLACES_OF,
    PLACE_SEARCH,
];
