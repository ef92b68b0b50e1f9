//! Candles: they match the record, keep the pace of the wall clock, and have gaps for downtime.

use crate::desk::{BTC, BTC_SPOT, Desk, MORNING, d};
use domain::{Decimal, Frame, Micros, time};
use proptest::prelude::*;
use sandbox::{
    engine::{Engine, EventKind},
    market::{BEATS_PER_MINUTE, DEFAULT_START, Kline, MarketId, Pair, Tick, pack},
};

const BEAT: i64 = time::MINUTE / BEATS_PER_MINUTE as i64;
/// The volume that an hour plays with at least, so that every beat is a trade, in millionths.
const LEAST_VOLUME: i64 = 240_000;

/// Plays every beat of the wall clock in a time span.
fn play(engine: &mut Engine, from: Micros, to: Micros) {
    let mut at = from;
    while at < to {
        engine.tick(Tick::wall(at));
        at = at.plus(BEAT);
    }
}

fn recorded(start: Micros, offset: i64) -> pack::Hour {
    let record = pack::record();
    let at = record.partition_point(|h| h.hour < start.0 / time::HOUR);
    record[usize::try_from(at as i64 + offset).unwrap()]
}

fn same(kline: &Kline, hour: &pack::Hour) {
    let cents = |units| Decimal::new(units, 2);
    assert_eq!(
        (kline.open, kline.high, kline.low, kline.close, kline.volume),
        (
            cents(hour.open),
            cents(hour.high),
            cents(hour.low),
            cents(hour.close),
            Decimal::new(hour.volume.max(LEAST_VOLUME) / 1_000, 3)
        ),
    );
}

#[test]
fn the_first_start_backfills_the_hours_before() {
    let engine = Engine::new(1, MORNING.plus(12_345_678), DEFAULT_START);
    for pair in Pair::ALL {
        let past = engine.klines(MarketId::spot(pair), Frame::M1, None, None, 2_000);
        assert_eq!(past.len(), 2_000);
        assert_eq!(past[1_999].start, MORNING);
        assert!(past.windows(2).all(|w| w[1].start.since(w[0].start) == time::MINUTE));
        let gaps = matches!(pair, Pair::BtcUsdt | Pair::GapUsdt);
        assert!(past.windows(2).all(|w| gaps || w[1].open == w[0].close));
    }
    let past = engine.klines(BTC_SPOT, Frame::M1, None, None, 1_501);
    for (back, kline) in past[..1_500].iter().rev().enumerate() {
        same(kline, &recorded(DEFAULT_START, -1 - back as i64));
    }
    assert_eq!(engine.playing().unwrap().hour, DEFAULT_START);
}

