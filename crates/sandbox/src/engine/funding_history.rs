//! Past fundings: those that were paid, and before them computed ones, so that a perpetual has rates since its
//! listing.

use super::{Engine, funding_rate};
use crate::market::{FundingPoint, HISTORY, Interval, MarketId, Pair, noise};
use domain::{Decimal, Frame, Micros, time};

/// The range of the computed premium, in units of 10^-8: rates are mostly the interest, and sometimes up to 0.03 %
/// on either side.
const PREMIUM: u64 = 160_000;

impl Engine {
    /// Fundings of a perpetual between `start` and `end`, oldest first: the first `limit` of them if `start` is given,
    /// otherwise the last `limit`.
    #[must_use]
    pub fn funding_history(
        &self,
        pair: Pair,
        start: Option<Micros>,
        end: Option<Micros>,
        limit: usize,
    ) -> Vec<FundingPoint> {
        let within = |at: Micros| start.is_none_or(|start| at >= start) && end.is_none_or(|end| at <= end);
        let paid: Vec<_> = self.fundings(pair).copied().filter(|point| within(point.at)).collect();
        let every = funding_rate::EVERY;
        // The first computed funding, and the first one that is not computed.
        let first = start.map_or(0, |start| start.0).max(HISTORY * time::MINUTE);
        let first = first.saturating_add(every - 1).div_euclid(every);
        let known = self.fundings(pair).next().map_or(self.mark(pair).next_funding, |point| point.at);
        let last = end.map_or(i64::MAX, |end| end.0.div_euclid(every).saturating_add(1));
        let last = last.min(known.0.div_euclid(every));
        let times = |numbers: std::ops::Range<i64>| {
            numbers
                .filter_map(|number| self.computed_funding(pair, Micros(number * every)))
                .collect::<Vec<_>>()
        };
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        if start.is_some() {
            let mut rows = times(first..last.min(first.saturating_add(most)));
            rows.extend(paid);
            rows.truncate(limit);
            rows
        } else {
            let room = most.saturating_sub(i64::try_from(paid.len()).unwrap_or(most)).max(0);
            let mut rows = times(first.max(last.saturating_sub(room))..last);
            rows.extend(paid);
            rows.drain(..rows.len().saturating_sub(limit));
            rows
        }
    }

    /// The funding of a time without a recorded one; `None` before the market data.
    fn computed_funding(&self, pair: Pair, at: Micros) -> Option<FundingPoint> {
        let market = MarketId::futures(pair);
        let candle = self.candles(market, Interval::from(Frame::M1), Some(at), None, 1).pop()?;
        let drawn = noise(self.markets.seed(), &[0xF0D, pair.number() as u64, at.0.unsigned_abs()]) % PREMIUM;
        let premium = Decimal::new(i64::try_from(drawn).unwrap_or(0), 8) - Decimal::new(80_000, 8);
        Some(FundingPoint { at, rate: funding_rate::rate(premium), mark: candle.open })
    }
}
