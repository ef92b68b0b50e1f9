//! The naked-time meter over the engine's lifetime.

use crate::desk::{BTC, Desk, closing, conditional, d, limit, market, reduce, trailing};
use domain::{OrderType::*, Side, TimeInForce::*};
use sandbox::{
    engine::{Command, CommandResult, Span, Which},
    market::Pair,
};

impl Desk {
    fn later(&mut self, millis: i64) {
        self.at = self.at.plus(millis * 1_000);
    }

    /// Start and end of each span in milliseconds since the test began, and whether it began with its
    /// position.
    fn spans(&self) -> Vec<(i64, Option<i64>, bool)> {
        let since = |at: domain::Micros| at.since(crate::desk::MORNING) / 1_000;
        let row = |span: &Span| (since(span.start), span.end.map(since), span.opened);
        self.engine.naked(self.who).iter().map(row).collect()
    }
}

#[test]
fn from_the_entry_to_its_stop() {
    let mut desk = Desk::new();
    desk.later(1_000);
    desk.place(market(Side::Buy, "0.1"));
    assert_eq!(desk.spans(), [(1_000, None, true)]);
    desk.later(250);
    desk.algo(closing(StopMarket, Side::Sell, "19000"));
    desk.later(10_000);
    desk.place(reduce(market(Side::Sell, "0.1")));
    assert_eq!(desk.spans(), [(1_000, Some(1_250), true)]);
    let span = desk.engine.naked(desk.who)[0];
    assert_eq!((span.pair, span.position), (Pair::BtcUsdt, d("0.1")));
}

#[test]
fn a_cancelled_stop_leaves_a_span_until_the_next() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    let stop = desk.algo(closing(StopMarket, Side::Sell, "19000"));
    desk.later(1_000);
    desk.cancel(BTC, Which::Algo, stop.id).unwrap();
    desk.later(500);
    desk.algo(reduce(conditional(StopMarket, Side::Sell, "0.06", "19000")));
    desk.later(500);
    desk.algo(reduce(conditional(StopMarket, Side::Sell, "0.04", "18900")));
    assert_eq!(desk.spans(), [(1_000, Some(2_000), false)]);
}

#[test]
fn a_fill_is_measured_from_its_tick_on() {
    let mut desk = Desk::new();
    desk.place(limit(Side::Buy, "0.1", "19500", Gtc));
    desk.later(3_000);
    desk.jump("19400");
    desk.later(700);
    desk.algo(closing(StopMarket, Side::Sell, "19000"));
    assert_eq!(desk.spans(), [(3_000, Some(3_700), true)]);
    desk.later(300);
    desk.jump("18900");
    assert_eq!(desk.spans().len(), 1, "the stop closed what it covered");
}

#[test]
fn a_position_beyond_its_stops_and_a_turned_one_are_naked() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.algo(reduce(conditional(StopMarket, Side::Sell, "0.1", "19000")));
    desk.later(1_000);
    desk.place(market(Side::Buy, "0.05"));
    desk.later(1_000);
    desk.place(market(Side::Sell, "0.25"));
    desk.later(1_000);
    desk.place(market(Side::Buy, "0.1"));
    assert_eq!(desk.spans(), [(1_000, Some(2_000), false), (2_000, Some(3_000), true)]);
}

#[test]
fn a_trailing_stop_covers_once_it_is_active() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.algo(reduce(trailing(Side::Sell, "0.1", "1", Some("20500"))));
    desk.later(2_000);
    desk.jump("20600");
    assert_eq!(desk.spans(), [(0, Some(2_000), true)]);
}

#[test]
fn a_take_profit_covers_nothing_and_a_reset_ends_it_all() {
    let mut desk = Desk::new();
    desk.place(market(Side::Sell, "0.1"));
    desk.algo(closing(TakeProfitMarket, Side::Buy, "19000"));
    desk.later(1_000);
    desk.apply(Command::ResetAccount { account: desk.who }).unwrap();
    assert_eq!(desk.spans(), [(0, Some(1_000), true)]);
}

#[test]
fn a_snapshot_keeps_the_meter_and_one_from_before_begins_it() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.later(1_000);
    let text = serde_json::to_string(&desk.engine).unwrap();
    desk.engine = serde_json::from_str(&text).unwrap();
    assert_eq!(desk.spans(), [(0, None, true)]);

    let mut old: serde_json::Value = serde_json::from_str(&text).unwrap();
    old["floor"].as_object_mut().unwrap().remove("ruleset").unwrap();
    for account in old["accounts"].as_object_mut().unwrap().values_mut() {
        account.as_object_mut().unwrap().remove("naked").unwrap();
    }
    desk.engine = serde_json::from_value(old).unwrap();
    assert_eq!((desk.engine.rules_version(), desk.spans()), (0, vec![]));
    assert_eq!(desk.apply(Command::SetRules { version: 1 }), Ok(CommandResult::Done));
    assert_eq!((desk.engine.rules_version(), desk.spans()), (1, vec![(1_000, None, true)]));
}
