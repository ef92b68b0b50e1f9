//! Conditional spot orders: their triggers, the balance they lock, and their refusals.

use crate::{
    desk::{Desk, d},
    spot_desk::{cancellation, limit, maker, stop, stop_limit, with_bitcoin},
};
use domain::{Decimal, OrderType, Side, TimeInForce};
use sandbox::engine::{
    CancelRestriction, Cancellation, Cancelled, Phase, Reject, Replacement, SpotAction, SpotOrder,
    SpotResult, Status,
};

fn trailing(mut order: SpotOrder, delta: u32, stop_price: Option<&str>) -> SpotOrder {
    order.options.trailing_delta = Some(delta);
    order.order.trigger_price = stop_price.map(d);
    order
}

#[test]
fn a_stop_loss_sells_at_the_market_when_the_price_falls_to_it() {
    let mut desk = with_bitcoin();
    let order = desk.place_spot(stop(OrderType::StopMarket, Side::Sell, "0.05", "19000"));
    assert_eq!((order.status, order.phase(), order.working_since()), (Status::New, Phase::Waiting, None));
    assert_eq!(desk.spot("BTC"), (d("0.0499"), d("0.05")));
    desk.jump("19000.01");
    assert_eq!(desk.spot_order(order.id).phase(), Phase::Waiting);
    desk.jump("19000");
    let filled = desk.spot_order(order.id);
    assert_eq!(
        (filled.status, filled.phase(), filled.kind),
        (Status::Filled, Phase::Working, OrderType::StopMarket)
    );
    assert!(filled.average() <= d("19000") && filled.average() > d("18900"), "{}", filled.average());
    assert_eq!(desk.spot("BTC"), (d("0.0499"), d("0")));
    assert_eq!(desk.story(&order)[..3], ["NEW", "NEW", "TRADE"], "accepted, triggered, filled");
}

#[test]
fn each_kind_triggers_on_its_own_side() {
    for (kind, side, at, price) in [
        (OrderType::StopMarket, Side::Sell, "19000", "18999"),
        (OrderType::StopMarket, Side::Buy, "21000", "21001"),
        (OrderType::TakeProfitMarket, Side::Sell, "21000", "21001"),
        (OrderType::TakeProfitMarket, Side::Buy, "19000", "18999"),
    ] {
        let mut desk = with_bitcoin();
        let order = desk.place_spot(stop(kind, side, "0.05", at));
        desk.jump("20000");
        assert_eq!(desk.spot_order(order.id).phase(), Phase::Waiting, "{kind:?} {side:?}");
        desk.jump(price);
        assert_eq!(desk.spot_order(order.id).status, Status::Filled, "{kind:?} {side:?}");
        let wrong = if at == "19000" { "21000" } else { "19000" };
        let mut desk = with_bitcoin();
        let reject = desk.refuse_spot(SpotAction::Place(stop(kind, side, "0.05", wrong)));
        assert_eq!((reject.code, &*reject.message), (-2010, "Order would trigger immediately."));
    }
}

#[test]
fn a_stop_limit_rests_at_its_price_and_a_cancel_releases_it() {
    let mut desk = with_bitcoin();
    let order = desk.place_spot(stop_limit(OrderType::Stop, Side::Sell, "0.05", "19000", "19500"));
    desk.jump("18000");
    let working = desk.spot_order(order.id);
    assert_eq!((working.status, working.phase(), working.filled), (Status::New, Phase::Working, d("0")));
    assert!(working.working_since().is_some());
    assert_eq!(desk.spot("BTC"), (d("0.0499"), d("0.05")));
    desk.jump("19501");
    assert_eq!(desk.spot_order(order.id).average(), d("19500"));
    let waiting = desk.place_spot(stop_limit(OrderType::Stop, Side::Buy, "0.1", "21000", "21500"));
    assert_eq!(desk.spot("USDT").1, d("2150"), "a buy locks its limit price");
    desk.act(SpotAction::Cancel(cancellation(waiting.id))).unwrap();
    assert_eq!((desk.spot_order(waiting.id).status, desk.spot("USDT").1), (Status::Canceled, d("0")));
    desk.jump("22000");
    assert_eq!(desk.spot_order(waiting.id).filled, d("0"), "a cancelled order does not trigger");
}

#[test]
fn a_market_buy_takes_no_more_than_the_balance_pays_for() {
    let mut desk = Desk::new();
    let order = desk.place_spot(stop(OrderType::StopMarket, Side::Buy, "0.4", "24000"));
    assert_eq!(desk.spot("USDT"), (d("400"), d("9600")));
    desk.jump("30000");
    let ended = desk.spot_order(order.id);
    assert_eq!(ended.status, Status::Expired);
    assert!(ended.filled < d("0.4") && ended.filled > d("0.3"), "{}", ended.filled);
    let (free, locked) = desk.spot("USDT");
    assert!(free >= Decimal::ZERO && free < d("1") && locked.is_zero(), "{free} {locked}");
    assert_eq!(free + ended.cost, d("10000"));
}

