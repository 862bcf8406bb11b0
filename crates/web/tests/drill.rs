//! 演练 by its pages (notice 3.5): planned, the signal, a class called from a telephone's outbox, reviewed, printed in the
//! inspectors' form; what is typed is kept when a form is refused.

use axum::http::StatusCode;

use crate::world::World;

const PLAN: [(&str, &str); 5] = [
    ("title", "秋季火灾疏散演练"),
    ("scenario", "fire"),
    ("told", "1"),
    ("window_from", "2026-11-16"),
    ("window_until", "2026-11-20"),
];

#[tokio::test(flavor = "multi_thread")]
async fn item_3_5_a_drill_is_planned_held_called_and_reviewed() {
    let w = World::new();
    let new = safety::roll::NewClass { name: "七年级1班".into(), grade: 7, pupils: 40, ..Default::default() };
    w.by("head", move |cx| safety::roll::open(cx, &new)).unwrap();
    let mut head = w.signed("head").await;
    let list = head.get("/drills").await;
    for words in ["疏散自救演练", "未安排", "安排演练", "要点", "3.5"] {
        assert!(list.text.contains(words), "{words} in {}", list.text);
    }
    assert!(!list.text.contains("夜间疏散演练"), "nobody boards here");
    assert_eq!(head.get("/drills/new").await.status, StatusCode::OK);
    let kept = head.post("/drills", &[("title", "只有名称"), ("window_from", "2026-11-16")]).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.text.contains("请选演练的背景") && kept.text.contains("只有名称"), "{}", kept.text);
    let made = head.post("/drills", &PLAN).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let at = made.location().to_string();
    assert!(head.get(&at).await.text.contains("轮到您：发信号"));

    let mut teacher = w.signed("teacher").await;
    let seen = teacher.get(&at).await;
    assert!(seen.status.is_success() && !seen.text.contains("发信号</button>"), "a teacher gives no signal");
    assert!(teacher.get("/drills/call").await.text.contains("现在没有进行中的演练"));
    let early = head.post(&format!("{at}/act"), &[("do", "finish")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.text.contains("还没有发信号"), "{}", early.text);
    assert_eq!(head.post(&format!("{at}/act"), &[("do", "start")]).await.status, StatusCode::SEE_OTHER);

    let today = teacher.get("/").await;
    assert!(today.text.contains("演练进行中") && today.text.contains("/drills/call"), "one tap from 今日");
    let call = teacher.get("/drills/call").await;
    assert!(call.text.contains("七年级1班 清点") && call.text.contains("data-outbox=\"drill\""), "{}", call.text);
    let line = call.between("name=\"line\" value=\"", "\"").unwrap().to_string();
    // As the telephone's outbox sends it: JSON wanted, a key, the time at which it happened.
    let headers = [("accept", "application/json"), ("idempotency-key", "0193aaaa-0000-7000-8000-000000000001")];
    let fields = [("line", line.as_str()), ("out", "39"), ("inside", "0"), ("unknown", "1"), ("seconds", "95")];
    let sent = teacher.post_with(&format!("{at}/call"), &fields, &headers).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text);
    let again = teacher.post_with(&format!("{at}/call"), &fields, &headers).await;
    assert_eq!(again.status, StatusCode::CREATED, "the same key is the same call");
    for verb in ["muster", "finish"] {
        assert_eq!(head.post(&format!("{at}/act"), &[("do", verb)]).await.status, StatusCode::SEE_OTHER, "{verb}");
    }
    let page = head.get(&at).await;
    for words in ["应到 40，出来 39，在楼里 0，不明 1", "1 分 35 秒", "缺人", "待评估", "不为凑数在楼梯上跑"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let owner = w.people["fixer"].to_string();
    let review = [
        ("process", "信号响后下楼"),
        ("plan_fit", "good"),
        ("staff_fit", "fair"),
        ("practised", "low"),
        ("problems", "一人掉队"),
        ("what_1", "楼梯口加一岗"),
        ("owner_1", owner.as_str()),
        ("due_1", "2026-11-20"),
    ];
    assert!(head.get(&format!("{at}/review")).await.text.contains("学生练了哪些自救"));
    let bare = head.post(&format!("{at}/review"), &[("process", "下楼"), ("plan_fit", "good")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("学生练了哪些自救，至少点一项"), "{}", bare.text);
    let done = head.post(&format!("{at}/review"), &review).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let paper = head.get(&format!("{at}/print")).await;
    for words in ["应急演练记录", "应到、实到", "改进措施", "楼梯口加一岗", "弯腰低姿", "单位（盖章）"]
    {
        assert!(paper.text.contains(words), "{words} in {}", paper.text);
    }
    assert!(head.get(&format!("{at}/cards")).await.text.contains("总指挥"));
    let mut fixer = w.signed("fixer").await;
    assert!(fixer.get("/").await.text.contains("楼梯口加一岗"), "an improvement is a task on 今日");
    let mut officer = w.signed("officer").await;
    let above = officer.get("/drills").await;
    assert!(above.text.contains("秋季火灾疏散演练") && above.text.contains("已评估"), "{}", above.text);
    assert_eq!(
        officer.post(&format!("{at}/act"), &[("do", "drop"), ("reason", "x")]).await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_on_paper_is_entered_on_the_planned_one() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let at = head.post("/drills", &PLAN).await.location().to_string();
    let bad = [("started_at", "2026-11-16T07:00"), ("expected", "300"), ("out", "301"), ("out_s", "200")];
    let kept = head.post(&format!("{at}/paper"), &bad).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(kept.text.contains("出来的人数请填 0 到 300 之间的数"), "{}", kept.text);
    let good = [("started_at", "2026-11-16T07:00"), ("expected", "300"), ("out", "300"), ("out_s", "200")];
    assert_eq!(head.post(&format!("{at}/paper"), &good).await.status, StatusCode::SEE_OTHER);
    let page = head.get(&at).await;
    assert!(page.text.contains("3 分 20 秒") && page.text.contains("事后照纸记录"), "{}", page.text);
}

/// 3.5: outside of its window a drill offers no signal but another window.
#[tokio::test(flavor = "multi_thread")]
async fn item_3_5_a_signal_waits_for_its_window_which_can_be_moved() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let mut later = PLAN;
    (later[3].1, later[4].1) = ("2026-11-23", "2026-11-27");
    let made = head.post("/drills", &later).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let at = made.location().to_string();
    let page = head.get(&at).await;
    assert!(page.text.contains("时段从 2026-11-23 开始，到那天才能发信号。"), "{}", page.text);
    assert!(!page.text.contains("value=\"start\"") && page.text.contains("value=\"window\""), "{}", page.text);
    let wrong = [("do", "window"), ("window_from", "2026-11-20"), ("window_until", "2026-11-16")];
    let wrong = head.post(&format!("{at}/act"), &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("value=\"2026-11-20\""), "what was typed is kept: {}", wrong.text);
    let moved = [("do", "window"), ("window_from", "2026-11-16"), ("window_until", "2026-11-20")];
    assert_eq!(head.post(&format!("{at}/act"), &moved).await.status, StatusCode::SEE_OTHER);
    assert!(head.get(&at).await.text.contains("轮到您：发信号"));
}
