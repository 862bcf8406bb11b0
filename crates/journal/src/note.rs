//! Checkpoints: the tree's size and root over the log's name, signed with Ed25519 as a C2SP signed note. A signature of
//! type 1, which every reader of such notes knows.

use base::Error;
use ed25519_dalek::{Signer as _, SigningKey};
use signed_note::{Note, StandardVerifier, Verifier as _, VerifierList};

use crate::Hash;
use crate::limits::{CHECKPOINT_BYTES_MAX, ORIGIN_CHARS};

/// Signs checkpoints in the name of one log. Holds the secret key; its `Debug` form does not show it.
#[derive(Clone)]
pub struct Signer {
    origin: String,
    id: u32,
    key: SigningKey,
}

/// A tree head, as somebody signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is also the name of its key.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// The root as a person compares it on paper: the first 80 bits in five groups of four. The whole root stands in the
    /// code beside it; two histories made to agree in these digits would take 2^40 tries of whoever holds the key.
    pub fn code(&self) -> String {
        let group = |two: &[u8]| format!("{:02X}{:02X}", two[0], two[1]);
        self.root[..10].chunks_exact(2).map(group).collect::<Vec<_>>().join("-")
    }
}

/// Why a checkpoint was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteFault {
    /// The verifier key cannot be read.
    Key,
    /// Not a checkpoint: text, size, root or signature lines are out of form.
    Shape,
    /// Not signed by this key, or the text was changed after signing.
    Signature,
    /// Signed by this key, but for a log of another name.
    Origin,
}

impl std::fmt::Display for NoteFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NoteFault::Key => "the verifier key cannot be read",
            NoteFault::Shape => "not a checkpoint",
            NoteFault::Signature => "not signed by this key",
            NoteFault::Origin => "signed for another log",
        })
    }
}

impl std::error::Error for NoteFault {}

impl From<NoteFault> for Error {
    fn from(fault: NoteFault) -> Error {
        Error::broken(format!("checkpoint: {fault}"))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Signer {
    /// From the log's name (`<org-code>.xiaoan/log/<year>`) and 32 random bytes.
    ///
    /// Faults: a name that is empty, longer than [`ORIGIN_CHARS`], or has anything but visible ASCII without `+`.
    pub fn new(origin: &str, seed: [u8; 32]) -> base::Result<Signer> {
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'+';
        if origin.is_empty() || origin.len() > ORIGIN_CHARS || !origin.bytes().all(fits) {
            return Err(Error::broken(format!("{origin:?} cannot name a log")));
        }
        let key = SigningKey::from_bytes(&seed);
        // Type 1 is Ed25519; the id of a key covers its type, its bytes and its name.
        let public = [&[1], key.verifying_key().as_bytes().as_slice()].concat();
        Ok(Signer { origin: origin.to_owned(), id: signed_note::key_id(origin, &public), key })
    }
    pub fn origin(&self) -> &str {
        &self.origin
    }
    /// The public key as notes write it: name, id and base64 joined by `+`.
    pub fn verifier_key(&self) -> String {
        signed_note::new_ed25519_verifier_key(&self.origin, &self.key.verifying_key())
    }
    /// The signed checkpoint, ready to be published as `checkpoint`.
    pub fn checkpoint(&self, size: u64, root: Hash) -> String {
        let body = tlog_tiles::Checkpoint::new(&self.origin, size, tlog_tiles::Hash(root), "")
            .expect("the name is not empty and there is no extension");
        let mut note = Note::new(&body.to_bytes(), &[]).expect("a checkpoint is short, UTF-8 and ends its line");
        note.add_sigs(&[self]).expect("the name was checked when the signer was made");
        String::from_utf8(note.to_bytes()).expect("a note is UTF-8")
    }
}

impl signed_note::Signer for Signer {
    fn name(&self) -> &str {
        &self.origin
    }
    fn key_id(&self) -> u32 {
        self.id
    }
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, ed25519_dalek::SignatureError> {
        Ok(self.key.try_sign(text)?.to_vec())
    }
}

/// Reads a signed checkpoint and checks the signature of `vkey`. Further signatures (witnesses) are let be.
pub fn open_checkpoint(text: &str, vkey: &str) -> Result<Checkpoint, NoteFault> {
    if text.len() > CHECKPOINT_BYTES_MAX {
        return Err(NoteFault::Shape);
    }
    let verifier = StandardVerifier::new(vkey).map_err(|_| NoteFault::Key)?;
    let name = verifier.name().to_owned();
    let note = Note::from_bytes(text.as_bytes()).map_err(|_| NoteFault::Shape)?;
    let checkpoint = parse(&note)?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).map_err(|_| NoteFault::Signature)?;
    if checkpoint.origin == name { Ok(checkpoint) } else { Err(NoteFault::Origin) }
}

/// Reads a checkpoint whose signature somebody else checks, or has checked.
pub fn peek_checkpoint(text: &str) -> Result<Checkpoint, NoteFault> {
    if text.len() > CHECKPOINT_BYTES_MAX {
        return Err(NoteFault::Shape);
    }
    parse(&Note::from_bytes(text.as_bytes()).map_err(|_| NoteFault::Shape)?)
}

fn parse(note: &Note) -> Result<Checkpoint, NoteFault> {
    let body = tlog_tiles::Checkpoint::from_bytes(note.text()).map_err(|_| NoteFault::Shape)?;
    Ok(Checkpoint { origin: body.origin().to_owned(), size: body.size(), root: body.hash().0 })
}
