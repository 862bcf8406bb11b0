//! A table of a pack's file under the reader's finger: each read names what is missing or wrong with file and line and
//! goes on, so that all faults come at once. Keys that nobody read are faults too.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use base::Day;
use toml::de::{DeTable, DeValue};

use crate::pack::finding::{Finding, What};
use crate::pack::model::At;

/// What was found so far, over all files.
#[derive(Default)]
pub struct Findings {
    list: RefCell<Vec<Finding>>,
    declared: RefCell<BTreeSet<String>>,
}

impl Findings {
    pub fn add(&self, at: At, what: What) {
        self.list.borrow_mut().push(Finding { at, what });
    }
    /// An id that stands in the files, also if its entry was left out because of another fault.
    pub fn declare(&self, id: &str) {
        self.declared.borrow_mut().insert(id.into());
    }
    pub fn is_declared(&self, id: &str) -> bool {
        self.declared.borrow().contains(id)
    }
    pub fn into_vec(self) -> Vec<Finding> {
        let mut all = self.list.into_inner();
        all.sort_by(|a, b| (&a.at.file, a.at.line).cmp(&(&b.at.file, b.at.line)));
        all
    }
}

/// One file's text with where its lines begin.
pub struct File<'a> {
    pub name: &'a str,
    starts: Vec<usize>,
    pub findings: &'a Findings,
}

impl<'a> File<'a> {
    pub fn new(name: &'a str, text: &'a str, findings: &'a Findings) -> File<'a> {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        File { name, starts, findings }
    }
    pub fn at(&self, byte: usize) -> At {
        At { file: self.name.into(), line: self.starts.partition_point(|s| *s <= byte) }
    }
    pub fn add(&self, at: At, what: What) {
        self.findings.add(at, what);
    }
}

/// A table and which of its keys were read.
pub struct Table<'a> {
    pub file: &'a File<'a>,
    table: &'a DeTable<'a>,
    start: usize,
    read: RefCell<BTreeSet<&'static str>>,
    /// Set when something in it could not be read: the thing is then left out rather than half taken.
    bad: Cell<bool>,
}

