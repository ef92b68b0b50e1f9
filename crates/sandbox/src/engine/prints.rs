//! The latest fills of users on one market, which are public trades beside the beats.

use crate::market::{Kline, PublicTrade};
use domain::{Decimal, Micros};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many fills of users are kept per market.
const KEPT: usize = 2_000;

/// A fill of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    /// The number of the pair's latest beat before it.
    after: i64,
    trade: PublicTrade,
}

/// Sums over fills, in base and quote units.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    volume: Decimal,
    quote_volume: Decimal,
    taker_base: Decimal,
    taker_quote: Decimal,
}

impl Sums {
    const ZERO: Self = Self {
        volume: Decimal::ZERO,
        quote_volume: Decimal::ZERO,
        taker_base: Decimal::ZERO,
        taker_quote: Decimal::ZERO,
    };

    fn and(mut self, trade: &PublicTrade) -> Self {
        let quote = trade.price * trade.amount;
        self.volume += trade.amount;
        self.quote_volume += quote;
        if !trade.buyer_maker {
            self.taker_base += trade.amount;
            self.taker_quote += quote;
        }
        self
    }
}

/// The latest fills of users on one market, with statistics that make a sum over any number of the latest ones cheap.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "StoredPrints")]
pub(super) struct Prints {
    /// The number of older fills.
    dropped: i64,
    rows: VecDeque<Print>,
    /// The sums up to and including each of `rows`.
    #[serde(skip)]
    sums: VecDeque<Sums>,
    /// The sums before the first of `rows`.
    #[serde(skip)]
    before: Sums,
    /// The fills whose price is above that of all later ones: their numbers and prices.
    #[serde(skip)]
    highs: VecDeque<(i64, Decimal)>,
    /// The fills whose price is below that of all later ones.
    #[serde(skip)]
    lows: VecDeque<(i64, Decimal)>,
}

/// The serialized form: the statistics follow from the fills.
#[derive(Deserialize)]
struct StoredPrints {
    dropped: i64,
    rows: VecDeque<Print>,
}

impl From<StoredPrints> for Prints {
    fn from(StoredPrints { dropped, rows }: StoredPrints) -> Self {
        let mut prints = Self { dropped, ..Self::new() };
        rows.into_iter().for_each(|row| prints.push(row));
        prints
    }
}

