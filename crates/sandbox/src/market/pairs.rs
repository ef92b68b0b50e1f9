//! The traded pairs and their filters: those of Binance's pairs as listed there, but with a low minimum notional for
//! small accounts, and synthetic pairs named after their behavior.

use domain::{Decimal, Market, Symbol, TradeType, dec};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// A traded pair, available on spot and as a perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Pair {
    /// Bitcoin: recorded history.
    BtcUsdt,
    /// Ether: synthetic.
    EthUsdt,
    /// Solana: synthetic.
    SolUsdt,
    /// Ripple: synthetic.
    XrpUsdt,
    /// Synthetic: a trend up, with a sharp fall every third day.
    RiseUsdt,
    /// Synthetic: a trend down, with a sharp rise every third day.
    FallUsdt,
    /// Synthetic: a range between two prices.
    RangeUsdt,
    /// Synthetic: a crash, and a slow recovery.
    CrashUsdt,
    /// Synthetic: a thin order book.
    ThinUsdt,
    /// Synthetic: a cheap coin with a tick size of 10^-7.
    CheapUsdt,
    /// Synthetic: a price above a million.
    DearUsdt,
    /// Synthetic: a volatile market.
    WildUsdt,
    /// Synthetic: a gap at the opening of each day.
    GapUsdt,
    /// Synthetic: a sudden rise that fades.
    PumpUsdt,
    /// Synthetic: slow waves.
    WaveUsdt,
    /// Synthetic: hardly any movement.
    CalmUsdt,
}

/// The quote asset of every pair.
pub const QUOTE: &str = "USDT";

impl Pair {
    /// All pairs, ordered by number.
    pub const ALL: [Self; 16] = [
        Self::BtcUsdt,
        Self::EthUsdt,
        Self::SolUsdt,
        Self::XrpUsdt,
        Self::RiseUsdt,
        Self::FallUsdt,
        Self::RangeUsdt,
        Self::CrashUsdt,
        Self::ThinUsdt,
        Self::CheapUsdt,
        Self::DearUsdt,
        Self::WildUsdt,
        Self::GapUsdt,
        Self::PumpUsdt,
        Self::WaveUsdt,
        Self::CalmUsdt,
    ];

    /// The index of the pair in [`Pair::ALL`].
    #[must_use]
    pub const fn number(self) -> usize {
        self as usize
    }

