//! Hedge mode: a long and a short position on one market, each with its own orders, margin and funding.

use crate::desk::{BTC, Desk, closing, conditional, d, limit, market, reduce};
use domain::{Decimal, MarginMode, OrderType, Side, TimeInForce::Gtc};
use sandbox::{
    engine::{
        AlgoStatus, Amend, Command, Event, EventKind, FuturesRequest, FuturesTerms, IncomeKind, NewOrder,
        OrderRef, PositionSlot, PositionView, Status, Which,
    },
    market::Pair,
};

fn of(slot: PositionSlot, order: NewOrder) -> NewOrder {
    NewOrder { terms: FuturesTerms::of(slot), ..order }
}

fn long(order: NewOrder) -> NewOrder {
    of(PositionSlot::Long, order)
}

fn short(order: NewOrder) -> NewOrder {
    of(PositionSlot::Short, order)
}

impl Desk {
    fn hedged() -> Self {
        let mut desk = Self::new();
        desk.dual(true).unwrap();
        desk
    }

    fn dual(&mut self, dual: bool) -> Result<(), i32> {
        let account = self.who;
        let command = Command::SetModes { account, dual: Some(dual), multi_assets: None, forced: false };
        self.apply(command).map(drop).map_err(|reject| reject.code)
    }

    fn held(&self, slot: PositionSlot) -> PositionView {
        let positions = self.engine.futures(self.who).unwrap().positions;
        positions.into_iter().find(|p| p.pair == Pair::BtcUsdt && p.slot == slot).unwrap()
    }

    fn amounts(&self) -> [Decimal; 3] {
        [PositionSlot::Both, PositionSlot::Long, PositionSlot::Short].map(|slot| self.held(slot).amount)
    }
}

#[test]
fn both_sides_are_open_together() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.2")));
    desk.place(short(market(Side::Sell, "0.1")));
    assert_eq!(desk.amounts(), [d("0"), d("0.2"), d("-0.1")]);
    let closed = desk.place(long(market(Side::Sell, "0.05")));
    assert!(closed.reduce_only, "a closing order only reduces");
    desk.place(short(market(Side::Buy, "0.1")));
    assert_eq!(desk.amounts(), [d("0"), d("0.15"), d("0")]);
    let mut fills: Vec<_> = desk.engine.account(desk.who).unwrap().fills().map(|f| f.slot).collect();
    // An order may fill at several prices.
    fills.dedup();
    let (long, short) = (PositionSlot::Long, PositionSlot::Short);
    assert_eq!(fills, [long, short, long, short]);
}

#[test]
fn the_position_side_must_match_the_mode() {
    let mut desk = Desk::new();
    assert_eq!(desk.refuse(long(market(Side::Buy, "0.1"))), -4061);
    desk.dual(true).unwrap();
    assert_eq!(desk.refuse(market(Side::Buy, "0.1")), -4061);
    assert_eq!(desk.refuse(closing(OrderType::StopMarket, Side::Sell, "19000")), -4061);
    assert_eq!(desk.refuse(long(market(Side::Sell, "0.1"))), -2022, "there is no long to close");
    assert_eq!(desk.refuse(short(market(Side::Buy, "0.1"))), -2022);
    desk.place(long(market(Side::Buy, "0.1")));
    assert_eq!(desk.refuse(short(market(Side::Buy, "0.1"))), -2022, "the long is not the short");
    assert_eq!(desk.refuse(long(closing(OrderType::StopMarket, Side::Buy, "21000"))), -2022);
}

#[test]
fn the_mode_changes_only_without_orders_and_positions() {
    let mut desk = Desk::hedged();
    assert_eq!(desk.dual(true), Err(-4059));
    let order = desk.place(long(limit(Side::Buy, "0.1", "19000", Gtc)));
    assert_eq!(desk.dual(false), Err(-4067));
    desk.cancel(BTC, Which::Plain, order.id).unwrap();
    desk.place(short(market(Side::Sell, "0.1")));
    assert_eq!(desk.dual(false), Err(-4068));
    desk.place(short(market(Side::Buy, "0.1")));
    desk.dual(false).unwrap();
    desk.place(market(Side::Buy, "0.1"));
    assert_eq!(desk.position().amount, d("0.1"));
}

