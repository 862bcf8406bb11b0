//! 一键报警 as people and devices meet it (5.2).

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::world::World;

#[tokio::test]
async fn pressed_answered_arrived_counted_and_ended_on_the_pages() {
    let w = World::new();
    w.by("head", |cx| {
        let new = safety::roll::NewClass { name: "七年级1班".into(), grade: 7, pupils: 40, ..Default::default() };
        safety::roll::open(cx, &new)
    })
    .unwrap();
    let mut guard = w.signed("guard").await;
    let page = guard.get("/alarms").await;
    assert!(page.text.contains("现在没有报警。") && page.text.contains("href=\"/alarms/new\""));
    let stair = w.stair.to_string();
    let pressed = guard.post("/alarms", &[("place", &stair), ("unit", "not an id")]).await;
    assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text);
    let at = pressed.location().to_string();
    let page = guard.get(&at).await;
    assert!(page.text.contains("江湾中学 3号楼东楼梯二层") && page.text.contains("未应答"), "{}", page.text);
    assert!(page.text.contains("关大门") && page.text.contains("请同时打 110"), "his card; no police desk is named");
    let own = guard.post(&format!("{at}/acknowledge"), &[]).await;
    assert!(own.status.is_client_error() && own.text.contains("报警是您按的"), "{}", own.text);

    let mut desk = w.signed("desk").await;
    let page = desk.get("/alarms").await;
    assert!(page.text.contains("江湾中学") && page.text.contains("data-count=\"nav-emergency\">1<"), "{}", page.text);
    let page = desk.get("/messages").await;
    assert!(page.text.contains("报警：江湾中学 3号楼东楼梯二层"), "{}", page.text);
    assert_eq!(desk.post(&format!("{at}/acknowledge"), &[]).await.location(), at);
    let mut head = w.signed("head").await;
    head.post(&format!("{at}/arrive"), &[]).await;
    let page = head.get(&at).await;
    assert!(page.text.contains("已到场") && page.text.contains("值班室"));
    let class = page.between("name=\"class\" value=\"", "\"").unwrap().to_string();
    let counted = [("class", class.as_str()), ("here", "missing"), ("missing", "2")];
    head.post(&format!("{at}/roll"), &counted).await;
    assert!(head.get(&at).await.text.contains("少 2 人"));
    let unsaid = head.post(&format!("{at}/end"), &[]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    head.post(&format!("{at}/end"), &[("outcome", "false"), ("note", "误按")]).await;
    let page = head.get(&at).await;
    assert!(page.text.contains("已解除") && page.text.contains("误报：误按"));
    assert!(desk.get("/alarms").await.text.contains("data-count=\"nav-emergency\" hidden>0<"));
}

#[tokio::test]
async fn a_button_presses_with_its_own_key_and_nobody_else_does() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let page = head.post(&format!("/units/{}/buttons", w.school), &[("name", "门卫室")]).await;
    let key = page.between("readonly value=\"", "\"").unwrap().to_string();
    assert_eq!(key.len(), 32);
    assert!(!head.get(&format!("/units/{}/buttons", w.school)).await.text.contains(&key), "shown once");
    let mut device = w.browser();
    for bad in ["", "Bearer ", "Bearer guess", &key] {
        let answer = device.ask(Method::POST, "/press", &[("authorization", bad)], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{bad}");
    }
    let bearer = format!("Bearer {key}");
    let answer = device.ask(Method::POST, "/press", &[("authorization", &bearer)], Body::empty()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_string();
    let page = w.signed("desk").await.get(&format!("/alarms/{id}")).await;
    assert!(page.text.contains("墙上的按钮") && page.text.contains("门卫室"), "{}", page.text);
    // It was lost on the way back: the device presses again, and it is the same alarm.
    let again = device.ask(Method::POST, "/press", &[("authorization", &bearer)], Body::empty()).await;
    assert_eq!(again.json()["id"].as_str(), Some(id.as_str()));
    let test = device.ask(Method::POST, "/press?test=1", &[("authorization", &bearer)], Body::empty()).await;
    assert_ne!(test.json()["id"].as_str(), Some(id.as_str()));
    assert!(head.get("/alarms/tests").await.text.contains("江湾中学"));
}

/// On SQLite one thread writes: a job that does not end is a locked database. PostgreSQL has many.
#[tokio::test]
async fn while_the_database_is_locked_presses_are_kept_on_the_disk_and_replayed_once_in_order() {
    let w = World::new();
    if w.app.db().engine() == db::Engine::Postgres {
        eprintln!("a locked writer is shown on SQLite");
        return;
    }
    let mut head = w.signed("head").await;
    let page = head.post(&format!("/units/{}/buttons", w.school), &[("name", "门卫室")]).await;
    let bearer = format!("Bearer {}", page.between("readonly value=\"", "\"").unwrap());
    let (release, locked) = std::sync::mpsc::channel::<()>();
    let locked = std::sync::Mutex::new(locked);
    w.app.db().write_then(
        move |_| {
            let _ = locked.lock().unwrap().recv_timeout(std::time::Duration::from_secs(60));
            Ok(())
        },
        |_| {},
    );
    let mut device = w.browser();
    let mut ids = Vec::new();
    for _ in 0..5 {
        let watch = base::Stopwatch::start();
        let answer = device.ask(Method::POST, "/press?test=1", &[("authorization", &bearer)], Body::empty()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
        assert!(watch.elapsed_ms() < 5_000, "answered from the disk");
        assert_eq!(answer.json()["kept"], true);
        ids.push(answer.json()["id"].as_str().unwrap().to_string());
        w.clock.advance(1_000);
    }
    let page = head.post("/alarms", &[]).await;
    assert_eq!(page.status, StatusCode::ACCEPTED, "{}", page.text);
    assert!(page.text.contains("还没有通知到人") && page.text.contains("tel:110"));
    let kept = |w: &World| std::fs::read_dir(w.app.data().join("alarms")).unwrap().count();
    assert_eq!(kept(&w), 6);
    let told: Vec<String> = std::fs::read_dir(w.app.data().join("alarms"))
        .unwrap()
        .map(|e| std::fs::read_to_string(e.unwrap().path()).unwrap())
        .collect();
    assert!(!told.iter().any(|t| t.contains(&bearer[7..])), "a button's address is kept as its hash");

    // Back: what was tried too late and what was kept are the same alarms.
    w.clock.advance(30_000);
    let pressed_until = w.app.now();
    release.send(()).unwrap();
    tokio::spawn(web::replay_alarms(w.web.clone()));
    let watch = base::Stopwatch::start();
    while kept(&w) > 0 {
        assert!(watch.elapsed_ms() < 60_000, "not replayed");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let tests = w.by("desk", |cx| safety::alarm::view::list(cx, true)).unwrap();
    let mut stored: Vec<_> = tests.iter().map(|l| (l.alarm.claimed_at, l.alarm.id.to_string())).collect();
    stored.sort();
    assert_eq!(stored.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(), ids, "each once, in order");
    let real = w.by("desk", |cx| safety::alarm::view::list(cx, false)).unwrap();
    assert_eq!(real.len(), 1);
    assert!(real[0].alarm.claimed_at < pressed_until);
}
