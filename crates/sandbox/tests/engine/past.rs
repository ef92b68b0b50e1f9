//! The market data behind the present: candles of every interval, trades and fundings agree with each other, have no
//! gaps, and are the same whenever they are read.

use crate::desk::{BTC, BTC_SPOT, Desk, MORNING, d, limit, market};
use domain::{Decimal, Micros, Side, TimeInForce, time};
use proptest::prelude::*;
use sandbox::{
    engine::{Engine, TradeQuery},
    market::{DEFAULT_START, Interval, Kline, MarketId, Pair, PublicTrade, Tick},
};

/// 2019-09-25T08:00Z, where the market data begins.
const FIRST: Micros = Micros(1_569_398_400_000_000);

fn interval(word: &str) -> Interval {
    Interval::parse(word).unwrap()
}

fn engine(seed: u64) -> Engine {
    Engine::new(seed, MORNING, DEFAULT_START)
}

fn restarted(engine: &Engine) -> Engine {
    serde_json::from_str(&serde_json::to_string(engine).unwrap()).unwrap()
}

fn merged(rows: &[Kline]) -> Kline {
    rows[1..].iter().fold(rows[0], |whole, next| whole.merge(next))
}

fn from(engine: &Engine, market: MarketId, id: u64, limit: usize) -> Vec<PublicTrade> {
    engine.public_trades(market, &TradeQuery { from: Some(id), limit, ..TradeQuery::default() })
}

