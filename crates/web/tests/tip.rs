//! 举报 by its pages (notice 1.2): told without an account, read back by the number, proven, handled by the bureau; limits.

use axum::http::StatusCode;
use base::Ms;
use safety::tip;

use crate::pages::check;
use crate::world::{Page, World};

fn fields<'a>(unit: &'a str, what: &'a str) -> [(&'a str, &'a str); 4] {
    [("unit", unit), ("kind", "injury"), ("what", what), ("contact", "13800000000")]
}

fn code(page: &Page) -> String {
    let to = page.location();
    to.split("code=").nth(1).unwrap().split('&').next().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_2_a_parent_tells_and_reads_the_answer_by_the_number() {
    let w = World::new();
    let unit = w.school.to_string();
    let form = format!("/tips/new?unit={unit}");
    let mut parent = w.browser();
    let shut = parent.get(&form).await;
    assert_eq!(shut.status, StatusCode::NOT_FOUND);
    assert!(shut.text.contains("现在不收举报") && !shut.text.contains("江湾中学"), "{}", shut.text);

    let mut leader = w.signed("leader").await;
    assert!(leader.get("/tips").await.text.contains("本局还没有开放举报"));
    assert_eq!(leader.post("/tips/gate", &[("as", "open")]).await.status, StatusCode::SEE_OTHER);
    let page = parent.get(&form).await;
    assert_eq!(page.status, StatusCode::OK);
    check(&form, &page.text);
    assert!(page.text.contains("江湾中学") && page.text.contains("不用注册"), "{}", page.text);
    assert!(!page.text.contains("孙局长"), "nobody's name is told");
    let bad = parent.post_raw("/tips/new", &[("unit", &unit), ("what", "楼梯上摔了")], &[]).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("请选类别。") && bad.text.contains("楼梯上摔了</textarea>"), "{}", bad.text);
    let done = parent.post_raw("/tips/new", &fields(&unit, "楼梯上摔了一个学生"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let code = code(&done);
    assert_eq!(code.len(), 16);
    let receipt = parent.get(done.location()).await;
    check("/tips/receipt", &receipt.text);
    assert!(receipt.text.contains("已经收到") && receipt.text.contains("楼梯上摔了一个学生"), "{}", receipt.text);
    assert!(!receipt.text.contains("13800000000"), "the way to be reached is not told back");

    // The proof holds without the server.
    w.app.db().settle(10_000).unwrap();
    let proof = parent.get(&format!("/tips/proof?code={code}")).await;
    assert_eq!(proof.status, StatusCode::OK);
    journal::verify_bundle(&proof.text, Some(&w.app.verifier_key())).unwrap();
    for wrong in ["/tips/proof?code=0000000000000000", "/tips/receipt?code=0000000000000000"] {
        assert_eq!(parent.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }

    let mut officer = w.signed("officer").await;
    assert!(officer.get("/").await.text.contains("1 条举报没有办结"), "今日 says so");
    let list = officer.get("/tips").await;
    check("/tips", &list.text);
    assert!(list.text.contains("1 条举报没有办结") && list.text.contains("楼梯上摔了"), "{}", list.text);
    let record = format!("/tips/{}", id(&list));
    let page = officer.get(&record).await;
    check("/tips/{id}", &page.text);
    assert!(page.text.contains("13800000000") && page.text.contains("我来核实"), "{}", page.text);
    assert_eq!(officer.post(&format!("{record}/take"), &[]).await.status, StatusCode::SEE_OTHER);
    let again = officer.post(&format!("{record}/close"), &[("answer", "")]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("outcome", "dealt"), ("answer", "已核实，学校补报")];
    assert_eq!(officer.post(&format!("{record}/close"), &fields).await.status, StatusCode::SEE_OTHER);
    let told = parent.get(&format!("/tips/receipt?code={}", code.to_lowercase())).await;
    assert!(told.text.contains("属实，已处理") && told.text.contains("已核实，学校补报"), "{}", told.text);
    assert!(!told.text.contains("于海涛"), "{}", told.text);
    let poster = officer.get(&format!("/tips/poster?unit={unit}")).await;
    check("/tips/poster", &poster.text);
    assert!(poster.text.contains("<svg") && poster.text.contains(&format!("/tips/new?unit={unit}")));
    // All schools in one printing, a sheet each.
    assert!(!poster.text.contains("所的码"), "one school is one sheet");
    w.open(safety::org::UnitKind::School, "松花江小学", Some(w.county), 0);
    assert!(officer.get("/tips/poster").await.text.contains("全部 2 所的码"));
    let sheets = |page: &crate::world::Page| page.text.matches("class=\"card pad poster\"").count();
    assert_eq!(sheets(&officer.get("/tips/poster?batch=1").await), 2);
    assert_eq!(sheets(&officer.get("/tips/poster?batch=2").await), 0);
    for nobody in ["head", "principal", "guard"] {
        let mut browser = w.signed(nobody).await;
        assert_eq!(browser.get(&record).await.status, StatusCode::NOT_FOUND, "{nobody}");
        assert_eq!(browser.get("/tips").await.status, StatusCode::FORBIDDEN, "{nobody}");
    }
}

/// The id in the first row of the list.
fn id(page: &Page) -> String {
    page.between("data-row id=\"row-", "\"").unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn item_1_2_one_address_and_one_school_have_their_limits() {
    let w = World::new();
    let unit = w.school.to_string();
    w.by("leader", |cx| tip::gate(cx, true)).unwrap();
    let mut machine = w.browser();
    let mut taken = 0;
    let refused = loop {
        let page = machine.post_raw("/tips/new", &fields(&unit, "又一条"), &[]).await;
        if page.status != StatusCode::SEE_OTHER {
            break page;
        }
        taken += 1;
    };
    assert_eq!((taken, refused.status), (20, StatusCode::TOO_MANY_REQUESTS));
    assert!(refused.text.contains("分钟后再来") && refused.text.contains("又一条</textarea>"), "{}", refused.text);
    w.clock.advance(Ms::DAY);
    let still = machine.post_raw("/tips/new", &fields(&unit, "又一条"), &[]).await;
    assert_eq!(still.status, StatusCode::TOO_MANY_REQUESTS, "machine time counts, not the town's clock");
    // From the page of another site nothing is taken.
    let other = machine.post_raw("/tips/new", &fields(&unit, "别处来的"), &[("origin", "https://else.example")]).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN, "{}", other.text);
}
