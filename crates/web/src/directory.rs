//! The directory (通讯录, 4.2): always current, because it is a view of the posts; printable; vacancies are shown, and a
//! bureau sees the leaders of every unit right below.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use base::{Error, Ms, Refusal, Result, limits};
use safety::Cx;
use safety::kernel::rights::Action;
use safety::org::post::{Contact, Directory};
use safety::org::unit::Unit;
use safety::org::{Role, post as posts, unit};

use crate::door::Signed;
use crate::error::Answer;
use crate::page::{self, At, Crumb, Shell, UnitTab};
use crate::seal::{Seal, seal};
use crate::state::Web;
use crate::unit::{ListTabNow, crumbs, id_of, list_tabs, may};
use crate::words;

/// Units below whose leaders stand in a bureau's directory.
const DIRECTORY_UNITS: usize = limits::PAGE_ROWS_MAX as usize;
/// Days after which a vacancy is shown in red.
const VACANT_DAYS: i64 = 7;

pub fn routes() -> Router<Web> {
    Router::new().route("/units/{id}/posts", get(contacts))
}

struct ContactRow {
    role: String,
    department: String,
    name: String,
    mobile: String,
    word: words::Word,
}

struct VacantRow {
    role: &'static str,
    days: String,
    long: bool,
}

/// A unit below in a bureau's directory.
struct BelowRow {
    id: String,
    name: String,
    phone: String,
    head: String,
    safety: String,
    reporter: String,
}

#[derive(Template)]
#[template(path = "unit/posts.html")]
struct ContactsPage {
    shell: Shell,
    crumbs: Vec<Crumb>,
    name: String,
    phone: String,
    on: String,
    contacts: Vec<ContactRow>,
    vacant: Vec<VacantRow>,
    below: Vec<BelowRow>,
    below_left: usize,
    seal: Option<Seal>,
}

async fn contacts(State(web): State<Web>, signed: Signed, Path(id): Path<String>) -> Answer {
    let id = id_of(&id)?;
    let (unit, directory, below, left, crumbs, seal) = web
        .read(signed.actor(), move |cx| {
            let unit = unit::show(cx, id)?;
            let directory = posts::directory(cx, id)?;
            let (below, left) = below(cx, &unit)?;
            let crumbs = crumbs(cx, &unit)?;
            Ok((unit, directory, below, left, crumbs, seal(cx)?))
        })
        .await?;
    let mut shell = signed.shell(&web, At::Units).await?;
    shell.tabs = if unit.kind.is_bureau() {
        list_tabs(signed.actor(), id, ListTabNow::Contacts)
    } else {
        page::unit_tabs(signed.actor(), id, unit.kind, UnitTab::Contacts)
    };
    page::full(&ContactsPage {
        crumbs,
        name: directory.name.clone(),
        phone: directory.phone.clone().unwrap_or_default(),
        on: words::at_long(web.now()),
        contacts: directory.contacts.iter().map(contact_row).collect(),
        vacant: directory.vacant.iter().map(|(role, days)| vacant_row(*role, *days)).collect(),
        below: below.iter().map(below_row).collect(),
        below_left: left,
        seal,
        shell,
    })
}

/// The directories of the units right below, for whoever may read them.
fn below(cx: &mut Cx<'_, '_>, unit: &Unit) -> Result<(Vec<Directory>, usize)> {
    if !unit.kind.is_bureau() || !may(cx, Action::ContactsRead, unit.home)? || cx.actor.unit_kind.is_school() {
        return Ok((Vec::new(), 0));
    }
    let children = unit::children(cx, unit.id)?;
    let open: Vec<&Unit> = children.iter().filter(|u| u.kind.is_institution() && u.closed_on.is_none()).collect();
    let mut out = Vec::new();
    for child in open.iter().take(DIRECTORY_UNITS) {
        match posts::directory(cx, child.id) {
            Ok(directory) => out.push(directory),
            Err(Error::Refused(Refusal::NotFound | Refusal::NoRight)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok((out, open.len().saturating_sub(DIRECTORY_UNITS)))
}

fn contact_row(contact: &Contact) -> ContactRow {
    ContactRow {
        role: contact.title.clone().unwrap_or_else(|| words::role(contact.role).into()),
        department: contact.department.clone().unwrap_or_default(),
        name: contact.name.clone().unwrap_or_default(),
        mobile: contact.mobile.clone().unwrap_or_default(),
        word: words::post_word(contact.acting),
    }
}

/// A post vacant for more than a week is said with its days, in red.
fn vacant_row(role: Role, days: Option<i64>) -> VacantRow {
    let long = days.filter(|d| *d > VACANT_DAYS);
    VacantRow {
        role: words::role(role),
        days: long.map(|d| words::age(d * Ms::DAY)).unwrap_or_default(),
        long: long.is_some(),
    }
}

fn below_row(d: &Directory) -> BelowRow {
    let of = |roles: &[Role]| {
        let found = d.contacts.iter().filter(|c| roles.contains(&c.role)).map(|c| {
            let name = c.name.clone().unwrap_or_default();
            c.mobile.as_ref().map_or(name.clone(), |m| format!("{name} {m}"))
        });
        found.take(2).collect::<Vec<_>>().join("，")
    };
    BelowRow {
        id: d.unit.to_string(),
        name: d.name.clone(),
        phone: d.phone.clone().unwrap_or_default(),
        head: of(&[Role::Principal, Role::BureauHead]),
        safety: of(&[Role::SafetyHead, Role::Vice, Role::Officer]),
        reporter: of(&[Role::Reporter, Role::Desk]),
    }
}
