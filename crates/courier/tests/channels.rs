use base::{Id, Ms};
use courier::{Gateway, LINK_BYTES_MAX, Line, Mail, Message, Outcome, Rung, Shelter, Webhook, push};

use crate::world::{LINK, START, WAIT, World, beside, message, words};

fn gateway(w: &World) -> Gateway {
    let (key, secret) = (fakes::GATEWAY_KEY.into(), fakes::GATEWAY_SECRET.into());
    Gateway { url: format!("{}/gateway", w.base), key, secret }
}

#[test]
fn a_message_holds_a_fixed_line_and_a_link_and_has_no_place_for_more() {
    let key = Id::from_parts(Ms(START), [1; 10]);
    for bad in ["", "张三的事故", "http://a/ 张三", "http://a/\nBcc: b", "javascript:alert(1)", "http://a/#张三"]
    {
        assert_eq!(Message::new(key, Line::Alarm, bad), None, "{bad}");
    }
    assert_eq!(Message::new(key, Line::Alarm, &format!("http://a/{}", "x".repeat(LINK_BYTES_MAX))), None);
    for line in Line::ALL {
        let text = message(1, *line).text(words);
        assert_eq!(text, format!("{} {LINK}", words(*line)));
        assert!(text.len() <= courier::WECOM_TEXT_BYTES);
    }
}

#[test]
fn a_text_message_is_signed_told_once_and_put_off_when_too_many_come() {
    beside(|w| async move {
        let g = gateway(&w);
        let call = g.message("+8613800000000", &message(1, Line::Alarm), words, w.now_s());
        let Outcome::Taken(Some(id)) = g.outcome(&w.send(&call).await) else { panic!("not taken") };
        // The answer was lost: the same key again is answered the same, and nobody is told twice.
        assert_eq!(g.outcome(&w.send(&call).await), Outcome::Taken(Some(id)));
        let taken = w.fakes.taken("sms");
        assert_eq!((taken.len(), taken[0].repeated, taken[0].to.as_str()), (1, 1, "+8613800000000"));
        assert_eq!(taken[0].text, format!("{} {LINK}", words(Line::Alarm)));

        // A changed body, another path, an old time, a wrong secret: not ours.
        let mut other = call.clone();
        other.body = String::from_utf8(other.body).unwrap().replace("138", "139").into_bytes();
        let mut moved = g.message("110", &message(2, Line::Due), words, w.now_s());
        moved.url = moved.url.replace("/messages", "/calls");
        let old = g.message("110", &message(3, Line::Due), words, w.now_s() - 301);
        let thief = Gateway { secret: "guess".into(), ..g.clone() };
        let forged = thief.message("110", &message(4, Line::Due), words, w.now_s());
        for (what, call) in [("body", other), ("path", moved), ("time", old), ("secret", forged)] {
            assert_eq!(g.outcome(&w.send(&call).await), Outcome::Refused("401".into()), "{what}");
        }
        let nobody = g.message("nobody", &message(5, Line::Due), words, w.now_s());
        assert_eq!(g.outcome(&w.send(&nobody).await), Outcome::Refused("422".into()));

        let mut put_off = 0;
        for n in 10..30 {
            let call = g.message("110", &message(n, Line::Due), words, w.now_s());
            put_off += u32::from(g.outcome(&w.send(&call).await) == Outcome::Busy { after_s: 1, why: "429".into() });
        }
        assert_eq!(put_off, 11, "ten a second, one of them was the first");
    });
}

#[test]
fn a_telephone_rings_until_it_is_answered_by_a_key_or_nobody_lifts_it() {
    beside(|w| async move {
        let g = gateway(&w);
        let ring = g.ring("04326200110", &message(1, Line::Alarm), words, "19", w.now_s());
        let Outcome::Taken(Some(id)) = g.outcome(&w.send(&ring).await) else { panic!("not taken") };
        let look = async |w: &World| g.rung(&w.send(&g.ask(&id, w.now_s())).await);
        assert_eq!(look(&w).await, Some(Rung::Ringing));
        // What is spoken has no link in it.
        assert_eq!(w.texts("voice"), [words(Line::Alarm)]);
        let press = |key: &str| {
            courier::Call::post(&format!("{}/gateway/calls/{id}/lift?press={key}", w.base), "text/plain", "")
        };
        assert_eq!(w.send(&press("5")).await.unwrap().status, 409, "a key that was not offered");
        assert_eq!(look(&w).await, Some(Rung::Ringing));
        assert_eq!(w.send(&press("1")).await.unwrap().status, 204);
        assert_eq!(look(&w).await, Some(Rung::Answered(Some('1'))));

        // 02:00, nobody lifts it; asked for again with the same key it does not ring anew.
        let night = g.ring("04326200110", &message(2, Line::Alarm), words, "1", w.now_s());
        let Outcome::Taken(Some(second)) = g.outcome(&w.send(&night).await) else { panic!("not taken") };
        w.clock.advance(29 * Ms::SECOND);
        assert_eq!(g.rung(&w.send(&g.ask(&second, w.now_s())).await), Some(Rung::Ringing));
        assert_eq!(g.outcome(&w.send(&night).await), Outcome::Taken(Some(second.clone())));
        w.clock.advance(2 * Ms::SECOND);
        assert_eq!(g.rung(&w.send(&g.ask(&second, w.now_s())).await), Some(Rung::Unanswered));
        assert_eq!(w.fakes.taken("voice").len(), 2);
        let thief = Gateway { secret: "guess".into(), ..g.clone() };
        assert_eq!(thief.rung(&w.send(&thief.ask(&second, w.now_s())).await), None);
    });
}

