//! What is refused, and how: every refusal of the API is a problem with a code, a Chinese title and its fields.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::world::{PASSWORD, Reply, World};

const NOBODY: &str = "0190d3b2-0000-7000-8000-000000000000";

#[tokio::test]
async fn what_an_operation_does_not_offer_cannot_be_set() {
    let w = World::new();
    let body = |name: &str, value: Value| {
        let mut body = json!({ "what": "灯不亮", "place": w.id("stair") });
        body[name] = value;
        body
    };
    for (name, value) in
        [("county", json!(1)), ("state", json!("closed")), ("role", json!("admin")), ("raised_by", json!(NOBODY))]
    {
        let refused = w.post("guard", "/hazards", body(name, value)).await.problem(422, "invalid");
        assert_eq!(refused.fields(), [name]);
    }
    let unit = json!({ "kind": "school", "name": "示例小学", "parent": w.id("county"), "county": 220_282 });
    assert_eq!(w.post("officer", "/units", unit).await.problem(422, "invalid").fields(), ["county"]);
    let place = json!({ "place": w.id("stair"), "result": "fine", "seen_at": "2026-11-16T07:00:00Z", "leaf": 1 });
    let check = json!({ "title": "月排查", "places": [place] });
    assert_eq!(w.post("guard", "/checks", check).await.problem(422, "invalid").fields(), ["places[0].leaf"]);
    assert_eq!(w.get("guard", "/hazards?county=1").await.problem(422, "invalid").fields(), ["county"]);
    assert!(w.get("head", "/hazards").await.ok().body["items"].as_array().unwrap().is_empty(), "nothing was stored");
}

#[tokio::test]
async fn fields_that_cannot_be_taken_are_named() {
    let w = World::new();
    let stair = w.id("stair");
    for (body, field) in [
        (json!({ "place": stair }), "what"),
        (json!({ "what": "", "place": stair }), "what"),
        (json!({ "what": "灯".repeat(201), "place": stair }), "what"),
        (json!({ "what": 7, "place": stair }), "what"),
        (json!({ "what": "灯不亮" }), "place"),
        (json!({ "what": "灯不亮", "place": "三楼" }), "place"),
        (json!({ "what": "灯不亮", "place": w.id("far_gate") }), "place"),
        (json!({ "what": "灯不亮", "place": stair, "category": "fires" }), "category"),
        (json!({ "what": "灯不亮", "place": stair, "photos": ["x"] }), "photos[0]"),
        (json!({ "what": "灯不亮", "place": stair, "photos": ["0".repeat(64)] }), "photo"),
        (json!({ "what": "灯不亮", "place": stair, "behalf": w.id("farhead") }), "behalf"),
    ] {
        let refused = w.post("guard", "/hazards", body.clone()).await.problem(422, "invalid");
        assert_eq!(refused.fields(), [field], "{body}");
    }
    let id = w.assigned().await;
    let crowd = json!({ "assignee": w.id("fixer"), "helpers": vec![w.id("dept"); 51] });
    let crowd = w.post("head", &format!("/hazards/{id}/assign"), crowd).await.problem(422, "invalid");
    assert_eq!(crowd.fields(), ["helpers"]);
    let missing = w.post("fixer", &format!("/hazards/{id}/rectify"), json!({})).await.problem(422, "invalid");
    assert_eq!(missing.fields(), ["note"]);
    let bare = w.post("fixer", &format!("/hazards/{id}/rectify"), json!({ "note": "好了" })).await;
    assert_eq!(bare.problem(422, "needs_evidence").fields(), ["photo"]);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("cursor=2026", "cursor"),
        ("state=open", "state"),
        ("from_on=2026-02-30", "from_on"),
        ("recurring=perhaps", "recurring"),
        ("unit=江湾", "unit"),
    ] {
        let refused = w.get("head", &format!("/hazards?{query}")).await.problem(422, "invalid");
        assert_eq!(refused.fields(), [field], "{query}");
    }
    let long = w.post("guard", "/hazards", json!({ "what": "灯".repeat(201), "place": stair })).await;
    assert_eq!(long.body["fields"][0]["title"], "问题最多 200 字，现在 201 字。");
}

