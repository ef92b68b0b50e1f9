//! The list of markets and their filters.

use super::{BinanceState, call::Call, num};
use crate::{ExchangeFailure, ExchangeResult};
use domain::{Decimal, Market, Symbol, TradeType, time};
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// How long the list is cached.
const KEPT: i64 = time::HOUR;

/// The markets of one kind: those that are trading, and the names of all.
pub(super) struct Markets {
    trading: HashMap<Symbol, Market>,
    by_name: HashMap<String, Symbol>,
    /// Spot markets that take no `STOP_LOSS`.
    without_stop_loss: HashSet<Symbol>,
}

impl Markets {
    /// All markets that are trading, sorted by symbol.
    pub(super) fn all(&self) -> Vec<Market> {
        let mut all: Vec<_> = self.trading.values().cloned().collect();
        all.sort_by(|a, b| a.symbol.cmp(&b.symbol));
        all
    }

    /// One market, if it is trading.
    pub(super) fn trading(&self, symbol: &Symbol) -> Option<&Market> {
        self.trading.get(symbol)
    }

    /// Whether a market takes stops that become market orders.
    pub(super) fn takes_stop_loss(&self, symbol: &Symbol) -> bool {
        !self.without_stop_loss.contains(symbol)
    }

    /// The symbol of the market that Binance calls `name`, trading or not.
    pub(super) fn named(&self, name: &str) -> Option<&Symbol> {
        self.by_name.get(name)
    }
}

