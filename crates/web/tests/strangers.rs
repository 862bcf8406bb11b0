//! Every address of the door, read out of the pages' own lists of routes, asked for by those whom it does not concern:
//! nobody signed in, another county's officer, another school's safety head and teacher. What is not theirs is not there
//! (404), and nobody learns more without signing in. The API has its own walk (`api::acts`), with true bodies.

use std::path::Path;

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::world::{Browser, World};

/// A way in: method and address as the router has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Route {
    method: Verb,
    path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    Get,
    Post,
}

/// Open to everybody: the way in, the proof without personal data, what the browser and machines fetch.
/// The list may only shrink.
const OPEN: &[&str] = &[
    "/login",
    "/assets/{*path}",
    "/sw.js",
    "/manifest.webmanifest",
    "/healthz",
    "/readyz",
    "/metrics",
    "/tlog/checkpoint",
    "/tlog/witnessed",
    "/tlog/tile/{*path}",
    "/api/openapi.json",
    // Opened by the secret in it: a calendar signs in nowhere. A guess finds nothing (`duty`).
    "/feeds/{file}",
    // 举报: for everybody, where a bureau has opened it (`tip`); the receipt by its number of 80 bits.
    "/tips/new",
    "/tips/receipt",
    "/tips/proof",
    // 函: opened by the secret on the sheet, signed for once, on one device (`missive`). A guess finds nothing.
    "/a/{token}",
    "/a/{token}/answer",
];

/// Where somebody signed in gets another answer than 404 about what is not theirs, and why. The list may only shrink.
const TOLD: &[(&str, u16, &str)] = &[
    ("/clauses/{number}", 200, "the notice is everybody's"),
    ("/help/{topic}", 200, "so is help"),
    ("/q/{code}", 422, "a label hangs on a wall: whose it is, is said, and nothing else"),
    ("/journal/{number}", 403, "the log holds no personal data; whether an entry exists is no secret, its page is"),
];

/// Every `.route("…", …)` of the pages; a line of a comment is none.
fn routes() -> Vec<Route> {
    fn read(folder: &Path, out: &mut Vec<Route>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, out);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                for piece in line.split(".route(\"").skip(1) {
                    let (address, rest) = piece.split_once('"').unwrap();
                    for (word, method) in [("get(", Verb::Get), ("post(", Verb::Post), ("by(", Verb::Post)] {
                        if rest.contains(word) {
                            out.push(Route { method, path: address.into() });
                        }
                    }
                }
            }
        }
    }
    let mut out = Vec::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out.sort();
    out.dedup();
    out
}

/// What exists at the first school, by the route that shows it.
struct Things {
    hazard: String,
    check: String,
    school: String,
    person: String,
    post: String,
    place: String,
    code: String,
    photo: String,
    class: String,
    pupil: String,
    work: String,
    duty: String,
    resolution: String,
    waiver: String,
    text: String,
    notice: String,
    layer: String,
    support: String,
    visit: String,
    tip: String,
    alarm: String,
    message: String,
    channel: String,
    button: String,
    drill: String,
    building: String,
    movement: String,
    card: String,
    gathering: String,
    incident: String,
    clue: String,
    outside: String,
    draft: String,
    pack: String,
    time: String,
}

