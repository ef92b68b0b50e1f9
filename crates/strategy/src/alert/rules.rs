//! Whether an alert fits its source's market, and the levels that it trades with.

use super::ReadAlert;
use domain::{
    Decimal, Micros, Side, Symbol, money,
    own_source::{RefusedAlert, SourceRules},
    signal::{BadLevels, check_levels},
    time::SECOND,
};

/// The levels of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    /// The side.
    pub side: Side,
    /// The price that the stop and the take-profits refer to: the alert's, otherwise the market's.
    pub price: Decimal,
    /// The stop price.
    pub stop: Decimal,
    /// The take-profit prices.
    pub targets: Vec<Decimal>,
}

/// Returns whether a name that a sender gives a market means `symbol`: `BTCUSDT`, `BINANCE:BTCUSDT.P`, `BTC/USDT`,
/// `BTC-USDT` and `BTC` all mean `BTC/USDT`.
#[must_use]
pub fn same_market(name: &str, symbol: &Symbol) -> bool {
    let name = name.trim().to_ascii_uppercase();
    // `BTC/USDT:USDT` has the settlement asset after the colon, all others the exchange before it.
    let pair = match name.split_once(':') {
        Some((pair, _)) if pair.contains('/') => pair,
        Some((_, pair)) => pair,
        None => name.as_str(),
    };
    let plain: String = pair.chars().filter(|c| !matches!(c, '/' | '-' | '_')).collect();
    let plain = [".P", ".PERP", "PERP"].into_iter().find_map(|end| plain.strip_suffix(end)).unwrap_or(&plain);
    plain == symbol.joined() || plain == symbol.base()
}

/// Returns whether an alert is older than its sender allows.
#[must_use]
pub fn is_late(alert: &ReadAlert, now: Micros) -> bool {
    let age = alert.time.map(|at| now.since(at));
    age.zip(alert.max_lag_s).is_some_and(|(age, most)| age > most.saturating_mul(SECOND))
}

/// Returns the levels of an entry: its own, or those that the source's rules give, rounded to the market's tick.
///
/// # Errors
/// Why the alert cannot be traded.
pub fn complete(
    alert: &ReadAlert,
    rules: &SourceRules,
    market_price: Decimal,
    tick: Decimal,
) -> Result<Levels, RefusedAlert> {
    let side = alert.side.ok_or(RefusedAlert::NoDirection)?;
    let price = alert.price.unwrap_or(market_price);
    if !is_near(price, market_price, rules.max_distance_percent) {
        return Err(RefusedAlert::TooFar);
    }
    let losing = |percent| away(price, side.opposite(), percent, tick);
    let winning = |percent| away(price, side, percent, tick);
    let stop = alert.stop.or_else(|| rules.stop_percent.map(losing)).ok_or(RefusedAlert::NoStop)?;
    let targets = if alert.targets.is_empty() {
        rules.target_percents.iter().map(|percent| winning(*percent)).collect()
    } else {
        alert.targets.clone()
    };
    check_levels(side, price, stop, &targets).map_err(|bad| match bad {
        BadLevels::NotPositive if stop <= Decimal::ZERO => RefusedAlert::BadStop,
        BadLevels::StopSide => RefusedAlert::BadStop,
        BadLevels::NotPositive | BadLevels::TargetSide(_) | BadLevels::TooManyTargets => {
            RefusedAlert::BadTarget
        }
    })?;
    Ok(Levels { side, price, stop, targets })
}

/// Whether a price is at most `percent` away from the market's. A number that is too large to compare is not.
fn is_near(price: Decimal, market: Decimal, percent: Decimal) -> bool {
    let distance = price.checked_sub(market).and_then(|away| away.abs().checked_mul(Decimal::ONE_HUNDRED));
    let most = market.checked_mul(percent);
    price > Decimal::ZERO && distance.zip(most).is_some_and(|(distance, most)| distance <= most)
}

/// The price that is `percent` better than `price` for a position opened by `side`.
fn away(price: Decimal, side: Side, percent: Decimal, tick: Decimal) -> Decimal {
    let distance = price * percent / Decimal::ONE_HUNDRED;
    let level = match side {
        Side::Buy => price + distance,
        Side::Sell => price - distance,
    };
    money::round_to(level, tick)
}
