//! The values that go into and come out of a statement.

use base::{Day, Id, Ms};

/// One argument or one column. Times are milliseconds, days `yyyymmdd`, flags 0/1, ids 16 bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Value {
    /// What it is, for a fault's text: never its content, which may be personal.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Int(_) => "an integer",
            Value::Text(_) => "a text",
            Value::Blob(_) => "bytes",
        }
    }
}

/// `args![a, b]` = `&[Value; 2]`, each element through `Value::from`.
#[macro_export]
macro_rules! args {
    () => { &[] as &[$crate::Value] };
    ($($value:expr),+ $(,)?) => { &[$($crate::Value::from($value)),+] };
}

macro_rules! from {
    ($($source:ty, $value:ident => $made:expr;)+) => {
        $(impl From<$source> for Value {
            fn from($value: $source) -> Value {
                $made
            }
        })+
    };
}

from! {
    i64, n => Value::Int(n);
    i32, n => Value::Int(n.into());
    u32, n => Value::Int(n.into());
    u8, n => Value::Int(n.into());
    bool, flag => Value::Int(flag.into());
    &str, text => Value::Text(text.to_owned());
    String, text => Value::Text(text);
    &String, text => Value::Text(text.clone());
    Vec<u8>, bytes => Value::Blob(bytes);
    &Vec<u8>, bytes => Value::Blob(bytes.clone());
    &[u8], bytes => Value::Blob(bytes.to_vec());
    Id, id => Value::Blob(id.bytes().to_vec());
    &Id, id => Value::Blob(id.bytes().to_vec());
    Ms, at => Value::Int(at.0);
    Day, day => Value::Int(day.number());
    &Value, value => value.clone();
}

impl From<usize> for Value {
    /// Counts and positions; a count beyond `i64::MAX` cannot be held by a machine.
    fn from(n: usize) -> Value {
        Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(bytes: [u8; N]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(bytes: &[u8; N]) -> Value {
        Value::Blob(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
