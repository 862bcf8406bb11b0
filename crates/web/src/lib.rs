//! The door for people and programs: pages, JSON, live updates. It decides nothing: every rule is asked of `safety`.
//!
//! Serves every item of the notice through its pages; the notice itself stands at `/clauses`.
//!
//! Where what is:
//! - `state`   what every handler holds: the house, the heavy lane, the live bus, limits
//! - `door`    who asks and how: `Ask`, `Signed`, `Posted` (forms with CSRF, photos, idempotency)
//! - `patience` how much of a request is read, and how long the door waits for it
//! - `page`    the shell around every page, answers of forms
//! - `error`   refusals and faults as Chinese pages or problem+json
//! - `words`   every Chinese sentence that is not in a template
//! - `router`  the one list of routes; each noun's page file gives its own
//! - `live`    server-sent events
//! - one page file per noun: `hazard`, `check`, `unit`, `people`, `place` …
//!
//! ## A noun's page file
//! ```text
//! pub fn routes() -> Router<Web> { Router::new().route("/things", get(list)).route("/things/{id}", get(show)) }
//!
//! #[derive(Template)]
//! #[template(path = "thing/list.html")]
//! struct ListPage { shell: Shell, live: Live, … }             // {{ live|safe }} inside [data-live-box]
//!
//! #[derive(Template)]
//! #[template(path = "thing/list_live.html")]                   // the htmx fragment is a template of its own: askama
//! struct Live { rows: Vec<Row>, … }                            // gives no block that base.html has inside an `if`
//!
//! async fn list(State(web): State<Web>, signed: Signed) -> Answer {
//!     let page = web.read(signed.actor(), |cx| thing::list(cx, …)).await?;      // one job, the viewer's rights
//!     let page = ListPage { shell: signed.shell(&web, At::Hazards).await?, … };
//!     if signed.ask.htmx { page::part(&page.live) } else { page::full(&page) }
//! }
//!
//! async fn add(State(web): State<Web>, posted: Posted) -> Answer {
//!     let new = NewThing { name: posted.fields.text("name"), photos: posted.photos()?, … };
//!     match web.act(&posted, move |cx| thing::add(cx, &new)).await {              // once per Idempotency-Key
//!         Ok(id) => page::done(&posted.signed.ask, web.now(), id, format!("/things/{id}")),
//!         Err(e) => {
//!             let faults = page::keep(&posted.signed.ask, e)?;                    // JSON and what is no form's fault: out
//!             page::again(&NewPage { shell, typed: posted.fields, faults, … }, …) // 422 with everything typed
//!         }
//!     }
//! }
//! ```
//! Templates extend `base.html` and take `shell`. Words come from `words`, never from the noun.

mod absence;
mod agent;
mod alarm;
pub mod api;
mod board;
mod check;
mod clause;
mod clue;
mod directory;
pub mod door;
mod drill;
mod duty;
pub mod error;
mod feed;
mod files;
mod hazard;
mod help;
mod incident;
mod journal_pages;
mod ledger;
pub mod limiter;
pub mod live;
mod me;
mod message;
pub mod meter;
mod missive;
mod movement;
mod notice;
pub mod outside;
mod pack;
pub mod page;
mod paper;
mod patience;
mod people;
mod place;
mod plot;
mod qr;
pub mod roll;
mod router;
mod seal;
mod search;
mod setup;
pub mod signin;
mod signing;
pub mod state;
mod statics;
mod support;
mod system;
pub mod table;
mod text;
mod tip;
mod tlog;
mod today;
mod unit;
mod witness_view;
pub mod words;
mod work;

use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

pub use alarm::queue::replay as replay_alarms;
pub use message::{MESSAGES, record_path};
pub use router::router;
pub use state::Web;

/// How the door is opened.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Files of certificate chain and key (PEM). Without: plain http, with a banner.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Is the journal readable by everybody? It holds no personal data.
    pub tlog_public: bool,
    /// What stands on QR labels before `/q/{code}`; else the address by which the page was asked for.
    pub public_url: Option<String>,
    /// Every page and print says 演示数据.
    pub demo: bool,
}

impl Config {
    /// Plain http on `listen`, journal public, no demo.
    pub fn plain(listen: SocketAddr) -> Config {
        Config { listen, tls: None, tlog_public: true, public_url: None, demo: false }
    }
}

/// How long requests under way may take after `stop`.
const GRACE: Duration = Duration::from_secs(2);

/// Serves until `stop` resolves: then live streams end at once and other requests get 2 s.
pub async fn serve(app: Arc<safety::App>, config: Config, stop: impl Future<Output = ()>) -> io::Result<()> {
    let listener = TcpListener::bind(config.listen)?;
    serve_on(listener, app, config, stop).await
}

/// `serve` on a listener that is already bound (its port may have been chosen by the system).
pub async fn serve_on(
    listener: TcpListener,
    app: Arc<safety::App>,
    config: Config,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let tls = config.tls.clone();
    let web = Web::new(app, config)?;
    // Presses that were kept while the database was away; its task ends with the runtime.
    tokio::spawn(alarm::queue::replay(web.clone()));
    let service = router(web.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let handle = Handle::new();
    let ends = async {
        stop.await;
        web.stop();
        handle.graceful_shutdown(Some(GRACE));
        // The serving future below ends by the handle; this one must not end first.
        std::future::pending::<()>().await;
    };
    let serving = async {
        match tls {
            None => patience::bounded(axum_server::from_tcp(listener)?).handle(handle.clone()).serve(service).await,
            Some((chain, key)) => {
                // A provider that is already installed is as good.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let tls = RustlsConfig::from_pem_file(chain, key).await?;
                patience::bounded(axum_server::from_tcp_rustls(listener, tls)?)
                    .handle(handle.clone())
                    .serve(service)
                    .await
            }
        }
    };
    tokio::select! {
        done = serving => done,
        () = ends => Ok(()),
    }
}