    /// Binance's symbol, such as `BTCUSDT`.
    #[must_use]
    pub const fn joined(self) -> &'static str {
        match self {
            Self::BtcUsdt => "BTCUSDT",
            Self::EthUsdt => "ETHUSDT",
            Self::SolUsdt => "SOLUSDT",
            Self::XrpUsdt => "XRPUSDT",
            Self::RiseUsdt => "RISEUSDT",
            Self::FallUsdt => "FALLUSDT",
            Self::RangeUsdt => "RANGEUSDT",
            Self::CrashUsdt => "CRASHUSDT",
            Self::ThinUsdt => "THINUSDT",
            Self::CheapUsdt => "CHEAPUSDT",
            Self::DearUsdt => "DEARUSDT",
            Self::WildUsdt => "WILDUSDT",
            Self::GapUsdt => "GAPUSDT",
            Self::PumpUsdt => "PUMPUSDT",
            Self::WaveUsdt => "WAVEUSDT",
            Self::CalmUsdt => "CALMUSDT",
        }
    }

    /// Parses Binance's symbol, case-sensitively.
    #[must_use]
    pub fn parse(joined: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.joined() == joined)
    }

    /// The base asset, such as `BTC`.
    #[must_use]
    pub fn base(self) -> &'static str {
        self.joined().strip_suffix(QUOTE).unwrap_or_default()
    }

    /// The quote asset.
    #[must_use]
    pub const fn quote(self) -> &'static str {
        QUOTE
    }

    /// The unified symbol as used by ccxt, such as `BTC/USDT`.
    #[must_use]
    pub fn symbol(self) -> Symbol {
        MarketId::spot(self).rules().symbol.clone()
    }

    /// Whether the prices are synthetic rather than recorded.
    #[must_use]
    pub const fn synthetic(self) -> bool {
        !matches!(self, Self::BtcUsdt)
    }

    /// How the price behaves, for lists of markets.
    #[must_use]
    pub const fn behavior(self) -> &'static str {
        match self {
            Self::BtcUsdt => "Recorded prices",
            Self::EthUsdt | Self::SolUsdt | Self::XrpUsdt => "Synthetic: random prices around a level",
            Self::RiseUsdt => "Synthetic: a trend up, with a sharp fall every third day",
            Self::FallUsdt => "Synthetic: a trend down, with a sharp rise every third day",
            Self::RangeUsdt => "Synthetic: a range between two prices",
            Self::CrashUsdt => "Synthetic: a crash, and a slow recovery",
            Self::ThinUsdt => "Synthetic: a thin order book",
            Self::CheapUsdt => "Synthetic: a cheap coin with a tick size of 10^-7",
            Self::DearUsdt => "Synthetic: a price above a million",
            Self::WildUsdt => "Synthetic: a volatile market",
            Self::GapUsdt => "Synthetic: a gap at the opening of each day",
            Self::PumpUsdt => "Synthetic: a sudden rise that fades",
            Self::WaveUsdt => "Synthetic: slow waves",
            Self::CalmUsdt => "Synthetic: hardly any movement",
        }
    }

    /// Decimal places of the feed's price unit, which is the spot tick.
    pub(crate) const fn price_scale(self) -> u32 {
        match self {
            Self::CheapUsdt => 7,
            Self::XrpUsdt | Self::ThinUsdt | Self::CalmUsdt | Self::PumpUsdt => 4,
            Self::WildUsdt | Self::WaveUsdt => 3,
            Self::DearUsdt => 1,
            _ => 2,
        }
    }

    /// Decimal places of the feed's volume unit.
    pub(crate) const fn volume_scale(self) -> u32 {
        match self {
            Self::BtcUsdt => 6,
            Self::EthUsdt => 4,
            Self::SolUsdt => 3,
            Self::XrpUsdt => 1,
            Self::CheapUsdt | Self::CalmUsdt => 0,
            Self::DearUsdt => 6,
            Self::ThinUsdt | Self::WildUsdt | Self::WaveUsdt | Self::PumpUsdt => 2,
            _ => 3,
        }
    }

    /// The step of the feed's volumes in volume units: the larger step size of the pair's two markets, so that every
    /// trade is on the step of both.
    pub(crate) const fn volume_step(self) -> i64 {
        match self {
            Self::BtcUsdt => 1_000,
            Self::EthUsdt => 10,
            Self::SolUsdt => 100,
            _ => 1,
        }
    }

    /// The least amount of a level near the best price, in quote units.
    pub(crate) const fn least_depth(self) -> i64 {
        match self {
            Self::ThinUsdt => 40,
            _ => 2_000,
        }
    }

    /// The largest distance between adjacent levels of the book, in hundred-thousandths of the price.
    pub(crate) const fn sparsity(self) -> i64 {
        match self {
            Self::ThinUsdt => 60,
            Self::WildUsdt => 8,
            _ => 1,
        }
    }
}

/// One market: a pair, on spot or as a perpetual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MarketId {
    /// The pair.
    pub pair: Pair,
    /// Spot or futures.
    pub kind: TradeType,
}

impl MarketId {
    /// The spot market of a pair.
    #[must_use]
    pub const fn spot(pair: Pair) -> Self {
        Self { pair, kind: TradeType::Spot }
    }

    /// The perpetual of a pair.
    #[must_use]
    pub const fn futures(pair: Pair) -> Self {
        Self { pair, kind: TradeType::Futures }
    }

    /// All markets, spot first.
    pub fn all() -> impl Iterator<Item = Self> {
        TradeType::ALL.iter().flat_map(|&kind| Pair::ALL.into_iter().map(move |pair| Self { pair, kind }))
    }