#[tokio::test]
async fn times_that_cannot_be_are_refused() {
    let w = World::new();
    let body = json!({ "what": "灯不亮", "place": w.id("stair") });
    for (claimed, field) in [
        ("2026-11-16T08:30:00+08:00", "claimed_at"),
        ("1970-01-01T00:00:00Z", "claimed_at"),
        ("2026-11-16T07:00:00", "claimed_at"),
        ("1795390200000", "claimed_at"),
        ("2026-11-01T07:00:00+08:00", "back_reason"),
    ] {
        let refused = w.request("guard", "POST", "/hazards", &[("x-claimed-at", claimed)], Some(body.clone())).await;
        assert_eq!(refused.problem(422, "invalid").fields(), [field], "{claimed}");
    }
    let refused = w.request("guard", "POST", "/hazards", &[("idempotency-key", "17")], Some(body)).await;
    assert_eq!(refused.problem(422, "invalid").fields(), ["idempotency_key"]);
}

#[tokio::test]
async fn hidden_forbidden_and_moved_on_are_told_apart() {
    let w = World::new();
    let id = w.assigned().await;
    for path in ["".to_string(), "/comment".into(), "/close".into()] {
        let path = format!("/hazards/{id}{path}");
        let reply = match path.matches('/').count() {
            2 => w.get("farhead", &path).await,
            _ => w.post("farhead", &path, json!({ "note": "看看" })).await,
        };
        reply.problem(404, "not_found");
    }
    w.get("guard", &format!("/hazards/{NOBODY}")).await.problem(404, "not_found");
    w.get("farhead", &format!("/units/{}/people", w.id("school"))).await.problem(404, "not_found");
    w.get("farhead", &format!("/persons/{}", w.id("guard"))).await.problem(404, "not_found");
    let strange = json!({ "name": "某人" });
    w.post("farhead", &format!("/persons/{}/correct", w.id("guard")), strange).await.problem(404, "not_found");
    w.post("guard", &format!("/hazards/{id}/close"), json!({})).await.problem(403, "no_right");
    w.post("vice", &format!("/hazards/{id}/close"), json!({})).await.problem(409, "wrong_state");
    let stale = json!({ "note": "灯在二层", "version": 1 });
    w.post("head", &format!("/hazards/{id}/comment"), stale).await.problem(409, "stale");
    let foreign = json!({ "what": "灯不亮", "unit": w.id("far_school"), "place": w.id("far_gate") });
    w.post("guard", "/hazards", foreign).await.problem(404, "not_found");
    w.post("guard", "/units", json!({ "kind": "school", "name": "新校", "parent": w.id("county") }))
        .await
        .problem(403, "no_right");
}

/// The other children of a unit above are not shown to those below.
#[tokio::test]
async fn a_list_shows_only_what_could_be_opened() {
    let w = World::new();
    for (login, parent, seen) in [
        ("guard", "city", vec!["county"]),
        ("guard", "county", vec!["school"]),
        ("officer", "county", vec!["school", "agency"]),
        ("guard", "school", vec!["dept"]),
    ] {
        let page = w.get(login, &format!("/units/{}/children", w.id(parent))).await.ok();
        let ids: Vec<&str> = page.body["items"].as_array().unwrap().iter().filter_map(|u| u["id"].as_str()).collect();
        let expected: Vec<String> = seen.into_iter().map(|u| w.id(u)).collect();
        assert_eq!(ids, expected, "{login} below {parent}");
        for id in ids {
            w.get(login, &format!("/units/{id}")).await.ok();
        }
    }
    w.get("guard", &format!("/units/{}/children", w.id("far_county"))).await.problem(404, "not_found");
}

