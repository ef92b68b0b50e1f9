//! The desk of the benchmarks: followers with accounts at a separate sandbox, and figures measured from outside.

use anyhow::{Context as _, Result};
use domain::{
    ExchangeId, ExchangeKeyId, FollowId, Role, StrategyId, StrategyType, Symbol, TradeType, UserId,
};
use exchange::binance::{Binance, BinanceConfig};
use service::{
    Actor, Desk, Parts, SharedDesk,
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
use std::{path::Path, sync::Arc, time::Duration};
use store::{follow::Follow, user::User};

/// The sandbox's rate limits are lifted, and so is the desk's own budget.
const WEIGHT: u32 = u32::MAX;
/// Followers prepared concurrently.
pub(crate) const CONCURRENCY: usize = 8;
/// Linux reports CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Figures measured from outside.
pub(crate) struct Figures {
    pub(crate) cpu_seconds: f64,
    pub(crate) commits: u64,
    pub(crate) requests: u64,
}

impl Figures {
    pub(crate) async fn now(url: &str) -> Result<Self> {
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

/// Opens a desk on a new database in `folder`, whose exchange is the sandbox at `url`.
pub(crate) async fn desk(url: &str, token: &str, folder: &Path) -> Result<SharedDesk> {
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

pub(crate) fn btc() -> Result<Symbol> {
    Ok("BTC/USDT".parse()?)
}

/// Creates a user without a password.
pub(crate) async fn create_user(desk: &Desk, number: usize) -> Result<Actor> {
    let now = desk.clock.now();
    let user = UserId::mint(&*desk.clock, &*desk.entropy);
    let email = format!("trader{number}@example.org");
    let row = User {
        id: user,
        email: email.clone(),
        password_hash: "cannot sign in".into(),
        role: Role::Trader,
        created_at: now,
        updated_at: now,
        frozen_at: None,
        suspended_at: None,
    };
    let mut tx = desk.db.begin().await?;
    store::user::insert_user(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(Actor { user, email, role: Role::Trader, session: None, token: None, from: None })
}

/// Connects an automated paper account of `actor`, which copies `strategy`.
pub(crate) async fn follow(
    desk: &Desk,
    actor: &Actor,
    strategy: StrategyId,
    number: usize,
) -> Result<ExchangeKeyId> {
    let now = desk.clock.now();
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
    let key = key::connect_key(desk, actor, new).await?.id;
    let profiles = store::follow::risk_profiles(&desk.db).await?;
    let follow = Follow {
        id: FollowId::mint(&*desk.clock, &*desk.entropy),
        user_id: actor.user,
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

/// Keeps the followers' streams connected and reads their accounts ahead, more often than the server, so that the
/// benchmark does not wait for minutes.
pub(crate) async fn watch(desk: SharedDesk) {
    let mut streams = service::trading::account_streams::AccountStreams::default();
    loop {
        if let Err(error) = streams.round(&desk).await {
            tracing::warn!(%error, "could not update the followers' streams");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
