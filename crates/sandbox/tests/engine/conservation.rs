//! Conservation: whatever happens, no asset is created or lost, and no balance is negative.

use crate::{
    desk::{Desk, d, market, reduce},
    replay::{Step, begin, life, live},
};
use domain::{Decimal, Side, TradeType};
use proptest::prelude::*;
use sandbox::{
    engine::{Account, Command, Engine, EventKind, NewOrder, Order, Phase, PositionSlot},
    market::Pair,
};
use std::collections::BTreeSet;

/// Checks for each asset that the holdings of accounts and exchange add up to the amount issued.
pub(crate) fn conserved(engine: &Engine) {
    for asset in Pair::ALL.map(Pair::base).into_iter().chain(["USDT"]) {
        let mut held = engine.counterparty().held(asset);
        for account in engine.accounts() {
            let spot = account.spot_balances().into_iter().filter(|b| b.asset == asset);
            held += spot.map(|b| b.free + b.locked).sum::<Decimal>();
            if asset == "USDT" {
                held += engine.futures(account.id).unwrap().wallet;
            }
        }
        assert_eq!(held, engine.counterparty().issued(asset), "{asset}");
    }
}

/// Checks that the books have exactly the open orders of the accounts, by priority, and that exactly the orders with a
/// date have a deadline.
pub(crate) fn books_match(engine: &Engine) {
    let state = serde_json::to_value(engine).unwrap();
    for (number, (market, _)) in engine.markets().enumerate() {
        let book = &state["floor"]["shelves"][number];
        for side in [Side::Buy, Side::Sell] {
            let rows = book[if side == Side::Buy { "bids" } else { "asks" }].as_array().unwrap();
            let listed =
                rows.iter().map(|row| (row["account"].as_u64().unwrap(), row["id"].as_u64().unwrap()));
            let listed: Vec<_> = listed.collect();
            let resting = |o: &&Order| o.market == market && o.side == side && o.phase() == Phase::Working;
            let resting = owned(engine, |account| {
                account.orders(market.kind).open().filter(resting).map(|o| o.id).collect()
            });
            assert_eq!(BTreeSet::from_iter(listed.iter().copied()), resting, "{market:?} {side:?}");
            assert_eq!(listed.len(), resting.len(), "{market:?} {side:?}");
            let ranks = rows.iter().map(|row| d(row["rank"].as_str().unwrap()));
            assert!(ranks.is_sorted(), "{market:?} {side:?}");
        }
        let listed: Vec<(u64, u64)> = serde_json::from_value(book["algos"].clone()).unwrap();
        let waiting = owned(engine, |account| match market.kind {
            TradeType::Spot => {
                let waits = |o: &&Order| o.market == market && o.phase() == Phase::Waiting;
                account.orders(TradeType::Spot).open().filter(waits).map(|o| o.id).collect()
            }
            TradeType::Futures => {
                account.algos().open().filter(|a| a.pair == market.pair).map(|a| a.id).collect()
            }
        });
        let listed: BTreeSet<_> = listed.into_iter().map(|(id, account)| (account, id)).collect();
        assert_eq!(listed, waiting, "{market:?} waiting");
    }
    let due = state["floor"]["deadlines"].as_array().cloned().unwrap_or_default();
    for kind in ["Order", "Algo"] {
        let listed =
            due.iter().filter_map(|row| Some((row["account"].as_u64()?, row["action"][kind].as_u64()?)));
        let dated = owned(engine, |account| match kind {
            "Order" => {
                let open = account.orders(TradeType::Futures).open();
                open.filter(|o| o.terms.good_till.is_some()).map(|o| o.id).collect()
            }
            _ => account.algos().open().filter(|a| a.terms.good_till.is_some()).map(|a| a.id).collect(),
        });
        assert_eq!(listed.collect::<BTreeSet<_>>(), dated, "{kind}");
    }
}

/// The ids of something that accounts own, with the account's.
fn owned(engine: &Engine, ids: impl Fn(&Account) -> Vec<u64>) -> BTreeSet<(u64, u64)> {
    engine.accounts().flat_map(|account| ids(account).into_iter().map(move |id| (account.id.0, id))).collect()
}

fn worth(orders: impl Iterator<Item = Order>) -> Decimal {
    orders.map(|o| o.price.unwrap_or_default() * o.remaining()).sum()
}

