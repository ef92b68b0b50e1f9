//! The request bodies as the OpenAPI document describes them. They are read by hand (see [`super::asked`]), so that a
//! wrong type is a named field problem; these say what is right.

use serde::Serialize;
use utoipa::ToSchema;

/// "Create Exchange Key".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_key_request)]
pub struct KeyBody {
    /// BINANCE.
    pub exchange_id: String,
    /// SPOT or FUTURES.
    pub trade_type: String,
    /// AUTOMATED (FUTURES only) or MANUAL.
    pub strategy_type: String,
    /// Default true.
    pub active: Option<bool>,
    /// 1 to 24 characters.
    pub name: String,
    /// The public half.
    pub api_key: String,
    /// The secret half; never shown again.
    pub api_secret_key: String,
}

/// "Update Exchange Key", and what we add to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_key_request)]
pub struct KeyChangeBody {
    /// 1 to 24 characters.
    pub name: Option<String>,
    /// Switches the key on or off. Not in the original document.
    pub active: Option<bool>,
    /// New credentials, both halves. Not in the original document.
    pub api_key: Option<String>,
    /// New credentials, both halves. Not in the original document.
    pub api_secret_key: Option<String>,
}

/// "Put Notification Settings".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::notification_request)]
pub struct NotificationBody {
    /// The report of each week, by e-mail.
    pub weekly_report: Option<bool>,
    /// The report of each month, by e-mail.
    pub monthly_report: Option<bool>,
    /// New orders, by e-mail.
    pub email_new_order: Option<bool>,
    /// Take-profits, by e-mail.
    pub email_take_profit: Option<bool>,
    /// Stop-losses, by e-mail.
    pub email_stop_loss: Option<bool>,
    /// New orders, by Telegram; needs a linked chat.
    pub telegram_new_order: Option<bool>,
    /// Take-profits, by Telegram; needs a linked chat.
    pub telegram_take_profit: Option<bool>,
    /// Stop-losses, by Telegram; needs a linked chat.
    pub telegram_stop_loss: Option<bool>,
}

/// "Create Manual Order". Numbers may come as numbers or as text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_order_request)]
pub struct OrderBody {
    /// The pair.
    pub symbol: String,
    /// LIMIT, MARKET or TRAILING_STOP.
    #[serde(rename = "type")]
    pub kind: String,
    /// BUY or SELL.
    pub side: String,
    /// With LIMIT the limit price, with TRAILING_STOP the activation price.
    pub price: Option<f64>,
    /// In base units.
    pub amount: String,
    /// At most 25; equal shares. Not with TRAILING_STOP.
    pub take_profit_prices: Option<Vec<f64>>,
    /// Where the stop triggers. Not with TRAILING_STOP.
    pub stop_trigger_price: Option<f64>,
    /// LIMIT or MARKET.
    pub stop_trigger_type: Option<String>,
    /// The stop's limit price; required with LIMIT.
    pub stop_price: Option<f64>,
    /// Percent, 0.1 to 5; required with TRAILING_STOP.
    pub callback_rate: Option<f64>,
    /// The share of equity that the amount was derived from, in percent.
    pub risk_profile_percent: Option<f64>,
}

/// A market.
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::close_position_request)]
pub struct SymbolBody {
    /// The pair.
    pub symbol: String,
}

/// "Change Futures Leverage".
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::leverage_request)]
pub struct LeverageBody {
    /// The pair.
    pub symbol: String,
    /// 1 to 125.
    pub leverage: u16,
}

/// "Change Futures Margin Type".
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::margin_request)]
pub struct MarginBody {
    /// The pair.
    pub symbol: String,
    /// ISOLATED or CROSSED.
    #[serde(rename = "type")]
    pub kind: String,
}

/// "Create Exchange Key Follow".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_follow_request)]
pub struct FollowBody {
    /// Default true.
    pub active: Option<bool>,
    /// Of an active strategy of the key's exchange.
    pub strategy_automated_id: String,
    /// Of a risk profile.
    pub strategy_risk_profile_id: String,
}

/// "Update Strategy Follow".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_follow_request)]
pub struct FollowChangeBody {
    /// Resumes or pauses.
    pub active: Option<bool>,
    /// Of an active strategy of the same exchange and symbol.
    pub strategy_automated_id: Option<String>,
    /// Of a risk profile.
    pub strategy_risk_profile_id: Option<String>,
}
