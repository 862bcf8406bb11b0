//! Whose a cell is (4.1, 4.2: each matter has 主管, 分管 and 具体 people, and no post stays empty): the first of the
//! entry's doers that is filled, then the deputy, the lead, then the level above. Never nobody where anybody is in post.

use std::collections::BTreeMap;

use base::{Id, Result};
use db::args;
use serde::Serialize;

use crate::kernel::cx::Cx;
use crate::org::Role;
use crate::org::post;
use crate::org::unit::{self, Unit};
use crate::pack::model::{Part, People};

/// Who owns a cell: a post's role at a unit and who holds it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owner {
    pub unit: Id,
    pub role: Role,
    pub persons: Vec<Id>,
    /// Another than the entry's first doer had to step in: the post is vacant.
    pub stands_in: bool,
}

/// A unit with the roles held there: the own unit first, then the centre and the bureaus above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub unit: Id,
    pub posts: Vec<(Role, Id)>,
}

impl Held {
    fn holds(&self, person: Id) -> bool {
        self.posts.iter().any(|(_, p)| *p == person)
    }
    fn holders(&self, role: Role) -> Vec<Id> {
        let mut all: Vec<Id> = self.posts.iter().filter(|(r, _)| *r == role).map(|(_, p)| *p).collect();
        all.dedup();
        all
    }
}

/// The unit and what stands above it, with the class teachers of its classes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The own unit first.
    pub held: Vec<Held>,
    pub teachers: BTreeMap<Id, Id>,
}

/// Who steps in at a level above, in order.
const ABOVE: &[Role] =
    &[Role::SafetyHead, Role::Officer, Role::Vice, Role::BureauVice, Role::Principal, Role::BureauHead];

/// The owner among `chain` (own unit first), or the lead's empty post at the own unit if nobody is anywhere.
pub fn owner(people: &People, part: &Part, chain: &Chain) -> Option<Owner> {
    let own = chain.held.first()?;
    let teaches = people.doers.first() == Some(&Role::Teacher);
    let teacher = part.class.filter(|_| teaches).and_then(|class| chain.teachers.get(&class).copied());
    if let Some(person) = part.person.or(teacher)
        && let Some((role, _)) = own.posts.iter().find(|(_, p)| *p == person)
    {
        return Some(Owner { unit: own.unit, role: *role, persons: vec![person], stands_in: false });
    }
    let order = people.doers.iter().copied().chain([people.deputy, people.lead]);
    for (i, role) in order.enumerate() {
        let persons = match (role, part.class) {
            // A class's lesson is its class teacher's, also where teachers come second; never all teachers'.
            (Role::Teacher, Some(class)) => {
                chain.teachers.get(&class).copied().filter(|t| own.holds(*t)).into_iter().collect()
            }
            _ => own.holders(role),
        };
        if !persons.is_empty() {
            return Some(Owner { unit: own.unit, role, persons, stands_in: i > 0 });
        }
    }
    for held in chain.held.iter().skip(1) {
        for role in ABOVE {
            let persons = held.holders(*role);
            if !persons.is_empty() {
                return Some(Owner { unit: held.unit, role: *role, persons, stands_in: true });
            }
        }
    }
    // Anybody at all at the own unit, before an empty chair.
    match own.posts.first() {
        Some((role, person)) => Some(Owner { unit: own.unit, role: *role, persons: vec![*person], stands_in: true }),
        None => Some(Owner { unit: own.unit, role: people.lead, persons: Vec::new(), stands_in: true }),
    }
}

/// Who signs next (检查 or 验收): the named role, else the leaders of the unit, else the level above; never one of
/// `not`, who did the work or signed before.
pub fn signer(named: Role, people: &People, chain: &Chain, not: &[Option<Id>]) -> Option<Owner> {
    let own = chain.held.first()?;
    let free = |persons: Vec<Id>| -> Vec<Id> { persons.into_iter().filter(|p| !not.contains(&Some(*p))).collect() };
    let order = [named, people.deputy, people.lead, Role::SafetyHead, Role::Vice, Role::Principal];
    for (i, role) in order.into_iter().chain([Role::Officer, Role::BureauVice, Role::BureauHead]).enumerate() {
        let persons = free(own.holders(role));
        if !persons.is_empty() {
            return Some(Owner { unit: own.unit, role, persons, stands_in: i > 0 });
        }
    }
    for held in chain.held.iter().skip(1) {
        for role in ABOVE {
            let persons = free(held.holders(*role));
            if !persons.is_empty() {
                return Some(Owner { unit: held.unit, role: *role, persons, stands_in: true });
            }
        }
    }
    None
}

/// The unit and the institutions above it, with who is in post there today.
pub fn chain(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<Chain> {
    let mut out = Chain::default();
    for unit in unit::path(cx, unit.id)? {
        let mut posts: Vec<(Role, Id)> = post::of_unit(cx, unit.id)?.into_iter().map(|p| (p.role, p.person)).collect();
        posts.sort();
        out.held.push(Held { unit: unit.id, posts });
    }
    for row in cx.tx.rows(super::sql::TEACHERS_OF, args![unit.id, cx.now.day()])? {
        out.teachers.insert(row.id("class")?, row.id("teacher")?);
    }
    Ok(out)
}