#[test]
fn a_webhook_that_fails_twice_is_taken_once() {
    beside(|w| async move {
        let hook = Webhook { url: format!("{}/webhook", w.base), secret: fakes::WEBHOOK_SECRET.into() };
        w.fakes.fail_webhooks(2);
        let mut tries = 0;
        loop {
            tries += 1;
            // Each try is signed anew, under the same id.
            w.clock.advance(7 * Ms::SECOND);
            let call = hook.call(&message(1, Line::Incident), w.now_s()).unwrap();
            match hook.outcome(&w.send(&call).await) {
                Outcome::Taken(_) => break,
                Outcome::Later { why, .. } => assert_eq!(why, "500"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(tries, 3);
        let again = hook.call(&message(1, Line::Incident), w.now_s()).unwrap();
        assert_eq!(hook.outcome(&w.send(&again).await), Outcome::Taken(None));
        let taken = w.fakes.taken("webhook");
        assert_eq!((taken.len(), taken[0].repeated), (1, 1));
        assert_eq!((taken[0].to.as_str(), taken[0].text.as_str()), ("xiaoan.incident", LINK));

        let mut changed = again.clone();
        changed.body.push(b' ');
        assert_eq!(hook.outcome(&w.send(&changed).await), Outcome::Refused("401".into()));
        let old = hook.call(&message(2, Line::Incident), w.now_s() - 301).unwrap();
        assert_eq!(hook.outcome(&w.send(&old).await), Outcome::Refused("401".into()));
        for secret in ["", "whsec_", "whsec_!!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            let hook = Webhook { secret: secret.into(), ..hook.clone() };
            assert_eq!(hook.call(&message(3, Line::Test), w.now_s()), None, "{secret}");
        }
    });
}

/// The example of the Standard Webhooks specification.
#[test]
fn a_webhooks_signature_is_that_of_the_specification() {
    let body = br#"{"test": 2432232314}"#;
    let signed = courier::sign::webhook(fakes::WEBHOOK_SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
    assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn mail_arrives_in_chinese_and_its_server_can_say_later_or_never() {
    beside(|w| async move {
        let (name, password) = fakes::MAIL_LOGIN;
        let mail = Mail {
            host: "127.0.0.1".into(),
            port: w.mail_port,
            shelter: Shelter::Plain,
            login: Some((name.into(), password.into())),
            from: "xiaoan@edu.example".into(),
        };
        let send = async |mail: &Mail, to: &str, n: u8| {
            mail.send(&w.wire, to, &message(n, Line::Notice), words, w.clock.now(), WAIT).await
        };
        assert_eq!(send(&mail, "desk@edu.example", 1).await, Outcome::Taken(None));
        assert_eq!(send(&mail, "desk@edu.example", 1).await, Outcome::Taken(None));
        let taken = w.fakes.taken("mail");
        assert_eq!((taken.len(), taken[0].repeated, taken[0].to.as_str()), (1, 1, "desk@edu.example"));
        assert_eq!(taken[0].text, format!("{0}\n{0} {LINK}", words(Line::Notice)));
        assert!(taken[0].key.ends_with("@edu.example>"), "{}", taken[0].key);

        assert!(matches!(send(&mail, "x@full.invalid", 2).await, Outcome::Later { after_s: 300, .. }));
        assert!(matches!(send(&mail, "x@nobody.invalid", 3).await, Outcome::Refused(why) if why.starts_with("550")));
        let stranger = Mail { login: Some((name.into(), "guess".into())), ..mail.clone() };
        assert!(
            matches!(send(&stranger, "desk@edu.example", 4).await, Outcome::Refused(why) if why.starts_with("535"))
        );
        let nobody = Mail { login: None, ..mail.clone() };
        assert!(matches!(send(&nobody, "desk@edu.example", 5).await, Outcome::Refused(why) if why.starts_with("530")));
        for bad in ["", "desk", "a@b@c", "a@b>\r\nRCPT TO:<x@y", "a b@c"] {
            assert!(matches!(send(&mail, bad, 6).await, Outcome::Refused(_)), "{bad}");
        }
        let away = Mail { port: 1, ..mail.clone() };
        assert!(matches!(send(&away, "desk@edu.example", 7).await, Outcome::Later { .. }));
        // A server that offers no TLS gets nothing in the clear.
        let careful = Mail { shelter: Shelter::StartTls, ..mail.clone() };
        assert!(!matches!(send(&careful, "desk@edu.example", 8).await, Outcome::Taken(_)));
        assert_eq!(w.fakes.taken("mail").len(), 1);
    });
}

fn vapid() -> push::Vapid {
    push::Vapid::new(&[7; 32], "mailto:admin@edu.example").unwrap()
}

fn browser(w: &World) -> push::Subscription {
    let made = w.fakes.subscription(&w.base);
    push::Subscription { endpoint: made.endpoint, p256dh: made.p256dh, auth: made.auth }
}

#[test]
fn a_browser_reads_what_its_service_could_not() {
    beside(|w| async move {
        let to = browser(&w);
        let fresh = push::Fresh::random();
        let call = push::call(&to, &vapid(), &message(1, Line::Alarm), w.now_s(), &fresh).unwrap();
        assert!(!String::from_utf8_lossy(&call.body).contains("xiaoan"));
        let outcome = push::outcome(&w.send(&call).await);
        assert_eq!(outcome, Outcome::Taken(Some("/push/message/1".into())), "{:?}", w.refusals());
        assert_eq!(w.texts("push"), [format!("alarm {LINK}")]);
        assert_eq!(w.fakes.taken("push")[0].to, "high");
        // Every message has one length, whatever it says.
        let other = push::call(&to, &vapid(), &message(2, Line::Test), w.now_s(), &push::Fresh::random()).unwrap();
        assert_eq!(other.body.len(), call.body.len());
        // The same message again takes the place of the first.
        let again = push::call(&to, &vapid(), &message(1, Line::Alarm), w.now_s(), &push::Fresh::random()).unwrap();
        assert!(matches!(push::outcome(&w.send(&again).await), Outcome::Taken(_)));
        assert_eq!(w.fakes.taken("push").len(), 1);
    });
}

#[test]
fn a_push_that_is_forged_old_or_for_another_service_is_refused() {
    beside(|w| async move {
        let to = browser(&w);
        let make = |at: i64| push::call(&to, &vapid(), &message(1, Line::Due), at, &push::Fresh::random()).unwrap();
        let mut forged = make(w.now_s());
        for header in &mut forged.headers {
            if header.0 == "authorization" {
                let other = push::Vapid::new(&[8; 32], "mailto:x@y.example").unwrap().public_key();
                header.1 = header.1.split_once(", k=").unwrap().0.to_string() + ", k=" + &other;
            }
        }
        let mut bent = make(w.now_s());
        *bent.body.last_mut().unwrap() ^= 1;
        let elsewhere = push::Subscription { endpoint: to.endpoint.replace("127.0.0.1", "localhost"), ..to.clone() };
        let mut moved =
            push::call(&elsewhere, &vapid(), &message(1, Line::Due), w.now_s(), &push::Fresh::random()).unwrap();
        moved.url = to.endpoint.clone();
        let cases = [
            ("key", forged, "401"),
            ("age", make(w.now_s() - 13 * 3_600), "403"),
            ("body", bent, "400"),
            ("audience", moved, "403"),
        ];
        for (what, call, status) in cases {
            assert_eq!(push::outcome(&w.send(&call).await), Outcome::Refused(status.into()), "{what}");
        }
        assert!(w.fakes.taken("push").is_empty());
        for bad in [
            push::Subscription { p256dh: "AAAA".into(), ..to.clone() },
            push::Subscription { auth: "AAAA".into(), ..to.clone() },
            push::Subscription { endpoint: "x".into(), ..to.clone() },
        ] {
            assert_eq!(push::call(&bad, &vapid(), &message(1, Line::Due), 0, &push::Fresh::random()), None);
        }
    });
}

/// RFC 8291, appendix A.
#[test]
fn the_encryption_is_that_of_the_standard() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let to = push::Subscription {
        endpoint: "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV".into(),
        p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4".into(),
        auth: "BTBZMqHH6r4Tts7J_aSIgg".into(),
    };
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let fresh = push::Fresh {
        secret: decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw").try_into().unwrap(),
        salt: decode("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
    };
    let body = push::encrypt(&to, b"When I grow up, I want to be a watermelon", 0, &fresh).unwrap();
    assert_eq!(
        URL_SAFE_NO_PAD.encode(body),
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6\
         PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    );
    assert_eq!(push::encrypt(&to, &[1; 5_000], 0, &fresh), None);
}
