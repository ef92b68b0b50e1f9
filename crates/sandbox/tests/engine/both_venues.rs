//! Conservation where an account trades on both venues and moves money between them, with all order types: no
//! asset is created or lost, and once all orders are cancelled, nothing is held back for any.

use crate::{
    conservation::{books_match, conserved},
    desk::{BTC, BTC_SPOT},
    futures_conservation::{self as futures, income_matches},
    replay::{Step, begin, live},
    spot_conservation::{self as spot, lists_match, locks_match},
};
use domain::{Decimal, TradeType};
use proptest::prelude::*;
use sandbox::engine::{AccountId, Command, Engine, SpotAction, Which};

/// A request of one of the venues, a move of the market, or a transfer.
fn step() -> impl Strategy<Value = Vec<Step>> {
    let of_spot = (1_u64..3, spot::action()).prop_map(|(account, action)| {
        let (account, action) = (AccountId(account), Box::new(action));
        vec![Step::Do(Command::Spot { account, market: BTC_SPOT, action })]
    });
    let transfer = (1_u64..3, any::<bool>(), 1_i64..4_000).prop_map(|(account, back, amount)| {
        let from = if back { TradeType::Futures } else { TradeType::Spot };
        let (account, amount) = (AccountId(account), amount.into());
        vec![Step::Do(Command::Transfer { account, from, asset: "USDT".into(), amount })]
    });
    prop_oneof![5 => of_spot, 5 => futures::steps(), 1 => transfer]
}

/// The commands that cancel every order of an account.
fn cancel_all(account: AccountId) -> [Command; 3] {
    let of_futures = |which| Command::CancelAll { account, market: BTC, which, cancel_id: None };
    let action = Box::new(SpotAction::CancelAll { by: "all".into() });
    let of_spot = Command::Spot { account, market: BTC_SPOT, action };
    [of_futures(Which::Algo), of_futures(Which::Plain), of_spot]
}

/// Checks that nothing is open, locked or reserved.
fn nothing_is_held_back(engine: &Engine) {
    for account in engine.accounts() {
        for kind in TradeType::ALL {
            assert_eq!(account.orders(*kind).open().count(), 0, "{kind:?}");
        }
        assert_eq!((account.algos().open().count(), account.order_lists().open().count()), (0, 0));
        let locked = account.spot_balances().into_iter().filter(|balance| !balance.locked.is_zero());
        assert_eq!(locked.count(), 0);
        for position in engine.futures(account.id).unwrap().positions {
            let reserved = (position.bid_notional, position.ask_notional);
            assert_eq!(reserved, (Decimal::ZERO, Decimal::ZERO), "{:?}", position.pair);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn money_orders_and_books_of_both_venues_are_conserved(
        seed: u64, steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut engine = begin(seed);
        for step in steps.iter().flatten() {
            live(&mut engine, step);
            conserved(&engine);
            for account in engine.accounts() {
                locks_match(account);
                lists_match(account);
                spot::fills_match(account);
                futures::fills_match(&engine, account);
                income_matches(&engine, account);
            }
        }
        books_match(&engine);
        for command in [1, 2].into_iter().flat_map(|account| cancel_all(AccountId(account))) {
            live(&mut engine, &Step::Do(command));
        }
        nothing_is_held_back(&engine);
        books_match(&engine);
        conserved(&engine);
    }
}
