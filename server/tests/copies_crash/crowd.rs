//! Many followers of one strategy, the exchange as a separate process, and desks that can be killed.

use crate::common::{
    copying::{add_follow, add_strategy, btc},
    process::{Process, answers, control_token, free_port, until},
};
use domain::{
    ExchangeId, ExchangeKeyId, Order, Position, Role, Side, StrategyId, StrategyType, TradeType, UserId,
    copy::Status,
    signal::{Action, Source},
};
use exchange::{
    Credentials,
    binance::{Binance, BinanceConfig},
};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use service::{
    Actor, Desk, Parts, SharedDesk,
    following::signal::{self, NewSignal},
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
use store::{copy::CopyTrade, testing::TestDb, user::User};

/// Shared by the desks and the test, so that the desks can open what the test seals.
const MASTER_KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";
/// So large that the test's own requests never wait for the rate limit.
const WEIGHT: u32 = 10_000_000;
/// One key in this many is disabled.
const OFF: usize = 10;

/// A follower with a sandbox account of 10,000 USDT.
pub(crate) struct Trader {
    pub(crate) key: ExchangeKeyId,
    /// Whether the key is enabled.
    pub(crate) trades: bool,
    who: Credentials,
}

/// All followers and processes.
pub(crate) struct Crowd {
    /// A desk without jobs, for setting up and inspecting.
    pub(crate) desk: SharedDesk,
    pub(crate) followers: Vec<Trader>,
    strategy: StrategyId,
    http: reqwest::Client,
    database: String,
    folder: tempfile::TempDir,
    ports: [u16; 2],
    sandbox: Process,
    desks: [Option<Process>; 2],
}

impl Crowd {
    /// Starts the exchange and creates this many followers.
    pub(crate) async fn gather(db: &TestDb, followers: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("SLIPSTREAM_DATA_DIR", folder.path().join("exchange").display().to_string()),
            ("SLIPSTREAM_SANDBOX_LIMITS", "none".to_owned()),
            ("SLIPSTREAM_SANDBOX_CONTROL", "open".to_owned()),
        ];
        let sandbox = Process::start(&["sandbox"], free_port(), &settings);
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap();
        answers(&http, "the sandbox's start", &format!("{}/sandbox/binance/fapi/v1/ping", sandbox.base))
            .await;
        let desk = looking(db, &sandbox.base, folder.path());
        let strategy = add_strategy(&desk, "Crowd").await;
        let traders = stream::iter(0..followers)
            .map(|number| trader(&desk, strategy, number))
            .buffer_unordered(8)
            .collect::<Vec<_>>()
            .await;
        Self {
            desk,
            followers: traders,
            strategy,
            http,
            database: db.url().to_owned(),
            folder,
            ports: [free_port(), free_port()],
            sandbox,
            desks: [None, None],
        }
    }

    /// Starts or restarts a desk; it may be killed before it responds.
    pub(crate) async fn start(&mut self, number: usize) {
        let settings = [
            ("SLIPSTREAM_DATA_DIR", self.folder.path().join(format!("desk-{number}")).display().to_string()),
            ("DATABASE_URL", self.database.clone()),
            ("SLIPSTREAM_SANDBOX", format!("{}/sandbox", self.sandbox.base)),
            ("SLIPSTREAM_SANDBOX_TOKEN", control_token(&self.folder.path().join("exchange"))),
            ("SLIPSTREAM_MASTER_KEY", MASTER_KEY.to_owned()),
            ("SLIPSTREAM_SIGNAL_MAX_AGE", "3600".to_owned()),
        ];
        self.desks[number] = Some(Process::start(&[], self.ports[number], &settings));
    }

    /// Waits until a desk responds.
    pub(crate) async fn ready(&self, number: usize) {
        answers(&self.http, "a desk's start", &format!("http://127.0.0.1:{}/healthz", self.ports[number]))
            .await;
    }

    pub(crate) fn kill(&mut self, number: usize) {
        self.desks[number].as_mut().unwrap().kill();
    }

    /// Makes this percentage of the requests and events fail; the same ones in each run.
    pub(crate) async fn storm(&self, share: u8) {
        let met = |kind: &str, when: &str| json!({ "kind": kind, "when": when });
        let mut faults = Vec::new();
        for _ in 0..4 {
            for when in ["before", "after"] {
                faults.extend(["drop", "500", "-1007"].map(|kind| met(kind, when)));
            }
            faults.extend(["503", "late", "-1021"].map(|kind| met(kind, "before")));
        }
        // These delay everyone, or one request by ten seconds, so they are rare.
        faults.extend(["429", "418", "timeout"].map(|kind| met(kind, "before")));
        self.control("storm", &json!({ "share": share, "faults": faults, "seed": 1 })).await;
        self.control("events", &json!({ "duplicate": share, "reorder": share, "seed": 2 })).await;
    }

    async fn control(&self, route: &str, body: &Value) {
        let url = format!("{}/sandbox/control/{route}", self.sandbox.base);
        let token = control_token(&self.folder.path().join("exchange"));
        let request = self.http.post(url).header("x-sandbox-control", token).json(body);
        assert!(request.send().await.unwrap().status().is_success(), "{route}");
    }

    /// Sends the signal. Stop and targets are far from the price: none is reached during the test.
    pub(crate) async fn signal(&self) {
        let new = NewSignal {
            strategy: self.strategy,
            source: Source::Hand,
            action: Action::Enter,
            side: Some(Side::Buy),
            price: None,
            stop: Some(2_000.into()),
            targets: vec![900_000.into(), 950_000.into()],
            external_id: None,
            bar_at: None,
            sent_at: None,
        };
        signal::accept(&self.desk, new).await.unwrap();
    }

    pub(crate) async fn copies(&self) -> Vec<CopyTrade> {
        let signals = store::signal::list_by_strategy(&self.desk.db, self.strategy, None, 9).await.unwrap();
        store::copy::list_by_signal(&self.desk.db, signals[0].id, None, 100_000).await.unwrap()
    }

    pub(crate) async fn count(&self, wanted: impl Fn(Status) -> bool) -> usize {
        self.copies().await.iter().filter(|copy| wanted(copy.status)).count()
    }

    /// Waits until a copy is being sent or all copies are done.
    pub(crate) async fn working(&self) {
        until("the work on copies", Duration::from_secs(60), async || {
            let copies = self.copies().await;
            let is = |wanted| copies.iter().any(|copy| copy.status == wanted);
            (is(Status::Sending) || (!copies.is_empty() && !is(Status::Queued))).then_some(())
        })
        .await;
    }

    /// Waits until every follower has a copy that is neither queued nor being sent.
    pub(crate) async fn settled(&self, patience: Duration) {
        let everyone = self.followers.len();
        until("the end of every copy", patience, async || {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let over = |status| !matches!(status, Status::Queued | Status::Sending);
            (self.count(over).await == everyone).then_some(())
        })
        .await;
    }

    /// All orders, open orders and positions, as the exchange reports them.
    pub(crate) async fn account(&self, trader: &Trader) -> (Vec<Order>, Vec<Order>, Vec<Position>) {
        let (exchange, symbol, kind) = (&self.desk.exchange, btc(), TradeType::Futures);
        let (orders, open, positions) = tokio::join!(
            exchange.orders(&trader.who, kind, &symbol, 100),
            exchange.open_orders(&trader.who, kind, Some(&symbol)),
            exchange.positions(&trader.who, None),
        );
        (orders.unwrap(), open.unwrap(), positions.unwrap())
    }
}

