//! What can be done: the closed loop of notice 2.6 over JSON, the acts off the straight road, organisation, checks,
//! photos, proofs. One walk makes every act of the description once and counts the journal.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::world::{PASSWORD, Reply, World, png};

mod drills;
mod owed;
mod urgent;

/// What the program itself tells of a hazard.
async fn state(w: &World, id: &str) -> String {
    let view = w.get("head", &format!("/hazards/{id}")).await.ok();
    view.body["state"].as_str().unwrap().to_string()
}

#[tokio::test]
async fn the_closed_loop_runs_over_json() {
    let w = World::new();
    let before = w.photo("guard", 1).await;
    let body = json!({
        "what": "3号楼东楼梯二层疏散指示灯不亮", "place": w.id("stair"), "category": "fire", "photos": [before],
    });
    let raised = w.request("guard", "POST", "/hazards", &[("x-claimed-at", "2026-11-16T07:05:00+08:00")], Some(body));
    let raised = raised.await.ok();
    assert_eq!(raised.status, 201);
    assert_eq!(raised.body["number"], "江湾-2026-0001");
    assert_eq!(raised.body["state"], "ungraded");
    assert_eq!(raised.body["turn_role"], "safety_head");
    assert_eq!(raised.body["received_at"], "2026-11-16T07:30:00+08:00");
    let id = raised.id();
    let at = |act: &str| format!("/hazards/{id}/{act}");

    let graded = w.post("head", &at("grade"), json!({ "grade": "minor", "term": "ordinary", "version": 1 })).await.ok();
    assert_eq!((graded.body["state"].as_str(), graded.body["version"].as_i64()), (Some("unassigned"), Some(2)));
    let assigned = w.post("head", &at("assign"), json!({ "assignee": w.id("fixer") })).await.ok();
    assert_eq!(assigned.body["fix_by"], "2026-11-23T07:30:00+08:00", "7 days of the pack");
    let after = w.photo("fixer", 2).await;
    let fixed = json!({ "note": "换了灯管", "photos": [after] });
    assert_eq!(w.post("fixer", &at("rectify"), fixed).await.ok().body["state"], "rectified");
    assert_eq!(w.post("head", &at("recheck"), json!({})).await.ok().body["state"], "rechecked");
    assert_eq!(w.post("vice", &at("close"), json!({ "note": "已看过" })).await.ok().body["state"], "closed");

    let view = w.get("officer", &format!("/hazards/{id}")).await.ok();
    assert_eq!(view.body["raised_at"], "2026-11-16T07:05:00+08:00");
    assert_eq!(view.body["place_name"], "3号楼东楼梯二层");
    assert_eq!(view.body["rectifier_name"], "fixer同志");
    let acts: Vec<&str> = view.body["steps"].as_array().unwrap().iter().map(|s| s["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["close", "recheck", "rectify", "assign", "grade", "raise"]);
    assert_eq!(view.body["steps"][5]["photos"][0]["hash"], before);
    assert_eq!(view.body["acts"], json!(["comment"]), "an officer of the bureau may only comment on what is closed");
    assert!(view.body["leaf"].is_i64());
}

#[tokio::test]
async fn the_answer_to_a_repeated_request_is_the_first_one() {
    let w = World::new();
    let key = "0190d3b2-1111-7000-8000-000000000001";
    let head = [("idempotency-key", key)];
    let body = json!({ "what": "护栏松动", "place": w.id("stair") });
    let first = w.request("guard", "POST", "/hazards", &head, Some(body.clone())).await.ok();
    assert_eq!(first.id(), key, "a create without id takes the key as id");
    let leaves = w.leaves();
    w.clock.advance(60_000);
    let again = w.request("guard", "POST", "/hazards", &head, Some(body.clone())).await.ok();
    assert_eq!((again.status, &again.bytes), (first.status, &first.bytes));
    assert_eq!(w.leaves(), leaves, "nothing was done twice");

    let other = json!({ "what": "另一件事", "place": w.id("stair") });
    let refused = w.request("guard", "POST", "/hazards", &head, Some(other)).await.problem(422, "invalid");
    assert_eq!(refused.fields(), ["idempotency_key"]);
    let path = format!("/hazards/{key}/comment");
    let elsewhere = w.request("guard", "POST", &path, &head, Some(json!({ "note": "一" }))).await;
    assert_eq!(elsewhere.problem(422, "invalid").fields(), ["idempotency_key"]);
    // The answer belongs to the login: another's same key makes a request of its own, which here meets a taken id.
    let stranger =
        w.request("farhead", "POST", "/hazards", &head, Some(json!({ "what": "大门", "place": w.id("far_gate") })));
    assert_eq!(stranger.await.problem(422, "invalid").fields(), ["id"]);

    let act = [("idempotency-key", "0190d3b2-1111-7000-8000-000000000002")];
    let once = w.request("guard", "POST", &path, &act, Some(json!({ "note": "门口那一根" }))).await.ok();
    let twice = w.request("guard", "POST", &path, &act, Some(json!({ "note": "门口那一根" }))).await.ok();
    assert_eq!(once.bytes, twice.bytes);
    let view = w.get("guard", &format!("/hazards/{key}")).await.ok();
    assert_eq!(view.body["steps"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn pages_cover_every_row_exactly_once() {
    let w = World::new();
    let mut raised = BTreeSet::new();
    for n in 0..23 {
        raised.insert(w.raise("guard", &format!("第 {n} 处")).await);
    }
    for limit in [1, 5, 23, 200] {
        assert_eq!(walk(&w, "head", "/hazards", limit).await, raised, "limit {limit}");
    }
    assert_eq!(walk(&w, "officer", "/hazards?bucket=open&category=fire", 7).await, raised);
    assert!(walk(&w, "farhead", "/hazards", 7).await.is_empty());
    let units = walk(&w, "officer", "/units", 1).await;
    assert_eq!(units, [w.id("county"), w.id("school"), w.id("agency")].into());
    let people = walk(&w, "head", &format!("/units/{}/people", w.id("school")), 2).await;
    assert_eq!(people.len(), 5);
    assert_eq!(walk(&w, "officer", "/units?query=江湾", 1).await, [w.id("school")].into());
    assert_eq!(walk(&w, "officer", "/units?kind=agency", 5).await, [w.id("agency")].into());
}

/// The ids of a list, page by page; no id twice.
async fn walk(w: &World, login: &str, path: &str, limit: usize) -> BTreeSet<String> {
    let (mut seen, mut cursor) = (BTreeSet::new(), String::new());
    let join = if path.contains('?') { '&' } else { '?' };
    for _ in 0..100 {
        let page = w.get(login, &format!("{path}{join}limit={limit}&cursor={cursor}")).await.ok();
        let items = page.body["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        for item in items {
            assert!(seen.insert(item["id"].as_str().unwrap().to_string()), "{item} came twice");
        }
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = next.to_string(),
            None => return seen,
        }
    }
    panic!("{path} has no last page");
}

#[tokio::test]
async fn lists_are_filtered_by_everything_that_a_page_offers() {
    let w = World::new();
    let minor = w.assigned().await;
    w.clock.advance(60_000);
    let open = w.raise("guard", "楼梯扶手松动").await;
    let found = |query: &'static str| {
        let w = &w;
        async move { walk(w, "head", &format!("/hazards?{query}"), 50).await }
    };
    assert_eq!(found("state=ungraded").await, [open.clone()].into());
    assert_eq!(found("grade=minor").await, [minor.clone()].into());
    assert_eq!(found("query=扶手").await, [open.clone()].into());
    assert_eq!(found("bucket=mine").await, [open.clone()].into());
    assert_eq!(found("category=food").await, [].into());
    assert_eq!(found("from_on=2026-11-17").await, [].into());
    assert_eq!(found("from_on=2026-11-16&until_on=2026-11-16&recurring=false").await.len(), 2);
    assert_eq!(walk(&w, "head", &format!("/hazards?place={}", w.id("boiler")), 5).await, [].into());
    assert_eq!(walk(&w, "officer", &format!("/hazards?unit={}", w.id("school")), 5).await.len(), 2);
    let stats = w.get("officer", "/hazards/stats").await.ok();
    assert_eq!((stats.body["raised"].as_i64(), stats.body["open"].as_i64()), (Some(2), Some(2)));
    assert_eq!(stats.body["by_unit"][0]["unit"], w.id("school"));
    assert_eq!(stats.body["days"][13], json!({ "day": "2026-11-16", "raised": 2, "closed": 0 }));
    let ledger = w.get("head", "/hazards/ledger").await.ok();
    assert_eq!(ledger.body["columns"].as_array().unwrap().len(), 16);
    assert_eq!(ledger.body["rows"][0]["serial"], 1);
    assert_eq!(ledger.body["rows"][0]["raised_on"], "2026-11-16");
    assert_eq!(ledger.body["rows"][1]["remark"], json!(["ungraded"]));
}

#[tokio::test]
async fn a_photo_is_seen_by_whoever_sees_the_record_that_uses_it() {
    let w = World::new();
    let hash = w.photo("guard", 9).await;
    assert_eq!(w.photo("guard", 9).await, hash, "the same picture has the same name");
    let path = format!("/files/{hash}");
    w.get("guard", &path).await.problem(404, "not_found");
    let body = json!({ "what": "玻璃碎了", "place": w.id("stair"), "photos": [hash] });
    w.post("guard", "/hazards", body).await.ok();
    let seen = w.get("officer", &path).await.ok();
    assert_eq!((seen.kind(), &seen.bytes[..3]), ("image/jpeg", &b"\xff\xd8\xff"[..]));
    w.get("farhead", &path).await.problem(404, "not_found");
    let request =
        Request::post("/api/v1/files").header("authorization", format!("Bearer {}", w.token("auditor").await));
    let request = request.header("content-type", "image/png").body(Body::from(png(1))).unwrap();
    w.send(request).await.problem(403, "no_right");
}

#[tokio::test]
async fn a_photo_may_come_in_a_form() {
    let w = World::new();
    let form = |name: &str| {
        let mut body =
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n").into_bytes();
        body.extend_from_slice(b"Content-Type: image/png\r\n\r\n");
        body.extend_from_slice(&png(77));
        body.extend_from_slice(b"\r\n--b--\r\n");
        body
    };
    let bearer = format!("Bearer {}", w.token("guard").await);
    let request = Request::post("/api/v1/files").header("authorization", bearer);
    let request =
        request.header("content-type", "multipart/form-data; boundary=b").body(Body::from(form("photo"))).unwrap();
    let stored = w.send(request).await.ok();
    assert_eq!(
        (stored.status.as_u16(), stored.body["hash"].as_str()),
        (201, Some(w.photo("guard", 77).await.as_str()))
    );
}

#[tokio::test]
async fn a_proof_verifies_offline_and_is_for_those_who_may_read() {
    let w = World::new();
    let id = w.assigned().await;
    w.settle();
    let path = format!("/records/{id}/proof");
    let whole = w.get("guard", &path).await.ok();
    let vkey = w.app.verifier_key();
    let text = String::from_utf8(whole.bytes.clone()).unwrap();
    let report = journal::verify_bundle(&text, Some(&vkey)).unwrap();
    assert_eq!((report.table.as_str(), report.version, report.record), ("hazard", 2, journal::RecordProof::Proven));
    let bare = w.get("auditor", &path).await.ok();
    let text = String::from_utf8(bare.bytes.clone()).unwrap();
    assert_eq!(journal::verify_bundle(&text, Some(&vkey)).unwrap().record, journal::RecordProof::Withheld);
    w.get("farhead", &path).await.problem(404, "not_found");

    w.settle();
    let page = w.get("auditor", "/journal?limit=3").await.ok();
    let newest = page.body["items"][0]["n"].as_i64().unwrap();
    assert_eq!(newest, w.leaves() - 1);
    let next = format!("/journal?limit=3&cursor={}", page.body["next_cursor"].as_str().unwrap());
    assert_eq!(w.get("auditor", &next).await.ok().body["items"][0]["n"], newest - 3);
    w.get("head", "/journal").await.problem(403, "no_right");
}

#[tokio::test]
async fn sessions_posts_and_password_are_one_s_own_matter() {
    let w = World::new();
    let opened = w.open("head", PASSWORD).await.ok();
    assert_eq!(opened.body["actor"]["role"], "safety_head");
    assert_eq!(opened.body["posts"].as_array().unwrap().len(), 2);
    assert!(opened.body["expires_at"].as_str().unwrap().ends_with("+08:00"));
    let teacher = opened.body["posts"].as_array().unwrap().iter().find(|p| p["role"] == "teacher").unwrap();
    let me = w.post("head", "/me/post", json!({ "post": teacher["id"] })).await.ok();
    assert_eq!(me.body["actor"]["role"], "teacher");
    assert_eq!(w.get("head", "/me").await.ok().body["actor"]["role"], "teacher");
    let foreign = w.get("guard", "/me").await.ok().body["posts"][0]["id"].clone();
    w.post("head", "/me/post", json!({ "post": foreign })).await.problem(404, "not_found");

    let sessions = w.get("head", "/me/sessions").await.ok();
    assert_eq!(sessions.body["items"].as_array().unwrap().len(), 2);
    let other = sessions.body["items"].as_array().unwrap().iter().find(|s| s["current"] == false).unwrap();
    let path = format!("/me/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(w.request("head", "DELETE", &path, &[], None).await.status, 204);
    w.request("head", "DELETE", &path, &[], None).await.problem(404, "not_found");

    let wrong = json!({ "old": "Xiaoan 2025", "password": "江湾 school 7" });
    assert_eq!(w.post("head", "/me/password", wrong).await.problem(422, "invalid").fields(), ["old"]);
    let weak = json!({ "old": PASSWORD, "password": "12345678" });
    assert_eq!(w.post("head", "/me/password", weak).await.problem(422, "invalid").fields(), ["password"]);
    let fine = json!({ "old": PASSWORD, "password": "江湾 school 7" });
    let key = [("idempotency-key", "0190d3b2-1111-7000-8000-000000000009")];
    for _ in 0..2 {
        let changed = w.request("head", "POST", "/me/password", &key, Some(fine.clone())).await;
        assert_eq!(changed.status, 204, "{}", changed.body);
    }
    w.open("head", PASSWORD).await.problem(401, "sign_in");
    w.open("head", "江湾 school 7").await.ok();
    assert_eq!(w.request("head", "DELETE", "/session", &[], None).await.status, 204);
    w.get("head", "/me").await.problem(401, "sign_in");
}

/// Makes acts and counts: each must leave at least one leaf. Before each, strangers ask for the very same.
struct Walk<'a> {
    w: &'a World,
    made: BTreeSet<(String, String)>,
}

/// The safety head of a school in another county, and that county's officer.
const STRANGERS: &[&str] = &["farhead", "farofficer"];

/// Where a stranger gets another answer than that it is not there, and why. The list may only shrink.
const TOLD: &[(&str, &str, u16, &str)] = &[
    ("farofficer", "/units/{id}/close", 0, "the unit has been moved to that county just before: no stranger any more"),
    ("farhead", "/places/by_code/{id}", 422, "a label hangs on a wall: whose it is, is said, and nothing else"),
    ("farofficer", "/places/by_code/{id}", 422, "the same"),
];

impl Walk<'_> {
    /// `path` as the description has it; `{}` stands for the id.
    async fn act(&mut self, login: &str, method: &str, path: &str, id: &str, body: Value) -> Reply {
        let before = self.w.leaves();
        let reply = self.said(login, method, path, id, body).await;
        assert!(self.w.leaves() > before, "{method} {path} left no leaf");
        reply
    }
    /// The same for what is no record: a reckoning that is begun or stopped; its timetable leaves a leaf when it is stored.
    async fn said(&mut self, login: &str, method: &str, path: &str, id: &str, body: Value) -> Reply {
        self.strangers(method, path, id, Some(&body)).await;
        let reply = self.w.request(login, method, &path.replace("{id}", id), &[], Some(body)).await;
        assert!(reply.status.is_success(), "{method} {path} as {login}: {}", reply.body);
        self.made.insert((method.to_lowercase(), format!("/api/v1{path}")));
        reply
    }
    async fn read(&mut self, login: &str, path: &str, id: &str) -> Reply {
        self.strangers("GET", path, id, None).await;
        let reply = self.w.get(login, &path.replace("{id}", id)).await;
        assert!(reply.status.is_success(), "GET {path} as {login}: {}", reply.body);
        self.made.insert(("get".into(), format!("/api/v1{}", path.split('?').next().unwrap())));
        reply
    }
    /// Nobody without a token gets anything; to strangers a record is not there.
    async fn strangers(&self, method: &str, path: &str, id: &str, body: Option<&Value>) {
        let address = path.replace("{id}", id);
        let bare = Request::builder().method(method).uri(format!("/api/v1{address}"));
        let bare = bare.header("content-type", "application/json");
        let told = Body::from(body.map(Value::to_string).unwrap_or_default());
        self.w.send(bare.body(told).unwrap()).await.problem(401, "sign_in");
        for stranger in STRANGERS.iter().filter(|_| path.contains("{id}")) {
            let told =
                TOLD.iter().find(|(who, at, ..)| who == stranger && *at == path).map(|(_, _, status, _)| *status);
            if told != Some(0) {
                let reply = self.w.request(stranger, method, &address, &[], body.cloned()).await;
                assert_eq!(reply.status, told.unwrap_or(404), "{method} {path} as {stranger}: {}", reply.body);
            }
        }
    }
    async fn hazard(&mut self, login: &str, act: &str, id: &str, body: Value) {
        self.act(login, "POST", &format!("/hazards/{{id}}/{act}"), id, body).await;
    }
}

/// Operations that were not yet seen to succeed. The list may only shrink.
const NOT_YET: &[(&str, &str)] = &[];

#[tokio::test]
async fn every_operation_succeeds_every_act_leaves_a_leaf_and_strangers_get_nothing() {
    let w = World::new();
    let mut walk = Walk { w: &w, made: BTreeSet::new() };
    organisation(&mut walk).await;
    the_roll(&mut walk).await;
    papers(&mut walk).await;
    straight_road(&mut walk).await;
    upward(&mut walk).await;
    incidents(&mut walk).await;
    owed::walk(&mut walk).await;
    drills::walk(&mut walk).await;
    urgent::walk(&mut walk).await;
    let before = w.leaves();
    w.open("vice", PASSWORD).await.ok();
    assert!(w.leaves() > before, "a sign-in is a record");
    walk.made.insert(("post".into(), "/api/v1/session".into()));
    // A file is no record: its hash stands in the record that uses it.
    let photo = w.photo("fixer", 3).await;
    walk.made.insert(("post".into(), "/api/v1/files".into()));
    reads(&mut walk, &photo).await;
    let change = json!({ "old": PASSWORD, "password": "松花江 river 8" });
    walk.act("vice", "POST", "/me/password", "", change).await;
    oneself(&mut walk).await;

    let mut all: BTreeSet<(String, String)> = BTreeSet::new();
    let document = serde_json::to_value(web::api::document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            // The walk calls whatever is one record by its id.
            let path = path.replace("{code}", "{id}").replace("{hash}", "{id}");
            all.insert((method.clone(), path));
        }
    }
    for (method, path) in NOT_YET {
        assert!(all.remove(&(method.to_string(), path.to_string())), "{method} {path} is no more");
    }
    assert_eq!(walk.made, all, "left: asked for; right: described");
}

async fn reads(walk: &mut Walk<'_>, photo: &str) {
    let w = walk.w;
    let (school, stair) = (w.id("school"), w.id("stair"));
    let hazard = w.get("head", "/hazards?limit=1").await.ok().body["items"][0]["id"].as_str().unwrap().to_string();
    let check = w.get("head", "/checks").await.ok().body["items"][0]["id"].as_str().unwrap().to_string();
    let code = walk.read("guard", "/places/{id}", &stair).await.body["code"].as_str().unwrap().to_string();
    walk.read("guard", "/places/by_code/{id}", &code).await;
    for list in ["/hazards", "/hazards/stats", "/hazards/ledger", "/checks", "/units", "/me", "/me/sessions"] {
        walk.read("head", list, "").await;
    }
    walk.read("auditor", "/journal", "").await;
    walk.read("head", "/hazards/{id}", &hazard).await;
    walk.read("head", "/records/{id}/proof", &hazard).await;
    walk.read("head", "/checks/{id}", &check).await;
    walk.read("head", "/files/{id}", photo).await;
    walk.read("head", "/persons/{id}", &w.id("guard")).await;
    for of in ["", "/children", "/history", "/contacts", "/people", "/places", "/coverage"] {
        walk.read("head", &format!("/units/{{id}}{of}"), &school).await;
    }
}

async fn oneself(walk: &mut Walk<'_>) {
    let w = walk.w;
    let posts = w.get("head", "/me").await.ok().body["posts"].clone();
    let other = posts.as_array().unwrap().iter().find(|p| p["current"] == false).unwrap()["id"].clone();
    walk.act("head", "POST", "/me/post", "", json!({ "post": other })).await;
    w.open("head", PASSWORD).await.ok();
    let sessions = w.get("head", "/me/sessions").await.ok().body["items"].clone();
    let other = sessions.as_array().unwrap().iter().find(|s| s["current"] == false).unwrap()["id"].clone();
    walk.act("head", "DELETE", "/me/sessions/{id}", other.as_str().unwrap(), json!({})).await;
    walk.act("head", "DELETE", "/session", "", json!({})).await;
}

async fn organisation(walk: &mut Walk<'_>) {
    let w = walk.w;
    let (county, school) = (w.id("county"), w.id("school"));
    let body = json!({ "kind": "school", "name": "示例第一小学", "parent": county, "pupils": 300, "boarders": 20 });
    let new = walk.act("officer", "POST", "/units", "", body).await.id();
    walk.act(
        "officer",
        "POST",
        "/units/{id}/change",
        &new,
        json!({ "pupils": 310, "kept_from": "2027-03-01", "reason": "新生" }),
    )
    .await;
    let body = json!({ "parent": w.id("far_county"), "reason": "区划调整" });
    walk.act("cityadmin", "POST", "/units/{id}/move", &new, body).await;
    walk.act("cityadmin", "POST", "/units/{id}/close", &new, json!({ "reason": "停办" })).await;
    let history = w.get("farofficer", &format!("/units/{new}/history")).await.ok();
    let acts: Vec<&str> = history.body["items"].as_array().unwrap().iter().filter_map(|s| s["act"].as_str()).collect();
    assert_eq!(acts, ["close", "move", "change", "open"]);

    let body = json!({ "unit": school, "kind": "gate", "name": "西门" });
    let gate = walk.act("head", "POST", "/places", "", body).await.id();
    let code = w.get("head", &format!("/places/{gate}")).await.ok().body["code"].as_str().unwrap().to_string();
    assert_eq!(w.get("guard", &format!("/places/by_code/{code}")).await.ok().body["id"], gate);
    walk.act("head", "POST", "/places/{id}/correct", &gate, json!({ "name": "西侧门", "kind": "gate" })).await;
    walk.act("head", "POST", "/places/{id}/close", &gate, json!({})).await;

    let body = json!({ "unit": school, "name": "赵临时", "mobile": "13900000000" });
    let person = walk.act("head", "POST", "/persons", "", body).await.id();
    walk.act("head", "POST", "/persons/{id}/correct", &person, json!({ "name": "赵林石" })).await;
    let body = json!({ "unit": school, "person": person, "role": "teacher", "title": "代课" });
    let post = walk.act("head", "POST", "/posts", "", body).await.id();
    let contacts = w.get("head", &format!("/units/{school}/contacts")).await.ok();
    assert!(contacts.body["contacts"].as_array().unwrap().iter().any(|c| c["name"] == "赵林石"));
    let heir = w.id("guard");
    let handed = walk.act("head", "POST", "/posts/{id}/hand_over", &post, json!({ "person": heir })).await;
    walk.act("head", "POST", "/posts/{id}/end", &handed.id(), json!({})).await;
    w.clock.advance(86_400_000);
    walk.act("cityadmin", "POST", "/persons/{id}/erase", &person, json!({})).await;
    assert_eq!(w.get("head", &format!("/persons/{person}")).await.ok().body["name"], Value::Null);

    let looked = json!([{ "place": w.id("stair"), "result": "fine", "seen_at": "2026-11-17T07:20:00+08:00" }]);
    let check = walk.act("guard", "POST", "/checks", "", json!({ "title": "月排查", "places": looked })).await.id();
    let view = w.get("head", &format!("/checks/{check}")).await.ok();
    assert_eq!((view.body["title"].as_str(), view.body["seen"][0]["result"].as_str()), (Some("月排查"), Some("fine")));
    assert_eq!(w.get("head", "/checks").await.ok().body["items"][0]["id"], check);
    let cover = w.get("head", &format!("/units/{school}/coverage?month=2026-11-30")).await.ok();
    assert_eq!((cover.body["seen"].as_i64(), cover.body["all"].as_i64()), (Some(1), Some(2)));
}

async fn the_roll(walk: &mut Walk<'_>) {
    let w = walk.w;
    let body = json!({ "name": "七年级1班", "grade": 7, "serial": 1, "pupils": 40, "teacher": w.id("head"), "from_on": "2026-03-02" });
    let one = walk.act("head", "POST", "/classes", "", body).await.id();
    let two = json!({ "name": "九年级1班", "grade": 9, "serial": 1, "pupils": 38, "from_on": "2026-03-02" });
    let two = walk.act("head", "POST", "/classes", "", two).await.id();
    walk.act("head", "POST", "/classes/{id}/change", &one, json!({ "pupils": 41 })).await;
    let named = walk.act("head", "POST", "/classes/{id}/pupils", &one, json!({ "name": "韩雨桐" })).await.id();
    let listed = walk.read("head", "/classes/{id}/pupils", &one).await;
    assert_eq!(listed.body["items"][0]["name"], "韩雨桐");
    w.get("officer", &format!("/classes/{one}/pupils")).await.problem(403, "no_right");
    w.get("officer", &format!("/pupils/{named}")).await.problem(404, "not_found");
    walk.read("head", "/pupils/{id}", &named).await;
    walk.act("head", "POST", "/pupils/{id}/transfer", &named, json!({ "class": two })).await;
    walk.act("head", "POST", "/pupils/{id}/leave", &named, json!({})).await;
    walk.act("head", "POST", "/pupils/{id}/erase", &named, json!({})).await;
    w.clock.advance(86_400_000);
    let turn = json!({ "on": w.app.now().day().to_string(), "classes": [
        { "class": one, "grade": 8, "name": "八年级1班" }, { "class": two, "grade": null }] });
    walk.act("head", "POST", "/classes/promote", "", turn).await;
    assert_eq!(walk.read("officer", "/classes/{id}", &one).await.body["name"], "八年级1班");
    let unit = w.id("school");
    let counts = walk.read("officer", &format!("/classes?unit={unit}"), "").await;
    assert_eq!(counts.body["items"].as_array().map(Vec::len), Some(1));
    walk.act("head", "POST", "/classes/{id}/close", &one, json!({})).await;
}

async fn papers(walk: &mut Walk<'_>) {
    let w = walk.w;
    let school = w.id("school");
    let body = json!({ "kind": "hazard", "body": "一、排查。", "meeting": "第3次校务会" });
    let text = walk.act("head", "POST", "/texts", "", body).await.id();
    walk.act("vice", "POST", "/texts/{id}/ack", &text, json!({})).await;
    walk.act("head", "POST", "/texts/{id}/review", &text, json!({})).await;
    assert_eq!(walk.read("officer", "/texts/{id}", &text).await.body["edition"], 1);
    walk.read("officer", &format!("/texts?unit={school}"), "").await;

    let due = w.app.now().day().plus_days(9).to_string();
    let body = json!({ "title": "冬季专项", "body": "查一遍。", "clause": "2.1", "due_on": due,
        "figures": ["hazard_raised"], "asks": [{ "label": "新配灭火器", "kind": "number" }] });
    let notice = walk.act("officer", "POST", "/notices", "", body).await.id();
    walk.act("head", "POST", "/notices/{id}/sign", &notice, json!({})).await;
    walk.act("head", "POST", "/notices/{id}/answer", &notice, json!({ "typed": ["12"] })).await;
    let view = walk.read("officer", "/notices/{id}", &notice).await;
    assert_eq!(view.body["receipts"][0]["typed"], json!(["12"]));
    walk.read("guard", "/notices", "").await;
    walk.act("officer", "POST", "/notices/{id}/end", &notice, json!({})).await;
    walk.act("officer", "POST", "/notices/dispatch", "", json!({ "due_on": due })).await;
    let body = json!({ "title": "校门扫雪", "clause": "2.5", "times": 1, "period": "week" });
    let layer = walk.act("head", "POST", "/layers", "", body).await.id();
    assert_eq!(walk.read("guard", "/layers", "").await.body["items"][0]["id"], layer);
    walk.act("head", "POST", "/layers/{id}/end", &layer, json!({})).await;

    let body = json!({ "unit": school, "reasons": "两条隐患逾期", "plan": "每两周去一次" });
    let help = walk.act("officer", "POST", "/supports", "", body).await.id();
    let body = json!({ "unit": school, "seen": "夜班空着", "advised": "总务处先顶上" });
    let visit = walk.act("officer", "POST", "/supports/visits", "", body).await.id();
    walk.act("head", "POST", "/supports/visits/{id}/done", &visit, json!({ "done": "顶上了" })).await;
    walk.act("officer", "POST", "/supports/{id}/replan", &help, json!({ "plan": "每周去一次" })).await;
    assert_eq!(walk.read("head", "/supports/{id}", &help).await.body["visits"][0]["done"], "顶上了");
    walk.read("head", "/supports/visits/{id}", &visit).await;
    walk.read("officer", "/supports", "").await;
    walk.read("officer", "/supports/visits", "").await;
    w.get("guard", &format!("/supports/{help}")).await.problem(404, "not_found");
    walk.act("officer", "POST", "/supports/{id}/end", &help, json!({ "reason": "隐患都销了" })).await;
}

async fn straight_road(walk: &mut Walk<'_>) {
    let w = walk.w;
    let photo = w.photo("fixer", 3).await;
    let body = json!({ "what": "配电箱门关不上", "place": w.id("boiler"), "category": "electric" });
    let id = walk.act("guard", "POST", "/hazards", "", body).await.id();
    walk.hazard("head", "grade", &id, json!({ "grade": "minor" })).await;
    let assign = json!({ "assignee": w.id("fixer"), "lead": w.id("dept"), "note": "先拉警戒线" });
    walk.hazard("head", "assign", &id, assign.clone()).await;
    walk.hazard("fixer", "decline", &id, json!({ "note": "不会修" })).await;
    walk.hazard("vice", "assign", &id, assign).await;
    walk.hazard("fixer", "protect", &id, json!({ "note": "上了锁" })).await;
    let later = json!({ "until": "2026-11-28T17:00:00+08:00", "note": "等配件" });
    walk.hazard("fixer", "extend_ask", &id, later.clone()).await;
    walk.hazard("vice", "extend_no", &id, json!({ "note": "太久" })).await;
    walk.hazard("fixer", "extend_ask", &id, later).await;
    walk.hazard("vice", "extend_yes", &id, json!({})).await;
    let view = w.get("head", &format!("/hazards/{id}")).await.ok();
    assert_eq!(view.body["fix_by"], "2026-11-28T17:00:00+08:00");
    assert_eq!(view.body["steps"][0]["change"]["until"][1], "2026-11-28T17:00:00+08:00", "no milliseconds");
    let fixed = json!({ "note": "换了合页", "photos": [photo] });
    walk.hazard("fixer", "rectify", &id, fixed.clone()).await;
    walk.hazard("head", "return", &id, json!({ "note": "还是松" })).await;
    walk.hazard("fixer", "rectify", &id, fixed).await;
    walk.hazard("head", "recheck", &id, json!({})).await;
    walk.hazard("vice", "close", &id, json!({})).await;
    walk.hazard("guard", "comment", &id, json!({ "note": "好了" })).await;
    walk.hazard("head", "correct", &id, json!({ "note": "写清楚", "what": "配电箱门合页断了" })).await;
    assert_eq!(state(w, &id).await, "closed");
    let none = w.raise("guard", "看错了").await;
    walk.hazard("head", "dismiss", &none, json!({ "note": "是影子" })).await;
    let twice = w.raise("guard", "重复").await;
    walk.hazard("head", "void", &twice, json!({ "note": "重复登记" })).await;
}

async fn incidents(walk: &mut Walk<'_>) {
    let w = walk.w;
    let body = json!({ "kind": "hurt", "place_text": "操场", "hurt": 1, "facts": ["called_120"] });
    let id = walk.act("guard", "POST", "/incidents", "", body).await.id();
    let on = |act: &str| format!("/incidents/{{id}}/{act}");
    let call = json!({ "spoke_with": "值班员" });
    walk.act("guard", "POST", &on("call"), &id, call).await;
    walk.act("head", "POST", &on("skip"), &id, json!({ "note": "情况紧急" })).await;
    walk.act("officer", "POST", &on("receive"), &id, json!({})).await;
    walk.act("head", "POST", &on("follow"), &id, json!({ "progress": "已手术", "sent": 1 })).await;
    walk.act("head", "POST", &on("amend"), &id, json!({ "reason": "写错了", "place_text": "体育馆" })).await;
    walk.act("head", "POST", &on("end"), &id, json!({})).await;
    walk.act("head", "POST", &on("final"), &id, json!({ "cause": "肋木松动", "lessons": "每周一查" })).await;
    let view = walk.read("officer", "/incidents/{id}", &id).await;
    assert_eq!((view.body["state"].as_str(), view.body["versions"].as_array().map(Vec::len)), (Some("final"), Some(4)));
    assert_eq!(view.body["acts"][0], "receive", "three versions wait for the county");
    let other = walk.w.post("head", "/incidents", json!({ "kind": "fire" })).await.ok().id();
    walk.act("officer", "POST", &on("pass"), &other, json!({})).await;
    walk.act("head", "POST", &on("withdraw"), &other, json!({ "note": "误报" })).await;
    walk.read("head", "/incidents", "").await;
    assert_eq!(walk.read("head", "/incidents/zero", "").await.body["may_sign"], false, "this week had two");
    // The week before: nothing in the records.
    w.clock.advance(7 * 86_400_000);
    walk.act("head", "POST", "/incidents/zero", "", json!({ "day": "2026-11-13" })).await;
}

async fn upward(walk: &mut Walk<'_>) {
    let w = walk.w;
    let photo = w.photo("fixer", 4).await;
    let id = w.raise("guard", "围墙倾斜").await;
    walk.hazard("head", "grade", &id, json!({ "grade": "major" })).await;
    let five = json!({ "responsibility": "校长", "measures": "拆除重砌", "funds": "3 万", "deadline": "月底", "plan": "绕行" });
    walk.hazard("head", "five", &id, five).await;
    walk.hazard("head", "report", &id, json!({ "note": "学校办不了" })).await;
    walk.hazard("officer", "list", &id, json!({ "number": "昌教督〔2026〕3号" })).await;
    let taken = json!({ "until": "2026-12-10T17:00:00+08:00" });
    walk.hazard("officer", "answer_taken", &id, taken).await;
    walk.hazard("officer", "transfer", &id, json!({ "to": w.id("agency") })).await;
    let seen = w.get("inspector", &format!("/hazards/{id}")).await.ok();
    assert_eq!((seen.body["state"].as_str(), seen.body["my_turn"].as_bool()), (Some("transferred"), Some(true)));
    walk.hazard("inspector", "answer_back", &id, json!({ "note": "不归我们管" })).await;
    walk.hazard("head", "report", &id, json!({ "note": "还得上级" })).await;
    walk.hazard("officer", "answer_done", &id, json!({ "note": "已拆", "photos": [photo] })).await;
    walk.hazard("head", "recheck", &id, json!({})).await;
    walk.w.post("vice", &format!("/hazards/{id}/close"), json!({})).await.problem(422, "pack_forbids");
    walk.hazard("officer", "delist", &id, json!({ "note": "现场已看" })).await;
    walk.hazard("vice", "close", &id, json!({})).await;
}
