//! What the live parts of every page say.

use super::table;

table! {
    /// The words of pill, price and toasts.
    Live, live {
        connecting: "Connecting",
        connected: "Live",
        stale: "No fresh prices",
        offline: "Offline",
        link: "Connection",
        toasts: "What just happened",
        dismiss: "Dismiss",
        unread: "{} unread",
        reload: "This page is out of date.",
        reload_now: "Reload",
        buy: "Buy",
        sell: "Sell",
        order_open: "{} {} is working",
        order_filled: "{} {} filled at {}",
        order_partly: "{} {} filled in part: {}",
        order_canceled: "{} {} cancelled",
        order_expired: "{} {} expired",
        order_rejected: "{} {} was refused",
        stop: "Stop",
        take_profit: "Take profit",
        trailing: "Trailing stop",
        closed_without_stop: "{}: the exchange refused the stop, so the position was closed to protect you.",
        target_refused: "{}: a take-profit was refused. {}",
        stop_replaced: "{}: your position had lost its stop. It has one again.",
        without_stop: "{}: your position has no stop right now. We keep trying to place it.",
        copy_ended: "{}: the position on {} has ended{}",
        by_stop: " by its stop-loss",
        by_target: " by its take-profit",
        stop_hit: "{}: stop-loss hit",
        target_hit: "{}: take-profit hit",
        with_result: "{}: {} USDT",
        signed_in: "New sign-in to your account from {}. If it was not you, set a new password.",
        password_changed: "Your password was changed. If it was not you, set a new one now.",
        plan_ends_soon: "Your plan {} ends soon.",
        payment_failed: "The payment for your plan {} was declined. It is tried again.",
        plan_ended: "Your plan {} has ended. Positions keep their stops and targets.",
        account_mode: "The account of “{}” is in a mode that Slipstream doesn't support: no new orders are sent to it. See Keys.",
        key_refused: "The exchange refuses the key “{}”. It is switched off.",
    }
}
