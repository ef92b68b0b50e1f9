//! The result of a trade whose position has ended, from the account's fills.

use super::{HISTORY, exit_by, last_closing, shared::SharedFills};
use crate::{
    error::Result,
    trading::{
        Trading,
        order::{account::Access, costs, intent::Intent},
    },
};
use domain::{Decimal, Micros, Order, Side, Trade, copy::Exit, profit::Profit};
use store::trade::ClosedTrade;

/// The fills of a position that has ended, with its costs as far as they are known.
pub(super) struct PastPosition {
    pub(super) side: Side,
    /// From the first fill of the entry on until the position was flat, oldest first.
    pub(super) fills: Vec<Trade>,
    /// Whether the fills are all that the position had.
    pub(super) complete: bool,
    /// Whether the fees of the fills are in the quote asset.
    pub(super) priced: bool,
    /// The funding that was paid; `None` if it could not be read.
    pub(super) funding: Option<Decimal>,
}

/// The result of a position; `None` for what is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// Average price of what closed it.
    pub(super) price: Option<Decimal>,
    /// Profit before fees and funding. Unknown if one of the two is, because a profit without them would be wrong.
    realized: Option<Decimal>,
    fees: Option<Decimal>,
    funding: Option<Decimal>,
    /// Profit after fees and funding.
    pub(super) profit: Option<Decimal>,
}

impl PastPosition {
    /// Reads the costs of the position that `entry` opened. `orders` and `trades` are the market's last orders and fills, newest
    /// first. A price or the funding that cannot be read leaves the result unknown: the end of the supervision does not wait for
    /// them.
    pub(super) async fn read(
        desk: &Trading,
        access: &Access,
        intent: &Intent,
        entry: &Order,
        (orders, trades): (&[Order], &[Trade]),
    ) -> Result<Self> {
        let (side, entered) = (entry.side, intent.entered().unwrap_or_default());
        if let Some(part) = SharedFills::read(desk, intent, trades, orders).await? {
            return Ok(part.position(desk, access, intent, entry, trades).await);
        }
        let own: Vec<Trade> =
            trades.iter().filter(|fill| fill.position_side == intent.slot).cloned().collect();
        let (mut fills, complete) = if intent.adopts() {
            let (fills, flat) = fills_after(&own, entry);
            (fills, flat && reach_back(trades, entry.at))
        } else {
            let fills = fills_of(&own, entry);
            let complete = are_complete(trades, &fills, entry, entered);
            (fills, complete)
        };
        let until = fills.last().filter(|_| is_flat(&fills, side)).map_or(desk.clock.now(), |last| last.at);
        // An adopted position is as old as its last change elsewhere, and its result counts from its adoption on.
        let since = if intent.adopts() { entry.at.max(intent.created_at) } else { entry.at };
        let funding = funding_of(desk, access, intent, trades, (since, until), &|_| Decimal::ONE).await;
        let converted = costs::known_fees(desk, &fills, intent.symbol.quote()).await;
        let priced = converted.is_some();
        fills = converted.unwrap_or(fills);
        Ok(Self { side, fills, complete, priced, funding })
    }

    /// Returns the fills whose fees are in the quote asset; none if a price is unknown.
    pub(super) fn priced_fills(&self) -> &[Trade] {
        if self.priced { &self.fills } else { &[] }
    }

    /// Returns the result. Figures from a part of the fills would be wrong.
    pub(super) fn figures(&self) -> Figures {
        let closing = || self.fills.iter().filter(|trade| trade.side != self.side);
        let amount: Decimal = closing().map(|trade| trade.amount).sum();
        if amount.is_zero() || !self.complete {
            return Figures { funding: self.funding, ..Figures::default() };
        }
        let cost: Decimal = closing().map(|trade| trade.cost).sum();
        let price = cost.checked_div(amount).map(|price| price.round_dp(8));
        let fees: Decimal = self.fills.iter().map(|trade| trade.fee.cost).sum();
        let fees = Some(fees).filter(|_| self.priced);
        let (Some(paid), Some(funding)) = (fees, self.funding) else {
            return Figures { price, fees, funding: self.funding, ..Figures::default() };
        };
        let realized = self.fills.iter().map(|trade| trade.realized).sum();
        let profit = Profit { realized, unrealized: Decimal::ZERO, fees: paid, funding };
        Figures { price, realized: Some(realized), fees, funding: self.funding, profit: Some(profit.net()) }
    }
}

