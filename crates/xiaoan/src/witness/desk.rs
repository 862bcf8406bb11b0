//! What a witness remembers and how it decides: the head that it knows of each log is compared and replaced in one
//! transaction, and only after the commit does the cosignature leave. A witness killed in between has stored a head
//! whose signature nobody got; asked again, it answers with its size and signs the same head once more.

use std::path::Path;

use base::{Clock, Result};
use db::{Db, Options, Target, Tx, args};
use journal::witness::{Admitted, NotCosigned, Witness};
use journal::{Cosigner, Hash};

pub mod sql {
    pub const HEAD: &str = "select size, root, note, at from head where origin = $1";
    pub const PUT_HEAD: &str = "insert into head (origin, size, root, note, at) values ($1, $2, $3, $4, $5) \
        on conflict (origin) do update set size = excluded.size, root = excluded.root, note = excluded.note, \
        at = excluded.at";
    pub const AGAINST: &str = "select count(*) as n from against where origin = $1";
    pub const PUT_AGAINST: &str = "insert into against (origin, size, root, note, at) values ($1, $2, $3, $4, $5) \
        on conflict do nothing";
    #[cfg(test)]
    pub const ALL: &[&str] = &[HEAD, PUT_HEAD, AGAINST, PUT_AGAINST];
}

pub const MIGRATIONS: &[db::Migration] = &[db::Migration {
    number: 1,
    name: "desk",
    sql: "create table head (origin text primary key, size bigint not null, root {BLOB} not null, note text not null, \
          at bigint not null);
          create table against (origin text not null, size bigint not null, root {BLOB} not null, note text not null, \
          at bigint not null, primary key (origin, size, root));",
}];

/// Heads kept of each log that were signed by it and did not go on from what was known: evidence of a fork.
const AGAINST_MAX: i64 = 100;

#[derive(Clone)]
pub struct Desk {
    db: Db,
    witness: Witness,
    cosigner: Cosigner,
    clock: Clock,
}

/// A log as this witness knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub origin: String,
    pub size: u64,
    /// The head with the log's and this witness's signatures; empty before the first.
    pub note: String,
    /// Heads refused that the log had signed.
    pub against: i64,
}

impl Desk {
    /// Opens the database file as its one writer. Refuses with Busy when another witness holds it.
    pub fn open(file: &Path, witness: Witness, cosigner: Cosigner, clock: Clock) -> Result<Desk> {
        let db = Db::open(Options::new(Target::Sqlite(file.into())))?;
        db.migrate(MIGRATIONS)?;
        Ok(Desk { db, witness, cosigner, clock })
    }

    /// Answers a request: the signature line, or why not. What is answered is on the disk.
    pub fn add_checkpoint(&self, request: &[u8]) -> Result<std::result::Result<String, NotCosigned>> {
        let admitted = match self.witness.admit(request) {
            Ok(admitted) => admitted,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let now = self.clock.now();
        let line = self.cosigner.cosign(&admitted.body, now.0.max(1_000) as u64 / 1_000);
        let kept = line.clone();
        let decided = self.db.write(move |tx| decide(tx, &admitted, &kept, now.0))?;
        if let Err(NotCosigned::NotConsistent) = decided {
            tracing::error!("a head signed by its log does not go on from the one known here");
        }
        Ok(decided.map(|()| line))
    }

    pub fn seen(&self) -> Result<Vec<Seen>> {
        let origins: Vec<String> = self.witness.origins().map(str::to_string).collect();
        self.db.read(move |tx| origins.iter().map(|origin| seen(tx, origin)).collect())
    }

    /// Can it write?
    pub fn check(&self) -> Result<()> {
        self.db.check()
    }
    pub fn close(&self) {
        self.db.close();
    }
}

fn known(tx: &mut Tx<'_>, origin: &str) -> Result<Option<(u64, Hash)>> {
    let Some(row) = tx.row(sql::HEAD, args![origin])? else { return Ok(None) };
    let root = row.blob("root")?.try_into();
    let root = root.map_err(|_| base::Error::broken("a stored root has a wrong length"))?;
    Ok(Some((row.int("size")?.max(0) as u64, root)))
}

fn decide(tx: &mut Tx<'_>, admitted: &Admitted, line: &str, now: i64) -> Result<std::result::Result<(), NotCosigned>> {
    let head = &admitted.head;
    let before = known(tx, &head.origin)?;
    let refused = admitted.follows(before).err();
    if refused == Some(NotCosigned::NotConsistent) {
        let kept = tx.row(sql::AGAINST, args![head.origin.as_str()])?.map_or(Ok(0), |row| row.int("n"))?;
        if kept < AGAINST_MAX {
            let note = admitted.note.as_str();
            tx.exec(sql::PUT_AGAINST, args![head.origin.as_str(), head.size as i64, head.root, note, now])?;
        }
    }
    if let Some(refusal) = refused {
        return Ok(Err(refusal));
    }
    let note = format!("{}{line}", admitted.note);
    tx.exec(sql::PUT_HEAD, args![head.origin.as_str(), head.size as i64, head.root, note, now])?;
    Ok(Ok(()))
}

fn seen(tx: &mut Tx<'_>, origin: &str) -> Result<Seen> {
    let row = tx.row(sql::HEAD, args![origin])?;
    let size = row.as_ref().map_or(Ok(0), |row| row.int("size"))?.max(0) as u64;
    let note = row.as_ref().map_or(Ok(String::new()), |row| row.text("note"))?;
    let against = tx.row(sql::AGAINST, args![origin])?.map_or(Ok(0), |row| row.int("n"))?;
    Ok(Seen { origin: origin.to_string(), size, note, against })
}

#[cfg(test)]
mod tests {
    use base::Ms;
    use db::testing::TempDir;
    use journal::witness::request;
    use journal::{CosignerKey, Signer, cosignatures};