/// The scenarios of Binance's trailing stop FAQ: the prices before the trigger, and the price of the trigger.
#[test]
fn trailing_orders_follow_the_documented_scenarios() {
    let (stop, take) = (OrderType::Stop, OrderType::TakeProfit);
    let (buy, sell) = (Side::Buy, Side::Sell);
    type Row =
        (OrderType, Side, Option<&'static str>, u32, &'static str, &'static [&'static str], &'static str);
    let rows: [Row; 5] = [
        (stop, buy, Some("44000"), 500, "45000", &["37000", "44000", "45000", "46000", "42000"], "44100"),
        (stop, sell, Some("39000"), 1_000, "38000", &["41500", "39000", "37000", "41000"], "36900"),
        (take, buy, Some("38000"), 850, "38500", &["42000", "38000", "37000", "39000", "38000"], "40145"),
        (
            take,
            sell,
            Some("42000"),
            750,
            "41000",
            &["41500", "39000", "42000", "45000", "44000", "46500"],
            "43012.5",
        ),
        (stop, sell, None, 700, "39000", &["42000", "39500", "45500"], "42315"),
    ];
    for (kind, side, stop_price, delta, price, before, at) in rows {
        let mut desk = with_bitcoin();
        desk.jump("40000");
        let order = trailing(stop_limit(kind, side, "0.05", "1", price), delta, stop_price);
        let order = desk.place_spot(order);
        let since = order.spot.as_ref().unwrap().trailing_since;
        assert_eq!(since.is_some(), stop_price.is_none(), "active immediately only without a stop price");
        for price in before {
            desk.jump(price);
            assert_eq!(desk.spot_order(order.id).phase(), Phase::Waiting, "{kind:?} {side:?} at {price}");
        }
        assert!(desk.spot_order(order.id).spot.unwrap().trailing_since.is_some());
        desk.jump(at);
        assert_eq!(desk.spot_order(order.id).phase(), Phase::Working, "{kind:?} {side:?} at {at}");
    }
}

