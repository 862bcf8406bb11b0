//! Every channel against its far side on this machine (part C, acceptance 5): delivered, its signature checked by code
//! that does not know ours, duplicates and rates shown. The house's clock is moved by hand, so that no test waits out a
//! wait; the far sides run on the wall's.

use std::sync::Arc;

use base::{Clock, Id, Ms, Stopwatch};
use courier::{Gateway, Mail, Shelter};
use db::testing::{self, TempDir};
use fakes::{Fakes, Page, Received};
use safety::kernel::outbox::{self, Line, Sent, Way};
use safety::message::channel::{self, NewChannel};
use safety::message::{self, Kind, Telephone, To, Told};
use safety::org::people::{self, NewPerson};
use safety::org::post::{self, NewPost};
use safety::org::unit::{self, NewUnit};
use safety::org::{Role, UnitKind, login};
use safety::{Actor, App, Cx, Meta, Setup};
use tokio::net::TcpListener;

use super::config::Messages;

/// How long something may take that takes a second on a quiet machine.
const PATIENCE_MS: i64 = 60_000;
const SITE: &str = "https://xiaoan.example";

struct House {
    app: Arc<App>,
    clock: Clock,
    fakes: Fakes,
    base: String,
    school: Id,
    head: Actor,
    sender: Option<tokio::task::JoinHandle<()>>,
    config: Messages,
    _dir: TempDir,
}

/// A school with one person, the fakes, and the sender between them.
fn beside<F: Future<Output = ()>>(test: impl FnOnce(House) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (at, mail_port) = (http.local_addr().unwrap(), smtp.local_addr().unwrap().port());
        let fakes = Fakes::new(Clock::wall(), Page::default());
        tokio::spawn(fakes.clone().serve(http, smtp));
        let base = format!("http://{at}");
        let login = Some((fakes::MAIL_LOGIN.0.into(), fakes::MAIL_LOGIN.1.into()));
        let config = Messages {
            gateway: Some(Gateway {
                url: format!("{base}/gateway"),
                key: fakes::GATEWAY_KEY.into(),
                secret: fakes::GATEWAY_SECRET.into(),
            }),
            voice: true,
            mail: Some(Mail {
                host: "127.0.0.1".into(),
                port: mail_port,
                shelter: Shelter::Plain,
                login,
                from: "xiaoan@example.org".into(),
            }),
            contact: Some("mailto:admin@example.org".into()),
            hosts: vec![at.to_string()],
        };
        let (dir, target) = testing::sqlite_file();
        let clock = Clock::manual(Ms::parse("2026-11-16T10:00:00+08:00").unwrap());
        let path = dir.path().to_path_buf();
        let (app, school, head) = {
            let clock = clock.clone();
            tokio::task::spawn_blocking(move || open(target, &path, clock)).await.unwrap()
        };
        let mut house = House { app, clock, fakes, base, school, head, sender: None, config, _dir: dir };
        house.start().await;
        test(house).await;
    });
}

fn open(target: db::Target, path: &std::path::Path, clock: Clock) -> (Arc<App>, Id, Actor) {
    let app = App::open(Setup::new(target, path, clock, "test.xiaoan/log/2026", [7; 32])).unwrap();
    let made = app.write(&Actor::system(), Meta::of("cli"), |cx| {
        let mut city = NewUnit::named(UnitKind::City, "吉林市教育局", None);
        city.county = Some(2202);
        let city = unit::open(cx, &city)?;
        let mut county = NewUnit::named(UnitKind::County, "昌邑区教育局", Some(city));
        county.county = Some(220202);
        let county = unit::open(cx, &county)?;
        let school = NewUnit::named(UnitKind::School, "江湾中学", Some(county));
        let school = unit::open(cx, &school)?;
        let mobile = Some("139 0000 0001".into());
        let person = people::enter(cx, &NewPerson { id: None, unit: school, name: "李建国".into(), mobile })?;
        login::create(cx, person, "head", Some("hash"), false)?;
        let role = Role::SafetyHead;
        post::give(cx, &NewPost { id: None, unit: school, person, role, title: None, acting: false, from_on: None })?;
        Ok(school)
    });
    let school = made.unwrap();
    let head = app.read(&Actor::system(), |cx| login::actor_of(cx, "head", None)).unwrap();
    (app, school, head)
}

