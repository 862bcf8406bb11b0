//! 疏散 by its pages (notice 2.5): a director enters a twelve-class school from one sheet in at most sixty fields and gets
//! timetable, posts, pictures and cards; a run can be stopped; a bus that nobody can reach is named; another approves.

use std::time::Duration;

use axum::http::StatusCode;
use base::Id;
use safety::movement::{self, Go, House, Kind, NewBuilding, NewPlan, Room, Simple, Stage, Stair};

use crate::world::{Browser, World};

/// What stands on the sheet: (field, value).
fn sheet() -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = [
        ("house", "A"),
        ("floors", "3"),
        ("corridor_length", "62步"),
        ("corridor_width", "2.1"),
        ("to_assembly", "25"),
        ("stair_1", "1.5"),
        ("exit_1", "1.4"),
        ("stair_2", "1.5"),
        ("exit_2", "1.4"),
        ("gate_1", "东门"),
        ("gate_width_1", "3"),
        ("gate_far_1", "50"),
    ]
    .map(|(k, v)| (k.to_string(), v.to_string()))
    .to_vec();
    for i in 0..12 {
        out.push((format!("class_{}", i + 1), format!("{}-{}", 1 + i / 2, 1 + i % 2)));
        out.push((format!("floor_{}", i + 1), (1 + i / 4).to_string()));
        out.push((format!("pupils_{}", i + 1), (38 + i).to_string()));
    }
    out
}

fn as_fields(list: &[(String, String)]) -> Vec<(&str, &str)> {
    list.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect()
}

/// A small school with a plan, without the pages: (building, plan, card). For the walk of strangers.
pub fn planned(w: &World) -> (Id, Id, Id) {
    let house = House {
        name: "A".into(),
        floors: "2".into(),
        stairs: vec![Stair { width: "1.5".into(), exit: "1.4".into(), ..Stair::default() }],
        ..House::default()
    };
    let rooms = (1..=2).map(|n| Room {
        floor: n.to_string(),
        class: format!("{n}-1"),
        grade: n.to_string(),
        pupils: "30".into(),
        ..Room::default()
    });
    let gate = movement::Gate { name: "东门".into(), ..movement::Gate::default() };
    let simple = Simple { houses: vec![house], gates: vec![gate], rooms: rooms.collect() };
    let judged = movement::judge("x", &NewBuilding { simple: Some(simple), ..NewBuilding::default() }).unwrap();
    let building = w.by("head", move |cx| movement::enter(cx, None, &judged)).unwrap();
    let doc = w.by("head", move |cx| movement::building_of(cx, building)).unwrap().doc;
    let mut go = |p: movement::Progress| if p.stage == Stage::Timetable { Go::Enough } else { Go::On };
    let made = movement::reckon(&doc, None, &mut go).unwrap().unwrap();
    let new = NewPlan { id: None, building, kind: Kind::Dismissal, title: "错时放学".into(), note: None };
    let plan = w.by("head", move |cx| movement::store(cx, &new, &made)).unwrap();
    let card = w.by("head", move |cx| movement::view(cx, plan)).unwrap().cards[0].id;
    (building, plan, card)
}

