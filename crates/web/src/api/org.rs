//! Units, persons, posts and places as they stand in JSON.

use safety::org::{people, place, post, unit};
use safety::{Actor, check};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dto::dto;
use super::wire::{At, Date, PlaceKind, Role, Stage, Uid, UnitKind};

dto! {
    /// A unit: a bureau, a school, a department or campus inside one, an agency.
    Unit of unit::Unit {
        id: Uid = one,
        /// Code of the county that keeps the unit's records.
        county: i64 = one,
        version: i64 = one,
        code: Option<String> = one,
        kind: UnitKind = one,
        name: String = one,
        short: String = one,
        parent: Option<Uid> = opt,
        /// The institution that this unit is or stands in.
        home: Uid = one,
        stage: Option<Stage> = opt,
        boarders: i64 = one,
        canteen: bool = one,
        buses: i64 = one,
        pupils: i64 = one,
        classes: i64 = one,
        address: Option<String> = one,
        /// Answered day and night.
        phone: Option<String> = one,
        /// The person at the superior school who rechecks and closes for a unit too small to have a second person.
        second: Option<Uid> = opt,
        opened_on: Date = one,
        /// The first day on which duties are expected here.
        kept_from: Date = one,
        closed_on: Option<Date> = opt,
        merged_into: Option<Uid> = opt,
    }
}

/// One change in a unit's life.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitStep {
    /// open, change, rename, second, move, merge, close
    pub act: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// What people call it: the name, or the unit above, before.
    pub from: Option<String>,
    /// The same after; the unit that it was merged into.
    pub to: Option<String>,
    pub reason: Option<String>,
    pub effective_on: Date,
    pub received_at: At,
}

impl From<unit::UnitStep> for UnitStep {
    fn from(s: unit::UnitStep) -> UnitStep {
        UnitStep {
            act: s.act,
            before: s.before,
            after: s.after,
            from: s.from,
            to: s.to,
            reason: s.reason,
            effective_on: s.effective_on.into(),
            received_at: s.received_at.into(),
        }
    }
}

dto! {
    /// A person on the roll of a unit.
    Person of people::Person {
        id: Uid = one,
        version: i64 = one,
        unit: Uid = one,
        /// Null after an erasure.
        name: Option<String> = one,
        mobile: Option<String> = one,
        erased_at: Option<At> = opt,
    }
}

dto! {
    /// A place of a unit.
    Place of place::Place {
        id: Uid = one,
        version: i64 = one,
        unit: Uid = one,
        /// The building or floor that it is in.
        parent: Option<Uid> = opt,
        kind: PlaceKind = one,
        name: String = one,
        /// Six signs, unique: what stands on the QR label.
        code: String = one,
        closed_on: Option<Date> = opt,
    }
}

dto! {
    /// A line of the directory.
    Contact of post::Contact {
        post: Uid = one,
        person: Uid = one,
        role: Role = one,
        title: Option<String> = one,
        department: Option<String> = one,
        acting: bool = one,
        name: Option<String> = one,
        mobile: Option<String> = one,
    }
}

/// A post that the notice names and nobody holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Vacancy {
    pub role: Role,
    /// Days since the last holder left; null when there never was one.
    pub days: Option<i64>,
}

/// The directory of one institution, made from the posts and therefore always current.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Directory {
    pub unit: Uid,
    pub name: String,
    pub kind: UnitKind,
    /// Answered day and night.
    pub phone: Option<String>,
    pub contacts: Vec<Contact>,
    pub vacant: Vec<Vacancy>,
}

impl From<post::Directory> for Directory {
    fn from(d: post::Directory) -> Directory {
        Directory {
            unit: d.unit.into(),
            name: d.name,
            kind: d.kind.into(),
            phone: d.phone,
            contacts: d.contacts.into_iter().map(Contact::from).collect(),
            vacant: d.vacant.into_iter().map(|(role, days)| Vacancy { role: role.into(), days }).collect(),
        }
    }
}

dto! {
    /// How often one place was seen in checks.
    PlaceCover of check::PlaceCover {
        place: Uid = one,
        name: String = one,
        kind: PlaceKind = one,
        /// Times seen in checks of the month; skipped ones do not count.
        times: i64 = one,
        /// The month before.
        before: i64 = one,
        last_at: Option<At> = opt,
    }
}

dto! {
    /// Coverage and frequency of one institution in a month, counted from checks only.
    Coverage of check::Coverage {
        unit: Uid = one,
        name: String = one,
        /// First day of the month.
        month: Date = one,
        places: Vec<PlaceCover> = all,
        /// Places seen at least once, of all in use.
        seen: i64 = one,
        all: i64 = one,
        seen_before: i64 = one,
        checks: i64 = one,
        checks_before: i64 = one,
    }
}

/// Who acts: one login in one post.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Acting {
    pub login: Option<Uid>,
    pub person: Option<Uid>,
    pub name: String,
    pub post: Option<Uid>,
    pub role: Role,
    /// The institution for which the post acts.
    pub unit: Uid,
    pub unit_name: String,
    pub unit_kind: UnitKind,
    /// The department or campus inside it that the post belongs to.
    pub inner: Option<Uid>,
}

impl From<&Actor> for Acting {
    fn from(a: &Actor) -> Acting {
        Acting {
            login: a.login.map(Uid),
            person: a.person.map(Uid),
            name: a.name.clone(),
            post: a.post.map(Uid),
            role: a.role.into(),
            unit: a.unit.into(),
            unit_name: a.unit_name.clone(),
            unit_kind: a.unit_kind.into(),
            inner: a.inner.map(Uid),
        }
    }
}

/// What a create answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Made {
    pub id: Uid,
    pub received_at: At,
}

/// What a change answers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    pub id: Uid,
    pub version: i64,
    pub received_at: At,
}
