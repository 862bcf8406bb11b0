//! 消息 and 通道 as people meet them on the pages (1.2).

use axum::http::StatusCode;
use safety::kernel::outbox::{self, Outcome, Way};
use safety::message::channel::{self, Carried};
use safety::message::{self, Kind, To, Told, send};

use crate::world::World;

const BOT: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=geheim";

fn carry(w: &World, ways: &[Way]) {
    let carried = Carried { ways: ways.to_vec(), ..Carried::default() };
    w.system(move |cx| channel::carry(cx, &carried)).unwrap();
}

#[tokio::test]
async fn a_message_leads_to_its_record_and_the_bell_counts_what_is_unread() {
    let w = World::new();
    let mut head = w.signed("head").await;
    let page = head.get("/messages").await;
    assert!(page.text.contains("没有新消息。"), "{}", page.text);
    let hazard = w.raise("guard", "疏散指示灯不亮");
    let page = head.get("/messages").await;
    assert!(page.text.contains("请定级：疏散指示灯不亮") && page.text.contains("data-count=\"nav-messages\">1<"));
    let link = page.between("href=\"/messages/0", "\"").unwrap().to_string();
    let opened = head.get(&format!("/messages/0{link}")).await;
    assert_eq!((opened.status, opened.location()), (StatusCode::SEE_OTHER, format!("/hazards/{hazard}").as_str()));
    let page = head.get("/messages").await;
    assert!(page.text.contains("已读") && page.text.contains("data-count=\"nav-messages\" hidden>0<"));
    w.raise("guard", "门锁坏了");
    w.raise("guard", "栏杆松了");
    assert_eq!(head.post("/messages/read", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(head.get("/messages").await.text.contains("data-count=\"nav-messages\" hidden>0<"));
    // Page by page.
    for _ in 0..40 {
        w.clock.advance(1_000);
        w.raise("guard", "灯不亮");
    }
    let page = head.get("/messages").await;
    let older = page.between("<a class=\"btn\" href=\"", "\" rel=\"next\"").unwrap().replace("&amp;", "&");
    let older = older.rsplit("href=\"").next().unwrap().to_string();
    let page = head.get(&older).await;
    assert!(page.status == StatusCode::OK && page.text.contains("门锁坏了"), "{older}");
}

#[tokio::test]
async fn a_channel_is_entered_tried_and_ended_and_its_address_never_comes_back() {
    let w = World::new();
    carry(&w, &[Way::WeCom, Way::DingTalk, Way::Mail]);
    let mut head = w.signed("head").await;
    let at = format!("/units/{}/channels", w.school);
    let page = head.get(&at).await;
    assert!(
        page.text.contains("企业微信机器人") && !page.text.contains("飞书机器人"),
        "what is not carried is not offered"
    );
    let wrong = [("way", "wecom"), ("address", "https://127.0.0.1/x")];
    let page = head.post(&at, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("127.0.0.1"), "what was typed is still there");
    let unsigned = [("way", "dingtalk"), ("address", "https://oapi.dingtalk.com/robot/send?access_token=1")];
    assert_eq!(head.post(&at, &unsigned).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(head.post(&at, &[("way", "wecom"), ("address", BOT)]).await.status, StatusCode::SEE_OTHER);
    let page = head.get(&at).await;
    assert!(page.text.contains("qyapi.weixin.qq.com") && !page.text.contains("geheim"));
    let id = page.between("action=\"/channels/", "\"").unwrap().to_string();
    let change = format!("/channels/{id}");
    assert_eq!(head.post(&change, &[("do", "test"), ("back", &at)]).await.location(), at);
    let jobs = w.system(send::take).unwrap();
    assert_eq!((jobs.len(), jobs[0].kind), (1, Kind::Test));
    let (key, claim) = (jobs[0].key, jobs[0].claim);
    w.system(move |cx| send::settle(cx, key, claim, &Outcome::Taken { far: None, ringing: false })).unwrap();
    assert!(head.get(&at).await.text.contains("对方已收下"));
    assert_eq!(head.post(&change, &[("do", "end"), ("back", "https://evil.example")]).await.location(), "/me/channels");
    assert!(!head.get(&at).await.text.contains("qyapi"));

    let mut teacher = w.signed("teacher").await;
    assert_eq!(teacher.get(&at).await.status, StatusCode::FORBIDDEN);
    assert_eq!(teacher.post("/me/channels", &[("way", "mail"), ("address", "song@a.example")]).await.status, 303);
    let page = teacher.get("/me/channels").await;
    assert!(page.text.contains("a.example") && !page.text.contains("song@"));
}

#[tokio::test]
async fn what_could_not_be_delivered_is_shown_with_its_reason_and_sent_anew() {
    let w = World::new();
    carry(&w, &[Way::WeCom]);
    let (school, hazard) = (w.school, w.raise("guard", "灯不亮"));
    w.by("head", move |cx| {
        let new = channel::NewChannel { way: Some(Way::WeCom), address: BOT.into(), ..Default::default() };
        channel::add(cx, Some(school), &new)
    })
    .unwrap();
    w.system(move |cx| {
        let told = Told { kind: Kind::Alarm, noun: "hazard", subject: hazard, unit: school, dedupe: "x" };
        message::tell(cx, &told, &[To::Unit(school)])
    })
    .unwrap();
    let job = w.system(send::take).unwrap().remove(0);
    let refused = Outcome::Refused { why: "93000 invalid webhook url".into() };
    w.system(move |cx| send::settle(cx, job.key, job.claim, &refused)).unwrap();
    let mut head = w.signed("head").await;
    let page = head.get("/messages/dead").await;
    assert!(page.text.contains("93000 invalid webhook url") && page.text.contains("企业微信机器人"), "{}", page.text);
    let id = page.between("name=\"id\" value=\"", "\"").unwrap().to_string();
    assert_eq!(w.signed("guard").await.get("/messages/dead").await.status, StatusCode::FORBIDDEN);
    assert_eq!(head.post("/messages/dead", &[("id", &id)]).await.status, StatusCode::SEE_OTHER);
    assert!(head.get("/messages/dead").await.text.contains("没有送不到的消息"));
    let waiting = w.system(move |cx| outbox::of_subject(cx, "hazard", hazard, 10)).unwrap();
    assert!(waiting.iter().any(|l| l.state == outbox::Sent::Waiting && l.tries == 0));
}
