//! The bureau changes a reading, rehearses it and puts it in force; and shuts its schools for snow.

use axum::http::StatusCode;

use crate::pages::check;
use crate::world::World;

/// The address of the draft that a new form has made.
async fn drafted(city: &mut crate::world::Browser) -> String {
    let made = city.post("/packs", &[("title", "2027年春季口径")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    made.location().to_string()
}

#[tokio::test]
async fn a_reading_is_changed_with_its_reason_rehearsed_compared_and_put_in_force() {
    let w = World::new();
    let mut city = w.signed("cityofficer").await;
    check("/packs", &city.get("/packs").await.text);
    let at = drafted(&mut city).await;
    let draft = city.get(&at).await;
    check(&at, &draft.text);
    assert!(draft.text.contains("草稿") && draft.text.contains("还没有改"), "{}", draft.text);

    // What the notice itself says can only be made stricter.
    let edit = format!("{at}/edit?entry=meet.school");
    let form = city.get(&edit).await;
    check(&edit, &form.text);
    assert!(form.text.contains("这是工作要点的原文"), "{}", form.text);
    let version = form.between("name=\"version\" value=\"", "\"").unwrap().to_string();
    let mut soft = vec![("version", version.as_str()), ("entry", "meet.school"), ("period", "month"), ("reason", "忙")];
    let refused = city.post(&format!("{at}/edit"), &soft).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("只能更严，不能放宽") && refused.text.contains(">忙</textarea>"), "{}", refused.text);
    soft[2] = ("period", "week");
    let same = city.post(&format!("{at}/edit"), &soft).await;
    assert!(same.text.contains("还没有改动，不用交"), "{}", same.text);

    let fields = [("version", version.as_str()), ("entry", "meet.school"), ("times", "2"), ("reason", "冬季每周两次")];
    let saved = city.post(&format!("{at}/edit"), &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let fields = [("version", version.as_str()), ("entry", "meet.school"), ("times", "3"), ("reason", "更密")];
    let stale = city.post(&format!("{at}/edit"), &fields).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "seen before the change");
    let draft = city.get(&at).await;
    assert!(draft.text.contains("次数：1 → 2") && draft.text.contains("冬季每周两次"), "{}", draft.text);
    let number = format!("{at}/edit?param=hazard.recheck");
    check(&number, &city.get(&number).await.text);
    let version = draft.between("name=\"version\" value=\"", "\"").unwrap().to_string();
    let fields = [("version", version.as_str()), ("param", "hazard.recheck"), ("value", "2"), ("reason", "路远")];
    assert_eq!(city.post(&format!("{at}/edit"), &fields).await.status, StatusCode::SEE_OTHER);
    let draft = city.get(&at).await;
    assert!(draft.text.contains("数字：1 天 → 2 天") && draft.text.contains("2 处"), "{}", draft.text);

    // One of them is taken back.
    let version = draft.between("name=\"version\" value=\"", "\"").unwrap().to_string();
    let fields = [("version", version.as_str()), ("change", "1")];
    assert_eq!(city.post(&format!("{at}/undo"), &fields).await.status, StatusCode::SEE_OTHER);
    let draft = city.get(&at).await;
    assert!(draft.text.contains("1 处") && !draft.text.contains("1 天 → 2 天"), "{}", draft.text);

    let tried = format!("{at}/rehearsal?from=2026-11-02&until=2026-11-15");
    let page = city.get(&tried).await;
    check(&tried, &page.text);
    assert!(page.text.contains("2 周里") && page.text.contains("改 1 处"), "{}", page.text);
    let ahead = city.get(&format!("{at}/rehearsal?from=2026-11-02&until=2026-11-30")).await;
    assert_eq!(ahead.status, StatusCode::UNPROCESSABLE_ENTITY, "days that are not over cannot be rehearsed");
    let page = city.get(&format!("{at}/diff/builtin")).await;
    check("diff", &page.text);
    assert!(page.text.contains("次数：1 → 2"), "{}", page.text);

    let version = draft.between("name=\"version\" value=\"", "\"").unwrap().to_string();
    let mut fields = vec![("version", version.as_str()), ("effective_on", "2026-11-16"), ("reason", "冬季加密")];
    let today = city.post(&format!("{at}/publish"), &fields).await;
    assert_eq!(today.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(today.text.contains("最早从明天起施行"), "{}", today.text);
    fields[1] = ("effective_on", "2026-11-23");
    assert_eq!(city.post(&format!("{at}/publish"), &fields).await.status, StatusCode::SEE_OTHER);
    let mut guard = w.signed("guard").await;
    let list = guard.get("/packs").await;
    check("/packs guard", &list.text);
    assert!(
        list.text.contains("待施行") && list.text.contains("冬季加密") && list.text.contains("第 2 版"),
        "{}",
        list.text
    );
    assert!(!list.text.contains("起草"), "a guard drafts nothing");
    // The day comes: the same house judges by the new one.
    w.clock.advance(7 * base::Ms::DAY);
    w.app.reload_packs().unwrap();
    let now = guard.get(&at).await;
    assert!(now.text.contains("施行中") && now.text.contains("次数：1 → 2"), "{}", now.text);
    assert!(guard.get("/packs/builtin").await.text.contains("已被替代"));
}

#[tokio::test]
async fn a_draft_is_nobody_s_who_may_not_work_on_it_and_can_be_thrown_away() {
    let w = World::new();
    let mut city = w.signed("cityofficer").await;
    let at = drafted(&mut city).await;
    for login in ["officer", "head", "guard", "auditor"] {
        let mut b = w.signed(login).await;
        assert_eq!(b.get(&at).await.status, StatusCode::NOT_FOUND, "{login}");
        assert!(!b.get("/packs").await.text.contains("2027年春季口径"), "{login}");
        assert!(b.post("/packs", &[("title", "自己的")]).await.status.is_client_error(), "{login}");
    }
    let page = city.get(&at).await;
    let version = page.between("name=\"version\" value=\"", "\"").unwrap().to_string();
    let done = city.post(&format!("{at}/discard"), &[("version", version.as_str())]).await;
    assert_eq!(done.location(), "/packs");
    assert!(!city.get("/packs").await.text.contains("2027年春季口径"));
}

#[tokio::test]
async fn a_county_shuts_its_schools_for_snow_and_takes_it_back() {
    let w = World::new();
    let mut officer = w.signed("officer").await;
    let page = officer.get("/times").await;
    check("/times", &page.text);
    assert!(page.text.contains("2026年秋季学期") && page.text.contains("2026-09-01 至 2027-01-08"), "{}", page.text);
    let late = officer.post("/times", &[("kind", "shut"), ("from_on", "2026-11-13"), ("reason", "大雪")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains("这一天已经开始或过去") && late.text.contains("value=\"大雪\""), "{}", late.text);
    let done = officer.post("/times", &[("kind", "shut"), ("from_on", "2026-11-18"), ("reason", "大雪")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = officer.get("/times").await;
    assert!(page.text.contains("停课　2026-11-18"), "{}", page.text);
    w.app.reload_packs().unwrap();
    assert!(!w.app.packs().calendar(w.app.now().day(), 220202).is_school_day(base::Day::parse("2026-11-18").unwrap()));
    let (id, version) = (
        page.between("action=\"/times/", "/void\"").unwrap().to_string(),
        page.between("name=\"version\" value=\"", "\"").unwrap().to_string(),
    );
    let taken = officer.post(&format!("/times/{id}/void"), &[("version", version.as_str())]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    assert!(officer.get("/times").await.text.contains("没有停课"));
    let mut head = w.signed("head").await;
    check("/times head", &head.get("/times").await.text);
    assert!(
        head.post("/times", &[("kind", "shut"), ("from_on", "2026-11-18"), ("reason", "雪")])
            .await
            .status
            .is_client_error()
    );
}
