//! Posts (岗位) held by persons for a period; hand-over (交接); vacancies; the directory (通讯录), which is a view of
//! the posts and therefore always current. Notice 4.1, 4.2.

use base::{Day, Error, Id, Problem, Refusal, Result, limits};
use db::{Row, args};
use serde::{Deserialize, Serialize};

use super::kinds::{Role, UnitKind};
use super::{people, sql, unit};
use crate::kernel::cx::Cx;
use crate::kernel::rights::{Action, Reach, reach};
use crate::kernel::text::Faults;

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct NewPost {
    #[serde(default)]
    pub id: Option<Id>,
    /// The institution, or a department or campus inside it.
    pub unit: Id,
    pub person: Id,
    pub role: Role,
    /// 电工, 楼长 …: what the paper calls it, if not the role's own name.
    #[serde(default)]
    pub title: Option<String>,
    /// 代理
    #[serde(default)]
    pub acting: bool,
    /// First day; today when absent.
    #[serde(default)]
    pub from_on: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Post {
    pub id: Id,
    pub county: i64,
    pub version: i64,
    pub unit: Id,
    /// The institution.
    pub home: Id,
    pub person: Id,
    pub role: Role,
    pub title: Option<String>,
    pub acting: bool,
    pub from_on: Day,
    /// Last day, inclusive.
    pub until_on: Option<Day>,
}

pub(super) fn from_row(row: &Row) -> Result<Post> {
    Ok(Post {
        id: row.id("id")?,
        county: row.int("county")?,
        version: row.int("version")?,
        unit: row.id("unit")?,
        home: row.id("home")?,
        person: row.id("person")?,
        role: Role::from_code(&row.text("role")?).ok_or_else(|| Error::broken("post.role"))?,
        title: row.opt_text("title")?,
        acting: row.flag("acting")?,
        from_on: row.day("from_on")?,
        until_on: row.opt_day("until_on")?,
    })
}

pub fn load(cx: &mut Cx<'_, '_>, id: Id) -> Result<Post> {
    let row = cx.tx.row(sql::POST_BY_ID, args![id])?.ok_or(Error::from(Refusal::NotFound))?;
    from_row(&row)
}

/// Gives a person a post. Refuses: a role that cannot stand at such a unit, an erased person, more than
/// `POSTS_PER_PERSON` at a time, the same post twice.
pub fn give(cx: &mut Cx<'_, '_>, new: &NewPost) -> Result<Id> {
    let unit = unit::load(cx, new.unit)?;
    cx.require(Action::PostManage, unit.home, false)?;
    let home = unit::load(cx, unit.home)?;
    let person = people::load(cx, new.person)?;
    let mut faults = Faults::default();
    let title = faults.optional("title", new.title.as_deref().unwrap_or(""), 20);
    if !new.role.fits(home.kind) {
        faults.add("role", Problem::Mismatch { with: "unit" });
    }
    if person.erased_at.is_some() {
        faults.add("person", Problem::Unknown);
    }
    if home.closed_on.is_some() {
        faults.add("unit", Problem::Unknown);
    }
    faults.done()?;
    let held = of_person(cx, person.id)?;
    if held.len() as i64 >= limits::POSTS_PER_PERSON {
        return Err(Refusal::TooMany { limit: limits::POSTS_PER_PERSON }.into());
    }
    if held.iter().any(|p| p.unit == unit.id && p.role == new.role && p.title == title) {
        return Err(Refusal::Duplicate.into());
    }
    let id = new.id.unwrap_or_else(|| cx.id());
    if cx.tx.row(sql::POST_BY_ID, args![id])?.is_some() {
        return Err(Error::invalid("id", Problem::Taken));
    }
    let (salt, from, now) = (cx.salt(), new.from_on.unwrap_or(cx.now.day()), cx.now);
    cx.put(
        "post.give",
        "post",
        sql::POST_INSERT,
        args![unit.county, id, salt, unit.id, unit.home, person.id, new.role, title, new.acting, from, now],
    )?;
    cx.signal("post", unit.county, unit.home, id);
    Ok(id)
}

/// Ends a post with this day as its last. Open work of the person at that unit must be handed over first if the post
/// is the person's last there: refuses WrongState `has_work`.
pub fn end(cx: &mut Cx<'_, '_>, id: Id, last_on: Day) -> Result<()> {
    let post = load(cx, id)?;
    cx.require(Action::PostManage, post.home, false)?;
    if post.until_on.is_some() {
        return Err(Refusal::WrongState { from: "ended", action: "end" }.into());
    }
    let others = of_person(cx, post.person)?.iter().filter(|p| p.home == post.home && p.id != id).count();
    if others == 0 && crate::follow::open_work(cx, post.home, post.person)? > 0 {
        return Err(Refusal::WrongState { from: "has_work", action: "end" }.into());
    }
    close(cx, &post, last_on, None)
}

fn close(cx: &mut Cx<'_, '_>, post: &Post, last_on: Day, to: Option<Id>) -> Result<()> {
    if last_on < post.from_on {
        return Err(Error::invalid("until_on", Problem::Mismatch { with: "from_on" }));
    }
    cx.put("post.end", "post", sql::POST_END, args![post.id, last_on, to])?;
    cx.signal("post", post.county, post.home, post.id);
    Ok(())
}

/// Ends every post at a unit that ends on `on`. When that day is told late, nobody's days in post are taken back: what
/// people did until yesterday they did in post. A post that was to begin later never begins.
pub(super) fn end_all(cx: &mut Cx<'_, '_>, unit: &unit::Unit, on: Day) -> Result<()> {
    let last = on.max(cx.now.day().plus_days(-1));
    for row in cx.tx.rows(sql::POSTS_BEYOND, args![unit.home, last])? {
        let post = from_row(&row)?;
        if unit.id == unit.home || post.unit == unit.id {
            cx.put("post.end", "post", sql::POST_END, args![post.id, last, row.opt_id("handed_to")?])?;
            cx.signal("post", post.county, post.home, post.id);
        }
    }
    Ok(())
}

/// Hand-over (交接): the post passes to another person from today; everything open that waits for the old holder at
/// that unit waits for the new one. Answers the new post and how many open items moved.
pub fn hand_over(cx: &mut Cx<'_, '_>, id: Id, to: Id) -> Result<(Id, i64)> {
    let post = load(cx, id)?;
    cx.require(Action::PostManage, post.home, cx.actor.person == Some(post.person))?;
    if post.until_on.is_some() {
        return Err(Refusal::WrongState { from: "ended", action: "hand_over" }.into());
    }
    if to == post.person {
        return Err(Error::invalid("person", Problem::Mismatch { with: "post" }));
    }
    let heir = people::load(cx, to)?;
    if heir.unit != post.home || heir.erased_at.is_some() {
        return Err(Error::invalid("person", Problem::Unknown));
    }
    let new = cx.id();
    let (salt, today, now) = (cx.salt(), cx.now.day(), cx.now);
    let last = if post.from_on < today { today.plus_days(-1) } else { post.from_on };
    close(cx, &post, last, Some(new))?;
    cx.put(
        "post.give",
        "post",
        sql::POST_INSERT,
        args![post.county, new, salt, post.unit, post.home, to, post.role, post.title.clone(), post.acting, today, now],
    )?;
    super::unit::pass_second(cx, post.home, post.person, to)?;
    let moved = crate::follow::post_passed(cx, post.home, post.person, to)?;
    Ok((new, moved))
}

/// Posts that a person holds today.
pub fn of_person(cx: &mut Cx<'_, '_>, person: Id) -> Result<Vec<Post>> {
    let rows = cx.tx.rows(sql::POSTS_OF_PERSON, args![person, cx.now.day()])?;
    rows.iter().map(from_row).collect()
}

/// Posts held today at an institution, departments included.
pub fn of_unit(cx: &mut Cx<'_, '_>, home: Id) -> Result<Vec<Post>> {
    let rows = cx.tx.rows(sql::POSTS_OF_HOME, args![home, cx.now.day()])?;
    rows.iter().map(from_row).collect()
}

/// Who holds a role at an institution today, departments included.
pub fn holders(cx: &mut Cx<'_, '_>, home: Id, role: Role) -> Result<Vec<Id>> {
    let rows = cx.tx.rows(sql::HOLDERS, args![home, role, cx.now.day()])?;
    rows.iter().map(|row| row.id("person")).collect()
}

/// Does the person hold one of these roles at the institution today?
pub fn holds(cx: &mut Cx<'_, '_>, person: Id, home: Id, roles: &[Role]) -> Result<bool> {
    Ok(of_person(cx, person)?.iter().any(|p| p.home == home && roles.contains(&p.role)))
}

/// A line of the directory.
#[derive(Clone, Debug, Serialize)]
pub struct Contact {
    pub post: Id,
    pub person: Id,
    pub role: Role,
    pub title: Option<String>,
    pub department: Option<String>,
    pub acting: bool,
    pub name: Option<String>,
    pub mobile: Option<String>,
}

/// The directory (通讯录) of one institution.
#[derive(Clone, Debug, Serialize)]
pub struct Directory {
    pub unit: Id,
    pub name: String,
    pub kind: UnitKind,
    /// Answered day and night.
    pub phone: Option<String>,
    pub contacts: Vec<Contact>,
    /// Posts that the notice names and nobody holds; days since the last holder left, if there was one.
    pub vacant: Vec<(Role, Option<i64>)>,
}

/// On which attribute of a unit a named post depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Always,
    Boarders,
    Canteen,
}

