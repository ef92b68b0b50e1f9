//! Trades on a spot key: what they buy, the pairs that protect it, their changes, and how they end.

use super::{
    ENTRY, World,
    changes::{MOVED, remove, stop, targets},
    desk,
    fake::Fault,
    idempotency, limit, new_key, refusal, ticket, world,
};
use crate::fake::{btc, d};
use domain::{
    Decimal, IntentId, OrderStatus, Refusal, TradeType,
    closed_trade::ExitReason,
    copy::Exit,
    ticket::RawTicket,
    trade::{AutomationChange, TargetShare},
    validation::Problem,
};
use service::{
    Error,
    following::closed_trades,
    trading::{
        key::{self, NewKey},
        order::{
            self, AddSize, NewTrade, Part,
            trade::{self, SpotView, TradeEdit, TradeStatus, TradeView},
        },
    },
};
use store::testing::TestDb;

/// "Order would trigger immediately."
const WOULD_TRIGGER: &str = "Order would trigger immediately.";
const RELATION: &str = "The relationship of the prices for the orders is not correct.";

/// A world whose key is a spot key.
pub(super) async fn spot(db: &TestDb) -> World {
    let world = world(db).await;
    let new =
        NewKey { trade_type: TradeType::Spot, name: "Spot".into(), api_key: "spot".into(), ..new_key() };
    let key = key::connect_key(&world.desk, &world.actor, new).await.unwrap().id;
    World { key, ..world }
}

fn text(all: &[(u16, &str, &str)]) -> Vec<(u16, String, String)> {
    all.iter().map(|(seq, amount, price)| (*seq, (*amount).to_owned(), (*price).to_owned())).collect()
}

impl World {
    async fn buy_with(&self, raw: &RawTicket, shares: &[(&str, &str)]) -> Result<IntentId, Error> {
        let targets = shares.iter().map(|(price, share)| TargetShare { price: d(price), share: d(share) });
        let new = NewTrade {
            order: raw.check().map_err(Error::Fields)?,
            targets: targets.collect(),
            replace: false,
            automation: AutomationChange::default(),
        };
        order::open_trade(&self.desk, &self.actor, self.key, new, None).await
    }

    async fn buy(&self, raw: &RawTicket) -> IntentId {
        self.buy_with(raw, &[]).await.unwrap()
    }

    async fn view_of(&self, id: IntentId) -> TradeView {
        trade::get_trade(&self.desk, &self.actor, id).await.unwrap()
    }

    async fn supervise_spot(&self) {
        for _ in 0..60 {
            order::protection::tick(&self.desk).await.unwrap();
        }
    }

    /// Supervises until a trade has ended, and returns it.
    async fn ended(&self, id: IntentId) -> TradeView {
        for _ in 0..200 {
            order::protection::tick(&self.desk).await.unwrap();
            let view = self.view_of(id).await;
            if view.row.status == TradeStatus::Closed {
                return view;
            }
        }
        panic!("the trade has not ended: {:?}", self.fake.log());
    }

    fn at(&self, price: &str) {
        self.fake.state.lock().unwrap().price = d(price);
    }

    fn coins(&self) -> Decimal {
        self.fake.state.lock().unwrap().spot.amount
    }

    async fn close_share(&self, id: IntentId, share: &str) -> Result<(), Error> {
        trade::close_trade(&self.desk, &self.actor, id, Part::Share(d(share)), None).await
    }

    async fn edit(&self, id: IntentId, change: domain::trade::TradeChange) -> Result<(), Error> {
        let edit = TradeEdit { change, ..TradeEdit::default() };
        trade::edit_trade(&self.desk, &self.actor, id, edit).await
    }
}

