//! Every page opens for whoever may see it and keeps the rules of the shell.

use axum::http::StatusCode;

use crate::world::World;

/// Pages of one's own unit and of everybody.
fn paths(w: &World, unit: base::Id) -> Vec<String> {
    let mut out: Vec<String> = [
        "/",
        "/me",
        "/search",
        "/search?q=zfg",
        "/search?q=3%E5%8F%B7",
        "/clauses",
        "/clauses/2.6",
        "/clauses/1.1",
        "/help",
        "/help/hazard",
        "/help/problems",
        "/outbox",
        "/offline",
        "/_parts",
    ]
    .map(String::from)
    .to_vec();
    out.push(format!("/units/{unit}"));
    out.push(format!("/units/{unit}/posts"));
    out.push(format!("/q/{}", code(w)));
    out
}

fn code(w: &World) -> String {
    let stair = w.stair;
    w.system(move |cx| safety::org::place::load(cx, stair)).unwrap().code
}

pub fn check(path: &str, text: &str) {
    assert_eq!(text.matches("<h1").count(), 1, "{path}: one h1");
    assert!(text.matches("data-primary").count() <= 1 || path == "/_parts", "{path}: more than one filled button");
    assert!(!text.contains(" style=\""), "{path}: inline style");
    assert!(!text.contains("<script>"), "{path}: inline script");
    assert!(!text.contains("！"), "{path}: no exclamation");
    let kinds = ["kind-today", "kind-list", "kind-record", "kind-form", "kind-board"];
    let main = text.split("<main").nth(1).and_then(|m| m.split('>').next()).unwrap();
    assert_eq!(kinds.iter().filter(|k| main.contains(**k)).count(), 1, "{path}: {main}");
    // A visitor's page has no menu.
    if !main.contains("bare") {
        let nav = text.split("aria-label=\"主导航\"").nth(1).and_then(|n| n.split("</nav>").next()).unwrap();
        assert!((1..=7).contains(&nav.matches("<a ").count()), "{path}: menu");
    }
    if let Some(tabs) = text.split("aria-label=\"本栏目\"").nth(1).and_then(|n| n.split("</nav>").next()) {
        assert!(tabs.matches("<a ").count() <= 6, "{path}: tabs");
    }
    for banned in ["{{", "{%", "None", "Some("] {
        assert!(!text.contains(banned), "{path}: {banned}");
    }
}

#[tokio::test]
async fn every_page_opens_for_every_role_and_keeps_the_rules_of_the_shell() {
    let w = World::new();
    w.raise("guard", "疏散指示灯不亮");
    for (login, unit) in [
        ("guard", w.school),
        ("teacher", w.school),
        ("fixer", w.school),
        ("head", w.school),
        ("vice", w.school),
        ("principal", w.school),
        ("officer", w.county),
        ("desk", w.county),
        ("admin", w.city),
        ("auditor", w.city),
        ("agency", w.agency()),
    ] {
        let mut b = w.signed(login).await;
        for path in paths(&w, unit) {
            let page = b.get(&path).await;
            if path.starts_with("/q/") && ["auditor", "agency"].contains(&login) {
                assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{login} reads no places");
                continue;
            }
            assert_eq!(page.status, StatusCode::OK, "{login} {path}: {}", page.text);
            check(&path, &page.text);
        }
    }
}

