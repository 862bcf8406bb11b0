//! Duties and work records by their pages (notice 1.1, 1.3): a weekly meeting is recorded once, checked and accepted by
//! two others; what is typed is kept when a form is refused; strangers see nothing.

use axum::http::StatusCode;
use base::Id;
use safety::duty;
use safety::org::unit::Change;
use safety::org::{Stage, unit};

use crate::hazard::upload;
use crate::world::{Browser, World};

async fn record(b: &mut Browser, chair: Id) -> String {
    let chair = chair.to_string();
    let fields = [
        ("form", "meeting"),
        ("kind", "regular"),
        ("chair", chair.as_str()),
        ("problems", "三号楼疏散指示灯不亮"),
        ("measures", "本周换好"),
        ("what_1", "换疏散指示灯"),
        ("owner_1", chair.as_str()),
        ("due_1", "2026-11-20"),
    ];
    let page = b.post("/works/new", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.location().to_string()
}

fn weekly(w: &World) -> duty::Line {
    let school = w.school;
    w.by("head", move |cx| {
        let filter = duty::Filter { unit: Some(school), entry: Some("meet.school".into()), ..Default::default() };
        Ok(duty::list(cx, &filter, None, 10)?.items.remove(0))
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_1_a_meeting_is_recorded_once_then_checked_and_accepted_by_two_others() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let form = head.get("/works/new?form=meeting").await;
    assert_eq!(form.status, StatusCode::OK);
    for label in ["会议种类", "主持人", "问题", "形势", "对策", "议定事项"] {
        assert!(form.text.contains(label), "{label}");
    }
    let location = record(&mut head, w.people["vice"]).await;
    let page = head.get(&location).await;
    for words in ["三号楼疏散指示灯不亮", "换疏散指示灯", "每周安全例会", "按时"] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let line = weekly(&w);
    assert_eq!(line.duty.period, "2026-W47");
    let record = format!("/duties/{}", line.duty.id);
    let mine = head.get(&record).await;
    assert!(mine.text.contains("待检查") && !mine.text.contains("轮到您"), "the doer does not check: {}", mine.text);

    let mut vice = w.signed("vice").await;
    let today = vice.get("/").await;
    assert!(today.text.contains("检查：每周安全例会"), "{}", today.text);
    let page = vice.get(&record).await;
    assert!(page.text.contains("轮到您：检查"), "{}", page.text);
    let checked = vice.post(&format!("{record}/check"), &[("note", "记得清楚")]).await;
    assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.text);
    let again = vice.post(&format!("{record}/accept"), &[]).await;
    assert_ne!(again.status, StatusCode::SEE_OTHER, "who checked does not accept");
    assert_eq!(weekly(&w).duty.state, duty::State::Checked);

    let mut stranger = w.signed("stranger").await;
    for path in [&record, &location] {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let refused = stranger.post(&format!("{record}/check"), &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_3_what_is_typed_is_kept_and_every_fault_said_at_once() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let fields = [("form", "meeting"), ("kind", "regular"), ("studied", "<b>省厅通知</b>"), ("what_1", "没有人办")];
    let page = head.post("/works/new", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("&#60;b&#62;省厅通知") || page.text.contains("&lt;b&gt;省厅通知"), "{}", page.text);
    assert!(page.text.contains("没有人办"));
    let fields = [("form", "meeting"), ("kind", "regular"), ("studied", "省厅通知")];
    let page = head.post("/works/new", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("有 <span data-errors-count>2</span> 处要改"), "主持人 and 问题: {}", page.text);
    assert!(page.text.contains("请填主持人。") && page.text.contains("请填问题。"), "by name: {}", page.text);
    let lesson = head.get("/works/new?form=lesson&topic=monoxide").await;
    assert_eq!(lesson.text.matches("name=\"topic\" value=\"monoxide\"").count(), 1, "the topic is asked once");
    assert_eq!(head.get("/works/new?form=nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_corrected_with_its_reason_and_voided_but_never_gone() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let location = record(&mut head, w.people["vice"]).await;
    let path = location.split('?').next().unwrap().to_string();
    let vice = w.people["vice"].to_string();
    let form = head.get(&format!("{path}/correct")).await;
    assert!(form.text.contains("三号楼疏散指示灯不亮"), "what stands there is in the form");
    let bare =
        head.post(&format!("{path}/correct"), &[("kind", "regular"), ("chair", &vice), ("problems", "两处")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY, "a correction has a reason");
    let fields =
        [("kind", "regular"), ("chair", vice.as_str()), ("problems", "两处指示灯不亮"), ("reason", "漏记一处")];
    let done = head.post(&format!("{path}/correct"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = head.get(&path).await;
    for words in ["两处指示灯不亮", "更正过", "漏记一处"] {
        assert!(page.text.contains(words), "{words}");
    }
    assert_eq!(weekly(&w).mark, duty::Mark::OnTime, "corrected, and still on time");
    let gone = head.post(&format!("{path}/void"), &[("reason", "记到别的学校去了")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text);
    let page = head.get(&path).await;
    assert!(page.text.contains("这一份已作废：记到别的学校去了"), "{}", page.text);
    assert_ne!(weekly(&w).mark, duty::Mark::OnTime, "a voided record counts for nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_says_who_owes_it_and_leads_to_the_form() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let cell = format!("/duties/cell?unit={}&entry=meet.school&period=2026-W47&part=", w.school);
    let page = head.get(&cell).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    for words in ["每周安全例会", "第12周（11-16—11-22）", "2026-11-24 前", "安全处主任", "去填", "每周至少 1 次"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let mut stranger = w.signed("stranger").await;
    assert_eq!(stranger.get(&cell).await.status, StatusCode::NOT_FOUND);
    let mut officer = w.signed("officer").await;
    let page = officer.get(&cell).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("免做"), "what the notice itself orders is not waived");
}

/// 今日 shows what is owed and nobody has begun, each one tap from its form; the lists behind it say the rest.
#[tokio::test(flavor = "multi_thread")]
async fn item_1_3_today_shows_what_is_owed_and_leads_to_the_filled_form() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let today = head.get("/").await;
    for words in ["每周安全例会", "日台账", "周台账", "3</b> 件事等您"] {
        assert!(today.text.contains(words), "{words} in {}", today.text);
    }
    let meeting = format!("/works/new?form=meeting&#38;unit={}&#38;kind=regular", w.school);
    assert!(today.text.contains(&meeting), "{}", today.text);
    // A guard and a stranger's officer owe none of it.
    for who in ["guard", "stranger"] {
        let page = w.signed(who).await.get("/").await;
        assert!(!page.text.contains("日台账") || who == "stranger", "{who}: {}", page.text);
    }
    // Thursday: two days' ledgers are late and stand as one line, which leads to both.
    w.clock.advance(3 * base::Ms::DAY);
    let today = head.get("/").await;
    assert!(today.text.contains("日台账（2 次）") && today.text.contains("/duties/owed?entry=ledger.day"));
    let owed = head.get("/duties/owed").await;
    assert!(owed.text.contains("<h2>逾期</h2>") && owed.text.contains("日台账（2 次）"), "line for line as on 今日");
    let late = today.between("<b class=\"r\">", " 件已逾期").unwrap().to_string();
    let heap = owed.text.split("<h2>逾期</h2><span class=\"xs\">").nth(1).unwrap().split(' ').next().unwrap();
    assert_eq!(late, heap, "the figures of both pages are one");
    let each = head.get("/duties/owed?entry=ledger.day").await;
    assert!(each.text.contains("happened_on=2026-11-16") && each.text.contains("日台账（11-17）"), "{}", each.text);
    assert!(owed.text.contains("<h2>以后</h2>"), "the year's courses can wait");
    let form = head.get("/works/new?form=ledger_sign&cycle=day&happened_on=2026-11-16").await;
    assert!(form.text.contains("value=\"2026-11-16\"") && form.text.contains("<details class=\"more-f\" open>"));
    let plan = head.get("/plan").await;
    assert!(plan.text.contains("每周安全例会") && plan.text.contains("第13周"), "{}", plan.text);
    let (first, rest) = plan.text.split_once("第12周").unwrap();
    assert!(first.contains("<h2>逾期</h2>") && first.contains("日台账（2 次）"), "late first: {}", plan.text);
    assert!(rest.contains("11-24 前"), "the dates of 今日: {}", plan.text);
    // The leader sees what others are late with.
    let mut vice = w.signed("vice").await;
    let page = vice.get("/").await;
    assert!(page.text.contains("别人逾期") && page.text.contains("日台账（2 次）"), "{}", page.text);
    let others = vice.get("/duties/owed?of=others").await;
    assert!(others.text.contains("日台账（2 次）"));
}

/// 4.2: what one owes stands in the calendar of one's own phone, by an address that only one has; what is done is gone.
#[tokio::test(flavor = "multi_thread")]
async fn item_4_2_the_phone_s_calendar_shows_what_is_owed_until_it_is_done() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let address = |page: &str| {
        let at = page.find("/feeds/").unwrap();
        page[at..].split('"').next().unwrap().to_string()
    };
    let read = |text: &str| text.replace("\r\n ", "");
    let page = head.post("/me/feed", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let first = address(&page.text);
    assert!(page.text.contains(&format!("webcal://xiaoan.test{first}")), "one tap on a phone: {}", page.text);
    assert_eq!(first.len(), "/feeds/.ics".len() + 32, "128 bits");
    assert!(!head.get("/me").await.text.contains("/feeds/"), "the address is shown once");

    // The phone's calendar is signed in nowhere.
    let mut phone = w.browser();
    let calendar = phone.get(&first).await;
    assert_eq!(calendar.status, StatusCode::OK);
    assert_eq!(calendar.headers["content-type"], "text/calendar; charset=utf-8");
    let text = read(&calendar.text);
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let meeting = format!("UID:{}.meet.school.2026-W47.", w.school);
    assert!(text.contains(&meeting), "{text}");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count());
    let event = text.split("BEGIN:VEVENT").find(|e| e.contains(&meeting)).unwrap().to_string();
    for line in ["SUMMARY:每周安全例会", "DTSTART;VALUE=DATE:20261123", "要点 1.1", "/duties/cell?unit="] {
        assert!(event.contains(line), "{line} in {event}");
    }
    record(&mut head, w.people["vice"]).await;
    let text = read(&phone.get(&first).await.text);
    assert!(!text.contains(&meeting), "what is done is gone: {text}");

    let second = address(&head.post("/me/feed", &[]).await.text);
    assert_eq!(phone.get(&first).await.status, StatusCode::NOT_FOUND, "a new address ends the old one");
    assert_eq!(phone.get(&second).await.status, StatusCode::OK);
    assert_eq!(phone.get(second.trim_end_matches(".ics")).await.status, StatusCode::NOT_FOUND);
    let guess = format!("/feeds/{}.ics", "0".repeat(32));
    let guessed = phone.get(&guess).await;
    assert_eq!((guessed.status, guessed.text.contains("江湾")), (StatusCode::NOT_FOUND, false));
    let ended = head.post("/me/feed", &[("as", "end")]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    assert_eq!(phone.get(&second).await.status, StatusCode::NOT_FOUND);
}

/// 1.1: each special meeting says which hazard it is about; the late ones are one line, which leads to them.
#[tokio::test(flavor = "multi_thread")]
async fn item_1_1_a_special_meeting_names_its_hazard_and_late_ones_are_one_line() {
    let w = World::new();
    let school = w.school;
    for what in ["三楼护栏松动", "配电箱前堆物"] {
        let id = w.raise("guard", what);
        w.system(move |cx| duty::event(cx, "hazard.major", school, id, cx.now)).unwrap();
    }
    let mut head = w.signed("head").await;
    let meetings = |page: &str| {
        let lines: Vec<String> =
            page.split("<div class=\"task\"").filter(|l| l.contains("重大隐患专题会议")).map(str::to_string).collect();
        lines
    };
    let today = head.get("/").await;
    let lines = meetings(&today.text);
    assert_eq!(lines.len(), 2, "{}", today.text);
    for what in ["三楼护栏松动", "配电箱前堆物"] {
        assert_eq!(lines.iter().filter(|l| l.contains(what)).count(), 1, "{what}: {lines:?}");
    }
    w.clock.advance(8 * base::Ms::DAY);
    let today = head.get("/").await;
    let lines = meetings(&today.text);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("（2 次）") && lines[0].contains("/duties/owed?entry=meet.special"), "{lines:?}");
    let owed = head.get("/duties/owed?entry=meet.special").await;
    for what in ["三楼护栏松动", "配电箱前堆物"] {
        assert!(owed.text.contains(what), "{what}: {}", owed.text);
    }
}

/// 3.1, 4.1: a form that credits persons asks for them; a bureau ticks whole roles and names who did not come.
#[tokio::test(flavor = "multi_thread")]
async fn item_3_1_a_course_asks_who_took_part_and_a_bureau_ticks_roles() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let vice = w.people["vice"].to_string();
    let form = head.get(&format!("/works/new?form=training&person={vice}")).await;
    assert!(form.text.contains("周文海（分管副校长）"), "{}", form.text);
    assert!(!form.text.contains("张福贵（门卫）"), "a guard is owed no course");
    let ticked = format!("name=\"person\" value=\"{vice}\" checked");
    assert!(form.text.contains(&ticked), "whom the cell is about is ticked");
    assert!(!form.text.contains("下属单位的人"), "a school has none");
    let letter = head.get("/works/new?form=letter").await;
    assert!(letter.text.contains("张福贵（门卫）"), "everybody signs a letter");

    let mut officer = w.signed("officer").await;
    let form = officer.get("/works/new?form=training").await;
    assert!(form.text.contains("校长（全体 1 人）") && form.text.contains("安全处主任（全体 1 人）"), "{}", form.text);
    let nobody = head.post("/works/new", &[("form", "training"), ("law", "injury"), ("hours", "4")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY, "it would count for nobody");
    for said in ["href=\"#f-persons\"", "<div id=\"f-persons\">"] {
        assert!(nobody.text.contains(said), "{said} in {}", nobody.text);
    }
    let fields = |absent: &'static str| {
        [
            ("form", "training"),
            ("law", "injury"),
            ("hours", "4"),
            ("role", "principal"),
            ("role", "safety_head"),
            ("absent", absent),
        ]
    };
    let wrong = officer.post("/works/new", &fields("马校张")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["没有找到“马校张”，请照通讯录写姓名。", "马校张</textarea>", "value=\"principal\" checked"]
    {
        assert!(wrong.text.contains(kept), "{kept} in {}", wrong.text);
    }
    let done = officer.post("/works/new", &fields("马校长")).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let mark = |who: &'static str| {
        let (school, part) = (w.school, format!("person:{}", w.people[who]));
        let entry = "train.injury";
        w.by("officer", move |cx| duty::cell(cx, school, entry, "2026", &part)).unwrap().mark
    };
    assert_eq!((mark("head"), mark("principal")), (duty::Mark::OnTime, duty::Mark::NotDue));

    // A school's own course, and the one who was forgotten in it.
    let fields = [("form", "training"), ("law", "response"), ("hours", "2"), ("person", vice.as_str())];
    let done = head.post("/works/new", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let record = done.location().split('?').next().unwrap().to_string();
    let form = head.get(&format!("{record}/correct")).await;
    assert!(form.text.contains(&ticked) && form.text.contains("马校长（校长）"), "{}", form.text);
    let principal = w.people["principal"].to_string();
    let fields = [
        ("law", "response"),
        ("hours", "2"),
        ("person", vice.as_str()),
        ("person", principal.as_str()),
        ("reason", "漏了校长"),
    ];
    let done = head.post(&format!("{record}/correct"), &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let of = |who: &'static str| {
        let (school, part) = (w.school, format!("person:{}", w.people[who]));
        w.by("officer", move |cx| duty::cell(cx, school, "train.response", "2026", &part)).unwrap().mark
    };
    assert_eq!([of("vice"), of("principal"), of("head")].map(|m| m == duty::Mark::OnTime), [true, true, false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_3_4_classes_and_topics_stand_in_one_grid() {
    let w = World::new();
    let school = w.school;
    let junior = Change { stage: Some(Stage::Junior), ..Change::default() };
    w.system(move |cx| unit::change(cx, school, &junior, None)).unwrap();
    let mut head = w.signed("head").await;
    let table = "班级,学生数\n九年级（2）班,38\n七年级1班,42\n";
    let roll = format!("/units/{school}/roll/import");
    let done = upload(&mut head, &roll, &[("table", table), ("store", "1")], false, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = head.get("/duties/kinds/edu.topics").await;
    crate::pages::check("/duties/kinds/edu.topics", &page.text);
    for words in ["安全常识教育（八个主题）", "2026—2027学年应做 16 件，已做 0 件", "防一氧化碳中毒", "还差"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let order = [page.text.find("七年级1班"), page.text.find("九年级（2）班")];
    assert!(order[0].is_some() && order[0] < order[1], "in the order of the roll: {}", page.text);
    // From a square to the form and back: the square is a tick, and its record.
    let square = page.between("<td class=\"f\"><a href=\"", "\"").unwrap().replace("&#38;", "&");
    let cell = head.get(&square).await;
    let form = cell.between("href=\"/works/new?", "\"").unwrap().replace("&#38;", "&");
    let value = |name: &str| form.split('&').find_map(|p| p.strip_prefix(&format!("{name}="))).unwrap().to_string();
    let (class, topic) = (value("class"), value("topic"));
    let fields = [("form", "lesson"), ("topic", topic.as_str()), ("class", class.as_str())];
    let done = head.post("/works/new", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = head.get("/duties/kinds/edu.topics").await;
    assert!(page.text.contains("应做 16 件，已做 1 件"), "{}", page.text);
    assert_eq!(page.text.matches(">✓</a>").count(), 1);
    assert!(page.text.contains("<td class=\"pc\">7</td>") && page.text.contains("<td class=\"pc\">8</td>"));
    assert!(head.get(&square).await.location().starts_with("/duties/"), "the square leads to the record");

    let mut officer = w.signed("officer").await;
    let above = officer.get(&format!("/duties/kinds/edu.topics?unit={school}")).await;
    assert!(above.text.contains(">✓</a>"), "{}", above.text);
    let weeks = head.get("/duties/kinds/meet.school").await;
    assert!(weeks.text.contains("本单位") && weeks.text.contains("2026年秋季学期"), "{}", weeks.text);
    let mut stranger = w.signed("stranger").await;
    for path in [format!("/duties/kinds/edu.topics?unit={school}"), "/duties/kinds/no.such".into()] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// 5.2: what is done elsewhere than by a form leads there; of a month gone by there is nothing to do any more.
#[tokio::test(flavor = "multi_thread")]
async fn item_5_2_the_cell_of_the_alarm_s_test_leads_to_the_alarm() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let cell = |period: &str| format!("/duties/cell?unit={}&entry=alarm.test&period={period}&part=", w.school);
    let page = head.get(&cell("2026-11")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    assert!(page.text.contains("href=\"/alarms/new\">去做</a>"), "{}", page.text);
    w.clock.advance(15 * base::Ms::DAY);
    let mut head = w.signed("head").await;
    let page = head.get(&cell("2026-11")).await;
    assert!(page.text.contains("这段时间已经过了") && !page.text.contains("去做</a>"), "{}", page.text);
}

/// 1.3: what is to be signed of one entry and period is signed from its list with one press.
#[tokio::test(flavor = "multi_thread")]
async fn item_1_3_one_entry_of_one_period_is_signed_with_one_press() {
    let w = World::new();
    let mut head = w.signed("head").await;
    record(&mut head, w.people["vice"]).await;
    let list = "/duties?entry=meet.school&period=2026-W47";
    let own = head.get(list).await;
    assert!(!own.text.contains("action=\"/duties/sign\""), "the doer signs nothing: {}", own.text);
    let mut vice = w.signed("vice").await;
    let page = vice.get(list).await;
    let id = weekly(&w).duty.id.to_string();
    let box_of = format!("name=\"id\" value=\"{id}\" checked");
    assert!(page.text.contains("检查 1 项") && page.text.contains(&box_of), "{}", page.text);
    let back = page.between("name=\"back\" value=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let done = vice.post("/duties/sign", &[("back", &back), ("as", "check"), ("id", &id)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(weekly(&w).duty.state, duty::State::Checked);
    let page = vice.get(done.location()).await;
    assert!(page.text.contains("签了 1 项。") && !page.text.contains("检查 1 项"), "{}", page.text);
}

/// 1.3: whoever signs that he has read the ledger sees its figures and the way to it.
#[tokio::test(flavor = "multi_thread")]
async fn item_1_3_the_signature_under_a_ledger_shows_the_ledger() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let page = head.get("/works/new?form=ledger_sign&cycle=week&happened_on=2026-11-16").await;
    let href = format!("/ledgers?unit={}&#38;period=2026-W47", w.school);
    assert!(page.text.contains("工作台账（第12周") && page.text.contains("应做 "), "{}", page.text);
    assert!(page.text.contains(&href), "{href} in {}", page.text);
    assert!(!head.get("/works/new?form=meeting").await.text.contains("先看台账"));
}

/// 3.4: the list of lessons says which class and which topic.
#[tokio::test(flavor = "multi_thread")]
async fn item_3_4_rows_of_lessons_are_told_apart() {
    let w = World::new();
    let mut ids = Vec::new();
    for (serial, name) in [(1, "七年级1班"), (2, "七年级2班")] {
        let new = safety::roll::NewClass { name: name.into(), grade: 7, serial, pupils: 40, ..Default::default() };
        ids.push(w.by("head", move |cx| safety::roll::open(cx, &new)).unwrap().to_string());
    }
    let mut head = w.signed("head").await;
    for id in &ids {
        let fields = [("form", "lesson"), ("topic", "fire"), ("present", "40"), ("class", id.as_str())];
        let done = head.post("/works/new", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    }
    let page = head.get("/works?form=lesson").await;
    for words in ["七年级1班", "七年级2班", "防火"] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let fields = [("form", "lesson"), ("topic", "fire"), ("present", "41"), ("class", ids[0].as_str())];
    let more = head.post("/works/new", &fields).await;
    assert_eq!(more.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(more.text.contains("实到请填 0 到 40 之间的数"), "{}", more.text);
}

#[tokio::test]
async fn a_teacher_of_one_class_has_it_ticked_and_one_of_two_says_which_had_the_lesson() {
    let w = World::new();
    let teacher = w.people["teacher"];
    let open = |name: &'static str, serial: i64| {
        w.by("head", move |cx| {
            let new = safety::roll::NewClass {
                name: name.into(),
                grade: 7,
                serial,
                pupils: 40,
                teacher: Some(teacher),
                ..Default::default()
            };
            safety::roll::open(cx, &new)
        })
        .unwrap()
    };
    let mut b = w.signed("teacher").await;
    let one = open("七年级1班", 1);
    let ticked = |page: &crate::world::Page, id| page.text.contains(&format!("value=\"{id}\" checked"));
    assert!(ticked(&b.get("/works/new?form=lesson").await, one));
    let two = open("七年级2班", 2);
    let page = b.get("/works/new?form=lesson").await;
    assert!(page.text.contains(&two.to_string()) && !ticked(&page, one) && !ticked(&page, two), "{}", page.text);
}
