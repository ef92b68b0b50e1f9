//! Checks of an order on a spot key, before anything is sent.

use super::plan::{WantedTarget, shares};
use crate::{
    error::Error,
    trading::order::legs::{Leg, PlannedOrder, Role},
};
use domain::{
    Balance, Decimal, Market, Refusal, Side,
    ticket::{Entry, ManualOrder},
    trade::PriceSource,
    validation::{FieldProblem, Problem},
};

/// Most take-profits of a trade with a stop: each needs a stop of its own, one is for the rest, and Binance takes five
/// stops on a market (`MAX_NUM_ALGO_ORDERS`).
const MOST_TARGETS: usize = 4;

/// Checks that spot has orders of this kind, and that each share of what it buys is large enough for its stop. `planned` are its
/// legs, `trigger` the price that triggers its stop.
pub(in crate::trading::order) fn fits(
    order: &ManualOrder,
    planned: &[Leg],
    trigger: PriceSource,
    market: &Market,
) -> Result<(), Error> {
    let mut problems = Vec::new();
    let mut fail = |field: &str, problem| problems.push(FieldProblem::new(field, problem));
    if order.side == Side::Sell {
        fail("side", Problem::NotOnSpot);
    }
    match order.entry {
        Entry::Trailing { .. } | Entry::Oco { .. } => fail("type", Problem::NotOnSpot),
        Entry::Until { .. } => fail("timeInForce", Problem::NotOnSpot),
        Entry::Market | Entry::Limit(_) | Entry::TimedLimit { .. } | Entry::Stop { .. } => {}
    }
    if trigger == PriceSource::Mark {
        fail("trigger", Problem::NotOnSpot);
    }
    let targets = targets_of(planned);
    if order.stop.is_some() && too_many_targets(targets.len()) {
        fail("takeProfitPrices", Problem::TooManyTargetsOnSpot);
    }
    let stop = planned.iter().find(|leg| leg.role == Role::Stop).and_then(|leg| leg.order.as_ref());
    let all = shares(order.amount, stop, &targets, market);
    let covered: Decimal = all.iter().map(|share| share.amount).sum();
    if stop.is_some() && covered < order.amount {
        fail("amount", Problem::NotionalFilter);
    } else if all.iter().filter(|share| share.target.is_some()).count() < targets.len() {
        fail("takeProfitPrices", Problem::TargetTooSmall);
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Fields(problems)) }
}

/// Whether a trade with a stop cannot have so many take-profits.
pub(in crate::trading::order) const fn too_many_targets(count: usize) -> bool {
    count > MOST_TARGETS
}

/// Checks that the account can pay an order.
pub(in crate::trading::order) fn affordable(
    order: &ManualOrder,
    last: Decimal,
    balance: &Balance,
) -> Result<(), Refusal> {
    let price = order.entry.price().unwrap_or(last);
    let cost = price.checked_mul(order.amount).ok_or(Refusal::ExchangeBadRequest)?;
    let free = balance.assets.get(order.symbol.quote()).map_or(Decimal::ZERO, |funds| funds.free);
    // The commission is taken from what is bought, or paid in another asset.
    if cost <= free { Ok(()) } else { Err(Refusal::ExchangeBadRequest) }
}

/// Returns the legs of an order on a spot key: nothing is cancelled or closed before it.
pub(in crate::trading::order) fn without_closing(legs: Vec<Leg>) -> Vec<Leg> {
    legs.into_iter().filter(|leg| !matches!(leg.role, Role::Cancel | Role::Close)).collect()
}

fn targets_of(planned: &[Leg]) -> Vec<WantedTarget> {
    let target = |leg: &Leg| {
        let PlannedOrder { price, amount, .. } = leg.order.as_ref()?;
        Some(WantedTarget { leg: leg.seq, price: (*price)?, amount: (*amount)? })
    };
    planned.iter().filter(|leg| leg.role == Role::Target).filter_map(target).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trading::order::legs::{self, tests::market};
    use domain::{Funds, Micros, ticket::Stop};

    fn d(text: &str) -> Decimal {
        domain::money::parse(text).unwrap()
    }

    fn order(amount: &str, targets: &[&str]) -> ManualOrder {
        ManualOrder {
            symbol: "BTC/USDT".parse().unwrap(),
            side: Side::Buy,
            entry: Entry::Market,
            amount: d(amount),
            targets: targets.iter().map(|price| d(price)).collect(),
            stop: Some(Stop { trigger: d("19000"), limit: None }),
            risk_percent: None,
        }
    }

    fn checked(order: &ManualOrder, trigger: PriceSource) -> Vec<(String, Problem)> {
        let planned = without_closing(legs::opening(order, &market()).unwrap());
        match fits(order, &planned, trigger, &market()) {
            Ok(()) => Vec::new(),
            Err(Error::Fields(all)) => all.into_iter().map(|one| (one.field, one.problem)).collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn spot_buys_and_has_no_mark_price() {
        assert!(checked(&order("0.05", &["21000", "22000"]), PriceSource::Last).is_empty());
        let sell = ManualOrder { side: Side::Sell, stop: None, ..order("0.05", &[]) };
        assert_eq!(
            checked(&sell, PriceSource::Mark),
            [("side".to_owned(), Problem::NotOnSpot), ("trigger".to_owned(), Problem::NotOnSpot),]
        );
    }

    #[test]
    fn spot_has_stop_entries_but_no_others_that_wait_for_a_price_or_a_date() {
        let with = |entry: Entry| checked(&ManualOrder { entry, ..order("0.05", &[]) }, PriceSource::Last);
        let (price, trigger) = (d("20000"), d("21000"));
        let refused = |field: &str| vec![(field.to_owned(), Problem::NotOnSpot)];
        assert_eq!(
            with(Entry::Trailing { activation: trigger, callback_rate: Decimal::ONE }),
            refused("type")
        );
        assert_eq!(with(Entry::Oco { price, trigger, limit: None }), refused("type"));
        assert_eq!(with(Entry::Until { price, until: Micros(0) }), refused("timeInForce"));
        for limit in [None, Some(trigger)] {
            assert!(with(Entry::Stop { trigger, limit }).is_empty());
        }
    }

    #[test]
    fn each_take_profit_needs_a_stop_of_its_own() {
        let many = order("0.05", &["21000", "22000", "23000", "24000", "25000"]);
        let problem = ("takeProfitPrices".to_owned(), Problem::TooManyTargetsOnSpot);
        assert_eq!(checked(&many, PriceSource::Last), [problem]);
        assert!(checked(&ManualOrder { stop: None, ..many }, PriceSource::Last).is_empty());
    }

    #[test]
    fn what_a_stop_would_sell_for_too_little_is_refused() {
        let low = ManualOrder { stop: Some(Stop { trigger: d("100"), limit: None }), ..order("0.01", &[]) };
        assert_eq!(checked(&low, PriceSource::Last), [("amount".to_owned(), Problem::NotionalFilter)]);
    }

    #[test]
    fn an_order_is_paid_from_the_free_balance() {
        let of = |free: &str| {
            let funds = Funds { free: d(free), used: d("500"), total: d(free) + d("500") };
            let balance =
                Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: Decimal::ZERO };
            affordable(&order("0.05", &[]), d("20000"), &balance)
        };
        assert_eq!((of("1000"), of("999.99")), (Ok(()), Err(Refusal::ExchangeBadRequest)));
    }
}
