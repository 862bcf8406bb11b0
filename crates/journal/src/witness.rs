//! What a witness does, without a socket or a disk: it reads an `add-checkpoint` request, and says whether the head may
//! be cosigned over the head that it knows (C2SP tlog-witness). A log that shows one head to the school and another to
//! the bureau, or that was put back to an older copy, finds no witness (1.2: concealed and falsified reports).
//!
//! Two steps, so that the second can stand inside the transaction that stores its outcome: [`Witness::admit`] looks at
//! the request alone (form, name, signature), [`Admitted::follows`] holds it against the stored head.
//! Not here: HTTP and storage (the binary's `witness`), cosigning ([`crate::Cosigner`]).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note, NoteError, StandardVerifier, Verifier as _, VerifierList};

use crate::limits::{LOG_SIZE_MAX, ORIGIN_CHARS, WITNESS_LOGS_MAX, WITNESS_PROOF_LINES_MAX, WITNESS_REQUEST_BYTES_MAX};
use crate::note::peek_checkpoint;
use crate::{Checkpoint, Hash, NoteFault, check_consistency};

/// The content type of a 409's body.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// Why a head was not cosigned, with the status that the protocol fixes for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCosigned {
    /// The request is out of form, or its old size is beyond its new one: what is wrong.
    Form(&'static str),
    /// No key is known for a log of this name.
    UnknownLog,
    /// Not signed by a key that is trusted for this log.
    Unsigned,
    /// The head known here has another size than the request goes on from: this one.
    OtherSize(u64),
    /// The head does not go on from the one known here: the log was forked, or the proof is no proof.
    NotConsistent,
}

impl NotCosigned {
    pub fn status(&self) -> u16 {
        match self {
            NotCosigned::Form(_) => 400,
            NotCosigned::UnknownLog => 404,
            NotCosigned::Unsigned => 403,
            NotCosigned::OtherSize(_) => 409,
            NotCosigned::NotConsistent => 422,
        }
    }
    /// The answer's body: for a 409 exactly the size and an end of line.
    pub fn body(&self) -> String {
        match self {
            NotCosigned::Form(what) => format!("{what}\n"),
            NotCosigned::UnknownLog => "unknown log\n".into(),
            NotCosigned::Unsigned => "no signature of a trusted key\n".into(),
            NotCosigned::OtherSize(size) => format!("{size}\n"),
            NotCosigned::NotConsistent => "not consistent with the head known here\n".into(),
        }
    }
}

/// The logs that a witness watches.
#[derive(Clone, Default)]
pub struct Witness {
    logs: Vec<(String, Vec<StandardVerifier>)>,
}

impl Witness {
    /// Adds a key to a log's name. The name of the key is mostly, but need not be, the log's.
    pub fn watch(&mut self, origin: &str, vkey: &str) -> Result<(), NoteFault> {
        let key = StandardVerifier::new(vkey.trim()).map_err(|_| NoteFault::Key)?;
        if origin.is_empty() || origin.len() > ORIGIN_CHARS || origin.contains('\n') {
            return Err(NoteFault::Origin);
        }
        match self.logs.iter().position(|(known, _)| known == origin) {
            Some(at) => self.logs[at].1.push(key),
            None if self.logs.len() == WITNESS_LOGS_MAX => return Err(NoteFault::Origin),
            None => self.logs.push((origin.to_owned(), vec![key])),
        }
        Ok(())
    }
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.logs.iter().map(|(origin, _)| origin.as_str())
    }
    /// Reads a request and checks what can be checked without the head known here. Total on any bytes.
    pub fn admit(&self, request: &[u8]) -> Result<Admitted, NotCosigned> {
        let request = read(request).map_err(NotCosigned::Form)?;
        let known = self.logs.iter().find(|(origin, _)| *origin == request.head.origin);
        let (_, keys) = known.ok_or(NotCosigned::UnknownLog)?;
        let note = Note::from_bytes(request.note.as_bytes()).map_err(|_| NotCosigned::Form("not a signed note"))?;
        let (signed, _) = note.verify(&list(keys)).map_err(|fault| match fault {
            NoteError::MalformedNote => NotCosigned::Form("not a signed note"),
            _ => NotCosigned::Unsigned,
        })?;
        if request.old > request.head.size {
            return Err(NotCosigned::Form("the old size is beyond the new one"));
        }
        let body = String::from_utf8(note.text().to_vec()).map_err(|_| NotCosigned::Form("not UTF-8"))?;
        // Only the log's own lines are kept: what strangers wrote below is not passed on.
        let lines = signed.iter().map(|line| String::from_utf8_lossy(&line.to_bytes()).into_owned());
        let note = format!("{body}\n{}", lines.collect::<String>());
        Ok(Admitted { head: request.head, body, note, old: request.old, proof: request.proof })
    }
}

