//! Entry types and limit closes that spot has, and those that it does not have.

use super::{ENTRY, World, entries::oco, idempotency, spot::spot, ticket};
use crate::fake::{btc, d};
use domain::{
    IntentId, Side,
    ticket::{RawTicket, TradeTicket},
    trade::AutomationChange,
    validation::Problem,
};
use service::{
    Error,
    trading::order::{self, LimitClose, NewTrade, trade::TradeStatus},
};
use store::testing::TestDb;

fn without_targets() -> RawTicket {
    RawTicket { take_profit_prices: vec![], ..ticket() }
}

/// The field and the problem of a refused request.
fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Problem) {
    let Err(Error::Fields(mut all)) = result else { panic!("expected a problem, got {result:?}") };
    let first = all.remove(0);
    (first.field, first.problem)
}

impl World {
    async fn open_on_spot(&self, ticket: &TradeTicket) -> Result<IntentId, Error> {
        let order = ticket.check(self.desk.clock.now()).map_err(Error::Fields)?;
        let new =
            NewTrade { order, targets: vec![], replace: false, automation: AutomationChange::default() };
        order::open_trade(&self.desk, &self.actor, self.key, new, None).await
    }

    async fn sell_at(&self, side: Side, amount: &str, once: &'static str) -> Result<(), Error> {
        let closing = LimitClose { side, amount: d(amount), price: d("20150") };
        order::reduce_at_limit(&self.desk, &self.actor, self.key, &btc(), closing, idempotency(once, 1)).await
    }

    /// Amount and price of the open sell orders, in the order of the amounts.
    fn amounts(&self) -> Vec<(String, String)> {
        let mut all: Vec<_> =
            self.fake.sells().into_iter().map(|(_, amount, price)| (amount, price)).collect();
        all.sort();
        all
    }
}

fn text(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(amount, price)| ((*amount).to_owned(), (*price).to_owned())).collect()
}

pub(crate) async fn a_stop_entry_buys_coins_when_the_price_reaches_it(db: &TestDb) {
    let world = spot(db).await;
    let raw = RawTicket { kind: Some("STOP_MARKET".into()), ..without_targets() };
    let stop_market = TradeTicket { raw, trigger_price: Some("20050".into()), ..TradeTicket::default() };
    let id = world.open_on_spot(&stop_market).await.unwrap();
    assert_eq!((world.fake.log(), world.amounts()), (vec!["place 2".to_owned()], vec![]));
    let waiting = order::entry_order::list_waiting_entries;
    let waiting = waiting(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    assert_eq!(waiting.iter().map(|entry| entry.trade).collect::<Vec<_>>(), [id]);
    world.fake.state.lock().unwrap().price = d("20050");
    world.fake.execute(ENTRY);
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.amounts(), text(&[("0.049", "19000")]));
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!(view.row.status, TradeStatus::Open);
}

pub(crate) async fn spot_has_no_oco_and_no_dated_entries(db: &TestDb) {
    let world = spot(db).await;
    assert_eq!(problem(world.open_on_spot(&oco()).await), ("type".to_owned(), Problem::NotOnSpot));
    let raw = RawTicket {
        kind: Some("LIMIT".into()),
        price: Some("19900".into()),
        time_in_force: Some("GTD".into()),
        ..ticket()
    };
    let dated =
        TradeTicket { raw, good_till_date: Some("2099-01-01T00:00:00Z".into()), ..TradeTicket::default() };
    assert_eq!(problem(world.open_on_spot(&dated).await), ("timeInForce".to_owned(), Problem::NotOnSpot));
    assert!(world.fake.log().is_empty());
}

pub(crate) async fn a_limit_close_on_spot_is_a_pair_and_the_rest_keeps_its_stop(db: &TestDb) {
    let world = spot(db).await;
    let order = TradeTicket { raw: without_targets(), ..TradeTicket::default() };
    let id = world.open_on_spot(&order).await.unwrap();
    let wrong = world.sell_at(Side::Buy, "0.02", "side").await;
    assert_eq!(problem(wrong), ("side".to_owned(), Problem::NotReducing));
    let more = world.sell_at(Side::Sell, "0.05", "more").await;
    assert_eq!(problem(more), ("amount".to_owned(), Problem::MoreThanPosition));
    world.sell_at(Side::Sell, "0.02", "once").await.unwrap();
    let open = text(&[("0.02", "19000"), ("0.02", "20150"), ("0.029", "19000")]);
    assert_eq!(world.amounts(), open);
    // The request is repeated.
    world.sell_at(Side::Sell, "0.02", "once").await.unwrap();
    assert_eq!(world.amounts(), open);
    let sells = world.fake.sells();
    let (limit, ..) = sells.iter().find(|(_, _, price)| price == "20150").unwrap();
    world.fake.state.lock().unwrap().price = d("20150");
    world.fake.execute(*limit);
    for _ in 0..60 {
        order::protection::tick(&world.desk).await.unwrap();
    }
    assert_eq!(world.amounts(), text(&[("0.029", "19000")]));
    let view = order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    assert_eq!(view.spot.map(|spot| (spot.sold, spot.held)), Some((d("0.02"), d("0.029"))));
}

pub(crate) async fn two_spot_trades_are_shown_with_their_own_amounts_and_changed_one_by_one(db: &TestDb) {
    let world = spot(db).await;
    let order = TradeTicket { raw: without_targets(), ..TradeTicket::default() };
    let first = world.open_on_spot(&order).await.unwrap();
    let smaller = RawTicket { amount: Some("0.03".into()), ..without_targets() };
    let second = world.open_on_spot(&TradeTicket { raw: smaller, ..TradeTicket::default() }).await.unwrap();
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let held: Vec<_> = state.trades.iter().map(|trade| (trade.id, trade.entered)).collect();
    assert_eq!(held, [(first, d("0.049")), (second, d("0.029"))], "rounded down to the lot");
    let close = |id, share| {
        order::trade::close_trade(&world.desk, &world.actor, id, order::Part::Share(d(share)), None)
    };
    // Without a trade, a share is one of what both hold: 0.078, of which the older one sells up to what it has.
    let symbol = btc();
    let share = |share| {
        let part = order::Part::Share(d(share));
        order::close_part(&world.desk, &world.actor, world.key, &symbol, part, None)
    };
    assert_eq!(problem(share("0.9").await), ("share".to_owned(), Problem::MoreThanPosition));
    share("0.5").await.unwrap();
    assert_eq!(world.amounts(), text(&[("0.01", "19000"), ("0.029", "19000")]));
    // The older of two trades on a market is found, although the exchange shows no position of its own.
    close(first, "1").await.unwrap();
    for _ in 0..60 {
        order::protection::tick(&world.desk).await.unwrap();
    }
    assert_eq!(world.amounts(), text(&[("0.029", "19000")]));
    let of = async |id| order::trade::get_trade(&world.desk, &world.actor, id).await.unwrap();
    let (first, second) = (of(first).await, of(second).await);
    assert_eq!((first.row.status, second.row.status), (TradeStatus::Closed, TradeStatus::Open));
    // Each has the result of its own fills: 0.049 sold at the price of its entry, less the commissions.
    assert_eq!(first.spot.map(|spot| spot.sold), Some(d("0.049")));
}
