//! A small world behind a router, and a browser that keeps cookies. Logins: `officer` (county bureau), `admin` and
//! `auditor` `cityofficer` (city), `head` `vice` `guard` `fixer` (school), `stranger` `farteacher` `farofficer` (another county's school and bureau), `first` (must change
//! the password). All have the password `PASSWORD`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use base::{Clock, Id, Ms, Result};
use db::testing::{self, TempDir};
use safety::hazard::{self, Category, NewHazard};
use safety::org::people::NewPerson;
use safety::org::place::NewPlace;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{PlaceKind, Role, UnitKind, login, people, place, post, unit};
use safety::{Actor, App, Cx, Meta, Photo, Setup};
use tower::ServiceExt;
use web::{Config, Web};

pub const PASSWORD: &str = "correct horse 9";

pub struct World {
    pub app: Arc<App>,
    pub web: Web,
    pub router: Router,
    pub clock: Clock,
    pub city: Id,
    pub county: Id,
    pub school: Id,
    pub foreign_school: Id,
    pub stair: Id,
    pub foreign_gate: Id,
    pub people: BTreeMap<&'static str, Id>,
    _dir: TempDir,
}

/// Argon2 takes a while; one hash serves every login of every test.
fn hashed() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| web::signin::hash(PASSWORD).unwrap())
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    pub fn with(config: impl FnOnce(&mut Config)) -> World {
        let (dir, target) = testing::asked_engine();
        let clock = Clock::manual(Ms::parse("2026-11-16T07:30:00+08:00").unwrap());
        let app = App::open(Setup::new(target, dir.path(), clock.clone(), "test.xiaoan/log/2026", [7; 32])).unwrap();
        let mut plain = Config::plain("127.0.0.1:0".parse().unwrap());
        config(&mut plain);
        let web = Web::new(app.clone(), plain).unwrap();
        let nobody = Id::from_parts(Ms(0), [0; 10]);
        let mut w = World {
            router: web::router(web.clone()),
            app,
            web,
            clock,
            city: nobody,
            county: nobody,
            school: nobody,
            foreign_school: nobody,
            stair: nobody,
            foreign_gate: nobody,
            people: BTreeMap::new(),
            _dir: dir,
        };
        w.fill();
        w
    }

    fn fill(&mut self) {
        self.city = self.open(UnitKind::City, "吉林市教育局", None, 2202);
        self.county = self.open(UnitKind::County, "昌邑区教育局", Some(self.city), 220202);
        let other = self.open(UnitKind::County, "桦甸市教育局", Some(self.city), 220282);
        self.school = self.open(UnitKind::School, "江湾中学", Some(self.county), 0);
        self.foreign_school = self.open(UnitKind::School, "北山路小学", Some(other), 0);
        let agency = self.open(UnitKind::Agency, "昌邑区市场监管局", Some(self.county), 0);
        self.stair = self.place(self.school, PlaceKind::Stair, "3号楼东楼梯二层");
        self.place(self.school, PlaceKind::Boiler, "锅炉房");
        self.foreign_gate = self.place(self.foreign_school, PlaceKind::Gate, "大门");
        for (login, name, unit, role) in [
            ("officer", "于海涛", self.county, Role::Officer),
            ("leader", "孙局长", self.county, Role::BureauVice),
            ("cityofficer", "李局", self.city, Role::Officer),
            ("admin", "市管理员", self.city, Role::Admin),
            ("auditor", "市审计", self.city, Role::Auditor),
            ("desk", "值班室", self.county, Role::Desk),
            ("principal", "马校长", self.school, Role::Principal),
            ("vice", "周文海", self.school, Role::Vice),
            ("head", "李建国", self.school, Role::SafetyHead),
            ("fixer", "王建军", self.school, Role::Fixer),
            ("guard", "张福贵", self.school, Role::Guard),
            ("teacher", "宋老师", self.school, Role::Teacher),
            ("stranger", "北山主任", self.foreign_school, Role::SafetyHead),
            ("farteacher", "北山老师", self.foreign_school, Role::Teacher),
            ("farofficer", "桦甸股长", other, Role::Officer),
            ("first", "新来的", self.school, Role::Teacher),
            ("agency", "市场监管", agency, Role::Agency),
        ] {
            self.person(login, name, unit, role);
        }
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

    fn person(&mut self, login_name: &'static str, name: &str, unit: Id, role: Role) {
        let new = NewPerson { id: None, unit, name: name.into(), mobile: Some("13900000000".into()) };
        let first = login_name == "first";
        let person = self
            .system(move |cx| {
                let person = people::enter(cx, &new)?;
                login::create(cx, person, login_name, Some(hashed()), first)?;
                let new = NewPost { id: None, unit, person, role, title: None, acting: false, from_on: None };
                post::give(cx, &new)?;
                Ok(person)
            })
            .unwrap();
        self.people.insert(login_name, person);
    }

    pub fn system<T: Send + 'static>(&self, job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.app.write(&Actor::system(), Meta::of("cli"), job)
    }

    /// The agency beside the county bureau.
    pub fn agency(&self) -> Id {
        self.actor("agency").unit
    }

    pub fn actor(&self, name: &'static str) -> Actor {
        self.app.read(&Actor::system(), move |cx| login::actor_of(cx, name, None)).unwrap()
    }

    pub fn by<T: Send + 'static>(
        &self,
        name: &'static str,
        job: impl Fn(&mut Cx<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.write(&self.actor(name), Meta::of("web"), job)
    }

    pub fn raise(&self, name: &'static str, what: &str) -> Id {
        let photo = Photo { hash: "ab".repeat(32), mime: "image/jpeg".into(), bytes: 1 };
        let new = NewHazard {
            what: what.into(),
            place: Some(self.stair),
            category: Some(Category::Fire),
            photos: vec![photo],
            ..NewHazard::default()
        };
        self.by(name, move |cx| hazard::raise::raise(cx, &new)).unwrap()
    }

    /// A hazard of the foreign school's own.
    pub fn raise_foreign(&self) -> Id {
        let new = NewHazard {
            what: "门锁损坏".into(),
            place: Some(self.foreign_gate),
            category: Some(Category::Order),
            photos: vec![Photo { hash: "cd".repeat(32), mime: "image/jpeg".into(), bytes: 1 }],
            ..NewHazard::default()
        };
        self.by("stranger", move |cx| hazard::raise::raise(cx, &new)).unwrap()
    }

    /// Waits until the sequencer has numbered and signed all that is committed: on PostgreSQL it comes a moment later.
    pub fn settle(&self) {
        self.app.db().settle(10_000).unwrap();
    }

    /// Leaves in the journal.
    pub fn leaves(&self) -> i64 {
        self.settle();
        safety::kernel::audit::leaf_count(self.app.db()).unwrap()
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), csrf: String::new() }
    }

    pub async fn signed(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.sign_in(login, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{login}: {}", page.text);
        browser.get("/me").await;
        assert!(!browser.csrf.is_empty());
        browser
    }
}

