//! Divides the fills of a position among the trades that share it.

use super::{FundingPayment, FuturesFill, RoundTrip, round_trips};
use crate::{Decimal, IntentId, Micros, Side, Trade, trade::hand_out};

/// A fill that can be divided among trades.
pub trait SharedFill: Clone {
    /// Time of the fill.
    fn at(&self) -> Micros;
    /// Side of the order.
    fn side(&self) -> Side;
    /// Amount in base units.
    fn amount(&self) -> Decimal;
    /// Price times amount, in quote units.
    fn cost(&self) -> Decimal;
    /// Returns the part of the fill that has this amount, with its part of the fee. It has realized this profit before fees.
    #[must_use]
    fn part(&self, amount: Decimal, realized: Decimal) -> Self;
}

impl SharedFill for Trade {
    fn at(&self) -> Micros {
        self.at
    }
    fn side(&self) -> Side {
        self.side
    }
    fn amount(&self) -> Decimal {
        self.amount
    }
    fn cost(&self) -> Decimal {
        self.cost
    }
    fn part(&self, amount: Decimal, realized: Decimal) -> Self {
        let mut part = Self { amount, realized, ..self.clone() };
        part.cost = part_of(self.cost, amount, self.amount);
        part.fee.cost = part_of(self.fee.cost, amount, self.amount);
        part
    }
}

impl SharedFill for FuturesFill {
    fn at(&self) -> Micros {
        self.at
    }
    fn side(&self) -> Side {
        self.side
    }
    fn amount(&self) -> Decimal {
        self.amount
    }
    fn cost(&self) -> Decimal {
        self.price * self.amount
    }
    fn part(&self, amount: Decimal, realized: Decimal) -> Self {
        Self { amount, realized, fee: part_of(self.fee, amount, self.amount), ..self.clone() }
    }
}

/// Returns the part of a figure that belongs to `amount` of `all`.
fn part_of(figure: Decimal, amount: Decimal, all: Decimal) -> Decimal {
    if amount == all { figure } else { (figure * amount).checked_div(all).unwrap_or_default() }
}

/// The fills of one trade on a shared position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradePart<F> {
    /// The trade; `None` for the part of the position that no trade has entered.
    pub trade: Option<IntentId>,
    /// Its entries, and its part of each fill that closed the position, oldest first. Their realized profit counts from the
    /// trade's own average entry price.
    pub fills: Vec<F>,
    /// The amount that was entered, in base units.
    pub entered: Decimal,
    /// The amount that is open, in base units.
    held: Decimal,
    /// The cost of that amount, in quote units.
    cost: Decimal,
    /// The share of the position after each of its fills.
    shares: Vec<(Micros, Decimal)>,
}

impl<F: SharedFill> TradePart<F> {
    const fn new(trade: Option<IntentId>) -> Self {
        let zero = Decimal::ZERO;
        Self { trade, fills: Vec::new(), entered: zero, held: zero, cost: zero, shares: Vec::new() }
    }

    /// Returns whether all that was entered has been closed.
    #[must_use]
    pub fn is_flat(&self) -> bool {
        !self.entered.is_zero() && self.held.is_zero()
    }

    /// Returns the trade's share of the position at a time.
    #[must_use]
    pub fn share_at(&self, at: Micros) -> Decimal {
        let before = self.shares.iter().take_while(|(since, _)| *since <= at).last();
        before.map_or(Decimal::ZERO, |(_, share)| *share)
    }

    fn enter(&mut self, fill: &F) {
        self.entered += fill.amount();
        self.held += fill.amount();
        self.cost += fill.cost();
        self.fills.push(fill.part(fill.amount(), Decimal::ZERO));
    }

    /// Closes an amount with a part of a fill. `side` is that of the entries.
    fn close(&mut self, fill: &F, side: Side, amount: Decimal) {
        if amount.is_zero() {
            return;
        }
        let cost = part_of(self.cost, amount, self.held);
        self.held -= amount;
        self.cost -= cost;
        let received = part_of(fill.cost(), amount, fill.amount());
        let realized = if side == Side::Buy { received - cost } else { cost - received };
        self.fills.push(fill.part(amount, realized));
    }
}

