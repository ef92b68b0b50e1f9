//! Divides the fills of a shared position among its trades. Pure.

use domain::{Decimal, IntentId, Micros, Side, Trade, trade::hand_out};

/// The fills of one trade on a shared position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnFills {
    /// Its entries, and its part of what closed the position, oldest first. What each has realized counts from the trade's own
    /// average entry price.
    pub(super) fills: Vec<Trade>,
    /// The trade's share of the position after a fill, in the order of the fills.
    shares: Vec<(Micros, Decimal)>,
    /// Whether all that was entered has been closed.
    pub(super) flat: bool,
    /// The amount that was entered, in base units.
    pub(super) entered: Decimal,
}

/// The part of a position that a trade has.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    amount: Decimal,
    /// Its cost in quote units.
    cost: Decimal,
}

impl OwnFills {
    /// Divides the fills of a market, oldest first, of a position that was entered on `side`, and returns those of the trade
    /// `own`. `owner` returns the trade whose order a fill belongs to; `None` for an order of no trade. An order of no trade closes
    /// what no trade has entered first, and then the oldest trade.
    pub(super) fn replay(
        fills: &[Trade],
        side: Side,
        own: IntentId,
        owner: impl Fn(&Trade) -> Option<IntentId>,
    ) -> Self {
        let mut replayed = Self::default();
        // The part that no trade has entered, and then the trades in the order of their entries.
        let mut parts: Vec<(Option<IntentId>, Held)> = vec![(None, Held::default())];
        for fill in fills {
            let owner = owner(fill);
            let at = parts.iter().position(|(trade, _)| *trade == owner).unwrap_or_else(|| {
                parts.push((owner, Held::default()));
                parts.len() - 1
            });
            if fill.side == side {
                parts[at].1.amount += fill.amount;
                parts[at].1.cost += fill.cost;
                if owner == Some(own) {
                    replayed.entered += fill.amount;
                    replayed.fills.push(Trade { realized: Decimal::ZERO, ..fill.clone() });
                }
            } else {
                // An order of a trade closes that trade first.
                let first = if owner.is_some() { fill.amount.min(parts[at].1.amount) } else { Decimal::ZERO };
                let mut needs: Vec<Decimal> = parts.iter().map(|(_, held)| held.amount).collect();
                needs[at] -= first;
                let mut closed = hand_out(fill.amount - first, &needs);
                closed[at] += first;
                for ((trade, held), closed) in parts.iter_mut().zip(closed) {
                    let cost = held.close(closed);
                    if *trade == Some(own) && !closed.is_zero() {
                        replayed.fills.push(part_of(fill, side, closed, cost));
                    }
                }
            }
            let total: Decimal = parts.iter().map(|(_, held)| held.amount).sum();
            let held = parts.iter().find(|(trade, _)| *trade == Some(own)).map(|(_, held)| held.amount);
            let share = held.and_then(|held| held.checked_div(total)).unwrap_or_default();
            replayed.shares.push((fill.at, share));
            replayed.flat = !replayed.entered.is_zero() && held.is_some_and(|held| held.is_zero());
        }
        replayed
    }

    /// Returns the trade's share of the position at a time.
    pub(super) fn share_at(&self, at: Micros) -> Decimal {
        let before = self.shares.iter().take_while(|(since, _)| *since <= at).last();
        before.map_or(Decimal::ZERO, |(_, share)| *share)
    }
}

impl Held {
    /// Closes an amount, and returns what it had cost.
    fn close(&mut self, amount: Decimal) -> Decimal {
        let all = amount >= self.amount;
        let part = (self.cost * amount).checked_div(self.amount).unwrap_or_default();
        let cost = if all { self.cost } else { part };
        self.amount -= amount.min(self.amount);
        self.cost -= cost;
        cost
    }
}

/// Returns the part of a closing fill that closed `amount` of a trade that was entered on `side` at this `cost`.
fn part_of(fill: &Trade, side: Side, amount: Decimal, cost: Decimal) -> Trade {
    let part = |of: Decimal| if amount == fill.amount { of } else { of * amount / fill.amount };
    let received = part(fill.cost);
    let mut closed = Trade { amount, cost: received, ..fill.clone() };
    closed.fee.cost = part(fill.fee.cost);
    closed.realized = if side == Side::Buy { received - cost } else { cost - received };
    closed
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Fee;
    use uuid::Uuid;

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    /// A fill of an order of trade 1 or 2, or of no trade (0).
    fn fill(at: i64, of: u8, side: Side, price: &str, amount: &str) -> Trade {
        Trade {
            id: String::new(),
            order: of.to_string(),
            symbol: "BTC/USDT".parse().unwrap(),
            at: Micros(at),
            side,
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

    fn of(number: u128, fills: &[Trade]) -> OwnFills {
        let owner = |fill: &Trade| {
            let number: u128 = fill.order.parse().unwrap();
            (number > 0).then(|| trade(number))
        };
        OwnFills::replay(fills, Side::Buy, trade(number), owner)
    }

    fn realized(own: &OwnFills) -> Decimal {
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
        assert!(first.flat && second.flat && !of(1, &fills[..3]).flat);
        assert_eq!((first.fills.len(), second.fills.len()), (2, 2));
    }

    #[test]
    fn what_no_trade_sent_closes_from_the_oldest_trade_on() {
        let fills =
            [fill(1, 1, BUY, "100", "1"), fill(2, 2, BUY, "100", "1"), fill(3, 0, SELL, "110", "1.5")];
        let (first, second) = (of(1, &fills), of(2, &fills));
        assert_eq!((realized(&first), realized(&second)), (d("10"), d("5")));
        assert!(first.flat && !second.flat);
        assert_eq!(
            first.fills[1].fee.cost + second.fills[1].fee.cost,
            d("0.1000"),
            "each bears its part of the fee"
        );
        let added = [fills[0].clone(), fill(2, 0, BUY, "100", "1"), fill(3, 0, SELL, "110", "1")];
        assert!(!of(1, &added).flat, "what no trade has entered is closed first");
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
    fn funding_is_shared_by_amount() {
        let fills = [fill(1, 1, BUY, "100", "1"), fill(5, 2, BUY, "100", "3"), fill(9, 2, SELL, "100", "3")];
        let own = of(1, &fills);
        let shares = [0, 1, 4, 5, 8, 9].map(|at| own.share_at(Micros(at)));
        assert_eq!(shares, [d("0"), d("1"), d("1"), d("0.25"), d("0.25"), d("1")]);
    }
}
