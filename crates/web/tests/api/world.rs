//! A small city behind the door: a bureau with two counties, a school in each, an agency; people who can sign in.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use base::{Clock, Id, Ms};
use db::testing::{self, TempDir};
use safety::org::people::NewPerson;
use safety::org::place::NewPlace;
use safety::org::post::NewPost;
use safety::org::unit::NewUnit;
use safety::org::{PlaceKind, Role, UnitKind, login, people, place, post, unit};
use safety::{Actor, App, Cx, Meta, Setup};
use serde_json::{Value, json};
use tower::ServiceExt;
use web::{Config, Web};

pub const PASSWORD: &str = "Xiaoan 2026";

pub struct World {
    pub app: Arc<App>,
    pub clock: Clock,
    pub router: Router,
    pub ids: BTreeMap<&'static str, Id>,
    tokens: Mutex<BTreeMap<String, String>>,
    _dir: TempDir,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// Null when it is no JSON.
    pub body: Value,
}

impl Reply {
    pub fn kind(&self) -> &str {
        self.headers.get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("")
    }
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }
    pub fn fields(&self) -> Vec<&str> {
        self.body["fields"].as_array().into_iter().flatten().filter_map(|f| f["field"].as_str()).collect()
    }
    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {self:?}")).to_string()
    }
    pub fn ok(self) -> Reply {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self
    }
    /// A refusal as RFC 9457 has it, in Chinese, and nothing else.
    pub fn problem(self, status: u16, code: &str) -> Reply {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.kind(), "application/problem+json", "{}", self.body);
        assert_eq!(self.code(), code, "{}", self.body);
        assert_eq!(self.body["status"], status);
        let title = self.body["title"].as_str().unwrap_or("");
        assert!(title.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "no Chinese title: {}", self.body);
        assert!(self.body["type"].is_string() && self.body["fields"].is_array(), "{}", self.body);
        self
    }
}

/// One hash for everybody: making one takes tens of milliseconds on purpose.
fn hashed() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| web::signin::hash(PASSWORD).unwrap()).clone()
}

impl World {
    pub fn new() -> World {
        let (dir, target) = testing::asked_engine();
        World::on(dir, target)
    }

    fn on(dir: TempDir, target: db::Target) -> World {
        let clock = Clock::manual(Ms::parse("2026-11-16T07:30:00+08:00").unwrap());
        let app = App::open(Setup::new(target, dir.path(), clock.clone(), "test.xiaoan/log/2026", [7; 32])).unwrap();
        let web = Web::new(app.clone(), Config::plain("127.0.0.1:0".parse().unwrap())).unwrap();
        let router = web::router(web);
        let (ids, tokens) = (BTreeMap::new(), Mutex::default());
        let mut w = World { app, clock, router, ids, tokens, _dir: dir };
        w.unit("city", UnitKind::City, "吉林市教育局", None, 2202);
        w.unit("county", UnitKind::County, "昌邑区教育局", Some("city"), 220_202);
        w.unit("far_county", UnitKind::County, "桦甸市教育局", Some("city"), 220_282);
        w.unit("school", UnitKind::School, "江湾中学", Some("county"), 0);
        w.unit("far_school", UnitKind::School, "北山路小学", Some("far_county"), 0);
        w.unit("agency", UnitKind::Agency, "昌邑区市场监管局", Some("county"), 0);
        w.unit("dept", UnitKind::Department, "总务处", Some("school"), 0);
        w.place("stair", "school", PlaceKind::Stair, "3号楼东楼梯二层");
        w.place("boiler", "school", PlaceKind::Boiler, "锅炉房");
        w.place("far_gate", "far_school", PlaceKind::Gate, "大门");
        for (name, unit, roles) in [
            ("cityadmin", "city", &[Role::Admin][..]),
            ("auditor", "city", &[Role::Auditor]),
            ("officer", "county", &[Role::Officer]),
            ("deputy", "county", &[Role::BureauVice]),
            ("farofficer", "far_county", &[Role::Officer]),
            ("vice", "school", &[Role::Vice]),
            ("principal", "school", &[Role::Principal]),
            ("head", "school", &[Role::SafetyHead, Role::Teacher]),
            ("fixer", "school", &[Role::Fixer]),
            ("guard", "school", &[Role::Guard]),
            ("farhead", "far_school", &[Role::SafetyHead]),
            ("inspector", "agency", &[Role::Agency]),
        ] {
            w.person(name, unit, roles);
        }
        w
    }

