//! 核对 by its pages (notice 1.2): a list of another office, the class's line of the day, the alarm's draft, the clue, the
//! explanation and the decision.

use axum::http::StatusCode;
use base::Ms;

use crate::pages::check;
use crate::world::World;

fn tick(w: &World, span: i64) {
    w.clock.advance(span);
    while safety::tick::run(&w.app).unwrap() > 0 {}
}

fn class(w: &World, name: &'static str, teacher: Option<&'static str>) -> String {
    let teacher = teacher.map(|t| w.people[t]);
    let made = w.by("head", move |cx| {
        let new = safety::roll::NewClass { name: name.into(), grade: 7, pupils: 40, teacher, ..Default::default() };
        safety::roll::open(cx, &new)
    });
    made.unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_2_a_police_list_is_tried_entered_and_asked_about() {
    let w = World::new();
    let mut officer = w.signed("officer").await;
    let empty = officer.get("/clues").await;
    check("/clues", &empty.text);
    assert!(empty.text.contains("近 30 天没有需要核对的线索。") && empty.text.contains("没有：本系统还没有这种记录"));
    let page = officer.get("/outside").await;
    check("/outside", &page.text);
    let table = "学校\t接警时间\t警情\t编号\n江湾中学\t2026/11/14 15:20\t学生打架，一人送医\tJ001\n";
    let wrong = "学校\t接警时间\t警情\n没有的学校\t2026-11-14 15:20\t打架\n江湾中学\t昨天\t打架\n";
    let bad = officer.post("/outside", &[("source", "police"), ("table", wrong)]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bad.text.contains("第 2 行：本局下没有这个名字的学校") && bad.text.contains("第 3 行：时间「昨天」看不懂"),
        "{}",
        bad.text
    );
    assert!(bad.text.contains("没有的学校\t2026-11-14"), "nothing that was pasted is lost");
    let none = officer.post("/outside", &[("table", table)]).await;
    assert!(none.status == StatusCode::UNPROCESSABLE_ENTITY && none.text.contains("请选这是谁的名单"));
    let tried = officer.post("/outside", &[("source", "police"), ("table", table)]).await;
    assert!(tried.text.contains("将记入 1 行。") && tried.text.contains("还没有存"), "{}", tried.text);
    assert!(!officer.get("/outside").await.text.contains("J001"));
    let stored = officer.post("/outside", &[("source", "police"), ("table", table), ("store", "1")]).await;
    assert_eq!(stored.status, StatusCode::SEE_OTHER, "{}", stored.text);
    let said = officer.get(stored.location()).await;
    assert!(said.text.contains("J001") && said.text.contains("记入了 1 行。几分钟内和学校的报告比对"), "{}", said.text);
    tick(&w, 20_000);

    assert!(officer.get("/").await.text.contains("1 条线索等核对或说明"), "今日 says so");
    let list = officer.get("/clues").await;
    check("/clues", &list.text);
    assert!(list.text.contains("有情况，没有找到对应的事故报告") && list.text.contains("可能没有报"), "{}", list.text);
    for word in ["漏报", "瞒报", "谎报", "迟报"] {
        assert!(!list.text.contains(word), "{word} before anybody has decided");
    }
    let at = format!("/clues/{}", list.between("href=\"/clues/", "\"").unwrap());
    let seen = officer.get(&at).await;
    assert!(seen.text.contains("15:20") && seen.text.contains("名单上有：学生打架，一人送医 · J001"), "{}", seen.text);
    assert!(seen.text.contains("前后一天内，学校没有报过事故。"));
    let mut head = w.signed("head").await;
    let own = head.get(&at).await;
    check("/clues/{id}", &own.text);
    assert!(
        own.text.contains("公安接处警名单上有（具体时间不给学校看）")
            && !own.text.contains("00:00")
            && !own.text.contains("J001")
            && own.text.contains("交说明")
            && !own.text.contains("写结论</button>")
    );
    assert!(!own.text.contains("/outside") && head.get("/outside").await.status == StatusCode::FORBIDDEN);
    let early = officer
        .post(&format!("{at}/settle"), &[("outcome", "confirmed"), ("verdict", "omitted"), ("reason", "查实")])
        .await;
    assert!(
        early.status.is_client_error()
            && early.text.contains("学校还可以说明")
            && early.text.contains("查实</textarea>")
    );
    assert_eq!(
        head.post(&format!("{at}/explain"), &[("explanation", "当时以为是家长纠纷，没有报")]).await.status,
        StatusCode::SEE_OTHER
    );
    // Above the desk it is said how many wait, and where.
    let mut city = w.signed("cityofficer").await;
    let above = city.get("/clues").await;
    assert!(above.text.contains("下级单位还有 1 条等核对：在 昌邑区教育局 1 条。"), "{}", above.text);
    assert!(city.get("/").await.text.contains("全市 1 条待核线索"));
    let done = officer
        .post(&format!("{at}/settle"), &[("outcome", "confirmed"), ("verdict", "omitted"), ("reason", "查实")])
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = head.get(&at).await;
    assert!(page.text.contains("属实") && page.text.contains("漏报") && page.text.contains("于海涛"), "{}", page.text);
    for nobody in ["guard", "teacher"] {
        assert_eq!(w.signed(nobody).await.get("/clues").await.status, StatusCode::FORBIDDEN, "{nobody}");
    }
    assert_eq!(w.signed("farofficer").await.get(&at).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_list_as_the_police_head_it_names_row_school_and_time_that_are_wrong() {
    let w = World::new();
    let mut officer = w.signed("officer").await;
    // With the line ends of a form.
    let police =
        "报警单位\t接警时间\t警情\r\n江湾中学初中部\t2026-11-14 15:20\t打架\r\n江湾中学\t2026-11-18 15:20\t打架\r\n";
    let bad = officer.post("/outside", &[("source", "police"), ("table", police)]).await;
    assert!(bad.text.contains("第 2 行：本局下没有这个名字的学校，是不是「江湾中学」？"), "{}", bad.text);
    assert!(bad.text.contains("第 3 行：时间比现在还晚") && !bad.text.contains("手机时间"), "{}", bad.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_2_a_class_is_told_with_one_tap_and_three_alike_stand_out() {
    let w = World::new();
    let own = class(&w, "七年级1班", Some("teacher"));
    let other = class(&w, "七年级2班", None);
    let mut teacher = w.signed("teacher").await;
    assert!(!teacher.get("/").await.text.contains("晨午检：七年级1班"), "nobody is reminded where nobody uses it");
    let page = teacher.get("/absences").await;
    check("/absences", &page.text);
    assert!(
        page.text.contains("2 个班填了 0 个") && page.text.contains(&format!("value=\"{own}\" selected")),
        "{}",
        page.text
    );
    let told = teacher.post("/absences", &[("class", &own), ("all", "1"), ("fever", "7")]).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
    assert!(teacher.get("/absences").await.text.contains("全到，没有不舒服的</td>"));
    let bad = teacher.post("/absences", &[("class", &other), ("gut", "41")]).await;
    assert!(bad.status == StatusCode::UNPROCESSABLE_ENTITY && bad.text.contains("value=\"41\""), "{}", bad.text);
    teacher.post("/absences", &[("class", &other), ("gut", "3"), ("leave", "1")]).await;
    let unit = w.school;
    let mut head = w.signed("head").await;
    let alike = head.get("/absences").await;
    let form = alike.between("href=\"/incidents/new?", "\"").unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let form = head.get(&format!("/incidents/new?{form}")).await;
    assert!(form.text.contains("七年级2班 呕吐、腹泻 3 人"), "{}", form.text);
    assert!(head.get("/messages").await.text.contains("晨午检：有一个班三人以上同一症状，要报告"));
    let seen = w.signed("officer").await.get(&format!("/absences?unit={unit}")).await;
    assert!(!seen.text.contains("/incidents/new?kind"), "the school reports, not who looks on");
    assert!(seen.text.contains("呕吐、腹泻 3 人，要报告") && !seen.text.contains("记下人数"), "{}", seen.text);
    assert_eq!(w.signed("guard").await.get("/absences").await.status, StatusCode::FORBIDDEN);
    tick(&w, 24 * Ms::HOUR);
    assert!(teacher.get("/").await.text.contains("晨午检：七年级1班"), "the next morning");
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_2_an_alarm_opens_a_draft_that_is_reported_or_dropped() {
    let w = World::new();
    let mut guard = w.signed("guard").await;
    let stair = w.stair.to_string();
    guard.post("/alarms", &[("place", &stair)]).await;
    let mut head = w.signed("head").await;
    let today = head.get("/").await;
    assert!(today.text.contains("11-16 07:30 报过警，还没有写初报"), "{}", today.text);
    let draft = today.between("/incidents/new?draft=", "\"").unwrap().to_string();
    let form = head.get(&format!("/incidents/new?draft={draft}")).await;
    check("/incidents/new", &form.text);
    assert!(
        form.text.contains(&format!("<option value=\"{stair}\" selected>")) && form.text.contains("2026-11-16T07:30"),
        "{}",
        form.text
    );
    let list = head.get("/incidents").await;
    check("/incidents", &list.text);
    assert!(list.text.contains("写初报") && list.text.contains("没有要报的"));
    let fields = [("kind", "hurt"), ("draft", &draft), ("place", &stair)];
    assert_eq!(head.post("/incidents/new", &fields).await.status, StatusCode::SEE_OTHER);
    assert!(!head.get("/incidents").await.text.contains("还没有写初报"));

    w.clock.advance(Ms::HOUR);
    guard.post("/alarms", &[("place", &stair)]).await;
    let list = head.get("/incidents").await;
    let drop = format!("/incidents/drafts/{}/drop", list.between("/incidents/drafts/", "/drop").unwrap());
    assert!(guard.post(&drop, &[("reason", "没事")]).await.status.is_client_error());
    assert_eq!(head.post(&drop, &[("reason", "学生误碰")]).await.location(), "/incidents?done=drop");
    assert!(!head.get("/incidents").await.text.contains("还没有写初报"));
}
