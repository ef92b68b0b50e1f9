//! One minute of a pair, as it is kept.

use super::{MarketId, Pair, price_path::Span};
use domain::Decimal;
use serde::{Deserialize, Serialize};

/// A one-minute candle in the units of its pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Row", into = "Row")]
pub(super) struct Minute {
    /// Minutes since the Unix epoch.
    pub(super) start: i64,
    pub(super) open: i64,
    pub(super) high: i64,
    pub(super) low: i64,
    pub(super) close: i64,
    pub(super) volume: i64,
    /// The sum of price times volume.
    pub(super) turnover: Decimal,
    pub(super) trades: u32,
    /// Volume with a buyer as taker.
    pub(super) bought: i64,
}

impl Minute {
    /// Prices and volume.
    pub(super) const fn span(&self) -> Span {
        Span { open: self.open, high: self.high, low: self.low, close: self.close, volume: self.volume }
    }

    /// Volume in quote units.
    pub(super) fn quote_volume(&self, pair: Pair) -> Decimal {
        self.turnover * Decimal::new(1, pair.price_scale() + pair.volume_scale())
    }

    /// Volume in quote units with a buyer as taker.
    pub(super) fn taker_quote(&self, pair: Pair) -> Decimal {
        let share = Decimal::from(self.bought).checked_div(Decimal::from(self.volume)).unwrap_or_default();
        (self.quote_volume(pair) * share).round_dp(8)
    }
}

/// The serialized form of a minute, without field names because there are thousands of them.
type Row = (i64, [i64; 4], i64, Decimal, u32, i64);

impl From<Row> for Minute {
    fn from((start, [open, high, low, close], volume, turnover, trades, bought): Row) -> Self {
        Self { start, open, high, low, close, volume, turnover, trades, bought }
    }
}

impl From<Minute> for Row {
    fn from(m: Minute) -> Self {
        (m.start, [m.open, m.high, m.low, m.close], m.volume, m.turnover, m.trades, m.bought)
    }
}

/// Converts a feed price to a market's tick size, rounding halves up. The rounding is monotonic, so a high
/// stays the high.
pub(crate) fn to_tick(units: i64, market: MarketId) -> Decimal {
    let step = market.units_per_tick();
    let rounded = units.saturating_add(step / 2) / step * step;
    Decimal::new(rounded.max(step), market.pair.price_scale())
}
