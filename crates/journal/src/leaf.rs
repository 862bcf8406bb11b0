//! One line of the journal: who did what to which record, when, from where, and what the record said (as a commitment).

use base::{Id, Ms};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::cbor::{Item, WireFault, read_map, write_map};
use crate::limits::LEAF_BYTES_MAX;

/// The version of the encoding that this program writes.
const VERSION: i64 = 1;

/// An entry of the log. It holds no personal data: `login`, `post` and `behalf` are ids that only the database can
/// turn into people. Its bytes hold no log index, so that a leaf can be written before its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What was done, noun and verb: `hazard.raise`.
    pub op: String,
    /// The table of the record.
    pub table: String,
    pub id: Id,
    /// The record's version after the act.
    pub version: i64,
    /// Code of the county under which the record is kept.
    pub county: i64,
    pub unit: Option<Id>,
    /// Who acted. Nobody: a deadline, an import at installation.
    pub login: Option<Id>,
    /// In which post.
    pub post: Option<Id>,
    /// Typed in for somebody else (代录): the person who did it.
    pub behalf: Option<Id>,
    /// The item of the notice: `2.6`.
    pub clause: Option<String>,
    /// `web`, `app`, `api`, `import`, `cli`, `tick`, `demo`.
    pub source: String,
    /// When the server received it. Timeliness is judged by this.
    pub received_at: Ms,
    /// When it happened, as the person or the device said.
    pub claimed_at: Option<Ms>,
    /// What the device's own clock showed.
    pub device_at: Option<Ms>,
    /// [`commitment`] to the record's canonical bytes after the act.
    pub commit: [u8; 32],
    /// The record's personal content was erased by this act and its old salt destroyed; `commit` is to what is left,
    /// under a fresh salt.
    pub erased: bool,
}

impl Leaf {
    /// The canonical bytes: a CBOR map, keys sorted by name, absent ones left out, `v` = 1.
    ///
    /// Bytes over [`LEAF_BYTES_MAX`] are refused by `append`; with names and codes of usual length a leaf takes
    /// about 250.
    pub fn encode(&self) -> Vec<u8> {
        let mut pairs = vec![
            ("v", Item::Int(VERSION)),
            ("op", Item::Text(&self.op)),
            ("table", Item::Text(&self.table)),
            ("id", Item::Bytes(self.id.bytes())),
            ("version", Item::Int(self.version)),
            ("county", Item::Int(self.county)),
            ("source", Item::Text(&self.source)),
            ("received_at", Item::Int(self.received_at.0)),
            ("commit", Item::Bytes(&self.commit)),
        ];
        let ids = [("unit", &self.unit), ("login", &self.login), ("post", &self.post), ("behalf", &self.behalf)];
        pairs.extend(ids.into_iter().filter_map(|(key, id)| Some((key, Item::Bytes(id.as_ref()?.bytes())))));
        pairs.extend(self.clause.as_deref().map(|clause| ("clause", Item::Text(clause))));
        pairs.extend(self.claimed_at.map(|at| ("claimed_at", Item::Int(at.0))));
        pairs.extend(self.device_at.map(|at| ("device_at", Item::Int(at.0))));
        pairs.extend(self.erased.then_some(("erased", Item::True)));
        write_map(&mut pairs)
    }

    /// Reads what `encode` wrote. Total, and refuses every other way of writing the same: whatever it takes encodes
    /// to the same bytes again.
    pub fn decode(bytes: &[u8]) -> Result<Leaf, WireFault> {
        if bytes.len() > LEAF_BYTES_MAX {
            return Err(WireFault::TooLong);
        }
        let mut fields = Fields(read_map(bytes)?);
        match fields.int("v")? {
            Some(VERSION) => {}
            Some(other) => return Err(WireFault::Version(other)),
            None => return Err(WireFault::Missing("v")),
        }
        let leaf = Leaf {
            op: fields.text("op")?.ok_or(WireFault::Missing("op"))?,
            table: fields.text("table")?.ok_or(WireFault::Missing("table"))?,
            id: fields.id("id")?.ok_or(WireFault::Missing("id"))?,
            version: fields.int("version")?.ok_or(WireFault::Missing("version"))?,
            county: fields.int("county")?.ok_or(WireFault::Missing("county"))?,
            unit: fields.id("unit")?,
            login: fields.id("login")?,
            post: fields.id("post")?,
            behalf: fields.id("behalf")?,
            clause: fields.text("clause")?,
            source: fields.text("source")?.ok_or(WireFault::Missing("source"))?,
            received_at: fields.int("received_at")?.map(Ms).ok_or(WireFault::Missing("received_at"))?,
            claimed_at: fields.int("claimed_at")?.map(Ms),
            device_at: fields.int("device_at")?.map(Ms),
            commit: fields.commit()?,
            erased: fields.take("erased").map_or(Ok(false), |item| match item {
                Item::True => Ok(true),
                _ => Err(WireFault::Missing("erased")),
            })?,
        };
        match fields.0.first() {
            Some((key, _)) => Err(WireFault::Unknown((*key).to_owned())),
            None => Ok(leaf),
        }
    }
}

/// The pairs of a leaf that nobody has asked for yet.
struct Fields<'a>(Vec<(&'a str, Item<'a>)>);

impl<'a> Fields<'a> {
    fn take(&mut self, key: &'static str) -> Option<Item<'a>> {
        let at = self.0.iter().position(|(name, _)| *name == key)?;
        Some(self.0.remove(at).1)
    }
    fn int(&mut self, key: &'static str) -> Result<Option<i64>, WireFault> {
        match self.take(key) {
            None => Ok(None),
            Some(Item::Int(n)) => Ok(Some(n)),
            Some(_) => Err(WireFault::Missing(key)),
        }
    }
    fn text(&mut self, key: &'static str) -> Result<Option<String>, WireFault> {
        match self.take(key) {
            None => Ok(None),
            Some(Item::Text(text)) => Ok(Some(text.to_owned())),
            Some(_) => Err(WireFault::Missing(key)),
        }
    }
    fn id(&mut self, key: &'static str) -> Result<Option<Id>, WireFault> {
        match self.take(key) {
            None => Ok(None),
            Some(Item::Bytes(bytes)) => Id::from_bytes(bytes).map(Some).ok_or(WireFault::Missing(key)),
            Some(_) => Err(WireFault::Missing(key)),
        }
    }
    fn commit(&mut self) -> Result<[u8; 32], WireFault> {
        match self.take("commit") {
            Some(Item::Bytes(bytes)) => bytes.try_into().map_err(|_| WireFault::Missing("commit")),
            _ => Err(WireFault::Missing("commit")),
        }
    }
}

/// HMAC-SHA-256 of a record's canonical bytes ([`canonical`](crate::canonical)) under the record's own random salt of
/// [`SALT_BYTES`](crate::limits::SALT_BYTES) bytes. Without the salt nothing can be tried against it, however small the
/// set of possible contents; with it, it binds to these bytes alone.
pub fn commitment(salt: &[u8], canonical: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt).expect("HMAC takes keys of any length");
    mac.update(canonical);
    mac.finalize().into_bytes().into()
}
