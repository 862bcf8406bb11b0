//! Who gets in, how forms are guarded, and what every refusal looks like.

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::world::{PASSWORD, World};

#[tokio::test]
async fn one_signs_in_works_and_signs_out() {
    let w = World::new();
    let mut b = w.browser();
    let page = b.get("/hazards?bucket=open").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(page.location(), "/login?next=%2Fhazards%3Fbucket%3Dopen");
    let login = b.get(page.header("location")).await;
    assert_eq!(login.between("name=\"next\" value=\"", "\""), Some("/hazards?bucket=open"));
    let entered = b.sign_in(" Head ", PASSWORD).await;
    assert_eq!((entered.status, entered.location()), (StatusCode::SEE_OTHER, "/"));
    let cookie = entered.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
    assert!(
        cookie.starts_with("xiaoan=") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(b.cookies["xiaoan"].len(), 64);
    let today = b.get("/").await;
    assert_eq!(today.status, StatusCode::OK);
    assert!(today.text.contains("江湾中学") && today.text.contains("2026年11月16日 星期一"));
    let out = b.post("/logout", &[]).await;
    assert_eq!(out.location(), "/login");
    assert_eq!(b.get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn after_five_wrong_tries_a_stranger_waits_but_a_known_device_does_not() {
    let w = World::new();
    let known = w.signed("guard").await;
    let mut attacker = w.browser();
    for left in [4, 3, 2, 1] {
        let page = attacker.sign_in("guard", "wrong").await;
        assert_eq!(page.status, StatusCode::UNAUTHORIZED);
        assert!(page.text.contains(&format!("再试 {left} 次后要等 5 分钟")), "{left}: {}", page.text);
    }
    assert!(attacker.sign_in("guard", "wrong").await.text.contains("试得太多了，请 5 分钟 后再登录"));
    let rests = attacker.sign_in("guard", PASSWORD).await;
    assert_eq!(rests.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(!attacker.cookies.contains_key("xiaoan"));
    let mut own = w.browser();
    own.cookies.insert("xiaoan-known".into(), known.cookies["xiaoan-known"].clone());
    assert_eq!(own.sign_in("guard", PASSWORD).await.status, StatusCode::SEE_OTHER);
    let mut forged = w.browser();
    forged.cookies.insert("xiaoan-known".into(), format!("{}x", &known.cookies["xiaoan-known"][..88]));
    assert_eq!(forged.sign_in("guard", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn nobody_learns_whether_a_login_exists() {
    let w = World::new();
    let mut pages = Vec::new();
    for name in ["auditor", "nobody-at-all"] {
        for _ in 0..6 {
            let page = w.browser().sign_in(name, "wrong").await;
            pages.push((page.status, page.text.replace(name, "x"), page.headers.get("retry-after").cloned()));
        }
    }
    let (real, invented) = pages.split_at(6);
    assert_eq!(real, invented);
    assert_eq!(real[5].0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn a_form_without_our_token_or_from_another_site_is_refused() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let path = format!("/units/{}/places", w.school);
    let fields = [("name", "2号楼"), ("kind", "building")];
    let refused = b.post_raw(&path, &fields, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text.contains("这一页放得太久了"));
    let json = b.post_raw(&path, &fields, &[("accept", "application/json")]).await.json();
    assert_eq!((json["code"].as_str(), json["status"].as_i64()), (Some("csrf"), Some(403)));
    for header in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("origin", "null")] {
        assert_eq!(b.post_with(&path, &fields, &[header]).await.status, StatusCode::FORBIDDEN, "{header:?}");
    }
    assert_eq!(b.get(&path).await.text.matches("2号楼").count(), 0);
    let done = b.post_with(&path, &fields, &[("origin", "http://xiaoan.test")]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, path.as_str()));
    let header = [("x-csrf", b.csrf.clone())];
    let header: Vec<(&str, &str)> = header.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let fields = [("name", "4号楼"), ("kind", "building")];
    assert_eq!(b.post_raw(&path, &fields, &header).await.status, StatusCode::SEE_OTHER);
    let bearer = format!("Bearer {}", b.cookies["xiaoan"]);
    let mut program = w.browser();
    let fields = [("name", "5号楼"), ("kind", "building")];
    let done = program.post_raw(&path, &fields, &[("authorization", &bearer)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "a token needs no CSRF");
    let evil = w
        .browser()
        .post_raw("/login", &[("login", "head"), ("password", PASSWORD)], &[("origin", "https://evil.example")])
        .await;
    assert_eq!(evil.status, StatusCode::FORBIDDEN, "nobody is signed in by another site");
}

#[tokio::test]
async fn a_first_password_is_changed_before_anything_else() {
    let w = World::new();
    let mut b = w.browser();
    assert_eq!(b.sign_in("first", PASSWORD).await.location(), "/me?first=1");
    assert_eq!(b.get("/").await.location(), "/me?first=1");
    let json = b.get_with("/hazards", &[("accept", "application/json")]).await;
    assert_eq!((json.status, json.json()["code"].as_str()), (StatusCode::FORBIDDEN, Some("must_change")));
    let me = b.get("/me").await;
    assert_eq!(me.status, StatusCode::OK);
    assert!(!me.text.contains("name=\"old\""), "a first password is not asked again");
    for (new, again, said) in [
        ("short1", "short1", "密码至少 8 位。"),
        ("12345678", "12345678", "密码太简单"),
        ("a better one 7", "a better one 8", "两次填的密码不一样。"),
        (PASSWORD, PASSWORD, "新密码要和原来的不一样。"),
    ] {
        let page = b.post("/me/password", &[("password", new), ("password_again", again)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(page.text.contains(said), "{new}: {said}");
        assert!(page.text.contains("有 <span data-errors-count>1</span> 处要改"));
    }
    let done = b.post("/me/password", &[("password", "a better one 7"), ("password_again", "a better one 7")]).await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(b.get("/").await.status, StatusCode::OK);
    assert_eq!(w.browser().sign_in("first", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(w.browser().sign_in("first", "a better one 7").await.location(), "/");
}

#[tokio::test]
async fn changing_the_password_asks_for_the_old_one_and_ends_the_other_sessions() {
    let w = World::new();
    let (mut here, mut there) = (w.signed("vice").await, w.signed("vice").await);
    let new = [("password", "a better one 7"), ("password_again", "a better one 7")];
    for _ in 0..5 {
        let page = here.post("/me/password", &[("old", "guess"), new[0], new[1]]).await;
        assert!(page.text.contains("原密码不对，请再填一次。"));
    }
    let rests = here.post("/me/password", &[("old", PASSWORD), new[0], new[1]]).await;
    assert!(rests.text.contains("原密码试得太多了"), "an open session is no place to guess");
    assert_eq!(there.get("/").await.status, StatusCode::OK);
    let mut other = w.signed("principal").await;
    let mut phone = w.signed("principal").await;
    let done = other.post("/me/password", &[("old", PASSWORD), new[0], new[1]]).await;
    assert_eq!(done.location(), "/me?done=1");
    assert_eq!(other.get("/").await.status, StatusCode::OK);
    assert_eq!(phone.get("/").await.status, StatusCode::SEE_OTHER, "signed out elsewhere");
}

#[tokio::test]
async fn sessions_are_listed_and_a_lost_phone_is_signed_out() {
    let w = World::new();
    let mut phone = w.signed("guard").await;
    let mut desk = w.signed("guard").await;
    let page = desk.get("/me").await;
    let id = page.between("name=\"id\" value=\"", "\"").unwrap().to_string();
    let foreign = w.signed("head").await.post("/me/sessions", &[("id", &id)]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "another's session is not there");
    assert_eq!(desk.post("/me/sessions", &[("id", &id)]).await.location(), "/me");
    assert_eq!(phone.get("/").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_token_page_tells_who_is_signed_in_and_the_time() {
    let w = World::new();
    let mut b = w.signed("guard").await;
    let json = b.get_with("/me/token", &[("accept", "application/json")]).await.json();
    assert_eq!(json["name"], "张福贵");
    assert_eq!(json["now"].as_i64(), Some(w.app.now().0));
    assert_eq!(json["csrf"].as_str(), Some(b.csrf.as_str()));
    let none = w.browser().get_with("/me/token", &[("accept", "application/json")]).await;
    assert_eq!(none.status, StatusCode::UNAUTHORIZED);
    assert_eq!(none.header("content-type"), "application/problem+json");
    assert_eq!(none.json()["code"], "sign_in");
}

#[tokio::test]
async fn what_one_may_not_know_is_not_found_and_what_one_may_not_do_is_refused() {
    let w = World::new();
    let mut guard = w.signed("guard").await;
    for path in [
        format!("/units/{}", w.foreign_school),
        format!("/units/{}/people", w.foreign_school),
        format!("/persons/{}", w.people["stranger"]),
        format!("/places/{}", w.foreign_gate),
        format!("/records/{}/proof", w.foreign_gate),
        format!("/units/{}", base::Id::new(w.app.now())),
        "/units/not-an-id".into(),
        "/q/zzzzzz".into(),
        "/clauses/9.9".into(),
        "/files/xyz".into(),
        "/nowhere".into(),
    ] {
        let page = guard.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text.contains("<h1>没有找到这一页</h1>"), "{path}");
        assert!(page.text.contains("action=\"/search\""), "{path}");
    }
    let add = format!("/units/{}/people", w.school);
    let page = guard.post(&add, &[("name", "生人")]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.text.contains("这一步不归您的岗位办"));
    let foreign = format!("/units/{}/people", w.foreign_school);
    assert_eq!(guard.post(&foreign, &[("name", "生人")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(guard.get("/journal").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn every_refusal_of_http_itself_is_a_problem_for_programs_and_a_page_for_people() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let json = [("accept", "application/json")];
    let cases = [
        (Method::GET, "/nowhere", 404, "not_found"),
        (Method::GET, "/api/nowhere", 404, "not_found"),
        (Method::DELETE, "/me", 405, "no_method"),
        (Method::POST, "/healthz", 405, "no_method"),
    ];
    for (method, path, status, code) in cases {
        let page = b.ask(method.clone(), path, &json, Body::empty()).await;
        assert_eq!(page.status.as_u16(), status, "{method} {path}");
        assert_eq!(page.header("content-type"), "application/problem+json");
        let problem = page.json();
        assert_eq!((problem["code"].as_str(), problem["status"].as_u64()), (Some(code), Some(status as u64)));
        assert_eq!(problem["type"], format!("/help/problems#{code}"));
        assert!(problem["title"].as_str().unwrap().ends_with('。'));
        assert!(problem["fields"].as_array().unwrap().is_empty());
    }
    let wrong = b.ask(Method::DELETE, "/me", &[], Body::empty()).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.header("allow"), "GET,HEAD");
    assert!(wrong.header("content-type").starts_with("text/html"));
    let path = format!("/units/{}/places", w.school);
    let kind = [("content-type", "text/plain"), json[0]];
    let media = b.ask(Method::POST, &path, &kind, Body::from("x")).await;
    assert_eq!((media.status.as_u16(), media.json()["code"].as_str()), (415, Some("media_type")));
    let big = b.post_with(&path, &[("name", &"x".repeat(300_000))], &json).await;
    assert_eq!((big.status.as_u16(), big.json()["code"].as_str()), (413, Some("too_big")));
    let fields = b.post_with(&path, &[("name", ""), ("kind", "stair")], &json).await.json();
    assert_eq!(fields["code"], "invalid");
    assert_eq!(fields["title"], "请填名称。");
    assert_eq!(fields["fields"][0]["field"], "name");
}

#[tokio::test]
async fn a_request_with_a_key_is_done_once() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let path = format!("/units/{}/places", w.school);
    let key = base::Id::new(w.app.now()).to_string();
    let headers = [
        ("idempotency-key", key.as_str()),
        ("accept", "application/json"),
        ("x-device-at", "1"),
        ("x-claimed-at", "1795390200000"),
    ];
    let fields = [("name", "2号楼"), ("kind", "building")];
    let first = b.post_with(&path, &fields, &headers).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert_eq!(first.json()["id"], key, "a create takes the key as id");
    assert_eq!(first.json()["location"], path);
    let again = b.post_with(&path, &fields, &headers).await;
    assert_eq!(again.json()["id"], key);
    assert_eq!(b.get(&path).await.text.matches(">2号楼</a>").count(), 1);
    let other = b.post_with(&path, &[("name", "3号楼"), ("kind", "building")], &headers).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["fields"][0]["field"], "idempotency_key");
    let bad = b.post_with(&path, &fields, &[("idempotency-key", "seven"), headers[1]]).await;
    assert_eq!(bad.json()["fields"][0]["field"], "idempotency_key");
    let bad = b.post_with(&path, &fields, &[("x-claimed-at", "yesterday"), headers[1]]).await;
    assert_eq!(bad.json()["fields"][0]["field"], "claimed_at");
}

#[tokio::test]
async fn every_answer_carries_the_policy_and_pages_are_compressed_for_one_viewer() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let page = b.get_with("/clauses", &[("accept-encoding", "br")]).await;
    assert_eq!(page.header("content-encoding"), "br");
    assert!(page.bytes.len() < 12_000, "{} bytes", page.bytes.len());
    assert_eq!(page.header("cache-control"), "private, no-cache");
    let vary: Vec<&str> = page.headers.get_all("vary").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(vary.join(",").to_lowercase().contains("hx-request"), "{vary:?}");
    for path in ["/", "/healthz", "/nowhere", "/tlog/checkpoint", assets::url("app.css")] {
        let page = b.get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
    }
    let css = b.get_with(assets::url("app.css"), &[("accept-encoding", "gzip;q=0, br")]).await;
    assert_eq!((css.header("content-encoding"), css.header("content-type")), ("br", "text/css; charset=utf-8"));
    assert!(css.header("cache-control").contains("immutable"));
    let worker = b.get("/sw.js").await;
    assert_eq!((worker.status, worker.header("cache-control")), (StatusCode::OK, "no-cache"));
    assert_eq!(b.get("/assets/app.000000.js").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_look_is_kept_and_only_known_looks_are() {
    let w = World::new();
    let mut b = w.signed("guard").await;
    b.post("/me/look", &[("theme", "yard"), ("size", "xl")]).await;
    let page = b.get("/").await;
    assert!(page.text.contains("data-theme=\"yard\" data-size=\"xl\""));
    b.post("/me/look", &[("theme", "\"><script>"), ("size", "huge")]).await;
    assert!(b.get("/").await.text.contains("data-theme=\"yard\" data-size=\"xl\""));
}
