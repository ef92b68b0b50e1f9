//! Refusals, by Binance's codes and words.

use domain::Decimal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A command was refused, and nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Reject {
    /// Binance's code, negative.
    pub code: i32,
    /// Binance's words.
    pub message: Cow<'static, str>,
}

macro_rules! rejects {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        impl Reject {$(
            $(#[$doc])*
            #[must_use]
            pub const fn $name() -> Self {
                Self { code: $code, message: Cow::Borrowed($text) }
            }
        )*}
    };
}

rejects! {
    /// No such pair.
    invalid_symbol = -1121, "Invalid symbol.";
    /// More decimals than the market takes.
    precision = -1111, "Precision is over the maximum defined for this asset.";
    /// No such account.
    invalid_key = -2015, "Invalid API-key, IP, or permissions for action.";
    /// Spot funds do not suffice.
    insufficient_balance = -2010, "Account has insufficient balance for requested action.";
    /// A spot post-only order would take.
    would_match = -2010, "Order would immediately match and take.";
    /// A spot client id is taken.
    duplicate_order = -2010, "Duplicate order sent.";
    /// A cancel of an order that is not open.
    unknown_order = -2011, "Unknown order sent.";
    /// A query for an order that never was.
    no_such_order = -2013, "Order does not exist.";
    /// A transfer of more than there is.
    balance_insufficient = -2018, "Balance is insufficient.";
    /// Futures margin does not suffice.
    margin_insufficient = -2019, "Margin is insufficient.";
    /// A conditional order stands on the wrong side of the price.
    would_trigger = -2021, "Order would immediately trigger.";
    /// Nothing to reduce.
    reduce_only = -2022, "ReduceOnly Order is rejected.";
    /// Too many open orders.
    too_many_orders = -2025, "Reach max open order limit.";
    /// The bracket of the leverage is too small.
    over_bracket = -2027, "Exceeded the maximum allowable position at current leverage.";
    /// Lower leverage needs more margin than there is.
    leverage_too_small = -2028, "Leverage is smaller than permitted: insufficient margin balance.";
    /// Out of 0.1 to 10 percent.
    callback_rate = -2007, "Invalid callBack rate.";
    /// A price that is not positive.
    price_not_positive = -4001, "Price less than 0.";
    /// A price above the highest.
    price_too_high = -4002, "Price greater than max price.";
    /// An amount that is not positive.
    quantity_not_positive = -4003, "Quantity less than or equal to zero.";
    /// An amount below the smallest.
    quantity_too_small = -4004, "Quantity less than minimum quantity.";
    /// An amount above the largest.
    quantity_too_large = -4005, "Quantity greater than max quantity.";
    /// A trigger price that is not positive.
    stop_price = -4006, "Stop price less than zero.";
    /// A price below the lowest.
    price_too_low = -4013, "Price less than min price.";
    /// A price between two ticks.
    price_off_tick = -4014, "Price not increased by tick size.";
    /// A client id that is not 1 to 36 of the allowed characters.
    client_id = -4015, "Client order id is not valid.";
    /// A spot client id that is not 1 to 36 of the allowed characters.
    spot_client_id = -1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.";
    /// An amount between two lots.
    quantity_off_step = -4023, "Quantity not increased by step size.";
    /// Margin mode is that already.
    same_margin_mode = -4046, "No need to change margin type.";
    /// Margin mode cannot change under open orders.
    margin_mode_orders = -4047, "Margin type cannot be changed if there exists open orders.";
    /// Margin mode cannot change under a position.
    margin_mode_position = -4048, "Margin type cannot be changed if there exists position.";
    /// A futures client id is taken.
    duplicate_client_id = -4116, "ClientOrderId is duplicated.";
    /// A second order to close the same position in the same way.
    duplicate_close = -4130, "An open stop or take profit order with GTE and closePosition in the direction is existing.";
    /// closePosition stands with stop and take-profit market orders alone.
    close_kind = -4136, "Target strategy invalid for orderType, closePosition true.";
    /// closePosition has no amount.
    close_quantity = -4137, "Quantity must be zero with closePosition equals true.";
    /// closePosition is reduce-only as it is.
    close_reduce = -1106, "Parameter 'reduceonly' sent when not required.";
    /// An isolated position keeps its leverage or raises it.
    leverage_isolated = -4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions.";
    /// Margin belongs to positions alone.
    margin_without_position = -4054, "Cannot add position margin: position is 0.";
    /// Only an isolated position has margin of its own.
    margin_not_isolated = -4053, "Margin can be adjusted for isolated positions only.";
    /// More than the isolated position can spare.
    isolated_insufficient = -4051, "Isolated balance insufficient.";
    /// GTE_GTC without anything to live for.
    no_position = -4509, "Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.";
    /// A FOK order that cannot fill.
    fok = -5021, "Due to the order could not be filled immediately, the FOK order has been rejected. The order will not be recorded in the order history.";
    /// A futures post-only order would take.
    post_only = -5022, "Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history.";
    /// The market does not have orders of this type.
    invalid_kind = -1116, "Invalid orderType.";
    /// The order type does not go with this time in force.
    invalid_tif = -1115, "Invalid timeInForce.";
    /// Resting orders leave no position for a reduce-only order.
    reduce_only_conflict = -4118, "ReduceOnly Order Failed. Please check your existing position and open orders.";
    /// The book's best price is beyond what market orders may take.
    market_order = -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.";
    /// The market takes orders that reduce alone.
    no_opening = -4140, "Invalid symbol status for opening position.";
    /// The perpetual does not trade.
    symbol_closed = -4141, "Symbol is closed.";
    /// The spot market does not trade.
    market_closed = -2010, "Market is closed.";
    /// A status that this kind of market does not have.
    market_status = -4022, "market status sent is not valid.";
    /// Too many waiting conditional orders.
    too_many_stops = -4045, "Reach max stop order limit.";
    /// The position mode is that already.
    same_position_mode = -4059, "No need to change position side.";
    /// The position mode cannot change under open orders.
    position_mode_orders = -4067, "Position side cannot be changed if there exists open orders.";
    /// The position mode cannot change under a position.
    position_mode_position = -4068, "Position side cannot be changed if there exists position.";
    /// Multi-assets mode does not go with isolated margin.
    asset_mode_isolated = -4167, "Unable to adjust to Multi-Assets mode with symbols of USD\u{24C8}-M Futures under isolated-margin mode.";
    /// Isolated margin does not go with multi-assets mode.
    isolated_asset_mode = -4168, "Unable to adjust to isolated-margin mode under the Multi-Assets mode.";
    /// The asset mode cannot change under open orders.
    asset_mode_orders = -4170, "Unable to adjust Multi-Assets Mode with open orders in USD\u{24C8}-M Futures.";
    /// The asset mode is that already.
    same_asset_mode = -4171, "Adjusted asset mode is currently set and does not need to be adjusted repeatedly.";
    /// An asset that cannot be moved.
    invalid_asset = -4062, "Invalid asset.";
    /// The API key is taken (sandbox's own; Binance makes keys itself).
    key_taken = -2014, "API-key format invalid.";
}

