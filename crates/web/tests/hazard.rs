//! Hazards by their pages (notice 2.6): the whole loop by forms, what is kept when a form is refused, what is shown to
//! whom, paper and figures.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use base::{Id, Ms};
use safety::hazard::{self, Act, Input, State};

use crate::world::{Browser, Page, World};

const CANARY: &str = "\"><svg onload=alert(1)>";

/// A small real picture.
pub fn jpeg() -> Vec<u8> {
    let mut out = Vec::new();
    let picture = image::RgbImage::from_pixel(32, 24, image::Rgb([90, 120, 150]));
    picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new(&mut out)).unwrap();
    out
}

/// Posts as a browser posts a form with photos.
pub async fn upload(
    b: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    photo: bool,
    headers: &[(&str, &str)],
) -> Page {
    const MARK: &str = "----part";
    let mut body = Vec::new();
    let csrf = b.csrf.clone();
    for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
        let head = format!("--{MARK}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    if photo {
        let head = format!(
            "--{MARK}\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\
             content-type: image/jpeg\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&jpeg());
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{MARK}--\r\n").as_bytes());
    let kind = format!("multipart/form-data; boundary={MARK}");
    let mut all = vec![("content-type", kind.as_str())];
    all.extend_from_slice(headers);
    b.ask(Method::POST, path, &all, Body::from(body)).await
}

fn id_in(location: &str) -> Id {
    let end = location.trim_start_matches("/hazards/").split('?').next().unwrap();
    Id::parse(end).unwrap_or_else(|| panic!("no id in {location}"))
}

fn state(w: &World, id: Id) -> State {
    w.system(move |cx| hazard::load(cx, id)).unwrap().state
}

fn version(page: &Page) -> String {
    page.between("name=\"version\" value=\"", "\"").unwrap().to_string()
}

fn act(w: &World, by: &'static str, id: Id, what: Act, input: Input) {
    w.by(by, move |cx| hazard::act::act(cx, id, what, &input).map(|_| ())).unwrap();
}

fn assigned(w: &World) -> Id {
    let id = w.raise("guard", "疏散指示灯不亮");
    let input = Input { grade: Some(hazard::Grade::Minor), assignee: Some(w.people["fixer"]), ..Input::default() };
    act(w, "head", id, Act::Assign, input);
    id
}

fn rectified(w: &World) -> Id {
    let id = assigned(w);
    let photo = safety::Photo { hash: "cd".repeat(32), mime: "image/jpeg".into(), bytes: 1 };
    act(w, "fixer", id, Act::Rectify, Input { note: Some("换了灯".into()), photos: vec![photo], ..Input::default() });
    id
}

#[tokio::test]
async fn the_whole_loop_is_walked_by_forms() {
    let w = World::new();
    let mut guard = w.signed("guard").await;
    let form = guard.get(&format!("/hazards/new?place={}", w.stair)).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.text.contains("3号楼东楼梯二层") && form.text.contains("data-outbox=\"hazard\""));
    assert!(form.text.contains("value=\"灯不亮\"") && !form.text.contains("name=\"grade\""), "a guard does not grade");
    let place = w.stair.to_string();
    let done =
        upload(&mut guard, "/hazards/new", &[("place", &place), ("phrase", "灯不亮"), ("category", "fire")], true, &[])
            .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let id = id_in(done.location());
    let shown = guard.get(done.location()).await;
    assert!(shown.text.contains("记下了：登记。") && shown.text.contains("待定级"), "{}", shown.text);

    let mut head = w.signed("head").await;
    let page = head.get(&format!("/hazards/{id}")).await;
    assert!(page.text.contains("轮到您：定级派单"));
    assert_eq!(page.text.matches("data-primary").count(), 1, "one filled button");
    let fixer = w.people["fixer"].to_string();
    let fields =
        [("version", version(&page)), ("grade", "minor".into()), ("category", "fire".into()), ("assignee", fixer)];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let done = upload(&mut head, &format!("/hazards/{id}/assign"), &fields, false, &[]).await;
    assert_eq!(done.location(), format!("/hazards/{id}?done=assign"), "{}", done.text);
    assert!(head.get(done.location()).await.text.contains("现在等 王建军 整改，11-23 前"));

    let mut fixer = w.signed("fixer").await;
    assert!(fixer.get(&format!("/hazards/{id}")).await.text.contains("data-outbox=\"rectify\""));
    let path = format!("/hazards/{id}/rectify");
    let bare = upload(&mut fixer, &path, &[("note", "换了电池")], false, &[]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bare.text.contains("请拍一张整改后的照片再交") && bare.text.contains("换了电池</textarea>"));
    assert_eq!(upload(&mut fixer, &path, &[("note", "换了电池")], true, &[]).await.status, StatusCode::SEE_OTHER);

    let page = head.get(&format!("/hazards/{id}")).await;
    assert!(page.text.contains("整改前") && page.text.contains("整改后"), "before and after in one row");
    assert!(page.text.contains("复查期限 11-17 = 整改完成 11-16 + 1 天"), "the deadline says why");
    let v = version(&page);
    let path = format!("/hazards/{id}/recheck");
    let none = upload(&mut head, &path, &[("version", &v)], false, &[]).await;
    assert!(none.text.contains("请选一个结果。"));
    let silent = upload(&mut head, &path, &[("version", &v), ("result", "return")], false, &[]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a return needs its reason");
    let back =
        upload(&mut head, &path, &[("version", &v), ("result", "return"), ("note", "还是不亮")], false, &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(state(&w, id), State::Returned);
    upload(&mut fixer, &format!("/hazards/{id}/rectify"), &[("note", "换了整灯")], true, &[]).await;
    let v = version(&head.get(&format!("/hazards/{id}")).await);
    upload(&mut head, &path, &[("version", &v), ("result", "pass")], false, &[]).await;
    let mut vice = w.signed("vice").await;
    let v = version(&vice.get(&format!("/hazards/{id}")).await);
    let done = upload(&mut vice, &format!("/hazards/{id}/close"), &[("version", &v)], false, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(state(&w, id), State::Closed);
    let end = vice.get(&format!("/hazards/{id}")).await;
    for word in ["登记", "派单", "整改完成", "复查退回", "复查合格", "销账", "已销账", "下载证明"]
    {
        assert!(end.text.contains(word), "{word}");
    }
    w.settle();
    let proof = vice.get(&format!("/hazards/{id}/proof")).await;
    assert_eq!(proof.status, StatusCode::OK);
    assert!(journal::verify_bundle(&proof.text, None).is_ok(), "{}", proof.text);
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_what_to_do() {
    let w = World::new();
    let mut b = w.signed("head").await;
    let page = upload(
        &mut b,
        "/hazards/new",
        &[("what", ""), ("place", ""), ("place_text", ""), ("back_reason", "灯坏了好几天"), ("grade", "major")],
        false,
        &[],
    )
    .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in ["有 <span data-errors-count>2</span> 处要改", "请写一句哪里不对。", "请选部位，好让整改的人找得到。"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(page.text.contains("value=\"灯坏了好几天\"") && page.text.contains("value=\"major\" checked"));
    let place = w.stair.to_string();
    let future = upload(
        &mut b,
        "/hazards/new",
        &[("what", "灯不亮"), ("place", &place), ("claimed_at", "2026-11-16T09:30")],
        false,
        &[],
    )
    .await;
    assert!(future.text.contains("时间比现在晚 2 小时，请看一下手机时间。"), "{}", future.text);
    let old = [("what", "灯不亮"), ("place", &place), ("claimed_at", "2026-11-10T09:30")];
    assert!(upload(&mut b, "/hazards/new", &old, false, &[]).await.text.contains("这是 5 天前的事，会标为补录。"));
    let foreign = w.foreign_gate.to_string();
    let other = upload(&mut b, "/hazards/new", &[("what", "灯不亮"), ("place", &foreign)], false, &[]).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "长".repeat(1_000);
    let page = upload(&mut b, "/hazards/new", &[("what", &long), ("place", &place)], false, &[]).await;
    assert!(page.text.contains("最多 200 字，现在 1000 字。") && page.text.contains(&long), "kept whole");
    let list = b.get("/hazards?bucket=all").await;
    assert!(list.text.contains("还没有隐患记录。"), "nothing was stored");
}

#[tokio::test]
async fn the_outbox_gets_json_and_the_same_item_twice_is_one_record() {
    let w = World::new();
    let mut b = w.signed("guard").await;
    let place = w.stair.to_string();
    let fields = [("place", place.as_str()), ("what", "灯不亮")];
    let key = "01930000-0000-7000-8000-000000000001";
    let claimed = (w.clock.now().plus(-3 * Ms::HOUR)).0.to_string();
    let headers =
        [("accept", "application/json"), ("idempotency-key", key), ("x-claimed-at", &claimed), ("x-device-at", "5")];
    let first = upload(&mut b, "/hazards/new", &fields, true, &headers).await;
    let again = upload(&mut b, "/hazards/new", &fields, true, &headers).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED), "{}", first.text);
    assert_eq!(first.json()["id"], key, "the request's key is the record's id");
    assert_eq!(again.json()["id"], first.json()["id"]);
    assert!(first.json()["received_at"].as_i64().is_some());
    let page = b.get(&format!("/hazards/{key}")).await;
    assert!(page.text.contains("离线填写，07:30 收到"), "{}", page.text);
    let other = upload(&mut b, "/hazards/new", &[("place", &place), ("what", "门坏了")], true, &headers).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(other.json()["fields"][0]["field"], "idempotency_key");
    assert_eq!(b.get("/hazards?bucket=all").await.text.matches("data-row id=\"row-").count(), 1);
}

#[tokio::test]
async fn whoever_rectified_is_told_who_can_recheck_instead() {
    let w = World::new();
    let id = assigned(&w);
    let photo = safety::Photo { hash: "cd".repeat(32), mime: "image/jpeg".into(), bytes: 1 };
    act(&w, "head", id, Act::Rectify, Input { note: Some("自己换了".into()), photos: vec![photo], ..Input::default() });
    let mut head = w.signed("head").await;
    let page = head.get(&format!("/hazards/{id}")).await;
    assert!(!page.text.contains("/recheck\""), "the form is not offered");
    let path = format!("/hazards/{id}/recheck");
    let refused = upload(&mut head, &path, &[("result", "pass"), ("note", "看过了，亮的")], false, &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("整改是您做的，要换一个人。可以请 周文海、马校长 办。"), "{}", refused.text);
    assert!(refused.text.contains("看过了，亮的"), "what was typed is not lost");
    assert_eq!(state(&w, id), State::Rectified);
    let mut fixer = w.signed("fixer").await;
    let no = upload(&mut fixer, &path, &[("result", "pass")], false, &[]).await;
    assert_eq!(no.status, StatusCode::FORBIDDEN, "a 整改责任人 rechecks nothing");
}

#[tokio::test]
async fn somebody_was_quicker_and_the_newest_state_is_shown() {
    let w = World::new();
    let id = rectified(&w);
    let mut head = w.signed("head").await;
    let seen = version(&head.get(&format!("/hazards/{id}")).await);
    act(&w, "vice", id, Act::Comment, Input { note: Some("我去看过".into()), ..Input::default() });
    let path = format!("/hazards/{id}/recheck");
    let fields = [("version", seen.as_str()), ("result", "pass"), ("note", "亮了")];
    let stale = upload(&mut head, &path, &fields, false, &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("周文海刚刚已经留言。看一下最新情况再办。"), "{}", stale.text);
    assert!(
        stale.text.contains("我去看过") && stale.text.contains("亮了</textarea>"),
        "newest state, typed words kept"
    );
    act(&w, "vice", id, Act::Recheck, Input::default());
    let gone = upload(&mut head, &path, &[("result", "pass"), ("note", "亮了")], false, &[]).await;
    assert_eq!(gone.status, StatusCode::CONFLICT);
    assert!(gone.text.contains("周文海刚刚已经复查合格。") && gone.text.contains("您刚才写的：亮了"), "{}", gone.text);
    let json = upload(&mut head, &path, &[("result", "pass")], false, &[("accept", "application/json")]).await;
    assert_eq!(json.json()["code"], "wrong_state");
}

#[tokio::test]
async fn what_is_not_the_viewers_does_not_exist_for_him() {
    let w = World::new();
    let id = assigned(&w);
    let mut stranger = w.signed("stranger").await;
    for path in ["", "/letter", "/proof", "?print=1"] {
        assert_eq!(stranger.get(&format!("/hazards/{id}{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let act = upload(&mut stranger, &format!("/hazards/{id}/comment"), &[("note", "x")], false, &[]).await;
    assert_eq!(act.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/hazards?bucket=all").await.text.contains("疏散指示灯"));
    let none = stranger.get(&format!("/hazards?unit={}", w.school)).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("/hazards?unit=2202029999").await.status, StatusCode::NOT_FOUND, "a code of nobody");
    assert_eq!(stranger.get(&format!("/hazards/ledger?unit={}", w.school)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("/hazards/not-an-id").await.status, StatusCode::NOT_FOUND);
    let mut head = w.signed("head").await;
    assert_eq!(
        upload(&mut head, &format!("/hazards/{id}/explode"), &[], false, &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        upload(&mut head, &format!("/hazards/{id}/overdue"), &[], false, &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn markup_in_any_text_is_shown_and_never_run() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let fields =
        [("what", CANARY), ("place_text", CANARY), ("back_reason", CANARY), ("grade", "major"), ("category", "fire")];
    let done = upload(&mut head, "/hazards/new", &fields, false, &[]).await;
    let id = id_in(done.location());
    for (form, field) in [("comment", "note"), ("protect", "note")] {
        let done = upload(&mut head, &format!("/hazards/{id}/{form}"), &[(field, CANARY)], false, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{form}: {}", done.text);
    }
    let five: Vec<(&str, &str)> =
        ["responsibility", "measures", "funds", "deadline", "plan"].map(|f| (f, CANARY)).to_vec();
    assert_eq!(
        upload(&mut head, &format!("/hazards/{id}/five"), &five, false, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let mut officer = w.signed("officer").await;
    upload(&mut officer, &format!("/hazards/{id}/list"), &[("number", "<b>3</b>号")], false, &[]).await;
    let correct = [("what", CANARY), ("place_text", "墙外"), ("note", CANARY)];
    assert_eq!(
        upload(&mut head, &format!("/hazards/{id}/correct"), &correct, false, &[]).await.status,
        StatusCode::SEE_OTHER
    );
    let paths = [
        format!("/hazards/{id}"),
        format!("/hazards/{id}?print=1"),
        format!("/hazards/{id}/letter"),
        format!("/hazards/{id}?do=correct"),
        "/hazards?bucket=all".into(),
        "/hazards?bucket=all&q=%22%3E%3Csvg%20onload%3Dalert(1)%3E".into(),
        "/hazards/ledger".into(),
        "/hazards/stats".into(),
    ];
    for path in paths {
        let page = head.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.text.contains("<svg onload") && !page.text.contains("<b>3</b>"), "{path}");
    }
    let again = upload(&mut head, "/hazards/new", &[("what", CANARY), ("place_text", "")], false, &[]).await;
    assert!(!again.text.contains("<svg onload") && again.text.contains("&#60;svg onload"), "{}", again.text);
    let refused = upload(&mut head, &format!("/hazards/{id}/return"), &[("note", CANARY)], false, &[]).await;
    assert!(!refused.text.contains("<svg onload"));
}

#[tokio::test]
async fn the_list_filters_pages_and_downloads_the_same_rows() {
    let w = World::new();
    for i in 0..40 {
        w.raise("guard", &format!("第{i}处灯不亮"));
    }
    w.raise("guard", "=1+1 门锁坏了");
    let mut head = w.signed("head").await;
    let first = head.get("/hazards").await;
    let rows = |text: &str| text.matches("data-row id=\"row-").count();
    assert_eq!(rows(&first.text), 30);
    assert!(first.text.contains("data-count=\"tab-open\">41<"), "{}", first.text);
    let older = first.between("rel=\"next\"", ">").is_some();
    assert!(older);
    let href = first.text.split("class=\"btn\" href=\"").find(|p| p.contains("rel=\"next\"")).unwrap();
    let href = href.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = head.get(&href).await;
    assert_eq!(rows(&second.text), 11, "{href}");
    let found = head.get("/hazards?q=%E9%97%A8%E9%94%81").await;
    assert_eq!(rows(&found.text), 1);
    assert!(found.text.contains("筛选：门锁") && found.text.contains("清除条件"));
    let none = head.get("/hazards?state=closed").await;
    assert!(none.text.contains("没有符合条件的记录。"));
    assert_eq!(head.get("/hazards?state=nonsense").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let part = head.get_with("/hazards?q=%E9%97%A8%E9%94%81", &[("hx-request", "true")]).await;
    assert!(part.text.contains("id=\"row-") && !part.text.contains("<html"), "a fragment");
    assert!(part.header("vary").contains("HX-Request"));
    let csv = head.get("/hazards?bucket=all&as=csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(&csv.bytes[..3], b"\xef\xbb\xbf", "Excel reads it as it is");
    assert_eq!(csv.text.lines().count(), 42);
    assert!(csv.text.contains("\"'=1+1 门锁坏了\""), "nothing runs in a spreadsheet");
}

#[tokio::test]
async fn the_ledger_stands_as_the_inspector_asks_for_it() {
    let w = World::new();
    let id = rectified(&w);
    act(&w, "head", id, Act::Recheck, Input::default());
    act(&w, "vice", id, Act::Close, Input::default());
    let mut head = w.signed("head").await;
    let page = head.get("/hazards/ledger").await;
    assert!(page.text.contains("江湾中学安全隐患排查台账（2026年11月）"), "{}", page.text);
    for word in ["填表人", "审核人", "单位（盖章）"] {
        assert!(page.text.contains(word), "{word}");
    }
    assert_eq!(page.text.matches("<th scope=\"col\">").count(), 16);
    let csv = head.get("/hazards/ledger?as=csv").await;
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines[0], "\u{feff}\"江湾中学安全隐患排查台账（2026年11月）\"");
    assert_eq!(
        lines[1],
        "\"序号\",\"排查日期\",\"排查人\",\"隐患部位\",\"隐患描述\",\"隐患类别\",\"隐患等级\",\"整改措施\",\"整改责任人\",\
         \"整改时限\",\"完成时间\",\"复查人\",\"复查时间\",\"复查结果\",\"是否销号\",\"备注\""
    );
    assert_eq!(
        lines[2],
        "\"1\",\"2026-11-16\",\"张福贵\",\"3号楼东楼梯二层\",\"疏散指示灯不亮\",\"消防\",\"一般\",\"换了灯\",\"王建军\",\
         \"2026-11-23\",\"2026-11-16\",\"李建国\",\"2026-11-16\",\"合格\",\"是\",\"已销账\""
    );
    assert_eq!(lines.len(), 3);
    let blank = head.get("/hazards/ledger?blank=1").await;
    assert!(!blank.text.contains("疏散指示灯") && blank.text.matches("<tr><td>").count() == 14);
    let letter = head.get(&format!("/hazards/{id}/letter")).await;
    for word in ["隐患整改通知书", "江湾-2026-0001", "2026年11月23日", "整改回执", "签收人"] {
        assert!(letter.text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_figure_of_the_statistics_is_the_number_of_its_rows() {
    let w = World::new();
    for i in 0..7 {
        w.raise("guard", &format!("第{i}处"));
    }
    let closed = rectified(&w);
    act(&w, "head", closed, Act::Recheck, Input::default());
    act(&w, "vice", closed, Act::Close, Input::default());
    assigned(&w);
    w.clock.advance(2 * Ms::DAY);
    let mut officer = w.signed("officer").await;
    let page = officer.get("/hazards/stats").await;
    assert!(page.text.contains("在办 8 条，7 条逾期"), "{}", page.text);
    let mut checked = 0;
    for link in page.text.split("href=\"/hazards?").skip(1) {
        let (query, rest) = link.split_once('"').unwrap();
        let query = query.replace("&#38;", "&").replace("&amp;", "&");
        // The figure is the first number in the link; the tabs above the page are links without one.
        let inner = rest.split_once('>').unwrap().1.split("</a>").next().unwrap();
        let figure: String = inner.replace("<b>", "").chars().take_while(|c| c.is_ascii_digit()).collect();
        let Ok(figure) = figure.parse::<usize>() else { continue };
        let rows = officer.get(&format!("/hazards?{query}")).await;
        assert_eq!(rows.text.matches("data-row id=\"row-").count(), figure, "{query}");
        checked += 1;
    }
    assert!(checked >= 6, "open, overdue, raised, a unit's two and a category: {checked}");
    assert!(page.text.contains("<title>在办隐患按已有天数</title>") && page.text.contains("按单位顺序，不是排名"));
    let guard = w.signed("guard").await.get("/hazards/stats").await;
    assert_eq!(guard.status, StatusCode::OK);
}