#[test]
fn closing_orders_take_no_more_than_their_position() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.1")));
    desk.place(short(market(Side::Sell, "0.3")));
    let resting = desk.place(long(limit(Side::Sell, "0.1", "21000", Gtc)));
    assert_eq!(desk.held(PositionSlot::Long).ask_notional, d("0"), "it needs no margin");
    assert_eq!(desk.refuse(long(limit(Side::Sell, "0.1", "22000", Gtc))), -4118);
    desk.jump("21001");
    assert_eq!(desk.order(&resting).status, Status::Filled);
    assert_eq!(desk.amounts(), [d("0"), d("0"), d("-0.3")]);
}

#[test]
fn a_close_larger_than_its_position_is_rejected() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.1")));
    desk.place(short(market(Side::Sell, "0.3")));
    assert_eq!(desk.refuse(long(market(Side::Sell, "0.101"))), -2022);
    assert_eq!(desk.refuse(long(limit(Side::Sell, "0.2", "21000", Gtc))), -2022);
    assert_eq!(desk.refuse(short(market(Side::Buy, "0.301"))), -2022);
    assert_eq!(desk.amounts(), [d("0"), d("0.1"), d("-0.3")]);
    // A conditional order waits for a position that may grow, and takes what there is.
    let stop = desk.algo(long(conditional(OrderType::StopMarket, Side::Sell, "0.2", "19000")));
    desk.place(short(market(Side::Buy, "0.3")));
    desk.jump("18999");
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::Finished);
    assert_eq!(desk.amounts(), [d("0"); 3]);
}

#[test]
fn a_close_cannot_grow_beyond_its_position() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.2")));
    let resting = desk.place(long(limit(Side::Sell, "0.1", "21000", Gtc)));
    let account = desk.who;
    let change = |amount| {
        let (order, side) = (OrderRef::Id(resting.id), resting.side);
        let (amount, price) = (d(amount), resting.price);
        let amend = Amend { market: BTC, order, side, amount, price, price_match: None };
        Command::Futures { account, request: FuturesRequest::Amend(amend) }
    };
    assert_eq!(desk.apply(change("0.3")).unwrap_err().code, -2022);
    desk.apply(change("0.2")).unwrap();
    assert_eq!(desk.order(&resting).amount, d("0.2"));
}

#[test]
fn one_way_mode_takes_what_there_is() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let closed = desk.place(reduce(market(Side::Sell, "0.2")));
    assert_eq!(closed.filled, d("0.1"));
    assert_eq!(desk.position().amount, d("0"));
}

#[test]
fn conditional_orders_belong_to_one_position() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.1")));
    desk.place(short(market(Side::Sell, "0.2")));
    let stop = desk.algo(long(closing(OrderType::StopMarket, Side::Sell, "19000")));
    let target = desk.algo(short(closing(OrderType::TakeProfitMarket, Side::Buy, "19000")));
    assert_eq!(desk.refuse(long(closing(OrderType::StopMarket, Side::Sell, "18000"))), -4130);
    let part = desk.algo(short(conditional(OrderType::StopMarket, Side::Buy, "0.1", "22000")));
    assert!(part.reduce_only);
    desk.jump("18999");
    assert_eq!(desk.amounts(), [d("0"), d("0"), d("0")]);
    assert_eq!(desk.algo_now(&stop).status, AlgoStatus::Finished);
    assert_eq!(desk.algo_now(&target).status, AlgoStatus::Finished);
    desk.jump("22001");
    assert_eq!(desk.algo_now(&part).status, AlgoStatus::Expired, "its position is gone");
}

#[test]
fn naked_time_is_measured_for_each_position() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.1")));
    desk.algo(long(closing(OrderType::StopMarket, Side::Sell, "15000")));
    desk.place(short(market(Side::Sell, "0.2")));
    desk.step(4);
    let open: Vec<_> =
        desk.engine.naked(desk.who).into_iter().filter(|s| s.end.is_none()).map(|s| s.position).collect();
    assert_eq!(open, [d("-0.2")], "the long's stop covers the long alone");
}

