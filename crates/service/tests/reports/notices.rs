//! Notices: counted until they are read, per user.

use super::setting::{btc, key, person, write};
use domain::{
    Decimal, Micros, Order, OrderStatus, OrderType, Side, TimeInForce, UserId,
    live::{LiveEvent, LiveEventKind},
};
use service::{
    SharedDesk,
    messaging::notice::{self, MOST_UNREAD},
    testing,
};
use store::testing::TestDb;

store::each_engine!(
    read_notices_are_not_counted,
    a_page_ends_and_the_next_goes_on,
    an_order_is_one_notice,
    an_order_is_not_repeated_on_the_next_page,
);

async fn happens(desk: &SharedDesk, user: UserId, key: domain::ExchangeKeyId, what: LiveEventKind) {
    let event = LiveEvent { key: Some(key), at: desk.clock.now(), what };
    let body = serde_json::to_string(&event).unwrap();
    write(desk, async |tx| store::event::append_event(tx, user, &body, event.at).await).await;
}

fn waiting_stop() -> LiveEventKind {
    LiveEventKind::Order(Box::new(stop_order()), None)
}

/// An order of this id to buy 3, with these fills.
fn buy(id: &str, filled: i64, status: OrderStatus) -> LiveEventKind {
    let order = Order {
        id: id.into(),
        kind: OrderType::Market,
        side: Side::Buy,
        amount: Some(Decimal::from(3)),
        average: Some(Decimal::TEN),
        filled: Decimal::from(filled),
        status,
        ..stop_order()
    };
    LiveEventKind::Order(Box::new(order), None)
}

fn stop_order() -> Order {
    Order {
        id: "1".into(),
        client_order_id: "slip-1".into(),
        at: Micros(0),
        symbol: btc(),
        kind: OrderType::StopMarket,
        time_in_force: TimeInForce::Gtc,
        post_only: false,
        reduce_only: true,
        side: Side::Sell,
        price: None,
        stop_price: Some(Decimal::ONE),
        callback_rate: None,
        amount: None,
        cost: Decimal::ZERO,
        average: None,
        filled: Decimal::ZERO,
        remaining: None,
        status: OrderStatus::Open,
        position_side: domain::PositionSlot::Both,
    }
}

async fn read_notices_are_not_counted(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    let (ada, bob) = (person(&desk, "ada@example.org").await, person(&desk, "bob@example.org").await);
    let mine = key(&desk, &ada, "Main", true).await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 0);
    assert_eq!(notice::read_page(&desk, &ada, None).await.unwrap(), notice::NoticePage::default());

    happens(&desk, ada.user, mine, LiveEventKind::StopReplaced(btc())).await;
    happens(&desk, ada.user, mine, waiting_stop()).await;
    happens(&desk, ada.user, mine, LiveEventKind::KeyRefused("Main".into())).await;
    // An event of a future version is skipped.
    write(&desk, async |tx| store::event::append_event(tx, ada.user, "{\"new\":1}", Micros(1)).await).await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 2);
    assert_eq!(notice::unread(&desk, &bob).await.unwrap(), 0);

    let page = notice::read_page(&desk, &ada, None).await.unwrap();
    let reported: Vec<_> = page.items.iter().map(|n| (n.event.what.clone(), n.unread)).collect();
    assert_eq!(
        reported,
        [(LiveEventKind::KeyRefused("Main".into()), true), (LiveEventKind::StopReplaced(btc()), true)]
    );
    assert_eq!(page.items[0].key_name.as_deref(), Some("Main"));
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 0);
    assert!(notice::read_page(&desk, &ada, None).await.unwrap().items.iter().all(|n| !n.unread));

    happens(&desk, ada.user, mine, LiveEventKind::StopReplaced(btc())).await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 1);
    write(&desk, async |tx| store::read_mark::mark(tx, ada.user, 1).await).await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 1, "the mark never moves back");
    assert!(notice::read_page(&desk, &bob, None).await.unwrap().items.is_empty());
}