impl Things {
    async fn new(w: &World) -> Things {
        let hazard = w.raise("guard", "疏散指示灯不亮");
        let (place, now) = (w.stair, w.app.now());
        let check = w
            .by("head", move |cx| {
                let seen = safety::check::NewPlaceSeen { place, result: safety::check::Seen::Fine, seen_at: now };
                let new = safety::check::NewCheck {
                    id: None,
                    unit: None,
                    title: "十一月查楼".into(),
                    places: vec![seen],
                    with: vec![],
                    behalf: None,
                    note: None,
                    back_reason: None,
                };
                safety::check::record(cx, &new)
            })
            .unwrap();
        let code = w.system(move |cx| safety::org::place::load(cx, place)).unwrap().code;
        let (class, pupil) = w
            .by("head", |cx| {
                let new = safety::roll::NewClass { name: "七年级1班".into(), grade: 7, ..Default::default() };
                let class = safety::roll::open(cx, &new)?;
                let (name, boards, rides) = ("韩雨桐".into(), false, false);
                let new = safety::roll::pupil::NewPupil { id: None, class, name, boards, rides, from_on: None };
                Ok((class, safety::roll::pupil::enter(cx, &new)?))
            })
            .unwrap();
        let vice = w.people["vice"];
        let (work, duty, resolution) = w
            .by("head", move |cx| {
                let text = |t: &str| serde_json::Value::from(t);
                let task = safety::duty::resolution::NewResolution {
                    what: "换疏散指示灯".into(),
                    owner: vice,
                    due_on: cx.now.day(),
                    hazard: None,
                };
                let fields =
                    [("kind", text("regular")), ("chair", text(&vice.to_string())), ("problems", text("灯不亮"))];
                let new = safety::duty::NewWork {
                    form: "meeting".into(),
                    fields: fields.into_iter().map(|(k, v)| (k.to_string(), v)).collect(),
                    resolutions: vec![task],
                    ..Default::default()
                };
                let work = safety::duty::work::record(cx, &new)?;
                let view = safety::duty::work::view(cx, work)?;
                Ok((work, view.duties[0].id, view.resolutions[0].id))
            })
            .unwrap();
        let (text, layer) = w
            .by("head", |cx| {
                let new = safety::text::NewText {
                    kind: "hazard".into(),
                    body: "一、排查。".into(),
                    meeting: "校务会".into(),
                    ..Default::default()
                };
                let text = safety::text::adopt(cx, &new)?;
                let new = safety::notice::layer::NewLayer {
                    title: "扫雪".into(),
                    clause: "2.5".into(),
                    times: Some(1),
                    period: Some("week".into()),
                    ..Default::default()
                };
                Ok((text, safety::notice::layer::add(cx, &new)?))
            })
            .unwrap();
        let incident = w
            .by("head", |cx| {
                let told =
                    safety::incident::NewReport { what: Some("张福贵看见的".into()), ..Default::default() };
                let kind = Some(safety::incident::Kind::Hurt);
                safety::incident::report::report(
                    cx,
                    &safety::incident::NewIncident { kind, told, ..Default::default() },
                )
            })
            .unwrap()
            .to_string();
        let (city, county) = (w.city, w.county);
        let pack =
            w.by("cityofficer", move |cx| safety::pack::store::draft(cx, None, city, "春季口径")).unwrap().to_string();
        let snow = w.app.now().day().plus_days(2);
        let time = w
            .by("officer", move |cx| safety::pack::store::time::shut(cx, None, county, snow, snow, "大雪"))
            .unwrap()
            .to_string();
        let school = w.school;
        let (waiver, notice, support, visit) = w
            .by("officer", move |cx| {
                let new = safety::duty::waiver::NewWaiver {
                    unit: school,
                    entry: "mental.survey".into(),
                    from_on: cx.now.day(),
                    until_on: cx.now.day().plus_days(90),
                    reason: "校舍改建".into(),
                };
                let waiver = safety::duty::waiver::waive(cx, &new)?;
                let new = safety::notice::NewNotice {
                    id: None,
                    number: None,
                    title: "冬季专项".into(),
                    body: "查一遍。".into(),
                    clause: "2.6".into(),
                    kinds: vec![],
                    units: vec![],
                    figures: vec![],
                    category: None,
                    asks: vec![],
                    from_on: None,
                    due_on: cx.now.day().plus_days(9),
                };
                let notice = safety::notice::issue(cx, &new)?;
                let new = safety::support::NewSupport {
                    unit: Some(school),
                    reasons: "理由".into(),
                    plan: "计划".into(),
                    ..Default::default()
                };
                let support = safety::support::name(cx, &new)?;
                let (seen, advised) = ("看到".into(), "建议".into());
                let new = safety::support::NewVisit { unit: Some(school), seen, advised, ..Default::default() };
                Ok((waiver, notice, support, safety::support::record(cx, &new)?))
            })
            .unwrap();
        w.by("leader", |cx| safety::tip::gate(cx, true)).unwrap();
        let tip = w
            .system(move |cx| {
                let new = safety::tip::NewTip {
                    unit: school,
                    kind: "other".into(),
                    what: "校门口车多".into(),
                    happened_on: None,
                    contact: String::new(),
                };
                safety::tip::submit(cx, &new, "7KQ29MXTB4D8WVHR")
            })
            .unwrap();
        let (drill, gathering) = w
            .by("head", move |cx| {
                let today = cx.now.day();
                let new = safety::drill::NewDrill {
                    id: None,
                    unit: None,
                    title: "十一月演练".into(),
                    scenario: safety::drill::Scenario::Fire,
                    night: false,
                    told: true,
                    window_from: today,
                    window_until: today,
                    place: None,
                    edition: None,
                    roles: vec![],
                };
                let drill = safety::drill::plan(cx, &new)?;
                let text = || "写好了".to_string();
                let new = safety::movement::gathering::NewGathering {
                    id: None,
                    unit: None,
                    title: "冬季运动会".into(),
                    held_on: today.plus_days(9),
                    at: text(),
                    place: text(),
                    people: 100,
                    guests: 0,
                    lead: vice,
                    routes: text(),
                    posts: text(),
                    weather: text(),
                    emergency: text(),
                    outside: false,
                    movement: None,
                };
                Ok((drill, safety::movement::gathering::plan(cx, &new)?))
            })
            .unwrap();
        let (building, movement, card) = crate::movement::planned(w);
        let (alarm, channel, button, message) = told(w);
        let (clue, outside, draft) = doubted(w);
        Things {
            clue,
            outside,
            draft,
            tip: tip.to_string(),
            alarm,
            channel,
            button,
            message,
            drill: drill.to_string(),
            gathering: gathering.to_string(),
            building: building.to_string(),
            movement: movement.to_string(),
            card: card.to_string(),
            pack,
            incident,
            time,
            waiver: waiver.to_string(),
            text: text.to_string(),
            notice: notice.to_string(),
            layer: layer.to_string(),
            support: support.to_string(),
            visit: visit.to_string(),
            class: class.to_string(),
            pupil: pupil.to_string(),
            work: work.to_string(),
            duty: duty.to_string(),
            resolution: resolution.to_string(),
            hazard: hazard.to_string(),
            check: check.to_string(),
            school: w.school.to_string(),
            person: w.people["guard"].to_string(),
            post: w.actor("guard").post.unwrap().to_string(),
            place: w.stair.to_string(),
            photo: "ab".repeat(32),
            code,
        }
    }

