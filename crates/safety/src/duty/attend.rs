//! 算到谁名下: the persons whom one record credits (notice 3.1, 4.1): a course held once by a bureau reaches each person at
//! his own school without anybody typing four hundred names. Whoever records ticks people of the own institution, and of
//! the units below whole roles, naming only those who did not come.
//! Not here: what a credited person's cell then says (`credit`).

use std::collections::BTreeSet;

use base::{Day, Id, Problem, Result};
use db::args;
use serde::Serialize;

use super::form::PEOPLE_MAX;
use super::sql;
use crate::kernel::cx::Cx;
use crate::kernel::text::Faults;
use crate::org::Role;
use crate::pack::Pack;
use crate::pack::model::{Each, Evidence, Rule};

/// Somebody whom a record may credit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seat {
    pub person: Id,
    pub name: String,
    pub role: Role,
    pub unit_name: String,
}

/// Roles whose holders are owed a record of this form each; `None` when the form credits no person. An entry that names
/// no role asks all of them.
pub fn asked(pack: &Pack, form: &str) -> Option<BTreeSet<Role>> {
    let mut out: Option<BTreeSet<Role>> = None;
    for entry in pack.entries.iter().filter(|e| e.on) {
        let Evidence::Form { form: by, .. } = &entry.evidence else { continue };
        let Rule::Every { each: Each::Person(roles), .. } = &entry.rule else { continue };
        if by == form {
            let all = if roles.is_empty() { Role::ALL } else { roles.as_slice() };
            out.get_or_insert_default().extend(all.iter().copied());
        }
    }
    out
}

/// Who holds one of the roles at an institution on a day, by role; somebody with several posts once.
pub fn here(cx: &mut Cx<'_, '_>, home: Id, roles: &BTreeSet<Role>, on: Day) -> Result<Vec<Seat>> {
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::SEATS_HERE, args![home, on])? {
        let Some(role) = Role::from_code(&row.text("role")?).filter(|r| roles.contains(r)) else { continue };
        let name = row.opt_text("name")?.unwrap_or_default();
        out.push(Seat { person: row.id("person")?, name, role, unit_name: row.text("unit_name")? });
    }
    out.sort_by_key(|seat| seat.role);
    let mut known = BTreeSet::new();
    out.retain(|seat| known.insert(seat.person));
    Ok(out)
}

/// How many hold each of the roles in the units below a bureau on a day; roles that nobody holds there are left out.
pub fn below(cx: &mut Cx<'_, '_>, home: Id, roles: &BTreeSet<Role>, on: Day) -> Result<Vec<(Role, i64)>> {
    let mut out = Vec::new();
    for row in cx.tx.rows(sql::SEATS_COUNTED, args![home, on])? {
        if let Some(role) = Role::from_code(&row.text("role")?).filter(|r| roles.contains(r)) {
            out.push((role, row.int("n")?));
        }
    }
    out.sort();
    Ok(out)
}

/// Everybody below who holds one of the roles on a day, without the absent. Faults: `roles` when there are more than
/// `PEOPLE_MAX`; `absent` for a name that nobody among them has, or that several have (then 「学校＋姓名」 tells them apart).
pub fn whole(
    cx: &mut Cx<'_, '_>,
    home: Id,
    roles: &[Role],
    absent: &str,
    on: Day,
    faults: &mut Faults,
) -> Result<BTreeSet<Id>> {
    let mut seats: Vec<Seat> = Vec::new();
    for role in roles {
        for row in cx.tx.rows(sql::SEATS_BELOW, args![home, *role, on, PEOPLE_MAX as i64 + 1])? {
            let name = row.opt_text("name")?.unwrap_or_default();
            seats.push(Seat { person: row.id("person")?, name, role: *role, unit_name: row.text("unit_name")? });
        }
    }
    let mut persons: BTreeSet<Id> = seats.iter().map(|s| s.person).collect();
    if persons.len() > PEOPLE_MAX {
        faults.add("roles", Problem::OutOfRange { min: 0, max: PEOPLE_MAX as i64 });
        return Ok(BTreeSet::new());
    }
    let apart = |c: char| c.is_whitespace() || "、，,；;。".contains(c);
    for name in absent.split(apart).filter(|n| !n.is_empty()) {
        let fits = |s: &&Seat| s.name == name || format!("{}{}", s.unit_name, s.name) == name;
        let found: BTreeSet<Id> = seats.iter().filter(fits).map(|s| s.person).collect();
        if found.len() != 1 {
            // One fault of a field is enough to say what to do with it.
            faults.add("absent", Problem::Person { name: name.into(), several: !found.is_empty() });
            break;
        }
        persons.retain(|p| !found.contains(p));
    }
    Ok(persons)
}
