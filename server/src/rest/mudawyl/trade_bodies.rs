//! The request bodies of trades as the OpenAPI document describes them. Handlers parse them manually, as those in
//! [`super::bodies`].

use crate::rest::words;
use serde::Serialize;
use utoipa::ToSchema;

/// "Change Trade". Only the fields that are sent change. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "stop": { "price": 19000, "type": "MARKET", "trailingPercent": 2, "breakevenAfter": 1 },
    "takeProfits": [{ "price": 21000, "share": 0.5 }],
    "note": "Breakout",
    "tags": ["btc"],
}))]
pub struct TradeChangeBody {
    /// The stop loss; `null` removes it.
    pub stop: Option<StopBody>,
    /// Must be true to remove the stop loss.
    pub confirm_no_stop: Option<bool>,
    /// All take profits; an empty list removes them.
    #[schema(max_items = 25)]
    pub take_profits: Option<Vec<TakeProfitBody>>,
    /// A note of at most 2,000 characters.
    #[schema(max_length = 2000)]
    pub note: Option<String>,
    /// At most 20 tags of 1 to 40 characters.
    #[schema(max_items = 20)]
    pub tags: Option<Vec<String>>,
}

/// A stop loss, and what Slipstream does with it by itself. What is absent stays as it is; `null` switches it off. Slipstream
/// runs these: while it is off, they pause, and the stop loss stays at the exchange where it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopBody {
    /// Trigger price. Without it, and with one of the fields below, the stop loss stays where it is.
    #[schema(example = 19000)]
    pub price: Option<f64>,
    /// MARKET (default) or LIMIT.
    #[serde(rename = "type")]
    #[schema(example = "MARKET")]
    pub kind: Option<String>,
    /// Price of the limit order; required with LIMIT.
    pub limit_price: Option<f64>,
    /// Distance of a trailing stop from the best price since it was set, in percent. The stop loss moves at most once a second,
    /// only in favour of the position, and by at least a twentieth of the distance.
    #[schema(minimum = 0.1, maximum = 50)]
    pub trailing_percent: Option<f64>,
    /// The same distance as a multiple of the average true range of the last 14 hours, instead of `trailingPercent`. It is
    /// converted to percent once.
    #[schema(maximum = 20)]
    pub trailing_atr: Option<f64>,
    /// The number of filled take profits after which the stop loss moves to the price at which the trade ends at zero after
    /// fees. It is never moved to a worse price.
    #[schema(minimum = 1, maximum = 25)]
    pub breakeven_after: Option<u16>,
    /// The price that triggers the stop loss, and that a trailing stop follows: `last` (default) or `mark`. A stop loss that
    /// another price triggers is placed again.
    #[schema(example = "last")]
    pub trigger: Option<String>,
    /// How long the trade may be open, in minutes since its entry first filled. It is then closed at the market price.
    #[schema(minimum = 1, maximum = 525600)]
    pub time_limit: Option<u32>,
}

/// A take profit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TakeProfitBody {
    /// Price.
    #[schema(example = 21000)]
    pub price: f64,
    /// Share of the position, above 0 and at most 1; all together at most 1.
    #[schema(example = 0.5)]
    pub share: f64,
}

/// "Close Trade": a share or an amount. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "share": 0.5 }))]
pub struct TradeCloseBody {
    /// Share of the position, above 0 and at most 1.
    #[schema(example = 0.5)]
    pub share: Option<f64>,
    /// Amount in base units.
    pub amount: Option<f64>,
}