    /// The route as an address of something that is there.
    fn address(&self, path: &str) -> String {
        let id = |path: &str| {
            let noun = path.trim_start_matches('/').split('/').next().unwrap();
            match noun {
                "hazards" | "records" => &self.hazard,
                "checks" => &self.check,
                "units" => &self.school,
                "persons" => &self.person,
                "posts" => &self.post,
                "places" => &self.place,
                "classes" => &self.class,
                "pupils" => &self.pupil,
                "duties" => &self.duty,
                "works" => &self.work,
                "resolutions" => &self.resolution,
                "packs" => &self.pack,
                "times" => &self.time,
                "waivers" => &self.waiver,
                "texts" => &self.text,
                "notices" => &self.notice,
                "layers" => &self.layer,
                "alarms" => &self.alarm,
                "messages" => &self.message,
                "channels" => &self.channel,
                "buttons" => &self.button,
                "incidents" if path.contains("/drafts/") => &self.draft,
                "incidents" => &self.incident,
                "clues" => &self.clue,
                "outside" => &self.outside,
                "supports" if path.contains("/visits/") => &self.visit,
                "supports" => &self.support,
                "tips" => &self.tip,
                "drills" => &self.drill,
                "gatherings" => &self.gathering,
                "movements" if path.contains("/buildings/") => &self.building,
                "movements" if path.contains("/cards/") => &self.card,
                // A run lives in memory for minutes: to strangers it is as absent as one that is over.
                "movements" => &self.movement,
                other => panic!("a new noun, {other}: say here what exists of it at the school"),
            }
            .clone()
        };
        if path == "/ledgers/{kind}/{period}" {
            return format!("/ledgers/day/2026-11-16?unit={}", self.school);
        }
        if path == "/duties/kinds/{entry}" {
            return format!("/duties/kinds/edu.topics?unit={}", self.school);
        }
        let mut out = path.to_string();
        if out.contains("{id}") {
            out = out.replace("{id}", &id(path));
        }
        for (name, value) in [
            ("{act}", if path.starts_with("/alarms") { "note" } else { "comment" }),
            ("{act}", if path.starts_with("/incidents") { "receive" } else { "comment" }),
            ("{serial}", "1"),
            ("{verb}", "check"),
            ("{other}", "builtin"),
            ("{kind}", "hazard"),
            ("{topic}", "problems"),
            ("{code}", self.code.as_str()),
            ("{hash}", self.photo.as_str()),
            ("{number}", if path.starts_with("/clauses") { "2.6" } else { "1" }),
        ] {
            out = out.replace(name, value);
        }
        assert!(!out.contains('{'), "{out}: say here what stands for it");
        if path.ends_with("/life") { format!("{out}?do=rename") } else { out }
    }
}

