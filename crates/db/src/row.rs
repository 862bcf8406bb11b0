//! A row that came back: owned values under shared column names, and its canonical bytes for the journal.

use std::sync::Arc;

use base::{Day, Error, Id, Ms, Result};

use crate::Value;

/// One row. Getters answer `Fault::Broken` naming the column when it is missing or holds another kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    names: Arc<[String]>,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(names: Arc<[String]>, values: Vec<Value>) -> Row {
        Row { names, values }
    }
    fn value(&self, name: &str) -> Result<&Value> {
        let place = self.names.iter().position(|n| n == name);
        place.and_then(|i| self.values.get(i)).ok_or_else(|| Error::broken(format!("there is no column {name}")))
    }
    pub fn int(&self, name: &str) -> Result<i64> {
        needed(name, self.opt_int(name)?)
    }
    pub fn opt_int(&self, name: &str) -> Result<Option<i64>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Int(n) => Ok(Some(*n)),
            other => Err(wrong(name, "an integer", other)),
        }
    }
    pub fn text(&self, name: &str) -> Result<String> {
        needed(name, self.opt_text(name)?)
    }
    pub fn opt_text(&self, name: &str) -> Result<Option<String>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Text(text) => Ok(Some(text.clone())),
            other => Err(wrong(name, "a text", other)),
        }
    }
    pub fn blob(&self, name: &str) -> Result<Vec<u8>> {
        needed(name, self.opt_blob(name)?)
    }
    pub fn opt_blob(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Blob(bytes) => Ok(Some(bytes.clone())),
            other => Err(wrong(name, "bytes", other)),
        }
    }
    pub fn id(&self, name: &str) -> Result<Id> {
        needed(name, self.opt_id(name)?)
    }
    pub fn opt_id(&self, name: &str) -> Result<Option<Id>> {
        match self.value(name)? {
            Value::Null => Ok(None),
            Value::Blob(bytes) => Id::from_bytes(bytes)
                .map(Some)
                .ok_or_else(|| Error::broken(format!("column {name} holds {} bytes, not an id", bytes.len()))),
            other => Err(wrong(name, "an id", other)),
        }
    }
    pub fn ms(&self, name: &str) -> Result<Ms> {
        self.int(name).map(Ms)
    }
    pub fn opt_ms(&self, name: &str) -> Result<Option<Ms>> {
        Ok(self.opt_int(name)?.map(Ms))
    }
    pub fn day(&self, name: &str) -> Result<Day> {
        needed(name, self.opt_day(name)?)
    }
    pub fn opt_day(&self, name: &str) -> Result<Option<Day>> {
        let Some(number) = self.opt_int(name)? else { return Ok(None) };
        let day = Day::from_number(number);
        day.map(Some).ok_or_else(|| Error::broken(format!("column {name} holds {number}, which is no day")))
    }
    pub fn flag(&self, name: &str) -> Result<bool> {
        match self.int(name)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Error::broken(format!("column {name} holds {other}, which is no flag"))),
        }
    }
    /// The columns in the statement's order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(String::as_str).zip(&self.values)
    }
    /// What a journal leaf commits to: a CBOR map (RFC 8949, definite lengths, shortest integers) of the columns that
    /// are not null and not named in `except`, keys in the bytewise order of the names. The same on both engines. Of
    /// two columns with one name the first counts.
    pub fn canonical(&self, except: &[&str]) -> Vec<u8> {
        let mut kept: Vec<(&str, &Value)> =
            self.columns().filter(|(name, value)| **value != Value::Null && !except.contains(name)).collect();
        kept.sort_by_key(|(name, _)| *name);
        kept.dedup_by_key(|(name, _)| *name);
        let mut out = Vec::with_capacity(32 * kept.len());
        head(&mut out, 5, kept.len() as u64);
        for (name, value) in kept {
            string(&mut out, 3, name.as_bytes());
            match value {
                Value::Null => {}
                Value::Int(n) if *n < 0 => head(&mut out, 1, !*n as u64),
                Value::Int(n) => head(&mut out, 0, *n as u64),
                Value::Text(text) => string(&mut out, 3, text.as_bytes()),
                Value::Blob(bytes) => string(&mut out, 2, bytes),
            }
        }
        out
    }
}