fn without_targets() -> RawTicket {
    RawTicket { take_profit_prices: vec![], ..ticket() }
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> (String, Problem) {
    match result {
        Err(Error::Fields(mut problems)) => {
            let problem = problems.remove(0);
            (problem.field, problem.problem)
        }
        other => panic!("expected a problem, got {other:?}"),
    }
}

pub(crate) async fn a_spot_trade_is_what_was_bought_less_the_fee_and_each_share_is_a_pair(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&ticket()).await;
    // 0.05 less 0.00005 is 49 lots: the larger share comes first.
    assert_eq!(world.fake.log(), ["place 2", "pair 5 3", "pair 4 100"]);
    let open = [(3, "0.025", "19000"), (4, "0.024", "20100"), (5, "0.025", "20200"), (100, "0.024", "19000")];
    assert_eq!(world.fake.sells(), text(&open));
    let view = world.view_of(id).await;
    let holds = SpotView { received: d("0.04995"), sold: d("0"), held: d("0.049"), dust: d("0.00095") };
    assert_eq!(view.spot, Some(holds));
    assert_eq!(view.row.amount.0, d("0.04995"));
    assert_eq!((view.stop.map(|stop| stop.trigger), view.targets.len()), (Some(d("19000")), 2));
    let state = order::account_state(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    let position = state.position.unwrap();
    assert_eq!((position.contracts, position.leverage), (d("0.049"), 1));
    assert_eq!(state.protection.unwrap().stop, Some(d("19000")));
    assert_eq!(state.trades.len(), 1);
    // It stays as it is, also for a process that starts later.
    world.supervise_spot().await;
    let later = desk(db, &world.fake);
    for _ in 0..60 {
        order::protection::tick(&later).await.unwrap();
    }
    assert_eq!(world.fake.sells(), text(&open));
}

pub(crate) async fn unequal_shares_leave_a_stop_for_the_rest(db: &TestDb) {
    let world = spot(db).await;
    world.buy_with(&without_targets(), &[("20300", "0.4"), ("20400", "0.2")]).await.unwrap();
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().filter(|sell| sell.2 == "19000").map(|sell| d(&sell.1)).sum();
    assert_eq!(stops, d("0.049"), "{sells:?}");
    assert_eq!(sells.iter().filter(|sell| sell.2 != "19000").count(), 2);
}

pub(crate) async fn a_fee_in_another_asset_takes_no_coins(db: &TestDb) {
    let world = spot(db).await;
    world.fake.state.lock().unwrap().spot.pays_in_bnb = true;
    world.fake.state.lock().unwrap().bnb_price = Some(d("600"));
    let id = world.buy(&without_targets()).await;
    assert_eq!(world.fake.sells(), text(&[(3, "0.05", "19000")]));
    world.at("18900");
    world.fake.execute(3);
    let row = world.ended(id).await.row;
    assert_eq!(row.realized.map(|value| value.0), Some(d("-55")));
    assert_eq!(row.fees.map(|value| value.0), Some(d("12")), "two fees of 0.01 BNB");
}

pub(crate) async fn a_stop_that_fills_ends_the_trade_with_its_result(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&ticket()).await;
    world.at("18900");
    world.fake.execute(3);
    world.fake.execute(MOVED);
    let view = world.ended(id).await;
    assert_eq!(view.row.exit_reason, Some(Exit::Stop));
    // 0.049 sold at 1,100 less; 0.00005 BTC at 20,000 and 0.1 percent of the proceeds.
    assert_eq!(view.row.realized.map(|value| value.0), Some(d("-53.9")));
    assert_eq!(view.row.fees.map(|value| value.0), Some(d("1.9261")));
    assert_eq!(view.row.exit_price.map(|value| value.0), Some(d("18900")));
    assert_eq!(view.spot.map(|holds| holds.dust), Some(d("0.00095")), "it is stated and stays");
    assert!(world.fake.sells().is_empty());
    let reported = store::event::after(&**db, world.actor.user, 0, 50).await.unwrap();
    assert!(reported.iter().any(|event| event.body.contains("StopLoss")), "{reported:?}");
    let filter = closed_trades::Filter { key: Some(world.key), ..closed_trades::Filter::default() };
    let sorting = closed_trades::Sorting::default();
    let listed = closed_trades::page(&world.desk, &world.actor, &filter, sorting, 1).await.unwrap();
    assert_eq!((listed.total, listed.profit.net()), (1, d("-55.8261")));
    let one = &listed.items[0];
    assert_eq!((one.exit, one.stop, one.amount), (ExitReason::Stop, Some(d("19000")), d("0.04995")));
}