impl Reject {
    /// A parameter that the order's type needs.
    #[must_use]
    pub fn mandatory(parameter: &str) -> Self {
        let message =
            format!("Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed.");
        Self { code: -1102, message: message.into() }
    }

    /// A spot filter, by name.
    #[must_use]
    pub fn filter(name: &str) -> Self {
        Self { code: -1013, message: format!("Filter failure: {name}").into() }
    }

    /// A futures order that is worth too little.
    #[must_use]
    pub fn min_notional(least: Decimal) -> Self {
        let message =
            format!("Order's notional must be no smaller than {least} (unless you choose reduce only).");
        Self { code: -4164, message: message.into() }
    }

    /// A futures buyer's price above the band.
    #[must_use]
    pub fn above_band(highest: Decimal) -> Self {
        Self { code: -4016, message: format!("Limit price can't be higher than {highest}.").into() }
    }

    /// A futures seller's price below the band.
    #[must_use]
    pub fn below_band(lowest: Decimal) -> Self {
        Self { code: -4024, message: format!("Limit price can't be lower than {lowest}.").into() }
    }

    /// A leverage that the pair does not have.
    #[must_use]
    pub fn leverage(leverage: u16) -> Self {
        Self { code: -4028, message: format!("Leverage {leverage} is not valid").into() }
    }
}
