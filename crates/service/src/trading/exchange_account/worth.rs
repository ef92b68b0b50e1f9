//! The value of an account in USD and BTC, and its profit over a day, a month and in total: computed from the
//! points recorded each minute, excluding deposits and withdrawals.

use crate::{
    error::Result,
    trading::{Trading, market},
};
use domain::{
    Decimal, ExchangeKeyId, Frame, Micros, Symbol, TradeType, dec, money, profit,
    time::{DAY, HOUR},
};
use store::equity::Point;

/// A profit, absolute and relative to the starting value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gain {
    /// Profit in USD.
    pub usd: Decimal,
    /// Profit in percent of the value in USD.
    pub usd_percent: Decimal,
    /// Profit in BTC.
    pub btc: Decimal,
    /// Profit in percent of the value in BTC.
    pub btc_percent: Decimal,
}

/// An account's value and profit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// Value in USD.
    pub usd: Decimal,
    /// Value in BTC.
    pub btc: Decimal,
    /// Profit of the last 24 hours.
    pub day: Gain,
    /// Profit of the last 30 days.
    pub month: Gain,
    /// Profit since the account was connected.
    pub total: Gain,
}

/// Returns the value of a key's account from its recorded points. Without a point everything is zero; without
/// a Bitcoin price all BTC figures are zero.
pub(super) async fn worth_of_key(desk: &Trading, id: ExchangeKeyId) -> Result<Worth> {
    let Some(latest) = store::equity::latest_by_key(&desk.db, id).await? else { return Ok(Worth::default()) };
    let now = desk.clock.now();
    let bitcoin = bitcoin_now(desk).await;
    let gain = async |since: Micros| -> Result<Gain> {
        let Some(before) = store::equity::as_of(&desk.db, id, since).await? else {
            return Ok(Gain::default());
        };
        let brought = store::ledger::net_transferred(&desk.db, id, before.at).await?.decimal();
        let then = bitcoin_then(desk, before.at, bitcoin).await;
        Ok(gained(before, latest, brought, then, bitcoin))
    };
    Ok(Worth {
        usd: latest.total_usd,
        btc: in_bitcoin(latest.total_usd, bitcoin).unwrap_or_default(),
        day: gain(now.plus(-DAY)).await?,
        month: gain(now.plus(-30 * DAY)).await?,
        total: gain(Micros(i64::MIN / 2)).await?,
    })
}

fn gained(
    before: Point,
    latest: Point,
    brought: Decimal,
    then: Option<Decimal>,
    bitcoin: Option<Decimal>,
) -> Gain {
    let usd = profit::of_account(before.total_usd, latest.total_usd, brought);
    let in_btc = || {
        let was = in_bitcoin(before.total_usd, then)?;
        let is = in_bitcoin(latest.total_usd, bitcoin)?;
        let gained = profit::of_account(was, is, in_bitcoin(brought, bitcoin)?);
        Some((gained, percent(gained, was)))
    };
    let (btc, btc_percent) = in_btc().unwrap_or_default();
    Gain { usd, usd_percent: percent(usd, before.total_usd), btc, btc_percent }
}

fn percent(gained: Decimal, of: Decimal) -> Decimal {
    let share = gained.checked_div(of).unwrap_or_default();
    money::round_to(share * Decimal::ONE_HUNDRED, dec!(0.01))
}

/// Rounds to the ledger's precision (8 decimal places).
pub(super) fn cut(value: Decimal) -> Decimal {
    money::round_to(value, dec!(0.00000001))
}

/// Converts an amount of USD to BTC at a price.
pub(super) fn in_bitcoin(usd: Decimal, price: Option<Decimal>) -> Option<Decimal> {
    usd.checked_div(price?).map(cut)
}

fn pair() -> Option<Symbol> {
    "BTC/USDT".parse().ok()
}

/// Returns the current Bitcoin price; `None` if the exchange does not answer.
pub(super) async fn bitcoin_now(desk: &Trading) -> Option<Decimal> {
    market::last_price(desk, TradeType::Spot, &pair()?).await.ok()
}

/// Returns the Bitcoin price in the hour of `at`; for the current hour, the current price.
async fn bitcoin_then(desk: &Trading, at: Micros, now: Option<Decimal>) -> Option<Decimal> {
    let hour = Frame::H1.floor(at);
    if hour == Frame::H1.floor(desk.clock.now()) {
        return now;
    }
    let after = Some(hour.plus(HOUR));
    let candles = market::list_candles(desk, TradeType::Spot, &pair()?, Frame::H1, after, 1).await.ok()?;
    candles.last().map(|candle| candle.close).or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn point(at: i64, usd: i64) -> Point {
        Point { key: ExchangeKeyId(Uuid::nil()), at: Micros(at), total_usd: Decimal::from(usd) }
    }

    #[test]
    fn deposits_are_no_gain() {
        let (d, price) = (Decimal::from, |p: i64| Some(Decimal::from(p)));
        let gain = gained(point(1, 10_000), point(2, 11_500), d(1_000), price(10_000), price(20_000));
        assert_eq!((gain.usd, gain.usd_percent), (d(500), d(5)));
        // There was 1 BTC; now there are 0.575 BTC, of which 0.05 were deposited.
        assert_eq!((gain.btc, gain.btc_percent), (Decimal::new(-475, 3), Decimal::new(-475, 1)));
    }

    #[test]
    fn without_a_price_there_is_no_gain_in_bitcoin_and_nothing_has_no_share() {
        let gain = gained(point(1, 0), point(2, 5), Decimal::ZERO, None, None);
        assert_eq!((gain.usd, gain.usd_percent), (Decimal::from(5), Decimal::ZERO));
        assert_eq!((gain.btc, gain.btc_percent), (Decimal::ZERO, Decimal::ZERO));
    }
}