pub(crate) async fn a_take_profit_that_fills_leaves_the_other_share_protected(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&ticket()).await;
    world.at("20100");
    world.fake.execute(4);
    world.supervise_spot().await;
    assert_eq!(world.fake.sells(), text(&[(3, "0.025", "19000"), (5, "0.025", "20200")]));
    assert_eq!(world.view_of(id).await.spot.map(|holds| holds.held), Some(d("0.025")));
    world.at("20200");
    world.fake.execute(5);
    let view = world.ended(id).await;
    assert_eq!(view.row.exit_reason, Some(Exit::Target));
    assert_eq!(view.row.realized.map(|value| value.0), Some(d("7.4")), "24 lots at 100, 25 at 200");
}

pub(crate) async fn a_take_profit_that_fills_in_part_is_left_to_fill(db: &TestDb) {
    let world = spot(db).await;
    world.buy(&ticket()).await;
    world.at("20100");
    // The first fill ends the stop of the pair.
    world.fake.fill_on_spot(4, "0.01");
    order::protection::tick(&world.desk).await.unwrap();
    let left = [(3, "0.025", "19000"), (4, "0.014", "20100"), (5, "0.025", "20200")];
    assert_eq!(world.fake.sells(), text(&left));
    world.fake.execute(4);
    world.supervise_spot().await;
    assert_eq!(world.fake.sells(), text(&[(3, "0.025", "19000"), (5, "0.025", "20200")]));
}

pub(crate) async fn a_moved_stop_replaces_one_pair_after_the_other(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&ticket()).await;
    let before = world.fake.log().len();
    world.edit(id, stop("19500")).await.unwrap();
    let log: Vec<_> =
        world.fake.log()[before..].iter().filter(|line| !line.starts_with("find")).cloned().collect();
    // Only one share at a time is without its stop.
    let kinds: Vec<_> = log.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(kinds, ["cancel", "pair", "cancel", "pair"], "{log:?}");
    let sells = world.fake.sells();
    let amounts = |price: &str| -> Vec<String> {
        sells.iter().filter(|sell| sell.2 == price).map(|sell| sell.1.clone()).collect()
    };
    assert_eq!(amounts("19500").len(), 2, "{sells:?}");
    assert_eq!((amounts("20100"), amounts("20200")), (vec!["0.024".to_owned()], vec!["0.025".to_owned()]));
    let view = world.view_of(id).await;
    assert_eq!((view.stop.map(|stop| stop.trigger), view.targets.len()), (Some(d("19500")), 2));
    world.supervise_spot().await;
    assert_eq!(world.fake.sells(), sells, "it stays where it is");
}

pub(crate) async fn a_stop_that_spot_refuses_to_move_is_placed_again_where_it_was(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&without_targets()).await;
    world.fake.fault(MOVED, Fault::Rejected(WOULD_TRIGGER));
    let refused = world.edit(id, stop("19500")).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    let open: Vec<_> = world.fake.sells().into_iter().map(|(_, amount, price)| (amount, price)).collect();
    assert_eq!(open, [("0.049".to_owned(), "19000".to_owned())]);
    assert_eq!(world.view_of(id).await.stop.map(|stop| stop.trigger), Some(d("19000")));
}