impl BinanceState {
    /// The markets of one kind, at most an hour old.
    pub(super) async fn markets(&self, kind: TradeType) -> ExchangeResult<Arc<Markets>> {
        let (cache, path, weight) = match kind {
            TradeType::Spot => (&self.spot_markets, "/api/v3/exchangeInfo", 20),
            TradeType::Futures => (&self.futures_markets, "/fapi/v1/exchangeInfo", 1),
        };
        let fetch = async {
            let info: Info = self.api(kind).ask(Call::get(path, weight).large()).await?;
            // Without names, positions and orders would be left out; the list from before is better.
            if info.symbols.is_empty() {
                return Err(ExchangeFailure::Unknown("no market can be read".into()));
            }
            if let Some(weight) = info.weight_a_minute() {
                self.api(kind).grant(weight);
            }
            Ok(info.into_markets(kind))
        };
        cache.get(self.clock.now(), KEPT, fetch).await
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    #[serde(default, deserialize_with = "num::readable")]
    rate_limits: Vec<RateLimit>,
    /// One market that cannot be read must not hide the others.
    #[serde(deserialize_with = "num::readable")]
    symbols: Vec<RawMarket>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RateLimit {
    rate_limit_type: String,
    interval: String,
    interval_num: u32,
    limit: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct RawMarket {
    symbol: String,
    /// A market without a known status still has its name, which its positions and orders need.
    #[serde(deserialize_with = "num::text")]
    status: String,
    base_asset: String,
    quote_asset: String,
    contract_type: Option<String>,
    margin_asset: Option<String>,
    order_types: Vec<String>,
    filters: Vec<RawFilter>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RawFilter {
    #[serde(deserialize_with = "num::text")]
    filter_type: String,
    #[serde(deserialize_with = "num::lax")]
    tick_size: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    min_price: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    max_price: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    step_size: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    min_qty: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    max_qty: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    notional: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    min_notional: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    multiplier_up: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    multiplier_down: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    bid_multiplier_up: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    bid_multiplier_down: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    ask_multiplier_up: Option<Decimal>,
    #[serde(deserialize_with = "num::lax")]
    ask_multiplier_down: Option<Decimal>,
}

impl Info {
    fn weight_a_minute(&self) -> Option<u32> {
        let of_weight = |l: &&RateLimit| {
            l.rate_limit_type == "REQUEST_WEIGHT" && l.interval == "MINUTE" && l.interval_num == 1
        };
        self.rate_limits.iter().find(of_weight).map(|l| l.limit).filter(|limit| *limit > 0)
    }

    fn into_markets(self, kind: TradeType) -> Markets {
        let mut markets =
            Markets { trading: HashMap::new(), by_name: HashMap::new(), without_stop_loss: HashSet::new() };
        for raw in self.symbols.into_iter().filter(|raw| raw.is_ours(kind)) {
            // Names that the symbol notation cannot express (other scripts) are not offered.
            let Ok(symbol) = format!("{}/{}", raw.base_asset, raw.quote_asset).parse::<Symbol>() else {
                continue;
            };
            markets.by_name.insert(raw.symbol.clone(), symbol.clone());
            if kind == TradeType::Spot && raw.lacks_stop_loss() {
                markets.without_stop_loss.insert(symbol.clone());
            }
            if raw.status == "TRADING"
                && let Some(market) = raw.into_market(symbol.clone(), kind)
            {
                markets.trading.insert(symbol, market);
            }
        }
        markets
    }
}

impl RawMarket {
    /// Spot pairs, and perpetual contracts that settle in their quote asset.
    fn is_ours(&self, kind: TradeType) -> bool {
        match kind {
            TradeType::Spot => true,
            TradeType::Futures => {
                self.contract_type.as_deref().is_some_and(|t| t.ends_with("PERPETUAL"))
                    && self.margin_asset.as_deref().is_none_or(|asset| asset == self.quote_asset)
            }
        }
    }

    /// Whether the market lists the order types that it takes, and `STOP_LOSS` is not among them.
    fn lacks_stop_loss(&self) -> bool {
        !self.order_types.is_empty() && !self.order_types.iter().any(|kind| kind == "STOP_LOSS")
    }

    fn filter(&self, name: &str) -> Option<&RawFilter> {
        self.filters.iter().find(|f| f.filter_type == name)
    }

    /// Converts to a market; `None` if a mandatory filter cannot be parsed, because no market is better than
    /// a wrong rule.
    fn into_market(self, symbol: Symbol, trade_type: TradeType) -> Option<Market> {
        let price = self.filter("PRICE_FILTER")?;
        let lot = self.filter("LOT_SIZE")?;
        // One limit for both order types, so that an amount within it may be sent as either.
        let market_max = self.filter("MARKET_LOT_SIZE").and_then(|f| f.max_qty).and_then(set);
        let max_amount = lot.max_qty.and_then(set).unwrap_or(Decimal::MAX);
        let worth = self.filter("MIN_NOTIONAL").or_else(|| self.filter("NOTIONAL"));
        Some(Market {
            symbol,
            trade_type,
            tick: price.tick_size?.normalize(),
            min_price: price.min_price?.normalize(),
            max_price: price.max_price.and_then(set).unwrap_or(Decimal::MAX),
            lot: lot.step_size?.normalize(),
            min_amount: lot.min_qty?.normalize(),
            max_amount: market_max.map_or(max_amount, |m| m.min(max_amount)),
            min_notional: worth.and_then(|f| f.notional.or(f.min_notional)).unwrap_or_default().normalize(),
            price_band: self.price_band(),
        })
    }

    /// The price band that holds for both sides.
    fn price_band(&self) -> (Decimal, Decimal) {
        let open = (Decimal::ZERO, Decimal::MAX);
        if let Some(f) = self.filter("PERCENT_PRICE") {
            let (down, up) = (f.multiplier_down.unwrap_or(open.0), f.multiplier_up.and_then(set));
            return (down.normalize(), up.unwrap_or(open.1));
        }
        let Some(f) = self.filter("PERCENT_PRICE_BY_SIDE") else { return open };
        let down = f.bid_multiplier_down.max(f.ask_multiplier_down).unwrap_or(open.0);
        let ups = [f.bid_multiplier_up, f.ask_multiplier_up];
        (down.normalize(), ups.into_iter().flatten().filter_map(set).min().unwrap_or(open.1))
    }
}

/// A bound of zero means that the filter is disabled.
fn set(bound: Decimal) -> Option<Decimal> {
    (!bound.is_zero()).then(|| bound.normalize())
}
