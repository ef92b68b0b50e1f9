//! The checks of a new spot order that need neither the book nor the balance: its terms and the filters.
//!
//! Rules that Binance documents and this exchange once lacked apply from [`ruleset::SPOT_FILTERS`] on.

use super::{limits, spot_order::SpotOrder};
use crate::{
    engine::{
        Account, NewOrder, Order, Phase, Reject, algo, filters, markets::MarketState, matching::Want, ruleset,
    },
    market::MarketId,
};
use domain::{Decimal, OrderType, Side, TimeInForce, TradeType, dec};

/// More than the paper money that can exist, yet far from overflowing.
const MOST: Decimal = dec!(1_000_000_000);

/// The checked terms of a new order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checked {
    /// The limit price.
    pub(super) price: Option<Decimal>,
    /// The time in force.
    pub(super) tif: TimeInForce,
    /// The requested amount.
    pub(super) want: Want,
}

/// Checks an order's terms against the market's status and filters.
pub(super) fn check(markets: &MarketState, new: &SpotOrder) -> Result<Checked, Reject> {
    let order = &new.order;
    if order.reduce_only {
        return Err(Reject::close_reduce());
    }
    if let Some(client) = &order.client_id {
        filters::client_id(order.market, client)?;
    }
    markets.admits(order.market, false)?;
    let (price, tif) = terms(markets, order)?;
    stop(markets, new)?;
    let want = wanted(markets, order, price)?;
    if tif == TimeInForce::GteGtc {
        return Err(Reject::invalid_tif());
    }
    if let Want::Base(amount) = want {
        iceberg(markets, new, amount)?;
    }
    Ok(Checked { price, tif, want })
}

/// Limit price and time in force. An order without a limit price ends when it executes.
fn terms(markets: &MarketState, order: &NewOrder) -> Result<(Option<Decimal>, TimeInForce), Reject> {
    if !limit_kind(order.kind) {
        return Ok((None, TimeInForce::Gtc));
    }
    let price = order.price.ok_or_else(|| Reject::mandatory("price"))?;
    filters::price(markets, order.market, price)?;
    Ok((Some(price), order.tif.unwrap_or(TimeInForce::Gtc)))
}

/// Whether orders of this type have a limit price.
const fn limit_kind(kind: OrderType) -> bool {
    matches!(kind, OrderType::Limit) || algo::limit_kind(kind)
}

/// Checks stop price and trailing delta.
fn stop(markets: &MarketState, new: &SpotOrder) -> Result<(), Reject> {
    let order = &new.order;
    if !order.kind.conditional() {
        return Ok(());
    }
    match (order.kind, order.trigger_price, new.options.trailing_delta) {
        (OrderType::TrailingStopMarket, ..) => return Err(Reject::invalid_kind()),
        (_, None, None) => return Err(Reject::mandatory("stopPrice")),
        _ => {}
    }
    if let Some(price) = order.trigger_price {
        filters::price(markets, order.market, price)?;
    }
    let (least, most) = limits::TRAILING_DELTA;
    match new.options.trailing_delta {
        Some(delta) if !(least..=most).contains(&delta) => Err(Reject::filter("TRAILING_DELTA")),
        _ => Ok(()),
    }
}

/// The requested amount, checked against the market's filters.
fn wanted(markets: &MarketState, order: &NewOrder, price: Option<Decimal>) -> Result<Want, Reject> {
    let rules = markets.rules(order.market);
    if order.kind == OrderType::Market
        && let Some(quote) = order.quote_amount
    {
        if order.amount.is_some() || quote <= Decimal::ZERO || quote > MOST {
            return Err(Reject::filter("LOT_SIZE"));
        }
        if quote < rules.min_notional {
            return Err(Reject::filter("NOTIONAL"));
        }
        return Ok(Want::Quote(quote));
    }
    let strict = markets.ruleset >= ruleset::SPOT_FILTERS;
    let amount = order.amount.ok_or_else(|| Reject::mandatory("quantity"))?;
    filters::amount(markets, order.market, amount)?;
    if strict && order.kind == OrderType::Market && amount > limits::market_amount(rules) {
        return Err(Reject::filter("MARKET_LOT_SIZE"));
    }
    let reference = if strict { average(markets, order.market) } else { markets.price(order.market) };
    let valued = price.or(order.trigger_price).unwrap_or(reference);
    filters::notional(markets, order.market, valued, amount)?;
    if let Some(price) = price {
        if strict && price * amount > limits::MAX_NOTIONAL {
            return Err(Reject::filter("NOTIONAL"));
        }
        filters::band(markets, order.market, order.side, price, reference)?;
        if strict {
            other_band(markets, order, price, reference)?;
        }
    }
    Ok(Want::Base(amount))
}

