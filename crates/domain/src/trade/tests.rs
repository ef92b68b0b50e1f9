use super::*;
use crate::TradeType;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    money::parse(text).unwrap()
}

fn market() -> Market {
    Market {
        symbol: "BTC/USDT".parse().unwrap(),
        trade_type: TradeType::Futures,
        tick: d("0.1"),
        min_price: d("0.1"),
        max_price: d("1000000"),
        lot: d("0.001"),
        min_amount: d("0.001"),
        max_amount: d("1000"),
        min_notional: d("5"),
        price_band: (d("0.5"), d("1.5")),
    }
}

fn target(price: &str, share: &str) -> TargetShare {
    TargetShare { price: d(price), share: d(share) }
}

fn set(trigger: &str) -> TradeChange {
    let stop = Stop { trigger: d(trigger), limit: None };
    TradeChange { stop: Some(StopChange::Set(stop)), ..TradeChange::default() }
}

fn targets(targets: Vec<TargetShare>) -> TradeChange {
    TradeChange { targets: Some(targets), ..TradeChange::default() }
}

/// The problems of a change of a trade of 0.05 whose last price is 20,000 and whose mark price is 20,010.
fn problems(side: Side, change: &TradeChange) -> Vec<(String, Problem)> {
    let prices = [d("20000"), d("20010")];
    let liquidation = Some(if side == Side::Buy { d("18000") } else { d("22000") });
    let market = market();
    let facts = TradeFacts { market: &market, side, amount: d("0.05"), prices: &prices, liquidation };
    let found = change.check(&facts).err().unwrap_or_default();
    found.into_iter().map(|problem| (problem.field, problem.problem)).collect()
}

#[test]
fn a_stop_is_on_the_losing_side_of_last_and_mark_price() {
    let of = |side, trigger| problems(side, &set(trigger)).pop().map(|(_, problem)| problem);
    assert_eq!(of(Side::Buy, "19999.9"), None);
    assert_eq!(of(Side::Buy, "20000"), Some(Problem::StopOnWrongSide), "it has been reached");
    assert_eq!(of(Side::Sell, "20005"), Some(Problem::StopOnWrongSide), "the mark price has passed it");
    assert_eq!(of(Side::Sell, "20010.1"), None);
    assert_eq!(of(Side::Buy, "19999.95"), Some(Problem::PriceFilter));
    assert_eq!(of(Side::Buy, "18000"), Some(Problem::StopBeyondLiquidation));
    assert_eq!(of(Side::Sell, "22000.1"), Some(Problem::StopBeyondLiquidation));
}

#[test]
fn a_stop_is_removed_only_when_that_was_confirmed() {
    let remove =
        |confirmed| TradeChange { stop: Some(StopChange::Remove { confirmed }), ..TradeChange::default() };
    assert_eq!(problems(Side::Buy, &remove(false)), [("confirmNoStop".to_owned(), Problem::Required)]);
    assert!(problems(Side::Buy, &remove(true)).is_empty());
}

#[test]
fn take_profits_are_on_the_winning_side_and_share_the_position() {
    let of = |all| problems(Side::Buy, &targets(all)).pop().map(|(_, problem)| problem);
    assert_eq!(of(vec![target("20100", "0.3"), target("20200", "0.5"), target("20300", "0.2")]), None);
    assert_eq!(of(Vec::new()), None, "no take-profits");
    assert_eq!(of(vec![target("20005", "1")]), Some(Problem::TargetOnWrongSide));
    assert_eq!(of(vec![target("20100", "0.6"), target("20200", "0.5")]), Some(Problem::SharesTooMany));
    assert_eq!(of(vec![target("20100", "0")]), Some(Problem::NotShare));
    assert_eq!(of(vec![target("20100", "0.001")]), Some(Problem::TargetTooSmall));
    assert_eq!(of(vec![target("20100", "0.01"); 26]), Some(Problem::TooManyTargets));
}

