//! Conservation over random sequences of all futures orders: one-way and hedge mode, batches, amendments, dates,
//! prices from the book and timers, with restarts in between.

use crate::{
    conservation::{books_match, conserved, sound},
    desk::{BTC, MORNING, d},
    replay::{Step, begin, live},
};
use domain::{Decimal, MarginMode, OrderType, Side, TimeInForce};
use proptest::prelude::*;
use sandbox::{
    engine::{
        Account, AccountId, Amend, Command, Engine, FuturesRequest, FuturesTerms, NewOrder, OrderRef,
        PositionSlot, PriceMatch, Which,
    },
    market::Pair,
};

/// The accounts: the second one is in hedge mode.
fn account() -> impl Strategy<Value = AccountId> {
    prop_oneof![Just(AccountId(1)), Just(AccountId(2))]
}

fn price(away: i64) -> Decimal {
    d("20000") + Decimal::from(away * 25)
}

fn slot(account: AccountId, long: bool) -> PositionSlot {
    match (account, long) {
        (AccountId(2), true) => PositionSlot::Long,
        (AccountId(2), false) => PositionSlot::Short,
        _ => PositionSlot::Both,
    }
}

/// The kind and the conditions of an order.
fn shaped(order: &mut NewOrder, kind: u8, stop: i64) {
    order.kind = match kind {
        0 | 1 => OrderType::Market,
        2..=8 => OrderType::Limit,
        9 => OrderType::Stop,
        10 => OrderType::StopMarket,
        11 => OrderType::TakeProfit,
        12 => OrderType::TakeProfitMarket,
        _ => OrderType::TrailingStopMarket,
    };
    order.tif = Some(match kind {
        3 => TimeInForce::Ioc,
        4 => TimeInForce::Fok,
        5 => TimeInForce::Gtx,
        6 => TimeInForce::GteGtc,
        _ => TimeInForce::Gtc,
    });
    match order.kind {
        OrderType::TrailingStopMarket => order.callback_rate = Some(d("0.5")),
        kind if kind.conditional() => order.trigger_price = Some(price(stop)),
        _ => {}
    }
    if matches!(kind, 10 | 12) && stop % 3 == 0 {
        // It closes the whole position.
        (order.amount, order.close_position, order.reduce_only) = (None, true, false);
    }
}

fn order(account: AccountId) -> impl Strategy<Value = NewOrder> {
    let shape = (0_u8..14, any::<bool>(), 1_i64..400, -40_i64..40, -40_i64..40, any::<bool>());
    // A date is at least ten minutes ahead.
    let terms = (prop::option::weighted(0.3, 600_i64..3_000), prop::option::weighted(0.1, 0_u8..3));
    (shape, terms).prop_map(move |((kind, buy, lots, away, stop, reduce), (date, level))| {
        let side = if buy { Side::Buy } else { Side::Sell };
        let mut order = NewOrder::limit(BTC, side, Decimal::new(lots, 3), price(away));
        order.reduce_only = reduce;
        order.terms = FuturesTerms::of(slot(account, buy != reduce));
        order.terms.good_till =
            date.filter(|_| matches!(kind, 7..=9)).map(|seconds| MORNING.plus(seconds * 1_000_000));
        order.terms.price_match = level.filter(|_| kind == 2 || kind == 8).map(|level| match level {
            0 => PriceMatch::Opponent,
            1 => PriceMatch::Queue,
            _ => PriceMatch::Queue20,
        });
        shaped(&mut order, kind, stop);
        order
    })
}

fn amend() -> impl Strategy<Value = FuturesRequest> {
    (1_u64..80, any::<bool>(), 1_i64..400, -40_i64..40).prop_map(|(id, buy, lots, away)| {
        FuturesRequest::Amend(Amend {
            market: BTC,
            order: OrderRef::Id(id),
            side: if buy { Side::Buy } else { Side::Sell },
            amount: Decimal::new(lots, 3),
            price: Some(price(away)),
            price_match: None,
        })
    })
}

/// One request or one move of the market. A batch is several commands.
pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pair = Pair::BtcUsdt;
    account().prop_flat_map(move |account| {
        let place = move |order| Step::Do(Command::Place { account, order });
        let request = move |request| vec![Step::Do(Command::Futures { account, request })];
        let which = any::<bool>().prop_map(|algo| if algo { Which::Algo } else { Which::Plain });
        prop_oneof![
            10 => order(account).prop_map(move |order| vec![place(order)]),
            2 => prop::collection::vec(order(account), 2..6)
                .prop_map(move |orders| orders.into_iter().map(place).collect::<Vec<_>>()),
            4 => amend().prop_map(request),
            3 => (1_u64..80, which.clone()).prop_map(move |(id, which)| {
                let order = OrderRef::Id(id);
                vec![Step::Do(Command::Cancel { account, market: BTC, which, order, cancel_id: None })]
            }),
            1 => which.prop_map(move |which| {
                vec![Step::Do(Command::CancelAll { account, market: BTC, which, cancel_id: None })]
            }),
            1 => (0_u64..3_000).prop_map(move |millis| request(FuturesRequest::Countdown { pair, millis })),
            1 => (1_u16..60).prop_map(move |leverage| {
                vec![Step::Do(Command::SetLeverage { account, pair, leverage })]
            }),
            1 => any::<bool>().prop_map(move |isolated| {
                let mode = if isolated { MarginMode::Isolated } else { MarginMode::Crossed };
                vec![Step::Do(Command::SetMarginMode { account, pair, mode })]
            }),
            1 => (-200_i64..200, any::<bool>()).prop_map(move |(amount, long)| {
                let slot = slot(account, long);
                vec![Step::Do(Command::AdjustMargin { account, pair, amount: amount.into(), slot })]
            }),
            4 => (18_500_i64..21_500)
                .prop_map(move |p| vec![Step::Do(Command::SetPrice { pair, price: p.into() })]),
            3 => (1_usize..8).prop_map(|beats| vec![Step::Beats(beats)]),
            2 => (30_u16..900).prop_map(|seconds| vec![Step::Wait(seconds)]),
        ]
    })
}

/// Checks that an account's futures wallet is what it was opened with and its income.
pub(crate) fn income_matches(engine: &Engine, account: &Account) {
    let earned: Decimal = account.income().map(|entry| entry.amount).sum();
    assert_eq!(engine.futures(account.id).unwrap().wallet, d("10000") + earned);
}

/// Checks that the fills of each position add up to it.
pub(crate) fn fills_match(engine: &Engine, account: &Account) {
    for position in engine.futures(account.id).unwrap().positions {
        let of_it = account.fills().filter(|fill| {
            let here = fill.market.pair == position.pair && fill.market.kind == BTC.kind;
            here && fill.slot == position.slot
        });
        let sum: Decimal =
            of_it.map(|fill| if fill.side == Side::Buy { fill.amount } else { -fill.amount }).sum();
        assert_eq!(sum, position.amount, "{:?}", position.slot);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn money_positions_and_books_are_conserved(
        seed: u64, steps in prop::collection::vec(steps(), 1..60), restart in 0_usize..60,
    ) {
        let (mut engine, mut twin) = (begin(seed), begin(seed));
        for (n, step) in steps.iter().flatten().enumerate() {
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
                sound(&engine, account);
                fills_match(&engine, account);
                income_matches(&engine, account);
            }
            if n % 8 == 0 {
                books_match(&engine);
            }
        }
        books_match(&engine);
        prop_assert_eq!(serde_json::to_string(&engine).unwrap(), serde_json::to_string(&twin).unwrap());
    }
}