impl Need {
    fn of(role: Role) -> Need {
        match role {
            Role::Dorm => Need::Boarders,
            Role::Canteen => Need::Canteen,
            _ => Need::Always,
        }
    }
    /// The same over `unit u`.
    fn sql(self) -> Option<&'static str> {
        match self {
            Need::Always => None,
            Need::Boarders => Some("u.boarders > 0"),
            Need::Canteen => Some("u.canteen = 1"),
        }
    }
    fn holds(self, unit: &unit::Unit) -> bool {
        match self {
            Need::Always => true,
            Need::Boarders => unit.boarders > 0,
            Need::Canteen => unit.canteen,
        }
    }
}

/// The named posts of each kind of unit: the eight of 4.2 (dormitory and canteen where they exist), and a reporter
/// (1.2); at bureaus head, officer and duty desk.
fn named(kind: UnitKind) -> Vec<Role> {
    match kind {
        UnitKind::City | UnitKind::County => vec![Role::BureauHead, Role::BureauVice, Role::Officer, Role::Desk],
        UnitKind::Point => vec![Role::Principal],
        UnitKind::School | UnitKind::Centre => Role::EIGHT.iter().copied().chain([Role::Reporter]).collect(),
        _ => Vec::new(),
    }
}

/// Which of the named posts a unit must have filled.
pub fn expected(unit: &unit::Unit) -> Vec<Role> {
    named(unit.kind).into_iter().filter(|role| Need::of(*role).holds(unit)).collect()
}

