//! Futures account endpoints: balances, positions and income.

use crate::{
    engine::{
        Account, FUTURES_MAKER_FEE, FUTURES_TAKER_FEE, FuturesView, IncomeKind, PositionSlot, PositionView,
    },
    history::ReadKind,
    market::Pair,
    protocol::{
        call::Call,
        data::{self, maybe_market, period},
        failure::{Reply, SandboxFailure},
        number::fixed,
        orders,
        shape::{futures as shape, futures_orders},
    },
};
use serde_json::{Value, json};
use std::ops::Range;

fn view(call: &Call<'_>) -> Reply<FuturesView> {
    let id = call.account()?;
    if let Some(past) = call.shared.exchange.past(id, ReadKind::Positions)? {
        return Ok(past.view.clone());
    }
    call.read(|engine| engine.futures(id))?.ok_or_else(SandboxFailure::unknown_key)
}

fn account(call: &Call<'_>, v2: bool) -> Reply {
    let modes = orders::account(call, |account| (account.multi_assets(), account.fee_burn()))?;
    Ok(shape::account(&view(call)?, call.now, v2, modes))
}

pub(super) fn account_v2(call: &mut Call<'_>) -> Reply {
    account(call, true)
}

pub(super) fn account_v3(call: &mut Call<'_>) -> Reply {
    account(call, false)
}

pub(super) fn balance(call: &mut Call<'_>) -> Reply {
    let alias = format!("S{:07}", call.account()?.0);
    Ok(shape::balance(&view(call)?, &alias, call.now))
}

fn positions(
    call: &Call<'_>,
    show: impl Fn(&PositionView) -> bool,
    row: fn(&PositionView) -> Value,
) -> Reply {
    let market = maybe_market(call)?;
    let view = view(call)?;
    let wanted = |p: &&PositionView| market.is_none_or(|market| p.pair == market.pair) && show(p);
    Ok(view.positions.iter().filter(wanted).map(row).collect())
}

pub(super) fn positions_v2(call: &mut Call<'_>) -> Reply {
    // Hedge mode lists the long and the short position of each pair.
    let dual = orders::account(call, Account::dual)?;
    let listed = |p: &PositionView| !dual || p.slot != PositionSlot::Both || !p.amount.is_zero();
    positions(call, listed, shape::position_risk_v2)
}

pub(super) fn positions_v3(call: &mut Call<'_>) -> Reply {
    positions(call, shape::is_reported, shape::position_risk_v3)
}

/// How early each position would be reduced to cover the losses of others.
pub(super) fn adl_quantile(call: &mut Call<'_>) -> Reply {
    let pairs = maybe_market(call)?.map_or(Pair::ALL.to_vec(), |market| vec![market.pair]);
    let (view, dual) = (view(call)?, orders::account(call, Account::dual)?);
    Ok(pairs.into_iter().map(|pair| futures_orders::adl_quantile(&view, pair, dual)).collect())
}

/// Nothing restricts the account's trading.
pub(super) fn trading_status(call: &mut Call<'_>) -> Reply {
    maybe_market(call)?;
    Ok(json!({ "indicators": {}, "updateTime": call.now.millis() }))
}

/// The rows of a page, of `len` rows from the oldest to the newest. Pages count from 1, and from the newest row
/// if `backwards`; the rows of a page are always oldest first.
fn range_of_page(len: usize, limit: usize, page: usize, backwards: bool) -> Range<usize> {
    let before = limit.saturating_mul(page - 1).min(len);
    if backwards {
        let end = len - before;
        end.saturating_sub(limit)..end
    } else {
        before..before.saturating_add(limit).min(len)
    }
}

pub(super) fn income(call: &mut Call<'_>) -> Reply {
    let market = maybe_market(call)?;
    let kind = match call.params.text("incomeType")? {
        None => None,
        Some(word) => Some(IncomeKind::parse(word).ok_or_else(|| SandboxFailure::not_valid("incomeType"))?),
    };
    let (start, end) = period(call)?;
    let limit = call.limit(100, 1_000)?;
    let page = call.params.integer::<usize>("page")?.unwrap_or(1).max(1);
    orders::account(call, |account| {
        let rows: Vec<_> = account
            .income()
            .filter(|i| market.is_none_or(|market| i.pair == Some(market.pair)))
            .filter(|i| kind.is_none_or(|kind| i.kind == kind))
            .filter(|i| start.is_none_or(|at| i.at >= at) && end.is_none_or(|at| i.at <= at))
            .collect();
        let page = range_of_page(rows.len(), limit, page, start.is_none());
        rows.get(page).unwrap_or_default().iter().copied().map(shape::income).collect()
    })
}

pub(super) fn brackets(call: &mut Call<'_>) -> Reply {
    let pairs = maybe_market(call)?.map_or(Pair::ALL.to_vec(), |market| vec![market.pair]);
    let row = |pair: Pair| shape::brackets(pair, crate::engine::brackets(pair));
    Ok(pairs.into_iter().map(row).collect())
}

pub(super) fn commission(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    Ok(json!({
        "symbol": market.pair.joined(),
        "makerCommissionRate": fixed(FUTURES_MAKER_FEE, 6),
        "takerCommissionRate": fixed(FUTURES_TAKER_FEE, 6),
        "rpiCommissionRate": fixed(FUTURES_MAKER_FEE, 6),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_neither_overlap_nor_repeat() {
        let pages = |backwards| [1, 2, 3].map(|page| range_of_page(150, 100, page, backwards));
        assert_eq!(pages(true), [50..150, 0..50, 0..0]);
        assert_eq!(pages(false), [0..100, 100..150, 150..150]);
        assert_eq!(range_of_page(0, 100, usize::MAX, true), 0..0);
    }
}
