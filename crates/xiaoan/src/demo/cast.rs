//! The people of the simulated city: who holds which post where, who may sign in, and how the life of the demo finds
//! its actors. Pure: a plan, fixed by the seed.

use std::collections::BTreeMap;

use base::{Id, Ms, Seed};
use safety::Actor;
use safety::org::people::NewPerson;
use safety::org::post::NewPost;
use safety::org::{Role, Stage, UnitKind};

use super::city::{City, FIRST_COUNTY, HUADIAN};
use super::words::{self, main_people as named, title};

/// Index into `Cast::members`.
pub type Who = usize;

/// Somebody with posts. The first post is the one that acts.
pub struct Member {
    pub person: NewPerson,
    pub posts: Vec<NewPost>,
    /// Name of the login; only accounts have a password.
    pub login: String,
    pub account: bool,
    pub actor: Actor,
}

#[derive(Default)]
pub struct Cast {
    pub members: Vec<Member>,
    /// By seat: who is who there.
    pub houses: BTreeMap<usize, House>,
    count: usize,
}

/// The people of one institution by what they do.
#[derive(Clone, Default, Debug)]
pub struct House {
    pub by_role: BTreeMap<Role, Vec<Who>>,
    /// Heads of 教务, 总务, 安全, 学生.
    pub heads: Vec<Who>,
    pub departments: Vec<Id>,
}

impl House {
    pub fn first(&self, role: Role) -> Option<Who> {
        self.by_role.get(&role).and_then(|w| w.first().copied())
    }
    pub fn all(&self, role: Role) -> &[Who] {
        self.by_role.get(&role).map_or(&[], Vec::as_slice)
    }
}

/// One post to fill: role, department (index) if any, name if it is a known one, title, login if it is an account.
struct Wanted {
    role: Role,
    department: Option<usize>,
    name: Option<&'static str>,
    title: Option<&'static str>,
    login: Option<String>,
}

fn want(role: Role) -> Wanted {
    Wanted { role, department: None, name: None, title: None, login: None }
}

impl Wanted {
    fn at(mut self, department: usize) -> Wanted {
        self.department = Some(department);
        self
    }
    fn named(mut self, name: &'static str) -> Wanted {
        self.name = Some(name);
        self
    }
    fn titled(mut self, title: &'static str) -> Wanted {
        self.title = Some(title);
        self
    }
    fn account(mut self, login: impl Into<String>) -> Wanted {
        self.login = Some(login.into());
        self
    }
}

impl Cast {
    /// People for the bureaus, the agencies and the chosen schools (whose departments are already in the plan).
    pub fn plan(city: &City, chosen: &[usize], departments: &BTreeMap<usize, Vec<usize>>, founded: Ms) -> Cast {
        let mut cast = Cast::default();
        for bureau in &city.bureaus {
            let inner = city.departments(*bureau);
            cast.fill(city, *bureau, &inner, bureau_posts(city, *bureau), founded);
        }
        for agencies in city.agencies.values() {
            for (i, agency) in agencies.iter().enumerate() {
                let login = agency_login(city.seat(*agency).county, i);
                let mut wanted = want(Role::Agency).titled(words::AGENCY_PEOPLE[i % words::AGENCY_PEOPLE.len()]);
                wanted.login = login;
                cast.fill(city, *agency, &[], vec![wanted], founded);
            }
        }
        for (i, school) in chosen.iter().enumerate() {
            let inner = departments.get(school).map_or(&[][..], Vec::as_slice);
            cast.fill(city, *school, inner, school_posts(city, *school, i, chosen), founded);
        }
        cast
    }

