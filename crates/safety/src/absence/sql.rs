//! Every statement of this noun; a test prepares each on both engines.

pub const INSERT: &str = "insert into absence (county, id, version, salt, unit, class, day, serial, pupils, leave, fever, \
    cough, gut, rash, jaundice, injured, other, unknown, by_person, claimed_at, received_at) values ($1, $2, 1, $3, $4, \
    $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) returning *";
pub const NEWEST: &str = "select * from absence where class = $1 and day = $2 order by serial desc limit 1";
pub const OF_DAY: &str = "select a.*, p.name as by_name from absence a left join person p on p.id = a.by_person \
    where a.unit = $1 and a.day = $2 order by a.class, a.serial limit $3";
pub const OF_CLASS: &str =
    "select * from absence where class = $1 and day >= $2 and day <= $3 order by day, serial limit 500";
pub const TOLD_SINCE: &str = "select count(*) as n from unit_tree t where t.top = $1 and exists \
    (select 1 from absence a where a.unit = t.unit and a.day >= $2)";

pub const USED: &str = "select id from absence where unit = $1 and day >= $2 limit 1";

pub const ALL: &[&str] = &[INSERT, NEWEST, OF_DAY, OF_CLASS, TOLD_SINCE, USED];