pub(crate) async fn take_profits_and_the_stop_of_a_spot_trade_can_be_removed(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&ticket()).await;
    world.edit(id, targets(&[])).await.unwrap();
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().map(|sell| d(&sell.1)).sum();
    assert_eq!(stops, d("0.049"), "only stops are left: {sells:?}");
    assert!(sells.iter().all(|sell| sell.2 == "19000"), "{sells:?}");
    world.edit(id, targets(&[("20500", "0.5")])).await.unwrap();
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().filter(|sell| sell.2 == "19000").map(|sell| d(&sell.1)).sum();
    assert_eq!(stops, d("0.049"), "{sells:?}");
    assert_eq!(problem(world.edit(id, remove(false)).await), ("confirmNoStop".to_owned(), Problem::Required));
    world.edit(id, remove(true)).await.unwrap();
    let left: Vec<_> = world.fake.sells().into_iter().map(|(_, amount, price)| (amount, price)).collect();
    assert_eq!(left, [("0.024".to_owned(), "20500".to_owned())], "the take-profit stays");
    world.supervise_spot().await;
    assert_eq!(world.fake.sells().len(), 1, "nothing is placed again");
}

pub(crate) async fn a_part_of_a_spot_trade_is_sold_and_the_rest_keeps_its_stop(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&without_targets()).await;
    trade::close_trade(&world.desk, &world.actor, id, Part::Amount(d("0.02")), None).await.unwrap();
    let open: Vec<_> = world.fake.sells().into_iter().map(|(_, amount, price)| (amount, price)).collect();
    assert_eq!(open, [("0.029".to_owned(), "19000".to_owned())]);
    assert_eq!(world.coins(), d("0.02995"));
    let view = world.view_of(id).await;
    assert_eq!(view.spot.map(|holds| (holds.sold, holds.held)), Some((d("0.02"), d("0.029"))));
    let more = trade::close_trade(&world.desk, &world.actor, id, Part::Amount(d("0.03")), None).await;
    assert_eq!(problem(more), ("amount".to_owned(), Problem::MoreThanPosition));
    world.close_share(id, "1").await.unwrap();
    assert_eq!(world.coins(), d("0.00095"), "what is too small to be sold");
    let view = world.ended(id).await;
    assert_eq!(view.row.exit_reason, Some(Exit::Manual));
    assert!(world.fake.sells().is_empty());
}

pub(crate) async fn a_lost_answer_sells_no_part_of_a_spot_trade_twice(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&without_targets()).await;
    world.fake.fault(10_000, Fault::AnswerLost);
    let part = |once| {
        let once = idempotency(once, 1);
        trade::close_trade(&world.desk, &world.actor, id, Part::Amount(d("0.02")), once)
    };
    part("sell").await.unwrap();
    part("sell").await.unwrap();
    assert_eq!(world.coins(), d("0.02995"));
    assert_eq!(world.view_of(id).await.spot.map(|holds| holds.held), Some(d("0.029")));
}

pub(crate) async fn a_spot_trade_grows_with_its_stop_and_its_take_profits(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy_with(&without_targets(), &[("20500", "0.5")]).await.unwrap();
    trade::add_to(&world.desk, &world.actor, id, AddSize::Amount(d("0.05")), None, None).await.unwrap();
    assert_eq!(world.coins(), d("0.0999"));
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().filter(|sell| sell.2 == "19000").map(|sell| d(&sell.1)).sum();
    assert_eq!(stops, d("0.099"), "{sells:?}");
    let target: Decimal = sells.iter().filter(|sell| sell.2 == "20500").map(|sell| d(&sell.1)).sum();
    assert!(target >= d("0.048") && target <= d("0.05"), "{sells:?}");
}

pub(crate) async fn two_spot_trades_on_a_market_leave_each_other_alone(db: &TestDb) {
    let world = spot(db).await;
    // Coins that the owner has besides.
    world.fake.state.lock().unwrap().spot.amount = d("1");
    let first = world.buy(&without_targets()).await;
    let other = RawTicket { stop_trigger_price: Some("18000".into()), ..without_targets() };
    let second = world.buy(&other).await;
    assert_eq!(world.fake.sells().len(), 2);
    world.at("18900");
    world.fake.execute(3);
    assert_eq!(world.ended(first).await.row.exit_reason, Some(Exit::Stop));
    let view = world.view_of(second).await;
    assert_eq!((view.row.status, view.stop.map(|stop| stop.trigger)), (TradeStatus::Open, Some(d("18000"))));
    order::close_market(&world.desk, &world.actor, world.key, &btc()).await.unwrap();
    world.ended(second).await;
    assert_eq!(world.coins(), d("1.0019"), "the owner's coins, and the dust of both");
}