/// A clue of what stands on the police's list, the row itself, the draft of the alarm.
fn doubted(w: &World) -> (String, String, String) {
    let at = w.clock.now().plus(-48 * base::Ms::HOUR);
    let line =
        safety::outside::Line { at: 2, unit: "江湾中学".into(), happened_at: Some(at), ..Default::default() };
    w.by("officer", move |cx| {
        safety::outside::enter(cx, safety::outside::Source::Police, std::slice::from_ref(&line)).map(|p| p.entered)
    })
    .unwrap();
    w.clock.advance(20_000);
    safety::tick::run(&w.app).unwrap();
    w.by("officer", |cx| {
        let clue = safety::clue::desk::list(cx, Default::default(), None, 9)?.0.remove(0).clue.id;
        let outside = safety::outside::list(cx, None, 9)?.0.remove(0).id;
        let draft = safety::incident::draft::waiting(cx)?.remove(0).id;
        Ok((clue.to_string(), outside.to_string(), draft.to_string()))
    })
    .unwrap()
}

/// An alarm, a bot, a button, and what the safety head was told.
fn told(w: &World) -> (String, String, String, String) {
    use safety::kernel::outbox::Way;
    use safety::message::channel::{self, Carried, NewChannel};
    let carried = Carried { ways: vec![Way::WeCom], ..Carried::default() };
    w.system(move |cx| channel::carry(cx, &carried)).unwrap();
    let school = w.school;
    let (channel, button) = w
        .by("head", move |cx| {
            let address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1".into();
            let new = NewChannel { way: Some(Way::WeCom), address, ..NewChannel::default() };
            let button = safety::alarm::button::add(cx, school, None, "门卫室", "0123456789abcdef0123456789abcdef")?;
            Ok((channel::add(cx, Some(school), &new)?, button))
        })
        .unwrap();
    let alarm = w.by("guard", |cx| safety::alarm::raise::raise(cx, &Default::default())).unwrap();
    let message = w.by("head", |cx| Ok(safety::message::list(cx, None, 1)?.0.remove(0).id)).unwrap();
    (alarm.to_string(), channel.to_string(), button.to_string(), message.to_string())
}

async fn ask(browser: &mut Browser, things: &Things, route: &Route, address: &str) -> (StatusCode, String) {
    let page = match route.method {
        Verb::Get => browser.get(address).await,
        Verb::Post => {
            // What the forms of these addresses ask for, so that the right is what decides.
            let fields = [
                ("note", "说明"),
                ("name", "名称"),
                ("kind", "gate"),
                ("role", "teacher"),
                ("reason", "原因"),
                ("person", &things.person),
                ("parent", &things.school),
                ("into", &things.school),
            ];
            browser.post(address, &fields).await
        }
    };
    (page.status, page.text)
}

