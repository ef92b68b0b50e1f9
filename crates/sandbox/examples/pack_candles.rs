//! Packs a CSV of hourly candles into the binary file under `data/` and verifies that it unpacks to the same
//! candles: `cargo run -p sandbox --example pack_candles -- BTCUSDT-1h.csv
//! crates/sandbox/data/btcusdt-1h.bin`.
//!
//! Columns: `open_time` (`2017-08-17T04:00Z`), `open`, `high`, `low`, `close`, `volume`; further columns are
//! ignored.

use domain::{Decimal, Micros, money, time};
use sandbox::market::pack::{Hour, pack, unpack};
use std::io::Write;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(from), Some(to)) = (args.next(), args.next()) else {
        return Err("usage: pack_candles CSV OUT".into());
    };
    let text = std::fs::read_to_string(from)?;
    let hours = text
        .lines()
        .skip(1)
        .map(|line| hour(line).ok_or_else(|| format!("no candle: {line}")))
        .collect::<Result<Vec<_>, _>>()?;
    let bytes = pack(&hours).ok_or("a row is not a candle, or hours do not increase")?;
    if unpack(&bytes).as_deref() != Some(&hours) {
        return Err("the packed bytes do not unpack to the same candles".into());
    }
    std::fs::write(to, &bytes)?;
    writeln!(std::io::stdout(), "{} candles, {} bytes", hours.len(), bytes.len())?;
    Ok(())
}

fn hour(line: &str) -> Option<Hour> {
    let mut columns = line.split(',');
    let (date, clock) = columns.next()?.split_once('T')?;
    let day = Micros::from_date(date)?;
    // Binance once resumed trading in the middle of an hour, and its candles kept that offset for two days.
    // They are assigned to the full hour.
    let (of_day, _) = clock.split_once(':')?;
    let of_day: i64 = of_day.parse().ok()?;
    let mut next = |scale| units(columns.next()?, scale);
    Some(Hour {
        hour: day.0 / time::HOUR + of_day,
        open: next(2)?,
        high: next(2)?,
        low: next(2)?,
        close: next(2)?,
        volume: next(6)?,
    })
}

/// Converts a decimal to an integer number of units of `scale` decimal places; `None` if it is more precise.
fn units(text: &str, scale: u32) -> Option<i64> {
    let value = money::parse(text).ok()? * Decimal::from(10_i64.pow(scale));
    value.is_integer().then(|| value.try_into().ok())?
}
