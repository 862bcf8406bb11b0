//! The schema's steps: each once, in order, in a transaction of its own, and never changed afterwards.

use base::{Error, Result};
use sha2::{Digest, Sha256};

use crate::{Db, Engine, Tx, args};

/// One step. `sql` may hold several statements and two marks: `{BLOB}` (`blob` / `bytea`) and `{SERIAL}` (a counting
/// primary key).
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

const TABLE: &str = "create table if not exists schema_migration (
    number bigint primary key, name text not null, hash {BLOB} not null)";
const APPLIED: &str = "select number, name, hash from schema_migration order by number";
const NOTE: &str = "insert into schema_migration (number, name, hash) values ($1, $2, $3)";

/// Writes the text for an engine.
pub(crate) fn dialect(sql: &str, engine: Engine) -> String {
    let (blob, serial) = match engine {
        Engine::Sqlite => ("blob", "integer primary key autoincrement"),
        Engine::Postgres => ("bytea", "bigint generated always as identity primary key"),
    };
    sql.replace("{BLOB}", blob).replace("{SERIAL}", serial)
}

/// Brings the schema to the end of `list`. Refuses (a fault that says which) a list out of order, a step changed since
/// it was applied, a step that this program does not know, and a new step before an applied one.
pub(crate) fn migrate(db: &Db, list: &[Migration]) -> Result<()> {
    if let Some(pair) = list.windows(2).find(|pair| pair[0].number >= pair[1].number) {
        return Err(Error::broken(format!("migration {} stands before {}", pair[0].number, pair[1].number)));
    }
    let known = list.to_vec();
    let done = db.write_quietly(move |tx| {
        let table = dialect(TABLE, tx.engine());
        tx.batch(&table)?;
        applied(tx, &known)
    })?;
    for step in list.iter().skip(done).copied() {
        db.write_quietly(move |tx| {
            let sql = dialect(step.sql, tx.engine());
            tx.batch(&sql)?;
            tx.exec(NOTE, args![step.number, step.name, fingerprint(&step)]).map(|_| ())
        })
        .map_err(|error| Error::broken(format!("migration {} {}: {error}", step.number, step.name)))?;
        tracing::info!(number = step.number, name = step.name, "migrated");
    }
    Ok(())
}

/// How many steps of `list` are applied, from the front.
fn applied(tx: &mut Tx<'_>, list: &[Migration]) -> Result<usize> {
    let rows = tx.rows(APPLIED, args![])?;
    for (place, row) in rows.iter().enumerate() {
        let (number, name) = (row.int("number")?, row.text("name")?);
        let Some(step) = list.get(place).filter(|step| step.number == number) else {
            let text = match list.iter().any(|step| step.number == number) {
                true => format!("migration {} was added before {number} {name}, which is applied", list[place].number),
                false => format!("the database has migration {number} {name}, which this program does not know"),
            };
            return Err(Error::broken(text));
        };
        if row.blob("hash")? != fingerprint(step) {
            return Err(Error::broken(format!("migration {number} {name} was changed after it was applied")));
        }
    }
    Ok(rows.len())
}

fn fingerprint(step: &Migration) -> [u8; 32] {
    Sha256::digest(step.sql).into()
}