    /// The index in tables of all markets.
    #[must_use]
    pub const fn number(self) -> usize {
        self.pair.number() + if matches!(self.kind, TradeType::Spot) { 0 } else { Pair::ALL.len() }
    }

    /// The initial filters of the market.
    #[must_use]
    pub fn rules(self) -> &'static Market {
        &RULES[self.number()]
    }

    /// The number of feed price units per tick of this market.
    pub(crate) fn units_per_tick(self) -> i64 {
        match (self.pair, self.kind) {
            (Pair::BtcUsdt, TradeType::Futures) => 10,
            _ => 1,
        }
    }
}

static RULES: LazyLock<Vec<Market>> = LazyLock::new(|| MarketId::all().filter_map(rules).collect());

fn rules(id: MarketId) -> Option<Market> {
    let spot = id.kind == TradeType::Spot;
    // Lot size as (units, decimals), maximum amount of one order, minimum notional.
    let (lot, max_amount, min_notional) = match (id.pair, spot) {
        (Pair::BtcUsdt, true) => ((1, 5), 9_000, 5),
        (Pair::BtcUsdt, false) => ((1, 3), 1_000, 5),
        (Pair::EthUsdt, true) => ((1, 4), 9_000, 5),
        (Pair::EthUsdt, false) => ((1, 3), 10_000, 5),
        (Pair::SolUsdt, true) => ((1, 3), 90_000, 5),
        (Pair::SolUsdt, false) => ((1, 1), 100_000, 5),
        (Pair::XrpUsdt, _) => ((1, 1), 10_000_000, 5),
        (Pair::CheapUsdt, _) => ((1, 0), 5_000_000_000_i64, 1),
        (Pair::DearUsdt, _) => ((1, 6), 100, 20),
        (Pair::ThinUsdt, _) => ((1, 2), 500_000, 10),
        (Pair::WildUsdt | Pair::WaveUsdt | Pair::PumpUsdt, _) => ((1, 2), 1_000_000, 5),
        (Pair::CalmUsdt, true) => ((1, 0), 10_000_000, 10),
        (Pair::CalmUsdt, false) => ((1, 0), 5_000_000, 10),
        (_, true) => ((1, 3), 100_000, 5),
        (_, false) => ((1, 3), 50_000, 5),
    };
    let lot = Decimal::new(lot.0, lot.1);
    let tick = Decimal::new(id.units_per_tick(), id.pair.price_scale()).normalize();
    Some(Market {
        symbol: format!("{}/{}", id.pair.base(), id.pair.quote()).parse().ok()?,
        trade_type: id.kind,
        tick,
        min_price: tick,
        max_price: Decimal::from(100_000_000),
        lot,
        min_amount: lot,
        max_amount: Decimal::from(max_amount),
        min_notional: Decimal::from(min_notional),
        price_band: if spot { (dec!(0.2), Decimal::from(5)) } else { (dec!(0.5), dec!(1.5)) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_market_has_rules_at_its_number() {
        for (number, id) in MarketId::all().enumerate() {
            assert_eq!(id.number(), number);
            assert_eq!(id.rules().symbol.joined(), id.pair.joined());
            assert_eq!(id.rules().trade_type, id.kind);
            assert_eq!(Pair::parse(id.pair.joined()), Some(id.pair));
        }
        assert_eq!(RULES.len(), 2 * Pair::ALL.len());
        for id in MarketId::all() {
            let step = Decimal::new(id.pair.volume_step(), id.pair.volume_scale());
            assert!(domain::money::on_step(step, id.rules().lot), "{id:?}");
        }
        assert_eq!(MarketId::spot(Pair::CheapUsdt).rules().tick, Decimal::new(1, 7));
        assert_eq!(MarketId::futures(Pair::BtcUsdt).rules().tick, Decimal::new(1, 1));
    }

    #[test]
    fn a_pair_is_written_as_binance_names_it() {
        assert_eq!(serde_json::to_string(&Pair::BtcUsdt).unwrap(), "\"BTCUSDT\"");
    }
}
