//! `fakes`: the far sides of the channels on this machine, so that anybody can see a message arrive without a network.
//! Binds loopback only: they take what they are sent.

use std::net::SocketAddr;

use base::Clock;
use fakes::{Fakes, Page};
use tokio::net::TcpListener;

use crate::args;
use crate::serve::asked_to_stop;
use crate::stop::{Done, stop, wrong};
use crate::words::fakes as words;

pub fn run(asked: &args::Fakes) -> Done {
    let (listen, smtp) = (address(&asked.listen)?, address(&asked.smtp)?);
    let failed = |e: std::io::Error| stop(crate::words::serve::ended(&e.to_string()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let served = runtime.block_on(async {
        let (http, mail) = (TcpListener::bind(listen).await?, TcpListener::bind(smtp).await?);
        tell(http.local_addr()?, mail.local_addr()?);
        let fakes = Fakes::new(Clock::wall(), page());
        let ends = asked_to_stop()?;
        tokio::select! {
            served = fakes.serve(http, mail) => served,
            () = ends => Ok(()),
        }
    });
    served.map_err(failed)
}

fn address(text: &str) -> Done<SocketAddr> {
    let parsed: Option<SocketAddr> = text.parse().ok();
    parsed.filter(|at| at.ip().is_loopback()).ok_or_else(|| wrong(crate::words::serve::listen_form(text)))
}

fn page() -> Page {
    Page {
        title: words::TITLE,
        empty: words::EMPTY,
        columns: words::COLUMNS,
        taken: words::TAKEN,
        repeated: words::REPEATED,
        channel: Some(words::channel),
    }
}

fn tell(http: SocketAddr, mail: SocketAddr) {
    let at = format!("http://{http}");
    let sides = [
        ("wecom", format!("{at}/wecom/cgi-bin/webhook/send?key={}", fakes::WECOM_KEY), ""),
        (
            "dingtalk",
            format!("{at}/dingtalk/robot/send?access_token={}", fakes::DINGTALK_TOKEN),
            fakes::DINGTALK_SECRET,
        ),
        ("feishu", format!("{at}/feishu/open-apis/bot/v2/hook/{}", fakes::FEISHU_TOKEN), fakes::FEISHU_SECRET),
        ("sms", format!("{at}/gateway  {}", fakes::GATEWAY_KEY), fakes::GATEWAY_SECRET),
        ("voice", format!("{at}/gateway  {}", fakes::GATEWAY_KEY), fakes::GATEWAY_SECRET),
        ("webhook", format!("{at}/webhook"), fakes::WEBHOOK_SECRET),
        ("push", format!("{at}/push/subscription"), ""),
        ("mail", format!("{mail}  {}", fakes::MAIL_LOGIN.0), fakes::MAIL_LOGIN.1),
    ];
    for (channel, address, secret) in &sides {
        println!("{}", words::far_side(channel, address, secret));
    }
    println!("{}", words::listening(&http.to_string()));
}