/// Divides the fills of a position, oldest first, that was entered on `side`. `owner` returns the trade whose order a fill
/// belongs to; `None` for an order of no trade. An order of no trade closes the part that no trade has entered first, and then
/// the oldest trade. Returns the parts in the order of their first entries, after the part of no trade.
#[must_use]
pub fn divide<F: SharedFill>(
    fills: &[F],
    side: Side,
    owner: impl Fn(&F) -> Option<IntentId>,
) -> Vec<TradePart<F>> {
    let mut parts = vec![TradePart::new(None)];
    for fill in fills {
        let owner = owner(fill);
        let at = parts.iter().position(|part| part.trade == owner).unwrap_or_else(|| {
            parts.push(TradePart::new(owner));
            parts.len() - 1
        });
        if fill.side() == side {
            parts[at].enter(fill);
        } else {
            // An order of a trade closes that trade first.
            let first = if owner.is_some() { fill.amount().min(parts[at].held) } else { Decimal::ZERO };
            let mut needs: Vec<Decimal> = parts.iter().map(|part| part.held).collect();
            needs[at] -= first;
            let mut closed = hand_out(fill.amount() - first, &needs);
            closed[at] += first;
            for (part, closed) in parts.iter_mut().zip(closed) {
                part.close(fill, side, closed);
            }
        }
        let total: Decimal = parts.iter().map(|part| part.held).sum();
        for part in &mut parts {
            let share = part.held.checked_div(total).unwrap_or_default();
            part.shares.push((fill.at(), share));
        }
    }
    parts
}