/// Checks that an account's balances match what its orders require.
pub(crate) fn sound(engine: &Engine, account: &Account) {
    for balance in account.spot_balances() {
        assert!(balance.free >= Decimal::ZERO && balance.locked >= Decimal::ZERO, "{balance:?}");
    }
    let spot = || account.orders(TradeType::Spot).open().cloned();
    let usdt = account.spot_balances().into_iter().find(|b| b.asset == "USDT").unwrap();
    assert_eq!(usdt.locked, worth(spot().filter(|o| o.side == Side::Buy)));
    let view = engine.futures(account.id).unwrap();
    assert!(view.wallet >= Decimal::ZERO && view.cross_wallet >= Decimal::ZERO, "{view:?}");
    for position in view.positions {
        let open = |side| {
            let orders = account.orders(TradeType::Futures).open();
            worth(
                orders
                    .filter(move |o| {
                        let here = o.market.pair == position.pair && o.terms.slot == position.slot;
                        here && o.side == side && !o.reduce_only
                    })
                    .cloned(),
            )
        };
        assert_eq!((position.bid_notional, position.ask_notional), (open(Side::Buy), open(Side::Sell)));
        assert!(position.isolated >= Decimal::ZERO);
        match position.slot {
            PositionSlot::Both => {}
            PositionSlot::Long => assert!(position.amount >= Decimal::ZERO),
            PositionSlot::Short => assert!(position.amount <= Decimal::ZERO),
        }
    }
    for order in account.orders(TradeType::Spot).all().chain(account.orders(TradeType::Futures).all()) {
        assert!(order.filled <= order.amount && order.filled >= Decimal::ZERO);
        let fills = account.fills().filter(|f| f.order_id == order.id);
        assert_eq!(fills.map(|f| f.amount).sum::<Decimal>(), order.filled);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn nothing_is_created_or_lost(seed: u64, steps in life()) {
        let mut engine = begin(seed);
        for step in &steps {
            let before = matches!(step, Step::Do(_)).then(|| engine.clone());
            let reported = live(&mut engine, step);
            if let Some(before) = before.filter(|_| reported.is_empty()) {
                let text = |engine: &Engine| serde_json::to_string(engine).unwrap();
                if let Step::Do(command) = step
                    && before.clone().apply(before.now(), command.clone()).is_err()
                {
                    prop_assert_eq!(text(&before), text(&engine), "a refusal changes nothing");
                }
            }
            conserved(&engine);
            engine.accounts().for_each(|account| sound(&engine, account));
        }
        books_match(&engine);
    }

    #[test]
    fn reduce_only_never_grows_or_turns_a_position(
        long: bool, size in 1_i64..500, orders in prop::collection::vec((any::<bool>(), 0_u8..3, 1_i64..900, 1_i64..60), 1..20),
    ) {
        let mut desk = Desk::new();
        let (open, close) = if long { (Side::Buy, Side::Sell) } else { (Side::Sell, Side::Buy) };
        desk.place(market(open, &Decimal::new(size, 3).to_string()));
        let sign = desk.position().amount.is_sign_negative();
        let mut last = desk.position().amount.abs();
        for (up, kind, lots, away) in orders {
            let amount = Decimal::new(lots, 3);
            let price = d("20000") + Decimal::from(if up { away * 10 } else { -away * 10 });
            let order = match kind {
                0 => market(close, &amount.to_string()),
                1 => NewOrder::limit(crate::desk::BTC, close, amount, price),
                _ => crate::desk::conditional(domain::OrderType::StopMarket, close, &amount.to_string(), &price.to_string()),
            };
            let _ = desk.apply(Command::Place { account: desk.who, order: reduce(order) });
            desk.jump(&price.to_string());
            let now = desk.position().amount;
            prop_assert!(now.is_zero() || now.is_sign_negative() == sign);
            prop_assert!(now.abs() <= last);
            last = now.abs();
        }
    }
}

#[test]
fn reported_fees_match_charged_fees() {
    let mut desk = Desk::new();
    desk.place(market(Side::Buy, "0.1"));
    desk.place(market(Side::Sell, "0.1"));
    let reported: Decimal = desk
        .events
        .iter()
        .filter_map(|e| match &e.kind {
            EventKind::Order { fill: Some(fill), .. } => Some(fill.fee),
            _ => None,
        })
        .sum();
    assert_eq!(desk.engine.counterparty().fees("USDT"), reported);
    assert_eq!(desk.engine.counterparty().issued("USDT"), d("20000"));
    assert_eq!(desk.engine.price(sandbox::market::MarketId::spot(Pair::BtcUsdt)), d("20000"));
}
