//! The terms of futures orders: position side, date, price match and self-trade prevention.

use crate::{
    engine::{Account, FuturesTerms, PositionSlot, PriceMatch, SelfTrade},
    protocol::{
        call::Call,
        failure::{Reply, SandboxFailure},
        orders::{self, time_in_force},
        params::Params,
    },
};
use domain::{Micros, TimeInForce, time};

/// Reads the position side, which must match the account's position mode.
pub(super) fn slot(call: &Call<'_>) -> Reply<PositionSlot> {
    let dual = orders::account(call, Account::dual)?;
    let slot = match call.params.text("positionSide")? {
        None => PositionSlot::Both,
        Some(word) => PositionSlot::parse(word)
            .ok_or_else(|| SandboxFailure::refused(-4060, "Invalid position side."))?,
    };
    if dual == (slot == PositionSlot::Both) {
        return Err(SandboxFailure::refused(-4061, "Order's position side does not match user's setting."));
    }
    Ok(slot)
}

/// Reads `reduceOnly`. Hedge mode rejects it, because the position side determines it.
pub(super) fn reduce_only(params: &Params, slot: PositionSlot) -> Reply<Option<bool>> {
    let flag = params.flag("reduceOnly")?;
    if flag.is_some() && slot != PositionSlot::Both {
        return Err(SandboxFailure::not_required("reduceonly"));
    }
    Ok(flag)
}

/// Reads the time in force and the other terms of an order for a position. `limit` means that the order has a limit
/// price. A GTD order is a GTC order with a date.
pub(super) fn read(
    params: &Params,
    slot: PositionSlot,
    limit: bool,
) -> Reply<(Option<TimeInForce>, FuturesTerms)> {
    let (tif, good_till) = match params.text("timeInForce")? {
        Some("GTD") => (Some(TimeInForce::Gtc), Some(date(params)?)),
        _ => {
            params.forbid("goodTillDate")?;
            (time_in_force(params)?, None)
        }
    };
    let price_match = price_match(params)?;
    if price_match.is_some() && !limit {
        let msg = "Price match only supports order type: LIMIT, STOP AND TAKE_PROFIT";
        return Err(SandboxFailure::refused(-5038, msg));
    }
    let self_trade = match params.text("selfTradePreventionMode")? {
        None => None,
        Some(word) => Some(
            SelfTrade::parse(word)
                .ok_or_else(|| SandboxFailure::refused(-5039, "Invalid self trade prevention mode"))?,
        ),
    };
    Ok((tif, FuturesTerms { slot, good_till, price_match, self_trade }))
}

/// The date of a GTD order. Its milliseconds are ignored.
fn date(params: &Params) -> Reply<Micros> {
    let at = params.integer::<i64>("goodTillDate")?.ok_or_else(|| SandboxFailure::missing("goodTillDate"))?;
    let millisecond = time::SECOND / 1_000;
    // A date beyond what a time can hold is too late in any case.
    Ok(Micros((at - at.rem_euclid(1_000)).saturating_mul(millisecond)))
}

/// Reads `priceMatch`, which takes the place of the price.
pub(super) fn price_match(params: &Params) -> Reply<Option<PriceMatch>> {
    match params.text("priceMatch")? {
        None | Some("NONE") => Ok(None),
        Some(word) => {
            let level = PriceMatch::parse(word)
                .ok_or_else(|| SandboxFailure::refused(-5037, "Invalid price match"))?;
            params.forbid("price")?;
            Ok(Some(level))
        }
    }
}
