//! Alarms, messages, channels, tips, missives, clues, absences and lists of other offices over JSON (notice 1.2, 5.2): a
//! part of the walk over every operation.

use safety::kernel::outbox::Way;
use safety::message::channel::{self, Carried};
use safety::tip::{self, NewTip};
use safety::{Actor, Meta};
use serde_json::{Value, json};

use super::Walk;

async fn alarms(walk: &mut Walk<'_>) -> String {
    let w = walk.w;
    let class = json!({ "name": "八年级3班", "grade": 8, "serial": 3, "pupils": 40 });
    let class = w.post("head", "/classes", class).await.ok().id();
    let id = walk.act("guard", "POST", "/alarms", "", json!({ "place": w.id("stair") })).await.id();
    let again = w.post("head", "/alarms", json!({})).await.ok();
    assert_eq!((again.id(), again.status.as_u16(), &again.body["told"]), (id.clone(), 201, &json!(true)));
    let on = |act: &str| format!("/alarms/{{id}}/{act}");
    let own = w.post("guard", &format!("/alarms/{id}/acknowledge"), json!({})).await;
    own.problem(422, "pack_forbids");
    walk.act("officer", "POST", &on("acknowledge"), &id, json!({})).await;
    walk.act("officer", "POST", &on("note"), &id, json!({ "note": "已派人去" })).await;
    walk.act("head", "POST", &on("arrive"), &id, json!({})).await;
    walk.act("head", "POST", &on("account"), &id, json!({ "class": class, "here": "missing", "missing": 2 })).await;
    let bare = w.post("head", &format!("/alarms/{id}/end"), json!({})).await.problem(422, "invalid");
    assert_eq!(bare.fields(), ["note", "outcome"]);
    walk.act("head", "POST", &on("end"), &id, json!({ "outcome": "real", "note": "已处理" })).await;
    let view = walk.read("officer", "/alarms/{id}", &id).await;
    assert_eq!((&view.body["state"], &view.body["outcome"]), (&json!("ended"), &json!("real")));
    assert_eq!(view.body["acts"], json!(["note"]));
    let there = view.body["classes"].as_array().unwrap().iter().find(|c| c["class"] == json!(class)).unwrap().clone();
    assert_eq!((&there["here"], &there["missing"]), (&json!("missing"), &json!(2)));
    assert_eq!(view.body["count"]["pupils_missing"], 2);
    let acts: Vec<&str> = view.body["steps"].as_array().unwrap().iter().filter_map(|s| s["act"].as_str()).collect();
    assert_eq!(acts.len(), 6, "raise, again, acknowledge, note, arrive, end: {acts:?}");
    assert_eq!(walk.read("officer", "/alarms", "").await.body["items"][0]["id"], id);

    let test = w.post("head", "/alarms", json!({ "test": true })).await.ok().id();
    w.post("officer", &format!("/alarms/{test}/acknowledge"), json!({})).await.ok();
    let tests = w.get("officer", "/alarms?tests=true").await.ok();
    assert_eq!((&tests.body["items"][0]["id"], &tests.body["items"][0]["outcome"]), (&json!(test), &json!("test")));
    assert!(w.get("farofficer", "/alarms").await.ok().body["items"].as_array().unwrap().is_empty());
    id
}

/// Marking as read and trying again are no records: they leave no leaf.
async fn unrecorded(walk: &mut Walk<'_>, login: &str, path: &str, id: &str, body: Value) -> Value {
    walk.strangers("POST", path, id, Some(&body)).await;
    let reply = walk.w.post(login, &path.replace("{id}", id), body).await.ok();
    walk.made.insert(("post".into(), format!("/api/v1{path}")));
    reply.body
}