    pub fn id(&self, name: &str) -> String {
        self.ids.get(name).unwrap_or_else(|| panic!("no {name} in this world")).to_string()
    }

    fn system<T: Send + 'static>(&self, job: impl Fn(&mut Cx<'_, '_>) -> base::Result<T> + Send + 'static) -> T {
        self.app.write(&Actor::system(), Meta::of("cli"), job).unwrap()
    }

    fn unit(&mut self, key: &'static str, kind: UnitKind, name: &str, parent: Option<&str>, county: i64) {
        let mut new = NewUnit::named(kind, name, parent.map(|p| self.ids[p]));
        new.short = name.chars().take(2).collect();
        new.county = (county != 0).then_some(county);
        let id = self.system(move |cx| unit::open(cx, &new));
        self.ids.insert(key, id);
    }

    fn place(&mut self, key: &'static str, unit: &str, kind: PlaceKind, name: &str) {
        let new = NewPlace { id: None, unit: self.ids[unit], parent: None, kind, name: name.into() };
        let id = self.system(move |cx| place::add(cx, &new));
        self.ids.insert(key, id);
    }

    fn person(&mut self, key: &'static str, unit: &str, roles: &'static [Role]) {
        let home = self.ids[unit];
        let new = NewPerson { id: None, unit: home, name: format!("{key}同志"), mobile: None };
        let hash = hashed();
        let id = self.system(move |cx| {
            let person = people::enter(cx, &new)?;
            login::create(cx, person, key, Some(&hash), false)?;
            for role in roles {
                let (title, from_on) = (None, None);
                post::give(cx, &NewPost { id: None, unit: home, person, role: *role, title, acting: false, from_on })?;
            }
            Ok(person)
        });
        self.ids.insert(key, id);
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

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status: parts.status, headers: parts.headers, bytes, body }
    }

    /// The token of somebody, signed in once.
    pub async fn token(&self, login: &str) -> String {
        if let Some(token) = self.tokens.lock().unwrap().get(login) {
            return token.clone();
        }
        let token = self.sign_in(login).await;
        self.tokens.lock().unwrap().insert(login.into(), token.clone());
        token
    }

    pub async fn sign_in(&self, login: &str) -> String {
        let reply = self.open(login, PASSWORD).await.ok();
        reply.body["token"].as_str().unwrap().to_string()
    }

    pub async fn open(&self, login: &str, password: &str) -> Reply {
        let body = json!({ "login": login, "password": password }).to_string();
        let request = Request::post("/api/v1/session").header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    pub async fn get(&self, login: &str, path: &str) -> Reply {
        self.request(login, "GET", path, &[], None).await
    }

    pub async fn post(&self, login: &str, path: &str, body: Value) -> Reply {
        self.request(login, "POST", path, &[], Some(body)).await
    }

    /// Below `/api/v1`, as somebody, with more headers.
    pub async fn request(
        &self,
        login: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let token = self.token(login).await;
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).unwrap()).await
    }

    /// A photo that differs by its number, stored as somebody; its hash.
    pub async fn photo(&self, login: &str, n: u8) -> String {
        let token = self.token(login).await;
        let request = Request::post("/api/v1/files")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "image/png")
            .body(Body::from(png(n)))
            .unwrap();
        let reply = self.send(request).await.ok();
        reply.body["hash"].as_str().unwrap().to_string()
    }

    pub async fn raise(&self, login: &str, what: &str) -> String {
        let body = json!({ "what": what, "place": self.id("stair"), "category": "fire" });
        self.post(login, "/hazards", body).await.ok().id()
    }

    /// Raised by the guard, graded and given to the electrician.
    pub async fn assigned(&self) -> String {
        let id = self.raise("guard", "疏散指示灯不亮").await;
        let body = json!({ "grade": "minor", "assignee": self.id("fixer") });
        self.post("head", &format!("/hazards/{id}/assign"), body).await.ok();
        id
    }
}

/// A picture of one colour.
pub fn png(n: u8) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(8, 8, image::Rgb([n, 40, 200])));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}