#[tokio::test]
async fn what_is_not_theirs_is_not_there_for_strangers() {
    let w = World::new();
    let things = Things::new(&w).await;
    let routes = routes();
    assert!(routes.len() >= 60, "only {} routes were found", routes.len());
    let mut used = Vec::new();
    for who in ["stranger", "farteacher", "farofficer"] {
        let mut browser = w.signed(who).await;
        for route in routes.iter().filter(|r| r.path.contains('{') && !OPEN.contains(&r.path.as_str())) {
            let address = things.address(&route.path);
            let leaves = w.leaves();
            let (status, text) = ask(&mut browser, &things, route, &address).await;
            let told = TOLD.iter().find(|(path, ..)| *path == route.path);
            used.extend(told.map(|(path, ..)| *path));
            let expected = told.map_or(404, |(_, status, _)| *status);
            assert_eq!(status.as_u16(), expected, "{who} {route:?}: {text}");
            assert_eq!(w.leaves(), leaves, "{who} {route:?} left a leaf");
            if !matches!(route.path.as_str(), "/q/{code}") {
                for secret in
                    ["疏散指示灯", "江湾中学", "张福贵", "十一月查楼", "韩雨桐", "冬季专项", "十一月演练", "冬季运动会"]
                {
                    assert!(!text.contains(secret), "{who} {route:?} tells {secret}");
                }
            }
        }
    }
    for (path, ..) in TOLD {
        assert!(used.contains(path), "{path} is an exception that is not needed any more");
    }
}

#[tokio::test]
async fn lists_of_strangers_hold_nothing_of_others() {
    let w = World::new();
    let things = Things::new(&w).await;
    for who in ["stranger", "farteacher", "farofficer"] {
        let mut browser = w.signed(who).await;
        let plain = routes().into_iter().filter(|r| r.method == Verb::Get && !r.path.contains('{'));
        // A live stream does not end; the parts are shown with samples.
        for route in plain.filter(|r| !["/live", "/_parts"].contains(&r.path.as_str())) {
            let (status, text) = ask(&mut browser, &things, &route, &route.path).await;
            assert!(!status.is_server_error(), "{who} {route:?}: {text}");
            for secret in [
                "疏散指示灯",
                "江湾中学",
                "张福贵",
                "十一月查楼",
                things.hazard.as_str(),
                things.person.as_str(),
                things.incident.as_str(),
            ] {
                assert!(!text.contains(secret), "{who} {route:?} tells {secret}");
            }
        }
        for of in [
            "/units?of=",
            "/hazards?unit=",
            "/checks?unit=",
            "/incidents?unit=",
            "/incidents/new?unit=",
            "/hazards/coverage?unit=",
            "/hazards/stats?unit=",
            "/board?unit=",
        ] {
            let page = browser.get(&format!("{of}{}", things.school)).await;
            for secret in ["疏散指示灯", "江湾中学", "张福贵", "十一月查楼", "韩雨桐", "冬季专项"]
            {
                assert!(!page.text.contains(secret), "{who} {of} tells {secret}");
            }
        }
        let found = browser.get("/search?q=%E6%B1%9F%E6%B9%BE").await;
        assert!(!found.text.contains("江湾中学"), "{who} finds a foreign school");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_asked_to_sign_in_and_learns_nothing() {
    let w = World::new();
    let things = Things::new(&w).await;
    crate::tlog::witnessed(&w);
    for route in routes().iter().filter(|r| !OPEN.contains(&r.path.as_str())) {
        let address = things.address(&route.path);
        let mut browser = w.browser();
        let page = match route.method {
            Verb::Get => browser.get(&address).await,
            Verb::Post => browser.post_raw(&address, &[("note", "说明")], &[]).await,
        };
        match route.method {
            Verb::Get => {
                assert_eq!(page.status, StatusCode::SEE_OTHER, "{route:?}: {}", page.text);
                assert!(page.location().starts_with("/login?next="), "{route:?}: {}", page.location());
            }
            Verb::Post => assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{route:?}: {}", page.text),
        }
        let json = browser.ask(Method::GET, &address, &[("accept", "application/json")], Body::empty()).await;
        let expected = if route.method == Verb::Get { &[401][..] } else { &[401, 405][..] };
        assert!(expected.contains(&json.status.as_u16()), "{route:?}: {}", json.text);
    }
    // A proof without its number is none.
    let plain = |path: &&&str| !path.contains('{') && !path.starts_with("/metrics") && **path != "/tips/proof";
    for open in OPEN.iter().filter(plain) {
        let page = w.browser().get(open).await;
        assert_eq!(page.status, StatusCode::OK, "{open} is not open any more: take it out of the list");
        assert!(!page.text.contains("江湾中学"), "{open}");
    }
}