fn looking(db: &TestDb, base: &str, folder: &Path) -> SharedDesk {
    let binance = format!("{base}/sandbox/binance");
    let config = BinanceConfig {
        spot_weight: WEIGHT,
        futures_weight: WEIGHT,
        ..BinanceConfig::new(&binance, &binance)
    };
    let clock = Arc::new(WallClock);
    let sandbox =
        SandboxControl::new(&format!("{base}/sandbox"), control_token(&folder.join("exchange"))).unwrap();
    Desk::new(Parts {
        db: (**db).clone(),
        payments: None,
        exchange: Arc::new(Binance::new(config, clock.clone()).unwrap()),
        sealer: Sealer::new(MasterKey::parse(MASTER_KEY).unwrap(), None, Arc::new(OsEntropy)),
        clock,
        entropy: Arc::new(OsEntropy),
        settings: Settings::default(),
        sandbox: Some(sandbox),
        instance: "looking".to_owned(),
    })
    .unwrap()
}

async fn trader(desk: &Desk, strategy: StrategyId, number: usize) -> Trader {
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
    let mut tx = desk.db.begin().await.unwrap();
    store::user::insert_user(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    let actor = Actor { user, email, role: Role::Trader, session: None, token: None, from: None };
    let who = desk.sandbox.as_ref().unwrap().open().await.unwrap();
    let trades = number % OFF != OFF - 1;
    let new = NewKey {
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Automated,
        active: trades,
        name: "Crowd".into(),
        api_key: who.api_key.clone(),
        secret: who.secret().to_owned().into(),
        first_day: domain::first_day::FirstDayChoice::default(),
    };
    let key = key::connect_key(desk, &actor, new).await.unwrap().id;
    let profile = store::follow::risk_profiles(&desk.db).await.unwrap()[number % 3].id;
    add_follow(desk, (user, key), strategy, profile).await;
    Trader { key, trades, who }
}
