//! 函 by its pages (notice 2.6, 4.4): written by the school, signed for and answered by the link without an account, on one
//! device, once; forwarding and replay find nothing.

use axum::http::StatusCode;
use base::Id;
use safety::hazard::act::{self, Input};
use safety::hazard::{self, Act, State};
use safety::org::{UnitKind, unit};

use crate::pages::check;
use crate::world::World;

/// A hazard that the market office has.
fn handed(w: &World) -> Id {
    let id = w.raise("guard", "校门口流动摊贩卖三无食品");
    let school = w.school;
    w.by("head", move |cx| {
        let agency = unit::agencies(cx, school)?.into_iter().find(|u| u.kind == UnitKind::Agency).unwrap();
        act::act(cx, id, Act::Transfer, &Input { to: Some(agency.id), ..Input::default() })
    })
    .unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn item_4_4_an_agency_without_an_account_signs_and_answers_by_the_link() {
    let w = World::new();
    let id = handed(&w);
    let mut head = w.signed("head").await;
    let record = head.get(&format!("/hazards/{id}")).await;
    check("/hazards/{id}", &record.text);
    assert!(record.text.contains("开一份函"), "{}", record.text);
    let request = record.between("name=\"request\" value=\"", "\"").unwrap().to_string();
    let form = [("request", request.as_str())];
    let sheet = head.post(&format!("/hazards/{id}/missive"), &form).await;
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.text);
    check("/hazards/{id}/missive", &sheet.text);
    let link = sheet.between("class=\"xs break\">", "<").unwrap();
    let path = link.split_once("/a/").map(|(_, code)| format!("/a/{code}")).unwrap();
    let again = head.get(&format!("/hazards/{id}")).await;
    assert!(again.text.contains("待签收") && !again.text.contains(&path), "the code is shown once: {}", again.text);
    assert!(again.text.contains("data-confirm=\"原来的函马上作废"), "{}", again.text);
    // The sheet loaded again: the same form a second time, and the letter that is on its way still opens.
    let reload = head.post(&format!("/hazards/{id}/missive"), &form).await;
    assert_eq!(reload.location(), format!("/hazards/{id}?missive=once"), "{}", reload.text);
    let told = head.get(reload.location()).await;
    assert!(told.text.contains("码只显示一次") && !told.text.contains("已换新函"), "{}", told.text);

    // Whoever opens the link sees who wrote to whom, and nothing of the matter until it is signed for.
    let mut clerk = w.browser();
    let front = clerk.get(&path).await;
    check("/a/{token}", &front.text);
    assert!(front.text.contains("江湾中学 致 昌邑区市场监管局 的函"), "{}", front.text);
    assert!(!front.text.contains("三无食品"), "{}", front.text);
    let empty = clerk.post_raw(&path, &[("signer", " ")], &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("请填姓名。"), "{}", empty.text);
    let done = clerk.post_raw(&path, &[("signer", "王科员")], &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let open = clerk.get(&path).await;
    check("/a/{token}", &open.text);
    assert!(open.text.contains("三无食品") && open.text.contains("王科员"), "{}", open.text);

    // Forwarded to another telephone.
    let mut other = w.browser();
    let seen = other.get(&path).await;
    assert!(seen.text.contains("已在别的设备上签收") && !seen.text.contains("三无食品"), "{}", seen.text);
    let second = other.post_raw(&path, &[("signer", "别人")], &[]).await;
    assert_eq!(second.status, StatusCode::CONFLICT, "{}", second.text);
    let to = format!("{path}/answer");
    let answer = [("result", "done"), ("note", "已查处")];
    assert_eq!(other.post_raw(&to, &answer, &[]).await.status, StatusCode::NOT_FOUND);

    let missing = clerk.post_raw(&to, &[("result", "taken"), ("note", "下周查")], &[]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.text.contains("下周查</textarea>"), "what was typed is kept: {}", missing.text);
    assert!(missing.text.contains("请填期限。"), "{}", missing.text);
    let past = clerk.post_raw(&to, &[("result", "taken"), ("note", "查"), ("until", "2026-11-15")], &[]).await;
    assert!(past.text.contains("期限要在今天以后") && !past.text.contains("请填期限。"), "{}", past.text);
    assert_eq!(clerk.post_raw(&to, &answer, &[]).await.status, StatusCode::SEE_OTHER);
    let told = clerk.get(&path).await;
    assert!(told.text.contains("已经答复，谢谢。"), "{}", told.text);
    assert_eq!(clerk.post_raw(&to, &answer, &[]).await.status, StatusCode::CONFLICT, "a second time");
    let state = w.by("head", move |cx| hazard::load(cx, id)).unwrap().state;
    assert_eq!(state, State::Rectified);
    let record = head.get(&format!("/hazards/{id}")).await;
    assert!(record.text.contains("已查处") && record.text.contains("已答复"), "{}", record.text);
    assert!(
        record.text.contains("昌邑区市场监管局 王科员（凭函）") && !record.text.contains("（已删除）"),
        "{}",
        record.text
    );
    for guess in ["/a/0123456789abcdef0123456789abcdef", "/a/kurz"] {
        assert_eq!(clerk.get(guess).await.status, StatusCode::NOT_FOUND, "{guess}");
    }
    let mut stranger = w.signed("stranger").await;
    assert_eq!(stranger.post(&format!("/hazards/{id}/missive"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_4_4_a_day_that_an_agency_sets_itself_lasts_to_its_end() {
    let w = World::new();
    let id = handed(&w);
    let sheet = w.signed("head").await.post(&format!("/hazards/{id}/missive"), &[]).await;
    let link = sheet.between("class=\"xs break\">", "<").unwrap();
    let path = link.split_once("/a/").map(|(_, code)| format!("/a/{code}")).unwrap();
    let mut clerk = w.browser();
    clerk.post_raw(&path, &[("signer", "王科员")], &[]).await;
    let taken = [("result", "taken"), ("note", "约了人"), ("until", "2026-11-27")];
    let done = clerk.post_raw(&format!("{path}/answer"), &taken, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let until = w.by("head", move |cx| hazard::load(cx, id)).unwrap().fix_by;
    assert_eq!(until, base::Ms::parse("2026-11-27T23:59:59+08:00"));
}