/// A NUL is refused by one engine and kept by the other: it must reach neither.
#[tokio::test]
async fn control_characters_are_cleaned_away() {
    let w = World::new();
    let body = json!({ "what": "灯\u{0}不亮\u{7}", "place": w.id("stair"), "place_text": "\u{0}" });
    let id = w.post("guard", "/hazards", body).await.ok().id();
    assert_eq!(w.get("guard", &format!("/hazards/{id}")).await.ok().body["what"], "灯不亮");
    let parent = w.id("county");
    let unit =
        json!({ "kind": "school", "name": "新\u{0}校", "parent": parent, "code": "12\u{0}3", "address": "\u{0}街" });
    let unit = w.post("officer", "/units", unit).await.ok().id();
    let change = json!({ "pupils": 3, "reason": "招\u{0}生", "phone": "0432\u{0}1" });
    w.post("officer", &format!("/units/{unit}/change"), change).await.ok();
    assert_eq!(w.get("officer", "/units?query=%00").await.ok().status, 200);
    assert_eq!(w.get("head", "/hazards?query=%00%E7%81%AF").await.ok().body["items"][0]["id"], id);
    w.get("head", "/places/by_code/%00abc").await.problem(404, "not_found");
    w.open("gu\u{0}ard", "x\u{0}").await.problem(401, "sign_in");
}

async fn raw(w: &World, method: &str, path: &str, kind: Option<&str>, body: impl Into<Body>) -> Reply {
    let token = w.token("guard").await;
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    if let Some(kind) = kind {
        request = request.header("content-type", kind);
    }
    w.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn whatever_http_itself_refuses_is_a_problem_too() {
    let w = World::new();
    let json = Some("application/json");
    for (method, path, kind, body, status, code) in [
        ("GET", "/api/v1/nothing", None, "", 404, "not_found"),
        ("GET", "/api/nothing", None, "", 404, "not_found"),
        ("GET", "/api", None, "", 404, "not_found"),
        ("GET", "/api/v1/hazards/17", None, "", 404, "not_found"),
        ("GET", "/api/v1/hazards/%ff%fe", None, "", 404, "not_found"),
        ("GET", "/api/v1/files/ABCD", None, "", 404, "not_found"),
        ("POST", "/api/v1/hazards/17/comment", json, "{\"note\":\"一\"}", 404, "not_found"),
        ("PUT", "/api/v1/hazards", json, "{}", 405, "no_method"),
        ("DELETE", "/api/v1/me", None, "", 405, "no_method"),
        ("PATCH", "/api/openapi.json", None, "", 405, "no_method"),
        ("POST", "/api/v1/hazards", json, "{\"what\":", 422, "invalid"),
        ("POST", "/api/v1/hazards", json, "{} {}", 422, "invalid"),
        ("POST", "/api/v1/hazards", json, "[]", 422, "invalid"),
        ("POST", "/api/v1/hazards", json, "null", 422, "invalid"),
        ("POST", "/api/v1/hazards", json, "{\"what\":\"一\",\"what\":\"二\"}", 422, "invalid"),
        ("POST", "/api/v1/hazards", Some("text/plain"), "{}", 415, "media_type"),
        ("POST", "/api/v1/hazards", None, "{}", 415, "media_type"),
        ("POST", "/api/v1/files", json, "{}", 415, "media_type"),
        ("POST", "/api/v1/files", Some("image/jpeg"), "", 422, "invalid"),
        ("POST", "/api/v1/files", Some("image/jpeg"), "<svg/>", 422, "invalid"),
        ("POST", "/api/v1/files", Some("multipart/form-data"), "x", 422, "invalid"),
        ("POST", "/api/v1/session", json, "{\"login\":\"guard\"}", 422, "invalid"),
    ] {
        let reply = raw(&w, method, path, kind, body).await;
        assert_eq!(reply.status, status, "{method} {path} {body}: {}", reply.body);
        reply.problem(status, code);
    }
    let reply = raw(&w, "PUT", "/api/v1/hazards", json, "{}").await;
    assert_eq!(reply.headers["allow"], "GET,HEAD,POST");
    let nested = format!("{{\"what\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    raw(&w, "POST", "/api/v1/hazards", json, nested).await.problem(422, "invalid");
    raw(&w, "POST", "/api/v1/hazards", json, vec![b' '; 300 * 1024]).await.problem(413, "too_big");
    raw(&w, "POST", "/api/v1/files", Some("image/jpeg"), vec![0; 13 * 1024 * 1024]).await.problem(413, "too_big");
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let w = World::new();
    let document = serde_json::to_value(web::api::document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if (path.as_str(), method.as_str()) == ("/api/v1/session", "post") {
                continue;
            }
            let address = path.replace("{id}", NOBODY).replace("{code}", "abc234").replace("{hash}", &"0".repeat(64));
            for token in [None, Some("Bearer "), Some("Bearer x"), Some("Basic eA==")] {
                let mut request = Request::builder().method(method.to_uppercase().as_str()).uri(&address);
                if let Some(token) = token {
                    request = request.header("authorization", token);
                }
                w.send(request.body(Body::empty()).unwrap()).await.problem(401, "sign_in");
            }
        }
    }
}

/// A browser sends its cookie by itself, so JSON under a cookie needs the page's token as well.
#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let w = World::new();
    let cookie = format!("xiaoan={}", w.token("guard").await);
    let read = Request::get("/api/v1/me").header("cookie", &cookie).body(Body::empty()).unwrap();
    w.send(read).await.ok();
    for site in ["same-origin", "cross-site"] {
        let body = json!({ "what": "灯不亮", "place": w.id("stair") }).to_string();
        let write = Request::post("/api/v1/hazards").header("cookie", &cookie).header("sec-fetch-site", site);
        let write = write.header("content-type", "application/json").body(Body::from(body)).unwrap();
        w.send(write).await.problem(403, "csrf");
    }
}

