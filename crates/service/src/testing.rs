//! A desk for tests: with a manual clock, deterministic bytes instead of randomness, and any exchange.

use crate::{
    Desk, Parts, SharedDesk,
    platform::{
        secrets::{MasterKey, Sealer},
        settings::Settings,
    },
    trading::sandbox_control::SandboxControl,
};
use async_trait::async_trait;
use domain::{
    Balance, Candle, Clock, Decimal, Entropy, Frame, MarginMode, Market, Micros, Order, Position, Sleep,
    Symbol, Ticker, Trade, TradeType,
};
use exchange::{
    AccountData, AccountEvent, Credentials, Exchange, ExchangeFailure, ExchangeResult, KeyRights, MarketData,
    MarketEvent, OrderRequest, Positions, Streams, TradesFrom, Trading, Validity,
};
use payment::PaymentGateway;
use sha2::{Digest as _, Sha256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc;

/// A clock that only moves when `advance` or `sleep` is called. Starts at 2026-01-01.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_767_225_600_000_000))
    }
}

impl TestClock {
    /// Advances the clock by this many microseconds.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }

    /// Sleeping advances the clock, so that nothing really waits.
    fn sleep(&self, time: Duration) -> Sleep {
        self.advance(i64::try_from(time.as_micros()).unwrap_or(i64::MAX));
        Box::pin(tokio::task::yield_now())
    }
}

/// Bytes derived from counters: no two desks of a process, and no two calls, get the same.
#[derive(Debug)]
pub struct TestEntropy {
    desk: u64,
    calls: AtomicU64,
}

impl Default for TestEntropy {
    fn default() -> Self {
        static DESKS: AtomicU64 = AtomicU64::new(0);
        Self { desk: DESKS.fetch_add(1, Ordering::SeqCst), calls: AtomicU64::new(0) }
    }
}

impl Entropy for TestEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let turn = self.calls.fetch_add(1, Ordering::SeqCst);
            let digest = Sha256::new()
                .chain_update(self.desk.to_be_bytes())
                .chain_update(turn.to_be_bytes())
                .finalize();
            chunk.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        }
    }
}

/// Optional parts of a test desk.
pub struct Setup {
    /// The exchange; [`Deaf`] by default.
    pub exchange: Arc<dyn Exchange>,
    /// The payment provider; none by default.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// The operator's settings.
    pub settings: Settings,
    /// Client of the sandbox's control API.
    pub sandbox: Option<SandboxControl>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Name of the instance among those that share the database.
    pub instance: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            exchange: Arc::new(Deaf),
            payments: None,
            settings: Settings::default(),
            sandbox: None,
            clock: Arc::new(TestClock::default()),
            instance: "test".to_owned(),
        }
    }
}

/// A desk with defaults on this database, and its clock.
#[must_use]
pub fn desk(db: store::Db) -> (SharedDesk, Arc<TestClock>) {
    let clock = Arc::new(TestClock::default());
    let desk = desk_with(db, Setup { clock: Arc::<TestClock>::clone(&clock), ..Setup::default() });
    (desk, clock)
}

/// A desk with this setup on this database.
///
/// # Panics
/// When the settings are invalid.
#[must_use]
#[allow(clippy::expect_used, reason = "compiled for tests only")]
pub fn desk_with(db: store::Db, setup: Setup) -> SharedDesk {
    let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::default());
    let Setup { exchange, payments, settings, sandbox, clock, instance } = setup;
    let sealer = Sealer::new(MasterKey::new([7; 32]), None, Arc::clone(&entropy));
    Desk::new(Parts { db, exchange, payments, sealer, clock, entropy, settings, sandbox, instance })
        .expect("usable settings")
}

/// An exchange that cannot be reached.
pub struct Deaf;

macro_rules! deaf {
    ($($capability:ident { $($name:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)* })*) => {
        $(#[async_trait]
        impl $capability for Deaf {
            $(async fn $name(&self, $($arg: $kind),*) -> ExchangeResult<$answer> {
                let _ = ($($arg),*);
                Err(ExchangeFailure::Unreachable)
            })*
        })*
    };
}

deaf! {
    MarketData {
        server_time() -> Micros;
        markets(kind: TradeType) -> Vec<Market>;
        market(kind: TradeType, symbol: &Symbol) -> Market;
        ticker(kind: TradeType, symbol: &Symbol) -> Ticker;
        candles(kind: TradeType, symbol: &Symbol, frame: Frame, before: Option<Micros>, limit: u16) -> Vec<Candle>;
        mark_price(kind: TradeType, symbol: &Symbol) -> Decimal;
    }
    AccountData {
        key_rights(who: &Credentials) -> KeyRights;
        balance(who: &Credentials, kind: TradeType) -> Balance;
        trades(who: &Credentials, kind: TradeType, symbol: &Symbol, limit: u16) -> Vec<Trade>;
        trades_from(who: &Credentials, kind: TradeType, symbol: &Symbol, start: &TradesFrom, limit: u16) -> Vec<Trade>;
    }
    Positions {
        positions(who: &Credentials, symbol: Option<&Symbol>) -> Vec<Position>;
        leverage(who: &Credentials, symbol: &Symbol) -> (u16, MarginMode);
        set_leverage(who: &Credentials, symbol: &Symbol, leverage: u16, validity: Validity) -> ();
        set_margin_mode(who: &Credentials, symbol: &Symbol, mode: MarginMode, validity: Validity) -> ();
    }
    Trading {
        place(who: &Credentials, order: &OrderRequest, validity: Validity) -> Order;
        find_order(who: &Credentials, kind: TradeType, symbol: &Symbol, id: &str, conditional: bool) -> Option<Order>;
        cancel(who: &Credentials, kind: TradeType, symbol: &Symbol, id: &str, conditional: bool, validity: Validity) -> Option<Order>;
        open_orders(who: &Credentials, kind: TradeType, symbol: Option<&Symbol>) -> Vec<Order>;
        orders(who: &Credentials, kind: TradeType, symbol: &Symbol, limit: u16) -> Vec<Order>;
    }
}

impl Streams for Deaf {
    fn market_stream(&self, _: Vec<Symbol>) -> mpsc::Receiver<MarketEvent> {
        mpsc::channel(1).1
    }

    fn account_stream(&self, _: Credentials, _: TradeType) -> mpsc::Receiver<AccountEvent> {
        mpsc::channel(1).1
    }
}