/// "Create Trade". Numbers can be JSON numbers or strings. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "exchangeKeyId": "46a19fb1-4e90-4736-b820-257c947fd694",
    "symbol": "BTC/USDT",
    "type": "LIMIT",
    "side": "BUY",
    "price": 19000,
    "amount": 0.01,
    "stop": { "price": 18000, "type": "MARKET" },
    "takeProfits": [{ "price": 21000, "share": 0.7 }, { "price": 22000, "share": 0.3 }],
}))]
pub struct TradeBody {
    /// API_KEY_ID of an active MANUAL FUTURES key.
    #[schema(format = Uuid)]
    pub exchange_key_id: String,
    /// Symbol.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
    /// MARKET, LIMIT, TRAILING_STOP, STOP_MARKET, STOP_LIMIT or OCO.
    #[serde(rename = "type")]
    #[schema(value_type = words::TradeEntryType)]
    pub kind: String,
    /// BUY or SELL.
    #[schema(value_type = words::Side)]
    pub side: String,
    /// Limit price with LIMIT, STOP_LIMIT and OCO, activation price with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub price: Option<f64>,
    /// The price that sends the order of STOP_MARKET and STOP_LIMIT, and the stop order of an OCO: above the last price to buy,
    /// below it to sell.
    #[schema(value_type = Option<words::Number>)]
    pub trigger_price: Option<f64>,
    /// Limit price of the stop order of an OCO. Without it, that is a market order.
    #[schema(value_type = Option<words::Number>)]
    pub trigger_limit_price: Option<f64>,
    /// Amount in the base currency.
    #[schema(value_type = words::Number)]
    pub amount: String,
    /// Callback rate in percent, 0.1 to 5; required with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub callback_rate: Option<f64>,
    /// GTC (default), IOC, FOK, GTX for post-only, or GTD; with LIMIT. An IOC order that fills in part is a position with its
    /// stop loss; one that fills nothing is a CANCELED trade.
    #[schema(example = "GTC")]
    pub time_in_force: Option<String>,
    /// When a GTD order ends if it has not filled: ISO 8601 with time and zone, or milliseconds since the Unix epoch. At least 11
    /// minutes ahead, in whole seconds.
    #[schema(value_type = Option<String>, example = "2030-01-01T02:00:00+02:00")]
    pub good_till_date: Option<String>,
    /// The same as GTX: the order is rejected if it would fill immediately.
    pub post_only: Option<bool>,
    /// Risk as a percentage of equity from which the amount was calculated.
    #[schema(value_type = Option<words::Number>)]
    pub risk_profile_percent: Option<f64>,
    /// The stop loss, placed once the entry has filled.
    pub stop: Option<StopBody>,
    /// Take profits with their shares, placed once the entry has filled.
    #[schema(max_items = 25)]
    pub take_profits: Option<Vec<TakeProfitBody>>,
    /// Closes the position and cancels the orders of the market first; in hedge mode those of the order's side. Without it, the
    /// trade is opened beside those of its side, and anything else that is open is a 409.
    pub replace: Option<bool>,
    /// With MARKET or LIMIT: closes `amount` of the open trade, if `side` is the one that reduces it. A LIMIT order waits for its
    /// `price`; it belongs to the trade, and the take profits are fitted to what it leaves. Nothing is opened, and the answer is
    /// the open trade.
    pub reduce_only: Option<bool>,
}

/// "Add to Trade": an amount or a risk. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "amount": 0.01 }))]
pub struct TradeAddBody {
    /// Amount in base units.
    pub amount: Option<f64>,
    /// Share of the balance that is lost at the stop loss, in percent.
    pub risk_percent: Option<f64>,
}

/// "Reverse Trade". Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "confirmNoStop": false }))]
pub struct TradeReverseBody {
    /// Must be true if the trade has no stop loss: the new one has none either.
    pub confirm_no_stop: Option<bool>,
}

/// "Adopt Position". Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "exchangeKeyId": "46a19fb1-4e90-4736-b820-257c947fd694",
    "symbol": "BTC/USDT",
    "stop": { "price": 18000, "type": "MARKET" },
    "takeProfits": [{ "price": 21000, "share": 0.5 }],
}))]
pub struct AdoptBody {
    /// API_KEY_ID of an active MANUAL FUTURES key.
    #[schema(format = Uuid)]
    pub exchange_key_id: String,
    /// Symbol.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
    /// The stop loss; required unless `confirmNoStop` is true.
    pub stop: Option<StopBody>,
    /// `long` or `short`: one of the two positions of an account in hedge mode. Without it, the one that is not a trade yet.
    #[schema(example = "long")]
    pub position_side: Option<String>,
    /// Must be true to adopt the position without a stop loss.
    pub confirm_no_stop: Option<bool>,
    /// Take profits with their shares of the position.
    #[schema(max_items = 25)]
    pub take_profits: Option<Vec<TakeProfitBody>>,
}

/// "Close All Positions". Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({ "exchangeKeyId": "46a19fb1-4e90-4736-b820-257c947fd694" }))]
pub struct CloseAllBody {
    /// API_KEY_ID of a FUTURES key.
    #[schema(format = Uuid)]
    pub exchange_key_id: String,
    /// Only the positions of this symbol.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: Option<String>,
    /// Only the `long` or only the `short` positions.
    #[schema(example = "long")]
    pub position_side: Option<String>,
}

/// "Save Preset". Numbers can be JSON numbers or strings. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "name": "Swing",
    "riskPercent": 1,
    "stopPercent": 2,
    "takeProfitPercents": [3, 6],
    "takeProfitShares": [0.7, 0.3],
    "leverage": 10,
}))]
pub struct PresetBody {
    /// 1 to 40 characters; a preset of this name is replaced.
    #[schema(min_length = 1, max_length = 40)]
    pub name: String,
    /// Amount in base units; without it, `riskPercent` is required.
    #[schema(value_type = Option<words::Number>)]
    pub amount: Option<f64>,
    /// Share of equity at risk, in percent; not together with `amount`.
    #[schema(value_type = Option<words::Number>)]
    pub risk_percent: Option<f64>,
    /// Distance of the stop loss from the entry, in percent of its price.
    #[schema(value_type = Option<words::Number>)]
    pub stop_percent: Option<f64>,
    /// Distances of the take profits from the entry, in percent of its price.
    #[schema(max_items = 25, value_type = Option<Vec<words::Number>>)]
    pub take_profit_percents: Option<Vec<f64>>,
    /// Shares of the take profits, in their order: each above 0, together at most 1. Without it, they are equal.
    #[schema(max_items = 25, value_type = Option<Vec<words::Number>>)]
    pub take_profit_shares: Option<Vec<f64>>,
    /// Leverage of the market, 1 to 125.
    pub leverage: Option<u16>,
}
