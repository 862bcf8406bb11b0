//! Requests that were answered: the same key from the same login gets the same answer once more and nothing is done
//! twice. The key names the *request*; kept for `COMMAND_KEEP_DAYS`.

use base::{Error, Id, Ms, Problem, Result, limits};
use db::args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::cx::Cx;

pub mod sql {
    pub const BY_KEY: &str = "select hash, answer from command where login = $1 and key = $2";
    pub const INSERT: &str = "insert into command (login, key, hash, answer, at) values ($1, $2, $3, $4, $5)";
    pub const SWEEP: &str = "delete from command where at < $1";
    pub const ALL: &[&str] = &[BY_KEY, INSERT, SWEEP];
}

/// A request with its key and the hash of all that it says.
#[derive(Clone, Debug)]
pub struct Command {
    pub key: Id,
    hash: [u8; 32],
}

impl Command {
    /// `content` is whatever makes the request: path and body.
    pub fn new(key: Id, content: &[&[u8]]) -> Command {
        let mut hash = Sha256::new();
        for part in content {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Command { key, hash: hash.finalize().into() }
    }
}

/// Runs `act` once per key. Refuses (Invalid `idempotency_key`) a key that came before with other content.
pub fn once<T: Serialize + DeserializeOwned>(
    cx: &mut Cx<'_, '_>,
    command: Option<&Command>,
    act: impl FnOnce(&mut Cx<'_, '_>) -> Result<T>,
) -> Result<T> {
    let (Some(command), Some(login)) = (command, cx.actor.login) else { return act(cx) };
    if let Some(row) = cx.tx.row(sql::BY_KEY, args![login, command.key])? {
        if row.blob("hash")? != command.hash {
            return Err(Error::invalid("idempotency_key", Problem::Mismatch { with: "body" }));
        }
        return serde_json::from_str(&row.text("answer")?).map_err(|e| Error::broken(format!("stored answer: {e}")));
    }
    let value = act(cx)?;
    let answer = serde_json::to_string(&value).map_err(|e| Error::broken(format!("answer: {e}")))?;
    cx.tx.exec(sql::INSERT, args![login, command.key, command.hash, answer, cx.now])?;
    Ok(value)
}

/// Forgets keys older than `COMMAND_KEEP_DAYS`.
pub fn sweep(cx: &mut Cx<'_, '_>) -> Result<u64> {
    cx.tx.exec(sql::SWEEP, args![cx.now.plus(-Ms::DAY * limits::COMMAND_KEEP_DAYS)])
}
