//! Statistics of a trading day and of a rolling window.

use crate::{
    market::MarketId,
    protocol::{
        call::{Call, Endpoint},
        data,
        failure::{Reply, SandboxFailure},
        shape::market as shape,
        time_unit::stamp,
        time_zone,
    },
};
use domain::{Micros, time};

/// The weight of one symbol.
const WEIGHT: u32 = 4;
/// The most that a request weighs.
const MOST_WEIGHT: u32 = 200;

/// The endpoints, with Binance's weights.
pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::public("/api/v3/ticker/tradingDay", WEIGHT, trading_day).per_symbol(MOST_WEIGHT),
        Endpoint::public("/api/v3/ticker", WEIGHT, rolling_window).per_symbol(MOST_WEIGHT),
    ]
}

/// The statistics since the beginning of the day in a time zone. They are reported as those of the whole day.
fn trading_day(call: &mut Call<'_>) -> Reply {
    let from = day_start(call.now, time_zone::requested(&call.params)?);
    rows(call, from, stamp(from.plus(time::DAY)) - 1)
}

/// The statistics of a window that ends now. It begins with a whole minute, as on Binance, so that it is up to a
/// minute longer than asked for.
fn rolling_window(call: &mut Call<'_>) -> Reply {
    let length = call.params.text("windowSize")?.map_or(Some(time::DAY), window_size);
    let length = length.ok_or_else(|| SandboxFailure::not_valid("windowSize"))?;
    let begin = call.now.plus(-length).0;
    rows(call, Micros(begin - begin.rem_euclid(time::MINUTE)), stamp(call.now))
}

/// The row of `symbol`, or the rows of `symbols`, for the period from `from` to `close`.
fn rows(call: &Call<'_>, from: Micros, close: i64) -> Reply {
    if call.params.text("symbol")?.is_none() && call.params.text("symbols")?.is_none() {
        let msg = "Param 'symbol' or 'symbols' must be sent, but both were empty/null!";
        return Err(SandboxFailure::refused(-1102, msg));
    }
    let mini = data::mini(call)?;
    data::one_or_all(call, |call, market: MarketId| {
        let ticker = call.read(|engine| engine.ticker_since(market, from))?;
        Ok(shape::period_ticker(market, &ticker, close, mini))
    })
}

/// The beginning of the day in a time zone with this offset.
fn day_start(now: Micros, offset: i64) -> Micros {
    let local = now.0 + offset;
    Micros(local - local.rem_euclid(time::DAY) - offset)
}

/// A window of 1 to 59 minutes, 1 to 23 hours or 1 to 7 days.
fn window_size(text: &str) -> Option<i64> {
    let (count, unit, most) = if let Some(minutes) = text.strip_suffix('m') {
        (minutes, time::MINUTE, 59)
    } else if let Some(hours) = text.strip_suffix('h') {
        (hours, time::HOUR, 23)
    } else {
        (text.strip_suffix('d')?, time::DAY, 7)
    };
    let count = time_zone::number(count)?;
    (1..=most).contains(&count).then_some(count * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_in_its_time_zone() {
        let now = Micros::from_date("2026-11-30").map(|day| day.plus(3 * time::HOUR));
        let start = |zone: &str| now.and_then(|now| Some(day_start(now, time_zone::offset(zone)?)));
        let midnight = Micros::from_date("2026-11-30");
        for (zone, hours, minutes) in
            [("0", 0, 0), ("8", -8, 0), ("-1:00", 1, 0), ("05:45", -5, -45), ("-5", -19, 0), ("14", -14, 0)]
        {
            let expected = midnight.map(|day| day.plus(hours * time::HOUR + minutes * time::MINUTE));
            assert_eq!(start(zone), expected, "{zone}");
        }
    }

    #[test]
    fn windows_have_minutes_hours_or_days() {
        for (text, length) in [("1m", time::MINUTE), ("59m", 59 * time::MINUTE), ("7d", 7 * time::DAY)] {
            assert_eq!(window_size(text), Some(length), "{text}");
        }
        for wrong in ["", "m", "0m", "60m", "24h", "8d", "1", "1w", "-1m", "1.5h"] {
            assert_eq!(window_size(wrong), None, "{wrong}");
        }
    }
}
