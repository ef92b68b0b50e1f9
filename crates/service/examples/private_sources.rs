//! Measures alerts of many private signal sources in the same second: each user has a source and copies it on their
//! own account. `private_sources <sandbox's url> <its control token> <sources>` prints one line of JSON. Run by
//! `cargo xtask bench`.

mod bench_desk;

use anyhow::{Context as _, Result, bail};
use bench_desk::{CONCURRENCY, Figures, btc, create_user, desk, follow, watch};
use domain::{
    Micros, SignalId,
    copy::Status,
    own_source::{SourceRules, Verdict},
    time,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::{
    SharedDesk,
    following::{
        copy,
        own_source::{self, NewSource},
    },
};
use std::{io::Write as _, time::Duration};

/// The same allocator as in the program being measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The times of one alert in microseconds, from the time at which all were sent.
struct Latency {
    /// Until the sender had its answer.
    answered: i64,
    /// Until the entry was filled and its stop placed.
    opened: i64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, sources] = &words[..] else { bail!("usage: private_sources <url> <token> <sources>") };
    let sources: usize = sources.parse()?;
    let folder = tempfile::tempdir()?;
    let desk = desk(url, token, folder.path()).await?;
    let tokens: Vec<String> = stream::iter(0..sources)
        .map(|number| source(&desk, number))
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await?;
    tokio::spawn(copy::run(desk.following()));
    tokio::spawn(watch(desk.clone()));
    // The streams are connected, and nothing else is going on.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = Figures::now(url).await?;
    let began = desk.clock.now();
    let alerts = tokens.into_iter().map(|token| {
        let desk = desk.clone();
        tokio::spawn(async move { alert(&desk, &token, began).await })
    });
    let latencies: Vec<Latency> =
        stream::iter(alerts).buffer_unordered(sources).map(|done| done?).try_collect().await?;
    let after = Figures::now(url).await?;
    let report = report(&latencies, &before, &after);
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

/// Creates a user with a private source, whose alerts get a stop 10 % away, and an account that copies it. Returns the
/// token of the source's webhook.
async fn source(desk: &SharedDesk, number: usize) -> Result<String> {
    let owner = create_user(desk, number).await?;
    let rules = SourceRules { stop_percent: Some(10.into()), ..SourceRules::default() };
    let new = NewSource { name: "Alerts".to_owned(), symbol: btc()?, rules };
    let (source, token) = own_source::create_source(desk, &owner, new).await?;
    follow(desk, &owner, source.strategy.id, number).await?;
    Ok(token)
}

/// Sends an alert, and waits until its copy is open.
async fn alert(desk: &SharedDesk, token: &str, began: Micros) -> Result<Latency> {
    let verdict = own_source::receive(desk, token, b"BTC long").await?.context("no such source")?;
    let answered = desk.clock.now().since(began);
    if verdict.verdict != Verdict::Accepted {
        bail!("an alert was refused: {:?}", verdict.reason);
    }
    let opened = opened(desk, verdict.signal.context("no signal")?).await?;
    Ok(Latency { answered, opened: opened.since(began) })
}

async fn opened(desk: &SharedDesk, signal: SignalId) -> Result<Micros> {
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let copies = store::copy::list_by_signal(&desk.db, signal, None, 1).await?;
        let Some(copy) = copies.first() else { continue };
        match copy.status {
            Status::Queued | Status::Sending => {}
            Status::Open => return copy.opened_at.context("an open copy without a time"),
            other => bail!("a copy ended as {other:?}"),
        }
    }
}

fn report(latencies: &[Latency], before: &Figures, after: &Figures) -> serde_json::Value {
    let each = |number: f64| number / latencies.len() as f64;
    let table = |of: fn(&Latency) -> i64| {
        let mut sorted: Vec<i64> = latencies.iter().map(of).collect();
        sorted.sort_unstable();
        let at = |percent: usize| {
            let place = sorted.len().saturating_sub(1) * percent / 100;
            sorted.get(place).copied().unwrap_or(0) as f64 / time::SECOND as f64
        };
        serde_json::json!({ "p50": at(50), "p90": at(90), "p99": at(99), "max": at(100) })
    };
    serde_json::json!({
        "sources": latencies.len(),
        "answeredSeconds": table(|latency| latency.answered),
        "openedSeconds": table(|latency| latency.opened),
        "requestsPerSource": each((after.requests - before.requests) as f64),
        "commitsPerSource": each((after.commits - before.commits) as f64),
        "cpuMillisPerSource": each((after.cpu_seconds - before.cpu_seconds) * 1e3),
    })
}
