use base::Ms;
use courier::{Bot, Line, Outcome, sign};

use crate::world::{LINK, World, beside, message, words};

fn bots(w: &World) -> [(&'static str, usize, Bot); 3] {
    let at = &w.base;
    let dingtalk = format!("{at}/dingtalk/robot/send?access_token={}", fakes::DINGTALK_TOKEN);
    let feishu = format!("{at}/feishu/open-apis/bot/v2/hook/{}", fakes::FEISHU_TOKEN);
    [
        ("wecom", 20, Bot::WeCom { url: format!("{at}/wecom/cgi-bin/webhook/send?key={}", fakes::WECOM_KEY) }),
        ("dingtalk", 20, Bot::DingTalk { url: dingtalk, secret: fakes::DINGTALK_SECRET.into() }),
        ("feishu", 5, Bot::Feishu { url: feishu, secret: fakes::FEISHU_SECRET.into() }),
    ]
}

/// Made outside this code with Python's standard library: the commonest mistake is to take one
/// rule for the other.
#[test]
fn the_two_rules_of_signing_are_not_each_other() {
    assert_eq!(sign::dingtalk("SECabc", 1_795_390_200_000), "NtV7gogUzZs1jN+FDYrBkmi/gzBcAH2OtpbkPPqFA0E=");
    assert_eq!(sign::feishu("abc", 1_795_390_200), "5PRMHqzhQViDr4uTreUo34IeXgab7MiVaumjofAe5XY=");
    assert_ne!(sign::dingtalk("abc", 1_795_390_200), sign::feishu("abc", 1_795_390_200));
}

#[test]
fn each_bot_takes_a_message_whose_signature_it_has_checked() {
    beside(|w| async move {
        for (name, _, bot) in bots(&w) {
            let call = bot.call(&message(1, Line::Alarm), words, w.now_ms());
            let answer = w.send(&call).await;
            assert_eq!(bot.outcome(&answer), Outcome::Taken(None), "{name}: {answer:?}");
            assert_eq!(w.texts(name), [format!("{} {LINK}", words(Line::Alarm))]);
        }
        assert!(w.refusals().is_empty());
    });
}

#[test]
fn a_wrong_secret_an_old_time_and_a_wrong_address_are_refused_for_good() {
    beside(|w| async move {
        let wrong = |bot: Bot| match bot {
            Bot::WeCom { url } => Bot::WeCom { url: url + "x" },
            Bot::DingTalk { url, .. } => Bot::DingTalk { url, secret: "SECother".into() },
            Bot::Feishu { url, .. } => Bot::Feishu { url, secret: "other".into() },
        };
        for (name, _, bot) in bots(&w) {
            let bad = wrong(bot.clone());
            let outcome = bad.outcome(&w.send(&bad.call(&message(1, Line::Due), words, w.now_ms())).await);
            assert!(matches!(outcome, Outcome::Refused(_)), "{name}: {outcome:?}");
            let old = bot.call(&message(1, Line::Due), words, w.now_ms() - 61 * Ms::MINUTE);
            let outcome = bot.outcome(&w.send(&old).await);
            // WeCom signs no time.
            assert_eq!(matches!(outcome, Outcome::Refused(_)), name != "wecom", "{name}: {outcome:?}");
        }
        let told = w.refusals().join("; ");
        assert!(told.contains("93000") && told.contains("310000") && told.contains("19021"), "{told}");
    });
}

#[test]
fn too_many_in_a_minute_are_put_off_and_taken_later() {
    beside(|w| async move {
        for (name, limit, bot) in bots(&w) {
            for n in 0..limit {
                let answer = w.send(&bot.call(&message(n as u8, Line::Notice), words, w.now_ms())).await;
                assert_eq!(bot.outcome(&answer), Outcome::Taken(None), "{name} {n}");
            }
            let next = bot.call(&message(200, Line::Notice), words, w.now_ms());
            let outcome = bot.outcome(&w.send(&next).await);
            let Outcome::Busy { after_s, .. } = outcome else { panic!("{name}: {outcome:?}") };
            w.clock.advance(i64::from(after_s) * Ms::SECOND + 1);
            let again = bot.call(&message(200, Line::Notice), words, w.now_ms());
            assert_eq!(bot.outcome(&w.send(&again).await), Outcome::Taken(None), "{name}");
            assert_eq!(w.texts(name).len(), limit + 1);
        }
    });
}

#[test]
fn a_bot_that_is_away_or_speaks_otherwise_is_told_apart() {
    beside(|w| async move {
        let away = Bot::WeCom { url: "http://127.0.0.1:1/".into() };
        let outcome = away.outcome(&w.send(&away.call(&message(1, Line::Test), words, 0)).await);
        assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
        let lost = Bot::WeCom { url: format!("{}/nowhere", w.base) };
        let outcome = lost.outcome(&w.send(&lost.call(&message(1, Line::Test), words, 0)).await);
        assert_eq!(outcome, Outcome::Refused("404".into()));
        let page = Bot::WeCom { url: format!("{}/received", w.base) };
        let mut call = page.call(&message(1, Line::Test), words, 0);
        call.method = "GET";
        assert!(matches!(page.outcome(&w.send(&call).await), Outcome::Unknown(_)));
        let none = Bot::WeCom { url: "not an address".into() };
        let outcome = none.outcome(&w.send(&none.call(&message(1, Line::Test), words, 0)).await);
        assert!(matches!(outcome, Outcome::Refused(_)));
    });
}
