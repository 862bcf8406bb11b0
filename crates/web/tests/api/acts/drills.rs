//! Drills, timetables, guard posts and large events over JSON (notice 3.5, 2.5).

use safety::movement::{self, Go, NewBuilding, NewPlan, Stage, posts};
use safety::org::login;
use safety::{Actor, Meta};
use serde_json::{Value, json};

use super::super::world::World;
use super::Walk;

/// A small school with one timetable, made by its safety head as the page would.
fn planned(w: &World) -> String {
    let actor: Actor = w.app.read(&Actor::system(), |cx| login::actor_of(cx, "head", None)).unwrap();
    let simple: movement::Simple = serde_json::from_value(json!({
        "houses": [{ "name": "A", "floors": "2", "stairs": [{ "width": "1.5", "exit": "1.4" }] }],
        "gates": [{ "name": "东门" }],
        "rooms": [{ "floor": "1", "class": "1-1", "pupils": "30" }, { "floor": "2", "class": "2-1", "pupils": "30" }],
    }))
    .unwrap();
    let judged = movement::judge("x", &NewBuilding { simple: Some(simple), ..NewBuilding::default() }).unwrap();
    let building = w.app.write(&actor, Meta::of("web"), move |cx| movement::enter(cx, None, &judged)).unwrap();
    let doc = w.app.read(&actor, move |cx| movement::building_of(cx, building)).unwrap().doc;
    let mut go = |p: movement::Progress| if p.stage == Stage::Timetable { Go::Enough } else { Go::On };
    let made = movement::reckon(&doc, None, &mut go).unwrap().unwrap();
    let kind = movement::Kind::Dismissal;
    let new = NewPlan { id: None, building, kind, title: "错时放学".into(), note: None };
    w.app.write(&actor, Meta::of("web"), move |cx| movement::store(cx, &new, &made)).unwrap().to_string()
}

async fn drilled(walk: &mut Walk<'_>) {
    let w = walk.w;
    let today = w.app.now().day();
    let body = |scenario: &str| {
        json!({ "title": "疏散演练", "scenario": scenario, "window_from": today.to_string(),
            "window_until": today.plus_days(9).to_string(),
            "roles": [{ "part": "commander", "person": w.id("principal") }] })
    };
    let id = walk.act("head", "POST", "/drills", "", body("quake")).await.id();
    walk.act("head", "POST", "/drills/{id}/start", &id, json!({})).await;
    walk.act("head", "POST", "/drills/{id}/leave", &id, json!({})).await;
    walk.act("head", "POST", "/drills/{id}/muster", &id, json!({})).await;
    let view = walk.read("head", "/drills/{id}", &id).await;
    let lines: Vec<String> =
        view.body["classes"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().into()).collect();
    for line in &lines {
        let body = json!({ "line": line, "out": 30, "seconds": 90, "cover_s": 6 });
        walk.act("fixer", "POST", "/drills/{id}/call", &id, body).await;
    }
    walk.act("head", "POST", "/drills/{id}/finish", &id, json!({})).await;
    let review = json!({ "process": "先掩护再撤离", "plan_fit": "good", "staff_fit": "fair", "practised": ["cover"],
        "problems": "一班慢", "improvements": [{ "what": "再练一次", "owner": w.id("head"), "due_on": today.to_string() }] });
    walk.act("head", "POST", "/drills/{id}/review", &id, review).await;
    let view = walk.read("officer", "/drills/{id}", &id).await;
    assert_eq!((view.body["state"].as_str(), view.body["out_s"].as_i64()), (Some("done"), Some(90)));
    assert_eq!(view.body["guide_s"], 120);
    walk.act("head", "POST", "/drills/{id}/drop", &id, json!({ "reason": "记错了" })).await;
    let paper = walk.act("head", "POST", "/drills", "", body("fire")).await.id();
    let said = json!({ "started_at": w.app.now().rfc3339(), "expected": 60, "out": 60, "out_s": 140 });
    walk.act("head", "POST", "/drills/{id}/paper", &paper, said).await;
    let listed = walk.read("officer", "/drills", "").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 2);
    let bad = w.post("head", "/drills", json!({ "title": "x", "scenario": "alien" })).await;
    assert_eq!(bad.problem(422, "invalid").fields(), ["scenario"]);
}