impl House {
    /// The sender, as the doors start it; done when it has said what it carries.
    async fn start(&mut self) {
        self.kill().await;
        let running = super::run(self.app.clone(), self.config.clone(), SITE.into());
        self.sender = Some(tokio::spawn(running));
        self.until("the sender", |house| async move {
            let carried = house.read(channel::carried).await;
            (carried.ways.len() == Way::ALL.len()).then_some(())
        })
        .await;
    }
    /// It dies wherever it is.
    async fn kill(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.abort();
            let _ = sender.await;
        }
    }
    async fn write<T: Send + 'static>(
        &self,
        actor: Actor,
        job: impl Fn(&mut Cx<'_, '_>) -> base::Result<T> + Send + 'static,
    ) -> T {
        let app = self.app.clone();
        tokio::task::spawn_blocking(move || app.write(&actor, Meta::of("web"), job)).await.unwrap().unwrap()
    }
    async fn read<T: Send + 'static>(&self, job: impl Fn(&mut Cx<'_, '_>) -> base::Result<T> + Send + 'static) -> T {
        let app = self.app.clone();
        tokio::task::spawn_blocking(move || app.read(&Actor::system(), job)).await.unwrap().unwrap()
    }
    async fn channel(&self, way: Way, address: String, secret: &str) -> Id {
        let own = matches!(way, Way::Mail | Way::Push);
        let unit = (!own).then_some(self.school);
        let secret = Some(secret.to_string()).filter(|s| !s.is_empty());
        let new = NewChannel { id: None, way: Some(way), address, secret };
        self.write(self.head.clone(), move |cx| channel::add(cx, unit, &new)).await
    }
    async fn every_channel(&self) {
        let base = &self.base;
        let wecom = format!("{base}/wecom/cgi-bin/webhook/send?key={}", fakes::WECOM_KEY);
        let dingtalk = format!("{base}/dingtalk/robot/send?access_token={}", fakes::DINGTALK_TOKEN);
        let feishu = format!("{base}/feishu/open-apis/bot/v2/hook/{}", fakes::FEISHU_TOKEN);
        self.channel(Way::WeCom, wecom, "").await;
        self.channel(Way::DingTalk, dingtalk, fakes::DINGTALK_SECRET).await;
        self.channel(Way::Feishu, feishu, fakes::FEISHU_SECRET).await;
        self.channel(Way::Webhook, format!("{base}/webhook"), fakes::WEBHOOK_SECRET).await;
        self.channel(Way::Mail, "li@school.example".into(), "").await;
        let browser = self.fakes.subscription(base);
        self.channel(Way::Push, browser.endpoint, &format!("{} {}", browser.p256dh, browser.auth)).await;
    }
    async fn tell(&self, kind: Kind, n: u8) {
        let (school, person) = (self.school, self.head.person.unwrap());
        self.write(Actor::system(), move |cx| {
            let told = Told { kind, noun: "hazard", subject: id(n), unit: school, dedupe: "test" };
            message::tell(cx, &told, &[To::Person(person), To::Unit(school)])
        })
        .await;
    }
    async fn receipts(&self, n: u8) -> Vec<Line> {
        self.read(move |cx| outbox::of_subject(cx, "hazard", id(n), 1_000)).await
    }
    async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, look: impl Fn(House) -> F) -> T {
        let watch = Stopwatch::start();
        loop {
            if let Some(found) = look(self.beside()).await {
                return found;
            }
            assert!(watch.elapsed_ms() < PATIENCE_MS, "{what} did not come: {:?}", self.fakes.received());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    /// The same house for a look at it.
    fn beside(&self) -> House {
        House {
            app: self.app.clone(),
            clock: self.clock.clone(),
            fakes: self.fakes.clone(),
            base: self.base.clone(),
            school: self.school,
            head: self.head.clone(),
            sender: None,
            config: self.config.clone(),
            _dir: TempDir::new(),
        }
    }
    /// All deliveries about `n` have come to rest in these states.
    async fn settled(&self, n: u8, wanted: &'static [(Sent, usize)]) -> Vec<Line> {
        self.until("receipts", |house| async move {
            let lines = house.receipts(n).await;
            let fits = |(state, count): &(Sent, usize)| lines.iter().filter(|l| l.state == *state).count() == *count;
            wanted.iter().all(fits).then_some(lines)
        })
        .await
    }
    fn came(&self, channel: &str) -> Vec<Received> {
        self.fakes.taken(channel)
    }
}

fn id(n: u8) -> Id {
    Id::from_parts(Ms(0), [n; 10])
}

#[test]
fn each_channel_is_delivered_and_its_far_side_finds_nothing_wrong() {
    beside(|house| async move {
        house.every_channel().await;
        house.tell(Kind::Alarm, 1).await;
        let lines = house.settled(1, &[(Sent::Sent, 7)]).await;
        assert!(lines.iter().all(|l| l.tries == 1 && l.outcome.as_deref() == Some("taken")), "{lines:?}");
        let link = format!("{SITE}/hazards/{}", id(1));
        for (channel, to) in [
            ("wecom", ""),
            ("dingtalk", ""),
            ("feishu", ""),
            ("webhook", "xiaoan.alarm"),
            ("sms", "13900000001"),
            ("mail", "li@school.example"),
            ("push", "high"),
        ] {
            let came = house.came(channel);
            assert_eq!(came.len(), 1, "{channel}");
            assert_eq!(came[0].to, to, "{channel}");
            assert!(came[0].text.contains(&link), "{channel}: {}", came[0].text);
            assert!(!came[0].text.contains("江湾") && !came[0].text.contains("李"), "{channel}: {}", came[0].text);
        }
        let refused: Vec<_> = house.fakes.received().into_iter().filter(|one| one.refused.is_some()).collect();
        assert_eq!(refused, [], "signatures, keys, times and forms are held by the far sides");
        // What has a number of the far side keeps it as its receipt.
        assert!(lines.iter().any(|l| l.way == Way::Sms && l.far.is_some()));
    });
}

#[test]
fn two_failures_and_then_a_success_are_one_message() {
    beside(|house| async move {
        house.channel(Way::Webhook, format!("{}/webhook", house.base), fakes::WEBHOOK_SECRET).await;
        house.fakes.fail_webhooks(2);
        house.tell(Kind::Alarm, 1).await;
        for tries in 1..=2 {
            house
                .until("a try", |house| async move {
                    let lines = house.receipts(1).await;
                    let hook = lines.iter().find(|l| l.way == Way::Webhook)?;
                    (hook.tries == tries && hook.outcome.as_deref() == Some("500")).then_some(())
                })
                .await;
            assert_eq!(house.came("webhook").len(), 0);
            house.clock.advance(outbox::BACKOFF_URGENT_MS);
        }
        let lines = house.settled(1, &[(Sent::Sent, 2)]).await;
        let hook = lines.iter().find(|l| l.way == Way::Webhook).unwrap();
        let came = house.came("webhook");
        assert_eq!((hook.tries, came.len(), came[0].repeated), (3, 1, 0));
        assert_eq!(came[0].key, hook.bundle.unwrap().to_string(), "the same key at every try");
    });
}

#[test]
fn a_sender_that_dies_after_the_far_side_has_taken_it_tells_nobody_twice() {
    beside(|mut house| async move {
        house.channel(Way::Webhook, format!("{}/webhook", house.base), fakes::WEBHOOK_SECRET).await;
        house.kill().await;
        house.tell(Kind::Alarm, 1).await;
        // The far side has the message; the sender dies before it can write that down.
        let taken = house.write(Actor::system(), message::send::take).await;
        for job in &taken {
            let mail =
                courier::Message::new(job.key, courier::Line::Alarm, &format!("{SITE}/hazards/{}", id(1))).unwrap();
            let call = match job.way {
                Way::Webhook => courier::Webhook { url: job.address.clone(), secret: job.secret.clone().unwrap() }
                    .call(&mail, Stopwatch::wall_seconds())
                    .unwrap(),
                _ => house.config.gateway.as_ref().unwrap().message(
                    &job.address,
                    &mail,
                    super::words,
                    Stopwatch::wall_seconds(),
                ),
            };
            courier::Wire::new().send(&call, super::WAIT).await.unwrap();
        }
        assert_eq!((house.came("webhook").len(), house.came("sms").len()), (1, 1));
        house.start().await;
        assert!(house.receipts(1).await.iter().all(|l| l.state == Sent::Waiting));
        house.clock.advance(outbox::LEASE_MS);
        let lines = house.settled(1, &[(Sent::Sent, 2)]).await;
        assert!(lines.iter().all(|l| l.tries == 2), "{lines:?}");
        for channel in ["webhook", "sms"] {
            let came = house.came(channel);
            assert_eq!((came.len(), came[0].repeated), (1, 1), "{channel}: told once, the repetition was recognised");
        }
    });
}

#[test]
fn a_far_side_that_says_slow_down_is_obeyed_and_everything_arrives() {
    beside(|house| async move {
        let wecom = format!("{}/wecom/cgi-bin/webhook/send?key={}", house.base, fakes::WECOM_KEY);
        house.channel(Way::WeCom, wecom, "").await;
        // Somebody else uses the same bot: its minute is half full before our first message.
        let other =
            courier::Bot::WeCom { url: format!("{}/wecom/cgi-bin/webhook/send?key={}", house.base, fakes::WECOM_KEY) };
        for n in 0..15 {
            let mail = courier::Message::new(id(n), courier::Line::Test, SITE).unwrap();
            let call = other.call(&mail, super::words, Stopwatch::wall_seconds() * 1_000);
            courier::Wire::new().send(&call, super::WAIT).await.unwrap();
        }
        for n in 1..=8 {
            house.tell(Kind::Incident, n).await;
        }
        let slowed = house
            .until("a limit", |house| async move {
                let slow = house.fakes.received().into_iter().filter(|one| one.refused.is_some()).count();
                (slow == 3 && house.came("wecom").len() == 20).then_some(slow)
            })
            .await;
        assert_eq!(slowed, 3);
        let mut waiting = 0;
        for n in 1..=8 {
            let lines = house.receipts(n).await;
            let bot = lines.iter().find(|l| l.way == Way::WeCom).unwrap();
            if bot.state == Sent::Waiting {
                waiting += 1;
                assert_eq!(bot.outcome.as_deref(), Some("45009 api freq out of limit"));
                assert!(bot.next_at >= house.clock.now().plus(60 * Ms::SECOND), "the far side's own minute is kept");
            }
        }
        assert_eq!(waiting, 3);
    });
}

#[test]
fn what_is_refused_for_good_is_dead_at_once_and_an_unnamed_host_is_not_even_called() {
    beside(|mut house| async move {
        let wrong = format!("{}/wecom/cgi-bin/webhook/send?key=wrong", house.base);
        house.channel(Way::WeCom, wrong, "").await;
        house.channel(Way::Webhook, format!("{}/webhook", house.base), fakes::WEBHOOK_SECRET).await;
        house.config.hosts.clear();
        house.kill().await;
        house.start().await;
        house.tell(Kind::Alarm, 1).await;
        let lines = house.settled(1, &[(Sent::Dead, 2), (Sent::Sent, 1)]).await;
        assert!(lines.iter().filter(|l| l.state == Sent::Dead).all(|l| l.outcome.as_deref() == Some("host")));
        assert!(house.came("webhook").is_empty());

        house.config.hosts = vec![house.base.trim_start_matches("http://").to_string()];
        house.start().await;
        house.tell(Kind::Alarm, 2).await;
        let lines = house.settled(2, &[(Sent::Dead, 1), (Sent::Sent, 2)]).await;
        let bot = lines.iter().find(|l| l.way == Way::WeCom).unwrap();
        assert_eq!((bot.tries, bot.outcome.as_deref()), (1, Some("93000 invalid webhook url")));
    });
}

#[test]
fn a_far_side_that_is_away_is_given_up_after_the_named_number_of_tries() {
    beside(|mut house| async move {
        house.channel(Way::Webhook, format!("{}/webhook", house.base), fakes::WEBHOOK_SECRET).await;
        house.fakes.fail_webhooks(u32::MAX);
        house.config.gateway = None;
        house.tell(Kind::Alarm, 1).await;
        for tries in 1..=outbox::TRIES_MAX {
            house
                .until("a try", |house| async move {
                    let lines = house.receipts(1).await;
                    let hook = lines.iter().find(|l| l.way == Way::Webhook)?;
                    (hook.tries == tries && hook.outcome.is_some() && hook.next_at > house.clock.now()
                        || hook.state == Sent::Dead)
                        .then_some(())
                })
                .await;
            house.clock.advance(outbox::BACKOFF_URGENT_MS);
        }
        let lines = house.settled(1, &[(Sent::Dead, 1)]).await;
        let hook = lines.iter().find(|l| l.way == Way::Webhook).unwrap();
        assert_eq!((hook.tries, hook.outcome.as_deref()), (outbox::TRIES_MAX, Some("500")));
        assert!(house.came("webhook").is_empty());
    });
}

#[test]
fn a_telephone_rings_and_the_key_that_is_pressed_comes_back() {
    beside(|house| async move {
        let (school, person) = (house.school, house.head.person.unwrap());
        let ring = move |cx: &mut Cx<'_, '_>, n: u8| {
            let told = Told { kind: Kind::Alarm, noun: "hazard", subject: id(n), unit: school, dedupe: "ring" };
            message::ring(cx, &told, Telephone::Person(person))
        };
        house.write(Actor::system(), move |cx| ring(cx, 1)).await;
        let line = house.settled(1, &[(Sent::Ringing, 1)]).await.pop().unwrap();
        let lift = format!("{}/gateway/calls/{}/lift?press=1", house.base, line.far.unwrap());
        let lifted =
            courier::Wire::new().send(&courier::Call::post(&lift, "text/plain", ""), super::WAIT).await.unwrap();
        assert_eq!(lifted.status, 204);
        house.clock.advance(5 * Ms::SECOND);
        let line = house.settled(1, &[(Sent::Sent, 1)]).await.pop().unwrap();
        assert_eq!(line.outcome.as_deref(), Some("acknowledged"));
        assert_eq!(house.came("voice").len(), 1);
        assert!(!house.came("voice")[0].text.contains("http"), "a link cannot be spoken");
    });
}
