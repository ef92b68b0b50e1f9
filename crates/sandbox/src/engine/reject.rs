//! Rejections, with Binance's error codes and messages.

use domain::Decimal;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The reason a command was rejected. A rejected command changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Reject {
    /// Binance's error code, negative.
    pub code: i32,
    /// Binance's error message.
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
    /// The pair does not exist.
    invalid_symbol = -1121, "Invalid symbol.";
    /// More decimal places than the market accepts.
    precision = -1111, "Precision is over the maximum defined for this asset.";
    /// The account does not exist.
    invalid_key = -2015, "Invalid API-key, IP, or permissions for action.";
    /// The spot balance does not suffice.
    insufficient_balance = -2010, "Account has insufficient balance for requested action.";
    /// A spot post-only order would execute as taker.
    would_match = -2010, "Order would immediately match and take.";
    /// The stop price of a spot order is on the wrong side of the last price.
    stop_would_trigger = -2010, "Order would trigger immediately.";
    /// The prices of an OCO are on the wrong sides of the last price.
    oco_prices = -2010, "The relationship of the prices for the orders is not correct.";
    /// The visible amount of an iceberg order is larger than the order.
    iceberg_exceeds = -2010, "IcebergQty exceeds QTY.";
    /// A spot order does not have the status that its cancellation requires.
    cancel_restricted = -2011, "Order was not canceled due to cancel restrictions.";
    /// An open spot order already has this client id.
    duplicate_order = -2010, "Duplicate order sent.";
    /// The order to cancel is not open.
    unknown_order = -2011, "Unknown order sent.";
    /// The queried order does not exist.
    no_such_order = -2013, "Order does not exist.";
    /// A transfer exceeds the balance.
    balance_insufficient = -5013, "Asset transfer failed: insufficient balance";
    /// The futures margin does not suffice.
    margin_insufficient = -2019, "Margin is insufficient.";
    /// The trigger price of a conditional order is on the wrong side of the current price.
    would_trigger = -2021, "Order would immediately trigger.";
    /// There is no position to reduce, or in hedge mode a smaller one.
    reduce_only = -2022, "ReduceOnly Order is rejected.";
    /// Too many open orders.
    too_many_orders = -2025, "Reach max open order limit.";
    /// The position exceeds the bracket of the current leverage.
    over_bracket = -2027, "Exceeded the maximum allowable position at current leverage.";
    /// The lower leverage needs more margin than is available.
    leverage_too_small = -2028, "Leverage is smaller than permitted: insufficient margin balance.";
    /// The callback rate is outside 0.1 to 20 percent.
    callback_rate = -2007, "Invalid callBack rate.";
    /// The price is not positive.
    price_not_positive = -4001, "Price less than 0.";
    /// The price is above the maximum.
    price_too_high = -4002, "Price greater than max price.";
    /// The amount is not positive.
    quantity_not_positive = -4003, "Quantity less than or equal to zero.";
    /// The amount is below the minimum.
    quantity_too_small = -4004, "Quantity less than minimum quantity.";
    /// The amount is above the maximum.
    quantity_too_large = -4005, "Quantity greater than max quantity.";
    /// The trigger price is not positive.
    stop_price = -4006, "Stop price less than zero.";
    /// The price is below the minimum.
    price_too_low = -4013, "Price less than min price.";
    /// The price is not a multiple of the tick size.
    price_off_tick = -4014, "Price not increased by tick size.";
    /// A futures client id is not 1 to 36 of the allowed characters.
    client_id = -4015, "Client order id is not valid.";
    /// A spot client id is not 1 to 36 of the allowed characters.
    spot_client_id = -1100, "Illegal characters found in parameter 'newClientOrderId'; legal range is '^[a-zA-Z0-9-_]{1,36}$'.";
    /// The amount is not a multiple of the step size.
    quantity_off_step = -4023, "Qty not increased by step size.";
    /// The margin mode is already set.
    same_margin_mode = -4046, "No need to change margin type.";
    /// The margin mode cannot change while orders are open.
    margin_mode_orders = -4047, "Margin type cannot be changed if there exists open orders.";
    /// The margin mode cannot change while a position is open.
    margin_mode_position = -4048, "Margin type cannot be changed if there exists position.";
    /// An open futures order already has this client id.
    duplicate_client_id = -4116, "ClientOrderId is duplicated.";
    /// A closePosition order of the same kind and direction is already open.
    duplicate_close = -4130, "An open stop or take profit order with GTE and closePosition in the direction is existing.";
    /// closePosition is only valid with stop-market and take-profit-market orders.
    close_kind = -4136, "Target strategy invalid for orderType, closePosition true.";
    /// A closePosition order must not have an amount.
    close_quantity = -4137, "Quantity must be zero with closePosition equals true.";
    /// A closePosition order is implicitly reduce-only, so the flag must not be sent.
    close_reduce = -1106, "Parameter 'reduceonly' sent when not required.";
    /// The leverage of an open isolated position can only be raised.
    leverage_isolated = -4161, "Leverage reduction is not supported in Isolated Margin Mode with open positions.";
    /// Margin can only be adjusted for an open position.
    margin_without_position = -4054, "Cannot add position margin: position is 0.";
    /// Margin can only be adjusted for an isolated position.
    margin_not_isolated = -4049, "Add margin only support for isolated position.";
    /// More than the isolated position can give up.
    isolated_insufficient = -4051, "Isolated balance insufficient.";
    /// A GTE_GTC order has no position it could close.
    no_position = -4509, "Time in Force (TIF) GTE can only be used with open positions. Please ensure that positions are available.";
    /// A FOK order cannot be filled completely.
    fok = -5021, "Due to the order could not be filled immediately, the FOK order has been rejected. The order will not be recorded in the order history.";
    /// A futures post-only order would execute as taker.
    post_only = -5022, "Due to the order could not be executed as maker, the Post Only order will be rejected. The order will not be recorded in the order history.";
    /// The market does not support this order type.
    invalid_kind = -1116, "Invalid orderType.";
    /// The order type does not support this time in force.
    invalid_tif = -1115, "Invalid timeInForce.";
    /// Resting orders already use up the position that a reduce-only order would reduce.
    reduce_only_conflict = -4118, "ReduceOnly Order Failed. Please check your existing position and open orders.";
    /// The book's best price is outside the range that market orders may execute at.
    market_order = -4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.";
    /// The market only accepts orders that reduce a position.
    no_opening = -4140, "Invalid symbol status for opening position.";
    /// The perpetual is not trading.
    symbol_closed = -4141, "Symbol is closed.";
    /// The spot market is not trading.
    market_closed = -2010, "Market is closed.";
    /// This kind of market cannot have the status.
    market_status = -4022, "market status sent is not valid.";
    /// Too many open conditional orders.
    too_many_stops = -4045, "Reach max stop order limit.";
    /// The position mode is already set.
    same_position_mode = -4059, "No need to change position side.";
    /// The position mode cannot change while orders are open.
    position_mode_orders = -4067, "Position side cannot be changed if there exists open orders.";
    /// The position mode cannot change while a position is open.
    position_mode_position = -4068, "Position side cannot be changed if there exists position.";
    /// Multi-assets mode cannot be combined with isolated margin.
    asset_mode_isolated = -4167, "Unable to adjust to Multi-Assets mode with symbols of USD\u{24C8}-M Futures under isolated-margin mode.";
    /// Isolated margin cannot be combined with multi-assets mode.
    isolated_asset_mode = -4168, "Unable to adjust to isolated-margin mode under the Multi-Assets mode.";
    /// The asset mode cannot change while orders are open.
    asset_mode_orders = -4170, "Unable to adjust Multi-Assets Mode with open orders in USD\u{24C8}-M Futures.";
    /// The asset mode is already set.
    same_asset_mode = -4171, "Adjusted asset mode is currently set and does not need to be adjusted repeatedly.";
    /// The position side does not belong to the account's position mode.
    position_side = -4061, "Order's position side does not match user's setting.";
    /// Only limit orders can be amended.
    only_limit = -5025, "Only limit order is supported.";
    /// The market of the order to amend is not trading.
    amend_closed = -5024, "Symbol is not in trading status. Order amendment is not permitted.";
    /// The order has been amended too often.
    too_many_amendments = -5026, "Exceed maximum modify order limit.";
    /// The amendment changes nothing.
    same_order = -5027, "No need to modify the order.";
    /// The side of an amendment is not the order's.
    wrong_side = -1130, "Data sent for parameter 'side' is not valid.";
    /// The date of a GTD order is too soon or too late.
    good_till_date = -5040, "The goodTillDate timestamp must be greater than the current time plus 600 seconds and smaller than 253402300799000 (UTC 9999-12-31 23:59:59)";
    /// The book has no price at the level that the order names.
    no_depth = -5041, "No depth matches this BBO order";
    /// The asset cannot be transferred.
    invalid_asset = -1108, "Invalid asset.";
    /// The API key is already in use (specific to the sandbox; Binance generates keys itself).
    key_taken = -2014, "API-key format invalid.";
}