/// Splits the fills of one market of one account into positions as [`round_trips`] does, and the positions that several trades
/// have shared into their parts. `owner` returns the trade whose order a fill belongs to. Funding is shared by amount.
#[must_use]
pub fn round_trips_of_trades(
    fills: &[FuturesFill],
    funding: &[FundingPayment],
    owner: impl Fn(&FuturesFill) -> Option<IntentId>,
) -> Vec<RoundTrip> {
    let mut trips = Vec::new();
    for trip in round_trips(fills, funding) {
        let (opened, closed) = (trip.opened_at, trip.closed_at);
        let during = |at: Micros| opened <= at && closed.is_none_or(|closed| at <= closed);
        let own: Vec<FuturesFill> = fills.iter().filter(|fill| during(fill.at)).cloned().collect();
        let mut parts = divide(&own, trip.side.opening(), &owner);
        parts.retain(|part| !part.entered.is_zero());
        let entered: Decimal = parts.iter().map(|part| part.entered).sum();
        // Fills of the positions before and after it may have the same times.
        if parts.len() < 2 || entered != trip.amount {
            trips.push(trip);
            continue;
        }
        for part in parts {
            let paid = funding.iter().filter(|payment| during(payment.at));
            let share = |payment: &FundingPayment| FundingPayment {
                at: payment.at,
                paid: payment.paid * part.share_at(payment.at),
            };
            let paid: Vec<FundingPayment> = paid.map(share).collect();
            trips.extend(round_trips(&part.fills, &paid));
        }
    }
    trips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fee;
    use uuid::Uuid;

    fn d(text: &str) -> Decimal {
        crate::money::parse(text).unwrap()
    }

    /// A fill of an order of trade 1 or 2, or of no trade (0).
    fn fill(at: i64, of: u8, side: Side, price: &str, amount: &str) -> Trade {
        Trade {
            id: String::new(),
            order: of.to_string(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(at),
            side,
            position_side: crate::PositionSlot::Both,
            maker: false,
            price: d(price),
            amount: d(amount),
            cost: d(price) * d(amount),
            fee: Fee { cost: d("0.1"), currency: "USDT".into() },
            realized: d("999"),
        }
    }

    fn trade(number: u128) -> IntentId {
        IntentId(Uuid::from_u128(number))
    }

    fn of(number: u128, fills: &[Trade]) -> TradePart<Trade> {
        let owner = |fill: &Trade| {
            let number: u128 = fill.order.parse().unwrap();
            (number > 0).then(|| trade(number))
        };
        let parts = divide(fills, Side::Buy, owner);
        parts.into_iter().find(|part| part.trade == Some(trade(number))).unwrap()
    }

    fn realized(own: &TradePart<Trade>) -> Decimal {
        own.fills.iter().map(|fill| fill.realized).sum()
    }

    const BUY: Side = Side::Buy;
    const SELL: Side = Side::Sell;

    #[test]
    fn each_trade_gains_from_its_own_price_on() {
        let fills = [
            fill(1, 1, BUY, "100", "1"),
            fill(2, 2, BUY, "110", "1"),
            fill(3, 2, SELL, "120", "1"),
            fill(4, 1, SELL, "90", "1"),
        ];
        let (first, second) = (of(1, &fills), of(2, &fills));
        assert_eq!((realized(&first), realized(&second)), (d("-10"), d("10")));
        assert!(first.is_flat() && second.is_flat() && !of(1, &fills[..3]).is_flat());
        assert_eq!((first.fills.len(), second.fills.len()), (2, 2));
    }

    #[test]
    fn what_no_trade_sent_closes_from_the_oldest_trade_on() {
        let fills =
            [fill(1, 1, BUY, "100", "1"), fill(2, 2, BUY, "100", "1"), fill(3, 0, SELL, "110", "1.5")];
        let (first, second) = (of(1, &fills), of(2, &fills));
        assert_eq!((realized(&first), realized(&second)), (d("10"), d("5")));
        assert!(first.is_flat() && !second.is_flat());
        assert_eq!(
            first.fills[1].fee.cost + second.fills[1].fee.cost,
            d("0.1"),
            "each bears its part of the fee"
        );
        let added = [fills[0].clone(), fill(2, 0, BUY, "100", "1"), fill(3, 0, SELL, "110", "1")];
        assert!(!of(1, &added).is_flat(), "what no trade has entered is closed first");
    }

    #[test]
    fn all_that_was_realized_belongs_to_a_trade() {
        let fills = [
            fill(1, 1, BUY, "100", "0.3"),
            fill(2, 2, BUY, "107", "0.7"),
            fill(3, 1, BUY, "103", "0.1"),
            fill(4, 1, SELL, "111", "0.2"),
            fill(5, 2, SELL, "90", "0.5"),
            fill(6, 0, SELL, "95", "0.4"),
        ];
        let total: Decimal = fills.iter().map(|f| if f.side == SELL { f.cost } else { -f.cost }).sum();
        let both = realized(&of(1, &fills)) + realized(&of(2, &fills));
        assert_eq!(both.round_dp(12), total.round_dp(12));
    }

    #[test]
    fn each_trade_of_a_shared_position_is_a_round_trip() {
        let fill = |at: i64, side: Side, price: &str, amount: &str, id: &str| FuturesFill {
            at: Micros(at),
            side,
            price: d(price),
            amount: d(amount),
            realized: if side == SELL { d("999") } else { d("0") },
            fee: d("0.1"),
            client_order_id: Some(id.to_owned()),
        };
        let fills = [
            fill(1, BUY, "100", "1", "1-entry"),
            fill(2, BUY, "110", "1", "2-entry"),
            fill(3, SELL, "120", "1", "2-stop"),
            fill(4, SELL, "90", "1", "1-stop"),
            fill(9, BUY, "100", "1", "3-entry"),
        ];
        let owner = |fill: &FuturesFill| {
            let id = fill.client_order_id.as_ref()?;
            Some(trade(id.split('-').next()?.parse().ok()?))
        };
        let funding = [FundingPayment { at: Micros(2), paid: d("0.5") }];
        let trips = round_trips_of_trades(&fills, &funding, owner);
        let seen: Vec<_> = trips
            .iter()
            .map(|trip| (trip.closed_by.as_deref(), trip.profit.realized, trip.profit.funding))
            .collect();
        assert_eq!(
            seen,
            [
                (Some("1-stop"), d("-10"), d("0.25")),
                (Some("2-stop"), d("10"), d("0.25")),
                (None, d("0"), d("0"))
            ]
        );
        assert_eq!(round_trips(&fills, &funding).len(), 2, "as positions they are one");
    }

    #[test]
    fn funding_is_shared_by_amount() {
        let fills = [fill(1, 1, BUY, "100", "1"), fill(5, 2, BUY, "100", "3"), fill(9, 2, SELL, "100", "3")];
        let own = of(1, &fills);
        let shares = [0, 1, 4, 5, 8, 9].map(|at| own.share_at(Micros(at)));
        assert_eq!(shares, [d("0"), d("1"), d("1"), d("0.25"), d("0.25"), d("1")]);
    }
}