#[test]
fn unequal_shares_are_rounded_to_the_lot_and_the_rest_goes_to_the_last() {
    let of = |shares: &[&str], amount: &str| {
        let all: Vec<_> = shares.iter().map(|share| target("1", share)).collect();
        target_amounts(&all, d(amount), d("0.001"))
    };
    assert_eq!(of(&["0.3", "0.5", "0.2"], "0.05"), Some(vec![d("0.015"), d("0.025"), d("0.01")]));
    assert_eq!(of(&["0.3333", "0.3333", "0.3333"], "0.05"), Some(vec![d("0.016"), d("0.016"), d("0.018")]));
    assert_eq!(of(&["0.5"], "0.005"), Some(vec![d("0.002")]), "half of it, not all");
    assert_eq!(of(&["0.1", "0.9"], "0.005"), None, "nothing for the first");
}

#[test]
fn a_breakeven_price_pays_the_fees_of_both_ends() {
    let of = |side, entry| breakeven(side, d(entry), d("0.0005"), d("0.1")).unwrap();
    assert_eq!(of(Side::Buy, "20000"), d("20020.1"));
    assert_eq!(of(Side::Sell, "20000"), d("19980"));
}

#[test]
fn a_partial_exit_leaves_and_closes_at_least_the_smallest_amount() {
    let of = |held, percent| partial_exit(d(held), d(percent), &market());
    assert_eq!(of("0.01", "50"), Some(d("0.005")));
    assert_eq!(of("0.007", "50"), Some(d("0.003")), "rounded down to the lot");
    assert_eq!(of("0.01", "1"), Some(d("0.001")), "at least the smallest amount");
    assert_eq!(of("0.002", "99.9"), Some(d("0.001")), "something is left");
    assert_eq!(of("0.001", "50"), None, "too small to be divided");
    assert_eq!((of("0.01", "100"), of("0.01", "0"), of("0.01", "-5")), (None, None, None));
}

#[test]
fn a_share_of_a_position_is_rounded_down_but_all_is_all() {
    let of = |share| share_of(d("0.0505"), d(share), d("0.001"));
    assert_eq!(of("0.25"), Some(d("0.012")));
    assert_eq!(of("1"), Some(d("0.0505")));
    assert_eq!((of("0"), of("1.01")), (None, None));
}

#[test]
fn a_stop_is_mirrored_at_the_price() {
    let stop = |trigger, limit: Option<&str>| Stop { trigger: d(trigger), limit: limit.map(d) };
    let mirrored = |trigger, limit, last| mirrored_stop(stop(trigger, limit), d(last), d("0.1"));
    assert_eq!(mirrored("95", None, "100"), Some(stop("105", None)));
    assert_eq!(mirrored("105", Some("106"), "100.05"), Some(stop("95.1", Some("94.1"))));
    assert_eq!(mirrored("201", None, "100"), None);
}

