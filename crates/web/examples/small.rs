//! A small house to look at while pages are built: one city, two counties, three schools, a month of hazards in every
//! state, on a loopback port. `cargo run -p web --example small [port]`; logins as printed, password `look at it 9`.
//! Nothing of the product uses it; the real demonstration is `xiaoan demo`.

#![allow(clippy::unwrap_used, reason = "a thing for the builders' own eyes")]

use std::sync::Arc;

use base::{Clock, Id, Ms, Result};
use db::testing;
use safety::check::{self, NewCheck, NewPlaceSeen, Seen};
use safety::hazard::{self, Act, Category, Five, Grade, Input, NewHazard, Term};
use safety::org::people::NewPerson;
use safety::org::place::NewPlace;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{PlaceKind, Role, UnitKind, login, people, place, post, unit};
use safety::{Actor, App, Cx, Meta, Photo, Setup};
use sha2::{Digest, Sha256};
use web::Config;

const PASSWORD: &str = "look at it 9";

struct House {
    app: Arc<App>,
    clock: Clock,
    hash: String,
}

impl House {
    fn system<T: Send + 'static>(&self, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> T {
        self.app.write(&Actor::system(), Meta::of("cli"), job).unwrap()
    }
    fn open(&self, kind: UnitKind, name: &str, parent: Option<Id>, county: i64) -> Id {
        let mut new = NewUnit::named(kind, name, parent);
        new.short = name.chars().take(2).collect();
        new.county = (county != 0).then_some(county);
        self.system(move |cx| unit::open(cx, &new))
    }
    fn place(&self, unit: Id, parent: Option<Id>, kind: PlaceKind, name: &str) -> Id {
        let new = NewPlace { id: None, unit, parent, kind, name: name.into() };
        self.system(move |cx| place::add(cx, &new))
    }
    fn person(&self, key: &'static str, name: &str, unit: Id, role: Role) -> Id {
        let new = NewPerson { id: None, unit, name: name.into(), mobile: Some("13900000000".into()) };
        let hash = self.hash.clone();
        self.system(move |cx| {
            let person = people::enter(cx, &new)?;
            login::create(cx, person, key, Some(&hash), false)?;
            let new = NewPost { id: None, unit, person, role, title: None, acting: false, from_on: None };
            post::give(cx, &new)?;
            Ok(person)
        })
    }
    fn by<T: Send + 'static>(
        &self,
        key: &'static str,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> T {
        let actor = self.app.read(&Actor::system(), move |cx| login::actor_of(cx, key, None)).unwrap();
        self.app.write(&actor, Meta::of("web"), job).unwrap()
    }
    fn raise(&self, key: &'static str, what: &str, place: Id, category: Option<Category>, photo: u8) -> Id {
        let new = NewHazard {
            what: what.into(),
            place: Some(place),
            category,
            photos: vec![self.photo(photo)],
            ..NewHazard::default()
        };
        self.by(key, move |cx| hazard::raise::raise(cx, &new))
    }
    fn act(&self, key: &'static str, id: Id, act: Act, input: Input) {
        self.by(key, move |cx| hazard::act::act(cx, id, act, &input).map(|_| ()));
    }
    fn hours(&self, n: i64) {
        self.clock.advance(n * Ms::HOUR);
        while safety::tick::run(&self.app).unwrap() > 0 {}
    }
    /// A picture of its own colour, stored as the door would.
    fn photo(&self, n: u8) -> Photo {
        let picture = image::RgbImage::from_fn(640, 480, |x, y| {
            let dark = if (x / 40 + y / 40) % 2 == 0 { 0 } else { 24 };
            image::Rgb([n.wrapping_mul(37) / 2 + 60 - dark, 90 + (y / 6) as u8 - dark, 120 - dark + (x / 8) as u8])
        });
        let mut bytes = Vec::new();
        picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new(&mut bytes)).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        let path = safety::kernel::files::path(self.app.data(), &hash);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes).unwrap();
        Photo { hash, mime: "image/jpeg".into(), bytes: bytes.len() as i64 }
    }
}

fn note(text: &str) -> Input {
    Input { note: Some(text.into()), ..Input::default() }
}

/// The people of the school.
struct School {
    unit: Id,
    fixer: Id,
    stair: Id,
    boiler: Id,
    kitchen: Id,
    yard: Id,
    places: Vec<Id>,
}

fn fill(h: &House) -> School {
    let city = h.open(UnitKind::City, "吉林市教育局", None, 2202);
    let county = h.open(UnitKind::County, "昌邑区教育局", Some(city), 220202);
    let other = h.open(UnitKind::County, "桦甸市教育局", Some(city), 220282);
    let unit = h.open(UnitKind::School, "江湾中学", Some(county), 0);
    h.open(UnitKind::School, "北山路小学", Some(county), 0);
    h.open(UnitKind::School, "桦甸示例小学", Some(other), 0);
    h.open(UnitKind::Department, "总务处", Some(unit), 0);
    h.open(UnitKind::Department, "政教处", Some(unit), 0);
    h.open(UnitKind::Agency, "昌邑区市场监管局", Some(county), 0);
    let mut places = Vec::new();
    let mut stair = None;
    for n in 1..=3 {
        let house = h.place(unit, None, PlaceKind::Building, &format!("{n}号楼"));
        for (kind, name) in [
            (PlaceKind::Stair, "东楼梯二层"),
            (PlaceKind::Corridor, "一层走廊"),
            (PlaceKind::Classroom, "阶梯教室"),
            (PlaceKind::Power, "配电间"),
        ] {
            let id = h.place(unit, Some(house), kind, &format!("{n}号楼{name}"));
            places.push(id);
            if n == 3 && kind == PlaceKind::Stair {
                stair = Some(id);
            }
        }
    }
    let boiler = h.place(unit, None, PlaceKind::Boiler, "锅炉房");
    let kitchen = h.place(unit, None, PlaceKind::Canteen, "食堂操作间");
    let yard = h.place(unit, None, PlaceKind::Yard, "操场");
    places.extend([kitchen, yard, h.place(unit, None, PlaceKind::Gate, "东门")]);
    let fixer = h.person("fixer", "王建军", unit, Role::Fixer);
    for (key, name, at, role) in [
        ("city", "李局", city, Role::Officer),
        ("officer", "于海涛", county, Role::Officer),
        ("vice", "周文海", unit, Role::Vice),
        ("principal", "马校长", unit, Role::Principal),
        ("head", "李建国", unit, Role::SafetyHead),
        ("guard", "张福贵", unit, Role::Guard),
        ("teacher", "宋老师", unit, Role::Teacher),
    ] {
        h.person(key, name, at, role);
    }
    School { unit, fixer, stair: stair.unwrap(), boiler, kitchen, yard, places }
}

