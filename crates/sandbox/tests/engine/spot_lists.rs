//! Order lists: OCO, OTO and OTOCO from placement to their end.

use crate::{
    desk::{Desk, d},
    spot_desk::{bracket, cancellation, limit, maker, oco, oto, stop, stop_limit, with_bitcoin},
};
use domain::{OrderType, Side, TimeInForce};
use sandbox::engine::{
    Cancelled, Contingency, EventKind, NewList, OrderRef, Phase, RejectReason, SpotAction, SpotResult, Status,
};

/// The list's events so far, in Binance's terms.
fn list_story(desk: &Desk, id: u64) -> Vec<&'static str> {
    let reported = desk.events.iter().filter_map(|e| match &e.kind {
        EventKind::List { list, status } if list.id == id => Some(status.word()),
        _ => None,
    });
    reported.collect()
}

#[test]
fn an_oco_locks_its_amount_once_and_the_limit_cancels_the_stop() {
    let mut desk = with_bitcoin();
    let placed = desk.place_list(oco(bracket("0.06")));
    let [(stop, _), (limit, _)] = &placed.orders[..] else { panic!("{placed:?}") };
    assert_eq!((placed.list.contingency, placed.list.done), (Contingency::Oco, false));
    assert_eq!((stop.phase(), limit.phase()), (Phase::Waiting, Phase::Working));
    assert_eq!(desk.spot("BTC"), (d("0.0399"), d("0.06")));
    desk.jump("21001");
    assert_eq!(desk.spot_order(limit.id).status, Status::Filled);
    assert_eq!(desk.spot_order(stop.id).status, Status::Expired);
    assert_eq!(desk.spot("BTC"), (d("0.0399"), d("0")));
    assert_eq!(list_story(&desk, placed.list.id), ["EXEC_STARTED", "ALL_DONE"]);
    desk.jump("18000");
    assert_eq!(desk.spot_order(stop.id).filled, d("0"));
}

#[test]
fn the_stop_of_an_oco_cancels_the_limit() {
    let mut desk = with_bitcoin();
    let placed = desk.place_list(oco(bracket("0.06")));
    desk.jump("18950");
    let ids: Vec<_> = placed.orders.iter().map(|(order, _)| order.id).collect();
    assert_eq!(desk.spot_order(ids[0]).status, Status::Filled, "18,950 is above the limit of 18,900");
    assert_eq!(desk.spot_order(ids[1]).status, Status::Expired);
    assert_eq!((desk.spot("BTC").1, desk.list(placed.list.id).done), (d("0"), true));
}

#[test]
fn the_buying_oco_locks_the_larger_value() {
    let mut desk = Desk::new();
    let legs =
        [stop_limit(OrderType::Stop, Side::Buy, "0.1", "21000", "21500"), maker(Side::Buy, "0.1", "19000")];
    let placed = desk.place_list(oco(legs));
    assert_eq!(desk.spot("USDT"), (d("7850"), d("2150")));
    desk.jump("18999");
    assert_eq!(desk.spot_order(placed.orders[1].0.id).status, Status::Filled);
    assert_eq!(desk.spot("USDT"), (d("8100"), d("0")), "what the limit did not need is free again");
}

#[test]
fn an_oco_needs_its_prices_on_both_sides_and_the_balance() {
    let mut desk = with_bitcoin();
    let stop_loss = |at: &str| stop(OrderType::StopMarket, Side::Sell, "0.06", at);
    for legs in [
        [stop_loss("20500"), maker(Side::Sell, "0.06", "21000")],
        [stop_loss("19000"), maker(Side::Sell, "0.06", "19500")],
        [stop_loss("19000"), stop(OrderType::TakeProfitMarket, Side::Sell, "0.06", "19500")],
    ] {
        let reject = desk.refuse_spot(oco(legs));
        let message = "The relationship of the prices for the orders is not correct.";
        assert_eq!((reject.code, &*reject.message), (-2010, message));
    }
    assert_eq!(desk.refuse_spot(oco(bracket("0.1"))).code, -2010, "more than the account has");
    let mut same = bracket("0.06");
    for leg in &mut same {
        leg.order.client_id = Some("same".into());
    }
    assert_eq!(&*desk.refuse_spot(oco(same)).message, "Duplicate order sent.");
    let named = NewList {
        market: crate::desk::BTC_SPOT,
        client_id: Some("list".into()),
        working: None,
        others: bracket("0.01").into(),
    };
    desk.place_list(SpotAction::PlaceList(named.clone()));
    assert_eq!(&*desk.refuse_spot(SpotAction::PlaceList(named)).message, "Duplicate order sent.");
}

