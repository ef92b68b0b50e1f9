//! The synthetic order book of a market at one beat: a spread around the last trade, and levels sized by the
//! candle's volume.

use super::{
    Beat, Level, MarketId,
    noise::{Run, noise},
};
use domain::{Decimal, Side};

/// Number of levels on each side.
const LEVELS: usize = 200;
/// A level near the best price holds the candle's volume divided by this.
const SHARE: i64 = 2_400;

/// The order book at one beat. It is not stored, because it follows from the seed, the market and the beat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Book {
    market: MarketId,
    key: u64,
    /// Best prices, in ticks.
    bid: i64,
    ask: i64,
    /// Mean amount of a level near the best price, in lots.
    amount: i64,
    /// Largest distance between adjacent levels, in ticks.
    gap: i64,
}

impl Book {
    pub(crate) fn new(market: MarketId, beat: &Beat, (seed, words): (u64, [u64; 3])) -> Self {
        let rules = market.rules();
        let key = noise(seed, &words);
        let price = super::minute::to_tick(beat.price, market);
        let ticks = whole(price / rules.tick).max(2);
        let sparsity = market.pair.sparsity();
        let gap = 1 + ticks.saturating_mul(sparsity) / 100_000;
        let wide = if sparsity > 1 { gap / 8 } else { 0 };
        let spread = 1 + wide + Run::new(key).below(2);
        // The last trade is at the side that was taken.
        let (bid, ask) = if beat.buyer { (ticks - spread, ticks) } else { (ticks, ticks + spread) };
        let volume = Decimal::new(beat.candle_volume / SHARE, market.pair.volume_scale());
        let least = Decimal::from(market.pair.least_depth()) / price;
        let amount = whole(volume.max(least) / rules.lot).max(1);
        Self { market, key, bid: bid.max(1), ask: ask.max(2), amount, gap }
    }

    /// The levels available to a taker on `side`, best first, after `taken` has been consumed from the top.
    pub(crate) fn against(&self, side: Side, taken: Decimal) -> impl Iterator<Item = Level> + use<> {
        let rules = self.market.rules();
        let (start, way, salt) = match side {
            Side::Buy => (self.ask, 1, 1),
            Side::Sell => (self.bid, -1, 2),
        };
        let (gap, mean) = (self.gap, self.amount);
        let mut run = Run::new(noise(self.key, &[salt]));
        let mut ticks = start;
        let mut gone = taken;
        (0..LEVELS).filter_map(move |depth| {
            if depth > 0 {
                ticks += way * (1 + run.below(gap));
            }
            // Levels hold 20 to 180 percent of the mean, increasing with depth.
            let depth = i64::try_from(depth).unwrap_or(0);
            let percent = (20 + run.below(161)) * (16 + depth) / 16;
            let lots = i128::from(mean) * i128::from(percent) / 100;
            let lots = Decimal::from(i64::try_from(lots).unwrap_or(i64::MAX).max(1));
            let amount = lots.checked_mul(rules.lot).unwrap_or(rules.max_amount);
            let left = (amount - gone).max(Decimal::ZERO);
            gone = (gone - amount).max(Decimal::ZERO);
            let price = Decimal::from(ticks) * rules.tick;
            (ticks > 0 && !left.is_zero()).then_some(Level { price, amount: left })
        })
    }
}

fn whole(value: Decimal) -> i64 {
    i64::try_from(value.trunc()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::Pair;
    use proptest::prelude::*;

    fn book(market: MarketId, price: i64, volume: i64, key: u64) -> Book {
        let beat = Beat { price, volume: 0, buyer: key.is_multiple_of(2), candle_volume: volume };
        Book::new(market, &beat, (key, [0, 1, 2]))
    }

    proptest! {
        #[test]
        fn has_a_spread_and_fits_the_filters(
            number in 0_usize..32, price in 100_i64..50_000_000, volume in 0_i64..1 << 50, key in any::<u64>(),
        ) {
            let market = MarketId::all().nth(number).unwrap();
            let rules = market.rules();
            let book = book(market, price, volume, key);
            let asks: Vec<_> = book.against(Side::Buy, Decimal::ZERO).collect();
            let bids: Vec<_> = book.against(Side::Sell, Decimal::ZERO).collect();
            prop_assert!(asks[0].price - bids[0].price >= rules.tick);
            prop_assert!(asks.windows(2).all(|w| w[0].price < w[1].price));
            prop_assert!(bids.windows(2).all(|w| w[0].price > w[1].price));
            for level in asks.iter().chain(&bids) {
                prop_assert!(rules.check_price(level.price).is_ok(), "{level:?}");
                prop_assert!(domain::money::on_step(level.amount, rules.lot) && level.amount > Decimal::ZERO);
            }
        }
    }

    #[test]
    fn taken_amounts_leave_the_top_of_the_book() {
        let book = book(MarketId::futures(Pair::BtcUsdt), 1_000_000, 2_000_000_000, 4);
        let whole: Vec<_> = book.against(Side::Buy, Decimal::ZERO).collect();
        let taken = whole[0].amount + Decimal::new(1, 3);
        let rest: Vec<_> = book.against(Side::Buy, taken).collect();
        assert_eq!(rest.len(), whole.len() - 1);
        assert_eq!(rest[0].price, whole[1].price);
        assert_eq!(rest[0].amount, whole[1].amount - Decimal::new(1, 3));
    }
}
