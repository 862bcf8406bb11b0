//! Checks by their pages (notice 2.6): one tap for each place, hazards found hang under it, coverage counts from them.

use axum::http::StatusCode;
use base::Id;
use safety::org::PlaceKind;

use crate::hazard::upload;
use crate::world::World;

#[tokio::test]
async fn a_check_is_one_tap_for_each_place_and_hazards_found_hang_under_it() {
    let w = World::new();
    let gate = w.place(w.school, PlaceKind::Gate, "东门");
    let mut guard = w.signed("guard").await;
    let form = guard.get("/checks/new").await;
    assert_eq!(form.text.matches("<fieldset class=\"place\" data-place ").count(), 3);
    assert!(form.text.contains("灯亮不亮") && form.text.contains("data-check"), "the pack's points are shown");
    let before = guard.get("/hazards/coverage").await;
    assert!(before.text.contains("本月查了 0 / 3 处。"), "{}", before.text);

    let check = "01930000-0000-7000-8000-0000000000aa";
    let stair = w.stair.to_string();
    let (fine, found) = (format!("result_{gate}"), format!("result_{}", w.stair));
    let seen = format!("seen_{}", w.stair);
    let at = w.clock.now().plus(-600_000).0.to_string();
    let fields =
        [("id", check), ("title", "周排查"), (fine.as_str(), "fine"), (found.as_str(), "found"), (seen.as_str(), &at)];
    // The hazard comes first: the phone sends it while the walk still goes on.
    let hazard =
        upload(&mut guard, "/hazards/new", &[("place", &stair), ("check", check), ("what", "扶手松动")], true, &[])
            .await;
    assert_eq!(hazard.status, StatusCode::SEE_OTHER, "{}", hazard.text);
    let key = [("accept", "application/json"), ("idempotency-key", "01930000-0000-7000-8000-0000000000ab")];
    let done = upload(&mut guard, "/checks/new", &fields, false, &key).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text);
    assert_eq!(done.json()["location"], format!("/checks/{check}?done=1"));
    let again = upload(&mut guard, "/checks/new", &fields, false, &key).await;
    assert_eq!(again.json()["id"], check, "sent twice, stored once");

    let page = guard.get(&format!("/checks/{check}")).await;
    assert!(page.text.contains("查了 2 处，1 处有隐患") && page.text.contains("扶手松动"), "{}", page.text);
    assert!(!page.text.contains(&format!("/hazards/new?place={stair}")), "its hazard is there already");
    let record = guard.get(hazard.location()).await;
    assert!(record.text.contains(&format!("/checks/{check}")), "the hazard leads back to its check");
    assert_eq!(guard.get("/checks").await.text.matches("<tr data-row").count(), 1);
    let cover = guard.get("/hazards/coverage").await;
    assert!(cover.text.contains("本月查了 2 / 3 处。锅炉房本月还没查过。"), "{}", cover.text);
    let list = guard.get("/hazards?bucket=mine").await;
    assert!(list.text.contains("没有等您办的隐患。"));
    let mut officer = w.signed("officer").await;
    let below = officer.get("/hazards/coverage").await;
    assert!(below.text.contains("哪里需要帮一把") && below.text.contains("不是排名"));
    assert!(below.text.contains("2 / 3") && below.text.contains("江湾中学"), "{}", below.text);
}

#[tokio::test]
async fn a_hazard_in_passing_does_not_make_its_place_checked() {
    let w = World::new();
    w.raise("guard", "灯不亮");
    let mut head = w.signed("head").await;
    assert!(head.get("/hazards/coverage").await.text.contains("本月查了 0 / 2 处。"));
}

#[tokio::test]
async fn a_check_that_cannot_stand_is_refused_with_every_tap_kept() {
    let w = World::new();
    let mut guard = w.signed("guard").await;
    let none = upload(&mut guard, "/checks/new", &[("title", "周排查")], false, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("还没有查过的地点，至少查一处。"), "{}", none.text);
    let mine = format!("result_{}", w.stair);
    let old = [(mine.as_str(), "fine"), ("title", "周排查"), ("claimed_at", "2026-11-01T08:00")];
    let late = upload(&mut guard, "/checks/new", &old, false, &[]).await;
    assert!(late.text.contains("这是 14 天前的事，会标为补录。请写一句原因。"), "{}", late.text);
    assert!(late.text.contains(&format!("name=\"{mine}\" value=\"fine\" checked")), "the tap is kept");
    let foreign = format!("result_{}", w.foreign_gate);
    let other = upload(&mut guard, "/checks/new", &[(foreign.as_str(), "fine"), ("title", "周排查")], false, &[]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let broken =
        upload(&mut guard, "/checks/new", &[(mine.as_str(), "burning"), ("title", "周排查")], false, &[]).await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(guard.get("/checks").await.text.contains("还没有排查记录"));
    let canary = upload(
        &mut guard,
        "/checks/new",
        &[(mine.as_str(), "fine"), ("title_text", "\"><svg onload=alert(1)>")],
        false,
        &[],
    )
    .await;
    let page = guard.get(canary.location()).await;
    assert!(page.status == StatusCode::OK && !page.text.contains("<svg onload"));
    let id = canary.location().trim_start_matches("/checks/").split('?').next().unwrap().to_string();
    assert!(Id::parse(&id).is_some());
    let mut stranger = w.signed("stranger").await;
    assert_eq!(stranger.get(&format!("/checks/{id}")).await.status, StatusCode::NOT_FOUND);
}