    use super::*;

    const ORIGIN: &str = "220200.xiaoan/log/2026";

    fn desk(dir: &TempDir) -> Desk {
        let mut witness = Witness::default();
        witness.watch(ORIGIN, &signer().verifier_key()).unwrap();
        let cosigner = Cosigner::new("w.example", [5; 32]).unwrap();
        Desk::open(&dir.path().join("witness.db"), witness, cosigner, Clock::manual(Ms(1_795_390_200_000))).unwrap()
    }

    fn signer() -> Signer {
        Signer::new(ORIGIN, [1; 32]).unwrap()
    }

    /// A log of one leaf has its leaf's hash for its root: `byte` tells one such log from another.
    fn first(byte: u8) -> String {
        request(0, &[], &signer().checkpoint(1, journal::leaf_hash(&[byte])))
    }

    #[test]
    fn a_witness_that_died_between_storing_and_answering_signs_the_same_head_again_and_no_other() {
        let dir = TempDir::new();
        let lost = desk(&dir);
        // Stored; the answer is thrown away with the process.
        lost.add_checkpoint(first(7).as_bytes()).unwrap().unwrap();
        lost.close();
        drop(lost);
        let again = desk(&dir);
        assert_eq!(again.add_checkpoint(first(7).as_bytes()).unwrap(), Err(NotCosigned::OtherSize(1)));
        let head = signer().checkpoint(1, journal::leaf_hash(&[7]));
        let line = again.add_checkpoint(request(1, &[], &head).as_bytes()).unwrap().unwrap();
        let key = CosignerKey::parse(&Cosigner::new("w.example", [5; 32]).unwrap().verifier_key()).unwrap();
        let found = cosignatures(&format!("{head}{line}"), &[key]).unwrap();
        assert_eq!(found[0].seconds, 1_795_390_200);
        // The other log of one leaf comes too late.
        let fork = request(1, &[], &signer().checkpoint(1, journal::leaf_hash(&[8])));
        assert_eq!(again.add_checkpoint(fork.as_bytes()).unwrap(), Err(NotCosigned::NotConsistent));
        let seen = again.seen().unwrap();
        assert_eq!((seen[0].size, seen[0].against), (1, 1));
        assert_eq!(seen[0].note, format!("{head}{line}"));
    }

    #[test]
    fn of_two_histories_shown_at_the_same_moment_exactly_one_is_signed() {
        for _ in 0..20 {
            let dir = TempDir::new();
            let desk = desk(&dir);
            let signed = std::thread::scope(|scope| {
                let ask = |byte: u8| {
                    let desk = desk.clone();
                    scope.spawn(move || desk.add_checkpoint(first(byte).as_bytes()).unwrap().is_ok())
                };
                let asked: Vec<_> = (0..8).map(ask).collect();
                asked.into_iter().map(|one| one.join().unwrap()).filter(|signed| *signed).count()
            });
            assert_eq!(signed, 1);
            assert_eq!(desk.seen().unwrap()[0].size, 1);
        }
    }

    #[test]
    fn heads_held_against_a_log_are_kept_up_to_a_limit() {
        let dir = TempDir::new();
        let desk = desk(&dir);
        desk.add_checkpoint(first(0).as_bytes()).unwrap().unwrap();
        for byte in 1..=u8::try_from(AGAINST_MAX + 5).unwrap() {
            let fork = request(1, &[], &signer().checkpoint(1, journal::leaf_hash(&[byte])));
            assert_eq!(desk.add_checkpoint(fork.as_bytes()).unwrap(), Err(NotCosigned::NotConsistent));
        }
        assert_eq!(desk.seen().unwrap()[0].against, AGAINST_MAX);
    }
}
