//! Conservation over random sequences of all spot order types and lists, with restarts in between.

use crate::{
    conservation::{books_match, conserved},
    desk::{BTC_SPOT, d},
    replay::{Step, begin, live},
};
use domain::{Decimal, OrderType, Side, TimeInForce};
use proptest::prelude::*;
use sandbox::{
    engine::{
        Account, AccountId, CancelRestriction, Cancellation, Command, Engine, NewList, NewOrder, Order,
        OrderRef, Phase, RegistryEntry, Replacement, SpotAction, SpotOrder, Status,
    },
    market::Pair,
};

fn order() -> impl Strategy<Value = SpotOrder> {
    let shape =
        (0_u8..9, any::<bool>(), 1_i64..3_000, -40_i64..40, -40_i64..40, prop::option::of(10_u32..400));
    shape.prop_map(|(kind, buy, lots, away, stop, delta)| {
        let side = if buy { Side::Buy } else { Side::Sell };
        let at = |away: i64| d("20000") + Decimal::from(away * 25);
        let mut order = NewOrder::limit(BTC_SPOT, side, Decimal::new(lots, 5), at(away));
        order.trigger_price = Some(at(stop));
        order.kind = match kind {
            0 => OrderType::Market,
            1..=4 => OrderType::Limit,
            5 => OrderType::Stop,
            6 => OrderType::StopMarket,
            7 => OrderType::TakeProfit,
            _ => OrderType::TakeProfitMarket,
        };
        order.tif = Some(match kind {
            2 => TimeInForce::Gtx,
            3 => TimeInForce::Ioc,
            4 => TimeInForce::Fok,
            _ => TimeInForce::Gtc,
        });
        if kind == 0 && lots % 3 == 0 {
            // An amount in quote units.
            (order.amount, order.quote_amount) = (None, Some(Decimal::from(lots)));
        }
        let iceberg = order.amount.filter(|_| kind == 1 && lots % 5 == 0).map(|amount| amount / Decimal::TWO);
        let mut order = SpotOrder::from(order);
        order.options.trailing_delta = delta.filter(|_| order.order.kind.conditional());
        order.options.iceberg = iceberg;
        order
    })
}

/// Two legs around the price, which usually form an OCO.
fn legs() -> impl Strategy<Value = Vec<SpotOrder>> {
    (any::<bool>(), 1_i64..3_000, 1_i64..40, 1_i64..40, any::<bool>()).prop_map(
        |(buy, lots, up, down, limit)| {
            let side = if buy { Side::Buy } else { Side::Sell };
            let (stop, profit) = if buy { (up, -down) } else { (-down, up) };
            let at = |away: i64| d("20000") + Decimal::from(away * 25);
            let mut first = NewOrder::limit(BTC_SPOT, side, Decimal::new(lots, 5), at(stop));
            first.kind = if limit { OrderType::Stop } else { OrderType::StopMarket };
            first.trigger_price = first.price;
            let mut second = NewOrder::limit(BTC_SPOT, side, Decimal::new(lots, 5), at(profit));
            second.tif = Some(TimeInForce::Gtx);
            vec![first.into(), second.into()]
        },
    )
}

fn cancellation() -> impl Strategy<Value = Cancellation> {
    let restriction =
        prop::sample::select(vec![CancelRestriction::OnlyNew, CancelRestriction::OnlyPartiallyFilled]);
    (1_u64..60, prop::option::of(restriction)).prop_map(|(id, restriction)| Cancellation {
        order: OrderRef::Id(id),
        restriction,
        by: "cancel".into(),
    })
}

fn list(working: Option<SpotOrder>, others: Vec<SpotOrder>) -> SpotAction {
    SpotAction::PlaceList(NewList { market: BTC_SPOT, client_id: None, working, others })
}

fn working() -> impl Strategy<Value = SpotOrder> {
    (1_i64..3_000, -40_i64..10).prop_map(|(lots, away)| {
        let price = d("20000") + Decimal::from(away * 25);
        NewOrder::limit(BTC_SPOT, Side::Buy, Decimal::new(lots, 5), price).into()
    })
}