pub(crate) async fn a_resting_spot_entry_is_protected_as_it_fills(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&limit("19900")).await;
    assert!(world.fake.sells().is_empty());
    world.fake.fill_on_spot(ENTRY, "0.02");
    order::sweep(&world.desk).await.unwrap();
    assert_eq!(world.fake.sells(), text(&[(MOVED, "0.019", "19000")]), "the stop follows the first fill");
    world.fake.fill_on_spot(ENTRY, "0.03");
    order::sweep(&world.desk).await.unwrap();
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().filter(|sell| sell.2 == "19000").map(|sell| d(&sell.1)).sum();
    assert_eq!((stops, sells.len()), (d("0.049"), 4), "{sells:?}");
    assert_eq!(world.view_of(id).await.row.status, TradeStatus::Open);
}

pub(crate) async fn a_lost_answer_about_a_pair_places_it_once(db: &TestDb) {
    let world = spot(db).await;
    world.fake.fault(5, Fault::AnswerLost);
    world.fake.fault(4, Fault::RequestLost);
    world.buy(&ticket()).await;
    let open = [(3, "0.025", "19000"), (4, "0.024", "20100"), (5, "0.025", "20200"), (100, "0.024", "19000")];
    assert_eq!(world.fake.sells(), text(&open));
    assert_eq!(world.fake.placed(5).len(), 1);
}

pub(crate) async fn a_spot_trade_whose_stop_is_rejected_is_sold_and_its_owner_notified(db: &TestDb) {
    let world = spot(db).await;
    world.fake.fault(3, Fault::Rejected(WOULD_TRIGGER));
    let refused = world.buy_with(&without_targets(), &[]).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    assert_eq!(world.coins(), d("0.00095"));
    let reported = store::event::after(&**db, world.actor.user, 0, 10).await.unwrap();
    assert!(reported.iter().any(|event| event.body.contains("ClosedWithoutStop")), "{reported:?}");
}

pub(crate) async fn a_rejected_take_profit_of_a_spot_trade_leaves_its_coins_with_a_stop(db: &TestDb) {
    let world = spot(db).await;
    world.fake.fault(4, Fault::Rejected(RELATION));
    world.buy(&ticket()).await;
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().filter(|sell| sell.2 == "19000").map(|sell| d(&sell.1)).sum();
    assert_eq!(stops, d("0.049"), "{sells:?}");
    assert!(sells.iter().any(|sell| sell.2 == "20200") && !sells.iter().any(|sell| sell.2 == "20100"));
    let reported = store::event::after(&**db, world.actor.user, 0, 10).await.unwrap();
    assert!(reported.iter().any(|event| event.body.contains("TargetRefused")));
}

pub(crate) async fn a_pair_that_its_owner_cancels_leaves_its_coins_with_a_stop(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&ticket()).await;
    let cancelled = world.fake.placed(4)[0].client_order_id.clone();
    order::cancel_order(&world.desk, &world.actor, world.key, &btc(), &cancelled, false).await.unwrap();
    assert_eq!(world.fake.sells().len(), 2);
    world.supervise_spot().await;
    let sells = world.fake.sells();
    let stops: Decimal = sells.iter().filter(|sell| sell.2 == "19000").map(|sell| d(&sell.1)).sum();
    assert_eq!((stops, sells.len()), (d("0.049"), 3), "the take-profit is gone by choice: {sells:?}");
    assert_eq!(world.view_of(id).await.targets.len(), 1);
}

