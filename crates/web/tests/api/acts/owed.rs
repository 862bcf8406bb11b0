//! Duties, filled forms, resolutions, waivers, board and ledger over JSON: a part of the walk over every operation.

use serde_json::{Value, json};

use super::super::world::World;
use super::Walk;

/// A meeting's form: who chaired, what was wrong.
fn meeting(w: &World, problems: &str) -> Value {
    json!({ "kind": "regular", "chair": w.id("vice"), "problems": problems })
}

pub(super) async fn walk(walk: &mut Walk<'_>) {
    let w = walk.w;
    let school = w.id("school");
    let today = w.app.now().day();
    let task = json!([{ "what": "换灯", "owner": w.id("vice"), "due_on": today.to_string() }]);
    let body = json!({ "form": "meeting", "fields": meeting(w, "灯不亮"), "resolutions": task });
    let work = walk.act("head", "POST", "/works", "", body).await.id();
    let view = walk.read("officer", "/works/{id}", &work).await;
    let duty = view.body["duties"][0]["id"].as_str().unwrap().to_string();
    let task = view.body["resolutions"][0]["id"].as_str().unwrap().to_string();
    assert_eq!(walk.read("head", "/works", "").await.body["items"][0]["id"], work);
    assert_eq!(walk.read("vice", "/resolutions", "").await.body["items"][0]["id"], task);
    walk.act("vice", "POST", "/resolutions/{id}/settle", &task, json!({ "state": "done" })).await;

    walk.act("vice", "POST", "/duties/{id}/check", &duty, json!({})).await;
    let own = w.post("vice", &format!("/duties/{duty}/accept"), json!({})).await.problem(422, "pack_forbids");
    assert_eq!(own.body["title"], "做的人、检查的人、验收的人要分开，这一步要换一个人。");
    walk.act("principal", "POST", "/duties/{id}/return", &duty, json!({ "reason": "没写谁缺席" })).await;
    let body = json!({ "reason": "补上缺席的", "fields": meeting(w, "灯不亮；二班缺席") });
    walk.act("head", "POST", "/works/{id}/correct", &work, body).await;
    let again = walk.act("vice", "POST", "/duties/check_many", "", json!({ "duties": [duty, task] })).await;
    assert_eq!((&again.body["signed"], &again.body["left"][0]["code"]), (&json!([duty]), &json!("not_found")));
    walk.act("principal", "POST", "/duties/{id}/accept", &duty, json!({ "note": "好" })).await;
    let shown = walk.read("officer", "/duties/{id}", &duty).await;
    assert_eq!((&shown.body["state"], &shown.body["returns"]), (&json!("accepted"), &json!(1)));
    let acts: Vec<&str> = shown.body["steps"].as_array().unwrap().iter().filter_map(|s| s["act"].as_str()).collect();
    assert_eq!(acts, ["check", "give_back", "check", "accept"]);

    let body = json!({ "form": "ledger_sign", "fields": { "cycle": "day" } });
    let old = walk.act("head", "POST", "/works", "", body).await.id();
    let other = w.get("head", &format!("/works/{old}")).await.ok().body["duties"][0]["id"].clone();
    walk.act("vice", "POST", "/duties/check_many", "", json!({ "duties": [other] })).await;
    let signed = walk.act("principal", "POST", "/duties/accept_many", "", json!({ "duties": [other] })).await;
    assert_eq!(signed.body["signed"], json!([other]));
    let found = walk.read("officer", "/duties?state=accepted&entry=ledger.day", "").await;
    assert_eq!((&found.body["items"][0]["id"], &found.body["items"][0]["mark"]), (&other, &json!("on_time")));
    walk.act("head", "POST", "/works/{id}/void", &old, json!({ "reason": "记到别处去了" })).await;

    let body = json!({ "entry": "mental.survey", "period": "2026-autumn", "owner": w.id("vice"), "note": "月底前" });
    walk.act("head", "POST", "/duties/arrange", "", body).await;
    let body = json!({ "unit": school, "entry": "mental.survey", "from_on": "2026-09-01", "until_on": "2027-01-31",
        "reason": "校舍改建" });
    let waiver = walk.act("officer", "POST", "/waivers", "", body).await.id();
    assert_eq!(walk.read("head", "/waivers", "").await.body["items"][0]["id"], waiver);
    walk.act("officer", "POST", "/waivers/{id}/end", &waiver, json!({})).await;
    boards(walk).await;
}

async fn boards(walk: &mut Walk<'_>) {
    let w = walk.w;
    let (county, school) = (w.id("county"), w.id("school"));
    let board = walk.read("officer", "/board?span=2026-11", "").await;
    let line = board.body["units"].as_array().unwrap().iter().find(|u| u["unit"] == school).unwrap()["sums"].clone();
    assert_eq!(w.get("head", "/board?span=2026-11").await.ok().body["total"], line, "a school sees its bureau's line");
    let own = w.get("officer", "/board?span=2026-11&own=true").await.ok();
    assert!(own.body["units"].as_array().unwrap().is_empty());
    assert_eq!(walk.read("officer", "/board/why?span=2026-11", "").await.body["sums"], board.body["total"]);
    let units = walk.read("officer", "/board/units?span=2026-11&clause=1.1", "").await;
    let on_time =
        |rows: &Value| rows.as_array().unwrap().iter().filter_map(|u| u["sums"]["on_time"].as_i64()).sum::<i64>();
    let clause = board.body["clauses"].as_array().unwrap().iter().find(|c| c["clause"] == "1.1").unwrap().clone();
    assert_eq!(Some(on_time(&units.body["items"])), clause["sums"]["on_time"].as_i64(), "{clause}");
    let ledger = walk.read("head", "/ledger?period=2026-11", "").await;
    assert_eq!((&ledger.body["kind"], &ledger.body["sums"]), (&json!("month"), &line));
    walk.read("head", "/agenda", "").await;
    for path in
        ["/board?unit=", "/board/why?unit=", "/board/units?unit=", "/ledger?unit=", "/agenda?unit=", "/waivers?unit="]
    {
        for unit in [&county, &school] {
            w.get("farofficer", &format!("{path}{unit}")).await.problem(404, "not_found");
        }
    }
    w.get("head", "/board?span=never").await.problem(422, "invalid");
    w.get("head", "/ledger?period=2026-W99").await.problem(422, "invalid");
}
