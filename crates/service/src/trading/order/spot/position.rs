//! The holdings of spot trades in the form of positions, for the code that shows and checks positions.

use crate::{
    error::Result,
    trading::{Trading, market, order::intent::Intent},
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, MarginMode, Micros, Position, PositionSide, Symbol, TradeType,
};
use std::collections::BTreeMap;
use store::protection as rows;

/// The holding of an open spot trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) trade: IntentId,
    pub(crate) symbol: Symbol,
    /// Rounded down to the lot, in base units.
    pub(crate) amount: Decimal,
    /// Average price of what was bought.
    pub(crate) price: Decimal,
    pub(crate) entered_at: Micros,
}

/// Returns what a spot trade holds as a position; `None` if that is nothing. Without a `last` price it is valued at its entry
/// price. The margin of coins that are paid is their value.
pub(crate) fn held_position(trade: &Intent, lot: Decimal, last: Option<Decimal>) -> Option<Position> {
    let (amount, price) = (trade.holds(lot), trade.average_entry()?);
    let at = trade.filled_entry()?.at;
    let held = Held { trade: trade.id, symbol: trade.symbol.clone(), amount, price, entered_at: at };
    (!amount.is_zero()).then(|| position_of(&held, last.unwrap_or(price)))
}

/// Returns what the open trades of a spot key hold, oldest first; `None` for all its markets.
///
/// # Errors
/// If the database cannot be read, or if a market is not known.
pub(crate) async fn held_on(
    desk: &Trading,
    key: ExchangeKeyId,
    symbol: Option<&Symbol>,
) -> Result<Vec<Held>> {
    let mut all = Vec::new();
    for row in rows::of_key(&desk.db, key).await? {
        if row.ended_at.is_some() || symbol.is_some_and(|symbol| *symbol != row.symbol) {
            continue;
        }
        let Some(trade) = Intent::load(desk, row.intent_id).await? else { continue };
        if trade.trade_type != TradeType::Spot {
            continue;
        }
        let market = market::find_market(desk, TradeType::Spot, &row.symbol).await?;
        let (amount, entry) = (trade.holds(market.lot), trade.filled_entry());
        if let Some((entry, price)) = entry.zip(trade.average_entry()).filter(|_| !amount.is_zero()) {
            let entered_at = entry.at;
            all.push(Held { trade: trade.id, symbol: row.symbol, amount, price, entered_at });
        }
    }
    Ok(all)
}

/// Returns what the open trades of a spot key hold, one position for each market.
///
/// # Errors
/// As [`held_on`]; if a price cannot be read.
pub(crate) async fn held_positions(
    desk: &Trading,
    key: ExchangeKeyId,
    symbol: Option<&Symbol>,
) -> Result<Vec<Position>> {
    let mut markets: BTreeMap<Symbol, Held> = BTreeMap::new();
    for held in held_on(desk, key, symbol).await? {
        match markets.get_mut(&held.symbol) {
            Some(sum) => sum.add(&held),
            None => drop(markets.insert(held.symbol.clone(), held)),
        }
    }
    let mut positions = Vec::new();
    for held in markets.into_values() {
        let last = market::last_price(desk, TradeType::Spot, &held.symbol).await?;
        positions.push(position_of(&held, last));
    }
    Ok(positions)
}

impl Held {
    /// Adds what another trade of the same market holds, at the average price.
    fn add(&mut self, other: &Self) {
        let amount = self.amount + other.amount;
        let cost = self.price * self.amount + other.price * other.amount;
        self.price = cost.checked_div(amount).unwrap_or(self.price).round_dp(12);
        self.amount = amount;
        self.entered_at = self.entered_at.min(other.entered_at);
    }
}

fn position_of(held: &Held, last: Decimal) -> Position {
    let (zero, value) = (Decimal::ZERO, (held.amount * last).normalize());
    let cost = held.amount * held.price;
    let gain = value - cost;
    Position {
        symbol: held.symbol.clone(),
        contracts: held.amount,
        unrealized_pnl: gain.normalize(),
        leverage: 1,
        liquidation_price: None,
        collateral: value,
        notional: value,
        mark_price: last,
        entry_price: held.price,
        initial_margin: cost.normalize(),
        initial_margin_percentage: Decimal::ONE,
        maintenance_margin: zero,
        maintenance_margin_percentage: zero,
        margin_ratio: None,
        at: held.entered_at,
        margin_mode: MarginMode::Crossed,
        side: PositionSide::Long,
        percentage: (gain * Decimal::ONE_HUNDRED).checked_div(cost).unwrap_or_default().round_dp(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::spot::holding::tests::{d, trade};

    #[test]
    fn what_is_held_is_a_long_position_that_is_paid() {
        let position = held_position(&trade("0.05", "0.00005"), d("0.001"), Some(d("110"))).unwrap();
        assert_eq!(
            (position.contracts, position.entry_price, position.side),
            (d("0.049"), d("100"), PositionSide::Long)
        );
        assert_eq!((position.unrealized_pnl, position.leverage), (d("0.49"), 1));
        assert_eq!(position.liquidation_price, None);
        assert!(held_position(&trade("0.0005", "0"), d("0.001"), None).is_none(), "less than a lot");
    }

    #[test]
    fn two_trades_on_a_market_are_shown_at_their_average_price() {
        let held = |amount: &str, price: &str| Held {
            trade: trade("1", "0").id,
            symbol: "BTC/USDT".parse().unwrap(),
            amount: d(amount),
            price: d(price),
            entered_at: Micros(1),
        };
        let mut sum = held("1", "100");
        sum.add(&held("3", "200"));
        assert_eq!((sum.amount, sum.price), (d("4"), d("175")));
    }
}