fn needed<T>(name: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::broken(format!("column {name} is null")))
}

fn wrong(name: &str, wanted: &str, got: &Value) -> Error {
    Error::broken(format!("column {name} holds {}, not {wanted}", got.kind()))
}

/// The first bytes of a CBOR item: its major type and its number, in the fewest bytes.
fn head(out: &mut Vec<u8>, major: u8, n: u64) {
    let major = major << 5;
    match n {
        0..=23 => out.push(major | n as u8),
        24..=0xff => out.extend([major | 24, n as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend((n as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend((n as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(n.to_be_bytes());
        }
    }
}

fn string(out: &mut Vec<u8>, major: u8, bytes: &[u8]) {
    head(out, major, bytes.len() as u64);
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(columns: &[(&str, Value)]) -> Row {
        let names: Vec<String> = columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        Row::new(names.into(), columns.iter().map(|(_, value)| value.clone()).collect())
    }

    #[test]
    fn canonical_bytes_are_those_written_by_hand() {
        let row = row(&[
            ("title", Value::Text("栏杆".into())),
            ("salt", Value::Blob(vec![9; 16])),
            ("n", Value::Int(-500)),
            ("gone", Value::Null),
            ("at", Value::Int(1_795_390_200_000)),
            ("b", Value::Blob(vec![1, 2, 255])),
        ]);
        let by_hand = [
            &[0xa4u8][..],                                                    // a map of four
            &[0x62, b'a', b't', 0x1b, 0, 0, 1, 0xa2, 0x05, 0x98, 0x58, 0xc0], // "at": eight bytes
            &[0x61, b'b', 0x43, 1, 2, 255],                                   // "b": three bytes
            &[0x61, b'n', 0x39, 0x01, 0xf3],                                  // "n": -1 - 499
            &[0x65, b't', b'i', b't', b'l', b'e', 0x66],                      // "title": six bytes of text
            "栏杆".as_bytes(),
        ]
        .concat();
        assert_eq!(row.canonical(&["salt"]), by_hand);
        assert_eq!(row.canonical(&["salt", "at", "b", "n", "title"]), [0xa0]);
    }

    #[test]
    fn integers_take_the_fewest_bytes_at_each_edge() {
        let edges: [(i64, &[u8]); 12] = [
            (0, &[0x00]),
            (23, &[0x17]),
            (24, &[0x18, 24]),
            (255, &[0x18, 255]),
            (256, &[0x19, 1, 0]),
            (65_535, &[0x19, 255, 255]),
            (65_536, &[0x1a, 0, 1, 0, 0]),
            (4_294_967_295, &[0x1a, 255, 255, 255, 255]),
            (4_294_967_296, &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0]),
            (-1, &[0x20]),
            (-24, &[0x37]),
            (i64::MIN, &[0x3b, 0x7f, 255, 255, 255, 255, 255, 255, 255]),
        ];
        for (n, bytes) in edges {
            let expected = [&[0xa1, 0x61, b'n'], bytes].concat();
            assert_eq!(row(&[("n", Value::Int(n))]).canonical(&[]), expected, "{n}");
        }
    }

    #[test]
    fn a_wrong_or_missing_column_is_named() {
        let row = row(&[("a", Value::Text("x".into())), ("b", Value::Null), ("c", Value::Int(2))]);
        let text = |error: Error| error.to_string();
        assert!(text(row.int("a").unwrap_err()).contains("column a holds a text, not an integer"));
        assert!(text(row.int("b").unwrap_err()).contains("column b is null"));
        assert!(text(row.flag("c").unwrap_err()).contains("column c holds 2"));
        assert!(text(row.day("c").unwrap_err()).contains("column c holds 2"));
        assert!(text(row.text("zz").unwrap_err()).contains("no column zz"));
        assert_eq!(row.opt_int("b"), Ok(None));
        assert_eq!(row.text("a").as_deref(), Ok("x"));
    }
}
