//! Checks made before anything is cancelled, closed or sent.

use crate::error::Error;
use domain::{
    ApiKeyStatus, Balance, Decimal, ExchangeKey, MarginMode, Market, Position, Refusal, Side, StrategyType,
    TradeType, dec,
    first_day::{CappedOrder, FirstDayLimits},
    market::FilterFailure,
    sizing,
    ticket::{Entry, ManualOrder},
    validation::{FieldProblem, Problem},
};

/// The taker fee rate used in estimates. The exchange charges its own rate.
pub(super) const FEE_RATE: Decimal = dec!(0.0005);

/// Checks that the key is a futures key for manual trading, and usable.
pub(super) fn key_fits(key: &ExchangeKey) -> Result<(), Refusal> {
    if key.strategy_type == StrategyType::Automated {
        return Err(Refusal::KeyTypeInvalid);
    }
    if key.trade_type == TradeType::Spot {
        return Err(Refusal::KeyTypeUnsupported);
    }
    match (key.active, key.status) {
        (_, ApiKeyStatus::Unauthorized) => Err(Refusal::KeyUnauthorized),
        (false, _) => Err(Refusal::KeyInactive),
        (true, _) => Ok(()),
    }
}

/// Checks every price and amount of the order against the market's filters, and that stop and targets are on
/// the correct side.
pub(super) fn market_fits(order: &ManualOrder, market: &Market, last: Decimal) -> Result<(), Error> {
    let mut problems = Vec::new();
    let mut check = |field: &str, result: Result<(), FilterFailure>| {
        if let Err(failure) = result {
            problems.push(FieldProblem::new(field, filter_problem(&failure)));
        }
    };
    for (field, price) in entry_prices(order.entry) {
        check(field, market.check_price(price));
    }
    check("amount", market.check_amount(order.amount));
    for reference in order.entry.prices(last) {
        check("amount", market.check_notional(reference, order.amount));
    }
    let targets = order.targets.iter().try_for_each(|price| market.check_price(*price));
    check("takeProfitPrices", targets);
    if let Some(stop) = order.stop {
        check("stopTriggerPrice", market.check_price(stop.trigger));
        check("stopPrice", stop.limit.map_or(Ok(()), |price| market.check_price(price)));
    }
    let shares = sizing::target_shares(order.amount, order.targets.len(), market.lot);
    if shares.is_none_or(|all| all.iter().any(|share| *share < market.min_amount)) {
        problems.push(FieldProblem::new("takeProfitPrices", Problem::TargetTooSmall));
    }
    problems.extend(reached(order, last));
    if order.entry == Entry::Market
        && let Err(sides) = order.check_sides(last)
    {
        problems.extend(sides);
    }
    problems.dedup();
    if problems.is_empty() { Ok(()) } else { Err(Error::Fields(problems)) }
}

/// Returns the prices of the entry's orders, with their fields.
fn entry_prices(entry: Entry) -> Vec<(&'static str, Decimal)> {
    let trigger = |price| ("triggerPrice", price);
    match entry {
        Entry::Market => Vec::new(),
        Entry::Stop { trigger: price, limit } => {
            limit.map(|limit| ("price", limit)).into_iter().chain([trigger(price)]).collect()
        }
        Entry::Oco { price, trigger: stop, limit } => [("price", price), trigger(stop)]
            .into_iter()
            .chain(limit.map(|limit| ("triggerLimitPrice", limit)))
            .collect(),
        other => other.price().map(|price| ("price", price)).into_iter().collect(),
    }
}

/// Returns the fields of stop orders that would trigger immediately, and of an OCO's limit order that would fill: the exchange
/// would refuse the one, and of the other nothing would be left to wait for.
fn reached(order: &ManualOrder, last: Decimal) -> Option<FieldProblem> {
    let above = |price: Decimal| if order.side == Side::Buy { price > last } else { price < last };
    let field = match order.entry {
        Entry::Stop { trigger, .. } | Entry::Oco { trigger, .. } if !above(trigger) => "triggerPrice",
        Entry::Oco { price, .. } if price == last || above(price) => "price",
        _ => return None,
    };
    Some(FieldProblem::new(field, Problem::PriceReached))
}

