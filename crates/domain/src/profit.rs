//! The definition of profit, used by pages, reports, mails, APIs and files alike.
//!
//! The profit of trades is realized + unrealized − fees − funding, in quote units. The profit of an account is the change
//! of its equity less net transfers. Both agree to the last digit, apart from the change in price of assets other than
//! the quote, which belongs to no trade ([`reconciled`]).

mod shared;

pub use shared::{SharedFill, TradePart, divide, round_trips_of_trades};

use crate::{Decimal, Micros, PositionSide, Side, dec};
use serde::{Deserialize, Serialize};

/// The parts of a profit, in quote units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profit {
    /// Profit of what was closed, before fees.
    pub realized: Decimal,
    /// Profit of what is open at the mark price; zero for a closed position.
    pub unrealized: Decimal,
    /// Fees paid, converted to quote units at the time of each fill. A rebate is negative.
    pub fees: Decimal,
    /// Funding paid. Funding that was received is negative.
    pub funding: Decimal,
}

impl Profit {
    /// Returns the net profit or loss.
    #[must_use]
    pub fn net(&self) -> Decimal {
        self.realized + self.unrealized - self.fees - self.funding
    }
}

impl std::ops::AddAssign for Profit {
    fn add_assign(&mut self, other: Self) {
        self.realized += other.realized;
        self.unrealized += other.unrealized;
        self.fees += other.fees;
        self.funding += other.funding;
    }
}

impl std::iter::Sum for Profit {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut sum = Self::default();
        all.for_each(|one| sum += one);
        sum
    }
}

/// Returns the profit of an account between two times: the change of its equity less net transfers, that is, deposits
/// minus withdrawals.
#[must_use]
pub fn of_account(start: Decimal, end: Decimal, transferred: Decimal) -> Decimal {
    end - start - transferred
}

/// Returns the change of an account's equity that its trades and transfers do not explain: `revalued` is the change in
/// price of the assets other than the quote. The result is zero if nothing is missing.
#[must_use]
pub fn reconciled(account: Decimal, trades: &Profit, revalued: Decimal) -> Decimal {
    account - trades.net() - revalued
}

/// Returns the unrealized profit of a position at a mark price.
#[must_use]
pub fn unrealized(side: PositionSide, contracts: Decimal, entry: Decimal, mark: Decimal) -> Decimal {
    match side {
        PositionSide::Long => (mark - entry) * contracts,
        PositionSide::Short => (entry - mark) * contracts,
    }
}

/// A fill of a futures order, with its fee in quote units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuturesFill {
    /// Time of the fill.
    pub at: Micros,
    /// Side of the order.
    pub side: Side,
    /// Fill price.
    pub price: Decimal,
    /// Amount in base units, positive.
    pub amount: Decimal,
    /// Realized profit as the exchange reports it, before fees.
    pub realized: Decimal,
    /// Fee in quote units.
    pub fee: Decimal,
    /// Client order id of the order; `None` if it is unknown.
    pub client_order_id: Option<String>,
}

/// A funding payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FundingPayment {
    /// Time of the payment.
    pub at: Micros,
    /// Amount paid in quote units; negative if it was received.
    pub paid: Decimal,
}

/// A position from its first fill to its end, or to now while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundTrip {
    /// Direction of the position.
    pub side: PositionSide,
    /// Time of the first fill.
    pub opened_at: Micros,
    /// Time of the last fill; `None` while the position is open.
    pub closed_at: Option<Micros>,
    /// Amount bought (long) or sold (short) in total, in base units.
    pub amount: Decimal,
    /// Amount that is still open.
    pub left: Decimal,
    /// Average price of the entries.
    pub entry_price: Decimal,
    /// Average price of the exits; `None` before the first one.
    pub exit_price: Option<Decimal>,
    /// Realized profit, fees and funding. The unrealized part is zero.
    pub profit: Profit,
    /// Client order id of the order that opened the position.
    pub opened_by: Option<String>,
    /// Client order id of the order of the last exit.
    pub closed_by: Option<String>,
}

impl RoundTrip {
    /// Whether the position was open at a time.
    fn is_open_at(&self, at: Micros) -> bool {
        self.opened_at <= at && self.closed_at.is_none_or(|closed| at <= closed)
    }
}

/// Splits the fills of one market of one account, oldest first, into positions, oldest first. A fill that is larger than
/// the position closes it and opens the opposite one. Fills that close a position whose entry is unknown are left out, and
/// so is a position whose end is unknown.
/// Funding counts for the position that was open at its time.
#[must_use]
pub fn round_trips(fills: &[FuturesFill], funding: &[FundingPayment]) -> Vec<RoundTrip> {
    let (mut done, mut open): (Vec<RoundTrip>, Option<Running>) = (Vec::new(), None);
    for fill in fills.iter().filter(|fill| fill.amount > Decimal::ZERO) {
        let rest = match open.take() {
            // Only a closing fill realizes a profit: the entry of this position is not among the fills.
            None if !fill.realized.is_zero() => continue,
            None => fill.clone(),
            Some(running) if running.side.opening() == fill.side => {
                open = Some(running.entered(fill));
                continue;
            }
            // This fill opens a position: the running one was closed by fills that are not known.
            Some(running) if fill.realized.is_zero() && running.would_realize(fill) => fill.clone(),
            Some(running) => {
                let closing = fill.amount.min(running.left());
                let (part, rest) = split(fill, closing);
                let running = running.exited(&part);
                if running.left() > Decimal::ZERO {
                    open = Some(running);
                } else {
                    done.push(running.trip(true));
                }
                match rest {
                    Some(rest) => rest,
                    None => continue,
                }
            }
        };
        open = Some(Running::opened(&rest));
    }
    done.extend(open.map(|running| running.trip(false)));
    for payment in funding {
        if let Some(trip) = done.iter_mut().rev().find(|trip| trip.is_open_at(payment.at)) {
            trip.profit.funding += payment.paid;
        }
    }
    done
}

