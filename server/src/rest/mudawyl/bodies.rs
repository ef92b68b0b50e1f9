//! The request bodies as the OpenAPI document describes them. Handlers parse them manually (see
//! [`super::raw_request`]), so that a wrong type is a named field problem; these types document the valid format.

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
    /// API key.
    #[schema(min_length = 1, max_length = 256)]
    pub api_key: String,
    /// API secret, or the private key of an RSA or Ed25519 key in PEM; never shown again.
    #[schema(min_length = 1, max_length = 4096)]
    pub api_secret_key: String,
    /// The only market that the first-day limits allow; without it, the market of the first order. Not in the original document.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub first_day_symbol: Option<String>,
    /// Whether the first-day limits end by themselves after 24 hours; default false. Not in the original document.
    pub first_day_ends: Option<bool>,
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
    /// Whether the account is also traded outside Slipstream: no alerts about orders that Slipstream did not place. Not in the original
    /// document.
    pub traded_elsewhere: Option<bool>,
    /// New credentials, key and secret together. Not in the original document.
    #[schema(min_length = 1, max_length = 256)]
    pub api_key: Option<String>,
    /// New credentials, key and secret together. Not in the original document.
    #[schema(min_length = 1, max_length = 4096)]
    pub api_secret_key: Option<String>,
}

/// "Open Sandbox Account". Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SandboxAccountBody {
    /// Public key of an Ed25519 or RSA pair, in PEM. Without it the account gets an HMAC key with a secret.
    #[schema(
        example = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n-----END PUBLIC KEY-----"
    )]
    pub public_key: Option<String>,
}

/// "Put User Profile". Only the fields that are sent change.
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

/// A support request. The original document has only its heading.
#[derive(Serialize, ToSchema)]
pub struct SupportBody {
    /// Subject, one line of 1 to 120 characters.
    #[schema(example = "My key was disabled")]
    pub subject: String,
    /// Message, 1 to 5,000 characters.
    #[schema(example = "Since this morning. What can I do?")]
    pub message: String,
}

/// "Put Notification Settings".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::notification_request)]
pub struct NotificationBody {
    /// Weekly report by e-mail.
    pub weekly_report: Option<bool>,
    /// Monthly report by e-mail.
    pub monthly_report: Option<bool>,
    /// New orders by e-mail.
    pub email_new_order: Option<bool>,
    /// Take profits by e-mail.
    pub email_take_profit: Option<bool>,
    /// Stop losses by e-mail.
    pub email_stop_loss: Option<bool>,
    /// New orders by Telegram; needs a linked chat.
    pub telegram_new_order: Option<bool>,
    /// Take profits by Telegram; needs a linked chat.
    pub telegram_take_profit: Option<bool>,
    /// Stop losses by Telegram; needs a linked chat.
    pub telegram_stop_loss: Option<bool>,
}

/// "Create Manual Order". Numbers can be JSON numbers or strings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_order_request)]
pub struct OrderBody {
    /// Symbol.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
    /// LIMIT, MARKET or TRAILING_STOP.
    #[serde(rename = "type")]
    #[schema(value_type = words::EntryType)]
    pub kind: String,
    /// BUY or SELL.
    #[schema(value_type = words::Side)]
    pub side: String,
    /// Limit price with LIMIT, activation price with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub price: Option<f64>,
    /// Amount in the base currency.
    #[schema(value_type = words::Number)]
    pub amount: String,
    /// Take profit prices with equal shares; at most 25. Not with TRAILING_STOP.
    #[schema(value_type = Option<Vec<words::Number>>, max_items = 25)]
    pub take_profit_prices: Option<Vec<f64>>,
    /// Trigger price of the stop loss. Not with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub stop_trigger_price: Option<f64>,
    /// Order type of the stop loss, LIMIT or MARKET; required with stopTriggerPrice.
    #[schema(value_type = Option<words::StopType>)]
    pub stop_trigger_type: Option<String>,
    /// Limit price of the stop loss; required with LIMIT.
    #[schema(value_type = Option<words::Number>)]
    pub stop_price: Option<f64>,
    /// Callback rate in percent, 0.1 to 5; required with TRAILING_STOP.
    #[schema(value_type = Option<words::Number>)]
    pub callback_rate: Option<f64>,
    /// Risk as a percentage of equity from which the amount was calculated.
    #[schema(value_type = Option<words::Number>)]
    pub risk_profile_percent: Option<f64>,
}

/// A symbol.
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::close_position_request)]
pub struct SymbolBody {
    /// Symbol.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$")]
    pub symbol: String,
}

/// Supervision of the position of a symbol. Not in the original document.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SupervisionBody {
    /// Symbol.
    #[schema(pattern = "^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}$", example = "BTC/USDT")]
    pub symbol: String,
    /// `false` ends the supervision, `true` resumes it.
    pub supervised: bool,
    /// `long` or `short`: one of the two positions of an account in hedge mode. Without it, both.
    #[schema(example = "long")]
    pub position_side: Option<String>,
}

/// "Change Futures Leverage".
#[derive(Serialize, ToSchema)]
#[schema(example = super::examples::leverage_request)]
pub struct LeverageBody {
    /// Symbol.
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
    /// Symbol.
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
    /// SUBSCRIPTION_ID of a public plan.
    pub subscription_id: String,
}

/// "Update Stripe Subscription". Only the fields that are sent change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_subscription_request)]
pub struct SubscriptionChangeBody {
    /// Whether the subscription ends with the paid period.
    pub cancel_at_period_end: Option<bool>,
    /// SUBSCRIPTION_ID of the new public plan.
    pub subscription_id: Option<String>,
}

/// "Create Exchange Key Follow".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::create_follow_request)]
pub struct FollowBody {
    /// Default true.
    pub active: Option<bool>,
    /// STRATEGY_AUTOMATED_ID of an active strategy of the key's exchange.
    #[schema(format = Uuid)]
    pub strategy_automated_id: String,
    /// STRATEGY_PROFILE_ID.
    #[schema(format = Uuid)]
    pub strategy_risk_profile_id: String,
}

/// "Update Strategy Follow".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = super::examples::update_follow_request)]
pub struct FollowChangeBody {
    /// Resumes or pauses the follow.
    pub active: Option<bool>,
    /// STRATEGY_AUTOMATED_ID of an active strategy of the same exchange and symbol.
    #[schema(format = Uuid)]
    pub strategy_automated_id: Option<String>,
    /// STRATEGY_PROFILE_ID.
    #[schema(format = Uuid)]
    pub strategy_risk_profile_id: Option<String>,
}
