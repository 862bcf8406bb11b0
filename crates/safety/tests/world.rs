//! A small world: a city, two counties, a 中心校 with a 教学点, two schools, an agency; people in their posts; a clock
//! that stands still until moved.

use std::sync::Arc;

use base::{Clock, Error, Id, Ms, Refusal, Result};
use db::testing::{self, TempDir};
use safety::hazard::{self, Act, Category, Grade, Hazard, Input, NewHazard, State};
use safety::kernel::audit;
use safety::org::people::NewPerson;
use safety::org::place::NewPlace;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{PlaceKind, Role, UnitKind, login, people, place, post, unit};
use safety::{Actor, App, Cx, Meta, Photo, Setup};

pub struct World {
    pub app: Arc<App>,
    pub clock: Clock,
    pub city: Id,
    /// 昌邑区 and 桦甸市.
    pub county: Id,
    pub other_county: Id,
    pub school: Id,
    pub foreign_school: Id,
    pub centre: Id,
    pub point: Id,
    pub agency: Id,
    pub stair: Id,
    pub foreign_gate: Id,
    pub point_room: Id,
    target: db::Target,
    dir: TempDir,
}

/// Runs a story on SQLite, and on PostgreSQL when `XIAOAN_TEST_PG` is set (it says so when it is not); then audits.
pub fn on_both(story: impl Fn(&World)) {
    on_both_unaudited(|world| {
        story(world);
        world.audit();
    });
}

/// The same for a story that restarts the house; it audits itself.
pub fn on_both_owned(story: impl Fn(World)) {
    let (dir, target) = testing::sqlite_file();
    story(World::new(dir, target));
    match testing::postgres() {
        Some(target) => story(World::new(TempDir::new(), target)),
        None => eprintln!("PostgreSQL skipped: XIAOAN_TEST_PG is not set"),
    }
}

/// The same for a story that leaves the log broken on purpose.
pub fn on_both_unaudited(story: impl Fn(&World)) {
    let (dir, target) = testing::sqlite_file();
    story(&World::new(dir, target));
    match testing::postgres() {
        Some(target) => story(&World::new(TempDir::new(), target)),
        None => eprintln!("PostgreSQL skipped: XIAOAN_TEST_PG is not set"),
    }
}

impl World {
    pub fn new(dir: TempDir, target: db::Target) -> World {
        let clock = Clock::manual(Ms::parse("2026-11-16T07:30:00+08:00").unwrap());
        let app = open(&target, &dir, &clock);
        let mut w = World {
            app,
            clock,
            city: nobody(),
            county: nobody(),
            other_county: nobody(),
            school: nobody(),
            foreign_school: nobody(),
            centre: nobody(),
            point: nobody(),
            agency: nobody(),
            stair: nobody(),
            foreign_gate: nobody(),
            point_room: nobody(),
            target,
            dir,
        };
        w.city = w.open(UnitKind::City, "吉林市教育局", None, 2202);
        w.county = w.open(UnitKind::County, "昌邑区教育局", Some(w.city), 220202);
        w.other_county = w.open(UnitKind::County, "桦甸市教育局", Some(w.city), 220282);
        w.school = w.open(UnitKind::School, "江湾中学", Some(w.county), 0);
        w.foreign_school = w.open(UnitKind::School, "北山路小学", Some(w.other_county), 0);
        w.centre = w.open(UnitKind::Centre, "二道甸子中心校", Some(w.other_county), 0);
        w.point = w.open(UnitKind::Point, "二道甸子教学点", Some(w.centre), 0);
        w.agency = w.open(UnitKind::Agency, "昌邑区市场监管局", Some(w.county), 0);
        w.stair = w.place(w.school, PlaceKind::Stair, "3号楼东楼梯二层");
        w.place(w.school, PlaceKind::Boiler, "锅炉房");
        w.foreign_gate = w.place(w.foreign_school, PlaceKind::Gate, "大门");
        w.point_room = w.place(w.point, PlaceKind::Classroom, "教室");
        for (name, unit, roles) in [
            ("李局", w.city, &[Role::Officer][..]),
            ("市管理员", w.city, &[Role::Admin]),
            ("市审计", w.city, &[Role::Auditor]),
            ("于海涛", w.county, &[Role::Officer]),
            ("孙局长", w.county, &[Role::BureauVice]),
            ("桦甸股长", w.other_county, &[Role::Officer]),
            ("周文海", w.school, &[Role::Vice]),
            ("马校长", w.school, &[Role::Principal]),
            ("李建国", w.school, &[Role::SafetyHead]),
            ("王建军", w.school, &[Role::Fixer]),
            ("张福贵", w.school, &[Role::Guard]),
            ("宋老师", w.school, &[Role::Teacher]),
            ("北山主任", w.foreign_school, &[Role::SafetyHead]),
            ("中心校主任", w.centre, &[Role::SafetyHead]),
            ("中心校校长", w.centre, &[Role::Principal]),
            ("独一人", w.point, &[Role::Principal]),
            ("市场监管", w.agency, &[Role::Agency]),
        ] {
            w.person(name, unit, roles);
        }
        w
    }

    /// The same house after a restart, on a machine whose clock now says `at`.
    pub fn restarted(self, at: Ms) -> World {
        self.app.db().settle(10_000).unwrap();
        let World { app, target, dir, .. } = self;
        drop(app);
        let clock = Clock::manual(at);
        World { app: open(&target, &dir, &clock), clock, target, dir, ..self }
    }

