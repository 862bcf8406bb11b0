//! Incidents by their pages (notice 1.2): three taps to a first report, the phone's queue, each level's turn on 今日 and
//! on the record, versions, the 事故报告单, the zero report, what a refused form keeps.

use axum::http::StatusCode;
use base::{Id, Ms};
use safety::incident::{self, Act, Input, Kind, NewIncident, State};

use crate::hazard::upload;
use crate::world::{Page, World};

fn id_in(location: &str) -> Id {
    let end = location.trim_start_matches("/incidents/").split('?').next().unwrap();
    Id::parse(end).unwrap_or_else(|| panic!("no id in {location}"))
}

fn state(w: &World, id: Id) -> State {
    w.system(move |cx| incident::load(cx, id)).unwrap().state
}

fn fall(w: &World) -> Id {
    w.by("head", |cx| {
        let new = NewIncident { kind: Some(Kind::Hurt), ..NewIncident::default() };
        incident::report::report(cx, &new)
    })
    .unwrap()
}

fn act(w: &World, by: &'static str, id: Id, what: Act) {
    w.by(by, move |cx| incident::act::act(cx, id, what, &Input::default()).map(|_| ())).unwrap();
}

fn filled(page: &Page) -> usize {
    page.text.matches("data-primary").count()
}

#[tokio::test]
async fn a_first_report_is_kind_place_and_one_button_with_the_telephones_above_it() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let today = b.get("/").await;
    assert!(today.text.contains("href=\"/incidents/new\""), "one tap from 今日");
    let form = b.get("/incidents/new").await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text);
    for piece in [
        "tel:120",
        "tel:110",
        "tel:119",
        "tel:13900000000",
        "上报昌邑区教育局",
        "最晚 08:00 知道",
        "data-outbox=\"incident\"",
        "data-unsent=",
    ] {
        assert!(form.text.contains(piece), "{piece}: {}", form.text);
    }
    assert_eq!(filled(&form), 1, "one filled button");
    assert_eq!(form.text.matches("必选").count(), 1, "nothing but the kind is asked for");
    let sent =
        upload(&mut b, "/incidents/new", &[("kind", "hurt"), ("where", "操场"), ("facts", "called_120")], true, &[])
            .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let id = id_in(sent.location());
    let page = b.get(sent.location()).await;
    for piece in [
        "记下了：初报。",
        "学生受伤（操场）",
        "待签收",
        "Ⅳ级 一般",
        "乙类",
        "电话报告",
        "最晚 08:00",
        "还剩 30 分钟",
        "书面初报",
        "按时",
        "昌邑区教育局 → 吉林市教育局",
        "还没有人签收",
    ] {
        assert!(page.text.contains(piece), "{piece}: {}", page.text);
    }
    assert_eq!(filled(&page), 1);
    assert!(page.text.contains("轮到您：记下电话报告"));
    let photo = page.between("href=\"/files/", "\"").unwrap().to_string();
    assert_eq!(b.get(&format!("/files/{photo}")).await.status, StatusCode::OK);
    assert_eq!(w.signed("stranger").await.get(&format!("/files/{photo}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(state(&w, id), State::Awaiting);
}

#[tokio::test]
async fn a_phone_without_network_sends_later_once_and_both_times_are_shown() {
    let w = World::new();
    let mut b = w.signed("guard").await;
    let claimed = w.app.now().0.to_string();
    w.clock.advance(45 * Ms::MINUTE);
    let key = "0190d3b2-2222-7000-8000-000000000001";
    let head = [
        ("idempotency-key", key),
        ("x-claimed-at", claimed.as_str()),
        ("x-device-at", claimed.as_str()),
        ("accept", "application/json"),
    ];
    let fields = [("kind", "hurt"), ("where", "校外")];
    let first = b.post_with("/incidents/new", &fields, &head).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let leaves = w.leaves();
    let again = b.post_with("/incidents/new", &fields, &head).await;
    assert_eq!((again.status, first.json()["id"].clone()), (StatusCode::CREATED, again.json()["id"].clone()));
    assert_eq!(w.leaves(), leaves, "nothing was done twice");
    let id = Id::parse(first.json()["id"].as_str().unwrap()).unwrap();
    let page = w.signed("officer").await.get(&format!("/incidents/{id}")).await;
    for piece in ["08:15 收到，说是 07:30", "离线填写，08:15 收到", "逾期"] {
        assert!(page.text.contains(piece), "{piece}: {}", page.text);
    }
}

#[tokio::test]
async fn every_level_finds_its_turn_on_today_and_does_it_on_the_record() {
    let w = World::new();
    let id = fall(&w);
    let at = format!("/incidents/{id}");
    let mut head = w.signed("head").await;
    let mut county = w.signed("officer").await;
    let mut city = w.signed("cityofficer").await;
    head.get(&at).await;
    let called = head.post(&format!("{at}/call"), &[("spoke_with", "值班员"), ("at", "2026-11-16T07:20")]).await;
    assert_eq!(called.location(), format!("{at}?done=call"), "{}", called.text);
    let today = county.get("/").await;
    assert!(today.text.contains(&format!("href=\"{at}\"")) && today.text.contains("签收"), "{}", today.text);
    assert!(today.text.contains("href=\"/incidents\"") && today.text.contains("应急"), "in the menu");
    let page = county.get(&at).await;
    assert!(page.text.contains("轮到您：签收") && page.text.contains("对方 值班员"), "{}", page.text);
    assert!(w.signed("desk").await.get("/").await.text.contains(&at), "and at the duty desk");
    let signed = county.post(&format!("{at}/receive"), &[]).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
    assert!(head.get(&at).await.text.contains("昌邑区教育局 于海涛 11-16 07:30 签收"));
    assert!(!city.get("/").await.text.contains(&at), "nothing has reached the city");
    county.post(&format!("{at}/pass"), &[("note", "请市局知悉")]).await;
    assert!(city.get("/").await.text.contains(&at));
    city.get(&at).await;
    city.post(&format!("{at}/receive"), &[]).await;
    let told = head.post(&format!("{at}/follow"), &[("progress", "左小腿骨折"), ("hurt", "1"), ("sent", "1")]).await;
    assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
    head.post(&format!("{at}/end"), &[]).await;
    let thin = head.post(&format!("{at}/final"), &[("cause", "器材松动")]).await;
    assert_eq!(thin.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        thin.text.contains("请写教训和整改。") && thin.text.contains("器材松动"),
        "what was typed is kept: {}",
        thin.text
    );
    let done = head.post(&format!("{at}/final"), &[("cause", "器材松动"), ("lessons", "每周一查")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(state(&w, id), State::Final);
    let page = head.get(&at).await;
    for piece in ["已终报", "第 3 版", "受伤 1 人、送医 1 人", "伤亡还不清楚", "教训和整改"] {
        assert!(page.text.contains(piece), "{piece}: {}", page.text);
    }
}

#[tokio::test]
async fn each_version_is_a_sheet_for_signature() {
    let w = World::new();
    let id = fall(&w);
    act(&w, "officer", id, Act::Receive);
    let mut b = w.signed("head").await;
    let sheet = b.get(&format!("/incidents/{id}/reports/1")).await;
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.text);
    for piece in [
        "江湾中学事故报告单（初报）",
        "江湾-S2026-001",
        "负责人",
        "马校长",
        "法定等级",
        "校内等级",
        "不清楚",
        "昌邑区教育局 于海涛",
        "单位（盖章）",
        "报送：昌邑区教育局",
    ] {
        assert!(sheet.text.contains(piece), "{piece}: {}", sheet.text);
    }
    assert_eq!(b.get(&format!("/incidents/{id}/reports/2")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(b.get(&format!("/incidents/{id}/reports/x")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_list_has_tabs_search_and_the_weeks_zero_report() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let page = b.get("/incidents").await;
    assert!(page.text.contains("这一周无事故") && page.text.contains("11-20 起可以签"), "{}", page.text);
    assert!(!page.text.contains("签字：这一周无事故"), "on Monday nobody signs for Sunday");
    let early = b.post("/incidents/zero", &[("day", "2026-11-16")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text);
    w.clock.advance(7 * Ms::DAY);
    let mut b = w.signed("head").await;
    let page = b.get("/incidents").await;
    assert!(page.text.contains("11-16 至 11-22") && page.text.contains("签字：这一周无事故"), "{}", page.text);
    let signed = b.post("/incidents/zero", &[("day", "2026-11-16")]).await;
    assert_eq!(signed.location(), "/incidents?done=zero", "{}", signed.text);
    let page = b.get("/incidents").await;
    assert!(page.text.contains("11-23 至 11-29") && page.text.contains("11-27 起可以签"), "{}", page.text);
    let id = fall(&w);
    let page = b.get("/incidents").await;
    assert!(page.text.contains("这一周有 1 起事故") && page.text.contains(&id.to_string()), "{}", page.text);
    assert_eq!(b.post("/incidents/zero", &[("day", "2026-11-23")]).await.status, StatusCode::CONFLICT);
    w.clock.advance(Ms::HOUR);
    let mut county = w.signed("officer").await;
    let late = county.get("/incidents?bucket=overdue&kind=hurt").await;
    assert!(late.text.contains("逾期 30 分钟") && late.text.contains("江湾中学"), "{}", late.text);
    assert!(!county.get("/incidents?kind=fire").await.text.contains(&id.to_string()));
    assert!(county.get("/incidents?q=S2026-001").await.text.contains(&id.to_string()));
    assert!(county.get("/search?q=S2026-001").await.text.contains(&id.to_string()));
    assert_eq!(county.get("/incidents?kind=nothing").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let part = county.get_with("/incidents?bucket=all", &[("hx-request", "true")]).await;
    assert!(part.text.contains(&id.to_string()) && !part.text.contains("<html"), "a filter changes the list alone");
}

#[tokio::test]
async fn a_hazard_and_a_special_meeting_come_from_the_incident() {
    let w = World::new();
    let stair = w.stair;
    let id = w
        .by("head", move |cx| {
            let mut new = NewIncident { kind: Some(Kind::Crush), ..NewIncident::default() };
            (new.told.place, new.told.sent) = (Some(stair), Some(4));
            incident::report::report(cx, &new)
        })
        .unwrap();
    let mut b = w.signed("head").await;
    let page = b.get(&format!("/incidents/{id}")).await;
    let link = format!("/hazards/new?unit={}&amp;incident={id}&amp;place={stair}", w.school);
    assert!(page.text.contains(&link) || page.text.contains(&link.replace("&amp;", "&#38;")), "{}", page.text);
    let form = b.get(&format!("/hazards/new?incident={id}&place={stair}")).await;
    assert!(form.text.contains(&format!("name=\"incident\" value=\"{id}\"")) && form.text.contains("3号楼东楼梯二层"));
    let fields = [("incident", id.to_string()), ("place", stair.to_string()), ("what", "楼梯没有分道线".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let raised = b.post("/hazards/new", &fields).await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    assert!(b.get(&format!("/incidents/{id}")).await.text.contains("楼梯没有分道线"));
    let today = b.get("/").await;
    assert!(today.text.contains(&format!("incident={id}")), "the special meeting is one tap away: {}", today.text);
    let meeting = b.get(&format!("/works/new?form=meeting&incident={id}")).await;
    assert!(meeting.text.contains("为了哪起事故"), "{}", meeting.text);
}

#[tokio::test]
async fn a_hazard_that_tells_of_somebody_hurt_asks_for_the_report_and_fills_it() {
    let w = World::new();
    let mut guard = w.signed("guard").await;
    let place = w.stair.to_string();
    let fields = [("place", place.as_str()), ("what", "踏步破损，一名学生摔伤")];
    let done = upload(&mut guard, "/hazards/new", &fields, true, &[]).await;
    let hazard = done.location().split('?').next().unwrap().to_string();
    let page = guard.get(done.location()).await;
    assert!(page.text.contains("伤了人要另报事故，没有报的现在就报。"), "{}", page.text);
    let href = page.between("href=\"/incidents/new?", "\"").unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let form = guard.get(&format!("/incidents/new?{href}")).await;
    assert!(form.text.contains("踏步破损，一名学生摔伤</textarea>"), "{}", form.text);
    assert!(form.text.contains(&format!("value=\"{place}\" selected")), "{}", form.text);
    let sent = [("kind", "hurt"), ("place", place.as_str()), ("what", "踏步破损，一名学生摔伤")];
    let id = id_in(upload(&mut guard, "/incidents/new", &sent, true, &[]).await.location());
    // Once: the guard is not asked again, nor a colleague who may not read the incident.
    for who in ["guard", "fixer"] {
        let page = w.signed(who).await.get(&hazard).await;
        assert!(page.status == StatusCode::OK && !page.text.contains("另报事故"), "{who}: {}", page.text);
    }
    // Who answers for it finds the incident beside the hazard, and no question any more.
    let page = w.signed("head").await.get(&hazard).await;
    assert!(
        page.text.contains(&format!("href=\"/incidents/{id}\"")) && !page.text.contains("另报事故"),
        "{}",
        page.text
    );
    // A second fall on the next day: the report of the first keeps nobody silent.
    w.clock.advance(Ms::DAY);
    let fields = [("place", place.as_str()), ("what", "地面结冰，一名学生滑倒骨折")];
    let second = upload(&mut guard, "/hazards/new", &fields, true, &[]).await;
    let page = guard.get(second.location()).await;
    assert!(page.text.contains("已经报过的，不用再报；是另一起事故，点“事故初报”。"), "{}", page.text);
    assert!(page.text.contains("href=\"/incidents/new?unit="), "{}", page.text);
    // A phone is asked with the answer to what it sent, once it has arrived.
    let fields = [("place", place.as_str()), ("what", "门扇脱落砸伤学生")];
    let json = [("accept", "application/json")];
    w.clock.advance(5 * Ms::DAY);
    let told = upload(&mut guard, "/hazards/new", &fields, true, &json).await.json();
    assert_eq!((&told["asks"]["act"], &told["asks"]["pressing"]), (&"事故初报".into(), &true.into()));
    assert!(told["asks"]["href"].as_str().unwrap().starts_with("/incidents/new?unit="), "{told}");
    let fields = [("place", place.as_str()), ("what", "门扇松动")];
    assert!(upload(&mut guard, "/hazards/new", &fields, true, &json).await.json().get("asks").is_none());
    let danger = w.raise("guard", "栏杆松动，容易导致学生摔伤");
    assert!(!guard.get(&format!("/hazards/{danger}")).await.text.contains("另报事故"));
}

#[tokio::test]
async fn a_refused_report_says_what_to_do_and_loses_nothing() {
    let w = World::new();
    let mut b = w.signed("head").await;
    b.get("/incidents/new").await;
    let bare = b.post("/incidents/new", &[("what", "在操场摔了"), ("known_at", "2026-11-16T09:30")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("请选类别。") && bare.text.contains("在操场摔了"), "{}", bare.text);
    let ahead = b.post("/incidents/new", &[("kind", "hurt"), ("known_at", "2026-11-16T09:30")]).await;
    assert!(ahead.text.contains("时间比现在晚 2 小时，请看一下手机时间。"), "{}", ahead.text);
    let id = fall(&w);
    let at = format!("/incidents/{id}");
    let why = b.post(&format!("{at}/withdraw"), &[]).await;
    assert!(why.text.contains("请写一句，好让别人看得明白。"), "{}", why.text);
    act(&w, "officer", id, Act::Receive);
    let mut county = w.signed("officer").await;
    county.get(&at).await;
    let twice = county.post(&format!("{at}/receive"), &[]).await;
    assert!(twice.text.contains("都签收过了。"), "{}", twice.text);
    assert_eq!(county.post(&format!("{at}/follow"), &[("progress", "改")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(county.post(&format!("{at}/burn"), &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_desk_chooses_the_school_first_and_whoever_may_not_report_sees_no_button() {
    let w = World::new();
    let mut desk = w.signed("desk").await;
    let pick = desk.get("/incidents/new").await;
    assert!(pick.text.contains(&format!("/incidents/new?unit={}", w.school)), "{}", pick.text);
    let form = desk.get(&format!("/incidents/new?unit={}", w.school)).await;
    assert!(form.text.contains("江湾中学") && form.text.contains("上报昌邑区教育局"), "{}", form.text);
    let school = w.school.to_string();
    let sent = desk.post("/incidents/new", &[("unit", school.as_str()), ("kind", "sick"), ("hurt", "6")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let mut auditor = w.signed("auditor").await;
    assert!(!auditor.get("/").await.text.contains("/incidents/new"));
    assert_eq!(auditor.get("/incidents/new").await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.get("/incidents").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_second_tap_is_no_fault_the_desk_rings_the_school_first_and_one_number_stands_everywhere() {
    let w = World::new();
    w.by("head", |cx| {
        let me = cx.actor.person.unwrap();
        safety::org::people::correct(cx, me, "李建国", Some("13900001234"))
    })
    .unwrap();
    let id = fall(&w);
    let at = format!("/incidents/{id}");
    let mut county = w.signed("officer").await;
    let page = county.get(&at).await;
    assert!(page.text.contains("href=\"tel:13900001234\"") && page.text.contains("报告人"), "{}", page.text);
    let version = page.between("name=\"version\" value=\"", "\"").unwrap().to_string();
    let tap = [("version", version.as_str())];
    for time in ["first", "second"] {
        let done = county.post(&format!("{at}/receive"), &tap).await;
        assert_eq!(done.location(), format!("{at}?done=receive"), "{time}: {}", done.text);
    }
    assert_eq!(county.get(&format!("{at}/receive")).await.location(), at, "the address of an act leads to the record");
    assert_eq!(county.get(&format!("{at}/nothing")).await.status, StatusCode::NOT_FOUND);
    // The newest step's number is the last one of the record.
    let page = county.get(&at).await;
    let last = page.between("<dt>最后一条</dt><dd>第 ", " 号").unwrap().to_string();
    let newest = "select max(n) as n from leaf where id in (select id from incident_step where incident = $1)";
    let steps = w.system(move |cx| cx.tx.row(newest, db::args![id])?.unwrap().int("n")).unwrap();
    assert_eq!(last, steps.to_string());
    let own = w.signed("head").await.get(&at).await;
    assert!(!own.text.contains("tel:13900001234"), "the school rings up those above it");
}
