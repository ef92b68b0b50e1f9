//! The user-data stream of spot, as our own adapter reads it: every order is reported, and what happens while the stream
//! is down is read when it is connected again.

use super::world::World;
use crate::common::{copying::btc, process::PATIENCE};
use domain::{Decimal, Order, OrderStatus, OrderType, Side, TimeInForce, TradeType, trade::PriceSource};
use exchange::{AccountEvent, Credentials, OrderRequest, Streams as _, Trading as _, Urgency, Validity};
use service::platform::system::WallClock;
use tokio::sync::mpsc::Receiver;

const KIND: TradeType = TradeType::Spot;

/// Ways in which a stream ends.
#[derive(Clone, Copy, Debug)]
enum Loss {
    /// The connection is closed after 24 hours.
    Closed,
    /// The exchange announces that it shuts the connection down.
    Shutdown,
    /// The subscription has expired.
    Terminated,
}

/// Buys at the market, past the proxy.
async fn buy(world: &World, who: &Credentials, name: &str) {
    let request = OrderRequest {
        trade_type: KIND,
        symbol: btc(),
        client_order_id: name.to_owned(),
        side: Side::Buy,
        kind: OrderType::Market,
        amount: Some(Decimal::new(1, 3)),
        price: None,
        stop_price: None,
        trigger: PriceSource::Last,
        callback_rate: None,
        time_in_force: TimeInForce::Gtc,
        good_till: None,
        reduce_only: false,
        urgency: Urgency::First,
        position_side: domain::PositionSlot::Both,
    };
    world.direct.exchange.place(who, &request, Validity::from_now(&WallClock)).await.unwrap();
}

async fn next(events: &mut Receiver<AccountEvent>, what: &str) -> AccountEvent {
    let event = tokio::time::timeout(PATIENCE, events.recv()).await;
    event.unwrap_or_else(|_| panic!("no event: {what}")).expect("the stream goes on")
}

/// Waits for an event; others are skipped.
async fn until(events: &mut Receiver<AccountEvent>, wanted: AccountEvent) {
    let what = format!("{wanted:?}");
    while next(events, &what).await != wanted {}
}

/// Waits until the stream reports the order with this client id as filled, with its fill, and then the new balance.
async fn reported(events: &mut Receiver<AccountEvent>, name: &str) {
    loop {
        if let AccountEvent::Order(order, fill) = next(events, name).await
            && is_filled(&order, name)
        {
            assert_eq!(fill.expect("the fill").amount, order.filled);
            break;
        }
    }
    loop {
        if let AccountEvent::Account { balance: Some(balance), .. } = next(events, "the balance").await {
            assert!(!balance.assets["BTC"].total.is_zero());
            return;
        }
    }
}

fn is_filled(order: &Order, name: &str) -> bool {
    order.client_order_id == name && order.status == OrderStatus::Closed && !order.filled.is_zero()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spot_events_arrive_and_those_of_a_gap_are_read() {
    let db = store::testing::sqlite().await;
    let world = World::begin(&db).await;
    let who = world.account().await;
    let adapter = world.adapter();
    let mut events = adapter.account_stream(who.clone(), KIND);
    until(&mut events, AccountEvent::Connected).await;
    buy(&world, &who, "first").await;
    reported(&mut events, "first").await;

    for (number, loss) in [Loss::Closed, Loss::Shutdown, Loss::Terminated].into_iter().enumerate() {
        let (gap, after) = (format!("gap-{number}"), format!("after-{number}"));
        let subscriptions = world.proxy.subscriptions(&who.api_key);
        world.proxy.refuse_sockets(true);
        match loss {
            Loss::Closed => world.proxy.close_sockets(),
            Loss::Shutdown => world.proxy.shut_down(),
            Loss::Terminated => world.proxy.terminate(&who.api_key),
        }
        until(&mut events, AccountEvent::Disconnected).await;
        buy(&world, &who, &gap).await;
        world.proxy.refuse_sockets(false);

        // After this event the readers of the stream load the account again.
        until(&mut events, AccountEvent::Connected).await;
        assert_eq!(world.proxy.subscriptions(&who.api_key), subscriptions + 1, "{loss:?}");
        let orders = adapter.orders(&who, KIND, &btc(), 100).await.unwrap();
        assert!(orders.iter().any(|order| is_filled(order, &gap)), "{loss:?}: {orders:?}");
        buy(&world, &who, &after).await;
        reported(&mut events, &after).await;
    }
}
