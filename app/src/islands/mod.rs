//! The interactive parts of pages.
//!
//! The live parts of every page (price, connection pill, toasts, bell, positions) are HTML of the server. The browser writes
//! to it directly, without Leptos and serde, so that the small bundle stays small. Only the trade desk is an island.

#[cfg(feature = "islands")]
pub(crate) mod bus;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub mod desk;
pub mod fresh;
pub(crate) mod link;
pub(crate) mod messages;
#[cfg(feature = "islands")]
pub(crate) mod page;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod part;
pub mod pill;
pub mod portfolio;
pub mod price;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub(crate) mod reactive;
#[cfg(feature = "islands")]
pub(crate) mod stream;
pub mod toasts;
#[cfg(any(feature = "islands", feature = "ssr", test))]
pub(crate) mod tree;
pub mod unread;

/// Starts the live parts of the page: one stream for all of them.
#[cfg(feature = "islands")]
pub fn start() {
    toasts::start();
    price::symbols().for_each(|symbol| stream::watch(&symbol));
    #[cfg(feature = "pages")]
    if portfolio::start() {
        stream::watch_portfolio(portfolio::receive);
    }
    #[cfg(feature = "pages")]
    fresh::start();
    stream::start();
}

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
            position_side: domain::PositionSlot::Both,
        }
    }
}