/// An answer, read whole.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
    pub fn location(&self) -> &str {
        self.header("location")
    }
    /// Text between two marks, first found.
    pub fn between(&self, from: &str, to: &str) -> Option<&str> {
        let start = self.text.find(from)? + from.len();
        let end = self.text[start..].find(to)? + start;
        Some(&self.text[start..end])
    }
}

#[derive(Clone)]
pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub csrf: String,
}

impl Browser {
    pub async fn send(&mut self, mut request: Request<Body>) -> Page {
        let cookies: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().entry(header::HOST).or_insert("xiaoan.test".parse().unwrap());
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            let text = value.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let bytes = axum::body::to_bytes(body, 64 * 1024 * 1024).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let page = Page { status: parts.status, headers: parts.headers, text, bytes };
        if let Some(csrf) = page.between("data-csrf=\"", "\"") {
            self.csrf = csrf.to_string();
        }
        page
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Page {
        self.ask(Method::GET, path, headers, Body::empty()).await
    }

    pub async fn ask(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body).unwrap()).await
    }

    /// Posts a form with the page's CSRF token.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_with(path, fields, &[]).await
    }

    pub async fn post_with(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(path, &all, headers).await
    }

    pub async fn post_raw(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.ask(Method::POST, path, &all, Body::from(body)).await
    }

    pub async fn sign_in(&mut self, login: &str, password: &str) -> Page {
        self.post_raw("/login", &[("login", login), ("password", password), ("next", "/")], &[]).await
    }
}