impl Prints {
    pub(super) const fn new() -> Self {
        Self {
            dropped: 0,
            rows: VecDeque::new(),
            sums: VecDeque::new(),
            before: Sums::ZERO,
            highs: VecDeque::new(),
            lows: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, after: i64, trade: PublicTrade) {
        if self.rows.len() == KEPT {
            self.rows.pop_front();
            self.before = self.sums.pop_front().unwrap_or(Sums::ZERO);
            self.dropped += 1;
            for extremes in [&mut self.highs, &mut self.lows] {
                if extremes.front().is_some_and(|(number, _)| *number < self.dropped) {
                    extremes.pop_front();
                }
            }
        }
        self.push(Print { after, trade });
    }

    fn push(&mut self, print: Print) {
        let (number, price) = (self.count(), print.trade.price);
        let before = self.sums.back().copied().unwrap_or(self.before);
        self.sums.push_back(before.and(&print.trade));
        while self.highs.back().is_some_and(|(_, high)| *high <= price) {
            self.highs.pop_back();
        }
        self.highs.push_back((number, price));
        while self.lows.back().is_some_and(|(_, low)| *low >= price) {
            self.lows.pop_back();
        }
        self.lows.push_back((number, price));
        self.rows.push_back(print);
    }

    /// Adds the kept fills from a time on to a candle, but leaves its first and its last price as they are.
    pub(super) fn include_since(&self, at: Micros, candle: &mut Kline) {
        let first = self.rows.partition_point(|print| print.trade.at < at);
        let number = self.dropped + length(first);
        let extreme = |of: &VecDeque<(i64, Decimal)>| {
            of.get(of.partition_point(|(of_fill, _)| *of_fill < number)).map(|(_, price)| *price)
        };
        let (Some(high), Some(low), Some(all)) =
            (extreme(&self.highs), extreme(&self.lows), self.sums.back())
        else {
            return;
        };
        let before = first.checked_sub(1).and_then(|at| self.sums.get(at)).unwrap_or(&self.before);
        candle.high = candle.high.max(high);
        candle.low = candle.low.min(low);
        candle.volume += all.volume - before.volume;
        candle.quote_volume += all.quote_volume - before.quote_volume;
        candle.trades += (self.count() - number).unsigned_abs();
        candle.taker_base += all.taker_base - before.taker_base;
        candle.taker_quote += all.taker_quote - before.taker_quote;
    }

    /// The number of all fills.
    pub(super) fn count(&self) -> i64 {
        self.dropped + length(self.rows.len())
    }

    /// The id of the beat with this number.
    pub(super) fn id_of(&self, number: i64) -> u64 {
        let before = self.dropped + length(self.rows.partition_point(|print| print.after < number));
        (number + before).unsigned_abs()
    }

    /// The number of the first beat whose id is at least `id`.
    pub(super) fn number_of(&self, id: u64) -> i64 {
        let before = self.dropped + length(self.rows.partition_point(|print| print.trade.id < id));
        i64::try_from(id).unwrap_or(i64::MAX).saturating_sub(before)
    }

    /// The time of the latest fill.
    pub(super) fn latest(&self) -> Option<Micros> {
        self.rows.back().map(|print| print.trade.at)
    }

    /// The kept fills, oldest first.
    pub(super) fn kept(&self) -> impl ExactSizeIterator<Item = &PublicTrade> {
        self.rows.iter().map(|print| &print.trade)
    }

    /// The kept fills from a time on.
    pub(super) fn since(&self, at: Micros) -> impl Iterator<Item = &PublicTrade> {
        let first = self.rows.partition_point(|print| print.trade.at < at);
        self.rows.range(first..).map(|print| &print.trade)
    }
}

fn length(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn trade(number: i64, price: i64, amount: i64) -> PublicTrade {
        PublicTrade {
            id: number.unsigned_abs(),
            price: Decimal::new(price, 2),
            amount: Decimal::new(amount, 5),
            buyer_maker: amount % 3 == 0,
            // Several fills have the same time.
            at: Micros(number / 3 * 1_000),
        }
    }

    /// Checks that the statistics are those of adding fill by fill.
    fn same_as_added(prints: &Prints, at: Micros) {
        let flat = Kline::flat(Micros(0), Decimal::new(20_000, 0));
        let (mut summed, mut added) = (flat, flat);
        prints.include_since(at, &mut summed);
        prints.since(at).for_each(|trade| added.include(trade));
        assert_eq!(summed, added, "{at:?}");
    }

    #[test]
    fn dropped_fills_leave_the_statistics() {
        let mut prints = Prints::new();
        let kept = i64::try_from(KEPT).unwrap();
        for number in 0..kept + 700 {
            prints.add(number, trade(number, 1_990_000 + number * 7_919 % 20_011, 1 + number % 977));
        }
        for number in [0, 699, 700, 701, 1_500, kept + 690, kept + 699, kept + 900] {
            same_as_added(&prints, Micros(number / 3 * 1_000));
        }
        assert_eq!(prints.kept().len(), KEPT);
    }

    proptest! {
        #[test]
        fn a_sum_of_the_latest_fills_is_their_sum(
            fills in prop::collection::vec((1_i64..4_000_000, 1_i64..100_000), 0..80), reload in 0_usize..80, at in 0_i64..40_000,
        ) {
            let mut prints = Prints::new();
            for (number, (price, amount)) in fills.into_iter().enumerate() {
                if number == reload {
                    prints = serde_json::from_str(&serde_json::to_string(&prints).unwrap()).unwrap();
                }
                prints.add(0, trade(length(number), price, amount));
                same_as_added(&prints, Micros(at));
                same_as_added(&prints, Micros(0));
            }
        }
    }
}