#[test]
fn cancelling_one_order_cancels_its_list() {
    let mut desk = with_bitcoin();
    for by_list in [false, true] {
        let placed = desk.place_list(oco(bracket("0.06")));
        let report = if by_list {
            let action = SpotAction::CancelList { list: OrderRef::Id(placed.list.id), by: "cancel".into() };
            match desk.act(action).unwrap() {
                SpotResult::List(report) => report,
                other => panic!("{other:?}"),
            }
        } else {
            match desk.act(SpotAction::Cancel(cancellation(placed.orders[1].0.id))).unwrap() {
                SpotResult::Cancelled(mut list) => match list.remove(0) {
                    Cancelled::List(report) => report,
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        };
        assert!(report.list.done && report.orders.iter().all(|(order, _)| order.status == Status::Canceled));
        assert_eq!(desk.spot("BTC"), (d("0.0999"), d("0")));
        assert_eq!(list_story(&desk, placed.list.id), ["EXEC_STARTED", "ALL_DONE"]);
        let again = SpotAction::CancelList { list: OrderRef::Id(placed.list.id), by: "cancel".into() };
        assert_eq!(desk.refuse_spot(again).code, -2011);
    }
}

#[test]
fn cancelling_everything_reports_orders_before_lists() {
    let mut desk = with_bitcoin();
    desk.place_list(oco(bracket("0.06")));
    let single = desk.place_spot(limit(Side::Buy, "0.01", "19000"));
    let all = || SpotAction::CancelAll { by: "all".into() };
    let SpotResult::Cancelled(list) = desk.act(all()).unwrap() else { panic!() };
    assert!(matches!(&list[0], Cancelled::Order(order) if order.id == single.id));
    assert!(matches!(&list[1], Cancelled::List(report) if report.orders.len() == 2));
    assert_eq!((list.len(), desk.spot("BTC").1, desk.spot("USDT").1), (2, d("0"), d("0")));
    assert_eq!(desk.refuse_spot(all()).code, -2011);
}

#[test]
fn an_oto_activates_its_pending_order_once_the_working_one_is_filled() {
    let mut desk = with_bitcoin();
    let placed = desk.place_list(oto(
        limit(Side::Buy, "0.05", "19000"),
        vec![stop(OrderType::StopMarket, Side::Sell, "0.05", "18000")],
    ));
    let [(working, _), (pending, _)] = &placed.orders[..] else { panic!("{placed:?}") };
    assert_eq!((working.status, pending.status), (Status::New, Status::PendingNew));
    assert_eq!(
        (desk.spot("USDT").1, desk.spot("BTC").1),
        (d("950"), d("0")),
        "a pending order locks nothing"
    );
    desk.jump("18900");
    let active = desk.spot_order(pending.id);
    assert_eq!((active.status, active.phase()), (Status::New, Phase::Waiting));
    assert_eq!(desk.spot("BTC").1, d("0.05"));
    assert!(desk.list(placed.list.id).done, "nothing depends on anything any more");
    desk.jump("17990");
    assert_eq!(desk.spot_order(pending.id).status, Status::Filled);
}

#[test]
fn an_otoco_becomes_an_oco() {
    let mut desk = with_bitcoin();
    let placed = desk.place_list(oto(limit(Side::Buy, "0.05", "19500"), bracket("0.05").into()));
    let id = placed.list.id;
    assert_eq!(placed.list.contingency, Contingency::Oto);
    desk.jump("19490");
    let ids: Vec<_> = placed.orders.iter().map(|(order, _)| order.id).collect();
    let states: Vec<_> = ids.iter().map(|id| desk.spot_order(*id).status).collect();
    assert_eq!(states, [Status::Filled, Status::New, Status::New]);
    assert_eq!((desk.spot("BTC").1, desk.list(id).done), (d("0.05"), false));
    desk.jump("21001");
    let states: Vec<_> = ids.iter().map(|id| desk.spot_order(*id).status).collect();
    assert_eq!(states, [Status::Filled, Status::Expired, Status::Filled]);
    assert_eq!(list_story(&desk, id), ["EXEC_STARTED", "EXEC_STARTED", "ALL_DONE"]);
    assert_eq!(desk.spot("BTC").1, d("0"));
}

#[test]
fn pending_orders_that_are_no_longer_possible_are_rejected() {
    // A buy pays its fee in what it buys, so the whole amount cannot be sold.
    for (pending, reason) in [
        (vec![limit(Side::Sell, "0.05", "21000")], RejectReason::Balance),
        (vec![maker(Side::Sell, "0.01", "18500")], RejectReason::Match),
        (vec![stop(OrderType::StopMarket, Side::Sell, "0.01", "19200")], RejectReason::Trigger),
        (
            vec![
                stop(OrderType::StopMarket, Side::Sell, "0.01", "18000"),
                maker(Side::Sell, "0.01", "18500"),
            ],
            RejectReason::OcoPrices,
        ),
    ] {
        let mut desk = Desk::new();
        let placed = desk.place_list(oto(limit(Side::Buy, "0.05", "19500"), pending));
        desk.jump("19000");
        for (order, _) in &placed.orders[1..] {
            let order = desk.spot_order(order.id);
            assert_eq!((order.status, order.spot.unwrap().reject), (Status::Rejected, Some(reason)));
        }
        assert!(desk.list(placed.list.id).done);
        assert_eq!(desk.spot("BTC"), (d("0.04995"), d("0")));
    }
}

#[test]
fn the_end_of_a_working_order_ends_its_list() {
    let mut desk = Desk::new();
    let pending = || vec![limit(Side::Sell, "0.04", "21000")];
    let placed = desk.place_list(oto(limit(Side::Buy, "0.05", "19000"), pending()));
    desk.act(SpotAction::Cancel(cancellation(placed.orders[0].0.id))).unwrap();
    assert_eq!(desk.spot_order(placed.orders[1].0.id).status, Status::Canceled);
    let mut immediate = limit(Side::Buy, "0.05", "19000");
    immediate.order.tif = Some(TimeInForce::Ioc);
    let placed = desk.place_list(oto(immediate, pending()));
    assert_eq!(placed.orders[0].0.status, Status::Expired);
    assert_eq!(desk.spot_order(placed.orders[1].0.id).status, Status::Expired);
    assert!(desk.list(placed.list.id).done);
    assert_eq!(desk.spot("USDT"), (d("10000"), d("0")));
}

#[test]
fn the_answer_shows_pending_orders_as_pending_even_if_the_working_one_has_filled() {
    let mut desk = Desk::new();
    let placed =
        desk.place_list(oto(limit(Side::Buy, "0.05", "20100"), vec![limit(Side::Sell, "0.04", "21000")]));
    let states: Vec<_> = placed.orders.iter().map(|(order, _)| order.status).collect();
    assert_eq!(states, [Status::Filled, Status::PendingNew]);
    assert_eq!(desk.spot_order(placed.orders[1].0.id).status, Status::New);
}

#[test]
fn amending_one_leg_amends_both() {
    let mut desk = with_bitcoin();
    let placed = desk.place_list(oco(bracket("0.06")));
    let [(stop, _), (limit, _)] = &placed.orders[..] else { panic!("{placed:?}") };
    let action = SpotAction::Amend {
        order: OrderRef::Id(limit.id),
        amount: d("0.04"),
        client_id: Some("smaller".into()),
    };
    let SpotResult::Amended { list: Some(list), .. } = desk.act(action).unwrap() else { panic!() };
    assert_eq!(list.orders[1].client_id, "smaller");
    assert_eq!((desk.spot_order(stop.id).amount, desk.spot_order(limit.id).amount), (d("0.04"), d("0.04")));
    assert_eq!(desk.spot("BTC"), (d("0.0599"), d("0.04")));
    assert_eq!(list_story(&desk, placed.list.id), ["EXEC_STARTED", "UPDATED"]);
    desk.jump("18950");
    assert_eq!(desk.spot_order(stop.id).filled, d("0.04"));
    assert_eq!(desk.spot("BTC"), (d("0.0599"), d("0")));
}

#[test]
fn the_twenty_first_list_is_refused() {
    let mut desk = Desk::new();
    let list = || oto(limit(Side::Buy, "0.001", "19000"), vec![limit(Side::Sell, "0.001", "21000")]);
    for _ in 0..20 {
        desk.place_list(list());
    }
    assert_eq!(&*desk.refuse_spot(list()).message, "Filter failure: MAX_NUM_ORDER_LISTS");
}