    pub fn open(&self, kind: UnitKind, name: &str, parent: Option<Id>, county: i64) -> Id {
        let mut new = NewUnit::named(kind, name, parent);
        new.short = name.chars().take(2).collect();
        new.county = (county != 0).then_some(county);
        self.system(move |cx| unit::open(cx, &new)).unwrap()
    }

    pub fn place(&self, unit: Id, kind: PlaceKind, name: &str) -> Id {
        let new = NewPlace { id: None, unit, parent: None, kind, name: name.into() };
        self.system(move |cx| place::add(cx, &new)).unwrap()
    }

    /// A person with posts and a login named after the person's initials is not needed: actors are found by name.
    pub fn person(&self, name: &str, unit: Id, roles: &[Role]) -> Id {
        let new = NewPerson { id: None, unit, name: name.into(), mobile: None };
        let person = self.system(move |cx| people::enter(cx, &new)).unwrap();
        let key = login_name(name);
        self.system(move |cx| login::create(cx, person, &key, Some("hash"), false)).unwrap();
        for role in roles {
            self.post(person, unit, *role);
        }
        person
    }

    pub fn post(&self, person: Id, unit: Id, role: Role) -> Id {
        let new = NewPost { id: None, unit, person, role, title: None, acting: false, from_on: None };
        self.system(move |cx| post::give(cx, &new)).unwrap()
    }

    pub fn actor(&self, name: &str) -> Actor {
        let key = login_name(name);
        self.app.read(&Actor::system(), move |cx| login::actor_of(cx, &key, None)).unwrap()
    }

    pub fn person_id(&self, name: &str) -> Id {
        self.actor(name).person.unwrap()
    }

    pub fn system<T: Send + 'static>(&self, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.app.write(&Actor::system(), Meta::of("cli"), job)
    }

    pub fn by<T: Send + 'static>(
        &self,
        name: &str,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.write(&self.actor(name), Meta::of("web"), job)
    }

    pub fn sees<T: Send + 'static>(
        &self,
        name: &str,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.read(&self.actor(name), job)
    }

    pub fn raise(&self, name: &str, what: &str) -> Id {
        let new = NewHazard {
            what: what.into(),
            place: Some(self.stair),
            category: Some(Category::Fire),
            photos: vec![photo(1)],
            ..NewHazard::default()
        };
        self.by(name, move |cx| hazard::raise::raise(cx, &new)).unwrap()
    }

    pub fn act(&self, name: &str, id: Id, act: Act, input: Input) -> Result<Hazard> {
        self.by(name, move |cx| hazard::act::act(cx, id, act, &input))
    }

    /// Raised by the guard, graded and given to the electrician.
    pub fn assigned(&self) -> Id {
        let id = self.raise("张福贵", "3号楼东楼梯二层疏散指示灯不亮");
        self.act("李建国", id, Act::Assign, self.to_fixer()).unwrap();
        id
    }

    pub fn to_fixer(&self) -> Input {
        Input { grade: Some(Grade::Minor), assignee: Some(self.person_id("王建军")), ..Input::default() }
    }

    pub fn state(&self, id: Id) -> State {
        self.app.read(&Actor::system(), move |cx| hazard::load(cx, id)).unwrap().state
    }

    /// Moves the clock and lets every deadline fire, as the running program would.
    pub fn fast_forward(&self, span_ms: i64) -> usize {
        self.clock.advance(span_ms);
        self.tick()
    }

    pub fn tick(&self) -> usize {
        let mut fired = 0;
        loop {
            let n = safety::tick::run(&self.app).unwrap();
            fired += n;
            if n == 0 {
                return fired;
            }
        }
    }

    pub fn audit_now(&self) -> audit::Audit {
        self.app.db().settle(10_000).unwrap();
        audit::run(self.app.db(), &self.app.verifier_key(), self.app.now()).unwrap()
    }

    pub fn audit(&self) {
        let audit = self.audit_now();
        assert!(audit.clean(), "{audit:?}");
        assert!(audit.leaves > 0 && audit.rows > 0);
        let nouns = self.app.db().read(|tx| tx.rows("select distinct noun from due", &[])).unwrap();
        for row in nouns {
            assert!(safety::tick::NOUNS.contains(&row.text("noun").unwrap().as_str()), "a deadline without a noun");
        }
    }
}

fn open(target: &db::Target, dir: &TempDir, clock: &Clock) -> Arc<App> {
    App::open(Setup::new(target.clone(), dir.path(), clock.clone(), "test.xiaoan/log/2026", [7; 32])).unwrap()
}

fn nobody() -> Id {
    Id::from_parts(Ms(0), [0; 10])
}

/// A login name that only tests know: the hex of the name's bytes.
fn login_name(name: &str) -> String {
    let hex: String = name.bytes().map(|b| format!("{b:02x}")).collect();
    hex.chars().take(30).collect()
}

pub fn photo(n: u8) -> Photo {
    Photo { hash: format!("{n:02x}").repeat(32), mime: "image/jpeg".into(), bytes: 1000 }
}

pub fn note(text: &str) -> Input {
    Input { note: Some(text.into()), ..Input::default() }
}

pub fn fixed(text: &str) -> Input {
    Input { note: Some(text.into()), photos: vec![photo(2)], ..Input::default() }
}

pub fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> Refusal {
    match answer {
        Err(Error::Refused(refusal)) => refusal,
        other => panic!("a refusal was expected, not {other:?}"),
    }
}