impl<'a> Table<'a> {
    pub fn new(file: &'a File<'a>, table: &'a DeTable<'a>, start: usize) -> Table<'a> {
        Table { file, table, start, read: RefCell::default(), bad: Cell::new(false) }
    }
    pub fn at(&self) -> At {
        self.file.at(self.start)
    }
    /// Where a key's value stands; the table itself when it is not there.
    pub fn at_key(&self, key: &str) -> At {
        self.table.get_key_value(key).map_or_else(|| self.at(), |(k, _)| self.file.at(k.span().start))
    }
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }
    pub fn is_bad(&self) -> bool {
        self.bad.get()
    }
    pub fn fault(&self, key: &str, what: What) {
        self.bad.set(true);
        self.file.add(self.at_key(key), what);
    }
    fn wrong_type(&self, key: &str, wanted: &'static str) {
        self.fault(key, What::WrongType { key: key.into(), wanted });
    }
    fn missing(&self, key: &str) {
        self.fault(key, What::MissingKey { key: key.into() });
    }
    fn get(&self, key: &'static str) -> Option<(&'a DeValue<'a>, usize)> {
        self.read.borrow_mut().insert(key);
        self.table.get(key).map(|v| (v.get_ref(), v.span().start))
    }

    pub fn opt_text(&self, key: &'static str) -> Option<String> {
        match self.get(key)?.0 {
            DeValue::String(s) => Some(s.to_string()),
            _ => {
                self.wrong_type(key, "text");
                None
            }
        }
    }
    pub fn text(&self, key: &'static str) -> String {
        if !self.has(key) {
            self.missing(key);
        }
        self.opt_text(key).unwrap_or_default()
    }
    pub fn opt_int(&self, key: &'static str, least: i64, most: i64) -> Option<i64> {
        let DeValue::Integer(i) = self.get(key)?.0 else {
            self.wrong_type(key, "number");
            return None;
        };
        let got = i64::from_str_radix(i.as_str(), i.radix()).unwrap_or(i64::MAX);
        if !(least..=most).contains(&got) {
            self.fault(key, What::OutOfRange { key: key.into(), got, least, most });
            return None;
        }
        Some(got)
    }
    pub fn int(&self, key: &'static str, least: i64, most: i64) -> i64 {
        if !self.has(key) {
            self.missing(key);
        }
        self.opt_int(key, least, most).unwrap_or(least)
    }
    pub fn opt_bool(&self, key: &'static str) -> Option<bool> {
        match self.get(key)?.0 {
            DeValue::Boolean(b) => Some(*b),
            _ => {
                self.wrong_type(key, "yes_no");
                None
            }
        }
    }
    pub fn opt_day(&self, key: &'static str) -> Option<Day> {
        let text = match self.get(key)?.0 {
            DeValue::String(s) => s.to_string(),
            DeValue::Datetime(d) => d.to_string(),
            _ => String::new(),
        };
        let day = Day::parse(&text);
        if day.is_none() {
            self.wrong_type(key, "day");
        }
        day
    }
    pub fn day(&self, key: &'static str) -> Option<Day> {
        if !self.has(key) {
            self.missing(key);
        }
        self.opt_day(key)
    }

    /// A code of a closed list.
    pub fn opt_code<T>(&self, key: &'static str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.opt_text(key)?;
        let value = of(&text);
        if value.is_none() {
            self.fault(key, What::UnknownCode { key: key.into(), got: text });
        }
        value
    }
    pub fn code<T>(&self, key: &'static str, of: impl Fn(&str) -> Option<T>) -> Option<T> {
        if !self.has(key) {
            self.missing(key);
        }
        self.opt_code(key, of)
    }

    /// A list of texts; empty when the key is not there.
    pub fn texts(&self, key: &'static str) -> Vec<String> {
        let Some((value, _)) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value else {
            self.wrong_type(key, "list");
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(s) => out.push(s.to_string()),
                _ => self.wrong_type(key, "list"),
            }
        }
        out
    }
    pub fn ints(&self, key: &'static str, least: i64, most: i64) -> Vec<i64> {
        let Some((value, _)) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value else {
            self.wrong_type(key, "list");
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Integer(i) => match i64::from_str_radix(i.as_str(), i.radix()) {
                    Ok(n) if (least..=most).contains(&n) => out.push(n),
                    other => {
                        let got = other.unwrap_or(i64::MAX);
                        self.fault(key, What::OutOfRange { key: key.into(), got, least, most });
                    }
                },
                _ => self.wrong_type(key, "list"),
            }
        }
        out
    }
    /// A list of codes of a closed list.
    pub fn codes<T>(&self, key: &'static str, of: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut out = Vec::new();
        for text in self.texts(key) {
            match of(&text) {
                Some(value) => out.push(value),
                None => self.fault(key, What::UnknownCode { key: key.into(), got: text }),
            }
        }
        out
    }

    pub fn opt_table(&self, key: &'static str) -> Option<Table<'a>> {
        let (value, start) = self.get(key)?;
        match value {
            DeValue::Table(t) => Some(Table::new(self.file, t, start)),
            _ => {
                self.wrong_type(key, "table");
                None
            }
        }
    }
    pub fn table(&self, key: &'static str) -> Option<Table<'a>> {
        if !self.has(key) {
            self.missing(key);
        }
        self.opt_table(key)
    }
    /// `[[key]]`; none when it is not there.
    pub fn tables(&self, key: &'static str) -> Vec<Table<'a>> {
        let Some((value, _)) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value else {
            self.wrong_type(key, "list");
            return Vec::new();
        };
        let mut out = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(t) => out.push(Table::new(self.file, t, item.span().start)),
                _ => self.wrong_type(key, "table"),
            }
        }
        out
    }
    /// A table whose keys are data: each key with its list of texts (or one text).
    pub fn lists(&self, key: &'static str) -> Vec<(String, Vec<String>, At)> {
        let Some((value, _)) = self.get(key) else { return Vec::new() };
        let DeValue::Table(table) = value else {
            self.wrong_type(key, "table");
            return Vec::new();
        };
        let mut out = Vec::new();
        for (k, v) in table.iter() {
            let list = match v.get_ref() {
                DeValue::String(s) => vec![s.to_string()],
                DeValue::Array(items) => items.iter().filter_map(|i| i.get_ref().as_str().map(Into::into)).collect(),
                _ => Vec::new(),
            };
            if list.is_empty() {
                self.wrong_type(key, "list");
            }
            out.push((k.get_ref().to_string(), list, self.file.at(k.span().start)));
        }
        out
    }
    /// A table whose keys are data: each key with its number.
    pub fn numbers(&self, key: &'static str) -> Vec<(String, i64, At)> {
        let Some((value, _)) = self.get(key) else { return Vec::new() };
        let DeValue::Table(table) = value else {
            self.wrong_type(key, "table");
            return Vec::new();
        };
        let mut out = Vec::new();
        for (k, v) in table.iter() {
            match v.get_ref() {
                DeValue::Integer(i) => {
                    let n = i64::from_str_radix(i.as_str(), i.radix()).unwrap_or(i64::MAX);
                    out.push((k.get_ref().to_string(), n, self.file.at(k.span().start)));
                }
                _ => self.wrong_type(key, "number"),
            }
        }
        out
    }

    /// Says which keys nobody asked for; to be called when the table has been read.
    pub fn done(&self) {
        let read = self.read.borrow();
        for (k, _) in self.table.iter() {
            let key: &str = k.get_ref();
            if !read.contains(key) {
                self.file.add(self.file.at(k.span().start), What::UnknownKey { key: key.into() });
            }
        }
    }
}
