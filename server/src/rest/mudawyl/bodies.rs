//! The request bodies as the OpenAPI document describes them. Handlers parse them manually (see
//! [`super::asked`]), so that a wrong type is a named field problem; these types document the valid format.

use crate::rest::words;
use serde::Serialize;
use utoipa::ToSchema;

/// "Create Exchange Key".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_key_request)]
pub struct KeyBody {
    /// BINANCE.
    #[schema(value_type = words::ExchangeId)]
    pub exchange_id: String,
    /// SPOT or FUTURES.
    #[schema(value_type = words::TradeType)]
    pub trade_type: String,
    /// AUTOMATED (FUTURES only) or MANUAL.
    #[schema(value_type = words::StrategyType)]
    pub strategy_type: String,
    /// Default true.
    pub active: Option<bool>,
    /// 1 to 24 characters.
    #[schema(min_length = 1, max_length = 24)]
    pub name: String,
    /// The public half.
    #[schema(min_length = 1, max_length = 256)]
    pub api_key: String,
    /// The secret half; never shown again.
    #[schema(min_length = 1, max_length = 256)]
    pub api_secret_key: String,
}

/// "Update Exchange Key", and what we add to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_key_request)]
pub struct KeyChangeBody {
    /// 1 to 24 characters.
    #[schema(min_length = 1, max_length = 24)]
    pub name: Option<String>,
    /// Enables or disables the key. Not in the original document.
    pub active: Option<bool>,
    /// Whether the account is also traded outside Slipstream: then there are no messages about orders that
    /// Slipstream did not send. Not in the original document.
    pub traded_elsewhere: Option<bool>,
    /// New credentials, both halves. Not in the original document.
    #[schema(min_length = 1, max_length = 256)]
    pub api_key: Option<String>,
    /// New credentials, both halves. Not in the original document.
    #[schema(min_length = 1, max_length = 256)]
    pub api_secret_key: Option<String>,
}

/// "Update User Profile". Omitted fields stay unchanged.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_profile_request)]
pub struct ProfileBody {
    /// Letters of any script, with spaces, hyphens and apostrophes.
    pub last_name: Option<String>,
    /// Letters of any script, with spaces, hyphens and apostrophes.
    pub first_name: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// EN or AR.
    pub language: Option<String>,
    /// A name from the IANA time zone database.
    pub timezone: Option<String>,
}

/// A support request to the operators. Not part of the original document, which has a heading without a body.
#[derive(Serialize, ToSchema)]
pub struct SupportBody {
    /// A single line, 1 to 120 characters.
    #[schema(example = "My key was switched off")]
    pub subject: String,
    /// 1 to 5,000 characters.
    #[schema(example = "Since this morning. What can I do?")]
    pub message: String,
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

/// "Create Manual Order". Numbers may be sent as numbers or as text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_order_request)]
pub struct OrderBody {
    /// The pair.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
    /// LIMIT, MARKET or TRAILING_STOP.
    #[serde(rename = "type")]
    #[schema(value_type = words::EntryType)]
    pub kind: String,
    /// BUY or SELL.
    #[schema(value_type = words::Side)]
    pub side: String,
    /// With LIMIT the limit price, with TRAILING_STOP the activation price.
    #[schema(value_type = Option<words::Number>)]
    pub price: Option<f64>,
    /// In base units.
    #[schema(value_type = words::Number)]
    pub amount: String,
    /// At most 25; equal shares. Not with TRAILING_STOP.
    #[schema(value_type = Option<Vec<words::Number>>, max_items = 25)]
    pub take_profit_prices: Option<Vec<f64>>,
    /// The stop price. Not with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub stop_trigger_price: Option<f64>,
    /// LIMIT or MARKET; required with stopTriggerPrice.
    #[schema(value_type = Option<words::StopType>)]
    pub stop_trigger_type: Option<String>,
    /// The limit price of the stop order; required with LIMIT.
    #[schema(value_type = Option<words::Number>)]
    pub stop_price: Option<f64>,
    /// Percent, 0.1 to 5; required with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub callback_rate: Option<f64>,
    /// The share of equity that the amount was derived from, in percent.
    #[schema(value_type = Option<words::Number>)]
    pub risk_profile_percent: Option<f64>,
}

/// A market.
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::close_position_request)]
pub struct SymbolBody {
    /// The pair.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
}

/// Whether the position of a market is supervised. Not in the original document.
#[derive(Serialize, ToSchema)]
pub struct SupervisionBody {
    /// The pair.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$", example = "BTC/USDT")]
    pub symbol: String,
    /// False to end the supervision, true to resume it.
    pub supervised: bool,
}

/// "Change Futures Leverage".
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::leverage_request)]
pub struct LeverageBody {
    /// The pair.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
    /// 1 to 125.
    #[schema(minimum = 1, maximum = 125)]
    pub leverage: u16,
}

/// "Change Futures Margin Type".
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::margin_request)]
pub struct MarginBody {
    /// The pair.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
    /// ISOLATED or CROSSED.
    #[serde(rename = "type")]
    #[schema(value_type = words::MarginType)]
    pub kind: String,
}

/// "Create Stripe Subscription Checkout".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::checkout_request)]
pub struct CheckoutBody {
    /// The id of a public plan.
    pub subscription_id: String,
}

/// "Update Stripe Subscription". Omitted fields stay unchanged.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_subscription_request)]
pub struct SubscriptionChangeBody {
    /// Whether the subscription ends with the paid period.
    pub cancel_at_period_end: Option<bool>,
    /// The id of a public plan to change to.
    pub subscription_id: Option<String>,
}

/// "Create Exchange Key Follow".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_follow_request)]
pub struct FollowBody {
    /// Default true.
    pub active: Option<bool>,
    /// The id of an active strategy of the key's exchange.
    #[schema(format = Uuid)]
    pub strategy_automated_id: String,
    /// The id of a risk profile.
    #[schema(format = Uuid)]
    pub strategy_risk_profile_id: String,
}

/// "Update Strategy Follow".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_follow_request)]
pub struct FollowChangeBody {
    /// True resumes the follow, false pauses it.
    pub active: Option<bool>,
    /// The id of an active strategy of the same exchange and symbol.
    #[schema(format = Uuid)]
    pub strategy_automated_id: Option<String>,
    /// The id of a risk profile.
    #[schema(format = Uuid)]
    pub strategy_risk_profile_id: Option<String>,
}