pub(crate) fn action() -> impl Strategy<Value = SpotAction> {
    prop_oneof![
        6 => order().prop_map(SpotAction::Place),
        4 => legs().prop_map(|legs| list(None, legs)),
        2 => (working(), order()).prop_map(|(working, pending)| list(Some(working), vec![pending])),
        2 => (working(), legs()).prop_map(|(working, legs)| list(Some(working), legs)),
        2 => cancellation().prop_map(SpotAction::Cancel),
        1 => (1_u64..30).prop_map(|id| SpotAction::CancelList { list: OrderRef::Id(id), by: "list".into() }),
        1 => Just(SpotAction::CancelAll { by: "all".into() }),
        2 => (cancellation(), order(), any::<bool>()).prop_map(|(cancel, order, stop_on_failure)| {
            SpotAction::Replace(Box::new(Replacement { cancel, stop_on_failure, order, limited: None }))
        }),
        3 => (1_u64..60, 1_i64..3_000).prop_map(|(id, lots)| SpotAction::Amend {
            order: OrderRef::Id(id), amount: Decimal::new(lots, 5), client_id: None,
        }),
    ]
}

fn life() -> impl Strategy<Value = Vec<Step>> {
    let act = (1_u64..3, action()).prop_map(|(account, action)| {
        let (account, action) = (AccountId(account), Box::new(action));
        Step::Do(Command::Spot { account, market: BTC_SPOT, action })
    });
    let jump = (19_000_i64..21_000)
        .prop_map(|p| Step::Do(Command::SetPrice { pair: Pair::BtcUsdt, price: p.into() }));
    let reset = (1_u64..3).prop_map(|n| Step::Do(Command::ResetAccount { account: AccountId(n) }));
    prop::collection::vec(
        prop_oneof![12 => act, 4 => jump, 3 => (1_usize..6).prop_map(Step::Beats), 1 => reset],
        1..60,
    )
}

/// The value that an open order takes at most.
fn worth(order: &Order) -> Decimal {
    let reserve = order.spot.as_ref().and_then(|terms| terms.reserve);
    match order.side {
        Side::Buy => order.price.or(reserve).unwrap() * order.remaining(),
        Side::Sell => order.remaining(),
    }
}

/// Checks that exactly what the open orders and lists need is locked.
pub(crate) fn locks_match(account: &Account) {
    let open: Vec<_> = account.orders(BTC_SPOT.kind).open().filter(|o| o.phase() != Phase::Pending).collect();
    for (asset, side) in [("USDT", Side::Buy), ("BTC", Side::Sell)] {
        let mine = || open.iter().filter(|order| order.side == side);
        let single: Decimal = mine().filter(|order| !order.paired()).map(|order| worth(order)).sum();
        let pairs: Decimal = account
            .order_lists()
            .open()
            .filter_map(|list| {
                mine().filter(|o| o.paired() && o.list() == Some(list.id)).map(|order| worth(order)).max()
            })
            .sum();
        let balance = account.spot_balances().into_iter().find(|b| b.asset == asset);
        let (free, locked) = balance.map_or((Decimal::ZERO, Decimal::ZERO), |b| (b.free, b.locked));
        assert_eq!(locked, single + pairs, "{asset}");
        assert!(free >= Decimal::ZERO, "{asset} {free}");
    }
}

/// Checks that the lists and their orders agree.
pub(crate) fn lists_match(account: &Account) {
    let orders = account.orders(BTC_SPOT.kind);
    for list in account.order_lists().all() {
        let of = |id: u64| orders.find(&OrderRef::Id(id)).unwrap();
        let pending: Vec<_> = list.pending().map(of).collect();
        if list.done {
            assert!(pending.iter().all(|o| o.status != Status::PendingNew), "{list:?}");
            assert!(pending.iter().all(|o| !(o.is_open() && o.paired())), "{list:?}");
            continue;
        }
        let waits = list.working.is_some_and(|id| of(id).is_open());
        let agrees = |o: &&Order| o.is_open() && (o.phase() == Phase::Pending) == waits;
        assert!(pending.iter().all(agrees), "{list:?}");
        assert_eq!(list.locked.is_some(), !waits, "{list:?}");
    }
}

