//! Statistics of perpetuals that the market's other traders would produce: open interest, and how accounts are
//! divided between long and short. There are no such traders, so the figures are synthetic. They follow from the
//! seed, the perpetual and the time alone, so that a figure of the past stays what it was.

use super::Engine;
use crate::market::{MarketId, Pair, noise};
use domain::{Decimal, Micros, money, time};

/// The accounts that a share of longs counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// The positions of the accounts with the highest margin.
    TopPositions,
    /// The accounts with the highest margin.
    TopAccounts,
    /// All accounts.
    AllAccounts,
}

/// Open interest in multiples of the largest order of the market.
const INTEREST: i64 = 80;
/// The smallest share of longs, in hundredths of a percent, and the range above it.
const LONGS: (i64, i64) = (4_000, 2_500);
/// The resolution of slowly changing numbers.
const SCALE: i64 = 10_000;

impl Engine {
    /// The open interest of a perpetual at a time, in base units.
    #[must_use]
    pub fn open_interest(&self, pair: Pair, at: Micros) -> Decimal {
        let rules = MarketId::futures(pair).rules();
        let level = 9_000 + 2_000 * self.drift(pair, 0, at) / SCALE;
        let amount = rules.max_amount * Decimal::from(INTEREST) * Decimal::new(level, 4);
        money::floor_to(amount, rules.lot)
    }

    /// The share of longs at a time, between zero and one, with four decimals.
    #[must_use]
    pub fn long_share(&self, pair: Pair, crowd: Crowd, at: Micros) -> Decimal {
        let salt = match crowd {
            Crowd::TopPositions => 1,
            Crowd::TopAccounts => 2,
            Crowd::AllAccounts => 3,
        };
        Decimal::new(LONGS.0 + LONGS.1 * self.drift(pair, salt, at) / SCALE, 4)
    }

    /// A number between zero and [`SCALE`] that changes slowly: an independent one for each hour, and a straight
    /// line between them.
    fn drift(&self, pair: Pair, salt: u64, at: Micros) -> i64 {
        let (hour, within) = (at.0.div_euclid(time::HOUR), at.0.rem_euclid(time::HOUR));
        let seed = self.markets.seed();
        let drawn = |hour: i64| {
            let drawn = noise(seed, &[0x57A7, pair.number() as u64, salt, hour.unsigned_abs()]);
            i64::try_from(drawn % SCALE.unsigned_abs()).unwrap_or(0)
        };
        let (from, to) = (drawn(hour), drawn(hour + 1));
        from + (to - from) * (within / time::SECOND) / (time::HOUR / time::SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::DEFAULT_START;

    #[test]
    fn figures_repeat_stay_in_range_and_change_slowly() {
        let start = Micros::from_date("2026-11-21").unwrap();
        let later = start.plus(time::DAY);
        let (engine, other) = (Engine::new(7, start, DEFAULT_START), Engine::new(7, later, DEFAULT_START));
        let mut before = engine.open_interest(Pair::BtcUsdt, start);
        for minutes in (0..2_880).step_by(5) {
            let at = start.plus(minutes * time::MINUTE);
            let interest = engine.open_interest(Pair::BtcUsdt, at);
            assert_eq!(interest, other.open_interest(Pair::BtcUsdt, at));
            assert!(interest >= Decimal::from(72_000) && interest <= Decimal::from(88_000), "{interest}");
            assert!((interest - before).abs() < Decimal::from(1_600), "{before} {interest}");
            before = interest;
            let share = engine.long_share(Pair::BtcUsdt, Crowd::AllAccounts, at);
            assert!(share >= Decimal::new(40, 2) && share <= Decimal::new(65, 2), "{share}");
        }
    }
}