/// Divides the funding of a market among the fills of its two positions of hedge mode, or of its only position. Exchanges
/// report funding by market: while both positions are open, all of it counts for the one that was opened last.
#[must_use]
pub fn divide_funding(
    positions: &[Vec<FuturesFill>],
    funding: &[FundingPayment],
) -> Vec<Vec<FundingPayment>> {
    let trips: Vec<Vec<RoundTrip>> = positions.iter().map(|fills| round_trips(fills, &[])).collect();
    let opened_last = |at: Micros| {
        let open = trips.iter().enumerate().flat_map(|(index, trips)| {
            let open = trips.iter().filter(move |trip| trip.is_open_at(at));
            open.map(move |trip| (trip.opened_at, index))
        });
        open.max().map(|(_, index)| index)
    };
    let mut divided = vec![Vec::new(); positions.len()];
    for payment in funding {
        if let Some(of_position) = opened_last(payment.at).and_then(|index| divided.get_mut(index)) {
            of_position.push(*payment);
        }
    }
    divided
}

/// Splits a fill into the part that closes `closing` units and the rest. The realized profit belongs to the first part;
/// the fees of both add up to the whole fee.
fn split(fill: &FuturesFill, closing: Decimal) -> (FuturesFill, Option<FuturesFill>) {
    if closing >= fill.amount {
        return (fill.clone(), None);
    }
    let fee = (fill.fee * closing).checked_div(fill.amount).unwrap_or_default().round_dp(12);
    let part = FuturesFill { amount: closing, fee, ..fill.clone() };
    let rest = FuturesFill {
        amount: fill.amount - closing,
        fee: fill.fee - fee,
        realized: Decimal::ZERO,
        ..fill.clone()
    };
    (part, Some(rest))
}

/// The smallest profit or loss that an exchange certainly reports, in quote units.
const REPORTED: Decimal = dec!(0.0000001);

/// A position while its fills are added up.
struct Running {
    side: PositionSide,
    opened_at: Micros,
    last_at: Micros,
    entered: Decimal,
    entry_cost: Decimal,
    exited: Decimal,
    exit_cost: Decimal,
    /// Average entry price of the amount that is open, as the exchange computes it.
    basis: Decimal,
    profit: Profit,
    opened_by: Option<String>,
    closed_by: Option<String>,
}

impl Running {
    fn opened(fill: &FuturesFill) -> Self {
        let empty = Self {
            side: PositionSide::opened_by(fill.side),
            opened_at: fill.at,
            last_at: fill.at,
            entered: Decimal::ZERO,
            entry_cost: Decimal::ZERO,
            exited: Decimal::ZERO,
            exit_cost: Decimal::ZERO,
            basis: fill.price,
            profit: Profit::default(),
            opened_by: fill.client_order_id.clone(),
            closed_by: None,
        };
        empty.entered(fill)
    }

    fn left(&self) -> Decimal {
        self.entered - self.exited
    }

    /// Whether the exchange would report a profit or loss if this fill closed a part of the position.
    fn would_realize(&self, fill: &FuturesFill) -> bool {
        ((fill.price - self.basis) * fill.amount.min(self.left())).abs() >= REPORTED
    }

    fn entered(mut self, fill: &FuturesFill) -> Self {
        let (before, added) = (self.left(), fill.amount);
        let cost = self.basis * before + fill.price * added;
        self.basis = cost.checked_div(before + added).unwrap_or(fill.price);
        self.entered += fill.amount;
        self.entry_cost += fill.amount * fill.price;
        self.booked(fill)
    }

    fn exited(mut self, fill: &FuturesFill) -> Self {
        self.exited += fill.amount;
        self.exit_cost += fill.amount * fill.price;
        self.closed_by.clone_from(&fill.client_order_id);
        self.booked(fill)
    }

    fn booked(mut self, fill: &FuturesFill) -> Self {
        self.profit.realized += fill.realized;
        self.profit.fees += fill.fee;
        self.last_at = fill.at;
        self
    }

    fn trip(self, closed: bool) -> RoundTrip {
        let average =
            |cost: Decimal, amount: Decimal| cost.checked_div(amount).map(|price| price.round_dp(8));
        RoundTrip {
            side: self.side,
            opened_at: self.opened_at,
            closed_at: closed.then_some(self.last_at),
            amount: self.entered,
            left: self.entered - self.exited,
            entry_price: average(self.entry_cost, self.entered).unwrap_or_default(),
            exit_price: average(self.exit_cost, self.exited),
            profit: self.profit,
            opened_by: self.opened_by,
            closed_by: self.closed_by,
        }
    }
}

#[cfg(test)]
mod tests;
