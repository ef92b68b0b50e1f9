//! Measures the cost of a signal: a desk with many followers, the sandbox in a separate process, one entry
//! with a stop and two targets for each follower; if all accounts have a stream, also the requests of a second entry, on
//! accounts that are known. `fan_out <sandbox's url> <its control token> <followers>`
//! prints one line of JSON. Run by `cargo xtask bench`.

mod bench_desk;

use anyhow::{Context as _, Result, bail};
use bench_desk::{CONCURRENCY, Figures, btc, create_user, desk, follow, watch};
use domain::{
    ExchangeId, Side, SignalId, StrategyId,
    copy::Status,
    signal::{Action, Source},
    time,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::{
    Desk,
    following::{
        copy,
        signal::{self, NewSignal},
    },
};
use std::{io::Write as _, time::Duration};
use store::strategy::Strategy;

/// The same allocator as in the program being measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, followers] = &words[..] else { bail!("usage: fan_out <url> <token> <followers>") };
    let followers: usize = followers.parse()?;
    let folder = tempfile::tempdir()?;
    let desk = desk(url, token, folder.path()).await?;
    let strategy = a_strategy(&desk).await?;
    stream::iter(0..followers)
        .map(async |number| follow(&desk, &create_user(&desk, number).await?, strategy, number).await)
        .buffer_unordered(CONCURRENCY)
        .try_collect::<Vec<_>>()
        .await?;
    tokio::spawn(copy::run(desk.following()));
    tokio::spawn(watch(desk.clone()));
    // The streams are connected, and nothing else is going on.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = Figures::now(url).await?;
    let signal = send_signal(&desk, strategy).await?;
    let opened = ended(&desk, signal, followers).await?;
    let after = Figures::now(url).await?;
    let mut line = report(followers, &opened, &before, &after, &desk, signal).await?;
    if followers <= STREAMED {
        line["requestsPerKnownFollower"] = second_entry(&desk, strategy, followers, url).await?.into();
    }
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Streams that are connected at the time of the signal: the adapter attempts 200 connections in five minutes.
const STREAMED: usize = 200;

/// Exits, waits until the accounts have been read ahead again, enters again and returns the requests for each follower.
async fn second_entry(desk: &Desk, strategy: StrategyId, followers: usize, url: &str) -> Result<f64> {
    let exit = NewSignal { action: Action::Exit, side: None, stop: None, targets: vec![], ..entry(strategy) };
    let exit = signal::accept(desk, exit).await?.signal().id;
    ended(desk, exit, followers).await?;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let before = Figures::now(url).await?;
    let signal = send_signal(desk, strategy).await?;
    ended(desk, signal, followers).await?;
    let after = Figures::now(url).await?;
    Ok((after.requests - before.requests) as f64 / followers as f64)
}

async fn a_strategy(desk: &Desk) -> Result<StrategyId> {
    let now = desk.clock.now();
    let id = StrategyId::mint(&*desk.clock, &*desk.entropy);
    let row = Strategy {
        id,
        name: "Bench".into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: btc()?,
        timeframe_s: 60,
        definition: None,
        active: true,
        position: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await?;
    store::strategy::insert(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(id)
}

async fn send_signal(desk: &Desk, strategy: StrategyId) -> Result<SignalId> {
    Ok(signal::accept(desk, entry(strategy)).await?.signal().id)
}

fn entry(strategy: StrategyId) -> NewSignal {
    NewSignal {
        strategy,
        source: Source::Hand,
        action: Action::Enter,
        side: Some(Side::Buy),
        price: None,
        // Far away: none is reached while this runs.
        stop: Some(2_000.into()),
        targets: vec![900_000.into(), 950_000.into()],
        external_id: None,
        bar_at: None,
        sent_at: None,
    }
}

/// Waits until no copy is queued or being sent. Returns the open copies.
async fn ended(desk: &Desk, signal: SignalId, followers: usize) -> Result<Vec<store::copy::CopyTrade>> {
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let counts = store::copy::count_by_outcome(&desk.db, signal).await?;
        let over = |c: &&store::copy::Count| !matches!(c.status, Status::Queued | Status::Sending);
        let over: i64 = counts.iter().filter(over).filter_map(|c| c.copies).sum();
        if usize::try_from(over)? == followers {
            break;
        }
    }
    let all = store::copy::list_by_signal(&desk.db, signal, None, i64::try_from(followers)?).await?;
    Ok(all.into_iter().filter(|copy| copy.status == Status::Open).collect())
}

async fn report(
    followers: usize,
    opened: &[store::copy::CopyTrade],
    before: &Figures,
    after: &Figures,
    desk: &Desk,
    signal: SignalId,
) -> Result<serde_json::Value> {
    let said = store::signal::get_signal(&desk.db, signal).await?.context("no signal")?.at;
    let last = opened.iter().filter_map(|copy| copy.opened_at).max().context("no copy was traded")?;
    let seconds = last.since(said) as f64 / time::SECOND as f64;
    let each = |number: f64| number / followers as f64;
    Ok(serde_json::json!({
        "followers": followers,
        "opened": opened.len(),
        "seconds": seconds,
        "ordersPerSecond": (opened.len() * 4) as f64 / seconds,
        "requestsPerFollower": each((after.requests - before.requests) as f64),
        "commitsPerFollower": each((after.commits - before.commits) as f64),
        "cpuMillisPerFollower": each((after.cpu_seconds - before.cpu_seconds) * 1e3),
    }))
}
