//! The fakes on this machine, with a clock that stands still until moved.

use std::time::Duration;

use base::{Clock, Id, Ms};
use courier::{Answer, Call, Line, Message, Unreached, Wire};
use fakes::{Fakes, Page};
use tokio::net::TcpListener;

pub const START: i64 = 1_795_390_200_000;
pub const LINK: &str = "http://xiaoan.example/i/7k3m";
pub const WAIT: Duration = Duration::from_secs(30);

pub struct World {
    pub fakes: Fakes,
    pub clock: Clock,
    pub base: String,
    pub mail_port: u16,
    pub wire: Wire,
}

pub fn words(line: Line) -> &'static str {
    match line {
        Line::Alarm => "【校安】有报警，请马上打开",
        Line::Incident => "【校安】有事故报告，请打开",
        Line::Urgent => "【校安】有一件急事，请马上打开",
        Line::Due => "【校安】有一件事快到期，请打开",
        Line::Notice => "【校安】有一件事等您处理，请打开",
        Line::Test => "【校安】这是一条测试消息",
    }
}

pub fn message(n: u8, line: Line) -> Message {
    Message::new(Id::from_parts(Ms(START), [n; 10]), line, LINK).unwrap()
}

/// Runs a test beside the fakes.
pub fn beside<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let http = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mail = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", http.local_addr().unwrap());
        let mail_port = mail.local_addr().unwrap().port();
        let clock = Clock::manual(Ms(START));
        let fakes = Fakes::new(clock.clone(), Page::default());
        tokio::spawn(fakes.clone().serve(http, mail));
        test(World { fakes, clock, base, mail_port, wire: Wire::new() }).await;
    });
}

impl World {
    pub fn now_ms(&self) -> i64 {
        self.clock.now().0
    }
    pub fn now_s(&self) -> i64 {
        self.now_ms() / 1_000
    }
    pub async fn send(&self, call: &Call) -> Result<Answer, Unreached> {
        self.wire.send(call, WAIT).await
    }
    /// Texts that a channel has taken.
    pub fn texts(&self, channel: &str) -> Vec<String> {
        self.fakes.taken(channel).into_iter().map(|one| one.text).collect()
    }
    pub fn refusals(&self) -> Vec<String> {
        self.fakes.received().into_iter().filter_map(|one| one.refused).collect()
    }
}
