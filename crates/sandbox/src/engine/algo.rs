//! Placement of conditional orders. They hold no margin until they trigger.

use super::{
    Account, AlgoOrder, AlgoStatus, CommandResult, NewOrder, Reject, WorkingType, deadline::Deadline, ending,
    filters, markets::MarketState, ruleset,
};
use crate::market::MarketId;
use domain::{Decimal, OrderType, Side, TimeInForce, TradeType, dec, money};

/// Maximum number of open conditional orders, across all perpetuals.
const MAX_OPEN: usize = 200;

/// Accepts or rejects a conditional order.
pub(super) fn place(
    markets: &mut MarketState,
    account: &mut Account,
    new: NewOrder,
) -> Result<CommandResult, Reject> {
    if new.market.kind == TradeType::Spot {
        return Err(Reject::invalid_kind());
    }
    if new.client_id.as_deref().is_some_and(|client| account.algos.client_taken(client)) {
        return Err(Reject::duplicate_client_id());
    }
    too_many(markets, account, &new)?;
    markets.admits(new.market, new.reduce_only || new.close_position)?;
    amounts(markets, &new)?;
    let tif = new.tif.unwrap_or(TimeInForce::Gtc);
    if limit_kind(new.kind) && new.terms.price_match.is_none() {
        filters::price(markets, new.market, new.price.ok_or_else(|| Reject::mandatory("price"))?)?;
    }
    new.terms.check_date(markets.now)?;
    if new.close_position || tif == TimeInForce::GteGtc {
        lives_with_position(markets, account, &new)?;
    }
    let price = working_price(markets, new.market, new.working_type);
    let extreme = conditions(markets, &new, price)?;

    let id = markets.ids.algo();
    let mut algo = AlgoOrder {
        id,
        client_id: new.client_id.unwrap_or_else(|| markets.client_id(id | 1 << 63)),
        pair: new.market.pair,
        side: new.side,
        kind: new.kind,
        tif,
        amount: new.amount.filter(|_| !new.close_position),
        price: new.price.filter(|_| limit_kind(new.kind)),
        trigger_price: new.trigger_price,
        activation_price: new.activation_price,
        callback_rate: new.callback_rate,
        extreme,
        working_type: new.working_type,
        reduce_only: new.reduce_only,
        close_position: new.close_position,
        status: AlgoStatus::New,
        order_id: None,
        failure: None,
        created: markets.now,
        updated: markets.now,
        triggered: None,
        terms: new.terms,
    };
    if let Some(extreme) = extreme {
        algo.trigger_price = Some(trail(&algo, extreme));
    }
    markets.deadlines.extend(Deadline::of_algo(account.id, &algo));
    markets.book_mut(new.market).algos.insert((id, account.id));
    markets.emit_algo(account.id, &algo);
    account.algos.put(algo.clone());
    Ok(CommandResult::Algo(algo))
}

/// Rejects the order if the limit of open conditional orders is reached.
fn too_many(markets: &MarketState, account: &Account, new: &NewOrder) -> Result<(), Reject> {
    let all = markets.ruleset >= ruleset::ONE_ALGO_LIMIT;
    let waiting = account.algos.open().filter(|a| all || a.pair == new.market.pair).count();
    match waiting >= MAX_OPEN {
        true if all => Err(Reject::too_many_stops()),
        true => Err(Reject::too_many_orders()),
        false => Ok(()),
    }
}

/// Whether a conditional order of this type becomes a limit order.
pub(super) const fn limit_kind(kind: OrderType) -> bool {
    matches!(kind, OrderType::Stop | OrderType::TakeProfit)
}

const fn stops(kind: OrderType) -> bool {
    matches!(kind, OrderType::Stop | OrderType::StopMarket)
}

/// Checks the amount, or that the order closes the whole position.
fn amounts(markets: &MarketState, new: &NewOrder) -> Result<(), Reject> {
    if new.close_position {
        let closes = matches!(new.kind, OrderType::StopMarket | OrderType::TakeProfitMarket);
        return match () {
            () if !closes => Err(Reject::close_kind()),
            () if new.amount.is_some_and(|a| !a.is_zero()) => Err(Reject::close_quantity()),
            () if new.reduce_only => Err(Reject::close_reduce()),
            () => Ok(()),
        };
    }
    let amount = new.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    filters::amount(markets, new.market, amount)?;
    let reference = new.price.filter(|_| limit_kind(new.kind)).or(new.trigger_price).or(new.activation_price);
    match reference {
        Some(price) if !new.reduce_only => {
            // The price filter comes first, so that the notional of an absurd price cannot overflow.
            filters::price(markets, new.market, price)?;
            filters::notional(markets, new.market, price, amount)
        }
        _ => Ok(()),
    }
}

/// Checks an order tied to the lifetime of a position: it needs a position, and only one closing order of a
/// kind is allowed.
fn lives_with_position(markets: &MarketState, account: &Account, new: &NewOrder) -> Result<(), Reject> {
    if account.perpetual(new.position()).closable(new.side).is_zero()
        && !ending::has_openers(markets, account, new)
    {
        return Err(Reject::no_position());
    }
    let twin = |a: &AlgoOrder| {
        a.position() == new.position()
            && a.side == new.side
            && a.close_position
            && stops(a.kind) == stops(new.kind)
    };
    if new.close_position && account.algos.open().any(twin) {
        return Err(Reject::duplicate_close());
    }
    Ok(())
}

/// The price that is compared with the trigger.
pub(super) fn working_price(markets: &MarketState, market: MarketId, working: WorkingType) -> Decimal {
    match working {
        WorkingType::Contract => markets.price(market),
        WorkingType::Mark => markets.mark(market.pair),
    }
}

/// Checks trigger price, activation price and callback rate. Returns the starting extreme of a trailing stop
/// that is active immediately.
fn conditions(markets: &MarketState, new: &NewOrder, price: Decimal) -> Result<Option<Decimal>, Reject> {
    if new.kind != OrderType::TrailingStopMarket {
        let trigger = new.trigger_price.ok_or_else(|| Reject::mandatory("triggerPrice"))?;
        if trigger <= Decimal::ZERO {
            return Err(Reject::stop_price());
        }
        filters::price(markets, new.market, trigger)?;
        let now = reached(new.kind, new.side, trigger, price);
        return if now { Err(Reject::would_trigger()) } else { Ok(None) };
    }
    let rate = new.callback_rate.ok_or_else(|| Reject::mandatory("callbackRate"))?;
    let step = dec!(0.1);
    if rate < step || rate > dec!(20) || !money::on_step(rate, step) {
        return Err(Reject::callback_rate());
    }
    let Some(activation) = new.activation_price else { return Ok(Some(price)) };
    filters::price(markets, new.market, activation)?;
    let wrong = match new.side {
        Side::Buy => activation > price,
        Side::Sell => activation < price,
    };
    if wrong { Err(Reject::would_trigger()) } else { Ok(None) }
}

/// Whether a price has reached a trigger: a stop on the losing side, a take-profit on the winning side.
pub(super) fn reached(kind: OrderType, side: Side, trigger: Decimal, price: Decimal) -> bool {
    let above = (side == Side::Buy) == stops(kind);
    if above { price >= trigger } else { price <= trigger }
}

/// The price at which a trailing stop triggers, given the best price since its activation.
pub(super) fn trail(algo: &AlgoOrder, extreme: Decimal) -> Decimal {
    let back = extreme * algo.callback_rate.unwrap_or_default() / Decimal::ONE_HUNDRED;
    match algo.side {
        Side::Buy => extreme + back,
        Side::Sell => extreme - back,
    }
}
