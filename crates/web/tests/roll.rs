//! 花名册 by its pages and over the API: counts above the school, names inside it, a table tried before it is stored.

use axum::http::StatusCode;
use safety::org::unit::Change;
use safety::org::{Stage, unit};

use crate::hazard::upload;
use crate::world::World;

const TABLE: &str = "班级,班主任,学生数,住宿生数,学生姓名,住宿\n七年级1班,宋老师,42,10,,\n七年级1班,,,,韩雨桐,是\n九年级（2）班,,38,,,\n";

#[tokio::test]
async fn a_table_is_tried_then_taken_in_and_names_stay_inside_the_school() {
    let w = World::new();
    let school = w.school;
    w.system(move |cx| unit::change(cx, school, &Change { stage: Some(Stage::Junior), ..Change::default() }, None))
        .unwrap();
    let mut head = w.signed("head").await;
    let (at, form) = (format!("/units/{school}/roll"), format!("/units/{school}/roll/import"));
    let page = head.get(&at).await;
    assert!(page.text.contains("花名册上还没有班级"), "{}", page.text);
    crate::pages::check(&at, &page.text);
    crate::pages::check(&form, &head.get(&form).await.text);

    let bad = TABLE.replace("宋老师", "没有这人").replace("42", "四十二");
    let told = upload(&mut head, &form, &[("table", &bad)], false, &[]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.text.contains("有 <span data-errors-count>2</span> 处要改"), "{}", told.text);
    assert!(
        told.text.contains("第 2 行「学生数」列：「四十二」不是整数")
            && told.text.contains("第 2 行：班主任选的这一项找不到")
    );
    let tried = upload(&mut head, &form, &[("table", TABLE)], false, &[]).await;
    assert!(tried.text.contains("3 行都可以导入，还没有存。开班 2 个，改 0 个班，登记姓名 1 个"), "{}", tried.text);
    assert!(head.get(&at).await.text.contains("花名册上还没有班级"), "a try stores nothing");
    let done = upload(&mut head, &form, &[("table", TABLE), ("store", "1")], false, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = head.get(&at).await;
    assert!(page.text.contains("花名册上 2 个班，学生 80 人，住宿 10 人。"), "{}", page.text);
    assert!(page.text.contains("和申报的对不上：班级申报 0、花名册 2"), "{}", page.text);
    crate::pages::check(&at, &page.text);

    let class = page.between("href=\"/classes/", "\"").unwrap().to_string();
    let inside = head.get(&format!("/classes/{class}")).await;
    assert!(inside.text.contains("韩雨桐") && inside.text.contains("七年级1班"));
    crate::pages::check("/classes", &inside.text);
    let pupil = inside.between("href=\"/pupils/", "\"").unwrap().to_string();
    crate::pages::check("/pupils", &head.get(&format!("/pupils/{pupil}")).await.text);
    let mut officer = w.signed("officer").await;
    let above = officer.get(&at).await;
    assert!(above.text.contains("学生 80 人") && !above.text.contains("导入"), "counts, and nothing to change");
    let above = officer.get(&format!("/classes/{class}")).await;
    assert!(above.text.contains("姓名只在学校里看得到") && !above.text.contains("韩雨桐"), "{}", above.text);
    assert_eq!(officer.get(&format!("/pupils/{pupil}")).await.status, StatusCode::NOT_FOUND);
    let json = [("accept", "application/json")];
    let counts = officer.get_with(&format!("/api/v1/classes?unit={school}"), &json).await;
    assert_eq!((counts.status, counts.json()["items"][0]["pupils"].as_i64()), (StatusCode::OK, Some(42)));
    assert!(!counts.text.contains("韩雨桐"));
    for path in [format!("/api/v1/pupils/{pupil}"), format!("/api/v1/classes/{class}/pupils")] {
        let answer = officer.get_with(&path, &json).await;
        assert!([StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status), "{path}: {}", answer.text);
        assert!(!answer.text.contains("韩雨桐"));
        let own = head.get_with(&path, &json).await;
        assert!(own.status == StatusCode::OK && own.text.contains("韩雨桐"), "{path}: {}", own.text);
    }
    let mut guard = w.signed("guard").await;
    assert!(!guard.get(&format!("/classes/{class}")).await.text.contains("韩雨桐"), "a guard needs no names");
    let mut stranger = w.signed("stranger").await;
    for path in [at, format!("/classes/{class}"), format!("/pupils/{pupil}"), format!("/api/v1/classes/{class}")] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn at_the_turn_every_class_is_proposed_with_its_new_name() {
    let w = World::new();
    let school = w.school;
    w.system(move |cx| unit::change(cx, school, &Change { stage: Some(Stage::Junior), ..Change::default() }, None))
        .unwrap();
    let mut head = w.signed("head").await;
    let form = format!("/units/{school}/roll/import");
    upload(&mut head, &form, &[("table", TABLE), ("store", "1")], false, &[]).await;
    w.clock.set(base::Ms::parse("2027-09-01T08:00:00+08:00").unwrap());
    let turn = format!("/units/{school}/roll/turn");
    let page = head.get(&turn).await;
    assert!(page.text.contains("从 2027-09-01 起，1 个班升一级，1 个班毕业离校。"), "{}", page.text);
    assert!(page.text.contains("value=\"八年级1班\"") && page.text.contains("毕业离校"));
    crate::pages::check(&turn, &page.text);
    let ids: Vec<&str> = page.text.split("name=\"class\" value=\"").skip(1).map(|p| &p[..36]).collect();
    let (up, out) = (ids[0], ids[1]);
    let (grade, name, gone) = (format!("grade_{up}"), format!("name_{up}"), format!("grade_{out}"));
    let fields = [
        ("on", "2027-09-01"),
        ("class", up),
        ("class", out),
        (grade.as_str(), "8"),
        (name.as_str(), "八年级1班"),
        (gone.as_str(), ""),
    ];
    let done = head.post(&turn, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let list = head.get(&format!("/units/{school}/roll")).await;
    assert!(list.text.contains("八年级1班") && !list.text.contains("九年级（2）班"), "{}", list.text);
}

#[tokio::test]
async fn in_the_middle_of_a_term_no_turn_is_offered_and_a_second_one_is_refused() {
    let w = World::new();
    let school = w.school;
    w.system(move |cx| unit::change(cx, school, &Change { stage: Some(Stage::Junior), ..Change::default() }, None))
        .unwrap();
    let mut head = w.signed("head").await;
    let (form, turn) = (format!("/units/{school}/roll/import"), format!("/units/{school}/roll/turn"));
    upload(&mut head, &form, &[("table", TABLE), ("store", "1")], false, &[]).await;
    let today = w.clock.now().day().to_string();
    for at in [turn.clone(), format!("{turn}?on={today}")] {
        let page = head.get(&at).await;
        assert!(page.text.contains("本学年的班级已经在了，不用升级。"), "{at}: {}", page.text);
        assert!(!page.text.contains("毕业离校") && !page.text.contains("data-primary"), "{at}: {}", page.text);
        crate::pages::check(&at, &page.text);
    }
    let list = head.get(&format!("/units/{school}/roll")).await;
    let class = list.between("href=\"/classes/", "\"").unwrap().to_string();
    let grade = format!("grade_{class}");
    let told = head.post(&turn, &[("on", today.as_str()), ("class", class.as_str()), (grade.as_str(), "8")]).await;
    assert!(!told.status.is_redirection(), "{}", told.status);
    assert!(told.text.contains("本学年的班级已经在了，不用升级。"), "{}", told.text);
    let list = head.get(&format!("/units/{school}/roll")).await;
    assert!(list.text.contains("七年级1班") && list.text.contains("九年级（2）班"), "{}", list.text);
}
