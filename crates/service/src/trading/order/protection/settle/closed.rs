//! The result of a trade whose position has ended, from the account's fills.

use super::{HISTORY, exit_by, last_closing};
use crate::{
    error::Result,
    trading::{
        Trading,
        order::{intent::Intent, seq},
    },
};
use domain::{Decimal, Order, Side, Trade, copy::Exit};
use store::trade::ClosedTrade;

/// Returns how the trade that `intent` opened has ended. `orders` and `trades` are the market's last ones, newest first,
/// with fees in the quote asset; `funding` is what was paid since the entry.
pub(super) async fn closed_trade(
    desk: &Trading,
    intent: &Intent,
    orders: &[Order],
    trades: &[Trade],
    funding: Decimal,
) -> Result<Option<ClosedTrade>> {
    let (Some(entry), Some(side)) = (intent.leg_order(seq::ENTRY), intent.entry_side()) else {
        return Ok(None);
    };
    let fills = fills_of(trades, entry);
    let exit = match last_closing(orders, &fills, side, entry.at) {
        Some(order) => exit_by(desk, intent, &order.client_order_id).await?,
        None => Exit::Elsewhere,
    };
    // Figures from a part of the fills would be wrong.
    let known = if are_complete(trades, entry) { figures(&fills, side) } else { (None, None, None) };
    let (price, realized, fees) = known;
    Ok(Some(ClosedTrade { price, realized, fees, funding: Some(funding), exit }))
}

/// Whether the market's last fills, newest first, reach back to the entry: no more than [`HISTORY`] are read.
fn are_complete(trades: &[Trade], entry: &Order) -> bool {
    trades.len() < usize::from(HISTORY) || trades.last().is_some_and(|oldest| oldest.at < entry.at)
}

/// Returns the fills from the first one of `entry` on until the position was flat again, oldest first. Later ones belong
/// to the next position on the market, and earlier ones of the same time to the one before.
fn fills_of(trades: &[Trade], entry: &Order) -> Vec<Trade> {
    let side = entry.side;
    let mut fills: Vec<Trade> = trades.iter().rev().filter(|trade| trade.at >= entry.at).cloned().collect();
    // Fills of the same time keep their order.
    fills.sort_by_key(|trade| trade.at);
    // A conditional entry has another id than the order that it became.
    let first = fills.iter().position(|trade| trade.order == entry.id);
    let first = first.or_else(|| fills.iter().position(|trade| trade.side == side));
    fills.drain(..first.unwrap_or(0));
    let mut held = Decimal::ZERO;
    let flat = fills.iter().position(|trade| {
        held += if trade.side == side { trade.amount } else { -trade.amount };
        held <= Decimal::ZERO
    });
    fills.truncate(flat.map_or(fills.len(), |last| last + 1));
    fills
}

/// Returns the average closing price, the realized profit and the fees in the quote asset; `None` for what is unknown.
fn figures(fills: &[Trade], side: Side) -> (Option<Decimal>, Option<Decimal>, Option<Decimal>) {
    let closing = || fills.iter().filter(|trade| trade.side != side);
    let amount: Decimal = closing().map(|trade| trade.amount).sum();
    if amount.is_zero() {
        return (None, None, None);
    }
    let cost: Decimal = closing().map(|trade| trade.cost).sum();
    let realized = fills.iter().map(|trade| trade.realized).sum();
    let fees = fills.iter().map(|trade| trade.fee.cost).sum();
    (cost.checked_div(amount).map(|price| price.round_dp(8)), Some(realized), Some(fees))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::legs::tests::open_order;
    use domain::{Fee, Micros, OrderType};

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    fn fill(at: i64, side: Side, price: &str, amount: &str, realized: &str) -> Trade {
        Trade {
            id: String::new(),
            order: String::new(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(at),
            side,
            maker: false,
            price: d(price),
            amount: d(amount),
            cost: d(price) * d(amount),
            fee: Fee { cost: d("0.1"), currency: "USDT".into() },
            realized: d(realized),
        }
    }

    #[test]
    fn fills_that_do_not_reach_back_to_the_entry_give_no_figures() {
        let entry = Order { at: Micros(5), ..open_order(OrderType::Market, Side::Buy, None) };
        let all = |oldest| {
            let mut all = vec![fill(9, Side::Buy, "100", "1", "0"); usize::from(HISTORY) - 1];
            all.push(fill(oldest, Side::Buy, "100", "1", "0"));
            all
        };
        assert!(!are_complete(&all(5), &entry), "the page may have cut off the first ones");
        assert!(are_complete(&all(4), &entry));
        assert!(are_complete(&all(5)[1..], &entry));
        assert!(are_complete(&[], &entry));
    }

    #[test]
    fn a_trade_ends_where_the_position_was_flat() {
        let entry = Order { at: Micros(5), ..open_order(OrderType::Market, Side::Buy, None) };
        let newest_first = [
            fill(9, Side::Sell, "80", "2", "0"),
            fill(7, Side::Sell, "90", "1", "-10"),
            fill(6, Side::Sell, "110", "1", "10"),
            fill(5, Side::Buy, "100", "2", "0"),
            fill(5, Side::Sell, "50", "1", "0"),
            fill(1, Side::Buy, "50", "1", "0"),
        ];
        let fills = fills_of(&newest_first, &entry);
        assert_eq!(fills.iter().map(|fill| fill.at.0).collect::<Vec<_>>(), [5, 6, 7]);
        assert_eq!(figures(&fills, Side::Buy), (Some(d("100")), Some(d("0")), Some(d("0.3"))));
        assert_eq!(figures(&fills[..1], Side::Buy), (None, None, None));
    }
}
