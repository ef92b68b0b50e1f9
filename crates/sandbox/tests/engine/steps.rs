//! Every public price is on its market's tick size, every amount on its step size, and their sums agree.

use crate::desk::{BTC, BTC_SPOT, Desk, MORNING, d, market};
use domain::{Decimal, Side, money, time};
use proptest::prelude::*;
use sandbox::{
    engine::{Engine, EventKind, NewOrder, TradeQuery},
    market::{DEFAULT_START, Interval, Kline, Level, MarketId, PublicTrade, Tick},
};

fn check_price(market: MarketId, price: Decimal) {
    assert!(money::on_step(price, market.rules().tick) && price > Decimal::ZERO, "{market:?} {price}");
}

fn check_amount(market: MarketId, amount: Decimal) {
    assert!(money::on_step(amount, market.rules().lot), "{market:?} {amount}");
}

fn check_trades(market: MarketId, trades: &[PublicTrade]) {
    for trade in trades {
        check_price(market, trade.price);
        check_amount(market, trade.amount);
        assert!(trade.amount > Decimal::ZERO, "{market:?} {trade:?}");
    }
}

fn check_candle(market: MarketId, candle: &Kline) {
    for price in [candle.open, candle.high, candle.low, candle.close] {
        check_price(market, price);
        assert!(candle.low <= price && price <= candle.high, "{market:?} {candle:?}");
    }
    check_amount(market, candle.volume);
    check_amount(market, candle.taker_base);
    assert!(candle.taker_base <= candle.volume, "{market:?} {candle:?}");
    assert!(candle.taker_quote <= candle.quote_volume, "{market:?} {candle:?}");
    // A perpetual rounds the prices of the pair to its own tick size.
    let rounding = candle.volume * market.rules().tick;
    assert!(candle.quote_volume >= candle.low * candle.volume - rounding, "{market:?} {candle:?}");
    assert!(candle.quote_volume <= candle.high * candle.volume + rounding, "{market:?} {candle:?}");
}

fn check_levels(market: MarketId, levels: &[Level]) {
    for level in levels {
        check_price(market, level.price);
        check_amount(market, level.amount);
    }
}

/// Checks everything that a market publishes of its present.
fn check_present(engine: &Engine, market: MarketId) {
    let depth = engine.depth(market, 500);
    check_levels(market, &depth.bids);
    check_levels(market, &depth.asks);
    let ticker = engine.day_ticker(market);
    check_candle(market, &ticker.day);
    check_levels(market, &[ticker.book.bid, ticker.book.ask]);
    check_price(market, ticker.last);
    check_amount(market, ticker.last_amount);
    check_trades(market, &engine.trades(market, 1_000));
}

fn interval(word: &str) -> Interval {
    Interval::parse(word).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_past_is_on_the_steps(
        market in prop::sample::select(MarketId::all().collect::<Vec<_>>()),
        back in 0_i64..3_000_000, seed in 0_u64..4,
    ) {
        let engine = Engine::new(seed, MORNING, DEFAULT_START);
        let at = MORNING.plus(-back * time::MINUTE);
        for word in ["1m", "1h", "1w"] {
            for candle in engine.candles(market, interval(word), Some(at), None, 20) {
                check_candle(market, &candle);
            }
        }
        let query = TradeQuery { from: None, start: Some(at), end: None, limit: 700 };
        check_trades(market, &engine.public_trades(market, &query));
        for candle in engine.seconds(market, (Some(at), None), 90) {
            check_candle(market, &candle);
        }
    }

    #[test]
    fn the_present_is_on_the_steps(seed in 0_u64..1_000, ticks in 1_i64..700, pause in 0_i64..10) {
        let mut engine = Engine::new(seed, MORNING, DEFAULT_START);
        for n in 0..ticks {
            // A pause within a minute interrupts its candle.
            let gap = if n > ticks / 2 { pause * time::MINUTE } else { 0 };
            let events = engine.tick(Tick::wall(MORNING.plus(n * time::SECOND / 4 + gap)));
            for event in &events {
                let EventKind::Market(update) = &event.kind else { continue };
                check_trades(update.market, &update.trades);
                check_candle(update.market, &update.candle);
                check_levels(update.market, &[update.book.bid, update.book.ask]);
            }
        }
        for market in MarketId::all() {
            check_present(&engine, market);
            for candle in engine.candles(market, interval("1m"), None, None, 12) {
                check_candle(market, &candle);
                let end = interval("1m").end(candle.start).plus(-1);
                let query = TradeQuery { from: None, start: Some(candle.start), end: Some(end), limit: 1_000 };
                let trades = engine.public_trades(market, &query);
                check_trades(market, &trades);
                prop_assert_eq!(trades.len() as u64, candle.trades, "{:?}", market);
                prop_assert_eq!(trades.iter().map(|trade| trade.amount).sum::<Decimal>(), candle.volume);
            }
        }
    }
}

#[test]
fn fills_of_users_and_price_jumps_keep_the_steps() {
    let mut desk = Desk::new();
    desk.step(5);
    desk.place(market(Side::Buy, "0.037"));
    desk.place(NewOrder::market(BTC_SPOT, Side::Buy, d("0.01234")));
    desk.jump("20311.7");
    desk.step(500);
    for market in [BTC, BTC_SPOT] {
        check_present(&desk.engine, market);
        for candle in desk.engine.candles(market, interval("1m"), None, None, 5) {
            check_candle(market, &candle);
        }
    }
}
