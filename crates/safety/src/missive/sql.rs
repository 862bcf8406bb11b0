//! Every statement of this noun; a test prepares each on both engines.

pub const INSERT: &str = "insert into missive (county, id, version, salt, unit, by_unit, by_person, agency, hazard, code, \
    until_at, received_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning *";
pub const SIGN: &str = "update missive set version = version + 1, device = $2, signer = $3, signed_at = $4 \
    where id = $1 returning *";
pub const ANSWER: &str = "update missive set version = version + 1, answer = $2, note = $3, answered_at = $4 \
    where id = $1 returning *";
pub const REVOKE: &str = "update missive set version = version + 1, revoked_by = $2, revoked_at = $3 \
    where id = $1 returning *";
pub const BY_CODE: &str = "select h.*, b.name as by_name, a.name as agency_name from missive h \
    join unit b on b.id = h.by_unit join unit a on a.id = h.agency where h.code = $1";
pub const OF_HAZARD: &str = "select h.*, b.name as by_name, a.name as agency_name from missive h \
    join unit b on b.id = h.by_unit join unit a on a.id = h.agency where h.hazard = $1 \
    order by h.received_at desc, h.id desc limit $2";
pub const ALL: &[&str] = &[INSERT, SIGN, ANSWER, REVOKE, BY_CODE, OF_HAZARD];
