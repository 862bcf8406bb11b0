//! Cosignatures: a witness says that it saw this head at this time and that it goes on from the head before (C2SP
//! tlog-cosignature, `cosignature/v1`, key type 4). The witness's time is signed with it, so that "late" is bounded by a
//! clock that is not the log's own (1.2).
//! Not here: when a witness may say so ([`crate::witness`]).

use base::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use signed_note::Note;

use crate::limits::{CHECKPOINT_BYTES_MAX, ORIGIN_CHARS};
use crate::note::NoteFault;

/// The type byte of a cosignature's key, part of the key's id.
const KIND: u8 = 4;
/// Seconds in eight bytes, then the Ed25519 signature.
const BYTES: usize = 8 + 64;

/// Signs heads in the name of one witness. Its `Debug` form does not show the key.
#[derive(Clone)]
pub struct Cosigner {
    name: String,
    id: u32,
    key: SigningKey,
}

impl std::fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cosigner").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Cosigner {
    /// From the witness's name and 32 random bytes. One key belongs to one name: the signed text does not hold it.
    ///
    /// Faults: a name that a note cannot carry (as for a log).
    pub fn new(name: &str, seed: [u8; 32]) -> base::Result<Cosigner> {
        if !fits(name) {
            return Err(Error::broken(format!("{name:?} cannot name a witness")));
        }
        let key = SigningKey::from_bytes(&seed);
        Ok(Cosigner { name: name.to_owned(), id: key_id(name, &key.verifying_key()), key })
    }
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The public key as notes write it.
    pub fn verifier_key(&self) -> String {
        let public = [&[KIND], self.key.verifying_key().as_bytes().as_slice()].concat();
        format!("{}+{:08x}+{}", self.name, self.id, STANDARD.encode(public))
    }
    /// The signature line for a checkpoint's body (the text up to and with its last line, without signatures).
    pub fn cosign(&self, body: &str, seconds: u64) -> String {
        let signature = self.key.sign(message(body, seconds).as_bytes()).to_bytes();
        let bytes = [&self.id.to_be_bytes()[..], &seconds.to_be_bytes(), &signature].concat();
        format!("— {} {}\n", self.name, STANDARD.encode(bytes))
    }
}

/// A witness that somebody trusts, by its public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    id: u32,
    key: VerifyingKey,
}

impl CosignerKey {
    /// Reads `name+id+base64`, type 4 only: a log's own key is no witness.
    pub fn parse(vkey: &str) -> Result<CosignerKey, NoteFault> {
        let mut parts = vkey.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(public)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteFault::Key);
        };
        let public = STANDARD.decode(public).map_err(|_| NoteFault::Key)?;
        let bytes: [u8; 32] = match public.split_first() {
            Some((&KIND, rest)) => rest.try_into().map_err(|_| NoteFault::Key)?,
            _ => return Err(NoteFault::Key),
        };
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoteFault::Key)?;
        let known = CosignerKey { name: name.to_owned(), id: key_id(name, &key), key };
        let same = fits(name) && id.len() == 8 && u32::from_str_radix(id, 16) == Ok(known.id);
        if same { Ok(known) } else { Err(NoteFault::Key) }
    }
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The witness's seconds, when these bytes are its cosignature of `body`.
    fn check(&self, body: &str, bytes: &[u8]) -> Option<u64> {
        let (seconds, signature) = bytes.split_first_chunk::<8>().filter(|_| bytes.len() == BYTES)?;
        // Beyond 2^63 is out of form; a time of zero says nothing about when.
        let seconds = Some(u64::from_be_bytes(*seconds)).filter(|s| (1..1 << 63).contains(s))?;
        let signature = Signature::from_bytes(signature.try_into().ok()?);
        self.key.verify(message(body, seconds).as_bytes(), &signature).is_ok().then_some(seconds)
    }
}

/// One witness's word under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The witness's name.
    pub name: String,
    /// By the witness's clock, seconds since 1970.
    pub seconds: u64,
    /// The signature line as it stands, with its end of line.
    pub line: String,
}

/// The cosignatures of `keys` under a checkpoint, one for each witness (its newest), in the order of `keys`. Lines of
/// others are let be; a line in a known witness's name that does not hold is a fault of the whole note.
pub fn cosignatures(note: &str, keys: &[CosignerKey]) -> Result<Vec<Cosignature>, NoteFault> {
    let (parsed, body) = parts(note)?;
    let mut found: Vec<Option<Cosignature>> = vec![None; keys.len()];
    for signature in parsed_signatures(note, &parsed)? {
        let at = keys.iter().position(|key| key.name == signature.name() && key.id == signature.id());
        let Some((slot, key)) = at.map(|at| (&mut found[at], &keys[at])) else { continue };
        let seconds = key.check(&body, signature.signature()).ok_or(NoteFault::Signature)?;
        if slot.as_ref().is_none_or(|known| known.seconds < seconds) {
            let line = format!("{}\n", String::from_utf8_lossy(&signature.to_bytes()).trim_end());
            *slot = Some(Cosignature { name: key.name.clone(), seconds, line });
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// The checkpoint with further signature lines below those it has; a line that stands already is not repeated.
pub fn with_lines(note: &str, lines: &[String]) -> Result<String, NoteFault> {
    let mut out = note.to_owned();
    for line in lines {
        if !out.contains(line.as_str()) {
            out.push_str(line);
        }
    }
    parts(&out).map(|_| out)
}

/// The body of a checkpoint: what is signed.
pub fn body(note: &str) -> Result<String, NoteFault> {
    parts(note).map(|(_, body)| body)
}

fn parts(note: &str) -> Result<(Note, String), NoteFault> {
    if note.len() > CHECKPOINT_BYTES_MAX {
        return Err(NoteFault::Shape);
    }
    let parsed = Note::from_bytes(note.as_bytes()).map_err(|_| NoteFault::Shape)?;
    let body = String::from_utf8(parsed.text().to_vec()).map_err(|_| NoteFault::Shape)?;
    Ok((parsed, body))
}

/// `Note` keeps its signatures to itself: they are read again from the lines below the body.
fn parsed_signatures(note: &str, parsed: &Note) -> Result<Vec<signed_note::Signature>, NoteFault> {
    let below = note.get(parsed.text().len() + 1..).ok_or(NoteFault::Shape)?;
    below
        .split_inclusive('\n')
        .map(|line| signed_note::Signature::from_bytes(line.trim_end_matches('\n').as_bytes()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| NoteFault::Shape)
}

fn message(body: &str, seconds: u64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{body}")
}

fn key_id(name: &str, key: &VerifyingKey) -> u32 {
    signed_note::key_id(name, &[&[KIND], key.as_bytes().as_slice()].concat())
}

fn fits(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'+';
    !name.is_empty() && name.len() <= ORIGIN_CHARS && name.bytes().all(fits)
}
