//! Tabs receive the events of their account's orders from whichever instance's stream reported them.

use super::{Fake, btc, d, keys::person, new_key};
use domain::{
    ExchangeKeyId, Micros, Order, OrderStatus, OrderType, Side, TimeInForce,
    live::{ClientMessage, LiveEvent, LiveEventKind, LiveMessage},
};
use exchange::AccountEvent;
use service::{
    Actor, SharedDesk,
    testing::{Setup, desk_with},
    trading::{key, live},
};
use std::{future::Future, sync::Arc, time::Duration};
use store::testing::TestDb;
use tokio::{
    sync::mpsc::{Receiver, Sender},
    time::timeout,
};

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(60);

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("{what} did not happen"))
}

fn instance(db: &TestDb, name: &str) -> (SharedDesk, Fake) {
    let fake = Fake::at("20000");
    let setup = Setup { exchange: Arc::new(fake.clone()), instance: name.to_owned(), ..Setup::default() };
    (desk_with((**db).clone(), setup), fake)
}

/// A tab that shows the account.
struct Tab {
    desk: SharedDesk,
    actor: Actor,
    received: Receiver<Box<LiveMessage>>,
    /// The tab stays attached until this is dropped.
    _sender: Sender<Box<ClientMessage>>,
}

impl Tab {
    /// Opens the tab at an instance that forwards events. Returns when the tab receives them and the
    /// account's stream is open.
    async fn open(desk: &SharedDesk, fake: &Fake, actor: &Actor, key: ExchangeKeyId) -> Self {
        let forwarding = desk.clone();
        tokio::spawn(async move { live::listen(&forwarding).await });
        let (sender, received) = live::attach(desk.trading(), Some(actor.clone()));
        let account = Some((key, btc()));
        sender.send(Box::new(ClientMessage::Watch { symbols: vec![], account, after: None })).await.unwrap();
        let mut tab = Self { desk: desk.clone(), actor: actor.clone(), received, _sender: sender };
        within("an event's arrival", async {
            while timeout(Duration::from_millis(50), tab.event()).await.is_err() {
                tab.append().await;
            }
        })
        .await;
        within("the account's stream", async {
            while fake.state.lock().unwrap().streams.is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        tab
    }

    /// Writes an event that has nothing to do with orders.
    async fn append(&self) {
        let what = LiveEventKind::KeyRefused("none".into());
        let event = LiveEvent { key: None, at: Micros(1), what };
        let body = serde_json::to_string(&event).unwrap();
        let mut tx = self.desk.db.begin().await.unwrap();
        store::event::append_event(&mut tx, self.actor.user, &body, event.at).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Receives the next event.
    async fn event(&mut self) -> LiveEventKind {
        loop {
            if let LiveMessage::Happened { event, .. } = *self.received.recv().await.unwrap() {
                return event.what;
            }
        }
    }

    /// Receives events until it has those of both orders. Returns the orders of all of them, sorted.
    async fn orders_until(&mut self, last: [&str; 2]) -> Vec<String> {
        let mut orders: Vec<String> = Vec::new();
        within("the last order's event", async {
            while !last.iter().all(|id| orders.iter().any(|order| order == id)) {
                if let LiveEventKind::Order(order, _) = self.event().await {
                    orders.push(order.client_order_id);
                }
            }
        })
        .await;
        orders.sort();
        orders
    }
}

/// A resting order, as a stream reports it.
fn resting(client_order_id: &str) -> AccountEvent {
    let order = Order {
        id: client_order_id.to_owned(),
        client_order_id: client_order_id.to_owned(),
        at: Micros(1),
        symbol: btc(),
        kind: OrderType::Limit,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: false,
        side: Side::Buy,
        price: Some(d("19000")),
        stop_price: None,
        callback_rate: None,
        amount: Some(d("0.01")),
        cost: d("0"),
        average: None,
        filled: d("0"),
        remaining: Some(d("0.01")),
        status: OrderStatus::Open,
        position_side: domain::PositionSlot::Both,
    };
    AccountEvent::Order(Box::new(order), None)
}

pub(crate) async fn an_orders_event_reaches_the_tabs_of_every_instance_once(db: &TestDb) {
    let ((one, fake_one), (two, fake_two)) = (instance(db, "one"), instance(db, "two"));
    let actor = person(&one, "ada").await;
    let key = key::connect_key(&one, &actor, new_key()).await.unwrap().id;
    let mut here = Tab::open(&one, &fake_one, &actor, key).await;
    let mut there = Tab::open(&two, &fake_two, &actor, key).await;
    // No lease decides whose stream counts: each instance's own report suffices.
    fake_one.emit(resting("web_first")).await;
    fake_two.emit(resting("web_second")).await;
    for fake in [&fake_one, &fake_two] {
        fake.emit(resting("web_third")).await;
    }
    // Each stream is handled in order, so after these nothing of the above can follow.
    fake_one.emit(resting("web_x")).await;
    fake_two.emit(resting("web_y")).await;
    for tab in [&mut here, &mut there] {
        let orders = tab.orders_until(["web_x", "web_y"]).await;
        assert_eq!(orders, ["web_first", "web_second", "web_third", "web_x", "web_y"]);
    }
}
