//! The one way in which leaves and records become bytes: a CBOR map with text keys in ascending byte order, definite
//! lengths, shortest heads; values are integers, texts, byte strings and, in leaves, `true`. What is absent is left out.
//!
//! Keys are sorted by their own bytes, as `sort` would. (RFC 8949 §4.2.1 sorts *encoded* keys, hence shorter keys first.
//! Both are canonical; ours is what an SQL reader expects.)
//! Not here: floats, arrays, tags, nesting. Records have no such columns.

use std::collections::BTreeMap;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A column's value, not null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Why bytes were not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WireFault {
    /// Longer than the limit.
    TooLong,
    /// Ends before its end.
    Truncated,
    /// Bytes after the end.
    Trailing,
    /// Can be read, but is not the one way of writing it: a long head, keys out of order or twice.
    NotCanonical,
    /// A kind of value that leaves do not have, or a text that is not UTF-8, or an integer beyond 64 bits.
    Unreadable,
    /// A key that this version does not know.
    Unknown(String),
    /// A key that must be there, or a value of another kind than the key has.
    Missing(&'static str),
    /// Written by a later version of the program.
    Version(i64),
}

impl std::fmt::Display for WireFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WireFault::TooLong => f.write_str("too long"),
            WireFault::Truncated => f.write_str("truncated"),
            WireFault::Trailing => f.write_str("bytes after the end"),
            WireFault::NotCanonical => f.write_str("not canonical"),
            WireFault::Unreadable => f.write_str("unreadable value"),
            WireFault::Unknown(key) => write!(f, "unknown key {key:?}"),
            WireFault::Missing(key) => write!(f, "key {key:?} is missing or of another kind"),
            WireFault::Version(v) => write!(f, "version {v}"),
        }
    }
}

impl std::error::Error for WireFault {}

/// The canonical bytes of a record: its columns that are not null, without `salt`.
pub fn canonical(columns: &BTreeMap<String, Value>) -> Vec<u8> {
    let mut pairs: Vec<(&str, Item<'_>)> = columns
        .iter()
        .filter(|(name, _)| name.as_str() != "salt")
        .map(|(name, value)| {
            let item = match value {
                Value::Int(n) => Item::Int(*n),
                Value::Text(text) => Item::Text(text),
                Value::Bytes(bytes) => Item::Bytes(bytes),
            };
            (name.as_str(), item)
        })
        .collect();
    write_map(&mut pairs)
}

/// A value while it is written or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    True,
}

pub(crate) fn write_map(pairs: &mut [(&str, Item<'_>)]) -> Vec<u8> {
    pairs.sort_unstable_by_key(|(name, _)| name.as_bytes());
    let mut out = Vec::with_capacity(256);
    head(&mut out, 5, pairs.len() as u64);
    for (name, item) in pairs {
        text(&mut out, name);
        match item {
            Item::Int(n) if *n < 0 => head(&mut out, 1, !*n as u64),
            Item::Int(n) => head(&mut out, 0, *n as u64),
            Item::Text(value) => text(&mut out, value),
            Item::Bytes(value) => {
                head(&mut out, 2, value.len() as u64);
                out.extend_from_slice(value);
            }
            Item::True => out.push(0xf5),
        }
    }
    out
}

fn text(out: &mut Vec<u8>, value: &str) {
    head(out, 3, value.len() as u64);
    out.extend_from_slice(value.as_bytes());
}

fn head(out: &mut Vec<u8>, major: u8, n: u64) {
    let bytes = n.to_be_bytes();
    let major = major << 5;
    match n {
        0..24 => out.push(major | n as u8),
        24..0x100 => out.extend_from_slice(&[major | 24, n as u8]),
        0x100..0x1_0000 => {
            out.push(major | 25);
            out.extend_from_slice(&bytes[6..]);
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 26);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&bytes);
        }
    }
}

/// Reads a map that was written by `write_map`, and nothing else. Total: any bytes give an answer.
pub(crate) fn read_map(bytes: &[u8]) -> Result<Vec<(&str, Item<'_>)>, WireFault> {
    let mut rest = Rest(bytes);
    let (major, count) = rest.head()?;
    if major != 5 {
        return Err(WireFault::Unreadable);
    }
    // Each pair takes two bytes at least: no memory is taken on the word of a head.
    if count > rest.0.len() as u64 / 2 {
        return Err(WireFault::Truncated);
    }
    let mut pairs: Vec<(&str, Item<'_>)> = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let Item::Text(name) = rest.item()? else { return Err(WireFault::Unreadable) };
        if pairs.last().is_some_and(|(before, _)| before.as_bytes() >= name.as_bytes()) {
            return Err(WireFault::NotCanonical);
        }
        pairs.push((name, rest.item()?));
    }
    if rest.0.is_empty() { Ok(pairs) } else { Err(WireFault::Trailing) }
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], WireFault> {
        if count > self.0.len() as u64 {
            return Err(WireFault::Truncated);
        }
        let (taken, rest) = self.0.split_at(count as usize);
        self.0 = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<(u8, u64), WireFault> {
        let first = self.take(1)?[0];
        let (major, short) = (first >> 5, first & 0x1f);
        let (width, least) = match short {
            0..24 => return Ok((major, short as u64)),
            24 => (1, 24),
            25 => (2, 0x100),
            26 => (4, 0x1_0000),
            27 => (8, 0x1_0000_0000),
            _ => return Err(WireFault::Unreadable),
        };
        let n = self.take(width)?.iter().fold(0, |n: u64, byte| n << 8 | *byte as u64);
        // The simple values of major 7 have no shorter head; none with an argument is known here.
        if n < least && major != 7 { Err(WireFault::NotCanonical) } else { Ok((major, n)) }
    }

    fn item(&mut self) -> Result<Item<'a>, WireFault> {
        let first = self.0.first().copied();
        let (major, n) = self.head()?;
        let whole = |n: u64| i64::try_from(n).map_err(|_| WireFault::Unreadable);
        match major {
            0 => Ok(Item::Int(whole(n)?)),
            1 => Ok(Item::Int(!whole(n)?)),
            2 => Ok(Item::Bytes(self.take(n)?)),
            3 => Ok(Item::Text(std::str::from_utf8(self.take(n)?).map_err(|_| WireFault::Unreadable)?)),
            7 if first == Some(0xf5) => Ok(Item::True),
            _ => Err(WireFault::Unreadable),
        }
    }
}

// In JSON (proof bundles): integers as numbers, texts as strings, bytes as {"hex": ".."}.

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hex {
    hex: String,
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Int(n) => to.serialize_i64(*n),
            Value::Text(text) => to.serialize_str(text),
            Value::Bytes(bytes) => Hex { hex: to_hex(bytes) }.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        from.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an integer, a text or {\"hex\": \"..\"}")
    }
    fn visit_i64<E: serde::de::Error>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Int(n))
    }
    fn visit_u64<E: serde::de::Error>(self, n: u64) -> Result<Value, E> {
        i64::try_from(n).map(Value::Int).map_err(|_| E::custom("an integer beyond 64 bits"))
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let hex = Hex::deserialize(serde::de::value::MapAccessDeserializer::new(map))?.hex;
        from_hex(&hex).map(Value::Bytes).ok_or_else(|| A::Error::custom("not lower-case hex"))
    }
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|d| char::from_digit(d as u32, 16).expect("d < 16")).collect()
}

/// Lower case only, so that one byte string has one text.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(|two| Some(digit(two[0])? << 4 | digit(two[1])?)).collect()
}