    fn fill(&mut self, city: &City, seat: usize, inner: &[usize], wanted: Vec<Wanted>, founded: Ms) {
        let place = city.seat(seat);
        let mut rng = Seed::named(city.seed(), &format!("people/{seat}"));
        let mut house = House { departments: inner.iter().map(|d| city.seat(*d).id).collect(), ..House::default() };
        for wanted in wanted {
            let who = self.members.len();
            let unit = wanted.department.and_then(|d| inner.get(d)).map_or(place.id, |d| city.seat(*d).id);
            let name = wanted.name.map_or_else(|| words::person(&mut rng), str::to_string);
            let person = Id::from_parts(founded, rng.bytes10());
            let post = Id::from_parts(founded, rng.bytes10());
            self.count += 1;
            let first = NewPost {
                id: Some(post),
                unit,
                person,
                role: wanted.role,
                title: wanted.title.map(str::to_string),
                acting: false,
                from_on: Some(founded.day()),
            };
            let mut posts = vec![first];
            let school = place.new.kind.is_school();
            if school && wanted.role == Role::Teacher && house.first(Role::Reporter).is_none() && wanted.login.is_none()
            {
                // The reporter of a school is one of its teachers: a person with two posts.
                let second = Id::from_parts(founded, rng.bytes10());
                let reporter = NewPost { id: Some(second), role: Role::Reporter, title: None, ..posts[0].clone() };
                posts.push(NewPost { unit: place.id, ..reporter });
                house.by_role.entry(Role::Reporter).or_default().push(who);
            }
            let login = wanted.login.clone().unwrap_or_else(|| format!("n{who:05}"));
            let actor = Actor {
                login: None,
                person: Some(person),
                name: name.clone(),
                post: Some(post),
                role: wanted.role,
                unit: place.id,
                unit_name: place.new.name.clone(),
                unit_kind: place.new.kind,
                county: place.county,
                inner: (unit != place.id).then_some(unit),
            };
            if matches!(wanted.role, Role::DeptHead | Role::SafetyHead | Role::PupilsHead) {
                house.heads.push(who);
            }
            house.by_role.entry(wanted.role).or_default().push(who);
            self.members.push(Member {
                person: NewPerson { id: Some(person), unit: place.id, name, mobile: Some(words::mobile(self.count)) },
                posts,
                login,
                account: wanted.login.is_some(),
                actor,
            });
        }
        self.houses.insert(seat, house);
    }

    pub fn actor(&self, who: Who) -> &Actor {
        &self.members[who].actor
    }
    pub fn person(&self, who: Who) -> Id {
        self.members[who].person.id.unwrap_or_else(|| self.members[who].posts[0].person)
    }
    pub fn house(&self, seat: usize) -> &House {
        &self.houses[&seat]
    }
}

/// Logins of the agencies whose people have one: those of the city and of the first county.
fn agency_login(county: i64, kind: usize) -> Option<String> {
    const KINDS: &[&str] = &["police", "traffic", "market", "fire", "chengguan", "culture"];
    let kind = KINDS.get(kind)?;
    match county {
        220_200 => Some(format!("city-{kind}")),
        FIRST_COUNTY => Some((*kind).to_string()),
        _ => None,
    }
}

fn bureau_posts(city: &City, bureau: usize) -> Vec<Wanted> {
    let county = city.seat(bureau).county;
    let mut posts = vec![
        want(Role::BureauHead),
        want(Role::BureauVice),
        want(Role::Officer).at(1),
        want(Role::Desk).titled(title::DUTY),
        want(Role::DeptHead).at(2),
        want(Role::Admin).at(0),
        want(Role::Archivist).at(0),
        want(Role::Auditor),
    ];
    let prefix = match county {
        220_200 => "city-",
        FIRST_COUNTY => "county-",
        _ => "",
    };
    if !prefix.is_empty() {
        for post in &mut posts {
            post.login = Some(format!("{prefix}{}", short(post.role)));
        }
    }
    let officer = &mut posts[2];
    match county {
        FIRST_COUNTY => {
            officer.name = Some(named::OFFICER);
            officer.login = Some("officer".into());
        }
        HUADIAN => {
            officer.login = Some("huadian-officer".into());
            posts[1].login = Some("huadian-vice".into());
        }
        super::city::DIRECT => officer.login = Some("direct-officer".into()),
        super::city::PRIVATE => officer.login = Some("private-officer".into()),
        _ => {}
    }
    posts
}

fn short(role: Role) -> &'static str {
    match role {
        Role::BureauHead => "head",
        Role::BureauVice => "vice",
        Role::DeptHead => "dept",
        other => other.code(),
    }
}