fn month(h: &House, s: &School) {
    let to = |grade| Input {
        grade: Some(grade),
        category: Some(Category::Fire),
        assignee: Some(s.fixer),
        ..Input::default()
    };
    let fixed = |text: &str, n| Input { note: Some(text.into()), photos: vec![h.photo(n)], ..Input::default() };
    walk(h, &s.places, &[]);
    let kitchen = h.raise("teacher", "食堂操作间电线接头裸露", s.kitchen, Some(Category::Electric), 3);
    h.hours(5);
    h.act("head", kitchen, Act::Assign, Input { term: Some(Term::AtOnce), ..to(Grade::Minor) });
    h.hours(20);
    h.act("fixer", kitchen, Act::Rectify, fixed("重新接线，加了防水盒", 4));
    h.act("head", kitchen, Act::Recheck, note("通电正常"));
    h.act("vice", kitchen, Act::Close, Input::default());
    h.hours(24 * 9);
    let again = h.raise("teacher", "食堂操作间插座又松动", s.kitchen, Some(Category::Fire), 5);
    h.act("head", again, Act::Assign, to(Grade::Minor));
    h.hours(24 * 3);
    let lamp = h.raise("guard", "3号楼东楼梯二层疏散指示灯不亮", s.stair, Some(Category::Fire), 1);
    h.hours(1);
    let assign = Input { note: Some("整改前由二层楼长持手电值守".into()), ..to(Grade::Minor) };
    h.act("head", lamp, Act::Assign, assign);
    let major = h.raise("head", "锅炉房泄爆口被杂物封堵", s.boiler, Some(Category::Equipment), 6);
    h.act("head", major, Act::Assign, to(Grade::Major));
    let five = Five {
        responsibility: "总务处 赵主任".into(),
        measures: "清走杂物，焊护栏".into(),
        funds: "3000 元，学校公用经费".into(),
        deadline: "11 月底前".into(),
        plan: "停炉期间用电暖，专人看守".into(),
    };
    h.act("head", major, Act::Five, Input { five: Some(five), ..Input::default() });
    h.act("officer", major, Act::List, Input { number: Some("昌教安督〔2026〕3号".into()), ..Input::default() });
    h.hours(24 * 4);
    h.act("fixer", lamp, Act::Rectify, fixed("换了灯具内电池和整流器，试断电亮灯 92 分钟。", 2));
    let yard = h.raise("teacher", "操场东侧地面破损，有绊倒危险", s.yard, None, 7);
    h.act("head", yard, Act::Report, note("整片塑胶要重铺，学校资金不够"));
    h.hours(50);
    let check = walk(h, &s.places[..9], &[s.stair]);
    let new = NewHazard {
        what: "扶手松动，第三级台阶处".into(),
        place: Some(s.stair),
        check_run: Some(check),
        ..NewHazard::default()
    };
    h.by("guard", move |cx| hazard::raise::raise(cx, &new));
    for (i, text) in ["2号楼一层走廊堆放桌椅", "1号楼配电间门锁损坏", "阶梯教室窗户松动"].iter().enumerate()
    {
        h.raise("guard", text, s.places[i * 4], None, 10 + i as u8);
    }
}

fn walk(h: &House, places: &[Id], found: &[Id]) -> Id {
    let now = h.clock.now();
    let seen = |(i, place): (usize, &Id)| NewPlaceSeen {
        place: *place,
        result: if found.contains(place) { Seen::Found } else { Seen::Fine },
        seen_at: now.plus(-(places.len() as i64 - i as i64) * Ms::MINUTE),
    };
    let new = NewCheck {
        id: None,
        unit: None,
        title: "周排查".into(),
        places: places.iter().enumerate().map(seen).collect(),
        with: Vec::new(),
        behalf: None,
        note: None,
        back_reason: None,
    };
    h.by("guard", move |cx| check::record(cx, &new))
}

fn main() {
    let port = std::env::args().nth(1).and_then(|p| p.parse().ok()).unwrap_or(8099u16);
    let (dir, target) = testing::sqlite_file();
    let clock = Clock::manual(Ms::parse("2026-11-03T07:30:00+08:00").unwrap());
    let app = App::open(Setup::new(target, dir.path(), clock.clone(), "look.xiaoan/log", [9; 32])).unwrap();
    let house = House { app: app.clone(), clock, hash: web::signin::hash(PASSWORD).unwrap() };
    let school = fill(&house);
    month(&house, &school);
    let config = Config { demo: true, ..Config::plain(([127, 0, 0, 1], port).into()) };
    println!(
        "http://127.0.0.1:{port}  {PASSWORD}: guard teacher fixer head vice principal officer city; school {}",
        school.unit
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { web::serve(app, config, std::future::pending::<()>()).await.unwrap() });
    drop(dir);
}