#[test]
fn isolated_positions_have_margins_of_their_own() {
    let mut desk = Desk::hedged();
    desk.mode(MarginMode::Isolated).unwrap();
    desk.leverage(10).unwrap();
    let bought = desk.place(long(market(Side::Buy, "1")));
    let sold = desk.place(short(market(Side::Sell, "2")));
    let (long, short) = (desk.held(PositionSlot::Long), desk.held(PositionSlot::Short));
    assert_eq!((long.isolated, short.isolated), (bought.cost / d("10"), sold.cost / d("10")));
    assert_eq!((long.leverage, short.mode), (10, MarginMode::Isolated));
    assert!(long.liquidation_price < Some(d("20000")) && short.liquidation_price > Some(d("20000")));
    let (account, pair, amount) = (desk.who, Pair::BtcUsdt, d("100"));
    let add = |slot| Command::AdjustMargin { account, pair, amount, slot };
    assert_eq!(desk.apply(add(PositionSlot::Both)).unwrap_err().code, -4061);
    desk.apply(add(PositionSlot::Short)).unwrap();
    assert_eq!(desk.held(PositionSlot::Short).isolated, short.isolated + d("100"));
    assert_eq!(desk.held(PositionSlot::Long).isolated, long.isolated);
    desk.jump("17500");
    assert_eq!(desk.amounts()[1], d("0"), "the long is liquidated");
    assert_eq!(desk.amounts()[2], d("-2"), "and the short is not");
}

#[test]
fn a_rejected_leverage_changes_nothing() {
    let mut desk = Desk::hedged();
    // Only the long position exists, so the leverage of the market is not stored yet.
    desk.place(long(market(Side::Buy, "1")));
    let before = serde_json::to_string(&desk.engine).unwrap();
    assert_eq!(desk.leverage(1).unwrap_err().code, -2028, "20,000 of margin are not there");
    assert_eq!(serde_json::to_string(&desk.engine).unwrap(), before, "a replay does not see the rejection");
    assert_eq!(desk.held(PositionSlot::Long).leverage, 20);
    desk.leverage(10).unwrap();
    assert_eq!(desk.leverage(1).unwrap_err().code, -2028);
    assert_eq!([PositionSlot::Long, PositionSlot::Both].map(|slot| desk.held(slot).leverage), [10, 10]);
}

#[test]
fn cross_positions_of_a_market_share_a_liquidation_price() {
    let mut desk = Desk::hedged();
    desk.leverage(100).unwrap();
    desk.place(long(market(Side::Buy, "20")));
    desk.place(short(market(Side::Sell, "5")));
    let (long, short) = (desk.held(PositionSlot::Long), desk.held(PositionSlot::Short));
    assert_eq!(long.liquidation_price, short.liquidation_price);
    let price = long.liquidation_price.unwrap().round_dp(1);
    desk.jump(&(price + d("20")).to_string());
    assert_eq!(desk.amounts(), [d("0"), d("20"), d("-5")]);
    desk.jump(&(price - d("20")).to_string());
    assert_eq!(desk.amounts(), [d("0"); 3], "both are closed");
}

#[test]
fn each_position_pays_or_receives_funding() {
    let mut desk = Desk::hedged();
    desk.place(long(market(Side::Buy, "0.3")));
    desk.place(short(market(Side::Sell, "0.1")));
    let due = desk.engine.mark(Pair::BtcUsdt).next_funding;
    desk.over(due);
    let account = desk.engine.account(desk.who).unwrap();
    let paid: Vec<_> =
        account.income().filter(|i| i.kind == IncomeKind::FundingFee).map(|i| i.amount).collect();
    assert_eq!(paid.len(), 2);
    assert_ne!(paid[0].is_sign_negative(), paid[1].is_sign_negative(), "{paid:?}");
    assert!((paid[0] + paid[1] * d("3")).abs() < d("0.0000001"), "in proportion: {paid:?}");
}

#[test]
fn events_name_the_position() {
    let mut desk = Desk::hedged();
    desk.events.clear();
    desk.place(short(market(Side::Sell, "0.1")));
    let slots = |event: &Event| match &event.kind {
        EventKind::Order { order, .. } => vec![order.terms.slot],
        EventKind::Futures { positions, .. } => positions.iter().map(|p| p.slot).collect(),
        _ => Vec::new(),
    };
    let named: Vec<_> = desk.events.iter().flat_map(slots).collect();
    assert!(named.len() >= 3, "accepted, filled, and the account: {named:?}");
    assert!(named.iter().all(|slot| *slot == PositionSlot::Short), "{named:?}");
}

#[test]
fn accounts_written_before_hedge_mode_are_read() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.place(limit(Side::Sell, "0.1", "25000", Gtc));
    let text = serde_json::to_string(&desk.engine).unwrap();
    for word in ["\"state\"", "\"terms\"", "\"slot\"", "\"queue\"", "\"deadlines\"", "\"amendments\""] {
        assert!(!text.contains(word), "{word} is not written in one-way mode");
    }
    let again: sandbox::engine::Engine = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}
