//! People with their posts: one row a post; the same name at the same unit is one person. A row with 账号 also makes a
//! login; its one-time password is written to a list that only the owner of the folder may read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use base::{Error, Problem, Refusal};
use safety::Cx;
use safety::org::{Role, login, unit};

use super::{Counts, Index, Parsed, done, scientific, sql, store};
use crate::args::Import;
use crate::house::{House, secret};
use crate::install::{give, one_time, person};
use crate::password::Oven;
use crate::stop::{Done, file, stop};
use crate::table::{Column, Faults, Row, Table, Writer, read};
use crate::user::role_of;
use crate::words::{columns, import as say};

const COLUMNS: &[Column] = columns::PEOPLE;

/// Accounts hashed side by side.
const LANES: usize = 4;
/// Figures of a mobile number, and of a desk's with its area code.
const MOBILE: usize = 11;
const AREA_AND_DESK: std::ops::RangeInclusive<usize> = 10..=12;

struct Line {
    row: Row,
    role: Option<Role>,
    /// Of a new login: what is stored.
    hash: Option<String>,
}

pub fn run(house: &House, asked: &Import) -> Done {
    let table = read(&asked.file, COLUMNS)?;
    let mut faults = Faults::default();
    let mut rows = parse(&table, &mut faults);
    if !faults.is_empty() {
        let count = faults.len();
        return Err(stop(format!("{}\n{}", faults.text(), say::nothing(count))));
    }
    let slips = match asked.dry_run {
        true => BTreeMap::new(),
        false => {
            let held = held(house, &rows)?;
            passwords(&mut rows, &held)
        }
    };
    let list = slips_file(house, &table, &slips)?;
    let stored = store(house, asked, &table.file, COLUMNS, rows);
    if stored.is_err()
        && let Some(path) = &list
    {
        std::fs::remove_file(path).map_err(file(path))?;
    }
    done(asked, &table.ignored, &stored?);
    if let Some(path) = list {
        println!("{}", say::slips(slips.len(), &path));
    }
    Ok(())
}

fn parse(table: &Table, faults: &mut Faults) -> Vec<Line> {
    let mut rows = Vec::new();
    let mut logins = BTreeMap::new();
    for row in &table.rows {
        let mut bad = |column: &Column, why: &str| faults.add(&table.file, row.line, column.names[0], why);
        for column in COLUMNS.iter().filter(|c| c.needed && row.get(c.key).is_empty()) {
            bad(column, say::REQUIRED);
        }
        let role = role_of(row.get("role"));
        if role.is_none() && !row.get("role").is_empty() {
            let all: Vec<&str> =
                Role::ALL.iter().filter(|r| **r != Role::System).map(|r| web::words::role(*r)).collect();
            bad(&COLUMNS[2], &say::not_one_of(row.get("role"), &all));
        }
        for column in COLUMNS.iter().filter(|c| matches!(c.key, "unit" | "mobile")) {
            if scientific(row.get(column.key)) {
                bad(column, &say::scientific(row.get(column.key)));
            } else if column.key == "mobile" && !telephone(row.get("mobile")) {
                bad(column, &say::mobile(row.get("mobile")));
            }
        }
        let name = row.get("login").to_lowercase();
        let owner = (row.get("unit").to_string(), row.get("name").to_string());
        if !name.is_empty() && logins.insert(name, owner.clone()).is_some_and(|known| known != owner) {
            bad(&COLUMNS[6], say::TAKEN);
        }
        rows.push(Line { row: row.clone(), role, hash: None });
    }
    rows
}

/// Is it a mobile number (11 figures, the country's code may stand before them), or one of a desk with its area code?
fn telephone(cell: &str) -> bool {
    let plain: String = cell.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let plain = plain.strip_prefix("+86").unwrap_or(&plain);
    let figures = plain.bytes().all(|b| b.is_ascii_digit());
    match plain.as_bytes().first() {
        None => cell.is_empty(),
        Some(b'1') => figures && plain.len() == MOBILE,
        Some(b'0') => figures && AREA_AND_DESK.contains(&plain.len()),
        Some(_) => false,
    }
}

/// Logins of the table that are there already, from an earlier import or by hand: nothing is opened for them.
fn held(house: &House, rows: &[Line]) -> Done<BTreeSet<String>> {
    let names: BTreeSet<String> =
        rows.iter().map(|r| r.row.get("login").to_lowercase()).filter(|name| !name.is_empty()).collect();
    let there = move |tx: &mut db::Tx<'_>| {
        let mut there = BTreeSet::new();
        for name in &names {
            if tx.row(sql::LOGIN, db::args![name.as_str()])?.is_some() {
                there.insert(name.clone());
            }
        }
        Ok(there)
    };
    Ok(house.beside()?.read(there)?)
}

