//! Measures the cost of a signal: a desk with many followers, the sandbox in a separate process, one entry
//! with a stop and two targets for each follower. `fan_out <sandbox's url> <its control token> <followers>`
//! prints one line of JSON. Run by `cargo xtask bench`.

use anyhow::{Context as _, Result, bail};
use domain::{
    ExchangeId, ExchangeKeyId, FollowId, Role, Side, SignalId, StrategyId, StrategyType, Symbol, TradeType,
    UserId,
    copy::Status,
    signal::{Action, Source},
    time,
};
use exchange::binance::{Binance, BinanceConfig};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use service::{
    Actor, Desk, Parts, SharedDesk,
    following::{
        copy,
        signal::{self, NewSignal},
    },
    platform::{
        secrets::{MasterKey, Sealer},
        settings::Settings,
        system::{OsEntropy, WallClock},
    },
    trading::{
        key::{self, NewKey},
        sandbox_control::SandboxControl,
    },
};
use std::{io::Write as _, path::Path, sync::Arc, time::Duration};
use store::{follow::Follow, strategy::Strategy, user::User};

/// The same allocator as in the program being measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The sandbox's rate limits are lifted, and so is the desk's own budget.
const WEIGHT: u32 = u32::MAX;
/// Followers prepared concurrently.
const CONCURRENCY: usize = 8;
/// Linux reports CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

#[tokio::main]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, followers] = &words[..] else { bail!("usage: fan_out <url> <token> <followers>") };
    let followers: usize = followers.parse()?;
    let folder = tempfile::tempdir()?;
    let desk = desk(url, token, folder.path()).await?;
    let strategy = a_strategy(&desk).await?;
    stream::iter(0..followers)
        .map(|number| follower(&desk, strategy, number))
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
    let line = report(followers, &opened, &before, &after, &desk, signal).await?;
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Figures measured from outside.
struct Figures {
    cpu_seconds: f64,
    commits: u64,
    requests: u64,
}

impl Figures {
    async fn now(url: &str) -> Result<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |i: usize| -> Result<f64> { Ok(fields.get(i).context("a short stat")?.parse()?) };
        let http = reqwest::Client::builder().no_proxy().build()?;
        let reported: serde_json::Value =
            http.get(format!("{url}/control/market")).send().await?.json().await?;
        Ok(Self {
            cpu_seconds: (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND,
            commits: store::commits(),
            requests: reported["requests"].as_u64().context("the sandbox counts no requests")?,
        })
    }
}

async fn desk(url: &str, token: &str, folder: &Path) -> Result<SharedDesk> {
    let database = format!("sqlite:{}", folder.join("slipstream.db").display());
    let db = store::Db::connect(&database, &store::Options::default()).await?;
    db.migrate().await?;
    let binance = format!("{url}/binance");
    let config = BinanceConfig {
        spot_weight: WEIGHT,
        futures_weight: WEIGHT,
        ..BinanceConfig::new(&binance, &binance)
    };
    let clock = Arc::new(WallClock);
    Desk::new(Parts {
        db,
        payments: None,
        exchange: Arc::new(Binance::new(config, clock.clone())?),
        sealer: Sealer::new(MasterKey::new([7; 32]), None, Arc::new(OsEntropy)),
        clock,
        entropy: Arc::new(OsEntropy),
        settings: Settings { signal_max_age_s: 3_600, ..Settings::default() },
        sandbox: Some(SandboxControl::new(url, token.to_owned())?),
        instance: "bench".to_owned(),
    })
}

fn btc() -> Result<Symbol> {
    Ok("BTC/USDT".parse()?)
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

async fn follower(desk: &Desk, strategy: StrategyId, number: usize) -> Result<ExchangeKeyId> {
    let now = desk.clock.now();
    let user = UserId::mint(&*desk.clock, &*desk.entropy);
    let email = format!("trader{number}@example.org");
    let row = User {
        id: user,
        email: email.clone(),
        password_hash: "nobody signs in with this".into(),
        role: Role::Trader,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let mut tx = desk.db.begin().await?;
    store::user::insert_user(&mut tx, &row).await?;
    tx.commit().await?;
    let who = desk.sandbox.as_ref().context("a sandbox")?.open().await?;
    let new = NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Automated,
        active: true,
        name: "Bench".into(),
        api_key: who.api_key.clone(),
        secret: who.secret().to_owned().into(),
        first_day: domain::first_day::FirstDayChoice::default(),
    };
    let actor = Actor { user, email, role: Role::Trader, session: None, token: None, from: None };
    let key = key::connect_key(desk, &actor, new).await?.id;
    let profiles = store::follow::risk_profiles(&desk.db).await?;
    let follow = Follow {
        id: FollowId::mint(&*desk.clock, &*desk.entropy),
        user_id: user,
        exchange_key_id: key,
        strategy_id: strategy,
        symbol: btc()?,
        risk_profile_id: profiles.get(number % profiles.len().max(1)).context("no risk profile")?.id,
        active: true,
        max_leverage: None,
        paused_reason: None,
        last_copy_at: None,
        stopped_at: None,
        created_at: now,
        updated_at: now,
    };
    let mut tx = desk.db.begin().await?;
    store::follow::insert_follow(&mut tx, &follow).await?;
    tx.commit().await?;
    Ok(key)
}

async fn watch(desk: SharedDesk) {
    let mut streams = service::trading::account_streams::AccountStreams::default();
    loop {
        if let Err(error) = streams.round(&desk).await {
            tracing::warn!(%error, "could not update the followers' streams");
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

async fn send_signal(desk: &Desk, strategy: StrategyId) -> Result<SignalId> {
    let new = NewSignal {
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
    };
    Ok(signal::accept(desk, new).await?.signal().id)
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