impl Reject {
    /// A parameter required by the order type is missing.
    #[must_use]
    pub fn mandatory(parameter: &str) -> Self {
        let message =
            format!("Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed.");
        Self { code: -1102, message: message.into() }
    }

    /// An amendment of a spot order was rejected.
    #[must_use]
    pub const fn amend(message: &'static str) -> Self {
        Self { code: -2038, message: Cow::Borrowed(message) }
    }

    /// A spot filter failed; `name` is the filter's name.
    #[must_use]
    pub fn filter(name: &str) -> Self {
        Self { code: -1013, message: format!("Filter failure: {name}").into() }
    }

    /// A futures order's notional is below the minimum.
    #[must_use]
    pub fn min_notional(least: Decimal) -> Self {
        let message =
            format!("Order's notional must be no smaller than {least} (unless you choose reduce only).");
        Self { code: -4164, message: message.into() }
    }

    /// The notional of an amended order is below the minimum.
    #[must_use]
    pub fn amend_notional(least: Decimal) -> Self {
        Self { code: -5029, message: format!("Order's notional must be no smaller than {least}").into() }
    }

    /// A futures buy price is above the allowed band.
    #[must_use]
    pub fn above_band(highest: Decimal) -> Self {
        Self { code: -4016, message: format!("Limit price can't be higher than {highest}.").into() }
    }

    /// A futures sell price is below the allowed band.
    #[must_use]
    pub fn below_band(lowest: Decimal) -> Self {
        Self { code: -4024, message: format!("Limit price can't be lower than {lowest}.").into() }
    }

    /// The pair does not offer this leverage.
    #[must_use]
    pub fn leverage(leverage: u16) -> Self {
        Self { code: -4028, message: format!("Leverage {leverage} is not valid").into() }
    }
}