async fn moved(walk: &mut Walk<'_>) {
    let w = walk.w;
    let id = planned(w);
    walk.act("head", "POST", "/movements/{id}/ask", &id, json!({})).await;
    walk.act("vice", "POST", "/movements/{id}/give_back", &id, json!({ "reason": "一年级先走" })).await;
    walk.act("head", "POST", "/movements/{id}/ask", &id, json!({})).await;
    walk.act("vice", "POST", "/movements/{id}/approve", &id, json!({})).await;
    let view = walk.read("officer", "/movements/{id}", &id).await;
    assert_eq!(view.body["state"], "approved");
    assert_eq!(view.body["doc"]["classes"].as_array().unwrap().len(), 2);
    assert!(view.body["floor_s"].as_i64().unwrap() > 0);
    walk.read("officer", "/movements", "").await;
    walk.act("head", "POST", "/movements/{id}/end", &id, json!({})).await;

    let actor: Actor = w.app.read(&Actor::system(), |cx| login::actor_of(cx, "head", None)).unwrap();
    let (person, substitute) = (w.ids["fixer"], Some(w.ids["guard"]));
    let list: Vec<posts::NewPost> = (1..=7)
        .map(|weekday| posts::NewPost {
            weekday,
            place: "东楼梯".into(),
            task: None,
            at: "11:30".into(),
            person,
            substitute,
        })
        .collect();
    w.app.write(&actor, Meta::of("web"), move |cx| posts::set_posts(cx, None, &list)).unwrap();
    let listed = walk.read("head", "/movements/posts", "").await;
    let post = listed.body["items"][0]["id"].clone();
    walk.act("fixer", "POST", "/movements/posts", "", json!({ "post": post, "stood": "substituted" })).await;
    let again = w.get("head", "/movements/posts").await.ok();
    assert_eq!(again.body["items"][0]["stood"], "substituted");
}

/// A school entered, reckoned and published by a program: the run is looked at until its timetable is stored.
async fn reckoned(walk: &mut Walk<'_>) {
    let w = walk.w;
    let house = json!({ "name": "1号", "floors": 2, "corridor_length": "62步",
        "stairs": [{ "name": "东", "width": "1.5", "exit": "1.4" }, { "name": "西", "width": "1.5", "exit": "1.4" }] });
    let room = |n: i64| json!({ "floor": 1 + n % 2, "class": format!("7-{n}"), "grade": 7, "pupils": 40 });
    let rooms: Vec<Value> = (1..=4).map(room).collect();
    let body = json!({ "houses": [house], "gates": [{ "name": "大门" }], "rooms": rooms });
    let building = walk.act("head", "POST", "/buildings", "", body.clone()).await.id();
    let view = walk.read("officer", "/buildings/{id}", &building).await;
    assert_eq!((view.body["classes"].as_i64(), view.body["edition"].as_i64()), (Some(4), Some(2)));
    assert_eq!(view.body["document"]["format"], "xiaoan-crowd/1");
    let mut bad = body;
    bad["rooms"][0]["pupils"] = json!(0);
    w.post("head", "/buildings", bad).await.problem(422, "invalid");
    let asked = json!({ "kind": "dismissal", "title": "冬季错时放学", "bell": "25:00" });
    let wrong = w.post("head", &format!("/buildings/{building}/reckon"), asked).await;
    assert_eq!(wrong.problem(422, "invalid").fields(), ["bell"]);

    let asked = |title: &str| json!({ "kind": "dismissal", "title": title, "bell": "11:30" });
    let run = walk.said("head", "POST", "/buildings/{id}/reckon", &building, asked("不要")).await.id();
    walk.said("head", "POST", "/runs/{id}/cancel", &run, json!({})).await;
    assert_eq!(ended(w, &run).await["state"], "cancelled");
    let run = walk.said("head", "POST", "/buildings/{id}/reckon", &building, asked("冬季错时放学")).await.id();
    walk.said("head", "POST", "/runs/{id}/enough", &run, json!({})).await;
    walk.read("head", "/runs/{id}", &run).await;
    let run = ended(w, &run).await;
    assert_eq!((run["state"].as_str(), run["title"].as_str()), (Some("stored"), Some("冬季错时放学")));
    let plan = run["movement"].as_str().unwrap().to_string();
    let view = walk.read("head", "/movements/{id}", &plan).await;
    assert_eq!((view.body["doc"]["bell_s"].as_i64(), view.body["state"].as_str()), (Some(41_400), Some("draft")));

    let cards = walk.read("head", "/movements/{id}/cards", &plan).await;
    // Two flights, two exits, a gate.
    assert_eq!(cards.body["items"].as_array().unwrap().len(), 5);
    let card = cards.body["items"][0]["id"].as_str().unwrap().to_string();
    walk.act("head", "POST", "/cards/{id}/place", &card, json!({})).await;
    walk.act("head", "POST", "/movements/{id}/ask", &plan, json!({})).await;
    walk.act("vice", "POST", "/movements/{id}/approve", &plan, json!({})).await;
    walk.act("head", "POST", "/cards/{id}/use", &card, json!({})).await;
    let cards = w.get("head", &format!("/movements/{plan}/cards")).await.ok();
    assert_eq!(cards.body["items"][0]["used_on"], w.app.now().day().to_string());
}