/// A request in good form, signed by the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    pub head: Checkpoint,
    /// What is to be cosigned.
    pub body: String,
    /// The body with the log's signatures, to be kept beside the cosignature.
    pub note: String,
    old: u64,
    proof: Vec<Hash>,
}

impl Admitted {
    /// May it be cosigned over the head known here (size and root; none: this log was never cosigned)? On `Ok` the
    /// caller stores `head` and only then answers; both in one transaction.
    pub fn follows(&self, known: Option<(u64, Hash)>) -> Result<(), NotCosigned> {
        let empty = crate::Edge::new().root();
        let (size, root) = known.unwrap_or((0, empty));
        if self.old != size {
            return Err(NotCosigned::OtherSize(size));
        }
        let head = &self.head;
        let holds = match (self.old, head.size) {
            (_, 0) => head.root == empty && self.proof.is_empty(),
            (0, _) => self.proof.is_empty(),
            (old, new) if old == new => head.root == root && self.proof.is_empty(),
            (old, new) => check_consistency(&self.proof, old, &root, new, &head.root),
        };
        if holds { Ok(()) } else { Err(NotCosigned::NotConsistent) }
    }
}

/// The text of a request.
pub fn request(old: u64, proof: &[Hash], checkpoint: &str) -> String {
    let lines: String = proof.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
    format!("old {old}\n{lines}\n{checkpoint}")
}

/// The size in a 409's body; none when it is out of form.
pub fn conflict_size(body: &[u8]) -> Option<u64> {
    decimal(std::str::from_utf8(body).ok()?.strip_suffix('\n')?)
}

struct Request<'a> {
    old: u64,
    proof: Vec<Hash>,
    note: &'a str,
    head: Checkpoint,
}

fn read(bytes: &[u8]) -> Result<Request<'_>, &'static str> {
    if bytes.len() > WITNESS_REQUEST_BYTES_MAX {
        return Err("too long");
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    let (above, note) = text.split_once("\n\n").ok_or("no empty line")?;
    let mut lines = above.split('\n');
    let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(decimal).ok_or("no old size")?;
    let mut proof = Vec::new();
    for line in lines {
        if proof.len() == WITNESS_PROOF_LINES_MAX {
            return Err("too many proof lines");
        }
        let hash = STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
        proof.push(hash.ok_or("a proof line is not a hash")?);
    }
    let head = peek_checkpoint(note).map_err(|_| "not a checkpoint")?;
    if head.size > LOG_SIZE_MAX || old > LOG_SIZE_MAX {
        return Err("no log is so large");
    }
    Ok(Request { old, proof, note, head })
}

/// ASCII digits without leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    text.parse().ok().filter(|_| digits && plain)
}

fn list(keys: &[StandardVerifier]) -> VerifierList {
    let mut one_each: Vec<&StandardVerifier> = Vec::new();
    for key in keys {
        // A key given twice would be ambiguous to the list.
        if !one_each.iter().any(|known| (known.name(), known.key_id()) == (key.name(), key.key_id())) {
            one_each.push(key);
        }
    }
    VerifierList::new(one_each.into_iter().map(|key| Box::new(key.clone()) as Box<dyn signed_note::Verifier>).collect())
}