pub(crate) async fn coins_that_were_sold_elsewhere_end_the_trade(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&without_targets()).await;
    let own = world.fake.placed(3)[0].client_order_id.clone();
    {
        let mut state = world.fake.state.lock().unwrap();
        let order = state.orders.iter_mut().find(|order| order.client_order_id == own).unwrap();
        order.status = OrderStatus::Canceled;
        state.spot.amount = d("0.02");
    }
    world.supervise_spot().await;
    let open: Vec<_> = world.fake.sells().into_iter().map(|(_, amount, price)| (amount, price)).collect();
    assert_eq!(open, [("0.02".to_owned(), "19000".to_owned())], "the rest is what is there");
    {
        let mut state = world.fake.state.lock().unwrap();
        state.orders.iter_mut().for_each(|order| order.status = OrderStatus::Canceled);
        state.spot.amount = Decimal::ZERO;
    }
    let view = world.ended(id).await;
    assert_eq!(view.row.exit_reason, Some(Exit::Elsewhere));
}

pub(crate) async fn a_process_that_is_killed_between_cancel_and_sale_sells_once(db: &TestDb) {
    let world = spot(db).await;
    let id = world.buy(&without_targets()).await;
    // The sale is on disk, its coins are free, and the request is lost together with the process.
    world.fake.fault(10_000, Fault::RequestLost);
    world.fake.fault(10_000, Fault::AnswerLost);
    world.close_share(id, "1").await.ok();
    let restarted = desk(db, &world.fake);
    for _ in 0..60 {
        order::sweep(&restarted).await.unwrap();
        order::protection::tick(&restarted).await.unwrap();
    }
    assert_eq!(world.coins(), d("0.00095"));
    assert!(world.fake.sells().is_empty());
}

pub(crate) async fn spot_orders_that_do_not_fit_change_nothing(db: &TestDb) {
    let world = spot(db).await;
    let sell = RawTicket {
        side: Some("SELL".into()),
        take_profit_prices: vec![],
        stop_trigger_price: Some("21000".into()),
        ..ticket()
    };
    let trailing = RawTicket {
        kind: Some("TRAILING_STOP".into()),
        price: Some("19500".into()),
        callback_rate: Some("1".into()),
        take_profit_prices: vec![],
        stop_trigger_price: None,
        stop_trigger_type: None,
        ..ticket()
    };
    for (raw, field) in [(sell, "side"), (trailing, "type")] {
        assert_eq!(problem(world.buy_with(&raw, &[]).await), (field.to_owned(), Problem::NotOnSpot));
    }
    let rich = RawTicket { amount: Some("0.6".into()), ..without_targets() };
    let refused = world.buy_with(&rich, &[]).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::ExchangeBadRequest))), "{refused:?}");
    let new = NewTrade {
        order: ticket().check().unwrap(),
        targets: Vec::new(),
        replace: true,
        automation: AutomationChange::default(),
    };
    let replaced = order::open_trade(&world.desk, &world.actor, world.key, new, None).await;
    assert_eq!(problem(replaced), ("replace".to_owned(), Problem::NotOnSpot));
    // The operation of the document stays as it is.
    assert_eq!(refusal(world.place(&ticket()).await), Refusal::KeyTypeUnsupported);
    let id = world.buy(&without_targets()).await;
    let reversed = trade::reverse(&world.desk, &world.actor, id, false, None).await;
    assert!(matches!(reversed, Err(Error::Refused(Refusal::KeyTypeInvalid))), "{reversed:?}");
    assert_eq!(world.fake.log(), ["place 2", "place 3"]);
}

pub(crate) async fn all_spot_trades_are_closed_and_the_owners_coins_stay(db: &TestDb) {
    let world = spot(db).await;
    world.fake.state.lock().unwrap().spot.amount = d("2");
    let id = world.buy(&ticket()).await;
    let closed = order::close_positions(&world.desk, &world.actor, world.key, None).await.unwrap();
    assert_eq!(closed.len(), 1);
    assert!(closed[0].outcome.is_ok(), "{closed:?}");
    assert_eq!(closed[0].amount, d("0.049"));
    world.ended(id).await;
    assert_eq!(world.coins(), d("2.00095"));
    assert!(world.fake.sells().is_empty());
}
