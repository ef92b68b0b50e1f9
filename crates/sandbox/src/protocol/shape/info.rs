//! Exchange information: the markets and their filters.

use super::super::{
    limits::{Limits, Venue},
    number::{asset, stepped},
    time_unit::stamp,
};
use crate::{
    engine::{Engine, SelfTradePrevention, spot_limits},
    market::{MarketId, Pair},
};
use domain::{Decimal, Market, Micros};
use serde_json::{Value, json};

/// Delivery date of the perpetuals, Binance's value for "never".
const NEVER: i64 = 4_133_404_800_000;
/// Listing date of the perpetuals.
const LISTED: i64 = 1_569_398_400_000;

/// Binance's spot order types that the sandbox supports.
const SPOT_TYPES: [&str; 7] =
    ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"];
/// Binance's futures order types that the sandbox supports.
const FUTURES_TYPES: [&str; 7] =
    ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET"];

fn rate_limits(limits: &Limits, venue: Venue) -> Value {
    let weight = if venue == Venue::Spot { limits.spot_weight } else { limits.futures_weight };
    json!([
        { "rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": weight },
        { "rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": limits.orders_10s },
        { "rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": limits.orders_1m },
    ])
}

/// Exchange information of spot.
pub(crate) fn spot(engine: &Engine, pairs: &[Pair], limits: &Limits, now: Micros) -> Value {
    json!({
        "timezone": "UTC",
        "serverTime": stamp(now),
        "rateLimits": rate_limits(limits, Venue::Spot),
        "exchangeFilters": [],
        "symbols": pairs.iter().map(|pair| spot_symbol(engine, *pair)).collect::<Vec<_>>(),
    })
}

/// Exchange information of futures.
pub(crate) fn futures(engine: &Engine, limits: &Limits, now: Micros) -> Value {
    json!({
        "timezone": "UTC",
        "serverTime": stamp(now),
        "futuresType": "U_MARGINED",
        "rateLimits": rate_limits(limits, Venue::Futures),
        "exchangeFilters": [],
        "assets": [{ "asset": "USDT", "marginAvailable": true, "autoAssetExchange": "0" }],
        "symbols": Pair::ALL.iter().map(|pair| futures_symbol(engine, *pair)).collect::<Vec<_>>(),
    })
}

/// Exchange information of coin-margined futures, of which there are none.
pub(crate) fn coin_futures(limits: &Limits, now: Micros) -> Value {
    json!({
        "timezone": "UTC",
        "serverTime": stamp(now),
        "rateLimits": rate_limits(limits, Venue::Futures),
        "exchangeFilters": [],
        "symbols": [],
    })
}

fn lot_filter(kind: &str, rules: &Market, write: impl Fn(Decimal) -> String) -> Value {
    json!({
        "filterType": kind,
        "minQty": write(rules.min_amount),
        "maxQty": write(rules.max_amount),
        "stepSize": write(rules.lot),
    })
}

fn price_filter(rules: &Market, write: impl Fn(Decimal) -> String) -> Value {
    json!({
        "filterType": "PRICE_FILTER",
        "minPrice": write(rules.min_price),
        "maxPrice": write(rules.max_price),
        "tickSize": write(rules.tick),
    })
}

fn spot_symbol(engine: &Engine, pair: Pair) -> Value {
    let (rules, status) = engine.market(MarketId::spot(pair));
    json!({
        "symbol": pair.joined(),
        "status": status.word(),
        "baseAsset": pair.base(),
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote(),
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": SPOT_TYPES,
        "icebergAllowed": true,
        "ocoAllowed": true,
        "otoAllowed": true,
        "opoAllowed": false,
        "quoteOrderQtyMarketAllowed": true,
        "allowTrailingStop": true,
        "cancelReplaceAllowed": true,
        "amendAllowed": true,
        "pegInstructionsAllowed": false,
        "isSpotTradingAllowed": true,
        "isMarginTradingAllowed": false,
        "filters": spot_filters(rules),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": SelfTradePrevention::DEFAULT.word(),
        "allowedSelfTradePreventionModes": SelfTradePrevention::ALLOWED.map(SelfTradePrevention::word),
    })
}

/// The filters that the engine applies to a spot market.
fn spot_filters(rules: &Market) -> Value {
    let (low, high) = rules.price_band;
    let (least_delta, most_delta) = spot_limits::TRAILING_DELTA;
    json!([
        price_filter(rules, asset),
        lot_filter("LOT_SIZE", rules, asset),
        { "filterType": "ICEBERG_PARTS", "limit": spot_limits::ICEBERG_PARTS },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": asset(Decimal::ZERO),
            "maxQty": asset(spot_limits::market_amount(rules)),
            "stepSize": asset(Decimal::ZERO),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": least_delta,
            "maxTrailingAboveDelta": most_delta,
            "minTrailingBelowDelta": least_delta,
            "maxTrailingBelowDelta": most_delta,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": high.to_string(),
            "bidMultiplierDown": low.to_string(),
            "askMultiplierUp": high.to_string(),
            "askMultiplierDown": low.to_string(),
            "avgPriceMins": spot_limits::AVERAGE_MINUTES,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": asset(rules.min_notional),
            "applyMinToMarket": true,
            "maxNotional": asset(spot_limits::MAX_NOTIONAL),
            "applyMaxToMarket": false,
            "avgPriceMins": spot_limits::AVERAGE_MINUTES,
        },
        { "filterType": "MAX_POSITION", "maxPosition": asset(spot_limits::position(rules)) },
        { "filterType": "MAX_NUM_ORDERS", "maxNumOrders": spot_limits::ORDERS },
        { "filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": spot_limits::LISTS },
        { "filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": spot_limits::ALGO_ORDERS },
        { "filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": spot_limits::AMENDS },
    ])
}

fn futures_symbol(engine: &Engine, pair: Pair) -> Value {
    let (rules, status) = engine.market(MarketId::futures(pair));
    let (low, high) = rules.price_band;
    let price = |value| stepped(value, rules.tick);
    let amount = |value| stepped(value, rules.lot);
    json!({
        "symbol": pair.joined(),
        "pair": pair.joined(),
        "contractType": "PERPETUAL",
        "deliveryDate": NEVER,
        "onboardDate": LISTED,
        "status": status.word(),
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": pair.base(),
        "quoteAsset": pair.quote(),
        "marginAsset": pair.quote(),
        "pricePrecision": rules.tick.normalize().scale(),
        "quantityPrecision": rules.lot.normalize().scale(),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10_000,
        "filters": [
            price_filter(rules, price),
            lot_filter("LOT_SIZE", rules, amount),
            lot_filter("MARKET_LOT_SIZE", rules, amount),
            { "filterType": "MAX_NUM_ORDERS", "limit": 200 },
            { "filterType": "MAX_NUM_ALGO_ORDERS", "limit": 200 },
            { "filterType": "MIN_NOTIONAL", "notional": rules.min_notional.to_string() },
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": high.to_string(),
                "multiplierDown": low.to_string(),
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": FUTURES_TYPES,
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD", "GTE_GTC"],
    })
}