/// Returns how the trade that `intent` opened has ended. `orders` are the market's last ones, newest first.
pub(super) async fn closed_trade(
    desk: &Trading,
    intent: &Intent,
    entry: &Order,
    orders: &[Order],
    position: &PastPosition,
) -> Result<ClosedTrade> {
    let exit = match last_closing(orders, &position.fills, entry.side, entry.at) {
        Some(order) => exit_by(desk, intent, &order.client_order_id).await?,
        None => Exit::Elsewhere,
    };
    let Figures { price, realized, fees, funding, .. } = position.figures();
    Ok(ClosedTrade { price, realized, fees, funding, exit })
}

/// Returns the funding that was paid for the position of `intent` between two times; `None` if it is not known. `trades` are
/// the market's last fills, newest first, and `share` is the share of the position that is counted at a time.
pub(super) async fn funding_of(
    desk: &Trading,
    access: &Access,
    intent: &Intent,
    trades: &[Trade],
    span: (Micros, Micros),
    share: &(dyn Fn(Micros) -> Decimal + Sync),
) -> Option<Decimal> {
    let paid = costs::known_funding(desk, access, intent, span, share).await?;
    // Fills of the time before the account was switched to hedge mode are of no position beside.
    let other = |fill: &&Trade| fill.position_side.is_hedged() && fill.position_side != intent.slot;
    let beside: Vec<Trade> = trades.iter().filter(other).cloned().collect();
    (paid.is_zero() || !was_beside(&beside, span)).then_some(paid)
}

/// Whether the market's other position of hedge mode was open during a span of time, by its fills, newest first. The
/// exchange reports funding by market, so then it is not known which of the two paid it.
fn was_beside(fills: &[Trade], (since, until): (Micros, Micros)) -> bool {
    let mut held = Decimal::ZERO;
    let mut open_before = false;
    for fill in fills.iter().rev() {
        if fill.at > until {
            break;
        }
        if fill.at >= since {
            return true;
        }
        held += if fill.position_side.is_closed_by(fill.side) { -fill.amount } else { fill.amount };
        open_before = held > Decimal::ZERO;
    }
    open_before
}

/// Whether `fills` are all fills of the position: the market's last fills, newest first, reach back to the entry, and
/// they contain all of `entered`. No more than [`HISTORY`] are read, and exchanges list only those of some days.
fn are_complete(trades: &[Trade], fills: &[Trade], entry: &Order, entered: Decimal) -> bool {
    let opening = fills.iter().filter(|trade| trade.side == entry.side);
    reach_back(trades, entry.at) && opening.map(|trade| trade.amount).sum::<Decimal>() >= entered
}

/// Whether the market's last fills, newest first, reach back to a time.
pub(super) fn reach_back(trades: &[Trade], to: Micros) -> bool {
    trades.len() < usize::from(HISTORY) || trades.last().is_some_and(|last| last.at < to)
}

/// Returns the fills of an adopted position since its adoption, oldest first, until it was flat, and whether it was. `entry`
/// stands for the position as it was adopted.
fn fills_after(trades: &[Trade], entry: &Order) -> (Vec<Trade>, bool) {
    let mut fills: Vec<Trade> = trades.iter().rev().filter(|trade| trade.at > entry.at).cloned().collect();
    // Fills of the same time keep their order.
    fills.sort_by_key(|trade| trade.at);
    let mut held = entry.filled;
    let flat = fills.iter().position(|trade| {
        held += if trade.side == entry.side { trade.amount } else { -trade.amount };
        held <= Decimal::ZERO
    });
    fills.truncate(flat.map_or(fills.len(), |last| last + 1));
    (fills, flat.is_some())
}

