//! Deadlines: one table (noun, record, rule, when). `tick` finds what is due and calls the noun; each fires once, also
//! after an outage, and carries the time for which it was planned.

use base::{Id, Ms, Result};
use db::args;

use super::cx::Cx;

pub mod sql {
    pub const SET: &str = "insert into due (noun, id, rule, due_at) values ($1, $2, $3, $4) \
        on conflict (id, rule) do update set due_at = excluded.due_at";
    pub const CLEAR: &str = "delete from due where id = $1 and rule = $2";
    pub const CLEAR_ALL: &str = "delete from due where id = $1";
    pub const READY: &str = "select noun, id, rule, due_at from due where due_at <= $1 order by due_at, id limit $2";
    pub const STILL: &str = "select due_at from due where id = $1 and rule = $2";
    pub const ALL: &[&str] = &[SET, CLEAR, CLEAR_ALL, READY, STILL];
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub noun: String,
    pub id: Id,
    pub rule: String,
    pub due_at: Ms,
}

pub fn set(cx: &mut Cx<'_, '_>, noun: &'static str, id: Id, rule: &'static str, due_at: Ms) -> Result<()> {
    cx.tx.exec(sql::SET, args![noun, id, rule, due_at])?;
    Ok(())
}

pub fn clear(cx: &mut Cx<'_, '_>, id: Id, rule: &'static str) -> Result<()> {
    cx.tx.exec(sql::CLEAR, args![id, rule])?;
    Ok(())
}

pub fn clear_all(cx: &mut Cx<'_, '_>, id: Id) -> Result<()> {
    cx.tx.exec(sql::CLEAR_ALL, args![id])?;
    Ok(())
}

/// What is due now, oldest first.
pub fn ready(cx: &mut Cx<'_, '_>, limit: i64) -> Result<Vec<Due>> {
    let rows = cx.tx.rows(sql::READY, args![cx.now, limit])?;
    rows.iter()
        .map(|row| {
            Ok(Due { noun: row.text("noun")?, id: row.id("id")?, rule: row.text("rule")?, due_at: row.ms("due_at")? })
        })
        .collect()
}

/// Takes a deadline for firing: false when it was met, moved or fired meanwhile.
pub fn take(cx: &mut Cx<'_, '_>, due: &Due) -> Result<bool> {
    let still = cx.tx.row(sql::STILL, args![due.id, due.rule.as_str()])?;
    let planned = still.map(|row| row.ms("due_at")).transpose()?;
    if planned != Some(due.due_at) {
        return Ok(false);
    }
    cx.tx.exec(sql::CLEAR, args![due.id, due.rule.as_str()])?;
    Ok(true)
}
