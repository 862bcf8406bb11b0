//! Counters of the board (backend.md §4): what was done on time, late, and how many events became due. A write appends
//! one delta in its own transaction; one worker folds them each second; a reader adds what is not folded yet, so that a
//! change at a school shows at once. Rows remain the truth: `recount` must agree.
//! Not counted here: what is expected (computed) and what is exempt (asked at the waiver's one place).

use base::{Id, Result};
use db::args;

use super::{Duty, sql};
use crate::kernel::cx::Cx;

/// Appends what changed; nothing if nothing did. The bureau is the unit itself or the nearest above it.
pub(super) fn add(cx: &mut Cx<'_, '_>, duty: &Duty, by: [i64; 3]) -> Result<()> {
    if by == [0; 3] {
        return Ok(());
    }
    let args = args![duty.unit, duty.entry.as_str(), duty.period.as_str(), duty.until_on, by[0], by[1], by[2]];
    cx.tx.exec(sql::DELTA, args)?;
    Ok(())
}

/// Deltas folded in one round.
pub const ROUND: i64 = 20_000;

/// Folds what has gathered; answers how many deltas. Called by `tick`, one worker only.
pub fn fold(cx: &mut Cx<'_, '_>) -> Result<i64> {
    let last = cx.tx.row(sql::DELTA_LAST, args![ROUND])?;
    let Some(last) = last.map(|r| r.opt_int("pos")).transpose()?.flatten() else { return Ok(0) };
    for sql in [sql::FOLD, sql::FOLD_MONTH, sql::FOLD_DAY, sql::FOLD_UNIT] {
        cx.tx.exec(sql, args![last])?;
    }
    Ok(cx.tx.exec(sql::FOLDED, args![last])? as i64)
}

/// Is there anything to fold?
pub fn waiting(cx: &mut Cx<'_, '_>) -> Result<bool> {
    Ok(cx.tx.row(sql::DELTA_ANY, args![])?.is_some())
}

/// A unit with everything under it came to stand under another bureau: what it counted moves with it. Called in the
/// same transaction, after the tree has changed.
pub fn moved(cx: &mut Cx<'_, '_>, unit: Id, from: Id, to: Id) -> Result<()> {
    if from != to {
        cx.tx.exec(sql::MOVE_OUT, args![unit, from])?;
        cx.tx.exec(sql::MOVE_IN, args![unit, to])?;
    }
    Ok(())
}

/// One counter, as text for comparison: (bureau or unit, key, on time, late, events).
pub type Count = (Id, String, i64, i64, i64);

/// The counters as kept (folded and not), and as counted anew from the rows: they must be equal.
pub fn recount(cx: &mut Cx<'_, '_>) -> Result<(Vec<Count>, Vec<Count>)> {
    let read = |cx: &mut Cx<'_, '_>, sql: &str| -> Result<Vec<Count>> {
        let rows = cx.tx.rows(sql, args![])?;
        let one = |row: &db::Row| -> Result<Count> {
            Ok((row.id("bureau")?, row.text("key")?, row.int("on_time")?, row.int("late")?, row.int("events")?))
        };
        rows.iter().map(one).collect()
    };
    Ok((read(cx, sql::KEPT)?, read(cx, sql::COUNTED)?))
}