/// One-time passwords of the new logins, hashed before the transaction: (login → password). A login that is held keeps
/// its own: what stood on the list would not open it.
fn passwords(rows: &mut [Line], held: &BTreeSet<String>) -> BTreeMap<String, String> {
    let mut slips: BTreeMap<String, String> = BTreeMap::new();
    for row in rows.iter() {
        let login = row.row.get("login").to_lowercase();
        if !login.is_empty() && !held.contains(&login) {
            slips.entry(login).or_insert_with(one_time);
        }
    }
    let wanted: Vec<(&String, &String)> = slips.iter().collect();
    let size = wanted.len().div_ceil(LANES).max(1);
    let hashes: BTreeMap<String, String> = std::thread::scope(|scope| {
        let lane = |chunk: &[(&String, &String)]| -> Vec<(String, String)> {
            let mut oven = Oven::new();
            chunk.iter().map(|(login, word)| ((*login).clone(), oven.hash(word, &base::random()))).collect()
        };
        let threads: Vec<_> = wanted.chunks(size).map(|chunk| scope.spawn(move || lane(chunk))).collect();
        threads.into_iter().flat_map(|t| t.join().expect("hashing does not panic")).collect()
    });
    for row in rows {
        row.hash = hashes.get(&row.row.get("login").to_lowercase()).cloned();
    }
    slips
}

/// The list is on the disk before the logins are in the database: none is lost between the two.
fn slips_file(house: &House, table: &Table, slips: &BTreeMap<String, String>) -> Done<Option<PathBuf>> {
    if slips.is_empty() {
        return Ok(None);
    }
    let names: BTreeMap<String, &Row> = table.rows.iter().map(|row| (row.get("login").to_lowercase(), row)).collect();
    let mut writer = Writer::new(say::SLIPS);
    for (login, word) in slips {
        let get = |key: &str| names.get(login).map(|row| row.get(key)).unwrap_or_default().to_string();
        writer.row([get("unit"), get("name"), login.clone(), word.clone()].into_iter());
    }
    let stamp = base::random::<3>().iter().map(|b| format!("{b:02x}")).collect::<String>();
    let path = house.path(&format!("accounts-{stamp}.csv"));
    secret(&path, &writer.bytes()).map_err(file(&path))?;
    Ok(Some(path))
}

impl Parsed for Line {
    fn row(&self) -> &Row {
        &self.row
    }
    fn store(&self, cx: &mut Cx<'_, '_>, index: &mut Index, counts: &mut Counts) -> base::Result<()> {
        enter(cx, index, self, counts)
    }
}

fn enter(cx: &mut Cx<'_, '_>, index: &mut Index, parsed: &Line, counts: &mut Counts) -> base::Result<()> {
    let row = &parsed.row;
    let unit = index.unit(row.get("unit"), "unit")?;
    let home = unit::load(cx, unit)?.home;
    let inner = match row.get("department") {
        "" => unit,
        name => department(cx, home, name)?.ok_or_else(|| Error::invalid("department", Problem::Unknown))?,
    };
    let known = cx.tx.rows(sql::PEOPLE, db::args![home])?;
    index.learn_inner(home, &known)?;
    let id = match index.inner.get(&(home, row.get("name").to_string())) {
        Some(Some(id)) => *id,
        Some(None) => return Err(Error::invalid("name", Problem::Unknown)),
        None => {
            let mobile = Some(row.get("mobile").to_string()).filter(|t| !t.is_empty());
            *counts.entry(say::PEOPLE).or_default() += 1;
            person(cx, home, row.get("name"), mobile)?
        }
    };
    if let Some(role) = parsed.role {
        let title = Some(row.get("title").to_string()).filter(|t| !t.is_empty());
        match give(cx, inner, id, role, title) {
            // The same row twice, or an earlier import: nothing to do.
            Err(Error::Refused(Refusal::Duplicate)) => *counts.entry(say::POSTS_HELD).or_default() += 1,
            other => {
                other?;
                *counts.entry(say::POSTS).or_default() += 1;
            }
        }
    }
    let name = row.get("login");
    if !name.is_empty() && login::of_person(cx, id)?.is_none_or(|(_, held, _)| held != name.to_lowercase()) {
        login::create(cx, id, name, parsed.hash.as_deref(), true)?;
        *counts.entry(say::LOGINS).or_default() += 1;
    }
    Ok(())
}

/// A department of an institution by its name.
fn department(cx: &mut Cx<'_, '_>, home: base::Id, name: &str) -> base::Result<Option<base::Id>> {
    let inside = unit::children(cx, home)?;
    Ok(inside.into_iter().find(|u| u.kind == safety::org::UnitKind::Department && u.name == name).map(|u| u.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_number_has_eleven_figures() {
        for cell in ["", "13900000001", "139 0000 0001", "+8613900000001", "0432-62001234", "(0432)6200123"] {
            assert!(telephone(cell), "{cell}");
        }
        for cell in ["1390000000", "139000000012", "62001234", "139O0000001", "1.39E+10", "-", "无"] {
            assert!(!telephone(cell), "{cell}");
        }
    }
}
