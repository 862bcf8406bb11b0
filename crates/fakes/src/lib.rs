//! The far sides of the channels, on this machine: each speaks the real protocol, checks signatures, times, sizes and
//! rates by the published rules in code of its own, keeps what it took, and shows it as JSON (`/received`) and as a page
//! (`/`). For tests, and as `xiaoan fakes` for anybody who wants to see a message arrive without a network.
//!
//! Group bots of WeCom, DingTalk and Feishu · text messages and telephones through the generic gateway · Standard
//! Webhooks · Web Push · SMTP. What each one's codes mean is in its file.
//! Not here: how messages are made (`courier`). The fakes know nothing of it, so that a mistake there cannot be made here
//! as well.

mod bots;
mod gateway;
mod keep;
mod page;
mod push;
mod smtp;
mod webhook;

use std::sync::Arc;

use axum::Router;
use base::Clock;
use tokio::net::TcpListener;

pub use keep::{Keep, Received};
pub use page::Page;
pub use push::Subscription;

/// Secrets that both sides know. Fixed: nothing real is behind them.
pub const WECOM_KEY: &str = "693a91f6-7aoc-4bc4-97a0-0ec2sifa5aaa";
pub const DINGTALK_TOKEN: &str = "566cc69da782ec";
pub const DINGTALK_SECRET: &str = "SEC1f0c2d3b4a59687766554433221100";
pub const FEISHU_TOKEN: &str = "4ba1f8b2-5d3f-4d8e-9b1c-1f0e2d3c4b5a";
pub const FEISHU_SECRET: &str = "hNAtPZ9xq2mD8sL3";
pub const GATEWAY_KEY: &str = "county-desk";
pub const GATEWAY_SECRET: &str = "gateway-secret-for-trying-out";
/// 24 bytes under the prefix of Standard Webhooks.
pub const WEBHOOK_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub const MAIL_LOGIN: (&str, &str) = ("xiaoan", "mail-password");

/// What every fake holds.
#[derive(Clone)]
pub struct Fakes(Arc<Inner>);

pub(crate) struct Inner {
    pub clock: Clock,
    pub keep: Keep,
    pub gateway: gateway::Desk,
    pub push: push::Browser,
    pub webhook: webhook::Desk,
    pub page: Page,
}

impl Fakes {
    pub fn new(clock: Clock, page: Page) -> Fakes {
        Fakes(Arc::new(Inner {
            clock,
            keep: Keep::default(),
            gateway: gateway::Desk::default(),
            push: push::Browser::new(),
            webhook: webhook::Desk::default(),
            page,
        }))
    }
    /// What has come in, oldest first.
    pub fn received(&self) -> Vec<Received> {
        self.0.keep.all()
    }
    /// What one channel has taken, without what it refused.
    pub fn taken(&self, channel: &str) -> Vec<Received> {
        self.0.keep.all().into_iter().filter(|one| one.channel == channel && one.refused.is_none()).collect()
    }
    /// The gateway takes so many a second: for a caller whose clock runs faster than the machine's.
    pub fn allow(&self, per_second: usize) {
        self.0.gateway.allow(per_second);
    }
    /// The next webhooks are answered 500.
    pub fn fail_webhooks(&self, times: u32) {
        self.0.webhook.fail(times);
    }
    /// The browser, for which the subscription at this server's address was made.
    pub fn subscription(&self, base: &str) -> Subscription {
        self.0.push.subscription(base)
    }
    pub fn router(&self) -> Router {
        Router::new()
            .merge(bots::routes())
            .merge(gateway::routes())
            .merge(webhook::routes())
            .merge(push::routes())
            .merge(page::routes())
            .layer(axum::extract::DefaultBodyLimit::max(keep::BODY_BYTES_MAX))
            .with_state(self.clone())
    }
    /// Serves until dropped.
    pub async fn serve(self, http: TcpListener, smtp: TcpListener) -> std::io::Result<()> {
        let mail = tokio::spawn(smtp::serve(self.clone(), smtp));
        let served = axum::serve(http, self.router()).await;
        mail.abort();
        served
    }
    pub(crate) fn now_ms(&self) -> i64 {
        self.0.clock.now().0
    }
}