proptest! {
    #[test]
    fn amounts_never_exceed_the_position(
        lots in 1_i64..1_000_000,
        shares in proptest::collection::vec(1_i64..60, 1..8),
    ) {
        let (lot, amount) = (Decimal::new(1, 3), Decimal::new(lots, 3));
        let all: Vec<_> =
            shares.iter().map(|share| TargetShare { price: Decimal::ONE, share: Decimal::new(*share, 2) }).collect();
        let total: Decimal = all.iter().map(|target| target.share).sum();
        match target_amounts(&all, amount, lot) {
            Some(amounts) => {
                prop_assert!(total <= Decimal::ONE);
                prop_assert!(amounts.iter().all(|a| *a > Decimal::ZERO && money::on_step(*a, lot)));
                prop_assert!(amounts.iter().sum::<Decimal>() <= amount);
                if total == Decimal::ONE {
                    prop_assert_eq!(amounts.iter().sum::<Decimal>(), amount);
                }
            }
            None => prop_assert!(total > Decimal::ONE || lots < 100),
        }
    }

    /// Any sequence of edits, partial closes and filled take-profits leaves take-profits that fit the position.
    #[test]
    fn any_sequence_of_edits_keeps_take_profits_within_the_position(
        lots in 1_i64..10_000,
        edits in proptest::collection::vec((0_u8..3, 1_i64..100), 1..20),
    ) {
        let market = market();
        let mut held = Decimal::new(lots, 3);
        let mut amounts = vec![held];
        for (kind, percent) in edits {
            let share = Decimal::new(percent, 2);
            match kind {
                0 => {
                    let wanted = [
                        TargetShare { price: Decimal::ONE, share },
                        TargetShare { price: Decimal::TWO, share: Decimal::ONE - share },
                    ];
                    amounts = target_amounts(&wanted, held, market.lot).unwrap_or_default();
                }
                1 => {
                    let after = held - share_of(held, share, market.lot).unwrap();
                    amounts = fit_targets(&amounts, held, after, &market);
                    amounts.retain(|amount| !amount.is_zero());
                    held = after;
                }
                _ if !amounts.is_empty() => held -= amounts.remove(0),
                _ => {}
            }
            prop_assert!(amounts.iter().sum::<Decimal>() <= held);
            prop_assert!(amounts.iter().all(|a| *a >= market.min_amount && money::on_step(*a, market.lot)));
            if held.is_zero() {
                break;
            }
        }
    }

    #[test]
    fn take_profits_grow_with_the_position_and_never_exceed_it(
        lots in proptest::collection::vec(1_i64..500, 1..5),
        rest in 0_i64..500,
        added in 1_i64..2_000,
    ) {
        let market = market();
        let amounts: Vec<Decimal> = lots.iter().map(|lots| market.lot * Decimal::from(*lots)).collect();
        let total: Decimal = amounts.iter().sum();
        let before = total + market.lot * Decimal::from(rest);
        let after = before + market.lot * Decimal::from(added);
        let fitted = fit_targets(&amounts, before, after, &market);
        let grown: Decimal = fitted.iter().sum();
        prop_assert!(grown <= after && grown >= total);
        prop_assert!(fitted.iter().all(|amount| money::on_step(*amount, market.lot)));
        prop_assert!(rest > 0 || grown == after);
    }

    #[test]
    fn closing_at_breakeven_loses_nothing(entry in 1_000_i64..10_000_000, fee in 0_i64..50, buys in any::<bool>()) {
        let side = if buys { Side::Buy } else { Side::Sell };
        let (entry, fee, tick) = (Decimal::new(entry, 2), Decimal::new(fee, 4), Decimal::new(1, 1));
        let price = breakeven(side, entry, fee, tick).unwrap();
        let gain = if buys { price - entry } else { entry - price };
        prop_assert!(gain - (entry + price) * fee >= Decimal::ZERO);
        prop_assert!(money::on_step(price, tick));
        let nearer = if buys { price - tick } else { price + tick };
        let less = if buys { nearer - entry } else { entry - nearer };
        prop_assert!(less - (entry + nearer) * fee < Decimal::ZERO);
    }

    #[test]
    fn a_stop_is_taken_exactly_when_no_price_has_passed_it(
        trigger in 150_000_i64..250_000, last in 150_000_i64..250_000, mark in 150_000_i64..250_000, buys in any::<bool>(),
    ) {
        let side = if buys { Side::Buy } else { Side::Sell };
        let market = market();
        let [trigger, last, mark] = [trigger, last, mark].map(|price| Decimal::new(price, 1));
        let prices = [last, mark];
        let facts = TradeFacts { market: &market, side, amount: Decimal::ONE, prices: &prices, liquidation: None };
        let change = TradeChange { stop: Some(StopChange::Set(Stop { trigger, limit: None })), ..TradeChange::default() };
        let fits = if buys { trigger < last.min(mark) } else { trigger > last.max(mark) };
        prop_assert_eq!(change.check(&facts).is_ok(), fits);
    }
}
