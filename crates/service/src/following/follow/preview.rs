//! Previews what a typical trade of a strategy would cost and risk on the user's own balance.

use super::automated;
use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    trading::{first_day, key, market},
};
use domain::{
    Decimal, ExchangeKeyId, RiskProfileId, Side, StrategyId, TradeType,
    copy::{self, Reason, Terms},
    first_day::CappedOrder,
    follow::{Foreseen, Preview},
    money,
    strategy::{Kind, Trade},
    validation::Problem,
};

/// Number of recent trades used to compute a typical one.
const RECENT: i64 = 50;
/// With fewer live trades than this, the backtest is more meaningful.
const ENOUGH: u32 = 10;

/// Returns what the account would trade now on a typical signal of the strategy; `None` if the strategy has
/// no trades yet.
///
/// # Errors
/// Fields; not found; 1106; 1103; unavailable if the exchange does not answer.
pub async fn preview(
    desk: &Following,
    actor: &Actor,
    id: ExchangeKeyId,
    strategy: StrategyId,
    profile: RiskProfileId,
    max_leverage: Option<u16>,
) -> Result<Option<Preview>> {
    let profile = store::follow::risk_profile(&desk.db, profile).await?;
    let profile = profile.ok_or_else(|| Error::field("strategyRiskProfileId", Problem::NotRiskProfile))?;
    let strategy = store::strategy::get_visible(&desk.db, strategy, actor.user).await?;
    let strategy = strategy.ok_or(Error::NotFound)?;
    let row = key::find_key(desk, actor, id).await?;
    automated(&row.key)?;
    let Some(typical) = typical(desk, strategy.id).await? else { return Ok(None) };
    let market = market::find_market(desk, TradeType::Futures, &strategy.symbol).await?;
    let entry = market::last_price(desk, TradeType::Futures, &strategy.symbol).await?;
    let who = key::credentials(desk, &row)?;
    let balance = desk.exchange.balance(&who, TradeType::Futures).await;
    let balance = key::disable_if_unauthorized(desk, id, &who, balance).await?;
    let funds = balance.assets.get(strategy.symbol.quote()).copied().unwrap_or_default();
    let equity = funds.total;
    let away = entry * typical.distance;
    let stop = if typical.side == Side::Buy { entry - away } else { entry + away };
    let stop = money::round_to(stop, market.tick);
    let terms = Terms {
        equity,
        available: funds.free,
        risk_percent: profile.percentage.0,
        max_leverage,
        side: typical.side,
        price: entry,
        stop,
        targets: &[],
    };
    let outcome = match copy::size(&terms, &market) {
        Ok(sized) => {
            let cost = sized.amount * entry;
            match over_first_day_cap(desk, id, cost, strategy.symbol.quote()).await? {
                Some(cap) => Foreseen::Skipped { reason: Reason::FirstDayCap, bound: Some(cap) },
                None => Foreseen::Traded {
                    amount: sized.amount,
                    cost,
                    leverage: sized.leverage,
                    margin: sized.margin,
                    loss_at_stop: sized.loss,
                },
            }
        }
        Err((reason, bound)) => Foreseen::Skipped { reason, bound },
    };
    let stop_percent = (typical.distance * Decimal::ONE_HUNDRED).round_dp(2);
    let Typical { trades, kind, side, .. } = typical;
    Ok(Some(Preview { trades, kind, equity, side, entry, stop, stop_percent, outcome }))
}

/// Returns the cap of the key's first-day limits in USD if an entry of this value, in the quote asset, is above it.
async fn over_first_day_cap(
    desk: &Following,
    key: ExchangeKeyId,
    value: Decimal,
    quote: &str,
) -> Result<Option<Decimal>> {
    let Some(limits) = first_day::active_limits(desk, key).await? else { return Ok(None) };
    let order =
        CappedOrder { value: first_day::in_usd(desk, Some(value), quote).await?, cap: limits.cap_usd };
    Ok(order.is_over().then_some(order.cap))
}

/// Medians of the newest trades of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Typical {
    trades: u32,
    kind: Kind,
    side: Side,
    /// Distance from entry to stop, as a share of the entry price.
    distance: Decimal,
}

async fn typical(desk: &Following, id: StrategyId) -> Result<Option<Typical>> {
    let live = store::strategy_trade::list_newest(&desk.db, id, Kind::Live, RECENT).await?;
    let live = medians(Kind::Live, &live);
    if live.is_some_and(|live| live.trades >= ENOUGH) {
        return Ok(live);
    }
    let backtest = store::strategy_trade::list_newest(&desk.db, id, Kind::Backtest, RECENT).await?;
    Ok(medians(Kind::Backtest, &backtest).or(live))
}

fn medians(kind: Kind, trades: &[Trade]) -> Option<Typical> {
    let distance = |trade: &Trade| (trade.entry_price - trade.stop?).abs().checked_div(trade.entry_price);
    let mut distances: Vec<Decimal> = trades.iter().filter_map(distance).filter(|d| !d.is_zero()).collect();
    distances.sort_unstable();
    let distance = *distances.get(distances.len() / 2)?;
    let longs = trades.iter().filter(|trade| trade.side == Side::Buy).count();
    let side = if longs * 2 >= trades.len() { Side::Buy } else { Side::Sell };
    Some(Typical { trades: u32::try_from(distances.len()).unwrap_or(u32::MAX), kind, side, distance })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Micros;

    fn trade(side: Side, stop: Option<i64>) -> Trade {
        Trade {
            side,
            entered_at: Micros(0),
            entry_price: Decimal::ONE_HUNDRED,
            stop: stop.map(Decimal::from),
            exited_at: None,
            exit_price: None,
            exit: None,
            profit_percent: None,
        }
    }

    #[test]
    fn the_typical_trade_is_the_median() {
        let trades = [
            trade(Side::Sell, Some(101)),
            trade(Side::Sell, Some(103)),
            trade(Side::Buy, Some(80)),
            trade(Side::Sell, None),
        ];
        let typical = medians(Kind::Live, &trades).unwrap();
        assert_eq!((typical.trades, typical.side), (3, Side::Sell));
        assert_eq!(typical.distance, Decimal::new(3, 2));
        assert_eq!(medians(Kind::Live, &trades[3..]), None);
        assert_eq!(medians(Kind::Live, &[]), None);
    }
}
