//! Runs the sandbox standalone, for tests and for exploration: `cargo run -p sandbox --example serve -- --dir
//! D --port P [--controllable] [--paused]
//! [--legacy-listen-key]`.
//!
//! Prints one line of JSON, `{"url","controlToken"}`, when it is ready. Port 0 selects a free port.

use domain::{Clock, Entropy, Micros};
use rand::Rng;
use sandbox::{Limits, Options, Sandbox};
use std::{error::Error, io::Write, net::SocketAddr, path::PathBuf, sync::Arc, time::SystemTime};
use tokio::net::TcpListener;

struct WallClock;

impl Clock for WallClock {
    fn now(&self) -> Micros {
        #[expect(
            clippy::disallowed_methods,
            reason = "a program's outermost layer, where the clock comes from"
        )]
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

struct SystemChance;

impl Entropy for SystemChance {
    fn fill(&self, out: &mut [u8]) {
        rand::rng().fill_bytes(out);
    }
}

struct Arguments {
    dir: PathBuf,
    port: u16,
    options: Options,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut parsed = Arguments { dir: PathBuf::from("data/sandbox"), port: 0, options: Options::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
        match word.as_str() {
            "--dir" => parsed.dir = value()?.into(),
            "--port" => parsed.port = value()?.parse()?,
            "--controllable" => parsed.options.controllable = true,
            "--paused" => parsed.options.paused = true,
            "--legacy-listen-key" => parsed.options.legacy_listen_key = true,
            "--unlimited" => parsed.options.limits = Limits::NONE,
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    Ok(parsed)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { dir, port, options } = arguments()?;
    let sandbox = Sandbox::open(&dir, Arc::new(WallClock), Arc::new(SystemChance), options)?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let url = format!("http://{}/sandbox", listener.local_addr()?);
    let ready = serde_json::json!({ "url": url, "controlToken": sandbox.control_token() });
    writeln!(std::io::stdout(), "{ready}")?;
    let router = axum::Router::new().nest("/sandbox", sandbox.router());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::select! {
        served = axum::serve(listener, service) => served?,
        stopped = sandbox.run_clock() => stopped?,
    }
    Ok(())
}
