//! The interactive parts of pages. Islands share one stream and one [`bus::Bus`] per tab.
//!
//! The islands of every page take no props and parse the stream manually, without serde: together they stay
//! small. Only the
//! trade desk needs the large dependencies.

pub(crate) mod bus;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub mod desk;
pub mod fresh;
pub(crate) mod messages;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod part;
pub mod pill;
pub mod portfolio;
pub mod price;
pub(crate) mod reactive;
#[cfg(feature = "islands")]
pub(crate) mod stream;
pub mod toasts;
#[cfg(any(feature = "islands", feature = "ssr", test))]
pub(crate) mod tree;
pub mod unread;

#[cfg(test)]
pub(crate) mod tests {
    use domain::{Decimal, Order, OrderStatus, OrderType, Side, TimeInForce};

    /// A sample order for tests.
    pub(crate) fn order() -> Order {
        Order {
            id: "1".into(),
            client_order_id: "slip-1".into(),
            at: domain::Micros(1_700_000_000_000_000),
            symbol: "BTC/USDT".parse().unwrap(),
            kind: OrderType::Limit,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            reduce_only: false,
            side: Side::Buy,
            price: Some(Decimal::from(10_000)),
            stop_price: None,
            callback_rate: None,
            amount: Some(Decimal::new(5, 2)),
            cost: Decimal::ZERO,
            average: None,
            filled: Decimal::ZERO,
            remaining: Some(Decimal::new(5, 2)),
            status: OrderStatus::Open,
        }
    }
}