#[test]
fn each_filter_refuses_in_its_own_words() {
    let buy = |amount: &str, price: &str| limit(Side::Buy, amount, price);
    let iceberg = |amount: &str, part: &str| {
        let mut order = buy(amount, "19000");
        order.options.iceberg = Some(d(part));
        order
    };
    let stop_loss = || stop(OrderType::StopMarket, Side::Sell, "0.05", "19000");
    let mut bad_stop = stop_loss();
    bad_stop.order.trigger_price = Some(d("19000.001"));
    let mut no_stop = stop_loss();
    no_stop.order.trigger_price = None;
    let mut market = buy("901", "1");
    (market.order.kind, market.order.price, market.order.tif) = (OrderType::Market, None, None);
    for (order, code, message) in [
        (bad_stop, -1013, "Filter failure: PRICE_FILTER"),
        (no_stop, -1102, "Mandatory parameter 'stopPrice' was not sent, was empty/null, or malformed."),
        (trailing(stop_loss(), 9, None), -1013, "Filter failure: TRAILING_DELTA"),
        (trailing(stop_loss(), 2_001, None), -1013, "Filter failure: TRAILING_DELTA"),
        (market, -1013, "Filter failure: MARKET_LOT_SIZE"),
        (buy("500", "19000"), -1013, "Filter failure: NOTIONAL"),
        (buy("0.0002", "19000"), -1013, "Filter failure: NOTIONAL"),
        (buy("0.1", "1000"), -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
        (iceberg("0.1", "0.2"), -2010, "IcebergQty exceeds QTY."),
        (iceberg("0.1", "0.000001"), -1013, "Filter failure: LOT_SIZE"),
        (iceberg("0.1", "0.0001"), -1013, "Filter failure: ICEBERG_PARTS"),
        (maker(Side::Buy, "0.1", "20500"), -2010, "Order would immediately match and take."),
        (
            stop(OrderType::StopMarket, Side::Sell, "5", "19000"),
            -2010,
            "Account has insufficient balance for requested action.",
        ),
    ] {
        let mut desk = with_bitcoin();
        let reject = desk.refuse_spot(SpotAction::Place(order));
        assert_eq!((reject.code, &*reject.message), (code, message));
    }
}

#[test]
fn the_sixth_waiting_order_and_too_large_a_position_are_refused() {
    let mut desk = with_bitcoin();
    let order = || stop(OrderType::StopMarket, Side::Sell, "0.01", "19000");
    for _ in 0..5 {
        desk.place_spot(order());
    }
    assert_eq!(&*desk.refuse_spot(SpotAction::Place(order())).message, "Filter failure: MAX_NUM_ALGO_ORDERS");
    desk.jump("18000");
    desk.place_spot(stop(OrderType::StopMarket, Side::Sell, "0.01", "17000"));
    let large = stop(OrderType::StopMarket, Side::Buy, "9000", "21000");
    assert_eq!(&*desk.refuse_spot(SpotAction::Place(large)).message, "Filter failure: MAX_POSITION");
}

#[test]
fn a_cancel_may_require_a_status() {
    let mut desk = with_bitcoin();
    let order = desk.place_spot(limit(Side::Buy, "0.05", "19000"));
    let cancel = |restriction| {
        let cancel = cancellation(order.id);
        SpotAction::Cancel(Cancellation { restriction: Some(restriction), ..cancel })
    };
    let reject = desk.refuse_spot(cancel(CancelRestriction::OnlyPartiallyFilled));
    assert_eq!(
        (reject.code, &*reject.message),
        (-2011, "Order was not canceled due to cancel restrictions.")
    );
    desk.act(cancel(CancelRestriction::OnlyNew)).unwrap();
    assert_eq!(desk.spot_order(order.id).status, Status::Canceled);
}

fn replace(id: u64, order: SpotOrder, stop_on_failure: bool) -> SpotAction {
    let limited: Option<Reject> = None;
    SpotAction::Replace(Box::new(Replacement { cancel: cancellation(id), stop_on_failure, order, limited }))
}

#[test]
fn a_replacement_reports_both_steps() {
    let mut desk = Desk::new();
    let first = desk.place_spot(limit(Side::Buy, "0.4", "19000"));
    let good = limit(Side::Buy, "0.5", "19000");
    let SpotResult::Replaced { cancelled, placed } = desk.act(replace(first.id, good, true)).unwrap() else {
        panic!()
    };
    assert!(matches!(cancelled, Ok(Cancelled::Order(order)) if order.status == Status::Canceled));
    let (second, _) = placed.unwrap().unwrap();
    assert_eq!(
        (second.status, desk.spot("USDT").1),
        (Status::New, d("9500")),
        "the released balance pays for it"
    );

    let too_large = limit(Side::Buy, "0.6", "19000");
    let result = desk.act(replace(second.id, too_large, true)).unwrap();
    let SpotResult::Replaced { cancelled, placed } = result else { panic!() };
    assert!(cancelled.is_ok());
    assert_eq!(placed, Some(Err(Reject::insufficient_balance())));
    assert_eq!(desk.spot("USDT"), (d("10000"), d("0")));

    let good = || limit(Side::Buy, "0.1", "19000");
    let result = desk.act(replace(second.id, good(), true)).unwrap();
    assert_eq!(result, SpotResult::Replaced { cancelled: Err(Reject::unknown_order()), placed: None });
    let result = desk.act(replace(second.id, good(), false)).unwrap();
    assert!(matches!(result, SpotResult::Replaced { cancelled: Err(_), placed: Some(Ok(_)) }));
    let unfiltered = limit(Side::Buy, "0.1", "19000.001");
    let reject = desk.refuse_spot(replace(second.id, unfiltered, false));
    assert_eq!(reject.code, -1013, "the filters come before the cancellation");
}

#[test]
fn an_amendment_only_reduces() {
    let mut desk = Desk::new();
    let order = desk.place_spot(limit(Side::Buy, "0.4", "19000"));
    let amend = |id, amount: &str, client: Option<&str>| SpotAction::Amend {
        order: sandbox::engine::OrderRef::Id(id),
        amount: d(amount),
        client_id: client.map(str::to_owned),
    };
    let SpotResult::Amended { order: after, amendment, list } =
        desk.act(amend(order.id, "0.3", Some("less"))).unwrap()
    else {
        panic!()
    };
    assert_eq!((after.amount, after.client_id.as_str(), list), (d("0.3"), "less", None));
    assert_eq!((amendment.amount_before, amendment.client_before), (d("0.4"), order.client_id.clone()));
    assert_eq!(desk.spot("USDT").1, d("5700"));
    assert_eq!(desk.story(&order), ["NEW", "REPLACED"]);
    for (id, amount, message) in [
        (order.id, "0.3", "The requested action would change no state; rejecting."),
        (order.id, "0.31", "Order amend (quantity increase) is not supported."),
        (order.id + 9, "0.1", "Unknown order sent."),
    ] {
        let reject = desk.refuse_spot(amend(id, amount, None));
        assert_eq!((reject.code, &*reject.message), (-2038, message));
    }
    assert_eq!(desk.refuse_spot(amend(order.id, "0.0000001", None)).code, -1013);
    for tenth in 0..9 {
        desk.act(amend(order.id, &format!("0.2{}", 9 - tenth), Some("less"))).unwrap();
    }
    let reject = desk.refuse_spot(amend(order.id, "0.1", None));
    assert_eq!((reject.code, &*reject.message), (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS"));
    assert_eq!(desk.account().spot_amendments().count(), 10);
    desk.jump("18999");
    assert_eq!(desk.spot_order(order.id).filled, d("0.21"), "the reduced amount fills");
    assert_eq!(desk.spot("USDT").1, d("0"));
}

#[test]
fn all_or_nothing_holds_after_the_trigger() {
    let mut desk = with_bitcoin();
    let mut order = stop_limit(OrderType::Stop, Side::Sell, "0.05", "19000", "19500");
    order.order.tif = Some(TimeInForce::Fok);
    let order = desk.place_spot(order);
    desk.jump("18000");
    assert_eq!(desk.spot_order(order.id).status, Status::Expired);
    assert_eq!(desk.spot("BTC"), (d("0.0999"), d("0")));
}