/// The side of the price band that [`filters::band`] leaves open: a buy far below the price, a sell far above.
fn other_band(
    markets: &MarketState,
    order: &NewOrder,
    price: Decimal,
    reference: Decimal,
) -> Result<(), Reject> {
    let (down, up) = markets.rules(order.market).price_band;
    let outside = match order.side {
        Side::Buy => price < reference * down,
        Side::Sell => price > reference * up,
    };
    if outside { Err(Reject::filter("PERCENT_PRICE_BY_SIDE")) } else { Ok(()) }
}

/// The average price of the last minutes, weighted by volume.
fn average(markets: &MarketState, market: MarketId) -> Decimal {
    let Some(minutes) = markets.tape.minutes(market.pair) else { return markets.price(market) };
    let rows = (0..limits::AVERAGE_MINUTES).filter_map(|back| minutes.recent(market, back));
    let (quote, base) = rows.fold((Decimal::ZERO, Decimal::ZERO), |(quote, base), row| {
        (quote + row.quote_volume, base + row.volume)
    });
    quote.checked_div(base).unwrap_or_else(|| markets.price(market))
}

/// Checks the visible amount of an iceberg order.
fn iceberg(markets: &MarketState, new: &SpotOrder, amount: Decimal) -> Result<(), Reject> {
    let Some(part) = new.options.iceberg.filter(|part| !part.is_zero()) else { return Ok(()) };
    if part > amount {
        return Err(Reject::iceberg_exceeds());
    }
    filters::amount(markets, new.order.market, part)?;
    let parts = (amount / part).ceil();
    if parts > Decimal::from(limits::ICEBERG_PARTS) { Err(Reject::filter("ICEBERG_PARTS")) } else { Ok(()) }
}

/// Whether an open order is an "algo" order of the filters: it waits for a trigger, or will.
fn waits(order: &Order) -> bool {
    order.kind.conditional() && order.phase() != Phase::Working
}

/// Checks that the account may have these orders open in addition to its others.
pub(super) fn capacity(markets: &MarketState, account: &Account, new: &[&SpotOrder]) -> Result<(), Reject> {
    let Some(market) = new.first().map(|first| first.order.market) else { return Ok(()) };
    if markets.ruleset < ruleset::SPOT_FILTERS {
        return Ok(());
    }
    let open = || account.orders(TradeType::Spot).open().filter(move |order| order.market == market);
    if open().count() + new.len() > limits::ORDERS {
        return Err(Reject::filter("MAX_NUM_ORDERS"));
    }
    let waiting = new.iter().filter(|new| new.order.kind.conditional()).count();
    if waiting > 0 && open().filter(|order| waits(order)).count() + waiting > limits::ALGO_ORDERS {
        return Err(Reject::filter("MAX_NUM_ALGO_ORDERS"));
    }
    let buys = |new: &&&SpotOrder| new.order.side == Side::Buy;
    let wanted: Decimal = new.iter().filter(buys).filter_map(|new| new.order.amount).sum();
    if wanted.is_zero() {
        return Ok(());
    }
    let held = account.spot_balance(market.pair.base());
    let ordered: Decimal =
        open().filter(|order| order.side == Side::Buy).map(|order| order.remaining()).sum();
    if held.free + held.locked + ordered + wanted > limits::position(markets.rules(market)) {
        return Err(Reject::filter("MAX_POSITION"));
    }
    Ok(())
}

/// Checks that no open order has this client id.
pub(super) fn unused(account: &Account, client: Option<&str>) -> Result<(), Reject> {
    let taken = client.is_some_and(|client| account.spot_orders.client_taken(client));
    if taken { Err(Reject::duplicate_order()) } else { Ok(()) }
}