pub fn directory(cx: &mut Cx<'_, '_>, id: Id) -> Result<Directory> {
    let unit = unit::load(cx, id)?;
    cx.require(Action::ContactsRead, unit.home, false).map_err(|_| Error::from(Refusal::NotFound))?;
    let rows = cx.tx.rows(sql::CONTACTS, args![unit.home, cx.now.day()])?;
    let mut contacts = Vec::with_capacity(rows.len());
    for row in &rows {
        contacts.push(Contact {
            post: row.id("id")?,
            person: row.id("person")?,
            role: Role::from_code(&row.text("role")?).ok_or_else(|| Error::broken("post.role"))?,
            title: row.opt_text("title")?,
            department: row.opt_text("department")?,
            acting: row.flag("acting")?,
            name: row.opt_text("name")?,
            mobile: row.opt_text("mobile")?,
        });
    }
    contacts.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
    let mut vacant = Vec::new();
    for role in expected(&unit) {
        if !contacts.iter().any(|c| c.role == role) {
            let last = cx.tx.row(sql::POST_LAST, args![unit.home, role])?;
            let last = last.and_then(|r| r.opt_day("last_on").ok().flatten());
            vacant.push((role, last.map(|day| cx.now.day().days_since(day))));
        }
    }
    Ok(Directory { unit: unit.id, name: unit.name, kind: unit.kind, phone: unit.phone, contacts, vacant })
}

/// Units below the asker's with a named post vacant: shown at the level above. (unit, name, role). A unit that has
/// nobody at all is not yet in use and is left out. Refuses NoRight those who give no posts below them.
/// One statement: the city's first page asks for 1,250 schools.
pub fn vacancies_below(cx: &mut Cx<'_, '_>) -> Result<Vec<(Id, String, Role)>> {
    if reach(cx.actor.role, Action::PostManage) != Reach::Subtree {
        return Err(Refusal::NoRight.into());
    }
    let rows = cx.tx.rows(&vacant_sql(), args![cx.actor.unit, cx.now.day(), limits::EXPORT_ROWS_MAX])?;
    let read = |row: &Row| {
        let role = Role::from_code(&row.text("role")?).ok_or_else(|| Error::broken("post.role"))?;
        Ok((row.id("id")?, row.text("name")?, role))
    };
    rows.iter().map(read).collect()
}

/// `vacancies_below`: the named posts as rows, one for each kind and role, and those of them that nobody holds.
/// `$1` the asker's unit, `$2` the day, `$3` most rows.
pub fn vacant_sql() -> String {
    let line = |kind: UnitKind, (serial, role): (usize, Role)| {
        format!("select '{}' as kind, {serial} as serial, '{}' as role", kind.code(), role.code())
    };
    let posts: Vec<String> = [UnitKind::County, UnitKind::Centre, UnitKind::School, UnitKind::Point]
        .into_iter()
        .flat_map(|kind| named(kind).into_iter().enumerate().map(move |post| line(kind, post)))
        .collect();
    let need = |role: &Role| Some(format!("(e.role <> '{}' or {})", role.code(), Need::of(*role).sql()?));
    let needs: Vec<String> = Role::ALL.iter().filter_map(need).collect();
    sql::VACANT_BELOW.replace("{POSTS}", &posts.join(" union all ")).replace("{NEEDS}", &needs.join(" and "))
}
