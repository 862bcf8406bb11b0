//! `serve`: opens the doors. TLS by files, simulated time in a demo, graceful stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use base::{Clock, Ms};
use safety::App;

use crate::args;
use crate::house::House;
use crate::stop::{Done, stop, wrong};
use crate::watch::Watch;
use crate::words::serve as words;

/// How many times faster than the machine a demo's clock may run.
const FASTEST: i64 = 3_600;

/// A clock asked for: from when, how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    pub start: Ms,
    pub factor: i64,
}

/// Reads `2026-11-23T07:00:00+08:00[,x60]`.
pub fn clock(text: &str) -> Done<Asked> {
    let bad = || wrong(words::clock_form(text));
    let (when, factor) = match text.split_once(',') {
        Some((when, fast)) => (when, fast.trim().strip_prefix('x').and_then(|n| n.parse().ok()).ok_or_else(bad)?),
        None => (text, 1),
    };
    let start = Ms::parse(when.trim()).ok_or_else(bad)?;
    if (1..=FASTEST).contains(&factor) { Ok(Asked { start, factor }) } else { Err(bad()) }
}

pub fn run(house: &House, asked: &args::Serve) -> Done {
    house.require()?;
    let demo = house.demo()?;
    let clock = match (&demo, &asked.clock) {
        (None, None) => Clock::wall(),
        (None, Some(_)) => return Err(stop(crate::words::CLOCK_ONLY_DEMO)),
        (Some(wish), text) => {
            let stands = house.demo_time(wish)?;
            let asked = text.as_deref().map(clock).transpose()?.unwrap_or(Asked { start: stands, factor: 1 });
            if asked.start < stands {
                return Err(stop(words::clock_back(&asked.start.rfc3339(), &stands.rfc3339())));
            }
            Clock::simulated(asked.start, asked.factor)
        }
    };
    let listener = bind(house, asked.listen.as_deref())?;
    let app = house.open(clock)?;
    doors(house, app, listener, demo.is_some())
}

/// Binds before the database is opened: a taken port is told at once.
pub fn bind(house: &House, listen: Option<&str>) -> Done<TcpListener> {
    let address: SocketAddr = match listen {
        Some(text) => text.parse().map_err(|_| wrong(words::listen_form(text)))?,
        None => house.config.listen,
    };
    TcpListener::bind(address).map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => stop(words::port_taken(&address.to_string())),
        _ => stop(crate::words::file(&address.to_string(), &e)),
    })
}

/// Serves until SIGTERM or SIGINT.
pub fn doors(house: &House, app: Arc<App>, listener: TcpListener, demo: bool) -> Done {
    let failed = |e: std::io::Error| stop(words::ended(&e.to_string()));
    let listen = listener.local_addr().map_err(failed)?;
    let config = web::Config {
        listen,
        tls: house.config.tls.clone(),
        tlog_public: house.config.tlog_public,
        public_url: house.config.public_url.clone(),
        demo,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let watch = Watch::start(&app, demo).map_err(failed)?;
    // Beside the doors and outside the database's threads: nothing waits for a witness.
    runtime.spawn(crate::witness::ask::run(app.clone(), house.config.witness.clone()));
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let site = config.public_url.clone().unwrap_or_else(|| format!("{scheme}://{listen}"));
    runtime.spawn(crate::sender::run(app.clone(), house.config.message.clone(), site));
    // Before the line that says where: whoever reads it may ask to stop at once.
    let asked_to_stop = {
        let _inside = runtime.enter();
        asked_to_stop().map_err(failed)?
    };
    println!("{}", words::listening(&listen.to_string(), config.tls.is_some()));
    tracing::info!(%listen, tls = config.tls.is_some(), demo, "serving");
    let served = runtime.block_on(web::serve_on(listener, app.clone(), config, asked_to_stop));
    watch.stop();
    app.db().close();
    tracing::info!("stopped");
    served.map_err(failed)
}

/// Resolves at SIGTERM or SIGINT; the signals are caught from this call on.
pub fn asked_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_a_moment_and_perhaps_a_speed() {
        let at = Ms::parse("2026-11-23T07:00:00+08:00").unwrap();
        assert_eq!(clock("2026-11-23T07:00:00+08:00"), Ok(Asked { start: at, factor: 1 }));
        assert_eq!(clock("2026-11-23T07:00,x60"), Ok(Asked { start: at, factor: 60 }));
        for bad in ["x60", "2026-11-23T07:00,60", "2026-11-23T07:00,x0", "2026-11-23T07:00,x9999", "gestern"] {
            assert_eq!(clock(bad).map_err(|e| e.code), Err(2), "{bad}");
        }
    }
}