/// Whether the position of these fills, which were entered on `side`, has been closed.
fn is_flat(fills: &[Trade], side: Side) -> bool {
    let signed = |trade: &Trade| if trade.side == side { trade.amount } else { -trade.amount };
    fills.iter().map(signed).sum::<Decimal>() <= Decimal::ZERO
}

/// Returns the fills from the first one of `entry` on until the position was flat again, oldest first. Later ones belong
/// to the next position on the market, and earlier ones of the same time to the one before. Without a fill of the entry,
/// returns all since.
fn fills_of(trades: &[Trade], entry: &Order) -> Vec<Trade> {
    let side = entry.side;
    // Some exchanges report the time of an order's last fill.
    let since = |trade: &&Trade| trade.at >= entry.at || trade.order == entry.id;
    let mut fills: Vec<Trade> = trades.iter().rev().filter(since).cloned().collect();
    // Fills of the same time keep their order.
    fills.sort_by_key(|trade| trade.at);
    // A conditional entry has another id than the order that it became.
    let first = fills.iter().position(|trade| trade.order == entry.id);
    let Some(first) = first.or_else(|| fills.iter().position(|trade| trade.side == side)) else {
        return fills;
    };
    fills.drain(..first);
    let mut held = Decimal::ZERO;
    let flat = fills.iter().position(|trade| {
        held += if trade.side == side { trade.amount } else { -trade.amount };
        held <= Decimal::ZERO
    });
    fills.truncate(flat.map_or(fills.len(), |last| last + 1));
    fills
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::legs::tests::open_order;
    use domain::{Fee, OrderType, PositionSlot};

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
            position_side: PositionSlot::Both,
        }
    }

    #[test]
    fn funding_is_of_both_positions_while_both_are_open() {
        let short = |at, side, amount| Trade {
            position_side: PositionSlot::Short,
            ..fill(at, side, "100", amount, "0")
        };
        let span = (Micros(5), Micros(8));
        let beside = |fills: &[Trade]| was_beside(fills, span);
        assert!(!beside(&[]));
        assert!(beside(&[short(3, Side::Sell, "1")]), "it was open before and still is");
        assert!(!beside(&[short(4, Side::Buy, "1"), short(3, Side::Sell, "1")]), "it was closed before");
        assert!(beside(&[short(6, Side::Sell, "1")]), "it was opened meanwhile");
        assert!(!beside(&[short(9, Side::Sell, "1")]), "it was opened afterwards");
    }

    fn entry_at(at: i64) -> Order {
        Order { at: Micros(at), ..open_order(OrderType::Market, Side::Buy, None) }
    }

    /// A position of complete fills and known costs.
    fn position(fills: &[Trade]) -> PastPosition {
        let (complete, priced, funding) = (true, true, Some(d("0")));
        PastPosition { side: Side::Buy, fills: fills.to_vec(), complete, priced, funding }
    }

    #[test]
    fn fills_that_do_not_reach_back_to_the_entry_give_no_figures() {
        let (entry, none) = (entry_at(5), d("0"));
        let all = |oldest| {
            let mut all = vec![fill(9, Side::Buy, "100", "1", "0"); usize::from(HISTORY) - 1];
            all.push(fill(oldest, Side::Buy, "100", "1", "0"));
            all
        };
        let complete = |trades: &[Trade]| are_complete(trades, &[], &entry, none);
        assert!(!complete(&all(5)), "the page may have cut off the first ones");
        assert!(complete(&all(4)));
        assert!(complete(&all(5)[1..]));
        assert!(complete(&[]));
    }

    #[test]
    fn fills_without_all_of_the_entry_give_no_figures() {
        let entry = entry_at(5);
        let newest_first = [fill(9, Side::Sell, "90", "2", "-20"), fill(6, Side::Buy, "100", "1", "0")];
        let complete =
            |trades: &[Trade], entered| are_complete(trades, &fills_of(trades, &entry), &entry, d(entered));
        assert!(complete(&newest_first, "1"));
        assert!(!complete(&newest_first, "2"), "an exchange lists the fills of the last days only");
        assert!(!complete(&newest_first[..1], "2"));
        assert_eq!(fills_of(&newest_first[..1], &entry).len(), 1);
        let part = PastPosition { complete: false, ..position(&newest_first) };
        assert_eq!(part.figures(), Figures { funding: Some(d("0")), ..Figures::default() });
    }

    #[test]
    fn an_adopted_position_has_the_fills_since_its_adoption() {
        let adopted = Order { filled: d("2"), ..entry_at(5) };
        let newest_first = [
            fill(9, Side::Sell, "80", "1", "-10"),
            fill(7, Side::Sell, "110", "2", "20"),
            fill(6, Side::Sell, "120", "1", "20"),
            fill(6, Side::Buy, "110", "1", "0"),
            fill(5, Side::Buy, "100", "2", "0"),
        ];
        let (fills, flat) = fills_after(&newest_first, &adopted);
        assert_eq!(fills.iter().map(|fill| fill.at.0).collect::<Vec<_>>(), [6, 6, 7]);
        assert!(flat);
        assert_eq!(position(&fills).figures().realized, Some(d("40")));
        assert!(!fills_after(&newest_first[2..], &adopted).1, "a part is still held");
    }

    #[test]
    fn a_trade_ends_where_the_position_was_flat() {
        let newest_first = [
            fill(9, Side::Sell, "80", "2", "0"),
            fill(7, Side::Sell, "90", "1", "-10"),
            fill(6, Side::Sell, "110", "1", "10"),
            fill(5, Side::Buy, "100", "2", "0"),
            fill(5, Side::Sell, "50", "1", "0"),
            fill(1, Side::Buy, "50", "1", "0"),
        ];
        let fills = fills_of(&newest_first, &entry_at(5));
        assert_eq!(fills.iter().map(|fill| fill.at.0).collect::<Vec<_>>(), [5, 6, 7]);
        assert!(is_flat(&fills, Side::Buy) && !is_flat(&fills[..2], Side::Buy));
        let first = Trade { order: entry_at(5).id, ..fill(4, Side::Buy, "100", "1", "0") };
        let early = fills_of(&[newest_first[2].clone(), first], &entry_at(5));
        assert_eq!(early.len(), 2, "a fill of the entry, though the entry is reported as later");
        let figures = position(&fills).figures();
        assert_eq!(
            (figures.price, figures.realized, figures.fees),
            (Some(d("100")), Some(d("0")), Some(d("0.3")))
        );
        assert_eq!(position(&fills[..1]).figures().price, None);
    }

    #[test]
    fn a_result_is_what_was_realized_less_all_costs() {
        let all = [
            fill(1, Side::Buy, "100", "2", "0"),
            fill(2, Side::Sell, "110", "1", "10"),
            fill(3, Side::Sell, "90", "1", "-10"),
        ];
        assert_eq!(position(&all).figures().profit, Some(d("-0.3")));
        let received = PastPosition { funding: Some(d("-0.5")), ..position(&all) };
        assert_eq!(received.figures().profit, Some(d("0.2")), "with funding that was received");
    }

    #[test]
    fn a_cost_that_could_not_be_read_leaves_the_profit_unknown() {
        let all = [fill(1, Side::Buy, "100", "1", "0"), fill(2, Side::Sell, "110", "1", "10")];
        let funding = PastPosition { funding: None, ..position(&all) }.figures();
        let known = (funding.price, funding.fees, funding.realized, funding.profit);
        assert_eq!(known, (Some(d("110")), Some(d("0.2")), None, None));
        let unpriced = PastPosition { priced: false, ..position(&all) };
        let fees = unpriced.figures();
        assert_eq!((fees.price, fees.fees, fees.realized, fees.profit), (Some(d("110")), None, None, None));
        assert!(unpriced.priced_fills().is_empty());
    }
}
