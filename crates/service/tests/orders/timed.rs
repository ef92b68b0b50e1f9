//! Limit orders with a time in force, and orders that only reduce a position.

use super::{ENTRY, TARGET, World, fake::Fault, idempotency, ticket, world};
use crate::fake::{btc, d};
use domain::{Decimal, OrderStatus, Side, ticket::RawTicket, validation::Problem};
use service::{
    Error,
    trading::order::{
        self,
        trade::{TradeListRequest, TradeStatus},
    },
};
use store::testing::TestDb;

fn timed(word: &str) -> RawTicket {
    let text = |text: &str| Some(text.to_owned());
    RawTicket { kind: text("LIMIT"), price: text("20000"), time_in_force: text(word), ..ticket() }
}

impl World {
    async fn reduce(&self, side: Side, amount: &str, once: &'static str) -> Result<(), Error> {
        let (part, once) = ((side, d(amount)), idempotency(once, 1));
        order::reduce_position(&self.desk, &self.actor, self.key, &btc(), part, once).await
    }

    async fn listed(&self) -> usize {
        let request = |closed| TradeListRequest { closed, limit: 10, ..TradeListRequest::default() };
        let open = order::trade::list_trades(&self.desk, &self.actor, &request(false)).await.unwrap();
        let closed = order::trade::list_trades(&self.desk, &self.actor, &request(true)).await.unwrap();
        open.items.len() + closed.items.len()
    }
}

pub(crate) async fn an_order_that_fills_in_part_and_expires_is_a_protected_position(db: &TestDb) {
    let world = world(db).await;
    world.fake.state.lock().unwrap().immediate_fill = d("0.02");
    let placed = world.place(&timed("IOC")).await.unwrap();
    assert_eq!((placed[0].status, placed[0].filled), (OrderStatus::Expired, d("0.02")));
    assert_eq!(world.position(), d("0.02"));
    assert_eq!(world.open_stops(), [Some(d("19000"))]);
    let targets = world.open().iter().filter(|o| o.price.is_some()).filter_map(|o| o.amount).sum::<Decimal>();
    assert_eq!(targets, d("0.02"), "its take-profits fit what has filled");
    assert_eq!(world.trade().await.entered, d("0.02"));
    order::sweep(&world.desk).await.unwrap();
    order::protection::tick(&world.desk).await.unwrap();
    assert_eq!((world.position(), world.open_stops().len()), (d("0.02"), 1));
}

pub(crate) async fn an_order_that_fills_nothing_is_no_trade(db: &TestDb) {
    let world = world(db).await;
    let placed = world.place(&timed("IOC")).await.unwrap();
    assert_eq!((placed.len(), placed[0].status), (1, OrderStatus::Expired));
    let Err(Error::Fields(problems)) = world.place(&timed("FOK")).await else {
        panic!("the exchange refuses it")
    };
    assert_eq!((problems[0].field.as_str(), problems[0].problem), ("timeInForce", Problem::NotFilledWhole));
    assert_eq!((world.position(), world.open().len()), (d("0"), 0));
    assert!(store::protection::list_all(&world.desk.db).await.unwrap().is_empty(), "nothing is supervised");
    assert_eq!(world.listed().await, 0);
}

pub(crate) async fn a_post_only_order_that_would_fill_has_its_own_message(db: &TestDb) {
    let world = world(db).await;
    world.fake.fault(ENTRY, Fault::Refused(-5022));
    let refused = world.place(&timed("GTX")).await;
    let Err(Error::Fields(problems)) = refused else { panic!("{refused:?}") };
    assert_eq!((problems[0].field.as_str(), problems[0].problem), ("price", Problem::WouldTake));
    assert_eq!(world.listed().await, 0);
    world.place(&timed("GTX")).await.unwrap();
    assert_eq!(world.fake.placed(ENTRY)[0].time_in_force, domain::TimeInForce::Gtx);
    assert!(world.fake.placed(TARGET).is_empty(), "it rests");
}

pub(crate) async fn a_reduce_only_order_closes_a_part_and_never_opens(db: &TestDb) {
    let world = world(db).await;
    assert!(matches!(world.reduce(Side::Sell, "0.02", "none").await, Err(Error::NotFound)));
    world.place(&RawTicket { take_profit_prices: vec![], ..ticket() }).await.unwrap();
    let wrong = world.reduce(Side::Buy, "0.02", "wrong").await;
    let Err(Error::Fields(problems)) = wrong else { panic!("{wrong:?}") };
    assert_eq!((problems[0].field.as_str(), problems[0].problem), ("side", Problem::NotReducing));
    assert!(matches!(world.reduce(Side::Sell, "0.06", "more").await, Err(Error::Fields(_))));
    assert_eq!(world.position(), d("0.05"), "nothing was sent");
    for _ in 0..2 {
        world.reduce(Side::Sell, "0.02", "once").await.unwrap();
    }
    assert_eq!((world.position(), world.open_stops().len()), (d("0.03"), 1));
    let open = TradeListRequest { limit: 10, ..TradeListRequest::default() };
    let trades = order::trade::list_trades(&world.desk, &world.actor, &open).await.unwrap();
    assert_eq!(trades.items[0].status, TradeStatus::Open);
}
