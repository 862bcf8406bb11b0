//! The first days of a school (pages.md §16), by forms alone: what is asked, what is refused with everything kept, and
//! what stands in the records afterwards.

use axum::http::StatusCode;
use base::Id;
use safety::org::unit::NewUnit;
use safety::org::{Role, UnitKind, people, place, post, unit};

use crate::world::{Browser, World};

/// A school without anybody but its safety director, who signs in for the first time.
async fn new_school(w: &World) -> (Id, Browser) {
    let mut officer = w.signed("officer").await;
    let parent = w.county.to_string();
    let opened = officer.post("/units", &[("parent", &parent), ("kind", "school"), ("name", "示例新学校")]).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
    let school = Id::parse(opened.location().rsplit('/').next().unwrap()).unwrap();
    let path = format!("/units/{school}/people");
    let added = officer.post(&path, &[("name", "李建国"), ("role", "safety_head")]).await;
    let slip = officer.post(&format!("{}/login", added.location()), &[]).await;
    let login = slip.between("<dt>账号</dt><dd><b>", "</b>").unwrap().to_string();
    let password = slip.between("<code>", "</code>").unwrap().to_string();
    let mut b = w.browser();
    assert_eq!(b.sign_in(&login, &password).await.location(), "/me?first=1");
    b.get("/me").await;
    let own = "three odd words 7";
    let changed = b.post("/me/password", &[("password", own), ("password_again", own)]).await;
    assert_eq!(changed.location(), "/setup/school", "the first days begin right after the first password");
    b.get("/setup/school").await;
    (school, b)
}

#[tokio::test]
async fn a_new_school_is_useful_after_five_steps() {
    let w = World::new();
    let (school, mut b) = new_school(&w).await;
    let first = b.get("/setup/school").await;
    assert!(first.text.contains("第 2 步，共 5 步 · 约 9 分钟"), "{}", first.text);
    let today = b.get("/").await;
    assert!(today.text.contains("还差 4 步") && today.text.contains("href=\"/setup/school\""), "{}", today.text);

    let fields = [("pupils", "1284"), ("classes", "36"), ("boarders", "236"), ("buses", ""), ("canteen", "1")];
    assert_eq!(b.post("/setup/school", &fields).await.location(), "/setup/people");
    let stored = w.system(move |cx| unit::load(cx, school)).unwrap();
    assert_eq!((stored.pupils, stored.classes, stored.boarders, stored.canteen), (1284, 36, 236, true));

    // Thirty names as a spreadsheet copies them: head line, running number, a telephone with blanks.
    let mut paste =
        String::from("序号\t姓名\t岗位\t手机\n1\t马校长\t校长\t139 0000 0001\n2\t周文海\t副校长\t13900000002\n");
    paste.push_str("3\t王建军\t电工\t\n4\t宋老师\t班主任、信息报送员\t13900000004\n");
    for n in 5..=30 {
        paste.push_str(&format!("{n}\t教师{n}\t班主任\t139000000{n:02}\r\n"));
    }
    let entered = b.post("/setup/people", &[("people", &paste)]).await;
    assert_eq!(entered.location(), "/setup/people?new=30&known=0#slips", "{}", entered.text);
    let page = b.get("/setup/people?new=30&known=0").await;
    assert!(page.text.contains("登记了 30 人。") && page.text.contains("30 人还没有账号"), "{}", page.text);
    assert!(page.text.contains("<b>食堂管理员</b></div><span class=\"bd a\">空缺</span>"), "an empty post is allowed");
    let posts = w.system(move |cx| post::of_unit(cx, school)).unwrap();
    assert_eq!(posts.iter().filter(|p| p.role == Role::Teacher).count(), 27);
    assert_eq!(posts.iter().filter(|p| p.title.as_deref() == Some("电工")).count(), 1);
    // The same paste again enters nobody twice.
    let again = b.post("/setup/people", &[("people", &paste)]).await;
    assert_eq!(again.location(), "/setup/people?new=0&known=30#slips");
    let roll = w.by("officer", move |cx| people::list(cx, school, "")).unwrap();
    assert_eq!(roll.len(), 31);

    let slips = b.post("/setup/slips", &[]).await;
    assert_eq!((slips.status, slips.header("cache-control")), (StatusCode::OK, "no-store"));
    assert_eq!(slips.text.matches("slip-card").count(), 30);
    let login = slips.between("账号 <b>", "</b>").unwrap().to_string();
    let password = slips.between("<b><code>", "</code>").unwrap().to_string();
    assert_eq!(w.browser().sign_in(&login, &password).await.location(), "/me?first=1");
    assert!(b.post("/setup/slips", &[]).await.text.contains("有岗位的人都有账号了"));

    let proposed = b
        .post("/setup/places", &[("buildings", "教学楼 5\n宿舍楼，4层"), ("apart", "gate"), ("apart", "canteen")])
        .await;
    assert_eq!(proposed.status, StatusCode::OK);
    let values: Vec<&str> =
        proposed.text.split("name=\"spot\" value=\"").skip(1).map(|v| v.split('"').next().unwrap()).collect();
    assert_eq!(values.len(), 2 * 9 + 2, "a stair and a passage a floor, and two apart");
    assert!(values.iter().any(|v| v.ends_with("|教学楼|教学楼五层楼梯")), "{values:?}");
    assert!(w.by("officer", move |cx| place::list(cx, school)).unwrap().is_empty(), "nothing is stored yet");
    let spots: Vec<(&str, &str)> = values.iter().skip(1).map(|v| ("spot", *v)).collect();
    assert_eq!(b.post("/setup/spots", &spots).await.location(), "/setup/places#labels");
    assert_eq!(b.post("/setup/spots", &spots).await.location(), "/setup/places#labels", "twice is once");
    let places = w.by("officer", move |cx| place::list(cx, school)).unwrap();
    assert_eq!(places.len(), 19 + 2, "nineteen spots and their two buildings");
    let labels = b.get(&format!("/units/{school}/places/labels")).await;
    assert_eq!(labels.text.matches("class=\"label\"").count(), 21);

    assert_eq!(b.get("/setup").await.location(), "/setup/hazard");
    let last = b.get("/setup/hazard").await;
    assert!(last.text.contains("第 5 步，共 5 步") && last.text.contains("<svg"), "{}", last.text);
    let form = last.between("href=\"/hazards/new?place=", "\"").unwrap().to_string();
    let spot = Id::parse(&form).unwrap();
    w.by("officer", move |cx| {
        let photo = safety::Photo { hash: "ab".repeat(32), mime: "image/jpeg".into(), bytes: 1 };
        let new = safety::hazard::NewHazard {
            what: "楼梯扶手松动".into(),
            unit: Some(school),
            place: Some(spot),
            photos: vec![photo],
            ..safety::hazard::NewHazard::default()
        };
        safety::hazard::raise::raise(cx, &new)
    })
    .unwrap();
    let done = b.get("/setup/hazard").await;
    assert!(done.text.contains("已经有隐患记录了"), "{}", done.text);
    assert!(!b.get("/").await.text.contains("学校刚开始用"), "nothing is offered any more");
}