/// A run when it has ended.
async fn ended(w: &World, run: &str) -> Value {
    for _ in 0..600 {
        let seen = w.get("head", &format!("/runs/{run}")).await.ok().body;
        if seen["state"] != "running" {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the run did not end");
}

async fn gathered(walk: &mut Walk<'_>) {
    let w = walk.w;
    let on = w.app.now().day().plus_days(12).to_string();
    let body: Value = json!({ "title": "运动会", "held_on": on, "at": "8:00", "place": "操场", "people": 500,
        "guests": 20, "lead": w.id("vice"), "routes": "东进西出", "posts": "楼梯口一人", "weather": "雨天改期",
        "emergency": "校医在场" });
    let id = walk.act("head", "POST", "/gatherings", "", body.clone()).await.id();
    walk.act("head", "POST", "/gatherings/{id}/ask", &id, json!({})).await;
    walk.act("vice", "POST", "/gatherings/{id}/give_back", &id, json!({ "reason": "写清路线" })).await;
    let mut mended = body.clone();
    mended["routes"] = json!("东门进、西门出，看台按班");
    walk.act("head", "POST", "/gatherings/{id}", &id, mended).await;
    assert_eq!(walk.read("head", "/gatherings/{id}", &id).await.body["routes"], "东门进、西门出，看台按班");
    walk.act("head", "POST", "/gatherings/{id}/ask", &id, json!({})).await;
    walk.act("vice", "POST", "/gatherings/{id}/approve", &id, json!({})).await;
    assert_eq!(walk.read("head", "/gatherings/{id}", &id).await.body["state"], "upward");
    walk.act("officer", "POST", "/gatherings/{id}/approve", &id, json!({})).await;
    assert_eq!(walk.read("officer", "/gatherings/{id}", &id).await.body["state"], "approved");
    walk.read("officer", "/gatherings", "").await;
    let other = walk.act("head", "POST", "/gatherings", "", body).await.id();
    walk.act("head", "POST", "/gatherings/{id}/cancel", &other, json!({ "reason": "改到春天" })).await;
}

pub(super) async fn walk(walk: &mut Walk<'_>) {
    drilled(walk).await;
    moved(walk).await;
    reckoned(walk).await;
    gathered(walk).await;
}
