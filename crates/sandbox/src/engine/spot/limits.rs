//! The limits of the spot filters that do not differ between markets.

use domain::{Decimal, Market, dec};

/// Maximum number of an account's open orders per market (`MAX_NUM_ORDERS`).
pub(crate) const ORDERS: usize = 200;
/// Maximum number of open orders that wait for a trigger (`MAX_NUM_ALGO_ORDERS`).
pub(crate) const ALGO_ORDERS: usize = 5;
/// Maximum number of open order lists (`MAX_NUM_ORDER_LISTS`).
pub(crate) const LISTS: usize = 20;
/// Maximum number of amendments of one order (`MAX_NUM_ORDER_AMENDS`).
pub(crate) const AMENDS: u32 = 10;
/// Maximum number of parts of an iceberg order (`ICEBERG_PARTS`).
pub(crate) const ICEBERG_PARTS: u32 = 100;
/// Range of a trailing delta, in basis points (`TRAILING_DELTA`).
pub(crate) const TRAILING_DELTA: (u32, u32) = (10, 2_000);
/// Maximum value of a limit order, in quote units (`NOTIONAL`).
pub(crate) const MAX_NOTIONAL: Decimal = dec!(9_000_000);
/// The number of minutes of the average price (`avgPriceMins`).
pub(crate) const AVERAGE_MINUTES: usize = 5;

/// Maximum amount of a market order (`MARKET_LOT_SIZE`).
pub(crate) fn market_amount(rules: &Market) -> Decimal {
    rules.max_amount / Decimal::TEN
}

/// Maximum amount of the base asset that an account holds and has ordered (`MAX_POSITION`).
pub(crate) const fn position(rules: &Market) -> Decimal {
    rules.max_amount
}