#[test]
fn each_minute_is_a_recorded_hour_exactly() {
    let mut engine = Engine::new(1, MORNING, DEFAULT_START);
    play(&mut engine, MORNING.plus(BEAT), MORNING.plus(5 * time::MINUTE));
    let klines = engine.klines(BTC_SPOT, Frame::M1, Some(MORNING), None, 10);
    let perpetual = engine.klines(BTC, Frame::M1, Some(MORNING), None, 10);
    assert_eq!(klines.len(), 5);
    for (n, (spot, futures)) in klines.iter().zip(&perpetual).enumerate() {
        let hour = recorded(DEFAULT_START, n as i64);
        same(spot, &hour);
        let tenths = |units: i64| Decimal::new((units + 5) / 10, 1);
        assert_eq!((futures.open, futures.high), (tenths(hour.open), tenths(hour.high)));
        assert_eq!((futures.low, futures.close), (tenths(hour.low), tenths(hour.close)));
        assert_eq!(futures.volume, spot.volume);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_candle_is_complete_whenever_in_the_minute_it_starts(offset in 0..time::MINUTE, seed: u64, hours in 0_i64..10_000) {
        let start = DEFAULT_START.plus(hours * time::HOUR);
        let begin = MORNING.plus(offset);
        let mut engine = Engine::new(seed, begin, start);
        play(&mut engine, begin, MORNING.plus(2 * time::MINUTE));
        let klines = engine.klines(BTC_SPOT, Frame::M1, Some(MORNING), None, 10);
        same(&klines[0], &recorded(start, 0));
        same(&klines[1], &recorded(start, 1));
    }
}

#[test]
fn an_hour_without_trades_plays_with_the_least_volume() {
    // 2020-12-21T14:00Z, when Binance was down.
    let start = Micros(1_608_559_200 * time::SECOND);
    assert_eq!(recorded(start, 0).volume, 0);
    let mut engine = Engine::new(1, MORNING, start);
    play(&mut engine, MORNING, MORNING.plus(time::MINUTE));
    let klines = engine.klines(BTC_SPOT, Frame::M1, Some(MORNING), None, 10);
    assert_eq!(klines.len(), 1);
    same(&klines[0], &recorded(start, 0));
    assert_eq!(klines[0].volume, d("0.24"));
    assert_eq!(klines[0].trades, u64::from(BEATS_PER_MINUTE));
}

#[test]
fn without_ticks_the_market_does_not_move() {
    let mut engine = Engine::new(1, MORNING, DEFAULT_START);
    play(&mut engine, MORNING.plus(BEAT), MORNING.plus(time::MINUTE + 20 * time::SECOND));
    let price = engine.price(BTC_SPOT);
    let mut engine: Engine = serde_json::from_str(&serde_json::to_string(&engine).unwrap()).unwrap();
    let back = MORNING.plus(7 * time::HOUR + 11 * time::SECOND);
    assert_eq!(engine.price(BTC_SPOT), price);
    play(&mut engine, back, MORNING.plus(7 * time::HOUR + 2 * time::MINUTE));
    let klines = engine.klines(BTC_SPOT, Frame::M1, Some(MORNING), None, 100);
    let minutes: Vec<_> = klines.iter().map(|k| k.start.since(MORNING) / time::MINUTE).collect();
    assert_eq!(minutes, [0, 1, 420, 421], "the gap has no candles");
    // The interrupted hour is published in two parts that add up to the whole.
    same(&klines[1].merge(&klines[2]), &recorded(DEFAULT_START, 1));
    same(&klines[3], &recorded(DEFAULT_START, 2));
}

#[test]
fn longer_frames_are_made_of_minutes() {
    let engine = Engine::new(1, MORNING, DEFAULT_START);
    for frame in [Frame::M3, Frame::M5, Frame::M15, Frame::M30, Frame::H1, Frame::H2, Frame::H4, Frame::D1] {
        let klines = engine.klines(BTC_SPOT, frame, None, None, 5);
        let minutes = engine.klines(BTC_SPOT, Frame::M1, Some(klines[0].start), None, 9_000);
        let mut sum = Decimal::ZERO;
        for kline in &klines {
            assert_eq!(frame.floor(kline.start), kline.start);
            let part: Vec<_> = minutes.iter().filter(|m| frame.floor(m.start) == kline.start).collect();
            assert_eq!((kline.open, kline.close), (part[0].open, part[part.len() - 1].close));
            assert_eq!(kline.high, part.iter().map(|m| m.high).max().unwrap());
            assert_eq!(kline.low, part.iter().map(|m| m.low).min().unwrap());
            sum += kline.volume;
        }
        assert_eq!(sum, minutes.iter().map(|m| m.volume).sum::<Decimal>(), "{frame}");
        let last = engine.klines(BTC_SPOT, frame, None, None, 2);
        assert_eq!(last, klines[klines.len() - 2..]);
        let first = engine.klines(BTC_SPOT, frame, Some(klines[0].start), Some(klines[1].start), 100);
        assert_eq!(first, klines[..2]);
        let inside = engine.klines(BTC_SPOT, frame, Some(klines[0].start.plus(1)), None, 1);
        assert_eq!(inside, klines[1..2], "a candle counts by its start");
    }
}

#[test]
fn streams_and_reads_report_the_same_market() {
    let mut desk = Desk::new();
    desk.events.clear();
    desk.step(500);
    let updates = desk.events.iter().filter_map(|e| match &e.kind {
        EventKind::Market(update) if update.market == BTC => Some(update),
        _ => None,
    });
    let updates: Vec<_> = updates.collect();
    assert_eq!(updates.len(), 500);
    let closed: Vec<_> = updates.iter().filter_map(|u| u.closed).collect();
    assert_eq!(closed.len(), 2);
    let klines = desk.engine.klines(BTC, Frame::M1, Some(MORNING), None, 10);
    assert_eq!(closed, klines[..2]);
    let last = updates[499];
    assert_eq!(last.book, desk.engine.book_ticker(BTC));
    assert_eq!(last.mark, Some(desk.engine.mark(Pair::BtcUsdt)));
    assert_eq!(last.candle, klines[2]);
    let depth = desk.engine.depth(BTC, 20);
    assert_eq!((depth.bids[0], depth.asks[0]), (last.book.bid, last.book.ask));
    assert!(depth.bids[0].price <= last.price && last.price <= depth.asks[0].price);
    let reported: Vec<_> = updates.iter().flat_map(|u| u.trades.clone()).collect();
    assert_eq!(reported[reported.len() - 100..], desk.engine.trades(BTC, 100));
    assert!(reported.windows(2).all(|w| w[0].id < w[1].id));
}

#[test]
fn the_day_ticker_sums_the_day() {
    let engine = Engine::new(1, MORNING, DEFAULT_START);
    let ticker = engine.day_ticker(BTC_SPOT);
    let minutes = engine.klines(BTC_SPOT, Frame::M1, None, None, 1_440);
    assert_eq!(ticker.day.volume, minutes.iter().map(|m| m.volume).sum::<Decimal>());
    assert_eq!(ticker.day.open, minutes[0].open);
    assert_eq!(ticker.day.high, minutes.iter().map(|m| m.high).max().unwrap());
    assert_eq!(ticker.last, engine.price(BTC_SPOT));
    assert!(ticker.vwap() > ticker.day.low && ticker.vwap() < ticker.day.high);
    assert!(ticker.percent().abs() < d("100"));
}