#[tokio::test]
async fn what_cannot_be_read_is_told_by_its_line_and_nothing_is_lost_or_half_stored() {
    let w = World::new();
    let (school, mut b) = new_school(&w).await;
    let text = "马校长 校长 13900000001\n赵敏 科代表 13900000002\n13900000003 门卫\n孙丽 局长";
    let page = b.post("/setup/people", &[("people", text)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["第 2 行的“科代表”看不懂", "第 3 行没有姓名", "第 4 行的“局长”看不懂"] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert!(page.text.contains("赵敏 科代表 13900000002"), "everything typed is still there");
    assert_eq!(w.by("officer", move |cx| people::list(cx, school, "")).unwrap().len(), 1, "nobody was entered");
    let empty = b.post("/setup/people", &[("people", " \n")]).await;
    assert!(empty.text.contains("请先写一行"));
    let many: String = (0..200).map(|n| format!("人{n} 门卫\n")).collect();
    assert!(b.post("/setup/people", &[("people", &many)]).await.text.contains("一次最多 120 行"));
    let tall = b.post("/setup/places", &[("buildings", "教学楼 5\n高塔 90")]).await;
    assert_eq!(tall.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(tall.text.contains("第 2 行 高塔：层数写 1 到 30 的数") && tall.text.contains("高塔 90"));
    let odd = b.post("/setup/spots", &[("spot", "castle||塔")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    let figures = b.post("/setup/school", &[("pupils", "100"), ("boarders", "200")]).await;
    assert_eq!(figures.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(figures.text.contains("value=\"200\""));
}

#[tokio::test]
async fn only_those_who_manage_a_school_are_offered_its_first_days() {
    let w = World::new();
    for login in ["guard", "teacher", "officer", "auditor", "admin"] {
        let mut b = w.signed(login).await;
        assert_eq!(b.get("/setup").await.status, StatusCode::NOT_FOUND, "{login}");
        assert_eq!(b.get("/setup/people").await.status, StatusCode::NOT_FOUND, "{login}");
        assert_eq!(b.post("/setup/slips", &[]).await.status, StatusCode::NOT_FOUND, "{login}");
        assert!(!b.get("/").await.text.contains("学校刚开始用"), "{login}");
    }
    let mut head = w.signed("head").await;
    // People and places are there; the figures of the school and the first hazard are not.
    assert!(head.get("/").await.text.contains("还差 2 步，约 9 分钟：接着是本校的情况。"));
    assert_eq!(head.get("/setup/other").await.status, StatusCode::NOT_FOUND);
    let new = NewUnit::named(UnitKind::Department, "总务处", Some(w.school));
    w.system(move |cx| unit::open(cx, &new)).unwrap();
    assert_eq!(head.get("/setup").await.location(), "/setup/school");
}
