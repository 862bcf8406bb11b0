//! Written rules, notices and help by their pages.

use axum::http::StatusCode;

use crate::pages::check;
use crate::world::World;

#[tokio::test]
async fn a_rule_is_adapted_from_the_model_adopted_signed_and_printed() {
    let w = World::new();
    let at = format!("/units/{}/texts", w.school);
    let mut head = w.signed("head").await;
    let board = head.get(&at).await;
    check(&at, &board.text);
    assert!(board.text.contains("应有 ") && board.text.contains("bd r\">缺</span>"), "{}", board.text);
    let one = format!("{at}/hazard");
    let page = head.get(&one).await;
    check(&one, &page.text);
    assert!(page.text.contains("市局范本") && page.text.contains("改写并采用"), "{}", page.text);
    let bad = head.post(&one, &[("body", ""), ("meeting", "")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("请填正文。") && bad.text.contains("请填会议。"), "{}", bad.text);
    let done = head.post(&one, &[("body", "一、排查。\n二、整改。"), ("meeting", "2026年第3次校务会")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = head.get(&one).await;
    assert!(page.text.contains("<p>二、整改。</p>") && page.text.contains("轮到您：签字知晓"), "{}", page.text);
    check(&one, &page.text);
    let mut vice = w.signed("vice").await;
    let today = vice.get("/").await;
    assert!(today.text.contains("等您签字") && today.text.contains("去签字"), "{}", today.text);
    let page = vice.get(&one).await;
    let ack = page.between("action=\"/texts/", "/ack\"").unwrap().to_string();
    assert_eq!(vice.post(&format!("/texts/{ack}/ack"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!vice.get("/").await.text.contains("等您签字"));
    let print = vice.get(&format!("{at}/print")).await;
    assert!(print.text.contains("江湾中学安全制度汇编") && print.text.contains("2026年第3次校务会 通过，第 1 版"));
    check("print", &print.text);
    let mut officer = w.signed("officer").await;
    let below = officer.get("/texts").await;
    assert!(below.text.contains("哪里需要帮一把") && below.text.contains("江湾中学"), "{}", below.text);
    check("/texts", &below.text);
    let mut guard = w.signed("guard").await;
    assert!(!guard.get(&one).await.text.contains("轮到您"), "a guard is not bound by it");
}

#[tokio::test]
async fn a_special_notice_is_tried_sent_signed_and_summed_up() {
    let w = World::new();
    let mut officer = w.signed("officer").await;
    check("/notices", &officer.get("/notices").await.text);
    check("/notices/new", &officer.get("/notices/new").await.text);
    let fields = [
        ("title", "冬季消防安全专项排查"),
        ("body", "逐处排查，边查边改。"),
        ("clause", "2.1"),
        ("figures", "hazard_raised"),
        ("figures", "hazard_open"),
        ("ask_0", "全校学生数"),
        ("ask_kind_0", "number"),
        ("ask_1", "新配灭火器"),
        ("ask_kind_1", "number"),
    ];
    let tried = officer.post("/notices/new", &fields).await;
    assert!(tried.text.contains("发给 1 个单位，每个约 6 分钟"), "{}", tried.text);
    assert!(tried.text.contains("「全校学生数」系统里有，勾上「学生数」就行，不用填。"), "{}", tried.text);
    check("/notices/new", &tried.text);
    let mut kept: Vec<(&str, &str)> = fields.iter().copied().filter(|f| !f.0.contains("_0")).collect();
    kept.push(("send", "1"));
    let sent = officer.post("/notices/new", &kept).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let at = sent.location().to_string();
    w.raise("guard", "疏散指示灯不亮");
    let mut head = w.signed("head").await;
    assert!(head.get("/").await.text.contains("去签收"));
    let page = head.get(&at).await;
    check(&at, &page.text);
    assert!(page.text.contains("代表 江湾中学 签收"), "{}", page.text);
    assert_eq!(head.post(&format!("{at}/sign"), &[]).await.status, StatusCode::SEE_OTHER);
    let bad = head.post(&format!("{at}/answer"), &[("answer_0", "很多")]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.text);
    assert_eq!(head.post(&format!("{at}/answer"), &[("answer_0", "12")]).await.status, StatusCode::SEE_OTHER);
    let table = officer.get(&at).await;
    check(&at, &table.text);
    assert!(table.text.contains("签收 1 / 1") && table.text.contains("<b>合计</b>"), "{}", table.text);
    let csv = officer.get(&format!("{at}?as=csv")).await;
    assert!(csv.text.contains("\"冬季消防安全专项排查汇总表\""), "{}", csv.text);
    assert!(
        csv.text.contains("\"序号\",\"单位\",\"签收时间\",\"签收人\",\"排查出隐患\",\"在办隐患\",\"新配灭火器\""),
        "{}",
        csv.text
    );
    assert!(
        csv.text.contains("\"李建国\",\"1\",\"1\",\"12\"")
            && csv.text.contains("\"合计\",\"\",\"\",\"1\",\"1\",\"12\"")
    );
    for path in [format!("/units/{}/plan", w.school), format!("/units/{}/plan/end", w.school)] {
        let page = head.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
        check(&path, &page.text);
    }
    let softer = head.post("/layers", &[("entry", "meet.school"), ("times", "0")]).await;
    assert_eq!(softer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let more = head.post("/layers", &[("entry", "meet.school"), ("times", "2")]).await;
    assert_eq!(more.status, StatusCode::SEE_OTHER, "{}", more.text);
    let plan = head.get(&format!("/units/{}/plan", w.school)).await;
    assert!(plan.text.contains("每周 2 次") && plan.text.contains("要点是每周 1 次"), "{}", plan.text);
    let mut guard = w.signed("guard").await;
    assert_eq!(guard.get("/notices/new").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_urgent_notice_is_sent_in_one_press_by_the_desk_and_climbs_until_it_is_signed() {
    let w = World::new();
    let mut desk = w.signed("desk").await;
    assert!(desk.get("/notices").await.text.contains("href=\"/notices/urgent\""));
    let form = desk.get("/notices/urgent").await;
    check("/notices/urgent", &form.text);
    assert!(form.text.contains("江湾中学") && form.text.contains("只发给几个单位"), "{}", form.text);
    let empty = desk.post("/notices/urgent", &[("title", "暴雪红色预警"), ("body", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("value=\"暴雪红色预警\""), "what was typed is kept: {}", empty.text);
    let school = w.school.to_string();
    for (field, wrong) in [("units", "nobody"), ("kinds", "castle")] {
        let wrong = desk.post("/notices/urgent", &[("title", "预警"), ("body", "停课。"), (field, wrong)]).await;
        assert_eq!(
            wrong.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "left out, it would go to everybody: {}",
            wrong.text
        );
    }
    let fields = [("title", "暴雪红色预警"), ("body", "明天停课，通知家长。"), ("units", school.as_str())];
    let sent = desk.post("/notices/urgent", &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let at = sent.location().to_string();
    let page = desk.get(&at).await;
    check(&at, &page.text);
    assert!(page.text.contains("还没有签收") && page.text.contains("通知了 1 次"), "{}", page.text);
    let mut head = w.signed("head").await;
    assert!(head.get("/messages").await.text.contains("紧急通知，请签收：暴雪红色预警"));
    // It stands first in what waits for whoever may sign, above the papers of the day.
    w.clock.advance(31 * 60_000);
    let today = head.get("/").await;
    let (before, after) = today.text.split_once("紧急通知：暴雪红色预警").unwrap();
    assert!(!before.contains("日台账") && after.contains("日台账"), "{}", today.text);
    assert_eq!(after.matches("暴雪红色预警").count(), 1, "once: its button says it again and no other card");
    safety::tick::run(&w.app).unwrap();
    assert!(desk.get(&at).await.text.contains("通知了 2 次"));
    assert_eq!(head.post(&format!("{at}/sign"), &[]).await.status, StatusCode::SEE_OTHER);
    let page = desk.get(&at).await;
    assert!(!page.text.contains("还没有签收") && page.text.contains("签收 1 / 1"), "{}", page.text);
    let ended = desk.post(&format!("{at}/end"), &[]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    assert_eq!(w.signed("guard").await.get("/notices/urgent").await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.get("/notices/new").await.status, StatusCode::FORBIDDEN, "the desk issues urgent ones only");
}

#[tokio::test]
async fn help_is_seen_by_the_school_s_leaders_and_its_superiors_only() {
    let w = World::new();
    let school = w.school.to_string();
    let mut officer = w.signed("officer").await;
    check("/supports", &officer.get("/supports").await.text);
    check("/supports/new", &officer.get("/supports/new").await.text);
    check("/supports/visits/new", &officer.get("/supports/visits/new").await.text);
    let named =
        officer.post("/supports", &[("unit", &school), ("reasons", "两条隐患逾期"), ("plan", "每两周去一次")]).await;
    assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.text);
    let at = named.location().to_string();
    let visited =
        officer.post("/supports/visits", &[("unit", &school), ("seen", "夜班空着"), ("advised", "总务处先顶上")]).await;
    assert_eq!(visited.status, StatusCode::SEE_OTHER, "{}", visited.text);
    let visit = visited.location().to_string();
    let mut head = w.signed("head").await;
    for path in [at.as_str(), visit.as_str(), "/supports"] {
        let page = head.get(path).await;
        assert!(page.text.contains("总务处先顶上"), "{path}: {}", page.text);
        check(path, &page.text);
    }
    assert_eq!(head.post(&visit, &[("done", "顶上了")]).await.status, StatusCode::SEE_OTHER);
    assert!(officer.get(&at).await.text.contains("学校：顶上了（李建国）"));
    for login in ["guard", "teacher", "stranger", "farofficer", "agency", "auditor", "admin"] {
        let mut b = w.signed(login).await;
        for path in [at.as_str(), visit.as_str()] {
            assert_eq!(b.get(path).await.status, StatusCode::NOT_FOUND, "{login} {path}");
        }
        assert!(!b.get("/supports").await.text.contains("两条隐患逾期"), "{login}");
    }
    let ended = officer.post(&format!("{at}/end"), &[("reason", "隐患都销了")]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    assert!(officer.get(&at).await.text.contains("隐患都销了"));
}