fn markets() -> impl Strategy<Value = MarketId> {
    prop::sample::select(MarketId::all().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn longer_candles_are_the_sum_of_shorter_ones(
        market in markets(),
        pair in prop::sample::select(vec![
            ("1m", "3m"), ("1m", "5m"), ("1m", "1h"), ("5m", "15m"), ("15m", "30m"), ("1h", "2h"), ("2h", "4h"),
            ("2h", "6h"), ("4h", "8h"), ("6h", "12h"), ("1h", "1d"), ("1d", "3d"), ("1d", "1w"), ("1d", "1M"),
        ]),
        back in 1_i64..2_500, seed in 0_u64..4,
    ) {
        let engine = engine(seed);
        let (short, long) = (interval(pair.0), interval(pair.1));
        let at = MORNING.plus(-back * time::DAY - 7 * time::MINUTE);
        let candle = engine.candles(market, long, Some(long.floor(at)), None, 1)[0];
        let end = long.end(candle.start).plus(-1);
        let parts = engine.candles(market, short, Some(candle.start), Some(end), 1_500);
        prop_assert_eq!(parts[0].start, candle.start);
        prop_assert!(parts.windows(2).all(|w| short.end(w[0].start) == w[1].start));
        let whole = Kline { start: candle.start, ..merged(&parts) };
        prop_assert_eq!(whole, candle);
    }

    #[test]
    fn a_candle_counts_its_trades(market in markets(), back in 0_i64..3_000_000, seed in 0_u64..4) {
        let engine = engine(seed);
        let at = MORNING.plus(-back * time::MINUTE);
        let minute = interval("1m");
        let candle = engine.candles(market, minute, Some(minute.floor(at)), None, 1)[0];
        let end = minute.end(candle.start).plus(-1);
        let query = TradeQuery { from: None, start: Some(candle.start), end: Some(end), limit: 1_000 };
        let trades = engine.public_trades(market, &query);
        prop_assert_eq!(candle.trades, trades.len() as u64);
        prop_assert!(trades.windows(2).all(|w| w[0].id + 1 == w[1].id && w[0].at <= w[1].at));
        prop_assert_eq!(candle.volume, trades.iter().map(|t| t.amount).sum::<Decimal>());
        if back > 0 {
            prop_assert_eq!((candle.open, candle.close), (trades[0].price, trades[trades.len() - 1].price));
            prop_assert_eq!(candle.high, trades.iter().map(|t| t.price).max().unwrap());
            prop_assert_eq!(candle.low, trades.iter().map(|t| t.price).min().unwrap());
            let seconds = engine.seconds(market, (Some(candle.start), Some(end)), 1_000);
            prop_assert_eq!(seconds.len(), 60);
            let whole = merged(&seconds);
            prop_assert_eq!((whole.open, whole.high, whole.low), (candle.open, candle.high, candle.low));
            prop_assert_eq!((whole.volume, whole.trades), (candle.volume, candle.trades));
        }
    }

    #[test]
    fn pages_of_trades_have_no_gaps_and_no_overlaps(
        market in markets(), back in 1_i64..3_000_000, size in 1_usize..700, seed in 0_u64..4,
    ) {
        let engine = engine(seed);
        let start = MORNING.plus(-back * time::MINUTE - 17 * time::SECOND);
        let query = TradeQuery { from: None, start: Some(start), end: None, limit: size };
        let mut pages = engine.public_trades(market, &query);
        prop_assert!(pages[0].at >= start && pages[0].at < start.plus(time::MINUTE));
        for _ in 0..3 {
            let next = from(&engine, market, pages[pages.len() - 1].id + 1, size);
            pages.extend(next);
        }
        let whole = engine.public_trades(market, &TradeQuery { limit: pages.len(), ..query });
        prop_assert_eq!(&whole, &pages);
        prop_assert!(whole.windows(2).all(|w| w[0].id + 1 == w[1].id));
        let middle = &whole[whole.len() / 2];
        prop_assert_eq!(&from(&engine, market, middle.id, 1)[0], middle);
    }

    #[test]
    fn the_past_is_the_same_after_a_restart_and_for_the_same_seed(
        market in markets(), back in 0_i64..2_500, ticks in 0_usize..900, seed in 0_u64..4,
    ) {
        let mut first = engine(seed);
        let at = MORNING.plus(-back * time::DAY);
        let read = |engine: &Engine| {
            let id = engine.public_trades(market, &TradeQuery { start: Some(at), limit: 1, ..TradeQuery::default() });
            let candles = ["1m", "4h", "1d", "1M"].map(|word| {
                engine.candles(market, interval(word), Some(at), Some(MORNING.plus(-40 * time::DAY)), 20)
            });
            let fundings = engine.funding_history(market.pair, Some(at), Some(MORNING), 50);
            (id, candles, fundings)
        };
        let before = read(&first);
        for n in 0..ticks {
            first.tick(Tick::wall(MORNING.plus(n as i64 * time::SECOND / 4)));
        }
        prop_assert_eq!(&read(&first), &before);
        prop_assert_eq!(&read(&restarted(&first)), &before);
        prop_assert_eq!(&read(&engine(seed)), &before);
    }
}

#[test]
fn there_are_years_of_every_interval_on_both_venues() {
    let engine = engine(1);
    for market in MarketId::all() {
        for interval in Interval::ALL.into_iter().filter(|interval| *interval != Interval::SECOND) {
            let first = engine.candles(market, interval, Some(Micros(0)), None, 1)[0];
            assert_eq!(first.start, interval.floor(FIRST), "{market:?} {}", interval.word());
            let last = engine.candles(market, interval, None, None, 1_000);
            assert!(last.windows(2).all(|w| interval.end(w[0].start) == w[1].start), "{}", interval.word());
            assert_eq!(last[last.len() - 1].start, interval.floor(MORNING));
            let some = &last[last.len() / 2];
            let pages = engine.candles(market, interval, Some(some.start), None, 2);
            assert_eq!(&pages[0], some, "a candle does not depend on the request");
        }
        let hours = engine.candles(market, interval("4h"), None, None, 1_000);
        assert_eq!(hours.len(), 1_000, "enough for every indicator");
    }
}

#[test]
fn the_first_trade_ever_has_the_first_id() {
    let engine = engine(1);
    let first = from(&engine, BTC, 0, 500);
    assert_eq!((first[0].id, first[0].at), (1, FIRST));
    assert_eq!(first[499].id, 500);
    let last = engine.trades(BTC, 1_000);
    assert_eq!(last.len(), 1_000);
    assert!(last.windows(2).all(|w| w[0].id + 1 == w[1].id && w[0].at <= w[1].at));
    let none = from(&engine, BTC, last[999].id + 1, 10);
    assert_eq!(none, []);
    let minutes = MORNING.since(FIRST) / time::MINUTE;
    assert_eq!(
        last[999].id,
        u64::try_from(minutes).unwrap() * 240 + 1,
        "the first beat of the present minute"
    );
}

#[test]
fn fills_of_users_are_trades_of_the_market() {
    let mut desk = Desk::new();
    desk.step(3);
    let before = desk.engine.trades(BTC, 1)[0].id;
    let minute = interval("1m");
    let candle = |desk: &Desk| *desk.engine.candles(BTC, minute, None, None, 1).last().unwrap();
    let old = candle(&desk);
    let taken = desk.place(market(Side::Buy, "0.5"));
    let rows = from(&desk.engine, BTC, before + 1, 100);
    assert_eq!(rows.iter().map(|t| t.amount).sum::<Decimal>(), taken.filled);
    assert!(rows.iter().all(|t| !t.buyer_maker));
    assert_eq!(candle(&desk).volume - old.volume, taken.filled);
    assert_eq!(candle(&desk).trades - old.trades, rows.len() as u64);
    assert_eq!(desk.engine.trades(BTC_SPOT, 1)[0].id, before, "the spot market had no such trade");

    let resting = desk.place(limit(Side::Sell, "0.1", "20100", TimeInForce::Gtc));
    desk.jump("20200");
    assert_eq!(resting.filled, d("0"));
    let rows = desk.engine.trades(BTC, 3);
    assert!(rows.iter().any(|t| t.price == d("20100") && !t.buyer_maker), "{rows:?}");
    assert!(rows.windows(2).all(|w| w[0].id + 1 == w[1].id));
}

#[test]
fn fundings_go_back_to_the_listing_and_join_those_that_were_paid() {
    let engine = engine(9);
    let all = engine.funding_history(Pair::BtcUsdt, Some(Micros(0)), None, 10_000);
    assert_eq!(all[0].at, FIRST);
    assert!(all.windows(2).all(|w| w[1].at.since(w[0].at) == 8 * time::HOUR));
    assert_eq!(all[all.len() - 1].at, MORNING.plus(-2 * time::HOUR), "08:00 of the present day");
    assert!(all.iter().all(|point| point.rate.abs() <= d("0.0003") && point.mark > Decimal::ZERO));
    let latest = engine.funding_history(Pair::BtcUsdt, None, None, 100);
    assert_eq!(latest, all[all.len() - 100..]);
    let page = engine.funding_history(Pair::BtcUsdt, Some(all[500].at), Some(all[520].at), 1_000);
    assert_eq!(page, all[500..=520]);
}