/// Checks that the fills of each order add up to its filled amount.
pub(crate) fn fills_match(account: &Account) {
    for order in account.orders(BTC_SPOT.kind).all() {
        let fills = || account.fills().filter(|fill| fill.order_id == order.id && fill.market == BTC_SPOT);
        assert_eq!(order.filled, fills().map(|fill| fill.amount).sum::<Decimal>());
        assert_eq!(order.cost, fills().map(|fill| fill.quote).sum::<Decimal>());
        assert!(order.filled <= order.amount, "{order:?}");
        assert!(order.status != Status::Filled || order.filled == order.amount, "{order:?}");
        // A pending order by quote amount has no amount before it is active.
        let pending = order.status == Status::PendingNew && order.quote_amount.is_some();
        assert!(!order.is_open() || pending || order.filled < order.amount, "{order:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn money_and_orders_are_conserved(seed: u64, steps in life(), restart in 0_usize..60) {
        let (mut engine, mut twin) = (begin(seed), begin(seed));
        for (n, step) in steps.iter().enumerate() {
            if n == restart {
                twin = serde_json::from_str(&serde_json::to_string(&twin).unwrap()).unwrap();
            }
            if let Step::Do(command) = step
                && engine.clone().apply(engine.now(), command.clone()).is_err()
            {
                let before = serde_json::to_string(&engine).unwrap();
                live(&mut engine, step);
                prop_assert_eq!(before, serde_json::to_string(&engine).unwrap(), "a refusal changes nothing");
                live(&mut twin, step);
                continue;
            }
            prop_assert_eq!(live(&mut engine, step), live(&mut twin, step));
            conserved(&engine);
            for account in engine.accounts() {
                locks_match(account);
                lists_match(account);
                fills_match(account);
            }
            if n % 8 == 0 {
                books_match(&engine);
            }
        }
        books_match(&engine);
        prop_assert_eq!(serde_json::to_string(&engine).unwrap(), serde_json::to_string(&twin).unwrap());
    }
}

#[test]
fn spot_actions_survive_the_journal() {
    let order = || SpotOrder::from(NewOrder::limit(BTC_SPOT, Side::Buy, d("0.1"), d("19000.5")));
    let cancel = || Cancellation {
        order: OrderRef::Client("mine".into()),
        restriction: Some(CancelRestriction::OnlyPartiallyFilled),
        by: "cancel".into(),
    };
    let mut labelled = order();
    labelled.options.trailing_delta = Some(100);
    labelled.options.iceberg = Some(d("0.01"));
    labelled.options.strategy_id = Some(7);
    for action in [
        SpotAction::Place(labelled),
        list(Some(order()), vec![order(), order()]),
        SpotAction::Cancel(cancel()),
        SpotAction::CancelList { list: OrderRef::Id(1), by: "list".into() },
        SpotAction::CancelAll { by: "all".into() },
        SpotAction::Replace(Box::new(Replacement {
            cancel: cancel(),
            stop_on_failure: true,
            order: order(),
            limited: None,
        })),
        SpotAction::Amend { order: OrderRef::Id(1), amount: d("0.05"), client_id: None },
    ] {
        let command = Command::Spot { account: AccountId(1), market: BTC_SPOT, action: Box::new(action) };
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
}

#[test]
fn a_snapshot_without_spot_terms_stays_readable() {
    let mut engine = begin(1);
    let account = AccountId(1);
    let order = NewOrder::limit(BTC_SPOT, Side::Buy, d("0.1"), d("19000"));
    engine.apply(engine.now(), Command::Place { account, order }).unwrap();
    let text = serde_json::to_string(&engine).unwrap();
    for field in ["\"spot\":{\"phase\"", "order_lists", "spot_amendments"] {
        assert!(!text.contains(field), "a plain order is written as before: {field}");
    }
    let older = text.replace(",\"list\":0,\"execution\":0", "");
    assert_ne!(older, text);
    let engine: Engine = serde_json::from_str(&older).unwrap();
    assert_eq!(serde_json::to_string(&engine).unwrap(), text);
}
