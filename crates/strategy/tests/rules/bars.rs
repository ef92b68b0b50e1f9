//! Bars for tests, and the recorded hours.

use domain::{Candle, Decimal, Micros, money, time::HOUR};
use sandbox::market::pack;
use strategy::{Bar, Price, Series, Ticks};

/// 2022-01-01T00:00Z, a funding time.
pub(crate) const BEGIN: Micros = Micros(1_640_995_200_000_000);

pub(crate) fn dec(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

pub(crate) fn price(text: &str) -> Price {
    Price::from_decimal(dec(text)).unwrap()
}

pub(crate) fn tenths() -> Ticks {
    Ticks::new(dec("0.1")).unwrap()
}

pub(crate) fn money_to_start() -> Price {
    price("10000")
}

/// Hours from [`BEGIN`], each given as open, high, low and close.
pub(crate) fn hours(rows: &[[&str; 4]]) -> Series {
    let bar = |(number, row): (i64, &[&str; 4])| {
        let [open, high, low, close] = row.map(price);
        Bar { at: BEGIN.plus(number * HOUR), open, high, low, close, volume: 1.0 }
    };
    (0..).zip(rows).map(bar).collect()
}

/// The recorded hours of BTC/USDT.
pub(crate) fn record() -> Vec<Candle> {
    let cents = |units| Decimal::new(units, 2);
    pack::record()
        .iter()
        .map(|h| Candle {
            start: Micros(h.hour * HOUR),
            open: cents(h.open),
            high: cents(h.high),
            low: cents(h.low),
            close: cents(h.close),
            volume: Decimal::new(h.volume, 6),
        })
        .collect()
}

pub(crate) fn series(candles: &[Candle]) -> Series {
    candles.iter().map(|candle| Bar::from_candle(candle).unwrap()).collect()
}
