//! The board and the ledgers as people see them (notice 1.3): every figure adds up to the rows behind it and leads to its
//! clause, a change at a school shows at once, strangers see nothing, the ledger is assembled and signed.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base::{Id, Ms};
use safety::duty::board::{self, Sums};
use safety::duty::work::{self, NewWork};
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::pages::check;
use crate::world::{Browser, Page, World};

/// An entry that its superior may exempt from: no words of the notice's own.
const WAIVABLE: &str = "mental.survey";

/// A meeting of the first school, held on a day of November.
fn meets(w: &World, by: &'static str, on: &str) -> Id {
    let chair = w.people["vice"].to_string();
    let on = base::Day::parse(on).unwrap();
    let text = |t: &str| serde_json::Value::from(t);
    let fields = [("kind", text("regular")), ("chair", text(&chair)), ("problems", text("三号楼指示灯不亮"))];
    let new = NewWork {
        form: "meeting".into(),
        happened_on: Some(on),
        fields: fields.into_iter().map(|(k, v)| (k.to_string(), v)).collect(),
        back_reason: Some("补".into()),
        ..NewWork::default()
    };
    w.by(by, move |cx| work::record(cx, &new)).unwrap()
}

/// A figure of the bar.
fn figure(page: &Page, code: &str) -> i64 {
    let mark = format!("data-count=\"board-{code}\">");
    let text = page.between(&mark, "<").unwrap_or_else(|| panic!("{code} in {}", page.text));
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

fn figures(page: &Page) -> [i64; 5] {
    ["on_time", "late", "missing", "exempt", "not_due"].map(|code| figure(page, code))
}

fn of(s: &Sums) -> [i64; 5] {
    [s.on_time, s.late, s.missing, s.exempt, s.not_due]
}

/// The address of the first link that begins so.
fn link(page: &Page, begins: &str) -> String {
    let text = page.text.replace("&#38;", "&").replace("&amp;", "&");
    let (_, found) = text.split_once(&format!("href=\"{begins}")).unwrap_or_else(|| panic!("{begins} in {text}"));
    format!("{begins}{}", found.split('"').next().unwrap())
}

/// The figure in a page's title: 「未做 42 件」.
fn titled(page: &Page) -> i64 {
    let title = page.between("<h1>", "</h1>").unwrap();
    title.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// Every number of a column of links to rows.
fn added(page: &Page) -> i64 {
    let cells = page.text.split("<td class=\"num l2\">").skip(1);
    let n = |rest: &str| rest.split(" 件").next().unwrap().chars().filter(char::is_ascii_digit).collect::<String>();
    cells.map(|rest| n(rest).parse::<i64>().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_figure_of_the_board_adds_up_to_its_rows_and_leads_to_its_clause() {
    let w = World::new();
    meets(&w, "head", "2026-11-16");
    w.clock.advance(9 * Ms::DAY);
    let county = w.county;
    let told = w.by("officer", move |cx| board::bureau(cx, county, Some("2026-autumn"))).unwrap();
    let mut officer = w.signed("officer").await;
    let page = officer.get("/board").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    check("/board", &page.text);
    assert_eq!(figures(&page), of(&told.total), "{}", page.text);
    assert!(told.total.missing > 0 && told.total.on_time > 0);
    assert!(page.text.contains("2026年秋季学期") && page.text.contains("不是排名"));
    for words in ["为什么？", "规则包 jilin-2012", "哪里需要帮一把", "江湾中学", "本局自己的事"]
    {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("第1名") && !page.text.contains("名次"));
    // From the figure to its units, to the cells of a unit, to a cell: each time the rows add up to the figure.
    for (code, n) in [("missing", told.total.missing), ("on_time", told.total.on_time), ("not_due", told.total.not_due)]
    {
        let rows = officer.get(&format!("/board/rows?unit={county}&period=2026-autumn&mark={code}")).await;
        assert_eq!((titled(&rows), added(&rows)), (n, n), "{code}: {}", rows.text);
        check("/board/rows", &rows.text);
    }
    // The first click on a figure shows its rows with the clause chip; the second is the clause.
    let square = link(&page, &format!("/board/rows?unit={county}&period=2026-autumn&clause=1.3"));
    let rows = officer.get(&square).await;
    assert!(rows.text.contains("class=\"cl\" href=\"/clauses/1.3\""), "{}", rows.text);
    let school = w.school;
    let cells = format!("/board/rows?unit={school}&period=2026-autumn&clause=1.1&mark=on_time");
    let cells = officer.get(&cells).await;
    assert_eq!(titled(&cells), 1, "{}", cells.text);
    let record = officer.get(&link(&cells, "/duties/")).await;
    assert!(record.text.contains("每周安全例会") && record.text.contains("/clauses/1.1"));
    let file = officer.get(&format!("/board?unit={county}&as=csv")).await;
    assert!(file.header("content-type").starts_with("text/csv"));
    let line = file.text.lines().find(|l| l.contains("江湾中学")).unwrap();
    let row = told.rows.iter().find(|r| r.unit == school).unwrap();
    assert!(line.starts_with(&format!("\"江湾中学\",\"{}\",\"{}\"", row.sums.expected, row.sums.on_time)), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_sees_its_own_board_a_bureau_its_own_duties_and_strangers_nothing() {
    let w = World::new();
    meets(&w, "head", "2026-11-16");
    w.clock.advance(9 * Ms::DAY);
    let (school, county) = (w.school, w.county);
    let told = w.by("officer", move |cx| board::bureau(cx, county, Some("2026-11"))).unwrap();
    let mut head = w.signed("head").await;
    let page = head.get("/board?period=2026-11").await;
    let row = told.rows.iter().find(|r| r.unit == school).unwrap();
    assert_eq!(figures(&page), of(&row.sums), "the school sees the line that its bureau sees");
    assert!(!page.text.contains("哪里需要帮一把"));
    let mut officer = w.signed("officer").await;
    let own = officer.get(&format!("/board?unit={county}&period=2026-11&own=1")).await;
    let line = told.rows.iter().find(|r| r.unit == county).unwrap();
    assert_eq!(figures(&own), of(&line.sums), "bureaus' own duties stand on the same board");
    // Narrowed to a clause, and its months, weeks and days.
    for period in ["2026", "2026-autumn", "2026-11"] {
        let whole = officer.get(&format!("/board?unit={county}&period={period}")).await;
        let one = officer.get(&format!("/board?unit={county}&period={period}&clause=1.1")).await;
        assert_eq!((whole.status, one.status), (StatusCode::OK, StatusCode::OK));
        assert!(figure(&one, "missing") <= figure(&whole, "missing"));
        assert!(one.text.contains("每周安全例会") && !one.text.contains(">1.3<"));
    }
    assert_eq!(officer.get("/board?period=2026-W47").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(officer.get("/board?period=never").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for who in ["stranger", "farofficer", "farteacher"] {
        let mut b = w.signed(who).await;
        for path in ["/board?unit=", "/board/rows?unit=", "/ledgers?unit=", "/works/agenda?unit="] {
            let page = b.get(&format!("{path}{school}")).await;
            assert!(!page.text.contains("江湾中学"), "{who} {path}");
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_at_a_school_shows_on_the_bureaus_board_within_a_second() {
    let w = World::new();
    let officer = w.signed("officer").await;
    let path = format!("/live?page=board&unit={}&period=2026-autumn", w.county);
    let cookie = format!("xiaoan={}", officer.cookies["xiaoan"]);
    let request = Request::get(path).header("cookie", cookie).body(Body::empty()).unwrap();
    let answer = w.router.clone().oneshot(request).await.unwrap();
    let mut body = answer.into_body().into_data_stream();
    let mut text = String::new();
    let mut read = async |text: &mut String, mark: &str| {
        while !text.contains(mark) {
            let chunk = timeout(Duration::from_secs(20), body.next()).await.expect("the stream goes on").unwrap();
            text.push_str(&String::from_utf8_lossy(&chunk.unwrap()));
        }
    };
    read(&mut text, "event: beat").await;
    meets(&w, "head", "2026-11-16");
    read(&mut text, "event: count").await;
    // Nobody asks again: the stream brings the new figure by itself. How soon is a bench's matter.
    assert!(text.contains("id=\"row-sums\"") && text.contains("data-count=\"board-on_time\">1<"), "{text}");
    assert!(text.contains("id=\"row-m-1-1\"") && text.contains(&format!("id=\"row-{}\"", w.school)), "{text}");
    assert!(!text.contains("id=\"row-m-2-6\""), "rows that did not change are not sent");
    assert!(text.contains("id=\"row-news\"") && text.contains("每周安全例会 待检查"), "{text}");
}

async fn open(b: &mut Browser, path: &str) -> Page {
    let page = b.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    check(path, &page.text);
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_3_the_ledger_is_assembled_checked_and_accepted_in_batch() {
    let w = World::new();
    let id = meets(&w, "head", "2026-11-16");
    w.raise("guard", "疏散指示灯不亮");
    let mut vice = w.signed("vice").await;
    let page = open(&mut vice, "/ledgers?period=2026-W47").await;
    for words in
        ["江湾中学工作台账（第12周（11-16—11-22））", "每周安全例会", "补录", "李建国", "安排人：", "检查 1 项"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    assert!(page.text.contains(&format!("/works/{id}")) && page.text.contains("疏散指示灯不亮"));
    let duty = page.between("name=\"id\" value=\"", "\"").unwrap().to_string();
    let back = "/ledgers?period=2026-W47";
    let signed = vice.post("/duties/sign", &[("as", "check"), ("id", &duty), ("back", back)]).await;
    assert_eq!(signed.location(), format!("{back}&signed=1"));
    let page = open(&mut vice, signed.location()).await;
    assert!(page.text.contains("签了 1 项。") && !page.text.contains("签字验收"), "who checked does not accept");
    let mut principal = w.signed("principal").await;
    let page = open(&mut principal, "/ledgers?period=2026-W47").await;
    assert!(page.text.contains("签字验收 1 项") && page.text.contains("周文海"), "{}", page.text);
    let signed = principal.post("/duties/sign", &[("as", "accept"), ("id", &duty), ("back", back)]).await;
    assert_eq!(signed.location(), format!("{back}&signed=1"));
    assert!(open(&mut principal, back).await.text.contains("马校长"), "three stages, three people");
    // Doing it again signs nothing, and says so.
    let again = principal.post("/duties/sign", &[("as", "accept"), ("id", &duty), ("back", back)]).await;
    assert!(open(&mut principal, again.location()).await.text.contains("没有可签的"));
}

#[tokio::test(flavor = "multi_thread")]
async fn ledgers_of_every_kind_open_print_and_lead_to_each_other() {
    let w = World::with(|c| c.demo = true);
    meets(&w, "head", "2026-11-16");
    let mut head = w.signed("head").await;
    for (kind, key) in
        [("day", "2026-11-16"), ("week", "2026-W47"), ("month", "2026-11"), ("term", "2026-autumn"), ("year", "2026")]
    {
        let page = open(&mut head, &format!("/ledgers/{kind}/{key}")).await;
        assert!(page.text.contains("demo-mark\">演示数据"), "{kind}");
        for words in ["sign-line", "验收人：", "校验码", "<thead>", "上一段", "下一段"] {
            assert!(page.text.contains(words), "{kind}: {words}");
        }
        let wrong = head.get(&format!("/ledgers/{}/{key}", if kind == "day" { "week" } else { "day" })).await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND, "{kind}");
        // The line that says how it stands adds up with the domain's own ledger.
        let school = w.school;
        let told = w.by("head", move |cx| safety::ledger::of(cx, school, key)).unwrap();
        assert!(page.text.contains(&web::words::board::ledger_sentence(&told.sums)), "{kind}");
        let all = open(&mut head, &format!("/ledgers?period={key}&all=1")).await;
        assert_eq!(all.text.matches("<tr data-row>").count(), told.lines.len() + told.works.len(), "{kind}");
        let file = head.get(&format!("/ledgers?period={key}&as=csv")).await;
        assert_eq!(file.text.lines().count(), told.lines.len() + 2, "{kind}: title and columns above the cells");
        assert!(!file.text.contains("2026-W") && !file.text.contains("class:"), "periods and parts in words");
    }
    let year = head.get("/ledgers/year/2026").await;
    assert!(year.text.contains("一项一项看") && year.text.contains("迟做、未做、免做、补录的"));
    let mut officer = w.signed("officer").await;
    assert!(open(&mut officer, &format!("/ledgers?unit={}&period=2026-11", w.school)).await.text.contains("江湾中学"));
    assert!(open(&mut officer, "/ledgers?period=2026-11").await.text.contains("昌邑区教育局工作台账"));
    // A closed month says so, with what came after it.
    w.clock.advance(30 * Ms::DAY);
    while safety::tick::run(&w.app).unwrap() > 0 {}
    let closed = open(&mut head, "/ledgers/month/2026-11").await;
    assert!(closed.text.contains("定下：应做"), "{}", closed.text);
    meets(&w, "head", "2026-11-23");
    let later = open(&mut head, "/ledgers/month/2026-11").await;
    assert!(later.text.contains("李建国 补 迟做：补"), "{}", later.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_1_the_agenda_is_proposed_and_a_meeting_starts_with_it_in_one_tap() {
    let w = World::new();
    let hazard = w.raise("guard", "疏散指示灯不亮");
    let vice = w.people["vice"].to_string();
    let mut head = w.signed("head").await;
    let task = [
        ("form", "meeting"),
        ("kind", "regular"),
        ("chair", vice.as_str()),
        ("problems", "无"),
        ("what_1", "换疏散指示灯"),
        ("owner_1", vice.as_str()),
        ("due_1", "2026-11-16"),
    ];
    let done = head.post("/works/new", &task).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    w.clock.advance(7 * Ms::DAY);
    let mut head = w.signed("head").await;
    let list = head.get("/works?form=meeting").await;
    let page = open(&mut head, &link(&list, "/works/agenda")).await;
    for words in
        ["问题", "形势", "对策", "疏散指示灯不亮", "上次议定、已过期：换疏散指示灯（周文海，11-16 前）", "未做："]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let form = open(&mut head, &link(&page, "/works/new?form=meeting")).await;
    for words in ["1. ", "疏散指示灯不亮", "继续办：换疏散指示灯"] {
        assert!(form.text.contains(words), "{words} in {}", form.text);
    }
    // A special meeting from the hazard's page in one tap, with that hazard as its subject.
    let record = open(&mut head, &format!("/hazards/{hazard}")).await;
    let special = open(&mut head, &link(&record, "/works/new?form=meeting&hazard=")).await;
    assert!(special.text.contains(&format!("name=\"hazard\" value=\"{hazard}\"")), "{}", special.text);
    assert!(special.text.contains("value=\"special\" checked") || special.text.contains("checked"), "{}", special.text);
    let subject = hazard.to_string();
    let fields = [
        ("form", "meeting"),
        ("kind", "special"),
        ("hazard", subject.as_str()),
        ("chair", vice.as_str()),
        ("problems", "疏散指示灯不亮"),
        ("what_1", "今天换好"),
        ("owner_1", vice.as_str()),
        ("due_1", "2026-11-24"),
    ];
    let done = head.post("/works/new", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let record = open(&mut head, &format!("/hazards/{hazard}")).await;
    assert!(
        record.text.contains("已开会") && record.text.contains("今天换好"),
        "its resolution comes back to the hazard"
    );
    let mut officer = w.signed("officer").await;
    assert!(open(&mut officer, &format!("/works/agenda?unit={}", w.school)).await.text.contains("疏散指示灯不亮"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superior_exempts_with_a_reason_sees_it_said_and_stops_it() {
    let w = World::new();
    let school = w.school.to_string();
    let cell = format!("/duties/cell?unit={school}&entry={WAIVABLE}&period=2026-autumn&part=");
    let mut officer = w.signed("officer").await;
    let page = open(&mut officer, &cell).await;
    assert!(page.text.contains("这个学校免做"), "{}", page.text);
    let give = |reason: &'static str, until: &'static str| {
        [("unit", "x"), ("entry", WAIVABLE), ("from_on", "2026-09-01"), ("until_on", until), ("reason", reason)]
    };
    let mut fields = give("校舍改建，学期内停用", "2027-01-31");
    fields[0].1 = &school;
    let done = officer.post("/duties/waive", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let page = open(&mut officer, &cell).await;
    for words in ["免做（否则未做）", "于海涛 批准，到 2027-01-31 为止：校舍改建", "停止免做"]
    {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    let end = format!("/waivers/{}", page.between("action=\"/waivers/", "\"").unwrap());
    let mut stranger = w.signed("farofficer").await;
    assert_eq!(stranger.post(&end, &[]).await.status, StatusCode::NOT_FOUND);
    let done = officer.post(&end, &[("back", &cell)]).await;
    assert_eq!(done.location(), cell, "{}", done.text);
    assert!(!open(&mut officer, &cell).await.text.contains("批准，到"));
    let again = officer.post(&end, &[]).await;
    assert!(again.text.contains("这一次免做已经停了"), "{}", again.text);
    // What the notice itself orders is not waived, and the refusal says so.
    let meeting = [
        ("unit", school.as_str()),
        ("entry", "meet.school"),
        ("from_on", "2026-11-16"),
        ("until_on", "2026-11-22"),
        ("reason", "忙"),
    ];
    let refused = officer.post("/duties/waive", &meeting).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("不能免做"), "{}", refused.text);
}
