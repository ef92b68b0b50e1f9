//! Tests of the adapter against a scripted exchange that answers in Binance's formats.
//!
//! Expected values of orders, trades, positions and tickers were computed by npm `ccxt` 4.5.84 from the same
//! responses.

mod account;
mod failures;
mod fake;
mod fence;
mod hedge;
mod order_tests;
mod orders;
mod positions;
mod prices;
mod requests;
mod spot_streams;
mod streams;
mod tolerance;
mod tolerant_streams;

use super::{Binance, BinanceConfig, Pacing};
use crate::{Credentials, OrderRequest, Urgency, Validity};
use domain::{Clock, Decimal, Micros, OrderType, Side, Symbol, TimeInForce, TradeType, money};
use fake::{Fake, no, ok};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A clock that does not move until it is set.
#[derive(Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

/// The local time at which all tests run.
const NOW: Micros = Micros(1_700_000_000_000_000);

/// Valid from the time at which all tests run.
fn validity() -> Validity {
    Validity { checked_at: NOW, window: Validity::LONGEST }
}

/// The adapter's configuration for a fake, with short timeouts and quick reconnects.
fn config(base: &str) -> BinanceConfig {
    BinanceConfig {
        timeout: Duration::from_millis(500),
        pacing: Pacing {
            first_pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(20),
            ..Pacing::default()
        },
        ..BinanceConfig::new(base, base)
    }
}

fn adapter(base: &str) -> Binance {
    adapter_with(config(base))
}

fn adapter_with(config: BinanceConfig) -> Binance {
    Binance::new(config, Arc::new(Hand(AtomicI64::new(NOW.0)))).unwrap()
}

async fn pair() -> (Fake, Binance) {
    let fake = Fake::start().await;
    let binance = adapter(&fake.base);
    (fake, binance)
}

fn who() -> Credentials {
    Credentials::new("the-key", "the-secret")
}

fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

fn d(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

/// A futures market buy order.
fn order() -> OrderRequest {
    OrderRequest {
        trade_type: TradeType::Futures,
        symbol: btc(),
        client_order_id: "slip-1".into(),
        side: Side::Buy,
        kind: OrderType::Market,
        amount: Some(d("0.050")),
        price: None,
        stop_price: None,
        trigger: domain::trade::PriceSource::Last,
        callback_rate: None,
        time_in_force: TimeInForce::Gtc,
        good_till: None,
        reduce_only: false,
        urgency: Urgency::First,
        position_side: domain::PositionSlot::Both,
    }
}