/// Checks that the first-day limits of the order's key allow it. `value` is the order's value in USD.
pub(super) fn first_day_fits(
    order: &ManualOrder,
    limits: &FirstDayLimits,
    value: Decimal,
) -> Result<(), Error> {
    let mut problems = Vec::new();
    if !limits.allows_market(&order.symbol) {
        problems.push(FieldProblem::new("symbol", Problem::FirstDayMarket));
    }
    if (CappedOrder { value, cap: limits.cap_usd }).is_over() {
        problems.push(FieldProblem::new("amount", Problem::FirstDayCap));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Fields(problems)) }
}

/// Checks that the account can carry the order once the current position is closed.
pub(super) fn affordable(
    order: &ManualOrder,
    last: Decimal,
    quote: &str,
    balance: &Balance,
    position: Option<&Position>,
    leverage: u16,
) -> Result<(), Refusal> {
    let refused = Refusal::ExchangeBadRequest;
    // Each of the two orders of an OCO entry needs margin: that of the limit order is reserved until it is cancelled, which is
    // after the stop order has triggered.
    let mut each = order.entry.prices(last).into_iter().map(|price| price.checked_mul(order.amount));
    let cost = each.try_fold(Decimal::ZERO, |sum, cost| sum.checked_add(cost?)).ok_or(refused)?;
    let needed = cost / Decimal::from(leverage.max(1)) + cost * FEE_RATE;
    // Closing the current position frees its margin and costs a fee. The total already includes its
    // unrealized profit.
    let closing_fee = position.map_or(Decimal::ZERO, |p| p.notional * FEE_RATE);
    let total = balance.assets.get(quote).map_or(Decimal::ZERO, |funds| funds.total);
    let available = total - closing_fee;
    if needed <= available { Ok(()) } else { Err(refused) }
}

/// Checks that the available balance can carry an order beside what is open.
pub(super) fn addition_affordable(
    order: &ManualOrder,
    last: Decimal,
    free: Decimal,
    leverage: u16,
) -> Result<(), Refusal> {
    let refused = Refusal::ExchangeBadRequest;
    let price = order.entry.price().unwrap_or(last);
    let cost = price.checked_mul(order.amount).ok_or(refused)?;
    let needed = cost / Decimal::from(leverage.max(1)) + cost * FEE_RATE;
    if needed <= free { Ok(()) } else { Err(refused) }
}

/// Returns the order that would have opened the `held` position together with `order`, at their average price.
pub(super) fn together(order: ManualOrder, held: &Position, last: Decimal) -> Result<ManualOrder, Refusal> {
    let refused = Refusal::ExchangeBadRequest;
    let price = order.entry.price().unwrap_or(last);
    let amount = held.contracts.checked_add(order.amount).ok_or(refused)?;
    let before = held.entry_price.checked_mul(held.contracts).ok_or(refused)?;
    let added = price.checked_mul(order.amount).ok_or(refused)?;
    let average = before.checked_add(added).and_then(|cost| cost.checked_div(amount)).ok_or(refused)?;
    Ok(ManualOrder { amount, entry: Entry::Limit(average), ..order })
}

/// Checks that the stop is reached before liquidation, since a stop beyond it protects nothing. The
/// maintenance margin is an estimate; the exchange's own brackets decide.
pub(super) fn stop_comes_first(
    order: &ManualOrder,
    last: Decimal,
    total: Decimal,
    leverage: u16,
    mode: MarginMode,
) -> Result<(), Error> {
    let Some(stop) = order.stop else { return Ok(()) };
    for price in order.entry.prices(last) {
        let margin = match mode {
            MarginMode::Isolated => {
                let cost = price.checked_mul(order.amount).ok_or(Refusal::ExchangeBadRequest)?;
                cost / Decimal::from(leverage.max(1))
            }
            MarginMode::Crossed => total,
        };
        let first = sizing::stop_comes_first(order.amount, price, stop.trigger, margin);
        if !first.ok_or(Refusal::ExchangeBadRequest)? {
            return Err(Error::field("stopTriggerPrice", Problem::StopBeyondLiquidation));
        }
    }
    Ok(())
}

const fn filter_problem(failure: &FilterFailure) -> Problem {
    match failure {
        FilterFailure::Tick(_) | FilterFailure::Price(_) => Problem::PriceFilter,
        FilterFailure::Lot(_) | FilterFailure::MinAmount(_) | FilterFailure::MaxAmount(_) => {
            Problem::LotFilter
        }
        FilterFailure::MinNotional(_) => Problem::NotionalFilter,
    }
}