#[tokio::test]
async fn every_page_of_units_people_and_places_opens_for_those_who_manage_them() {
    let w = World::new();
    let hazard = w.raise("guard", "疏散指示灯不亮");
    let (school, guard) = (w.school, w.people["guard"]);
    for login in ["head", "officer"] {
        let mut b = w.signed(login).await;
        for path in [
            format!("/units/{school}"),
            format!("/units/{school}/people"),
            format!("/units/{school}/people?q=zfg"),
            format!("/units/{school}/posts"),
            format!("/units/{school}/places"),
            format!("/units/{school}/places/labels"),
            format!("/persons/{guard}"),
            format!("/places/{}", w.stair),
            "/units".to_string(),
            "/units?q=jw".to_string(),
        ] {
            let page = b.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{login} {path}: {}", page.text);
            check(&path, &page.text);
        }
        w.settle();
        let proof = b.get(&format!("/records/{hazard}/proof")).await;
        let report = journal::verify_bundle(&proof.text, Some(&w.app.verifier_key())).unwrap();
        assert_eq!((report.table.as_str(), report.id), ("hazard", hazard));
    }
    let mut officer = w.signed("officer").await;
    let page = officer.get(&format!("/units/new?of={}", w.county)).await;
    check("/units/new", &page.text);
    let part = officer.get_with("/units?q=jw", &[("hx-request", "true")]).await;
    assert!(!part.text.contains("<html") && part.text.contains("江湾中学"), "{}", part.text);
    let mut auditor = w.signed("auditor").await;
    for path in ["/journal", "/journal/0"] {
        let page = auditor.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        check(path, &page.text);
    }
    assert_eq!(auditor.get("/journal/999999").await.status, StatusCode::NOT_FOUND);
    let withheld = auditor.get(&format!("/records/{hazard}/proof")).await;
    assert_eq!(withheld.status, StatusCode::OK);
    assert!(!withheld.text.contains("疏散指示灯"), "an auditor proves without reading");
}

