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

#[tokio::test(flavor = "multi_thread")]
async fn the_open_record_of_an_alarm_shows_who_answered_and_who_is_here_by_itself() {
    let w = World::new();
    w.by("head", |cx| {
        let new = safety::roll::NewClass { name: "七年级1班".into(), grade: 7, pupils: 40, ..Default::default() };
        safety::roll::open(cx, &new)
    })
    .unwrap();
    let at = w.signed("guard").await.post("/alarms", &[]).await.location().to_string();
    let mut desk = w.signed("desk").await;
    let page = desk.get(&at).await;
    let live = page.between("data-live=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    assert_eq!(live, format!("/live?page=alarm&id={}&turn=acknowledge", at.trim_start_matches("/alarms/")));
    assert!(page.text.contains("轮到您：应答"));
    let mut stream = crate::live::open(&w, &desk, &live).await;
    assert!(stream.until("event: beat").await);
    let mut head = w.signed("head").await;
    head.post(&format!("{at}/acknowledge"), &[]).await;
    assert!(stream.until("李建国 已应答").await);
    assert!(stream.until("<span class=\"bd a\">已应答</span>").await, "the state in the head");
    assert!(
        !stream.text.contains("row-alarm-turn"),
        "the school's own answer is not the county's: it is still his turn"
    );
    w.signed("officer").await.post(&format!("{at}/acknowledge"), &[]).await;
    assert!(
        stream.until("id=\"row-alarm-turn\"").await && stream.until("看现在要做什么").await,
        "it is no longer his turn"
    );
    let page = head.get(&at).await;
    let class = page.between("name=\"class\" value=\"", "\"").unwrap().to_string();
    head.post(&format!("{at}/roll"), &[("class", &class), ("here", "missing"), ("missing", "2")]).await;
    assert!(stream.until(&format!("id=\"row-class-{class}\"")).await && stream.until("不在 2 人").await);
    // A stranger's stream of the same record says nothing of it.
    let stranger = w.signed("stranger").await;
    let mut foreign = crate::live::open(&w, &stranger, &live).await;
    assert!(foreign.until("event: beat").await);
    head.post(&format!("{at}/end"), &[("outcome", "false"), ("note", "误按")]).await;
    assert!(stream.until("已解除").await);
    assert!(!foreign.text.contains("row-alarm"), "{}", foreign.text);
    assert!(!head.get(&at).await.text.contains("data-live"), "an ended one stands still");
}

#[tokio::test]
async fn an_alarm_stands_over_every_page_of_whoever_has_it_in_scope_until_it_is_answered() {
    let w = World::new();
    let mut officer = w.signed("officer").await;
    let mut stranger = w.signed("stranger").await;
    assert!(officer.get("/hazards").await.text.contains("<div id=\"row-alarms\" role=\"alert\"></div>"));
    // The officer looks through hazards; the page is not about alarms.
    let mut stream = crate::live::open(&w, &officer, "/live?page=hazards").await;
    let mut foreign = crate::live::open(&w, &stranger, "/live?page=hazards").await;
    assert!(stream.until("event: beat").await && foreign.until("event: beat").await);
    let mut guard = w.signed("guard").await;
    assert!(guard.get("/").await.text.contains("<a class=\"btn d huge\" href=\"/alarms/new\">"), "one tap from 今日");
    let at = guard.post("/alarms", &[]).await.location().to_string();
    let own = guard.get(&at).await.text;
    assert!(
        !own.contains("我到了") && !own.contains("轮到您"),
        "he pressed it: he is neither asked nor the one who comes"
    );
    assert!(stream.until("id=\"row-alarms\" role=\"alert\" class=\"over\"").await);
    assert!(stream.until("还没有人应答").await && stream.until(&format!("href=\"{at}\"")).await);
    assert!(stream.until("\"nav-emergency\":1").await, "{}", stream.text);
    for page in ["/", "/hazards", "/units", "/me"] {
        let page = officer.get(page).await;
        assert!(page.text.contains("江湾中学") && page.text.contains("还没有人应答"), "{}", page.text);
        crate::pages::check("/hazards", &page.text);
    }
    assert!(!officer.get(&at).await.text.contains("row-alarms"), "its own page needs no sign to itself");
    assert!(!stranger.get("/").await.text.contains("还没有人应答"));
    officer.post(&format!("{at}/acknowledge"), &[]).await;
    assert!(stream.until("<div id=\"row-alarms\" role=\"alert\" class=\"over\"></div>").await, "{}", stream.text);
    assert!(!officer.get("/").await.text.contains("还没有人应答"));
    // Something of the stranger's own shows that his stream lives.
    let own = w.raise_foreign();
    assert!(foreign.until(&format!("row-{own}")).await);
    assert!(!foreign.text.contains("row-alarms"), "{}", foreign.text);
}

#[tokio::test]
async fn the_bureau_sees_in_how_many_schools_a_test_was_answered_and_by_whom() {
    let w = World::new();
    let mut desk = w.signed("desk").await;
    assert!(desk.get("/alarms").await.text.contains("href=\"/alarms/schools\""));
    let page = desk.get("/alarms/schools").await;
    crate::pages::check("/alarms/schools", &page.text);
    assert!(
        page.text.contains("建成 0 所，本月测通 0 所，公安联网 0 所") && page.text.contains("还没建"),
        "{}",
        page.text
    );
    let mut head = w.signed("head").await;
    let at = head.post("/alarms", &[("test", "1")]).await.location().to_string();
    assert!(desk.get("/alarms/schools").await.text.contains("本月没测通"));
    // One school among many by a part of its name; what is not found is said, and the sum stays that of all.
    let rows = |page: &crate::world::Page| page.text.matches("data-row id=\"row-").count();
    assert_eq!(rows(&desk.get("/alarms/schools?q=江湾").await), 1);
    let none = desk.get("/alarms/schools?q=没有的").await;
    assert!(rows(&none) == 0 && none.text.contains("清除条件") && none.text.contains("建成 1 所"), "{}", none.text);
    desk.post(&format!("{at}/acknowledge"), &[]).await;
    let page = desk.get("/alarms/schools?page=99").await;
    assert!(
        page.text.contains("建成 1 所，本月测通 1 所，公安联网 0 所") && page.text.contains("上级已应答"),
        "{}",
        page.text
    );
    let record = head.get(&at).await;
    assert!(record.text.contains("已解除") && record.text.contains("上级 0 秒后应答"), "{}", record.text);
    assert_eq!(w.signed("guard").await.get("/alarms/schools").await.status, StatusCode::FORBIDDEN);
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

/// Waves of presses while the database is locked, and presses in each. The full length of part C, 500 presses in a lock of
/// a minute: `XIAOAN_LOCK_WAVES=10 XIAOAN_LOCK_PRESSES=50 XIAOAN_LOCK_SECONDS=60`.
fn asked(name: &str, else_: usize) -> usize {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(else_)
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
            let _ = locked.lock().unwrap().recv_timeout(std::time::Duration::from_secs(300));
            Ok(())
        },
        |_| {},
    );
    let (waves, presses) = (asked("XIAOAN_LOCK_WAVES", 5), asked("XIAOAN_LOCK_PRESSES", 1));
    let began = base::Stopwatch::start();
    let (mut ids, mut slowest) = (Vec::new(), 0);
    for _ in 0..waves {
        let mut wave = tokio::task::JoinSet::new();
        for _ in 0..presses {
            let (mut device, bearer) = (w.browser(), bearer.clone());
            wave.spawn(async move {
                let watch = base::Stopwatch::start();
                let answer =
                    device.ask(Method::POST, "/press?test=1", &[("authorization", &bearer)], Body::empty()).await;
                assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
                assert_eq!(answer.json()["kept"], true);
                (answer.json()["id"].as_str().unwrap().to_string(), watch.elapsed_ms())
            });
        }
        let done = wave.join_all().await;
        slowest = done.iter().map(|d| d.1).max().unwrap_or(0).max(slowest);
        let mut told: Vec<String> = done.into_iter().map(|d| d.0).collect();
        told.sort();
        ids.push(told);
        w.clock.advance(1_000);
    }
    assert!(slowest < 5_000, "answered from the disk, not by the database: {slowest} ms");
    let page = head.post("/alarms", &[]).await;
    assert_eq!(page.status, StatusCode::ACCEPTED, "{}", page.text);
    assert!(page.text.contains("还没有通知到人") && page.text.contains("tel:110"));
    let kept = |w: &World| std::fs::read_dir(w.app.data().join("alarms")).unwrap().count();
    assert_eq!(kept(&w), waves * presses + 1);
    let told: Vec<String> = std::fs::read_dir(w.app.data().join("alarms"))
        .unwrap()
        .map(|e| std::fs::read_to_string(e.unwrap().path()).unwrap())
        .collect();
    assert!(!told.iter().any(|t| t.contains(&bearer[7..])), "a button's address is kept as its hash");

    while began.elapsed_ms() < asked("XIAOAN_LOCK_SECONDS", 0) as i64 * 1_000 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }

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
    let sql = "select id, claimed_at from alarm where test = 1 order by claimed_at, id";
    let stored = w.app.db().read(move |tx| tx.rows(sql, &[])).unwrap();
    let mut by_wave: Vec<Vec<String>> = Vec::new();
    let mut last = None;
    for row in &stored {
        let at = row.ms("claimed_at").unwrap();
        if last.replace(at) != Some(at) {
            by_wave.push(Vec::new());
        }
        by_wave.last_mut().unwrap().push(row.id("id").unwrap().to_string());
    }
    by_wave.iter_mut().for_each(|wave| wave.sort());
    assert_eq!(by_wave, ids, "each once, in order, with its own time");
    eprintln!("{} presses while locked {} ms, slowest answer {slowest} ms", stored.len() + 1, began.elapsed_ms());
    let real = w.by("desk", |cx| safety::alarm::view::list(cx, false)).unwrap();
    assert_eq!(real.len(), 1);
    assert!(real[0].alarm.claimed_at < pressed_until);
}