/// Buttons, the police desk, and how the schools stand.
async fn buttons(walk: &mut Walk<'_>) {
    let w = walk.w;
    let (school, county) = (w.id("school"), w.id("county"));
    let on = |unit: &str, what: &str| format!("/units/{unit}/{what}");
    let key = [("idempotency-key", "0190d3b2-1111-7000-8000-0000000000b1")];
    let body = json!({ "name": "门卫室", "place": null });
    w.post("farhead", &on(&school, "buttons"), body.clone()).await.problem(404, "not_found");
    let first = w.request("head", "POST", &on(&school, "buttons"), &key, Some(body.clone())).await.ok();
    assert_eq!(first.body["address"].as_str().map(str::len), Some(32));
    let twice = w.request("head", "POST", &on(&school, "buttons"), &key, Some(body.clone())).await.ok();
    assert_eq!((twice.id(), &twice.body["address"]), (first.id(), &Value::Null), "the address is kept nowhere");
    let id = walk.act("head", "POST", "/units/{id}/buttons", &school, body).await.id();
    let listed = walk.read("head", "/units/{id}/buttons", &school).await;
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 2);
    walk.act("head", "POST", "/buttons/{id}/end", &id, json!({})).await;
    let agency = json!({ "agency": w.id("agency") });
    walk.act("officer", "POST", "/units/{id}/police", &county, agency).await;
    walk.act("officer", "POST", "/units/{id}/police", &county, json!({ "agency": null })).await;
    let schools = walk.read("officer", "/alarms/schools", "").await;
    assert_eq!((&schools.body["built"], &schools.body["linked"]), (&json!(1), &json!(0)));
    assert_eq!(schools.body["schools"].as_array().unwrap().last().unwrap()["unit"], json!(school));
}

async fn messages(walk: &mut Walk<'_>, alarm: &str) {
    let w = walk.w;
    let listed = walk.read("officer", "/messages", "").await;
    let of_alarm = listed.body["items"].as_array().unwrap().iter().find(|m| m["subject"] == alarm).unwrap().clone();
    assert_eq!((&of_alarm["noun"], &of_alarm["read_at"]), (&json!("alarm"), &Value::Null));
    let one = of_alarm["id"].as_str().unwrap();
    w.post("head", &format!("/messages/{one}/read"), json!({})).await.problem(404, "not_found");
    unrecorded(walk, "officer", "/messages/{id}/read", one, json!({})).await;
    let again = w.get("officer", "/messages").await.ok();
    let of_alarm = again.body["items"].as_array().unwrap().iter().find(|m| m["id"] == one).unwrap().clone();
    assert!(of_alarm["read_at"].is_string());
    unrecorded(walk, "officer", "/messages/read", "", json!({})).await;
    assert_eq!(w.post("officer", "/messages/read", json!({})).await.ok().body["read"], 0);

    let carried = Carried { ways: vec![Way::Mail, Way::WeCom], ..Carried::default() };
    w.app.write(&Actor::system(), Meta::of("cli"), move |cx| channel::carry(cx, &carried)).unwrap();
    let mail = json!({ "way": "mail", "address": "zhang@school.example" });
    let own = walk.act("head", "POST", "/channels", "", mail.clone()).await.id();
    assert_eq!(w.post("head", "/channels", mail).await.ok().id(), own, "the same far side is the same channel");
    let listed = walk.read("head", "/channels", "").await;
    assert_eq!(listed.body["items"][0]["host"], "school.example");
    assert!(!String::from_utf8_lossy(&listed.bytes).contains("zhang@"), "an address is never said again");
    unrecorded(walk, "head", "/channels/{id}/test", &own, json!({})).await;
    w.post("head", &format!("/channels/{own}/test"), json!({})).await.problem(429, "too_many");
    let bot = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1";
    let bot = json!({ "unit": w.id("school"), "way": "wecom", "address": bot });
    let bot = w.post("head", "/channels", bot).await.ok().id();
    let of_unit = w.get("head", &format!("/channels?unit={}", w.id("school"))).await.ok();
    assert_eq!(of_unit.body["items"][0]["id"], bot);
    assert!(!String::from_utf8_lossy(&of_unit.bytes).contains("key=1"));
    w.get("farofficer", &format!("/channels?unit={}", w.id("school"))).await.problem(404, "not_found");
    let foreign = json!({ "way": "mail", "address": "nobody" });
    assert_eq!(w.post("head", "/channels", foreign).await.problem(422, "invalid").fields(), ["address"]);

    // A test that no gateway takes for three days is dead.
    w.post("head", &format!("/channels/{bot}/test"), json!({})).await.ok();
    w.clock.advance(4 * 86_400_000);
    w.app.write(&Actor::system(), Meta::of("tick"), safety::message::sweep).unwrap();
    let dead = walk.read("head", "/messages/dead", "").await;
    let line = dead.body["items"].as_array().unwrap().iter().find(|l| l["way"] == "wecom").unwrap().clone();
    assert_eq!((&line["state"], &line["outcome"]), (&json!("dead"), &json!("too_old")));
    unrecorded(walk, "head", "/messages/dead/{id}/again", line["id"].as_str().unwrap(), json!({})).await;
    walk.act("head", "POST", "/channels/{id}/end", &own, json!({})).await;
}

