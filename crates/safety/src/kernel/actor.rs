//! Who acts: one login in one post at a time.

use base::{Id, Ms};

use crate::org::{Role, UnitKind};

/// One login in one post, or the program itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    pub login: Option<Id>,
    pub person: Option<Id>,
    pub name: String,
    pub post: Option<Id>,
    pub role: Role,
    /// The institution for which the post acts: a bureau, a school, an agency.
    pub unit: Id,
    pub unit_name: String,
    pub unit_kind: UnitKind,
    /// Code of the unit's county: the partition of what this actor creates for its own unit.
    pub county: i64,
    /// The department or campus inside the institution that the post belongs to, if it is not the institution itself.
    pub inner: Option<Id>,
}

impl Actor {
    /// The program itself: deadlines, imports, the demo's foundation. It may do what the rule table gives to `System`.
    pub fn system() -> Actor {
        let nowhere = Id::from_parts(Ms(0), [0; 10]);
        Actor {
            login: None,
            person: None,
            name: String::new(),
            post: None,
            role: Role::System,
            unit: nowhere,
            unit_name: String::new(),
            unit_kind: UnitKind::City,
            county: 0,
            inner: None,
        }
    }
}

/// How a request came: goes into the leaf beside what was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// `web`, `app` (sent from a phone's queue), `api`, `import`, `cli`, `tick`, `demo`.
    pub source: &'static str,
    /// What the person or the device says about when it happened; absent = now.
    pub claimed_at: Option<Ms>,
    /// The device's own clock when the item was made, uncorrected.
    pub device_at: Option<Ms>,
}

impl Meta {
    pub fn of(source: &'static str) -> Meta {
        Meta { source, claimed_at: None, device_at: None }
    }
}