fn school_posts(city: &City, seat: usize, place: usize, chosen: &[usize]) -> Vec<Wanted> {
    let new = &city.seat(seat).new;
    match (new.kind, place) {
        (UnitKind::Point, _) => {
            let only = want(Role::Principal).titled(title::POINT_TEACHER);
            vec![if place == 2 { only.account("point") } else { only }]
        }
        (_, 0) => main_posts(),
        _ => {
            let mut posts = ordinary_posts(city, seat);
            if place == 1 {
                for post in &mut posts {
                    let login = match (post.role, post.department) {
                        (Role::Principal, _) => "centre-principal",
                        (Role::Vice, _) => "centre-vice",
                        (Role::SafetyHead, _) => "centre-safety",
                        (Role::Guard, _) => "centre-guard",
                        _ => continue,
                    };
                    post.login.get_or_insert_with(|| login.into());
                }
                only_first(&mut posts, Role::Guard);
            }
            let small = |s: &&usize| city.seat(**s).new.stage == Some(Stage::Kindergarten);
            if chosen.iter().find(small) == Some(&seat) {
                label(&mut posts, &[(Role::Principal, "kg-principal"), (Role::SafetyHead, "kg-safety")]);
            }
            if chosen.iter().skip(3).find(|s| !small(s)) == Some(&seat) {
                label(&mut posts, &[(Role::SafetyHead, "other-safety"), (Role::Guard, "other-guard")]);
            }
            posts
        }
    }
}

fn label(posts: &mut [Wanted], logins: &[(Role, &str)]) {
    for (role, login) in logins {
        if let Some(post) = posts.iter_mut().find(|p| p.role == *role) {
            post.login = Some((*login).into());
        }
    }
}

fn only_first(posts: &mut [Wanted], role: Role) {
    posts.iter_mut().filter(|p| p.role == role).skip(1).for_each(|p| p.login = None);
}

/// Everybody of the main school has a login that is easy to type.
fn main_posts() -> Vec<Wanted> {
    vec![
        want(Role::Principal).named(named::PRINCIPAL).account("principal"),
        want(Role::Vice).named(named::VICE).account("vice"),
        want(Role::DeptHead).at(0).account("dean"),
        want(Role::DeptHead).at(1).named(named::LOGISTICS).account("logistics"),
        want(Role::SafetyHead).at(2).named(named::SAFETY).account("safety"),
        want(Role::PupilsHead).at(3).account("pupils"),
        want(Role::Teacher).at(0).named(named::TEACHER).titled(title::FLOOR).account("teacher"),
        want(Role::Reporter).account("reporter"),
        want(Role::Counsellor).at(3).account("counsellor"),
        want(Role::Guard).at(2).named(named::GUARD).account("guard"),
        want(Role::Guard).at(2),
        want(Role::Guard).at(2),
        want(Role::Canteen).at(1).account("canteen"),
        want(Role::Dorm).at(3).account("dorm"),
        want(Role::Escort).at(2).account("escort"),
        want(Role::Fixer).at(1).named(named::FIXER).titled(title::ELECTRICIAN).account("fixer"),
        want(Role::Fixer).at(1).titled(title::HANDYMAN),
        want(Role::Teacher).at(0),
        want(Role::Teacher).at(0),
        want(Role::Teacher).at(0),
        want(Role::Teacher).at(0),
    ]
}

fn ordinary_posts(city: &City, seat: usize) -> Vec<Wanted> {
    let new = &city.seat(seat).new;
    let kindergarten = new.stage == Some(Stage::Kindergarten);
    let principal = want(Role::Principal);
    let mut posts = vec![
        if kindergarten { principal.titled(title::KINDERGARTEN_HEAD) } else { principal },
        want(Role::Vice),
        want(Role::DeptHead).at(0),
        want(Role::DeptHead).at(1),
        want(Role::SafetyHead).at(2),
        want(Role::PupilsHead).at(3),
        want(Role::Fixer).at(1).titled(title::ELECTRICIAN),
    ];
    if new.pupils >= 300 {
        posts.push(want(Role::Fixer).at(1).titled(title::HANDYMAN));
    }
    // 2 to 4 guards (domain.md V.2).
    let guards = 2 + usize::from(new.pupils >= 1_000) + usize::from(new.boarders > 0);
    posts.extend((0..guards).map(|_| want(Role::Guard).at(2)));
    posts.extend((0..(3 + new.classes.clamp(0, 30) / 6)).map(|_| want(Role::Teacher).at(0)));
    if new.canteen {
        posts.push(want(Role::Canteen).at(1));
    }
    if new.boarders > 0 {
        posts.push(want(Role::Dorm).at(3));
    }
    if new.buses > 0 {
        posts.push(want(Role::Escort).at(2));
    }
    // Every fifth school has not named its 心理教师 yet, every eleventh no 学生处主任: the level above sees it.
    if !seat.is_multiple_of(5) {
        posts.push(want(Role::Counsellor).at(3));
    }
    if seat.is_multiple_of(11) {
        posts.retain(|p| p.role != Role::PupilsHead);
    }
    posts
}
