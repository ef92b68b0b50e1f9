//! Fencing: every state-changing request is signed with the validity of its sender, once, and not after its
//! end.

use super::{
    NOW, btc, config, d,
    fake::{Fake, no},
    order, who,
};
use crate::{
    ExchangeFailure, ExchangeResult, MarketData, OrderRequest, Positions, Trading, Validity, binance::Binance,
};
use domain::{Clock, MarginMode, Micros, OrderType, Side, TradeType};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

/// A clock with independently set boot time and wall clock.
#[derive(Default)]
struct Watch {
    boot: AtomicI64,
    wall: AtomicI64,
}

impl Watch {
    fn advance(&self, micros: i64) {
        self.boot.fetch_add(micros, Ordering::SeqCst);
        self.wall.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for Watch {
    fn now(&self) -> Micros {
        Micros(self.wall.load(Ordering::SeqCst))
    }

    fn boot(&self) -> Micros {
        Micros(self.boot.load(Ordering::SeqCst))
    }
}

/// The machine was started three hours ago, and its wall clock is two minutes off.
const BOOT: i64 = 3 * domain::time::HOUR;
const WRONG: i64 = 2 * domain::time::MINUTE;

async fn desk() -> (Fake, Binance, Arc<Watch>) {
    let fake = Fake::start().await;
    let watch = Arc::new(Watch::default());
    watch.boot.store(BOOT, Ordering::SeqCst);
    watch.wall.store(NOW.0 + WRONG, Ordering::SeqCst);
    let binance = Binance::new(config(&fake.base), watch.clone()).unwrap();
    (fake, binance, watch)
}

/// Checked half a second ago, valid for four seconds.
fn validity() -> Validity {
    Validity { checked_at: Micros(BOOT - 500_000), window: Duration::from_secs(4) }
}

/// Every state-changing operation of the trait, by name, with the first request it sends.
const WRITES: [(&str, &str); 8] = [
    ("spot order", "POST /api/v3/order"),
    ("futures order", "POST /fapi/v1/order"),
    ("conditional order", "POST /fapi/v1/algoOrder"),
    ("cancel a spot order", "DELETE /api/v3/order"),
    ("cancel a futures order", "DELETE /fapi/v1/order"),
    ("cancel a conditional order", "DELETE /fapi/v1/algoOrder"),
    ("leverage", "POST /fapi/v1/leverage"),
    ("margin mode", "POST /fapi/v1/marginType"),
];

async fn write(binance: &Binance, name: &str, validity: Validity) -> ExchangeResult<()> {
    let stop = OrderRequest {
        kind: OrderType::StopMarket,
        side: Side::Sell,
        amount: None,
        stop_price: Some(d("19000")),
        ..order()
    };
    let spot = OrderRequest { trade_type: TradeType::Spot, ..order() };
    let who = who();
    let cancel = async |kind, conditional| {
        binance.cancel(&who, kind, &btc(), "slip-1", conditional, validity).await.map(drop)
    };
    match name {
        "spot order" => binance.place(&who, &spot, validity).await.map(drop),
        "futures order" => binance.place(&who, &order(), validity).await.map(drop),
        "conditional order" => binance.place(&who, &stop, validity).await.map(drop),
        "cancel a spot order" => cancel(TradeType::Spot, false).await,
        "cancel a futures order" => cancel(TradeType::Futures, false).await,
        "cancel a conditional order" => cancel(TradeType::Futures, true).await,
        "leverage" => binance.set_leverage(&who, &btc(), 10, validity).await,
        "margin mode" => binance.set_margin_mode(&who, &btc(), MarginMode::Isolated, validity).await,
        other => panic!("{other} is not asked for here"),
    }
}

#[tokio::test]
async fn every_write_is_signed_with_the_instant_of_the_check_and_its_window() {
    for (name, what) in WRITES {
        let (fake, binance, _) = desk().await;
        fake.on(what, [no(400, -2010, "x")]);
        assert!(
            matches!(write(&binance, name, validity()).await, Err(ExchangeFailure::Refused { .. })),
            "{name}"
        );
        let seen = fake.seen(what);
        assert_eq!(seen.len(), 1, "{name}");
        let checked_at = NOW.millis() - 500;
        assert_eq!(seen[0].param("timestamp"), Some(checked_at.to_string()), "{name}");
        assert_eq!(seen[0].param("recvWindow").as_deref(), Some("4000"), "{name}");
    }
}

#[tokio::test]
async fn no_write_is_sent_after_its_validity_has_ended() {
    for (name, what) in WRITES {
        let (fake, binance, watch) = desk().await;
        // The clock is known, so the exchange's time is not what is missing.
        binance.server_time().await.unwrap();
        write(&binance, name, validity()).await.unwrap_err();
        let before = fake.seen(what).len();
        watch.advance(3_500_000);
        assert_eq!(write(&binance, name, validity()).await, Err(ExchangeFailure::Expired), "{name}");
        assert_eq!(fake.seen(what).len(), before, "{name} was sent");
    }
}

#[tokio::test]
async fn no_write_is_signed_a_second_time() {
    for (name, what) in WRITES {
        let (fake, binance, _) = desk().await;
        fake.on(what, [no(400, -1021, "Timestamp for this request is outside of the recvWindow.")]);
        assert_eq!(write(&binance, name, validity()).await, Err(ExchangeFailure::Expired), "{name}");
        assert_eq!(fake.seen(what).len(), 1, "{name}");
    }
}

#[tokio::test]
async fn waiting_for_the_clock_counts() {
    let (fake, binance, watch) = desk().await;
    fake.on_time(move || watch.advance(2_000_000));
    let short = Validity { checked_at: Micros(BOOT), window: Duration::from_secs(2) };
    assert_eq!(write(&binance, "futures order", short).await, Err(ExchangeFailure::Expired));
    assert!(fake.seen("POST /fapi/v1/order").is_empty());
}

#[tokio::test]
async fn setting_the_wall_clock_changes_no_timestamp_and_asks_the_exchange_first() {
    for jump in [30_000_000, -30_000_000] {
        let (fake, binance, watch) = desk().await;
        fake.on("POST /fapi/v1/order", [no(400, -2010, "x")]);
        write(&binance, "futures order", validity()).await.unwrap_err();
        watch.wall.fetch_add(jump, Ordering::SeqCst);
        write(&binance, "futures order", validity()).await.unwrap_err();
        write(&binance, "futures order", validity()).await.unwrap_err();
        assert_eq!(fake.seen("GET /fapi/v1/time").len(), 2, "measured again, once");
        let sent = fake.seen("POST /fapi/v1/order");
        let at = (NOW.millis() - 500).to_string();
        assert!(sent.iter().all(|seen| seen.param("timestamp").as_deref() == Some(at.as_str())));
    }
}

#[tokio::test]
async fn after_a_jump_nothing_is_sent_on_an_old_clock() {
    let (fake, binance, watch) = desk().await;
    fake.on("POST /fapi/v1/order", [no(400, -2010, "x")]);
    fake.on("GET /fapi/v1/openOrders", [super::ok(serde_json::json!([]))]);
    write(&binance, "futures order", validity()).await.unwrap_err();
    watch.wall.fetch_add(60_000_000, Ordering::SeqCst);
    fake.on("GET /fapi/v1/time", [no(503, -1000, "x")]);
    assert_eq!(write(&binance, "futures order", validity()).await, Err(ExchangeFailure::Unreachable));
    assert_eq!(fake.seen("POST /fapi/v1/order").len(), 1);
}

#[tokio::test]
async fn a_slow_measurement_is_taken_again_and_its_error_shortens_the_window() {
    let (fake, binance, watch) = desk().await;
    fake.on("POST /fapi/v1/order", [no(400, -2010, "x")]);
    let delay = Arc::new(AtomicI64::new(0));
    let (slow, by) = (watch.clone(), delay.clone());
    fake.on_time(move || slow.advance(by.load(Ordering::SeqCst)));
    // A round trip of 1,200 ms: the offset may be off by 600 ms.
    let measure_slowly = async || {
        delay.store(1_200_000, Ordering::SeqCst);
        binance.server_time().await.unwrap();
        delay.store(0, Ordering::SeqCst);
    };
    let now = || Validity { checked_at: watch.boot(), window: Validity::LONGEST };
    measure_slowly().await;
    write(&binance, "futures order", now()).await.unwrap_err();
    assert_eq!(fake.seen("GET /fapi/v1/time").len(), 2, "measured again");
    assert_eq!(fake.seen("POST /fapi/v1/order")[0].param("recvWindow").as_deref(), Some("5000"));

    measure_slowly().await;
    write(&binance, "futures order", now()).await.unwrap_err();
    assert_eq!(fake.seen("GET /fapi/v1/time").len(), 3, "not again so soon");
    let sent = fake.seen("POST /fapi/v1/order");
    assert_eq!(sent[1].param("recvWindow").as_deref(), Some("4900"), "100 ms more than is tolerated");
}
