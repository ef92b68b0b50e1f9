//! The closed trades of spot keys.

use super::{Filter, Found, Origin};
use crate::{error::Result, following::Following, trading::order};
use domain::{
    Decimal, PositionSide, TradeType, UserId,
    closed_trade::{ExitReason, Source},
    profit::{Profit, RoundTrip},
};
use std::collections::BTreeMap;
use store::trade::{self, TradeFilter, TradeRow};

/// Returns the closed trades of a user's spot keys that match. One whose result is not known is left out.
pub(super) async fn list(desk: &Following, user: UserId, filter: &Filter) -> Result<Vec<Found>> {
    // Strategies trade futures.
    if filter.source.is_some_and(|source| source != Source::Manual) {
        return Ok(Vec::new());
    }
    let keys = store::key::list_by_user(&desk.db, user).await?;
    let keys = keys.into_iter().filter(|key| key.trade_type == TradeType::Spot);
    let names: BTreeMap<_, _> = keys.map(|key| (key.id, key.name)).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let all = TradeFilter {
        key: filter.key,
        symbol: filter.symbol.clone(),
        before: None,
        since: None,
        limit: i64::MAX,
    };
    let rows = trade::list_closed(&desk.db, user, &all).await?;
    let found = rows.into_iter().filter_map(|row| found(&row, names.get(&row.exchange_key_id)?));
    let is_in_time = |one: &Found| {
        filter.from.is_none_or(|from| one.closed_at >= from)
            && filter.until.is_none_or(|until| one.closed_at < until)
    };
    Ok(found.filter(is_in_time).collect())
}

fn found(row: &TradeRow, key_name: &str) -> Option<Found> {
    let (entry_price, closed_at) = (row.entry_price?.0, row.closed_at?);
    let trip = RoundTrip {
        side: PositionSide::Long,
        opened_at: row.opened_at?,
        closed_at: Some(closed_at),
        amount: row.amount.0,
        left: Decimal::ZERO,
        entry_price,
        exit_price: row.exit_price.map(|price| price.0),
        profit: Profit {
            realized: row.realized?.0,
            unrealized: Decimal::ZERO,
            fees: row.fees?.0,
            funding: Decimal::ZERO,
        },
        opened_by: None,
        closed_by: None,
    };
    // The risk is the distance to the first stop, times the amount.
    let distance = row.risk.and_then(|risk| risk.0.checked_div(row.amount.0));
    let stop = distance.map(|distance| (entry_price - distance).normalize());
    Some(Found {
        key: row.exchange_key_id,
        key_name: key_name.to_owned(),
        symbol: row.symbol.clone(),
        trip,
        closed_at,
        origin: Some(Origin { source: Source::Manual, strategy: None, stop }),
        exit: Some(row.exit_reason.map_or(ExitReason::Elsewhere, order::reason_of)),
    })
}
