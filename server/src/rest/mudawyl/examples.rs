//! The examples of the Mudawyl document, verbatim: the OpenAPI document shows them, and tests compare our
//! responses with them.

use serde_json::Value;

macro_rules! examples {
    ($($name:ident),* $(,)?) => {$(
        #[doc = concat!("`examples/", stringify!($name), ".json`.")]
        #[must_use]
        pub fn $name() -> Value {
            read(include_str!(concat!("examples/", stringify!($name), ".json")))
        }
    )*};
}

examples! {
    balance, balance_history, billing_history, checkout, checkout_request, close_position_request,
    create_follow_request, create_key_request, create_order_request, created_orders, follow, follows, key, keys,
    leverage_request, manual_trades, margin_request, notification, notification_method, notification_request,
    open_orders, order_history, plans, position, profile, risk_profiles, strategies, strategy_history,
    strategy_performance, strategy_trades, stripe_subscription, subscription, ticker, total_balance, trade_history,
    update_follow_request, update_key_request, update_profile_request, update_subscription_request, updated_follow,
    updated_key, updated_notification, updated_profile, whitelist,
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