/// Waits for a run as a page does that asks again and again.
async fn finished(b: &mut Browser, run: &str) -> String {
    for _ in 0..600 {
        let page = b.get(run).await;
        if page.status == StatusCode::SEE_OTHER {
            return page.location().to_string();
        }
        assert!(page.text.contains("正在算"), "{}", page.text);
        assert_eq!(page.header("refresh"), "2", "the page asks again by itself, also without scripts");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the run did not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_2_5_a_school_from_one_sheet_gets_timetable_posts_and_pictures() {
    let w = World::new();
    let mut head = w.signed("head").await;
    assert!(head.get("/movements").await.text.contains("填校舍"));
    let form = head.get("/movements/building").await;
    assert_eq!(form.status, StatusCode::OK);
    let sheet = sheet();
    assert!(sheet.len() <= 60, "{} fields are filled in", sheet.len());
    for (field, _) in &sheet {
        assert!(form.text.contains(&format!("name=\"{field}\"")), "{field}");
    }
    let mut wrong = sheet.clone();
    wrong.push(("pupils_12".into(), "四十".into()));
    wrong.retain(|(k, v)| k != "pupils_12" || v == "四十");
    let kept = head.post("/movements/building", &as_fields(&wrong)).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        kept.text.contains("班级 第") && kept.text.contains("不是数") && kept.text.contains("四十"),
        "{}",
        kept.text
    );
    let mut bus = sheet.clone();
    bus.extend([("bus_line", "7"), ("bus_classes", "6-1"), ("bus_minutes", "5")].map(|(k, v)| (k.into(), v.into())));
    let late = head.post("/movements/building", &as_fields(&bus)).await;
    assert!(late.text.contains("7 路校车来不及：即使一路无人，也差"), "{}", late.text);

    let entered = head.post("/movements/building", &as_fields(&sheet)).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
    let building = entered.location().to_string();
    let page = head.get(&building).await;
    for words in ["12 个班", "开始算", "GB 50099", "62 步按每步 0.65 米折算", "管理参考，不代替消防设计审查"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    // Stopped before it is ready: nothing is stored.
    let run = head.post(&format!("{building}/reckon"), &[]).await.location().to_string();
    assert_eq!(head.post(&run, &[("do", "cancel")]).await.status, StatusCode::SEE_OTHER);
    for _ in 0..200 {
        if head.get(&run).await.text.contains("停了，没有存下任何东西") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(head.get(&run).await.text.contains("停了，没有存下任何东西"));
    assert!(head.get("/movements").await.text.contains("还没有错时放学表"));

    let run = head.post(&format!("{building}/reckon"), &[("title", "秋季错时放学表")]).await.location().to_string();
    assert_eq!(head.post(&run, &[("do", "enough")]).await.status, StatusCode::SEE_OTHER);
    let plan = finished(&mut head, &run).await;
    let page = head.get(&plan).await;
    for words in
        ["秋季错时放学表", "6-2", "A楼 1号楼梯 2层下1层", "要有人的地方", "停止规则", "封闭预案卡", "轮到您：送审"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    for of in ["", "?of=phone", "?of=evacuation"] {
        let svg = head.get(&format!("{plan}/picture{of}")).await;
        assert_eq!(svg.header("content-type"), "image/svg+xml; charset=utf-8");
        assert!(svg.text.starts_with("<svg") && svg.text.contains("6-2") && svg.text.len() < 400 * 1024, "{of}");
        assert!(svg.header("content-security-policy").contains("default-src 'none'"));
    }
    let paper = head.get(&format!("{plan}/print")).await;
    assert_eq!(paper.text.matches("<th scope=\"row\">").count(), 12);
    let card = page.between("href=\"/movements/cards/", "\"").unwrap().to_string();
    assert!(head.get(&format!("/movements/cards/{card}")).await.text.contains("封闭"));

    assert_eq!(head.post(&plan, &[("do", "ask")]).await.status, StatusCode::SEE_OTHER);
    assert!(head.get(&plan).await.text.contains("待审批"));
    let mut principal = w.signed("principal").await;
    assert!(principal.get(&plan).await.text.contains("轮到您：审批"));
    assert_eq!(principal.post(&plan, &[("do", "approve")]).await.status, StatusCode::SEE_OTHER);
    assert!(principal.get(&plan).await.text.contains("已批准"));
    let used = head.post(&format!("/movements/cards/{card}"), &[("do", "use")]).await;
    assert_eq!(used.status, StatusCode::SEE_OTHER, "{}", used.text);
    let mut teacher = w.signed("teacher").await;
    assert!(teacher.get("/movements").await.text.contains("今天封闭"));
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_are_listed_by_week_and_said_by_day_and_an_event_is_approved_before_it() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let (teacher, guard) = (w.people["teacher"].to_string(), w.people["guard"].to_string());
    let row = [
        ("weekday_1", "0"),
        ("place_1", "东楼梯二层平台"),
        ("at_1", "11:30—11:45"),
        ("person_1", teacher.as_str()),
        ("substitute_1", guard.as_str()),
    ];
    assert_eq!(head.post("/movements/posts", &row).await.status, StatusCode::SEE_OTHER);
    let page = head.get("/movements/posts").await;
    let post = page.between("name=\"stood_", "\"").unwrap().to_string();
    let mut own = w.signed("teacher").await;
    let said = own.post("/movements/posts/day", &[(&format!("stood_{post}"), "stood")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text);
    assert_eq!(
        head.post("/movements/posts/day", &[(&format!("stood_{post}"), "absent")]).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(head.get("/movements").await.text.contains("缺岗 1 处"));
    assert!(head.get("/movements/posts").await.text.contains("在岗 0，替岗 0，缺岗 1"));
    let no = head.post("/movements/posts", &[("place_1", "西楼梯"), ("at_1", "11:30")]).await;
    assert!(no.status == StatusCode::UNPROCESSABLE_ENTITY && no.text.contains("西楼梯"), "{}", no.text);

    let lead = w.people["vice"].to_string();
    let event = [
        ("title", "家长开放日"),
        ("held_on", "2026-11-30"),
        ("at", "9:00—11:00"),
        ("place", "操场"),
        ("people", "500"),
        ("guests", "300"),
        ("lead", lead.as_str()),
        ("routes", "东进西出"),
        ("posts", "每个楼梯口一人"),
        ("weather", "下雪改室内"),
        ("emergency", "校医在主席台"),
    ];
    let kept = head.post("/gatherings", &event[..7]).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    let at = head.post("/gatherings", &event).await.location().to_string();
    assert_eq!(head.post(&at, &[("do", "ask")]).await.status, StatusCode::SEE_OTHER);
    let mut principal = w.signed("principal").await;
    assert_eq!(principal.post(&at, &[("do", "approve")]).await.status, StatusCode::SEE_OTHER);
    assert!(principal.get(&at).await.text.contains("待教育局批"));
    let mut officer = w.signed("officer").await;
    assert!(officer.get("/gatherings").await.text.contains("1 个方案等着批"));
    assert_eq!(officer.post(&at, &[("do", "approve")]).await.status, StatusCode::SEE_OTHER);
    assert!(head.get(&at).await.text.contains("已批准"));
}