#[tokio::test]
async fn nobody_gets_a_password_or_a_device_by_way_of_a_proof() {
    let w = World::new();
    let login = w.actor("head").login.unwrap();
    let mut head = w.signed("head").await;
    let own = head.get(&format!("/records/{login}/proof")).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(!own.text.contains("argon2") && own.json()["record"].is_null());
    let mut guard = w.signed("guard").await;
    assert_eq!(guard.get(&format!("/records/{login}/proof")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn today_says_what_waits_and_the_lateness() {
    let w = World::new();
    w.raise("guard", "疏散指示灯不亮");
    let mut head = w.signed("head").await;
    let page = head.get("/").await;
    assert!(page.text.contains("有 <b data-count=\"nav-today\">4</b> 件事等您。"), "{}", page.text);
    assert!(page.text.contains("定级：3号楼东楼梯二层：疏散指示灯不亮"));
    assert!(page.text.contains("去定级"));
    assert!(page.text.contains("查过 0 / 2 处"));
    w.clock.advance(3 * base::Ms::DAY);
    let page = head.get("/").await;
    assert!(page.text.contains("<b class=\"r\">2 件已逾期</b>"), "{}", page.text);
    assert!(page.text.contains("逾期 2 天"));
    assert!(page.text.contains("class=\"n hot\" data-count=\"nav-hazard\">1</em>"));
    let mut guard = w.signed("guard").await;
    let page = guard.get("/").await;
    assert!(page.text.contains("<h1>门卫 · 张福贵</h1>") && page.text.contains("btn p huge"));
    assert!(!page.text.contains("aria-label=\"底部导航\""), "a guard's today is the menu");
    let mut officer = w.signed("officer").await;
    let page = officer.get("/").await;
    assert!(page.text.contains("全辖在办隐患 1 条") && page.text.contains("哪里需要帮一把"));
}

#[tokio::test]
async fn search_finds_by_initials_in_scope_only() {
    let w = World::new();
    w.raise("guard", "疏散指示灯不亮");
    let mut head = w.signed("head").await;
    assert!(head.get("/search?q=zfg").await.text.contains(">张福贵</a>"));
    assert!(head.get("/search?q=sszsd").await.text.contains("疏散指示灯不亮"));
    assert!(head.get("/search?q=3hl").await.text.contains(">3号楼东楼梯二层</a>"));
    assert_eq!(head.get("/search?q=2.6").await.location(), "/clauses/2.6");
    assert!(head.get("/search?q=bszr").await.text.contains("没有找到"), "another county's head is not found");
    assert!(head.get("/search?q=%25").await.text.contains("没有找到"), "a percent sign is no wildcard");
}

#[tokio::test]
async fn a_demo_says_so_on_every_page_and_plain_http_too() {
    let w = World::with(|c| c.demo = true);
    let page = w.browser().get("/login").await;
    assert!(page.text.contains("演示数据") && page.text.contains("模拟时间 2026-11-16 07:30"));
    assert!(page.text.contains("这里没有加密连接"));
    let mut head = w.signed("head").await;
    let labels = head.get(&format!("/units/{}/places/labels", w.school)).await;
    assert!(labels.text.matches("演示数据").count() >= 3, "banner and every label");
    let unit = format!("/units/{}", w.school);
    let hazard = format!("/hazards/{}", w.raise("guard", "灯不亮"));
    let letter = format!("{hazard}/letter");
    for printed in
        ["/hazards", "/hazards/ledger", "/hazards/stats", "/hazards/coverage", "/checks", &hazard, &letter, &unit]
    {
        let page = head.get(printed).await;
        assert!(page.text.contains("class=\"print-only demo-mark\">演示数据"), "{printed} on paper does not say it");
    }
    let real = World::new();
    assert!(!real.signed("head").await.get("/hazards").await.text.contains("演示数据"));
    assert!(!real.browser().get("/login").await.text.contains("演示数据"));
}

#[tokio::test]
async fn machines_learn_how_it_stands() {
    let w = World::new();
    let mut b = w.browser();
    assert_eq!(b.get("/healthz").await.text, "ok\n");
    assert_eq!(b.get("/readyz").await.text, "ready\n");
    w.signed("head").await;
    let metrics = b.get("/metrics").await.text;
    for line in [
        "xiaoan_http_request_seconds_count{method=\"POST\",route=\"/login\",status=\"303\"} 1",
        "xiaoan_sign_ins 1",
        "xiaoan_live_streams 0",
        "xiaoan_audit_findings 0",
    ] {
        assert!(metrics.contains(line), "{line} in {metrics}");
    }
    let leaves = metrics.lines().find(|l| l.starts_with("xiaoan_journal_leaves ")).unwrap();
    assert!(leaves.split(' ').nth(1).unwrap().parse::<i64>().unwrap() > 40);
    assert!(!metrics.contains("head\"") && !metrics.contains("李建国"));
}

/// Addresses of our own that a page links to, files left out.
fn links(text: &str) -> Vec<String> {
    let found = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own =
        found.filter(|h| h.starts_with('/') && !["/assets", "/manifest", "/files/"].iter().any(|f| h.starts_with(f)));
    let whole = own.map(|h| h.replace("&amp;", "&").replace("&#38;", "&"));
    whole.map(|h| h.split('#').next().unwrap().to_string()).collect()
}

/// An address without its ids and values: one of a kind is enough.
fn kind(path: &str) -> String {
    let named = path.split(['/', '&', '?']).map(|part| match part.split_once('=') {
        Some((name, _)) => name.to_string(),
        None if base::Id::parse(part).is_some() => "{id}".into(),
        None if !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) => "{n}".into(),
        None => part.to_string(),
    });
    named.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn no_link_of_any_page_leads_nowhere() {
    let w = World::new();
    let hazard = w.raise("guard", "疏散指示灯不亮");
    for login in ["head", "guard", "officer", "admin"] {
        let mut b = w.signed(login).await;
        let mut waiting = vec!["/".to_string(), "/setup/school".into(), "/_parts".into()];
        if ["head", "officer"].contains(&login) {
            waiting.push(format!("/hazards/{hazard}"));
        }
        let mut seen = std::collections::BTreeSet::new();
        while let Some(path) = waiting.pop() {
            if !seen.insert(kind(&path)) || path.starts_with("/_parts") {
                continue;
            }
            let page = b.get(&path).await;
            let setup = path.starts_with("/setup") && login != "head";
            assert!(
                setup || page.status == StatusCode::OK || page.status == StatusCode::SEE_OTHER,
                "{login} {path}: {}",
                page.status
            );
            if page.header("content-type").starts_with("text/html") {
                waiting.extend(links(&page.text));
            }
            assert!(seen.len() < 400, "{login}: more kinds of pages than there can be");
        }
        assert!(seen.len() > 20, "{login}: {seen:?}");
    }
}