#[tokio::test]
async fn wrong_passwords_rest_and_strangers_are_told_the_same() {
    let w = World::new();
    let stranger = w.open("nobody.at.all", "x").await.problem(401, "sign_in");
    let known = w.open("guard", "x").await.problem(401, "sign_in");
    assert_eq!(stranger.body, known.body);
    for _ in 0..4 {
        w.open("guard", "x").await.problem(401, "sign_in");
    }
    let rest = w.open("guard", PASSWORD).await.problem(429, "too_many");
    let seconds: i64 = rest.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((290..=300).contains(&seconds), "{seconds}");
    w.open("head", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_first_password_must_be_changed_before_anything_else() {
    let w = World::new();
    let token = w.token("guard").await;
    let hash = web::signin::hash("Erste 12345").unwrap();
    let login = w.get("guard", "/me").await.ok().body["actor"]["login"].as_str().unwrap().to_string();
    let login = base::Id::parse(&login).unwrap();
    let reset = move |cx: &mut safety::Cx<'_, '_>| safety::org::login::set_password(cx, login, &hash, false, None);
    w.app.write(&safety::Actor::system(), safety::Meta::of("cli"), reset).unwrap();
    let opened = w.open("guard", "Erste 12345").await.ok();
    assert_eq!(opened.body["must_change"], true);
    assert_ne!(opened.body["token"], token);
    let bearer = format!("Bearer {}", opened.body["token"].as_str().unwrap());
    let ask = |method: &str, path: &str, body: Value| {
        let request = Request::builder().method(method).uri(path).header("authorization", &bearer);
        w.send(request.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap())
    };
    ask("GET", "/api/v1/hazards", json!({})).await.problem(403, "must_change");
    assert_eq!(ask("POST", "/api/v1/me/password", json!({ "password": "江城 2026 a" })).await.status, 204);
    ask("GET", "/api/v1/hazards", json!({})).await.ok();
}