async fn tips(walk: &mut Walk<'_>) {
    let w = walk.w;
    assert_eq!(walk.read("officer", "/tips/gate", "").await.body["open"], false);
    let opened = walk.act("deputy", "POST", "/tips/gate", "", json!({ "open": true })).await;
    assert!(opened.body["since_at"].is_string());
    let new = NewTip {
        unit: w.ids["school"],
        kind: "injury".into(),
        what: "有学生摔伤".into(),
        happened_on: None,
        contact: "13900000000".into(),
    };
    let job = move |cx: &mut safety::Cx<'_, '_>| tip::submit(cx, &new, "code");
    let id = w.app.write(&Actor::system(), Meta::of("tip"), job).unwrap().to_string();
    w.get("head", "/tips").await.problem(403, "no_right");
    w.get("principal", &format!("/tips/{id}")).await.problem(404, "not_found");
    assert_eq!(walk.read("officer", "/tips?state=new", "").await.body["items"][0]["id"], id);
    walk.act("officer", "POST", "/tips/{id}/take", &id, json!({})).await;
    assert_eq!(walk.read("officer", "/tips/{id}", &id).await.body["contact"], "13900000000");
    let close = json!({ "outcome": "dealt", "answer": "已处理" });
    walk.act("officer", "POST", "/tips/{id}/close", &id, close).await;
    let closed = w.get("officer", &format!("/tips/{id}")).await.ok();
    assert_eq!((&closed.body["state"], &closed.body["contact"]), (&json!("closed"), &Value::Null));
}

async fn missives(walk: &mut Walk<'_>) {
    let w = walk.w;
    let id = w.raise("guard", "门口摊点堵路").await;
    w.post("head", &format!("/hazards/{id}/grade"), json!({ "grade": "minor" })).await.ok();
    w.post("head", &format!("/hazards/{id}/report"), json!({ "note": "学校办不了" })).await.ok();
    let body = json!({ "hazard": id });
    w.post("officer", "/missives", body.clone()).await.problem(409, "wrong_state");
    w.post("officer", &format!("/hazards/{id}/transfer"), json!({ "to": w.id("agency") })).await.ok();
    w.post("farofficer", "/missives", body.clone()).await.problem(404, "not_found");
    w.get("farhead", &format!("/missives?hazard={id}")).await.problem(404, "not_found");
    walk.act("officer", "POST", "/missives", "", body.clone()).await;
    w.clock.advance(1_000);
    let key = [("idempotency-key", "0190d3b2-1111-7000-8000-0000000000a1")];
    let first = w.request("officer", "POST", "/missives", &key, Some(body.clone())).await.ok();
    let link = first.body["link"].as_str().unwrap().to_string();
    assert!(link.starts_with("/a/") && link.len() == 35);
    let twice = w.request("officer", "POST", "/missives", &key, Some(body)).await.ok();
    assert_eq!((twice.id(), &twice.body["link"]), (first.id(), &Value::Null), "the link is kept nowhere");
    let listed = walk.read("head", &format!("/missives?hazard={id}"), "").await;
    let stands: Vec<&str> =
        listed.body["items"].as_array().unwrap().iter().filter_map(|m| m["stand"].as_str()).collect();
    assert_eq!(stands, ["waiting", "revoked"]);
    assert!(!String::from_utf8_lossy(&listed.bytes).contains(&link[3..]));
}