async fn a_page_ends_and_the_next_goes_on(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    let ada = person(&desk, "ada@example.org").await;
    let mine = key(&desk, &ada, "Main", true).await;
    let body = |number: i64| {
        let event =
            LiveEvent { key: Some(mine), at: Micros(number), what: LiveEventKind::StopReplaced(btc()) };
        serde_json::to_string(&event).unwrap()
    };
    write(&desk, async |tx| {
        for number in 0..250 {
            store::event::append_event(tx, ada.user, &body(number), Micros(number)).await?;
        }
        Ok(())
    })
    .await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), MOST_UNREAD + 1);
    let first = notice::read_page(&desk, &ada, None).await.unwrap();
    let second = notice::read_page(&desk, &ada, first.next).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.next), (200, 50, None));
    let all: Vec<_> = first.items.iter().chain(&second.items).map(|n| n.at.0).collect();
    assert_eq!(all, (0..250).rev().collect::<Vec<_>>());
}

async fn an_order_is_one_notice(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    let ada = person(&desk, "ada@example.org").await;
    let (mine, other) = (key(&desk, &ada, "Main", true).await, key(&desk, &ada, "Other", true).await);
    happens(&desk, ada.user, mine, buy("7", 1, OrderStatus::Open)).await;
    happens(&desk, ada.user, mine, buy("8", 1, OrderStatus::Open)).await;
    happens(&desk, ada.user, mine, buy("7", 3, OrderStatus::Closed)).await;
    // Reported late, and on another account an order with the same number.
    happens(&desk, ada.user, mine, buy("7", 2, OrderStatus::Open)).await;
    happens(&desk, ada.user, other, buy("7", 1, OrderStatus::Open)).await;
    happens(&desk, ada.user, mine, LiveEventKind::StopReplaced(btc())).await;
    happens(&desk, ada.user, mine, LiveEventKind::StopReplaced(btc())).await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 5);
    let page = notice::read_page(&desk, &ada, None).await.unwrap();
    let shown: Vec<_> = page.items.iter().map(|notice| notice.event.what.clone()).collect();
    let replaced = LiveEventKind::StopReplaced(btc());
    let orders =
        [buy("7", 1, OrderStatus::Open), buy("7", 3, OrderStatus::Closed), buy("8", 1, OrderStatus::Open)];
    assert_eq!(shown, [vec![replaced.clone(), replaced], orders.to_vec()].concat());

    happens(&desk, ada.user, mine, buy("8", 3, OrderStatus::Closed)).await;
    assert_eq!(notice::unread(&desk, &ada).await.unwrap(), 1);
    let page = notice::read_page(&desk, &ada, None).await.unwrap();
    assert_eq!((page.items.len(), page.items[0].unread), (5, true), "it moves up and is new again");
    assert_eq!(page.items[0].event.what, buy("8", 3, OrderStatus::Closed));
}

async fn an_order_is_not_repeated_on_the_next_page(db: &TestDb) {
    let (desk, _) = testing::desk((**db).clone());
    let ada = person(&desk, "ada@example.org").await;
    let mine = key(&desk, &ada, "Main", true).await;
    let body = |what: LiveEventKind| {
        serde_json::to_string(&LiveEvent { key: Some(mine), at: Micros(1), what }).unwrap()
    };
    write(&desk, async |tx| {
        let (partial, full) = (buy("7", 1, OrderStatus::Open), buy("7", 3, OrderStatus::Closed));
        store::event::append_event(tx, ada.user, &body(partial), Micros(1)).await?;
        for _ in 0..199 {
            let other = body(LiveEventKind::StopReplaced(btc()));
            store::event::append_event(tx, ada.user, &other, Micros(2)).await?;
        }
        store::event::append_event(tx, ada.user, &body(full), Micros(3)).await.map(|_| ())
    })
    .await;
    let first = notice::read_page(&desk, &ada, None).await.unwrap();
    assert_eq!(first.items[0].event.what, buy("7", 3, OrderStatus::Closed));
    let second = notice::read_page(&desk, &ada, first.next).await.unwrap();
    assert_eq!((first.items.len(), second.items.len()), (200, 0), "its first fill belongs to the first page");
}