async fn clues(walk: &mut Walk<'_>) {
    let w = walk.w;
    let class = json!({ "name": "八年级4班", "grade": 8, "serial": 4, "pupils": 30 });
    let class = w.post("head", "/classes", class).await.ok().id();
    let line = json!({ "class": class, "counts": { "fever": 1 } });
    walk.act("head", "POST", "/absences", "", line.clone()).await;
    let leaves = w.leaves();
    w.post("head", "/absences", line).await.ok();
    assert_eq!(w.leaves(), leaves, "the same line again changes nothing");
    let most = json!({ "class": class, "counts": { "fever": 31 } });
    assert_eq!(w.post("head", "/absences", most).await.problem(422, "invalid").fields(), ["fever", "counts"]);
    let day = walk.read("officer", &format!("/absences?unit={}", w.id("school")), "").await;
    let told = day.body["items"].as_array().unwrap().iter().find(|c| c["class"] == json!(class)).unwrap().clone();
    assert_eq!((&told["line"]["counts"]["fever"], &told["lines"]), (&json!(1), &json!(1)));
    w.get("farofficer", &format!("/absences?unit={}", w.id("school"))).await.problem(404, "not_found");

    let at = w.app.now().plus(-30 * 86_400_000).rfc3339();
    let row =
        |unit: &str, number: &str| json!({ "unit": unit, "happened_at": at, "what": "学生打架", "number": number });
    let list =
        json!({ "source": "police", "rows": [row("江湾中学", "1"), row("江湾中学", "1"), row("没有的学校", "2")] });
    let tried = unrecorded(walk, "officer", "/outside/try", "", list.clone()).await;
    assert_eq!((&tried["entered"], &tried["same"]), (&json!(1), &json!(1)));
    assert_eq!((&tried["faults"][0]["row"], &tried["faults"][0]["field"]), (&json!(3), &json!("unit")));
    assert_eq!(w.post("officer", "/outside", list).await.problem(422, "invalid").fields(), ["rows[2].unit"]);
    w.get("head", "/outside").await.problem(403, "no_right");
    let list = json!({ "source": "police", "rows": [row("江湾中学", "1"), row("江湾中学", "3")] });
    assert_eq!(walk.act("officer", "POST", "/outside", "", list.clone()).await.body["entered"], 2);
    assert_eq!(w.post("officer", "/outside", list).await.ok().body["same"], 2);
    let listed = walk.read("officer", "/outside", "").await;
    let twice = listed.body["items"][0]["id"].as_str().unwrap().to_string();
    walk.act("officer", "POST", "/outside/{id}/void", &twice, json!({ "reason": "重复" })).await;

    // The program looks at what has ripened: the police know of something that nobody reported.
    w.clock.advance(60_000);
    safety::tick::run(&w.app).unwrap();
    let found = walk.read("officer", "/clues?open=true", "").await;
    let of_list = |c: &&Value| c["noun"] == "outside";
    let clue =
        found.body["items"].as_array().unwrap().iter().find(of_list).unwrap()["id"].as_str().unwrap().to_string();
    let seen = walk.read("officer", "/clues/{id}", &clue).await;
    assert_eq!((&seen.body["rule"], &seen.body["traces"][0]["says"]), (&json!("unreported"), &json!("police")));
    assert_eq!((&seen.body["may_settle"], &seen.body["waits"]), (&json!(true), &json!(true)));
    let confirmed = json!({ "outcome": "confirmed", "verdict": "omitted", "reason": "没有报" });
    let early = w.post("officer", &format!("/clues/{clue}/settle"), confirmed.clone()).await;
    early.problem(409, "wrong_state");
    walk.act("head", "POST", "/clues/{id}/explain", &clue, json!({ "explanation": "当天已调解" })).await;
    w.post("head", &format!("/clues/{clue}/settle"), confirmed.clone()).await.problem(403, "no_right");
    walk.act("officer", "POST", "/clues/{id}/settle", &clue, confirmed).await;
    let closed = w.get("officer", "/clues?open=false&fault=omitted").await.ok();
    assert_eq!(
        (&closed.body["items"][0]["id"], &closed.body["items"][0]["verdict"]),
        (&json!(clue), &json!("omitted"))
    );
    let sources = walk.read("officer", "/clues/sources", "").await;
    let named = |code: &str| sources.body["items"].as_array().unwrap().iter().find(|s| s["code"] == code).cloned();
    assert_eq!((named("outside").unwrap()["n"].as_i64(), named("bus").unwrap()["n"].as_i64()), (Some(2), None));
}

/// 紧急通知: the addressee's ladder stands on its first rung.
async fn urged(walk: &mut Walk<'_>) {
    let due = walk.w.app.now().day().to_string();
    let body = json!({ "title": "暴雪预警", "body": "停课。", "clause": "1.2", "due_on": due, "urgent": true });
    let notice = walk.act("officer", "POST", "/notices", "", body).await.id();
    let view = walk.read("officer", "/notices/{id}", &notice).await;
    assert_eq!(view.body["ladders"][0]["rung"], 1);
}

pub(super) async fn walk(walk: &mut Walk<'_>) {
    urged(walk).await;
    let alarm = alarms(walk).await;
    buttons(walk).await;
    messages(walk, &alarm).await;
    tips(walk).await;
    missives(walk).await;
    clues(walk).await;
}
